"""Questions about a workbook that only the user can answer, each with its answers as changes of the mapping.

Invariants: while a question is open its values are left out, or the assumption made is said; an answer changes the
mapping and nothing else; it holds names of sheets, columns and codes, and no value of a patient.
"""

from dataclasses import dataclass, replace
from typing import Any

from trajecta.io.mapping import ColumnMapping, Mapping, with_column, with_sheet
from trajecta.stats.cohort import CellRef, Severity


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of the mapping and their new values: of a column, of a sheet (column 0), or of the whole (sheet empty)."""

    fields: tuple[tuple[str, Any], ...]
    sheet: str = ""
    column: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: what it says, and what it changes."""

    label: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what was found (``text``), what is asked (``ask``), and the answers that apply.

    ``key`` names it among all questions of its workbook and stays the same in the next data cut; ``kind`` is that of
    the issues it stands for. Without options the answer is a correction in the workbook.
    """

    key: str
    where: CellRef | None
    text: str
    ask: str
    options: tuple[Option, ...] = ()
    kind: str = ""
    severity: Severity = Severity.WARNING


# An answer adds to these, so that two answers do not undo each other.
_ADDED = ("missing", "values", "settled", "colours")


def answered(mapping: Mapping, option: Option) -> Mapping:
    """The mapping with an answer taken; KeyError if the mapping has no such sheet or column.

    >>> answered(Mapping(), Option("No", (Change((("match_ids", False),)),))).match_ids
    False
    """
    for change in option.changes:
        if change.column:
            old = next((c for c in mapping.sheet(change.sheet).columns if c.column == change.column), None)
            mapping = with_column(mapping, change.sheet, change.column, **_merged(old, change))
        elif change.sheet:
            sheet = mapping.sheet(change.sheet)
            mapping = with_sheet(mapping, replace(sheet, **_merged(sheet, change)))
        else:
            mapping = replace(mapping, **_merged(mapping, change))
    return mapping


def _merged(old: Any, change: Change) -> dict[str, Any]:
    """The fields to set, with what is only added put behind what is there."""
    fields = dict(change.fields)
    for name in _ADDED:
        if name in fields:
            kept: tuple[str, ...] = getattr(old, name, ())
            fields[name] = (*kept, *(v for v in fields[name] if v not in kept))
    return fields


def of_column(sheet: str, column: ColumnMapping, **fields: Any) -> Change:
    """A change of one column."""
    return Change(tuple(fields.items()), sheet, column.column)


def settled(key: str, label: str) -> Option:
    """The answer “as it is read”, which asks no more and changes no number."""
    return Option(label, (Change((("settled", (key,)),)),))


def option_dict(option: Option) -> dict[str, Any]:
    """An answer as plain values for JSON."""
    return {
        "label": option.label,
        "changes": [
            {"sheet": c.sheet or None, "column": c.column or None, "set": {k: _plain(v) for k, v in c.fields}}
            for c in option.changes
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value
