"""The centre: the row of chart kinds and the figure as paper on its desk."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from trajecta.gui.chart_bar import ChartBar
from trajecta.gui.hover_card import HoverCard, card_text
from trajecta.gui.paper import Paper
from trajecta.gui.parts import looking
from trajecta.gui.session import Session
from trajecta.gui.targets import Hit
from trajecta.gui.theme import Theme
from trajecta.gui.walking import Walking
from trajecta.io.study import Study
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import build_figure, chart
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult

MANY = 1000  # patients × visits; a figure of more is described in the background, so that the window never stops
MARGIN = 16  # px between the paper and the edge of the desk


class Desk(QWidget):
    """Keeps the paper at its true proportions, as large as fits, with a soft shadow."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(QSize(320, 200))
        self.paper = Paper(self)
        self.card = HoverCard(self)
        self.empty = looking(QLabel("", self), "soft")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)

    def show_figure(self, figure: Figure | None, why_empty: str = "") -> None:
        """Lay this figure on the desk, or say why there is none."""
        self.paper.setVisible(figure is not None)
        self.empty.setVisible(figure is None)
        self.empty.setText(why_empty)
        if figure is not None:
            self._place(figure)
        self.paper.show_figure(figure)
        self.update()

    def set_stage(self, on: bool) -> None:
        """Lie on black, as in a lecture, or on the grey of the window."""
        for ground in (self, self.parentWidget()):
            if ground is not None:
                ground.setObjectName("stage" if on else "desk")
                ground.style().unpolish(ground)
                ground.style().polish(ground)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.empty.setGeometry(self.rect())
        if self.paper.figure is not None:
            self._place(self.paper.figure)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.paper.figure is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(6, 0, -1):
            painter.setBrush(QColor(0, 0, 0, 7))
            page = QRectF(self.paper.geometry()).adjusted(-spread, -spread + 2, spread, spread + 2)
            painter.drawRoundedRect(page, 3 + spread, 3 + spread)

    def _place(self, figure: Figure) -> None:
        room = self.rect().adjusted(MARGIN, 6, -MARGIN, -MARGIN)
        scale = min(room.width() / figure.width, room.height() / figure.height)
        size = QSize(max(1, int(figure.width * scale)), max(1, int(figure.height * scale)))
        self.paper.setGeometry(
            QRect(room.left() + (room.width() - size.width()) // 2, room.top(), size.width(), size.height())
        )
        self.update()


class FigurePanel(QWidget):
    """Chart kinds above, the figure below; redraws when the study, the answer or the selection changes."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._theme = session, theme
        self.desk = Desk()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(6)
        self.head = ChartBar(MARGIN)
        self.head.kind.connect(self.choose_kind)
        self.head.choice.connect(lambda name, value, label: self._choose(label, **{name: value}))
        layout.addWidget(self.head)
        layout.addWidget(self.desk, 1)
        self.desk.paper.pointed.connect(self._point)
        self.desk.paper.picked.connect(self._pick)
        self.desk.paper.installEventFilter(self)
        self.walking = Walking(session, self.desk.paper, self)
        session.changed.connect(self._changed)
        session.answered.connect(lambda _: self._answered())
        session.selected.connect(self._select)

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons of the chart kinds."""
        self._theme = theme
        self.head.set_theme(theme, chart(self._session.study.chart.kind).icon)

    def turn(self, decoration: str) -> bool:
        """Switch “focus” or “crosshair” on or off; returns whether it is on now."""
        on = not getattr(self.desk.paper.sheet.over, decoration)
        self.desk.paper.overlay(**{decoration: on})
        return on

    def choose_kind(self, kind: str) -> None:
        """Draw another kind of chart, as one undoable step."""
        self._choose(f"draw {chart(kind).name}", kind=kind)

    def shown(self) -> Figure | None:
        """The figure as it is seen now, zoom included."""
        return self.desk.paper.shown()

    def figure_with(self, choice: ChartChoice, as_seen: bool) -> Figure:
        """The figure on another page, at home or zoomed as it is seen now."""
        study = self._session.study
        figure = build_figure(study.cohort, study.measure, self._result(study), self._focused(choice))
        return self.desk.paper.seen(figure) if as_seen else figure

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self.walking.press(event)

    def _choose(self, label: str, **changes: object) -> None:
        def change(study: Study) -> Study:
            return study.with_chart(replace(study.chart, **changes))  # type: ignore[arg-type]  # checked by callers

        self._session.edit(label, change)

    def _changed(self, before: Study, study: Study) -> None:
        """Draw anew if the drawing can differ; a change of the composed page, say, leaves figure and zoom alone."""
        seen = (before.cohort, before.measure, before.comparison, before.chart)
        if seen != (study.cohort, study.measure, study.comparison, study.chart) or self.shown() is None:
            self._show(study)

    def _show(self, study: Study) -> None:
        self.head.show_study(study, self._theme)
        self._draw(study, study.chart)

    def _draw(self, study: Study, choice: ChartChoice) -> None:
        self.desk.card.hide()
        if not study.measure:
            self.desk.show_figure(None, "Nothing to draw: the workbook has no measure. Look at Review import.")
            return
        if not is_large(study):
            self._lay(self.figure_with(choice, as_seen=False))
            return
        if study.comparison is not None and self._result(study) is None:
            return  # first the answer, then the figure: painting beside a computation takes three times as long
        wanted = (study.cohort, study.measure, self._result(study), self._focused(choice))
        jobs = self._session.jobs
        jobs.run("figure", lambda: build_figure(*wanted), lambda future: self._lay(future.result()))

    def _lay(self, figure: Figure) -> None:
        self.desk.show_figure(figure)
        self.desk.paper.select(self._session.patient, self._session.patients)

    def _answered(self) -> None:
        """Only charts of the pairs show anything of the answer; those of large cohorts have waited for it."""
        study = self._session.study
        if chart(study.chart.kind).needs_pair or is_large(study):
            self._draw(study, study.chart)

    def _focused(self, choice: ChartChoice) -> ChartChoice:
        return replace(choice, patient=choice.patient or self._session.patient)

    def _result(self, study: Study) -> PairedResult | None:
        """The answer to the study's question, None while it is still being computed."""
        result = self._session.result
        return result if result is not None and result.comparison == study.comparison else None

    def _point(self, hit: Hit | None) -> None:
        if hit is None:
            self.desk.card.hide()
            return
        at = self.desk.paper.mapTo(self.desk, hit.at.toPoint())
        text = card_text(self._session.study, hit.patient, hit.visit, hit.measure)
        self.desk.card.show_at(text, QPoint(at), self._theme.soft)

    def _pick(self, patients: frozenset[str], adding: bool) -> None:
        """Select these; a second click lets go, and with Shift or Ctrl they join the others or leave them again."""
        chosen = self._session.patients
        if adding:
            self._session.select_all(chosen - patients if patients <= chosen else chosen | patients)
        else:
            self._session.select_all(frozenset() if patients == chosen and len(patients) == 1 else patients)

    def _select(self, patient: str | None) -> None:
        study = self._session.study
        if study.chart.kind == "medication" and study.measure:
            self._draw(study, study.chart)
        self.desk.paper.select(patient, self._session.patients)


def is_large(study: Study) -> bool:
    """Whether describing the figure would hold up the window."""
    return len(study.cohort.patients) * len(study.cohort.visits) > MANY
