"""Short ways to finish a widget: its look in ``style.qss``, the name that screen readers say, the words before it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from PySide6.QtWidgets import QLabel, QWidget

W = TypeVar("W", bound=QWidget)
FIELD = 30  # px, the height of a field
WORDS, BESIDE = 58, 12  # px that the words before a field take at least, so that forms above each other line up


def looking(widget: W, look: str) -> W:
    """The widget with its look, an object name of ``resources/style.qss``."""
    widget.setObjectName(look)
    return widget


def called(widget: W, name: str) -> W:
    """The widget with its accessible name."""
    widget.setAccessibleName(name)
    return widget


def row_label(words: str) -> QLabel:
    """The words before a field, at the height of its text."""
    label = QLabel(words)
    label.setMinimumSize(WORDS, FIELD)
    return label


def tabbed(before: QWidget, later: Sequence[QWidget]) -> None:
    """Widgets made after their window come right after ``before`` when Tab goes round, not at its very end."""
    for one, other in pairwise((before, *later)):
        QWidget.setTabOrder(one, other)
