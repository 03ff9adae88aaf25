"""The same small cohort in every layout that investigators send: one maker per layout of a workbook."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from sheets import Row, workbook

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arranged, Mapping
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Cohort, Issue

Cell = object
VISITS, VISIT_KEYS = ("Baseline", "Month 3", "Month 6"), ("baseline", "month 3", "month 6")
DAYS = (-3, 92, 183)
SLEDAI, C3, PRED = "SLEDAI-2K", "C3", "Prednisolone"
UNITS = {SLEDAI: "", C3: "g/L", PRED: "mg/d"}


class Person(NamedTuple):
    """One patient: what stands in a head, and for each measure the cells at the three visits."""

    id: str
    sex: str
    born: int
    infusion: date
    cells: dict[str, Sequence[Cell]]


# One value is missing, one is “n.d.” and one lies below the limit of the assay.
COHORT: tuple[Person, ...] = (
    Person("MA-22", "F", 1999, date(2021, 3, 1), {SLEDAI: (16, 0, 0), C3: (0.4, 0.8, 1.0), PRED: (20, 5, 0)}),
    Person("KB-17", "F", 2003, date(2021, 4, 1), {SLEDAI: (8, 2, 0), C3: ("<0.5", 0.7, 0.9), PRED: (15, 0, 0)}),
    Person("LS-31", "M", 1998, date(2021, 5, 3), {SLEDAI: (14, 0, None), C3: (0.6, 0.9, "n.d."), PRED: (40, 10, 5)}),
    Person("TW-08", "F", 2001, date(2021, 6, 7), {SLEDAI: (12, 2, 1), C3: (0.5, 1.0, 1.1), PRED: (25, 7.5, 0)}),
    Person("EH-26", "F", 2000, date(2021, 7, 5), {SLEDAI: (10, 0, 2), C3: (0.7, 0.9, 0.8), PRED: (30, 0, 0)}),
)
MEASURES = (SLEDAI, C3, PRED)


def with_unit(measure: str) -> str:
    """The header of a measure, with its unit if it has one."""
    return f"{measure} ({UNITS[measure]})" if UNITS[measure] else measure


def visit_date(person: Person, at: int) -> date:
    """The day of a patient's visit."""
    return person.infusion + timedelta(DAYS[at])


def comma(cell: Cell) -> Cell:
    """A number as a text with a decimal comma, as German sheets hold it."""
    return str(cell).replace(".", ",") if isinstance(cell, float) or (isinstance(cell, str) and "." in cell) else cell


def wide(path: Path) -> Path:
    """W1: instrument and visit in one header."""
    shorts = ("baseline", "3m", "6m")
    head = ["Pat.-Nr.", "Sex", *(f"{m}_{v}" for m in MEASURES for v in shorts)]
    rows: list[Row] = [head]
    rows += [(p.id, p.sex, *(c for m in MEASURES for c in p.cells[m])) for p in COHORT]
    return workbook(path, {"Cohort": rows})


def wide_two_rows(path: Path) -> Path:
    """W2: visits merged over the measures, decimal commas."""
    rows: list[Row] = [("", "Baseline", "", "", "Month 3", "", "", "Month 6"), ("ID", *map(with_unit, MEASURES * 3))]
    rows += [(p.id, *(comma(p.cells[m][at]) for at in range(3) for m in MEASURES)) for p in COHORT]
    rows[0] = tuple(v or None for v in rows[0])
    return workbook(path, {"Cohort": rows}, merged=("B1:D1", "E1:G1", "H1:J1"))


def wide_three_rows(path: Path) -> Path:
    """W2 with three header rows: visit, instrument, unit, under a title."""
    visits = [None, *(v if m == SLEDAI else None for v in VISITS for m in MEASURES)]
    units = [None, *(UNITS[m] or None for _ in VISITS for m in MEASURES)]
    rows: list[Row] = [("Lupus cohort 2021", *(None,) * 9), visits, ("Patient", *(MEASURES * 3)), units]
    rows += [(p.id, *(p.cells[m][at] for at in range(3) for m in MEASURES)) for p in COHORT]
    rows += [(None,), ("Mean", 12.0)]
    return workbook(path, {"Cohort": rows}, merged=("A1:J1", "B2:D2", "E2:G2", "H2:J2"))


