"""The charts there are; a new one is a function and an entry here, and menus, help and tests find it by themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from trajecta.stats.charts.before_after import before_after
from trajecta.stats.charts.bland_altman import bland_altman
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.distribution import distribution
from trajecta.stats.charts.dumbbell import dumbbell
from trajecta.stats.charts.editing import Subject, edited
from trajecta.stats.charts.edits import SMALLEST_SIZE, Edits
from trajecta.stats.charts.estimation import estimation
from trajecta.stats.charts.forest import forest
from trajecta.stats.charts.heat import heat
from trajecta.stats.charts.hidden import drawn_among, without
from trajecta.stats.charts.layout import clashes
from trajecta.stats.charts.medication import medication
from trajecta.stats.charts.scatter import scatter
from trajecta.stats.charts.spider import spider
from trajecta.stats.charts.stack import stack
from trajecta.stats.charts.traces import styles
from trajecta.stats.charts.trajectories import too_low, trajectories
from trajecta.stats.charts.waterfall import waterfall
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult
from trajecta.stats.typeface import set_in
from trajecta.stats.typeset import plain


@dataclass(frozen=True, slots=True)
class Chart:
    """One kind of chart: its key in choices and on the command line, its name and icon, and who builds it.

    ``group`` is where it stands in menus, ``front`` that it has a button of its own. ``options`` are the fields of
    ``ChartChoice`` that it looks at beside the page. ``of_one`` is that it tells of one patient, who cannot be hidden.
    """

    key: str
    name: str
    icon: str
    build: Callable[[Cohort, str, PairedResult | None, ChartChoice], Figure]
    needs_pair: bool = False
    group: str = "Before and after"
    options: tuple[str, ...] = ()
    front: bool = False
    of_one: bool = False


CHARTS: tuple[Chart, ...] = (
    Chart(
        "trajectories",
        "Trajectories",
        "trajectories",
        trajectories,
        group="Over time",
        options=("scale", "centre", "each", "by", "gaps", "shade", "time_unit"),
        front=True,
    ),
    Chart(
        "before-after",
        "Before–after",
        "before-after",
        before_after,
        needs_pair=True,
        options=("bracket",),
        front=True,
    ),
    Chart("estimation", "Estimation", "estimation", estimation, needs_pair=True),
    Chart("change", "Change", "change", dumbbell, needs_pair=True),
    Chart("waterfall", "Waterfall", "waterfall", waterfall, needs_pair=True, options=("scale",)),
    Chart("scatter", "Scatter", "scatter", scatter, needs_pair=True),
    Chart("distribution", "Distribution", "distribution", distribution, needs_pair=True, options=("bracket",)),
    Chart("bland-altman", "Bland–Altman", "bland-altman", bland_altman, needs_pair=True),
    Chart(
        "medication",
        "Medication",
        "medication",
        medication,
        group="Over time",
        options=("time_unit",),
        front=True,
        of_one=True,
    ),
    Chart(
        "spider",
        "Spider",
        "spider",
        spider,
        needs_pair=True,
        group="Over time",
        options=("scale", "centre", "each", "by", "gaps", "time_unit"),
    ),
    Chart(
        "stack",
        "Stack",
        "stack",
        stack,
        group="Over time",
        options=("with_measures", "centre", "gaps", "shade", "time_unit"),
    ),
    Chart("heat", "Heat table", "heat", heat, group="Over time"),
    Chart("forest", "Forest", "forest", forest, needs_pair=True, group="All measures", options=("effect",)),
)


def chart(key: str) -> Chart:
    """The chart with this key; KeyError if there is none.

    >>> chart("before-after").name
    'Before–after'
    """
    for entry in CHARTS:
        if entry.key == key:
            return entry
    raise KeyError(key)


def build_figure(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The figure that a choice asks for.

    What was changed by hand is changed in the finished figure. Hidden patients are taken off it last, so that it is
    drawn and counted with all of them. Its title and its words hold no braces of raised or lowered letters. KeyError
    for an unknown kind of chart or an unknown measure, ValueError for a page width outside 30 to 1000 mm.
    """
    with set_in(choice.edits.style.typeface):
        figure = _built(chart(choice.kind), cohort, measure, result, choice)
    return replace(figure, title=plain(figure.title), alt=plain(figure.alt))


def _built(entry: Chart, cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    subject = choice.patient or next((p.id for p in cohort.included), None)
    figure = _edited(entry, cohort, measure, result, choice)
    hidden = drawn_among(figure, (p for p in choice.hidden if not (entry.of_one and p == subject)))
    found = without(figure, hidden)
    if hidden and choice.height_mm is not None:  # the note at the foot stands inside the height that was chosen
        lower = choice.height_mm - (found.height_mm - figure.height_mm)
        found = without(_edited(entry, cohort, measure, result, replace(choice, height_mm=lower)), hidden)
    return found


SIZE_STEP = 0.5  # points, by which a text size is lowered that a page has no room for
ROUNDS = 5  # of building until a page with what was added is no higher than was chosen


def _edited(entry: Chart, cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The figure with what was changed by hand; a chosen height is kept, whatever was added to the page."""
    if choice.edits == Edits():
        return entry.build(cohort, measure, result, choice)
    subject = Subject(entry.key, measure, styles(cohort))
    asked = choice
    for _ in range(ROUNDS):
        figure = edited(_in_size(entry, cohort, measure, result, asked), choice.edits, subject)
        if choice.height_mm is None or asked.height_mm is None:
            return figure
        over = figure.height_mm - choice.height_mm
        if over < 1e-6 and (over > -1e-6 or asked.height_mm < choice.height_mm):
            return replace(figure, height_mm=choice.height_mm)
        asked = replace(asked, height_mm=max(asked.height_mm - over, 1.0))
    return too_low(cohort, choice, cohort.measure(measure))


def _in_size(entry: Chart, cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """The figure as its chart builds it, its texts as large as was asked for and as the page has room for."""
    size = choice.edits.style.text_size if choice.within is None else None
    usual = replace(choice, edits=replace(choice.edits, style=replace(choice.edits.style, text_size=None)))
    if size is None:
        return entry.build(cohort, measure, result, usual)
    own = entry.build(cohort, measure, result, usual)
    while size >= SMALLEST_SIZE:
        style = replace(choice.edits.style, text_size=size)
        figure = entry.build(cohort, measure, result, replace(choice, edits=replace(choice.edits, style=style)))
        if len(figure.panels) == len(own.panels) and clashes(figure) <= clashes(own):
            return figure
        size -= SIZE_STEP
    return own
