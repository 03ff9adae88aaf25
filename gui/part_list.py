"""The parts of a page in the order of their letters: each with its letter, its chart and measure, and its row."""

from PySide6.QtCore import QObject, QRect, QSize, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from trajecta.gui.rows import ROW, VALUE, Index, Rows, paint_ground, paint_text, set_up_list
from trajecta.gui.theme import Theme
from trajecta.io.study import Study
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.composition import entries_of
from trajecta.stats.charts.registry import chart

Line = tuple[int, str, str, int]  # position, letter, words, row (from 1)


def part_words(study: Study, measure: str, choice: ChartChoice) -> str:
    """What a part shows: the chart and its measure, or its patient and measure.

    A measure that the study has no more keeps its key, so that the part can be found and removed.
    """
    named = {m.key: m.name for m in study.cohort.measures}.get(measure, measure)
    entry = chart(choice.kind)
    if entry.key == "medication" and choice.patient:
        return f"{entry.name}, {choice.patient}, {named}"
    return entry.name if entry.group == "All measures" else f"{entry.name}, {named}"


class PartPainter(QStyledItemDelegate):
    """Paints one part a row, with a hairline above the first one of each row of the page."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        _, letter, words, row = index.data(VALUE)
        painter.save()
        rect, chosen = paint_ground(painter, option, self.theme)
        place = QRect(rect.right() - 60, rect.top(), 48, rect.height())
        used = paint_text(painter, place, f"row {row}", self.theme.soft, right=True)
        paint_text(painter, rect.adjusted(16, 0, 0, 0), letter, self.theme.ink, bold=True)
        paint_text(painter, rect.adjusted(38, 0, -20 - used, 0), words, self.theme.ink, bold=chosen)
        painter.restore()


class PartList(QListView):
    """Shows the parts; ``moved_to`` tells which one is looked at, by its position, or -1."""

    moved_to = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows = Rows(self)
        set_up_list(self, self._rows, PartPainter(theme, self), "Parts of the page")
        self.setMinimumHeight(3 * ROW)
        self.selectionModel().currentChanged.connect(lambda index, _: self.moved_to.emit(index.row()))

    @property
    def position(self) -> int:
        """The part looked at, -1 for none."""
        return self.currentIndex().row()

    def look_at(self, position: int) -> None:
        """Select the part at this position, as far as there is one."""
        self.setCurrentIndex(self._rows.index(max(0, min(position, self._rows.rowCount() - 1))))

    def show_study(self, study: Study) -> None:
        """Show the parts of the page of this study; the position looked at is kept."""
        at, page = self.position, study.page
        found: list[tuple[object, str, str]] = []
        row = 0
        for i, entry in enumerate(entries_of(page.parts)):
            row += entry.new_row
            words = part_words(study, entry.measure, entry.choice)
            line: Line = (i, page.name(i), words, row)
            found.append((line, f"{page.name(i)}, {words}, row {row}", words))
        self._rows.show(tuple(found))
        self.look_at(at)
        self.viewport().update()
