"""The grammar of one cell: number, censored number, yes/no, missing code, text, and what cannot be used and why.

Invariants: zero, an empty cell and "not done" stay three different things; a number is read only when the whole cell
is understood; the text that the cell shows is always kept; NaN and infinity are never values.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from math import isfinite

from trajecta.io.words import words
from trajecta.io.workbook import CellValue, ErrorCell, FormulaCell
from trajecta.stats.cohort import Censored
from trajecta.stats.instruments import plain


class Found(StrEnum):
    """What a cell turned out to hold."""

    BLANK = "blank"
    NUMBER = "number"
    YES_NO = "yes-no"
    MISSING = "missing code"
    RANGE = "range"
    DATE = "date"
    TEXT = "text"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says. ``value`` is None unless a number or a yes/no (1.0 or 0.0) was understood.

    ``low`` and ``high`` are the ends of a range; ``trouble`` completes the sentence "This cell …" and ``hint`` says
    what to do; ``open_mark`` is True where comma and point could not be told apart (``1,234`` alone). ``titre`` is True
    where ``1:160`` gave 160; ``converted`` says what was done to bring a value to another unit.
    """

    found: Found
    value: float | None = None
    censored: Censored = Censored.NO
    text: str = ""
    unit: str = ""
    note: str = ""
    low: float | None = None
    high: float | None = None
    trouble: str = ""
    hint: str = ""
    open_mark: bool = False
    titre: bool = False
    converted: str = ""


@dataclass(frozen=True, slots=True)
class Marks:
    """How many texts of a column prove a decimal comma, how many a decimal point, and how many leave it open."""

    comma: int = 0
    point: int = 0
    unclear: int = 0

    @property
    def decimal_comma(self) -> bool | None:
        """True or False by the majority of the evidence, None without evidence."""
        if self.comma == self.point:
            return None
        return self.comma > self.point

    def __add__(self, other: "Marks") -> "Marks":
        return Marks(self.comma + other.comma, self.point + other.point, self.unclear + other.unclear)


