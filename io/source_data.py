"""The source data of a figure: a workbook with every value shown, the numbers of the answer and where all is from.

Invariants: a value stands beside the address of the cell it was read from; numbers are numbers and texts stay texts;
what was computed here (from the medication log) says so.
"""

from collections.abc import Iterator
from dataclasses import fields
from enum import StrEnum
from io import BytesIO

from trajecta import __version__
from trajecta.io.report import Row, fill, pair_rows
from trajecta.io.shown import is_about, measures_shown, patients_drawn, points_drawn, texts_of
from trajecta.io.study import Study
from trajecta.stats.charts.registry import chart
from trajecta.stats.cohort import Censored, Kind, Observation
from trajecta.stats.compare import overview
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult
from trajecta.stats.words import results_sentence, summary_text

CENSORED = {
    Censored.NO: "",
    Censored.BELOW: "below the limit of the assay",
    Censored.ABOVE: "above the limit of the assay",
}
VALUES: Row = (
    "Measure",
    "Unit",
    "Patient",
    "Visit",
    "Actual day",
    "Value",
    "As written",
    "Censored",
    "Cell",
    "Symbol drawn",
)
PAIRS: Row = ("Measure", "Patient", "Before", "After", "Difference", "Before cell", "After cell")
RESULT: Row = (
    "Measure", "Kind", "Name", "Value", "P", "Smallest P", "Low", "High", "Level asked", "Level", "n", "Method",
    "Reason",
)  # fmt: skip
COURSES: Row = ("Patient", "Drug", "Substance", "Role", "mg/day", "As written", "Route", "From day", "To day", "Cell")


def source_data(study: Study, figure: Figure, result: PairedResult | None) -> bytes:
    """The workbook (.xlsx): values, the pairs and numbers of ``result`` where there is one, courses drawn, provenance.

    A result of another measure than the study's counts as none. Values of patients that were excluded are left out,
    and the provenance says who they are and why.
    """
    # openpyxl takes 0.2 s to import and most commands write no workbook.
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in tables_of(study, figure, result):
        fill(book.create_sheet(name), rows, 1)
    origin = (*origin_rows(study, figure), *setting_rows(study, figure), *excluded_rows(study))
    fill(book.create_sheet("Provenance"), (("What", "Value"), *origin), 1)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def tables_of(study: Study, figure: Figure, result: PairedResult | None) -> Iterator[tuple[str, tuple[Row, ...]]]:
    """The tables behind a figure, each with its name and its head as the first row; no table of the provenance."""
    yield "Values", (VALUES, *value_rows(study, figure))
    answers = answers_shown(study, figure, result)
    if answers:
        yield "Pairs", (PAIRS, *(row for answer in answers for row in pair_rows(study, answer)))
        numbers = [(answer.measure.name, *row) for answer in answers for row in result_rows(answer)]
        yield "Result", (RESULT, *numbers)
        left = [(answer.measure.name, entry.patient, entry.reason) for answer in answers for entry in answer.left_out]
        yield "Left out", (("Measure", "Patient", "Reason"), *left)
    courses = tuple(course_rows(study, figure))
    if courses:
        yield "Courses", (COURSES, *courses)


def answers_shown(study: Study, figure: Figure, result: PairedResult | None) -> tuple[PairedResult, ...]:
    """The answer, or for a chart of the pairs of many measures the answers of all that it shows; often one or none."""
    if result is None or result.measure.key != study.measure:
        return ()
    if not chart(study.chart.kind).needs_pair or is_about(figure, result.measure):
        return (result,)
    asked = result.comparison
    shown = {measure.key for measure in measures_shown(study.cohort, figure, study.measure)}
    every = overview(study.cohort, asked.before, asked.after, asked.zeros, asked.level)
    return tuple(result if r.measure.key == study.measure else r for r in every if r.measure.key in shown)


def value_rows(study: Study, figure: Figure) -> Iterator[Row]:
    """Every value of the measures shown, visit by visit; ``Symbol drawn`` is "yes" where the figure has its symbol."""
    cohort = study.cohort
    drawn = points_drawn(cohort, figure, study.measure)
    labels = {visit.key: visit.label for visit in cohort.visits}
    for measure in measures_shown(cohort, figure, study.measure):
        for patient in cohort.included:
            for seen in cohort.series(measure.key, patient.id):
                is_drawn = (measure.key, patient.id, seen.visit) in drawn and seen.value is not None
                value = _plain(seen, measure.kind)
                yield (
                    measure.name, measure.unit, patient.id, labels[seen.visit], cohort.day(patient.id, seen.visit),
                    value, seen.text, CENSORED[seen.censored], _cell(seen), "yes" if is_drawn else "",
                )  # fmt: skip


