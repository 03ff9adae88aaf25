"""One sheet of one patient: whose it is, the facts in its head, and the rows of its table.

Invariants: a page has no column of patient ids; its rows are visits, dates or courses of a drug, turned over where
these stand in columns; every cell keeps its place in the file; rows that are left out are said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from trajecta.io.arrange_turned import labelled, parameter_rows
from trajecta.io.cells import shown
from trajecta.io.dates import is_date
from trajecta.io.headers import HeaderReading, is_unit, read_header
from trajecta.io.layout import HEADER_WITHIN, Table, find_table, is_label, is_summary
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.profiles import profile
from trajecta.io.visit_names import visit_of
from trajecta.io.words import lookup
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.instruments import plain

MOST_ROWS = 20_000  # the sheet of one patient is short; a longer one is a table of all
MOST_LABEL_COLUMNS = 4  # group, parameter, unit before the columns of visits
FEWEST_VISITS = 2
FEWEST_WORDS = 3  # of a header under a blank row; two stand in the head of a patient as well
LONGEST_ID = 24
_TIMES = ("visit", "week", "month", "day", "date")
_COURSE = ("dose", "start", "stop", "frequency")
# Words before a number that name a patient; beside them only initials and the short names of a study do.
_PERSONS = ("p", "pt", "pts", "pat", "sub", "subj", "case", "fall", "proband", "teilnehmer", "pz", "paz", "pac")
_NO_PERSONS = (
    "fig", "figs", "tab", "tabs", "exp", "run", "grp", "arm", "set", "lot", "box", "part", "page", "list", "plot",
    "rep", "q", "s", "g", "gr", "coh", "year", "jahr", "ws", "tmp", "test", "site", "blatt", "calc", "data", "form",
)  # fmt: skip
_ID = re.compile(
    r"([^\W\d_]{0,4})[-_. ]?(\d{1,6})[a-z]?|([^\W\d_]{1,6})((?:[-_. ]?\d+){2,4})|([^\W\d_]{4,})[-_. ]?(\d+)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_BESIDE_ID = ("labs", "lab", "labor", "scores", "score", "values", "werte", "verlauf", "visits", "visiten", "meds")


@dataclass(frozen=True, slots=True)
class Page:
    """The sheet of one patient. ``said`` is the id in its head, ``named`` the one in its name; either may be missing.

    ``facts`` are labels with their values, ``head`` and ``rows`` the table; ``is_log`` tells a log of drugs. ``part``
    is the number of the part of a sheet with several patients under each other, 0 for a sheet of one patient.
    """

    sheet: Sheet
    said: Placed
    named: str
    facts: tuple[tuple[Placed, Placed], ...]
    head: tuple[Placed, ...]
    rows: tuple[tuple[Placed, ...], ...]
    is_log: bool
    left_out: tuple[Issue, ...] = ()
    part: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """The sheet and its part, by which pages of one patient belong together."""
        return self.sheet.name, self.part

    @property
    def headers(self) -> frozenset[str]:
        """The headers as they are compared with those of other pages."""
        return frozenset(plain(shown(cell.value)) for cell in self.head)

    @property
    def measures(self) -> bool:
        """Whether a header names an instrument, or a parameter column holds them."""
        read = [read_header((shown(cell.value),)) for cell in self.head]
        return any(r.instrument is not None or r.field == "parameter" for r in read)


def pages_of(sheet: Sheet) -> tuple[Page, ...]:
    """The tables of one patient on a sheet, each as a page; none if the sheet is something else.

    A further table begins after a blank row with a header of its own, as a log of drugs under the visits does.
    """
    if not 2 <= sheet.height <= MOST_ROWS:
        return ()
    starts = [1, *_further(sheet), sheet.height + 1]
    parts = [_rows_of(sheet, top, below) for top, below in pairwise(starts)] if len(starts) > 2 else [sheet]
    found = [page for part in parts if (page := _across(part) or _down(part)) is not None]
    if len(found) < len(parts):
        whole = _across(sheet) or _down(sheet)
        return (whole,) if whole is not None else ()
    first = found[0]
    return tuple(
        replace(page, sheet=sheet, said=first.said, facts=first.facts if at == 0 else ())
        for at, page in enumerate(found)
    )


def _further(sheet: Sheet) -> Iterator[int]:
    """The rows in which a further table begins: after a blank row, a header of known words or a title above one."""
    met = False
    for row in range(1, sheet.height):
        apart = row == 1 or not any(value is not None for value in sheet.rows[row - 2])
        title = apart and sum(value is not None for value in sheet.rows[row - 1]) == 1
        line = [value for value in sheet.rows[row - 1 + title] if value is not None]
        known = {r.field or r.text for v in line if is_label(v) and (r := read_header((shown(v),))).known}
        if (len(known) >= FEWEST_WORDS or len(known) == len(line) > 1) and all(map(is_label, line)):
            if met and apart:
                yield row
            met = True


def _rows_of(sheet: Sheet, top: int, below: int) -> Sheet:
    """The rows from ``top`` to before ``below`` as a sheet, each cell with its place in the file."""
    cells = ([placed(sheet, row, column) for column in range(1, sheet.width + 1)] for row in range(top, below))
    return sheet_of(sheet.name, cells, [sheet])


def id_in_name(name: str) -> str:
    """The id of a patient in the name of a sheet, or nothing if the name may as well be that of anything else.

    >>> [id_in_name(name) for name in ("MA-22", "Pat 01", "P1 Medication", "SLE-01-003", "7")]
    ['MA-22', 'Pat 01', 'P1', 'SLE-01-003', '7']
    >>> [id_in_name(name) for name in ("Sheet1", "Month 3", "V2", "2021", "Fig 2", "Overview", "Scores 2021")]
    ['', '', '', '', '', '', '']
    """
    tokens = name.split()
    while len(tokens) > 1 and _beside_id(tokens[-1]):
        tokens.pop()
    while len(tokens) > 1 and _beside_id(tokens[0]):
        tokens.pop(0)
    text = " ".join(tokens).strip(" -_:")
    match = _ID.fullmatch(text)
    if match is None or len(text) > LONGEST_ID or visit_of(text) is not None or _YEAR.search(text):
        return ""
    word = plain(match[1] or match[3] or match[5] or "")
    if match[5]:
        return text if _names_person(word) else ""
    known = lookup("field").get(word, "patient")
    return "" if word in _NO_PERSONS or (known not in ("patient", "weak_patient") and len(word) > 2) else text


def _names_person(word: str) -> bool:
    return word in _PERSONS or lookup("field").get(word) == "patient"


def _beside_id(token: str) -> bool:
    """Whether a word of a sheet's name says what the sheet holds: “MA-22 Medication”."""
    word = plain(token)
    return not word or word in _BESIDE_ID or lookup("field").get(word) in ("drug", "visit", "date", "event", "dose")


