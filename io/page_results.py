"""The answers that a page of several charts shows: each part has its own, between the visits that the study asks about.

Invariants: a measure without two visits to compare has none, which its part then says; nothing is computed twice.
"""

from trajecta.io.study import Study
from trajecta.stats.charts.composition import Composition
from trajecta.stats.compare import compare
from trajecta.stats.results import Comparison, PairedResult


def page_questions(study: Study, page: Composition) -> dict[str, Comparison | None]:
    """What is asked of every measure of ``page``: the study's own question, for other measures between its visits."""
    known = {measure.key for measure in study.cohort.measures}
    keys = dict.fromkeys(part.measure for part in page.parts if part.measure in known)
    return {key: study.comparison if key == study.measure else study.asking(key).comparison for key in keys}


def page_results(
    study: Study, page: Composition, known: tuple[PairedResult, ...] = ()
) -> dict[str, PairedResult | None]:
    """The answers by measure; ``known`` are answers to questions about the same cohort that need no computing."""
    at_hand = {result.comparison: result for result in known}
    found: dict[str, PairedResult | None] = {}
    for key, question in page_questions(study, page).items():
        found[key] = None if question is None else at_hand.get(question) or compare(study.cohort, question)
    return found
