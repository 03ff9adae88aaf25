"""Workbooks with a sheet per patient, stacked to one table with the id in its first column.

Invariants: sheets are stacked only if they share most of their headers and each says whose it is, by its name or by a
cell in its head; a patient's sheet is never given to another patient: where its cell contradicts its name, the name
counts and both are said; sheets of other kinds stay as they stand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trajecta.io.cells import shown
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.patient_headings import pages_under_headings
from trajecta.io.patient_pages import Page, pages_of
from trajecta.io.placed import NOTHING, Placed, sheet_of
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.instruments import plain

FEWEST_SHEETS = 2
SHARED = 0.5  # of all headers of two sheets; cuts of one form differ in a column or two
ALL, FACTS, LOGS = "All patients", "All patients (facts)", "All patients (medication)"


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose page it is, with the cell that says so if there is one, and what is odd about it."""

    id: Placed
    odd: tuple[Issue, ...] = ()


def guess_patients(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """All sheets of single patients of a workbook together, with what names the patients."""
    pages = _pages(sheets)
    groups = [group for group in _groups(pages) if _convincing(group)]
    found = [page for page in pages if any(page in group for group in groups)]
    if not found:
        return ()
    if all(page.part for page in found):
        why = "The patients stand under each other, each under a row with the id; they are read as one table."
        names = dict.fromkeys(page.sheet.name for page in found)
        return tuple(Arranged(Arrangement.PER_PATIENT, (name,), why) for name in names)
    by_cell = sum(page.said.value is not None for page in found) * 2 > len(found)
    what = "a cell above its table" if by_cell else "its name"
    why = f"Each of these sheets is one patient, as {what} says; they are read as one table."
    return (Arranged(Arrangement.PER_PATIENT, tuple(dict.fromkeys(page.sheet.name for page in found)), why),)


def stacked(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """A table of all facts in the heads, one of all rows and one of all courses of drugs, each only if there is any.

    Sheets that are no page of a patient stay as they stand, behind the made ones.
    """
    pages = _pages(sheets)
    groups = _groups(pages)
    owners = _owners(groups)
    facts = list(_facts(pages, owners))
    made = [sheet_of(FACTS, facts, [page.sheet for page in pages])] if facts else []
    said: set[tuple[str, int]] = set()
    met: dict[str, int] = {}
    for group in groups:
        wanted = LOGS if group[0].is_log else ALL
        met[wanted] = met.get(wanted, 0) + 1
        name = wanted if met[wanted] == 1 else f"{wanted} {met[wanted]}"
        odd = [issue for page in group if page.place not in said for issue in owners[page.place].odd]
        said |= {page.place for page in group}
        odd += [issue for page in group for issue in page.left_out]
        made.append(sheet_of(name, _stack(group, owners), [page.sheet for page in group], odd))
    stacked_ones = {page.sheet.name for page in pages}
    return (*made, *(sheet for sheet in sheets if sheet.name not in stacked_ones))


def _pages(sheets: Sequence[Sheet]) -> list[Page]:
    """The pages of all sheets: those of several patients under each other, and where there are several, of one each."""
    found: list[Page] = []
    for sheet in sheets:
        under = pages_under_headings(sheet)
        found += under or (pages_of(sheet) if len(sheets) >= FEWEST_SHEETS else ())
    return found


def _groups(pages: Sequence[Page]) -> list[list[Page]]:
    """Pages with the same kind of rows and mostly the same headers, in the order of their first ones."""
    groups: list[list[Page]] = []
    for page in pages:
        for group in groups:
            first = group[0]
            both, either = first.headers & page.headers, first.headers | page.headers
            if first.is_log == page.is_log and len(both) >= SHARED * len(either):
                group.append(page)
                break
        else:
            groups.append([page])
    return groups


def _convincing(group: Sequence[Page]) -> bool:
    """Whether each page of a group names its patient, and the pages are about what is measured or given."""
    ids = [shown(page.said.value) or page.named for page in group]
    if len(group) < FEWEST_SHEETS or not all(ids) or len(set(ids)) < FEWEST_SHEETS:
        return False
    return group[0].is_log or any(page.measures for page in group) or all(page.said.value for page in group)


def _owners(groups: Sequence[Sequence[Page]]) -> dict[tuple[str, int], _Owner]:
    """The owner of each sheet: the cell in its head; its name if there is none or if the two contradict each other.

    Names and cells that hardly ever agree are two ways of counting (“Pat 01”, “MA-22”) and no contradiction.
    """
    both = [page for group in groups for page in group if page.said.value is not None and page.named]
    agreeing = [page for page in both if _same(shown(page.said.value), page.named)]
    comparable = len(agreeing) * 2 > len(both)
    known = {page.named: page.said for page in (agreeing if comparable else both)}
    owners: dict[tuple[str, int], _Owner] = {}
    for group in groups:
        first_of: dict[str, Page] = {}
        for page in group:
            if page.place not in owners:
                owners[page.place] = _owner(page, comparable, known, first_of)
    return owners


def _owner(page: Page, comparable: bool, known: dict[str, Placed], first_of: dict[str, Page]) -> _Owner:
    text, where = shown(page.said.value), page.said.where
    if not text:
        # “P1 Medication” has no head of its own: it is of whom the sheet “P1” is.
        owner = known.get(page.named, NOTHING)
        return _Owner(Placed(owner.value or page.named or page.sheet.name, owner.where))
    if comparable and page.named and not _same(text, page.named):
        said = f"{where} says “{text}”, but the sheet is named “{page.sheet.name}”; it is read as “{page.named}”."
        return _Owner(Placed(page.named), (Issue(Severity.WARNING, where, said, "Whose sheet is it?"),))
    first = first_of.setdefault(text.casefold(), page)
    if first is page:
        return _Owner(page.said)
    what = "parts" if page.part else "sheets"
    said = f"{where} says “{text}” as {first.said.where} does; both {what} are read as of this patient."
    return _Owner(page.said, (Issue(Severity.WARNING, where, said, "Is one of them another patient?"),))


def _same(said: str, named: str) -> bool:
    """Whether two ids are the same but for words before the number and zeros: “1” and “Pat 01”, “MA22” and “MA-22”.

    >>> _same("1", "Pat 01"), _same("MA22", "MA-22"), _same("P2", "P3"), _same("MA-22", "Pat 22")
    (True, True, False, False)
    """
    a, b = plain(said), plain(named)
    if a == b:
        return True
    heads = [word.rstrip("0123456789") for word in (a, b)]
    numbers = [word[len(head) :].lstrip("0") for word, head in zip((a, b), heads, strict=True)]
    return numbers[0] == numbers[1] != "" and ("" in heads or heads[0] == heads[1])


def _stack(group: Sequence[Page], owners: dict[tuple[str, int], _Owner]) -> Iterator[list[Placed]]:
    heads: dict[str, Placed] = {}
    for page in group:
        for key, cell in _keyed(page.head):
            heads.setdefault(key, cell)
    yield [Placed("Patient"), *heads.values()]
    for page in group:
        keys = [key for key, _ in _keyed(page.head)]
        for row in page.rows:
            cells = dict(zip(keys, row, strict=True))
            yield [owners[page.place].id, *(cells.get(key, NOTHING) for key in heads)]


def _keyed(head: Sequence[Placed]) -> Iterator[tuple[str, Placed]]:
    """Headers with the key under which they are stacked; a header that comes twice in a sheet makes two columns."""
    met: dict[str, int] = {}
    for cell in head:
        key = plain(shown(cell.value))
        met[key] = met.get(key, 0) + 1
        yield f"{key}\n{met[key]}", cell


def _facts(pages: Sequence[Page], owners: dict[tuple[str, int], _Owner]) -> Iterator[list[Placed]]:
    """A row per patient with the facts of the heads; nothing if no head has any."""
    heads: dict[str, Placed] = {}
    rows: dict[str, tuple[Placed, dict[str, Placed]]] = {}
    for page in pages:
        owner = owners[page.place].id
        _, own = rows.setdefault(shown(owner.value).casefold(), (owner, {}))
        for label, value in page.facts:
            key = plain(shown(label.value))
            heads.setdefault(key, label)
            own.setdefault(key, value)
    shared = {key: cell for key, cell in heads.items() if sum(key in own for _, own in rows.values()) * 2 >= len(rows)}
    if shared:
        yield [Placed("Patient"), *shared.values()]
        for owner, own in rows.values():
            yield [owner, *(own.get(key, NOTHING) for key in shared)]
