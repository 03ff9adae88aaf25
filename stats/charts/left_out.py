"""Who is not in a figure of the pairs and why, for its foot: the reasons are those of the answer.

Invariants: every patient that the answer leaves out is named or counted; the address of a cell stays with the answer,
since a printed figure has no workbook beside it.
"""

from collections.abc import Sequence

from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, LeftOut
from trajecta.stats.results import PairedResult

MOST_NAMED = 8
"""Up to so many patients left out for one reason are named at the foot; of more there is only the number."""
MOST_REASONS = 4
"""Sentences at the foot of a figure of several measures; more are not read, and the rows say how many patients."""


def left_out_note(cohort: Cohort, result: PairedResult) -> tuple[str, ...]:
    """The note at the foot that names the patients left out of an answer, those with the same reason together.

    Nobody left out: no note.
    """
    reasons: dict[str, list[str]] = {}
    for left in result.left_out:
        reasons.setdefault(_reason(cohort, result, left), []).append(left.patient)
    said = [f"{_named(patients)} left out: {reason.rstrip('.')}." for reason, patients in reasons.items()]
    return (" ".join(said),) if said else ()


def left_out_of(cohort: Cohort, results: Sequence[PairedResult]) -> tuple[str, ...]:
    """The sentences on the patients left out of the answers of several measures; of many reasons only what they are."""
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for result in results:
        reasons: dict[str, list[str]] = {}
        for left in result.left_out:
            reasons.setdefault(_reason(cohort, result, left), []).append(left.patient)
        for reason, patients in reasons.items():
            groups.setdefault((reason, tuple(patients)), []).append(result.measure.name)
    if len(groups) > MOST_REASONS:
        return ("n: patients with a usable value at both visits.",)
    return tuple(
        f"{_named(patients)} left out{'' if len(names) == len(results) else ' of ' + listed(names)}: "
        f"{reason.rstrip('.')}."
        for (reason, patients), names in groups.items()
    )


def _named(patients: Sequence[str]) -> str:
    return listed(patients) if len(patients) <= MOST_NAMED else counted(len(patients), "patient")


def _reason(cohort: Cohort, result: PairedResult, left: LeftOut) -> str:
    """The reason as the answer gives it, without the cells of the workbook."""
    asked, reason = result.comparison, left.reason
    for visit in (asked.before, asked.after):
        seen = cohort.observation(asked.measure, visit, left.patient)
        if seen is not None and seen.source is not None:
            reason = reason.replace(f" in {seen.source}", "")
    return reason
