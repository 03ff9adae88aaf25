"""The Bland–Altman plot: each patient's difference against the mean of the two values, with the limits of agreement.

Invariants: bias and limits come from ``stats.agreement``, the differences from the result; the page always says that
the plot is made for two methods and not for a change; fewer than three patients show their dots and the reason.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.agreement import Agreement, limits_of_agreement
from trajecta.stats.charts.across import thinned
from trajecta.stats.charts.axes import (
    bottom_room,
    left_room,
    linear_ticks,
    number_text,
    short_number,
    ticks_about,
)
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.direct import spread
from trajecta.stats.charts.frame import (
    LEAST_FACTOR,
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    fitted_label,
    is_logarithmic,
    measure_label,
    padded,
)
from trajecta.stats.charts.layout import FOOT_SIZE, Sheet, sentence_figure
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.pairs import (
    PairRow,
    asked_pairs,
    beyond_note,
    change_text,
    closing,
    each_said,
    pair_rows,
    values_of,
)
from trajecta.stats.charts.traces import line_width, symbol_size, symbols
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import (
    INK,
    SOFT_INK,
    Axis,
    Block,
    Dots,
    Figure,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Rule,
    Shape,
    Stroke,
)
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, text_width
from trajecta.stats.words import level_text, unit_of

PURPOSE = "Made for the agreement of two methods, not for a change: here it shows how far the changes scatter."
BIAS_GROUND, LIMIT_GROUND = "#DDE3E8", "#EEF1F3"
BIAS_STROKE = Stroke(INK, 1.0)
LIMIT_STROKE = Stroke(INK, 0.75, (4.0, 2.0))
ZERO_STROKE = Stroke("#A9B2BA", 0.5)
LABEL_GAP = 4.0


@dataclass(frozen=True)
class _Plot:
    """What is drawn: the rows, bias and limits, and the answer they belong to."""

    cohort: Cohort
    result: PairedResult
    rows: tuple[PairRow, ...]
    found: Agreement

    @property
    def means(self) -> list[float]:
        """The mean of each patient's two values."""
        return [row.before.value / 2 + row.after.value / 2 for row in self.rows]

    @property
    def lines(self) -> tuple[tuple[float, str], ...]:
        """Bias and limits with their names, from the top."""
        found = self.found
        if found.low is None or found.high is None or found.bias is None:
            return ()
        if found.low == found.high:
            return ((found.bias, "bias, limits"),)
        return ((found.high, "+1.96 SD"), (found.bias, "bias"), (found.low, "−1.96 SD"))


