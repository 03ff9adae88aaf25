"""What a reader must know about the medication log before trusting the burden computed from it.

Invariants: an issue never changes a number; each names the cell, what was done with the row, and what to do about it.
"""

from collections.abc import Iterator

from trajecta.stats.cohort import Cohort, Course, Issue, Role, Severity
from trajecta.stats.drugs import NONE, DrugClass, ambiguous, ambiguous_reason, similar, substance
from trajecta.stats.medlog import (
    Manner,
    Taken,
    by_patient,
    calendar_day,
    factor_of,
    grouped,
    is_doubtful,
    is_unconverted,
    manner_of,
    readings,
    settled,
)


def burden_issues(cohort: Cohort) -> tuple[Issue, ...]:
    """Unclear names, doses and overlaps, patients without a log, visits after the drugs were stopped; () without a log.

    Sorted by severity is not promised: the order is that of the log, then of the patients.
    """
    if not cohort.courses:
        return ()
    return (
        *_names(cohort),
        *(issue for course in cohort.courses for issue in _row(course)),
        *_no_daily_dose(cohort),
        *_unclear_days(cohort),
        *_carried(cohort),
        *_overlaps(cohort),
        *_without_log(cohort),
        *_washout(cohort),
    )


def _issue(severity: Severity, course: Course, text: str, hint: str = "") -> Issue:
    return Issue(severity, course.source, text, hint)


def _names(cohort: Cohort) -> Iterator[Issue]:
    """One issue for each name that is not clear, at its first row."""
    seen: dict[str, list[Course]] = {}
    for course in cohort.courses:
        if substance(course.substance) is None and course.drug.strip():
            seen.setdefault(course.drug.strip().casefold(), []).append(course)
    for rows in seen.values():
        first = rows[0]
        drug = first.drug.strip()
        times = f" ({len(rows)} rows)" if len(rows) > 1 else ""
        if ambiguous(drug):
            yield _ambiguous(first, times)
        elif similar(drug):
            names = " or ".join(s.name for s in readings(first) if s is not None)
            yield _issue(
                Severity.WARNING,
                first,
                f"“{drug}”{times} is not in the drug list but looks like {names}; the burden is not known on its days.",
                "Correct the name in the workbook if it is a typing error.",
            )
        else:
            yield _issue(
                Severity.WARNING,
                first,
                f"“{drug}”{times} is not in the drug list: it is not counted, but its days are not called drug-free.",
                "Write the name of the substance, or a role other than the disease if it is no treatment of it.",
            )


def _ambiguous(course: Course, times: str) -> Issue:
    reason = ambiguous_reason(course.drug)
    if factor_of(course):
        text = f"“{course.drug.strip()}”{times}: {reason}."
        return _issue(Severity.NOTE, course, text)
    return _issue(
        Severity.WARNING,
        course,
        f"“{course.drug.strip()}”{times}: {reason}; what depends on it is not known on its days.",
        "Write the name of the substance.",
    )


def _row(course: Course) -> Iterator[Issue]:
    """What is to be said about one row by itself."""
    found = readings(course)
    entry = found[0] if len(found) == 1 else None
    if course.role is not Role.DISEASE or course.substance == NONE or entry is None:
        return
    manner = manner_of(course)
    steroid = entry.kind is DrugClass.GLUCOCORTICOID
    who = f"{entry.name} of {course.patient}"
    if manner is Manner.LOCAL:
        if entry.counts:
            yield _issue(Severity.NOTE, course, f"{who} is given locally ({course.route.strip()}) and is not counted.")
    elif is_unconverted(entry):
        yield _issue(
            Severity.WARNING,
            course,
            f"{who} has no agreed prednisolone factor: its dose is not in the prednisolone equivalent.",
            "" if course.route.strip() else "Give the route: inhaled or topical use does not count at all.",
        )
    elif steroid and course.daily_mg is None:
        written = f" (“{course.dose_text.strip()}”)" if course.dose_text.strip() else ""
        yield _issue(
            Severity.WARNING,
            course,
            f"The daily dose of {who}{written} is not known, so the prednisolone equivalent is not known on its days.",
            "Give dose, unit and frequency in the workbook.",
        )
    yield from _plausible(course, who, entry.daily_max_mg)
    if entry.kind is DrugClass.IVIG:
        yield _issue(
            Severity.NOTE,
            course,
            f"{who} counts as treatment of the disease.",
            "If it replaces missing immunoglobulin, write “replacement” as its role.",
        )


