"""The crosshair over a figure with the values it stands at; it belongs to the screen and is never exported."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from trajecta.gui.targets import scaled
from trajecta.io.fonts import SET_AT, figure_font
from trajecta.stats.charts.axes import number_text, short_number
from trajecta.stats.figure import Axis, Figure, Scale
from trajecta.stats.text_width import text_width

INK = QColor("#0B6E75")
TAG = 11.0  # px, the type size of the values


def draw_crosshair(painter: QPainter, figure: Figure, at: QPointF, scale: float) -> None:
    """Two lines through the panel that holds the place, the upright one also through the panels linked to it."""
    home = next((panel for panel in figure.panels if scaled(panel.area, scale).contains(at)), None)
    if home is None:
        return
    area = scaled(home.area, scale)
    painter.setPen(QPen(INK, 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(area.left(), at.y()), QPointF(area.right(), at.y()))
    for panel in figure.panels:
        if panel is home or (home.linked and panel.linked == home.linked):
            other = scaled(panel.area, scale)
            painter.drawLine(QPointF(at.x(), other.top()), QPointF(at.x(), other.bottom()))
    right, up = (at.x() - area.left()) / area.width(), (area.bottom() - at.y()) / area.height()
    _tag(painter, value_at(home.x, right), QPointF(at.x(), area.bottom()), below=True)
    _tag(painter, value_at(home.y, up), QPointF(area.left(), at.y()), below=False)


def value_at(axis: Axis, share: float) -> str:
    """The value at a share of an axis, as its ticks are written; of an axis of names the nearest name.

    >>> value_at(Axis("Months", (0, 12), ()), 0.26), value_at(Axis("Titre", (0, 3), (), Scale.LOG), 0.5)
    ('3.1', '31.62')
    >>> value_at(Axis("Visit", (-0.5, 1.5), ((0, "Before"), (1, "After")), Scale.NAMES), 0.9)
    'After'
    """
    low, high = axis.range
    at = low + share * (high - low)
    if axis.scale is Scale.NAMES:
        return min(axis.ticks, key=lambda tick: abs(tick[0] - at))[1].replace("\n", " ") if axis.ticks else ""
    if axis.scale is Scale.LOG:
        if axis.zero is not None and at < axis.zero[1]:
            return "0"
        return short_number(10.0**at) if abs(at) < 300 else ""
    places = next((p for p in range(6) if high - low >= 10.0 ** (2 - p)), 6)
    return number_text(at, places) if abs(at) < 1e6 else short_number(at)


def _tag(painter: QPainter, text: str, at: QPointF, *, below: bool) -> None:
    """A value on its own ground, under an axis or left of it."""
    if not text:
        return
    wide, high = text_width(text, TAG) + 10.0, TAG + 6.0
    corner = QPointF(at.x() - wide / 2, at.y() + 2.0) if below else QPointF(at.x() - wide - 2.0, at.y() - high / 2)
    box = QRectF(max(0.0, corner.x()), corner.y(), wide, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(INK)
    painter.drawRoundedRect(box, 3.0, 3.0)
    painter.save()
    painter.setFont(figure_font(False))
    painter.setPen(QColor("#FFFFFF"))
    painter.translate(box.left() + 5.0, box.bottom() - 5.0)
    painter.scale(TAG / SET_AT, TAG / SET_AT)
    painter.drawText(QPointF(0.0, 0.0), text)
    painter.restore()
