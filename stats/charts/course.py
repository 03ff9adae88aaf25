"""The values of one measure as a chart shows them: as measured, as change from a visit, in percent, as logarithms.

Invariants: differences are decimal (3.4 − 2.8 is 0.6); who has no place on the scale is left out and named, never put
at a limit; zeros on a logarithmic axis lie on their own line below a break, values below 0 keep the axis linear.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import short_number
from trajecta.stats.charts.choice import ChartChoice, TimeUnit, ValueScale
from trajecta.stats.charts.frame import CHANGE_FROM, is_logarithmic, log_axis, log_measure, value_axis
from trajecta.stats.charts.traces import Trace, apart, has_days, moved, steps_note, traces, unit_of_time
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, Kind, Measure
from trajecta.stats.decimals import exact, ratio
from trajecta.stats.figure import SOFT_INK, Axis, Rule, Stroke
from trajecta.stats.results import PairedResult

ZERO_DROP = 0.2  # of the logarithms' span: how far below the smallest value zeros are drawn
LEAST_DROP = 0.3  # decades
PERCENT_AROUND_ZERO, AROUND_ZERO = 10.0, 2.0  # what an axis shows either way where nobody changed: whole ticks
MOST_NAMED = 8  # patients without a place on the scale whose names a note holds
NO_CHANGE = Stroke("#9AA3AD", 0.6)
IMPORTANT = Stroke(SOFT_INK, 0.6, (1.5, 1.5))


@dataclass(frozen=True)
class Course:
    """One measure on the scale it is drawn on.

    ``measure`` is the measure as the axis shows it (its bands hold there), ``drawn`` the patients on it, ``every`` all
    who have a value, ``notes`` the sentences about those who have no place. ``important`` is the size of the smallest
    important change on a scale of changes. ``zero`` as in ``Axis``.
    """

    measure: Measure
    drawn: tuple[Trace, ...]
    every: tuple[Trace, ...]
    scale: ValueScale
    unit: TimeUnit
    dated: bool
    notes: tuple[str, ...] = ()
    important: float | None = None
    zero: tuple[float, float] | None = None

    @property
    def is_change(self) -> bool:
        """Whether the values are changes, absolute or in percent."""
        return self.scale in (ValueScale.CHANGE, ValueScale.PERCENT)

    def axis(self, length: float, pad: float, size: float, also: Sequence[float] = ()) -> Axis:
        """The value axis of ``length`` points with ``pad`` points free at its ends; ``also`` must be in view too."""
        values = [*(p.value for trace in self.drawn for p in trace.points), *also]
        if self.scale is ValueScale.LOG:
            return log_axis(self.measure, values, length, pad, size, self.zero)
        if self.is_change:
            reach = PERCENT_AROUND_ZERO if self.scale is ValueScale.PERCENT else AROUND_ZERO
            values = [*values, 0.0] if any(values) else [-reach, reach]
        return value_axis(self.measure, values, length, pad, size)

    def text(self, value: float) -> str:
        """A place on the axis as the number it stands for, changes with their sign and unit."""
        if self.scale is ValueScale.LOG:
            return short_number(0.0 if self.zero and value <= self.zero[1] else 10.0**value)
        sign = "+" if self.is_change and value > 0 else ""
        percent = " %" if self.scale is ValueScale.PERCENT else ""
        return f"{sign}{short_number(value)}{percent}"

    @property
    def important_ends(self) -> tuple[float, ...]:
        """The smallest important change down and up, where the patients' changes reach that far."""
        if self.important is None:
            return ()
        low, high = self.axis(100.0, 0.0, 7.0).range
        return tuple(at for at in (-self.important, self.important) if low <= at <= high)

    def rules(self, axis: Axis) -> tuple[Rule, ...]:
        """On a scale of changes: the line of no change, and those of the smallest important change that are in view."""
        if not self.is_change:
            return ()
        low, high = axis.range
        ends = (at for at in self.important_ends if low < at < high)
        return (Rule(0.0, False, NO_CHANGE), *(Rule(at, False, IMPORTANT) for at in ends))


