"""The medication chart: one patient's activity, and on the same time below it the dose steps and the drug bars.

Invariants: all panels share their x range and left edge; what counts as burden is drawn darker than what was given
for the treatment itself, and that is named; a dose that is not known is a gap, never zero.
"""

import math
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import bottom_room, left_room, linear_ticks, short_number
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.choice import ChartChoice, TimeUnit
from trajecta.stats.charts.drug_rows import (
    BLOCK_INK,
    Rows,
    carried_until,
    drug_free_since,
    drug_rows,
    known_days,
    row_marks,
)
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    is_logarithmic,
    log_axis,
    log_measure,
    measure_label,
    padded,
    time_axis,
    value_axis,
)
from trajecta.stats.charts.layout import Sheet, sentence_figure, type_of
from trajecta.stats.charts.legend import SAMPLE, Entry, sample_marks
from trajecta.stats.charts.traces import (
    Trace,
    apart,
    in_unit,
    missed_marks,
    moved,
    steps_note,
    trace_marks,
    traces,
    unit_of_time,
)
from trajecta.stats.charts.trajectories import too_low, zero_rule
from trajecta.stats.charts.words import (
    closing_sentences,
    counted,
    foot_notes,
    listed,
    missed_note,
    missing_sentences,
)
from trajecta.stats.cohort import Cohort, Kind, Measure, Role
from trajecta.stats.figure import (
    SOFT_INK,
    Axis,
    Block,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Rect,
    Rule,
    Shape,
    Stroke,
)
from trajecta.stats.medication import DoseStep, DrugBar, dose_steps, drug_bars, pulses
from trajecta.stats.medlog import is_doubtful
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width

CONTEXT = Stroke("#BFC6CE", 0.6)  # the other patients: present, but never competing
DOSE_FILL, DOSE_STROKE = "#D5E7E8", Stroke("#0B6E75", 1.0)
SEAM = Stroke(DOSE_FILL, 0.4)  # closes the hairline that antialiasing leaves between neighbouring steps
DOSE_HEIGHT = 40.0
GAP = 7.0
PULSE_ROOM = 1.3  # of the highest dose: the symbols of pulses stand above the steps
BEFORE_SHARE = 0.15  # of the observed time: how far a course that began long ago extends the axis to the left
FOCUS_WIDTH, FOCUS_SIZE = 1.2, 4.6


@dataclass(frozen=True)
class _Story:
    """Everything of one patient that the chart shows, before any layout."""

    patient: str
    focus: Trace | None
    others: tuple[Trace, ...]
    steps: tuple[DoseStep, ...]
    pulses: tuple[DoseStep, ...]
    bars: tuple[DrugBar, ...]
    free_since: int | None
    last_day: int | None
    logged: bool
    unclear: tuple[str, ...]
    carried: tuple[str, ...]
    unit: TimeUnit
    log: bool = False

    def axis(self, measure: Measure, length: float, size: float) -> Axis:
        """The value axis of the upper panel on ``length`` points; ``measure`` as it is shown."""
        values = [p.value for t in self.drawn for p in t.points]
        return (log_axis if self.log else value_axis)(measure, values, length, FOCUS_SIZE * 0.6 + 1.5, size)

    @property
    def drawn(self) -> tuple[Trace, ...]:
        """The traces of the upper panel, the patient's own last."""
        return (*self.others, self.focus) if self.focus else self.others


