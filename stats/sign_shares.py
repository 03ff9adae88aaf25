"""The interval for the chance of a rise, from the counted law of the positive rank sum, for the rank-biserial interval.

Invariants: for each number of positive signs the patterns are counted with whole numbers; with equal weights the
interval is Clopper and Pearson's; limits never coincide.
"""

import math
from collections.abc import Sequence
from functools import cache

from trajecta.stats.distributions import tail_of
from trajecta.stats.sign_patterns import reduced

LARGEST = 100
"""Most weights for which patterns are counted by their number of positive signs; 100 take about 0.3 s."""


def patterns_at_most(weights: Sequence[int], limit: int) -> list[int]:
    """For k = 0, 1, … m the number of patterns with k positive signs and a positive sum of at most ``limit``.

    >>> patterns_at_most([1, 2, 3], 3)  # {}; {1}, {2}, {3}; {1, 2}
    [1, 3, 1, 0]
    """
    m = len(weights)
    bits = m + 1
    mask = (1 << (limit + 1) * bits) - 1
    by_size = [1] + [0] * m
    for i, weight in enumerate(weights):
        if weight <= limit:
            for k in range(i, -1, -1):
                if by_size[k]:
                    by_size[k + 1] += by_size[k] << weight * bits & mask
    # A number modulo (base − 1) is the sum of its digits.
    return [packed % ((1 << bits) - 1) for packed in by_size]


def share_interval(weights: Sequence[int], total: int, level: float) -> tuple[float, float] | None:
    """Chances of a positive sign at which a positive sum of ``total`` lies in either tail of (1 − level)/2.

    ``weights`` are m ≥ 1 positive whole numbers, each positive with the same chance, independently; the law of their
    positive sum then rises with that chance. None for more weights than are counted.

    >>> tuple(round(limit, 3) for limit in share_interval([1, 1, 1, 1, 1], 0, 0.95))
    (0.0, 0.522)
    """
    if len(weights) > LARGEST:
        return None
    small, divisor = reduced(weights)
    return _interval(tuple(small), total // divisor, level)


@cache
def _interval(weights: tuple[int, ...], total: int, level: float) -> tuple[float, float]:
    side, whole = tail_of(level), sum(weights)
    # P(W ≥ total) at chance q is P(W ≤ whole − total) at 1 − q: the same search serves both limits.
    high = 1.0 if total == whole else _chance_at(patterns_at_most(weights, total), side)
    low = 0.0 if total == 0 else 1.0 - _chance_at(patterns_at_most(weights, whole - total), side)
    return low, high


def _chance_at(patterns: list[int], side: float) -> float:
    """The chance q at which Σ patterns[k]·q^k·(1 − q)^(m − k) = side, by bisection: the sum falls from 1 to 0 in q."""
    m = len(patterns) - 1
    logs = [(k, math.log(count)) for k, count in enumerate(patterns) if count]
    low, high = 0.0, 1.0
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        yes, no = math.log(middle), math.log1p(-middle)
        if math.fsum(math.exp(log + k * yes + (m - k) * no) for k, log in logs) > side:
            low = middle
        else:
            high = middle
