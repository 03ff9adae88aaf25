"""The bias-corrected and accelerated (BCa) bootstrap interval of the mean change: offered, never the default.

Invariants: resampling is seeded, so that the same data give the same interval; the interval carries the coverage
that it was seen to have at this n, below the level asked; where resampling cannot vary there is a reason instead.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
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

    The limits are those of ``scipy.stats.bootstrap`` with ``numpy.random.default_rng(seed)`` where all resamples are
    drawn in one batch (to 1e-13) of the ascending differences as whole numbers; of decimals scipy's rounding makes some
    resamples differ from the mean that equal it. numpy may change what ``integers`` draws, not the words it draws from,
    so that the limits of the same data stay; ``test_bootstrap`` would tell that scipy's are others.
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
# In single precision, which takes half the memory, they are up to 2^24.
_EXACT_SINGLE = 1 << 24
# Draws made at a time: 128,000 bytes stay in the processor's cache, and the C library fetches no array of that size
# from the system, which takes longer than to fill it. Beyond 100 pairs a 64th of all draws is more.
_AT_ONCE = 16_000


def resampled_places(n: int, resamples: int, seed: int) -> "Iterator[NDArray[np.int64]]":
    """The places that ``default_rng(seed).integers(0, n, (resamples, n))`` draws, in slices that share their memory.

    numpy multiplies each 32-bit half of its random words, the lower first, by n; the product's upper half is the place,
    and where its lower half is below 2^32 mod n, the draw is repeated (Lemire 2019). Here whole slices are multiplied,
    in half the time. A repeated draw is rare; from the slice on that holds one, numpy draws.
    """
    import numpy as np  # only resampling needs arrays

    words = np.random.PCG64(seed)  # that of default_rng
    # An even number of resamples leaves no half of a word over.
    step = min(resamples, max(2, _AT_ONCE // n, resamples // 64) // 2 * 2)
    places = np.empty(step * n, np.uint64)
    for start in range(0, resamples, step):
        size = min(step, resamples - start) * n
        drawn = words.random_raw((size + 1) // 2)
        halves, lower = drawn.view(np.uint32)[:size], places.view(np.uint32)[:size]
        if np.multiply(halves, np.uint32(n), out=lower).min() < (1 << 32) % n:
            words.advance(-len(drawn))
            source = np.random.Generator(words)
            yield from (source.integers(0, n, (min(step, left), n)) for left in range(resamples - start, 0, -step))
            return
        np.multiply(halves, np.uint64(n), out=places[:size])
        places >>= np.uint64(32)
        yield places[:size].view(np.int64).reshape(-1, n)


def _resampled_sums(sample: "NDArray[np.floating]", resamples: int, seed: int) -> "NDArray[np.floating]":
    """The sums of the resamples."""
    import numpy as np

    n = len(sample)
    ones = np.ones_like(sample)
    # No place lies outside the sample, and "wrap" is the fastest mode.
    return np.concatenate([sample.take(places, mode="wrap") @ ones for places in resampled_places(n, resamples, seed)])


def bca_limits(differences: Sequence[int], level: float, resamples: int, seed: int) -> tuple[Fraction, Fraction] | None:
    """The limits for whole-number differences, n ≥ 2, not all equal; None where bias or acceleration do not exist."""
    import numpy as np

    n, largest = len(differences), max(map(abs, differences))
    drop = max(0, (n * largest).bit_length() - _EXACT.bit_length())
    sample = np.array([ratio(d, 1 << drop) for d in differences])
    total = float(sample.sum())
    single = n * largest <= _EXACT_SINGLE
    sums = _resampled_sums(sample.astype(np.float32) if single else sample, resamples, seed)
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


def _percentiles(means: "NDArray[np.floating]", shares: list[float]) -> list[float]:
    """Linear percentiles (R's type 7)."""
    import numpy as np

    # The whole order, since numpy sorts without branches, and looking for a few places alone takes five times as long.
    ordered = np.sort(means)
    found = []
    for share in shares:
        place = (len(ordered) - 1) * share
        at = math.floor(place)
        first, second = float(ordered[at]), float(ordered[min(at + 1, len(ordered) - 1)])
        found.append(first + (second - first) * (place - at))
    return found
