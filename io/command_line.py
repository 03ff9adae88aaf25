"""The command line: check, compare, visits, figure and report without a window or a display.

Exit code 0 done, 2 for what the user can mend: one sentence on standard error, no traceback.
"""

import argparse
import gc
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn

from trajecta import __version__
from trajecta.io.commands_chart import add_chart_options
from trajecta.io.commands_compose import add_compose_options, run_compose
from trajecta.io.commands_cuts import add_changes
from trajecta.io.commands_families import LEADING, add_compare_options, add_power_options
from trajecta.io.commands_figure import add_figure_options, checked_page, companions
from trajecta.io.commands_visits import add_visits
from trajecta.io.errors import AppError, QuestionError
from trajecta.io.study import Study, open_study
from trajecta.stats.cohort import Cohort, Direction, find_by_name
from trajecta.stats.results import Comparison, Zeros


def run_command(words: list[str]) -> int:
    """Run one command; returns the exit code."""
    asked = parser(words[0] if words else "").parse_args(list(_joined(words)))
    collecting = gc.isenabled()
    gc.disable()  # a command is short, and looking for cycles while modules and cohorts are made costs a twentieth
    try:
        asked.run(asked)
    except AppError as failure:
        print(failure, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone, as `| head` does
    finally:
        if collecting:
            gc.enable()
    return 0


def _joined(words: Iterable[str]) -> Iterator[str]:
    """The words with each option and a value that begins with a minus as one word: ``--times -7,0,90`` is no option.

    >>> list(_joined(["visits", "a.csv", "--times", "-7,0,90", "--json"]))
    ['visits', 'a.csv', '--times=-7,0,90', '--json']
    """
    last: str | None = None
    for word in words:
        number = word[:1] == "-" and word[1:2] != "-" and word.lstrip("-.")[:1].isdecimal()
        if last is not None and number and last.startswith("--") and "=" not in last:
            last = f"{last}={word}"
            continue
        if last is not None:
            yield last
        last = word
    if last is not None:
        yield last


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, as all errors of the command line are."""

    def error(self, message: str) -> NoReturn:
        """Say what was wrong with the words and where help is; exit code 2."""
        said = message.rstrip(".")
        self.exit(2, f"{said[:1].upper()}{said[1:]}; “{self.prog} --help” says what can be asked.\n")


def parser(asked: str) -> argparse.ArgumentParser:
    """The grammar of the command line: all commands, and the options of the one that is asked for."""
    top = _Parser(
        prog="trajecta",
        description="Paired before/after comparisons, medication burden and trajectories for small clinical cohorts.",
        epilog="Without a command: trajecta [FILE] opens the window, trajecta --demo opens it on the demo cohort.",
    )
    top.add_argument("--version", action="version", version=f"Trajecta {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="|".join(name for name, _, _ in COMMANDS))
    for name, purpose, add_options in COMMANDS:
        command = commands.add_parser(name, help=purpose)
        if name == asked:
            add_options(command)
    return top


def add_check(command: argparse.ArgumentParser) -> None:
    """The options of ``check``."""
    command.add_argument("file", type=Path)
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--certificate", type=Path, default=None, help="write the certificate of equality as .xlsx")
    command.set_defaults(run=run_check)


def add_compare(command: argparse.ArgumentParser) -> None:
    """The options of ``compare``."""
    add_question(command)
    command.add_argument("--zeros", choices=[z.value for z in Zeros], default=Zeros.WILCOXON.value)
    command.add_argument(
        "--important", type=float, default=None, help="smallest change that counts as improved (default: any)"
    )
    command.add_argument("--json", action="store_true", help="print one JSON object")
    add_compare_options(command)
    command.set_defaults(run=run_compare)


def add_power(command: argparse.ArgumentParser) -> None:
    """The options of ``power``."""
    add_power_options(command)
    command.set_defaults(run=run_power)


def add_figure(command: argparse.ArgumentParser) -> None:
    """The options of ``figure``."""
    add_question(command)
    command.add_argument("--chart", default="trajectories", help="kind of chart (default: trajectories)")
    command.add_argument("--out", type=Path, required=True, help="file to write; its suffix chooses the format")
    command.add_argument("--width-mm", type=float, default=None, help="default: 183, or the widest of the journal")
    command.add_argument("--height-mm", type=float, default=None)
    command.add_argument("--dpi", type=int, default=600, help="resolution of PNG and TIFF")
    command.add_argument("--time", choices=["months", "days"], default="months", help="unit of the time axis")
    command.add_argument("--patient", default=None, help="patient of the medication chart")
    add_figure_options(command)
    add_chart_options(command)
    add_compose_options(command)
    command.set_defaults(run=run_figure)


def add_report(command: argparse.ArgumentParser) -> None:
    """The options of ``report``."""
    command.add_argument("file", type=Path)
    command.add_argument("--out", type=Path, required=True, help="folder to write to; made if it does not exist")
    command.add_argument("--before", default=None)
    command.add_argument("--after", default=None)
    command.add_argument("--level", type=float, default=0.95)
    command.set_defaults(run=run_report)


COMMANDS = (
    ("check", "say what is understood of a workbook, and what is odd in it", add_check),
    ("changes", "say what changed between two cuts of a study", add_changes),
    ("compare", "compare a measure between two visits", add_compare),
    ("visits", "compare a measure over several visits", add_visits),
    ("figure", "write a figure as PDF, SVG, EPS, PNG, TIFF or PowerPoint", add_figure),
    ("report", "write an overview of every measure to a folder", add_report),
    ("power", "say what a number of pairs can show, before a study", add_power),
)
"""The commands with their purpose and what adds their options."""


def add_question(command: argparse.ArgumentParser) -> None:
    """The options that say what is compared."""
    command.add_argument("file", type=Path)
    command.add_argument("--measure", default=None, help="may be left out where the file has only one")
    command.add_argument("--before", default=None, help="first visit, such as baseline")
    command.add_argument("--after", default=None, help='second visit, such as "month 3"')
    command.add_argument("--level", type=float, default=0.95, help="level asked of the intervals (default 0.95)")
    command.add_argument(
        "--better",
        choices=["lower", "higher"],
        default=None,
        help="which way is better, where the instrument is not known",
    )


def run_check(asked: argparse.Namespace) -> None:
    """``check FILE [--json]``."""
    from trajecta.io.check import check_json, check_text
    from trajecta.io.guess import guess_mapping
    from trajecta.io.reading import read_safely
    from trajecta.io.study import study_of

    workbook = read_safely(asked.file)
    mapping = guess_mapping(workbook)
    study = study_of(workbook, mapping)
    found = check_json(workbook, mapping, study.cohort, study.issues) if asked.json else {}
    text = "" if asked.json else check_text(workbook, mapping, study.cohort, study.issues)
    if asked.certificate is not None:
        from trajecta.io.certificate import certificate_json, summary, write_certificate

        certificate = write_certificate(workbook, study, asked.certificate)
        found["certificate"] = certificate_json(certificate)
        text += f"\n\n{summary(certificate)}"
    if asked.json:
        print_json(found)
    else:
        print(text)


def run_compare(asked: argparse.Namespace) -> None:
    """``compare FILE --measure M --before V --after V``, or ``--all`` and ``--family`` for many measures."""
    from trajecta.io.answers import answer_json, answer_text
    from trajecta.io.commands_families import as_yes_no, families_answer, robust_json, robust_text
    from trajecta.stats.compare import compare

    study = study_asked(asked)
    if asked.all or asked.family:
        many = families_answer(question_of(study, asked, measure=study.measure), asked)
        print_answer(many)
        return
    if asked.kind or asked.threshold is not None:
        study = as_yes_no(study, chosen_measure(study.cohort, asked.measure), asked)
    study = question_of(study, asked)
    assert study.comparison is not None
    result = compare(study.cohort, study.comparison)
    if asked.json:
        robust = {"robustness": robust_json(study.cohort, result)} if asked.robust else {}
        print_json({**answer_json(result), **robust})
    else:
        print(answer_text(result) + (robust_text(study.cohort, result) if asked.robust else ""))


def study_asked(asked: argparse.Namespace) -> Study:
    """The study of ``asked.file``; where ``--before`` and ``--after`` name columns, these are made visits."""
    if asked.before is None or asked.after is None or asked.before == asked.after:
        return open_study(asked.file)
    from trajecta.io.asked_columns import open_asked

    found = open_asked(asked.file, (asked.before, asked.after), asked.measure)
    if not (getattr(asked, "all", False) or getattr(asked, "family", ())):  # which only ``compare`` has
        asked.measure = found.measure
    asked.before, asked.after = found.visits
    return found.study


def run_power(asked: argparse.Namespace) -> None:
    """``power [--n 5] [--outcomes 1] [--shift 1.0] [--alpha 0.05]``."""
    from trajecta.io.commands_families import power_answer

    print_answer(power_answer(asked))


def run_figure(asked: argparse.Namespace) -> None:
    """``figure FILE --chart KIND --out FILE``, or ``--compose`` for a page of several."""
    from trajecta.io.commands_chart import with_chart_options
    from trajecta.io.export import export_figure
    from trajecta.stats.charts.choice import ChartChoice, TimeUnit
    from trajecta.stats.charts.registry import CHARTS, build_figure
    from trajecta.stats.compare import compare

    kinds = {chart.key: chart for chart in CHARTS}
    if asked.chart not in kinds:
        raise QuestionError(f"There is no chart “{asked.chart}”; choose one of {', '.join(kinds)}.")
    width = checked_page(asked)
    if asked.compose is not None:
        run_compose(asked, width)
        return
    needs_pair = kinds[asked.chart].needs_pair or asked.before is not None or asked.after is not None
    study = question_of(study_asked(asked), asked, needs_pair=needs_pair)
    result = compare(study.cohort, study.comparison) if study.comparison is not None else None
    patient = chosen_patient(study.cohort, asked.patient)
    others = tuple(chosen_measure(study.cohort, name) for name in asked.others)
    choice = ChartChoice(asked.chart, width, asked.height_mm, TimeUnit(asked.time), patient, with_measures=others)
    choice = with_chart_options(study.cohort, choice, asked)
    figure = build_figure(study.cohort, study.measure, result, choice)
    export_figure(figure, asked.out, asked.dpi)
    companions(study.with_chart(choice), figure, result, asked)


def run_report(asked: argparse.Namespace) -> None:
    """``report FILE --out DIR``."""
    from trajecta.io.report import write_report

    asked.measure, asked.better = None, None
    study = open_study(asked.file)
    study = question_of(study, asked, measure=study.measure)
    print(write_report(study, asked.out))


def question_of(
    study: Study, asked: argparse.Namespace, *, measure: str | None = None, needs_pair: bool = True
) -> Study:
    """The study with the question that the options ask. Raises QuestionError naming what there is to choose from."""
    if not 0 < asked.level < 1:
        raise QuestionError(f"A level of {asked.level:g} is not possible; choose one between 0 and 1, such as 0.95.")
    key = measure or chosen_measure(study.cohort, asked.measure)
    if asked.better:
        study = study.directed(key, Direction(asked.better))
    study = study.asking(key)
    if study.comparison is None and asked.before is None and asked.after is None:
        if needs_pair:
            name = study.cohort.measure(key).name
            raise QuestionError(
                f"{asked.file.name}: {name} has values at fewer than two visits; nothing can be compared."
            )
        return study
    usual = study.comparison
    before = chosen_visit(study.cohort, key, asked.before, usual.before if usual else None, "--before")
    after = chosen_visit(study.cohort, key, asked.after, usual.after if usual else None, "--after")
    if before == after:
        raise QuestionError(f"Before and after are both “{study.cohort.visit(before).label}”; choose two visits.")
    zeros = Zeros(getattr(asked, "zeros", Zeros.WILCOXON.value))
    important = getattr(asked, "important", None)
    if important is not None and not 0 < important < float("inf"):
        raise QuestionError(f"A change of {important:g} cannot be the smallest that counts; give a number above 0.")
    test = LEADING[getattr(asked, "test", "signed-rank")]
    asking = Comparison(key, before, after, zeros, asked.level, test, important)
    return study.with_comparison(asking)


def chosen_measure(cohort: Cohort, wanted: str | None) -> str:
    """The key of the measure asked for, or of the only one there is."""
    if not cohort.measures:
        raise QuestionError("No measure was found in this file; “trajecta check FILE” says what was understood of it.")
    if wanted is None:
        if len(cohort.measures) == 1:
            return cohort.measures[0].key
        raise QuestionError(f"Say which measure with --measure: {names(m.name for m in cohort.measures)}.")
    key = find_by_name(wanted, ((m.key, m.name) for m in cohort.measures))
    if key is None:
        from trajecta.io.asked_names import measure_as_read

        key = measure_as_read(cohort, wanted)
    if key is None:
        raise QuestionError(f"There is no measure “{wanted}”; the file has {names(m.name for m in cohort.measures)}.")
    return key


def chosen_visit(cohort: Cohort, measure: str, wanted: str | None, usual: str | None, option: str) -> str:
    """The key of the visit asked for, or the usual one."""
    visits = cohort.visits_of(measure)
    if wanted is None:
        if usual is None:
            raise QuestionError(f"Say which visit with {option}: {names(v.label for v in visits)}.")
        return usual
    # Any planned visit may be asked about: a measure without values there gets an answer that says so.
    key = find_by_name(wanted, ((v.key, v.label) for v in cohort.visits))
    if key is None:
        from trajecta.io.asked_names import visit_as_read

        key = visit_as_read(cohort, wanted)
    if key is None:
        raise QuestionError(f"There is no visit “{wanted}”; the file has {names(v.label for v in cohort.visits)}.")
    return key


def chosen_patient(cohort: Cohort, wanted: str | None) -> str | None:
    """The id of the patient asked for."""
    if wanted is None:
        return None
    key = find_by_name(wanted, ((p.id, p.id) for p in cohort.patients))
    if key is None:
        raise QuestionError(f"There is no patient “{wanted}”; the file has {names(p.id for p in cohort.patients)}.")
    return key


def names(entries: Iterable[str]) -> str:
    """A list in words: “A”, “B” and “C”."""
    quoted = [f"“{entry}”" for entry in entries]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}" if quoted else "nothing"


def print_answer(answer: object) -> None:
    """A text as it is, anything else as one JSON object."""
    if isinstance(answer, str):
        print(answer)
    else:
        print_json(answer)


def print_json(value: object) -> None:
    """One JSON object, readable in any terminal encoding."""
    print(json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False))
