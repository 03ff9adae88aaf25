"""Distributions in pure Python against scipy, R, closed forms and exact fractions, far into the tails."""

import math
from fractions import Fraction
from typing import Any

import pytest
import scipy.special as special
import scipy.stats

from trajecta.stats.distributions import (
    beta_quantile,
    binomial_at_most,
    clopper_pearson,
    incomplete_beta,
    noncentral_t_at_most,
    noncentrality_interval,
    normal_quantile,
    normal_tail,
    t_quantile,
    t_tail,
    tail_of,
)


def near(expected: Any, relative: float) -> Any:
    """Relative closeness only: pytest's own absolute tolerance of 1e-12 would hide the tails."""
    return pytest.approx(expected, rel=relative, abs=0)


DFS = (1, 2, 3, 4, 5, 7, 10, 19, 49, 99, 299, 999)


@pytest.mark.parametrize("df", DFS)
def test_t_tail_against_scipy(df: int) -> None:
    for t in (1e-3, 0.1, 0.5, 1, 2, 3, 5, 10, 20, 50, 100, 1e3, 1e5):
        expected = scipy.stats.t.sf(t, df)
        if expected > 1e-300:
            assert t_tail(t, df) == near(expected, 1e-12)
            assert t_tail(-t, df) == near(1 - expected, 1e-12)
    assert t_tail(0, df) == 0.5


def test_t_tail_in_closed_form() -> None:
    for t in (1e-8, 0.3, 6.5, 1e6, 1e120, 1e200):
        assert t_tail(t, 1) == near(math.atan2(1, t) / math.pi, 1e-14)
        if t < 1e140:
            wide = math.sqrt(2 + t * t)
            assert t_tail(t, 2) == near(1 / (wide * (wide + t)), 1e-12)
    # R 4.2.2: sprintf("%.17g", c(2*pt(-40, 4), 2*pt(-12, 199))) = 2.3340163226012694e-06 2.5799606747931464e-25
    assert 2 * t_tail(40, 4) == near(2.3340163226012694e-06, 1e-13)
    assert 2 * t_tail(12, 199) == near(2.5799606747931464e-25, 1e-12)
    assert t_tail(1e200, 9) == 0.0


@pytest.mark.parametrize("df", DFS)
def test_t_quantile_inverts_the_tail(df: int) -> None:
    for tail in (0.4, 0.25, 0.1, 0.025, 0.005, 1e-6, 1e-20, 1e-100):
        t = t_quantile(tail, df)
        assert t_tail(t, df) == near(tail, 3e-13)
        assert t == near(-special.stdtrit(df, tail), 1e-11)
        assert t_quantile(0.7, df) == near(-t_quantile(0.3, df), 1e-12)
    assert t_quantile(0.5, df) == 0.0


def test_incomplete_beta_is_a_binomial_tail() -> None:
    for n, k, share in ((5, 2, Fraction(1, 7)), (40, 39, Fraction(9, 10)), (300, 12, Fraction(1, 5))):
        exact = 1 - binomial_at_most(k - 1, n, share)
        assert incomplete_beta(k, n - k + 1, float(share)) == near(float(exact), 1e-12)
    assert incomplete_beta(3, 2, 0.0) == 0.0
    assert incomplete_beta(3, 2, 1.0) == 1.0
    for a, b, x in ((0.5, 0.5, 1e-9), (2000.5, 0.5, 0.9), (3, 700, 0.001), (60, 40, 0.99)):
        assert incomplete_beta(a, b, x) == near(special.betainc(a, b, x), 1e-12)


def test_binomial_tails_are_exact() -> None:
    assert binomial_at_most(0, 1000) == Fraction(1, 2**1000)
    assert binomial_at_most(-1, 3) == 0
    assert binomial_at_most(2, 4) == Fraction(11, 16)
    assert sum(binomial_at_most(k, 3, Fraction(1, 5)) for k in (3, 4)) == 2


