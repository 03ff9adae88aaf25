"""Several small tables on one sheet, under and beside each other, each made a sheet of its own.

Invariants: a sheet is taken apart only if two tables or more on it have a header of their own with a word for the
patient id (or patients in columns); a table of visits or parameters beside them, such as a summary, would be read as
patients and is left out and said; what has no header stays with the table beside or above it; a title names its table,
and the measure where the columns of the table are visits only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import NamedTuple

from trajecta.io.arrange_turned import turned_shape
from trajecta.io.cells import shown
from trajecta.io.headers import read_header
from trajecta.io.layout import Table, find_table, is_label, is_summary
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.visit_names import visit_of
from trajecta.io.workbook import MergedRange, Sheet, Workbook
from trajecta.stats.cohort import Issue, Severity, column_letters

MOST_ROWS, MOST_COLUMNS = 2000, 200  # tables put on one sheet for the eye are small
FEWEST_TABLES = 2
TITLE_WITHIN = 2  # blank rows between a title and its table
LONGEST_NAME = 40  # of a title that is the name of a measure
_TIMES = ("visit", "week", "month", "day", "date")
_NUMBERED = re.compile(
    r"(?:(?:table|tab|tabelle|tableau|tabla|tabella|figure|fig)\b\.?\s*)?(?:[A-Z]|\d+[a-z]?|[IVX]+)\s*[.:)–-]\s+",
    re.IGNORECASE,
)


class Area(NamedTuple):
    """A rectangle of cells, 1-based and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"

    def over(self, other: "Area") -> bool:
        """Whether both lie over each other, sharing a column."""
        return self.left <= other.right and other.left <= self.right

    def beside(self, other: "Area") -> bool:
        """Whether both lie beside each other, sharing a row."""
        return self.top <= other.bottom and other.top <= self.bottom


@dataclass
class _Block:
    """A table with what belongs to it: titles above it, notes and columns without a header of their own.

    ``is_summary`` tells one without patients.
    """

    area: Area
    is_summary: bool = False
    titles: list[Area] = field(default_factory=list)
    more: list[Area] = field(default_factory=list)


