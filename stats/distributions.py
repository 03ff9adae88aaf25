"""The few distributions a paired comparison needs, in pure Python, because numpy and scipy would decide the start-up.

Invariants: tails are computed as tails (never as one minus the rest), relative errors stay near 1e-13 down to the
smallest doubles; arguments outside the domain raise ValueError; every function is deterministic.
"""

import math
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import pairwise

_HALF_LOG_TWO_PI = 0.5 * math.log(2.0 * math.pi)
# Stirling's series needs arguments above about 15 for full precision with these terms (Abramowitz & Stegun 6.1.41).
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)


def binomial_at_most(k: int, n: int, chance: Fraction = Fraction(1, 2)) -> Fraction:
    """P(X ≤ k) of a binomial count of n, as an exact fraction; 0 below the range, 1 above it.

    >>> binomial_at_most(0, 5), binomial_at_most(1, 3, Fraction(1, 3)), binomial_at_most(3, 3)
    (Fraction(1, 32), Fraction(20, 27), Fraction(1, 1))
    """
    if k < 0:
        return Fraction(0)
    if k >= n:
        return Fraction(1)
    yes, base = chance.numerator, chance.denominator
    no = base - yes
    term, total = 1, 0
    for i in range(k + 1):
        total += term * yes**i * no ** (n - i)
        term = term * (n - i) // (i + 1)
    return Fraction(total, base**n)


def normal_tail(z: float) -> float:
    """P(Z > z) of the standard normal distribution.

    >>> normal_tail(0.0)
    0.5
    """
    return 0.5 * math.erfc(z / math.sqrt(2.0))


def normal_quantile(tail: float) -> float:
    """The z with P(Z > z) = tail, for 0 < tail < 1.

    >>> round(normal_quantile(0.025), 12)
    1.95996398454
    """
    if not 0.0 < tail < 1.0:
        raise ValueError(f"a tail of {tail} lies outside 0 to 1")
    if tail > 0.5:
        return -normal_quantile(1.0 - tail)

    def step(z: float) -> float | None:
        beyond = normal_tail(z)
        if beyond < 1e-300:
            return None
        density = math.exp(-0.5 * z * z - _HALF_LOG_TWO_PI)
        return (math.log(beyond) - math.log(tail)) * beyond / density

    return _newton(0.0, step)


def _newton(start: float, step: Callable[[float], float | None]) -> float:
    """Newton's method on the logarithm of a log-concave tail, where it converges from either side.

    ``step`` is the move from a point, or None where the tail has vanished: then the last move is halved.
    """
    here, last, previous = start, math.inf, start
    for _ in range(400):
        move = step(here)
        if move is None:
            here = 0.5 * (here + previous)
            continue
        previous, here = here, here + move
        # The last steps are rounding: stop when they no longer shrink.
        scale = max(1.0, abs(here))
        if abs(move) <= 1e-15 * scale or (abs(move) < 1e-12 * scale and abs(move) >= last):
            return here
        last = abs(move)
    return here


def _stirling_rest(a: float) -> float:
    """ln Γ(a + 1) minus Stirling's formula (a + ½)·ln a − a + ½·ln 2π."""
    if a < 15.0:
        return math.lgamma(a + 1.0) - (a + 0.5) * math.log(a) + a - _HALF_LOG_TWO_PI
    return sum(c / a ** (2 * i + 1) for i, c in enumerate(_STIRLING))


def _deviance(a: float, mean: float) -> float:
    """a·ln(a/mean) + mean − a without cancellation (Loader 2000, *Fast and accurate computation of binomials*)."""
    gap = a - mean
    if abs(gap) >= 0.1 * (a + mean):
        return a * (math.log(a) - math.log(mean)) - gap
    v = gap / (a + mean)
    total, term, j = gap * v, 2.0 * a * v, 1
    while True:
        term *= v * v
        extended = total + term / (2 * j + 1)
        if extended == total:
            return total
        total, j = extended, j + 1


def _log_beta_weight(a: float, b: float, x: float, y: float) -> float:
    """ln of x^a·y^b / B(a, b) with y = 1 − x given apart, by Loader's saddle-point form."""
    n = a + b
    rests = _stirling_rest(n) - _stirling_rest(a) - _stirling_rest(b)
    log = rests - _deviance(a, n * x) - _deviance(b, n * y)
    return 0.5 * math.log(a * b / n) + log - _HALF_LOG_TWO_PI


