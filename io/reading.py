"""Where a file is read: a small, sound workbook in this process, everything else in a child with limits.

Invariant: nothing is read in this process that is large, that unpacks to much, or whose format is known to have
crashed its reader.
"""

from pathlib import Path

from trajecta.io.limits import SMALL_ENOUGH, SMALL_UNPACKED
from trajecta.io.workbook import OLE2, TEXTS, Workbook, read_workbook


def read_safely(path: str | Path) -> Workbook:
    """Read a small, sound .xlsx, .xlsm or text file in this process, as a child costs more than it; any other apart."""
    file = Path(path)
    if is_harmless(file):
        return read_workbook(file)
    from trajecta.io.apart import read_apart  # what starts processes costs 10 ms that a small workbook does not need

    return read_apart(file)


def is_harmless(file: Path) -> bool:
    """Whether a file is text or an .xlsx package small enough to be read in any process; True if it is not there."""
    suffix = file.suffix.lower()
    try:
        if not file.is_file():
            return True  # the sentence about it needs no child
        if file.stat().st_size > SMALL_ENOUGH or suffix not in (*TEXTS, ".xlsx", ".xlsm"):
            return False
        with file.open("rb") as opened:
            start = opened.read(4)
            if not start.startswith(b"PK"):
                return suffix in TEXTS and not (start and OLE2.startswith(start))
        if suffix in TEXTS:
            return False
        from zipfile import BadZipFile, ZipFile

        with ZipFile(file) as package:
            return sum(part.file_size for part in package.infolist()) <= SMALL_UNPACKED
    except OSError:
        return True
    except (BadZipFile, ValueError, NotImplementedError, IndexError):
        return False
