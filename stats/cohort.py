"""The cohort: patients, visits, measures, observations, courses and events as plain frozen values.

Invariants: everything is keyed by patient id and visit key, never by row; ``None`` means "not known" and
NaN or infinity never occurs; every number knows the cell it came from (``source``), unless it was computed.
Days are study days from time zero of the patient (day 0 = infusion or first treatment).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property


def column_letters(column: int) -> str:
    """Excel's letters of a 1-based column.

    >>> column_letters(1), column_letters(27), column_letters(16384)
    ('A', 'AA', 'XFD')
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True, slots=True, order=True)
class CellRef:
    """The address of one cell; row and column count from 1 as Excel's do.

    >>> str(CellRef("Visits", 7, 3))
    'Visits!C7'
    """

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        name = self.sheet if self.sheet.replace("_", "").isalnum() else f"'{self.sheet}'"
        return f"{name}!{column_letters(self.column)}{self.row}"


class Severity(StrEnum):
    """How much an issue matters: an error loses data, a warning may change a number, a note explains."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing in the workbook that the reader must know; a value, never an exception.

    ``kind`` names troubles that are alike, such as “a missing code”; empty for one of its own.
    """

    severity: Severity
    where: CellRef | None
    text: str
    hint: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient; ``facts`` are further columns of the patient sheet as (label, text)."""

    id: str
    sex: str | None = None
    age: float | None = None
    time_zero: date | None = None
    facts: tuple[tuple[str, str], ...] = ()
    source: CellRef | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned time point; ``key`` is canonical (``baseline``, ``month 3``), ``day`` its nominal study day."""

    key: str
    label: str
    day: float | None = None


class Direction(StrEnum):
    """Which way is better for the patient."""

    LOWER = "lower"
    HIGHER = "higher"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What the values of a measure are."""

    NUMERIC = "numeric"
    YES_NO = "yes-no"


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of values with its source, such as low disease activity; ``None`` is open-ended."""

    label: str
    low: float | None
    high: float | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is compared: a score, a laboratory value, a dose, a yes/no state.

    ``range`` are the instrument's limits, ``important`` the change called clinically important (or None),
    ``derived`` says that the values were computed here (from the medication log) and not read from a cell.
    """

    key: str
    name: str
    unit: str = ""
    direction: Direction = Direction.UNKNOWN
    kind: Kind = Kind.NUMERIC
    range: tuple[float, float] | None = None
    bands: tuple[Band, ...] = ()
    important: float | None = None
    derived: bool = False


class Censored(StrEnum):
    """A value beyond what the assay can tell: ``<0.5`` is BELOW, ``>5000`` is ABOVE, and its limit is the value."""

    NO = ""
    BELOW = "<"
    ABOVE = ">"


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one measure at one visit of one patient.

    ``value`` is None where the cell holds a missing code or cannot be read; ``text`` is what the cell shows.
    For yes/no measures ``value`` is 1.0 (yes) or 0.0 (no). ``day`` is the actual study day if known. ``flag`` is the
    sentence that warns about this very value (two values for one visit, a doubtful identity), empty without one.
    ``converted`` says how the value was brought to the unit of its measure (“85 mg/dL × 0.01”), empty where it is the
    number of the cell.
    """

    patient: str
    visit: str
    measure: str
    value: float | None
    day: float | None = None
    censored: Censored = Censored.NO
    text: str = ""
    source: CellRef | None = None
    flag: str = ""
    converted: str = ""


class Role(StrEnum):
    """Why a drug was given; only DISEASE counts as medication burden."""

    DISEASE = "disease"
    LYMPHODEPLETION = "lymphodepletion"
    RESCUE = "rescue"
    PROPHYLAXIS = "prophylaxis"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Course:
    """One row of the medication log.

    ``drug`` as written, ``substance`` the key in ``resources/drugs.toml`` (None if unknown). ``daily_mg`` is the
    mean milligrams a day or None if not known. Days are study days, both inclusive; ``start`` None = before the
    first record, ``stop`` None = ongoing. A row "none" (patient takes nothing) has ``substance`` ``"none"``.
    ``doubtful`` rows have days that contradict themselves or a start that cannot be read: it is not known when the drug
    was taken.
    """

    patient: str
    drug: str
    substance: str | None
    role: Role = Role.DISEASE
    daily_mg: float | None = None
    dose_text: str = ""
    route: str = ""
    start: int | None = None
    stop: int | None = None
    source: CellRef | None = None
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a patient: an adverse event, B-cell return, a relapse, the infusion."""

    patient: str
    name: str
    day: int | None = None
    end_day: int | None = None
    grade: str = ""
    text: str = ""
    source: CellRef | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A patient who could not be used in a comparison, and why."""

    patient: str
    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One patient's value before and after."""

    before: Observation
    after: Observation

    @property
    def patient(self) -> str:
        """The id of the patient whose two values these are."""
        return self.before.patient


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs of a comparison in the order of the cohort's patients, and the ledger of who was left out."""

    used: tuple[Pair, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True)