def _continued_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (Lentz); converges fast for x < (a + 1)/(a + b + 2)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / ((1.0 - (a + b) * x / (a + 1.0)) or tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        d = 1.0 / ((1.0 + even * d) or tiny)
        c = (1.0 + even / c) or tiny
        value *= c * d
        d = 1.0 / ((1.0 + odd * d) or tiny)
        c = (1.0 + odd / c) or tiny
        value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return value


def _incomplete_beta(a: float, b: float, x: float, y: float) -> float:
    if x <= 0.0:
        return 0.0
    if y <= 0.0:
        return 1.0
    weight = math.exp(_log_beta_weight(a, b, x, y))
    if x < (a + 1.0) / (a + b + 2.0):
        return weight * _continued_fraction(a, b, x) / a
    return 1.0 - weight * _continued_fraction(b, a, y) / b


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 ≤ x ≤ 1.

    >>> round(incomplete_beta(2, 3, 0.5), 15)
    0.6875
    """
    if not (a > 0.0 and b > 0.0 and 0.0 <= x <= 1.0):
        raise ValueError(f"the incomplete beta function has no value at a={a}, b={b}, x={x}")
    return _incomplete_beta(a, b, x, 1.0 - x)


def _beta_logit(a: float, b: float, share: float) -> float:
    """ln(x/(1 − x)) at I_x(a, b) = share; the logit of a beta variable has a log-concave density."""
    if share > 0.5:
        return -_beta_logit(b, a, 1.0 - share)

    def step(logit: float) -> float:
        logit = max(-700.0, min(700.0, logit))  # exp would overflow beyond
        x, y = 1.0 / (1.0 + math.exp(-logit)), 1.0 / (1.0 + math.exp(logit))
        log_weight = _log_beta_weight(a, b, x, y)
        if x < (a + 1.0) / (a + b + 2.0):  # in logarithms, where the value itself may be below the smallest double
            slope = a / _continued_fraction(a, b, x)
            return (math.log(share) - log_weight + math.log(slope)) / slope
        value = 1.0 - math.exp(log_weight) * _continued_fraction(b, a, y) / b
        return (math.log(share) - math.log(value)) * value / math.exp(log_weight)

    return _newton(math.log(a) - math.log(b), step)


def beta_quantile(a: float, b: float, share: float) -> float:
    """The x with I_x(a, b) = share, for a, b > 0 and 0 < share < 1.

    >>> round(beta_quantile(5, 1, 0.025), 12)  # the lower Clopper–Pearson limit of 5 of 5
    0.478176249895
    """
    if not (a > 0.0 and b > 0.0 and 0.0 < share < 1.0):
        raise ValueError(f"the beta quantile has no value at a={a}, b={b}, share={share}")
    logit = _beta_logit(a, b, share)
    return 1.0 / (1.0 + math.exp(-logit)) if logit > 0 else math.exp(logit) / (1.0 + math.exp(logit))


def clopper_pearson(k: int, n: int, level: float) -> tuple[float, float]:
    """The exact binomial interval of k of n (Clopper & Pearson 1934); ValueError for n < 1 or k outside 0..n.

    >>> tuple(round(limit, 3) for limit in clopper_pearson(0, 5, 0.95))
    (0.0, 0.522)
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"{k} of {n} is not a proportion")
    side = tail_of(level)
    low = 0.0 if k == 0 else beta_quantile(k, n - k + 1, side)
    # The upper limit as one minus the lower limit of the complement keeps the tail small and exact.
    high = 1.0 if k == n else 1.0 - beta_quantile(n - k, k + 1, side)
    return low, high


