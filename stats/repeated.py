"""The question of a measure over several visits and its answer: tests over all, pairs, numbers per patient, slope.

Invariants: patients are joined by id; the tests over all visits use the patients with a value at every visit, the
ledger names the others and why; pairs of visits, slope and summaries use every value there is; nothing raises for few,
equal or missing values, and what cannot be said is None with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from trajecta.stats.cochran import cochran_q
from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, LeftOut, Measure, Observation, Visit
from trajecta.stats.compare import summary
from trajecta.stats.decimals import PairedValues, paired_values
from trajecta.stats.friedman import VisitsTest, friedman
from trajecta.stats.limits_of_assay import signs_of
from trajecta.stats.patient_summaries import PatientSummary, points_of, summarise
from trajecta.stats.post_hoc import Pairing, PostHoc, pairs_of, post_hoc
from trajecta.stats.results import Summary, Zeros
from trajecta.stats.rm_anova import AnovaResult, rm_anova
from trajecta.stats.summary_tests import SummaryTest, summary_tests
from trajecta.stats.trend import TrendResult, common_slope
from trajecta.stats.visit_times import TimeAxis, time_axis, time_of
from trajecta.stats.visits_words import visits_cautions, visits_lead, visits_methods


@dataclass(frozen=True, slots=True)
class VisitsComparison:
    """A question: does ``measure`` change over these ``visits`` (keys, in the order asked; empty for all with values)?

    ``times`` puts the visits on a time axis of the user's own. ``threshold`` is that of "days at or below". ``slopes``
    asks for the model with a slope per patient too, which takes a second or more. ``level`` is that of intervals.
    """

    measure: str
    visits: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    pairing: Pairing = Pairing.ALL
    threshold: float | None = None
    slopes: bool = False
    zeros: Zeros = Zeros.WILCOXON
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class VisitColumn:
    """One visit of the answer: its summary over the patients with a value at every visit, and how many have one here.

    ``yes`` is the number of yes among the former, None for a numeric measure; ``time`` is its place on the time axis.
    """

    key: str
    label: str
    summary: Summary
    available: int
    time: float | None = None
    yes: int | None = None


@dataclass(frozen=True, slots=True)
class VisitsResult:
    """The answer to a ``VisitsComparison``.

    ``patients`` have a value at every visit and enter the tests over all visits; ``rows`` are their values as recorded.
    ``increased``, ``unchanged`` and ``decreased`` count them from the first visit to the last.
    """

    comparison: VisitsComparison
    measure: Measure
    visits: tuple[VisitColumn, ...]
    patients: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]
    left_out: tuple[LeftOut, ...]
    increased: int
    unchanged: int
    decreased: int
    friedman: VisitsTest
    cochran_q: VisitsTest
    rm_anova: AnovaResult
    slope: TrendResult
    own_slopes: TrendResult
    post_hoc: tuple[PostHoc, ...] = ()
    axis: TimeAxis | None = None
    axis_reason: str = ""
    summaries: tuple[PatientSummary, ...] = ()
    summary_tests: tuple[SummaryTest, ...] = ()
    censored: tuple[Observation, ...] = field(default=(), repr=False)
    cautions: tuple[str, ...] = ()
    lead: str = ""
    methods: str = ""

    @property
    def n(self) -> int:
        """Number of patients with a value at every visit."""
        return len(self.patients)

    @property
    def kind(self) -> Kind:
        """What the values of the measure are."""
        return self.measure.kind

    @property
    def omnibus(self) -> VisitsTest:
        """The test over all visits that fits the measure: Friedman's, or Cochran's for yes/no."""
        return self.cochran_q if self.kind is Kind.YES_NO else self.friedman

    @property
    def kendall_w(self) -> float | None:
        """Kendall's coefficient of concordance, 0 to 1; None for yes/no measures or without a rank test."""
        return self.friedman.kendall_w


NOT_YES_NO = "Cochran’s Q is for yes/no measures; this one has numbers."
NOT_NUMERIC = "This is a yes/no measure, which has no ranks, no variance and no slope; see Cochran’s Q."
NOT_ASKED = "A slope per patient was not asked for."


