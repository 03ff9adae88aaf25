"""The evidence for how a column is read, in words: what its own cells prove, what they leave open, what the user said.

Invariant: every sentence counts cells of the column and names none of its patients.
"""

from collections import Counter
from collections.abc import Sequence

from trajecta.io.cells import Found, Reading, shown
from trajecta.io.column_rules import GRADES, Rules
from trajecta.io.dates import date_order
from trajecta.io.issue_log import counted
from trajecta.io.mapping import ColumnMapping, SheetMapping
from trajecta.io.missing_codes import doubtful_codes
from trajecta.io.workbook import CellValue
from trajecta.stats.cohort import Censored


def value_evidence(
    mapping: SheetMapping,
    column: ColumnMapping,
    rules: Rules,
    read: Sequence[tuple[Reading, int]],
    codes: tuple[Sequence[float], frozenset[float]],
) -> tuple[str, ...]:
    """Sentences about a column of values.

    ``read`` are its different readings, each with the number of its cells; ``codes`` are the numbers of its measure
    and those that mean “missing”.
    """
    numbers, certain = codes
    said = [_summary(read, certain)] if read else []
    said += _of_mark(mapping, column, rules)
    texts: Counter[str] = Counter()
    own: Counter[float | None] = Counter()
    for r, n in read:
        texts[r.text.casefold()] += n
        if r.found is Found.NUMBER and r.censored is Censored.NO:
            own[r.value] += n
    said += [
        f"“{text}” means missing, as you said: {counted(texts[text.casefold()], 'cell')}" for text in column.missing
    ]
    said += [
        f"{shown(code)} is taken as a code for “missing”: {counted(own[code], 'cell')}"
        for code in sorted(certain)
        if own[code]
    ]
    said += [
        f"{shown(code)} looks like a code for “missing” and is kept: {counted(own[code], 'cell')}"
        for code in doubtful_codes(numbers, certain)
        if own[code] and shown(code) not in rules.values
    ]
    if rules.signs:
        said.append(f"graded in plus signs: {', '.join(sorted({r.text for r, _ in read if r.text in GRADES}))}")
    lone = texts["-"] + texts["--"]
    if lone and not rules.signs:
        said.append(f"a lone minus means {'no' if rules.minus_is_no else 'missing'}: {counted(lone, 'cell')}")
    said += _counted_kinds(column, read)
    return tuple(said)


def _summary(read: Sequence[tuple[Reading, int]], certain: frozenset[float]) -> str:
    total = sum(n for _, n in read)
    codes = sum(n for r, n in read if r.found is Found.NUMBER and r.value in certain and r.censored is Censored.NO)
    missing = codes + sum(n for r, n in read if r.found is Found.MISSING)
    numbers = sum(n for r, n in read if r.found is Found.NUMBER) - codes
    words = sum(n for r, n in read if r.found is Found.YES_NO)
    beyond = sum(n for r, n in read if r.censored is not Censored.NO)
    parts = [f"{numbers} of {counted(total, 'cell')} {'is a number' if numbers == 1 else 'are numbers'}"]
    parts += [f"{beyond} beyond the limit of the assay"] if beyond else []
    parts += [f"{words} yes or no"] if words else []
    parts += [f"{missing} missing"] if missing else []
    rest = total - numbers - words - missing
    parts += [f"{rest} not understood"] if rest > 0 else []
    return ", ".join(parts)


def _of_mark(mapping: SheetMapping, column: ColumnMapping, rules: Rules) -> list[str]:
    name = "comma" if rules.comma else "point"
    own = rules.own
    total = own.comma + own.point + own.unclear
    if column.decimal_comma is not None:
        return [f"decimal {name}: chosen by you"]
    if mapping.decimal_comma is not None:
        return [f"decimal {name}: chosen by you for the sheet"]
    if own.decimal_comma is not None:
        return [f"decimal {name}: {own.comma if rules.comma else own.point} of {counted(total, 'cell')}"]
    if total and rules.comma is not None:
        shows = rules.sheet.comma if rules.comma else rules.sheet.point
        return [f"decimal {name}: {counted(shows, 'cell')} in other columns of the sheet"]
    if own.unclear:
        return [f"decimal or thousands comma: open, {counted(own.unclear, 'cell')}"]
    return [f"decimal comma and point: {own.comma} and {own.point} of {counted(total, 'cell')}"] if total else []


def _counted_kinds(column: ColumnMapping, read: Sequence[tuple[Reading, int]]) -> list[str]:
    """Titres, percentages, ranges and other units, with how many cells have them."""
    titres = sum(n for r, n in read if r.titre)
    percent = sum(n for r, n in read if r.text.endswith(" %") and r.found is Found.NUMBER and not r.unit)
    ranges = sum(n for r, n in read if r.low is not None)
    said = [f"titres such as 1:160, of which the second number counts: {counted(titres, 'cell')}"] if titres else []
    said += [f"shown in percent by its format: {counted(percent, 'cell')}"] if percent else []
    if ranges:
        used = "of which the middle counts, as you said" if column.range_middle else "not used"
        said.append(f"ranges such as 10-15, {used}: {counted(ranges, 'cell')}")
    units: Counter[str] = Counter()
    for r, n in read:
        if r.converted:
            units[r.converted.partition(" ")[2].partition(" ×")[0]] += n
    said += [f"converted from {unit} to {column.unit}: {counted(count, 'cell')}" for unit, count in units.items()]
    return said


def date_evidence(
    column: ColumnMapping, values: Sequence[CellValue], dates: int, by_names: bool | None
) -> tuple[str, ...]:
    """Sentences about a column of dates: how many there are, and which order of day and month they prove.

    ``by_names`` is True for day-first and False for month-first where the names of the visits decided it, else None.
    """
    filled = sum(v is not None for v in values)
    if not filled:
        return ()
    said = [f"{dates} of {counted(filled, 'cell')} {'is a date' if dates == 1 else 'are dates'}"]
    order = date_order(values)
    total = order.day_first + order.month_first + order.either
    if column.day_first is not None:
        said.append(f"{'day before month' if column.day_first else 'month before day'}: chosen by you")
    elif order.decided is not None:
        shows, name = (
            (order.day_first, "day before month") if order.decided else (order.month_first, "month before day")
        )
        said.append(f"{name}: {shows} of {counted(total, 'date')} {'shows' if shows == 1 else 'show'} it")
    elif by_names is not None:
        said.append(f"{'day before month' if by_names else 'month before day'}: as the names of the visits show")
    elif total:
        said.append(f"day or month first: open, {counted(total, 'date')}")
    return tuple(said)
