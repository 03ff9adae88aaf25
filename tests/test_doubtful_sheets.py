"""What a sheet leaves in doubt is asked or left out, never silently compared: dates, units, codes, versions, names."""

import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.cells import Found, read_cell
from trajecta.io.check import is_question
from trajecta.io.command_line import chosen_measure, chosen_visit, run_command
from trajecta.io.errors import OpenError
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Field, Mapping, SheetRole
from trajecta.io.visit_names import split_visit, visit_of
from trajecta.io.workbook import OLE2, read_workbook
from trajecta.stats.cohort import Cohort, Issue, Severity

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import Row, patched, text_table, workbook


def opened(file: Path) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    read = read_workbook(file)
    mapping = guess_mapping(read)
    return mapping, *build_cohort(read, mapping)


def long_sheet(tmp_path: Path, header: tuple[str, ...], *rows: Row) -> tuple[Cohort, tuple[Issue, ...]]:
    return opened(workbook(tmp_path / "a.xlsx", {"Visits": [header, *rows]}))[1:]


def at(issues: tuple[Issue, ...], cell: str) -> list[Issue]:
    return [i for i in issues if i.where is not None and str(i.where).endswith(f"!{cell}")]


def value(cohort: Cohort, measure: str, visit: str, patient: str) -> float | None:
    found = cohort.observation(measure, visit, patient)
    assert found is not None
    return found.value


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["01/13/2023", "12/28", "1/2", "5.6.7", "10 -5", "3 /28", "1O", "12OO"])
def test_digits_that_go_on_are_no_unit(text: str) -> None:
    read = read_cell(text)
    assert read.found is Found.TEXT
    assert read.value is None


def test_units_are_still_read() -> None:
    assert [read_cell(t).unit for t in ("12 /µL", "5 mg/d", "3 x10^9/L", "40 %")] == ["/µL", "mg/d", "x10^9/L", "%"]


def test_slashed_text_dates_are_dates(tmp_path: Path) -> None:
    rows = [(f"P{k}", v, f"{m:02d}/{k + 12}/2023", 9) for k in (1, 2) for v, m in (("Baseline", 1), ("Month 3", 4))]
    mapping, cohort, issues = opened(
        workbook(tmp_path / "a.xlsx", {"Visits": [("Patient", "Visit", "Visit date", "SLEDAI-2K"), *rows]})
    )
    assert mapping.sheet("Visits").having(Field.DATE)[0].column == 3
    assert [m.key for m in cohort.measures] == ["sledai-2k"]
    assert cohort.day("P1", "month 3") == (date(2023, 4, 13) - date(2023, 1, 13)).days
    assert not issues


def test_ambiguous_order_of_day_and_month_is_asked(tmp_path: Path) -> None:
    visits = [("Patient", "Visit", "Date", "SLEDAI-2K"), ("P1", "Baseline", "01/04/2023", 9)]
    log = [("Patient", "Drug", "Dose", "Unit", "Frequency", "Start"), ("P1", "HCQ", 200, "mg", "QD", "02/03/2023")]
    _, _, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": visits, "Medication": log}))
    for cell, read_as in (("C2", "2023-04-01"), ("F2", "2023-03-02")):
        asked = at(issues, cell)[0]
        assert is_question(asked)
        assert read_as in asked.text


def test_a_visit_dated_far_from_its_name(tmp_path: Path) -> None:
    cohort, issues = long_sheet(
        tmp_path,
        ("Patient", "Visit", "Date", "SLEDAI-2K"),
        *[(f"P{k}", "Baseline", date(2023, 1, k), 9) for k in (1, 2)],
        ("P1", "Month 3", date(2023, 4, 20), 1),
        ("P2", "Month 3", date(2033, 4, 2), 1),
    )
    assert [str(i.where) for i in issues if "not about day 91" in i.text] == ["Visits!C5"]
    flagged = cohort.observation("sledai-2k", "month 3", "P2")
    assert flagged is not None
    assert "2033-04-02" in flagged.flag


# --- units and codes -------------------------------------------------------------------------------------------------


