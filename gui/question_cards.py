"""The open questions of an import, one card each: what is asked, where, and an answer for every button."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from trajecta.gui.parts import called, looking, tabbed
from trajecta.io.questions import Option, Question


class QuestionCards(QScrollArea):
    """Emits ``answered`` with the chosen ``Option`` and ``wanted`` with the cell that a question is about."""

    answered = Signal(object)  # Option
    wanted = Signal(object)  # CellRef

    def __init__(self) -> None:
        super().__init__()
        called(self, "Questions")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setObjectName("cards")
        self.questions: tuple[Question, ...] = ()

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Show these questions in place of those before."""
        self.questions = tuple(questions)
        inside = looking(QWidget(), "cards")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(8)
        for question in self.questions:
            column.addWidget(self._card(question))
        if not self.questions:
            column.addWidget(looking(QLabel("Nothing is left to ask."), "soft"))
        column.addStretch()
        self.setWidget(inside)
        tabbed(self, inside.findChildren(QPushButton))

    def _card(self, question: Question) -> QFrame:
        card = looking(QFrame(), "card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        text = QLabel(question.text)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        layout.addWidget(text)
        ask = looking(QLabel(question.ask), "ask")
        ask.setWordWrap(True)
        layout.addWidget(ask)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for option in question.options:
            buttons.addWidget(self._button(option))
        if question.where is not None:
            where = looking(QPushButton(f"Show {question.where}"), "link")
            where.clicked.connect(lambda: self.wanted.emit(question.where))
            buttons.addWidget(where)
        buttons.addStretch()
        layout.addLayout(buttons)
        return card

    def _button(self, option: Option) -> QPushButton:
        button = QPushButton(option.label)
        button.clicked.connect(lambda: self.answered.emit(option))
        return button
