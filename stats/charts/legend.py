"""The legend: each patient's symbol, line and id, beside the plot or below it, as many as there is room for.

Invariants: entries keep the cohort's order and run down the columns; no id is cut without an ellipsis; patients for
whom there is no room are counted ("and 12 more"), never dropped silently.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.axes import LINE_HEIGHT
from trajecta.stats.charts.layout import Sheet
from trajecta.stats.figure import SOFT_INK, Dots, Line, Mark, Note, Stroke
from trajecta.stats.palette import PatientStyle
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width, told_apart

SAMPLE = 15.0  # length of the line sample in points: one dash and the symbol can be told
GAP = 3.0
COLUMN_GAP = 9.0
ROW_HEIGHT = 1.32  # of the type size
WIDEST_BESIDE = 0.34  # of the page width; a wider legend goes below the plot
LEAST_LEFT = 110.0  # points that a legend beside must leave to the plot with its axis
MOST_NAMED = 50  # with more patients than this a legend would take the page and nobody could tell the lines by it
MANY = 20  # more patients than this are set small from the start
SIZES = (7.0, 6.0, 5.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One patient of the legend."""

    patient: str
    style: PatientStyle
    width: float
    size: float


@dataclass(frozen=True, slots=True)
class Legend:
    """A legend that has been fitted: type size, columns and their width, rows, and where it goes."""

    entries: tuple[Entry, ...]
    beside: bool
    size: float
    columns: int
    rows: int
    column_width: float

    @property
    def width(self) -> float:
        """Width in points of all columns."""
        return self.columns * self.column_width + max(self.columns - 1, 0) * COLUMN_GAP

    @property
    def height(self) -> float:
        """Height in points of all rows."""
        return self.rows * self.size * ROW_HEIGHT


def named(entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries that the legend gets, and the notes for the foot: none and one where there are too many patients.

    >>> named(())
    ((), ())
    """
    if len(entries) <= MOST_NAMED:
        return tuple(entries), ()
    return (), (f"{len(entries)} patients; select one in the window to see which it is.",)


def sizes_from(size: float) -> tuple[float, ...]:
    """Type sizes of a legend from that of the axes down to the smallest.

    >>> sizes_from(7.0), sizes_from(6.0), sizes_from(8.5)
    ((7.0, 6.0, 5.0), (6.0, 5.0), (8.5, 7.5, 7.0, 6.0, 5.0))
    """
    larger = [size - i for i in range(int(size - SIZES[0]) + 1) if size - i > SIZES[0]]
    return (*larger, *(s for s in SIZES if s <= size))


def _column_width(entries: Sequence[Entry], size: float) -> float:
    return SAMPLE + GAP + max((text_width(e.patient, size) for e in entries), default=0.0)


def fit_legend(
    entries: Sequence[Entry], sheet: Sheet, plot_height: float, most_below: float, least_left: float = LEAST_LEFT
) -> Legend:
    """Choose the place and type size: beside the plot if it takes no more than a third of the page, else below.

    ``plot_height`` is the height available beside the plot, ``most_below`` the most it may take below,
    ``least_left`` the width that a legend beside the plot must leave to it.
    """
    sizes = [s for s in sizes_from(sheet.size) if len(entries) <= MANY or s < SIZES[0]]
    for size in sizes:
        rows = max(1, int(plot_height / (size * ROW_HEIGHT)))
        columns = max(1, math.ceil(len(entries) / rows))
        width = _column_width(entries, size)
        legend = Legend(tuple(entries), True, size, columns, math.ceil(len(entries) / columns), width)
        if legend.width <= min(WIDEST_BESIDE * sheet.width, sheet.free_width - least_left):
            return legend
    for size in sizes:
        width = min(_column_width(entries, size), sheet.free_width)
        columns = max(1, min(len(entries), int((sheet.free_width + COLUMN_GAP) / (width + COLUMN_GAP))))
        rows = math.ceil(len(entries) / columns)
        if rows * size * ROW_HEIGHT <= most_below:
            return Legend(tuple(entries), False, size, columns, rows, width)
    rows = max(1, int(most_below / (size * ROW_HEIGHT)))
    return Legend(tuple(entries), False, size, columns, min(rows, math.ceil(len(entries) / columns)), width)


def legend_marks(legend: Legend, x: float, y: float) -> tuple[Mark, ...]:
    """The marks of a legend whose top-left corner is at (x, y) on the page."""
    marks: list[Mark] = []
    room = legend.columns * legend.rows
    shown = legend.entries if len(legend.entries) <= room else legend.entries[: room - 1]
    pitch = legend.size * ROW_HEIGHT
    texts = told_apart([e.patient for e in shown], legend.column_width - SAMPLE - GAP + 0.01, legend.size)
    for i, entry in enumerate(shown):
        left = x + (i // legend.rows) * (legend.column_width + COLUMN_GAP)
        middle = y + (i % legend.rows + 0.5) * pitch
        marks += sample_marks(entry, left, middle)
        base = middle + CAP_HEIGHT * legend.size / 2
        marks.append(Note((left + SAMPLE + GAP, base), texts[i], legend.size, key=entry.patient))
    if len(shown) < len(legend.entries):
        left = x + (legend.columns - 1) * (legend.column_width + COLUMN_GAP)
        base = y + (legend.rows - 0.5) * pitch + CAP_HEIGHT * legend.size / 2
        more = shortened(f"and {len(legend.entries) - len(shown)} more", legend.column_width, legend.size)
        marks.append(Note((left, base), more, legend.size, SOFT_INK))
    return tuple(marks)


def sample_marks(entry: Entry, left: float, middle: float) -> tuple[Mark, ...]:
    """A short piece of the patient's line with the symbol in the middle."""
    color = entry.style.color
    line = Line(
        ((left, middle), (left + SAMPLE, middle)), Stroke(color, entry.width, entry.style.dash), key=entry.patient
    )
    symbol = Dots(
        ((left + SAMPLE / 2, middle),), entry.style.shape, entry.size, color, Stroke(color, 0.5), key=entry.patient
    )
    return line, symbol


def place_legend(legend: Legend, sheet: Sheet) -> None:
    """Set the legend at the right edge or at the bottom of the sheet and take its room."""
    if not legend.entries:
        return
    if legend.beside:
        left = sheet.right - legend.width
        sheet.marks += legend_marks(legend, left, sheet.top + LINE_HEIGHT * legend.size)
        sheet.right = left - COLUMN_GAP
    else:
        top = sheet.bottom - legend.height
        sheet.marks += legend_marks(legend, sheet.left, top)
        sheet.bottom = top - 5.0
