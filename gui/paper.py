"""The figure on the screen: the pen of ``io.pen`` draws the page, pyqtgraph's ViewBox is only the camera over a panel.

Invariants: what the pen draws is ``shown()``, the very figure that an export writes; hover, selection, focus and
crosshair are drawn above it and never belong to the figure. pyqtgraph's menu and exporters stay switched off: they are
broken for print.
"""

from collections.abc import Iterable

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from trajecta.gui.camera import Camera, link, seen
from trajecta.gui.sheet import Sheet
from trajecta.gui.targets import Hit, Targets, scaled
from trajecta.stats.figure import Figure

STILL = 4  # px; a press and release closer than this is a click
ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Paper(pg.GraphicsView):  # type: ignore[misc]  # pyqtgraph is untyped
    """One figure; wheel and drag move the camera, double click fits, hover and click find patients, Shift+drag more."""

    pointed = Signal(object)  # Hit or None
    picked = Signal(object, bool)  # ids of patients, whether they are added to those chosen or taken away again
    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, background="w")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Figure")
        self.setMouseTracking(True)
        self.figure: Figure | None = None
        self.patient: str | None = None
        self.cameras: dict[str, Camera] = {}
        self._seen: Figure | None = None
        self._pressed: QPointF | None = None
        self._targets = Targets({})
        self.sheet = Sheet(self.shown)
        self.addItem(self.sheet)

    @property
    def hit(self) -> Hit | None:
        """What the mouse or the keyboard points at."""
        return self.sheet.over.hit

    @property
    def scale_factor(self) -> float:
        """Device-independent pixels for one point of the page."""
        return float(self.width() / self.figure.width) if self.figure else 1.0

    def show_figure(self, figure: Figure | None) -> None:
        """Draw this figure; a camera that was moved stays where it is if the panel still has the same ranges."""
        kept = {key: camera for key, camera in self.cameras.items() if camera.moved}
        for camera in self.cameras.values():
            self.removeItem(camera)
        self.figure, self.cameras, self._seen = figure, {}, None
        self.sheet.over.hit = None
        self.setAccessibleDescription(figure.alt if figure else "")
        self.sheet.turn(figure)
        for number, panel in enumerate(figure.panels if figure else ()):
            camera = Camera(panel)
            self.cameras[panel.key or str(number)] = camera
            self.addItem(camera)
            camera.sigRangeChanged.connect(self._camera_moved)
        link(self.cameras.values())
        for key, old in kept.items():
            fresh = self.cameras.get(key)
            if fresh is not None and (fresh.home.x.range, fresh.home.y.range) == (old.home.x.range, old.home.y.range):
                fresh.setRange(xRange=old.viewRange()[0], yRange=old.viewRange()[1], padding=0)
        _place(self.cameras.values(), self.scale_factor)
        self._targets = Targets(self.cameras)
        self._camera_moved()

    def shown(self) -> Figure | None:
        """The figure as the cameras show it: what an export of the view writes."""
        if self._seen is None and self.figure is not None:
            self._seen = self.seen(self.figure)
        return self._seen

    def seen(self, figure: Figure) -> Figure:
        """Another figure of the same panels under the cameras as they stand."""
        return seen(figure, self.cameras)

    def fit(self) -> None:
        """Show the whole figure again."""
        for camera in self.cameras.values():
            camera.fit()
        self._camera_moved()

    def select(self, patient: str | None, patients: Iterable[str] = ()) -> None:
        """Highlight these patients; ``patient`` is the one among them that wins where symbols coincide."""
        self.patient = patient
        self.overlay(patients=frozenset(patients) | ({patient} if patient else frozenset()))

    def overlay(self, **changes: object) -> None:
        """Change what is laid over the page, by the names of ``Overlay``."""
        for name, value in changes.items():
            setattr(self.sheet.over, name, value)
        self.sheet.update()

    def point_at(self, patient: str, visit: str) -> Hit | None:
        """Hover a symbol by name, as the keyboard does; None if it is not in the figure."""
        self._set_hit(self._targets.symbol_of(patient, visit, self.scale_factor))
        return self.hit

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "sheet"):
            self.sheet.resize(self.size())
            _place(self.cameras.values(), self.scale_factor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.sheet.over.band is not None and self._pressed is not None:
            self.overlay(band=QRectF(self._pressed, event.position()).normalized())
            return
        if event.buttons() != Qt.MouseButton.NoButton:
            self.sheet.touch()
        super().mouseMoveEvent(event)
        hovering = event.buttons() == Qt.MouseButton.NoButton
        found = self._targets.symbol_near(event.position(), self.scale_factor, self.patient) if hovering else None
        self._set_hit(found)
        self.sheet.over.cursor = event.position()
        if self.sheet.over.crosshair:
            self.sheet.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        if event.button() == Qt.MouseButton.LeftButton and event.modifiers() & ADDING:
            self._set_hit(None)
            self.overlay(band=QRectF(event.position(), event.position()))  # the camera does not see this drag
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        band, start = self.sheet.over.band, self._pressed
        if band is None:
            super().mouseReleaseEvent(event)
        self.overlay(band=None)
        still = start is not None and (event.position() - start).manhattanLength() < STILL
        if event.button() == Qt.MouseButton.LeftButton and still:
            at, scale = event.position(), self.scale_factor
            hit = self._targets.symbol_near(at, scale, self.patient)
            patient = hit.patient if hit else self._targets.line_near(at, scale)
            self.picked.emit(frozenset({patient} if patient else ()), band is not None)
        elif band is not None:
            found = self._targets.within(band, self.scale_factor)
            self.picked.emit(found, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()

    def leaveEvent(self, event: object) -> None:
        self._set_hit(None)
        self.overlay(cursor=None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.sheet.touch()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Plus: 0.8, Qt.Key.Key_Equal: 0.8, Qt.Key.Key_Minus: 1.25}.get(Qt.Key(event.key()))
        if step is None:
            event.ignore()  # the panel walks through patients and visits
            return
        self.sheet.touch()
        for camera in self.cameras.values():
            if camera.home.moves and camera.linkedView(camera.XAxis) is None:  # the linked ones follow
                camera.scaleBy((step, step))

    def _set_hit(self, hit: Hit | None) -> None:
        if hit != self.hit:
            self.overlay(hit=hit)
            self.pointed.emit(hit)

    def _camera_moved(self) -> None:
        self._seen = None
        self.sheet.forget()
        self.moved.emit()


def _place(cameras: Iterable[Camera], scale: float) -> None:
    """Lay each camera over its panel."""
    for camera in cameras:
        camera.setGeometry(scaled(camera.home.area, scale))
