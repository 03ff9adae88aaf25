"""The one pen: draws a figure, or one panel of it, on any Qt paint device: screen, PDF, SVG, bitmap.

Invariants: the painter arrives with device coordinates (no transformation of its own); ``scale`` is device units per
point; nothing is drawn outside a panel's area, because geometry is cut here (QSvgGenerator ignores clipping); text
widths come from ``stats.text_width``, so the paper has exactly the layout that the chart decided.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from trajecta.io.fonts import SET_AT, figure_font
from trajecta.stats.charts.axes import axis_marks
from trajecta.stats.charts.clipping import Box, clipped_block, clipped_polygon, clipped_polyline
from trajecta.stats.figure import Anchor, Area, Block, Dots, Figure, Line, Mark, Note, Panel, Pin, Rule, Shape, Stroke
from trajecta.stats.text_width import text_width
from trajecta.stats.typeset import Run, runs

Map = Callable[[float, float], QPointF]
PAPER = "#FFFFFF"
EDGE = 1e-6  # of the panel: points on the very edge count as inside
NO_BRUSH = QBrush(Qt.BrushStyle.NoBrush)
NO_PEN = QPen(Qt.PenStyle.NoPen)


def draw_figure(painter: QPainter, figure: Figure, scale: float, whole: bool = False) -> None:
    """Draw the whole figure with its top-left corner at the device's origin; the paper itself is left as it is.

    ``whole`` draws each text in one piece, its raised and lowered characters as ``stats.typeset`` writes them, for a
    device that sets them itself.
    """
    draw_page(painter, figure, scale, whole)
    for panel in figure.panels:
        to = mapping(panel, scale)
        draw_marks(painter, panel, to, scale, whole=whole)
        draw_axes(painter, panel, to, scale, whole)


def mapping(panel: Panel, scale: float) -> Map:
    """The mapping from a panel's data to the device when the page's corner is the device's origin."""
    (x0, x1), (y0, y1), area = panel.x.range, panel.y.range, panel.area
    left, bottom = area.x * scale, (area.y + area.height) * scale
    wide, high = area.width * scale / (x1 - x0), area.height * scale / (y1 - y0)
    return lambda x, y: QPointF(left + (x - x0) * wide, bottom - (y - y0) * high)


def draw_page(painter: QPainter, figure: Figure, scale: float, whole: bool = False) -> None:
    """Draw what stands on the page outside the panels: legend, titles, footer."""
    _ready(painter)
    page = (0.0, 0.0, figure.width * scale, figure.height * scale)
    view = _View(lambda x, y: QPointF(x * scale, y * scale), page, scale, whole=whole)
    for mark in figure.page:
        _draw(painter, mark, view)


def draw_marks(painter: QPainter, panel: Panel, to: Map, scale: float, thin: bool = False, whole: bool = False) -> None:
    """Draw the marks of a panel, cut at its area.

    ``to`` maps data to the device and must take the panel's own ranges to the edges of its area. ``thin`` draws lines
    one device pixel wide, which Qt's raster engine does several times faster: for frames while a camera moves.
    """
    _ready(painter)
    first, last = to(panel.x.range[0], panel.y.range[1]), to(panel.x.range[1], panel.y.range[0])
    view = _View(to, (first.x(), first.y(), last.x(), last.y()), scale, thin, whole)
    for mark in panel.marks:
        _draw(painter, mark, view)


def draw_axes(painter: QPainter, panel: Panel, to: Map, scale: float, whole: bool = False) -> None:
    """Draw the axis lines, ticks and labels around a panel; ``to`` as for ``draw_marks``."""
    _ready(painter)
    corner = to(panel.x.range[0], panel.y.range[1])
    left, top = corner.x() - panel.area.x * scale, corner.y() - panel.area.y * scale
    everywhere = (-1e9, -1e9, 1e9, 1e9)  # axes stand outside the area and are laid out on the page
    view = _View(lambda x, y: QPointF(left + x * scale, top + y * scale), everywhere, scale, whole=whole)
    for mark in axis_marks(panel):
        _draw(painter, mark, view)


def _ready(painter: QPainter) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)


class _View:
    """Where marks go and how: the mapping, the rectangle they may not leave, the size of a point on the device."""

    __slots__ = ("box", "scale", "thin", "to", "whole")

    def __init__(self, to: Map, box: Box, scale: float, thin: bool = False, whole: bool = False) -> None:
        self.to, self.box, self.scale, self.thin, self.whole = to, box, scale, thin, whole

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """A data point on the device."""
        at = self.to(*point)
        return at.x(), at.y()

    def holds(self, x: float, y: float) -> bool:
        """Whether a device point lies inside or on the edge."""
        left, top, right, bottom = self.box
        slack_x, slack_y = (right - left) * EDGE, (bottom - top) * EDGE
        return left - slack_x <= x <= right + slack_x and top - slack_y <= y <= bottom + slack_y


@lru_cache(maxsize=1024)
def qt_pen(stroke: Stroke, scale: float, thin: bool = False) -> QPen:
    """The QPen of a stroke: round joins, round ends for solid and flat ends for dashed lines; not to be changed."""
    width = 1.0 if thin else stroke.width * scale
    pen = QPen(QColor(stroke.color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.dash else Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if stroke.dash:
        pen.setDashPattern([length * scale / width for length in stroke.dash])
    return pen


def _draw(painter: QPainter, mark: Mark, view: _View) -> None:
    match mark:
        case Line():
            _draw_line(painter, mark, view)
        case Dots():
            _draw_dots(painter, mark, view)
        case Block():
            _draw_block(painter, mark, view)
        case Area():
            _draw_area(painter, mark, view)
        case Rule():
            _draw_rule(painter, mark, view)
        case Note():
            _draw_note(painter, mark, view)
        case _:
            assert_never(mark)


def _draw_line(painter: QPainter, mark: Line, view: _View) -> None:
    painter.setPen(qt_pen(mark.stroke, view.scale, view.thin))
    painter.setBrush(NO_BRUSH)
    for piece in clipped_polyline([view.place(point) for point in mark.points], view.box):
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in piece]))


