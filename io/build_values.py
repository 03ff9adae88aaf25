"""From collected cells to measures and observations: kind, unit, duplicates, missing codes, impossible values.

Invariants: at most one observation per patient, visit and measure; a cell that cannot be used stays as an observation
without a value, with its text and an issue naming its address; no value is corrected, and none is converted but from
one unit to another by an exact power of ten.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from trajecta.io.build_readings import Read, readings_of
from trajecta.io.build_visits import ValueColumn, VisitTable
from trajecta.io.cells import Found, Reading, shown
from trajecta.io.dates import SERIALS, excel_turned
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import ColumnMapping
from trajecta.io.missing_codes import (
    FAR_OUTSIDE,
    MISSING_CODES,
    codes_of,
    outside_range,
    plain_numbers,
    with_fitting_range,
)
from trajecta.io.units import power, same_unit
from trajecta.stats.cohort import CellRef, Censored, Kind, Measure, Observation, column_letters
from trajecta.stats.instruments import Instrument, instrument_for, is_loose, plain

# Kinds of issues that are questions with options; see question_sources.py.
TWO_COLUMNS, TWO_UNITS, MISSING_CODE = "two columns of one measure", "another unit in another column", "a missing code"
OPEN_MARK, NO_UNIT = "an open decimal mark", "no unit"
FEWEST_OF_YES_NO = 4  # three numbers that happen to be 0 and 1 may as well be counts


@dataclass
class Slot:
    """One measure in the making: what its columns say, and its readings with their places."""

    measure: Measure
    instrument: Instrument | None
    columns: list[ValueColumn] = field(default_factory=list)
    kind: Kind | None = None


def slots_of(table: VisitTable, log: IssueLog) -> list[Slot]:
    """One slot per measure, in the order of the columns; columns with the same name and unit are one measure.

    Where a sheet has two versions of an instrument at one visit (SLEDAI and SLEDAI-2K), each is a measure of its own.
    """
    slots: dict[str, Slot] = {}
    taken: dict[tuple[str, str, str], ValueColumn] = {}
    versions = _in_versions(table)
    for column in table.columns:
        mapping = column.mapping
        base, instrument = _measure_of(mapping, versions)
        key = base.key
        place = (column.sheet.name, key, mapping.visit)
        where = column.sheet.ref(column.head, mapping.column)
        # Two columns of one sheet, measure and visit; a laboratory that changed its unit fills one or the other.
        if place in taken and not _in_two_units(taken[place], column):
            log.warning(
                where,
                f"{called(mapping, taken[place].mapping)} and {called(taken[place].mapping, mapping)} in "
                f"“{column.sheet.name}” look like the same measure; they are kept as two measures.",
                "Which of the two is meant?",
                TWO_COLUMNS,
            )
            key = " ".join(mapping.header.casefold().split())
            name = mapping.header
            if key in slots:
                name = f"{mapping.header} (column {column_letters(mapping.column)})"
                key = " ".join(name.casefold().split())
            base, instrument = replace(base, name=name), None
        taken[place] = column
        if key not in slots and instrument is not None:
            _say_version(mapping, instrument, where, log)
        if key in slots and mapping.unit and not slots[key].measure.unit:
            slots[key].measure = replace(base, key=key, name=slots[key].measure.name)
        slot = slots.setdefault(key, Slot(replace(base, key=key), instrument))
        if not same_unit(slot.measure.unit, mapping.unit) and power(mapping.unit, slot.measure.unit) is None:
            log.warning(
                where,
                f"“{mapping.header}” is in {mapping.unit}, but the same measure stands elsewhere "
                f"in {slot.measure.unit}; there is no exact conversion, so it is kept as a measure of its own.",
                "Are the units right?",
                TWO_UNITS,
            )
            other = f"{key} ({mapping.unit})"
            named = replace(base, key=other, name=f"{base.name} ({mapping.unit})")
            slot = slots.setdefault(other, Slot(named, instrument))
        elif instrument is not None and base.unit == instrument.unit and not same_unit(slot.measure.unit, base.unit):
            # Of two units the one that the instrument is published in counts, so that its bands can be used.
            slot.measure = replace(base, key=slot.measure.key, name=slot.measure.name)
        if mapping.direction is not None:
            slot.measure = replace(slot.measure, direction=mapping.direction)
        slot.kind = slot.kind or mapping.kind
        slot.columns.append(column)
    for slot in slots.values():
        _say_unit_taken(slot, log)
    return list(slots.values())


def called(column: ColumnMapping, beside: ColumnMapping) -> str:
    """A column by its header, and by its letters where the other one has the same header."""
    same = column.header == beside.header
    return f"“{column.header}” (column {column_letters(column.column)})" if same else f"“{column.header}”"


def _say_unit_taken(slot: Slot, log: IssueLog) -> None:
    """A question where a sheet gives no unit for a measure that has one in another sheet."""
    stated = next((c for c in slot.columns if c.mapping.unit), None)
    if stated is None:
        return
    asked = {c.sheet.name for c in slot.columns if c.mapping.unit}  # a sheet that says it once says it for all visits
    for column in slot.columns:
        if column.sheet.name not in asked and any(isinstance(cell.value, float) for cell in column.cells):
            asked.add(column.sheet.name)
            log.warning(
                column.sheet.ref(column.head, column.mapping.column),
                f"“{column.mapping.header}” in “{column.sheet.name}” has no unit; it is taken to be in "
                f"{slot.measure.unit}, as in “{stated.sheet.name}”.",
                "Is it in that unit?",
                NO_UNIT,
            )


def _in_two_units(one: ValueColumn, other: ValueColumn) -> bool:
    """Whether two columns give a measure in two units that convert exactly, and no row has both."""
    here, there = one.mapping.unit, other.mapping.unit
    if same_unit(here, there) or power(here, there) is None:
        return False
    return not {cell.row for cell in one.cells} & {cell.row for cell in other.cells}


def _in_versions(table: VisitTable) -> frozenset[str]:
    """The keys of instruments that one sheet has under several names at one visit."""
    names: dict[tuple[str, str, str], set[str]] = {}
    for column in table.columns:
        instrument = instrument_for(column.mapping.measure_name)
        if instrument is not None:
            place = (column.sheet.name, instrument.key, column.mapping.visit)
            names.setdefault(place, set()).add(plain(column.mapping.measure_name))
    return frozenset(key for (_, key, _), found in names.items() if len(found) > 1)


def _measure_of(mapping: ColumnMapping, versions: frozenset[str]) -> tuple[Measure, Instrument | None]:
    """The measure of a column before its cells are seen; a word for several versions keeps its own name."""
    instrument = instrument_for(mapping.measure_name)
    name = mapping.measure_name
    if instrument is None:
        return Measure(" ".join(name.casefold().split()), name, mapping.unit), None
    measure = instrument.measure(mapping.unit)
    if not is_loose(name):
        return measure, instrument
    key = " ".join(name.casefold().split()) if instrument.key in versions else measure.key
    return replace(measure, key=key, name=name), instrument


def _say_version(mapping: ColumnMapping, instrument: Instrument, where: CellRef, log: IssueLog) -> None:
    name = mapping.measure_name
    if not is_loose(name):
        return
    read_as = instrument.long_name if plain(instrument.name) == plain(name) else instrument.name
    used = f"is read as {read_as}: its range, direction and bands are used" if read_as else "does not say which version"
    log.note(
        where,
        f"“{name}” {used}.",
        instrument.doubt or "If it is another version, write that version into the header.",
    )


def observations_of(
    slot: Slot, names: dict[str, str], days: dict[tuple[str, str], float], log: IssueLog
) -> tuple[Measure, list[Observation]]:
    """The finished measure and its observations.

    ``names`` maps patient keys to ids, ``days`` maps patient key and visit to the actual study day.
    """
    measure, read = readings_of(slot.measure, slot.columns, log)
    distinct = {id(reading): reading for _, reading, _ in read}  # equal cells of a column share one reading
    kind = slot.kind or _kind(slot, read, distinct.values(), log)
    measure = _scaled(replace(measure, kind=kind), slot.instrument, read, log)
    numbers = plain_numbers(r for _, r, _ in read)
    called_values = frozenset().union(*(column.rules.values for column in slot.columns))
    codes = codes_of(measure, slot.instrument, numbers)
    if called_values:
        codes = frozenset(c for c in codes if shown(c) not in called_values)
    serials = _serials(measure, numbers)
    clean = {at for at, reading in distinct.items() if _is_clean(measure, reading, codes | serials)}
    chosen: dict[tuple[str, str], Observation] = {}
    for cell, reading, where in read:
        place = (cell.patient, cell.visit)
        value = reading.value if id(reading) in clean else _value(measure, reading, where, codes, log)
        if serials and value in serials and reading.found is Found.NUMBER:
            _say_serial(reading, measure, where, log)
        censored = Censored.NO if value is None else reading.censored
        patient, visit = names[cell.patient], cell.visit
        made = Observation(patient, visit, measure.key, value, days.get(place), censored, reading.text, where)
        if reading.converted and value is not None:
            made = replace(made, converted=reading.converted)
        if place not in chosen or _replaces(chosen[place], made, log):
            chosen[place] = made
    return measure, list(chosen.values())


def _is_clean(measure: Measure, reading: Reading, doubtful: frozenset[float]) -> bool:
    """Whether nothing has to be said about a reading: a bare number that its measure can have."""
    value = reading.value
    if reading.found is not Found.NUMBER or value is None or measure.kind is Kind.YES_NO or value in doubtful:
        return False
    within = measure.range is None or measure.range[0] <= value <= measure.range[1]
    return within and not reading.unit and not reading.note and reading.low is None


def _kind(slot: Slot, read: list[Read], distinct: Iterable[Reading], log: IssueLog) -> Kind:
    readings = list(distinct)
    values = {r.value for r in readings if r.found is Found.NUMBER}
    words = any(r.found is Found.YES_NO for r in readings)
    if words and values <= {0.0, 1.0}:
        return Kind.YES_NO
    if (
        slot.instrument is None
        and not words
        and values == {0.0, 1.0}
        and sum(r.found is Found.NUMBER for _, r, _ in read) >= FEWEST_OF_YES_NO
    ):
        log.note(
            read[0][2],
            f"“{slot.measure.name}” holds only 0 and 1, so it is read as no and yes.",
            "If it is a count, choose “numeric” for this column.",
        )
        return Kind.YES_NO
    return Kind.NUMERIC


def _scaled(measure: Measure, instrument: Instrument | None, read: list[Read], log: IssueLog) -> Measure:
    """The measure with the range that fits: the wider version of its instrument, or none if it is another scale."""
    values = [r.value for _, r, _ in read if r.value is not None and r.found is Found.NUMBER]
    fitting = with_fitting_range(measure, instrument, values)
    if measure.range is not None and fitting.range is None:
        low, high = measure.range
        total = sum(v not in MISSING_CODES for v in values)
        log.warning(
            read[0][2],
            f"{outside_range(measure, values)} of {total} values of “{measure.name}” lie outside its range of {low:g} "
            f"to {high:g}; it seems to be another scale, so no range and no bands are used.",
            "Is it another version of the instrument?",
        )
    return fitting


def _serials(measure: Measure, numbers: list[float]) -> frozenset[float]:
    """Numbers that look like dates which lost their format: Excel's count of days, far above all other values."""
    if measure.range is not None or not numbers or not SERIALS.start <= max(numbers) < SERIALS.stop:
        return frozenset()
    found = {v for v in numbers if SERIALS.start <= v and v.is_integer()}
    others = [v for v in numbers if v not in found]
    return frozenset(found) if found and others and min(found) > FAR_OUTSIDE * max(others) else frozenset()


