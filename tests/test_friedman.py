"""Friedman's test: brute force over every arrangement, R's figures, the three ways to a P, and the invariances."""

import math
from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats import arrangements
from trajecta.stats.arrangements import Way, chance_of_spread, count_all, different_orders, orders, spread_statistic
from trajecta.stats.friedman import friedman
from trajecta.stats.signed_rank import doubled_midranks
from trajecta.stats.tails import chi_square_tail, f_tail, student_quantile, student_two_sided

Rows = list[tuple[int, ...]]


def rows_of(visits: int, most: int) -> st.SearchStrategy[Rows]:
    row = st.tuples(*(st.integers(0, 3) for _ in range(visits)))
    return st.lists(row, min_size=1, max_size=most)


tables = st.integers(2, 4).flatmap(lambda visits: rows_of(visits, 5 if visits == 3 else 3))


def brute(rows: Rows) -> tuple[Fraction, Fraction, int]:
    """(exact P, smallest P, arrangements) of Friedman's statistic by going through every arrangement of the ranks."""
    ranks = [tuple(doubled_midranks(row)) for row in rows]
    observed = sum(sum(column) ** 2 for column in zip(*ranks, strict=True))
    every = [sorted(set(permutations(row))) for row in ranks]
    spreads = [sum(sum(c) ** 2 for c in zip(*drawn, strict=True)) for drawn in product(*every)]
    count, most = len(spreads), max(spreads)
    return Fraction(sum(s >= observed for s in spreads), count), Fraction(spreads.count(most), count), count


@settings(max_examples=150, deadline=None)
@given(tables)
def test_exact_p_is_the_share_of_all_arrangements(rows: Rows) -> None:
    ranks = [tuple(doubled_midranks(row)) for row in rows]
    chance, found = chance_of_spread(ranks), friedman(rows)
    if chance is None:
        assert found.p is None
        assert found.reason
        return
    p, smallest, count = brute(rows)
    assert chance.fraction == p
    assert (found.exact_p, found.p_smallest, found.arrangements) == (float(p), float(smallest), count)
    assert found.p_smallest <= found.exact_p


