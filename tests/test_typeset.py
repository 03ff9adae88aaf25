"""Raised and lowered characters and the typefaces: the same in every format, wherever a text of a figure comes from."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajecta.io.export import export_figure
from trajecta.io.legend_text import legend_text
from trajecta.io.preflight import preflight
from trajecta.io.study import open_study
from trajecta.resources import ROOT
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.edits import AxisEdit, Edits, Place, Style, TextEdit, own_words, refusal
from trajecta.stats.charts.layout import clashes, note_box
from trajecta.stats.charts.registry import CHARTS, build_figure
from trajecta.stats.compare import compare
from trajecta.stats.figure import Anchor, Figure, Note
from trajecta.stats.results import Comparison
from trajecta.stats.text_width import shortened, text_width, told_apart, wrapped
from trajecta.stats.typeface import FAMILIES, Typeface, in_force, set_in
from trajecta.stats.typeset import DROP, RISE, SMALL, letters, plain, runs, typeset

pytestmark = pytest.mark.usefixtures("app")
SVG = "{http://www.w3.org/2000/svg}"
FORMULA = "C_{max} of CD19⁺ (×10⁻³/L)"
PARTS = st.sampled_from(["C", "10", "⁹", "⁻³", "₂", "^{ab}", "_{max}", " ", "β", "^{", "}", "_", "^", "−"])


def figure_in(unit: str, typeface: Typeface = Typeface.SANS) -> Figure:
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    measures = tuple(replace(m, unit=unit) if m.key == "c3" else m for m in study.cohort.measures)
    choice = replace(study.chart, edits=Edits(Style(typeface=typeface)))
    return build_figure(replace(study.cohort, measures=measures), "c3", None, choice)


def words_in(svg: Path) -> list[str]:
    """The texts of an SVG, each with the pieces that stand above (^) or below (_) the line in brackets."""
    found = []
    for text in ET.fromstring(svg.read_text("utf-8")).iter(f"{SVG}text"):
        said, height = text.text or "", 0.0
        for span in text:
            height -= float(span.get("dy", "0"))
            mark = "^" if height > 0 else "_" if height < 0 else ""
            said += f"{mark}[{span.text}]" if mark else span.text or ""
        found.append(said)
    return found


@pytest.mark.parametrize(
    ("unit", "shown", "written"),
    [
        ("x 10^9/L", "(×10⁹/L)", "(×10^[9]/L)"),
        ("10^-3", "(10⁻³)", "(10^[−3])"),
        ("10^(10) cells", "(10¹⁰ cells)", "(10^[10] cells)"),
        ("mL/min/1.73 m²", "(mL/min/1.73 m²)", "(mL/min/1.73 m^[2])"),
        ("U_{max}", "(U_{max})", "(U_[max])"),
        ("µg/dL", "(µg/dL)", "(µg/dL)"),
        ("Zähler β", "(Zähler β)", "(Zähler β)"),
    ],
)
def test_units_are_printed_as_they_are_written_by_hand(unit: str, shown: str, written: str, tmp_path: Path) -> None:
    figure = figure_in(unit)
    assert figure.panels[0].y.label.endswith(shown)
    assert not any("lacks" in finding.text for finding in preflight(figure, None, "pdf", 600))
    export_figure(figure, tmp_path / "a.svg")
    assert any(text.endswith(written) for text in words_in(tmp_path / "a.svg"))


def test_raised_and_lowered_characters_stand_where_they_should(tmp_path: Path) -> None:
    page = (Note((10, 20), FORMULA, 10.0), Note((100, 40), "10⁹ & <x>", 10.0, anchor=Anchor.END))
    export_figure(Figure(60.0, 30.0, (), page), tmp_path / "f.svg")
    assert words_in(tmp_path / "f.svg") == ["C_[max] of CD19^[+] (×10^[−3]/L)", "10^[9] & <x>"]
    spans = list(ET.fromstring((tmp_path / "f.svg").read_text("utf-8")).iter(f"{SVG}tspan"))
    assert {span.get("font-size") for span in spans} == {None, f"{100 * SMALL:g}"}
    assert [float(span.get("dy", "0")) for span in spans[:2]] == pytest.approx([100 * DROP, -100 * DROP])


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts and pdftotext are not installed")
def test_a_pdf_has_them_as_smaller_letters_of_the_same_font(tmp_path: Path) -> None:
    for typeface in Typeface:
        export_figure(
            Figure(60.0, 30.0, (), (Note((10, 40), "H⁹ 9_{9}", 10.0, typeface=typeface),)), tmp_path / "f.pdf"
        )
        done = subprocess.run(
            ["pdftotext", "-bbox", tmp_path / "f.pdf", "-"], capture_output=True, text=True, check=True
        )
        tops = re.findall(r'yMax="([\d.]+)">([^<]*)<', done.stdout)
        assert "".join(word for _, word in tops) == "H999"
        fonts = subprocess.run(["pdffonts", tmp_path / "f.pdf"], capture_output=True, text=True, check=True).stdout
        names = {line.split()[0].split("+")[-1] for line in fonts.splitlines()[2:]}
        assert {name.split("-")[0] for name in names} == {FAMILIES[typeface].name.replace(" ", "")}


@given(st.lists(PARTS, max_size=12).map("".join))
def test_a_text_is_the_sum_of_its_letters_and_typesetting_twice_changes_nothing(text: str) -> None:
    assert typeset(typeset(text)) == typeset(text)
    seen = letters(text)
    assert "".join(run.text for run in runs("".join(seen))) == "".join(run.text for run in runs(text))
    assert sum(text_width(letter, 10.0) for letter in seen) == pytest.approx(text_width(text, 10.0))
    for width in (5.0, 20.0, 60.0):
        short = shortened(text, width, 7.0)
        assert text_width(short, 7.0) <= max(width, text_width("…", 7.0)) + 1e-9
        assert all(text_width(line, 7.0) <= max(width, 7.0) + 1e-9 for line in wrapped(text, width, 7.0))


def test_a_text_is_never_cut_within_its_braces() -> None:
    assert shortened("C_{maximal} of the drug", 22.0, 7.0) == "C_{m}_{a}_{x}_{i}…"
    assert runs("C_{m}_{a}…") == runs("C_{ma}…")
    assert told_apart(("ABC^{1}x-LONG-1", "ABC^{1}x-LONG-2"), 36.0, 7.0) == ("ABC…G-1", "ABC…G-2")
    assert plain("C_{max}") == "Cmax"
    assert plain("IFN 10^{-3} at V_{2}") == "IFN 10⁻³ at V₂"


def test_a_raised_letter_takes_its_room_above_the_line() -> None:
    flat, high, low = (note_box(Note((0, 0), text, 10.0), 0.0, 0.0) for text in ("H", "H^{H}", "H_{g}"))
    assert high.y < flat.y
    assert high.y == pytest.approx(-10.0 * (RISE + SMALL * 0.729))
    assert low.height > flat.height
    assert flat.width < high.width < 2 * flat.width


def test_no_result_can_be_written_in_raised_letters() -> None:
    for text in ("^{p} = 0.03", "P_{two-sided} = 0.03", "p^{exact}=0.01", "Score ^{n.s.}", "Score^{*}"):
        assert refusal(text), text
    for text in ("pO_{2} = low", "CD19^+ cells", "10^-3", "pH^{a}"):
        assert not refusal(text), text


def test_the_typeface_in_force_is_that_of_what_is_laid_out() -> None:
    assert in_force() is Typeface.SANS
    with set_in(Typeface.SERIF):
        note, width = Note((0, 0), "Month 3"), text_width("Month 3", 10.0)
    assert note.typeface is Typeface.SERIF
    assert in_force() is Typeface.SANS
    assert note_box(note, 0, 0).width == pytest.approx(width * note.size / 10.0)
    assert width < text_width("Month 3", 10.0)


@pytest.mark.parametrize("typeface", [Typeface.SERIF, Typeface.CARLITO])
@pytest.mark.parametrize("chart", [chart.key for chart in CHARTS])
def test_every_chart_is_set_in_every_typeface(chart: str, typeface: Typeface) -> None:
    for name in ("cart-sle.xlsx", "cart-sle-awkward.xlsx"):
        cohort = open_study(ROOT / "demo" / name).cohort
        keys = [visit.key for visit in cohort.visits]
        result = compare(cohort, Comparison("sledai-2k", keys[0], keys[-1]))
        for width in (89.0, 183.0):
            choice = ChartChoice(kind=chart, width_mm=width, edits=Edits(Style(typeface=typeface)))
            figure = build_figure(cohort, "sledai-2k", result, choice)
            notes = [m for p in figure.panels for m in p.marks if isinstance(m, Note)]
            notes += [m for m in figure.page if isinstance(m, Note)]
            assert {note.typeface for note in notes} <= {typeface}
            assert {axis.typeface for p in figure.panels for axis in (p.x, p.y)} <= {typeface}
            assert clashes(figure) == 0


def test_labels_headings_and_titles_written_by_hand_are_typeset() -> None:
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    own = build_figure(study.cohort, "c3", None, study.chart)
    place = Place("trajectories", "c3", own.panels[0].key, "y")
    edits = Edits().with_axis(AxisEdit(place, own_words(own.panels[0].y.label), label="CD19^+ B cells (10^9/L)"))
    edits = replace(edits, texts=(TextEdit(Place("trajectories", "c3"), "", "C_{max} and 10^-3"),))
    figure = build_figure(study.cohort, "c3", None, replace(study.chart, edits=edits))
    assert figure.panels[0].y.label == "CD19⁺ B cells (10⁹/L)"
    assert figure.title == "Cmax and 10⁻³"
    assert next(m for m in figure.page if isinstance(m, Note) and m.bold).text == "C_{max} and 10⁻³"


def test_no_braces_leave_the_figure() -> None:
    """The title, the figure in words and the legend only know characters, whatever the measures are called."""
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    names = {measure.key: f"C_{{max}} of {measure.name}" for measure in study.cohort.measures}
    measures = tuple(replace(m, name=names[m.key]) for m in study.cohort.measures)
    study = replace(study, cohort=replace(study.cohort, measures=measures), measure="c3")
    keys = [visit.key for visit in study.cohort.visits]
    result = compare(study.cohort, Comparison("c3", keys[0], keys[-1]))
    for chart in CHARTS:
        own = study.with_chart(ChartChoice(kind=chart.key))
        figure = build_figure(own.cohort, "c3", result, own.chart)
        assert "Cmax" in figure.title + figure.alt, chart.key
        for said in (figure.title, figure.alt, legend_text(own, figure, result)):
            assert "_{" not in said, chart.key
