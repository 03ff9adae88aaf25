"""What can be chosen about the chart at hand, as a small form under a button; each choice is one undoable step.

Invariant: only the options that the chart uses are shown (``Chart.options``), each under the words of this table.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QFrame, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from trajecta.gui.parts import called, looking
from trajecta.io.study import Study
from trajecta.stats.charts.choice import Centre, Effect, Gaps, TimeUnit, ValueScale
from trajecta.stats.charts.registry import Chart
from trajecta.stats.cohort import Kind

Entries = Callable[[Study], Iterable[tuple[Any, str]]]


class OptionSpec(NamedTuple):
    """One field of ``ChartChoice``: its name, its words, and what can be chosen with the words for it."""

    name: str
    words: str
    entries: Entries


def _groups(study: Study) -> list[tuple[str, str]]:
    """The facts by which patients can be grouped: those with fewer values than patients."""
    cohort = study.cohort
    found = [("", "All together")]
    if len({p.sex for p in cohort.included}) > 1:
        found.append(("sex", "Sex"))
    labels = dict.fromkeys(label for p in cohort.included for label, _ in p.facts)
    for label in labels:
        values = {text for p in cohort.included for name, text in p.facts if name == label}
        if 1 < len(values) < len(cohort.included):
            found.append((label, label))
    return found


def _spans(study: Study) -> list[tuple[str, str]]:
    """The events with a beginning and an end, whose time can be shaded."""
    names = dict.fromkeys(e.name for e in study.cohort.events if e.day is not None and e.end_day is not None)
    return [("", "Nothing"), *((name, name) for name in names)]


def _always(*entries: tuple[Any, str]) -> Entries:
    return lambda _: entries


OPTIONS: tuple[OptionSpec, ...] = (
    OptionSpec(
        "scale",
        "Values",
        _always(
            (ValueScale.AUTO, "As suits the measure"),
            (ValueScale.MEASURED, "As measured"),
            (ValueScale.CHANGE, "Change from baseline"),
            (ValueScale.PERCENT, "Percent change"),
            (ValueScale.LOG, "Logarithmic axis"),
        ),
    ),
    OptionSpec(
        "centre",
        "Centre line",
        _always(
            (Centre.NONE, "None"),
            (Centre.QUARTILES, "Median with quartiles"),
            (Centre.RANGE, "Median with range"),
            (Centre.SD, "Mean with SD"),
        ),
    ),
    OptionSpec("each", "Panels", _always((False, "All patients in one"), (True, "One for each patient"))),
    OptionSpec("by", "Groups", _groups),
    OptionSpec(
        "gaps", "Missed visits", _always((Gaps.CROSS, "Gap with a cross"), (Gaps.DASHED, "Dashed line with a cross"))
    ),
    OptionSpec("shade", "Shade the time of", _spans),
    OptionSpec(
        "effect", "Effect", _always((Effect.RANK_BISERIAL, "Rank-biserial correlation"), (Effect.DZ, "Cohen’s dz"))
    ),
    OptionSpec("bracket", "Bracket", _always((False, "None"), (True, "With P of the leading test"))),
    OptionSpec("time_unit", "Time axis", _always(*((unit, unit.value.capitalize()) for unit in TimeUnit))),
)


class ChartOptions(QFrame):
    """A form that pops up; ``chosen`` carries the field of ``ChartChoice``, its new value, and words for the undo."""

    chosen = Signal(str, object, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popup")
        self._rows: dict[str, QComboBox] = {}
        self._values: dict[str, list[Any]] = {spec.name: [] for spec in OPTIONS}
        self._form = QFormLayout()
        self._form.setVerticalSpacing(6)
        self._form.setHorizontalSpacing(12)
        self.none = looking(QLabel("This chart has no further options."), "soft")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.addLayout(self._form)
        layout.addWidget(self.none)
        self.measures = called(looking(QToolButton(), "field"), "Measures below")
        self.measures.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.measures.setMenu(QMenu(self.measures))
        self._form.addRow("Measures below", self.measures)
        for spec in OPTIONS:
            box = called(QComboBox(), spec.words)
            box.setMinimumWidth(190)
            box.activated.connect(lambda _, name=spec.name: self._choose(name))
            self._form.addRow(spec.words, box)
            self._rows[spec.name] = box

    def show_study(self, study: Study, chart: Chart) -> None:
        """Fill the form with what this chart of this study can take and has."""
        for spec in OPTIONS:
            box = self._rows[spec.name]
            entries = list(spec.entries(study)) if spec.name in chart.options else []
            if self._values[spec.name] != [value for value, _ in entries]:
                # Qt hands an enumeration back as a plain text, so the values stay here and the box has the words.
                self._values[spec.name] = [value for value, _ in entries]
                box.clear()
                box.addItems([words for _, words in entries])
            self._form.setRowVisible(box, len(entries) > 1)
            at = next((i for i, (value, _) in enumerate(entries) if value == getattr(study.chart, spec.name)), 0)
            box.setCurrentIndex(at)
        self._show_measures(study, "with_measures" in chart.options)
        controls = (self.measures, *self._rows.values())
        self.none.setVisible(not any(self._form.isRowVisible(control) for control in controls))

    def box(self, name: str) -> QComboBox:
        """The control of one field."""
        return self._rows[name]

    def pop_up(self, under: QWidget) -> None:
        """Show the form under a button."""
        self.adjustSize()
        self.move(under.mapToGlobal(QPoint(0, under.height() + 4)))
        self.show()
        first = next((box for box in self._rows.values() if self._form.isRowVisible(box)), None)
        if first is not None:
            first.setFocus()

    def _show_measures(self, study: Study, wanted: bool) -> None:
        """The menu of measures that stand below the one looked at; unticking the last one takes the chart's own."""
        self._form.setRowVisible(self.measures, wanted)
        menu = self.measures.menu()
        menu.clear()
        named = study.chart.with_measures
        for measure in study.cohort.measures if wanted else ():
            if measure.key == study.measure or measure.kind is Kind.YES_NO:
                continue
            action = menu.addAction(measure.name)
            action.setCheckable(True)
            action.setChecked(measure.key in named)
            action.triggered.connect(lambda on, key=measure.key: self._turn(named, key, on))
        self.measures.setText(f"{len(named)} chosen" if named else "As suits the cohort")

    def _turn(self, named: tuple[str, ...], key: str, on: bool) -> None:
        chosen = (*named, key) if on else tuple(k for k in named if k != key)
        self.chosen.emit("with_measures", chosen, "change the measures of the chart")

    def _choose(self, name: str) -> None:
        box = self._rows[name]
        words = next(spec.words for spec in OPTIONS if spec.name == name)
        self.chosen.emit(name, self._values[name][box.currentIndex()], f"change “{words.lower()}” of the chart")
