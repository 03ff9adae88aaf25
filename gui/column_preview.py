"""A column before and after it is read: each cell's text beside the value made of it, and the evidence above."""

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import called, looking
from trajecta.gui.theme import Theme
from trajecta.io.column_readings import CellReading, ColumnReadings, What
from trajecta.io.workbook import Sheet
from trajecta.stats.words import number_text

MOST_CELLS = 300  # more are not compared by eye; the certificate holds every one of them against the file
HEADS = ("Cell", "In the sheet", "Read as")


def read_words(cell: CellReading) -> str:
    """What a cell is read as, in a few words."""
    match cell.value:
        case None:
            return cell.what.value
        case date():
            return cell.value.isoformat()
        case str():
            return cell.value
        case number if cell.what is What.YES_NO:
            return "yes" if number else "no"
        case number if cell.what is What.CENSORED:
            return f"{cell.text.strip()[:1]} {number_text(number)}"
        case number:
            return number_text(number)


def _address(sheet: Sheet, row: int, column: int) -> str:
    """The address in the file without the name of the sheet, as the tab says that."""
    return str(sheet.ref(row, column)).rpartition("!")[2]


class ColumnPreview(QWidget):
    """Shows the readings of one column."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.evidence = looking(QLabel(), "soft")
        self.evidence.setWordWrap(True)
        self.cells = called(QTableWidget(0, len(HEADS)), "Cells before and after reading")
        self.cells.setObjectName("wide")
        self.cells.setHorizontalHeaderLabels(list(HEADS))
        self.cells.verticalHeader().hide()
        self.cells.verticalHeader().setDefaultSectionSize(22)
        self.cells.setShowGrid(False)
        self.cells.setTabKeyNavigation(False)
        self.cells.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.cells.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.cells.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.evidence)
        layout.addWidget(self.cells, 1)

    def show_readings(self, found: ColumnReadings, sheet: Sheet, column: int) -> None:
        """Show how this column of a sheet is read; cells that are not used come in the colour of a caution."""
        self.setVisible(bool(found.cells))
        self.evidence.setText(" ".join(f"{said[:1].upper()}{said[1:].rstrip('.')}." for said in found.evidence))
        self.evidence.setVisible(bool(found.evidence))
        shown = found.cells[:MOST_CELLS]
        more = len(found.cells) - len(shown)
        self.cells.setRowCount(len(shown) + bool(more))
        for row, cell in enumerate(shown):
            for place, text in enumerate((_address(sheet, cell.row, column), cell.text, read_words(cell))):
                item = QTableWidgetItem(text)
                item.setToolTip(cell.remark or text)
                if cell.what is What.TROUBLE:
                    item.setForeground(QBrush(QColor(self._theme.caution)))
                elif cell.what is What.MISSING:
                    item.setForeground(QBrush(QColor(self._theme.soft)))
                self.cells.setItem(row, place, item)
        if more:
            self.cells.setItem(len(shown), 1, QTableWidgetItem(f"… and {more:,} more cells"))
