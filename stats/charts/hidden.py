"""Patients hidden in a figure: their marks are taken off the finished figure, and the figure says so.

Invariants: hiding changes nothing that is computed: ranges, centre lines, counts, P and intervals stay those of all
patients, and the note at the foot says that too; a figure never loses its last patient.
"""

from collections.abc import Iterable
from dataclasses import replace

from trajecta.stats.charts.axes import LINE_HEIGHT
from trajecta.stats.charts.layout import FOOT_SIZE, MARGIN
from trajecta.stats.charts.words import counted
from trajecta.stats.figure import POINTS_PER_MM, SOFT_INK, Axis, Figure, Mark, Note, Panel, Scale
from trajecta.stats.text_width import DESCENT, wrapped
from trajecta.stats.words import list_text

MOST_NAMES = 12  # ids in the note; a sentence of more is not read


def room_mm(width_mm: float, patients: Iterable[str]) -> float:
    """The height in mm that the note on these patients takes at the foot of a page of this width; 0 for nobody."""
    lines = _lines(width_mm, tuple(patients))
    return (len(lines) * FOOT_SIZE * LINE_HEIGHT + 1.0) / POINTS_PER_MM if lines else 0.0


def drawn_among(figure: Figure, patients: Iterable[str]) -> tuple[str, ...]:
    """Those of these patients that have a mark in a panel, unless nobody would be left."""
    drawn = {getattr(mark, "key", "") for panel in figure.panels for mark in panel.marks} - {""}
    found = tuple(dict.fromkeys(patient for patient in patients if patient in drawn))
    return found if len(found) < len(drawn) else ()


def without(figure: Figure, patients: Iterable[str]) -> Figure:
    """The figure without the marks, legend entries and axis names of these patients, with a note that says who.

    Patients who are not in the figure are not named; where nobody would be left the figure stays as it is. The page
    grows by ``room_mm``.
    """
    hidden = drawn_among(figure, patients)
    if not hidden:
        return figure
    lines = _lines(figure.width_mm, hidden)
    height = figure.height_mm + room_mm(figure.width_mm, hidden)
    pitch = FOOT_SIZE * LINE_HEIGHT
    first = height * POINTS_PER_MM - MARGIN - DESCENT * FOOT_SIZE - (len(lines) - 1) * pitch
    notes = tuple(Note((MARGIN, first + i * pitch), line, FOOT_SIZE, SOFT_INK) for i, line in enumerate(lines))
    return replace(
        figure,
        height_mm=height,
        panels=tuple(_panel_without(panel, hidden) for panel in figure.panels),
        page=(*_marks_without(figure.page, hidden), *notes),
        alt=f"{figure.alt} {sentence(hidden)}".strip(),
    )


def sentence(hidden: tuple[str, ...]) -> str:
    """What the figure says of the hidden patients.

    >>> sentence(("P1", "P2"))
    '2 patients hidden in this drawing and counted in every number: P1, P2.'
    """
    return f"{counted(len(hidden), 'patient')} hidden in this drawing and counted in every number: " + (
        f"{list_text(hidden, MOST_NAMES)}."
    )


def _lines(width_mm: float, hidden: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(wrapped(sentence(hidden), width_mm * POINTS_PER_MM - 2 * MARGIN, FOOT_SIZE)) if hidden else ()


def _marks_without(marks: tuple[Mark, ...], hidden: tuple[str, ...]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if getattr(mark, "key", "") not in hidden)


def _panel_without(panel: Panel, hidden: tuple[str, ...]) -> Panel:
    marks = _marks_without(panel.marks, hidden)
    return replace(panel, marks=marks, x=_axis_without(panel.x, hidden), y=_axis_without(panel.y, hidden))


def _axis_without(axis: Axis, hidden: tuple[str, ...]) -> Axis:
    if axis.scale is not Scale.NAMES:
        return axis
    return replace(axis, ticks=tuple((at, "" if text in hidden else text) for at, text in axis.ticks))
