"""Patients whose ids are written in different ways in different sheets: ``1``, ``01``, ``P1``, ``SLE-001``.

Invariants: the same id is always the same patient; other ids are matched for a whole sheet or not at all, by one rule,
one to one and without a clash; each assumption is said with its pairs; the user's word stands above every rule.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from trajecta.io.words import lookup
from trajecta.stats.instruments import plain

_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)
_RUNS = re.compile(r"\d+|[^\W\d_]+")
# Words before a number that only say that a patient follows; HC and SLE say more, so they never pass for each other.
_SAY_NOTHING = frozenset({"", "p", "pt", "pts", "proband", "probandin", "fall", "sj", "s", "n", "paz", "pac", "sujet"})
BY_NUMBER, BY_WRITING = "by their number", "apart from zeros and separators"


@dataclass(frozen=True, slots=True)
class Match:
    """What ids of one sheet correspond to among ``known``; ``pairs`` in the order of the sheet's ids.

    ``unmatched`` are ids without a counterpart: with any, the match holds only if the user says so.
    """

    rule: str
    pairs: tuple[tuple[str, str], ...]
    unmatched: tuple[str, ...] = ()


def match_of(ids: Sequence[str], known: Iterable[str], one_prefix: bool = True) -> Match | None:
    """How ids (in lower case) correspond to known ones, or None if they do not or could in two ways.

    ``one_prefix`` False says that the workbook has several prefixes such as SLE and HC: a bare number could then be
    either, and only numbers after the same prefix are compared.

    >>> match_of(["1", "02"], ["sle-001", "sle-002", "sle-003"]).pairs
    (('1', 'sle-001'), ('02', 'sle-002'))
    >>> match_of(["ma 22", "er-22"], ["ma-022", "er-022"]).rule
    'apart from zeros and separators'
    >>> match_of(["hc-1", "hc-2"], ["sle-1", "sle-2"]) is match_of(["1", "01"], ["p1"]) is None
    True
    """
    entries = tuple(known)
    for rule, key in ((BY_WRITING, _written), (BY_NUMBER, _number)):
        here, there = _by_key(ids, key), _by_key(entries, key)
        if here is None or there is None:
            continue
        if rule == BY_NUMBER and not _prefixes_agree(prefix_of(ids), prefix_of(entries), one_prefix):
            continue
        pairs = tuple((text, there[at]) for at, text in here.items() if at in there)
        if pairs:
            found = {text for text, _ in pairs}
            return Match(rule, pairs, tuple(text for text in ids if text not in found))
    return None


def _by_key(ids: Iterable[str], key: Callable[[str], object]) -> dict[object, str] | None:
    """Ids by what is compared of them; None if two share it or one has none."""
    found: dict[object, str] = {}
    for text in ids:
        made = key(text)
        if made is None or found.setdefault(made, text) != text:
            return None
    return found


def _written(text: str) -> tuple[str, ...]:
    """The letters and numbers of an id, without separators and leading zeros."""
    return tuple(run.lstrip("0") or "0" if run.isdecimal() else run for run in _RUNS.findall(text))


def _number(text: str) -> int | None:
    """The number at the end of an id."""
    match = _NUMBERED.fullmatch(text)
    return int(match[2]) if match else None


def prefix_of(ids: Iterable[str]) -> str | None:
    """The one prefix before the numbers of ids, empty if it says no more than “patient”; None if there are several.

    >>> prefix_of(["sle-001", "SLE 2"]), prefix_of(["Pat. 1", "Pat. 2"]), prefix_of(["sle-1", "hc-1"])
    ('sle', '', None)
    """
    found = {plain(match[1]) for text in ids if (match := _NUMBERED.fullmatch(text))}
    prefix = found.pop() if len(found) == 1 else None
    return "" if prefix is not None and _says_nothing(prefix) else prefix


def _prefixes_agree(here: str | None, there: str | None, one_prefix: bool) -> bool:
    """Whether ids with these prefixes may be compared by their numbers."""
    return here is not None and there is not None and (here == there or (one_prefix and "" in (here, there)))


def _says_nothing(prefix: str) -> bool:
    return prefix in _SAY_NOTHING or lookup("field").get(prefix) in ("patient", "weak_patient")
