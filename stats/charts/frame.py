"""The frame of a plot: the page around it, its value axis and its time axis, fitted to what is drawn.

Invariants: every range leaves room for a whole symbol at its edges; a page without a chosen height is as high as its
contents need; a chosen height is kept.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import bottom_room, broken_log_ticks, left_room, linear_ticks, ticks_about
from trajecta.stats.charts.choice import ChartChoice, TimeUnit
from trajecta.stats.charts.layout import Sheet, checked_width, sheet_for
from trajecta.stats.charts.legend import LEAST_LEFT, Entry, fit_legend, place_legend
from trajecta.stats.cohort import Cohort, Kind, Measure
from trajecta.stats.figure import POINTS_PER_MM, Axis, Rect, Scale
from trajecta.stats.text_width import shortened, text_width, wrapped
from trajecta.stats.typeset import typeset
from trajecta.stats.words import number_text

LEAST_PLOT = 60.0  # points; below this a plot with axes cannot be read
MONTH_STEPS = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0)
DAY_STEPS = (1.0, 2.0, 7.0, 14.0, 28.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 720.0, 1800.0)


@dataclass(frozen=True)
class Surround:
    """What stands around the plot: lines at the top, the legend's entries, notes and label at the foot.

    ``least_left`` is the width in points that a legend beside the plot must leave to it.
    """

    heads: tuple[str, ...]
    entries: tuple[Entry, ...]
    feet: tuple[str, ...]
    synthetic: bool
    least_left: float = LEAST_LEFT


def arrange(choice: ChartChoice, around: Surround, plot_height: float) -> tuple[Sheet, float]:
    """The sheet with header, footer and legend set, and the page height in mm.

    ``plot_height`` in points is what the plot with its axes gets when the user chose no height. A part of a page says
    nothing that the page says once for all of them.
    """
    checked_width(choice)
    # A patient who will be hidden leaves no gap in the legend; one of whom all would be hidden stays, as the marks do.
    shown = tuple(entry for entry in around.entries if entry.patient not in choice.hidden)
    around = replace(around, entries=shown or around.entries)
    if choice.within is not None:
        around = replace(around, entries=around.entries if choice.within.legend else (), synthetic=False)
    fixed = choice.height_mm is not None

    def attempt(height_mm: float) -> Sheet:
        sheet = sheet_for(choice, height_mm)
        sheet.head(around.heads, sheet.size - 1)
        sheet.foot(around.feet, around.synthetic)
        free = sheet.bottom - sheet.top
        beside = (free if fixed else plot_height) - 40.0  # axis and rule label stay clear of the legend
        below = free - max(LEAST_PLOT * 1.6, free * 0.5) if fixed else math.inf
        legend = fit_legend(around.entries, sheet, max(beside, 20.0), max(below, 0.0), around.least_left)
        place_legend(legend, sheet)
        return sheet

    if choice.height_mm is not None:
        return attempt(choice.height_mm), choice.height_mm
    probe_mm = 5000.0  # any height that holds everything; only what is taken of it counts
    probe = attempt(probe_mm)
    taken = probe_mm * POINTS_PER_MM - (probe.bottom - probe.top)
    height_mm = math.ceil((taken + plot_height) / POINTS_PER_MM * 10) / 10
    return attempt(height_mm), height_mm


def default_plot_height(width_mm: float) -> float:
    """Height in points of a plot with its axes: over half of the page width, within what a column can hold.

    >>> round(default_plot_height(89)), round(default_plot_height(183)), round(default_plot_height(60))
    (146, 301, 130)
    """
    return max(130.0, min(0.58 * width_mm * POINTS_PER_MM, 330.0))


def measure_label(measure: Measure) -> str:
    """Name and unit of a measure as an axis says it, for a score without a unit its range.

    >>> measure_label(Measure("c3", "C3", "g/L")), measure_label(Measure("free", "Drug-free", kind=Kind.YES_NO))
    ('C3 (g/L)', 'Drug-free')
    >>> measure_label(Measure("pga", "PGA", range=(0, 3)))
    'PGA (0–3)'
    """
    if measure.kind is not Kind.NUMERIC:
        return typeset(measure.name)
    limits = f"{number_text(measure.range[0])}–{number_text(measure.range[1])}" if measure.range else ""
    said = measure.unit or limits
    return typeset(f"{measure.name} ({said})" if said else measure.name)


def padded(low: float, high: float, length: float, pad: float) -> tuple[float, float]:
    """A range that leaves ``pad`` points free at both ends of an axis of ``length`` points.

    >>> padded(0, 10, 120, 10)
    (-1.0, 11.0)
    """
    extra = (high - low) * pad / max(length - 2 * pad, length / 4)
    return low - extra, high + extra


def value_range(measure: Measure, values: Sequence[float]) -> tuple[float, float]:
    """What a value axis must show: the values, zero where it is near, the whole of a short scale that is well used."""
    low, high = min(values), max(values)
    if measure.range and high > low:
        least, most = measure.range
        if least <= low and high <= most and (most - least) <= 2 * (high - low):
            return least, most
    if low == high:
        room = max(abs(low) * 0.25, 1.0 if float(low).is_integer() else abs(low) * 0.25)
        low, high = (low - room if low < 0 or low - room > 0 else 0.0), high + room
    if 0 < low <= 0.5 * high:
        low = 0.0
    if low <= 0.5 * high < 0 or (low < 0 and high < 0 and high >= 0.5 * low):
        high = 0.0
    return low, high


WHOLE_STEPS = (1.0,)  # the tick distance that no finer one replaces where values are whole numbers


def whole_steps(measure: Measure, values: Sequence[float]) -> tuple[float, ...]:
    """The tick distances of an axis: no fractions for whole values of an instrument with whole limits.

    >>> pga = Measure("pga", "PGA", range=(0, 3))
    >>> whole_steps(pga, [0, 2]), whole_steps(pga, [0.5, 2]), whole_steps(Measure("c3", "C3"), [1])
    ((1.0,), (), ())
    """
    whole = measure.range is not None and all(float(v).is_integer() for v in (*measure.range, *values))
    return WHOLE_STEPS if whole else ()


CHANGE_FROM = ", change from "  # between a measure and a visit in the name of what a chart of changes shows


def value_axis(measure: Measure, values: Sequence[float], length: float, pad: float, size: float) -> Axis:
    """The y axis for these values on ``length`` points; a label that is too long is broken into two lines."""
    label, unit_said = fitted_label(measure_label(measure), length, size), typeset(f"({measure.unit})")
    if "…" in label and measure.unit and measure.kind is Kind.NUMERIC:  # the name may be cut, the unit may not
        label = f"{shortened(typeset(measure.name), length, size)}\n{shortened(unit_said, length, size)}"
    if "…" in label and CHANGE_FROM in measure.name:  # nor what is told of the measure
        name, _, visit = measure.name.rpartition(CHANGE_FROM)
        what = f"{CHANGE_FROM.lstrip(', ')}{visit}{f' {unit_said}' if measure.unit else ''}"
        label = f"{shortened(typeset(name), length, size)}\n{shortened(what, length, size)}"
    if measure.kind is Kind.YES_NO:
        least, most = min([0.0, *values]), max([1.0, *values])  # patients may be stacked around an answer
        return Axis(label, padded(least, most, length, pad + 2), ((0.0, "no"), (1.0, "yes")), Scale.NAMES, size=size)
    low, high = value_range(measure, values)
    steps = whole_steps(measure, values)
    ticks = linear_ticks(low, high, ticks_about(length), steps)
    return Axis(label, padded(low, high, length, pad), ticks, size=size, steps=steps)


EQUAL_LOGS = 0.3  # decades around a single value: half of it and its double are in view
LEAST_FACTOR = 50.0  # between the smallest and the largest value, from which a linear axis shows the largest only


def is_logarithmic(measure: Measure, values: Sequence[float]) -> bool:
    """Whether an axis should be logarithmic: laboratory values above 0 that span more than a factor of 50.

    >>> is_logarithmic(Measure("m", "Titre"), (4, 800)), is_logarithmic(Measure("m", "Titre"), (0, 800))
    (True, False)
    """
    laboratory = measure.kind is Kind.NUMERIC and measure.range is None and not measure.derived
    return laboratory and min(values) > 0 and max(values) / min(values) > LEAST_FACTOR


def log_measure(measure: Measure) -> Measure:
    """The measure as a LOG axis shows it, its bands at the logarithms of their ends."""

    def end(value: float | None) -> float | None:
        if value is None or value <= 0:
            return None
        return math.log10(value) or -1e-9  # an end at 0 would count as the lowest value there can be

    bands = tuple(replace(band, low=end(band.low), high=end(band.high)) for band in measure.bands)
    return replace(measure, bands=tuple(band for band in bands if band.low is not None or band.high is not None))


def log_axis(
    measure: Measure,
    logs: Sequence[float],
    length: float,
    pad: float,
    size: float,
    zero: tuple[float, float] | None = None,
) -> Axis:
    """The LOG axis for values given as their logarithms; the label says that it is one. ``zero`` as in ``Axis``."""
    label = fitted_label(f"{measure_label(measure)}, log scale", length, size)
    if "…" in label:
        unit = typeset(f"({measure.unit}), log scale") if measure.unit else "log scale"
        label = f"{shortened(typeset(measure.name), length, size)}\n{shortened(unit, length, size)}"
    least, most = min(logs), max(logs)
    if least == most:
        least, most = least - EQUAL_LOGS, most + EQUAL_LOGS
    low, high = padded(least, most, length, pad)
    return Axis(label, (low, high), broken_log_ticks(low, high, zero), Scale.LOG, size=size, zero=zero)


def fitted_label(label: str, length: float, size: float) -> str:
    """``label`` in at most two lines of ``length`` points."""
    lines = wrapped(label, length, size)
    return "\n".join(lines[:1] + ((shortened(" ".join(lines[1:]), length, size),) if len(lines) > 1 else ()))


def time_axis(cohort: Cohort, times: Iterable[float], unit: TimeUnit, length: float, size: float) -> Axis:
    """The x axis in months or days from time zero, which is always in view."""
    known = [*times, 0.0]
    low, high = min(known), max(known)
    least = 1.0 if unit is TimeUnit.MONTHS else 7.0
    if high - low < least:
        high = low + least
    word = "Months" if unit is TimeUnit.MONTHS else "Days"
    label = fitted_label(f"{word} after {cohort.time_zero}" if cohort.time_zero else f"{word} from day 0", length, size)
    steps = MONTH_STEPS if unit is TimeUnit.MONTHS else DAY_STEPS
    shown = padded(low, high, length, 5.0)
    about = max(2, min(10, int(length / (15.0 if unit is TimeUnit.MONTHS else 24.0))))
    ticks = linear_ticks(*shown, about, steps)
    return Axis(label, shown, ticks, size=size, steps=steps)


def visit_axis(cohort: Cohort, orders: Iterable[float], length: float, size: float, spare: float) -> Axis:
    """The x axis where no days are known: visits in their order, as many names as fit without touching.

    ``spare`` is the room in points that the last name may take beyond the axis.
    """
    used = sorted({int(order) for order in orders})
    low, high = used[0] - 0.5, used[-1] + 0.5
    pitch = length / (high - low)
    names = [shortened(cohort.visits[i].label, 72.0, size) for i in used]
    widest = max(text_width(name, size) for name in names)
    every = max(1, math.ceil((widest + 4) / pitch))
    ticks = []
    for i, name in zip(used, names, strict=True):
        beyond = (i - low) * pitch + text_width(name, size) / 2 - length
        shown = (i - used[0]) % every == 0 and beyond <= spare
        ticks.append((float(i), name if shown else ""))
    return Axis("Visit", (low, high), tuple(ticks), Scale.NAMES, size=size)


def plot_area(sheet: Sheet, y: Axis, x: Axis, above: float) -> Rect:
    """The data rectangle that is left on the sheet after the axes; ``above`` points stay free at the top."""
    left = sheet.left + left_room(y)
    top = sheet.top + above
    return Rect(left, top, max(sheet.right - left, 1.0), max(sheet.bottom - bottom_room(x) - top, 1.0))
