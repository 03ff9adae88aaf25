"""The line from a question to its answer: pair by patient, compare exactly, say what the reader must know first.

Invariants: the answer depends on the patients' values alone, never on the order of rows; improvement is read from the
measure's direction; every patient is used or left out with a reason; nothing raises for few, equal or missing values.
"""

from collections.abc import Iterator
from dataclasses import replace

from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, Measure, Observation, Pair, Pairs, Visit
from trajecta.stats.decimals import PairedValues, doubled_median, paired_values, sum_of_squares
from trajecta.stats.intervals import INTERVALS, Setting
from trajecta.stats.limits_of_assay import signs_of
from trajecta.stats.paired_tests import TESTS, signed_rank
from trajecta.stats.results import (
    Comparison,
    IntervalResult,
    PairedResult,
    PatientChange,
    Summary,
    TestResult,
    YesNoResult,
    Zeros,
)
from trajecta.stats.words import (
    OFTEN_QUOTED,
    count_text,
    lead_sentence,
    level_text,
    list_text,
    methods_paragraph,
    number_text,
    p_number,
    p_text,
)
from trajecta.stats.yes_no import yes_no

EXCLUDED = "excluded by the user"
"""How ``Cohort.pairs`` begins the reason for a patient whom the user took out, which is no news to the user."""
MONTH_3 = 91.0
"""Study day of month 3, the visit at which treatment of autoimmune disease is usually first judged."""


def compare(cohort: Cohort, question: Comparison) -> PairedResult:
    """Answer a question: ledger, summaries, counts, all tests and intervals of the registries, cautions and words.

    KeyError if the cohort has no such measure or visit, ValueError for a level outside (0, 1). n = 0, 1, 2, equal or
    unchanged values give an answer with reasons in place of what cannot be said.
    """
    if not 0.0 < question.level < 1.0:
        raise ValueError(f"a level of {question.level} lies outside 0 to 1")
    measure = cohort.measure(question.measure)
    before, after = cohort.visit(question.before), cohort.visit(question.after)
    pairs = cohort.pairs(measure.key, before.key, after.key)
    recorded = paired_values([_value(p.before) for p in pairs.used], [_value(p.after) for p in pairs.used])
    limits = [_comparable(p) for p in pairs.used]
    values = paired_values([first for first, _ in limits], [second for _, second in limits])
    rose, fell = sum(d > 0 for d in values.differences), sum(d < 0 for d in values.differences)
    better = {Direction.HIGHER: rose, Direction.LOWER: fell}.get(measure.direction)
    result = PairedResult(
        comparison=question,
        measure=measure,
        before_label=before.label,
        after_label=after.label,
        changes=tuple(_change(p, values, i) for i, p in enumerate(pairs.used)),
        left_out=pairs.left_out,
        before_summary=replace(
            summary(recorded, recorded.before), signs=signs_of([pair.before for pair in pairs.used])
        ),
        after_summary=replace(summary(recorded, recorded.after), signs=signs_of([pair.after for pair in pairs.used])),
        improved=better,
        unchanged=values.zeros,
        worsened=None if better is None else values.n - values.zeros - better,
        increased=rose,
        decreased=fell,
        tests=_tests(values, question, measure),
        intervals=_intervals(values, question, measure),
        yes_no=_yes_no(pairs, question.level) if measure.kind is Kind.YES_NO else None,
        kind=measure.kind,
    )
    result = replace(result, cautions=tuple(_cautions(result, pairs, values)))
    result = replace(result, lead=lead_sentence(result))
    return replace(result, methods=methods_paragraph(result))


# Of 0 and 1 the sign test and the signed-rank test are McNemar's test, and a share of patients is a share.
_SAY_SOMETHING_OF_YES_NO = ("signed_rank", "sign", "share_improved")


def _tests(values: PairedValues, question: Comparison, measure: Measure) -> tuple[TestResult, ...]:
    """Every test of the registry; of yes/no values those that mean something, the others with the reason."""
    reason = "Values are yes/no: the exact McNemar test answers the question."
    return tuple(
        TestResult(test.key, test.name, None, None, False, n_used=values.n, zeros=values.zeros, reason=reason)
        if measure.kind is Kind.YES_NO and test.key not in _SAY_SOMETHING_OF_YES_NO
        else test.run(values, question.zeros)
        for test in TESTS
    )


def _intervals(values: PairedValues, question: Comparison, measure: Measure) -> tuple[IntervalResult, ...]:
    """Every interval of the registry; of yes/no values those that mean something, the others with the reason."""
    setting = Setting(question.level, question.zeros, measure.direction, question.important)
    reason = "Values are yes/no: the difference of the proportions says how large the change is."
    return tuple(
        IntervalResult(entry.key, entry.name, None, None, None, question.level, None, reason=reason)
        if measure.kind is Kind.YES_NO and entry.key not in _SAY_SOMETHING_OF_YES_NO
        else entry.compute(values, setting)
        for entry in INTERVALS
    )


