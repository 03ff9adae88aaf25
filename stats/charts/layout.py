"""The page of a chart: margins, footer and header texts, and the rectangle that every text takes.

Invariants: lengths are points from the top-left corner; what one call takes from the sheet no later call gets, so
texts laid out through a ``Sheet`` cannot overlap; type is between 5 and 8 points unless another size was chosen.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from trajecta.stats.charts.axes import LINE_HEIGHT, axis_marks
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import (
    INK,
    POINTS_PER_MM,
    SOFT_INK,
    Anchor,
    Figure,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
)
from trajecta.stats.text_width import ASCENT, CAP_HEIGHT, DESCENT, text_width, wrapped
from trajecta.stats.typeset import reach

MARGIN = 6.0  # empty border of the page
NARROW = 200.0  # points (70 mm): below this width all type is one size smaller
FOOT_SIZE = 5.0
STRIP = 16.0  # points; two lines of text
SLACK = 0.01  # points by which rounding may put a text over the edge
SMALLEST_WIDTH_MM = 30.0
LARGEST_WIDTH_MM = 1000.0
SYNTHETIC = "Synthetic data"


def type_size(width: float) -> float:
    """Type size of axes and legends for a page of this width in points.

    >>> type_size(252), type_size(170)
    (7.0, 6.0)
    """
    return 7.0 if width >= NARROW else 6.0


def type_of(choice: ChartChoice) -> float:
    """Type size of axes for this choice: the chosen one, that of its width, or that of the page it is a part of."""
    if choice.within is not None:
        return choice.within.size
    return choice.edits.style.text_size or type_size(choice.width_mm * POINTS_PER_MM)


def foot_size(size: float) -> float:
    """Type size of the notes at the foot of a page whose axes have this one.

    >>> foot_size(7.0), foot_size(6.0), foot_size(9.0)
    (5.0, 5.0, 7.0)
    """
    return max(FOOT_SIZE, size - 2.0)


def foot_size_of(figure: Figure) -> float:
    """Type size of the notes at the foot of a finished figure."""
    return foot_size(max((axis.size for panel in figure.panels for axis in (panel.x, panel.y)), default=0.0))


@dataclass
class Sheet:
    """A page being laid out: what is still free, and the marks set so far. Lives only inside one chart function."""

    width: float
    left: float
    right: float
    top: float
    bottom: float
    marks: list[Mark] = field(default_factory=list)
    page_size: float | None = None  # of the type, where a page of several charts sets it

    @property
    def free_width(self) -> float:
        """Points between the left and the right edge still free."""
        return self.right - self.left

    @property
    def size(self) -> float:
        """Type size of axes on this page."""
        return type_size(self.width) if self.page_size is None else self.page_size

    @property
    def foot_size(self) -> float:
        """Type size of the notes at the foot."""
        return foot_size(self.size)

    def head(self, texts: Iterable[str], size: float, color: str = SOFT_INK, bold: bool = False) -> None:
        """Set lines at the top, wrapped to the free width, and take their room."""
        for text in texts:
            for line in balanced(text, self.free_width, size, bold):
                self.marks.append(Note((self.left, self.top + ASCENT * size), line, size, color, bold=bold))
                self.top += size * LINE_HEIGHT
        self.top += 2.0

    def foot(self, texts: Iterable[str], synthetic: bool) -> None:
        """Set small soft notes at the bottom left and "Synthetic data" at the bottom right, and take their room."""
        size = self.foot_size
        lines = [line for text in texts for line in wrapped(text, self.free_width, size)]
        label = text_width(SYNTHETIC, size) if synthetic else 0.0
        if synthetic and (not lines or text_width(lines[-1], size) + label + 8 > self.free_width):
            lines.append("")
        pitch = size * LINE_HEIGHT
        first = self.bottom - DESCENT * size - (len(lines) - 1) * pitch
        for i, line in enumerate(lines):
            if line:
                self.marks.append(Note((self.left, first + i * pitch), line, size, SOFT_INK))
        if synthetic:
            last = self.bottom - DESCENT * size
            self.marks.append(Note((self.right, last), SYNTHETIC, size, SOFT_INK, Anchor.END))
        if lines:
            self.bottom -= len(lines) * pitch + 3.0


def balanced(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """``text`` in as few lines as ``width`` points allow, about equally long, so that no word stands alone.

    Where it can be, no line ends in a digit: what follows a number is its unit or its noun.

    >>> balanced("one two three four", 52, 7), balanced("level 93.75 %", 40, 7)
    (('one two', 'three four'), ('level', '93.75 %'))
    """
    lines = wrapped(text, width, size, bold)
    for percent in range(50, 100, 5) if len(lines) > 1 else ():
        found = wrapped(text, width * percent / 100, size, bold)
        same = len(found) == len(lines) and " ".join(found) == " ".join(lines)  # nothing more was cut short
        if same and not any(line[-1].isdigit() for line in found[:-1]):
            return found
    return lines


def sheet_for(choice: ChartChoice, height_mm: float) -> Sheet:
    """An empty sheet of the chosen width and this height, inside its margins."""
    width = choice.width_mm * POINTS_PER_MM
    height = height_mm * POINTS_PER_MM
    return Sheet(width, MARGIN, width - MARGIN, MARGIN, height - MARGIN, page_size=type_of(choice))


def checked_width(choice: ChartChoice) -> float:
    """The page width in mm; ValueError outside 30 to 1000 mm, where no figure can be laid out."""
    if not SMALLEST_WIDTH_MM <= choice.width_mm <= LARGEST_WIDTH_MM:
        raise ValueError(
            f"A figure can be {SMALLEST_WIDTH_MM:g} to {LARGEST_WIDTH_MM:g} mm wide, not {choice.width_mm:g} mm."
        )
    return choice.width_mm


def sentence_figure(cohort: Cohort, choice: ChartChoice, sentence: str, title: str = "") -> Figure:
    """A page with one sentence in the middle: what a chart shows when there is nothing to draw."""
    width = checked_width(choice)
    height_mm = choice.height_mm or round(max(width * 0.4, 30.0), 1)
    sheet = sheet_for(choice, height_mm)
    sheet.foot((), cohort.synthetic and choice.within is None)
    size = sheet.size
    lines = wrapped(sentence, sheet.free_width - 12, size)
    middle = (sheet.top + sheet.bottom) / 2
    first = middle - (len(lines) * size * LINE_HEIGHT) / 2 + ASCENT * size
    for i, line in enumerate(lines):
        at = (sheet.width / 2, first + i * size * LINE_HEIGHT)
        sheet.marks.append(Note(at, line, size, SOFT_INK, Anchor.MIDDLE))
    return Figure(width, height_mm, (), tuple(sheet.marks), title, sentence)


def note_box(note: Note, x: float, y: float) -> Rect:
    """The rectangle on the page that a text takes when its baseline point is (x, y), capitals to descenders."""
    width = text_width(note.text, note.size, note.bold, note.typeface)
    back = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[note.anchor]
    up, down = (note.size * part for part in reach(note.text, CAP_HEIGHT, DESCENT))
    if note.vertical:
        return Rect(x - up, y - width + back, up + down, width)
    return Rect(x - back, y - up, width, up + down)


def panel_point(panel: Panel, note: Note) -> tuple[float, float]:
    """Where the baseline point of a panel's text lies on the page, in points."""
    (x0, x1), (y0, y1), area = panel.x.range, panel.y.range, panel.area
    right = note.at[0] if note.pin is Pin.X else (note.at[0] - x0) / (x1 - x0)
    up = note.at[1] if note.pin is Pin.Y else (note.at[1] - y0) / (y1 - y0)
    return area.x + right * area.width + note.offset[0], area.y + (1 - up) * area.height + note.offset[1]


