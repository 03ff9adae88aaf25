"""The question: measure, before, after, test in plain words with its reason, and the options behind a fold."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import called, looking
from trajecta.gui.session import Message, Session
from trajecta.io.study import Study
from trajecta.stats.cohort import Direction, Kind, Visit
from trajecta.stats.paired_tests import TESTS
from trajecta.stats.results import Comparison, Zeros
from trajecta.stats.thresholds import threshold_of
from trajecta.stats.words import number_text

LEVELS = (0.90, 0.95, 0.99)
ZERO_WORDS = {Zeros.WILCOXON: "dropped (Wilcoxon)", Zeros.PRATT: "ranked (Pratt)"}
RECOMMENDED = "signed_rank"
MOST_MEASURES = 18  # seen in the open list without scrolling on a screen 800 px high
REASONS = {
    "signed_rank": "Exact: it counts all sign patterns of these very changes and assumes no normal distribution.",
    "sign": "Exact: it uses only who went up and who went down, not by how much.",
    "sign_flip": "Exact: all sign patterns of the mean change; large changes weigh as much as they are.",
    "paired_t": "Takes normally distributed changes for granted, which a handful of patients cannot show.",
    "log_ratio_t": "For doses and titres: compares ratios, takes their logarithms to be normally distributed.",
}


MCNEMAR = "Exact: it counts the patients who changed from no to yes and from yes to no."


class QuestionPanel(QWidget):
    """Each choice is one undoable edit of the study's comparison."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.measure = called(QComboBox(), "Measure")
        self.before = called(QComboBox(), "Before")
        self.after = called(QComboBox(), "After")
        self.test = called(QComboBox(), "Leading test")
        self.zeros = called(QComboBox(), "Unchanged patients")
        self.level = called(QComboBox(), "Level of the intervals")
        self.important = called(QLineEdit(), "Smallest change that counts as improved")
        self.options = looking(QPushButton("Options ▸"), "link")
        self.as_yes_no = looking(QPushButton("As yes/no…"), "link")
        self._reason = looking(QLabel(), "soft")
        self._recommended = looking(QLabel("recommended"), "accent")
        self._more = QWidget()
        self.measure.setMaxVisibleItems(MOST_MEASURES)
        for test in TESTS:
            self.test.addItem(test.name, test.key)
        for policy, words in ZERO_WORDS.items():
            self.zeros.addItem(words, policy)
        for level in LEVELS:
            self.level.addItem(f"{level * 100:g} %", level)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 10)
        layout.setSpacing(4)
        layout.addLayout(headed(looking(QLabel("QUESTION"), "caption"), self.as_yes_no))
        grid = pair_of_columns()
        for words, box, row, column, span in (
            ("Measure", self.measure, 0, 0, 2),
            ("Before", self.before, 3, 0, 1),
            ("After", self.after, 3, 1, 1),
            ("Leading test", self.test, 6, 0, 2),
        ):
            place(grid, words, box, (row, column, span))
        grid.addWidget(self._recommended, 6, 1, 1, 1, Qt.AlignmentFlag.AlignRight)
        layout.addLayout(grid)
        self._reason.setWordWrap(True)
        layout.addWidget(self._reason)
        layout.addLayout(headed(self.options, QWidget()))
        more = pair_of_columns()
        place(more, "Unchanged patients", self.zeros, (0, 0, 1))
        place(more, "Level of intervals", self.level, (0, 1, 1))
        place(more, "Improved means a change of at least", self.important, (3, 0, 2))
        self._more.setLayout(more)
        more.setContentsMargins(0, 0, 0, 4)
        layout.addWidget(self._more)
        self._more.hide()

    def _connect(self) -> None:
        self.measure.activated.connect(lambda _: self._ask_measure())
        self.before.activated.connect(lambda _: self._ask("change the first visit", before=self.before.currentData()))
        self.after.activated.connect(lambda _: self._ask("change the second visit", after=self.after.currentData()))
        self.test.activated.connect(lambda _: self._ask("change the test", test=self.test.currentData()))
        self.zeros.activated.connect(lambda _: self._ask("change the zero rule", zeros=self.zeros.currentData()))
        self.level.activated.connect(lambda _: self._ask("change the level", level=self.level.currentData()))
        self.important.editingFinished.connect(self._ask_important)
        self.options.clicked.connect(self._turn_options)
        self.as_yes_no.clicked.connect(self._make_yes_no)
        self._session.changed.connect(lambda _, study: self._show(study))

    def _turn_options(self) -> None:
        self._more.setVisible(self._more.isHidden())
        self.options.setText("Options ▸" if self._more.isHidden() else "Options ▾")

    def _ask_measure(self) -> None:
        key = self.measure.currentData()
        name = self.measure.currentText()
        self._session.edit(f"look at {name}", lambda study: study.asking(key))

    def _ask(self, label: str, **changes: object) -> None:
        def change(study: Study) -> Study:
            asked = study.comparison or Comparison(study.measure, self.before.currentData(), self.after.currentData())
            return study.with_comparison(replace(asked, **changes))  # type: ignore[arg-type]  # checked by callers

        self._session.edit(label, change)

    def _ask_important(self) -> None:
        text = self.important.text().strip().replace(",", ".")
        try:
            value = float(text) if text else 0.0
        except ValueError:
            value = -1.0
        if not 0.0 <= value < float("inf"):
            self._session.said.emit(Message(f"“{text}” is no size of a change; give a number such as 4, or nothing."))
            self._show(self._session.study)
            return
        if self._session.study.comparison is not None:
            self._ask("change what counts as improved", important=value or None)

    def _make_yes_no(self) -> None:
        """Derive a yes/no outcome from the measure, such as “SLEDAI-2K ≤ 4”; it joins the measures."""
        study = self._session.study
        measure = study.cohort.measure(study.measure)
        limit = next((band.high for band in measure.bands if band.high is not None), None)
        sign = "≥" if measure.direction is Direction.HIGHER else "≤"
        text, given = QInputDialog.getText(
            self,
            "Yes/no outcome",
            f"Yes where {measure.name} is (for example ≤ 4, < 0.5, ≥ 30):",
            QLineEdit.EchoMode.Normal,
            f"{sign} {number_text(limit) if limit is not None else ''}".strip(),
        )
        if not given:
            return
        rule = threshold_of(text)
        if rule is None:
            self._session.said.emit(Message(f"“{text}” is no rule; write a sign and a number, such as ≤ 4."))
            return
        key = study.measure
        self._session.edit(f"ask whether {measure.name} {rule}", lambda old: old.with_rule(key, rule))

    def _show(self, study: Study) -> None:
        cohort, asked = study.cohort, study.comparison
        refill(self.measure, [(m.name, m.key) for m in cohort.measures], study.measure)
        visits: tuple[Visit, ...] = cohort.visits_of(study.measure) if study.measure else ()
        entries = [(visit.label, visit.key) for visit in visits]
        refill(self.before, entries, asked.before if asked else None)
        refill(self.after, entries, asked.after if asked else None)
        for box in (self.before, self.after, self.test, self.zeros, self.level, self.important):
            box.setEnabled(asked is not None)
        numeric = bool(study.measure) and cohort.measure(study.measure).kind is Kind.NUMERIC
        self.as_yes_no.setEnabled(numeric)
        self._recommended.setVisible(asked is not None and (asked.test == RECOMMENDED or not numeric))
        self._reason.setText((REASONS.get(asked.test, "") if numeric else MCNEMAR) if asked is not None else "")
        if asked is None:
            return
        known = cohort.measure(study.measure).important
        self.important.setText("" if asked.important is None else number_text(asked.important))
        hint = f"any; {number_text(known)} is called clinically important" if known is not None else "any"
        self.important.setPlaceholderText(hint)
        # A yes/no outcome has one right test; the others would treat yes and no as numbers.
        self.test.setEnabled(numeric)
        self.test.setPlaceholderText("Exact McNemar test")
        self.test.setCurrentIndex(self.test.findData(asked.test) if numeric else -1)
        self.zeros.setCurrentIndex(self.zeros.findData(asked.zeros))
        if self.level.findData(asked.level) < 0:
            self.level.addItem(f"{asked.level * 100:g} %", asked.level)
        self.level.setCurrentIndex(self.level.findData(asked.level))


def pair_of_columns() -> QGridLayout:
    """A form of two equal columns, labels above their boxes, a gap after each pair of rows."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(3)
    for gap in (2, 5):
        grid.setRowMinimumHeight(gap, 7)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    return grid


def place(grid: QGridLayout, words: str, box: QComboBox | QLineEdit, at: tuple[int, int, int]) -> None:
    """Put a box under its label at (row, column, columns spanned); long entries do not widen the column."""
    row, column, span = at
    label = looking(QLabel(words), "soft")
    label.setBuddy(box)
    grid.addWidget(label, row, column, 1, span)
    grid.addWidget(box, row + 1, column, 1, span)
    if isinstance(box, QComboBox):
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(6)


def headed(left: QWidget, right: QWidget) -> QHBoxLayout:
    """Two widgets at the two ends of a line."""
    line = QHBoxLayout()
    line.addWidget(left)
    line.addStretch()
    line.addWidget(right)
    return line


def refill(box: QComboBox, entries: list[tuple[str, str]], current: str | None) -> None:
    """Put these (text, key) entries in the box if they differ, and show the current one."""
    held = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
    if held != entries:
        box.clear()
        for text, key in entries:
            box.addItem(text, key)
            box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(box.findData(current))
