"""The dot-and-line change: one row per patient, an open symbol before and a filled one after, the change printed.

Invariants: rows are sorted by the change that the result holds, the best first; a row
is never too narrow for its name; an unchanged patient shows as a filled symbol in an open one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.across import axis_across, bands_across
from trajecta.stats.charts.axes import LINE_HEIGHT, bottom_room, left_room
from trajecta.stats.charts.bands import TINTS, band_note
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import Surround, arrange, measure_label
from trajecta.stats.charts.layout import FOOT_SIZE, Sheet, checked_width, sentence_figure, type_of
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.pairs import (
    PairRow,
    amount_with_unit,
    asked_pairs,
    bands_said,
    change_text,
    closing,
    each_said,
    on_scale,
    values_of,
)
from trajecta.stats.charts.traces import OPTICAL, line_width, symbol_size
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Cohort, Direction, Measure
from trajecta.stats.figure import (
    INK,
    SOFT_INK,
    Anchor,
    Axis,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Rule,
    Scale,
    Shape,
    Stroke,
)
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import ASCENT, CAP_HEIGHT, shortened, text_width, told_apart
from trajecta.stats.words import unit_of

ROW_HEIGHTS = ((8, 15.0), (16, 11.0), (30, 8.4))  # up to so many patients, points per row
SMALLEST_ROW = 5.8  # points; the smallest type with its space
WIDEST_NAME = 0.3  # of the page width
GUIDE = Stroke("#E1E4E8", 0.5)
DAGGER = "†"


@dataclass(frozen=True)
class _Plot:
    """What is drawn: the measure and the sorted rows as the axis shows them, and whether these are logarithms."""

    result: PairedResult
    measure: Measure
    rows: tuple[PairRow, ...]
    log: bool

    def text(self, row: PairRow) -> str:
        """The change as it is printed at its row."""
        return change_text(row.change) + (f" {DAGGER}" if row.censored else "")

    @property
    def head(self) -> str:
        """The words above the column of changes."""
        unit = unit_of(self.result.measure)
        return f"Change ({unit})" if unit else "Change"


def dumbbell(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Each patient's value before and after on one row, joined by a line, sorted by the change.

    The page grows with the number of patients; a chosen height that holds no row for each is answered by a sentence, as
    is a missing result, a result without pairs and a yes/no measure. KeyError if the cohort has no such measure.
    """
    found = asked_pairs(cohort, measure, result, choice, "a chart of changes")
    if isinstance(found, Figure):
        return found
    checked_width(choice)
    shown, rows, log = on_scale(cohort, found)
    # Best first; where no direction is known, the largest fall. Equal changes keep the cohort's order.
    ordered = sorted(rows, key=lambda row: row.change, reverse=found.measure.direction is Direction.HIGHER)
    plot = _Plot(found, shown, tuple(ordered), log)
    size = type_of(choice)
    pitch = next((p for most, p in ROW_HEIGHTS if len(rows) <= most), max(SMALLEST_ROW, 6.6))
    feet = (*_feet(plot, _bands(plot, 100.0, size)[1]), *left_out_note(cohort, found))
    sheet, height_mm = arrange(choice, Surround((), (), feet, cohort.synthetic), max(len(rows), 2) * pitch + size * 6.0)
    panel = _panel(plot, sheet)
    if panel is None:
        sentence = (
            f"This page is too low for a row for each of {counted(len(rows), 'patient')}. Choose a greater height, or "
            "none."
        )
        return sentence_figure(cohort, choice, sentence, found.measure.name)
    title = f"{found.measure.name}, {found.before_label} to {found.after_label}, patient by patient"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(cohort, plot))


def _bands(plot: _Plot, length: float, size: float) -> tuple[tuple[Mark, ...], tuple[str, ...]]:
    return bands_across(plot.measure, _axis(plot, length, size), TINTS)


def _axis(plot: _Plot, length: float, size: float) -> Axis:
    return axis_across(plot.measure, values_of(plot.rows), length, symbol_size(len(plot.rows)) + 3.0, size, plot.log)


def _feet(plot: _Plot, bands: Sequence[str]) -> tuple[str, ...]:
    notes = [f"n = {plot.result.n}, sorted by change."]
    if any(row.censored for row in plot.rows):
        notes.append(f"{DAGGER} A value lies beyond the limit of the assay and is drawn at the limit.")
    return (*band_note(bands), " ".join(notes))


