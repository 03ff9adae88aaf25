"""Lists drawn by hand: a small model of (value, words, tooltip) rows and the pieces every row is painted with."""

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from trajecta.gui.theme import Theme

ROW = 28  # px, the height of a row everywhere
Index = QModelIndex | QPersistentModelIndex
VALUE = Qt.ItemDataRole.UserRole


class Rows(QAbstractListModel):
    """The typed value under ``VALUE``, the words for people and screen readers under the display role."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[tuple[object, str, str], ...] = ()

    def show(self, rows: tuple[tuple[object, str, str], ...]) -> None:
        """Replace the rows; an unchanged number of rows keeps selection and scroll position."""
        if len(rows) == len(self._rows):
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def find(self, value: object) -> QModelIndex:
        """The index of the row that holds this value, invalid if there is none."""
        for row, (held, _, _) in enumerate(self._rows):
            if held == value:
                return self.index(row)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not 0 <= index.row() < len(self._rows):
            return None
        value, words, tip = self._rows[index.row()]
        if role == VALUE:
            return value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        return tip if role == Qt.ItemDataRole.ToolTipRole else None


def set_up_list(view: QListView, rows: Rows, painter: QStyledItemDelegate, name: str) -> None:
    """Make a list of hand-painted rows: one selection, equal heights, no horizontal scrolling, a name for readers."""
    view.setAccessibleName(name)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setMouseTracking(True)
    view.setUniformItemSizes(True)
    view.setModel(rows)
    view.setItemDelegate(painter)


def number_table(model: QAbstractItemModel, name: str) -> QTableView:
    """A table of results: rows of one height, columns as wide as their contents, no grid lines."""
    table = QTableView()
    table.setObjectName("wide")
    table.setAccessibleName(name)
    table.setModel(model)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)  # Tab leaves a table, arrows go about in it
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(ROW)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return table


def paint_ground(
    painter: QPainter, option: QStyleOptionViewItem, theme: Theme, *, edge: bool = True
) -> tuple[QRect, bool]:
    """Paint what lies under a row: selection with its accent edge, hover, focus; returns (rectangle, selected)."""
    rect: QRect = option.rect
    state: QStyle.StateFlag = option.state
    chosen = bool(state & QStyle.StateFlag.State_Selected)
    if chosen:
        painter.fillRect(rect, QColor(theme.accent_ground))
        if edge:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(theme.accent))
    elif state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(rect, QColor(theme.hover))
    if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawRect(rect.adjusted(1, 1, -1, -1))
    return rect, chosen


def paint_text(
    painter: QPainter, rect: QRect, text: str, color: str, *, bold: bool = False, right: bool = False
) -> int:
    """Paint one line of text, elided to the rectangle, vertically centred; returns its width in pixels."""
    font = QFont(painter.font())
    font.setBold(bold)
    painter.setFont(font)
    painter.setPen(QColor(color))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter, shown)
    return painter.fontMetrics().horizontalAdvance(shown)
