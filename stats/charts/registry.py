"""The charts there are; a new one is a function and an entry here, and menus, help and tests find it by themselves."""

from collections.abc import Callable
from dataclasses import dataclass

from trajecta.stats.charts.before_after import before_after
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.medication import medication
from trajecta.stats.charts.trajectories import trajectories
from trajecta.stats.cohort import Cohort
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult


@dataclass(frozen=True, slots=True)
class Chart:
    """One kind of chart: its key in choices and on the command line, its name and icon, and who builds it."""

    key: str
    name: str
    icon: str
    build: Callable[[Cohort, str, PairedResult | None, ChartChoice], Figure]
    needs_pair: bool = False


CHARTS: tuple[Chart, ...] = (
    Chart("trajectories", "Trajectories", "trajectories", trajectories),
    Chart("before-after", "Before–after", "before-after", before_after, needs_pair=True),
    Chart("medication", "Medication", "medication", medication),
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

    KeyError for an unknown kind of chart or an unknown measure, ValueError for a page width outside 30 to 1000 mm.
    """
    return chart(choice.kind).build(cohort, measure, result, choice)