def _down(sheet: Sheet) -> Page | None:
    """A page with visits, dates or drugs in rows."""
    table = find_table(sheet)
    if table is None or table.last >= sheet.height:
        return None
    read = {column: read_header(parts) for column, parts in table.headers if parts}
    fields = {reading.field for reading in read.values()}
    if "patient" in fields:
        return None
    head = {column: Placed(_joined(table, column), sheet.ref(table.last, column)) for column in read}
    is_log = "drug" in fields and bool(fields & set(_COURSE))
    if not is_log and not fields & set(_TIMES):
        unnamed = _unnamed_times(sheet, table, read)
        if not unnamed:
            return None
        head = {**unnamed, **head}
    if not is_log and not _has_values(sheet, table, read):
        return None
    columns = sorted(head)
    rows, left_out = [], []
    for row in range(table.last + 1, sheet.height + 1):
        cells = tuple(placed(sheet, row, column) for column in columns)
        filled = [cell for cell in cells if cell.value is not None]
        if _begins_table(filled):
            left_out.append(_another_table(sheet, filled))
            break
        why = _no_row(filled, len(columns))
        if why:
            left_out.append(Issue(Severity.NOTE, filled[0].where, f"The row “{shown(filled[0].value)[:60]}” {why}."))
        elif filled:
            rows.append(cells)
    said, facts = _head(sheet, table.first)
    named = id_in_name(sheet.name)
    return Page(
        sheet, said, named, facts, tuple(head[c] for c in columns), tuple(rows), is_log, tuple(left_out)
    ) if rows else None  # fmt: skip


def _joined(table: Table, column: int) -> str:
    """The header of a column in one text: units in brackets behind the name."""
    parts = dict(table.headers)[column]
    texts = [f"({p})" if at and is_unit(p) and not p.startswith(("(", "[")) else p for at, p in enumerate(parts)]
    return " ".join(texts)


def _unnamed_times(sheet: Sheet, table: Table, read: dict[int, HeaderReading]) -> dict[int, Placed]:
    """The first column under a visit's or date's name of its own, if its cells are visits or dates without a header."""
    for column in range(1, min(sheet.width, 2) + 1):
        if column in read and (read[column].known or read[column].unit):
            continue
        cells = [v for row in range(table.last + 1, sheet.height + 1) if (v := sheet.cell(row, column)) is not None]
        for name, fits in (("Visit", _is_visit), ("Date", is_date)):
            if len(cells) >= FEWEST_VISITS and sum(map(fits, cells)) * 2 > len(cells):
                return {column: Placed(name, sheet.ref(table.last, column))}
    return {}


def _is_visit(value: CellValue) -> bool:
    return isinstance(value, str) and visit_of(value) is not None


