"""Frequencies and doses as a medication sheet writes them, read into administrations a day and milligrams a day.

Invariants: nothing is guessed: what needs a weight, a body surface or the strength of a tablet is None with the reason
in half a sentence; every assumption (no frequency, midpoint of a range) is returned as a remark.
"""

import re
import unicodedata
from functools import cache

from trajecta.resources import table

DAYS_PER_MONTH = 30.4375  # a "monthly" drug; "every 4 weeks" is 28 days


def folded(text: str) -> str:
    """Lower case without accents; characters of other scripts stay.

    >>> folded("Täglich"), folded("5 μg")
    ('taglich', '5 µg')
    """
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c)).replace("μ", "µ")


_EVENT = re.compile(
    r"(once|1 ?x|x ?1|one time|one off|single( dose)?|single administration|einmalig|einmal|einzeldosis|einzelgabe|stat"
    r"|unique|dose unique|une fois|una vez|dosis unica|pulse|puls|bolus|一次|单次)"
)
_AS_NEEDED = re.compile(
    r"\b(prn|bei bedarf|b ?b|bedarf|nach bedarf|as needed|when needed|as required|sos|si besoin|a la demande|a demanda"
    r"|si precisa|en caso necesario)\b|必要时"
)
_DAY = r"(?:d|die|day|days|daily|tag|tage|tagl|taglich|tgl|jour|jours|j|dia|dias|diario|diaria|giorno|日|天)"
_WEEK = r"(?:w|wk|wks|week|weeks|weekly|wo|woche|wochen|wochentl|wochentlich|semaine|semaines|sem|semana|semanas|周)"
_MONTH = r"(?:m|mo|mon|month|months|monthly|monat|monate|monaten|monatlich|mois|mes|meses|月)"
_SPANS = ((_DAY, 1.0), (_WEEK, 7.0), (_MONTH, DAYS_PER_MONTH))
_EVERY = r"(?:q|every|each|alle|jede[nrms]?|tous les|toutes les|cada|每)"
_PER = r"(?:a|an|/|per|pro|par|al|a la|je|im|in der|por|each|every|每)?"
_TIMES = r"(?:x|×|mal|times|time|fois|veces|vez|\*)"
_COUNTS = {
    "once": 1, "einmal": 1, "une": 1, "una": 1, "one": 1, "twice": 2, "zweimal": 2, "deux": 2, "dos": 2, "two": 2,
    "three": 3, "dreimal": 3, "trois": 3, "tres": 3, "viermal": 4, "quatre": 4, "four": 4, "cuatro": 4,
}  # fmt: skip
_FIXED = {
    "daily": 1.0,
    "twice_daily": 2.0,
    "three_times_daily": 3.0,
    "four_times_daily": 4.0,
    "alternate_days": 0.5,
    "weekly": 1 / 7,
    "fortnightly": 1 / 14,
    "monthly": 1 / DAYS_PER_MONTH,
}
_UNCLEAR = {"biweekly": "“biweekly” can mean twice a week or every two weeks"}


# What may follow a frequency without changing it: a route ("tgl. p.o.") or a number of days ("daily x 3 days").
_TAIL = re.compile(r" (po|p o|per os|iv|i v|sc|s c|im|i m|oral|orally|x ?\d+( ?(d|days|tage|jours|dias))?)$")


def _frequency_text(text: str) -> str:
    return _TAIL.sub("", re.sub(r"[\s.,;:()]+", " ", folded(text)).replace("-", " ").strip())


def is_event(text: str) -> bool:
    """Whether the frequency says "once": one administration on one day, without a course that goes on.

    >>> is_event("einmalig"), is_event("once"), is_event("once daily")
    (True, True, False)
    """
    return _EVENT.fullmatch(_frequency_text(text)) is not None


@cache
def per_day(text: str) -> float | None:
    """Administrations a day that a frequency means; None if it is empty or not understood.

    Once (an event) is 1, on its one day; "as needed" is 0 (an administration must be recorded to count); "monthly" is
    1/30.4375 and "every 4 weeks" 1/28; a pattern such as 1-0-1 is the sum of its parts.

    >>> per_day("BID"), per_day("1-0-1"), per_day("jeden 2. Tag"), per_day("2x tgl."), per_day("bei Bedarf")
    (2.0, 2.0, 0.5, 2.0, 0.0)
    >>> round(1 / per_day("q2w")), round(1 / per_day("alle 4 Wochen")), 1 / per_day("monthly"), per_day("biweekly")
    (14, 28, 30.4375, None)
    """
    pattern = _posology(text)
    if pattern is not None:
        return sum(pattern)
    plain = _frequency_text(text)
    if _AS_NEEDED.search(plain):
        return 0.0
    if _EVENT.fullmatch(plain):
        return 1.0
    return _cells().get(plain) or _regular(plain)


