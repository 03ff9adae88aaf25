"""Sheets as hospitals really send them, each with numbers that are known: no patient lost or merged, no value moved."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sheets import Row, text_table, workbook

from trajecta.io.build import build_cohort
from trajecta.io.cells import read_cell
from trajecta.io.certificate import certify
from trajecta.io.column_readings import sheet_readings
from trajecta.io.guess import guess_mapping
from trajecta.io.question_sources import open_questions
from trajecta.io.questions import answered
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Cohort, Issue, Severity

Read = tuple[Cohort, tuple[Issue, ...]]


def read(path: Path) -> Read:
    book = read_workbook(path)
    return build_cohort(book, guess_mapping(book))


def one_sheet(path: Path, rows: Sequence[Row]) -> Read:
    return read(workbook(path / "a.xlsx", {"S": rows}))


def ids(cohort: Cohort) -> list[str]:
    return [patient.id for patient in cohort.patients]


def value(cohort: Cohort, measure: str, visit: str, patient: str) -> float | None:
    found = cohort.observation(measure, visit, patient)
    assert found is not None
    return found.value


SCORES: list[Row] = [("AB", 16, 4), ("MW", 4, 10), ("KL", 0, 0), ("SD", 12, 16), ("EH", 8, 2), ("N", 10, 6)]
HEAD: Row = ("Initialen", "SLEDAI BL", "SLEDAI M3")


def test_patients_whose_initials_are_words_of_summaries_stay_patients(tmp_path: Path) -> None:
    cohort, issues = one_sheet(tmp_path, [HEAD, *SCORES])
    assert ids(cohort) == ["AB", "MW", "KL", "SD", "EH", "N"]
    assert value(cohort, "sledai-2k", "month 3", "SD") == 16
    assert sum("can be a summary" in issue.text for issue in issues) == 3


@pytest.mark.parametrize(
    "below",
    [
        [("MW", 9.2, 3.2), ("SD", 4.8, 3)],  # by their numbers
        [("Mittelwert", 1, 2), ("SD", 1, 2)],  # beside a certain one
        [("n =", 5, 5), ("MW", 1, 2)],
    ],
)
def test_summaries_under_initials_are_no_patients(tmp_path: Path, below: list[Row]) -> None:
    rows: list[Row] = [("AB", 16, 4), ("CD", 4, 6), ("EF", 8, 0), ("GH", 12, 0), ("IJ", 6, 6)]
    cohort, _ = one_sheet(tmp_path, [HEAD, *rows, *below])
    assert ids(cohort) == ["AB", "CD", "EF", "GH", "IJ"]


def test_what_stands_under_a_table_is_no_patient(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "SLEDAI pre", "SLEDAI post"), ("Group A",), ("1", 9, 1), ("2", 8, 2)]
    rows += [("Group B",), ("3", 7, 0), ("DS", 1, 1), ("Desvio padrão", 1, 1), ("p (Wilcoxon)", 0.25)]
    rows += [("* one flare at week 6",), ("n.d. = not done",)]
    cohort, issues = one_sheet(tmp_path, rows)
    assert ids(cohort) == ["1", "2", "3"]
    assert sum(issue.where is not None and "left out" in issue.text for issue in issues) == 7


def test_a_protein_with_a_unit_is_a_measure_and_no_item(tmp_path: Path) -> None:
    rows: list[Row] = [("N° patient", "Visite", "SLEDAI-2K", "Protéinurie (g/g)")]
    rows += [(p, v, 8, u) for p in ("P1", "P2") for v, u in (("Inclusion", "1,3"), ("Mois 3", "0,82"))]
    cohort, _ = one_sheet(tmp_path, rows)
    assert value(cohort, "protéinurie", "month 3", "P2") == 0.82


def test_numbers_under_a_header_of_dates_are_dates(tmp_path: Path) -> None:
    days = (date(2023, 1, 3), date(2023, 4, 4))
    for name, made in (
        ("serial", lambda d: (d - date(1899, 12, 30)).days),
        ("compact", lambda d: int(d.strftime("%Y%m%d"))),
    ):
        rows: list[Row] = [("ID", "Infusion date", "Visit date", "SLEDAI")]
        rows += [(p, made(days[0]), made(d), s) for p in ("P1", "P2") for d, s in zip(days, (8, 2), strict=True)]
        cohort, _ = read(workbook(tmp_path / f"{name}.xlsx", {"S": rows}))
        assert cohort.patient("P1").time_zero == days[0], name
        assert [cohort.day("P2", visit.key) for visit in cohort.visits] == [0.0, 91.0], name


def test_a_column_of_units_counts_for_the_values_beside_it(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "UPCR", "Unit"), ("P1", "BL", 1200, "mg/g"), ("P2", "BL", 0.6, "g/g")]
    rows += [("P1", "M3", 300, "mg/g"), ("P2", "M3", 0.2, "g/g")]
    cohort, _ = one_sheet(tmp_path, rows)
    assert cohort.measure("upcr").unit == "mg/g"
    assert [value(cohort, "upcr", v, "P2") for v in ("baseline", "month 3")] == [600.0, 200.0]
    assert value(cohort, "upcr", "month 3", "P1") == 300.0


def test_thousands_in_a_text_with_decimal_commas(tmp_path: Path) -> None:
    rows: list[Row] = [("Pat-ID", "Visite", "Leukozyten (/µl)", "CRP (mg/l)")]
    rows += [(p, v, "4.350", "12,5") for p in ("P1", "P2") for v in ("BL", "M3")]
    cohort, _ = read(text_table(tmp_path / "a.csv", rows, ";"))
    assert value(cohort, "crp", "month 3", "P1") == 12.5
    assert {o.value for o in cohort.observations if o.text == "4.350"} == {4350.0}


def test_points_stay_decimal_in_a_text_without_decimal_commas(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "visit", "ratio"), ("P1", "BL", "4.350"), ("P1", "M3", "1.100")]
    cohort, _ = read(text_table(tmp_path / "a.csv", rows))
    assert [o.value for o in cohort.observations] == [4.35, 1.1]


def test_unscheduled_visits_on_several_dates_are_all_kept(tmp_path: Path) -> None:
    rows: list[Row] = [("Subject", "Visit", "Date", "SLEDAI-2K")]
    for name, day, score in (("Unscheduled", 120, 5), ("Baseline", 0, 8), ("Unscheduled", 40, 7), ("Month 6", 182, 2)):
        rows.append(("P1", name, date(2023, 1, 5) + timedelta(day), score))
    cohort, issues = one_sheet(tmp_path, rows)
    assert [v.label for v in cohort.visits] == ["Baseline", "Unscheduled", "Unscheduled 2", "Month 6"]
    assert value(cohort, "sledai-2k", "unscheduled", "P1") == 7
    assert value(cohort, "sledai-2k", "unscheduled 2", "P1") == 5
    assert not any(issue.severity is not Severity.NOTE for issue in issues)


def test_the_same_number_at_two_sites_is_asked_about(tmp_path: Path) -> None:
    rows: list[Row] = [("Site", "Subject", "Visit", "SLEDAI")]
    rows += [(s, n, v, n) for s in ("A", "B") for n in (1, 2) for v in ("BL", "M3")]
    cohort, issues = one_sheet(tmp_path, rows)
    asked = [issue for issue in issues if "several sites" in issue.text]
    assert len(asked) == 1
    assert asked[0].hint.startswith("Are they different patients?")
    assert all(o.flag for o in cohort.observations)


def test_a_running_number_is_no_measure(tmp_path: Path) -> None:
    rows: list[Row] = [("Lfd. Nr.", "Patienten-ID", "Visite", "SLEDAI")]
    rows += [(n, p, v, n) for n, (p, v) in enumerate((p, v) for p in ("P1", "P2") for v in ("BL", "M3"))]
    cohort, _ = one_sheet(tmp_path, rows)
    assert [m.key for m in cohort.measures] == ["sledai-2k"]


def test_a_sheet_of_visits_and_a_long_sheet_have_the_same_visits(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {
        "SLEDAI": [("Patient", "Baseline", "Month 3"), ("P1", 8, 4), ("P2", 6, 2)],
        "Labs": [("Patient", "Visit", "CRP (mg/L)"), *((p, v, 5) for p in ("P1", "P2") for v in ("BL", "M3"))],
    }
    cohort, _ = read(workbook(tmp_path / "a.xlsx", sheets))
    assert [v.key for v in cohort.visits] == ["baseline", "month 3"]
    assert value(cohort, "sledai-2k", "month 3", "P2") == 2


def test_a_turned_table_with_mean_and_sd_beside_the_patients(tmp_path: Path) -> None:
    rows: list[Row] = [(None, None, "Pat 1", "Pat 2", "Pat 3", "MW", "SD")]
    for visit, scores in (("Baseline", (8, 0, 10)), ("Monat 3", (4, 1, 2))):
        rows += [(visit, "SLEDAI", *scores, 5, 1), (None, "C3 (g/l)", "0,5", "0,6", "0,7", "0,6", "0,1")]
    cohort, _ = one_sheet(tmp_path, rows)
    assert ids(cohort) == ["Pat 1", "Pat 2", "Pat 3"]
    assert [value(cohort, "sledai-2k", v, "Pat 3") for v in ("baseline", "month 3")] == [10, 2]
    assert value(cohort, "c3", "baseline", "Pat 2") == 0.6


def test_two_columns_of_one_header_are_told_apart(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [("ID", "SLEDAI BL", "SLEDAI M3", "SLEDAI M3"), ("P1", 8, 4, 3)]})
    book = read_workbook(path)
    mapping = guess_mapping(book)
    (asked,) = [q for q in open_questions(book, mapping, *build_cohort(book, mapping)) if len(q.options) == 3]
    assert [o.label for o in asked.options][:2] == ["“SLEDAI M3” (column C) alone", "“SLEDAI M3” (column D) alone"]


def test_the_middle_of_a_range_is_certified_as_converted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": [("ID", "SLEDAI BL", "SLEDAI M3"), ("P1", "10-15", 4), ("P2", 6, 2)]})
    book = read_workbook(path)
    mapping = guess_mapping(book)
    (asked,) = [q for q in open_questions(book, mapping, *build_cohort(book, mapping)) if q.options]
    chosen = answered(mapping, asked.options[0])
    cohort, _ = build_cohort(book, chosen)
    assert value(cohort, "sledai-2k", "baseline", "P1") == 12.5
    assert certify(book, chosen, cohort).holds


def test_a_long_text_is_no_header(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "SLEDAI BL", "SLEDAI M3", "Remarks"), ("P1", 8, 4, "a b " * 2_000), ("P2", 6, 2, None)]
    cohort, _ = one_sheet(tmp_path, rows)  # took half a minute while every break of a text was tried as a visit
    assert value(cohort, "sledai-2k", "month 3", "P1") == 4


def test_months_after_therapy_are_the_months_of_the_other_sheets(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {
        "Clinic": [("Pat", "Visit", "SLEDAI"), *((p, v, 4) for p in ("P1", "P2") for v in ("BL", "M3"))],
        "Lab": [("Pat", "Zeitpunkt", "C3 (g/l)")],
    }
    sheets["Lab"] += [(p, v, 0.9) for p in ("P1", "P2") for v in ("vor CAR-T", "3 Monate nach CAR-T")]
    cohort, _ = read(workbook(tmp_path / "a.xlsx", sheets))
    assert [v.key for v in cohort.visits] == ["baseline", "month 3"]


def test_a_taper_in_one_cell_is_no_constant_dose(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {
        "Scores": [("ID", "Visit", "SLEDAI"), ("P1", "BL", 8), ("P1", "M3", 2)],
        "Meds": [("ID", "Drug", "Dose", "Unit", "Frequency", "Start", "Stop")],
    }
    sheets["Meds"] += [
        ("P1", "Prednisone", dose, "mg", "QD", 0, 50) for dose in ("40 -> 5", "5/0/2,5", "40 mg, dann 5")
    ]
    sheets["Meds"] += [("P1", "MMF", "2x1 g", None, None, 0, "ongoing")]
    cohort, issues = read(workbook(tmp_path / "a.xlsx", sheets))
    assert [course.daily_mg for course in cohort.courses] == [None, None, None, 2000.0]
    assert any("“2x1 g” is taken as given every day" in issue.text for issue in issues)


def test_since_a_year_is_a_start(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {
        "Patients": [("ID", "Infusion date"), ("P1", date(2023, 1, 10))],
        "Meds": [("ID", "Drug", "Dose", "Start", "Stop"), ("P1", "HCQ", "400 mg/d", "seit 2019", "laufend")],
    }
    cohort, issues = read(workbook(tmp_path / "a.xlsx", sheets))
    assert not cohort.courses[0].doubtful
    assert cohort.courses[0].start == (date(2019, 7, 1) - date(2023, 1, 10)).days
    assert any("only the year is known" in issue.text for issue in issues)


def test_names_as_ids_are_said(tmp_path: Path) -> None:
    rows: list[Row] = [("Name", "SLEDAI BL", "SLEDAI M3"), ("Muster, A.", 8, 2), ("Beispiel, B.", 6, 0)]
    cohort, issues = one_sheet(tmp_path, rows)
    assert ids(cohort) == ["Muster, A.", "Beispiel, B."]
    assert any("may identify them" in issue.text for issue in issues)


def test_a_point_beside_hundreds_is_asked_about_and_not_read(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "IgG (mg/dl) BL", "IgG (mg/dl) M3"), ("P1", "1.234", 980), ("P2", 870, "1.020")]
    path = workbook(tmp_path / "a.xlsx", {"S": rows})
    book = read_workbook(path)
    mapping = guess_mapping(book)
    cohort, issues = build_cohort(book, mapping)
    assert value(cohort, "igg", "baseline", "P1") is None
    (asked,) = [q for q in open_questions(book, mapping, cohort, issues) if q.options]
    assert asked.ask.startswith("Does the point")
    told = [build_cohort(book, answered(mapping, option))[0] for option in asked.options]
    assert [value(c, "igg", "baseline", "P1") for c in told] == [1.234, 1234.0]
    assert [value(c, "igg", "month 3", "P2") for c in told] == [1.02, 1020.0]


@pytest.mark.parametrize("text", ["3*10^4", "250 Tsd", "4,5 Mio", "250k", "2.3."])
def test_a_part_of_a_number_is_not_read_as_the_number(text: str) -> None:
    assert read_cell(text).value is None


@pytest.mark.parametrize("text", ["12.5 H", "12.5 ↑", "12.5*", "12.5 (H)"])
def test_flags_of_the_laboratory_are_remarks(text: str) -> None:
    assert read_cell(text).value == 12.5
    assert read_cell(text).unit == ""


def test_a_log_of_drugs_under_the_visits_of_a_patient(tmp_path: Path) -> None:
    page: list[Row] = [("ID", "P1"), ("SLEDAI",), ("Visit", "SLEDAI"), ("BL", 8), ("M3", 4), (), ("Medication",)]
    page += [("Drug", "Dose", "Start", "Stop"), ("HCQ", "200 mg 1-0-1", "01.01.2020", "laufend")]
    pages = {name: [("ID", name), *page[1:]] for name in ("P1", "P2", "P3")}
    cohort, _ = read(workbook(tmp_path / "a.xlsx", pages))
    assert ids(cohort) == ["P1", "P2", "P3"]
    assert [v.key for v in cohort.visits] == ["baseline", "month 3"]
    assert value(cohort, "sledai-2k", "month 3", "P3") == 4
    assert [(course.patient, course.daily_mg) for course in cohort.courses] == [(p, 400.0) for p in ids(cohort)]


def test_a_date_beside_a_stop_is_said(tmp_path: Path) -> None:
    scores: list[Row] = [("ID", "Visit", "SLEDAI-2K"), ("P01", "Baseline", 8), ("P01", "Month 3", 2)]
    drugs: list[Row] = [("P01",), ("Medikament", "Baseline", "Month 3"), ("MMF", "1-0-1 g", "stop 3/23")]
    cohort, issues = read(workbook(tmp_path / "a.xlsx", {"V": scores, "M": [*drugs, ("HCQ", "200 mg", "1 g stop")]}))
    assert [(c.drug, c.stop) for c in cohort.courses] == [("MMF", 90), ("HCQ", 90), ("none", None)]
    said = [issue for issue in issues if issue.kind == "a date beside a stop"]
    assert [(str(issue.where), "“3/23” beside the stop of “MMF”" in issue.text) for issue in said] == [("M!C3", True)]


def test_names_of_variables_carry_units(tmp_path: Path) -> None:
    rows: list[Row] = [("record_id", "redcap_event_name", "c3_g_l", "crp_mg_l", "upcr_mg_g", "vas_a_b")]
    rows += [(p, e, 0.8, 5, 300, 2) for p in (1, 2) for e in ("baseline_arm_1", "month_3_arm_1")]
    cohort, _ = one_sheet(tmp_path, rows)
    measures = {m.key: m.unit for m in cohort.measures}
    assert measures == {"c3": "g/L", "crp": "mg/L", "upcr": "mg/g", "vas_a_b": ""}


@pytest.mark.parametrize("patient", ["Subject", "USUBJID"])
def test_the_parameter_that_says_the_version_names_the_measure(tmp_path: Path, patient: str) -> None:
    rows: list[Row] = [(patient, "PARAMCD", "PARAM", "AVISIT", "AVAL")]
    rows += [(p, "SLEDAI", "SLEDAI-2K (0-105)", v, 8) for p in ("P1", "P2") for v in ("Baseline", "Month 3")]
    cohort, issues = one_sheet(tmp_path, rows)
    assert [m.key for m in cohort.measures] == ["sledai-2k"]
    assert not any("is read as" in issue.text for issue in issues)


OF_AB: list[Row] = [("BL", 8), ("M3", 4)]
OF_CD: list[Row] = [("BL", 6), ("M3", None)]


@pytest.mark.parametrize(
    "rows",
    [
        [("Patient AB",), *OF_AB, (), ("Patient CD",), *OF_CD],
        [("Patient AB",), *OF_AB, ("Mean", 6), ("Patient CD",), *OF_CD, ("Mean", 6)],
        [("Visit", "SLEDAI-2K"), ("Patient AB",), *OF_AB, ("Patient CD",), *OF_CD],
        [("Pat.: AB",), ("Visit", "SLEDAI-2K"), *OF_AB, (), ("Pat.: CD",), ("Visit", "SLEDAI-2K"), *OF_CD],
        [("Patient:", "AB"), ("Visite", "SLEDAI-2K"), *OF_AB, ("Patient:", "CD"), ("Visite", "SLEDAI-2K"), *OF_CD],
        [("Patient AB",), (None, "BL", "M3"), ("SLEDAI-2K", 8, 4), ("C3", 1, 2), (), ("Patient CD",),
         (None, "BL", "M3"), ("SLEDAI-2K", 6, None), ("C3", 3, 4)],
    ],
)  # fmt: skip
def test_patients_under_each_other_on_one_sheet(tmp_path: Path, rows: list[Row]) -> None:
    cohort, _ = read(workbook(tmp_path / "a.xlsx", {"SLEDAI-2K": rows}))
    assert ids(cohort) == ["AB", "CD"]
    assert [(o.patient, o.visit, o.value) for o in cohort.observations if o.measure == "sledai-2k"] == [
        ("AB", "baseline", 8), ("AB", "month 3", 4), ("CD", "baseline", 6)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [("Patient AB",), *OF_AB, ("Patient AB",), *OF_CD],  # one patient
        [("Patient AB",), *OF_AB, ("Patient CD",), ("not seen since",), ("M3", 2)],
        [("Patient data",), *OF_AB, ("Patient list",), *OF_CD],
    ],
)
def test_what_only_looks_like_patients_under_each_other(tmp_path: Path, rows: list[Row]) -> None:
    cohort, issues = one_sheet(tmp_path, rows)
    assert not cohort.patients
    assert any(issue.severity is Severity.ERROR for issue in issues)


def dated(first: Sequence[str], last: Sequence[str]) -> list[Row]:
    rows: list[Row] = [("ID", "Visit", "Date", "SLEDAI-2K")]
    return rows + [(f"P{n}", v, d, 4) for n, pair in enumerate(zip(first, last, strict=True)) for v, d in
                   zip(("BL", "M3"), pair, strict=True)]  # fmt: skip


@pytest.mark.parametrize("month_first", [False, True])
def test_names_of_visits_decide_the_order_of_day_and_month(tmp_path: Path, month_first: bool) -> None:
    first, last = ("03/01/2023", "05/01/2023"), ("04/04/2023", "06/04/2023")
    if month_first:
        first, last = ("01/03/2023", "01/05/2023"), ("04/04/2023", "04/06/2023")
    cohort, issues = one_sheet(tmp_path, dated(first, last))
    assert [cohort.day(p, "month 3") for p in ("P0", "P1")] == [91.0, 91.0]
    order = "month before day" if month_first else "day before month"
    assert [order in issue.text for issue in issues if "“Date”" in issue.text] == [True]
    assert not any(issue.kind == "day or month first" for issue in issues)
    book = read_workbook(tmp_path / "a.xlsx")
    shown = sheet_readings(book.sheets[0], guess_mapping(book).sheets[0])[3]
    assert f"{order}: as the names of the visits show" in shown.evidence
    assert shown.cells[0].value == cohort.patient("P0").time_zero


def test_an_open_order_of_day_and_month_is_one_warning_and_one_question(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"S": dated(["03/01/2023"] * 15, ["04/01/2023"] * 15)})
    cohort, issues = read(path)
    said = [issue for issue in issues if issue.kind == "day or month first"]
    assert [issue.text.endswith(", and so are 29 more cells of this column.") for issue in said] == [True]
    book = read_workbook(path)
    asked = open_questions(book, guess_mapping(book), cohort, issues)
    assert sum(q.kind == "day or month first" for q in asked) == 1


def test_a_weight_that_changes_is_a_measure_and_a_base_excess_no_baseline(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "SLEDAI-2K", "Gewicht (kg)", "Height", "Base excess", "Disease duration")]
    rows += [("P1", "BL", 8, 70, 170, -1, 5), ("P1", "M3", 4, 72, 170, 0, 6), ("P2", "BL", 8, 60, 160, 1, 2)]
    cohort, _ = one_sheet(tmp_path, rows)
    assert {m.key: m.unit for m in cohort.measures} == {"sledai-2k": "", "gewicht": "kg", "base excess": ""}
    assert value(cohort, "gewicht", "month 3", "P1") == 72
    assert cohort.patient("P1").facts == (("Height", "170"), ("Disease duration", "5"))
    wide: list[Row] = [("ID", "Base excess BL", "Base excess M3"), ("P1", -1, 0), ("P2", 1, 2)]
    cohort, _ = read(workbook(tmp_path / "b.xlsx", {"S": wide}))
    assert value(cohort, "base excess", "baseline", "P1") == -1


@pytest.mark.parametrize(
    ("header", "cells", "low"),
    [
        ("CRP (mg/L)", ("0.8 L", "12 H"), True),
        ("CRP", ("0.8 L", "12"), True),
        ("Zinc", ("0.8 L", "12 H"), True),
        ("FVC (L)", ("0.8 L", "12 H"), False),
        ("FVC", ("0.8 L", "1.2 L"), False),
    ],
)
def test_a_low_flag_is_no_unit(tmp_path: Path, header: str, cells: tuple[str, str], low: bool) -> None:
    rows: list[Row] = [("ID", "Visit", header), ("P1", "BL", cells[0]), ("P1", "M3", cells[1])]
    cohort, issues = one_sheet(tmp_path, rows)
    assert cohort.observations[0].value == 0.8
    assert any("“L” is a remark" in issue.text for issue in issues) is low
    book = read_workbook(tmp_path / "a.xlsx")
    seen = sheet_readings(book.sheets[0], guess_mapping(book).sheets[0])[3].cells[0]  # what the import dialog shows
    assert (seen.value, seen.remark == "L") == (0.8, low)
    assert not any(issue.severity is Severity.ERROR for issue in issues)


def test_sheets_of_macros_do_not_hide_the_others(tmp_path: Path) -> None:
    sheets: dict[str, list[Row]] = {"Macro": [("x",)], "S": [("ID", "SLEDAI-2K BL", "SLEDAI-2K M3"), ("P1", 8, 4)]}
    made = workbook(tmp_path / "a.xlsx", {name: iter(rows) for name, rows in sheets.items()})
    path = tmp_path / "a.xlsm"
    with ZipFile(made) as old, ZipFile(path, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"/xl/worksheets/sheet1.xml", b"/xl/macrosheets/sheet1.xml")
                at = content.index(b"macrosheets")
                start, end = content.rindex(b"<", 0, at), content.index(b">", at)
                line = content[start:end].replace(b"relationships/worksheet", b"relationships/xlMacrosheet")
                content = content[:start] + line + content[end:]
            new.writestr(part.replace("worksheets/sheet1.xml", "macrosheets/sheet1.xml"), content)
    book = read_workbook(path)
    assert [(s.name, "macros" in s.trouble) for s in book.sheets] == [("Macro", True), ("S", False)]
    cohort, _ = read(path)
    assert value(cohort, "sledai-2k", "month 3", "P1") == 4
