"""The patients of the cohort: in or out, style, id, facts and a sparkline of the measure."""

from dataclasses import replace

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStyledItemDelegate, QStyleOptionViewItem

from trajecta.gui.rows import ROW, VALUE, Index, Rows, paint_ground, paint_text, set_up_list
from trajecta.gui.samples import draw_sample, draw_sparkline, seen_on
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.study import Study
from trajecta.stats.charts.edits import chosen_styles
from trajecta.stats.charts.traces import styles
from trajecta.stats.cohort import Cohort, Patient
from trajecta.stats.palette import PatientStyle
from trajecta.stats.words import number_text

CHECK = 32  # px from the left that take a patient in or out

Point = tuple[float, float]


def facts_of(patient: Patient) -> str:
    """Sex and age in a word, such as “F 22”."""
    age = number_text(patient.age) if patient.age is not None else ""
    return " ".join(part for part in (patient.sex or "", age) if part)


def course_of(cohort: Cohort, measure: str, patient: str) -> tuple[Point, ...]:
    """The (day, value) points of a patient's sparkline."""
    days = ((cohort.day(patient, o.visit), o.value) for o in cohort.series(measure, patient))
    return tuple((float(day), value) for day, value in days if day is not None and value is not None)


class PatientPainter(QStyledItemDelegate):
    """Paints one patient a row."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme
        self.styles: dict[str, PatientStyle] = {}
        self.courses: dict[str, tuple[Point, ...]] = {}
        self.ranges = (0.0, 1.0, 0.0, 1.0)
        self.excluded: frozenset[str] = frozenset()
        self.hidden: tuple[str, ...] = ()

    def show(self, study: Study) -> None:
        """Take over the styles and courses of this study."""
        cohort = study.cohort
        self.styles = chosen_styles(styles(cohort), (study.chart.edits,))
        self.courses = {p.id: course_of(cohort, study.measure, p.id) for p in cohort.patients}
        self.excluded = frozenset(left.patient for left in cohort.excluded)
        self.hidden = study.chart.hidden
        points = [point for course in self.courses.values() for point in course]
        if points:
            xs, ys = [x for x, _ in points], [y for _, y in points]
            self.ranges = (min(xs), max(xs), min(ys), max(ys))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        patient = index.data(VALUE)
        assert isinstance(patient, Patient)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect, chosen = paint_ground(painter, option, self.theme)
        out = patient.id in self.excluded
        self._paint_check(painter, rect, out)
        style = self.styles[patient.id]
        style = replace(style, color=seen_on(self.theme.panel, style.color))
        draw_sample(painter, QRect(rect.left() + 36, rect.top(), 28, rect.height()), style, faded=out)
        wide = max(0, rect.width() - 72 - 80)
        text = QRect(rect.left() + 72, rect.top(), wide, rect.height())
        used = paint_text(painter, text, patient.id, self.theme.soft if out else self.theme.ink, bold=chosen or not out)
        paint_text(painter, text.adjusted(used + 8, 0, 24, 0), facts_of(patient), self.theme.soft)
        word = "left out" if out else "hidden" if patient.id in self.hidden else ""
        if not word:
            place = QRect(rect.right() - 68, rect.top() + 8, 54, rect.height() - 16)
            draw_sparkline(painter, place, self.courses[patient.id], self.ranges, style.color)
        else:
            paint_text(
                painter,
                QRect(rect.right() - 72, rect.top(), 60, rect.height()),
                word,
                self.theme.soft,
                right=True,
            )
        painter.restore()

    def _paint_check(self, painter: QPainter, rect: QRect, out: bool) -> None:
        box = QRect(rect.left() + 14, rect.center().y() - 6, 13, 13)
        if out:
            painter.setPen(QPen(QColor(self.theme.soft), 1))
            painter.drawRoundedRect(box, 3, 3)
            return
        painter.setPen(QPen(QColor(self.theme.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(box.left() + 2, box.center().y() + 1, box.left() + 5, box.bottom() - 2)
        painter.drawLine(box.left() + 5, box.bottom() - 2, box.right() - 1, box.top() + 3)


class PatientList(QListView):
    """Click selects a patient everywhere, with Shift or Ctrl several; the check (or Space) takes one out or back in."""

    toggled = Signal(object)  # patient id
    wanted = Signal(str)  # an action of the window

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._rows = Rows(self)
        self.painter = PatientPainter(theme, self)
        set_up_list(self, self._rows, self.painter, "Patients")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._marking = False
        self.selectionModel().selectionChanged.connect(lambda *_: self._choose())
        session.selected.connect(self._mark)

    def show_study(self, study: Study) -> None:
        """Show the patients of this study."""
        self.painter.show(study)
        reasons = {left.patient: left.reason for left in study.cohort.excluded}
        rows = []
        for patient in study.cohort.patients:
            facts = [f"{label}: {text}" for label, text in patient.facts]
            state = f"left out: {reasons[patient.id]}" if patient.id in reasons else "click the check to leave out"
            if patient.id in study.chart.hidden:
                state += "\nhidden in the figure, counted in every number"
            rows.append((patient, f"{patient.id} {facts_of(patient)}".strip(), "\n".join((patient.id, *facts, state))))
        self._rows.show(tuple(rows))
        self._mark(self._session.patient)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.position().x() < CHECK and event.button() == Qt.MouseButton.LeftButton:
            self.toggled.emit(index.data(VALUE).id)
            return
        if not index.isValid():
            self._session.select(None)
        elif self._session.patients == {index.data(VALUE).id} and event.button() == Qt.MouseButton.LeftButton:
            self._session.select(None)  # a second click lets go
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.indexAt(event.position().toPoint()).isValid() and event.position().x() < CHECK
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentIndex().isValid():
            self.toggled.emit(self.currentIndex().data(VALUE).id)
        elif event.key() == Qt.Key.Key_Escape:
            self._session.select(None)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What can be done in the figure with the selected patients."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        hide = menu.addAction("Hide in the figure", lambda: self.wanted.emit("hide"))
        show = menu.addAction("Show all in the figure", lambda: self.wanted.emit("show-all"))
        hide.setEnabled(bool(self._session.patients))
        show.setEnabled(bool(self._session.study.chart.hidden))
        return menu

    def _choose(self) -> None:
        if self.hasFocus() and not self._marking:
            current = self.currentIndex()
            lead = current.data(VALUE).id if current.isValid() else None
            self._session.select_all((index.data(VALUE).id for index in self.selectedIndexes()), lead)

    def _mark(self, patient: str | None) -> None:
        """Show the session's selection, with the keyboard at the leading patient."""
        self._marking = True
        chosen, lead = QItemSelection(), QModelIndex()
        for known in self._session.study.cohort.patients:
            if known.id in self._session.patients:
                at = self._rows.find(known)
                chosen.select(at, at)
                lead = at if known.id == patient else lead
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        self.selectionModel().setCurrentIndex(lead, flags.NoUpdate)
        if lead.isValid():
            self.scrollTo(lead)
        self._marking = False
