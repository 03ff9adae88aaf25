"""Paired yes/no outcomes: exact McNemar against enumeration and R, Tango's interval against two other routes."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from trajecta.stats.distributions import normal_quantile
from trajecta.stats.yes_no import mcnemar, tango_interval, yes_no

TABLES = [(1, 7, 21), (7, 1, 21), (0, 5, 5), (5, 0, 5), (0, 0, 5), (3, 3, 12), (2, 0, 9), (0, 1, 1), (8, 40, 80)]


def test_five_of_five_to_none() -> None:
    found = yes_no("ABCDE", [True] * 5, [False] * 5)
    assert found.only_before == ("A", "B", "C", "D", "E")
    assert found.both == found.only_after == found.neither == ()
    assert (found.exact_p, found.mid_p, found.p_smallest) == (0.0625, 0.03125, 0.0625)
    assert (found.before.k, found.after.k) == (5, 0)
    # R 4.2.2: binom.test(5, 5)$conf.int 0.478176249895019 1; binom.test(0, 5)$conf.int 0 0.521823750104981
    assert (found.before.low, found.before.high) == (pytest.approx(0.478176249895019, rel=1e-14), 1.0)
    assert (found.after.low, found.after.high) == (0.0, pytest.approx(0.521823750104981, rel=1e-14))
    assert found.difference.estimate == found.difference.low == -1.0
    assert found.difference.high is not None
    assert -1 < found.difference.high < 0
    assert "Tango" in found.difference.method


def test_mcnemar_equals_enumeration() -> None:
    for b, c in product(range(7), repeat=2):
        if b == c == 0:
            assert mcnemar(b, c) is None
            continue
        law = [Fraction(math.comb(b + c, k), 2 ** (b + c)) for k in range(b + c + 1)]
        tail, here = sum(law[: min(b, c) + 1]), law[b]
        expected = min(Fraction(1), 2 * tail)
        assert mcnemar(b, c) == (expected, Fraction(1) if b == c else 2 * tail - here)


def test_against_r() -> None:
    # R 4.2.2: binom.test(8, 48)$p.value 3.305266709219278e-06
    # coin 1.4.2: midpvalue(mh_test(as.table(matrix(c(12,8,40,20),2)), distribution="exact")) 1.96465377655386e-06
    patients = [str(i) for i in range(80)]
    before = [True] * 20 + [False] * 60
    after = [True] * 12 + [False] * 8 + [True] * 40 + [False] * 20
    found = yes_no(patients, before, after)
    assert [len(cell) for cell in (found.both, found.only_before, found.only_after, found.neither)] == [12, 8, 40, 20]
    assert found.exact_p == pytest.approx(3.305266709219278e-06, rel=1e-13, abs=0)
    assert found.mid_p == pytest.approx(1.96465377655386e-06, rel=1e-13, abs=0)
    assert found.p_smallest == 2.0**-47
    assert found.difference.estimate == 0.4


@pytest.mark.parametrize(("b", "c", "n"), TABLES)
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_tango_limits_solve_the_quartic(b: int, c: int, n: int, level: float) -> None:
    """Yang, Sun & Hardin (2013) show that the limits are the extreme real roots of a quartic in before − after."""
    g, d, s = normal_quantile((1 - level) / 2) ** 2, b - c, b + c
    quartic = [
        n**2 * (n / g + 1) ** 2,
        -n * d * (n / g + 1) * (4 * n / g + 1),
        2 * n * d**2 * (3 * n / g + 2) / g - n**2 * (s / g + 1),
        n * d * (2 * s / g + 1) - d**3 * (4 * n / g + 1) / g,
        d**2 * (d**2 / g - s) / g,
    ]
    real = sorted(-root.real for root in np.roots(quartic) if abs(root.imag) < 1e-4)
    low, high = tango_interval(b, c, n, level)
    assert low == pytest.approx(max(-1, real[0]), abs=1e-5)
    assert high == pytest.approx(min(1, real[-1]), abs=1e-5)
    assert low < high
    assert low <= (c - b) / n <= high


@pytest.mark.parametrize(("b", "c", "n"), TABLES)
def test_tango_limits_reach_the_normal_quantile(b: int, c: int, n: int) -> None:
    """The score statistic at a limit, its nuisance parameter found by maximising the likelihood on a fine grid."""
    z = normal_quantile(0.025)
    for delta in tango_interval(b, c, n, 0.95):
        if abs(delta) == 1.0:
            continue
        q = np.linspace(max(0.0, -delta), (1 - delta) / 2, 2_000_001)[1:-1]
        with np.errstate(divide="ignore"):
            likelihood = b * np.log(q) + c * np.log(q + delta) + (n - b - c) * np.log(1 - 2 * q - delta)
        best = q[np.argmax(likelihood)]
        score = ((c - b) / n - delta) / math.sqrt((2 * best + delta * (1 - delta)) / n)
        assert abs(score) == pytest.approx(z, rel=2e-4)


def test_tango_published_example() -> None:
    # Fagerland, Lydersen & Laake 2014: airway reactivity, table 1, 1, 7, 12; Tango's score interval −0.517 to −0.026.
    assert tango_interval(7, 1, 21, 0.95) == (pytest.approx(-0.517, abs=5e-4), pytest.approx(-0.026, abs=5e-4))
    low, high = tango_interval(1, 7, 21, 0.95)
    assert (-high, -low) == tango_interval(7, 1, 21, 0.95)


def test_nothing_and_no_change_give_reasons() -> None:
    empty = yes_no([], [], [])
    assert empty.exact_p is empty.mid_p is empty.p_smallest is empty.difference.estimate is None
    assert (empty.before.k, empty.before.n, empty.before.low) == (0, 0, None)
    assert empty.reason == empty.difference.reason.replace("to estimate from", "to compare")
    same = yes_no("AB", [True, False], [True, False])
    assert same.exact_p is None
    assert "No patient changed" in same.reason
    assert same.difference.low is not None
    assert same.difference.high is not None
    assert same.difference.low < 0 < same.difference.high
    one = yes_no("A", [False], [True])
    assert (one.exact_p, one.mid_p, one.p_smallest) == (1.0, 0.5, 1.0)


@pytest.mark.parametrize("wrong", [(0, 0, 0), (3, 3, 5), (-1, 0, 5)])
def test_tables_that_cannot_be(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="not a table"):
        tango_interval(*wrong, 0.95)
