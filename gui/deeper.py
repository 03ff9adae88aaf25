"""The folds that go deeper than the answer: each computes in the background when it is opened, and not before.

A new one is one entry of ``DEEPER``: what it is called, what it holds, and what it computes from study and answer.
The libraries behind them are heavy and are imported by the work itself, away from the window.
"""

from collections.abc import Callable
from typing import NamedTuple

from trajecta.io.study import Study
from trajecta.stats.results import PairedResult


class Deeper(NamedTuple):
    """One fold; ``html`` (study, answer, soft colour) runs in the background and returns rich text."""

    key: str
    title: str
    hint: str
    html: Callable[[Study, PairedResult, str], str]


def robust(study: Study, result: PairedResult, soft: str) -> str:
    """Leave one out, missing visits, zero policies, normality, regression to the mean, Bayesian comparison."""
    from trajecta.gui.deeper_html import robustness_html
    from trajecta.stats.robustness import robustness

    return robustness_html(robustness(study.cohort, result), soft)


def visits(study: Study, result: PairedResult, soft: str) -> str:
    """Every visit from the first one asked about at which no fewer patients have a value than in the answer."""
    from trajecta.gui.deeper_html import visits_html
    from trajecta.stats.repeated import VisitsComparison, compare_visits

    chosen = visits_to_compare(study, result)
    return visits_html(compare_visits(study.cohort, VisitsComparison(result.measure.key, chosen)), soft)


def visits_to_compare(study: Study, result: PairedResult) -> tuple[str, ...]:
    """The visits of the fold: adding one must not cost patients."""
    cohort, asked = study.cohort, result.comparison
    keys = [visit.key for visit in cohort.visits_of(result.measure.key)]
    later = keys[keys.index(asked.before) + 1 :] if asked.before in keys else []
    used = set(result.patients)

    def complete(key: str) -> bool:
        return used <= {pair.patient for pair in cohort.pairs(asked.measure, asked.before, key).used}

    return (asked.before, *(key for key in later if key == asked.after or complete(key)))


def many(study: Study, result: PairedResult, soft: str) -> str:
    """Every measure between the two visits, adjusted by Holm's method."""
    from trajecta.gui.deeper_html import families_html
    from trajecta.stats.compare import overview
    from trajecta.stats.families import adjust

    asked = result.comparison
    results = overview(study.cohort, asked.before, asked.after, asked.zeros, asked.level)
    return families_html(results, adjust(results), soft)


def pairs_needed(study: Study, result: PairedResult, soft: str) -> str:
    """What this number of pairs can show, and how many would be needed."""
    from trajecta.gui.deeper_html import power_html
    from trajecta.stats.power import Design, power

    return power_html(power(Design(n=min(max(result.n, 3), 50))), soft)


DEEPER: tuple[Deeper, ...] = (
    Deeper("robust", "Robustness", "one left out, missing, Bayes", robust),
    Deeper("many", "Many outcomes", "all measures, Holm", many),
    Deeper("visits", "More than two visits", "Friedman, slopes", visits),
    Deeper("power", "Pairs needed", "power", pairs_needed),
)
