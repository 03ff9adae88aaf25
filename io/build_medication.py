"""The medication log and the list of events, row by row into courses and events in study days.

Invariants: a dose is turned into milligrams a day only by ``trajecta.stats.doses``, a name into a substance only by
``trajecta.stats.drugs``; an unknown day stays unknown with an issue; a blank stop means ongoing and is said once.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import isfinite

from trajecta.io.build_patients import Dates, dates_of, exact_date
from trajecta.io.build_rows import PatientRow
from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.dates import read_date
from trajecta.io.issue_log import IssueLog, are, counted
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping
from trajecta.io.visit_names import BEFORE, DAYS_OF, visit_like
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef, Course, Event, Role
from trajecta.stats.drugs import (
    NONE,
    NOT_STATED,
    DrugClass,
    daily_mg,
    is_event,
    role_in,
    role_of,
    substance,
    substance_of,
)
from trajecta.stats.instruments import plain
from trajecta.stats.medlog import calendar_day

# A bare number in a date column below this is a study day; Excel's serial numbers of this century begin at 36,526.
LARGEST_STUDY_DAY = 20_000


@dataclass(frozen=True, slots=True)
class LogSheet:
    """One medication or event sheet with what its rows are read by; ``names`` maps patient keys to ids, ``visits``
    the patient and the visit to its day, actual or else nominal.
    """

    sheet: Sheet
    mapping: SheetMapping
    rows: list[PatientRow]
    names: dict[str, str]
    zeros: dict[str, date]
    epoch_1904: bool = False
    visits: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def text(self, row: PatientRow, kind: Field) -> str:
        """The text of a field in a row; empty if the sheet does not have it."""
        return shown(self.value(row, kind))

    def value(self, row: PatientRow, kind: Field) -> CellValue:
        """The cell of a field in a row."""
        column = self.mapping.one(kind)
        return None if column is None else row.cells[column.column - 1]

    def ref(self, row: PatientRow, kind: Field) -> CellRef:
        """The address of a field in a row; the patient's cell where the sheet does not have it."""
        column = self.mapping.one(kind) or self.mapping.one(Field.PATIENT)
        return self.sheet.ref(row.row, column.column if column else 1)


def infusion_dates(log_sheet: LogSheet, log: IssueLog) -> dict[str, tuple[date, CellRef]]:
    """The first date of an event that is the infusion, by patient key."""
    start = log_sheet.mapping.one(Field.START)
    found: dict[str, tuple[date, CellRef]] = {}
    if start is None or log_sheet.mapping.one(Field.EVENT) is None:
        return found
    how = dates_of(log_sheet.rows, start, log_sheet.epoch_1904)
    for row in log_sheet.rows:
        if plain(log_sheet.text(row, Field.EVENT)) in words("cell", "infusion"):
            read = read_date(log_sheet.value(row, Field.START), how.day_first, how.epoch_1904)
            first = found.get(row.patient)
            if read.day is not None and (first is None or read.day < first[0]):
                found[row.patient] = (read.day, log_sheet.ref(row, Field.START))
    return found


class _Days:
    """Study days of one date column; what cannot be a day is reported."""

    def __init__(self, log_sheet: LogSheet, column: ColumnMapping | None, log: IssueLog) -> None:
        self._of = log_sheet
        self._column = column
        self._log = log
        self._how = dates_of(log_sheet.rows, column, log_sheet.epoch_1904) if column else Dates(None, False)

    def on(self, row: PatientRow) -> tuple[int | None, str]:
        """(study day, what was found): ``day``, ``blank``, ``ongoing`` or ``unknown``."""
        if self._column is None:
            return None, "blank"
        value = row.cells[self._column.column - 1]
        where = self._of.sheet.ref(row.row, self._column.column)
        if value is None:
            return None, "blank"
        if isinstance(value, float) and abs(value) < LARGEST_STUDY_DAY and not 1900 <= value < 2100:
            return round(value), "day"
        if isinstance(value, str) and value.startswith(f"{BEFORE} "):  # of the visit that follows, in an arranged log
            day, found = self._read(row, value.removeprefix(BEFORE).strip(), where)
            return (None if day is None else day - 1), found
        return self._read(row, value, where)

    def _read(self, row: PatientRow, value: CellValue, where: CellRef) -> tuple[int | None, str]:
        """The day of a date or of a visit."""
        read = read_date(value, self._how.day_first, self._how.epoch_1904)
        if read.ongoing:
            return None, "ongoing"
        if read_cell(value).found is Found.MISSING:
            return None, "blank"
        visit = self._visit(row, value) if isinstance(value, str) else None
        if visit is not None:
            return calendar_day(visit), "day"
        day = exact_date(value, self._how, where, self._log)
        zero = self._of.zeros.get(row.patient)
        if day is None:
            return None, "unknown"
        if zero is None:
            self._log.error(
                where,
                f"{where}: the study day of {day.isoformat()} is not known, as "
                f"{self._of.names[row.patient]} has no day 0.",
                "Give the date of the infusion or of the baseline visit.",
                "no day 0",
            )
            return None, "unknown"
        return (day - zero).days, "day"

    def _visit(self, row: PatientRow, text: str) -> float | None:
        """The day of the visit that a text names, for the patient of a row; its nominal day where none is known."""
        name = visit_like(text)
        said = " ".join(text.split()).casefold()
        for key in (said, name.key):  # the text itself first: a day 0 may be a visit of its own beside a baseline
            if (row.patient, key) in self._of.visits:
                return self._of.visits[row.patient, key]
        return name.day


