"""The paired estimation plot: the pairs on the left, every difference and the estimate with its interval on the right.

Invariants: differences, estimate, interval and the level it reaches are those the ``PairedResult`` holds; zero of the
difference axis lies at the height of the median before, with the same scale, wherever the differences can be read on
it; the two panels do not move, because a camera over one of them would break that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import bottom_room, left_room, linear_ticks, short_number, ticks_about
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.before_after import answer_lines, column_names, shown_interval
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    fitted_label,
    log_axis,
    measure_label,
    padded,
    value_axis,
)
from trajecta.stats.charts.layout import FOOT_SIZE, Sheet
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.pairs import (
    PairPlot,
    asked_pairs,
    bands_said,
    beyond_note,
    change_text,
    closing,
    each_said,
    largest_group,
    on_scale,
    sideways,
    values_of,
)
from trajecta.stats.charts.traces import Point, line_width, symbol_size, symbols
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import (
    INK,
    SOFT_INK,
    Anchor,
    Axis,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Rect,
    Rule,
    Scale,
    Shape,
    Stroke,
)
from trajecta.stats.results import IntervalResult, PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width
from trajecta.stats.words import level_text, unit_of

GAP = 9.0  # points between the panels
LEFT_SHARE = 0.56  # of the width of both data rectangles
MOST_RIGHT = 0.58  # of that width, where the text of the level needs it
LEAST_BOTH = 215.0  # points that the two panels need beside a legend
LEAST_SHARE = 0.25  # of the common scale that the differences must take up to be read on it
MOST_GROWTH = 1.6  # times that the values' scale may grow to hold the differences
ZERO = Stroke(SOFT_INK, 0.5, (2.0, 2.0))
ESTIMATE = Stroke(INK, 1.4)
ESTIMATE_SIZE = 5.4


@dataclass(frozen=True)
class _Plot(PairPlot):
    """The pairs, as the left axis shows them, and the interval of the answer."""

    interval: IntervalResult | None

    @property
    def limits(self) -> tuple[float, ...]:
        """Estimate and limits, as far as there are any."""
        i = self.interval
        return () if i is None else tuple(v for v in (i.estimate, i.low, i.high) if v is not None)


def estimation(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The pairs, their differences, and the Hodges–Lehmann estimate with the interval at the level it reaches.

    Where the result holds no interval (one pair, equal differences) the estimate stands alone and the reason below it.
    Without a result, without pairs and for yes/no answers: a page with a sentence. KeyError if the cohort has no such
    measure.
    """
    found = asked_pairs(cohort, measure, result, choice, "an estimation plot")
    if isinstance(found, Figure):
        return found
    plot = _Plot(cohort, found, *on_scale(cohort, found), shown_interval(found))
    return with_band_note(plot.measure, lambda told: _drawn(plot, choice, told))


def _drawn(plot: _Plot, choice: ChartChoice, told: tuple[str, ...]) -> Figure:
    rows, measure = plot.rows, plot.result.measure
    width, size = line_width(len(rows)), symbol_size(len(rows))
    entries, many = named(tuple(Entry(row.patient, row.style, width, size) for row in rows))

    def attempt(notes: tuple[str, ...]) -> tuple[Sheet, float]:
        feet = (*band_note(told), *notes, *beyond_note(rows), *left_out_note(plot.cohort, plot.result), *many)
        around = Surround(answer_lines(plot.result), entries, feet, plot.cohort.synthetic, LEAST_BOTH)
        return arrange(choice, around, default_plot_height(choice.width_mm))

    sheet, height_mm = attempt((_told(plot, True),))
    shared = _shared_range(plot, max(sheet.bottom - sheet.top - 30.0, 10.0), sheet.size) is not None
    if not shared:
        sheet, height_mm = attempt((_told(plot, False),))
    panels = _panels(plot, sheet, told)
    if not panels:
        return too_low(plot.cohort, choice, measure)
    title = f"{measure.name}, {plot.result.before_label} and {plot.result.after_label}, with the estimated change"
    return Figure(choice.width_mm, height_mm, panels, tuple(sheet.marks), title, _words(plot, shared))


def _told(plot: _Plot, shared: bool) -> str:
    said = "Zero of the changes: median before; same scale." if shared else "Changes on a scale of their own."
    if plot.interval is not None and (plot.interval.low is None or plot.interval.high is None):
        said += f" No interval: {plot.interval.reason}"
    return said


