"""The typeface of figures: Liberation Sans, shipped with the app, so that paper looks the same on every machine.

Invariants: loaded once, after a QGuiApplication exists; the family name is the same whether the font came from the
system or from here.
"""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from trajecta.resources import ROOT

FAMILY = "Liberation Sans"
SET_AT = 100  # pixels; text is set at this size and scaled, which keeps widths true on every device


@cache
def load_fonts() -> tuple[str, ...]:
    """Make the shipped fonts known to Qt and return the families they brought; needs a QGuiApplication."""
    families: list[str] = []
    for file in sorted((ROOT / "fonts").glob("*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(families))


@cache
def figure_font(bold: bool) -> QFont:
    """The font of figures at ``SET_AT`` pixels: without kerning and hinting, as ``stats.text_width`` reckons it."""
    load_fonts()
    font = QFont(FAMILY)
    font.setPixelSize(SET_AT)
    font.setBold(bold)
    font.setKerning(False)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    return font
