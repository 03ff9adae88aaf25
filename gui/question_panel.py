"""The question: measure, before, after, test and its options in plain words."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget
from trajecta.gui.parts import called, looking
from trajecta.gui.session import Session
from trajecta.io.study import Study
from trajecta.stats.cohort import Visit
from trajecta.stats.paired_tests import TESTS
from trajecta.stats.results import Comparison, Zeros

LEVELS = (0.90, 0.95, 0.99)
ZERO_WORDS = {
    Zeros.WILCOXON: "dropped (Wilcoxon)",
    Zeros.PRATT: "ranked (Pratt)",
}
RECOMMENDED = "signed_rank"


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
        for test in TESTS:
            self.test.addItem(test.name, test.key)
        for policy, words in ZERO_WORDS.items():
            self.zeros.addItem(words, policy)
        for level in LEVELS:
            self.level.addItem(f"{level:.0%}".replace("%", " %"), level)
        self._test_label = looking(QLabel(), "soft")
        self._recommended = looking(QLabel("recommended"), "accent")
        self._lay_out()
        self.measure.activated.connect(lambda _: self._ask_measure())
        self.before.activated.connect(lambda _: self._ask("change the first visit", before=self.before.currentData()))
        self.after.activated.connect(lambda _: self._ask("change the second visit", after=self.after.currentData()))
        self.test.activated.connect(lambda _: self._ask("change the test", test=self.test.currentData()))
        self.zeros.activated.connect(lambda _: self._ask("change the zero rule", zeros=self.zeros.currentData()))
        self.level.activated.connect(lambda _: self._ask("change the level", level=self.level.currentData()))
        session.changed.connect(lambda _, study: self._show(study))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(4)
        layout.addWidget(looking(QLabel("QUESTION"), "caption"))
        layout.addSpacing(4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        for gap in (2, 5, 8):
            grid.setRowMinimumHeight(gap, 7)
        places = (
            ("Measure", self.measure, 0, 0, 2),
            ("Before", self.before, 3, 0, 1),
            ("After", self.after, 3, 1, 1),
            ("", self.test, 6, 0, 2),
            ("Unchanged patients", self.zeros, 9, 0, 1),
            ("Level of intervals", self.level, 9, 1, 1),
        )
        for words, box, row, column, span in places:
            label = looking(QLabel(words), "soft") if words else self._test_label
            label.setBuddy(box)
            grid.addWidget(label, row, column, 1, span)
            if not words:
                grid.addWidget(self._recommended, row, 1, 1, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(box, row + 1, column, 1, span)
            # Long visit or measure names must not push the column wider.
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(6)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)

    def _ask_measure(self) -> None:
        key = self.measure.currentData()
        name = self.measure.currentText()
        self._session.edit(f"look at {name}", lambda study: study.asking(key))

    def _ask(self, label: str, **changes: object) -> None:
        def change(study: Study) -> Study:
            asked = study.comparison or Comparison(study.measure, self.before.currentData(), self.after.currentData())
            return replace(study, comparison=replace(asked, **changes))  # type: ignore[arg-type]  # checked by callers

        self._session.edit(label, change)

    def _show(self, study: Study) -> None:
        cohort, asked = study.cohort, study.comparison
        refill(self.measure, [(m.name, m.key) for m in cohort.measures], study.measure)
        visits: tuple[Visit, ...] = cohort.visits_of(study.measure) if study.measure else ()
        entries = [(visit.label, visit.key) for visit in visits]
        refill(self.before, entries, asked.before if asked else None)
        refill(self.after, entries, asked.after if asked else None)
        for box in (self.before, self.after, self.test, self.zeros, self.level):
            box.setEnabled(asked is not None)
        self._test_label.setText("Leading test")
        self._recommended.setVisible(asked is not None and asked.test == RECOMMENDED)
        if asked is None:
            return
        self.test.setCurrentIndex(self.test.findData(asked.test))
        self.zeros.setCurrentIndex(self.zeros.findData(asked.zeros))
        if self.level.findData(asked.level) < 0:
            self.level.addItem(f"{asked.level * 100:g} %", asked.level)
        self.level.setCurrentIndex(self.level.findData(asked.level))
        self._recommended.setToolTip(
            "The exact signed-rank test counts all sign patterns of these very differences; it assumes no normal "
            "distribution, which a handful of patients cannot show."
        )


def refill(box: QComboBox, entries: list[tuple[str, str]], current: str | None) -> None:
    """Put these (text, key) entries in the box if they differ, and show the current one."""
    held = [(box.itemText(i), box.itemData(i)) for i in range(box.count())]
    if held != entries:
        box.clear()
        for text, key in entries:
            box.addItem(text, key)
            box.setItemData(box.count() - 1, text, Qt.ItemDataRole.ToolTipRole)
    box.setCurrentIndex(box.findData(current))
