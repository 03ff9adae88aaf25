"""The readings of a measure: each column by its rules, percentages as Excel shows them, and all in one unit.

Invariants: only an exact power of ten is applied, every conversion is listed with its cell, and a value in a unit that
has no exact way to that of its measure is left out and said, never converted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from trajecta.io.build_visits import ValueCell, ValueColumn
from trajecta.io.cells import Found, Reading, shown
from trajecta.io.column_rules import GRADES, read_by
from trajecta.io.issue_log import IssueLog, are, counted
from trajecta.io.mapping import ColumnMapping
from trajecta.io.units import converted, factor, power, same_unit
from trajecta.stats.cohort import CellRef, Measure
from trajecta.stats.instruments import instrument_for

Read = tuple[ValueCell, Reading, CellRef]
LOW = "L"  # litres, or the flag of a laboratory
_FLAGS = frozenset({"H", "HH", "LL"})
_LITRES = frozenset({"l", "liter", "litre", "liters", "litres", "litros", "litri"})
_WORDS = re.compile(r"[\W_]+")


def readings_of(measure: Measure, columns: Sequence[ValueColumn], log: IssueLog) -> tuple[Measure, list[Read]]:
    """What the filled cells of a measure say, in its unit; the measure has a unit if only its cells state one."""
    parts = [_readings(column, log) for column in columns]
    places = {c.sheet.ref(row, column) for c in columns for row, column in c.sheet.percent}
    if places:
        measure, parts = _percents(measure, parts, places, log)
    united = [r for part in parts for r in part if r[1].unit]
    if any(r[1].unit == LOW for r in united):
        readings = (reading for part in parts for _, reading, _ in part)
        if low_flags(measure.name, [c.mapping for c in columns], readings):
            parts = [[(cell, as_flag(reading), where) for cell, reading, where in part] for part in parts]
            united = [r for part in parts for r in part if r[1].unit]
    target = measure.unit
    left: frozenset[CellRef] = frozenset()
    if united and not target:
        target, left = _unit_of_cells(measure, parts, united, log)
    if not target or not (united or any(not same_unit(c.mapping.unit, target) for c in columns)):
        return measure, [found for part in parts for found in part]
    found: list[Read] = []
    changed = False
    for column, part in zip(columns, parts, strict=True):
        for cell, reading, where in part:
            made = in_unit(reading, reading.unit or column.mapping.unit, target)
            if where in left:
                made = replace(reading, found=Found.MISSING, value=None, unit="")
            elif made is not reading:
                changed = True
                value = "" if made.value is None else f" = {made.censored}{shown(made.value)} {target}"
                log.note(where, f"{where}: {made.converted}{value}.", kind="a converted value")
            found.append((cell, made, where))
    return replace(measure, unit=target) if changed else measure, found


def low_flags(name: str, columns: Sequence[ColumnMapping], readings: Iterable[Reading]) -> bool:
    """Whether “L” after a number says low: the measure has another unit, or other cells have the flags of a laboratory.

    ``name`` is that of the measure, ``columns`` and ``readings`` are all of its own. Where no unit is known and no
    other flag is met, it is litres.
    """
    instrument = instrument_for(name)
    usual = "" if instrument is None or power(instrument.unit, instrument.unit) is None else instrument.unit  # no %
    units = {unit for unit in (usual, *(c.unit for c in columns)) if unit}
    if units:
        return not any(unit.casefold() in _LITRES for unit in units)
    if any(_LITRES & set(_WORDS.split(c.header.casefold())) for c in columns):  # "FVC (L)"
        return False
    return any(reading.note in _FLAGS for reading in readings)


def as_flag(reading: Reading) -> Reading:
    """The reading with an “L” as its remark and not its unit; any other one as it is."""
    return replace(reading, unit="", note=LOW) if reading.unit == LOW else reading


def _readings(column: ValueColumn, log: IssueLog) -> list[Read]:
    at, name, plain_sheet = column.mapping.column, column.sheet.name, not column.sheet.places
    found: list[Read] = []
    known: dict[tuple[float | str, str], Reading] = {}  # scores repeat a few values; equal cells read equally
    rules = column.rules
    for cell in column.cells:
        value = cell.value
        if type(value) is float or type(value) is str:
            reading = known.get((value, cell.unit))
            if reading is None:
                reading = read_by(value, rules)
                if cell.unit and reading.found is Found.NUMBER and not reading.unit:
                    reading = replace(reading, unit=cell.unit)
                known[value, cell.unit] = reading
        else:
            reading = read_by(value, rules)
        if reading.found is not Found.BLANK:
            found.append(
                (cell, reading, CellRef(name, cell.row, at) if plain_sheet else column.sheet.ref(cell.row, at))
            )
    if rules.signs or any(reading.titre for reading in known.values()):
        _say_order_only(column, found, log)
    return found


def _say_order_only(column: ValueColumn, found: list[Read], log: IssueLog) -> None:
    """Notes on titres and on plus signs, whose numbers only tell which is higher."""
    titres = [(r, w) for _, r, w in found if r.titre]
    if titres:
        first, where = titres[0]
        log.note(
            where,
            f"{counted(len(titres), 'value')} of “{column.mapping.header}” {are(len(titres))} a titre such as "
            f"“{first.text}”; the number after “1:” is used.",
        )
    if column.rules.signs:
        read = {r.text: r.value for _, r, _ in found if r.found is Found.NUMBER and r.text in GRADES}
        steps = ", ".join(f"“{text}” as {value:g}" for text, value in sorted(read.items(), key=lambda e: e[1] or 0))
        log.note(
            column.sheet.ref(column.head, column.mapping.column),
            f"“{column.mapping.header}” grades in plus signs: {steps} and negative as 0; only their order is known.",
        )


def in_unit(reading: Reading, unit: str, target: str) -> Reading:
    """The reading in ``target`` where an exact power of ten leads there; else the same reading."""
    if reading.value is None or reading.found is not Found.NUMBER or same_unit(unit, target):
        return reading
    exponent = power(unit, target)
    if exponent is None:
        return reading
    said = f"{reading.censored}{shown(reading.value)} {unit} × {factor(exponent)}"
    return replace(reading, value=converted(reading.value, exponent), unit=target, converted=said)


def percent_value(value: float) -> float:
    """What a cell shows that Excel formats as a percentage, in decimal, as 0.07 * 100 is not 7 in binary.

    >>> percent_value(0.07), percent_value(0.25)
    (7.0, 25.0)
    """
    return float(Decimal(repr(value)) * 100)


def _percents(
    measure: Measure, parts: list[list[Read]], places: set[CellRef], log: IssueLog
) -> tuple[Measure, list[list[Read]]]:
    """Numbers that Excel shows as a percentage get the value that Excel shows: 0.25 as 25 %."""
    numbers = [w for part in parts for _, r, w in part if r.found is Found.NUMBER]
    as_percent = [w in places for w in numbers]
    if not any(as_percent):
        return measure, parts
    if not all(as_percent):
        log.warning(
            numbers[0],
            f"Some cells of “{measure.name}” are shown as percentages and some are not; each is read as it is shown.",
            "Are all of them meant in percent?",
        )
    else:
        measure = replace(measure, unit=measure.unit or "%")

    def shown_as(reading: Reading, where: CellRef) -> Reading:
        if reading.found is not Found.NUMBER or reading.value is None or where not in places:
            return reading
        value = percent_value(reading.value)
        return replace(reading, value=value, text=f"{shown(value)} %")

    return measure, [[(cell, shown_as(reading, where), where) for cell, reading, where in part] for part in parts]


def _unit_of_cells(
    measure: Measure, parts: list[list[Read]], united: list[Read], log: IssueLog
) -> tuple[str, frozenset[CellRef]]:
    """Where only cells name units: the most frequent one, and the cells in a unit that has no exact way to it."""
    groups: list[list[Read]] = []
    for found in united:
        if found[1].found is Found.NUMBER:
            same = next((g for g in groups if same_unit(g[0][1].unit, found[1].unit)), None)
            if same is None:
                groups.append([found])
            else:
                same.append(found)
    if len(groups) < 2:
        return "", frozenset()
    kept = max(groups, key=len)  # the first of equally frequent ones
    first = kept[0]
    left = set()
    for group in groups:
        if group is kept or power(group[0][1].unit, first[1].unit) is not None:
            continue
        for _, reading, where in group:
            log.warning(
                where,
                f"{where} says {reading.text}, but {first[2]} says {first[1].text}; values of “{measure.name}” "
                f"in {reading.unit} are left out and none is converted.",
                "Write all values in one unit. Which one is meant?",
                "another unit in the same column",
            )
            left.add(where)
    bare = sum(r.found is Found.NUMBER and not r.unit for part in parts for _, r, _ in part)
    if bare:
        log.warning(
            first[2],
            f"{counted(bare, 'value')} of “{measure.name}” without a unit "
            f"{are(bare)} read as {first[1].unit}, as {first[2]} says.",
            "Are they in that unit?",
        )
    return first[1].unit, frozenset(left)
