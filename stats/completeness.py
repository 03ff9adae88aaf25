"""Which patient has which values at which visit: the map that shows missed visits before anything is compared.

Invariants: a measure is expected at a visit where at least one included or excluded patient has a value of it; values
that were computed here (burden, yes/no rules) are not counted; a cell without a usable number counts as missing.
"""

from dataclasses import dataclass

from trajecta.stats.cohort import Cohort


@dataclass(frozen=True, slots=True)
class Cell:
    """One patient at one visit: how many of the expected measures have a value, and the names of those that lack it."""

    having: int
    expected: int
    lacking: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Share of the expected values that are there; 0.0 where nothing is expected."""
        return self.having / self.expected if self.expected else 0.0


@dataclass(frozen=True, slots=True)
class Completeness:
    """Rows are patients, columns visits, both in the order of the cohort; a visit without any value has no column."""

    patients: tuple[str, ...]
    visits: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def having(self) -> int:
        """Values that are there."""
        return sum(cell.having for row in self.rows for cell in row)

    @property
    def expected(self) -> int:
        """Values that there would be if nobody had missed anything."""
        return sum(cell.expected for row in self.rows for cell in row)


def completeness(cohort: Cohort) -> Completeness:
    """The map of a cohort. Empty rows for no visits, no rows for no patients.

    >>> from trajecta.stats.cohort import Measure, Observation, Patient, Visit
    >>> seen = [Observation("P1", "a", "m", 1.0), Observation("P2", "a", "m", None, text="n.d.")]
    >>> two = (Patient("P1"), Patient("P2"))
    >>> found = completeness(Cohort(two, (Visit("a", "A"),), (Measure("m", "M"),), tuple(seen)))
    >>> [[(c.having, c.expected, c.lacking) for c in row] for row in found.rows]
    [[(1, 1, ())], [(0, 1, ('M',))]]
    """
    names = {m.key: m.name for m in cohort.measures if not m.derived}
    seen = {(o.patient, o.visit, o.measure) for o in cohort.observations if o.value is not None and o.measure in names}
    at_visit = {
        visit.key: [key for key in names if any((p.id, visit.key, key) in seen for p in cohort.patients)]
        for visit in cohort.visits
    }
    visits = [visit for visit in cohort.visits if at_visit[visit.key]]
    rows = []
    for patient in cohort.patients:
        row = []
        for visit in visits:
            expected = at_visit[visit.key]
            lacking = tuple(names[key] for key in expected if (patient.id, visit.key, key) not in seen)
            row.append(Cell(len(expected) - len(lacking), len(expected), lacking))
        rows.append(tuple(row))
    return Completeness(tuple(p.id for p in cohort.patients), tuple(v.label for v in visits), tuple(rows))
