"""A Bayesian reading of the paired difference: the JZS Bayes factor over several prior widths, and posterior intervals.

Invariants: it is labelled as such and never leads; one number is never given without its sensitivity to the prior width;
it takes normally distributed differences for granted, as the t test does; without spread there is a reason instead.
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from trajecta.stats.decimals import PairedValues, root, sum_of_squares
from trajecta.stats.distributions import t_tail, tail_of

WIDTHS = (0.5, math.sqrt(0.5), 1.0, math.sqrt(2.0))
"""Widths of the Cauchy prior: 0.5, the 0.707 usual in psychology and in JASP, 1 (Rouder and others 2009), 1.414."""
LEADING_WIDTH = math.sqrt(0.5)
LABEL = "Bayesian reading, beside the exact test and never in its place"
NO_PAIRS = "There is no pair of values to compare."


@dataclass(frozen=True, slots=True)
class BayesFactor:
    """For one prior width: how many times likelier the differences are under a shift than under none, and back.

    ``low`` and ``high`` are the posterior limits of the mean difference, ``effect_low`` and ``effect_high`` those of the
    mean difference in standard deviations of the differences, given that there is a shift.
    """

    width: float
    bf10: float
    bf01: float
    log_bf10: float
    low: float
    high: float
    effect_low: float
    effect_high: float


@dataclass(frozen=True, slots=True)
class BayesResult:
    """The Bayes factors for all ``WIDTHS``, or none with the reason."""

    factors: tuple[BayesFactor, ...]
    level: float
    label: str
    method: str = ""
    reason: str = ""
    caution: str = ""


def bayes(values: PairedValues, level: float = 0.95) -> BayesResult:
    """Bayes factors and posterior intervals of the paired differences; n < 2 or equal differences give the reason.

    Rouder, Speckman, Sun, Morey & Iverson 2009, Psychon Bull Rev 16:225–237: Cauchy prior on the effect, Jeffreys prior
    on the variance; as R's BayesFactor ``ttestBF`` and JASP.
    """
    n = values.n
    squares = sum_of_squares(values.differences)
    reason = NO_PAIRS if n == 0 else "One pair alone says nothing about the spread between patients." if n == 1 else ""
    if not reason and squares == 0:
        reason = "All patients changed by the same amount, so the differences have no spread to compare with."
    if reason:
        return BayesResult((), level, LABEL, reason=reason)
    total = sum(values.differences)
    sign = -1.0 if total < 0 else 1.0
    t = sign * root(total * total * (n - 1), squares)
    mean, error = values.number(total, n), values.root(squares, n * n * (n - 1))
    factors = tuple(_factor(t, n, width, level, (mean, error)) for width in WIDTHS)
    method = (
        "JZS Bayes factor of the paired differences: Cauchy prior of the width given on the standardised effect, Jeffreys "
        "prior on the variance (Rouder and others 2009), by numerical integration; limits are central posterior limits "
        "under the alternative. Takes normally distributed differences for granted."
    )
    spread = [factor.bf10 for factor in factors]
    caution = (
        f"The Bayes factor runs from {min(spread):.3g} to {max(spread):.3g} over the prior widths 0.5 to 1.414; with few "
        "pairs the prior does part of the work."
    )
    return BayesResult(factors, level, LABEL, method, caution=caution)


def _factor(t: float, n: int, width: float, level: float, scale: tuple[float, float]) -> BayesFactor:
    log = log_bayes_factor(t, n, width)
    mean, error = scale
    low, high = mean_limits(t, n, width, level)
    # The law of the mean in standard errors around the observed one does not depend on the unit.
    effects = effect_limits(t, n, width, level)
    return BayesFactor(width, _exp(log), _exp(-log), log, mean + low * error, mean + high * error, *effects)


def _exp(log: float) -> float:
    """e^log, kept within the positive doubles."""
    return math.exp(max(-745.0, log)) if log < 709.7 else sys.float_info.max


# The integrands fall off like exp(−exp(−x)) on the left and exp(−x) on the right and are analytic in a strip of half
# width π/2 around the real axis: the trapezoidal rule with step h errs by about exp(−π²/h), here 1e-34.
_STEP, _LEFT, _RIGHT = 0.125, -6.0, 60.0


@cache
def _log_grid() -> tuple[float, ...]:
    return tuple(_LEFT + _STEP * i for i in range(round((_RIGHT - _LEFT) / _STEP) + 1))


def _log_masses(t: float, n: int, width: float) -> list[float]:
    """ln of prior mass times likelihood at each node of ln g, relative to the likelihood of no shift.

    g, the variance of the effect in units of width², has an inverse chi-squared law with one degree of freedom.
    """
    df = n - 1
    null = 0.5 * n * math.log1p(t * (t / df)) if abs(t) < 1e150 else n * (math.log(abs(t)) - 0.5 * math.log(df))
    found = []
    for x in _log_grid():
        prior = -0.5 * (x + math.exp(-x)) - 0.5 * math.log(2.0 * math.pi)
        grown = 1.0 + n * width * width * math.exp(x)
        part = abs(t) / math.sqrt(df * grown)
        fit = math.log1p(part * part) if part < 1e150 else 2.0 * math.log(part)
        found.append(math.log(_STEP) + prior - 0.5 * math.log(grown) - 0.5 * n * fit + null)
    return found


def log_bayes_factor(t: float, n: int, width: float = LEADING_WIDTH) -> float:
    """ln of the JZS Bayes factor for a shift, from a paired t of n ≥ 2 pairs; relative error of the factor below 1e-11.

    ValueError for fewer than two pairs, a width that is not positive, or a t that is not finite.

    >>> round(math.exp(log_bayes_factor(-4.0621277, 10)), 4)  # R: ttestBF(sleep differences), 17.259
    17.2589
    """
    if n < 2 or not width > 0.0 or not math.isfinite(t):
        raise ValueError(f"there is no Bayes factor for t = {t}, {n} pairs and width {width}")
    masses = _log_masses(t, n, width)
    top = max(masses)
    return top + math.log(math.fsum(math.exp(mass - top) for mass in masses))


def _mixture(t: float, n: int, width: float) -> list[tuple[float, float]]:
    """(weight, g) of the posterior over g on its nodes, without those that weigh less than 1e-14."""
    masses = _log_masses(t, n, width)
    top = max(masses)
    weights = [math.exp(mass - top) for mass in masses]
    total = math.fsum(weights)
    pairs = zip(weights, _log_grid(), strict=True)
    return [(weight / total, math.exp(x)) for weight, x in pairs if weight > 1e-14 * total]


def mean_limits(t: float, n: int, width: float, level: float) -> tuple[float, float]:
    """Central posterior limits of the mean difference, as distances from the observed mean in its standard errors.

    Given g the mean has a t law with n degrees of freedom, drawn towards 0 by c/(1 + c), c = n·g·width²; the posterior
    is the mixture over g.
    """
    side, df = tail_of(level), n - 1
    parts = []
    for weight, g in _mixture(t, n, width):
        c = n * g * width * width
        shrink = c / (1.0 + c)
        # In standard errors e = s/√n around 0: centre t·shrink, squared scale shrink·(df + t²/(1 + c))/n.
        scale = math.sqrt(shrink) * math.hypot(math.sqrt(df), t / math.sqrt(1.0 + c)) / math.sqrt(n)
        parts.append((weight, t * shrink, scale))

    def above(x: float) -> float:
        return math.fsum(weight * t_tail((x - centre) / scale, n) for weight, centre, scale in parts)

    reach = 1.0 + abs(t)
    low = _falling_root(lambda x: above(x) - (1.0 - side), t - reach, t + reach)
    high = _falling_root(lambda x: above(x) - side, t - reach, t + reach)
    return low - t, high - t


def _falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0: the bracket grows until it holds the root, then is halved and secant-cut."""
    step = high - low
    while function(low) < 0.0:
        low, step = low - step, 2.0 * step
    step = high - low
    while function(high) > 0.0:
        high, step = high + step, 2.0 * step
    above, below = function(low), function(high)
    for turn in range(200):
        # Illinois' cuts converge fast; a halving every third turn guarantees the end.
        middle = 0.5 * (low + high) if turn % 3 == 2 else (low * below - high * above) / (below - above)
        if not low < middle < high:
            middle = 0.5 * (low + high)
        if high - low <= 1e-12 * max(1.0, abs(low), abs(high)) or not low < middle < high:
            break
        value = function(middle)
        if value > 0.0:
            low, above = middle, value
            below *= 0.5
        elif value < 0.0:
            high, below = middle, value
            above *= 0.5
        else:
            return middle
    return 0.5 * (low + high)


