"""Workbooks of Excel (.xlsx, .xlsm, .xlsb, .xls): the fast reader's values, and what it hides put back into its place.

Invariants: values are never altered except that a number keeps the 15 digits which Excel itself keeps; a cell in which
the fast reader sees nothing, but a second look an error or a formula, is that; macros and links are never followed.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from trajecta.io.errors import OpenError
from trajecta.io.kinds import Kind
from trajecta.io.limits import LARGEST_TABLE
from trajecta.io.package import damaged, damaged_old, opened_package
from trajecta.io.pieces import Piece, Told
from trajecta.io.seen import SheetScan, WorkbookScan
from trajecta.io.workbook import CellValue, ErrorCell, FormulaCell, MergedRange, Sheet, Workbook

BLOCK = 50_000  # cells that are handed on together: some milliseconds of work, some megabytes of memory
_MOST_KNOWN = 50_000  # different texts that are kept to be shared; beyond that they are hardly repeated
# How the list of the parts of a package names sheets of macros as Excel 4 had them: by their folder and their type.
_MACRO_SHEET = re.compile(rb"([\"'/])(?:xl)?(?:intl)?macrosheet(?=s/|[\"'])", re.IGNORECASE)
_RELATIONS = "xl/_rels/workbook.xml.rels"
# Why a sheet that is no table has no cells, by whether it is a chart.
_NO_TABLE = {True: "It is a chart and has no cells.", False: "It holds macros or a dialog and is not read."}
_SHARED_LENGTH = 60  # characters; longer texts are notes and hardly repeated


def excel_pieces(file: Path, content: bytes, kind: Kind, told: Told) -> Iterator[Piece]:
    """The pieces of a workbook of Excel; OpenError if it is damaged, locked with a password, or too large."""
    from python_calamine import CalamineError, PasswordError, SheetTypeEnum, SheetVisibleEnum

    scan = _scanned(file, content, kind)
    unsound = damaged_old(file.name) if kind is Kind.XLS else damaged(file.name)
    left = LARGEST_TABLE
    filled = False
    try:
        book = _opened(file.name, content, kind)
        del content
        for at, meta in enumerate(book.sheets_metadata):
            hidden = meta.visible != SheetVisibleEnum.Visible
            if meta.typ != SheetTypeEnum.WorkSheet:
                yield Sheet(meta.name, (), hidden, trouble=_NO_TABLE[meta.typ == SheetTypeEnum.ChartSheet])
                continue
            told(f"Reading the sheet “{meta.name}” of {file.name}…")
            seen = scan.sheets.get(meta.name, SheetScan())
            if seen.cells > LARGEST_TABLE:
                raise _too_large(file, meta.name, seen.cells)
            if seen.cells or seen.special:
                sheet = book.get_sheet_by_index(at)
                cells = (sheet.total_height + 1) * (sheet.total_width + 1)
                if cells > LARGEST_TABLE:
                    raise _too_large(file, meta.name, cells)
                for block in _blocks(sheet, seen, lambda rows, name=meta.name: told(_progress(file, name, rows))):
                    left -= sum(map(len, block))
                    if left < 0:
                        raise _too_large(file, meta.name, LARGEST_TABLE - left)
                    filled = True
                    yield block
            merged = tuple(MergedRange(*block) for block in seen.merged)
            yield Sheet(
                meta.name,
                (),
                hidden,
                seen.hidden_rows,
                seen.hidden_columns,
                merged,
                seen.percent,
                fills=seen.fills,
                struck=seen.struck,
                comments=seen.comments,
            )
    except PasswordError as error:
        raise OpenError(
            f"{file.name} is protected with a password. Open it in Excel, remove the password, and save it again."
        ) from error
    except CalamineError as error:
        raise unsound from error
    except BaseException as error:
        # The Rust reader panics on some damaged files with pyo3's PanicException, which is no Exception and which
        # no module exports; anything else that is not an expected failure goes on its way.
        if type(error).__name__ != "PanicException":
            raise
        raise unsound from error
    if not filled:
        raise OpenError(f"{file.name} has no cell with content. Check that it is the right workbook.")
    yield Workbook(file, file.name, (), "", scan.epoch_1904, scan.notes, text=False)


def _opened(name: str, content: bytes, kind: Kind) -> Any:
    """The fast reader on a workbook. It refuses one with sheets of macros as a whole, so that these are set aside."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_filelike(BytesIO(content))
    except CalamineError:
        spared = _macro_sheets_aside(name, content) if kind is Kind.XLSX else content
        if spared is content:
            raise
        return CalamineWorkbook.from_filelike(BytesIO(spared))


