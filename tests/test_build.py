"""From a workbook to the cohort: joins by id, visits, days, odd cells, medication, events; nothing depends on rows."""

import random
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Field, with_column
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Censored, Cohort, Issue, Kind, Role, Severity

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import PATIENTS, SCORES, Row, long_rows, text_table, wide_rows, workbook


def built(file: Path) -> tuple[Cohort, tuple[Issue, ...]]:
    read = read_workbook(file)
    return build_cohort(read, guess_mapping(read))


def long_cohort(tmp_path: Path, column: str, values: list[object]) -> tuple[Cohort, tuple[Issue, ...]]:
    """One patient per value at baseline, in one column of a long sheet."""
    rows: list[Row] = [("Patient ID", "Visit", column)]
    rows += [(f"P-{at:02d}", "Baseline", value) for at, value in enumerate(values, 1)]
    return built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))


def numbers(cohort: Cohort, measure: str) -> list[float | None]:
    return [o.value for o in cohort.observations if o.measure == measure]


def about(issues: tuple[Issue, ...], cell: str) -> list[str]:
    return [i.severity.value for i in issues if i.where is not None and str(i.where).endswith(cell)]


def values_of(cohort: Cohort) -> set[tuple[object, ...]]:
    return {(o.patient, o.visit, o.measure, o.value, o.censored) for o in cohort.observations}


# --- joining ---------------------------------------------------------------------------------------------------------


