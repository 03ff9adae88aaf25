"""What was changed by hand about a figure: how it looks, its axes, its texts, how patients are drawn. Values only.

Invariants: nothing here is a number of the data, and no text can stand for a result: ``refusal`` names the texts that
may not be written by hand; an edit names the chart, the measure and the words it was made for, so that it is passed
over wherever something else stands in their place.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from trajecta.stats.palette import PatientStyle
from trajecta.stats.typeface import Typeface
from trajecta.stats.typeset import runs, typeset

SMALLEST_SIZE, LARGEST_SIZE = 6.0, 12.0
"""Type sizes of axes in points; texts around are one point smaller, and below 5 points journals refuse them."""
LEAST_FACTOR, MOST_FACTOR = 0.5, 3.0
"""Of widths and symbols; thinner lines break in print, larger symbols cover their neighbours."""
LONGEST = 200  # characters of a text; more is no label


class Density(StrEnum):
    """How many ticks an axis of numbers has."""

    FEWER = "fewer"
    USUAL = "usual"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Style:
    """How a figure looks whatever it shows; this is what a template keeps.

    ``text_size`` in points is that of the axes (6 to 12), None follows from the page. ``strokes`` and ``symbols`` are
    factors of the widths of lines and of the diameters of symbols.
    """

    text_size: float | None = None
    strokes: float = 1.0
    symbols: float = 1.0
    density: Density = Density.USUAL
    typeface: Typeface = Typeface.SANS


@dataclass(frozen=True, slots=True)
class Place:
    """One text or axis of a chart: its kind, the measure (key), the panel (key) and "x", "y" or "" for the page."""

    chart: str
    measure: str
    panel: str = ""
    axis: str = ""


@dataclass(frozen=True, slots=True)
class AxisEdit:
    """What was changed about one axis; ``of`` is the label that the chart itself gives it.

    ``label`` None is the chart's own, an empty one removes it. ``limits`` are coordinates of the axis (log10 of the
    values on a logarithmic one).
    """

    place: Place
    of: str
    label: str | None = None
    limits: tuple[float, float] | None = None
    density: Density | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return self.label is None and self.limits is None and self.density is None


@dataclass(frozen=True, slots=True)
class TextEdit:
    """A heading of the page (``of``) with other words, or with none; ``of`` empty is the title above the figure."""

    place: Place
    of: str
    text: str


@dataclass(frozen=True, slots=True)
class Edits:
    """Everything changed by hand about the figures of a study; ``patients`` are ids with the style chosen for them."""

    style: Style = field(default_factory=Style)
    axes: tuple[AxisEdit, ...] = ()
    texts: tuple[TextEdit, ...] = ()
    patients: tuple[tuple[str, PatientStyle], ...] = ()

    def axis(self, place: Place, of: str) -> AxisEdit:
        """The edit of this axis, an empty one if nothing was changed about it."""
        known = (edit for edit in self.axes if edit.place == place and same_words(edit.of, of))
        return next(known, AxisEdit(place, of))

    def with_axis(self, edit: AxisEdit) -> "Edits":
        """The same edits with this one of its axis; an empty one takes it away."""
        others = (e for e in self.axes if e.place != edit.place or not same_words(e.of, edit.of))
        return replace(self, axes=(*others, *(() if edit.is_empty else (edit,))))

    def text(self, place: Place, of: str) -> str | None:
        """The words written in place of a heading; None for its own."""
        return next((edit.text for edit in self.texts if edit.place == place and same_words(edit.of, of)), None)

    def with_text(self, place: Place, of: str, text: str | None) -> "Edits":
        """The same edits with other words for a heading; None gives back its own."""
        others = (e for e in self.texts if e.place != place or not same_words(e.of, of))
        return replace(self, texts=(*others, *(() if text is None else (TextEdit(place, of, text),))))

    def with_patient(self, patient: str, style: PatientStyle | None) -> "Edits":
        """The same edits with this style of a patient; None gives back the one that the patient has by place."""
        others = (entry for entry in self.patients if entry[0] != patient)
        return replace(self, patients=(*others, *(() if style is None else ((patient, style),))))


def own_words(label: str) -> str:
    """A label as one line, however it was broken.

    >>> own_words("Anti-dsDNA\\n(IU/mL)")
    'Anti-dsDNA (IU/mL)'
    """
    return " ".join(label.split())


def same_words(one: str, other: str) -> bool:
    """Whether two labels say the same, one of them perhaps cut by an ellipsis on a narrow page.

    >>> same_words("Change (points)", "Change\\n(points)"), same_words("Systemic Lupus (pt)", "Systemic L… (pt)")
    (True, True)
    >>> same_words("Months", "Days")
    False
    """
    first, second = own_words(one), own_words(other)
    if first == second or "…" not in first + second:
        return first == second
    cut, whole = sorted((first, second), key=lambda words: "…" not in words)
    if "…" in whole:
        short, long = sorted((first.split("…")[0], second.split("…")[0]), key=len)
        return long.startswith(short)
    start, _, end = cut.partition("…")
    return whole.startswith(start.strip()) and whole.endswith(end.strip())


_P_VALUE = re.compile(
    r"(?<!\w)p(?:(?=[\s=<>≤≥≈~:‐‑–(-])|[ₐ-ₜ]+)[\s‐‑–-]*(?:val(?:ue)?s?)?\s*(?:\([^)]*\)\s*)?"
    r"(?:[=<>≤≥≈~:]|is\b|(?=0?[.,]\d))",
    re.IGNORECASE,
)
_STARS = re.compile(r"[*∗＊]")
_NOT_SIGNIFICANT = re.compile(r"(?<!\w)(?:n\.\s?s\.?|not significant|significan\w*)(?!\w)", re.IGNORECASE)


def refusal(text: str) -> str:
    """Why a text may not be written by hand; empty if it may.

    A P value, stars or “n.s.” stand in a figure only where a stored result puts them, raised or lowered as little as
    on the line.

    >>> refusal("Months after infusion"), refusal("pH = 7"), refusal("CRP (mg/L)"), refusal("Anti-β₂GPI")
    ('', '', '', '')
    >>> refusal("SLEDAI, p = 0.03").startswith("A P value"), refusal("***") == refusal("P<0.05")
    (True, True)
    """
    if len(text) > LONGEST:
        return f"A label can have {LONGEST} characters; this has {len(text)}. Write it shorter."
    pieces = runs(typeset(text))
    readings = (text, "".join(run.text for run in pieces), "".join(run.text for run in pieces if not run.level))
    if any(pattern.search(reading) for pattern in (_P_VALUE, _STARS, _NOT_SIGNIFICANT) for reading in readings):
        return (
            "A P value, stars or “significant” come only from a stored result and cannot be typed. "
            "Write the label without them."
        )
    return ""


def chosen_styles(own: dict[str, PatientStyle], edits: Iterable[Edits]) -> dict[str, PatientStyle]:
    """The styles of the patients, those chosen by hand in place of their own; the first choice counts."""
    chosen = dict(own)
    for found in reversed(tuple(edits)):
        chosen.update((patient, style) for patient, style in found.patients if patient in own)
    return chosen
