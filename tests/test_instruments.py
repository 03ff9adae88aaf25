"""The registry of instruments: every entry is complete, and the published sums hold."""

import pytest

from trajecta.resources import table
from trajecta.stats.cohort import Direction
from trajecta.stats.instruments import Instrument, instrument, instrument_for, instruments, item_for, plain


@pytest.mark.parametrize("entry", instruments(), ids=lambda e: e.key)
def test_every_entry_is_complete(entry: Instrument) -> None:
    assert entry.name
    assert entry.source
    for word in (entry.key, entry.name, *entry.synonyms):
        assert instrument_for(word) == entry, f"{word} belongs to another instrument"
    if entry.range:
        assert entry.range[0] < entry.range[1]
    for band in entry.bands:
        assert band.label
        assert band.source
    assert entry.important is None or entry.important > 0


def test_sledai_weights() -> None:
    """Gladman 2002: 24 items, 8 of weight 8, 6 of 4, 7 of 2 and 3 of 1, 105 in all; 101 without the immunological."""
    items = instrument("sledai-2k").items
    weights = sorted((i.weight for i in items), reverse=True)
    assert weights == [8] * 8 + [4] * 6 + [2] * 7 + [1] * 3
    assert sum(weights) == 105
    immunological = [i.weight for i in items if i.key in ("lowcomplement", "increaseddnabinding")]
    assert instrument("csledai").range == (0, 105 - sum(immunological))


@pytest.mark.parametrize("key", ["facit-f", "mmt8", "c3", "c4", "fvc", "dlco", "egfr", "igg"])
def test_higher_is_better(key: str) -> None:
    assert instrument(key).direction is Direction.HIGHER


def test_damage_cannot_fall() -> None:
    assert [i.key for i in instruments() if i.cannot_fall] == ["sdi"]


def test_bands_only_in_their_unit() -> None:
    assert instrument("upcr").measure("g/g").bands
    assert not instrument("upcr").measure("mg/g").bands
    assert instrument("sledai-2k").measure().bands[0].high == 4
    assert instrument("sledai-2k").measure().range == (0, 105)


def test_items_are_found_by_their_names() -> None:
    for words in ("Arthritis", "SLEDAI Arthritis", "sledai2k_arthritis", "Increased DNA binding", "Hämaturie"):
        assert item_for(words) is not None, words
    assert item_for("SLEDAI") is None
    assert item_for("colour") is None


def test_unknown_keys_are_errors() -> None:
    with pytest.raises(KeyError):
        instrument("nothing")
    assert instrument_for("") is None
    assert plain("Größe (cm)") == "grossecm"
    assert list(table("instruments")) == [i.key for i in instruments()]
