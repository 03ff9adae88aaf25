"""Sentences about a measure over several visits: what happened, what the reader must know before P, and the methods.

Invariants: as for pairs of visits: the word "significant" and stars do not occur, only what was computed is named, and
an answer without patients still gets its sentences.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trajecta import __version__
from trajecta.stats.cohort import Direction, Kind
from trajecta.stats.patient_summaries import NO_TIME
from trajecta.stats.words import OFTEN_QUOTED, count_text, list_text, number_text, p_number, p_text, unit_of

if TYPE_CHECKING:
    from trajecta.stats.repeated import VisitsResult


def visits_lead(result: "VisitsResult") -> str:
    """What happened to the patients over the visits: medians (or numbers of yes), and first against last visit."""
    if not result.visits:
        return f"No patient has a usable value of {result.measure.name}."
    labels = [visit.label for visit in result.visits]
    if len(labels) == 1:
        return f"{result.measure.name} has usable values at {labels[0]} only."
    if not result.n:
        return f"No patient has a usable value of {result.measure.name} at all of {list_text(labels, 12)}."
    if result.kind is Kind.YES_NO:
        whole = count_text(result.n, "patient", "patients")
        first, *others = result.visits
        counts = list_text([f"{first.yes} of {whole} at {first.label}", *(f"{v.yes} at {v.label}" for v in others)], 12)
        return f"Yes in {counts}."
    medians = [
        f"{number_text(visit.summary.median)} at {visit.label}"
        for visit in result.visits
        if visit.summary.median is not None
    ]
    unit = unit_of(result.measure)
    named = f"{result.measure.name}{f' ({unit})' if unit else ''}"
    kind = "value" if result.n == 1 else "median"
    who = "the only patient with values" if result.n == 1 else f"{result.n} patients with a value"
    return f"{named}, {kind} of {who} at every visit: {list_text(medians, 12)}. {_first_to_last(result)}"


def _first_to_last(result: "VisitsResult") -> str:
    """How many moved which way from the first visit to the last."""
    words = {
        Direction.LOWER: (("improved", result.decreased), ("worsened", result.increased)),
        Direction.HIGHER: (("improved", result.increased), ("worsened", result.decreased)),
    }.get(result.measure.direction, (("fell", result.decreased), ("rose", result.increased)))
    parts = [f"{count} {verb}" for verb, count in words if count]
    if result.unchanged:
        parts.append(f"{result.unchanged} unchanged")
    first, last = result.visits[0].label, result.visits[-1].label
    return f"From {first} to {last}: {', '.join(parts)} of {count_text(result.n, 'patient', 'patients')}."


def visits_cautions(result: "VisitsResult", wider: tuple[tuple[str, ...], int] | None) -> Iterator[str]:
    """What the reader must know before P. ``wider`` are fewer visits with more complete patients."""
    yield from _about_floors(result)
    yield from _about_patients(result, wider)
    yield from _about_simulation(result)
    if result.censored:
        places = [
            f"{o.patient} (“{o.text or o.censored.value + number_text(o.value or 0.0)}”)" for o in result.censored
        ]
        verb = "lies beyond its limit of measurement and enters at that limit"
        if len(places) > 1:
            verb = "lie beyond the limit of measurement and enter at that limit"
        yield f"{len(places)} of {result.n * len(result.visits)} values {verb}: {list_text(places)}."
    yield from _about_models(result)


def _about_floors(result: "VisitsResult") -> Iterator[str]:
    test = result.omnibus
    if test.p_smallest is not None and test.p_smallest > OFTEN_QUOTED:
        who = count_text(test.informative, "patient", "patients")
        yield (
            f"{p_number(test.p_smallest)} is the smallest P that the values of {who} over {len(result.visits)} visits "
            "can give; 0.05 is out of reach with this design."
        )
    floors = [entry.p_smallest_adjusted for entry in result.post_hoc if entry.p_smallest_adjusted is not None]
    beyond = [floor for floor in floors if floor > OFTEN_QUOTED]
    if beyond:
        pairs = count_text(len(floors), "pair of visits", "pairs of visits")
        which = "none" if len(beyond) == len(floors) else f"{len(beyond)} cannot"
        verb = " can come below 0.05" if which == "none" else " come below 0.05"
        yield f"Of {pairs} compared, {which}{verb} once adjusted for their number, whatever the values."


def _about_patients(result: "VisitsResult", wider: tuple[tuple[str, ...], int] | None) -> Iterator[str]:
    if result.left_out:
        everyone = len(result.left_out) + result.n
        who = list_text([f"{left.patient} ({left.reason})" for left in result.left_out])
        yield (
            f"{len(result.left_out)} of {count_text(everyone, 'patient', 'patients')} left out of the tests over all "
            f"visits: {who}. Pairs of visits, slope and numbers per patient use every value there is."
        )
    if wider is not None:
        labels, count = wider
        who = count_text(count, "patient has", "patients have")
        yield f"At {list_text(labels, 12)} alone, {who} a value at every visit, not {result.n}."


def _about_simulation(result: "VisitsResult") -> Iterator[str]:
    test = result.omnibus
    if test.simulated_p is not None and test.standard_error is not None:
        the = "the " if test.name.endswith("test") else ""
        yield (
            f"There are too many arrangements to count, so the P of {the}{test.name} is simulated "
            f"({p_text(test.simulated_p)}, standard error {test.standard_error:.2g})."
        )


def _about_models(result: "VisitsResult") -> Iterator[str]:
    test, anova, slope = result.omnibus, result.rm_anova, result.slope
    if test.p is not None and anova.p_gg is not None and (test.p < OFTEN_QUOTED) != (anova.p_gg < OFTEN_QUOTED):
        yield (
            f"The repeated-measures ANOVA (Greenhouse–Geisser) gives {p_text(anova.p_gg)} where the {test.name} gives "
            f"{p_text(test.p)}: the assumption of normal values decides."
        )
    own = next((t.test for t in result.summary_tests if t.key == "slope"), None)
    if slope.p is not None and own is not None and own.p is not None:
        if (slope.p < OFTEN_QUOTED) != (own.p < OFTEN_QUOTED):
            yield (
                f"The model with one slope for all gives {p_text(slope.p)} for the slope, the exact test of the "
                f"patients’ own slopes {p_text(own.p)}: the assumption that all patients share a slope decides."
            )
    elif slope.reason and result.kind is Kind.NUMERIC and not result.axis_reason:
        yield f"No slope: {slope.reason}"
    if result.axis_reason and result.kind is Kind.NUMERIC and len(result.visits) > 1:
        yield result.axis_reason
    if result.axis is not None and result.axis.without:
        names = list_text([f"“{visit.label}”" for visit in result.visits if visit.key in result.axis.without])
        yield f"{names} without a study day: not in the slope, nor in the numbers per patient."
    lost = [entry.patient for entry in result.summaries if entry.reason == NO_TIME]
    if lost:
        yield f"Values without a known time keep {list_text(lost)} out of slope and numbers per patient."


def visits_methods(result: "VisitsResult", version: str = __version__) -> str:
    """The methods for a manuscript, from what ran."""
    labels = list_text([visit.label for visit in result.visits], 12)
    parts = [
        f"Values of {result.measure.name} at {labels} were joined by patient and compared as the decimals recorded."
    ]
    if result.left_out:
        who = list_text([f"{left.patient}, {left.reason}" for left in result.left_out])
        parts.append(
            f"{count_text(len(result.left_out), 'patient was', 'patients were')} incomplete or left out ({who})."
        )
    test = result.omnibus
    if test.p is not None and test.p_smallest is not None:
        parts.append(f"{test.method} Smallest P that this design can give: {p_text(test.p_smallest)}.")
    if result.post_hoc:
        parts.append(_pairs_method(result))
    if result.rm_anova.p is not None:
        parts.append(result.rm_anova.method)
    if result.axis is not None and result.slope.p is not None:
        parts.append(f"Time: {result.axis.source}. {result.slope.method}")
        if result.own_slopes.p is not None:
            parts.append(result.own_slopes.method)
    if result.summaries:
        parts.append("Between two visits of a patient the value was taken to move in a straight line.")
    parts.append(f"Software: Trajecta {version}.")
    return " ".join(parts)


def _pairs_method(result: "VisitsResult") -> str:
    count = sum(entry.p is not None for entry in result.post_hoc)
    test = "McNemar’s exact test" if result.kind is Kind.YES_NO else "the exact Wilcoxon signed-rank test"
    which = "Pairs of visits" if result.comparison.pairing == "all" else "Later visits and the first"
    return (
        f"{which} were compared by {test} in the patients with both values, adjusted by Holm’s method for "
        f"{count_text(count, 'comparison', 'comparisons')}."
    )
