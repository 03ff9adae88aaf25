"""Limits of agreement of paired differences (Bland and Altman), with exact intervals of the limits.

Invariants: the limits are bias ± 1.96 standard deviations, as published; their intervals come from the noncentral t
distribution and are exact for normally distributed differences; what cannot be said is None with the reason.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from trajecta.stats.distributions import noncentral_t_at_most, normal_quantile, t_quantile, tail_of

REACH = 1.96
"""Standard deviations from the bias to a limit: 95 % of normally distributed differences lie between the limits."""
FEWEST = 3
"""Differences below which limits are not given: of two differences the standard deviation has one degree of freedom."""

Limits = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Bias (mean difference) and limits of agreement, each with its interval at ``level``; None with the reason."""

    n: int
    level: float
    bias: float | None
    sd: float | None
    low: float | None
    high: float | None
    bias_interval: Limits | None = None
    low_interval: Limits | None = None
    high_interval: Limits | None = None
    reason: str = ""


def limits_of_agreement(differences: Sequence[float], level: float = 0.95) -> Agreement:
    """Bias, limits of agreement and their intervals at ``level``, in the unit of the differences.

    n < 3 gives no limits, equal differences give limits on the bias and no intervals, both with the reason. ValueError
    for a level outside (0, 1). Bland & Altman 1999, Stat Methods Med Res 8:135–160; intervals of the limits by Carkeet
    2015, Optom Vis Sci 92:e71–e80: a limit is a quantile of a normal distribution, whose exact interval is
    bias + t′·sd/sqrt(n) with quantiles t′ of the noncentral t.

    >>> found = limits_of_agreement([-16, -16, -16, -8, -8])
    >>> found.bias, round(found.low, 2), round(found.high, 2)
    (-12.8, -21.39, -4.21)
    """
    side, n = tail_of(level), len(differences)
    if n < FEWEST:
        reason = f"Limits of agreement need at least {FEWEST} patients; here {'is' if n == 1 else 'are'} {n}."
        bias = math.fsum(differences) / n if n else None
        return Agreement(n, level, bias, None, None, None, reason=reason)
    bias = math.fsum(differences) / n
    sd = math.sqrt(math.fsum((d - bias) ** 2 for d in differences) / (n - 1))
    if min(differences) == max(differences):
        reason = "All differences are equal, so the limits fall on the bias and have no interval."
        return Agreement(n, level, differences[0], 0.0, differences[0], differences[0], reason=reason)
    error = sd / math.sqrt(n)
    half = t_quantile(side, n - 1) * error
    near, far = (quantile * error for quantile in limit_quantiles(n, level))
    return Agreement(
        n,
        level,
        bias,
        sd,
        bias - REACH * sd,
        bias + REACH * sd,
        (bias - half, bias + half),
        (bias - far, bias - near),
        (bias + near, bias + far),
    )


@cache
def limit_quantiles(n: int, level: float) -> Limits:
    """The two quantiles of the noncentral t between which bias + 1.96 sd is to be sought, in standard errors.

    They are the (1 − level)/2 and the (1 + level)/2 quantile of t with n − 1 degrees of freedom and noncentrality
    1.96·sqrt(n), for n ≥ 2.

    >>> tuple(round(quantile, 3) for quantile in limit_quantiles(5, 0.95))
    (2.064, 13.361)
    """
    side, shift = tail_of(level), REACH * math.sqrt(n)
    return _quantile(side, n - 1, shift), _quantile(1.0 - side, n - 1, shift)


def _quantile(share: float, df: int, shift: float) -> float:
    """The t with P(T ≤ t) = share, by regula falsi (Illinois) from the approximation of Johnson and Welch.

    Source of the approximation: Johnson NL, Welch BL, Biometrika 1940;31:362–389.
    """
    z = -normal_quantile(share)
    spread = 1.0 + (shift * shift - z * z) / (2.0 * df)
    start = (shift + z * math.sqrt(max(spread, 1.0))) / max(1.0 - z * z / (2.0 * df), 0.2)
    step = max(0.1 * abs(start), 0.1)
    low = high = start
    at_low = at_high = noncentral_t_at_most(start, df, shift) - share
    while at_low > 0.0:
        high, at_high = low, at_low
        low, step = low - step, step * 2.0
        at_low = noncentral_t_at_most(low, df, shift) - share
    while at_high < 0.0:
        low, at_low = high, at_high
        high, step = high + step, step * 2.0
        at_high = noncentral_t_at_most(high, df, shift) - share
    for _ in range(100):
        if at_high == at_low or high - low <= 1e-11 * max(1.0, abs(high)):
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        found = noncentral_t_at_most(middle, df, shift) - share
        if abs(found) < 1e-14:
            return middle
        # Illinois: an end that stays has its weight halved, so that both ends move.
        if found < 0.0:
            low, at_low, at_high = middle, found, at_high / 2.0
        else:
            high, at_high, at_low = middle, found, at_low / 2.0
    return (low + high) / 2.0
