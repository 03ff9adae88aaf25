"""Value axes that lie across the page, and labels beside symbols: what needs to know how wide its strings are.

Invariants: neighbouring tick strings never touch and none reaches further beyond the axis than it was given room for;
a label never lies on another text of its panel nor outside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from trajecta.stats.charts.bands import Segment, crosses, inside, obstacles
from trajecta.stats.charts.frame import log_axis, value_axis
from trajecta.stats.charts.layout import note_box, overlap, panel_point
from trajecta.stats.cohort import Measure
from trajecta.stats.figure import SOFT_INK, Anchor, Axis, Block, Mark, Note, Panel, Rect
from trajecta.stats.text_width import CAP_HEIGHT, text_width

TICK_SPACE = 4.0  # points between neighbouring tick strings
Tick = tuple[float, str]


def thinned(ticks: Sequence[Tick], limits: tuple[float, float], length: float, size: float, spare: float) -> list[Tick]:
    """Every tick, or every second, third …, until their strings stay apart on ``length`` points.

    ``spare`` is the room in points that a string may take beyond either end of the axis.

    >>> thinned(((0, "0"), (1, "1"), (2, "2"), (3, "3")), (0, 3), 20, 7, 2)
    [(0, '0'), (2, '2')]
    """
    low, high = limits

    def ends(tick: Tick) -> tuple[float, float]:
        at, half = (tick[0] - low) / (high - low) * length, text_width(tick[1], size) / 2
        return at - half, at + half

    usable = [tick for tick in ticks if ends(tick)[0] >= -spare and ends(tick)[1] <= length + spare]
    zero = next((i for i, tick in enumerate(usable) if tick[0] == 0), 0)
    for every in range(1, len(usable) + 1):
        found = usable[zero % every :: every]
        places = [ends(tick) for tick in found]
        if all(b[0] - a[1] >= TICK_SPACE for a, b in pairwise(places)):
            return found
    return []


def axis_across(measure: Measure, values: Sequence[float], length: float, pad: float, size: float, log: bool) -> Axis:
    """The value axis of ``frame`` lying on ``length`` points, with as many ticks as there is room for their strings."""
    axis = (log_axis if log else value_axis)(measure, values, length, pad, size)
    return replace(axis, ticks=tuple(thinned(axis.ticks, axis.range, length, size, pad)))


def bands_across(measure: Measure, axis: Axis, tints: Sequence[str]) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    """The bands that an axis lying across shows, as upright stripes, and their labels for the foot of the page."""
    marks: list[Mark] = []
    told = []
    least = measure.range[0] if measure.range else 0.0
    low, high = axis.range
    for i, band in enumerate(measure.bands):
        left, right = band.low, band.high
        if left is not None and left <= least:
            left = None
        if (right is None or right > low) and (left is None or left < high):
            marks.append(Block(left, right, None, None, tints[i % len(tints)]))
            told.append(band.label)
    return tuple(marks), tuple(label for label in told if label)


class Places:
    """The free places of a panel: labels are set one after the other, each clear of what is already there."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self._lines, self._dots = obstacles(panel)
        self._texts = [note_box(m, *panel_point(panel, m)) for m in panel.marks if isinstance(m, Note)]

    def set(self, notes: Iterable[Note], strict: bool, room: float = 0.0) -> Note | None:
        """The first of these notes that has a free place, which it then takes; None if there is none.

        Unless ``strict``, a place on lines and symbols will do where no other is free, the least covered one; a place
        on a text or outside the panel never does. ``room`` are points that are to be free around it.
        """
        best: tuple[int, Note] | None = None
        boxed = [(note, note_box(note, *panel_point(self.panel, note))) for note in notes]
        boxed = [(note, _wider(box, room)) for note, box in boxed if inside(box, self.panel.area)]
        lines, dots = self._near([box for _, box in boxed])
        for note, box in boxed:
            if any(overlap(box, other) for other in self._texts):
                continue
            crossed = sum(crosses(box, *line) for line in lines) + sum(overlap(box, dot) for dot in dots)
            if best is None or crossed < best[0]:
                best = (crossed, note)
            if not crossed:
                break
        if best is None or (strict and best[0]):
            return None
        self._texts.append(note_box(best[1], *panel_point(self.panel, best[1])))
        return best[1]

    def _near(self, boxes: Sequence[Rect]) -> tuple[list[Segment], list[Rect]]:
        """The lines and symbols that touch the rectangle around all of these."""
        if not boxes:
            return [], []
        left, top = min(box.x for box in boxes), min(box.y for box in boxes)
        right, bottom = max(box.x + box.width for box in boxes), max(box.y + box.height for box in boxes)
        hull = Rect(left, top, right - left, bottom - top)
        lines = [line for line in self._lines if crosses(hull, *line)]
        return lines, [dot for dot in self._dots if overlap(hull, dot)]


def _wider(box: Rect, by: float) -> Rect:
    return Rect(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


def around(at: tuple[float, float], text: str, size: float, gap: float, **look: str) -> tuple[Note, ...]:
    """A label at eight places around a symbol whose edge is ``gap`` points from its centre, best first.

    ``look`` may name a ``color`` and a ``key``.
    """
    color, key = look.get("color", SOFT_INK), look.get("key", "")
    middle = CAP_HEIGHT * size / 2
    slant = gap * 0.75
    places = (
        (Anchor.START, gap + 1.5, middle),
        (Anchor.START, slant + 1.0, -slant),
        (Anchor.START, slant + 1.0, slant + 2 * middle),
        (Anchor.END, -gap - 1.5, middle),
        (Anchor.END, -slant - 1.0, -slant),
        (Anchor.END, -slant - 1.0, slant + 2 * middle),
        (Anchor.MIDDLE, 0.0, -gap - 1.5),
        (Anchor.MIDDLE, 0.0, gap + 1.5 + 2 * middle),
    )
    return tuple(Note(at, text, size, color, anchor, (right, down), key=key) for anchor, right, down in places)