def test_a_usual_workbook_has_nothing_odd(tmp_path: Path) -> None:
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows()}))
    assert issues == ()
    assert [p.id for p in cohort.patients] == ["SYN-01", "SYN-02", "SYN-03"]
    assert cohort.patient("SYN-03").sex == "M"
    assert cohort.patient("SYN-01").age == 22
    assert cohort.patient("SYN-01").time_zero == date(2021, 3, 1)
    assert cohort.time_zero == "infusion"
    assert [v.key for v in cohort.visits] == ["baseline", "month 1", "month 3"]
    assert cohort.day("SYN-01", "month 3") == 92
    found = cohort.observation("sledai-2k", "month 1", "SYN-02")
    assert found is not None
    assert (found.value, str(found.source)) == (6.0, "Visits!D6")
    pairs = cohort.pairs("sledai-2k", "baseline", "month 3")
    assert [(p.before.value, p.after.value) for p in pairs.used] == [(16, 0), (14, 2), (8, 0)]
    assert not cohort.synthetic


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_rows_change_nothing(tmp_path: Path, seed: int) -> None:
    head, *rows = long_rows()
    shuffled = random.Random(seed).sample(rows, len(rows))
    people = [PATIENTS[0], *reversed(PATIENTS[1:])]
    plain, _ = built(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": [head, *rows]}))
    mixed, _ = built(workbook(tmp_path / "b.xlsx", {"Visits": [head, *shuffled], "Patients": people}))
    assert values_of(mixed) == values_of(plain)
    assert mixed.visits == plain.visits
    for measure in ("sledai-2k", "c3"):
        one, other = (c.pairs(measure, "baseline", "month 3") for c in (plain, mixed))
        assert {(p.patient, p.before.value, p.after.value) for p in one.used} == {
            (p.patient, p.before.value, p.after.value) for p in other.used
        }


def test_wide_equals_long(tmp_path: Path) -> None:
    long, _ = built(workbook(tmp_path / "a.xlsx", {"Visits": long_rows()}))
    wide, issues = built(workbook(tmp_path / "b.xlsx", {"Daten": wide_rows()}))
    assert values_of(wide) == values_of(long)
    assert replace(wide.measures[0], unit="") == long.measures[0]
    assert {v.key: v.day for v in wide.visits} == {v.key: v.day for v in long.visits}
    assert issues == ()


def test_ids_are_joined_without_case_and_spaces_and_never_by_likeness(tmp_path: Path) -> None:
    rows = [list(r) for r in long_rows()]
    rows[1][0] = " syn-01 "
    rows[5][0] = "SYN-O2"
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": rows}))
    assert [p.id for p in cohort.patients] == ["SYN-01", "SYN-02", "SYN-03", "SYN-O2"]
    assert [i.severity for i in issues] == [Severity.WARNING]
    assert "SYN-02" in issues[0].hint
    assert str(issues[0].where) == "Visits!A6"
    used = cohort.pairs("sledai-2k", "baseline", "month 1")
    assert [left.patient for left in used.left_out] == ["SYN-02", "SYN-O2"]


def test_ids_that_differ_by_zeros_are_reported(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "SLEDAI"), ("P1", "BL", 5), ("P01", "M3", 2)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert len(cohort.patients) == 2
    assert "look alike" in issues[0].text


def test_rows_without_ids_summaries_and_remarks_are_left_out(tmp_path: Path) -> None:
    rows = [
        *long_rows(),
        (None, "Baseline", None, 99, 9),
        ("Mean", None, None, 7.3, 0.7),
        ("n = 3", None, None, 3, 3),
        (None,),
        ("All values were checked by two people",),
    ]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert len(cohort.patients) == 3
    assert [i.severity.value for i in issues] == ["error", "note", "note", "note"]
    assert "Row 11" in issues[0].text


def test_ids_in_the_first_row_of_a_group(tmp_path: Path) -> None:
    rows = [list(r) for r in long_rows()]
    for at in range(1, len(rows)):
        if (at - 1) % 3:
            rows[at][0] = None
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert len(cohort.observations) == 18
    assert [i.severity.value for i in issues] == ["warning"]
    merged = ["A2:A4", "A5:A7", "A8:A10"]
    same, silent = built(workbook(tmp_path / "b.xlsx", {"Visits": rows}, merged))
    assert values_of(same) == values_of(cohort)
    assert silent == ()


def test_identifying_columns_are_not_imported(tmp_path: Path) -> None:
    people: list[Row] = [("Patient ID", "Name", "Geburtsdatum", "Sex"), ("P1", "Erika Muster", "1.2.1990", "w")]
    file = workbook(
        tmp_path / "a.xlsx", {"Patients": people, "Visits": [("Patient ID", "Visit", "CRP"), ("P1", "BL", 3)]}
    )
    cohort, issues = built(file)
    assert "Muster" not in repr(cohort)
    assert "1990" not in repr(cohort)
    assert sum("not imported" in i.text for i in issues) == 2


def test_a_table_without_ids_is_one_patient_per_row_with_a_warning(tmp_path: Path) -> None:
    cohort, issues = built(text_table(tmp_path / "a.csv", [("before", "after"), (5, 3), (4, 4), (6, 1)]))
    assert [p.id for p in cohort.patients] == ["row 2", "row 3", "row 4"]
    assert issues[0].severity is Severity.WARNING
    assert len(cohort.pairs("a", "before", "after").used) == 3


def test_rows_are_never_joined_across_sheets_without_ids(tmp_path: Path) -> None:
    one: list[Row] = [("SLEDAI_BL", "SLEDAI_M3"), (5, 3), (4, 4)]
    two: list[Row] = [("PGA_BL", "PGA_M3"), (2, 1), (1, 1)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"One": one, "Two": two}))
    assert cohort.patients == ()
    assert issues[0].severity is Severity.ERROR


def test_a_repeated_id_in_a_plain_table_stays_two_rows(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "pre", "post"), ("a", 5, 3), ("b", 4, 4), ("a", 6, 1)]
    cohort, issues = built(text_table(tmp_path / "a.csv", rows))
    assert [p.id for p in cohort.patients] == ["a", "b", "a (row 4)"]
    assert issues[0].severity is Severity.WARNING


# --- cells -----------------------------------------------------------------------------------------------------------


def test_odd_cells_have_addresses_and_no_value(tmp_path: Path) -> None:
    values: list[object] = [16, "n.d.", None, "12,5", "#N/A", date(2024, 10, 15), "5/12", "16 (flare)", "yes", "10-15"]
    cohort, issues = long_cohort(tmp_path, "SLEDAI", values)
    assert numbers(cohort, "sledai-2k") == [16, None, 12.5, None, None, None, 16, None, None]
    assert cohort.observation("sledai-2k", "baseline", "P-03") is None
    missing = cohort.observation("sledai-2k", "baseline", "P-02")
    assert missing is not None
    assert (missing.value, missing.text) == (None, "n.d.")
    for cell in ("C6", "C7", "C8", "C10", "C11"):
        assert about(issues, cell) == ["error"], cell
    assert about(issues, "C9") == ["note"]
    assert about(issues, "C3") == []


