"""Which rows of a table summarise the others: by the word where an id should stand, and by their numbers.

Invariant: a patient whose initials are such a word (MW, SD) is not taken for one without a further sign.
"""

from itertools import pairwise
from statistics import fmean, pstdev, stdev

from trajecta.io.cells import Found, read_cell, shown
from trajecta.io.layout import LONGEST_INITIALS, is_summary
from trajecta.io.workbook import CellValue
from trajecta.stats.instruments import plain


def summary_rows(filled: list[tuple[int, tuple[CellValue, ...]]], at_id: int) -> tuple[set[int], set[int]]:
    """The rows that summarise the others, and those of which it is not certain.

    Where the ids are initials, MW, SD or N may be a patient: such a row is a summary beside one that certainly is, or
    if its numbers are the mean or the standard deviation of those above, and a doubtful patient else.
    """
    texts = {at: shown(cells[at_id]) for at, cells in filled}
    named = {text for text in set(texts.values()) if text and is_summary(text)}
    if not named:
        return set(), set()
    found = {at for at, text in texts.items() if text in named}
    short = {at for at in found if len(plain(texts[at])) <= LONGEST_INITIALS and texts[at][-1:] != "="}
    others = [plain(text) for at, text in texts.items() if text and at not in found]
    initials = sum(text.isalpha() and len(text) <= LONGEST_INITIALS + 1 for text in others) * 2 > len(others)
    if not short or not initials:
        return found, set()
    rows = dict(filled)
    certain = found - short
    patients = [cells for at, cells in filled if at not in found]
    certain |= {at for at in short if _is_of(rows[at], [c for a, c in filled if a < at and a in short] + patients)}
    order = [at for at, _ in filled]
    for line in (order, order[::-1]):
        for before, at in pairwise(line):
            if before in certain and at in short:
                certain.add(at)
    return certain, short - certain


def _is_of(row: tuple[CellValue, ...], others: list[tuple[CellValue, ...]]) -> bool:
    """Whether every number of a row is the mean, or every one the standard deviation, of its column, as rounded."""
    agree = {"mean": 0, "sd": 0}
    numbers = 0
    for at, value in enumerate(row):
        own = _number(value)
        column = [v for cells in others if (v := _number(cells[at])) is not None]
        if own is None or len(column) < 2:
            continue
        numbers += 1
        step = 10.0 ** -len(shown(own).partition(".")[2])
        agree["mean"] += abs(fmean(column) - own) <= 0.51 * step
        agree["sd"] += min(abs(stdev(column) - own), abs(pstdev(column) - own)) <= 0.51 * step
    return numbers >= 2 and numbers in agree.values()


def _number(value: CellValue) -> float | None:
    read = read_cell(value)
    return read.value if read.found is Found.NUMBER else None
