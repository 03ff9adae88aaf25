"""What the reading of a workbook has found: open questions, issues with their cells, and the completeness map."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHeaderView,
    QStackedWidget,
    QTabBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.completeness_map import CompletenessMap
from trajecta.gui.parts import called
from trajecta.gui.question_cards import QuestionCards
from trajecta.gui.theme import Theme
from trajecta.io.questions import Question
from trajecta.stats.cohort import Cohort, Issue, Severity

ISSUE_COLUMNS = ("", "Where", "What was noticed", "What to do")
QUESTIONS, ISSUES, MAP = range(3)


class Findings(QWidget):
    """Three tabs; ``wanted`` carries a cell to go to, ``answered`` the ``Option`` that was chosen."""

    wanted = Signal(object)  # CellRef
    answered = Signal(object)  # Option

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.tabs = called(QTabBar(), "Findings")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.questions = QuestionCards()
        self.issues = called(QTableWidget(0, len(ISSUE_COLUMNS)), "Issues")
        self.map = CompletenessMap(theme)
        self._pages = QStackedWidget()
        for name, page in (("Questions", self.questions), ("Issues", self.issues), ("Completeness", self.map)):
            self.tabs.addTab(name)
            self._pages.addWidget(page)
        self._dress_issues()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.tabs)
        layout.addWidget(self._pages, 1)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.issues.itemSelectionChanged.connect(self._go)
        self.questions.wanted.connect(self.wanted)
        self.questions.answered.connect(self.answered)

    def show_findings(self, questions: Sequence[Question], issues: Sequence[Issue], cohort: Cohort) -> None:
        """Show what was found in this state of the import; the tab at hand stays."""
        self.questions.show_questions(questions)
        self.tabs.setTabText(QUESTIONS, f"Questions ({len(questions)})" if questions else "Questions")
        self.tabs.setTabText(ISSUES, f"Issues ({len(issues)})" if issues else "Issues")
        order = {severity: place for place, severity in enumerate(Severity)}
        self.issues.blockSignals(True)
        self.issues.setRowCount(len(issues))
        for row, issue in enumerate(sorted(issues, key=lambda issue: order[issue.severity])):
            self._fill(row, issue)
        self.issues.resizeRowsToContents()
        self.issues.blockSignals(False)
        self.map.show_cohort(cohort)

    def turn_to(self, page: int) -> None:
        """Show one of the tabs."""
        self.tabs.setCurrentIndex(page)

    def show_first_issue(self) -> None:
        """Turn to the issues, with the first of them chosen."""
        self.turn_to(ISSUES)
        if self.issues.rowCount():
            self.issues.setFocus()
            self.issues.selectRow(0)

    def _dress_issues(self) -> None:
        self.issues.setObjectName("sentences")
        self.issues.setHorizontalHeaderLabels(ISSUE_COLUMNS)
        self.issues.verticalHeader().hide()
        self.issues.setShowGrid(False)
        self.issues.setTabKeyNavigation(False)
        self.issues.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.issues.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.issues.setWordWrap(True)
        header = self.issues.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, mode in enumerate(
            (QHeaderView.ResizeMode.ResizeToContents,) * 2 + (QHeaderView.ResizeMode.Stretch,) * 2
        ):
            header.setSectionResizeMode(column, mode)

    def _fill(self, row: int, issue: Issue) -> None:
        texts = (issue.severity.value, str(issue.where or ""), issue.text, issue.hint)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, issue)
            item.setToolTip(text)
            self.issues.setItem(row, column, item)

    def _go(self) -> None:
        item = self.issues.item(self.issues.currentRow(), 0)
        issue = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(issue, Issue) and issue.where is not None:
            self.wanted.emit(issue.where)