def test_censored_values_keep_limit_and_sign(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "Anti-dsDNA (IU/mL)", ["<10", ">400", 88])
    assert [(o.value, o.censored) for o in cohort.observations] == [
        (10, Censored.BELOW), (400, Censored.ABOVE), (88, Censored.NO),
    ]  # fmt: skip
    assert issues == ()


def test_decimal_comma_is_decided_per_column(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "C3 (g/L)", ["0,52", "1,234", "0,7"])
    assert numbers(cohort, "c3") == [0.52, 1.234, 0.7]
    assert issues == ()
    alone, asked = long_cohort(tmp_path, "UPCR (mg/g)", ["1,234", 80])
    assert numbers(alone, "upcr") == [None, 80]
    assert asked[0].hint.endswith("?")
    read = read_workbook(tmp_path / "a.xlsx")
    mapping = guess_mapping(read)
    told = replace(mapping, sheets=(replace(mapping.sheets[0], decimal_comma=False),))
    assert numbers(build_cohort(read, told)[0], "upcr") == [1234, 80]


def test_missing_codes_count_only_where_they_cannot_be_values(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "SLEDAI", [4, 999, 99])
    assert numbers(cohort, "sledai-2k") == [4, None, 99]
    assert about(issues, "C3") == ["warning"]
    cohort, issues = long_cohort(tmp_path, "CRP (mg/L)", [4, -99, 99])
    assert numbers(cohort, "crp") == [4, None, 99]


def test_values_outside_the_range_are_reported_and_other_scales_are_noticed(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "PGA", [1, 2, 0.5, 1, 2, 2, 5])
    assert numbers(cohort, "pga")[-1] == 5
    assert about(issues, "C8") == ["warning"]
    cohort, issues = long_cohort(tmp_path, "PGA", [10, 80, 55, 20])
    assert cohort.measure("pga").range is None
    assert "another scale" in issues[0].text
    cohort, issues = long_cohort(tmp_path, "MMT-8", [140, 150, 120])
    assert cohort.measure("mmt8").range == (0, 150)
    assert issues == ()


def test_units_are_compared_and_converted_only_where_that_is_exact(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "UPCR (mg/g)", ["800 mg/g", "0,8 g/g", 90, "50 mg/mmol"])
    assert numbers(cohort, "upcr") == [800, 800, 90, None]
    assert about(issues, "C3") == ["note"]
    assert about(issues, "C5") == ["error"]
    cohort, issues = long_cohort(tmp_path, "Prednisolone (mg/d)", ["10 mg", 5])
    assert numbers(cohort, "prednisolone") == [10, 5]
    assert issues == ()


def test_one_measure_in_two_units_without_an_exact_way_stays_two_measures(tmp_path: Path) -> None:
    one: list[Row] = [("Patient ID", "Visit", "UPCR (mg/g)"), ("P1", "BL", 800)]
    two: list[Row] = [("Patient ID", "Visit", "UPCR (mg/mmol)"), ("P1", "M3", 30)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"One": one, "Two": two}))
    assert [(m.key, m.unit) for m in cohort.measures] == [("upcr", "mg/g"), ("upcr (mg/mmol)", "mg/mmol")]
    assert issues[0].severity is Severity.WARNING


def test_percentages_have_the_value_that_excel_shows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("ID", "Visit", "FVC"), ("P1", "BL", 0.07), ("P1", "M3", 0.25)):
        sheet.append(row)
    for cell in ("C2", "C3"):
        sheet[cell].number_format = "0%"
    book.save(tmp_path / "a.xlsx")
    cohort, _ = built(tmp_path / "a.xlsx")
    assert numbers(cohort, "fvc") == [7.0, 25.0]
    assert cohort.measure("fvc").unit == "%"


