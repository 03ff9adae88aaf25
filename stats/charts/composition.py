"""A page of several charts, as it was asked for: its parts in their places, its size, its letters.

Invariants: frozen and without any layout, so that it can be part of a study and of its undo history; parts lie on a
grid of equally wide columns, counted from 0; the order of the parts is that of their letters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from trajecta.stats.charts.choice import ChartChoice

LETTER_SIZE = 8.0  # points, in bold; journals ask for it beside texts of at most 7


class Letters(StrEnum):
    """How the parts of a page are lettered."""

    LOWER = "lower"
    UPPER = "upper"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """One chart of a page: ``choice`` of ``measure`` (its key), drawn over ``columns`` × ``rows`` cells of the grid.

    Width and height of ``choice`` are not looked at; the page gives them.
    """

    measure: str
    choice: ChartChoice = field(default_factory=ChartChoice)
    row: int = 0
    column: int = 0
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Composition:
    """A page of parts. ``height_mm`` None is as high as the parts need.

    ``one_legend`` draws one legend of the patients for all parts instead of one in each. ``align`` brings the axis
    lines of a column and the base lines of a row together. ``share_x`` gives the parts of a column that have the same
    time axis the same range, ``share_y`` all parts that have the same value axis.
    """

    parts: tuple[Part, ...] = ()
    width_mm: float = 183.0
    height_mm: float | None = None
    letters: Letters = Letters.LOWER
    one_legend: bool = True
    align: bool = True
    share_x: bool = False
    share_y: bool = False

    @property
    def grid(self) -> tuple[int, int]:
        """Columns and rows of the grid; 0 of each without parts."""
        return (
            max((part.column + part.columns for part in self.parts), default=0),
            max((part.row + part.rows for part in self.parts), default=0),
        )

    def letter(self, part: int) -> str:
        """The letter of the part at this position; after z comes aa.

        >>> page = Composition()
        >>> page.letter(0), page.letter(25), page.letter(26), Composition(letters=Letters.UPPER).letter(1)
        ('a', 'z', 'aa', 'B')
        """
        return "" if self.letters is Letters.NONE else self.name(part)

    def name(self, part: int) -> str:
        """What a part is called in words and files, on a page without letters as well."""
        text, left = "", part + 1
        while left:
            left, at = divmod(left - 1, 26)
            text = chr(ord("a") + at) + text
        return text.upper() if self.letters is Letters.UPPER else text


@dataclass(frozen=True, slots=True)
class Entry:
    """A part before it has its place: what is drawn, whether it begins a row, its share of the row's width."""

    measure: str
    choice: ChartChoice
    new_row: bool = False
    share: int = 1


def placed(entries: Sequence[Entry]) -> tuple[Part, ...]:
    """The entries in rows, each row filling the whole width: two beside each other above one that is twice as wide.

    >>> over = placed((Entry("m", ChartChoice()), Entry("m", ChartChoice()), Entry("n", ChartChoice(), True)))
    >>> [(part.row, part.column, part.columns) for part in over]
    [(0, 0, 1), (0, 1, 1), (1, 0, 2)]
    """
    rows: list[list[Entry]] = []
    for entry in entries:
        if entry.new_row or not rows:
            rows.append([])
        rows[-1].append(entry)
    totals = [sum(entry.share for entry in row) for row in rows]
    columns = math.lcm(*totals) if totals else 0
    found: list[Part] = []
    for r, (row, total) in enumerate(zip(rows, totals, strict=True)):
        at = 0
        for entry in row:
            wide = entry.share * columns // total
            found.append(Part(entry.measure, entry.choice, r, at, columns=wide))
            at += wide
    return tuple(found)


def entries_of(parts: Sequence[Part]) -> tuple[Entry, ...]:
    """The parts as entries, the other way round of ``placed``; what spans several rows counts in its first.

    >>> entries = (Entry("m", ChartChoice(), True, 2), Entry("m", ChartChoice()), Entry("n", ChartChoice(), True))
    >>> entries_of(placed(entries)) == entries
    True
    """
    found: list[Entry] = []
    for row in sorted({part.row for part in parts}):
        within = sorted((part for part in parts if part.row == row), key=lambda part: part.column)
        least = math.gcd(*(part.columns for part in within))
        found += [Entry(part.measure, part.choice, part is within[0], part.columns // least) for part in within]
    return tuple(found)


def with_entries(page: Composition, entries: Sequence[Entry]) -> Composition:
    """The same page with these parts."""
    return replace(page, parts=placed(entries))


def added(entries: Sequence[Entry], measure: str, choice: ChartChoice) -> tuple[Entry, ...]:
    """The entries with one more: beside the last one where that is alone in its row, else as the first of a new row.

    >>> page = added(added(added((), "m", ChartChoice()), "m", ChartChoice()), "m", ChartChoice())
    >>> [entry.new_row for entry in page]
    [True, False, True]
    """
    last = next((i for i in reversed(range(len(entries))) if entries[i].new_row), 0)
    return (*entries, Entry(measure, choice, new_row=not entries or len(entries) - last > 1))


def swapped(entries: Sequence[Entry], one: int, other: int) -> tuple[Entry, ...]:
    """The entries with two in each other's place; rows keep as many as they have. Positions out of reach do nothing.

    >>> over = (Entry("m", ChartChoice(), True), Entry("n", ChartChoice(), True))
    >>> [(entry.measure, entry.new_row) for entry in swapped(over, 0, 1)], swapped(over, 1, 2) == over
    ([('n', True), ('m', True)], True)
    """
    found, places = list(entries), range(len(entries))
    if one in places and other in places:
        found[one] = replace(entries[other], new_row=entries[one].new_row)
        found[other] = replace(entries[one], new_row=entries[other].new_row)
    return tuple(found)


def without(entries: Sequence[Entry], at: int) -> tuple[Entry, ...]:
    """The entries without one; where it began a row, the next one of that row begins it.

    >>> row = (Entry("m", ChartChoice(), True), Entry("n", ChartChoice()))
    >>> [(entry.measure, entry.new_row) for entry in without(row, 0)]
    [('n', True)]
    """
    found = list(entries)
    if at in range(len(entries)):
        gone = found.pop(at)
        if gone.new_row and at < len(found):
            found[at] = replace(found[at], new_row=True)
    return tuple(found)
