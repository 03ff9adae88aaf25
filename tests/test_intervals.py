"""Estimates and intervals: check values, R, brute-force levels, coverage by enumeration, invariances, reasons."""

import math
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.cohort import Direction
from trajecta.stats.decimals import paired_values
from trajecta.stats.intervals import (
    INTERVALS,
    Interval,
    Setting,
    cohen_dz,
    hedges_gav,
    hodges_lehmann,
    mean_difference,
    median_difference,
    median_position,
    rank_biserial,
    share_improved,
    small_sample_factor,
)
from trajecta.stats.paired_tests import signed_rank
from trajecta.stats.sign_shares import patterns_at_most, share_interval

BEFORE, AFTER = [16, 16, 16, 10, 8], [0, 0, 0, 2, 0]
LOWER = Setting(direction=Direction.LOWER)
HIGHER = Setting(direction=Direction.HIGHER)
DECIMALS = st.integers(-2000, 2000).map(lambda whole: whole / 100)
every_interval = pytest.mark.parametrize("interval", INTERVALS, ids=lambda interval: interval.key)


def near(expected: Any, relative: float) -> Any:
    return pytest.approx(expected, rel=relative, abs=0)


def of_differences(*differences: float) -> Any:
    return paired_values([0] * len(differences), differences)


def test_check_values_of_the_demo() -> None:
    values = paired_values(BEFORE, AFTER)
    found = {interval.key: interval.compute(values, LOWER) for interval in INTERVALS}
    mean = found["mean_difference"]
    # R 4.2.2: t.test(after, before, paired=TRUE)$conf.int  -18.24069904526605 -7.35930095473396
    assert mean.estimate == -12.8
    assert (mean.low, mean.high) == near((-18.24069904526605, -7.35930095473396), 1e-14)
    walsh = found["hodges_lehmann"]
    assert (walsh.estimate, walsh.low, walsh.high, walsh.level) == (-12.0, -16.0, -8.0, 0.9375)
    assert "cannot reach the level asked" in walsh.method
    median = found["median_difference"]
    assert (median.estimate, median.low, median.high, median.level) == (-16.0, -16.0, -8.0, 0.9375)
    share = found["share_improved"]
    assert (share.estimate, share.high) == (1.0, 1.0)
    assert share.low == near(0.478176249895019, 1e-14)
    dz = found["cohen_dz"]
    assert dz.estimate == near(-12.8 / math.sqrt(19.2), 1e-15)
    # R 4.2.2: pt(6.5319726474218101, 4, ncp) solved for the noncentrality: 1.754880058815, 11.26474868646
    assert (dz.low, dz.high) == near((-11.26474868646 / math.sqrt(5), -1.754880058815 / math.sqrt(5)), 1e-10)
    assert all(i.level_asked == 0.95 for i in found.values())


def test_against_r() -> None:
    # R 4.2.2: wilcox.test(y, x, paired=TRUE, conf.int=TRUE)  -0.786 -0.010, (pseudo)median -0.46
    x = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    found = hodges_lehmann(paired_values(x, y), Setting())
    assert (found.estimate, found.low, found.high) == (-0.46, -0.786, -0.01)
    # R 4.2.2: t.test(d)$conf.int  0.214102930404392 3.652563736262274
    mean = mean_difference(of_differences(4, -2, 2, 0, 5, 5, -1, 3, 0, 2, -4, 6, 1, 1, 7), Setting())
    assert (mean.low, mean.high) == near((0.214102930404392, 3.652563736262274), 1e-13)


def test_zeros_stay_in_the_walsh_averages() -> None:
    found = hodges_lehmann(of_differences(0, 0, 0, 4), Setting())
    assert found.estimate == 0.0
    assert (found.low, found.high, found.level) == (0.0, 4.0, 0.875)


