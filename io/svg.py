"""A figure as SVG: real text, size in millimetres, coordinates in points.

Invariants: the root says the figure's millimetres and a viewBox in points; the font is named with its substitutes;
``title`` and ``desc`` hold the figure's name and its words; the same figure gives the same bytes.
"""

import re
from html import escape

from PySide6.QtCore import QBuffer, QIODevice, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator

from trajecta.io.errors import SaveError
from trajecta.io.fonts import FAMILY
from trajecta.io.pen import draw_figure
from trajecta.stats.figure import Figure

FAMILIES = f"{FAMILY}, Arial, Helvetica, sans-serif"
_EMPTY_GROUP = re.compile(r"<g [^<>]*>\s*</g>\s*")
_TEXT_GROUP = re.compile(
    r"(<g [^<>]*>\s*)((?:<text [^<>]*>[^<>]*</text>\s*)+)</g>\s*\1((?:<text [^<>]*>[^<>]*</text>\s*)+)</g>"
)
_GROUP_FONT = re.compile(r'(<g [^<>]*?)(?:\s+font-(?:family|size|weight|style)="[^"]*")+\s*>')
_RUNS = re.compile(r"(<text [^<>]*>)([^<>]*)</text>\s*<text [^<>]*>([^<>]*)</text>")
_ROOT = re.compile(r"<\?xml.*?<defs>\s*</defs>\s*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_ATTRIBUTE = re.compile(r'(?<= )(?:transform|points|d|x|y|cx|cy|r|width|height|stroke-dasharray|stroke-width)="[^"]*"')


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
    draw_figure(painter, figure, 1.0)
    painter.end()
    return _finished(bytes(buffer.data().data()).decode("utf-8"), figure).encode("utf-8")


def _finished(svg: str, figure: Figure) -> str:
    """Qt's SVG with an exact root, the font's substitutes, no empty groups and no more decimals than a printer sees."""
    root = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{figure.width_mm:g}mm" '
        f'height="{figure.height_mm:g}mm" viewBox="0 0 {figure.width:.4f} {figure.height:.4f}" role="img">\n'
        f"<title>{escape(figure.title or 'Figure', quote=False)}</title>\n"
        f"<desc>{escape(figure.alt, quote=False)}</desc>\n"
    )
    svg = _ROOT.sub(lambda _: root, svg, count=1)
    svg = _EMPTY_GROUP.sub("", svg)
    svg = _GROUP_FONT.sub(r"\1>", svg)  # the font of the running application; every text names its own
    svg = _one_text(svg)
    svg = _ATTRIBUTE.sub(lambda found: _NUMBER.sub(_rounded, found[0]), svg)
    return svg.replace(f'font-family="{FAMILY}"', f'font-family="{FAMILIES}"')


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