class Cohort:
    """Everything read from one workbook. Frozen; build a changed one with ``dataclasses.replace``.

    ``observations`` hold at most one entry per (patient, visit, measure). ``time_zero`` names what day 0 is.
    ``excluded`` holds the patients the user took out, each with the reason.
    """

    patients: tuple[Patient, ...] = ()
    visits: tuple[Visit, ...] = ()
    measures: tuple[Measure, ...] = ()
    observations: tuple[Observation, ...] = ()
    courses: tuple[Course, ...] = ()
    events: tuple[Event, ...] = ()
    title: str = ""
    time_zero: str = ""
    synthetic: bool = False
    excluded: tuple[LeftOut, ...] = field(default=())

    @cached_property
    def _index(self) -> Mapping[tuple[str, str, str], Observation]:
        return {(o.measure, o.visit, o.patient): o for o in self.observations}

    @cached_property
    def _days(self) -> Mapping[tuple[str, str], float]:
        return {(o.patient, o.visit): o.day for o in self.observations if o.day is not None}

    def patient(self, patient_id: str) -> Patient:
        """The patient with this id; KeyError if there is none."""
        for patient in self.patients:
            if patient.id == patient_id:
                return patient
        raise KeyError(patient_id)

    def visit(self, key: str) -> Visit:
        """The visit with this key; KeyError if there is none."""
        for visit in self.visits:
            if visit.key == key:
                return visit
        raise KeyError(key)

    def measure(self, key: str) -> Measure:
        """The measure with this key; KeyError if there is none."""
        for measure in self.measures:
            if measure.key == key:
                return measure
        raise KeyError(key)

    def observation(self, measure: str, visit: str, patient: str) -> Observation | None:
        """The one observation at this place, or None if the sheet has no such cell."""
        return self._index.get((measure, visit, patient))

    def day(self, patient: str, visit: str) -> float | None:
        """Actual study day of a patient's visit, else the visit's nominal day, else None."""
        actual = self._days.get((patient, visit))
        return self.visit(visit).day if actual is None else actual

    def series(self, measure: str, patient: str) -> tuple[Observation, ...]:
        """A patient's observations of a measure in visit order; visits without a cell are skipped."""
        found = (self.observation(measure, visit.key, patient) for visit in self.visits)
        return tuple(o for o in found if o is not None)

    @property
    def included(self) -> tuple[Patient, ...]:
        """The patients that the user has not excluded."""
        out = {left.patient for left in self.excluded}
        return tuple(p for p in self.patients if p.id not in out)

    def visits_of(self, measure: str) -> tuple[Visit, ...]:
        """The visits at which at least one patient has a value of the measure."""
        have = {o.visit for o in self.observations if o.measure == measure and o.value is not None}
        return tuple(v for v in self.visits if v.key in have)

    def pairs(self, measure: str, before: str, after: str) -> Pairs:
        """Pair the two visits by patient id and say who was left out and why.

        Patients keep the order of ``patients``; shuffling rows of the workbook changes nothing but that order.
        """
        reasons = {left.patient: left.reason for left in self.excluded}
        used: list[Pair] = []
        left_out: list[LeftOut] = []
        for patient in self.patients:
            first = self.observation(measure, before, patient.id)
            second = self.observation(measure, after, patient.id)
            if patient.id in reasons:
                left_out.append(LeftOut(patient.id, f"excluded by the user: {reasons[patient.id]}"))
            elif first is None or second is None or first.value is None or second.value is None:
                missing = ((first, before), (second, after))
                text = " and ".join(self._why(o, visit) for o, visit in missing if o is None or o.value is None)
                left_out.append(LeftOut(patient.id, text))
            else:
                used.append(Pair(first, second))
        return Pairs(tuple(used), tuple(left_out))

    def _why(self, found: Observation | None, visit: str) -> str:
        label = self.visit(visit).label
        if found is None:
            return f"no value at {label}"
        shown = f" (“{found.text}”)" if found.text else ""
        where = f" in {found.source}" if found.source else ""
        return f"no usable value at {label}{shown}{where}"


def find_by_name(wanted: str, entries: Iterable[tuple[str, str]]) -> str | None:
    """The key among (key, label) entries that a user means by ``wanted``, ignoring case, spaces and punctuation.

    >>> find_by_name("Month 3", [("month 3", "Month 3"), ("baseline", "BL")])
    'month 3'
    >>> find_by_name("bl", [("month 3", "Month 3"), ("baseline", "BL")])
    'baseline'
    """

    def plain(text: str) -> str:
        return "".join(c for c in text.casefold() if c.isalnum())

    candidates = tuple(entries)
    for key, label in candidates:
        if wanted in (key, label):
            return key
    for key, label in candidates:
        if plain(wanted) in (plain(key), plain(label)) and plain(wanted):
            return key
    return None
