"""The main window as it is first painted: bar, start page, actions. What needs the rest of the program is its interior.

Invariant: nothing imported here loads numpy, pyqtgraph or the readers; those come after the first paint (``Interior``).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from trajecta import __version__
from trajecta.gui.bar import Bar
from trajecta.gui.parts import looking
from trajecta.gui.preferences import Preferences
from trajecta.gui.start_page import StartPage
from trajecta.gui.theme import Theme, apply, theme_of

if TYPE_CHECKING:
    # Qt's classes are made when they are first named: 5 ms that the first paint does not wait for.
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent

    from trajecta.gui.commands import Commands
    from trajecta.gui.interior import Interior

FOOT = 28  # px, the height of the line at the bottom, kept free until the interior comes
FILTER = "Trial sheets (*.xlsx *.xlsm *.xlsb *.xls *.ods *.csv *.tsv *.txt);;All files (*)"
KEYS = (
    ("Ctrl+O, Ctrl+I, Ctrl+E", "open a workbook, review its import, export the figure"),
    ("Ctrl+R", "read the file again and see what changed"),
    ("Ctrl+Z, Ctrl+Shift+Z", "undo and redo every change of the study"),
    ("Ctrl+1 to 9, Ctrl+T", "kinds of chart, overview"),
    ("Ctrl+Shift+Y", "style of the figure: typeface, sizes, axes, patients, templates"),
    (
        "In the figure",
        "↑ ↓ patient, ← → visit, Home and End first and last visit, with Shift several patients, Esc nobody",
    ),
    ("", "F focus on the selected, H hide them, X crosshair, + − zoom, Ctrl+0 fit"),
    (
        "With the mouse",
        "wheel zooms, dragging pans, click selects, Ctrl+click adds, Shift+dragging selects what it touches",
    ),
    ("", "double-click on a text, an axis or a patient changes it, on empty ground it fits"),
    ("F11", "the figure alone on the whole screen; Page Up and Page Down change the chart, Esc leaves"),
    ("In the patient list", "Space takes a patient out or in, Esc selects nobody"),
    ("Tab", "goes through everything"),
)
KEYS_WIDE = 620  # px; wide enough for most rows to take one line
ABOUT = (
    f"<b>Trajecta {__version__}</b><p>Paired before/after comparisons, medication burden and trajectories for cohorts "
    "of 3 to 50 patients. It describes and summarises; it gives no treatment advice.</p><p>MIT licence. Works offline; "
    "sends nothing anywhere. The workbook is never written to.</p>"
)


class MainWindow(QMainWindow):
    """One study, one window."""

    painted = Signal()  # once, after the first paint

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.setWindowTitle("Trajecta")
        self.setAcceptDrops(True)
        self.resize(1280, 800)
        self.preferences = preferences
        self.theme = theme_of(preferences.theme)
        self.bar = Bar()
        self.start = StartPage()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.start)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.bar)
        self.column.addWidget(self.pages, 1)
        self._foot = looking(QFrame(), "foot")
        self._foot.setFixedHeight(FOOT)
        self.column.addWidget(self._foot)
        self.setCentralWidget(body)
        self._commands: Commands | None = None
        self._interior: Interior | None = None
        self._seen = self._was_maximized = False
        self.start.wanted.connect(self._start)
        self.start.show_recent(preferences.recent)
        if not preferences.geometry.isEmpty():
            self.restoreGeometry(preferences.geometry)

    @property
    def commands(self) -> "Commands":
        """Actions and menus; made at the first use, which is right after the first paint."""
        if self._commands is None:
            from trajecta.gui.commands import Commands

            self._commands = Commands(self, self, self.preferences)
            self.bar.furnish(self._commands.menus, self._commands.named)
            self.bar.set_theme(self.theme)
        return self._commands

    @property
    def interior(self) -> "Interior":
        """Session, panels and dialogs; made at the first use, which is after the first paint."""
        if self._interior is None:
            from trajecta.gui.interior import Interior

            self._foot.hide()
            self._interior = Interior(self)
            self._interior.set_theme(self.theme)
        return self._interior

    def open(self, path: Path) -> None:
        """Open a workbook and show it."""
        self.interior.opening.open(path)

    def show_demo(self) -> None:
        """Open the synthetic demo cohort."""
        self.interior.opening.demo()

    def set_theme(self, theme: Theme) -> None:
        """Change the look of everything."""
        self.theme = theme
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply(app, theme)
        if self._commands is not None:
            self.bar.set_theme(theme)
        if self._interior is not None:
            self._interior.set_theme(theme)

    def do(self, key: str) -> None:
        """Carry out an action by its key."""
        match key:
            case "open":
                self._choose_file()
            case "demo":
                self.show_demo()
            case "quit":
                self.close()
            case "light" | "dark" | "system":
                self.preferences.theme = key
                self.set_theme(theme_of(key))
            case "keys" | "about":
                self._tell(key)
            case _:
                self.interior.do(key)

    def show_full(self, on: bool) -> None:
        """Take the whole screen, or the place that the window had before."""
        if on:
            self._was_maximized = self.isMaximized()
            self.showFullScreen()
        elif self._was_maximized:
            self.showMaximized()
        else:
            self.showNormal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._seen:
            self._seen = True
            self.painted.emit()
        return done

    def dragEnterEvent(self, event: "QDragEnterEvent") -> None:
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()
            self.start.set_active(True)

    def dragLeaveEvent(self, event: "QDragLeaveEvent") -> None:
        self.start.set_active(False)

    def dropEvent(self, event: "QDropEvent") -> None:
        self.start.set_active(False)
        event.acceptProposedAction()
        self.open(Path(event.mimeData().urls()[0].toLocalFile()))

    def closeEvent(self, event: "QCloseEvent") -> None:
        if self.isFullScreen():  # the next start is no presentation
            self.show_full(False)
        self.preferences.geometry = self.saveGeometry()
        if self._interior is not None:
            self._interior.close()
        super().closeEvent(event)

    def _start(self, wanted: object) -> None:
        if isinstance(wanted, Path):
            self.open(wanted)
        else:
            self.do(str(wanted))

    def _tell(self, key: str) -> None:
        from PySide6.QtWidgets import QMessageBox

        if key == "keys":
            rows = "".join(f"<tr><td style='padding-right: 18px'>{key}</td><td>{does}</td></tr>" for key, does in KEYS)
            table = f"<table cellspacing='5' width='{KEYS_WIDE}'>{rows}</table>"
            QMessageBox(QMessageBox.Icon.NoIcon, "Keyboard", table, QMessageBox.StandardButton.Ok, self).exec()
        else:
            QMessageBox.about(self, "About Trajecta", ABOUT)

    def _choose_file(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        recent = self.preferences.recent
        folder = str(recent[0].parent) if recent else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, "Open a trial workbook", folder, FILTER)
        if name:
            self.open(Path(name))
