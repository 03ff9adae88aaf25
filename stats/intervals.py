"""Estimates of a paired numeric outcome with their intervals, as a registry: one function and one entry each.

Invariants: every interval carries the level asked and the level it achieves; an interval that cannot be given is None
with the reason, never of zero width because all differences are equal, never NaN; n = 0, 1, 2 raise nothing.
"""

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.cohort import Direction
from trajecta.stats.decimals import PairedValues, doubled_median, exact, ratio, root, sum_of_squares
from trajecta.stats.distributions import clopper_pearson, noncentrality_interval, t_quantile, tail_of
from trajecta.stats.results import IntervalResult, Zeros
from trajecta.stats.sign_shares import share_interval
from trajecta.stats.signed_rank import signed_ranks, walsh_position, walsh_sums
from trajecta.stats.words import number_text


@dataclass(frozen=True, slots=True)
class Setting:
    """What an interval needs besides the values: the level asked, the zero policy of the ranks, which way is better,
    and the smallest change that counts as improved (None: any).
    """

    level: float = 0.95
    zeros: Zeros = Zeros.WILCOXON
    direction: Direction = Direction.UNKNOWN
    important: float | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """One entry of the registry; ``name`` is what people read, ``compute`` gives estimate and interval."""

    key: str
    name: str
    compute: Callable[[PairedValues, Setting], IntervalResult]


NO_PAIRS = "There is no pair of values to estimate from."
ONE_PAIR = "One pair alone says nothing about the spread between patients."
ALL_EQUAL = "All patients changed by the same amount, so the differences have no spread to build an interval from."


def _without(entry: tuple[str, str], estimate: float | None, level: float, reason: str) -> IntervalResult:
    return IntervalResult(*entry, estimate, None, None, level, None, reason=reason)


def _finite(limit: float) -> float:
    """The limit, or the largest double of its sign where it would overflow."""
    return max(-sys.float_info.max, min(sys.float_info.max, limit))


def _no_spread(values: PairedValues) -> str:
    """Why there is no interval from the spread of the differences; empty where there is one."""
    if values.n == 0:
        return NO_PAIRS
    if values.n == 1:
        return ONE_PAIR
    return ALL_EQUAL if values.all_equal else ""


def mean_difference(values: PairedValues, setting: Setting) -> IntervalResult:
    """Mean of the differences with Student's t interval; none for n < 2 or equal differences.

    >>> from trajecta.stats.decimals import paired_values
    >>> found = mean_difference(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]), Setting())
    >>> found.estimate, round(found.low, 2), round(found.high, 2)
    (-12.8, -18.24, -7.36)
    """
    entry, n = ("mean_difference", "Mean difference"), values.n
    total = sum(values.differences)
    estimate = values.number(total, n) if n else None
    reason = _no_spread(values)
    if reason or estimate is None:
        return _without(entry, estimate, setting.level, reason)
    error = values.root(sum_of_squares(values.differences), n * n * (n - 1))
    reach = t_quantile(tail_of(setting.level), n - 1) * error
    method = f"Student’s t interval, {n - 1} df; takes normally distributed differences for granted."
    low, high = _finite(estimate - reach), _finite(estimate + reach)
    return IntervalResult(*entry, estimate, low, high, setting.level, setting.level, method=method)


def hodges_lehmann(values: PairedValues, setting: Setting) -> IntervalResult:
    """Median of the Walsh averages of all differences, with the order-statistic interval of the exact rank law.

    The narrowest interval whose level reaches the one asked; where none does, the widest at its true level. None for
    n = 1 or equal differences. Hodges & Lehmann 1963; Hollander & Wolfe, *Nonparametric Statistical Methods*, §3.3.

    >>> from trajecta.stats.decimals import paired_values
    >>> found = hodges_lehmann(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]), Setting())
    >>> found.estimate, found.low, found.high, found.level
    (-12.0, -16.0, -8.0, 0.9375)
    """
    entry = ("hodges_lehmann", "Median of Walsh averages (Hodges–Lehmann)")
    reason = _no_spread(values)
    if reason == NO_PAIRS:
        return _without(entry, None, setting.level, reason)
    sums = walsh_sums(values.differences)
    estimate = values.number(doubled_median(sums), 4)
    if reason:
        return _without(entry, estimate, setting.level, reason)
    k, level = walsh_position(values.n, setting.level)
    method = (
        f"Order statistics {k} and {len(sums) + 1 - k} of the {len(sums)} Walsh averages, from the exact signed-rank "
        f"distribution{_shortfall(level, setting.level)}; takes differences symmetric about their centre for granted."
    )
    low, high = values.number(sums[k - 1], 2), values.number(sums[-k], 2)
    return IntervalResult(*entry, estimate, low, high, setting.level, level, method=method, reason=_meet(low, high))