def guess_blocks(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that hold several tables, each sheet by itself, with where the tables are."""
    found = []
    for sheet in sheets:
        blocks = _blocks(sheet)
        if blocks:
            tables = [block for block in blocks if not block.is_summary]
            named = [f"{block.area}{f' “{title}”' if (title := _title(sheet, block)) else ''}" for block in tables]
            some = ", ".join(named[:4]) + (", …" if len(named) > 4 else "")
            why = f"It holds {len(tables)} tables with headers of their own ({some}); each is read as a sheet."
            if len(tables) == 1:
                why = f"Its table of patients ({some}) is read without the other table on the sheet."
            found.append(Arranged(Arrangement.BLOCKS, (sheet.name,), why))
    return tuple(found)


def taken_apart(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """A sheet per table, named after its title or its place; the sheet as it stands if it is one table.

    A table alone beside summaries keeps the name of the sheet. What is left out is said with the first table.
    """
    (sheet,) = sheets
    blocks = _blocks(sheet)
    tables = [block for block in blocks if not block.is_summary]
    made: list[Sheet] = []
    for block in tables:
        title = _title(sheet, block)
        name = f"{sheet.name}: {title}" if title else f"{sheet.name} ({block.area})"
        if len(tables) == 1:
            name = sheet.name
        elif any(name.casefold() == other.name.casefold() for other in made):
            name = f"{name} ({block.area})"
        made.append(_made(sheet, block, name, title))
    if len(tables) < len(blocks):
        left_out = tuple(_left_out(sheet, block.area) for block in blocks if block.is_summary)
        made[0] = replace(made[0], notes=(*made[0].notes, *left_out))
    return tuple(made) or (sheet,)


def _left_out(sheet: Sheet, area: Area) -> Issue:
    text = f"The table in {area} of “{sheet.name}” has no column of patient ids and is left out."
    return Issue(Severity.NOTE, sheet.ref(area.top, area.left), text)


def _blocks(sheet: Sheet) -> list[_Block]:
    """The tables of a sheet with all other areas given to them; empty if it is no sheet of several tables."""
    if not (1 < sheet.height <= MOST_ROWS and 1 < sheet.width <= MOST_COLUMNS):
        return []
    areas = [part for area in _areas(sheet) for part in _at_headers(sheet, area)]
    tables = [area for area in areas if _is_table(sheet, area)]
    more = [area for area in areas if tables and area not in tables and _is_summary_table(sheet, area, tables)]
    if len(tables) + len(more) < FEWEST_TABLES:
        return []
    blocks = [_Block(area, area in more) for area in areas if area in tables or area in more]
    for area in (area for area in areas if area not in tables and area not in more):
        below = _titled(sheet, area, blocks)
        if below is not None:
            below.titles.append(area)
        else:
            _neighbour(area, blocks).more.append(area)
    return blocks


def _areas(sheet: Sheet) -> list[Area]:
    """The rectangles that blank rows and columns leave, from top to bottom and from left to right."""
    filled = [{column for column, value in enumerate(line, 1) if value is not None} for line in sheet.rows]
    for block in sheet.merged:
        if sheet.cell(block.first_row, block.first_column) is not None:
            for row in range(block.first_row, min(block.last_row, sheet.height) + 1):
                filled[row - 1] |= set(range(block.first_column, min(block.last_column, sheet.width) + 1))
    return _cut(filled, Area(1, 1, sheet.height, sheet.width))


def _cut(filled: list[set[int]], area: Area) -> list[Area]:
    span = range(area.left, area.right + 1)
    rows = [r for r in range(area.top, area.bottom + 1) if not filled[r - 1].isdisjoint(span)]
    columns = sorted({c for r in rows for c in filled[r - 1] if area.left <= c <= area.right})
    if not rows:
        return []
    bands = _runs(rows)
    if len(bands) > 1:
        return [part for top, bottom in bands for part in _cut(filled, Area(top, columns[0], bottom, columns[-1]))]
    strips = _runs(columns)
    if len(strips) > 1:
        return [part for left, right in strips for part in _cut(filled, Area(rows[0], left, rows[-1], right))]
    return [Area(rows[0], columns[0], rows[-1], columns[-1])]


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _at_headers(sheet: Sheet, area: Area) -> list[Area]:
    """An area in parts where a further header, and a title above it, begin a table without a blank row before it."""
    table = find_table(_part(sheet, area))
    if table is None:
        return [area]
    starts = []
    for row in range(area.top + table.last, area.bottom):
        cells = [(c, v) for c in range(area.left, area.right + 1) if (v := sheet.cell(row, c)) is not None]
        ids = [c for c, v in cells if is_label(v) and read_header((shown(v),)).field == "patient"]
        if ids and len(cells) > 1 and all(is_label(v) for _, v in cells):
            above = [v for c in range(area.left, area.right + 1) if (v := sheet.cell(row - 1, c)) is not None]
            title = len(above) == 1 and is_label(above[0]) and row - 1 > area.top + table.last
            starts.append(row - 1 if title else row)
    edges = [area.top, *starts, area.bottom + 1]
    return [Area(top, area.left, below - 1, area.right) for top, below in pairwise(edges)]


def _part(sheet: Sheet, area: Area) -> Sheet:
    """The cells of an area as a sheet."""
    rows = tuple(line[area.left - 1 : area.right] for line in sheet.rows[area.top - 1 : area.bottom])
    return Sheet(sheet.name, rows, merged=_merged(sheet, {r: r - area.top + 1 for r in _rows(area)}, area))


def _rows(area: Area) -> range:
    return range(area.top, area.bottom + 1)


def _merged(sheet: Sheet, new: dict[int, int], area: Area) -> tuple[MergedRange, ...]:
    """The merged cells that begin in an area, moved to the new places of their rows."""
    return tuple(
        MergedRange(
            new[block.first_row],
            block.first_column - area.left + 1,
            max(new[row] for row in range(block.first_row, block.last_row + 1) if row in new),
            min(block.last_column, area.right) - area.left + 1,
        )
        for block in sheet.merged
        if block.first_row in new and area.left <= block.first_column <= area.right
    )


def _is_table(sheet: Sheet, area: Area) -> bool:
    """Whether an area has a header of its own that names the patient and more, with rows under it; or is turned."""
    part = _part(sheet, area)
    table = find_table(part)
    if table is None:
        return False
    read = [read_header(parts) for _, parts in table.headers if parts]
    ids = [r for r in read if r.field == "patient"]
    under = [v for line in part.rows[table.last :] for v in line if v is not None]
    if ids and under and any(r.known for r in read if r.field != "patient"):
        return not is_summary(shown(under[0]))
    return turned_shape(part) is not None


def _is_summary_table(sheet: Sheet, area: Area, tables: Sequence[Area]) -> bool:
    """Whether an area has a header of its own that begins with a word for visits, dates or parameters, under a table of
    patients or beside one that has that word itself: its rows are no patients.
    """
    part = _part(sheet, area)
    table = find_table(part)
    if table is None or table.last >= part.height:
        return False
    line = [value for value in part.rows[table.last - 1] if value is not None]
    first = read_header((shown(line[0]),)) if line and all(map(is_label, line)) else None
    if first is None or len(line) < FEWEST_TABLES or first.field not in (*_TIMES, "parameter"):
        return False
    if any(other.over(area) and other.bottom < area.top for other in tables):
        return True
    beside = [find_table(_part(sheet, other)) for other in tables if other.beside(area)]
    return any(
        read_header(parts).field == first.field for t in beside if t is not None for _, parts in t.headers if parts
    )


def _titled(sheet: Sheet, area: Area, blocks: Sequence[_Block]) -> _Block | None:
    """The table whose title an area is: one short text right above it that is not as near to a table above."""
    cells = [v for r in _rows(area) for v in sheet.rows[r - 1][area.left - 1 : area.right] if v is not None]
    if len(cells) != 1 or not is_label(cells[0]) or shown(cells[0])[0] in "*†‡§(":
        return None
    near = [b for b in blocks if b.area.over(area) and 0 < b.area.top - area.bottom <= TITLE_WITHIN + 1]
    if not near:
        return None
    below = min(near, key=lambda b: (b.area.top, b.area.left))
    gap = below.area.top - area.bottom
    above = [area.top - b.area.bottom for b in blocks if b.area.over(area) and b.area.bottom < area.top]
    return below if not above or gap <= min(above) else None


def _neighbour(area: Area, blocks: Sequence[_Block]) -> _Block:
    """The table that an area without a header stays with: to its left, else above it, else the nearest one."""
    left = [b for b in blocks if b.area.beside(area) and b.area.right < area.left]
    above = [b for b in blocks if b.area.bottom < area.top]
    right_above = [b for b in above if b.area.over(area)]
    if left:
        return max(left, key=lambda b: b.area.right)
    if right_above or above:
        return max(right_above or above, key=lambda b: b.area.bottom)
    return min(blocks, key=lambda b: abs(b.area.top - area.bottom))


def _title(sheet: Sheet, block: _Block) -> str:
    """The title nearest above the header, without its number."""
    table = find_table(_part(sheet, block.area))
    inside = range(block.area.top, block.area.top + (table.first - 1 if table else 0))
    lines = [sheet.rows[r - 1][block.area.left - 1 : block.area.right] for r in inside]
    lines = [sheet.rows[a.top - 1][a.left - 1 : a.right] for a in block.titles] + lines
    if table is not None and table.first < table.last:
        lines.append(sheet.rows[block.area.top + table.first - 2][block.area.left - 1 : block.area.right])
    for line in reversed(lines):
        cells = [v for v in line if v is not None]
        if len(cells) == 1 and is_label(cells[0]):
            text = shown(cells[0])
            return _NUMBERED.sub("", text, count=1) or text
    return ""


def _made(sheet: Sheet, block: _Block, name: str, title: str) -> Sheet:
    """The sheet of one table: its titles, then its rows, with the areas that stay with it."""
    own = [block.area, *block.titles, *block.more]
    whole = Area(
        min(a.top for a in own), min(a.left for a in own), max(a.bottom for a in own), max(a.right for a in own)
    )
    order = [a.top for a in block.titles if a.bottom < block.area.top]
    order += range(block.area.top, whole.bottom + 1)
    order = [r for a in block.more if a.bottom < block.area.top for r in _rows(a)] + order
    rows = [[_own(sheet, row, column, own) for column in range(whole.left, whole.right + 1)] for row in order]
    new = {row: at for at, row in enumerate(order, 1)}
    made = replace(sheet_of(name, rows, [sheet]), merged=_merged(sheet, new, whole))
    table = find_table(made)
    if table is None or not title or table.first != table.last:
        return made
    return _with_measure(made, rows, table, title, sheet)


def _own(sheet: Sheet, row: int, column: int, areas: Sequence[Area]) -> Placed:
    inside = any(a.top <= row <= a.bottom and a.left <= column <= a.right for a in areas)
    return placed(sheet, row, column) if inside else NOTHING


def _with_measure(made: Sheet, rows: list[list[Placed]], table: Table, title: str, sheet: Sheet) -> Sheet:
    """The sheet with the measure of its title in the headers that are only visits, or the visit of its title in those
    that are only measures.
    """
    read = {column: read_header(parts) for column, parts in table.headers if parts}
    named = read_header((title,))
    values = {c: r for c, r in read.items() if not r.field}
    head = list(rows[table.last - 1])
    if values and all(r.visit is not None and not r.name for r in values.values()) and len(title) <= LONGEST_NAME:
        if named.visit is not None or named.field:
            return made
        changed = {c: f"{title} {r.text}" for c, r in values.items()}
    elif named.visit is not None and all(r.visit is None for r in values.values()) and "visit" not in {
        r.field for r in read.values()
    }:  # fmt: skip
        changed = {c: f"{r.text} {named.visit.label}" for c, r in values.items()}
    else:
        return made
    for column, text in changed.items():
        if visit_of(text) is None:
            head[column - 1] = Placed(text, head[column - 1].where)
    lines = [*rows[: table.last - 1], head, *rows[table.last :]]
    return replace(sheet_of(made.name, lines, [sheet]), merged=made.merged)
