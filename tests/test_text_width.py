"""Text widths without Qt agree with the shipped fonts and with Qt."""

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtGui import QFontMetricsF

from trajecta.io.export import painting_ready
from trajecta.io.fonts import SET_AT, figure_font, load_fonts
from trajecta.stats.text_width import shortened, text_width, wrapped
from trajecta.stats.typeface import FAMILIES, Typeface

ROOT = Path(__file__).parents[1]
TEXTS = (
    "SLEDAI-2K (points)",
    "AVATAR To Wa 11.7",
    "Exact P = 0.0625 (−16 to −8)",
    "Prä ≤ 4 µg/dL",
    "0123456789",
    "activity, effect",
    "",
)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """The script that writes the table."""
    spec = importlib.util.spec_from_file_location("font_widths", Path(__file__).with_name("font_widths.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("typeface", Typeface)
def test_the_table_is_what_the_fonts_say(maker: ModuleType, typeface: Typeface) -> None:
    table = tomllib.loads((ROOT / "resources" / "widths" / f"{typeface.value}.toml").read_text("utf-8"))
    file = maker.TYPEFACES[typeface.value]
    for style, name in maker.STYLES.items():
        em, widths = maker.widths((ROOT / "resources" / "fonts" / f"{file}-{name}.ttf").read_bytes())
        found = {ord(c): int(width) for width, text in table[style]["widths"].items() for c in text}
        assert table[style]["em"] == em
        assert found == widths


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("typeface", Typeface)
@pytest.mark.parametrize("text", TEXTS)
def test_qt_sets_text_as_wide_as_we_reckon(text: str, typeface: Typeface, bold: bool) -> None:
    painting_ready()
    assert load_fonts(typeface) == (FAMILIES[typeface].name,)
    assert QFontMetricsF(figure_font(bold, typeface)).horizontalAdvance(text) == pytest.approx(
        text_width(text, SET_AT, bold, typeface), abs=0.5
    )


def test_shortened_and_wrapped_never_exceed_the_width() -> None:
    text = "Prednisolone equivalent (mg/day) at the visit"
    for width in (8.0, 20.0, 45.0, 90.0, 400.0):
        assert text_width(shortened(text, width, 7), 7) <= width
        for line in wrapped(text, width, 7):
            assert text_width(line, 7) <= width
    assert " ".join(wrapped(text, 90, 7)) == text


def test_a_character_the_font_lacks_still_takes_room() -> None:
    assert text_width("狼疮", 10) == 20
    assert text_width("e\u0301\u0483", 10) < text_width("em", 10)
