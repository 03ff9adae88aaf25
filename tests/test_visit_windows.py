"""Visit windows and day 0: proposed where a sheet has only days or dates, applied when chosen, nothing lost."""

import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import check_json
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Mapping, Window, ZeroFrom, from_json, to_json
from trajecta.io.visit_windows import DEFAULT_WINDOWS, useful_windows, window_of
from trajecta.io.workbook import Workbook, read_workbook
from trajecta.stats.cohort import Cohort, Issue

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import Row, workbook

ZERO = date(2021, 3, 1)
DAYS = {"P1": (-20, -3, 28, 33, 85, 95, 130, 181), "P2": (0, 30, 91)}


def by_day() -> list[Row]:
    """A laboratory list with study days only; the value is the day plus 1000."""
    return [("Patient ID", "Day", "CRP (mg/L)"), *[(p, day, 1000 + day) for p, days in DAYS.items() for day in days]]


def by_date() -> list[Row]:
    rows: list[Row] = [("Patient ID", "Date", "CRP (mg/L)")]
    return rows + [(p, ZERO + timedelta(day), 1000 + day) for p, days in DAYS.items() for day in days]


PEOPLE: list[Row] = [("Patient ID", "Infusion date"), ("P1", ZERO), ("P2", ZERO)]


def opened(path: Path, sheets: dict[str, list[Row]]) -> tuple[Workbook, Mapping]:
    read = read_workbook(workbook(path, sheets))
    return read, guess_mapping(read)


def found(cohort: Cohort, visit: str, patient: str = "P1") -> float | None:
    made = cohort.observation("crp", visit, patient)
    return None if made is None else made.value


def placed(path: Path, sheets: dict[str, list[Row]], windows: tuple[Window, ...]) -> tuple[Cohort, tuple[Issue, ...]]:
    read, mapping = opened(path, sheets)
    return build_cohort(read, replace(mapping, windows=windows))


@pytest.mark.parametrize("sheets", [{"Labs": by_day()}, {"Patients": PEOPLE, "Labs": by_date()}], ids=["days", "dates"])
def test_the_nearest_value_counts_and_none_is_lost(tmp_path: Path, sheets: dict[str, list[Row]]) -> None:
    cohort, issues = placed(tmp_path / "a.xlsx", sheets, DEFAULT_WINDOWS)
    assert [v.key for v in cohort.visits] == [
        "day -20", "baseline", "month 1", "day 33", "month 3", "day 95", "day 130", "month 6",
    ]  # fmt: skip
    assert [found(cohort, v) for v in ("baseline", "month 1", "month 3", "month 6")] == [997, 1028, 1085, 1181]
    assert [found(cohort, v, "P2") for v in ("baseline", "month 1", "month 3", "month 6")] == [1000, 1030, 1091, None]
    assert [found(cohort, v) for v in ("day -20", "day 33", "day 95", "day 130")] == [980, 1033, 1095, 1130]
    chosen = cohort.observation("crp", "month 3", "P1")
    assert chosen is not None
    assert (chosen.day, cohort.visit("month 3").day) == (85, 90)
    assert len([o for o in cohort.observations if o.measure == "crp"]) == sum(map(len, DAYS.values()))
    listed = [i for i in issues if i.kind == "another value in the window"]
    assert [i.text.partition(":")[0][-3:] for i in listed] == ["!C2", "!C5", "!C7"]
    assert "“1085” of day 85 is nearer to day 90 and counts, “1095” of day 95 stays" in listed[2].text
    assert any(
        "placed in windows" in i.text and "Month 3 (day 76 to 104, planned 90): 2 values" in i.text for i in issues
    )


def test_without_windows_every_day_is_a_visit_and_they_are_proposed(tmp_path: Path) -> None:
    read, mapping = opened(tmp_path / "a.xlsx", {"Labs": by_day()})
    cohort, issues = build_cohort(read, mapping)
    assert {v.day for v in cohort.visits} == {float(d) for days in DAYS.values() for d in days}
    asked = [q for q in check_json(read, mapping, cohort, issues)["questions"] if q["key"] == "windows:"]
    assert len(asked) == 1
    assert asked[0]["options"][0]["label"].startswith("Yes: Baseline day -150 to 0; Month 1 day 23 to 37; Month 3")
    assert "Month 12" not in asked[0]["options"][0]["label"]


def test_named_visits_stay_as_named(tmp_path: Path) -> None:
    visits: list[Row] = [("Patient ID", "Visit", "Date", "SLEDAI-2K", "CRP (mg/L)")]
    visits += [("P1", name, ZERO + timedelta(day), 5, day) for name, day in (("Baseline", 0), ("Month 3", 120))]
    sheets = {"Patients": PEOPLE, "Visits": visits}
    named, _ = placed(tmp_path / "a.xlsx", sheets, ())
    windowed, issues = placed(tmp_path / "a.xlsx", sheets, DEFAULT_WINDOWS)
    assert windowed.observations == named.observations
    assert windowed.visits == named.visits
    read, mapping = opened(tmp_path / "a.xlsx", sheets)
    assert not [
        q for q in check_json(read, mapping, *build_cohort(read, mapping))["questions"] if "windows" in q["key"]
    ]
    beside = {**sheets, "Labs": by_date()}
    cohort, issues = placed(tmp_path / "b.xlsx", beside, DEFAULT_WINDOWS)
    assert (found(cohort, "month 3"), found(cohort, "day 85"), found(cohort, "month 3", "P2")) == (120, 1085, 1091)
    assert any(i.kind == "a named visit beside the window" for i in issues)


