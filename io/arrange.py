"""Sheets put together to tables: patients in columns turned into rows, a sheet per patient stacked, exports unfolded.

Invariants: arranging moves cells and never changes one; every cell of an arranged sheet keeps its place in the file, so
that each address is one the user finds in Excel; a sheet that no arranger claims stays as it stands; what is arranged
and why is said. A new arrangement is one entry of ``ARRANGERS``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trajecta.io.arrange_blocks import guess_blocks, taken_apart
from trajecta.io.arrange_cdisc import from_cdisc, guess_cdisc
from trajecta.io.arrange_drug_list import guess_drug_lists, with_drug_log
from trajecta.io.arrange_matrix import guess_matrices, matrices
from trajecta.io.arrange_openclinica import from_openclinica, guess_openclinica
from trajecta.io.arrange_parameters import guess_parameters, unfolded
from trajecta.io.arrange_patients import guess_patients, stacked
from trajecta.io.arrange_redcap import from_redcap, guess_redcap
from trajecta.io.arrange_turned import guess_turned, turned
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.workbook import Sheet, Workbook


@dataclass(frozen=True, slots=True)
class Arranger:
    """How one arrangement is recognised and made.

    ``guess`` gets the workbook and the sheets that are still as they stand, and names those it claims; ``make`` gets
    the sheets of one claim and returns the sheets that take their place, in the order in which they are to stand.
    ``again`` tells that made sheets may be arranged once more by those asked later; ``grows`` that sheets of the kind
    of a claim which a later file has belong to it as well.
    """

    how: Arrangement
    guess: Callable[[Workbook, Sequence[Sheet]], tuple[Arranged, ...]]
    make: Callable[[Sequence[Sheet]], tuple[Sheet, ...]]
    again: bool = False
    grows: bool = False


# In the order in which they are asked: what is named by its headers comes before what is told by its looks.
ARRANGERS: tuple[Arranger, ...] = (
    Arranger(Arrangement.REDCAP, guess_redcap, from_redcap),
    Arranger(Arrangement.OPENCLINICA, guess_openclinica, from_openclinica),
    Arranger(Arrangement.CDISC, guess_cdisc, from_cdisc),
    Arranger(Arrangement.MATRIX, guess_matrices, matrices),
    Arranger(Arrangement.PER_PATIENT, guess_patients, stacked, again=True, grows=True),
    Arranger(Arrangement.BLOCKS, guess_blocks, taken_apart, again=True),
    Arranger(Arrangement.PARAMETERS, guess_parameters, unfolded),
    Arranger(Arrangement.TURNED, guess_turned, turned),
    Arranger(Arrangement.DRUG_LIST, guess_drug_lists, with_drug_log),
)


def guess_arranged(workbook: Workbook) -> tuple[Arranged, ...]:
    """What is to be arranged in a workbook, with the evidence; empty if every sheet is read as it stands."""
    found: list[Arranged] = []
    closed: set[str] = set()
    for arranger in ARRANGERS:
        claims = arranger.guess(workbook, [s for s in workbook.sheets if s.rows and s.name not in closed])
        for claim in claims:
            if arranger.again:
                workbook = _arranged(workbook, claim, arranger)
            closed |= set(claim.sheets)
        found += claims
    return tuple(found)


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
