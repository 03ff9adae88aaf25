"""What is seen while nothing is open: drop a workbook, recent ones, the demo."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trajecta.gui.parts import looking

TITLE = "Drop a trial workbook here"
WORDS = "Excel (.xlsx, .xlsm, .xlsb, .xls), OpenDocument (.ods) or text (.csv, .tsv)"
PROMISE = "It is read, never written to."


class StartPage(QFrame):
    """One card in the middle: the one thing to do next, and the workbooks opened before."""

    wanted = Signal(object)  # "open", "demo" or a Path

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.drop = looking(QFrame(), "drop")
        self.drop.setFixedWidth(560)
        self._title = looking(QLabel(TITLE), "title")
        self._words = looking(QLabel(WORDS), "soft")
        self._promise = looking(QLabel(PROMISE), "soft")
        self._open = looking(QPushButton("Open workbook…"), "primary")
        demo = QPushButton("Open the demo")
        demo.setToolTip("Five synthetic patients with refractory lupus before and after CAR-T cells")
        self._open.clicked.connect(lambda: self.wanted.emit("open"))
        demo.clicked.connect(lambda: self.wanted.emit("demo"))
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self._open)
        buttons.addWidget(demo)
        inside = QVBoxLayout(self.drop)
        inside.setContentsMargins(32, 40, 32, 40)
        inside.setSpacing(12)
        inside.addLayout(centred(self._title))
        inside.addLayout(centred(self._words))
        inside.addSpacing(-8)
        inside.addLayout(centred(self._promise))
        inside.addSpacing(8)
        inside.addLayout(centred(self._buttons))
        self._recent = QWidget()
        self._recent.setFixedWidth(560)
        self._list = QVBoxLayout(self._recent)
        self._list.setContentsMargins(0, 16, 0, 0)
        self._list.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(centred(self.drop))
        layout.addLayout(centred(self._recent))
        layout.addStretch(3)

    def showEvent(self, event: object) -> None:
        self._open.setFocus()

    def show_recent(self, paths: tuple[Path, ...]) -> None:
        """List the workbooks opened before, newest first."""
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._recent.setVisible(bool(paths))
        if not paths:
            return
        self._list.addWidget(looking(QLabel("RECENT"), "caption"))
        for path in paths:
            row = looking(QPushButton(f"{path.name}   in {path.parent}"), "fold")
            row.setToolTip(str(path))
            row.clicked.connect(lambda _=False, chosen=path: self.wanted.emit(chosen))
            self._list.addWidget(row)

    def show_loading(self, name: str) -> None:
        """Say that a workbook is being opened, instead of asking for one."""
        self._title.setText(f"Opening {name}…")
        self._words.clear()
        self._promise.clear()
        self._buttons.hide()
        self._recent.hide()

    def show_busy(self, what: str | None) -> None:
        """Say what is being read; when that has ended without a study, ask for a workbook again."""
        self._open.setEnabled(what is None)
        if what is None and self._buttons.isHidden():
            self._title.setText(TITLE)
            self._words.setText(WORDS)
            self._promise.setText(PROMISE)
            self._buttons.show()
            self._open.setFocus()
            self._recent.setVisible(self._list.count() > 0)

    def set_active(self, active: bool) -> None:
        """Light up while a file is dragged over the window."""
        self.drop.setProperty("active", active)
        self.drop.style().unpolish(self.drop)
        self.drop.style().polish(self.drop)


def centred(widget: QWidget) -> QHBoxLayout:
    """The widget between two springs. (Alignment flags would load the whole Qt namespace before the first paint.)"""
    line = QHBoxLayout()
    line.addStretch()
    line.addWidget(widget)
    line.addStretch()
    return line
