"""A figure as a bitmap: PNG and TIFF at a resolution that the file states.

Invariants: white paper, no transparency (journals refuse alpha channels); the pixels are the millimetres times the
resolution, rounded; the file says the resolution.
"""

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage, QImageWriter, QPainter

from trajecta.io.errors import SaveError
from trajecta.io.pen import draw_figure
from trajecta.io.tiff import tiff_of
from trajecta.stats.figure import Figure

INCH = 25.4
FEWEST_DPI, MOST_DPI = 36, 2400
MOST_PIXELS = 300_000_000  # 1.2 GB of memory; beyond it a workstation begins to swap


def figure_image(figure: Figure, dpi: int) -> QImage:
    """The figure on white paper at ``dpi`` pixels per inch; SaveError if that is no resolution for a figure."""
    if not FEWEST_DPI <= dpi <= MOST_DPI:
        raise SaveError(f"A bitmap can have {FEWEST_DPI} to {MOST_DPI} dpi, not {dpi}. Choose 300 or 600.")
    width, height = (max(1, round(mm / INCH * dpi)) for mm in (figure.width_mm, figure.height_mm))
    image = QImage(width, height, QImage.Format.Format_RGB32) if width * height <= MOST_PIXELS else QImage()
    if image.isNull():
        raise SaveError(
            f"A bitmap of {width:,} × {height:,} pixels is too large for the memory. Choose a smaller resolution."
        )
    image.setDotsPerMeterX(round(dpi / INCH * 1000))
    image.setDotsPerMeterY(round(dpi / INCH * 1000))
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_figure(painter, figure, dpi / 72)
    painter.end()
    return image


def png_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as PNG with its resolution in the file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, b"png")
    writer.setCompression(50)
    if not writer.write(figure_image(figure, dpi)):
        raise SaveError(f"The PNG could not be written: {writer.errorString()}.")
    return bytes(buffer.data().data())


def tiff_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as TIFF, compressed without loss (LZW), with its resolution in the file."""
    return tiff_of(figure_image(figure, dpi))
