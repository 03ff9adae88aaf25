"""One patient's medication log settled into what was taken on which day.

Invariants: days are calendar days, both ends included; only rows with role DISEASE are burden; an identical row counts
once; a later start ends an earlier open-ended row of the same substance on the day before; the day that two taper rows
share belongs to the later one; other overlaps are summed. A log without rows knows nothing: every answer is None. A
row whose days are not clear makes unknown what it could change; a long-acting drug counts on after its last day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor

from trajecta.stats.cohort import Cohort, Course, Role
from trajecta.stats.doses import folded
from trajecta.stats.drugs import NONE, DrugClass, Substance, ambiguous, similar, substance

PULSE_MG = 250.0  # mg/day prednisolone equivalent: "pulse" in the EULAR nomenclature (Buttgereit 2002, ARD 61:718)
PULSE_DAYS = 5  # "for one or a few days"; a longer course of such a dose is maintenance
# Routes by which a drug acts where it is put and not in the whole body; beginnings of words, without accents.
_LOCAL = (
    "top", "local", "lokal", "cutan", "kutan", "dermal", "cream", "creme", "crema", "salbe", "ointment", "pommade",
    "pomada", "lotion", "gel", "inhal", "aerosol", "nasal", "nasen", "eye", "aug", "ophth", "oftal", "drops", "tropfen",
    "ocular", "intraart", "intra art", "intra-art", "i.a", "ia", "intralesion", "epidural", "periart", "外用", "吸入",
    "关节",
)  # fmt: skip
# Routes as a sheet writes them, for drugs whose carry-over depends on it; whole words, without accents and dots.
_ROUTES = {
    "iv": frozenset(
        {"iv", "intravenous", "intravenos", "intraveineux", "intravenosa", "infusion", "perfusion", "静脉"}
    ),
    "sc": frozenset({"sc", "subcutaneous", "subkutan", "subcutan", "sous-cutane", "subcutanea", "sq", "皮下"}),
}
_DEPOT = ("im", "i.m", "intramus", "depot", "肌")


class Manner(StrEnum):
    """How a row counts: as a daily dose, as a pulse, as a depot injection, or not at all because it acts locally."""

    DAILY = "daily"
    PULSE = "pulse"
    DEPOT = "depot"
    LOCAL = "local"


def is_local(route: str) -> bool:
    """Whether the route is local: topical, inhaled, eye, intra-articular; an empty route is systemic.

    >>> is_local("topisch"), is_local("i.a."), is_local("p.o."), is_local("")
    (True, True, False, False)
    """
    plain = folded(route).strip()
    return plain.startswith(_LOCAL)


def route_of(course: Course) -> str:
    """``iv`` or ``sc`` where the route column, else the name of the drug, says so in a word of its own; else empty.

    >>> route_of(Course("P1", "Belimumab", "belimumab", route="i.v.")), route_of(Course("P1", "Benlysta s.c.", None))
    ('iv', 'sc')
    """
    for text in (course.route, course.drug):
        words = set(folded(text).replace(".", "").replace(",", " ").replace("/", " ").split())
        found = [route for route, names in _ROUTES.items() if words & names]
        if len(found) == 1:
            return found[0]
    return ""


def carry_days(course: Course) -> int:
    """Days after its last one for which a course still counts: ``carry_days`` of its substance by the route; else 0.

    >>> carry_days(Course("P1", "Rituximab", "rituximab")), carry_days(Course("P1", "MMF", "mycophenolate mofetil"))
    (180, 0)
    """
    found = substance(course.substance)
    by_route = dict(found.carry_days) if found is not None else {}
    return by_route.get(route_of(course), by_route.get("", 0))


def is_doubtful(course: Course) -> bool:
    """Whether it is not known when the drug was taken: marked so, or a stop before the start."""
    return course.doubtful or (course.start is not None and course.stop is not None and course.stop < course.start)


def could_cover(course: Course, day: int) -> bool:
    """Whether a doubtful row could have been taken, or still count, on the day.

    Only a known stop of a row of unknown start bounds it; of days that contradict each other neither is believed.
    """
    bounded = course.start is None and course.stop is not None
    return not bounded or course.stop is None or day <= course.stop + carry_days(course)


def readings(course: Course) -> tuple[Substance | None, ...]:
    """What a course can be; None stands for something that is not in the dictionary.

    One entry: certain (or certainly unknown). Several: an ambiguous name, or a likely typo, which is that drug or none.
    """
    found = substance(course.substance)
    if found is not None:
        return (found,)
    keys = ambiguous(course.drug)
    return tuple(map(substance, keys)) if keys else (*map(substance, similar(course.drug)), None)


def factor_of(course: Course) -> float | None:
    """Prednisolone equivalents of one milligram: 0 for what is no systemic glucocorticoid, None if it cannot be said.

    An ambiguous name is no obstacle when all its readings count alike (PRED: prednisolone or prednisone). A
    glucocorticoid without an agreed factor (budesonide) is 0 here and named in ``burden_issues``.
    """
    factors = {0.0 if s is None else s.factor or 0.0 for s in readings(course)}
    return factors.pop() if len(factors) == 1 else None


def manner_of(course: Course) -> Manner:
    """How the row counts, from its route, its dose and its length."""
    if is_local(course.route):
        return Manner.LOCAL
    factor = factor_of(course)
    if not factor:
        return Manner.DAILY
    if folded(course.route).strip().startswith(_DEPOT):
        return Manner.DEPOT
    short = course.start is not None and course.stop is not None and course.stop - course.start < PULSE_DAYS
    pulse = short and course.daily_mg is not None and course.daily_mg * factor >= PULSE_MG
    return Manner.PULSE if pulse else Manner.DAILY


@dataclass(frozen=True, slots=True)
class Taken:
    """A course with the days on which it counts; ``start`` None = before the first record, ``stop`` None = goes on.

    ``carried`` is the last day on which a long-acting drug still counts; None for what ends with ``stop``.
    """

    course: Course
    start: int | None
    stop: int | None
    manner: Manner
    carried: int | None = None

    def on(self, day: int) -> bool:
        """Whether the drug was taken on the day; a row with dose 0 says that it was not."""
        inside = (self.start is None or self.start <= day) and (self.stop is None or day <= self.stop)
        return inside and self.course.daily_mg != 0

    def counts_on(self, day: int) -> bool:
        """Whether the drug was taken on the day or a long-acting one still counts."""
        return self.on(day) or (
            self.stop is not None and self.carried is not None and self.stop < day <= self.carried and self.real
        )

    @property
    def real(self) -> bool:
        """Whether something was taken: a row with dose 0 only says that nothing was."""
        return self.course.daily_mg != 0

    @property
    def mg(self) -> float | None:
        """Prednisolone equivalents a day; 0 for other drugs, None if the dose or the substance is not known."""
        factor = factor_of(self.course)
        if factor == 0 or self.course.daily_mg == 0:
            return 0.0
        return None if factor is None or self.course.daily_mg is None else self.course.daily_mg * factor


def takeover_key(course: Course) -> str:
    """Courses with the same key continue one another: same substance, prednisone with prednisolone, else same text."""
    same = {s.same_as for s in readings(course) if s is not None}
    return same.pop() if len(same) == 1 else folded(course.drug).strip()


def _begin(course: Course) -> float:
    return float("-inf") if course.start is None else course.start


def grouped(courses: Iterable[Course]) -> tuple[tuple[Manner, tuple[Course, ...]], ...]:
    """Courses that can continue, replace or double one another, each group ordered by start, without "none" rows."""
    groups: dict[tuple[str, Role, Manner], list[Course]] = {}
    for course in courses:
        if course.substance != NONE:
            manner = manner_of(course)
            groups.setdefault((takeover_key(course), course.role, manner), []).append(course)
    return tuple((key[2], tuple(sorted(rows, key=_begin))) for key, rows in groups.items())


def without_doubles(rows: Sequence[Course]) -> tuple[Course, ...]:
    """The rows of a group without those that repeat dose and dates of an earlier one."""
    first: dict[tuple[float | None, int | None, int | None], Course] = {}
    for course in rows:
        first.setdefault((course.daily_mg, course.start, course.stop), course)
    return tuple(first.values())


def _stop(course: Course, rows: Sequence[Course]) -> int | None:
    """The last day on which a row counts, given the other rows of its group."""
    later = [c.start for c in rows if c.start is not None and c.start > _begin(course)]
    if course.stop is None:
        return min(later) - 1 if later else None
    if course.stop in later:
        return course.stop - 1
    # A day lost between two taper rows (… to the 10th, from the 12th …) is bridged; a longer gap is a pause.
    bridged = course.stop + 2 in later and course.stop + 1 not in later
    return course.stop + 1 if bridged else course.stop


@dataclass(frozen=True, slots=True)
class Log:
    """The settled log of one patient. ``known`` is False when the sheet has no row for the patient at all.

    ``doubts`` are the rows of the disease of which it is not known when they were taken.
    """

    taken: tuple[Taken, ...]
    known: bool
    doubts: tuple[Course, ...] = ()

    def on(self, day: int) -> tuple[Taken, ...]:
        """What was taken on the day, every role and route, in the order of the log."""
        return tuple(t for t in self.taken if t.on(day))

    def burden(self, day: int) -> tuple[Taken, ...]:
        """What was taken on the day for the disease and acts in the whole body."""
        return tuple(t for t in self.on(day) if _is_burden(t))

    def counting(self, day: int) -> tuple[Taken, ...]:
        """``burden`` and the long-acting drugs that still count after their last day."""
        return tuple(t for t in self.taken if t.counts_on(day) and _is_burden(t))

    def possible(self, day: int) -> tuple[Course, ...]:
        """The doubtful rows that could have been taken on the day."""
        return tuple(course for course in self.doubts if could_cover(course, day))

    def dose(self, day: int) -> float | None:
        """Prednisolone equivalents (mg/day) of the daily rows; pulses and depot injections are no daily dose."""
        if not self.known or any(could_be_steroid(c) for c in self.possible(day)):
            return None
        return _total(t.mg for t in self.burden(day) if t.manner is Manner.DAILY)

    def immunosuppressants(self, day: int) -> int | None:
        """Number of distinct immunosuppressants; None if an ambiguous name or a doubtful row could be one more."""
        certain: set[str] = set()
        several: list[set[str]] = []
        for taken in self.counting(day):
            found = readings(taken.course)
            counting = {s.key for s in found if s is not None and s.immunosuppressant}
            if counting and len(counting) < len(found):
                return None
            if len(counting) == 1:
                certain |= counting
            elif counting:
                several.append(counting)
        overlapping = len(several) > 1 or any(names & certain for names in several)
        for course in self.possible(day):
            maybe = {s.key for s in readings(course) if s is not None and s.immunosuppressant}
            overlapping = overlapping or bool(maybe - certain)
        return None if overlapping or not self.known else len(certain) + len(several)

    def drug_free(self, day: int) -> bool | None:
        """No glucocorticoid, antimalarial or immunosuppressant; None if a drug that is not clear could be one."""
        if not self.known:
            return None
        states = {_counts(taken.course) for taken in self.counting(day)}
        states |= {None for course in self.possible(day) if _counts(course) is not False}
        return False if True in states else None if None in states else True


def _is_burden(taken: Taken) -> bool:
    return taken.course.role is Role.DISEASE and taken.manner is not Manner.LOCAL


def could_be_steroid(course: Course) -> bool:
    """Whether a row could change the daily dose: a glucocorticoid, or a name that could be one."""
    return manner_of(course) is not Manner.DEPOT and factor_of(course) != 0


def _counts(course: Course) -> bool | None:
    """Whether taking this for the disease ends being drug-free; None if that is not clear."""
    found = readings(course)
    if found == (None,):
        return None
    counting = {s is not None and s.counts for s in found}
    if len(counting) > 1:
        return None
    # Budesonide and the like without a route: inhaled it does not count, swallowed it does.
    no_route = not course.route.strip() and any(s is not None and is_unconverted(s) for s in found)
    return None if no_route else counting.pop()


def is_unconverted(found: Substance) -> bool:
    """A glucocorticoid without an agreed prednisolone factor."""
    return found.kind is DrugClass.GLUCOCORTICOID and found.factor is None


def _total(doses: Iterable[float | None]) -> float | None:
    """The sum rounded to a billionth of a mg, so that 0.75 × 6.667 is 5; None if one of them is not known."""
    total = 0.0
    for dose in doses:
        if dose is None:
            return None
        total += dose
    return round(total, 9)


def by_patient(cohort: Cohort) -> dict[str, tuple[Course, ...]]:
    """The rows of the log by patient id, each in the order of the sheet."""
    rows: dict[str, list[Course]] = {}
    for course in cohort.courses:
        rows.setdefault(course.patient, []).append(course)
    return {patient: tuple(found) for patient, found in rows.items()}


def settled(courses: Sequence[Course]) -> Log:
    """The log of one patient from the rows of the sheet, in their order (rules: first lines of this module)."""
    place = {id(course): i for i, course in enumerate(courses)}
    taken: list[Taken] = []
    for manner, rows in grouped(c for c in courses if not is_doubtful(c)):
        single = without_doubles(rows)
        taken += [_taken(c, single, manner) for c in single]
    real = (t for t in taken if t.start is None or t.stop is None or t.start <= t.stop)
    doubts = tuple(c for c in courses if is_doubtful(c) and _could_matter(c))
    return Log(tuple(sorted(real, key=lambda t: place[id(t.course)])), bool(courses), doubts)


def _could_matter(course: Course) -> bool:
    something = course.substance != NONE and course.daily_mg != 0
    return something and course.role is Role.DISEASE and manner_of(course) is not Manner.LOCAL


def _taken(course: Course, rows: Sequence[Course], manner: Manner) -> Taken:
    """One row settled among the rows of its group; a later row with dose 0 also ends the carry-over."""
    stop = _stop(course, rows) if manner is Manner.DAILY else course.stop
    days = carry_days(course)
    if stop is None or not days:
        return Taken(course, course.start, stop, manner)
    ends = [c.start - 1 for c in rows if c.daily_mg == 0 and c.start is not None and c.start > _begin(course)]
    return Taken(course, course.start, stop, manner, min([stop + days, *ends]))


def calendar_day(day: float) -> int:
    """The whole study day of a (nominal) day; halves go up.

    >>> calendar_day(91.3125), calendar_day(-6), calendar_day(30.5)
    (91, -6, 31)
    """
    return floor(day + 0.5)
