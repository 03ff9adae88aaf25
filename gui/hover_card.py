"""The card that follows the mouse over the figure: patient, visit, actual day, value, cell, drugs on that day."""

from html import escape

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QGraphicsDropShadowEffect, QLabel, QVBoxLayout, QWidget

from trajecta.io.study import Study
from trajecta.stats.cohort import Cohort, Kind
from trajecta.stats.drugs import DrugClass, substance
from trajecta.stats.medication import active_drugs, dose_on
from trajecta.stats.words import number_text


def drugs_in_words(cohort: Cohort, patient: str, day: float) -> str:
    """The drugs a patient takes on a day, such as “Prednisolone equivalent 2.5 mg/day, MMF”; empty without a log."""
    courses = tuple(course for course in cohort.courses if course.patient == patient)
    if not courses:
        return ""
    names = []
    for course in active_drugs(cohort, patient, day):
        drug = substance(course.substance)
        if drug is None or drug.kind is not DrugClass.GLUCOCORTICOID:
            names.append(drug.short or drug.name if drug else course.drug)
    dose = dose_on(courses, day)
    first = (
        "Prednisolone dose not known" if dose is None else f"Prednisolone {number_text(dose)} mg/day" if dose else ""
    )
    rest = ", ".join(dict.fromkeys(names))
    if first and not rest:
        return f"{first}, no other drug"
    return ", ".join(part for part in (first, rest) if part) or "No drug on this day"


def card_text(study: Study, patient: str, visit: str, measure_key: str = "") -> str:
    """The card's rich text for one observation, of the measure looked at where no other one is named."""
    cohort, measure = study.cohort, study.cohort.measure(measure_key or study.measure)
    observation = cohort.observation(measure.key, visit, patient)
    day = cohort.day(patient, visit)
    head = f"<b>{escape(patient)}</b> · {escape(cohort.visit(visit).label)}"
    if day is not None:
        head += f", day {number_text(day)}"
    if observation is None:
        return head
    value = observation.text if measure.kind is Kind.YES_NO or observation.value is None else ""
    shown = value or f"{observation.censored}{number_text(observation.value or 0.0)}"
    where = str(observation.source) if observation.source else "computed from the medication log"
    line = f"{escape(measure.name)} <b>{escape(shown)}</b> {escape(measure.unit)}"
    line += f" <span class='soft'>{escape(where)}</span>"
    drugs = drugs_in_words(cohort, patient, day) if day is not None else ""
    return "<br>".join(
        part for part in (head, line, f"<span class='soft'>{escape(drugs)}</span>" if drugs else "") if part
    )


class HoverCard(QFrame):
    """A small card above the paper; it never takes the mouse and never leaves its parent."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addWidget(self._label)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(16)
        shadow.setOffset(0, 3)
        shadow.setColor(QColor(0, 0, 0, 60))
        self.setGraphicsEffect(shadow)
        self.hide()

    def show_at(self, text: str, at: QPoint, soft: str) -> None:
        """Show this text beside a point of the parent, on the side where there is room."""
        self._label.setText(text.replace("class='soft'", f"style='color:{soft}'"))
        self.adjustSize()
        parent = self.parentWidget()
        assert parent is not None
        home = parent.rect()
        x = at.x() + 16 if at.x() + 16 + self.width() < home.width() else at.x() - 16 - self.width()
        y = at.y() - self.height() - 12 if at.y() - self.height() - 12 > 0 else at.y() + 16
        self.move(max(4, x), max(4, y))
        self.show()
        self.raise_()