def bland_altman(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Differences (after − before) against means, with bias, limits of agreement and their intervals.

    Fewer than three patients: the dots with the reason why there are no limits. Values over more than a factor of 50,
    yes/no answers, no result, no pairs: a page with a sentence. KeyError if the cohort has no such measure.
    """
    asked = asked_pairs(cohort, measure, result, choice, "limits of agreement")
    if isinstance(asked, Figure):
        return asked
    rows = pair_rows(cohort, asked)
    if is_logarithmic(asked.measure, values_of(rows)):
        sentence = (
            f"The values of {asked.measure.name} span more than a factor of {LEAST_FACTOR:g}: their differences grow "
            "with their size, and one pair of limits of agreement would fit neither the small nor the large ones."
        )
        return sentence_figure(cohort, choice, sentence, asked.measure.name)
    agreement = limits_of_agreement([row.change for row in rows], asked.comparison.level)
    plot = _Plot(cohort, asked, rows, agreement)
    width, size = line_width(len(rows)), symbol_size(len(rows))
    entries, many = named(tuple(Entry(row.patient, row.style, width, size) for row in rows))
    feet = (_told(plot), PURPOSE, *beyond_note(rows), *left_out_note(cohort, asked), *many)
    around = Surround((), entries, feet, cohort.synthetic)
    sheet, height_mm = arrange(choice, around, default_plot_height(choice.width_mm))
    panel = _panel(plot, sheet)
    if panel is None:
        return too_low(cohort, choice, asked.measure)
    title = f"{asked.measure.name}, {asked.before_label} and {asked.after_label}: limits of agreement"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(plot))


def _told(plot: _Plot) -> str:
    """What lines and grounds are, or why there are none."""
    found, start = plot.found, f"n = {plot.found.n}."
    ringed = " Ringed: several patients." if _twice(plot) else ""
    if found.reason:
        return f"{start} {found.reason}{ringed}"
    return (
        f"{start} Solid: bias; dashed: bias ± 1.96 SD; shaded: {level_text(found.level)} intervals (limits: exact)."
        f"{ringed}"
    )


def _panel(plot: _Plot, sheet: Sheet) -> Panel | None:
    size = sheet.size
    labels = _label_texts(plot)
    small = size - 1 if sheet.width > 220.0 else FOOT_SIZE
    room = max((text_width(line, small) for text in labels for line in text), default=0.0) + LABEL_GAP + 1.0
    right = sheet.right - (room if labels else 0.0)
    above = size * 0.4
    height, length = max(sheet.bottom - sheet.top - 30.0, 10.0), max(right - sheet.left - 40.0, 10.0)
    for _ in range(3):  # ticks and labels of each axis decide how long the other can be
        y, x = _difference_axis(plot, height, size), _mean_axis(plot, length, size)
        height = sheet.bottom - sheet.top - above - bottom_room(x)
        length = max(right - sheet.left - left_room(y), 1.0)
        if height < LEAST_PLOT / 2:
            return None
    area = Rect(sheet.left + left_room(y), sheet.top + above, length, height)
    symbol = symbol_size(len(plot.rows))
    marks = [*_grounds(plot), *_rings(plot, symbol)]
    for row, mean in zip(plot.rows, plot.means, strict=True):
        point = replace(row.after, x=mean, value=row.change, censored=row.censored)
        marks += symbols((point,), row.style, symbol, row.patient)
    panel = Panel(area, x, y, tuple(marks), "values")
    return replace(panel, marks=(*marks, *_labels(plot, panel, labels, small)))


def _difference_axis(plot: _Plot, length: float, size: float) -> Axis:
    found = plot.found
    shown = [0.0, *(row.change for row in plot.rows), *(at for at, _ in plot.lines)]
    for interval in (found.low_interval, found.high_interval):
        shown += interval or ()
    low, high = min(shown), max(shown)
    if low == high:
        low, high = -1.0, 1.0
    unit = unit_of(plot.result.measure)
    words = f"Difference, {plot.result.after_label} − {plot.result.before_label}{f' ({unit})' if unit else ''}"
    pad = symbol_size(len(plot.rows)) + 3.0
    return Axis(
        fitted_label(words, length, size),
        padded(low, high, length, pad),
        linear_ticks(low, high, ticks_about(length)),
        size=size,
    )


def _mean_axis(plot: _Plot, length: float, size: float) -> Axis:
    means = plot.means
    low, high = min(means), max(means)
    if 0 < low <= 0.5 * high:
        low = 0.0
    if low == high:
        room = abs(low) * 0.25 or 1.0
        low, high = low - room, high + room
    limits = padded(low, high, length, symbol_size(len(plot.rows)) + 4.0)
    ticks = thinned(linear_ticks(low, high, ticks_about(length)), limits, length, size, 4.0)
    label = fitted_label(f"Mean of both, {measure_label(plot.result.measure)}", length, size)
    return Axis(label, limits, tuple(ticks), size=size)


def _grounds(plot: _Plot) -> list[Mark]:
    """The shaded intervals, the line of no difference, bias and limits."""
    found = plot.found
    marks: list[Mark] = [
        Block(None, None, *interval, LIMIT_GROUND) for interval in (found.low_interval, found.high_interval) if interval
    ]
    if found.bias_interval:
        marks.append(Block(None, None, *found.bias_interval, BIAS_GROUND))
    marks.append(Rule(0.0, False, ZERO_STROKE))
    for at, name in plot.lines:
        marks.append(Rule(at, False, BIAS_STROKE if "bias" in name else LIMIT_STROKE))
    return marks


def _twice(plot: _Plot) -> list[tuple[float, float]]:
    """The places at which several patients lie on one another."""
    places = list(zip(plot.means, (row.change for row in plot.rows), strict=True))
    return sorted({place for place in places if places.count(place) > 1})


def _rings(plot: _Plot, size: float) -> list[Mark]:
    """A thin ring under symbols that lie on one another."""
    return [Dots((place,), Shape.CIRCLE, size + 3.5, "", Stroke(SOFT_INK, 0.6)) for place in _twice(plot)]


def _label_texts(plot: _Plot) -> tuple[tuple[str, ...], ...]:
    return tuple((name, _label_number(at, plot.found.sd or 0.0)) for at, name in plot.lines)


def _label_number(value: float, sd: float) -> str:
    """A number with as many decimals as its scatter warrants, the same for bias and limits.

    >>> _label_number(-4.2117, 4.38), _label_number(0.01234, 0.0051), _label_number(2e7, 3e6)
    ('−4.2', '+0.0123', '+20,000,000')
    """
    places = 1 - math.floor(math.log10(sd)) if sd > 0.0 else 0
    if sd == 0.0 or not 0 <= places <= 5 or abs(value) >= 1e6:
        return change_text(value)
    text = number_text(value, places)
    return f"+{text}" if value > 0 and text.strip("0.") else text


def _labels(plot: _Plot, panel: Panel, texts: Sequence[Sequence[str]], size: float) -> list[Mark]:
    """Name and number of each line to the right of the plot, moved apart where lines are close."""
    if not texts:
        return []
    (low, high), area = panel.y.range, panel.area
    pitch = size * 1.15
    tall = 2 * pitch + 1.0
    wanted = [area.y + (high - at) / (high - low) * area.height for at, _ in plot.lines]
    places = spread(wanted, tall, area.y + tall / 2, area.y + area.height - tall / 2)
    found: list[Mark] = []
    for (at, _), lines, want, place in zip(plot.lines, texts, wanted, places, strict=True):
        first = place - want - pitch / 2 + CAP_HEIGHT * size / 2
        for i, line in enumerate(lines):
            offset = (LABEL_GAP, first + i * pitch)
            found.append(Note((1.0, at), line, size, INK if i else SOFT_INK, offset=offset, pin=Pin.X))
    return found


def _words(plot: _Plot) -> str:
    result, found = plot.result, plot.found
    unit = unit_of(result.measure)
    said = [
        f"Bland–Altman plot of {measure_label(result.measure)}: difference {result.after_label} minus "
        f"{result.before_label} against the mean of both in {counted(found.n, 'patient')}; differences"
        f"{f' in {unit}' if unit else ''}: {each_said(plot.rows, lambda row: change_text(row.change))}."
    ]
    if result.lead:
        said.append(result.lead)
    if found.bias is not None:
        said.append(f"Bias {_with_interval(found.bias, found.bias_interval, found.level)}.")
    if found.low is not None and found.high is not None and found.low < found.high:
        said.append(f"Lower limit of agreement {_with_interval(found.low, found.low_interval, found.level)}.")
        said.append(f"Upper limit of agreement {_with_interval(found.high, found.high_interval, found.level)}.")
    exact = "their intervals are exact for normally distributed differences (noncentral t)"
    said.append(found.reason or f"Limits are bias ± 1.96 standard deviations; {exact}.")
    return " ".join((*said, PURPOSE, closing(plot.cohort, result, plot.rows))).strip()


def _with_interval(value: float, interval: tuple[float, float] | None, level: float) -> str:
    text = short_number(round(value, 12))
    if interval is None:
        return text
    return f"{text} ({level_text(level)} interval {short_number(interval[0])} to {short_number(interval[1])})"