def tail_of(level: float) -> float:
    """Half of 1 − level, computed on the decimal the user wrote; ValueError outside (0, 1).

    >>> tail_of(0.95)
    0.025
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"a level of {level} lies outside 0 to 1")
    return float((1 - Fraction(repr(float(level)))) / 2)


def t_tail(t: float, df: int) -> float:
    """P(T > t) of Student's t with df ≥ 1 degrees of freedom, precise far into the tail.

    >>> round(2 * t_tail(6.531972647421808, 4), 9)
    0.002837846
    """
    if df < 1:
        raise ValueError(f"Student's t has no {df} degrees of freedom")
    if t < 0.0:
        return 1.0 - t_tail(-t, df)
    if df == 1:
        return math.atan2(1.0, t) / math.pi
    if t > 1e150:  # t·t would overflow; with two or more degrees of freedom the tail is below 1e-300
        return 0.5 / t / t if df == 2 else 0.0
    square = t * t
    return 0.5 * _incomplete_beta(df / 2.0, 0.5, df / (df + square), square / (df + square))


def t_quantile(tail: float, df: int) -> float:
    """The t with P(T > t) = tail, for 0 < tail < 1 and df ≥ 1.

    >>> round(t_quantile(0.025, 4), 9)
    2.776445105
    """
    if not (0.0 < tail < 1.0 and df >= 1):
        raise ValueError(f"Student's t has no quantile at tail={tail}, df={df}")
    if tail > 0.5:
        return -t_quantile(1.0 - tail, df)
    if tail == 0.5:
        return 0.0
    if df == 1:
        return 1.0 / math.tan(math.pi * tail)
    # 2·P(T > t) = I_x(df/2, 1/2) with x/(1 − x) = df/t².
    return math.sqrt(df) * math.exp(-0.5 * _beta_logit(df / 2.0, 0.5, 2.0 * tail))


@cache
def _legendre(n: int) -> tuple[tuple[float, float], ...]:
    """Nodes and weights of Gauss–Legendre integration on (−1, 1)."""
    rule: list[tuple[float, float]] = []
    for i in range(n):
        x = math.cos(math.pi * (i + 0.75) / (n + 0.5))
        slope = 1.0
        for _ in range(100):
            before, value = 1.0, x
            for j in range(2, n + 1):
                before, value = value, ((2 * j - 1) * x * value - (j - 1) * before) / j
            slope = n * (x * value - before) / (x * x - 1.0)
            move = value / slope
            x -= move
            if abs(move) < 1e-16:
                break
        rule.append((x, 2.0 / ((1.0 - x * x) * slope * slope)))
    return tuple(rule)


# Beyond 9 standard deviations a normal tail is below 1.2e-19: nothing a double near 1e-4 could notice.
_REACH = 9.0
# Beyond it the normal part of the noncentral t is lost beside the spread of its denominator.
_LARGEST_T = 1e9


def _noncentral(t: float, df: int, shift: float) -> tuple[float, float, float]:
    """(P(T ≤ t), P(T > t), −dP(T ≤ t)/d shift) of the noncentral t, for t ≥ 0.

    P(T ≤ t) = E Φ(t·S − shift) with S = sqrt(χ²/df). The density of S is analytic on s ≥ 0 for whole df and lies within
    ``_REACH``/sqrt(df) of 1 (Gaussian concentration); Φ turns within ``_REACH``/t of shift/t. Panels follow both.
    """
    half = df / 2.0
    # ln of the density of S at s, apart from (df − 1)·ln s − df·(s² − 1)/2; Stirling's rest avoids cancellation.
    log_scale = math.log(2.0) + 0.5 * math.log(half) - _HALF_LOG_TWO_PI - _stirling_rest(half)
    spread = _REACH / math.sqrt(df)
    cuts = {max(0.0, 1.0 + spread * i / 4.0) for i in range(-4, 5)}
    if t > 0.0:
        turns = ((shift + _REACH * i / 3.0) / t for i in range(-3, 4))
        cuts.update(turn for turn in turns if min(cuts) < turn < 1.0 + spread)
    edges = sorted(cuts)
    lower = upper = density = 0.0
    for left, right in pairwise(edges):
        middle, reach = 0.5 * (left + right), 0.5 * (right - left)
        for node, weight in _legendre(20):
            s = middle + reach * node
            mass = reach * weight * math.exp(log_scale + (df - 1) * math.log(s) - half * (s - 1.0) * (s + 1.0))
            z = t * s - shift
            lower += mass * normal_tail(-z)
            upper += mass * normal_tail(z)
            density += mass * math.exp(-0.5 * z * z - _HALF_LOG_TWO_PI)
    return lower, upper, density


def noncentral_t_at_most(t: float, df: int, shift: float) -> float:
    """P(T ≤ t) of the noncentral t with df ≥ 1 and noncentrality ``shift``; absolute error about 1e-14.

    >>> round(noncentral_t_at_most(2.0, 4, 0.0), 12), round(noncentral_t_at_most(0.0, 3, 1.0), 12)
    (0.941941738242, 0.158655253931)
    """
    if df < 1:
        raise ValueError(f"the noncentral t has no {df} degrees of freedom")
    return _noncentral(t, df, shift)[0] if t >= 0.0 else _noncentral(-t, df, -shift)[1]


def noncentrality_interval(t: float, df: int, level: float) -> tuple[float, float]:
    """The noncentralities at which t lies at the upper and at the lower tail (1 − level)/2 of its distribution.

    Dividing by sqrt(n) gives the exact interval of a standardised mean difference (Steiger & Fouladi 1997).

    >>> tuple(round(limit, 4) for limit in noncentrality_interval(2.0, 10, 0.95))
    (-0.1835, 4.1011)
    """
    if t < 0.0:
        low, high = noncentrality_interval(-t, df, level)
        return -high, -low
    if t > _LARGEST_T:
        # There the limits are t times quantiles of the standard deviation alone, to the last digit.
        low, high = noncentrality_interval(_LARGEST_T, df, level)
        return min(low * (t / _LARGEST_T), sys.float_info.max), min(high * (t / _LARGEST_T), sys.float_info.max)
    side = tail_of(level)
    z, spread = normal_quantile(side), math.sqrt(1.0 + t * t / (2.0 * df))

    def lower_step(shift: float) -> float | None:
        _, upper, density = _noncentral(t, df, shift)
        return None if upper < 1e-200 else (math.log(side) - math.log(upper)) * upper / density

    def upper_step(shift: float) -> float | None:
        lower, _, density = _noncentral(t, df, shift)
        return None if lower < 1e-200 else (math.log(lower) - math.log(side)) * lower / density

    return _newton(max(t - z * spread, -z), lower_step), _newton(t + z * spread, upper_step)
