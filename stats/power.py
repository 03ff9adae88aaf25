"""Power of the exact tests before a study: what n pairs can show, computed exactly, and how few can reach alpha.

Invariants: power is the chance of P ≤ alpha under a stated truth, never computed from the results of a study ("observed
power"); where no result of n pairs can reach alpha, power is 0 and the answer says so; nothing is simulated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from trajecta.stats.decimals import exact
from trajecta.stats.distributions import binomial_at_most, normal_tail
from trajecta.stats.families import pairs_needed
from trajecta.stats.paired_tests import smallest_p
from trajecta.stats.sign_patterns import counts
from trajecta.stats.words import OFTEN_QUOTED, count_text, p_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SMALLEST_N, LARGEST_N = 1, 50
TABLE_FROM = 3
"""Cohorts of 3 to 50 patients are what the program is for."""
MOST_OUTCOMES = 1000
OUTCOMES_SHOWN = (1, 2, 4, 8, 16)


@dataclass(frozen=True, slots=True)
class Design:
    """What is assumed: pairs, outcomes, alpha, and the truth to be found.

    ``shift`` is the true mean difference in standard deviations of the differences, which are normal. ``gain`` and
    ``loss`` are the true shares of patients whose yes/no outcome changes to the better answer, and to the worse.
    """

    n: int = 5
    outcomes: int = 1
    shift: float = 1.0
    alpha: float = OFTEN_QUOTED
    gain: float = 0.8
    loss: float = 0.05


@dataclass(frozen=True, slots=True)
class TestPower:
    """Power of one test at one n: ``critical`` is the largest statistic of the smaller side at which P ≤ alpha.

    ``size`` is the chance of P ≤ alpha where nothing is to be found; ``critical`` is None where alpha is out of reach.
    """

    __test__ = False  # not a pytest class

    key: str
    name: str
    power: float
    size: float
    critical: int | None


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One n: the smallest P its pairs can give, before and after adjustment, and the power of each test."""

    n: int
    p_smallest: float
    adjusted_smallest: float
    tests: tuple[TestPower, ...]

    def test(self, key: str) -> TestPower:
        """The test with this key; KeyError if there is none."""
        for test in self.tests:
            if test.key == key:
                return test
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class PowerResult:
    """The answer for a design: its own row, the rows for n = 3 … 50, and the fewest pairs needed.

    ``enough`` are (test key, smallest n of the table with power ≥ 0.8 from there on, or None).
    """

    design: Design
    level: float
    row: PowerRow
    table: tuple[PowerRow, ...]
    smallest_n: int
    needed: tuple[tuple[int, int], ...]
    enough: tuple[tuple[str, int | None], ...]
    method: str
    cautions: tuple[str, ...] = ()


WANTED = 0.8
"""The power that protocols usually ask for."""
_NODES, _PANEL = 16, 0.25
"""Nodes a panel and its width in standard deviations: the laws of up to 50 pairs add up to 1 within 1e-13.

One polynomial for the whole range would not do: rounding at small magnitudes, where all chances are tiny, would grow
with the binomial coefficients. Panels keep errors relative to the chances nearby.
"""
_REACH = 8.5
"""Beyond 8.5 standard deviations a normal tail is below 1e-17."""


def power(design: Design) -> PowerResult:
    """Power of signed-rank, sign and McNemar test for a design and for n = 3 … 50, and the smallest n to reach alpha.

    ValueError for n outside 1 … 50, outcomes outside 1 … 1000, alpha outside (0, 1), shares outside 0 … 1 or a shift
    that is not finite.
    """
    _check(design)
    level = exact(design.alpha) / design.outcomes
    laws = rank_laws(design.shift, LARGEST_N)
    row = _row(design.n, design, level, laws)
    table = tuple(_row(n, design, level, laws) for n in range(TABLE_FROM, LARGEST_N + 1))
    enough = tuple((test.key, _enough(table, test.key)) for test in row.tests)
    return PowerResult(
        design,
        float(level),
        row,
        table,
        pairs_needed(design.outcomes, design.alpha),
        tuple((k, pairs_needed(k, design.alpha)) for k in OUTCOMES_SHOWN),
        enough,
        _method(design),
        _cautions(design, row),
    )


