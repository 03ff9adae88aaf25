"""What each arrangement makes of a sheet, and what it says: one value per row, a sheet per patient, turned, blocks."""

import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from trajecta.io.arrange import arrange, guess_arranged
from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arrangement, Field, Mapping, SheetRole
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Censored, Cohort, Issue, Severity

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from layout_workbooks import (
    COHORT,
    LAYOUTS,
    VISIT_KEYS,
    blocks,
    one_value_per_row,
    opened,
    values,
    visit_date,
)
from sheets import Row, text_table, workbook

# --- one value per row -----------------------------------------------------------------------------------------------


def export(tmp_path: Path, head: Row, *rows: Row) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    return opened(workbook(tmp_path / "export.xlsx", {"Export": [head, *rows]}))


def test_facts_go_along_and_reference_ranges_do_not(tmp_path: Path) -> None:
    mapping, cohort, _ = opened(one_value_per_row(tmp_path / "a.xlsx"))
    heads = [c.header for c in mapping.sheet("Export").columns]
    assert heads == ["ID", "Date", "Visit", "Sex", "SLEDAI-2K", "C3 (g/L)", "Prednisolone (mg/d)"]
    assert [p.sex for p in cohort.patients if p.id == "LS-31"] == ["M"]
    assert cohort.day("MA-22", "month 3") == 95


def test_german_headers_and_a_text_file(tmp_path: Path) -> None:
    rows: list[Row] = [("Pat.-Nr.", "Besuch", "Messgröße", "Ergebnis", "Einheit", "Referenzbereich")]
    for patient, before, after in (("P1", "0,5", "1,1"), ("P2", "0,6", "0,9")):
        for visit, cell in (("Ausgang", before), ("Monat 3", after)):
            rows += [(patient, visit, "C3", cell, "g/l", "0,9-1,8"), (patient, visit, "SLEDAI-2K", 4, "Punkte", "")]
    _, cohort, issues = opened(text_table(tmp_path / "labor.csv", rows, ";"))
    assert values(cohort, "c3") == {
        ("P1", "baseline"): 0.5, ("P1", "month 3"): 1.1, ("P2", "baseline"): 0.6, ("P2", "month 3"): 0.9,
    }  # fmt: skip
    assert [(m.key, m.unit) for m in cohort.measures] == [("c3", "g/l"), ("sledai-2k", "")]
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_one_parameter_in_two_units_makes_two_columns(tmp_path: Path) -> None:
    rows = [(p, v, "CRP", 5 + n, u) for p, u in (("P1", "mg/L"), ("P2", "mg/dL")) for n, v in enumerate(("BL", "M3"))]
    file = workbook(tmp_path / "a.xlsx", {"Export": [("ID", "Visit", "Test", "Result", "Unit"), *rows]})
    read = read_workbook(file)
    made = arrange(read, guess_arranged(read)).sheets[0]
    assert made.rows == (
        ("ID", "Visit", "CRP (mg/L)", "CRP (mg/dL)"),
        ("P1", "BL", 5, None), ("P1", "M3", 6, None), ("P2", "BL", None, 5), ("P2", "M3", None, 6),
    )  # fmt: skip


def test_a_blank_unit_goes_with_the_only_one(tmp_path: Path) -> None:
    rows = [("P1", "BL", "C3", 0.5, "g/L"), ("P1", "M3", "C3", 0.9, None), ("P2", "BL", "C3", "n.d.", None)]
    mapping, _, _ = export(tmp_path, ("ID", "Visit", "Parameter", "Value", "Unit"), *rows)
    assert [c.header for c in mapping.sheet("Export").having(Field.MEASURE)] == ["C3 (g/L)"]


def test_two_values_for_one_place_are_said(tmp_path: Path) -> None:
    rows = [("P1", "BL", "C3", 0.5), ("P1", "BL", "C3", 0.7), ("P1", "M3", "C3", 0.9), ("P2", "BL", "C3", 0.4)]
    _, cohort, issues = export(tmp_path, ("ID", "Visit", "Parameter", "Value"), *rows)
    said = next(i for i in issues if "Export!D2 says 0.5 and Export!D3 says 0.7" in i.text)
    assert said.severity is Severity.WARNING
    assert values(cohort, "c3")["P1", "baseline"] == 0.5


