"""Text tables (.csv, .tsv, .txt): encoding, delimiter, quotes and numbers, found out and said.

Invariants: cells stay text except plain decimal numbers, which become floats (with a decimal comma only where the
delimiter is a semicolon or a tab is decided later, per column); nothing is guessed that changes a value.
"""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from pathlib import Path

from trajecta.io.errors import OpenError
from trajecta.io.limits import LARGEST_CELL, LARGEST_TABLE
from trajecta.io.pieces import Piece, Told
from trajecta.io.workbook import CellValue, Sheet, Workbook

DELIMITERS = (";", "\t", ",", "|")
# A whole cell such as 12,5 (1,234 proves nothing), and a number that has thousands there, such as 4.350.
_COMMA = re.compile(r"""(?:^|[;\t"])-?\d+,(?:\d\d?|\d{4,})(?=[;\t"\r\n])""", re.MULTILINE)
_COMMA_BYTES = re.compile(_COMMA.pattern.encode(), re.MULTILINE)
_GROUPED = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
BLOCK = 50_000  # cells that are handed on together, as for workbooks
_BOMS = (
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(content: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: byte-order mark, UTF-16/32 by their zeros, UTF-8, else Windows-1252.

    >>> decode("Größe".encode("cp1252"))
    ('Größe', 'Windows-1252')
    >>> decode("a,1".encode("utf-16-le"))[1]
    'UTF-16-LE'
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding), encoding.upper()
    head = content[:400]
    zeros = tuple(map(_mostly_zero, (head[at::4] for at in range(4))))
    for pattern, encoding in (
        ((True, True, True, False), "utf-32-be"),
        ((False, True, True, True), "utf-32-le"),
        ((True, False, True, False), "utf-16-be"),
        ((False, True, False, True), "utf-16-le"),
    ):
        if zeros == pattern:
            return content.decode(encoding), encoding.upper()
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        # Five bytes have no meaning in Windows-1252; they are shown as the replacement sign instead of failing.
        return content.decode("cp1252", errors="replace"), "Windows-1252"


def sniff(text: str) -> str:
    """The delimiter that splits the first lines into the same number of columns, the most columns winning.

    >>> sniff("id;a;b\\n1;2,5;3\\n"), sniff("a\\n1\\n")
    (';', ',')
    """
    sample = text[:20_000].splitlines()[:50]
    if len(text) > 20_000:
        sample = sample[:-1]  # it may be cut in the middle of a line

    def evenness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        if not widths or max(widths) < 2:
            return (0.0, 0)
        usual = max(set(widths), key=widths.count)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)

    best = max(DELIMITERS, key=evenness)
    return best if evenness(best)[0] > 0 else ","


def looks_like_table(content: bytes) -> bool:
    """Whether bytes under another name are text of at least two lines that a delimiter splits alike.

    >>> looks_like_table(b"id;a\\n1;2\\n"), looks_like_table(b"hello"), looks_like_table(b"a,b\\0\\n1,2\\n")
    (True, False, False)
    """
    try:
        text = decode(content[:20_000])[0]
    except UnicodeDecodeError:
        return False
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        return False
    lines = [line for line in text.splitlines()[:50] if line]
    return len(lines) > 1 and min(line.count(sniff(text)) for line in lines[:-1]) > 0