def test_mixed_units_are_not_compared(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Patient", "CRP_baseline", "CRP_3m"),
        ("P1", "12 mg/L", "1.2 µmol/L"),
        ("P2", "30 mg/L", 5),
        ("P3", "9 mg/l", "0.9 µmol/l"),
    ]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert value(cohort, "crp", "month 3", "P1") is None
    assert value(cohort, "crp", "month 3", "P2") == 5
    assert "A!B2" in at(issues, "C2")[0].text
    assert at(issues, "C2")[0].severity is Severity.WARNING
    left = cohort.observation("crp", "month 3", "P1")
    assert left is not None
    assert (left.text, "A!B2" in left.flag) == ("1.2 µmol/L", True)


def test_one_unit_in_all_cells_says_nothing(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient", "CRP_baseline", "CRP_3m"), ("P1", "12 mg/L", "1.2 mg/L"), ("P2", "3 mg/L", "5mg/l")]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert value(cohort, "crp", "month 3", "P2") == 5
    assert issues == ()


def test_codes_for_missing_are_left_out_and_asked(tmp_path: Path) -> None:
    rows = [("P1", 12, 30, 8, 50), ("P2", 999, 31, 777, 999), ("P3", 5, -1, 6, 120), ("P4", -4, 44, 5, 99)]
    rows += [(f"P{k}", 3, 5, 4, 100) for k in range(5, 12)]
    cohort, issues = long_sheet(
        tmp_path,
        ("Patient", "Visit", "SLEDAI-2K", "CRP", "Pain VAS", "Ferritin"),
        *[(r[0], "Baseline", *r[1:]) for r in rows],
    )
    for cell, measure, patient in (("C3", "sledai-2k", "P2"), ("E3", "pain", "P2"), ("D4", "crp", "P3"),
                                   ("C5", "sledai-2k", "P4")):  # fmt: skip
        assert is_question(at(issues, cell)[0]), cell
        assert value(cohort, measure, "baseline", patient) is None, cell
    # A ferritin of 999 or 99 can be true beside values of 120.
    assert (value(cohort, "ferritin", "baseline", "P2"), value(cohort, "ferritin", "baseline", "P4")) == (999, 99)
    assert not [i for i in issues if i.where is not None and i.where.column == 6]


def test_a_column_of_changes_keeps_its_negative_values(tmp_path: Path) -> None:
    rows = [(f"P{k}", "Month 3", v) for k, v in enumerate((-3.5, -2, 1, -4, 2), 1)]
    cohort, _ = long_sheet(tmp_path, ("Patient", "Visit", "CRP"), *rows)
    assert [o.value for o in cohort.observations] == [-3.5, -2, 1, -4, 2]


def test_an_unreadable_word_of_a_yes_no_column(tmp_path: Path) -> None:
    cohort, issues = long_sheet(
        tmp_path,
        ("Patient", "Visit", "Remission"),
        *[("P1", "Baseline", "nein"), ("P2", "Baseline", "ja"), ("P3", "Baseline", "unklar"), ("P4", "Baseline", "ja")],
    )
    assert "neither yes nor no" in at(issues, "C4")[0].text
    assert value(cohort, "remission", "baseline", "P3") is None


def test_nan_and_infinite_texts_are_said(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "before", "after"), ("P1", "inf", 3), ("P2", 4, "NaN"), ("P3", 1, 2)]
    _, cohort, issues = opened(text_table(tmp_path / "a.csv", rows))
    assert [i.severity for i in at(issues, "B2") + at(issues, "C3")] == [Severity.ERROR, Severity.NOTE]
    assert len(cohort.pairs("a", "before", "after").used) == 1


def test_binary_noise_of_formulas_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    noise = 3.4 - 2.8
    assert noise != 0.6
    rows: list[Row] = [("Patient", "UPCR_baseline", "UPCR_3m"), ("P1", noise, 0.1 + 0.2), ("P2", 1, 2.5)]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert [o.value for o in cohort.series("upcr", "P1")] == [0.6, 0.3]
    _, plain, _ = opened(text_table(tmp_path / "a.csv", [("id", "before", "after"), ("P1", "0.6000000000000001", "1")]))
    assert plain.observations[0].value == 0.6000000000000001


# --- versions of instruments -----------------------------------------------------------------------------------------