@cache
def _cells() -> dict[str, float]:
    words = table("drugs")["frequency"]
    return {_frequency_text(word): times for name, times in _FIXED.items() for word in words[name]}


def _regular(plain: str) -> float | None:
    """Frequencies built from a count and a span: every 3 days, q4w, 3x/week, zweimal täglich."""
    hours = re.fullmatch(r"(?:q|every|alle|toutes les|cada) ?(\d+) ?(?:h|hours?|stunden|std|heures|horas)", plain)
    if hours and int(hours[1]):
        return 24 / int(hours[1])
    for span, days in _SPANS:
        every = re.fullmatch(rf"{_EVERY} ?(\d*) ?{span}", plain) or re.fullmatch(rf"(\d+) ?(?:{span})lich", plain)
        if every and every[1] != "0":
            return 1 / (days * int(every[1] or 1))
        times = re.fullmatch(rf"(\d+|[a-z]+) ?{_TIMES}? ?{_PER} ?{span}", plain)
        if times and (times[1].isdigit() or times[1] in _COUNTS):
            return (int(times[1]) if times[1].isdigit() else _COUNTS[times[1]]) / days
    return None


def _posology(text: str) -> tuple[float, ...] | None:
    """The parts of ``1-0-1`` or ``200-0-200``; None for everything else, also for a range of two numbers."""
    clean = text.strip().replace("½", ".5").replace("1/2", ".5").replace("¼", ".25").replace(",", ".")
    parts = re.split(r"\s*[-–]\s*", clean)
    if len(parts) not in (3, 4) or not all(re.fullmatch(r"\d*\.?\d+", p) for p in parts):
        return None
    return tuple(float(p) for p in parts)


_MILLIGRAMS = {"g": 1000.0, "gramm": 1000.0, "gram": 1000.0, "grams": 1000.0, "mg": 1.0, "milligram": 1.0,
               "milligramm": 1.0, "µg": 0.001, "ug": 0.001, "mcg": 0.001, "microgram": 0.001, "mikrogramm": 0.001,
               "克": 1000.0, "毫克": 1.0}  # fmt: skip
# A second amount behind the first one (40 -> 5, 5/0/2,5, 5 mg/2,5), but not mg/m2 and mL/1.73; or an arrow alone.
_SECOND_NUMBER = re.compile(r"^[^\w(*†‡µ%]+$|^[^\w(]*\d|/\s*\d")
_NO_MILLIGRAMS = (
    (r"/ ?kg", "needs the body weight, which the sheet does not give at that time"),
    (r"/ ?(m2|m²|qm)", "needs the body surface area, which the sheet does not give"),
    (r"^(tbl|tabl|tab|caps?|kps|kapsel|st(ü|u)ck|stk|comp|pills?|hub|amp|drops|tropfen|片|粒)",
     "needs the strength of one piece in mg"),
    (r"^(iu|ie|i\.?e\.?|u|ui|units?|einheiten|ml|l|%)\b", "cannot be turned into mg"),
)  # fmt: skip


