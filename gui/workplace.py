"""The three columns of an open study: who, what it looks like, what it means; and the data below the figure."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from trajecta.gui.answer_panel import AnswerPanel
from trajecta.gui.cohort_panel import CohortPanel
from trajecta.gui.data_panel import DataPanel
from trajecta.gui.figure_panel import FigurePanel
from trajecta.gui.overview_panel import OverviewPanel
from trajecta.gui.parts import looking
from trajecta.gui.question_panel import QuestionPanel
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.study import home_of
from trajecta.stats.charts.registry import CHARTS


class Workplace(QWidget):
    """Lays the panels side by side and carries out the actions that belong to one of them."""

    overview_turned = Signal(bool)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self.cohort = CohortPanel(session, theme)
        self.figure = FigurePanel(session, theme)
        self.data = DataPanel(session, theme)
        self.overview = OverviewPanel(session, theme)
        self.overview.setMinimumWidth(400)  # it takes the right column's place too and must not widen the window
        self.question = QuestionPanel(session)
        self.answer = AnswerPanel(session, theme)
        self._split = QSplitter(Qt.Orientation.Vertical)
        self._split.addWidget(self.figure)
        self._split.addWidget(self.data)
        self._split.setStretchFactor(0, 1)
        self._split.setSizes([560, 220])
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(6)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._split)
        self._pages.addWidget(self.overview)
        right = self._right = looking(QFrame(), "right")
        right.setFixedWidth(372)
        column = QVBoxLayout(right)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.question)
        column.addWidget(looking(QFrame(), "line"))
        column.addWidget(self.answer, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.cohort)
        layout.addWidget(self._pages, 1)
        layout.addWidget(right)
        self.overview.chosen.connect(lambda: self._turn_overview(False))

    def set_theme(self, theme: Theme) -> None:
        """Change the look of every panel."""
        for panel in (self.cohort, self.figure, self.data, self.overview, self.answer):
            panel.set_theme(theme)

    def do(self, key: str) -> None:
        """Carry out an action by its key."""
        if key in {chart.key for chart in CHARTS}:
            self._turn_overview(False)
            self.figure.choose_kind(key)
            return
        match key:
            case "overview":
                self._turn_overview(self._pages.currentWidget() is not self.overview)
            case "fit":
                self.figure.desk.paper.fit()
            case "data":
                self.data.turn()
            case "copy":
                self.answer.copy()
            case "export":
                self._export()
            case "report":
                self._report()

    def _turn_overview(self, wanted: bool) -> None:
        self._pages.setCurrentWidget(self.overview if wanted else self._split)
        self._right.setVisible(not wanted)  # the overview is wide, and a row of it leads back to question and answer
        self.overview_turned.emit(wanted)

    def _export(self) -> None:
        from trajecta.gui.export_dialog import ExportDialog

        if self.figure.shown() is not None:
            ExportDialog(self._session, self.figure.figure_with, self).exec()

    def _report(self) -> None:
        from pathlib import Path

        from trajecta.io.report import write_report

        study = self._session.study
        start = str(home_of(study))
        folder = QFileDialog.getExistingDirectory(self, "Folder for the report", start)
        if not folder:
            return

        def done(page: Path) -> None:
            self._session.said.emit(
                Message(f"The report is in {page.parent}: open {page.name} in a browser.", Tone.NOTE)
            )

        self._session.work("report", "Writing the report…", lambda: write_report(study, Path(folder)), done)
