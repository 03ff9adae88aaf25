"""Qt without a display, warnings of Qt as failures, and a window on a private settings file."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import failures
from PySide6.QtCore import QCoreApplication, QEvent, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication
from waiting import wait_until

from trajecta.gui.preferences import Preferences
from trajecta.gui.theme import LIGHT, apply, interface_font
from trajecta.gui.window import MainWindow

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT.parent / "shared" / "samples"

# What Qt says of the machine and not of us: the offscreen platform has no clipboard owner, screen or font folder.
HARMLESS = ("propagateSizeHints", "QFontDatabase: Cannot find font directory", "This plugin does not support")


@pytest.fixture(scope="session")
def app() -> Iterator[QApplication]:
    """The one application of the test run, dressed as the real one."""
    made = QApplication.instance() or QApplication([])
    assert isinstance(made, QApplication)
    made.setStyle("Fusion")
    made.setFont(interface_font(made))
    apply(made, LIGHT)
    yield made
    # Offscreen the clipboard outlives Python, and what Python put there would take the process down at its end.
    made.clipboard().clear()


@pytest.fixture(autouse=True)
def qt_warnings() -> Iterator[None]:
    """Fail a test in which Qt printed a warning."""
    said: list[str] = []

    def hear(kind: QtMsgType, _: QMessageLogContext, text: str) -> None:
        if kind not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) and not any(word in text for word in HARMLESS):
            said.append(text)

    before = qInstallMessageHandler(hear)
    yield
    qInstallMessageHandler(before)
    assert not said, f"Qt warned: {said}"


@pytest.fixture
def window(app: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """The main window, shown, with its own preferences; a failure in one of its dialogs fails the test."""
    failures.clear()
    made = MainWindow(Preferences(tmp_path / "settings.ini"))
    made.set_theme(LIGHT)
    made.resize(1280, 800)
    made.show()
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    assert not failures, failures


@pytest.fixture
def demo(window: MainWindow) -> MainWindow:
    """The main window with the demo open and its first answer there."""
    window.show_demo()
    wait_until(lambda: window.interior.session.result is not None)
    QCoreApplication.processEvents()
    return window
