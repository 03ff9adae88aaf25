"""What a file is, told from its first bytes and its parts; its name only decides where the bytes leave a choice.

Invariant: a file under a wrong name is read by its content with a note, or refused with a sentence that names both.
"""

from enum import StrEnum
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from trajecta.io.errors import OpenError
from trajecta.io.package import damaged
from trajecta.io.workbook import OLE2, TEXTS, WORKBOOKS


class Kind(StrEnum):
    """How a file is read."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    FLAT_ODS = "fods"
    TEXT = "text"


_WORDS = {
    Kind.XLSX: "an .xlsx workbook",
    Kind.XLSB: "a binary Excel workbook (.xlsb)",
    Kind.XLS: "an old .xls workbook",
    Kind.ODS: "an OpenDocument spreadsheet (.ods)",
    Kind.FLAT_ODS: "a flat OpenDocument spreadsheet (.fods)",
    Kind.TEXT: "a text table",
}
_SUFFIXES = {
    ".xlsx": Kind.XLSX, ".xlsm": Kind.XLSX, ".xlsb": Kind.XLSB, ".xls": Kind.XLS, ".ods": Kind.ODS,
    **dict.fromkeys(TEXTS, Kind.TEXT),
}  # fmt: skip
_FOREIGN = (
    (b"%PDF", "is a PDF document. Ask for the workbook it was printed from."),
    (b"\x1f\x8b", "is a compressed file. Unpack it and open the workbook inside."),
    (b"7z\xbc\xaf\x27\x1c", "is a compressed archive. Unpack it and open the workbook inside."),
    (b"Rar!", "is a compressed archive. Unpack it and open the workbook inside."),
    (b"\x89PNG", "is a picture. Type its numbers into a workbook."),
    (b"\xff\xd8\xff", "is a picture. Type its numbers into a workbook."),
    (b"SQLite format 3\0", "is a database. Export its table as .csv or .xlsx."),
    (b"$FL2", "is an SPSS file. Save it in SPSS as .xlsx or .csv."),
    (b"PAR1", "is a Parquet file. Save its table as .csv or .xlsx."),
)
_MARKUP = (b"<?xml", b"<!doctype", b"<html", b"<head", b"<meta", b"<table", b"<style", b"<workbook", b"<div")
_OLDEST = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")  # Excel 2 to 4, or 5 without its container


def kind_of(file: Path, content: bytes) -> tuple[Kind, tuple[str, ...]]:
    """How to read the bytes of this file, and a note if its name says otherwise; OpenError if it is nothing known."""
    suffix = file.suffix.lower()
    if suffix not in _SUFFIXES:
        raise OpenError(
            f"{file.name} is not an .xlsx, .xlsm, .xlsb, .xls, .ods, .csv, .tsv or .txt file. "
            "Save it in Excel as .xlsx."
        )
    kind = _by_content(file.name, content, suffix)
    if kind is _SUFFIXES[suffix]:
        return kind, ()
    return kind, (f"{file.name} is {_WORDS[kind]} under the name of {_WORDS[_SUFFIXES[suffix]]}; it was read as such.",)


def _by_content(name: str, content: bytes, suffix: str) -> Kind:
    if content.startswith(OLE2):
        return _ole(name, content, suffix)
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip(name, content, suffix)
    for mark, sentence in _FOREIGN:
        if content.startswith(mark):
            raise OpenError(f"{name} {sentence}")
    if content.startswith(_OLDEST) and suffix in WORKBOOKS:
        raise OpenError(
            f"{name} was written by Excel 4 or older, or is damaged. Open it in Excel and save it as .xlsx."
        )
    return _text(name, content, suffix)


def _ole(name: str, content: bytes, suffix: str) -> Kind:
    """What an OLE file is, told from the names of its streams, which stand in it as UTF-16."""

    def has(*streams: str) -> bool:
        return any(stream.encode("utf-16-le") in content for stream in streams)

    if has("EncryptedPackage", "EncryptionInfo"):
        raise OpenError(
            f"{name} is protected with a password. Open it in Excel, remove the password, and save it again."
        )
    if has("Workbook\0", "Book\0"):
        return Kind.XLS
    if has("WordDocument", "PowerPoint Document"):
        raise OpenError(f"{name} is another Office document and not a workbook. Copy its table into a workbook.")
    if suffix == ".xls":
        raise damaged(name)
    raise OpenError(
        f"{name} is protected with a password, or is an old .xls under a new name. "
        "Open it in Excel, remove the password, and save it as .xlsx."
    )


def _zip(name: str, content: bytes, suffix: str) -> Kind:
    try:
        with ZipFile(BytesIO(content)) as package:
            parts = {part.replace("\\", "/").lower().lstrip("/") for part in package.namelist()}
    except (BadZipFile, OSError, ValueError, NotImplementedError, IndexError) as error:
        raise damaged(name) from error
    if "xl/workbook.bin" in parts:
        return Kind.XLSB
    if "[content_types].xml" in parts or any(part.startswith("xl/") for part in parts):
        if any(part.startswith(("word/", "ppt/")) for part in parts):
            raise OpenError(f"{name} is another Office document and not a workbook. Copy its table into a workbook.")
        return Kind.XLSX
    if "content.xml" in parts or (suffix == ".ods" and "mimetype" in parts):
        return Kind.ODS
    if any(part.endswith(WORKBOOKS + TEXTS) for part in parts):
        raise OpenError(f"{name} is a compressed archive. Unpack it and open the workbook inside.")
    raise damaged(name)


def _text(name: str, content: bytes, suffix: str) -> Kind:
    head = content[:4000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(
        (b"<?xml", b"<!doctype", b"<html", b"<head", b"<meta", b"<table", b"<style", b"<workbook", b"<div")
    ):
        if b"urn:oasis:names:tc:opendocument" in head:
            return Kind.FLAT_ODS
        if b"urn:schemas-microsoft-com:office:spreadsheet" in head or b"mso-application" in head:
            what = "an XML spreadsheet of Excel 2003"
        else:
            what = "XML" if head.startswith(b"<?xml") and b"html" not in head else "a web page"
        raise OpenError(f"{name} is {what} and not a workbook. Open it in Excel and save it as .xlsx.")
    if suffix in TEXTS:
        return Kind.TEXT
    # Many programs export text under the name of a workbook; Excel opens it, so its owner never noticed.
    from trajecta.io.delimited import looks_like_table

    if looks_like_table(content):
        return Kind.TEXT
    raise damaged(name)
