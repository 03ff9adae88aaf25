"""Composing a page of several charts: its parts and its form at the left, the print itself at the right.

Invariants: the page lives in the study, so that every step here can be undone, in the dialog and after it; what is
previewed is what is written.
"""

import itertools
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.export_dialog import TEXT_MARGINS, Preview
from trajecta.gui.figure_panel import is_large
from trajecta.gui.page_form import PageForm
from trajecta.gui.part_list import PartList
from trajecta.gui.parts import called, looking
from trajecta.gui.preferences import Preferences
from trajecta.gui.preflight_list import PreflightList
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.beside import paths_beside
from trajecta.io.export import FORMATS, export_figure
from trajecta.io.page_beside import write_page_beside
from trajecta.io.page_results import page_results
from trajecta.io.preflight import preflight
from trajecta.io.study import Study, home_of
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.compose import Page, compose
from trajecta.stats.charts.composition import Entry, added, entries_of, swapped, with_entries, without
from trajecta.stats.charts.registry import CHARTS
from trajecta.stats.results import PairedResult

DPI = 600  # of bitmaps where no journal asks for another resolution
MOST_SHARE = 4
Results = dict[str, PairedResult | None]


class ComposeDialog(QDialog):
    """Adds, removes and orders the parts of ``Study.page``; Export writes the page and what lies beside it."""

    def __init__(self, session: Session, theme: Theme, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compose page")
        within = parent.window().size()
        self.resize(max(1180, round(0.8 * within.width())), max(760, round(0.86 * within.height())))
        self._session, self._preferences = session, preferences
        self._drawn: Page | None = None
        self._results: Results = {}
        self.preview = Preview()
        self.findings = PreflightList()
        self.list = PartList(theme)
        self.form = PageForm(session, preferences, self._judge)
        self.kinds = [entry.key for entry in CHARTS]
        self.measures = [measure.key for measure in session.study.cohort.measures]
        self.kind = called(QComboBox(), "Chart to add")
        self.kind.setMaxVisibleItems(len(CHARTS))
        self.kind.addItems([entry.name for entry in CHARTS])
        self.measure = called(QComboBox(), "Measure to add")
        self.measure.addItems([measure.name for measure in session.study.cohort.measures])
        self.add, self.add_seen = QPushButton("Add"), QPushButton("Add the chart as seen")
        for button in (self.add, self.add_seen):
            button.setEnabled(bool(self.measures))
        if session.study.measure in self.measures:
            self.measure.setCurrentIndex(self.measures.index(session.study.measure))
        self.up, self.down, self.remove = QPushButton("Up"), QPushButton("Down"), QPushButton("Remove")
        self.up.setToolTip("Earlier on the page (Alt+Up)")
        self.down.setToolTip("Later on the page (Alt+Down)")
        self.remove.setToolTip("Take this part off the page (Del in the list)")
        self.new_row = QCheckBox("Starts a new row")
        self.share = called(QSpinBox(minimum=1, maximum=MOST_SHARE, suffix=" × as wide"), "Relative width in its row")
        self.share.lineEdit().setTextMargins(*TEXT_MARGINS)
        self.with_data = QCheckBox("Source data, legend and alt text beside it")
        self.with_data.setChecked(preferences.with_data)
        self.export = looking(QPushButton("Export…", default=True), "primary")
        self._close = QPushButton("Close")
        self._size = looking(QLabel(), "soft")
        self._lay_out()
        self._connect()
        self._order_focus()
        self._show(session.study, session.study)
        (self.list if session.study.page.parts else self.add_seen).setFocus()

    def save_as(self, path: Path) -> bool:
        """Write the previewed page, and with it what was asked to lie beside it; True if all of it is on disk."""
        page, study, beside = self._drawn, self._session.study, self.with_data.isChecked()
        if page is None:
            return False
        journal = self.form.chosen_journal
        dpi = journal.dpi if journal is not None and journal.dpi is not None else DPI

        def write() -> None:
            export_figure(page.figure, path, max(dpi, DPI))
            if beside:
                write_page_beside(study, page, self._results, path)

        if not self._session.attempt(write):
            return False
        names = [path.name, *(other.name for other in paths_beside(path) if beside)]
        said = f"{', '.join(names[:-1])} and {names[-1]}" if beside else names[0]
        self._session.said.emit(Message(f"Saved {said} in {path.parent}.", Tone.NOTE))
        return True

    def done(self, result: int) -> None:
        """Close, and follow the study no longer."""
        self._session.changed.disconnect(self._show)
        self._session.jobs.forget("page")
        super().done(result)

    def _lay_out(self) -> None:
        order = QHBoxLayout()
        order.setSpacing(6)
        for button in (self.up, self.down, self.remove):
            order.addWidget(button)
        place = QHBoxLayout()
        place.addWidget(self.new_row)
        place.addStretch()
        place.addWidget(self.share)
        adding = QGridLayout()
        adding.setSpacing(6)
        adding.addWidget(self.add_seen, 0, 0, 1, 2)
        adding.addWidget(self.kind, 1, 0, 1, 2)
        adding.addWidget(self.measure, 2, 0)
        adding.addWidget(self.add, 2, 1)
        adding.setColumnStretch(0, 1)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(self._close)
        buttons.addWidget(self.export)
        side = QVBoxLayout()
        side.setContentsMargins(16, 14, 16, 16)
        side.setSpacing(6)
        side.addWidget(looking(QLabel("PARTS"), "caption"))
        side.addWidget(framed(self.list), 1)
        side.addLayout(order)
        side.addLayout(place)
        for words, content in (("ADD A PART", adding), ("PAGE", self.form)):
            side.addSpacing(8)
            side.addWidget(looking(QLabel(words), "caption"))
            if isinstance(content, QWidget):
                side.addWidget(content)
            else:
                side.addLayout(content)
        side.addSpacing(4)
        side.addWidget(self.with_data)
        side.addSpacing(4)
        side.addWidget(self._size)
        side.addLayout(buttons)
        left = QWidget()
        left.setFixedWidth(348)
        left.setLayout(side)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addWidget(self.preview, 1)
        right.addWidget(self.findings)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(left)
        layout.addLayout(right, 1)

    def _order_focus(self) -> None:
        """Tab goes from the top to the bottom."""
        chain = (
            *(self.list, self.up, self.down, self.remove, self.new_row, self.share),
            *(self.add_seen, self.kind, self.measure, self.add, *self.form.controls),
            *(self.with_data, self._close, self.export),
        )
        for one, other in itertools.pairwise(chain):
            self.setTabOrder(one, other)

    def _connect(self) -> None:
        self._session.changed.connect(self._show)
        self.list.moved_to.connect(lambda _: self._show_part())
        self.add.clicked.connect(lambda: self._add_chosen())
        self.add_seen.clicked.connect(lambda: self._add_seen())
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        self.remove.clicked.connect(lambda: self._remove())
        self.new_row.toggled.connect(lambda on: self._set_place("begin another row", new_row=on))
        self.share.valueChanged.connect(lambda share: self._set_place("change the width of a part", share=share))
        self.with_data.toggled.connect(lambda wanted: setattr(self._preferences, "with_data", wanted))
        self._close.clicked.connect(self.reject)
        self.export.clicked.connect(lambda: self._export())
        for key, act in (
            (QKeySequence.StandardKey.Undo, self._session.history.undo),
            (QKeySequence.StandardKey.Redo, self._session.history.redo),
        ):
            QShortcut(QKeySequence(key), self, act)
        QShortcut(QKeySequence("Alt+Up"), self, self.up.click)
        QShortcut(QKeySequence("Alt+Down"), self, self.down.click)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list, self.remove.click)

    # --- the parts ----------------------------------------------------------------------------------------------------

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return entries_of(self._session.study.page.parts)

    def _put(self, label: str, entries: tuple[Entry, ...], look_at: int) -> None:
        self._session.edit(label, lambda study: study.with_page(with_entries(study.page, entries)))
        self.list.look_at(look_at)

    def _add(self, measure: str, choice: ChartChoice) -> None:
        self._put("add a part to the page", added(self._entries, measure, choice), len(self._entries))

    def _add_chosen(self) -> None:
        shown, patient = self._session.study.chart, self._session.patient
        kind = self.kinds[self.kind.currentIndex()]
        choice = ChartChoice(kind, time_unit=shown.time_unit, patient=patient, edits=shown.edits)
        self._add(self.measures[self.measure.currentIndex()], choice)

    def _add_seen(self) -> None:
        study = self._session.study
        self._add(study.measure, replace(study.chart, patient=study.chart.patient or self._session.patient))

    def _move(self, step: int) -> None:
        at = self.list.position
        self._put("move a part of the page", swapped(self._entries, at, at + step), at + step)

    def _remove(self) -> None:
        at = self.list.position
        self._put("remove a part of the page", without(self._entries, at), at)

    def _set_place(self, label: str, **changes: bool | int) -> None:
        entries, at = list(self._entries), self.list.position
        if 0 <= at < len(entries):
            entries[at] = replace(entries[at], **changes)  # type: ignore[arg-type]  # checked by the callers
            self._put(label, tuple(entries), at)

    # --- showing it ---------------------------------------------------------------------------------------------------

    def _show(self, _: Study, study: Study) -> None:
        self.list.show_study(study)
        self.form.show_page(study.page)
        self._show_part()
        known = (self._session.result,) if self._session.result is not None else ()

        def work() -> tuple[Page, Results]:
            results = page_results(study, study.page, known)
            return compose(study.cohort, study.page, results), results

        if is_large(study):
            self._session.jobs.run("page", work, lambda future: self._lay(*future.result()))
        else:
            self._lay(*work())

    def _show_part(self) -> None:
        """Show the place of the part looked at, and what can be done with it."""
        entries, parts, at = self._entries, self._session.study.page.parts, self.list.position
        is_part = 0 <= at < len(entries)
        for control in (self.new_row, self.share):
            control.blockSignals(True)
        self.new_row.setChecked(is_part and entries[at].new_row)
        self.share.setValue(entries[at].share if is_part else 1)
        for control in (self.new_row, self.share):
            control.blockSignals(False)
        self.new_row.setEnabled(is_part and at > 0)
        self.share.setEnabled(is_part and sum(part.row == parts[at].row for part in parts) > 1)
        self.up.setEnabled(is_part and at > 0)
        self.down.setEnabled(is_part and at < len(entries) - 1)
        self.remove.setEnabled(is_part)

    def _lay(self, page: Page, results: Results) -> None:
        self._drawn, self._results = page, results
        self.preview.show_figure(page.figure)
        self.export.setEnabled(bool(page.parts))
        self._size.setText(f"{page.figure.width_mm:g} × {page.figure.height_mm:.0f} mm")
        self._judge()

    def _judge(self) -> None:
        """Say what breaks the journal's preset, or hinders a reader; of an empty page, what to do next."""
        page, journal = self._drawn, self.form.chosen_journal
        if page is None:
            return
        none = (
            f"Nothing breaks what {journal.name} asks of a figure." if journal else "Every text and mark can be read."
        )
        if not page.parts:
            self.findings.show_findings((), "Add the chart as seen, or choose a chart and a measure.")
            return
        self.findings.show_findings(preflight(page.figure, journal, "pdf", DPI), none)

    def _export(self) -> None:
        study = self._session.study
        filters = ";;".join(f"{entry.name} (*.{entry.suffixes[0]})" for entry in FORMATS)
        proposal = home_of(study) / f"Page of {len(study.page.parts)} charts.{FORMATS[0].suffixes[0]}"
        name, kind = QFileDialog.getSaveFileName(self, "Save the page", str(proposal), filters)
        if not name:
            return
        path = Path(name)
        chosen = next((entry for entry in FORMATS if kind.startswith(f"{entry.name} ")), FORMATS[0])
        if path.suffix.lower().lstrip(".") not in {suffix for entry in FORMATS for suffix in entry.suffixes}:
            path = path.with_name(f"{path.name}.{chosen.suffixes[0]}")
        if self.save_as(path):
            self.accept()


def framed(content: QWidget) -> QFrame:
    """The content on a card, whose corners stay round."""
    card = looking(QFrame(), "card")
    inside = QVBoxLayout(card)
    inside.setContentsMargins(1, 4, 1, 4)
    inside.addWidget(content)
    return card
