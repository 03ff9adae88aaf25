"""A figure as SVG: real text, size in millimetres, coordinates in points.

Invariants: the root says the figure's millimetres and a viewBox in points; the font is named with its substitutes; a
line of text is one element, its raised and lowered characters are spans in it;
``title`` and ``desc`` hold the figure's name and its words; the same figure gives the same bytes.
"""

import re
from html import escape, unescape

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from trajecta.io.control_characters import without_control
from trajecta.io.errors import SaveError
from trajecta.io.fonts import SET_AT
from trajecta.io.pen import draw_figure
from trajecta.stats.figure import Figure
from trajecta.stats.typeface import FAMILIES
from trajecta.stats.typeset import runs

_EMPTY_GROUP = re.compile(r"<g [^<>]*>\s*</g>\s*")
_TEXT_GROUP = re.compile(
    r"(<g [^<>]*>\s*)((?:<text [^<>]*>[^<>]*</text>\s*)+)</g>\s*\1((?:<text [^<>]*>[^<>]*</text>\s*)+)</g>"
)
_GROUP_FONT = re.compile(r'\nfont-family="[^"]*"(?: font-\w+="[^"]*")*\s*>')
_RUNS = re.compile(r"(<text [^<>]*>)([^<>]*)</text>\s*<text [^<>]*>([^<>]*)</text>")
_TEXT = re.compile(r">([^<>]*)</text>")
_ROOT = re.compile(r"<\?xml.*?<defs>\s*</defs>\s*", re.DOTALL)
_LONG_NUMBER = re.compile(r"-?\d+\.(?:\d{5,}(?:e-?\d+)?|\d+e-?\d+)")
_LONG_ATTRIBUTE = re.compile(
    r'(?<= )(?:transform|points|d|x|y|cx|cy|r|width|height|stroke-dasharray|stroke-width)="[^"]*?(?:\.\d{5}|\de-)[^"]*"'
)


def svg_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as an SVG file; ``dpi`` is not used, lines and text have no resolution."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(72)
    generator.setSize(QSize(max(1, round(figure.width)), max(1, round(figure.height))))
    generator.setViewBox(QRectF(0, 0, figure.width, figure.height))
    painter = QPainter()
    if not painter.begin(generator):
        raise SaveError("The SVG could not be written. Choose another format, or save again.")
    draw_figure(painter, figure, 1.0, whole=True)
    painter.end()
    return _finished(bytes(buffer.data().data()).decode("utf-8"), figure).encode("utf-8")


def _finished(svg: str, figure: Figure) -> str:
    """Qt's SVG with an exact root, the font's substitutes, no empty groups and no more decimals than a printer sees."""
    root = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{figure.width_mm:g}mm" '
        f'height="{figure.height_mm:g}mm" viewBox="0 0 {figure.width:.4f} {figure.height:.4f}" role="img" '
        'style="font-kerning:none;font-variant-ligatures:none">\n'
        f"<title>{escape(without_control(figure.title or 'Figure'), quote=False)}</title>\n"
        f"<desc>{escape(without_control(figure.alt), quote=False)}</desc>\n"
    )
    svg = _ROOT.sub(lambda _: root, svg, count=1)
    svg = _EMPTY_GROUP.sub("", svg)
    svg = _GROUP_FONT.sub(">", svg)  # the font of the running application; every text names its own
    svg = _one_text(svg)
    svg = _LONG_ATTRIBUTE.sub(lambda found: _LONG_NUMBER.sub(_rounded, found[0]), svg)
    for family in FAMILIES.values():
        svg = svg.replace(f'font-family="{family.name}"', f'font-family="{family.substitutes}"')
    return _TEXT.sub(lambda found: f">{_in_spans(without_control(found[1]))}</text>", svg)


def _in_spans(escaped: str) -> str:
    """A text with its raised and lowered characters in smaller spans, each of which moves on from the one before."""
    pieces = runs(unescape(escaped))
    if not any(piece.level for piece in pieces):
        return escaped
    said, height = "", 0.0
    for piece in pieces:
        moved, height = (height - piece.rise) * SET_AT, piece.rise
        size = f' font-size="{SET_AT * piece.size:g}"' if piece.level else ""
        place = f' dy="{moved:g}"' if moved else ""
        inside = escape(piece.text, quote=False)
        said += f"<tspan{place}{size}>{inside}</tspan>" if place or size else inside
    return said


def _one_text(svg: str) -> str:
    """Each line of text as one element: Qt splits it where the script or the font changes (Latin, Greek, Chinese)."""
    for pattern, whole in ((_TEXT_GROUP, r"\1\2\3</g>\n"), (_RUNS, r"\1\2\3</text>\n")):
        count = 1
        while count:
            svg, count = pattern.subn(whole, svg)
    return svg


def _rounded(number: re.Match[str]) -> str:
    """Four decimals: a ten-thousandth of a point, or of a text's scale."""
    return f"{float(number[0]):.4f}".rstrip("0").rstrip(".") or "0"
