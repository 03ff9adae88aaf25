"""The paired tests: check values, R transcripts, brute force, invariances of every entry of the registry, reasons."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.decimals import paired_values
from trajecta.stats.paired_tests import TESTS, PairedTest, log_ratio_t, paired_t, sign, sign_flip, signed_rank
from trajecta.stats.results import TestResult, Zeros
from trajecta.stats.sign_patterns import How, simulated, two_sided

BEFORE, AFTER = [16, 16, 16, 10, 8], [0, 0, 0, 2, 0]
# Decimals as sheets hold them: hundredths, so that ties and zeros occur and doubling stays a short decimal.
DECIMALS = st.integers(-2000, 2000).map(lambda whole: whole / 100)
POSITIVE = st.integers(1, 2000).map(lambda whole: whole / 100)
PAIRS = st.lists(st.tuples(DECIMALS, DECIMALS), max_size=9)
every_test = pytest.mark.parametrize("test", TESTS, ids=lambda test: test.key)


def near(expected: Any, relative: float) -> Any:
    return pytest.approx(expected, rel=relative, abs=0)


def of_differences(*differences: float) -> Any:
    return paired_values([0] * len(differences), differences)


def test_check_values_of_the_demo() -> None:
    values = paired_values(BEFORE, AFTER)
    found = {test.key: test.run(values, Zeros.WILCOXON) for test in TESTS}
    ranks = found["signed_rank"]
    assert (ranks.statistic, ranks.p, ranks.p_smallest, ranks.exact) == (0.0, 0.0625, 0.0625, True)
    assert (ranks.n_used, ranks.zeros, ranks.ties) == (5, 0, True)
    assert found["sign"].p == found["sign_flip"].p == 0.0625
    t = found["paired_t"]
    # R 4.2.2: t.test(c(0,0,0,2,0), c(16,16,16,10,8), paired=TRUE): t = -6.53197264742181, df = 4,
    #   p-value = 0.00283784592673445
    assert t.statistic == near(-6.53197264742181, 1e-14)
    assert (t.df, t.p_smallest) == (4.0, None)
    assert t.p == near(0.00283784592673445, 1e-13)
    assert found["log_ratio_t"].p is None
    assert "4 values are 0 or below" in found["log_ratio_t"].reason


def test_other_check_values() -> None:
    one_zero = signed_rank(of_differences(16, 14, 12, 10, 0))
    assert (one_zero.p, one_zero.p_smallest, one_zero.n_used, one_zero.zeros) == (0.125, 0.125, 4, 1)
    assert signed_rank(of_differences(16, 14, 12, -10, 8)).p == 0.1875
    assert signed_rank(paired_values([3, 3, 2, 3, 3], [0] * 5)).p == 0.0625


def test_against_r() -> None:
    # R 4.2.2, exactRankTests 0.8.35
    # > d <- c(4,-2,2,0,5,5,-1,3,0,2,-4,6,1,1,7)
    # > t.test(d)  t = 2.41188591684792, p-value = 0.0301737678910696
    # > perm.test(as.integer(d+10), rep(10L,15), paired=TRUE)  p-value = 0.038818359375
    # > binom.test(sum(d>0), sum(d!=0))  p-value = 0.09228515625
    values = of_differences(4, -2, 2, 0, 5, 5, -1, 3, 0, 2, -4, 6, 1, 1, 7)
    assert paired_t(values).statistic == near(2.41188591684792, 1e-14)
    assert paired_t(values).p == near(0.0301737678910696, 1e-13)
    assert sign_flip(values).p == 0.038818359375
    assert sign(values).p == 0.09228515625
    # > t.test(log(c(2,2,16,64)/c(1,2,4,8)))  t = 2.32379000772445, p-value = 0.102728078858399
    logs = log_ratio_t(paired_values([1, 2, 4, 8], [2, 2, 16, 64]))
    assert logs.statistic == near(2.32379000772445, 1e-13)
    assert logs.p == near(0.102728078858399, 1e-13)
    # > wilcox.test(y, x, paired=TRUE): V = 5, p-value = 0.0390625 (Hollander & Wolfe's depression scale)
    x = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    scale = signed_rank(paired_values(x, y))
    assert (scale.statistic, scale.p) == (5.0, 0.0390625)


@given(st.lists(st.integers(-60, 60), min_size=1, max_size=9).filter(any))
def test_sign_flip_equals_brute_force(differences: list[int]) -> None:
    observed = abs(sum(differences))
    flips = list(product((-1, 1), repeat=len(differences)))
    beyond = sum(abs(sum(s * d for s, d in zip(signs, differences, strict=True))) >= observed for signs in flips)
    assert sign_flip(of_differences(*differences)).p == float(Fraction(beyond, len(flips)))


def test_sign_flip_counts_fine_grids_and_says_when_it_cannot() -> None:
    source = Random(3)
    middle = sign_flip(of_differences(*(source.gauss(0.2, 1) for _ in range(22))))
    assert middle.exact
    assert "counted with whole numbers" in middle.method
    large = sign_flip(of_differences(*(source.gauss(0.2, 1) for _ in range(70))))
    assert not large.exact
    assert large.method.startswith("Monte-Carlo")
    assert "standard error of P" in large.method
    assert large.p is not None
    normal = scipy.stats.norm.sf(0) * 2
    assert 1 / 100_000 <= large.p <= normal
    rows = two_sided([source.randint(1, 60_000) for _ in range(70)], 700_000)
    assert rows.how is How.COUNTED
    doubles = two_sided([source.randint(1, 600_000) for _ in range(70)], 8_000_000)
    assert doubles.how is How.COUNTED_IN_DOUBLES


@pytest.mark.parametrize("n", [2, 3, 5, 12, 60, 400])
def test_t_against_scipy(n: int) -> None:
    source = Random(n)
    before = [round(source.gauss(10, 3), 2) for _ in range(n)]
    after = [round(b + source.gauss(-0.4, 2), 2) for b in before]
    expected = scipy.stats.ttest_rel(after, before)
    found = paired_t(paired_values(before, after))
    assert found.statistic == near(expected.statistic, 1e-11)
    assert found.p == near(expected.pvalue, 1e-10)


@every_test
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([1], [2]),
        ([1], [1]),
        ([1, 2], [2, 4]),
        ([1, 2], [1, 2]),
        ([1, 1, 1], [2, 2, 2]),
        ([5, 5, 5, 5], [5, 5, 5, 5]),
        ([0, 0, 0], [0, 0, 1]),
        ([1e308, 1], [-1e308, 2]),
        ([1e-300, 2e-300, 5e-324], [2e-300, 1e-300, 1]),
    ],
)
@pytest.mark.parametrize("zeros", Zeros)
def test_few_or_equal_values_give_a_result_or_a_reason(
    test: PairedTest, before: list[float], after: list[float], zeros: Zeros
) -> None:
    found = test.run(paired_values(before, after), zeros)
    assert (found.key, found.name) == (test.key, test.name)
    assert (found.p is None) == bool(found.reason) == (not found.method)
    assert all(value is None or math.isfinite(value) for value in (found.p, found.statistic, found.df))
    assert found.p is None or 0 < found.p <= 1
    assert found.p is None or found.p_smallest is None or found.p_smallest <= found.p
    assert found.reason == "" or found.reason.endswith(".")


def mirrored(found: TestResult) -> TestResult:
    """What swapping before and after must give: the same P, the statistic of the mirrored differences."""
    if found.statistic is None:
        return found
    m = found.n_used
    whole = {"signed_rank": m * (m + 1) / 2, "sign": float(m)}.get(found.key, 0.0)
    return replace(found, statistic=whole - found.statistic)


@every_test
@given(pairs=PAIRS, positive=st.lists(st.tuples(POSITIVE, POSITIVE), max_size=9), shift=st.integers(-500, 500))
@settings(max_examples=60, deadline=None)
def test_invariances(
    test: PairedTest, pairs: list[tuple[float, float]], positive: list[tuple[float, float]], shift: int
) -> None:
    rows = positive if test.key == "log_ratio_t" else pairs
    before, after = [b for b, _ in rows], [a for _, a in rows]
    found = test.run(paired_values(before, after), Zeros.WILCOXON)
    order = Random(1).sample(range(len(rows)), len(rows))
    shuffled = test.run(paired_values([before[i] for i in order], [after[i] for i in order]), Zeros.WILCOXON)
    swapped = test.run(paired_values(after, before), Zeros.WILCOXON)
    scaled = test.run(paired_values([4 * b for b in before], [4 * a for a in after]), Zeros.WILCOXON)
    if test.key == "log_ratio_t":  # floating logarithms: equal to the last digits, the others exactly
        for other in (shuffled, swapped, scaled):
            assert (other.p is None) == (found.p is None)
            assert other.p is None or other.p == near(found.p, 1e-9)
        return
    assert shuffled == found
    assert swapped == mirrored(found)
    assert scaled.p == found.p
    # A constant added to both sides, in decimals.
    moved = paired_values([round(b + shift / 100, 2) for b in before], [round(a + shift / 100, 2) for a in after])
    assert test.run(moved, Zeros.WILCOXON) == found


@given(PAIRS.filter(lambda pairs: any(b != a for b, a in pairs)), st.sampled_from(Zeros))
def test_the_smallest_p_is_where_all_change_one_way(pairs: list[tuple[float, float]], zeros: Zeros) -> None:
    size = [abs(round(a - b, 2)) for b, a in pairs]
    found = [test.run(of_differences(*size), zeros) for test in TESTS[:3]]
    moved = sum(d > 0 for d in size)
    assert {t.p for t in found} == {t.p_smallest for t in found} == {2.0 ** (1 - moved)}


def test_p_is_never_zero() -> None:
    values = paired_values([0.0] * 1500, [1 + i / 10000 for i in range(1500)])
    for test in TESTS:
        found = test.run(values, Zeros.WILCOXON)
        assert found.p is None or found.p == 5e-324
        assert found.p is None or "smaller than any number the computer holds" in found.method


def test_methods_name_ties_and_zeros() -> None:
    values = of_differences(3, 3, -1, 0)
    assert "dropped before ranking (Wilcoxon)" in signed_rank(values).method
    assert "equal changes share their mean rank" in signed_rank(values).method
    assert "(Pratt)" in signed_rank(values, Zeros.PRATT).method
    assert "unchanged patients dropped" in sign(values).method
    assert "zero" not in signed_rank(of_differences(1, 2)).method
    assert len({test.key for test in TESTS}) == len(TESTS)


def test_a_simulated_p_does_not_call_itself_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = simulated([1, 2, 3, 4, 5, 6], 2)
    monkeypatch.setattr("trajecta.stats.paired_tests.signed_rank_chance", lambda ranks: drawn)
    found = signed_rank(of_differences(1, 2, 3, 4, 5, 6))
    assert not found.exact
    assert found.method.startswith("Monte-Carlo two-sided Wilcoxon signed-rank test, simulated with random")
    assert "standard error of P" in found.method
