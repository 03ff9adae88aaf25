"""What a column header says: a field of the sheet, an instrument, a unit, a visit, or several of them at once.

Invariants: a header is read from its words alone; whether the cells fit is decided by the guess, not here; nothing is
recognised by likeness, only by the words of ``resources/headers.toml`` and ``resources/instruments.toml``.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from trajecta.io.units import power
from trajecta.io.visit_names import VisitName, split_visit, visit_of
from trajecta.io.words import lookup
from trajecta.stats.instruments import Instrument, Item, instrument_for, item_for, plain

_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_SCALE = re.compile(r"\s*\d+(?:[.,]\d+)?\s*(?:-|–|to|bis)\s*\d+(?:[.,]\d+)?\s*")
_UNIT = re.compile(
    r"%|(?:[munpkd]?g|µg|mcg|[munµ]?mol|[dmµu]?l|[mk]?iu|[mk]?ie|[mkµ]?u|mm|cm|h|cells|zellen|copies|kopien|10\^?\d+|x\s*10\^?\d+)"
    r"?\s*/\s*[\w.µ²³^ ]+(?:/[\w.µ²³^ ]+)*|mg|µg|g|kg|cm|mm|years?|yrs?|y|jahre?|months?|monate?|days?|tage?|d|ml",
    re.IGNORECASE,
)
# A trailing unit without brackets is only believed with a slash or percent sign: "UPCR mg/g", but not "C3 d".
_JOINING = re.compile(r"[\s_]+(?:at|on|bei|zu|zum|am|à|en|al|a|im|in)$", re.IGNORECASE)  # "SLEDAI at baseline"
_TAIL_UNIT = re.compile(r"[\s,_]+(?:in\s+)?(\S*/\S+|%)$")
_VARIABLE = re.compile(r"(\w+)_([a-zµ]{1,4})_([a-z]{1,4})", re.IGNORECASE)  # "c3_g_l": a stroke is no letter of a name
_LITRES = {"l": "L", "dl": "dL", "ml": "mL", "µl": "µL", "ul": "µL"}


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """What is understood of one header. ``name`` is what is left when unit and visit are taken off; ``above`` is an
    upper header row that was not recognised and could be a title over several columns or the name of a visit.
    """

    text: str
    name: str
    unit: str = ""
    visit: VisitName | None = None
    field: str = ""
    instrument: Instrument | None = None
    item: tuple[Instrument, Item] | None = None
    above: str = ""

    @property
    def known(self) -> bool:
        """True if any word of the header was recognised."""
        return bool(self.field or self.instrument or self.visit or self.item)


def is_unit(text: str) -> bool:
    """Whether a text is a unit and nothing else.

    >>> is_unit("mg/g"), is_unit("IU/mL"), is_unit("mL/min/1.73 m²"), is_unit("Baseline"), is_unit("0-105")
    (True, True, True, False, False)
    """
    return _UNIT.fullmatch(text.strip()) is not None


def is_scale(text: str) -> bool:
    """Whether a text is the range of a scale, such as stands under an instrument.

    >>> is_scale("(0-105)"), is_scale("0 – 10"), is_scale("SLEDAI"), is_scale("5")
    (True, True, False, False)
    """
    return _SCALE.fullmatch(text.strip("()[] ")) is not None


def numbered_name(text: str) -> tuple[str, str] | None:
    """A name and the number behind it, where a header is nothing else; the longest name of an instrument wins.

    >>> numbered_name("sledai0"), numbered_name("C3_3"), numbered_name("C3"), numbered_name("Urea 12")
    (('sledai', '0'), ('C3', '3'), None, ('Urea', '12'))
    """
    tidy = text.strip()
    if instrument_for(tidy) is not None:
        return None
    for digits in (1, 2):
        name, number = tidy[:-digits].rstrip(" _.-"), tidy[-digits:]
        if number.isdecimal() and instrument_for(name) is not None:
            return name, number
    name = tidy.rstrip("0123456789")
    number, name = tidy[len(name) :], name.rstrip(" _.-")
    return (name, number) if number and name[-1:].isalpha() else None


def split_unit(header: str) -> tuple[str, str]:
    """The header without its unit or scale, and the unit (empty if it has none).

    The name of a variable has its unit behind that of an instrument.

    >>> split_unit("c3_g_l"), split_unit("upcr_mg_g"), split_unit("vas_a_b")
    (('c3', 'g/L'), ('upcr', 'mg/g'), ('vas_a_b', ''))
    >>> split_unit("C3 (g/L)"), split_unit("UPCR mg/g"), split_unit("SLEDAI-2K (0-105)"), split_unit("Crea [mg/dL] M3")
    (('C3', 'g/L'), ('UPCR', 'mg/g'), ('SLEDAI-2K', ''), ('Crea M3', 'mg/dL'))
    """
    unit = ""

    def take(match: re.Match[str]) -> str:
        nonlocal unit
        if is_unit(match[1]):
            unit = unit or match[1].strip()
            return ""
        return "" if _SCALE.fullmatch(match[1]) else match[0]

    rest = _BRACKETS.sub(take, header).strip()
    if not unit and (match := _TAIL_UNIT.search(rest)) and is_unit(match[1]):
        unit, rest = match[1], rest[: match.start()].strip()
    if not unit and (said := _VARIABLE.fullmatch(rest)) and instrument_for(said[1]) is not None:
        spelt = f"{said[2]}/{_LITRES.get(said[3].lower(), said[3])}"
        if power(spelt, spelt) is not None:  # a unit that is known
            unit, rest = spelt, said[1]
    return (rest, unit) if rest else (header.strip(), "")


@cache
def read_header(parts: tuple[str, ...]) -> HeaderReading:
    """Read a header of one or several rows, given from top to bottom.

    >>> read = read_header(("Month 3", "C3 (g/L)"))
    >>> read.visit.key, read.instrument.key, read.unit
    ('month 3', 'c3', 'g/L')
    >>> read_header(("Pat.-Nr.",)).field, read_header(("SLEDAI_baseline",)).instrument.key
    ('patient', 'sledai-2k')
    """
    text = " / ".join(parts)
    visit, unit, names = None, "", []
    for part in parts:
        found = visit_of(part) if len(parts) > 1 else None
        if found is not None and visit is None:
            visit = found
        elif len(parts) > 1 and is_unit(part.strip("()[] ")):
            unit = unit or part.strip("()[] ")
        elif len(parts) > 1 and is_scale(part):
            continue
        else:
            names.append(part)
    if not names:
        return HeaderReading(text, "", unit, visit)
    # The lowest row is nearest to the cells; upper rows that say something else are titles over a group of columns.
    reading = _read_name(names[-1], text, visit)
    if not (reading.field or reading.instrument or reading.item) and len(names) > 1:
        upper = _read_name(names[0], text, visit)
        if upper.instrument is not None or upper.field:
            return HeaderReading(
                text, upper.name, upper.unit or unit, reading.visit or upper.visit, upper.field, upper.instrument
            )
        joined = " ".join(names)
        return HeaderReading(text, split_unit(joined)[0], reading.unit or unit, reading.visit)
    above = names[0] if len(names) > 1 and visit is None else ""
    return replace(reading, unit=reading.unit or unit, above=above)


def _read_name(header: str, text: str, visit: VisitName | None) -> HeaderReading:
    tidy = " ".join(header.split())
    name, unit = split_unit(tidy)
    fields = lookup("field")
    field = fields.get(plain(tidy)) or fields.get(plain(name), "")
    instrument = instrument_for(name)
    if field or instrument:
        return HeaderReading(text, name, unit, visit, field, instrument, item_for(name))
    alone = visit_of(name) if visit is None else None
    if alone is not None:
        return HeaderReading(text, "", unit, alone)
    split = split_visit(name) if visit is None else None
    if split is not None:
        rest, said_unit = split_unit(split[0])
        rest = _JOINING.sub("", rest.strip(" -_:/"))
        known = instrument_for(rest)
        dated = "date" if fields.get(plain(rest)) == "date" else ""  # "Datum Monat 3": when the visit was
        return HeaderReading(text, rest, unit or said_unit, split[1], dated, known, item_for(rest))
    return HeaderReading(text, name, unit, visit, "", None, item_for(name))