def turned_in_sections(path: Path) -> Path:
    """W3 as papers print it: a heading per visit, the first cell empty, a title above and a note below."""
    rows: list[Row] = [("Table 1: Activity before and after infusion",), (), (None, *(p.id for p in COHORT))]
    for at, visit in enumerate(VISITS):
        rows.append((visit,))
        rows += [(with_unit(m), *(p.cells[m][at] for p in COHORT)) for m in MEASURES]
    rows += [(), ("n.d.: not done. Values below the limit of the assay are shown with <.",)]
    return workbook(path, {"Table 1": rows})


def turned_with_columns(path: Path) -> Path:
    """W3 with columns for visit and unit and Mean and SD at the right."""
    rows: list[Row] = [("Parameter", "Visit", "Unit", *(p.id for p in COHORT), "Mean", "SD")]
    for m in MEASURES:
        for at, visit in enumerate(VISITS):
            rows.append((m, visit, UNITS[m] or None, *(p.cells[m][at] for p in COHORT), 5.5, 1.25))
    return workbook(path, {"Table": rows})


def turned_in_one_column(path: Path) -> Path:
    """W3 with parameter and visit in one cell, and facts of the patients."""
    rows: list[Row] = [("", *(p.id for p in COHORT)), ("Sex", *(p.sex for p in COHORT))]
    rows += [
        (f"{with_unit(m)} {v}", *(p.cells[m][at] for p in COHORT)) for m in MEASURES for at, v in enumerate(VISITS)
    ]
    return workbook(path, {"Table": [tuple(v or None if v == "" else v for v in row) for row in rows]})


def long_by_visit(path: Path) -> Path:
    """L1: a row per patient and visit."""
    return workbook(path, {"Visits": [("ID", "Visit", "Date", *map(with_unit, MEASURES)), *_visit_rows(COHORT)]})


def _visit_rows(people: Sequence[Person]) -> list[Row]:
    return [
        (p.id, VISITS[at], visit_date(p, at), *(p.cells[m][at] for m in MEASURES)) for p in people for at in range(3)
    ]


def one_value_per_row(path: Path) -> Path:
    """L2 as a laboratory exports it: reference range and flag beside each value, and a fact of the patient."""
    rows: list[Row] = [("ID", "Sex", "Date", "Visit", "Parameter", "Value", "Unit", "Ref", "Flag")]
    for p in COHORT:
        for at, visit in enumerate(VISITS):
            for m in MEASURES:
                cell, low = p.cells[m][at], m == C3 and p.cells[m][at] == 0.4
                ref = "0.9-1.8" if m == C3 else None
                rows.append(
                    (p.id, p.sex, visit_date(p, at), visit, m, cell, UNITS[m] or None, ref, "L" if low else None)
                )
    return workbook(path, {"Export": rows})


def _head(p: Person) -> list[Row]:
    return [("Patient", p.id), ("Sex", p.sex), ("Year of birth", p.born), ("Infusion date", p.infusion), ()]


def _course(p: Person) -> list[Row]:
    rows: list[Row] = [("Visit", "Date", *map(with_unit, MEASURES))]
    return rows + [row[1:] for row in _visit_rows([p])]


def sheet_per_patient(path: Path) -> Path:
    """S1 (a): visits in rows; only the name of the sheet says whose they are."""
    return workbook(path, {p.id: _course(p) for p in COHORT})


def sheet_per_patient_turned(path: Path) -> Path:
    """S1 (b): parameters in rows and visits in columns, the id in B1, a drawn overview beside the patients."""
    sheets: dict[str, list[Row]] = {"Overview": [("Study started in 2021",), ("Five patients",)]}
    for number, p in enumerate(COHORT, 1):
        rows: list[Row] = [("Patient:", p.id), (), ("Parameter", "Unit", *VISITS)]
        rows.append(("Date", None, *(visit_date(p, at) for at in range(3))))
        rows += [(m, UNITS[m] or None, *p.cells[m]) for m in MEASURES]
        sheets[f"Pat {number:02d}"] = rows
    return workbook(path, sheets)


