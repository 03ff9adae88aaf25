"""The import: the raw sheet with what every column was taken for, the mapping beside it, the findings under it.

"Open" is one click when the guess is right. Every correction rebuilds the cohort in the background, so that the counts,
questions and issues shown are those of the mapping as it stands.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.column_form import ColumnForm
from trajecta.gui.findings import ISSUES, Findings
from trajecta.gui.foot import counted
from trajecta.gui.jobs import Jobs
from trajecta.gui.parts import called, looking
from trajecta.gui.sheet_preview import SheetPreview
from trajecta.gui.study_form import StudyForm
from trajecta.gui.theme import Theme
from trajecta.io.arrange import arrange
from trajecta.io.column_readings import ColumnReadings
from trajecta.io.mapping import Arrangement, Mapping, SheetRole
from trajecta.io.question_sources import Tables, questions_of
from trajecta.io.questions import Question, answered
from trajecta.io.rearrange import CHOICES, claim_of, rearranged
from trajecta.io.study import Study, study_of
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import CellRef


@dataclass(frozen=True, slots=True)
class Examined:
    """What one state of the mapping makes of the file."""

    study: Study
    tables: Workbook
    readings: dict[str, dict[int, ColumnReadings]]
    questions: tuple[Question, ...]


def examine(file: Workbook, mapping: Mapping, study: Study | None = None) -> Examined:
    """Build the study if it is not at hand, read every column, and ask what is open; runs in the background."""
    made = study_of(file, mapping) if study is None else study
    arranged = arrange(file, mapping.arranged)
    tables = Tables(arranged, mapping)
    readings = tables.readings()
    return Examined(made, arranged, readings, questions_of(tables, mapping, made.cohort, made.issues, readings))


class ImportDialog(QDialog):
    """Ends with ``study`` as the corrected mapping makes it."""

    def __init__(self, workbook: Workbook, study: Study, jobs: Jobs, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Import {workbook.name}")
        self.resize(1240, 760)
        assert study.mapping is not None
        self.study = study
        self.mapping: Mapping = study.mapping
        self._file, self._jobs = workbook, jobs
        self._tables = arrange(workbook, study.mapping.arranged)
        self._readings: dict[str, dict[int, ColumnReadings]] = {}
        self.questions: tuple[Question, ...] = ()
        self._fresh = True
        self.tabs = called(QTabBar(), "Sheets")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.preview = SheetPreview(theme)
        self.form = ColumnForm(theme)
        self.findings = Findings(theme)
        self._summary = QLabel()
        self._summary.setWordWrap(True)
        self._days = looking(QPushButton("Day 0, visits and ids…"), "link")
        self.open_button = looking(QPushButton("Open", default=True), "primary")
        self._lay_out()
        self._fill_tabs()
        self._connect()
        self._show_findings()
        self.tabs.setCurrentIndex(self._first_sheet())
        self._show_sheet()
        self.open_button.setFocus()
        self._examine(study)

    def show_issues(self, wanted: bool) -> None:
        """Give the list of issues the focus, as it is asked for from the foot of the window."""
        if wanted:
            self.findings.show_first_issue()

    def change(self, mapping: Mapping) -> None:
        """Take over a corrected mapping and rebuild the cohort from it."""
        if mapping == self.mapping:
            return
        self.mapping = mapping
        self.open_button.setEnabled(False)
        self._show_sheet()
        self._examine(None)

    def rearrange(self, how: Arrangement) -> None:
        """Put the sheet at hand together in another way."""
        self.change(rearranged(self._file, self.mapping, self._sheet(), how))

    def _examine(self, study: Study | None) -> None:
        file, mapping = self._file, self.mapping
        self._jobs.run("import", lambda: examine(file, mapping, study), self._examined)

    def _examined(self, future: "Future[Any]") -> None:
        found: Examined = future.result()
        self.study, self._readings, self.questions = found.study, found.readings, found.questions
        if [s.name for s in found.tables.sheets] != [s.name for s in self._tables.sheets]:
            name = self._sheet().name
            self._tables = found.tables
            self._fill_tabs()
            names = [s.name for s in self._tables.sheets]
            self.tabs.setCurrentIndex(names.index(name) if name in names else self._first_sheet())
        self._tables = found.tables
        self._show_findings()
        self._show_sheet()
        if self._fresh and not self.questions and self.study.issues:
            self.findings.turn_to(ISSUES)
        self._fresh = False

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.preview)
        split.addWidget(self.findings)
        split.setSizes([430, 230])
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
        scroll = called(QScrollArea(), "Sheet and column")  # the form is longer than a small screen is high
        looking(scroll, "cards")
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.form.setObjectName("cards")
        scroll.setWidget(self.form)
        side = QVBoxLayout()
        side.setContentsMargins(16, 14, 12, 12)
        side.setSpacing(8)
        side.addWidget(scroll, 1)
        side.addWidget(looking(QFrame(), "line"))
        side.addWidget(self._days, 0, Qt.AlignmentFlag.AlignLeft)
        side.addWidget(self._summary)
        side.addLayout(buttons)
        right = looking(QFrame(), "right")
        right.setFixedWidth(340)
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
        self.form.arrangement.connect(self.rearrange)
        self.findings.wanted.connect(self._jump)
        self.findings.answered.connect(lambda option: self.change(answered(self.mapping, option)))
        self._days.clicked.connect(self._ask_about_days)
        self.open_button.clicked.connect(self.accept)

    def _fill_tabs(self) -> None:
        self.tabs.blockSignals(True)
        while self.tabs.count():
            self.tabs.removeTab(0)
        for sheet in self._tables.sheets:
            self.tabs.addTab(sheet.name + ("  (hidden)" if sheet.hidden else ""))
        self.tabs.blockSignals(False)

    def _first_sheet(self) -> int:
        wanted = (SheetRole.VISITS, SheetRole.WIDE)
        roles = {s.sheet: s.role for s in self.mapping.sheets}
        return next((i for i, sheet in enumerate(self._tables.sheets) if roles.get(sheet.name) in wanted), 0)

    def _sheet(self) -> Sheet:
        return self._tables.sheets[max(0, self.tabs.currentIndex())]

    def _show_sheet(self) -> None:
        sheet = self._sheet()
        mapping = next((s for s in self.mapping.sheets if s.sheet == sheet.name), None)
        if mapping is None:
            return  # the sheets are being put together anew
        self.preview.raw.show(sheet, mapping, self.study.issues)
        self.preview.fit_columns()
        claim = claim_of(self.mapping, sheet)
        self.form.show_arrangement(claim.how if claim else Arrangement.AS_IT_STANDS, CHOICES)
        chosen = self.preview.roles.chosen
        if not any(c.column == chosen for c in mapping.columns):
            chosen = mapping.columns[0].column if mapping.columns else 0
        self._choose_column(chosen)

    def _choose_column(self, column: int) -> None:
        self.preview.choose(column)
        sheet = self._sheet()
        self.form.show_column(self.mapping, sheet.name, column)
        found = self._readings.get(sheet.name, {}).get(column, ColumnReadings())
        self.form.preview.show_readings(found, sheet, column)

    def _show_findings(self) -> None:
        cohort = self.study.cohort
        self.findings.show_findings(self.questions, self.study.issues, cohort)
        words = (counted(len(cohort.patients), "patient"), counted(len(cohort.visits), "visit"),
                 counted(len(cohort.measures), "measure"))  # fmt: skip
        usable = bool(cohort.patients and cohort.measures)
        advice = "" if usable else "\nNothing to compare yet: say which column holds the patients and which a measure."
        self._summary.setText(" · ".join(words) + advice)
        self.open_button.setEnabled(usable)

    def _jump(self, where: CellRef) -> None:
        for at, sheet in enumerate(self._tables.sheets):
            place = sheet.place_of(where)
            if place is not None:
                self.tabs.setCurrentIndex(at)
                self.preview.jump(*place)
                return

    def _ask_about_days(self) -> None:
        form = StudyForm(self.mapping, self)
        if form.exec():
            self.change(form.mapping)
