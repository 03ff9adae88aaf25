"""OpenClinica 3 extracts: one row a subject with items named by event and form, unfolded into visits.

Invariants: a sheet counts as such only if items named ``Item_E1_C1`` stand in one of its rows; the names of events are
those of the block above that row; what the system says of events and forms (status, version, location) is left out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trajecta.io.cells import shown
from trajecta.io.form_names import is_fact, makes_log, short_name
from trajecta.io.headers import read_header
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.instruments import plain

FEWEST_ITEMS = 2
HEADER_WITHIN = 200  # the block above the names has a line for each event and form
_ITEM = re.compile(r"(?P<item>.+?)_E(?P<event>\d+)(?:_(?P<again>\d+))?_C(?P<form>\d+)(?:_(?P<group>\d+))?")
_OF_EVENT = re.compile(r"(?P<item>[A-Za-z ]+?)_E(?P<event>\d+)(?:_(?P<again>\d+))?")
_SUBJECT = ("studysubjectid", "subjectid", "protocolid", "personid", "studysubject")
_SUBJECT_FACTS = ("sex", "gender", "dateofbirth", "yearofbirth")
_SYSTEM = ("interviewdate", "interviewername", "crfversionstatus", "versionname", "eventstatus", "subjecteventstatus")


class _Item(NamedTuple):
    """One column of an item: what it is, at which event and its repeat, in which form, in which row of its group."""

    column: int
    name: str
    event: tuple[int, int]
    form: int
    group: int


@dataclass(frozen=True, slots=True)
class _Extract:
    """An extract: the row of its names, the column of the subject, its items, the dates of its events."""

    sheet: Sheet
    header: int
    subject: int
    facts: tuple[int, ...]
    items: tuple[_Item, ...]
    dates: dict[tuple[int, int], int]
    left: tuple[str, ...]

    @property
    def rows(self) -> range:
        """The rows of subjects."""
        return range(self.header + 1, self.sheet.height + 1)


def guess_openclinica(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that are OpenClinica extracts, each by itself."""
    found = []
    for sheet in sheets:
        extract = _extract(sheet)
        if extract is not None:
            names = ", ".join(shown(sheet.cell(extract.header, item.column)) for item in extract.items[:2])
            why = f"Its items are named by event and form as OpenClinica does ({names}); each event becomes a visit."
            found.append(Arranged(Arrangement.OPENCLINICA, (sheet.name,), why))
    return tuple(found)


