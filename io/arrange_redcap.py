"""REDCap exports: many sparse rows a record, taken apart into patients, visits, and a table for each repeating form.

Invariants: blank cells on the rows of other forms are no missing data; what the system writes for itself (complete,
survey, access group) is left out and said; events keep the order of the file where their names have no day.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from trajecta.io.cells import shown
from trajecta.io.form_names import is_fact, makes_log, short_name
from trajecta.io.headers import read_header
from trajecta.io.issue_log import counted
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.visit_names import visit_of
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import CellRef, Issue, Severity
from trajecta.stats.instruments import plain

# Columns of the system, by their plain names in the raw and the labels export.
_SYSTEM = {
    "redcapeventname": "event", "eventname": "event",
    "redcaprepeatinstrument": "form", "repeatinstrument": "form",
    "redcaprepeatinstance": "instance", "repeatinstance": "instance",
    "redcapdataaccessgroup": "group", "dataaccessgroup": "group",
    "redcapsurveyidentifier": "survey", "surveyidentifier": "survey", "surveytimestamp": "survey",
}  # fmt: skip
_LEFT_OUT = {"group": "data access group", "survey": "survey identifier or time", "complete": "form status"}
_IDS = ("recordid", "studyid", "subjectid", "patientid", "participantid", "id", "record")
_RAW_CHECKBOX = re.compile(r"(.+)___(.+)")
_LABEL_CHECKBOX = re.compile(r"(.+?)\s*\(choice=(.+)\)")
_ARM = re.compile(
    r"(?P<raw>.+)_arm_(?P<number>\d+)[a-z]?|(?P<label>.+?)\s*\(Arm\s*(?P<arm>\d+)(?:\s*:\s*(?P<name>.*))?\)"
)
_STATUS = {"0": "incomplete", "incomplete": "incomplete", "1": "unverified", "unverified": "unverified"}


@dataclass
class _Export:
    """An export: its columns by what they are; ``forms`` give for each column the status column of its form."""

    sheet: Sheet
    system: dict[str, int]
    status: list[int]
    values: list[int]
    left: dict[str, list[str]] = field(default_factory=dict)

    def text(self, row: int, what: str) -> str:
        """The text of a system column in a row; empty if the export has none."""
        return shown(self.sheet.cell(row, self.system[what])) if what in self.system else ""

    def status_of(self, column: int) -> int:
        """The column that says whether the form of a column is complete: the next one to its right; 0 if none."""
        return next((at for at in self.status if at > column), 0)


def guess_redcap(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that are REDCap exports, each by itself, told by the columns that only this system writes."""
    found = []
    for sheet in sheets:
        export = _export(sheet)
        if export is None:
            continue
        signs = [shown(sheet.cell(1, at)) for at in (*export.system.values(), *export.status[:1])]
        why = f"It is a REDCap export ({', '.join(signs[:3])}): its rows are taken apart by event and form."
        found.append(Arranged(Arrangement.REDCAP, (sheet.name,), why))
    return tuple(found)


