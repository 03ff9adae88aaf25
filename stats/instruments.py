"""The registry of instruments and laboratory values: names, limits, direction, bands, items, each with its source.

Invariants: facts come from ``resources/instruments.toml`` and nowhere else; two words are the same when they agree
in letters and digits (case, accents, spaces and punctuation do not count); no value is ever converted here.
"""

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from trajecta.resources import table
from trajecta.stats.cohort import Band, Direction, Measure


@dataclass(frozen=True, slots=True)
class Item:
    """One present/absent item of a weighted index and what it adds to the total."""

    key: str
    name: str
    weight: float
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instrument:
    """A score or laboratory value as published; ``bands`` hold in ``unit`` only.

    ``wider_range`` is the range of a second version of the same instrument, recognised by its larger values;
    ``cannot_fall`` marks damage indices, where a fall between visits is a data error; ``negative`` says that values
    below 0 are possible. ``loose`` words may name another version of the instrument; ``doubt`` is then worth saying.
    """

    key: str
    name: str
    long_name: str = ""
    unit: str = ""
    range: tuple[float, float] | None = None
    wider_range: tuple[float, float] | None = None
    direction: Direction = Direction.UNKNOWN
    bands: tuple[Band, ...] = ()
    important: float | None = None
    cannot_fall: bool = False
    negative: bool = False
    items: tuple[Item, ...] = ()
    synonyms: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    doubt: str = ""
    source: str = ""

    def measure(self, unit: str = "") -> Measure:
        """The measure for a column in ``unit``; bands and the important change are left off in any other unit.

        A column without a unit is taken to be in the unit of a score (none) and in an unknown unit of a lab value.

        >>> instrument("sledai-2k").measure().bands[0].high
        4
        >>> instrument("c3").measure("mg/dL").bands
        ()
        """
        same = plain(unit) == plain(self.unit)
        return Measure(
            key=self.key,
            name=self.name,
            unit=unit,
            direction=self.direction,
            range=self.range if same else None,
            bands=self.bands if same else (),
            important=self.important if same else None,
        )


def plain(text: str) -> str:
    """Letters and digits only, lower case, without accents: how two headers are compared.

    >>> plain("Pat.-Nr."), plain("Größe"), plain("µg/L")
    ('patnr', 'grosse', 'μgl')
    """
    if text.isascii():
        return "".join(filter(str.isalnum, text.lower()))
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if c.isalnum())


def _pair(numbers: list[float] | None) -> tuple[float, float] | None:
    return None if numbers is None else (numbers[0], numbers[1])


def _instrument(key: str, entry: dict[str, Any]) -> Instrument:
    return Instrument(
        key=key,
        name=entry["name"],
        long_name=entry.get("long", ""),
        unit=entry.get("unit", ""),
        range=_pair(entry.get("range")),
        wider_range=_pair(entry.get("wider_range")),
        direction=Direction(entry["direction"]),
        bands=tuple(Band(b["label"], b.get("low"), b.get("high"), b["source"]) for b in entry.get("bands", ())),
        important=entry.get("important"),
        cannot_fall=entry.get("cannot_fall", False),
        negative=entry.get("negative", False),
        items=tuple(
            Item(plain(i["name"]), i["name"], i["weight"], tuple(i["synonyms"])) for i in entry.get("items", ())
        ),
        synonyms=tuple(entry["synonyms"]),
        loose=tuple(entry.get("loose", ())),
        doubt=entry.get("doubt", ""),
        source=entry["source"],
    )


@cache
def instruments() -> tuple[Instrument, ...]:
    """Every instrument of the registry, in the order of the file."""
    return tuple(_instrument(key, entry) for key, entry in table("instruments").items())


@cache
def _by_name() -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for entry in instruments():
        for word in (entry.key, entry.name, entry.long_name, *entry.synonyms, *entry.loose):
            if word:
                found.setdefault(plain(word), entry)
    return found


def instrument(key: str) -> Instrument:
    """The instrument with this key; KeyError if there is none."""
    for entry in instruments():
        if entry.key == key:
            return entry
    raise KeyError(key)


def instrument_for(header: str) -> Instrument | None:
    """The instrument a header names, or None. Units and visits must have been taken off before.

    >>> instrument_for("SLEDAI 2K").key, instrument_for("Anti-dsDNA-AK").key, instrument_for("Colour")
    ('sledai-2k', 'anti-dsdna', None)
    """
    return _by_name().get(plain(header))


def is_loose(header: str) -> bool:
    """Whether a header names its instrument in a word that may mean another version of it.

    >>> is_loose("SLEDAI"), is_loose("SLEDAI 2K"), is_loose("DAS-28"), is_loose("Colour")
    (True, False, True, False)
    """
    found = instrument_for(header)
    return found is not None and plain(header) in map(plain, found.loose)


@cache
def _items_by_name() -> dict[str, tuple[Instrument, Item]]:
    found: dict[str, tuple[Instrument, Item]] = {}
    for entry in instruments():
        for item in entry.items:
            for word in (item.key, *item.synonyms):
                found.setdefault(plain(word), (entry, item))
    return found


def item_for(header: str) -> tuple[Instrument, Item] | None:
    """The instrument and item that a header names, or None; ``SLEDAI Arthritis`` and ``arthritis (4)`` both count.

    >>> item_for("SLEDAI: Arthritis")[1].weight
    4
    """
    word = plain(header)
    found = _items_by_name().get(word)
    if found is None:
        for prefix in ("sledai2k", "sledai"):
            if word.startswith(prefix):
                return _items_by_name().get(word.removeprefix(prefix).lstrip("0123456789"))
    return found
