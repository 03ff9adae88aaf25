"""The distribution before and after: every patient as a dot, with a box or a violin only where n carries it.

Invariants: every value is drawn; the median is the one that the result holds; quartiles follow one named rule; below
eight patients there is no box and below thirty no violin, and the page says why.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import bottom_room, left_room, short_number
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.before_after import answer_lines, column_names
from trajecta.stats.charts.bracket import Bracket, bracket_of
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    log_axis,
    measure_label,
    plot_area,
    value_axis,
)
from trajecta.stats.charts.layout import Sheet
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.pairs import (
    PairPlot,
    asked_pairs,
    bands_said,
    beyond_note,
    closing,
    on_scale,
    values_of,
)
from trajecta.stats.charts.traces import line_width, symbol_size, symbols
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import INK, Area, Axis, Block, Figure, Line, Mark, Panel, Scale, Stroke
from trajecta.stats.results import PairedResult

FEWEST_BOX = 8
"""Patients from which a box is drawn: of fewer, each quartile is little more than one patient's own value."""
FEWEST_VIOLIN = 30
"""Patients from which a smoothed outline is drawn: of fewer, its bumps are single patients."""
BOX = Stroke(INK, 0.9)
MEDIAN = Stroke(INK, 1.6)
FILL = "#EBEEF1"
WIDEST_BOX = 64.0  # points
STEPS = 60  # points of a violin's outline
Place = Callable[[float], float]


@dataclass(frozen=True)
class _Side:
    """One column: its values as the axis shows them and as recorded, and the median that the result holds."""

    at: float
    shown: tuple[float, ...]
    recorded: tuple[float, ...]
    median: float


@dataclass(frozen=True)
class _Plot(PairPlot):
    """The pairs as two sides."""

    @property
    def sides(self) -> tuple[_Side, _Side]:
        """Before and after."""
        result = self.result
        first = tuple(c.before for c in result.changes)
        second = tuple(c.after for c in result.changes)
        return (
            _Side(0.0, tuple(map(self.place, first)), first, result.before_summary.median or 0.0),
            _Side(1.0, tuple(map(self.place, second)), second, result.after_summary.median or 0.0),
        )


def distribution(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """All values before and after as dots with their median; from 8 patients a box, from 30 also a violin.

    Box: quartiles by Hyndman and Fan's rule 7 (the default of R, NumPy and Excel); whiskers reach the smallest and the
    largest value. Without a result, without pairs and for yes/no answers: a page with a sentence. KeyError if the
    cohort has no such measure.
    """
    found = asked_pairs(cohort, measure, result, choice, "a box")
    if isinstance(found, Figure):
        return found
    plot = _Plot(cohort, found, *on_scale(cohort, found))
    return with_band_note(plot.measure, lambda told: _drawn(plot, choice, told))


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """The lower and the upper quartile by rule 7: linear between the order statistics at 1 + (n − 1)·p, for n ≥ 1.

    Source: Hyndman RJ, Fan Y, The American Statistician 1996;50:361–365.

    >>> quartiles([1, 2, 3, 4, 5]), quartiles([1, 2, 3, 10])
    ((2.0, 4.0), (1.75, 4.75))
    """
    ordered = sorted(values)

    def at(share: float) -> float:
        place = (len(ordered) - 1) * share
        i = math.floor(place)
        rest = place - i
        return ordered[i] + rest * (ordered[min(i + 1, len(ordered) - 1)] - ordered[i]) if rest else float(ordered[i])

    return at(0.25), at(0.75)


def _drawn(plot: _Plot, choice: ChartChoice, told: tuple[str, ...]) -> Figure:
    rows, measure = plot.rows, plot.result.measure
    width, size = line_width(len(rows)), symbol_size(len(rows))
    entries, many = named(tuple(Entry(row.patient, row.style, width, size) for row in rows))
    bracket = bracket_of(plot.result, choice.bracket)
    feet = (
        *band_note(told),
        _told(plot),
        *beyond_note(rows),
        *left_out_note(plot.cohort, plot.result),
        *many,
        *bracket.note,
    )
    heads = answer_lines(plot.result) if bracket.text else ()  # a P without its test says nothing
    sheet, height_mm = arrange(
        choice, Surround(heads, entries, feet, plot.cohort.synthetic), default_plot_height(choice.width_mm)
    )
    panel = _panel(plot, sheet, told, bracket)
    if panel is None:
        return too_low(plot.cohort, choice, measure)
    title = f"Distribution of {measure.name}, {plot.result.before_label} and {plot.result.after_label}"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(plot, heads))