def _shared_range(plot: _Plot, length: float, size: float) -> tuple[float, float] | None:
    """The range of the value axis that holds the values and the differences counted from the median before.

    None where differences would be too small to read there, or would press the values together.
    """
    middle = plot.result.before_summary.median
    if plot.log or middle is None:
        return None
    low, high = value_axis(plot.measure, values_of(plot.rows), length, _pad(plot), size).range
    spread = [0.0, *(row.change for row in plot.rows), *plot.limits]
    room = padded(min(spread), max(spread), length, _pad(plot))
    joint = (min(low, middle + room[0]), max(high, middle + room[1]))
    whole = joint[1] - joint[0]
    if whole > MOST_GROWTH * (high - low) or max(spread) - min(spread) < LEAST_SHARE * whole:
        return None
    return joint


def _pad(plot: _Plot) -> float:
    return symbol_size(len(plot.rows)) * 0.6 + 2.0


def _panels(plot: _Plot, sheet: Sheet, told: Sequence[str]) -> tuple[Panel, ...]:
    size = sheet.size
    height = max(sheet.bottom - sheet.top - 30.0, 10.0)
    for _ in range(2):  # labels and ticks depend on the height, and the height on their lines
        left_y, right_y = _axes(plot, height, size)
        both = sheet.free_width - left_room(left_y) - left_room(right_y) - GAP
        # A level cut short would be no level: the right panel is given room for its text.
        narrow = max(both * (1.0 - LEFT_SHARE), min(2 * _level_width(plot, size) + 6.0, both * MOST_RIGHT))
        wide = both - narrow
        room = narrow / 2 - 2.0
        small = next((s for s in (size, size - 1) if _level_width(plot, s) <= room), FOOT_SIZE)
        names = column_names(plot.result, wide / 2 - 3.0, small)
        left_x = Axis("", (-0.5, 1.5), names, Scale.NAMES, size=small)
        right_x = Axis("", (-0.5, 1.5), _right_names(plot, room, small), Scale.NAMES, size=small)
        above = size * 0.4
        height = sheet.bottom - sheet.top - above - max(bottom_room(left_x), bottom_room(right_x))
        if height < LEAST_PLOT / 2 or narrow < 26.0:
            return ()
    top = sheet.top + above
    first = Rect(sheet.left + left_room(left_y), top, wide, height)
    second = Rect(sheet.right - narrow, top, narrow, height)
    shared = _shared_range(plot, height, size) is not None
    left = _left(plot, Panel(first, left_x, left_y, (), "values", moves=False), shared)
    left = replace(left, marks=(*left.marks, *band_labels(plot.measure, left, size - 1, told)))
    right = _right(plot, Panel(second, right_x, right_y, (), "differences", moves=False), size - 1)
    return left, right


def _axes(plot: _Plot, height: float, size: float) -> tuple[Axis, Axis]:
    """The axis of the values and the axis of the differences."""
    values = values_of(plot.rows)
    own = (log_axis if plot.log else value_axis)(plot.measure, values, height, _pad(plot), size)
    unit = unit_of(plot.result.measure)
    label = fitted_label(f"Change ({unit})" if unit else "Change", height, size)
    joint = _shared_range(plot, height, size)
    middle = plot.result.before_summary.median
    if joint is None or middle is None:
        spread = [0.0, *(row.change for row in plot.rows), *plot.limits]
        low, high = min(spread), max(spread)
        if low == high:
            low, high = -1.0, 1.0
        limits = padded(low, high, height, _pad(plot) + 1.0)
        ticks = linear_ticks(low, high, ticks_about(height), own.steps)
        return own, Axis(label, limits, ticks, size=size, steps=own.steps)
    return replace(own, range=joint), _difference_axis(replace(own, label=label), joint, middle, height)


def _difference_axis(own: Axis, joint: tuple[float, float], middle: float, height: float) -> Axis:
    """The axis of the values counted from the median before."""
    low, high = joint[0] - middle, joint[1] - middle
    return replace(own, range=(low, high), ticks=linear_ticks(low, high, ticks_about(height), own.steps))


def _left(plot: _Plot, panel: Panel, shared: bool) -> Panel:
    """The pairs, equal values side by side, and the height of zero."""
    rows, width = plot.rows, panel.area.width
    befores, afters = [row.before.value for row in rows], [row.after.value for row in rows]
    size, step, half = _stack(max(largest_group(befores), largest_group(afters)), len(rows), width * 0.4)
    outer = min(max(half + 4.0, width * 0.22), width * 0.4)
    span = width - 2 * outer
    marks: list[Mark] = list(band_blocks(plot.measure, panel.y))
    if shared and plot.result.before_summary.median is not None:
        marks.append(Rule(plot.result.before_summary.median, False, ZERO))
    starts = [replace(r.before, x=s / span) for r, s in zip(rows, sideways(befores, step), strict=True)]
    ends = [replace(r.after, x=1 + s / span) for r, s in zip(rows, sideways(afters, step), strict=True)]
    for row, start, end in zip(rows, starts, ends, strict=True):
        stroke = Stroke(row.style.color, line_width(len(rows)), row.style.dash)
        marks.append(Line(((start.x, start.value), (end.x, end.value)), stroke, row.patient))
    for row, start, end in zip(rows, starts, ends, strict=True):
        marks += symbols((start, end), row.style, size, row.patient)
    return replace(panel, x=replace(panel.x, range=(-outer / span, 1 + outer / span)), marks=tuple(marks))