def _macro_sheets_aside(name: str, content: bytes) -> bytes:
    """The package with its sheets of macros called dialogs, which the fast reader lists and never opens.

    The same object if there are none.
    """
    with opened_package(name, content) as package:
        listed = package.read(_RELATIONS) if _RELATIONS in package else b""
        changed = _MACRO_SHEET.sub(rb"\1dialogsheet", listed)
        return content if changed == listed else package.with_part(_RELATIONS, changed)


def _scanned(file: Path, content: bytes, kind: Kind) -> WorkbookScan:
    """What the fast reader hides in this kind of workbook."""
    if kind is Kind.XLSX:
        from trajecta.io.xlsx_scan import scan_package

        return scan_package(file.name, content)
    if kind is Kind.XLSB:
        from trajecta.io.xlsb_scan import scan_binary

        return scan_binary(file.name, content)
    from trajecta.io.xls_scan import scan_records

    return scan_records(file.name, content)


def _too_large(file: Path, sheet: str, cells: int) -> OpenError:
    return OpenError(
        f"The sheet “{sheet}” of {file.name} spreads over {cells:,} cells; up to "
        f"{LARGEST_TABLE:,} can be read. Delete what stands far away from the table and save it again."
    )


def _progress(file: Path, sheet: str, rows: int) -> str:
    return f"Reading the sheet “{sheet}” of {file.name}: {rows:,} rows…"


def _blocks(sheet: Any, seen: SheetScan, told: Any) -> Iterator[tuple[tuple[CellValue, ...], ...]]:
    """The rows of a sheet from A1 on in blocks; empty rows are () and only handed on when content follows."""
    special = _by_row(seen.special)
    lead = (None,) * sheet.start[1] if sheet.start else ()
    blank = [""] * sheet.width
    values = _Values()
    block: list[tuple[CellValue, ...]] = []
    size = empty = number = 0
    for number, cells in enumerate(sheet.iter_rows() if sheet.start else (), 1):
        if cells == blank and number not in special:
            empty += 1
            continue
        row = lead + values.plain(cells)
        if number in special:
            row = _with_special(row, special.pop(number))
        if empty:
            block.extend(((),) * empty)
            empty = 0
        block.append(row)
        size += len(row) + 1
        if size >= BLOCK:
            yield tuple(block)
            told(number)
            block, size = [], 0
    for row_number in sorted(special):  # the fast reader's rows end before them
        block.extend(((),) * (row_number - 1 - (number - empty)))
        number, empty = row_number, 0
        block.append(_with_special((), special[row_number]))
    if block:
        yield tuple(block)


def _by_row(special: dict[tuple[int, int], str]) -> dict[int, dict[int, str]]:
    rows: dict[int, dict[int, str]] = {}
    for (row, column), code in special.items():
        rows.setdefault(row, {})[column] = code
    return rows


def _with_special(row: tuple[CellValue, ...], special: dict[int, str]) -> tuple[CellValue, ...]:
    """The row with errors and formulas without a value where the reader found nothing; its values stand."""
    cells = [*row, *(None,) * (max(special) - len(row))]
    for column, code in special.items():
        if cells[column - 1] is None:
            cells[column - 1] = ErrorCell(code) if code else FormulaCell()
    return tuple(cells)


class _Values:
    """Turns the reader's cells into plain values; equal short texts become one object."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def plain(self, cells: list[Any]) -> tuple[CellValue, ...]:
        """One row: empty texts are None, whole numbers floats, and floats have Excel's 15 digits."""
        # A quotient n / 1e6 of a whole number below 1e15 has at most 15 digits already: no need to print it.
        other = self._other
        return tuple(
            [
                v
                if type(v) is float
                and (v.is_integer() or (-1e15 < (n := v * 1e6) < 1e15 and n.is_integer() and n / 1e6 == v))
                else other(v)
                for v in cells
            ]
        )

    def _other(self, value: Any) -> CellValue:
        if value == "":
            return None
        kind = type(value)
        if kind is float:
            return as_excel_shows(value)
        if kind is int:
            return float(value)
        if kind is str and len(value) <= _SHARED_LENGTH:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            return self._known.setdefault(value, value)
        return value  # type: ignore[no-any-return]


def as_excel_shows(value: float) -> float:
    """A number with Excel's 15 significant digits: 0.6000000000000001 of a formula is the 0.6 that the cell shows.

    >>> as_excel_shows(0.6000000000000001), as_excel_shows(1e22)
    (0.6, 1e+22)
    """
    return value if value.is_integer() else float(f"{value:.15g}")