def _check(design: Design) -> None:
    if not SMALLEST_N <= design.n <= LARGEST_N:
        raise ValueError(f"power is computed for {SMALLEST_N} to {LARGEST_N} pairs, not {design.n}")
    if not 1 <= design.outcomes <= MOST_OUTCOMES:
        raise ValueError(f"{design.outcomes} outcomes are not 1 to {MOST_OUTCOMES}")
    if not 0.0 < design.alpha < 1.0:
        raise ValueError(f"an alpha of {design.alpha} lies outside 0 to 1")
    if not math.isfinite(design.shift):
        raise ValueError("a shift is a finite number of standard deviations")
    if not (min(design.gain, design.loss) >= 0.0 and design.gain + design.loss <= 1.0):
        raise ValueError(f"shares of {design.gain} and {design.loss} are not parts of one cohort")


def _row(n: int, design: Design, level: Fraction, laws: Sequence[Sequence[float]]) -> PowerRow:
    smallest = smallest_p(n)
    assert smallest is not None
    tests = (
        signed_rank_power(n, level, laws[n - 1]),
        sign_power(n, level, design.shift),
        mcnemar_power(n, level, design.gain, design.loss),
    )
    return PowerRow(n, smallest, min(1.0, design.outcomes * smallest), tests)


def _enough(table: Sequence[PowerRow], key: str) -> int | None:
    """The smallest n from which on the power stays at or above what is wanted: exact tests saw upwards in n."""
    found = None
    for row in reversed(table):
        if row.test(key).power < WANTED:
            break
        found = row.n
    return found


# --- signed-rank -----------------------------------------------------------------------------------------------------


