"""The answer: what happened to the patients, the estimate, P with its floor, who was left out, and what lies behind."""

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.answer_html import answer_lines, intervals_html, pairs_html, tests_html, yes_no_html
from trajecta.gui.deeper import DEEPER
from trajecta.gui.fold import Fold
from trajecta.gui.parts import called, looking
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.answers import answer_table, answer_text, table_text
from trajecta.stats.results import PairedResult
from trajecta.stats.words import methods_paragraph, results_sentence

FORMS = (("text", "As text"), ("table", "As table"), ("results", "Results sentence"), ("methods", "Methods paragraph"))
LINES = ("Before", "After", "Change", "P", "Patients")


class AnswerPanel(QWidget):
    """Prose first, then label and value, then the caution in its box, then the folds."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme = session, theme
        self.lead = looking(QLabel(), "lead")
        self.lead.setWordWrap(True)
        self.lead.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.caution = looking(QLabel(), "caution")
        self.caution.setWordWrap(True)
        self.values = {name: QLabel() for name in LINES}
        self.folds = {
            "pairs": Fold("Patient by patient"),
            "tests": Fold("All tests side by side"),
            "intervals": Fold("Estimates and intervals"),
            "table": Fold("Yes/no table"),
            "words": Fold("Words for the paper"),
        }
        self.deeper = {entry.key: Fold(entry.title) for entry in DEEPER}
        self._texts: dict[str, str] = {}
        self._body = QWidget()
        self._lay_out()
        session.answered.connect(self._show)
        session.opened.connect(lambda _: self._show(None))

    def set_theme(self, theme: Theme) -> None:
        """Write the rich text in this theme's colours."""
        self._theme = theme
        self._show(self._session.result)

    def copy(self, form: str = "text") -> None:
        """Put the answer on the clipboard as text, table, results sentence or methods paragraph."""
        result = self._session.result
        if result is None:
            return
        forms = {
            "text": lambda: answer_text(result),
            "table": lambda: table_text(answer_table((result,))),
            "results": lambda: results_sentence(result),
            "methods": lambda: methods_paragraph(result),
        }
        QGuiApplication.clipboard().setText(forms[form]())
        self._session.said.emit(Message("The answer is on the clipboard.", Tone.NOTE))

    def _deepen(self, key: str) -> None:
        """Compute what an opened fold shows, unless it is there already."""
        result, study = self._session.result, self._session.study
        entry = next(entry for entry in DEEPER if entry.key == key)
        if result is None or key in self._texts:
            return
        soft = self._theme.soft
        self.deeper[key].show_text(entry.hint, "<i>Computing…</i>")

        def show(text: str) -> None:
            if self._session.result is result:
                self._texts[key] = text
                self.deeper[key].show_text(entry.hint, text)

        self._session.work(f"deeper {key}", f"{entry.title}…", lambda: entry.html(study, result, soft), show)

    def _copy_button(self) -> QToolButton:
        copy = looking(QToolButton(), "link")
        copy.setText("Copy ▾")
        copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        copy.setAccessibleName("Copy the answer")
        menu = QMenu(copy)
        for form, name in FORMS:
            menu.addAction(name).triggered.connect(lambda _=False, key=form: self.copy(key))
        copy.setMenu(menu)
        return copy

    def _lines(self) -> QWidget:
        lines = QWidget()
        grid = QGridLayout(lines)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(self.values.items()):
            grid.addWidget(looking(QLabel(name), "soft"), row, 0, Qt.AlignmentFlag.AlignTop)
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.RichText)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(value, row, 1)
        return lines

    def _all_folds(self) -> QWidget:
        stack = QWidget()
        folds = QVBoxLayout(stack)
        folds.setContentsMargins(0, 4, 0, 0)
        folds.setSpacing(0)
        for fold in (*self.folds.values(), *self.deeper.values()):
            folds.addWidget(fold)
        for entry in DEEPER:
            self.deeper[entry.key].turned.connect(lambda is_open, key=entry.key: self._deepen(key) if is_open else None)
        folds.addWidget(looking(QFrame(), "line"))
        return stack

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(looking(QLabel("ANSWER"), "caption"))
        head.addStretch()
        head.addWidget(self._copy_button())
        self._grid, self._folds = self._lines(), self._all_folds()
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(16, 12, 16, 16)
        inside.setSpacing(8)
        inside.addLayout(head)
        for part in (self.lead, self._grid, self.caution, self._folds):
            inside.addWidget(part)
        inside.addStretch()
        scroll = called(QScrollArea(), "Answer")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._body)
        # The scroll bar takes its 8 px from the margin: the text keeps its width whether it is there or not.
        scroll.verticalScrollBar().rangeChanged.connect(
            lambda _, most: inside.setContentsMargins(16, 12, 8 if most else 16, 16)
        )
        scroll.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    def _show(self, result: PairedResult | None) -> None:
        for part in (self._grid, self._folds):
            part.setVisible(result is not None)
        if result is None:
            asked = self._session.is_open and self._session.study.comparison is None
            self.lead.setText("There are no two visits to compare for this measure." if asked else "")
            self.caution.hide()
            return
        self.lead.setText(result.lead)
        for name, text in answer_lines(result).items():
            self.values[name].setText(text)
        self.caution.setText("\n\n".join(result.cautions))
        self.caution.setVisible(bool(result.cautions))
        soft = self._theme.soft
        self.folds["pairs"].show_text(f"{result.n} used", pairs_html(result, soft))
        self.folds["tests"].show_text(f"{len(result.tests)}", tests_html(result.tests, soft))
        self.folds["intervals"].show_text(f"{len(result.intervals)}", intervals_html(result.intervals, soft))
        self.folds["table"].setVisible(result.yes_no is not None)
        if result.yes_no is not None:
            self.folds["table"].show_text("exact McNemar", yes_no_html(result, soft))
        self._texts.clear()
        for entry in DEEPER:
            self.deeper[entry.key].show_text(entry.hint, "")
            if self.deeper[entry.key].button.isChecked():
                self._deepen(entry.key)
        words = f"<p>{escape(results_sentence(result))}</p><p>{escape(methods_paragraph(result))}</p>"
        self.folds["words"].show_text("results, methods", words)
