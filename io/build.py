"""From a workbook and its mapping to the cohort and everything that must be said about it.

Invariants: nothing in a cell makes this fail; every value keeps the address of its cell; rows may be shuffled and
tables be long or wide without any number changing; the workbook is only read.
"""

import gc
from dataclasses import dataclass, replace

from trajecta.io.arrange import arrange
from trajecta.io.build_ids import joined_by_number
from trajecta.io.build_items import check_items
from trajecta.io.build_medication import LogSheet, infusion_dates, read_courses, read_events
from trajecta.io.build_patients import Stated, patients, read_facts
from trajecta.io.build_plain import say_how_columns_were_read
from trajecta.io.build_rows import PatientRow, Roster, check_ids, patient_rows
from trajecta.io.build_time import actual_days, check_order, time_zeros
from trajecta.io.build_values import observations_of, slots_of
from trajecta.io.build_visits import (
    VisitTable,
    ordered_visits,
    read_values,
    say_two_baselines,
    separates_day_zero,
    visit_texts,
)
from trajecta.io.issue_log import IssueLog, counted
from trajecta.io.mapping import Arrangement, Field, Mapping, SheetMapping, SheetRole
from trajecta.io.visit_windows import in_windows
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.burden_issues import burden_issues
from trajecta.stats.cohort import Cohort, Issue, Measure, Observation, Visit
from trajecta.stats.instruments import instrument_for
from trajecta.stats.medication import with_burden

_AT_VISITS = (SheetRole.VISITS, SheetRole.WIDE)


@dataclass
class _Part:
    """One sheet that is used: its mapping and the rows of patients in it."""

    sheet: Sheet
    mapping: SheetMapping
    rows: list[PatientRow]


def build_cohort(workbook: Workbook, mapping: Mapping) -> tuple[Cohort, tuple[Issue, ...]]:
    """The cohort that the mapping makes of the workbook, and its issues from the gravest to the mildest.

    Never raises for what stands in a cell. Patients keep the order of the patient list, else of their appearance;
    visits are ordered in time; the burden measures of the medication log are added at the end.
    """
    collecting = gc.isenabled()
    gc.disable()  # a cohort is many small values and no cycles; looking for cycles meanwhile doubles the time
    try:
        log = IssueLog()
        tables = arrange(workbook, mapping.arranged)
        _say_how_arranged(tables, mapping, log)
        return _build(tables, mapping, log, workbook)
    finally:
        if collecting:
            gc.enable()


def _build(workbook: Workbook, mapping: Mapping, log: IssueLog, file: Workbook) -> tuple[Cohort, tuple[Issue, ...]]:
    roster = Roster()
    parts = _parts(workbook, mapping, roster, log)
    _say_whose(parts, roster, mapping, log)
    names = {key: text for key, (text, _) in roster.ids.items()}
    roster.in_natural_order()
    stated, table = Stated(), VisitTable()
    for part in parts:
        texts = visit_texts(part.sheet, part.mapping)
        if separates_day_zero(texts):
            table.separate = True
            say_two_baselines(part.sheet.name, texts, log)
    for part in parts:
        read_facts(part.sheet, part.mapping, part.rows, stated, log, workbook.epoch_1904)
        if part.mapping.role in _AT_VISITS:
            read_values(part.sheet, part.mapping, part.rows, table, log, workbook.epoch_1904)
            check_items(part.sheet, part.mapping, part.rows, log)
    logs = {
        role: [
            LogSheet(p.sheet, p.mapping, p.rows, names, {}, workbook.epoch_1904)
            for p in parts
            if p.mapping.role is role
        ]
        for role in (SheetRole.MEDICATION, SheetRole.EVENTS)
    }
    infusions = {k: v for sheet in reversed(logs[SheetRole.EVENTS]) for k, v in infusion_dates(sheet, log).items()}
    zero_name, zeros = time_zeros(stated, infusions, table, names, log, mapping.time_zero)
    days = actual_days(table, zeros, log)
    visits = ordered_visits(table, days)
    check_order(visits, days, names, log)
    measures, observations = _values(table, names, days, log)
    observations = _marked(observations, file, mapping, log)
    if mapping.windows:
        observations, visits = in_windows(observations, table, mapping.windows, log)
    _check_damage(measures, observations, visits, log)
    observations = _flagged(observations, roster, table, log)
    known = {(key, visit.key): visit.day for key in names for visit in visits if visit.day is not None} | days
    placed = {role: [replace(s, zeros=zeros, visits=known) for s in sheets] for role, sheets in logs.items()}
    cohort = Cohort(
        patients=patients(roster, stated, zeros),
        visits=visits,
        measures=measures,
        observations=observations,
        courses=tuple(c for s in placed[SheetRole.MEDICATION] for c in read_courses(s, log)),
        events=tuple(e for s in placed[SheetRole.EVENTS] for e in read_events(s, log)),
        title=workbook.path.stem,
        time_zero=zero_name,
        synthetic=_is_synthetic(file),
    )
    _say_what_is_missing(workbook, mapping, cohort, log)
    for issue in burden_issues(cohort):
        log.issues.append(issue)
    return with_burden(cohort), log.finished()


