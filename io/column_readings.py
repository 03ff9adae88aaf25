"""How every cell of one column is read, and the evidence for it: the preview of the import and the check report.

Invariants: the rules are those of the build, so a number in a preview is the number that is computed with; a reading is
shown for each filled cell of a patient's row; nothing is decided here that the build does not decide alike.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from trajecta.io.build_patients import Dates
from trajecta.io.build_readings import LOW, as_flag, in_unit, low_flags, percent_value
from trajecta.io.build_rows import PatientRow, Roster, patient_rows
from trajecta.io.build_visits import visit_column
from trajecta.io.cells import Found, Reading, read_cell, shown
from trajecta.io.column_evidence import date_evidence, value_evidence
from trajecta.io.column_rules import Rules, read_by, rules_of_sheet
from trajecta.io.dates import Precision, read_date
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping, SheetRole
from trajecta.io.missing_codes import codes_of, plain_numbers, with_fitting_range
from trajecta.io.nominal_dates import dates_at_visits
from trajecta.io.units import same_unit
from trajecta.io.visit_names import visit_like
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import Censored, Kind, Measure
from trajecta.stats.instruments import instrument_for

DATED = (Field.DATE, Field.TIME_ZERO, Field.START, Field.STOP)
_NUMBERED = (Field.AGE, Field.DAY, Field.ITEM)


class What(StrEnum):
    """What a cell is read as; TROUBLE cells have no value and say why."""

    NUMBER = "number"
    CENSORED = "beyond the limit of the assay"
    YES_NO = "yes/no"
    MISSING = "missing"
    DATE = "date"
    TEXT = "text"
    TROUBLE = "not used"


@dataclass(frozen=True, slots=True)
class CellReading:
    """One cell: its row in the sheet, its text as shown, and what that is read as.

    ``value`` is a number, a date, a text, or None; ``remark`` says what is odd, converted or left out.
    """

    row: int
    text: str
    value: float | date | str | None
    what: What
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ColumnReadings:
    """The filled cells of a column in their order, and sentences with the evidence for how they are read."""

    cells: tuple[CellReading, ...] = ()
    evidence: tuple[str, ...] = ()


def readings(sheet: Sheet, mapping: SheetMapping, column: int, epoch_1904: bool = False) -> ColumnReadings:
    """How the cells of one column (1-based) are read; nothing for a column the mapping does not have or ignores."""
    return sheet_readings(sheet, mapping, epoch_1904).get(column, ColumnReadings())


def sheet_readings(sheet: Sheet, mapping: SheetMapping, epoch_1904: bool = False) -> dict[int, ColumnReadings]:
    """The readings of all columns that are not ignored, by column; a column follows others of its sheet and measure."""
    if mapping.role is SheetRole.IGNORE or not sheet.rows:
        return {}
    columns = tuple(c for c in mapping.columns if 1 <= c.column <= sheet.width)
    fitted = replace(mapping, columns=columns, first_row=max(1, mapping.first_row))
    rows = patient_rows(sheet, fitted, Roster(), IssueLog())
    measures = fitted.having(Field.MEASURE)
    rules = rules_of_sheet(fitted, {c.column: [row.cells[c.column - 1] for row in rows] for c in measures})
    found = _values(sheet, fitted, rows, rules) if measures else {}
    names = visit_column(fitted)
    for c in columns:
        if c.field in DATED:
            beside = names if c.field is Field.DATE and mapping.role is SheetRole.VISITS else None
            found[c.column] = _dates(rows, c, *dates_at_visits(rows, c, beside, epoch_1904))
        elif c.field in _NUMBERED:
            found[c.column] = ColumnReadings(_each(rows, c, _as_number))
        elif c.field not in (Field.IGNORE, Field.IDENTIFYING, Field.MEASURE):
            found[c.column] = ColumnReadings(_each(rows, c, _as_visit if c.field is Field.VISIT else _as_text))
    return found


def _each(
    rows: Sequence[PatientRow], column: ColumnMapping, made: Callable[[CellValue], CellReading]
) -> tuple[CellReading, ...]:
    at = column.column - 1
    known: dict[float | str, CellReading] = {}
    found = []
    for row in rows:
        value = row.cells[at]
        if value is None:
            continue
        if type(value) is float or type(value) is str:
            seen = known.get(value)
            if seen is None:
                seen = known[value] = made(value)
        else:
            seen = made(value)
        found.append(_at(row.row, seen))
    return tuple(found)


def _at(row: int, cell: CellReading) -> CellReading:
    return CellReading(row, cell.text, cell.value, cell.what, cell.remark)


def _as_text(value: CellValue) -> CellReading:
    return CellReading(0, shown(value), shown(value), What.TEXT)


def _as_visit(value: CellValue) -> CellReading:
    return CellReading(0, shown(value), visit_like(shown(value)).label, What.TEXT)


def _as_number(value: CellValue) -> CellReading:
    return _cell(0, read_cell(value), "", False, frozenset())


def _values(
    sheet: Sheet, mapping: SheetMapping, rows: Sequence[PatientRow], rules: dict[int, Rules]
) -> dict[int, ColumnReadings]:
    """The readings of the columns of values; missing codes and yes/no are told from all columns of a measure."""
    raw: dict[int, list[tuple[int, Reading]]] = {}
    alike: dict[str, list[ColumnMapping]] = {}
    for c in mapping.having(Field.MEASURE):
        raw[c.column] = _raw(sheet, c, rows, rules[c.column])
        instrument = instrument_for(c.measure_name)
        alike.setdefault(instrument.key if instrument else c.measure_name.casefold(), []).append(c)
    found = {}
    for columns in alike.values():
        together = [reading for c in columns for _, reading in raw[c.column]]
        if any(r.unit == LOW for r in together) and low_flags(columns[0].measure_name, columns, together):
            for c in columns:
                raw[c.column] = [(row, as_flag(reading)) for row, reading in raw[c.column]]
        numbers = plain_numbers(together)
        kind = next((c.kind for c in columns if c.kind), None) or _kind(together)
        codes = _codes(columns[0], numbers, kind)
        for c in columns:
            own = rules[c.column]
            certain = frozenset(code for code in codes if shown(code) not in own.values)
            counts = Counter(id(r) for _, r in raw[c.column])  # equal cells share one reading
            distinct = {id(r): r for _, r in raw[c.column]}
            seen = {at: _cell(0, r, c.unit, kind is Kind.YES_NO, certain) for at, r in distinct.items()}
            cells = tuple(_at(row, seen[id(r)]) for row, r in raw[c.column])
            counted = [(r, counts[at]) for at, r in distinct.items()]
            found[c.column] = ColumnReadings(cells, value_evidence(mapping, c, own, counted, (numbers, certain)))
    return found


def _raw(sheet: Sheet, column: ColumnMapping, rows: Sequence[PatientRow], rules: Rules) -> list[tuple[int, Reading]]:
    at = column.column - 1
    known: dict[float | str, Reading] = {}
    found = []
    for row in rows:
        value = row.cells[at]
        if type(value) is float or type(value) is str:
            reading = known.get(value) or read_by(value, rules)
            known[value] = reading
        else:
            reading = read_by(value, rules)
        if reading.found is Found.BLANK:
            continue
        if reading.found is Found.NUMBER and reading.value is not None and (row.row, column.column) in sheet.percent:
            percent = percent_value(reading.value)
            reading = replace(reading, value=percent, text=f"{shown(percent)} %")
        if reading.unit and column.unit:
            reading = in_unit(reading, reading.unit, column.unit)
        found.append((row.row, reading))
    return found


def _kind(together: Sequence[Reading]) -> Kind:
    numbers = [r.value for r in together if r.found is Found.NUMBER]
    words = any(r.found is Found.YES_NO for r in together)
    return Kind.YES_NO if words and all(v in (0.0, 1.0) for v in numbers) else Kind.NUMERIC


def _codes(column: ColumnMapping, numbers: list[float], kind: Kind) -> frozenset[float]:
    instrument = instrument_for(column.measure_name)
    measure = instrument.measure(column.unit) if instrument else Measure("", column.measure_name, column.unit)
    return codes_of(with_fitting_range(replace(measure, kind=kind), instrument, numbers), instrument, numbers)


def _cell(row: int, reading: Reading, unit: str, yes_no: bool, codes: frozenset[float]) -> CellReading:
    """What the build makes of a reading, without writing an issue."""
    text, value, remark = reading.text, reading.value, reading.note or reading.converted
    what = What.TROUBLE
    if reading.found is Found.MISSING:
        return CellReading(row, text, None, What.MISSING)
    if reading.found in (Found.TEXT, Found.ERROR, Found.RANGE):
        remark = reading.trouble
    elif reading.found is Found.DATE:
        remark = f"is the {'time' if ':' in text else 'date'} {text} in a column of numbers"
    elif value in codes and reading.censored is Censored.NO:
        return CellReading(row, text, None, What.MISSING, "a number that cannot be a value, such as a code")
    elif reading.found is Found.YES_NO:
        what = What.YES_NO if yes_no else What.TROUBLE
        remark = "" if yes_no else f"says “{text}” in a column of numbers"
    elif yes_no and value not in (0.0, 1.0):
        remark = f"says “{text}” in a column of yes and no"
    elif reading.unit and not same_unit(reading.unit, unit):
        remark = f"is in {reading.unit}, from which no exact way leads to {unit}"
    elif yes_no:
        what = What.YES_NO
    else:
        what = What.CENSORED if reading.censored is not Censored.NO else What.NUMBER
        if reading.titre:
            remark = "a titre"
        elif reading.low is not None:
            remark = "the middle of a range"
    return CellReading(row, text, None if what is What.TROUBLE else value, what, remark)


def _dates(rows: Sequence[PatientRow], column: ColumnMapping, how: Dates, by_names: bool) -> ColumnReadings:
    values = [row.cells[column.column - 1] for row in rows]

    def made(value: CellValue) -> CellReading:
        text = shown(value)
        if read_cell(value).found is Found.MISSING:
            return CellReading(0, text, None, What.MISSING)
        read = read_date(value, how.day_first, how.epoch_1904)
        if read.day is not None:
            partly = "" if read.precision is Precision.DAY else f"only the {read.precision.value} is known"
            remark = "day or month first is open" if read.open_order else partly
            return CellReading(0, text, read.day, What.DATE, remark)
        if read.ongoing:
            return CellReading(0, text, text, What.TEXT, "goes on")
        if column.field in (Field.START, Field.STOP) and read_cell(value).found is Found.NUMBER:
            return CellReading(0, text, read_cell(value).value, What.NUMBER, "a study day")
        return CellReading(0, text, None, What.TROUBLE, read.trouble)

    cells = _each(rows, column, made)
    dates = sum(c.what is What.DATE for c in cells)
    return ColumnReadings(cells, date_evidence(column, values, dates, how.day_first if by_names else None))
