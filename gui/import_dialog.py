"""The import: the raw sheet with what every column was taken for, the mapping beside it, the issues under it.

"Open" is one click when the guess is right. Every correction rebuilds the cohort in the background, so that the counts
and the issues shown are those of the mapping as it stands.
"""

from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTabBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.column_form import ColumnForm
from trajecta.gui.foot import counted
from trajecta.gui.jobs import Jobs
from trajecta.gui.parts import looking
from trajecta.gui.sheet_preview import SheetPreview
from trajecta.gui.theme import Theme
from trajecta.io.arrange import arrange
from trajecta.io.mapping import Mapping, SheetRole
from trajecta.io.study import Study, study_of
from trajecta.io.workbook import Workbook
from trajecta.stats.cohort import Issue, Severity

ISSUE_COLUMNS = ("", "Where", "What was noticed", "What to do")


class ImportDialog(QDialog):
    """Ends with ``study`` as the corrected mapping makes it."""

    def __init__(self, workbook: Workbook, study: Study, jobs: Jobs, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Import {workbook.name}")
        self.resize(1180, 720)
        assert study.mapping is not None
        self.study = study
        self._file, self._jobs, self._theme = workbook, jobs, theme
        self._workbook = arrange(workbook, study.mapping.arranged)
        self.mapping: Mapping = study.mapping
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.preview = SheetPreview(theme)
        self.form = ColumnForm()
        self.issues = QTableWidget(0, len(ISSUE_COLUMNS))
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        self.open_button = looking(QPushButton("Open", default=True), "primary")
        self._lay_out()
        for sheet in self._workbook.sheets:
            self.tabs.addTab(sheet.name + ("  (hidden)" if sheet.hidden else ""))
        self._connect()
        self._show_issues()
        self.tabs.setCurrentIndex(self._first_sheet())
        self._show_sheet()
        self.open_button.setFocus()

    def show_issues(self, wanted: bool) -> None:
        """Give the list of issues the focus, as it is asked for from the foot of the window."""
        if wanted and self.issues.rowCount():
            self.issues.setFocus()
            self.issues.selectRow(0)

    def change(self, mapping: Mapping) -> None:
        """Take over a corrected mapping and rebuild the cohort from it."""
        if mapping == self.mapping:
            return
        self.mapping = mapping
        self.open_button.setEnabled(False)
        workbook = self._file
        self._jobs.run("import", lambda: study_of(workbook, mapping), self._rebuilt)
        self._show_sheet()

    def _lay_out(self) -> None:
        lower = QWidget()
        under = QVBoxLayout(lower)
        under.setContentsMargins(0, 8, 0, 0)
        under.setSpacing(4)
        under.addWidget(looking(QLabel("ISSUES"), "caption"))
        under.addWidget(self.issues, 1)
        self.issues.setAccessibleName("Issues")
        self.issues.setObjectName("wide")
        self.issues.setHorizontalHeaderLabels(ISSUE_COLUMNS)
        self.issues.verticalHeader().hide()
        self.issues.setShowGrid(False)
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
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.preview)
        split.addWidget(lower)
        split.setSizes([430, 190])
        split.setChildrenCollapsible(False)
        left = QVBoxLayout()
        left.setContentsMargins(16, 12, 12, 12)
        left.setSpacing(6)
        left.addWidget(self.tabs)
        left.addWidget(split, 1)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.open_button)
        side = QVBoxLayout()
        side.setContentsMargins(16, 14, 16, 12)
        side.setSpacing(8)
        side.addWidget(self.form, 1)
        side.addWidget(looking(QFrame(), "line"))
        side.addWidget(self._summary)
        side.addLayout(buttons)
        right = looking(QFrame(), "right")
        right.setFixedWidth(320)
        right.setLayout(side)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        layout.addWidget(right)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(lambda _: self._show_sheet())
        self.preview.roles.sectionClicked.connect(lambda section: self._choose_column(section + 1))
        self.preview.selectionModel().currentChanged.connect(lambda index: self._choose_column(index.column() + 1))
        self.form.changed.connect(self.change)
        self.issues.itemSelectionChanged.connect(self._jump)
        self.open_button.clicked.connect(self.accept)

    def _first_sheet(self) -> int:
        wanted = (SheetRole.VISITS, SheetRole.WIDE)
        roles = [self.mapping.sheet(sheet.name).role for sheet in self._workbook.sheets]
        return next((i for i, role in enumerate(roles) if role in wanted), 0)

    def _show_sheet(self) -> None:
        sheet = self._workbook.sheets[self.tabs.currentIndex()]
        mapping = self.mapping.sheet(sheet.name)
        self.preview.raw.show(sheet, mapping, self.study.issues)
        self.preview.fit_columns()
        chosen = self.preview.roles.chosen
        if not any(c.column == chosen for c in mapping.columns):
            chosen = mapping.columns[0].column if mapping.columns else 0
        self._choose_column(chosen)

    def _choose_column(self, column: int) -> None:
        self.preview.choose(column)
        sheet = self._workbook.sheets[self.tabs.currentIndex()]
        self.form.show_column(self.mapping, sheet.name, column)

    def _rebuilt(self, future: "Future[Any]") -> None:
        self.study = future.result()
        self._show_issues()
        sheet = self._workbook.sheets[self.tabs.currentIndex()]
        self.preview.raw.show(sheet, self.mapping.sheet(sheet.name), self.study.issues)

    def _show_issues(self) -> None:
        order = {severity: place for place, severity in enumerate(Severity)}
        issues = sorted(self.study.issues, key=lambda issue: order[issue.severity])
        self.issues.setRowCount(len(issues))
        for row, issue in enumerate(issues):
            self._fill_issue(row, issue)
        self.issues.resizeRowsToContents()
        cohort = self.study.cohort
        words = (counted(len(cohort.patients), "patient"), counted(len(cohort.visits), "visit"),
                 counted(len(cohort.measures), "measure"))  # fmt: skip
        usable = bool(cohort.patients and cohort.measures)
        advice = "" if usable else "\nNothing to compare yet: say which column holds the patients and which a measure."
        self._summary.setText(" · ".join(words) + advice)
        self.open_button.setEnabled(usable)

    def _fill_issue(self, row: int, issue: Issue) -> None:
        texts = (issue.severity.value, str(issue.where or ""), issue.text, issue.hint)
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, issue)
            item.setToolTip(text)
            self.issues.setItem(row, column, item)

    def _jump(self) -> None:
        item = self.issues.item(self.issues.currentRow(), 0)
        issue = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        if not isinstance(issue, Issue) or issue.where is None:
            return
        for at, sheet in enumerate(self._workbook.sheets):
            place = sheet.place_of(issue.where)
            if place is not None:
                self.tabs.setCurrentIndex(at)
                self.preview.jump(*place)
                return
