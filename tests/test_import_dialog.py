"""The import dialog: questions answered by a click, columns before and after, arrangements, windows, the map."""

from pathlib import Path

from driving import answer_dialog, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from sheets import Row, text_table, workbook
from waiting import wait_until

from trajecta.gui.findings import ISSUES, MAP
from trajecta.gui.import_dialog import ImportDialog
from trajecta.gui.study_form import StudyForm
from trajecta.gui.window import MainWindow
from trajecta.io.mapping import Arrangement, ZeroFrom

TURNED: list[Row] = [
    ("Parameter", "P1", "P2", "P3"),
    ("SLEDAI baseline", 9, 8, 7),
    ("SLEDAI month 3", 1, 2, 3),
]


def ready(dialog: ImportDialog) -> None:
    wait_until(lambda: not dialog._jobs.waiting)


def opened(window: MainWindow) -> None:
    wait_until(lambda: window.interior.session.result is not None)


def test_a_question_is_answered_by_a_click(window: MainWindow, tmp_path: Path) -> None:
    rows = [("id", "visit", "anti-dsDNA (IU/mL)"), *[(f"P{k}", v, f"1,{k}00") for k in range(4) for v in ("BL", "M3")]]
    seen: list[int] = []

    def answer(dialog: ImportDialog) -> None:
        ready(dialog)
        seen.append(len(dialog.questions))
        buttons = [b for b in dialog.findings.questions.findChildren(QPushButton) if "ecimal" in b.text()]
        QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
        ready(dialog)
        seen.append(len(dialog.questions))
        dialog.accept()

    answer_dialog(ImportDialog, answer)
    window.open(text_table(tmp_path / "a.csv", rows, ";"))
    opened(window)
    assert seen[0] > seen[1]
    cohort = window.interior.session.study.cohort
    assert {o.value for o in cohort.observations} <= {1.0, 1.1, 1.2, 1.3}


def test_a_turned_sheet_can_be_taken_as_it_stands_and_back(window: MainWindow, tmp_path: Path) -> None:
    def look(dialog: ImportDialog) -> None:
        ready(dialog)
        assert dialog.form.arranged.currentText().startswith("Turned")
        assert dialog.preview.raw.sheet is not None
        assert dialog.preview.raw.sheet.height == 4
        assert dialog.preview.raw.letters(1) == ""
        dialog.rearrange(Arrangement.AS_IT_STANDS)
        ready(dialog)
        assert dialog.preview.raw.letters(1) == "A"
        dialog.rearrange(Arrangement.TURNED)
        ready(dialog)
        assert len(dialog.study.cohort.patients) == 3
        dialog.accept()

    answer_dialog(ImportDialog, look)
    window.open(workbook(tmp_path / "a.xlsx", {"A": TURNED}))
    opened(window)
    session = window.interior.session
    assert str(session.study.cohort.observation("sledai-2k", "month 3", "P2").source) == "A!C3"  # type: ignore[union-attr]


def test_a_column_shows_its_cells_before_and_after(window: MainWindow, tmp_path: Path) -> None:
    rows: list[Row] = [
        ("id", "SLEDAI baseline", "CRP (mg/L) baseline", "CRP (mg/L) month 3"),
        ("P1", 8, "12,5", "<0,5"),
        ("P2", 6, "3,5", "n.d."),
        ("P3", 7, "4,5", "1,5"),
    ]

    def look(dialog: ImportDialog) -> None:
        ready(dialog)
        dialog.preview.setCurrentIndex(dialog.preview.raw.index(1, 3))
        table = dialog.form.preview.cells
        read = [tuple(table.item(row, column).text() for column in range(3)) for row in range(table.rowCount())]
        assert read == [("D2", "<0,5", "< 0.5"), ("D3", "n.d.", "missing"), ("D4", "1,5", "1.5")]
        assert "comma" in dialog.form.preview.evidence.text()
        dialog.accept()

    answer_dialog(ImportDialog, look)
    window.open(text_table(tmp_path / "a.csv", rows, ";"))
    opened(window)


def test_the_map_shows_who_lacks_what(window: MainWindow, tmp_path: Path) -> None:
    rows: list[Row] = [
        ("id", "visit", "SLEDAI", "C3 (g/L)"),
        ("P1", "baseline", 9, 0.5),
        ("P1", "month 3", 2, None),
        ("P2", "baseline", 8, 0.6),
        ("P2", "month 3", 0, 0.9),
    ]

    def look(dialog: ImportDialog) -> None:
        ready(dialog)
        dialog.findings.turn_to(MAP)
        grid = dialog.findings.map.map
        assert grid.index(0, 1).data() == "1 of 2"
        assert "C3" in str(grid.index(0, 1).data(Qt.ItemDataRole.ToolTipRole))
        assert grid.index(1, 1).data() == "2 of 2"
        dialog.findings.turn_to(ISSUES)
        dialog.accept()

    answer_dialog(ImportDialog, look)
    window.open(workbook(tmp_path / "a.xlsx", {"A": rows}))
    opened(window)


def test_day_zero_and_windows_are_set_for_the_study(window: MainWindow, tmp_path: Path) -> None:
    rows: list[Row] = [("id", "visit", "SLEDAI"), ("P1", "baseline", 9), ("P1", "month 3", 2), ("P2", "baseline", 8)]

    def fill(form: StudyForm) -> None:
        form.zero.setCurrentIndex(4)
        QTest.mouseClick(form.usual, Qt.MouseButton.LeftButton)
        form.windows.item(1, 1).setText("soon")
        QTest.mouseClick(form.use, Qt.MouseButton.LeftButton)
        assert form.trouble.isVisible()
        assert "Row 2" in form.trouble.text()
        form.windows.item(1, 1).setText("31")
        QTest.mouseClick(form.use, Qt.MouseButton.LeftButton)

    def look(dialog: ImportDialog) -> None:
        ready(dialog)
        answer_dialog(StudyForm, fill)
        QTest.mouseClick(dialog._days, Qt.MouseButton.LeftButton)
        ready(dialog)
        dialog.accept()

    answer_dialog(ImportDialog, look)
    window.open(workbook(tmp_path / "a.xlsx", {"A": rows}))
    wait_until(lambda: window.interior.session.is_open)
    settle(window)
    mapping = window.interior.session.study.mapping
    assert mapping is not None
    assert mapping.time_zero is ZeroFrom.BASELINE
    assert mapping.windows[1].day == 31