def text_boxes(figure: Figure) -> tuple[tuple[str, Rect], ...]:
    """Every text of a figure with the rectangle it takes on the page: axes, panels, legend, footer."""
    boxes = [(m.text, note_box(m, m.at[0] + m.offset[0], m.at[1] + m.offset[1])) for m in _notes(figure.page)]
    for panel in figure.panels:
        boxes += [(m.text, note_box(m, *m.at)) for m in _notes(axis_marks(panel))]
        boxes += [(m.text, note_box(m, *panel_point(panel, m))) for m in _notes(panel.marks)]
    return tuple(boxes)


def _notes(marks: Iterable[Mark]) -> tuple[Note, ...]:
    return tuple(mark for mark in marks if isinstance(mark, Note))


def with_foot(figure: Figure, sentence: str) -> Figure:
    """The figure with one more sentence at its foot and in its words, on a page that is higher by it."""
    size = foot_size_of(figure)
    lines = wrapped(sentence, figure.width - 2 * MARGIN, size)
    pitch = size * LINE_HEIGHT
    height = figure.height_mm + (len(lines) * pitch + 1.0) / POINTS_PER_MM
    first = height * POINTS_PER_MM - MARGIN - DESCENT * size - (len(lines) - 1) * pitch
    notes = tuple(Note((MARGIN, first + i * pitch), line, size, SOFT_INK) for i, line in enumerate(lines))
    return replace(figure, height_mm=height, page=(*figure.page, *notes), alt=f"{figure.alt} {sentence}".strip())


def overlap(one: Rect, other: Rect) -> bool:
    """Whether two rectangles share more than an edge."""
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def clashes(figure: Figure) -> int:
    """How many texts of a figure lie on another one, in pairs, or leave the page."""
    boxes = [box for text, box in text_boxes(figure) if text]
    wide, high = figure.width + SLACK, figure.height + SLACK
    outside = sum(b.x < -SLACK or b.y < -SLACK or b.x + b.width > wide or b.y + b.height > high for b in boxes)
    pairs: set[tuple[int, int]] = set()
    strips: dict[int, list[int]] = {}  # only texts that reach into one strip of the page can touch
    for i, box in enumerate(boxes):
        for strip in range(math.floor(box.y / STRIP), math.floor((box.y + box.height) / STRIP) + 1):
            within = strips.setdefault(strip, [])
            pairs.update((j, i) for j in within if overlap(boxes[j], box))
            within.append(i)
    return outside + len(pairs)


def heading(text: str, x: float, y: float, size: float) -> Note:
    """A bold title of a panel at its baseline point."""
    return Note((x, y), text, size, INK, bold=True)
