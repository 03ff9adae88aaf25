"""How much of an answer hangs on one patient, on who is missing, on the zero policy, on normality, on the baseline.

Invariants: nothing here selects a test or changes the answer, it shows what the answer rests on; every estimate keeps
the convention of the answer itself; what cannot be said is None with the reason.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from trajecta.stats.bayes import BayesResult, bayes
from trajecta.stats.bootstrap import BootstrapResult, bca
from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, Observation
from trajecta.stats.compare import compare
from trajecta.stats.decimals import PairedValues, root, sum_of_squares
from trajecta.stats.distributions import normal_quantile
from trajecta.stats.families import values_of
from trajecta.stats.intervals import Setting, hodges_lehmann
from trajecta.stats.paired_tests import TESTS, signed_rank
from trajecta.stats.results import IntervalResult, PairedResult, TestResult, Zeros
from trajecta.stats.words import OFTEN_QUOTED, count_text, leading_test, list_text, number_text, p_text
from trajecta.stats.yes_no import yes_no


@dataclass(frozen=True, slots=True)
class Variant:
    """The answer under one change: an estimate with its interval, and the leading P with its smallest value.

    ``name`` is the patient left out, or what was assumed; ``reason`` says why there is no P.
    """

    name: str
    n: int
    estimate: float | None
    low: float | None
    high: float | None
    level: float | None
    p: float | None
    p_smallest: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MissingBounds:
    """The answer with complete pairs, and with the missing values at their worst and at their best."""

    patients: tuple[str, ...]
    complete: Variant
    worst: Variant | None
    best: Variant | None
    rule: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class ZeroPolicies:
    """The signed-rank test with unchanged patients dropped and ranked; ``differ`` where that changes P."""

    wilcoxon: TestResult
    pratt: TestResult
    differ: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class NormalPoint:
    """One patient's difference beside the normal quantile of its rank."""

    patient: str
    quantile: float
    difference: float


@dataclass(frozen=True, slots=True)
class Normality:
    """Q–Q points, Shapiro–Wilk and what it cannot see; it never selects a test."""

    points: tuple[NormalPoint, ...]
    w: float | None
    p: float | None
    blindness: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BaselinePoint:
    """One patient's baseline and change."""

    patient: str
    before: float
    change: float


@dataclass(frozen=True, slots=True)
class BaselineView:
    """Change against baseline: Pearson's r of both, and of change with the mean of both values (Oldham 1962)."""

    points: tuple[BaselinePoint, ...]
    correlation: float | None
    oldham: float | None
    caution: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ends:
    """Patients at the best and at the worst possible value of the instrument, before and after."""

    best_before: tuple[str, ...] = ()
    best_after: tuple[str, ...] = ()
    worst_before: tuple[str, ...] = ()
    worst_after: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Robustness:
    """Everything that an answer rests on; the parts that need numbers are None for yes/no outcomes."""

    leave_one_out: tuple[Variant, ...]
    leave_one_out_sentence: str
    missing: MissingBounds
    zeros: ZeroPolicies | None
    agreement: str
    normality: Normality | None
    baseline: BaselineView | None
    ends: Ends
    bayes: BayesResult | None
    bootstrap: BootstrapResult | None


def robustness(cohort: Cohort, result: PairedResult) -> Robustness:
    """What the answer rests on; ``result`` must be the answer that ``compare`` gave for this cohort.

    n = 0, 1, 2 and equal values give reasons in place of what cannot be said.
    """
    rows = leave_one_out(result)
    numeric = result.kind is Kind.NUMERIC
    values = values_of(result)
    return Robustness(
        rows,
        _leave_one_out_sentence(result, rows),
        missing_bounds(cohort, result),
        zero_policies(values) if numeric else None,
        agreement(result) if numeric else "",
        normality(result) if numeric else None,
        baseline_view(result) if numeric else None,
        ends(result),
        bayes(values, result.comparison.level) if numeric else None,
        bca(values, result.comparison.level) if numeric else None,
    )


# --- one patient less ------------------------------------------------------------------------------------------------


# The exact law is counted anew without each patient: with 1,000 of them that took minutes.
MOST_LEFT_OUT = 300


def leave_one_out(result: PairedResult) -> tuple[Variant, ...]:
    """The answer without each patient in turn, in the order of the patients.

    Empty for n = 0 and for more than ``MOST_LEFT_OUT`` patients. Patients with equal values leave equal answers.
    """
    if result.n > MOST_LEFT_OUT:
        return ()
    values = values_of(result)
    made: dict[tuple[int, int], Variant] = {}
    for i, pair in enumerate(zip(values.before, values.after, strict=True)):
        if pair not in made:
            made[pair] = _without(result, values, i) if result.yes_no is None else _without_yes_no(result, i)
    pairs = zip(values.before, values.after, strict=True)
    return tuple(replace(made[pair], name=patient) for patient, pair in zip(result.patients, pairs, strict=True))


