"""Values at visits, from long sheets (a row per visit) and wide ones (a column per visit), as cells with their places.

Invariants: long and wide give the same values; a cell is assigned by patient id and visit name, never by its row; the
decimal sign is decided per column by evidence; nothing is judged here, only collected.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from statistics import median
from typing import NamedTuple

from trajecta.io.build_patients import Dates, dates_of, exact_date
from trajecta.io.build_rows import PatientRow
from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.column_rules import Rules, rules_of_sheet
from trajecta.io.dates import read_date
from trajecta.io.headers import is_unit
from trajecta.io.issue_log import IssueLog, counted
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping, SheetRole
from trajecta.io.nominal_dates import dates_at_visits
from trajecta.io.visit_names import DAYS_OF, VisitName, numbered, visit_like, visit_of
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef, Visit
from trajecta.stats.instruments import plain

NO_NAMES = "visits without names"  # the kind of issue that question_sources.py turns into a question with options
# Where visits without a nominal or an actual day stand: before baseline, after numbered days, at the very end.
_PLACES = {"screening": -1e4, "post": 1e7, "end": 1e8}


class ValueCell(NamedTuple):
    """One cell of a measure: whose, when, where, what; ``unit`` is that of a column of units beside it."""

    patient: str
    visit: str
    row: int
    value: CellValue
    unit: str = ""


@dataclass
class ValueColumn:
    """A column of one measure: its mapping, how its cells are read, its cells, and the row that names it."""

    sheet: Sheet
    mapping: ColumnMapping
    rules: Rules
    cells: list[ValueCell]
    head: int = 1


@dataclass
class VisitTable:
    """All visits of the workbook by key, and for each patient and visit its date and day with their cells.

    ``doubts`` hold what was said about a patient's visit as a whole, such as a date far from its name; ``by_day`` are
    the keys of visits known by their day or date alone, ``named`` of those that a sheet names.
    """

    visits: dict[str, VisitName] = field(default_factory=dict)
    dates: dict[tuple[str, str], tuple[date, CellRef]] = field(default_factory=dict)
    days: dict[tuple[str, str], tuple[float, CellRef]] = field(default_factory=dict)
    columns: list[ValueColumn] = field(default_factory=list)
    separate: bool = False
    doubts: dict[tuple[str, str], str] = field(default_factory=dict)
    by_day: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def key(self, name: VisitName, text: str) -> str:
        """The key of a visit, entered if it is new; day 0 is a visit of its own where baseline stands beside it."""
        if name.alias and self.separate:
            tidy = " ".join(text.split())
            name = VisitName(tidy.casefold(), tidy, 0.0)
        self.visits.setdefault(name.key, name)
        return name.key


def separates_day_zero(names: Iterable[str]) -> bool:
    """Whether names of visits hold both a baseline and a day 0, so that they are two visits."""
    found = [visit_of(name) for name in set(names)]
    baselines = [v for v in found if v is not None and v.key == "baseline"]
    return any(v.alias for v in baselines) and not all(v.alias for v in baselines)


def say_two_baselines(sheet: str, texts: Iterable[str], log: IssueLog) -> None:
    """A note that a sheet names both a baseline and a day 0."""
    met = sorted(t for t in texts if (v := visit_of(t)) is not None and v.key == "baseline")
    named = ", ".join(f"“{text}”" for text in met)
    log.note(
        None,
        f"“{sheet}” names the visits {named}; a day 0 beside a baseline is kept as a visit of its own.",
        "If they are the same visit, give it one name in the workbook.",
    )


def visit_texts(sheet: Sheet, mapping: SheetMapping) -> set[str]:
    """The names of visits in one sheet, from its visit column or its headers."""
    column = visit_column(mapping)
    if mapping.role is SheetRole.VISITS and column is not None and not column.unit:
        at = column.column - 1
        return {shown(row[at]) for row in sheet.rows[mapping.first_row - 1 :] if at < len(row) and row[at] is not None}
    return {c.visit for c in mapping.columns if c.visit}


def visit_column(mapping: SheetMapping) -> ColumnMapping | None:
    """The column that says which visit a row is; one with names is preferred to one with numbers of weeks."""
    columns = sorted(mapping.having(Field.VISIT), key=lambda c: c.unit != "")
    return columns[0] if columns else None


def read_values(
    sheet: Sheet,
    mapping: SheetMapping,
    rows: list[PatientRow],
    table: VisitTable,
    log: IssueLog,
    epoch_1904: bool = False,
) -> None:
    """Collect the values of one sheet into the table."""
    measures = mapping.having(Field.MEASURE)
    rules = rules_of_sheet(mapping, {c.column: [row.cells[c.column - 1] for row in rows] for c in measures})
    names = _row_visits(sheet, mapping, rows, table, log, epoch_1904) if mapping.role is SheetRole.VISITS else {}
    for column in measures:
        evidence = rules[column.column].own
        if evidence.comma and evidence.point:
            log.warning(
                sheet.ref(mapping.header_rows[1] or 1, column.column),
                f"The column “{column.header}” writes {counted(evidence.comma, 'number')} with a decimal comma "
                f"and {evidence.point} with a decimal point; each is read as it is written.",
            )
        at = column.column - 1
        if mapping.role is SheetRole.VISITS:
            beside = _units_beside(mapping, column)
            cells = [
                ValueCell(r.patient, names[r.row], r.row, r.cells[at], _unit_in(r, beside))
                for r in rows
                if r.cells[at] is not None and r.row in names
            ]
        else:
            key = _column_visit(mapping, column, table)
            cells = [ValueCell(r.patient, key, r.row, r.cells[at]) for r in rows if r.cells[at] is not None]
        table.columns.append(ValueColumn(sheet, column, rules[column.column], cells, max(1, mapping.header_rows[1])))
    if mapping.role is SheetRole.WIDE:
        _wide_dates(sheet, mapping, rows, table, log, epoch_1904)


def _units_beside(mapping: SheetMapping, column: ColumnMapping) -> int:
    """The column of units that belongs to a measure without one: right behind it, or the only one of each; else 0."""
    units = [c.column for c in mapping.having(Field.UNIT)]
    if column.unit or not units:
        return 0
    only = len(units) == len(mapping.having(Field.MEASURE)) == 1
    return units[0] if only else column.column + 1 if column.column + 1 in units else 0


def _unit_in(row: PatientRow, column: int) -> str:
    text = shown(row.cells[column - 1]) if column else ""
    return text if is_unit(text) else ""


def _column_visit(mapping: SheetMapping, column: ColumnMapping, table: VisitTable) -> str:
    if mapping.visits_as_written:
        text = column.visit or column.header
        known = visit_of(text)
        # "before" has a nominal day and "after" has none: either all columns of a plain table have one, or none has.
        named = [visit_of(c.visit or c.header) for c in mapping.having(Field.MEASURE)]
        all_have = all(name is not None and name.day is not None for name in named)
        key = table.key(VisitName(text, text, known.day if known and all_have else None), text)
    else:
        key = table.key(visit_like(column.visit or "baseline"), column.visit)
    table.named.add(key)
    return key


def _wide_dates(
    sheet: Sheet, mapping: SheetMapping, rows: list[PatientRow], table: VisitTable, log: IssueLog, epoch_1904: bool
) -> None:
    for column in mapping.having(Field.DATE):
        if not column.visit:
            continue
        key = _column_visit(mapping, column, table)
        how = dates_of(rows, column, epoch_1904)
        for row in rows:
            value = row.cells[column.column - 1]
            if value is not None:
                _note_date(value, how, sheet.ref(row.row, column.column), (row.patient, key), table, log)


def _note_date(
    value: CellValue, how: Dates, where: CellRef, place: tuple[str, str], table: VisitTable, log: IssueLog
) -> None:
    if read_cell(value).found is Found.MISSING:
        return
    day = exact_date(value, how, where, log)
    if day is not None:
        first = table.dates.setdefault(place, (day, where))
        if first[0] != day:
            log.warning(
                where,
                f"{where} dates this visit {day.isoformat()}, but {first[1]} says {first[0].isoformat()}; "
                "the first is kept.",
                "Is one of them another visit?",
                "two dates of one visit",
            )


def _row_visits(
    sheet: Sheet, mapping: SheetMapping, rows: list[PatientRow], table: VisitTable, log: IssueLog, epoch_1904: bool
) -> dict[int, str]:
    """Row number to visit key in a long sheet, and the dates and days of the visits on the way."""
    names = visit_column(mapping)
    dates, days = mapping.one(Field.DATE), mapping.one(Field.DAY)
    how = Dates(None, epoch_1904)
    if dates is not None:
        how, by_names = dates_at_visits(rows, dates, names, epoch_1904)
        if by_names:
            _say_order(sheet.ref(mapping.first_row, dates.column), dates, how, log)
    counted: dict[str, int] = {}
    last: dict[str, date] = {}
    found: dict[int, str] = {}
    if names is None and days is None and dates is not None:
        rows = sorted(rows, key=lambda r: (r.patient, _sortable(r.cells[dates.column - 1], how)))
        log.warning(
            sheet.ref(mapping.first_row, dates.column),
            f"“{sheet.name}” has dates but no names of visits: the visits of each patient are numbered by date.",
            "Which column names the visit?",
            NO_NAMES,
        )
    again = _met_again(rows, names, dates, how) if names is not None and dates is not None else {}
    known: dict[CellValue, tuple[VisitName | None, str]] = {}  # a long table repeats its visits
    for row in rows:
        name, text = None, ""
        if names is not None:
            value = row.cells[names.column - 1]
            if type(value) is not str:
                name, text = _named_visit(value, names)
            elif value in known:
                name, text = known[value]
            else:
                name, text = known[value] = _named_visit(value, names)
        elif days is not None:
            read = read_cell(row.cells[days.column - 1])
            if read.value is not None and read.found is Found.NUMBER:
                name, text = numbered("day", read.value), f"day {read.text}"
        elif dates is not None and row.cells[dates.column - 1] is not None:
            day = _sortable(row.cells[dates.column - 1], how)
            if last.get(row.patient) != day or day == date.max:  # two rows of one date are one visit
                counted[row.patient] = counted.get(row.patient, 0) + 1
                last[row.patient] = day
            name = VisitName(f"visit {counted[row.patient]}", f"Visit {counted[row.patient]}")
        if name is None:
            where = sheet.ref(row.row, names.column if names else 1)
            log.error(
                where, f"Row {row.row} of “{sheet.name}” does not say at which visit; it is left out.", kind="no visit"
            )
            continue
        key = found[row.row] = table.key(again.get(row.row, name), text)
        (table.by_day if names is None else table.named).add(key)
        if dates is not None and row.cells[dates.column - 1] is not None:
            _note_date(
                row.cells[dates.column - 1], how, sheet.ref(row.row, dates.column), (row.patient, key), table, log
            )
        if days is not None:
            _note_day(row, sheet.ref(row.row, days.column), days, (row.patient, key), table, log)
    return found


def _say_order(where: CellRef, dates: ColumnMapping, how: Dates, log: IssueLog) -> None:
    order = "day before month" if how.day_first else "month before day"
    log.note(
        where,
        f"The dates of “{dates.header}” are read as {order}: only so they lie near the days of their visits.",
        "If the other one is meant, choose the order of day and month for this column.",
    )


def _met_again(rows: list[PatientRow], names: ColumnMapping, dates: ColumnMapping, how: Dates) -> dict[int, VisitName]:
    """Names for rows of unscheduled visits that a patient has on several dates: the later ones get a number."""
    met: dict[tuple[str, str], dict[date, list[int]]] = {}
    called: dict[tuple[str, str], VisitName] = {}
    unscheduled = tuple(words("unscheduled", "names"))
    for row in rows:
        text, day = shown(row.cells[names.column - 1]), _sortable(row.cells[dates.column - 1], how)
        if day != date.max and plain(text).startswith(unscheduled):
            name = visit_like(text)
            called[row.patient, name.key] = name
            met.setdefault((row.patient, name.key), {}).setdefault(day, []).append(row.row)
    found = {}
    for place, days in met.items():
        name = called[place]
        for number, day in enumerate(sorted(days)[1:], 2):
            later = VisitName(f"{name.key} {number}", f"{name.label} {number}")
            found.update(dict.fromkeys(days[day], later))
    return found


def _sortable(value: CellValue, how: Dates) -> date:
    return read_date(value, how.day_first, how.epoch_1904).day or date.max


def _named_visit(value: CellValue, column: ColumnMapping) -> tuple[VisitName | None, str]:
    text = shown(value)
    if not text or (isinstance(value, float) and not isfinite(value)):
        return None, ""
    unit = plain(column.unit)
    if isinstance(value, float):
        if unit in DAYS_OF:
            return numbered(unit, value), f"{unit} {text}"
        return VisitName(f"visit {text}", f"Visit {text}"), text
    return visit_like(text), text


def _note_day(
    row: PatientRow, where: CellRef, column: ColumnMapping, place: tuple[str, str], table: VisitTable, log: IssueLog
) -> None:
    value = row.cells[column.column - 1]
    read = read_cell(value)
    if read.found is Found.NUMBER and read.value is not None:
        table.days.setdefault(place, (read.value * DAYS_OF.get(plain(column.unit), 1.0), where))
    elif isinstance(value, str) and (named := visit_of(value)) is not None and named.day is not None:
        table.days.setdefault(place, (named.day, where))
    elif read.found not in (Found.BLANK, Found.MISSING):
        log.warning(where, f"{where} says “{read.text}”, which is not a study day; it is not used.", kind="no day")


def ordered_visits(table: VisitTable, actual: dict[tuple[str, str], float]) -> tuple[Visit, ...]:
    """The visits by their nominal day, else the median of their actual days, else in the order met.

    A table in which only some names have a day (``baseline``, ``number3m``) keeps the order of its columns.
    """
    by_visit: dict[str, list[float]] = {}
    for (_, visit), day in actual.items():
        by_visit.setdefault(visit, []).append(day)

    def day_of(name: VisitName) -> float | None:
        days = by_visit.get(name.key)
        if name.day is not None and (name.day or not days):
            return name.day
        return float(median(days)) if days else name.day

    names = list(table.visits.values())
    if any(day_of(n) is None and n.key not in _PLACES and not _counted(n) for n in names) and not by_visit:
        return tuple(Visit(n.key, n.label, n.day) for n in names)

    def place(entry: tuple[int, VisitName]) -> tuple[float, int]:
        at, name = entry
        day = day_of(name)
        return (day if day is not None else _PLACES.get(name.key, _counted(name) or 1e6), at)

    return tuple(Visit(n.key, n.label, n.day) for _, n in sorted(enumerate(names), key=place))


def _counted(name: VisitName) -> float:
    """A place for ``visit 2`` and ``follow-up 1``, after every visit with a day; 0 for other names."""
    kind, _, number = name.key.partition(" ")
    places = {"visit": 1e5, "follow-up": 2e5}
    return places[kind] + int(number) if kind in places and number.isdigit() else 0.0