def _told(plot: _Plot) -> str:
    """What box and bars are, or why there is no box."""
    n = plot.result.n
    if n < FEWEST_BOX:
        return f"Bars: median. No box: with {counted(n, 'patient')} quartiles are single patients (a box needs 8)."
    box = "Box: quartiles (rule 7, as in R) and median; whiskers: smallest and largest value."
    if n < FEWEST_VIOLIN:
        return box
    return f"{box} Outline: Gaussian kernel density, Silverman’s bandwidth, cut at the extremes."


def _panel(plot: _Plot, sheet: Sheet, told: Sequence[str], bracket: Bracket) -> Panel | None:
    measure, n, size = plot.measure, plot.result.n, sheet.size
    symbol = symbol_size(n)
    make = log_axis if plot.log else value_axis
    values, pad = values_of(plot.rows), symbol * 0.6 + 1.5
    y = make(measure, values, max(sheet.bottom - sheet.top - 30.0, 10.0), pad, size)
    wide = max(sheet.free_width - left_room(y), 1.0)
    x = Axis("", (-0.5, 1.5), column_names(plot.result, wide / 2 - 4.0, size), Scale.NAMES, size=size)
    above = size * 0.4
    height = sheet.bottom - sheet.top - above - bottom_room(x)
    if height - bracket.room(size) < LEAST_PLOT / 2:
        return None
    y = bracket.above(make(measure, values, height, pad, size), height, size)
    area = plot_area(sheet, y, x, above)
    marks: list[Mark] = list(band_blocks(measure, y))
    half = min(area.width * 0.2, WIDEST_BOX / 2) * 2 / area.width  # half a box's width in columns
    scale = height / (y.range[1] - y.range[0])
    for side in plot.sides:
        marks += _box(side, plot.place, n, half)
    for column, side in enumerate(plot.sides):
        points = [(row.before, row.after)[column] for row in plot.rows]
        reach = area.width * 0.21
        shifts = swarm([value * scale for value in side.shown], symbol * 1.08, reach)
        for row, point, shift in zip(plot.rows, points, shifts, strict=True):
            moved = replace(point, x=side.at + shift * 2 / area.width)
            marks += symbols((moved,), row.style, symbol, row.patient)
    marks += bracket.marks(y, height, size)
    panel = Panel(area, x, y, tuple(marks), "values")
    return replace(panel, marks=(*marks, *band_labels(measure, panel, size - 1, told)))


def _box(side: _Side, place: Place, n: int, half: float) -> list[Mark]:
    """Median, box with whiskers and behind it the violin, as far as n carries them."""
    if n < FEWEST_BOX:
        return [_median(side, place, half)]
    low, high = (place(quartile) for quartile in quartiles(side.recorded))
    least, most = min(side.shown), max(side.shown)
    marks: list[Mark] = []
    inner = half
    if n >= FEWEST_VIOLIN and (outline := violin(side.shown)):
        inner = half * 0.45
        left = [(side.at - half * 1.25 * width, y) for y, width in outline]
        right = [(side.at + half * 1.25 * width, y) for y, width in reversed(outline)]
        marks += [Area((*left, *right), FILL), Line((*left, *right, left[0]), Stroke("#A9B2BA", 0.6))]
    marks.append(Block(side.at - inner, side.at + inner, low, high, "" if marks else FILL, BOX))
    for start, end in ((low, least), (high, most)):
        if start != end:
            marks.append(Line(((side.at, start), (side.at, end)), BOX))
            marks.append(Line(((side.at - inner / 2, end), (side.at + inner / 2, end)), BOX))
    return [*marks, _median(side, place, inner)]