def from_redcap(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """Patients, visits and one table for each repeating form, in this order, each if there is any."""
    (sheet,) = sheets
    export = _export(sheet)
    if export is None:
        return (sheet,)
    rows = range(2, sheet.height + 1)
    events = [row for row in rows if not export.text(row, "form") and _filled(export, row)]
    forms: dict[str, list[int]] = {}
    for row in rows:
        if name := export.text(row, "form"):
            forms.setdefault(name, []).append(row)
    facts, measured = _divided(export, events)
    made = [_patients(export, events, facts)]
    if measured:
        made.append(_visits(export, events, measured))
    made += [_form(export, name, own) for name, own in forms.items()]
    kept = [table for table in made if table is not None]
    if not kept:
        return (sheet,)
    notes = [*_said(export, rows), *_asked_order(export, events, measured)]
    first = kept[0]
    return (sheet_of(first.name, _cells(first), [sheet], notes), *kept[1:])


def _cells(sheet: Sheet) -> list[list[Placed]]:
    places = zip(sheet.rows, sheet.places, strict=True)
    return [[Placed(value, where) for value, where in zip(*line, strict=True)] for line in places]


def _export(sheet: Sheet) -> _Export | None:
    """The columns of an export; None if the sheet is none."""
    heads = [shown(value) for value in sheet.rows[0]] if sheet.rows else []
    if sheet.height < 2 or not heads or not heads[0]:
        return None
    found = _Export(sheet, {}, [], [])
    for at, head in enumerate(heads[1:], 2):
        word = plain(head)
        what = _SYSTEM.get(word, "")
        if what and what not in found.system:
            found.system[what] = at
        elif head.lower().endswith("_complete") or word in ("complete", "completed") or head.startswith("Complete?"):
            found.status.append(at)
            found.left.setdefault("complete", []).append(head)
        elif what or word.endswith("timestamp"):
            found.left.setdefault("survey", []).append(head)
        elif head:
            found.values.append(at)
    known = plain(heads[0]) in _IDS
    raw = any(head.lower().startswith("redcap_") for head in heads)
    shaped = "event" in found.system and ("form" in found.system or bool(found.status))
    statuses = plain(heads[0]) == "recordid" and any(_is_status(sheet, at) for at in found.status)
    if not (raw or (known and (shaped or "form" in found.system)) or statuses):
        return None
    for what in ("group", "survey"):
        if what in found.system:
            found.left.setdefault(what, []).append(heads[found.system[what] - 1])
    return found


def _is_status(sheet: Sheet, column: int) -> bool:
    texts = {shown(sheet.cell(row, column)).casefold() for row in range(2, sheet.height + 1)} - {""}
    return bool(texts & {"2", "complete"}) and texts <= {"0", "1", "2", "incomplete", "unverified", "complete"}


def _head(export: _Export, column: int) -> Placed:
    """The header of a column: the words of its name, and the question with the choice for a checkbox."""
    text = shown(export.sheet.cell(1, column))
    match = _RAW_CHECKBOX.fullmatch(text) or _LABEL_CHECKBOX.fullmatch(text)
    if match:
        return Placed(f"{match[1]}: {match[2]}", export.sheet.ref(1, column))
    return Placed(short_name(text), export.sheet.ref(1, column))


def _cell(export: _Export, row: int, column: int) -> Placed:
    """A cell; an unticked box of a form that was not opened in this row is blank, as the export writes 0 everywhere."""
    text = shown(export.sheet.cell(1, column))
    if _RAW_CHECKBOX.fullmatch(text) or _LABEL_CHECKBOX.fullmatch(text):
        status = export.status_of(column)
        if status and export.sheet.cell(row, status) is None:
            return NOTHING
    return placed(export.sheet, row, column)


def _filled(export: _Export, row: int) -> bool:
    return any(_cell(export, row, column).value is not None for column in export.values)


def _event(export: _Export, row: int) -> tuple[str, str]:
    """The cleaned name of the event of a row, with its instance if it repeats, and the arm; both may be empty.

    ``month_3_arm_2`` and “Month 3 (Arm 2: high dose)” are “Month 3”.
    """
    text = export.text(row, "event")
    match = _ARM.fullmatch(text)
    name, arm = text, ""
    if match:
        name = match["raw"] or match["label"]
        number = match["number"] or match["arm"]
        arm = (match["name"] or "").strip() or f"Arm {number}"
    name = name.replace("_", " ").strip()
    known = visit_of(name)
    name = known.label if known is not None and not known.alias else name[:1].upper() + name[1:]
    instance = export.text(row, "instance") if not export.text(row, "form") else ""
    return (f"{name} {instance}" if instance not in ("", "1") else name), arm


def _divided(export: _Export, events: Sequence[int]) -> tuple[list[int], list[int]]:
    """The columns that are known once of a patient, and those measured at visits."""
    facts, measured = [], []
    several = "event" in export.system and len({export.text(row, "event") for row in events}) > 1
    for column in export.values:
        at = {_event(export, row)[0] for row in events if _cell(export, row, column).value is not None}
        if not at:
            continue
        read = read_header((shown(_head(export, column).value),))
        at_baseline = at <= {_first_event(export, events)}
        once = at_baseline and read.instrument is None and read.item is None and read.field not in ("date", "day")
        if (several and once) or is_fact(shown(_head(export, column).value)):
            facts.append(column)
        else:
            measured.append(column)
    return facts, measured


def _first_event(export: _Export, events: Sequence[int]) -> str:
    """The event that is the baseline: the one named so, else the first of the file."""
    names = list(dict.fromkeys(_event(export, row)[0] for row in events))
    return next((n for n in names if (v := visit_of(n)) is not None and v.key == "baseline"), names[0] if names else "")


def _id_head(export: _Export) -> Placed:
    return Placed("Patient ID", export.sheet.ref(1, 1))


def _patients(export: _Export, events: Sequence[int], facts: Sequence[int]) -> Sheet | None:
    """One row per record with its facts and its arm."""
    arms = any(_event(export, row)[1] for row in events)
    if not facts and not arms:
        return None
    head = [_id_head(export), *(_head(export, column) for column in facts)]
    if arms:
        head.append(Placed("Arm", export.sheet.ref(1, export.system["event"])))
    records: dict[str, list[Placed]] = {}
    for row in events:
        record = placed(export.sheet, row, 1)
        line = records.setdefault(shown(record.value), [record, *[NOTHING] * (len(head) - 1)])
        for at, column in enumerate(facts, 1):
            line[at] = line[at] if line[at].value is not None else _cell(export, row, column)
        if arms and line[-1].value is None:
            line[-1] = Placed(_event(export, row)[1] or None, export.sheet.ref(row, export.system["event"]))
    return sheet_of(f"{export.sheet.name}: patients", [head, *records.values()], [export.sheet])


def _visits(export: _Export, events: Sequence[int], measured: Sequence[int]) -> Sheet:
    """One row per record and event with any of its values."""
    head = [_id_head(export)]
    if "event" in export.system:
        head.append(Placed("Visit", export.sheet.ref(1, export.system["event"])))
    lines = [[*head, *(_head(export, column) for column in measured)]]
    for row in events:
        cells = [_cell(export, row, column) for column in measured]
        if any(cell.value is not None for cell in cells):
            lines.append([placed(export.sheet, row, 1), *_visit_cell(export, row), *cells])
    name = export.sheet.name if "event" not in export.system else f"{export.sheet.name}: visits"
    return sheet_of(name, lines, [export.sheet])


def _visit_cell(export: _Export, row: int) -> list[Placed]:
    if "event" not in export.system:
        return []
    return [Placed(_event(export, row)[0] or None, export.sheet.ref(row, export.system["event"]))]


def _form(export: _Export, name: str, rows: Sequence[int]) -> Sheet | None:
    """The rows of one repeating form; without a log's own days, the event or the instance says when each was."""
    columns = [c for c in export.values if any(export.sheet.cell(row, c) is not None for row in rows)]
    heads = [_head(export, column) for column in columns]
    texts = [shown(head.value) for head in heads]
    if not columns:
        return None
    log = makes_log(texts)
    dated = any(read_header((text,)).field in ("date", "day") for text in texts)
    at = "event" if len({export.text(row, "event") for row in rows}) > 1 else "" if dated else "instance"
    lead = [] if log or at not in export.system else [Placed("Visit", export.sheet.ref(1, export.system[at]))]
    lines = [[_id_head(export), *lead, *heads]]
    for row in rows:
        cells = [_cell(export, row, column) for column in columns]
        if all(cell.value is None for cell in cells):
            continue
        said = []
        if lead:
            text = _event(export, row)[0] if at == "event" else f"Visit {export.text(row, 'instance')}"
            said = [Placed(text, export.sheet.ref(row, export.system[at]))]
        lines.append([placed(export.sheet, row, 1), *said, *cells])
    return sheet_of(f"{export.sheet.name}: {name.replace('_', ' ')}", lines, [export.sheet])


def _said(export: _Export, rows: range) -> list[Issue]:
    """What was left out, and how many forms are not complete."""
    found = []
    for what, heads in export.left.items():
        named = ", ".join(f"“{head}”" for head in heads[:3]) + (", …" if len(heads) > 3 else "")
        verb = "is" if len(heads) == 1 else "are"
        text = f"{named} {verb} left out: the {_LEFT_OUT[what]} of REDCap is no value of a patient."
        found.append(Issue(Severity.NOTE, None, text))
    counts: dict[str, int] = {}
    where: CellRef | None = None
    for row in rows:
        for column in export.status:
            said = _STATUS.get(shown(export.sheet.cell(row, column)).casefold())
            if said:
                counts[said] = counts.get(said, 0) + 1
                where = where or export.sheet.ref(row, column)
    if counts:
        kinds = " and ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
        total = counted(sum(counts.values()), "form")
        found.append(
            Issue(
                Severity.WARNING,
                where,
                f"{total} of “{export.sheet.name}” {'is' if sum(counts.values()) == 1 else 'are'} not marked as "
                f"complete ({kinds}), the first in {where}; the values are read all the same.",
                "Look at these forms in REDCap before the data are final.",
            )
        )
    return found


def _asked_order(export: _Export, events: Sequence[int], measured: Sequence[int]) -> list[Issue]:
    """A question for the order of events that have neither a day in their names nor dates beside them."""
    names = list(dict.fromkeys(_event(export, row)[0] for row in events))
    known = {name: visit_of(name) for name in names}
    dated = any(read_header((shown(_head(export, column).value),)).field in ("date", "day") for column in measured)
    open_names = [n for n, v in known.items() if v is None or (v.day is None and v.key != "screening")]
    if "event" not in export.system or dated or not open_names or len(names) < 2:
        return []
    listed = ", ".join(f"“{name}”" for name in names)
    return [
        Issue(
            Severity.WARNING,
            export.sheet.ref(1, export.system["event"]),
            f"The file does not say in which order its events were: {listed}; those without a day in their name keep "
            "the order of the file.",
            f"Is this their order in time: {', '.join(names)}?",
        )
    ]
