"""What the charts of the pairs share: each patient's row, why there may be nothing to draw, and who is missing.

Invariants: every number of a row is one that the ``PairedResult`` holds; rows keep the cohort's order and each patient
the style of the whole cohort; who was left out and which values lie beyond the assay's limit is always said.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import number_text, short_number
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import is_logarithmic, log_measure
from trajecta.stats.charts.layout import sentence_figure
from trajecta.stats.charts.traces import Point, styles
from trajecta.stats.charts.words import counted
from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, Measure
from trajecta.stats.figure import Figure
from trajecta.stats.palette import PatientStyle
from trajecta.stats.results import PairedResult, TestResult
from trajecta.stats.typeset import typeset
from trajecta.stats.words import unit_of

OPEN_SYMBOLS = "Open symbols: beyond the limit of the assay, drawn at the limit."


@dataclass(frozen=True)
class PairRow:
    """One patient's two points with the style they are drawn in and the change that the result holds."""

    patient: str
    style: PatientStyle
    before: Point
    after: Point
    change: float

    @property
    def censored(self) -> bool:
        """Whether one of the two values lies beyond the limit of the assay."""
        return self.before.censored or self.after.censored


def asked_pairs(
    cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice, numbers_only: str = ""
) -> PairedResult | Figure:
    """The result to draw, or the page with the sentence that says why there is none.

    Without a result or without pairs there is nothing to draw; a result of another measure counts as none.
    ``numbers_only`` names a chart that yes/no answers cannot fill. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    if numbers_only and found.kind is Kind.YES_NO:
        sentence = (
            f"{found.name} is answered with yes or no, so there are no amounts of change for {numbers_only}. "
            "The before–after chart shows who changed."
        )
        return sentence_figure(cohort, choice, sentence, found.name)
    if result is None or result.measure.key != found.key:
        return sentence_figure(
            cohort, choice, "Choose a visit before and a visit after to see each patient's two values.", found.name
        )
    if not result.changes:
        sentence = f"No patient has a value of {found.name} at both {result.before_label} and {result.after_label}."
        return sentence_figure(cohort, choice, sentence, found.name)
    return result


def pair_rows(cohort: Cohort, result: PairedResult) -> tuple[PairRow, ...]:
    """The rows of all patients used, in the cohort's order, their points at x = 0 (before) and 1 (after)."""
    own = styles(cohort)
    question = result.comparison

    def point(patient: str, visit: str, value: float, x: float) -> Point:
        seen = cohort.observation(question.measure, visit, patient)
        return Point(x, value, visit, seen is not None and seen.censored is not Censored.NO)

    return tuple(
        PairRow(
            change.patient,
            own[change.patient],
            point(change.patient, question.before, change.before, 0.0),
            point(change.patient, question.after, change.after, 1.0),
            change.difference,
        )
        for change in result.changes
    )


def shown_test(result: PairedResult) -> TestResult | None:
    """The test whose P figures of the pairs carry: the leading one, McNemar's for answers of yes or no."""
    found = result.yes_no
    if found is not None and found.exact_p is not None:
        changed = len(found.only_before) + len(found.only_after)
        return TestResult(
            "mcnemar", "McNemar test", found.exact_p, found.p_smallest, True, n_used=changed, zeros=result.n - changed
        )
    return next((test for test in result.tests if test.key == result.comparison.test), None)


@dataclass(frozen=True)
class PairPlot:
    """What a chart of the pairs draws: the answer, measure and rows as their axis shows them, and if at logarithms."""

    cohort: Cohort
    result: PairedResult
    measure: Measure
    rows: tuple[PairRow, ...]
    log: bool

    @property
    def place(self) -> Callable[[float], float]:
        """Where a recorded value lies on the axis."""
        return math.log10 if self.log else float


def on_scale(cohort: Cohort, result: PairedResult) -> tuple[Measure, tuple[PairRow, ...], bool]:
    """Measure and rows as their axis shows them, at their logarithms where it is logarithmic, and whether it is."""
    measure, rows = result.measure, pair_rows(cohort, result)
    if not is_logarithmic(measure, values_of(rows)):
        return measure, rows, False

    def moved(point: Point) -> Point:
        return replace(point, value=math.log10(point.value))

    return log_measure(measure), tuple(replace(r, before=moved(r.before), after=moved(r.after)) for r in rows), True


