"""What the hand may change about the figure, for the popups over it and for the dialog: reading and writing edits.

Invariant: every change goes through ``session.edit``; changes with the same ``merge`` are one step of the history.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from trajecta.gui.session import Session
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.edits import AxisEdit, Edits, Place, Style, chosen_styles, own_words, same_words
from trajecta.stats.charts.traces import styles
from trajecta.stats.figure import Axis, Figure, Panel
from trajecta.stats.palette import PatientStyle


class Drawing(Protocol):
    """Who draws the figure: the figure panel."""

    def shown(self) -> Figure | None:
        """The figure as it is seen now."""

    def figure_with(self, choice: ChartChoice, as_seen: bool) -> Figure:
        """The figure that another choice gives."""


class Stylist:
    """Reads and writes the edits of the study's figure."""

    def __init__(self, session: Session, drawing: Drawing, merge: str = "") -> None:
        self.session, self._drawing, self._merge = session, drawing, merge

    @property
    def choice(self) -> ChartChoice:
        """The chart of the study."""
        return self.session.study.chart

    @property
    def edits(self) -> Edits:
        """What was changed by hand so far."""
        return self.choice.edits

    def place(self, panel: str = "", axis: str = "") -> Place:
        """A place in the figure at hand."""
        return Place(self.choice.kind, self.session.study.measure, panel, axis)

    def drawn(self) -> Figure:
        """The figure as it is drawn, without zoom."""
        return self._drawing.figure_with(self.choice, False)

    def own(self) -> Figure:
        """The figure as the chart itself draws it in this style, without other words or limits."""
        return self._drawing.figure_with(replace(self.choice, edits=Edits(self.edits.style)), False)

    def own_panel(self, key: str) -> Panel:
        """A panel as the chart itself draws it."""
        return next(panel for panel in self.own().panels if panel.key == key)

    def own_axis(self, key: str, axis: str) -> Axis:
        """An axis as the chart itself draws it."""
        panel = self.own_panel(key)
        return panel.x if axis == "x" else panel.y

    def axis_edit(self, key: str, axis: str) -> AxisEdit:
        """What was changed about an axis so far."""
        return self.edits.axis(self.place(key, axis), own_words(self.own_axis(key, axis).label))

    def heading(self, drawn: str) -> str:
        """The own words of a heading that is drawn; empty for the title that was written above the figure."""
        title = self.edits.text(self.place(), "")
        if title and own_words(drawn).rstrip("…") in own_words(title):
            return ""
        here = (edit for edit in self.edits.texts if edit.place == self.place())
        return next((edit.of for edit in here if same_words(edit.text, drawn)), drawn)

    def patient_style(self, patient: str) -> PatientStyle:
        """How a patient is drawn."""
        return self.patient_styles()[patient]

    def own_style(self, patient: str) -> PatientStyle:
        """How a patient is drawn whose style nobody changed."""
        return styles(self.session.study.cohort)[patient]

    def patient_styles(self) -> dict[str, PatientStyle]:
        """How every patient of the study is drawn."""
        return chosen_styles(styles(self.session.study.cohort), (self.edits,))

    def set_style(self, style: Style) -> None:
        """Another look of the figure."""
        self._edit("change the style of the figure", lambda edits: replace(edits, style=style))

    def set_axis(self, edit: AxisEdit) -> None:
        """Another label, range or density of an axis."""
        self._edit("change an axis of the figure", lambda edits: edits.with_axis(edit))

    def set_text(self, of: str, text: str | None) -> None:
        """Other words of a heading, or a title (``of`` empty); None gives back the own ones."""
        what = "change the title of the figure" if not of else "change a heading of the figure"
        self._edit(what, lambda edits: edits.with_text(self.place(), of, text))

    def set_patient(self, patient: str, style: PatientStyle | None) -> None:
        """Another colour, symbol and dash of a patient in every figure of the study."""
        if style == self.own_style(patient):
            style = None
        what = f"change how {patient} is drawn"
        self.session.edit(what, lambda study: study.with_patient_style(patient, style), self._merge)

    def set_width(self, width_mm: float, style: Style) -> None:
        """The page and look of a template."""

        def change(edits: Edits) -> Edits:
            return replace(edits, style=style)

        self._edit("apply a template", change, width_mm)

    def forget(self) -> None:
        """The chart's own words, ranges and style again; how patients are drawn stays."""
        self._edit("undo what was changed by hand in the figure", lambda edits: Edits(patients=edits.patients))

    def _edit(self, label: str, change: Callable[[Edits], Edits], width_mm: float | None = None) -> None:
        def changed(choice: ChartChoice) -> ChartChoice:
            width = choice.width_mm if width_mm is None else width_mm
            return replace(choice, edits=change(choice.edits), width_mm=width)

        self.session.edit(label, lambda study: study.with_chart(changed(study.chart)), self._merge)
