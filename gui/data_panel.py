"""The patients × visits grid of the measure: every value with the cell it came from, as in the sheet."""

from PySide6.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
)

from trajecta.gui.parts import called, looking
from trajecta.gui.rows import ROW, VALUE, Index, paint_ground, paint_text
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.study import Study
from trajecta.stats.cohort import Censored, Cohort, Kind, Observation, column_letters
from trajecta.stats.words import number_text

EDGE = 9  # px between the last column's numbers and the edge of the panel


def shown_value(observation: Observation, kind: Kind) -> str:
    """What the grid shows for an observation."""
    if observation.value is None:
        return observation.text or "not readable"
    if kind is Kind.YES_NO:
        return "yes" if observation.value else "no"
    return f"{observation.censored}{number_text(observation.value)}"


class Grid(QAbstractTableModel):
    """Patients down, visits across; the observation itself under ``VALUE``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cohort = Cohort()
        self.measure = ""
        self._flagged: dict[object, str] = {}

    def show(self, study: Study) -> None:
        """Show the measure of this study."""
        self.beginResetModel()
        self.cohort, self.measure = study.cohort, study.measure
        self._flagged = {issue.where: issue.text for issue in study.issues if issue.where is not None}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() or not self.measure else len(self.cohort.patients)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or not self.measure else len(self.cohort.visits)

    def at(self, index: Index) -> Observation | None:
        """The observation of a cell of the grid."""
        visit, patient = self.cohort.visits[index.column()], self.cohort.patients[index.row()]
        return self.cohort.observation(self.measure, visit.key, patient.id)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        found = self.at(index)
        if role == VALUE:
            return found
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(index, found)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tip(found)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            return self.cohort.visits[section].label if across else self.cohort.patients[section].id
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if across else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and across and self.cohort.visits[section].day is not None:
            return f"nominal day {number_text(self.cohort.visits[section].day or 0.0)}"
        return None

    def flag(self, found: Observation | None) -> str:
        """What the reader of the workbook noticed about the cell, if anything."""
        return self._flagged.get(found.source, "") if found is not None and found.source is not None else ""

    def _words(self, index: Index, found: Observation | None) -> str:
        if found is not None:
            return shown_value(found, self.cohort.measure(self.measure).kind)
        patient = self.cohort.patients[index.row()].id
        keys = [visit.key for visit in self.cohort.visits]
        has = [self.cohort.observation(self.measure, key, patient) is not None for key in keys]
        # A gap between two values is a missed visit; after the last one follow-up has simply not come so far.
        return "missed" if any(has[: index.column()]) and any(has[index.column() + 1 :]) else ""

    def tip(self, found: Observation | None) -> str:
        """Where a value comes from, in words: cell, day, what is written, what was noticed."""
        if found is None:
            return "no cell for this visit"
        where = str(found.source) if found.source else "computed from the medication log"
        day = f"day {number_text(found.day)}" if found.day is not None else ""
        written = f"in the sheet: {found.text}" if found.text else ""
        return "\n".join(part for part in (where, day, written, self.flag(found)) if part)


class CellPainter(QStyledItemDelegate):
    """Value at the right, its address small and soft at the left; missing, censored and flagged cells differ."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme
        self.addresses = True

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        rect, _ = paint_ground(painter, option, self.theme, edge=index.column() == 0)
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(self.theme.hairline))
        model = index.model()
        assert isinstance(model, Grid)
        if index.column() == model.columnCount() - 1:
            rect = rect.adjusted(0, 0, 6 - EDGE, 0)  # as far from the panel's edge as its heading
        found = model.at(index)
        text = str(index.data() or "")
        color, italic = self.theme.ink, False
        if found is None or found.value is None:
            color, italic = self.theme.caution, True
        elif found.source is None:
            color = self.theme.soft  # computed, not read
        font = QFont(painter.font())
        font.setItalic(italic or (found is not None and found.censored is not Censored.NO))
        painter.setFont(font)
        used = paint_text(painter, rect.adjusted(6, 0, -6, 0), text, color, right=True)
        if model.flag(found):
            painter.setPen(QColor(self.theme.caution))
            painter.setBrush(QColor(self.theme.caution))
            painter.drawEllipse(rect.right() - 5, rect.top() + 5, 3, 3)
        if self.addresses and found is not None and found.source is not None:
            font.setPixelSize(10)
            font.setItalic(False)
            painter.setFont(font)
            address = f"{column_letters(found.source.column)}{found.source.row}"
            wide = painter.fontMetrics().horizontalAdvance(address)
            left = rect.right() - 6 - used - 8 - wide
            if left >= rect.left() + 2:
                paint_text(painter, QRect(left, rect.top(), wide + 2, rect.height()), address, self.theme.soft)
        painter.restore()


