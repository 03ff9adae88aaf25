"""The before–after chart: two columns, one line per patient, equal values side by side, the answer in small type.

Invariants: symbols are moved only sideways, symmetrically, in the cohort's order, and never off their value; lines end
at the moved symbols; every number that is written comes from the ``PairedResult`` and nothing is computed here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import short_number
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
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
from trajecta.stats.charts.layout import MARGIN, Sheet
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.pairs import (
    OPEN_SYMBOLS,
    PairPlot,
    PairRow,
    asked_pairs,
    closing,
    largest_group,
    on_scale,
    shown_test,
    sideways,
    values_of,
)
from trajecta.stats.charts.traces import Point, line_width, symbol_size, symbols
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, Kind
from trajecta.stats.figure import INK, SOFT_INK, Anchor, Axis, Figure, Line, Mark, Note, Panel, Rect, Scale, Stroke
from trajecta.stats.results import IntervalResult, PairedResult, TestResult
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width
from trajecta.stats.words import floor_text, level_text, named_test, p_text, unit_of

BAR = 9.0  # length in points of a median bar
MEDIAN_STROKE = Stroke(INK, 1.4)


@dataclass(frozen=True)
class _Plot(PairPlot):
    """The pairs with the bracket over their columns."""

    bracket: Bracket

    @property
    def medians(self) -> tuple[float | None, float | None]:
        """Where the bars of the medians stand on the axis."""
        found = (self.result.before_summary.median, self.result.after_summary.median)
        before, after = (None if median is None else self.place(median) for median in found)
        return before, after


def before_after(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The pairs of ``result`` as lines between two columns, with medians, n and the answer.

    Without a result or without pairs: a page with a sentence saying what is missing. ``measure`` is the measure asked
    for; a result of another measure counts as none. KeyError if the cohort has no such measure.
    """
    found = asked_pairs(cohort, measure, result, choice)
    if isinstance(found, Figure):
        return found
    plot = _Plot(cohort, found, *on_scale(cohort, found), bracket_of(found, choice.bracket))
    return with_band_note(plot.measure, lambda told: _drawn(plot, choice, told))


def _drawn(plot: _Plot, choice: ChartChoice, told: tuple[str, ...]) -> Figure:
    cohort, result, rows, bracket = plot.cohort, plot.result, plot.rows, plot.bracket
    found = result.measure
    width, size = line_width(len(rows)), symbol_size(len(rows))
    entries, many = named(tuple(Entry(row.patient, row.style, width, size) for row in rows))
    feet = (
        *band_note(told),
        *_feet(rows, result),
        *left_out_note(cohort, result),
        *many,
        *bracket.note,
    )
    around = Surround(answer_lines(result), entries, feet, cohort.synthetic)
    sheet, height_mm = arrange(choice, around, default_plot_height(choice.width_mm))
    medians = median_texts(result)
    panel = _panel(plot, sheet, (told, medians))
    if panel is None:
        return too_low(cohort, choice, found)
    title = f"{found.name}, {result.before_label} and {result.after_label}"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(plot, medians))


def answer_lines(result: PairedResult) -> tuple[str, ...]:
    """The answer in one or two lines: P of the leading test with its floor, then the estimate with its interval.

    Nothing is said that the result does not hold; a test without P gives its reason.
    """
    lines = []
    test = shown_test(result)
    if test is not None:
        lines.append(_test_line(test))
    interval = result.yes_no.difference if result.yes_no else shown_interval(result)
    if interval is not None and interval.estimate is not None:
        lines.append(_interval_line(interval, "" if result.yes_no else unit_of(result.measure)))
    return tuple(line for line in lines if line)


def shown_interval(result: PairedResult) -> IntervalResult | None:
    """The estimate that figures of the pairs show with its interval; None if the result does not hold it."""
    return next((i for i in result.intervals if i.key == "hodges_lehmann"), None)


def _test_line(test: TestResult) -> str:
    """The test by its name, its P and the floor of P, in the words of the answer."""
    if test.p is None:
        return test.reason
    return f"{named_test(test).removesuffix(' test')} {p_text(test.p)}{floor_text(test)}"


