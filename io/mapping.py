"""The mapping: what each sheet and column of a workbook means, as guessed and as corrected by the user.

Invariants: frozen; a change gives a new mapping; the JSON form is versioned, has a fixed order and holds no value of
any patient, only names of sheets and headers; ``evidence`` says in words why something was guessed.
"""

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from trajecta.io.errors import OpenError
from trajecta.stats.cohort import Direction, Kind

VERSION = 1


class SheetRole(StrEnum):
    """What a sheet holds."""

    PATIENTS = "patients"
    VISITS = "visits"
    WIDE = "wide"
    MEDICATION = "medication"
    EVENTS = "events"
    IGNORE = "ignore"


class Arrangement(StrEnum):
    """How the cells of one or several sheets are put together to a table with patients or visits in rows."""

    AS_IT_STANDS = "as it stands"
    TURNED = "turned"
    PARAMETERS = "one value per row"
    BLOCKS = "several tables"
    PER_PATIENT = "a sheet per patient"
    MATRIX = "drugs by visits"
    DRUG_LIST = "drugs in a text"
    REDCAP = "REDCap"
    OPENCLINICA = "OpenClinica"
    CDISC = "CDISC"


class Field(StrEnum):
    """What a column holds."""

    PATIENT = "patient"
    VISIT = "visit"
    DAY = "day"
    DATE = "date"
    MEASURE = "measure"
    ITEM = "item"
    SEX = "sex"
    AGE = "age"
    TIME_ZERO = "time zero"
    FACT = "fact"
    DRUG = "drug"
    DOSE = "dose"
    UNIT = "unit"
    FREQUENCY = "frequency"
    ROUTE = "route"
    START = "start"
    STOP = "stop"
    ROLE = "role"
    EVENT = "event"
    GRADE = "grade"
    NOTE = "note"
    IDENTIFYING = "identifying"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column (1-based). ``visit`` is the visit a wide column belongs to, as text; ``item`` the item it scores.

    ``direction`` and ``kind`` are None unless the user overrides what the instrument or the values say. A visit
    column that holds bare numbers has their unit (``day``, ``week``, ``month``) in ``unit``.

    The last fields overrule how the cells are read, and None or empty leaves that to the evidence: the decimal sign,
    whether dates begin with the day, texts that mean “missing” in this column (``999``, ``-``), texts that look like
    such a code and are values, whether a lone minus means no, and whether the middle of a range such as 10-15 counts.
    """

    column: int
    header: str
    field: Field
    measure_name: str = ""
    unit: str = ""
    visit: str = ""
    item: str = ""
    direction: Direction | None = None
    kind: Kind | None = None
    evidence: str = ""
    decimal_comma: bool | None = None
    day_first: bool | None = None
    missing: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    minus_is_no: bool | None = None
    range_middle: bool = False


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """One sheet. ``header_rows`` are the first and last row of the header (0, 0 for none), ``first_row`` the first of
    the table's rows; ``last_row`` None means down to the end of the sheet, so that the next data cut fits too.

    ``decimal_comma`` None means decided per column by evidence. ``visits_as_written``: column names are the visits.
    """

    sheet: str
    role: SheetRole
    header_rows: tuple[int, int] = (1, 1)
    first_row: int = 2
    last_row: int | None = None
    columns: tuple[ColumnMapping, ...] = ()
    decimal_comma: bool | None = None
    visits_as_written: bool = False
    evidence: str = ""

    def having(self, kind: Field) -> tuple[ColumnMapping, ...]:
        """The columns that hold this field, in their order."""
        return tuple(c for c in self.columns if c.field is kind)

    def one(self, kind: Field) -> ColumnMapping | None:
        """The first column that holds this field, or None."""
        return next((c for c in self.columns if c.field is kind), None)


@dataclass(frozen=True, slots=True)
class Arranged:
    """Sheets of the file that are read in another arrangement, and why. The table made of them stands where the first
    of them stood; ``sheets`` that a later file lacks are passed over. For ``PER_PATIENT`` a new sheet of the same kind
    joins by itself.
    """

    how: Arrangement
    sheets: tuple[str, ...]
    evidence: str = ""


class ZeroFrom(StrEnum):
    """Where day 0 comes from, if the user chooses it."""

    COLUMN = "column"
    EVENT = "event"
    DAYS = "days of the sheet"
    BASELINE = "baseline visit"
    FIRST = "first date"


@dataclass(frozen=True, slots=True)
class Window:
    """The study days, both inclusive, in which a value without a named visit belongs to ``visit``, planned on ``day``.

    ``visit`` is the visit's name as text, such as “Month 3”.
    """

    visit: str
    day: float
    first: float
    last: float


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping of a whole workbook; ``shape`` is the key under which it is remembered.

    ``arranged`` names the sheets that are not read as they stand; ``sheets`` are those after arranging. ``match_ids``
    says whether ids written in different ways in different sheets (``1``, ``SLE-001``) are the same patients: None
    where their numbers show it beyond doubt, True also in part, False never. ``windows`` are empty where visits are
    as named; ``time_zero`` None takes the first source of day 0 there is. ``colours`` are the fills
    of values that do not count, ``struck_out`` says so of struck ones. ``settled`` are the keys of questions that
    the user answered with “as it is read”.
    """

    sheets: tuple[SheetMapping, ...] = ()
    shape: str = ""
    version: int = field(default=VERSION)
    arranged: tuple[Arranged, ...] = ()
    match_ids: bool | None = None
    windows: tuple[Window, ...] = ()
    time_zero: ZeroFrom | None = None
    settled: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    struck_out: bool = False

    def sheet(self, name: str) -> SheetMapping:
        """The mapping of one sheet; KeyError if there is none."""
        for sheet in self.sheets:
            if sheet.sheet == name:
                return sheet
        raise KeyError(name)

    def having(self, *roles: SheetRole) -> tuple[SheetMapping, ...]:
        """The sheets with one of these roles, in the workbook's order."""
        return tuple(s for s in self.sheets if s.role in roles)


