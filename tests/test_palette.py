"""The patients' styles stay apart for every reader: in full colour, for three kinds of colour blindness, and in grey.

Colour blindness is simulated with the matrices of Machado GM, Oliveira MM, Fernandes LAF, IEEE Transactions on
Visualization and Computer Graphics 2009;15:1291-1298 (severity 1); grey is the luminance of WCAG 2.1.
"""

from itertools import combinations

import pytest

from trajecta.stats import colors
from trajecta.stats.colors import contrast
from trajecta.stats.colour_vision import ALIKE, LEAST_MARK, Vision, difference
from trajecta.stats.palette import COLORS, DASHES, SHAPES, style_of

PATIENTS = 12
SEEN = (None, *Vision)


@pytest.mark.parametrize("vision", SEEN, ids=str)
def test_two_patients_differ_in_colour_symbol_or_dash(vision: Vision | None) -> None:
    for a, b in combinations(range(PATIENTS), 2):
        one, other = style_of(a), style_of(b)
        in_colour = difference(one.color, other.color, vision) >= ALIKE
        assert in_colour or one.shape is not other.shape or one.dash != other.dash, (a, b)


@pytest.mark.parametrize("vision", SEEN, ids=str)
def test_the_first_five_need_no_dash(vision: Vision | None) -> None:
    """The usual cohort is told apart by symbols alone, where no line is drawn."""
    for a, b in combinations(range(5), 2):
        one, other = style_of(a), style_of(b)
        assert difference(one.color, other.color, vision) >= ALIKE or one.shape is not other.shape


def test_no_style_comes_twice_within_a_cohort() -> None:
    styles = [style_of(i) for i in range(len(COLORS) * len(SHAPES))]
    assert len(set(styles)) == len(styles)
    assert {style.dash for style in styles[: 2 * len(DASHES)]} == set(DASHES)


@pytest.mark.parametrize("color", COLORS)
def test_every_colour_reads_on_paper(color: str) -> None:
    assert contrast(color) >= LEAST_MARK
    assert contrast(color, "#FFFFFF") == contrast(color)


def test_colours_are_hexadecimal() -> None:
    with pytest.raises(ValueError, match="#RRGGBB"):
        colors.channels("teal")