def course(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Course | str:
    """The course of ``measure`` on the scale of the choice, or the sentence that says why there is none.

    Changes are from the visit before of ``result`` if it is about this measure, else from the one that a comparison of
    it would take. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    dated = has_days(cohort, measure)
    unit = unit_of_time(cohort, measure, choice.time_unit)
    every = traces(cohort, measure, unit if dated else None)
    if not any(trace.points for trace in every):
        return f"No included patient has a value of {found.name}."
    plain = Course(found, every, every, ValueScale.MEASURED, unit, dated)
    scale = choice.scale
    if found.kind is Kind.YES_NO:
        note = () if scale in (ValueScale.AUTO, ValueScale.MEASURED) else ("Yes and no are drawn as they are.",)
        return replace(plain, drawn=apart(every), notes=(*note, *steps_note(every)))
    if scale in (ValueScale.CHANGE, ValueScale.PERCENT):
        return _changes(cohort, plain, scale, result)
    values = [p.value for trace in every for p in trace.points]
    if scale is ValueScale.LOG or (scale is ValueScale.AUTO and is_logarithmic(found, values)):
        return _logarithms(plain, values)
    return plain


def _logarithms(plain: Course, values: list[float]) -> Course:
    """The course on a logarithmic axis, its zeros below a break; linear with a note where values allow no logarithm."""
    above = [math.log10(value) for value in values if value > 0]
    if min(values) < 0 or not above:
        why = "values below 0 have" if min(values) < 0 else "all values are 0, which has"
        return replace(plain, notes=(f"The axis is not logarithmic: {why} no logarithm.",))
    zero = None
    if min(values) == 0:
        drop = max(ZERO_DROP * (max(above) - min(above)), LEAST_DROP)
        zero = (min(above) - drop, min(above) - drop / 2)

    def place(value: float) -> float:
        return math.log10(value) if value > 0 else zero[0] if zero else value

    drawn = tuple(moved(trace, place) for trace in plain.every)
    notes = ("Zeros, which have no logarithm, lie below the break of the axis.",) if zero else ()
    return replace(plain, measure=log_measure(plain.measure), drawn=drawn, scale=ValueScale.LOG, zero=zero, notes=notes)


def before_visit(cohort: Cohort, measure: str, result: PairedResult | None) -> str | None:
    """The key of the visit that changes are counted from; None where the measure has no pair of visits."""
    if result is not None and result.measure.key == measure:
        return result.comparison.before
    from trajecta.stats.compare import default_comparison

    found = default_comparison(cohort, measure)
    return found.before if found else None


def _changes(cohort: Cohort, plain: Course, scale: ValueScale, result: PairedResult | None) -> Course | str:
    measure = plain.measure
    before = before_visit(cohort, measure.key, result)
    if before is None:
        return f"No patient has values of {measure.name} at two visits, so there is no change to draw."
    label = cohort.visit(before).label
    starts: dict[str, float] = {}
    for trace in plain.every:
        seen = cohort.observation(measure.key, before, trace.patient)
        if seen is not None and seen.value is not None:
            starts[trace.patient] = seen.value
    percent = scale is ValueScale.PERCENT
    without = [t.patient for t in plain.every if t.patient not in starts]
    at_zero = [t.patient for t in plain.every if percent and starts.get(t.patient, 1.0) <= 0]
    drawn = tuple(
        moved(trace, _change_from(starts[trace.patient], percent))
        for trace in plain.every
        if trace.patient not in without and trace.patient not in at_zero
    )
    notes = [f"Not drawn, no value at {label}: {_who(without)}."] if without else []
    if at_zero:
        below = "0" if all(starts[p] == 0 for p in at_zero) else "0 or less"
        notes.append(f"Not drawn, {below} at {label}, from which there is no percent change: {_who(at_zero)}.")
    if not any(trace.points for trace in drawn):
        kind = "percent change" if percent else "change"
        return f"No patient has a {kind} of {measure.name} from {label}. {' '.join(notes)}".rstrip()
    shown = replace(measure, name=f"{measure.name}{CHANGE_FROM}{label}", range=None, bands=(), important=None)
    important = None if percent else _important(measure, result)
    return replace(
        plain,
        measure=replace(shown, unit="%") if percent else shown,
        drawn=drawn,
        scale=scale,
        notes=tuple(notes),
        important=important,
    )


def _who(patients: Sequence[str]) -> str:
    """Those patients by name, of many their number."""
    return listed(patients) if len(patients) <= MOST_NAMED else counted(len(patients), "patient")


def _change_from(start: float, percent: bool) -> Callable[[float], float]:
    def change(value: float) -> float:
        moved_by = exact(value) - exact(start)
        if percent:
            moved_by = moved_by * 100 / exact(start)
        return ratio(moved_by.numerator, moved_by.denominator)

    return change


def _important(measure: Measure, result: PairedResult | None) -> float | None:
    """The smallest important change: the one asked for in the question, else the measure's own."""
    asked = result.comparison.important if result is not None and result.measure.key == measure.key else None
    return measure.important if asked is None else asked