def _without(result: PairedResult, values: PairedValues, i: int) -> Variant:
    rest = PairedValues(
        values.before[:i] + values.before[i + 1 :], values.after[:i] + values.after[i + 1 :], values.exponent
    )
    asked = result.comparison
    estimate = hodges_lehmann(rest, Setting(asked.level, asked.zeros, result.measure.direction))
    run = next(test.run for test in TESTS if test.key == _leading_key(result))
    return _variant(result.patients[i], rest.n, estimate, run(rest, asked.zeros))


def _leading_key(result: PairedResult) -> str:
    test = leading_test(result)
    return "signed_rank" if test is None else test.key


def _variant(name: str, n: int, estimate: IntervalResult, test: TestResult) -> Variant:
    limits = (estimate.estimate, estimate.low, estimate.high, estimate.level)
    return Variant(name, n, *limits, test.p, test.p_smallest, "" if test.p is not None else test.reason)


def _without_yes_no(result: PairedResult, i: int) -> Variant:
    rest = [change for j, change in enumerate(result.changes) if j != i]
    before, after = [change.before != 0.0 for change in rest], [change.after != 0.0 for change in rest]
    found = yes_no([change.patient for change in rest], before, after, result.comparison.level)
    d = found.difference
    limits = (d.estimate, d.low, d.high, d.level)
    return Variant(result.patients[i], len(rest), *limits, found.exact_p, found.p_smallest, found.reason)


def _leave_one_out_sentence(result: PairedResult, rows: Sequence[Variant]) -> str:
    chances = [row.p for row in rows if row.p is not None]
    estimates = [row.estimate for row in rows if row.estimate is not None]
    if result.n > MOST_LEFT_OUT:
        return f"The answer without each patient is shown for up to {MOST_LEFT_OUT} patients; here are {result.n}."
    if not estimates or not rows:
        return "There is nothing to leave out."
    low, high = number_text(min(estimates)), number_text(max(estimates))
    reach = f"stays at {low}" if low == high else f"lies between {low} and {high}"
    text = f"Without any one patient the estimate {reach}"
    if chances:
        first, last = p_text(min(chances)), p_text(max(chances))
        text += f"; {first}" if first == last else f"; from {first} to {last}"
    return text + "."


# --- missing visits --------------------------------------------------------------------------------------------------


def complete_variant(result: PairedResult, name: str = "complete pairs") -> Variant:
    """The answer itself as one line of a table."""
    if result.yes_no is not None:
        found, d = result.yes_no, result.yes_no.difference
        limits = (d.estimate, d.low, d.high, d.level)
        return Variant(name, result.n, *limits, found.exact_p, found.p_smallest, found.reason)
    test = leading_test(result)
    assert test is not None, "a numeric answer has run all tests"
    return _variant(name, result.n, result.interval("hodges_lehmann"), test)


def missing_bounds(cohort: Cohort, result: PairedResult) -> MissingBounds:
    """Missing values set to the worst and to the best that can be; patients whom the user took out stay out.

    The ends are those of the instrument where they are known (true bounds), else the smallest and the largest value
    seen at the two visits. Worst: the value before at the better end, the value after at the worse one. Without a known
    direction the bounds are "all fell" and "all rose".
    """
    complete = complete_variant(result)
    excluded = {left.patient for left in cohort.excluded}
    patients = tuple(left.patient for left in result.left_out if left.patient not in excluded)
    span = _span(cohort, result)
    if not patients or span is None:
        rule = "" if patients else "No value is missing at these two visits."
        if patients:
            rule = "No value was seen at these two visits that could stand for the missing ones."
        return MissingBounds(patients, complete, None, None, rule)
    low, high = span
    fell = _filled(cohort, result, patients, (high, low))
    rose = _filled(cohort, result, patients, (low, high))
    direction = result.measure.direction
    named = direction is not Direction.UNKNOWN
    names = ("worst case", "best case") if named else ("all missing fell", "all missing rose")
    first, second = (rose, fell) if direction is Direction.LOWER else (fell, rose)
    worst, best = complete_variant(first, names[0]), complete_variant(second, names[1])
    if result.kind is Kind.YES_NO:
        source = "yes and no"
    elif result.measure.range is not None:
        source = "the ends of the instrument"
    else:
        source = "the smallest and largest value seen at these visits (no true bound)"
    rule = f"Missing values are set to {source}."
    return MissingBounds(patients, complete, worst, best, rule, _missing_sentence(patients, (complete, worst, best)))


