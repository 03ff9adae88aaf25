"""From collected cells to measures and observations: kind, unit, duplicates, missing codes, impossible values.

Invariants: at most one observation per patient, visit and measure; a cell that cannot be used stays as an observation
without a value, with its text and an issue naming its address; no value is converted or corrected.
"""

from dataclasses import dataclass, field, replace
from decimal import Decimal

from trajecta.io.build_visits import ValueCell, ValueColumn, VisitTable
from trajecta.io.cells import Found, Reading, read_cell, shown
from trajecta.io.issue_log import IssueLog, are, counted
from trajecta.io.mapping import ColumnMapping
from trajecta.stats.cohort import CellRef, Censored, Kind, Measure, Observation, column_letters
from trajecta.stats.instruments import Instrument, instrument_for, is_loose, plain

# Usual codes for "missing"; they count as such only where they cannot be a value.
MISSING_CODES = frozenset(
    {-9.0, -99.0, -999.0, -9999.0, -1.0, -8.0, 77.0, 88.0, 99.0, 777.0, 888.0, 999.0, 7777.0, 8888.0, 9999.0, 99999.0}
)
# Without a range only codes of three digits count, ten times beyond every other value: a CRP of 99 can be true.
SMALLEST_FAR_CODE = 777.0
FAR_OUTSIDE = 10
FEWEST_BESIDE = 4  # fewer other values do not show where the rest of a column lies
# If more of the values than this lie outside the instrument's range, the column is another scale, not full of errors.
OTHER_SCALE = 0.2
_SAME_UNITS = {"iu": "u", "ie": "u", "ui": "u", "kiu": "ku"}


@dataclass
class Slot:
    """One measure in the making: what its columns say, and its readings with their places."""

    measure: Measure
    instrument: Instrument | None
    columns: list[ValueColumn] = field(default_factory=list)
    kind: Kind | None = None


Read = tuple[ValueCell, Reading, CellRef]


def slots_of(table: VisitTable, log: IssueLog) -> list[Slot]:
    """One slot per measure, in the order of the columns; columns with the same name and unit are one measure.

    Where a sheet has two versions of an instrument at one visit (SLEDAI and SLEDAI-2K), each is a measure of its own.
    """
    slots: dict[str, Slot] = {}
    taken: dict[tuple[str, str, str], str] = {}
    versions = _in_versions(table)
    for column in table.columns:
        mapping = column.mapping
        base, instrument = _measure_of(mapping, versions)
        key = base.key
        place = (column.sheet.name, key, mapping.visit)
        where = column.sheet.ref(column.head, mapping.column)
        if place in taken:  # two columns of one sheet, measure and visit
            log.warning(
                where,
                f"“{mapping.header}” and “{taken[place]}” in “{column.sheet.name}” look like the same measure; "
                "they are kept as two measures.",
                "Which of the two is meant?",
            )
            key = " ".join(mapping.header.casefold().split())
            name = mapping.header
            if key in slots:
                name = f"{mapping.header} (column {column_letters(mapping.column)})"
                key = " ".join(name.casefold().split())
            base, instrument = replace(base, name=name), None
        taken[place] = mapping.header
        if key not in slots and instrument is not None:
            _say_version(mapping, instrument, where, log)
        if key in slots and mapping.unit and not slots[key].measure.unit:
            slots[key].measure = replace(base, key=key, name=slots[key].measure.name)
        slot = slots.setdefault(key, Slot(replace(base, key=key), instrument))
        if not same_unit(slot.measure.unit, mapping.unit):
            log.warning(
                where,
                f"“{mapping.header}” is in {mapping.unit}, but the same measure stands elsewhere "
                f"in {slot.measure.unit}; it is kept as a measure of its own.",
                "Are the units right?",
            )
            other = f"{key} ({mapping.unit})"
            named = replace(base, key=other, name=f"{base.name} ({mapping.unit})")
            slot = slots.setdefault(other, Slot(named, instrument))
        if mapping.direction is not None:
            slot.measure = replace(slot.measure, direction=mapping.direction)
        slot.kind = slot.kind or mapping.kind
        slot.columns.append(column)
    return list(slots.values())


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


def same_unit(one: str, other: str) -> bool:
    """Whether two units agree, an absent one with any, and ``mg`` with ``mg/d``.

    >>> same_unit("IU/mL", "U/ml"), same_unit("mg/g", "g/g"), same_unit("", "g/L"), same_unit("mg", "mg/d")
    (True, False, True, True)
    """

    def tidy(unit: str) -> str:
        head, slash, tail = unit.lower().replace("day", "d").replace("tag", "d").partition("/")
        return _SAME_UNITS.get(plain(head), plain(head)) + slash + plain(tail)

    a, b = tidy(one), tidy(other)
    return not a or not b or a == b or a == b.partition("/")[0] or b == a.partition("/")[0]


