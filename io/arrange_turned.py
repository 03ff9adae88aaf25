"""Sheets with parameters in rows and patients in columns, as papers on five patients print them, turned over.

Invariants: a sheet counts as turned only if words of parameters stand beside the rows and none stands over the
columns; a heading alone in its row is the visit of the rows under it, if it is one or if parameters come back under
each heading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.io.cells import shown
from trajecta.io.dates import is_date
from trajecta.io.headers import HeaderReading, is_unit, read_header
from trajecta.io.layout import HEADER_WITHIN, is_label, is_summary
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.visit_names import visit_of
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet, Workbook
from trajecta.stats.instruments import plain

FEWEST_PATIENTS = 2  # one column of values is a list and not a table of patients
FEWEST_PARAMETERS = 2
MOST_PARAMETERS = 1_000  # a longer sheet lists patients or values; nobody puts a thousand parameters under each other
MOST_LABEL_COLUMNS = 4  # group, parameter, visit, unit
MOST_HEADERS = 2  # words of columns in the row of the ids: “Visit”, “Group”
# Words of these fields beside the rows of a table tell as much as an instrument does.
_FACTS = ("sex", "age", "date", "time_zero", "identifying", "fact", "day")


@dataclass(frozen=True, slots=True)
class Turned:
    """Where the ids stand (or the visits of one patient), and which columns before them hold parameter, visit, unit."""

    header: int
    first: int
    last: int
    parameter: int
    visit: int
    unit: int
    visits: int = 0  # the row of visits beside that of the ids, where each patient has several columns


def guess_turned(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that are read turned over, each by itself, with what shows it."""
    found = []
    for sheet in sheets:
        shape = turned_shape(sheet)
        if shape is None:
            continue
        ids = {text for cell in _over(sheet, shape, shape.header) if not is_summary(text := shown(cell.value))}
        named = [text for text in dict.fromkeys(_labels(sheet, shape)) if _is_parameter(text)]
        some = ", ".join(f"“{text}”" for text in named[:3])
        # The ids themselves stay out of it, as the mapping is kept and holds nothing of a patient.
        why = f"{len(ids)} patients stand in columns and {some} in rows; it is read turned over."
        found.append(Arranged(Arrangement.TURNED, (sheet.name,), why))
    return tuple(found)


