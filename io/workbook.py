"""A trial workbook as plain frozen values: sheets, their cells, and what Excel shows that the values alone would hide.

Invariants: the file is opened once, read-only, and never written; rows and columns keep their true Excel places, so
``sheet.cell(7, 3)`` is C7; an empty cell is None, an Excel error is an ``ErrorCell``, a formula that was saved without
its value is a ``FormulaCell``; every failure is an ``OpenError`` with one sentence that says what to do.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from errno import ELOOP
from io import BytesIO
from pathlib import Path
from typing import Any

from trajecta.io.errors import OpenError
from trajecta.stats.cohort import CellRef

# A trial sheet of 3 to 50 patients is well under 1 MB; these limits only stop what would fill the memory.
LARGEST_FILE = 200_000_000
LARGEST_TABLE = 20_000_000  # cells of the rectangle that holds a sheet's content; 160 MB of pointers
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old .xls and of encrypted workbooks
WORKBOOKS = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".txt")


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell in which Excel shows an error such as #N/A or #DIV/0!."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell with a formula whose value was not saved; Excel would compute it, this program does not guess it."""

    def __str__(self) -> str:
        return "formula without a saved value"


CellValue = None | str | float | bool | date | datetime | time | timedelta | ErrorCell | FormulaCell
Rows = tuple[tuple[CellValue, ...], ...]


@dataclass(frozen=True, slots=True)
class MergedRange:
    """A merged block of cells, 1-based and inclusive; its value stands in the first cell."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: ``rows`` are rectangular and start at A1; hidden rows and columns and percent cells by place.

    ``trouble`` is a sentence if the sheet is there but could not be read, or has no cells because it is a chart.
    ``places`` is empty for a sheet as it stands in the file; in an arranged one (see ``arrange.py``) it holds for every
    cell the place it was taken from, so that addresses are always those of the file.
    """

    name: str
    rows: Rows
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[MergedRange, ...] = ()
    percent: frozenset[tuple[int, int]] = frozenset()
    trouble: str = ""
    places: tuple[tuple[CellRef | None, ...], ...] = ()

    @property
    def height(self) -> int:
        """The number of rows down to the last one that is not empty."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """The number of columns up to the last one that is not empty."""
        return len(self.rows[0]) if self.rows else 0

    def cell(self, row: int, column: int) -> CellValue:
        """The value at a 1-based place; None outside the sheet's content."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None

    def ref(self, row: int, column: int) -> CellRef:
        """The address in the file of a place in this sheet; of a cell made by arranging, that of its row."""
        if not self.places:
            return CellRef(self.name, row, column)
        line = self.places[min(max(row, 1), len(self.places)) - 1]
        exact = line[column - 1] if 1 <= column <= len(line) else None
        return exact or next((place for place in line if place is not None), CellRef(self.name, row, column))

    def place_of(self, where: CellRef) -> tuple[int, int] | None:
        """The row and column in this sheet that show a cell of the file; None if it is not in this sheet."""
        if not self.places:
            return (where.row, where.column) if where.sheet == self.name else None
        for row, line in enumerate(self.places, 1):
            for column, place in enumerate(line, 1):
                if place == where:
                    return row, column
        return None


