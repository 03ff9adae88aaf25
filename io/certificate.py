"""The equality certificate: every number of the cohort held against the cell it came from, read a second time.

Invariants: the file is read anew from the disk, an .xlsx by another reader than the one that made the cohort; a number
counts as equal only if the cell holds that very number, or a text with the very same digits; what was converted, left
out or could not be held against anything is listed and never counted as equal.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

from trajecta import __version__
from trajecta.io.arrange import arrange
from trajecta.io.atomic import write_atomically
from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.control_characters import without_control
from trajecta.io.errors import SaveError
from trajecta.io.mapping import Field, Mapping, SheetRole
from trajecta.io.reading import read_safely
from trajecta.io.study import Study
from trajecta.io.workbook import CellValue, Workbook
from trajecta.stats.cohort import CellRef, Cohort, Observation

CALCULATED = (".xlsx", ".xlsm")
Cells = dict[tuple[str, int, int], CellValue]
_NUMBER = re.compile(r"(?:(?<!\w)-)?(?:\d|(?<![\w.,])[.,]\d)[\d.,' ]*(?:[eE][+-]?\d+)?")
_WHOLE = re.compile(r"-?\d+(?:[eE][+-]?\d+)?|-?\d{1,3}(?:[.,' ]\d{3})+")
_SIGNS = str.maketrans({"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})


class Verdict(StrEnum):
    """How a value of the cohort stands to its cell."""

    EQUAL = "equal"
    FROM_TEXT = "equal, written as text"
    LIMIT = "equal to the limit"
    WORD = "a word or sign read as a value"
    CONVERTED = "converted"
    NO_VALUE = "no usable number in the cell, no value in the cohort"
    DIFFERENT = "DIFFERENT"


@dataclass(frozen=True, slots=True)
class Line:
    """One value of the cohort with its cell. ``value`` is the cohort's, ``cell`` what the second reading found."""

    patient: str
    visit: str
    measure: str
    value: float | None
    where: CellRef
    cell: str
    verdict: Verdict
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Unused:
    """A number in a used sheet that is in no value of the cohort, and why as far as it is known."""

    where: CellRef
    cell: str
    why: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The lines, the numbers that are not used, and by which program and reader the file was read again."""

    file: str
    fingerprint: str
    reader: str
    lines: tuple[Line, ...]
    unused: tuple[Unused, ...]
    computed: int
    changed: bool = False

    @property
    def holds(self) -> bool:
        """True if the file is the same and no value differs from its cell."""
        return not self.changed and not any(line.verdict is Verdict.DIFFERENT for line in self.lines)

    def count(self, *verdicts: Verdict) -> int:
        """How many lines have one of these verdicts."""
        return sum(line.verdict in verdicts for line in self.lines)


def certify(workbook: Workbook, mapping: Mapping, cohort: Cohort) -> Certificate:
    """Read the workbook's file a second time and hold every value of the cohort against its cell.

    Raises OpenError if the file cannot be read any more. Values that were computed (from the medication log, or as
    yes/no of another measure) have no cell and are counted in ``computed``.
    """
    again = read_safely(workbook.path)
    cells, formulas, reader = _second_reading(again)
    measures = {m.key: m for m in cohort.measures}
    visits = {v.key: v.label for v in cohort.visits}
    percent = {sheet.ref(*place) for sheet in workbook.sheets for place in sheet.percent}
    lines = []
    for seen in cohort.observations:
        if seen.source is None or measures[seen.measure].derived:
            continue
        place = (seen.source.sheet, seen.source.row, seen.source.column)
        cell = cells.get(place)
        verdict, remark = _verdict(seen, cell, seen.source in percent)
        if place in formulas:
            remark = "; ".join(filter(None, (remark, f"the saved result of {formulas[place]}")))
        lines.append(
            Line(
                seen.patient,
                visits[seen.visit],
                measures[seen.measure].name,
                seen.value,
                seen.source,
                shown(cell),
                verdict,
                remark,
            )
        )
    used = {line.where for line in lines}
    return Certificate(
        again.name,
        again.fingerprint,
        reader,
        tuple(lines),
        tuple(_unused(workbook, mapping, used)),
        sum(o.source is None or measures[o.measure].derived for o in cohort.observations),
        again.fingerprint != workbook.fingerprint,
    )


def _verdict(seen: Observation, cell: CellValue, percent: bool) -> tuple[Verdict, str]:
    if seen.value is None:
        return Verdict.NO_VALUE, seen.flag or f"the cell says “{seen.text}”"
    if seen.converted:
        written = {float(cell)} if isinstance(cell, int | float) else _written(str(cell))
        same = any(_mantissa(number) == _mantissa(seen.value) for number in written)
        return (Verdict.CONVERTED if same else Verdict.DIFFERENT), seen.converted
    if isinstance(cell, bool) or (isinstance(cell, str) and not _written(cell)):
        return Verdict.WORD, ""
    if isinstance(cell, int | float):
        # Excel shows 15 digits, and 0.25 in a cell formatted as a percentage as 25 %.
        number = float(f"{cell * (100 if percent else 1):.15g}")
        return (Verdict.EQUAL if number == seen.value else Verdict.DIFFERENT), ("shown as per cent" if percent else "")
    read = read_cell(cell)
    if read.low is not None and read.high is not None and seen.text == read.text:
        middle = (read.low + read.high) / 2
        if abs(seen.value - middle) <= 1e-12 * max(1.0, middle):
            return Verdict.CONVERTED, f"the middle of {read.text}"
    if isinstance(cell, str) and seen.value in _written(cell):
        return (Verdict.LIMIT if seen.censored else Verdict.FROM_TEXT), ""
    return Verdict.DIFFERENT, ""


def _mantissa(number: float) -> str:
    """The digits of a number without its power of ten: all that a conversion of units may change is that power."""
    return f"{number:.13e}".partition("e")[0]


def _written(text: str) -> set[float]:
    """Every number that a text can mean: its last mark a decimal sign, or all marks thousands where groups of three
    digits follow each.

    >>> sorted(_written("< 0,50 g/L")), sorted(_written("1.234,5")), sorted(_written("1,250")), _written("n.d.")
    ([0.5], [1234.5], [1.25, 1250.0], set())
    >>> _written("-.5")
    {-0.5}
    """
    found = set()
    for match in _NUMBER.finditer(text.translate(_SIGNS)):
        core = match[0].rstrip(".,' ")
        if _WHOLE.fullmatch(core):
            found.add(float(re.sub(r"[.,' ]", "", core)))
        whole, mark, part = re.sub(r"[' ]", "", core).replace(",", ".").rpartition(".")
        if mark:
            found.add(float(f"{whole.replace('.', '')}.{part}"))
    return found


def _second_reading(again: Workbook) -> tuple[Cells, dict[tuple[str, int, int], str], str]:
    """Every filled cell by place, the text of every formula by place, and who read it."""
    if again.path.suffix.lower() in CALCULATED:
        import openpyxl  # slow to import, and needed here only

        cells = _by_openpyxl(again.path, data_only=True)
        if cells:
            entries = _by_openpyxl(again.path, data_only=False)
            formulas = {place: v for place, v in entries.items() if isinstance(v, str) and v.startswith("=")}
            return cells, formulas, f"openpyxl {openpyxl.__version__}"
    first: Cells = {
        (sheet.name, row, column): value
        for sheet in again.sheets
        for row, line in enumerate(sheet.rows, 1)
        for column, value in enumerate(line, 1)
        if value is not None
    }
    return first, {}, "the same reader a second time; there is no other one for this format"


def _by_openpyxl(file: Path, *, data_only: bool) -> Cells:
    """Every filled cell: its value as it was saved, or what was entered, which is the text of a formula."""
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
    try:
        return {
            (sheet.title, at, column): _tidy(value)
            for sheet in book.worksheets
            for at, row in enumerate(sheet.iter_rows(min_row=1, min_col=1, values_only=True), 1)
            for column, value in enumerate(row, 1)
            if value is not None
        }
    finally:
        book.close()


def _tidy(value: Any) -> CellValue:
    return (
        value
        if isinstance(value, str | bool | float | date | datetime | time)
        else float(value)
        if isinstance(value, int)
        else str(value)
    )


def _unused(workbook: Workbook, mapping: Mapping, used: set[CellRef]) -> Iterator[Unused]:
    """Numbers in the measure columns' sheets that no value was made of."""
    for sheet in arrange(workbook, mapping.arranged).sheets:
        found = next((s for s in mapping.sheets if s.sheet == sheet.name), None)
        if found is None or found.role not in (SheetRole.VISITS, SheetRole.WIDE):
            continue
        fields = {c.column: c for c in found.columns}
        for row in range(found.first_row, sheet.height + 1):
            for column in range(1, sheet.width + 1):
                value, where = sheet.cell(row, column), sheet.ref(row, column)
                if where in used or value is None or read_cell(value).found is not Found.NUMBER:
                    continue
                mapped = fields.get(column)
                if mapped is None or mapped.field in (Field.IGNORE, Field.IDENTIFYING):
                    why = f"the column “{mapped.header}” is not used" if mapped else "the column is not used"
                elif mapped.field is Field.MEASURE:
                    why = "its row is left out, or another value counts for this patient and visit"
                else:
                    continue
                yield Unused(where, shown(value), why)