def observations_of(
    slot: Slot, names: dict[str, str], days: dict[tuple[str, str], float], log: IssueLog
) -> tuple[Measure, list[Observation]]:
    """The finished measure and its observations.

    ``names`` maps patient keys to ids, ``days`` maps patient key and visit to the actual study day.
    """
    read: list[Read] = []
    for column in slot.columns:
        read += _readings(column)
    read = _percents(slot, read, log)
    read = _one_unit(slot, read, log)
    kind = slot.kind or _kind(slot, read, log)
    measure = _scaled(replace(slot.measure, kind=kind), slot.instrument, read, log)
    codes = _codes(measure, slot.instrument, read)
    chosen: dict[tuple[str, str], Observation] = {}
    for cell, reading, where in read:
        place = (cell.patient, cell.visit)
        value = _value(measure, reading, where, codes, log)
        censored = Censored.NO if value is None else reading.censored
        patient, visit = names[cell.patient], cell.visit
        made = Observation(patient, visit, measure.key, value, days.get(place), censored, reading.text, where)
        if place not in chosen or _replaces(chosen[place], made, log):
            chosen[place] = made
    return measure, list(chosen.values())


def _readings(column: ValueColumn) -> list[Read]:
    at, name, plain_sheet = column.mapping.column, column.sheet.name, not column.sheet.places
    found: list[Read] = []
    known: dict[float, Reading] = {}  # scores repeat a few values; equal numbers read equally
    for cell in column.cells:
        value = cell.value
        if isinstance(value, float):
            reading = known.get(value)
            if reading is None:
                reading = known[value] = read_cell(value)
        else:
            reading = read_cell(value, column.comma, column.minus_is_no)
        if reading.found is not Found.BLANK:
            found.append(
                (cell, reading, CellRef(name, cell.row, at) if plain_sheet else column.sheet.ref(cell.row, at))
            )
    return found


def _percents(slot: Slot, read: list[Read], log: IssueLog) -> list[Read]:
    """Numbers that Excel shows as a percentage get the value that Excel shows: 0.25 as 25 %."""
    places = {c.sheet.ref(row, column) for c in slot.columns for row, column in c.sheet.percent}
    if not places:
        return read
    as_percent = [w in places for _, r, w in read if r.found is Found.NUMBER]
    if not any(as_percent):
        return read
    if not all(as_percent):
        first = next(w for _, r, w in read if r.found is Found.NUMBER)
        log.warning(
            first,
            f"Some cells of “{slot.measure.name}” are shown as percentages and some are not; "
            "each is read as it is shown.",
            "Are all of them meant in percent?",
        )
    else:
        slot.measure = replace(slot.measure, unit=slot.measure.unit or "%")
    changed = []
    for cell, reading, where in read:
        if reading.found is Found.NUMBER and reading.value is not None and where in places:
            value = float(Decimal(repr(reading.value)) * 100)  # decimal, as 0.07 * 100 is not 7 in binary
            reading = replace(reading, value=value, text=f"{shown(value)} %")
        changed.append((cell, reading, where))
    return changed


def _one_unit(slot: Slot, read: list[Read], log: IssueLog) -> list[Read]:
    """Where cells name different units and the header none, only the cells in the most frequent unit keep a value."""
    if slot.measure.unit:
        return read  # each cell is then held against the unit of the header
    groups: list[list[Read]] = []
    for found in read:
        if found[1].found is Found.NUMBER and found[1].unit:
            same = next((g for g in groups if same_unit(g[0][1].unit, found[1].unit)), None)
            if same is None:
                groups.append([found])
            else:
                same.append(found)
    if len(groups) < 2:
        return read
    kept = max(groups, key=len)  # the first of equally frequent ones
    first = kept[0]
    left: dict[CellRef, Reading] = {}
    for group in groups:
        if group is kept:
            continue
        for _, reading, where in group:
            log.warning(
                where,
                f"{where} says {reading.text}, but {first[2]} says {first[1].text}; values of “{slot.measure.name}” "
                f"in {reading.unit} are left out and none is converted.",
                "Write all values in one unit. Which one is meant?",
                "another unit in the same column",
            )
            left[where] = replace(reading, found=Found.MISSING, value=None)
    bare = sum(r.found is Found.NUMBER and not r.unit for _, r, _ in read)
    if bare:
        log.warning(
            first[2],
            f"{counted(bare, 'value')} of “{slot.measure.name}” without a unit "
            f"{are(bare)} read as {first[1].unit}, as {first[2]} says.",
            "Are they in that unit?",
        )
    return [(cell, left.get(where, reading), where) for cell, reading, where in read]


