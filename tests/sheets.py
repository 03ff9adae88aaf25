"""Makers of small real workbooks for the tests of reading: written by openpyxl or as text, never mocked."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

Row = Sequence[object]

PATIENTS: tuple[Row, ...] = (
    ("Patient ID", "Sex", "Age", "Infusion date"),
    ("SYN-01", "F", 22, date(2021, 3, 1)),
    ("SYN-02", "F", 18, date(2021, 4, 1)),
    ("SYN-03", "M", 23, date(2021, 5, 3)),
)
SCORES = {"SYN-01": (16, 12, 0), "SYN-02": (14, 6, 2), "SYN-03": (8, 8, 0)}
C3 = {"SYN-01": (0.5, 0.7, 1.0), "SYN-02": (0.6, 0.6, 0.9), "SYN-03": (0.4, 0.8, 1.1)}
VISITS = (("Baseline", -3), ("Month 1", 30), ("Month 3", 92))


def long_rows() -> list[Row]:
    """One row per patient and visit, with dates."""
    rows: list[Row] = [("Patient ID", "Visit", "Date", "SLEDAI-2K", "C3 (g/L)")]
    for patient in PATIENTS[1:]:
        zero = patient[3]
        assert isinstance(zero, date)
        for at, (visit, day) in enumerate(VISITS):
            key = str(patient[0])
            rows.append((key, visit, zero + timedelta(day), SCORES[key][at], C3[key][at]))
    return rows


def wide_rows() -> list[Row]:
    """The same values with one row per patient."""
    heads = [f"{name}_{visit}" for name in ("SLEDAI-2K", "C3") for visit in ("baseline", "1m", "3m")]
    rows: list[Row] = [("Pat.-Nr.", *heads)]
    rows += [(key, *SCORES[key], *C3[key]) for key in SCORES]
    return rows


def workbook(path: Path, sheets: dict[str, Iterable[Row]], merged: Sequence[str] = ()) -> Path:
    """Write an .xlsx with these sheets; ``merged`` ranges go into the first one."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for block in merged:
        book.worksheets[0].merge_cells(block)
    book.save(path)
    return path


def text_table(path: Path, rows: Iterable[Row], delimiter: str = ",") -> Path:
    """Write a text table."""
    path.write_text("\n".join(delimiter.join("" if v is None else str(v) for v in row) for row in rows), "utf-8")
    return path


def patched(path: Path, part: str, old: str, new: str) -> Path:
    """Change the XML of one part of a workbook, to make what openpyxl cannot write."""
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts[part].decode()
    assert old in text
    parts[part] = text.replace(old, new).encode()
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path
