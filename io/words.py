"""The words of trial sheets in six languages, from ``resources/headers.toml``, ready for comparison.

Invariant: words are compared as ``trajecta.stats.instruments.plain`` writes them, letters and digits only.
"""

from functools import cache

from trajecta.resources import table
from trajecta.stats.instruments import plain


@cache
def words(section: str, key: str) -> frozenset[str]:
    """The plain words of one entry, such as ``words("cell", "missing")``.

    >>> "ka" in words("cell", "missing"), "nein" in words("cell", "no")
    (True, True)
    """
    return frozenset(filter(None, map(plain, table("headers")[section][key])))


@cache
def lookup(section: str) -> dict[str, str]:
    """Plain word to the key it belongs to; the first entry of the file wins where two share a word.

    >>> lookup("field")["patnr"], lookup("visit")["wo"]
    ('patient', 'week')
    """
    found: dict[str, str] = {}
    for key, entries in table("headers")[section].items():
        for entry in entries:
            found.setdefault(plain(entry), key)
    found.pop("", None)
    return found


@cache
def months() -> dict[str, int]:
    """Plain month name or abbreviation to its number.

    >>> months()["marz"], months()["dic"]
    (3, 12)
    """
    return {plain(name): at for at, names in enumerate(table("headers")["months"]["names"], 1) for name in names}
