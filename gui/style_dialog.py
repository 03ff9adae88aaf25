"""The style of the figure as a form: look, title, axes, patients and templates; the window shows every change at once.

Invariants: all changes of one visit to the dialog are one step of the history, and Cancel takes that step back.
"""

from itertools import count

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.export_dialog import TEXT_MARGINS
from trajecta.gui.parts import BESIDE, called, looking, row_label
from trajecta.gui.session import Session
from trajecta.gui.style_forms import AxisForm, PatientForm, TextForm
from trajecta.gui.stylist import Drawing, Stylist
from trajecta.io.templates import Template, delete_template, save_template, templates
from trajecta.stats.charts.edits import (
    LARGEST_SIZE,
    LEAST_FACTOR,
    MOST_FACTOR,
    SMALLEST_SIZE,
    Density,
    Style,
    own_words,
)
from trajecta.stats.figure import Figure
from trajecta.stats.typeface import FAMILIES
from trajecta.stats.typeset import plain

AS_PAGE = SMALLEST_SIZE - 0.5  # the lowest place of the field, which stands for the size that follows from the page
DENSITIES = ((Density.FEWER, "Fewer"), (Density.USUAL, "Usual"), (Density.MORE, "More"))
VISITS = count(1)
EDGE, ABOVE = 8, 96  # px from the right and the upper edge of the window
WIDE = 352  # px at least; not wider than the question beside the figure, so that no paper is covered
SHORT = 150  # px, the narrowest field for a title or a label here


