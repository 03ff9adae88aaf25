"""How the cells of a column are read: rules by evidence and by choice, and a preview that says what the build does."""

import locale
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.cells import read_cell
from trajecta.io.column_readings import ColumnReadings, What, readings, sheet_readings
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Field, Mapping, from_json, to_json, with_column
from trajecta.io.workbook import CellValue, Sheet, Workbook, read_workbook
from trajecta.stats.cohort import Cohort, Issue, Kind

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import Row, text_table, workbook


def book(header: str, values: list[CellValue], **percent: Any) -> Workbook:
    """A long sheet with one patient per value at baseline, in column C."""
    rows: list[tuple[CellValue, ...]] = [("Patient ID", "Visit", header)]
    rows += [(f"P-{at:02d}", "Baseline", value) for at, value in enumerate(values, 1)]
    return Workbook(Path("a.xlsx"), "a.xlsx", (Sheet("Visits", tuple(rows), **percent),))


def read(header: str, cells: list[CellValue], /, **chosen: Any) -> tuple[ColumnReadings, Cohort, tuple[Issue, ...]]:
    """The readings of column C, and the cohort with its issues."""
    made = book(header, cells)
    mapping = guess_mapping(made)
    if chosen:
        mapping = with_column(mapping, "Visits", 3, **chosen)
    cohort, issues = build_cohort(made, mapping)
    return readings(made.sheets[0], mapping.sheets[0], 3), cohort, issues


def values_of(found: ColumnReadings) -> list[object]:
    return [c.value for c in found.cells]


def numbers(cohort: Cohort) -> list[float | None]:
    return [o.value for o in cohort.observations]


# --- decimal marks ---------------------------------------------------------------------------------------------------


def test_the_decimal_mark_is_decided_by_the_column_and_shown() -> None:
    found, cohort, issues = read("C3 (g/L)", ["0,52", "1,234", "0,7", "1,1"])
    assert values_of(found) == numbers(cohort) == [0.52, 1.234, 0.7, 1.1]
    assert "decimal comma: 3 of 4 cells" in found.evidence
    assert issues == ()
    found, cohort, _ = read("Ferritin (µg/L)", ["1,234.5", "2,345"])
    assert values_of(found) == numbers(cohort) == [1234.5, 2345]
    assert "decimal point: 1 of 2 cells" in found.evidence


def test_an_open_mark_leaves_the_value_out_until_it_is_chosen() -> None:
    found, cohort, _ = read("Ferritin (µg/L)", ["1,234", 80.0])
    assert values_of(found) == numbers(cohort) == [None, 80]
    assert "decimal or thousands comma: open, 1 cell" in found.evidence
    for comma, value in ((True, 1.234), (False, 1234.0)):
        found, cohort, issues = read("Ferritin (µg/L)", ["1,234", 80.0], decimal_comma=comma)
        assert values_of(found) == numbers(cohort) == [value, 80]
        assert f"decimal {'comma' if comma else 'point'}: chosen by you" in found.evidence
        assert issues == ()


@pytest.mark.parametrize("written", ["1.234.567", "1'234'567", "1 234 567", "1\u202f234\u202f567", "1,234,567"])
def test_thousands(written: str) -> None:
    assert read_cell(written).value == 1234567


# --- missing, zero, blank --------------------------------------------------------------------------------------------


def test_zero_blank_and_not_done_stay_apart() -> None:
    found, cohort, _ = read("CRP (mg/L)", [0.0, None, "not done", "n.d.", 5.0])
    assert [c.what for c in found.cells] == [What.NUMBER, What.MISSING, What.MISSING, What.NUMBER]
    assert [(o.patient, o.value, o.text) for o in cohort.observations] == [
        ("P-01", 0, "0"), ("P-03", None, "not done"), ("P-04", None, "n.d."), ("P-05", 5, "5"),
    ]  # fmt: skip


def test_a_code_means_missing_only_where_the_user_says_so_or_it_cannot_be_a_value() -> None:
    values: list[CellValue] = [4.0, 99.0, 7.0, 99.0, 9.0, 3.0, 999.0]
    found, cohort, _ = read("SLEDAI", values)
    assert values_of(found) == numbers(cohort) == [4, 99, 7, 99, 9, 3, None]
    assert "999 is taken as a code for “missing”: 1 cell" in found.evidence
    assert "99 looks like a code for “missing” and is kept: 2 cells" in found.evidence
    found, cohort, issues = read("SLEDAI", values, missing=("99",), values=("999",))
    assert values_of(found) == numbers(cohort) == [4, None, 7, None, 9, 3, 999]
    assert "99 means missing, as you said: 2 cells" not in found.evidence
    assert "“99” means missing, as you said: 2 cells" in found.evidence
    assert not [i for i in issues if i.kind == "a missing code"]