def _draw_rule(painter: QPainter, mark: Rule, view: _View) -> None:
    left, top, right, bottom = view.box
    at = view.to(mark.at, 0.0).x() if mark.vertical else view.to(0.0, mark.at).y()
    if not view.holds(*((at, top) if mark.vertical else (left, at))):
        return
    painter.setPen(qt_pen(mark.stroke, view.scale, view.thin))
    if mark.vertical:
        painter.drawLine(QPointF(at, bottom), QPointF(at, top))
    else:
        painter.drawLine(QPointF(left, at), QPointF(right, at))


def _draw_block(painter: QPainter, mark: Block, view: _View) -> None:
    left, top, right, bottom = view.box
    xs = [view.to(x, 0.0).x() if x is not None else edge for x, edge in ((mark.x0, left), (mark.x1, right))]
    ys = [view.to(0.0, y).y() if y is not None else edge for y, edge in ((mark.y0, bottom), (mark.y1, top))]
    corners = clipped_block((min(xs), min(ys), max(xs), max(ys)), view.box)
    if corners is None:
        return
    painter.setPen(qt_pen(mark.outline, view.scale, view.thin) if mark.outline else NO_PEN)
    painter.setBrush(QBrush(QColor(mark.fill)) if mark.fill else NO_BRUSH)
    painter.drawRect(QRectF(QPointF(*corners[:2]), QPointF(*corners[2:])))


def _draw_area(painter: QPainter, mark: Area, view: _View) -> None:
    corners = clipped_polygon([view.place(point) for point in mark.points], view.box)
    if corners:
        painter.setPen(NO_PEN)
        painter.setBrush(QBrush(QColor(mark.fill)))
        _polygon(painter, *corners)


def _draw_dots(painter: QPainter, mark: Dots, view: _View) -> None:
    painter.setPen(qt_pen(mark.outline, view.scale))
    # An open symbol covers the line beneath it with paper; seen through, it would read as a filled one on a dark line.
    painter.setBrush(QBrush(QColor(mark.fill or PAPER)))
    for point in mark.points:
        x, y = view.place(point)
        if view.holds(x, y):
            draw_symbol(painter, mark.shape, QPointF(x, y), mark.size * view.scale)


def draw_symbol(painter: QPainter, shape: Shape, at: QPointF, size: float) -> None:
    """Draw one symbol with the painter's pen and brush; ``size`` is its diameter in device units."""
    x, y, r = at.x(), at.y(), size / 2
    match shape:
        case Shape.CIRCLE:
            painter.drawEllipse(at, r, r)
        case Shape.SQUARE:
            painter.drawRect(QRectF(x - r, y - r, 2 * r, 2 * r))
        case Shape.TRIANGLE:
            _polygon(painter, (x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r))
        case Shape.TRIANGLE_DOWN:
            _polygon(painter, (x, y + r), (x + r, y - 0.8 * r), (x - r, y - 0.8 * r))
        case Shape.DIAMOND:
            _polygon(painter, (x, y - r), (x + r, y), (x, y + r), (x - r, y))
        case Shape.PLUS:
            _strokes(painter, ((x - r, y), (x + r, y)), ((x, y - r), (x, y + r)))
        case Shape.CROSS:
            d = 0.8 * r
            _strokes(painter, ((x - d, y - d), (x + d, y + d)), ((x - d, y + d), (x + d, y - d)))
        case _:
            assert_never(shape)


def _polygon(painter: QPainter, *corners: tuple[float, float]) -> None:
    painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in corners]))


def _strokes(painter: QPainter, *lines: tuple[tuple[float, float], tuple[float, float]]) -> None:
    path = QPainterPath()
    for start, end in lines:
        path.moveTo(*start)
        path.lineTo(*end)
    painter.drawPath(path)


def _note_place(mark: Note, view: _View) -> tuple[float, float] | None:
    """The baseline point of a text on the device, or None if what it is bound to is out of view."""
    left, top, right, bottom = view.box
    x, y = mark.at
    match mark.pin:
        case Pin.NONE:
            at = view.place(mark.at)
        case Pin.X:
            at = (left + x * (right - left), view.to(0.0, y).y())
        case Pin.Y:
            at = (view.to(x, 0.0).x(), bottom + y * (top - bottom))
        case _:
            assert_never(mark.pin)
    return (at[0] + mark.offset[0] * view.scale, at[1] + mark.offset[1] * view.scale) if view.holds(*at) else None


def _draw_note(painter: QPainter, mark: Note, view: _View) -> None:
    at = _note_place(mark, view)
    if at is None or not mark.text:
        return
    width = text_width(mark.text, SET_AT, mark.bold, mark.typeface)
    back = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[mark.anchor]
    painter.save()
    painter.setPen(QColor(mark.color))
    painter.translate(*at)
    if mark.vertical:
        painter.rotate(-90)
    factor = mark.size * view.scale / SET_AT
    painter.scale(factor, factor)
    left = -back
    for run in (Run(mark.text),) if view.whole else runs(mark.text):
        painter.setFont(figure_font(mark.bold, mark.typeface, run.size))
        painter.drawText(QPointF(left, -run.rise * SET_AT), run.text)
        left += text_width(run.text, SET_AT * run.size, mark.bold, mark.typeface)
    painter.restore()