@dataclass(frozen=True, slots=True)
class Workbook:
    """All sheets of one file; ``fingerprint`` is the SHA-256 of its bytes; ``epoch_1904`` tells the date system.

    ``notes`` are sentences about the reading itself, such as the encoding that was assumed.
    """

    path: Path
    name: str
    sheets: tuple[Sheet, ...]
    fingerprint: str = ""
    epoch_1904: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def is_text(self) -> bool:
        """True for a table that came from a text file and so has one sheet without formats."""
        return self.path.suffix.lower() in TEXTS

    def sheet(self, name: str) -> Sheet:
        """The sheet with this name; KeyError if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def trimmed(rows: list[list[CellValue]]) -> Rows:
    """Rows as tuples without the empty rows at the bottom and the empty columns at the right."""
    while rows and all(v is None for v in rows[-1]):
        rows.pop()
    width = 0
    for row in rows:
        at = len(row)
        while at > width and row[at - 1] is None:
            at -= 1
        width = max(width, at)
    return tuple(tuple(row[:width]) if len(row) >= width else (*row, *(None,) * (width - len(row))) for row in rows)


def read_workbook(path: str | Path) -> Workbook:
    """Read .xlsx, .xlsm, .csv, .tsv or .txt into plain values; the file itself is never changed.

    Raises OpenError, one sentence with the file's name and what to do: missing, a folder, locked, empty, encrypted,
    damaged, of another format, too large, or without any cell.
    """
    file = Path(path)
    content = _bytes(file)
    suffix = file.suffix.lower()
    if suffix in TEXTS:
        # Both readers are imported when needed, so that a text file does not pay for the workbook reader.
        from trajecta.io.delimited import read_delimited

        return read_delimited(file, content)
    if content.startswith(OLE2) and suffix in WORKBOOKS:
        raise OpenError(f"{file.name} {_old_container(content)}")
    if suffix not in WORKBOOKS:
        raise OpenError(f"{file.name} is not an .xlsx, .xlsm, .csv, .tsv or .txt file. Save it in Excel as .xlsx.")
    return _read_xlsx(file, content)


def _old_container(content: bytes) -> str:
    """What an OLE file is and what to do, told from the names of its streams, which stand in it as UTF-16."""
    if any(name.encode("utf-16-le") in content for name in ("EncryptedPackage", "EncryptionInfo")):
        return "is protected with a password. Open it in Excel, remove the password, and save it again."
    if any(f"{name}\0\0".encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "is an old .xls workbook under a new name. Open it in Excel and save it as .xlsx."
    return (
        "is protected with a password, or is an old .xls under a new name. "
        "Open it in Excel, remove the password, and save it as .xlsx."
    )


def _bytes(file: Path) -> bytes:
    if file.name.startswith("~$"):
        raise OpenError(f"{file.name} is Excel's lock file and not a workbook. Open the workbook beside it instead.")
    try:
        if file.is_dir():
            raise OpenError(f"{file} is a folder. Choose a workbook inside it.")
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise OpenError(
                f"{file.name} is {size / 1e6:,.0f} MB large; up to {LARGEST_FILE / 1e6:,.0f} MB can be read. "
                "Save only the sheets of the trial in a new workbook."
            )
        if not file.is_file():
            raise FileNotFoundError(file)
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise OpenError(f"There is no file {file}. Check its name and its folder.") from error
    except PermissionError as error:
        raise OpenError(
            f"{file.name} cannot be opened, because another program has locked it or you may not read it. "
            "Close it in Excel and try again."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, OSError) and error.errno == ELOOP:
            raise OpenError(
                f"{file.name} is a link that leads back to itself. Choose the workbook that it was meant to lead to."
            ) from error
        raise OpenError(f"{file.name} cannot be read: {error}. Copy it to this computer and try again.") from error
    if not content:
        raise OpenError(f"{file.name} is empty (0 bytes). Check that it was saved or downloaded completely.")
    return content


def fingerprint_of(content: bytes) -> str:
    """SHA-256 of a file's bytes in hexadecimal, to recognise the same data cut again."""
    import hashlib  # here, as loading OpenSSL costs 10 ms that no path but this one needs

    return hashlib.sha256(content).hexdigest()


def _read_xlsx(file: Path, content: bytes) -> Workbook:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    from trajecta.io.xlsx_scan import SheetScan, scan_package

    scan = scan_package(file.name, content)
    damaged = (
        f"{file.name} is damaged or not a workbook. Open it in Excel, let Excel repair it, and save it again as .xlsx."
    )
    sheets = []
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        for at, meta in enumerate(book.sheets_metadata):
            hidden = meta.visible != SheetVisibleEnum.Visible
            if meta.typ != SheetTypeEnum.WorkSheet:
                sheets.append(Sheet(meta.name, (), hidden, trouble="It is a chart and has no cells."))
                continue
            seen = scan.sheets.get(meta.name, SheetScan())
            if seen.cells > LARGEST_TABLE:
                raise OpenError(
                    f"The sheet “{meta.name}” of {file.name} spreads over {seen.cells:,} cells; up to "
                    f"{LARGEST_TABLE:,} can be read. Delete what stands far away from the table and save it again."
                )
            values = book.get_sheet_by_index(at).to_python(skip_empty_area=False) if seen.cells else []
            sheets.append(_sheet(meta.name, values, hidden, seen))
    except CalamineError as error:
        raise OpenError(damaged) from error
    except BaseException as error:
        # The Rust reader panics on some damaged files with pyo3's PanicException, which is no Exception and which
        # no module exports; anything else that is not an expected failure goes on its way.
        if type(error).__name__ != "PanicException":
            raise
        raise OpenError(damaged) from error
    if not any(sheet.rows for sheet in sheets):
        raise OpenError(f"{file.name} has no cell with content. Check that it is the right workbook.")
    return Workbook(file, file.name, tuple(sheets), fingerprint_of(content), scan.epoch_1904, _open_elsewhere(file))


def _open_elsewhere(file: Path) -> tuple[str, ...]:
    """A note if Excel has the workbook open: what is on the disk may be older than what the user sees there."""
    if (file.parent / f"~${file.name}").exists():
        return (f"{file.name} seems to be open in Excel; what was last saved has been read.",)
    return ()


def _as_excel_shows(value: float) -> float:
    """A number with Excel's 15 significant digits: 0.6000000000000001 of a formula is the 0.6 that the cell shows."""
    return value if value.is_integer() else float(f"{value:.15g}")


def _sheet(name: str, values: list[list[Any]], hidden: bool, seen: Any) -> Sheet:
    rows: list[list[CellValue]] = [
        [None if v == "" else _as_excel_shows(v) if type(v) is float else v for v in row] for row in values
    ]
    for (row, column), special in seen.special.items():
        # The reader gives an empty text for both; where it found a value, that one stands.
        while len(rows) < row:
            rows.append([])
        line = rows[row - 1]
        line.extend([None] * (column - len(line)))
        if line[column - 1] is None:
            line[column - 1] = ErrorCell(special) if special else FormulaCell()
    merged = tuple(MergedRange(*block) for block in seen.merged)
    return Sheet(name, trimmed(rows), hidden, seen.hidden_rows, seen.hidden_columns, merged, seen.percent)
