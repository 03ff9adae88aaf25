"""Files from outside are read apart: in a child process with limits, which may crash, hang or grow without harm.

Invariants: the child only sends frames of plain values and the classes named here; its death, whatever the cause, is
an OpenError with one sentence; cancelling and every limit end the child for certain.
"""

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from struct import calcsize, unpack
from threading import Event, Lock, Thread
from typing import IO, Any

from trajecta.io.apart_child import CHILD_COMMAND, HEAD, READY, SENTENCE, TOLD, WORKBOOK
from trajecta.io.errors import OpenError
from trajecta.io.limits import LARGEST_ARRIVAL, MOST_MEMORY, MOST_SECONDS
from trajecta.io.pieces import Piece, Told, assembled, silent
from trajecta.io.workbook import Workbook

_CPU = 24  # SIGXCPU, by which the system ends a process that has used its seconds
_WATCH_EVERY = 0.02  # seconds: how late a cancelled reading may end
_IMPORTED = {
    ("trajecta.io.workbook", name) for name in ("Workbook", "Sheet", "MergedRange", "ErrorCell", "FormulaCell")
} | {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("builtins", "frozenset"),
    ("pathlib", "PosixPath"),
    ("pathlib", "WindowsPath"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may cost: seconds, bytes of memory of the child, bytes it may send."""

    seconds: float = MOST_SECONDS
    memory: int = MOST_MEMORY
    arrival: int = LARGEST_ARRIVAL


class CancelledError(OpenError):
    """The user did not want to wait for the file any longer."""


def never() -> bool:
    """Do not cancel."""
    return False


class Reader:
    """Reads files apart; a child is started ahead of time, so that the next file does not wait for Python to start.

    One file at a time: a second call of ``read`` waits for the first.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: subprocess.Popen[bytes] | None = None
        self._closed = False

    def warm(self) -> None:
        """Start a child that waits for the next file; where none can be started, the next reading will say so."""
        with self._lock, suppress(OpenError):
            if self._closed:
                return
            if self._waiting is not None and self._waiting.poll() is not None:
                _end(self._waiting)
                self._waiting = None
            if self._waiting is None:
                self._waiting = _started()

    def read(
        self, path: Path, told: Told = silent, cancelled: Callable[[], bool] = never, limits: Limits | None = None
    ) -> Workbook:
        """The workbook of a file, as ``read_workbook``. Raises OpenError, also where a limit ended the reading.

        ``told`` hears what is being done; ``cancelled`` is asked again and again, and True ends the reading.
        """
        with self._lock:
            child, self._waiting = self._waiting, None
            if child is not None and child.poll() is not None:
                _end(child)
                child = None
            child = child or _started()
            try:
                return _received(child, Path(path), told, cancelled, limits or Limits())
            finally:
                _end(child)

    def close(self) -> None:
        """End the waiting child; no other is kept waiting afterwards."""
        with self._lock:
            self._closed = True
            if self._waiting is not None:
                _end(self._waiting)
                self._waiting = None


def read_apart(
    path: Path, told: Told = silent, cancelled: Callable[[], bool] = never, limits: Limits | None = None
) -> Workbook:
    """Read one file in a child process of its own; as ``Reader.read``."""
    return Reader().read(path, told, cancelled, limits)


def _started() -> "subprocess.Popen[bytes]":
    if getattr(sys, "frozen", False):
        command = [sys.executable, CHILD_COMMAND]  # a bundled program is its own Python
    else:
        # The child finds the program where its parent found it, installed or not.
        code = f"import sys; sys.path[:] = {sys.path!r}; from trajecta.io.apart_child import main; main()"
        command = [sys.executable, "-c", code]
    hidden = 0
    if sys.platform == "win32":
        hidden = subprocess.CREATE_NO_WINDOW
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=hidden,
        )
    except OSError as error:
        raise OpenError(
            f"The process that reads files could not be started: {error}. Close other programs and try again."
        ) from error


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End a child for certain and close its pipes."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was still to be written has nobody to read it
                pipe.close()
    child.wait()


def _received(
    child: "subprocess.Popen[bytes]", path: Path, told: Told, cancelled: Callable[[], bool], limits: Limits
) -> Workbook:
    watch = _Watch(child, cancelled, limits)
    try:
        workbook = assembled(_pieces(child, path, told, limits))
    except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
        raise watch.reason(path.name) from error
    finally:
        watch.stop()
    return replace(workbook, path=path, name=path.name)


def _pieces(child: "subprocess.Popen[bytes]", path: Path, told: Told, limits: Limits) -> Iterator[Piece]:
    """Ask the child for a file and hand on what it sends; EOFError if it ends before the workbook has come."""
    assert child.stdin is not None
    assert child.stdout is not None
    asked = {"path": str(path.absolute()), "memory": limits.memory, "seconds": limits.seconds}
    child.stdin.write(json.dumps(asked).encode() + b"\n")
    child.stdin.flush()
    arrived, size = 0, calcsize(HEAD)
    while True:
        kind, length = unpack(HEAD, _exactly(child.stdout, size))
        arrived += length
        if arrived > limits.arrival:
            raise OpenError(
                f"{path.name} holds more than {limits.arrival / 1e6:,.0f} MB of values. "
                "Copy only the sheets of the trial into a new workbook."
            )
        content = _exactly(child.stdout, length)
        if kind == SENTENCE:
            raise OpenError(content.decode())
        if kind == TOLD:
            told(content.decode())
        elif kind != READY:
            yield _Plain(BytesIO(content)).load()
            if kind == WORKBOOK:
                return


def _exactly(stream: IO[bytes], length: int) -> bytes:
    content = stream.read(length)
    if len(content) < length:
        raise EOFError("the child has ended")
    return content


class _Plain(pickle.Unpickler):
    """Takes nothing from the child but plain values and the classes of a workbook."""

    def find_class(self, module: str, name: str) -> Any:
        """The class with this name, if it is one of the few that a workbook is made of."""
        if (module, name) not in _IMPORTED:
            raise pickle.UnpicklingError(f"{module}.{name} is no part of a workbook")
        return super().find_class(module, name)


class _Watch:
    """Ends the child when the time is over, its memory is too large, or the user has cancelled."""

    def __init__(self, child: "subprocess.Popen[bytes]", cancelled: Callable[[], bool], limits: Limits) -> None:
        self._child, self._cancelled, self._limits = child, cancelled, limits
        self._ends = time.monotonic() + limits.seconds
        self._cause = ""
        self._done = Event()
        self._thread = Thread(target=self._look, name="reading", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._done.set()
        self._thread.join()

    def reason(self, name: str) -> OpenError:
        """Why the child has ended before its work was done, as a sentence."""
        self.stop()
        if self._cause == "cancelled":
            return CancelledError(f"{name} was not opened, as the reading was cancelled.")
        copy = "Copy only the sheets of the trial into a new workbook."
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(1)  # its pipe has ended: so has it, or it is about to
        code = self._child.returncode
        if self._cause == "time" or (code == -_CPU and sys.platform != "win32"):
            return OpenError(f"Reading {name} took more than {self._limits.seconds:g} seconds and was stopped. {copy}")
        if self._cause == "memory":
            return OpenError(f"{name} needs more than {self._limits.memory / 1e9:.1f} GB of memory to be read. {copy}")
        return OpenError(
            f"{name} could not be read: it is damaged, or needs more than {self._limits.memory / 1e9:.1f} GB of "
            "memory. Open it in Excel and copy the sheets of the trial into a new workbook."
        )

    def _look(self) -> None:
        while not self._done.wait(_WATCH_EVERY):
            if self._cancelled():
                self._cause = "cancelled"
            elif time.monotonic() > self._ends:
                self._cause = "time"
            elif sys.platform == "win32" and _memory_of(self._child) > self._limits.memory:
                self._cause = "memory"
            if self._cause:
                self._child.kill()
                return


def _memory_of(child: "subprocess.Popen[bytes]") -> int:
    """Bytes that a child holds on Windows, which has no limit of its own for that; 0 elsewhere or if it is gone."""
    if sys.platform != "win32":
        return 0
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            *((name, ctypes.c_size_t) for name in ("PeakWorkingSetSize", "WorkingSetSize")),
            *((f"quota{at}", ctypes.c_size_t) for at in range(4)),
            *((name, ctypes.c_size_t) for name in ("PagefileUsage", "PeakPagefileUsage")),
        )

    counters = Counters()
    counters.cb = ctypes.sizeof(counters)
    asked = ctypes.windll.kernel32.K32GetProcessMemoryInfo
    asked.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
    return counters.PagefileUsage if asked(int(child._handle), ctypes.byref(counters), counters.cb) else 0