def turned(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheet with a row per patient and a column per parameter and visit; as it stands if it is no such table."""
    (sheet,) = sheets
    shape = turned_shape(sheet)
    if shape is None:
        return (sheet,)
    if shape.visits:
        return (sheet_of(sheet.name, _by_visit(sheet, shape), [sheet]),)
    columns = parameter_rows(sheet, shape)
    # A visit in an upper header row is read to the right until the next one: columns without a visit come first.
    columns.sort(key=lambda column: column[0].value is not None)
    corner = sheet.ref(shape.header, shape.parameter)
    upper = [NOTHING] + [visit for visit, _, _ in columns]
    lower = [Placed("Patient ID", corner)] + [name for _, name, _ in columns]
    rows: list[Sequence[Placed]] = [upper, lower] if any(cell.value is not None for cell in upper) else [lower]
    for column in range(shape.first, shape.last + 1):
        rows.append([placed(sheet, shape.header, column)] + [placed(sheet, row, column) for _, _, row in columns])
    return (sheet_of(sheet.name, rows, [sheet]),)


def _by_visit(sheet: Sheet, shape: Turned) -> list[list[Placed]]:
    """A row per patient and visit, where each patient has a column per visit."""
    parameters = parameter_rows(sheet, shape)
    ids, visits = _over(sheet, shape, shape.header), _over(sheet, shape, shape.visits)
    name = "Date" if is_date(visits[0].value) else "Visit"
    head = [Placed("Patient ID"), Placed(name, visits[0].where), *(label for _, label, _ in parameters)]
    columns = range(shape.first, shape.last + 1)
    return [head] + [
        [patient, visit, *(placed(sheet, row, column) for _, _, row in parameters)]
        for patient, visit, column in zip(ids, visits, columns, strict=True)
    ]


def _over(sheet: Sheet, shape: Turned, row: int) -> list[Placed]:
    """The cells of a header row over the columns of values; one over several columns stands for each of them."""
    found: list[Placed] = []
    for column in range(shape.first, shape.last + 1):
        cell = placed(sheet, row, column)
        found.append(found[-1] if cell.value is None and found else cell)
    return found


def parameter_rows(sheet: Sheet, shape: Turned) -> list[tuple[Placed, Placed, int]]:
    """For each row with values: its visit, its name with its unit, and the row."""
    found: list[tuple[Placed, Placed, int]] = []
    named = visit = heading = NOTHING
    under: dict[str, set[str]] = {}
    below = range(max(shape.header, shape.visits) + 1, sheet.height + 1)
    grouped = shape.visit and sum(sheet.cell(row, shape.visit) is None for row in below) * 2 >= len(below)
    for row in below:
        label = placed(sheet, row, shape.parameter)
        filled = [c for c in range(shape.first, shape.last + 1) if sheet.cell(row, c) is not None]
        said = placed(sheet, row, shape.visit) if shape.visit else NOTHING
        if not filled:
            if label.value is not None and said.value is None:
                heading = label
            continue
        named = label if label.value is not None else named
        if not (grouped and said.value is None):  # a visit in the first row of its group holds for the group
            visit = said if shape.visit else heading
        if named.value is None:
            continue
        unit = shown(sheet.cell(row, shape.unit)) if shape.unit else ""
        text = shown(named.value)
        under.setdefault(text, set()).add(shown(visit.value))
        name = f"{text} ({unit})" if unit and is_unit(unit) and f"({unit})" not in text else text
        found.append((visit, Placed(name, named.where), row))
    if shape.visit:
        return found
    repeated = any(len(headings) > 1 for headings in under.values())
    return [(v if repeated or visit_of(shown(v.value)) is not None else NOTHING, name, row) for v, name, row in found]


def _labels(sheet: Sheet, shape: Turned) -> list[str]:
    cells = (sheet.cell(row, shape.parameter) for row in range(shape.header + 1, sheet.height + 1))
    return [shown(value) for value in cells if value is not None]


def _is_parameter(text: str) -> bool:
    """Whether a text names something that is measured or known about a patient."""
    read = read_header((text,))
    return read.instrument is not None or read.field in _FACTS


def _has_instrument(sheet: Sheet, rows: Sequence[int], column: int) -> bool:
    """Whether a column names an instrument: alone under several visits it makes a table, a lone word such as “Cohort”
    does not.
    """
    cells = [sheet.cell(row, column) for row in rows] if column else []
    return any(read_header((shown(value),)).instrument is not None for value in cells if value is not None)


def turned_shape(sheet: Sheet) -> Turned | None:
    """How a sheet is turned: its ids and its columns of labels; None if it is not."""
    if sheet.height > MOST_PARAMETERS:
        return None
    for header in range(1, min(sheet.height - 1, HEADER_WITHIN) + 1):
        line = sheet.rows[header - 1]
        if sum(is_label(v) and _names_a_column(read_header((shown(v),))) for v in line) > MOST_HEADERS:
            return None  # this row names columns, so those below it are its rows
        for before in range(1, min(MOST_LABEL_COLUMNS, sheet.width - FEWEST_PATIENTS) + 1):
            last = _ids_from(line, before)
            if last - before < FEWEST_PATIENTS or _are_values(line[:before], line[before:last]):
                continue
            shape = labelled(sheet, header, before, last)
            if shape is not None:
                return shape
        shape = _with_visits(sheet, header)
        if shape is not None:
            return shape
    return None


def _with_visits(sheet: Sheet, upper: int) -> Turned | None:
    """How a sheet is turned whose patients have a column per visit: ids and visits in two header rows, in any order."""
    lower = upper + 1
    for before in range(1, min(MOST_LABEL_COLUMNS, sheet.width - FEWEST_PATIENTS) + 1):
        line = sheet.rows[lower - 1]
        last = next((at for at in range(before, len(line)) if line[at] is None), len(line))
        if last - before < FEWEST_PATIENTS or sheet.cell(upper, before + 1) is None:
            continue
        found = Turned(lower, before + 1, last, 0, 0, 0)
        heads = {row: [cell.value for cell in _over(sheet, found, row)] for row in (upper, lower)}
        times = [row for row, cells in heads.items() if all(map(_is_time, cells))]
        if len(times) != 1 or len(set(zip(*heads.values(), strict=True))) < last - before:
            continue
        ids = list(dict.fromkeys(heads[upper + lower - times[0]]))
        if len(ids) < FEWEST_PATIENTS or _ids_from([None, *ids], 1) != len(ids) + 1:
            continue
        shape = labelled(sheet, lower, before, last)
        if shape is not None and not shape.visit:
            return replace(shape, header=upper + lower - times[0], visits=times[0])
    return None


def _is_time(value: CellValue) -> bool:
    return is_date(value) or (isinstance(value, str) and visit_of(value) is not None)


def _names_a_column(reading: HeaderReading) -> bool:
    """Whether a word names a column of values; “Parameter” and “Unit” stand over the labels of a turned table too."""
    return reading.known and reading.field not in ("parameter", "unit")


def _may_be_id(value: CellValue) -> bool:
    if value is None or not (is_label(value) or isinstance(value, float)):
        return False
    text = shown(value)
    return not (is_summary(text) or read_header((text,)).known or plain(text) in words("laboratory", "reference"))


def _ids_from(line: Sequence[CellValue], before: int) -> int:
    """The last column of the ids that begin after ``before`` columns of labels; ``before`` if there are none."""
    ids: list[str] = []
    for at, value in enumerate(line[before:], before):
        if not (is_label(value) or (isinstance(value, float) and value.is_integer() and value >= 0)):
            break
        text = shown(value)
        if plain(text) in words("laboratory", "reference"):  # norms beside the patients; between them none would know
            return before if any(map(_may_be_id, line[at + 1 :])) else before + len(ids)
        read = read_header((text,))
        known = read.known and read.field != "weak_patient" and not is_summary(text)  # MW is a mean and “m/w”
        if known or is_unit(text) or text in ids:
            return before
        ids.append(text)
    return before + len(ids)


def _are_values(labels: Sequence[CellValue], cells: Sequence[CellValue]) -> bool:
    """Whether numbers beside the name of a parameter are its values, and no ids such as 1, 2, 3."""
    return all(isinstance(v, float) for v in cells) and any(_is_parameter(shown(v)) for v in labels if v is not None)


def labelled(sheet: Sheet, header: int, before: int, last: int) -> Turned | None:
    """The shape if one of the ``before`` columns names parameters in most of its rows; ``last`` is that of the ids."""
    best, best_count = 0, 0
    below = range(header + 1, sheet.height + 1)
    full = [row for row in below if any(sheet.cell(row, c) is not None for c in range(before + 1, last + 1))]
    for column in range(1, before + 1):
        texts = {shown(v) for row in full if (v := sheet.cell(row, column)) is not None}
        count = sum(map(_is_parameter, texts))
        if count * 2 >= len(texts) and count > best_count:
            best, best_count = column, count
    if best_count < FEWEST_PARAMETERS and not (len(full) >= FEWEST_PARAMETERS and _has_instrument(sheet, full, best)):
        return None
    visit = unit = 0
    for column in range(1, before + 1):
        cells = [shown(v) for row in full if (v := sheet.cell(row, column)) is not None]
        if column == best or not cells:
            continue
        if sum(visit_of(text) is not None for text in cells) * 2 >= len(cells):
            visit = visit or column
        elif sum(map(is_unit, cells)) * 2 >= len(cells):
            unit = unit or column
    return Turned(header, before + 1, last, best, visit, unit)
