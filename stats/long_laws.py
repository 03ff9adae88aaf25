"""Counting the sign patterns of hundreds of whole-number weights with arrays of whole numbers.

Invariants: the counts are never rounded: each is spread over rows that take 40 bits of it, in cells of 64 bits that
are carried over before they can overflow; as in ``pattern_laws`` the laws of two sets of weights are put together, and
of a law, which reads the same from either end, only the lower half is counted. numpy is imported by the first count.
"""

import math
from collections.abc import Sequence
from itertools import accumulate, count, pairwise, repeat
from operator import mul
from typing import TYPE_CHECKING

from trajecta.stats.pattern_laws import Sets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

# What a row takes of a count, and the bits of its cells: from below 2^40 on they can be doubled 24 times.
_BITS, _CELL = 40, 64
# Weights between two completions of the lower half from its mirror image: two such chunks between two carries.
_CHUNK = 12
# Products of two digits of 20 bits are whole in doubles as long as no more than 2^13 are added up.
_DIGIT, _TERMS = _BITS // 2, 1 << 13
# Multiplications that a BLAS does in one thread: where the processor is busy, threads wait seconds for each other.
_ALONE = 1 << 18
# 2^22 cells of 40 bits add up to less than 2^62. All rows together take at most 134 MB.
_LONGEST_ROW, _MOST_CELLS = 1 << 22, 1 << 24
# Measured with numpy 2: an addition in a long row, what each addition costs before its first cell, and all that happens
# to a cell once its law is complete.
_SECONDS_AN_ADDITION, _SECONDS_A_CALL, _SECONDS_A_CELL = 2e-10, 6e-7, 3e-9