def read_courses(log_sheet: LogSheet, log: IssueLog) -> list[Course]:
    """The courses of one medication sheet, in its order."""
    mapping = log_sheet.mapping
    starts = _Days(log_sheet, mapping.one(Field.START), log)
    stops = _Days(log_sheet, mapping.one(Field.STOP), log)
    courses: list[Course] = []
    open_rows = no_start = 0
    for row in log_sheet.rows:
        drug = log_sheet.text(row, Field.DRUG)
        where = log_sheet.ref(row, Field.DRUG)
        if not drug:
            log.error(where, f"Row {where.row} of “{where.sheet}” names no drug; it is left out.", kind="no drug")
            continue
        start, start_found = starts.on(row)
        stop, stop_found = stops.on(row)
        if plain(drug) == plain(NOT_STATED) and start is None and not _any_visit_until(log_sheet, row, stop):
            continue
        frequency = log_sheet.text(row, Field.FREQUENCY)
        if stop is None and stop_found == "blank" and start is not None:
            if is_event(frequency):
                stop = start
            else:
                open_rows += 1
        unsaid = plain(drug) in words("cell", "no_drug") | {plain(NOT_STATED)}
        if start is None and start_found == "blank" and not unsaid:
            no_start += 1
        course = _course(log_sheet, row, drug, (start, stop), log)
        # Kept although it is not known when the drug was taken: without the row, its days would count as drug-free.
        doubtful = start_found == "unknown" or (start is not None and stop is not None and stop < start)
        courses.append(replace(course, doubtful=True) if doubtful else course)
    if open_rows:
        log.note(
            None,
            f"{counted(open_rows, 'row')} of “{log_sheet.sheet.name}” without a stop {are(open_rows)} taken as ongoing "
            "until a later row of the same drug.",
            "Write “ongoing” or the last day to be sure.",
        )
    if no_start:
        log.note(
            None,
            f"{counted(no_start, 'row')} of “{log_sheet.sheet.name}” without a start {are(no_start)} taken as begun "
            "before the first record.",
            "Write the first day, or the year, if it is known.",
        )
    return courses


def _any_visit_until(log_sheet: LogSheet, row: PatientRow, stop: int | None) -> bool:
    """Whether the patient has a visit up to a day, of which a log made of visits says nothing."""
    return stop is not None and any(
        patient == row.patient and day <= stop for (patient, _), day in log_sheet.visits.items()
    )


