"""The preflight finds what is wrong with a figure, and nothing where nothing is."""

from dataclasses import replace
from datetime import date
from functools import cache

import pytest

from trajecta.io.journals import Journal, journal, journals
from trajecta.io.preflight import Finding, block_rect, looks, preflight
from trajecta.io.study import Study, open_study
from trajecta.resources import ROOT
from trajecta.stats.charts.axes import linear_ticks
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import CHARTS, Chart, build_figure
from trajecta.stats.cohort import Severity
from trajecta.stats.colors import contrast
from trajecta.stats.colour_vision import ALIKE, LEAST_MARK, Vision, alike, difference
from trajecta.stats.compare import compare
from trajecta.stats.figure import Axis, Block, Dots, Figure, Line, Mark, Note, Panel, Pin, Rect, Shape, Stroke
from trajecta.stats.palette import COLORS, style_of
from trajecta.stats.results import PairedResult
from trajecta.stats.typeface import Typeface

PRESET = Journal(
    "j", "Journal", "https://example.org", date(2026, 1, 1), (89.0, 183.0), None, 100.0, 6.0, 7.0, 0.5,
    ("pdf", "tif"), 600, 500, "rgb", True,
)  # fmt: skip


def figure_of(*marks: Mark, page: tuple[Mark, ...] = (), width: float = 89.0, height: float = 60.0) -> Figure:
    """One panel from 0 to 10 in both directions on a page that keeps the preset."""
    axis = Axis("Value", (0, 10), linear_ticks(0, 10, 3))
    panel = Panel(Rect(40, 12, 180, 110), replace(axis, label="Time"), axis, marks, "p")
    return Figure(width, height, (panel,), page, "T", "A")


def texts(findings: tuple[Finding, ...]) -> str:
    return "\n".join(str(finding) for finding in findings)


def test_a_figure_that_keeps_the_preset_has_no_findings() -> None:
    line = Line(((0, 1), (9, 8)), Stroke("#0072B2", 1.0), "A")
    dots = Dots(((0, 1), (9, 8)), fill="#0072B2", outline=Stroke("#0072B2"), key="A")
    assert preflight(figure_of(line, dots, Note((5, 2), "here")), PRESET, "pdf", 600) == ()


@pytest.mark.parametrize(
    ("figure", "says"),
    [
        (figure_of(width=120.0), "120 mm wide; Journal prints 89 or 183 mm. Choose 183 mm."),
        (figure_of(width=200.0), "200 mm wide; Journal prints 89 or 183 mm. Choose 183 mm."),
        (figure_of(height=130.0), "130 mm high; Journal allows 100 mm"),
        (figure_of(Note((5, 2), "tiny", 4.5)), "Text of 4.5 pt, Journal takes 6 pt at least: “tiny”."),
        (figure_of(Note((1, 8), "BIG", 12)), "Text of 12 pt, Journal takes 7 pt at most: “BIG”."),
        (figure_of(Line(((0, 0), (1, 1)), Stroke(width=0.2))), "Lines of 0.2 pt, Journal takes 0.5 pt at least."),
        (figure_of(Dots(((1, 1),), outline=Stroke(width=0.3))), "Lines of 0.3 pt"),
        (figure_of(Note((5, 2), "pale", color="#AAAAAA")), "Text in #AAAAAA on #FFFFFF has a contrast of 2.3 : 1"),
        (
            figure_of(Line(((0, 0), (9, 9)), Stroke("#F0E442", 1))),
            "Marks in #F0E442 (1.3 : 1) are faint on paper; a contrast of 3 : 1 is seen.",
        ),
        (figure_of(Block(1, 2, 0, 5, "#FFFF99", key="A")), "Marks in #FFFF99 ("),
        (figure_of(Note((1, 2), "患者 A")), "lacks “患” (U+60A3, in “患者 A”), “者”"),
        (figure_of(page=(Note((240, 20), "over the edge"),)), "Text leaves the page: “over the edge”."),
        (figure_of(Note((5, 5), "one"), Note((5.1, 5), "two")), "Texts overlap: “one” and “two”."),
    ],
)
def test_what_breaks_the_preset_is_said_with_what_to_do(figure: Figure, says: str) -> None:
    found = preflight(figure, PRESET, "pdf", 600)
    assert len(found) == 1, texts(found)
    assert says in str(found[0])
    assert found[0].text.endswith(".")
    assert found[0].advice.endswith(".")


@pytest.mark.parametrize(
    ("suffix", "dpi", "says"),
    [
        ("png", 600, ("takes PDF, TIF, not PNG", "text that can be edited; a bitmap has none")),
        (".TIFF", 300, ("a bitmap has none", "300 dpi; Journal asks for 600 dpi")),
        ("tif", 600, ("a bitmap has none",)),
        ("eps", 600, ("takes PDF, TIF, not EPS", "outlines of letters")),
        ("pdf", 72, ()),
    ],
)
def test_the_file_is_looked_at_too(suffix: str, dpi: int, says: tuple[str, ...]) -> None:
    found = preflight(figure_of(), PRESET, suffix, dpi)
    assert len(found) == len(says), texts(found)
    assert all(words in texts(found) for words in says)


