"""Yes/no outcomes made of a score by a rule, such as "score ≤ 4": the rule, its direction, and the values it gives.

Invariants: values are compared as the decimals the sheet shows; a value beyond its limit of measurement is decided only
where the limit settles the rule, else it is not known; the rule says which way is better, never the data.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, Measure, Observation
from trajecta.stats.decimals import exact
from trajecta.stats.words import number_text


class Relation(StrEnum):
    """How a value must stand to the limit to count as yes."""

    AT_MOST = "≤"
    BELOW = "<"
    AT_LEAST = "≥"
    ABOVE = ">"
    EQUAL = "="


_WRITTEN = {
    "<=": Relation.AT_MOST,
    "≤": Relation.AT_MOST,
    ">=": Relation.AT_LEAST,
    "≥": Relation.AT_LEAST,
    "==": Relation.EQUAL,
    "<": Relation.BELOW,
    ">": Relation.ABOVE,
    "=": Relation.EQUAL,
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule: yes where the value stands in ``relation`` to ``limit``, a finite number.

    >>> str(Threshold(Relation.AT_MOST, 4.0))
    '≤ 4'
    """

    relation: Relation
    limit: float

    def __str__(self) -> str:
        return f"{self.relation.value} {number_text(self.limit)}"


def threshold_of(text: str) -> Threshold | None:
    """The rule that a text such as "<=4", "≥ 0.5" or "< 1,5" writes; None where it writes none.

    >>> threshold_of("<=4"), threshold_of("about 4")
    (Threshold(relation=<Relation.AT_MOST: '≤'>, limit=4.0), None)
    """
    tidy = "".join(text.split()).replace("−", "-")
    for sign, relation in _WRITTEN.items():
        if tidy.startswith(sign):
            number = tidy.removeprefix(sign).replace(",", ".")
            # float() also reads nan, inf and 1_000, which no sheet writes for a number.
            if not number or not set(number) <= set("+-.0123456789eE"):
                return None
            try:
                limit = float(number)
            except ValueError:
                return None
            return Threshold(relation, limit) if abs(limit) < float("inf") else None
    return None


def holds(rule: Threshold, value: float, censored: Censored = Censored.NO) -> bool | None:
    """Whether the rule holds for a value; None where its limit of measurement leaves that open.

    >>> holds(Threshold(Relation.AT_MOST, 0.6), 0.6), holds(Threshold(Relation.AT_MOST, 4), 0.5, Censored.BELOW)
    (True, True)
    >>> holds(Threshold(Relation.AT_MOST, 4), 10, Censored.BELOW) is None
    True
    """
    shown, limit = exact(value), exact(rule.limit)
    if censored is Censored.NO:
        return _holds(rule.relation, shown, limit)
    inside = shown < limit if censored is Censored.ABOVE else shown > limit
    if inside:  # the limit of the rule lies where the true value may lie, too
        return None
    below = censored is Censored.BELOW
    return {
        Relation.AT_MOST: below,
        Relation.BELOW: below,
        Relation.AT_LEAST: not below,
        Relation.ABOVE: not below,
        Relation.EQUAL: False,
    }[rule.relation]


def _holds(relation: Relation, value: Fraction, limit: Fraction) -> bool:
    return {
        Relation.AT_MOST: value <= limit,
        Relation.BELOW: value < limit,
        Relation.AT_LEAST: value >= limit,
        Relation.ABOVE: value > limit,
        Relation.EQUAL: value == limit,
    }[relation]


def yes_direction(direction: Direction, rule: Threshold) -> Direction:
    """Whether yes is better: it is where the rule asks for the better end of the measure.

    >>> yes_direction(Direction.LOWER, Threshold(Relation.AT_MOST, 4)).value
    'higher'
    """
    if direction is Direction.UNKNOWN or rule.relation is Relation.EQUAL:
        return Direction.UNKNOWN
    small = rule.relation in (Relation.AT_MOST, Relation.BELOW)
    return Direction.HIGHER if small is (direction is Direction.LOWER) else Direction.LOWER


def derived_measure(measure: Measure, rule: Threshold) -> Measure:
    """The yes/no measure that a rule makes of a measure, such as "SLEDAI-2K ≤ 4"."""
    unit = f" {measure.unit}" if measure.unit and measure.unit != "points" else ""
    return Measure(
        key=f"{measure.key} {rule}",
        name=f"{measure.name} {rule}{unit}",
        direction=yes_direction(measure.direction, rule),
        kind=Kind.YES_NO,
        derived=True,
    )


def with_threshold(cohort: Cohort, measure: str, rule: Threshold) -> tuple[Cohort, str]:
    """The cohort with the derived yes/no measure added, and its key; KeyError for an unknown measure.

    A missing value stays missing; one whose limit of measurement leaves the rule open has no value and keeps its text,
    so that the ledger says why the patient is left out.
    """
    derived = derived_measure(cohort.measure(measure), rule)
    observations = tuple(_judged(o, rule, derived.key) for o in cohort.observations if o.measure == measure)
    others = tuple(m for m in cohort.measures if m.key != derived.key)
    kept = tuple(o for o in cohort.observations if o.measure != derived.key)
    return replace(cohort, measures=(*others, derived), observations=(*kept, *observations)), derived.key


def _judged(observation: Observation, rule: Threshold, key: str) -> Observation:
    value = observation.value
    found = None if value is None else holds(rule, value, observation.censored)
    text = observation.text
    if found is None and value is not None and not text:
        text = f"{observation.censored.value}{number_text(value)}"
    judged = None if found is None else float(found)
    return replace(observation, measure=key, value=judged, censored=Censored.NO, text=text)


def two_valued(cohort: Cohort, measure: str) -> tuple[float, float] | None:
    """The two values of a measure that takes exactly two, ascending; None for more, fewer or censored ones.

    A measure that takes only 0, or only 1, stands for no and yes: one of them was not seen.
    """
    seen = [o for o in cohort.observations if o.measure == measure and o.value is not None]
    found = sorted({o.value for o in seen if o.value is not None})
    if found and set(found) <= {0.0, 1.0}:
        found = [0.0, 1.0]
    if len(found) != 2 or any(o.censored is not Censored.NO for o in seen):
        return None
    return found[0], found[1]
