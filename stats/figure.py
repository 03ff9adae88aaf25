"""What a chart shows, as plain frozen values: no Qt, no pandas, nothing left to decide for whoever draws it.

Invariants: page lengths are points (1/72 inch) from the top-left corner of the page, y downwards; marks of a panel
are in data coordinates, y upwards, and are clipped to the panel's ``area``; ranges, tick positions and tick strings
are resolved; ``key`` names the patient a mark belongs to (empty for none) and ``names`` the visit of each point,
so that hovering and selecting need no second look at the data.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from trajecta.stats.shapes import Shape as Shape
from trajecta.stats.typeface import Typeface, in_force

POINTS_PER_MM = 72 / 25.4
INK = "#1B1F24"
SOFT_INK = "#5B6570"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A pen: colour ``#RRGGBB``, width in points, dash lengths in points (empty = solid)."""

    color: str = INK
    width: float = 0.75
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle on the page in points."""

    x: float
    y: float
    width: float
    height: float


class Anchor(StrEnum):
    """Which part of a text lies at its point, horizontally."""

    START = "start"
    MIDDLE = "middle"
    END = "end"


@dataclass(frozen=True, slots=True)
class Line:
    """A polyline; a gap is two lines."""

    points: tuple[tuple[float, float], ...]
    stroke: Stroke = Stroke()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Dots:
    """Symbols of one kind; ``size`` is the diameter in points, an empty ``fill`` draws open symbols."""

    points: tuple[tuple[float, float], ...]
    shape: Shape = Shape.CIRCLE
    size: float = 4.0
    fill: str = INK
    outline: Stroke = Stroke(width=0.5)
    key: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle in data coordinates: a bar, a band; None reaches to the edge of the panel.

    ``name`` is the visit of a cell that stands for one value.
    """

    x0: float | None
    x1: float | None
    y0: float | None
    y1: float | None
    fill: str = "#EEF3F3"
    outline: Stroke | None = None
    key: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon in data coordinates, without outline: the band around a centre line."""

    points: tuple[tuple[float, float], ...]
    fill: str = "#E4E8EC"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line across the panel at x (``vertical``) or y."""

    at: float
    vertical: bool
    stroke: Stroke = Stroke(SOFT_INK, 0.5, (2.0, 2.0))


class Pin(StrEnum):
    """Which coordinate of a text stays at its place in the panel when the camera moves."""

    NONE = ""
    X = "x"
    Y = "y"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of text; ``at`` is its baseline point, ``offset`` moves it on the page (points, y downwards).

    The coordinate named by ``pin`` is no data value but a fraction of the panel (0 left or bottom, 1 right or top).
    Raised and lowered characters of ``text`` are written as in ``stats.typeset``. ``typeface`` is the one that was in
    force when the text was laid out.
    """

    at: tuple[float, float]
    text: str
    size: float = 7.0
    color: str = INK
    anchor: Anchor = Anchor.START
    offset: tuple[float, float] = (0.0, 0.0)
    bold: bool = False
    vertical: bool = False
    key: str = ""
    pin: Pin = Pin.NONE
    typeface: Typeface = field(default_factory=in_force)


Mark = Line | Dots | Block | Area | Rule | Note


class Scale(StrEnum):
    """How tick values follow from a range when the camera moves: numbers, powers of ten, or fixed names."""

    LINEAR = "linear"
    LOG = "log"
    NAMES = "names"


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis. On a LOG scale coordinates are log10 of the value; ``visible`` False draws neither line nor ticks.

    Label and tick strings may hold line breaks. ``size`` is their type size in points; ``steps`` are the tick
    distances that suit the unit (months: 1, 3, 6, 12), empty for 1, 2, 5 times a power of ten. ``zero`` of a
    LOG scale holds the coordinate at which zeros are drawn, which have no logarithm, and that of the break above it.
    ``typeface`` is that of a ``Note``.
    """

    label: str
    range: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    scale: Scale = Scale.LINEAR
    visible: bool = True
    size: float = 7.0
    steps: tuple[float, ...] = ()
    zero: tuple[float, float] | None = None
    typeface: Typeface = field(default_factory=in_force)


@dataclass(frozen=True, slots=True)
class Panel:
    """One coordinate system; ``area`` is the data rectangle on the page, ``moves`` whether the camera may move it.

    Panels with the same non-empty ``linked`` share their x range, those with the same ``linked_y`` their y range.
    ``measure`` is the key of the measure whose values a panel shows, empty for the one that the figure was asked about.
    """

    area: Rect
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    key: str = ""
    moves: bool = True
    linked: str = ""
    measure: str = ""
    linked_y: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One page. ``page`` marks are in page points (legend, titles, footer); ``alt`` is the figure in words."""

    width_mm: float
    height_mm: float
    panels: tuple[Panel, ...]
    page: tuple[Mark, ...] = ()
    title: str = ""
    alt: str = ""

    @property
    def width(self) -> float:
        """Page width in points."""
        return self.width_mm * POINTS_PER_MM

    @property
    def height(self) -> float:
        """Page height in points."""
        return self.height_mm * POINTS_PER_MM