def test_dates_without_visits(tmp_path: Path) -> None:
    days = (datetime(2021, 3, 1, 8, 15), datetime(2021, 3, 1, 9, 40), datetime(2021, 6, 1, 8, 0))
    rows = [
        (p, d, name, n + 0.5)
        for p in ("P1", "P2")
        for n, d in enumerate(days)
        for name in (("C3",), ("C4",), ("C3",))[n]
    ]
    mapping, cohort, _ = export(tmp_path, ("ID", "Date", "Analyte", "Result"), *rows)
    assert mapping.sheet("Export").role is SheetRole.VISITS
    # Two samples of one morning are one visit.
    assert values(cohort, "c3") == {(p, v): n for p in ("P1", "P2") for v, n in (("visit 1", 0.5), ("visit 2", 2.5))}
    assert values(cohort, "c4") == {("P1", "visit 1"): 1.5, ("P2", "visit 1"): 1.5}


def test_two_values_of_one_date_are_said(tmp_path: Path) -> None:
    rows = [("P1", date(2021, 3, 1), "C3", 0.5), ("P1", date(2021, 3, 1), "C3", 0.7), ("P2", date(2021, 3, 1), "C3", 1)]
    _, _, issues = export(tmp_path, ("ID", "Date", "Parameter", "Value"), *rows)
    said = next(i for i in issues if str(i.where) == "Export!D3")
    assert "Export!D2 and Export!D3 are both “C3” of P1 on 2021-03-01" in said.text


def test_a_column_of_signs_is_joined_to_the_values(tmp_path: Path) -> None:
    rows = [("P1", "BL", "C3", "<", 0.5), ("P1", "M3", "C3", "=", 0.9), ("P2", "BL", "C3", None, 0.4)]
    _, cohort, _ = export(tmp_path, ("ID", "Visit", "Parameter", "Operator", "Value"), *rows)
    found = cohort.observation("c3", "baseline", "P1")
    assert found is not None
    assert (found.value, found.censored, str(found.source)) == (0.5, Censored.BELOW, "Export!E2")
    later = cohort.observation("c3", "month 3", "P1")
    assert later is not None
    assert later.censored is Censored.NO


def test_a_flag_below_the_norm_is_no_sign(tmp_path: Path) -> None:
    rows = [("P1", "BL", "C3", "<", 0.5), ("P1", "M3", "C3", ">", 2.9), ("P2", "BL", "C3", None, 1.4)]
    _, cohort, _ = export(tmp_path, ("ID", "Visit", "Parameter", "Flag", "Value"), *rows)
    assert {o.censored for o in cohort.observations} == {Censored.NO}


def test_ids_in_the_first_row_of_a_group(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "Parameter", "Value")]
    for patient in ("P1", "P2"):
        for at, visit in enumerate(("BL", "M3")):
            rows.append((patient if not at else None, visit, "C3", 0.5 + at))
            rows.append((None, None, "SLEDAI-2K", 9 - at))
            rows.append((None, None, "CRP", 3 + at))
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"Export": rows}))
    assert values(cohort, "sledai-2k") == {
        ("P1", "baseline"): 9, ("P1", "month 3"): 8, ("P2", "baseline"): 9, ("P2", "month 3"): 8,
    }  # fmt: skip


# --- a sheet per patient ---------------------------------------------------------------------------------------------


def course(head: list[Row], sledai: tuple[float, float]) -> list[Row]:
    return [*head, ("Visit", "SLEDAI-2K", "C3 (g/L)"), ("Baseline", sledai[0], 0.5), ("Month 3", sledai[1], 0.9)]


