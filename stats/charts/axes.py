"""Axes: ranges with room at the edges, tick positions and strings, and the marks an axis consists of.

Invariants: no tick lies outside its range; tick strings use the true minus sign and all have the same number of
decimals; ``axis_marks`` are page marks that follow from the panel alone, so the pen and the tests see the same axis.
"""

import math
from dataclasses import replace

from trajecta.stats.figure import INK, Anchor, Axis, Figure, Line, Mark, Note, Panel, Pin, Scale, Stroke
from trajecta.stats.text_width import CAP_HEIGHT, DESCENT, text_width
from trajecta.stats.typeface import set_in

TICK_LENGTH = 2.5
TICK_GAP = 2.0
LABEL_GAP = 4.0
LINE_HEIGHT = 1.2  # of the type size
AXIS_STROKE = Stroke(INK, 0.6)
SMALLEST_TEXT = 4.5  # points; ticks of a zoomed axis shrink to this before they would leave the page
FEWEST_POINTS_PER_TICK = 22.0
BESIDE = 4.0  # points that a tick string may reach beyond a panel that stands beside others
BREAK_REACH, BREAK_GAP = 2.6, 1.2  # points: half the width of a break mark, half the distance of its two strokes


def number_text(value: float, places: int = 0) -> str:
    """A number for reading, with a true minus and a comma from 10,000 on.

    >>> number_text(-0.5, 1), number_text(12500), number_text(-0.0)
    ('−0.5', '12,500', '0')
    """
    text = f"{value:,.{places}f}" if abs(value) >= 9_999.5 else f"{value:.{places}f}"
    return text.lstrip("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def short_number(value: float) -> str:
    """A number with as many digits as it needs, at most four significant ones.

    >>> short_number(16.0), short_number(0.0625), short_number(-12.5), short_number(1234567), short_number(2e-7)
    ('16', '0.0625', '−12.5', '1,235,000', '2e−7')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    size = math.floor(math.log10(abs(value)))
    if size < -5 or size > 8:
        mantissa, power = f"{value:.3e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}".replace("-", "−")
    rounded = round(value, 3 - size)
    places = max(0, 3 - size)
    text = f"{rounded:.{places}f}"
    return number_text(rounded, len(text.rstrip("0").partition(".")[2]))


def _power_text(value: float, step: float) -> str:
    """Tick string of a very large or very small number: ``1.5e6``, ``2e−7``."""
    if abs(value) < step / 1e6:
        return "0"
    power = math.floor(math.log10(abs(value)) + 1e-9)
    places = max(0, power - math.floor(math.log10(step) + 1e-9))
    return f"{value / 10.0**power:.{min(places, 15)}f}e{power}".replace("-", "−")


def nice_step(span: float, about: int, steps: tuple[float, ...] = ()) -> float:
    """The smallest agreeable tick distance that puts no more than ``about`` + 1 ticks on ``span``.

    ``steps`` are tried first; 1, 2 and 5 times a power of ten follow where the span is outside their reach.

    >>> nice_step(16, 4), nice_step(17, 6, (1, 3, 6, 12)), nice_step(0.35, 4), nice_step(90, 4, (1, 3, 6, 12))
    (5.0, 3, 0.1, 50.0)
    """
    least = span / max(about, 1) * (1 - 1e-9)
    if steps and least > steps[0] / 10:
        for step in steps:
            if step >= least:
                return step
    power = 10.0 ** math.floor(math.log10(least))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= least)


def linear_ticks(
    low: float, high: float, about: int = 5, steps: tuple[float, ...] = ()
) -> tuple[tuple[float, str], ...]:
    """Ticks at agreeable numbers from ``low`` to ``high``; none when the range is empty or not finite.

    >>> linear_ticks(0, 16, 4)
    ((0.0, '0'), (5.0, '5'), (10.0, '10'), (15.0, '15'))
    """
    if not (math.isfinite(low) and math.isfinite(high) and high - low > 1e-12 * max(abs(low), abs(high), 1e-290)):
        return ()
    step = nice_step(high - low, about, steps)
    numbers = [i * step for i in range(math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6) + 1)]
    if max(abs(low), abs(high)) >= 1e6 or step < 1e-4:
        return tuple((min(max(v, low), high), _power_text(v, step)) for v in numbers)
    places = next((p for p in range(6) if abs(round(step, p) - step) < step * 1e-6), 6)
    return tuple((min(max(v, low), high), number_text(v, places)) for v in numbers)


def log_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Ticks of a LOG axis from log10 ``low`` to ``high``: powers of ten, with 2 and 5 on less than two decades.

    >>> [text for _, text in log_ticks(-1, 2)], [text for _, text in log_ticks(0, 1)]
    (['0.1', '1', '10', '100'], ['1', '2', '5', '10'])
    """
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return ()
    every = max(1, math.ceil((high - low) / 7))
    within = (1.0, 2.0, 5.0) if high - low < 2 else (1.0,)
    found = []
    for power in range(math.floor(low), math.ceil(high) + 1):
        for factor in within:
            at = power + math.log10(factor)
            if low - 1e-9 <= at <= high + 1e-9 and power % every == 0:
                found.append((min(max(at, low), high), short_number(factor * 10.0**power)))
    return tuple(found) if len(found) > 1 else _between_powers(low, high)


def broken_log_ticks(low: float, high: float, zero: tuple[float, float] | None) -> tuple[tuple[float, str], ...]:
    """Ticks of a LOG axis with a place for zeros: (where they are drawn, where the axis is broken) or None.

    >>> [text for _, text in broken_log_ticks(-0.6, 2, (-0.5, -0.2))]
    ['0', '1', '10', '100']
    """
    if zero is None:
        return log_ticks(low, high)
    at, broken = zero
    found = log_ticks(max(low, broken), high) if high > broken else ()
    return ((at, "0"), *found) if low <= at <= high else found


def _between_powers(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Ticks of a LOG axis that shows less than one step of 1, 2, 5: agreeable numbers at their logarithms."""
    if abs(low) > 300 or abs(high) > 300:
        return ()
    return tuple((math.log10(v), text) for v, _ in linear_ticks(10**low, 10**high, 4) if (text := short_number(v)))


def axis_for_range(axis: Axis, low: float, high: float) -> Axis:
    """The same axis showing ``low`` to ``high``: what the camera needs after zooming and panning.

    Numbers get new ticks; named ticks are kept where they are still in view. A range that is empty, turned round or
    not finite leaves the axis as it is. The axis's own range gives the axis itself.

    >>> axis_for_range(Axis("Months", (0, 12), ((0, "0"), (6, "6"), (12, "12")), steps=(1, 3, 6, 12)), 0, 3).ticks
    ((0, '0'), (1, '1'), (2, '2'), (3, '3'))
    """
    if (low, high) == axis.range or not (math.isfinite(low) and math.isfinite(high) and low < high):
        return axis
    if axis.scale is Scale.NAMES:
        ticks = tuple(tick for tick in axis.ticks if low <= tick[0] <= high)
    elif axis.scale is Scale.LOG:
        ticks = broken_log_ticks(low, high, axis.zero)
    else:
        ticks = linear_ticks(low, high, max(2, min(6, len(axis.ticks))), axis.steps)
    return replace(axis, range=(low, high), ticks=ticks)


def zoomed(
    figure: Figure,
    panel_key: str,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> Figure:
    """The figure as the camera shows it: one panel with other ranges, and those linked to it with what they share.

    A panel that does not move, or a key that no panel has, leaves the figure as it is; None keeps a range.
    """
    found = next((p for p in figure.panels if p.key == panel_key and p.moves), None)
    if found is None:
        return figure

    def moved(panel: Panel) -> Panel:
        return panel_at(
            panel,
            x_range if panel is found or (found.linked and panel.linked == found.linked) else None,
            y_range if panel is found or (found.linked_y and panel.linked_y == found.linked_y) else None,
            figure.width,
        )

    return replace(figure, panels=tuple(moved(panel) for panel in figure.panels))


def panel_at(
    panel: Panel, x_range: tuple[float, float] | None, y_range: tuple[float, float] | None, page: float
) -> Panel:
    """One panel under the camera, with other ranges, on a page of this width in points; None keeps a range."""
    x = axis_for_range(panel.x, *x_range) if x_range else panel.x
    y = axis_for_range(panel.y, *y_range) if y_range else panel.y
    if panel.linked_y:
        x, y = _clear_of_neighbours(x, panel), _no_wider(y, panel.y)
    seen = replace(panel, x=x, y=y)
    kept = tuple(_kept_on_page(mark, seen, page) if isinstance(mark, Note) else mark for mark in panel.marks)
    return replace(seen, marks=kept)


def _clear_of_neighbours(axis: Axis, panel: Panel) -> Axis:
    """The x axis of a panel among others without the strings that would reach into a neighbour."""
    low, high = axis.range
    if axis is panel.x or not low < high:
        return axis

    def reaches_over(at: float, text: str) -> bool:
        place = (at - low) / (high - low) * panel.area.width
        return text_width(text, axis.size, typeface=axis.typeface) / 2 > min(place, panel.area.width - place) + BESIDE

    return replace(axis, ticks=tuple((at, "" if reaches_over(at, text) else text) for at, text in axis.ticks))


def _no_wider(axis: Axis, home: Axis) -> Axis:
    """The y axis with its strings set so small that they stay clear of the label that the panels share."""
    wide, room = _widest(axis, axis.size), _widest(home, home.size) + LABEL_GAP - 1.0
    return axis if wide <= room else replace(axis, size=max(axis.size * room / wide, SMALLEST_TEXT))


def _kept_on_page(mark: Note, panel: Panel, page: float) -> Note:
    """A text that moves with the data, shifted sideways where the camera would push it over the edge of the page."""
    if mark.pin is Pin.X or mark.vertical:
        return mark
    (low, high), area = panel.x.range, panel.area
    width = text_width(mark.text, mark.size, mark.bold, mark.typeface)
    back = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[mark.anchor]
    left = area.x + (mark.at[0] - low) / (high - low) * area.width + mark.offset[0] - back
    shift = min(page - width - left, 0.0) or max(-left, 0.0)
    return replace(mark, offset=(mark.offset[0] + shift, mark.offset[1])) if shift else mark


def ticks_about(length: float) -> int:
    """How many tick distances suit an axis of this length in points.

    >>> ticks_about(30), ticks_about(110), ticks_about(900)
    (2, 5, 6)
    """
    return max(2, min(6, int(length / FEWEST_POINTS_PER_TICK)))


def left_room(axis: Axis) -> float:
    """Points that a y axis needs left of the data rectangle: ticks, strings, label."""
    if not axis.visible:
        return 0.0
    lines = len(axis.label.split("\n")) if axis.label else 0
    label = LABEL_GAP + lines * axis.size * LINE_HEIGHT if lines else 0.0
    return TICK_LENGTH + TICK_GAP + _widest(axis, axis.size) + label


def bottom_room(axis: Axis) -> float:
    """Points that an x axis needs below the data rectangle: ticks, strings (in lines), label (in lines)."""
    if not axis.visible:
        return 0.0
    lines = max((len(text.split("\n")) for _, text in axis.ticks), default=1)
    lines += len(axis.label.split("\n")) if axis.label else 0
    return TICK_LENGTH + TICK_GAP + lines * axis.size * LINE_HEIGHT + (LABEL_GAP - 2 if axis.label else 0)


def _widest(axis: Axis, size: float) -> float:
    lines = (line for _, text in axis.ticks for line in text.split("\n"))
    return max((text_width(line, size, typeface=axis.typeface) for line in lines), default=0.0)


def axis_marks(panel: Panel) -> tuple[Mark, ...]:
    """The lines and texts of both axes of a panel, in page points."""
    with set_in(panel.x.typeface):
        across = _x_marks(panel)
    with set_in(panel.y.typeface):
        return (*across, *_y_marks(panel))


def _x_marks(panel: Panel) -> list[Mark]:
    axis, area = panel.x, panel.area
    if not axis.visible:
        return []
    low, high = axis.range
    bottom = area.y + area.height
    marks: list[Mark] = [Line(((area.x, bottom), (area.x + area.width, bottom)), AXIS_STROKE)]
    first = bottom + TICK_LENGTH + TICK_GAP + CAP_HEIGHT * axis.size
    pitch = axis.size * LINE_HEIGHT
    most = 1
    for at, text in axis.ticks:
        x = area.x + (at - low) / (high - low) * area.width
        marks.append(Line(((x, bottom), (x, bottom + TICK_LENGTH)), AXIS_STROKE))
        lines = text.split("\n")
        most = max(most, len(lines))
        marks += [
            Note((x, first + i * pitch), line, axis.size, anchor=Anchor.MIDDLE) for i, line in enumerate(lines) if line
        ]
    below = first + most * pitch + LABEL_GAP - 2
    middle = area.x + area.width / 2
    marks += [
        Note((middle, below + i * pitch), line, axis.size, anchor=Anchor.MIDDLE)
        for i, line in enumerate(axis.label.split("\n") if axis.label else ())
    ]
    return marks


def _y_marks(panel: Panel) -> list[Mark]:
    axis, area = panel.y, panel.area
    if not axis.visible:
        return []
    low, high = axis.range
    bottom = area.y + area.height
    lines = axis.label.split("\n") if axis.label else []
    pitch = axis.size * LINE_HEIGHT
    # Camera ranges may need longer numbers than the room that was laid out: these are set smaller, not over the label.
    label_room = LABEL_GAP + len(lines) * pitch if lines else 0.0
    room = max(area.x - TICK_LENGTH - TICK_GAP - label_room, 1.0)
    widest = _widest(axis, axis.size)
    size = max(axis.size * min(1.0, room / widest), SMALLEST_TEXT) if widest else axis.size
    marks: list[Mark] = [Line(((area.x, area.y), (area.x, bottom)), AXIS_STROKE)]
    for at, text in axis.ticks:
        y = bottom - (at - low) / (high - low) * area.height
        marks.append(Line(((area.x - TICK_LENGTH, y), (area.x, y)), AXIS_STROKE))
        point = (area.x - TICK_LENGTH - TICK_GAP, y + CAP_HEIGHT * size / 2)
        marks.append(Note(point, text, size, anchor=Anchor.END))
    marks += _break_marks(panel)
    right = area.x - TICK_LENGTH - TICK_GAP - _widest(axis, size) - LABEL_GAP - DESCENT * axis.size
    right = max(right, len(lines) * pitch - DESCENT * axis.size)
    middle = area.y + area.height / 2
    for i, line in enumerate(lines):
        x = right - (len(lines) - 1 - i) * pitch
        marks.append(Note((x, middle), line, axis.size, anchor=Anchor.MIDDLE, vertical=True))
    return marks


def _break_marks(panel: Panel) -> list[Mark]:
    """Two short slanted strokes across a y axis, with paper between them, where it is broken above the zeros."""
    (low, high), area, zero = panel.y.range, panel.area, panel.y.zero
    if zero is None or not low < zero[1] < high:
        return []
    y = area.y + area.height - (zero[1] - low) / (high - low) * area.height
    left, right = area.x - BREAK_REACH, area.x + BREAK_REACH
    gap: Mark = Line(((area.x, y - BREAK_GAP), (area.x, y + BREAK_GAP)), Stroke("#FFFFFF", 1.4))
    slants = [Line(((left, y + d + 1.2), (right, y + d - 1.2)), AXIS_STROKE) for d in (-BREAK_GAP, BREAK_GAP)]
    return [gap, *slants]
