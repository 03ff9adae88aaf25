"""Counting the sign patterns of hundreds of whole-number weights, by meeting in the middle of their sums.

Invariants: the counts are whole numbers, never rounded; the weights are divided in two sets whose laws are counted
apart (half as many bits in every count, about half as many sums) and then put together; of a law, which reads the same
from either end, only the lower half is ever counted.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from math import comb
from operator import mul
from struct import Struct

# A count takes whole cells of 8 bytes, which ``array`` moves without looking into them.
_CELL, _BYTES, _BITS = "Q", 8, 64
# Weights between two completions of the lower half from its mirror image.
_CHUNK = 8
# Asked for and released at once: Linux then keeps the memory of numbers up to this size for the next one instead of
# fetching it from the system page by page, which from 0.1 MB on costs as much as the addition.
_KEPT_BY_ALLOCATOR = 4_000_000
# Common divisors that are tried for the second set: in units of it its sums are that many times fewer.
_UNITS = (1, 2, 3, 4)
# Measured with CPython 3.11: 2.5e9 bytes are added up in a second, a count is read and multiplied in 0.2 µs.
_SECONDS_A_BIT, _SECONDS_A_COUNT = 5e-11, 2e-7


@dataclass(frozen=True, slots=True)
class Sets:
    """A division of the weights: ``first``, and ``second`` in units of ``unit``, both ascending."""

    first: tuple[int, ...]
    second: tuple[int, ...]
    unit: int

    def seconds(self, limit: int) -> float:
        """About how long ``count_of_sets`` takes."""
        sides = ((self.first, limit), (self.second, limit // self.unit))
        bits = sum(_additions(side, most) for side, most in sides)
        counts = sum(min(sum(side) // 2, most) for side, most in sides)
        return bits * _SECONDS_A_BIT + counts * _SECONDS_A_COUNT


def split(weights: Sequence[int], limit: int) -> Sets:
    """The quickest division to count up to ``limit``: multiples of 1, 2, 3 or 4, or the larger of these, and the rest.

    >>> split([1, 2, 3, 4, 5, 6], 10)
    Sets(first=(1, 3, 5), second=(1, 2, 3), unit=2)
    """
    ordered, found = sorted(weights), []
    for unit in _UNITS:
        multiples = [weight for weight in ordered if weight % unit == 0]
        first = [weight for weight in ordered if weight % unit]
        if 3 * len(multiples) > 2 * len(ordered):
            middle = len(multiples) // 2
            first, multiples = sorted(first + multiples[:middle]), multiples[middle:]
        found.append(Sets(tuple(first), tuple([weight // unit for weight in multiples]), unit))
    return min(found, key=lambda sets: sets.seconds(limit))


def _additions(ascending: Sequence[int], limit: int) -> int:
    """About how many bits are added up to count the lower half of a law up to ``limit``."""
    reached = map(min, accumulate(ascending), repeat(2 * limit))
    bits: int = sum(map(mul, reached, range(1, len(ascending) + 1)))
    return bits // 2


def count_of_sets(sets: Sets, limit: int) -> int:
    """How many sign patterns of the divided weights have a positive sum of at most ``limit``, from 0 on.

    >>> count_of_sets(split([1, 2, 3], 3), 3)  # {}, {1}, {2}, {3}, {1, 2}
    5
    """
    bytearray(_KEPT_BY_ALLOCATOR)
    first, second, unit = sets.first, sets.second, sets.unit
    total, largest = sum(first), sum(second)
    law = lower_half(first, limit)
    if len(law) <= min(limit, total):
        law += law[total - len(law) :: -1]
    below = list(accumulate(law))
    # How many patterns of the first set leave room for 0, 1, … units of the second: all of them at first.
    units = min(largest, limit // unit)
    everything = min(units + 1, max(0, -(-(limit - total) // unit)))
    room = [1 << len(first)] * everything
    if everything <= units:
        room += below[limit - everything * unit :: -unit]
    ways = lower_half(second, units)
    found: int = sum(map(mul, ways, room))
    # The upper half of the second law in its mirror image: as many patterns for largest − j as for j.
    first_left = max(0, largest - units)
    if units >= len(ways):
        found += sum(map(mul, ways[first_left : largest - len(ways) + 1], room[units : len(ways) - 1 : -1]))
    return found


def lower_half(weights: Sequence[int], limit: int) -> list[int]:
    """The numbers of patterns with positive sum 0, 1, … up to ``limit`` or half the sum of the ascending weights.

    >>> lower_half([1, 2, 3], 6), lower_half([1, 2, 3], 1)
    ([1, 1, 1, 2], [1, 1])
    """
    need = min(limit, sum(weights) // 2)
    product, slots, cells, reach = 1, 1, 1, 0
    for start in range(0, len(weights), _CHUNK):
        chunk = weights[start : start + _CHUNK]
        if comb(start + len(chunk), (start + len(chunk)) // 2).bit_length() > cells * _BITS:
            product, cells = _widened(product, slots, cells), cells + 1
        upto = min(need, (reach + sum(chunk)) // 2)
        bits = cells * _BITS
        if slots <= min(upto, reach):
            product, slots = _completed(product, slots, cells, (reach, min(upto, reach)))
        for weight in chunk:
            product += product << weight * bits
            reach += weight
        slots = upto + 1
        if product.bit_length() > slots * bits:
            product &= (1 << slots * bits) - 1
    return _digits(product, slots, cells * _BYTES)


def _digits(number: int, count: int, width: int) -> list[int]:
    """The lowest ``count`` digits of ``width`` bytes each, lowest first; cut 64 at a time, twice as fast as singly."""
    blocks = -(-count // 64)
    cut = Struct(f"{width}s" * 64).iter_unpack(number.to_bytes(blocks * 64 * width, "little"))
    whole = int.from_bytes
    return [whole(digit, "little") for block in cut for digit in block][:count]


def _cells(number: int, count: int) -> "array[int]":
    found = array(_CELL)
    found.frombytes(number.to_bytes(count * found.itemsize, "little"))
    return found


def _widened(product: int, slots: int, cells: int) -> int:
    """The same counts with one cell more each."""
    narrow, wider = _cells(product, slots * cells), cells + 1
    wide = array(_CELL, bytes(slots * wider * narrow.itemsize))
    for cell in range(cells):
        wide[cell::wider] = narrow[cell::cells]
    return int.from_bytes(wide.tobytes(), "little")


def _completed(product: int, slots: int, cells: int, ends: tuple[int, int]) -> tuple[int, int]:
    """The counts up to the second of ``ends``: the count of j is that of (the first of ``ends``) − j."""
    reach, last = ends
    bits, count = cells * _BITS, last + 1 - slots
    piece = (product >> (reach - last) * bits) & ((1 << count * bits) - 1)
    backwards = _cells(piece, count * cells)[::-1]
    mirrored = array(_CELL, bytes(len(backwards) * backwards.itemsize))
    for cell in range(cells):
        mirrored[cell::cells] = backwards[cells - 1 - cell :: cells]
    return product | int.from_bytes(mirrored.tobytes(), "little") << slots * bits, last + 1
