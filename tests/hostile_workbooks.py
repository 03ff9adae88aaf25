"""Makers of hostile files: each ends in one sentence, or loads quickly and small.

``MAKERS`` names each with the sentence it must end in; an empty one means that it loads.
"""

import os
from collections.abc import Callable
from pathlib import Path
from struct import pack
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from old_workbooks import compound, ods, spreadsheet, text, value, xls, xlsb
from sheets import workbook

from trajecta.stats.cohort import column_letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006"
ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def package(path: Path, rows: str, before: str = "", extra: dict[str, str] | None = None, head: str = "") -> Path:
    """An .xlsx with one sheet whose sheetData is ``rows``."""
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = {
        "[Content_Types].xml": f'{declared}<Types xmlns="{TYPES}/content-types"/>',
        "_rels/.rels": f'{declared}<Relationships xmlns="{TYPES}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{declared}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{declared}<Relationships xmlns="{TYPES}/relationships"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'{declared}{before}<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData>'
        "</worksheet>",
        "xl/sharedStrings.xml": f'{declared}<sst xmlns="{MAIN}"><si><t>x</t></si></sst>',
        **(extra or {}),
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)
    return path


CLAIMS = f'<sst xmlns="{MAIN}" count="9" uniqueCount="99999999999"><si><t>x</t></si></sst>'
TABLE = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row>'


