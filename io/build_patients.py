"""Facts of patients: sex, age, time zero and further columns, from every sheet that has them.

Invariants: the first sheet that states a fact wins, and another statement is reported with both addresses; a column
that may identify a patient is never read beyond its header.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from trajecta.io.build_rows import PatientRow, Roster
from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.dates import Precision, date_order, read_date
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef, Patient
from trajecta.stats.instruments import plain

OPEN_ORDER = "day or month first"  # the kind of issue that question_sources.py turns into a question with options
Facts = dict[str, dict[str, tuple[str, CellRef]]]


@dataclass
class Stated:
    """What the sheets state about patients, by patient key; ``zeros`` holds dates of time zero with their cells."""

    sex: dict[str, tuple[str, CellRef]] = field(default_factory=dict)
    age: dict[str, tuple[float, CellRef]] = field(default_factory=dict)
    zeros: dict[str, tuple[date, CellRef]] = field(default_factory=dict)
    zero_header: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dates:
    """How the dates of one column are read."""

    day_first: bool | None
    epoch_1904: bool


def dates_of(rows: list[PatientRow], column: ColumnMapping, epoch_1904: bool) -> Dates:
    """The order of day and month in a column, as the user chose it, else decided by its own texts."""
    if column.day_first is not None:
        return Dates(column.day_first, epoch_1904)
    return Dates(date_order(row.cells[column.column - 1] for row in rows).decided, epoch_1904)


def exact_date(value: CellValue, how: Dates, where: CellRef, log: IssueLog) -> date | None:
    """The date of a cell with its troubles reported; a partial date is placed in its middle with a warning."""
    read = read_date(value, how.day_first, how.epoch_1904)
    if read.trouble:
        log.error(where, f"{where} {read.trouble}; it is not used.", "Write the date as day.month.year.", "no date")
    elif read.open_order and read.day is not None:
        log.warning_of_column(
            where,
            f"{where} says “{read.text}”; it is read as {read.day.isoformat()}, day before month.",
            "Is the day or the month written first?",
            OPEN_ORDER,
        )
    elif read.day is not None and read.precision is not Precision.DAY:
        log.warning(
            where,
            f"{where} says “{read.text}”; only the {read.precision.value} is known, "
            f"so {read.day.isoformat()} is taken.",
            "Complete the date in the workbook if it is known.",
            "a partial date",
        )
    return read.day


def read_facts(
    sheet: Sheet, mapping: SheetMapping, rows: list[PatientRow], stated: Stated, log: IssueLog, epoch_1904: bool = False
) -> None:
    """Read the sex, age, time zero and fact columns of one sheet."""
    for column in mapping.columns:
        if column.field is Field.IDENTIFYING:
            log.note(
                sheet.ref(mapping.header_rows[1], column.column),
                f"The column “{column.header}” may identify patients and is not imported.",
            )
        elif column.field is Field.TIME_ZERO:
            stated.zero_header = stated.zero_header or column.header
            how = dates_of(rows, column, epoch_1904)
            for row in rows:
                value = row.cells[column.column - 1]
                where = sheet.ref(row.row, column.column)
                day = None if value is None else exact_date(value, how, where, log)
                if day is not None:
                    _state(stated.zeros, row.patient, day, where, column.header, log)
        elif column.field is Field.SEX:
            for row in rows:
                _sex(row, sheet.ref(row.row, column.column), column, stated, log)
        elif column.field is Field.AGE:
            for row in rows:
                _age(row, sheet.ref(row.row, column.column), column, stated, log)
        elif column.field is Field.FACT:
            label = column.header
            for row in rows:
                text = shown(row.cells[column.column - 1])
                if text:
                    stated.facts.setdefault(row.patient, {}).setdefault(
                        label, (text, sheet.ref(row.row, column.column))
                    )


T = TypeVar("T", str, float, date)


def _state(
    into: dict[str, tuple[T, CellRef]], patient: str, value: T, where: CellRef, what: str, log: IssueLog
) -> None:
    first = into.setdefault(patient, (value, where))
    if first[0] != value:
        log.warning(
            where,
            f"{where} says {value} for “{what}”, but {first[1]} says {first[0]}; the first one is kept.",
            "Which one is right?",
            "a contradiction",
        )


def _sex(row: PatientRow, where: CellRef, column: ColumnMapping, stated: Stated, log: IssueLog) -> None:
    text = shown(row.cells[column.column - 1])
    word = plain(text)
    if word in words("cell", "female"):
        _state(stated.sex, row.patient, "F", where, column.header, log)
    elif word in words("cell", "male"):
        _state(stated.sex, row.patient, "M", where, column.header, log)
    elif text and read_cell(text).found is not Found.MISSING:
        _state(stated.sex, row.patient, text, where, column.header, log)


def _age(row: PatientRow, where: CellRef, column: ColumnMapping, stated: Stated, log: IssueLog) -> None:
    read = read_cell(row.cells[column.column - 1])
    if read.found is Found.NUMBER and read.value is not None and 0 <= read.value <= 120:
        _state(stated.age, row.patient, read.value, where, column.header, log)
    elif read.found not in (Found.BLANK, Found.MISSING):
        log.warning(where, f"{where} says “{read.text}”, which is not an age; it is not used.", kind="no age")


def patients(roster: Roster, stated: Stated, zeros: dict[str, date]) -> tuple[Patient, ...]:
    """The patients in the order of the roster, with everything stated about them."""
    return tuple(
        Patient(
            id=text,
            sex=stated.sex[key][0] if key in stated.sex else None,
            age=stated.age[key][0] if key in stated.age else None,
            time_zero=zeros.get(key),
            facts=tuple((label, value) for label, (value, _) in stated.facts.get(key, {}).items()),
            source=where,
        )
        for key, (text, where) in roster.ids.items()
    )