def test_a_sheet_whose_cell_names_another_patient(tmp_path: Path) -> None:
    sheets = {f"P{k}": course([("Patient", "P2" if k == 3 else f"P{k}")], (9 + k, k)) for k in range(1, 5)}
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [p.id for p in cohort.patients] == ["P1", "P2", "P3", "P4"]
    assert values(cohort, "sledai-2k")["P3", "baseline"] == 12
    said = next(i for i in issues if i.severity is Severity.WARNING)
    assert str(said.where) == "P3!B1"
    assert "“P2”" in said.text
    assert "“P3”" in said.text


def test_names_and_ids_that_count_in_two_ways_are_no_contradiction(tmp_path: Path) -> None:
    sheets = {f"Pat 0{k}": course([(f"Patient: {name}",)], (9, k)) for k, name in enumerate(("MA-22", "KB-17"), 1)}
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [p.id for p in cohort.patients] == ["KB-17", "MA-22"]
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_facts_of_the_heads_become_a_list_of_patients(tmp_path: Path) -> None:
    make = dict(LAYOUTS)["S1, heads"]
    mapping, cohort, _ = opened(make(tmp_path / "a.xlsx"))
    assert [s.sheet for s in mapping.sheets] == ["All patients (facts)", "All patients", "All patients (medication)"]
    assert [s.role for s in mapping.sheets] == [SheetRole.PATIENTS, SheetRole.VISITS, SheetRole.MEDICATION]
    first = cohort.patients[0]
    assert (first.id, first.sex, first.time_zero) == ("MA-22", "F", date(2021, 3, 1))
    assert ("Year of birth", "1999") in first.facts
    assert cohort.day("MA-22", "baseline") == (visit_date(COHORT[0], 0) - COHORT[0].infusion).days
    assert len(cohort.courses) == 5
    assert str(cohort.courses[0].source) == "'MA-22 Medication'!A2"


def test_a_new_patient_of_the_next_cut_joins(tmp_path: Path) -> None:
    sheets = {f"P{k}": course([], (9, k)) for k in (1, 2)}
    mapping, *_ = opened(workbook(tmp_path / "a.xlsx", sheets))
    later = read_workbook(workbook(tmp_path / "b.xlsx", {**sheets, "P3": course([], (7, 1))}))
    assert guess_mapping(later).shape == mapping.shape
    cohort, _ = build_cohort(later, mapping)
    assert [p.id for p in cohort.patients] == ["P1", "P2", "P3"]


def test_other_sheets_stay_and_names_do_not_collide(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {f"P{k}": course([], (9, k)) for k in (1, 2)}
    sheets["all patients"] = [("Patient ID", "Sex"), ("P1", "F"), ("P2", "M")]
    sheets["Medication"] = [("Patient ID", "Drug", "Dose", "Unit", "Start"), ("P1", "HCQ", 200, "mg", date(2021, 1, 1))]
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [s.sheet for s in mapping.sheets] == ["All patients 2", "all patients", "Medication"]
    assert [(p.id, p.sex) for p in cohort.patients] == [("P1", "F"), ("P2", "M")]
    assert len(cohort.courses) == 1


def test_summary_rows_of_a_patient_are_left_out_and_said(tmp_path: Path) -> None:
    sheets = {f"P{k}": [*course([], (9, k)), ("Mean", 5, 0.7)] for k in (1, 2)}
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert tuple(v.key for v in cohort.visits) == VISIT_KEYS[:2]
    assert [str(i.where) for i in issues if "summarises" in i.text] == ["P1!A4", "P2!A4"]


def test_visits_without_a_header_and_dates_in_columns(tmp_path: Path) -> None:
    rows: list[Row] = [(None, "SLEDAI-2K", "C3"), ("Baseline", 9, 0.5), ("Month 3", 2, 0.9)]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"P1": rows, "P2": rows}))
    assert values(cohort, "c3")["P2", "month 3"] == 0.9
    days = (date(2021, 3, 1), date(2021, 6, 2))
    rows = [("Parameter", *days), ("SLEDAI-2K", 9, 2), ("C3 (g/L)", 0.5, 0.9)]
    _, cohort, _ = opened(workbook(tmp_path / "b.xlsx", {"P1": rows, "P2": rows}))
    assert values(cohort, "c3")["P2", "visit 2"] == 0.9


