"""The questions that a workbook leaves open, collected from its cells, its mapping and the issues of its build.

Invariants: every issue that asks something is a question, with options where a change of the mapping answers it; what
the user settled is not asked again.
"""

import gc
from collections.abc import Callable, Iterable, Sequence

from trajecta.io.arrange import arrange
from trajecta.io.build_ids import IDS
from trajecta.io.build_patients import OPEN_ORDER
from trajecta.io.build_plain import PLAIN
from trajecta.io.build_values import MISSING_CODE, NO_UNIT, OPEN_MARK, TWO_COLUMNS, TWO_UNITS, called
from trajecta.io.build_visits import NO_NAMES
from trajecta.io.cell_marks import mark_questions
from trajecta.io.cells import shown
from trajecta.io.column_readings import CellReading, ColumnReadings, What, sheet_readings
from trajecta.io.issue_log import counted
from trajecta.io.mapping import ColumnMapping, Field, Mapping, SheetMapping, SheetRole, ZeroFrom
from trajecta.io.missing_codes import doubtful_codes
from trajecta.io.questions import Change, Option, Question, of_column, settled
from trajecta.io.units import power
from trajecta.io.visit_windows import useful_windows
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import CellRef, Cohort, Issue, Severity
from trajecta.stats.instruments import instrument_for

Readings = dict[str, dict[int, ColumnReadings]]
RANGE = "range"
USUAL_UNITS = ("g/L", "mg/dL", "mg/L", "g/g", "mg/g", "g/d", "mg/d", "mmol/L", "µmol/L")
WINDOWS, DAY_ZERO = "windows:", "time zero:"
_OF_COLUMNS = (OPEN_MARK, OPEN_ORDER, MISSING_CODE, TWO_COLUMNS, TWO_UNITS, NO_UNIT, RANGE)


class Tables:
    """The sheets of an arranged workbook with their mappings, and where a cell of the file is found in them."""

    def __init__(self, tables: Workbook, mapping: Mapping) -> None:
        names = {own.sheet: own for own in mapping.sheets if own.role is not SheetRole.IGNORE}
        self.used = [(sheet, names[sheet.name]) for sheet in tables.sheets if sheet.name in names]
        self.epoch_1904 = tables.epoch_1904
        self._plain = {sheet.name: at for at, (sheet, _) in enumerate(self.used) if not sheet.places}
        self._places: dict[CellRef, tuple[int, int, int]] = {}
        for at, (sheet, _) in enumerate(self.used):
            for row, line in enumerate(sheet.places, 1):
                self._places.update({ref: (at, row, c) for c, ref in enumerate(line, 1) if ref is not None})

    def readings(self) -> Readings:
        """How every column is read, by sheet and column."""
        collecting = gc.isenabled()
        gc.disable()  # many small values and no cycles; looking for cycles meanwhile doubles the time
        try:
            return {sheet.name: sheet_readings(sheet, own, self.epoch_1904) for sheet, own in self.used}
        finally:
            if collecting:
                gc.enable()

    def place(self, where: CellRef) -> tuple[Sheet, SheetMapping, int, ColumnMapping] | None:
        """The sheet, its mapping, the row and the column that show a cell of the file; None if none does."""
        at = self._plain.get(where.sheet)
        found = (at, where.row, where.column) if at is not None else self._places.get(where)
        if found is None:
            return None
        sheet, own = self.used[found[0]]
        column = next((c for c in own.columns if c.column == found[2]), None)
        return None if column is None else (sheet, own, found[1], column)


def open_questions(
    workbook: Workbook, mapping: Mapping, cohort: Cohort, issues: Sequence[Issue]
) -> tuple[Question, ...]:
    """The open questions of a workbook as it was read; ``cohort`` and ``issues`` are what ``build_cohort`` returned."""
    tables = Tables(arrange(workbook, mapping.arranged), mapping)
    return questions_of(tables, mapping, cohort, issues, tables.readings())


