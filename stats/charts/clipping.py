"""Cutting lines at the edge of a rectangle: some paint devices ignore clipping, so geometry is cut before it is drawn.

Invariants: nothing that is returned lies outside the rectangle (left, top, right, bottom); order is kept.
"""

import itertools
from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Box = tuple[float, float, float, float]


def clipped_segment(start: Point, end: Point, box: Box) -> tuple[Point, Point] | None:
    """The part of a segment inside the rectangle (left, top, right, bottom), by Liang and Barsky; None if none.

    Source: Liang Y-D, Barsky BA, ACM Transactions on Graphics 1984;3:1-22.

    >>> clipped_segment((-5, 5), (15, 5), (0, 0, 10, 10))
    ((0.0, 5.0), (10.0, 5.0))
    >>> clipped_segment((-5, 5), (-1, 9), (0, 0, 10, 10)) is None
    True
    """
    (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
    first, last = 0.0, 1.0
    for step, room in ((-dx, x - box[0]), (dx, box[2] - x), (-dy, y - box[1]), (dy, box[3] - y)):
        if step == 0:
            if room < 0:
                return None
            continue
        t = room / step
        if step < 0:
            first = max(first, t)
        else:
            last = min(last, t)
        if first > last:
            return None
    return (x + first * dx, y + first * dy), (x + last * dx, y + last * dy)


def clipped_polyline(points: Sequence[Point], box: Box) -> Iterator[list[Point]]:
    """The pieces of a polyline inside the rectangle; nothing for fewer than two points.

    >>> list(clipped_polyline([(1, 1), (5, 1), (5, 20), (8, 20), (8, 1)], (0, 0, 10, 10)))
    [[(1, 1), (5, 1), (5.0, 10.0)], [(8.0, 10.0), (8, 1)]]
    """
    left, top, right, bottom = box
    if all(left <= x <= right and top <= y <= bottom for x, y in points):
        if len(points) > 1:
            yield list(points)
        return
    piece: list[Point] = []
    for start, end in itertools.pairwise(points):
        inside = clipped_segment(start, end, box)
        if inside is None or inside[0] == inside[1] != end:
            continue
        if piece and piece[-1] == start and inside[0] == start:
            piece.append(inside[1])
        else:
            if len(piece) > 1:
                yield piece
            piece = [start if inside[0] == start else inside[0], inside[1]]
        piece[-1] = end if inside[1] == end else inside[1]
    if len(piece) > 1:
        yield piece


def clipped_polygon(corners: Sequence[Point], box: Box) -> list[Point]:
    """The part of a polygon inside the rectangle, cut edge by edge; empty if they do not meet.

    Source: Sutherland IE, Hodgman GW, Communications of the ACM 1974;17:32-42.

    >>> clipped_polygon([(-5, 2), (5, 2), (5, 4), (-5, 4)], (0, 0, 10, 10))
    [(0.0, 2.0), (5, 2), (5, 4), (0.0, 4.0)]
    """
    found = list(corners)
    for axis, edge, sign in ((0, box[0], 1.0), (0, box[2], -1.0), (1, box[1], 1.0), (1, box[3], -1.0)):
        kept: list[Point] = []
        for start, end in zip([*found[-1:], *found[:-1]], found, strict=True):
            before, after = sign * (start[axis] - edge), sign * (end[axis] - edge)
            if before * after < 0:
                t = before / (before - after)
                kept.append((start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1])))
            if after >= 0:
                kept.append(end)
        found = kept
    return found if len(found) > 2 else []


def clipped_block(corners: Box, box: Box) -> Box | None:
    """The part of an upright rectangle inside another; None if they do not meet.

    >>> clipped_block((-5, 2, 5, 4), (0, 0, 10, 10)), clipped_block((11, 2, 15, 4), (0, 0, 10, 10))
    ((0, 2, 5, 4), None)
    """
    left, top = max(corners[0], box[0]), max(corners[1], box[1])
    right, bottom = min(corners[2], box[2]), min(corners[3], box[3])
    return (left, top, right, bottom) if right > left and bottom > top else None
