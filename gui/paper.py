"""The figure on the screen: the pen of ``io.pen`` draws the page, pyqtgraph's ViewBox is only the camera over a panel.

Invariants: what the pen draws is ``shown()``, the very figure that an export writes; hover and selection are drawn
above it and never belong to the figure. pyqtgraph's menu and exporters stay switched off: they are broken for print.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget
from trajecta.io.pen import draw_figure, draw_marks, mapping
from trajecta.stats.charts.axes import zoomed
from trajecta.stats.figure import Dots, Figure, Line, Mark, Panel, Rect

NEAR = 14.0  # px, how close the mouse must come to a symbol
NEAR_LINE = 7.0  # px, how close a click must come to a line


@dataclass(frozen=True, slots=True)
class Hit:
    """A symbol under the mouse: patient, visit, and its place in the view in pixels."""

    patient: str
    visit: str
    at: QPointF


class Camera(pg.ViewBox):  # type: ignore[misc]  # pyqtgraph is untyped
    """Pans and zooms one panel; draws nothing itself."""

    def __init__(self, panel: Panel) -> None:
        super().__init__(enableMenu=False, border=None, defaultPadding=0.0)
        self.home = panel
        self.setMouseEnabled(panel.moves, panel.moves)
        (x0, x1), (y0, y1) = panel.x.range, panel.y.range
        wide, high = x1 - x0, y1 - y0
        # Half a panel of air on every side: the data cannot be lost from sight.
        self.setLimits(
            xMin=x0 - wide / 2, xMax=x1 + wide / 2, yMin=y0 - high / 2, yMax=y1 + high / 2,
            minXRange=wide / 200, minYRange=high / 200,
        )  # fmt: skip
        self.fit()

    def fit(self) -> None:
        """Back to the ranges of the figure."""
        self.setRange(xRange=self.home.x.range, yRange=self.home.y.range, padding=0, disableAutoRange=True)

    @property
    def moved(self) -> bool:
        """True if the camera does not show the panel as the figure has it."""
        (x0, x1), (y0, y1) = self.viewRange()
        home = (*self.home.x.range, *self.home.y.range)
        return not np.allclose((x0, x1, y0, y1), home, rtol=1e-9, atol=1e-9)

    def mouseDoubleClickEvent(self, event: object) -> None:
        """Qt's double click is handled by the view."""


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
        self._symbols: tuple[tuple[str, str, str, float, float], ...] = ()
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
            self._symbols = ()
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
        self._symbols = tuple(
            (key, mark.key, name, x, y)
            for key, camera in self.cameras.items()
            for mark in camera.home.marks
            if isinstance(mark, Dots) and mark.key
            for (x, y), name in zip(mark.points, mark.names, strict=False)
        )
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
        for panel, key, name, x, y in self._symbols:
            if (key, name) == (patient, visit):
                self._set_hit(Hit(key, name, self._to_view(panel, x, y)))
                return self.hit
        return None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_sheet"):
            self._sheet.prepareGeometryChange()
            self._place()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() == Qt.MouseButton.NoButton:
            self._set_hit(self.symbol_near(event.position()))
        else:
            self._set_hit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        still = self._pressed is not None and (event.position() - self._pressed).manhattanLength() < 4
        if still and event.button() == Qt.MouseButton.LeftButton:
            hit = self.symbol_near(event.position())
            self.picked.emit(hit.patient if hit else self.line_near(event.position()))

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

    def symbol_near(self, at: QPointF) -> Hit | None:
        """The symbol within reach of this place, the nearest one; the selected patient wins among equals."""
        if not self._symbols:
            return None
        places = [self._to_view(panel, x, y) for panel, _, _, x, y in self._symbols]
        gaps = np.array([(p.x() - at.x()) ** 2 + (p.y() - at.y()) ** 2 for p in places])
        gaps -= np.array([1.0 if key == self.patient else 0.0 for _, key, _, _, _ in self._symbols])
        nearest = int(gaps.argmin())
        panel, key, name, _, _ = self._symbols[nearest]
        if gaps[nearest] > NEAR**2 or not self._area(panel).adjusted(-8, -8, 8, 8).contains(places[nearest]):
            return None
        return Hit(key, name, places[nearest])

    def line_near(self, at: QPointF) -> str | None:
        """The patient whose line passes within reach of this place."""
        best, found = NEAR_LINE, None
        for key, camera in self.cameras.items():
            for mark in camera.home.marks:
                if not isinstance(mark, Line) or not mark.key or len(mark.points) < 2:
                    continue
                ends = np.array([self._to_view(key, x, y).toTuple() for x, y in mark.points])
                gap = distance_to_polyline(ends, at.x(), at.y())
                if gap < best:
                    best, found = gap, mark.key
        return found

    def _set_hit(self, hit: Hit | None) -> None:
        if hit != self.hit:
            self.hit = hit
            self._sheet.update()
            self.pointed.emit(hit)

    def _to_view(self, key: str, x: float, y: float) -> QPointF:
        camera = self.cameras[key]
        (x0, x1), (y0, y1) = camera.viewRange()
        area = self._area(key)
        return QPointF(
            area.left() + (x - x0) / (x1 - x0) * area.width(), area.bottom() - (y - y0) / (y1 - y0) * area.height()
        )

    def _area(self, key: str) -> QRectF:
        return scaled(self.cameras[key].home.area, self.scale_factor)

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


def scaled(area: Rect, scale: float) -> QRectF:
    """A page rectangle in pixels."""
    return QRectF(area.x * scale, area.y * scale, area.width * scale, area.height * scale)


def distance_to_polyline(ends: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", x: float, y: float) -> float:
    """The distance in pixels from a point to the nearest segment of a polyline of shape (n, 2), n ≥ 2."""
    start, step = ends[:-1], np.diff(ends, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((np.array([x, y]) - start) * step).sum(axis=1) / length, 0.0, 1.0)
    nearest = start + step * along[:, None]
    return float(np.sqrt(((nearest - np.array([x, y])) ** 2).sum(axis=1).min()))