def test_any_text_can_mean_missing() -> None:
    found, cohort, issues = read("CRP (mg/L)", [4.0, "lost", "Lost", "-", 5.0, 6.0], missing=("lost",))
    assert numbers(cohort) == [4, None, None, None, 5, 6]
    assert [c.what for c in found.cells][1:4] == [What.MISSING] * 3
    assert issues == ()


def test_a_lone_minus() -> None:
    for chosen, expected in ((None, [1, None, 1]), (True, [1, 0, 1]), (False, [1, None, 1])):
        found, cohort, _ = read("Arthritis", ["x", "-", "x"], minus_is_no=chosen, kind=Kind.YES_NO)
        assert values_of(found) == numbers(cohort) == expected
    found, cohort, _ = read("Arthritis", ["+", "-", "+"])
    assert values_of(found) == numbers(cohort) == [1, 0, 1]
    assert "a lone minus means no: 1 cell" in found.evidence


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("yes", "no"),
        ("ja", "nein"),
        ("oui", "non"),
        ("sí", "no"),
        ("sì", "no"),
        ("是", "否"),
        ("sim", "não"),
        ("Y", "N"),
    ],
)
def test_yes_and_no_in_many_languages(yes: str, no: str) -> None:
    found, cohort, issues = read("Fever today", [yes, no, no.upper()])
    assert values_of(found) == numbers(cohort) == [1, 0, 0]
    assert [c.what for c in found.cells] == [What.YES_NO] * 3
    assert issues == ()


# --- ranges, titres, signs, dates ------------------------------------------------------------------------------------


def test_ranges_are_not_used_unless_their_middle_is_chosen() -> None:
    found, cohort, issues = read("CRP (mg/L)", ["10-15", "2 bis 3", 4.0, 5.0])
    assert values_of(found) == numbers(cohort) == [None, None, 4, 5]
    assert "ranges such as 10-15, not used: 2 cells" in found.evidence
    assert [i.severity.value for i in issues] == ["error", "error"]
    found, cohort, issues = read("CRP (mg/L)", ["10-15", "0.1-0.2", 4.0, 5.0], range_middle=True)
    assert values_of(found) == numbers(cohort) == [12.5, 0.15, 4, 5]
    assert [i.severity.value for i in issues] == ["note", "note"]
    assert "its middle, 12.5, is used" in issues[0].text


def test_titres() -> None:
    found, cohort, issues = read("ANA titre", ["1:160", "1 : 320", "<1:80", "1:1280"])
    assert values_of(found) == numbers(cohort) == [160, 320, 80, 1280]
    assert [o.censored.value for o in cohort.observations] == ["", "", "<", ""]
    assert "titres such as 1:160, of which the second number counts: 4 cells" in found.evidence
    assert "“1:160”" in issues[0].text
    found, cohort, _ = read("Rise time", ["1:30", "12:45", 4.0, 5.0])
    assert values_of(found) == numbers(cohort) == [None, None, 4, 5]


def test_plus_signs_keep_their_order_only_where_several_stand() -> None:
    found, cohort, issues = read("Urine protein", ["neg", "(+)", "+", "++", "+++", "-"])
    assert values_of(found) == numbers(cohort) == [0, 0.5, 1, 2, 3, 0]
    assert "graded in plus signs: (+), +, ++, +++" in found.evidence
    assert "only their order is known" in issues[0].text
    found, cohort, _ = read("Coombs test", ["neg", "+", "-", "+"])
    assert cohort.measures[0].kind is Kind.YES_NO
    assert values_of(found) == numbers(cohort) == [0, 1, 0, 1]


def test_dates_and_times_among_numbers_say_what_they_may_have_been() -> None:
    found, cohort, issues = read("CRP (mg/L)", [date(2024, 10, 15), 4.0, time(2, 20), 5.0, 6.0])
    assert values_of(found) == numbers(cohort) == [None, 4, None, 5, 6]
    assert "10-15 or 15.10" in issues[0].hint
    assert "1:80" in issues[1].hint
    assert found.cells[0].what is What.TROUBLE


