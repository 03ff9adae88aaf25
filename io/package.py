"""A zip package (.xlsx, .xlsb, .ods) opened with care: sizes are checked before anything is unpacked.

Invariants: no part is unpacked beyond its declared size; XML with entity declarations is refused; every failure of
zipfile, zlib and expat becomes one OpenError.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is a class under a function's name

from trajecta.io.errors import OpenError
from trajecta.io.limits import LARGEST_RATIO, LARGEST_UNPACKED, MOST_PARTS, RATIO_MATTERS_FROM

# What zipfile, zlib and expat raise on parts that are cut short, garbled or of an unknown kind.
_DAMAGE = (
    BadZipFile,
    KeyError,
    IndexError,
    EOFError,
    OSError,
    ArithmeticError,
    ValueError,
    NotImplementedError,
    ZlibError,
    ExpatError,
)
# How many different texts the list of texts claims to have.
_CLAIMED = re.compile(rb"<(?:\w+:)?sst\s[^>]*?\buniqueCount\s*=\s*[\"']([^\"']*)[\"']")
PIECE = 1 << 22  # bytes unpacked at a time: 4 MB keep the memory small and the number of rounds low


class Package:
    """The parts of one package by their path, whatever its case and slashes."""

    def __init__(self, name: str, zipped: ZipFile, size: int) -> None:
        parts = zipped.infolist()
        self.unpacked = sum(part.file_size for part in parts)
        suspicious = self.unpacked > RATIO_MATTERS_FROM and self.unpacked > LARGEST_RATIO * size
        if self.unpacked > LARGEST_UNPACKED or suspicious or len(parts) > MOST_PARTS:
            raise OpenError(
                f"{name} unpacks to {self.unpacked / 1e6:,.0f} MB from {size / 1e6:,.1f} MB, far more than a trial "
                "workbook. If it is yours, copy the trial's sheets into a new workbook."
            )
        self._zipped = zipped
        self._parts: dict[str, ZipInfo] = {part.filename.replace("\\", "/").lower().lstrip("/"): part for part in parts}

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._parts

    def read(self, path: str) -> bytes:
        """A whole part."""
        return self._zipped.read(self._parts[path.lower()])

    def open(self, path: str) -> IO[bytes]:
        """A part as a stream."""
        return self._zipped.open(self._parts[path.lower()])

    def size(self, path: str) -> int:
        """The unpacked size that the directory declares for a part."""
        return self._parts[path.lower()].file_size

    def with_part(self, path: str, content: bytes) -> bytes:
        """A copy of the package in which one part has another content."""
        copy = BytesIO()
        with ZipFile(copy, "w") as zipped:
            for name, part in self._parts.items():
                zipped.writestr(part, content if name == path.lower() else self._zipped.read(part))
        return copy.getvalue()

    def check(self, path: str) -> None:
        """Unpack a part piece by piece; zipfile raises BadZipFile if it is not what the directory declares.

        A list that claims more texts than it has bytes is refused, as the fast reader would ask for that much memory.
        """
        size = self.size(path)
        with self.open(path) as stream:
            while piece := stream.read(PIECE):
                if b"<!ENTITY" in piece:
                    raise ValueError("the XML declares entities")
                if any(len(n) > 15 or not n.isdigit() or int(n) > size for n in _CLAIMED.findall(piece)):
                    raise ValueError("a list claims more than it has")


@contextmanager
def opened_package(name: str, content: bytes, ending: str = ".xlsx") -> Iterator[Package]:
    """The package ``content`` of the file called ``name``; whatever fails inside the block becomes an OpenError."""
    try:
        with ZipFile(BytesIO(content)) as zipped:
            yield Package(name, zipped, len(content))
    except _DAMAGE as error:
        raise damaged(name, ending) from error
    except RuntimeError as error:  # zipfile's word for an encrypted part
        raise OpenError(f"{name} is protected with a password. Remove the password and save it again.") from error


def damaged(name: str, ending: str = ".xlsx") -> OpenError:
    """The error that says that a file is no sound workbook."""
    return OpenError(
        f"{name} is damaged or not a workbook. Open it in Excel, let Excel repair it, and save it again as {ending}."
    )


def damaged_old(name: str) -> OpenError:
    """The error that says that a file is an old .xls workbook, and no sound one."""
    return OpenError(
        f"{name} is an old .xls workbook, and damaged. Open it in Excel, let Excel repair it, and save it as .xlsx."
    )


def parser_of(
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
    encoding: str | None = None,
) -> Any:
    """An expat parser that calls ``start`` with the local name and attributes; entity declarations are refused."""
    parser = ParserCreate(encoding)

    def refuse(*_: object) -> None:
        raise ValueError("the XML declares entities")

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda tag: finish(tag.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    return parser


def elements(
    xml: bytes,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    """Parse a whole XML text with ``parser_of``."""
    parser_of(start, end, text).Parse(xml, True)


def local(attributes: dict[str, str], name: str) -> str:
    """The attribute with this local name, whatever its prefix."""
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def relations(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """Relationship id to (last word of its type, path inside the package); links to outside have the path ""."""
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "").replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") or not folder else f"{folder}/{target}"
            parts: list[str] = []
            for step in path.split("/"):
                if step == ".." and parts:
                    parts.pop()
                elif step not in (".", "..", ""):
                    parts.append(step)
            outside = attributes.get("TargetMode") == "External"
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, "" if outside else "/".join(parts))

    elements(xml, start)
    return found
