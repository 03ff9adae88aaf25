"""The centre line of the patients and its named band: median with quartiles or range, mean with standard deviation.

Invariants: the line runs over visits with at least two patients (with one patient there is none); the band is named on
the page, and n stands below the axis at every visit; centres are computed on values, not on their logarithms, but a
mean on a logarithmic axis is the geometric mean and says so.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.axes import bottom_room, short_number
from trajecta.stats.charts.choice import Centre, ValueScale
from trajecta.stats.charts.course import Course
from trajecta.stats.charts.traces import Point, Trace
from trajecta.stats.cohort import Cohort, Kind
from trajecta.stats.figure import INK, SOFT_INK, Anchor, Area, Dots, Line, Mark, Note, Panel, Pin, Shape, Stroke
from trajecta.stats.text_width import CAP_HEIGHT, text_width

BAND_FILL = "#E3E7EB"
CENTRE_STROKE = Stroke(INK, 1.7)
CENTRE_SIZE = 3.4
THINNER = 0.6  # of a patient's line where a centre is drawn above it
LEAST = 2  # patients at a visit that a centre needs: of one it would be that patient
ROW = 1.35  # of the type size: the height of the row of n
N_GAP = 2.0  # points between two numbers of that row

WORDS = {
    Centre.QUARTILES: ("median", "first to third quartile"),
    Centre.RANGE: ("median", "smallest to largest value"),
    Centre.SD: ("mean", "mean ± standard deviation"),
}
GEOMETRIC = ("geometric mean", "geometric mean ×/÷ geometric standard deviation")


@dataclass(frozen=True, slots=True)
class Stop:
    """The centre at one visit: its place in time, the centre and its band on the axis, and how many patients.

    ``said`` are lower end, centre and upper end as numbers, which differ from their places on a logarithmic axis.
    """

    visit: str
    x: float
    centre: float
    low: float
    high: float
    n: int
    said: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Middle:
    """A centre line: which one it is, and its stops in order of time."""

    kind: Centre
    geometric: bool
    stops: tuple[Stop, ...]

    @property
    def values(self) -> tuple[float, ...]:
        """Everything that the value axis must show."""
        return tuple(v for stop in self.stops for v in (stop.low, stop.high))


def middle(found: Course, traces: Sequence[Trace], kind: Centre) -> Middle:
    """The centre line of these patients; without stops where none is asked for, or where answers are yes and no.

    A geometric mean does not exist where zeros are drawn: the median with quartiles takes its place.
    """
    if kind is Centre.NONE or found.measure.kind is Kind.YES_NO:
        return Middle(kind, False, ())
    if kind is Centre.SD and found.zero is not None:
        kind = Centre.QUARTILES
    geometric = kind is Centre.SD and found.scale is ValueScale.LOG
    at_visit: defaultdict[str, list[Point]] = defaultdict(list)
    for trace in traces:
        for point in trace.points:
            at_visit[point.visit].append(point)
    stops = [_stop(found, visit, points, kind, geometric) for visit, points in at_visit.items() if len(points) >= LEAST]
    return Middle(kind, geometric, tuple(sorted(stops, key=lambda stop: (stop.x, stop.visit))))


def _stop(found: Course, visit: str, points: Sequence[Point], kind: Centre, geometric: bool) -> Stop:
    x = quantile([point.x for point in points], 0.5)
    values = [point.value for point in points]
    if found.scale is ValueScale.LOG and not geometric:
        zero = found.zero
        plain = [0.0 if zero and value == zero[0] else 10.0**value for value in values]
        said = _spread(plain, kind)
        low, centre, high = (_place(part, found) for part in said)
    else:
        low, centre, high = said = _spread(values, kind)
        if geometric:
            said = (10.0**low, 10.0**centre, 10.0**high)
    return Stop(visit, x, centre, low, high, len(points), said)


def _place(value: float, found: Course) -> float:
    """A value on the logarithmic axis; what lies between 0 and the smallest value is not drawn below the break."""
    if value <= 0 and found.zero:
        return found.zero[0]
    return max(math.log10(value), found.zero[1]) if found.zero else math.log10(value)


def _spread(values: Sequence[float], kind: Centre) -> tuple[float, float, float]:
    """Lower end of the band, centre, upper end; of at least two values.

    >>> _spread([1, 2, 3, 10], Centre.QUARTILES), _spread([1, 2, 3, 10], Centre.RANGE)
    ((1.75, 2.5, 4.75), (1, 2.5, 10))
    """
    if kind is Centre.SD:
        centre = math.fsum(values) / len(values)
        spread = math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))
        return centre - spread, centre, centre + spread
    if kind is Centre.RANGE:
        return min(values), quantile(values, 0.5), max(values)
    return quantile(values, 0.25), quantile(values, 0.5), quantile(values, 0.75)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of at least one value lies, by linear interpolation (type 7).

    Source: Hyndman RJ, Fan Y, American Statistician 1996;50:361-365.

    >>> quantile([4, 1, 3, 2], 0.5), quantile([4, 1, 3, 2], 0.25), quantile([7], 0.75)
    (2.5, 1.75, 7.0)
    """
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def band_area(found: Middle) -> tuple[Mark, ...]:
    """The grey band, to be drawn before the patients' lines."""
    if len(found.stops) < LEAST:
        return ()
    upper = tuple((stop.x, stop.high) for stop in found.stops)
    lower = tuple((stop.x, stop.low) for stop in reversed(found.stops))
    return (Area((*upper, *lower), BAND_FILL),)