@settings(max_examples=60, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_patients_and_visits_and_monotone_scales_change_nothing(rows: Rows, source: object) -> None:
    assert hasattr(source, "shuffle")
    found = friedman(rows)
    places = list(range(len(rows[0])))
    source.shuffle(places)
    turned = [tuple(row[i] for i in places) for row in rows]
    source.shuffle(turned)
    # Friedman's test looks only at the order within a patient: any rising scale of each patient's own will do.
    curved = [tuple((x + i) ** 3 * 7 for x in row) for i, row in enumerate(turned)]
    again = friedman(curved)
    assert (again.p, again.statistic, again.kendall_w) == (found.p, found.statistic, found.kendall_w)
    assert sorted(again.sums) == sorted(found.sums)
    if found.kendall_w is not None:
        assert 0 <= found.kendall_w <= 1 + 1e-15


EXAMPLES: list[Rows] = [
    [(16, 8, 2), (12, 9, 0), (10, 4, 4), (15, 15, 3), (9, 3, 5), (7, 7, 7), (11, 2, 4)],
    [(5, 3, 4, 1), (2, 2, 6, 3), (9, 7, 8, 4), (3, 1, 2, 2), (8, 8, 5, 4), (6, 4, 5, 3)],
    [(1, 2, 3, 4, 5), (2, 1, 3, 5, 4), (1, 3, 2, 4, 4), (5, 4, 3, 2, 1)],
]


@pytest.mark.parametrize("rows", EXAMPLES)
def test_counting_in_doubles_agrees_with_whole_numbers(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    ranks = [doubled_midranks(row) for row in rows]
    whole = chance_of_spread(ranks)
    monkeypatch.setattr(arrangements, "_STEPS", 0)
    in_doubles = chance_of_spread(ranks)
    monkeypatch.setattr(arrangements, "_LONGEST_TABLE", 0)  # the way of sorted keys
    by_keys = chance_of_spread(ranks)
    assert whole is not None
    assert in_doubles is not None
    assert by_keys is not None
    assert whole.way is Way.COUNTED
    assert in_doubles.way is by_keys.way is Way.COUNTED_IN_DOUBLES
    assert math.isclose(in_doubles.p, whole.p, rel_tol=1e-13)
    assert math.isclose(by_keys.p, whole.p, rel_tol=1e-13)
    limit = sum(sum(c) ** 2 for c in zip(*ranks, strict=True))
    assert Fraction(*count_all(ranks, limit)) == whole.fraction


@pytest.mark.parametrize("rows", EXAMPLES)
def test_simulation_is_named_as_such_and_comes_near(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = friedman(rows).exact_p
    monkeypatch.setattr(arrangements, "_STEPS", 0)
    monkeypatch.setattr(arrangements, "_ARRAY_STEPS", 0)
    found = friedman(rows)
    assert found.exact_p is None
    assert found.simulated_p is not None
    assert found.standard_error is not None
    assert exact is not None
    assert abs(found.simulated_p - exact) < 5 * found.standard_error
    assert "simulated, not exact" in found.method
    assert friedman(list(reversed(rows))).simulated_p == found.simulated_p  # the seed and the order are fixed


def test_too_many_visits_are_simulated_at_once() -> None:
    rows = [tuple((i * j * 7) % 23 for j in range(1, 13)) for i in range(1, 8)]
    found = friedman(rows)
    assert found.exact_p is None
    assert found.simulated_p is not None
    assert found.arrangements == math.prod(orders(row) for row in rows)


def test_one_patient_has_one_p_however_many_visits() -> None:
    found = friedman([tuple(range(12))])
    assert (found.exact_p, found.p_smallest, found.kendall_w) == (1.0, 1.0, None)


def test_r_friedman_test() -> None:
    """R 4.2.2:

    > m <- rbind(c(16,8,2), c(12,9,0), c(10,4,4), c(15,15,3))
    > friedman.test(m)        # Friedman chi-squared = 7, df = 2, p-value = 0.0301973834223185
    """
    found = friedman([(16, 8, 2), (12, 9, 0), (10, 4, 4), (15, 15, 3)])
    assert (found.statistic, found.df) == (7.0, 2)
    assert found.p_chi2 == pytest.approx(0.0301973834223185, rel=1e-14)


@pytest.mark.parametrize(
    ("patients", "visits", "p"),
    # All patients in the same order: k! of the (k!)^n arrangements are as far out.
    [(3, 3, Fraction(1, 36)), (5, 3, Fraction(1, 1296)), (4, 4, Fraction(1, 13824)), (2, 5, Fraction(1, 120))],
)
def test_same_order_in_all_gives_the_floor(patients: int, visits: int, p: Fraction) -> None:
    found = friedman([tuple(range(visits))] * patients)
    assert found.exact_p == found.p_smallest == float(p)
    assert found.kendall_w == 1.0


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "No patient"),
        ([()], "two visits"),
        ([(3,), (4,)], "two visits"),
        ([(3, 3, 3)], "equal"),
        ([(0, 0, 0)] * 4, "equal"),
    ],
)
def test_nothing_to_test_gives_a_reason(rows: Rows, reason: str) -> None:
    found = friedman(rows)
    assert found.p is None
    assert found.statistic is None
    assert reason in found.reason


def test_a_p_smaller_than_every_double_is_not_0() -> None:
    found = friedman([(1, 2, 3)] * 500)
    assert found.p is not None
    assert found.p > 0
    assert found.p_smallest is not None
    assert found.p_smallest > 0


def test_statistic_on_zeros_and_ones_is_none_without_change() -> None:
    assert spread_statistic([(1, 1), (0, 0)]) is None
    assert different_orders((1, 1)) == [(1, 1)]


def test_tails_agree_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    for df in (1, 2, 3, 7, 20):
        for x in (1e-3, 0.5, 3.0, 40.0, 400.0):
            assert chi_square_tail(x, df) == pytest.approx(float(stats.chi2.sf(x, df)), rel=1e-12)
    for df1, df2 in ((1.0, 3.0), (1.7, 12.3), (3.0, 240.0), (0.4, 0.9)):
        for f in (1e-4, 0.3, 1.0, 8.0, 90.0):
            assert f_tail(f, df1, df2) == pytest.approx(float(stats.f.sf(f, df1, df2)), rel=1e-11)
            assert student_two_sided(f, df2) == pytest.approx(float(2 * stats.t.sf(f, df2)), rel=1e-11)
    assert student_quantile(0.025, 7.5) == pytest.approx(float(stats.t.isf(0.025, 7.5)), rel=1e-12)


@pytest.mark.parametrize(
    "wrong", [lambda: chi_square_tail(-1, 2), lambda: f_tail(1, 0, 2), lambda: student_two_sided(1, 0)]
)
def test_tails_refuse_what_has_none(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(ValueError, match="has no"):
        wrong()


def test_far_tails_are_never_0() -> None:
    assert chi_square_tail(1e6, 3) > 0
    assert f_tail(1e300, 3.0, 2000.0) > 0
    assert student_two_sided(1e200, 4000.0) > 0
