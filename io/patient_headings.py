"""Patients under each other on one sheet, each under a row that names the patient: “Patient AB”, then BL, M3.

Invariants: a sheet counts as such only if two rows or more hold nothing but a word for the patient and an id, different
ones, and rows of visits or courses under one and the same header follow each of them; no row goes to another patient.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.headers import read_header
from trajecta.io.layout import LONGEST_HEADER, is_label, is_summary
from trajecta.io.patient_pages import LONGEST_ID, MOST_ROWS, Page, pages_of
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.visit_names import visit_of
from trajecta.io.words import lookup
from trajecta.io.workbook import Sheet
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.instruments import plain

FEWEST_HEADINGS = 2
_HEADING = re.compile(r"([^\W\d_]+(?:[-.\s]*(?:ID|Nr|No|Code)\b)?)\.?\s*[:#]?\s*(\S*)", re.IGNORECASE)
_ID = re.compile(r"(?=.*\d)[\w./-]+|[A-Z]{1,4}")  # with a digit, or initials


def pages_under_headings(sheet: Sheet) -> tuple[Page, ...]:
    """The page of each patient of a sheet with several; () if the sheet is something else."""
    if not FEWEST_HEADINGS * 2 <= sheet.height <= MOST_ROWS:
        return ()
    headings = {row: said for row in range(1, sheet.height + 1) if (said := _id_of(sheet, row)).value is not None}
    if len({shown(said.value).casefold() for said in headings.values()}) < FEWEST_HEADINGS:
        return ()
    shared = _line(sheet, min(headings) - 1)
    found: list[Page] = []
    for part, (top, below) in enumerate(pairwise((*headings, sheet.height + 1)), 1):
        pages = _part(sheet, top, below, shared)
        if not pages:
            return ()
        found += [replace(page, sheet=sheet, said=headings[top], named="", part=part) for page in pages]
    tables = [page for page in found if not page.is_log] or found
    return tuple(found) if all(page.headers & tables[0].headers for page in tables) else ()


def _id_of(sheet: Sheet, row: int) -> Placed:
    """The id in a row that holds nothing else but a word for the patient, in one cell or in two."""
    cells = [at for at, value in enumerate(sheet.rows[row - 1], 1) if value is not None]
    if not 1 <= len(cells) <= 2 or not isinstance(first := sheet.cell(row, cells[0]), str):
        return NOTHING
    if len(cells) == 2:
        beside = placed(sheet, row, cells[1])
        word = first.strip().rstrip(":")
        whole = lookup("field").get(plain(word)) == "patient" and _ID.fullmatch(shown(beside.value)) is not None
        return beside if whole and first.strip() != word else NOTHING
    match = _HEADING.fullmatch(first.strip()) if len(first) <= LONGEST_HEADER else None
    if match is None or lookup("field").get(plain(match[1])) != "patient":
        return NOTHING
    is_id = _ID.fullmatch(match[2]) is not None and len(match[2]) <= LONGEST_ID
    return Placed(match[2], sheet.ref(row, cells[0])) if is_id else NOTHING


def _line(sheet: Sheet, row: int) -> list[Placed]:
    """The last filled row up to ``row`` if it is a header, which then is that of all patients; else nothing."""
    for at in range(row, 0, -1):
        if any(value is not None for value in sheet.rows[at - 1]):
            line = [placed(sheet, at, column) for column in range(1, sheet.width + 1)]
            filled = [cell.value for cell in line if cell.value is not None]
            known = any(read_header((shown(value),)).known for value in filled)
            return line if len(filled) > 1 and all(map(is_label, filled)) and known else []
    return []


def _part(sheet: Sheet, top: int, below: int, shared: Sequence[Placed]) -> tuple[Page, ...]:
    """The pages of the rows between two headings: under their own header, that above the first patient, or none."""
    lines = [[placed(sheet, row, column) for column in range(1, sheet.width + 1)] for row in range(top + 1, below)]
    filled = [line for line in lines if any(cell.value is not None for cell in line)]
    if not filled:
        return ()
    if shared:
        return pages_of(sheet_of(sheet.name, [shared, *filled], [sheet]))
    if own := pages_of(sheet_of(sheet.name, lines, [sheet])):
        return own
    firsts = [next(cell for cell in line if cell.value is not None) for line in filled]
    summaries = [cell for cell in firsts if isinstance(cell.value, str) and is_summary(cell.value)]
    rows = [_visit_with_number(line) for line, first in zip(filled, firsts, strict=True) if first not in summaries]
    pairs = tuple(row for row in rows if row is not None)
    if not pairs or len(pairs) < len(rows):
        return ()
    where = sheet.ref(top, 1)
    head = (Placed("Visit", where), Placed(sheet.name, where))
    return (Page(sheet, NOTHING, "", (), head, pairs, False, tuple(map(_left_out, summaries))),)


def _left_out(cell: Placed) -> Issue:
    said = f"The row “{shown(cell.value)[:60]}” summarises the others and is left out."
    return Issue(Severity.NOTE, cell.where, said)


def _visit_with_number(line: Sequence[Placed]) -> tuple[Placed, Placed] | None:
    """The name of a visit and the number behind it, which may be missing; None if a row holds anything else."""
    visit, value, *more = *(cell for cell in line if cell.value is not None), NOTHING
    if not isinstance(visit.value, str) or visit_of(visit.value) is None or any(cell is not NOTHING for cell in more):
        return None
    return (visit, value) if read_cell(value.value).found in (Found.NUMBER, Found.MISSING, Found.BLANK) else None
