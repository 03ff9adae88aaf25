"""The three columns of an open study: who, what it looks like, what it means; and the data below the figure."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from trajecta.gui.answer_panel import AnswerPanel
from trajecta.gui.cohort_panel import CohortPanel
from trajecta.gui.data_panel import DataPanel
from trajecta.gui.edit_in_place import EditInPlace
from trajecta.gui.figure_panel import FigurePanel
from trajecta.gui.overview_panel import OverviewPanel
from trajecta.gui.parts import looking
from trajecta.gui.preferences import Preferences
from trajecta.gui.question_panel import QuestionPanel
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.stylist import Stylist
from trajecta.gui.theme import Theme
from trajecta.io.study import home_of
from trajecta.stats.charts.registry import CHARTS


class Workplace(QWidget):
    """Lays the panels side by side and carries out the actions that belong to one of them."""

    turned = Signal(str, bool)  # an action that is on or off, and which of both
    wanted = Signal(str)  # an action of the window

    def __init__(self, session: Session, theme: Theme, preferences: Preferences) -> None:
        super().__init__()
        self._session, self._theme, self._preferences = session, theme, preferences
        self.cohort = CohortPanel(session, theme)
        self.figure = FigurePanel(session, theme)
        self.editing = EditInPlace(Stylist(session, self.figure), self.figure.desk.paper)
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
        self.figure.walking.wanted.connect(self.wanted)
        self.cohort.patients.wanted.connect(self.wanted)

    def set_theme(self, theme: Theme) -> None:
        """Change the look of every panel."""
        self._theme = theme
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
            case "focus" | "crosshair":
                self._turn(key)
            case "hide" | "show-all":
                self._hide(key == "hide")
            case "earlier-chart" | "later-chart":
                self._step_chart(1 if key == "later-chart" else -1)
            case "fit":
                self.figure.desk.paper.fit()
            case "data":
                self.data.turn()
            case "copy":
                self.answer.copy()
            case "copy-figure":
                self._copy_figure()
            case "export":
                self._export()
            case "style":
                self._style()
            case "compose":
                self._compose()
            case "report":
                self._report()

    def _turn(self, key: str) -> None:
        """Switch focus or crosshair, which lie over the figure."""
        on = self.figure.turn(key)
        self.turned.emit(key, on)
        if on and key == "focus" and not self._session.patients:
            self._session.said.emit(Message("Select a patient, and the others become pale.", Tone.NOTE))

    def present(self, on: bool) -> None:
        """The figure alone, on a ground that leaves nothing else to look at, or everything again."""
        if on:
            self._turn_overview(False)
        for part in (self.cohort, self._right, self.data, self.figure.head):
            part.setVisible(not on)
        self.figure.desk.set_stage(on)
        self.figure.walking.presenting = on
        self.figure.desk.paper.setFocus()

    def _step_chart(self, step: int) -> None:
        """Draw the next or the previous kind of chart."""
        keys = [chart.key for chart in CHARTS]
        self.figure.choose_kind(keys[(keys.index(self._session.study.chart.kind) + step) % len(keys)])

    def _hide(self, on: bool) -> None:
        """Hide the selected patients in the figure, or show all of them again."""
        study = self._session.study
        chosen = [p.id for p in study.cohort.patients if p.id in {*study.chart.hidden, *self._session.patients}]
        if not on:
            chosen = []
        elif not self._session.patients:
            self._session.said.emit(Message("Select the patients to hide first, by a click or Shift+dragging."))
            return
        elif {p.id for p in study.cohort.included} <= set(chosen):
            self._session.said.emit(Message("At least one patient stays in the figure."))
            return
        label = "hide patients in the figure" if on else "show all patients in the figure"
        self._session.edit(label, lambda before: before.with_chart(replace(before.chart, hidden=tuple(chosen))))
        if on:
            self._session.select(None)

    def _turn_overview(self, wanted: bool) -> None:
        self._pages.setCurrentWidget(self.overview if wanted else self._split)
        self._right.setVisible(not wanted)  # the overview is wide, and a row of it leads back to question and answer
        self.turned.emit("overview", wanted)

    def _copy_figure(self) -> None:
        from trajecta.gui.copy_figure import copy_figure

        figure = self.figure.shown()
        if figure is not None and self._session.attempt(lambda: copy_figure(figure)):
            self._session.said.emit(Message("The figure is on the clipboard, as a picture and as SVG.", Tone.NOTE))

    def _export(self) -> None:
        from trajecta.gui.export_dialog import ExportDialog

        if self.figure.shown() is not None:
            ExportDialog(self._session, self.figure.figure_with, self._preferences, self).exec()

    def _style(self) -> None:
        from trajecta.gui.style_dialog import StyleDialog

        self._turn_overview(False)
        if self.figure.shown() is not None:
            dialog = StyleDialog(self._session, self.figure, self)
            dialog.exec()
            dialog.deleteLater()

    def _compose(self) -> None:
        from trajecta.gui.compose_dialog import ComposeDialog

        dialog = ComposeDialog(self._session, self._theme, self._preferences, self)
        dialog.exec()
        dialog.deleteLater()

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
