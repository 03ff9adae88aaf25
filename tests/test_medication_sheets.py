"""Drugs by visits, as a matrix or in a text, become a medication log; what is not said is not known."""

import sys
from datetime import date
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import is_question
from trajecta.io.drug_texts import read_drugs
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arrangement, Mapping, SheetRole
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Cohort, Issue
from trajecta.stats.doses import daily_mg

sys.path.insert(0, str(Path(__file__).parent))
from export_workbooks import drug_list, matrix, written
from sheets import PATIENTS, VISITS, Row, long_rows, workbook

VISIT_NAMES = tuple(visit for visit, _ in VISITS)
HOLDS = "is taken to hold from one visit to the next"


def opened(file: Path) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    book = read_workbook(file)
    mapping = guess_mapping(book)
    return mapping, *build_cohort(book, mapping)


def values(cohort: Cohort, measure: str) -> dict[str, tuple[float | None, ...]]:
    found = {}
    for patient in cohort.patients:
        cells = [cohort.observation(measure, visit.key, patient.id) for visit in cohort.visits]
        found[patient.id] = tuple(None if o is None else o.value for o in cells)
    return found


def test_a_matrix_beside_dated_visits(tmp_path: Path) -> None:
    sheets = {"Patients": PATIENTS, "Visits": long_rows(), "Medication": matrix()}
    mapping, cohort, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [a.how for a in mapping.arranged] == [Arrangement.MATRIX]
    assert mapping.sheet("Medication").role is SheetRole.MEDICATION
    assert values(cohort, "prednisolone_equivalent") == {
        "SYN-01": (10.0, 5.0, 0.0), "SYN-02": (7.5, 5.0, 0.0), "SYN-03": (None, 20.0, 10.0),
    }  # fmt: skip
    assert values(cohort, "immunosuppressants") == {
        "SYN-01": (1.0, 1.0, 0.0), "SYN-02": (1.0, 1.0, 1.0), "SYN-03": (None, 1.0, 0.0),
    }  # fmt: skip
    assert values(cohort, "drug_free")["SYN-03"] == (None, 0.0, 0.0)
    first = [c for c in cohort.courses if c.patient == "SYN-01"]
    assert [(c.drug, c.daily_mg, c.start, c.stop) for c in first[:4]] == [
        ("Prednisolon", 10.0, -3, 29), ("MMF", 2000.0, -3, 29), ("HCQ", 400.0, -3, 91), ("Prednisolon", 5.0, 30, 91),
    ]  # fmt: skip
    assert str(first[0].source) == "Medication!B2"
    assert sum(HOLDS in i.text for i in issues) == 1
    unsaid = [i for i in issues if "says nothing about the drugs of SYN-03" in i.text]
    assert [str(i.where) for i in unsaid] == ["Medication!D1"]
    assert is_question(unsaid[0])


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_matrix_alone_keeps_nominal_days(ending: str, tmp_path: Path) -> None:
    mapping, cohort, _ = opened(written(tmp_path, "m", {"m": matrix()}, ending))
    assert mapping.sheets[0].role is SheetRole.MEDICATION
    assert [(c.start, c.stop) for c in cohort.courses if c.drug == "Prednisolon"][:2] == [(0, 29), (30, 90)]


def heading_rows() -> list[Row]:
    return [
        ("Medikation",),
        ("Patient: SYN-01",),
        ("Medikament", *VISIT_NAMES),
        ("Prednisolon (mg/d)", 10, 5, 0),
        ("HCQ", "x", "+", "-"),
        (),
        ("Patient: SYN-02",),
        ("Medikament", *VISIT_NAMES),
        ("Prednisolon (mg/d)", 20, 5, 2.5),
        ("MMF", "1 g BID", "-", "-"),
    ]


