"""Times that are shaded behind the data: an event with start and end, such as aplasia, or the courses of a drug.

Invariants: only times that the workbook gives are shaded; where several patients share a panel, the darker tint is
where all of those had it who ever had it; an event without an end is a mark at the upper edge, never a guessed time.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.choice import TimeUnit
from trajecta.stats.charts.traces import in_unit, styles
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import Axis, Block, Dots, Mark, Shape, Stroke

SOME, ALL = "#EEEAF4", "#DFD8EC"
EDGE = Stroke("#D2C8E4", 0.4)  # keeps a few days visible on an axis of years
MARK_SIZE = 4.2
MARK_DROP = 3.2  # points below the upper edge of the panel


@dataclass(frozen=True, slots=True)
class Shaded:
    """The times of one event or drug by patient, in the unit of the axis, and the days of events without an end."""

    name: str
    spans: tuple[tuple[str, float, float], ...]
    moments: tuple[tuple[str, float], ...]


def shade_names(cohort: Cohort) -> tuple[str, ...]:
    """The names that can be shaded: events with a day, then drugs, each once, in the order of the cohort."""
    events = [event.name for event in cohort.events if event.day is not None]
    return tuple(dict.fromkeys((*events, *(course.drug for course in cohort.courses if course.substance != "none"))))


def shaded(cohort: Cohort, name: str, unit: TimeUnit) -> Shaded:
    """The times of the event or drug ``name`` in the included patients; open ends are infinite."""
    included = {patient.id for patient in cohort.included}
    spans: list[tuple[str, float, float]] = []
    moments: list[tuple[str, float]] = []
    for event in cohort.events:
        if name and event.name == name and event.day is not None and event.patient in included:
            if event.end_day is None:
                moments.append((event.patient, in_unit(event.day, unit)))
            elif event.end_day >= event.day:
                spans.append((event.patient, in_unit(event.day, unit), in_unit(event.end_day + 1, unit)))
    for course in cohort.courses:
        if name and course.drug == name and course.patient in included and not course.doubtful:
            start = -math.inf if course.start is None else in_unit(course.start, unit)
            stop = math.inf if course.stop is None else in_unit(course.stop + 1, unit)
            if start < stop:
                spans.append((course.patient, start, stop))
    return Shaded(name, tuple(spans), tuple(moments))


def shade_blocks(found: Shaded, patients: Sequence[str]) -> tuple[Mark, ...]:
    """The shaded times of these patients: pale where some of them had it, darker where all had it who ever did."""
    spans = [(p, start, stop) for p, start, stop in found.spans if p in patients]
    who = {p for p, _, _ in spans}
    edges = sorted({edge for _, start, stop in spans for edge in (start, stop)})
    blocks: list[Mark] = []
    for left, right in itertools.pairwise(edges):
        here = {p for p, start, stop in spans if start <= left and right <= stop}
        if here:
            tint = ALL if len(who) > 1 and here == who else SOME
            last = blocks[-1] if blocks else None
            x0, x1 = (None if math.isinf(edge) else edge for edge in (left, right))
            if isinstance(last, Block) and last.fill == tint and last.x1 == x0 and x0 is not None:
                blocks[-1] = Block(last.x0, x1, None, None, tint, EDGE)  # no seam between equal tints
            else:
                blocks.append(Block(x0, x1, None, None, tint, EDGE))
    return tuple(blocks)


def shade_marks(cohort: Cohort, found: Shaded, patients: Sequence[str], y: Axis, height: float) -> tuple[Mark, ...]:
    """Triangles in the patients' colours at the upper edge, where the event has a day but no end."""
    top = y.range[1] - (y.range[1] - y.range[0]) * MARK_DROP / height
    own = styles(cohort)
    return tuple(
        Dots(((at, top),), Shape.TRIANGLE_DOWN, MARK_SIZE, own[p].color, Stroke("#FFFFFF", 0.4), p)
        for p, at in found.moments
        if p in patients
    )


def shade_note(found: Shaded, one_panel: bool) -> tuple[str, ...]:
    """What the shading and the triangles are, for the foot; that there is none where nothing can be shaded.

    ``one_panel`` says whether patients share a panel, so that two tints need explaining.
    """
    if not found.name:
        return ()
    who = {p for p, _, _ in found.spans}
    notes = []
    if who:
        at_once = any(isinstance(b, Block) and b.fill == ALL for b in shade_blocks(found, tuple(who)))
        darker = f"; darker where all {len(who)} had it at once" if one_panel and at_once else ""
        notes.append(f"Shaded: {found.name} ({counted(len(who), 'patient')}{darker}).")
    if found.moments:
        notes.append(f"Triangle at the top: {found.name}, without a known end.")
    return tuple(notes) or (f"No dated event or drug is called {found.name}; nothing is shaded.",)


def shade_words(found: Shaded, unit: TimeUnit) -> list[str]:
    """The shaded times in words, patient by patient."""

    def edge(value: float, open_end: str) -> str:
        return open_end if math.isinf(value) else f"{value:.1f}".rstrip("0").rstrip(".").replace("-", "−")

    said = [f"{p} {edge(a, 'from before')} to {edge(b, 'ongoing')}" for p, a, b in found.spans]
    said += [f"{p} at {edge(at, '')}" for p, at in found.moments]
    return [f"{found.name} ({unit.value}): {'; '.join(said)}."] if said else []
