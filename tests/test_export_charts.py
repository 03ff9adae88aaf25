"""Every chart in every format: exact millimetres, text as text where it can be, bitmaps that say their resolution."""

import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
from functools import cache
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtGui import QImage

from trajecta.io.bitmap import figure_image
from trajecta.io.eps import eps_bytes
from trajecta.io.export import export_figure
from trajecta.io.pptx import EDGE, EMU_PER_MM, SLIDE, pptx_bytes, slide_size
from trajecta.io.shown import texts_of
from trajecta.io.study import open_study
from trajecta.resources import ROOT
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import CHARTS, Chart, build_figure
from trajecta.stats.compare import compare
from trajecta.stats.figure import Figure, Line, Note, Stroke

pytestmark = pytest.mark.usefixtures("app")  # one application for all tests, with widgets
each_chart = pytest.mark.parametrize("entry", CHARTS, ids=lambda e: e.key)
WIDTH = 89.0
DPI = 300
SVG = "{http://www.w3.org/2000/svg}"


@cache
def drawn(key: str) -> Figure:
    """One kind of chart of the demo cohort."""
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    assert study.comparison is not None
    result = compare(study.cohort, study.comparison)
    return build_figure(study.cohort, study.measure, result, ChartChoice(key, WIDTH))


def words(figure: Figure) -> set[str]:
    """Every word that is written in the figure itself, without what the camera has put out of view."""
    return {word for text in texts_of(figure) for word in text.split()}


@each_chart
def test_the_pdf_has_the_exact_page_and_one_embedded_family(entry: Chart, tmp_path: Path) -> None:
    figure = drawn(entry.key)
    export_figure(figure, tmp_path / "f.pdf")
    content = (tmp_path / "f.pdf").read_bytes()
    box = re.search(rb"/MediaBox \[\s*([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+)\s*\]", content)
    assert box is not None
    left, low, right, top = (float(number) / 72 * 25.4 for number in box.groups())
    assert (right - left, top - low) == (pytest.approx(WIDTH, abs=0.01), pytest.approx(figure.height_mm, abs=0.01))
    fonts = set(re.findall(rb"/FontName /(?:[A-Z]{6}\+)?([\w-]+)", content))
    assert fonts
    assert all(name.startswith(b"LiberationSans") for name in fonts), "a character came from another font"
    assert content.count(b"/FontFile2") == len(re.findall(rb"/FontName ", content))


@each_chart
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_every_word_of_the_pdf_can_be_selected(entry: Chart, tmp_path: Path) -> None:
    figure = drawn(entry.key)
    export_figure(figure, tmp_path / "f.pdf")
    said = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", tmp_path / "f.pdf", "-"], capture_output=True, check=True
    )
    found = "".join(said.stdout.decode("utf-8").split())  # vertical text comes without its spaces
    missing = [word for word in words(figure) if word not in found]
    assert missing == []


@each_chart
def test_every_text_of_the_svg_is_a_text(entry: Chart, tmp_path: Path) -> None:
    figure = drawn(entry.key)
    export_figure(figure, tmp_path / "f.svg")
    root = ET.fromstring((tmp_path / "f.svg").read_text("utf-8"))
    said = {word for node in root.iter(f"{SVG}text") for word in (node.text or "").split()}
    assert words(figure) <= said
    assert (root.get("width"), root.get("height")) == (f"{WIDTH:g}mm", f"{figure.height_mm:g}mm")
    assert root.findtext(f"{SVG}desc") == figure.alt


@each_chart
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_bitmaps_have_the_pixels_and_the_resolution_of_the_page(entry: Chart, suffix: str, tmp_path: Path) -> None:
    figure = drawn(entry.key)
    path = tmp_path / f"f.{suffix}"
    export_figure(figure, path, DPI)
    image = QImage(str(path))
    assert (image.width(), image.height()) == tuple(round(mm / 25.4 * DPI) for mm in (WIDTH, figure.height_mm))
    assert image.dotsPerMeterX() == pytest.approx(DPI / 0.0254, abs=2)
    assert not image.hasAlphaChannel()
    assert image.pixelColor(0, 0).name() == "#ffffff"
    if suffix == "tif":
        assert compression(path.read_bytes()) == 5, "compression is not LZW"


def compression(content: bytes) -> int:
    """The compression tag (259) of a TIFF's first page."""
    order = "<" if content[:2] == b"II" else ">"
    start = struct.unpack_from(order + "I", content, 4)[0]
    for i in range(struct.unpack_from(order + "H", content, start)[0]):
        tag, _, _, value = struct.unpack_from(order + "HHIH", content, start + 2 + 12 * i)
        if tag == 259:
            return int(value)
    return 1


@each_chart
def test_the_eps_says_its_page_and_holds_outlines_only(entry: Chart) -> None:
    figure = drawn(entry.key)
    text = eps_bytes(figure, 0).decode("ascii")
    assert text.startswith("%!PS-Adobe-3.0 EPSF-3.0\n")
    assert f"%%HiResBoundingBox: 0 0 {figure.width:.4f} {figure.height:.4f}" in text
    assert "findfont" not in text
    assert max(map(len, text.splitlines())) <= 255, "no line of a document may be longer"
    assert text.endswith("%%EOF\n")


