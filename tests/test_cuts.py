"""Data cuts in the window: the file is watched, read again, compared, certified; nothing moves without a word."""

from pathlib import Path

import openpyxl
import pytest
from driving import answer_dialog, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from sheets import Row, workbook
from waiting import wait_until

from trajecta.gui.certificate_dialog import CertificateDialog
from trajecta.gui.changes_dialog import ChangesDialog
from trajecta.gui.import_dialog import ImportDialog
from trajecta.gui.window import MainWindow

ROWS: list[Row] = [
    ("id", "visit", "SLEDAI", "C3 (g/L)"),
    ("P1", "baseline", 16, 0.6),
    ("P1", "month 3", 0, 0.9),
    ("P2", "baseline", 14, 0.5),
    ("P2", "month 3", 2, 1.0),
    ("P3", "baseline", 8, 0.7),
    ("P3", "month 3", 0, 0.8),
]
LATER = [ROWS[0], ("P1", "baseline", 18, 0.6), *ROWS[2:], ("P4", "baseline", 12, 0.6), ("P4", "month 3", 1, 1.1)]


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window with a workbook of three patients."""
    answer_dialog(ImportDialog, lambda dialog: dialog.accept())
    window.open(workbook(tmp_path / "trial.xlsx", {"Visits": ROWS}))
    wait_until(lambda: window.interior.session.result is not None)
    return window


def save_later(path: Path) -> None:
    """Save as Excel does: another file takes the place of the first."""
    workbook(path.with_name("saving.xlsx"), {"Visits": LATER}).replace(path)


def test_a_file_saved_anew_is_noticed_and_its_changes_come_before_the_numbers(
    opened: MainWindow, tmp_path: Path
) -> None:
    session, strip = opened.interior.session, opened.interior.strip
    assert session.result is not None
    save_later(tmp_path / "trial.xlsx")
    wait_until(lambda: strip.isVisible() and "saved anew" in strip.text.text())
    assert session.result.n == 3

    def look(dialog: ChangesDialog) -> None:
        texts = [dialog.data.item(row, 3).text() for row in range(dialog.data.rowCount())]
        assert "16" in texts
        assert dialog.numbers.item(0, 1).text() == "3"
        assert dialog.numbers.item(0, 2).text() == "4"
        QTest.mouseClick(dialog.use, Qt.MouseButton.LeftButton)

    answer_dialog(ChangesDialog, look)
    QTest.mouseClick(strip._action, Qt.MouseButton.LeftButton)
    wait_until(lambda: session.result is not None and session.result.n == 4)
    assert session.study.cohort.observation("sledai-2k", "baseline", "P1").value == 18  # type: ignore[union-attr]
    session.history.undo()
    wait_until(lambda: session.result is not None and session.result.n == 3)


def test_the_new_cut_can_be_refused_and_an_equal_one_is_said(opened: MainWindow, tmp_path: Path) -> None:
    session, strip = opened.interior.session, opened.interior.strip
    before = session.study
    opened.do("reload")
    settle(opened)
    assert "Nothing changed" in strip.text.text()
    save_later(tmp_path / "trial.xlsx")
    answer_dialog(ChangesDialog, lambda dialog: QTest.mouseClick(dialog.keep, Qt.MouseButton.LeftButton))
    opened.do("reload")
    settle(opened)
    assert session.study == before


def test_an_earlier_cut_is_only_looked_at(opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = workbook(tmp_path / "earlier.xlsx", {"Visits": ROWS[:5]})
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(earlier), ""))
    before, seen = opened.interior.session.study, []

    def look(dialog: ChangesDialog) -> None:
        seen.append(dialog.data.item(0, 0).text())
        assert not hasattr(dialog, "use")
        dialog.reject()

    answer_dialog(ChangesDialog, look)
    opened.do("earlier")
    settle(opened)
    assert seen == ["P3"]
    assert opened.interior.session.study == before


def test_the_certificate_is_shown_and_saved(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "sure.xlsx"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))

    def look(dialog: CertificateDialog) -> None:
        assert dialog.headline.text().startswith("Every one of 12 numbers")
        assert ("P2", "Baseline", "SLEDAI", "14", "Visits!C4", "14", "equal") in dialog.values.rows
        dialog.verdicts.setCurrentIndex(1)
        dialog.verdicts.activated.emit(1)
        assert len(dialog.values.rows) == 12
        dialog.tabs.setCurrentIndex(1)
        QTest.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)

    answer_dialog(CertificateDialog, look)
    opened.do("certificate")
    wait_until(target.exists)
    settle(opened)
    assert openpyxl.load_workbook(target)["Values"].max_row == 13
    assert "sure.xlsx" in opened.interior.strip.text.text()


def test_the_certificate_of_a_file_saved_anew_does_not_hold(opened: MainWindow, tmp_path: Path) -> None:
    save_later(tmp_path / "trial.xlsx")
    seen: list[str] = []

    def look(dialog: CertificateDialog) -> None:
        seen.append(dialog.headline.text())
        dialog.reject()

    answer_dialog(CertificateDialog, look)
    opened.do("certificate")
    wait_until(lambda: bool(seen))
    assert "has been changed since it was opened" in seen[0]


def test_a_file_that_is_gone_keeps_the_study(opened: MainWindow, tmp_path: Path) -> None:
    before = opened.interior.session.study
    (tmp_path / "trial.xlsx").unlink()
    opened.do("reload")
    settle(opened)
    assert "There is no file" in opened.interior.strip.text.text()
    assert opened.interior.session.study == before