def overview(
    cohort: Cohort,
    before: str,
    after: str,
    zeros: Zeros = Zeros.WILCOXON,
    level: float = 0.95,
    test: str = TESTS[0].key,
) -> tuple[PairedResult, ...]:
    """The same comparison for every measure that has a value at one of the two visits, in the cohort's order."""
    present = {o.measure for o in cohort.observations if o.value is not None and o.visit in (before, after)}
    return tuple(
        compare(cohort, Comparison(measure.key, before, after, zeros, level, test))
        for measure in cohort.measures
        if measure.key in present
    )


def default_comparison(cohort: Cohort, measure: str | None = None) -> Comparison | None:
    """The question to open with, or None where no measure has a pair.

    Measure: the one given, else the first of the cohort that has a pair. Before: the visit ``baseline`` if the measure
    has values there, else its last visit at or before day 0, else its first. After: among the later visits those with
    the most pairs, of these the one nearest month 3 (day 91), of equally near ones (or without days) the last.
    KeyError for an unknown measure.
    """
    wanted = cohort.measures if measure is None else (cohort.measure(measure),)
    for candidate in wanted:
        found = _default_visits(cohort, candidate)
        if found is not None:
            return Comparison(candidate.key, *found)
    return None


def _default_visits(cohort: Cohort, measure: Measure) -> tuple[str, str] | None:
    visits = cohort.visits_of(measure.key)
    if len(visits) < 2:
        return None
    keys = [visit.key for visit in visits]
    early = [i for i, visit in enumerate(visits) if visit.day is not None and visit.day <= 0]
    start = keys.index("baseline") if "baseline" in keys else early[-1] if early else 0
    if start == len(visits) - 1:  # nothing lies after it: then the first visit with values is what came before
        start = 0
    later = [(len(cohort.pairs(measure.key, keys[start], v.key).used), v) for v in visits[start + 1 :]]
    most = max(count for count, _ in later)
    if not most:
        return None

    def distance(visit: Visit) -> float:
        return float("inf") if visit.day is None else abs(visit.day - MONTH_3)

    nearest = min(reversed([visit for count, visit in later if count == most]), key=distance)
    return keys[start], nearest.key


def _value(observation: Observation) -> float:
    assert observation.value is not None, "Cohort.pairs uses only observations with a value"
    return observation.value


def _comparable(pair: Pair) -> tuple[float, float]:
    """The two values to compare; two values censored the same way tie, whatever their limits."""
    first, second = _value(pair.before), _value(pair.after)
    if _both_beyond(pair):
        limit = max(first, second) if pair.before.censored is Censored.BELOW else min(first, second)
        return limit, limit
    return first, second


def _both_beyond(pair: Pair) -> bool:
    return pair.before.censored is not Censored.NO and pair.before.censored is pair.after.censored


def _change(pair: Pair, values: PairedValues, i: int) -> PatientChange:
    return PatientChange(
        pair.patient,
        _value(pair.before),
        _value(pair.after),
        values.number(values.differences[i]),
        pair.before.text,
        pair.after.text,
    )


def summary(values: PairedValues, side: tuple[int, ...]) -> Summary:
    """Summary of one side (``values.before`` or ``values.after``), exact until the last rounding; n = 0 gives Nones."""
    n = len(side)
    if not n:
        return Summary(0)
    sd = values.root(sum_of_squares(side), n * (n - 1)) if n > 1 else None
    low, high = values.number(min(side)), values.number(max(side))
    return Summary(n, values.number(doubled_median(side), 2), low, high, values.number(sum(side), n), sd)


def _yes_no(pairs: Pairs, level: float) -> YesNoResult:
    return yes_no(
        [p.patient for p in pairs.used],
        [_value(p.before) != 0.0 for p in pairs.used],
        [_value(p.after) != 0.0 for p in pairs.used],
        level,
    )


def _cautions(result: PairedResult, pairs: Pairs, values: PairedValues) -> Iterator[str]:
    """What the reader must know before P, most important first."""
    yield from _about_floor(result)
    missing = [left for left in pairs.left_out if not left.reason.startswith(EXCLUDED)]
    if missing:
        n = len(missing) + result.n
        yield f"{len(missing)} of {count_text(n, 'patient', 'patients')} left out for missing values: see Patients."
    yield from _about_flags(result, pairs)
    yield from _about_censored(result, pairs)
    if result.kind is Kind.NUMERIC:
        yield from _about_zeros(result, values)
        yield from _about_interval_and_p(result)
        yield from _about_normality(result)
        yield from _about_ends(result)


def _about_floor(result: PairedResult) -> Iterator[str]:
    smallest = next((test.p_smallest for test in result.tests if test.p_smallest is not None), None)
    moved = result.n - result.unchanged
    if smallest is None or smallest <= OFTEN_QUOTED:
        return
    pairs = count_text(moved, "pair", "pairs")
    if result.unchanged:
        pairs = f"{count_text(moved, 'changed pair', 'changed pairs')} ({result.unchanged} unchanged)"
    yield f"{p_number(smallest)} is the smallest P that {pairs} can give; 0.05 is out of reach with this design."


