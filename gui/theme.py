"""The look: colour tokens for light and dark, the palette and the style sheet made from them, and the interface font.

Accent marks what is selected and the one primary action; caution marks what must not be missed; nothing else is
coloured but the patients. The figure is paper and stays white in both themes.
"""

from typing import NamedTuple

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from trajecta.resources import ROOT


class Theme(NamedTuple):
    """Named colours; every widget takes its colours from here. (A tuple: dataclasses cost 15 ms of the first paint.)"""

    name: str
    background: str
    panel: str
    desk: str
    hairline: str
    ink: str
    soft: str
    accent: str
    on_accent: str
    accent_ground: str
    caution: str
    caution_ground: str
    hover: str
    faint: str
    shadow: str


LIGHT = Theme(
    name="light",
    background="#F5F6F7",
    panel="#FFFFFF",
    desk="#ECEEF0",
    hairline="#E1E4E8",
    ink="#1B1F24",
    soft="#5B6570",
    accent="#0B6E75",
    on_accent="#FFFFFF",
    accent_ground="#E3F1F1",
    caution="#8A5A00",
    caution_ground="#FFF4DC",
    hover="#F0F2F4",
    faint="#A3ABB3",
    shadow="#26000000",
)
DARK = Theme(
    name="dark",
    background="#16191D",
    panel="#1E2227",
    desk="#121518",
    hairline="#30363D",
    ink="#E8EBEE",
    soft="#A4AEB8",
    accent="#4FB7BD",
    on_accent="#0D1B1C",
    accent_ground="#17383B",
    caution="#E7BE6A",
    caution_ground="#3A2F17",
    hover="#272C32",
    faint="#5C6670",
    shadow="#66000000",
)


def style_sheet(theme: Theme) -> str:
    """The application's style sheet in this theme."""
    colors = theme._asdict()
    drawings = {name: (ROOT / "icons" / f"{name}-{theme.name}.svg").as_posix() for name in ("chevron", "tick")}
    text = (ROOT / "style.qss").read_text("utf-8")
    # Longest names first: $accent must not eat the beginning of $accent_ground.
    for name, color in sorted({**colors, **drawings}.items(), key=lambda entry: -len(entry[0])):
        text = text.replace(f"${name}", color)
    return text


def palette(theme: Theme) -> QPalette:
    """The Qt palette, for what the style sheet does not reach."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.background,
        QPalette.ColorRole.WindowText: theme.ink,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.AlternateBase: theme.panel,
        QPalette.ColorRole.Text: theme.ink,
        QPalette.ColorRole.Button: theme.panel,
        QPalette.ColorRole.ButtonText: theme.ink,
        QPalette.ColorRole.Highlight: theme.accent_ground,
        QPalette.ColorRole.HighlightedText: theme.ink,
        QPalette.ColorRole.PlaceholderText: theme.soft,
        QPalette.ColorRole.ToolTipBase: theme.panel,
        QPalette.ColorRole.ToolTipText: theme.ink,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.Light: theme.panel,
        QPalette.ColorRole.Mid: theme.hairline,
        QPalette.ColorRole.Dark: theme.hairline,
    }
    for role, color in roles.items():
        made.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.soft))
    return made


def system_theme() -> Theme:
    """Dark if the desktop's own windows are dark, else light.

    Read from the style's palette: asking for ``Qt.ColorScheme`` would load the whole Qt namespace, 12 ms of the first
    paint, and says nothing on some desktops.
    """
    return DARK if QApplication.style().standardPalette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def theme_of(name: str) -> Theme:
    """The theme of a preference: ``light``, ``dark``, or anything else for what the desktop shows."""
    return {"light": LIGHT, "dark": DARK}.get(name) or system_theme()


def interface_font(app: QApplication) -> QFont:
    """The system's interface font; on a bare Linux, which has DejaVu only, the narrower font that we ship."""
    font = QFont(app.font())
    if QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family() in (
        "Sans",
        "Sans Serif",
        "DejaVu Sans",
        "",
    ):
        for face in ("Regular", "Bold"):
            QFontDatabase.addApplicationFont(str(ROOT / "fonts" / f"LiberationSans-{face}.ttf"))
        font = QFont("Liberation Sans")
    font.setPixelSize(13)
    return font


def apply(app: QApplication, theme: Theme) -> None:
    """Put the theme on the whole application."""
    app.setPalette(palette(theme))
    app.setStyleSheet(style_sheet(theme))
