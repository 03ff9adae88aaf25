"""Numbers, P values and sentences about a paired comparison as people read them, in a paper or on the screen.

Invariants: P is never printed as 0 and never rounded across 0.05; a minus is U+2212; the word "significant" and stars
do not occur; sentences name only what was computed. An answer without pairs still gets its sentences.
"""

import math
from collections.abc import Sequence

from trajecta import __version__
from trajecta.stats.cohort import Direction, Kind, Measure
from trajecta.stats.decimals import exact
from trajecta.stats.results import IntervalResult, PairedResult, Proportion, Summary, TestResult, YesNoResult

MINUS = "\u2212"
OFTEN_QUOTED = 0.05
"""The threshold readers look for; used only to say when a design cannot reach it, never to judge a result."""


def number_text(value: float) -> str:
    """A number for people: as recorded if it is short, else to four significant digits; whole parts in full.

    >>> number_text(-12.8), number_text(1582.5), number_text(-18.240699), number_text(0.0), number_text(1234567.8)
    ('−12.8', '1582.5', '−18.24', '0', '1234568')
    """
    size = abs(value)
    if size == 0.0:
        return "0"
    if not 1e-5 <= size < 1e15:
        mantissa, _, power = f"{value:.2e}".partition("e")
        return f"{mantissa} × 10^{int(power)}".replace("-", MINUS)
    text = repr(float(size))
    if "e" in text or len(text.replace(".", "").lstrip("0")) > 6:
        decimals = max(0, 3 - math.floor(math.log10(size)))
        text = f"{size:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text


def p_number(p: float) -> str:
    """P without its letter: four decimals, "< 0.0001" below, more digits where rounding would cross 0.05.

    A P that is short as it stands (the floors 1/32 and 1/64 are) is printed in full.

    >>> p_number(0.015625), p_number(0.0028378), p_number(0.049996), p_number(1e-9), p_number(1.0), p_number(0.99999)
    ('0.015625', '0.0028', '0.049996', '< 0.0001', '1', '> 0.9999')
    """
    if p < 0.0001:
        return "< 0.0001"
    if 0.9999 < p < 1.0:
        return "> 0.9999"
    if "e" not in repr(p) and len(repr(p)) <= len("0.015625"):
        return repr(p).removesuffix(".0")
    for decimals in range(4, 12):
        text = f"{p:.{decimals}f}"
        if (float(text) < OFTEN_QUOTED) == (p < OFTEN_QUOTED) and (float(text) != OFTEN_QUOTED or p == OFTEN_QUOTED):
            return text.rstrip("0").rstrip(".")
    return f"{p:.12g}"


def p_text(p: float | None) -> str:
    """P with its letter and sign, or "no P".

    >>> p_text(0.0625), p_text(1e-9), p_text(None)
    ('P = 0.0625', 'P < 0.0001', 'no P')
    """
    if p is None:
        return "no P"
    shown = p_number(p)
    return f"P {shown}" if shown[0] in "<>" else f"P = {shown}"


def level_text(level: float) -> str:
    """A confidence level in per cent, cut (never rounded up) to two decimals.

    >>> level_text(0.9375), level_text(0.95208740234375), level_text(0.9499999), level_text(0.95)
    ('93.75 %', '95.2 %', '94.99 %', '95 %')
    """
    hundredths = math.floor(exact(level) * 10_000)
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + " %"


def percent_text(share: float) -> str:
    """A share in per cent with at most one decimal.

    >>> percent_text(0.4781762), percent_text(1.0)
    ('47.8 %', '100 %')
    """
    return f"{100 * share:.1f}".removesuffix(".0").replace("-", MINUS) + " %"


_COUNTS = frozenset({"count", "counts", "n", "number", "#", "anzahl", "nombre", "número"})
"""Units that only say that something was counted; behind a number they would read as a second noun."""


def unit_of(measure: Measure) -> str:
    """The unit to write behind a change: the measure's own, "points" for an instrument's score without one, or none.

    >>> unit_of(Measure("p", "Platelets", "x 10^9/L")), unit_of(Measure("c3", "C3", "g/L"))
    ('×10⁹/L', 'g/L')
    """
    if "^" in measure.unit:
        from trajecta.stats.typeset import plain, typeset  # few units need it, and every command loads this module

        return plain(typeset(measure.unit))
    if measure.unit:
        return "" if measure.unit.strip().casefold() in _COUNTS else measure.unit
    return "points" if measure.range is not None and not measure.derived else ""


def amount_text(sizes: Sequence[float], measure: Measure) -> str:
    """How far a group of patients changed: ", by 8 to 16 points"; empty for no patients.

    >>> amount_text([16, 8], Measure("s", "Score", "points")), amount_text([1], Measure("s", "Score", "points"))
    (', by 8 to 16 points', ', by 1 point')
    """
    if not sizes:
        return ""
    low, high, unit = min(sizes), max(sizes), unit_of(measure)
    if unit == "points" and low == high == 1.0:
        unit = "point"
    reach = number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"
    each = " each" if low == high and len(sizes) > 1 else ""
    return f", by {reach}{' ' + unit if unit else ''}{each}"


