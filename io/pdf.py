"""A figure as PDF: page of the exact size, live text, embedded fonts.

Invariants: one page, no margins; the page box is exactly the figure's millimetres, although Qt rounds it to points.
"""

import re

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSizeF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter

from trajecta import __version__
from trajecta.io.errors import SaveError
from trajecta.io.pen import draw_figure
from trajecta.stats.figure import Figure

RESOLUTION = 1200  # device units per inch; Qt writes whole device units for some shapes
_BOX = re.compile(rb"/MediaBox \[0 0 [\d.]+ ([\d.]+)\]")


def pdf_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as one PDF page; ``dpi`` is not used, lines and text have no resolution."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    size = QSizeF(figure.width_mm, figure.height_mm)
    writer.setPageSize(QPageSize(size, QPageSize.Unit.Millimeter, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(RESOLUTION)
    writer.setTitle(figure.title or "Figure")
    writer.setCreator(f"Trajecta {__version__}")
    painter = QPainter()
    if not painter.begin(writer):
        raise SaveError("The PDF could not be written. Choose another format, or save again.")
    draw_figure(painter, figure, RESOLUTION / 72)
    painter.end()
    return exact_page(bytes(buffer.data().data()), figure.width, figure.height)


def exact_page(pdf: bytes, width: float, height: float) -> bytes:
    """The same file with a page box of exactly ``width`` × ``height`` points, measured from the top-left corner.

    # WORKAROUND QPageSize keeps whole points (up to 0.18 mm off). The box is rewritten at the same length, because
    # every offset of a PDF counts bytes; a file without such a box is returned as it is.
    """

    def box(found: re.Match[bytes]) -> bytes:
        top = float(found[1])
        text = f"/MediaBox [0 {top - height:.3f} {width:.3f} {top:.3f}]".encode("ascii")
        room = len(found[0])
        return text[:-1] + b" " * (room - len(text)) + b"]" if len(text) <= room else found[0]

    return _BOX.sub(box, pdf, count=1)
