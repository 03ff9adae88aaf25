"""Two one-line ways to finish a widget: the look it has in ``style.qss`` and the name that screen readers say."""

from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


def looking(widget: W, look: str) -> W:
    """The widget with its look, an object name of ``resources/style.qss``."""
    widget.setObjectName(look)
    return widget


def called(widget: W, name: str) -> W:
    """The widget with its accessible name."""
    widget.setAccessibleName(name)
    return widget
