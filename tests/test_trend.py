"""The common slope: lmerTest's figures, balanced data by hand, the boundary, and data that cannot carry a model."""

import math
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.random_slope import own_slopes
from trajecta.stats.trend import TrendResult, common_slope

Course = list[tuple[Fraction, Fraction]]


def course(times: list[float], values: list[float]) -> Course:
    return [(Fraction(str(t)), Fraction(str(y))) for t, y in zip(times, values, strict=True)]


UNBALANCED = [
    course([0, 30, 90, 180], [16, 9, 4, 0]),
    course([0, 31, 85], [12, 14, 8]),
    course([-3, 28, 95, 200], [20, 17, 11, 13]),
    course([0, 29, 92, 177], [10, 8, 6, 2]),
    course([0, 33], [15, 15]),
]


def test_lmertest_on_real_days() -> None:
    """R 4.2.2, lme4 1.1.31, lmerTest 3.1.3:

    > y <- c(16,9,4,0, 12,14,8, 20,17,11,13, 10,8,6,2, 15,15)
    > t <- c(0,30,90,180, 0,31,85, -3,28,95,200, 0,29,92,177, 0,33)
    > g <- factor(c(1,1,1,1,2,2,2,3,3,3,3,4,4,4,4,5,5))
    > summary(lmer(y ~ t + (1|g)))$coefficients
                      Estimate     Std. Error          df      t value        Pr(>|t|)
    (Intercept) 13.96161708373 1.787040975681  5.14120105  7.812701149 0.0004847001203
    t           -0.05146510914 0.009902996808 11.64072725 -5.196922723 0.0002461756040
    standard deviations 3.50157112 and 2.56698362, REML log-likelihood -46.31752379
    """
    found = common_slope(UNBALANCED)
    assert found.estimate == pytest.approx(-0.05146510914, rel=1e-7)
    assert found.se == pytest.approx(0.009902996808, rel=1e-6)
    assert found.df == pytest.approx(11.64072725, rel=1e-6)
    assert found.p == pytest.approx(0.0002461756040, rel=1e-5)
    assert found.intercept == pytest.approx(13.96161708373, rel=1e-6)
    assert found.sd_intercept == pytest.approx(3.50157112, rel=1e-6)
    assert found.sd_residual == pytest.approx(2.56698362, rel=1e-6)
    assert found.loglik == pytest.approx(-46.31752379, abs=1e-8)
    assert found.containment == 17 - 5 - 1
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.0515 < found.high < 0


def test_balanced_data_are_the_pooled_slope_within_patients() -> None:
    values = [[9.0, 7.0, 4.0], [5.0, 5.0, 1.0], [8.0, 6.0, 6.0]]
    found = common_slope([course([0, 1, 2], row) for row in values])
    rest = sum((y - sum(row) / 3 - (-11 / 6) * (t - 1)) ** 2 for row in values for t, y in enumerate(row))
    assert found.estimate == pytest.approx(-11 / 6, rel=1e-14)
    assert found.df == pytest.approx(5.0, rel=1e-12)
    assert found.se == pytest.approx(math.sqrt(rest / 5 / 6), rel=1e-12)


def test_no_variance_between_patients_is_an_answer() -> None:
    found = common_slope([course([0, 1, 2], row) for row in ([5, 1, 6], [4, 7, 2], [6, 3, 5])])
    assert found.boundary
    assert found.sd_intercept == 0.0
    assert found.df == 7.0
    assert found.p is not None
    assert "estimated as 0" in found.method


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([1, -3, 1000]), st.sampled_from([2, 16]))
def test_shift_and_scale_move_the_answer_alike(source: Random, shift: int, scale: int) -> None:
    courses = [
        [(Fraction(t), Fraction(source.randint(0, 20))) for t in sorted(source.sample(range(50), source.randint(1, 5)))]
        for _ in range(5)
    ]
    found = common_slope(courses)
    moved = common_slope([[(t + shift, y * scale + shift) for t, y in reversed(c)] for c in reversed(courses)])
    assert (found.p is None) == (moved.p is None)
    if found.p is None or found.estimate is None or found.se is None or moved.p is None or moved.se is None:
        assert found.reason
        return
    assert moved.p == pytest.approx(found.p, rel=1e-7)
    assert moved.estimate == pytest.approx(found.estimate * scale, rel=1e-9, abs=1e-12)
    assert moved.se == pytest.approx(found.se * scale, rel=1e-8)
    assert 0 < found.p <= 1
    assert found.df is not None
    assert found.df > 0