def sheet_per_patient_with_head(path: Path) -> Path:
    """S1 (c): a head with the facts of the patient above the visits, decimal commas, and a log of drugs per patient."""
    sheets: dict[str, list[Row]] = {}
    for p in COHORT:
        sheets[p.id] = _head(p) + [tuple(map(comma, row)) for row in _course(p)]
        start = p.infusion - timedelta(100)
        sheets[f"{p.id} Medication"] = [
            ("Drug", "Dose", "Unit", "Frequency", "Start", "Stop"),
            ("Prednisolone", p.cells[PRED][0], "mg", "QD", start, p.infusion),
        ]
    return workbook(path, sheets)


def linked_sheets(path: Path) -> Path:
    """S2: patients, scores, laboratory values and medication on sheets of their own."""
    facts: list[Row] = [("Patient ID", "Sex", "Year of birth", "Infusion date")]
    facts += [(p.id, p.sex, p.born, p.infusion) for p in COHORT]
    scores: list[Row] = [("Patient ID", "Visit", "Date", SLEDAI, with_unit(PRED))]
    values: list[Row] = [("Pat-ID", "Visite", "Datum", with_unit(C3))]
    for p in COHORT:
        for at, visit in enumerate(VISITS):
            scores.append((p.id, visit, visit_date(p, at), p.cells[SLEDAI][at], p.cells[PRED][at]))
            values.append((p.id.lower(), visit, visit_date(p, at), p.cells[C3][at]))
    log: list[Row] = [("Patient ID", "Drug", "Dose", "Unit", "Frequency", "Start", "Stop")]
    log += [(p.id, "HCQ", 200, "mg", "BID", p.infusion - timedelta(400), p.infusion) for p in COHORT]
    return workbook(path, {"Demographics": facts, "Scores": scores, "Labs": values, "Medication": log})


def blocks(path: Path) -> Path:
    """B1: a table per measure on one sheet, under and beside each other, with titles and legends."""
    left: list[Row] = []
    for title, m in (("SLEDAI-2K", SLEDAI), ("Table 2: C3 (g/L)", C3)):
        left += [(title,), ("ID", *VISITS)]
        left += [(p.id, *p.cells[m]) for p in COHORT]
        left += [(), ("* as measured at the visit",), ()]
    right: list[Row] = [("Prednisolone (mg/d)",), ("ID", *VISITS), *((p.id, *p.cells[PRED]) for p in COHORT)]
    rows = [
        (*line, *(None,) * (5 - len(line)), *(right[at] if at < len(right) else ())) for at, line in enumerate(left)
    ]
    return workbook(path, {"Results": rows})


LAYOUTS: tuple[tuple[str, Callable[[Path], Path]], ...] = (
    ("W1", wide),
    ("W2, two rows", wide_two_rows),
    ("W2, three rows", wide_three_rows),
    ("W3, sections", turned_in_sections),
    ("W3, visit and unit in columns", turned_with_columns),
    ("W3, one column of names", turned_in_one_column),
    ("L1", long_by_visit),
    ("L2", one_value_per_row),
    ("S1, names of sheets", sheet_per_patient),
    ("S1, parameters in rows", sheet_per_patient_turned),
    ("S1, heads", sheet_per_patient_with_head),
    ("S2", linked_sheets),
    ("B1", blocks),
)


def opened(file: Path, arranged: tuple[Arranged, ...] | None = None) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    """The mapping of a file, the cohort and its issues; ``arranged`` None guesses how its sheets are put together."""
    read = read_workbook(file)
    mapping = guess_mapping(read, arranged)
    return mapping, *build_cohort(read, mapping)


def values(cohort: Cohort, measure: str) -> dict[tuple[str, str], float | None]:
    """The values of a measure by patient and visit."""
    return {(o.patient, o.visit): o.value for o in cohort.observations if o.measure == measure}
