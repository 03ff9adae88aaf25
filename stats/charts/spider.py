"""The spider chart: every patient's change from the visit before, over true time, as response is shown in oncology.

Invariants: all lines start at no change, which is a rule of its own; percent unless the absolute change was chosen; a
value of 0 before has no percent change, and the patient is named below instead; labels stand at the ends of the lines.
"""

from dataclasses import replace

from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.course import course
from trajecta.stats.charts.layout import sentence_figure
from trajecta.stats.charts.multiples import in_panels
from trajecta.stats.charts.trajectories import Look, one_panel
from trajecta.stats.cohort import Cohort, Kind
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult


def spider(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Changes of ``measure`` from the visit before of ``result``, in percent or, where chosen, in its own unit.

    Without a result the visit is the one that a comparison would take. Without any change, or for yes/no answers: a
    page with a sentence. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    if found.kind is Kind.YES_NO:
        return sentence_figure(cohort, choice, f"{found.name} is a yes or no, which has no change to draw.", found.name)
    absolute = choice.scale is ValueScale.CHANGE
    choice = replace(choice, scale=ValueScale.CHANGE if absolute else ValueScale.PERCENT)
    drawn = course(cohort, measure, result, choice)
    if isinstance(drawn, str):
        return sentence_figure(cohort, choice, drawn, found.name)
    if choice.each or choice.by:
        return in_panels(cohort, drawn, choice)
    return one_panel(cohort, drawn, Look(choice, "Spider chart", direct=True))
