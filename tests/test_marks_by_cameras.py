"""Every mark by every camera: screen, bitmaps, PDF, SVG, EPS and the slide put the same ink in the same place."""

import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QByteArray, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtSvg import QSvgRenderer

from trajecta.io.export import export_figure, painting_ready
from trajecta.io.pen import draw_axes, draw_figure, draw_marks, draw_page
from trajecta.stats.figure import (
    Anchor,
    Area,
    Axis,
    Block,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Rule,
    Shape,
    Stroke,
)
from trajecta.stats.typeface import Typeface

pytestmark = pytest.mark.usefixtures("app")
DPI = 144  # two pixels a point: one off is half a point
SIZE = (180, 144)  # of the page in points
NEAR = 3  # pixels by which the edges of the same ink may differ: smoothing at either side
PALE = 200  # of 255: what is lighter is the edge of a stroke
LIKE = 0.35  # by which the amount of ink may differ: Ghostscript paints every pixel that an outline touches
INK = "#B01020"

MARKS: dict[str, Mark] = {
    "line": Line(((1, 1), (4, 8), (9, 3)), Stroke(INK, 2.0)),
    "dashed line": Line(((1, 2), (9, 7)), Stroke(INK, 1.5, (4.0, 2.0))),
    "line that leaves the panel": Line(((-5, 5), (15, 9)), Stroke(INK, 1.0)),
    "block": Block(2, 5, 1, 6, INK, Stroke(INK, 1.0)),
    "band": Block(None, None, 2, 4, INK),
    "area": Area(((1, 1), (5, 9), (9, 2)), INK),
    "rule": Rule(6.0, False, Stroke(INK, 1.0, (3.0, 3.0))),
    "upright rule": Rule(4.0, True, Stroke(INK, 1.0)),
    **{f"{shape.value}": Dots(((3, 3), (7, 6)), shape, 9.0, INK, Stroke(INK, 1.0)) for shape in Shape},
    "open symbol": Dots(((5, 5),), Shape.CIRCLE, 10.0, "", Stroke(INK, 1.5)),
    **{
        f"text in {typeface.value}, {'bold' if bold else 'regular'}": Note(
            (5, 5), "Zähler β ≤ 10", 9.0, INK, Anchor.MIDDLE, bold=bold, typeface=typeface
        )
        for typeface in Typeface
        for bold in (False, True)
    },
    "raised and lowered text": Note((5, 5), "C_{max} 10⁻³ H₂O", 10.0, INK, Anchor.END),
    "upright text": Note((5, 5), "Score (0–10)", 9.0, INK, Anchor.MIDDLE, vertical=True),
    "pinned text": Note((1.0, 5), "limit", 9.0, INK, Anchor.END, pin=Pin.X),
}


def figure_of(mark: Mark) -> Figure:
    """One mark in a panel without axes."""
    axis = Axis("", (0, 10), (), visible=False)
    panel = Panel(Rect(20, 14, 140, 110), axis, axis, (mark,), "p")
    return Figure(SIZE[0] / 72 * 25.4, SIZE[1] / 72 * 25.4, (panel,))


