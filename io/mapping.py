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


@dataclass(frozen=True, slots=True)
class Mapping:
    """The mapping of a whole workbook; ``shape`` is the key under which it is remembered.

    ``arranged`` names the sheets that are not read as they stand; ``sheets`` are those after arranging.
    """

    sheets: tuple[SheetMapping, ...] = ()
    shape: str = ""
    version: int = field(default=VERSION)
    arranged: tuple[Arranged, ...] = ()

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
    return json.dumps(
        {
            "version": mapping.version,
            "shape": mapping.shape,
            "arranged": [
                {"how": a.how.value, "sheets": list(a.sheets), "evidence": a.evidence} for a in mapping.arranged
            ],
            "sheets": [_sheet_dict(s) for s in mapping.sheets],
        },
        ensure_ascii=False,
        indent=1,
    )


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
    }
    return {key: value for key, value in found.items() if value != "" or key == "header"}


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
        return Mapping(sheets, str(plain["shape"]), VERSION, arranged)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OpenError("The saved mapping is damaged. Import the workbook again and check its columns.") from error


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
    )
