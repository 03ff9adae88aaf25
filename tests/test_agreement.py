"""Limits of agreement: the published example, scipy's noncentral t, coverage by its definition, reasons."""

import math

import pytest

from trajecta.stats.agreement import REACH, limit_quantiles, limits_of_agreement


@pytest.mark.parametrize("n", [3, 4, 5, 12, 50, 400])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_quantiles_against_scipy(n: int, level: float) -> None:
    from scipy.stats import nct

    side = (1 - level) / 2
    expected = nct.ppf([side, 1 - side], n - 1, REACH * math.sqrt(n))
    assert limit_quantiles(n, level) == pytest.approx(tuple(expected), rel=1e-9)


def test_the_intervals_approach_the_published_approximation() -> None:
    # Bland and Altman 1999: 85 subjects, bias −16.29, sd 19.61, limits −54.7 and 22.1; lower limit −61.9 to −47.5.
    raw = [math.sin(i * 1.7) + 0.3 * math.cos(i * 0.9) for i in range(85)]
    mean = math.fsum(raw) / 85
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in raw) / 84)
    found = limits_of_agreement([-16.29 + 19.61 * (v - mean) / sd for v in raw])
    assert found.bias == pytest.approx(-16.29)
    assert (found.low, found.high) == (pytest.approx(-54.7, abs=0.05), pytest.approx(22.1, abs=0.05))
    assert found.bias_interval == (pytest.approx(-20.5, abs=0.06), pytest.approx(-12.1, abs=0.06))
    assert found.low_interval is not None
    assert found.low_interval == (pytest.approx(-61.9, abs=1.2), pytest.approx(-47.5, abs=1.2))
    # The exact interval leans outwards: a standard deviation can be underestimated further than overestimated.
    assert found.low - found.low_interval[0] > found.low_interval[1] - found.low


def test_signs_turn_with_the_differences() -> None:
    one, other = limits_of_agreement([1.0, -2.0, 4.0, 0.5]), limits_of_agreement([-1.0, 2.0, -4.0, -0.5])
    assert one.bias == -other.bias
    assert (one.low, one.high) == (-other.high, -other.low)
    assert one.low_interval == (-other.high_interval[1], -other.high_interval[0])


@pytest.mark.parametrize("differences", [[], [3.0], [3.0, 4.0]])
def test_too_few_have_a_reason(differences: list[float]) -> None:
    found = limits_of_agreement(differences)
    assert (found.low, found.high, found.low_interval) == (None, None, None)
    assert "at least 3 patients" in found.reason


def test_equal_differences_have_limits_on_the_bias_and_no_interval() -> None:
    found = limits_of_agreement([0.1] * 7)
    assert (found.bias, found.low, found.high) == (0.1, 0.1, 0.1)
    assert found.bias_interval is None
    assert "equal" in found.reason


def test_a_level_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        limits_of_agreement([1.0, 2.0, 3.0], 1.0)