def test_yes_and_no(tmp_path: Path) -> None:
    cohort, issues = long_cohort(tmp_path, "In remission", ["ja", "nein", "ja", "k.A."])
    assert cohort.measures[0].kind is Kind.YES_NO
    assert numbers(cohort, "in remission") == [1, 0, 1, None]
    assert issues == ()
    cohort, issues = long_cohort(tmp_path, "Relapse yet", [0, 1, 1, 0])
    assert cohort.measures[0].kind is Kind.YES_NO
    assert issues[0].severity is Severity.NOTE
    cohort, _ = long_cohort(tmp_path, "SLEDAI", [0, 1, 1, 0])
    assert cohort.measures[0].kind is Kind.NUMERIC


def test_many_equal_troubles_are_counted(tmp_path: Path) -> None:
    _, issues = long_cohort(tmp_path, "SLEDAI", [*["abc"] * 30, *range(40)])
    assert len([i for i in issues if "abc" in i.text]) == 10
    assert any("20 more cells" in i.text for i in issues)


# --- visits and days -------------------------------------------------------------------------------------------------


def test_two_values_for_one_visit(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Patient ID", "Visit", "SLEDAI-2K"),
        ("P1", "BL", 5),
        ("P1", "Baseline", 7),
        ("P1", "M3", "n.d."),
        ("P1", "3m", 2),
    ]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert numbers(cohort, "sledai-2k") == [5, 2]
    assert [i.severity.value for i in issues] == ["warning", "warning"]
    assert "Visits!C2" in issues[0].text
    assert "Visits!C3" in issues[0].text


def test_visits_are_ordered_in_time(tmp_path: Path) -> None:
    names = ["EOS", "M12", "Woche 6", "Screening", "Monat 3", "BL", "V2", "D14"]
    rows: list[Row] = [("ID", "Visit", "SLEDAI"), *[("P1", name, 1) for name in names]]
    cohort, _ = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [v.key for v in cohort.visits] == [
        "screening", "baseline", "day 14", "week 6", "month 3", "month 12", "visit 2", "end",
    ]  # fmt: skip


def test_day_0_beside_baseline_is_a_visit_of_its_own(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "SLEDAI-2K"), ("P1", "Baseline", 9), ("P1", "Day 0", 8), ("P1", "M3", 1)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [v.key for v in cohort.visits] == ["baseline", "day 0", "month 3"]
    assert [i.severity for i in issues] == [Severity.NOTE]
    assert "“Baseline”, “Day 0”" in issues[0].text
    cohort, _ = built(workbook(tmp_path / "b.xlsx", {"Visits": [rows[0], *rows[2:]]}))
    assert [v.key for v in cohort.visits] == ["baseline", "month 3"]


def test_wide_dates_give_the_days_of_the_visits(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("ID", "Datum BL", "SLEDAI-2K BL", "SLEDAI-2K d0", "Datum M3", "SLEDAI-2K M3"),
        ("P1", "1.3.2021", 9, 8, "1.6.2021", 1),
    ]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert [v.key for v in cohort.visits] == ["baseline", "day 0", "month 3"]
    assert (cohort.day("P1", "baseline"), cohort.day("P1", "month 3")) == (0, 92)
    assert [i.severity for i in issues] == [Severity.NOTE]