@cache
def rank_critical(n: int, level: Fraction) -> tuple[int | None, Fraction]:
    """The largest w with 2·P(W ≤ w) ≤ level in the tie-free law of n signed ranks, None for none, and that chance.

    >>> rank_critical(5, Fraction(1, 20)), rank_critical(8, Fraction(1, 20))
    ((None, Fraction(0, 1)), (3, Fraction(5, 128)))
    """
    allowed, below, critical = level * (1 << n) / 2, 0, None
    for w, ways in enumerate(counts(range(1, n + 1), n * (n + 1) // 4)):
        # An even law has one sum in its middle; P there is 1, which no level below 1 allows.
        if below + ways > allowed:
            break
        below, critical = below + ways, w
    return critical, Fraction(2 * below, 1 << n)


@cache
def rank_laws(shift: float, largest: int) -> tuple[tuple[float, ...], ...]:
    """For n = 1 … ``largest`` the chances of W₋ = 0, 1, … n(n + 1)/2 when the differences are normal(shift, 1).

    The law of ranks and signs given the magnitudes is integrated over the ordered magnitudes: with G(x, w) the chance
    that all of k magnitudes lie below x and their W₋ is w, that of k + 1 is (k + 1)·∫ [f₊(y)·G(y, w) + f₋(y)·G(y, w −
    k − 1)] dy up to x, the new magnitude being the largest. All functions are analytic in x, so that Gauss–Legendre
    panels integrate them to an absolute error of about 1e-13.
    """
    import numpy as np  # a table of 50 cohorts is what arrays are for

    # From 0 to where both normal tails have vanished; shifts beyond 60 leave no doubt and no density to integrate.
    centre = min(abs(shift), 60.0)
    low, high = max(0.0, centre - _REACH), centre + _REACH
    count = math.ceil((high - low) / _PANEL)
    half = 0.5 * (high - low) / count
    nodes, weights, running = _panel_rule()
    starts = low + 2.0 * half * np.arange(count)[:, None]
    x = starts + half * (nodes + 1.0)
    rise = np.exp(-0.5 * (x - centre) ** 2) / math.sqrt(2.0 * math.pi)
    fall = np.exp(-0.5 * (x + centre) ** 2) / math.sqrt(2.0 * math.pi)
    inside, laws = np.ones((count, _NODES, 1)), []
    for k in range(1, largest + 1):
        growing = np.zeros((count, _NODES, inside.shape[2] + k))
        growing[:, :, : inside.shape[2]] = rise[:, :, None] * inside
        growing[:, :, k:] += fall[:, :, None] * inside
        panels = k * half * np.tensordot(growing, weights, axes=(1, 0))
        before = np.cumsum(panels, axis=0)
        law = before[-1]
        laws.append(law if shift >= 0.0 else law[::-1])
        inside = k * half * (running @ growing)
        inside[1:] += before[:-1, None, :]
    return tuple(tuple(max(0.0, float(chance)) for chance in law) for law in laws)


def _panel_rule() -> "tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]":
    """Gauss–Legendre nodes and weights on (−1, 1), and the matrix of the integrals from −1 to each node.

    The integrals are those of the interpolating polynomial, through its Legendre coefficients.
    """
    import numpy as np
    from numpy.polynomial.legendre import leggauss, legval

    nodes, weights = leggauss(_NODES)
    scale = 2 * np.arange(_NODES)[:, None] + 1
    values = np.array([legval(nodes, row) for row in np.eye(_NODES + 1)])
    under = np.vstack([-np.ones(_NODES), values[: _NODES - 1]])
    running = ((values[1:] - under) / scale).T @ (scale / 2.0 * values[:_NODES] * weights)
    return nodes, weights, running


def signed_rank_power(n: int, level: Fraction, law: Sequence[float]) -> TestPower:
    """The chance of P ≤ level of the exact signed-rank test, given the law of W₋ under the truth."""
    critical, size = rank_critical(n, level)
    found = 0.0
    if critical is not None:
        found = math.fsum(law[: critical + 1]) + math.fsum(law[len(law) - 1 - critical :])
    return TestPower("signed_rank", "Wilcoxon signed-rank test", min(1.0, found), float(size), critical)


# --- sign and McNemar ------------------------------------------------------------------------------------------------


@cache
def sign_critical(n: int, level: Fraction) -> tuple[int | None, Fraction]:
    """The largest k with 2·P(X ≤ k) ≤ level for X binomial (n, ½), None for none, and that chance.

    >>> sign_critical(5, Fraction(1, 20)), sign_critical(6, Fraction(1, 20))
    ((None, Fraction(0, 1)), (0, Fraction(1, 32)))
    """
    critical, chance = None, Fraction(0)
    for k in range((n - 1) // 2 + 1):
        tail = 2 * binomial_at_most(k, n)
        if tail > level:
            break
        critical, chance = k, tail
    return critical, chance


def _both_tails(n: int, critical: int | None, chance: float) -> float:
    """P(X ≤ critical or X ≥ n − critical) for X binomial (n, chance)."""
    if critical is None:
        return 0.0
    sides = ((chance, 1.0 - chance), (1.0 - chance, chance))
    terms = (math.comb(n, k) * yes**k * no ** (n - k) for yes, no in sides for k in range(critical + 1))
    return min(1.0, math.fsum(terms))


def sign_power(n: int, level: Fraction, shift: float) -> TestPower:
    """The chance of P ≤ level of the exact sign test under normal(shift, 1) differences.

    >>> round(sign_power(6, Fraction(1, 20), 1.0).power, 6)  # Φ(1)⁶ + Φ(−1)⁶
    0.354702
    """
    critical, size = sign_critical(n, level)
    return TestPower("sign", "Sign test", _both_tails(n, critical, normal_tail(-shift)), float(size), critical)


def mcnemar_power(n: int, level: Fraction, gain: float, loss: float) -> TestPower:
    """The chance of P ≤ level of exact McNemar over n patients, of whom shares ``gain`` and ``loss`` change either way.

    Unconditional: the number of patients who change is itself binomial. ``size`` is the largest chance at n changed
    patients; ``critical`` belongs to n changed patients, too.

    >>> round(mcnemar_power(6, Fraction(1, 20), 0.8, 0.0).power, 6)  # all six must change: 0.8⁶
    0.262144
    """
    changing = min(1.0, gain + loss)
    share = gain / changing if changing else 0.5
    terms = (
        math.comb(n, m) * changing**m * (1.0 - changing) ** (n - m) * _both_tails(m, sign_critical(m, level)[0], share)
        for m in range(1, n + 1)
    )
    critical, size = sign_critical(n, level)
    return TestPower("mcnemar", "Exact McNemar test", min(1.0, math.fsum(terms)), float(size), critical)


def _method(design: Design) -> str:
    level = ""
    if design.outcomes > 1:
        level = f", alpha divided by {design.outcomes} outcomes (Bonferroni, Holm’s first step)"
    return (
        "Chance of a two-sided exact P at or below alpha, computed exactly (no simulation): signed-rank and sign test "
        "for independent normal differences without ties, shifted by a stated number of their standard deviations; "
        f"McNemar’s test for stated shares of patients who change either way{level}. It describes a planned design and "
        "says nothing about results already seen."
    )


def _cautions(design: Design, row: PowerRow) -> tuple[str, ...]:
    if row.adjusted_smallest <= design.alpha:
        return ()
    needed = pairs_needed(design.outcomes, design.alpha)
    many = "" if design.outcomes == 1 else f" after adjustment for {design.outcomes} outcomes"
    return (
        f"{p_number(row.adjusted_smallest)} is the smallest P that {count_text(design.n, 'pair', 'pairs')} can "
        f"give{many}; {p_number(design.alpha)} needs at least {needed} changed pairs.",
    )
