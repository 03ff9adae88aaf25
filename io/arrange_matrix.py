"""Sheets with drugs in rows and visits in columns, made into a medication log.

Invariants: a sheet counts as such only if most of its row labels are drugs of the list and two or more of its columns
visits or dates, and if it is known whose they are: by a column, a heading row, a line above, or the name of the sheet.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.dates import date_order, is_date, read_date
from trajecta.io.drug_courses import AtVisit, Stated, log_sheet, without_unit
from trajecta.io.drug_texts import DrugText, is_drug, read_piece, says_nothing, says_nothing_taken
from trajecta.io.headers import is_unit, read_header, split_unit
from trajecta.io.layout import HEADER_WITHIN, LONGEST_HEADER, is_summary
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.patient_pages import id_in_name
from trajecta.io.placed import NOTHING, Placed, placed
from trajecta.io.visit_names import visit_of
from trajecta.io.words import lookup
from trajecta.io.workbook import CellValue, Sheet, Workbook
from trajecta.stats.drugs import NOT_STATED
from trajecta.stats.instruments import plain

FEWEST_VISITS, FEWEST_DRUGS = 2, 2
MOST_LABEL_COLUMNS = 4  # patient, drug, unit, class of the drug
_LOG = ("start", "stop", "course_start", "event")  # words of a list with a row for each course or event
_TAKEN = frozenset({"+", "++", "(+)", "x", "✓", "✔"})
_TAIL_UNIT = re.compile(r"\s+(m?g)$", re.IGNORECASE)  # "Prednisolon mg"
_PATIENT = re.compile(
    r"(?:patient(?:in|en)?|pat|subject|proband|participant|paciente|sujet|paziente|患者)?[-\s.]*(?:id|nr|no|code)?[\s.:#]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Shape:
    """The first header row, the columns of the visits, of the drug, of its unit and of the patient (0 for none)."""

    header: int
    visits: tuple[int, ...]
    drug: int
    unit: int
    patient: int


def guess_matrices(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets with drugs in rows; those that are named after their patients are one claim."""
    found, by_name = [], []
    for sheet in sheets:
        shape = _shape(sheet)
        if shape is None:
            continue
        if _patients_inside(sheet, shape):
            found.append(Arranged(Arrangement.MATRIX, (sheet.name,), _why(sheet, shape)))
        elif _id_in(sheet.name):
            by_name.append((sheet, shape))
    if by_name:
        why = _why(*by_name[0]) + " The name of each sheet is taken as the patient."
        found.append(Arranged(Arrangement.MATRIX, tuple(sheet.name for sheet, _ in by_name), why))
    return tuple(found)


def _why(sheet: Sheet, shape: _Shape) -> str:
    drugs = [t for t in dict.fromkeys(_labels(sheet, shape.drug, shape.header)) if is_drug(_name_and_unit(t)[0])]
    visits = ", ".join(shown(sheet.cell(shape.header, c)) for c in shape.visits[:2])
    return f"Drugs stand in rows ({', '.join(drugs[:3])}) and visits in columns ({visits}); it is read as a drug log."


