"""The figure under the hand: hovering, selecting several, hiding, focus, crosshair, zooming, presenting."""

import random
from dataclasses import replace

import pytest
from driving import settle
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import wait_until

from trajecta.gui.camera import Camera
from trajecta.gui.hover_card import drugs_in_words
from trajecta.gui.paper import Paper
from trajecta.gui.sheet import MANY_POINTS
from trajecta.gui.sketch import MOST_STAMPS, Sketch, Stamps, Strokes
from trajecta.gui.targets import Targets, crossing, distances
from trajecta.gui.window import MainWindow
from trajecta.gui.workplace import Workplace
from trajecta.io.pen import draw_figure
from trajecta.io.shown import foot_of
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.edits import Edits, Style
from trajecta.stats.charts.hidden import without
from trajecta.stats.charts.layout import SYNTHETIC
from trajecta.stats.charts.registry import CHARTS, build_figure, chart
from trajecta.stats.cohort import Cohort, Measure, Observation, Patient, Visit
from trajecta.stats.figure import POINTS_PER_MM, Dots, Figure, Note

NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
WITH_PATIENTS = [entry.key for entry in CHARTS if entry.key != "forest"]


def work(window: MainWindow) -> Workplace:
    """The three columns."""
    made = window.interior.work
    assert made is not None
    return made


def paper_of(window: MainWindow) -> Paper:
    """The figure on the screen."""
    return work(window).figure.desk.paper


def hover(paper: Paper, at: QPointF) -> None:
    """Move the mouse there with no button pressed, whatever the pointer of this machine does."""
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, at, paper.mapToGlobal(at), none, none, NONE)
    QApplication.sendEvent(paper.viewport(), event)


def drag(paper: Paper, start: QPointF, end: QPointF, held: Qt.KeyboardModifier = NONE) -> None:
    """Press, move in steps and release, as a hand does."""
    QTest.mousePress(paper.viewport(), LEFT, held, start.toPoint())
    for i in range(1, 5):
        at = start + (end - start) * (i / 4)
        event = QMouseEvent(QEvent.Type.MouseMove, at, paper.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, held)
        QApplication.sendEvent(paper.viewport(), event)
    QTest.mouseRelease(paper.viewport(), LEFT, held, end.toPoint())
    QApplication.processEvents()


