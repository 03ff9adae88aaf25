"""Exact signed ranks: brute force in fractions for every tie and zero pattern, R, and other methods up to n = 1000."""

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import numpy as np
import pytest

from trajecta.stats.long_laws import count_in_rows
from trajecta.stats.pattern_laws import count_of_sets, lower_half, split
from trajecta.stats.results import Zeros
from trajecta.stats.sign_patterns import (
    How,
    count_at_most,
    count_by_halves,
    counts,
    share_at_most,
    simulated,
    two_sided,
)
from trajecta.stats.signed_rank import (
    doubled_midranks,
    signed_rank_chance,
    signed_ranks,
    walsh_position,
    walsh_sums,
)


def near(expected: Any, relative: float) -> Any:
    """Relative closeness only: pytest's own absolute tolerance of 1e-12 would hide the tails."""
    return pytest.approx(expected, rel=relative, abs=0)


def compositions(n: int) -> Iterator[tuple[int, ...]]:
    """All ordered ways to write n as a sum: every pattern of ties among n sorted magnitudes."""
    if n == 0:
        yield ()
    for first in range(1, n + 1):
        for rest in compositions(n - first):
            yield (first, *rest)


def midranks(magnitudes: list[int]) -> list[Fraction]:
    return [
        Fraction(sum(other < own for other in magnitudes)) + Fraction(sum(o == own for o in magnitudes) + 1, 2)
        for own in magnitudes
    ]


def brute_force(ranks: list[Fraction]) -> dict[Fraction, Fraction]:
    """Two-sided P of each possible W₊ by enumerating all sign patterns."""
    law: dict[Fraction, int] = {}
    for signs in product((0, 1), repeat=len(ranks)):
        total = sum((r for r, s in zip(ranks, signs, strict=True) if s), Fraction(0))
        law[total] = law.get(total, 0) + 1
    patterns = 2 ** len(ranks)
    return {
        w: min(
            Fraction(1),
            2
            * min(sum(c for v, c in law.items() if v <= w), sum(c for v, c in law.items() if v >= w))
            * Fraction(1, patterns),
        )
        for w in law
    }


@pytest.mark.parametrize("n", range(1, 9))
def test_every_tie_and_zero_pattern_equals_brute_force(n: int) -> None:
    for zeros in range(n):
        for groups in compositions(n - zeros):
            magnitudes = [size for size, count in enumerate(groups, start=1) for _ in range(count)]
            dropped = midranks(magnitudes)
            kept = midranks([0] * zeros + magnitudes)[zeros:]
            laws = {Zeros.WILCOXON: (dropped, brute_force(dropped)), Zeros.PRATT: (kept, brute_force(kept))}
            # Signs within a group of ties are exchangeable: the number of positive ones decides.
            for rises in product(*(range(count + 1) for count in groups)):
                signs = [1 if i < up else -1 for count, up in zip(groups, rises, strict=True) for i in range(count)]
                differences = [0] * zeros + [m * s for m, s in zip(magnitudes, signs, strict=True)]
                for policy, (ranks, law) in laws.items():
                    found = signed_ranks(differences, policy)
                    w = sum((r for r, s in zip(ranks, signs, strict=True) if s > 0), Fraction(0))
                    assert Fraction(found.positive, 2) == w
                    chance = signed_rank_chance(found)
                    assert chance.fraction == law[w]
                    assert abs(chance.value - float(law[w])) <= 1e-12


def test_check_values() -> None:
    assert signed_rank_chance(signed_ranks([-16, -16, -16, -8, -8])).fraction == Fraction(1, 16)
    assert signed_rank_chance(signed_ranks([16, 14, 12, 10, 0])).fraction == Fraction(1, 8)
    assert signed_rank_chance(signed_ranks([16, 14, 12, -10, 8])).fraction == Fraction(3, 16)
    assert signed_rank_chance(signed_ranks([-3, -3, -2, -3, -3])).fraction == Fraction(1, 16)