def test_a_word_for_several_versions_keeps_its_name(tmp_path: Path) -> None:
    cohort, issues = long_sheet(
        tmp_path,
        ("Patient", "Visit", "SLEDAI", "DAS28", "PGA", "BSG"),
        *[(f"P{k}", v, k, 3.1, 1, 12) for k in (1, 2) for v in ("Baseline", "Month 3")],
    )
    assert [m.name for m in cohort.measures] == ["SLEDAI", "DAS28", "PGA", "ESR"]
    assert cohort.measures[0].range == (0, 105)
    notes = {i.text.split(" ")[0]: i for i in issues}
    assert set(notes) == {"“SLEDAI”", "“DAS28”", "“PGA”"}
    assert "read as SLEDAI-2K" in notes["“SLEDAI”"].text
    assert "patient's" in notes["“PGA”"].hint
    assert chosen_measure(cohort, "SLEDAI-2K") == chosen_measure(cohort, "SLEDAI") == "sledai-2k"


def test_two_versions_in_one_sheet_are_two_measures(tmp_path: Path) -> None:
    head, rows = ("Patient", "Visit", "SLEDAI", "SLEDAI-2K"), [("P1", "Baseline", 12, 13), ("P1", "Month 3", 3, 4)]
    cohort, issues = long_sheet(tmp_path, head, *rows)
    assert [(m.key, m.name) for m in cohort.measures] == [("sledai", "SLEDAI"), ("sledai-2k", "SLEDAI-2K")]
    assert [o.value for o in cohort.series("sledai-2k", "P1")] == [13, 4]
    assert not [i for i in issues if i.severity is not Severity.NOTE]
    wide: list[Row] = [("Patient", "SLEDAI_BL", "SLEDAI-2K_BL", "SLEDAI_M3", "SLEDAI-2K_M3"), ("P1", 12, 13, 3, 4)]
    _, cohort, _ = opened(workbook(tmp_path / "b.xlsx", {"A": wide}))
    assert [o.value for o in cohort.series("sledai", "P1")] == [12, 3]


def test_two_columns_of_one_name_stay_two_measures(tmp_path: Path) -> None:
    cohort, issues = long_sheet(tmp_path, ("Patient", "Visit", "CRP", "CRP"), ("P1", "Baseline", 1, 2))
    assert [m.name for m in cohort.measures] == ["CRP", "CRP (column D)"]
    assert sum(is_question(i) for i in issues) == 1


# --- tables without visits -------------------------------------------------------------------------------------------


def test_different_quantities_are_no_visits(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "sbp", "dbp", "hr"), *[(f"P{k}", 120 + k, 80 + k, 60 + k) for k in range(4)]]
    _, cohort, issues = opened(text_table(tmp_path / "a.csv", rows))
    assert cohort.measures == ()
    assert [i for i in issues if is_question(i) and "“sbp”, “dbp”, “hr”" in i.text]


def test_columns_of_unknown_names_are_asked_about(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "apple", "pear", "plum"), *[(f"P{k}", 1 + k, 8 + k, 6 + k) for k in range(4)]]
    _, cohort, issues = opened(text_table(tmp_path / "a.csv", rows))
    assert [v.key for v in cohort.visits] == ["apple", "pear", "plum"]
    assert [i.severity for i in issues if is_question(i)] == [Severity.WARNING]
    for heads in (("t1", "t2", "t3"), ("Rate_A", "Rate_B", "Rate_C"), ("M0", "M3", "M6")):
        _, cohort, issues = opened(text_table(tmp_path / "b.csv", [("id", *heads), *rows[1:]]))
        assert [v.key for v in cohort.visits] == list(heads)
        assert not any(map(is_question, issues))


def test_a_turned_table_read_as_it_stands_is_said(tmp_path: Path) -> None:
    rows: list[Row] = [("Parameter", "P1", "P2", "P3"), ("SLEDAI baseline", 9, 8, 7), ("SLEDAI month 3", 1, 2, 3)]
    book = read_workbook(workbook(tmp_path / "a.xlsx", {"A": rows}))
    _, issues = build_cohort(book, guess_mapping(book, ()))
    assert any("seems to be turned" in i.text and is_question(i) for i in issues)


def test_two_columns_get_both_a_day_or_neither(tmp_path: Path) -> None:
    for heads, days in ((("before", "after"), [None, None]), (("M0", "M3"), [0.0, 91.3125])):
        _, cohort, _ = opened(text_table(tmp_path / "a.csv", [("id", *heads), ("P1", 3, 1), ("P2", 4, 1)]))
        assert [v.day for v in cohort.visits] == days


