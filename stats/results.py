"""Questions and answers of a paired comparison as frozen values; ``None`` is "cannot be said", with a reason."""

from dataclasses import dataclass, field
from enum import StrEnum

from trajecta.stats.cohort import Kind, LeftOut, Measure


class Zeros(StrEnum):
    """What the signed-rank test does with unchanged patients: drop them before ranking, or rank them (Pratt)."""

    WILCOXON = "wilcoxon"
    PRATT = "pratt"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question: did ``measure`` change from visit ``before`` to visit ``after``?

    ``level`` is the confidence level asked of every interval, in (0, 1). ``test`` is the key of the leading test.
    ``important`` is the smallest change that ``share_improved`` counts as improved; None counts any improvement.
    """

    measure: str
    before: str
    after: str
    zeros: Zeros = Zeros.WILCOXON
    level: float = 0.95
    test: str = "signed_rank"
    important: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """Summary of one side of the comparison; ``sd`` has n − 1 in the denominator and is None for n < 2.

    ``signs`` stand before smallest value, median and largest value where values beyond the limit of the assay leave
    the figure open (see ``limits_of_assay``); it is then the figure of the limits.
    """

    n: int
    median: float | None = None
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    sd: float | None = None
    signs: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test. ``p`` is two-sided, never 0; ``p_smallest`` is the smallest two-sided P this design can give."""

    __test__ = False  # not a pytest class

    key: str
    name: str
    p: float | None
    p_smallest: float | None
    exact: bool
    statistic: float | None = None
    df: float | None = None
    n_used: int = 0
    zeros: int = 0
    ties: bool = False
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class IntervalResult:
    """An estimate with its interval, the level asked and the level achieved."""

    key: str
    name: str
    estimate: float | None
    low: float | None
    high: float | None
    level_asked: float
    level: float | None
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proportion:
    """k of n with its Clopper–Pearson interval at the level asked."""

    k: int
    n: int
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class YesNoResult:
    """The 2×2 table of a paired yes/no outcome with the patients in its cells, and what follows from it."""

    both: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    neither: tuple[str, ...]
    exact_p: float | None
    mid_p: float | None
    p_smallest: float | None
    before: Proportion
    after: Proportion
    difference: IntervalResult
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PatientChange:
    """One patient's two values and their exact decimal difference (after − before), with the cells' own texts."""

    patient: str
    before: float
    after: float
    difference: float
    before_text: str = ""
    after_text: str = ""


@dataclass(frozen=True, slots=True)
class PairedResult:
    """The answer to a ``Comparison``.

    ``improved``/``worsened`` are None where the measure has no known direction; ``increased``/``decreased`` always
    count. ``cautions`` are what the reader must know before P. ``lead`` says what happened to the patients.
    """

    comparison: Comparison
    measure: Measure
    before_label: str
    after_label: str
    changes: tuple[PatientChange, ...]
    left_out: tuple[LeftOut, ...]
    before_summary: Summary
    after_summary: Summary
    improved: int | None
    unchanged: int
    worsened: int | None
    increased: int
    decreased: int
    tests: tuple[TestResult, ...] = ()
    intervals: tuple[IntervalResult, ...] = ()
    yes_no: YesNoResult | None = None
    cautions: tuple[str, ...] = ()
    lead: str = ""
    methods: str = ""
    kind: Kind = field(default=Kind.NUMERIC)

    @property
    def n(self) -> int:
        """Number of patients used."""
        return len(self.changes)

    @property
    def patients(self) -> tuple[str, ...]:
        """Ids of the patients used, in cohort order."""
        return tuple(change.patient for change in self.changes)

    def test(self, key: str) -> TestResult:
        """The test with this key; KeyError if it was not run."""
        for test in self.tests:
            if test.key == key:
                return test
        raise KeyError(key)

    def interval(self, key: str) -> IntervalResult:
        """The interval with this key; KeyError if it was not computed."""
        for interval in self.intervals:
            if interval.key == key:
                return interval
        raise KeyError(key)