def _interval_line(interval: IntervalResult, unit: str) -> str:
    assert interval.estimate is not None
    name = "Hodges–Lehmann estimate" if interval.key == "hodges_lehmann" else interval.name
    if unit == "points" and abs(interval.estimate) == 1:
        unit = "point"
    said = f"{name} {short_number(interval.estimate)}{' ' + unit if unit else ''}"
    if interval.low is None or interval.high is None or interval.level is None:
        return said
    limits = f"({short_number(interval.low)} to {short_number(interval.high)})"
    return f"{said} {limits}, level {level_text(interval.level)}"


def _feet(rows: Sequence[PairRow], result: PairedResult) -> tuple[str, ...]:
    notes = []
    if any(row.censored for row in rows):
        notes.append(OPEN_SYMBOLS)
    if result.measure.kind is Kind.NUMERIC:
        notes.append("Bars: median.")
    return (" ".join(notes),) if notes else ()


def _panel(plot: _Plot, sheet: Sheet, texts: tuple[Sequence[str], tuple[str, str]]) -> Panel | None:
    told, medians = texts
    result, rows, bracket = plot.result, plot.rows, plot.bracket
    measure, size = plot.measure, symbol_size(len(rows))
    make, values, pad = log_axis if plot.log else value_axis, values_of(rows), size * 0.6 + 1.5
    names = column_names(result, (sheet.free_width - 50.0) / 2, sheet.size)
    x = Axis("", (-0.5, 1.5), names, Scale.NAMES, size=sheet.size)
    above = sheet.size * 0.4
    height = sheet.bottom - sheet.top - above - 30.0
    y = make(measure, values, max(height, 10.0), pad, sheet.size)
    area = plot_area(sheet, y, x, above)
    if area.height - bracket.room(sheet.size) < LEAST_PLOT / 2:
        return None
    y = bracket.above(make(measure, values, area.height, pad, sheet.size), area.height, sheet.size)
    area = plot_area(sheet, y, x, above)
    columns = _columns(result, rows, area, (medians, sheet.size - 1))
    x = replace(x, range=columns.range)
    names = column_names(result, min(columns.span - 4.0, 2 * (columns.outer + MARGIN) - 2.0), sheet.size)
    panel = Panel(area, replace(x, ticks=names), y, (), "values")
    marks: list[Mark] = list(band_blocks(measure, y))
    moved = columns.moved(rows)
    width = line_width(len(rows))
    for row in moved:
        points = tuple((p.x, p.value) for p in (row.before, row.after))
        marks.append(Line(points, Stroke(row.style.color, width, row.style.dash), row.patient))
    for row in moved:
        marks += symbols((row.before, row.after), row.style, columns.symbol, row.patient)
    if measure.kind is Kind.NUMERIC:
        marks += columns.medians(plot.medians, medians, sheet.size - 1)
    marks += bracket.marks(y, area.height, sheet.size)
    panel = replace(panel, marks=tuple(marks))
    return replace(panel, marks=(*marks, *band_labels(measure, panel, sheet.size - 1, told)))


def column_names(result: PairedResult, room: float, size: float) -> tuple[tuple[float, str], tuple[float, str]]:
    """The two tick strings: visit, n, and for a yes/no measure how many are yes."""
    sides = ((0.0, result.before_label), (1.0, result.after_label))
    found = []
    for at, label in sides:
        under = f"n = {result.n}"
        if result.yes_no is not None:
            side = result.yes_no.before if at == 0 else result.yes_no.after
            under = f"{side.k} of {side.n} yes"
        found.append((at, f"{shortened(label, max(room, 8.0), size)}\n{shortened(under, max(room, 8.0), size)}"))
    return found[0], found[1]


