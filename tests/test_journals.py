"""The presets of journals: every number has a source, and what is not certain says so."""

from datetime import date

import pytest

from trajecta.io.errors import QuestionError
from trajecta.io.export import FORMATS
from trajecta.io.journals import BASES, Journal, journal, journals

NUMBERS = (
    "widths", "min_width", "max_height", "min_text", "max_text", "min_line", "formats", "dpi_line", "dpi_combination",
    "colour", "fonts", "min_raised",
)  # fmt: skip


def test_the_journals_that_were_asked_for_are_there() -> None:
    assert [entry.key for entry in journals()] == ["nature", "nejm", "lancet", "cell", "ard", "ar", "science"]


@pytest.mark.parametrize("entry", journals(), ids=lambda e: e.key)
def test_every_preset_names_its_source_and_what_is_not_verified(entry: Journal) -> None:
    assert entry.source.startswith("https://")
    assert isinstance(entry.read, date)
    assert entry.note.endswith(".")
    assert set(dict(entry.unverified)) <= set(NUMBERS)
    assert set(dict(entry.unverified).values()) <= set(BASES)
    assert all(getattr(entry, name) for name in dict(entry.unverified)), "a field left out cannot be unverified"
    given = {name for name in NUMBERS if getattr(entry, name)}
    assert not entry.through or given == set(dict(entry.unverified)), "a summary verifies nothing"


@pytest.mark.parametrize("entry", journals(), ids=lambda e: e.key)
def test_the_numbers_of_a_preset_fit_together(entry: Journal) -> None:
    known = {suffix for form in FORMATS for suffix in form.suffixes}
    assert entry.formats
    assert set(entry.formats) <= known
    assert list(entry.widths) == sorted(entry.widths)
    assert set(entry.doubtful_widths) <= set(entry.widths)
    assert all(40 <= width <= 250 for width in entry.widths)
    assert entry.max_height is None or 100 <= entry.max_height <= 300
    assert (entry.min_text or 0) <= (entry.max_text or 99)
    assert (entry.min_raised or 0) <= (entry.min_text or 99)
    assert entry.colour in ("", "rgb", "cmyk")


def test_nature_is_as_its_figure_guide_says() -> None:
    nature = journal("nature")
    assert nature.widths == (89, 120, 183)
    assert (nature.max_height, nature.min_text, nature.max_text, nature.live_text) == (170, 5, 7, True)
    assert nature.doubtful_widths == (120,)
    assert nature.fonts == ("Arial", "Helvetica")
    assert nature.doubt("widths", "max_height", "min_text", "fonts") == ""
    assert nature.doubt("min_line") == "not verified, recalled without a page"


def test_a_journal_is_found_by_key_or_name_and_an_unknown_one_is_one_sentence() -> None:
    assert journal("The LANCET").key == "lancet"
    assert journal("ann rheum dis").key == "ard"
    with pytest.raises(QuestionError, match="“Blood”; choose one of nature, nejm"):
        journal("Blood")
