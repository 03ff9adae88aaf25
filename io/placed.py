"""Cells with their places in the file, and sheets made of them: the material of every arrangement."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef, Issue


class Placed(NamedTuple):
    """A value and the cell of the file that it was taken from; None for a word that no cell of the file says."""

    value: CellValue = None
    where: CellRef | None = None


NOTHING = Placed()


def placed(sheet: Sheet, row: int, column: int) -> Placed:
    """The cell at a 1-based place of a sheet, with its place in the file."""
    value = sheet.cell(row, column)
    return NOTHING if value is None else Placed(value, sheet.ref(row, column))


def sheet_of(
    name: str, rows: Iterable[Sequence[Placed]], like: Sequence[Sheet] = (), notes: Iterable[Issue] = ()
) -> Sheet:
    """A sheet of placed cells; what the sheets ``like`` say of their cells (percent, hidden rows) goes with the cells.

    ``notes`` are said once the sheet is read. Rows may be of different lengths. A row counts as hidden if all its cells
    come from hidden rows or columns.
    """
    lines = [list(row) for row in rows]
    width = max((len(line) for line in lines), default=0)
    lines = [line + [NOTHING] * (width - len(line)) for line in lines]
    percent = {sheet.ref(*place) for sheet in like for place in sheet.percent}
    unseen = {where for sheet in like for where in _unseen(sheet)}
    shown_by = [[cell.where for cell in line if cell.where is not None] for line in lines] if unseen else []
    return Sheet(
        name,
        tuple(tuple(cell.value for cell in line) for line in lines),
        hidden=bool(like) and all(sheet.hidden for sheet in like),
        hidden_rows=frozenset(at for at, places in enumerate(shown_by, 1) if places and unseen.issuperset(places)),
        percent=frozenset(
            (row, column)
            for row, line in enumerate(lines, 1)
            for column, cell in enumerate(line, 1)
            if cell.where in percent
        )
        if percent
        else frozenset(),
        places=tuple(tuple(cell.where for cell in line) for line in lines),
        notes=tuple(notes),
    )


def _unseen(sheet: Sheet) -> Iterable[CellRef]:
    """The places of filled cells in hidden rows and columns."""
    if not (sheet.hidden_rows or sheet.hidden_columns):
        return
    for row, line in enumerate(sheet.rows, 1):
        for column, value in enumerate(line, 1):
            if value is not None and (row in sheet.hidden_rows or column in sheet.hidden_columns):
                yield sheet.ref(row, column)
