"""Opening files in the window: read apart, with progress, cancelled at once, and no file hurts what is open."""

import sys
import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from waiting import wait_until

from trajecta.gui.window import MainWindow

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from old_workbooks import xls


def slow(path: Path) -> Path:
    """A text table that takes seconds to read."""
    path.write_bytes(b"ID,a,b,c\n" + b"P1,1.5,2.5,3.5\n" * 3_000_000)
    return path


def test_a_large_file_shows_its_progress_and_is_cancelled_at_once(demo: MainWindow, tmp_path: Path) -> None:
    before = demo.interior.session.study
    foot = demo.interior.foot
    demo.open(slow(tmp_path / "large.csv"))
    wait_until(lambda: "rows…" in foot._what.text())
    assert foot._what.text().startswith("Reading large.csv: ")
    start = time.monotonic()
    QTest.mouseClick(foot._cancel, Qt.MouseButton.LeftButton)
    wait_until(lambda: not demo.interior.session.jobs.waiting)
    demo.show_demo()  # the thread is free again
    wait_until(lambda: demo.interior.session.study is not before)
    assert time.monotonic() - start < 3
    assert foot._what.text() == ""
    assert not demo.interior.strip.isVisible()


def test_a_window_closes_while_a_file_is_read(window: MainWindow, tmp_path: Path) -> None:
    window.open(slow(tmp_path / "large.csv"))
    wait_until(lambda: "rows…" in window.interior.foot._what.text())
    start = time.monotonic()
    window.close()
    assert time.monotonic() - start < 2


def test_a_damaged_file_is_a_sentence_and_the_next_one_opens(demo: MainWindow, tmp_path: Path) -> None:
    opening = demo.interior.opening
    wait_until(lambda: not demo.interior.session.jobs.waiting)
    child = opening._reader._waiting
    assert child is not None
    study = demo.interior.session.study
    file = xls(tmp_path / "broken.xls")
    content = file.read_bytes()
    file.write_bytes(content[:1600])
    demo.open(file)
    wait_until(demo.interior.strip.isVisible)
    assert "broken.xls is an old .xls workbook, and damaged" in demo.interior.strip.text.text()
    assert demo.interior.session.study is study
    demo.show_demo()
    wait_until(lambda: demo.interior.session.study is not study)
    QApplication.processEvents()
    assert opening._reader._waiting is not child