def _stack(most: int, patients: int, room: float) -> tuple[float, float, float]:
    """Size of a symbol, distance of equal values and half the width of the largest group, in points."""
    size = symbol_size(patients)
    step = min(size * 1.15, (room - size) / max(most - 1, 1))
    size = min(size, max(step * 1.6, 2.0))
    return size, step, (most - 1) / 2 * step + size / 2


def _right(plot: _Plot, panel: Panel, size: float) -> Panel:
    """Every difference, and the estimate with its interval."""
    rows, width = plot.rows, panel.area.width
    changes = [row.change for row in rows]
    symbol, step, half = _stack(largest_group(changes), len(rows), width * 0.5)
    outer = max(half + 3.0, width * 0.25)
    span = width - outer - width * 0.25
    marks: list[Mark] = [Rule(0.0, False, ZERO)]
    for row, shift in zip(rows, sideways(changes, step), strict=True):
        point = Point(shift / span, row.change, row.after.visit, row.censored)
        marks += symbols((point,), row.style, symbol, row.patient)
    found = plot.interval
    if found is not None and found.estimate is not None:
        if found.low is not None and found.high is not None:
            marks.append(Line(((1.0, found.low), (1.0, found.high)), ESTIMATE))
        marks.append(Dots(((1.0, found.estimate),), Shape.CIRCLE, ESTIMATE_SIZE, INK, Stroke(INK, 0.5)))
        text = change_text(found.estimate)
        if text_width(text, size) + ESTIMATE_SIZE / 2 + 3.0 <= width * 0.25:
            offset = (ESTIMATE_SIZE / 2 + 2.0, CAP_HEIGHT * size / 2)
            marks.append(Note((1.0, found.estimate), text, size, INK, Anchor.START, offset))
    limits = (-outer / span, 1 + width * 0.25 / span)
    return replace(panel, x=replace(panel.x, range=limits), marks=tuple(marks))


def _level_width(plot: _Plot, size: float) -> float:
    """Width in points of the level that the interval reaches."""
    level = plot.interval.level if plot.interval is not None else None
    return text_width(level_text(level), size) if level is not None else 0.0


def _right_names(plot: _Plot, room: float, size: float) -> tuple[tuple[float, str], ...]:
    """The names of the two columns: every patient's change, and the interval with the level it reaches."""
    found = plot.interval
    word = next((word for word in ("Changes", "Each") if text_width(word, size) <= room), "")
    count = shortened(f"n = {plot.result.n}", room, size)
    each = (0.0, f"{word}\n{count}" if word else count)
    if found is None or found.estimate is None:
        return (each,)
    if found.level is None or found.low is None:
        lines = ["Estimate"]
    else:
        level = level_text(found.level)
        exact = ["(exact)"] if "exact" in found.method else []
        fits = text_width(f"{level} CI", size) <= room
        lines = [f"{level} CI", *exact] if fits else [level, "CI (exact)" if exact else "CI"]
        if not fits and text_width(lines[1], size) > room:
            lines = [level, "CI", *exact]
    return (each, (1.0, "\n".join(shortened(line, room, size) for line in lines)))


def _words(plot: _Plot, shared: bool) -> str:
    result = plot.result
    said = [
        f"Estimation plot of {measure_label(result.measure)}, {result.before_label} and {result.after_label}, in "
        f"{counted(result.n, 'patient')}: on the left the pairs, on the right the differences: "
        f"{each_said(plot.rows, lambda row: change_text(row.change))}."
    ]
    if result.lead:
        said.append(result.lead)
    found = plot.interval
    if found is not None and found.estimate is not None and found.low is not None and found.high is not None:
        said.append(
            f"The bar is the {level_text(found.level or 0.0)} interval {short_number(found.low)} to "
            f"{short_number(found.high)} around the estimate {short_number(found.estimate)}."
        )
    elif found is not None and found.reason:
        said.append(found.reason)
    said += [f"{line.rstrip('.')}." for line in answer_lines(result)]
    if shared:
        said.append("Zero of the difference axis lies at the median before, and both axes have the same scale.")
    if plot.log:
        said.append("The axis of the values is logarithmic.")
    said += bands_said(result.measure)
    return " ".join((*said, closing(plot.cohort, result, plot.rows))).strip()