def test_against_r_with_ties_and_zeros() -> None:
    # R 4.2.2, exactRankTests 0.8.35, coin 1.4.2
    # > d <- c(4,-2,2,0,5,5,-1,3,0,2,-4,6,1,1,7)
    # > wilcox.exact(d)  V = 75.5, p-value = 0.03515625
    # > pvalue(wilcoxsign_test(d ~ rep(0,15), zero.method="Pratt", distribution="exact"))  0.033935546875
    d = [4, -2, 2, 0, 5, 5, -1, 3, 0, 2, -4, 6, 1, 1, 7]
    dropped = signed_ranks(d)
    assert dropped.positive / 2 == 75.5
    assert signed_rank_chance(dropped).value == 0.03515625
    assert signed_rank_chance(signed_ranks(d, Zeros.PRATT)).value == 0.033935546875
    # > z <- ((1:150)*37) %% 101 - 30; wilcox.exact(z, exact=TRUE)  V = 9087, p-value = 5.3888215352943079e-13
    # (without exact=TRUE the function approximates from 50 pairs on and prints 7.8e-12)
    z = [i * 37 % 101 - 30 for i in range(1, 151)]
    assert signed_ranks(z).positive / 2 == 9087
    assert signed_rank_chance(signed_ranks(z)).value == near(5.3888215352943079e-13, 1e-12)
    # > z <- ((1:150)*37) %% 101 - 44; wilcox.exact(z, exact=TRUE)  V = 6911, p-value = 0.011860229941175655
    z = [i * 37 % 101 - 44 for i in range(1, 151)]
    assert signed_ranks(z).positive / 2 == 6911
    assert signed_rank_chance(signed_ranks(z)).value == near(0.011860229941175655, 1e-12)


def differences_with_rank_sum(n: int, w: int) -> list[int]:
    """n untied differences with W₊ = w: the largest ranks that still fit are positive."""
    signs = []
    for rank in range(n, 0, -1):
        signs.append(rank if rank <= w else -rank)
        w -= rank if rank <= w else 0
    assert w == 0
    return signs


@pytest.mark.parametrize(
    ("n", "w", "lower"),
    [
        # R 4.2.2: sprintf("%.17g", psignrank(w, n))
        (200, 3000, 1.9252908988883375e-20),
        (200, 8000, 0.0060891148520746804),
        (200, 9500, 0.25168360399792594),
        (1000, 200000, 1.6634887056181475e-08),
        (1000, 220000, 0.00045795057742169964),
        (1000, 235000, 0.047539513882485722),
        (1000, 250000, 0.48911079082109432),
    ],
)
def test_large_cohorts_without_ties_against_r(n: int, w: int, lower: float) -> None:
    chance = signed_rank_chance(signed_ranks(differences_with_rank_sum(n, w)))
    assert chance.value == near(2 * lower, 1e-10)


@pytest.mark.parametrize("n", [60, 301, 700, 1000])
@pytest.mark.parametrize("policy", Zeros)
def test_large_cohorts_with_ties_against_grouped_convolution(n: int, policy: Zeros) -> None:
    """An independent method: one binomial law per group of ties, convolved in plain probabilities."""
    source = Random(n)
    d = [round(source.gauss(4, 30)) for _ in range(n)]
    ranks = signed_ranks(d, policy)
    groups: dict[int, int] = {}
    for rank in ranks.doubled:
        groups[rank] = groups.get(rank, 0) + 1
    law = np.ones(1)
    for rank, size in groups.items():
        binomial = np.zeros(rank * size + 1)
        binomial[::rank] = [math.comb(size, k) * 0.5**size for k in range(size + 1)]
        wider = np.zeros(law.size + binomial.size - 1)
        for shift in range(0, binomial.size, rank):
            wider[shift : shift + law.size] += binomial[shift] * law
        law = wider
    expected = min(1.0, 2 * min(law[: ranks.positive + 1].sum(), law[ranks.positive :].sum()))
    assert signed_rank_chance(ranks).value == near(expected, 1e-10)