def _panel(plot: _Plot, sheet: Sheet) -> Panel | None:
    size, n = sheet.size, len(plot.rows)
    _key(plot, sheet)
    sheet.top += size * LINE_HEIGHT  # the words above the column of changes
    probe = _axis(plot, max(sheet.free_width - 80.0, 30.0), size)
    height = sheet.bottom - sheet.top - bottom_room(probe)
    pitch = height / n
    if pitch < SMALLEST_ROW or height < 16.0:
        return None
    small = max(FOOT_SIZE, min(size, pitch * 0.8))
    names = told_apart([row.patient for row in plot.rows], WIDEST_NAME * sheet.width, small)
    places = [float(n - 1 - i) for i in range(n)]
    y = Axis("", (-0.5, n - 0.5), tuple(zip(places, names, strict=True)), Scale.NAMES, size=small)
    left = sheet.left + left_room(y)
    head = plot.head if text_width(plot.head, size - 1) <= sheet.free_width * 0.6 else "Change"
    numbers = max(text_width(text, small) for text in map(plot.text, plot.rows))
    column = max(numbers, 18.0) + 6.0
    width = sheet.right - column - left
    if width < 26.0:
        return None
    x = _axis(plot, width, size)
    height = sheet.bottom - sheet.top - bottom_room(x)
    area = Rect(left, sheet.top, width, height)
    marks: list[Mark] = [*_bands(plot, width, size)[0], *(Rule(at, False, GUIDE) for at in places)]
    symbol = min(symbol_size(n) * 1.15, pitch * 0.62)
    for row, at in zip(plot.rows, places, strict=True):
        marks += _row_marks(row, at, symbol, line_width(n))
    for row, at in zip(plot.rows, places, strict=True):
        offset = (column, CAP_HEIGHT * small / 2)
        marks.append(Note((1.0, at), plot.text(row), small, INK, Anchor.END, offset, key=row.patient, pin=Pin.X))
    base = sheet.top - size * (LINE_HEIGHT - ASCENT) - 1.0
    sheet.marks.append(Note((sheet.right, base), head, size - 1, SOFT_INK, Anchor.END))
    return Panel(area, x, y, tuple(marks), "values")


def _key(plot: _Plot, sheet: Sheet) -> None:
    """What the open and the filled symbol mean, at the top of the page."""
    size = sheet.size
    middle = sheet.top + size * 0.62
    left, gap, room = sheet.left, 4.0, (sheet.free_width - 40.0) / 2
    for label, fill in ((plot.result.before_label, ""), (plot.result.after_label, SOFT_INK)):
        text = shortened(label, room, size)
        sheet.marks.append(Dots(((left + 2.5, middle),), Shape.CIRCLE, 4.4, fill, Stroke(SOFT_INK, 0.8)))
        sheet.marks.append(Note((left + 5.0 + gap, middle + CAP_HEIGHT * size / 2), text, size))
        left += 5.0 + gap + text_width(text, size) + 10.0
    sheet.top += size * LINE_HEIGHT + 2.0


def _row_marks(row: PairRow, at: float, size: float, width: float) -> list[Mark]:
    """The line between the two values, the open symbol before and the filled one after."""
    style = row.style
    size *= OPTICAL.get(style.shape, 1.0)
    before, after = (row.before.value, at), (row.after.value, at)
    first = size * 1.7 if row.before.value == row.after.value else size
    return [
        Line((before, after), Stroke(style.color, width * 1.3), row.patient),
        Dots((before,), style.shape, first, "", Stroke(style.color, 0.9), row.patient, (row.before.visit,)),
        Dots((after,), style.shape, size, style.color, Stroke(style.color, 0.5), row.patient, (row.after.visit,)),
    ]


def _words(cohort: Cohort, plot: _Plot) -> str:
    result = plot.result
    cells = {c.patient: (c.before, c.after) for c in result.changes}

    def said_of(row: PairRow) -> str:
        before, after = cells[row.patient]
        amount = amount_with_unit(result.measure, change_text(row.change))
        return f"{change_text(before).removeprefix('+')} to {change_text(after).removeprefix('+')} ({amount})"

    said = [
        f"{measure_label(result.measure)} at {result.before_label} (open symbols) and {result.after_label} (filled) in "
        f"{counted(result.n, 'patient')}, a row each, sorted by change: {each_said(plot.rows, said_of)}."
    ]
    if result.lead:
        said.append(result.lead)
    if plot.log:
        said.append("The value axis is logarithmic.")
    said += bands_said(result.measure)
    return " ".join((*said, closing(cohort, result, plot.rows, f"marked {DAGGER} and drawn at the limit"))).strip()
