"""What ``figure`` does beyond drawing: a journal's page, what to look at before sending, and the files beside."""

import argparse
from typing import TYPE_CHECKING

from trajecta.io.errors import QuestionError

if TYPE_CHECKING:
    from trajecta.io.study import Study
    from trajecta.stats.figure import Figure
    from trajecta.stats.results import PairedResult

USUAL_WIDTH = 183.0


def add_figure_options(figure: argparse.ArgumentParser) -> None:
    """The options ``--journal`` and ``--with-data``."""
    figure.add_argument(
        "--journal", default=None, help="nature, nejm, lancet, cell, ard, ar or science: its page, and what breaks it"
    )
    figure.add_argument(
        "--with-data",
        action="store_true",
        help="write NAME-data.xlsx (source data) and NAME-legend.txt (legend, alternative text) beside the figure",
    )


def page_width(asked: argparse.Namespace) -> float:
    """The width asked for, else the journal's widest one, else that of the template, else 183 mm.

    QuestionError for an unknown journal or template.
    """
    from trajecta.io.commands_chart import template_asked
    from trajecta.io.journals import journal

    template = template_asked(asked)
    widths = journal(asked.journal).widths if asked.journal is not None else ()
    usual = USUAL_WIDTH if template is None or template.width_mm is None else template.width_mm
    return float(asked.width_mm if asked.width_mm is not None else max(widths, default=usual))


def checked_page(asked: argparse.Namespace) -> float:
    """The width of the page, once width, height and resolution can be drawn; QuestionError saying what can."""
    width = page_width(asked)
    if not 40 <= width <= 500:
        raise QuestionError(f"A width of {width:g} mm cannot be drawn; choose 40 to 500 mm.")
    if asked.height_mm is not None and not 30 <= asked.height_mm <= 500:
        raise QuestionError(f"A height of {asked.height_mm:g} mm cannot be drawn; choose 30 to 500 mm.")
    if not 36 <= asked.dpi <= 2400:
        raise QuestionError(f"A resolution of {asked.dpi} dpi cannot be written; choose 36 to 2400.")
    return width


def companions(study: "Study", figure: "Figure", result: "PairedResult | None", asked: argparse.Namespace) -> None:
    """Write the files beside the figure and say what the preflight for the journal found, one finding a line."""
    if asked.with_data:
        from trajecta.io.beside import write_beside

        write_beside(study, figure, result, asked.out)
    findings_for(figure, asked)


def findings_for(figure: "Figure", asked: argparse.Namespace) -> None:
    """Say what breaks the preset of the journal asked for, one finding a line; nothing without a journal."""
    if asked.journal is not None:
        from trajecta.io.journals import journal
        from trajecta.io.preflight import preflight

        wanted = journal(asked.journal)
        found = preflight(figure, wanted, asked.out.suffix, asked.dpi)
        for finding in found:
            print(f"{finding.severity.value.capitalize()}: {finding}")
        if not found:
            print(f"Nothing breaks what {wanted.name} asks of a figure.")
