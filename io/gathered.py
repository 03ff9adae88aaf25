"""Cells gathered into a table by the row and the column that each belongs to, as exports with one value a row need it.

Invariants: no cell is lost: a second value of the same place begins a further row of the same visit; columns and rows
keep the order in which they were met.
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from trajecta.io.placed import NOTHING, Placed


class _Line(NamedTuple):
    lead: Sequence[Placed]
    cells: dict[Hashable, Placed]


class Gathered:
    """A table that is filled cell by cell; ``lead`` are the headers of its first columns, such as patient and visit."""

    def __init__(self, lead: Sequence[Placed]) -> None:
        self._lead = lead
        self._columns: dict[Hashable, Placed] = {}
        self._lines: dict[Hashable, list[_Line]] = {}
        self._filled: dict[tuple[Hashable, Hashable], int] = {}

    def put(self, row: Hashable, lead: Sequence[Placed], column: Hashable, head: Placed, cell: Placed) -> None:
        """Put one cell; ``lead`` are the first cells of its row, ``head`` the header of its column."""
        self._columns.setdefault(column, head)
        lines = self._lines.setdefault(row, [])
        at = self._filled[row, column] = self._filled.get((row, column), -1) + 1  # the lines before have a cell there
        if at == len(lines):
            lines.append(_Line(lead, {}))
        lines[at].cells[column] = cell

    def rows(self) -> list[list[Placed]]:
        """The header and the rows; columns of ``lead`` in which nothing stands are left away."""
        lines = [line for found in self._lines.values() for line in found]
        used = [
            at for at in range(len(self._lead)) if not lines or any(line.lead[at].value is not None for line in lines)
        ]
        header = [*(self._lead[at] for at in used), *self._columns.values()]
        return [
            header,
            *(
                [*(line.lead[at] for at in used), *(line.cells.get(key, NOTHING) for key in self._columns)]
                for line in lines
            ),
        ]