def _no_daily_dose(cohort: Cohort) -> Iterator[Issue]:
    """Pulses and depot injections, one note for each kind."""
    for manner, kind in (
        (Manner.PULSE, "pulses (≥ 250 mg a day for up to 5 days)"),
        (Manner.DEPOT, "depot injections"),
    ):
        rows = [c for c in cohort.courses if c.role is Role.DISEASE and manner_of(c) is manner]
        if rows:
            patients = ", ".join(dict.fromkeys(c.patient for c in rows))
            text = f"Glucocorticoid {kind} are in the cumulative dose but not in the dose of a day: {patients}."
            yield _issue(Severity.NOTE, rows[0], text)


def _plausible(course: Course, who: str, most: float | None) -> Iterator[Issue]:
    mg = course.daily_mg
    if mg is None:
        return
    shown = f" (“{course.dose_text.strip()}”)" if course.dose_text.strip() else ""
    if mg < 0:
        yield _issue(Severity.ERROR, course, f"The dose of {who}{shown} is negative.", "Correct it in the workbook.")
    elif most is not None and mg > most * 1.000001:  # a weekly limit divided by 7 is not exact
        weekly = substance(course.substance)
        assert weekly is not None  # only a known substance has a limit
        limit = f"{most * 7:.4g} mg a week" if weekly.weekly else f"{most:.4g} mg a day"
        yield _issue(
            Severity.WARNING,
            course,
            f"{who}: {mg:.4g} mg a day{shown} is more than the usual maximum of {limit}.",
            "Check dose and frequency; a weekly dose needs the frequency “weekly”.",
        )


def _unclear_days(cohort: Cohort) -> Iterator[Issue]:
    """Rows of which it is not known when the drug was taken."""
    for course in cohort.courses:
        if course.role is not Role.DISEASE or course.substance == NONE or not is_doubtful(course):
            continue
        if course.start is not None and course.stop is not None:
            what = f"{_who(course)} stops before it starts (days {_day(course.start)} and {_day(course.stop)})"
        else:
            what = f"The start of {_who(course)} cannot be read"
        yield _issue(
            Severity.ERROR,
            course,
            f"{what}: when it was taken is not known, nor is the burden that depends on it.",
            "Correct the dates in the workbook.",
        )


def _carried(cohort: Cohort) -> Iterator[Issue]:
    """Long-acting drugs that count at a visit after their last day, one note for each patient and drug."""
    for patient, rows in by_patient(cohort).items():
        attended = {o.visit for o in cohort.observations if o.patient == patient and o.value is not None}
        days = [
            d for visit in cohort.visits if visit.key in attended and (d := cohort.day(patient, visit.key)) is not None
        ]
        found: dict[str, Taken] = {}
        for taken in settled(rows).taken:
            if taken.carried is None or taken.stop is None or taken.course.role is not Role.DISEASE:
                continue
            at_visit = any(taken.stop < calendar_day(day) <= taken.carried for day in days)
            last = found.get(taken.course.substance or "")
            if at_visit and (last is None or last.stop is None or taken.stop > last.stop):
                found[taken.course.substance or ""] = taken
        for taken in found.values():
            yield _issue(
                Severity.NOTE,
                taken.course,
                f"{_who(taken.course)}, last day {_day(taken.stop)}, counts as taken until day {_day(taken.carried)} "
                "(long-acting), though not for doses.",
                "If it shall end earlier, add a row of the drug with dose 0 from that day on.",
            )