def with_sheet(mapping: Mapping, changed: SheetMapping) -> Mapping:
    """The mapping with one sheet's mapping replaced."""
    return replace(mapping, sheets=tuple(changed if s.sheet == changed.sheet else s for s in mapping.sheets))


def with_role(mapping: Mapping, sheet: str, role: SheetRole) -> Mapping:
    """The mapping with another role for a sheet; its columns stay as they are."""
    return with_sheet(mapping, replace(mapping.sheet(sheet), role=role, evidence="Chosen by you."))


def with_column(mapping: Mapping, sheet: str, column: int, **changes: Any) -> Mapping:
    """The mapping with some fields of one column changed, such as ``field=``, ``measure_name=``, ``unit=``, ``visit=``
    or ``direction=``; KeyError if the sheet has no such column.
    """
    old = mapping.sheet(sheet)
    if not any(c.column == column for c in old.columns):
        raise KeyError(column)
    columns = tuple(
        replace(c, **{"evidence": "chosen by you", **changes}) if c.column == column else c for c in old.columns
    )
    return with_sheet(mapping, replace(old, columns=columns))


def to_json(mapping: Mapping) -> str:
    """The mapping as JSON text, the same text for the same mapping; empty fields are left out."""
    plain: dict[str, Any] = {
        "version": mapping.version,
        "shape": mapping.shape,
        "arranged": [{"how": a.how.value, "sheets": list(a.sheets), "evidence": a.evidence} for a in mapping.arranged],
    }
    chosen = {
        "match_ids": mapping.match_ids,
        "windows": [[w.visit, w.day, w.first, w.last] for w in mapping.windows],
        "time_zero": mapping.time_zero.value if mapping.time_zero else "",
        "settled": list(mapping.settled),
        "colours": list(mapping.colours),
        "struck_out": mapping.struck_out or None,
    }
    plain.update((key, value) for key, value in chosen.items() if not _is_empty(value))
    plain["sheets"] = [_sheet_dict(s) for s in mapping.sheets]
    return json.dumps(plain, ensure_ascii=False, indent=1)


def _is_empty(value: Any) -> bool:
    """Whether a field says nothing; False is an answer and 0 a number."""
    return value is None or value in ("", [])