def test_median_position_is_the_binomial_level() -> None:
    for n in range(2, 40):
        for level in (0.5, 0.9, 0.95, 0.999):
            k, achieved = median_position(n, level)
            below = sum(math.comb(n, i) for i in range(k))
            assert achieved == float(1 - Fraction(2 * below, 2**n))
            assert achieved >= level or k == 1
            assert k == n or 1 - Fraction(2 * (below + math.comb(n, k)), 2**n) < level


def test_share_improved_reads_the_direction() -> None:
    values = of_differences(-1, -2, 0, 3)
    assert share_improved(values, LOWER).estimate == 0.5
    assert share_improved(values, HIGHER).estimate == 0.25
    unknown = share_improved(values, Setting())
    assert unknown.estimate is unknown.low is None
    assert "not known" in unknown.reason


def test_small_sample_factor_against_its_approximation() -> None:
    assert small_sample_factor(2) == near(1 / math.sqrt(math.pi), 1e-15)
    for df in (10, 199, 200, 201, 1000):
        assert small_sample_factor(df) == near(1 - 3 / (4 * df - 1), 4e-4)
    assert small_sample_factor(200) == near(math.exp(math.lgamma(100) - math.lgamma(99.5)) / 10, 1e-12)


def test_hedges_gav_by_hand() -> None:
    before, after = [10.0, 12.0, 9.0, 15.0, 11.0, 14.0], [8.0, 11.0, 9.5, 10.0, 7.0, 13.0]
    found = hedges_gav(paired_values(before, after), Setting())
    n = 6

    def variance(x: list[float]) -> float:
        mean = sum(x) / n
        return sum((v - mean) ** 2 for v in x) / (n - 1)

    d = [a - b for b, a in zip(before, after, strict=True)]
    average = math.sqrt((variance(before) + variance(after)) / 2)
    assert found.estimate == near(small_sample_factor(5) * sum(d) / n / average, 1e-13)
    dz = cohen_dz(paired_values(before, after), Setting())
    scale = small_sample_factor(5) * math.sqrt(variance(d)) / average
    assert dz.low is not None
    assert dz.high is not None
    assert (found.low, found.high) == near((dz.low * scale, dz.high * scale), 1e-13)
    assert "Algina and Keselman" in found.method


@given(st.lists(st.integers(-9, 9).filter(bool), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_rank_biserial_agrees_with_the_exact_test(differences: list[int]) -> None:
    """The interval leaves 0 out exactly where the exact test is below 1 − level: both come from one counted law."""
    values = of_differences(*differences)
    for level in (0.5, 0.8, 0.95):
        found = rank_biserial(values, Setting(level))
        p = signed_rank(values).p
        assert found.low is not None
        assert found.high is not None
        assert p is not None
        assert found.estimate is not None
        assert -1 <= found.low <= found.estimate <= found.high <= 1
        assert found.low < found.high
        if abs(p - (1 - level)) > 1e-9:
            assert (found.low > 0 or found.high < 0) == (p < 1 - level)


def test_rank_biserial_covers_what_it_says() -> None:
    """Coverage by full enumeration, in the model it states: never below the level."""
    weights = [2, 3, 3, 7, 8, 11, 12]
    intervals = {w: share_interval(weights, w, 0.9) for w in range(sum(weights) + 1)}
    for chance in (0.02, 0.2, 0.5, 0.77, 0.95):
        covered = 0.0
        for signs in product((0, 1), repeat=len(weights)):
            found = intervals[sum(w for w, s in zip(weights, signs, strict=True) if s)]
            assert found is not None
            if found[0] <= chance <= found[1]:
                covered += chance ** sum(signs) * (1 - chance) ** (len(weights) - sum(signs))
        assert covered >= 0.9


def test_patterns_by_number_of_positive_signs() -> None:
    weights = [1, 2, 2, 5, 6]
    for limit in range(17):
        expected = [0] * 6
        for signs in product((0, 1), repeat=5):
            expected[sum(signs)] += sum(w for w, s in zip(weights, signs, strict=True) if s) <= limit
        assert patterns_at_most(weights, limit) == expected


def test_too_many_pairs_for_rank_biserial_say_so() -> None:
    found = rank_biserial(of_differences(*range(1, 102)), Setting())
    assert found.estimate == 1.0
    assert found.low is found.high is None
    assert "up to 100" in found.reason


@every_interval
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([1], [2]),
        ([1], [1]),
        ([1, 2], [2, 4]),
        ([1, 2], [1, 2]),
        ([1, 2, 3], [2, 3, 4]),
        ([1, 1, 1], [2, 2, 2]),
        ([5, 5, 5, 5], [5, 5, 5, 5]),
        ([0, 0, 0], [0, 0, 1]),
        ([3, 3, 3], [1, 2, 1]),
        ([1, 2, 3], [3, 2, 1]),
        ([1e308, 1, 4], [-1e308, 2, 4]),
        ([1e-300, 2e-300, 5e-324], [2e-300, 1e-300, 1]),
    ],
)
@pytest.mark.parametrize("level", [0.5, 0.95, 0.999999])
def test_few_or_equal_values_give_a_result_or_a_reason(
    interval: Interval, before: list[float], after: list[float], level: float
) -> None:
    found = interval.compute(paired_values(before, after), Setting(level, direction=Direction.LOWER))
    assert (found.key, found.name) == (interval.key, interval.name)
    numbers = (found.estimate, found.low, found.high, found.level)
    assert all(value is None or math.isfinite(value) for value in numbers)
    assert (found.low is None) == (found.high is None) == (found.level is None)
    if found.low is None or found.high is None:
        assert found.reason.endswith(".")
    else:
        assert found.method
        assert found.estimate is not None
        assert found.low < found.high
        assert found.low <= found.estimate <= found.high