def _has_values(sheet: Sheet, table: Table, read: dict[int, HeaderReading]) -> bool:
    first = table.last + 1
    if {"parameter", "value"} <= {r.field for r in read.values()}:
        return True
    return any(profile(sheet, c, first).numeric for c, r in read.items() if r.instrument is not None or not r.field)


def _begins_table(filled: Sequence[Placed]) -> bool:
    """Whether a row under the table is the header of another one: only labels, two of them or more words of columns."""
    texts = [cell.value for cell in filled if isinstance(cell.value, str) and is_label(cell.value)]
    return len(texts) == len(filled) and sum(bool(read_header((shown(text),)).field) for text in texts) > 1


def _another_table(sheet: Sheet, filled: Sequence[Placed]) -> Issue:
    named = ", ".join(f"“{shown(cell.value)[:30]}”" for cell in filled[:4])
    said = f"The sheet “{sheet.name}” has another table under its first one ({named}), which is not read."
    return Issue(Severity.WARNING, filled[0].where, said, "Put it on a sheet of its own, with a column of patient ids.")


def _no_row(filled: Sequence[Placed], width: int) -> str:
    """Why a row under the table of one patient is none of its rows; empty if it is one."""
    if not filled:
        return ""
    first = filled[0].value
    if isinstance(first, str) and is_summary(first):
        return "summarises the others and is left out"
    alone = len(filled) == 1 and width > 1 and isinstance(first, str)
    if alone and visit_of(str(first)) is None and not is_date(first):
        return "is a remark under the table and is left out"
    return ""


def _across(sheet: Sheet) -> Page | None:
    """A page with parameters in rows and visits or dates in columns."""
    for header in range(1, min(sheet.height - 1, HEADER_WITHIN) + 1):
        line = sheet.rows[header - 1]
        for before in range(1, min(MOST_LABEL_COLUMNS, sheet.width - FEWEST_VISITS) + 1):
            last, name = _times_from(line, before)
            if last - before < FEWEST_VISITS or any(_names_drug(value) for value in line[:before]):
                continue
            shape = labelled(sheet, header, before, last)
            if shape is None or shape.visit:
                continue
            parameters = [p for p in parameter_rows(sheet, shape) if p[1].value is not None]
            corner = sheet.ref(header, shape.parameter)
            rows = tuple(
                (placed(sheet, header, column), *(placed(sheet, row, column) for _, _, row in parameters))
                for column in range(before + 1, last + 1)
            )
            head = (Placed(name, corner), *(Placed(label.value, label.where) for _, label, _ in parameters))
            said, facts = _head(sheet, header)
            return Page(sheet, said, id_in_name(sheet.name), facts, head, rows, False)
    return None


def _names_drug(value: CellValue) -> bool:
    """Whether a corner says that drugs stand in the rows: that is a table of doses and no table of values."""
    return is_label(value) and read_header((shown(value),)).field == "drug"


def _times_from(line: Sequence[CellValue], before: int) -> tuple[int, str]:
    """The last column of the visits or dates that begin after ``before`` columns, and what they are."""
    for name, fits in (("Visit", _is_visit), ("Date", is_date)):
        last = before
        while last < len(line) and fits(line[last]):
            last += 1
        rest = [value for value in line[last:] if value is not None]
        if last > before and not any(_is_visit(value) or is_date(value) for value in rest):
            return last, name
    return before, ""


def _head(sheet: Sheet, until: int) -> tuple[Placed, tuple[tuple[Placed, Placed], ...]]:
    """The patient's id and the other facts above the table: labels with what stands to their right."""
    said, facts = NOTHING, []
    for row in range(1, until):
        for label, value in _pairs(sheet, row):
            read = read_header((shown(label.value),))
            if read.field == "patient" and said.value is None and len(shown(value.value)) <= LONGEST_ID:
                said = value
            elif read.field != "patient":
                facts.append((label, value))
    return said, tuple(facts)


def _pairs(sheet: Sheet, row: int) -> Iterator[tuple[Placed, Placed]]:
    """Label and value side by side, or in one cell with a colon."""
    label = NOTHING
    for column in range(1, sheet.width + 1):
        cell = placed(sheet, row, column)
        if cell.value is None:
            continue
        text = shown(cell.value)
        before, colon, after = text.partition(":")
        if isinstance(cell.value, str) and colon and after.strip() and not is_date(text):
            yield Placed(before.strip(), cell.where), Placed(after.strip(), cell.where)
            label = NOTHING
        elif label.value is not None:
            yield label, cell
            label = NOTHING
        elif is_label(cell.value):
            label = Placed(text.rstrip(": "), cell.where)
            first, _, rest = text.partition(" ")
            if lookup("field").get(plain(first)) == "patient" and id_in_name(rest):  # “Patient MA-22”
                yield Placed(first, cell.where), Placed(rest, cell.where)
                label = NOTHING
