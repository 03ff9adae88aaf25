"""Counting in rows of arrays: equal to brute force, binomial laws, remainders and packed counts to the last digit."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.long_laws import count_in_rows, seconds_in_rows
from trajecta.stats.pattern_laws import Sets, count_of_sets, split
from trajecta.stats.sign_patterns import count_at_most, share_at_most

MERSENNE = 2**61 - 1


def divided(weights: Sequence[int], places: Sequence[bool], unit: int) -> Sets:
    """The multiples of ``unit`` at the places that are true are the second set."""
    chosen = [place and weight % unit == 0 for weight, place in zip(weights, places, strict=True)]
    first = [weight for weight, second in zip(weights, chosen, strict=True) if not second]
    second = [weight // unit for weight, second in zip(weights, chosen, strict=True) if second]
    return Sets(tuple(sorted(first)), tuple(sorted(second)), unit)


def remainder(weights: Sequence[int], limit: int, prime: int) -> int:
    """The count modulo a prime below 2^61, by one plain sweep over all sums for each weight."""
    ways = np.zeros(limit + 1, dtype=np.uint64)
    ways[0] = 1
    for i, weight in enumerate(weights, start=1):
        if weight <= limit:
            ways[weight:] += ways[: limit + 1 - weight].copy()
        if i % 3 == 0:  # three doublings stay below 2^64
            ways %= np.uint64(prime)
    return sum(ways.tolist()) % prime


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=9),
    st.integers(1, 4),
    st.integers(0, 120),
)
def test_every_division_counts_what_brute_force_finds(drawn: list[tuple[int, bool]], unit: int, reach: int) -> None:
    weights = [weight for weight, _ in drawn]
    limit = min(reach, sum(weights))
    subsets = (chosen for size in range(len(weights) + 1) for chosen in combinations(weights, size))
    expected = sum(sum(chosen) <= limit for chosen in subsets)
    sets = divided(weights, [second for _, second in drawn], unit)
    assert seconds_in_rows(sets, limit) < 0.01
    assert count_in_rows(sets, limit) == expected == count_of_sets(sets, limit)


@pytest.mark.parametrize("largest", [1, 3, 10, 60, 400, 5000])
def test_random_weights_are_counted_as_by_one_packed_count(largest: int) -> None:
    source = Random(largest)
    for m in (1, 2, 11, 12, 13, 25, 40, 41, 75, 130):
        weights = sorted(source.randint(1, largest) for _ in range(m))
        half = sum(weights) // 2
        for limit in {0, 1, half // 3, source.randint(0, half), max(0, half - 1), half, sum(weights)}:
            expected = count_at_most(weights, limit)
            assert count_in_rows(split(weights, limit), limit) == expected
            for unit in (1, 2, 3, 4):
                sets = divided(weights, [source.random() < 0.5 for _ in weights], unit)
                assert count_in_rows(sets, limit) == expected


def test_all_patterns_are_counted_from_either_end() -> None:
    source = Random(5)
    for m in (30, 90, 200):
        weights = [source.choice((7, 12, 12, 31, 40, 88)) for _ in range(m)]
        total = sum(weights)
        for limit in (total // 2, total // 3, total // 5):
            sets = split(weights, limit)
            assert count_in_rows(sets, limit) + count_in_rows(sets, total - limit - 1) == 1 << m


@pytest.mark.parametrize("m", [1, 63, 64, 65, 200, 1000])
def test_equal_weights_follow_the_binomial_law(m: int) -> None:
    weights = [1] * m
    below = 0
    for limit in range(m // 2 + 1):
        below += math.comb(m, limit)
        if limit % 97 == 0 or limit == m // 2:
            for second in (0, m // 3, m // 2):
                sets = Sets((1,) * (m - second), (1,) * second, 1)
                assert count_in_rows(sets, limit) == below
    assert count_in_rows(split(weights, m), m) == 1 << m


def test_one_cell_is_filled_to_its_last_bit() -> None:
    # 67 and 130 equal weights: their largest counts have 64 and 127 bits, so that no carry may come too late.
    for m in (67, 68, 130, 131):
        expected = sum(math.comb(m, k) for k in range(m // 2 + 1))
        assert count_in_rows(Sets((3,) * m, (), 1), 3 * (m // 2)) == expected
        assert count_in_rows(Sets((), (1,) * m, 3), 3 * (m // 2) + 2) == expected


@pytest.mark.parametrize("limit", [1000, 167_167, 250_249])
def test_a_thousand_ranks_have_the_remainders_of_an_independent_count(limit: int) -> None:
    weights = range(1, 1001)
    found = count_in_rows(split(weights, limit), limit)
    assert found % MERSENNE == remainder(weights, limit, MERSENNE)
    assert float(Fraction(found, 1 << 1000)) == pytest.approx(share_at_most(weights, limit), rel=1e-12, abs=0)


@pytest.mark.parametrize("scale", [3, 40])
def test_a_thousand_ties_are_counted_as_by_packed_sets(scale: int) -> None:
    source = Random(scale)
    magnitudes = sorted(abs(round(source.gauss(0, scale))) for _ in range(1000))
    weights = [magnitudes.index(size) + 1000 - magnitudes[::-1].index(size) + 1 for size in magnitudes if size]
    limit = sum(weights) * 2 // 5
    sets = split(weights, limit)
    found = count_in_rows(sets, limit)
    assert found == count_of_sets(sets, limit)
    assert found % MERSENNE == remainder(weights, limit, MERSENNE)


def test_sums_that_no_row_can_hold() -> None:
    assert seconds_in_rows(split([10**9, 10**9 + 1], 10**9), 10**9) == math.inf
    assert seconds_in_rows(split(range(1, 5001), 6_000_000), 6_000_000) == math.inf
    assert seconds_in_rows(split([], 0), 0) < 0.01
    assert count_in_rows(Sets((), (), 1), 0) == 1
    # A weight above the limit is never taken, however large; what is left is counted all the same.
    assert count_in_rows(Sets((1, 2, 10**30), (1, 10**25), 2), 4) == 7
