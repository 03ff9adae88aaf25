"""A page of several charts as one figure: every part built at its true size by its own chart, then put in its place.

Invariants: nothing is scaled, so texts and lines have their true sizes; where alignment is asked, the axis lines of a
column and the base lines of a row are the same line; a part that cannot be drawn says why in its place; parts keep out
of each other's cells.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from trajecta.stats.charts.choice import ChartChoice, Within
from trajecta.stats.charts.composition import LETTER_SIZE, Composition, Part
from trajecta.stats.charts.edits import chosen_styles
from trajecta.stats.charts.layout import (
    MARGIN,
    NARROW,
    SMALLEST_WIDTH_MM,
    SYNTHETIC,
    Sheet,
    checked_width,
    clashes,
    sentence_figure,
    text_boxes,
    type_of,
    type_size,
)
from trajecta.stats.charts.legend import COLUMN_GAP, Entry, fit_legend, legend_marks, named, place_legend
from trajecta.stats.charts.moving import moved_mark, moved_panel
from trajecta.stats.charts.registry import CHARTS, build_figure, chart
from trajecta.stats.charts.sharing import shared_axes, value_keys
from trajecta.stats.charts.traces import line_width, styles, symbol_size
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import INK, POINTS_PER_MM, Anchor, Dots, Figure, Mark, Note, Panel
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, text_width, wrapped
from trajecta.stats.typeface import set_in

LETTER_TOP = 3.0  # points from the top of a part to the top of its letter
LETTER_ROOM = 6.0  # points by which a part moves down so that its letter stands above its texts
LETTER_DROP = LETTER_TOP + CAP_HEIGHT * LETTER_SIZE
LEAST_ROW = 40.0  # points; a lower row holds no chart and would hold no sentence either
LEGEND_GAP = 5.0  # points above the legend of the page
MOST_LEGEND = 0.3  # of a page of chosen height
ROUNDS, FREE_ROUNDS = 14, 3  # of fitting; axes nearly always settle in two or three
SETTLED = 0.005  # points
PROBE = 10_000.0  # points; any height that holds the foot of the page
WIDER = "Begin a new row, or choose a wider page."
SYNTHETIC_SAID = "The data are synthetic."

Results = Mapping[str, PairedResult | None]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part as it was drawn: its letter, its choice with the size it got, its figure, and its corner in points."""

    name: str
    part: Part
    choice: ChartChoice
    figure: Figure
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Page:
    """A composed page: the whole figure, and its parts each as a figure of their own."""

    figure: Figure
    parts: tuple[Drawn, ...] = ()


@dataclass
class _Cell:
    """A part being fitted: its cell on the page, and what is kept free at its sides. Lives only inside ``compose``."""

    part: Part
    x: float
    width: float
    y: float = 0.0
    height: float = 0.0
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    figure: Figure = field(default_factory=lambda: Figure(1.0, 1.0, ()))

    @property
    def insets(self) -> tuple[float, float, float, float]:
        """What is kept free at the four sides for the sake of aligned axes."""
        return self.left, self.right, self.top, self.bottom

    @property
    def axis(self) -> float | None:
        """Points from the left edge of the figure to its value axis; None without one."""
        return min((panel.area.x for panel in self.figure.panels if panel.y.visible), default=None)

    @property
    def lack(self) -> float:
        """Points by which texts come too near to the left edge: shared ticks may be wider than those laid out."""
        least = min((box.x for _, box in text_boxes(self.figure)), default=MARGIN)
        return max(0.0, MARGIN / 2 - least)

    @property
    def edge(self) -> float:
        """Points from the right edge of the figure to that of its data."""
        return self.figure.width - max((p.area.x + p.area.width for p in self.figure.panels), default=0.0)

    @property
    def below(self) -> float | None:
        """Points from the base line of the figure to its lower edge; None where no axis is drawn."""
        return below_base(self.figure)


def below_base(figure: Figure) -> float | None:
    """Points below the lowest panel of a figure that has an axis; None for a table, which has none."""
    bases = [panel.area.y + panel.area.height for panel in figure.panels if panel.x.visible or panel.y.visible]
    return figure.height - max(bases) if bases else None


def composed(cohort: Cohort, page: Composition, results: Results) -> Figure:
    """The page as a figure; see ``compose``."""
    return compose(cohort, page, results).figure