def _span(cohort: Cohort, result: PairedResult) -> tuple[float, float] | None:
    if result.kind is Kind.YES_NO:
        return 0.0, 1.0
    if result.measure.range is not None:
        return result.measure.range
    visits = (result.comparison.before, result.comparison.after)
    out = {left.patient for left in cohort.excluded}
    seen = [
        o.value
        for o in cohort.observations
        if o.measure == result.measure.key and o.visit in visits and o.value is not None and o.patient not in out
    ]
    return (min(seen), max(seen)) if seen else None


def _filled(cohort: Cohort, result: PairedResult, patients: Sequence[str], ends_: tuple[float, float]) -> PairedResult:
    """The answer with the missing values of these patients at (before, after)."""
    key = result.measure.key
    places = dict(zip((result.comparison.before, result.comparison.after), ends_, strict=True))
    filled = {}
    for patient in patients:
        for visit, value in places.items():
            found = cohort.observation(key, visit, patient)
            if found is None or found.value is None:
                filled[patient, visit] = Observation(patient, visit, key, value, censored=Censored.NO)
    kept = tuple(o for o in cohort.observations if o.measure != key or (o.patient, o.visit) not in filled)
    return compare(replace(cohort, observations=(*kept, *filled.values())), result.comparison)


def _missing_sentence(patients: Sequence[str], cases: Sequence[Variant]) -> str:
    who = f"{count_text(len(patients), 'patient', 'patients')} without a pair ({list_text(patients)})"
    complete, worst, best = cases
    sides = [
        f"{case.name} {number_text(case.estimate)}, {p_text(case.p)}"
        for case in (complete, worst, best)
        if case.estimate is not None
    ]
    signs = {(case.estimate > 0) - (case.estimate < 0) for case in (complete, worst, best) if case.estimate is not None}
    hangs = (
        "The direction of the change hangs on who is missing."
        if len(signs) > 1
        else "The direction of the change does not hang on who is missing."
    )
    return f"{who}: {'; '.join(sides)}. {hangs}"


# --- zeros and normality ---------------------------------------------------------------------------------------------


def zero_policies(values: PairedValues) -> ZeroPolicies:
    """Both zero policies of the signed-rank test side by side."""
    dropped, ranked = signed_rank(values, Zeros.WILCOXON), signed_rank(values, Zeros.PRATT)
    differ = dropped.p != ranked.p
    if not values.zeros:
        sentence = "Every patient changed, so the zero policy plays no part." if values.n else dropped.reason
    elif dropped.p is None:
        sentence = dropped.reason
    else:
        who = count_text(values.zeros, "unchanged patient", "unchanged patients")
        both = f"dropped (Wilcoxon) {p_text(dropped.p)}; ranked (Pratt) {p_text(ranked.p)}"
        sentence = f"With the {who} {both}."
    return ZeroPolicies(dropped, ranked, differ, sentence)


def agreement(result: PairedResult) -> str:
    """One line on the t test and the exact signed-rank test: whether they agree, and what does the work where not."""
    ranks, t = result.test("signed_rank"), result.test("paired_t")
    if ranks.p is None or t.p is None:
        return f"There are no two P values to compare: {ranks.reason or t.reason}"
    both = f"exact signed-rank {p_text(ranks.p)}, paired t {p_text(t.p)}"
    if ranks.p_smallest is not None and t.p < ranks.p_smallest:
        return (
            f"{both}: the t test goes below the smallest P that this design can give; the normality assumption does "
            "the work."
        )
    if (ranks.p < OFTEN_QUOTED) == (t.p < OFTEN_QUOTED):
        return f"{both}: both lie on the same side of 0.05."
    if t.p < ranks.p:
        return f"{both}: they lie on either side of 0.05, and the normality assumption does the work."
    return f"{both}: they lie on either side of 0.05; a few large differences widen the spread on which t relies."


SHAPIRO_SEES = (
    (3, 0.08),
    (4, 0.12),
    (5, 0.16),
    (6, 0.22),
    (7, 0.28),
    (8, 0.34),
    (10, 0.43),
    (12, 0.54),
    (15, 0.67),
    (20, 0.84),
    (30, 0.96),
    (50, 0.999),
)
"""Share of exponential samples (strong skew) with Shapiro–Wilk P < 0.05, from 4,000 simulations each (± 0.015)."""


def shapiro_sees(n: int) -> float:
    """How often Shapiro–Wilk notices strong skew at n ≥ 3: the entry of the next smaller n.

    >>> shapiro_sees(5), shapiro_sees(9)
    (0.16, 0.34)
    """
    return max(((known, share) for known, share in SHAPIRO_SEES if known <= max(n, 3)), key=lambda entry: entry[0])[1]


