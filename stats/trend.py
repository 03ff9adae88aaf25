"""The common slope of a measure over real days: a mixed model with a random intercept per patient, by own REML.

Invariants: P comes from Student's t, never from z; the degrees of freedom and the rule they follow are named; a
variance of 0 between patients is an answer and not a failure; data that cannot carry the model give the reason. Sums
of squares are exact until the likelihood, so that far-away days and large values lose nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.decimals import ratio
from trajecta.stats.distributions import tail_of
from trajecta.stats.patient_summaries import Points
from trajecta.stats.tails import student_quantile, student_two_sided


@dataclass(frozen=True, slots=True)
class TrendResult:
    """Slope with standard error, t-type degrees of freedom and P; ``low`` and ``high`` at the level asked.

    ``sd_intercept`` is the spread between patients (0 with ``boundary``), ``sd_slope`` that of their own slopes where
    they have such, ``sd_residual`` that around each patient's line. ``containment`` are the degrees of freedom within
    patients, observations − patients − 1.
    """

    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    p: float | None = None
    low: float | None = None
    high: float | None = None
    intercept: float | None = None
    sd_intercept: float | None = None
    sd_slope: float | None = None
    sd_residual: float | None = None
    loglik: float | None = None
    containment: int | None = None
    boundary: bool = False
    n: int = 0
    observations: int = 0
    unit: str = ""
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Patient:
    """Number of values, mean time and mean value of a patient, as distances from those of all values."""

    n: int
    time: float
    value: float


@dataclass(frozen=True, slots=True)
class _Data:
    """What the likelihood needs: the means of each patient, and the pooled line within patients.

    ``tt`` is the sum of squares of the times within patients, ``slope`` that of the pooled line, ``rest`` what is left.
    """

    patients: tuple[_Patient, ...]
    tt: float
    slope: float
    rest: float

    @property
    def n(self) -> int:
        return sum(patient.n for patient in self.patients)


@dataclass(frozen=True, slots=True)
class _Fit:
    """The generalised least-squares line at a relative variance between patients, with what its derivatives need."""

    weights: tuple[float, ...]
    total: float
    centre: float
    level: float
    information: float
    slope: float
    rest: float
    offsets: tuple[float, ...]
    errors: tuple[float, ...]


NO_VALUES = "There are no values with a known time."
ONE_PATIENT = "A random intercept needs at least two patients."
ONE_TIME = "No patient has values at two different times, so no slope can be told from differences between patients."
FEW_VALUES = "There are too few values: one more than patients plus one is the least that leaves a degree of freedom."
NO_SPREAD = "The values of every patient lie exactly on parallel lines, so there is no spread to judge the slope by."


def common_slope(
    courses: Sequence[Points], unit: str = "", factor: Fraction = Fraction(1), level: float = 0.95
) -> TrendResult:
    """The slope of the model value = a + patient + b·time + rest, from all values of all patients.

    ``courses`` hold (time, value) of each patient; patients without a value are passed over. ``factor`` turns the slope
    into one per ``unit``. The degrees of freedom are Satterthwaite's from the observed information, as lmerTest's;
    where the variance between patients is 0 they are observations − 2, and where the information is not positive, those
    within patients. Laird & Ware 1982; Kuznetsova, Brockhoff & Christensen 2017 (J Stat Softw 82:13).

    >>> values = ((9, 7, 4), (5, 5, 1), (8, 6, 6))
    >>> found = common_slope([[(Fraction(t), Fraction(y)) for t, y in enumerate(row)] for row in values])
    >>> round(found.estimate, 6), round(found.se, 6), round(found.df, 6), round(found.p, 6)
    (-1.833333, 0.440959, 5.0, 0.008845)
    """
    used = [list(course) for course in courses if course]
    reason = _cannot(used)
    if reason:
        return TrendResult(n=len(used), observations=sum(map(len, used)), unit=unit, reason=reason)
    scaled, stretch = rescaled(used)
    data, origin = _data(scaled)
    if data.rest == 0.0:
        return TrendResult(n=len(used), observations=data.n, unit=unit, reason=NO_SPREAD)
    relative = _best_relative(data)
    fit = _fit(data, relative)
    residual = fit.rest / (data.n - 2)
    error = math.sqrt(residual / fit.information)
    containment = data.n - len(data.patients) - 1
    df, rule = _degrees(data, fit, relative, residual)
    back = factor * stretch.value / stretch.time
    t = fit.slope / error
    reach = student_quantile(tail_of(level), df) * error
    return TrendResult(
        estimate=sized(fit.slope, back),
        se=sized(error, back),
        df=df,
        p=student_two_sided(t, df),
        low=sized(fit.slope - reach, back),
        high=sized(fit.slope + reach, back),
        intercept=sized(fit.level - fit.slope * (fit.centre + float(origin[0])) + float(origin[1]), stretch.value),
        sd_intercept=sized(math.sqrt(residual * relative), stretch.value),
        sd_residual=sized(math.sqrt(residual), stretch.value),
        loglik=-0.5 * (_deviance(data, relative) + (data.n - 2) * (1.0 + math.log(2.0 * math.pi / (data.n - 2))))
        - (data.n - 2) * log_of(stretch.value)
        - log_of(stretch.time),
        containment=containment,
        boundary=relative == 0.0,
        n=len(used),
        observations=data.n,
        unit=unit,
        method="Mixed model with a random intercept per patient, REML, all values at their own times; takes one slope "
        f"for all patients and normally distributed values for granted. P from Student’s t, {rule}.",
    )


def _cannot(courses: Sequence[Points]) -> str:
    """Why the values cannot carry a random intercept and a slope; empty where they can."""
    if not courses:
        return NO_VALUES
    if len(courses) < 2:
        return ONE_PATIENT
    if all(len({t for t, _ in course}) < 2 for course in courses):
        return ONE_TIME
    if sum(map(len, courses)) - len(courses) - 1 < 1:
        return FEW_VALUES
    return ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The powers of two by which times and values were divided."""

    time: Fraction
    value: Fraction


