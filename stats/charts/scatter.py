"""The paired scatter: before across, after upwards, on the same scale, with the line of no change.

Invariants: both axes have the same range and the same length, so the line of no change is the diagonal; symbols lie
exactly on their values; patients with the same two values are counted beside their common symbol; the improved side is
shaded only where it is known which way is better.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.across import Places, around, thinned
from trajecta.stats.charts.axes import bottom_room, left_room
from trajecta.stats.charts.bands import band_blocks, band_labels, band_note, with_band_note
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.clipping import clipped_polygon
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    fitted_label,
    log_axis,
    measure_label,
    value_axis,
)
from trajecta.stats.charts.layout import MARGIN, Sheet, checked_width
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.pairs import (
    PairPlot,
    PairRow,
    asked_pairs,
    bands_said,
    beyond_note,
    change_text,
    closing,
    each_said,
    on_scale,
    values_of,
)
from trajecta.stats.charts.traces import line_width, symbol_size, symbols
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, Direction, Measure
from trajecta.stats.figure import (
    POINTS_PER_MM,
    SOFT_INK,
    Anchor,
    Area,
    Axis,
    Block,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Shape,
    Stroke,
)
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT

IMPROVED = "#E3F0F1"  # the improved side: pale enough for text and hairlines above it
IDENTITY = Stroke(SOFT_INK, 0.6, (2.0, 2.0))
LARGEST_SIDE = 300.0  # points; a larger square holds nothing more
LEAST_BESIDE = 210.0  # points that a legend beside must leave to the square
MOST_LABELLED = 16  # more patients than this are told by a legend
RIGHT_ROOM = 8.0  # points for half of a long number at the right end of a zoomed axis
BEYOND = 20.0  # ranges that line and shading reach beyond the axes, for a camera that moves


@dataclass(frozen=True)
class _Plot(PairPlot):
    """The pairs, as both axes show them, and the choice that tells the size of the square."""

    choice: ChartChoice


def scatter(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Each patient's value after against the value before; below or above the diagonal is better or worse.

    Patients are labelled directly if all labels find a free place, else by a legend. Without a result, without pairs
    and for yes/no answers: a page with a sentence. KeyError if the cohort has no such measure.
    """
    found = asked_pairs(cohort, measure, result, choice, "a scatter plot")
    if isinstance(found, Figure):
        return found
    plot = _Plot(cohort, found, *on_scale(cohort, found), choice)

    def build(told: tuple[str, ...]) -> Figure:
        labelled = _drawn(plot, told, direct=True) if len(plot.rows) <= MOST_LABELLED else None
        return labelled or _drawn(plot, told, direct=False) or too_low(cohort, choice, found.measure)

    return with_band_note(plot.measure, build)


def _drawn(plot: _Plot, told: tuple[str, ...], direct: bool) -> Figure | None:
    """The figure; None if it is too low, or if ``direct`` labels do not all find a place."""
    rows, choice = plot.rows, plot.choice
    width, size = line_width(len(rows)), symbol_size(len(rows))
    entries, many = named(tuple(Entry(row.patient, row.style, width, size) for row in rows))
    feet = (*band_note(told), *_feet(plot), *left_out_note(plot.cohort, plot.result), *many)
    around_it = Surround((), () if direct else entries, feet, plot.cohort.synthetic, LEAST_BESIDE)
    wide = checked_width(choice) * POINTS_PER_MM - 2 * MARGIN
    sheet, height_mm = arrange(choice, around_it, min(wide, LARGEST_SIDE + 30.0))
    panel = _panel(plot, sheet, direct, told)
    if panel is None:
        return None
    measure = plot.result.measure
    title = f"{measure.name}, {plot.result.before_label} against {plot.result.after_label}"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, _words(plot))


def _feet(plot: _Plot) -> tuple[str, ...]:
    notes = [f"n = {plot.result.n}. Dashed: no change."]
    if plot.result.measure.direction is not Direction.UNKNOWN:
        notes.append("Shaded side: improved.")
    if groups := [g for g in _coincident(plot.rows) if len(g) > 1]:
        least, most = min(map(len, groups)), max(map(len, groups))
        size = f"{least} to {most}" if least < most else str(least)
        notes.append(f"Ringed: {size if len(groups) == 1 else f'groups of {size}'} patients with the same two values.")
    return (" ".join((*notes, *beyond_note(plot.rows))),)


def _axes(plot: _Plot, sheet: Sheet) -> tuple[Rect, Axis, Axis] | None:
    """The square data rectangle and both axes; None if the page is too low."""
    size, pad = sheet.size, symbol_size(len(plot.rows)) * 0.6 + 3.0
    values, name = values_of(plot.rows), measure_label(plot.result.measure)
    make = log_axis if plot.log else value_axis
    scale = ", log scale" if plot.log else ""

    def axes(side: float) -> tuple[Axis, Axis]:
        one = make(plot.measure, values, side, pad, size)
        y = replace(one, label=fitted_label(f"{name}, {plot.result.after_label}{scale}", side, size))
        ticks = thinned(one.ticks, one.range, side, size, MARGIN)
        x = replace(
            one, label=fitted_label(f"{name}, {plot.result.before_label}{scale}", side, size), ticks=tuple(ticks)
        )
        return x, y

    side = min(sheet.free_width, sheet.bottom - sheet.top) - 30.0
    for _ in range(3):  # labels break into more lines on a shorter side
        x, y = axes(max(side, 10.0))
        wide, high = (
            sheet.free_width - left_room(y) - RIGHT_ROOM,
            sheet.bottom - sheet.top - bottom_room(x) - size * 0.4,
        )
        side = min(wide, high, LARGEST_SIDE)
    if side < LEAST_PLOT / 2:
        return None
    x, y = axes(side)
    left = sheet.left + left_room(y) + (wide - side) / 2
    return Rect(left, sheet.bottom - bottom_room(x) - side, side, side), x, y