def _kind(slot: Slot, read: list[Read], log: IssueLog) -> Kind:
    values = [r.value for _, r, _ in read if r.found is Found.NUMBER]
    words = sum(r.found is Found.YES_NO for _, r, _ in read)
    if words and all(v in (0.0, 1.0) for v in values):
        return Kind.YES_NO
    if slot.instrument is None and not words and set(values) == {0.0, 1.0} and len(values) >= 4:
        log.note(
            read[0][2],
            f"“{slot.measure.name}” holds only 0 and 1, so it is read as no and yes.",
            "If it is a count, choose “numeric” for this column.",
        )
        return Kind.YES_NO
    return Kind.NUMERIC


def _scaled(measure: Measure, instrument: Instrument | None, read: list[Read], log: IssueLog) -> Measure:
    """The measure with the range that fits: the wider version of its instrument, or none if it is another scale."""
    if measure.range is None or measure.kind is Kind.YES_NO:
        return measure
    values = [r.value for _, r, _ in read if r.value is not None and r.found is Found.NUMBER]
    values = [v for v in values if v not in MISSING_CODES]
    low, high = measure.range
    outside = sum(not low <= v <= high for v in values)
    if instrument is not None and instrument.wider_range and outside:
        wider = instrument.wider_range
        if all(wider[0] <= v <= wider[1] for v in values):
            return replace(measure, range=wider)
    if values and outside > OTHER_SCALE * len(values):
        log.warning(
            read[0][2],
            f"{outside} of {len(values)} values of “{measure.name}” lie outside its range of {low:g} to {high:g}; "
            "it seems to be another scale, so no range and no bands are used.",
            "Is it another version of the instrument?",
        )
        return replace(measure, range=None, bands=(), important=None)
    return measure


def _codes(measure: Measure, instrument: Instrument | None, read: list[Read]) -> frozenset[float]:
    """The numbers of this measure that cannot be values of it: codes for "missing", and negative ones of a score or
    laboratory value that begins at 0 (unless so many are negative that the column is a change or another scale).
    """
    numbers = [
        r.value for _, r, _ in read if r.found is Found.NUMBER and r.value is not None and r.censored is Censored.NO
    ]
    values = set(numbers)
    codes = values & MISSING_CODES
    if measure.kind is Kind.YES_NO:
        return frozenset(codes)
    others = values - MISSING_CODES
    impossible: set[float] = set()
    if instrument is not None and not instrument.negative and any(v < 0 for v in values):
        negative = sum(v < 0 and v not in MISSING_CODES for v in numbers)
        if negative <= OTHER_SCALE * len(numbers):
            impossible = {v for v in values if v < 0}
    if not codes:
        return frozenset(impossible)
    if measure.range is not None:
        low, high = measure.range
        return frozenset(impossible | {c for c in codes if not low <= c <= high})
    if others and min(others) >= 0:
        impossible |= {c for c in codes if c < -1}
    if others and sum(v not in MISSING_CODES for v in numbers) >= FEWEST_BESIDE:
        reach = max(abs(v) for v in others) * FAR_OUTSIDE
        impossible |= {c for c in codes if c >= SMALLEST_FAR_CODE and c > reach}
    return frozenset(impossible)


def _value(measure: Measure, reading: Reading, where: CellRef, codes: frozenset[float], log: IssueLog) -> float | None:
    """The value that counts, or None; whatever is odd about the cell is reported."""
    value, text, trouble = reading.value, reading.text, ""
    hint = reading.hint
    if reading.found is Found.TEXT and measure.kind is Kind.YES_NO:
        trouble, kind = f"{where} says “{text}”, which is neither yes nor no", "neither yes nor no"
    elif reading.found in (Found.TEXT, Found.ERROR, Found.RANGE):
        trouble, kind = f"{where} {reading.trouble}", reading.found.value
    elif reading.found is Found.DATE:
        kind = "a date among numbers"
        trouble = f"{where} holds the date {text} in a column of numbers"
        hint = "Excel turns entries such as 10-15 or 1-2 into dates; type the value again as a number."
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
            "a missing code",
        )
        return None
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
