"""When each patient's visits took place: on the time axis the user gives, on study days, or as their names count.

Invariants: a time is exact (a decimal as written) and belongs to a patient's visit, so that actual days are used where
the sheet has them; visits without a known time give no axis and the reason, never an invented even spacing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.cohort import Cohort, Visit
from trajecta.stats.decimals import exact

DAYS_A_MONTH = Fraction("30.4375")
"""The mean month of the Julian year, as visit names are placed; a slope on days is given per month."""


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Where times come from. ``given`` holds one time per visit, or is None where study days are used.

    ``unit`` is "days", or empty for numbers without a unit; ``source`` completes a method sentence. ``without`` are the
    keys of visits that have no day at all; their values stay off the axis.
    """

    unit: str
    source: str
    given: tuple[Fraction, ...] | None = None
    without: tuple[str, ...] = ()

    @property
    def slope_unit(self) -> str:
        """What a slope is per: "month" on study days, else "unit of time"."""
        return "month" if self.unit == "days" else "unit of time"

    @property
    def slope_factor(self) -> Fraction:
        """From a slope per unit of the axis to one per ``slope_unit``."""
        return DAYS_A_MONTH if self.unit == "days" else Fraction(1)


NO_AXIS = (
    "Too few of the visits have a study day or a number as their name, so nothing can be said about time: {names} "
    "{have} none. Give the times of the visits, or a column of days or dates."
)
SAME_TIME = "Two of the visits lie at the same time, so they cannot be put on a time axis."


def time_axis(cohort: Cohort, visits: Sequence[Visit], given: Sequence[float] = ()) -> TimeAxis | str:
    """The time axis of these visits, or the sentence that says why there is none.

    The times given come first; then study days, where every visit has a nominal day or some patient's actual one; then
    the numbers in the names (``0, 3, 6`` or ``hr_0, hr_30``, of which a baseline visit is 0); then the study days of
    those visits that have some, if there are two. ValueError where the number of times given is not that of visits.
    """
    if given:
        if len(given) != len(visits):
            raise ValueError(f"{len(given)} times were given for {len(visits)} visits")
        return _distinct(TimeAxis("", "times as given", tuple(exact(time) for time in given)))
    missing = [visit for visit in visits if visit.day is None and not _has_days(cohort, visit)]
    numbers = numbers_in_names(visits) if missing else None
    if numbers is not None:
        return _distinct(TimeAxis("", "numbers in the names of the visits", numbers))
    if missing and len(visits) - len(missing) < 2:
        names = ", ".join(f"“{visit.label}”" for visit in missing)
        return NO_AXIS.format(names=names, have="has" if len(missing) == 1 else "have")
    known = [visit.day for visit in visits if visit.day is not None]
    if len(set(known)) < len(known):
        return SAME_TIME
    source = "actual study days where the sheet has them, else nominal ones"
    return TimeAxis("days", source, without=tuple(visit.key for visit in missing))


def _distinct(axis: TimeAxis) -> TimeAxis | str:
    assert axis.given is not None
    return axis if len(set(axis.given)) == len(axis.given) else SAME_TIME


def _has_days(cohort: Cohort, visit: Visit) -> bool:
    return any(o.visit == visit.key and o.day is not None for o in cohort.observations)


_NUMBER = re.compile(r"^(\D*?)(-?\d+(?:\.\d+)?)(\D*)$")


def numbers_in_names(visits: Sequence[Visit]) -> tuple[Fraction, ...] | None:
    """The numbers that the labels hold where they differ in nothing else; a visit on day 0 counts as 0, else None.

    Numbered visits ("Visit 2", "Follow-up 1") give None: their numbers count visits and say nothing about time.

    >>> [str(n) for n in numbers_in_names([Visit("a", "hr_0"), Visit("b", "hr_30")])]
    ['0', '30']
    >>> numbers_in_names([Visit("a", "pre.1"), Visit("b", "post.1")]) is None
    True
    """
    found: list[Fraction] = []
    around: set[tuple[str, str]] = set()
    for visit in visits:
        if visit.key.startswith(("visit ", "follow-up ")):
            return None
        match = _NUMBER.match(visit.label)
        if visit.day == 0.0:
            found.append(Fraction(0))
        elif match:
            around.add((match[1].casefold(), match[3].casefold()))
            found.append(Fraction(match[2]))
    return tuple(found) if len(found) == len(visits) and len(around) == 1 else None


def time_of(cohort: Cohort, axis: TimeAxis, patient: str, visit: str, place: int) -> Fraction | None:
    """The time of a patient's visit, the ``place``-th on the axis; None where not even a nominal day is known."""
    if axis.given is not None:
        return axis.given[place]
    day = cohort.day(patient, visit)
    return None if day is None else exact(day)
