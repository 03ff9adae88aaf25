"""What a second look into a workbook has found: the things that the fast reader hides.

Invariant: places are 1-based (row, column), as Excel counts them.
"""

from dataclasses import dataclass, field

from trajecta.stats.cohort import CellRef

ERROR_CODES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # the byte that .xls and .xlsb store for an error


@dataclass(frozen=True, slots=True)
class SheetScan:
    """What was found in one sheet: the size of its content, and cells, rows and columns worth knowing.

    ``cells`` is at least the number of cells in the rectangle from A1 around the content; 0 if there is none.
    ``special`` maps a place to an error code, or to an empty text for a formula without a saved value. ``fills`` are
    the colours of cells, ``struck`` the cells with a line through them, ``comments`` what is pinned to cells.
    """

    cells: int = 0
    special: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    percent: frozenset[tuple[int, int]] = frozenset()
    fills: dict[tuple[int, int], str] = field(default_factory=dict)
    struck: frozenset[tuple[int, int]] = frozenset()
    comments: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkbookScan:
    """What was found in the workbook: its date system, its sheets by name, and sentences for the user."""

    epoch_1904: bool = False
    sheets: dict[str, SheetScan] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def blank_formulas_note(sheet: str, places: list[tuple[int, int]]) -> str:
    """A sentence about formulas whose value is an empty text, in a format that marks a missing value so."""
    first = CellRef(sheet, *places[0])
    count = "a formula" if len(places) == 1 else f"{len(places):,} formulas"
    return (
        f"{first}: {count} with an empty text as value; this format does not tell whether Excel ever computed "
        f"{'it' if len(places) == 1 else 'them'}. If a number should stand there, save the workbook in Excel as .xlsx."
    )
