"""Sheets of visits with a text column of all drugs, beside which a medication log made of the texts is put.

Invariants: a column counts as such only if its header is a word for drugs and most of its cells name a drug of the list
or say that none is taken; the sheet itself stays as it is; a sheet with doses or days of courses is a log already.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.io.cells import shown
from trajecta.io.dates import date_order, read_date
from trajecta.io.drug_courses import AtVisit, Stated, log_sheet
from trajecta.io.drug_texts import is_drug, read_drugs, says_nothing, says_nothing_taken, says_same
from trajecta.io.headers import HeaderReading, read_header
from trajecta.io.layout import Table, find_table, is_summary
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed
from trajecta.io.visit_names import numbered, visit_of
from trajecta.io.words import lookup, words
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.instruments import plain

FEWEST_TEXTS = 2
SAMPLE = 200  # rows that are enough to tell what a column holds
_LOG = ("dose", "frequency", "start", "stop", "course_start")
_WHEN = ("visit", "week", "month", "date", "day")  # in the order in which they say when a row is


@dataclass(frozen=True, slots=True)
class _Shape:
    """The first row, the column of the patient, and the columns of texts with the visit that each stands for."""

    first: int
    patient: int
    texts: tuple[tuple[int, str], ...]
    when: int
    kind: str


def guess_drug_lists(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets of visits with a column of drug texts."""
    found = []
    for sheet in sheets:
        table = find_table(sheet)
        shape = None if table is None else _shape(sheet, table)
        if table is None or shape is None:
            continue
        column = shape.texts[0][0]
        header = dict(table.headers)[column][-1]
        first = next(t for row in range(shape.first, sheet.height + 1) if (t := shown(sheet.cell(row, column))))
        why = f"“{header}” lists the drugs of each visit in a text (“{first[:40]}”); a drug log is made of it."
        found.append(Arranged(Arrangement.DRUG_LIST, (sheet.name,), why))
    return tuple(found)


def with_drug_log(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The sheet as it stands, and after it the medication log made of its texts."""
    (sheet,) = sheets
    table = find_table(sheet)
    shape = None if table is None else _shape(sheet, table)
    if table is None or shape is None:
        return (sheet,)
    name = f"{sheet.name}: {dict(table.headers)[shape.texts[0][0]][-1]}"
    return sheet, log_sheet(name, _visits(sheet, table, shape), sheets)


def _shape(sheet: Sheet, table: Table) -> _Shape | None:
    read = {column: read_header(parts) for column, parts in table.headers if parts}
    fields = {column: reading.field for column, reading in read.items()}
    patients = [c for name in ("patient", "weak_patient") for c, f in fields.items() if f == name]
    if not patients or any(f in _LOG for f in fields.values()):
        return None
    first = table.last + 1
    texts = tuple(
        (column, "" if reading.visit is None else reading.visit.label)
        for column, reading in read.items()
        if _names_drugs(reading) and _holds_drugs(sheet, column, first)
    )
    when = [(name, c) for name in _WHEN for c, f in fields.items() if f == name]
    if all(visit for _, visit in texts) and texts:
        return _Shape(first, patients[0], texts, 0, "")
    texts = tuple(entry for entry in texts if not entry[1])[:1]
    return _Shape(first, patients[0], texts, when[0][1], when[0][0]) if texts and when else None


def _names_drugs(reading: HeaderReading) -> bool:
    if reading.instrument is not None or reading.field not in ("", "drug"):
        return False
    names = {plain(reading.name), plain(reading.text)}
    return any(lookup("field").get(name) == "drug" or name in words("drug_list", "headers") for name in names)


def _holds_drugs(sheet: Sheet, column: int, first: int) -> bool:
    """Whether most texts of a column name drugs or say that there is none, and at least one names a drug."""
    cells = [sheet.cell(row, column) for row in range(first, min(sheet.height, first + SAMPLE) + 1)]
    texts = [v for v in cells if isinstance(v, str) and not says_nothing(v)]
    naming = sum(any(is_drug(found.drug) for found in read_drugs(text)) for text in texts)
    none = sum(says_nothing_taken(text) or says_same(text) for text in texts)
    return len(texts) >= FEWEST_TEXTS and naming > 0 and (naming + none) * 2 >= len(texts)


def _visits(sheet: Sheet, table: Table, shape: _Shape) -> list[AtVisit]:
    """What the texts say, the visits of each patient in their order in time."""
    rows: dict[str, list[AtVisit]] = {}
    order = date_order(sheet.cell(row, shape.when) for row in range(shape.first, sheet.height + 1)).decided
    patient = NOTHING
    for row in range(shape.first, sheet.height + 1):
        said = placed(sheet, row, shape.patient)
        patient = said if said.value is not None else patient
        if patient.value is None or is_summary(shown(patient.value)):
            continue
        for column, visit in shape.texts:
            head = Placed(visit, sheet.ref(table.last, column))
            when = head if visit else _when(placed(sheet, row, shape.when), shape.kind, order)
            if when.value is None or (said.value is None and sheet.cell(row, column) is None):
                continue
            rows.setdefault(shown(patient.value), []).append(_at_visit(patient, when, placed(sheet, row, column)))
    return [visit for met in rows.values() for visit in _carried(_in_time(met, order))]


def _when(cell: Placed, kind: str, order: bool | None) -> Placed:
    """The visit, the day or the date of a row, in the words and values in which a log gives its start."""
    if isinstance(cell.value, float) and kind in ("visit", "week", "month"):
        text = f"Visit {shown(cell.value)}" if kind == "visit" else numbered(kind, cell.value).label
        return Placed(text, cell.where)
    if kind == "date":
        read = read_date(cell.value, order)
        return Placed(read.day, cell.where) if read.day is not None else NOTHING
    return cell


def _at_visit(patient: Placed, when: Placed, cell: Placed) -> AtVisit:
    text = str(cell.value) if cell.value is not None else ""
    if says_nothing(text):
        return AtVisit(patient, when, cell.where or when.where, None)
    drugs = [Stated(Placed(found.drug, cell.where), Placed(None, cell.where), found) for found in read_drugs(text)]
    return AtVisit(patient, when, cell.where, drugs)


def _in_time(met: list[AtVisit], order: bool | None) -> list[AtVisit]:
    """The visits by date or day where all have one, else as they stand."""
    times = [_time(visit, order) for visit in met]
    known = [time for time in times if time is not None]
    if len(known) < len(met):
        return met
    return [visit for _, visit in sorted(zip(known, met, strict=True), key=lambda pair: pair[0])]


def _time(visit: AtVisit, order: bool | None) -> float | None:
    value = visit.visit.value
    if isinstance(value, float):
        return value
    name = visit_of(shown(value)) if isinstance(value, str) else None
    if name is not None:
        return name.day
    read = read_date(value, order)
    return None if read.day is None else float(read.day.toordinal())


def _carried(met: list[AtVisit]) -> list[AtVisit]:
    """Where a text only says that nothing changed, what the visit before it said."""
    found: list[AtVisit] = []
    for visit in met:
        same = visit.stated is not None and len(visit.stated) == 1 and says_same(visit.stated[0].read.drug)
        if same:
            before = found[-1].stated if found else None
            visit = AtVisit(visit.patient, visit.visit, visit.where, None if before is None else list(before))
        found.append(visit)
    return found
