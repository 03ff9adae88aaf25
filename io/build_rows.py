"""The rows of a sheet that belong to patients, and the roster of patients of the whole workbook.

Invariants: ids are compared after trimming, without case and without what cannot be seen (an umlaut written in two
ways, a zero-width sign), and in no other way here (``build_ids.py`` joins whole sheets); ids that look alike are
reported and never merged; a summary row is no patient; a row without an id is left out and said, or filled down from
the row above where the sheet is written in groups.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple
from unicodedata import normalize

from trajecta.io.cells import shown
from trajecta.io.headers import read_header
from trajecta.io.issue_log import IssueLog
from trajecta.io.layout import is_summary
from trajecta.io.mapping import ColumnMapping, Field, SheetMapping, SheetRole
from trajecta.io.summary_rows import summary_rows
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef
from trajecta.stats.instruments import plain

_RUNS = re.compile(r"\d+|\D+")
_FOOTNOTES = "*†‡§¶#¹²³"
_GROUPS = frozenset({"group", "gruppe", "groupe", "grupo", "gruppo", "arm", "cohort", "kohorte", "cohorte", "coorte"})
SHORTEST_ALIKE = 4  # ids of three letters differ by one all the time
_CONFUSED = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})


class PatientRow(NamedTuple):
    """One row (1-based) and the key of its patient."""

    patient: str
    row: int
    cells: tuple[CellValue, ...]


@dataclass
class Roster:
    """Every patient id of the workbook: key to (id as first written, its first cell), in order of appearance.

    ``listed`` are the keys of sheets with one row per patient, against which the others are checked; ``doubts`` hold
    what was said about who a patient is.
    """

    ids: dict[str, tuple[str, CellRef]] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)

    def enter(self, text: str, where: CellRef) -> str:
        """The key of an id, entered if it is new."""
        tidy = tidy_id(text)
        key = tidy.casefold()
        self.ids.setdefault(key, (tidy, where))
        return key

    def in_natural_order(self) -> None:
        """Sort the patients as people count (P2 before P10), where no sheet lists them in an order of its own."""
        if not self.listed:
            self.ids = dict(sorted(self.ids.items(), key=lambda entry: _natural(entry[0])))


# Zero-width signs are invisible, and the hyphen that does not break looks like any other.
_NO_WIDTH = dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
_INVISIBLE = str.maketrans({**_NO_WIDTH, "\u2011": "-", "\u2010": "-"})


def tidy_id(text: str) -> str:
    """An id without outer and double spaces; the same letters in two encodings are the same id.

    >>> tidy_id(" Zoe\u0308 "), tidy_id("P\u200b3")
    ('Zoë', 'P3')
    """
    tidy = " ".join(text.split())
    return tidy if tidy.isascii() else normalize("NFC", tidy.translate(_INVISIBLE))


def _natural(key: str) -> list[tuple[int, int, str]]:
    return [(0, int(run), "") if run.isdecimal() else (1, 0, run) for run in _RUNS.findall(key)]


def patient_rows(sheet: Sheet, mapping: SheetMapping, roster: Roster, log: IssueLog) -> list[PatientRow]:
    """The rows of patients of one sheet; enters the ids and reports what is left out."""
    id_column = mapping.one(Field.PATIENT)
    last = min(mapping.last_row or sheet.height, sheet.height)
    used = [c.column - 1 for c in mapping.columns if c.field is not Field.IGNORE]
    rows = [(at, sheet.rows[at - 1]) for at in range(mapping.first_row, last + 1)]
    filled = [(at, cells) for at, cells in rows if any(cells[c] is not None for c in used)]
    if id_column is None:
        return _by_row(sheet, mapping, filled, roster, log)
    at_id = id_column.column - 1
    groups = _written_in_groups(sheet, mapping, filled, at_id)
    merged = _merged_below(sheet, at_id + 1)
    found: list[PatientRow] = []
    seen: set[str] = set()
    current = ""
    beside = [c for c in used if c != at_id]
    summaries, doubtful = summary_rows(filled, at_id)
    entered: dict[CellValue, str] = {}  # a long table repeats its ids, and the same cell is the same patient
    for at, cells in filled:
        others = any(cells[c] is not None for c in beside)
        if others and type(cells[at_id]) is str and cells[at_id] in entered:
            current = entered[cells[at_id]]
            found.append(PatientRow(current, at, cells))
            continue
        where = sheet.ref(at, at_id + 1)
        text = shown(cells[at_id])
        if at in summaries:
            log.note(where, f"The row “{text}” summarises the others and is left out.", kind="a summary row")
            continue
        if text and not others and len(used) > 1 and (_is_remark(text) or _stands_apart(text, found, at)):
            log.note(where, f"“{_short(text)}” is a remark and no patient; it is left out.")
            continue
        if not text and not (at in merged or groups):
            _without_id(sheet, at, cells, log, where)
            continue
        if text:
            twice = mapping.visits_as_written and tidy_id(text).casefold() in seen
            if twice:
                said, text = _kept_apart(text, at, where, log)
            current = roster.enter(text, where)
            if twice:
                roster.doubts.setdefault(current, said)
            seen.add(current)
            if at in doubtful:
                _say_doubtful(roster, current, at, log)
            if not mapping.visits_as_written:
                entered[cells[at_id]] = current
        if current:
            found.append(PatientRow(current, at, cells))
    _check_sites(sheet, mapping, found, roster, log)
    _say_names(id_column, sheet.ref(max(1, mapping.header_rows[1]), at_id + 1), log)
    if groups:
        log.warning(
            sheet.ref(mapping.first_row, at_id + 1),
            f"In the sheet “{sheet.name}” the id stands only in the first row of each group; it is read downwards.",
        )
    if mapping.role in (SheetRole.PATIENTS, SheetRole.WIDE):
        for row in found:
            roster.listed.setdefault(row.patient, sheet.name)
    return found


def _kept_apart(text: str, row: int, where: CellRef, log: IssueLog) -> tuple[str, str]:
    """What is said of a row whose id stands in a row above it, in a table with one row per patient, and its name."""
    name = f"{text} (row {row})"
    said = f"The id “{text}” stands in several rows; row {row} is kept as “{name}”."
    log.warning(where, said, "Are these two patients, or one patient entered twice?", kind="a repeated id")
    return said, name


def _say_names(column: ColumnMapping, where: CellRef, log: IssueLog) -> None:
    """A warning where the only column that names the patients holds their names or record numbers."""
    if read_header((column.header,)).field == "identifying":
        log.warning(
            where,
            f"The patients are called by “{column.header}”, which may identify them in every figure and table.",
            "Is there a pseudonym to be used as the id instead?",
        )


def _check_sites(sheet: Sheet, mapping: SheetMapping, rows: list[PatientRow], roster: Roster, log: IssueLog) -> None:
    """A warning where one id stands with several sites, since two patients are then read as one."""
    site = next((c for c in mapping.columns if plain(c.header) in words("site", "names")), None)
    if site is None or site.field is Field.PATIENT:
        return
    met: dict[str, dict[str, int]] = {}
    for row in rows:
        text = shown(row.cells[site.column - 1])
        if text:
            met.setdefault(row.patient, {}).setdefault(text.casefold(), row.row)
    twice = [key for key, sites in met.items() if len(sites) > 1]
    if not twice:
        return
    ids = ", ".join(f"“{roster.ids[key][0]}”" for key in twice[:5]) + (", …" if len(twice) > 5 else "")
    said = f"The column “{site.header}” of “{sheet.name}” differs for {ids}: several sites are read as one patient."
    hint = "Are they different patients? Then give each an id of its own in the workbook, such as site and number."
    log.warning(sheet.ref(list(met[twice[0]].values())[1], site.column), said, hint)
    for key in twice:
        roster.doubts.setdefault(key, said)


def _say_doubtful(roster: Roster, key: str, row: int, log: IssueLog) -> None:
    text, where = roster.ids[key]
    said = f"“{text}” can be a summary, but the ids here are initials: row {row} is taken as a patient."
    if roster.doubts.setdefault(key, said) == said:
        log.warning(where, said, "Is it a patient? A row of means or standard deviations is better deleted.")


def _merged_below(sheet: Sheet, column: int) -> set[int]:
    """The rows whose cell in a column is merged with one above it, so that the id above is theirs too."""
    return {
        row
        for block in sheet.merged
        if block.first_column <= column <= block.last_column
        for row in range(block.first_row + 1, min(block.last_row, sheet.height) + 1)
    }


def _stands_apart(text: str, found: list[PatientRow], row: int) -> bool:
    """Whether a longer text without values stands apart from the rows of patients."""
    return (" " in text or len(text) > 20) and bool(found) and found[-1].row != row - 1


def _is_remark(text: str) -> bool:
    """Whether a text alone in the id column is a footnote or the title of a group, and no id.

    >>> _is_remark("* one flare"), _is_remark("n.d. = not done"), _is_remark("Group A"), _is_remark("Patient 01")
    (True, True, True, False)
    """
    first, *rest = text.split()
    if rest and plain(first) in _GROUPS:
        return True
    return text[0] in _FOOTNOTES or (len(text.split()) > 2 and (" = " in text or ": " in text or text.endswith(".")))


def _without_id(sheet: Sheet, at: int, cells: tuple[CellValue, ...], log: IssueLog, where: CellRef) -> None:
    first = next((shown(v) for v in cells if v is not None), "")
    if is_summary(first):
        log.note(where, f"The row “{first}” summarises the others and is left out.", kind="a summary row")
    elif any(not isinstance(v, str) for v in cells if v is not None):
        log.error(
            where,
            f"Row {at} of “{sheet.name}” has values but no patient id; it is left out.",
            "Write the id into the row, or delete the row.",
            kind="a row without id",
        )
    else:
        log.note(
            where,
            f"Row {at} of “{sheet.name}” (“{_short(first)}”) has no patient id and no numbers; it is left out.",
            kind="a remark",
        )


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"


def _written_in_groups(
    sheet: Sheet, mapping: SheetMapping, filled: list[tuple[int, tuple[CellValue, ...]]], at: int
) -> bool:
    """Whether a long sheet names the patient only in the first row of a group, without merged cells."""
    visit = mapping.one(Field.VISIT) or mapping.one(Field.DATE) or mapping.one(Field.DAY)
    if mapping.role is not SheetRole.VISITS or visit is None or any(b.first_column == at + 1 for b in sheet.merged):
        return False
    blank = [cells for _, cells in filled if cells[at] is None]
    dated = sum(cells[visit.column - 1] is not None for cells in blank)
    return len(blank) * 2 >= len(filled) and dated == len(blank) and bool(filled) and filled[0][1][at] is not None


def _by_row(
    sheet: Sheet, mapping: SheetMapping, filled: list[tuple[int, tuple[CellValue, ...]]], roster: Roster, log: IssueLog
) -> list[PatientRow]:
    """Rows of a single wide table without ids: each row is one patient, named after its row."""
    if mapping.role is not SheetRole.WIDE:
        log.error(
            None,
            f"The sheet “{sheet.name}” has no column of patient ids, so its rows cannot be assigned; it is left out.",
            "Which column holds the patient id?",
        )
        return []
    log.warning(
        sheet.ref(mapping.first_row, 1),
        f"The sheet “{sheet.name}” has no patient ids: each row is taken as one patient and named after its row.",
        "Add a column with the patient id, so that values can be checked and joined with other sheets.",
    )
    found = []
    for at, cells in filled:
        first = next((shown(v) for v in cells if v is not None), "")
        if is_summary(first):
            log.note(
                sheet.ref(at, 1), f"The row “{first}” summarises the others and is left out.", kind="a summary row"
            )
            continue
        found.append(PatientRow(roster.enter(f"row {at}", sheet.ref(at, 1)), at, cells))
    return found


def check_ids(roster: Roster, used_in: dict[str, set[str]], at_visits: set[str], log: IssueLog) -> set[str]:
    """Report ids that no list of patients has, and ids that look alike; returns the ids whose rows are not used.

    ``used_in`` maps a key to its sheets, ``at_visits`` are the sheets with visits or patients. An id that a list of
    patients lacks and that stands in logs alone makes no patient: a typing error as a rule, with nothing to compare.
    """
    orphans = [key for key in roster.ids if roster.listed and key not in roster.listed]
    unused = {key for key in orphans if not used_in.get(key, set()) & at_visits}
    for key in orphans:
        text, where = roster.ids[key]
        sheets = " and ".join(f"“{name}”" for name in sorted(used_in.get(key, {where.sheet})))
        alike = [roster.ids[other][0] for other in roster.listed if _confusable(key, other)] or [
            roster.ids[other][0] for other in roster.listed if _one_apart(key, other)
        ]
        hint = f"Is it a typing error for {alike[0]}?" if len(alike) == 1 else ""
        if len(alike) > 1:
            hint = f"Is it a typing error for one of {', '.join(alike[:5])}?"
        what = "its rows are not used" if key in unused else "it is kept as a patient of its own"
        if key in unused and len(alike) == 1:
            hint = f"Is it a typing error for {alike[0]}? Until it is corrected, rows of {alike[0]} are missing."
        said = f"The patient “{text}” stands in {sheets} but not in the list of patients; {what}."
        log.warning(where, said, hint or "Add the patient to the list, or correct the id.")
        roster.doubts.setdefault(key, said)
    twins: dict[str, str] = {}
    for key in roster.ids:
        other = twins.setdefault(_folded(key), key)
        numbered = any(c.isdigit() for c in key) and any(c.isdigit() for c in other)
        if other != key and numbered and key not in orphans and other not in orphans:
            text, where = roster.ids[key]
            said = f"The ids “{roster.ids[other][0]}” and “{text}” look alike and are kept as two patients."
            log.warning(where, said, "Are they the same patient?")
            roster.doubts.setdefault(key, said)
            roster.doubts.setdefault(other, said)
    return unused


def _folded(key: str) -> str:
    """An id without what is easily confused: O and 0, I and 1, separators, leading zeros of its numbers."""
    runs: list[str] = []
    for c in key.translate(_CONFUSED):
        if runs and c.isalnum() and runs[-1] and runs[-1][-1].isdigit() == c.isdigit():
            runs[-1] += c
        else:
            runs.append(c if c.isalnum() else "")
    return "".join(run.lstrip("0") or "0" for run in runs if run)


def _confusable(key: str, other: str) -> bool:
    return key != other and _folded(key) == _folded(other)


def _one_apart(a: str, b: str) -> bool:
    """Whether one letter was changed, added, dropped, or two neighbours were swapped, in ids of four and more."""
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < SHORTEST_ALIKE:
        return False
    start = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
