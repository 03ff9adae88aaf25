"""Axes that parts of a page share: one range of time for a column, one range of values for a measure.

Invariants: only ranges and ticks change, in the way the camera changes them; a group whose texts would then touch keeps
its own ranges.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace

from trajecta.stats.charts.axes import axis_for_range, zoomed
from trajecta.stats.charts.composition import Composition
from trajecta.stats.charts.layout import clashes
from trajecta.stats.figure import Axis, Figure, Panel

Ticks = tuple[tuple[float, str], ...]
Key = Callable[[int, Panel], Hashable | None]


def shared_axes(page: Composition, figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures of the parts of ``page`` with the ranges that it asks them to share."""
    found = list(figures)
    if page.share_x:
        columns = [(part.column, part.columns) for part in page.parts]
        found = _shared(found, lambda i, panel: _time(columns[i], panel), lambda panel: panel.x, across=True)
    if page.share_y:
        found = _shared(found, lambda _, panel: _values(panel), lambda panel: panel.y, across=False)
    return tuple(found)


def _time(column: Hashable, panel: Panel) -> Hashable | None:
    """What makes time axes the same: their column, their unit and their name."""
    return (column, panel.x.steps, _name(panel.x)) if panel.linked and panel.x.steps else None


def value_keys(figure: Figure) -> tuple[Hashable, ...]:
    """What the value axes of a figure that can be shared are known by; equal for parts that share one."""
    return tuple(key for panel in figure.panels if (key := _values(panel)) is not None)


def _values(panel: Panel) -> Hashable | None:
    """What makes value axes the same: name and unit, scale, and where zeros lie on it."""
    if not panel.moves or not panel.y.visible or not panel.y.label:
        return None
    return _name(panel.y), panel.y.scale, panel.y.zero


def _name(axis: Axis) -> str:
    return " ".join(axis.label.split())


def _shared(figures: list[Figure], key: Key, axis: Callable[[Panel], Axis], *, across: bool) -> list[Figure]:
    """Give the panels with the same key the same range; ``across`` for x, which linked panels of a part share."""
    groups: dict[Hashable, list[tuple[int, Panel]]] = {}
    for i, figure in enumerate(figures):
        for panel in figure.panels:
            found = key(i, panel)
            if found is not None:
                groups.setdefault(found, []).append((i, panel))
    for members in groups.values():
        ranges = [axis(panel).range for _, panel in members]
        whole = (min(low for low, _ in ranges), max(high for _, high in ranges))
        seen = [axis_for_range(axis(panel), *whole) for _, panel in members]
        # The parts of a column are equally wide and can take the finest ticks; the heights of parts differ.
        ticks = (max if across else min)((found.ticks for found in seen), key=len)
        changed = {i: figures[i] for i, _ in members}
        for i, panel in members:
            wanted = {"x_range": whole} if across else {"y_range": whole}
            changed[i] = _with_ticks(zoomed(changed[i], panel.key, **wanted), panel.key, ticks, across)
        if all(clashes(figure) <= clashes(figures[i]) for i, figure in changed.items()):
            for i, figure in changed.items():
                figures[i] = figure
    return figures


def _with_ticks(figure: Figure, key: str, ticks: Ticks, across: bool) -> Figure:
    def seen(panel: Panel) -> Panel:
        if panel.key != key:
            return panel
        if across:
            return replace(panel, x=replace(panel.x, ticks=ticks))
        return replace(panel, y=replace(panel.y, ticks=ticks))

    return replace(figure, panels=tuple(seen(panel) for panel in figure.panels))