def questions_of(
    tables: Tables, mapping: Mapping, cohort: Cohort, issues: Sequence[Issue], read: Readings
) -> tuple[Question, ...]:
    """The same where the tables are arranged and read already; ``read`` is what ``tables.readings()`` returned.

    Questions with options come first.
    """
    groups = _grouped(tables, issues)
    found = _of_issues(tables, groups) + _of_cells(tables, read) + _of_time(tables, mapping, cohort)
    found += mark_questions(issues)
    answerable = {q.kind for q in found if q.kind}
    if mapping.windows or WINDOWS in mapping.settled:
        answerable.add(NO_NAMES)
    rest = [
        Question(f"issue:{kind}:{issue.where}", issue.where, issue.text, issue.hint, (), kind, issue.severity)
        for (kind, _), same in groups.items()
        for issue in same
        if "?" in issue.hint and kind not in answerable
    ]
    # The columns of one measure ask together, at the first of their cells.
    open_ones = {q.key: q for q in reversed(found) if q.key not in mapping.settled}
    return (*reversed(open_ones.values()), *rest)


def _column_key(tables: Tables, issue: Issue) -> str:
    """The part of a question's key that says where: sheet and column of an issue, empty for one without a cell."""
    place = tables.place(issue.where) if issue.where is not None and issue.kind in _OF_COLUMNS else None
    return f"{place[1].sheet}:{place[3].column}" if place else ""


