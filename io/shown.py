"""What a figure shows of a study, read from the finished figure: texts, measures, patients and the visits drawn.

Invariants: nothing is decided by the kind of chart, so that a chart added later is read as well; the order is always
that of the cohort.
"""

import re
from collections.abc import Iterator

from trajecta.stats.charts.axes import axis_marks
from trajecta.stats.charts.layout import SYNTHETIC, foot_size_of
from trajecta.stats.cohort import Cohort, Measure
from trajecta.stats.figure import SOFT_INK, Dots, Figure, Mark, Note


def marks_of(figure: Figure) -> Iterator[Mark]:
    """Every mark of a figure: page, panels, axes."""
    yield from figure.page
    for panel in figure.panels:
        yield from panel.marks
        yield from axis_marks(panel)


def texts_of(figure: Figure) -> tuple[str, ...]:
    """Every text on the page, and the labels of the axes, which may be broken into lines there, in one piece."""
    labels = [axis.label.replace("\n", " ") for panel in figure.panels for axis in (panel.x, panel.y)]
    return tuple([mark.text for mark in marks_of(figure) if isinstance(mark, Note)] + labels)


def measures_shown(cohort: Cohort, figure: Figure, asked: str) -> tuple[Measure, ...]:
    """The measure that was asked for and every other one whose whole name stands in the figure."""
    said = "\n".join((*texts_of(figure), figure.title))
    return tuple(measure for measure in cohort.measures if measure.key == asked or _names(said, measure))


def is_about(figure: Figure, measure: Measure) -> bool:
    """Whether the figure's title names the measure; the title of a chart of all measures names none."""
    return _names(figure.title, measure)


def points_drawn(cohort: Cohort, figure: Figure, asked: str) -> frozenset[tuple[str, str, str]]:
    """(measure, patient, visit) of every symbol that knows its patient and visit; empty where no symbol does.

    A panel shows the measures that its axes name, or the measure asked for where they name none.
    """
    found: set[tuple[str, str, str]] = set()
    for panel in figure.panels:
        label = f"{panel.x.label}\n{panel.y.label}".replace("\n", " ")
        keys = [measure.key for measure in cohort.measures if _names(label, measure)] or [asked]
        dots = (mark for mark in panel.marks if isinstance(mark, Dots) and mark.key)
        found |= {(key, mark.key, visit) for mark in dots for visit in mark.names for key in keys}
    return frozenset(found)


def _names(text: str, measure: Measure) -> bool:
    return re.search(rf"(?<!\w){re.escape(measure.name)}(?!\w)", text) is not None


def patients_drawn(cohort: Cohort, figure: Figure) -> tuple[str, ...]:
    """The ids of the patients that have a mark in a panel."""
    keys = {getattr(mark, "key", "") for panel in figure.panels for mark in panel.marks}
    return tuple(patient.id for patient in cohort.patients if patient.id in keys)


def foot_of(figure: Figure) -> str:
    """The small notes at the foot of the page, which say what bars, bands and open symbols are, as one paragraph."""
    size = foot_size_of(figure)
    notes = [
        mark.text
        for mark in figure.page
        if isinstance(mark, Note) and mark.size == size and mark.color == SOFT_INK and mark.text != SYNTHETIC
    ]
    return " ".join(notes)