def _say_whose(parts: list[_Part], roster: Roster, mapping: Mapping, log: IssueLog) -> None:
    """Settle whose every row is: ids written in another way are joined, rows of ids that are no patient left out."""
    joined = joined_by_number([(p.sheet.name, p.rows) for p in parts], roster, mapping.match_ids, log)
    for part, (_, rows) in zip(parts, joined, strict=True):
        part.rows = rows
    used_in: dict[str, set[str]] = {}
    for part in parts:
        for row in part.rows:
            used_in.setdefault(row.patient, set()).add(part.sheet.name)
    at_visits = {part.sheet.name for part in parts if part.mapping.role in (SheetRole.PATIENTS, *_AT_VISITS)}
    unused = check_ids(roster, used_in, at_visits, log)
    for key in unused:
        del roster.ids[key]
    for part in parts:
        part.rows = [row for row in part.rows if row.patient not in unused]


def _say_how_arranged(tables: Workbook, mapping: Mapping, log: IssueLog) -> None:
    for claim in mapping.arranged:
        if claim.how is not Arrangement.AS_IT_STANDS:
            named = ", ".join(f"“{name}”" for name in claim.sheets[:4]) + (", …" if len(claim.sheets) > 4 else "")
            log.note(None, f"{named}: {claim.evidence}")
    for issue in (issue for sheet in tables.sheets for issue in sheet.notes):
        log.add(issue.severity, issue.where, issue.text, issue.hint, issue.kind)


def _parts(workbook: Workbook, mapping: Mapping, roster: Roster, log: IssueLog) -> list[_Part]:
    """The sheets that are used, patient lists first, so that they give the order and the spelling of the ids."""
    order = (SheetRole.PATIENTS, SheetRole.WIDE, SheetRole.VISITS, SheetRole.MEDICATION, SheetRole.EVENTS)
    by_name = {sheet.name: sheet for sheet in workbook.sheets}
    for missing in (s for s in mapping.sheets if s.sheet not in by_name and s.role is not SheetRole.IGNORE):
        log.error(None, f"The workbook has no sheet “{missing.sheet}” any more.", "Check the mapping of its sheets.")
    chosen = sorted(
        (s for s in mapping.sheets if s.sheet in by_name and s.role in order), key=lambda s: order.index(s.role)
    )
    parts = []
    for found in chosen:
        sheet = by_name[found.sheet]
        fitted = _fitted(sheet, found, log)
        parts.append(_Part(sheet, fitted, patient_rows(sheet, fitted, roster, log)))
    return parts


def _fitted(sheet: Sheet, mapping: SheetMapping, log: IssueLog) -> SheetMapping:
    """The mapping without columns that the sheet does not have, as when it was remembered from an earlier data cut."""
    gone = [c.header for c in mapping.columns if not 1 <= c.column <= sheet.width and c.field is not Field.IGNORE]
    if gone:
        log.error(
            None,
            f"The sheet “{sheet.name}” has no longer the columns {', '.join(f'“{header}”' for header in gone)}.",
            "Check the mapping of its columns.",
        )
    columns = tuple(c for c in mapping.columns if 1 <= c.column <= sheet.width)
    return replace(mapping, columns=columns, first_row=max(1, mapping.first_row))


