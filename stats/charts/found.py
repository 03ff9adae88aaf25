"""What lies at a place of the page: an axis label, the numbers of an axis, a heading, a patient of the legend.

Invariants: rectangles are page points and those of the texts as they are drawn, so that what is found is what is seen.
"""

from dataclasses import dataclass
from enum import StrEnum

from trajecta.stats.charts.axes import axis_marks
from trajecta.stats.charts.editing import headings
from trajecta.stats.charts.layout import note_box
from trajecta.stats.figure import Dots, Figure, Note, Panel, Rect

REACH = 2.0  # points around a text that still belong to it
LEGEND_REACH = 9.0  # points left and right of a symbol of the legend, where its line is


class Part(StrEnum):
    """A kind of thing on the page that can be changed."""

    LABEL = "label"
    NUMBERS = "numbers"
    HEADING = "heading"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Found:
    """A thing on the page: ``panel`` and ``axis`` of a label or of numbers, ``text`` as it is drawn or the patient."""

    part: Part
    box: Rect
    panel: str = ""
    axis: str = ""
    text: str = ""


def found_at(figure: Figure, x: float, y: float) -> Found | None:
    """The thing at a place of the page in points; None on empty ground and within the panels."""
    things = (*_texts(figure), *_legend(figure), *_axes(figure))
    return next((thing for thing in things if holds(thing.box, x, y, REACH)), None)


def holds(box: Rect, x: float, y: float, reach: float = 0.0) -> bool:
    """Whether a point lies in a rectangle or within ``reach`` points of it.

    >>> holds(Rect(0, 0, 10, 5), 11, 2), holds(Rect(0, 0, 10, 5), 11, 2, 2.0)
    (False, True)
    """
    return -reach <= x - box.x <= box.width + reach and -reach <= y - box.y <= box.height + reach


def _texts(figure: Figure) -> list[Found]:
    return [Found(Part.HEADING, note_box(note, *note.at), text=note.text) for note in headings(figure)]


def _legend(figure: Figure) -> list[Found]:
    found = []
    for mark in figure.page:
        if isinstance(mark, Note) and mark.key:
            found.append(Found(Part.PATIENT, note_box(mark, *mark.at), text=mark.key))
        elif isinstance(mark, Dots) and mark.key:
            reach, high = LEGEND_REACH, mark.size / 2 + 1.0
            boxes = (Rect(x - reach, y - high, 2 * reach, 2 * high) for x, y in mark.points)
            found += [Found(Part.PATIENT, box, text=mark.key) for box in boxes]
    return found


def _axes(figure: Figure) -> list[Found]:
    found: list[Found] = []
    for panel in figure.panels:
        for name, axis in (("x", panel.x), ("y", panel.y)):
            if not axis.visible:
                continue
            label, numbers = label_box(panel, name), numbers_box(panel, name)
            found += [Found(Part.LABEL, label, panel.key, name, axis.label)] if label else []
            found += [Found(Part.NUMBERS, numbers, panel.key, name, axis.label)]
    return found


def label_box(panel: Panel, axis: str) -> Rect | None:
    """The rectangle of an axis label; None where there is none."""
    label = panel.x.label if axis == "x" else panel.y.label
    if not label:
        return None
    upright = axis == "y"
    notes = [m for m in axis_marks(panel) if isinstance(m, Note) and m.vertical is upright]
    if not upright:  # the numbers of the x axis come first, its label follows, then the numbers of the y axis
        below = max(m.at[1] for m in notes)
        lines = set(label.split("\n"))
        notes = [m for m in notes if m.text in lines and below - m.at[1] < panel.x.size * 3]
    return _around([note_box(note, *note.at) for note in notes])


def numbers_box(panel: Panel, axis: str) -> Rect:
    """The rectangle of the ticks and numbers along an axis."""
    area, label = panel.area, label_box(panel, axis)
    size = (panel.x if axis == "x" else panel.y).size
    notes = [m for m in axis_marks(panel) if isinstance(m, Note) and not m.vertical]
    boxes = [note_box(note, *note.at) for note in notes]
    if axis == "y":
        left = min((box.x for box in boxes if box.x + box.width < area.x), default=area.x - 2 * size)
        return Rect(left, area.y, area.x - left, area.height)
    edge = area.y + area.height
    end = label.y if label else max((b.y + b.height for b in boxes if b.y > edge), default=edge + 2 * size)
    return Rect(area.x, edge, area.width, end - edge - 1.0)


def _around(boxes: list[Rect]) -> Rect | None:
    if not boxes:
        return None
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
    return Rect(left, top, right - left, bottom - top)
