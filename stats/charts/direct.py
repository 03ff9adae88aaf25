"""Labels at the ends of the lines: each patient's sample and id beside the plot, at the height of the last value.

Invariants: labels never overlap and stay beside the plot; they keep the order of the last values, equal ones that of
the cohort; where there are too many patients or ids too long, there are none and a legend takes their place.
"""

from collections.abc import Sequence

from trajecta.stats.charts.layout import Sheet
from trajecta.stats.charts.legend import GAP, LEAST_LEFT, ROW_HEIGHT, SAMPLE, WIDEST_BESIDE, Entry, sample_marks
from trajecta.stats.charts.traces import Trace
from trajecta.stats.figure import Mark, Note, Panel
from trajecta.stats.text_width import CAP_HEIGHT, text_width

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


def end_labels(entries: Sequence[Entry], traces: Sequence[Trace], panel: Panel, size: float) -> tuple[Mark, ...]:
    """The labels right of a panel, for the page."""
    (low, high), area = panel.y.range, panel.area
    ends = {t.patient: area.y + (high - t.points[-1].value) / (high - low) * area.height for t in traces if t.points}
    known = sorted((entry for entry in entries if entry.patient in ends), key=lambda entry: ends[entry.patient])
    half = size * ROW_HEIGHT / 2
    places = spread(
        [ends[entry.patient] for entry in known], size * ROW_HEIGHT, area.y + half, area.y + area.height - half
    )
    left = area.x + area.width + CLEAR
    marks: list[Mark] = []
    for entry, middle in zip(known, places, strict=True):
        marks += sample_marks(entry, left, middle)
        base = middle + CAP_HEIGHT * size / 2
        marks.append(Note((left + SAMPLE + GAP, base), entry.patient, size, key=entry.patient))
    return tuple(marks)