_MINUS = str.maketrans(
    {"−": "-", "–": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'", "＜": "<", "＞": ">"}
)
# SPSS and SAS write .8 and -.8, without the zero.
_NUMBER = re.compile(r"([+-]?(?:\d|(?<![\w.,])[.,]\d)[\d.,' ]*(?:[eE][+-]?\d+)?)(.*)", re.DOTALL)
_SIGN = re.compile(r"(<=|>=|=<|=>|<|>|≤|≥)\s*(.*)", re.DOTALL)
_TITRE = re.compile(r"1\s*:\s*(\d{1,7})")
_RANGE = re.compile(r"(\d[\d.,]*)\s*(?:-|bis|to|à)\s*(\d[\d.,]*)(.*)", re.DOTALL | re.IGNORECASE)
_UNIT = re.compile(
    r"(?:x\s*10\^?\d+|%|°c|[munpk]?g|µg|mcg|[munµ]?mol|[dmµu]?l|iu|ie|u|mm|cm|h|zellen|cells|pts|points|punkte|/)"
    r"(?![a-z])[\w/µ²³^*.·%()\- ]*",
    re.IGNORECASE,
)
# 01/13/2023 is a date, 12/28 a share, 1-2-3 a pattern: what goes on with digits is no unit.
_NO_UNIT = re.compile(r"[/.\-]\s*\d")
# Three times ten to the fourth, 250 thousand: the number before it is not the value.
_TIMES = re.compile(
    r"[*·]\s*\d|(?:tsd|tausend|thousand|mille|mil|mio|mln|mill(?:ion(?:en|s)?)?|mrd)(?![^\W\d])|k$", re.IGNORECASE
)
_HIGH_LOW = frozenset({"H", "HH", "LL", "↑", "↑↑", "↓", "↓↓", "▲", "▼"})  # flags of laboratories; L may be litres
_LETTERS_FOR_DIGITS = frozenset({"O", "o", "I", "OO", "|"})  # 1O is a mistyped 10 and not 1
_NO_VALUE_SIGNS = frozenset({"-", "--", "---", "—", ".", "..", "...", "?", "??", "/", "()"})
_ERRORS = frozenset({"#n/a", "#div/0!", "#ref!", "#name?", "#value!", "#num!", "#null!", "#nv", "#wert!", "#bezug!"})
# A value below the limit of detection whose limit is not given cannot enter an order.
_BELOW_LIMIT = frozenset({"lloq", "blq", "lod", "nn", "nichtnachweisbar", "notdetectable", "undetectable"})


def shown(value: CellValue) -> str:
    """A cell as text: whole numbers without decimals, dates as ISO, errors by their code.

    >>> shown(12.0), shown(0.1), shown(None), shown(True)
    ('12', '0.1', '', 'TRUE')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    return " ".join(str(value).split())


def _mark(core: str) -> str:
    """Which mark the digits of one number prove: ``comma``, ``point``, ``open`` or nothing.

    >>> _mark("12,5"), _mark("1,234.5"), _mark("1,234"), _mark("0,123"), _mark("12")
    ('comma', 'point', 'open', 'comma', '')
    """
    commas, points = core.count(","), core.count(".")
    if commas and points:
        return "comma" if core.rfind(",") > core.rfind(".") else "point"
    if not commas and not points:
        return ""
    if commas + points > 1:
        return "point" if commas else "comma"  # a repeated mark separates thousands
    whole, _, part = core.lstrip("+-").replace(" ", "").replace("'", "").partition("," if commas else ".")
    thousands = len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if commas:
        return "open" if thousands else "comma"
    return "" if thousands else "point"


def decimal_marks(values: Iterable[CellValue]) -> Marks:
    """Count the evidence for comma and point among the texts of a column; real numbers say nothing.

    >>> decimal_marks(["12,5", "1,234", 3.5, "<0.5"])
    Marks(comma=1, point=1, unclear=1)
    """
    counts = {"comma": 0, "point": 0, "open": 0, "": 0}
    for value in values:
        if isinstance(value, str):
            match = _NUMBER.search(value.translate(_MINUS))
            if match:
                counts[_mark(match[1].strip().rstrip(".,"))] += 1
    return Marks(counts["comma"], counts["point"], counts["open"])


def number(core: str, comma: bool | None) -> float | None:
    """The number that ``core`` writes with a decimal comma or point, or None if it is not written correctly.

    >>> number("1.234,5", None), number("1,234", True), number("1,234", False), number("1'234.5", None)
    (1234.5, 1.234, 1234.0, 1234.5)
    >>> number("15.10.2024", None) is None
    True
    """
    mark = _mark(core)
    use_comma = mark == "comma" or (mark in ("open", "") and comma is True)
    if use_comma:
        core = core.replace(".", "\0").replace(",", ".").replace("\0", ",")
    whole, point, part = core.partition(".")
    if point and ("," in part or " " in part or "'" in part):
        return None
    for separator in ", '":
        if separator in whole:
            groups = whole.lstrip("+-").split(separator)
            if not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 or not g.isdigit() for g in groups[1:]):
                return None
            whole = whole.replace(separator, "")
    try:
        value = float(whole + point + part)
    except ValueError:
        return None
    return value if isfinite(value) else None


def read_cell(value: CellValue, comma: bool | None = None, minus_is_no: bool = False) -> Reading:
    """Read one cell; ``comma`` is the column's decimal sign if known, ``minus_is_no`` that a lone minus means no.

    >>> read_cell("< 0,5 g/l").value, read_cell("< 0,5 g/l").censored.value, read_cell("n.d.").found.value
    (0.5, '<', 'missing code')
    >>> read_cell(".8").value, read_cell("-,5").value, read_cell(".").found.value
    (0.8, -0.5, 'missing code')
    >>> read_cell("16 (flare)").note, read_cell("10mg/d").unit, read_cell("ja").value, read_cell("").found.value
    ('flare', 'mg/d', 1.0, 'blank')
    """
    if isinstance(value, float):
        if isfinite(value):
            return Reading(Found.NUMBER, value, text=shown(value))
        return Reading(Found.ERROR, text=shown(value), trouble="holds no finite number")
    if value is None:
        return Reading(Found.BLANK)
    if isinstance(value, bool):
        return Reading(Found.YES_NO, float(value), text=shown(value))
    if isinstance(value, str):
        return _read_text(value, comma, minus_is_no)
    if isinstance(value, ErrorCell):
        return Reading(
            Found.ERROR,
            text=shown(value),
            trouble=f"shows the Excel error {value.code}",
            hint="Correct the formula in Excel, or empty the cell if there is no value.",
        )
    if isinstance(value, FormulaCell):
        return Reading(
            Found.ERROR,
            text=shown(value),
            trouble="holds a formula whose result was not saved",
            hint="Open the workbook in Excel, let it calculate, and save it.",
        )
    return Reading(Found.DATE, text=shown(value))


def _read_text(value: str, comma: bool | None, minus_is_no: bool) -> Reading:
    text = shown(value)
    if not text:
        return Reading(Found.BLANK)
    tidy = text.translate(_MINUS).strip().lstrip("'")
    word = plain(tidy)
    if tidy.casefold() in _ERRORS:
        return Reading(Found.ERROR, text=text, trouble=f"shows the Excel error {text}")
    if minus_is_no and tidy in ("-", "--"):
        return Reading(Found.YES_NO, 0.0, text=text)
    if tidy in _NO_VALUE_SIGNS or word in words("cell", "missing"):
        return Reading(Found.MISSING, text=text)
    if tidy == "+" or tidy in ("✓", "✔", "☒") or word in words("cell", "yes") or word in words("cell", "positive"):
        return Reading(Found.YES_NO, 1.0, text=text)
    if word in words("cell", "no") or word in words("cell", "negative"):
        return Reading(Found.YES_NO, 0.0, text=text)
    sign, rest = _censored(tidy)
    if sign is not Censored.NO:
        inner = _read_number(rest, comma, text)
        if inner.found is Found.NUMBER and not inner.note:
            return replace(inner, censored=sign, text=text)
        return Reading(Found.TEXT, text=text, trouble=f"says “{text}”, whose limit cannot be read as a number")
    if word in _BELOW_LIMIT:
        return Reading(
            Found.TEXT, text=text, trouble=f"says “{text}” without the limit, so it has no place in an order"
        )
    return _read_number(tidy, comma, text)


def _censored(tidy: str) -> tuple[Censored, str]:
    match = _SIGN.fullmatch(tidy)
    if match:
        return (Censored.BELOW if match[1] in ("<", "<=", "=<", "≤") else Censored.ABOVE), match[2]
    first = next((at for at, c in enumerate(tidy) if c.isdigit()), 0)
    if first:
        before = plain(tidy[:first])
        if before in words("cell", "below"):
            return Censored.BELOW, tidy[first:]
        if before in words("cell", "above"):
            return Censored.ABOVE, tidy[first:]
    return Censored.NO, tidy


def _read_number(tidy: str, comma: bool | None, text: str) -> Reading:
    titre = _TITRE.fullmatch(tidy)
    if titre and int(titre[1]) > 1:
        return Reading(Found.NUMBER, float(titre[1]), text=text, titre=True)
    both = _RANGE.fullmatch(tidy)
    if both and tidy[0] != "-" and "-" not in both[3]:
        low, high = number(both[1], comma), number(both[2], comma)
        if low is not None and high is not None and low < high:
            trouble = f"holds the range “{text}” instead of one value"
            return Reading(Found.RANGE, text=text, unit=both[3].strip(), low=low, high=high, trouble=trouble)
    unreadable = Reading(Found.TEXT, text=text, trouble=f"says “{text}”, which is not a number")
    match = _NUMBER.fullmatch(tidy)
    if match is None:
        return unreadable
    core, rest = match[1].strip(), match[2].strip()
    if not rest and core.count(".") + core.count(",") == 1:
        core = core.rstrip(".,")  # the end of a sentence; 2.3. is a day
    value = number(core, comma)
    if value is None:
        return unreadable
    if comma is None and _mark(core) == "open":
        return Reading(
            Found.TEXT,
            text=text,
            open_mark=True,
            trouble=f"says “{text}”, which is {number(core, True):g} with a decimal comma "
            f"and {number(core, False):g} with a thousands comma",
            hint="Does the comma separate decimals or thousands?",
        )
    if not rest:
        return Reading(Found.NUMBER, value, text=text)
    if _TIMES.match(rest):
        return unreadable
    if rest in _HIGH_LOW:
        return Reading(Found.NUMBER, value, text=text, note=rest)
    if rest[0] in "([*†‡§#^¹²³⁴!" and not rest.startswith("^"):
        return Reading(Found.NUMBER, value, text=text, note=rest.strip("()[] ") or rest)
    if _NO_UNIT.match(rest) or (rest in _LETTERS_FOR_DIGITS and match[1][-1].isdigit()):
        return unreadable
    if _UNIT.fullmatch(rest):
        return Reading(Found.NUMBER, value, text=text, unit=rest)
    if not any(c.isdigit() for c in rest) and rest[0].isalpha():
        return Reading(Found.NUMBER, value, text=text, note=rest)
    return unreadable
