"""Sheets with parameters in rows and patients in columns, as papers on five patients print them, turned over.

Invariants: a sheet counts as turned only if words of parameters stand beside the rows and none stands over the
columns; a heading alone in its row is the visit of the rows under it, if it is one or if parameters come back under
each heading.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.io.cells import shown
from trajecta.io.headers import is_unit, read_header
from trajecta.io.layout import HEADER_WITHIN, is_label
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.visit_names import visit_of
from trajecta.io.workbook import CellValue, Sheet, Workbook

FEWEST_PATIENTS = 2  # one column of values is a list and not a table of patients
FEWEST_PARAMETERS = 2
MOST_LABEL_COLUMNS = 4  # group, parameter, visit, unit
MOST_HEADERS = 2  # words of headers in the row of the ids: “Parameter”, “Unit”
# Words of these fields beside the rows of a table tell as much as an instrument does.
_FACTS = ("sex", "age", "date", "time_zero", "identifying", "fact", "day")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where the ids stand, and in which of the columns before them the parameter, the visit and the unit do."""

    header: int
    first: int
    last: int
    parameter: int
    visit: int
    unit: int


def guess_turned(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that are read turned over, each by itself, with what shows it."""
    found = []
    for sheet in sheets:
        shape = _shape(sheet)
        if shape is None:
            continue
        ids = [shown(sheet.cell(shape.header, column)) for column in range(shape.first, shape.last + 1)]
        named = [text for text in dict.fromkeys(_labels(sheet, shape)) if _is_parameter(text)]
        some = ", ".join(f"“{text}”" for text in named[:3])
        why = (
            f"Patients stand in columns ({', '.join(ids[:3])}{', …' if len(ids) > 3 else ''}) and {some} in rows; "
            "it is read turned over."
        )
        found.append(Arranged(Arrangement.TURNED, (sheet.name,), why))
    return tuple(found)


def turned(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheet with a row per patient and a column per parameter and visit; as it stands if it is no such table."""
    (sheet,) = sheets
    shape = _shape(sheet)
    if shape is None:
        return (sheet,)
    columns = _columns(sheet, shape)
    # A visit in an upper header row is read to the right until the next one: columns without a visit come first.
    columns.sort(key=lambda column: column[0].value is not None)
    corner = sheet.ref(shape.header, shape.parameter)
    upper = [NOTHING] + [visit for visit, _, _ in columns]
    lower = [Placed("Patient ID", corner)] + [name for _, name, _ in columns]
    rows: list[Sequence[Placed]] = [upper, lower] if any(cell.value is not None for cell in upper) else [lower]
    for column in range(shape.first, shape.last + 1):
        rows.append([placed(sheet, shape.header, column)] + [placed(sheet, row, column) for _, _, row in columns])
    return (sheet_of(sheet.name, rows, [sheet]),)


def _columns(sheet: Sheet, shape: _Shape) -> list[tuple[Placed, Placed, int]]:
    """For each row with values: its visit, its name with its unit, and the row."""
    found: list[tuple[Placed, Placed, int]] = []
    named = visit = heading = NOTHING
    under: dict[str, set[str]] = {}
    for row in range(shape.header + 1, sheet.height + 1):
        label = placed(sheet, row, shape.parameter)
        filled = [c for c in range(shape.first, shape.last + 1) if sheet.cell(row, c) is not None]
        said = placed(sheet, row, shape.visit) if shape.visit else NOTHING
        if not filled:
            if label.value is not None and said.value is None:
                heading = label
            continue
        named = label if label.value is not None else named
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


def _labels(sheet: Sheet, shape: _Shape) -> list[str]:
    cells = (sheet.cell(row, shape.parameter) for row in range(shape.header + 1, sheet.height + 1))
    return [shown(value) for value in cells if value is not None]


def _is_parameter(text: str) -> bool:
    """Whether a text names something that is measured or known about a patient."""
    read = read_header((text,))
    return read.instrument is not None or read.field in _FACTS


def _shape(sheet: Sheet) -> _Shape | None:
    for header in range(1, min(sheet.height - 1, HEADER_WITHIN) + 1):
        line = sheet.rows[header - 1]
        if sum(is_label(v) and read_header((shown(v),)).known for v in line) > MOST_HEADERS:
            return None  # this row names columns, so those below it are its rows
        for before in range(1, min(MOST_LABEL_COLUMNS, sheet.width - FEWEST_PATIENTS) + 1):
            last = _ids_from(line, before)
            if last - before < FEWEST_PATIENTS:
                continue
            shape = _labelled(sheet, header, before, last)
            if shape is not None:
                return shape
    return None


def _ids_from(line: Sequence[CellValue], before: int) -> int:
    """The last column of the ids that begin after ``before`` columns of labels; ``before`` if there are none."""
    ids: list[str] = []
    for value in line[before:]:
        if not (is_label(value) or (isinstance(value, float) and value.is_integer() and value >= 0)):
            break
        text = shown(value)
        read = read_header((text,))
        if (read.known and read.field != "weak_patient") or is_unit(text) or text in ids:
            return before
        ids.append(text)
    return before + len(ids)


def _labelled(sheet: Sheet, header: int, before: int, last: int) -> _Shape | None:
    """The shape if one of the columns before the ids names parameters in most of its rows."""
    best, best_count = 0, 0
    below = range(header + 1, sheet.height + 1)
    full = [row for row in below if any(sheet.cell(row, c) is not None for c in range(before + 1, last + 1))]
    for column in range(1, before + 1):
        texts = {shown(v) for row in full if (v := sheet.cell(row, column)) is not None}
        count = sum(map(_is_parameter, texts))
        if count * 2 >= len(texts) and count > best_count:
            best, best_count = column, count
    if best_count < FEWEST_PARAMETERS and not (best_count and len(full) >= FEWEST_PARAMETERS):
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
    return _Shape(header, before + 1, last, best, visit, unit)
