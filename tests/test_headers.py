"""Headers of six languages: fields, instruments, units, visits."""

import pytest

from trajecta.io.headers import is_unit, read_header, split_unit
from trajecta.io.words import lookup, months, words
from trajecta.resources import table


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Patient ID", "patient"),
        ("Pat.-Nr.", "patient"),
        ("Kürzel", "patient"),
        ("USUBJID", "patient"),
        ("病例号", "patient"),
        ("Paziente", "patient"),
        ("Visite", "visit"),
        ("Zeitpunkt", "visit"),
        ("Besuchsdatum", "date"),
        ("Fecha", "date"),
        ("Geschlecht", "sex"),
        ("m/w", "sex"),
        ("Âge", "age"),
        ("Age (y)", "age"),
        ("Infusion date", "time_zero"),
        ("Infusion am", "time_zero"),
        ("Wirkstoff", "drug"),
        ("CMTRT", "drug"),
        ("Dosis", "dose"),
        ("Einheit", "unit"),
        ("Häufigkeit", "frequency"),
        ("Beginn", "start"),
        ("bis", "stop"),
        ("Adverse event", "event"),
        ("Nachname", "identifying"),
        ("Geburtsdatum", "identifying"),
        ("E-Mail", "identifying"),
        ("Bemerkung", "note"),
        ("Indikation", "role"),
    ],
)
def test_fields(header: str, field: str) -> None:
    assert read_header((header,)).field == field


@pytest.mark.parametrize(
    ("header", "key", "unit", "visit"),
    [
        ("SLEDAI-2K", "sledai-2k", "", None),
        ("SLEDAI-2K (0-105)", "sledai-2k", "", None),
        ("C3 (g/L)", "c3", "g/L", None),
        ("UPCR mg/g", "upcr", "mg/g", None),
        ("Anti-dsDNA (IU/mL)", "anti-dsdna", "IU/mL", None),
        ("FACIT-F", "facit-f", "", None),
        ("sledai_3m", "sledai-2k", "", "month 3"),
        ("Pred_BL", "prednisolone", "", "baseline"),
        ("BSG", "esr", "", None),
        ("Kreatinin [mg/dL] M6", "creatinine", "mg/dL", "month 6"),
        ("Prednisolone (mg/d)", "prednisolone", "mg/d", None),
    ],
)
def test_instruments(header: str, key: str, unit: str, visit: str | None) -> None:
    read = read_header((header,))
    assert read.instrument is not None
    assert (read.instrument.key, read.unit) == (key, unit)
    assert (read.visit.key if read.visit else None) == visit


def test_headers_of_several_rows() -> None:
    read = read_header(("Month 3", "C3", "(g/L)"))
    assert read.visit is not None
    assert read.instrument is not None
    assert (read.visit.key, read.instrument.key, read.unit) == ("month 3", "c3", "g/L")
    read = read_header(("SLEDAI", "Month 3"))
    assert read.visit is not None
    assert read.instrument is not None
    assert (read.visit.key, read.instrument.key) == ("month 3", "sledai-2k")


def test_units() -> None:
    assert split_unit("Disease duration (y)") == ("Disease duration", "y")
    assert is_unit("mL/min/1.73 m²")
    assert not is_unit("SLEDAI")


def test_every_word_is_in_its_first_entry_and_none_is_empty() -> None:
    for section in ("field", "visit"):
        found = lookup(section)
        assert set(found.values()) == set(table("headers")[section])
    assert all(words("cell", key) for key in table("headers")["cell"])
    assert set(months().values()) == set(range(1, 13))
