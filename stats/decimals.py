"""Exact decimal arithmetic for paired values, so that ties and zeros are decided on the numbers the sheet shows.

Invariants: a float stands for its shortest decimal text (``repr``), never for its binary expansion; all numbers of one
comparison lie as whole numbers on one common power of ten; a result becomes a float once, at the end, correctly
rounded; NaN and infinity never enter.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

SMALLEST = math.ulp(0.0)
"""The smallest positive double, 5e-324: what is shown for a chance that is smaller than any double."""


def whole_and_exponent(value: float) -> tuple[int, int]:
    """The decimal text of a float as (whole number, power of ten); ValueError for NaN and infinity.

    >>> whole_and_exponent(3.4), whole_and_exponent(16.0), whole_and_exponent(-2.5e-7)
    ((34, -1), (16, 0), (-25, -8))
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be compared")
    mantissa, _, power = repr(float(value)).partition("e")
    whole, _, decimals = mantissa.partition(".")
    if decimals == "0":
        decimals = ""
    return int(whole + decimals), int(power or 0) - len(decimals)


def exact(value: float) -> Fraction:
    """The number that a float's shortest decimal text shows, as a fraction; ValueError for NaN and infinity.

    >>> exact(3.4) - exact(2.8) == exact(0.6), 3.4 - 2.8 == 0.6
    (True, False)
    """
    whole, exponent = whole_and_exponent(value)
    return Fraction(whole * 10**exponent) if exponent >= 0 else Fraction(whole, 10**-exponent)


def subtract(value: float, other: float) -> float:
    """``value − other`` in decimal arithmetic, for differences and every threshold rule.

    >>> subtract(3.4, 2.8), subtract(2.8, 3.4)
    (0.6, -0.6)
    """
    difference = exact(value) - exact(other)
    return ratio(difference.numerator, difference.denominator)


def ratio(numerator: int, denominator: int) -> float:
    """The double nearest to a quotient of whole numbers; the largest double where it would overflow.

    >>> ratio(1, 10), ratio(-(10**400), 1) == -sys.float_info.max
    (0.1, True)
    """
    try:
        return numerator / denominator
    except OverflowError:
        return sys.float_info.max if numerator > 0 else -sys.float_info.max


def root(numerator: int, denominator: int) -> float:
    """The square root of a non-negative quotient of whole numbers, to the last digit or two, at any magnitude.

    >>> root(2, 1), root(10**800, 10**200) == 1e300
    (1.4142135623730951, True)
    """
    if numerator == 0:
        return 0.0
    # 128 bits of the quotient give 64 bits of the root; the shift must be even to be halved exactly.
    shift = 128 - (numerator.bit_length() - denominator.bit_length())
    shift += shift % 2
    scaled = (numerator << shift) // denominator if shift >= 0 else numerator // (denominator << -shift)
    try:
        return math.ldexp(math.isqrt(scaled), -shift // 2)
    except OverflowError:
        return sys.float_info.max


def positive(chance: Fraction) -> float:
    """A chance above zero as a float that is above zero: the smallest double where the nearest one would be 0.

    >>> positive(Fraction(1, 16)), positive(Fraction(1, 2**2000)) == SMALLEST
    (0.0625, True)
    """
    return chance.numerator / chance.denominator or SMALLEST


@dataclass(frozen=True)
class PairedValues:
    """Values before and after as whole numbers in units of ``10**exponent``, in the order of the pairs.

    ``number`` turns whole numbers back into floats. n may be 0; nothing here raises for few or equal values.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    exponent: int

    @property
    def n(self) -> int:
        """Number of pairs."""
        return len(self.before)

    @cached_property
    def differences(self) -> tuple[int, ...]:
        """``after − before`` of each pair, exact."""
        return tuple(after - before for before, after in zip(self.before, self.after, strict=True))

    @property
    def zeros(self) -> int:
        """Number of pairs without a change."""
        return self.differences.count(0)

    @property
    def all_equal(self) -> bool:
        """Whether all differences are the same number (also true for one pair or none)."""
        return len(set(self.differences)) <= 1

    def number(self, numerator: int, denominator: int = 1) -> float:
        """The float nearest to ``numerator / denominator`` units."""
        if self.exponent >= 0:
            return ratio(numerator * 10**self.exponent, denominator)
        return ratio(numerator, denominator * 10**-self.exponent)

    def root(self, numerator: int, denominator: int = 1) -> float:
        """The square root of ``numerator / denominator`` squared units, as a float."""
        if self.exponent >= 0:
            return root(numerator * 100**self.exponent, denominator)
        return root(numerator, denominator * 100**-self.exponent)


def paired_values(before: Sequence[float], after: Sequence[float]) -> PairedValues:
    """Put two equally long lists of values on their common decimal grid; ValueError for NaN, infinity, other lengths.

    >>> paired_values([3.4, 10], [2.8, 0.25])
    PairedValues(before=(340, 1000), after=(280, 25), exponent=-2)
    >>> paired_values([3.4], [2.8]).number(-6)
    -0.6
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} values before and {len(after)} after are not pairs")
    parsed = [whole_and_exponent(value) for value in (*before, *after)]
    exponent = min((power for whole, power in parsed if whole), default=0)
    units = tuple(whole * 10 ** (power - exponent) if whole else 0 for whole, power in parsed)
    return PairedValues(units[: len(before)], units[len(before) :], exponent)


def sum_of_squares(units: Sequence[int]) -> int:
    """``n·Σu² − (Σu)²``: n(n − 1) times the variance in squared units, exact.

    >>> sum_of_squares([1, 2, 3])
    6
    """
    return len(units) * sum(unit * unit for unit in units) - sum(units) ** 2


def doubled_median(units: Sequence[int]) -> int:
    """Twice the median of whole numbers, exact; ValueError for none.

    >>> doubled_median([3, 1, 2]), doubled_median([1, 2])
    (4, 3)
    """
    if not units:
        raise ValueError("the median of no values is not defined")
    ordered = sorted(units)
    return ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]
