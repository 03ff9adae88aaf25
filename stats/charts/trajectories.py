"""The trajectories chart: every patient's course of one measure in real time from time zero.

Invariants: true days, no jitter; a missed visit breaks the line and carries a cross; bands lie behind, the rule marks
time zero; only the patients of a yes/no measure are stacked around their answer, since all of them would hide one
another. One panel here; a panel for each patient or group is drawn by ``multiples``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import axis_for_range, left_room, short_number
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.centre import (
    THINNER,
    Middle,
    band_area,
    centre_line,
    centre_note,
    centre_words,
    middle,
    n_row,
    n_row_height,
)
from trajecta.stats.charts.choice import ChartChoice, Gaps, ValueScale
from trajecta.stats.charts.coincident import (
    clear_crosses,
    coincident_note,
    coincident_words,
    count_badges,
    with_coincident_note,
    with_room,
)
from trajecta.stats.charts.course import Course, course
from trajecta.stats.charts.direct import end_labels, room_for_labels
from trajecta.stats.charts.editing import can_have_limits
from trajecta.stats.charts.edits import Place
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    measure_label,
    plot_area,
    time_axis,
    visit_axis,
)
from trajecta.stats.charts.layout import Sheet, sentence_figure
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.shade import Shaded, shade_blocks, shade_marks, shade_note, shade_words, shaded
from trajecta.stats.charts.traces import Trace, bridges, line_width, symbol_size, traces_marks
from trajecta.stats.charts.words import (
    censored_count,
    closing_sentences,
    counted,
    foot_notes,
    listed,
    missed_note,
    missing_sentences,
)
from trajecta.stats.cohort import Cohort, Kind, Measure
from trajecta.stats.figure import SOFT_INK, Anchor, Axis, Figure, Mark, Note, Panel, Pin, Rect, Rule
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import shortened, text_width


def trajectories(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Every included patient's values of ``measure`` over time, on the scale of the choice.

    ``result`` says from which visit changes are counted; without it, from the one a comparison would take. Without any
    value: a page with a sentence saying so. Where fewer than half of the values have a study day, visits are drawn in
    their order instead of in time. KeyError if the cohort has no such measure.
    """
    found = course(cohort, measure, result, choice)
    if isinstance(found, str):
        return sentence_figure(cohort, choice, found, cohort.measure(measure).name)
    if choice.each or choice.by:
        from trajecta.stats.charts.multiples import in_panels  # builds on this module

        return in_panels(cohort, found, choice)
    return one_panel(cohort, found, Look(choice))


@dataclass(frozen=True, slots=True)
class Look:
    """How one panel of courses is drawn: the choice, what begins the words, labels at the ends instead of a legend.

    ``coincident`` tells at the foot which courses coincide.
    """

    choice: ChartChoice
    kind: str = "Trajectories"
    direct: bool = False
    coincident: bool = False


def one_panel(cohort: Cohort, found: Course, look: Look) -> Figure:
    """All patients of a course in one panel."""

    def build(named: bool) -> Figure:
        own = replace(look, coincident=named)
        return with_band_note(found.measure, lambda told: _drawn(cohort, found, own, told, ""))

    return with_coincident_note((found.drawn,), build)


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies around the patients' lines: the centre line with its band, shaded times, the other patients.

    ``scale`` is a factor of lines and symbols, below 1 in small panels.
    """

    middle: Middle
    shade: Shaded
    pale: tuple[Mark, ...] = ()
    scale: float = 1.0

    @property
    def thinner(self) -> float:
        """The factor of the patients' lines: under a centre line they step back."""
        return self.scale * (THINNER if self.middle.stops else 1.0)


def behind(cohort: Cohort, found: Course, traces: Sequence[Trace], choice: ChartChoice) -> Behind:
    """The centre and the shading that a choice asks for; time is shaded only where visits are placed in time."""
    centre = middle(found, traces, choice.centre)
    shade = shaded(cohort, choice.shade, found.unit) if found.dated else Shaded("", (), ())
    return Behind(centre, shade)


