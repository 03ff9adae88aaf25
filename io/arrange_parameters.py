"""Tables with one value per row (patient, visit or date, parameter, value, unit), unfolded to a column per parameter.

Invariants: every value of the sheet stands in the made one; two values for one place stand in two rows, so that the
build can say so; the same parameter in two units makes two columns and nothing is converted; the one text that is put
together is a value with the sign of a column of signs (“<” and 0.5).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.headers import HeaderReading, is_unit, read_header
from trajecta.io.layout import find_table
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.profiles import Profile, profile
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet, Workbook
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.instruments import instrument_for, is_loose, plain

_TIMES = ("visit", "week", "month", "day", "date")
_SIGNS = frozenset({"<", ">", "=", "<=", ">=", "≤", "≥"})
_CLOCK = re.compile(r"[ T]\d{1,2}:\d{2}.*$")  # samples of one morning are one visit


@dataclass(frozen=True, slots=True)
class _Shape:
    """The header row and what each column holds; 0 for what there is not."""

    header: int
    patient: int
    parameter: int
    values: tuple[int, ...]
    unit: int
    sign: int
    times: tuple[int, ...]
    others: tuple[int, ...]
    dated_only: bool


def guess_parameters(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets with one value per row, each by itself, with the columns that show it."""
    found = []
    for sheet in sheets:
        shape = _shape(sheet)
        if shape is None:
            continue
        parameter, value = (shown(sheet.cell(shape.header, column)) for column in (shape.parameter, shape.values[0]))
        times = " and ".join(f"“{shown(sheet.cell(shape.header, column))}”" for column in shape.times)
        why = (
            f"“{parameter}” names what is measured and “{value}” holds one value per row; it is read with a column per "
            f"parameter and a row per patient{f' and {times}' if times else ''}."
        )
        found.append(Arranged(Arrangement.PARAMETERS, (sheet.name,), why))
    return tuple(found)


