"""Cells of a table: numbers that all have the same decimals, and the hatching of those without a value.

Invariants: no number that is not 0 reads as 0; a hatched cell is neither paper nor a colour that a value can have.
"""

import math
from collections.abc import Iterable

from trajecta.stats.charts.axes import short_number
from trajecta.stats.charts.clipping import clipped_segment
from trajecta.stats.figure import Stroke

MISSED, HATCH = "#F6F7F8", Stroke("#7E8791", 0.5)
HATCH_GAP = 3.0  # points between the lines of a hatched cell, across them
SEAM = 0.4  # points at the edges of a cell that its hatching leaves free
MOST_PLACES = 6  # decimals; a number that needs more is no measured one and is rounded to ``ROUNDED``
ROUNDED = 2
MOST_DIGITS = 5  # of the largest number, whatever decimals the smallest needs

Place = tuple[float, float]


def common_places(values: Iterable[float]) -> int | None:
    """The decimals that all of these numbers are written with: as many as one of them needs.

    Fewer where the largest would get more than ``MOST_DIGITS`` digits, but never so few that one that is not 0 would
    read as 0. None for numbers so large or small that they are written with a power of ten.

    >>> common_places((12, 12.5)), common_places((3, 0.25)), common_places((12345, 3.7)), common_places((4e9, 1))
    (1, 2, 0, None)
    """
    known = tuple(values)
    if any("e" in short_number(value) for value in known):
        return None
    sizes = [math.floor(math.log10(abs(value))) for value in known if value]
    least = max(0, -min(sizes, default=0))
    needed = max(map(_needed, known), default=0)
    return max(least, min(needed, MOST_DIGITS - 1 - max(sizes, default=0)))


def is_rounded(value: float, places: int) -> bool:
    """Whether a number is more than it reads with so many decimals.

    >>> is_rounded(12.5, 1), is_rounded(1 / 3, 2)
    (False, True)
    """
    return abs(round(value, places) - value) > 1e-9 * abs(value)


def _needed(value: float) -> int:
    return next((places for places in range(MOST_PLACES + 1) if not is_rounded(value, places)), ROUNDED)


def hatching(width: float, height: float, corner: Place, unit: Place) -> tuple[tuple[Place, ...], ...]:
    """The slanted lines that fill a cell of this size in points, cut at its edges.

    ``corner`` is its lower left corner in the coordinates wanted, ``unit`` what one point is in them.
    """
    step = HATCH_GAP * math.sqrt(2)
    count = max(1, int((width + height) / step))
    first = (width + height - (count - 1) * step) / 2
    inside = (SEAM, SEAM, width - SEAM, height - SEAM)
    starts = (first + i * step - height for i in range(count))
    found = (clipped_segment((at, 0.0), (at + height, height), inside) for at in starts)
    (left, low), (right, up) = corner, unit
    return tuple(tuple((left + x * right, low + y * up) for x, y in line) for line in found if line is not None)