def matrices(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """One medication log of all sheets of a claim; a sheet that is none stands beside it as it was."""
    visits: list[AtVisit] = []
    others = []
    for sheet in sheets:
        shape = _shape(sheet)
        if shape is None:
            others.append(sheet)
        else:
            visits += _visits(sheet, shape)
    used = [sheet for sheet in sheets if sheet not in others]
    return (*([log_sheet(used[0].name, visits, used)] if used else []), *others)


def _is_time(value: CellValue) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_HEADER and (visit_of(value.strip()) is not None or is_date(value))
    return isinstance(value, datetime | date)


def _times(line: Sequence[CellValue]) -> tuple[int, ...]:
    """The columns of a header row that are visits or dates, if there are two different ones or more."""
    found = tuple(at for at, value in enumerate(line, 1) if _is_time(value))
    return found if len({shown(line[at - 1]) for at in found}) >= FEWEST_VISITS else ()


def _labels(sheet: Sheet, column: int, header: int) -> list[str]:
    cells = (sheet.cell(row, column) for row in range(header + 1, sheet.height + 1))
    return [shown(value) for value in cells if isinstance(value, str)]


def _name_and_unit(label: str) -> tuple[str, str]:
    """The name of a drug and the unit that its label carries.

    >>> _name_and_unit("Prednisolon (mg/d)"), _name_and_unit("Prednisolon mg"), _name_and_unit("MMF")
    (('Prednisolon', 'mg/d'), ('Prednisolon', 'mg'), ('MMF', ''))
    """
    name, unit = split_unit(label)
    if not unit and (match := _TAIL_UNIT.search(name)) and not any(c.isdigit() for c in name):
        return name[: match.start()], match[1]
    return name, unit


def _shape(sheet: Sheet) -> _Shape | None:
    for header in range(1, min(sheet.height - 1, HEADER_WITHIN) + 1):
        line = sheet.rows[header - 1]
        visits = _times(line)
        if not visits or not 1 < visits[0] <= MOST_LABEL_COLUMNS + 1:
            continue
        if any(_names_a_log(above) for above in sheet.rows[:header]):
            return None
        if any(v is not None and not isinstance(v, str) for v in line[: visits[0] - 1]):
            return None  # a row of values
        best, most = 0, 0
        for column in range(1, visits[0]):
            texts = _labels(sheet, column, header)
            drugs = [text for text in texts if is_drug(_name_and_unit(text)[0])]
            different = set(texts)
            known = [text for text in different if text in drugs]
            others = [t for t in different if t not in known and _beside_times(sheet, column, t, header, visits)]
            scores = any(read_header((text,)).instrument is not None for text in others)
            if is_drug(shown(line[column - 1])):
                return None  # a row of a list of drugs, with two dates
            if len(drugs) >= FEWEST_DRUGS and len(known) >= len(others) and len(known) > most and not scores:
                best, most = column, len(known)
        if best:
            before = [c for c in range(1, visits[0]) if c != best]
            unit = next((c for c in before if _mostly(is_unit, _labels(sheet, c, header))), 0)
            patient = next((c for c in before if c != unit and _is_patient(sheet.cell(header, c))), 0)
            if not patient and before and best > 1 and best - 1 != unit and sheet.cell(header, best - 1) is None:
                patient = best - 1 if _labels(sheet, best - 1, header) else 0
            return _Shape(header, visits, best, unit, patient)
        return None
    return None


def _names_a_log(line: Sequence[CellValue]) -> bool:
    """Whether a row names columns of a drug log, so that the rows below it are courses."""
    return any(isinstance(v, str) and read_header((shown(v),)).field in _LOG for v in line)


def _beside_times(sheet: Sheet, column: int, text: str, header: int, visits: tuple[int, ...]) -> bool:
    """Whether a label stands in a row with cells under the visits, so that it is no heading."""
    return any(
        shown(sheet.cell(row, column)) == text and any(sheet.cell(row, c) is not None for c in visits)
        for row in range(header + 1, sheet.height + 1)
        if not _times(sheet.rows[row - 1])
    )


def _mostly(holds: object, texts: Sequence[str]) -> bool:
    return bool(texts) and callable(holds) and sum(bool(holds(t)) for t in texts) * 2 >= len(texts)


def _is_patient(value: CellValue) -> bool:
    return isinstance(value, str) and read_header((shown(value),)).field in ("patient", "weak_patient")


def _id_in(text: str) -> str:
    """The id that a heading, a line above the table or the name of a sheet gives; empty if it is none.

    >>> _id_in("Patient: P1"), _id_in("SYN-01 Medikation"), _id_in("Pat. 03"), _id_in("Medikation"), _id_in("Sheet1")
    ('P1', 'SYN-01', '03', '', '')
    """
    kept = " ".join(w for w in text.split() if lookup("field").get(plain(w)) != "drug")
    match = _PATIENT.match(kept)
    rest = kept[match.end() :] if match else kept
    if rest[:1].isdigit() or not any(c.isalnum() for c in rest):
        bare = rest
    else:
        bare = rest if kept == rest or not kept[len(kept) - len(rest) - 1].isalnum() else kept
    generic = re.fullmatch(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|table)\s?\d*", bare, re.IGNORECASE)
    return bare if any(c.isdigit() for c in bare) and not generic and len(bare) <= 20 else ""


def _line_above(sheet: Sheet, shape: _Shape) -> Placed:
    """The patient named above the header or in the corner of it: “Patient: P1”, or “Patient” with the id beside it."""
    for row in range(1, shape.header + 1):
        for column in range(1, shape.visits[0] + (row < shape.header)):
            value = sheet.cell(row, column)
            if not isinstance(value, str):
                continue
            beside = sheet.cell(row, column + 1)
            if _is_patient(value.rstrip(": ")) and row < shape.header and beside is not None:
                return Placed(shown(beside), sheet.ref(row, column + 1))
            said = _id_in(value)
            alone = sum(v is not None for v in sheet.rows[row - 1]) == 1 and bool(id_in_name(value))
            named = said != value or row == shape.header or alone
            if said and not is_drug(value) and named and not _is_time(value):
                return Placed(said, sheet.ref(row, column))
    return NOTHING


def _patients_inside(sheet: Sheet, shape: _Shape) -> bool:
    return bool(shape.patient) or _line_above(sheet, shape).value is not None or bool(_headings(sheet, shape))


def _headings(sheet: Sheet, shape: _Shape) -> dict[int, Placed]:
    """The rows that hold nothing but the id of the patient of the rows under them."""
    found = {}
    for row in range(1, sheet.height + 1):
        cells = [at for at, v in enumerate(sheet.rows[row - 1], 1) if v is not None]
        if len(cells) == 1 and cells[0] < shape.visits[0]:
            text = shown(sheet.cell(row, cells[0]))
            if (said := _id_in(text)) and not is_drug(text):
                found[row] = Placed(said, sheet.ref(row, cells[0]))
    return found if any(row > shape.header for row in found) else {}


def _visits(sheet: Sheet, shape: _Shape) -> list[AtVisit]:
    """What the sheet says of each patient at each visit, the patients in their order."""
    headings = _headings(sheet, shape)
    patient = next((headings[row] for row in reversed(headings) if row < shape.header), NOTHING)
    if patient.value is None and not shape.patient:
        patient = _line_above(sheet, shape)
        if patient.value is None and not headings:
            patient = Placed(_id_in(sheet.name), sheet.ref(shape.header, shape.drug))
    columns = _ordered(sheet, shape.header, shape.visits)
    by_patient: dict[str, list[tuple[AtVisit, bool]]] = {}
    for row in range(shape.header + 1, sheet.height + 1):
        if row in headings:
            patient = headings[row]
            continue
        if again := _times(sheet.rows[row - 1]):
            columns = _ordered(sheet, row, again)
            continue
        said = placed(sheet, row, shape.patient) if shape.patient else NOTHING
        patient = said if said.value is not None else patient
        name, unit = _name_and_unit(shown(sheet.cell(row, shape.drug)))
        if not name or patient.value is None or is_summary(name) or _is_no_drug(name):
            continue
        drug = Placed(name, sheet.ref(row, shape.drug))
        own = placed(sheet, row, shape.unit) if shape.unit else Placed(unit or None, drug.where)
        met = by_patient.setdefault(shown(patient.value), [])
        for at, (column, visit) in enumerate(columns):
            if at == len(met):
                met.append((AtVisit(patient, visit, visit.where, None), False))
            _enter(met, at, drug, own, placed(sheet, row, column))
    return [visit for met in by_patient.values() for visit, _ in met]


def _ordered(sheet: Sheet, row: int, columns: Sequence[int]) -> list[tuple[int, Placed]]:
    """The visits of a header row with their columns, by time where all of them have one; texts of dates as dates."""
    order = date_order(sheet.cell(row, c) for c in columns).decided
    found: list[tuple[int, Placed]] = []
    times: list[float] = []
    for column in columns:
        cell = placed(sheet, row, column)
        name = visit_of(shown(cell.value)) if isinstance(cell.value, str) else None
        read = read_date(cell.value, order)
        if name is None and read.day is not None and not read.open_order:
            cell = Placed(read.day, cell.where)
            times.append(read.day.toordinal())
        elif name is not None and name.day is not None:
            times.append(name.day)
        found.append((column, cell))
    if len(times) < len(found):
        return found
    return [entry for _, entry in sorted(zip(times, found, strict=True), key=lambda pair: pair[0])]


def _is_no_drug(name: str) -> bool:
    """Whether a row label says something else than a drug: a score, a date, a remark."""
    if is_drug(name):
        return False
    read = read_header((name,))
    return read.instrument is not None or read.field not in ("", "drug")


def _enter(met: list[tuple[AtVisit, bool]], at: int, drug: Placed, unit: Placed, cell: Placed) -> None:
    """Enter one cell of the matrix; the first filled cell of a visit says that the visit speaks of drugs at all."""
    if cell.value is None:
        return
    visit, _ = met[at]
    stated = visit.stated or []
    read = _read(shown(drug.value), cell.value)
    if read is not None:
        name = drug if read.drug != NOT_STATED else Placed(NOT_STATED, cell.where)
        stated.append(Stated(name, cell, read, unit if without_unit(read.dose) else NOTHING))
    met[at] = (replace(visit, stated=stated), True)


def _read(drug: str, value: CellValue) -> DrugText | None:
    """What one cell says of its drug; None if the drug is not taken."""
    if isinstance(value, float):
        return DrugText(drug, shown(value)) if value else None
    if isinstance(value, datetime | date):
        return DrugText(drug, unclear=f"{shown(value)}, a date")
    text = shown(value)
    if says_nothing_taken(text):
        return None
    if says_nothing(text):
        return DrugText(NOT_STATED)
    if text.casefold() in _TAKEN:
        return DrugText(drug)
    read = read_cell(text)
    if read.found is Found.YES_NO:
        return DrugText(drug) if read.value else None
    return read_piece(text, drug)
