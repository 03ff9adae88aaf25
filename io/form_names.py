"""Names of variables in exports of data capture systems, read as the words of a sheet: ``med_dose`` is the dose.

Invariants: a name that is understood as a whole stays; a name is only shortened where what is left is understood.
"""

from trajecta.io.headers import read_header
from trajecta.io.words import lookup, words
from trajecta.stats.instruments import plain

# What is left of a name may be one of these; an id or the name of a visit in part of a name says too little.
_FIELDS = frozenset(
    {"sex", "age", "time_zero", "date", "day", "drug", "dose", "unit", "frequency", "route", "start", "stop", "role",
     "event", "grade", "note", "fact", "identifying"}
)  # fmt: skip
_OF_DRUGS = ("med", "meds", "medication", "drug", "cm", "conmed", "medikation", "therapie")
_OF_EVENTS = ("ae", "event", "adverse", "sae")


def short_name(name: str) -> str:
    """A variable's name as a header: shortened by its first words if only what follows them is understood.

    >>> [short_name(n) for n in ("med_dose", "med_name", "ae_term", "ae_name", "pt_dob", "sledai_2k", "foo_bar", "sex")]
    ['dose', 'drug name', 'ae_term', 'event', 'dob', 'sledai_2k', 'foo_bar', 'sex']
    """
    head, _, rest = name.partition("_")
    if plain(rest) in ("name", "trt", "generic") and head.lower() in _OF_DRUGS:
        return "drug name"
    if plain(rest) in ("name", "description") and head.lower() in _OF_EVENTS:
        return "event"
    whole = read_header((name,))
    if whole.field in _FIELDS or whole.instrument is not None or whole.item is not None:
        return name
    while rest:
        if (found := read_header((rest,))).field in _FIELDS or found.instrument is not None:
            return rest
        rest = rest.partition("_")[2]
    return name


def makes_log(headers: list[str]) -> bool:
    """Whether headers are those of a list of drugs or of events, whose rows say themselves when they were.

    >>> makes_log(["drug name", "dose", "start"]), makes_log(["event", "grade"]), makes_log(["C3", "date"])
    (True, True, False)
    """
    fields = {lookup("field").get(plain(text), "") for text in headers}
    return bool(fields & {"drug", "event"}) and bool(fields & {"start", "dose", "grade", "date", "day", "stop"})


def is_fact(header: str) -> bool:
    """Whether a header names something that is known of a patient once: sex, age, the day of infusion, an arm.

    >>> is_fact("sex"), is_fact("Infusion date"), is_fact("SLEDAI")
    (True, True, False)
    """
    field = read_header((header,)).field
    return field in ("sex", "age", "time_zero", "fact", "identifying") or plain(header) in words("cell", "infusion")