class StyleDialog(QDialog):
    """Changes the study's figure while it is open."""

    def __init__(self, session: Session, drawing: Drawing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Style of the figure")
        self._session, self._window = session, parent.window()
        self.stylist = Stylist(session, drawing, f"style {next(VISITS)}")
        self._shown_at = session.history.index()
        self.size_box = called(QDoubleSpinBox(), "Text size")
        self.strokes, self.symbols = called(QDoubleSpinBox(), "Lines"), called(QDoubleSpinBox(), "Symbols")
        self.ticks, self.typeface = called(QComboBox(), "Ticks"), called(QComboBox(), "Typeface")
        self.title = TextForm("Title of the figure", "None")
        self.fits = looking(QLabel(), "trouble")
        self.axes, self.axis = called(QComboBox(), "Axis"), AxisForm(self.stylist, labelled=True)
        for text in (self.title, self.axis.label):
            text.line.setMinimumWidth(SHORT)
        self.patients, self.patient = called(QComboBox(), "Patient"), PatientForm(self.stylist)
        self.templates = called(QComboBox(), "Template")
        self.said = looking(QLabel(), "trouble")
        self.said.setWordWrap(True)
        self.templates.setPlaceholderText("None kept so far")
        self._places: list[tuple[str, str]] = []
        self._templates: list[Template] = []
        self._lay_out()
        self._connect()
        self._refill()

    def reject(self) -> None:
        """Leave everything as it was."""
        for line in self.findChildren(QLineEdit):
            line.blockSignals(True)  # a field that is left with the dialog would write what was typed into it
        if self._session.history.index() > self._shown_at:
            self._session.history.undo()
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes over a field and leaves the dialog open; on a button it presses it."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(button := self.focusWidget(), QPushButton):
            button.click()

    def showEvent(self, event: QShowEvent) -> None:
        """Stand at the right edge of the window, beside the figure that it changes."""
        super().showEvent(event)
        window = self._window.frameGeometry()
        self.move(max(window.left(), window.right() - self.width() - EDGE), window.top() + ABOVE)

    def _lay_out(self) -> None:
        for box, low, high, step in (
            (self.size_box, AS_PAGE, LARGEST_SIZE, 0.5),
            (self.strokes, LEAST_FACTOR, MOST_FACTOR, 0.1),
            (self.symbols, LEAST_FACTOR, MOST_FACTOR, 0.1),
        ):
            box.setRange(low, high)
            box.setSingleStep(step)
            box.setDecimals(1)
            box.setPrefix("" if box is self.size_box else "× ")
            box.setKeyboardTracking(False)
            box.lineEdit().setTextMargins(*TEXT_MARGINS)
        self.size_box.setSuffix(" pt")
        self.size_box.setSpecialValueText("As the page")
        self.size_box.setToolTip(f"{SMALLEST_SIZE:g} to {LARGEST_SIZE:g} pt, typed or with the arrow keys")
        for box in (self.strokes, self.symbols):
            box.setToolTip(f"{LEAST_FACTOR:g} to {MOST_FACTOR:g} times as usual, typed or with the arrow keys")
        self.ticks.addItems([words for _, words in DENSITIES])
        self.typeface.addItems([f"{family.name} ({family.alike[0]})" for family in FAMILIES.values()])
        self.typeface.setToolTip("In brackets the typeface of the same widths that may stand in its place")
        self.fits.setWordWrap(True)
        tabs = self.tabs = QTabWidget()
        tabs.setDocumentMode(True)
        called(tabs.tabBar(), "Parts of the style")
        look = (
            ("Typeface", self.typeface),
            ("Text size", self.size_box),
            ("Lines", self.strokes),
            ("Symbols", self.symbols),
            ("Ticks", self.ticks),
            ("Title", self.title),
        )
        tabs.addTab(_page(look, self.fits), "Look")
        tabs.addTab(_page((("Axis", self.axes),), self.axis), "Axes")
        tabs.addTab(_page((("Patient", self.patients),), self.patient), "Patients")
        tabs.addTab(self._template_page(), "Templates")
        self.everything = QPushButton("Reset all")
        self.everything.setToolTip("The chart’s own words, ranges and look; the patients keep their styles")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.addButton(self.everything, QDialogButtonBox.ButtonRole.ResetRole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(12)
        layout.addWidget(tabs, 1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(WIDE)

    def _template_page(self) -> QWidget:
        self.use, self.keep = QPushButton("Apply"), QPushButton("Save as…")
        self.remove = QPushButton("Delete")
        row = QHBoxLayout()
        for button in (self.use, self.keep, self.remove):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch()
        inside = QWidget()
        inside.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        about = looking(QLabel("A template keeps the look and the page width, no words, limits or patients."), "soft")
        about.setWordWrap(True)
        page = _page((("Template", self.templates), ("", inside)), self.said)
        layout = page.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, about)
        return page

    def _connect(self) -> None:
        for box in (self.size_box, self.strokes, self.symbols):
            box.valueChanged.connect(lambda _: self._take_style())
        for choices in (self.ticks, self.typeface):
            choices.activated.connect(lambda _: self._take_style())
        self.title.line.editingFinished.connect(self._take_title)
        self.title.reset.clicked.connect(lambda: self._set_title(None))
        self.axes.activated.connect(lambda at: self.axis.show_axis(*self._places[at]))
        self.patients.activated.connect(lambda _: self.patient.show_patient(self.patients.currentText()))
        self.use.clicked.connect(self._apply)
        self.keep.clicked.connect(self._save)
        self.remove.clicked.connect(self._delete)
        self.everything.clicked.connect(self._forget)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _refill(self) -> None:
        """Show the study's edits in every field."""
        style = self.stylist.edits.style
        for box, value in (
            (self.size_box, style.text_size or AS_PAGE),
            (self.strokes, style.strokes),
            (self.symbols, style.symbols),
        ):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        self.ticks.setCurrentIndex([density for density, _ in DENSITIES].index(style.density))
        self.typeface.setCurrentIndex(list(FAMILIES).index(style.typeface))
        self.title.line.setText(self.stylist.edits.text(self.stylist.place(), "") or "")
        figure = self.stylist.drawn()
        self._offer_axes(figure)
        if not self.patients.count():
            self.patients.addItems([patient.id for patient in self._session.study.cohort.included])
            self.patients.setCurrentText(self._session.patient or self.patients.itemText(0))
        if self.patients.currentText():
            self.patient.show_patient(self.patients.currentText())
        self._offer_templates()
        self._tell_size(figure)

    def _offer_axes(self, figure: Figure) -> None:
        known = [(p.key, name) for p in figure.panels for name in "xy" if (p.x if name == "x" else p.y).visible]
        own = {panel.key: panel for panel in self.stylist.own().panels}
        at = max(self.axes.currentIndex(), 0)
        self._places = known
        self.axes.clear()
        for key, name in known:
            axis = own[key].x if name == "x" else own[key].y
            where = "horizontal" if name == "x" else "vertical"
            self.axes.addItem(f"{plain(own_words(axis.label)) or 'Without a label'}, {where}")
        self.tabs.setTabEnabled(1, bool(known))
        if known:
            self.axes.setCurrentIndex(min(at, len(known) - 1))
            self.axis.show_axis(*known[self.axes.currentIndex()])

    def _offer_templates(self) -> None:
        self._templates = list(templates())
        self.templates.clear()
        self.templates.addItems([template.name for template in self._templates])
        self.templates.setCurrentIndex(0)  # with words for an empty list Qt chooses none
        for widget in (self.use, self.remove, self.templates):
            widget.setEnabled(bool(self._templates))

    def _tell_size(self, figure: Figure) -> None:
        """Say so where the page has no room for the text size that was asked for."""
        asked = self.stylist.edits.style.text_size
        got = max((axis.size for p in figure.panels for axis in (p.x, p.y) if axis.visible), default=asked)
        small = asked is not None and got is not None and got < asked - 0.01
        self.fits.setText(f"{asked:g} pt do not fit on this page; {got:g} pt are drawn." if small else "")
        self.fits.setVisible(small)

    # --- changing -----------------------------------------------------------------------------------------------------

    def _take_style(self) -> None:
        size = self.size_box.value()
        style = Style(
            None if size < SMALLEST_SIZE else size,
            round(self.strokes.value(), 1),
            round(self.symbols.value(), 1),
            DENSITIES[self.ticks.currentIndex()][0],
            list(FAMILIES)[self.typeface.currentIndex()],
        )
        self.stylist.set_style(style)
        self._tell_size(self.stylist.drawn())

    def _take_title(self) -> None:
        text = self.title.accept()
        if text is not None:
            self._set_title(text or None)

    def _set_title(self, text: str | None) -> None:
        self.stylist.set_text("", text)
        self.title.line.setText(text or "")

    def _forget(self) -> None:
        self.stylist.forget()
        self._refill()

    def _apply(self) -> None:
        template = self._templates[self.templates.currentIndex()]
        width = self.stylist.choice.width_mm if template.width_mm is None else template.width_mm
        self.stylist.set_width(width, template.style)
        self._refill()

    def _save(self) -> None:
        now = self.templates.currentText()
        name, wanted = QInputDialog.getText(self, "Save template", "Name of the template:", text=now)
        if wanted:
            self.save_as(name)

    def save_as(self, name: str) -> None:
        """Keep the look of the figure under a name."""
        template = Template(name, self.stylist.edits.style, self.stylist.choice.width_mm)
        if self._session.attempt(lambda: _saved(template)):
            self._offer_templates()
            self.templates.setCurrentText(name.strip())
            self.said.setText("")

    def _delete(self) -> None:
        name = self.templates.currentText()
        if self._session.attempt(lambda: delete_template(name)):
            self._offer_templates()


def _saved(template: Template) -> None:
    save_template(template)


def _page(rows: tuple[tuple[str, QWidget], ...], below: QWidget) -> QWidget:
    """A page of the dialog: labelled rows, and something under them."""
    page = QWidget()
    form = QFormLayout()
    form.setVerticalSpacing(8)
    form.setHorizontalSpacing(BESIDE)
    for words, widget in rows:
        form.addRow(row_label(words), widget)
    layout = QVBoxLayout(page)
    layout.setContentsMargins(4, 12, 4, 4)
    layout.addLayout(form)
    layout.addWidget(below)
    layout.addStretch()
    return page
