"""Colours as readers see them: what colour blindness or a grey print leaves of the difference between two of them.

Invariants: colours are ``#RRGGBB`` in sRGB; no Qt; the same two colours always give the same number.
Sources: contrast asked, WCAG 2.1; dichromacy, Machado, Oliveira and Fernandes 2009 (severity 1),
applied to linear RGB; difference, CIE 1976 L*a*b* under D65.
"""

import math
from enum import StrEnum
from functools import cache

from trajecta.stats.colors import channels, linear, luminance

Triple = tuple[float, float, float]
WHITE = "#FFFFFF"
LEAST_TEXT = 4.5
"""Contrast that WCAG 2.1 AA asks of text below 18 points (1.4.3)."""
LEAST_MARK = 3.0
"""Contrast that WCAG 2.1 AA asks of what must be seen to understand a graphic (1.4.11)."""
ALIKE = 12.0
"""Difference in L*a*b* below which thin lines and small symbols are taken for one another; 2.3 is just noticeable on
large fields side by side, and marks of a millimetre need several times that."""


class Vision(StrEnum):
    """Ways of seeing a figure other than in full colour."""

    DEUTAN = "deuteranopia"
    PROTAN = "protanopia"
    TRITAN = "tritanopia"
    GREY = "grey print"


_MACHADO: dict[Vision, tuple[Triple, Triple, Triple]] = {
    Vision.PROTAN: (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    Vision.DEUTAN: (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    Vision.TRITAN: (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _light(colour: str) -> Triple:
    """Linear red, green and blue from 0 to 1; ValueError for what is not ``#RRGGBB``."""
    red, green, blue = (linear(channel / 255) for channel in channels(colour))
    return red, green, blue


@cache
def seen(colour: str, vision: Vision | None) -> Triple:
    """The colour in L*a*b* as this kind of vision sees it; None is full colour."""
    if vision is Vision.GREY:
        grey = luminance(colour)
        return _lab((grey, grey, grey))
    if vision is None:
        return _lab(_light(colour))
    red, green, blue = _light(colour)
    mixed = tuple(min(max(r * red + g * green + b * blue, 0.0), 1.0) for r, g, b in _MACHADO[vision])
    return _lab((mixed[0], mixed[1], mixed[2]))


def _lab(rgb: Triple) -> Triple:
    red, green, blue = rgb
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: str, other: str, vision: Vision | None = None) -> float:
    """Distance of two colours in L*a*b*, 0 for the same colour and about 100 from black to white.

    >>> difference("#D55E00", "#009E73") > 100, difference("#D55E00", "#009E73", Vision.GREY) < ALIKE
    (True, True)
    """
    return math.dist(seen(one, vision), seen(other, vision))


def alike(one: str, other: str) -> tuple[Vision, ...]:
    """The kinds of vision to which two colours that differ in full colour look the same; empty for equal colours."""
    if difference(one, other) < ALIKE:
        return ()
    return tuple(vision for vision in Vision if difference(one, other, vision) < ALIKE)