def declared_bomb(path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr("xl/workbook.xml", b"0" * 80_000_000)


def lying_bomb(path: Path) -> None:
    """The directory of the package says 500 bytes where 80 MB come out."""
    package(path, TABLE, extra={"xl/sharedStrings.xml": "<sst>" + " " * 80_000_000 + "</sst>"})
    content = bytearray(path.read_bytes())
    size = pack("<I", 80_000_011)
    assert content.count(size) == 2
    path.write_bytes(bytes(content).replace(size, pack("<I", 500)))


def nested(path: Path) -> None:
    inner = path.with_suffix(".inner")
    declared_bomb(inner)
    for _ in range(3):
        outer = path.with_suffix(".outer")
        with ZipFile(outer, "w", ZIP_STORED) as zipped:
            zipped.write(inner, "a.xlsx")
        outer.replace(inner)
    inner.replace(path)


def many_parts(path: Path) -> None:
    package(path, TABLE, extra={f"xl/x{at}.xml": "" for at in range(10_001)})


def truncated(share: float) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        workbook(path, {"A": [("ID", "x"), *((at, at * 2) for at in range(500))]})
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return make


def truncated_old(path: Path) -> None:
    xls(path)
    path.write_bytes(path.read_bytes()[:700])


def circle(path: Path) -> None:
    """The stream's chain of sectors leads back to its first one."""
    xls(path)
    content = bytearray(path.read_bytes())
    content[512 + 4 * 9 : 512 + 4 * 9 + 4] = pack("<I", 2)
    path.write_bytes(content)


def garbage(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 40 + "Workbook\0".encode("utf-16-le"))


def wild_records(path: Path) -> None:
    path.write_bytes(compound(pack("<HHHHHH", 0x0809, 65535, 0x0600, 5, 0, 0) + b"\xfc\0\xff\xff" * 200))


def nothing_but_formats(path: Path) -> None:
    """16,384 formatted columns in 20 rows, with values only in the first one."""
    rows = []
    for row in range(1, 21):
        empty = "".join(f'<c r="{column_letters(column)}{row}" s="0"/>' for column in range(2, 16385))
        rows.append(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c>{empty}</row>')
    package(path, "".join(rows), head='<cols><col min="1" max="16384" width="9" style="0"/></cols>')


def formatted_rows(path: Path) -> None:
    """A million formatted rows without a value under two values."""
    package(path, TABLE + "".join(f'<row r="{row}" s="1" customFormat="1" ht="15"/>' for row in range(2, 1_000_001)))


def claimed(path: Path) -> None:
    package(path, TABLE, head='<dimension ref="A1:XFD1048576"/>')


def far(path: Path) -> None:
    package(path, TABLE + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_without_row(path: Path) -> None:
    """The row says 2, its cell says otherwise."""
    package(path, TABLE + '<row r="2"><c r="XFD9999999"><v>1</v></c></row>')


def wrong_shared_text(path: Path) -> None:
    package(path, '<row r="1"><c r="A1" t="s"><v>4000000000</v></c><c r="B1" t="s"><v>-1</v></c></row>')


def table_of(rows: str) -> str:
    return spreadsheet(f"<table:table table:name='A'>{rows}</table:table>")


def row_bomb(path: Path) -> None:
    cells = value(5, "table:number-columns-repeated='16384'")
    ods(path, table_of(f"<table:table-row table:number-rows-repeated='1048576'>{cells}</table:table-row>"))


def column_bomb(path: Path) -> None:
    cells = "".join(value(5, "table:number-columns-repeated='2000000000'") for _ in range(50))
    ods(path, table_of(f"<table:table-row>{cells}</table:table-row>"))


def empty_bomb(path: Path) -> None:
    """All rows and columns of a sheet are repeated, and all but one cell are empty."""
    empty = "<table:table-cell table:number-columns-repeated='16383'/>"
    ods(
        path,
        table_of(
            f"<table:table-row>{value(5)}{empty}</table:table-row>"
            f"<table:table-row table:number-rows-repeated='1048575'>{empty}</table:table-row>"
        ),
    )


def laughing_ods(path: Path) -> None:
    table = f"<table:table table:name='A'><table:table-row>{text('&c;')}</table:table-row></table:table>"
    ods(path, spreadsheet(table, before=ENTITIES))


def locked_ods(path: Path) -> None:
    ods(path, "x", manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")


def encrypted(path: Path) -> None:
    path.write_bytes(compound(b"x", "EncryptedPackage"))


def open_quotation(path: Path) -> None:
    path.write_text('a,b\n1,"' + "x,\n" * 700_000, "utf-8")


def many_quotations(path: Path) -> None:
    path.write_text("a,b\n" + '"\n\n\n\n",1\n' * 20_000, "utf-8")


def zero_bytes(path: Path) -> None:
    path.write_bytes(b"a,b\n1,2\n" * 200 + bytes(4096))


def sixteen_bits(path: Path) -> None:
    path.write_bytes("ID;a\nP1;5\n".encode("utf-16-be"))


def half_a_letter(path: Path) -> None:
    path.write_bytes("ID;a\nP1;5\n".encode("utf-16")[:-1])


def pipe(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


HTML = b"<html><body><table><tr><td>ID</td><td>a</td></tr></table></body></html>"
XML_2003 = (
    b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)


def holding(content: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(content)

    return make


def zipped_csv(path: Path) -> None:
    with ZipFile(path, "w") as zipped:
        zipped.writestr("data/a.csv", "a,b\n1,2\n")


MAKERS: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("declared.xlsx", declared_bomb, "unpacks to 80 MB"),
    ("lying.xlsx", lying_bomb, "damaged"),
    ("nested.xlsx", nested, "archive"),
    ("parts.xlsx", many_parts, "unpacks to"),
    ("xxe.xlsx", lambda p: package(p, '<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>', before=XXE), "damaged"),
    ("laughs.xlsx", lambda p: package(p, TABLE, before=ENTITIES), "damaged"),
    (
        "laughs2.xlsx",
        lambda p: package(p, TABLE, extra={"xl/sharedStrings.xml": ENTITIES + "<sst><si><t>&c;</t></si></sst>"}),
        "damaged",
    ),
    ("claimed.xlsx", claimed, ""),
    ("texts.xlsx", lambda p: package(p, TABLE, extra={"xl/sharedStrings.xml": CLAIMS}), "damaged"),
    ("tab.xlsx", lambda p: package(p, '<row r="1"><c\tr="XFD1048576"><v>1</v></c></row>'), "spreads over"),
    ("quoted.xlsx", lambda p: package(p, "<row r='1'><c r='XFD1048576'><v>1</v></c></row>"), "spreads over"),
    ("far.xlsx", far, "spreads over 17,179,869,184 cells"),
    ("far2.xlsx", far_without_row, "spreads over"),
    ("columns.xlsx", nothing_but_formats, ""),
    ("rows.xlsx", formatted_rows, ""),
    ("shared.xlsx", wrong_shared_text, "damaged"),
    *((f"cut{share:g}.xlsx", truncated(share), "damaged") for share in (0.02, 0.1, 0.5, 0.9, 0.99)),
    ("cut.xls", truncated_old, "damaged"),
    ("circle.xls", circle, "damaged"),
    ("garbage.xls", garbage, "damaged"),
    ("records.xls", wild_records, "damaged"),
    ("encrypted.xlsx", encrypted, "remove the password"),
    ("encrypted.xlsb", encrypted, "remove the password"),
    ("encrypted.xls", lambda p: xls(p, password=True), "remove the password"),
    ("encrypted.ods", locked_ods, "Remove the password"),
    ("rowbomb.ods", row_bomb, "more than 20,000,000 cells"),
    ("columnbomb.ods", column_bomb, "damaged"),
    ("emptybomb.ods", empty_bomb, ""),
    ("laughs.ods", laughing_ods, "damaged"),
    ("page.xls", holding(HTML), "is a web page"),
    ("page.csv", holding(HTML), "is a web page"),
    ("2003.xls", holding(XML_2003), "XML spreadsheet of Excel 2003"),
    ("zip.csv", zipped_csv, "archive"),
    ("paper.xlsx", holding(b"%PDF-1.7\n"), "is a PDF document"),
    ("quote.csv", open_quotation, "quotation mark that is never closed"),
    ("quotes.csv", many_quotations, ""),
    ("zeros.csv", zero_bytes, "zero bytes"),
    ("noise.csv", holding(bytes(range(256)) * 9), "not a text file"),
    ("utf16.csv", sixteen_bits, ""),
    ("half.csv", half_a_letter, "not valid"),
    ("pipe.xlsx", pipe, "is a pipe or a device"),
    ("device.csv", device, "is a pipe or a device"),
    ("empty.ods", holding(b""), "is empty"),
    ("binary.xlsb", xlsb, ""),
)
