"""A medication log made of what is said of drugs at visits: courses from the visit that states a dose to the next.

Invariants: a dose holds from its visit until the day before the next visit at which it is not stated, and this is said;
at a visit about which the sheet says nothing, and before the first one it speaks of, the medication is not known; every
row of the log keeps the cells it was made of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from trajecta.io.cells import shown
from trajecta.io.drug_texts import DrugText
from trajecta.io.placed import NOTHING, Placed, sheet_of
from trajecta.io.visit_names import BEFORE
from trajecta.io.workbook import CellValue, Sheet
from trajecta.stats.cohort import CellRef, Issue, Severity
from trajecta.stats.doses import folded
from trajecta.stats.drugs import NOT_STATED, DrugClass, ambiguous, substance, substance_of

HEADERS = (
    "Patient ID", "Drug", "Dose", "Unit", "Frequency", "Route", "Course start", "Course stop", "Note",
)  # fmt: skip


class Stated(NamedTuple):
    """One drug at one visit: the cell that names it, the cell that doses it, and what was read."""

    drug: Placed
    dose: Placed
    read: DrugText
    unit: Placed = NOTHING


@dataclass
class AtVisit:
    """What a sheet says of one patient at one visit; ``stated`` None where it says nothing, () where no drug is taken.

    ``visit`` holds a name, a date or a study day. ``where`` is the cell that says it.
    """

    patient: Placed
    visit: Placed
    where: CellRef | None
    stated: list[Stated] | None = field(default_factory=list)


class _Run(NamedTuple):
    key: tuple[str, ...]
    cells: tuple[Placed, ...]


def log_sheet(name: str, visits: Sequence[AtVisit], like: Sequence[Sheet]) -> Sheet:
    """The medication log of all patients; ``visits`` are those of each patient in their order in time."""
    by_patient: dict[str, list[AtVisit]] = {}
    for visit in visits:
        by_patient.setdefault(shown(visit.patient.value), []).append(visit)
    assumed: list[Placed] = []
    rows: list[Sequence[Placed]] = [[Placed(text) for text in HEADERS]]
    for met in by_patient.values():
        if any(visit.stated is not None for visit in met):
            rows += _courses(met, assumed)
    return sheet_of(name, rows, like, _notes(like[0].name, visits, assumed))


def _courses(met: Sequence[AtVisit], assumed: list[Placed]) -> list[list[Placed]]:
    """The rows of one patient; doses whose unit is assumed are added to ``assumed``."""
    patient = met[0].patient
    spoken = next(visit for visit in met if visit.stated is not None)
    nothing_known = (Placed(NOT_STATED, spoken.where), *[NOTHING] * 4)
    rows = [[patient, *nothing_known, NOTHING, _before(spoken.visit), NOTHING]]
    open_runs: dict[tuple[str, ...], list[Placed]] = {}
    for visit in met[met.index(spoken) :]:
        current = dict(_runs(visit, assumed))
        for key in [key for key in open_runs if key not in current]:
            open_runs.pop(key)[7] = _before(visit.visit)
        for key, cells in current.items():
            if key not in open_runs:
                row = [visit.patient, *cells[:5], visit.visit, Placed("ongoing"), cells[5]]
                open_runs[key] = row
                rows.append(row)
    return rows


def _runs(visit: AtVisit, assumed: list[Placed]) -> Iterable[tuple[tuple[str, ...], tuple[Placed, ...]]]:
    """For each drug of a visit what makes it the same course as at the visit before, and its cells."""
    if visit.stated is None:
        yield (NOT_STATED,), (Placed(NOT_STATED, visit.where), *[NOTHING] * 5)
        return
    taken = [stated for stated in visit.stated if not stated.read.stopped]
    if not taken:
        yield ("none",), (Placed("none", visit.where), *[NOTHING] * 5)
    for stated in taken:
        read, at = stated.read, stated.dose.where
        name, unit = shown(stated.drug.value), stated.unit
        dose = Placed(stated.dose.value if isinstance(stated.dose.value, float) else read.dose or None, at)
        if dose.value is not None and unit.value is None and without_unit(dose.value) and is_steroid(name):
            unit = Placed("mg", at)
            assumed.append(dose)
        cells = (dose, unit, *(Placed(text or None, at) for text in (read.frequency, read.route, read.note)))
        key = (substance_of(name) or folded(name), *(shown(cell.value) for cell in cells[:4]))
        yield key, (stated.drug, *cells)


def without_unit(dose: CellValue) -> bool:
    """Whether a dose is a number, or a multiple of one, without the unit that it needs.

    >>> without_unit(5.0), without_unit("2x5"), without_unit("5 mg"), without_unit("200-0-200")
    (True, True, False, False)
    """
    text = shown(dose)
    return bool(text) and all(c in "x×*" or not c.isalpha() for c in text) and "-" not in text.strip("-")


def is_steroid(drug: str) -> bool:
    """Whether every reading of a name is a glucocorticoid with a prednisolone factor.

    >>> is_steroid("Pred"), is_steroid("MMF"), is_steroid("MP")
    (True, False, False)
    """
    key = substance_of(drug)
    found = [substance(k) for k in ((key,) if key else ambiguous(drug))]
    return bool(found) and all(s is not None and s.kind is DrugClass.GLUCOCORTICOID and s.factor for s in found)


def _before(visit: Placed) -> Placed:
    return Placed(f"{BEFORE} {shown(visit.value)}", visit.where)


def _notes(sheet: str, visits: Sequence[AtVisit], assumed: Sequence[Placed]) -> list[Issue]:
    found = [
        Issue(
            Severity.WARNING,
            None,
            f"“{sheet}” gives drugs at visits: each dose is taken to hold from one visit to the next, the last one on.",
            "To be exact between visits, give a medication log with the first and the last day of each dose.",
        )
    ]
    if assumed:
        where = assumed[0].where
        found.append(
            Issue(
                Severity.WARNING,
                where,
                f"{len(assumed)} glucocorticoid {'dose' if len(assumed) == 1 else 'doses'} of “{sheet}” without a unit "
                f"(the first in {where}) {'is' if len(assumed) == 1 else 'are'} taken as mg a day.",
                "Are they milligrams a day?",
            )
        )
    for visit in visits:
        if visit.stated is None:
            who, when = shown(visit.patient.value), shown(visit.visit.value)
            found.append(
                Issue(
                    Severity.WARNING,
                    visit.where,
                    f"“{sheet}” says nothing about the drugs of {who} at {when}; they are not known there.",
                    "Was nothing taken (then write “none”), or was it not recorded?",
                    "no drugs stated",
                )
            )
        for stated in visit.stated or ():
            if stated.read.unclear and stated.read.stopped:
                found.append(_stop_unused(visit, stated))
            elif stated.read.unclear:
                found.append(
                    Issue(
                        Severity.WARNING,
                        stated.dose.where or stated.drug.where,
                        f"{stated.dose.where or stated.drug.where}: “{stated.read.unclear}” is not understood; what is "
                        f"kept is “{stated.drug.value}”{_with_dose(stated.read)}.",
                        "Which drug and which dose is meant?",
                        "an unclear drug or dose",
                    )
                )
    return found


def _stop_unused(visit: AtVisit, stated: Stated) -> Issue:
    """What is said of a date beside a stop: at the visit before, the drug is still known to be taken."""
    where = stated.dose.where or stated.drug.where
    return Issue(
        Severity.WARNING,
        where,
        f"{where}: “{stated.read.unclear}” beside the stop of “{stated.drug.value}” is not used; the drug is taken to "
        f"end on the day before {shown(visit.visit.value)}.",
        "Is it the day of the stop? Then give a medication log with it.",
        "a date beside a stop",
    )


def _with_dose(read: DrugText) -> str:
    said = " ".join(filter(None, (read.dose, read.frequency)))
    return f" with “{said}”" if said else " without a dose"
