"""From observations to what is drawn: each patient's points in time, broken where a visit was missed.

Invariants: patients keep the cohort's order and their style whether or not others are excluded; points are sorted by
time, so the order of the rows in the workbook changes nothing; a value without a day is never placed by guessing; an
answer of yes or no has no slope: it holds until the visit at which another one was seen.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import add

from trajecta.stats.charts.choice import TimeUnit
from trajecta.stats.cohort import Censored, Cohort, Kind, Observation, Patient
from trajecta.stats.figure import Dots, Line, Mark, Shape, Stroke
from trajecta.stats.palette import PatientStyle, style_of

DAYS_PER_MONTH = 30.4375

Places = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One value at its place on the x axis."""

    x: float
    value: float
    visit: str
    censored: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """One patient's values: ``runs`` are unbroken pieces, ``missed`` and ``undated`` the labels of visits.

    ``missed_at`` are the places of the missed visits on the x axis. ``stepped`` is that the line between two values is
    a step, as of answers of yes and no.
    """

    patient: str
    style: PatientStyle
    runs: tuple[tuple[Point, ...], ...]
    missed: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    missed_at: tuple[float, ...] = ()
    stepped: bool = False

    @property
    def lines(self) -> tuple[Places, ...]:
        """The lines that are drawn, one for each run of at least two points."""
        return tuple(self.joined(run) for run in self.runs if len(run) > 1)

    def joined(self, points: Sequence[Point]) -> Places:
        """The line through these points: straight, or along the value before and up or down where it was seen."""
        places = [(p.x, p.value) for p in points]
        if not self.stepped:
            return tuple(places)
        corners = (
            ((x, before), (x, y)) if y != before else ((x, y),) for (_, before), (x, y) in itertools.pairwise(places)
        )
        return (*places[:1], *itertools.chain.from_iterable(corners))

    @property
    def points(self) -> tuple[Point, ...]:
        """All points in order of time."""
        return tuple(point for run in self.runs for point in run)


def styles(cohort: Cohort) -> dict[str, PatientStyle]:
    """Each patient's style by position in the whole cohort, so that excluding one patient recolours nobody."""
    return {patient.id: style_of(i) for i, patient in enumerate(cohort.patients)}


def in_unit(day: float, unit: TimeUnit) -> float:
    """A study day in the unit of the time axis.

    >>> in_unit(60.875, TimeUnit.MONTHS), in_unit(7, TimeUnit.DAYS)
    (2.0, 7)
    """
    return day / DAYS_PER_MONTH if unit is TimeUnit.MONTHS else day


def has_days(cohort: Cohort, measure: str) -> bool:
    """Whether the included patients' values can be drawn in time; else visits are drawn in their order.

    All of them have a study day, or at least half of them and at more than one visit: a baseline alone, which is day 0
    by its name, says nothing about the time of the visits after it.
    """
    found = [o for patient in cohort.included for o in cohort.series(measure, patient.id) if o.value is not None]
    dated = [o.visit for o in found if _day(cohort, o) is not None]
    return bool(dated) and (len(dated) == len(found) or (2 * len(dated) >= len(found) and len(set(dated)) > 1))


SHORTEST_IN_MONTHS = 85.0
"""Days that values must span to be drawn in months: a visit at month 3 may come a week early."""


def unit_of_time(cohort: Cohort, measure: str, chosen: TimeUnit) -> TimeUnit:
    """The unit chosen, but days where the values span so little time that months would give two ticks."""
    found = (o for patient in cohort.included for o in cohort.series(measure, patient.id) if o.value is not None)
    days = [0.0, *(day for o in found if (day := _day(cohort, o)) is not None)]
    return TimeUnit.DAYS if max(days) - min(days) < SHORTEST_IN_MONTHS and len(days) > 1 else chosen


YES_NO_STEP, YES_NO_REACH = 0.06, 0.3