def count_text(count: int, one: str, many: str) -> str:
    """A count with its noun.

    >>> count_text(1, "patient", "patients"), count_text(4, "patient", "patients")
    ('1 patient', '4 patients')
    """
    return f"{count} {one if count == 1 else many}"


def list_text(entries: Sequence[str], most: int = 6) -> str:
    """Entries in a row, the first ``most`` of them by name.

    >>> list_text(["A", "B", "C"], 2)
    'A, B and 1 more'
    """
    if len(entries) <= most:
        return ", ".join(entries)
    return f"{', '.join(entries[:most])} and {len(entries) - most} more"


def lead_sentence(result: PairedResult) -> str:
    """What happened to the patients, in one sentence; counts and amounts only."""
    if not result.n:
        return (
            f"No patient has a usable value of {result.measure.name} both at {result.before_label} "
            f"and at {result.after_label}."
        )
    if result.yes_no is not None:
        before, after = result.yes_no.before, result.yes_no.after
        return f"Yes in {before.k} of {before.n} before and in {after.k} of {after.n} after."
    if result.measure.direction is Direction.UNKNOWN:
        return _lead_by_sign(result)
    better = 1.0 if result.measure.direction is Direction.HIGHER else -1.0
    improved = [abs(c.difference) for c in result.changes if c.difference * better > 0]
    worsened = [abs(c.difference) for c in result.changes if c.difference * better < 0]
    groups = [("improved", improved), ("worsened", worsened)]
    return _lead_of_groups(result, groups)


def _lead_of_groups(result: PairedResult, groups: list[tuple[str, list[float]]]) -> str:
    n, measure = result.n, result.measure
    if result.unchanged == n:
        return "The only patient did not change." if n == 1 else f"None of the {n} patients changed."
    for verb, sizes in groups:
        if len(sizes) == n:
            who = "The only patient" if n == 1 else f"Both patients {verb}" if n == 2 else f"All {n} patients {verb}"
            return f"{who}{' ' + verb if n == 1 else ''}{amount_text(sizes, measure)}."
    (first, leading), (second, trailing) = groups
    parts = [f"{len(leading) or 'None'} of {n} patients {first}{amount_text(leading, measure)}"]
    if result.unchanged:
        parts.append(f"{result.unchanged} unchanged")
    if trailing:
        parts.append(f"{len(trailing)} {second}{amount_text(trailing, measure)}")
    return "; ".join(parts) + "."


def _lead_by_sign(result: PairedResult) -> str:
    """The lead where it is not known which way is better: rose and fell, the larger group first."""
    n, measure = result.n, result.measure
    if result.unchanged == n:
        return "The value of the only patient did not change." if n == 1 else f"No value changed in {n} patients."
    rose = ("rose", [c.difference for c in result.changes if c.difference > 0])
    fell = ("fell", [-c.difference for c in result.changes if c.difference < 0])
    groups = [rose, fell] if len(rose[1]) > len(fell[1]) else [fell, rose]
    parts: list[str] = []
    for verb, sizes in groups:
        if sizes:
            everyone = {1: "the only patient", 2: "both patients"}.get(n, f"all {n} patients")
            who = everyone if len(sizes) == n else f"{len(sizes)} of {n} patients" if not parts else str(len(sizes))
            parts.append(f"{verb} in {who}{amount_text(sizes, measure)}")
    if result.unchanged:
        parts.append(f"unchanged in {result.unchanged}")
    return f"The value {'; '.join(parts)}."


def floor_text(test: TestResult) -> str:
    """The smallest P beside a P: ", the smallest P that 5 pairs can give", or the value of it; empty where none is."""
    if test.p is None or test.p_smallest is None:
        return ""
    pairs = count_text(test.n_used, "changed pair", "changed pairs") if test.zeros else _pairs(test.n_used)
    if test.p == test.p_smallest:
        return f", the smallest P that {pairs} can give"
    smallest = p_number(test.p_smallest)
    return f" (smallest possible with {pairs}: {smallest})"


def _pairs(count: int) -> str:
    return count_text(count, "pair", "pairs")


def interval_text(interval: IntervalResult) -> str:
    """Limits with the achieved level, "93.75 % interval −16 to −8", or the reason why there are none."""
    if interval.low is None or interval.high is None or interval.level is None:
        return f"no interval: {_lowered(interval.reason)}" if interval.reason else "no interval"
    limits = f"{number_text(interval.low)} to {number_text(interval.high)}"
    return f"{level_text(interval.level)} interval {limits}"


