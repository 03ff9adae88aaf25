"""A trial workbook as plain frozen values: sheets, their cells, and what Excel shows that the values alone would hide.

Invariants: the file is opened once, read-only, and never written; rows and columns keep their true Excel places, so
``sheet.cell(7, 3)`` is C7; an empty cell is None, an Excel error is an ``ErrorCell``, a formula that was saved without
its value is a ``FormulaCell``; every failure is an ``OpenError`` with one sentence that says what to do. A file from
outside is read through ``trajecta.io.reading``, which decides whether that needs a process of its own.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from trajecta.stats.cohort import CellRef, Issue

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old .xls and of encrypted workbooks
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
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
    cell the place it was taken from, so that addresses are always those of the file, and ``notes`` what has to be said
    of the arranging, such as rows that were left out. ``fills`` are the colours of cells, ``struck`` the cells that are
    struck through, ``comments`` what is pinned to cells; an arranged sheet has none of them, its origin does.
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
    notes: tuple[Issue, ...] = ()
    fills: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: frozenset[tuple[int, int]] = frozenset()
    comments: dict[tuple[int, int], str] = field(default_factory=dict)

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

    ``notes`` are sentences about the reading itself, such as the encoding that was assumed; ``text`` tells whether the
    content was a text table, None where only the name of the file can tell.
    """

    path: Path
    name: str
    sheets: tuple[Sheet, ...]
    fingerprint: str = ""
    epoch_1904: bool = False
    notes: tuple[str, ...] = field(default=())
    text: bool | None = None

    @property
    def is_text(self) -> bool:
        """True for a table that came from a text file and so has one sheet without formats."""
        return self.path.suffix.lower() in TEXTS if self.text is None else self.text

    def sheet(self, name: str) -> Sheet:
        """The sheet with this name; KeyError if there is none."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(name)


def trimmed(rows: list[tuple[CellValue, ...]]) -> Rows:
    """Rows without the empty ones at the bottom, all as wide as the last column that is not empty.

    >>> trimmed([(1.0, None, None), (), (None, "a"), (None,)])
    ((1.0, None), (None, None), (None, 'a'))
    """
    while rows and all(v is None for v in rows[-1]):
        rows.pop()
    width = 0
    for row in rows:
        at = len(row)
        while at > width and row[at - 1] is None:
            at -= 1
        if at > width:
            width = at
    empty = (None,) * width  # one for all of them: a sheet may have a million
    return tuple([row if len(row) == width else row[:width] + empty[len(row) :] if row else empty for row in rows])


def fingerprint_of(content: bytes) -> str:
    """SHA-256 of a file's bytes in hexadecimal, to recognise the same data cut again."""
    import hashlib  # here, as loading OpenSSL costs 10 ms that no path but this one needs

    return hashlib.sha256(content).hexdigest()


def read_workbook(path: str | Path) -> Workbook:
    """Read .xlsx, .xlsm, .xlsb, .xls, .ods, .csv, .tsv or .txt in this process; the file itself is never changed.

    Raises OpenError, one sentence with the file's name and what to do: missing, a folder, locked, empty, encrypted,
    damaged, of another format, too large, or without any cell.
    """
    from trajecta.io.pieces import assembled, pieces_of  # these build on the values above

    return assembled(pieces_of(Path(path)))