def test_lists_of_single_values_per_patient(tmp_path: Path) -> None:
    rows: list[Row] = [("Visit", "Parameter", "Value"), ("BL", "C3", 0.5), ("BL", "CRP", 9), ("M3", "C3", 0.9)]
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"P1": rows, "P2": rows}))
    assert [a.how for a in mapping.arranged] == [Arrangement.PER_PATIENT, Arrangement.PARAMETERS]
    found = cohort.observation("c3", "month 3", "P2")
    assert found is not None
    assert (found.value, str(found.source)) == (0.9, "P2!C4")


def test_visits_and_drugs_on_one_sheet(tmp_path: Path) -> None:
    log: list[Row] = [("Drug", "Dose", "Unit", "Start", "Stop"), ("HCQ", 200, "mg", date(2021, 1, 1), date(2021, 2, 1))]
    sheets = {f"P{k}": [*course([("Sex", "F"), ()], (9, k)), (), ("Medication",), *log] for k in (1, 2)}
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", sheets))
    assert [s.role for s in mapping.sheets] == [SheetRole.PATIENTS, SheetRole.VISITS, SheetRole.MEDICATION]
    assert [p.sex for p in cohort.patients] == ["F", "F"]
    assert tuple(v.key for v in cohort.visits) == VISIT_KEYS[:2]
    assert [str(c.source) for c in cohort.courses] == ["P1!A9", "P2!A9"]


def test_two_sheets_that_name_one_patient(tmp_path: Path) -> None:
    sheets = {name: course([("Patient", "KB-17")], (9, k)) for k, name in enumerate(("Form 1", "Form 2"), 1)}
    sheets["Form 3"] = course([("Patient", "MA-22")], (7, 1))
    _, _, issues = opened(workbook(tmp_path / "a.xlsx", sheets))
    said = next(i for i in issues if "both sheets are read as of this patient" in i.text)
    assert (str(said.where), said.severity) == ("'Form 2'!B1", Severity.WARNING)


# --- turned tables ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visits_first", [False, True])
@pytest.mark.parametrize("merged", [False, True])
def test_patients_with_a_column_per_visit(visits_first: bool, merged: bool, tmp_path: Path) -> None:
    outer, inner = (VISIT_KEYS[:2], ("P1", "P2")) if visits_first else (("P1", "P2"), VISIT_KEYS[:2])
    rows: list[Row] = [
        ("Table 3",), ("Parameter", outer[0], None, outer[1]), (None, *inner, *inner),
        ("SLEDAI-2K", 9, 8, 7, 6), ("C3 (g/L)", 0.5, 0.75, 1.0, 1.25),
    ]  # fmt: skip
    file = workbook(tmp_path / "a.xlsx", {"A": rows}, merged=("B2:C2", "D2:E2") if merged else ())
    mapping, cohort, issues = opened(file)
    assert [a.how for a in mapping.arranged] == [Arrangement.TURNED]
    second, third = ("P2", "baseline"), ("P1", "month 3")
    expected = {("P1", "baseline"): 9, second: 8, third: 7, ("P2", "month 3"): 6}
    if not visits_first:
        expected |= {second: 7, third: 8}
    assert values(cohort, "sledai-2k") == expected
    assert {str(o.source) for o in cohort.observations} == {f"A!{c}{r}" for c in "BCDE" for r in (4, 5)}
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_norms_and_summaries_beside_the_patients(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Parameter", "Normal range", "P1", "P2", "Median (range)", "Reference"),
        ("SLEDAI-2K baseline", None, 9, 8, "8.5 (8-9)", None),
        ("SLEDAI-2K month 3", None, 1, 2, "1.5 (1-2)", None),
        ("C3 (g/L) baseline", "0.9-1.8", 0.5, 0.75, "0.63 (0.5-0.75)", "0.9-1.8"),
    ]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert [p.id for p in cohort.patients] == ["P1", "P2"]
    assert [i.text for i in issues if "summarises" in i.text] == [
        "The row “Median (range)” summarises the others and is left out."
    ]
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_visits_in_the_first_row_of_their_group(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Visit", "Parameter", "P1", "P2"), ("Baseline", "SLEDAI-2K", 9, 8), (None, "C3", 0.5, 0.75),
        ("Month 3", "SLEDAI-2K", 1, 2), (None, "C3", 1.0, 1.25),
    ]  # fmt: skip
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert values(cohort, "c3")["P2", "month 3"] == 1.25


