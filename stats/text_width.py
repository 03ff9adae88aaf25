"""How wide a text is on paper, from the advance widths of the shipped fonts, so that charts are laid out without Qt.

Invariants: lengths are points (1/72 inch); text is set without kerning (the pen switches it off), so the width is the
plain sum of the characters' widths and the same on every device; a text without a typeface of its own is measured in
the one in force.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache

from trajecta.resources import table
from trajecta.stats.typeface import Typeface, in_force
from trajecta.stats.typeset import letters, runs

# Heights in parts of the type size, above and below the baseline: those of Liberation Sans (its hhea and OS/2 tables)
# for every typeface, so that a change of typeface moves nothing up or down.
ASCENT = 0.905
DESCENT = 0.212
CAP_HEIGHT = 0.729
# A character the font lacks is taken from another font: East Asian ones fill the em, the rest rarely exceeds this.
UNKNOWN = 0.75


@cache
def character_widths(typeface: Typeface, bold: bool) -> dict[str, float]:
    """The advance widths of the characters that a font has, in parts of the type size; not to be changed."""
    entry = table(f"widths/{typeface.value}")["bold" if bold else "regular"]
    return {c: int(width) / entry["em"] for width, characters in entry["widths"].items() for c in characters}


def text_width(text: str, size: float, bold: bool = False, typeface: Typeface | None = None) -> float:
    """Width in points of one line of ``text`` set at ``size`` points; 0 for an empty text.

    Raised and lowered characters are narrower, as ``stats.typeset`` sets them. Characters that the font lacks are
    estimated (East Asian ones as wide as the size, combining marks as nothing).

    >>> round(text_width("Month 3", 10), 2), round(text_width("Month 3", 10, typeface=Typeface.SERIF), 2)
    (36.13, 34.17)
    >>> text_width("", 7), text_width("中文", 7)
    (0.0, 14.0)
    """
    widths = character_widths(in_force() if typeface is None else typeface, bold)
    return size * sum(
        run.size * sum(widths[c] if c in widths else _estimate(c) for c in run.text) for run in runs(text)
    )


def _estimate(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else UNKNOWN


def shortened(text: str, width: float, size: float, bold: bool = False) -> str:
    """``text`` if it fits into ``width`` points, else its beginning with an ellipsis; never empty unless ``text`` is.

    >>> shortened("SLEDAI-2K", 100, 7), shortened("a very long name", 30, 7)
    ('SLEDAI-2K', 'a very l…')
    """
    if text_width(text, size, bold) <= width:
        return text
    seen = letters(text)
    for end in range(len(seen) - 1, 0, -1):
        short = "".join(seen[:end]).rstrip() + "…"
        if text_width(short, size, bold) <= width:
            return short
    return "…" if text else ""


def told_apart(names: Sequence[str], width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """Every name as ``shortened`` cuts it; those that would then read the same keep their end, where ids differ.

    >>> told_apart(("SITE-PATIENT-01", "SITE-PATIENT-02", "C3"), 40, 7)
    ('SITE…T-01', 'SITE…T-02', 'C3')
    """
    cut = tuple(shortened(name, width, size, bold) for name in names)
    met: dict[str, set[str]] = {}
    for name, short in zip(names, cut, strict=True):
        met.setdefault(short, set()).add(name)
    pairs = zip(names, cut, strict=True)
    return tuple(_both_ends(n, width, size, bold) if len(met[short]) > 1 else short for n, short in pairs)


def _both_ends(name: str, width: float, size: float, bold: bool) -> str:
    """Beginning and end of a name around an ellipsis, as much of both as fits; the end first."""
    seen = letters(name)
    for kept in range(len(seen) - 1, 0, -1):
        start = kept // 2
        short = f"{''.join(seen[:start]).rstrip()}…{''.join(seen[len(seen) - kept + start :]).lstrip()}"
        if text_width(short, size, bold) <= width:
            return short
    return "…"


def wrapped(text: str, width: float, size: float, bold: bool = False) -> tuple[str, ...]:
    """``text`` broken at spaces into lines of at most ``width`` points; a word that is too long is shortened.

    >>> wrapped("one two three", 25, 7)
    ('one two', 'three')
    >>> wrapped("", 25, 7)
    ()
    """
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold) <= width:
            lines[-1] = joined
        else:
            lines.append(shortened(word, width, size, bold))
    return tuple(lines)
