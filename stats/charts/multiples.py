"""Trajectories in several panels: one for each patient with the others behind in pale grey, or one for each group.

Invariants: all panels share both axes, of which only the outer ones carry the numbers, so they move together under the
camera; patients keep their styles and the cohort's order; a patient without the fact that forms the groups has a panel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import LABEL_GAP, LINE_HEIGHT, TICK_GAP, TICK_LENGTH, left_room
from trajecta.stats.charts.bands import band_note
from trajecta.stats.charts.centre import centre_words, middle, n_row, n_row_height
from trajecta.stats.charts.choice import Centre, ChartChoice
from trajecta.stats.charts.coincident import coincident_note, count_badges, with_coincident_note, with_room
from trajecta.stats.charts.course import Course
from trajecta.stats.charts.frame import Surround, arrange
from trajecta.stats.charts.layout import Sheet, sentence_figure, type_of
from trajecta.stats.charts.legend import Entry, named
from trajecta.stats.charts.traces import Trace, symbol_size
from trajecta.stats.charts.trajectories import (
    Behind,
    Look,
    behind,
    course_marks,
    drawn_size,
    feet_of,
    too_low,
    words_of,
    x_axis,
)
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, find_by_name
from trajecta.stats.figure import (
    INK,
    Anchor,
    Axis,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Rect,
    Scale,
    Stroke,
)
from trajecta.stats.text_width import CAP_HEIGHT, DESCENT, shortened, told_apart

PALE = Stroke("#C9CFD6", 0.5)  # the other patients behind the one of a panel
FRAME = Stroke("#C4CAD1", 0.5)  # the axes of inner panels, which carry no numbers
GAP = 9.0  # points between columns: half of a tick string and a space
SMALLEST, LARGEST = 32.0, 170.0  # points, the height of a panel
LOWEST = 26.0  # points, on a page of fixed height
LEAST_WIDTH, IDEAL = 42.0, 80.0  # points, the width of a panel
PROPORTION = 0.72  # of a panel's width: its height where the page may be as high as it needs
SMALLER = 0.75  # of lines and symbols: panels are small
TALLEST = 1.25  # of the page width: a higher page gets more columns
MOST_GROUPS = 8
NOT_KNOWN = "not known"
SEX = "sex"


@dataclass(frozen=True)
class _Cell:
    """What one panel shows: its title, its patients and those behind them."""

    title: str
    own: tuple[Trace, ...]
    others: tuple[Trace, ...]


@dataclass(frozen=True)
class _Grid:
    """Columns and rows of panels, the size of one, the room of its title above it and of a row of n below it."""

    columns: int
    rows: int
    width: float
    height: float
    head: float
    row: float

    @property
    def pitch(self) -> float:
        """Points from one row to the next: title, panel, numbers of patients."""
        return self.head + self.height + self.row


def group_names(cohort: Cohort) -> tuple[str, ...]:
    """The facts that may form groups: sex if it is known, and those with 2 to ``MOST_GROUPS`` different entries."""
    labels = dict.fromkeys(label for patient in cohort.patients for label, _ in patient.facts)
    names = ((SEX,) if any(p.sex for p in cohort.patients) else ()) + tuple(labels)
    return tuple(name for name in names if 1 < len(_groups(cohort, name)) <= MOST_GROUPS)


def group_of(cohort: Cohort, fact: str) -> str | None:
    """The name of the fact that a user means by ``fact``, however it is written; None if no patient has it."""
    labels = dict.fromkeys(label for patient in cohort.patients for label, _ in patient.facts)
    names = (*((SEX,) if any(p.sex for p in cohort.patients) else ()), *labels)
    return find_by_name(fact, ((name, name) for name in names))


def _groups(cohort: Cohort, fact: str) -> dict[str, list[str]]:
    """The included patients of each entry of a fact, in the order of the patients, unknown ones last."""
    found: dict[str, list[str]] = {}
    for patient in cohort.included:
        entry = (patient.sex or "") if fact == SEX else dict(patient.facts).get(fact, "")
        found.setdefault(entry.strip() or NOT_KNOWN, []).append(patient.id)
    unknown = found.pop(NOT_KNOWN, None)
    return {**found, NOT_KNOWN: unknown} if unknown else found


def in_panels(cohort: Cohort, found: Course, choice: ChartChoice) -> Figure:
    """A panel for each patient (``choice.each``), else for each group of ``choice.by``.

    A page with a sentence where no patient has the fact, or where it has too many different entries to be groups.
    """
    cells = _patients(found) if choice.each else _of_groups(cohort, found, choice.by)
    if isinstance(cells, str):
        return sentence_figure(cohort, choice, cells, found.measure.name)
    return with_coincident_note(
        [cell.own for cell in cells], lambda named: _drawn(cohort, found, choice, cells, "", named)
    )


def _patients(found: Course) -> tuple[_Cell, ...]:
    return tuple(_Cell(t.patient, (t,), tuple(o for o in found.drawn if o is not t)) for t in found.drawn)


def _of_groups(cohort: Cohort, found: Course, fact: str) -> tuple[_Cell, ...] | str:
    name = group_of(cohort, fact)
    if name is None:
        return f"No patient has a fact called {fact}; choose another to form groups."
    groups = _groups(cohort, name)
    if len(groups) > MOST_GROUPS:
        return f"{name} has {len(groups)} different entries; groups can be formed of at most {MOST_GROUPS}."
    cells = []
    for entry, members in groups.items():
        own = tuple(t for t in found.drawn if t.patient in members)
        if own:
            cells.append(_Cell(f"{entry} (n = {len(own)})", own, ()))
    return tuple(cells)


def _drawn(
    cohort: Cohort, found: Course, choice: ChartChoice, cells: Sequence[_Cell], counts: str, named_alike: bool
) -> Figure:
    arounds = [_around(cohort, found, choice, cell) for cell in cells]
    sheet, height_mm, grid = _arranged(cohort, found, choice, (cells, arounds), counts, named_alike)
    if grid is None:
        return too_low(cohort, choice, found.measure)
    size = sheet.size - 1
    centres = [value for around in arounds for value in around.middle.values]
    pad = symbol_size(len(found.drawn)) * 0.6 + 1.5
    y = replace(found.axis(grid.height, pad, size, centres), label="")
    lines = len(_value_label(found, sheet, grid))
    left = sheet.left + lines * sheet.size * LINE_HEIGHT + LABEL_GAP + left_room(y)
    grid = replace(grid, width=(sheet.right - left - GAP * (grid.columns - 1)) / grid.columns)
    own = [cell.own for cell in cells]
    x = with_room(replace(x_axis(cohort, found, grid.width, size), label=""), own, grid.width, size)
    panels: list[Panel] = []
    page: list[Mark] = [*sheet.marks, *_labels(cohort, found, sheet, grid, left)]
    titles = told_apart([cell.title for cell in cells], grid.width, size, bold=True)
    for number, (cell, around) in enumerate(zip(cells, arounds, strict=True)):
        panel = _panel(number, len(cells), grid, (x, y), (left, sheet.top))
        row, sentence = ((), "") if counts or choice.each else n_row(cohort, around.middle, panel, size)
        if sentence:
            said = (f"{c.title}: {_counts(cohort, a)}" for c, a in zip(cells, arounds, strict=True) if a.middle.stops)
            return _drawn(cohort, found, choice, cells, f"n at each visit, {'; '.join(said)}.", named_alike)
        marks = course_marks(cohort, found, cell.own, panel, around, choice.gaps)
        panel = replace(panel, marks=(*marks, *row[1:]))
        badges = count_badges(cell.own, panel, size, drawn_size(found, around)[1])
        panels.append(replace(panel, marks=(*panel.marks, *badges)))
        page += [*row[:1], _head(cell, titles[number], panel, size), *_frame(panel)]
    title = f"{found.measure.name} over time, {'each patient' if choice.each else 'by ' + choice.by}"
    return Figure(choice.width_mm, height_mm, tuple(panels), tuple(page), title, _words(cohort, found, choice, cells))


def _around(cohort: Cohort, found: Course, choice: ChartChoice, cell: _Cell) -> Behind:
    """What lies behind a panel's own patients; of each patient's panel the centre is that of all."""
    around = behind(cohort, found, found.drawn if choice.each else cell.own, choice)
    pale = (Line(points, PALE, other.patient) for other in cell.others for points in other.lines)
    return replace(around, pale=tuple(pale), scale=SMALLER)


def _counts(cohort: Cohort, around: Behind) -> str:
    return ", ".join(f"{cohort.visit(stop.visit).label} {stop.n}" for stop in around.middle.stops)


def _arranged(
    cohort: Cohort,
    found: Course,
    choice: ChartChoice,
    what: tuple[Sequence[_Cell], Sequence[Behind]],
    counts: str,
    named_alike: bool,
) -> tuple[Sheet, float, _Grid | None]:
    """The sheet with its notes and legend, its height, and the grid of panels; None if the page is too low."""
    cells, arounds = what
    whole = behind(cohort, found, found.drawn, choice)
    entries, many = named(tuple(Entry(t.patient, t.style, *drawn_size(found, arounds[0])) for t in found.drawn))
    entries, many = ((), ()) if choice.each else (entries, many)
    grey = ("Grey: the other patients.",) if choice.each and len(cells) > 1 else ()
    told = band_note(tuple(b.label for b in found.measure.bands if b.label))
    alike = coincident_note([cell.own for cell in cells]) if named_alike else ()
    notes = " ".join((*told, *grey, *feet_of(found, found.drawn, whole, choice), *alike))
    surround = Surround((), entries, tuple(foot for foot in (notes, counts, *many) if foot), cohort.synthetic)
    size = type_of(choice) - 1
    row = 0.0 if counts or choice.each else max(n_row_height(around.middle, size) for around in arounds)
    sheet, height_mm = arrange(choice, surround, 200.0)
    grid = _grid(sheet, len(cells), choice.height_mm is not None, row)
    if choice.height_mm is None and grid is not None:
        sheet, height_mm = arrange(choice, surround, grid.rows * grid.pitch + _below(sheet.size))
    return sheet, height_mm, grid


def _grid(sheet: Sheet, count: int, fixed: bool, row: float) -> _Grid | None:
    """Columns and rows: on a page of fixed height the largest panels that fit, else as wide as suits a column."""
    head = (sheet.size - 1) * 1.35 + 3.0
    free = sheet.free_width - sheet.size * 1.4 - 20.0
    height = sheet.bottom - sheet.top - _below(sheet.size)
    grids = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        width = (free - GAP * (columns - 1)) / columns
        if width < LEAST_WIDTH and columns > 1:
            break
        high = height / rows - head - row if fixed else min(max(PROPORTION * width, SMALLEST), LARGEST)
        if high >= LOWEST:
            grids.append(_Grid(columns, rows, width, high, head, row))
    if fixed:
        return max(grids, key=lambda g: min(g.width * PROPORTION, g.height), default=None)
    low = [grid for grid in grids if grid.rows * grid.pitch <= TALLEST * sheet.width]
    return min(low or grids[-1:], key=lambda g: (g.columns * g.rows - count) / count + abs(g.width - IDEAL) / IDEAL)


def _below(size: float) -> float:
    """Points below the last row of panels: tick strings and the label of the x axis."""
    return TICK_LENGTH + TICK_GAP + (size - 1) * LINE_HEIGHT + size * LINE_HEIGHT + LABEL_GAP


def _panel(number: int, count: int, grid: _Grid, axes: tuple[Axis, Axis], corner: tuple[float, float]) -> Panel:
    """The empty panel of this number; numbers stand at the left and below the last panel of each column."""
    row, column = divmod(number, grid.columns)
    area = Rect(
        corner[0] + column * (grid.width + GAP), corner[1] + row * grid.pitch + grid.head, grid.width, grid.height
    )
    x, y = replace(axes[0], visible=number + grid.columns >= count), replace(axes[1], visible=column == 0)
    linked = "time" if x.scale is not Scale.NAMES else "visits"
    return Panel(area, x, y, (), f"values {number}", linked=linked, linked_y="values")


def _head(cell: _Cell, text: str, panel: Panel, size: float) -> Note:
    """The title above a panel: the patient or the group."""
    key = cell.title if cell.others or len(cell.own) == 1 else ""
    return Note((panel.area.x, panel.area.y - 3.0), text, size, INK, bold=True, key=key)


def _frame(panel: Panel) -> tuple[Mark, ...]:
    """Pale lines where a panel has no axis of its own."""
    area = panel.area
    left, bottom, right = area.x, area.y + area.height, area.x + area.width
    lines: list[Mark] = []
    if not panel.y.visible:
        lines.append(Line(((left, area.y), (left, bottom)), FRAME))
    if not panel.x.visible:
        lines.append(Line(((left, bottom), (right, bottom)), FRAME))
    return tuple(lines)


def _value_label(found: Course, sheet: Sheet, grid: _Grid) -> list[str]:
    """The label of the shared value axis in one or two lines, as long as all rows are high."""
    return found.axis(grid.rows * grid.pitch, 5.0, sheet.size).label.split("\n")


def _labels(cohort: Cohort, found: Course, sheet: Sheet, grid: _Grid, left: float) -> list[Mark]:
    """The labels of the shared axes, each once, in the middle of the whole grid."""
    size, label = sheet.size, _value_label(found, sheet, grid)
    middle = sheet.top + grid.rows * grid.pitch / 2
    base = sheet.left + CAP_HEIGHT * size
    marks: list[Mark] = [
        Note((base + i * size * LINE_HEIGHT, middle), line, size, anchor=Anchor.MIDDLE, vertical=True)
        for i, line in enumerate(label)
    ]
    time = shortened(x_axis(cohort, found, sheet.right - left, size).label.replace("\n", " "), sheet.right - left, size)
    at = ((left + sheet.right) / 2, sheet.bottom - DESCENT * size)
    return [*marks, Note(at, time, size, anchor=Anchor.MIDDLE)]


def _words(cohort: Cohort, found: Course, choice: ChartChoice, cells: Sequence[_Cell]) -> str:
    if choice.each:
        what = f"A panel for each of {counted(len(cells), 'patient')}, the others behind in grey"
        around = behind(cohort, found, found.drawn, choice)
        return words_of(cohort, found, around, Look(choice, f"{what}: trajectories"))
    groups = "; ".join(f"{cell.title}: {listed(t.patient for t in cell.own)}" for cell in cells)
    centres = [
        f"{cell.title}: {sentence}"
        for cell in cells
        for sentence in centre_words(cohort, middle(found, cell.own, choice.centre))
    ]
    whole = behind(cohort, found, found.drawn, replace(choice, centre=Centre.NONE))
    words = words_of(cohort, found, whole, Look(choice, f"Panels by {choice.by} ({groups}): trajectories"))
    return " ".join([words, *centres])
