"""One number per patient from all visits: area, weighted mean, slope, extremes, time at or below a threshold.

Invariants: values and times are exact decimals and are rounded once, at the end; between two visits the value is taken
to move in a straight line; visits without a value are left out of that patient's curve, never filled in; what cannot be
said of a patient is None with the reason.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from trajecta.stats.cohort import Cohort, Kind, Measure, Observation, Visit
from trajecta.stats.decimals import exact, ratio
from trajecta.stats.visit_times import TimeAxis, time_axis, time_of

Points = Sequence[tuple[Fraction, Fraction]]
"""(time, value) of one patient, ascending in time, no time twice."""


@dataclass(frozen=True, slots=True)
class PatientSummary:
    """The summaries of one patient from ``first`` to ``last``, both times on the axis.

    ``slope`` is per month on study days, else per unit of time. ``area`` is in units of the measure times days
    (or units of time). ``at_threshold`` and ``to_threshold`` are None without a threshold; ``to_threshold`` counts from
    the patient's first value and is also None where the threshold was not reached by the last one.
    """

    patient: str
    n: int
    first: float | None = None
    last: float | None = None
    area: float | None = None
    weighted_mean: float | None = None
    slope: float | None = None
    nadir: float | None = None
    peak: float | None = None
    at_threshold: float | None = None
    to_threshold: float | None = None
    reason: str = ""


ONE_VALUE = "One value alone has no area, no slope and no time at a threshold."
NO_VALUE = "No value at any of the visits."
NO_TIME = "The days of this patient’s visits are not known, or two visits lie on the same day."


def area(points: Points) -> Fraction | None:
    """Area under the straight lines between the points (trapezoids); None for fewer than two points.

    >>> area([(Fraction(0), Fraction(16)), (Fraction(30), Fraction(4)), (Fraction(90), Fraction(0))])
    Fraction(420, 1)
    """
    if len(points) < 2:
        return None
    return sum(((t2 - t1) * (y1 + y2) / 2 for (t1, y1), (t2, y2) in pairwise(points)), Fraction(0))


def weighted_mean(points: Points) -> Fraction | None:
    """Area divided by the time it spans; the value itself for one point, None for none.

    >>> weighted_mean([(Fraction(0), Fraction(16)), (Fraction(30), Fraction(4)), (Fraction(90), Fraction(0))])
    Fraction(14, 3)
    """
    whole = area(points)
    if whole is None:
        return points[0][1] if points else None
    return whole / (points[-1][0] - points[0][0])


def slope(points: Points) -> Fraction | None:
    """Slope of the least-squares line through the points, per unit of time; None for fewer than two points.

    >>> slope([(Fraction(0), Fraction(5)), (Fraction(1), Fraction(3)), (Fraction(2), Fraction(4))])
    Fraction(-1, 2)
    """
    n = len(points)
    if n < 2:
        return None
    times, values = sum(t for t, _ in points), sum(y for _, y in points)
    spread = n * sum(t * t for t, _ in points) - times * times
    return (n * sum((t * y for t, y in points), Fraction(0)) - times * values) / spread


def time_at(points: Points, threshold: Fraction, above: bool = False) -> Fraction | None:
    """Time at or below the threshold (at or above with ``above``), straight lines between visits; None below 2 points.

    >>> time_at([(Fraction(0), Fraction(16)), (Fraction(30), Fraction(4)), (Fraction(90), Fraction(0))], Fraction(8))
    Fraction(70, 1)
    """
    if len(points) < 2:
        return None
    sign = -1 if above else 1
    found = Fraction(0)
    for (t1, y1), (t2, y2) in pairwise(points):
        low, high = sorted((sign * (y1 - threshold), sign * (y2 - threshold)))
        if high <= 0:
            found += t2 - t1
        elif low <= 0:
            found += (t2 - t1) * -low / (high - low)
    return found


def time_to(points: Points, threshold: Fraction, above: bool = False) -> Fraction | None:
    """Time from the first point until the line first is at or below the threshold (above); None if it never is.

    >>> time_to([(Fraction(0), Fraction(16)), (Fraction(30), Fraction(4))], Fraction(10))
    Fraction(15, 1)
    """
    sign = -1 if above else 1
    gaps = [(t, sign * (y - threshold)) for t, y in points]
    if gaps and gaps[0][1] <= 0:
        return Fraction(0)
    for (t1, g1), (t2, g2) in pairwise(gaps):
        if g2 <= 0:
            return t1 - gaps[0][0] + (t2 - t1) * g1 / (g1 - g2)
    return None


def points_of(
    cohort: Cohort, measure: str, patient: str, visits: Sequence[Visit], axis: TimeAxis
) -> list[tuple[Fraction, Fraction]] | None:
    """The patient's values of a measure over time; None where two have the same time, or all that there are have none.

    A value whose visit has no known time stays off the axis.
    """
    timeless = False
    found: dict[Fraction, Fraction] = {}
    for place, visit in enumerate(visits):
        observation = cohort.observation(measure, visit.key, patient)
        if observation is None or observation.value is None:
            continue
        time = time_of(cohort, axis, patient, visit.key, place)
        if time is None:
            timeless = True
            continue
        if time in found:
            return None
        found[time] = exact(observation.value)
    return None if timeless and not found else sorted(found.items())


def summarise(
    patient: str, points: Points | None, axis: TimeAxis | None, threshold: float | None = None, above: bool = False
) -> PatientSummary:
    """All summaries of one patient. ``points`` None: the times are not known, and only the reason can be given."""
    if points is None or axis is None:
        return PatientSummary(patient, 0, reason=NO_TIME)
    if not points:
        return PatientSummary(patient, 0, reason=NO_VALUE)
    steepness = slope(points)
    limit = None if threshold is None else exact(threshold)
    return PatientSummary(
        patient,
        len(points),
        first=_float(points[0][0]),
        last=_float(points[-1][0]),
        area=_float(area(points)),
        weighted_mean=_float(weighted_mean(points)),
        slope=None if steepness is None else _float(steepness * axis.slope_factor),
        nadir=_float(min(y for _, y in points)),
        peak=_float(max(y for _, y in points)),
        at_threshold=None if limit is None else _float(time_at(points, limit, above)),
        to_threshold=None if limit is None else _float(time_to(points, limit, above)),
        reason=ONE_VALUE if len(points) == 1 else "",
    )


def _float(value: Fraction | None) -> float | None:
    return None if value is None else ratio(value.numerator, value.denominator)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of visits that is summarised to one number per patient; ``label`` names it like a visit."""

    key: str
    label: str
    visits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Derived:
    key: str
    name: str
    compute: Callable[[Points], Fraction | None]
    same_unit: bool = True