class DataPanel(QFrame):
    """Foldable; selecting rows selects their patients everywhere."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._session = session
        self._title = QLabel()
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        self.fold = looking(QPushButton("Fold"), "link")
        self.model = Grid(self)
        self.painter = CellPainter(theme, self)
        self.table = looking(called(QTableView(), "Patients by visits"), "grid")
        self.table.setModel(self.model)
        self.table.setItemDelegate(self.painter)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)  # Tab leaves a table, arrows go about in it
        self.table.setMouseTracking(True)
        self.table.setWordWrap(False)
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setMinimumWidth(80)
        self.table.horizontalHeader().setMinimumSectionSize(58)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.verticalHeader().setHighlightSections(False)
        self._where = looking(QLabel(), "soft")
        head = QHBoxLayout()
        head.setContentsMargins(16, 6, 12, 2)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(looking(QLabel("patients × visits, as in the sheet"), "soft"))
        head.addStretch()
        head.addWidget(self._where)
        head.addWidget(self.fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.table, 1)
        self.fold.clicked.connect(self.turn)
        self._marking = False
        self.table.selectionModel().currentChanged.connect(self._say_where)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._choose())
        session.changed.connect(lambda _, study: self._show(study))
        session.selected.connect(self._mark)

    def turn(self) -> None:
        """Fold the table away or bring it back."""
        self.table.setVisible(not self.table.isVisible())
        self.fold.setText("Fold" if self.table.isVisible() else "Unfold")
        self.setMaximumHeight(16777215 if self.table.isVisible() else 34)

    def set_theme(self, theme: Theme) -> None:
        """Paint the cells in this theme."""
        self.painter.theme = theme
        self.table.viewport().update()

    def _show(self, study: Study) -> None:
        self._title.setText(study.cohort.measure(study.measure).name if study.measure else "")
        self.model.show(study)
        wide = len(study.cohort.visits) > 10
        mode = QHeaderView.ResizeMode.Interactive if wide else QHeaderView.ResizeMode.Stretch
        self.table.horizontalHeader().setSectionResizeMode(mode)
        self._mark(self._session.patient)

    def _say_where(self, index: Index) -> None:
        if index.isValid() and self.table.hasFocus():
            self._where.setText(self.model.tip(self.model.at(index)).split("\n")[0])

    def _choose(self) -> None:
        if self._marking or not self.table.hasFocus():
            return
        patients, current = self.model.cohort.patients, self.table.currentIndex()
        chosen = [patients[index.row()].id for index in self.table.selectionModel().selectedRows()]
        self._session.select_all(chosen, patients[current.row()].id if current.isValid() else None)

    def _mark(self, patient: str | None) -> None:
        """Show the session's selection; the current cell stays in its column."""
        ids = [p.id for p in self.model.cohort.patients]
        if patient is None or patient not in ids or not self.model.columnCount():
            self.table.clearSelection()
            self._where.clear()
            return
        self._marking = True
        chosen, last = QItemSelection(), self.model.columnCount() - 1
        for row in (ids.index(known) for known in ids if known in self._session.patients):
            chosen.select(self.model.index(row, 0), self.model.index(row, last))
        flags, current = QItemSelectionModel.SelectionFlag, self.table.currentIndex()
        self.table.selectionModel().select(chosen, flags.ClearAndSelect)
        if current.row() != ids.index(patient):
            lead = self.model.index(ids.index(patient), max(0, current.column()))
            self.table.selectionModel().setCurrentIndex(lead, flags.NoUpdate)
        self._marking = False