def test_two_equally_near_days_take_the_earlier(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Day", "CRP (mg/L)"), ("P1", 92, 2), ("P1", 88, 1), ("P1", 0, 9), ("P2", 0, 9)]
    cohort, _ = placed(tmp_path / "a.xlsx", {"Labs": rows}, DEFAULT_WINDOWS)
    assert found(cohort, "month 3") == 1


def test_a_value_that_cannot_be_used_gives_way(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Patient ID", "Day", "CRP (mg/L)"),
        ("P1", 90, "n.d."),
        ("P1", 99, 3),
        ("P1", 0, 9),
        ("P1", 5, 8),
    ]
    cohort, _ = placed(tmp_path / "a.xlsx", {"Labs": rows}, DEFAULT_WINDOWS)
    assert found(cohort, "month 3") == 3
    kept = cohort.observation("crp", "day 90", "P1")
    assert kept is not None
    assert kept.text == "n.d."


def test_each_measure_has_its_own_nearest_day(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Day", "CRP (mg/L)", "C3 (g/L)")]
    rows += [("P1", 0, 9, 0.5), ("P1", 89, None, 0.9), ("P1", 95, 3, 1.0), ("P2", 0, 4, 0.4)]
    cohort, _ = placed(tmp_path / "a.xlsx", {"Labs": rows}, DEFAULT_WINDOWS)
    assert found(cohort, "month 3") == 3
    other = cohort.observation("c3", "month 3", "P1")
    assert other is not None
    assert (other.value, other.day) == (0.9, 89)


def test_windows_are_the_users(tmp_path: Path) -> None:
    own = (Window("Baseline", 0, -7, 0), Window("Week 4", 28, 25, 31), Window("Peak", 33, 32, 40))
    cohort, _ = placed(tmp_path / "a.xlsx", {"Labs": by_day()}, own)
    assert [found(cohort, v) for v in ("baseline", "week 4", "peak", "day 85")] == [997, 1028, 1033, 1085]
    assert cohort.visit("peak").day == 33
    mapping = Mapping(windows=own, time_zero=ZeroFrom.FIRST)
    assert from_json(to_json(mapping)) == mapping


def test_a_day_in_two_windows_belongs_to_the_nearer() -> None:
    windows = (Window("A", 30, 0, 60), Window("B", 60, 40, 90))
    assert [w.visit for day in (44, 45, 46) if (w := window_of(day, windows))] == ["A", "A", "B"]
    assert window_of(95, windows) is None
    assert useful_windows([]) == ()


def test_no_value_in_any_window_is_said(tmp_path: Path) -> None:
    cohort, issues = placed(tmp_path / "a.xlsx", {"Labs": by_day()}, (Window("Year 5", 1826, 1800, 1850),))
    assert any("No value lies in a visit window" in i.text for i in issues)
    assert found(cohort, "day 85") == 1085


# --- day 0 -----------------------------------------------------------------------------------------------------------


def test_day_0_is_asked_where_no_sheet_says_it_and_can_be_chosen(tmp_path: Path) -> None:
    read, mapping = opened(tmp_path / "a.xlsx", {"Labs": by_date()})
    cohort, issues = build_cohort(read, mapping)
    assert cohort.time_zero == ""
    asked = {q["key"]: q for q in check_json(read, mapping, cohort, issues)["questions"]}
    assert asked["time zero:"]["options"][0]["changes"][0]["set"] == {"time_zero": "first date"}
    cohort, _ = build_cohort(read, replace(mapping, time_zero=ZeroFrom.FIRST))
    assert cohort.time_zero == "first date"
    assert cohort.patient("P1").time_zero == ZERO - timedelta(20)
    assert cohort.day("P1", "visit 2") == 17


def test_a_chosen_source_of_day_0_comes_first(tmp_path: Path) -> None:
    visits: list[Row] = [("Patient ID", "Visit", "Date", "CRP (mg/L)")]
    visits += [("P1", name, ZERO + timedelta(day), 5) for name, day in (("Baseline", -10), ("Month 3", 90))]
    read, mapping = opened(tmp_path / "a.xlsx", {"Patients": PEOPLE[:2], "Visits": visits})
    for chosen, name, day in (
        (None, "infusion", 90), (ZeroFrom.COLUMN, "infusion", 90), (ZeroFrom.BASELINE, "baseline visit", 100),
        (ZeroFrom.FIRST, "first date", 100),
    ):  # fmt: skip
        cohort, issues = build_cohort(read, replace(mapping, time_zero=chosen))
        assert (cohort.time_zero, cohort.day("P1", "month 3")) == (name, day)
    cohort, issues = build_cohort(read, replace(mapping, time_zero=ZeroFrom.EVENT))
    assert cohort.time_zero == "infusion"
    assert any("Day 0 is to come from the event, but no sheet has it." in i.text for i in issues)
