"""Units of measures: which are the same, which lie an exact power of ten apart, and the conversion between those.

Invariants: only powers of ten are ever used, on the decimal text of a value, so 85 mg/dL is exactly 0.85 g/L; two units
of different dimensions (mg/mmol and mg/g) are never converted; the facts are in ``resources/units.toml``.
"""

import re
from functools import cache

from trajecta.resources import table
from trajecta.stats.decimals import whole_and_exponent
from trajecta.stats.instruments import plain

# UPCR is given per gram or per mmol of creatinine, which some laboratories write out.
_CREATININE = re.compile(r"(?<=[gl])[\s_-]*(?:crea(?:tinine?)?|krea(?:tinin)?|cr)$", re.IGNORECASE)
_HOURS = re.compile(r"24\s*(?:h|hrs?|std\.?|hours?|stunden)$", re.IGNORECASE)
_SAME_UNITS = {"iu": "u", "ie": "u", "ui": "u", "kiu": "ku"}


@cache
def same_unit(one: str, other: str) -> bool:
    """Whether two units agree, an absent one with any, ``mg`` with ``mg/d``, and ``ng/mL`` with ``µg/L``.

    >>> same_unit("IU/mL", "U/ml"), same_unit("mg/g", "g/g"), same_unit("", "g/L"), same_unit("mg", "mg/d")
    (True, False, True, True)
    """

    def tidy(unit: str) -> str:
        head, slash, tail = unit.lower().replace("day", "d").replace("tag", "d").partition("/")
        return _SAME_UNITS.get(plain(head), plain(head)) + slash + plain(tail)

    a, b = tidy(one), tidy(other)
    if not a or not b or a == b or a == b.partition("/")[0] or b == a.partition("/")[0]:
        return True
    return power(one, other) == 0


@cache
def power(unit: str, into: str) -> int | None:
    """The power of ten that leads from one unit to another, or None if there is no exact way.

    >>> power("mg/dL", "g/L"), power("g/g", "mg/g"), power("mg/L", "mg/dL"), power("cells/µL", "10^9/L")
    (-2, 3, -1, -3)
    >>> power("mg/mmol", "mg/g") is None, power("mg/dL", "µmol/L") is None, power("%", "/µL") is None
    (True, True, True)
    """
    one, other = _measured(unit), _measured(into)
    if one is None or other is None or one[0] != other[0]:
        return None
    return one[1] - other[1]


def converted(value: float, exponent: int) -> float:
    """``value`` times a power of ten, on its decimal digits and correctly rounded.

    >>> converted(85.0, -2), converted(0.07, 3), converted(0.0, -2)
    (0.85, 70.0, 0.0)
    """
    whole, own = whole_and_exponent(value)
    return float(f"{whole}e{own + exponent}")


def factor(exponent: int) -> str:
    """A power of ten as people write it.

    >>> factor(-2), factor(3)
    ('0.01', '1000')
    """
    return str(10**exponent) if exponent >= 0 else f"{10.0**exponent:.{-exponent}f}"


@cache
def _measured(unit: str) -> tuple[tuple[str, str], int] | None:
    """The dimensions above and below the stroke of a unit, and its power of ten; None for any other text."""
    head, slash, tail = _CREATININE.sub("", unit.strip().strip("[]()")).partition("/")
    above = _part(head, ("mass", "amount", "activity", "count")) if head.strip() else ("count", 0)
    if above is None or (not slash and above[0] != "mass"):
        return None
    if not slash:
        return (above[0], ""), above[1]
    below = _part(tail, ("volume", "mass", "amount", "time"))
    return None if below is None else ((above[0], below[0]), above[1] - below[1])


def _part(text: str, dimensions: tuple[str, ...]) -> tuple[str, int] | None:
    """The dimension and power of ten of one half of a unit; capitals decide only where small letters do not."""
    tidy = _HOURS.sub("24h", text.strip()).replace("μ", "µ")  # the Greek letter for the micro sign
    for exactly in (True, False):
        for dimension in dimensions:
            for name, exponent in table("units")[dimension].items():
                if tidy == name or (not exactly and tidy.lower() == name.lower()):
                    return dimension, exponent
    parts = tidy.split()  # "10^3 cells"
    if len(parts) == 2 and "count" in dimensions:
        found = [_part(part, ("count",)) for part in parts]
        if None not in found:
            return "count", sum(exponent for _, exponent in filter(None, found))
    return None
