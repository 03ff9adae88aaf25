"""The measures of the cohort with the direction that is better and the unit; choosing one makes it the question."""

from PySide6.QtCore import QObject, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from trajecta.gui.rows import ROW, VALUE, Index, Rows, paint_ground, paint_text, set_up_list
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.study import Study
from trajecta.stats.cohort import Direction, Kind, Measure
from trajecta.stats.words import number_text

ARROWS = {Direction.LOWER: "↓", Direction.HIGHER: "↑", Direction.UNKNOWN: "·"}
BETTER = {
    Direction.LOWER: "lower is better",
    Direction.HIGHER: "higher is better",
    Direction.UNKNOWN: "no direction known; set it under Review import",
}


def unit_of(measure: Measure) -> str:
    """What stands at the right of a measure: its unit, else its range, or what kind of values it has."""
    if measure.kind is Kind.YES_NO:
        return "yes/no"
    if measure.unit or measure.range is None:
        return measure.unit
    return f"{number_text(measure.range[0])}–{number_text(measure.range[1])}"


class MeasurePainter(QStyledItemDelegate):
    """Paints one measure a row."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        measure = index.data(VALUE)
        assert isinstance(measure, Measure)
        painter.save()
        rect, chosen = paint_ground(painter, option, self.theme)
        paint_text(painter, rect.adjusted(16, 0, 0, 0), ARROWS[measure.direction], self.theme.soft)
        unit = QRect(rect.right() - 92, rect.top(), 78, rect.height())
        used = paint_text(painter, unit, unit_of(measure), self.theme.soft, right=True)
        paint_text(painter, rect.adjusted(36, 0, -22 - used, 0), measure.name, self.theme.ink, bold=chosen)
        painter.restore()


class MeasureList(QListView):
    """Click or arrow keys ask about another measure."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session = session
        self._rows = Rows(self)
        self.painter = MeasurePainter(theme, self)
        set_up_list(self, self._rows, self.painter, "Measures")
        self.selectionModel().currentChanged.connect(self._choose)

    def show_study(self, study: Study) -> None:
        """Show the measures of this study, the one asked about selected."""
        rows = tuple(
            (m, f"{m.name}, {unit_of(m)}, {BETTER[m.direction]}", f"{m.name}\n{BETTER[m.direction]}")
            for m in study.cohort.measures
        )
        blocked = self.selectionModel().blockSignals(True)
        self._rows.show(rows)
        for measure in study.cohort.measures:
            if measure.key == study.measure:
                self.setCurrentIndex(self._rows.find(measure))
        self.selectionModel().blockSignals(blocked)
        self.viewport().update()

    def _choose(self, index: Index) -> None:
        measure = index.data(VALUE) if index.isValid() else None
        if measure is not None and measure.key != self._session.study.measure:
            self._session.edit(f"look at {measure.name}", lambda study: study.asking(measure.key))
