"""Several measures of the same patients above each other on one axis of time: kinetics at a glance.

Invariants: all panels share the time axis and move together; each has its own value axis, heading and bands; a patient
looks the same in all of them; measures without a value are named below.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import bottom_room, left_room
from trajecta.stats.charts.bands import band_labels, band_note
from trajecta.stats.charts.choice import ChartChoice, TimeUnit, ValueScale
from trajecta.stats.charts.coincident import coincident_note, count_badges, with_coincident_note, with_room
from trajecta.stats.charts.course import Course, course
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    measure_label,
    time_axis,
    visit_axis,
)
from trajecta.stats.charts.layout import Sheet, sentence_figure
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.traces import line_width, styles, symbol_size
from trajecta.stats.charts.trajectories import (
    Behind,
    Look,
    behind,
    course_marks,
    drawn_size,
    notes_of_all,
    notes_of_scale,
    too_low,
    words_of,
    zero_rule,
)
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import Axis, Figure, Mark, Note, Panel, Rect
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import shortened

MOST = 4  # measures that are chosen by themselves; more must be named
SHARE = 0.5  # of the height of a single plot: what each panel gets on a page that may be as high as it needs
HEAD = 1.9  # of the type size: the heading of a panel with the space above it
SMALLER = 0.8  # of lines and symbols
BELOW = 30.0  # points below the lowest panel: numbers and label of the time axis


@dataclass(frozen=True)
class _Row:
    """One measure of the stack on its scale."""

    course: Course
    name: str


def stacked_measures(cohort: Cohort, measure: str, choice: ChartChoice) -> tuple[str, ...]:
    """The keys of the measures in the stack: the one looked at, then those of the choice that the cohort has.

    Where the choice names none: the scores (measures with a range) that have values, all together at most ``MOST``.
    """
    known = [found.key for found in cohort.measures]
    wanted = [key for key in choice.with_measures if key in known]
    if not wanted:
        patients = {patient.id for patient in cohort.included}
        have = {o.measure for o in cohort.observations if o.value is not None and o.patient in patients}
        wanted = [m.key for m in cohort.measures if m.range and m.key in have and m.key != measure][: MOST - 1]
    return tuple(dict.fromkeys((measure, *wanted)))


def stack(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """``measure`` and the measures with it, each in a panel of its own over the same time.

    Without a value of any of them: a page with a sentence. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    keys = stacked_measures(cohort, measure, choice)
    drawn, absent = _courses(cohort, keys, result, choice)
    if not drawn:
        return sentence_figure(cohort, choice, " ".join(absent), found.name)
    if len({row.course.unit for row in drawn}) > 1:  # one of them is short and drawn in days: then all are
        drawn, absent = _courses(cohort, keys, result, replace(choice, time_unit=TimeUnit.DAYS))
    dated = [row for row in drawn if row.course.dated]
    without = [row.name for row in drawn if dated and not row.course.dated]
    if without:
        absent = (*absent, f"Not drawn, no study days: {listed(without)}.")
    return _labelled(cohort, tuple(dated or drawn), choice, absent)


def _courses(
    cohort: Cohort, keys: Sequence[str], result: PairedResult | None, choice: ChartChoice
) -> tuple[list[_Row], tuple[str, ...]]:
    """The measures that can be drawn, and the sentences about the others."""
    courses = [(cohort.measure(key).name, course(cohort, key, result, choice)) for key in keys]
    rows = [_Row(found, name) for name, found in courses if isinstance(found, Course)]
    return rows, tuple(found for _, found in courses if isinstance(found, str))


def _labelled(cohort: Cohort, rows: Sequence[_Row], choice: ChartChoice, absent: tuple[str, ...]) -> Figure:
    """The figure; where bands or counts found no place in their panel, once more with them told at the foot."""

    def build(named: bool) -> Figure:
        return _with_bands(cohort, rows, choice, absent, named)

    return with_coincident_note([row.course.drawn for row in rows], build)


def _with_bands(
    cohort: Cohort, rows: Sequence[_Row], choice: ChartChoice, absent: tuple[str, ...], named: bool
) -> Figure:
    figure = _drawn(cohort, rows, choice, absent, ((), named))
    written = {mark.text for panel in figure.panels for mark in panel.marks if isinstance(mark, Note)}
    told = tuple(
        band.label
        for row, panel in zip(rows, figure.panels, strict=False)
        for band in row.course.measure.bands
        if band.label and band.label not in written and _in_view(band.low, band.high, panel.y)
    )
    return _drawn(cohort, rows, choice, absent, (tuple(dict.fromkeys(told)), named)) if told else figure


def _in_view(low: float | None, high: float | None, axis: Axis) -> bool:
    return (low is None or low < axis.range[1]) and (high is None or high > axis.range[0])


def _drawn(
    cohort: Cohort,
    rows: Sequence[_Row],
    choice: ChartChoice,
    absent: tuple[str, ...],
    at_foot: tuple[tuple[str, ...], bool],
) -> Figure:
    told, named_alike = at_foot
    seen = {trace.patient for row in rows for trace in row.course.drawn}
    own, n = styles(cohort), len(seen)
    shown = [patient.id for patient in cohort.included if patient.id in seen]
    entries, many = named(tuple(Entry(p, own[p], line_width(n), symbol_size(n)) for p in shown))
    feet = (" ".join((*band_note(told), *_notes(cohort, rows, choice, named_alike), *absent)), *many)
    height = default_plot_height(choice.width_mm) * SHARE * len(rows) + BELOW
    surround = Surround((), entries, tuple(foot for foot in feet if foot), cohort.synthetic)
    sheet, height_mm = arrange(choice, surround, height)
    panels = _panels(cohort, rows, sheet, choice, told)
    if panels is None:
        return too_low(cohort, choice, rows[0].course.measure)
    names = listed(row.name for row in rows)
    words = (words_of(cohort, row.course, _around(cohort, row, choice), Look(choice), row is rows[-1]) for row in rows)
    alt = " ".join((f"{counted(len(rows), 'panel')} on one axis of time: {names}.", *absent, *words))
    return Figure(choice.width_mm, height_mm, panels, tuple(sheet.marks), f"{names} over time", alt)