def summary(certificate: Certificate) -> str:
    """The certificate in a few sentences."""
    numbers = certificate.count(Verdict.EQUAL, Verdict.FROM_TEXT, Verdict.LIMIT)
    different = certificate.count(Verdict.DIFFERENT)
    parts = []
    if certificate.changed:
        parts.append(f"{certificate.file} has been changed since it was opened; open it again before you certify it.")
    if different:
        first = next(line for line in certificate.lines if line.verdict is Verdict.DIFFERENT)
        parts.append(
            f"{different} of {len(certificate.lines)} values differ from their cells, the first in {first.where} "
            f"(cell “{first.cell}”, value {first.value:g})."
        )
    else:
        parts.append(f"Every one of {numbers:,} numbers in the cohort equals the number in its cell.")
    for count, one, many in (
        (certificate.count(Verdict.WORD), "word or sign was read as a value", "words or signs were read as values"),
        (certificate.count(Verdict.CONVERTED), "number was converted", "numbers were converted"),
        (certificate.count(Verdict.NO_VALUE), "cell holds no usable number", "cells hold no usable number"),
        (len(certificate.unused), "number is not used", "numbers are not used"),
    ):
        if count:
            parts.append(f"{count:,} {one if count == 1 else many}.")
    if certificate.computed:
        parts.append(f"{certificate.computed:,} values were computed from the sheets and have no cell of their own.")
    parts.append(f"Read again by {certificate.reader}.")
    return " ".join(parts)


