"""Patients hidden in a figure: their marks are taken off the finished figure, and the figure says so.

Invariants: hiding changes nothing that is computed: ranges, centre lines, counts, P and intervals stay those of all
patients, and the note at the foot says that too; a figure never loses its last patient.
"""

from collections.abc import Iterable
from dataclasses import replace

from trajecta.stats.charts.layout import with_foot
from trajecta.stats.charts.words import counted
from trajecta.stats.figure import Axis, Figure, Mark, Panel, Scale
from trajecta.stats.words import list_text

MOST_NAMES = 12  # ids in the note; a sentence of more is not read


def drawn_among(figure: Figure, patients: Iterable[str]) -> tuple[str, ...]:
    """Those of these patients that have a mark in a panel, unless nobody would be left."""
    drawn = {getattr(mark, "key", "") for panel in figure.panels for mark in panel.marks} - {""}
    found = tuple(dict.fromkeys(patient for patient in patients if patient in drawn))
    return found if len(found) < len(drawn) else ()


def without(figure: Figure, patients: Iterable[str]) -> Figure:
    """The figure without the marks, legend entries and axis names of these patients, with a note that says who.

    Patients who are not in the figure are not named; where nobody would be left the figure stays as it is. The page
    grows by the note.
    """
    hidden = drawn_among(figure, patients)
    if not hidden:
        return figure
    panels = tuple(_panel_without(panel, hidden) for panel in figure.panels)
    return with_foot(replace(figure, panels=panels, page=_marks_without(figure.page, hidden)), sentence(hidden))


def sentence(hidden: tuple[str, ...]) -> str:
    """What the figure says of the hidden patients.

    >>> sentence(("P1", "P2"))
    '2 patients hidden in this drawing and counted in every number: P1, P2.'
    """
    return f"{counted(len(hidden), 'patient')} hidden in this drawing and counted in every number: " + (
        f"{list_text(hidden, MOST_NAMES)}."
    )


def _marks_without(marks: tuple[Mark, ...], hidden: tuple[str, ...]) -> tuple[Mark, ...]:
    return tuple(mark for mark in marks if getattr(mark, "key", "") not in hidden)


def _panel_without(panel: Panel, hidden: tuple[str, ...]) -> Panel:
    marks = _marks_without(panel.marks, hidden)
    return replace(panel, marks=marks, x=_axis_without(panel.x, hidden), y=_axis_without(panel.y, hidden))


def _axis_without(axis: Axis, hidden: tuple[str, ...]) -> Axis:
    if axis.scale is not Scale.NAMES:
        return axis
    return replace(axis, ticks=tuple((at, "" if text in hidden else text) for at, text in axis.ticks))
