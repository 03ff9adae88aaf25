"""The row above the figure: the kinds of charts, their options, the width of the page.

Invariant: where the row has too little room, charts that are not drawn keep their icon alone; the window never has to
grow for it.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget

from trajecta.gui.chart_options import ChartOptions
from trajecta.gui.icons import icon
from trajecta.gui.parts import called, looking
from trajecta.gui.theme import Theme
from trajecta.io.study import Study
from trajecta.stats.charts.registry import CHARTS, chart

WIDTHS = ((89.0, "89 mm"), (120.0, "120 mm"), (183.0, "183 mm"))
NARROWEST = 420  # px, with the icons of the charts alone
BESIDE, ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class ChartBar(QWidget):
    """``kind`` carries the key of a chart, ``choice`` a field of ``ChartChoice``, its value, and words for the undo."""

    kind = Signal(str)
    choice = Signal(str, object, str)

    def __init__(self, margin: int) -> None:
        super().__init__()
        self.setMinimumWidth(NARROWEST)
        self.kinds = QButtonGroup(self, exclusive=False)
        self.front: list[QToolButton] = []
        self.more = called(looking(QToolButton(), "kind"), "More charts")
        self.options_button = called(looking(QToolButton(), "kind"), "Options of the chart")
        self.options = ChartOptions(self)
        self.page_width = called(QComboBox(), "Page width")
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(margin, 0, margin, 0)
        row.setSpacing(2)
        for entry in CHARTS:
            if entry.front:
                row.addWidget(self._kind(entry.key, entry.name))
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(BESIDE)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._menu())
        row.addWidget(self.more)
        row.addStretch()
        self.options_button.setText("Options…")
        self.options_button.clicked.connect(lambda: self.options.pop_up(self.options_button))
        self.options.chosen.connect(self.choice)
        row.addWidget(self.options_button)
        for width, name in WIDTHS:
            self.page_width.addItem(name, width)
        self.page_width.activated.connect(
            lambda _: self.choice.emit("width_mm", self.page_width.currentData(), "change the page width")
        )
        row.addWidget(self.page_width)

    def show_study(self, study: Study, theme: Theme) -> None:
        """Show which chart of this study is drawn, and on which page."""
        choice = study.chart
        entry = chart(choice.kind)
        for button in self.front:
            button.setChecked(button.property("kind") == choice.kind)
        self.more.setChecked(not entry.front)
        self.more.setText("More" if entry.front else f" {entry.name}")
        self.options.show_study(study, entry)
        self.options_button.setEnabled(bool(entry.options))
        if self.page_width.findData(choice.width_mm) < 0:
            self.page_width.addItem(f"{choice.width_mm:g} mm", choice.width_mm)
        self.page_width.setCurrentIndex(self.page_width.findData(choice.width_mm))
        self.set_theme(theme, entry.icon)
        self._fit()

    def set_theme(self, theme: Theme, drawn: str) -> None:
        """Colour the icons; ``drawn`` is that of the chart at hand."""
        for button in self.front:
            entry = chart(str(button.property("kind")))
            button.setIcon(icon(entry.icon, theme.ink if button.isChecked() else theme.soft))
        for action in self.more.menu().actions():
            if action.property("kind"):
                action.setIcon(icon(chart(str(action.property("kind"))).icon, theme.ink))
        self.more.setIcon(icon(drawn, theme.ink) if self.more.isChecked() else QIcon())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        for button in self.front:
            button.setToolButtonStyle(BESIDE)
        if self._row.sizeHint().width() > self.width():
            for button in self.front:
                button.setToolButtonStyle(BESIDE if button.isChecked() else ALONE)

    def _kind(self, key: str, name: str) -> QToolButton:
        button = looking(QToolButton(), "kind")
        button.setText(f" {name}")  # the space keeps the words off the icon
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.setCheckable(True)
        button.clicked.connect(lambda: self.kind.emit(key))
        button.setProperty("kind", key)
        self.kinds.addButton(button)
        self.front.append(button)
        return button

    def _menu(self) -> QMenu:
        """The charts without a button of their own, in their groups."""
        menu = QMenu(self)
        for group in dict.fromkeys(entry.group for entry in CHARTS):
            menu.addAction(group).setEnabled(False)  # a styled menu draws no text for a section
            for entry in CHARTS:
                if entry.group == group and not entry.front:
                    action = menu.addAction(entry.name)
                    action.setProperty("kind", entry.key)
                    action.triggered.connect(lambda _=False, key=entry.key: self.kind.emit(key))
        return menu
