"""The certificate of equality on the screen: every number of the cohort beside the cell it came from, read anew."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import called, looking
from trajecta.gui.rows import Index
from trajecta.gui.theme import Theme
from trajecta.io.certificate import Certificate, Verdict, summary
from trajecta.stats.words import number_text

VALUE_HEADS = ("Patient", "Visit", "Measure", "Value", "Cell", "Cell says", "Verdict")
UNUSED_HEADS = ("Cell", "Cell says", "Why it is not used")
VERDICT = VALUE_HEADS.index("Verdict")


class Lines(QAbstractTableModel):
    """Rows of texts; what differs from its cell comes in the colour of a caution."""

    def __init__(self, parent: QObject, heads: Sequence[str], theme: Theme) -> None:
        super().__init__(parent)
        self._heads, self._theme = tuple(heads), theme
        self.rows: Sequence[tuple[str, ...]] = ()

    def show(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Show these rows in place of those before."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 — Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row[index.column()]
        if role == Qt.ItemDataRole.ForegroundRole and row[-1] == Verdict.DIFFERENT.value:
            return QColor(self._theme.caution)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self._heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class CertificateDialog(QDialog):
    """Shows a certificate; ``save`` is called with the path that the user chose for it."""

    def __init__(
        self, found: Certificate, suggested: Path, save: Callable[[Path], None], parent: QWidget, theme: Theme
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Certificate of {found.file}")
        self.resize(900, 600)
        self._found, self._suggested, self._save = found, suggested, save
        self.headline = looking(QLabel(summary(found)), "lead")
        self.headline.setWordWrap(True)
        self.tabs = called(QTabBar(), "Parts of the certificate")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.addTab(f"Values ({len(found.lines):,})")
        self.tabs.addTab(f"Not used ({len(found.unused):,})")
        self.verdicts = called(QComboBox(), "Verdict")
        self._kinds = [None, *(verdict for verdict in Verdict if found.count(verdict))]
        self.verdicts.addItems(
            ["Every verdict"] + [f"{kind.value} ({found.count(kind):,})" for kind in self._kinds if kind is not None]
        )
        self.values = Lines(self, VALUE_HEADS, theme)
        unused = Lines(self, UNUSED_HEADS, theme)
        unused.show([(str(entry.where), entry.cell, entry.why) for entry in found.unused])
        self._pages = QStackedWidget()
        self._pages.addWidget(_view(self.values, "Values and their cells", VERDICT))
        self._pages.addWidget(_view(unused, "Numbers that are not used", len(UNUSED_HEADS) - 1))
        self._lay_out()
        self.tabs.currentChanged.connect(self._turn)
        self.verdicts.activated.connect(lambda _: self._show())
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.tabs)
        head.addStretch()
        head.addWidget(self.verdicts)
        self.keep = looking(QPushButton("Save…", default=True), "primary")
        self.keep.clicked.connect(self._choose)
        close = QPushButton("Close")
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(close)
        buttons.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addWidget(self.headline)
        layout.addLayout(head)
        layout.addWidget(self._pages, 1)
        layout.addLayout(buttons)

    def _turn(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self.verdicts.setVisible(page == 0)

    def _show(self) -> None:
        wanted = self._kinds[self.verdicts.currentIndex()]
        self.values.show(
            [
                (
                    line.patient,
                    line.visit,
                    line.measure,
                    "–" if line.value is None else number_text(line.value),
                    str(line.where),
                    line.cell,
                    f"{line.verdict.value}: {line.remark}" if line.remark else line.verdict.value,
                )
                for line in self._found.lines
                if wanted is None or line.verdict is wanted
            ]
        )

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Save certificate", str(self._suggested), "Excel workbook (*.xlsx)")
        if name:
            self._save(Path(name).with_suffix(".xlsx"))
            self.accept()


def _view(model: Lines, name: str, wide: int) -> QTableView:
    view = called(QTableView(), name)
    view.setObjectName("wide")
    view.setModel(model)
    view.setShowGrid(False)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(24)
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultSectionSize(104)
    header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)
    return view
