"""Moving what was laid out: a chart that becomes a part of a page keeps every size and only changes its place.

Invariants: distances are points, y downwards; marks of a panel follow its rectangle and are not touched.
"""

from dataclasses import replace

from trajecta.stats.figure import Area, Block, Dots, Line, Mark, Note, Panel, Rect, Rule

Shift = tuple[float, float]


def moved_rect(rect: Rect, by: Shift) -> Rect:
    """The rectangle at its new place.

    >>> moved_rect(Rect(1, 2, 3, 4), (10, 20))
    Rect(x=11, y=22, width=3, height=4)
    """
    return Rect(rect.x + by[0], rect.y + by[1], rect.width, rect.height)


def moved_panel(panel: Panel, by: Shift, name: str) -> Panel:
    """The panel at its new place; ``name`` before its key and link keeps them apart from those of other parts."""
    linked, linked_y = (f"{name} {link}" if link else "" for link in (panel.linked, panel.linked_y))
    area = moved_rect(panel.area, by)
    return replace(panel, area=area, key=f"{name} {panel.key}", linked=linked, linked_y=linked_y)


def moved_mark(mark: Mark, by: Shift) -> Mark:
    """A mark of the page at its new place.

    >>> moved_mark(Note((1, 2), "n = 5"), (10, 20)).at
    (11, 22)
    """
    match mark:
        case Line(points=points) | Dots(points=points) | Area(points=points):
            return replace(mark, points=tuple((x + by[0], y + by[1]) for x, y in points))
        case Block(x0=x0, x1=x1, y0=y0, y1=y1):
            ends = [None if end is None else end + by[i % 2] for i, end in enumerate((x0, y0, x1, y1))]
            return replace(mark, x0=ends[0], y0=ends[1], x1=ends[2], y1=ends[3])
        case Rule(at=place, vertical=vertical):
            return replace(mark, at=place + by[0 if vertical else 1])
        case Note(at=(x, y)):
            return replace(mark, at=(x + by[0], y + by[1]))
