"""Small drawings of a patient: the sample of line and symbol, and the sparkline of a measure.

Invariant: on a dark ground a colour of the paper that would not be seen there is drawn lighter, its hue kept.
"""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from trajecta.io.pen import draw_symbol
from trajecta.stats.colors import contrast, mixed
from trajecta.stats.palette import PatientStyle

SEEN = 3.0  # contrast that a line needs against its ground (WCAG 2.2, 1.4.11)
STEPS = 20  # from the colour itself to white


@lru_cache(maxsize=256)
def seen_on(ground: str, color: str) -> str:
    """The colour itself where it is seen on the ground, else mixed with as much white as it takes.

    >>> seen_on("#FFFFFF", "#B38600"), seen_on("#1E2227", "#0072B2"), seen_on("#1E2227", "#332288")
    ('#B38600', '#0072B2', '#7064AC')
    """
    if contrast(ground) < SEEN:  # a light ground is close to the paper for which the colours were chosen
        return color
    lighter = (mixed(color, "#FFFFFF", step / STEPS) for step in range(STEPS + 1))
    return next((found for found in lighter if contrast(found, ground) >= SEEN), "#FFFFFF")


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