def centre_line(found: Middle) -> tuple[Mark, ...]:
    """The line and its squares, to be drawn after the patients' lines; at a single visit a bar stands for the band."""
    if not found.stops:
        return ()
    points = tuple((stop.x, stop.centre) for stop in found.stops)
    squares = Dots(points, Shape.SQUARE, CENTRE_SIZE, INK, Stroke("#FFFFFF", 0.4))
    if len(points) > 1:
        return Line(points, CENTRE_STROKE), squares
    only = found.stops[0]
    return Line(((only.x, only.low), (only.x, only.high)), CENTRE_STROKE), squares


def centre_note(found: Middle, asked: Centre) -> tuple[str, ...]:
    """What the line and the band are, for the foot; why there is none, or another one than was asked for."""
    if asked is Centre.NONE:
        return ()
    if not found.stops:
        return ("No centre line: it needs numbers of at least 2 patients at a visit.",)
    line, band = GEOMETRIC if found.geometric else WORDS[found.kind]
    instead = " (there is no geometric mean of zeros)" if asked is not found.kind else ""
    return (f"Black line: {line}{instead}; grey: {band}, at visits with at least {LEAST} patients.",)


def centre_words(cohort: Cohort, found: Middle) -> list[str]:
    """The centre at every visit in words."""
    if not found.stops:
        return []
    line, band = GEOMETRIC if found.geometric else WORDS[found.kind]
    said = []
    for stop in found.stops:
        low, centre, high = (short_number(value) for value in stop.said)
        said.append(f"{cohort.visit(stop.visit).label} {centre} ({low} to {high}), n = {stop.n}")
    return [f"The {line} with {band}: {'; '.join(said)}."]


def n_row_height(found: Middle, size: float) -> float:
    """Points that the row of n takes below the axis."""
    return size * ROW if found.stops else 0.0


def n_row(cohort: Cohort, found: Middle, panel: Panel, size: float) -> tuple[tuple[Mark, ...], str]:
    """The numbers of patients below the axis of a panel, and where they would touch, the sentence that says them.

    The first mark is the letter n of the page; the numbers are texts of the panel that stay at their visit when the
    camera moves.
    """
    if not found.stops:
        return (), ""
    (low, high), area = panel.x.range, panel.area
    drop = bottom_room(panel.x) + CAP_HEIGHT * size + 2.0
    end = area.x - N_GAP - 1.0  # the letter n stands left of the axis
    left = area.x - N_GAP - 1.0
    notes: list[Mark] = [Note((left, area.y + area.height + drop), "n", size, SOFT_INK, Anchor.END)]
    for stop in found.stops:
        text = str(stop.n)
        at, width = area.x + (stop.x - low) / (high - low) * area.width, text_width(text, size)
        if at - width / 2 < end + N_GAP:
            said = ", ".join(f"{cohort.visit(s.visit).label} {s.n}" for s in found.stops)
            return (), f"n: {said}."
        end = at + width / 2
        notes.append(Note((stop.x, 0.0), text, size, SOFT_INK, Anchor.MIDDLE, (0.0, drop), pin=Pin.Y))
    return tuple(notes), ""