def test_a_number_that_looks_like_a_date_is_asked_about() -> None:
    _, cohort, issues = read("CRP (mg/L)", [4.0, 5.0, 45580.0])
    assert numbers(cohort) == [4, 5, 45580]
    assert "date that lost its format" in issues[0].text
    assert not read("Ferritin (µg/L)", [9000.0, 20000.0, 45580.0])[2]


def test_percent_by_format() -> None:
    made = book("FVC", [0.07, 0.25], percent=frozenset({(2, 3), (3, 3)}))
    found = readings(made.sheets[0], guess_mapping(made).sheets[0], 3)
    assert values_of(found) == [7, 25]
    assert [c.text for c in found.cells] == ["7 %", "25 %"]
    assert "shown in percent by its format: 2 cells" in found.evidence


def test_the_order_of_day_and_month() -> None:
    def dated(values: list[str], **chosen: bool) -> tuple[ColumnReadings, Cohort, tuple[Issue, ...]]:
        rows: list[Row] = [("Patient ID", "Visit", "Date", "CRP (mg/L)")]
        rows += [("P1", visit, day, 5.0) for visit, day in zip(("Baseline", "Month 1"), values, strict=True)]
        made = Workbook(Path("a.xlsx"), "a.xlsx", (Sheet("Visits", tuple(map(tuple, rows))),))  # type: ignore[arg-type]
        mapping = guess_mapping(made)
        if chosen:
            mapping = with_column(mapping, "Visits", 3, **chosen)
        return readings(made.sheets[0], mapping.sheets[0], 3), *build_cohort(made, mapping)

    found, cohort, issues = dated(["01/02/2021", "03/03/2021"])
    assert "day or month first: open, 1 date" in found.evidence
    assert found.cells[0].remark == "day or month first is open"
    assert [i.kind for i in issues] == ["day or month first"]
    assert cohort.day("P1", "month 1") == 30
    found, _, issues = dated(["13/02/2021", "03/04/2021"])
    assert "day before month: 1 of 2 dates shows it" in found.evidence
    found, cohort, issues = dated(["01/02/2021", "03/03/2021"], day_first=False)
    assert "month before day: chosen by you" in found.evidence
    assert found.cells[0].value == date(2021, 1, 2)
    assert cohort.day("P1", "month 1") == 60


# --- the preview is the build ----------------------------------------------------------------------------------------

CELLS: list[CellValue] = [
    0.0, 1.0, 4.0, 12.5, 99.0, 999.0, -9.0, 45000.0, "0,5", "1,234", "1.5", "<3", "> 200", "10-15", "1:80", "+", "++",
    "neg", "-", "n.d.", "ja", "nein", "85 mg/dL", "0,8 g/L", "4 (flare)", "5/12", "abc", True, date(2024, 10, 15), None,
]  # fmt: skip


@pytest.mark.parametrize("seed", range(150))
def test_the_preview_says_what_the_build_does(seed: int) -> None:
    dice = random.Random(seed)
    header = dice.choice(["SLEDAI", "C3 (g/L)", "CRP (mg/L)", "Arthritis", "Thing", "PGA", "Ferritin"])
    made = book(header, [dice.choice(CELLS) for _ in range(dice.randint(1, 14))])
    mapping = guess_mapping(made)
    if not mapping.sheets[0].columns or mapping.sheets[0].columns[2].field is not Field.MEASURE:
        return
    chosen = {"range_middle": dice.random() < 0.3, "missing": dice.choice([(), ("99",), ("abc",)])}
    mapping = with_column(mapping, "Visits", 3, **chosen)
    cohort, _ = build_cohort(made, mapping)
    if cohort.measures and cohort.measures[0].unit and not mapping.sheets[0].columns[2].unit:
        return  # the unit that only cells state is decided for the measure, beyond one column
    seen = {c.row: c for c in readings(made.sheets[0], mapping.sheets[0], 3).cells}
    if any(o.text in ("85 mg/dL", "0,8 g/L") for o in cohort.observations) and "(" not in header:
        return
    by_row = {o.source.row: o for o in cohort.observations if o.source is not None}
    assert seen.keys() == by_row.keys()
    if cohort.measures and cohort.measures[0].kind is Kind.YES_NO and set(numbers(cohort)) <= {0.0, 1.0}:
        return  # a column of 0 and 1 alone is yes and no in the cohort and a number in the preview: the same values
    assert {row: c.value for row, c in seen.items()} == {row: o.value for row, o in by_row.items()}


