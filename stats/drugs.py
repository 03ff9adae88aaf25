"""The drug dictionary and the reading of drug names, roles, frequencies and doses as a medication sheet writes them.

Invariants: a name is matched exactly (after case, accents, punctuation, strengths, routes and salts were set aside) or
not at all; a name that stands for several substances gives none of them; a dose that cannot be had without weight,
body surface or tablet strength is None with the reason in a sentence. Facts live in ``resources/drugs.toml``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, NamedTuple

from trajecta.resources import table
from trajecta.stats.cohort import Role
from trajecta.stats.doses import daily_mg, folded, is_event, per_day

__all__ = (
    "NONE", "DrugClass", "RoleReading", "Substance", "ambiguous", "ambiguous_reason", "daily_mg", "is_event", "per_day",
    "role_in", "role_of", "similar", "substance", "substance_of", "substances",
)  # fmt: skip

NONE = "none"
NOT_STATED = "not stated"  # an entry of the drug list: with it nothing of that day's medication is known


class DrugClass(StrEnum):
    """What a substance is; decides together with ``Substance.immunosuppressant`` whether it counts as burden."""

    GLUCOCORTICOID = "glucocorticoid"
    ANTIMALARIAL = "antimalarial"
    CONVENTIONAL_IS = "csIS"
    CONVENTIONAL_DMARD = "csDMARD"
    CNI = "CNI"
    MTOR = "mTOR"
    ALKYLATING = "alkylating"
    BIOLOGIC = "biologic"
    TARGETED = "tsdmard"
    IMID = "IMiD"
    IVIG = "ivig"
    LYMPHODEPLETION = "lymphodepletion-only"
    PROCEDURE = "procedure"
    OTHER = "other"
    NOT_COUNTED = "not counted"
    NONE = "none"


NOT_STATED = "not stated"  # an entry of the drug list: with it nothing of that day's medication is known


@dataclass(frozen=True, slots=True)
class Substance:
    """One entry of the drug dictionary.

    ``factor``: mg of prednisolone that equal 1 mg (systemic glucocorticoids; None = no agreed factor).
    ``daily_max_mg`` questions implausible entries and is no dosing advice. ``same_as`` is the key under which rows
    take over from one another (prednisone continues prednisolone). ``carry_days`` are (route, days) for which a
    long-acting drug still counts after its last day; the route "" stands for every route.
    """

    key: str
    name: str
    kind: DrugClass
    immunosuppressant: bool
    short: str
    words: tuple[str, ...] = ()
    factor: float | None = None
    daily_max_mg: float | None = None
    same_as: str = ""
    weekly: bool = False
    carry_days: tuple[tuple[str, int], ...] = ()

    @property
    def counts(self) -> bool:
        """Whether taking it for the disease is medication burden of any kind."""
        return self.immunosuppressant or self.kind in (DrugClass.GLUCOCORTICOID, DrugClass.ANTIMALARIAL)


class RoleReading(NamedTuple):
    """The role of a course; ``assumed`` says that it was concluded from substance and day and needs confirmation."""

    role: Role
    assumed: bool
    reason: str


def _substance(key: str, entry: dict[str, Any]) -> Substance:
    weekly = entry.get("weekly_max_mg")
    carry = entry.get("carry_days", {})
    return Substance(
        key,
        entry["name"],
        DrugClass(entry["class"]),
        entry["immunosuppressant"],
        entry["short"],
        tuple(entry["words"]),
        entry.get("factor"),
        weekly / 7 if weekly is not None else entry.get("daily_max_mg"),
        entry.get("same_as", key),
        weekly is not None,
        tuple(carry.items()) if isinstance(carry, dict) else (("", carry),),
    )


@cache
def substances() -> tuple[Substance, ...]:
    """Every substance of the dictionary in its order."""
    return tuple(_substance(key, entry) for key, entry in table("drugs")["substance"].items())


@cache
def _by_key() -> dict[str, Substance]:
    return {s.key: s for s in substances()}


def substance(key: str | None) -> Substance | None:
    """The entry with this key, or None."""
    return None if key is None else _by_key().get(key)


# --- names -----------------------------------------------------------------------------------------------------------

_DOTTED = re.compile(r"\b([a-z])\.\s?([a-z])\b\.?")
_PUNCTUATION = re.compile(r"[\s.,;:_+*'’`´/\\()\[\]®™°–—-]+")
_AMOUNT = re.compile(
    r"(?<![a-z\d])\d+(?:[.,]\d+)?\s*(?:mg|g|µg|μg|ug|mcg|ml|iu|ie|i\.e\.|%)?\s*"
    r"(?:/\s*(?:kg|m2|m²|d|day|tag|tgl|ml)\s*)*(?:kg|bw|kgkg)?(?=$|[\s,;)x×/-])"
)
_POSOLOGY = re.compile(r"(?<![\w.])[\d½¼¾.,/]+(?:\s*[-–]\s*[\d½¼¾.,/]+){2,3}(?!\w)")


def _plain(text: str) -> str:
    """A name reduced to its words: lower case, no accents, no punctuation, ``p.o.`` written ``po``.

    >>> _plain("  Solu-Decortin® (p.o.) ")
    'solu decortin po'
    """
    return _PUNCTUATION.sub(" ", _DOTTED.sub(r"\1\2", folded(text))).strip()


@cache
def _words(section: str, name: str) -> frozenset[str]:
    return frozenset(folded(word) for word in table("drugs")[section][name])


@cache
def _dictionary() -> dict[str, str]:
    return {_plain(word): s.key for s in substances() for word in (s.key, s.name, *s.words)}


@cache
def _ambiguous_names() -> dict[str, tuple[tuple[str, ...], str]]:
    return {
        _plain(word): (tuple(entry["candidates"]), entry["reason"])
        for name, entry in table("drugs")["ambiguous"].items()
        for word in (name, *entry.get("words", ()))
    }


def _forms(text: str) -> Iterator[str]:
    """Ever shorter readings of a drug cell: as written, without amounts and routes, without salts."""
    yield _plain(text)
    bare = _AMOUNT.sub(" ", _POSOLOGY.sub(" ", folded(text)))
    words = [w for w in _plain(bare).split() if w not in _words("names", "ignored")]
    yield " ".join(words)
    yield " ".join(w for w in words if w not in _words("names", "salts"))


def _parts(text: str) -> tuple[str, ...]:
    """The cell, and if it has brackets what stands outside and inside of them: ``Prednisolon (Decortin H)``."""
    match = re.fullmatch(r"\s*([^()\[\]]+?)\s*[(\[]([^()\[\]]+)[)\]]\s*", text)
    return (text, match[1], match[2]) if match else (text,)


@cache
def substance_of(text: str) -> str | None:
    """The key of the substance that a drug cell names, or None if it names none or could name several.

    Case, accents, punctuation, strengths, posology, routes and salts are set aside; then only an exact entry of the
    dictionary counts. Brand and substance in brackets must not contradict each other.

    >>> substance_of("MMF 1g 1-0-1"), substance_of("Quensyl 200 mg"), substance_of("Solu-Medrol i.v. 500 mg")
    ('mycophenolate mofetil', 'hydroxychloroquine', 'methylprednisolone')
    >>> substance_of("CTX"), substance_of("Pred. 5 mg"), substance_of("keine")
    (None, None, 'none')
    """
    known = _dictionary()
    unclear = _ambiguous_names()
    whole, *pieces = _parts(text)
    for form in _forms(whole):
        if form in unclear:
            return None
        if form in known:
            return known[form]
    found = {known[form] for piece in pieces for form in _forms(piece) if form in known}
    return found.pop() if len(found) == 1 else None


@cache
def ambiguous(text: str) -> tuple[str, ...]:
    """The keys of the substances that an ambiguous name could mean; empty if the name is clear or unknown.

    >>> ambiguous("CTX"), ambiguous("Pred. 5 mg"), ambiguous("MTX")
    (('cyclophosphamide', 'ceftriaxone'), ('prednisolone', 'prednisone'), ())
    """
    found = _ambiguous_entry(text)
    return found[0] if found else ()


def ambiguous_reason(text: str) -> str:
    """Why the name is ambiguous, as half a sentence; empty if it is not.

    >>> ambiguous_reason("MP")
    'MP is written for methylprednisolone and for mercaptopurine'
    """
    found = _ambiguous_entry(text)
    return found[1] if found else ""


def _ambiguous_entry(text: str) -> tuple[tuple[str, ...], str] | None:
    if substance_of(text) is not None:
        return None
    unclear = _ambiguous_names()
    return next((unclear[f] for part in _parts(text) for f in _forms(part) if f in unclear), None)


@cache
def similar(text: str) -> tuple[str, ...]:
    """The keys of substances whose name differs by one letter (missing, extra, wrong, or two swapped): a likely typo.

    Only for names of six letters and more, and only as a suggestion: a typo is never corrected silently.

    >>> similar("Prednisolno"), similar("Azathioprim"), similar("Aza")
    (('prednisolone',), ('azathioprine',), ())
    """
    if substance_of(text) is not None or ambiguous(text):
        return ()
    found: dict[str, None] = {}
    for form in _forms(text):
        if len(form) >= 6:
            found.update(
                (key, None) for word, key in _dictionary().items() if len(word) >= 6 and _one_apart(form, word)
            )
    return tuple(found)


def _one_apart(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


# --- roles -----------------------------------------------------------------------------------------------------------

_LYMPHODEPLETING = ("cyclophosphamide", "bendamustine")
_RESCUING = ("tocilizumab", "dexamethasone")


@cache
def role_in(text: str) -> Role | None:
    """The role that a cell names in words (English, German, French, Spanish), or None.

    >>> role_in("Lymphodepletion"), role_in("Grunderkrankung"), role_in("CRS Grad 1"), role_in("morgens")
    (<Role.LYMPHODEPLETION: 'lymphodepletion'>, <Role.DISEASE: 'disease'>, <Role.RESCUE: 'rescue'>, None)
    """
    plain = folded(text)
    for name, words in table("drugs")["roles"].items():
        if any(re.search(rf"(?<![a-z]){re.escape(folded(word))}", plain) for word in words):
            return Role(name)
    return Role.OTHER if _plain(text) in _words("role_cells", "other") else None


def role_of(key: str | None, text_role: str = "", start_day: float | None = None) -> RoleReading:
    """The role of a course: the words of the sheet, else what substance and start day suggest.

    Words always win. Without words fludarabine is lymphodepletion; cyclophosphamide or bendamustine starting on day
    −7 to 0 is proposed as lymphodepletion, tocilizumab or dexamethasone on day 0 to 30 as rescue (``assumed`` is then
    True and ``reason`` the sentence for an issue). Context drugs and procedures are OTHER, everything else DISEASE.
    The day windows are conventions of this program, not published definitions.

    >>> role_of("cyclophosphamide", "", -3)[:2], role_of("cyclophosphamide", "Grunderkrankung", -3)[:2]
    ((<Role.LYMPHODEPLETION: 'lymphodepletion'>, True), (<Role.DISEASE: 'disease'>, False))
    >>> role_of("fludarabine")[:2], role_of("pantoprazole")[:2]
    ((<Role.LYMPHODEPLETION: 'lymphodepletion'>, False), (<Role.OTHER: 'other'>, False))
    """
    named = role_in(text_role)
    if named is not None:
        return RoleReading(named, False, "")
    entry = substance(key)
    name = entry.name if entry else ""
    if key in _LYMPHODEPLETING and start_day is not None and -7 <= start_day <= 0:
        return RoleReading(Role.LYMPHODEPLETION, True, _proposal(name, start_day, "lymphodepletion"))
    if key in _RESCUING and start_day is not None and 0 <= start_day <= 30:
        return RoleReading(Role.RESCUE, True, _proposal(name, start_day, "treatment of a side effect (rescue)"))
    if entry is None or entry.counts or entry.kind in (DrugClass.OTHER, DrugClass.NONE):
        return RoleReading(Role.DISEASE, False, "")
    if entry.kind is DrugClass.LYMPHODEPLETION:
        return RoleReading(Role.LYMPHODEPLETION, False, "")
    return RoleReading(Role.OTHER, False, "")


def _proposal(name: str, day: float, role: str) -> str:
    return f"{name} on day {day:+.0f} is taken as {role} and not as treatment of the disease".replace("-", "−")