def test_cmyk_is_a_note_with_a_way_out() -> None:
    found = preflight(figure_of(), replace(PRESET, colour="cmyk"), "pdf", 600)
    assert [finding.severity for finding in found] == [Severity.NOTE]
    assert "written in RGB" in found[0].text


def test_a_number_that_was_not_verified_says_so_and_breaks_nothing_for_certain() -> None:
    doubtful = replace(PRESET, unverified=(("max_height", "recalled"),))
    (found,) = preflight(figure_of(height=130.0), doubtful, "pdf", 600)
    assert found.text.endswith("(not verified, recalled without a page).")
    assert found.severity is Severity.WARNING


def test_a_typeface_that_the_journal_does_not_ask_for_is_named_with_those_that_fit() -> None:
    asked = replace(PRESET, fonts=("Arial", "Helvetica"))
    assert preflight(figure_of(Note((5, 2), "here")), asked, "pdf", 600) == ()
    found = preflight(figure_of(Note((5, 2), "here", typeface=Typeface.SERIF)), asked, "pdf", 600)
    assert [str(finding) for finding in found] == [
        "The text is set in Liberation Serif; Journal asks for Arial or Helvetica. "
        "Choose Liberation Sans (as wide as Arial) under Chart, Style."
    ]
    assert preflight(figure_of(Note((5, 2), "患", typeface=Typeface.CARLITO)), PRESET, "pdf", 600)[0].text.startswith(
        "The font of figures, Carlito, lacks “患”"
    )


def test_raised_characters_are_judged_by_their_own_size() -> None:
    figure = figure_of(Note((5, 2), "10⁹/L C_{max}", 7.0))
    (found,) = preflight(figure, replace(PRESET, min_raised=5.0), "pdf", 600)
    assert found.severity is Severity.WARNING
    assert found.text == "Raised or lowered characters are 4.55 pt; Journal asks for at least 5 pt: “10⁹/L Cmax”."
    assert [finding.severity for finding in preflight(figure, PRESET, "pdf", 600)] == [Severity.NOTE]
    assert preflight(figure, replace(PRESET, min_raised=4.5), "pdf", 600) == ()
    assert preflight(figure, replace(PRESET, min_text=None), "pdf", 600) == ()


def test_a_width_that_is_not_on_the_page_is_a_note() -> None:
    (found,) = preflight(figure_of(), replace(PRESET, doubtful_widths=(89.0,)), "pdf", 600)
    assert str(found) == (
        "A width of 89 mm is not on the page of Journal that was read. Ask the journal, or choose 183 mm."
    )
    assert found.severity is Severity.NOTE


def test_what_a_journal_does_not_say_is_not_looked_for() -> None:
    silent = Journal("s", "Silent", "https://example.org", date(2026, 1, 1))
    odd = figure_of(Note((5, 2), "tiny", 3), Line(((0, 0), (1, 1)), Stroke(width=0.1)), width=95.5, height=400)
    assert preflight(odd, silent, "png", 72) == ()
    assert preflight(odd, None, "png", 72) == ()


def test_text_on_a_dark_cell_is_judged_on_that_cell() -> None:
    cell = Block(0, 5, 0, 5, "#332288")
    assert preflight(figure_of(cell, Note((2, 2), "7", color="#FFFFFF")), None, "pdf", 600) == ()
    (found,) = preflight(figure_of(cell, Note((2, 2), "7", color="#000000")), None, "pdf", 600)
    assert "on #332288" in found.text


def test_bands_cells_with_numbers_and_erased_lines_are_grounds_and_not_marks() -> None:
    band = Block(None, None, 0, 4, "#EEF3F3")
    cell = Block(1, 4, 5, 9, "#DDEEFF")
    gap = Line(((6, 1), (6, 2)), Stroke("#FFFFFF", 1.4))
    assert preflight(figure_of(band, cell, Note((2, 7), "7"), gap), None, "pdf", 600) == ()


def test_texts_out_of_view_are_not_drawn_and_not_judged() -> None:
    gone = (Note((15, 5), "gone", 3), Note((0.5, 99), "gone", 3, pin=Pin.X))
    assert preflight(figure_of(*gone), PRESET, "pdf", 600) == ()


def two_patients(one: str, other: str, **differing: object) -> Figure:
    """Two lines with symbols; ``shape`` and ``dash`` change the second patient's."""
    shape, dash = Shape(str(differing.get("shape", "circle"))), (4.0, 2.0) if "dash" in differing else ()
    marks: list[Mark] = []
    for i, (key, colour) in enumerate((("A", one), ("B", other))):
        marks.append(Line(((0, i), (9, 5 + i)), Stroke(colour, 1, dash if i else ()), key))
        marks.append(Dots(((0, i),), shape if i else Shape.CIRCLE, 4, colour, Stroke(colour), key))
    return figure_of(*marks, page=(Note((230, 20), "A"), Note((230, 40), "B")))


