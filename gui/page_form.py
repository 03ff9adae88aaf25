"""The form of a page of several charts: journal, size, letters, legend, axes; every choice is one undoable step."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QWidget

from trajecta.gui.export_dialog import millimetres, width_choices
from trajecta.gui.parts import called
from trajecta.gui.preferences import Preferences
from trajecta.gui.session import Session
from trajecta.io.journals import Journal, journals
from trajecta.stats.charts.composition import Composition, Letters

LETTERS = ((Letters.LOWER, "a, b, c"), (Letters.UPPER, "A, B, C"), (Letters.NONE, "None"))
CHECKS = (
    ("one_legend", "One legend", "One legend of the patients for all parts"),
    ("align", "Aligned axes", "Axes of a column and base lines of a row on one line"),
    ("share_x", "Same time axis", "Parts of a column show the same time"),
    ("share_y", "Same value axis", "Parts with the same measure show the same values"),
)


class PageForm(QWidget):
    """Shows and edits everything of ``Study.page`` but its parts."""

    def __init__(self, session: Session, preferences: Preferences, changed: Callable[[], None]) -> None:
        super().__init__()
        self._session, self._preferences, self._journal_changed = session, preferences, changed
        # Qt hands objects and enumerations back changed, so the values stay here and the boxes have the words.
        self.journals: list[Journal | None] = [None, *journals()]
        self.widths: list[float] = []
        self.journal = called(QComboBox(), "Journal")
        self.journal.addItems(["No journal", *(entry.name for entry in journals())])
        known = [entry.key if entry else "" for entry in self.journals]
        self.journal.setCurrentIndex(known.index(preferences.journal) if preferences.journal in known else 0)
        self.width_box = called(QComboBox(), "Width")
        self.width_mm = called(millimetres(183.0, 50.0, 250.0), "Width in mm")
        self.own_height = QCheckBox("Own height")
        self.height_mm = called(millimetres(170.0, 30.0, 400.0), "Height in mm")
        self.letters = called(QComboBox(), "Letters")
        self.letters.addItems([words for _, words in LETTERS])
        self.checks: dict[str, QCheckBox] = {}
        self._lay_out()
        self._connect()

    @property
    def chosen_journal(self) -> Journal | None:
        """The journal whose page is asked for."""
        return self.journals[self.journal.currentIndex()]

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """Everything that can be set, from the top to the bottom."""
        size = (self.width_box, self.width_mm, self.own_height, self.height_mm)
        return (self.journal, *size, self.letters, *self.checks.values())

    def show_page(self, page: Composition) -> None:
        """Show this page, without changing it."""
        blockers = [QSignalBlocker(control) for control in self.controls]
        self._offer_widths(page.width_mm)
        self.width_mm.setValue(page.width_mm)
        self.width_mm.setVisible(page.width_mm not in self.widths)
        self.own_height.setChecked(page.height_mm is not None)
        self.height_mm.setEnabled(page.height_mm is not None)
        if page.height_mm is not None:
            self.height_mm.setValue(page.height_mm)
        self.letters.setCurrentIndex([value for value, _ in LETTERS].index(page.letters))
        for name, check in self.checks.items():
            check.setChecked(getattr(page, name))
        del blockers

    def _lay_out(self) -> None:
        grid = QGridLayout(self)  # not a form, whose labels would stand above the middle of their boxes
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(6)
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[QWidget | None, QWidget], ...] = (
            (QLabel("Journal"), self.journal),
            (QLabel("Width"), self.width_box),
            (None, self.width_mm),
            (self.own_height, self.height_mm),
            (QLabel("Letters"), self.letters),
        )
        for i, (label, control) in enumerate(rows):
            if label is not None:
                grid.addWidget(label, i, 0)
            grid.addWidget(control, i, 1)
        checks = QGridLayout()
        checks.setVerticalSpacing(6)
        checks.setContentsMargins(0, 4, 0, 0)
        for i, (name, words, tip) in enumerate(CHECKS):
            check = QCheckBox(words)
            check.setToolTip(tip)
            check.setAccessibleDescription(tip)
            self.checks[name] = check
            checks.addWidget(check, i // 2, i % 2)
        grid.addLayout(checks, len(rows), 0, 1, 2)

    def _connect(self) -> None:
        self.journal.activated.connect(lambda _: self._choose_journal())
        self.width_box.activated.connect(lambda at: self._choose_width(at))
        self.width_mm.valueChanged.connect(lambda mm: self._edit("change the page width", "width", width_mm=mm))
        self.own_height.toggled.connect(lambda on: self._edit("change the page height", height_mm=self._height(on)))
        self.height_mm.valueChanged.connect(lambda mm: self._edit("change the page height", "height", height_mm=mm))
        self.letters.activated.connect(lambda at: self._edit("change the letters", letters=LETTERS[at][0]))
        for name, words, _ in CHECKS:
            self.checks[name].toggled.connect(
                lambda on, name=name, words=words: self._edit(f"turn “{words.lower()}” of the page", **{name: on})
            )

    def _height(self, own: bool) -> float | None:
        journal = self.chosen_journal
        most = journal.max_height if journal is not None and journal.max_height is not None else None
        return (most or self.height_mm.value()) if own else None

    def _edit(self, label: str, merge: str = "", **changes: Any) -> None:
        self._session.edit(
            label, lambda study: study.with_page(replace(study.page, **changes)), f"page {merge}" if merge else ""
        )

    def _choose_journal(self) -> None:
        """Take the journal's page: the width of its that is nearest to the one there is."""
        journal, width = self.chosen_journal, self._session.study.page.width_mm
        self._preferences.journal = journal.key if journal is not None else ""
        if journal is not None and journal.widths:
            nearest = min(journal.widths, key=lambda usual: abs(usual - width))
            self._edit("take the page of a journal", width_mm=float(nearest))
        self._offer_widths(self._session.study.page.width_mm)
        self._journal_changed()

    def _offer_widths(self, width: float) -> None:
        choices = width_choices(self.chosen_journal)
        self.widths = [mm for mm, _ in choices]
        with QSignalBlocker(self.width_box):
            self.width_box.clear()
            self.width_box.addItems([words for _, words in choices])
            self.width_box.addItem("Other width")
            self.width_box.setCurrentIndex(self.widths.index(width) if width in self.widths else len(self.widths))

    def _choose_width(self, at: int) -> None:
        if at < len(self.widths):
            self._edit("change the page width", width_mm=self.widths[at])
            self.width_mm.hide()
        else:
            self.width_mm.show()
            self.width_mm.setFocus()
