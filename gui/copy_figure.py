"""The figure on the clipboard: as a picture for word processors and as SVG for programs that draw."""

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from trajecta.io.bitmap import figure_image, png_bytes
from trajecta.io.svg import svg_bytes
from trajecta.stats.figure import Figure

DPI = 300  # enough for print, small enough for a message


def copy_figure(figure: Figure) -> None:
    """Put the figure on the clipboard as PNG at 300 dpi and as SVG."""
    data = QMimeData()
    data.setImageData(figure_image(figure, DPI))
    data.setData("image/png", png_bytes(figure, DPI))
    data.setData("image/svg+xml", svg_bytes(figure, DPI))
    QGuiApplication.clipboard().setMimeData(data)
