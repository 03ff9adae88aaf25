"""The trajectories chart: every patient's course of one measure in real time from time zero.

Invariants: true days, no jitter; a missed visit breaks the line; bands lie behind, the rule marks time zero; only the
patients of a yes/no measure are stacked around their answer, since all of them would hide one another.
"""

import math
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import left_room
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    is_logarithmic,
    log_axis,
    log_measure,
    measure_label,
    plot_area,
    time_axis,
    value_axis,
    visit_axis,
)
from trajecta.stats.charts.layout import Sheet, sentence_figure
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.traces import (
    Trace,
    apart,
    has_days,
    line_width,
    moved,
    symbol_size,
    trace_marks,
    traces,
    unit_of_time,
)
from trajecta.stats.charts.words import (
    censored_count,
    closing_sentences,
    counted,
    foot_notes,
    listed,
    missing_sentences,
)
from trajecta.stats.cohort import Cohort, Kind, Measure
from trajecta.stats.figure import SOFT_INK, Anchor, Axis, Figure, Mark, Note, Panel, Pin, Rect, Rule
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import shortened, text_width


def trajectories(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Every included patient's values of ``measure`` over time; ``result`` is not used.

    Without any value: a page with a sentence saying so. Where fewer than half of the values have a study day, visits
    are drawn in their order instead of in time. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    dated = has_days(cohort, measure)
    choice = replace(choice, time_unit=unit_of_time(cohort, measure, choice.time_unit))
    drawn = traces(cohort, measure, choice.time_unit if dated else None)
    if not any(trace.points for trace in drawn):
        return sentence_figure(cohort, choice, f"No included patient has a value of {found.name}.", found.name)
    if found.kind is Kind.YES_NO:
        drawn = apart(drawn)
    log = is_logarithmic(found, [p.value for trace in drawn for p in trace.points])
    if log:
        drawn = tuple(moved(trace, math.log10) for trace in drawn)
        found = log_measure(found)
    return with_band_note(found, lambda told: _drawn(cohort, found, drawn, _How(choice, dated, log), told))


@dataclass(frozen=True, slots=True)
class _How:
    """What was chosen, whether visits are placed in time, and whether values are drawn as their logarithms."""

    choice: ChartChoice
    dated: bool
    log: bool


def _drawn(cohort: Cohort, found: Measure, drawn: tuple[Trace, ...], how: _How, told: tuple[str, ...]) -> Figure:
    choice, dated = how.choice, how.dated
    width, size = line_width(len(drawn)), symbol_size(len(drawn))
    entries, many = named(tuple(Entry(t.patient, t.style, width, size) for t in drawn))
    around = Surround((), entries, (*band_note(told), *foot_notes(drawn), *many), cohort.synthetic)
    sheet, height_mm = arrange(choice, around, default_plot_height(choice.width_mm))
    axes = _axes(cohort, found, drawn, sheet, how)
    if axes is None:
        return too_low(cohort, choice, found)
    area, x, y = axes
    panel = Panel(area, x, y, (), "values", linked="time" if dated else "")
    marks: list[Mark] = list(band_blocks(found, y))
    if dated:
        marks += zero_rule(cohort, panel, sheet.right, sheet.size - 1)
    for trace in drawn:
        marks += trace_marks(trace, width, size)
    panel = replace(panel, marks=tuple(marks))
    panel = replace(panel, marks=(*panel.marks, *band_labels(found, panel, sheet.size - 1, told)))
    title = f"{found.name} over time"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(cohort, found, drawn, how))


def too_low(cohort: Cohort, choice: ChartChoice, measure: Measure) -> Figure:
    """The page that says that the chosen height holds no plot."""
    return sentence_figure(
        cohort, choice, "This page is too low for the chart. Choose a greater height, or none.", measure.name
    )


def _axes(
    cohort: Cohort, measure: Measure, drawn: tuple[Trace, ...], sheet: Sheet, how: _How
) -> tuple[Rect, Axis, Axis] | None:
    """Data rectangle and axes; None if the page is too low."""
    size = sheet.size
    axis = log_axis if how.log else value_axis
    points = [p for trace in drawn for p in trace.points]
    pad = symbol_size(len(drawn)) * 0.6 + 1.5
    above = size * 1.2 + 2.0 if how.dated else size * 0.4

    def fitted(length: float, height: float) -> tuple[Rect, Axis, Axis]:
        y = axis(measure, [p.value for p in points], height, pad, size)
        times = [p.x for p in points]
        if how.dated:
            x = time_axis(cohort, times, how.choice.time_unit, length, size)
        else:
            x = visit_axis(cohort, times, length, size, 0.0)
        return plot_area(sheet, y, x, above), x, y

    area, _, y = fitted(sheet.right - sheet.left - 40.0, sheet.bottom - sheet.top - 40.0)
    area, x, y = fitted(sheet.right - sheet.left - left_room(y), area.height)
    return (area, x, y) if area.height >= LEAST_PLOT / 2 else None


def zero_rule(cohort: Cohort, panel: Panel, right: float, size: float) -> tuple[Mark, ...]:
    """The dashed rule at day 0 with its label above the panel, which must end at ``right`` on the page."""
    text = shortened(f"{cohort.time_zero or 'time zero'}, day 0", right - panel.area.x, size)
    low, high = panel.x.range
    at = panel.area.x - low / (high - low) * panel.area.width
    width = text_width(text, size)
    room = right - at - width
    shift = min(0.0, room)  # a label that would leave the page is moved left over its rule
    note = Note((0.0, 1.0), text, size, SOFT_INK, Anchor.START, (shift, -3.0), pin=Pin.Y)
    return Rule(0.0, True), note


def _words(cohort: Cohort, measure: Measure, drawn: tuple[Trace, ...], how: _How) -> str:
    points = [p for trace in drawn for p in trace.points]
    visits = {p.visit for p in points}
    zero = cohort.time_zero or "day 0"
    axis = f"{how.choice.time_unit.value} from {zero}" if how.dated else "visits in their order"
    said = [
        f"Trajectories of {measure_label(measure)} in {counted(len(drawn), 'patient')} over {axis}, "
        f"{counted(len(points), 'value')} at {counted(len(visits), 'visit')}: {listed(t.patient for t in drawn)}."
    ]
    bands = [f"{b.label} ({b.source})" if b.source else b.label for b in measure.bands if b.label]
    if bands:
        said.append(f"Bands: {'; '.join(bands)}.")
    if how.log:
        said.append("The value axis is logarithmic.")
    if measure.kind is Kind.YES_NO and len(drawn) > 1:
        said.append("Patients with the same answer are drawn a little apart.")
    said += missing_sentences(drawn)
    if number := censored_count(drawn):
        verb = "lies" if number == 1 else "lie"
        said.append(f"{counted(number, 'value')} {verb} beyond the limit of the assay, drawn as open symbols.")
    return " ".join(said + closing_sentences(cohort, drawn, measure.name))