@pytest.mark.parametrize(
    ("courses", "reason"),
    [
        ([], "no values"),
        ([[], []], "no values"),
        ([course([0, 1], [3, 4])], "two patients"),
        ([course([0], [3]), course([1], [4]), course([2], [9])], "two different times"),
        ([course([0, 1], [3, 4]), course([0], [4])], "too few values"),
        ([course([0, 1, 2], [3, 4, 5]), course([0, 1, 2], [7, 8, 9])], "parallel lines"),
        ([course([0, 1, 2], [3, 3, 3])] * 4, "parallel lines"),
    ],
)
def test_data_that_cannot_carry_a_slope_say_why(courses: list[Course], reason: str) -> None:
    for found in (common_slope(courses), own_slopes(courses)):
        assert found.p is found.estimate is found.se is None
        assert found.reason
    assert reason in common_slope(courses).reason


@pytest.mark.parametrize("size", [Fraction(10) ** 300, Fraction(1, 10**300)])
def test_values_near_the_ends_of_the_doubles(size: Fraction) -> None:
    plain = common_slope(UNBALANCED)
    found = common_slope([[(t, y * size) for t, y in c] for c in UNBALANCED])
    assert found.p == pytest.approx(plain.p, rel=1e-9)
    assert found.estimate is not None
    assert math.isfinite(found.estimate)


def long_data(patients: int, spread: float) -> list[Course]:
    source = Random(7)
    found = []
    for _ in range(patients):
        steep, level = source.gauss(-0.4, spread), source.gauss(20, 4)
        found.append(
            [(Fraction(t), Fraction(round(level + steep * t + source.gauss(0, 1), 2))) for t in (0, 1, 3, 6, 12)]
        )
    return found


def test_a_slope_per_patient_needs_enough_patients() -> None:
    found = own_slopes(long_data(7, 0.3))
    assert found.p is None
    assert "at least 8 patients" in found.reason


def test_a_slope_per_patient_widens_the_interval() -> None:
    """For equal visits the mean slope's standard error is sd/√n of the patients' own slopes, with n − 1 df."""
    pytest.importorskip("statsmodels")
    courses = long_data(12, 0.5)
    single, own = common_slope(courses), own_slopes(courses)
    times = [0, 1, 3, 6, 12]
    middle = sum(times) / 5
    slopes = [
        sum((t - middle) * float(y) for t, (_, y) in zip(times, c, strict=True)) / sum((t - middle) ** 2 for t in times)
        for c in courses
    ]
    mean = sum(slopes) / 12
    spread = math.sqrt(sum((s - mean) ** 2 for s in slopes) / 11)
    assert own.estimate == pytest.approx(mean, rel=1e-6)
    assert own.se == pytest.approx(spread / math.sqrt(12), rel=1e-3)
    assert own.df == pytest.approx(11, rel=1e-4)
    assert own.containment == 11
    assert own.se is not None
    assert single.se is not None
    assert own.se > 1.5 * single.se
    assert own.loglik is not None
    assert single.loglik is not None
    assert own.loglik > single.loglik


SLOPES_T = [0, 1, 3, 6, 0, 1, 3, 6, 0, 1, 3, 6, 0, 1, 3, 6, 0, 1, 3, 7]
SLOPES_T += [0, 1, 3, 6, 0, 2, 5, 0, 1, 3, 6, 0, 1, 4, 0, 1, 3, 8]
SLOPES_Y = [18, 15, 11, 7, 22, 20, 15, 16, 14, 13, 12, 11, 25, 19, 10, 2, 16, 17, 13, 12]
SLOPES_Y += [20, 14, 12, 5, 12, 11, 11, 19, 18, 13, 9, 23, 15, 8, 17, 16, 16, 14]
SLOPES_N = [4, 4, 4, 4, 4, 4, 3, 4, 3, 4]


