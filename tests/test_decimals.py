"""Exact decimals: ties and zeros are decided on the numbers the sheet shows."""

import math
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajecta.stats.decimals import (
    SMALLEST,
    doubled_median,
    exact,
    paired_values,
    positive,
    ratio,
    root,
    subtract,
    sum_of_squares,
    whole_and_exponent,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_binary_subtraction_breaks_what_decimals_keep() -> None:
    assert 3.4 - 2.8 != 0.6
    assert subtract(3.4, 2.8) == 0.6
    # The improvement of an EULAR response from 3.4 to 2.8 is 0.6: not more than 0.6.
    assert not exact(3.4) - exact(2.8) > exact(0.6)
    values = paired_values([3.4, 1.2, 0.3], [2.8, 0.6, 0.3])
    assert values.differences[0] == values.differences[1]
    assert values.zeros == 1


@given(FINITE)
def test_a_float_is_its_shortest_text(value: float) -> None:
    whole, exponent = whole_and_exponent(value)
    assert Fraction(whole) * Fraction(10) ** exponent == exact(value) == Fraction(repr(value))
    assert float(exact(value)) == value


@given(st.lists(st.tuples(FINITE, FINITE), max_size=6))
def test_the_grid_holds_every_value_exactly(pairs: list[tuple[float, float]]) -> None:
    before, after = [b for b, _ in pairs], [a for _, a in pairs]
    values = paired_values(before, after)
    unit = Fraction(10) ** values.exponent
    assert [b * unit for b in values.before] == [exact(b) for b in before]
    assert [d * unit for d in values.differences] == [exact(a) - exact(b) for b, a in pairs]
    assert [values.number(b) for b in values.before] == before
    assert all(math.isfinite(values.number(d)) for d in values.differences)


@given(st.integers(0, 10**60), st.integers(1, 10**60))
def test_root_is_right_to_the_last_digits(numerator: int, denominator: int) -> None:
    found = root(numerator, denominator)
    assert found >= 0
    if numerator:
        assert abs(Fraction(found) ** 2 * denominator / numerator - 1) < Fraction(1, 10**15)


def test_numbers_at_the_ends_of_the_doubles() -> None:
    assert ratio(10**400, 1) == sys.float_info.max
    assert ratio(-(10**400), 1) == -sys.float_info.max
    assert root(10**800, 1) == sys.float_info.max
    assert positive(Fraction(1, 2**1000)) == 2.0**-1000
    assert positive(Fraction(1, 2**5000)) == SMALLEST > 0
    wide = paired_values([1e308, 0.1], [-1e308, 5e-324])
    assert math.isfinite(wide.number(wide.differences[0]))
    assert wide.number(sum(wide.before), 2) == pytest.approx(5e307)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_enters(bad: float) -> None:
    with pytest.raises(ValueError, match="not a number"):
        paired_values([1.0], [bad])


def test_unequal_lengths_are_no_pairs() -> None:
    with pytest.raises(ValueError, match="are not pairs"):
        paired_values([1.0], [])


def test_sums_and_medians_are_whole_numbers() -> None:
    assert sum_of_squares([5]) == 0
    assert sum_of_squares([]) == 0
    assert sum_of_squares([10**30, 10**30 + 1]) == 1
    assert doubled_median([4, 1, 3, 9]) == 7
    with pytest.raises(ValueError, match="no values"):
        doubled_median([])
    assert paired_values([], []).n == 0
    assert paired_values([], []).all_equal
