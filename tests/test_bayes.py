"""The JZS Bayes factor against published values and base R, posterior limits against scipy, reasons, invariances."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.bayes import LEADING_WIDTH, WIDTHS, bayes, effect_limits, log_bayes_factor, mean_limits
from trajecta.stats.decimals import paired_values

# R 4.2.2, base only:
#   bf <- function(t, n, r) { v <- n - 1
#     f <- function(x) { g <- exp(x); exp(-0.5*log1p(n*g*r^2) - (v+1)/2*log1p(t^2/((1+n*g*r^2)*v))
#       - 0.5*log(2*pi) - 0.5*x - 1/(2*g)) }
#     (integrate(f, -8, 0, rel.tol=1e-12)$value + integrate(f, 0, 20, rel.tol=1e-12, subdivisions=1000L)$value +
#      integrate(f, 20, 80, rel.tol=1e-10, subdivisions=1000L)$value) / (1 + t^2/v)^(-(v+1)/2) }
#   sapply(c(.5, sqrt(.5), 1, sqrt(2)), function(r) sprintf("%.10g", bf(t, n, r)))
TRANSCRIPT = [
    (-4.0621277, 10, (15.0304136, 17.25888062, 18.41521016, 18.01516033)),
    (-6.531972647421808, 5, (13.74847515, 17.57505301, 21.71573787, 25.5182382)),
    (0.0, 5, (0.4923808503, 0.3973626245, 0.3087935567, 0.2323262944)),
    (2.5, 40, (3.085584987, 2.634594922, 2.105687785, 1.601739064)),
]


@pytest.mark.parametrize(("t", "n", "expected"), TRANSCRIPT)
def test_bayes_factors_are_those_of_r(t: float, n: int, expected: tuple[float, ...]) -> None:
    found = [math.exp(log_bayes_factor(t, n, width)) for width in WIDTHS]
    assert found == pytest.approx(expected, rel=2e-9)


def test_the_published_value_for_the_sleep_data() -> None:
    # BayesFactor's manual, ttestBF of the ten differences of R's sleep data: r=0.707, 17.25888.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    found = bayes(paired_values(first, second))
    lead = next(f for f in found.factors if f.width == LEADING_WIDTH)
    assert lead.bf10 == pytest.approx(17.25888, abs=5e-6)
    assert lead.bf10 * lead.bf01 == pytest.approx(1.0, rel=1e-12)
    assert [round(f.width, 3) for f in found.factors] == [0.5, 0.707, 1.0, 1.414]
    assert "never in its place" in found.label
    assert "prior" in found.caution


@pytest.mark.parametrize(("t", "n"), [(1.2, 3), (0.3, 2), (15.0, 20), (200.0, 6), (-3.0, 12)])
def test_quadrature_against_scipy(t: float, n: int) -> None:
    from scipy.integrate import quad

    for width in WIDTHS:

        def term(x: float, width: float = width) -> float:
            g = math.exp(x)
            grown = 1 + n * g * width**2
            log = -0.5 * math.log(grown) - n / 2 * math.log1p(t * t / grown / (n - 1)) - 0.5 * x - 0.5 / g
            return math.exp(log - 0.5 * math.log(2 * math.pi) + n / 2 * math.log1p(t * t / (n - 1)))

        pieces = [quad(term, a, b, epsabs=0, epsrel=1e-11)[0] for a, b in ((-6, 0), (0, 10), (10, 30), (30, 80))]
        assert math.exp(log_bayes_factor(t, n, width)) == pytest.approx(math.fsum(pieces), rel=1e-8)


@pytest.mark.parametrize(
    ("t", "n", "width"), [(-4.06, 10, LEADING_WIDTH), (1.0, 5, 1.0), (0.0, 3, 1.0), (2.5, 40, 0.5)]
)
def test_effect_limits_against_scipy(t: float, n: int, width: float) -> None:
    from scipy.integrate import quad
    from scipy.stats import cauchy, nct

    def density(effect: float) -> float:
        return float(nct.pdf(t, n - 1, effect * math.sqrt(n)) * cauchy.pdf(effect, 0, width))

    low, high = effect_limits(t, n, width, 0.95)
    middle = t / math.sqrt(n)
    options: dict[str, Any] = {"points": [0.0, middle], "limit": 500}
    whole = quad(density, -25, 25, **options)[0]
    assert quad(density, -25, low, limit=500)[0] / whole == pytest.approx(0.025, rel=1e-5)
    assert quad(density, high, 25, limit=500)[0] / whole == pytest.approx(0.025, rel=1e-5)


def test_mean_limits_against_drawing_from_the_posterior() -> None:
    import numpy as np

    d = np.array([-16.0, -16, -16, -8, -8])
    n, width, draws = 5, LEADING_WIDTH, 400_000
    source = np.random.default_rng(3)
    logs = np.linspace(-8, 40, 100_001)
    grown = 1 + n * np.exp(logs) * width**2
    t2 = n * d.mean() ** 2 / d.var(ddof=1)
    weights = np.exp(-0.5 * logs - 0.5 * np.exp(-logs) - 0.5 * np.log(grown) - n / 2 * np.log1p(t2 / grown / (n - 1)))
    c = n * np.exp(source.choice(logs, draws, p=weights / weights.sum())) * width**2
    variance = (d.var() * n + n * d.mean() ** 2 / (1 + c)) / source.chisquare(n, draws)
    mean = d.mean() * c / (1 + c) + source.normal(size=draws) * np.sqrt(variance * c / n / (1 + c))
    found = bayes(paired_values([0] * 5, d.tolist()), 0.9).factors[1]
    share = [float(np.mean(mean < found.low)), float(np.mean(mean > found.high))]
    assert share == pytest.approx([0.05, 0.05], abs=0.002)
    effect = mean / np.sqrt(variance)
    share = [float(np.mean(effect < found.effect_low)), float(np.mean(effect > found.effect_high))]
    assert share == pytest.approx([0.05, 0.05], abs=0.002)


@pytest.mark.parametrize(
    ("differences", "word"), [([], "no pair"), ([3], "One pair"), ([2, 2, 2], "no spread"), ([0, 0], "no spread")]
)
def test_reasons(differences: list[float], word: str) -> None:
    found = bayes(paired_values([0] * len(differences), differences))
    assert found.factors == ()
    assert word in found.reason


@pytest.mark.parametrize(
    "differences", [[1e300, 1e300, -1e-300], [1e9, 1e9, 1e9 + 1e-3], [1, 2], [1e-300, 3e-300, 2e-300]]
)
def test_extreme_values_give_finite_numbers(differences: list[float]) -> None:
    for factor in bayes(paired_values([0] * len(differences), differences)).factors:
        assert math.isfinite(factor.bf10)
        assert factor.bf10 > 0
        assert factor.bf01 > 0
        assert -math.inf < factor.low < factor.high < math.inf
        assert -math.inf < factor.effect_low < factor.effect_high < math.inf


def test_wrong_arguments() -> None:
    for wrong in ((1.0, 1, 1.0), (1.0, 5, 0.0), (math.inf, 5, 1.0)):
        with pytest.raises(ValueError, match="no Bayes factor"):
            log_bayes_factor(*wrong)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.integers(-20, 20), min_size=3, max_size=9).filter(lambda d: len(set(d)) > 1))
def test_invariances(differences: list[int]) -> None:
    def asked(d: list[float]) -> Any:
        return bayes(paired_values([0] * len(d), d)).factors[1]

    plain = asked([float(d) for d in differences])
    assert asked([float(d) for d in reversed(differences)]) == plain
    scaled = asked([d / 4 for d in differences])
    assert scaled.bf10 == pytest.approx(plain.bf10, rel=1e-12)
    assert (scaled.low, scaled.high) == pytest.approx((plain.low / 4, plain.high / 4), rel=1e-9, abs=1e-9)
    swapped = asked([-float(d) for d in differences])
    assert swapped.bf10 == pytest.approx(plain.bf10, rel=1e-12)
    assert (swapped.low, swapped.high) == pytest.approx((-plain.high, -plain.low), rel=1e-6, abs=1e-6)


def test_limits_are_nested_by_level() -> None:
    wide, narrow = mean_limits(2.0, 8, 1.0, 0.99), mean_limits(2.0, 8, 1.0, 0.5)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
