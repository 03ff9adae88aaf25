"""Columns that a user names in place of visits: ``--before weight_1 --after weight_2`` means these two of a wide sheet.

Invariants: only whole headers count, each once, all in one sheet that is not in long form; what the reader understood
of them stays (measure, unit, direction); a name that is a visit of the file is never taken for a column of another
sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trajecta.io.asked_names import measure_as_read, visit_as_read
from trajecta.io.guess import guess_mapping, table_name
from trajecta.io.headers import read_header
from trajecta.io.mapping import ColumnMapping, Field, Mapping, SheetMapping, SheetRole
from trajecta.io.reading import read_safely
from trajecta.io.study import Study, study_of
from trajecta.io.workbook import Workbook
from trajecta.stats.cohort import Cohort, find_by_name
from trajecta.stats.instruments import plain

_KEPT = (Field.PATIENT, Field.SEX, Field.AGE, Field.FACT, Field.NOTE, Field.IDENTIFYING, Field.IGNORE)
# A sheet that was not understood, as one whose ids repeat, may hold the columns all the same.
_ROLES = (SheetRole.WIDE, SheetRole.PATIENTS, SheetRole.IGNORE)


@dataclass(frozen=True, slots=True)
class AskedStudy:
    """A study with the measure (None where the user says which) and the visits that the names mean in it."""

    study: Study
    measure: str | None
    visits: tuple[str, ...]


def open_asked(path: Path, names: Sequence[str], measure: str | None = None) -> AskedStudy:
    """Read a workbook for a question about these visits or columns of ``measure`` (None: not said).

    Names that are neither are given back as they are. Raises OpenError with one sentence for the user.
    """
    workbook = read_safely(path)
    mapping = guess_mapping(workbook)
    for at, sheet in enumerate(mapping.sheets):
        columns = _named(sheet, names)
        if columns and sheet.visits_as_written and all(c.field is Field.MEASURE for c in columns):
            # Whether they are yes/no is for these columns to say, not for the others of the sheet.
            return AskedStudy(study_of(workbook, _with(mapping, at, _only(sheet, columns))), measure, tuple(names))
    study = study_of(workbook, mapping)
    if all(_is_visit(study.cohort, name) for name in names):
        return AskedStudy(study, measure, tuple(names))
    for at, sheet in enumerate(mapping.sheets):
        columns = _named(sheet, names)
        if not columns:
            continue
        read = {c.measure_name for c in columns if c.field is Field.MEASURE and c.visit}
        if len(read) == 1 and all(c.field is Field.MEASURE and c.visit for c in columns):
            if measure is not None and _is_another(study.cohort, measure, *read):
                continue
            visits = tuple(c.visit for c in columns)
            if len(set(visits)) == len(visits):
                return AskedStudy(study, read.pop() if measure is None else measure, visits)
        if measure is None or measure_as_read(study.cohort, measure) is None:
            name = read.pop() if len(read) == 1 else table_name(workbook, sheet.sheet)
            asked = _as_visits(workbook, mapping, at, columns, measure or name)
            return AskedStudy(asked, measure, tuple(names))
    return AskedStudy(study, measure, tuple(names))


def _named(sheet: SheetMapping, names: Sequence[str]) -> tuple[ColumnMapping, ...]:
    """The columns with these headers, in their order; empty unless every name is one column of its own."""
    if sheet.role not in _ROLES:
        return ()
    found: list[ColumnMapping] = []
    for name in names:
        same = [c for c in sheet.columns if c.header.strip() == name.strip()]
        same = same or [c for c in sheet.columns if plain(name) and plain(c.header) == plain(name)]
        if len(same) != 1 or same[0] in found or same[0].field in (Field.PATIENT, Field.DATE, Field.TIME_ZERO):
            return ()
        found += same
    return tuple(found)


def _is_another(cohort: Cohort, asked: str, read: str) -> bool:
    """Whether the measure asked for is one of the file and not the one that the columns hold."""
    known = measure_as_read(cohort, asked)
    return known is not None and known != measure_as_read(cohort, read)


def _is_visit(cohort: Cohort, name: str) -> bool:
    entries = [(visit.key, visit.label) for visit in cohort.visits]
    return find_by_name(name, entries) is not None or visit_as_read(cohort, name) is not None


def _only(sheet: SheetMapping, asked: Sequence[ColumnMapping]) -> SheetMapping:
    """The sheet without the values of the columns that are not asked about."""
    nothing = "a column of values that is not asked about"
    columns = tuple(
        c if c in asked or c.field in _KEPT else replace(c, field=Field.FACT, evidence=nothing) for c in sheet.columns
    )
    return replace(sheet, columns=columns)


def _as_visits(workbook: Workbook, mapping: Mapping, at: int, asked: Sequence[ColumnMapping], measure: str) -> Study:
    """The study in which the asked columns are the visits of one measure, under their own names."""
    sheet = _only(mapping.sheets[at], asked)
    why = "a column named as a visit in the question"
    columns = tuple(
        replace(c, field=Field.MEASURE, measure_name=measure, visit=c.header, item="", evidence=why)
        if c in asked
        else c
        for c in sheet.columns
    )
    if sheet.one(Field.PATIENT) is None:
        ids = [c for c in columns if c.field is Field.IGNORE and read_header((c.header,)).field == "patient"]
        ids.sort(key=lambda c: plain(c.header) == "rownames")  # R's numbers of the rows only where there is no other
        columns = tuple(replace(c, field=Field.PATIENT) if c in ids[:1] else c for c in columns)
    made = replace(sheet, role=SheetRole.WIDE, columns=columns, visits_as_written=True)
    return study_of(workbook, _with(mapping, at, made))


def _with(mapping: Mapping, at: int, sheet: SheetMapping) -> Mapping:
    return replace(mapping, sheets=(*mapping.sheets[:at], sheet, *mapping.sheets[at + 1 :]))
