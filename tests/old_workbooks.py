"""Small .xls, .xlsb and .ods files, written byte by byte, as no library at hand writes them.

Each has cells, an error, a percentage, a hidden row and column, a merged block and the 1904 date system, where the
format has them. Layouts: [MS-CFB], [MS-XLS], [MS-XLSB], OpenDocument 1.3.
"""

from collections.abc import Iterable
from pathlib import Path
from struct import pack
from zipfile import ZIP_DEFLATED, ZipFile

NA = 0x2A


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    count = len(stream) // 512
    assert count < 120
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + pack("<I", 0) + b"\xff" * 432
    chain = [*range(3, 2 + count), 0xFFFFFFFE]
    table = [0xFFFFFFFD, 0xFFFFFFFE, *chain]
    fat = pack(f"<{len(table)}I", *table).ljust(512, b"\xff")

    def entry(title: str, kind: int, child: int, first: int, size: int) -> bytes:
        raw = title.encode("utf-16-le") + b"\0\0"
        links = pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child)
        return raw.ljust(64, b"\0") + pack("<HBB", len(raw), kind, 1) + links + bytes(36) + pack("<III", first, size, 0)

    folder = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(name, 2, 0xFFFFFFFF, 2, len(stream))
    return head + fat + folder.ljust(512, b"\0") + stream


def record(kind: int, content: bytes = b"") -> bytes:
    return pack("<HH", kind, len(content)) + content


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, pack("<HHHd", row, column, style, value))


def formula(row: int, column: int, result: bytes) -> bytes:
    return record(0x06, pack("<HHH", row, column, 0) + result + pack("<HIH", 0, 0, 3) + b"\x1e\1\0")


def xls(path: Path, more: Iterable[bytes] = (), *, password: bool = False, link: bool = False) -> Path:
    """ID, a, b / 1, 0.25 as 25 %, #N/A / 2, #DIV/0! of a formula, ; row 3 and column C hidden, A1:B1 merged."""
    start = record(0x0809, pack("<HHHHII", 0x0600, 5, 0, 1997, 0, 0))
    start += record(0x2F, bytes(6)) if password else b""
    start += record(0x22, b"\1\0")
    start += record(0x041E, pack("<HHB", 164, 4, 0) + b"0.0%")
    start += record(0xE0, pack("<HH16x", 0, 0)) + record(0xE0, pack("<HH16x", 0, 164))
    start += record(0x01AE, pack("<HHB", 1, 5, 0) + b"b.xls") if link else b""
    name = "Visits".encode("latin-1")
    offset = len(start) + 4 + 8 + len(name) + 4
    start += record(0x85, pack("<IBBBB", offset, 0, 0, len(name), 0) + name) + record(0x0A)
    sheet = record(0x0809, pack("<HHHHII", 0x0600, 0x10, 0, 1997, 0, 0))
    sheet += record(0x0200, pack("<IIHHH", 0, 3, 0, 3, 0))
    sheet += record(0x7D, pack("<HHHHHH", 2, 2, 2560, 0, 1, 0))
    sheet += record(0x0208, pack("<HHHHHHI", 2, 0, 3, 255, 0, 0, 0x20))
    sheet += label(0, 0, "ID") + label(0, 1, "a") + label(0, 2, "b")
    sheet += number(1, 0, 1.0) + number(1, 1, 0.25, 1) + record(0x0205, pack("<HHHBB", 1, 2, 0, NA, 1))
    sheet += number(2, 0, 2.0) + formula(2, 1, b"\2\0\7\0\0\0\xff\xff")
    sheet += b"".join(more) + record(0xE5, pack("<HHHHH", 1, 0, 0, 0, 1)) + record(0x0A)
    path.write_bytes(compound(start + sheet))
    return path


def wide(text: str) -> bytes:
    return pack("<I", len(text)) + text.encode("utf-16-le")


def binary(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, length = b"", len(content)
    while length > 127:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + size + bytes([length]) + content


TYPES = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def xlsb(path: Path, link: bool = False) -> Path:
    """The same table as ``xls`` writes, in a binary package."""
    outside = f'<Relationship Id="r3" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.bin"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{TYPES}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{TYPES}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.bin"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/styles" Target="styles.bin"/>{outside if link else ""}</Relationships>',
        "xl/workbook.bin": binary(131)
        + binary(153, pack("<III", 1, 0, 0))
        + binary(143)
        + binary(156, pack("<II", 0, 1) + wide("r1") + wide("Visits"))
        + binary(144)
        + binary(132),
        "xl/styles.bin": binary(278)
        + binary(615, pack("<I", 1))
        + binary(44, pack("<H", 164) + wide("0.0%"))
        + binary(616)
        + binary(617, pack("<I", 2))
        + binary(47, pack("<HH12x", 0, 0))
        + binary(47, pack("<HH12x", 0, 164))
        + binary(618)
        + binary(279),
    }

    def row(at: int, hidden: bool = False) -> bytes:
        return binary(0, pack("<IIHBB", at, 0, 300, 0, 0x10 if hidden else 0) + b"\0" + pack("<I", 0))

    def cell(kind: int, column: int, value: bytes, style: int = 0) -> bytes:
        return binary(kind, pack("<II", column, style) + value)

    sheet = binary(129) + binary(148, pack("<IIII", 0, 2, 0, 2))
    sheet += binary(390) + binary(60, pack("<IIIIH", 2, 2, 2560, 0, 1)) + binary(391) + binary(145)
    sheet += row(0) + b"".join(cell(6, at, wide(text)) for at, text in enumerate(("ID", "a", "b")))
    sheet += row(1) + cell(5, 0, pack("<d", 1)) + cell(5, 1, pack("<d", 0.25), 1) + cell(3, 2, bytes([NA]))
    sheet += row(2, hidden=True) + cell(5, 0, pack("<d", 2)) + cell(11, 1, b"\7\0\0" + pack("<II", 0, 0))
    sheet += (
        binary(146) + binary(177, pack("<I", 1)) + binary(176, pack("<IIII", 0, 0, 0, 1)) + binary(178) + binary(130)
    )
    parts["xl/worksheets/sheet1.bin"] = sheet
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
) + ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'  # fmt: skip


def spreadsheet(tables: str, before: str = "", styles: str = "") -> str:
    """The content.xml around table elements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {NAMESPACES} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def value(number: float, more: str = "") -> str:
    return f'<table:table-cell office:value-type="float" office:value="{number}" {more}/>'


def text(shown: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{shown}</text:p></table:table-cell>'


def ods(path: Path, content: str, manifest: str = "") -> Path:
    """A package around a content.xml."""
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        if manifest:
            package.writestr("META-INF/manifest.xml", manifest)
    return path
