"""What an answer rests on: one patient less, missing visits, zero policies, normality, baseline, ends, thresholds."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, LeftOut, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.results import Comparison, Zeros
from trajecta.stats.robustness import Robustness, Variant, leave_one_out, robustness
from trajecta.stats.thresholds import (
    Relation,
    Threshold,
    holds,
    threshold_of,
    two_valued,
    with_threshold,
    yes_direction,
)

VISITS = (Visit("a", "Before", 0), Visit("b", "After", 91))
SCORE = Measure("m", "Score", "points", Direction.LOWER, range=(0, 40))
FREE = Measure("m", "Free", direction=Direction.HIGHER, kind=Kind.YES_NO)
QUESTION = Comparison("m", "a", "b")
Rows = Sequence[tuple[float | None, float | None]]


def cohort_of(rows: Rows, measure: Measure = SCORE) -> Cohort:
    return Cohort(
        tuple(Patient(f"P{i}") for i in range(len(rows))),
        VISITS,
        (measure,),
        tuple(
            Observation(f"P{i}", visit.key, "m", None if value is None else float(value))
            for i, row in enumerate(rows)
            for visit, value in zip(VISITS, row, strict=True)
        ),
    )


def robust(rows: Rows, measure: Measure = SCORE, question: Comparison = QUESTION) -> Robustness:
    cohort = cohort_of(rows, measure)
    return robustness(cohort, compare(cohort, question))


DEMO: Rows = [(16, 0), (16, 0), (16, 0), (10, 2), (8, 0)]


def test_without_each_patient_of_the_demo() -> None:
    found = robust(DEMO)
    assert [row.name for row in found.leave_one_out] == ["P0", "P1", "P2", "P3", "P4"]
    assert [row.estimate for row in found.leave_one_out] == [-12, -12, -12, -16, -16]
    assert {(row.p, row.p_smallest, row.level, row.n) for row in found.leave_one_out} == {(0.125, 0.125, 0.875, 4)}
    assert found.leave_one_out_sentence == "Without any one patient the estimate lies between −16 and −12; P = 0.125."


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=7), st.sampled_from(Zeros))
def test_leaving_out_is_excluding(rows: list[tuple[int, int]], zeros: Zeros) -> None:
    cohort, question = cohort_of(rows), replace(QUESTION, zeros=zeros)
    for row in leave_one_out(compare(cohort, question)):
        rest = compare(replace(cohort, excluded=(LeftOut(row.name, "test"),)), question)
        test, estimate = rest.test("signed_rank"), rest.interval("hodges_lehmann")
        assert (row.n, row.p, row.p_smallest) == (rest.n, test.p, test.p_smallest)
        assert (row.estimate, row.low, row.high, row.level) == (
            estimate.estimate,
            estimate.low,
            estimate.high,
            estimate.level,
        )
        assert row.p is not None or row.reason


def test_missing_values_at_their_worst_and_best() -> None:
    found = robust([*DEMO, (12, None), (None, 3)]).missing
    assert found.patients == ("P5", "P6")
    assert found.worst is not None
    assert found.best is not None
    # Worst: 12 → 40 and 0 → 3; best: 12 → 0 and 40 → 3.
    assert (found.complete.n, found.worst.n, found.best.n) == (5, 7, 7)
    worst = robust([*DEMO, (12, 40), (0, 3)]).missing.complete
    best = robust([*DEMO, (12, 0), (40, 3)]).missing.complete
    assert replace(found.worst, name=worst.name) == worst
    assert replace(found.best, name=best.name) == best
    assert (found.worst.name, found.best.name) == ("worst case", "best case")
    assert "ends of the instrument" in found.rule
    assert "does not hang on who is missing" in found.sentence


def test_the_direction_can_hang_on_who_is_missing() -> None:
    found = robust([(10, 8), (10, 9), (10, None), (10, None), (10, None)]).missing
    assert "The direction of the change hangs on who is missing." in found.sentence


def test_bounds_without_known_ends_or_direction() -> None:
    measure = Measure("m", "Titre")
    found = robust([(10, 8), (10, 2), (None, 3)], measure).missing
    assert found.worst is not None
    assert found.worst.name == "all missing fell"
    assert "no true bound" in found.rule
    assert robust([(None, None)], measure).missing.worst is None
    assert "No value was seen" in robust([(None, None)], measure).missing.rule
    assert robust(DEMO).missing.rule == "No value is missing at these two visits."
    yes = robust([(0, 1), (0, None)], FREE).missing
    assert yes.worst is not None
    assert yes.best is not None
    assert (yes.worst.estimate, yes.best.estimate) == (0.5, 1.0)
    assert "yes and no" in yes.rule


def test_patients_taken_out_by_the_user_stay_out() -> None:
    cohort = replace(cohort_of([*DEMO, (12, None)]), excluded=(LeftOut("P5", "protocol"),))
    assert robustness(cohort, compare(cohort, QUESTION)).missing.patients == ()


def test_both_zero_policies() -> None:
    # Differences 0, 1, 2, -3, 4, 5: dropped, ranks 1 2 -3 4 5, W₋ = 3; ranked, 2 3 -4 5 6, W₋ = 4.
    found = robust([(0, 0), (0, 1), (0, 2), (3, 0), (0, 4), (0, 5)]).zeros
    assert found is not None
    assert (found.wilcoxon.p, found.pratt.p) == (10 / 32, 8 / 32)
    assert found.differ
    second = robust([(0, 0), (0, 0), (0, 1), (0, 2), (0, 3), (4, 0), (0, 5), (0, 6)]).zeros
    assert second is not None
    assert second.differ == (second.wilcoxon.p != second.pratt.p)
    assert "2 unchanged patients dropped (Wilcoxon)" in second.sentence


def test_agreement_of_t_and_the_exact_test() -> None:
    assert "the normality assumption does the work" in robust(DEMO).agreement
    assert "the same side of 0.05" in robust([(0, 1), (0, -2), (0, 3), (0, -4)]).agreement
    one_large = [(10, 9), (10, 8), (10, 7), (10, 6), (10, 5), (400, 0)]
    assert "widen the spread" in robust(one_large, replace(SCORE, range=None)).agreement
    assert "no two P values" in robust([(1, 1), (2, 2)]).agreement


def test_normality_view_is_that_of_r() -> None:
    # R 4.2.2: d <- c(-16,-16,-16,-8,-8); qqnorm(d, plot.it = FALSE)$x; shapiro.test(d)
    #   quantiles of 5 points: -1.1797611 -0.4972006 0.0000000 0.4972006 1.1797611; W = 0.68403, p-value = 0.00647
    shape = robust(DEMO).normality
    assert shape is not None
    assert [p.quantile for p in shape.points] == pytest.approx(
        [-1.1797611, -0.4972006, 0, 0.4972006, 1.1797611], abs=1e-7
    )
    assert [p.difference for p in shape.points] == [-16, -16, -16, -8, -8]
    assert shape.w == pytest.approx(0.68403, abs=5e-6)
    assert shape.p == pytest.approx(0.00647, abs=5e-6)
    assert "about 16 of 100" in shape.blindness


def test_baseline_against_change() -> None:
    # R 4.2.2: b <- c(16,16,16,10,8); a <- c(0,0,0,2,0); cor(b, a - b) -0.98341510; cor(a + b, a - b) -0.91855865
    view = robust(DEMO).baseline
    assert view is not None
    assert view.correlation == pytest.approx(-0.98341510, abs=5e-9)
    assert view.oldham == pytest.approx(-0.91855865, abs=5e-9)
    assert "regression to the mean" in view.caution
    assert next((p.before, p.change) for p in view.points) == (16, -16)


def test_ends_of_the_instrument() -> None:
    found = robust([(0, 0), (40, 3), (5, 40), (5, 0)]).ends
    assert (found.best_before, found.best_after) == (("P0",), ("P0", "P3"))
    assert (found.worst_before, found.worst_after) == (("P1",), ("P2",))
    assert "could not improve" in found.note
    assert "would not show" in found.note
    assert "not known" in robust(DEMO, replace(SCORE, direction=Direction.UNKNOWN)).ends.note
    assert robust(DEMO, replace(SCORE, range=None)).ends.note == ""


@pytest.mark.parametrize("measure", [SCORE, FREE, Measure("m", "Titre")])
@pytest.mark.parametrize(
    "rows", [[], [(1, 0)], [(1, 0), (1, 1)], [(1, 1)] * 4, [(0, 0)] * 3, [(1, None)], [(1, 0), (1, 0), (None, 1)]]
)
def test_what_cannot_be_said_has_a_reason(rows: Rows, measure: Measure) -> None:
    found = robust(rows, measure)
    variants: list[Variant | None] = [*found.leave_one_out, found.missing.complete, found.missing.worst]
    for row in variants:
        if row is not None:
            assert (row.p is None) == bool(row.reason)
            assert row.p is None or 0 < row.p <= 1
            assert row.low is None or (row.high is not None and row.low <= row.high)
    if measure.kind is Kind.YES_NO:
        assert found.bayes is None
        assert found.normality is None
        return
    assert found.bayes is not None
    assert found.bootstrap is not None
    assert found.normality is not None
    assert found.baseline is not None
    assert found.bayes.factors or found.bayes.reason
    assert found.bootstrap.low is not None or found.bootstrap.reason
    assert found.normality.w is not None or found.normality.reason
    assert found.baseline.correlation is not None or found.baseline.reason


def test_values_beyond_the_limit_stay_ties() -> None:
    cohort = cohort_of([(5, 1), (9, 4), (7, 2)], Measure("m", "Titre", direction=Direction.LOWER))
    beyond = tuple(replace(o, censored=Censored.BELOW) if o.patient == "P0" else o for o in cohort.observations)
    cohort = replace(cohort, observations=beyond)
    result = compare(cohort, QUESTION)
    assert result.unchanged == 1
    assert [row.p for row in leave_one_out(result)] == [0.5, 1.0, 1.0]


def test_large_values_keep_their_shape() -> None:
    plain = robust([(0, 1), (0, 2), (0, 9)], replace(SCORE, range=None)).normality
    shifted = robust([(0, 1e15 + 1), (0, 1e15 + 2), (0, 1e15 + 9)], replace(SCORE, range=None)).normality
    assert plain is not None
    assert shifted is not None
    assert plain.w == shifted.w


@settings(deadline=None, max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=7), st.randoms())
def test_invariances(rows: list[tuple[int, int]], source: object) -> None:
    measure = Measure("m", "Titre")
    found = robust(rows, measure)
    order = list(range(len(rows)))
    source.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    shuffled = robust([rows[i] for i in order], measure)
    assert [replace(shuffled.leave_one_out[order.index(i)], name="") for i in range(len(rows))] == [
        replace(row, name="") for row in found.leave_one_out
    ]
    assert (shuffled.agreement, shuffled.zeros, shuffled.bootstrap, shuffled.bayes) == (
        found.agreement,
        found.zeros,
        found.bootstrap,
        found.bayes,
    )
    swapped = robust([(after, before) for before, after in rows], measure)
    assert [row.p for row in swapped.leave_one_out] == [row.p for row in found.leave_one_out]
    assert [row.estimate for row in swapped.leave_one_out] == [
        None if row.estimate is None else -row.estimate for row in found.leave_one_out
    ]
    scaled = robust([(before / 8, after / 8) for before, after in rows], measure)
    assert [row.p for row in scaled.leave_one_out] == [row.p for row in found.leave_one_out]
    assert found.normality is not None
    assert scaled.normality is not None
    assert scaled.normality.w == found.normality.w


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("<=4", Threshold(Relation.AT_MOST, 4)),
        ("≤ 0.6", Threshold(Relation.AT_MOST, 0.6)),
        (" >= -1,5", Threshold(Relation.AT_LEAST, -1.5)),
        (">1e3", Threshold(Relation.ABOVE, 1000)),
        ("<2", Threshold(Relation.BELOW, 2)),
        ("=0", Threshold(Relation.EQUAL, 0)),
        ("4", None),
        ("<=", None),
        ("<=nan", None),
        ("<=inf", None),
        ("<=1e999", None),
        ("<=4 points", None),
        ("<=1_0", None),
        ("", None),
    ],
)
def test_rules_are_read(text: str, rule: Threshold | None) -> None:
    assert threshold_of(text) == rule


def test_rules_are_decided_on_decimals_and_on_limits_of_measurement() -> None:
    assert holds(Threshold(Relation.AT_MOST, 0.3), 0.1 + 0.2) is False  # the sheet shows 0.30000000000000004
    at_most = Threshold(Relation.AT_MOST, 4)
    limits = [(3, "<"), (4, "<"), (5, "<"), (3, ">"), (4, ">"), (5, ">")]
    assert [holds(at_most, v, Censored(c)) for v, c in limits] == [True, True, None, None, False, False]
    at_least = Threshold(Relation.AT_LEAST, 4)
    assert [holds(at_least, v, Censored(c)) for v, c in limits] == [False, False, None, None, True, True]
    assert [holds(Threshold(Relation.EQUAL, 4), v, Censored(c)) for v, c in limits[:2]] == [False, False]


def test_the_rule_says_which_way_is_better() -> None:
    low, high = Threshold(Relation.AT_MOST, 4), Threshold(Relation.ABOVE, 4)
    assert yes_direction(Direction.LOWER, low) is yes_direction(Direction.HIGHER, high) is Direction.HIGHER
    assert yes_direction(Direction.LOWER, high) is yes_direction(Direction.HIGHER, low) is Direction.LOWER
    assert yes_direction(Direction.UNKNOWN, low) is Direction.UNKNOWN


def test_a_derived_outcome_is_compared_like_any_other() -> None:
    cohort, key = with_threshold(cohort_of([*DEMO, (9, None)]), "m", Threshold(Relation.AT_MOST, 1))
    result = compare(cohort, Comparison(key, "a", "b"))
    assert result.yes_no is not None
    assert result.yes_no.only_after == ("P0", "P1", "P2", "P4")
    assert result.yes_no.neither == ("P3",)
    assert result.yes_no.exact_p == 0.125
    assert result.improved == 4
    assert result.measure.name == "Score ≤ 1"
    assert [left.patient for left in result.left_out] == ["P5"]
    again, same = with_threshold(cohort, "m", Threshold(Relation.AT_MOST, 1))
    assert same == key
    assert again.measures == cohort.measures


def test_two_valued_measures() -> None:
    assert two_valued(cohort_of([(1, 2), (2, 2)]), "m") == (1, 2)
    assert two_valued(cohort_of([(1, 1)]), "m") == (0, 1)
    assert two_valued(cohort_of([(1, 2), (3, 2)]), "m") is None
    assert two_valued(cohort_of([]), "m") is None
