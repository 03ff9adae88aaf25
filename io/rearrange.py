"""The user's choice of how a sheet is put together, and what of the mapping survives it.

Invariant: sheets that look the same before and after keep what was chosen for their columns.
"""

from dataclasses import replace

from trajecta.io.arrange import arrange
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arranged, Arrangement, Mapping
from trajecta.io.workbook import Sheet, Workbook

# What can be asked for any sheet; the others follow from the names of an export and are only ever guessed.
CHOICES = (Arrangement.AS_IT_STANDS, Arrangement.TURNED, Arrangement.PARAMETERS, Arrangement.BLOCKS)
CHOSEN = "Chosen by you."


def claim_of(mapping: Mapping, sheet: Sheet) -> Arranged | None:
    """By which arrangement a sheet of the arranged workbook was made; None for one that is as it stands."""
    if not sheet.places:
        return None
    origins = {place.sheet for line in sheet.places for place in line if place is not None}
    return next((claim for claim in mapping.arranged if origins & set(claim.sheets)), None)


def rearranged(workbook: Workbook, mapping: Mapping, sheet: Sheet, how: Arrangement) -> Mapping:
    """The mapping with another arrangement of the file's sheets that ``sheet`` shows, guessed anew where it changes.

    ``workbook`` is the file as read. An arrangement that does not fit the cells leaves the sheet as it stands.
    """
    old = claim_of(mapping, sheet)
    others = tuple(claim for claim in mapping.arranged if claim is not old)
    names = old.sheets if old is not None else (sheet.name,)
    asked = () if how is Arrangement.AS_IT_STANDS else tuple(Arranged(how, (name,), CHOSEN) for name in names)
    fresh = guess_mapping(workbook, (*others, *asked))
    before = {s.name: s.rows for s in arrange(workbook, mapping.arranged).sheets}
    after = {s.name: s.rows for s in arrange(workbook, fresh.arranged).sheets}
    kept = {s.sheet: s for s in mapping.sheets if before.get(s.sheet) == after.get(s.sheet)}
    return replace(
        mapping,
        sheets=tuple(kept.get(s.sheet, s) for s in fresh.sheets),
        arranged=fresh.arranged,
        shape=fresh.shape,
    )