def _values(
    table: VisitTable, names: dict[str, str], days: dict[tuple[str, str], float], log: IssueLog
) -> tuple[tuple[Measure, ...], tuple[Observation, ...]]:
    """Measures and their observations, in the order of the columns."""
    measures: list[Measure] = []
    found: list[Observation] = []
    for slot in slots_of(table, log):
        measure, made = observations_of(slot, names, days, log)
        if not made:
            continue
        measures.append(measure)
        found += made
    return tuple(measures), tuple(found)


def _flagged(
    observations: tuple[Observation, ...], roster: Roster, table: VisitTable, log: IssueLog
) -> tuple[Observation, ...]:
    """The observations with what was said against them: about the cell, else the visit's date, else the patient."""
    keys = {text: key for key, (text, _) in roster.ids.items()}
    if not (log.flags or table.doubts or roster.doubts):
        return observations
    found = []
    for made in observations:
        key = keys[made.patient]
        flag = log.flags.get(made.source, "") if made.source is not None else ""
        flag = flag or table.doubts.get((key, made.visit), "") or roster.doubts.get(key, "")
        found.append(replace(made, flag=flag) if flag else made)
    return tuple(found)


def _check_damage(
    measures: tuple[Measure, ...], observations: tuple[Observation, ...], visits: tuple[Visit, ...], log: IssueLog
) -> None:
    """A damage index cannot fall: a fall is a data error and never an improvement."""
    place = {visit.key: at for at, visit in enumerate(visits)}
    for measure in measures:
        instrument = instrument_for(measure.name)
        if instrument is None or not instrument.cannot_fall:
            continue
        last: dict[str, Observation] = {}
        own = [o for o in observations if o.measure == measure.key and o.value is not None]
        for found in sorted(own, key=lambda o: place[o.visit]):
            before = last.get(found.patient)
            if (
                before is not None
                and before.value is not None
                and found.value is not None
                and found.value < before.value
            ):
                log.warning(
                    found.source,
                    f"{found.source}: {measure.name} of {found.patient} falls from {before.text} to {found.text}; "
                    "damage cannot fall, so one of the two is wrong.",
                    f"Compare with {before.source}.",
                )
            last[found.patient] = found


def _marked(
    observations: tuple[Observation, ...], file: Workbook, mapping: Mapping, log: IssueLog
) -> tuple[Observation, ...]:
    """The observations after colours, struck cells and comments were looked at, where a cell of theirs has any."""
    marks = {sheet.name: {*sheet.fills, *sheet.struck, *sheet.comments} for sheet in file.sheets}
    sources = (o.source for o in observations if o.source is not None)
    if not any((where.row, where.column) in marks.get(where.sheet, ()) for where in sources):
        return observations
    from trajecta.io.cell_marks import marks_of, with_marks  # most files have none, and need not wait for it

    return with_marks(observations, marks_of(file), mapping, log)


def _is_synthetic(workbook: Workbook) -> bool:
    """Whether the file's name or its first sheet says that the data are synthetic."""
    texts = [workbook.name, *(v for row in workbook.sheets[0].rows[:40] for v in row if isinstance(v, str))]
    return any("synthetic" in text.casefold() or "synthetisch" in text.casefold() for text in texts)


def _say_what_is_missing(workbook: Workbook, mapping: Mapping, cohort: Cohort, log: IssueLog) -> None:
    for note in workbook.notes:
        log.note(None, note)
    roles = {s.sheet: s for s in mapping.sheets}
    for sheet in workbook.sheets:
        used = sheet.name in roles and roles[sheet.name].role is not SheetRole.IGNORE
        if used and (sheet.hidden or sheet.hidden_rows):
            what = "is hidden" if sheet.hidden else f"has {counted(len(sheet.hidden_rows), 'hidden row')}"
            log.warning(
                None,
                f"The sheet “{sheet.name}” {what} in Excel; it is read completely.",
                "Is what is hidden meant to count?",
            )
        elif sheet.name in roles and not used and sheet.rows:
            log.note(None, f"The sheet “{sheet.name}” is not used. {roles[sheet.name].evidence}".strip())
    if not cohort.patients:
        log.error(
            None,
            f"No patient was found in {workbook.name}.",
            "Choose the sheet with the values and its column of patient ids.",
        )
    elif not cohort.measures:
        log.error(None, f"No measure was found in {workbook.name}.", "Choose the columns that hold values.")
    say_how_columns_were_read(workbook, mapping, cohort, log)
