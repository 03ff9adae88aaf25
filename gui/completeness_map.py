"""The completeness map: patients down, visits across, each cell as full as its values are complete."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from trajecta.gui.parts import called
from trajecta.gui.rows import Index, paint_text
from trajecta.gui.theme import Theme
from trajecta.stats.cohort import Cohort
from trajecta.stats.completeness import Cell, Completeness, completeness

CELL_WIDTH, CELL_HEIGHT = 84, 24  # px


class MapModel(QAbstractTableModel):
    """The cells of a ``Completeness``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found = Completeness((), (), ())

    def show(self, cohort: Cohort) -> None:
        """Show the map of this cohort."""
        self.beginResetModel()
        self.found = completeness(cohort)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() else len(self.found.patients)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.found.visits)

    def at(self, index: Index) -> Cell:
        """The cell of the map."""
        return self.found.rows[index.row()][index.column()]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.at(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return "–" if not cell.having else f"{cell.having} of {cell.expected}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"Missing: {', '.join(cell.lacking)}" if cell.lacking else "Complete"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            across = orientation == Qt.Orientation.Horizontal
            return self.found.visits[section] if across else self.found.patients[section]
        return None


class MapPainter(QStyledItemDelegate):
    """A bar as long as the share of values that are there; what is missed altogether is left blank."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, MapModel)
        cell = model.at(index)
        rect: QRect = option.rect.adjusted(2, 2, -2, -2)
        painter.save()
        painter.fillRect(rect, QColor(self.theme.caution_ground if cell.lacking else self.theme.accent_ground))
        if cell.lacking and cell.having:
            full = QRect(rect.left(), rect.top(), int(rect.width() * cell.share), rect.height())
            painter.fillRect(full, QColor(self.theme.accent_ground))
        color = self.theme.caution if cell.lacking else self.theme.ink
        paint_text(painter, rect.adjusted(6, 0, -6, 0), str(index.data()), color)
        painter.restore()


class CompletenessMap(QTableView):
    """Shows the map; a cell tells what is missing when it is pointed at."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        called(self, "Completeness, patients by visits")
        self.setObjectName("wide")
        self.map = MapModel(self)
        self.setModel(self.map)
        self.setItemDelegate(MapPainter(theme, self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QTableView.SelectionMode.NoSelection)
        self.horizontalHeader().setDefaultSectionSize(CELL_WIDTH)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().setDefaultSectionSize(CELL_HEIGHT)
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def show_cohort(self, cohort: Cohort) -> None:
        """Show which values of this cohort are there."""
        self.map.show(cohort)