def _say_serial(reading: Reading, measure: Measure, where: CellRef, log: IssueLog) -> None:
    log.warning(
        where,
        f"{where} says {reading.text}, far above all other values of “{measure.name}”: it could be a date that lost "
        "its format.",
        "Is it a value, or a date that Excel made of an entry such as 10-15?",
        "a number like a date",
    )


def _value(measure: Measure, reading: Reading, where: CellRef, codes: frozenset[float], log: IssueLog) -> float | None:
    """The value that counts, or None; whatever is odd about the cell is reported."""
    value, text, trouble = reading.value, reading.text, ""
    hint = reading.hint
    if reading.found is Found.TEXT and measure.kind is Kind.YES_NO:
        trouble, kind = f"{where} says “{text}”, which is neither yes nor no", "neither yes nor no"
    elif reading.found in (Found.TEXT, Found.ERROR, Found.RANGE):
        trouble, kind = f"{where} {reading.trouble}", OPEN_MARK if reading.open_mark else reading.found.value
    elif reading.found is Found.DATE:
        kind = "a date among numbers"
        trouble = f"{where} holds the {'time' if ':' in text else 'date'} {text} in a column of numbers"
        hint = excel_turned(text)
    elif reading.found is Found.YES_NO and measure.kind is Kind.NUMERIC:
        trouble, kind = f"{where} says “{text}” in a column of numbers", "a word among numbers"
    elif (
        reading.found is Found.NUMBER and measure.kind is Kind.YES_NO and value not in (0.0, 1.0) and value not in codes
    ):
        trouble, kind = f"{where} says “{text}” in a column of yes and no", "a number among yes and no"
    elif reading.unit and not same_unit(reading.unit, measure.unit):
        kind = "another unit"
        trouble = f"{where} is in {reading.unit}, but “{measure.name}” is in {measure.unit}"
        hint = "Convert the value in the workbook; it is not converted here."
    if trouble:
        log.error(where, f"{trouble}; it is not used.", hint, kind)
        return None
    if reading.found is Found.MISSING and plain(text) in ("nan", "qnan"):
        log.note(where, f"{where} says “{text}”, which is no number; it is taken as missing.", kind="not a number")
    if value is not None and value in codes and reading.censored is Censored.NO:
        what = "cannot be a value" if value < 0 or measure.range else "lies far beyond all other values"
        read_as = "it is taken as a code for “missing”" if value in MISSING_CODES else "it is left out"
        log.warning(
            where,
            f"{where} says {text}, which {what} of “{measure.name}”; {read_as}.",
            "Is it a code for “missing”, or a typing error?",
            MISSING_CODE,
        )
        return None
    if reading.low is not None and value is not None:
        log.note(where, f"{where} says “{text}”; its middle, {shown(value)}, is used.", kind="the middle of a range")
    if reading.note:
        log.note(
            where, f"{where} says “{text}”; {shown(value)} is read, “{reading.note}” is a remark.", kind="a remark"
        )
    if value is not None and measure.range is not None and not measure.range[0] <= value <= measure.range[1]:
        log.warning(
            where,
            f"{where} says {text}, outside the range {measure.range[0]:g} to {measure.range[1]:g} of “{measure.name}”.",
            "Is it a typing error?",
            "outside the range",
        )
    return value


def _replaces(kept: Observation, made: Observation, log: IssueLog) -> bool:
    """Whether a second cell for the same place takes the first one's part; says so where they differ."""
    at, where, patient = kept.source, made.source, made.patient
    if made.value == kept.value and made.censored == kept.censored:
        if made.value is not None:
            log.note(where, f"{where} repeats {at}: {patient}, {kept.visit}, {kept.text}.", kind="a repeated value")
        return False
    if kept.value is None or made.value is None:
        used, left = (made, kept) if kept.value is None else (kept, made)
        log.warning(
            where,
            f"{at} and {where} are both {patient} at {kept.visit}; {used.text} is used and “{left.text}” is not.",
            "Are these two visits?",
            "two cells for one visit",
        )
        return kept.value is None
    text = f"{at} says {kept.text} and {where} says {made.text}, both for {patient} at {kept.visit}; the first is used."
    log.warning(where, text, "Which one is right, or are these two visits?", "two values for one visit")
    if at is not None:
        log.flag(at, text)
    return False