def apart(found: tuple[Trace, ...]) -> tuple[Trace, ...]:
    """Traces of a yes/no measure stacked a little apart, in order, so that no patient hides another.

    Each patient keeps one offset; all of them stay within ``YES_NO_REACH`` around the answer.
    """
    step = min(YES_NO_STEP, YES_NO_REACH / max(len(found) - 1, 1))
    middle = (len(found) - 1) / 2
    return tuple(moved(trace, partial(add, (middle - i) * step)) for i, trace in enumerate(found))


def moved(trace: Trace, place: Callable[[float], float]) -> Trace:
    """The trace with every value at another place of the axis."""
    return replace(trace, runs=tuple(tuple(replace(p, value=place(p.value)) for p in run) for run in trace.runs))


def _day(cohort: Cohort, observation: Observation) -> float | None:
    return observation.day if observation.day is not None else cohort.day(observation.patient, observation.visit)


def traces(cohort: Cohort, measure: str, unit: TimeUnit | None) -> tuple[Trace, ...]:
    """The included patients who have at least one value, each with runs of points.

    ``unit`` None places visits by their order in the cohort instead of by time. A line is broken at a visit that the
    patient missed: one with a cell but no usable value, or without a cell although at least two patients of the
    cohort have a value there (a visit that only one other patient had was not planned for everyone).
    """
    have = Counter(o.visit for o in cohort.observations if o.measure == measure and o.value is not None)
    own, stepped = styles(cohort), cohort.measure(measure).kind is Kind.YES_NO
    found = (_trace(cohort, measure, patient, unit, have) for patient in cohort.included)
    return tuple(
        Trace(patient.id, own[patient.id], *parts, stepped)
        for patient, parts in zip(cohort.included, found, strict=True)
        if parts[0] or parts[2]
    )


Parts = tuple[tuple[tuple[Point, ...], ...], tuple[str, ...], tuple[str, ...], tuple[float, ...]]


def _trace(cohort: Cohort, measure: str, patient: Patient, unit: TimeUnit | None, have: Counter[str]) -> Parts:
    placed: list[tuple[float, int, Point | None]] = []
    undated: list[str] = []
    labels: dict[int, str] = {}
    for order, visit in enumerate(cohort.visits):
        found = cohort.observation(measure, visit.key, patient.id)
        labels[order] = visit.label
        day = _day(cohort, found) if found else cohort.day(patient.id, visit.key)
        x = float(order) if unit is None else None if day is None else in_unit(day, unit)
        if found is not None and found.value is not None:
            if x is None:
                undated.append(visit.label)
            else:
                placed.append((x, order, Point(x, found.value, visit.key, found.censored is not Censored.NO)))
        elif x is not None and have[visit.key] and (found is not None or have[visit.key] > 1):
            placed.append((x, order, None))
    placed.sort(key=lambda place: place[:2])
    while placed and placed[-1][2] is None:  # not yet reached is not missed
        placed.pop()
    runs: list[list[Point]] = [[]]
    missed, missed_at = [], []
    for x, order, point in placed:
        if point is not None:
            runs[-1].append(point)
        elif runs[0]:
            missed.append(labels[order])
            missed_at.append(x)
            if runs[-1]:
                runs.append([])
    return tuple(tuple(run) for run in runs if run), tuple(missed), tuple(undated), tuple(missed_at)


def line_width(patients: int) -> float:
    """Width in points of a patient's line: finer where there are many."""
    return 1.0 if patients <= 10 else 0.75 if patients <= 25 else 0.5


def symbol_size(patients: int) -> float:
    """Diameter in points of a symbol: smaller where there are many."""
    return 4.4 if patients <= 10 else 3.6 if patients <= 25 else 2.8


def trace_marks(trace: Trace, width: float, size: float) -> tuple[Mark, ...]:
    """Lines of the runs, then the symbols; values beyond the assay's limit as open symbols."""
    return (*line_marks(trace, width), *symbols(trace.points, trace.style, size, trace.patient))


STEPS = "Lines step at the visit where the change was seen."