def compose(cohort: Cohort, page: Composition, results: Results) -> Page:
    """The page and its parts. ``results`` holds by measure the answers that its parts show; one left out is None.

    Without parts: a page with a sentence. A part whose measure or kind is gone, or that is narrower than any chart,
    says so in its place. ValueError for a page width outside 30 to 1000 mm.
    """
    whole = ChartChoice(width_mm=page.width_mm, height_mm=page.height_mm)
    width = checked_width(whole) * POINTS_PER_MM
    if not page.parts:
        return Page(sentence_figure(cohort, whole, "The page has no parts yet. Add a chart.", "Page without parts"))
    with set_in(page.parts[0].choice.edits.style.typeface):  # what belongs to the page is set as its first part
        return _Fitting(cohort, page, results, width).page_of()


class _Fitting:
    """Fits the parts of one page; built charts are kept, as most of them do not change from round to round."""

    def __init__(self, cohort: Cohort, page: Composition, results: Results, width: float) -> None:
        self._cohort, self._page, self._results, self._width = cohort, page, results, width
        unit = width / page.grid[0]
        self._cells = [_Cell(part, part.column * unit, part.columns * unit) for part in page.parts]
        self._letters = LETTER_ROOM if page.letter(0) else 0.0
        widths = [(cell.part.choice, cell.width / POINTS_PER_MM) for cell in self._cells]
        self._size = min(type_of(replace(choice, width_mm=wide)) for choice, wide in widths)
        self._built: dict[tuple[str, ChartChoice], Figure] = {}
        self._patients = self._of_one_legend() if page.one_legend else ()

    def page_of(self) -> Page:
        """The finished page."""
        foot = self._foot(PROBE)
        taken = PROBE - foot.bottom
        free = None if self._page.height_mm is None else self._page.height_mm * POINTS_PER_MM - taken
        self._fit(free)
        used = max(cell.y + cell.height for cell in self._cells)
        height_mm = self._page.height_mm or math.ceil((used + taken) / POINTS_PER_MM * 10) / 10
        marks = self._foot(height_mm * POINTS_PER_MM).marks
        return self._put_together(height_mm, marks)

    # --- the legend and the foot --------------------------------------------------------------------------------------

    def _of_one_legend(self) -> tuple[str, ...]:
        """The patients of one legend for all parts, in the cohort's order; none where fewer than two parts need one."""
        seen: list[set[str]] = []
        for cell in self._cells:
            with_legend, without = (self._build(cell, None, legend) for legend in (True, False))
            if len(with_legend.page) > len(without.page):
                panels = with_legend.panels
                seen.append({m.key for p in panels for m in p.marks if isinstance(m, Dots) and m.key})
        every = set().union(*seen)
        return tuple(p.id for p in self._cohort.included if p.id in every) if len(seen) > 1 else ()

    def _foot(self, height: float) -> Sheet:
        """The sheet of the page with the legend and the label of synthetic data at its foot."""
        sheet = Sheet(self._width, MARGIN, self._width - MARGIN, 0.0, height, page_size=self._size)
        if not self._patients and not self._cohort.synthetic:
            return sheet
        sheet.bottom -= MARGIN
        own = chosen_styles(styles(self._cohort), (part.choice.edits for part in self._page.parts))
        n = len(self._patients)
        entries = named(tuple(Entry(p, own[p], line_width(n), symbol_size(n)) for p in self._patients))[0]
        most = math.inf if self._page.height_mm is None else MOST_LEGEND * self._page.height_mm * POINTS_PER_MM
        legend = fit_legend(entries, sheet, 1.0, most, sheet.width)  # no width is left beside: below
        label = text_width(SYNTHETIC, sheet.foot_size) + 2 * COLUMN_GAP if self._cohort.synthetic else 0.0
        if legend.entries and legend.width + label <= sheet.free_width:  # the label stands at the end of the last row
            sheet.marks += legend_marks(legend, sheet.left, sheet.bottom - legend.height)
            sheet.foot((), self._cohort.synthetic)
            sheet.bottom = height - MARGIN - legend.height - LEGEND_GAP
        else:
            sheet.foot((), self._cohort.synthetic)
            place_legend(legend, sheet)
        return sheet

    # --- the parts ----------------------------------------------------------------------------------------------------

    def _choice(self, cell: _Cell, height: float | None, legend: bool) -> ChartChoice:
        width = cell.width - cell.left - cell.right
        return replace(
            cell.part.choice,
            width_mm=width / POINTS_PER_MM,
            height_mm=None if height is None else height / POINTS_PER_MM,
            within=Within(self._size, legend),
        )

    def _build(self, cell: _Cell, height: float | None, legend: bool) -> Figure:
        choice, part = self._choice(cell, height, legend), cell.part
        known = self._built.get((part.measure, choice))
        if known is None:
            with set_in(choice.edits.style.typeface):
                known = self._chart(part, choice)
            self._built[part.measure, choice] = known
        return known

    def _chart(self, part: Part, choice: ChartChoice) -> Figure:
        """The chart of a part, or the sentence that says why there is none."""
        reason = self._reason(part, choice)
        if reason:
            return _sentence(choice, reason)
        figure = build_figure(self._cohort, part.measure, self._results.get(part.measure), choice)
        if not clashes(figure):
            return figure
        room = f"{choice.width_mm:.0f}" + ("" if choice.height_mm is None else f" × {choice.height_mm:.0f}")
        return _sentence(choice, f"{chart(choice.kind).name}: {room} mm are too small for it. {WIDER}")

    def _reason(self, part: Part, choice: ChartChoice) -> str:
        """Why a part cannot be drawn at all; empty if it can."""
        if part.measure not in {measure.key for measure in self._cohort.measures}:
            return f"The study has no measure “{part.measure}” now. Remove this part."
        if choice.kind not in {entry.key for entry in CHARTS}:
            return f"There is no chart “{choice.kind}”. Remove this part."
        if choice.width_mm < SMALLEST_WIDTH_MM:
            return f"{choice.width_mm:.0f} mm are too narrow for a chart. {WIDER}"
        return ""

    def _draw(self, cell: _Cell, height: float | None) -> None:
        """Build a part, as high as its cell if it has axes to align, else no higher than it wants to be."""
        legend = not self._patients
        if height is None:
            cell.figure = self._build(cell, None, legend)
            return
        room = max(height - self._letters - cell.top - cell.bottom, LEAST_ROW - self._letters)
        natural = self._build(cell, None, legend)
        stretched = below_base(natural) is not None or not natural.panels or natural.height > room
        cell.figure = self._build(cell, room, legend) if stretched else natural

    def _fit(self, free: float | None) -> None:
        """Give every part its place and size; ``free`` is the height for all rows, None for what they need."""
        for _ in range(2):  # insets of the axes change what lies below them
            self._draw_all(None)
            self._align_left()
        self._draw_all(None)
        self._set_rows(free)
        for i in range(ROUNDS):
            self._draw_all(True)
            before = [cell.insets for cell in self._cells]
            self._align_left(settle=i >= FREE_ROUNDS)
            self._align_base(settle=i >= FREE_ROUNDS)
            self._align_top()
            if all(math.dist(cell.insets, old) < SETTLED for cell, old in zip(self._cells, before, strict=True)):
                break

    def _draw_all(self, in_rows: bool | None) -> None:
        for cell in self._cells:
            self._draw(cell, cell.height if in_rows else None)
        shared = shared_axes(self._page, tuple(cell.figure for cell in self._cells))
        for cell, figure in zip(self._cells, shared, strict=True):
            cell.figure = figure

    def _align_left(self, *, settle: bool = False) -> None:
        """Bring the value axes of parts that begin in one column together, and with a shared time their right ends.

        Room for numbers may change with the length of an axis and change back: to ``settle``, all go to the rightmost.
        """
        if not self._page.align:
            return
        for group in _groups(self._cells, lambda cell: cell.part.column):
            known = [(cell, axis) for cell in group if (axis := cell.axis) is not None]
            least = [axis + cell.lack + (cell.left if settle else 0.0) for cell, axis in known]
            target = max(least, default=0.0)
            for cell, axis in known:
                cell.left = self._within(cell, target - axis)
        if self._page.share_x:
            for group in _groups(self._cells, lambda cell: (cell.part.column, cell.part.columns)):
                timed = [cell for cell in group if any(panel.linked for panel in cell.figure.panels)]
                furthest = max((cell.edge for cell in timed), default=0.0)
                for cell in timed:
                    cell.right = self._within(cell, furthest - cell.edge)

    def _within(self, cell: _Cell, wanted: float) -> float:
        """An inset that leaves the part the width that a chart needs."""
        return max(0.0, min(wanted, cell.width - SMALLEST_WIDTH_MM * POINTS_PER_MM))

    def _align_base(self, *, settle: bool) -> None:
        """Bring the base lines of parts that end in one row together.

        What stands below an axis may change with its height and change back: to ``settle``, all go to the highest one.
        """
        if not self._page.align:
            return
        for group in _groups(self._cells, lambda cell: cell.part.row + cell.part.rows):
            known = [(cell, below) for cell in group if (below := cell.below) is not None]
            target = max((below + (cell.bottom if settle else 0.0) for cell, below in known), default=0.0)
            for cell, below in known:
                cell.bottom = target - below

    def _align_top(self) -> None:
        """Make shared value axes in one row equally long, so that equal values lie at equal heights."""
        if not (self._page.align and self._page.share_y):
            return
        for group in _groups(self._cells, lambda cell: (cell.part.row, cell.part.rows)):
            known = [(cell, key) for cell in group for key in value_keys(cell.figure)[:1]]
            for _, mates in itertools.groupby(sorted(known, key=lambda pair: repr(pair[1])), key=lambda pair: pair[1]):
                cells = [cell for cell, _ in mates]
                tops = [min(panel.area.y for panel in cell.figure.panels) for cell in cells]
                for cell, top in zip(cells, tops, strict=True):
                    cell.top = max(tops) - top

    def _set_rows(self, free: float | None) -> None:
        """Heights of the rows from what their parts want, shared out in proportion where the page has a height."""
        heights = [0.0] * self._page.grid[1]
        for cell in sorted(self._cells, key=lambda cell: cell.part.rows):
            last = cell.part.row + cell.part.rows - 1
            mates = [c for c in self._cells if c.part.row + c.part.rows - 1 == last and self._page.align]
            lowest = max((below for c in mates if (below := c.below) is not None), default=0.0)
            extra = lowest - cell.below if mates and cell.below is not None else 0.0
            wanted = self._letters + cell.figure.height + extra
            heights[last] = max(heights[last], wanted - sum(heights[cell.part.row : last]))
        if free is not None:
            factor = max(free, LEAST_ROW) / sum(heights)
            heights = [max(height * factor, 1.0) for height in heights]
        for cell in self._cells:
            cell.y = sum(heights[: cell.part.row])
            cell.height = sum(heights[cell.part.row : cell.part.row + cell.part.rows])

    # --- the page -----------------------------------------------------------------------------------------------------

    def _put_together(self, height_mm: float, foot: Iterable[Mark]) -> Page:
        panels: list[Panel] = []
        marks: list[Mark] = []
        drawn: list[Drawn] = []
        for i, cell in enumerate(self._cells):
            name, letter = self._page.name(i), self._page.letter(i)
            at = (cell.x + cell.left, cell.y + self._letters + cell.top)
            if letter:
                place = (cell.x + MARGIN, cell.y + LETTER_DROP)
                marks.append(Note(place, letter, LETTER_SIZE, INK, bold=True))
            panels += [moved_panel(panel, at, name) for panel in cell.figure.panels]
            marks += [moved_mark(mark, (cell.x, at[1]) if _hangs(mark) else at) for mark in cell.figure.page]
            size = (cell.figure.width_mm, cell.figure.height_mm)
            choice = replace(cell.part.choice, width_mm=size[0], height_mm=size[1])
            drawn.append(Drawn(name, cell.part, choice, cell.figure, at))
        title = "; ".join(f"{entry.name}, {entry.figure.title}" for entry in drawn)
        alt = _words(drawn, self._cohort.synthetic)
        figure = Figure(self._page.width_mm, height_mm, tuple(panels), (*marks, *foot), title, alt)
        return Page(figure, tuple(drawn))