def daily_mg(dose: float | str | None, unit: str = "", frequency: str = "") -> tuple[float | None, str]:
    """Mean milligrams a day, and a remark for the reader (empty when there is nothing to say).

    ``dose`` is a number or the cell's text (``"12,5"``, ``"10-15"`` → midpoint, ``"10 mg"``, ``"2x500 mg"``,
    ``"10 mg/d"``). Doses per kg, per m², in tablets or international units give None with the reason. Without a
    frequency the dose is taken as a day's dose, which the remark says. One administration ("once") counts in full on
    its day. A dose of 0 is 0.

    >>> daily_mg(1, "g", "BID"), daily_mg("12,5", "mg", "tgl."), daily_mg("10-15", "mg", "qd")[0]
    ((2000.0, ''), (12.5, ''), 12.5)
    >>> daily_mg(25, "mg/m²", "once")
    (None, 'a dose in mg/m² needs the body surface area, which the sheet does not give')
    >>> daily_mg("40 -> 5", "mg", "QD")[0], daily_mg("5/0/2,5 mg")[0], daily_mg("40 mg, dann 5 mg", "mg", "QD")[0]
    (None, None, None)
    >>> daily_mg(15, "mg", "weekly")[0] == 15 / 7, daily_mg(None, "mg", "200-0-200")[0]
    (True, 400.0)
    """
    amount, said_unit, said_frequency, remark = _dose(dose)
    shown = unit.strip() or said_unit
    unit = folded(shown)
    frequency = frequency.strip() or said_frequency
    if said_frequency != frequency and _has_number(said_frequency):
        return None, f"the dose “{dose}” is not understood"
    unit, tail = _split_rate(unit)
    frequency = frequency or tail
    pattern = _posology(frequency)
    if pattern is not None and max(pattern) > 10:  # 200-0-200: milligrams, not pieces
        amount, frequency = sum(pattern), "daily"
    if amount is None:
        return None, remark or "no dose is given"
    if amount == 0:
        return 0.0, ""
    for shape, reason in _NO_MILLIGRAMS:
        if re.search(shape, unit):
            return None, f"a dose in {shown} {reason}"
    factor = _MILLIGRAMS.get(unit.rstrip("."))
    if factor is None:
        return None, f"the unit “{shown}” is not understood" if unit else "the dose has no unit"
    if not frequency:
        return amount * factor, remark or "no frequency is given, so the dose is taken as the dose of a day"
    times = per_day(frequency)
    if times is None:
        return None, _UNCLEAR.get(_frequency_text(frequency), f"the frequency “{frequency}” is not understood")
    if times == 0:
        return 0.0, "it is taken as needed and not counted until an administration is recorded"
    return amount * factor * times, remark


def _has_number(text: str) -> bool:
    """Whether what stands behind a dose is another amount and no frequency, as in “40 mg -> 5 mg”."""
    return any(c.isdigit() for c in text) and per_day(text) is None and _posology(text) is None


def _split_rate(unit: str) -> tuple[str, str]:
    """``mg/d`` is the unit mg with the frequency daily; ``mg/kg/d`` stays, it needs a weight."""
    match = re.fullmatch(rf"([a-zµ克毫]+) ?(?:/|pro|per|par|al|je) ?({_DAY}|{_WEEK}|{_MONTH})\.?", unit)
    if match is None:
        return unit, ""
    span = next(days for shape, days in _SPANS if re.fullmatch(shape, match[2]))
    return match[1], {1.0: "daily", 7.0: "weekly"}.get(span, "monthly")


def _dose(dose: float | str | None) -> tuple[float | None, str, str, str]:
    """(amount, unit, frequency, remark) of a dose cell."""
    if dose is None or isinstance(dose, int | float):
        return (None if dose is None else float(dose)), "", "", ""
    text = dose.strip().replace("μ", "µ")
    if not text:
        return None, "", "", ""
    if re.match(r"\d{1,3}[.,]\d{3}(?!\d)", text):
        return None, "", "", f"the dose “{dose}” could be a decimal or a thousand"
    pattern = _posology(text)
    if pattern is not None:
        return (sum(pattern), "mg", "daily", "") if max(pattern) > 10 else (None, "", "", f"“{dose}” has no amount")
    number = r"(\d+(?:[.,]\d+)?)"
    shape = rf"(?:(\d+) ?[x×*] ?)?{number}(?: ?(?:-|–|to|bis|à) ?{number})? ?(\D[^\s]*)? ?(.*)"
    match = re.fullmatch(shape, text, re.IGNORECASE)
    if match is None:
        return None, "", "", f"the dose “{dose}” is not understood"
    low, high = (None if g is None else float(g.replace(",", ".")) for g in (match[2], match[3]))
    assert low is not None  # the pattern demands it
    times = int(match[1] or 1)
    unit, frequency = match[4] or "", match[5] or ""
    if unit and _SECOND_NUMBER.search(unit):
        return None, "", "", f"the dose “{dose}” is not understood"
    if high is None:
        remark = f"“{dose}” is taken as given every day" if match[1] and not frequency else ""
        return low * times, unit, frequency, remark
    return (low + high) / 2 * times, unit, frequency, f"“{dose}” is a range; its midpoint is used"
