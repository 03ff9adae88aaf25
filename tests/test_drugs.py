"""The drug dictionary and the reading of names, roles, frequencies and doses."""

from collections import defaultdict

import pytest

from trajecta.resources import table
from trajecta.stats.cohort import Role
from trajecta.stats.drugs import (
    DrugClass,
    ambiguous,
    ambiguous_reason,
    daily_mg,
    is_event,
    per_day,
    role_in,
    role_of,
    similar,
    substance,
    substance_of,
    substances,
)


@pytest.mark.parametrize("entry", substances(), ids=lambda s: s.key)
def test_every_word_of_a_substance_means_that_substance(entry):
    for word in (entry.key, entry.name, *entry.words):
        assert substance_of(word) == entry.key, word
        assert substance_of(f"  {word.upper()} ") == entry.key, word
    assert entry.name
    assert entry.short
    assert entry.same_as in {s.key for s in substances()}
    if entry.factor is not None:
        assert entry.kind is DrugClass.GLUCOCORTICOID
    if entry.immunosuppressant:
        assert entry.kind not in (DrugClass.GLUCOCORTICOID, DrugClass.ANTIMALARIAL, DrugClass.NOT_COUNTED)


def test_no_word_stands_for_two_substances():
    owners = defaultdict(set)
    for entry in substances():
        for word in (entry.key, entry.name, *entry.words):
            owners[word.casefold()].add(entry.key)
    assert {word: keys for word, keys in owners.items() if len(keys) > 1} == {}


@pytest.mark.parametrize("name", table("drugs")["ambiguous"])
def test_ambiguous_names_are_never_guessed_and_say_why(name):
    entry = table("drugs")["ambiguous"][name]
    for word in (name, *entry.get("words", ())):
        assert substance_of(word) is None
        assert ambiguous(word) == tuple(entry["candidates"])
        assert len(ambiguous(word)) > 1
        assert all(substance(key) is not None for key in ambiguous(word))
        assert ambiguous_reason(word)


# domain.md §3.1 and §7.7: mg of the drug, mg of prednisolone
@pytest.mark.parametrize(
    ("key", "mg", "prednisolone"),
    [
        ("methylprednisolone", 16, 20),
        ("dexamethasone", 6, 40),
        ("hydrocortisone", 20, 5),
        ("deflazacort", 30, 25),
        ("betamethasone", 3, 20),
        ("cortisone", 25, 5),
        ("triamcinolone", 4, 5),
        ("prednisone", 5, 5),
        ("prednisolone", 5, 5),
    ],
)
def test_prednisolone_equivalents(key, mg, prednisolone):
    entry = substance(key)
    assert entry is not None
    assert entry.factor is not None
    assert mg * entry.factor == pytest.approx(prednisolone, abs=1e-12)


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("Prednisolon (Decortin H)", "prednisolone"),
        ("Prednisolon 20mg", "prednisolone"),
        ("prednisolone 12.5 mg/d p.o.", "prednisolone"),
        ("MMF 1g 1-0-1", "mycophenolate mofetil"),
        ("MMF (CellCept)", "mycophenolate mofetil"),
        ("EC-MPS 720", "mycophenolate sodium"),
        ("Mycophenolate sodium", "mycophenolate sodium"),
        ("HCQ 200-0-200", "hydroxychloroquine"),
        ("Hydroxychloroquine sulfate 200 mg Tabl.", "hydroxychloroquine"),
        ("Methylprednisolone sodium succinate i.v.", "methylprednisolone"),
        ("Urbason i.v.", "methylprednisolone"),
        ("Endoxan 500 mg i.v.", "cyclophosphamide"),
        ("6-MP", "mercaptopurine"),
        ("IVIG 2 g/kg", "immunoglobulin iv"),
        ("Fludarabin 25 mg/m²", "fludarabine"),
        ("Cotrim forte", "cotrimoxazole"),
        ("Vitamin D3 1000 IE", "vitamin d"),
        ("羟氯喹 200mg", "hydroxychloroquine"),
        ("泼尼松", "prednisone"),
        ("keine", "none"),
        ("MTX", "methotrexate"),
        ("", None),
        ("Wundermittel", None),
        ("Prednisolon (Endoxan)", None),
        ("CTX 500 mg", None),
        ("MP", None),
        ("MPA", None),
        ("PDN 5 mg", None),
        ("Mycophenolat", None),
    ],
)
def test_drug_cells(cell, key):
    assert substance_of(cell) == key