def effect_limits(t: float, n: int, width: float, level: float) -> tuple[float, float]:
    """Central posterior limits of the standardised effect: its likelihood is the noncentral t density at t.

    P(effect ≤ x) is found by integrating over g and the variance: given both, the effect is normal with mean
    ``shrink``·(observed mean)/σ and variance g·width²/(1 + c).
    """
    side, df = tail_of(level), n - 1
    parts: list[tuple[float, float, float]] = []
    for weight, g in _mixture(t, n, width):
        if weight < 1e-12:
            continue
        c = n * g * width * width
        spread = width * math.sqrt(g / (1.0 + c))
        # 1/σ in units of 1/s is a chi with n degrees of freedom over √(df + t²/(1 + c)).
        scale = math.hypot(math.sqrt(df), t / math.sqrt(1.0 + c))
        centre = t / math.sqrt(n) * (c / (1.0 + c)) / scale
        parts.extend((weight * mass, centre * chi, spread) for mass, chi in _chi_rule(n))

    def above(x: float) -> float:
        return math.fsum(
            weight * 0.5 * math.erfc((x - centre) / (spread * math.sqrt(2.0))) for weight, centre, spread in parts
        )

    reach = 1.0 + abs(t) / math.sqrt(n)
    centre = t / math.sqrt(n)
    low = _falling_root(lambda x: above(x) - (1.0 - side), centre - reach, centre + reach)
    high = _falling_root(lambda x: above(x) - side, centre - reach, centre + reach)
    return low, high


@cache
def _chi_rule(df: int) -> tuple[tuple[float, float], ...]:
    """(mass, value) of a chi variable with df degrees of freedom on trapezoidal nodes of its logarithm."""
    found: list[tuple[float, float]] = []
    step = min(0.25, 1.0 / math.sqrt(df))
    centre = 0.5 * math.log(df)
    # ln of a chi falls off exponentially to the left and doubly so to the right.
    for i in range(-round(40.0 / step / df) - 40, 60):
        x = centre + i * step
        log = df * x - 0.5 * math.exp(2.0 * x)
        found.append((log, math.exp(x)))
    top = max(log for log, _ in found)
    masses: Sequence[float] = [math.exp(log - top) for log, _ in found]
    total = math.fsum(masses)
    return tuple((mass / total, value) for mass, (_, value) in zip(masses, found, strict=True) if mass > 1e-16 * total)
