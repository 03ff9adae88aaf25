"""Driving the window in tests: waiting for its answers and acting in its dialogs."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from waiting import wait_until

from trajecta.gui.window import MainWindow

failures: list[BaseException] = []


def settle(window: MainWindow) -> None:
    """Wait until the answer belongs to the question and everything is drawn."""
    session = window.interior.session
    wait_until(lambda: not session.jobs.waiting)
    QApplication.processEvents()


def answer_dialog(kind: type[QDialog], act: Callable[[QDialog], None]) -> None:
    """As soon as a dialog of this kind is up, act on it; a failure closes it and is kept in ``failures``."""

    def look() -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, kind) and widget.isVisible():
                try:
                    act(widget)
                except BaseException as error:  # noqa: BLE001 — told by the fixture ``window``
                    failures.append(error)
                    widget.reject()
                return
        QTimer.singleShot(10, look)

    QTimer.singleShot(10, look)
