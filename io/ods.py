"""OpenDocument spreadsheets (.ods, .fods), read element by element from their own XML.

Invariants: values come from the typed attributes and never from the text shown; an error is an ``ErrorCell`` and a
formula without a value a ``FormulaCell``; a cell or row that is repeated is only repeated when it has content, and
counted before.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO
from xml.parsers.expat import ExpatError

from trajecta.io.errors import OpenError
from trajecta.io.excel import BLOCK, as_excel_shows
from trajecta.io.kinds import Kind
from trajecta.io.limits import LARGEST_TABLE, MOST_MERGED
from trajecta.io.package import damaged, opened_package, parser_of
from trajecta.io.pieces import Piece, Told
from trajecta.io.workbook import CellValue, ErrorCell, FormulaCell, MergedRange, Sheet, Workbook
from trajecta.io.xlsx_scan import links_note

LARGEST_ROW, LARGEST_COLUMN = 1_048_576, 16_384
_STEP = 1 << 18  # bytes parsed at a time: some thousand cells, so that rows are handed on soon
_ERROR = re.compile(r"#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)|Err:\d{3}")
_LONG_TIME = re.compile(r"(-?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:[.,]\d+)?)S)?)?")
# Inside these, table cells are no cells of the sheet: notes, drawings, and the history of changes.
_ASIDE = frozenset({"annotation", "shapes", "tracked-changes", "forms", "dde-links", "frame", "custom-shape"})


def ods_pieces(file: Path, content: bytes, kind: Kind, told: Told) -> Iterator[Piece]:
    """The pieces of an OpenDocument spreadsheet; OpenError if it is damaged, encrypted, or too large."""
    reader = _Reader(file, told)
    if kind is Kind.FLAT_ODS:
        try:
            yield from reader.pieces(BytesIO(content))
        except (ExpatError, ValueError, OverflowError) as error:
            raise damaged(file.name, ".ods") from error
        return
    with opened_package(file.name, content, ".ods") as package:
        if "meta-inf/manifest.xml" in package and b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise OpenError(f"{file.name} is protected with a password. Remove the password and save it again.")
        with package.open("content.xml") as stream:
            yield from reader.pieces(stream)


class _Reader:
    """Collects pieces while the XML goes by."""

    def __init__(self, file: Path, told: Told) -> None:
        self._file, self._told = file, told
        self._ready: list[Piece] = []
        self._left = LARGEST_TABLE
        self._filled = False
        self._aside = 0  # how deep inside of something that is no part of the sheet
        self._style = ""
        self._not_shown: set[str] = set()  # styles of hidden tables
        self._epoch_1904 = False
        self._linked: set[str] = set()
        self._depth = 0  # tables inside of tables
        self._cell: _Cell | None = None
        self._table = _Table("", False)

    def pieces(self, stream: IO[bytes]) -> Iterator[Piece]:
        """Feed the XML in steps and hand on what is complete."""
        parser = parser_of(self._start, self._end, self._characters)
        parser.buffer_text = True
        while block := stream.read(_STEP):
            parser.Parse(block, False)
            ready, self._ready = self._ready, []
            yield from ready
        parser.Parse(b"", True)
        yield from self._ready
        if not self._filled:
            raise OpenError(f"{self._file.name} has no cell with content. Check that it is the right workbook.")
        notes = links_note(len(self._linked))
        yield Workbook(self._file, self._file.name, (), "", self._epoch_1904, notes, text=False)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._aside or tag in _ASIDE:
            self._aside += 1
        elif tag == "table-cell" or tag == "covered-table-cell":
            self._cell = _Cell(attributes)
        elif tag in ("p", "s", "tab", "line-break"):
            if self._cell is not None:
                self._cell.text_element(tag, attributes)
        elif tag == "table-row":
            self._table.open_row(attributes)
        elif tag == "table-column":
            self._table.column(attributes)
        elif tag == "table":
            self._depth += 1
            if self._depth > 1:
                raise ValueError("a table inside of a table")
            name = attributes.get("table:name", "")
            self._told(f"Reading the sheet “{name}” of {self._file.name}…")
            self._table = _Table(name, attributes.get("table:style-name", "") in self._not_shown)
        elif tag == "style":
            self._style = attributes.get("style:name", "")
        elif tag == "table-properties" and attributes.get("table:display") == "false":
            self._not_shown.add(self._style)
        elif tag == "null-date":
            self._epoch_1904 = attributes.get("table:date-value") == "1904-01-01"
        elif tag == "table-source" or tag == "cell-range-source":
            self._linked.add(attributes.get("xlink:href", ""))

    def _characters(self, text: str) -> None:
        if self._cell is not None and not self._aside:
            self._cell.characters(text)

    def _end(self, tag: str) -> None:
        if self._aside:
            self._aside -= 1
        elif tag == "p":
            if self._cell is not None:
                self._cell.in_text = False
        elif tag in ("table-cell", "covered-table-cell"):
            if self._cell is not None:
                self._left -= self._table.add(self._cell)
                self._linked.update(self._cell.linked)
                self._check()
            self._cell = None
        elif tag == "table-row":
            self._left -= self._table.close_row()
            self._check()
            if self._table.size >= BLOCK:
                self._hand_on()
        elif tag == "table":
            self._depth -= 1
            self._hand_on()
            self._ready.append(self._table.sheet())

    def _hand_on(self) -> None:
        if block := self._table.block():
            self._filled = True
            self._ready.append(block)
            self._told(f"Reading the sheet “{self._table.name}” of {self._file.name}: {self._table.row:,} rows…")

    def _check(self) -> None:
        if self._left < 0:
            raise OpenError(
                f"The sheet “{self._table.name}” of {self._file.name} spreads over more than {LARGEST_TABLE:,} cells. "
                "Delete what stands far away from the table and save it again."
            )


class _Cell:
    """One cell element: its attributes, and the text shown in it."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.in_text = False
        self.repeated = _count(attributes, "table:number-columns-repeated", LARGEST_COLUMN)
        self._paragraphs: list[list[str]] = []

    @property
    def linked(self) -> set[str]:
        """Files that the formula takes values from."""
        return set(re.findall(r"'(file:[^']*)'#", self.attributes.get("table:formula", "")))

    def text_element(self, tag: str, attributes: dict[str, str]) -> None:
        """A paragraph, or a space, tab or line break that has an element of its own."""
        if tag == "p":
            self.in_text = True
            self._paragraphs.append([])
        elif self._paragraphs:
            sign = {"s": " " * _count(attributes, "text:c", 1000), "tab": "\t"}.get(tag, "\n")
            self._paragraphs[-1].append(sign)

    def characters(self, text: str) -> None:
        """Characters between tags; outside of paragraphs they are only layout of the XML."""
        if self.in_text:
            self._paragraphs[-1].append(text)

    def value(self) -> CellValue:
        """The typed value; ValueError if the attributes are not of their type."""
        get = self.attributes.get
        kind = get("office:value-type") or get("calcext:value-type") or ""
        shown = "\n".join("".join(parts) for parts in self._paragraphs)
        formula = "table:formula" in self.attributes
        if get("calcext:value-type") == "error" or (formula and _ERROR.fullmatch(shown.strip())):
            return ErrorCell(shown.strip() or "#ERROR")
        if kind in ("float", "percentage", "currency"):
            return as_excel_shows(float(get("office:value", "")))
        if kind == "date":
            return _date(get("office:date-value", ""))
        if kind == "time":
            return _time(get("office:time-value", ""))
        if kind == "boolean":
            return get("office:boolean-value") == "true"
        text = get("office:string-value", shown)
        if not text and formula and not kind:
            return FormulaCell()
        return text or None


