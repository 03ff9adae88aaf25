"""The child of ``trajecta.io.apart``: reads one file within limits and writes its pieces to standard output.

Invariants: one child reads one file and ends; standard output carries frames and nothing else; an expected failure is
a frame with its sentence, any other failure is the death of the child, which the parent puts into words.
"""

import json
import os
import pickle
import sys
from pathlib import Path
from struct import pack
from typing import BinaryIO

from trajecta.io.errors import OpenError
from trajecta.io.pieces import pieces_of

# What a frame holds; five bytes stand before each: this letter and the length.
ROWS, SHEET, WORKBOOK, TOLD, SENTENCE, READY = b"R", b"S", b"W", b"T", b"E", b"H"
HEAD = "<cI"
CHILD_COMMAND = "read-apart"  # the word by which a bundled program is asked to be this child


def main() -> None:
    """Limit this process, say that it is ready, wait for one path, read it."""
    # By their numbers, as a bundled program without a console has neither ``sys.stdin`` nor ``sys.stdout``.
    out, asking = os.fdopen(os.dup(1), "wb", buffering=0), os.fdopen(os.dup(0), "rb")
    # Whatever a library prints must not get between the frames.
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    _prepare()
    _send(out, READY, b"")
    line = asking.readline()
    if not line:
        return  # the parent has gone, or needs no file
    asked = json.loads(line)
    _limit(asked["memory"], asked["seconds"])
    _read(Path(asked["path"]), out)


def _prepare() -> None:
    """Import what reading needs while nobody waits, and stop the garbage collector, which finds nothing here."""
    import gc
    import hashlib

    import python_calamine

    from trajecta.io.delimited import text_pieces
    from trajecta.io.excel import excel_pieces
    from trajecta.io.xlsx_scan import scan_package

    del hashlib, python_calamine, text_pieces, excel_pieces, scan_package
    gc.disable()


def _limit(memory: int, seconds: float) -> None:
    """Let the system end this process where it takes too much; Windows has no such limits, the parent looks there."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        if sys.platform != "darwin":  # it takes the call and does not keep to it, or refuses it
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _read(path: Path, out: BinaryIO) -> None:
    try:
        for piece in pieces_of(path, lambda text: _send(out, TOLD, text.encode())):
            kind = ROWS if isinstance(piece, tuple) else SHEET if hasattr(piece, "rows") else WORKBOOK
            _send(out, kind, pickle.dumps(piece, 5))
    except OpenError as error:
        _send(out, SENTENCE, str(error).encode())


def _send(out: BinaryIO, kind: bytes, content: bytes) -> None:
    frame = memoryview(pack(HEAD, kind, len(content)) + content)
    while frame:
        frame = frame[out.write(frame) or 0 :]


if __name__ == "__main__":
    main()
