"""Power: laws against brute-force integration and counting, sizes, the fewest pairs, refused designs."""

import itertools
import math
from fractions import Fraction

import pytest

from trajecta.stats.power import (
    LARGEST_N,
    Design,
    mcnemar_power,
    power,
    rank_critical,
    rank_laws,
    sign_critical,
    sign_power,
)
from trajecta.stats.sign_patterns import counts

ALPHA = Fraction(1, 20)


def phi(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2))


def test_without_a_shift_the_law_is_the_counted_one() -> None:
    laws = rank_laws(0.0, LARGEST_N)
    for n in (1, 2, 3, 8, 20, 50):
        expected = [ways / 2**n for ways in counts(range(1, n + 1), n * (n + 1) // 2)]
        assert laws[n - 1] == pytest.approx(expected, abs=1e-12)
    assert [math.fsum(law) for law in laws] == pytest.approx([1.0] * LARGEST_N, abs=1e-11)


@pytest.mark.parametrize("shift", [0.3, 1.0, -1.0, 4.0, 30.0])
def test_small_laws_by_other_means(shift: float) -> None:
    # n = 1: P(W₋ = 0) = Φ(shift). n = 2: W₋ = 0 where both are positive, W₋ ≤ 1 where their sum is.
    laws = rank_laws(shift, 2)
    assert laws[0][0] == pytest.approx(phi(shift), abs=1e-13)
    assert laws[1][0] == pytest.approx(phi(shift) ** 2, abs=1e-13)
    assert laws[1][0] + laws[1][1] == pytest.approx(phi(shift * math.sqrt(2)), abs=1e-13)


def test_power_against_a_simulation() -> None:
    import numpy as np

    n, shift = 9, 0.8
    draws = np.random.default_rng(1).normal(shift, 1, size=(200_000, n))
    ranks = np.argsort(np.argsort(np.abs(draws), axis=1), axis=1) + 1
    falls = (ranks * (draws < 0)).sum(axis=1)
    critical, _ = rank_critical(n, ALPHA)
    assert critical == 5
    share = float(np.mean((falls <= critical) | (falls >= n * (n + 1) // 2 - critical)))
    assert power(Design(n, shift=shift)).row.test("signed_rank").power == pytest.approx(share, abs=0.005)


def test_sign_and_mcnemar_by_counting_every_outcome() -> None:
    n, gain, loss = 6, 0.7, 0.1
    found = 0.0
    for answers in itertools.product((1, -1, 0), repeat=n):
        ups, downs = answers.count(1), answers.count(-1)
        critical, _ = sign_critical(ups + downs, ALPHA) if ups + downs else (None, 0)
        if critical is not None and min(ups, downs) <= critical:
            found += gain**ups * loss**downs * (1 - gain - loss) ** (n - ups - downs)
    assert mcnemar_power(n, ALPHA, gain, loss).power == pytest.approx(found, rel=1e-12)
    assert mcnemar_power(n, ALPHA, 0.0, 0.0).power == 0.0
    assert mcnemar_power(n, ALPHA, 1.0, 0.0).power == 1.0
    assert sign_power(6, ALPHA, 1.0).power == pytest.approx(phi(1) ** 6 + phi(-1) ** 6, rel=1e-12)


@pytest.mark.parametrize("outcomes", [1, 4])
def test_sizes_stay_below_alpha_and_power_without_a_shift_is_the_size(outcomes: int) -> None:
    found = power(Design(8, outcomes, shift=0.0))
    assert [row.n for row in found.table] == list(range(3, 51))
    for row in found.table:
        for test in row.tests:
            assert 0 <= test.size <= 0.05 / outcomes
            assert (test.critical is None) == (row.adjusted_smallest > 0.05)
        for key in ("signed_rank", "sign"):
            assert row.test(key).power == pytest.approx(row.test(key).size, abs=1e-11)


def test_out_of_reach_is_said() -> None:
    found = power(Design(5))
    assert [test.power for test in found.row.tests] == [0.0, 0.0, 0.0]
    assert found.smallest_n == 6
    assert found.needed == ((1, 6), (2, 7), (4, 8), (8, 9), (16, 10))
    assert found.cautions == ("0.0625 is the smallest P that 5 pairs can give; 0.05 needs at least 6 changed pairs.",)
    assert power(Design(6)).cautions == ()
    many = power(Design(9, 16))
    assert many.smallest_n == 10
    assert many.row.adjusted_smallest == 0.0625
    assert "after adjustment for 16 outcomes" in many.cautions[0]
    assert dict(found.enough)["signed_rank"] == 11
    assert dict(power(Design(5, shift=0.0)).enough)["sign"] is None


def test_direction_plays_no_part() -> None:
    up, down = power(Design(12, shift=0.7)), power(Design(12, shift=-0.7))
    for row, other in zip(up.table, down.table, strict=True):
        for key in ("signed_rank", "sign"):
            assert row.test(key).power == pytest.approx(other.test(key).power, abs=1e-12)


def test_a_very_large_shift_is_found_surely() -> None:
    for test in power(Design(10, shift=1e6)).row.tests[:2]:
        assert test.power == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 0},
        {"n": 51},
        {"outcomes": 0},
        {"alpha": 0.0},
        {"alpha": 1.0},
        {"alpha": float("nan")},
        {"shift": float("inf")},
        {"gain": 0.9, "loss": 0.2},
        {"gain": -0.1},
    ],
)
def test_designs_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        power(Design(**wrong))  # type: ignore[arg-type]  # the fields of a design
