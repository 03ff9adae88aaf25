"""The bytes of a file, taken once: a regular file, not locked, not too large; every failure is one sentence.

Invariant: nothing but a regular file is ever opened, as a pipe or a device could hold the program for ever.
"""

from errno import ELOOP
from pathlib import Path

from trajecta.io.errors import OpenError
from trajecta.io.limits import LARGEST_FILE


def content_of(file: Path) -> bytes:
    """All bytes of a file. Raises OpenError: missing, a folder, a device, locked, empty, too large, gone meanwhile."""
    if file.name.startswith("~$"):
        raise OpenError(f"{file.name} is Excel's lock file and not a workbook. Open the workbook beside it instead.")
    try:
        if file.is_dir():
            raise OpenError(f"{file} is a folder. Choose a workbook inside it.")
        size = file.stat().st_size
        if not file.is_file():
            raise OpenError(f"{file.name} is a pipe or a device and not a file. Choose a workbook on a drive.")
        _check_size(file, size)
        content = file.read_bytes()
        _check_size(file, len(content))  # it may have grown
    except FileNotFoundError as error:
        raise OpenError(f"There is no file {file}. Check its name and its folder.") from error
    except PermissionError as error:
        raise OpenError(
            f"{file.name} cannot be opened, because another program has locked it or you may not read it. "
            "Close it in Excel and try again."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, OSError) and error.errno == ELOOP:
            raise OpenError(
                f"{file.name} is a link that leads back to itself. Choose the workbook that it was meant to lead to."
            ) from error
        raise OpenError(f"{file.name} cannot be read: {error}. Copy it to this computer and try again.") from error
    if not content:
        raise OpenError(f"{file.name} is empty (0 bytes). Check that it was saved or downloaded completely.")
    if len(content) < size:
        raise OpenError(f"{file.name} became shorter while it was read. Wait until it is saved, and open it again.")
    return content


def _check_size(file: Path, size: int) -> None:
    if size > LARGEST_FILE:
        raise OpenError(
            f"{file.name} is {size / 1e6:,.0f} MB large; up to {LARGEST_FILE / 1e6:,.0f} MB can be read. "
            "Save only the sheets of the trial in a new workbook."
        )
