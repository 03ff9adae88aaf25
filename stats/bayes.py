"""A Bayesian reading of the paired difference: the JZS Bayes factor over several prior widths, and posterior intervals.

Invariants: it is labelled as such and never leads; no Bayes factor stands without its sensitivity to the prior; it
takes normally distributed differences for granted, as the t test does; without spread there is a reason instead.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass

from trajecta.stats.decimals import PairedValues, root, sum_of_squares
from trajecta.stats.distributions import tail_of

WIDTHS = (0.5, math.sqrt(0.5), 1.0, math.sqrt(2.0))
"""Widths of the Cauchy prior: 0.5, the 0.707 usual in psychology and in JASP, 1 (Rouder and others 2009), 1.414."""
LEADING_WIDTH = math.sqrt(0.5)
LABEL = "Bayesian reading, beside the exact test and never in its place"
NO_PAIRS = "There is no pair of values to compare."


@dataclass(frozen=True, slots=True)
class BayesFactor:
    """For one prior width: how many times likelier the differences are under a shift than under none, and back.

    ``low`` and ``high`` are the posterior limits of the mean difference, ``effect_low`` and ``effect_high`` those of
    the mean difference in standard deviations of the differences, given that there is a shift.
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
        "JZS Bayes factor of the paired differences: Cauchy prior of the width given on the standardised effect, "
        "Jeffreys prior on the variance (Rouder and others 2009), by numerical integration; limits are central "
        "posterior limits under the alternative. Takes normally distributed differences for granted."
    )
    spread = [factor.bf10 for factor in factors]
    caution = (
        f"The Bayes factor runs from {min(spread):.3g} to {max(spread):.3g} over the prior widths 0.5 to 1.414; with "
        "few pairs the prior does part of the work."
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
# width π/2 around the real axis: the trapezoidal rule with step h errs by about exp(−π²/h), here 1e-17.
_STEP, _LEFT, _RIGHT = 0.25, -6.0, 45.0


def _log_grid(t: float) -> list[float]:
    """Nodes of ln g; the fall on the right begins where n·g·width² passes t²."""
    right = _RIGHT + 2.0 * math.log(max(1.0, abs(t)))
    return [_LEFT + _STEP * i for i in range(round((right - _LEFT) / _STEP) + 1)]


def _log_masses(t: float, n: int, width: float) -> list[float]:
    """ln of prior mass times likelihood at each node of ln g, relative to the likelihood of no shift.

    g, the variance of the effect in units of width², has an inverse chi-squared law with one degree of freedom.
    """
    df = n - 1
    null = 0.5 * n * math.log1p(t * (t / df)) if abs(t) < 1e150 else n * (math.log(abs(t)) - 0.5 * math.log(df))
    found = []
    for x in _log_grid(t):
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
    """(weight, g) of the posterior over g on its nodes, without those that weigh less than 1e-12."""
    masses = _log_masses(t, n, width)
    top = max(masses)
    weights = [math.exp(mass - top) for mass in masses]
    total = math.fsum(weights)
    pairs = zip(weights, _log_grid(t), strict=True)
    return [(weight / total, math.exp(x)) for weight, x in pairs if weight > 1e-12 * total]


def mean_limits(t: float, n: int, width: float, level: float) -> tuple[float, float]:
    """Central posterior limits of the mean difference, as distances from the observed mean in its standard errors.

    Given g the mean has a t law with n degrees of freedom, drawn towards 0 by c/(1 + c), c = n·g·width²; the posterior
    is the mixture over g.
    """
    df = n - 1
    parts = []
    for weight, g in _mixture(t, n, width):
        c = n * g * width * width
        shrink = c / (1.0 + c)
        # In standard errors, s/√n: centre t·shrink, squared scale shrink·(df + t²/(1 + c))/n.
        scale = math.sqrt(shrink / n) * math.hypot(math.sqrt(df), t / math.sqrt(1.0 + c))
        parts.append((weight / scale, t * shrink, scale * math.sqrt(n)))
    power = -0.5 * (n + 1)

    def density(x: float) -> float:
        return math.fsum(
            weight * math.exp(power * math.log1p(min((x - centre) / scale, 1e150) ** 2))
            for weight, centre, scale in parts
        )

    # Beyond this the t law with n degrees of freedom holds less than 1e-11.
    reach = (1.0 + abs(t)) * 10.0 ** (1.0 + 12.0 / n)
    # The bulk is as wide as a standard error and lies at t: panels widen from there.
    return _central(lambda x: density(t + x), (-reach, reach), 1.0, level)


def effect_limits(t: float, n: int, width: float, level: float) -> tuple[float, float]:
    """Central posterior limits of the standardised effect: Cauchy prior times the noncentral t density at t."""
    df = n - 1
    spread = math.hypot(math.sqrt(df), t) / math.sqrt(n * df)
    middle = t / math.sqrt(n)
    lean = t / math.hypot(math.sqrt(df), t) * math.sqrt(n)
    top = _log_moment(df, lean * middle) - 0.5 * (middle / spread) ** 2

    def density(effect: float) -> float:
        log = _log_moment(df, lean * effect) - 0.5 * (effect / spread) ** 2 - top
        return math.exp(min(700.0, log)) / (1.0 + (effect / width) ** 2)

    return _central(density, (middle - 10.0 * spread, middle + 10.0 * spread), width, level)


def _log_moment(power: int, z: float) -> float:
    """ln ∫ y^power·exp(−(y − z)²/2) dy over y > 0, for power ≥ 1, up to z²/2 where z < 0, by the trapezoidal rule.

    The peak lies at y; where it is clear of 0 the integrand is a bell of width 0.7 to 1 in y, else smooth in ln y.
    """
    peak = (
        0.5 * (z + math.hypot(z, 2.0 * math.sqrt(power)))
        if z > 0.0
        else (2.0 * power / (math.hypot(z, 2.0 * math.sqrt(power)) - z))
    )
    if peak > 9.0:
        logs = [power * math.log(y) - 0.5 * (y - z) ** 2 for y in (peak + 0.25 * i for i in range(-35, 36))]
        step = 0.25
    else:
        step, start = min(0.15, 0.5 / peak), math.log(peak)
        left = math.ceil((38.0 / (power + 1) + 1.0) / step)
        right = math.ceil((math.log(peak + 10.0) - start) / step)
        logs = []
        for i in range(-left, right + 1):
            u = start + step * i
            logs.append((power + 1) * u - 0.5 * (math.exp(u) - z) ** 2)
    top = max(logs)
    return top + math.log(step * math.fsum(math.exp(log - top) for log in logs))


_OUTER, _INNER = (math.sqrt(5.0 + sign * 2.0 * math.sqrt(10.0 / 7.0)) / 3.0 for sign in (1.0, -1.0))
_FAR, _NEAR = ((322.0 - sign * 13.0 * math.sqrt(70.0)) / 900.0 for sign in (1.0, -1.0))
_NODES = ((-_OUTER, _FAR), (-_INNER, _NEAR), (0.0, 128.0 / 225.0), (_INNER, _NEAR), (_OUTER, _FAR))
"""Gauss and Legendre's five nodes with their weights on (−1, 1)."""
_PANEL, _MOST_PANELS = 0.15, 1500


def _central(
    density: Callable[[float], float], ends: tuple[float, float], width: float, level: float
) -> tuple[float, float]:
    """The central limits of a density given up to a factor; ``ends`` hold all of it that counts.

    Integrated in panels of asinh(x/width): fine around 0, where the density changes fast, and ever wider outside.
    """
    first, last = math.asinh(ends[0] / width), math.asinh(ends[1] / width)
    count = min(_MOST_PANELS, math.ceil((last - first) / _PANEL))
    step = (last - first) / count

    def mass(left: float, right: float) -> float:
        half, middle = 0.5 * (right - left), 0.5 * (left + right)
        return half * math.fsum(
            weight * density(width * math.sinh(middle + half * node)) * math.cosh(middle + half * node)
            for node, weight in _NODES
        )

    panels = [mass(first + step * i, first + step * (i + 1)) for i in range(count)]
    total, side = math.fsum(panels), tail_of(level)

    def limit(share: float) -> float:
        wanted, at = share * total, 0
        while at < count - 1 and wanted > panels[at]:
            wanted -= panels[at]
            at += 1
        left = low = first + step * at
        high = left + step
        for _ in range(34):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if mass(left, middle) < wanted else (low, middle)
        return width * math.sinh(0.5 * (low + high))

    return limit(side), limit(1.0 - side)