def _groups(cells: Iterable[_Cell], key: Callable[[_Cell], object]) -> Iterable[list[_Cell]]:
    found: dict[object, list[_Cell]] = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    return found.values()


def _hangs(mark: Mark) -> bool:
    """Whether a mark is a line of text that begins at the margin: it stays under the letter when axes are aligned."""
    return (
        isinstance(mark, Note)
        and not (mark.vertical or mark.key)
        and mark.anchor is Anchor.START
        and abs(mark.at[0] - MARGIN) < SETTLED
    )


def _words(drawn: Iterable[Drawn], synthetic: bool) -> str:
    """The parts in words, each after its letter; what holds for all of them is said once."""
    said = [f"{entry.name}: {entry.figure.alt.replace(SYNTHETIC_SAID, '').strip()}" for entry in drawn]
    return " ".join([*said, SYNTHETIC_SAID] if synthetic else said)


def _sentence(choice: ChartChoice, sentence: str) -> Figure:
    """A part that says why it is not drawn, however narrow it is."""
    size = choice.within.size if choice.within is not None else type_size(NARROW)
    width = choice.width_mm * POINTS_PER_MM
    lines = wrapped(sentence, max(width - 2 * MARGIN, 1.0), size)
    height = choice.height_mm or max(30.0, (len(lines) + 2) * size * 1.2 / POINTS_PER_MM)
    marks = tuple(Note((MARGIN, MARGIN + (i + 1) * size * 1.2), line, size) for i, line in enumerate(lines))
    return Figure(choice.width_mm, height, (), marks, "a part that cannot be drawn", sentence)