def wheel(paper: Paper, notches: int) -> None:
    """Turn the wheel over the middle of the first panel."""
    at = next(iter(paper.cameras.values())).sceneBoundingRect().center()
    turned = QPoint(0, 120 * notches)
    event = QWheelEvent(
        at, paper.mapToGlobal(at), QPoint(), turned, Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(paper.viewport(), event)


def picture(paper: Paper) -> QImage:
    """What is seen of the paper."""
    return paper.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def printed(paper: Paper) -> QImage:
    """What the pen draws of the same figure."""
    figure = paper.shown()
    assert figure is not None
    image = QImage(paper.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    draw_figure(painter, figure, image.width() / figure.width)
    painter.end()
    return image


def many(patients: int, visits: int = 20) -> Cohort:
    """A cohort of courses that all differ."""
    chance = random.Random(1)
    dates = tuple(Visit(f"v{i}", f"Visit {i}", 30.0 * i) for i in range(visits))
    people = tuple(Patient(f"P{i:04d}") for i in range(patients))
    found = tuple(
        Observation(p.id, v.key, "c3", round(chance.uniform(0, 100), 1), v.day) for p in people for v in dates
    )
    return Cohort(people, dates, (Measure("c3", "C3", "mg/dL"),), found, time_zero="infusion")


@pytest.mark.parametrize("key", WITH_PATIENTS)
def test_every_chart_tells_what_is_under_the_mouse(demo: MainWindow, key: str) -> None:
    demo.do(key)
    settle(demo)
    paper, card = paper_of(demo), work(demo).figure.desk.card
    session = demo.interior.session
    visit = session.study.comparison.after if session.study.comparison else ""
    hit = paper.point_at("SYN-01", visit)
    assert hit is not None, "every chart of patients knows whose mark is whose"
    paper._set_hit(None)
    hover(paper, hit.at)
    assert card.isVisible()
    cohort = session.study.cohort
    found = paper.hit
    assert found is not None
    day = cohort.day(found.patient, found.visit)
    assert day is not None
    drugs = drugs_in_words(cohort, found.patient, day)
    assert drugs
    for part in (found.patient, cohort.visit(visit).label, f"day {day:g}", "SLEDAI-2K", "Visits!E", drugs):
        assert part in card._label.text(), part


def test_a_stacked_panel_tells_its_own_measure(demo: MainWindow) -> None:
    demo.do("stack")
    settle(demo)
    paper, text = paper_of(demo), work(demo).figure.desk.card._label
    measures = []
    for camera in paper.cameras.values():
        dots = next(m for m in camera.home.marks if isinstance(m, Dots) and m.names)
        hover(paper, camera.mapViewToScene(QPointF(*dots.points[0])))
        measures.append(camera.home.measure or demo.interior.session.study.measure)
        assert demo.interior.session.study.cohort.measure(measures[-1]).name in text.text()
    assert len(set(measures)) == len(measures) > 1


def test_a_click_with_ctrl_adds_and_takes_away_and_everything_follows(demo: MainWindow) -> None:
    paper, session = paper_of(demo), demo.interior.session
    places = {}
    for patient in ("SYN-01", "SYN-04"):
        hit = paper.point_at(patient, "month 1")
        assert hit is not None
        places[patient] = hit.at.toPoint()
    QTest.mouseClick(paper.viewport(), LEFT, NONE, places["SYN-01"])
    QTest.mouseClick(paper.viewport(), LEFT, CTRL, places["SYN-04"])
    assert session.patients == {"SYN-01", "SYN-04"}
    assert session.patient == "SYN-01", "the first one keeps the lead"
    rows = {index.row() for index in work(demo).cohort.patients.selectedIndexes()}
    assert rows == {0, 3}
    assert {index.row() for index in work(demo).data.table.selectionModel().selectedRows()} == {0, 3}
    assert paper.sheet.over.patients == session.patients
    QTest.mouseClick(paper.viewport(), LEFT, SHIFT, places["SYN-01"])
    assert session.patients == {"SYN-04"}
    QTest.keyClick(paper, Qt.Key.Key_Escape)
    assert session.patients == frozenset()
    assert work(demo).cohort.patients.selectedIndexes() == []


def test_dragging_with_shift_selects_what_it_touches_and_does_not_pan(demo: MainWindow) -> None:
    paper, session = paper_of(demo), demo.interior.session
    home = paper.shown()
    camera = next(iter(paper.cameras.values()))
    hit = paper.point_at("SYN-04", "month 1")
    assert hit is not None
    drag(paper, hit.at - QPointF(9, 9), hit.at + QPointF(9, 9), SHIFT)
    assert "SYN-04" in session.patients
    assert session.patients < {p.id for p in session.study.cohort.patients}
    area = camera.sceneBoundingRect()
    drag(paper, area.topLeft() + QPointF(1, 1), area.bottomRight() - QPointF(1, 1), SHIFT)
    assert session.patients == {p.id for p in session.study.cohort.patients}
    drag(paper, area.topRight() - QPointF(20, -20), area.topRight() - QPointF(4, -40), SHIFT)
    assert session.patients == frozenset(), "an empty band selects nobody"
    assert paper.shown() == home, "the camera did not move"
    assert paper.sheet.over.band is None


def test_selecting_rows_selects_in_the_figure(demo: MainWindow) -> None:
    patients, session = work(demo).cohort.patients, demo.interior.session
    patients.setFocus()
    for row, held in ((1, NONE), (3, SHIFT)):
        place = patients.visualRect(patients.model().index(row, 0)).center()
        QTest.mouseClick(patients.viewport(), LEFT, held, place)
    assert session.patients == {"SYN-02", "SYN-03", "SYN-04"}
    assert paper_of(demo).sheet.over.patients == session.patients
    table = work(demo).data.table
    table.setFocus()
    for row, held in ((0, NONE), (4, CTRL)):
        QTest.mouseClick(table.viewport(), LEFT, held, table.visualRect(table.model().index(row, 2)).center())
    assert session.patients == {"SYN-01", "SYN-05"}
    assert {index.row() for index in patients.selectedIndexes()} == {0, 4}


def test_the_keys_walk_extend_and_jump(demo: MainWindow) -> None:
    paper, session = paper_of(demo), demo.interior.session
    paper.setFocus()
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert session.patient == "SYN-01"
    QTest.keyClick(paper, Qt.Key.Key_Down, SHIFT)
    QTest.keyClick(paper, Qt.Key.Key_Down, SHIFT)
    assert session.patients == {"SYN-01", "SYN-02", "SYN-03"}
    assert session.patient == "SYN-03"
    QTest.keyClick(paper, Qt.Key.Key_Up)
    assert session.patients == {"SYN-02"}
    study = session.study
    last = [o.visit for o in study.cohort.series(study.measure, "SYN-02") if o.value is not None]
    QTest.keyClick(paper, Qt.Key.Key_End)
    assert paper.hit is not None
    assert paper.hit.visit == last[-1]
    QTest.keyClick(paper, Qt.Key.Key_Left)
    assert paper.hit.visit == last[-2]
    QTest.keyClick(paper, Qt.Key.Key_Home)
    assert paper.hit.visit == last[0]


def test_hiding_is_said_undone_and_changes_no_number(demo: MainWindow) -> None:
    paper, session = paper_of(demo), demo.interior.session
    before, answer = paper.shown(), work(demo).answer.lead.text()
    paper.setFocus()
    QTest.keyClick(paper, Qt.Key.Key_H)
    assert "Select the patients" in demo.interior.strip.text.text()
    session.select_all(("SYN-02", "SYN-05"))
    QTest.keyClick(paper, Qt.Key.Key_H)
    settle(demo)
    figure = paper.shown()
    assert figure is not None
    assert before is not None
    assert session.study.chart.hidden == ("SYN-02", "SYN-05")
    assert {getattr(m, "key", "") for m in (*figure.page, *figure.panels[0].marks)}.isdisjoint({"SYN-02", "SYN-05"})
    said = "2 patients hidden in this drawing and counted in every number: SYN-02, SYN-05."
    assert said in [m.text for m in figure.page if isinstance(m, Note)]
    assert said in figure.alt
    assert figure.panels[0].y == before.panels[0].y
    assert work(demo).answer.lead.text() == answer
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert session.patient == "SYN-01"
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert session.patient == "SYN-03", "the keys pass over hidden patients"
    session.select_all(p.id for p in session.study.cohort.patients)
    QTest.keyClick(paper, Qt.Key.Key_H)
    assert "At least one patient stays" in demo.interior.strip.text.text()
    QTest.keyClick(demo, Qt.Key.Key_H, CTRL | SHIFT)
    settle(demo)
    assert session.study.chart.hidden == ()
    assert paper.shown() == before
    demo.commands.history.undo()
    assert session.study.chart.hidden == ("SYN-02", "SYN-05")
    demo.commands.history.undo()
    assert paper.shown() == before


def test_the_menu_of_the_patient_list_hides_and_shows(demo: MainWindow) -> None:
    patients, session = work(demo).cohort.patients, demo.interior.session

    def entries() -> dict[str, QAction]:
        return {action.text(): action for action in patients.menu().actions()}

    assert not any(action.isEnabled() for action in entries().values())
    session.select_all(("SYN-02", "SYN-03"))
    entries()["Hide in the figure"].trigger()
    settle(demo)
    assert session.study.chart.hidden == ("SYN-02", "SYN-03")
    tip = patients.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "hidden in the figure" in tip
    entries()["Show all in the figure"].trigger()
    assert session.study.chart.hidden == ()


@pytest.mark.parametrize("key", WITH_PATIENTS)
def test_every_chart_can_hide_patients_on_a_page_of_chosen_height(demo: MainWindow, key: str) -> None:
    session = demo.interior.session
    study = session.study
    free = build_figure(study.cohort, study.measure, session.result, ChartChoice(key))
    choice = ChartChoice(key, height_mm=round(free.height_mm + 5, 1), hidden=("SYN-01", "nobody"))
    figure = build_figure(study.cohort, study.measure, session.result, choice)
    assert figure.height_mm == pytest.approx(choice.height_mm)
    keys = {getattr(m, "key", "") for p in figure.panels for m in p.marks} - {""}
    if chart(key).of_one:
        assert "SYN-01" in keys, "it is the patient of whom the chart tells"
        return
    assert keys
    assert "SYN-01" not in keys
    lowest = max((m for m in figure.page if isinstance(m, Note)), key=lambda m: m.at[1])
    assert lowest.text.startswith("1 patient hidden")
    assert lowest.at[1] < figure.height_mm * POINTS_PER_MM
    assert without(free, ("SYN-01",)).height_mm > free.height_mm


@pytest.mark.parametrize("size", [None, 9.0])
def test_a_hidden_patient_leaves_no_gap_in_the_legend_and_a_note_like_the_others(
    demo: MainWindow, size: float | None
) -> None:
    cohort = demo.interior.session.study.cohort
    plain = ChartChoice(edits=Edits(Style(text_size=size)))
    free, figure = (
        build_figure(cohort, "sledai-2k", None, replace(plain, hidden=hidden)) for hidden in ((), ("SYN-02", "SYN-04"))
    )

    def rows(drawn: Figure) -> list[float]:
        return sorted(m.at[1] for m in drawn.page if isinstance(m, Note) and m.key)

    assert rows(figure) == rows(free)[:3]
    said = [m for m in figure.page if isinstance(m, Note) and m.text.startswith("2 patients hidden")]
    others = [m for m in figure.page if isinstance(m, Note) and m.text == SYNTHETIC]
    assert {m.size for m in said} == {m.size for m in others} == {5.0 if size is None else 7.0}
    assert "2 patients hidden in this drawing" in foot_of(figure)
    assert "Cross: visit missed." in foot_of(figure)
    everybody = tuple(patient.id for patient in cohort.included)
    assert build_figure(cohort, "sledai-2k", None, replace(plain, hidden=everybody)) == free


def test_zooming_out_ends_at_the_whole(demo: MainWindow) -> None:
    paper = paper_of(demo)
    for key in (Qt.Key.Key_Minus, Qt.Key.Key_Minus, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Minus):
        QTest.keyClick(paper, key)
        for camera in paper.cameras.values():
            (x0, x1), (y0, y1) = camera.viewRange()
            (home0, home1), (low, high) = camera.home.x.range, camera.home.y.range
            assert x1 - x0 <= (home1 - home0) * (1 + 1e-9)
            assert y1 - y0 <= (high - low) * (1 + 1e-9)


def test_focus_and_crosshair_are_on_the_screen_only(demo: MainWindow) -> None:
    paper, named = paper_of(demo), demo.commands.named
    plain, home = picture(paper), paper.shown()
    demo.interior.session.select("SYN-02")
    chosen = picture(paper)
    QTest.keyClick(paper, Qt.Key.Key_F)
    assert named["focus"].isChecked()
    assert picture(paper) != chosen
    QTest.keyClick(paper, Qt.Key.Key_F)
    assert not named["focus"].isChecked()
    assert picture(paper) == chosen
    QTest.keyClick(paper, Qt.Key.Key_Escape)
    assert picture(paper) == plain
    QTest.keyClick(demo, Qt.Key.Key_X, CTRL | SHIFT)
    assert named["crosshair"].isChecked()
    hover(paper, next(iter(paper.cameras.values())).sceneBoundingRect().center() + QPointF(40, -30))
    assert picture(paper) != plain
    assert paper.shown() == home
    QTest.keyClick(paper, Qt.Key.Key_X)
    assert picture(paper) == plain


def test_panels_that_are_linked_keep_one_x_range(demo: MainWindow) -> None:
    demo.do("medication")
    settle(demo)
    paper = paper_of(demo)
    linked = [camera for camera in paper.cameras.values() if camera.home.linked]
    assert len(linked) > 1
    home = linked[0].viewRange()[0]
    wheel(paper, 3)
    assert linked[0].viewRange()[0] != home
    for camera in linked:
        assert camera.viewRange()[0] == pytest.approx(linked[0].viewRange()[0])
    QTest.keyClick(paper, Qt.Key.Key_Plus)
    span = linked[0].viewRange()[0]
    for camera in linked:
        assert camera.viewRange()[0] == pytest.approx(span)
    figure = paper.shown()
    assert figure is not None
    assert len({panel.x.range for panel in figure.panels if panel.linked}) == 1


def test_small_panels_zoom_and_pan_together(demo: MainWindow) -> None:
    session = demo.interior.session
    session.edit("each", lambda study: study.with_chart(replace(study.chart, each=True)))
    settle(demo)
    paper = paper_of(demo)
    home, cameras = paper.shown(), list(paper.cameras.values())
    assert home is not None
    assert len(cameras) == 5

    def ranges() -> tuple[int, int]:
        figure = paper.shown()
        assert figure is not None
        assert figure != home
        seen = {(tuple(round(v, 6) for v in p.x.range), tuple(round(v, 6) for v in p.y.range)) for p in figure.panels}
        assert len(seen) == 1
        return next(iter(seen))

    wheel(paper, 3)
    zoomed = ranges()
    QTest.keyClick(paper, Qt.Key.Key_Plus)
    assert ranges() != zoomed
    area = cameras[-1].sceneBoundingRect()
    drag(paper, area.center(), area.center() + QPointF(15, 10))
    ranges()
    wait_until(lambda: not paper.sheet.moving and paper.sheet.exact)
    paper._set_hit(None)
    assert picture(paper) == printed(paper)
    paper.fit()
    assert paper.shown() == home


def test_dragging_pans_and_the_page_at_rest_is_the_paper(demo: MainWindow) -> None:
    paper = paper_of(demo)
    home = paper.shown()
    area = next(iter(paper.cameras.values())).sceneBoundingRect()
    drag(paper, area.center(), area.center() + QPointF(40, 25))
    assert paper.shown() != home
    assert paper.sheet.moving
    wait_until(lambda: not paper.sheet.moving and paper.sheet.exact)
    paper._set_hit(None)
    assert picture(paper) == printed(paper)
    QTest.mouseDClick(paper.viewport(), LEFT, pos=area.center().toPoint())
    assert paper.shown() == home


def test_a_full_page_is_sketched_while_it_moves_and_drawn_in_full_at_rest(demo: MainWindow) -> None:
    paper = paper_of(demo)
    paper.show_figure(build_figure(many(MANY_POINTS // 20 + 10), "c3", None, ChartChoice("trajectories")))
    assert not paper.sheet.exact
    wait_until(lambda: paper.sheet.exact and paper.sheet._exact)
    assert picture(paper) == printed(paper), "drawn in slices, and still the paper"
    wheel(paper, 2)
    assert not paper.sheet.exact
    assert picture(paper) != printed(paper)
    wait_until(lambda: not paper.sheet.moving and paper.sheet._exact)
    assert picture(paper) == printed(paper)


def test_a_sketch_holds_every_line_and_as_many_symbols_as_can_be_seen() -> None:
    for patients in (3, 400):
        panel = build_figure(many(patients), "c3", None, ChartChoice("trajectories")).panels[0]
        sketch = Sketch(panel)
        lines = [step for step in sketch.steps if isinstance(step, Strokes)]
        assert sum(len(step.ends) for step in lines) == patients * 19
        assert all(len(step.ends) // 2 <= step.half <= len(step.ends) for step in lines)
        stamped = sum(len(step.places) for step in sketch.steps if isinstance(step, Stamps))
        assert stamped == (patients * 20 if patients * 20 <= MOST_STAMPS else 0)


def test_targets_find_what_a_look_at_everything_finds(app: QApplication) -> None:
    panel = build_figure(many(40), "c3", None, ChartChoice("trajectories")).panels[0]
    camera = Camera(panel)
    targets = Targets({"values": camera})
    dots = [(m.key, v) for m in panel.marks if isinstance(m, Dots) and m.names
            for v in m.names]  # fmt: skip
    own = targets._targets[0]
    chance = random.Random(3)
    for _ in range(50):
        patient, visit = chance.choice(dots)
        x, y = own.on_view(own.symbols[[own.rows[patient, visit]]], 2.0)[0]
        hit = targets.symbol_near(QPointF(x + 2, y - 1), 2.0, None)
        assert hit is not None
        gap = QPointF(x + 2, y - 1) - hit.at
        assert gap.x() ** 2 + gap.y() ** 2 <= 5.0 + 1e-9
        band = QRectF(x - 1, y - 1, 2, 2)
        assert patient in targets.within(band, 2.0)
    assert targets.within(QRectF(-50, -50, 10, 10), 2.0) == frozenset()


def test_segments_that_cross_a_band() -> None:
    import numpy as np

    band = QRectF(10, 10, 10, 10)
    ends = np.array([
        [[0, 15], [30, 15]],  # through
        [[0, 0], [12, 12]],  # into
        [[0, 0], [30, 5]],  # past
        [[15, 0], [15, 30]],  # upright
        [[25, 0], [25, 30]],  # upright, beside
        [[12, 12], [12, 12]],  # a point inside
        [[0, 25], [9, 12]],  # ends before it
    ], dtype=float)  # fmt: skip
    assert crossing(ends, band).tolist() == [True, True, False, True, False, True, False]
    assert distances(ends, 15.0, 20.0)[0] == 5.0


def test_presenting_shows_the_figure_alone_and_the_keys_lead_on(demo: MainWindow) -> None:
    paper, session = paper_of(demo), demo.interior.session
    QTest.keyClick(demo, Qt.Key.Key_F11)
    QApplication.processEvents()
    assert demo.isFullScreen()
    seen = (demo.bar, work(demo).cohort, work(demo).answer, work(demo).data, work(demo).figure.head)
    assert not any(part.isVisible() for part in seen)
    assert paper.isVisible()
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert session.patient == "SYN-01"
    QTest.keyClick(paper, Qt.Key.Key_PageDown)
    settle(demo)
    assert session.study.chart.kind == CHARTS[1].key
    QTest.keyClick(paper, Qt.Key.Key_PageUp)
    settle(demo)
    assert session.study.chart.kind == CHARTS[0].key
    QTest.keyClick(paper, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert not demo.isFullScreen()
    assert all(part.isVisible() for part in seen)
    assert session.patient == "SYN-01", "Esc left the presentation and nothing else"
    assert not demo.commands.named["present"].isChecked()


def test_what_is_exported_as_seen_is_what_is_seen(demo: MainWindow) -> None:
    panel, session = work(demo).figure, demo.interior.session
    session.edit("hide", lambda s: s.with_chart(replace(s.chart, hidden=("SYN-03",))))
    settle(demo)
    wheel(paper_of(demo), 2)
    assert panel.figure_with(session.study.chart, as_seen=True) == panel.shown()
    assert chart(session.study.chart.kind).key == "trajectories"
