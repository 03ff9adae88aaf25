"""Visit windows: values that carry only a day or a date, placed at the planned visit in whose window they lie.

Invariants: a visit that a sheet names stays as it is named; within a window the value nearest to the planned day
counts, of two equally near the earlier; the values that do not count stay as visits of their own and are listed; the
actual day of every value is kept.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from trajecta.io.build_time import EARLIEST_VISIT
from trajecta.io.build_visits import NO_NAMES, VisitTable, ordered_visits
from trajecta.io.issue_log import IssueLog, counted
from trajecta.io.mapping import Window
from trajecta.io.visit_names import VisitName, visit_like
from trajecta.stats.cohort import Observation, Visit

# The last value up to day 0, and the widths that protocols with visits at 1, 3, 6 and 12 months usually allow.
DEFAULT_WINDOWS = (
    Window("Baseline", 0.0, float(EARLIEST_VISIT), 0.0),
    Window("Month 1", 30.0, 23.0, 37.0),
    Window("Month 3", 90.0, 76.0, 104.0),
    Window("Month 6", 180.0, 150.0, 210.0),
    Window("Month 12", 365.0, 320.0, 410.0),
)
Place = tuple[str, str, str]


def window_of(day: float, windows: Sequence[Window]) -> Window | None:
    """The window in which a study day lies; of overlapping ones that with the nearest planned day, the earlier of two.

    >>> window_of(100, DEFAULT_WINDOWS).visit, window_of(-3, DEFAULT_WINDOWS).visit, window_of(60, DEFAULT_WINDOWS)
    ('Month 3', 'Baseline', None)
    """
    fitting = [w for w in windows if w.first <= day <= w.last]
    return min(fitting, key=lambda w: (abs(day - w.day), w.day), default=None)


def useful_windows(days: Iterable[float]) -> tuple[Window, ...]:
    """The usual windows that would hold at least one of the study days."""
    found = {window_of(day, DEFAULT_WINDOWS) for day in days}
    return tuple(w for w in DEFAULT_WINDOWS if w in found)


def in_windows(
    observations: Sequence[Observation], table: VisitTable, windows: Sequence[Window], log: IssueLog
) -> tuple[tuple[Observation, ...], tuple[Visit, ...]]:
    """The observations at the visits of the windows, and the visits there are then, in the order of time."""
    free = table.by_day - table.named
    held: set[Place] = {(o.patient, o.measure, o.visit) for o in observations if o.visit not in free}
    within: dict[tuple[str, str, Window], list[Observation]] = {}
    for found in observations:
        window = window_of(found.day, windows) if found.visit in free and found.day is not None else None
        if window is not None:
            within.setdefault((found.patient, found.measure, window), []).append(found)
    names = {window: _name_of(window, table) for window in windows}
    moved: dict[Observation, str] = {}
    for (patient, measure, window), candidates in within.items():
        key = names[window].key
        if (patient, measure, key) in held:
            _say_held(candidates, window, log)
            continue
        best = min(candidates, key=lambda o: (o.value is None, abs((o.day or 0.0) - window.day), o.day or 0.0))
        moved[best] = key
        held.add((patient, measure, key))
        for other in candidates:
            if other is not best and other.value is not None:
                _say_not_chosen(other, best, window, log)
    log.issues = [issue for issue in log.issues if issue.kind != NO_NAMES]  # that is answered by the windows
    _say_placed(moved, names, log)
    table.visits.update({name.key: name for name in names.values() if name.key not in table.visits})
    placed = []
    for found in observations:
        visit = moved.get(found) or _named_by_day(found, free, held, table)
        placed.append(found if visit == found.visit else replace(found, visit=visit))
    used = {o.visit for o in placed} | table.named
    table.visits = {key: name for key, name in table.visits.items() if key in used}
    return tuple(placed), ordered_visits(table, {(o.patient, o.visit): o.day for o in placed if o.day is not None})


def _name_of(window: Window, table: VisitTable) -> VisitName:
    """The visit of a window: as a sheet has it, else on the day that the window plans."""
    name = visit_like(window.visit)
    return table.visits.get(name.key) or replace(name, day=window.day, alias=False)


def _named_by_day(found: Observation, free: set[str], held: set[Place], table: VisitTable) -> str:
    """A visit outside the windows: by its day, where only its place among the dates of the patient was known."""
    if found.visit not in free or found.day is None or not found.visit.startswith("visit "):
        return found.visit
    key = f"day {found.day:g}"
    if (found.patient, found.measure, key) in held:
        return found.visit
    held.add((found.patient, found.measure, key))
    table.visits.setdefault(key, VisitName(key, f"Day {found.day:g}", found.day))
    return key


def _say_placed(moved: dict[Observation, str], names: dict[Window, VisitName], log: IssueLog) -> None:
    count: dict[str, int] = {}
    for key in moved.values():
        count[key] = count.get(key, 0) + 1
    said = "; ".join(
        f"{name.label} (day {w.first:g} to {w.last:g}, planned {w.day:g}): {counted(count[name.key], 'value')}"
        for w, name in names.items()
        if name.key in count
    )
    if said:
        log.note(None, f"Values without a named visit are placed in windows, the nearest to the planned day. {said}.")
    else:
        log.warning(None, "No value lies in a visit window.", "Are the windows right, and is day 0 known?")


def _say_not_chosen(other: Observation, best: Observation, window: Window, log: IssueLog) -> None:
    log.note(
        other.source,
        f"{other.source}: {other.patient} has two values in the window of {window.visit}; “{best.text}” of day "
        f"{best.day:g} is nearer to day {window.day:g} and counts, “{other.text}” of day {other.day:g} stays a visit "
        "of its own.",
        kind="another value in the window",
    )


def _say_held(candidates: list[Observation], window: Window, log: IssueLog) -> None:
    for found in candidates:
        log.note(
            found.source,
            f"{found.source}: {found.patient} has a value at the visit named {window.visit}, which counts; "
            f"“{found.text}” of day {found.day:g} stays a visit of its own.",
            kind="a named visit beside the window",
        )
