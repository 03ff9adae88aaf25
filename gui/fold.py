"""A line that opens to show more; closed it says in a few words what is inside."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from trajecta.gui.parts import looking


class Fold(QWidget):
    """Emits ``turned`` when it is opened or closed."""

    turned = Signal(bool)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._hint = ""
        self._is_open = False
        self.button = looking(QPushButton(), "fold")
        self.button.setCheckable(True)
        self._hint_label = looking(QLabel(), "soft")
        self._hint_label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.body = QLabel()
        self.body.setWordWrap(True)
        self.body.setTextFormat(Qt.TextFormat.RichText)
        self.body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.hide()
        over = QHBoxLayout(self.button)
        over.setContentsMargins(0, 0, 6, 0)
        over.addStretch()
        over.addWidget(self._hint_label)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.button)
        layout.addWidget(self.body)
        self.button.toggled.connect(self._turn)
        self.show_text("", "")

    def show_text(self, hint: str, text: str) -> None:
        """Show these words closed and this rich text open."""
        self._hint = hint
        self.body.setText(text)
        self._turn(self.button.isChecked())

    def _turn(self, is_open: bool) -> None:
        self.button.setText(self._title)
        self.button.setAccessibleName(f"{self._title}: {self._hint}")
        self._hint_label.setText(f"{self._hint}  {'▾' if is_open else '▸'}")
        self.body.setVisible(is_open)
        if is_open != self._is_open:
            self._is_open = is_open
            self.turned.emit(is_open)
