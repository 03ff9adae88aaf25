"""What holds for the whole study: where day 0 comes from, the windows of the visits, whether ids are matched.

Invariant: the form hands back a new mapping only when it is accepted, and only with windows that make sense.
"""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFormLayout,
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
from trajecta.io.mapping import Mapping, Window, ZeroFrom
from trajecta.io.visit_windows import DEFAULT_WINDOWS
from trajecta.stats.words import number_text

ZERO_WORDS: tuple[tuple[ZeroFrom | None, str], ...] = (
    (None, "The first of these that there is"),
    (ZeroFrom.COLUMN, "A column such as “Infusion date”"),
    (ZeroFrom.EVENT, "An event such as “infusion”"),
    (ZeroFrom.DAYS, "The day the sheet counts from"),
    (ZeroFrom.BASELINE, "The date of the baseline visit"),
    (ZeroFrom.FIRST, "The first date of the patient"),
)
ID_WORDS: tuple[tuple[bool | None, str], ...] = (
    (None, "Match where the numbers leave no doubt"),
    (True, "Match also in part"),
    (False, "Only the same letters are the same patient"),
)
HEADS = ("Visit", "Planned day", "From day", "To day")


class StudyForm(QDialog):
    """Three choices; ``mapping`` is the corrected one after ``exec``."""

    def __init__(self, mapping: Mapping, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Day 0, visits and ids")
        self.resize(560, 480)
        self.mapping = mapping
        self.zero = called(QComboBox(), "Day 0")
        self.zero.addItems([words for _, words in ZERO_WORDS])
        self.zero.setCurrentIndex([value for value, _ in ZERO_WORDS].index(mapping.time_zero))
        self.ids = called(QComboBox(), "Ids across sheets")
        self.ids.addItems([words for _, words in ID_WORDS])
        self.ids.setCurrentIndex([value for value, _ in ID_WORDS].index(mapping.match_ids))
        self.windows = called(QTableWidget(0, len(HEADS)), "Visit windows")
        self.windows.setTabKeyNavigation(False)
        self.trouble = looking(QLabel(), "trouble")
        self.trouble.setWordWrap(True)
        self.trouble.hide()
        self.add = QPushButton("Add")
        self.remove = QPushButton("Remove")
        self.usual = QPushButton("Usual windows")
        self.use = looking(QPushButton("Use", default=True), "primary")
        self._lay_out()
        self._fill(mapping.windows)
        self.add.clicked.connect(lambda: self._append(Window("", 0, 0, 0)))
        self.remove.clicked.connect(lambda: self.windows.removeRow(self.windows.currentRow()))
        self.usual.clicked.connect(lambda: self._fill(DEFAULT_WINDOWS))
        self.use.clicked.connect(self._use)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Day 0 is", self.zero)
        form.addRow("Ids across sheets", self.ids)
        self.windows.setObjectName("wide")
        self.windows.setHorizontalHeaderLabels(list(HEADS))
        self.windows.verticalHeader().hide()
        self.windows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.windows.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.windows.horizontalHeader().setHighlightSections(False)
        self.windows.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        explained = looking(
            QLabel(
                "Without windows, visits are as the sheet names them. With windows, a value without a named visit "
                "belongs to the visit in whose window its day lies; of several the nearest to the planned day counts, "
                "of two equally near the earlier."
            ),
            "soft",
        )
        explained.setWordWrap(True)
        tools = QHBoxLayout()
        for button in (self.add, self.remove, self.usual):
            tools.addWidget(button)
        tools.addStretch()
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(form)
        layout.addSpacing(4)
        layout.addWidget(looking(QLabel("VISIT WINDOWS"), "caption"))
        layout.addWidget(explained)
        layout.addWidget(self.windows, 1)
        layout.addLayout(tools)
        layout.addWidget(self.trouble)
        layout.addLayout(buttons)

    def _fill(self, windows: tuple[Window, ...]) -> None:
        self.windows.setRowCount(0)
        for window in windows:
            self._append(window)

    def _append(self, window: Window) -> None:
        row = self.windows.rowCount()
        self.windows.insertRow(row)
        for column, text in enumerate((window.visit, *map(number_text, (window.day, window.first, window.last)))):
            self.windows.setItem(row, column, QTableWidgetItem(text))

    def _use(self) -> None:
        windows, trouble = self._windows()
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        if trouble:
            return
        self.mapping = replace(
            self.mapping,
            time_zero=ZERO_WORDS[self.zero.currentIndex()][0],
            match_ids=ID_WORDS[self.ids.currentIndex()][0],
            windows=windows,
        )
        self.accept()

    def _windows(self) -> tuple[tuple[Window, ...], str]:
        """The windows of the table in their order of time, or what is wrong with them."""
        found = []
        for row in range(self.windows.rowCount()):
            texts = [self._text(row, column) for column in range(len(HEADS))]
            if not any(texts):
                continue
            numbers = [_number(text) for text in texts[1:]]
            if not texts[0] or None in numbers:
                return (), f"Row {row + 1} needs the name of a visit and three days as numbers."
            day, first, last = (number for number in numbers if number is not None)
            if not first <= day <= last:
                return (), f"The planned day of “{texts[0]}” must lie in its window, from its first to its last day."
            found.append(Window(texts[0], day, first, last))
        found.sort(key=lambda window: window.first)
        return tuple(found), ""

    def _text(self, row: int, column: int) -> str:
        item = self.windows.item(row, column)
        return item.text().strip() if item is not None else ""


def _number(text: str) -> float | None:
    """A number written with a comma or a point and any minus, None for anything else.

    >>> _number("−30"), _number("30,5"), _number("soon")
    (-30.0, 30.5, None)
    """
    try:
        return float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        return None
