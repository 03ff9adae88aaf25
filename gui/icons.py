"""Icons from ``resources/icons`` in the colour of the theme; loaded when first shown."""

from functools import cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from trajecta.resources import ROOT

# The colour that the drawings are stored in; it is replaced by the colour asked for.
DRAWN_IN = "#5B6570"


@cache
def icon(name: str, color: str) -> QIcon:
    """The icon ``resources/icons/<name>.svg`` in one colour, crisp up to 200 % scaling."""
    # QtSvg is loaded here, not at start: the first paint of the window needs no icon.
    from PySide6.QtSvg import QSvgRenderer

    text = (ROOT / "icons" / f"{name}.svg").read_text("utf-8").replace(DRAWN_IN, color)
    renderer = QSvgRenderer(QByteArray(text.encode()))
    made = QIcon()
    for scale in (1, 2):
        picture = QPixmap(QSize(16, 16) * scale)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        renderer.render(painter)
        painter.end()
        picture.setDevicePixelRatio(scale)
        made.addPixmap(picture)
    return made