def test_a_typo_is_suggested_and_not_corrected():
    assert substance_of("Prednisolno") is None
    assert similar("Prednisolno") == ("prednisolone",)
    assert similar("Belimumap") == ("belimumab",)
    assert similar("Bel") == ()
    assert similar("Wundermittel") == ()


@pytest.mark.parametrize(
    ("cell", "role"),
    [
        ("Lymphodepletion", Role.LYMPHODEPLETION),
        ("lymphodéplétion", Role.LYMPHODEPLETION),
        ("linfodepleción", Role.LYMPHODEPLETION),
        ("Konditionierung", Role.LYMPHODEPLETION),
        ("CRS treatment", Role.RESCUE),
        ("Therapie CRS Grad 1", Role.RESCUE),
        ("Prophylaxe bei SLE", Role.PROPHYLAXIS),
        ("Prämedikation", Role.PROPHYLAXIS),
        ("prophylaxie", Role.PROPHYLAXIS),
        ("profilaxis", Role.PROPHYLAXIS),
        ("Grunderkrankung", Role.DISEASE),
        ("disease", Role.DISEASE),
        ("maladie de fond", Role.DISEASE),
        ("enfermedad", Role.DISEASE),
        ("Begleitmedikation", Role.OTHER),
        ("pausiert wegen Infektion", None),
        ("morgens", None),
        ("", None),
    ],
)
def test_role_words(cell, role):
    assert role_in(cell) is role


@pytest.mark.parametrize(
    ("key", "text", "day", "role", "assumed"),
    [
        ("fludarabine", "", None, Role.LYMPHODEPLETION, False),
        ("cyclophosphamide", "", -3, Role.LYMPHODEPLETION, True),
        ("cyclophosphamide", "", -7, Role.LYMPHODEPLETION, True),
        ("cyclophosphamide", "", -8, Role.DISEASE, False),
        ("cyclophosphamide", "", 1, Role.DISEASE, False),
        ("cyclophosphamide", "", None, Role.DISEASE, False),
        ("cyclophosphamide", "Grunderkrankung", -3, Role.DISEASE, False),
        ("bendamustine", "", -4, Role.LYMPHODEPLETION, True),
        ("tocilizumab", "", 5, Role.RESCUE, True),
        ("tocilizumab", "", 31, Role.DISEASE, False),
        ("tocilizumab", "", -20, Role.DISEASE, False),
        ("dexamethasone", "", 0, Role.RESCUE, True),
        ("dexamethasone", "premedication", 0, Role.PROPHYLAXIS, False),
        ("cotrimoxazole", "", 0, Role.OTHER, False),
        ("prednisolone", "", 0, Role.DISEASE, False),
        (None, "", 0, Role.DISEASE, False),
    ],
)
def test_role_of_a_course(key, text, day, role, assumed):
    reading = role_of(key, text, day)
    assert (reading.role, reading.assumed) == (role, assumed)
    assert bool(reading.reason) is assumed


def test_the_sentence_of_a_proposed_role():
    assert role_of("cyclophosphamide", "", -3).reason == (
        "Cyclophosphamide on day −3 is taken as lymphodepletion and not as treatment of the disease"
    )