def test_all_ways_of_counting_agree() -> None:
    source = Random(7)
    for m in (1, 2, 9, 16, 22):
        weights = sorted(source.randint(1, 500) for _ in range(m))
        for limit in {0, 1, sum(weights) // 5, sum(weights) // 2}:
            expected = count_at_most(weights, limit)
            assert count_by_halves(weights, limit) == expected
            assert sum(counts(weights, limit)) == expected
            assert share_at_most(weights, limit) == near(expected / 2**m, 1e-13)


@pytest.mark.parametrize("largest", [1, 3, 10, 60, 400])
def test_two_sets_count_what_one_count_finds(largest: int) -> None:
    source = Random(largest)
    for m in [*range(2, 42), 75, 130]:
        weights = sorted(source.randint(1, largest) for _ in range(m))
        half = sum(weights) // 2
        for limit in {0, 1, half // 3, source.randint(0, half), half}:
            sets = split(weights, limit)
            assert sorted([*sets.first, *(weight * sets.unit for weight in sets.second)]) == weights
            assert count_of_sets(sets, limit) == count_at_most(weights, limit)
            assert lower_half(weights, limit) == counts(weights, limit)


@pytest.mark.parametrize("decimals", [0, 1, 3])
def test_two_hundred_pairs_are_counted_with_whole_numbers(decimals: int) -> None:
    source = Random(decimals)
    ranks = signed_ranks([round(round(source.gauss(1, 5), decimals) * 10**decimals) for _ in range(200)])
    chance = signed_rank_chance(ranks)
    assert chance.how is How.COUNTED
    limit = min(ranks.positive, ranks.total - ranks.positive)
    assert chance.fraction == Fraction(2 * count_at_most(ranks.doubled, limit), 2**ranks.used)
    assert chance.value == near(2 * share_at_most(ranks.doubled, limit), 1e-12)


@pytest.mark.parametrize("decimals", [None, 0, 1])
def test_a_thousand_pairs_are_counted_with_whole_numbers(decimals: int | None) -> None:
    source = Random(1000)
    drawn = [source.gauss(0.1, 5) for _ in range(1000)]
    scale = 10 ** (9 if decimals is None else decimals)
    ranks = signed_ranks([round(value * scale) for value in drawn])
    assert ranks.ties is (decimals is not None)
    chance = signed_rank_chance(ranks)
    assert chance.how is How.COUNTED
    assert chance.fraction is not None
    assert 2 ** (ranks.used - 1) % chance.fraction.denominator == 0
    limit = min(ranks.positive, ranks.total - ranks.positive)
    assert chance.value == near(2 * share_at_most(ranks.doubled, limit), 1e-12)


def test_far_beyond_a_thousand_pairs_doubles_take_over_and_it_is_said() -> None:
    chance = signed_rank_chance(signed_ranks(differences_with_rank_sum(1700, 700000)))
    assert chance.how is How.COUNTED_IN_DOUBLES
    assert chance.fraction is None
    counted = count_in_rows(split(range(1, 1701), 700000), 700000)
    assert chance.value == near(float(Fraction(2 * counted, 2**1700)), 1e-12)


def test_simulation_is_near_the_count_and_repeats() -> None:
    weights = [3, 5, 8, 13, 21, 34, 55, 89, 144, 233]
    counted = two_sided(weights, 120)
    found = simulated(weights, 120)
    assert found == simulated(weights[::-1], 120)
    assert found.how is How.SIMULATED
    assert found.standard_error is not None
    assert abs(found.value - counted.value) < 4 * found.standard_error
    assert simulated([10**i for i in range(60)], 0, draws=99).value == 0.01


def test_a_chance_is_never_zero() -> None:
    tiny = two_sided([1] * 3000, 0)
    assert tiny.value == 5e-324
    assert tiny.fraction == Fraction(2, 2**3000)
    assert two_sided([2, 2], 2).value == 1.0


def test_weights_that_cannot_be() -> None:
    for weights, total in (([], 0), ([0, 1], 0), ([1, 2], 4)):
        with pytest.raises(ValueError, match="sign patterns need"):
            two_sided(weights, total)


def test_walsh_positions_against_r() -> None:
    # R 4.2.2: k = qsignrank(.025, n), level 1 - 2*psignrank(max(1, k) - 1, n)
    known = {
        3: (1, 0.75),
        5: (1, 0.9375),
        6: (1, 0.96875),
        7: (3, 0.953125),
        10: (9, 0.951171875),
        20: (53, 0.951559066772461),
        50: (435, 0.950553593199398),
        200: (8445, 0.950030368700025),
        500: (56291, 0.950031022592841),
        1000: (232347, 0.950005135705287),
    }
    for n, (k, level) in known.items():
        assert walsh_position(n, 0.95) == (k, near(level, 1e-13))


def test_the_interval_is_the_narrowest_that_reaches_the_level() -> None:
    for n in range(2, 13):
        law = counts(range(1, n + 1), n * (n + 1) // 2)
        for level in (0.5, 0.9, 0.9375, 0.95, 0.99):
            k, achieved = walsh_position(n, level)
            assert achieved == 1 - 2 * Fraction(sum(law[:k]), 2**n)
            assert achieved >= level or k == 1
            assert 1 - 2 * Fraction(sum(law[: k + 1]), 2**n) < level


def test_ranks_and_walsh_sums() -> None:
    assert doubled_midranks([]) == []
    assert doubled_midranks([5, 1, 5]) == [5, 2, 5]
    assert walsh_sums([]) == []
    assert len(walsh_sums(range(9))) == 45