def _panel(plot: _Plot, sheet: Sheet, direct: bool, told: Sequence[str]) -> Panel | None:
    axes = _axes(plot, sheet)
    if axes is None:
        return None
    area, x, y = axes
    size = symbol_size(len(plot.rows))
    marks: list[Mark] = _grounds(plot.measure, plot.result.measure.direction, y)
    groups = _coincident(plot.rows)
    marks += [
        Dots(((g[0].before.value, g[0].after.value),), Shape.CIRCLE, size + 3.5, "", Stroke(SOFT_INK, 0.6))
        for g in groups
        if len(g) > 1
    ]
    for row in plot.rows:
        point = replace(row.after, x=row.before.value, censored=row.censored)
        marks += symbols((point,), row.style, size, row.patient)
    panel = Panel(area, x, y, tuple(marks), "values")
    labels = _labels(groups, Places(panel), sheet.size - 1, size, direct)
    if labels is None:
        return None
    improved = _improved(plot.result.measure.direction, Places(replace(panel, marks=(*marks, *labels))), sheet.size - 1)
    panel = replace(panel, marks=(*marks, *labels, *improved))
    return replace(panel, marks=(*panel.marks, *band_labels(plot.measure, panel, sheet.size - 1, told)))


def _grounds(measure: Measure, direction: Direction, axis: Axis) -> list[Mark]:
    """Bands, the improved side, where both meet, and the line of no change, reaching far beyond the axes."""
    low, high = axis.range
    reach = BEYOND * (high - low)
    first, last = low - reach, high + reach
    marks: list[Mark] = list(band_blocks(measure, axis))
    if direction is not Direction.UNKNOWN:
        corner = (last, first) if direction is Direction.LOWER else (first, last)
        side = ((first, first), (last, last), corner)
        blocks = [mark for mark in marks if isinstance(mark, Block)]
        marks.append(Area(side, IMPROVED))
        for block in blocks:
            bottom = first if block.y0 is None else block.y0
            top = last if block.y1 is None else block.y1
            marks.append(Area(tuple(clipped_polygon(side, (first, bottom, last, top))), _both(block.fill, IMPROVED)))
    return [*marks, Line(((first, first), (last, last)), IDENTITY)]


def _both(one: str, other: str) -> str:
    """The colour of two pale colours laid over each other."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{a * b // 255:02X}" for a, b in pairs)


def _coincident(rows: Sequence[PairRow]) -> list[list[PairRow]]:
    """The rows grouped by their two values, in the cohort's order."""
    groups: defaultdict[tuple[float, float], list[PairRow]] = defaultdict(list)
    for row in rows:
        groups[row.before.value, row.after.value].append(row)
    return list(groups.values())


def _labels(
    groups: Sequence[Sequence[PairRow]], places: Places, size: float, symbol: float, direct: bool
) -> list[Mark] | None:
    """Count badges and, if ``direct``, the patients' ids; None if an id finds no place.

    A badge on a symbol could not be read; where a crowd leaves no place there is none, and the foot tells the sizes.
    """
    found: list[Mark] = []
    for group in groups:
        count = f"×{len(group)}" if len(group) > 1 else ""
        if not direct and not count:
            continue
        ids = ", ".join(row.patient for row in group) if direct else ""
        at = (group[0].before.value, group[0].after.value)
        gap = symbol / 2 + (1.75 if count else 0.0)
        key = group[0].patient if len(group) == 1 else ""
        note = places.set(around(at, f"{count} {ids}".strip(), size, gap, key=key), strict=True)
        if note is not None:
            found.append(note)
        elif direct:
            return None
    return found


def _improved(direction: Direction, places: Places, size: float) -> list[Mark]:
    """The word on the improved side, in its corner or along its edges where no symbol lies."""
    if direction is Direction.UNKNOWN:
        return []
    lower = direction is Direction.LOWER
    down = -4.0 if lower else CAP_HEIGHT * size + 4.0
    edge, anchor, inset = (1.0, Anchor.END, -4.0) if lower else (0.0, Anchor.START, 4.0)
    y0, y1 = places.panel.y.range
    heights = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6) if lower else (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
    notes = [
        Note((edge, y0 + h * (y1 - y0)), "improved", size, SOFT_INK, anchor, (inset, down), pin=Pin.X) for h in heights
    ]
    # Close to a symbol it would read as somebody's name.
    note = places.set(notes, strict=True, room=size) or places.set(notes, strict=True)
    return [note] if note is not None else []


def _words(plot: _Plot) -> str:
    result = plot.result
    label = measure_label(result.measure)
    said = [
        f"{label} at {result.after_label} against {result.before_label} in {counted(result.n, 'patient')}, both on the "
        f"same {'logarithmic ' if plot.log else ''}scale with the line of no change; changes: "
        f"{each_said(plot.rows, lambda row: change_text(row.change))}."
    ]
    if result.lead:
        said.append(result.lead)
    if result.measure.direction is not Direction.UNKNOWN:
        where = "below" if result.measure.direction is Direction.LOWER else "above"
        said.append(f"The side {where} the line, where patients improved, is shaded.")
    said += [
        f"{listed(row.patient for row in group)} have the same two values."
        for group in _coincident(plot.rows)
        if len(group) > 1
    ]
    said += bands_said(result.measure)
    return " ".join((*said, closing(plot.cohort, result, plot.rows))).strip()