def median_difference(values: PairedValues, setting: Setting) -> IntervalResult:
    """Median of the differences, with the order-statistic interval at its binomial level; no assumption of symmetry.

    >>> from trajecta.stats.decimals import paired_values
    >>> found = median_difference(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]), Setting())
    >>> found.estimate, found.low, found.high, found.level
    (-16.0, -16.0, -8.0, 0.9375)
    """
    entry = ("median_difference", "Median difference")
    reason = _no_spread(values)
    if reason == NO_PAIRS:
        return _without(entry, None, setting.level, reason)
    ordered = sorted(values.differences)
    estimate = values.number(doubled_median(ordered), 2)
    if reason:
        return _without(entry, estimate, setting.level, reason)
    k, level = median_position(values.n, setting.level)
    method = f"Order statistics {k} and {values.n + 1 - k}, binomial level{_shortfall(level, setting.level)}."
    low, high = values.number(ordered[k - 1]), values.number(ordered[-k])
    return IntervalResult(*entry, estimate, low, high, setting.level, level, method=method, reason=_meet(low, high))


def median_position(n: int, level: float) -> tuple[int, float]:
    """The largest k with P(X ≤ k − 1) ≤ (1 − level)/2 for X binomial (n ≥ 1, ½), at least 1, and the true level.

    >>> median_position(5, 0.95), median_position(15, 0.95)
    ((1, 0.9375), (4, 0.96484375))
    """
    allowed = (1 - Fraction(repr(float(level)))) / 2 * (1 << n)
    below, ways, k = 0, 1, 0
    while below + ways <= allowed:
        below += ways
        ways = ways * (n - k) // (k + 1)
        k += 1
    if k == 0:
        k, below = 1, 1
    return k, float(1 - Fraction(2 * below, 1 << n))


def _shortfall(level: float, asked: float) -> str:
    return "" if level >= asked else " (the widest there is: so few pairs cannot reach the level asked)"


def _meet(low: float, high: float) -> str:
    return "Both limits fall on the same value because most patients changed alike." if low == high else ""


def share_improved(values: PairedValues, setting: Setting) -> IntervalResult:
    """Share of patients who improved, with the Clopper–Pearson interval; none where no direction is known.

    With ``setting.important`` only a change of at least that size in the better direction counts, decided on decimals.

    >>> from trajecta.stats.decimals import paired_values
    >>> drop = paired_values([3.4, 3.4, 5], [2.8, 2.9, 5])
    >>> share_improved(drop, Setting(direction=Direction.LOWER, important=0.6)).estimate
    0.3333333333333333
    """
    least = setting.important
    entry = ("share_improved", f"Share improved by at least {number_text(least)}" if least else "Share improved")
    if setting.direction is Direction.UNKNOWN:
        reason = "It is not known whether lower or higher values of this measure are better."
        return _without(entry, None, setting.level, reason)
    if not values.n:
        return _without(entry, None, setting.level, NO_PAIRS)
    better = 1 if setting.direction is Direction.HIGHER else -1
    unit = Fraction(10) ** values.exponent
    improved = sum(d * better > 0 and d * better * unit >= exact(least or 0.0) for d in values.differences)
    low, high = clopper_pearson(improved, values.n, setting.level)
    method = "Clopper–Pearson interval (exact: its level is at least the one given)."
    share = improved / values.n
    return IntervalResult(*entry, share, low, high, setting.level, setting.level, method=method)


def _dz(values: PairedValues) -> tuple[float, float]:
    """(t, dz) of differences with some spread: dz = mean/sd and t = dz·sqrt(n), to the last digit."""
    n, total, squares = values.n, sum(values.differences), sum_of_squares(values.differences)
    sign = -1.0 if total < 0 else 1.0
    return sign * root(total * total * (n - 1), squares), sign * root(total * total * (n - 1), n * squares)


def cohen_dz(values: PairedValues, setting: Setting) -> IntervalResult:
    """Mean difference in standard deviations of the differences, with the exact noncentral-t interval.

    >>> from trajecta.stats.decimals import paired_values
    >>> found = cohen_dz(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]), Setting())
    >>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
    (-2.921, -5.038, -0.785)
    """
    entry = ("cohen_dz", "Cohen’s dz")
    reason = _no_spread(values)
    if reason:
        return _without(entry, None, setting.level, reason)
    t, dz = _dz(values)
    low, high = noncentrality_interval(t, values.n - 1, setting.level)
    scale = math.sqrt(values.n)
    method = "Inversion of the noncentral t distribution; exact for normally distributed differences."
    return IntervalResult(*entry, dz, low / scale, high / scale, setting.level, setting.level, method=method)


