"""The pen: what is outside stays outside, sizes are true at every scale, the screen shows what the paper gets."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from trajecta.io.export import painting_ready
from trajecta.io.pen import Map, draw_axes, draw_figure, draw_marks, draw_page, draw_symbol, mapping, qt_pen
from trajecta.stats.charts.axes import linear_ticks, zoomed
from trajecta.stats.figure import (
    Anchor,
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

pytestmark = pytest.mark.usefixtures("app")  # one application for all tests, with widgets
WHITE = QColor("white").rgb()
AREA = Rect(30, 10, 60, 50)


def figure_of(*marks: Mark, page: tuple[Mark, ...] = (), axes: bool = True) -> Figure:
    """A page of 100 × 80 points with one panel from 0 to 10 in both directions."""
    axis = Axis("value", (0, 10), linear_ticks(0, 10, 3), visible=axes)
    panel = Panel(AREA, replace(axis, label="time"), axis, marks, "p")
    return Figure(100 / 72 * 25.4, 80 / 72 * 25.4, (panel,), page)


def image_of(figure: Figure, scale: float) -> QImage:
    """The whole figure as an image."""
    painting_ready()
    image = QImage(round(100 * scale), round(80 * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_figure(painter, figure, scale)
    painter.end()
    return image


def inked(image: QImage) -> QRect:
    """The rectangle of pixels that are not white."""
    spots = [(x, y) for y in range(image.height()) for x in range(image.width()) if image.pixel(x, y) != WHITE]
    if not spots:
        return QRect()
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


OUTSIDE: tuple[Mark, ...] = (
    Line(((-50, -50), (60, 60), (70, -20), (-30, 5)), Stroke(width=0.5)),
    Block(-100, 100, -3, 20, "#FF0000"),
    Block(None, None, None, 4, "#00FF00"),
    Dots(((11, 5), (-1, 5), (5, 12), (5, -4)), size=4),
    Rule(12.0, True),
    Rule(-2.0, False),
    Note((15.0, 5.0), "far out"),
)


@pytest.mark.parametrize("mark", OUTSIDE, ids=lambda m: type(m).__name__)
def test_nothing_is_drawn_outside_the_panel(mark: Mark) -> None:
    box = inked(image_of(figure_of(mark, axes=False), 2.0))
    slack = 2  # half a line of 0.5 points and antialiasing
    area = QRect(60 - slack, 20 - slack, 120 + 2 * slack, 100 + 2 * slack)
    assert box.isNull() or area.contains(box)


def test_marks_on_the_edge_are_drawn_whole() -> None:
    box = inked(image_of(figure_of(Dots(((0, 5), (10, 5)), size=6), axes=False), 4.0))
    assert box.width() == pytest.approx((60 + 6 + 0.5) * 4, abs=3)


def test_a_symbol_just_outside_is_dropped() -> None:
    assert inked(image_of(figure_of(Dots(((10.01, 5),)), axes=False), 2.0)).isNull()


@pytest.mark.parametrize("scale", [1.0, 4.0, 8.3])
@pytest.mark.parametrize("size", [5.0, 8.0])
def test_text_is_set_in_true_size_at_every_scale(size: float, scale: float) -> None:
    page = (Note((50.0, 40.0), "HHHHHHHH", size, anchor=Anchor.MIDDLE),)
    box = inked(image_of(replace(figure_of(page=page), panels=()), scale))
    # Advance of H in Liberation Sans is 1479/2048 em, its stems leave 0.08 em free at each side; capitals 1409/2048 em.
    assert box.width() == pytest.approx((8 * 1479 / 2048 - 0.16) * size * scale, abs=1.5 + 0.02 * scale * size)
    assert box.height() == pytest.approx(1409 / 2048 * size * scale, abs=2)
    assert box.center().x() == pytest.approx(50 * scale, abs=1.5)


def test_vertical_text_reads_upwards_around_its_point() -> None:
    page = (Note((50.0, 40.0), "HHHHHHHH", 7, anchor=Anchor.MIDDLE, vertical=True),)
    box = inked(image_of(replace(figure_of(page=page), panels=()), 3.0))
    assert box.height() > 4 * box.width()
    assert box.center().y() == pytest.approx(120, abs=2)
    assert box.right() <= 151


def test_pinned_texts_keep_their_place_when_the_camera_moves() -> None:
    figure = figure_of(Note((1.0, 4.0), "HHH", 7, anchor=Anchor.END, pin=Pin.X), axes=False)
    near = zoomed(figure, "p", (2, 3), (3, 5))
    assert inked(image_of(near, 3.0)).right() == inked(image_of(figure, 3.0)).right()
    assert inked(image_of(zoomed(figure, "p", (2, 3), (5, 8)), 3.0)).isNull()


def camera_image(figure: Figure, scale: float) -> QImage:
    """The figure as the window draws it: panel by panel through a transformation from data to device."""
    painting_ready()
    image = QImage(round(100 * scale), round(80 * scale), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_page(painter, figure, scale)
    for panel in figure.panels:
        (x0, x1), (y0, y1), area = panel.x.range, panel.y.range, panel.area
        view = QTransform.fromTranslate(area.x * scale, (area.y + area.height) * scale)
        view.scale(area.width * scale / (x1 - x0), -area.height * scale / (y1 - y0))
        view.translate(-x0, -y0)

        def to(x: float, y: float, view: QTransform = view) -> QPointF:
            return view.map(QPointF(x, y))

        checked: Map = to
        draw_marks(painter, panel, checked, scale)
        draw_axes(painter, panel, checked, scale)
    painter.end()
    return image


@pytest.mark.parametrize("ranges", [None, ((2.0, 6.0), (1.0, 4.5))], ids=["fitted", "zoomed"])
def test_screen_image_is_paper_image(ranges: tuple[tuple[float, float], tuple[float, float]] | None) -> None:
    dots = Dots(((0, 1), (3, 3), (10, 9)), Shape.DIAMOND, 5, "#0072B2")
    line = Line(((0, 1), (3, 3), (10, 9)), Stroke("#0072B2", 1.0, (3.0, 1.5)))
    figure = figure_of(Block(None, None, 0, 4), line, dots, Rule(0.0, True), Note((3.0, 3.0), "here"))
    if ranges:
        figure = zoomed(figure, "p", *ranges)
    paper, screen = image_of(figure, 2.5), camera_image(figure, 2.5)
    different = sum(
        max(abs((paper.pixel(x, y) >> shift & 255) - (screen.pixel(x, y) >> shift & 255)) for shift in (0, 8, 16)) > 8
        for y in range(paper.height())
        for x in range(paper.width())
    )
    assert different == 0


@pytest.mark.parametrize("shape", Shape)
def test_every_symbol_is_about_as_large_as_it_says_and_lies_on_its_point(shape: Shape) -> None:
    painting_ready()
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(qt_pen(Stroke(width=1.0), 1.0))
    painter.setBrush(QColor("black"))
    draw_symbol(painter, shape, QPointF(50, 50), 40)
    painter.end()
    box = inked(image)
    assert 30 <= box.width() <= 43
    assert 30 <= box.height() <= 43
    assert abs(box.center().x() - 50) <= 4
    assert abs(box.center().y() - 50) <= 4


def test_open_symbols_cover_the_line_beneath() -> None:
    line = Line(((0, 5), (10, 5)), Stroke("#000000", 1.0))
    image = image_of(figure_of(line, Dots(((5, 5),), size=10, fill="", outline=Stroke("#D55E00")), axes=False), 4.0)
    assert image.pixel(240, 140) == WHITE


def test_thin_lines_are_one_device_pixel_and_keep_their_dashes() -> None:
    pen = qt_pen(Stroke(width=2.0, dash=(4.0, 2.0)), 5.0, thin=True)
    assert pen.widthF() == 1.0
    assert [length * pen.widthF() for length in pen.dashPattern()] == [20.0, 10.0]
    wide = qt_pen(Stroke(width=2.0, dash=(4.0, 2.0)), 5.0)
    assert [length * wide.widthF() for length in wide.dashPattern()] == [20.0, 10.0]


def test_mapping_takes_the_ranges_to_the_edges_of_the_area() -> None:
    to = mapping(figure_of().panels[0], 2.0)
    assert (to(0, 0), to(10, 10)) == (QPointF(60, 120), QPointF(180, 20))