def test_lmertest_with_a_slope_per_patient_and_unequal_visits() -> None:
    """R 4.2.2, lme4 1.1.31, lmerTest 3.1.3, with y, t as above and g <- factor(rep(1:10, c(4,4,4,4,4,4,3,4,3,4))):

    > m <- lmer(y ~ t + (t|g), control=lmerControl(optimizer="bobyqa", optCtrl=list(rhoend=1e-10)))
    > print(summary(m)$coefficients, digits=10)
                    Estimate   Std. Error          df      t value        Pr(>|t|)
    (Intercept) 17.844640391 1.0875914787 8.784084179 16.407484557 6.821852040e-08
    t           -1.543499593 0.3940808003 8.753760872 -3.916708432 3.723602515e-03
    > print(as.data.frame(VarCorr(m)), digits=10)
           grp        var1 var2         vcov         sdcor
    1        g (Intercept) <NA> 10.373585898  3.2208051630
    2        g           t <NA>  1.417426877  1.1905573809
    3        g (Intercept)    t -3.157172724 -0.8233482309
    4 Residual        <NA> <NA>  2.561637555  1.6005116542
    > cat(sprintf("%.8f", logLik(m)))
    -91.74757443
    """
    pytest.importorskip("statsmodels")
    ends = [sum(SLOPES_N[: i + 1]) for i in range(len(SLOPES_N))]
    found = own_slopes(
        [course(SLOPES_T[end - n : end], SLOPES_Y[end - n : end]) for n, end in zip(SLOPES_N, ends, strict=True)]
    )
    assert found.estimate == pytest.approx(-1.543499593, rel=1e-7)
    assert found.se == pytest.approx(0.3940808003, rel=1e-6)
    assert found.df == pytest.approx(8.753760872, rel=1e-4)
    assert found.p == pytest.approx(3.723602515e-03, rel=1e-4)
    assert found.intercept == pytest.approx(17.844640391, rel=1e-7)
    assert found.sd_intercept == pytest.approx(3.2208051630, rel=1e-6)
    assert found.sd_slope == pytest.approx(1.1905573809, rel=1e-6)
    assert found.sd_residual == pytest.approx(1.6005116542, rel=1e-6)
    assert found.loglik == pytest.approx(-91.74757443, abs=1e-6)
    assert "8.754 degrees of freedom (Satterthwaite’s)" in found.method
    assert not found.boundary


def test_lmertest_with_a_slope_per_patient_and_equal_visits() -> None:
    """R 4.2.2, lme4 1.1.31, lmerTest 3.1.3; d$y the values below, d$t <- rep(c(0,1,3,6,12), 9):

    > m <- lmer(y ~ t + (t|g), d, control=lmerControl(optimizer="bobyqa", optCtrl=list(rhoend=1e-10)))
    > print(summary(m)$coefficients, digits=10)
                     Estimate    Std. Error          df      t value        Pr(>|t|)
    (Intercept) 20.1901287554 0.80733612121 8.000000187 25.008330762 6.993039856e-09
    t           -0.5007868383 0.07798289678 8.000000083 -6.421752192 2.043465708e-04
    > as.data.frame(VarCorr(m))$sdcor
    2.38831984507  0.22464959721 -0.09029157589  0.63044102907
    > cat(sprintf("%.8f", logLik(m)))
    -73.80322834
    """
    pytest.importorskip("statsmodels")
    rows = [
        [18, 17.9, 17.2, 15.9, 14], [19.3, 17.3, 15, 13.7, 9.9], [22.1, 20.8, 22.1, 20.6, 18.4],
        [22, 22.5, 20.2, 18.3, 13.9], [18.6, 20.1, 18.4, 17.9, 16.8], [16.8, 15.6, 15.8, 12.9, 7.7],
        [19.4, 17.9, 16.7, 16.6, 15.6], [23.2, 22.5, 20.9, 18.5, 14.2], [23, 22.4, 21.4, 20, 17.4],
    ]  # fmt: skip
    found = own_slopes([course([0, 1, 3, 6, 12], row) for row in rows])
    assert found.estimate == pytest.approx(-0.5007868383, rel=1e-8)
    assert found.se == pytest.approx(0.07798289678, rel=1e-6)
    assert found.df == pytest.approx(8, rel=1e-4)
    assert found.p == pytest.approx(2.043465708e-04, rel=1e-4)
    assert found.sd_slope == pytest.approx(0.22464959721, rel=1e-6)
    assert found.sd_intercept == pytest.approx(2.38831984507, rel=1e-6)
    assert found.loglik == pytest.approx(-73.80322834, abs=1e-6)


def test_a_slope_per_patient_on_the_boundary_keeps_patients_minus_one() -> None:
    """All patients fall alike, so that their slopes have no variance and Satterthwaite's formula nothing to go by."""
    pytest.importorskip("statsmodels")
    courses = [course([0, 1, 3, 6], [20 + i, 19 + i, 18.9 + i, 17 + i]) for i in range(9)]
    found = own_slopes(courses)
    assert found.boundary
    assert found.df == 8
    assert "(patients − 1, since Satterthwaite’s do not exist here)" in found.method


def test_units_scale_the_slope_and_not_p() -> None:
    by_day, by_month = common_slope(UNBALANCED), common_slope(UNBALANCED, "month", Fraction("30.4375"))
    assert isinstance(by_month, TrendResult)
    assert by_month.p == by_day.p
    assert by_day.estimate is not None
    assert by_month.estimate == pytest.approx(by_day.estimate * 30.4375, rel=1e-14)
    assert by_month.unit == "month"
