"""Sheets put together to tables: patients in columns turned into rows, a sheet per patient stacked, exports unfolded.

Invariants: arranging moves cells and never changes one; every cell of an arranged sheet keeps its place in the file, so
that each address is one the user finds in Excel; a sheet that no arranger claims stays as it stands; what is arranged
and why is said. A new arrangement is one entry of ``ARRANGERS``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from trajecta.io.arrange_turned import guess_turned, turned
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.workbook import Sheet, Workbook


@dataclass(frozen=True, slots=True)
class Arranger:
    """How one arrangement is recognised and made.

    ``guess`` gets the workbook and the sheets that are still as they stand, and names those it claims; ``make`` gets
    the sheets of one claim and returns the sheets that take their place, in the order in which they are to stand.
    """

    how: Arrangement
    guess: Callable[[Workbook, Sequence[Sheet]], tuple[Arranged, ...]]
    make: Callable[[Sequence[Sheet]], tuple[Sheet, ...]]


# In the order in which they are asked: what is named by its headers comes before what is told by its looks.
ARRANGERS: tuple[Arranger, ...] = (Arranger(Arrangement.TURNED, guess_turned, turned),)


def guess_arranged(workbook: Workbook) -> tuple[Arranged, ...]:
    """What is to be arranged in a workbook, with the evidence; empty if every sheet is read as it stands."""
    found: list[Arranged] = []
    for arranger in ARRANGERS:
        claimed = {name for arranged in found for name in arranged.sheets}
        found += arranger.guess(workbook, [s for s in workbook.sheets if s.rows and s.name not in claimed])
    return tuple(found)


def arrange(workbook: Workbook, arranged: Sequence[Arranged]) -> Workbook:
    """The workbook with the named sheets arranged; names of sheets that it does not have are passed over.

    A sheet made of several stands where the first of them stood.
    """
    if not arranged:
        return workbook
    by_name = {sheet.name: sheet for sheet in workbook.sheets}
    instead: dict[str, tuple[Sheet, ...]] = {}
    for claim in arranged:
        sheets = [by_name[name] for name in claim.sheets if name in by_name]
        if not sheets or claim.how is Arrangement.AS_IT_STANDS:
            continue
        make = next(a.make for a in ARRANGERS if a.how is claim.how)
        instead.update({sheet.name: () for sheet in sheets[1:]})
        instead[sheets[0].name] = make(sheets)
    sheets = [made for sheet in workbook.sheets for made in instead.get(sheet.name, (sheet,))]
    return replace(workbook, sheets=tuple(sheets))