def _median(side: _Side, place: Place, half: float) -> Line:
    at = place(side.median)
    return Line(((side.at - half, at), (side.at + half, at)), MEDIAN)


def violin(values: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """The outline of a violin from the smallest to the largest value: (value, width from 0 to 1).

    Gaussian kernels with the bandwidth 0.9·min(sd, interquartile range/1.34)·n^(−1/5) (Silverman 1986, *Density
    Estimation*, equation 3.31); none where the values have no spread.

    >>> violin([2.0, 2.0, 2.0])
    ()
    """
    n = len(values)
    mean = math.fsum(values) / n
    sd = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / max(n - 1, 1))
    low, high = quartiles(values)
    spread = min(s for s in (sd, (high - low) / 1.34, math.inf) if s > 0.0)
    if math.isinf(spread):
        return ()
    width = 0.9 * spread * n**-0.2
    least, most = min(values), max(values)
    heights = [least + (most - least) * i / STEPS for i in range(STEPS + 1)]
    density = [math.fsum(math.exp(-0.5 * ((h - v) / width) ** 2) for v in values) for h in heights]
    return tuple((h, d / max(density)) for h, d in zip(heights, density, strict=True))


def swarm(places: Sequence[float], size: float, reach: float) -> tuple[float, ...]:
    """How far each symbol moves sideways so that none hides another, in points, none further than ``reach``.

    ``places`` are heights in points; symbols are set from the lowest, each as near to the middle as there is room.
    Where a crowd needs more than ``reach``, all are drawn closer together by one factor.

    >>> swarm([0, 0, 0, 50], 4, 100)
    (-4.0, 0.0, 4.0, 0.0)
    """
    groups: defaultdict[float, list[int]] = defaultdict(list)
    for i, place in enumerate(places):
        groups[place].append(i)
    set_down: list[tuple[float, float]] = []
    found = [0.0] * len(places)
    for place in sorted(groups):
        near = [(x, y) for x, y in set_down if place - y < size]
        row = sorted(_row(near, place, len(groups[place]), size))
        for i, at in zip(groups[place], row, strict=True):  # equal values stand in the cohort's order
            found[i] = at
        set_down += [(at, place) for at in row]
    widest = max((abs(x) for x in found), default=0.0)
    factor = min(1.0, reach / widest) if widest else 1.0
    return tuple(x * factor for x in found)


def _row(near: Sequence[tuple[float, float]], place: float, count: int, size: float) -> list[float]:
    """Where ``count`` symbols of one height go: around the middle, or as near to it as the symbols ``near`` allow."""
    if not near:
        return [(i - (count - 1) / 2) * size for i in range(count)]
    taken = list(near)
    row: list[float] = []
    for _ in range(count):
        free = [0.0]
        for x, y in taken:
            aside = math.sqrt(max(size**2 - (place - y) ** 2, 0.0))
            free += [x + aside, x - aside]
        least = size**2 * (1 - 1e-9)
        clear = [at for at in free if all((at - x) ** 2 + (place - y) ** 2 >= least for x, y in taken)]
        row.append(min(clear, key=lambda at: (round(abs(at), 6), -at)))
        taken.append((row[-1], place))
    return row


def _words(plot: _Plot, heads: Sequence[str]) -> str:
    result = plot.result
    said = [
        f"Distribution of {measure_label(result.measure)} in {counted(result.n, 'patient')} at {result.before_label} "
        f"and {result.after_label}, every value as a dot."
    ]
    for side, label in zip(plot.sides, (result.before_label, result.after_label), strict=True):
        text = f"{label}: median {short_number(side.median)}"
        if result.n >= FEWEST_BOX:
            low, high = quartiles(side.recorded)
            text += f", quartiles {short_number(low)} and {short_number(high)}"
        said.append(f"{text}, {short_number(min(side.recorded))} to {short_number(max(side.recorded))}.")
    if result.lead:
        said.append(result.lead)
    said += [f"{line}." for line in heads]
    said.append(_told(plot))
    if plot.log:
        said.append("The value axis is logarithmic.")
    said += bands_said(result.measure)
    return " ".join((*said, closing(plot.cohort, result, plot.rows))).strip()
