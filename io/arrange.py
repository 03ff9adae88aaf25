"""Sheets put together to tables: patients in columns turned into rows, a sheet per patient stacked, exports unfolded.

Invariants: arranging moves cells and never changes one; every cell of an arranged sheet keeps its place in the file, so
that each address is one the user finds in Excel; a sheet that no arranger claims stays as it stands; what is arranged
and why is said. A new arrangement is one entry of ``ARRANGERS``.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from trajecta.io.cells import shown
from trajecta.io.headers import read_header
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.visit_names import visit_of
from trajecta.io.words import lookup, words
from trajecta.io.workbook import CellValue, Sheet, Workbook
from trajecta.stats.instruments import plain

Guess = Callable[[Workbook, Sequence[Sheet]], tuple[Arranged, ...]]
Make = Callable[[Sequence[Sheet]], tuple[Sheet, ...]]

FEWEST_WORDS = 3  # known headers in the first row of a plain list: the id and two more
# Columns that stand in exports and lists of parameters, which are put together anew although an id stands first.
_EXPORTED = re.compile(r"redcap.*|.*_complete|.*___\d+|.+_E\d+(_\d+)?_C\d+.*|usubjid|studyid|event name", re.IGNORECASE)
_LOGGED = ("dose", "frequency", "start", "stop")


@dataclass(frozen=True, slots=True)
class Arranger:
    """How one arrangement is recognised and made.

    ``module`` holds both functions and is imported when a sheet may need it: most workbooks hold plain lists only, and
    the command line does not wait for what it does not use. ``guess`` gets the workbook and the sheets that are still
    as they stand, and names those it claims; ``make`` gets the sheets of one claim and returns the sheets that take
    their place, in the order in which they are to stand. ``again`` tells that made sheets may be arranged once more by
    those asked later; ``grows`` that sheets of the kind of a claim which a later file has belong to it as well.
    """

    how: Arrangement
    module: str
    guess_name: str
    make_name: str
    again: bool = False
    grows: bool = False

    @property
    def guess(self) -> Guess:
        """The function that recognises it."""
        return cast(Guess, getattr(import_module(f"trajecta.io.{self.module}"), self.guess_name))

    @property
    def make(self) -> Make:
        """The function that makes its sheets."""
        return cast(Make, getattr(import_module(f"trajecta.io.{self.module}"), self.make_name))


# In the order in which they are asked: what is named by its headers comes before what is told by its looks.
ARRANGERS: tuple[Arranger, ...] = (
    Arranger(Arrangement.REDCAP, "arrange_redcap", "guess_redcap", "from_redcap"),
    Arranger(Arrangement.OPENCLINICA, "arrange_openclinica", "guess_openclinica", "from_openclinica"),
    Arranger(Arrangement.CDISC, "arrange_cdisc", "guess_cdisc", "from_cdisc"),
    Arranger(Arrangement.MATRIX, "arrange_matrix", "guess_matrices", "matrices"),
    Arranger(Arrangement.PER_PATIENT, "arrange_patients", "guess_patients", "stacked", again=True, grows=True),
    Arranger(Arrangement.BLOCKS, "arrange_blocks", "guess_blocks", "taken_apart", again=True),
    Arranger(Arrangement.PARAMETERS, "arrange_parameters", "guess_parameters", "unfolded"),
    Arranger(Arrangement.TURNED, "arrange_turned", "guess_turned", "turned"),
    Arranger(Arrangement.DRUG_LIST, "arrange_drug_list", "guess_drug_lists", "with_drug_log"),
)


def guess_arranged(workbook: Workbook) -> tuple[Arranged, ...]:
    """What is to be arranged in a workbook, with the evidence; empty if every sheet is read as it stands."""
    found: list[Arranged] = []
    closed = {sheet.name for sheet in workbook.sheets if not _holds_values(sheet) or _is_plain_list(sheet)}
    for arranger in ARRANGERS:
        still = [sheet for sheet in workbook.sheets if sheet.name not in closed]
        if not still:
            break
        claims = arranger.guess(workbook, still)
        for claim in claims:
            if arranger.again:
                workbook = _arranged(workbook, claim, arranger)
            closed |= set(claim.sheets)
        found += claims
    return tuple(found)


def _holds_values(sheet: Sheet) -> bool:
    """Whether any cell is no mere words: a number, a date, a text that begins as one, a cross."""

    def is_value(value: CellValue) -> bool:
        if not isinstance(value, str):
            return value is not None
        text = value.strip()
        return bool(text) and (text[0].isdigit() or text[0] in "<>≤≥+-−." or text.casefold() in ("x", "ja", "yes"))

    return any(is_value(value) for row in sheet.rows for value in row)


def _lists_drugs(head: str) -> bool:
    """Whether a header, with or without a visit in it, is one of a column that may list drugs in a text."""
    name = plain(read_header((head,)).name)
    return lookup("field").get(name) == "drug" or name in words("drug_list", "headers")


def _is_plain_list(sheet: Sheet) -> bool:
    """Whether a sheet is beyond doubt a list with a column of patient ids under headers in its first row."""
    heads = [shown(value) for value in sheet.rows[0] if isinstance(value, str)]
    if len(heads) < sheet.width or sheet.merged or any(map(_EXPORTED.fullmatch, heads)):
        return False
    fields = {read.field for head in heads if (read := read_header((head,))).known}
    known = sum(read_header((head,)).known for head in heads)
    if known < FEWEST_WORDS or "patient" not in fields or fields & {"parameter", "value"}:
        return False
    if any(visit_of(head) is not None or _lists_drugs(head) for head in heads) and not fields & set(_LOGGED):
        return False
    return all(any(value is not None for value in row) for row in sheet.rows)


def arrange(workbook: Workbook, arranged: Sequence[Arranged]) -> Workbook:
    """The workbook with the named sheets arranged, one claim after the other: a later one may name a sheet that an
    earlier one made. Names of sheets that it does not have are passed over.

    A sheet made of several stands where the first of them stood.
    """
    named = {name for claim in arranged for name in claim.sheets}
    for claim in arranged:
        if claim.how is Arrangement.AS_IT_STANDS:
            continue
        arranger = next(a for a in ARRANGERS if a.how is claim.how)
        if arranger.grows:
            free = [s for s in workbook.sheets if s.rows and (s.name in claim.sheets or s.name not in named)]
            more = [c.sheets for c in arranger.guess(workbook, free) if not set(claim.sheets).isdisjoint(c.sheets)]
            claim = replace(claim, sheets=tuple(dict.fromkeys((*claim.sheets, *(n for names in more for n in names)))))
        workbook = _arranged(workbook, claim, arranger)
    return workbook


def _arranged(workbook: Workbook, claim: Arranged, arranger: Arranger) -> Workbook:
    """The workbook after one claim; a made sheet never has the name of one that stays."""
    sheets = [sheet for sheet in workbook.sheets if sheet.name in claim.sheets]
    if not sheets:
        return workbook
    taken = {sheet.name.casefold() for sheet in workbook.sheets if sheet.name not in claim.sheets}
    made = []
    for sheet in arranger.make(sheets):
        name, number = sheet.name, 2
        while name.casefold() in taken:
            name, number = f"{sheet.name} {number}", number + 1
        taken.add(name.casefold())
        made.append(sheet if name == sheet.name else replace(sheet, name=name))
    first = workbook.sheets.index(sheets[0])
    rest = [sheet for sheet in workbook.sheets if sheet.name not in claim.sheets]
    return replace(workbook, sheets=(*rest[:first], *made, *rest[first:]))
