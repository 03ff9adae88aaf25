"""The command line's further questions: many outcomes, families, robustness, derived yes/no outcomes and power.

Invariants: nothing heavy is imported before it is asked for; a question that cannot be asked raises QuestionError with
one sentence that says what to write instead.
"""

import argparse
from typing import TYPE_CHECKING, Any

from trajecta.io.errors import QuestionError

if TYPE_CHECKING:
    from trajecta.io.study import Study
    from trajecta.stats.cohort import Cohort
    from trajecta.stats.families import Family
    from trajecta.stats.results import PairedResult
    from trajecta.stats.thresholds import Threshold

ADJUSTMENTS = ("holm", "bh", "bonferroni", "max-t")
"""The values of ``stats.families.Adjustment``, written out to keep the grammar from importing it; a test compares."""

LEADING = {
    "signed-rank": "signed_rank",
    "sign": "sign",
    "sign-flip": "sign_flip",
    "t": "paired_t",
    "log-t": "log_ratio_t",
}
"""What ``--test`` understands, with the key of ``stats.paired_tests.TESTS``; written out for the same reason."""


def add_compare_options(command: argparse.ArgumentParser) -> None:
    """The options of ``compare`` that go beyond one measure and one answer."""
    command.add_argument(
        "--test",
        choices=[*LEADING],
        default=next(iter(LEADING)),
        help="test the answer leads with (default signed-rank)",
    )
    command.add_argument("--all", action="store_true", help="compare every measure, with adjusted P values")
    command.add_argument(
        "--family",
        action="append",
        default=None,
        metavar="NAME=A,B",
        help="compare the measures of a named family; may be given several times",
    )
    command.add_argument(
        "--adjust", choices=ADJUSTMENTS, default=ADJUSTMENTS[0], help="how P is adjusted (default holm)"
    )
    command.add_argument("--robust", action="store_true", help="add what the answer rests on")
    command.add_argument("--as", dest="kind", choices=["yes-no"], default=None, help="read the measure as yes and no")
    command.add_argument("--threshold", default=None, metavar="RULE", help='which values are yes, such as "<=4"')