def values_of(rows: Sequence[PairRow]) -> list[float]:
    """All values of the rows, before and after."""
    return [point.value for row in rows for point in (row.before, row.after)]


def worst_first(rows: Sequence[PairRow], direction: Direction, amount: Callable[[PairRow], float]) -> list[PairRow]:
    """The rows sorted from the worst change to the best, equal ones in the cohort's order.

    Where no direction is known, from the largest rise to the largest fall.
    """
    return sorted(rows, key=amount, reverse=direction is not Direction.HIGHER)


def sideways(values: Sequence[float], step: float) -> tuple[float, ...]:
    """How far each symbol moves sideways so that equal values stand side by side, in order, around their column.

    >>> sideways([3, 5, 3], 2)
    (-1.0, 0.0, 1.0)
    """
    groups: defaultdict[float, list[int]] = defaultdict(list)
    for i, value in enumerate(values):
        groups[value].append(i)
    found = [0.0] * len(values)
    for members in groups.values():
        for place, i in enumerate(members):
            found[i] = (place - (len(members) - 1) / 2) * step
    return tuple(found)


def largest_group(values: Sequence[float]) -> int:
    """How many times the most frequent value occurs.

    >>> largest_group([16, 16, 10])
    2
    """
    return max(values.count(value) for value in set(values))


def change_text(value: float) -> str:
    """A change with its sign.

    >>> change_text(-12.5), change_text(4), change_text(0)
    ('−12.5', '+4', '0')
    """
    return f"+{short_number(value)}" if value > 0 else short_number(value)


def percent_change_text(value: float) -> str:
    """A change in per cent with its sign, whole numbers.

    >>> percent_change_text(-87.5), percent_change_text(12.2)
    ('−88 %', '+12 %')
    """
    text = number_text(value, 0)
    return f"{'+' if value > 0 and text != '0' else ''}{text} %"


def amount_with_unit(measure: Measure, text: str) -> str:
    """A change with the unit of the measure.

    >>> amount_with_unit(Measure("c3", "C3", "g/L"), "+0.2")
    '+0.2 g/L'
    """
    unit = unit_of(measure)
    return f"{text} {unit}" if unit else text


def change_label(measure: Measure, percent: bool) -> str:
    """What an axis of changes says.

    >>> change_label(Measure("c3", "C3", "g/L"), False), change_label(Measure("c3", "C3", "g/L"), True)
    ('Change of C3 (g/L)', 'Change of C3 (%)')
    """
    unit = "%" if percent else unit_of(measure)
    name = typeset(measure.name)
    return f"Change of {name} ({unit})" if unit else f"Change of {name}"


def beyond_note(rows: Sequence[PairRow]) -> tuple[str, ...]:
    """The note at the foot that explains open symbols, where there are any."""
    return (OPEN_SYMBOLS,) if any(row.censored for row in rows) else ()


def bands_said(measure: Measure) -> list[str]:
    """The sentence that names the bands of the measure with their sources; none without bands."""
    bands = [f"{b.label} ({b.source})" if b.source else b.label for b in measure.bands if b.label]
    return [f"Bands: {'; '.join(bands)}."] if bands else []


def closing(cohort: Cohort, result: PairedResult, rows: Sequence[PairRow], how: str = "drawn as open symbols") -> str:
    """Who is left out and why, how many values lie beyond the assay's limit and how they are drawn, synthetic data."""
    said = [f"{left.patient} is left out: {left.reason}." for left in result.left_out]
    beyond = sum(point.censored for row in rows for point in (row.before, row.after))
    if beyond:
        verb = "lies" if beyond == 1 else "lie"
        said.append(f"{counted(beyond, 'value')} {verb} beyond the limit of the assay, {how}.")
    if cohort.synthetic:
        said.append("The data are synthetic.")
    return " ".join(said)


NAMED = 12
"""Up to so many patients are named with their numbers in the words of a figure; of more the first and the last."""


def each_said(rows: Sequence[PairRow], amount: Callable[[PairRow], str]) -> str:
    """Every patient with an amount, of many the first and the last: "SYN-01 −16, SYN-02 −8"."""
    shown = [f"{row.patient} {amount(row)}" for row in rows]
    return ", ".join(shown) if len(shown) <= NAMED else f"from {shown[0]} to {shown[-1]}"
