"""The symbols that tell patients apart without colour; apart from the figure, as a study needs no more of it."""

from enum import StrEnum


class Shape(StrEnum):
    """Symbols that stay apart without colour."""

    CIRCLE = "circle"
    SQUARE = "square"
    TRIANGLE = "triangle"
    DIAMOND = "diamond"
    TRIANGLE_DOWN = "triangle-down"
    PLUS = "plus"
    CROSS = "cross"
