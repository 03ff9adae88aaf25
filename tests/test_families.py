"""Adjusted P values: R's p.adjust, joint sign flips by brute force, attainable values, invariances."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.io.commands_families import ADJUSTMENTS
from trajecta.stats.cohort import Cohort, Direction, Kind, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare, overview
from trajecta.stats.families import (
    JOINT_DRAWS,
    Adjustment,
    Family,
    FamilyResult,
    adjust,
    benjamini_hochberg,
    bonferroni,
    comparisons_run,
    holm,
    joint_law,
    joint_weights,
    pairs_needed,
)
from trajecta.stats.results import Comparison, PairedResult, Zeros

VISITS = (Visit("a", "Before", 0), Visit("b", "After", 91))
Row = Sequence[float | None]


def cohort_of(table: Sequence[Row], yes_no: Sequence[int] = ()) -> Cohort:
    """Patients × measures of changes from 10; for the yes/no columns 1 stands for no → yes, −1 for yes → no."""
    count = len(table[0]) if table else 0
    measures = tuple(
        Measure(f"m{j}", f"M{j}", direction=Direction.HIGHER, kind=Kind.YES_NO if j in yes_no else Kind.NUMERIC)
        for j in range(count)
    )
    observations = []
    for i, row in enumerate(table):
        for j, change in enumerate(row):
            start = 10.0 if j not in yes_no else float(change is not None and change < 0)
            end = None if change is None else start + change
            observations.append(Observation(f"P{i}", "a", f"m{j}", start))
            observations.append(Observation(f"P{i}", "b", f"m{j}", end))
    return Cohort(tuple(Patient(f"P{i}") for i in range(len(table))), VISITS, measures, tuple(observations))


def results_of(table: Sequence[Row], yes_no: Sequence[int] = ()) -> tuple[PairedResult, ...]:
    return overview(cohort_of(table, yes_no), "a", "b")


def numbers(found: FamilyResult) -> list[tuple[float | None, float | None, float | None]]:
    return [(m.p, m.adjusted, m.adjusted_smallest) for m in found.members]


def test_adjustments_are_those_of_r() -> None:
    # R 4.2.2: p <- c(0.0021, 0.3, 0.04, 0.011, 0.04, 0.8)
    #   p.adjust(p, "holm")       0.0126 0.6000 0.1600 0.0550 0.1600 0.8000
    #   p.adjust(p, "BH")         0.0126 0.3600 0.0600 0.0330 0.0600 0.8000
    #   p.adjust(p, "bonferroni") 0.0126 1.0000 0.2400 0.0660 0.2400 1.0000
    p = [0.0021, 0.3, 0.04, 0.011, 0.04, 0.8]
    assert holm(p) == pytest.approx([0.0126, 0.6, 0.16, 0.055, 0.16, 0.8], rel=1e-12)
    assert benjamini_hochberg(p) == pytest.approx([0.0126, 0.36, 0.06, 0.033, 0.06, 0.8], rel=1e-12)
    assert bonferroni(p) == pytest.approx([0.0126, 1, 0.24, 0.066, 0.24, 1], rel=1e-12)
    assert holm([]) == benjamini_hochberg([]) == bonferroni([]) == []


def test_pairs_needed() -> None:
    assert [pairs_needed(k) for k in (1, 2, 4, 8, 16)] == [6, 7, 8, 9, 10]
    assert pairs_needed(1, 0.0625) == 5
    for wrong in ((0, 0.05), (1, 0.0), (1, 1.0)):
        with pytest.raises(ValueError, match="not a question"):
            pairs_needed(*wrong)


def test_the_grammar_knows_every_adjustment() -> None:
    assert tuple(a.value for a in Adjustment) == ADJUSTMENTS


def test_five_patients_who_all_improve_in_four_measures() -> None:
    results = results_of([[1, 2, 3, 4], [2, 1, 5, 3], [3, 4, 1, 2], [4, 3, 2, 1], [5, 5, 4, 5]])
    found = adjust(results)
    assert numbers(found) == [(0.0625, 0.25, 0.25)] * 4
    assert found.comparisons == 4
    assert "0.25 is the smallest P" in found.cautions[0]
    assert "8 changed pairs would be needed" in found.cautions[0]
    assert numbers(adjust(results, adjustment=Adjustment.BONFERRONI)) == [(0.0625, 0.25, 0.25)] * 4
    # With BH all four may sit at their floor together, which then is the floor of each.
    assert numbers(adjust(results, adjustment=Adjustment.BH)) == [(0.0625, 0.0625, 0.0625)] * 4


def test_attainable_values_of_different_designs() -> None:
    # One measure has 5 pairs, the other 12: the second can come first and leave the first unmultiplied.
    table = [[i + 1 if i < 5 else None, 12 - i] for i in range(12)]
    found = adjust(results_of(table))
    assert numbers(found) == [(0.0625, 0.0625, 0.0625), (2 / 4096, 4 / 4096, 4 / 4096)]


def test_measures_without_p_are_not_counted() -> None:
    found = adjust(results_of([[1, 0], [2, 0], [3, 0]]))
    assert found.comparisons == 1
    assert found.member("m0").adjusted == 0.25
    assert found.member("m1").adjusted is None
    assert "nothing to rank" in found.member("m1").reason
    assert "M1" in found.cautions[-1]
    with pytest.raises(KeyError):
        found.member("x")


@pytest.mark.parametrize("adjustment", Adjustment)
def test_nothing_to_adjust(adjustment: Adjustment) -> None:
    empty = adjust((), adjustment=adjustment)
    assert (empty.members, empty.comparisons) == ((), 0)
    still = adjust(results_of([[0], [0]]), adjustment=adjustment)
    assert still.comparisons == 0
    assert still.members[0].adjusted is None
    assert "nothing is adjusted" in still.method
    alone = adjust(results_of([[1]]), adjustment=adjustment)
    assert numbers(alone) == [(1.0, 1.0, 1.0)]


def test_families_are_named_and_counted_once() -> None:
    results = results_of([[1, 2, 3], [2, 1, -5], [3, 4, 1], [4, 3, 2]])
    primary = adjust(results, Family("primary", ("m0",)))
    secondary = adjust(results, Family("secondary", ("m2", "m1", "m0")))
    assert [m.measure for m in secondary.members] == ["m2", "m1", "m0"]
    assert primary.member("m0").adjusted == primary.member("m0").p
    assert comparisons_run([primary, secondary]) == 3
    with pytest.raises(KeyError):
        adjust(results, Family("x", ("y",)))


def brute_force(rows: Sequence[Sequence[int]]) -> tuple[list[Fraction], list[Fraction]]:
    """Adjusted and smallest P of each column over all 2^n sign patterns of the rows, in fractions."""
    k = len(rows[0])
    squares = [sum(row[j] ** 2 for row in rows) for j in range(k)]

    def statistics(signs: Sequence[int]) -> list[Fraction]:
        sums = [sum(sign * row[j] for sign, row in zip(signs, rows, strict=True)) for j in range(k)]
        return [Fraction(s * s, q) for s, q in zip(sums, squares, strict=True)]

    observed = statistics([1] * len(rows))
    extreme = [Fraction(sum(abs(row[j]) for row in rows) ** 2, squares[j]) for j in range(k)]
    largest = [max(statistics(signs)) for signs in itertools.product((1, -1), repeat=len(rows))]
    chances = [[Fraction(sum(m >= t for m in largest), len(largest)) for t in ts] for ts in (observed, extreme)]
    return chances[0], chances[1]


@settings(deadline=None, max_examples=150)
@given(st.integers(1, 4).flatmap(lambda k: st.lists(st.lists(st.integers(-5, 5), min_size=k, max_size=k), max_size=7)))
def test_joint_law_is_the_one_of_brute_force(rows: list[list[int]]) -> None:
    if not rows or not all(any(column) for column in zip(*rows, strict=True)):
        return
    adjusted, smallest = brute_force(rows)
    law = joint_law(rows)
    assert law.exact
    assert law.arrangements == 2 ** len(rows)
    assert [Fraction(p) for p in law.adjusted] == adjusted
    assert [Fraction(p) for p in law.smallest] == smallest


def test_joint_law_in_blocks_and_on_a_fine_grid() -> None:
    rows = [[(i * 7) % 11 - 3 or 1, (i * 5) % 13 - 4 or 1] for i in range(17)]
    fine = [[a * 10**30, b * 10**25 + 0] for a, b in rows]
    assert joint_law(rows) == joint_law(fine)
    alone = joint_law([[a] for a, _ in rows])
    total = abs(sum(a for a, _ in rows))
    sums = [
        sum(s * a for s, (a, _) in zip(signs, rows, strict=True)) for signs in itertools.product((1, -1), repeat=17)
    ]
    assert alone.adjusted[0] == sum(abs(s) >= total for s in sums) / 2**17


def test_max_t_keeps_correlation_and_the_p_of_each_measure() -> None:
    same = [[d, d, d] for d in (1, 2, 3, 4, 5, 6, 7)]
    found = adjust(results_of(same), adjustment=Adjustment.MAX_T)
    assert numbers(found) == [(1 / 64, 1 / 64, 1 / 64)] * 3
    assert (found.exact, found.arrangements) == (True, 128)
    assert "all 128 joint sign patterns of 7 patients" in found.method


def test_max_t_with_yes_no_zeros_and_missing_values() -> None:
    table: list[Row] = [[1, 1, 3], [2, 1, None], [0, 1, 2], [3, 0, -4], [5, -1, 1], [None, 1, 2]]
    results = results_of(table, yes_no=(1,))
    found = adjust(results, adjustment=Adjustment.MAX_T)
    assert [m.test for m in found.members] == ["signed_rank", "mcnemar", "signed_rank"]
    assert found.members[1].p == results[1].yes_no.exact_p  # type: ignore[union-attr]  # a yes/no measure has one
    adjusted, smallest = brute_force(joint_weights(results))
    for member, p, floor in zip(found.members, adjusted, smallest, strict=True):
        assert member.adjusted == max(float(p), member.p or 0)
        assert member.adjusted_smallest == max(float(floor), member.p_smallest or 0)
    pratt = [compare(cohort_of(table, (1,)), replace(r.comparison, zeros=Zeros.PRATT)) for r in results]
    assert joint_weights(pratt) != joint_weights(results)


def test_one_measure_alone_keeps_its_own_p() -> None:
    for changes in ([3, -1, 2, 5, 4], [1, 1, -1, 2, 2, 0], [4, -3, 2, -1]):
        results = results_of([[c] for c in changes])
        found = adjust(results, adjustment=Adjustment.MAX_T).members[0]
        assert (found.adjusted, found.adjusted_smallest) == (found.p, found.p_smallest)


def test_many_patients_are_drawn_and_said_to_be() -> None:
    table = [[(i * 37) % 23 - 8, (i * 17) % 19 - 9] for i in range(40)]
    found = adjust(results_of(table), adjustment=Adjustment.MAX_T)
    assert not found.exact
    assert found.arrangements == JOINT_DRAWS
    assert found.standard_error is not None
    assert 0 < found.standard_error < 0.002
    assert "simulated" in found.method
    assert "standard error" in found.method
    for member in found.members:
        assert member.p is not None
        assert member.adjusted is not None
        assert member.adjusted >= member.p > 0
        assert member.adjusted < min(1.0, 2 * member.p) + 0.01
    # the order of patients plays no part, in drawn patterns neither
    assert numbers(adjust(results_of(table[::-1]), adjustment=Adjustment.MAX_T)) == numbers(found)


def test_a_leading_t_test_has_no_floor() -> None:
    cohort = cohort_of([[1, 2], [2, 5], [3, -1], [5, 4]])
    results = [compare(cohort, Comparison(f"m{j}", "a", "b", test="paired_t")) for j in range(2)]
    for adjustment in Adjustment:
        found = adjust(results, adjustment=adjustment)
        for member in found.members:
            assert member.adjusted_smallest is None
            assert member.adjusted is not None
            assert member.p is not None
            assert member.adjusted >= member.p
    assert "t statistic" in adjust(results, adjustment=Adjustment.MAX_T).cautions[-1]


changes = st.one_of(st.none(), st.integers(-4, 4).map(float))
tables = st.integers(1, 3).flatmap(
    lambda k: st.lists(st.lists(changes, min_size=k, max_size=k), min_size=1, max_size=8)
)


@settings(deadline=None, max_examples=60)
@given(tables, st.sampled_from(list(Adjustment)), st.randoms(use_true_random=False))
def test_invariances(table: list[list[float | None]], adjustment: Adjustment, source: object) -> None:
    found = adjust(results_of(table), adjustment=adjustment)
    for member in found.members:
        if member.p is None:
            assert member.adjusted is None
            assert member.reason
            continue
        assert member.adjusted is not None
        assert member.adjusted_smallest is not None
        assert member.p_smallest is not None
        assert 0 < member.p <= member.adjusted <= 1
        assert member.p_smallest <= member.adjusted_smallest <= member.adjusted
    shuffled = list(table)
    source.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    assert numbers(adjust(results_of(shuffled), adjustment=adjustment)) == numbers(found)
    scaled = [[None if c is None else c / 8 for c in row] for row in table]
    assert numbers(adjust(results_of(scaled), adjustment=adjustment)) == numbers(found)
    swapped = [[None if c is None else -c for c in row] for row in table]
    assert numbers(adjust(results_of(swapped), adjustment=adjustment)) == numbers(found)


def test_primary_measures_are_adjusted_apart() -> None:
    """Hand count: with one primary of four equal P the primary keeps its P and the others are multiplied by three."""
    from trajecta.stats.families import adjust_apart

    cohort = Cohort(
        patients=tuple(Patient(f"P{i}") for i in range(6)),
        visits=(Visit("a", "A"), Visit("b", "B")),
        measures=tuple(Measure(key, key) for key in "wxyz"),
        observations=tuple(
            Observation(f"P{i}", visit, key, float(i + 5 if visit == "a" else 0))
            for i in range(6)
            for visit in "ab"
            for key in "wxyz"
        ),
    )
    results = overview(cohort, "a", "b")
    members, families = adjust_apart(results, ("y",))
    assert [member.measure for member in members] == list("wxyz")
    assert [member.adjusted for member in members] == [3 / 32, 3 / 32, 1 / 32, 3 / 32]
    assert [family.family.name for family in families] == ["primary", "others"]
    assert len(adjust_apart(results, ())[1]) == 1