def test_numbers_of_months_are_visits(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Month", "SLEDAI"), ("P1", 0, 9), ("P1", 3, 1)]
    cohort, _ = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [(v.key, v.day) for v in cohort.visits] == [("baseline", 0.0), ("month 3", 91.3125)]


def test_dates_without_names_number_the_visits(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Date", "SLEDAI"), ("P1", "2.3.2021", 1), ("P1", "1.1.2021", 9), ("P2", "5.5.2021", 3)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [o.value for o in cohort.series("sledai-2k", "P1")] == [9.0, 1.0]
    assert issues[0].severity is Severity.WARNING


@pytest.mark.parametrize("source", ["column", "event", "days", "baseline"])
def test_day_zero_comes_from_the_best_source(tmp_path: Path, source: str) -> None:
    visits: list[Row] = [
        ("ID", "Visit", "Date", "Day", "SLEDAI"),
        ("P1", "BL", date(2021, 3, 1), None, 9),
        ("P1", "M3", date(2021, 6, 11), None, 1),
    ]
    sheets: dict[str, list[Row]] = {"Visits": visits}
    if source == "column":
        sheets["Patients"] = [("ID", "Infusion date"), ("P1", date(2021, 3, 3))]
    if source in ("column", "event"):
        sheets["Events"] = [
            ("ID", "Event", "Start"),
            ("P1", "CAR-T infusion", date(2021, 3, 3)),
            ("P1", "CRS", date(2021, 3, 5)),
        ]
    if source == "days":
        visits[2] = (*visits[2][:3], 100, 1)
    cohort, _ = built(workbook(tmp_path / "a.xlsx", sheets))
    zero = date(2021, 3, 1) if source == "baseline" else date(2021, 3, 3)
    assert cohort.patients[0].time_zero == zero
    assert cohort.day("P1", "month 3") == (date(2021, 6, 11) - zero).days
    assert cohort.time_zero == {"days": "day 0 of the sheet", "baseline": "baseline visit"}.get(source, "infusion")
    assert all(e.day == {"CRS": 2}.get(e.name, 0) for e in cohort.events)


def test_contradictions_in_time_are_reported(tmp_path: Path) -> None:
    visits: list[Row] = [
        ("ID", "Visit", "Date", "Day", "SLEDAI"),
        ("P1", "Baseline", date(2021, 3, 1), 0, 9),
        ("P1", "Month 3", date(2021, 6, 1), 29, 1),
        ("P1", "Month 6", date(2020, 9, 1), None, 1),
    ]
    people: list[Row] = [("ID", "Infusion date"), ("P1", date(2021, 3, 1))]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Patients": people, "Visits": visits}))
    texts = " ".join(i.text for i in issues)
    assert cohort.day("P1", "month 3") == 92
    assert "says day 29" in texts
    assert "days before day 0" in texts
    assert "lies before" in texts


def test_items_are_checked_and_never_change_the_total(tmp_path: Path) -> None:
    head = ("ID", "Visit", "SLEDAI-2K", "Arthritis", "Rash", "Fever")
    rows: list[Row] = [head, ("P1", "BL", 7, 4, 2, 1), ("P1", "M1", 3, "ja", "nein", 0), ("P1", "M3", 10, 4, 2, 1)]
    cohort, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [m.key for m in cohort.measures] == ["sledai-2k"]
    assert numbers(cohort, "sledai-2k") == [7, 3, 10]
    assert [str(i.where) for i in issues] == ["Visits!C3"]
    assert "add up to 4" in issues[0].text


def test_damage_that_falls_is_an_error_of_the_data(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "SDI"), ("P1", "BL", 2), ("P1", "M3", 1)]
    _, issues = built(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert "damage cannot fall" in issues[0].text


# --- medication and events -------------------------------------------------------------------------------------------

LOG_HEAD = ("Patient ID", "Drug", "Dose", "Unit", "Frequency", "Route", "Start", "Stop", "Role", "Note")


def log_cohort(tmp_path: Path, *rows: Row) -> tuple[Cohort, tuple[Issue, ...]]:
    return built(
        workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows(), "Medication": [LOG_HEAD, *rows]})
    )


def test_courses(tmp_path: Path) -> None:
    cohort, issues = log_cohort(
        tmp_path,
        ("SYN-01", "Prednisolone", 20, "mg", "QD", "PO", date(2021, 2, 1), date(2021, 3, 1), "disease", None),
        ("SYN-01", "MMF", 1, "g", "BID", "PO", date(2021, 1, 1), "ongoing", None, None),
        ("SYN-01", "Endoxan", 1000, "mg/m²", "once", "IV", date(2021, 2, 26), None, None, "Lymphodepletion"),
        ("SYN-02", "none", None, None, None, None, None, None, None, None),
        ("SYN-03", "Quensyl", "200-0-200", "mg", None, "PO", -300, 0, None, None),
    )
    first, second, third, fourth, fifth = cohort.courses
    assert (first.substance, first.daily_mg, first.start, first.stop, str(first.source)) == (
        "prednisolone",
        20,
        -28,
        0,
        "Medication!B2",
    )
    assert (second.daily_mg, second.start, second.stop) == (2000, -59, None)
    assert (third.role, third.daily_mg, third.start, third.stop) == (Role.LYMPHODEPLETION, None, -3, -3)
    assert (fourth.substance, fourth.start) == ("none", None)
    assert (fifth.substance, fifth.daily_mg, fifth.start, fifth.stop) == ("hydroxychloroquine", 400, -300, 0)
    assert not [i for i in issues if i.severity is Severity.ERROR]
    assert {m.key for m in cohort.measures} >= {"prednisolone_equivalent", "immunosuppressants", "drug_free"}
    dose = cohort.observation("prednisolone_equivalent", "baseline", "SYN-01")
    assert dose is not None
    assert dose.value == 20


