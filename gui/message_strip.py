"""The strip under the bar: one sentence at a time, with one thing to do, until it is closed or replaced."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from trajecta.gui.parts import called, looking
from trajecta.gui.session import Message, Tone

NOTE_STAYS = 6000  # ms; a caution stays until it is closed


class MessageStrip(QFrame):
    """Shows a ``Message``; the action button carries the key of a window action."""

    wanted = Signal(object)  # key of the action

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self._message: Message | None = None
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = called(looking(QPushButton(), "link"), "What can be done about the message")
        self._close = called(looking(QPushButton("Close"), "link"), "Close the message")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 12, 6)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._action)
        layout.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=NOTE_STAYS)
        self._timer.timeout.connect(self.hide)
        self._close.clicked.connect(self.hide)
        self._action.clicked.connect(lambda: self.wanted.emit(self._message.action if self._message else ""))
        self.hide()

    def say(self, message: Message) -> None:
        """Show this message."""
        self._message = message
        self.setProperty("kind", message.tone.value)
        for part in (self, self.text):
            part.style().unpolish(part)
            part.style().polish(part)
        self.text.setText(message.text)
        self._action.setText(message.words)
        self._action.setVisible(bool(message.action))
        self.show()
        self._timer.stop()
        if message.tone is Tone.NOTE and not message.action:
            self._timer.start()