def blank() -> QImage:
    image = QImage(SIZE[0] * DPI // 72, SIZE[1] * DPI // 72, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    return image


def on_paper(figure: Figure) -> QImage:
    """The figure as the pen draws it."""
    painting_ready()
    image = blank()
    painter = QPainter(image)
    draw_figure(painter, figure, DPI / 72)
    painter.end()
    return image


def on_screen(figure: Figure, folder: Path) -> QImage:
    """The figure as the window draws it, through the transformation of a camera."""
    image, scale = blank(), DPI / 72
    painter = QPainter(image)
    draw_page(painter, figure, scale)
    panel = figure.panels[0]
    area = panel.area
    view = QTransform(area.width / 10, 0, 0, -area.height / 10, area.x, area.y + area.height)
    view *= QTransform.fromScale(scale, scale)

    def to(x: float, y: float) -> QPointF:
        return view.map(QPointF(x, y))

    draw_marks(painter, panel, to, scale)
    draw_axes(painter, panel, to, scale)
    painter.end()
    return image


def from_png(figure: Figure, folder: Path) -> QImage:
    export_figure(figure, folder / "f.png", DPI)
    return QImage(str(folder / "f.png"))


def from_tiff(figure: Figure, folder: Path) -> QImage:
    export_figure(figure, folder / "f.tif", DPI)
    return QImage(str(folder / "f.tif"))


def svg_image(content: bytes) -> QImage:
    """An SVG as Qt draws it."""
    renderer = QSvgRenderer(QByteArray(content))
    assert renderer.isValid()
    image = blank()
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image


def from_svg(figure: Figure, folder: Path) -> QImage:
    export_figure(figure, folder / "f.svg", DPI)
    return svg_image(first_families((folder / "f.svg").read_text("utf-8")))


def from_slide(figure: Figure, folder: Path) -> QImage:
    export_figure(figure, folder / "f.pptx", DPI)
    with zipfile.ZipFile(folder / "f.pptx") as package:
        return svg_image(first_families(package.read("ppt/media/figure.svg").decode("utf-8")))


def first_families(svg: str) -> bytes:
    """The SVG without the substitutes of its fonts: Qt's reader takes a list of families for the name of one."""
    for typeface in ("Liberation Sans", "Liberation Serif", "Carlito"):
        svg = svg.replace(f'font-family="{typeface}, ', f'font-family="{typeface}" data-more="')
    return svg.encode()


def by_ghostscript(name: str) -> Callable[[Figure, Path], QImage]:
    def image(figure: Figure, folder: Path) -> QImage:
        export_figure(figure, folder / name, DPI)
        quality = [f"-r{DPI}", "-dTextAlphaBits=4", "-dGraphicsAlphaBits=4", "-sDEVICE=png16m", "-dEPSCrop"]
        asked = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", *quality]
        subprocess.run([*asked, f"-sOutputFile={folder / 'gs.png'}", folder / name], check=True, capture_output=True)
        return QImage(str(folder / "gs.png"))

    return image


CAMERAS: dict[str, Callable[[Figure, Path], QImage]] = {
    "screen": on_screen,
    "PNG": from_png,
    "TIFF": from_tiff,
    "SVG": from_svg,
    "slide": from_slide,
    "PDF": by_ghostscript("f.pdf"),
    "EPS": by_ghostscript("f.eps"),
}


def ink(image: QImage) -> tuple[list[int], float]:
    """Left, top, right and bottom of what is not white, in pixels, and how much ink there is."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    wide, high, stride = grey.width(), grey.height(), grey.bytesPerLine()
    pixels = bytes(grey.constBits())
    rows = [pixels[y * stride : y * stride + wide] for y in range(high)]
    inked = [(y, row) for y, row in enumerate(rows) if min(row) < PALE]
    assert inked, "nothing is drawn"
    columns = [x for _, row in inked for x in range(wide) if row[x] < PALE]
    return [min(columns), inked[0][0], max(columns), inked[-1][0]], sum(255 * wide - sum(row) for _, row in inked)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("name", MARKS)
def test_the_same_ink_in_the_same_place(name: str, camera: str, tmp_path: Path) -> None:
    if camera in ("PDF", "EPS") and shutil.which("gs") is None:
        pytest.skip("Ghostscript is not installed")
    if camera in ("SVG", "slide") and name.startswith("raised"):
        pytest.skip("Qt's reader of SVG moves no span; tests/test_typeset.py reads the file")
    figure = figure_of(MARKS[name])
    wanted, much = ink(on_paper(figure))
    found, seen = ink(CAMERAS[camera](figure, tmp_path))
    assert found == pytest.approx(wanted, abs=NEAR), f"{name} by {camera}"
    assert seen == pytest.approx(much, rel=LIKE), f"{name} by {camera}"


def test_no_kind_of_mark_is_forgotten() -> None:
    assert {type(mark) for mark in MARKS.values()} == set(get_args(Mark))
