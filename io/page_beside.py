"""What is laid beside a page of several charts: source data with a sheet for each part, legend, alternative text.

Invariants: as beside a single figure; sheets carry the letters of the parts, on a page without letters as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from trajecta.io.atomic import write_atomically
from trajecta.io.beside import checked_paths
from trajecta.io.legend_text import SYNTHETIC_DATA, legend_text
from trajecta.io.report import Row, fill
from trajecta.io.source_data import excluded_rows, origin_rows, setting_rows, tables_of
from trajecta.io.study import Study
from trajecta.stats.charts.compose import Drawn, Page
from trajecta.stats.results import PairedResult

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Results = Mapping[str, PairedResult | None]


def write_page_beside(study: Study, page: Page, results: Results, path: Path) -> tuple[Path, Path]:
    """Write the workbook and the words that go with the page at ``path``; returns their paths.

    SaveError with a sentence where the place cannot be written to or a name is that of the study's own workbook.
    """
    data, words = checked_paths(study, path)
    write_atomically(data, page_data(study, page, results))
    write_atomically(words, page_words(study, page, results).encode("utf-8"))
    return data, words


def page_data(study: Study, page: Page, results: Results) -> bytes:
    """The workbook (.xlsx): a sheet for each part with its tables below one another, then the provenance of all."""
    from openpyxl import Workbook

    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for drawn in page.parts:
        _lay_part(book.create_sheet(drawn.name), study, drawn, results)
    fill(book.create_sheet("Provenance"), tuple(_provenance(study, page, results)), 1)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _lay_part(sheet: "Worksheet", study: Study, drawn: Drawn, results: Results) -> None:
    """The title of a part, then each of its tables under its name, with an empty row between them."""
    from openpyxl.styles import Font

    rows: list[Row] = [(f"{drawn.name}, {drawn.figure.title}",)]
    bold = []
    own, result = _asked(study, drawn, results)
    for name, table in tables_of(own, drawn.figure, result) if drawn.figure.panels else ():
        rows += [(), (name,), *table]
        bold += [len(rows) - len(table), len(rows) - len(table) + 1]
    fill(sheet, rows, 1)
    for row in bold:
        for cell in sheet[row]:
            cell.font = Font(bold=True)


def _asked(study: Study, drawn: Drawn, results: Results) -> tuple[Study, PairedResult | None]:
    """The study as it would show this part alone, and the answer to it."""
    result = results.get(drawn.part.measure)
    question = result.comparison if result is not None else None
    return replace(study, measure=drawn.part.measure, comparison=question).with_chart(drawn.choice), result


def _provenance(study: Study, page: Page, results: Results) -> Iterator[Row]:
    yield ("What", "Value")
    yield from origin_rows(study, page.figure)
    for drawn in page.parts:
        yield (f"Part {drawn.name}", drawn.figure.title)
        for what, *value in setting_rows(_asked(study, drawn, results)[0], drawn.figure):
            yield (f"{drawn.name}: {what}", *value)
    yield from excluded_rows(study)


def page_words(study: Study, page: Page, results: Results) -> str:
    """The text file that goes with a page: the legend part by part, and the alternative text."""
    said = []
    for drawn in page.parts:
        own, result = _asked(study, drawn, results)
        text = legend_text(own, drawn.figure, result) if drawn.figure.panels else drawn.figure.alt
        said.append(f"{drawn.name}, {text.removesuffix(SYNTHETIC_DATA).strip()}")
    if study.cohort.synthetic:
        said.append(SYNTHETIC_DATA)
    return f"Legend\n{' '.join(said)}\n\nAlternative text\n{page.figure.alt}\n"
