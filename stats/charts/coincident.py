"""What hides what among courses: crosses that lie under symbols, and courses that lie on each other, which are counted.

Invariants: a cross leaves the time of its visit only where a symbol or another cross would cover it, and stays on the
line over its gap; a count stands at the end of its courses where no other course passes and nothing is touched; courses
whose count found no place are named at the foot.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from trajecta.stats.charts.across import Places, around
from trajecta.stats.charts.bands import obstacles
from trajecta.stats.charts.layout import overlap
from trajecta.stats.charts.traces import Trace, cross_marks, missed_places
from trajecta.stats.charts.words import listed
from trajecta.stats.figure import Axis, Figure, Line, Mark, Note, Panel, Rect, Rule, Scale
from trajecta.stats.text_width import text_width

Group = tuple[Trace, ...]
SIGN = "×"
MOST_NAMED = 8
"""Up to so many patients whose courses coincide are named at the foot; of more there is only the number."""


def coincident(traces: Sequence[Trace]) -> tuple[Group, ...]:
    """The groups of patients whose courses coincide at all their points, in the order given; of at least two points."""
    groups: defaultdict[tuple[tuple[float, float], ...], list[Trace]] = defaultdict(list)
    for trace in traces:
        groups[tuple((p.x, p.value) for p in trace.points)].append(trace)
    return tuple(tuple(group) for places, group in groups.items() if len(group) > 1 and len(places) > 1)


def with_room(axis: Axis, courses: Sequence[Sequence[Trace]], length: float, size: float) -> Axis:
    """The axis of time on ``length`` points with room for counts right of the last values, where there are any."""
    most = max((len(group) for traces in courses for group in coincident(traces)), default=0)
    if not most or axis.scale is Scale.NAMES:
        return axis
    low, high = axis.range
    return replace(axis, range=(low, high + (high - low) * text_width(f"{SIGN}{most}", size) / length))


def count_badges(traces: Sequence[Trace], panel: Panel, size: float, symbol: float) -> tuple[Mark, ...]:
    """How many courses lie on each other ("×2"), at their ends; none where it could not be read or told whose it is."""
    left, right = panel.x.range
    rules = (Line(((left, m.at), (right, m.at))) for m in panel.marks if isinstance(m, Rule) and not m.vertical)
    places = Places(replace(panel, marks=(*panel.marks, *rules)))  # a count does not lie on the line of no change
    found: list[Mark] = []
    through = Counter(place for trace in traces for place in {(p.x, p.value) for p in trace.points})
    for group in coincident(traces):
        end = (group[0].points[-1].x, group[0].points[-1].value)
        if through[end] > len(group):  # another course passes there
            continue
        note = places.set(around(end, f"{SIGN}{len(group)}", size, symbol / 2), strict=True)
        if note is not None:
            found.append(note)
    return tuple(found)


def with_coincident_note(courses: Sequence[Sequence[Trace]], build: Callable[[bool], Figure]) -> Figure:
    """The figure that ``build`` makes; where a count found no place, made again with the courses told at the foot.

    ``courses`` are those of each panel; ``build`` gets whether to tell at the foot.
    """
    figure = build(False)
    notes = (mark for panel in figure.panels for mark in panel.marks if isinstance(mark, Note))
    written = sum(note.text[:1] == SIGN and note.text[1:].isdigit() for note in notes)
    return build(True) if figure.panels and written < sum(len(coincident(c)) for c in courses) else figure


def coincident_note(courses: Sequence[Sequence[Trace]]) -> tuple[str, ...]:
    """The sentence at the foot that names the courses that coincide in a panel, of many their number; none without.

    ``courses`` are those of each panel.
    """
    groups = tuple(group for traces in courses for group in coincident(traces))
    number = sum(len(group) for group in groups)
    if number > MOST_NAMED:
        return (f"{number} courses coincide with another.",)
    return (f"Lines that coincide: {_named(groups)}.",) if groups else ()


def coincident_words(traces: Sequence[Trace]) -> list[str]:
    """All courses that coincide, by the names of their patients."""
    groups = coincident(traces)
    return [f"Courses that coincide at all their points: {_named(groups)}."] if groups else []


def _named(groups: Sequence[Group]) -> str:
    return "; ".join(listed(trace.patient for trace in group) for group in groups)


def clear_crosses(traces: Sequence[Trace], panel: Panel, size: float) -> tuple[Mark, ...]:
    """The crosses of all missed visits, to be drawn after the symbols of ``panel``.

    One whose middle lies on a symbol or on another cross is moved along its gap to a place that touches none; without
    such a place it stays.
    """
    taken = obstacles(panel)[1]
    marks: list[Mark] = []
    for trace in traces:
        chosen: list[tuple[float, float]] = []
        for places in missed_places(trace):
            boxes = [obstacles(replace(panel, marks=cross_marks(trace, (place,), size)))[1][0] for place in places]
            best = 0
            if any(overlap(_middle(boxes[0]), other) for other in taken):
                clear = (i for i, box in enumerate(boxes) if not any(overlap(box, other) for other in taken))
                best = next(clear, 0)
            chosen.append(places[best])
            taken.append(boxes[best])
        marks += cross_marks(trace, chosen, size)
    return tuple(marks)


def _middle(box: Rect) -> Rect:
    """The third of a symbol's box around its middle: with it covered, the rest says no more what it is."""
    width, height = box.width / 3, box.height / 3
    return Rect(box.x + width, box.y + height, width, height)
