"""The overview: one row for every measure, the quick check of a small cohort; a click makes the row the question."""

from dataclasses import replace

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QTableView,
    QVBoxLayout,
)

from trajecta.gui.outcome_table import Outcomes
from trajecta.gui.parts import called, looking
from trajecta.gui.question_panel import refill
from trajecta.gui.rows import ROW, VALUE, Index, number_table
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.outcome_grid import OutcomeGrid, outcome_grid
from trajecta.io.overview import COLUMNS, overview_row
from trajecta.io.study import Study
from trajecta.stats.compare import overview
from trajecta.stats.families import AdjustedP, Adjustment, FamilyResult, adjust_apart
from trajecta.stats.results import PairedResult

Computed = tuple[tuple[PairedResult, ...], tuple[AdjustedP, ...], tuple[FamilyResult, ...], OutcomeGrid]
ADJUSTMENTS = (
    (Adjustment.HOLM, "Holm"),
    (Adjustment.BH, "Benjamini–Hochberg"),
    (Adjustment.BONFERRONI, "Bonferroni"),
    (Adjustment.MAX_T, "max-T, joint sign flips"),
)
SOFT = (6, 9)  # level and smallest P stand back


class Results(QAbstractTableModel):
    """The results of all measures; the result itself under ``VALUE``."""

    def __init__(self, parent: QObject, theme: Theme) -> None:
        super().__init__(parent)
        self.theme = theme
        self.results: tuple[PairedResult, ...] = ()
        self._texts: tuple[tuple[str, ...], ...] = ()
        self._primary: frozenset[str] = frozenset()

    def show(self, results: tuple[PairedResult, ...], members: tuple[AdjustedP, ...], primary: frozenset[str]) -> None:
        """Show these results with their adjusted P values; primary measures stand in bold."""
        self.beginResetModel()
        self.results, self._primary = results, primary
        self._texts = tuple(overview_row(r, member) for r, member in zip(results, members, strict=True))
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
        if role == Qt.ItemDataRole.FontRole and index.column() == 0 and result.measure.key in self._primary:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.ForegroundRole and index.column() in SOFT:
            return QColor(self.theme.soft)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section][0].replace("Better, ", "Better,\n").replace(" P", "\nP")
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
        self.table = results_table(self.model)
        self.before = called(QComboBox(), "Before")
        self.after = called(QComboBox(), "After")
        self.before.activated.connect(lambda _: self._ask("change the first visit", before=self.before.currentData()))
        self.after.activated.connect(lambda _: self._ask("change the second visit", after=self.after.currentData()))
        self.outcomes = Outcomes(self)
        self.grid = number_table(self.outcomes, "Every measure at every visit")
        self.adjustment = called(QComboBox(), "Adjustment for many measures")
        for adjustment, words in ADJUSTMENTS:
            self.adjustment.addItem(words, adjustment.value)
        self.adjustment.activated.connect(lambda _: self._refresh(self._session.study))
        self._grid_title = looking(QLabel(), "soft")
        self._grid_title.setWordWrap(True)
        self._note = looking(QLabel(), "soft")
        self._note.setWordWrap(True)
        self._lay_out()
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._offer_primary)
        for table, choose in ((self.grid, self._choose_cell), (self.table, self._choose)):
            table.clicked.connect(choose)
            table.activated.connect(choose)
        session.changed.connect(lambda _, study: self._refresh(study))

    def _lay_out(self) -> None:
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
        head.addSpacing(8)
        head.addWidget(self.adjustment)
        head.addStretch()
        head.addWidget(back)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.table)
        layout.addWidget(self._note)
        layout.addSpacing(8)
        layout.addWidget(self._grid_title)
        layout.addWidget(self.grid, 1)

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
            self.model.show((), (), frozenset())
            self.outcomes.show(None)
        if not self.isVisible() or asked is None:
            return
        primary = study.primary
        question = (study.cohort, replace(asked, measure=""), self.adjustment.currentData(), primary)
        if question == self._shown_for:
            return
        self._shown_for = question

        adjustment = Adjustment(self.adjustment.currentData())

        def compute() -> Computed:
            results = overview(cohort, asked.before, asked.after, asked.zeros, asked.level)
            # Joint sign flips over the whole grid would draw millions of patterns: Holm stands in for them there.
            by = Adjustment.HOLM if adjustment is Adjustment.MAX_T else adjustment
            return results, *adjust_apart(results, tuple(primary), adjustment), outcome_grid(cohort, asked, by)

        self._session.work("overview", "Comparing every measure…", compute, self._fill)

    def _fill(self, computed: Computed) -> None:
        results, members, families, grid = computed
        self.model.show(results, members, self._session.study.primary)
        self.outcomes.show(grid)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(min(head + ROW * len(results) + 6, self.height() * 11 // 20))
        said = [
            (f"{family.family.name.capitalize()}: " if len(families) > 1 else "")
            + " ".join((family.method, *family.cautions))
            for family in families
        ]
        self._note.setText("\n".join((*said, "Right-click a measure, or press P on it, to name it primary.")))
        by = grid.family.method
        self._grid_title.setText(f"Every later visit against {grid.before.label}: change (adjusted P). {by}")

    def _choose_cell(self, index: Index) -> None:
        found = index.data(VALUE)
        asked = self._session.study.comparison
        if found is None or asked is None:
            return
        measure, visit = found

        def change(study: Study) -> Study:
            return study.asking(measure).with_comparison(replace(asked, measure=measure, after=visit))

        self._session.edit("ask about a cell of the overview", change)
        self.chosen.emit()

    def _choose(self, index: Index) -> None:
        result = index.data(VALUE)
        if isinstance(result, PairedResult):
            key = result.measure.key
            self._session.edit(f"look at {result.measure.name}", lambda study: study.asking(key))
            self.chosen.emit()

    def _offer_primary(self, at: QPoint) -> None:
        result = self.table.indexAt(at).data(VALUE)
        if not isinstance(result, PairedResult):
            return
        key, name = result.measure.key, result.measure.name
        menu = QMenu(self)
        words = "no longer primary" if key in self._session.study.primary else "primary"
        menu.addAction(f"Name {name} {words}").triggered.connect(lambda: self.turn_primary(key))
        menu.popup(self.table.viewport().mapToGlobal(at))

    def turn_primary(self, key: str) -> None:
        """Name a measure primary, or take that back, as one undoable step."""
        name = self._session.study.cohort.measure(key).name
        self._session.edit(f"change whether {name} is primary", lambda study: study.with_primary(key))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen = self.table.currentIndex().data(VALUE)
        if event.key() == Qt.Key.Key_P and isinstance(chosen, PairedResult):
            self.turn_primary(chosen.measure.key)
            return
        if event.key() == Qt.Key.Key_Escape:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


def results_table(model: Results) -> QTableView:
    """The view of the overview's rows; the names of the measures take what is left."""
    table = number_table(model, "Overview of all measures")
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setMinimumSectionSize(48)
    return table
