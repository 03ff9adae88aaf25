"""Writing a file so that it is either whole or not there: temporary file beside it, flush, fsync, replace."""

import os
import tempfile
from pathlib import Path

from trajecta.io.errors import SaveError


def write_atomically(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``; an older file stays untouched unless the new one is complete.

    Raises SaveError with one sentence for a missing folder, a missing permission, a full disk or a locked file.
    """
    if path.is_dir():
        raise SaveError(f"{path} is a folder; give a file name.")
    if not path.parent.is_dir():
        raise SaveError(
            f"{path.name} was not saved: the folder {path.parent} does not exist. Make it or choose another."
        )
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        why = error.strerror or str(error)
        raise SaveError(
            f"{path.name} was not saved in {path.parent}: {why}. Close it elsewhere or choose another place."
        ) from error


def _umask() -> int:
    """The process's umask; mkstemp makes files that only their owner can read."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
