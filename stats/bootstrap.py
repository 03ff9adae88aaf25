"""The bias-corrected and accelerated (BCa) bootstrap interval of the mean change: offered, never the default.

Invariants: resampling is seeded, so that the same data give the same interval; the interval carries the coverage
that it was seen to have at this n, below the level asked; where resampling cannot vary there is a reason instead.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from trajecta.stats.decimals import PairedValues, ratio
from trajecta.stats.distributions import normal_quantile, normal_tail, tail_of
from trajecta.stats.words import percent_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 9_999
SEED = 20_220_917
COVERAGE = (
    (3, 0.731),
    (4, 0.801),
    (5, 0.836),
    (6, 0.862),
    (7, 0.875),
    (8, 0.886),
    (10, 0.897),
    (12, 0.91),
    (15, 0.915),
    (20, 0.924),
    (30, 0.935),
    (50, 0.943),
)
"""Share of 95 % intervals that held the true mean of normal differences, from ``benchmarks/coverage.py`` (± 0.004)."""
NO_PAIRS = "There is no pair of values to estimate from."
ONE_PAIR = "One pair alone says nothing about the spread between patients."
ALL_EQUAL = "All patients changed by the same amount, so every resample has the same mean."
DEGENERATE = "The resamples take too few different values for limits to lie apart."


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    """The mean change with its BCa limits and the coverage known at this n, or the reason why there are no limits."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    resamples: int
    coverage: float | None
    method: str = ""
    caution: str = ""
    reason: str = ""


def bca(values: PairedValues, level: float = 0.95, resamples: int = RESAMPLES, seed: int = SEED) -> BootstrapResult:
    """BCa interval of the mean difference (Efron 1987); n < 2 or equal differences give the reason.

    Digit for digit that of ``scipy.stats.bootstrap`` with ``numpy.random.default_rng(seed)`` where all resamples are
    drawn in one batch.
    """
    n = values.n
    estimate = values.number(sum(values.differences), n) if n else None
    reason = NO_PAIRS if n == 0 else ONE_PAIR if n == 1 else ALL_EQUAL if values.all_equal else ""
    limits = None
    if not reason:
        # In a fixed order, so that the order of the patients changes no digit.
        limits = bca_limits(sorted(values.differences), level, resamples, seed)
        reason = "" if limits is not None and limits[0] < limits[1] else DEGENERATE
    if reason or limits is None:
        return BootstrapResult(estimate, None, None, level, resamples, None, reason=reason)
    low, high = (values.number(limit.numerator, limit.denominator) for limit in limits)
    coverage = coverage_at(n)
    method = f"BCa bootstrap interval of the mean change, {resamples:,} resamples with a fixed seed."
    caution = (
        f"At n = {n} a 95 % interval of this kind held the true mean in about {percent_text(coverage)} of simulated "
        "normal samples; skewed differences fare worse. Prefer the exact interval."
    )
    return BootstrapResult(estimate, low, high, level, resamples, coverage, method, caution)


def coverage_at(n: int) -> float:
    """The simulated coverage of a 95 % BCa interval at n ≥ 2 pairs: that of the next smaller n of ``COVERAGE``.

    >>> coverage_at(5) < coverage_at(50) < 0.95
    True
    """
    at = bisect_right([known for known, _ in COVERAGE], n)
    return COVERAGE[max(0, at - 1)][1]


# Sums of whole numbers up to 2^53 are exact in doubles, in whatever order they are added: ties with the mean are ties.
_EXACT = 1 << 53


# Summed 32,768 places at a time: what stays in the processor's cache takes half the time from 50 pairs on.
_AT_ONCE = 1 << 15
# Places kept for the next measure of the same cohort: 8 MB, 9,999 resamples of 100 pairs.
_KEPT = 1 << 20


def _places(n: int, resamples: int, seed: int) -> "Iterator[NDArray[np.int64]]":
    """The resampled places in slices, which take the same numbers from the generator as one large draw."""
    import numpy as np  # only resampling needs arrays

    source, step = np.random.default_rng(seed), max(1, _AT_ONCE // n)
    for start in range(0, resamples, step):
        yield source.integers(0, n, size=(min(step, resamples - start), n))


@lru_cache(maxsize=2)
def _kept_places(n: int, resamples: int, seed: int) -> "tuple[NDArray[np.int64], ...]":
    return tuple(_places(n, resamples, seed))


def _resampled_sums(sample: "NDArray[np.float64]", resamples: int, seed: int) -> "NDArray[np.float64]":
    """The sums of the resamples."""
    import numpy as np

    n = len(sample)
    ones, slices = np.ones(n), _kept_places if n * resamples <= _KEPT else _places
    return np.concatenate([sample.take(places) @ ones for places in slices(n, resamples, seed)])


def bca_limits(differences: Sequence[int], level: float, resamples: int, seed: int) -> tuple[Fraction, Fraction] | None:
    """The limits for whole-number differences, n ≥ 2, not all equal; None where bias or acceleration do not exist."""
    import numpy as np

    n, largest = len(differences), max(map(abs, differences))
    drop = max(0, (n * largest).bit_length() - _EXACT.bit_length())
    sample = np.array([ratio(d, 1 << drop) for d in differences])
    total = float(sample.sum())
    sums = _resampled_sums(sample, resamples, seed)
    below = (np.count_nonzero(sums < total) + np.count_nonzero(sums <= total)) / (2 * resamples)
    if not 0.0 < below < 1.0:
        return None
    gaps = (sample - total / n) / (n - 1)
    spread = float((gaps**2).sum())
    if spread == 0.0:
        return None
    bias, acceleration = -normal_quantile(below), float((gaps**3).sum()) / (6.0 * spread**1.5)
    reach = normal_quantile(tail_of(level))
    shares = [_share(bias, acceleration, z) for z in (-reach, reach)]
    low, high = (float(found) / n for found in _percentiles(sums, shares))
    return Fraction(low) * (1 << drop), Fraction(high) * (1 << drop)


def _share(bias: float, acceleration: float, z: float) -> float:
    moved = bias + z
    return normal_tail(-(bias + moved / (1.0 - acceleration * moved)))


def _percentiles(means: "NDArray[np.float64]", shares: list[float]) -> list[float]:
    """Linear percentiles (R's type 7), from the few order statistics they need."""
    import numpy as np

    places = [(len(means) - 1) * share for share in shares]
    wanted = sorted({min(math.floor(place) + more, len(means) - 1) for place in places for more in (0, 1)})
    ordered = np.partition(means, wanted)
    found = []
    for place in places:
        at = math.floor(place)
        first, second = float(ordered[at]), float(ordered[min(at + 1, len(means) - 1)])
        found.append(first + (second - first) * (place - at))
    return found