@every_interval
@given(pairs=st.lists(st.tuples(DECIMALS, DECIMALS), max_size=8), shift=st.integers(-500, 500))
@settings(max_examples=40, deadline=None)
def test_invariances(interval: Interval, pairs: list[tuple[float, float]], shift: int) -> None:
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    found = interval.compute(paired_values(before, after), LOWER)
    order = Random(1).sample(range(len(pairs)), len(pairs))
    assert interval.compute(paired_values([before[i] for i in order], [after[i] for i in order]), LOWER) == found
    moved = paired_values([round(b + shift / 100, 2) for b in before], [round(a + shift / 100, 2) for a in after])
    assert interval.compute(moved, LOWER) == found
    swapped = interval.compute(paired_values(after, before), HIGHER)
    scaled = interval.compute(paired_values([4 * b for b in before], [4 * a for a in after]), LOWER)
    factor = 4 if interval.key in ("mean_difference", "hodges_lehmann", "median_difference") else 1
    sign = 1 if interval.key == "share_improved" else -1
    ends = (found.low, found.high) if sign == 1 else (found.high, found.low)
    expected = [None if v is None else sign * v for v in (found.estimate, *ends)]
    assert [swapped.estimate, swapped.low, swapped.high] == [
        None if v is None else pytest.approx(v, rel=1e-11, abs=1e-11) for v in expected
    ]
    assert [scaled.estimate, scaled.low, scaled.high] == [
        None if v is None else pytest.approx(factor * v, rel=1e-12, abs=1e-12)
        for v in (found.estimate, found.low, found.high)
    ]


def test_median_interval_covers_at_its_level() -> None:
    """Exactly its level for continuous differences: all 2^n positions above or below the median."""
    n = 8
    k, level = median_position(n, 0.9)
    covered = sum(k <= sum(below) <= n - k for below in product((0, 1), repeat=n))
    assert covered / 2**n == level


def test_heavily_tied_changes_name_why_both_limits_meet() -> None:
    found = median_difference(of_differences(*[0] * 18, 1, -1), Setting())
    assert (found.low, found.high) == (0.0, 0.0)
    assert "most patients changed alike" in found.reason