def small_sample_factor(df: int) -> float:
    """Hedges' exact J(df) = Γ(df/2) / (sqrt(df/2)·Γ((df − 1)/2)) for df ≥ 2 (Hedges 1981).

    >>> round(small_sample_factor(4), 6)
    0.797885
    """
    half = df / 2.0
    if half < 100.0:
        return math.gamma(half) / (math.sqrt(half) * math.gamma(half - 0.5))
    return math.exp(math.lgamma(half) - math.lgamma(half - 0.5)) / math.sqrt(half)


def hedges_gav(values: PairedValues, setting: Setting) -> IntervalResult:
    """Mean difference in units of the average standard deviation, sqrt((s₁² + s₂²)/2), times Hedges' exact J(n − 1).

    Interval: the noncentral-t limits of dz, carried over by sd(d)/s_av (Algina & Keselman 2003, Educ Psychol Meas
    63:537–553) and multiplied by J like the estimate. Approximate: it takes sd(d)/s_av as known. None for n < 3
    (J(1) = 0), for values without spread, or for equal differences (then with the estimate).
    """
    entry, n = ("hedges_gav", "Hedges’ g (average standard deviation)"), values.n
    if n < 3:
        few = NO_PAIRS if n == 0 else "The small-sample correction needs at least three pairs."
        return _without(entry, None, setting.level, few)
    spread = sum_of_squares(values.before) + sum_of_squares(values.after)
    if spread == 0:
        same = "All patients have the same value before and the same value after, so there is no spread to divide by."
        return _without(entry, None, setting.level, same)
    total, factor = sum(values.differences), small_sample_factor(n - 1)
    size = root(2 * total * total * (n - 1), n * spread)
    estimate = -factor * size if total < 0 else factor * size
    if values.all_equal:
        return _without(entry, estimate if total else 0.0, setting.level, ALL_EQUAL)
    t, _ = _dz(values)
    # sd(d)/s_av = sqrt(2·Q(d)/(Q(before) + Q(after))), Q as in sum_of_squares.
    scale = factor * root(2 * sum_of_squares(values.differences), spread) / math.sqrt(n)
    low, high = noncentrality_interval(t, n - 1, setting.level)
    method = (
        "Noncentral-t limits of dz rescaled to the average standard deviation (Algina and Keselman 2003), times the "
        "exact small-sample factor; nominal level, approximate."
    )
    low, high = _finite(low * scale), _finite(high * scale)
    return IntervalResult(*entry, estimate, low, high, setting.level, setting.level, method=method)


def rank_biserial(values: PairedValues, setting: Setting) -> IntervalResult:
    """(W₊ − W₋)/(W₊ + W₋), matched-pairs rank-biserial correlation (Kerby 2014), with an interval by inversion.

    The counted law of W₊ given these ranks is inverted for the chance of a rise, held equal for small and large
    changes; the interval excludes 0 exactly where the exact test gives P < 1 − level. None with the reason for more
    pairs than can be counted; never of zero width.

    >>> from trajecta.stats.decimals import paired_values
    >>> found = rank_biserial(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]), Setting())
    >>> found.estimate, found.low, round(found.high, 3)
    (-1.0, -1.0, 0.044)
    """
    entry = ("rank_biserial", "Rank-biserial correlation")
    ranks = signed_ranks(values.differences, setting.zeros)
    if not ranks.used:
        reason = "No patient changed, so there are no signed ranks." if values.n else NO_PAIRS
        return _without(entry, None, setting.level, reason)
    estimate = ratio(2 * ranks.positive - ranks.total, ranks.total)
    shares = share_interval(ranks.doubled, ranks.positive, setting.level)
    if shares is None:
        reason = f"Its exact law is counted for up to 100 changed pairs; here are {ranks.used}."
        return _without(entry, estimate, setting.level, reason)
    method = (
        "Inversion of the counted distribution of W₊ given these ranks (level at least the one given); takes the "
        "chance of a rise as equal for small and large changes."
    )
    # At low levels the limits, one chance for all ranks, can miss the estimate, which weighs them: never shown so.
    low, high = min(2.0 * shares[0] - 1.0, estimate), max(2.0 * shares[1] - 1.0, estimate)
    return IntervalResult(*entry, estimate, low, high, setting.level, setting.level, method=method)


INTERVALS: tuple[Interval, ...] = (
    Interval("mean_difference", "Mean difference", mean_difference),
    Interval("hodges_lehmann", "Median of Walsh averages (Hodges–Lehmann)", hodges_lehmann),
    Interval("median_difference", "Median difference", median_difference),
    Interval("share_improved", "Share improved", share_improved),
    Interval("cohen_dz", "Cohen’s dz", cohen_dz),
    Interval("hedges_gav", "Hedges’ g (average standard deviation)", hedges_gav),
    Interval("rank_biserial", "Rank-biserial correlation", rank_biserial),
)
"""All estimates in the order in which they are shown."""