def test_colours_that_fall_together_need_another_symbol_or_dash() -> None:
    (found,) = preflight(two_patients("#D55E00", "#B38600"), None, "pdf", 600)
    assert found.text == "Alike in deuteranopia, protanopia, grey print, with the same symbol and line: A and B."
    assert preflight(two_patients("#D55E00", "#B38600", shape="square"), None, "pdf", 600) == ()
    assert preflight(two_patients("#D55E00", "#B38600", dash=True), None, "pdf", 600) == ()
    assert preflight(two_patients("#0072B2", "#0072B2"), None, "pdf", 600) == (), (
        "grey context lines are meant to be alike"
    )


def test_many_patients_who_look_alike_are_one_finding_for_each_kind_of_eye() -> None:
    lines = [Line(((0, i), (9, i)), Stroke(COLORS[i], 1), f"P{i}") for i in range(10)]
    names = [Note((230, 20 + 9 * i), f"P{i}") for i in range(10)]
    found = preflight(figure_of(*lines, page=tuple(names)), None, "pdf", 600)
    assert preflight(figure_of(*lines), None, "pdf", 600) == (), "who is not named need not be told apart"
    assert 1 <= len(found) <= len(Vision)
    assert any("P0 and P1, P0 and P2, P0 and P3, P0 and P7 and " in finding.text for finding in found)


def test_colour_vision_agrees_with_what_is_known() -> None:
    assert round(contrast("#FFFFFF", "#000000"), 2) == 21.0
    assert alike("#FF0000", "#FF0000") == ()
    assert Vision.TRITAN not in alike("#D55E00", "#B38600")
    assert difference("#D62728", "#2CA02C", Vision.DEUTAN) < difference("#D62728", "#2CA02C") / 2
    for grey in ("#000000", "#777777", "#FFFFFF"):  # a grey is the same grey to every eye
        assert all(difference(grey, grey) == 0 and _same(grey, vision) for vision in Vision)


def _same(grey: str, vision: Vision) -> bool:
    from trajecta.stats.colour_vision import seen

    return sum(abs(a - b) for a, b in zip(seen(grey, vision), seen(grey, None), strict=True)) < 0.5


def test_every_colour_of_the_palette_is_seen_on_paper() -> None:
    assert all(contrast(colour) >= LEAST_MARK for colour in COLORS)


def test_no_two_of_the_first_fifty_patients_look_alike_to_anybody() -> None:
    styles = [style_of(i) for i in range(50)]
    pairs = [(a, b) for i, a in enumerate(styles) for b in styles[:i] if (a.shape, a.dash) == (b.shape, b.dash)]
    confused = [(a.color, b.color) for a, b in pairs if difference(a.color, b.color) < ALIKE]
    assert confused == []


@cache
def demo() -> tuple[Study, PairedResult]:
    """The demo cohort with its answer, read once."""
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    assert study.comparison is not None
    return study, compare(study.cohort, study.comparison)


@pytest.mark.parametrize("wanted", journals(), ids=lambda e: e.key)
@pytest.mark.parametrize("entry", CHARTS, ids=lambda e: e.key)
def test_every_chart_at_every_width_has_texts_apart_and_on_the_page(entry: Chart, wanted: Journal) -> None:
    study, result = demo()
    for width in wanted.widths or (183.0,):
        figure = build_figure(study.cohort, study.measure, result, ChartChoice(entry.key, width))
        found = preflight(figure, wanted, "pdf", 600)
        said = texts(found)
        assert "overlap" not in said
        assert "leaves the page" not in said
        assert "lacks" not in said
        assert "mm wide" not in said
        assert "Alike" not in said


def test_the_place_of_a_block_on_the_page() -> None:
    panel = figure_of().panels[0]
    assert block_rect(panel, Block(None, None, 0, 5)) == Rect(40, 67, 180, 55)
    assert block_rect(panel, Block(5, 0, None, None)) == Rect(40, 12, 90, 110)


def test_looks_are_those_of_patients() -> None:
    found = looks(two_patients("#D55E00", "#B38600", dash=True))
    assert {key: (look.colour, look.dashes) for key, look in found.items()} == {
        "A": ("#D55E00", frozenset({()})),
        "B": ("#B38600", frozenset({(4.0, 2.0)})),
    }


def test_a_thousand_texts_are_looked_at_in_a_fifth_of_a_second() -> None:
    from time import perf_counter

    cells: list[Mark] = [
        Block(x / 20, (x + 1) / 20, y / 5, (y + 1) / 5, "#DDEEFF") for x in range(200) for y in range(5)
    ]
    notes: list[Mark] = [Note(((x + 0.2) / 20, (y + 0.5) / 5), "", 1) for x in range(200) for y in range(5)]
    notes = [replace(note, text="7") for note in notes if isinstance(note, Note)]
    start = perf_counter()
    preflight(figure_of(*cells, *notes), journal("nature"), "pdf", 600)
    assert perf_counter() - start < 1.0  # measured 0.1 s; the rest is room for a busy machine
