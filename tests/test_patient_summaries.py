"""Numbers per patient: by hand, against a fine grid, on real days, with gaps, and as measures that compare takes."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.cohort import Cohort, Direction, Kind, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.patient_summaries import (
    Window,
    area,
    slope,
    time_at,
    time_to,
    weighted_mean,
    windows_of,
    with_summaries,
)
from trajecta.stats.repeated import VisitsComparison, compare_visits
from trajecta.stats.results import Comparison
from trajecta.stats.summary_tests import later_against_first
from trajecta.stats.visit_times import time_axis

Points = list[tuple[Fraction, Fraction]]
VISITS = (Visit("baseline", "Baseline", 0.0), Visit("month 1", "M1", 30.4375), Visit("month 3", "M3", 91.3125))


def points(*pairs: tuple[float, float]) -> Points:
    return [(Fraction(str(t)), Fraction(str(y))) for t, y in pairs]


def cohort(rows: dict[str, list[float | None]], days: dict[str, list[float | None]] | None = None) -> Cohort:
    return Cohort(
        patients=tuple(Patient(name) for name in rows),
        visits=VISITS,
        measures=(Measure("s", "Score", "points", Direction.LOWER),),
        observations=tuple(
            Observation(name, visit.key, "s", value, None if days is None else days[name][i])
            for name, values in rows.items()
            for i, (visit, value) in enumerate(zip(VISITS, values, strict=True))
            if value is not None
        ),
    )


courses = st.lists(
    st.tuples(st.integers(0, 300), st.integers(-20, 20)), min_size=2, max_size=6, unique_by=lambda p: p[0]
).map(lambda found: sorted((Fraction(t), Fraction(y)) for t, y in found))


def line(course: Points, time: Fraction) -> Fraction:
    for (t1, y1), (t2, y2) in pairwise(course):
        if t1 <= time <= t2:
            return y1 + (y2 - y1) * (time - t1) / (t2 - t1)
    raise AssertionError


@settings(max_examples=60, deadline=None)
@given(courses, st.integers(-20, 20))
def test_against_a_fine_grid(course: Points, threshold: int) -> None:
    start, end = course[0][0], course[-1][0]
    steps = 2000
    width = (end - start) / steps
    middles = [line(course, start + width * (Fraction(1, 2) + i)) for i in range(steps)]
    whole, below = area(course), time_at(course, Fraction(threshold))
    above = time_at(course, Fraction(threshold), above=True)
    assert whole is not None
    assert below is not None
    assert above is not None
    assert abs(float(whole - sum(middles) * width)) <= 45 * float(width) + 1e-9
    assert abs(float(below) - sum(y <= threshold for y in middles) * float(width)) <= 7 * float(width)
    assert below + above >= end - start  # equal but for stretches exactly at the threshold
    reached = time_to(course, Fraction(threshold))
    assert (reached is None) == (min(y for _, y in course) > threshold)
    if reached is not None:
        assert line(course, start + reached) <= threshold
        assert all(line(course, start + reached * i / 50) > threshold for i in range(50)) or reached == 0
    mean = weighted_mean(course)
    assert mean is not None
    assert min(y for _, y in course) <= mean <= max(y for _, y in course)


def test_slope_is_least_squares() -> None:
    course = points((0, 16), (30, 4), (90, 0))
    assert slope(course) == Fraction(-680, 4200)
    assert slope(points((0, 3))) is None


def test_few_points() -> None:
    one = points((7, 3))
    assert area(one) is None
    assert area([]) is None
    assert weighted_mean(one) == 3
    assert weighted_mean([]) is None
    assert time_at(one, Fraction(3)) is None
    assert time_to(one, Fraction(3)) == 0
    assert time_to(one, Fraction(2)) is None
    assert time_to([], Fraction(2)) is None
    assert later_against_first(one) is None


def test_the_answer_names_each_patient() -> None:
    rows: dict[str, list[float | None]] = {"A": [16, 8, 0], "B": [10, None, 4], "C": [12, None, None], "D": [None] * 3}
    result = compare_visits(cohort(rows), VisitsComparison("s", threshold=8.0))
    found = {entry.patient: entry for entry in result.summaries}
    assert set(found) == {"A", "B", "C"}  # D has no cell at all
    assert found["A"].weighted_mean == pytest.approx((12 * 30.4375 + 4 * 60.875) / 91.3125)
    assert found["A"].to_threshold == 30.4375
    assert found["A"].at_threshold == 60.875
    assert found["B"].slope == pytest.approx(-2.0)  # points per month
    assert found["B"].to_threshold == pytest.approx(91.3125 / 3)
    assert found["C"].area is None
    assert (found["C"].nadir, found["C"].peak, found["C"].weighted_mean) == (12.0, 12.0, 12.0)
    assert "One value alone" in found["C"].reason
    tests = {test.key: test for test in result.summary_tests}
    assert [patient for patient, _ in tests["slope"].values] == ["A", "B"]
    assert tests["slope"].without == ("C",)
    assert tests["weighted_mean"].test.p == 0.5


def test_actual_days_come_before_nominal_ones() -> None:
    rows: dict[str, list[float | None]] = {"A": [16, 8, 0], "B": [10, 6, 4]}
    days: dict[str, list[float | None]] = {"A": [-2, 33, 100], "B": [0, None, 88]}
    result = compare_visits(cohort(rows, days), VisitsComparison("s"))
    assert [(s.first, s.last) for s in result.summaries] == [(-2.0, 100.0), (0.0, 88.0)]
    assert result.summaries[0].area == (16 + 8) / 2 * 35 + 8 / 2 * 67


def test_two_visits_on_one_day_give_the_reason() -> None:
    days: dict[str, list[float | None]] = {"A": [0, 30, 30], "B": [0, 28, 90]}
    result = compare_visits(cohort({"A": [16, 8, 0], "B": [10, 6, 4]}, days), VisitsComparison("s"))
    assert result.summaries[0].area is None
    assert "same day" in result.summaries[0].reason
    assert result.summaries[1].area is not None
    assert any("A" in caution and "out of slope" in caution for caution in result.cautions)


def test_higher_is_better_counts_time_above() -> None:
    made = cohort({"A": [0, 10, 20]})
    made = Cohort(made.patients, made.visits, (Measure("s", "S", direction=Direction.HIGHER),), made.observations)
    found = compare_visits(made, VisitsComparison("s", threshold=10.0)).summaries[0]
    assert found.at_threshold == 60.875
    assert found.to_threshold == 30.4375


def test_windows_become_measures_that_compare_takes() -> None:
    rows: dict[str, list[float | None]] = {"A": [16, 8, 0], "B": [10, 6, 4], "C": [12, None, 4], "D": [9, None, None]}
    made = with_summaries(cohort(rows), "s")
    before, after = windows_of(VISITS)
    assert (before.key, after.label) == ("baseline", "M1 to M3")
    result = compare(made, Comparison("s weighted_mean", before.key, after.key))
    assert {c.patient: (c.before, c.after) for c in result.changes} == {"A": (16, 4), "B": (10, 5), "C": (12, 4)}
    assert result.improved == 3
    assert result.test("signed_rank").p == 0.25
    assert [left.patient for left in result.left_out] == ["D"]
    assert made.measure("s nadir").derived
    assert compare(made, Comparison("s peak", before.key, after.key)).changes[0].after == 8
    assert with_summaries(made, "s").measures == made.measures


def test_two_windows_of_several_visits_have_slopes() -> None:
    rows: dict[str, list[float | None]] = {"A": [16, 8, 0], "B": [10, 6, 4]}
    windows = (
        Window("early", "Early", ("baseline", "month 1")),
        Window("late", "Late", ("month 1", "month 3")),
    )
    made = with_summaries(cohort(rows), "s", windows, times=(0, 1, 1, 3))
    assert made.observation("s slope", "early", "A") is None  # two visits at one time: no axis, nothing added
    made = with_summaries(cohort(rows), "s", windows)
    assert made.visits == VISITS  # the same visit in both windows lies at one time too
    late = (Window("early", "Early", ("baseline",)), Window("late", "Late", ("month 1", "month 3")))
    made = with_summaries(cohort(rows), "s", late)
    slopes = [made.observation("s slope", "late", name) for name in "AB"]
    assert [o.value for o in slopes if o] == [-4.0, -1.0]
    assert made.measure("s slope").unit == "points per month"


def test_nothing_is_added_where_there_is_no_time_or_no_number() -> None:
    plain = cohort({"A": [16, 8, 0]})
    timeless = Cohort(
        plain.patients,
        tuple(Visit(v.key, word) for v, word in zip(VISITS, ("pre", "post", "late"), strict=True)),
        plain.measures,
        plain.observations,
    )
    assert with_summaries(timeless, "s") is timeless
    answers = Cohort(plain.patients, VISITS, (Measure("s", "Yes", kind=Kind.YES_NO),), plain.observations)
    assert with_summaries(answers, "s") is answers
    assert with_summaries(Cohort(measures=plain.measures), "s").visits == ()
    with pytest.raises(KeyError):
        with_summaries(plain, "x")


@pytest.mark.parametrize(
    ("labels", "times"),
    [
        (("0", "3", "6"), [0, 3, 6]),
        (("hr_0", "hr_30", "hr_60"), [0, 30, 60]),
        (("t0", "t0.5", "t1"), [0, 0.5, 1]),
        (("resp_-2", "resp_-1", "resp_0"), [-2, -1, 0]),
        (("deg0NA", "deg4NA", "deg8NA"), [0, 4, 8]),
        (("pre.1", "post.1", "fup.1"), None),
        (("a1", "a1.0", "a2"), None),
    ],
)
def test_numbers_in_names_are_times(labels: tuple[str, ...], times: list[float] | None) -> None:
    visits = [Visit(label.casefold(), label) for label in labels]
    axis = time_axis(Cohort(visits=tuple(visits)), visits)
    if times is None:
        assert isinstance(axis, str)
        assert axis.endswith(".")
    else:
        assert not isinstance(axis, str)
        assert axis.given is not None
        assert [float(t) for t in axis.given] == times


def test_numbered_visits_are_no_times_and_visits_without_a_day_stay_off() -> None:
    numbered = [Visit("visit 1", "Visit 1"), Visit("visit 2", "Visit 2")]
    assert isinstance(time_axis(Cohort(visits=tuple(numbered)), numbered), str)
    visits = [Visit("screening", "Screening"), *VISITS]
    axis = time_axis(Cohort(visits=tuple(visits)), visits)
    assert not isinstance(axis, str)
    assert axis.without == ("screening",)
    with pytest.raises(ValueError, match="2 times"):
        time_axis(Cohort(), visits, (0, 1))