@dataclass(frozen=True)
class _Columns:
    """Where the two columns stand: points from the left edge, and how far apart stacked symbols are."""

    width: float
    outer: float
    stack: float
    symbol: float
    labelled: bool
    label_gap: float

    @property
    def span(self) -> float:
        """Points between the two columns."""
        return self.width - 2 * self.outer

    def at(self, column: int) -> float:
        """A column's distance in points from the left edge."""
        return self.outer + column * self.span

    @property
    def range(self) -> tuple[float, float]:
        """The x range that puts the columns at 0 and 1."""
        return -self.outer / self.span, 1 + self.outer / self.span

    def moved(self, rows: Sequence[PairRow]) -> tuple[PairRow, ...]:
        """The rows with equal values of a column spread sideways around it."""
        befores = self._spread([row.before for row in rows])
        afters = self._spread([row.after for row in rows])
        return tuple(replace(r, before=b, after=a) for r, b, a in zip(rows, befores, afters, strict=True))

    def _spread(self, points: Sequence[Point]) -> list[Point]:
        shifts = sideways([point.value for point in points], self.stack / self.span)
        return [replace(point, x=point.x + shift) for point, shift in zip(points, shifts, strict=True)]

    def medians(self, at: tuple[float | None, float | None], texts: tuple[str, str], size: float) -> list[Mark]:
        """A bar at the outer side of each column at its median, with the number beside it if there is room."""
        marks: list[Mark] = []
        for column, median, outward in ((0, at[0], -1.0), (1, at[1], 1.0)):
            if median is None:
                continue
            near = column + outward * (self.label_gap / self.span)
            far = near + outward * BAR / self.span
            marks.append(Line(((near, median), (far, median)), MEDIAN_STROKE))
            if self.labelled:
                anchor = Anchor.END if outward < 0 else Anchor.START
                offset = (outward * 2.5, CAP_HEIGHT * size / 2)
                marks.append(Note((far, median), texts[column], size, SOFT_INK, anchor, offset))
        return marks


def median_texts(result: PairedResult) -> tuple[str, str]:
    """The two medians with the sign of values beyond the limit of the assay: “<10”, “>1000”; empty for no values."""
    before, after = (
        "" if side.median is None else f"{side.signs[1]}{short_number(side.median)}"
        for side in (result.before_summary, result.after_summary)
    )
    return before, after


def _columns(
    result: PairedResult, rows: Sequence[PairRow], area: Rect, medians: tuple[tuple[str, str], float]
) -> _Columns:
    """Fit columns, stacks and median labels into the width that there is."""
    most = max(largest_group([row.before.value for row in rows]), largest_group([row.after.value for row in rows]))
    symbol = symbol_size(len(rows))
    texts, size = medians
    label = max(text_width(text, size) for text in texts) + 5.0
    half_most = area.width * 0.2  # a stack may take two fifths of the plot, both columns together four fifths
    stack = min(symbol * 1.15, 2 * half_most / max(most - 1, 1))
    symbol = min(symbol, max(stack * 1.6, 2.0))
    half = (most - 1) / 2 * stack + symbol / 2 + 3.0
    numeric = result.measure.kind is Kind.NUMERIC
    bars = BAR if numeric else 0.0
    labelled = numeric and area.width - 2 * (half + bars + label) >= max(36.0, 2 * half)
    outer = half + bars + (label if labelled else 4.0)
    outer = min(max(outer, area.width * 0.2), area.width * 0.42)
    return _Columns(area.width, outer, stack, symbol, labelled, half)


def _words(plot: _Plot, medians: tuple[str, str]) -> str:
    result, rows = plot.result, plot.rows
    label = measure_label(result.measure)
    said = [
        f"{label} before ({result.before_label}) and after ({result.after_label}) in "
        f"{counted(result.n, 'patient')}: {listed(row.patient for row in rows)}."
    ]
    if result.lead:
        said.append(result.lead)
    if result.measure.kind is Kind.NUMERIC:
        said.append(f"Median {medians[0]} before and {medians[1]} after.")
    said += [f"{line}." for line in answer_lines(result)]
    if plot.log:
        said.append("The value axis is logarithmic.")
    said.append(closing(plot.cohort, result, rows))
    return " ".join(said).strip()
