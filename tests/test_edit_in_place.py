"""Changing the figure in the window: real double clicks and keys, one step of the history each, and the dialog."""

from dataclasses import replace
from pathlib import Path

import pytest
from driving import answer_dialog, settle
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from trajecta.gui.edit_in_place import Popup
from trajecta.gui.figure_panel import MARGIN
from trajecta.gui.style_dialog import StyleDialog
from trajecta.gui.style_forms import COLOR_WORDS, AxisForm, PatientForm, TextForm, by_distance, likeness, offered
from trajecta.gui.window import MainWindow
from trajecta.io.pen import draw_figure
from trajecta.io.templates import templates
from trajecta.stats.charts.edits import Density, Edits
from trajecta.stats.charts.found import label_box, numbers_box
from trajecta.stats.figure import Dots, Figure, Note, Rect, Shape
from trajecta.stats.palette import COLORS
from trajecta.stats.typeface import Typeface


def shown(window: MainWindow) -> Figure:
    figure = window.interior.workplace().figure.shown()
    assert figure is not None
    return figure


def double_click(window: MainWindow, x: float, y: float) -> Popup | None:
    """Double click at a place of the page in points, as a mouse does it; the popup that comes, or None."""
    settle(window)
    place = window.interior.workplace()
    paper = place.figure.desk.paper
    at = QPoint(round(x * paper.scale_factor), round(y * paper.scale_factor))
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(paper.viewport(), button, keys, at)
    QTest.mouseDClick(paper.viewport(), button, keys, at)
    return place.editing.popup


def middle(box: Rect | None) -> tuple[float, float]:
    assert box is not None
    return box.x + box.width / 2, box.y + box.height / 2


def text_popup(window: MainWindow, axis: str) -> tuple[Popup, TextForm]:
    popup = double_click(window, *middle(label_box(shown(window).panels[0], axis)))
    assert popup is not None
    assert isinstance(popup.form, TextForm)
    return popup, popup.form


def axis_popup(window: MainWindow, axis: str) -> tuple[Popup, AxisForm]:
    popup = double_click(window, *middle(numbers_box(shown(window).panels[0], axis)))
    assert popup is not None
    assert isinstance(popup.form, AxisForm)
    return popup, popup.form


def retype(form: TextForm, text: str) -> None:
    form.line.selectAll()
    QTest.keyClicks(form.line, text) if text else QTest.keyClick(form.line, Qt.Key.Key_Delete)
    QTest.keyClick(form.line, Qt.Key.Key_Return)


def choose_typeface(window: MainWindow, typeface: Typeface) -> None:
    """Choose a typeface in the dialog as keys do it."""

    def choose(dialog: StyleDialog) -> None:
        dialog.typeface.setFocus()
        QTest.keyClick(dialog.typeface, Qt.Key.Key_Home)
        for _ in range(list(Typeface).index(typeface)):
            QTest.keyClick(dialog.typeface, Qt.Key.Key_Down)
        dialog.accept()

    answer_dialog(StyleDialog, choose)
    window.commands.named["style"].trigger()


