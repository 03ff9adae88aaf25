"""A second, cheap look into a binary workbook (.xlsb): its records tell what the fast reader hides.

Invariants: sizes are checked before anything is unpacked; only the record types named here are looked at.
Record layouts: Microsoft's open specification [MS-XLSB].
"""

from collections.abc import Iterator
from struct import error as StructError  # noqa: N812 - it is a class under a function's name
from struct import unpack_from

from trajecta.io.limits import MOST_MERGED
from trajecta.io.package import Package, damaged, opened_package, relations
from trajecta.io.seen import ERROR_CODES, SheetScan, WorkbookScan, blank_formulas_note
from trajecta.io.xlsx_scan import links_note

_ROW, _RK, _ERROR, _REAL, _FORMULA_TEXT, _FORMULA_NUMBER, _FORMULA_ERROR = 0, 2, 3, 5, 8, 9, 11
_LAST_CELL = 11  # records 1 to 11 are cells
_FORMAT, _STYLE, _COLUMN, _PROPERTIES, _SHEET, _MERGED = 44, 47, 60, 153, 156, 176
_STYLES_BEGIN, _STYLES_END = 617, 618
_BUILT_IN_PERCENT = frozenset({9, 10})


def scan_binary(name: str, content: bytes) -> WorkbookScan:
    """Look through the package ``content`` of the .xlsb file called ``name``; OpenError if it is unsound."""
    try:
        with opened_package(name, content) as package:
            return _scan(package)
    except StructError as error:
        raise damaged(name) from error


def _scan(package: Package) -> WorkbookScan:
    targets = relations(package.read("xl/_rels/workbook.bin.rels"), "xl")
    epoch = False
    named: list[tuple[str, str]] = []
    for kind, record in _records(package.read("xl/workbook.bin")):
        if kind == _PROPERTIES:
            epoch = bool(unpack_from("<I", record)[0] & 1)
        elif kind == _SHEET:
            relation, at = _text(record, 8)
            named.append((_text(record, at)[0], relation))
    styles = next((path for kind, path in targets.values() if kind == "styles" and path in package), "")
    percent = _percent_styles(package.read(styles)) if styles else frozenset()
    outside = 0
    for word, path in targets.values():
        if word == "sharedStrings" and path in package:
            package.check(path)
        outside += word == "externalLink"
    sheets = {}
    notes = list(links_note(outside))
    for title, relation in named:
        word, path = targets.get(relation, ("", ""))
        if word == "worksheet" and path in package:
            sheets[title], blank = _sheet(package.read(path), percent)
            if blank:
                notes.append(blank_formulas_note(title, blank))
    return WorkbookScan(epoch, sheets, tuple(notes))


def _records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, content) of each record; both numbers before it take seven bits of each byte."""
    at, end = 0, len(part)
    while at < end:
        kind = part[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (part[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = part[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield kind, part[at : at + size]
        at += size


def _text(record: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where the next field begins."""
    length = unpack_from("<I", record, at)[0]
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * length
    return record[at + 4 : end].decode("utf-16-le"), end


def _percent_styles(part: bytes) -> frozenset[int]:
    """Numbers of the cell styles that show a value as a percentage."""
    formats = set(_BUILT_IN_PERCENT)
    styles: list[int] = []
    inside = False
    for kind, record in _records(part):
        if kind == _FORMAT:
            number = unpack_from("<H", record)[0]
            if "%" in _text(record, 2)[0]:
                formats.add(number)
        elif kind in (_STYLES_BEGIN, _STYLES_END):
            inside = kind == _STYLES_BEGIN
        elif kind == _STYLE and inside:
            styles.append(unpack_from("<H", record, 2)[0])
    return frozenset(number for number, form in enumerate(styles) if form in formats)


def _sheet(part: bytes, percent: frozenset[int]) -> tuple[SheetScan, list[tuple[int, int]]]:
    """What was found in a sheet, and the places of formulas with an empty text as value."""
    special: dict[tuple[int, int], str] = {}
    rows: set[int] = set()
    columns: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    shares: set[tuple[int, int]] = set()
    blank: list[tuple[int, int]] = []
    row = last_row = last_column = 0
    for kind, record in _records(part):
        if kind == _ROW:
            row = unpack_from("<I", record)[0] + 1
            if record[11] & 0x10:
                rows.add(row)
        elif kind <= _LAST_CELL:
            column, style = unpack_from("<II", record)
            if kind > 1:  # a blank cell has only a style
                last_row, last_column = max(last_row, row), max(last_column, column + 1)
            if kind in (_ERROR, _FORMULA_ERROR):
                special[row, column + 1] = ERROR_CODES.get(record[8], "#ERROR")
            elif kind == _FORMULA_TEXT and record[8:12] == bytes(4):
                blank.append((row, column + 1))
            elif kind in (_RK, _REAL, _FORMULA_NUMBER) and style & 0xFFFFFF in percent:
                shares.add((row, column + 1))
        elif kind == _COLUMN:
            first, last = unpack_from("<II", record)
            if unpack_from("<H", record, 16)[0] & 1:
                columns.update(range(first + 1, min(last, 16383) + 2))
        elif kind == _MERGED and len(merged) < MOST_MERGED:
            top, bottom, left, right = unpack_from("<IIII", record)
            merged.append((top + 1, left + 1, bottom + 1, right + 1))
    cells = last_row * last_column
    found = SheetScan(cells, special, frozenset(rows), frozenset(columns), tuple(merged), frozenset(shares))
    return found, blank
