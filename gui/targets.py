"""What lies under the mouse: symbols and lines of the patients, found in numpy in well under a millisecond."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

from trajecta.gui.camera import Camera
from trajecta.stats.figure import Dots, Line, Rect

NEAR = 14.0  # px, how close the mouse must come to a symbol
NEAR_LINE = 7.0  # px, how close a click must come to a line
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hit:
    """A symbol under the mouse: patient, visit, and its place in the view in pixels."""

    patient: str
    visit: str
    at: QPointF


def scaled(area: Rect, scale: float) -> QRectF:
    """A page rectangle in pixels."""
    return QRectF(area.x * scale, area.y * scale, area.width * scale, area.height * scale)


class Target:
    """The symbols and lines of one panel, in data coordinates."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        dots = [mark for mark in camera.home.marks if isinstance(mark, Dots) and mark.key and mark.names]
        self.names = [(mark.key, name) for mark in dots for name in mark.names]
        self.symbols = as_points([point for mark in dots for point in mark.points[: len(mark.names)]])
        lines = [m for m in camera.home.marks if isinstance(m, Line) and m.key and len(m.points) > 1]
        self.lines = [(mark.key, as_points(list(mark.points))) for mark in lines]

    def on_view(self, points: Points, scale: float) -> Points:
        """Data points (n, 2) as pixels of the view under the camera as it stands."""
        (x0, x1), (y0, y1) = self.camera.viewRange()
        area = scaled(self.camera.home.area, scale)
        x = area.left() + (points[:, 0] - x0) / (x1 - x0) * area.width()
        y = area.bottom() - (points[:, 1] - y0) / (y1 - y0) * area.height()
        return np.column_stack((x, y))


class Targets:
    """Finds patients by place. ``preferred`` (the selected patient) wins where symbols coincide."""

    def __init__(self, cameras: dict[str, Camera]) -> None:
        self._targets = [Target(camera) for camera in cameras.values()]

    def symbol_near(self, at: QPointF, scale: float, preferred: str | None) -> Hit | None:
        """The symbol within reach of this place, the nearest one; None if there is none."""
        best, found = NEAR**2, None
        for target in self._targets:
            if not target.names:
                continue
            places = target.on_view(target.symbols, scale)
            gaps = ((places - (at.x(), at.y())) ** 2).sum(axis=1)
            gaps -= [1.0 if patient == preferred else 0.0 for patient, _ in target.names]
            area = scaled(target.camera.home.area, scale).adjusted(-8, -8, 8, 8)
            nearest = int(gaps.argmin())
            place = QPointF(*places[nearest])
            if gaps[nearest] < best and area.contains(place):
                best, found = gaps[nearest], Hit(*target.names[nearest], place)
        return found

    def line_near(self, at: QPointF, scale: float) -> str | None:
        """The patient whose line passes within reach of this place."""
        best, found = NEAR_LINE, None
        for target in self._targets:
            for patient, points in target.lines:
                gap = distance_to_polyline(target.on_view(points, scale), at.x(), at.y())
                if gap < best:
                    best, found = gap, patient
        return found

    def symbol_of(self, patient: str, visit: str, scale: float) -> Hit | None:
        """The symbol of a patient at a visit; None if it is not in the figure."""
        for target in self._targets:
            if (patient, visit) in target.names:
                row = target.names.index((patient, visit))
                return Hit(patient, visit, QPointF(*target.on_view(target.symbols[row : row + 1], scale)[0]))
        return None


def as_points(points: list[tuple[float, float]]) -> Points:
    """Points as an array of shape (n, 2), also for none."""
    return np.array(points, dtype=float).reshape(-1, 2)


def distance_to_polyline(ends: Points, x: float, y: float) -> float:
    """The distance in pixels from a point to the nearest segment of a polyline of shape (n, 2), n ≥ 2."""
    start, step = ends[:-1], np.diff(ends, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((np.array([x, y]) - start) * step).sum(axis=1) / length, 0.0, 1.0)
    nearest = start + step * along[:, None]
    return float(np.sqrt(((nearest - np.array([x, y])) ** 2).sum(axis=1).min()))