def medication(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The patient of the choice (else the first included one): activity, prednisolone equivalents, drugs.

    ``result`` is not used. Without values and without a log: a page with a sentence. An excluded or unknown patient of
    the choice counts as none chosen. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    included = [p.id for p in cohort.included]
    if not included:
        return sentence_figure(cohort, choice, "No patient is included.", found.name)
    patient = choice.patient if choice.patient in included else included[0]
    choice = replace(choice, time_unit=unit_of_time(cohort, measure, choice.time_unit))
    story = _story(cohort, measure, str(patient), choice)
    if not any(t.points for t in story.drawn) and not (story.steps or story.pulses or _rows(story).rows):
        known = "nor a dated row in the medication log" if story.logged else "nor a medication log"
        sentence = f"Neither a dated value of {found.name} {known} is known for {patient}."
        return sentence_figure(cohort, choice, sentence, found.name)
    values = [p.value for t in story.drawn for p in t.points]
    if values and is_logarithmic(found, values):
        story, found = _at_logarithms(story), log_measure(found)
    return with_band_note(found, lambda told: _drawn(cohort, found, story, choice, told))


def _at_logarithms(story: _Story) -> _Story:
    """The story with its values at their logarithms, as trajectories draw them."""
    focus = moved(story.focus, math.log10) if story.focus else None
    return replace(story, focus=focus, others=tuple(moved(t, math.log10) for t in story.others), log=True)


def _story(cohort: Cohort, measure: str, patient: str, choice: ChartChoice) -> _Story:
    every = traces(cohort, measure, choice.time_unit)
    if cohort.measure(measure).kind is Kind.YES_NO:
        every = apart(every)
    return _Story(
        patient,
        next((t for t in every if t.patient == patient and t.points), None),
        tuple(t for t in every if t.patient != patient and t.points),
        dose_steps(cohort, patient),
        pulses(cohort, patient),
        drug_bars(cohort, patient),
        drug_free_since(cohort, patient),
        days[1] if (days := known_days(cohort, patient)) else None,
        any(course.patient == patient for course in cohort.courses),
        tuple(dict.fromkeys(c.drug.strip() for c in cohort.courses if c.patient == patient and is_doubtful(c))),
        carried_until(cohort, patient),
        choice.time_unit,
    )


def _drawn(cohort: Cohort, measure: Measure, story: _Story, choice: ChartChoice, told: tuple[str, ...]) -> Figure:
    around = Surround((), (), (*band_note(told), *_feet(story)), cohort.synthetic)
    has_values = any(t.points for t in story.drawn)
    rows = _rows(story)
    size = type_of(choice)
    below = _below_height(story, rows, size)
    head = size * 2.6 + 4
    plot = 0.72 * default_plot_height(choice.width_mm) if has_values else 0.0
    sheet, height_mm = arrange(choice, around, head + plot + below + 3 * size + 12)
    sheet.marks += _head_marks(cohort, story, sheet)
    sheet.top += head
    left, axis_x = _time(cohort, measure, story, sheet, choice)
    width = sheet.right - left
    foot = bottom_room(replace(axis_x, visible=True))
    top_height = sheet.bottom - foot - sheet.top - below
    if width < LEAST_PLOT / 2 or (has_values and top_height < LEAST_PLOT / 2):
        return too_low(cohort, choice, measure)
    panels: list[Panel] = []
    y = sheet.top
    if has_values:
        panels.append(_activity(measure, story, Rect(left, y, width, top_height), axis_x, sheet.size))
        y += top_height
    for part in _lower(story, rows, Rect(left, y, width, 0.0), axis_x, (choice, sheet)):
        panels.append(part)
    panels[-1] = replace(panels[-1], x=replace(axis_x, visible=True))
    panels[0] = replace(panels[0], marks=(*panels[0].marks, *zero_rule(cohort, panels[0], sheet.right, size - 1)[1:]))
    if has_values:
        labels = band_labels(measure, panels[0], sheet.size - 1, told)
        panels[0] = replace(panels[0], marks=(*panels[0].marks, *labels))
    title = f"{story.patient}: {measure.name} and medication"
    return Figure(choice.width_mm, height_mm, tuple(panels), tuple(sheet.marks), title, _words(cohort, measure, story))


def _rows(story: _Story) -> Rows:
    first = min(_seen(story), default=None)
    first_day = float("-inf") if first is None else _least(story) / in_unit(1, story.unit)
    return drug_rows(story.bars, story.free_since, story.last_day, first_day)


def _seen(story: _Story) -> list[float]:
    return [p.x for t in story.drawn for p in t.points]


def _least(story: _Story) -> float:
    """How far to the left courses that began long ago extend the time seen."""
    seen = _seen(story)
    low, high = min([*seen, 0.0]), max([*seen, 0.0])
    return low - BEFORE_SHARE * (high - low)


def _in_time(story: _Story, pulse: DoseStep) -> bool:
    """Whether a pulse lies in the time shown; one before it is told at the foot and not drawn."""
    return not _seen(story) or pulse.last + 1 > _least(story) / in_unit(1, story.unit)


def _below_height(story: _Story, rows: Rows, size: float) -> float:
    """Points that the dose panel and the drug rows take, with their gaps and headings."""
    dose = GAP + size * 1.4 + DOSE_HEIGHT if story.steps or story.pulses else 0.0
    return dose + (GAP + len(rows.rows) * size * 1.45 if rows.rows else 0.0)


def _head_marks(cohort: Cohort, story: _Story, sheet: Sheet) -> list[Mark]:
    """The patient's line and id at the top left, and what the pale lines are."""
    size = sheet.size
    middle = sheet.top + size * 0.6
    marks: list[Mark] = []
    left = sheet.left
    if story.focus:
        entry = Entry(story.patient, story.focus.style, FOCUS_WIDTH, FOCUS_SIZE)
        marks += sample_marks(entry, left, middle)
        left += SAMPLE + 3
    base = middle + CAP_HEIGHT * size / 2
    name = shortened(story.patient, sheet.right - left, size, bold=True)
    marks.append(Note((left, base), name, size, bold=True, key=story.patient))
    left += text_width(name, size, bold=True) + 12
    others = shortened("other patients", sheet.right - left - SAMPLE - 3, size - 1)
    if story.others and len(others) > 6:
        marks.append(Line(((left, middle), (left + SAMPLE, middle)), CONTEXT))
        marks.append(Note((left + SAMPLE + 3, base), others, size - 1, SOFT_INK))
    return marks


def _time(cohort: Cohort, measure: Measure, story: _Story, sheet: Sheet, choice: ChartChoice) -> tuple[float, Axis]:
    """The common left edge of all panels, and the time axis, not yet visible."""
    unit = choice.time_unit
    rooms = [text_width(row.label, sheet.size - 1) + 6 for row in _rows(story).rows]
    rooms = [min(room, sheet.free_width * 0.3) for room in rooms]
    rooms.append(left_room(_dose_axis(story, sheet.size - 1)))
    if story.drawn:
        rooms.append(left_room(story.axis(measure, 80.0, sheet.size)))
    left = sheet.left + max(rooms)
    times = _seen(story)
    days = [in_unit(d, unit) for d in _course_days(story)]
    if times:
        low, high = min([*times, 0.0]), max([*times, 0.0])
        days = [min(max(day, _least(story)), high + BEFORE_SHARE * (high - low)) for day in days]
    earlier = bool(_seen(story)) and min(days, default=0.0) <= _least(story)
    times += days
    axis = replace(time_axis(cohort, times, unit, sheet.right - left, sheet.size), visible=False)
    return left, _from_least(axis, _least(story)) if earlier else axis


def _from_least(axis: Axis, least: float) -> Axis:
    """The time axis without room to the left, where courses began before the time shown: that is where it begins."""
    return replace(axis, range=(least, axis.range[1]), ticks=tuple(tick for tick in axis.ticks if tick[0] >= least))


def _course_days(story: _Story) -> list[int]:
    days = [d for bar in story.bars for d in (bar.start, bar.stop) if d is not None]
    return days + [d for step in story.steps for d in (step.first, step.last)]


def _activity(measure: Measure, story: _Story, area: Rect, x: Axis, size: float) -> Panel:
    y = story.axis(measure, area.height, size)
    marks: list[Mark] = list(band_blocks(measure, y))
    marks.append(Rule(0.0, True))
    for trace in story.others:
        marks += [Line(points, CONTEXT, trace.patient) for points in trace.lines]
    if story.focus:
        marks += missed_marks(story.focus, FOCUS_SIZE)
        marks += trace_marks(story.focus, FOCUS_WIDTH, FOCUS_SIZE)
    return Panel(area, x, y, tuple(marks), "values", linked="time")


def _dose_axis(story: _Story, size: float) -> Axis:
    most = max([step.mg for step in story.steps] or [0.0]) or 1.0
    low, high = padded(0.0, most, DOSE_HEIGHT, 0.0)
    room = PULSE_ROOM if any(_in_time(story, p) for p in story.pulses) else 1.12
    return Axis("", (low, high * room), linear_ticks(0.0, most, 2), size=size)


def _lower(story: _Story, rows: Rows, at: Rect, x: Axis, page: tuple[ChartChoice, Sheet]) -> list[Panel]:
    """The dose panel and the panel of the drug bars, those of them for which something is known."""
    choice, sheet = page
    size, y = sheet.size, at.y
    panels: list[Panel] = []
    if story.steps or story.pulses:
        y += GAP
        heading = shortened("Prednisolone equivalent, mg/day", at.width, size - 1)
        sheet.marks.append(Note((at.x + 3, y + CAP_HEIGHT * (size - 1)), heading, size - 1, SOFT_INK))
        y += size * 1.4
        area = Rect(at.x, y, at.width, DOSE_HEIGHT)
        panels.append(Panel(area, x, _dose_axis(story, size - 1), _dose_marks(story, choice), "dose", linked="time"))
        y += DOSE_HEIGHT
    if rows.rows:
        y += GAP
        area = Rect(at.x, y, at.width, len(rows.rows) * size * 1.45)
        axis = Axis("", (0.0, float(len(rows.rows))), (), visible=False)
        panel = Panel(area, x, axis, (), "drugs", linked="time")
        marks = row_marks(rows, panel, choice.time_unit, (at.x - sheet.left, size - 1))
        panels.append(replace(panel, marks=marks))
    return panels


def _dose_marks(story: _Story, choice: ChartChoice) -> tuple[Mark, ...]:
    """The area under the steps, then their outline, broken where the dose is not known."""
    unit = choice.time_unit
    blocks: list[Mark] = []
    runs: list[list[tuple[float, float]]] = []
    last: int | None = None
    for step in story.steps:
        start, stop = in_unit(step.first, unit), in_unit(step.last + 1, unit)
        if step.mg > 0:
            blocks.append(Block(start, stop, 0.0, step.mg, DOSE_FILL, SEAM, story.patient))
        if last != step.first - 1:
            runs.append([])
        runs[-1] += [(start, step.mg), (stop, step.mg)]
        last = step.last
    lines: list[Mark] = [Line(tuple(run), DOSE_STROKE) for run in runs]
    top = (max([step.mg for step in story.steps] or [0.0]) or 1.0) * (PULSE_ROOM - 0.1)
    at = tuple((in_unit((p.first + p.last) / 2, unit), top) for p in story.pulses if _in_time(story, p))
    if at:
        lines.append(Dots(at, Shape.TRIANGLE_DOWN, 4.5, BLOCK_INK, Stroke(BLOCK_INK, 0.4)))
    return (*blocks, *lines, Rule(0.0, True))


def _feet(story: _Story) -> tuple[str, ...]:
    notes = [] if story.logged else [f"No medication log for {story.patient}."]
    notes += [_pulse_words(p, _in_time(story, p)) for p in story.pulses]
    unknown = dict.fromkeys(bar.label for bar in story.bars if not bar.dose_known)
    if unknown:
        notes.append(f"Pale bars: dose not known ({', '.join(unknown)}).")
    notes += _unclear_words(story)
    notes += story.carried
    ended = [f"{row.label} until day {_day(max(b.stop or 0 for b in row.bars))}" for row in _rows(story).ended]
    if ended:
        notes.append(f"Before the time shown: {', '.join(ended)}.")
    missed = missed_note((story.focus,), story.focus.stepped) if story.focus else ()
    return (*foot_notes(story.drawn), *missed, *steps_note(story.drawn), *notes)


def _unclear_words(story: _Story) -> list[str]:
    verb = "is" if len(story.unclear) == 1 else "are"
    return [f"{listed(story.unclear)} {verb} not drawn: the dates are not clear."] if story.unclear else []


def _pulse_words(pulse: DoseStep, shown: bool = True) -> str:
    days = (
        f"day {_day(pulse.first)}" if pulse.first == pulse.last else f"days {_day(pulse.first)} to {_day(pulse.last)}"
    )
    said = f"ulse of {short_number(pulse.mg)} mg/day prednisolone equivalent, {days}"
    return f"Triangle: p{said}." if shown else f"Before the time shown: p{said}."


def _day(day: int) -> str:
    return str(day).replace("-", "−")


def _words(cohort: Cohort, measure: Measure, story: _Story) -> str:
    own = f" with the course of {counted(len(story.others), 'other patient')} in grey" if story.others else ""
    said = [f"{story.patient}: {measure_label(measure)}{own}, and below it the medication on the same time axis."]
    if story.log:
        said.append("The value axis is logarithmic.")
    if story.steps:
        doses = [short_number(step.mg) for step in story.steps]
        said.append(f"Prednisolone equivalent in mg/day, step by step: {', '.join(doses)}.")
    said += [_pulse_words(p, _in_time(story, p)) for p in story.pulses]
    said += [_bar_words(bar) for bar in story.bars]
    said += _unclear_words(story)
    said += story.carried
    if story.free_since is not None:
        said.append(f"Drug-free since day {_day(story.free_since)}.")
    if not story.logged:
        said.append(f"No medication log for {story.patient}.")
    said += steps_note(story.drawn)
    said += missing_sentences([story.focus] if story.focus else [])
    return " ".join(said + closing_sentences(cohort, story.drawn, measure.name))


def _bar_words(bar: DrugBar) -> str:
    start = "from before the first record" if bar.start is None else f"from day {_day(bar.start)}"
    stop = "ongoing" if bar.stop is None else f"to day {_day(bar.stop)}"
    role = "" if bar.role is Role.DISEASE else f", given as {bar.role.value}"
    dose = "" if bar.dose_known else ", dose not known"
    return f"{bar.name} {start} {stop}{role}{dose}."