_DERIVED: tuple[_Derived, ...] = (
    _Derived("weighted_mean", "time-weighted mean", weighted_mean),
    _Derived("nadir", "lowest value", lambda points: min((y for _, y in points), default=None)),
    _Derived("peak", "highest value", lambda points: max((y for _, y in points), default=None)),
    _Derived("slope", "slope", slope, same_unit=False),
)
"""What a window can be summarised to so that two windows of different length may be compared; an area may not."""


def windows_of(visits: Sequence[Visit]) -> tuple[Window, Window]:
    """The first visit against all later ones; ValueError for fewer than two visits.

    >>> windows_of([Visit("baseline", "BL"), Visit("month 3", "M3"), Visit("month 6", "M6")])[1].label
    'M3 to M6'
    """
    if len(visits) < 2:
        raise ValueError("two windows need at least two visits")
    first, *later = visits
    return window((first,)), window(later)


def window(visits: Sequence[Visit]) -> Window:
    """The window of these visits, one or more; a single visit is its own window.

    >>> window([Visit("month 3", "M3"), Visit("month 6", "M6")])
    Window(key='month 3 to month 6', label='M3 to M6', visits=('month 3', 'month 6'))
    """
    first, last = visits[0], visits[-1]
    if len(visits) == 1:
        return Window(first.key, first.label, (first.key,))
    return Window(f"{first.key} to {last.key}", f"{first.label} to {last.label}", tuple(v.key for v in visits))


def with_summaries(
    cohort: Cohort, measure: str, windows: tuple[Window, Window] | None = None, times: Sequence[float] = ()
) -> Cohort:
    """The cohort with one number per patient and window as measures of their own, to be compared like any other.

    Adds the windows as visits and, for a numeric measure, its time-weighted mean, lowest and highest value and (per
    month on study days) its slope, each None where the patient's visits do not give it. ``windows`` default to the
    first visit against all later ones; ``times`` are those of the windows' visits in order. Unchanged for a yes/no
    measure, or where the visits have no time axis. KeyError for an unknown measure or visit.
    """
    asked = cohort.measure(measure)
    if windows is None and len(cohort.visits_of(measure)) < 2:
        return cohort
    chosen = windows or windows_of(cohort.visits_of(measure))
    visits = [cohort.visit(key) for window in chosen for key in window.visits]
    axis = time_axis(cohort, visits, times)
    if asked.kind is not Kind.NUMERIC or isinstance(axis, str):
        return cohort
    known = {m.key for m in cohort.measures}
    added = [(d, _measure(asked, d, axis)) for d in _DERIVED if f"{measure} {d.key}" not in known]
    observations: list[Observation] = []
    for patient in cohort.patients:
        begin = 0
        for window in chosen:
            inside = visits[begin : begin + len(window.visits)]
            part = axis if axis.given is None else replace(axis, given=axis.given[begin : begin + len(inside)])
            begin += len(inside)
            points = points_of(cohort, measure, patient.id, inside, part)
            for derived, made in added:
                value = derived.compute(points) if points else None
                if value is not None and derived.key == "slope":
                    value *= axis.slope_factor
                observations.append(Observation(patient.id, window.key, made.key, _float(value)))
    present = {visit.key for visit in cohort.visits}
    fresh = tuple(Visit(window.key, window.label) for window in chosen if window.key not in present)
    return replace(
        cohort,
        visits=(*cohort.visits, *fresh),
        measures=(*cohort.measures, *(made for _, made in added)),
        observations=(*cohort.observations, *observations),
    )


def _measure(asked: Measure, derived: _Derived, axis: TimeAxis) -> Measure:
    """The derived measure; a slope keeps the direction, for where lower is better a falling line is better too."""
    unit = asked.unit
    if not derived.same_unit:
        unit = f"{asked.unit or 'points'} per {axis.slope_unit}"
    return Measure(
        key=f"{asked.key} {derived.key}",
        name=f"{asked.name}, {derived.name}",
        unit=unit,
        direction=asked.direction,
        range=asked.range if derived.same_unit else None,
        important=asked.important if derived.same_unit else None,
        derived=True,
    )
