"""A second, cheap look into an old .xls workbook: its records tell what the fast reader hides.

Invariants: only the record types named here are looked at, and none is trusted: a chain of sectors that turns back on
itself or leaves the file ends the look with an OpenError; a workbook that is encrypted is refused by name.
Record layouts: Microsoft's open specifications [MS-CFB] and [MS-XLS].
"""

from collections.abc import Iterator
from struct import error as StructError  # noqa: N812 - it is a class under a function's name
from struct import unpack_from

from trajecta.io.errors import OpenError
from trajecta.io.limits import MOST_MERGED
from trajecta.io.package import damaged_old
from trajecta.io.seen import ERROR_CODES, SheetScan, WorkbookScan, blank_formulas_note
from trajecta.io.xlsx_scan import links_note

_LAST_SECTOR = 0xFFFFFFFA  # from here on the numbers have other meanings
_FORMULA, _EOF, _DATEMODE, _FILEPASS, _COLINFO, _BOUNDSHEET = 0x06, 0x0A, 0x22, 0x2F, 0x7D, 0x85
_MULRK, _XF, _MERGED, _SUPBOOK, _NUMBER, _BOOLERR, _ROW, _RK, _FORMAT = (
    0xBD, 0xE0, 0xE5, 0x01AE, 0x0203, 0x0205, 0x0208, 0x027E, 0x041E,
)  # fmt: skip
_BOF = (0x0009, 0x0209, 0x0409, 0x0809)
_BUILT_IN_PERCENT = frozenset({9, 10})


def scan_records(name: str, content: bytes) -> WorkbookScan:
    """Look through the records of the .xls file called ``name``; OpenError if it is encrypted or unsound."""
    try:
        return _Records(name, _stream(content)).scan()
    except (StructError, IndexError, KeyError, ValueError, UnicodeDecodeError, OverflowError) as error:
        raise damaged_old(name) from error


def _chain(table: list[int], first: int) -> Iterator[int]:
    """The sectors of a chain; ValueError if it is a circle."""
    steps = 0
    while first < _LAST_SECTOR:
        yield first
        first = table[first]
        steps += 1
        if steps > len(table):
            raise ValueError("a chain of sectors turns back on itself")


def _stream(content: bytes) -> bytes:
    """The stream that holds the workbook's records, out of the compound file around it."""
    shift, mini_shift = unpack_from("<HH", content, 30)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("unusual sectors")
    size = 1 << shift
    directory, cutoff, mini_first = (unpack_from("<I", content, at)[0] for at in (48, 56, 60))
    fats = [sector for sector in unpack_from("<109I", content, 76) if sector < _LAST_SECTOR]
    more, seen = unpack_from("<I", content, 68)[0], 0
    per = size // 4
    while more < _LAST_SECTOR:
        numbers = unpack_from(f"<{per}I", content, (more + 1) << shift)
        fats += [sector for sector in numbers[:-1] if sector < _LAST_SECTOR]
        more, seen = numbers[-1], seen + 1
        if seen > len(content) >> shift:
            raise ValueError("the list of tables turns back on itself")
    table: list[int] = []
    for sector in fats:
        table.extend(unpack_from(f"<{per}I", content, (sector + 1) << shift))

    def gathered(first: int) -> bytes:
        return b"".join(content[(s + 1) << shift : (s + 2) << shift] for s in _chain(table, first))

    entries = gathered(directory)
    root = b""
    for at in range(0, len(entries) - 127, 128):
        length = unpack_from("<H", entries, at + 64)[0]
        title = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        first, stream_size = unpack_from("<II", entries, at + 116)
        if entries[at + 66] == 5:
            root = gathered(first)
        elif title in ("workbook", "book"):
            if stream_size >= cutoff:
                return gathered(first)[:stream_size]
            mini_table = gathered(mini_first)
            minis = list(unpack_from(f"<{len(mini_table) // 4}I", mini_table))
            return b"".join(root[m << 6 : (m + 1) << 6] for m in _chain(minis, first))[:stream_size]
    raise ValueError("no stream with a workbook")


class _Sheet:
    """What has been found in one sheet so far."""

    def __init__(self) -> None:
        self.special: dict[tuple[int, int], str] = {}
        self.rows: set[int] = set()
        self.columns: set[int] = set()
        self.merged: list[tuple[int, int, int, int]] = []
        self.percent: set[tuple[int, int]] = set()
        self.blank_formulas: list[tuple[int, int]] = []