def _around(cohort: Cohort, row: _Row, choice: ChartChoice) -> Behind:
    return replace(behind(cohort, row.course, row.course.drawn, choice), scale=SMALLER)


def _notes(cohort: Cohort, rows: Sequence[_Row], choice: ChartChoice, alike: bool) -> tuple[str, ...]:
    """What explains all panels, each sentence once, then what holds for one measure, with its name."""
    common: dict[str, None] = {}
    special: list[str] = []
    counts: dict[str, list[str]] = {}
    for row in rows:
        around = _around(cohort, row, choice)
        common.update(dict.fromkeys(notes_of_all(row.course, row.course.drawn, around, choice)))
        own = (*notes_of_scale(row.course), *(coincident_note((row.course.drawn,)) if alike else ()))
        special += [f"{row.name}: {note[:1].lower()}{note[1:]}" for note in own]
        if around.middle.stops:
            text = ", ".join(f"{cohort.visit(s.visit).label} {s.n}" for s in around.middle.stops)
            counts.setdefault(text, []).append(row.name)
    for text, names in counts.items():
        special.append(f"n{'' if len(counts) == 1 else ' of ' + listed(names)}: {text}.")
    return (*common, *special)


def _panels(
    cohort: Cohort, rows: Sequence[_Row], sheet: Sheet, choice: ChartChoice, told: tuple[str, ...]
) -> tuple[Panel, ...] | None:
    """The panels from above, their headings set on the sheet; None if the page is too low or too narrow."""
    size = sheet.size
    arounds = [_around(cohort, row, choice) for row in rows]
    pad = symbol_size(len(rows[0].course.drawn)) * SMALLER * 0.6 + 1.5
    top = sheet.top + (size * 1.2 if rows[0].course.dated else 0.0)
    rough = (sheet.bottom - top - BELOW) / len(rows) - HEAD * size
    if rough < LEAST_PLOT / 2:
        return None
    axes = [_values(row, around, rough, pad, size) for row, around in zip(rows, arounds, strict=True)]
    left = sheet.left + max(left_room(axis) for axis in axes)
    courses = [row.course.drawn for row in rows]
    x = with_room(_time(cohort, rows, sheet.right - left, size), courses, sheet.right - left, size)
    height = (sheet.bottom - bottom_room(x) - top) / len(rows) - HEAD * size
    panels: list[Panel] = []
    for i, (row, around) in enumerate(zip(rows, arounds, strict=True)):
        y = top + i * (height + HEAD * size) + HEAD * size
        area = Rect(left, y, sheet.right - left, height)
        axis = _values(row, around, height, pad, size)
        shown = replace(x, visible=row is rows[-1])
        key = f"values {i}" if i else "values"
        panel = Panel(area, shown, axis, (), key, linked="time", measure=row.course.measure.key)
        marks = course_marks(cohort, row.course, row.course.drawn, panel, around, choice.gaps)
        if row.course.dated and not i:
            marks += _zero_label(cohort, panel, sheet)
        panel = replace(panel, marks=tuple(marks))
        badges = count_badges(row.course.drawn, panel, size - 1, drawn_size(row.course, around)[1])
        panel = replace(panel, marks=(*panel.marks, *badges))
        labels = band_labels(row.course.measure, panel, size - 1, told)
        panels.append(replace(panel, marks=(*panel.marks, *labels)))
        sheet.marks.append(_heading(row, panel, sheet))
    return tuple(panels)


def _values(row: _Row, around: Behind, height: float, pad: float, size: float) -> Axis:
    """The value axis of a panel, without a label: the heading says it."""
    return replace(row.course.axis(height, pad, size, around.middle.values), label="")


def _time(cohort: Cohort, rows: Sequence[_Row], length: float, size: float) -> Axis:
    """The axis of time, or of visits, that holds the values of all measures."""
    times = [p.x for row in rows for trace in row.course.drawn for p in trace.points]
    first = rows[0].course
    if first.dated:
        return time_axis(cohort, times, first.unit, length, size)
    return visit_axis(cohort, times, length, size, 0.0)


def _zero_label(cohort: Cohort, panel: Panel, sheet: Sheet) -> tuple[Mark, ...]:
    """The label of time zero, above the heading of the first panel."""
    label = zero_rule(cohort, panel, sheet.right, sheet.size - 1)[1]
    assert isinstance(label, Note)
    return (replace(label, offset=(label.offset[0], label.offset[1] - sheet.size * 1.35)),)


def _heading(row: _Row, panel: Panel, sheet: Sheet) -> Note:
    """Measure, unit and scale in bold above the panel."""
    log = ", log scale" if row.course.scale is ValueScale.LOG else ""
    text = shortened(f"{measure_label(row.course.measure)}{log}", sheet.right - sheet.left, sheet.size, bold=True)
    return Note((sheet.left, panel.area.y - 4.0), text, sheet.size, bold=True)