def text_pieces(file: Path, content: bytes, told: Told) -> Iterator[Piece]:
    """The text table as one sheet named after the file; OpenError if it is no text, too large, or has no cell."""
    head, encoding = _head(file, content)
    delimiter = "\t" if file.suffix.lower() == ".tsv" else sniff(head)
    codec = "cp1252" if encoding == "Windows-1252" else encoding
    lines = TextIOWrapper(BytesIO(content), codec, "replace" if codec == "cp1252" else "strict", newline="")
    block: list[tuple[CellValue, ...]] = []
    size = cells = rows = empty = 0
    filled = False
    grouping = delimiter == ";" or _has_decimal_comma(head, content)  # where the semicolon is, the comma is a mark
    read = _value_beside_commas if grouping else _value
    csv.field_size_limit(LARGEST_CELL)
    try:
        for record in csv.reader(lines, delimiter=delimiter):
            rows += 1
            row = tuple([read(cell) for cell in record])
            cells += len(row)
            if cells > LARGEST_TABLE:
                raise OpenError(
                    f"{file.name} has more than {LARGEST_TABLE:,} cells. "
                    "Keep only the rows of the trial and save it again."
                )
            if row.count(None) == len(row):
                empty += 1
                continue
            filled = True
            if empty:
                block.extend(((),) * empty)
                empty = 0
            block.append(row)
            size += len(row) + 1
            if size >= BLOCK:
                yield tuple(block)
                told(f"Reading {file.name}: {rows:,} rows…")
                block, size = [], 0
    except csv.Error as error:
        raise OpenError(
            f"{file.name} is not a table: {_said(error)} in row {rows + 1}. Save it again as “CSV UTF-8”."
        ) from error
    if not filled:
        raise OpenError(f"{file.name} has no cell with content. Check that it is the right file.")
    yield tuple(block)
    yield Sheet(file.stem, ())
    yield Workbook(file, file.name, (), notes=_encoding_note(encoding), text=True)


def _head(file: Path, content: bytes) -> tuple[str, str]:
    """The beginning of the text and its encoding; OpenError if the bytes are no text."""
    if b"\0" in content[:1000] and not content.startswith((b"\xff\xfe", b"\xfe\xff", b"\0\0")) and _is_binary(content):
        raise OpenError(
            f"{file.name} is not a text file. If it is a workbook, give it its own ending back, such as .xlsx."
        )
    try:
        text, encoding = decode(content)
    except UnicodeDecodeError as error:
        raise OpenError(
            f"{file.name} is damaged: its text is not valid {error.encoding}. Save it again as “CSV UTF-8”."
        ) from error
    if "\0" in text:
        raise OpenError(
            f"{file.name} is damaged: it has zero bytes in the middle of its text. Copy it again from its source."
        )
    return text[:20_001], encoding


def _said(error: csv.Error) -> str:
    if "field larger" in str(error):
        return f"a cell has more than {LARGEST_CELL:,} characters, as after a quotation mark that is never closed,"
    return str(error)


def _encoding_note(encoding: str) -> tuple[str, ...]:
    if encoding.startswith("UTF-8"):
        return ()
    return (f"The text was read as {encoding}; check the names with accents if they look wrong.",)


def _is_binary(content: bytes) -> bool:
    """Zeros at irregular places: neither UTF-16 nor UTF-32 text."""
    return not any(_mostly_zero(content[:400][at::4]) for at in range(4))


def _mostly_zero(content: bytes) -> bool:
    return content.count(0) > len(content) * 0.8  # not all: names may hold a letter beyond Latin-1


def _has_decimal_comma(head: str, content: bytes) -> bool:
    """Whether a text without commas as delimiters writes numbers such as 12,5."""
    return _COMMA.search(head) is not None or _COMMA_BYTES.search(content) is not None


def _value_beside_commas(cell: str) -> CellValue:
    """A cell of a text with decimal commas, in which 4.350 is more likely 4350: it stays text, for its column to tell.

    >>> _value_beside_commas("4.350"), _value_beside_commas("0.350"), _value_beside_commas("4.35")
    ('4.350', 0.35, 4.35)
    """
    return cell if _GROUPED.fullmatch(cell) else _value(cell)


def _value(cell: str) -> CellValue:
    """None for an empty cell; a float for a plain decimal with a point; else the text as it stands.

    Text with a leading zero such as ``007`` is an id and stays text.
    """
    if not cell or cell.isspace():
        return None
    digits = cell.lstrip("-") if len(cell) < 25 else ""
    whole, _, part = digits.partition(".")
    if whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit())):
        if cell.startswith("--") or digits.endswith(".") or (len(whole) > 1 and whole[0] == "0"):
            return cell
        return float(cell) if len(whole) <= 15 else cell  # longer ids would lose their last digits as floats
    return cell
