"""Upper tails of χ², F and Student's t with fractional degrees of freedom, in pure Python.

Invariants: a tail is computed as a tail, with a relative error near 1e-13; it is never 0: where it falls below every
double, the smallest double stands for it. Arguments outside the domain raise ValueError.
"""

import math

from trajecta.stats.decimals import SMALLEST
from trajecta.stats.distributions import incomplete_beta


def chi_square_tail(x: float, df: int) -> float:
    """P(χ² > x) for whole df ≥ 1 and x ≥ 0, by the finite sum that whole degrees of freedom allow.

    >>> round(chi_square_tail(8.505882352941176, 3), 15), chi_square_tail(0.0, 2), chi_square_tail(1e6, 3) > 0
    (0.036635648109804, 1.0, True)
    """
    if df < 1 or not x >= 0.0:
        raise ValueError(f"χ² with {df} degrees of freedom has no tail at {x}")
    if x == 0.0:
        return 1.0
    half = x / 2.0
    # Even df: e^(−x/2)·Σ (x/2)^j/j!; odd df: the same with half-integers, on top of the tail of a squared normal.
    total = math.erfc(math.sqrt(half)) if df % 2 else 0.0
    power = 0.5 if df % 2 else 0.0
    log_half = math.log(half)
    terms = []
    while power < df / 2.0:
        terms.append(math.exp(power * log_half - half - math.lgamma(power + 1.0)))
        power += 1.0
    return min(1.0, math.fsum((total, *terms))) or SMALLEST


def f_tail(f: float, df1: float, df2: float) -> float:
    """P(F > f) for positive, also fractional, degrees of freedom and f ≥ 0.

    >>> round(f_tail(4.069636840134781, 3, 24), 14)
    0.01802047009014
    """
    if not (df1 > 0.0 and df2 > 0.0 and f >= 0.0):
        raise ValueError(f"F with {df1} and {df2} degrees of freedom has no tail at {f}")
    weighted = df1 * f
    if math.isinf(weighted):
        return SMALLEST
    beyond = incomplete_beta(df2 / 2.0, df1 / 2.0, df2 / (df2 + weighted))
    if beyond > 0.5:  # the share below is the small one, and computing it keeps its digits
        return 1.0 - incomplete_beta(df1 / 2.0, df2 / 2.0, weighted / (df2 + weighted))
    return beyond or SMALLEST


def student_two_sided(t: float, df: float) -> float:
    """P(abs(T) > abs(t)) of Student's t with df > 0 degrees of freedom, which may be fractional.

    >>> round(student_two_sided(2.0, 41.79), 6), student_two_sided(0.0, 3.5)
    (0.052027, 1.0)
    """
    if not df > 0.0:
        raise ValueError(f"Student's t has no {df} degrees of freedom")
    size = min(abs(t), 1e150)  # beyond, t·t overflows
    return f_tail(size * size, 1.0, df)


def student_quantile(tail: float, df: float) -> float:
    """The t with P(T > t) = tail, for 0 < tail < 1/2 and df > 0, which may be fractional.

    >>> round(student_quantile(0.025, 4.0), 9)
    2.776445105
    """
    if not (0.0 < tail < 0.5 and df > 0.0):
        raise ValueError(f"Student's t has no quantile at tail={tail}, df={df}")
    low, high = 0.0, 1.0
    while student_two_sided(high, df) > 2.0 * tail and high < 1e150:
        low, high = high, 2.0 * high
    while True:
        middle = 0.5 * (low + high)
        if not low < middle < high:
            return middle
        if student_two_sided(middle, df) > 2.0 * tail:
            low = middle
        else:
            high = middle
