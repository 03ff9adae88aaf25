"""Day 0 of every patient, and study days from dates.

Invariants: day 0 is one named thing for the whole cohort; a patient for whom it is not known keeps the nominal days of
the visits; a day of the sheet that contradicts its date is reported, and the date is used.
"""

from datetime import date
from itertools import pairwise

from trajecta.io.build_patients import Stated
from trajecta.io.build_visits import VisitTable
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import ZeroFrom
from trajecta.stats.cohort import CellRef, Visit
from trajecta.stats.instruments import plain

# A visit this far from the day of its name (in days, and as a share of that day) is dated wrongly or named wrongly.
FAR_FROM_NAME, FAR_SHARE = 180, 0.4
EARLIEST_VISIT = -150  # a visit half a year before day 0 is more often a wrong year than a screening
Zeros = dict[str, date]


def time_zeros(
    stated: Stated,
    infusions: dict[str, tuple[date, CellRef]],
    table: VisitTable,
    roster: dict[str, str],
    log: IssueLog,
    chosen: ZeroFrom | None = None,
) -> tuple[str, Zeros]:
    """What day 0 is, and its date for each patient; an empty name if no sheet gives any date for it.

    In this order: a column such as "Infusion date"; an event such as "infusion"; the day a sheet counts its days
    from; the date of the baseline visit. A ``chosen`` source comes before all others; the first date of a patient is
    day 0 only if chosen. ``roster`` maps patient keys to ids.
    """
    counted = {
        place[0]: date.fromordinal(table.dates[place][0].toordinal() - int(day))
        for place, (day, _) in table.days.items()
        if place in table.dates and float(day).is_integer()
    }
    baseline = {patient: found[0] for (patient, visit), found in table.dates.items() if visit == "baseline"}
    first: Zeros = {}
    for (patient, _), (day, _) in table.dates.items():
        first[patient] = min(day, first.get(patient, day))
    sources: list[tuple[ZeroFrom, str, Zeros]] = [
        (ZeroFrom.COLUMN, _called(stated.zero_header), {key: found[0] for key, found in stated.zeros.items()}),
        (ZeroFrom.EVENT, "infusion", {key: found[0] for key, found in infusions.items()}),
        (ZeroFrom.DAYS, "day 0 of the sheet", counted),
        (ZeroFrom.BASELINE, "baseline visit", baseline),
        (ZeroFrom.FIRST, "first date", first if chosen is ZeroFrom.FIRST else {}),
    ]
    sources = sorted((found for found in sources if found[2]), key=lambda found: found[0] is not chosen)
    if chosen is not None and not any(found[0] is chosen for found in sources):
        log.warning(
            None,
            f"Day 0 is to come from the {chosen.value}, but no sheet has it.",
            "Choose another source of day 0." if sources else "",
        )
    if not sources:
        return ("baseline visit" if "baseline" in table.visits else ""), {}
    _, name, found_zeros = sources[0]
    zeros = dict(found_zeros)
    for _, other, more in sources[1:]:
        for key, day in more.items():
            if key not in zeros:
                zeros[key] = day
                log.warning(
                    None,
                    f"{roster[key]} has no date of {name}; {other} on {day.isoformat()} is taken as day 0.",
                    f"Write the date of {name} into the sheet.",
                )
    if len(sources) > 1 and name == "infusion" == sources[1][1]:
        _compare(stated, infusions, roster, log)
    return name, zeros


def _called(header: str) -> str:
    word = plain(header)
    if any(part in word for part in ("infus", "perfus", "cart", "回输", "输注", "d0", "day0")):
        return "infusion"
    if "transplant" in word:
        return "transplantation"
    return "first treatment" if header else ""


def _compare(stated: Stated, infusions: dict[str, tuple[date, CellRef]], roster: dict[str, str], log: IssueLog) -> None:
    for key, (day, where) in stated.zeros.items():
        other = infusions.get(key)
        if other is not None and other[0] != day:
            log.warning(
                other[1],
                f"{roster[key]}: the infusion is on {day.isoformat()} in {where} "
                f"and on {other[0].isoformat()} in {other[1]}; the first is day 0.",
                "Which date is right, or is it a second infusion?",
            )


def actual_days(table: VisitTable, zeros: Zeros, log: IssueLog) -> dict[tuple[str, str], float]:
    """The study day of every visit of every patient that has a date or a day, keyed by patient key and visit."""
    days: dict[tuple[str, str], float] = {}
    for place, (day, where) in table.dates.items():
        zero = zeros.get(place[0])
        if zero is None:
            continue
        days[place] = float((day - zero).days)
        said = table.days.get(place)
        if said is not None and abs(said[0] - days[place]) >= 1:
            log.warning(
                said[1],
                f"{said[1]} says day {said[0]:g}, but {where} ({day.isoformat()}) is day {days[place]:g}; "
                "the date is used.",
                "Is the date or the day wrong?",
                "day and date differ",
            )
        nominal = table.visits[place[1]].day if place[1] in table.visits else None
        if days[place] < EARLIEST_VISIT:
            text = f"{where} lies {-days[place]:g} days before day 0."
            log.warning(where, text, "Is the year right?", "long before day 0")
            table.doubts.setdefault(place, text)
        elif nominal is not None and abs(days[place] - nominal) > max(FAR_FROM_NAME, FAR_SHARE * nominal):
            text = (
                f"{where} dates “{table.visits[place[1]].label}” {day.isoformat()}, which is day {days[place]:g} "
                f"and not about day {nominal:.0f}."
            )
            log.warning(where, text, "Is the date or the name of the visit wrong?", "visit and date differ")
            table.doubts.setdefault(place, text)
    for place, (said_day, _) in table.days.items():
        days.setdefault(place, said_day)
    return days


def check_order(
    visits: tuple[Visit, ...], days: dict[tuple[str, str], float], roster: dict[str, str], log: IssueLog
) -> None:
    """Report patients whose visits do not follow each other in time as their names say."""
    by_patient: dict[str, list[tuple[Visit, float]]] = {}
    for visit in visits:
        for key in roster:
            day = days.get((key, visit.key))
            if day is not None and (visit.day is not None or visit.key == "screening"):
                by_patient.setdefault(key, []).append((visit, day))
    for key, met in by_patient.items():
        for (before, first), (after, second) in pairwise(met):
            if second < first:
                log.warning(
                    None,
                    f"{roster[key]}: {after.label} (day {second:g}) lies before {before.label} (day {first:g}).",
                    "Is a date or a visit name wrong?",
                )
