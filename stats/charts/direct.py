"""Labels at the ends of the lines: each patient's sample and id beside the plot, at the height where the line ends.

Invariants: labels never overlap and stay beside the plot; they keep the order of the ends, equal ones that of the
cohort; a line ends where it is last in view, and one that is not in view has no label; where there are too many
patients or ids too long, there are none and a legend takes their place.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trajecta.stats.charts.clipping import clipped_segment
from trajecta.stats.charts.layout import Sheet
from trajecta.stats.charts.legend import GAP, LEAST_LEFT, ROW_HEIGHT, SAMPLE, WIDEST_BESIDE, Entry, sample_marks
from trajecta.stats.charts.moving import moved_mark
from trajecta.stats.figure import Dots, Figure, Line, Mark, Note, Panel
from trajecta.stats.text_width import CAP_HEIGHT, text_width

Place = tuple[float, float]
MOST_DIRECT = 12  # beyond, neighbouring labels are pushed too far from their lines
CLEAR = 6.0  # points between the plot and the labels


def spread(wanted: Sequence[float], pitch: float, low: float, high: float) -> tuple[float, ...]:
    """Places at least ``pitch`` apart, near the ``wanted`` ones (ascending), from ``low`` to ``high``.

    Neighbours that would touch are set around their common middle. Without room for all, they begin at ``low``.

    >>> spread([10, 11, 30], 5, 0, 40), spread([0, 0], 5, 0, 40), spread([39, 40], 5, 0, 40)
    ((8.0, 13.0, 30.0), (0, 5), (35, 40))
    """
    groups: list[tuple[float, int]] = []  # (place of the first member, members)
    for at in wanted:
        first, members = float(at), 1
        while groups and groups[-1][0] + groups[-1][1] * pitch > first:
            before, count = groups.pop()
            first = (before * count + (first - count * pitch) * members) / (count + members)
            members += count
        groups.append((first, members))
    places = [first + i * pitch for first, members in groups for i in range(members)]
    for i in reversed(range(len(places))):
        places[i] = min(places[i], high if i == len(places) - 1 else places[i + 1] - pitch)
    for i in range(len(places)):
        places[i] = max(places[i], low if i == 0 else places[i - 1] + pitch)
    return tuple(places)


def room_for_labels(entries: Sequence[Entry], sheet: Sheet, height: float) -> float:
    """Points that the labels need right of a plot of this height; 0 where a legend has to take their place."""
    if not 0 < len(entries) <= MOST_DIRECT or len(entries) * sheet.size * ROW_HEIGHT > height:
        return 0.0
    width = CLEAR + SAMPLE + GAP + max(text_width(entry.patient, sheet.size) for entry in entries)
    return width if width <= min(WIDEST_BESIDE * sheet.width, sheet.free_width - LEAST_LEFT) else 0.0


def end_labels(entries: Sequence[Entry], panel: Panel, size: float) -> tuple[Mark, ...]:
    """The labels right of a panel with its lines and symbols, for the page."""
    left = panel.area.x + panel.area.width + CLEAR
    middles = _middles((entry.patient for entry in entries), panel, size)
    marks: list[Mark] = []
    for entry in sorted((e for e in entries if e.patient in middles), key=lambda e: middles[e.patient]):
        marks += sample_marks(entry, left, middles[entry.patient])
        base = middles[entry.patient] + CAP_HEIGHT * size / 2
        marks.append(Note((left + SAMPLE + GAP, base), entry.patient, size, key=entry.patient))
    return tuple(marks)


def followed(figure: Figure) -> Figure:
    """The figure with its end labels where the lines end in what its panel shows now, which the camera may have moved.

    A figure without such labels is returned as it is.
    """
    if len(figure.panels) != 1:
        return figure
    panel = figure.panels[0]
    edge = panel.area.x + panel.area.width
    labels = [
        mark
        for mark in figure.page
        if isinstance(mark, Note) and mark.key and abs(mark.at[0] - edge - CLEAR - SAMPLE - GAP) < 1e-6
    ]
    if not labels:
        return figure
    size = labels[0].size
    middles = _middles((label.key for label in labels), panel, size)
    before = {label.key: label.at[1] - CAP_HEIGHT * label.size / 2 for label in labels}

    def follow(mark: Mark) -> Iterable[Mark]:
        key = getattr(mark, "key", "")
        if key not in before:
            return (mark,)
        return (moved_mark(mark, (0.0, middles[key] - before[key])),) if key in middles else ()

    return replace(figure, page=tuple(moved for mark in figure.page for moved in follow(mark)))


def _middles(patients: Iterable[str], panel: Panel, size: float) -> dict[str, float]:
    """The height on the page of the label of each of these patients of whom something is in view."""
    (low, high), area = panel.y.range, panel.area
    ends = _ends(panel)
    known = sorted((patient for patient in patients if patient in ends), key=lambda patient: -ends[patient][1])
    wanted = [area.y + (high - ends[patient][1]) / (high - low) * area.height for patient in known]
    half = size * ROW_HEIGHT / 2
    return dict(zip(known, spread(wanted, 2 * half, area.y + half, area.y + area.height - half), strict=True))


def _ends(panel: Panel) -> dict[str, Place]:
    """Where each patient's line, or a symbol that stands alone, is last in view."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    found: dict[str, Place] = {}
    for mark in panel.marks:
        if isinstance(mark, Line) and mark.key:
            pieces = (clipped_segment(a, b, (x0, y0, x1, y1)) for a, b in itertools.pairwise(mark.points))
            places = [piece[1] for piece in pieces if piece is not None]
        elif isinstance(mark, Dots) and mark.key and mark.names:
            places = [(x, y) for x, y in mark.points if x0 <= x <= x1 and y0 <= y <= y1]
        else:
            continue
        for place in places:
            if place[0] >= found.get(mark.key, place)[0]:
                found[mark.key] = place
    return found
