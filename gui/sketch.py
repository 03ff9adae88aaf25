"""The marks of a figure as arrays, drawn fast: the frames while a camera moves over a figure too full to draw in time.

Invariants: lines are at most one device pixel wide, for which Qt's raster engine has a path of its own many times
faster than for wider ones; symbols are stamped from pictures, and left out where there are more than can be seen; of
thousands of lines every second one is left out on a machine that cannot draw them all 25 times a second.
A sketch is never exported; as soon as the camera rests, the pen draws the paper.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from pyqtgraph.Qt.internals import PrimitiveArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from trajecta.io.pen import draw_marks, draw_symbol, mapping, qt_pen
from trajecta.stats.figure import Dots, Line, Mark, Panel

MANY_LINES = 300  # from here on lines of one colour are drawn together, whatever lies above what
FEW = 500  # segments; fewer are drawn sooner than they are looked through
MOST_STAMPS = 4000  # symbols that can be stamped in a few milliseconds; more only blacken the panel
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Strokes:
    """The segments of lines of one colour and width: an array of shape (n, 4), x0 y0 x1 y1 in data coordinates.

    Those before ``half`` belong to every second line.
    """

    color: str
    width: float
    ends: Points
    half: int


@dataclass(frozen=True, slots=True)
class Stamps:
    """The places of symbols of one look, shape (n, 2)."""

    dots: Dots
    places: Points


Step = Strokes | Stamps | Mark


class Sketch:
    """One panel, prepared once and drawn in every frame."""

    def __init__(self, panel: Panel) -> None:
        self.halved = False  # draw every second line only, where all of them take longer than a frame
        self.steps = _steps(panel.marks)
        self._stamps: dict[tuple[Dots, float], QPixmap] = {}

    def draw(self, painter: QPainter, panel: Panel, scale: float) -> None:
        """Draw the marks, cut at the panel's area; ``panel`` is the prepared one with the ranges of the camera."""
        area = panel.area
        frame = QRectF(area.x * scale, area.y * scale, area.width * scale, area.height * scale)
        (x0, x1), (y0, y1) = panel.x.range, panel.y.range
        factor = np.array([frame.width() / (x1 - x0), -frame.height() / (y1 - y0)])
        shift = np.array([frame.left() - x0 * factor[0], frame.bottom() - y0 * factor[1]])
        painter.save()
        painter.setClipRect(frame)
        for step in self.steps:
            match step:
                case Strokes():
                    ends = step.ends[: step.half] if self.halved else step.ends
                    ends = ends[_in_view(ends, panel)] if len(ends) > FEW else ends
                    self._draw_strokes(painter, step, ends * np.tile(factor, 2) + np.tile(shift, 2), scale)
                case Stamps():
                    self._draw_stamps(painter, step, step.places * factor + shift, scale)
                case _:
                    draw_marks(painter, replace(panel, marks=(step,)), mapping(panel, scale), scale)
        painter.restore()

    def _draw_strokes(self, painter: QPainter, step: Strokes, ends: Points, scale: float) -> None:
        segments = PrimitiveArray(QLineF, 4)
        segments.resize(len(ends))
        segments.ndarray()[:] = ends
        painter.setPen(QPen(QColor(step.color), min(1.0, step.width * scale)))
        painter.drawLines(*segments.drawargs())

    def _draw_stamps(self, painter: QPainter, step: Stamps, places: Points, scale: float) -> None:
        ratio = painter.device().devicePixelRatioF()
        stamp = self._stamp(step.dots, scale, ratio)
        side = stamp.width()
        pieces = PrimitiveArray(QPainter.PixmapFragment, 10)
        pieces.resize(len(places))
        table = pieces.ndarray()
        table[:, 0:2] = places
        table[:, 2:10] = (0.0, 0.0, side, side, 1.0 / ratio, 1.0 / ratio, 0.0, 1.0)
        painter.drawPixmapFragments(*pieces.drawargs(), stamp)  # type: ignore[call-arg]  # pointer and number

    def _stamp(self, dots: Dots, scale: float, ratio: float) -> QPixmap:
        key = (dots, scale * ratio)
        if key not in self._stamps:
            self._stamps[key] = _picture(dots, scale * ratio)
        return self._stamps[key]


def _in_view(ends: Points, panel: Panel) -> npt.NDArray[np.bool_]:
    """Which segments can touch the panel at all: those that do not lie wholly beyond one of its sides."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    a, b, c, d = ends.T
    beside = (np.maximum(a, c) < x0) | (np.minimum(a, c) > x1)
    found: npt.NDArray[np.bool_] = ~(beside | (np.maximum(b, d) < y0) | (np.minimum(b, d) > y1))
    return found


def _picture(dots: Dots, scale: float) -> QPixmap:
    """One symbol as a picture, in device pixels."""
    side = 2 * int(np.ceil((dots.size + dots.outline.width) * scale / 2 + 1)) + 1
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(qt_pen(dots.outline, scale))
    painter.setBrush(QColor(dots.fill or "#FFFFFF"))
    draw_symbol(painter, dots.shape, QPointF(side / 2, side / 2), dots.size * scale)
    painter.end()
    return picture


def _steps(marks: tuple[Mark, ...]) -> tuple[Step, ...]:
    """What is drawn in which order: as the figure has it, or where there are many lines those of a colour together."""
    lines = [mark for mark in marks if isinstance(mark, Line) and len(mark.points) > 1]
    symbols = sum(len(mark.points) for mark in marks if isinstance(mark, Dots))
    together = len(lines) > MANY_LINES
    groups: dict[tuple[str, float], list[Points]] = {}
    steps: list[Step] = []
    for mark in marks:
        if isinstance(mark, Dots):
            if symbols <= MOST_STAMPS:
                looks = replace(mark, points=(), key="", names=())
                steps.append(Stamps(looks, np.array(mark.points, dtype=float).reshape(-1, 2)))
        elif not isinstance(mark, Line):
            steps.append(mark)
        elif len(mark.points) > 1:
            points = np.array(mark.points, dtype=float)
            ends = np.hstack((points[:-1], points[1:]))
            if together:
                groups.setdefault((mark.stroke.color, mark.stroke.width), []).append(ends)
            else:
                steps.append(Strokes(mark.stroke.color, mark.stroke.width, ends, len(ends)))
    for look, pieces in groups.items():
        half = sum(len(piece) for piece in pieces[::2])
        steps.append(Strokes(*look, np.vstack(pieces[::2] + pieces[1::2]), half))
    return tuple(steps)
