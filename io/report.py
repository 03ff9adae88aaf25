"""The report of a study: a readable page, a workbook with every number, one figure a measure, in one folder."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from trajecta import __version__
from trajecta.io.answers import answer_text
from trajecta.io.atomic import write_atomically
from trajecta.io.control_characters import without_control
from trajecta.io.errors import QuestionError, SaveError
from trajecta.io.export import export_figure
from trajecta.io.overview import COLUMNS, change_of, overview_row, p_of
from trajecta.io.study import Study
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.cohort import Issue
from trajecta.stats.compare import overview
from trajecta.stats.families import AdjustedP, adjust_apart
from trajecta.stats.results import PairedResult
from trajecta.stats.words import methods_paragraph, results_sentence

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

STYLE = """
body { font: 15px/1.5 "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #1B1F24;
  max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .82rem; }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid #E1E4E8; vertical-align: top; }
td { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: #5B6570; font-weight: 600; }
.lead { font-size: 1.05rem; font-weight: 600; } .soft { color: #5B6570; }
.caution { background: #FFF4DC; color: #8A5A00; border-radius: 6px; padding: .5rem .8rem; }
img { max-width: 100%; border: 1px solid #E1E4E8; } pre { white-space: pre-wrap; font: inherit; }
"""
Row = tuple[str | float | int | bool | None, ...]
HEAD = tuple(name for name, _ in COLUMNS)


def write_report(study: Study, folder: Path) -> Path:
    """Write ``report.html``, ``numbers.xlsx`` and ``figures/*.svg``; returns the path of the page.

    Raises SaveError where the folder cannot be made or written to, QuestionError where there is nothing to compare.
    """
    if study.comparison is None:
        raise QuestionError("There are no two visits to compare, so there is nothing to report.")
    try:
        (folder / "figures").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(f"The folder {folder} could not be made: {error.strerror}. Choose another place.") from error
    asked = study.comparison
    results = overview(study.cohort, asked.before, asked.after, asked.zeros, asked.level)
    pictures = {result.measure.key: write_figure(study, result, folder) for result in results}
    write_atomically(folder / "numbers.xlsx", numbers_workbook(study, results))
    page = folder / "report.html"
    write_atomically(page, report_page(study, results, pictures).encode("utf-8"))
    return page


def write_figure(study: Study, result: PairedResult, folder: Path) -> str:
    """Write the trajectories of one measure; returns the file's path relative to the folder."""
    name = "".join(c if c.isalnum() else "-" for c in result.measure.key)
    figure = build_figure(study.cohort, result.measure.key, result, replace(study.chart, kind="trajectories"))
    export_figure(figure, folder / "figures" / f"{name}.svg")
    return f"figures/{name}.svg"


def report_page(study: Study, results: tuple[PairedResult, ...], pictures: dict[str, str]) -> str:
    """The page as HTML; it needs no network and no script."""
    cohort, asked = study.cohort, study.comparison
    assert asked is not None
    title = escape(cohort.title or (study.source.stem if study.source else "Study"))
    visits = f"{escape(cohort.visit(asked.before).label)} → {escape(cohort.visit(asked.after).label)}"
    source = escape(study.source.name) if study.source else "–"
    synthetic = (
        "<p class='caution'>Synthetic data: no row corresponds to a real patient.</p>" if cohort.synthetic else ""
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in HEAD)
    members, families = adjust_apart(results, tuple(study.primary))
    lines = [overview_row(result, member) for result, member in zip(results, members, strict=True)]
    adjusted = " ".join(f"{family.family.name.capitalize()} measures: {family.method}" for family in families)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in lines)
    sections = "".join(measure_section(result, pictures[result.measure.key]) for result in results)
    issues = "".join(f"<li>{escape(issue_words(issue))}</li>" for issue in study.issues)
    noticed = f"<h2>What was noticed in the workbook</h2><ul>{issues}</ul>" if issues else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style></head><body>
<h1>{title}</h1>
<p class="soft">{visits} · {len(cohort.included)} of {len(cohort.patients)} patients · source {source},
SHA-256 {escape(study.fingerprint[:16])}… · Trajecta {__version__}</p>
{synthetic}
<h2>Overview</h2>
<table><tr>{head}</tr>{rows}</table>
<p class="soft">Before and after: median (range). Change: Hodges–Lehmann estimate with the interval and the level
it really has. P: exact signed-rank test (McNemar for yes/no), two-sided. {escape(adjusted)}</p>
{sections}
{noticed}
</body></html>
"""


def measure_section(result: PairedResult, picture: str) -> str:
    """Everything about one measure."""
    cautions = "".join(f"<p class='caution'>{escape(caution)}</p>" for caution in result.cautions)
    return (
        f"<h2>{escape(result.measure.name)}</h2><p class='lead'>{escape(result.lead)}</p>{cautions}"
        f"<p>{escape(results_sentence(result))}</p>"
        f"<img src='{escape(picture)}' alt='{escape(result.measure.name)}, every patient over time'>"
        f"<p class='soft'>{escape(methods_paragraph(result))}</p>"
        f"<details><summary>All numbers</summary><pre>{escape(answer_text(result))}</pre></details>"
    )


def issue_words(issue: Issue) -> str:
    """An issue as one line."""
    where = f"{issue.where}: " if issue.where else ""
    return f"{where}{issue.text} {issue.hint}".strip()


def numbers_workbook(study: Study, results: tuple[PairedResult, ...]) -> bytes:
    """The numbers as an .xlsx: overview, every pair with its cells, every test, every interval, issues."""
    # openpyxl takes 0.2 s to import and only the report writes workbooks.
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    first = book.active
    first.title = "Overview"
    notice = [("Synthetic data: no row corresponds to a real patient.",)] if study.cohort.synthetic else []
    fill(first, (*notice, HEAD, *overview_values(study, results)), len(notice) + 1)
    pairs = [row for result in results for row in pair_rows(study, result)]
    head_pairs = ("Measure", "Patient", "Before", "After", "Difference", "Before cell", "After cell")
    fill(book.create_sheet("Pairs"), (head_pairs, *pairs), 1)
    tests = [
        (
            r.measure.name,
            t.key,
            t.p,
            t.p_smallest,
            t.exact,
            t.statistic,
            t.df,
            t.n_used,
            t.zeros,
            t.ties,
            t.method,
            t.reason,
        )
        for r in results
        for t in r.tests
    ]
    head = (
        "Measure",
        "Test",
        "P",
        "Smallest P",
        "Exact",
        "Statistic",
        "df",
        "n used",
        "Zeros",
        "Ties",
        "Method",
        "Reason",
    )
    fill(book.create_sheet("Tests"), (head, *tests), 1)
    spans = [
        (r.measure.name, i.key, i.estimate, i.low, i.high, i.level_asked, i.level, i.method, i.reason)
        for r in results
        for i in r.intervals
    ]
    head_spans = ("Measure", "Estimate", "Value", "Low", "High", "Level asked", "Level", "Method", "Reason")
    fill(book.create_sheet("Intervals"), (head_spans, *spans), 1)
    left = [(r.measure.name, entry.patient, entry.reason) for r in results for entry in r.left_out]
    fill(book.create_sheet("Left out"), (("Measure", "Patient", "Reason"), *left), 1)
    noticed = [(str(i.severity), str(i.where or ""), i.text, i.hint) for i in study.issues]
    fill(book.create_sheet("Issues"), (("Severity", "Cell", "Text", "Hint"), *noticed), 1)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def overview_values(study: Study, results: Sequence[PairedResult]) -> list[Row]:
    """The lines of the overview as numbers."""
    members, _ = adjust_apart(results, tuple(study.primary))
    return [numbers_of(result, member) for result, member in zip(results, members, strict=True)]


def numbers_of(result: PairedResult, adjusted: AdjustedP) -> Row:
    """One line of the overview as numbers."""
    change, (p, smallest), text = change_of(result), p_of(result), overview_row(result, adjusted)
    return (
        text[0], result.n, text[2], text[3], change.estimate, text[5], change.level,
        text[7], p, smallest, adjusted.adjusted,
    )  # fmt: skip


def pair_rows(study: Study, result: PairedResult) -> list[Row]:
    """Every patient's two values with the cells they came from."""
    rows: list[Row] = []
    asked = result.comparison
    for change in result.changes:
        cells = []
        for visit in (asked.before, asked.after):
            found = study.cohort.observation(asked.measure, visit, change.patient)
            cells.append(str(found.source) if found is not None and found.source is not None else "computed")
        rows.append((result.measure.name, change.patient, change.before, change.after, change.difference, *cells))
    return rows


def fill(sheet: "Worksheet", rows: Sequence[Row], head: int) -> None:
    """Write rows with a bold frozen head; texts stay texts even if they begin with an equals sign.

    Control characters, which no workbook can hold, become spaces.
    """
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    widths: dict[int, int] = {}
    for r, row in enumerate(rows, 1):
        for c, value in enumerate(row, 1):
            value = without_control(value) if isinstance(value, str) else value
            cell = sheet.cell(row=r, column=c, value=value)
            if isinstance(value, str):
                cell.data_type = "s"
            if r == head:
                cell.font = Font(bold=True)
            widths[c] = max(widths.get(c, 8), min(len(str("" if value is None else value)) + 2, 60))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = f"A{head + 1}"
