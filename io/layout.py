"""Where the table of a sheet lies: its header of one or several rows, its columns, its summary rows.

Invariants: places are Excel's, counted from 1; a merged header cell counts for every column under it; nothing about
the meaning of a column is decided here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.headers import is_scale, is_unit, read_header
from trajecta.io.visit_names import visit_of
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet, Workbook, fingerprint_of
from trajecta.stats.instruments import plain

# Titles and notes above a table take a few rows; a header further down than this is not looked for.
HEADER_WITHIN = 40
NUMBERS_NAMED = 2.0  # more than a data row can score by words that happen to be headers too
LONGEST_INITIALS = 2  # “MW (3)” can be the id of a patient, “Mean (3)” cannot
_REMARK = re.compile(r"[(\[±/,;:]|\+/-")
_P_OF_TEST = re.compile(r"[pP]\s*[(\[,:]\s*[^\W\d_][\w -]{2,}")  # “p (Wilcoxon)”, where “P (5)” is a patient
LONGEST_HEADER = 80  # characters; a longer text is a sentence


@dataclass(frozen=True, slots=True)
class Table:
    """The header rows (inclusive) of a sheet's table and the header texts of each column from top to bottom."""

    first: int
    last: int
    headers: tuple[tuple[int, tuple[str, ...]], ...]


def is_label(value: CellValue) -> bool:
    """Whether a cell holds a short text that is not itself a value."""
    if not isinstance(value, str) or len(value) > LONGEST_HEADER:
        return False
    first = value.strip()[:1]
    return bool(first) and (not (first.isdigit() or first in "<>≤≥+-") or visit_of(value.strip()) is not None)


def _names_numbers(cells: Sequence[CellValue]) -> bool:
    """Whether a row is a header whose visits are bare numbers, such as “id, 0, 3, 6”."""
    if len(cells) < 3 or not is_label(cells[0]) or read_header((shown(cells[0]),)).field != "patient":
        return False
    return len({shown(v) for v in cells}) == len(cells) and all(read_cell(v).found is Found.NUMBER for v in cells[1:])


def _known(value: CellValue) -> bool:
    if not is_label(value):
        return False
    found = read_header((shown(value),))
    if plain(shown(value)) in words("time", "names"):
        return True
    return found.known and found.field != "weak_patient"  # "No" and "N" stand in data rows as well


def _spread(sheet: Sheet, row: int) -> tuple[CellValue, ...]:
    """A header row in which each merged cell stands in all of its columns, and in all of its rows."""
    line = list(sheet.rows[row - 1])
    for block in sheet.merged:
        if block.first_row <= row <= block.last_row and (
            row > block.first_row or block.last_column > block.first_column
        ):
            value = sheet.cell(block.first_row, block.first_column)
            for column in range(block.first_column, min(block.last_column, len(line)) + 1):
                line[column - 1] = value
    return tuple(line)


def _is_header_row(line: Iterable[CellValue]) -> bool:
    """Only labels, at least one of them known or two of them units: a row that can belong to a header."""
    cells = [v for v in line if v is not None]
    if not cells or not all(is_label(v) or (isinstance(v, str) and is_unit(v)) for v in cells):
        return False
    if any(isinstance(v, str) and read_cell(v).found in (Found.NUMBER, Found.YES_NO) for v in cells):
        return False
    units = sum(isinstance(v, str) and is_unit(v.strip("()[] ")) for v in cells)
    return units >= 2 or any(visit_of(shown(v)) is not None or _known(v) for v in cells)


def find_table(sheet: Sheet) -> Table | None:
    """The table of a sheet, or None if it has no row that can be a header.

    The row with the most recognised headers wins, the first one of them; without any, the first row of at least two
    texts. Rows right above and below that are labels too (visits over measures, units under them) belong to it.
    """
    best, best_score = 0, 0.0
    for row in range(1, min(sheet.height, HEADER_WITHIN) + 1):
        cells = [v for v in sheet.rows[row - 1] if v is not None]
        labels = sum(map(is_label, cells))
        if _names_numbers(cells) and not best:
            best, best_score = row, NUMBERS_NAMED
            continue
        if len(cells) < min(2, sheet.width) or labels * 2 < len(cells):
            continue
        # A header names each column differently, and holds no numbers; a data row repeats words and has numbers.
        known = len({shown(v) for v in cells if _known(v)})
        score = known * labels / len(cells) + 0.01 * (labels > 1)
        if score > best_score:
            best, best_score = row, score
    if not best:
        if not sheet.rows or not any(isinstance(v, str) for v in sheet.rows[0]):
            return None
        best = 1
    first, last = best, best
    while first > 1 and _belongs_above(sheet, first - 1):
        first -= 1
    while last < min(sheet.height, best + 3) and _belongs_below(sheet, last, last + 1):
        last += 1
    lines = [_spread(sheet, row) for row in range(first, last + 1)]
    if last > first:
        lines[:-1] = [_filled(line, lower) for line, lower in pairwise(lines)]
    headers = []
    for column in range(1, sheet.width + 1):
        parts: list[str] = []
        for line in lines:
            text = shown(line[column - 1])
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        headers.append((column, tuple(parts)))
    return Table(first, last, tuple(headers))


