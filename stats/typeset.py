"""Raised and lowered characters in the texts of figures: 10⁻³, CD19⁺, C with a lowered “max”.

Invariants: a text holds them as Unicode's raised and lowered digits and signs, or as ``^{…}`` and ``_{…}`` where there
are none; every camera sets both as smaller characters of the same font above or below the line, so that no font needs
to have them; braces that are not closed, or that hold nothing or a space, stay what they are.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# Of the type size: how large raised and lowered characters are, and how far they stand from the line. Size and drop are
# what the shipped fonts ask for (their OS/2 tables); the rise is less, so that a line stays clear of the one above it.
SMALL, RISE, DROP = 0.65, 0.36, 0.14

_DIGITS = "0123456789+−=()"
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", _DIGITS + "n", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₕₖₗₘₙₚₛₜᵢᵣᵤᵥⱼ", _DIGITS + "aeoxhklmnpstiruvj", strict=True))
_RAISE = str.maketrans(_DIGITS + "-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁻")
_LOWER = str.maketrans(_DIGITS + "-", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎₋")
_HAS_UNICODE = re.compile(r"[-0-9+−=()]+")

_BRACED = r"\^\{(?P<up>[^{}\s]+)\}|_\{(?P<down>[^{}\s]+)\}"
_MOVED = re.compile(f"{_BRACED}|(?P<raised>[{''.join(_RAISED)}]+)|(?P<lowered>[{''.join(_LOWERED)}]+)")
_TYPED = re.compile(
    f"{_BRACED}|"
    r"(?<=[\w)])\^(?:\((?P<bracketed>[^(){}\s]+)\)|(?P<power>[-−+]?\d+|[-−+](?!\w)|[A-Za-z](?!\w)))"
)
_TIMES_TEN = re.compile(r"(?<![A-Za-z])[x*]\s*(?=10[⁻⁺⁰¹²³⁴-⁹])")


@dataclass(frozen=True, slots=True)
class Run:
    """Characters on one line; ``level`` is 1 for raised ones, -1 for lowered ones and 0 for the others."""

    text: str
    level: int = 0

    @property
    def size(self) -> float:
        """Its type size, of that of the text."""
        return SMALL if self.level else 1.0

    @property
    def rise(self) -> float:
        """How far its line stands above that of the text, in type sizes of the text."""
        return RISE if self.level > 0 else -DROP if self.level < 0 else 0.0


def typeset(text: str) -> str:
    """A text as it was typed, with its powers and signs raised; what is typeset already stays as it is.

    >>> typeset("x 10^9/L"), typeset("m^2"), typeset("10^-3"), typeset("10^(10)"), typeset("CD19^+ cells")
    ('×10⁹/L', 'm²', '10⁻³', '10¹⁰', 'CD19⁺ cells')
    >>> typeset("C_{max}"), typeset("H_{2}O"), typeset("visit_2"), typeset("^ and ^{}")
    ('C_{max}', 'H₂O', 'visit_2', '^ and ^{}')
    """
    if "^" not in text and "_{" not in text:
        return text
    return _TIMES_TEN.sub("×", _TYPED.sub(_moved, text))


def _moved(found: re.Match[str]) -> str:
    lowered = found["down"]
    held = lowered or found["up"] or found["bracketed"] or found["power"]
    return _in_unicode(held, bool(lowered)) or (f"_{{{held}}}" if lowered else f"^{{{held}}}")


def _in_unicode(held: str, lowered: bool) -> str:
    """Unicode's raised or lowered characters for these; empty where it lacks one."""
    return held.translate(_LOWER if lowered else _RAISE) if _HAS_UNICODE.fullmatch(held) else ""


@lru_cache(maxsize=4096)
def runs(text: str) -> tuple[Run, ...]:
    """The pieces of one line from left to right, neighbours on different levels; the text itself if all is on one.

    >>> runs("10⁹/L")
    (Run(text='10', level=0), Run(text='9', level=1), Run(text='/L', level=0))
    >>> runs("C_{max}"), runs("")
    ((Run(text='C', level=0), Run(text='max', level=-1)), (Run(text='', level=0),))
    """
    found: list[Run] = []
    end = 0
    for moved in _MOVED.finditer(text):
        if moved.start() > end:
            found.append(Run(text[end : moved.start()]))
        raised, end = moved["up"] or moved["raised"], moved.end()
        held = (raised or moved["down"] or moved["lowered"]).replace("-", "−")
        piece = Run("".join(_RAISED.get(c) or _LOWERED.get(c, c) for c in held), 1 if raised else -1)
        if found and found[-1].level == piece.level:
            piece = Run(found.pop().text + piece.text, piece.level)
        found.append(piece)
    if end < len(text) or not found:
        found.append(Run(text[end:]))
    return tuple(found)


def plain(text: str) -> str:
    """A text for places that only know characters: without the braces of raised and lowered letters.

    Digits in braces keep their level, as 10 to the power of 9 is not 109.

    >>> plain("C_{max} (10⁹/L)"), plain("10^{9} cells")
    ('Cmax (10⁹/L)', '10⁹ cells')
    """
    return _MOVED.sub(_characters, text) if "{" in text else text


def _characters(found: re.Match[str]) -> str:
    held = found["up"] or found["down"] or ""
    return _in_unicode(held, bool(found["down"])) or held or found[0]


def letters(text: str) -> tuple[str, ...]:
    """The characters that one sees, each written so that it keeps its level where the text is cut.

    >>> letters("ab²"), letters("C_{min}")
    (('a', 'b', '²'), ('C', '_{m}', '_{i}', '_{n}'))
    """
    if "{" not in text:
        return tuple(text)
    marks = {0: "{}", 1: "^{{{}}}", -1: "_{{{}}}"}
    return tuple(marks[run.level].format(c) if run.level else c for run in runs(text) for c in run.text)


def reach(text: str, up: float, down: float) -> tuple[float, float]:
    """How far a text reaches above and below its line, in type sizes, if its own characters do so by these.

    >>> reach("10⁹", 0.7, 0.2), reach("10", 0.7, 0.2)
    ((0.815, 0.2), (0.7, 0.2))
    """
    levels = {run.level for run in runs(text)}
    return max(up, RISE + SMALL * up if 1 in levels else 0.0), max(down, DROP + SMALL * down if -1 in levels else 0.0)
