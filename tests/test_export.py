"""Exported files say on their own bytes what a journal checks: size, fonts, resolution, compression, live text."""

import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from trajecta.io.errors import SaveError
from trajecta.io.export import FORMATS, Format, export_figure
from trajecta.main import main
from trajecta.stats.charts.axes import linear_ticks
from trajecta.stats.figure import Axis, Dots, Figure, Line, Note, Panel, Rect, Shape, Stroke

pytestmark = pytest.mark.usefixtures("app")  # one application for all tests, with widgets
SVG = "{http://www.w3.org/2000/svg}"


def small_figure(width_mm: float = 89.0, height_mm: float = 61.3) -> Figure:
    """A line with symbols that leaves its panel, axes and a footer with awkward characters."""
    x = Axis("Months after infusion", (-1, 12), linear_ticks(0, 12, 4, (3.0, 6.0)))
    y = Axis("SLEDAI-2K (points)", (-0.5, 16.5), linear_ticks(0, 16, 4))
    line = Line(((-3, 20), (0, 16), (3, -4), (12, 2)), Stroke("#0072B2", 1.0, (4.0, 2.0)), "SYN-01")
    dots = Dots(((0, 16), (12, 2)), Shape.SQUARE, 4, "#0072B2", key="SYN-01", names=("baseline", "month 12"))
    panel = Panel(Rect(40, 12, 180, 110), x, y, (line, dots), "values")
    return Figure(
        width_mm,
        height_mm,
        (panel,),
        (Note((40, 8), "P < 0.05 & “≤ 4” − β", 6),),
        "SLEDAI-2K <over> time",
        "One patient & more.",
    )


@pytest.fixture
def saved(tmp_path: Path) -> dict[str, Path]:
    """The small figure in every format."""
    paths = {suffix: tmp_path / f"f.{suffix}" for entry in FORMATS for suffix in entry.suffixes}
    for path in paths.values():
        export_figure(small_figure(), path)
    return paths


