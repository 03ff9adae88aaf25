"""Runs pure functions away from the GUI thread; for each slot only the newest request reports back."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

Work = Callable[[], Any]
Then = Callable[["Future[Any]"], None]


class Jobs(QObject):
    """One background thread. Work takes values and returns values; it never touches a widget."""

    _finished = Signal(object, object, object)  # ticket, Future, then

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, "jobs")
        self._newest: dict[str, object] = {}
        # Queued across threads: emitted by the worker, received by the thread that owns this object.
        self._finished.connect(self._report)

    @property
    def waiting(self) -> bool:
        """True while a newest request has not reported yet."""
        return bool(self._newest)

    def run(self, slot: str, work: Work, then: Then) -> None:
        """Compute ``work()`` elsewhere and call ``then(future)`` here, unless a newer run of ``slot`` began."""
        ticket = (slot, object())
        self._newest[slot] = ticket
        future = self._pool.submit(work)
        future.add_done_callback(lambda done: self._finished.emit(ticket, done, then))

    def forget(self, slot: str) -> None:
        """Let the running work of this slot end unheard (cancel, as the user sees it)."""
        self._newest.pop(slot, None)

    def close(self) -> None:
        """Wait for the thread; nothing reports after this."""
        self._newest.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _report(self, ticket: tuple[str, object], future: "Future[Any]", then: Then) -> None:
        if self._newest.get(ticket[0]) is ticket:
            del self._newest[ticket[0]]
            then(future)