def _about_flags(result: PairedResult, pairs: Pairs) -> Iterator[str]:
    """Values that are used although the reading of the workbook warned about them; what is said twice stands once."""
    doubted: dict[str, list[str]] = {}
    for pair in pairs.used:
        for label, found in ((result.before_label, pair.before), (result.after_label, pair.after)):
            if found.flag:
                where = str(found.source) if found.source else f"{pair.patient} at {label}"
                doubted.setdefault(found.flag.rstrip("."), []).append(where)
    count = sum(map(len, doubted.values()))
    if count:
        verb = "value used here is" if count == 1 else "values used here are"
        said = [f"{list_text(places)} ({why})" for why, places in doubted.items()]
        yield f"{count} {verb} in doubt: {list_text(said)}."


def _about_interval_and_p(result: PairedResult) -> Iterator[str]:
    """Why the interval holds 0 beside a P below 0.05, or leaves 0 out beside one that is not."""
    test, interval = result.test("signed_rank"), result.interval("hodges_lehmann")
    if test.p is None or interval.low is None or interval.high is None or interval.level is None:
        return
    holds = interval.low <= 0 <= interval.high
    if (test.p < OFTEN_QUOTED) != holds:
        return
    share = 1.0 - interval.level
    unchanged = count_text(test.zeros, "unchanged patient", "unchanged patients")
    if (test.p > share) == holds:
        why = f"an interval at this level leaves 0 out where P is at most {p_number(share)}, not 0.05"
    elif test.zeros:
        does = "drops" if result.comparison.zeros is Zeros.WILCOXON else "gives no sign to"
        one = "that one" if test.zeros == 1 else "them"
        why = f"the test {does} the {unchanged}, the interval counts {one} as no change"
    else:
        why = "the test takes account of equal changes, the level of the interval is that without any"
    verb = "reaches" if holds else "leaves out"
    yield f"{p_text(test.p)} although the {level_text(interval.level)} interval {verb} 0: {why}."


def _about_censored(result: PairedResult, pairs: Pairs) -> Iterator[str]:
    sides = ((result.before_label, "before"), (result.after_label, "after"))
    beyond = []
    for pair in pairs.used:
        for label, side in sides:
            found = pair.before if side == "before" else pair.after
            if found.censored is not Censored.NO:
                text = found.text or f"{found.censored.value}{number_text(_value(found))}"
                beyond.append(f"{pair.patient} at {label} (“{text}”)")
    if beyond:
        verb = "lies beyond its limit of measurement and enters at that limit"
        if len(beyond) > 1:
            verb = "lie beyond the limit of measurement and enter at that limit"
        yield f"{len(beyond)} of {2 * result.n} values {verb}: {list_text(beyond)}."
    tied = [p.patient for p in pairs.used if _both_beyond(p) and p.before.value != p.after.value]
    if tied:
        verb, counts = ("is", "counts") if len(tied) == 1 else ("are", "count")
        yield f"{list_text(tied)} {verb} beyond the limit both times, at different limits, and {counts} as unchanged."


def _about_zeros(result: PairedResult, values: PairedValues) -> Iterator[str]:
    """Both zero policies where they give a different P as printed."""
    used = result.test("signed_rank")
    if not used.zeros or used.p is None:
        return
    other = Zeros.PRATT if result.comparison.zeros is Zeros.WILCOXON else Zeros.WILCOXON
    second = signed_rank(values, other)
    if second.p is not None and p_text(second.p) != p_text(used.p):
        how = "ranked (Pratt)" if other is Zeros.PRATT else "dropped (Wilcoxon)"
        here = "dropped (Wilcoxon)" if other is Zeros.PRATT else "ranked (Pratt)"
        yield (
            f"With the {count_text(used.zeros, 'unchanged patient', 'unchanged patients')} {here} the signed-rank test "
            f"gives {p_text(used.p)}; {how}, {p_text(second.p)}."
        )


def _about_normality(result: PairedResult) -> Iterator[str]:
    ranks, t = result.test("signed_rank"), result.test("paired_t")
    if ranks.p is None or t.p is None or (ranks.p < OFTEN_QUOTED) == (t.p < OFTEN_QUOTED):
        return
    if t.p < ranks.p:
        yield (
            f"The paired t test gives {p_text(t.p)} where the exact signed-rank test gives {p_text(ranks.p)}: "
            "the normality assumption does the work."
        )
    else:
        yield (
            f"The exact signed-rank test gives {p_text(ranks.p)} where the paired t test gives {p_text(t.p)}: "
            "a few large differences widen the spread on which t relies."
        )


def _about_ends(result: PairedResult) -> Iterator[str]:
    """Patients who started at an end of the instrument and could only move one way."""
    measure = result.measure
    if measure.range is None or measure.direction is Direction.UNKNOWN:
        return
    low, high = measure.range
    best, worst = (low, high) if measure.direction is Direction.LOWER else (high, low)
    for end, name, verb in ((best, "best", "improve"), (worst, "worst", "worsen")):
        there = sum(change.before == end for change in result.changes)
        if there:
            yield (
                f"{there} of {count_text(result.n, 'patient', 'patients')} began at {number_text(end)}, the {name} "
                f"possible value, and could not {verb}."
            )
