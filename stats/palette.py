"""One colour, symbol and dash for each patient, the same everywhere; redundant for colour-blind readers."""

from dataclasses import dataclass

from trajecta.stats.shapes import Shape

# Okabe–Ito and Tol hues with at least 3:1 contrast on white; yellow and light cyan are left out for that reason.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#B38600", "#332288", "#882255", "#117733", "#CC3311", "#4477AA")
SHAPES = (Shape.CIRCLE, Shape.SQUARE, Shape.TRIANGLE, Shape.DIAMOND, Shape.TRIANGLE_DOWN)
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (4.0, 2.0),
    (),
    (3.0, 1.5),
    (),
    (1.2, 1.2),
    (6.0, 2.0),
    (4.0, 1.5, 1.0, 1.5),
)


@dataclass(frozen=True, slots=True)
class PatientStyle:
    """How one patient looks: colour ``#RRGGBB``, symbol, dash lengths in points."""

    color: str
    shape: Shape
    dash: tuple[float, ...]


def style_of(position: int) -> PatientStyle:
    """The style of the patient at this position (from 0) of the cohort; the combination repeats after 1,680.

    >>> style_of(0)
    PatientStyle(color='#0072B2', shape=<Shape.CIRCLE: 'circle'>, dash=())
    """
    shape = SHAPES[(position + position // len(COLORS)) % len(SHAPES)]
    dash = DASHES[(position + position // (len(COLORS) * len(SHAPES))) % len(DASHES)]
    return PatientStyle(COLORS[position % len(COLORS)], shape, dash)