def normality(result: PairedResult) -> Normality:
    """Q–Q points as R's ``qqnorm`` draws them, Shapiro–Wilk (scipy) and how little it can see at this n."""
    changes = sorted(result.changes, key=lambda c: (c.difference, c.patient))
    n = len(changes)
    offset = 3 / 8 if n <= 10 else 1 / 2
    points = tuple(
        NormalPoint(c.patient, -normal_quantile((i + 1 - offset) / (n + 1 - 2 * offset)), c.difference)
        for i, c in enumerate(changes)
    )
    blindness = ""
    if n >= 3:
        seen = min(99, round(100 * shapiro_sees(n)))
        blindness = (
            f"At n = {n} Shapiro–Wilk notices strong skew (an exponential law) in about {seen} of 100 samples; a large "
            "P is no sign of normality, and it selects no test here."
        )
    if n < 3:
        return Normality(points, None, None, blindness, "Shapiro–Wilk needs at least three pairs.")
    if len({c.difference for c in changes}) == 1:
        return Normality(points, None, None, blindness, "All differences are equal, so there is no shape to test.")
    found = _shapiro(values_of(result))
    if found is None:
        return Normality(points, None, None, blindness, "Shapiro–Wilk is not defined for more than 5,000 pairs.")
    return Normality(points, *found, blindness)


def _shapiro(values: PairedValues) -> tuple[float, float] | None:
    if values.n > 5000:
        return None
    from scipy.stats import shapiro  # the heaviest import there is, and only this view needs it

    # Centred and scaled on whole numbers: W does not depend on either, and large values would lose their differences.
    low, high = min(values.differences), max(values.differences)
    w, p = shapiro([(d - low) / (high - low) for d in sorted(values.differences)])
    return float(w), max(float(p), math.ulp(0.0))


# --- baseline and ends -----------------------------------------------------------------------------------------------

REGRESSION_TO_THE_MEAN = (
    "Patients are often enrolled when they are at their worst and would drift back without treatment: part of a change "
    "from an extreme baseline is regression to the mean, and a baseline correlates with its own change even where "
    "nothing happens. The correlation with the mean of both values (Oldham) is free of that coupling."
)


def baseline_view(result: PairedResult) -> BaselineView:
    """Change against baseline with its two correlations; None with the reason for n < 3 or values without spread."""
    values = values_of(result)
    points = tuple(BaselinePoint(c.patient, c.before, c.difference) for c in result.changes)
    if values.n < 3:
        return BaselineView(points, None, None, REGRESSION_TO_THE_MEAN, "A correlation needs at least three patients.")
    r = correlation(values.before, values.differences)
    sums = [before + after for before, after in zip(values.before, values.after, strict=True)]
    oldham = correlation(sums, values.differences)
    reason = "" if r is not None else "All baselines or all changes are equal, so there is nothing to correlate."
    return BaselineView(points, r, oldham, REGRESSION_TO_THE_MEAN, reason)


def correlation(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Pearson's r of whole numbers, exact until the last rounding; None where one side has no spread.

    >>> correlation([1, 2, 3], [3, 2, 1]), correlation([1, 1], [1, 2])
    (-1.0, None)
    """
    n = len(first)
    squares = sum_of_squares(first) * sum_of_squares(second)
    if not squares:
        return None
    shared = n * sum(a * b for a, b in zip(first, second, strict=True)) - sum(first) * sum(second)
    size = min(1.0, root(shared * shared, squares))
    return -size if shared < 0 else size


def ends(result: PairedResult) -> Ends:
    """Who stood at an end of the instrument before and after; empty where the ends or the direction are not known."""
    measure = result.measure
    if measure.range is None or measure.direction is Direction.UNKNOWN:
        unknown = "It is not known which end of the instrument is the better one."
        return Ends(note="" if measure.range is None else unknown)
    low, high = measure.range
    best, worst = (low, high) if measure.direction is Direction.LOWER else (high, low)
    found = Ends(
        tuple(c.patient for c in result.changes if c.before == best),
        tuple(c.patient for c in result.changes if c.after == best),
        tuple(c.patient for c in result.changes if c.before == worst),
        tuple(c.patient for c in result.changes if c.after == worst),
    )
    return replace(found, note=" ".join(_ends_notes(result, found, best, worst)))


def _ends_notes(result: PairedResult, found: Ends, best: float, worst: float) -> Iterator[str]:
    who = count_text(result.n, "patient", "patients")
    if found.best_before:
        yield f"{len(found.best_before)} of {who} began at {number_text(best)}, the best value, and could not improve."
    if found.best_after:
        yield (
            f"{len(found.best_after)} of {who} ended at {number_text(best)}, the best value: further improvement would "
            "not show."
        )
    if found.worst_before:
        began = len(found.worst_before)
        yield f"{began} of {who} began at {number_text(worst)}, the worst value, and could not worsen."
    if found.worst_after:
        yield f"{len(found.worst_after)} of {who} ended at {number_text(worst)}, the worst value: more would not show."
