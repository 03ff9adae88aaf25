"""Cochran's Q: brute force, R's figure, its kinship with McNemar's test, and answers that do not change."""

from fractions import Fraction
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.cochran import cochran_q
from trajecta.stats.yes_no import mcnemar

Answers = list[tuple[bool, ...]]
tables = st.integers(2, 4).flatmap(
    lambda visits: st.lists(st.tuples(*(st.booleans() for _ in range(visits))), min_size=1, max_size=5)
)


@settings(max_examples=150, deadline=None)
@given(tables)
def test_exact_p_is_the_share_of_all_arrangements(rows: Answers) -> None:
    found = cochran_q(rows)
    every = [sorted(set(permutations(row))) for row in rows]
    spreads = [sum(sum(c) ** 2 for c in zip(*drawn, strict=True)) for drawn in product(*every)]
    observed = sum(sum(c) ** 2 for c in zip(*rows, strict=True))
    assert found.sums == tuple(float(sum(c)) for c in zip(*rows, strict=True))
    if all(len(set(row)) == 1 for row in rows):
        assert found.p is None
        assert "changes" in found.reason
        return
    assert found.arrangements == len(spreads)
    assert found.exact_p == float(Fraction(sum(s >= observed for s in spreads), len(spreads)))
    assert found.p_smallest == float(Fraction(spreads.count(max(spreads)), len(spreads)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_two_visits_are_mcnemars_exact_test(rows: Answers) -> None:
    found = cochran_q(rows)
    expected = mcnemar(sum(a and not b for a, b in rows), sum(b and not a for a, b in rows))
    assert found.exact_p == (None if expected is None else float(expected[0]))


@settings(max_examples=60, deadline=None)
@given(tables)
def test_yes_and_no_may_be_exchanged(rows: Answers) -> None:
    found, mirrored = cochran_q(rows), cochran_q([tuple(not x for x in row) for row in rows])
    assert (found.p, found.statistic) == (mirrored.p, mirrored.statistic)


def test_r_friedman_test_on_zeros_and_ones() -> None:
    """Friedman's tie-corrected statistic on zeros and ones is Cochran's Q. R 4.2.2:

    > b <- rbind(c(1,0,0), c(1,1,0), c(1,0,0), c(0,0,1), c(1,0,0), c(1,1,1))
    > friedman.test(b)        # Friedman chi-squared = 3.6, df = 2, p-value = 0.165298888221587
    """
    rows = [(1, 0, 0), (1, 1, 0), (1, 0, 0), (0, 0, 1), (1, 0, 0), (1, 1, 1)]
    found = cochran_q([tuple(bool(x) for x in row) for row in rows])
    assert found.statistic == 3.6
    assert found.p_chi2 == pytest.approx(0.165298888221587, rel=1e-14)
    assert (found.n, found.informative) == (6, 5)


@pytest.mark.parametrize("rows", [[], [(True,)], [(True, True, True)] * 5, [(False, False)]])
def test_nothing_to_test_gives_a_reason(rows: Answers) -> None:
    found = cochran_q(rows)
    assert found.p is None
    assert found.reason
    assert not found.method


def test_all_yes_to_all_no_counts() -> None:
    found = cochran_q([(True, False, False)] * 5)
    assert found.exact_p == found.p_smallest == 3 / 3**5
