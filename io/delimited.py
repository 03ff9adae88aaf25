"""Text tables (.csv, .tsv, .txt): encoding, delimiter, quotes and numbers, found out and said.

Invariants: cells stay text except plain decimal numbers, which become floats (with a decimal comma only where the
delimiter is a semicolon or a tab is decided later, per column); nothing is guessed that changes a value.
"""

import csv
from io import StringIO
from pathlib import Path

from trajecta.io.errors import OpenError
from trajecta.io.workbook import LARGEST_TABLE, CellValue, Sheet, Workbook, fingerprint_of, trimmed

DELIMITERS = (";", "\t", ",", "|")
# The longest cell: Excel's own limit is 32,767 characters; more means quotes that never close.
LARGEST_CELL = 1_000_000
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


def read_delimited(file: Path, content: bytes) -> Workbook:
    """The text table as a workbook of one sheet named after the file; OpenError if it is no text or has no cell."""
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
    if content.startswith(b"PK\x03\x04"):
        raise OpenError(f"{file.name} is a workbook and not a text file. Rename it to end in .xlsx.")
    delimiter = "\t" if file.suffix.lower() == ".tsv" else sniff(text)
    rows: list[list[CellValue]] = []
    cells = 0
    csv.field_size_limit(LARGEST_CELL)
    try:
        for record in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            rows.append([_value(cell) for cell in record])
            cells += len(record)
            if cells > LARGEST_TABLE:
                raise OpenError(
                    f"{file.name} has more than {LARGEST_TABLE:,} cells. "
                    "Keep only the rows of the trial and save it again."
                )
    except csv.Error as error:
        raise OpenError(f"{file.name} is not a table: {error}. Save it again as “CSV UTF-8”.") from error
    table = trimmed(rows)
    if not table:
        raise OpenError(f"{file.name} has no cell with content. Check that it is the right file.")
    notes = (
        ()
        if encoding.startswith("UTF-8")
        else (f"The text was read as {encoding}; check the names with accents if they look wrong.",)
    )
    return Workbook(file, file.name, (Sheet(file.stem, table),), fingerprint_of(content), notes=notes)


def _is_binary(content: bytes) -> bool:
    """Zeros at irregular places: neither UTF-16 nor UTF-32 text."""
    return not any(_mostly_zero(content[:400][at::4]) for at in range(4))


def _mostly_zero(content: bytes) -> bool:
    return content.count(0) > len(content) * 0.8  # not all: names may hold a letter beyond Latin-1


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
