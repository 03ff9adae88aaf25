"""The figure on the screen: the pen of ``io.pen`` draws the page, pyqtgraph's ViewBox is only the camera over a panel.

Invariants: what the pen draws is ``shown()``, the very figure that an export writes; hover and selection are drawn
above it and never belong to the figure. pyqtgraph's menu and exporters stay switched off: they are broken for print.
"""

from dataclasses import replace

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from trajecta.gui.camera import Camera
from trajecta.gui.targets import Hit, Targets, scaled
from trajecta.io.pen import draw_figure, draw_marks, mapping
from trajecta.stats.charts.axes import zoomed
from trajecta.stats.figure import Dots, Figure, Line, Mark


class Sheet(QGraphicsObject):
    """The page itself and, above it, hover and selection."""

    def __init__(self, view: "Paper") -> None:
        super().__init__()
        self._view = view
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def boundingRect(self) -> QRectF:
        return QRectF(self._view.rect())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        figure, scale = self._view.shown(), self._view.scale_factor
        if figure is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_figure(painter, figure, scale)
        if self._view.patient:
            for panel in figure.panels:
                marks = tuple(emphasised(m) for m in panel.marks if getattr(m, "key", "") == self._view.patient)
                draw_marks(painter, replace(panel, marks=marks), mapping(panel, scale), scale)
        if self._view.hit is not None:
            painter.setPen(QPen(QColor("#1B1F24"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._view.hit.at, 8.0, 8.0)


def emphasised(mark: Mark) -> Mark:
    """The mark as it looks when its patient is selected: lines twice as thick, symbols larger."""
    match mark:
        case Line(stroke=stroke):
            return replace(mark, stroke=replace(stroke, width=stroke.width * 1.8))
        case Dots(size=size):
            return replace(mark, size=size * 1.35)
        case _:
            return mark


class Paper(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """One figure; wheel and drag move the camera, double click fits, hover and click find patients."""

    pointed = Signal(object)  # Hit or None
    picked = Signal(object)  # patient id or None
    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background="w")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Figure")
        self.setMouseTracking(True)
        self.figure: Figure | None = None
        self.patient: str | None = None
        self.hit: Hit | None = None
        self.cameras: dict[str, Camera] = {}
        self._pressed: QPointF | None = None
        self._targets = Targets({})
        self._sheet = Sheet(self)
        self.addItem(self._sheet)

    @property
    def scale_factor(self) -> float:
        """Device-independent pixels for one point of the page."""
        return float(self.width() / self.figure.width) if self.figure else 1.0

    def show_figure(self, figure: Figure | None) -> None:
        """Draw this figure; a camera that was moved stays where it is if the panel still has the same ranges."""
        kept = {key: camera for key, camera in self.cameras.items() if camera.moved}
        for camera in self.cameras.values():
            self.removeItem(camera)
        self.figure, self.cameras, self.hit = figure, {}, None
        self.setAccessibleDescription(figure.alt if figure else "")
        if figure is None:
            self._targets = Targets({})
            self._sheet.update()
            return
        for number, panel in enumerate(figure.panels):
            camera = Camera(panel)
            self.cameras[panel.key or str(number)] = camera
            self.addItem(camera)
            camera.sigRangeChanged.connect(self._camera_moved)
        self._link()
        for key, old in kept.items():
            fresh = self.cameras.get(key)
            if fresh is not None and (fresh.home.x.range, fresh.home.y.range) == (old.home.x.range, old.home.y.range):
                fresh.setRange(xRange=old.viewRange()[0], yRange=old.viewRange()[1], padding=0)
        self._place()
        self._targets = Targets(self.cameras)
        self._sheet.update()

    def shown(self) -> Figure | None:
        """The figure as the cameras show it: what an export of the view writes."""
        return None if self.figure is None else self.seen(self.figure)

    def seen(self, figure: Figure) -> Figure:
        """Another figure of the same panels under the cameras as they stand."""
        for number, panel in enumerate(figure.panels):
            camera = self.cameras.get(panel.key or str(number))
            if camera is not None and panel.moves and camera.moved:
                (x0, x1), (y0, y1) = camera.viewRange()
                figure = zoomed(figure, panel.key, (x0, x1), (y0, y1))
        return figure

    def fit(self) -> None:
        """Show the whole figure again."""
        for camera in self.cameras.values():
            camera.fit()
        self._sheet.update()

    def select(self, patient: str | None) -> None:
        """Highlight a patient."""
        self.patient = patient
        self._sheet.update()

    def point_at(self, patient: str, visit: str) -> Hit | None:
        """Hover a symbol by name, as the keyboard does; None if it is not in the figure."""
        self._set_hit(self._targets.symbol_of(patient, visit, self.scale_factor))
        return self.hit

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_sheet"):
            self._sheet.prepareGeometryChange()
            self._place()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._set_hit(self._under(event.position()))
        else:
            self._set_hit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        still = self._pressed is not None and (event.position() - self._pressed).manhattanLength() < 4
        if still and event.button() == Qt.MouseButton.LeftButton:
            hit = self._under(event.position())
            self.picked.emit(hit.patient if hit else self._targets.line_near(event.position(), self.scale_factor))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: object) -> None:
        self._set_hit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()  # the panel walks through patients and visits
            return
        for camera in self.cameras.values():
            if camera.home.moves:
                camera.scaleBy((step, step))

    def _under(self, at: QPointF) -> Hit | None:
        return self._targets.symbol_near(at, self.scale_factor, self.patient)

    def _set_hit(self, hit: Hit | None) -> None:
        if hit != self.hit:
            self.hit = hit
            self._sheet.update()
            self.pointed.emit(hit)

    def _place(self) -> None:
        for camera in self.cameras.values():
            camera.setGeometry(scaled(camera.home.area, self.scale_factor))

    def _link(self) -> None:
        first: dict[str, Camera] = {}
        for camera in self.cameras.values():
            name = camera.home.linked
            if name and name in first:
                camera.setXLink(first[name])
                camera.setMouseEnabled(True, False)
            elif name:
                first[name] = camera

    def _camera_moved(self) -> None:
        self._sheet.update()
        self.moved.emit()