# --- names of visits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("nach 3 Monaten", "month 3"), ("nach 6 Monaten", "month 6"), ("Vor CAR-T", "baseline"), ("nach CAR-T", "post"),
        ("Follow-up 6 Monate", "month 6"), ("post-infusion", "post"), ("after 12 weeks", "week 12"),
        ("Follow-up 2", "follow-up 2"),
    ],
)  # fmt: skip
def test_visits_in_several_words(text: str, key: str) -> None:
    found = visit_of(text)
    assert found is not None
    assert found.key == key


def test_german_headers_with_several_words() -> None:
    for header, rest, key in (
        ("Krankheitsaktivität nach 3 Monaten", "Krankheitsaktivität", "month 3"),
        ("SLEDAI vor CAR-T", "SLEDAI", "baseline"),
        ("SLEDAI nach CAR-T", "SLEDAI", "post"),
    ):
        split = split_visit(header)
        assert split is not None
        assert (split[0], split[1].key) == (rest, key)
    assert visit_of("vor 3 Monaten") is None


def test_visits_and_measures_are_asked_for_as_the_reader_reads_them(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient", "SLEDAI-2K_BL", "SLEDAI-2K_3m", "anti-dsDNA_BL", "anti-dsDNA_3m", "DAS28-CRP_BL")]
    rows += [(f"P{k}", 9, 1, 30, 2, 4.4) for k in range(3)]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    for wanted, key in (("SLEDAI", "sledai-2k"), ("SLEDAI-2K_BL", "sledai-2k"), ("dsDNA", "anti-dsdna"),
                        ("DAS28", "das28-crp")):  # fmt: skip
        assert chosen_measure(cohort, wanted) == key
    for wanted, visit in (("3m", "month 3"), ("M3", "month 3"), ("month3", "month 3"), ("BL", "baseline"),
                          ("vor", "baseline")):  # fmt: skip
        assert chosen_visit(cohort, "sledai-2k", wanted, None, "--before") == visit
    _, plain, _ = opened(text_table(tmp_path / "a.csv", [("id", "before", "after"), ("P1", 3, 1), ("P2", 4, 1)]))
    asked = [chosen_visit(plain, "a", wanted, None, "--after") for wanted in ("vor", "nach", "BL")]
    assert asked == ["before", "after", "before"]


def test_a_wrong_option_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for wanted in (["compare"], ["compare", "x.csv", "--zeros", "none"], ["compare", "x.csv", "--level", "high"]):
        with pytest.raises(SystemExit) as end:
            run_command(wanted)
        assert end.value.code == 2
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said[0].isupper()


# --- patients --------------------------------------------------------------------------------------------------------


def test_patients_without_a_list_are_in_natural_order(tmp_path: Path) -> None:
    rows = [(f"P{k}", v, k) for k in (10, 2, 1) for v in ("Month 3", "Baseline")]
    cohort, _ = long_sheet(tmp_path, ("Patient", "Visit", "SLEDAI-2K"), *rows)
    assert [p.id for p in cohort.patients] == ["P1", "P2", "P10"]
    listed: list[Row] = [("Patient", "Sex", "Age"), ("P10", "F", 20), ("P2", "M", 30), ("P1", "F", 40)]
    sheets = {"Patients": listed, "Visits": [("Patient", "Visit", "SLEDAI-2K"), *rows]}
    _, cohort, _ = opened(workbook(tmp_path / "b.xlsx", sheets))
    assert [p.id for p in cohort.patients] == ["P10", "P2", "P1"]


def test_ids_that_differ_in_what_cannot_be_seen_are_one(tmp_path: Path) -> None:
    one = [unicodedata.normalize("NFC", "Zoë"), "P\u200b3", "P\u20114"]
    other = [unicodedata.normalize("NFD", "Zoë"), "P3", "P-4"]
    rows = [(text, "Baseline", 9) for text in one] + [(text, "Month 3", 1) for text in other]
    cohort, issues = long_sheet(tmp_path, ("Patient", "Visit", "SLEDAI-2K"), *rows)
    assert len(cohort.pairs("sledai-2k", "baseline", "month 3").used) == 3
    assert issues == ()


def test_doubts_are_kept_with_the_value(tmp_path: Path) -> None:
    cohort, _ = long_sheet(
        tmp_path,
        ("Patient", "Visit", "SLEDAI-2K"),
        *[("P1", "Baseline", 10), ("P1", "Baseline", 12), ("P1", "Month 3", 2)],
        *[("P-05", "Baseline", 8), ("P5", "Baseline", 8), ("P7", "Baseline", 8)],
    )
    flags = {(o.patient, o.visit): o.flag for o in cohort.observations}
    assert "12" in flags["P1", "baseline"]
    assert "look alike" in flags["P-05", "baseline"]
    assert "look alike" in flags["P5", "baseline"]
    assert flags["P1", "month 3"] == flags["P7", "baseline"] == ""


# --- sheets and files ------------------------------------------------------------------------------------------------


def test_a_grade_beside_visits_is_a_value(tmp_path: Path) -> None:
    rows = [("P1", "Baseline", date(2023, 1, 1), 9, 2), ("P1", "Month 3", date(2023, 4, 1), 1, 0)]
    head = ("Patient", "Visit", "Date", "SLEDAI-2K", "Grade")
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": [head, *rows]}))
    assert mapping.sheets[0].role is SheetRole.VISITS
    assert [m.name for m in cohort.measures] == ["SLEDAI-2K", "Grade"]


@pytest.mark.parametrize(
    ("stream", "said"), [("EncryptedPackage", "remove the password"), ("Workbook\0\0", "old .xls"), ("Other", "or is")]
)
def test_an_ole_file_under_a_new_name(tmp_path: Path, stream: str, said: str) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(OLE2 + bytes(512) + stream.encode("utf-16-le") + bytes(64))
    with pytest.raises(OpenError, match=said):
        read_workbook(file)


def test_a_link_to_itself(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    try:
        file.symlink_to(file)
    except OSError:
        pytest.skip("links cannot be made here")
    with pytest.raises(OpenError, match="leads back to itself"):
        read_workbook(file)


def test_one_hidden_row_is_one_row(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"Visits": [("Patient", "SLEDAI-2K_BL", "SLEDAI-2K_M3"), ("P1", 9, 1)]})
    patched(file, "xl/worksheets/sheet1.xml", '<row r="2"', '<row r="2" hidden="1"')
    assert any("1 hidden row in Excel" in i.text for i in opened(file)[2])


# --- the medication log ----------------------------------------------------------------------------------------------


def test_words_of_german_logs(tmp_path: Path) -> None:
    visits = [("Patient", "Visit", "Date", "SLEDAI-2K"), ("P1", "Baseline", date(2023, 1, 31), 9)]
    log = [
        ("Patient", "Drug", "Dose", "Unit", "Frequency", "Start", "Stop"),
        ("P1", "Prednisolone 5mg", None, None, "1-0-1", date(2022, 12, 1), "bis heute"),
        ("P1", "Azathioprine", 50, "mg", "1x1", date(2022, 12, 1), "offen"),
        ("P1", "HCQ 200 mg", 2, "Tbl.", "täglich", None, date(2023, 5, 1)),
        ("P1", "MTX", 15, "mg", "weekly", date(2022, 1, 1), "03/2023"),
    ]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": visits, "Medication": log}))
    assert [c.daily_mg for c in cohort.courses][:3] == [10, 50, 400]
    assert [c.stop for c in cohort.courses][:2] == [None, None]
    assert not [i for i in issues if i.severity is Severity.ERROR]
    assert any("1 row of “Medication” without a start is taken" in i.text for i in issues)
    assert "2023-03-15" in at(issues, "G5")[0].text


@pytest.mark.parametrize("odd", ["n.d.", "inf", "yes", ""])
def test_bare_numbers_are_a_header_whatever_stands_below(tmp_path: Path, odd: str) -> None:
    """A word among the values made a row of data the header, and a patient was lost without a remark."""
    rows: list[Row] = [("id", 0, 3, 6), ("A", 1, 2, 3), ("B", odd, 4, 5), ("C", 3, 4, 5)]
    _, cohort, _ = opened(text_table(tmp_path / "a.csv", rows))
    assert [p.id for p in cohort.patients] == ["A", "B", "C"]
    assert [v.label for v in cohort.visits] == ["0", "3", "6"]