def rescaled(courses: Sequence[Points]) -> tuple[list[list[tuple[Fraction, Fraction]]], Stretch]:
    """The same points in units near their own spread, so that no square leaves the range of the doubles.

    >>> rescaled([[(Fraction(0), Fraction(5)), (Fraction(90), Fraction(5))]])[1]
    Stretch(time=Fraction(64, 1), value=Fraction(1, 1))
    """
    time, value = (
        _power_of_two(max(p[i] for c in courses for p in c) - min(p[i] for c in courses for p in c)) for i in (0, 1)
    )
    return [[(t / time, y / value) for t, y in course] for course in courses], Stretch(time, value)


def sized(number: float, unit: Fraction) -> float:
    """A number of these units as a plain one; the largest double where it would overflow.

    >>> sized(1.5, Fraction(4)), sized(2.0, Fraction(2) ** 1023) < math.inf
    (6.0, True)
    """
    found = Fraction(number) * unit
    return ratio(found.numerator, found.denominator)


def _power_of_two(size: Fraction) -> Fraction:
    """A power of two within a factor of two or so of a size; 1 for 0."""
    power = size.numerator.bit_length() - size.denominator.bit_length()
    return Fraction(1) if not size else Fraction(2) ** power


def log_of(size: Fraction) -> float:
    """Natural logarithm of a positive fraction, however large or small.

    >>> round(log_of(Fraction(2) ** 2000), 6)
    1386.294361
    """
    return math.log(size.numerator) - math.log(size.denominator)


def _moments(course: Points) -> tuple[Fraction, Fraction, Fraction, Fraction, Fraction]:
    """Mean time, mean value, and the sums of squares and products around them, exact."""
    n = len(course)
    (times, per_time), (values, per_value) = (_whole([point[i] for point in course]) for i in (0, 1))
    time, value = sum(times), sum(values)
    return (
        Fraction(time, n * per_time),
        Fraction(value, n * per_value),
        Fraction(n * sum(t * t for t in times) - time * time, n * per_time**2),
        Fraction(n * sum(t * y for t, y in zip(times, values, strict=True)) - time * value, n * per_time * per_value),
        Fraction(n * sum(y * y for y in values) - value * value, n * per_value**2),
    )


