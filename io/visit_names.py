"""Names of visits: which words and numbers mean the same visit, and on which nominal study day it lies.

Invariants: a key is canonical (``baseline``, ``month 3``, ``week 12``, ``day 14``, ``visit 2``) or the plain lower-case
text itself; a month has 30.4375 days and a week 7; a name is only taken for a visit when the whole of it is understood.
"""

import re
from dataclasses import dataclass
from functools import cache

from trajecta.io.words import lookup, words
from trajecta.stats.instruments import plain

DAYS_OF = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
BEFORE = "before"  # a stop "before Month 3" is the day before that visit
LONGEST_NAME = 200  # characters; every break of a longer text would be tried, and it is a sentence anyway
_NUMBERED = re.compile(r"([^\W\d_]*)([+-]?\d+(?:\.\d+)?)([^\W\d_]*)")
_BREAK = re.compile(r"[\s_-]+")
_REMARK = re.compile(r"([^()]+?)\s*\([^()]*\)\s*")
_SEPARATORS = re.compile(r"[\s_./()\[\]:,;|]+|(?<=[^\W_])-(?=\D)")


@dataclass(frozen=True, slots=True)
class VisitName:
    """A recognised visit: canonical key, label for the reader, nominal study day if it has one.

    ``alias`` marks a name that usually means baseline (day 0, infusion) but is a visit of its own beside a baseline.
    """

    key: str
    label: str
    day: float | None = None
    alias: bool = False


@cache
def visit_of(text: str) -> VisitName | None:
    """The visit a text names, or None if it names none.

    >>> visit_of("BL").key, visit_of("M3").key, visit_of("12 Wo.").key, visit_of("Tag -5").day
    ('baseline', 'month 3', 'week 12', -5.0)
    >>> visit_of("3 months").label, visit_of("V2").key, visit_of("SLEDAI")
    ('Month 3', 'visit 2', None)
    """
    if len(text) > LONGEST_NAME:
        return None
    found = _named(text) or _numbered(text) or _phrased(text)
    if found is None and (match := _REMARK.fullmatch(text)):  # "Baseline (Visit 1)", "Month 3 (Arm 1: drug)"
        return _named(match[1]) or _numbered(match[1])
    return found


def _named(text: str) -> VisitName | None:
    word = plain(text)
    kind = lookup("visit").get(word)
    if kind == "baseline":
        return VisitName("baseline", "Baseline", 0.0, alias=any(c in word for c in "0") or word == "infusion")
    if kind == "screening":
        return VisitName("screening", "Screening")
    if kind == "post":
        return VisitName("post", "Post")
    if kind == "end":
        return VisitName("end", "End")
    return None


def _numbered(text: str) -> VisitName | None:
    compact = re.sub(r"[\s_.()\[\]:#]+(?!\d)|[\s_()\[\]:#]+|(?<=[^\W\d])\.(?=\d)", "", text.casefold())
    compact = re.sub(r"(?<=[^\W\d])-(?=[^\W\d])", "", compact)  # follow-up, but day -5
    match = _NUMBERED.fullmatch(compact)
    if match is None or bool(match[1]) == bool(match[3]):
        return None
    kind = lookup("visit").get(plain(match[1] or match[3]))
    amount = float(match[2])
    if kind in DAYS_OF:
        return numbered(kind, amount)
    if kind in ("visit", "follow") and match[1] and amount >= 0 and amount.is_integer():
        name = "Visit" if kind == "visit" else "Follow-up"
        return VisitName(f"{name.lower()} {int(amount)}", f"{name} {int(amount)}")
    return None


def _phrased(text: str) -> VisitName | None:
    """Visits said in several words: ``nach 3 Monaten``, ``Follow-up 6 Monate``, ``vor CAR-T``, ``post infusion``.

    >>> _phrased("3 Monate nach CAR-T").key, _phrased("day 28 post infusion").key, _phrased("5 Tage vor Infusion").day
    ('month 3', 'day 28', -5.0)
    """
    for match in _BREAK.finditer(text):
        head, rest = plain(text[: match.start()]), text[match.end() :]
        if head in words("lead", "words"):
            found = _numbered(rest)
            if found is not None and found.day is not None and found.day > 0:
                return found
        if lookup("visit").get(head) in ("baseline", "post") and plain(rest) in words("therapy", "names"):
            return _named(head)
    parts = text.split()
    for at in range(1, len(parts) - 1):
        kind = lookup("visit").get(plain(parts[at]))
        if kind in ("baseline", "post") and plain(" ".join(parts[at + 1 :])) in words("therapy", "names"):
            found = _numbered(" ".join(parts[:at]))
            if found is not None and found.day is not None and found.day > 0:
                return found if kind == "post" else numbered("day", -found.day)
    return None


def numbered(kind: str, amount: float) -> VisitName:
    """The visit ``amount`` days, weeks, months or years after time zero; 0 is baseline, a year is twelve months.

    >>> numbered("year", 1).key, numbered("month", 0).key, numbered("day", -5).label
    ('month 12', 'baseline', 'Day -5')
    """
    amount = float(amount)
    if amount == 0:
        return VisitName("baseline", "Baseline", 0.0, alias=True)
    if kind == "year":
        kind, amount = "month", amount * 12
    shown = str(int(amount)) if amount.is_integer() else f"{amount:g}"
    return VisitName(f"{kind} {shown}", f"{kind.capitalize()} {shown}", amount * DAYS_OF[kind])


def visit_like(text: str) -> VisitName:
    """The visit that a cell of a visit column names; an unknown name is a visit under its own text.

    >>> visit_like("Relapse  visit").key
    'relapse visit'
    """
    found = visit_of(text)
    if found is not None:
        return found
    tidy = " ".join(text.split())
    return VisitName(tidy.casefold(), tidy)


def _has_letter(text: str) -> bool:
    return any(c.isalpha() for c in text)


def split_visit(header: str) -> tuple[str, VisitName] | None:
    """The rest of a header and the visit it carries at its end or its beginning, or None.

    >>> split_visit("SLEDAI_3m")[0], split_visit("SLEDAI_3m")[1].key, split_visit("M3_SLEDAI")[1].key
    ('SLEDAI', 'month 3', 'month 3')
    >>> split_visit("SLEDAI month 3")[1].key, split_visit("SLEDAI-2K"), split_visit("Pred BL")[1].key
    ('month 3', None, 'baseline')
    """
    if len(header) > LONGEST_NAME or plain(header) in words("quantity", "names"):
        return None  # "Base excess" is a quantity and no baseline
    spots = [(m.start(), m.end()) for m in _SEPARATORS.finditer(header)]
    for begin, end in spots:  # the longest tail first, so that "month 3" wins over "3"
        rest, tail = header[:begin].strip(), header[end:].strip(" ()[]")
        found = visit_of(tail) if _has_letter(rest) and tail else None
        if found is not None:
            return rest, found
    for begin, end in reversed(spots):
        head, rest = header[:begin].strip(), header[end:].strip()
        found = visit_of(head) if head and _has_letter(rest) else None
        if found is not None:
            return rest, found
    return None
