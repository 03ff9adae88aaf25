"""Medication burden: prednisolone equivalents, immunosuppressants and drug-free days from the dated medication log.

Invariants: burden is state on one calendar day; a patient without a row in the log is unknown and never 0; only rows
with role DISEASE that act in the whole body count. What a row means and how rows join is in ``medlog``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from trajecta.stats.burden_issues import burden_issues
from trajecta.stats.cohort import Cohort, Course, Direction, Kind, Measure, Observation, Role
from trajecta.stats.drugs import DrugClass
from trajecta.stats.medlog import (
    Log,
    Manner,
    Taken,
    by_patient,
    calendar_day,
    could_be_steroid,
    could_cover,
    factor_of,
    is_doubtful,
    readings,
    settled,
)

__all__ = (
    "MEASURES", "DoseStep", "DrugBar", "active_drugs", "burden_issues", "cumulative_dose", "dose_on", "dose_steps",
    "drug_bars", "drug_free_on", "immunosuppressants_on", "log_of", "mean_dose", "pulses", "with_burden",
)  # fmt: skip

MEASURES = (
    Measure("prednisolone_equivalent", "Prednisolone equivalent", "mg/day", Direction.LOWER, derived=True),
    Measure("immunosuppressants", "Immunosuppressants", "count", Direction.LOWER, derived=True),
    Measure("drug_free", "Drug-free", "", Direction.HIGHER, Kind.YES_NO, derived=True),
)


class DoseStep(NamedTuple):
    """A span of days, both included, with one dose in mg/day prednisolone equivalent."""

    first: int
    last: int
    mg: float


@dataclass(frozen=True, slots=True)
class DrugBar:
    """One bar of the medication figure: a drug taken without a break for one reason.

    ``label`` is the abbreviation for the figure, ``name`` the full name, ``start`` None = before the first record,
    ``stop`` None = goes on (then ``ongoing``). ``counted`` says that it is burden: for the disease and an
    immunosuppressant, antimalarial or glucocorticoid; ``dose_known`` False that such a drug has no dose to draw.
    """

    label: str
    name: str
    role: Role
    start: int | None
    stop: int | None
    ongoing: bool
    counted: bool
    dose_known: bool = True


def log_of(cohort: Cohort, patient: str) -> Log:
    """The settled log of one patient; without rows it knows nothing."""
    return settled([c for c in cohort.courses if c.patient == patient])


def dose_on(courses: Sequence[Course], day: float) -> float | None:
    """Prednisolone equivalents (mg/day) on a study day, from all rows of one patient.

    0 if there are rows but none of a glucocorticoid that day; None if there is no row at all, or if a dose or a name
    is not clear. Pulses (≥ 250 mg/day for up to five days) and depot injections are no daily dose.
    """
    return settled(courses).dose(calendar_day(day))


def immunosuppressants_on(courses: Sequence[Course], day: float) -> int | None:
    """Number of distinct immunosuppressants taken for the disease on a study day; None without any row.

    Glucocorticoids and antimalarials are not counted. A drug given at intervals counts from start to stop of its row, a
    long-acting one (``carry_days`` of the drug list) for some days more. None too if a row whose days are not clear
    could be one more.
    """
    return settled(courses).immunosuppressants(calendar_day(day))


def drug_free_on(courses: Sequence[Course], day: float) -> bool | None:
    """Whether the patient takes no glucocorticoid, no antimalarial and no immunosuppressant for the disease that day.

    None without any row, or if a drug that day is not in the dictionary (it could be one), or if a row whose days are
    not clear could be one. A long-acting drug ends it for some days after its last one too.
    """
    return settled(courses).drug_free(calendar_day(day))


def cumulative_dose(courses: Sequence[Course], first: int, last: int, pulses: bool = True) -> float | None:
    """Milligrams of prednisolone equivalent from day ``first`` to day ``last``, both included.

    Pulses count unless ``pulses`` is False; a depot injection counts once, on its first day. None without any row,
    if a dose or the days of a row are not known, or if a row of unknown start reaches into the span. ``last < first``
    gives 0.
    """
    log = settled(courses)
    doubt = any(factor_of(c) != 0 and could_cover(c, first) for c in log.doubts)
    if not log.known or (doubt and first <= last):
        return None
    total = 0.0
    for taken in log.taken:
        if taken.course.role is not Role.DISEASE or taken.manner is Manner.LOCAL or taken.mg == 0:
            continue
        if taken.manner is Manner.PULSE and not pulses:
            continue
        stop = taken.start if taken.manner is Manner.DEPOT else taken.stop
        if (stop is not None and stop < first) or (taken.start is not None and taken.start > last) or last < first:
            continue
        mg = taken.mg
        if mg is None or taken.start is None:
            return None
        total += mg * (min(last, last if stop is None else stop) - max(first, taken.start) + 1)
    return round(total, 9)


def mean_dose(courses: Sequence[Course], first: int, last: int, pulses: bool = True) -> float | None:
    """Mean daily prednisolone equivalent (mg/day) from ``first`` to ``last``, both included; None as for the sum.

    The window of 28 days before a visit is ``mean_dose(courses, visit - 28, visit - 1)``.
    """
    total = cumulative_dose(courses, first, last, pulses) if last >= first else None
    return None if total is None else total / (last - first + 1)


def active_drugs(cohort: Cohort, patient: str, day: float) -> tuple[Course, ...]:
    """The courses that a patient is on that day, of every role and route, in the order of the log."""
    return tuple(taken.course for taken in log_of(cohort, patient).on(calendar_day(day)))


# --- the figure ------------------------------------------------------------------------------------------------------


def _known_days(cohort: Cohort, patient: str) -> tuple[int, int] | None:
    """First and last day about which the workbook says anything for this patient."""
    days = [calendar_day(o.day) for o in cohort.observations if o.patient == patient and o.day is not None]
    for course in cohort.courses:
        if course.patient == patient and not is_doubtful(course):
            days += [d for d in (course.start, course.stop) if d is not None]
    return (min(days), max(days)) if days else None


def dose_steps(cohort: Cohort, patient: str) -> tuple[DoseStep, ...]:
    """The daily dose as steps for the figure, zeros included, from the first to the last day known of the patient.

    Neighbouring steps differ in dose; a stretch of unknown dose is a gap; without rows in the log there is no step.
    Pulses are not in it: see ``pulses``.
    """
    span = _known_days(cohort, patient)
    log = log_of(cohort, patient)
    if span is None or not log.known:
        return ()
    first, last = span
    cuts = {first, last + 1}
    for taken in log.taken:
        cuts |= {d for d in (taken.start, None if taken.stop is None else taken.stop + 1) if d is not None}
    edges = sorted(d for d in cuts if first <= d <= last + 1)
    steps: list[DoseStep] = []
    for start, end in pairwise(edges):
        mg = log.dose(start)
        if mg is None:
            continue
        if steps and steps[-1].mg == mg and steps[-1].last == start - 1:
            steps[-1] = steps[-1]._replace(last=end - 1)
        else:
            steps.append(DoseStep(start, end - 1, mg))
    return tuple(steps)


def pulses(cohort: Cohort, patient: str) -> tuple[DoseStep, ...]:
    """The glucocorticoid pulses given for the disease, each with its dose in mg/day prednisolone equivalent."""
    found = (t for t in log_of(cohort, patient).taken if t.manner is Manner.PULSE and t.course.role is Role.DISEASE)
    return tuple(
        DoseStep(t.start, t.stop, t.mg)
        for t in found
        if t.start is not None and t.stop is not None and t.mg is not None
    )


def drug_bars(cohort: Cohort, patient: str) -> tuple[DrugBar, ...]:
    """The bars under the dose: every drug but the glucocorticoid steps themselves and the context drugs.

    A glucocorticoid of unknown dose has no step and gets a bar. Rows of one substance and role that touch (or overlap)
    are one bar. Order: counted drugs first, then by first day.
    """
    groups: dict[tuple[str, str, Role, bool, bool], list[Taken]] = {}
    for taken in log_of(cohort, patient).taken:
        label = _label(taken)
        if label is not None and taken.course.daily_mg != 0:
            counted = _is_counted(taken)
            known = taken.course.daily_mg is not None or not counted
            groups.setdefault((*label, taken.course.role, counted, known), []).append(taken)
    bars = [
        DrugBar(label, name, role, start, stop, stop is None, counted, known)
        for (label, name, role, counted, known), rows in groups.items()
        for start, stop in _joined(rows)
    ]
    return tuple(sorted(bars, key=lambda b: (not b.counted, float("-inf") if b.start is None else b.start, b.label)))


def _label(taken: Taken) -> tuple[str, str] | None:
    """(abbreviation, name) of a bar; None for what has no bar."""
    found = readings(taken.course)
    daily = taken.manner in (Manner.DAILY, Manner.PULSE) and taken.course.role is Role.DISEASE
    steps = daily and factor_of(taken.course) and taken.mg is not None
    if steps or all(s is not None and s.kind in (DrugClass.NOT_COUNTED, DrugClass.PROCEDURE) for s in found):
        return None
    single = found[0] if len(found) == 1 else None
    if single is None:
        return (taken.course.drug.strip(), taken.course.drug.strip())
    return (
        (f"{single.short} (local)", f"{single.name} (local)")
        if taken.manner is Manner.LOCAL
        else (single.short, single.name)
    )


def _is_counted(taken: Taken) -> bool:
    burden = taken.course.role is Role.DISEASE and taken.manner is not Manner.LOCAL
    return burden and all(s is not None and s.counts for s in readings(taken.course))


def _joined(rows: Sequence[Taken]) -> list[tuple[int | None, int | None]]:
    """Spans of days, touching ones made one."""
    spans: list[tuple[float, float]] = []
    inf = float("inf")
    ends = ((-inf if t.start is None else t.start, inf if t.stop is None else t.stop) for t in rows)
    for start, stop in sorted(ends):
        if spans and start <= spans[-1][1] + 1:
            spans[-1] = (spans[-1][0], max(stop, spans[-1][1]))
        else:
            spans.append((start, stop))
    return [(None if a == -inf else int(a), None if b == inf else int(b)) for a, b in spans]


# --- the measures ----------------------------------------------------------------------------------------------------


def _dose_value(log: Log, day: int) -> tuple[float | None, str]:
    dose = log.dose(day)
    doubts = [c for c in log.possible(day) if could_be_steroid(c)]
    return dose, _why_unknown(log, day, doubts) if dose is None else f"{dose:.4g} mg/day"


def _count_value(log: Log, day: int) -> tuple[float | None, str]:
    count = log.immunosuppressants(day)
    if count is None:
        maybe = [c for c in log.possible(day) if any(s is not None and s.immunosuppressant for s in readings(c))]
        return None, _why_unknown(log, day, maybe)
    return float(count), str(count)


def _free_value(log: Log, day: int) -> tuple[float | None, str]:
    free = log.drug_free(day)
    if free is None:
        return None, _why_unknown(log, day, log.possible(day))
    return float(free), "yes" if free else "no"


_VALUES: tuple[Callable[[Log, int], tuple[float | None, str]], ...] = (_dose_value, _count_value, _free_value)


def with_burden(cohort: Cohort) -> Cohort:
    """The cohort with the three burden measures at every visit a patient attended; unchanged without a log.

    A visit was attended if the patient has any value there; its actual day decides, else the nominal one; a visit
    without a day is skipped, a patient without a row in the log too. What is not known is an observation without a
    value whose ``text`` says why. Calling it twice changes nothing.
    """
    if not cohort.courses or any(m.derived and m.key == MEASURES[0].key for m in cohort.measures):
        return cohort
    taken_keys = {m.key for m in cohort.measures}
    measures = tuple(
        replace(m, key=f"{m.key}_from_log", name=f"{m.name} (from the log)") if m.key in taken_keys else m
        for m in MEASURES
    )
    rows = by_patient(cohort)
    attended = {(o.patient, o.visit) for o in cohort.observations if o.value is not None}
    added: list[Observation] = []
    for patient in cohort.patients:
        log = settled(rows.get(patient.id, ()))
        for visit in cohort.visits:
            day = cohort.day(patient.id, visit.key)
            if not log.known or day is None or (patient.id, visit.key) not in attended:
                continue
            for measure, value_of in zip(measures, _VALUES, strict=True):
                value, text = value_of(log, calendar_day(day))
                added.append(Observation(patient.id, visit.key, measure.key, value, day, text=text))
    return replace(cohort, measures=(*cohort.measures, *measures), observations=(*cohort.observations, *added))


def _why_unknown(log: Log, day: int, doubts: Sequence[Course]) -> str:
    """Which rows keep the burden of the day from being known; ``doubts`` are those whose days are not clear."""
    unclear = [
        t.course.drug.strip()
        for t in log.counting(day)
        if t.mg is None or len(readings(t.course)) > 1 or readings(t.course)[0] is None
    ]
    parts = [", ".join(dict.fromkeys(unclear))] if unclear else []
    if doubts:
        parts.append(f"the dates of {', '.join(dict.fromkeys(c.drug.strip() for c in doubts))}")
    return f"not known because of {' and '.join(parts)}" if parts else "not known"
