"""Changing the figure where it is seen: a double click on a text, on the numbers of an axis, or on a patient.

Invariants: it listens to the paper and knows nothing of how it draws; on empty ground the double click is left to the
paper, which fits; Enter accepts and Esc leaves everything as it was, both without a trace in the history.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from trajecta.gui.paper import Paper
from trajecta.gui.parts import FIELD, looking
from trajecta.gui.style_forms import AxisForm, PatientForm, TextForm
from trajecta.gui.stylist import Stylist
from trajecta.gui.targets import Targets
from trajecta.stats.charts.edits import own_words
from trajecta.stats.charts.found import Found, Part, found_at

BELOW = 6  # px between the place of the click and the popup


class Popup(QFrame):
    """A small form over the figure; Esc puts its fields back first, so that leaving them changes nothing."""

    def __init__(self, parent: QWidget, title: str, form: QWidget, put_back: Callable[[], None]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(title)
        self.form, self._put_back = form, put_back
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 12)
        layout.addWidget(looking(QLabel(title), "caption"))
        layout.addWidget(form)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._put_back()
            self.close()
            return
        super().keyPressEvent(event)

    def show_at(self, at: QPoint, first: QWidget) -> None:
        """Show it with its corner at a place of the screen, moved so that all of it is on the screen."""
        self.adjustSize()
        room = self.screen().availableGeometry()
        x = max(room.left(), min(at.x(), room.right() - self.width()))
        y = at.y() if at.y() + self.height() <= room.bottom() else max(room.top(), at.y() - self.height() - 2 * BELOW)
        self.move(x, y)
        self.show()
        first.setFocus()


class EditInPlace(QObject):
    """Opens the form for what was double-clicked."""

    def __init__(self, stylist: Stylist, paper: Paper) -> None:
        super().__init__(paper)
        self._stylist, self._paper = stylist, paper
        self._swallow = False
        self.popup: Popup | None = None
        paper.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent):
            return False
        if event.type() == QEvent.Type.MouseButtonDblClick and event.button() == Qt.MouseButton.LeftButton:
            self._swallow = self.open_at(event.position())
            return self._swallow
        if event.type() == QEvent.Type.MouseButtonRelease and self._swallow:
            self._swallow = False  # the second release would let go of the patient whom the first click has chosen
            return True
        return False

    def open_at(self, at: QPointF) -> bool:
        """Open the form for what lies at this place of the paper; False on empty ground."""
        figure = self._paper.shown()
        if figure is None:
            return False
        scale = self._paper.scale_factor
        found = found_at(figure, at.x() / scale, at.y() / scale)
        if found is not None:
            self._open(found, at)
            return True
        targets = Targets(self._paper.cameras)
        hit = targets.symbol_near(at, scale, self._paper.patient)
        patient = hit.patient if hit else targets.line_near(at, scale)
        if patient:
            self.edit_patient(patient, at)
        return bool(patient)

    def _open(self, found: Found, at: QPointF) -> None:
        match found.part:
            case Part.LABEL:
                self._edit_label(found)
            case Part.NUMBERS:
                self._edit_axis(found, at)
            case Part.HEADING:
                self._edit_heading(found)
            case Part.PATIENT:
                self.edit_patient(found.text, at)

    def _edit_label(self, found: Found) -> None:
        edit = self._stylist.axis_edit(found.panel, found.axis)
        shown = own_words(found.text) if edit.label is None else edit.label

        def write(text: str | None) -> None:
            known = self._stylist.axis_edit(found.panel, found.axis)
            self._stylist.set_axis(replace(known, label=text))

        self._edit_text("Label of the axis", shown, found, write)

    def _edit_heading(self, found: Found) -> None:
        of = self._stylist.heading(found.text)
        written = self._stylist.edits.text(self._stylist.place(), of)
        name = "Heading" if of else "Title of the figure"
        shown = found.text if written is None else written
        self._edit_text(name, shown, found, lambda text: self._stylist.set_text(of, text))

    def _edit_text(self, name: str, shown: str, found: Found, write: Callable[[str | None], None]) -> None:
        form = TextForm(name)
        form.line.setText(shown)
        form.line.selectAll()

        def accept() -> None:
            if form.line.text().strip() == shown:
                self._close()
                return
            text = form.accept()
            if text is not None:
                self._close()
                write(text)

        def give_back() -> None:
            form.line.setText(shown)
            self._close()
            write(None)

        form.line.returnPressed.connect(accept)
        form.reset.clicked.connect(give_back)
        self._show(Popup(self._paper, name, form, lambda: None), self._corner(found), form.line)

    def _edit_axis(self, found: Found, at: QPointF) -> None:
        form = AxisForm(self._stylist)
        form.show_axis(found.panel, found.axis)
        form.done.connect(self._close)
        title = "Horizontal axis" if found.axis == "x" else "Vertical axis"
        popup = Popup(self._paper, title, form, lambda: form.show_axis(found.panel, found.axis))
        self._show(popup, at.toPoint() + QPoint(0, BELOW), form.low if form.low.isEnabled() else form.ticks)
        form.low.selectAll()

    def edit_patient(self, patient: str, at: QPointF) -> None:
        """Open the form of a patient at a place of the paper."""
        if patient not in self._stylist.patient_styles():
            return
        form = PatientForm(self._stylist)
        form.show_patient(patient)
        popup = Popup(self._paper, patient, form, lambda: None)
        self._show(popup, at.toPoint() + QPoint(BELOW, BELOW), form.swatches[0])

    def _corner(self, found: Found) -> QPoint:
        """Where the form of a text begins: below the text, or beside one that runs upwards."""
        scale, box = self._paper.scale_factor, found.box
        if found.axis == "y":
            return QPoint(int((box.x + box.width) * scale) + BELOW, int((box.y + box.height / 2) * scale) - FIELD)
        return QPoint(int(box.x * scale), int((box.y + box.height) * scale) + BELOW)

    def _show(self, popup: Popup, at: QPoint, first: QWidget) -> None:
        self._close()
        self.popup = popup
        popup.destroyed.connect(lambda _=None, gone=popup: self._forget(gone))
        popup.show_at(self._paper.mapToGlobal(at), first)

    def _forget(self, gone: Popup) -> None:
        if self.popup is gone:
            self.popup = None

    def _close(self) -> None:
        popup, self.popup = self.popup, None
        if popup is not None:
            popup.close()
