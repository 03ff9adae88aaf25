"""``figure FILE --compose TEXT``: several charts on one page, from the words of the command line.

Invariants: "," puts charts beside each other and "/" begins the next row, also where names of measures hold these
signs; what is not in the file or not a chart gets one sentence that names what there is.
"""

import argparse
import itertools
import re
from typing import TYPE_CHECKING

from trajecta.io.errors import QuestionError

if TYPE_CHECKING:
    from trajecta.io.study import Study
    from trajecta.stats.charts.choice import ChartChoice
    from trajecta.stats.charts.compose import Page
    from trajecta.stats.charts.composition import Composition, Entry
    from trajecta.stats.results import PairedResult

SIGNS = re.compile(r"(\s*[,/]\s*)")
SHARE = re.compile(r"(\d)\s*\*\s*(.*)", re.DOTALL)
MOST_IN_ROW = 8
SHARES = ("none", "time", "values", "both")
Word = tuple[str, bool]  # "kind" or "kind:measure", and whether it begins a row


def add_compose_options(figure: argparse.ArgumentParser) -> None:
    """The options that make a page of several charts."""
    figure.add_argument(
        "--compose",
        default=None,
        metavar="PARTS",
        help='several charts on one page: "kind:measure, kind:measure / kind:measure"; a comma puts charts beside each '
        "other, / begins the next row, 2*kind is twice as wide",
    )
    figure.add_argument("--letters", choices=["lower", "upper", "none"], default="lower", help="letters of the parts")
    figure.add_argument("--share", choices=SHARES, default="none", help="axes that the parts of a page share")
    figure.add_argument("--own-legends", action="store_true", help="a legend in each part instead of one for the page")


def run_compose(asked: argparse.Namespace, width: float) -> None:
    """Write the page that ``--compose`` describes, ``width`` mm wide, with what lies beside it."""
    from trajecta.io.commands_figure import findings_for
    from trajecta.io.export import export_figure
    from trajecta.io.page_beside import write_page_beside
    from trajecta.io.study import open_study
    from trajecta.stats.charts.compose import compose

    study = open_study(asked.file)
    page = page_asked(study, asked, width)
    results = _answers(study, page, asked)
    drawn: Page = compose(study.cohort, page, results)
    export_figure(drawn.figure, asked.out, asked.dpi)
    if asked.with_data:
        write_page_beside(study.with_page(page), drawn, results, asked.out)
    findings_for(drawn.figure, asked)


def page_asked(study: "Study", asked: argparse.Namespace, width: float) -> "Composition":
    """The page that the words describe; QuestionError for charts and measures that there are not."""
    from trajecta.stats.charts.composition import Composition, Letters, placed

    share_x, share_y = asked.share in ("time", "both"), asked.share in ("values", "both")
    return Composition(
        placed(_entries(study, asked)),
        width,
        asked.height_mm,
        Letters(asked.letters),
        one_legend=not asked.own_legends,
        share_x=share_x,
        share_y=share_y,
    )


def _entries(study: "Study", asked: argparse.Namespace) -> tuple["Entry", ...]:
    from trajecta.io.command_line import chosen_measure, names
    from trajecta.stats.charts.composition import Entry
    from trajecta.stats.charts.registry import CHARTS

    kinds = {chart.key for chart in CHARTS}
    usual = chosen_measure(study.cohort, asked.measure) if asked.measure is not None else study.measure
    found: list[Entry] = []
    for word, new_row in split_parts(asked.compose, kinds):
        share, said = _share(word)
        kind, _, measure = (piece.strip() for piece in said.partition(":"))
        if kind not in kinds:
            what = f"There is no chart “{kind}”" if kind else "A part of the page has no chart"
            raise QuestionError(f"{what}; choose one of {', '.join(chart.key for chart in CHARTS)}.")
        key = chosen_measure(study.cohort, measure or None) if measure or not usual else usual
        found.append(Entry(key, _choice(study, asked, kind), new_row, share))
    rows = [i for i, entry in enumerate(found) if entry.new_row] + [len(found)]
    for first, after in itertools.pairwise(rows):
        if sum(entry.share for entry in found[first:after]) > MOST_IN_ROW:
            charts = names(entry.choice.kind for entry in found[first:after])
            raise QuestionError(f"A row holds at most {MOST_IN_ROW} charts; {charts} are more. Put / between rows.")
    return tuple(found)


def _share(word: str) -> tuple[int, str]:
    """The relative width before a part, 1 without one: ``2*heat:C3``."""
    found = SHARE.fullmatch(word)
    return (max(int(found[1]), 1), found[2]) if found else (1, word)


def split_parts(text: str, kinds: set[str]) -> tuple[Word, ...]:
    """The parts of a description. Names of measures may hold commas and slashes: a part begins with a kind of chart.

    Where no such reading is possible every sign counts, so that the sentence about it names the odd word.

    >>> split_parts("heat:C3, medication / heat:Protein/creatinine", {"heat", "medication"})
    (('heat:C3', True), ('medication', False), ('heat:Protein/creatinine', True))
    """
    pieces = SIGNS.split(text.strip())
    words: list[Word] = [(pieces[0], True)]
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        kind, colon, _ = _share(piece)[1].partition(":")
        before, row = words[-1]
        if kind.strip() in kinds or colon or not kind.strip() or ":" not in before:
            words.append((piece, sign.strip() == "/"))
        else:
            words[-1] = (f"{before}{sign}{piece}", row)
    return tuple(words)


def _choice(study: "Study", asked: argparse.Namespace, kind: str) -> "ChartChoice":
    from trajecta.io.command_line import chosen_measure, chosen_patient
    from trajecta.io.commands_chart import with_chart_options
    from trajecta.stats.charts.choice import ChartChoice, TimeUnit

    others = tuple(chosen_measure(study.cohort, name) for name in asked.others)
    patient = chosen_patient(study.cohort, asked.patient)
    choice = ChartChoice(kind, time_unit=TimeUnit(asked.time), patient=patient, with_measures=others)
    return with_chart_options(study.cohort, choice, asked)


def _answers(study: "Study", page: "Composition", asked: argparse.Namespace) -> dict[str, "PairedResult | None"]:
    """The answer to each part's measure between the visits asked for; None where nothing can be compared."""
    from trajecta.io.command_line import question_of
    from trajecta.stats.compare import compare

    found: dict[str, PairedResult | None] = {}
    for key in dict.fromkeys(part.measure for part in page.parts):
        question = question_of(study, asked, measure=key, needs_pair=False).comparison
        found[key] = compare(study.cohort, question) if question is not None else None
    return found