def certificate_bytes(certificate: Certificate) -> bytes:
    """The certificate as an .xlsx: a page in words, a line per value, the numbers that are not used."""
    from openpyxl import Workbook as Book
    from openpyxl.styles import Font

    book = Book()
    page = book.active
    assert page is not None
    page.title = "Certificate"
    rows: list[tuple[str, str]] = [
        ("Certificate of equality", certificate.file),
        ("Result", summary(certificate)),
        ("SHA-256 of the file", certificate.fingerprint),
        ("Program", f"Trajecta {__version__}"),
        ("Second reader", certificate.reader),
    ]
    rows += [(verdict.value, str(certificate.count(verdict))) for verdict in Verdict]
    for row in rows:
        page.append(_writable(row))
    values = book.create_sheet("Values")
    values.append(("Patient", "Visit", "Measure", "Value", "Cell", "Cell says", "Verdict", "Remark"))
    for line in certificate.lines:
        said = (line.patient, line.visit, line.measure, line.value, str(line.where), line.cell, line.verdict.value)
        values.append(_writable((*said, line.remark)))
    unused = book.create_sheet("Not used")
    unused.append(("Cell", "Cell says", "Why"))
    for entry in certificate.unused:
        unused.append(_writable((str(entry.where), entry.cell, entry.why)))
    for sheet in book.worksheets:
        for cell in sheet[1] if sheet is not page else sheet["A"]:
            cell.font = Font(bold=True)
        for column, width in zip("ABCDEFGH", (24, 18, 24, 16, 18, 18, 30, 50), strict=True):
            sheet.column_dimensions[column].width = width
        # A text that begins with = is a text of the trial's sheet and no formula.
        for cells in sheet.iter_rows():
            for cell in cells:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    cell.data_type = "s"
    page.column_dimensions["B"].width = 110
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _writable(row: Iterable[object]) -> list[object]:
    return [without_control(value) if isinstance(value, str) else value for value in row]


def certificate_json(certificate: Certificate) -> dict[str, Any]:
    """The certificate as plain values for JSON."""
    return {
        "holds": certificate.holds,
        "summary": summary(certificate),
        "reader": certificate.reader,
        "counts": {verdict.value: certificate.count(verdict) for verdict in Verdict},
        "computed": certificate.computed,
        "different": [
            {"cell": str(line.where), "cell_says": line.cell, "value": line.value, "patient": line.patient}
            for line in certificate.lines
            if line.verdict is Verdict.DIFFERENT
        ],
        "not_used": [{"cell": str(u.where), "cell_says": u.cell, "why": u.why} for u in certificate.unused],
    }


def write_certificate(workbook: Workbook, study: Study, target: Path) -> Certificate:
    """Hold every number of an open study against the file, and write what came out as .xlsx.

    OpenError if the file cannot be read again, SaveError if the certificate cannot be written.
    """
    if target.suffix.lower() != ".xlsx":
        raise SaveError(f"The certificate is an .xlsx workbook; {target.name} ends otherwise. Use {target.stem}.xlsx.")
    found = certify(workbook, study.mapping or Mapping(), study.cohort)
    write_atomically(target, certificate_bytes(found))
    return found
