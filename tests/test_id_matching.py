"""Patients across sheets: exact ids first, one rule for a whole sheet, every assumption said, and it can be refused."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.id_matching import match_of, prefix_of
from trajecta.io.mapping import from_json, to_json
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Cohort, Issue

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import Row, workbook


def two_sheets(listed: list[object], used: list[object]) -> dict[str, list[Row]]:
    people: list[Row] = [("Patient ID", "Sex", "Age"), *[(text, "F", 30 + at) for at, text in enumerate(listed)]]
    scores: list[Row] = [("Patient ID", "Visit", "SLEDAI-2K")]
    scores += [(text, visit, at) for at, text in enumerate(used, 1) for visit in ("Baseline", "Month 3")]
    return {"Patients": people, "Labs": scores}


def built(path: Path, sheets: dict[str, list[Row]], match_ids: bool | None = None) -> tuple[Cohort, tuple[Issue, ...]]:
    read = read_workbook(workbook(path, sheets))
    return build_cohort(read, replace(guess_mapping(read), match_ids=match_ids))


@pytest.mark.parametrize(
    "used",
    [[1, 2, 3], ["01", "02", "03"], ["P1", "P2", "P3"], ["Pat. 1", "Pat. 2", "Pat. 3"], ["SLE-1", "SLE 2", "sle3"]],
)  # fmt: skip
def test_ids_in_other_forms_are_matched_and_said(tmp_path: Path, used: list[object]) -> None:
    cohort, issues = built(tmp_path / "a.xlsx", two_sheets(["SLE-001", "SLE-002", "SLE-003"], used))
    assert [p.id for p in cohort.patients] == ["SLE-001", "SLE-002", "SLE-003"]
    assert [o.value for o in cohort.observations] == [1, 1, 2, 2, 3, 3]
    said = [i for i in issues if i.severity.value == "warning"]
    assert len(said) == 1
    assert said[0].text.startswith(
        f"“{used[0]}” in “Labs” is taken as “SLE-001” of “Patients”, “{used[1]}” as “SLE-002”"
    )
    assert "3 of 3 ids match" in said[0].text
    assert str(said[0].where) == "Labs!A2"
    assert said[0].hint.endswith("?")


def test_the_assumption_can_be_refused_or_confirmed(tmp_path: Path) -> None:
    sheets = two_sheets(["SLE-001", "SLE-002"], [1, 2])
    cohort, issues = built(tmp_path / "a.xlsx", sheets, match_ids=False)
    assert [p.id for p in cohort.patients] == ["SLE-001", "SLE-002", "1", "2"]
    assert sum("not in the list of patients" in i.text for i in issues) == 2
    cohort, issues = built(tmp_path / "b.xlsx", sheets, match_ids=True)
    assert len(cohort.patients) == 2
    assert [i.severity.value for i in issues] == ["note"]
    read = read_workbook(tmp_path / "a.xlsx")
    mapping = replace(guess_mapping(read), match_ids=False)
    assert from_json(to_json(mapping)) == mapping


def test_an_exact_id_in_the_sheet_forbids_the_rule(tmp_path: Path) -> None:
    cohort, issues = built(tmp_path / "a.xlsx", two_sheets(["P1", "P2", "P3"], ["P1", "2", "3"]))
    assert [p.id for p in cohort.patients] == ["P1", "P2", "P3", "2", "3"]
    assert not any("is taken as" in i.text for i in issues)
    cohort, _ = built(tmp_path / "b.xlsx", two_sheets(["P1", "P2", "P3"], ["P1", "2", "3"]), match_ids=True)
    assert [p.id for p in cohort.patients] == ["P1", "P2", "P3"]


def test_one_id_without_counterpart_is_asked_and_nothing_matched(tmp_path: Path) -> None:
    sheets = two_sheets(["SLE-001", "SLE-002", "SLE-003"], [1, 2, 9])
    cohort, issues = built(tmp_path / "a.xlsx", sheets)
    assert len(cohort.patients) == 6
    asked = [i for i in issues if "none is matched" in i.text]
    assert len(asked) == 1
    assert "2 of 3 ids of “Labs”" in asked[0].text
    assert "“9” would not" in asked[0].text
    cohort, _ = built(tmp_path / "b.xlsx", sheets, match_ids=True)
    assert [p.id for p in cohort.patients] == ["SLE-001", "SLE-002", "SLE-003", "9"]


@pytest.mark.parametrize(
    ("listed", "used"),
    [
        (["SLE-001", "SLE-002"], ["HC-001", "HC-002"]),  # controls are not patients
        (["P1", "P01"], [1, 2]),  # two patients of one number
        (["SLE-001", "SLE-002"], ["1", "01"]),
        (["A-1", "B-1"], ["1", "2"]),  # two sites
        (["SLE-001", "SLE-002"], ["Anna", "Berta"]),
    ],
)
def test_what_could_be_read_in_two_ways_is_not_matched(
    tmp_path: Path, listed: list[object], used: list[object]
) -> None:
    cohort, issues = built(tmp_path / "a.xlsx", two_sheets(listed, used))
    assert len(cohort.patients) == 4
    assert not any("is taken as" in i.text for i in issues)


def test_two_prefixes_in_a_workbook_leave_bare_numbers_alone(tmp_path: Path) -> None:
    sheets = two_sheets(["SLE-001", "SLE-002"], [1, 2])
    sheets["Controls"] = [("Patient ID", "Visit", "SLEDAI-2K"), ("HC-1", "Baseline", 0), ("HC-2", "Baseline", 0)]
    cohort, issues = built(tmp_path / "a.xlsx", sheets)
    assert [p.id for p in cohort.patients] == ["SLE-001", "SLE-002", "1", "2", "HC-1", "HC-2"]
    assert not any("is taken as" in i.text for i in issues)


def test_sites_with_their_own_numbers_match_as_they_are_written(tmp_path: Path) -> None:
    cohort, _ = built(tmp_path / "a.xlsx", two_sheets(["MA-022", "ER-022", "ER-023"], ["er 22", "ma 22", "er 23"]))
    assert [p.id for p in cohort.patients] == ["MA-022", "ER-022", "ER-023"]
    assert cohort.observation("sledai-2k", "baseline", "ER-022").value == 1  # type: ignore[union-attr]


def test_the_log_and_the_events_follow(tmp_path: Path) -> None:
    sheets = two_sheets(["SLE-001", "SLE-002"], ["SLE-001", "SLE-002"])
    sheets["Medication"] = [
        ("Pat", "Drug", "Dose", "Unit", "Start", "Stop"), (1, "Prednisolone", 10, "mg", "01.01.2020", "ongoing"),
        (2, "HCQ", 200, "mg", "01.01.2020", "ongoing"),
    ]  # fmt: skip
    cohort, issues = built(tmp_path / "a.xlsx", sheets)
    assert [c.patient for c in cohort.courses] == ["SLE-001", "SLE-002"]
    assert sum("2 of 2 ids match by their number" in i.text for i in issues) == 1


def test_near_duplicates_within_a_sheet_stay_issues(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "SLEDAI"), ("P01", "BL", 5), ("P1 ", "BL", 2), ("p1", "M3", 1)]
    cohort, issues = built(tmp_path / "a.xlsx", {"Visits": rows})
    assert [p.id for p in cohort.patients] == ["P01", "P1"]
    assert "look alike" in issues[0].text


def test_prefixes() -> None:
    assert prefix_of(["1", "2"]) == prefix_of(["Patient 1"]) == prefix_of(["Subj-9"]) == ""
    assert prefix_of([]) is None
    assert match_of([], ["p1"]) is match_of(["x"], ["p1"]) is None