class _Table:
    """One table element: its rows so far, what is hidden, merged or a percentage in it."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name, self._hidden = name, hidden
        self.row = 0  # number of the last row that is complete
        self.size = 0
        self._rows: list[tuple[CellValue, ...]] = []
        self._empty = 0  # empty rows that stand after them
        self._cells: list[CellValue] = []
        self._gap = 0  # empty cells at the end of the row so far
        self._repeat = 1
        self._column = 0
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._merged: list[MergedRange] = []
        self._percent: set[tuple[int, int]] = set()

    def column(self, attributes: dict[str, str]) -> None:
        """A column element."""
        count = _count(attributes, "table:number-columns-repeated", LARGEST_COLUMN)
        if attributes.get("table:visibility", "visible") != "visible":
            last = min(self._column + count, LARGEST_COLUMN)
            self._hidden_columns.update(range(self._column + 1, last + 1))
        self._column += count

    def open_row(self, attributes: dict[str, str]) -> None:
        """The start of a row element."""
        self._cells, self._gap = [], 0
        self._repeat = _count(attributes, "table:number-rows-repeated", LARGEST_ROW)
        if attributes.get("table:visibility", "visible") != "visible":
            last = min(self.row + self._repeat, LARGEST_ROW)
            self._hidden_rows.update(range(self.row + 1, last + 1))

    def add(self, cell: _Cell) -> int:
        """Put a cell, as often as it is repeated, at the end of the row; the number of cells this made."""
        value = cell.value()
        spans = [_count(cell.attributes, f"table:number-{way}-spanned", LARGEST_ROW) for way in ("rows", "columns")]
        if spans != [1, 1] and len(self._merged) < MOST_MERGED:
            row, column = self.row + 1, len(self._cells) + self._gap + 1
            self._merged.append(MergedRange(row, column, row + spans[0] - 1, column + spans[1] - 1))
        if value is None:
            self._gap += cell.repeated
            return 0
        before = len(self._cells)
        if before + self._gap + cell.repeated > LARGEST_COLUMN:
            raise ValueError("a row has more cells than a sheet has columns")
        self._cells.extend((None,) * self._gap)
        if cell.attributes.get("office:value-type") == "percentage":
            first = len(self._cells) + 1
            self._percent.update((self.row + 1, at) for at in range(first, first + cell.repeated))
        self._cells.extend((value,) * cell.repeated)
        self._gap = 0
        return len(self._cells) - before

    def close_row(self) -> int:
        """The end of a row element; the number of cells that its repetition made."""
        again = self._repeat
        self.row += again
        if not self._cells:
            self._empty += again
            return 0
        if self.row > LARGEST_ROW:
            raise ValueError("a table has more rows than a sheet")
        made = len(self._cells) * (again - 1)
        if made > LARGEST_TABLE:
            return made
        self._rows.extend(((),) * self._empty)
        self._rows.extend((tuple(self._cells),) * again)
        percent = [at for at in range(1, len(self._cells) + 1) if (self.row - again + 1, at) in self._percent]
        for row in range(self.row - again + 2, self.row + 1) if percent else ():
            self._percent.update((row, at) for at in percent)
        self.size += len(self._cells) * again + self._empty
        self._empty = 0
        return made

    def block(self) -> tuple[tuple[CellValue, ...], ...]:
        """The complete rows, which are then forgotten here."""
        block, self._rows, self.size = tuple(self._rows), [], 0
        return block

    def sheet(self) -> Sheet:
        """The sheet without its rows."""
        return Sheet(
            self.name,
            (),
            self._hidden,
            frozenset(self._hidden_rows),
            frozenset(self._hidden_columns),
            tuple(self._merged),
            frozenset(self._percent),
        )


def _count(attributes: dict[str, str], name: str, most: int) -> int:
    """A number of repetitions: 1 if it is not given, ValueError if it is none."""
    return min(max(int(attributes.get(name, "1")), 1), most)


def _date(written: str) -> date | datetime:
    """A date as written in ISO 8601, with its time of day if there is one."""
    if "T" not in written:
        return date.fromisoformat(written)
    return datetime.fromisoformat(written.replace(",", ".").rstrip("Z"))


def _time(written: str) -> time | timedelta:
    """A duration; below a day it is a time of day, as Excel shows it."""
    match = _LONG_TIME.fullmatch(written)
    if match is None:
        raise ValueError(f"{written} is no duration")
    sign, days, hours, minutes, seconds = match.groups()
    length = timedelta(
        int(days or 0), float((seconds or "0").replace(",", ".")), 0, 0, int(minutes or 0), int(hours or 0)
    )
    if sign or length >= timedelta(days=1):
        return -length if sign else length
    return (datetime(2000, 1, 1) + length).time()