def unfolded(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheet with a row per patient and visit and a column per parameter and unit, in the order of appearance.

    Where only the first row of a group names the patient or the visit, it holds for the rows below. A column that is
    neither goes along if it says one thing for each patient and visit. A value without a parameter goes under the
    header of the values. As it stands if it is no such table.
    """
    (sheet,) = sheets
    shape = _shape(sheet)
    if shape is None:
        return (sheet,)
    unfolding = _Unfolding(sheet, shape)
    for row in range(shape.header + 1, sheet.height + 1):
        unfolding.take(row)
    return (sheet_of(sheet.name, unfolding.lines(), [sheet], unfolding.twice),)


@dataclass
class _Unfolding:
    """The table in the making: its columns by parameter and unit, and the rows of each patient and visit."""

    sheet: Sheet
    shape: _Shape
    heads: dict[tuple[str, str], Placed] = field(default_factory=dict)
    rows: dict[tuple[str, ...], list[dict[tuple[str, str], Placed]]] = field(default_factory=dict)
    keys: dict[tuple[str, ...], list[Placed]] = field(default_factory=dict)
    beside: dict[tuple[str, ...], list[list[Placed]]] = field(default_factory=dict)
    twice: list[Issue] = field(default_factory=list)

    def __post_init__(self) -> None:
        named = (self.shape.patient, *self.shape.times)
        self._above = dict.fromkeys(named, NOTHING)
        rows = range(self.shape.header + 1, self.sheet.height + 1)
        used = [row for row in rows if self.sheet.cell(row, self.shape.parameter) is not None]
        self._grouped = {column for column in named if _in_groups(self.sheet, used, column)}
        self._units = _Units(self.sheet, self.shape)

    def take(self, row: int) -> None:
        """Take over one row of the sheet; a row without any cell is passed over."""
        sheet, shape = self.sheet, self.shape
        if all(value is None for value in sheet.rows[row - 1]):
            return
        place = self._key(row)
        key = tuple(_comparable(cell.value) for cell in place)
        self.keys.setdefault(key, place)
        lines = self.rows.setdefault(key, [])
        value = self._value(row)
        column = self._units.column_of(row)
        if column not in self.heads and (column[0] or value.value is not None):
            name = placed(sheet, row, shape.parameter)
            head = Placed(self._units.head_of(shown(name.value), column), name.where)
            self.heads[column] = head if column[0] else placed(sheet, shape.header, shape.values[0])
        if not lines:
            lines.append({})
        if value.value is not None:
            line = next((line for line in lines if column not in line), None)
            if line is None:
                self._say_twice(place, lines[0][column], value, self.heads[column])
                line = {}
                lines.append(line)
            line[column] = value
        others = [placed(sheet, row, other) for other in shape.others]
        self.beside.setdefault(key, []).append(others)

    def _say_twice(self, place: Sequence[Placed], first: Placed, second: Placed, head: Placed) -> None:
        """Where dates are the visits, the build cannot see that two rows are one visit with two values."""
        if self.shape.dated_only and second.where is not None:
            when = f" on {_comparable(place[-1].value)}" if self.shape.times else ""
            both = f"{first.where} and {second.where} are both “{shown(head.value)}” of {shown(place[0].value)}{when}"
            said = f"{both}; each stands in a row of its own."
            self.twice.append(Issue(Severity.WARNING, second.where, said, "Which one is right?"))

    def _key(self, row: int) -> list[Placed]:
        """Whose and when: the cells of the row, or of the first row of its group."""
        found = []
        for column in (self.shape.patient, *self.shape.times):
            cell = placed(self.sheet, row, column)
            if cell.value is not None:
                if column == self.shape.patient and _comparable(cell.value) != _comparable(self._above[column].value):
                    self._above = dict.fromkeys(self._above, NOTHING)  # a visit never goes on to the next patient
                self._above[column] = cell
            elif column in self._grouped:
                cell = self._above[column]
            found.append(cell)
        return found

    def _value(self, row: int) -> Placed:
        cells = [placed(self.sheet, row, column) for column in self.shape.values]
        cell = next((cell for cell in cells if cell.value is not None), NOTHING)
        sign = shown(self.sheet.cell(row, self.shape.sign)) if self.shape.sign else ""
        if cell.value is None or sign in ("", "=") or read_cell(cell.value).found is not Found.NUMBER:
            return cell
        text = shown(cell.value)
        return cell if text[0] in "<>≤≥" else Placed(f"{sign}{text}", cell.where)

    def lines(self) -> Iterator[list[Placed]]:
        """The header and the rows of the made table."""
        shape = self.shape
        kept = [at for at in range(len(shape.others)) if self._constant(at)]
        named = [shape.patient, *shape.times, *(shape.others[at] for at in kept)]
        yield [placed(self.sheet, shape.header, column) for column in named] + list(self.heads.values())
        for key, lines in self.rows.items():
            beside = [self._said(key, at) for at in kept]
            for line in lines:
                yield self.keys[key] + beside + [line.get(column, NOTHING) for column in self.heads]

    def _constant(self, at: int) -> bool:
        return all(len({shown(row[at].value) for row in rows} - {""}) <= 1 for rows in self.beside.values())

    def _said(self, key: tuple[str, ...], at: int) -> Placed:
        return next((row[at] for row in self.beside[key] if row[at].value is not None), NOTHING)


class _Units:
    """Which column of the made table a row belongs to: by its parameter, and its unit where there are several."""

    def __init__(self, sheet: Sheet, shape: _Shape) -> None:
        self._sheet, self._shape = sheet, shape
        self._met: dict[str, dict[str, str]] = {}  # parameter to its units, as compared and as first written
        for row in range(shape.header + 1, sheet.height + 1):
            name, unit = self._read(row)
            units = self._met.setdefault(name, {})
            if unit:
                units.setdefault(_tidy_unit(unit), unit)

    def _read(self, row: int) -> tuple[str, str]:
        text = shown(self._sheet.cell(row, self._shape.parameter))
        return plain(text) or text, shown(self._sheet.cell(row, self._shape.unit)) if self._shape.unit else ""

    def column_of(self, row: int) -> tuple[str, str]:
        """Parameter and unit; a row without a unit goes with the rest if those have one unit only."""
        name, unit = self._read(row)
        met = self._met[name]
        return name, _tidy_unit(unit) or (next(iter(met)) if len(met) == 1 else "")

    def head_of(self, text: str, column: tuple[str, str]) -> str:
        """The header of a column: the parameter as written, with its unit."""
        units = self._met[column[0]]
        return _with_unit(text, units[column[1]], len(units) > 1) if column[1] else text


def _with_unit(text: str, unit: str, needed: bool) -> str:
    """A parameter with its unit; a unit that is none, such as “points”, only where it tells two columns apart.

    >>> _with_unit("C3", "g/L", False), _with_unit("SLEDAI", "points", False), _with_unit("C3 (g/L)", "g/L", False)
    ('C3 (g/L)', 'SLEDAI', 'C3 (g/L)')
    """
    if f"({unit})" in text or not (is_unit(unit) or needed or instrument_for(text) is None):
        return text
    return f"{text} ({unit})"


def _tidy_unit(unit: str) -> str:
    return unit.casefold().replace(" ", "")


def _comparable(value: CellValue) -> str:
    """A cell of the key as text: an id without case, a date without its time of day."""
    text = shown(value.date() if isinstance(value, datetime) else value)
    return _CLOCK.sub("", text).casefold()


def _in_groups(sheet: Sheet, used: Sequence[int], column: int) -> bool:
    """Whether a column is written in the first row of each group only, or its cells are merged."""
    if any(b.first_column == column and b.last_row > b.first_row >= used[0] for b in sheet.merged):
        return True
    blank = sum(sheet.cell(row, column) is None for row in used)
    return sheet.cell(used[0], column) is not None and blank * 2 >= len(used)


def _shape(sheet: Sheet) -> _Shape | None:
    table = find_table(sheet)
    if table is None or table.last >= sheet.height:
        return None
    read = {column: read_header(parts or ("",)) for column, parts in table.headers}
    first = table.last + 1
    if not {"parameter", "value"} <= {r.field for r in read.values()}:
        return None

    cells = {column: profile(sheet, column, first) for column in read}

    def having(*names: str) -> list[int]:
        return [c for name in names for c, r in read.items() if r.field == name and cells[c].filled]

    patients = having("patient") or having("weak_patient")
    parameters = [c for c in having("parameter") if cells[c].textual and cells[c].distinct < cells[c].filled]
    values = sorted((c for c in having("value") if cells[c].filled), key=lambda c: -cells[c].numbers)
    known = any(_is_measure(r, cells[c]) for c, r in read.items())
    if not (patients and parameters and values and cells[values[0]].numbers) or known:
        return None
    parameter = max(parameters, key=lambda c: _named(sheet, c, first))
    unit = next(iter(having("unit")), 0)
    times = tuple(sorted(having(*_TIMES)))
    signs = (c for c, r in read.items() if plain(r.text) in words("laboratory", "sign") or r.text in ("<>", "</>"))
    sign = next((c for c in signs if _all_signs(sheet, c, first)), 0)
    taken = {patients[0], unit, sign, *times, *parameters, *values}
    others = tuple(c for c, r in read.items() if c not in taken and r.text and not _about_value(r))
    dated_only = all(read[c].field == "date" for c in times)
    return _Shape(table.last, patients[0], parameter, tuple(values), unit, sign, times, others, dated_only)


def _is_measure(reading: HeaderReading, cells: Profile) -> bool:
    """Whether a column is a measure by its own name, so that the table is no list of single values."""
    return reading.instrument is not None and not reading.field and cells.numeric


def _named(sheet: Sheet, column: int, first: int) -> tuple[int, int]:
    """How many of the first parameters of a column are known by name, and by a name that says the version.

    So “SLEDAI-2K (0-105)” of PARAM counts before “SLEDAI” of PARAMCD.
    """
    texts = {shown(sheet.cell(row, column)) for row in range(first, min(sheet.height, first + 50) + 1)}
    known = [read for text in texts if (read := read_header((text,))).instrument is not None]
    return len(known), sum(not is_loose(read.name) for read in known)


def _about_value(reading: HeaderReading) -> bool:
    word = plain(reading.text)
    return any(word in words("laboratory", key) for key in ("reference", "flag", "sign"))


def _all_signs(sheet: Sheet, column: int, first: int) -> bool:
    texts = {shown(sheet.cell(row, column)) for row in range(first, sheet.height + 1)} - {""}
    return bool(texts) and texts <= _SIGNS
