"""The bias-corrected and accelerated (BCa) bootstrap interval of the mean change: offered, never the default.

Invariants: resampling is seeded, so that the same data give the same interval; the interval carries the coverage that it
was seen to have at this n, which is below the level asked; where resampling cannot vary there is a reason instead.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trajecta.stats.decimals import PairedValues
from trajecta.stats.distributions import normal_quantile, normal_tail, tail_of
from trajecta.stats.words import percent_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RESAMPLES = 9_999
SEED = 20_220_917
COVERAGE = (
    (3, 0.688),
    (4, 0.786),
    (5, 0.829),
    (6, 0.853),
    (7, 0.869),
    (8, 0.880),
    (10, 0.897),
    (12, 0.907),
    (15, 0.916),
    (20, 0.925),
    (30, 0.934),
    (50, 0.940),
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
        limits = bca_limits(sorted(values.number(d) for d in values.differences), level, resamples, seed)
        reason = "" if limits is not None and limits[0] < limits[1] else DEGENERATE
    if reason or limits is None:
        return BootstrapResult(estimate, None, None, level, resamples, None, reason=reason)
    coverage = coverage_at(n)
    method = f"BCa bootstrap interval of the mean change, {resamples:,} resamples with a fixed seed."
    caution = (
        f"At n = {n} a 95 % interval of this kind held the true mean in about {percent_text(coverage)} of simulated "
        "normal samples; skewed differences fare worse. Prefer the exact interval."
    )
    return BootstrapResult(estimate, *limits, level, resamples, coverage, method, caution)


def coverage_at(n: int) -> float:
    """The simulated coverage of a 95 % BCa interval at n ≥ 2 pairs: that of the next smaller n of ``COVERAGE``.

    >>> coverage_at(5) < coverage_at(50) < 0.95
    True
    """
    at = bisect_right([known for known, _ in COVERAGE], n)
    return COVERAGE[max(0, at - 1)][1]


def bca_limits(differences: list[float], level: float, resamples: int, seed: int) -> tuple[float, float] | None:
    """The limits, or None where bias or acceleration cannot be computed (no resample on one side of the mean)."""
    import numpy as np  # only resampling needs arrays

    n = len(differences)
    sample = np.array(differences)
    # A power of two changes no digit and keeps sums of the largest doubles finite.
    scale = math.ldexp(1.0, math.frexp(float(np.abs(sample).max()))[1])
    sample = sample / scale
    drawn = np.random.default_rng(seed).integers(0, n, size=(resamples, n))
    means = sample.take(drawn).sum(axis=1) / n
    mean = float(sample.sum()) / n
    below = (int((means < mean).sum()) + int((means <= mean).sum())) / (2 * resamples)
    if not 0.0 < below < 1.0:
        return None
    left_out = (float(sample.sum()) - sample) / (n - 1)
    gaps = left_out.mean() - left_out
    spread = float((gaps**2).sum())
    if spread == 0.0:
        return None
    bias, acceleration = -normal_quantile(below), float((gaps**3).sum()) / (6.0 * spread**1.5)
    shares = [
        _share(bias, acceleration, z) for z in (-normal_quantile(tail_of(level)), normal_quantile(tail_of(level)))
    ]
    if not all(0.0 <= share <= 1.0 for share in shares):
        return None
    low, high = _percentiles(means, shares)
    return low * scale, high * scale


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
