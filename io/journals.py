"""What journals ask of a figure: the presets of ``resources/journals.toml`` as frozen values.

Invariants: None or an empty tuple is "no source was found", never a guess; every preset names its source and the day it
was read; ``unverified`` names the fields whose numbers do not come from the publisher's own page.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from trajecta.io.errors import QuestionError
from trajecta.resources import table
from trajecta.stats.cohort import find_by_name

BASES = {"recalled": "recalled without a page", "summary": "from a summary by others"}


@dataclass(frozen=True, slots=True)
class Journal:
    """One preset. Page lengths are mm, ``min_text``, ``min_raised``, ``max_text`` and ``min_line`` points.

    ``widths`` are the usual page widths; ``formats`` the suffixes that are taken, preferred ones first; ``dpi_line`` is
    asked of a bitmap with line art, ``dpi_combination`` of one with text or colour; ``live_text`` refuses outlines.
    ``fonts`` are the families that are asked for, ``min_raised`` is the least size of raised and lowered characters.
    ``unverified`` holds pairs of a field and a key of ``BASES``; ``general`` is the publisher's page for all journals;
    ``through`` is the address of the summary that was read where the publisher's page could not be.
    ``doubtful_widths`` are those of the widths that are not on the page.
    """

    key: str
    name: str
    source: str
    read: date
    widths: tuple[float, ...] = ()
    min_width: float | None = None
    max_height: float | None = None
    min_text: float | None = None
    max_text: float | None = None
    min_line: float | None = None
    formats: tuple[str, ...] = ()
    dpi_line: int | None = None
    dpi_combination: int | None = None
    colour: str = ""
    live_text: bool = False
    general: bool = False
    through: str = ""
    doubtful_widths: tuple[float, ...] = ()
    fonts: tuple[str, ...] = ()
    min_raised: float | None = None
    unverified: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def doubt(self, *fields: str) -> str:
        """What to say beside a finding that rests on these fields: empty where the publisher's page says them."""
        found = dict(self.unverified)
        basis = next((found[name] for name in fields if name in found), "")
        return f"not verified, {BASES[basis]}" if basis else ""

    @property
    def dpi(self) -> int | None:
        """Resolution asked of a chart saved as a bitmap: the one for line art, else the one for combinations."""
        return self.dpi_line if self.dpi_line is not None else self.dpi_combination


@cache
def journals() -> tuple[Journal, ...]:
    """All presets, in the order of the table."""
    return tuple(_journal(entry) for entry in table("journals")["journal"])


def _journal(entry: dict[str, Any]) -> Journal:
    fields = dict(entry)
    for name in ("widths", "fonts", "formats", "doubtful_widths"):
        fields[name] = tuple(fields.get(name, ()))
    fields["unverified"] = tuple(fields.get("unverified", {}).items())
    fields["note"] = " ".join(fields.get("note", "").split())
    return Journal(**fields)


def journal(wanted: str) -> Journal:
    """The preset with this key or name, ignoring case and punctuation; QuestionError naming the known ones."""
    key = find_by_name(wanted, ((entry.key, entry.name) for entry in journals()))
    for entry in journals():
        if entry.key == key:
            return entry
    known = ", ".join(entry.key for entry in journals())
    raise QuestionError(f"There is no preset for the journal “{wanted}”; choose one of {known}.")
