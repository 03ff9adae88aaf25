"""How the cells of one column are read: its decimal sign, its signs for yes and no, its words for “missing”.

Invariants: a rule is decided for a whole column, by what the user chose, else by the evidence of its own cells, else by
the other columns of its sheet; what stays open is read in no way at all; no rule looks at which result it would give.
"""

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.io.cells import Found, Marks, Reading, decimal_marks, number, read_cell, shown
from trajecta.io.mapping import ColumnMapping, SheetMapping
from trajecta.io.words import words
from trajecta.io.workbook import CellValue
from trajecta.stats.decimals import exact, ratio
from trajecta.stats.instruments import plain

# How strongly positive: only the order is known, and half a step for what lies between negative and positive.
GRADES = {"(+)": 0.5, "+/-": 0.5, "±": 0.5, "+": 1.0, "++": 2.0, "+++": 3.0, "++++": 4.0}
_STRONG = frozenset({"(+)", "+", "++", "+++", "++++"})
NO_MARKS = Marks()
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_LONE_MINUS = frozenset({"-", "--", "−", "–"})


@dataclass(frozen=True, slots=True)
class Rules:
    """How one column is read; ``own`` and ``sheet`` are the marks of its own and of all columns of its sheet.

    ``signs`` says that the column grades in plus signs; ``clock`` that times of day stand in it, so that ``1:30`` is no
    titre; ``missing`` holds the user's texts for “missing” and ``values`` those that are values, both in lower case.
    ``open_point`` says that ``1.234`` stands beside numbers such as 980, so that its point may separate thousands.
    """

    comma: bool | None = None
    minus_is_no: bool = False
    signs: bool = False
    clock: bool = False
    missing: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    middle: bool = False
    own: Marks = NO_MARKS
    sheet: Marks = NO_MARKS
    open_point: bool = False


def rules_of_sheet(mapping: SheetMapping, cells: Table[int, Sequence[CellValue]]) -> dict[int, Rules]:
    """The rules of every column that ``cells`` holds, by column; empty columns have rules too.

    ``cells`` are the columns of values of one sheet, since a column without evidence follows the others.
    """
    texts = {at: [v for v in values if type(v) is str] for at, values in cells.items()}
    marks = {at: decimal_marks(found) for at, found in texts.items()}
    whole = sum(marks.values(), NO_MARKS)
    by_column = {c.column: c for c in mapping.columns}
    rules = {at: _rules(by_column[at], mapping, texts[at], marks[at], whole) for at in cells}
    grouped = {at for at, rule in rules.items() if rule.comma is None and any(map(_in_thousands, texts[at]))}
    names = {by_column[at].measure_name for at in grouped}
    hundreds = {
        c.measure_name
        for at, c in by_column.items()
        if c.measure_name in names and any(map(_is_large, cells.get(at, ())))
    }
    return {
        at: replace(rule, open_point=True) if at in grouped and by_column[at].measure_name in hundreds else rule
        for at, rule in rules.items()
    }


def _in_thousands(text: str) -> bool:
    return _GROUPED.fullmatch(text.strip()) is not None


def _is_large(value: CellValue) -> bool:
    """A whole number of three digits and more, beside which 1.234 is rather 1234."""
    if isinstance(value, str):
        return value.strip().isdecimal() and len(value.strip()) > 2
    return isinstance(value, float) and value.is_integer() and abs(value) >= 100


def _rules(column: ColumnMapping, mapping: SheetMapping, texts: list[str], own: Marks, whole: Marks) -> Rules:
    chosen = (column.decimal_comma, mapping.decimal_comma, own.decimal_comma, whole.decimal_comma)
    tidy = {text.strip() for text in texts}
    minus = column.minus_is_no
    if minus is None:
        minus = any(t == "+" or plain(t) in words("cell", "positive") for t in tidy)
    return Rules(
        comma=next((comma for comma in chosen if comma is not None), None),
        minus_is_no=minus,
        signs=len(tidy & _STRONG) > 1,
        clock=any(_is_clock(text) for text in tidy),
        missing=frozenset(map(str.casefold, column.missing)),
        values=frozenset(map(str.casefold, column.values)),
        middle=column.range_middle,
        own=own,
        sheet=whole,
    )


def _is_clock(text: str) -> bool:
    """A time of day that cannot be a titre: ``12:30``, ``0:45``, ``01:30``.

    >>> _is_clock("12:30"), _is_clock("1:30"), _is_clock("1:160")
    (True, False, False)
    """
    hours, colon, minutes = text.partition(":")
    return bool(colon) and hours != "1" and hours.isdecimal() and len(minutes) == 2 and minutes.isdecimal()


def read_by(value: CellValue, rules: Rules) -> Reading:
    """Read one cell of a column by its rules.

    >>> read_by("++", Rules(signs=True)).value, read_by(999.0, Rules(missing=frozenset({"999"}))).found.value
    (2.0, 'missing code')
    >>> read_by("10-15", Rules(middle=True)).value, read_by("1:30", Rules(clock=True)).found.value
    (12.5, 'text')
    """
    if rules.missing and value is not None:
        text = shown(value)
        if text.casefold() in rules.missing:
            return Reading(Found.MISSING, text=text)
    if rules.signs and isinstance(value, str):
        grade = _grade(value.strip())
        if grade is not None:
            return Reading(Found.NUMBER, grade, text=shown(value))
    if rules.open_point and isinstance(value, str) and _in_thousands(value):
        text = shown(value)
        decimal, thousand = (number(text, comma) or 0.0 for comma in (False, True))
        trouble = f"says “{text}”, which is {decimal:g} with a decimal point and {thousand:g} with a thousands point"
        hint = "Does the point separate decimals or thousands?"
        return Reading(Found.TEXT, text=text, open_mark=True, trouble=trouble, hint=hint)
    read = read_cell(value, rules.comma, rules.minus_is_no)
    if read.titre and rules.clock:
        return Reading(Found.TEXT, text=read.text, trouble=f"says “{read.text}”, which is a time of day and no number")
    if rules.middle and read.low is not None and read.high is not None:
        between = (exact(read.low) + exact(read.high)) / 2
        return replace(read, found=Found.NUMBER, value=ratio(between.numerator, between.denominator), trouble="")
    return read


def _grade(text: str) -> float | None:
    """What a sign stands for in a column that grades in plus signs; negative and a lone minus are 0."""
    if text in GRADES:
        return GRADES[text]
    return 0.0 if text in _LONE_MINUS or plain(text) in words("cell", "negative") else None