def test_a_typeface_goes_with_the_template_and_is_taken_back(
    demo: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("trajecta.io.templates.templates_folder", lambda: tmp_path)
    before = shown(demo)
    choose_typeface(demo, Typeface.SERIF)
    assert {axis.typeface for panel in shown(demo).panels for axis in (panel.x, panel.y)} == {Typeface.SERIF}
    answer_dialog(StyleDialog, lambda dialog: (dialog.save_as("Times"), dialog.accept()))
    demo.commands.named["style"].trigger()
    demo.interior.session.history.undo()
    assert shown(demo) == before
    assert [template.style.typeface for template in templates()] == [Typeface.SERIF]


def test_a_label_is_rewritten_removed_and_given_back(demo: MainWindow) -> None:
    session, before = demo.interior.session, shown(demo)
    _, form = text_popup(demo, "y")
    assert form.line.text() == "SLEDAI-2K (0–105)"
    retype(form, "Disease activity")
    assert shown(demo).panels[0].y.label == "Disease activity"
    assert session.history.count() == 1
    _, form = text_popup(demo, "y")
    assert form.line.text() == "Disease activity"
    QTest.mouseClick(form.reset, Qt.MouseButton.LeftButton)
    assert shown(demo) == before
    _, form = text_popup(demo, "x")
    retype(form, "")
    assert shown(demo).panels[0].x.label == ""
    session.history.undo()
    assert shown(demo) == before


def test_esc_leaves_everything_as_it_was(demo: MainWindow) -> None:
    session, before = demo.interior.session, shown(demo)
    popup, form = text_popup(demo, "y")
    QTest.keyClicks(form.line, "Something else")
    QTest.keyClick(form.line, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    popup, axis = axis_popup(demo, "y")
    axis.low.setText("3")
    QTest.keyClick(axis.low, Qt.Key.Key_Escape)
    assert shown(demo) == before
    assert session.history.count() == 0


@pytest.mark.parametrize("words", ["SLEDAI (P = 0.03)", "p<0.05", "***", "n.s.", "significant fall"])
def test_a_result_cannot_be_typed(demo: MainWindow, words: str) -> None:
    before = shown(demo)
    popup, form = text_popup(demo, "y")
    retype(form, words)
    assert popup.isVisible()
    assert "stored result" in form.said.text()
    assert shown(demo) == before
    QTest.keyClick(form.line, Qt.Key.Key_Escape)


def test_limits_and_ticks_of_an_axis(demo: MainWindow) -> None:
    session, before = demo.interior.session, shown(demo)
    popup, form = axis_popup(demo, "y")
    form.high.selectAll()
    QTest.keyClicks(form.high, "12,5")
    QTest.keyClick(form.high, Qt.Key.Key_Return)
    assert not popup.isVisible()
    panel = shown(demo).panels[0]
    assert panel.y.range == (before.panels[0].y.range[0], 12.5)
    assert any(isinstance(m, Note) and "outside the axes" in m.text for m in shown(demo).page)
    _, form = axis_popup(demo, "y")
    QTest.keyClick(form.ticks, Qt.Key.Key_End)
    assert session.study.chart.edits.axes[0].density is Density.MORE
    assert len(shown(demo).panels[0].y.ticks) > len(panel.y.ticks)
    QTest.mouseClick(form.reset, Qt.MouseButton.LeftButton)
    assert shown(demo) == before
    form.high.setText("-30")
    QTest.keyClick(form.high, Qt.Key.Key_Return)
    assert "less than" in form.said.text()
    form.high.setText("many")
    QTest.keyClick(form.high, Qt.Key.Key_Return)
    assert "numbers" in form.said.text()
    QTest.keyClick(form.high, Qt.Key.Key_Escape)
    assert shown(demo) == before


@pytest.mark.parametrize("where", ["legend", "symbol"])
def test_a_patient_is_drawn_otherwise_in_every_figure(demo: MainWindow, where: str) -> None:
    session = demo.interior.session
    figure = shown(demo)
    panel = figure.panels[0]
    if where == "legend":
        note = next(m for m in figure.page if isinstance(m, Note) and m.key == "SYN-02")
        at = (note.at[0] + 3, note.at[1] - 2)
    else:
        mark = next(m for m in panel.marks if isinstance(m, Dots) and m.key == "SYN-02" and m.names)
        (x0, x1), (y0, y1), (x, y) = panel.x.range, panel.y.range, mark.points[-1]
        at = (
            panel.area.x + (x - x0) / (x1 - x0) * panel.area.width,
            panel.area.y + (y1 - y) / (y1 - y0) * panel.area.height,
        )
    popup = double_click(demo, *at)
    assert popup is not None
    form = popup.form
    assert isinstance(form, PatientForm)
    assert form.patient == "SYN-02"
    swatch = next(s for s in form.swatches if not s.isChecked())
    QTest.mouseClick(swatch, Qt.MouseButton.LeftButton)
    QTest.keyClick(form.shape, Qt.Key.Key_End)
    QTest.keyClick(form.dash, Qt.Key.Key_Home)
    style = dict(session.study.chart.edits.patients)["SYN-02"]
    assert style.shape is Shape.TRIANGLE_DOWN
    assert style.dash == ()
    assert session.history.count() == 3
    QTest.keyClick(form, Qt.Key.Key_Escape)
    for kind in ("trajectories", "spider", "before-after"):
        demo.interior.workplace().figure.choose_kind(kind)
        settle(demo)
        drawn = [
            m for p in shown(demo).panels for m in p.marks if isinstance(m, Dots) and m.key == "SYN-02" and m.names
        ]
        assert {(m.outline.color, m.shape) for m in drawn} == {(style.color, style.shape)}, kind
    session.edit("again", lambda study: study.with_patient_style("SYN-02", None))
    assert session.study.chart.edits == Edits()


def test_empty_ground_fits_as_before(demo: MainWindow) -> None:
    paper = demo.interior.workplace().figure.desk.paper
    camera = next(iter(paper.cameras.values()))
    camera.scaleBy((0.5, 0.5))
    assert camera.moved
    area = shown(demo).panels[0].area
    assert double_click(demo, area.x + area.width * 0.97, area.y + area.height * 0.3) is None
    assert not camera.moved


@pytest.mark.parametrize("typeface", Typeface)
def test_the_screen_is_the_paper_after_edits(demo: MainWindow, typeface: Typeface) -> None:
    choose_typeface(demo, typeface)
    _, form = text_popup(demo, "y")
    retype(form, "CD19^+ cells (10^-3)")
    assert shown(demo).panels[0].y.label == "CD19⁺ cells (10⁻³)"
    assert shown(demo).panels[0].y.typeface is typeface
    settle(demo)
    paper = demo.interior.workplace().figure.desk.paper
    paper.overlay(hit=None, cursor=None, patients=frozenset())
    screen = paper.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    image = QImage(screen.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_figure(painter, shown(demo), paper.scale_factor)
    painter.end()
    assert image == screen


def test_the_dialog_is_one_step_and_cancel_takes_it_back(demo: MainWindow) -> None:
    session, before = demo.interior.session, shown(demo)

    def change(dialog: StyleDialog) -> None:
        dialog.size_box.setValue(9.0)
        dialog.strokes.setValue(1.5)
        dialog.title.line.setText("Five patients")
        dialog.title.line.editingFinished.emit()
        dialog.axis.label.line.setText("Time")
        dialog.axis.label.line.editingFinished.emit()
        assert shown(demo).panels[0].x.size == 9.0
        assert shown(demo).panels[0].x.label == "Time"
        assert shown(demo).title == "Five patients"

    answer_dialog(StyleDialog, lambda dialog: (change(dialog), dialog.reject()))
    QTest.keyClick(demo, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert shown(demo) == before
    answer_dialog(StyleDialog, lambda dialog: (change(dialog), dialog.accept()))
    demo.commands.named["style"].trigger()
    assert shown(demo) != before
    session.history.undo()
    assert shown(demo) == before
    assert session.history.index() == 0


def test_what_was_typed_is_forgotten_with_cancel(demo: MainWindow) -> None:
    before = shown(demo)

    def leave(dialog: StyleDialog) -> None:
        dialog.title.line.setFocus()
        QTest.keyClicks(dialog.title.line, "Half a tit")
        QTest.keyClick(dialog.title.line, Qt.Key.Key_Escape)

    answer_dialog(StyleDialog, leave)
    demo.commands.named["style"].trigger()
    settle(demo)
    assert shown(demo) == before
    assert demo.interior.session.history.count() == 0


def test_enter_takes_a_field_and_keeps_the_dialog(demo: MainWindow) -> None:
    def enter(dialog: StyleDialog) -> None:
        dialog.tabs.setCurrentIndex(1)
        form = dialog.axis
        form.high.setFocus()
        form.high.selectAll()
        QTest.keyClicks(form.high, "24")
        QTest.keyClick(form.high, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert shown(demo).panels[0].x.range[1] == 24.0
        dialog.accept()

    answer_dialog(StyleDialog, enter)
    demo.commands.named["style"].trigger()
    assert demo.interior.session.history.count() == 1


def test_a_template_goes_from_one_figure_to_another(
    demo: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("trajecta.io.templates.templates_folder", lambda: tmp_path)
    session = demo.interior.session

    def save(dialog: StyleDialog) -> None:
        assert not dialog.use.isEnabled()
        dialog.size_box.setValue(8.0)
        dialog.save_as("Talk")
        dialog.reject()

    def apply(dialog: StyleDialog) -> None:
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
        dialog.accept()

    def delete(dialog: StyleDialog) -> None:
        QTest.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
        assert not dialog.use.isEnabled()
        dialog.accept()

    answer_dialog(StyleDialog, save)
    demo.commands.named["style"].trigger()
    assert [template.name for template in templates()] == ["Talk"]
    demo.interior.workplace().figure.choose_kind("spider")
    settle(demo)
    answer_dialog(StyleDialog, apply)
    demo.commands.named["style"].trigger()
    assert session.study.chart.edits.style.text_size == 8.0
    assert shown(demo).panels[0].x.size == 8.0
    answer_dialog(StyleDialog, delete)
    demo.commands.named["style"].trigger()
    assert templates() == ()


def test_a_size_without_room_is_said(demo: MainWindow) -> None:
    demo.interior.workplace().figure.choose_kind("forest")
    settle(demo)
    demo.interior.session.edit("width", lambda study: study.with_chart(replace(study.chart, width_mm=60.0)))

    def look(dialog: StyleDialog) -> None:
        dialog.size_box.setValue(12.0)
        assert dialog.fits.isVisibleTo(dialog) == (shown(demo).panels[0].x.size < 12.0)
        dialog.reject()

    answer_dialog(StyleDialog, look)
    demo.commands.named["style"].trigger()


def test_colours_that_stay_apart_come_first() -> None:
    order = by_distance(COLORS, ["#0072B2", "#D55E00"])
    assert order[-2:] in (("#0072B2", "#D55E00"), ("#D55E00", "#0072B2"))
    assert likeness("#0072B2", {"A": "#0072B2"}) == "Looks like that of A."
    assert likeness(order[0], {"A": "#0072B2", "B": "#D55E00"}) == ""
    assert set(order) == set(COLORS)


def test_the_own_colour_is_offered_first_and_look_alikes_apart() -> None:
    others = {"A": COLORS[0], "B": COLORS[1]}
    apart, alike = offered(COLORS, COLORS[2], others)
    assert apart[0] == COLORS[2]
    assert not any(likeness(color, others) for color in apart)
    assert all(likeness(color, others) for color in alike)
    assert set(alike) >= set(others.values())
    assert sorted((*apart, *alike)) == sorted(COLORS)
    assert len(COLOR_WORDS) == len(set(COLOR_WORDS)) == len(COLORS)


def test_the_dialog_covers_no_part_of_the_paper_in_a_small_window(demo: MainWindow) -> None:
    demo.resize(1280, 800)
    demo.show()
    desk = demo.interior.workplace().figure
    edges: list[tuple[int, int]] = []

    def look(dialog: StyleDialog) -> None:
        edges.append((desk.mapToGlobal(desk.rect().topRight()).x() - MARGIN, dialog.frameGeometry().left()))
        assert dialog.templates.placeholderText()
        dialog.reject()

    answer_dialog(StyleDialog, look)
    demo.commands.named["style"].trigger()
    paper_ends, dialog_begins = edges[0]
    assert paper_ends < dialog_begins