def steps_note(found: Sequence[Trace]) -> tuple[str, ...]:
    """What steps mean, where there are any: when between two visits an answer changed is not known."""
    points = (point for trace in found if trace.stepped for line in trace.lines for point in itertools.pairwise(line))
    return (STEPS,) if any(start[1] != end[1] for start, end in points) else ()


def line_marks(trace: Trace, width: float) -> tuple[Mark, ...]:
    """The lines of the runs alone."""
    stroke = Stroke(trace.style.color, width, trace.style.dash)
    return tuple(Line(points, stroke, trace.patient) for points in trace.lines)


def traces_marks(found: Sequence[Trace], width: float, size: float) -> tuple[Mark, ...]:
    """The marks of several traces, each above those before it; steps, which rise together, all below the symbols."""
    if not any(trace.stepped for trace in found):
        return tuple(mark for trace in found for mark in trace_marks(trace, width, size))
    lines = [mark for trace in found for mark in line_marks(trace, width)]
    return (*lines, *(mark for t in found for mark in symbols(t.points, t.style, size, t.patient)))


MISSED_DASH = (1.0, 2.4)  # unlike any patient's own dash


def bridges(trace: Trace, width: float) -> tuple[Mark, ...]:
    """A dashed line over each gap of a trace."""
    stroke = Stroke(trace.style.color, width * 0.8, MISSED_DASH)
    ends = ((before[-1], after[0]) for before, after in itertools.pairwise(trace.runs))
    return tuple(Line(trace.joined(pair), stroke, trace.patient) for pair in ends)


def missed_places(trace: Trace) -> tuple[Places, ...]:
    """Where the cross of each missed visit may lie: at its time, half-way in height as the time is, which is best.

    Then 25 % and 75 % of the way between what lies before and after it in the gap, for a place that is covered. Where
    lines are steps it stays at the height of the answer before, clear of the steps of other patients.
    """
    found = []
    for before, after in itertools.pairwise(trace.runs):
        (x0, y0), (x1, y1) = (before[-1].x, before[-1].value), (after[0].x, after[0].value)
        inside = [x for x in trace.missed_at if x0 <= x <= x1]
        for left, x, right in zip([x0, *inside], inside, [*inside[1:], x1], strict=False):
            times = (x, left + 0.25 * (right - left), left + 0.75 * (right - left))
            rise = 0.0 if trace.stepped else y1 - y0
            found.append(tuple((t, y0 + rise * ((t - x0) / (x1 - x0) if x1 > x0 else 0.5)) for t in times))
    return tuple(found)


def cross_marks(trace: Trace, places: Sequence[tuple[float, float]], size: float) -> tuple[Mark, ...]:
    """The crosses of a trace at these places; they carry no visit names, since they are no values."""
    if not places:
        return ()
    return (Dots(tuple(places), Shape.CROSS, size * 0.9, "", Stroke(trace.style.color, 0.7), trace.patient),)


def missed_marks(trace: Trace, size: float) -> tuple[Mark, ...]:
    """A cross at each missed visit of a trace that is drawn alone."""
    return cross_marks(trace, [places[0] for places in missed_places(trace)], size)


# Shapes of equal width differ in area; these factors make them look alike.
OPTICAL = {Shape.SQUARE: 0.88, Shape.TRIANGLE: 1.12, Shape.TRIANGLE_DOWN: 1.12, Shape.DIAMOND: 1.2}


def symbols(points: tuple[Point, ...], style: PatientStyle, size: float, patient: str) -> tuple[Mark, ...]:
    """The filled and, where there are any, the open symbols of these points."""
    size *= OPTICAL.get(style.shape, 1.0)
    marks: list[Mark] = []
    for is_open in (False, True):
        members = [p for p in points if p.censored is is_open]
        if members:
            at = tuple((p.x, p.value) for p in members)
            outline = Stroke(style.color, 0.8 if is_open else 0.5)
            names = tuple(p.visit for p in members)
            marks.append(Dots(at, style.shape, size, "" if is_open else style.color, outline, patient, names))
    return tuple(marks)
