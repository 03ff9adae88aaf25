"""How often column sums spread as far as observed when each patient's values are put in another order.

Invariants: the law is that of all arrangements of *these* whole-number rows, ties included, each equally likely; it is
counted with whole numbers, or, where that would take long, in doubles with a relative error below 1e-12; only where
neither can be done is it simulated, with a fixed seed, and the result says so. A chance is never 0, and neither the
order of the rows nor that of the columns changes it.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from trajecta.stats.decimals import positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = tuple[int, ...]


class Way(StrEnum):
    """How a chance was found; the text completes a method sentence."""

    COUNTED = "counted with whole numbers"
    COUNTED_IN_DOUBLES = "counted in double precision (relative error below 1e-12)"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class Chance:
    """P that the spread of the column sums is at least the observed one, over ``arrangements`` equally likely ones.

    ``fraction`` is given where whole numbers were counted; ``p_smallest`` is the P of the widest spread of all.
    """

    p: float
    fraction: Fraction | None
    way: Way
    arrangements: int
    p_smallest: float
    draws: int = 0
    standard_error: float | None = None


# Measured: a step of a state by one arrangement takes about 1 µs in pure Python and 0.03 µs in arrays, whose import
# costs 0.1 s. So some 0.3 s are spent on whole numbers before arrays take over.
_STEPS = 300_000
# Some 4 s of array work; what needs more is simulated, which takes about a second.
_ARRAY_STEPS = 120_000_000
# The last row is only compared with the limit, by a matrix product that handles a step in about 5 ns.
_LAST_STEPS = 1_000_000_000
# A table of all orders of one row: 8 untied visits have 40,320; 9 would need 26 MB and rarely lead anywhere.
_MOST_ORDERS = 50_000
# A sum per place: beyond 4 million places sorting the keys is faster than a table of them.
_LONGEST_TABLE = 4_000_000
_BLOCK = 1_000_000
DRAWS = 99_999
"""Random arrangements of a simulation; with the observed one 100,000, so that P moves in steps of 0.00001."""
_SEED = 20_220_915
# Values shuffled in one simulation: beyond 2e8 (some 5 s) the number of draws is cut, and the standard error says so.
_MOST_SHUFFLED = 200_000_000


def orders(row: Sequence[int]) -> int:
    """The number of different orders of a row: k! over the factorials of its tie counts.

    >>> orders([1, 2, 3, 4]), orders([0, 0, 1, 1]), orders([2, 2])
    (24, 6, 1)
    """
    found = math.factorial(len(row))
    for count in Counter(row).values():
        found //= math.factorial(count)
    return found


def column_sums(rows: Sequence[Sequence[int]]) -> list[int]:
    """The sum of each column of equally long rows.

    >>> column_sums([(1, 2), (3, 5)])
    [4, 7]
    """
    return [sum(column) for column in zip(*rows, strict=True)]


def spread_statistic(rows: Sequence[Sequence[int]]) -> Fraction | None:
    """(k − 1)·Σ(column sum − mean)² / Σ(value − mean of its row)²; None if no row holds two different values.

    On ranks it is Friedman's χ² with its tie correction, on zeros and ones Cochran's Q.

    >>> spread_statistic([(1, 2, 3), (1, 2, 3)]), spread_statistic([(0, 1, 1), (0, 0, 1)])
    (Fraction(4, 1), Fraction(3, 1))
    """
    within = sum(len(row) * sum(x * x for x in row) - sum(row) ** 2 for row in rows)
    if not within:
        return None
    sums = column_sums(rows)
    k = len(sums)
    between = k * sum(total * total for total in sums) - sum(sums) ** 2
    return Fraction((k - 1) * between, within)


def chance_of_spread(rows: Sequence[Sequence[int]]) -> Chance | None:
    """P that Σ(column sum)² is at least the observed one when each row takes all its different orders alike.

    None if there is no row with two different values. Rows of equal values have one order and change nothing.

    >>> chance_of_spread([(1, 2, 3), (1, 2, 3)]).fraction, chance_of_spread([(1, 2), (1, 2), (2, 1)]).fraction
    (Fraction(1, 6), Fraction(1, 1))
    """
    moving = [row for row in rows if len(set(row)) > 1]
    if not moving:
        return None
    small = _reduced(moving)
    limit = sum(total * total for total in column_sums(small))
    # By symmetry only the order of the sums matters, so every row may be taken in ascending order; rows with most
    # orders first, while there are few states.
    ordered = sorted((tuple(sorted(row)) for row in small), key=lambda row: (-orders(row), row))
    total = math.prod(orders(row) for row in ordered)
    widest = orders(column_sums(ordered))
    smallest = positive(Fraction(widest, total))
    found = _counted(ordered, limit)
    if isinstance(found, int):
        fraction = Fraction(found, total)
        return Chance(positive(fraction), fraction, Way.COUNTED, total, smallest)
    if found is not None:
        return Chance(max(found, smallest), None, Way.COUNTED_IN_DOUBLES, total, smallest)
    p, draws = simulated(ordered, limit)
    error = math.sqrt(p * (1.0 - p) / draws)
    return Chance(p, None, Way.SIMULATED, total, smallest, draws, error)


def _reduced(rows: Sequence[Sequence[int]]) -> list[Row]:
    """Rows starting from 0, in units of their common divisor: the same law on the smallest whole numbers."""
    shifted = [tuple(x - min(row) for x in row) for row in rows]
    divisor = math.gcd(*(x for row in shifted for x in row))
    return [tuple(x // divisor for x in row) for row in shifted]


def different_orders(row: Sequence[int]) -> list[Row]:
    """All different orders of a row, each once.

    >>> different_orders((0, 0, 1))
    [(0, 0, 1), (0, 1, 0), (1, 0, 0)]
    """
    here, found = sorted(row), []
    while True:  # the next order in the dictionary of orders, as Narayana Pandita gave it
        found.append(tuple(here))
        i = len(here) - 2
        while i >= 0 and here[i] >= here[i + 1]:
            i -= 1
        if i < 0:
            return found
        j = len(here) - 1
        while here[j] <= here[i]:
            j -= 1
        here[i], here[j] = here[j], here[i]
        here[i + 1 :] = reversed(here[i + 1 :])


def _counted(rows: list[Row], limit: int) -> int | float | None:
    """The number of arrangements at or beyond the limit, or their share in doubles, or None if neither can be had.

    ``states`` maps ascending column sums to their number of arrangements. The first row needs no orders: all of them
    lead to the same ascending sums.
    """
    if any(orders(row) > _MOST_ORDERS for row in rows[1:]):
        return None
    states: dict[Row, int] = {rows[0]: orders(rows[0])}
    tables: dict[Row, list[Row]] = {}
    steps = 0
    for i, row in enumerate(rows[1:], start=1):
        steps += len(states) * orders(row)
        if steps > _STEPS:
            return _share(states, rows, i, limit)
        if row not in tables:
            tables[row] = different_orders(row)
        following: dict[Row, int] = {}
        for state, ways in states.items():
            for order in tables[row]:
                sums = tuple(sorted(map(int.__add__, state, order)))
                following[sums] = following.get(sums, 0) + ways
        states = following
    return sum(ways for state, ways in states.items() if sum(x * x for x in state) >= limit)


def count_all(rows: Sequence[Sequence[int]], limit: int) -> tuple[int, int]:
    """(arrangements at or beyond the limit, all arrangements) with whole numbers however long it takes; for checks.

    >>> count_all([(0, 1, 2), (0, 1, 2)], 20)
    (6, 36)
    """
    states: dict[Row, int] = {tuple(0 for _ in rows[0]): 1}
    for row in rows:
        following: dict[Row, int] = {}
        for state, ways in states.items():
            for order in different_orders(row):
                sums = tuple(map(int.__add__, state, order))
                following[sums] = following.get(sums, 0) + ways
        states = following
    beyond = sum(ways for state, ways in states.items() if sum(x * x for x in state) >= limit)
    return beyond, sum(states.values())


def _share(states: dict[Row, int], rows: list[Row], start: int, limit: int) -> float | None:
    """The share of arrangements at or beyond the limit, from the states of the first ``start`` rows; None if too long.

    Only additions and multiplications of positive doubles: the relative error stays near 1e-14.
    """
    import numpy as np  # only where whole numbers would take long: importing it costs a start-up of its own

    whole = math.prod(orders(row) for row in rows[:start])
    # A column of ascending sums each: column by column is how arrays are fast.
    sums: NDArray[Any] = np.array(list(states), dtype=np.int32).T.copy()
    share: NDArray[Any] = np.array([ways / whole for ways in states.values()])
    spent = 0
    for i in range(start, len(rows) - 1):
        if not _worth(len(share), i, spent, rows):
            return None
        spent += len(share) * orders(rows[i])
        sums, share = _added(sums, share, np.array(different_orders(rows[i]), dtype=np.int32))
    if len(share) * orders(rows[-1]) > _LAST_STEPS:
        return None
    return _beyond(sums.T.astype(np.float64), share, np.array(different_orders(rows[-1]), dtype=np.float64), limit)


def _worth(found: int, i: int, spent: int, rows: list[Row]) -> bool:
    """Whether the rows from i on can be counted in time, from the number of states found so far.

    That number grows at most as the (k − 1)-th power of the number of rows, and in the beginning more slowly; so the
    forecast is trusted fully only when a third of the rows is done.
    """
    power, end = len(rows[0]) - 1, len(rows) - 1
    ahead = sum(found * (j / i) ** power * orders(rows[j]) for j in range(i, end))
    last = found * (end / i) ** power * orders(rows[-1])
    doubt = 1.2 if 3 * i > end else 3.0
    return spent <= _ARRAY_STEPS and spent + ahead <= doubt * _ARRAY_STEPS and last <= doubt * _LAST_STEPS


def _added(sums: "NDArray[Any]", share: "NDArray[Any]", table: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Ascending sums and their shares after one more row, whose different orders are the rows of ``table``."""
    import numpy as np

    k = len(sums)
    total = int(sums[:, 0].sum() + table[0].sum())
    # Adding the ascending row to ascending sums bounds each ascending column; the last one follows from the total.
    ascending = np.sort(table[0])
    lowest = [int(column.min() + ascending[0]) for column in sums[:-1]]
    sizes = [int(column.max() + ascending[-1]) - low + 1 for column, low in zip(sums[:-1], lowest, strict=True)]
    places = math.prod(sizes)
    dense = places <= _LONGEST_TABLE
    collected = np.zeros(places) if dense else np.zeros(0)
    keys, parts = [], []
    block = max(1, _BLOCK // len(share))
    for begin in range(0, len(table), block):
        chosen = table[begin : begin + block]
        moved = [(column[None, :] + chosen[:, j][:, None]).ravel() for j, column in enumerate(sums)]
        _sort_columns(moved)
        key, power = np.zeros(len(moved[0]), dtype=np.int64), 1
        for column, low, size in zip(moved[:-1], lowest, sizes, strict=True):
            key += (column.astype(np.int64) - low) * power
            power *= size
        weight = np.tile(share, len(chosen))
        if dense:
            np.add.at(collected, key, weight)
        else:
            unique, at = np.unique(key, return_inverse=True)
            keys.append(unique)
            parts.append(np.bincount(at, weight))
    if dense:
        found: NDArray[Any] = np.flatnonzero(collected)
        merged = collected[found]
    else:
        found, at = np.unique(np.concatenate(keys), return_inverse=True)
        merged = np.bincount(at, np.concatenate(parts))
    columns = np.empty((k, len(found)), dtype=np.int32)
    rest = found
    for j, (low, size) in enumerate(zip(lowest, sizes, strict=True)):
        rest, digit = np.divmod(rest, size)
        columns[j] = digit + low
    columns[-1] = total - columns[:-1].sum(axis=0)
    return columns, merged / len(table)


def _sort_columns(columns: "list[NDArray[Any]]") -> None:
    """Sort each place across the columns, ascending, by exchanging neighbours: far faster than sorting short rows."""
    import numpy as np

    for i in range(1, len(columns)):
        for j in range(i, 0, -1):
            smaller = np.minimum(columns[j - 1], columns[j])
            columns[j] = np.maximum(columns[j - 1], columns[j])
            columns[j - 1] = smaller


def _beyond(sums: "NDArray[Any]", share: "NDArray[Any]", table: "NDArray[Any]", limit: int) -> float:
    """The share at or beyond the limit once the last row is added: Σ(s + r)² = Σs² + Σr² + 2·Σs·r.

    The sums are whole numbers far below 2^53, so the comparison is exact in doubles.
    """
    import numpy as np

    needed = (limit - (sums**2).sum(axis=1) - float((table[0] ** 2).sum())) / 2.0
    block = max(1, 4 * _BLOCK // len(table))
    shares = [
        share[begin : begin + block]
        * np.count_nonzero(sums[begin : begin + block] @ table.T >= needed[begin : begin + block, None], axis=1)
        for begin in range(0, len(share), block)
    ]
    return min(1.0, float(np.sort(np.concatenate(shares)).sum()) / len(table))


def simulated(rows: Sequence[Row], limit: int, draws: int = DRAWS) -> tuple[float, int]:
    """(P, draws) from random arrangements with a fixed seed, P as (b + 1)/(draws + 1) (Phipson & Smyth 2010).

    Fewer draws are made where the table is so large that they would take long.
    """
    import numpy as np

    k = len(rows[0])
    draws = max(999, min(draws, _MOST_SHUFFLED // (len(rows) * k)))
    source = np.random.default_rng(_SEED)
    grouped = [(np.array(row, dtype=np.int64), sum(1 for _ in same)) for row, same in groupby(sorted(rows))]
    beyond, block = 0, max(1, _BLOCK // (len(rows) * k))
    stacked = np.concatenate([np.tile(row, (count, 1)) for row, count in grouped])
    for begin in range(0, draws, block):
        size = min(block, draws - begin)
        drawn = source.permuted(np.broadcast_to(stacked, (size, *stacked.shape)), axis=2)
        totals = drawn.sum(axis=1)
        beyond += int(np.count_nonzero((totals * totals).sum(axis=1) >= limit))
    return (beyond + 1) / (draws + 1), draws
