"""The BCa interval: scipy's under the same generator, reasons, coverage, invariances."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from trajecta.stats.bootstrap import COVERAGE, SEED, bca, coverage_at, resampled_places
from trajecta.stats.decimals import paired_values
from trajecta.stats.intervals import INTERVALS


@pytest.mark.parametrize("n", [4, 5, 8, 13, 20, 50, 64, 200])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_equal_to_scipy_under_the_same_generator(n: int, level: float) -> None:
    differences = sorted(int(d) for d in np.random.default_rng(n).normal(20, 30, n))
    found = bca(paired_values([0] * n, differences), level)
    theirs = scipy.stats.bootstrap(
        (np.array(differences),), np.mean, n_resamples=9999, confidence_level=level, rng=np.random.default_rng(SEED)
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), rel=1e-13)


def drawn(n: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """All places in one array; the slices share their memory."""
    return np.concatenate([places.copy() for places in resampled_places(n, resamples, seed)])


@pytest.mark.parametrize("n", [*range(2, 61), 64, 100, 127, 128, 200, 1000])
def test_the_places_are_those_that_numpy_draws(n: int) -> None:
    for seed, resamples in ((SEED, 9999), (1, 9998), (2, 1), (3, 64)):
        expected = np.random.default_rng(seed).integers(0, n, (resamples, n))
        assert np.array_equal(drawn(n, resamples, seed), expected)


@pytest.mark.parametrize(
    ("n", "resamples", "seed", "first"),
    [(200, 9999, 27, 1092), (100, 9999, 101, 6359), (300_001, 5, 1, 0)],
)
def test_numpy_draws_on_where_a_draw_is_repeated(n: int, resamples: int, seed: int, first: int) -> None:
    source = np.random.default_rng(seed)
    halves = source.bit_generator.random_raw((resamples * n + 1) // 2).view(np.uint32)
    repeated = np.flatnonzero(halves * np.uint32(n) < 2**32 % n)
    assert repeated[0] // n == first
    assert np.array_equal(drawn(n, resamples, seed), np.random.default_rng(seed).integers(0, n, (resamples, n)))


def test_it_says_what_it_is_worth_and_is_not_the_default() -> None:
    found = bca(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]))
    assert found.estimate == -12.8
    assert found.coverage == dict(COVERAGE)[5]
    assert "83.6 %" in found.caution
    assert "Prefer the exact interval" in found.caution
    assert not any("boot" in interval.key for interval in INTERVALS)


def test_coverage_rises_with_n_and_stays_below_the_level() -> None:
    shares = [share for _, share in COVERAGE]
    assert shares == sorted(shares)
    assert shares[-1] < 0.95
    assert (coverage_at(2), coverage_at(9), coverage_at(500)) == (shares[0], dict(COVERAGE)[8], shares[-1])


@pytest.mark.parametrize(
    ("differences", "word"),
    [([], "no pair"), ([1], "One pair"), ([2, 2, 2], "same mean"), ([0, 0], "same mean")],
)
def test_reasons(differences: list[float], word: str) -> None:
    found = bca(paired_values([0] * len(differences), differences))
    assert found.low is None
    assert found.coverage is None
    assert word in found.reason


@pytest.mark.parametrize("differences", [[1, 2], [1e300, -1e300, 2e300], [1e-300, 2e-300, 5e-300], [1e300, 1e-300, 0]])
def test_extreme_values(differences: list[float]) -> None:
    found = bca(paired_values([0] * len(differences), differences))
    if found.low is None or found.high is None:
        assert found.reason
    else:
        assert -math.inf < found.low < found.high < math.inf


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-30, 30), min_size=2, max_size=12))
def test_invariances(differences: list[int]) -> None:
    n = len(differences)
    found = bca(paired_values([0] * n, differences))
    assert bca(paired_values([0] * n, differences[::-1])) == found
    scaled = bca(paired_values([0] * n, [d / 4 for d in differences]))
    assert (scaled.low is None) == (found.low is None)
    if found.low is not None and found.high is not None and scaled.low is not None and scaled.high is not None:
        assert (scaled.low, scaled.high) == pytest.approx((found.low / 4, found.high / 4), rel=1e-12)
        assert found.low < found.high
