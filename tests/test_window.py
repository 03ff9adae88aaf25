"""The window as its user has it: real clicks and keys on the demo, and what is then seen."""

from pathlib import Path

import pytest
from driving import answer_dialog, settle
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QInputDialog, QLabel, QLineEdit, QMenu, QPushButton
from waiting import wait_until

from trajecta.gui.actions import ACTIONS
from trajecta.gui.data_panel import EDGE
from trajecta.gui.export_dialog import ExportDialog
from trajecta.gui.import_dialog import ImportDialog
from trajecta.gui.samples import seen_on
from trajecta.gui.theme import DARK, LIGHT
from trajecta.gui.window import MainWindow
from trajecta.io.pen import draw_figure
from trajecta.resources import ROOT
from trajecta.stats.charts.registry import CHARTS
from trajecta.stats.colors import contrast
from trajecta.stats.palette import COLORS

AWKWARD = ROOT / "demo" / "cart-sle-awkward.xlsx"


def work(window: MainWindow):  # type: ignore[no-untyped-def]
    """The three columns."""
    made = window.interior.work
    assert made is not None
    return made


def row_rect(view, row: int):  # type: ignore[no-untyped-def]
    """Where a row of a list lies in its viewport."""
    return view.visualRect(view.model().index(row, 0))


def test_the_demo_answers_in_words_with_its_floor(demo: MainWindow) -> None:
    answer = work(demo).answer
    assert answer.lead.text() == "All 5 patients improved, by 8 to 16 points."
    assert "−12" in answer.values["Change"].text()
    assert "93.75 %" in answer.values["Change"].text()
    assert "0.0625" in answer.values["P"].text()
    assert "smallest possible 0.0625" in answer.values["P"].text()
    assert answer.values["Patients"].text() == "5 used, none left out"
    assert answer.caution.isVisible()
    assert demo.bar.badge.isVisible(), "synthetic data say so in the window"
    assert "synthetic data" in demo.windowTitle()


