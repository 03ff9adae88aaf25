"""What changed between two data cuts of one study: patients, visits, single values with their cells, then the numbers.

Invariants: two values are the same when patient, visit and measure are; a value that only moved to another cell has not
changed; the numbers are those of the question that is asked, computed from both cuts in the same way.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from trajecta.io.issue_log import counted
from trajecta.io.overview import change_of, number, p_of, side_text
from trajecta.io.study import Study
from trajecta.stats.cohort import CellRef, Cohort, Course, Observation
from trajecta.stats.compare import compare
from trajecta.stats.results import PairedResult
from trajecta.stats.words import interval_text, p_number


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that is new, gone or another. Texts are those of the cells, empty where there is none."""

    patient: str
    visit: str
    measure: str
    before: str
    after: str
    cell_before: CellRef | None = None
    cell_after: CellRef | None = None

    @property
    def kind(self) -> str:
        """``new``, ``gone`` or ``changed``."""
        return "new" if self.cell_before is None else "gone" if self.cell_after is None else "changed"


@dataclass(frozen=True, slots=True)
class CourseChange:
    """One row of the medication log that is new or gone; a corrected row is both."""

    patient: str
    text: str
    kind: str
    cell: CellRef | None = None


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One number of the answer in both cuts, as text; empty where a cut has no such answer."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between two cuts. ``question`` says which comparison ``numbers`` belong to."""

    patients_new: tuple[str, ...] = ()
    patients_gone: tuple[str, ...] = ()
    visits_new: tuple[str, ...] = ()
    visits_gone: tuple[str, ...] = ()
    values: tuple[ValueChange, ...] = ()
    courses: tuple[CourseChange, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    question: str = ""
    unchanged: int = 0

    @property
    def any(self) -> bool:
        """Whether anything differs in the data."""
        return bool(
            self.patients_new
            or self.patients_gone
            or self.visits_new
            or self.visits_gone
            or self.values
            or self.courses
        )


def changes_between(old: Study, new: Study) -> Changes:
    """What differs between two cuts, in the order of the new cut; ``numbers`` answer the question of the old study."""
    first, second = _values(old.cohort), _values(new.cohort)
    labels = {v.key: v.label for v in (*old.cohort.visits, *new.cohort.visits)}
    names = {m.key: m.name for m in (*old.cohort.measures, *new.cohort.measures)}
    values = []
    for place in dict.fromkeys((*second, *first)):
        a, b = first.get(place), second.get(place)
        if _same(a, b):
            continue
        cells = (a.source if a else None, b.source if b else None)
        values.append(ValueChange(place[0], labels[place[1]], names[place[2]], _shown(a), _shown(b), *cells))
    old_ids, new_ids = [p.id for p in old.cohort.patients], [p.id for p in new.cohort.patients]
    old_visits, new_visits = [v.label for v in old.cohort.visits], [v.label for v in new.cohort.visits]
    question, numbers = _numbers(old, new)
    return Changes(
        patients_new=tuple(i for i in new_ids if i not in old_ids),
        patients_gone=tuple(i for i in old_ids if i not in new_ids),
        visits_new=tuple(v for v in new_visits if v not in old_visits),
        visits_gone=tuple(v for v in old_visits if v not in new_visits),
        values=tuple(values),
        courses=_courses(old.cohort, new.cohort),
        numbers=numbers,
        question=question,
        unchanged=sum(_same(first.get(place), b) for place, b in second.items()),
    )


def _values(cohort: Cohort) -> dict[tuple[str, str, str], Observation]:
    """The values that were read from cells; those computed from the medication log change with its rows."""
    derived = {m.key for m in cohort.measures if m.derived}
    return {(o.patient, o.visit, o.measure): o for o in cohort.observations if o.measure not in derived}


def _same(a: Observation | None, b: Observation | None) -> bool:
    if a is None or b is None:
        return a is b
    return (a.value, a.censored) == (b.value, b.censored) and (a.value is not None or a.text == b.text)


def _shown(observation: Observation | None) -> str:
    return "" if observation is None else observation.text


def _courses(old: Cohort, new: Cohort) -> tuple[CourseChange, ...]:
    def told(course: Course) -> tuple[str, str]:
        start = "" if course.start is None else f"from day {course.start}"
        stop = "" if course.stop is None else f"to day {course.stop}"
        return course.patient, " ".join(part for part in (course.drug, course.dose_text, start, stop) if part)

    def beside(courses: tuple[Course, ...], others: tuple[Course, ...], kind: str) -> list[CourseChange]:
        left = Counter(map(told, others))  # a row written twice in one cut and once in the other has changed once
        found = []
        for course in courses:
            if left[told(course)]:
                left[told(course)] -= 1
            else:
                found.append(CourseChange(*told(course), kind, course.source))
        return found

    return (*beside(new.courses, old.courses, "new"), *beside(old.courses, new.courses, "gone"))


def _numbers(old: Study, new: Study) -> tuple[str, tuple[NumberChange, ...]]:
    asked = old.comparison
    if asked is None:
        return "", ()
    first = compare(old.cohort, asked)
    known = any(m.key == asked.measure for m in new.cohort.measures)
    keys = {v.key for v in new.cohort.visits}
    second = compare(new.cohort, asked) if known and {asked.before, asked.after} <= keys else None
    question = f"{first.measure.name}, {first.before_label} to {first.after_label}"
    before, after = _said(first), _said(second)
    return question, tuple(
        NumberChange(name, before[name], after[name]) for name in before if before[name] or after[name]
    )


def _said(result: PairedResult | None) -> dict[str, str]:
    """The numbers of an answer as they are shown; all empty without one."""
    if result is None:
        return dict.fromkeys(("pairs", "before", "after", "change", "P"), "")
    change, (p, _) = change_of(result), p_of(result)
    return {
        "pairs": str(result.n),
        "before": side_text(result.before_summary),
        "after": side_text(result.after_summary),
        "change": f"{number(change.estimate)}; {interval_text(change)}",
        "P": "–" if p is None else p_number(p),
    }


def headline(changes: Changes) -> str:
    """All changes in one sentence: ``2 patients and 9 values are new, 1 value is another.``"""
    if not changes.any:
        return "Nothing changed: every value is the same as before."
    kinds = {kind: sum(v.kind == kind for v in changes.values) for kind in ("new", "changed", "gone")}
    parts = [
        (len(changes.patients_new), "patient", "new"),
        (len(changes.patients_gone), "patient", "gone"),
        (len(changes.visits_new), "visit", "new"),
        (len(changes.visits_gone), "visit", "gone"),
        (kinds["new"], "value", "new"),
        (kinds["changed"], "value", "changed"),
        (kinds["gone"], "value", "gone"),
        (sum(c.kind == "new" for c in changes.courses), "row of medication", "new"),
        (sum(c.kind == "gone" for c in changes.courses), "row of medication", "gone"),
    ]
    said = [f"{_counted(number, noun)} {what}" for number, noun, what in parts if number]
    return ", ".join(said) + f"; {counted(changes.unchanged, 'value')} the same."


def _counted(number: int, noun: str) -> str:
    return counted(number, noun) if noun != "row of medication" or number == 1 else f"{number:,} rows of medication"


def changes_text(changes: Changes) -> str:
    """The changes as readable lines."""
    lines = [headline(changes)]
    for title, names in (
        ("New patients", changes.patients_new),
        ("Patients gone", changes.patients_gone),
        ("New visits", changes.visits_new),
        ("Visits gone", changes.visits_gone),
    ):
        if names:
            lines.append(f"{title}: {', '.join(names)}")
    for value in changes.values:
        cell = value.cell_after or value.cell_before
        told = {"new": f"{value.after} is new", "gone": f"{value.before} is gone"}
        what = told.get(value.kind, f"{value.before} → {value.after}")
        lines.append(f"  {value.patient}, {value.visit}, {value.measure}: {what} ({cell})")
    lines += [f"  {c.patient}: {c.text} is {c.kind} ({c.cell})" for c in changes.courses]
    if changes.numbers:
        lines += ["", f"The answer ({changes.question}):"]
        lines += [f"  {n.name}: {n.before or '–'} → {n.after or '–'}" for n in changes.numbers]
    return "\n".join(lines)


def changes_json(changes: Changes) -> dict[str, Any]:
    """The changes as plain values for JSON."""

    def cell(where: CellRef | None) -> str | None:
        return None if where is None else str(where)

    return {
        "headline": headline(changes),
        "patients": {"new": list(changes.patients_new), "gone": list(changes.patients_gone)},
        "visits": {"new": list(changes.visits_new), "gone": list(changes.visits_gone)},
        "values": [
            {
                "kind": v.kind,
                "patient": v.patient,
                "visit": v.visit,
                "measure": v.measure,
                "before": v.before or None,
                "after": v.after or None,
                "cell_before": cell(v.cell_before),
                "cell_after": cell(v.cell_after),
            }
            for v in changes.values
        ],
        "courses": [
            {"kind": c.kind, "patient": c.patient, "text": c.text, "cell": cell(c.cell)} for c in changes.courses
        ],
        "question": changes.question,
        "numbers": [{"name": n.name, "before": n.before or None, "after": n.after or None} for n in changes.numbers],
        "unchanged": changes.unchanged,
    }