def _plain(seen: Observation, kind: Kind) -> float | str | None:
    if seen.value is None or kind is Kind.NUMERIC:
        return seen.value
    return "yes" if seen.value else "no"


def _cell(seen: Observation) -> str:
    return str(seen.source) if seen.source is not None else "computed"


def result_rows(result: PairedResult) -> Iterator[Row]:
    """The sentence, every test and every interval of an answer, one a line, without the measure."""
    yield ("Answer", results_sentence(result), None, None, None, None, None, None, None, result.n, result.methods, "")
    for side, summary in (("before", result.before_summary), ("after", result.after_summary)):
        name = f"Median {side} (range)"
        said = summary_text(summary) if any(summary.signs) else ""
        yield ("Summary", name, summary.median, None, None, summary.min, summary.max, None, None, summary.n, said, "")
    for t in result.tests:
        yield ("Test", t.name, t.statistic, t.p, t.p_smallest, None, None, None, None, t.n_used, t.method, t.reason)
    spans = [*result.intervals, *([result.yes_no.difference] if result.yes_no is not None else [])]
    for i in spans:
        yield (
            "Interval", i.name, i.estimate, None, None, i.low, i.high, i.level_asked, i.level, result.n, i.method,
            i.reason,
        )  # fmt: skip
    if result.yes_no is not None:
        found = result.yes_no
        yield (
            "Test", "McNemar", None, found.exact_p, found.p_smallest, None, None, None, None, result.n, found.method,
            found.reason,
        )  # fmt: skip


def course_rows(study: Study, figure: Figure) -> Iterator[Row]:
    """The rows of the medication log that a figure with drugs in it shows; the medication chart shows one patient's."""
    said = {text.casefold() for text in texts_of(figure)}
    drawn = set(patients_drawn(study.cohort, figure))
    log = [course for course in study.cohort.courses if course.patient in drawn]
    if study.chart.kind == "medication":
        chosen = study.chart.patient or next((patient.id for patient in study.cohort.included), "")
        log = [course for course in log if course.patient == chosen]
    elif not any(course.drug.casefold() in said for course in log):
        return
    for c in log:
        source = str(c.source) if c.source is not None else ""
        yield (
            c.patient, c.drug, c.substance, c.role.value, c.daily_mg, c.dose_text, c.route, c.start, c.stop, source,
        )  # fmt: skip


def origin_rows(study: Study, figure: Figure) -> Iterator[Row]:
    """Where the numbers come from and what page they are on: file, fingerprint, date system, size."""
    cohort = study.cohort
    if cohort.synthetic:
        yield ("Data", "Synthetic: no row corresponds to a real patient")
    yield ("Workbook", study.source.name if study.source is not None else "")
    yield ("SHA-256 of the workbook", study.fingerprint)
    yield ("Date system", "1904" if study.epoch_1904 else "1900")
    yield ("Program", f"Trajecta {__version__}")
    yield ("Figure", figure.title)
    yield ("Page, mm", f"{figure.width_mm:g} × {figure.height_mm:g}")
    yield ("Day 0", cohort.time_zero)


def setting_rows(study: Study, figure: Figure) -> Iterator[Row]:
    """How a figure was set: the ranges of its axes, every choice of the chart and of the comparison."""
    for panel in figure.panels:
        for axis, way in ((panel.x, "x"), (panel.y, "y")):
            if axis.label:
                yield (f"Range of {way}, {' '.join(axis.label.split())}", f"{axis.range[0]:.6g} to {axis.range[1]:.6g}")
    for choices in (study.chart, study.comparison):
        for entry in fields(choices) if choices is not None else ():
            if entry.name != "within":  # a matter of laying out a page, never of what is shown
                yield (f"Setting: {entry.name.replace('_', ' ')}", _setting(getattr(choices, entry.name)))


def excluded_rows(study: Study) -> Iterator[Row]:
    """Who is not in the figure, and why."""
    for left in study.cohort.excluded:
        yield (f"Excluded: {left.patient}", left.reason)


def _setting(value: object) -> str | float | None:
    if isinstance(value, StrEnum):
        return value.value
    return value if isinstance(value, str | int | float) or value is None else str(value)