def seconds_in_rows(sets: Sets, limit: int) -> float:
    """About how long ``count_in_rows`` takes, the import of numpy aside; infinity where the rows would not fit.

    >>> from trajecta.stats.pattern_laws import split
    >>> seconds_in_rows(split([1, 2, 3], 3), 3) < 0.001
    True
    >>> seconds_in_rows(split([1, 10**9 + 1], 10**8), 10**8)
    inf
    """
    sides = ((sets.first, limit), (sets.second, limit // sets.unit))
    if min(sum(sets.first), limit) >= _LONGEST_ROW:
        return math.inf
    (half, rows), (half_of_second, rows_of_second) = [
        (min(sum(side) // 2, most) + 1, _rows(len(side))) for side, most in sides
    ]
    cells = half * rows + half_of_second * (rows + rows_of_second)
    if cells > _MOST_CELLS:
        return math.inf
    additions = sum(_additions(side, most) for side, most in sides)
    calls = len(sets.first) * rows + len(sets.second) * rows_of_second
    return additions * _SECONDS_AN_ADDITION + calls * _SECONDS_A_CALL + cells * _SECONDS_A_CELL


def _rows(patterns: int) -> int:
    """How many rows at most the counts of that many weights take."""
    return 1 + patterns // _BITS


def _additions(ascending: Sequence[int], limit: int) -> int:
    """About how many cells are added to count the lower half of a law up to ``limit``."""
    reached = map(min, accumulate(ascending), repeat(2 * limit))
    cells: int = sum(map(mul, reached, map(_rows, count())))
    return cells // 2


def count_in_rows(sets: Sets, limit: int) -> int:
    """How many sign patterns of the divided weights have a positive sum of at most ``limit``, from 0 on.

    The same as ``count_of_sets``; only for sets and limits for which ``seconds_in_rows`` is finite.

    >>> from trajecta.stats.pattern_laws import split
    >>> count_in_rows(split([1, 2, 3], 3), 3)  # {}, {1}, {2}, {3}, {1, 2}
    5
    """
    units = min(sum(sets.second), limit // sets.unit)
    half = min(units, sum(sets.second) // 2)
    room = list(_room(sets, limit))
    _carry(room, slice(half + 1))
    return _sum_of_products(_lower_half(sets.second, half), room)


def _room(sets: Sets, limit: int) -> "Iterator[NDArray[np.uint64]]":
    """How many patterns of the first set leave room for j units of the second, row by row, not yet carried.

    For j in the lower half of the second law only: what its mirror image has room for is added, since both are as many.
    """
    import numpy as np

    total, largest, unit = sum(sets.first), sum(sets.second), sets.unit
    known, most, units = min(limit, total // 2), min(limit, total), min(largest, limit // unit)
    half = min(units, largest // 2)
    # Beyond the total of the first set there is room for all its patterns.
    everything = min(units + 1, -(-(limit - most) // unit))
    law = np.empty(most + 1, dtype=np.uint64)
    room = np.empty(units + 1, dtype=np.uint64)
    rows = _lower_half(sets.first, known)
    while rows:
        law[: known + 1] = rows.pop(0)
        law[known + 1 :] = law[total - most : total - known][::-1]
        below = law.cumsum()
        room[:everything] = below[most]
        room[everything:] = below[limit - everything * unit :: -unit][: units + 1 - everything]
        lower = room[: half + 1].copy()
        if units > half:
            lower[largest - units : largest - half] += room[:half:-1]
        yield lower


def _lower_half(weights: Sequence[int], last: int) -> "list[NDArray[np.uint64]]":
    """The numbers of patterns with positive sum 0, 1, … last, at most half the sum of the ascending weights.

    Row i holds bits 40·i to 40·i + 39 of every count.
    """
    import numpy as np

    # Zeros before the first count: what is shifted in from there needs no case of its own.
    before = max((weight for weight in weights if weight <= last), default=0)
    rows = [np.zeros(before + last + 1, dtype=np.uint64)]
    rows[0][before] = 1
    spare = np.zeros_like(rows[0])
    known, reach, largest = 1, 0, 1
    for start in range(0, len(weights), _CHUNK):
        chunk = weights[start : start + _CHUNK]
        if largest << len(chunk) >= 1 << _CELL:
            _carry(rows, slice(before, before + known))
            largest = (1 << _BITS) - 1
        upto = min(last, (reach + sum(chunk)) // 2)
        for i, row in enumerate(rows):
            _complete(row[before:], (known, upto), reach)
            rows[i], spare = _with_weights(chunk, (row, spare), slice(before, before + upto + 1))
        known, reach, largest = upto + 1, reach + sum(chunk), largest << len(chunk)
    _carry(rows, slice(before, before + known))
    return [row[before:] for row in rows]


def _complete(law: "NDArray[np.uint64]", ends: tuple[int, int], reach: int) -> None:
    """Fill the cells between ``ends``, the second included, from the lower half: that of j is that of ``reach`` − j."""
    known, upto = ends
    last = min(upto, reach)
    if known <= last:
        law[known : last + 1] = law[reach - last : reach - known + 1][::-1]
    law[max(known, last + 1) : upto + 1] = 0  # the exchange of rows may have left something there


def _with_weights(
    weights: Sequence[int], rows: "tuple[NDArray[np.uint64], NDArray[np.uint64]]", cells: slice
) -> "tuple[NDArray[np.uint64], NDArray[np.uint64]]":
    """The row with the weights taken in, from the first row to the other and back, and the row that is spare then."""
    import numpy as np

    old, new = rows
    for weight in weights:
        if weight < cells.stop - cells.start:
            np.add(old[cells], old[cells.start - weight : cells.stop - weight], out=new[cells])
            old, new = new, old
    return old, new


def _carry(rows: "list[NDArray[np.uint64]]", cells: slice) -> None:
    """Leave 40 bits in each of the ``cells`` and add the rest to the next row, to a new one where there is none."""
    import numpy as np

    mask = np.uint64((1 << _BITS) - 1)
    for row, following in pairwise(rows):
        following[cells] += row[cells] >> _BITS
        row[cells] &= mask
    while int(rows[-1][cells].max()) >> _BITS:
        rows.append(np.zeros_like(rows[-1]))
        rows[-1][cells] = rows[-2][cells] >> _BITS
        rows[-2][cells] &= mask


def _digits(rows: "list[NDArray[np.uint64]]", cells: slice, together: int) -> "NDArray[np.float64]":
    """Two digits for each row of 40 bits, as doubles; so many cells ``together``, the last ones filled up with 0."""
    import numpy as np

    mask, length = np.uint64((1 << _DIGIT) - 1), len(rows[0][cells])
    found = np.zeros((2 * len(rows), -(-length // together) * together))
    for i, row in enumerate(rows):
        np.bitwise_and(row[cells], mask, out=found[2 * i, :length], casting="unsafe")
        np.right_shift(row[cells], _DIGIT, out=found[2 * i + 1, :length], casting="unsafe")
    return found.reshape(2 * len(rows), -1, together)


def _sum_of_products(first: "list[NDArray[np.uint64]]", second: "list[NDArray[np.uint64]]") -> int:
    """The sum of the products of the counts in the same cell: exact, since each product of digits and each sum is."""
    import numpy as np

    sums = np.zeros((2 * len(first), 2 * len(second)), dtype=np.uint64)
    together = min(_TERMS, 1 << max(1, _ALONE // sums.size).bit_length() - 1)
    for start in range(0, len(first[0]), _TERMS):
        cells = slice(start, start + _TERMS)
        left, right = _digits(first, cells, together), _digits(second, cells, together)
        products = left.transpose(1, 0, 2) @ right.transpose(1, 2, 0)
        sums += products.sum(axis=0).astype(np.uint64)
    return sum(product << _DIGIT * (i + j) for i, row in enumerate(sums.tolist()) for j, product in enumerate(row))
