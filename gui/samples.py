"""Small drawings of a patient: the sample of line and symbol, and the sparkline of a measure."""

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from trajecta.io.pen import draw_symbol
from trajecta.stats.palette import PatientStyle


def draw_sample(painter: QPainter, rect: QRect, style: PatientStyle, *, faded: bool = False) -> None:
    """The patient's line and symbol in a rectangle of about 30 × 28 px."""
    painter.setOpacity(0.35 if faded else 1.0)
    middle = QRectF(rect).center()
    pen = QPen(QColor(style.color), 1.5)
    if style.dash:
        pen.setDashPattern([length / 1.5 for length in style.dash])
    painter.setPen(pen)
    painter.drawLine(QLineF(rect.left(), middle.y(), rect.right(), middle.y()))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(style.color))
    draw_symbol(painter, style.shape, middle, 9.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setOpacity(1.0)


def draw_sparkline(
    painter: QPainter,
    rect: QRect,
    points: Sequence[tuple[float, float]],
    ranges: tuple[float, float, float, float],
    color: str,
) -> None:
    """A patient's course in a few pixels; ``ranges`` (x0, x1, y0, y1) are shared by all patients."""
    if len(points) < 2:
        return
    x0, x1, y0, y1 = ranges
    wide, high = (x1 - x0) or 1.0, (y1 - y0) or 1.0
    line = [
        QPointF(rect.left() + (x - x0) / wide * rect.width(), rect.bottom() - (y - y0) / high * rect.height())
        for x, y in points
    ]
    painter.setPen(QPen(QColor(color), 1.2))
    painter.drawPolyline(QPolygonF(line))
