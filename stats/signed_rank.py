"""Wilcoxon's signed ranks on whole-number differences: ranks, their exact P, and the law of the Walsh averages.

Invariants: ranks are mid-ranks of abs(d) taken on exact decimals and kept doubled, so that they are whole numbers; the
law is that of all 2^m sign patterns of these ranks, ties included, at any n (never a normal approximation).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import groupby

from trajecta.stats.results import Zeros
from trajecta.stats.sign_patterns import Chance, counts, two_sided


@dataclass(frozen=True, slots=True)
class SignedRanks:
    """Doubled mid-ranks of the non-zero differences in their order; ``positive`` is the doubled W₊."""

    doubled: tuple[int, ...]
    positive: int
    zeros: int
    ties: bool

    @property
    def used(self) -> int:
        """Number of non-zero differences."""
        return len(self.doubled)

    @property
    def total(self) -> int:
        """Doubled sum of all signed ranks, W₊ + W₋."""
        return sum(self.doubled)


def doubled_midranks(magnitudes: Sequence[int]) -> list[int]:
    """Twice the mid-rank of each number: lowest plus highest rank that its value takes.

    >>> doubled_midranks([16, 16, 16, 8, 8])
    [8, 8, 8, 3, 3]
    """
    ranks: dict[int, int] = {}
    before = 0
    for value, group in groupby(sorted(magnitudes)):
        size = sum(1 for _ in group)
        ranks[value] = 2 * before + size + 1
        before += size
    return [ranks[value] for value in magnitudes]


def signed_ranks(differences: Sequence[int], zeros: Zeros = Zeros.WILCOXON) -> SignedRanks:
    """Rank whole-number differences; zeros are dropped before ranking, or ranked and then given no sign (Pratt 1959).

    >>> signed_ranks([3, 0, -1])
    SignedRanks(doubled=(4, 2), positive=4, zeros=1, ties=False)
    >>> signed_ranks([3, 0, -1], Zeros.PRATT)
    SignedRanks(doubled=(6, 4), positive=6, zeros=1, ties=False)
    """
    moved = [d for d in differences if d]
    ranked = moved if zeros is Zeros.WILCOXON else list(differences)
    ranks = doubled_midranks([abs(d) for d in ranked])
    doubled = tuple(rank for rank, d in zip(ranks, ranked, strict=True) if d)
    positive = sum(rank for rank, d in zip(doubled, moved, strict=True) if d > 0)
    return SignedRanks(doubled, positive, len(differences) - len(moved), len({abs(d) for d in moved}) < len(moved))


def signed_rank_chance(ranks: SignedRanks) -> Chance:
    """Two-sided exact P of the signed-rank test; ValueError if no difference is left.

    >>> signed_rank_chance(signed_ranks([16, 14, 12, -10, 8])).fraction
    Fraction(3, 16)
    """
    return two_sided(ranks.doubled, ranks.positive)


# Up to 300 pairs the law of the ranks is counted in about 0.1 s with whole numbers; beyond, numpy is faster.
_WHOLE_NUMBERS_UP_TO = 300


@cache
def walsh_position(n: int, level: float) -> tuple[int, float]:
    """The k for the interval W₍k₎ … W₍M+1−k₎ among the M = n(n + 1)/2 ordered Walsh averages, and its true level.

    The narrowest whose level, 1 − 2·P(W ≤ k − 1) in the tie-free law of n ≥ 1 ranks, reaches ``level``; the widest
    (k = 1, level 1 − 2^(1−n)) where none does. Where differences tie, the true level is at least that.

    >>> walsh_position(5, 0.95), walsh_position(6, 0.95), walsh_position(15, 0.95)
    ((1, 0.9375), (1, 0.96875), (26, 0.95208740234375))
    """
    side = (1 - Fraction(repr(float(level)))) / 2
    if n > _WHOLE_NUMBERS_UP_TO:
        return _walsh_position_in_doubles(n, float(side))
    allowed = side * (1 << n)
    below = k = 0
    for ways in counts(range(1, n + 1), n * (n + 1) // 4):
        if below + ways > allowed:
            break
        below += ways
        k += 1
    if k == 0:  # even the widest interval misses the level asked
        return 1, 1.0 - 2.0**-n * 2.0
    return k, float(1 - Fraction(2 * below, 1 << n))


def _walsh_position_in_doubles(n: int, side: float) -> tuple[int, float]:
    import numpy as np  # only for hundreds of pairs: importing it costs a start-up of its own

    law = np.zeros(n * (n + 1) // 4 + 1)
    law[0], reach = 1.0, 0
    for rank in range(1, n + 1):
        reach = min(reach + rank, law.size - 1)
        if rank <= reach:
            law[rank : reach + 1] += law[: reach + 1 - rank].copy()
        law[: reach + 1] *= 0.5
    below = np.cumsum(law)
    k = int(np.searchsorted(below, side, side="right"))
    return (k, 1.0 - 2.0 * float(below[k - 1])) if k else (1, 1.0 - 2.0 * float(below[0]))


def walsh_sums(differences: Sequence[int]) -> list[int]:
    """Twice the Walsh averages (sums of all pairs i ≤ j, zeros included) in ascending order, n(n + 1)/2 of them.

    >>> walsh_sums([-2, 4])
    [-4, 2, 8]
    """
    ordered = sorted(differences)
    return sorted(first + second for i, first in enumerate(ordered) for second in ordered[i:])