def _grouped(tables: Tables, issues: Sequence[Issue]) -> dict[tuple[str, str], list[Issue]]:
    """Issues by their kind and, where a change of one column can answer them, by sheet and column."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.kind, _column_key(tables, issue)), []).append(issue)
    return groups


def _of_issues(tables: Tables, groups: dict[tuple[str, str], list[Issue]]) -> list[Question]:
    """Questions that issues stand for: one for each kind and column, and one about ids and plain columns."""
    found: list[Question] = []
    for (kind, place), same in groups.items():
        if kind == IDS:
            found += _ids(same)
        elif kind.startswith(PLAIN):
            found += _plain(tables, same[0])
        elif place:
            found += _ASKED[kind](tables, same)
    return found


def _first(tables: Tables, same: Sequence[Issue]) -> tuple[CellRef, Sheet, SheetMapping, ColumnMapping]:
    where = same[0].where
    place = tables.place(where) if where is not None else None
    assert where is not None  # only issues with a place are grouped by column
    assert place is not None
    return where, place[0], place[1], place[3]


def _alike(own: SheetMapping, column: ColumnMapping) -> list[ColumnMapping]:
    """The columns of a sheet that hold the same measure as one of them, as the visits of a wide sheet do."""
    return [c for c in own.having(Field.MEASURE) if c.measure_name == column.measure_name] or [column]


def _mark(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, sheet, own, column = _first(tables, same)
    place = tables.place(where)
    point = place is not None and "," not in shown(sheet.cell(place[2], column.column))
    key = f"{OPEN_MARK}:{own.sheet}:{_alike(own, column)[0].column}"
    options = tuple(
        Option(label, tuple(of_column(own.sheet, c, decimal_comma=comma) for c in _alike(own, column)))
        for label, comma in (("It separates decimals", not point), ("It separates thousands", point))
    )
    ask = f"Does the {'point' if point else 'comma'} in “{column.header}” separate decimals or thousands?"
    return [Question(key, where, same[0].text, ask, options, OPEN_MARK, same[0].severity)]


def _order(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, _, own, column = _first(tables, same)
    key = f"{OPEN_ORDER}:{own.sheet}:{column.column}"
    options = tuple(
        Option(label, (of_column(own.sheet, column, day_first=first),))
        for label, first in (("The day, as in 31/12/2024", True), ("The month, as in 12/31/2024", False))
    )
    ask = f"Is the day or the month written first in “{column.header}”?"
    return [Question(key, where, same[0].text, ask, options, OPEN_ORDER, same[0].severity)]


def _code(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    found: dict[str, Question] = {}
    for issue in same:
        place = tables.place(issue.where) if issue.where is not None else None
        if place is not None:
            sheet, own, row, column = place
            code = shown(sheet.cell(row, column.column))
            found.setdefault(code, _about_code(own, column, code, (issue.where, issue.text)))
    return list(found.values())


def _about_code(
    own: SheetMapping, column: ColumnMapping, code: str, said: tuple[CellRef | None, str], kind: str = MISSING_CODE
) -> Question:
    columns = _alike(own, column)
    key = f"{kind}:{own.sheet}:{columns[0].column}:{code}"
    options = (
        Option(f"{code} means “missing”", tuple(of_column(own.sheet, c, missing=(code,)) for c in columns)),
        Option(f"{code} is a value", tuple(of_column(own.sheet, c, values=(code,)) for c in columns)),
    )
    return Question(key, said[0], said[1], f"Does {code} in “{column.header}” mean “missing”?", options, kind)


def _range(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, _, own, column = _first(tables, same)
    key = f"{RANGE}:{own.sheet}:{_alike(own, column)[0].column}"
    middle = tuple(of_column(own.sheet, c, range_middle=True) for c in _alike(own, column))
    options = (Option("Use the middle of each range", middle), settled(key, "Leave the ranges out"))
    ask = f"Are the ranges in “{column.header}” to be used?"
    return [Question(key, where, same[0].text, ask, options, RANGE, same[0].severity)]


def _two_columns(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, _, own, column = _first(tables, same)
    key = f"{TWO_COLUMNS}:{own.sheet}:{column.column}"
    instrument = instrument_for(column.measure_name)

    def is_same(c: ColumnMapping) -> bool:
        named = instrument_for(c.measure_name)
        if instrument is not None or named is not None:
            return named == instrument
        return c.measure_name.casefold() == column.measure_name.casefold()

    others = [c for c in own.having(Field.MEASURE) if c.column < column.column and c.visit == column.visit]
    other = next((c for c in reversed(others) if is_same(c)), None)
    if other is None:
        return []
    options = (
        Option(f"{called(other, column)} alone", (of_column(own.sheet, column, field=Field.IGNORE),)),
        Option(f"{called(column, other)} alone", (of_column(own.sheet, other, field=Field.IGNORE),)),
        settled(key, "Both, as two measures"),
    )
    return [Question(key, where, same[0].text, same[0].hint, options, TWO_COLUMNS, same[0].severity)]


def _two_units(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, _, own, column = _first(tables, same)
    key = f"{TWO_UNITS}:{own.sheet}:{column.column}"
    options = (
        settled(key, f"Yes: “{column.header}” stays a measure of its own"),
        Option(f"Leave “{column.header}” out", (of_column(own.sheet, column, field=Field.IGNORE),)),
    )
    return [Question(key, where, same[0].text, same[0].hint, options, TWO_UNITS, same[0].severity)]


def _no_unit(tables: Tables, same: Sequence[Issue]) -> list[Question]:
    where, _, own, column = _first(tables, same)
    key = f"{NO_UNIT}:{own.sheet}:{_alike(own, column)[0].column}"
    instrument = instrument_for(column.measure_name)

    def same_measure(c: ColumnMapping) -> bool:
        named = instrument_for(c.measure_name)
        return named == instrument if instrument or named else c.measure_name == column.measure_name

    stated = [c.unit for _, other in tables.used for c in other.having(Field.MEASURE) if c.unit and same_measure(c)]
    usual = [unit for unit in USUAL_UNITS if any(power(unit, said) for said in stated)]
    units = dict.fromkeys([*stated, *usual])
    options = tuple(
        Option(f"It is in {unit}", tuple(of_column(own.sheet, c, unit=unit) for c in _alike(own, column)))
        for unit in units
    )
    ask = f"In which unit is “{column.header}”?"
    return [Question(key, where, same[0].text, ask, options, NO_UNIT)]


_ASKED: dict[str, Callable[[Tables, Sequence[Issue]], list[Question]]] = {
    OPEN_MARK: _mark,
    OPEN_ORDER: _order,
    MISSING_CODE: _code,
    RANGE: _range,
    TWO_COLUMNS: _two_columns,
    TWO_UNITS: _two_units,
    NO_UNIT: _no_unit,
}


def _ids(same: Sequence[Issue]) -> list[Question]:
    asking = [issue for issue in same if "?" in issue.hint]
    options = (
        Option("Yes, they are the same patients", (Change((("match_ids", True),)),)),
        Option("No, take every id as it is written", (Change((("match_ids", False),)),)),
    )
    text = " ".join(issue.text for issue in asking)
    return [Question(f"{IDS}:", asking[0].where, text, asking[0].hint, options, IDS)] if asking else []


def _plain(tables: Tables, issue: Issue) -> list[Question]:
    own = next((own for _, own in tables.used if issue.kind == f"{PLAIN} of {own.sheet}"), None)
    if own is None:
        return []
    measures = own.having(Field.MEASURE)
    apart = (
        Change((("visits_as_written", False),), own.sheet),
        *(of_column(own.sheet, c, measure_name=c.header, visit="") for c in measures),
    )
    key = f"{issue.kind}:"
    options = (settled(key, "They are visits of one measure"), Option("Each is a measure of its own", apart))
    return [Question(key, None, issue.text, "Are these columns visits or measures?", options, issue.kind)]


def _of_cells(tables: Tables, read: Readings) -> list[Question]:
    """Questions that no issue asks, because the cells are read: kept codes, and a minus beside words of yes."""
    asked: list[Question] = []
    for sheet, own in tables.used:
        cells = {c.column: found.cells for c in own.having(Field.MEASURE) if (found := read[own.sheet].get(c.column))}
        alike: dict[str, list[ColumnMapping]] = {}
        for column in own.having(Field.MEASURE):
            alike.setdefault(column.measure_name, []).append(column)
            own_cells = cells.get(column.column, ())
            lone = next((c for c in own_cells if c.text in ("-", "--") and c.what is What.MISSING), None)
            yes = any(c.what is What.YES_NO for c in own_cells) if lone else False
            if lone and yes and column.minus_is_no is None:
                asked.append(_minus(sheet, own, column, lone.row))
        for columns in alike.values():
            numbers = [(c, column) for column in columns for c in cells.get(column.column, ()) if c.what is What.NUMBER]
            for code, count in _doubtful(numbers):
                first, column = next((c, column) for c, column in numbers if c.value == code)
                if shown(code) not in column.values:
                    where = sheet.ref(first.row, column.column)
                    said = f"{where} says {shown(code)}, above all other values; it is kept ({counted(count, 'cell')})."
                    asked.append(_about_code(own, column, shown(code), (where, said), "a number like a code"))
    return asked


def _doubtful(numbers: Sequence[tuple[CellReading, ColumnMapping]]) -> Iterable[tuple[float, int]]:
    return doubtful_codes([c.value for c, _ in numbers if isinstance(c.value, float)], frozenset()).items()


def _minus(sheet: Sheet, own: SheetMapping, column: ColumnMapping, row: int) -> Question:
    key, where = f"minus:{own.sheet}:{column.column}", sheet.ref(row, column.column)
    options = tuple(
        Option(label, tuple(of_column(own.sheet, c, minus_is_no=no) for c in _alike(own, column)))
        for label, no in (("Missing", False), ("No", True))
    )
    text = f"{where} says “-” in a column of yes and no; it is taken as missing."
    return Question(key, where, text, f"Does a minus in “{column.header}” mean “missing” or “no”?", options, "minus")


def _of_time(tables: Tables, mapping: Mapping, cohort: Cohort) -> list[Question]:
    """What day 0 is, and whether values that carry only a day or a date belong to planned visits."""
    by_day = [
        own
        for _, own in tables.used
        if own.role is SheetRole.VISITS and own.one(Field.VISIT) is None and (own.one(Field.DAY) or own.one(Field.DATE))
    ]
    found: list[Question] = []
    dated = any(own.having(Field.DATE) for _, own in tables.used if own.role is SheetRole.VISITS)
    if dated and not cohort.time_zero and mapping.time_zero is None:
        options = (
            Option("The first date of each patient", (Change((("time_zero", ZeroFrom.FIRST),)),)),
            settled(DAY_ZERO, "It is not known"),
        )
        text = "The visits have dates, but no sheet says when day 0 is, so there are no study days."
        found.append(Question(DAY_ZERO, None, text, "What is day 0?", options))
    if not by_day or mapping.windows:
        return found
    days = {o.day for o in cohort.observations if o.day is not None and o.source is not None}
    windows = useful_windows(days)
    if len(windows) > 1:
        named = "; ".join(f"{w.visit} day {w.first:g} to {w.last:g}" for w in windows)
        sheets = " and ".join(f"“{own.sheet}”" for own in by_day)
        options = (
            Option(f"Yes: {named}", (Change((("windows", windows),)),)),
            settled(WINDOWS, "No, leave the visits as they are"),
        )
        text = f"{sheets} {'have' if len(by_day) > 1 else 'has'} days or dates but no names of visits."
        ask = "Are the values to be placed at planned visits?"
        found.append(Question(WINDOWS, None, text, ask, options, NO_NAMES, Severity.NOTE))
    return found