def from_openclinica(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Subjects, visits, and one table for each form with repeating groups, each if there is any."""
    (sheet,) = sheets
    extract = _extract(sheet)
    if extract is None:
        return (sheet,)
    grouped = {item.form for item in extract.items if item.group > 1} | {
        item.form for item in extract.items if item.group and makes_log(_names(extract, item.form))
    }
    single = [item for item in extract.items if not (item.group and item.form in grouped)]
    events = {item.event for item in single}
    once = {
        item.name
        for item in single
        if is_fact(short_name(item.name)) or (len(events) > 1 and _only_first(extract, single, item.name))
    }
    facts = [item for item in single if item.name in once]
    made = [_subjects(extract, facts), _visits(extract, [item for item in single if item.name not in once])]
    made += [_group(extract, form) for form in sorted(grouped)]
    kept = [table for table in made if table is not None]
    return tuple(kept) or (sheet,)


def _extract(sheet: Sheet) -> _Extract | None:
    for header in range(1, min(sheet.height, HEADER_WITHIN)):
        matches = [(at, m) for at, v in enumerate(sheet.rows[header - 1], 1) if (m := _match(v)) is not None]
        if len(matches) < FEWEST_ITEMS:
            continue
        heads = [plain(shown(value)) for value in sheet.rows[header - 1]]
        subject = next((heads.index(word) + 1 for word in _SUBJECT if word in heads), 0)
        if not subject:
            return None
        dates, left = {}, []
        known = {at for at, _ in matches} | {subject}
        for at, value in enumerate(sheet.rows[header - 1], 1):
            text = shown(value)
            if at in known or not text or heads[at - 1] in _SUBJECT_FACTS:
                continue
            match = _OF_EVENT.fullmatch(text)
            if match and plain(match["item"]) in ("startdate", "date", "eventdate"):
                dates[(int(match["event"]), int(match["again"] or 1))] = at
            else:
                left.append(text)
        items = tuple(_item(at, m) for at, m in matches if plain(m["item"]) not in _SYSTEM)
        facts = tuple(at for at, word in enumerate(heads, 1) if word in _SUBJECT_FACTS)
        return _Extract(sheet, header, subject, facts, items, dates, tuple(left))
    return None


def _match(value: object) -> re.Match[str] | None:
    return _ITEM.fullmatch(value.strip()) if isinstance(value, str) else None


def _item(column: int, match: re.Match[str]) -> _Item:
    event = (int(match["event"]), int(match["again"] or 1))
    return _Item(column, match["item"], event, int(match["form"]), int(match["group"] or 0))


def _names(extract: _Extract, form: int) -> list[str]:
    return [short_name(item.name) for item in extract.items if item.form == form]


def _only_first(extract: _Extract, items: Sequence[_Item], name: str) -> bool:
    """Whether an item that is no instrument has a value at the first event only."""
    read = read_header((short_name(name),))
    if read.instrument is not None or read.item is not None or read.field in ("date", "day"):
        return False
    first = min(item.event for item in items)
    own = [item for item in items if item.name == name]
    at = {i.event for i in own if any(extract.sheet.cell(row, i.column) is not None for row in extract.rows)}
    return at == {first}


def _named_above(extract: _Extract, code: str) -> Placed:
    """The name that the block above gives to a code such as E1; nothing if it gives none."""
    for row in range(1, extract.header):
        texts = [shown(value) for value in extract.sheet.rows[row - 1]]
        if code not in texts:
            continue
        for at in [*reversed(range(texts.index(code))), *range(texts.index(code) + 1, len(texts))]:
            lead = re.fullmatch(
                r"(?:study )?(?:event|crf)(?: definition)?s?\s*\d*(?: \(repeating\))?:?", texts[at].lower()
            )
            if texts[at] and not lead and not texts[at].isdigit():
                return Placed(texts[at], extract.sheet.ref(row, at + 1))
    return NOTHING


def _visit(extract: _Extract, event: tuple[int, int]) -> Placed:
    """The visit of an event: its name, with the number of its repeat from the second one on."""
    named = _named_above(extract, f"E{event[0]}")
    text = (
        f"Event {event[0]}" if named.value is None else re.sub(r"\s*\(repeating\)$", "", shown(named.value), flags=re.I)
    )
    where = named.where or extract.sheet.ref(extract.header, extract.items[0].column)
    return Placed(f"{text} {event[1]}" if event[1] > 1 else text, where)


def _id_head(extract: _Extract) -> Placed:
    return Placed("Patient ID", extract.sheet.ref(extract.header, extract.subject))


def _head(extract: _Extract, item: _Item) -> Placed:
    return Placed(short_name(item.name), extract.sheet.ref(extract.header, item.column))


def _subjects(extract: _Extract, facts: Sequence[_Item]) -> Sheet | None:
    """One row per subject with what is known once."""
    heads = [placed(extract.sheet, extract.header, at) for at in extract.facts]
    names: dict[str, list[_Item]] = {}
    for item in facts:
        names.setdefault(item.name, []).append(item)
    if not names and not heads:
        return None
    lines = [[_id_head(extract), *heads, *(_head(extract, own[0]) for own in names.values())]]
    for row in extract.rows:
        cells = [placed(extract.sheet, row, at) for at in extract.facts]
        for own in names.values():
            found = (placed(extract.sheet, row, item.column) for item in own)
            cells.append(next((cell for cell in found if cell.value is not None), NOTHING))
        lines.append([placed(extract.sheet, row, extract.subject), *cells])
    return sheet_of(f"{extract.sheet.name}: subjects", lines, [extract.sheet])


def _visits(extract: _Extract, items: Sequence[_Item]) -> Sheet | None:
    """One row per subject and event with any value."""
    if not items:
        return None
    names = {item.name: item for item in reversed(items)}
    names = {name: names[name] for name in dict.fromkeys(item.name for item in items)}
    events = sorted({item.event for item in items})
    visits = {event: _visit(extract, event) for event in events}
    dated = [Placed("Date", extract.sheet.ref(extract.header, at)) for at in list(extract.dates.values())[:1]]
    head = [_id_head(extract), Placed("Visit", visits[events[0]].where), *dated]
    lines = [[*head, *(_head(extract, item) for item in names.values())]]
    column = {(item.name, item.event): item.column for item in reversed(items)}
    for row in extract.rows:
        for event in events:
            found = [(name, event) for name in names]
            cells = [placed(extract.sheet, row, column[key]) if key in column else NOTHING for key in found]
            if all(cell.value is None for cell in cells):
                continue
            day = placed(extract.sheet, row, extract.dates[event]) if event in extract.dates else NOTHING
            lead = [placed(extract.sheet, row, extract.subject), visits[event], *([day] if dated else [])]
            lines.append([*lead, *cells])
    return sheet_of(extract.sheet.name, lines, [extract.sheet], _said(extract))


def _group(extract: _Extract, form: int) -> Sheet | None:
    """The rows of the repeating group of a form; a log of drugs or events says itself when its rows were."""
    items = [item for item in extract.items if item.form == form and item.group]
    names = list(dict.fromkeys(item.name for item in items))
    first = {item.name: item for item in reversed(items)}
    log = makes_log([short_name(name) for name in names])
    visits = {event: _visit(extract, event) for event in sorted({item.event for item in items})}
    lead = [] if log else [Placed("Visit", next(iter(visits.values())).where)]
    lines = [[_id_head(extract), *lead, *(_head(extract, first[name]) for name in names)]]
    column = {(item.event, item.group, item.name): item.column for item in items}
    for row in extract.rows:
        for event, group in sorted({(item.event, item.group) for item in items}):
            found = [(event, group, name) for name in names]
            cells = [placed(extract.sheet, row, column[key]) if key in column else NOTHING for key in found]
            if any(cell.value is not None for cell in cells):
                said = [] if log else [visits[event]]
                lines.append([placed(extract.sheet, row, extract.subject), *said, *cells])
    named = _named_above(extract, f"C{form}")
    name = shown(named.value) or f"form {form}"
    return sheet_of(f"{extract.sheet.name}: {name}", lines, [extract.sheet])


def _said(extract: _Extract) -> list[Issue]:
    if not extract.left:
        return []
    named = ", ".join(f"“{text}”" for text in extract.left[:4]) + (", …" if len(extract.left) > 4 else "")
    verb = "is" if len(extract.left) == 1 else "are"
    return [Issue(Severity.NOTE, None, f"{named} {verb} left out: what OpenClinica says of its events is no value.")]