class _Records:
    """Walks the records of the workbook and of its sheets."""

    def __init__(self, name: str, stream: bytes) -> None:
        self._name, self._stream = name, stream
        self._percent: set[int] = set()  # numbers of the cell styles that show a percentage
        self._formats = set(_BUILT_IN_PERCENT)
        self._styles: list[int] = []
        self._sheets: list[tuple[str, int]] = []
        self._epoch_1904 = False
        self._links = 0

    def scan(self) -> WorkbookScan:
        """Walk the globals, then each sheet they name."""
        for kind, at, size in self._walk(0):
            self._global(kind, at, size)
        self._percent = {number for number, form in enumerate(self._styles) if form in self._formats}
        sheets: dict[str, SheetScan] = {}
        notes = list(links_note(self._links))
        for title, offset in self._sheets:
            found = _Sheet()
            for kind, at, size in self._walk(offset):
                self._cell(found, kind, at, size)
            sheets[title] = SheetScan(
                1,  # the fast reader says itself how far the cells spread, as its records are read one by one
                found.special,
                frozenset(found.rows),
                frozenset(found.columns),
                tuple(found.merged[:MOST_MERGED]),
                frozenset(found.percent),
            )
            if found.blank_formulas:
                notes.append(blank_formulas_note(title, found.blank_formulas))
        return WorkbookScan(self._epoch_1904, sheets, tuple(notes))

    def _walk(self, at: int) -> Iterator[tuple[int, int, int]]:
        """(type, place of the content, size) of each record from ``at`` to the end of this part."""
        stream, depth = self._stream, 0
        while at + 4 <= len(stream):
            kind, size = unpack_from("<HH", stream, at)
            if kind in _BOF:
                depth += 1  # charts stand inside of sheets
            elif kind == _EOF:
                depth -= 1
                if depth <= 0:
                    return
            elif depth <= 1:
                yield kind, at + 4, size
            at += 4 + size

    def _global(self, kind: int, at: int, size: int) -> None:
        stream = self._stream
        if kind == _FILEPASS:
            raise OpenError(
                f"{self._name} is protected with a password. Open it in Excel, remove the password, and save it again."
            )
        if kind == _DATEMODE:
            self._epoch_1904 = unpack_from("<H", stream, at)[0] == 1
        elif kind == _BOUNDSHEET:
            length, wide = stream[at + 6], self._is_wide(at, size)
            raw = stream[at + 8 : at + 8 + length * 2] if wide else stream[at + size - length : at + size]
            self._sheets.append((raw.decode("utf-16-le" if wide else "latin-1"), unpack_from("<I", stream, at)[0]))
        elif kind == _FORMAT:
            if b"%" in stream[at + 2 : at + size]:
                self._formats.add(unpack_from("<H", stream, at)[0])
            else:
                self._formats.discard(unpack_from("<H", stream, at)[0])
        elif kind == _XF:
            self._styles.append(unpack_from("<H", stream, at + 2)[0])
        elif kind == _SUPBOOK:
            # Two marks stand for the workbook itself and for add-ins; anything else is the name of a file.
            self._links += size >= 4 and unpack_from("<H", stream, at + 2)[0] not in (0x0401, 0x3A01)

    def _is_wide(self, at: int, size: int) -> bool:
        """Whether the name of a sheet has 16 bits a letter; before Excel 97 there is no byte that says so."""
        length = self._stream[at + 6]
        return size != 7 + length and bool(self._stream[at + 7] & 1)

    def _cell(self, found: _Sheet, kind: int, at: int, size: int) -> None:
        stream = self._stream
        if kind == _FORMULA:
            row, column, style = unpack_from("<HHH", stream, at)
            place = (row + 1, column + 1)
            if stream[at + 12 : at + 14] == b"\xff\xff":
                if stream[at + 6] == 2:
                    found.special[place] = ERROR_CODES.get(stream[at + 8], "#ERROR")
                elif stream[at + 6] == 3:
                    found.blank_formulas.append(place)
            elif style in self._percent:
                found.percent.add(place)
        elif kind == _BOOLERR:
            row, column, _, code, is_error = unpack_from("<HHHBB", stream, at)
            if is_error:
                found.special[row + 1, column + 1] = ERROR_CODES.get(code, "#ERROR")
        elif kind in (_NUMBER, _RK):
            row, column, style = unpack_from("<HHH", stream, at)
            if style in self._percent:
                found.percent.add((row + 1, column + 1))
        elif kind == _MULRK and self._percent:
            row, first = unpack_from("<HH", stream, at)
            for step in range((size - 6) // 6):
                if unpack_from("<H", stream, at + 4 + 6 * step)[0] in self._percent:
                    found.percent.add((row + 1, first + step + 1))
        elif kind == _ROW:
            if unpack_from("<H", stream, at + 12)[0] & 0x20:
                found.rows.add(unpack_from("<H", stream, at)[0] + 1)
        elif kind == _COLINFO:
            first, last, _, _, flags = unpack_from("<HHHHH", stream, at)
            if flags & 1:
                found.columns.update(range(first + 1, min(last, 255) + 2))
        elif kind == _MERGED and len(found.merged) < MOST_MERGED:
            for step in range(unpack_from("<H", stream, at)[0]):
                top, bottom, left, right = unpack_from("<HHHH", stream, at + 2 + 8 * step)
                found.merged.append((top + 1, left + 1, bottom + 1, right + 1))