def _course(
    log_sheet: LogSheet, row: PatientRow, drug: str, days: tuple[int | None, int | None], log: IssueLog
) -> Course:
    where = log_sheet.ref(row, Field.DRUG)
    key = NONE if plain(drug) in words("cell", "no_drug") else substance_of(drug)
    unit, frequency = log_sheet.text(row, Field.UNIT), log_sheet.text(row, Field.FREQUENCY)
    dose_value = log_sheet.value(row, Field.DOSE)
    dose_column = log_sheet.mapping.one(Field.DOSE)
    if not unit and dose_column is not None:
        unit = dose_column.unit or _unit_in(dose_column.header)
    amount = dose_value if isinstance(dose_value, float) and isfinite(dose_value) else shown(dose_value)
    mg, remark = daily_mg(amount, unit, frequency)
    strength = strength_in(drug)
    if mg is None and frequency and strength is not None and (not shown(dose_value) or _in_pieces(unit)):
        # "Prednisolon 5 mg" with 1-0-1: two pieces of 5 mg.
        pieces = amount if isinstance(amount, float) else 1.0
        mg, remark = daily_mg(pieces * strength[0], strength[1], frequency)
        remark = remark or f"the strength in its name, {strength[0]:g} {strength[1]}, is taken as the dose of one piece"
    said = log_sheet.text(row, Field.ROLE)
    if not said:  # the remark of a row often says what the drug was given for
        note = log_sheet.text(row, Field.NOTE)
        said = note if role_in(note) is not None else ""
    reading = role_of(key, said, days[0])
    if reading.assumed:
        log.warning(
            where, f"{where}: {reading.reason}.", "Write the reason into a column “Role” to be sure.", "an assumed role"
        )
    entry = substance(key)
    is_steroid = entry is not None and entry.kind is DrugClass.GLUCOCORTICOID
    if remark and reading.role is Role.DISEASE and key != NONE and (mg is not None or is_steroid):
        log.note(where, f"{where} ({drug}): {remark}.", kind="a remark on a dose")
    route = log_sheet.text(row, Field.ROUTE)
    dose_text = " ".join(part for part in (shown(dose_value), unit, frequency) if part)
    return Course(log_sheet.names[row.patient], drug, key, reading.role, mg, dose_text, route, days[0], days[1], where)


_STRENGTH = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s*(mg|g|µg|μg|mcg)\b(?!\s*/)", re.IGNORECASE)
_PIECES = re.compile(r"tbl|tabl|tab|caps?|kps|kapsel|st(ü|u)ck|stk|comp|pills?", re.IGNORECASE)


def strength_in(drug: str) -> tuple[float, str] | None:
    """The strength that a drug's name carries, with its unit; None without one, or with several.

    >>> strength_in("Prednisolone 5mg"), strength_in("MMF"), strength_in("Cotrim 160/800 mg"), strength_in("X 5 mg 1 g")
    ((5.0, 'mg'), None, None, None)
    """
    found = _STRENGTH.findall(drug)
    if len(found) != 1 or re.search(r"\d\s*/\s*\d", drug):
        return None
    return float(found[0][0].replace(",", ".")), found[0][1].lower()


def _in_pieces(unit: str) -> bool:
    return _PIECES.match(unit.strip()) is not None


def _unit_in(header: str) -> str:
    """The unit that a dose header carries as a word: ``Dosis mg``, ``mg/d``.

    >>> _unit_in("dose_mg_day"), _unit_in("Dosis mg"), _unit_in("Dose")
    ('mg/d', 'mg', '')
    """
    parts = [plain(part) for part in header.replace("_", " ").replace("/", " ").split()]
    if "mg" not in parts:
        return ""
    return "mg/d" if any(part in ("d", "day", "tag", "jour", "die") for part in parts) else "mg"


def read_events(log_sheet: LogSheet, log: IssueLog) -> list[Event]:
    """The events of one sheet, in its order."""
    mapping = log_sheet.mapping
    starts = _Days(log_sheet, mapping.one(Field.START), log)
    stops = _Days(log_sheet, mapping.one(Field.STOP), log)
    events: list[Event] = []
    for row in log_sheet.rows:
        name = log_sheet.text(row, Field.EVENT)
        where = log_sheet.ref(row, Field.EVENT)
        if not name:
            log.error(where, f"Row {where.row} of “{where.sheet}” names no event; it is left out.", kind="no event")
            continue
        day, _ = starts.on(row)
        end, _ = stops.on(row)
        said = read_cell(log_sheet.value(row, Field.DAY)).value
        if said is not None:
            column = mapping.one(Field.DAY)
            said = round(said * DAYS_OF.get(plain(column.unit) if column else "", 1.0))
            if day is None:
                day = int(said)
            elif day != said:
                cell = log_sheet.ref(row, Field.DAY)
                log.warning(
                    cell, f"{cell} says day {said}, but its date is day {day}; the date is used.", kind="day and date"
                )
        if day is not None and end is not None and end < day:
            log.error(where, f"{where}: “{name}” ends before it begins.", "Correct the dates in the workbook.")
            end = None
        grade, text = log_sheet.text(row, Field.GRADE), log_sheet.text(row, Field.NOTE)
        events.append(Event(log_sheet.names[row.patient], name, day, end, grade, text, where))
    return events
