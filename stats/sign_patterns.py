"""How often sums of randomly signed weights fall as far out as the one observed: the engine of the exact tests.

Invariants: the law is that of all 2^m equally likely sign patterns of *these* whole-number weights, ties included;
it is counted with whole numbers, or, where that would take long, counted in doubles with a relative error below 1e-12;
only where neither can be done is it simulated, with a fixed seed, and the result says so. A chance is never 0.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from trajecta.stats.decimals import SMALLEST, positive


class How(StrEnum):
    """How a chance was found; the text completes a method sentence."""

    COUNTED = "counted with whole numbers"
    COUNTED_IN_DOUBLES = "counted over all sign patterns in double precision (relative error below 1e-12)"
    SIMULATED = "simulated with random sign patterns"


@dataclass(frozen=True, slots=True)
class Chance:
    """A two-sided probability: a fraction where it was counted with whole numbers, and always a positive float."""

    value: float
    fraction: Fraction | None
    how: How
    standard_error: float | None = None


# Seconds that counting may take before numpy is imported, which takes 0.1 s once and then counts five times as fast.
# With many weights they are fewer: R's exactRankTests, which takes 9 ms for 200 ranks without ties, is to need at least
# five times as long.
_PATIENCE, _PATIENCE_WITH_MANY, _MANY = 0.005, 0.0015, 150
# From here on it pays to look for a division of the weights into two sets.
_WORTH_DIVIDING = 0.0004
# Seconds that whole numbers may take before doubles take over: 1,000 pairs take up to 0.2 s.
_PATIENCE_FOR_WHOLE_NUMBERS = 0.5
# Measured: packed counting moves some 4e9 bytes a second; meeting in the middle handles a sum in 0.1 to 0.2 µs.
_SECONDS_A_BYTE, _SECONDS_A_SUM = 2.5e-10, 2e-7
# 2^20 sums on either side take about half a second in pure Python.
_LARGEST_HALVES = 40
_LARGEST_LIMIT = 1 << 64
# Sums of two arrays of doubles: 16 million entries are 128 MB each; of weights times entries a third to two thirds are
# added up, in 2 to 4 s.
_LONGEST_ARRAY, _MOST_ADDITIONS = 16_000_000, 20_000_000_000
DRAWS = 99_999
"""Random sign patterns of a simulation; with the observed one 100,000, so that P moves in steps of 0.00001."""
_SEED = 20_220_915


def reduced(weights: Sequence[int]) -> tuple[list[int], int]:
    """The weights divided by their greatest common divisor, ascending, and that divisor (1 for none).

    >>> reduced([6, 4, 4])
    ([2, 2, 3], 2)
    """
    divisor = math.gcd(*weights) or 1
    return sorted(weight // divisor for weight in weights), divisor


def two_sided(weights: Sequence[int], total: int) -> Chance:
    """min(1, 2·min(P(W ≤ total), P(W ≥ total))) for W the sum of the positively signed of m ≥ 1 positive weights.

    The law is symmetric about half the sum of the weights, so this is also the share of patterns at least as far from
    it as ``total``. ValueError for no weights, weights below 1 or a total outside their range.

    >>> two_sided([1, 2, 3, 4, 5], 0).fraction, two_sided([1, 2, 3, 4, 5], 2).fraction
    (Fraction(1, 16), Fraction(3, 16))
    """
    if not weights or min(weights) < 1 or not 0 <= total <= sum(weights):
        raise ValueError("sign patterns need positive whole weights and a total among their sums")
    small, divisor = reduced(weights)
    limit, rest = divmod(min(total, sum(weights) - total), divisor)
    assert rest == 0 or total % divisor, "a sum of weights is a multiple of their divisor"
    return _chance(small, limit)


def _chance(weights: list[int], limit: int) -> Chance:
    m = len(weights)
    if limit < weights[0]:  # only the pattern with no positive weight
        return _counted(1, m)
    if 2 * limit == sum(weights):
        return Chance(1.0, Fraction(1), How.COUNTED)
    # Values of very different size have sums beyond any double, and no list of sums to count.
    packed = m * (limit + 1) * (m + 1) / 8 * _SECONDS_A_BYTE if limit < _LARGEST_LIMIT else math.inf
    halves = 2.0 ** ((m + 1) // 2 + 1) * _SECONDS_A_SUM if m <= _LARGEST_HALVES else math.inf
    quickest = min(packed, halves)
    if quickest > _WORTH_DIVIDING and limit < _LONGEST_ARRAY:
        found = _count_of_two_sets(weights, limit, (quickest, halves))
        if found is not None:
            return _counted(found, m)
    if quickest <= _patience(m):
        count = count_at_most if packed <= halves else count_by_halves
        return _counted(count(weights, limit), m)
    if m <= _LARGEST_HALVES:
        return _counted(count_by_halves(weights, limit), m)
    if limit < _LONGEST_ARRAY and m * limit <= _MOST_ADDITIONS:
        return Chance(min(1.0, 2.0 * share_at_most(weights, limit)) or SMALLEST, None, How.COUNTED_IN_DOUBLES)
    return simulated(weights, limit)


def _patience(m: int) -> float:
    return _PATIENCE if m < _MANY else _PATIENCE_WITH_MANY


def _count_of_two_sets(weights: list[int], limit: int, others: tuple[float, float]) -> int | None:
    """The count by dividing the weights into two sets; None where that is not the quickest or would take too long.

    ``others`` are the seconds of the quickest other way to count, and of counting by halves.
    """
    # Few answers need these modules, and every command loads this one.
    from trajecta.stats.long_laws import count_in_rows, seconds_in_rows
    from trajecta.stats.pattern_laws import count_of_sets, split

    quickest, halves = others
    sets = split(weights, limit)
    if sets.seconds(limit) < min(quickest, _patience(len(weights))):
        return count_of_sets(sets, limit)
    if quickest > _patience(len(weights)) and seconds_in_rows(sets, limit) <= min(halves, _PATIENCE_FOR_WHOLE_NUMBERS):
        return count_in_rows(sets, limit)
    return None


def _counted(count: int, m: int) -> Chance:
    fraction = min(Fraction(1), Fraction(2 * count, 1 << m))
    return Chance(positive(fraction), fraction, How.COUNTED)


def _packed(weights: Sequence[int], limit: int, bits: int) -> int:
    """The numbers of patterns with sum 0, 1, … limit, as digits of ``bits`` bits of one large whole number."""
    product, mask = 1, (1 << (limit + 1) * bits) - 1
    for weight in weights:
        if weight <= limit:
            product += product << weight * bits
            if product > mask:
                product &= mask
    return product


def count_at_most(weights: Sequence[int], limit: int) -> int:
    """How many of the 2^m sign patterns have a positive sum of at most ``limit``.

    >>> count_at_most([1, 2, 3], 3)  # {}, {1}, {2}, {3}, {1, 2}
    5
    """
    if limit < 0:
        return 0
    bits = len(weights) + 1
    # A number modulo (base − 1) is the sum of its digits, here below base − 1 since the counts add up to at most 2^m.
    return _packed(weights, limit, bits) % ((1 << bits) - 1) if weights else 1


def counts(weights: Sequence[int], limit: int) -> list[int]:
    """The numbers of sign patterns with positive sum 0, 1, … limit.

    >>> counts([1, 2, 3], 6)
    [1, 1, 1, 2, 1, 1, 1]
    """
    width = len(weights) // 8 + 1
    packed = _packed(weights, limit, 8 * width).to_bytes((limit + 1) * width, "little")
    return [int.from_bytes(packed[i : i + width], "little") for i in range(0, len(packed), width)]


def _sums(weights: Sequence[int]) -> list[int]:
    """All 2^m subset sums in ascending order; merging two sorted runs is what ``sort`` does in linear time."""
    found = [0]
    for weight in weights:
        found += [total + weight for total in found]
        found.sort()
    return found


def count_by_halves(weights: Sequence[int], limit: int) -> int:
    """``count_at_most`` by meeting in the middle: 2^(m/2) sums of either half, for weights on a fine grid.

    >>> count_by_halves([1, 2, 3], 3)
    5
    """
    first, second = _sums(weights[::2]), _sums(weights[1::2])
    count, end = 0, len(second)
    for total in first:
        end = bisect_right(second, limit - total, 0, end)
        count += end
        if not end:
            break
    return count


def share_at_most(weights: Sequence[int], limit: int) -> float:
    """The share of sign patterns with positive sum ≤ limit, counted in doubles for hundreds of weights.

    Additions of positive numbers only: each of the m rounds adds at most 2^-53 of relative error.
    """
    import numpy as np  # only where the numbers are large: importing it costs a start-up of its own

    ways, spare = np.zeros(limit + 1), np.zeros(limit + 1)
    ways[0], reach, exponent = 1.0, 0, 0
    for i, weight in enumerate(sorted(weights), start=1):
        if weight <= limit:
            reach = min(reach + weight, limit)
            spare[:weight] = ways[:weight]
            np.add(ways[weight : reach + 1], ways[: reach + 1 - weight], out=spare[weight : reach + 1])
            ways, spare = spare, ways
        if i % 1000 == 0:  # 2^1000 fits into a double, 2^1024 does not
            ways *= 2.0**-1000
            exponent += 1000
    # Summed from the small end; pairwise summation keeps the error near the last digit.
    return math.ldexp(float(ways.sum()), exponent - len(weights))


def simulated(weights: Sequence[int], limit: int, draws: int = DRAWS) -> Chance:
    """The two-sided chance from ``draws`` random sign patterns with a fixed seed, as (b + 1)/(draws + 1).

    Counting the observed pattern among the drawn ones keeps the test valid (Phipson & Smyth 2010).
    """
    from random import Random  # only where nothing can be counted

    ordered, source, total = sorted(weights), Random(_SEED), sum(weights)
    size = (len(ordered) + 7) // 8
    tables = [_byte_sums(ordered[8 * i : 8 * i + 8]) for i in range(size)]
    beyond = 0
    for _ in range(draws):
        drawn = source.getrandbits(8 * size).to_bytes(size, "little")
        found = sum(table[byte] for table, byte in zip(tables, drawn, strict=True))
        beyond += found <= limit or found >= total - limit
    p = (beyond + 1) / (draws + 1)
    return Chance(p, None, How.SIMULATED, math.sqrt(p * (1.0 - p) / draws))


def _byte_sums(weights: Sequence[int]) -> list[int]:
    """The sum of the weights chosen by each of the 256 bytes; bits beyond the last weight add nothing."""
    return [sum(weight for bit, weight in enumerate(weights) if byte >> bit & 1) for byte in range(256)]