def compare_visits(cohort: Cohort, question: VisitsComparison) -> VisitsResult:
    """Answer a question over several visits.

    KeyError if the cohort has no such measure or visit; ValueError for a level outside (0, 1), a visit named twice, or
    a number of times that is not the number of visits. Two visits give what several would; one or none, as well as 0, 1
    or 2 patients and equal values, give an answer with reasons in place of what cannot be said.
    """
    if not 0.0 < question.level < 1.0:
        raise ValueError(f"a level of {question.level} lies outside 0 to 1")
    measure = cohort.measure(question.measure)
    keys = question.visits or tuple(visit.key for visit in cohort.visits_of(measure.key))
    if len(set(keys)) < len(keys):
        raise ValueError("the same visit was named twice")
    visits = tuple(cohort.visit(key) for key in keys)
    complete, left_out = complete_patients(cohort, measure.key, visits)
    limits = [comparable(row) for row in complete.values()]
    rows = _on_one_grid(limits)
    axis = time_axis(cohort, visits, question.times) if visits else "There are no visits with values."
    changes = [row[-1] - row[0] for row in rows]
    ranked, answered, analysed = _omnibus(measure, rows)
    over_time = _over_time(cohort, question, visits, axis)
    result = VisitsResult(
        comparison=question,
        measure=measure,
        visits=tuple(_column(cohort, measure, visit, i, (complete, axis)) for i, visit in enumerate(visits)),
        patients=tuple(complete),
        rows=tuple(tuple(_value(o) for o in row) for row in complete.values()),
        left_out=left_out,
        increased=sum(change > 0 for change in changes),
        unchanged=changes.count(0),
        decreased=sum(change < 0 for change in changes),
        friedman=ranked,
        cochran_q=answered,
        rm_anova=analysed,
        slope=over_time.slope,
        own_slopes=over_time.own_slopes,
        summaries=over_time.summaries,
        summary_tests=over_time.tests,
        post_hoc=_post_hoc(cohort, question, visits),
        axis=None if isinstance(axis, str) else axis,
        axis_reason=axis if isinstance(axis, str) else "",
        censored=tuple(o for row in complete.values() for o in row if o.censored is not Censored.NO),
    )
    result = replace(result, cautions=tuple(visits_cautions(result, _wider(cohort, measure.key, visits, result.n))))
    return replace(result, lead=visits_lead(result), methods=visits_methods(result))


Complete = dict[str, tuple[Observation, ...]]
"""Patient id to the patient's observations at all visits asked about, each with a value."""


def complete_patients(cohort: Cohort, measure: str, visits: Sequence[Visit]) -> tuple[Complete, tuple[LeftOut, ...]]:
    """The patients with a value at every visit, in cohort order, and all others each with the reason."""
    excluded = {left.patient: left.reason for left in cohort.excluded}
    complete: Complete = {}
    left_out: list[LeftOut] = []
    for patient in cohort.patients:
        row = [cohort.observation(measure, visit.key, patient.id) for visit in visits]
        missing = [(o, visit) for o, visit in zip(row, visits, strict=True) if o is None or o.value is None]
        if patient.id in excluded:
            left_out.append(LeftOut(patient.id, f"excluded by the user: {excluded[patient.id]}"))
        elif missing or not visits:
            left_out.append(LeftOut(patient.id, " and ".join(_why(o, v) for o, v in missing) or "no visit to look at"))
        else:
            complete[patient.id] = tuple(o for o in row if o is not None)
    return complete, tuple(left_out)


def _why(found: Observation | None, visit: Visit) -> str:
    if found is None:
        return f"no value at {visit.label}"
    shown = f" (“{found.text}”)" if found.text else ""
    where = f" in {found.source}" if found.source else ""
    return f"no usable value at {visit.label}{shown}{where}"


def _value(observation: Observation) -> float:
    assert observation.value is not None, "only observations with a value are used"
    return observation.value


def comparable(row: Sequence[Observation]) -> tuple[float, ...]:
    """The values of one patient to compare: those beyond the same limit of measurement tie, whatever their limits.

    >>> low = Observation("A", "v", "m", 0.5, censored=Censored.BELOW)
    >>> comparable([low, replace(low, value=0.2), replace(low, value=3.0, censored=Censored.NO)])
    (0.5, 0.5, 3.0)
    """
    below = [_value(o) for o in row if o.censored is Censored.BELOW]
    above = [_value(o) for o in row if o.censored is Censored.ABOVE]
    limits = {Censored.BELOW: max(below, default=0.0), Censored.ABOVE: min(above, default=0.0)}
    return tuple(limits[o.censored] if o.censored in limits else _value(o) for o in row)


def _on_one_grid(rows: Sequence[Sequence[float]]) -> list[tuple[int, ...]]:
    flat = [value for row in rows for value in row]
    whole = paired_values(flat, flat).before
    width = len(rows[0]) if rows else 0
    return [whole[i : i + width] for i in range(0, len(whole), width)] if width else []


def _column(
    cohort: Cohort, measure: Measure, visit: Visit, place: int, known: tuple[Complete, TimeAxis | str]
) -> VisitColumn:
    complete, axis = known
    values = [_value(row[place]) for row in complete.values()]
    grid = paired_values(values, values)
    have = (cohort.observation(measure.key, visit.key, patient.id) for patient in cohort.included)
    time: float | Fraction | None = visit.day
    if isinstance(axis, TimeAxis) and axis.given is not None:
        time = axis.given[place]
    return VisitColumn(
        visit.key,
        visit.label,
        replace(summary(grid, grid.before), signs=signs_of([row[place] for row in complete.values()])),
        sum(o is not None and o.value is not None for o in have),
        None if time is None or isinstance(axis, str) else float(time),
        sum(value != 0.0 for value in values) if measure.kind is Kind.YES_NO else None,
    )


