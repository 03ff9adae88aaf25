"""A second, cheap look into an .xlsx package: what the fast reader hides or would choke on.

Invariants: sizes are checked before anything is unpacked; XML with entity declarations is refused; a sheet is looked
through in pieces that end between two rows, and a piece is parsed element by element only when a quick search of its
bytes has found an error cell, a formula without a value or a percentage.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from trajecta.io.limits import LARGEST_TABLE, MOST_MERGED
from trajecta.io.package import PIECE, Package, elements, local, opened_package, parser_of, relations
from trajecta.io.seen import SheetScan, WorkbookScan
from trajecta.io.xlsx_marks import MOST_MARKS, CellStyles, cell_styles, comments_of, marked_cells, theme_colours

_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"'][^>]*(?<!/)>")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>")
# Error cells, and formulas that are followed by the end of their cell or an empty value.
_LOOK = re.compile(
    rb"\st\s*=\s*[\"']e[\"']|(?:</(?:\w+:)?f>|<(?:\w+:)?f[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*>")
_HIDDEN = re.compile(rb"<(?:\w+:)?(?:row|col)\s[^>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'][^>]*>")
_ATTRIBUTE = re.compile(rb"(\w+)\s*=\s*[\"']([^\"']*)[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_ROW_NUMBER = re.compile(rb'<row r="(\d{1,7})"')
_LETTERS = re.compile(rb'<c r="([A-Z]{1,3})')
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)[\"']")
_OTHER_CELLS = (b"<c>", b"<c/>", b"<c\t", b"<c\n", b"<c\r", b":c ", b":c>", b":c\t", b":c\n", b":c\r")
_LARGEST_ROW = 1_048_576


def scan_package(name: str, content: bytes) -> WorkbookScan:
    """Look through the package ``content`` of the file called ``name``; OpenError when it cannot be a workbook."""
    with opened_package(name, content) as package:
        return _scan(package)


def _scan(package: Package) -> WorkbookScan:
    root = relations(package.read("_rels/.rels"), "")
    book_path = next((path for kind, path in root.values() if kind == "officeDocument"), "xl/workbook.xml")
    folder, _, leaf = book_path.rpartition("/")
    targets = relations(package.read(f"{folder}/_rels/{leaf}.rels"), folder)
    epoch, named = _workbook(package.read(book_path))
    styles_path = next((path for kind, path in targets.values() if kind == "styles"), "")
    percent = _percent_styles(package.read(styles_path)) if styles_path in package else frozenset()
    styles = _marking_styles(package, styles_path, targets)
    outside = 0
    for kind, path in targets.values():
        if kind == "sharedStrings" and path in package:
            package.check(path)
        outside += kind == "externalLink"
    sheets = {}
    for sheet, rel in named:
        kind, path = targets.get(rel, ("", ""))
        if kind == "worksheet" and path in package:
            with package.open(path) as stream:
                sheets[sheet] = _sheet(stream, percent, styles)
            comments = comments_of(package, path)
            if comments:
                sheets[sheet] = replace(sheets[sheet], comments=comments)
            if sheets[sheet].cells > LARGEST_TABLE:
                # The bound was too coarse, or the sheet is too large: only counting every cell can tell.
                with package.open(path) as stream:
                    sheets[sheet] = replace(sheets[sheet], cells=_counted(stream))
    return WorkbookScan(epoch, sheets, links_note(outside))


def links_note(count: int) -> tuple[str, ...]:
    """A note if the workbook has links to other workbooks."""
    if not count:
        return ()
    others = "another workbook" if count == 1 else f"{count} other workbooks"
    return (
        f"The workbook has links to {others}; no link was followed, and cells that use one have the value last saved.",
    )


def _workbook(xml: bytes) -> tuple[bool, list[tuple[str, str]]]:
    epoch = False
    sheets: list[tuple[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal epoch
        if tag == "workbookPr":
            epoch = attributes.get("date1904", "0") in ("1", "true", "on")
        elif tag == "sheet":
            sheets.append((attributes.get("name", ""), local(attributes, "id")))

    elements(xml, start)
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

    elements(xml, start, end)
    return frozenset(found)


def _place(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as C7; ValueError if it is none."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(reference[len(letters) :]), column


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The sheet's XML in UTF-8, in pieces that are cut in front of a row."""
    rest = stream.read(PIECE)
    if rest[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in rest[:200]:
        yield _as_utf8(rest + stream.read())
        return
    prefix = re.search(rb"<(\w+:)?sheetData[\s>/]", rest)
    opening = b"<" + (prefix[1] or b"" if prefix else b"") + b"row "
    while more := stream.read(PIECE):
        cut = rest.rfind(opening)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        rest += more
    yield rest


def _marking_styles(package: Package, styles_path: str, targets: dict[str, tuple[str, str]]) -> CellStyles:
    """The styles of cells that fill them with a colour or strike them through."""
    if styles_path not in package:
        return CellStyles()
    styles = package.read(styles_path)
    theme = next((path for kind, path in targets.values() if kind == "theme" and path in package), "")
    named = theme and b"theme=" in styles.partition(b"<fills")[2].partition(b"</fills")[0]
    return cell_styles(styles, theme_colours(package.read(theme)) if named else ())


def _sheet(stream: IO[bytes], percent: frozenset[str], styles: CellStyles) -> SheetScan:
    look, extent = _Look(percent), _Extent()
    rows: set[int] = set()
    columns: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    fills: dict[tuple[int, int], str] = {}
    struck: set[tuple[int, int]] = set()
    encoding = None
    for at, piece in enumerate(_pieces(stream)):
        if b"<!ENTITY" in piece:
            raise ValueError("the XML declares entities")
        if at == 0 and (declared := _DECLARED.match(piece)):
            encoding = declared[1].decode()
        extent.add(piece)
        if _worth_parsing(piece, percent):
            look.parse(piece, encoding)
        else:
            look.pass_over(piece)
        _hidden(piece, rows, columns)
        _merged(piece, merged)
        if styles.any and len(fills) + len(struck) < MOST_MARKS:
            filled, through = marked_cells(piece, styles)
            fills.update(filled)
            struck.update(through)
    return SheetScan(
        extent.cells,
        look.special,
        frozenset(rows),
        frozenset(columns),
        tuple(merged[:MOST_MERGED]),
        frozenset(look.percent_cells),
        fills,
        frozenset(struck),
    )


def _worth_parsing(piece: bytes, percent: frozenset[str]) -> bool:
    # Plain searches first: they are ten times faster, and most sheets have neither formulas nor errors.
    likely = any(part in piece for part in (b'"e"', b"'e'", b"f>", b"<f", b":f"))
    return bool((likely and _LOOK.search(piece)) or (percent and _has_style(piece, percent)))


class _Extent:
    """Bounds the rectangle from A1 around the cells without counting each of them.

    Counting every cell of a large sheet costs as much as reading it, so a piece is first asked whether any of its
    cells lies outside of the columns and the number of digits seen so far.
    """

    def __init__(self) -> None:
        self._letters: set[bytes] = set()
        self._row = 0
        self._odd = (0, 0)  # the last row and column of cells that are not written as usual
        self._outside = re.compile(rb'<c r="')

    @property
    def cells(self) -> int:
        """At least the number of cells of the rectangle."""
        row, column = self._odd
        return max(self._row, row) * max(_widest(self._letters), column)

    def add(self, piece: bytes) -> None:
        """Take the cells of one piece into account."""
        usual = piece.count(b'<c r="')
        if piece.count(b"<c ") != usual or any(other in piece for other in _OTHER_CELLS):
            self._add_odd(piece)
        if usual and self._outside.search(piece):
            self._letters.update(_LETTERS.findall(piece))
            if not self._letters:  # addresses in small letters, which Excel never writes
                self._add_odd(piece)
                return
            numbers = map(int, re.findall(rb'<c r="[A-Z]{1,3}(\d{1,9})"', piece))
            last = max(numbers, default=0)
            self._row = max(self._row, min(10 ** len(str(last)) - 1, _LARGEST_ROW) if last <= _LARGEST_ROW else last)
            letters = _up_to(max(self._letters, key=lambda letters: (len(letters), letters)))
            digits = len(str(self._row))
            # Rows of seven digits are told apart from Excel's last one as far as a pattern can.
            allowed = rb"\d{1,6}|10[0-4]\d{4}" if digits > 6 else rb"\d{1,%d}" % digits
            self._outside = re.compile(rb'<c r="(?!(?:' + letters + rb")(?:" + allowed + rb')")')

    def _add_odd(self, piece: bytes) -> None:
        row, column = self._odd
        for match in _CELL.finditer(piece):
            row, column = max(row, int(match[2])), max(column, _place(f"{match[1].decode()}1")[1])
        if not row and _ANY_CELL.search(piece):
            row, column = 1, 1  # cells may leave out their address; then they cannot lie far away
        self._odd = (row, column)


def _up_to(letters: bytes) -> bytes:
    """A pattern of all columns up to this one, for BC: [A-Z]{1,1}|[A-A][A-Z]{1}|B[A-C]."""
    ways = [rb"[A-Z]{1,%d}" % (len(letters) - 1)] if len(letters) > 1 else []
    for at, letter in enumerate(letters):
        last = at == len(letters) - 1
        top = letter if last else letter - 1
        if top >= ord("A"):
            ways.append(letters[:at] + b"[A-%c]" % top + (b"" if last else rb"[A-Z]{%d}" % (len(letters) - 1 - at)))
    return b"|".join(ways)


def _counted(stream: IO[bytes]) -> int:
    """Cells of the rectangle from A1 around the cells with content, every cell looked at."""
    letters: set[bytes] = set()
    last = 0
    for piece in _pieces(stream):
        for match in _CELL.finditer(piece):
            letters.add(match[1])
            last = max(last, int(match[2]))
    return last * _widest(letters)


def _widest(columns: set[bytes]) -> int:
    return max((_place(f"{letters.decode()}1")[1] for letters in columns), default=0)


def _as_utf8(xml: bytes) -> bytes:
    """The same XML in UTF-8 without a declaration of another encoding."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", xml.decode("utf-16")).encode()


def _has_style(xml: bytes, styles: frozenset[str]) -> bool:
    numbers = b"|".join(sorted(style.encode() for style in styles))
    return re.search(rb"<(?:\w+:)?c\s[^>]*\bs\s*=\s*[\"'](?:" + numbers + rb")[\"']", xml) is not None


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode("utf-8", "replace") for name, value in _ATTRIBUTE.findall(tag)}


def _merged(xml: bytes, found: list[tuple[int, int, int, int]]) -> None:
    if b"mergeCell" not in xml:
        return
    for match in _MERGE.finditer(xml):
        if len(found) >= MOST_MERGED:
            break
        first, _, last = _attributes(match[0]).get("ref", "").partition(":")
        found.append((*_place(first), *_place(last or first)))


def _hidden(xml: bytes, rows: set[int], columns: set[int]) -> None:
    """Add the numbers of the hidden rows and of the hidden columns."""
    if b"hidden" not in xml:
        return
    for match in _HIDDEN.finditer(xml):
        attributes = _attributes(match[0])
        if "min" in attributes:
            columns.update(range(int(attributes["min"]), min(int(attributes.get("max", 0)), 16384) + 1))
        elif "r" in attributes:
            rows.add(int(attributes["r"]))


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

    def parse(self, piece: bytes, encoding: str | None) -> None:
        """Look at every element of whole rows."""
        first = _ROW.search(piece)
        if first is None:
            return
        last = _END.search(piece, first.start())
        rows = piece[first.start() : last.start() if last else len(piece)]
        parser = parser_of(self._start, self._end, self._characters, encoding)
        parser.Parse(b"<rows>" + rows + b"</rows>", True)

    def pass_over(self, piece: bytes) -> None:
        """Count the rows of a piece without looking at them, as later rows may leave out their number."""
        numbers = _ROW_NUMBER.findall(piece)
        rows = _ROW.findall(piece) if piece.count(b"<row ") != len(numbers) or b":row" in piece else numbers
        self._row = int(numbers[-1]) if len(numbers) == len(rows) and numbers else self._row + len(rows)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
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

    def _characters(self, text: str) -> None:
        if self._value and (self._error or self._formula):
            self._code += text

    def _end(self, tag: str) -> None:
        if tag == "c" and self._error:
            self.special[self._row, self._column] = self._code.strip() or "#ERROR"
        elif tag == "c" and self._formula and not (self._code or (self._text and self._value)):
            self.special[self._row, self._column] = ""
