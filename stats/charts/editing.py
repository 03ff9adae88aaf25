"""A finished figure as it was changed by hand: labels, limits and ticks of axes, headings, a title.

Invariants: the data stay where they are on their axes; a text that does not fit is broken or cut, never set over
another one; an axis that hides values says how many; an edit whose place is not in the figure is passed over, and so
is a text that reads like a result, wherever it comes from.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import (
    LINE_HEIGHT,
    bottom_room,
    left_room,
    linear_ticks,
    short_number,
    zoomed,
)
from trajecta.stats.charts.bracket import whole
from trajecta.stats.charts.edits import AxisEdit, Density, Edits, Place, own_words, refusal, same_words
from trajecta.stats.charts.frame import fitted_label
from trajecta.stats.charts.layout import (
    MARGIN,
    clashes,
    note_box,
    overlap,
    panel_point,
    text_boxes,
    with_foot,
)
from trajecta.stats.charts.moving import moved_mark, moved_rect
from trajecta.stats.charts.restyled import resized, restyled
from trajecta.stats.figure import (
    INK,
    POINTS_PER_MM,
    Anchor,
    Axis,
    Block,
    Dots,
    Figure,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Scale,
)
from trajecta.stats.palette import PatientStyle
from trajecta.stats.text_width import ASCENT, shortened, wrapped
from trajecta.stats.typeset import plain, typeset

MOST_LINES = 2  # of a title
CUT = "The bracket with P lies outside the axes and is not drawn."
MULTIPLES = (1.0, 2.0, 5.0)  # of a power of ten, on a logarithmic axis with more ticks
NUDGES = (0.0, -1.0, 1.0, -2.0, 2.0, -3.0, 3.0)  # of the type size, tried for a text that would lie on another
NEAR = 0.5  # points; panels whose edges lie closer stand in one column or row


@dataclass(frozen=True, slots=True)
class Subject:
    """What a figure shows: its kind, its measure (key), and the styles that its patients have by their places."""

    chart: str
    measure: str
    styles: Mapping[str, PatientStyle]

    def place(self, panel: str = "", axis: str = "") -> Place:
        """A place in this figure."""
        return Place(self.chart, self.measure, panel, axis)


def edited(figure: Figure, edits: Edits, of: Subject) -> Figure:
    """The figure with everything that was changed by hand about this chart of this measure.

    The page grows where a longer label, a title or the note on hidden values needs room. Nothing changed gives the
    figure itself.
    """
    if edits == Edits():
        return figure
    found = restyled(figure, of.styles, dict(edits.patients))
    found = resized(found, edits.style.strokes, edits.style.symbols)
    denser: set[tuple[str, str]] = set()  # links whose axis has its ticks; they are the same in all panels
    for panel in figure.panels:
        for axis in ("x", "y"):
            edit = edits.axis(of.place(panel.key, axis), _axis(panel, axis).label)
            has_ticks = (axis, _link(panel, axis)) in denser
            found = _with_axis(found, edit, Density.USUAL if has_ticks else edits.style.density)
            if _link(panel, axis) and _axis(panel, axis).visible:
                denser.add((axis, _link(panel, axis)))
    for text in edits.texts:
        if text.of and text.place == of.place() and not refusal(text.text):
            found = _with_heading(found, text.of, typeset(text.text))
    found = _with_outside(found, figure)
    title = edits.text(of.place(), "")
    return _with_title(found, typeset(title)) if title and not refusal(title) else found


def _axis(panel: Panel, axis: str) -> Axis:
    return panel.x if axis == "x" else panel.y


def _link(panel: Panel, axis: str) -> str:
    """What the panels that share this axis have in common; empty for an axis of its own."""
    return panel.linked if axis == "x" else panel.linked_y


def _panel(figure: Figure, key: str) -> Panel:
    return next(panel for panel in figure.panels if panel.key == key)


def _with_panel(figure: Figure, key: str, change: Callable[[Panel], Panel]) -> Figure:
    return replace(figure, panels=tuple(change(p) if p.key == key else p for p in figure.panels))


def _with_its(panel: Panel, name: str, axis: Axis) -> Panel:
    return replace(panel, x=axis) if name == "x" else replace(panel, y=axis)


# --- axes -------------------------------------------------------------------------------------------------------------


def _with_axis(figure: Figure, edit: AxisEdit, usual: Density) -> Figure:
    """The figure with one axis changed."""
    key, name = edit.place.panel, edit.place.axis
    home = figure
    if edit.limits is not None:
        figure = _limited(figure, key, name, edit.limits)
    density = edit.density or usual
    if density is not Density.USUAL:
        figure = _first_clear(figure, _densities(figure, key, name, density))
    if figure is not home:
        fitted = _fitted(figure, home, key, name)
        figure = fitted if clashes(fitted) <= clashes(figure) else figure
    if edit.label is None or refusal(edit.label):
        return figure
    return _first_clear(figure, _labels(figure, key, name, typeset(edit.label)))


def _first_clear(figure: Figure, candidates: tuple[Figure, ...]) -> Figure:
    """The first of these figures in which no more texts touch than in ``figure``, which is the last of them."""
    least = clashes(figure)
    return next((found for found in candidates if clashes(found) <= least), figure)


def can_have_limits(panel: Panel, axis: str) -> bool:
    """Whether an axis of numbers may show another range; tables and axes that belong together may not."""
    found = _axis(panel, axis)
    return panel.moves and found.scale is not Scale.NAMES and bool(found.ticks)


def _limited(figure: Figure, key: str, name: str, limits: tuple[float, float]) -> Figure:
    """The figure with another range of an axis, and what is linked to it; texts beyond the range are not drawn."""
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and low < high and can_have_limits(_panel(figure, key), name)):
        return figure
    seen = zoomed(figure, key, **{f"{name}_range": limits})
    linked = _link(_panel(figure, key), name)

    def within(panel: Panel, finer: bool) -> Panel:
        if panel.key != key and not (linked and _link(panel, name) == linked):
            return panel
        marks = tuple(mark for mark in panel.marks if not (isinstance(mark, Note) and _beyond(mark, panel, name)))
        axis = _axis(panel, name)
        if finer and axis.scale is Scale.LINEAR:  # the camera is content with few ticks; a page has room for more
            about = max(3, len(_axis(_panel(figure, panel.key), name).ticks) - 1)
            axis = replace(axis, ticks=linear_ticks(*axis.range, about, axis.steps))
        return replace(_with_its(panel, name, axis), marks=marks)

    coarse = replace(seen, panels=tuple(within(panel, finer=False) for panel in seen.panels))
    fine = replace(seen, panels=tuple(within(panel, finer=True) for panel in seen.panels))
    found = fine if clashes(fine) <= clashes(coarse) else coarse
    if clashes(found) > clashes(figure):
        found = _apart(found, key)
    return _thinned(found, key, name, clashes(figure))


def _thinned(figure: Figure, key: str, name: str, most: int) -> Figure:
    """The figure with as many ticks of an axis left out as its numbers need to stay apart and on the page."""
    ticks = _axis(_panel(figure, key), name).ticks
    for every in range(1, len(ticks)):
        for kept in (ticks[::every], ticks[::every][:-1]):
            found = _with_ticks(figure, key, name, kept)
            if clashes(found) <= most:
                return found
    return figure


def _apart(figure: Figure, key: str) -> Figure:
    """The figure with the texts of a panel moved up or down where its range has pushed them together.

    A text for which there is no room within a few lines is not drawn.
    """
    panel = _panel(figure, key)
    rest = replace(panel, marks=tuple(mark for mark in panel.marks if not isinstance(mark, Note)))
    taken = [box for text, box in text_boxes(_with_panel(figure, key, lambda _: rest)) if text]
    marks: list[Mark] = []
    for mark in panel.marks:
        if not isinstance(mark, Note):
            marks.append(mark)
            continue
        for step in NUDGES:
            moved = replace(mark, offset=(mark.offset[0], mark.offset[1] + step * mark.size))
            box = note_box(moved, *panel_point(panel, moved))
            if not any(overlap(box, other) for other in taken):
                marks.append(moved)
                taken.append(box)
                break
    return _with_panel(figure, key, lambda p: replace(p, marks=tuple(marks)))


def _beyond(note: Note, panel: Panel, name: str) -> bool:
    """Whether a text of a panel belongs to a place that is out of view."""
    if note.pin.value == name:
        return False
    low, high = _axis(panel, name).range
    return not low <= note.at[0 if name == "x" else 1] <= high


def _densities(figure: Figure, key: str, name: str, density: Density) -> tuple[Figure, ...]:
    """The figure with more or fewer ticks on an axis of numbers, the wanted one first."""
    axis = _axis(_panel(figure, key), name)
    if axis.scale is Scale.NAMES or len(axis.ticks) < 2 or not axis.visible:
        return ()
    return tuple(_with_ticks(figure, key, name, ticks) for ticks in _ticks(axis, density))


def _with_ticks(figure: Figure, key: str, name: str, ticks: tuple[tuple[float, str], ...]) -> Figure:
    """The figure with these ticks of an axis, and of those linked to it."""
    linked = _link(_panel(figure, key), name)

    def seen(panel: Panel) -> Panel:
        if panel.key != key and not (linked and _link(panel, name) == linked):
            return panel
        return _with_its(panel, name, replace(_axis(panel, name), ticks=ticks))

    return replace(figure, panels=tuple(map(seen, figure.panels)))


def _ticks(axis: Axis, density: Density) -> tuple[tuple[tuple[float, str], ...], ...]:
    """The ticks of an axis in this density: those with the next agreeable distance; none where there is no such."""
    now = axis.ticks
    if axis.scale is Scale.LOG:
        if density is Density.FEWER:
            return (now[::2],) if len(now) > 2 else ()
        every = _all_logs(axis)
        return (every,) if len(every) > len(now) else ()
    steps = range(len(now) - 2, 0, -1) if density is Density.FEWER else range(len(now), 5 * len(now))
    counts = (linear_ticks(*axis.range, about, axis.steps) for about in steps)
    if density is Density.FEWER:
        found = tuple(ticks for ticks in counts if 1 < len(ticks) < len(now))[:1]
        return found or ((now[::2],) if len(now) > 2 else ())
    return tuple(ticks for ticks in counts if len(ticks) > len(now))[:1]


def _all_logs(axis: Axis) -> tuple[tuple[float, str], ...]:
    """The ticks of a LOG axis with 2 and 5 between the powers of ten."""
    low, high = axis.range
    start = low if axis.zero is None else max(low, axis.zero[1])
    zeros = ((axis.zero[0], "0"),) if axis.zero is not None and low <= axis.zero[0] <= high else ()
    found = [
        (power + math.log10(m), m * 10.0**power)
        for power in range(math.floor(start), math.ceil(high) + 1)
        for m in MULTIPLES
    ]
    return (*zeros, *((at, short_number(value)) for at, value in found if start <= at <= high))


def _labels(figure: Figure, key: str, name: str, label: str) -> tuple[Figure, ...]:
    """The figure with another label of an axis: as it is wanted, and where there is no room, in fewer lines."""
    panel = _panel(figure, key)
    axis = _axis(panel, name)
    length = panel.area.height if name == "y" else figure.width - 2 * MARGIN
    if not own_words(label):
        wanted = [""]
    else:
        long = fitted_label(own_words(label), length, axis.size)
        wanted = [long, shortened(own_words(label), length, axis.size)]
        if name == "x":
            wanted.insert(0, fitted_label(own_words(label), panel.area.width, axis.size))

    def with_label(text: str) -> Figure:
        changed = _with_panel(figure, key, lambda p: _with_its(p, name, replace(_axis(p, name), label=text)))
        return _fitted(changed, figure, key, name)

    return tuple(with_label(text) for text in dict.fromkeys(wanted))


# --- room -------------------------------------------------------------------------------------------------------------


def _fitted(figure: Figure, home: Figure, key: str, name: str) -> Figure:
    """The figure with the room that its axis needs now, where ``home`` had the room that it needed before."""
    return _with_left(figure, home, key) if name == "y" else _with_below(figure, home, key)


def _with_left(figure: Figure, home: Figure, key: str) -> Figure:
    """The panels of a column moved right for a wider value axis, or left for a narrower one at the edge of the page."""
    x0 = _panel(figure, key).area.x

    def free(drawn: Figure) -> float:
        mates = (p for p in drawn.panels if abs(p.area.x - x0) < NEAR and p.y.visible)
        return min((p.area.x - left_room(p.y) for p in mates), default=x0)

    before, now = free(home), free(figure)
    first = x0 <= min(p.area.x for p in figure.panels) + NEAR
    if first and before > MARGIN + 1.0:  # something else decides where the column begins
        by = max(0.0, MARGIN - now)
    else:
        by = before - now if first else max(0.0, before - now)
    if abs(by) < 0.01:
        return figure
    mates = [p for p in figure.panels if abs(p.area.x - x0) < NEAR]
    top, bottom = min(p.area.y for p in mates) - 25.0, max(p.area.y + p.area.height + bottom_room(p.x) for p in mates)
    width = max(p.area.width for p in mates)
    right = x0 + width

    def squeezed(mark: Mark) -> Mark:
        if not isinstance(mark, Note) or mark.vertical or not top <= mark.at[1] <= bottom:
            return mark
        if not x0 - NEAR <= mark.at[0] <= right + NEAR:
            return mark
        return replace(mark, at=(right - (right - mark.at[0]) * (width - by) / width, mark.at[1]))

    panels = tuple(
        replace(p, area=Rect(p.area.x + by, p.area.y, p.area.width - by, p.area.height)) if p in mates else p
        for p in figure.panels
    )
    return replace(figure, panels=panels, page=tuple(map(squeezed, figure.page)))


def _with_below(figure: Figure, home: Figure, key: str) -> Figure:
    """Everything below a row of panels moved down for a time axis that needs more lines, or up for fewer."""
    area = _panel(figure, key).area
    base = area.y + area.height

    def needed(drawn: Figure) -> float:
        mates = (p for p in drawn.panels if abs(p.area.y + p.area.height - base) < NEAR)
        return max((bottom_room(p.x) for p in mates), default=0.0)

    before, now = needed(home), needed(figure)
    by = now - before
    if abs(by) < 0.01:
        return figure
    edge = base + before - 1.0

    def lower(panel: Panel) -> Panel:
        if panel.area.y >= base - NEAR:
            return replace(panel, area=moved_rect(panel.area, (0.0, by)))
        if abs(panel.area.y + panel.area.height - base) < NEAR:
            return replace(panel, marks=tuple(_under(mark, before, by) for mark in panel.marks))
        return panel

    page = tuple(moved_mark(mark, (0.0, by)) if _top(mark) > edge else mark for mark in figure.page)
    height = figure.height_mm + by / POINTS_PER_MM
    return replace(figure, height_mm=height, panels=tuple(map(lower, figure.panels)), page=page)


def _top(mark: Mark) -> float:
    """The upper edge of a mark of the page."""
    match mark:
        case Note(at=(_, y), size=size):
            return y - ASCENT * size
        case Block(y0=y0, y1=y1):
            return min((y for y in (y0, y1) if y is not None), default=0.0)
        case _:
            return min((y for _, y in getattr(mark, "points", ())), default=0.0) - 2.0


def _under(mark: Mark, before: float, by: float) -> Mark:
    """A text of a panel that stands below its axis, such as the n of a visit, moved with it."""
    if isinstance(mark, Note) and mark.pin is Pin.Y and mark.at[1] == 0.0 and mark.offset[1] >= before:
        return replace(mark, offset=(mark.offset[0], mark.offset[1] + by))
    return mark


# --- texts ------------------------------------------------------------------------------------------------------------


def headings(figure: Figure) -> tuple[Note, ...]:
    """The texts of the page that may have other words: bold ones that name no patient, labels that panels share."""
    notes = (mark for mark in figure.page if isinstance(mark, Note) and not mark.key)
    return tuple(note for note in notes if (note.bold and not note.vertical) or _is_shared(note, figure))


def _is_shared(note: Note, figure: Figure) -> bool:
    """Whether a text is the label of an axis that several panels share and none of them carries itself."""
    axes = [panel.y if note.vertical else panel.x for panel in figure.panels]
    alone = len(axes) > 1 and not any(axis.label for axis in axes)
    return alone and note.anchor is Anchor.MIDDLE and note.color == INK and not note.bold


def _room(note: Note, figure: Figure) -> float:
    """The length in points that a text of the page can have where it stands."""
    if note.anchor is Anchor.START:
        return figure.width - MARGIN - note.at[0]
    at, whole = (note.at[1], figure.height) if note.vertical else (note.at[0], figure.width)
    return 2 * (min(at, whole - at) - MARGIN)


def _with_heading(figure: Figure, of: str, text: str) -> Figure:
    """The figure with other words in place of a heading, cut where they would touch another text; empty removes it."""
    for note in headings(figure):
        if not same_words(note.text, of):
            continue
        others = tuple(mark for mark in figure.page if mark is not note)
        if not own_words(text):
            return replace(figure, page=others)
        room = max(_room(note, figure), 1.0)
        fitting = [shortened(own_words(text), part * room, note.size, note.bold) for part in (1.0, 0.7, 0.5, 0.3, 0.2)]
        candidates = [replace(figure, page=(*others, replace(note, text=line))) for line in dict.fromkeys(fitting)]
        return _first_clear(figure, tuple(candidates))
    return figure


def _with_title(figure: Figure, title: str) -> Figure:
    """The figure below a title of its own, on a page that is higher by it."""
    size = next((panel.x.size for panel in figure.panels), 7.0) + 1.0
    lines = wrapped(own_words(title), figure.width - 2 * MARGIN, size, bold=True)
    rest = " ".join(lines[MOST_LINES - 1 :])
    last = (shortened(rest, figure.width - 2 * MARGIN, size, bold=True),) if rest else ()
    lines = (*lines[: MOST_LINES - 1], *last)
    by = len(lines) * size * LINE_HEIGHT + 2.0
    notes = tuple(
        Note((MARGIN, MARGIN + ASCENT * size + i * size * LINE_HEIGHT), line, size, INK, bold=True)
        for i, line in enumerate(lines)
    )
    panels = tuple(replace(p, area=moved_rect(p.area, (0.0, by))) for p in figure.panels)
    page = (*notes, *(moved_mark(mark, (0.0, by)) for mark in figure.page))
    height = figure.height_mm + by / POINTS_PER_MM
    return replace(figure, height_mm=height, panels=panels, page=page, title=plain(own_words(title)))


# --- values out of view -----------------------------------------------------------------------------------------------


def _with_outside(figure: Figure, home: Figure) -> Figure:
    """The figure with a note at its foot where an axis was given limits that leave values out."""
    number = sum(
        _outside(panel)
        for panel, before in zip(figure.panels, home.panels, strict=True)
        if (panel.x.range, panel.y.range) != (before.x.range, before.y.range)
    )
    found = with_foot(figure, outside_sentence(number)) if number else figure
    cut = replace(found, panels=tuple(map(whole, found.panels)))
    return found if cut.panels == found.panels else with_foot(cut, CUT)


def outside_sentence(number: int) -> str:
    """What the figure says of values that its axes do not show.

    >>> outside_sentence(1)
    '1 value lies outside the axes and is not drawn; it counts in every number.'
    """
    if number == 1:
        return "1 value lies outside the axes and is not drawn; it counts in every number."
    return f"{number:,} values lie outside the axes and are not drawn; they count in every number."


def _outside(panel: Panel) -> int:
    """The values of patients in a panel, or the ends of their bars, that its ranges leave out."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    found = 0
    for mark in panel.marks:
        if isinstance(mark, Dots) and mark.key and mark.names:
            found += sum(not (x0 <= x <= x1 and y0 <= y <= y1) for x, y in mark.points[: len(mark.names)])
        elif isinstance(mark, Block) and mark.key:
            xs, ys = ([e for e in ends if e is not None] for ends in ((mark.x0, mark.x1), (mark.y0, mark.y1)))
            found += any(not x0 <= x <= x1 for x in xs) or any(not y0 <= y <= y1 for y in ys)
    return found
