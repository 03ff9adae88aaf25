"""Paired yes/no outcomes: the 2×2 table by patients, exact McNemar, mid-P, proportions and a score interval.

Invariants: yes and no come from the definition of the measure, not from the data, so that 5 of 5 → 0 of 5 is an
ordinary table; P is never 0; what cannot be said is None with the reason.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from trajecta.stats.decimals import positive
from trajecta.stats.distributions import binomial_at_most, clopper_pearson, normal_quantile, tail_of
from trajecta.stats.paired_tests import smallest_p
from trajecta.stats.results import IntervalResult, Proportion, YesNoResult

DISCORDANT_NONE = "No patient changed between yes and no, so there is no P."
NO_PAIRS = "There is no pair of answers to compare."


def mcnemar(only_before: int, only_after: int) -> tuple[Fraction, Fraction] | None:
    """(exact P, mid-P) of McNemar's test, two-sided, from the two discordant counts; None where both are 0.

    Exact: min(1, 2·P(X ≤ smaller)), X binomial over the discordant pairs; mid-P counts the observed table half
    (Lancaster 1961; Fagerland, Lydersen & Laake 2013) and is 1 for equal counts.

    >>> mcnemar(0, 5)
    (Fraction(1, 16), Fraction(1, 32))
    """
    discordant, smaller = only_before + only_after, min(only_before, only_after)
    if discordant == 0:
        return None
    if only_before == only_after:
        return Fraction(1), Fraction(1)
    tail = 2 * binomial_at_most(smaller, discordant)
    return min(Fraction(1), tail), tail - Fraction(math.comb(discordant, smaller), 1 << discordant)


def tango_interval(only_before: int, only_after: int, n: int, level: float) -> tuple[float, float]:
    """Tango's score interval for the difference of paired proportions, after − before; ValueError for n < 1.

    The differences δ at which the score test, with the discordant chance at its maximum likelihood under δ, just
    reaches the normal quantile (Tango 1998, Stat Med 17:891–908). Never of zero width.

    >>> tuple(round(limit, 3) for limit in tango_interval(7, 1, 21, 0.95))
    (-0.517, -0.026)
    """
    if n < 1 or min(only_before, only_after) < 0 or only_before + only_after > n:
        raise ValueError(f"{only_before} and {only_after} discordant pairs of {n} are not a table")
    z = normal_quantile(tail_of(level))
    low = -tango_upper(only_after, only_before, n, z)
    return low, tango_upper(only_before, only_after, n, z)


def tango_upper(only_before: int, only_after: int, n: int, z: float) -> float:
    """The upper limit; the lower one follows by exchanging before and after."""
    observed = (only_after - only_before) / n
    low, high = observed, 1.0
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        gap = (middle - observed) * math.sqrt(n)
        if gap <= z * math.sqrt(_score_variance(only_before, only_after, n, middle)):
            low = middle
        else:
            high = middle


def _score_variance(only_before: int, only_after: int, n: int, delta: float) -> float:
    """n times the variance of the observed difference at the likelihood's maximum under a true difference δ.

    With q the chance of "only before" and q + δ of "only after", the score equation is
    2n·q² − (b + c − δ(2n + b − c))·q − b·δ(1 − δ) = 0.
    """
    slope = only_before + only_after - delta * (2 * n + only_before - only_after)
    rest = only_before * delta * (1.0 - delta)
    size = math.sqrt(max(0.0, slope * slope + 8.0 * n * rest))
    # For a negative slope the usual formula would subtract near-equal numbers.
    chance = (slope + size) / (4.0 * n) if slope >= 0.0 else 2.0 * rest / (size - slope)
    return max(0.0, 2.0 * chance + delta * (1.0 - delta))


def proportion(k: int, n: int, level: float) -> Proportion:
    """k of n with its Clopper–Pearson interval; without limits for n = 0.

    >>> proportion(0, 0, 0.95)
    Proportion(k=0, n=0, low=None, high=None)
    """
    low, high = clopper_pearson(k, n, level) if n else (None, None)
    return Proportion(k, n, low, high)


def yes_no(patients: Sequence[str], before: Sequence[bool], after: Sequence[bool], level: float = 0.95) -> YesNoResult:
    """The answer for a paired yes/no outcome of these patients; no pairs or no change give reasons instead of a P.

    >>> found = yes_no("ABCDE", [True] * 5, [False] * 5)
    >>> found.only_before, found.exact_p, found.mid_p, round(found.after.high, 3)
    (('A', 'B', 'C', 'D', 'E'), 0.0625, 0.03125, 0.522)
    """
    rows = list(zip(patients, before, after, strict=True))
    both, only_before, only_after, neither = (
        tuple(patient for patient, first, second in rows if (first, second) == cell)
        for cell in ((True, True), (True, False), (False, True), (False, False))
    )
    n, b, c = len(rows), len(only_before), len(only_after)
    found = mcnemar(b, c)
    return YesNoResult(
        both,
        only_before,
        only_after,
        neither,
        positive(found[0]) if found else None,
        positive(found[1]) if found else None,
        smallest_p(b + c),
        proportion(len(both) + b, n, level),
        proportion(len(both) + c, n, level),
        _difference(b, c, n, level),
        method="Exact two-sided McNemar test (binomial on the patients who changed), mid-P beside it; proportions with "
        "Clopper–Pearson intervals.",
        reason="" if found else DISCORDANT_NONE if n else NO_PAIRS,
    )


def _difference(only_before: int, only_after: int, n: int, level: float) -> IntervalResult:
    entry = ("risk_difference", "Difference of the proportions")
    if not n:
        return IntervalResult(*entry, None, None, None, level, None, reason=NO_PAIRS)
    low, high = tango_interval(only_before, only_after, n, level)
    estimate = (only_after - only_before) / n
    method = "Tango’s score interval for paired proportions; nominal level, approximate at small n."
    return IntervalResult(*entry, estimate, low, high, level, level, method=method)
