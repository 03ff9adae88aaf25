"""The page on the screen: a picture that the pen has drawn, and above it what belongs to the screen alone.

Invariants: at rest the picture is exactly what the pen puts on paper; it is drawn once and hovering only lays it down
again. While a camera moves over a figure that takes longer than a frame, a sketch stands in its place. Pages of many
points are drawn in slices between which the window answers.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from trajecta.gui.crosshair import draw_crosshair
from trajecta.gui.emphasis import Emphasis
from trajecta.gui.sketch import Sketch
from trajecta.gui.targets import Hit
from trajecta.io.pen import draw_axes, draw_figure, draw_marks, draw_page, mapping
from trajecta.stats.figure import Dots, Figure, Panel

FRAME = 0.012  # s; a page that the pen needs longer for is sketched while it moves (60 frames a second are 16 ms)
SLOWEST = 0.04  # s; sketches that take longer leave out every second line
MANY_POINTS = 3000  # a page of more takes longer than a person waits without noticing, and is drawn in slices
SLICE, PIECE = 0.012, 60  # s and marks of one slice
REST = 150  # ms without movement after which the page is drawn in full
BAND = QColor(11, 110, 117)


@dataclass
class Overlay:
    """What is laid over the page: chosen patients, what is hovered, the band being drawn, focus and crosshair."""

    patients: frozenset[str] = frozenset()
    hit: Hit | None = None
    band: QRectF | None = None
    focus: bool = False
    crosshair: bool = False
    cursor: QPointF | None = None


class Sheet(QGraphicsObject):
    """One figure as the cameras show it: ``shown`` tells what they show, ``turn`` that it is another figure."""

    def __init__(self, shown: Callable[[], Figure | None]) -> None:
        super().__init__()
        self._shown = shown
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.over = Overlay()
        self._emphasis = Emphasis()
        self._size = QSize(1, 1)
        self._sketches: tuple[Sketch, ...] = ()
        self._slow = self._sliced = False
        self._picture: QImage | None = None
        self._exact = False
        self._ground: QImage | None = None
        self._work: Iterator[None] | None = None
        self._rest = _single_shot(self, REST, self._settle)
        self._next = _single_shot(self, 0, self._go_on)

    @property
    def moving(self) -> bool:
        """True while a camera is being moved by hand."""
        return self._rest.isActive()

    @property
    def exact(self) -> bool:
        """True if the picture is the paper, or the next painting makes it so."""
        return not (self.moving and self._slow) and (self._exact or not self._sliced)

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0.0, 0.0), self._size.toSizeF())

    def resize(self, size: QSize) -> None:
        """Take another size in the view's pixels."""
        self.prepareGeometryChange()
        self._size = size
        self._ground = None
        self.forget()

    def turn(self, figure: Figure | None) -> None:
        """Another figure is shown."""
        self._sketches, self._ground = (), None
        self._emphasis.turn()
        points = sum(len(m.points) for p in figure.panels for m in p.marks if isinstance(m, Dots)) if figure else 0
        self._sliced = self._slow = points > MANY_POINTS
        self.forget()

    def forget(self) -> None:
        """The picture does not show what the cameras show."""
        self._picture, self._exact, self._work = None, False, None
        self._emphasis.forget()
        self._next.stop()
        self.update()

    def touch(self) -> None:
        """A hand moves a camera now."""
        self._rest.start()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        figure = self._shown()
        if figure is None:
            return
        ratio = painter.device().devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._emphasis.forget()
            if self._ground is not None and self._ground.devicePixelRatio() != ratio:
                self._ground = None
            self._picture = self._made(figure, ratio)
        painter.drawImage(0, 0, self._picture)
        self._lay_over(painter, figure)

    def _lay_over(self, painter: QPainter, figure: Figure) -> None:
        over, scale = self.over, self._size.width() / figure.width
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._emphasis.select(over.patients, over.focus)
        self._emphasis.draw(painter, figure, self._size)
        if over.hit is not None:
            painter.setPen(QPen(QColor("#1B1F24"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(over.hit.at, 8.0, 8.0)
        if over.crosshair and over.cursor is not None:
            draw_crosshair(painter, figure, over.cursor, scale)
        if over.band is not None:
            painter.setPen(QPen(BAND, 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(QColor(BAND.red(), BAND.green(), BAND.blue(), 28))
            painter.drawRect(over.band)

    def _settle(self) -> None:
        if not self._exact:
            self.forget()

    def _made(self, figure: Figure, ratio: float) -> QImage:
        """The picture: the paper, or a sketch where the paper would come too late."""
        scale = self._size.width() / figure.width * ratio
        if self._sliced or (self.moving and self._slow):
            if not self.moving:
                self._work = self._slices(figure, scale, ratio)
                self._next.start()
            return self._sketched(figure, scale, ratio)
        start = time.perf_counter()
        image = self._blank(ratio)
        painter = QPainter(image)
        draw_figure(painter, figure, scale)
        painter.end()
        image.setDevicePixelRatio(ratio)
        self._exact = True
        self._slow = time.perf_counter() - start > FRAME
        return image

    def _blank(self, ratio: float) -> QImage:
        size = self._size.toSizeF() * ratio
        image = QImage(size.toSize(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        return image

    def _sketched(self, figure: Figure, scale: float, ratio: float) -> QImage:
        if not self._sketches:
            self._sketches = tuple(Sketch(panel) for panel in figure.panels)
        if self._ground is None:
            self._ground = self._blank(ratio)
            painter = QPainter(self._ground)
            draw_page(painter, figure, scale)
            painter.end()
            self._ground.setDevicePixelRatio(ratio)
        start = time.perf_counter()
        image = self._ground.copy()
        image.setDevicePixelRatio(1.0)  # the pen draws in device pixels
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for sketch, panel in zip(self._sketches, figure.panels, strict=True):
            sketch.draw(painter, panel, scale)
            draw_axes(painter, panel, mapping(panel, scale), scale)
        painter.end()
        image.setDevicePixelRatio(ratio)
        if time.perf_counter() - start > SLOWEST:
            for sketch in self._sketches:
                sketch.halved = True
        return image

    def _slices(self, figure: Figure, scale: float, ratio: float) -> Iterator[None]:
        """Draw the paper piece by piece; when all of it is there it takes the place of the sketch."""
        image = self._blank(ratio)

        def drawn(piece: Panel | None) -> None:
            painter = QPainter(image)
            if piece is None:
                draw_page(painter, figure, scale)
            else:
                draw_marks(painter, piece, mapping(piece, scale), scale)
            painter.end()

        drawn(None)
        for panel in figure.panels:
            for start in range(0, len(panel.marks), PIECE):
                drawn(replace(panel, marks=panel.marks[start : start + PIECE]))
                yield
            painter = QPainter(image)
            draw_axes(painter, panel, mapping(panel, scale), scale)
            painter.end()
        image.setDevicePixelRatio(ratio)
        self._picture, self._exact = image, True
        self.update()

    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE
        while self._work is not None:
            if next(self._work, True):
                self._work = None
            elif time.perf_counter() > end:
                self._next.start()
                return


def _single_shot(parent: QObject, after: int, call: Callable[[], None]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(after)
    timer.timeout.connect(call)
    return timer