def test_patients_in_heading_rows(tmp_path: Path) -> None:
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": long_rows(), "Med": heading_rows()}))
    found = values(cohort, "prednisolone_equivalent")
    assert found == {"SYN-01": (10.0, 5.0, 0.0), "SYN-02": (20.0, 5.0, 2.5), "SYN-03": (None, None, None)}
    assert values(cohort, "drug_free")["SYN-01"] == (0.0, 0.0, 1.0)
    assert values(cohort, "immunosuppressants")["SYN-02"] == (1.0, 0.0, 0.0)
    assert not any("without a unit" in i.text for i in issues)


def test_a_sheet_for_each_patient(tmp_path: Path) -> None:
    def one(first: float, last: float) -> list[Row]:
        return [("Drug", *VISIT_NAMES), ("Prednisolon", first, 5, last), ("HCQ", "200 mg", "200 mg", "-")]

    sheets = {"Visits": long_rows(), "SYN-01 Med": one(10, 0), "SYN-02 Med": one(20, 5)}
    mapping, cohort, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [a.sheets for a in mapping.arranged] == [("SYN-01 Med", "SYN-02 Med")]
    found = values(cohort, "prednisolone_equivalent")
    assert (found["SYN-01"], found["SYN-02"]) == ((10.0, 5.0, 0.0), (20.0, 5.0, 5.0))
    assert {str(c.source) for c in cohort.courses if c.patient == "SYN-02"} == {"'SYN-02 Med'!A2", "'SYN-02 Med'!A3"}
    assert any(is_question(i) and "milligrams a day" in i.hint for i in issues)


def test_a_matrix_with_dates_over_its_columns(tmp_path: Path) -> None:
    days = (date(2021, 2, 26), date(2021, 3, 31), date(2021, 6, 1))
    rows = [("Patient", "Drug", *days), ("SYN-01", "Prednisolon mg", 10, 5, None), ("SYN-01", "MMF", "1 g", None, "x")]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows(), "Med": rows}))
    assert [(c.drug, c.start, c.stop) for c in cohort.courses if c.drug != "not stated"] == [
        ("Prednisolon", -3, 29), ("MMF", -3, 29), ("Prednisolon", 30, 91), ("MMF", 92, None),
    ]  # fmt: skip


def test_a_visit_before_the_first_one_of_the_matrix_is_not_drug_free(tmp_path: Path) -> None:
    rows = [("Patient", "Drug", "Month 1", "Month 3"), ("SYN-01", "Pred", "5 mg", "-"), ("SYN-01", "HCQ", "x", "-")]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"Visits": long_rows(), "Med": rows}))
    assert values(cohort, "drug_free")["SYN-01"] == (None, 0.0, 1.0)
    assert values(cohort, "prednisolone_equivalent")["SYN-01"] == (None, 5.0, 0.0)


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("header", ["Medication", "aktuelle Medikation", "Therapie"])
def test_drugs_in_a_text(header: str, dated: bool, ending: str, tmp_path: Path) -> None:
    mapping, cohort, issues = opened(written(tmp_path, "v", {"v": drug_list(header, dated)}, ending))
    assert [a.how for a in mapping.arranged] == [Arrangement.DRUG_LIST]
    assert [s.role for s in mapping.sheets] == [SheetRole.VISITS, SheetRole.MEDICATION]
    assert values(cohort, "prednisolone_equivalent") == {
        "SYN-01": (10.0, 5.0, 0.0), "SYN-02": (7.5, 7.5, 5.0), "SYN-03": (None, 20.0, 0.0),
    }  # fmt: skip
    assert values(cohort, "immunosuppressants") == {
        "SYN-01": (1.0, 0.0, 0.0), "SYN-02": (1.0, 1.0, 1.0), "SYN-03": (None, 1.0, 0.0),
    }  # fmt: skip
    assert values(cohort, "drug_free") == {
        "SYN-01": (0.0, 0.0, 1.0), "SYN-02": (0.0, 0.0, 0.0), "SYN-03": (None, 0.0, 1.0),
    }  # fmt: skip
    assert {str(c.source) for c in cohort.courses if c.patient == "SYN-01"} == {"v!E2", "v!E3", "v!E4"}
    assert sum(HOLDS in i.text for i in issues) == 1
    asked = {str(i.where): i.text for i in issues if is_question(i)}
    assert "“Xyz”" in asked["v!E7"]
    assert "says nothing about the drugs of SYN-03" in asked["v!B8"]
    assert "without a unit" in asked["v!E9"]


