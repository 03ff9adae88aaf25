"""What lies under the mouse: symbols, cells and lines of the patients, found in numpy in well under a millisecond.

Invariant: symbols are kept in the order of x, so that only those beside the mouse are looked at, of however many.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF

from trajecta.gui.camera import Camera
from trajecta.stats.figure import Block, Dots, Line, Rect

NEAR = 14.0  # px, how close the mouse must come to a symbol
NEAR_LINE = 7.0  # px, how close a click must come to a line
Points = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hit:
    """A symbol or cell under the mouse: patient, visit, its place in the view in pixels, and the panel's measure."""

    patient: str
    visit: str
    at: QPointF
    measure: str = ""


def scaled(area: Rect, scale: float) -> QRectF:
    """A page rectangle in pixels."""
    return QRectF(area.x * scale, area.y * scale, area.width * scale, area.height * scale)


class Target:
    """The symbols, cells and lines of one panel, in data coordinates."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.measure = camera.home.measure
        marks = camera.home.marks
        dots = [mark for mark in marks if isinstance(mark, Dots) and mark.key and mark.names]
        names = [(mark.key, name) for mark in dots for name in mark.names]
        symbols = as_points([point for mark in dots for point in mark.points[: len(mark.names)]])
        order = np.argsort(symbols[:, 0], kind="stable")
        self.symbols, self.names = symbols[order], [names[i] for i in order]
        self.rows = {name: row for row, name in reversed(tuple(enumerate(self.names)))}
        visit_of = dict(names)
        cells = [
            mark
            for mark in marks
            if isinstance(mark, Block) and mark.key and (mark.name or mark.key in visit_of) and None not in _sides(mark)
        ]
        self.cell_names = [(mark.key, mark.name or visit_of[mark.key]) for mark in cells]
        self.cells = np.array([_sides(mark) for mark in cells], dtype=float).reshape(-1, 4)
        lines = [mark for mark in marks if isinstance(mark, Line) and mark.key and len(mark.points) > 1]
        self.owners = [mark.key for mark in lines for _ in mark.points[1:]]
        self.ends = as_points([end for mark in lines for pair in zip(mark.points, mark.points[1:]) for end in pair])  # noqa: B905

    def on_view(self, points: Points, scale: float) -> Points:
        """Data points (n, 2) as pixels of the view under the camera as it stands."""
        (x0, x1), (y0, y1) = self.camera.viewRange()
        area = scaled(self.camera.home.area, scale)
        x = area.left() + (points[:, 0] - x0) / (x1 - x0) * area.width()
        y = area.bottom() - (points[:, 1] - y0) / (y1 - y0) * area.height()
        return np.column_stack((x, y))

    def on_data(self, points: Points, scale: float) -> Points:
        """Places of the view (n, 2) in data coordinates."""
        (x0, x1), (y0, y1) = self.camera.viewRange()
        area = scaled(self.camera.home.area, scale)
        x = x0 + (points[:, 0] - area.left()) / area.width() * (x1 - x0)
        y = y0 + (area.bottom() - points[:, 1]) / area.height() * (y1 - y0)
        return np.column_stack((x, y))

    def segments(self, scale: float) -> Points:
        """The segments of all lines on the view, shape (n, 2, 2)."""
        return self.on_view(self.ends, scale).reshape(-1, 2, 2)

    def beside(self, x: float, scale: float) -> slice:
        """The rows of the symbols that can be within reach of a place."""
        (low, _), (high, _) = self.on_data(np.array([[x - NEAR, 0.0], [x + NEAR, 0.0]]), scale)
        first, last = np.searchsorted(self.symbols[:, 0], (low, high))
        return slice(int(first), int(last))

    def cell(self, row: int, scale: float) -> QPointF:
        """The middle of a cell on the view."""
        x0, x1, y0, y1 = self.cells[row]
        return QPointF(*self.on_view(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]), scale)[0])

    def cells_in(self, band: QRectF, scale: float) -> npt.NDArray[np.intp]:
        """The rows of the cells that have a point in a rectangle of the view, which may be a single place."""
        corners = np.array([[band.left(), band.bottom()], [band.right(), band.top()]])
        (left, low), (right, high) = self.on_data(corners, scale)
        x0, x1, y0, y1 = self.cells.T
        return np.flatnonzero((x1 >= left) & (x0 <= right) & (y1 >= low) & (y0 <= high))


def _sides(cell: Block) -> tuple[float | None, float | None, float | None, float | None]:
    return cell.x0, cell.x1, cell.y0, cell.y1


class Targets:
    """Finds patients by place. ``preferred`` (the selected patient) wins where symbols coincide."""

    def __init__(self, cameras: dict[str, Camera]) -> None:
        self._targets = [Target(camera) for camera in cameras.values()]

    def symbol_near(self, at: QPointF, scale: float, preferred: str | None) -> Hit | None:
        """The symbol within reach of this place, the nearest one, or the cell around it; None if there is none."""
        best, found = NEAR**2, None
        for target in self._targets:
            rows = target.beside(at.x(), scale)
            places = target.on_view(target.symbols[rows], scale)
            if not len(places):
                continue
            gaps = ((places - (at.x(), at.y())) ** 2).sum(axis=1)
            names = target.names[rows]
            if preferred is not None:
                gaps -= [1.0 if patient == preferred else 0.0 for patient, _ in names]
            area = scaled(target.camera.home.area, scale).adjusted(-8, -8, 8, 8)
            nearest = int(gaps.argmin())
            place = QPointF(*places[nearest])
            if gaps[nearest] < best and area.contains(place):
                patient, visit = names[nearest]
                best, found = gaps[nearest], Hit(patient, visit, place, target.measure)
        return found if found is not None else self._cell_at(at, scale)

    def line_near(self, at: QPointF, scale: float) -> str | None:
        """The patient whose line passes within reach of this place."""
        best, found = NEAR_LINE, None
        for target in self._targets:
            if target.owners:
                gaps = distances(target.segments(scale), at.x(), at.y())
                nearest = int(gaps.argmin())
                if gaps[nearest] < best:
                    best, found = float(gaps[nearest]), target.owners[nearest]
        return found

    def symbol_of(self, patient: str, visit: str, scale: float) -> Hit | None:
        """The symbol or cell of a patient at a visit; None if it is not in the figure."""
        for target in self._targets:
            row = target.rows.get((patient, visit))
            if row is not None:
                place = QPointF(*target.on_view(target.symbols[row : row + 1], scale)[0])
                return Hit(patient, visit, place, target.measure)
            if (patient, visit) in target.cell_names:
                place = target.cell(target.cell_names.index((patient, visit)), scale)
                return Hit(patient, visit, place, target.measure)
        return None

    def within(self, band: QRectF, scale: float) -> frozenset[str]:
        """The patients of whom a symbol, a cell or a piece of a line lies in this rectangle of the view."""
        found: set[str] = set()
        for target in self._targets:
            seen = band.intersected(scaled(target.camera.home.area, scale).adjusted(-1, -1, 1, 1))
            if seen.isEmpty():
                continue
            x, y = target.on_view(target.symbols, scale).T
            inside = (x >= seen.left()) & (x <= seen.right()) & (y >= seen.top()) & (y <= seen.bottom())
            found |= {target.names[row][0] for row in np.flatnonzero(inside)}
            found |= {target.owners[row] for row in np.flatnonzero(crossing(target.segments(scale), seen))}
            found |= {target.cell_names[row][0] for row in target.cells_in(seen, scale)}
        return frozenset(found)

    def _cell_at(self, at: QPointF, scale: float) -> Hit | None:
        for target in self._targets:
            if target.cell_names and scaled(target.camera.home.area, scale).contains(at):
                rows = target.cells_in(QRectF(at, at), scale)
                if len(rows):
                    patient, visit = target.cell_names[rows[0]]
                    return Hit(patient, visit, target.cell(int(rows[0]), scale), target.measure)
        return None


def as_points(points: Iterable[tuple[float, float]]) -> Points:
    """Points as an array of shape (n, 2), also for none."""
    return np.array(list(points), dtype=float).reshape(-1, 2)


def distances(segments: Points, x: float, y: float) -> Points:
    """The distance in pixels from a point to each of the segments, shape (n, 2, 2)."""
    start, step = segments[:, 0], segments[:, 1] - segments[:, 0]
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = np.clip(((np.array([x, y]) - start) * step).sum(axis=1) / length, 0.0, 1.0)
    nearest = start + step * along[:, None]
    found: Points = np.sqrt(((nearest - np.array([x, y])) ** 2).sum(axis=1))
    return found


def crossing(segments: Points, band: QRectF) -> npt.NDArray[np.bool_]:
    """Which of the segments, shape (n, 2, 2), have a point in the rectangle (Liang and Barsky's clipping)."""
    start, step = segments[:, 0], segments[:, 1] - segments[:, 0]
    low, high = np.array([band.left(), band.top()]), np.array([band.right(), band.bottom()])
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (low - start) / step, (high - start) / step
    enter, leave = np.fmin(one, other), np.fmax(one, other)
    still = step == 0  # along an axis: inside for the whole segment or not at all
    within = (start >= low) & (start <= high)
    enter = np.where(still, np.where(within, -np.inf, np.inf), enter)
    leave = np.where(still, np.where(within, np.inf, -np.inf), leave)
    found: npt.NDArray[np.bool_] = np.maximum(enter.max(axis=1), 0.0) <= np.minimum(leave.min(axis=1), 1.0)
    return found