def course_marks(
    cohort: Cohort, found: Course, traces: Sequence[Trace], panel: Panel, around: Behind, gaps: Gaps
) -> list[Mark]:
    """Everything of a panel but its labels, from the back: bands, shading, centre band, rules, patients, centre."""
    patients = [trace.patient for trace in traces]
    marks: list[Mark] = [*band_blocks(found.measure, panel.y), *shade_blocks(around.shade, patients)]
    marks += band_area(around.middle)
    marks += found.rules(panel.y)
    if found.dated:
        marks.append(Rule(0.0, True))
    width, size = drawn_size(found, around)
    marks += around.pale
    if gaps is Gaps.DASHED:
        marks += [mark for trace in traces for mark in bridges(trace, width)]
    marks += traces_marks(traces, width, size)
    marks += centre_line(around.middle)
    marks += clear_crosses(traces, replace(panel, marks=tuple(marks)), size)
    return marks + list(shade_marks(cohort, around.shade, patients, panel.y, panel.area.height))


def drawn_size(found: Course, around: Behind) -> tuple[float, float]:
    """Width of the patients' lines and diameter of their symbols in points."""
    return line_width(len(found.drawn)) * around.thinner, symbol_size(len(found.drawn)) * around.thinner**0.5


def feet_of(found: Course, traces: Sequence[Trace], around: Behind, choice: ChartChoice) -> tuple[str, ...]:
    """The notes that explain what is in the panels, as one paragraph."""
    notes = (*notes_of_all(found, traces, around, choice), *notes_of_scale(found))
    return (" ".join(notes),) if notes else ()


def notes_of_all(found: Course, traces: Sequence[Trace], around: Behind, choice: ChartChoice) -> tuple[str, ...]:
    """The notes that hold for any measure drawn like this: open symbols, crosses, shading, centre line."""
    shade = () if choice.shade and not found.dated else shade_note(around.shade, not choice.each)
    missed = missed_note(traces, choice.gaps is Gaps.DASHED or any(trace.stepped for trace in traces))
    return (*foot_notes(traces), *missed, *shade, *centre_note(around.middle, choice.centre))


def notes_of_scale(found: Course) -> tuple[str, ...]:
    """The notes about the scale of this measure: the important change, and who has no place on it."""
    if found.important is None or not found.important_ends:
        return found.notes
    return (f"Dotted: smallest important change, {short_number(found.important)}.", *found.notes)


def _drawn(cohort: Cohort, found: Course, look: Look, told: tuple[str, ...], counts: str) -> Figure:
    choice, drawn = look.choice, found.drawn
    around = behind(cohort, found, drawn, choice)
    width, size = drawn_size(found, around)
    entries, many = named(tuple(Entry(t.patient, t.style, width, size) for t in drawn))
    alike = coincident_note((drawn,)) if look.coincident else ()
    feet = (*band_note(told), *feet_of(found, drawn, around, choice), *alike, *((counts,) if counts else ()), *many)
    plot_height = default_plot_height(choice.width_mm)
    sheet, height_mm = arrange(choice, Surround((), (), feet, cohort.synthetic), plot_height)
    labelled = look.direct and choice.within is None  # the parts of a page may get another range after this
    beside = room_for_labels(entries, sheet, sheet.bottom - sheet.top - 40.0) if labelled else 0.0
    if beside:
        sheet.right -= beside
    elif entries:
        sheet, height_mm = arrange(choice, Surround((), entries, feet, cohort.synthetic), plot_height)
    if not counts:
        sheet.bottom -= n_row_height(around.middle, sheet.size - 1)
    axes = _axes(cohort, found, around.middle, sheet)
    if axes is None:
        return too_low(cohort, choice, found.measure)
    area, x, y = axes
    panel = Panel(area, x, y, (), "values", linked="time" if found.dated else "")
    row, sentence = n_row(cohort, around.middle, panel, sheet.size - 1) if not counts else ((), "")
    if sentence:
        return _drawn(cohort, found, look, told, sentence)
    marks = course_marks(cohort, found, drawn, panel, around, choice.gaps)
    if found.dated:
        marks += zero_rule(cohort, panel, sheet.right, sheet.size - 1)[1:]
    panel = replace(panel, marks=(*marks, *row[1:]))
    panel = replace(panel, marks=(*panel.marks, *count_badges(drawn, panel, sheet.size - 1, size)))
    panel = replace(panel, marks=(*panel.marks, *band_labels(found.measure, panel, sheet.size - 1, told)))
    page = (*sheet.marks, *row[:1])
    if beside:
        page = (*page, *end_labels(entries, _within_limits(panel, found.measure, choice), sheet.size))
    title = f"{found.measure.name} over time"
    return Figure(choice.width_mm, height_mm, (panel,), page, title, words_of(cohort, found, around, look))


