"""Threshold bands behind the data (remission, low activity, normal range) and their labels, kept clear of the lines.

Invariants: bands are drawn pale and first; a label lies inside the panel, never on another label, and is left out
where no place is free of other labels; its source is told in the figure's words.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence

from trajecta.stats.charts.clipping import clipped_segment
from trajecta.stats.charts.layout import note_box, overlap, panel_point
from trajecta.stats.cohort import Band, Measure
from trajecta.stats.figure import (
    SOFT_INK,
    Anchor,
    Axis,
    Block,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Rule,
)
from trajecta.stats.text_width import CAP_HEIGHT, text_width

# Pale enough for hairlines above them; neighbours differ, so that edges of adjoining bands show.
TINTS = ("#EDF3F2", "#F6F3EC", "#F1F0F6", "#F6EFEF")
INSET = 3.0
PLACES = (1.0, 0.0, 0.75, 0.5, 0.25)  # fractions of the panel's width that a label tries, best first


def _ends(band: Band, axis: Axis) -> tuple[float, float] | None:
    """The visible part of a band, or None if the axis does not reach it."""
    low = axis.range[0] if band.low is None else max(band.low, axis.range[0])
    high = axis.range[1] if band.high is None else min(band.high, axis.range[1])
    return (low, high) if high > low else None


def band_blocks(measure: Measure, axis: Axis) -> tuple[Mark, ...]:
    """The pale rectangles of the bands that the axis shows, widest first so that none hides another."""
    shown = [(ends, band) for band in measure.bands if (ends := _ends(band, axis))]
    tints = {band: TINTS[i % len(TINTS)] for i, (_, band) in enumerate(shown)}
    shown.sort(key=lambda entry: entry[0][0] - entry[0][1])
    least = measure.range[0] if measure.range else 0.0
    return tuple(
        # A band that begins where the scale does reaches the edge: below the lowest possible value nothing else can be.
        Block(None, None, None if band.low is not None and band.low <= least <= ends[0] else band.low, band.high, tint)
        for ends, band in shown
        for tint in (tints[band],)
    )


def band_labels(measure: Measure, panel: Panel, size: float, told: Sequence[str]) -> tuple[Mark, ...]:
    """A label for each band, at the place where it crosses the fewest lines and symbols of the panel.

    Tried are the upper edge inside the band, its lower edge and, for a single band, just above it: at the right, at the
    left and in between. A place on another text of the panel is never taken. The label of a single band is left out
    rather than set on a line (``with_band_note`` then says it below); of several bands each must be told apart in the
    panel. Labels in ``told`` are said elsewhere.
    """
    lines, dots = obstacles(panel)
    taken = [note_box(m, *panel_point(panel, m)) for m in panel.marks if isinstance(m, Note)]
    found: list[Mark] = []
    for band in (b for b in measure.bands if b.label not in told):
        best: tuple[int, int, Note, Rect] | None = None
        for order, note in enumerate(_candidates(band, panel, size, len(measure.bands) == 1)):
            box = note_box(note, *panel_point(panel, note))
            if any(overlap(box, other) for other in taken) or not inside(box, panel.area):
                continue
            crossed = sum(crosses(box, *line) for line in lines) + sum(overlap(box, dot) for dot in dots)
            if best is None or crossed < best[0]:
                best = (crossed, order, note, box)
        if best is not None and (best[0] == 0 or len(measure.bands) > 1):
            found.append(best[2])
            taken.append(best[3])
    return tuple(found)


def with_band_note(measure: Measure, build: Callable[[tuple[str, ...]], Figure]) -> Figure:
    """The figure that ``build`` makes; where it could not label a band, made again with the labels told at the foot.

    ``build`` gets the labels to tell at the foot: none at first.
    """
    figure = build(())
    if not figure.panels:
        return figure
    panel = figure.panels[0]
    written = {mark.text for mark in panel.marks if isinstance(mark, Note)}
    missing = (b.label for b in measure.bands if b.label and _ends(b, panel.y) and b.label not in written)
    labels = tuple(dict.fromkeys(missing))
    return build(labels) if labels else figure


def band_note(told: Sequence[str]) -> tuple[str, ...]:
    """The sentence at the foot that names the bands.

    >>> band_note(()), band_note(("remission",))
    ((), ('Shaded: remission.',))
    """
    return (f"Shaded: {'; '.join(told)}.",) if told else ()


def _candidates(band: Band, panel: Panel, size: float, above: bool) -> Iterable[Note]:
    ends = _ends(band, panel.y)
    if ends is None or not band.label:
        return
    low, high = ends
    (y0, y1), area = panel.y.range, panel.area
    height = (high - low) / (y1 - y0) * area.height
    drops = [INSET + CAP_HEIGHT * size] if height > size * 1.3 else []
    if drops and height > size * 3:
        drops.append(height - INSET)  # the lower edge, inside
    if above:
        drops.append(-INSET)
    width = text_width(band.label, size)
    for drop in drops:
        for place in PLACES:
            left = place * (area.width - width - 2 * INSET) + INSET
            anchor = Anchor.END if place == 1.0 else Anchor.START
            offset = (-INSET if place == 1.0 else left - place * area.width, drop)
            yield Note((place, high), band.label, size, SOFT_INK, anchor, offset, pin=Pin.X)


def inside(box: Rect, area: Rect) -> bool:
    """Whether a rectangle lies within another."""
    return (
        box.x >= area.x
        and box.y >= area.y
        and box.x + box.width <= area.x + area.width
        and box.y + box.height <= area.y + area.height
    )


Segment = tuple[tuple[float, float], tuple[float, float]]


def obstacles(panel: Panel) -> tuple[list[Segment], list[Rect]]:
    """What a label keeps clear of: the data's line segments and symbol boxes in page points."""
    (x0, x1), (y0, y1), area = panel.x.range, panel.y.range, panel.area
    wide, high = area.width / (x1 - x0), area.height / (y1 - y0)

    def on_page(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(area.x + (x - x0) * wide, area.y + (y1 - y) * high) for x, y in points]

    lines: list[Segment] = []
    dots: list[Rect] = []
    for mark in panel.marks:
        if isinstance(mark, Line):
            lines += itertools.pairwise(on_page(mark.points))
        elif isinstance(mark, Rule) and mark.vertical:
            lines += itertools.pairwise(on_page(((mark.at, y0), (mark.at, y1))))
        elif isinstance(mark, Block) and mark.outline is not None:
            corners = on_page(_corners(mark, panel))
            lines += itertools.pairwise((*corners, corners[0]))
        elif isinstance(mark, Dots):
            half = mark.size / 2
            dots += [Rect(x - half, y - half, mark.size, mark.size) for x, y in on_page(mark.points)]
    return lines, dots


def _corners(block: Block, panel: Panel) -> tuple[tuple[float, float], ...]:
    (left, right), (low, high) = panel.x.range, panel.y.range
    x0, x1 = (end if end is not None else edge for end, edge in ((block.x0, left), (block.x1, right)))
    y0, y1 = (end if end is not None else edge for end, edge in ((block.y0, low), (block.y1, high)))
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def crosses(box: Rect, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Whether a segment touches a rectangle."""
    (x0, y0), (x1, y1) = start, end
    right, bottom = box.x + box.width, box.y + box.height
    if (x0 < box.x and x1 < box.x) or (y0 < box.y and y1 < box.y):  # most segments of a figure are far away
        return False
    if (x0 > right and x1 > right) or (y0 > bottom and y1 > bottom):
        return False
    return clipped_segment(start, end, (box.x, box.y, box.x + box.width, box.y + box.height)) is not None
