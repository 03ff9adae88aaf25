"""The command ``visits``: one measure over several visits, from the options to the printed answer.

Invariants: what the user can mend is a QuestionError that names what there is to choose from; nothing is computed here.
"""

import argparse
import math
from pathlib import Path

from trajecta.io.errors import QuestionError
from trajecta.io.study import Study, open_study
from trajecta.stats.cohort import Cohort, Direction, find_by_name


def add_visits(command: argparse.ArgumentParser) -> None:
    """The options of the command."""
    command.add_argument("file", type=Path)
    command.add_argument("--measure", default=None, help="may be left out where the file has only one")
    command.add_argument(
        "--visits", default=None, help="visits in their order, as in baseline,month 3; all if left out"
    )
    command.add_argument("--times", default=None, help="times of these visits, as in 0,3,6, where no days are known")
    command.add_argument("--pairs", choices=["all", "first"], default="all", help="pairs of visits to compare")
    command.add_argument("--threshold", type=float, default=None, help="value of the time at or below (or above)")
    command.add_argument("--slopes", action="store_true", help="also fit a model with a slope per patient")
    command.add_argument("--zeros", choices=["wilcoxon", "pratt"], default="wilcoxon")
    command.add_argument("--level", type=float, default=0.95, help="level asked of the intervals (default 0.95)")
    command.add_argument("--better", choices=["lower", "higher"], default=None, help="which way is better")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run_visits)


def run_visits(asked: argparse.Namespace) -> None:
    """``visits FILE --measure M --visits A,B,C``."""
    from trajecta.io.command_line import chosen_measure, print_json
    from trajecta.io.visits_answers import visits_json, visits_text
    from trajecta.stats.post_hoc import Pairing
    from trajecta.stats.repeated import VisitsComparison, compare_visits
    from trajecta.stats.results import Zeros

    if not 0 < asked.level < 1:
        raise QuestionError(f"A level of {asked.level:g} is not possible; choose one between 0 and 1, such as 0.95.")
    if asked.threshold is not None and not math.isfinite(asked.threshold):
        raise QuestionError("The threshold must be a number.")
    study = _study_asked(asked)
    measure = chosen_measure(study.cohort, asked.measure)
    if asked.better:
        study = study.directed(measure, Direction(asked.better))
    visits = chosen_visits(study.cohort, measure, asked.visits)
    times = chosen_times(asked.times, len(visits))
    question = VisitsComparison(
        measure,
        visits,
        times,
        Pairing(asked.pairs),
        asked.threshold,
        asked.slopes,
        Zeros(asked.zeros),
        asked.level,
    )
    result = compare_visits(study.cohort, question)
    if asked.json:
        print_json(visits_json(result))
    else:
        print(visits_text(result))


def _study_asked(asked: argparse.Namespace) -> Study:
    """The study of ``asked.file``; where ``--visits`` names columns, these are made visits."""
    parts = [part.strip() for part in (asked.visits or "").split(",")]
    if len(parts) < 2 or len(set(parts)) < len(parts):
        return open_study(asked.file)
    from trajecta.io.asked_columns import open_asked

    found = open_asked(asked.file, parts, asked.measure)
    asked.measure = found.measure
    asked.visits = ",".join(found.visits)
    return found.study


def chosen_visits(cohort: Cohort, measure: str, wanted: str | None) -> tuple[str, ...]:
    """The keys of the visits asked for, or of all visits at which the measure has values (all visits if it has none).

    A name may hold commas itself: the longest run of parts that names a visit is taken.
    """
    from trajecta.io.asked_names import visit_as_read
    from trajecta.io.command_line import names

    if wanted is None:
        return tuple(visit.key for visit in cohort.visits_of(measure) or cohort.visits)
    entries = [(visit.key, visit.label) for visit in cohort.visits]
    parts, found, at = wanted.split(","), [], 0
    while at < len(parts):
        ends = range(len(parts), at, -1)
        named = ((end, find_by_name(",".join(parts[at:end]).strip(), entries)) for end in ends)
        end, key = next(((end, key) for end, key in named if key is not None), (at, None))
        if key is None:
            end, key = at + 1, visit_as_read(cohort, parts[at].strip())
        if key is None:
            there = names(visit.label for visit in cohort.visits)
            raise QuestionError(f"There is no visit “{parts[at].strip()}”; the file has {there}.")
        found.append(key)
        at = end
    twice = next((key for key in found if found.count(key) > 1), None)
    if twice is not None:
        raise QuestionError(f"“{cohort.visit(twice).label}” is named twice; name each visit once.")
    return tuple(found)


def chosen_times(wanted: str | None, visits: int) -> tuple[float, ...]:
    """The times given, one per visit and none twice; empty for none."""
    if wanted is None:
        return ()
    try:
        times = tuple(float(part) for part in wanted.split(","))
    except ValueError:
        raise QuestionError(f"“{wanted}” is not a list of times; write numbers with commas, such as 0,3,6.") from None
    if not all(math.isfinite(time) for time in times) or len(set(times)) < len(times):
        raise QuestionError("The times must be numbers, each another one.")
    if len(times) != visits:
        raise QuestionError(f"{len(times)} times were given for {visits} visits; give one for each visit.")
    return times
