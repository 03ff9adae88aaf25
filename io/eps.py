"""A figure as EPS: lines and areas as paths, letters as their outlines, size exact, RGB.

Qt writes no PostScript, so this is a small writer of our own that the pen draws on as it draws on a QPainter.
Invariants: level 2, one page, pure ASCII; the bounding box is the page, its exact size in ``HiResBoundingBox``; letters
are outlines, so no font is needed and none can be missing, but text cannot be edited (PDF and SVG keep it).
"""

from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from trajecta import __version__
from trajecta.io.pen import draw_figure
from trajecta.stats.figure import Figure

CAPS = {Qt.PenCapStyle.FlatCap: 0, Qt.PenCapStyle.RoundCap: 1, Qt.PenCapStyle.SquareCap: 2}
JOINS = {Qt.PenJoinStyle.MiterJoin: 0, Qt.PenJoinStyle.RoundJoin: 1, Qt.PenJoinStyle.BevelJoin: 2}
SHORT = (
    "/m /moveto load def /l /lineto load def /c /curveto load def",
    "/k /setrgbcolor load def /f /fill load def /s /stroke load def",
)


def eps_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as an EPS file; ``dpi`` is not used, lines and outlines have no resolution."""
    painter = _PostScript(figure.height)
    # The pen calls nothing of QPainter but what _PostScript has; a chart that needed more would fail in the tests.
    draw_figure(cast(QPainter, painter), figure, 1.0)
    width, height = figure.width, figure.height
    title = figure.title.encode("ascii", "replace").decode("ascii").replace("\n", " ")
    head = (
        "%!PS-Adobe-3.0 EPSF-3.0",
        f"%%BoundingBox: 0 0 {int(width + 0.999)} {int(height + 0.999)}",
        f"%%HiResBoundingBox: 0 0 {width:.4f} {height:.4f}",
        f"%%Title: {title or 'Figure'}"[:250],
        f"%%Creator: Trajecta {__version__}",
        "%%LanguageLevel: 2",
        "%%Pages: 1",
        "%%EndComments",
        "%%Page: 1 1",
        "save 40 dict begin",
        *SHORT,
    )
    return "\n".join((*head, *painter.lines, "end restore", "showpage", "%%EOF", "")).encode("ascii")


def _number(value: float) -> str:
    """Three decimals: a thousandth of a point.

    >>> _number(12.5), _number(-0.0001), _number(-3.0)
    ('12.5', '0', '-3')
    """
    return f"{round(value, 3) + 0.0:.3f}".rstrip("0").rstrip(".")


class _PostScript:
    """As much of a QPainter as the pen uses; writes PostScript in points from the bottom-left corner of the page."""

    def __init__(self, height: float) -> None:
        self.lines: list[str] = []
        self._to = QTransform(1, 0, 0, -1, 0, height)
        self._pen, self._brush, self._font = QPen(Qt.PenStyle.NoPen), QBrush(), QFont()
        self._kept: list[tuple[QTransform, QPen, QBrush, QFont]] = []

    def setRenderHints(self, hints: object) -> None:
        """Paper has no pixels to smooth."""

    def setPen(self, pen: QPen | QColor) -> None:
        self._pen = QPen(pen)

    def setBrush(self, brush: QBrush | QColor) -> None:
        self._brush = QBrush(brush)

    def setFont(self, font: QFont) -> None:
        self._font = font

    def save(self) -> None:
        self._kept.append((QTransform(self._to), self._pen, self._brush, self._font))

    def restore(self) -> None:
        self._to, self._pen, self._brush, self._font = self._kept.pop()

    def translate(self, x: float, y: float) -> None:
        self._to.translate(x, y)

    def rotate(self, degrees: float) -> None:
        self._to.rotate(degrees)

    def scale(self, x: float, y: float) -> None:
        self._to.scale(x, y)

    def drawLine(self, start: QPointF, end: QPointF) -> None:
        self.drawPolyline(QPolygonF([start, end]))

    def drawPolyline(self, points: QPolygonF) -> None:
        path = QPainterPath()
        path.addPolygon(points)
        self._paint(path, QBrush(), self._pen)

    def drawPolygon(self, corners: QPolygonF) -> None:
        path = QPainterPath()
        path.addPolygon(corners)
        path.closeSubpath()
        self._paint(path, self._brush, self._pen)

    def drawRect(self, rect: QRectF) -> None:
        path = QPainterPath()
        path.addRect(rect)
        self._paint(path, self._brush, self._pen)

    def drawEllipse(self, middle: QPointF, rx: float, ry: float) -> None:
        path = QPainterPath()
        path.addEllipse(middle, rx, ry)
        self._paint(path, self._brush, self._pen)

    def drawPath(self, path: QPainterPath) -> None:
        self._paint(path, self._brush, self._pen)

    def drawText(self, base: QPointF, text: str) -> None:
        path = QPainterPath()
        path.addText(base, self._font, text)
        self._paint(path, QBrush(self._pen.color()), QPen(Qt.PenStyle.NoPen))

    def _paint(self, path: QPainterPath, brush: QBrush, pen: QPen) -> None:
        outline = self._outline(path)
        filled = brush.style() != Qt.BrushStyle.NoBrush
        drawn = pen.style() != Qt.PenStyle.NoPen
        if not outline or not (filled or drawn):
            return
        self.lines.append(outline)
        if filled:
            self.lines.append(f"{'gsave ' if drawn else ''}{_colour(brush.color())} f{' grestore' if drawn else ''}")
        if drawn:
            dash = " ".join(_number(length * pen.widthF()) for length in pen.dashPattern())
            style = f"{CAPS[pen.capStyle()]} setlinecap {JOINS[pen.joinStyle()]} setlinejoin [{dash}] 0 setdash"
            self.lines.append(f"{_colour(pen.color())} {_number(pen.widthF())} setlinewidth {style} s")

    def _outline(self, path: QPainterPath) -> str:
        kinds = QPainterPath.ElementType
        lines: list[str] = []
        curve: list[str] = []
        mapped = self._to.map(path)
        for i in range(mapped.elementCount()):
            element = mapped.elementAt(i)
            at = f"{_number(element.x)} {_number(element.y)}"
            if element.type == kinds.MoveToElement:
                lines.append(f"{at} m")
            elif element.type == kinds.LineToElement:
                lines.append(f"{at} l")
            else:  # a curve is its first control point and two more elements
                curve.append(at)
                if len(curve) == 3:
                    lines.append(f"{' '.join(curve)} c")
                    curve = []
        return "\n".join(lines)


def _colour(colour: QColor) -> str:
    return f"{_number(colour.redF())} {_number(colour.greenF())} {_number(colour.blueF())} k"