def test_odd_dates_of_courses(tmp_path: Path) -> None:
    cohort, issues = log_cohort(
        tmp_path,
        ("SYN-01", "Prednisolone", 20, "mg", "QD", "PO", "03/2020", "01.03.2021", None, None),
        ("SYN-02", "Prednisolone", 10, "mg", "QD", "PO", "sometime", "01.03.2021", None, None),
        ("SYN-03", None, 10, "mg", "QD", "PO", "01.01.2021", "01.03.2021", None, None),
        ("SYN-03", "Prednisolone", 10, "mg", "QD", "PO", "01.01.2021", None, None, None),
    )
    assert len(cohort.courses) == 3
    assert about(issues, "G2") == ["warning"]
    assert about(issues, "G3") == ["error"]
    assert about(issues, "B4") == ["error"]
    assert any("without a stop" in i.text for i in issues)


def test_events(tmp_path: Path) -> None:
    events: list[Row] = [
        ("Patient ID", "Event", "Grade", "Start", "End", "Day", "Comment"),
        ("SYN-01", "CRS", 1, date(2021, 3, 3), date(2021, 3, 6), 2, "fever"),
        ("SYN-02", "B-cell return", None, None, None, 97, None),
        ("SYN-03", "Infection", 2, date(2021, 6, 1), date(2021, 5, 1), None, None),
    ]
    cohort, issues = built(
        workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows(), "Events": events})
    )
    assert [(e.name, e.day, e.end_day, e.grade) for e in cohort.events] == [
        ("CRS", 2, 5, "1"), ("B-cell return", 97, None, ""), ("Infection", 29, None, "2"),
    ]  # fmt: skip
    assert [i.severity.value for i in issues] == ["error"]


def test_synthetic_is_said(tmp_path: Path) -> None:
    sheets = {"Read me": [("SYNTHETIC demo cohort",)], "Visits": long_rows()}
    assert built(workbook(tmp_path / "a.xlsx", sheets))[0].synthetic


def test_a_column_can_be_turned_into_a_measure(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "Visit", "SLEDAI", "Rash", "Fever"), ("P1", "BL", 9, 2, 1), ("P2", "BL", 3, 0, 1)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    mapping = with_column(guess_mapping(read), "Visits", 4, field=Field.MEASURE, measure_name="Rash")
    cohort, _ = build_cohort(read, mapping)
    assert numbers(cohort, "rash") == [2, 0]
    assert len(SCORES) == 3


def test_two_rows_of_one_date_are_one_visit(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("id", "date", "SLEDAI", "C3 (g/L)"),
        ("P1", date(2021, 1, 4), 12, None),
        ("P1", date(2021, 1, 4), None, 0.6),
        ("P1", date(2021, 4, 6), 2, 0.9),
        ("P2", date(2021, 2, 1), 10, 0.5),
        ("P2", date(2021, 5, 3), 0, 1.0),
    ]
    cohort, _ = built(workbook(tmp_path / "a.xlsx", {"A": rows}))
    found = {(o.patient, o.visit, o.measure): o.value for o in cohort.observations if o.value is not None}
    assert found["P1", "visit 1", "c3"] == 0.6
    assert found["P1", "visit 2", "sledai-2k"] == 2
    assert [v.key for v in cohort.visits] == ["visit 1", "visit 2"]
