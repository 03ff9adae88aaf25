"""The grid of all measures and visits in the overview: change and adjusted P; a click asks about the cell."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from trajecta.gui.rows import VALUE, Index
from trajecta.io.outcome_grid import OutcomeGrid, cell_text, cell_tip


class Outcomes(QAbstractTableModel):
    """The cells of an ``OutcomeGrid``; (measure key, visit key) under ``VALUE``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.grid: OutcomeGrid | None = None

    def show(self, grid: OutcomeGrid | None) -> None:
        """Show this grid."""
        self.beginResetModel()
        self.grid = grid
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() or self.grid is None else len(self.grid.measures)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.grid is None else len(self.grid.visits) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        assert self.grid is not None
        key, name = self.grid.measures[index.row()]
        if index.column() == 0:
            return name if role == Qt.ItemDataRole.DisplayRole else None
        visit = self.grid.visits[index.column() - 1]
        entry = self.grid.cells.get((key, visit.key))
        if role == VALUE:
            return (key, visit.key) if entry is not None else None
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_tip(entry)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or self.grid is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return "Measure" if section == 0 else self.grid.visits[section - 1].label
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
