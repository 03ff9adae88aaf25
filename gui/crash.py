"""The last net: a bug is told in a dialog with what to send, the study stays open, and nothing is written over."""

import sys
import traceback
from types import TracebackType

from PySide6.QtWidgets import QMessageBox, QWidget

from trajecta import __version__


def install(window: QWidget) -> None:
    """From now on an unexpected error is reported in a dialog of this window and on standard error."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        print(text, file=sys.stderr)
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        box = QMessageBox(
            QMessageBox.Icon.Warning,
            "Something went wrong",
            "Trajecta met an error that it did not expect. Your workbook is untouched and the study is still open; "
            "undo the last step if the window looks wrong. The details below say what happened.",
            QMessageBox.StandardButton.Ok,
            window,
        )
        box.setDetailedText(f"Trajecta {__version__}, Python {sys.version}\n\n{text}")
        box.open()

    sys.excepthook = report
