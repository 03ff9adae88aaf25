"""The overview: one row for every measure, the quick check of a small cohort; a click makes the row the question."""

from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
)
from trajecta.gui.parts import called, looking
from trajecta.gui.question_panel import refill
from trajecta.gui.rows import ROW, VALUE, Index
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.overview import COLUMNS, overview_row
from trajecta.io.study import Study
from trajecta.stats.compare import overview
from trajecta.stats.results import PairedResult

SOFT = (6, 11)  # level and smallest P stand back


class Results(QAbstractTableModel):
    """The results of all measures; the result itself under ``VALUE``."""

    def __init__(self, parent: QObject, theme: Theme) -> None:
        super().__init__(parent)
        self.theme = theme
        self.results: tuple[PairedResult, ...] = ()
        self._texts: tuple[tuple[str, ...], ...] = ()

    def show(self, results: tuple[PairedResult, ...]) -> None:
        """Show these results."""
        self.beginResetModel()
        self.results, self._texts = results, tuple(overview_row(result) for result in results)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() else len(self.results)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        result = self.results[index.row()]
        if role == VALUE:
            return result
        if role == Qt.ItemDataRole.DisplayRole:
            return self._texts[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return result.lead
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in SOFT:
            return QColor(self.theme.soft)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section][1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None


class OverviewPanel(QFrame):
    """Computed in the background whenever it is visible and the study has changed."""

    chosen = Signal()

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._session = session
        self._shown_for: object = None
        self.model = Results(self, theme)
        self.table = called(QTableView(), "Overview of all measures")
        self.table.setObjectName("wide")
        self.table.setModel(self.model)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW + 4)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(48)
        self.before = called(QComboBox(), "Before")
        self.after = called(QComboBox(), "After")
        self.before.activated.connect(lambda _: self._ask("change the first visit", before=self.before.currentData()))
        self.after.activated.connect(lambda _: self._ask("change the second visit", after=self.after.currentData()))
        self._note = looking(
            QLabel(
                "P values are exact and not adjusted for the number of measures. Click a row to make it the question.",
            ),
            "soft",
        )
        self._note.setWordWrap(True)
        back = looking(QPushButton("Back to the figure"), "link")
        back.clicked.connect(self.chosen)
        title = looking(QLabel("Overview"), "lead")
        head = QHBoxLayout()
        head.addWidget(title)
        head.addSpacing(8)
        for box in (self.before, self.after):
            box.setMinimumWidth(150)
        head.addWidget(self.before)
        head.addWidget(looking(QLabel("→"), "soft"))
        head.addWidget(self.after)
        head.addStretch()
        head.addWidget(back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._note)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        session.changed.connect(lambda _, study: self._refresh(study))

    def set_theme(self, theme: Theme) -> None:
        """Use this theme's colours."""
        self.model.theme = theme
        self.table.viewport().update()

    def showEvent(self, event: object) -> None:
        self._refresh(self._session.study)

    def _ask(self, label: str, **changes: str) -> None:
        asked = self._session.study.comparison
        if asked is not None:
            self._session.edit(label, lambda study: study.with_comparison(replace(asked, **changes)))  # type: ignore[arg-type]

    def _refresh(self, study: Study) -> None:
        asked, cohort = study.comparison, study.cohort
        entries = [(visit.label, visit.key) for visit in cohort.visits]
        refill(self.before, entries, asked.before if asked else None)
        refill(self.after, entries, asked.after if asked else None)
        if asked is None:
            self.model.show(())
        if not self.isVisible() or asked is None:
            return
        question = (study.cohort, asked.before, asked.after, asked.zeros, asked.level)
        if question == self._shown_for:
            return
        self._shown_for = question

        def compute() -> tuple[PairedResult, ...]:
            return overview(cohort, asked.before, asked.after, asked.zeros, asked.level)

        self._session.work("overview", "Comparing every measure…", compute, self.model.show)

    def _choose(self, index: Index) -> None:
        result = index.data(VALUE)
        if isinstance(result, PairedResult):
            key = result.measure.key
            self._session.edit(f"look at {result.measure.name}", lambda study: study.asking(key))
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
