"""Waiting for what the event loop brings, never for a time."""

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication


def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let the event loop run until the condition holds; fails after a generous time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        QCoreApplication.processEvents()
        time.sleep(0.002)
