"""The raw sheet as the user knows it, each column under what it was taken for, cells with issues marked."""

from datetime import date, datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QTableView

from trajecta.gui.rows import Index, paint_text
from trajecta.gui.theme import Theme
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping, SheetRole
from trajecta.io.workbook import Sheet
from trajecta.stats.cohort import Issue, column_letters

# Ground of a column by what it holds, light and dark: who, when, what; the rest stays plain.
WHO = frozenset({Field.PATIENT})
WHEN = frozenset({Field.VISIT, Field.DAY, Field.DATE, Field.TIME_ZERO, Field.START, Field.STOP})
WHAT = frozenset(
    {Field.MEASURE, Field.DRUG, Field.DOSE, Field.UNIT, Field.FREQUENCY, Field.ROUTE, Field.EVENT, Field.GRADE}
)
GROUNDS = {
    "light": {WHO: "#E3F1F1", WHEN: "#E9EEF7", WHAT: "#EEF4E6"},
    "dark": {WHO: "#17383B", WHEN: "#232D3D", WHAT: "#28331F"},
}


def ground_of(theme: Theme, column: ColumnMapping | None) -> str:
    """The colour behind a column."""
    if column is not None:
        for fields, color in GROUNDS[theme.name].items():
            if column.field in fields:
                return color
    return theme.panel


def meaning_of(column: ColumnMapping | None) -> str:
    """What a column was taken for, in a few words."""
    if column is None or column.field is Field.IGNORE:
        return "not used"
    if column.field is Field.IDENTIFYING:
        return "identifying, not read"
    if column.field is Field.MEASURE:
        return " · ".join(part for part in (column.measure_name or column.header, column.visit, column.unit) if part)
    if column.field is Field.ITEM:
        return "item"
    return column.field.value


def cell_words(value: object) -> str:
    """A cell as the sheet would show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return (
            value.strftime("%Y-%m-%d") if value.time().isoformat() == "00:00:00" else value.strftime("%Y-%m-%d %H:%M")
        )
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


class RawSheet(QAbstractTableModel):
    """The cells of one sheet; rows and columns count from 0 here and from 1 in the workbook."""

    def __init__(self, parent: QObject, theme: Theme) -> None:
        super().__init__(parent)
        self.theme = theme
        self.sheet: Sheet | None = None
        self.mapping: SheetMapping | None = None
        self.columns: dict[int, ColumnMapping] = {}
        self.issues: dict[tuple[int, int], str] = {}

    def show(self, sheet: Sheet, mapping: SheetMapping, issues: tuple[Issue, ...]) -> None:
        """Show this sheet under this mapping with these issues."""
        self.beginResetModel()
        self.sheet, self.mapping = sheet, mapping
        self.columns = {} if mapping.role is SheetRole.IGNORE else {c.column: c for c in mapping.columns}
        # An arranged sheet shows cells of the file elsewhere than they stand there.
        placed = ((sheet.place_of(issue.where), issue.text) for issue in issues if issue.where is not None)
        self.issues = {place: text for place, text in placed if place is not None}
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() or self.sheet is None else self.sheet.height

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.sheet is None else self.sheet.width

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        assert self.sheet is not None
        assert self.mapping is not None
        row, column = index.row() + 1, index.column() + 1
        value = self.sheet.cell(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_words(value)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role == Qt.ItemDataRole.BackgroundRole:
            if (row, column) in self.issues:
                return QColor(self.theme.caution_ground)
            return QColor(ground_of(self.theme, self.columns.get(column)) if self._used(row) else self.theme.panel)
        if role == Qt.ItemDataRole.ForegroundRole:
            used = self._used(row) and column in self.columns and self.columns[column].field is not Field.IGNORE
            return QColor(self.theme.ink if used else self.theme.soft)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.letters(section + 1) if orientation == Qt.Orientation.Horizontal else self._number(section + 1)
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal:
            found = self.columns.get(section + 1)
            return found.evidence if found is not None else None
        return None

    def letters(self, column: int) -> str:
        """Excel's letters of a column; none in an arranged sheet, whose columns are not those of the file."""
        return "" if self.sheet is None or self.sheet.places else column_letters(column)

    def _number(self, row: int) -> str:
        return "" if self.sheet is None or self.sheet.places else str(row)

    def _tip(self, row: int, column: int) -> str | None:
        """What was noticed about a cell, and where an arranged sheet has it from."""
        assert self.sheet is not None
        said = self.issues.get((row, column))
        if not self.sheet.places or self.sheet.cell(row, column) is None:
            return said
        place = f"from {self.sheet.ref(row, column)}"
        return f"{place}\n{said}" if said else place

    def _used(self, row: int) -> bool:
        assert self.mapping is not None
        last = self.mapping.last_row
        return self.mapping.header_rows[0] <= row and (last is None or row <= last)


class RoleHeader(QHeaderView):
    """Two lines: the letter of the column, and what it was taken for."""

    def __init__(self, model: RawSheet) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._model = model
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setDefaultSectionSize(112)
        self.chosen = 0

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 44)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        theme = self._model.theme
        column = self._model.columns.get(logical + 1)
        painter.save()
        painter.fillRect(rect, QColor(ground_of(theme, column)))
        if logical + 1 == self.chosen:
            painter.fillRect(QRect(rect.left(), rect.bottom() - 2, rect.width(), 3), QColor(theme.accent))
        painter.setPen(QColor(theme.hairline))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        upper = QRect(rect.left() + 6, rect.top() + 4, rect.width() - 12, 16)
        lower = QRect(rect.left() + 6, rect.top() + 21, rect.width() - 12, 18)
        paint_text(painter, upper, self._model.letters(logical + 1), theme.soft)
        used = column is not None and column.field is not Field.IGNORE
        paint_text(painter, lower, meaning_of(column), theme.ink if used else theme.soft, bold=used)
        painter.restore()


class SheetPreview(QTableView):
    """Shows one sheet; a click on a header or a cell chooses the column."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Raw sheet")
        self.raw = RawSheet(self, theme)
        self.roles = RoleHeader(self.raw)
        self.setModel(self.raw)
        self.setHorizontalHeader(self.roles)
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(24)
        self.verticalHeader().setMinimumWidth(40)
        self.verticalHeader().setHighlightSections(False)

    def fit_columns(self) -> None:
        """Make every column as wide as its header and first rows need, within reason."""
        metrics = self.fontMetrics()
        for section in range(self.raw.columnCount()):
            texts = [meaning_of(self.raw.columns.get(section + 1))]
            texts += [str(self.raw.index(row, section).data() or "") for row in range(min(self.raw.rowCount(), 40))]
            wide = max(metrics.horizontalAdvance(text) for text in texts) * 1.08 + 20
            self.setColumnWidth(section, int(max(64, min(wide, 190))))

    def choose(self, column: int) -> None:
        """Mark a column (1-based) as the one whose mapping is shown."""
        self.roles.chosen = column
        self.roles.viewport().update()

    def jump(self, row: int, column: int) -> None:
        """Go to a cell (1-based) and mark it."""
        index = self.raw.index(row - 1, column - 1)
        self.setCurrentIndex(index)
        self.scrollTo(index, QTableView.ScrollHint.PositionAtCenter)
