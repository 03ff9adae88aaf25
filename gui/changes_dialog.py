"""What changed between two data cuts, shown before any number moves: values with their cells, then the answer."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import called, looking
from trajecta.io.changes import Changes, headline

MOST_ROWS = 2000  # a longer list is not read by anybody; the command ``changes`` prints all of it
DATA_HEADS = ("Patient", "Visit", "Measure", "Before", "Now", "Cell")
NUMBER_HEADS = ("", "Before", "Now")


class ChangesDialog(QDialog):
    """Asks whether the new cut is to be used; with ``only_look`` it merely shows the differences."""

    def __init__(self, changes: Changes, names: tuple[str, str], parent: QWidget, *, only_look: bool = False) -> None:
        super().__init__(parent)
        self.setWindowTitle("What changed since the last cut")
        self.resize(860, 600)
        self.data = _table("Changed values", DATA_HEADS, data_rows(changes))
        self.numbers = _table("The answer before and now", NUMBER_HEADS, number_rows(changes))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(6)
        title = looking(QLabel(headline(changes)), "lead")
        title.setWordWrap(True)
        layout.addWidget(title)
        layout.addWidget(looking(QLabel(f"{names[0]} → {names[1]}"), "soft"))
        layout.addSpacing(6)
        if changes.any:
            layout.addWidget(looking(QLabel("DATA"), "caption"))
            layout.addWidget(self.data, 1)
            layout.addSpacing(6)
        if changes.numbers:
            caption = looking(QLabel("THE ANSWER"), "caption")
            layout.addWidget(caption)
            layout.addWidget(looking(QLabel(changes.question), "soft"))
            layout.addWidget(self.numbers)
            self.numbers.setFixedHeight(self.numbers.verticalHeader().length() + 34)
        buttons = QHBoxLayout()
        buttons.addStretch()
        self.keep = QPushButton("Close" if only_look else "Keep what is open")
        self.keep.clicked.connect(self.reject)
        buttons.addWidget(self.keep)
        if not only_look:
            self.use = looking(QPushButton("Use the new cut", default=True), "primary")
            self.use.clicked.connect(self.accept)
            buttons.addWidget(self.use)
        layout.addSpacing(6)
        layout.addLayout(buttons)


def data_rows(changes: Changes) -> list[tuple[str, ...]]:
    """One row for every patient, visit, value and row of medication that differs."""
    rows: list[tuple[str, ...]] = [(name, "", "patient", "", "new", "") for name in changes.patients_new]
    rows += [(name, "", "patient", "", "gone", "") for name in changes.patients_gone]
    rows += [("", name, "visit", "", "new", "") for name in changes.visits_new]
    rows += [("", name, "visit", "", "gone", "") for name in changes.visits_gone]
    rows += [
        (v.patient, v.visit, v.measure, v.before or "–", v.after or "–", str(v.cell_after or v.cell_before))
        for v in changes.values
    ]
    rows += [(c.patient, "", f"medication: {c.text}", "", c.kind, str(c.cell or "")) for c in changes.courses]
    return rows


def number_rows(changes: Changes) -> list[tuple[str, ...]]:
    """The numbers of the answer in both cuts."""
    return [(n.name[:1].upper() + n.name[1:], n.before or "–", n.after or "–") for n in changes.numbers]


def _table(name: str, heads: Sequence[str], rows: Iterable[tuple[str, ...]]) -> QTableWidget:
    every = list(rows)
    shown = every[:MOST_ROWS]
    if len(every) > len(shown):
        shown.append((f"… and {len(every) - len(shown):,} more", *[""] * (len(heads) - 1)))
    table = called(QTableWidget(len(shown), len(heads)), name)
    table.setObjectName("wide")
    table.setHorizontalHeaderLabels(list(heads))
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(26)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    for row, texts in enumerate(shown):
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            table.setItem(row, column, item)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    return table