def _belongs_above(sheet: Sheet, row: int) -> bool:
    line = sheet.rows[row - 1]
    cells = [v for v in line if v is not None]
    merged = any(b.first_row == row and b.last_column > b.first_column for b in sheet.merged)
    over_several = merged and len(cells) > 1  # one merged cell alone over everything is a title
    visits = sum(visit_of(shown(v)) is not None for v in cells if isinstance(v, str))
    if not (cells and all(map(is_label, cells))):
        return False
    return visits >= 1 or (any(map(_known, cells)) and (over_several or _over_visits(line, sheet.rows[row])))


def _over_visits(line: Sequence[CellValue], lower: Sequence[CellValue]) -> bool:
    """Whether a row of measures stands over a row in which the same visits come again and again."""
    below = [shown(v) if is_label(v) and visit_of(shown(v)) is not None else "" for v in lower]
    over = [below[at] for at, value in enumerate(line) if value is not None]
    return all(over) and len(over) > 1 and len(set(below) - {""}) < len([text for text in below if text])


def _belongs_below(sheet: Sheet, above: int, row: int) -> bool:
    line, upper = sheet.rows[row - 1], _spread(sheet, above)
    cells = [v for v in line if v is not None]
    units = [isinstance(v, str) and is_unit(v.strip("()[] ")) for v in cells]
    if any(units) and line[0] is None and all(u or is_scale(shown(v)) for u, v in zip(units, cells, strict=True)):
        return True  # a row of patients has an id in front
    if not _is_header_row(line):
        return False
    if all(units):
        return True
    filled = _filled(upper)
    return all(
        value is None
        or upper[at] is None
        or visit_of(shown(filled[at])) is not None
        or _in_merged(sheet, above, at + 1)
        for at, value in enumerate(line)
    ) and any(visit_of(shown(v)) is not None or _in_merged(sheet, above, at + 1) for at, v in enumerate(upper) if v)


def _in_merged(sheet: Sheet, row: int, column: int) -> bool:
    return any(
        b.first_row <= row <= b.last_row
        and b.first_column <= column <= b.last_column
        and b.last_column > b.first_column
        for b in sheet.merged
    )


def _filled(line: Sequence[CellValue], lower: Sequence[CellValue] = ()) -> tuple[CellValue, ...]:
    """An upper header row in which a visit stands in the empty cells to its right too, as over a group of columns; a
    measure does so over the visits of the row below.
    """
    filled: list[CellValue] = []
    current: CellValue = None
    for at, value in enumerate(line):
        over_visit = at < len(lower) and visit_of(shown(lower[at])) is not None
        is_visit = visit_of(shown(current)) is not None
        if value is not None:
            current = value if visit_of(shown(value)) is not None or (isinstance(value, str) and over_visit) else None
        elif not (is_visit or over_visit):
            current = None
        filled.append(value if value is not None else current)
    return tuple(filled)


def is_summary(text: str) -> bool:
    """Whether the first cell of a row says that the row summarises the others.

    >>> is_summary("Mittelwert"), is_summary("Mean ± SD"), is_summary("n = 5"), is_summary("SYN-01"), is_summary("P1")
    (True, True, True, False, False)
    >>> is_summary("Median (range)"), is_summary("Mean [95% CI]"), is_summary("P (5)")
    (True, True, False)
    >>> is_summary("p (Wilcoxon)"), is_summary("P (M)")
    (True, False)
    """
    word = plain(text)
    if word in words("cell", "summary"):
        return True
    head = plain(_REMARK.split(text, maxsplit=1)[0])
    if len(head) > LONGEST_INITIALS and head in words("cell", "summary"):
        return True
    if _P_OF_TEST.match(text):
        return True
    letters = word.rstrip("0123456789")
    tail = word[len(letters) :]
    return bool(tail) and letters in ("n", "mean", "median", "sd") and "=" in text


def find_tables(workbook: Workbook) -> tuple[Table | None, ...]:
    """The table of every sheet of a workbook, in the order of its sheets."""
    return tuple(map(find_table, workbook.sheets))


def shape_key(workbook: Workbook, tables: tuple[Table | None, ...] | None = None) -> str:
    """A key that stays the same when rows are added or values change, and changes with sheets or headers.

    ``tables`` are those of ``find_tables`` where they are at hand already.
    """
    lines = []
    for sheet, table in zip(workbook.sheets, tables or find_tables(workbook), strict=True):
        headers = "" if table is None else "\x1f".join(plain("".join(parts)) for _, parts in table.headers)
        lines.append(f"{sheet.name}\x1e{headers}")
    return fingerprint_of("\n".join(lines).encode())[:32]
