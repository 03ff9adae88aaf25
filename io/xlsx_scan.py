"""A second, cheap look into an .xlsx package: what the fast reader hides or would choke on.

Invariants: sizes are checked before anything is unpacked; XML with entity declarations is refused; a sheet is parsed
element by element only when a quick search of its bytes has found an error cell, a formula or a hidden part.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 - it is a class under a function's name

from trajecta.io.errors import OpenError

LARGEST_UNPACKED = 700_000_000  # a million rows of ten columns unpack to some 500 MB
LARGEST_RATIO = 300  # text deflates at most 1,032-fold; real sheets stay under 100
RATIO_MATTERS_FROM = 50_000_000
MOST_PARTS = 10_000
SURELY_SMALL = 16_000_000  # cells; a bound below this needs no exact count, LARGEST_TABLE of the workbook is above it
MOST_MERGED = 20_000  # a trial sheet has dozens; thousands are decoration and would only cost memory

# What zipfile, zlib and expat raise on parts that are cut short, garbled or of an unknown kind.
_DAMAGE = (
    BadZipFile,
    KeyError,
    EOFError,
    OSError,
    ArithmeticError,
    ValueError,
    NotImplementedError,
    ZlibError,
    ExpatError,
)
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
# Error cells, and formulas that are followed by the end of their cell or an empty value.
_LOOK = re.compile(
    rb"\st\s*=\s*[\"']e[\"']|(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*>")
_HIDDEN = re.compile(rb"<(?:\w+:)?(?:row|col)\s[^>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^>]*>")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class SheetScan:
    """What was found in one sheet: the size of its content, and cells, rows and columns worth knowing.

    ``special`` maps a place to an error code, or to an empty text for a formula without a saved value.
    """

    cells: int = 0
    special: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    percent: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class PackageScan:
    """What was found in the package: its date system and its sheets by name."""

    epoch_1904: bool = False
    sheets: dict[str, SheetScan] = field(default_factory=dict)


def scan_package(name: str, content: bytes) -> PackageScan:
    """Look through the package ``content`` of the file called ``name``; OpenError when it cannot be a workbook."""
    damaged = OpenError(
        f"{name} is damaged or not a workbook. Open it in Excel, let Excel repair it, and save it again as .xlsx."
    )
    try:
        with ZipFile(BytesIO(content)) as package:
            return _scan(name, package, len(content))
    except _DAMAGE as error:
        raise damaged from error
    except RuntimeError as error:  # zipfile's word for an encrypted part
        raise OpenError(f"{name} is protected with a password. Remove the password and save it again.") from error


def _scan(name: str, package: ZipFile, size: int) -> PackageScan:
    parts = package.infolist()
    total = sum(part.file_size for part in parts)
    suspicious = total > RATIO_MATTERS_FROM and total > LARGEST_RATIO * size
    if total > LARGEST_UNPACKED or suspicious or len(parts) > MOST_PARTS:
        raise OpenError(
            f"{name} unpacks to {total / 1e6:,.0f} MB from {size / 1e6:,.1f} MB, far more than a trial workbook. "
            "If it is yours, copy the trial's sheets into a new workbook."
        )
    by_name = {part.filename.replace("\\", "/").lower().lstrip("/"): part for part in parts}
    root = _targets(_read(package, by_name, "_rels/.rels"), "")
    book_path = next((path for kind, path in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    folder, _, leaf = book_path.rpartition("/")
    targets = _targets(_read(package, by_name, f"{folder}/_rels/{leaf}.rels"), folder)
    epoch, named = _workbook(_read(package, by_name, book_path))
    styles_path = next((path for kind, path in targets.values() if kind == "styles"), "")
    percent = _percent_styles(_read(package, by_name, styles_path)) if styles_path.lower() in by_name else frozenset()
    for kind, path in targets.values():
        if kind == "sharedStrings" and path.lower() in by_name:
            _check_size(package, by_name[path.lower()])
    sheets = {}
    for sheet, rel in named:
        kind, path = targets.get(rel, ("", ""))
        if kind == "worksheet" and path.lower() in by_name:
            sheets[sheet] = _sheet(_read(package, by_name, path), percent)
    return PackageScan(epoch, sheets)


def _read(package: ZipFile, by_name: dict[str, ZipInfo], path: str) -> bytes:
    return package.read(by_name[path.lower()])


def _check_size(package: ZipFile, part: ZipInfo) -> None:
    """Unpack a part piece by piece; zipfile raises BadZipFile if it is not what the directory declares."""
    with package.open(part) as stream:
        while stream.read(1 << 20):
            pass


def _elements(
    xml: bytes,
    start: Callable[[str, dict[str, str]], Any],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    """Call ``start`` with the local name and attributes of every element; entity declarations are refused."""
    parser = ParserCreate()

    def refuse(*_: object) -> None:
        raise ValueError("the XML declares entities")

    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda tag: finish(tag.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)


def _local(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _targets(xml: bytes, folder: str) -> dict[str, tuple[str, str]]:
    """Relationship id to (last word of its type, path inside the package)."""
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
            kind = attributes.get("Type", "").rpartition("/")[2]
            found[attributes.get("Id", "")] = (kind, "/".join(parts))

    _elements(xml, start)
    return found


def _workbook(xml: bytes) -> tuple[bool, list[tuple[str, str]]]:
    epoch = False
    sheets: list[tuple[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch
        if tag == "workbookPr":
            epoch = attributes.get("date1904", "0") in ("1", "true", "on")
        elif tag == "sheet":
            sheets.append((attributes.get("name", ""), _local(attributes, "id")))

    _elements(xml, start)
    return epoch, sheets


def _percent_styles(xml: bytes) -> frozenset[str]:
    """Numbers of the cell styles that show a value as a percentage."""
    formats = {"9", "10"}  # the two built-in percent formats
    found: list[str] = []
    inside = False
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal inside, count
        if tag == "numFmt" and "%" in attributes.get("formatCode", ""):
            formats.add(attributes.get("numFmtId", ""))
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            if attributes.get("numFmtId") in formats:
                found.append(str(count))
            count += 1

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    _elements(xml, start, end)
    return frozenset(found)


def _place(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as C7; ValueError if it is none."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]), column


def _extent(xml: bytes) -> int:
    """Cells of the rectangle from A1 around the sheet's content; may be more for a sheet that is clearly small enough.

    Counting every cell of a large sheet costs more than reading it, so the rows and the letters of the columns are
    looked at first; only if that bound is too large are cells without content left out of the count.
    """
    columns = set(re.findall(rb'<c r="([A-Z]{1,3})', xml))
    rows = re.findall(rb'<row r="(\d{1,7})"', xml)
    if rows and columns and xml.count(b"<row") == len(rows):
        # A cell may claim another row than its row element, but one with more digits would be noticed here.
        digits = max(map(len, rows))
        bound = int(10**digits) * _widest(columns)
        if bound <= SURELY_SMALL and not re.search(rb'<c r="[A-Z]{1,3}\d{%d}' % (digits + 1), xml):
            return bound
    columns, last = set(), 0
    for match in _CELL.finditer(xml):
        columns.add(match[1])
        last = max(last, int(match[2]))
    return last * _widest(columns)


def _widest(columns: set[bytes]) -> int:
    return max((_place(f"{letters.decode()}1")[1] for letters in columns), default=0)


def _sheet(xml: bytes, percent: frozenset[str]) -> SheetScan:
    xml = _as_utf8(xml)
    cells = _extent(xml)
    if not cells and _has_unaddressed_cells(xml):
        cells = 1  # cells may leave out their address; then they cannot lie far away
    look = _Look(percent)
    # Plain searches first: they are ten times faster, and most sheets have neither formulas nor errors.
    likely = any(part in xml for part in (b'"e"', b"'e'", b"f>", b"<f", b":f"))
    if (likely and _LOOK.search(xml)) or (percent and _has_style(xml, percent)):
        _elements(xml, look.start, look.end, look.text)
    rows, columns = _hidden(xml)
    return SheetScan(cells, look.special, rows, columns, _merged(xml), frozenset(look.percent_cells))


def _as_utf8(xml: bytes) -> bytes:
    """The same XML in UTF-8 without a declaration of another encoding."""
    if xml[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in xml[:200]:
        return xml
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", xml.decode("utf-16")).encode()


def _has_unaddressed_cells(xml: bytes) -> bool:
    return re.search(rb"<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>", xml) is not None


def _has_style(xml: bytes, styles: frozenset[str]) -> bool:
    numbers = b"|".join(sorted(style.encode() for style in styles))
    return re.search(rb"<(?:\w+:)?c\s[^>]*\bs\s*=\s*[\"'](?:" + numbers + rb")[\"']", xml) is not None


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(tag)}


def _merged(xml: bytes) -> tuple[tuple[int, int, int, int], ...]:
    found: list[tuple[int, int, int, int]] = []
    if b"mergeCell" not in xml:
        return ()
    for match in _MERGE.finditer(xml):
        first, _, last = _attributes(match[0]).get("ref", "").partition(":")
        found.append((*_place(first), *_place(last or first)))
        if len(found) == MOST_MERGED:
            break
    return tuple(found)


def _hidden(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of the hidden rows and of the hidden columns."""
    rows: set[int] = set()
    columns: set[int] = set()
    if b"hidden" not in xml:
        return frozenset(), frozenset()
    for match in _HIDDEN.finditer(xml):
        attributes = _attributes(match[0])
        if "min" in attributes:
            columns.update(range(int(attributes["min"]), min(int(attributes.get("max", 0)), 16384) + 1))
        elif "r" in attributes:
            rows.add(int(attributes["r"]))
    return frozenset(rows), frozenset(columns)


class _Look:
    """Collects from one sheet's elements: error cells, formulas without a value, percentages."""

    def __init__(self, percent: frozenset[str]) -> None:
        self.special: dict[tuple[int, int], str] = {}
        self.percent_cells: set[tuple[int, int]] = set()
        self._percent = percent
        self._row = 0
        self._column = 0
        self._error = False
        self._code = ""
        self._formula = False
        self._text = False
        self._value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "is"):
            self._value = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0

    def _cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._row, self._column = _place(reference) if reference else (self._row, self._column + 1)
        self._error = attributes.get("t") == "e"
        self._formula = self._value = False
        self._text = attributes.get("t") == "str"  # then an empty value is a saved empty text
        self._code = ""
        if attributes.get("s") in self._percent and attributes.get("t", "n") == "n":
            self.percent_cells.add((self._row, self._column))

    def text(self, text: str) -> None:
        if self._value and (self._error or self._formula):
            self._code += text

    def end(self, tag: str) -> None:
        if tag == "c" and self._error:
            self.special[self._row, self._column] = self._code.strip() or "#ERROR"
        elif tag == "c" and self._formula and not (self._code or (self._text and self._value)):
            self.special[self._row, self._column] = ""
