"""The common slope when every patient may have a slope of their own: a mixed model with random intercept and slope.

Invariants: fitted by statsmodels (Powell's method, REML), which is imported only here and only once the data can carry
the model; the standard error is computed from the variances found, P comes from Student's t with the degrees of freedom
of Satterthwaite (patients − 1 where a variance is 0 and they do not exist), never from z; a fit that did not do better
than a random intercept alone is not shown.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from trajecta.stats.distributions import tail_of
from trajecta.stats.patient_summaries import Points
from trajecta.stats.tails import student_quantile, student_two_sided
from trajecta.stats.trend import TrendResult, common_slope, log_of, rescaled, sized

if TYPE_CHECKING:
    from numpy.typing import NDArray

# With fewer patients the standard deviation of their slopes is known to within a factor of four at best.
FEWEST_PATIENTS = 8
# Two visits per patient determine a line exactly and leave nothing to tell a patient's slope from chance.
FEWEST_TIMES = 3


def cannot_carry(courses: Sequence[Points]) -> str:
    """Why the data cannot carry a slope per patient, in a sentence; empty where they can.

    >>> cannot_carry([[(Fraction(t), Fraction(t)) for t in range(3)]] * 5)[:60]
    'A slope per patient needs at least 8 patients with values at'
    """
    able = sum(len(course) >= FEWEST_TIMES for course in courses)
    if able < FEWEST_PATIENTS:
        return (
            f"A slope per patient needs at least {FEWEST_PATIENTS} patients with values at {FEWEST_TIMES} or more "
            f"visits; here {'there is 1' if able == 1 else f'there are {able}'}."
        )
    return ""


def own_slopes(
    courses: Sequence[Points], unit: str = "", factor: Fraction = Fraction(1), level: float = 0.95
) -> TrendResult:
    """The mean slope of the model value = a + patient + (b + patient's own)·time + rest.

    ``courses`` hold (time, value) of each patient. The degrees of freedom are those of Satterthwaite as in lmerTest
    (Kuznetsova and others 2017), for equal visits those of a t test on one slope per patient; on the boundary, where a
    variance is 0 or the correlation 1, patients − 1. Data that cannot carry the model give the reason.
    """
    used = [list(course) for course in courses if course]
    single = common_slope(used, unit, factor, level)
    nothing = TrendResult(n=single.n, observations=single.observations, unit=unit)
    reason = cannot_carry(used) or single.reason
    if reason or single.loglik is None:
        return replace(nothing, reason=reason)
    scaled, stretch = rescaled(used)
    found = _fitted(scaled)
    loglik = found.loglik - (single.observations - 2) * log_of(stretch.value) - log_of(stretch.time)
    # Random intercepts alone are a special case of the model: a search that ends below them has failed.
    if not loglik > single.loglik - 0.01:
        return replace(nothing, reason="The search for the variances found no maximum, so the model is not shown.")
    containment = sum(len(course) > 1 for course in used) - 1
    df = found.df or float(containment)
    how = "Satterthwaite’s" if found.df else "patients − 1, since Satterthwaite’s do not exist here"
    t = found.slope / found.error
    reach = student_quantile(tail_of(level), df) * found.error
    back = factor * stretch.value / stretch.time
    return replace(
        nothing,
        estimate=sized(found.slope, back),
        se=sized(found.error, back),
        df=df,
        p=student_two_sided(t, df),
        low=sized(found.slope - reach, back),
        high=sized(found.slope + reach, back),
        intercept=sized(found.intercept, stretch.value),
        sd_intercept=sized(found.sd_intercept, stretch.value),
        sd_slope=sized(found.sd_slope, back),
        sd_residual=sized(found.sd_residual, stretch.value),
        loglik=loglik,
        containment=containment,
        boundary=found.boundary,
        method="Mixed model with a random intercept and a random slope per patient, REML (statsmodels, Powell’s "
        "method), all values at their own times; takes normally distributed values for granted. P from Student’s t, "
        f"{df:.4g} degrees of freedom ({how}).",
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """The fit in the units of the rescaled points; the intercept and its spread are those at time 0."""

    slope: float
    error: float
    intercept: float
    sd_intercept: float
    sd_slope: float
    sd_residual: float
    loglik: float
    boundary: bool
    df: float | None


def _fitted(courses: Sequence[Points]) -> _Found:
    """Fit by REML around the mean time, where intercept and slope are least entangled."""
    import numpy as np
    from statsmodels.regression.mixed_linear_model import MixedLM

    centre = sum((t for course in courses for t, _ in course), Fraction(0)) / sum(map(len, courses))
    times = [np.array([float(t - centre) for t, _ in course]) for course in courses]
    values = [np.array([float(y) for _, y in course]) for course in courses]
    designs = [np.column_stack([np.ones(len(t)), t]) for t in times]
    groups = np.concatenate([np.full(len(t), i) for i, t in enumerate(times)])
    stacked = np.concatenate(designs)
    with warnings.catch_warnings():
        # It warns of variances at 0 and of its own standard errors; the first is said in the result, the second unused.
        warnings.simplefilter("ignore")
        model = MixedLM(np.concatenate(values), stacked, groups, exog_re=stacked)
        fit = model.fit(reml=True, method="powell", xtol=1e-8, ftol=1e-11)
    spread, residual = np.asarray(fit.cov_re), float(fit.scale)
    return _line(designs, values, spread, residual, (float(fit.llf), float(centre)))


def _line(
    designs: "list[NDArray[Any]]",
    values: "list[NDArray[Any]]",
    spread: "NDArray[Any]",
    residual: float,
    said: tuple[float, float],
) -> _Found:
    """Generalised least squares at the variances found; ``said`` are the log-likelihood and the mean time."""
    import numpy as np

    covariance, score, _ = _least_squares(designs, values, spread, residual)
    level, slope = (float(x) for x in covariance @ score)
    loglik, centre = said
    at_zero = np.array([1.0, -centre])
    largest = float(np.linalg.eigvalsh(spread)[-1])
    boundary = bool(np.linalg.eigvalsh(spread)[0] <= 1e-6 * max(largest, residual))
    return _Found(
        slope,
        math.sqrt(float(covariance[1, 1])),
        level - slope * centre,
        math.sqrt(max(0.0, float(at_zero @ spread @ at_zero))),
        math.sqrt(max(0.0, float(spread[1, 1]))),
        math.sqrt(residual),
        loglik,
        boundary=boundary,
        df=None if boundary else _satterthwaite(designs, values, spread, residual),
    )


def _least_squares(
    designs: "list[NDArray[Any]]", values: "list[NDArray[Any]]", spread: "NDArray[Any]", residual: float
) -> "tuple[NDArray[Any], NDArray[Any], float]":
    """Covariance of the two coefficients, their score, and the REML deviance up to a constant."""
    import numpy as np

    information, score, deviance = np.zeros((2, 2)), np.zeros(2), 0.0
    for design, value in zip(designs, values, strict=True):
        variance = design @ spread @ design.T + residual * np.eye(len(value))
        weighted = np.linalg.solve(variance, design)
        information += weighted.T @ design
        score += weighted.T @ value
        deviance += float(np.linalg.slogdet(variance)[1] + value @ np.linalg.solve(variance, value))
    covariance = np.linalg.inv(information)
    deviance += float(np.linalg.slogdet(information)[1] - score @ covariance @ score)
    return covariance, score, deviance


# Share of a variance by which it is moved to find slopes and curvatures: the error is its square, a millionth.
_STEP = 1e-3


def _satterthwaite(
    designs: "list[NDArray[Any]]", values: "list[NDArray[Any]]", spread: "NDArray[Any]", residual: float
) -> float | None:
    """2·v²/Var(v) for v the variance of the slope, by differences; None where the deviance has no minimum here."""
    import numpy as np

    first, second = float(spread[0, 0]), float(spread[1, 1])
    at = np.array([first, float(spread[0, 1]), second, residual])
    steps = _STEP * np.array([first, math.sqrt(first * second), second, residual])

    def look(*moves: tuple[int, int]) -> tuple[float, float]:
        """Variance of the slope and deviance with some of the four parameters moved by so many steps."""
        moved = at.copy()
        for place, count in moves:
            moved[place] += count * steps[place]
        matrix = np.array([[moved[0], moved[1]], [moved[1], moved[2]]])
        covariance, _, deviance = _least_squares(designs, values, matrix, float(moved[3]))
        return float(covariance[1, 1]), deviance

    gradient = np.array([look((i, 1))[0] - look((i, -1))[0] for i in range(4)]) / (2 * steps)
    curvature = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            ends = [a * b * look((i, a), (j, b))[1] for a in (1, -1) for b in (1, -1)]
            curvature[i, j] = math.fsum(ends) / (4 * steps[i] * steps[j])
    if np.linalg.eigvalsh(curvature * np.outer(steps, steps))[0] <= 0.0:
        return None
    # The deviance is −2 times the log-likelihood: the covariance of the variances is twice the inverse.
    spread_of_variance = 2.0 * float(gradient @ np.linalg.solve(curvature, gradient))
    return 2.0 * look()[0] ** 2 / spread_of_variance
