"""The selected patients above the page: thicker lines, larger symbols, and in focus a veil over everybody else.

Invariants: it belongs to the screen and is never exported; it is drawn once for a selection and a view, so that
hovering costs the same whether one patient is selected or thousands are.
"""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from trajecta.gui.sketch import Sketch
from trajecta.gui.targets import scaled
from trajecta.io.pen import draw_marks, mapping
from trajecta.stats.figure import Dots, Figure, Line, Mark, Note, Panel, Rule

VEIL = QColor(255, 255, 255, 205)
MOST = 400  # points of selected patients that are drawn in full; more take longer than a frame and are sketched


class Emphasis:
    """The layer of one selection."""

    def __init__(self) -> None:
        self.patients: frozenset[str] = frozenset()
        self.focus = False
        self._layer: QImage | None = None
        self._sketches: tuple[Sketch, ...] = ()

    def select(self, patients: frozenset[str], focus: bool) -> None:
        """Emphasise these patients."""
        if (patients, focus) != (self.patients, self.focus):
            self.patients, self.focus = patients, focus
            self.turn()

    def turn(self) -> None:
        """Another figure is shown."""
        self._layer, self._sketches = None, ()

    def forget(self) -> None:
        """The same figure is shown otherwise."""
        self._layer = None

    def draw(self, painter: QPainter, figure: Figure, size: QSize) -> None:
        """Lay the selection over a figure that is drawn at this size."""
        if not self.patients:
            return
        if self._layer is None:
            self._layer = self._made(figure, size, painter.device().devicePixelRatioF())
        painter.drawImage(0, 0, self._layer)

    def _made(self, figure: Figure, size: QSize, ratio: float) -> QImage:
        layer = QImage((size.toSizeF() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
        layer.fill(Qt.GlobalColor.transparent)
        scale = size.width() / figure.width * ratio
        panels = tuple(self._chosen(panel) for panel in figure.panels)
        points = sum(len(mark.points) for panel in panels for mark in panel.marks if isinstance(mark, Dots))
        painter = QPainter(layer)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if points > MOST and not self._sketches:
            self._sketches = tuple(Sketch(panel) for panel in panels)
        for number, (panel, home) in enumerate(zip(panels, figure.panels, strict=True)):
            if self.focus and any(getattr(mark, "key", "") for mark in home.marks):
                painter.fillRect(scaled(home.area, scale), VEIL)
            if points > MOST:
                self._sketches[number].draw(painter, panel, scale)
            else:
                draw_marks(painter, panel, mapping(panel, scale), scale)
        painter.end()
        layer.setDevicePixelRatio(ratio)
        return layer

    def _chosen(self, panel: Panel) -> Panel:
        """The panel with the marks of the selected, and in focus those that belong to nobody and stay readable."""
        frame = tuple(mark for mark in panel.marks if is_frame(mark)) if self.focus else ()
        own = tuple(emphasised(mark) for mark in panel.marks if getattr(mark, "key", "") in self.patients)
        return replace(panel, marks=(*frame, *own))


def emphasised(mark: Mark) -> Mark:
    """The mark as it looks when its patient is selected: lines twice as thick, symbols larger."""
    match mark:
        case Line(stroke=stroke):
            return replace(mark, stroke=replace(stroke, width=stroke.width * 1.8))
        case Dots(size=size):
            return replace(mark, size=size * 1.35)
        case _:
            return mark


def is_frame(mark: Mark) -> bool:
    """Whether a mark belongs to nobody: rules, texts, centre lines."""
    return isinstance(mark, Rule) or (isinstance(mark, Note | Line) and not mark.key)
