"""The typefaces of figures: which there are, and which one is being laid out in.

Invariants: every one is shipped in ``resources/fonts`` and embedded in PDF, so that paper looks the same on every
machine; each has the widths of a typeface that offices and journals have, so that an editor may put that in its place
and nothing moves. Charts are laid out in the typeface in force; what they make remembers it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Typeface(StrEnum):
    """A typeface, by its name in templates and on the command line."""

    SANS = "liberation-sans"
    SERIF = "liberation-serif"
    CARLITO = "carlito"


@dataclass(frozen=True, slots=True)
class Family:
    """The family a typeface belongs to, the families that have its widths, and the kind that stands in for all."""

    name: str
    alike: tuple[str, ...]
    kind: str

    @property
    def substitutes(self) -> str:
        """The family and what may stand in for it, as style sheets list them."""
        return ", ".join((self.name, *self.alike, self.kind))


FAMILIES = {
    Typeface.SANS: Family("Liberation Sans", ("Arial", "Helvetica"), "sans-serif"),
    Typeface.SERIF: Family("Liberation Serif", ("Times New Roman", "Times"), "serif"),
    Typeface.CARLITO: Family("Carlito", ("Calibri",), "sans-serif"),
}

_IN_FORCE: ContextVar[Typeface] = ContextVar("typeface", default=Typeface.SANS)


def in_force() -> Typeface:
    """The typeface that texts are measured and made in here; Liberation Sans where none was asked for.

    >>> with set_in(Typeface.SERIF):
    ...     in_force().value
    'liberation-serif'
    """
    return _IN_FORCE.get()


@contextmanager
def set_in(typeface: Typeface) -> Iterator[None]:
    """Lay out in this typeface; of this thread alone, and until the end of the ``with``."""
    before = _IN_FORCE.set(typeface)
    try:
        yield
    finally:
        _IN_FORCE.reset(before)
