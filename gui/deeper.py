"""The folds that go deeper than the answer: each computes in the background when it is opened, and not before.

A new one is one entry of ``DEEPER``: what it is called, what it holds, and the text it computes from study and answer.
"""

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from trajecta.io.study import Study
from trajecta.stats.results import PairedResult


class Deeper(NamedTuple):
    """One fold; ``text`` runs away from the window and may load the heavy libraries."""

    key: str
    title: str
    hint: str
    text: Callable[[Study, PairedResult], str]


def robustness_words(study: Study, result: PairedResult) -> str:
    """Leave one out, missing visits, zero policies, normality, regression to the mean, Bayesian comparison."""
    from trajecta.io.robustness_answers import robustness_text
    from trajecta.stats.robustness import robustness

    return robustness_text(robustness(study.cohort, result))


def visits_words(study: Study, result: PairedResult) -> str:
    """All visits at which the measure has values, from the first one asked about."""
    from trajecta.io.visits_answers import visits_text
    from trajecta.stats.repeated import VisitsComparison, compare_visits

    visits = visits_to_compare(study, result)
    return visits_text(compare_visits(study.cohort, VisitsComparison(result.measure.key, visits)))


def visits_to_compare(study: Study, result: PairedResult) -> tuple[str, ...]:
    """From the first visit asked about, those that no more than a quarter of its patients are missing from."""
    cohort, asked = study.cohort, result.comparison
    keys = [visit.key for visit in cohort.visits_of(result.measure.key)]
    later = keys[keys.index(asked.before) + 1 :] if asked.before in keys else []
    have = {key: len(cohort.pairs(asked.measure, asked.before, key).used) for key in later}
    enough = 0.75 * max(have.values(), default=0)
    return (asked.before, *(key for key in later if have[key] >= enough and have[key]))


def many_words(study: Study, result: PairedResult) -> str:
    """Every measure between the two visits, adjusted by Holm's method."""
    from trajecta.io.family_answers import families_text
    from trajecta.stats.compare import overview
    from trajecta.stats.families import adjust

    asked = result.comparison
    results = overview(study.cohort, asked.before, asked.after, asked.zeros, asked.level)
    return families_text(results, (adjust(results),))


def power_words(study: Study, result: PairedResult) -> str:
    """What this number of pairs can show, and how many would be needed."""
    from trajecta.io.family_answers import power_text
    from trajecta.stats.power import Design, power

    return power_text(power(Design(n=min(max(result.n, 3), 50))))


DEEPER: tuple[Deeper, ...] = (
    Deeper("robust", "Robustness", "each patient left out, missing visits, Bayes", robustness_words),
    Deeper("many", "Many outcomes", "all measures, Holm", many_words),
    Deeper("visits", "More than two visits", "Friedman, slopes", visits_words),
    Deeper("power", "Pairs needed", "power", power_words),
)


def text_html(text: str, soft: str) -> str:
    """Plain answer text as rich text: unindented lines stand out, indented ones are soft, tables keep their columns."""
    parts = []
    for line in text.splitlines():
        if not line.strip():
            parts.append("<div style='font-size:6px'>&nbsp;</div>")
        elif line.startswith("  "):
            parts.append(f"<div style='color:{soft}; margin-left:8px'>{escape(line.strip())}</div>")
        elif "  " in line.strip():  # the row of a table set in columns
            cells = "".join(f"<td style='padding-right:12px'>{escape(cell)}</td>" for cell in line.split("  ") if cell)
            parts.append(f"<table cellspacing='0'><tr>{cells}</tr></table>")
        else:
            parts.append(f"<div>{escape(line)}</div>")
    return "".join(parts)