@each_chart
@pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")
def test_ghostscript_draws_the_eps_as_the_screen_draws_the_figure(entry: Chart, tmp_path: Path) -> None:
    figure = drawn(entry.key)
    (tmp_path / "f.eps").write_bytes(eps_bytes(figure, 0))
    quality = ["-r150", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", "-sDEVICE=png16m", "-dEPSCrop"]
    quiet = ["-q", "-dSAFER", "-dBATCH", "-dNOPAUSE"]
    done = subprocess.run(
        ["gs", *quiet, *quality, f"-sOutputFile={tmp_path / 'f.png'}", tmp_path / "f.eps"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ours, theirs = figure_image(figure, 150), QImage(str(tmp_path / "f.png"))
    high = min(ours.height(), theirs.height())
    assert abs(ours.width() - theirs.width()) <= 1
    assert abs(ours.height() - theirs.height()) <= 1
    a, b = (image.copy(0, image.height() - high, ours.width(), high) for image in (ours, theirs))
    off = sum(
        abs((a.pixel(x, y) >> 8 & 255) - (b.pixel(x, y) >> 8 & 255)) > 128
        for y in range(high)
        for x in range(min(a.width(), b.width()))
    )
    assert off < 0.01 * high * a.width(), "more than edges differ"


def test_the_eps_measures_from_below_and_turns_text() -> None:
    line = Line(((10, 10), (90, 10)), Stroke("#FF0000", 0.75, (4.0, 2.0)))
    figure = Figure(40.0, 30.0, (), (line, Note((20, 60), "l", 10.0, vertical=True)), "Größe")
    lines = eps_bytes(figure, 0).decode("ascii").splitlines()
    assert "%%Title: Gr??e" in lines
    at = lines.index(f"10 {figure.height - 10:.3f} m")
    assert lines[at + 1] == f"90 {figure.height - 10:.3f} l"
    assert lines[at + 2] == "1 0 0 k 0.75 setlinewidth 0 setlinecap 1 setlinejoin [4 2] 0 setdash s"
    letter = [[float(number) for number in line.split()[:2]] for line in lines[at + 3 :] if line.endswith((" m", " l"))]
    wide, high = (max(values) - min(values) for values in zip(*letter, strict=True))
    assert wide > 5 > high, "the letter stands upright"


def package(figure: Figure) -> dict[str, bytes]:
    """The parts of the slide by name."""
    with ZipFile(BytesIO(pptx_bytes(figure, 0))) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


@each_chart
def test_every_part_of_the_slide_is_typed_related_and_there(entry: Chart) -> None:
    parts = package(drawn(entry.key))
    assert next(iter(parts)) == "[Content_Types].xml"
    types = ET.fromstring(parts["[Content_Types].xml"])
    overrides = {(node.get("PartName") or "").lstrip("/") for node in types if node.tag.endswith("Override")}
    defaults = {node.get("Extension") for node in types if node.tag.endswith("Default")}
    assert overrides <= set(parts)
    for name, content in parts.items():
        assert name in overrides or name.rsplit(".", 1)[1] in defaults
        if name.endswith((".xml", ".rels", ".svg")):
            ET.fromstring(content)
        if name.endswith(".rels"):
            folder = Path(name).parent.parent
            for node in ET.fromstring(content):
                target = (ROOT / folder / (node.get("Target") or "")).resolve().relative_to(ROOT.resolve())
                assert target.as_posix() in parts, f"{name} points to nothing"
    used = re.findall(rb'r:(?:embed|id)="(rId\d+)"', parts["ppt/slides/slide1.xml"])
    known = re.findall(rb'Id="(rId\d+)"', parts["ppt/slides/_rels/slide1.xml.rels"])
    assert set(used) <= set(known)


@each_chart
def test_the_slide_holds_the_figure_at_its_size_with_its_words(entry: Chart) -> None:
    figure = drawn(entry.key)
    parts = package(figure)
    slide = ET.fromstring(parts["ppt/slides/slide1.xml"])
    spaces = {
        "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
        "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    }
    size = slide.find(".//p:pic/p:spPr/a:xfrm/a:ext", spaces)
    assert size is not None
    assert (size.get("cx"), size.get("cy")) == (str(round(89 * EMU_PER_MM)), str(round(figure.height_mm * EMU_PER_MM)))
    named = slide.find(".//p:pic/p:nvPicPr/p:cNvPr", spaces)
    assert named is not None
    assert (named.get("descr"), named.get("title")) == (figure.alt, figure.title)
    assert parts["ppt/media/figure.png"].startswith(b"\x89PNG")
    assert b"svgBlip" in parts["ppt/slides/slide1.xml"]
    assert b"<text" in parts["ppt/media/figure.svg"]


def test_awkward_names_keep_the_slide_well_formed() -> None:
    figure = Figure(60.0, 40.0, (), (), 'C3 <g/L> & "C4"', '5 "new" & <old>\x0b patients\' values')
    slide = ET.fromstring(package(figure)["ppt/slides/slide1.xml"])
    named = next(node for node in slide.iter() if node.get("name") == "Figure")
    assert named.get("descr") == '5 "new" & <old>  patients\' values'
    assert named.get("title") == figure.title


def test_a_slide_grows_with_a_figure_that_is_larger_than_it() -> None:
    assert slide_size(Figure(183.0, 120.0, ())) == SLIDE
    assert slide_size(Figure(183.0, 240.0, ())) == (SLIDE[0], 240 * EMU_PER_MM + 2 * EDGE)


def test_the_same_figure_gives_the_same_slide_and_the_same_eps() -> None:
    figure = drawn("trajectories")
    assert pptx_bytes(figure, 0) == pptx_bytes(figure, 600)
    assert eps_bytes(figure, 0) == eps_bytes(figure, 600)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_slide(tmp_path: Path) -> None:
    export_figure(drawn("before-after"), tmp_path / "f.pptx")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    words = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "f.pptx"]
    subprocess.run(words, capture_output=True, check=True, timeout=120)
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", (tmp_path / "f.pdf").read_bytes())
    assert box is not None
    assert [round(float(number)) for number in box.groups()] == [960, 540]