@pytest.mark.parametrize("n", [1, 2, 5, 20, 100, 1000, 2097])
def test_clopper_pearson_against_scipy(n: int) -> None:
    for k in {0, 1, n // 4, n // 2, n - 1, n}:
        for level in (0.9, 0.95, 0.999):
            side = tail_of(level)
            low, high = clopper_pearson(k, n, level)
            assert low == (0.0 if k == 0 else near(special.betaincinv(k, n - k + 1, side), 1e-12))
            expected = 1.0 if k == n else special.betainccinv(k + 1, n - k, side)
            assert high == near(expected, 1e-12)


def test_clopper_pearson_against_r() -> None:
    # R 4.2.2: for(k in c(0,3,5)) sprintf("%.15g", binom.test(k,5)$conf.int); binom.test(15,20)
    #   "0" "0.521823750104981"; "0.146632799634673" "0.947255049473683"; "0.478176249895019" "1"
    #   "0.508954128292042" "0.913428530898565"
    assert clopper_pearson(0, 5, 0.95) == (0.0, near(0.521823750104981, 1e-14))
    assert clopper_pearson(3, 5, 0.95) == near((0.146632799634673, 0.947255049473683), 1e-14)
    assert clopper_pearson(5, 5, 0.95) == (near(0.478176249895019, 1e-14), 1.0)
    assert clopper_pearson(15, 20, 0.95) == near((0.508954128292042, 0.913428530898565), 1e-14)


def test_normal_quantile() -> None:
    for tail in (0.5, 0.3, 0.025, 1e-10, 1e-200, 0.9, 0.999):
        assert normal_quantile(tail) == pytest.approx(-special.ndtri(tail), rel=1e-13, abs=1e-15)
    assert normal_tail(normal_quantile(0.01)) == near(0.01, 1e-14)


def lenth(t: float, df: int, shift: float) -> float:
    """P(T ≤ t) for t ≥ 0 as the Poisson mixture of incomplete beta functions (Lenth 1989, AS 243)."""
    x = t * t / (t * t + df)
    half = shift * shift / 2
    total = special.ndtr(-shift)
    for j in range(4000):
        weight = math.exp(-half + j * math.log(half) - math.lgamma(j + 1)) if half else float(j == 0)
        other = math.exp(-half + j * math.log(half) - math.lgamma(j + 1.5)) * shift / math.sqrt(2) if half else 0.0
        total += 0.5 * (weight * special.betainc(j + 0.5, df / 2, x) + other * special.betainc(j + 1, df / 2, x))
    return float(total)


@pytest.mark.parametrize("df", [1, 2, 4, 9, 49, 999])
def test_noncentral_t_against_its_series(df: int) -> None:
    for t in (0.0, 0.1, 1.0, 6.5, 30.0):
        for shift in (-3.0, 0.0, 0.5, 2.0, 5.0, 20.0):
            assert noncentral_t_at_most(t, df, shift) == pytest.approx(lenth(t, df, shift), abs=1e-12)
            mirrored = 1 - noncentral_t_at_most(-t, df, -shift)
            assert mirrored == pytest.approx(noncentral_t_at_most(t, df, shift), abs=1e-12)


def test_noncentrality_interval_against_r() -> None:
    # R 4.2.2, pt(t, df, ncp) solved by uniroot(tol = 1e-14):
    #   6.5319726474218101  4   1.754880058815   11.26474868646
    #   6.5319726474218101 49   4.162086730843    8.854669785211
    #   2                   4  -0.4503303934714   4.294540994751
    #   2                  49  -0.009157488182957 3.989564707904
    t = 6.5319726474218101
    assert noncentrality_interval(t, 4, 0.95) == near((1.754880058815, 11.26474868646), 1e-10)
    assert noncentrality_interval(t, 49, 0.95) == near((4.162086730843, 8.854669785211), 1e-10)
    assert noncentrality_interval(2, 4, 0.95) == near((-0.4503303934714, 4.294540994751), 1e-10)
    assert noncentrality_interval(2, 49, 0.95) == near((-0.009157488182957, 3.989564707904), 1e-10)
    low, high = noncentrality_interval(-2, 4, 0.95)
    assert (-high, -low) == noncentrality_interval(2, 4, 0.95)


@pytest.mark.parametrize("df", [1, 2, 4, 49, 999])
@pytest.mark.parametrize("t", [0.0, 0.01, 2.0, 50.0, 1e4, 1e9])
@pytest.mark.parametrize("level", [0.5, 0.95, 0.99999])
def test_noncentrality_interval_meets_both_tails(df: int, t: float, level: float) -> None:
    low, high = noncentrality_interval(t, df, level)
    side = tail_of(level)
    assert 1 - noncentral_t_at_most(t, df, low) == pytest.approx(side, rel=1e-9, abs=1e-14)
    assert noncentral_t_at_most(t, df, high) == near(side, 1e-9)


def test_arguments_outside_are_refused() -> None:
    for wrong in (
        lambda: t_tail(1, 0),
        lambda: t_quantile(0, 3),
        lambda: normal_quantile(1),
        lambda: incomplete_beta(1, 0, 0.5),
        lambda: beta_quantile(1, 1, 0),
        lambda: clopper_pearson(6, 5, 0.95),
        lambda: tail_of(1.0),
        lambda: noncentral_t_at_most(1, 0, 0),
    ):
        with pytest.raises(ValueError, match=r"no value|no quantile|degrees|outside|not a proportion"):
            wrong()