def _whole(numbers: Sequence[Fraction]) -> tuple[list[int], int]:
    """Fractions as whole numbers over one denominator: sums of whole numbers are many times faster."""
    below = math.lcm(*(number.denominator for number in numbers))
    return [number.numerator * (below // number.denominator) for number in numbers], below


def _data(courses: Sequence[Points]) -> tuple[_Data, tuple[Fraction, Fraction]]:
    """The sums as doubles, around the mean time and value of all, which are given apart."""
    moments = [_moments(course) for course in courses]
    count = sum(map(len, courses))
    time, value = (
        sum((len(course) * found[i] for course, found in zip(courses, moments, strict=True)), Fraction(0)) / count
        for i in (0, 1)
    )
    patients = tuple(
        _Patient(len(course), float(found[0] - time), float(found[1] - value))
        for course, found in zip(courses, moments, strict=True)
    )
    tt, ty, yy = (sum((found[i] for found in moments), Fraction(0)) for i in (2, 3, 4))
    # The rest is subtracted as fractions: it is 0 only where it is, and keeps its digits where it is small.
    return _Data(patients, float(tt), float(ty / tt), float(yy - ty * ty / tt)), (time, value)


def _fit(data: _Data, relative: float) -> _Fit:
    """The line where the variance between patients is ``relative`` times the residual one; ``rest`` is what is left."""
    weights = tuple(p.n / (1.0 + p.n * relative) for p in data.patients)
    total = math.fsum(weights)
    centre = math.fsum(w * p.time for w, p in zip(weights, data.patients, strict=True)) / total
    level = math.fsum(w * p.value for w, p in zip(weights, data.patients, strict=True)) / total
    offsets = tuple(p.time - centre for p in data.patients)
    heights = tuple(p.value - level for p in data.patients)
    information = data.tt + math.fsum(w * x * x for w, x in zip(weights, offsets, strict=True))
    slope = (
        data.slope * data.tt + math.fsum(w * x * y for w, x, y in zip(weights, offsets, heights, strict=True))
    ) / information
    errors = tuple(y - slope * x for x, y in zip(offsets, heights, strict=True))
    # As a sum of squares, in which nothing can cancel.
    rest = (
        data.rest
        + (slope - data.slope) ** 2 * data.tt
        + math.fsum(w * e * e for w, e in zip(weights, errors, strict=True))
    )
    return _Fit(weights, total, centre, level, information, slope, rest, offsets, errors)


def _deviance(data: _Data, relative: float) -> float:
    """−2·REML log-likelihood with the residual variance at its best, apart from a constant."""
    fit = _fit(data, relative)
    spread = math.fsum(math.log1p(p.n * relative) for p in data.patients)
    return (data.n - 2) * math.log(fit.rest) + spread + math.log(fit.total) + math.log(fit.information)


def _curvatures(fit: _Fit) -> tuple[float, float, float, float]:
    """First and second derivatives, in the relative variance, of the residual sum and of ln det of the deviance."""
    rows = list(zip(fit.weights, fit.offsets, fit.errors, strict=True))
    rest1 = -math.fsum(w * w * e * e for w, _, e in rows)
    pull, tilt = math.fsum(w * w * e for w, _, e in rows), math.fsum(w * w * x * e for w, x, e in rows)
    rest2 = 2.0 * math.fsum(w**3 * e * e for w, _, e in rows)
    rest2 -= 2.0 * (pull * pull / fit.total + tilt * tilt / fit.information)
    # K = Σw²·xx′ and L = Σw³·xx′ with x = (1, offset), each scaled by the inverse of X′V⁻¹X, which is diagonal here.
    k11, k12, k22 = (math.fsum(w * w * x**i for w, x, _ in rows) for i in range(3))
    l11, l22 = (math.fsum(w**3 * x**i for w, x, _ in rows) for i in (0, 2))
    det1 = math.fsum(fit.weights) - k11 / fit.total - k22 / fit.information
    square = (k11 / fit.total) ** 2 + (k22 / fit.information) ** 2 + 2.0 * k12 * k12 / (fit.total * fit.information)
    det2 = -math.fsum(w * w for w in fit.weights) + 2.0 * (l11 / fit.total + l22 / fit.information) - square
    return rest1, rest2, det1, det2


def _steepness(data: _Data, relative: float) -> float:
    """The derivative of the deviance in the relative variance."""
    fit = _fit(data, relative)
    squared = [w * w for w in fit.weights]
    rest = math.fsum(q * e * e for q, e in zip(squared, fit.errors, strict=True))
    spread = math.fsum(q * x * x for q, x in zip(squared, fit.offsets, strict=True))
    return fit.total - (data.n - 2) * rest / fit.rest - math.fsum(squared) / fit.total - spread / fit.information


def _best_relative(data: _Data) -> float:
    """The variance between patients, relative to the residual one, of the largest restricted likelihood; it may be 0.

    The deviance may have several valleys: every fall-to-rise on a fine grid is followed to its bottom.
    """
    mean = data.n / len(data.patients)
    # From 1e-6 to 1e12 residual variances: a patient's mean then weighs as if alone, or as if it had no error at all.
    grid = [0.0, *(10.0 ** (i / 4.0) / mean for i in range(-24, 49))]
    steep = [_steepness(data, relative) for relative in grid]
    valleys = [0.0] if steep[0] >= 0.0 else []
    for low, high, fall, rise in zip(grid, grid[1:], steep, steep[1:], strict=False):
        if fall < 0.0 <= rise:
            valleys.append(_bottom(data, low, high))
    return min(valleys, key=lambda relative: _deviance(data, relative), default=grid[-1])


def _bottom(data: _Data, low: float, high: float) -> float:
    """The zero of the steepness between a falling and a rising point: false position, the stale end's weight halved.

    (Dowell & Jarratt 1971; it converges faster than linearly and never leaves the bracket.)
    """
    fall, rise, side = _steepness(data, low), _steepness(data, high), 0
    for _ in range(200):
        middle = high - rise * (high - low) / (rise - fall)
        if not low < middle < high:
            middle = 0.5 * (low + high)
        if not low < middle < high or high - low <= 1e-15 * high:
            break
        steep = _steepness(data, middle)
        if steep == 0.0:
            return middle
        if steep < 0.0:
            low, fall = middle, steep
            rise = rise / 2.0 if side < 0 else rise
            side = -1
        else:
            high, rise = middle, steep
            fall = fall / 2.0 if side > 0 else fall
            side = 1
    return 0.5 * (low + high)


def _degrees(data: _Data, fit: _Fit, relative: float, residual: float) -> tuple[float, str]:
    """Degrees of freedom of the slope, and the rule in words.

    Satterthwaite: 2·Var² / Var(Var) by the delta method over the relative and the residual variance, whose covariance
    is twice the inverse second derivative of −2·log-likelihood.
    """
    containment = float(data.n - len(data.patients) - 1)
    if relative == 0.0:
        return float(data.n - 2), (
            f"{data.n - 2} degrees of freedom (observations − 2): the variance between patients is estimated as 0, and "
            f"all values count as independent; within patients there are {containment:.0f}"
        )
    rest1, rest2, _, det2 = _curvatures(fit)
    aa = rest2 / residual + det2
    ab = -rest1 / residual**2
    bb = (data.n - 2) / residual**2
    determinant = aa * bb - ab * ab
    variance = residual / fit.information
    change = math.fsum(w * w * x * x for w, x in zip(fit.weights, fit.offsets, strict=True))  # −d information
    ga, gb = residual * change / fit.information**2, 1.0 / fit.information
    if determinant > 0.0 and aa > 0.0:
        spread = 2.0 * (ga * ga * bb - 2.0 * ga * gb * ab + gb * gb * aa) / determinant
        df = 2.0 * variance * variance / spread
        if spread > 0.0 and math.isfinite(df):
            return df, f"Satterthwaite’s degrees of freedom ({df:.4g})"
    return containment, f"{containment:.0f} degrees of freedom within patients (Satterthwaite’s cannot be had here)"
