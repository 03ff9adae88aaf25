"""What the ``figure`` command may choose about how a chart draws, and the choice that follows from it.

Invariants: names of facts, events and drugs are found however they are written; what is not in the file is refused with
a sentence that names what is.
"""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trajecta.io.errors import QuestionError
from trajecta.stats.cohort import Cohort, find_by_name

if TYPE_CHECKING:
    from trajecta.io.templates import Template
    from trajecta.stats.charts.choice import ChartChoice

SCALES = ("auto", "measured", "change", "percent", "log")
CENTRES = ("none", "median-quartiles", "median-range", "mean-sd")
TYPEFACES = ("liberation-sans", "liberation-serif", "carlito")
EFFECTS = {"rank-biserial": "rank_biserial", "dz": "cohen_dz"}


def add_chart_options(command: argparse.ArgumentParser) -> None:
    """The options that say how values and patients are drawn."""
    command.add_argument("--scale", choices=SCALES, default="auto", help="what values are shown as (trajectories)")
    command.add_argument(
        "--centre", choices=CENTRES, default="none", help="centre line with its band; n stands below the axis"
    )
    command.add_argument("--gaps", choices=["cross", "dashed"], default="cross", help="what stands for a missed visit")
    command.add_argument("--each", action="store_true", help="a panel for each patient, the others in grey")
    command.add_argument("--by", default="", help="a panel for each group of a fact of the patients, such as sex")
    command.add_argument("--shade", default="", help="event or drug whose time is shaded, such as CRS")
    command.add_argument(
        "--with", dest="others", action="append", default=[], help="measure drawn below in a stack; may be repeated"
    )
    command.add_argument(
        "--effect", choices=list(EFFECTS), default="rank-biserial", help="what the forest of all measures draws"
    )
    command.add_argument(
        "--bracket", action="store_true", help="a bracket with P over before and after, where the design can earn one"
    )
    command.add_argument(
        "--typeface", choices=TYPEFACES, default=None, help="typeface; that of the template, or liberation-sans"
    )
    command.add_argument(
        "--template", default=None, metavar="NAME|FILE", help="look of the figure, saved from the dialog “Style”"
    )


def template_asked(asked: argparse.Namespace) -> "Template | None":
    """The template asked for; QuestionError or OpenError where there is none such."""
    from trajecta.io.templates import find_template

    return find_template(asked.template) if asked.template is not None else None


def _fact(cohort: Cohort, wanted: str) -> str:
    """The fact that forms groups; empty if none is asked for."""
    from trajecta.stats.charts.multiples import group_names, group_of

    if not wanted:
        return ""
    found = group_of(cohort, wanted)
    if found is None:
        raise QuestionError(f"There is no fact “{wanted}” of the patients; {_there_is(group_names(cohort), 'groups')}")
    return found


def _shade(cohort: Cohort, wanted: str) -> str:
    """The event or drug whose time is shaded; empty if none is asked for."""
    from trajecta.stats.charts.shade import shade_names

    names = shade_names(cohort)
    found = find_by_name(wanted, ((name, name) for name in names)) if wanted else ""
    if found is None:
        raise QuestionError(f"There is no dated event or drug “{wanted}”; {_there_is(names, 'shading')}")
    return found


def _there_is(names: Sequence[str], use: str) -> str:
    return f"the file has {', '.join(f'“{name}”' for name in names)}." if names else f"the file has none for {use}."


def with_chart_options(cohort: Cohort, choice: "ChartChoice", asked: argparse.Namespace) -> "ChartChoice":
    """The choice with what the options ask; QuestionError for facts, events and drugs that the file does not have."""
    from trajecta.stats.charts.choice import Centre, Effect, Gaps, ValueScale
    from trajecta.stats.charts.edits import Edits, Style
    from trajecta.stats.typeface import Typeface

    template = template_asked(asked)
    style = Style() if template is None else template.style
    if asked.typeface is not None:
        style = replace(style, typeface=Typeface(asked.typeface))
    if asked.each and asked.by:
        raise QuestionError("Panels are drawn for each patient or by group, not both; choose --each or --by.")
    return replace(
        choice,
        scale=ValueScale(asked.scale),
        centre=Centre(asked.centre),
        gaps=Gaps(asked.gaps),
        each=asked.each,
        by=_fact(cohort, asked.by),
        shade=_shade(cohort, asked.shade),
        effect=Effect(EFFECTS[asked.effect]),
        bracket=asked.bracket,
        edits=Edits(style=style),
    )