def _sheet_dict(sheet: SheetMapping) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "role": sheet.role.value,
        "header_rows": list(sheet.header_rows),
        "first_row": sheet.first_row,
        "last_row": sheet.last_row,
        "decimal_comma": sheet.decimal_comma,
        "visits_as_written": sheet.visits_as_written,
        "evidence": sheet.evidence,
        "columns": [column_dict(c) for c in sheet.columns],
    }


def column_dict(column: ColumnMapping) -> dict[str, Any]:
    """One column as plain values, empty fields left out."""
    found = {
        "column": column.column,
        "header": column.header,
        "field": column.field.value,
        "measure_name": column.measure_name,
        "unit": column.unit,
        "visit": column.visit,
        "item": column.item,
        "direction": column.direction.value if column.direction else "",
        "kind": column.kind.value if column.kind else "",
        "evidence": column.evidence,
        "decimal_comma": column.decimal_comma,
        "day_first": column.day_first,
        "missing": list(column.missing),
        "values": list(column.values),
        "minus_is_no": column.minus_is_no,
        "range_middle": column.range_middle or None,
    }
    return {key: value for key, value in found.items() if not _is_empty(value) or key == "header"}


def from_json(text: str) -> Mapping:
    """The mapping that ``to_json`` wrote; OpenError if the text is none, or comes from a newer version."""
    try:
        plain = json.loads(text)
        version = int(plain["version"])
        if version > VERSION:
            raise OpenError("This mapping was saved by a newer version of Trajecta. Update the program to use it.")
        sheets = tuple(_sheet_from(s) for s in plain["sheets"])
        arranged = tuple(
            Arranged(Arrangement(a["how"]), tuple(map(str, a["sheets"])), str(a.get("evidence", "")))
            for a in plain.get("arranged", ())
        )
        return Mapping(
            sheets,
            str(plain["shape"]),
            VERSION,
            arranged,
            match_ids=_choice(plain, "match_ids"),
            windows=tuple(Window(str(w[0]), float(w[1]), float(w[2]), float(w[3])) for w in plain.get("windows", ())),
            time_zero=ZeroFrom(plain["time_zero"]) if plain.get("time_zero") else None,
            settled=tuple(map(str, plain.get("settled", ()))),
            colours=tuple(map(str, plain.get("colours", ()))),
            struck_out=bool(plain.get("struck_out", False)),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise OpenError("The saved mapping is damaged. Import the workbook again and check its columns.") from error


def _choice(plain: dict[str, Any], key: str) -> bool | None:
    value = plain.get(key)
    return None if value is None else bool(value)


def _sheet_from(plain: dict[str, Any]) -> SheetMapping:
    first, last = plain["header_rows"]
    return SheetMapping(
        sheet=str(plain["sheet"]),
        role=SheetRole(plain["role"]),
        header_rows=(int(first), int(last)),
        first_row=int(plain["first_row"]),
        last_row=None if plain["last_row"] is None else int(plain["last_row"]),
        columns=tuple(_column_from(c) for c in plain["columns"]),
        decimal_comma=plain["decimal_comma"],
        visits_as_written=bool(plain["visits_as_written"]),
        evidence=str(plain["evidence"]),
    )


def _column_from(plain: dict[str, Any]) -> ColumnMapping:
    direction, kind = plain.get("direction"), plain.get("kind")
    return ColumnMapping(
        column=int(plain["column"]),
        header=str(plain["header"]),
        field=Field(plain["field"]),
        measure_name=str(plain.get("measure_name", "")),
        unit=str(plain.get("unit", "")),
        visit=str(plain.get("visit", "")),
        item=str(plain.get("item", "")),
        direction=Direction(direction) if direction else None,
        kind=Kind(kind) if kind else None,
        evidence=str(plain.get("evidence", "")),
        decimal_comma=_choice(plain, "decimal_comma"),
        day_first=_choice(plain, "day_first"),
        missing=tuple(map(str, plain.get("missing", ()))),
        values=tuple(map(str, plain.get("values", ()))),
        minus_is_no=_choice(plain, "minus_is_no"),
        range_middle=bool(plain.get("range_middle")),
    )