def _omnibus(measure: Measure, rows: Sequence[tuple[int, ...]]) -> tuple[VisitsTest, VisitsTest, AnovaResult]:
    """Friedman, Cochran and ANOVA of whole-number rows; what does not fit the measure says so."""
    n = len(rows)
    if measure.kind is Kind.YES_NO:
        answers = [[value != 0 for value in row] for row in rows]
        return (
            VisitsTest("friedman", "Friedman test", n=n, reason=NOT_NUMERIC),
            cochran_q(answers),
            AnovaResult(n=n, reason=NOT_NUMERIC),
        )
    return friedman(rows), VisitsTest("cochran_q", "Cochran’s Q", n=n, reason=NOT_YES_NO), rm_anova(rows)


@dataclass(frozen=True, slots=True)
class _OverTime:
    slope: TrendResult
    own_slopes: TrendResult
    summaries: tuple[PatientSummary, ...] = ()
    tests: tuple[SummaryTest, ...] = ()


def _over_time(cohort: Cohort, question: VisitsComparison, visits: Sequence[Visit], axis: TimeAxis | str) -> _OverTime:
    """Slopes, one set of summaries per patient, and the tests of these."""
    measure = cohort.measure(question.measure)
    if measure.kind is Kind.YES_NO or isinstance(axis, str):
        nothing = TrendResult(reason=NOT_NUMERIC if measure.kind is Kind.YES_NO else str(axis))
        return _OverTime(nothing, nothing)
    courses = {
        patient.id: points_of(cohort, measure.key, patient.id, visits, axis)
        for patient in cohort.included
        if any(cohort.observation(measure.key, visit.key, patient.id) is not None for visit in visits)
    }
    above = measure.direction is Direction.HIGHER
    summaries = tuple(
        summarise(patient, points, axis, question.threshold, above) for patient, points in courses.items()
    )
    known = [points for points in courses.values() if points]
    asked = (axis.slope_unit, axis.slope_factor, question.level)
    own = TrendResult(reason=NOT_ASKED)
    if question.slopes:
        from trajecta.stats.random_slope import own_slopes  # brings statsmodels, but only if the data carry the model

        own = own_slopes(known, *asked)
    reference = _reference(visits, axis)
    later = _from(cohort, measure, reference, (visits, axis))
    everyone = {patient: points for patient, points in courses.items() if points}
    tests = summary_tests((everyone, later), axis, (measure.unit, reference.label, question.level), question.zeros)
    return _OverTime(common_slope(known, *asked), own, summaries, tests)


def _reference(visits: Sequence[Visit], axis: TimeAxis) -> Visit:
    """The visit that later ones are compared with: baseline where it is among them, else the first one with a time."""
    timed = [visit for visit in visits if visit.key not in axis.without]
    return next((visit for visit in timed if visit.key == "baseline"), timed[0])


def _from(
    cohort: Cohort, measure: Measure, reference: Visit, placed: tuple[Sequence[Visit], TimeAxis]
) -> dict[str, list[tuple[Fraction, Fraction]]]:
    """The points from the reference visit on, of the patients who have a value and a time there."""
    visits, axis = placed
    place = visits.index(reference)
    found: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for patient in cohort.included:
        points = points_of(cohort, measure.key, patient.id, visits, axis)
        start = cohort.observation(measure.key, reference.key, patient.id)
        time = time_of(cohort, axis, patient.id, reference.key, place)
        if points and start is not None and start.value is not None and time is not None:
            found[patient.id] = [point for point in points if point[0] >= time]
    return found


def _post_hoc(cohort: Cohort, question: VisitsComparison, visits: Sequence[Visit]) -> tuple[PostHoc, ...]:
    measure = cohort.measure(question.measure)
    if len(visits) < 2:
        return ()

    def values_of(before: Visit, after: Visit) -> PairedValues:
        pairs = cohort.pairs(measure.key, before.key, after.key)
        limits = [comparable((pair.before, pair.after)) for pair in pairs.used]
        return paired_values([first for first, _ in limits], [second for _, second in limits])

    return post_hoc(pairs_of(visits, question.pairing), values_of, measure.kind, question.zeros)


def _wider(cohort: Cohort, measure: str, visits: Sequence[Visit], now: int) -> tuple[tuple[str, ...], int] | None:
    """Fewer visits (labels, three at least) at which more patients are complete, and how many; None where none are.

    Visits are given up in the order of how few values they have; among equal gains the most visits are kept.
    """
    available = [
        sum(
            (o := cohort.observation(measure, visit.key, p.id)) is not None and o.value is not None
            for p in cohort.included
        )
        for visit in visits
    ]
    best: tuple[tuple[str, ...], int] | None = None
    for least in sorted(set(available)):
        kept = [visit for visit, count in zip(visits, available, strict=True) if count >= least]
        count = len(complete_patients(cohort, measure, kept)[0])
        if len(kept) >= 3 and count > (best[1] if best else now):
            best = tuple(visit.label for visit in kept), count
    return best