def test_texts_in_a_wide_table(tmp_path: Path) -> None:
    rows = [
        ("Pat.-Nr.", "SLEDAI_baseline", "SLEDAI_3m", "Therapie_baseline", "Therapie_3m"),
        ("P1", 10, 2, "Pred 10 mg, MMF 2 g", "keine"),
        ("P2", 8, 2, "Pred 20 mg", "Pred 5 mg"),
    ]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert values(cohort, "prednisolone_equivalent") == {"P1": (10.0, 0.0), "P2": (20.0, 5.0)}
    assert values(cohort, "drug_free") == {"P1": (0.0, 1.0), "P2": (0.0, 0.0)}


@pytest.mark.parametrize(
    ("text", "drug", "mg"),
    [
        ("MMF 1g-0-1g", "MMF", 2000.0),
        ("Tacrolimus 2-0-2 mg", "Tacrolimus", 4.0),
        ("Pred 10-15 mg", "Pred", 12.5),
        ("MTX (15 mg/week)", "MTX", 15 / 7),
        ("micofenolato 1 g c/12h", "micofenolato", 2000.0),
        ("HCQ: 200 mg x2/d", "HCQ", 400.0),
        ("prednisone 10 mg par jour", "prednisone", 10.0),
        ("Decortin H 5mg 1-0-0", "Decortin H", 5.0),
        ("Pred 1 mg/kg", "Pred", None),
        ("Pred 10 mg -> 7.5 mg", "Pred", None),
        ("Steroide", "Steroide", None),
    ],
)
def test_a_dose_of_a_text_in_milligrams(text: str, drug: str, mg: float | None) -> None:
    (found,) = read_drugs(text)
    assert found.drug == drug
    assert daily_mg(found.dose, "", found.frequency)[0] == mg


@pytest.mark.parametrize("text", ["Pred 10 mg/HCQ 200 mg", "Pred 10 mg HCQ 200 mg", "Pred 10 mg\nHCQ 200 mg"])
def test_drugs_are_told_apart_without_commas(text: str) -> None:
    assert [(d.drug, d.dose) for d in read_drugs(text)] == [("Pred", "10 mg"), ("HCQ", "200 mg")]


LOG: list[Row] = [
    ("Patient", "Drug", "Dose", "Unit", "Frequency", "Start", "Stop"),
    ("SYN-01", "Prednisolone", 5, "mg", "QD", date(2021, 1, 1), date(2021, 5, 1)),
    ("SYN-01", "MMF", 1, "g", "BID", date(2021, 1, 2), date(2021, 5, 2)),
]


@pytest.mark.parametrize(
    "rows",
    [
        LOG,
        [("Patient", "Visit", "SLEDAI-2K", "Therapy"), *(("P1", v, 3, "responder") for v in VISIT_NAMES)],
        [("Patient", "Baseline", "Month 3"), ("P1", 3, 4), ("P2", 5, 6)],
        [("Drug", "Price 2020", "Price 2021"), ("MMF", 3, 4), ("HCQ", 5, 6)],
    ],
)
def test_other_tables_are_no_drugs_by_visits(rows: list[Row], tmp_path: Path) -> None:
    mapping, _, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert not {Arrangement.MATRIX, Arrangement.DRUG_LIST} & {a.how for a in mapping.arranged}


def test_a_log_may_name_visits_as_its_days(tmp_path: Path) -> None:
    log = [
        ("Patient", "Drug", "Dose", "Unit", "Frequency", "Start visit", "Stop visit"),
        ("SYN-01", "Prednisolone", 5, "mg", "QD", "Baseline", "Month 1"),
    ]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"P": PATIENTS, "Visits": long_rows(), "Med": log}))
    assert [(c.start, c.stop) for c in cohort.courses] == [(-3, 30)]