def test_a_list_of_arms_is_no_turned_table(tmp_path: Path) -> None:
    rows: list[Row] = [("level", "name", "description", "label"), ("Main", "POP1", 1, 2), ("Cohort", "C1", 3, 4)]
    assert guess_arranged(read_workbook(workbook(tmp_path / "a.xlsx", {"A": rows}))) == ()


# --- several tables on a sheet ---------------------------------------------------------------------------------------


def test_titles_name_tables_and_measures(tmp_path: Path) -> None:
    mapping, _, _ = opened(blocks(tmp_path / "a.xlsx"))
    names = ["Results: SLEDAI-2K", "Results: Prednisolone (mg/d)", "Results: C3 (g/L)"]
    assert [s.sheet for s in mapping.sheets] == names
    third = mapping.sheet("Results: C3 (g/L)").having(Field.MEASURE)[0]
    assert (third.measure_name, third.unit, third.visit) == ("C3", "g/L", "Baseline")


def test_tables_without_blank_rows_and_with_visits_as_titles(tmp_path: Path) -> None:
    rows: list[Row] = []
    for at, visit in enumerate(("Baseline", "Month 3")):
        rows += [(visit,), ("ID", "SLEDAI-2K", "C3 (g/L)"), ("P1", 9 - at, 0.5 + at), ("P2", 8 - at, 0.25 + at)]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"Cohort": rows}))
    assert values(cohort, "c3") == {
        ("P1", "baseline"): 0.5, ("P2", "baseline"): 0.25, ("P1", "month 3"): 1.5, ("P2", "month 3"): 1.25,
    }  # fmt: skip
    assert str(next(o.source for o in cohort.observations if o.value == 1.25)) == "Cohort!C8"


@pytest.mark.parametrize("beside", [False, True])
def test_a_summary_with_a_header_of_its_own_is_no_patient(beside: bool, tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "SLEDAI-2K"), ("P1", "BL", 9), ("P1", "M3", 1), ("P2", "BL", 8), ("P2", "M3", 2)]
    summary: list[Row] = [("Visit", "n", "Median"), ("BL", 2, 8.5), ("M3", 2, 1.5), (None,) * 3, (None,) * 3]
    both = [(*a, None, *b) for a, b in zip(rows, summary, strict=True)] if beside else [*rows, (), *summary[:3]]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"A": both}))
    assert [p.id for p in cohort.patients] == ["P1", "P2"]
    assert [(m.key, len(values(cohort, m.key))) for m in cohort.measures] == [("sledai-2k", 4)]
    assert [i.text for i in issues if str(i.where) == ("A!E1" if beside else "A!A7")] == [
        f"The table in {'E1:G3' if beside else 'A7:C9'} of “A” has no column of patient ids and is left out."
    ]
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_a_turned_table_among_others(tmp_path: Path) -> None:
    rows: list[Row] = [("Parameter", "P1", "P2"), ("SLEDAI-2K baseline", 9, 8), ("SLEDAI-2K month 3", 1, 2), ()]
    rows += [("ID", "Sex", "Age"), ("P1", "F", 22), ("P2", "M", 31)]
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"Paper": rows}))
    assert [a.how for a in mapping.arranged] == [Arrangement.BLOCKS, Arrangement.TURNED]
    assert [(p.id, p.sex) for p in cohort.patients] == [("P1", "F"), ("P2", "M")]
    found = cohort.observation("sledai-2k", "month 3", "P2")
    assert found is not None
    assert (found.value, str(found.source)) == (2, "Paper!C3")