@pytest.mark.parametrize("entry", FORMATS, ids=lambda e: e.name)
def test_every_format_replaces_a_file_whole_and_leaves_nothing_beside_it(entry: Format, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{entry.suffixes[0].upper()}"
    path.write_text("old")
    export_figure(small_figure(), path)
    assert path.stat().st_size > 500
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert entry.what.endswith(".")


@pytest.mark.parametrize("width", [60.0, 89.0, 120.0, 183.0, 247.3])
def test_the_pdf_page_has_the_exact_width(width: float, tmp_path: Path) -> None:
    path = tmp_path / "f.pdf"
    export_figure(small_figure(width), path)
    box = re.search(rb"/MediaBox \[\s*([\d.-]+) ([\d.-]+) ([\d.-]+) ([\d.-]+)\s*\]", path.read_bytes())
    assert box is not None
    left, low, right, top = (float(number) / 72 * 25.4 for number in box.groups())
    assert right - left == pytest.approx(width, abs=0.01)
    assert top - low == pytest.approx(61.3, abs=0.01)


def pdf_streams(content: bytes) -> bytes:
    """All compressed streams of a PDF opened up."""
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_the_pdf_embeds_its_font_and_names_itself(saved: dict[str, Path]) -> None:
    content = saved["pdf"].read_bytes()
    fonts = set(re.findall(rb"/FontName /(?:[A-Z]{6}\+)?([\w-]+)", content))
    assert any(b"Liberation" in name for name in fonts)
    assert b"/FontFile2" in content
    assert b"/Creator" in content
    assert b"/Title" in content
    assert b" Tj" in pdf_streams(content) or b" TJ" in pdf_streams(content), "text was drawn as outlines"


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts (poppler-utils) is not installed")
def test_pdffonts_sees_only_embedded_fonts(saved: dict[str, Path]) -> None:
    lines = subprocess.run(["pdffonts", saved["pdf"]], capture_output=True, text=True, check=True).stdout.splitlines()[
        2:
    ]
    assert lines
    assert all("Liberation" in line and re.search(r"\byes (yes|no) +yes\b", line) for line in lines), lines


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_text_in_the_pdf_can_be_selected(saved: dict[str, Path]) -> None:
    text = subprocess.run(["pdftotext", "-enc", "UTF-8", saved["pdf"], "-"], capture_output=True, check=True).stdout
    words = text.decode("utf-8")
    for expected in ("SLEDAI-2K (points)", "Months after infusion", "P < 0.05 & “≤ 4” − β", "15"):
        assert expected in words


def test_the_svg_has_real_text_its_size_in_mm_and_its_words(saved: dict[str, Path]) -> None:
    root = ET.fromstring(saved["svg"].read_text("utf-8"))
    assert (root.get("width"), root.get("height")) == ("89mm", "61.3mm")
    box = [float(n) for n in (root.get("viewBox") or "").split()]
    assert box == pytest.approx([0, 0, 89 / 25.4 * 72, 61.3 / 25.4 * 72], abs=1e-3)
    texts = [(node.text or "").strip() for node in root.iter(f"{SVG}text")]
    assert {"SLEDAI-2K (points)", "Months after infusion", "P < 0.05 & “≤ 4” − β"} <= set(texts)
    assert root.findtext(f"{SVG}title") == "SLEDAI-2K <over> time"
    assert root.findtext(f"{SVG}desc") == "One patient & more."
    families = {node.get("font-family") for node in root.iter(f"{SVG}text")}
    assert families == {"Liberation Sans, Arial, Helvetica, sans-serif"}


def test_a_text_of_several_scripts_is_one_element(tmp_path: Path) -> None:
    figure = Figure(60.0, 30.0, (), (Note((10, 20), "β₂ of 患者 ≤ α"), Note((10, 40), "next")))
    export_figure(figure, tmp_path / "f.svg")
    root = ET.fromstring((tmp_path / "f.svg").read_text("utf-8"))
    assert ["".join(node.itertext()) for node in root.iter(f"{SVG}text")] == ["β2 of 患者 ≤ α", "next"]


def test_the_svg_draws_nothing_outside_the_panel(saved: dict[str, Path]) -> None:
    root = ET.fromstring(saved["svg"].read_text("utf-8"))
    for line in root.iter(f"{SVG}polyline"):
        for point in (line.get("points") or "").split():
            x, y = (float(n) for n in point.split(","))
            assert 37 <= x <= 220.01
            assert 11.99 <= y <= 125


def test_the_same_figure_gives_the_same_svg(tmp_path: Path) -> None:
    paths = tmp_path / "a.svg", tmp_path / "b.svg"
    for path in paths:
        export_figure(small_figure(), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def png_chunks(content: bytes) -> dict[bytes, bytes]:
    """Chunks of a PNG by name."""
    found, at = {}, 8
    while at < len(content):
        length = struct.unpack_from(">I", content, at)[0]
        found[content[at + 4 : at + 8]] = content[at + 8 : at + 8 + length]
        at += 12 + length
    return found


@pytest.mark.parametrize("dpi", [300, 600])
def test_the_png_says_its_resolution_and_has_no_transparency(dpi: int, tmp_path: Path) -> None:
    path = tmp_path / "f.png"
    export_figure(small_figure(), path, dpi)
    chunks = png_chunks(path.read_bytes())
    width, height, depth, color = struct.unpack_from(">IIBB", chunks[b"IHDR"])
    assert (width, height) == (round(89 / 25.4 * dpi), round(61.3 / 25.4 * dpi))
    assert (depth, color) == (8, 2)
    x, y, unit = struct.unpack(">IIB", chunks[b"pHYs"])
    assert unit == 1
    assert x == y == pytest.approx(dpi / 0.0254, abs=1)


def tiff_tags(content: bytes) -> dict[int, float]:
    """The first value of every tag of a TIFF's first page."""
    order = "<" if content[:2] == b"II" else ">"
    start = struct.unpack_from(order + "I", content, 4)[0]
    tags: dict[int, float] = {}
    for i in range(struct.unpack_from(order + "H", content, start)[0]):
        tag, kind, count = struct.unpack_from(order + "HHI", content, start + 2 + 12 * i)
        place = start + 10 + 12 * i
        if kind == 5:
            at = struct.unpack_from(order + "I", content, place)[0]
            above, below = struct.unpack_from(order + "II", content, at)
            tags[tag] = above / below
        elif kind in (3, 4):
            size = {3: "H", 4: "I"}[kind]
            inside = count * struct.calcsize(size) <= 4
            at = place if inside else struct.unpack_from(order + "I", content, place)[0]
            tags[tag] = struct.unpack_from(order + size, content, at)[0]
    return tags


def test_the_tiff_says_600_dpi_and_is_compressed_with_lzw(saved: dict[str, Path]) -> None:
    for suffix in ("tif", "tiff"):
        tags = tiff_tags(saved[suffix].read_bytes())
        per_inch = {2: 1.0, 3: 2.54}[int(tags[296])]
        assert tags[282] * per_inch == pytest.approx(600, abs=0.5)
        assert tags[283] * per_inch == pytest.approx(600, abs=0.5)
        assert tags[259] == 5, "compression is not LZW"
        assert (tags[256], tags[257]) == (round(89 / 25.4 * 600), round(61.3 / 25.4 * 600))
        assert tags.get(277, 3) == 3, "there is an alpha channel"


@pytest.mark.parametrize("name", ["figure.docx", "figure", "figure.pdf.gz"])
def test_an_unknown_ending_is_one_sentence_naming_the_known_ones(name: str, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"no figure format\. Use one of \.pdf, \.svg, \.eps, \.png, \.tif, \.pptx\.$"):
        export_figure(small_figure(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match=r"f\.pdf was not saved: the folder .*nowhere does not exist"):
        export_figure(small_figure(), tmp_path / "nowhere" / "f.pdf")


def test_a_folder_of_that_name_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "f.pdf").mkdir()
    with pytest.raises(SaveError, match="is a folder"):
        export_figure(small_figure(), tmp_path / "f.pdf")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(SaveError, match=r"was not saved in .*Permission denied"):
            export_figure(small_figure(), tmp_path / "f.pdf")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_failing_replace_keeps_the_old_file_and_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f.svg"
    path.write_text("old")

    def refuse(source: str, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SaveError, match=r"f\.svg was not saved in .*Permission denied.*choose another place"):
        export_figure(small_figure(), path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["f.svg"]


@pytest.mark.parametrize(("dpi", "width"), [(5, 89.0), (9000, 89.0), (2400, 1000.0)])
def test_a_resolution_out_of_reach_is_one_sentence(dpi: int, width: float, tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="Choose"):
        export_figure(small_figure(width, width), tmp_path / "f.png", dpi)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are those of Unix")
def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    export_figure(small_figure(), path)
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_works_without_display_and_without_an_application(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from trajecta.io.export import export_figure\n"
        "from trajecta.stats.figure import Figure, Note\n"
        "f = Figure(89.0, 40.0, (), (Note((20, 20), 'text'),), 'T', 'A')\n"
        "[export_figure(f, Path(sys.argv[1]) / f'f.{s}') for s in ('pdf', 'svg', 'png', 'tif')]\n"
    )
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    done = subprocess.run([sys.executable, "-c", code, tmp_path], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 4


def test_control_characters_of_a_table_break_no_file(tmp_path: Path) -> None:
    """A CSV may hold them in ids and headers; XML and workbooks cannot."""
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("id,be\x07fore,after\n" + "".join(f"P\x01{at},{at},{at * 2}\n" for at in range(1, 7)), "utf-8")
    figure, slide, certificate = (tmp_path / name for name in ("f.svg", "f.pptx", "c.xlsx"))
    for out in (figure, slide):
        assert main(["figure", str(sheet), "--out", str(out)]) == 0
    assert "P 1" in "".join(ET.parse(figure).getroot().itertext())
    with zipfile.ZipFile(slide) as parts:
        for name in parts.namelist():
            if not name.endswith(".png"):
                ET.fromstring(parts.read(name))
    assert main(["report", str(sheet), "--out", str(tmp_path / "report")]) == 0
    assert main(["check", str(sheet), "--certificate", str(certificate)]) == 0
    for book in (tmp_path / "report" / "numbers.xlsx", certificate):
        said = {
            cell for page in openpyxl.load_workbook(book) for row in page.iter_rows(values_only=True) for cell in row
        }
        assert "P 1" in said