def _overlaps(cohort: Cohort) -> Iterator[Issue]:
    for rows in by_patient(cohort).values():
        for manner, group in grouped(c for c in rows if c.role is Role.DISEASE and not is_doubtful(c)):
            if manner is Manner.DAILY:
                yield from _overlaps_in(group)


def _overlaps_in(rows: tuple[Course, ...]) -> Iterator[Issue]:
    """Doubles, rows taken over by a later one, and rows that are summed; rows come ordered by start."""
    seen: set[tuple[float | None, int | None, int | None]] = set()
    reach: Course | None = None  # the row with explicit stop that reaches furthest so far
    last: Course | None = None
    for row in rows:
        who = _who(row)
        identity = (row.daily_mg, row.start, row.stop)
        if identity in seen:
            yield _issue(Severity.WARNING, row, f"{who} stands twice with the same dose and dates and counts once.")
            continue
        seen.add(identity)
        if last is not None and last.stop is None and row.start is not None and last.start != row.start:
            yield _issue(
                Severity.NOTE,
                last,
                f"{_who(last)} has no stop: it ends before the next row (day {_day(row.start)}).",
            )
        if reach is not None and _summed(reach, row):
            counted = "the doses are summed" if factor_of(row) else "it counts once"
            yield _issue(
                Severity.WARNING,
                row,
                f"{who} from day {_day(row.start)} overlaps with the row to day {_day(reach.stop)}: {counted} there.",
                "Correct the dates if one row was meant to replace the other.",
            )
        if row.stop is not None and (reach is None or reach.stop is None or row.stop > reach.stop):
            reach = row
        last = row


def _who(course: Course) -> str:
    return f"{course.drug.strip()} of {course.patient}"


def _summed(earlier: Course, row: Course) -> bool:
    """Both count on at least one day: more than the one boundary day of a taper."""
    if earlier.stop is None or row.start is None:
        return row.start is None
    return row.start < earlier.stop or (row.start == earlier.stop and earlier.start == row.start)


def _day(day: int | None) -> str:
    return "unknown" if day is None else str(day).replace("-", "−")


def _without_log(cohort: Cohort) -> Iterator[Issue]:
    """Patients with values but without a row in the log; one without values has no question to answer."""
    have = {c.patient for c in cohort.courses}
    seen = {o.patient for o in cohort.observations if o.value is not None}
    for patient in cohort.patients:
        if patient.id in seen and patient.id not in have:
            yield Issue(
                Severity.WARNING,
                patient.source,
                f"{patient.id} has no row in the medication log: the medication burden is not known (not zero).",
                "If the patient takes nothing, add a row with “none” as the drug.",
            )


def _washout(cohort: Cohort) -> Iterator[Issue]:
    """Visits up to day 0 that are read after lymphodepletion began: the drugs were stopped by then."""
    late: dict[str, list[str]] = {}
    logs = by_patient(cohort)
    attended = {(o.patient, o.visit) for o in cohort.observations if o.value is not None}
    for patient in cohort.patients:
        rows = logs.get(patient.id, ())
        begins = [c.start for c in rows if c.role is Role.LYMPHODEPLETION and c.start is not None]
        for visit in cohort.visits:
            day = cohort.day(patient.id, visit.key)
            if (
                begins
                and (patient.id, visit.key) in attended
                and day is not None
                and min(begins) <= calendar_day(day) <= 0
            ):
                late.setdefault(visit.label, []).append(patient.id)
    for label, patients in late.items():
        yield Issue(
            Severity.WARNING,
            None,
            f"{label} lies after the start of lymphodepletion ({', '.join(patients)}): "
            "drugs that were stopped before it are not counted.",
            "Give the date of the visit, or compare with an earlier visit that has a date.",
        )
