"""The fonts of figures, shipped with the app, so that paper looks the same on every machine.

Invariants: each typeface is loaded once, after a QGuiApplication exists, and only where a text is set in it; the family
name is the same whether the font came from the system or from here.
"""

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase

from trajecta.resources import ROOT
from trajecta.stats.typeface import FAMILIES, Typeface

SET_AT = 100  # pixels; text is set at this size and scaled, which keeps widths true on every device


@cache
def load_fonts(typeface: Typeface = Typeface.SANS) -> tuple[str, ...]:
    """Make the fonts of a typeface known to Qt and return the families they brought; needs a QGuiApplication."""
    families: list[str] = []
    for file in sorted((ROOT / "fonts").glob(f"{FAMILIES[typeface].name.replace(' ', '')}-*.ttf")):
        number = QFontDatabase.addApplicationFont(str(file))
        families += QFontDatabase.applicationFontFamilies(number)
    return tuple(dict.fromkeys(families))


@cache
def figure_font(bold: bool, typeface: Typeface = Typeface.SANS, size: float = 1.0) -> QFont:
    """A font of figures at ``SET_AT`` pixels times ``size``, as ``text_width`` reckons.

    That is without kerning, ligatures and hinting.
    """
    load_fonts(typeface)
    font = QFont(FAMILIES[typeface].name)
    font.setPixelSize(round(SET_AT * size))
    font.setBold(bold)
    font.setKerning(False)
    for ligatures in ("liga", "clig"):  # Carlito joins “ti” and “ff”, which no table of single widths knows
        if tag := QFont.Tag.fromString(ligatures):
            font.setFeature(tag, 0)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    serif = FAMILIES[typeface].kind == "serif"
    font.setStyleHint(QFont.StyleHint.Serif if serif else QFont.StyleHint.SansSerif)
    return font