def _lowered(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")


def summary_text(summary: Summary) -> str:
    """A side of the comparison: "median 16 (range 8 to 16)", "median <10 (range <10 to 12)", or "no values"."""
    if summary.median is None or summary.min is None or summary.max is None:
        return "no values"
    least, middle, most = summary.signs
    reach = f"range {least}{number_text(summary.min)} to {most}{number_text(summary.max)}"
    return f"median {middle}{number_text(summary.median)} ({reach})"


def leading_test(result: PairedResult) -> TestResult | None:
    """The test the question leads with, else the first that ran, else None."""
    return next((t for t in result.tests if t.key == result.comparison.test), next(iter(result.tests), None))


def results_sentence(result: PairedResult) -> str:
    """The result for a manuscript: what happened, typical change with its interval, P with its floor."""
    if not result.n:
        return result.lead
    if result.yes_no is not None:
        return f"{result.measure.name}: {_yes_no_results(result.yes_no, result)}"
    unit = unit_of(result.measure)
    typical = result.interval("hodges_lehmann")
    named = f"{result.measure.name} ({unit})" if unit and unit != "points" else result.measure.name
    sides = (
        f"{named}: {summary_text(result.before_summary)} "
        f"at {result.before_label} and {summary_text(result.after_summary)} at {result.after_label} (n = {result.n})."
    )
    parts = [sides, result.lead]
    if typical.estimate is not None:
        behind = f" {unit}" if unit else ""
        parts.append(
            f"The median of the Walsh averages of the changes was {number_text(typical.estimate)}{behind} "
            f"({interval_text(typical)})."
        )
    test = leading_test(result)
    if test is not None and test.p is not None:
        parts.append(f"{named_test(test)}: {p_text(test.p)}{floor_text(test)}.")
    elif test is not None:
        parts.append(f"{test.name}: no P. {test.reason}")
    return " ".join(parts)


def named_test(test: TestResult) -> str:
    """The test's name with "exact" where it was counted: "Exact sign test", "Paired t test"."""
    if not test.exact:
        return test.name
    first = test.name[:1].lower() if test.name.startswith("Sign") else test.name[:1]
    return f"Exact {first}{test.name[1:]}"


def _yes_no_results(found: YesNoResult, result: PairedResult) -> str:
    level, before, after = result.comparison.level, found.before, found.after
    sides = (
        f"yes in {before.k} of {count_text(before.n, 'patient', 'patients')} at {result.before_label} "
        f"({_limits(before, level)}) "
        f"and in {after.k} of {after.n} at {result.after_label} ({_limits(after, level)})."
    )
    difference = found.difference
    parts = [sides]
    if difference.estimate is not None and difference.low is not None and difference.high is not None:
        parts.append(
            f"Difference {percent_text(difference.estimate)} ({level_text(difference.level_asked)} score interval "
            f"{percent_text(difference.low)} to {percent_text(difference.high)})."
        )
    if found.exact_p is not None and found.mid_p is not None and found.p_smallest is not None:
        changed = len(found.only_before) + len(found.only_after)
        who = count_text(changed, "patient who changed", "patients who changed")
        smallest = (
            f", the smallest P that {who} can give"
            if found.exact_p == found.p_smallest
            else f" (smallest possible with {who}: {p_number(found.p_smallest)})"
        )
        parts.append(f"Exact McNemar test: {p_text(found.exact_p)}{smallest}; mid-{p_text(found.mid_p)}.")
    else:
        parts.append(found.reason)
    return " ".join(parts)


def _limits(side: Proportion, level: float) -> str:
    if side.low is None or side.high is None:
        return "no interval"
    return f"{level_text(level)} interval {percent_text(side.low)} to {percent_text(side.high)}"


def methods_paragraph(result: PairedResult, version: str = __version__) -> str:
    """The methods for a manuscript, from what ran: pairing, differences, test, ties and zeros, interval and level."""
    parts = [
        f"Values of {result.measure.name} at {result.before_label} and {result.after_label} were paired by patient; "
        "changes are after minus before, computed on the decimals as recorded.",
    ]
    if result.left_out:
        who = list_text([f"{left.patient}, {left.reason}" for left in result.left_out])
        parts.append(f"{count_text(len(result.left_out), 'patient was', 'patients were')} left out ({who}).")
    if result.kind is Kind.YES_NO and result.yes_no is not None:
        parts.append(result.yes_no.method)
        if result.yes_no.difference.method:
            parts.append(f"Difference of the proportions: {result.yes_no.difference.method}")
    else:
        test = leading_test(result)
        if test is not None and test.p is not None:
            parts.append(test.method)
            if test.p_smallest is not None:
                parts.append(f"The smallest P this design can give is {p_number(test.p_smallest)}.")
        parts.extend(_interval_methods(result))
    parts.append(f"Software: Trajecta {version}.")
    return " ".join(parts)


def _interval_methods(result: PairedResult) -> list[str]:
    typical = next((i for i in result.intervals if i.key == "hodges_lehmann"), None)
    if typical is None or typical.level is None:
        return []
    asked = "" if typical.level == typical.level_asked else f" ({level_text(typical.level_asked)} asked)"
    return [
        "The typical change is the median of the Walsh averages (Hodges–Lehmann) of all changes, unchanged patients "
        f"included, with its exact interval at {level_text(typical.level)}{asked}."
    ]