def _within_limits(panel: Panel, measure: Measure, choice: ChartChoice) -> Panel:
    """The panel with the limits that were set by hand and that it gets when it is finished."""
    for name in ("x", "y"):
        axis = panel.x if name == "x" else panel.y
        limits = choice.edits.axis(Place(choice.kind, measure.key, panel.key, name), axis.label).limits
        if limits is not None and can_have_limits(panel, name):
            limited = axis_for_range(axis, *limits)
            panel = replace(panel, x=limited) if name == "x" else replace(panel, y=limited)
    return panel


def too_low(cohort: Cohort, choice: ChartChoice, measure: Measure) -> Figure:
    """The page that says that the chosen height holds no plot."""
    return sentence_figure(
        cohort, choice, "This page is too low for the chart. Choose a greater height, or none.", measure.name
    )


def _axes(cohort: Cohort, found: Course, centre: Middle, sheet: Sheet) -> tuple[Rect, Axis, Axis] | None:
    """Data rectangle and axes; None if the page is too low."""
    size = sheet.size
    pad = symbol_size(len(found.drawn)) * 0.6 + 1.5
    above = size * 1.2 + 2.0 if found.dated else size * 0.4

    def fitted(length: float, height: float) -> tuple[Rect, Axis, Axis]:
        y = found.axis(height, pad, size, centre.values)
        x = with_room(x_axis(cohort, found, length, size), (found.drawn,), length, size)
        return plot_area(sheet, y, x, above), x, y

    area, _, y = fitted(sheet.right - sheet.left - 40.0, sheet.bottom - sheet.top - 40.0)
    area, x, y = fitted(sheet.right - sheet.left - left_room(y), area.height)
    return (area, x, y) if area.height >= LEAST_PLOT / 2 else None


def x_axis(cohort: Cohort, found: Course, length: float, size: float) -> Axis:
    """The axis of time of a course, or of its visits in their order where no days are known."""
    times = [p.x for trace in found.drawn for p in trace.points]
    if found.dated:
        return time_axis(cohort, times, found.unit, length, size)
    return visit_axis(cohort, times, length, size, 0.0)


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


def words_of(cohort: Cohort, found: Course, around: Behind, look: Look, last: bool = True) -> str:
    """The figure in words: who, what, when, the centre at every visit, and what is missing.

    ``last`` says whether these are the last words, which end with who is not drawn and that data are synthetic.
    """
    drawn, measure = found.drawn, found.measure
    points = [p for trace in drawn for p in trace.points]
    visits = {p.visit for p in points}
    zero = cohort.time_zero or "day 0"
    axis = f"{found.unit.value} from {zero}" if found.dated else "visits in their order"
    said = [
        f"{look.kind} of {measure_label(measure)} in {counted(len(drawn), 'patient')} over {axis}, "
        f"{counted(len(points), 'value')} at {counted(len(visits), 'visit')}: {listed(t.patient for t in drawn)}."
    ]
    bands = [f"{b.label} ({b.source})" if b.source else b.label for b in measure.bands if b.label]
    if bands:
        said.append(f"Bands: {'; '.join(bands)}.")
    if found.scale is ValueScale.LOG:
        said.append("The value axis is logarithmic.")
    if measure.kind is Kind.YES_NO and len(drawn) > 1:
        said.append("Patients with the same answer are drawn a little apart.")
    if found.is_change:
        ends = (f"{t.patient} {found.text(t.points[-1].value)}" for t in drawn if t.points)
        said.append(f"Last change: {', '.join(ends)}.")
    said += coincident_words(drawn)
    said += centre_words(cohort, around.middle)
    said += shade_words(around.shade, found.unit)
    said += missing_sentences(drawn)
    if number := censored_count(drawn):
        verb = "lies" if number == 1 else "lie"
        said.append(f"{counted(number, 'value')} {verb} beyond the limit of the assay, drawn as open symbols.")
    said += found.notes
    return " ".join(said + (closing_sentences(cohort, found.every, measure.name) if last else []))