@pytest.mark.parametrize(
    ("text", "times"),
    [
        *(
            (t, 1)
            for t in (
                "QD",
                "1x/d",
                "tgl.",
                "1x tgl.",
                "1 x täglich",
                "once daily",
                "q24h",
                "1-0-0",
                "1/Tag",
                "每日一次",
            )
        ),
        *(
            (t, 2)
            for t in ("BID", "2x/Tag", "zweimal täglich", "twice a day", "q12h", "cada 12 horas", "dos veces al día")
        ),
        *((t, 2) for t in ("1-0-1", "1-0-1-0", "½-1-½", "bid p.o.")),
        *((t, 3) for t in ("TID", "3 fois par jour", "alle 8 Stunden", "1-1-1")),
        ("QID", 4),
        *((t, 0.5) for t in ("QOD", "every other day", "jeden 2. Tag", "alle 2 Tage", "un jour sur deux")),
        ("q3d", 1 / 3),
        *(
            (t, 1 / 7)
            for t in ("weekly", "qw", "1x/Woche", "wöchentlich", "once a week", "1 fois par semaine", "semanal")
        ),
        *((t, 3 / 7) for t in ("3x/week", "3x/Woche")),
        *((t, 1 / 14) for t in ("q2w", "alle 2 Wochen", "14-tägig", "every 2 weeks", "alle 14 Tage")),
        *((t, 1 / 28) for t in ("q4w", "every 4 weeks", "alle 4 Wochen")),
        ("q8w", 1 / 56),
        *((t, 1 / 30.4375) for t in ("monthly", "monatlich", "q1m", "once monthly", "mensuel")),
        *((t, 1) for t in ("once", "einmalig", "single dose", "dosis única")),
        *((t, 0) for t in ("prn", "bei Bedarf", "as needed")),
        *((t, None) for t in ("", "biweekly", "d1, d15", "nach Plan", "2x", "q0d")),
    ],
)
def test_frequencies(text, times):
    found = per_day(text)
    assert found == (None if times is None else pytest.approx(times, rel=1e-12))


def test_once_is_an_event_and_once_daily_is_not():
    assert [is_event(t) for t in ("once", "einmalig", "1x", "stat")] == [True] * 4
    assert [is_event(t) for t in ("once daily", "1x tgl.", "QD", "")] == [False] * 4


@pytest.mark.parametrize(
    ("dose", "unit", "frequency", "mg"),
    [
        (20, "mg", "QD", 20),
        ("12,5", "mg", "tgl.", 12.5),
        ("10 mg/d", "", "", 10),
        ("1 g", "", "1-0-1", 2000),
        (500, "µg", "BID", 1),
        (500, "μg", "BID", 1),
        (200, "mg", "weekly", 200 / 7),
        (200, "mg/week", "", 200 / 7),
        ("10-15", "mg", "QD", 12.5),
        ("10–15 mg", "", "QD", 12.5),
        ("2x500 mg", "", "QD", 1000),
        (None, "mg", "200-0-200", 400),
        (200, "mg", "200-0-200", 400),
        ("200-0-200", "mg", "", 400),
        (0, "", "", 0),
        (5, "mg", "bei Bedarf", 0),
        (500, "mg", "once", 500),
    ],
)
def test_daily_doses(dose, unit, frequency, mg):
    assert daily_mg(dose, unit, frequency)[0] == pytest.approx(mg, rel=1e-12)


@pytest.mark.parametrize(
    ("dose", "unit", "frequency", "reason"),
    [
        (8, "mg/kg", "q4w", "body weight"),
        ("8 mg/kg KG", "", "once", "body weight"),
        (25, "mg/m²", "QD", "body surface"),
        (1, "Tbl.", "QD", "strength"),
        (2, "tablets", "QD", "strength"),
        (1000, "IE", "QD", "cannot be turned into mg"),
        (10, "", "QD", "no unit"),
        (10, "xy", "QD", "“xy” is not understood"),
        (10, "mg", "nach Plan", "“nach Plan” is not understood"),
        (10, "mg", "biweekly", "twice a week or every two weeks"),
        (None, "mg", "QD", "no dose"),
        ("n.d.", "mg", "QD", "“n.d.” is not understood"),
        ("1.000", "mg", "QD", "decimal or a thousand"),
    ],
)
def test_doses_that_cannot_be_known_say_why(dose, unit, frequency, reason):
    mg, why = daily_mg(dose, unit, frequency)
    assert mg is None
    assert reason in why


def test_assumptions_are_said():
    assert daily_mg(10, "mg", "") == (10, "no frequency is given, so the dose is taken as the dose of a day")
    assert daily_mg("10-15", "mg", "QD")[1] == "“10-15” is a range; its midpoint is used"
    assert daily_mg(10, "mg", "QD")[1] == ""