def add_power_options(command: argparse.ArgumentParser) -> None:
    """The options of ``power``."""
    command.add_argument("--n", type=int, default=5, help="number of pairs, 1 to 50 (default 5)")
    command.add_argument("--outcomes", type=int, default=1, help="number of outcomes adjusted for (default 1)")
    command.add_argument(
        "--shift", type=float, default=1.0, help="true change in standard deviations of the differences (default 1)"
    )
    command.add_argument("--alpha", type=float, default=0.05, help="two-sided level (default 0.05)")
    command.add_argument(
        "--gain", type=float, default=0.8, help="true share who turn to the better answer, for McNemar (default 0.8)"
    )
    command.add_argument(
        "--loss", type=float, default=0.05, help="true share who turn to the worse answer, for McNemar (default 0.05)"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")


def as_yes_no(study: "Study", measure: str, asked: argparse.Namespace) -> "Study":
    """The study with the yes/no outcome of ``--as`` and ``--threshold``; ``asked.measure`` becomes its key."""
    from dataclasses import replace

    from trajecta.stats.cohort import Direction, Kind
    from trajecta.stats.thresholds import with_threshold

    found = study.cohort.measure(measure)
    asked.measure = measure
    if found.kind is Kind.YES_NO:
        if asked.threshold is not None:
            raise QuestionError(f"{found.name} is a yes/no measure already; leave out --threshold.")
        return study
    if asked.better:
        study = study.directed(measure, Direction(asked.better))
        asked.better = None  # said of the score; the rule carries it over to yes and no
    cohort, asked.measure = with_threshold(study.cohort, measure, _rule(study.cohort, measure, asked.threshold))
    return replace(study, cohort=cohort)


def _rule(cohort: "Cohort", measure: str, text: str | None) -> "Threshold":
    from trajecta.stats.thresholds import Relation, Threshold, threshold_of, two_valued

    if text is not None:
        rule = threshold_of(text)
        if rule is None:
            raise QuestionError(f'The threshold “{text}” is not a rule; write one such as "<=4" or ">=50".')
        return rule
    values = two_valued(cohort, measure)
    if values is None:
        name = cohort.measure(measure).name
        raise QuestionError(f'{name} does not take two values; say which are yes with --threshold, such as "<=4".')
    return Threshold(Relation.AT_LEAST, values[1])


def families_answer(study: "Study", asked: argparse.Namespace) -> dict[str, Any] | str:
    """Every measure, or those of the families named, compared and adjusted: a JSON object or a text.

    ``study.comparison`` holds visits, zero policy, level and leading test of the question.
    """
    from dataclasses import replace

    from trajecta.io.family_answers import families_json, families_text
    from trajecta.stats.compare import compare, overview
    from trajecta.stats.families import Adjustment, Family, adjust

    question = study.comparison
    assert question is not None
    if asked.measure is not None:
        raise QuestionError("Leave out --measure where --all or --family says what is compared.")
    if asked.kind or asked.threshold is not None:
        raise QuestionError("A yes/no outcome is made of one measure: leave out --all and --family, or --as.")
    if asked.all and asked.family:
        raise QuestionError("Ask either for --all or for each --family, not for both.")
    cohort = _directed(study, asked)
    if asked.family:
        families = _families(cohort, asked.family)
        wanted = dict.fromkeys(key for family in families for key in family.measures)
        results = tuple(compare(cohort, replace(question, measure=key)) for key in wanted)
        outside = [m.name for m in cohort.measures if m.key not in wanted]
    else:
        visits = (question.before, question.after)
        results = overview(cohort, *visits, question.zeros, question.level, question.test)
        families, outside = [Family("all", tuple(r.measure.key for r in results))], []
    found = [adjust(results, family, Adjustment(asked.adjust)) for family in families]
    if not asked.json:
        text = families_text(results, found, outside)
        return text + "".join(f"\n{r.measure.name}\n{robust_text(cohort, r)}" for r in results if asked.robust)
    answer = families_json(results, found, outside)
    if asked.robust:
        for entry, result in zip(answer["answers"], results, strict=True):
            entry["robustness"] = robust_json(cohort, result)
    return answer


def _directed(study: "Study", asked: argparse.Namespace) -> "Cohort":
    """The cohort in which ``--better`` holds for the measures whose direction is not known."""
    from trajecta.stats.cohort import Direction

    if asked.better:
        for measure in study.cohort.measures:
            if measure.direction is Direction.UNKNOWN:
                study = study.directed(measure.key, Direction(asked.better))
    return study.cohort


def _families(cohort: "Cohort", texts: list[str]) -> "list[Family]":
    from trajecta.stats.families import Family

    found: list[Family] = []
    for text in texts:
        name, sign, listed = text.partition("=")
        name = name.strip()
        if not sign or not name or not listed.strip():
            raise QuestionError(f"“{text}” is not a family; write its name and its measures, such as primary=A,B.")
        if any(family.name == name for family in found):
            raise QuestionError(f"The family “{name}” is named twice; write all its measures once.")
        found.append(Family(name, _measures(cohort, listed)))
    return found


def _measures(cohort: "Cohort", listed: str) -> tuple[str, ...]:
    """The keys of the measures in a list with commas; a measure whose own name holds a comma is found, too."""
    from trajecta.stats.cohort import find_by_name

    entries = [(m.key, m.name) for m in cohort.measures]
    words, found = [word.strip() for word in listed.split(",")], []
    while words:
        for end in range(len(words), 0, -1):
            key = find_by_name(", ".join(words[:end]), entries)
            if key is not None:
                found.append(key)
                words = words[end:]
                break
        else:
            known = ", ".join(f"“{name}”" for _, name in entries)
            raise QuestionError(f"There is no measure “{words[0]}”; the file has {known}.")
    return tuple(dict.fromkeys(found))


def robust_json(cohort: "Cohort", result: "PairedResult") -> dict[str, Any]:
    """The ``robustness`` object of an answer."""
    from trajecta.io.robustness_answers import robustness_json
    from trajecta.stats.robustness import robustness

    return robustness_json(robustness(cohort, result))


def robust_text(cohort: "Cohort", result: "PairedResult") -> str:
    """What an answer rests on, to read below it."""
    from trajecta.io.robustness_answers import robustness_text
    from trajecta.stats.robustness import robustness

    return robustness_text(robustness(cohort, result))


def power_answer(asked: argparse.Namespace) -> dict[str, Any] | str:
    """``power [--n 5] [--outcomes 1] [--shift 1.0] [--alpha 0.05]``: a JSON object or a text."""
    import math

    from trajecta.io.family_answers import power_json, power_text
    from trajecta.stats.power import LARGEST_N, MOST_OUTCOMES, SMALLEST_N, Design, power

    if not SMALLEST_N <= asked.n <= LARGEST_N:
        raise QuestionError(f"Power is computed for {SMALLEST_N} to {LARGEST_N} pairs; {asked.n} is outside.")
    if not 1 <= asked.outcomes <= MOST_OUTCOMES:
        raise QuestionError(f"Choose 1 to {MOST_OUTCOMES} outcomes; {asked.outcomes} is outside.")
    if not 0.0 < asked.alpha < 1.0:
        raise QuestionError(f"An alpha of {asked.alpha:g} is not possible; choose one between 0 and 1, such as 0.05.")
    if not math.isfinite(asked.shift):
        raise QuestionError("The shift must be a number of standard deviations, such as 1.0.")
    shares = (asked.gain, asked.loss)
    if not all(0.0 <= share <= 1.0 for share in shares) or sum(shares) > 1.0:
        raise QuestionError("The shares --gain and --loss must lie between 0 and 1 and add up to at most 1.")
    found = power(Design(asked.n, asked.outcomes, asked.shift, asked.alpha, asked.gain, asked.loss))
    return power_json(found) if asked.json else power_text(found)