def test_a_click_on_a_measure_asks_about_it_and_undo_goes_back(demo: MainWindow) -> None:
    measures = work(demo).cohort.measures
    QTest.mouseClick(measures.viewport(), Qt.MouseButton.LeftButton, pos=row_rect(measures, 2).center())
    settle(demo)
    assert demo.interior.session.study.measure == "c3"
    assert work(demo).question.measure.currentText() == "C3"
    assert work(demo).answer.lead.text().startswith("All 5 patients improved")
    QTest.keyClick(demo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(demo)
    assert work(demo).question.measure.currentText() == "SLEDAI-2K"
    QTest.keyClick(demo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    settle(demo)
    assert work(demo).question.measure.currentText() == "C3"


def test_leaving_a_patient_out_asks_why_and_prints_it(demo: MainWindow) -> None:
    patients = work(demo).cohort.patients

    def give(dialog: QDialog) -> None:
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setText("overlap with another report")
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    answer_dialog(QInputDialog, give)
    check = row_rect(patients, 3).topLeft() + QPoint(20, 14)
    QTest.mouseClick(patients.viewport(), Qt.MouseButton.LeftButton, pos=check)
    settle(demo)
    assert work(demo).answer.lead.text().startswith("All 4 patients improved")
    assert "overlap with another report" in work(demo).answer.values["Patients"].text()
    assert work(demo).cohort._count.text() == "4 OF 5"
    demo.activateWindow()
    wait_until(demo.isActiveWindow)
    QTest.keyClick(demo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settle(demo)
    assert work(demo).cohort._count.text() == "5 OF 5"


def test_hover_tells_patient_day_value_cell_and_drugs(demo: MainWindow) -> None:
    desk = work(demo).figure.desk
    hit = desk.paper.point_at("SYN-04", "month 1")
    assert hit is not None
    desk.paper._set_hit(None)
    QTest.mouseMove(desk.paper.viewport(), hit.at.toPoint())
    QApplication.processEvents()
    text = desk.card._label.text()
    assert desk.card.isVisible()
    for part in ("SYN-0", "Month 1", "SLEDAI-2K", "Visits!E", "mg/day"):
        assert part in text


def test_a_click_in_the_figure_selects_the_patient_everywhere(demo: MainWindow) -> None:
    paper = work(demo).figure.desk.paper
    hit = paper.point_at("SYN-01", "month 12")
    assert hit is not None
    QTest.mouseClick(paper.viewport(), Qt.MouseButton.LeftButton, pos=hit.at.toPoint())
    QApplication.processEvents()
    assert demo.interior.session.patient == "SYN-01"
    assert work(demo).cohort.patients.currentIndex().row() == 0
    assert work(demo).data.table.currentIndex().row() == 0
    assert paper.patient == "SYN-01"
    QTest.keyClick(paper, Qt.Key.Key_Down)
    assert demo.interior.session.patient == "SYN-02"


def test_keys_change_the_chart_and_the_overview_leads_back(demo: MainWindow) -> None:
    for key, chart in zip((Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_1), ("before-after", "medication", "trajectories"),
                          strict=True):  # fmt: skip
        QTest.keyClick(demo, key, Qt.KeyboardModifier.ControlModifier)
        settle(demo)
        assert demo.interior.session.study.chart.kind == chart
    QTest.keyClick(demo, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    settle(demo)
    overview = work(demo).overview
    assert overview.isVisible()
    names = [overview.model.index(row, 0).data() for row in range(overview.model.rowCount())]
    assert len(names) == len(demo.interior.session.study.cohort.measures)
    row = names.index("FACIT-Fatigue")
    place = overview.table.visualRect(overview.model.index(row, 3)).center()
    QTest.mouseClick(overview.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(demo)
    assert not overview.isVisible()
    assert work(demo).question.measure.currentText() == "FACIT-Fatigue"


def test_the_data_table_shows_missed_visits_and_addresses(demo: MainWindow) -> None:
    model = work(demo).data.model
    words = {(r, c): model.index(r, c).data() for r in range(5) for c in range(model.columnCount())}
    labels = [model.headerData(c, Qt.Orientation.Horizontal) for c in range(model.columnCount())]
    assert words[2, labels.index("Month 2")] == "missed"
    assert words[4, labels.index("Month 12")] == "", "follow-up that has not come is not a missed visit"
    assert "Visits!E" in str(model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))


@pytest.mark.parametrize("chart", [chart.key for chart in CHARTS])
@pytest.mark.parametrize("zoom", [False, True])
def test_the_screen_is_the_paper(demo: MainWindow, chart: str, zoom: bool) -> None:
    demo.do(chart)
    settle(demo)
    paper = work(demo).figure.desk.paper
    if zoom:
        for camera in paper.cameras.values():
            if camera.home.moves:
                camera.scaleBy((0.5, 0.5))
    QApplication.processEvents()
    seen = paper.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    figure = paper.shown()
    assert figure is not None
    printed = QImage(seen.size(), QImage.Format.Format_RGB32)
    printed.fill(Qt.GlobalColor.white)
    painter = QPainter(printed)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    draw_figure(painter, figure, seen.width() / figure.width)
    painter.end()
    a, b = bytes(seen.constBits()), bytes(printed.constBits())
    different = sum(a[i : i + 3] != b[i : i + 3] for i in range(0, len(a), 4))
    assert different <= 0.001 * seen.width() * seen.height()


def test_zooming_changes_what_is_shown_and_fit_brings_it_back(demo: MainWindow) -> None:
    paper = work(demo).figure.desk.paper
    home = paper.shown()
    QTest.keyClick(paper, Qt.Key.Key_Plus)
    assert paper.shown() != home
    QTest.mouseDClick(paper.viewport(), Qt.MouseButton.LeftButton, pos=paper.rect().center())
    assert paper.shown() == home


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("gone.xlsx", None, "gone.xlsx"),
        ("empty.xlsx", b"", "empty.xlsx"),
        ("words.xlsx", b"this is no workbook at all", "words.xlsx"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "locked.xlsx"),
    ],
)
def test_what_cannot_be_opened_is_one_sentence_and_the_study_stays(
    demo: MainWindow, tmp_path: Path, name: str, content: bytes | None, word: str
) -> None:
    before = demo.interior.session.study
    if content is not None:
        (tmp_path / name).write_bytes(content)
    demo.open(tmp_path / name)
    wait_until(lambda: demo.interior.strip.isVisible())
    assert word in demo.interior.strip.text.text()
    assert demo.interior.strip.text.text().count("\n") == 0
    assert demo.interior.session.study is before


def test_a_dropped_workbook_is_opened_through_the_import(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("id,before,after\nA,3,1\nB,4,2\nC,5,5\n", "utf-8")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    opened: list[str] = []

    def accept(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        opened.append(dialog._summary.text())
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    answer_dialog(ImportDialog, accept)
    none = Qt.KeyboardModifier.NoModifier
    drop = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, none)
    window.dropEvent(drop)
    wait_until(lambda: window.interior.session.result is not None)
    assert opened == ["3 patients · 2 visits · 1 measure"]
    assert window.preferences.recent == (file.resolve(),)
    recent = next(menu for menu in window.findChildren(QMenu) if menu.title() == "Open &recent")
    recent.aboutToShow.emit()
    assert [action.text() for action in recent.actions()] == ["pairs.csv"]
    window.interior.session.result = None
    window.open(file)  # the mapping was confirmed: no dialog this time
    wait_until(lambda: window.interior.session.result is not None)


def test_the_awkward_workbook_shows_its_issues_and_a_correction_counts(window: MainWindow) -> None:
    seen: dict[str, object] = {}

    def correct(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        seen["issues"] = dialog.findings.issues.rowCount()
        seen["measures"] = len(dialog.study.cohort.measures)
        column = next(c.column for c in dialog.mapping.sheets[0].columns if c.measure_name == "PGA")
        dialog.preview.setCurrentIndex(dialog.preview.raw.index(6, column - 1))
        dialog.form.measure.setText("Arztbogen")
        dialog.form.measure.editingFinished.emit()
        wait_until(lambda: any(m.name == "Arztbogen" for m in dialog.study.cohort.measures))
        dialog.findings.issues.selectRow(0)
        QTest.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)

    answer_dialog(ImportDialog, correct)
    window.open(AWKWARD)
    wait_until(lambda: window.interior.session.result is not None)
    assert isinstance(seen["issues"], int)
    assert seen["issues"] >= 5
    assert any(m.name == "Arztbogen" for m in window.interior.session.study.cohort.measures)
    assert work(window).answer.lead.text().startswith("All 5 patients improved")


def test_reviewing_the_import_is_undoable(demo: MainWindow) -> None:
    def rename(dialog: QDialog) -> None:
        assert isinstance(dialog, ImportDialog)
        sheet = next(s for s in dialog.mapping.sheets if s.sheet == "Visits")
        dialog.tabs.setCurrentIndex([s.name for s in dialog._tables.sheets].index("Visits"))
        column = next(c.column for c in sheet.columns if c.measure_name == "PGA")
        dialog.preview.setCurrentIndex(dialog.preview.raw.index(3, column - 1))
        dialog.form.measure.setText("Global")
        dialog.form.measure.editingFinished.emit()
        wait_until(lambda: any(m.name == "Global" for m in dialog.study.cohort.measures))
        dialog.accept()

    answer_dialog(ImportDialog, rename)
    QTest.keyClick(demo, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    wait_until(lambda: any(m.name == "Global" for m in demo.interior.session.study.cohort.measures))
    demo.commands.history.undo()
    assert all(m.name != "Global" for m in demo.interior.session.study.cohort.measures)


def test_the_answer_is_copied(demo: MainWindow) -> None:
    QTest.keyClick(demo, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert "All 5 patients improved" in QGuiApplication.clipboard().text()
    work(demo).answer.copy("table")
    assert QGuiApplication.clipboard().text().splitlines()[1].startswith("SLEDAI-2K\t")
    work(demo).answer.copy("methods")
    assert "signed-rank" in QGuiApplication.clipboard().text()


@pytest.mark.parametrize("suffix", ["pdf", "svg", "png", "tif"])
def test_the_export_dialog_previews_and_writes(demo: MainWindow, tmp_path: Path, suffix: str) -> None:
    panel = work(demo).figure
    dialog = ExportDialog(demo.interior.session, panel.figure_with, demo.preferences, demo)
    dialog.show()
    dialog.width_box.setCurrentIndex(0)
    assert dialog.preview.figure is not None
    assert dialog.preview.figure.width_mm == 89
    assert dialog.save_as(tmp_path / f"figure.{suffix}")
    assert (tmp_path / f"figure.{suffix}").stat().st_size > 1000
    assert not dialog.save_as(tmp_path / "no such folder" / f"figure.{suffix}")
    assert "no such folder" in demo.interior.strip.text.text()
    dialog.close()


def test_light_and_dark(demo: MainWindow) -> None:
    demo.do("dark")
    assert demo.theme == DARK
    QApplication.processEvents()
    corner = demo.grab().toImage().pixelColor(5, demo.height() - 5)
    assert corner.lightness() < 80
    demo.do("light")
    assert demo.theme == LIGHT
    assert demo.preferences.theme == "light"


def test_actions_are_told_apart() -> None:
    shortcuts = [spec.shortcut for spec in ACTIONS if spec.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)
    assert all(spec.tip for spec in ACTIONS)
    assert len({spec.key for spec in ACTIONS}) == len(ACTIONS)
    letters = [(spec.menu, spec.text[spec.text.index("&") + 1].lower()) for spec in ACTIONS if "&" in spec.text]
    assert len(set(letters)) == len(letters), "two entries of one menu share the letter that chooses them"


def test_everything_that_takes_the_focus_has_a_name(demo: MainWindow) -> None:
    nameless = [
        button
        for button in demo.findChildren(QPushButton)
        if button.focusPolicy() != Qt.FocusPolicy.NoFocus and not (button.text() or button.accessibleName())
    ]
    assert nameless == []


def test_a_rule_makes_a_yes_no_outcome_that_can_be_undone(demo: MainWindow) -> None:
    def give(dialog: QDialog) -> None:
        field = dialog.findChild(QLineEdit)
        assert field is not None
        assert field.text() == "≤ 4", "the instrument's own limit is proposed"
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    answer_dialog(QInputDialog, give)
    QTest.mouseClick(work(demo).question.as_yes_no, Qt.MouseButton.LeftButton)
    settle(demo)
    study = demo.interior.session.study
    assert study.cohort.measure(study.measure).name == "SLEDAI-2K ≤ 4"
    answer = work(demo).answer
    assert "0 of 5 yes" in answer.values["Before"].text()
    assert "5 of 5 yes" in answer.values["After"].text()
    assert "McNemar" in answer.values["P"].text()
    assert answer.folds["table"].isVisible()
    demo.commands.history.undo()
    settle(demo)
    assert work(demo).question.measure.currentText() == "SLEDAI-2K"


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("robust", "Without one patient"),
        ("many", "Adjusted"),
        ("visits", "Friedman"),
        ("power", "Fewest changed pairs"),
    ],
)
def test_the_folds_go_deeper_when_they_are_opened(demo: MainWindow, key: str, says: str) -> None:
    fold = work(demo).answer.deeper[key]
    assert fold.body.text() == ""
    QTest.mouseClick(fold.button, Qt.MouseButton.LeftButton)
    wait_until(lambda: says in fold.body.text())
    assert fold.body.isVisible()


def test_what_counts_as_improved_can_be_set(demo: MainWindow) -> None:
    panel = work(demo).question
    QTest.mouseClick(panel.options, Qt.MouseButton.LeftButton)
    assert panel.important.isVisible()
    assert "4 is called clinically important" in panel.important.placeholderText()
    QTest.keyClicks(panel.important, "16")
    QTest.keyClick(panel.important, Qt.Key.Key_Return)
    settle(demo)
    result = demo.interior.session.result
    assert result is not None
    assert result.interval("share_improved").estimate == 0.6
    panel.important.setText("many")
    QTest.keyClick(panel.important, Qt.Key.Key_Return)
    assert "no size of a change" in demo.interior.strip.text.text()


def test_a_cell_of_the_grid_of_outcomes_becomes_the_question(demo: MainWindow) -> None:
    demo.do("overview")
    settle(demo)
    overview = work(demo).overview
    grid = overview.outcomes.grid
    assert grid is not None
    column = [visit.key for visit in grid.visits].index("month 1") + 1
    row = [key for key, _ in grid.measures].index("c3")
    place = overview.grid.visualRect(overview.outcomes.index(row, column)).center()
    QTest.mouseClick(overview.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle(demo)
    asked = demo.interior.session.study.comparison
    assert asked is not None
    assert (asked.measure, asked.before, asked.after) == ("c3", "baseline", "month 1")


def test_the_report_is_written_beside_the_work(
    demo: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "report"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    demo.do("report")
    wait_until(lambda: demo.interior.strip.isVisible() and "report" in demo.interior.strip.text.text())
    assert (folder / "report.html").exists()
    assert len(list((folder / "figures").iterdir())) == len(demo.interior.session.study.cohort.measures)


def test_primary_measures_are_a_family_of_their_own(demo: MainWindow) -> None:
    demo.do("overview")
    settle(demo)
    overview = work(demo).overview
    last = overview.model.columnCount() - 1
    assert overview.model.index(0, last).data() == "0.6875"
    overview.table.setCurrentIndex(overview.model.index(0, 0))
    QTest.keyClick(overview, Qt.Key.Key_P)
    settle(demo)
    assert overview.model.index(0, last).data() == "0.0625", "one primary measure needs no adjustment"
    assert overview.model.index(1, last).data() == "0.625", "ten others"
    demo.commands.history.undo()
    settle(demo)
    assert overview.model.index(0, last).data() == "0.6875"


def test_no_words_of_the_start_page_are_cut(window: MainWindow) -> None:
    window.show()
    words = [label for label in window.findChildren(QLabel) if label.isVisible() and label.text()]
    assert any("never written to" in label.text() for label in words)
    assert [label.text() for label in words if label.width() < label.sizeHint().width()] == []


def test_the_table_shows_each_visit_in_full_in_a_small_window(demo: MainWindow) -> None:
    demo.resize(1280, 800)
    demo.show()
    QApplication.processEvents()
    header = work(demo).data.table.horizontalHeader()
    for column, visit in enumerate(demo.interior.session.study.cohort.visits):
        assert header.fontMetrics().horizontalAdvance(visit.label) + EDGE <= header.sectionSize(column)


def test_a_dark_window_shows_every_patient_and_keeps_the_colours_of_the_paper() -> None:
    for color in COLORS:
        assert seen_on(LIGHT.panel, color) == color
        assert contrast(seen_on(DARK.panel, color), DARK.panel) >= 3
    assert seen_on(DARK.panel, COLORS[1]) == COLORS[1]