def test_readings_of_ignored_and_unknown_columns_are_empty(tmp_path: Path) -> None:
    made = book("SLEDAI", [4.0])
    mapping = guess_mapping(made)
    assert readings(made.sheets[0], mapping.sheets[0], 99) == ColumnReadings()
    ignored = with_column(mapping, "Visits", 3, field=Field.IGNORE)
    assert readings(made.sheets[0], ignored.sheets[0], 3) == ColumnReadings()
    assert [c.text for c in readings(made.sheets[0], mapping.sheets[0], 2).cells] == ["Baseline"]
    assert set(sheet_readings(made.sheets[0], mapping.sheets[0])) == {1, 2, 3}


def test_decisions_come_back_from_json_and_old_mappings_still_load() -> None:
    mapping = guess_mapping(book("SLEDAI", [4.0]))
    text = to_json(mapping)
    assert 'decimal_comma": null' in text, "the sheet's own field is as before"
    assert not any(word in text for word in ("range_middle", "minus_is_no", "settled", "windows", "day_first"))
    chosen = with_column(
        mapping, "Visits", 3, decimal_comma=False, day_first=True, missing=("999", "-"), values=("99",),
        minus_is_no=False, range_middle=True,
    )  # fmt: skip
    assert from_json(to_json(chosen)) == chosen
    assert from_json(to_json(Mapping())) == Mapping()


# --- identifying columns ---------------------------------------------------------------------------------------------


def test_an_identifying_column_is_imported_only_when_asked_for(tmp_path: Path) -> None:
    people: list[Row] = [("Patient ID", "Geburtsdatum", "MRN", "Sex"), ("P1", "1.2.1990", "77123", "w")]
    visits: list[Row] = [("Patient ID", "Visit", "CRP"), ("P1", "BL", 3)]
    made = read_workbook(workbook(tmp_path / "a.xlsx", {"Patients": people, "Visits": visits}))
    mapping = guess_mapping(made)
    assert "77123" not in repr(build_cohort(made, mapping))
    assert 3 not in sheet_readings(made.sheets[0], mapping.sheet("Patients"))
    asked = with_column(mapping, "Patients", 3, field=Field.FACT)
    assert build_cohort(made, asked)[0].patient("P1").facts == (("MRN", "77123"),)


# --- locales ---------------------------------------------------------------------------------------------------------

SCRIPT = """
import locale, sys
from pathlib import Path
try:
    locale.setlocale(locale.LC_ALL, "")
except locale.Error:
    sys.exit(77)
from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook
read = read_workbook(Path(sys.argv[1]))
cohort, issues = build_cohort(read, guess_mapping(read))
print([(o.patient, o.visit, o.measure, o.value, o.day, o.text) for o in cohort.observations])
print([i.text for i in issues])
"""


def written(tmp_path: Path) -> Path:
    rows: list[Row] = [("ID", "Visit", "Date", "C3 (g/L)", "CRP (mg/L)")]
    rows += [("P1", "Baseline", "01.03.2021", "0.85", "<5"), ("P1", "Month 3", "3. Mrz 2021", "85 mg/dL", "1234.5")]
    return text_table(tmp_path / "a.csv", rows, ";")


@pytest.mark.parametrize("name", ["de_DE.UTF-8", "pt_BR.UTF-8", "fr_FR.UTF-8"])
def test_no_locale_changes_a_number(tmp_path: Path, name: str) -> None:
    file = written(tmp_path)
    asked = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT, str(file)],
            capture_output=True,
            env={**os.environ, "LC_ALL": used},
            check=False,
        )
        for used in ("C", name)
    ]
    if asked[1].returncode == 77:
        pytest.skip(f"the locale {name} is not installed here")
    assert asked[0].returncode == asked[1].returncode == 0
    assert asked[0].stdout == asked[1].stdout


def test_a_decimal_comma_of_the_locale_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = read_workbook(written(tmp_path))
    before = build_cohort(file, guess_mapping(file))
    german = {**locale.localeconv(), "decimal_point": ",", "thousands_sep": "."}
    monkeypatch.setattr(locale, "localeconv", lambda: german)
    monkeypatch.setattr(locale, "atof", lambda *_: 0.0)
    assert build_cohort(file, guess_mapping(file)) == before
    assert replace(before[0]).observations[0].value == 0.85
