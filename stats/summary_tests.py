"""Tests of one number per patient: the own slope against 0, and the later weighted mean against baseline.

Invariants: the numbers are exact fractions until they are compared, so that ties between patients are seen; the tests
are those of any paired outcome, with their floors; a patient whose visits do not give the number is named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.decimals import paired_values, ratio
from trajecta.stats.intervals import Setting, hodges_lehmann
from trajecta.stats.paired_tests import signed_rank
from trajecta.stats.patient_summaries import Points, slope, weighted_mean
from trajecta.stats.results import IntervalResult, TestResult, Zeros
from trajecta.stats.visit_times import TimeAxis


@dataclass(frozen=True, slots=True)
class SummaryTest:
    """One summary tested over the patients: its exact signed-rank test against 0 and its typical value.

    ``values`` are (patient, number), ``without`` the patients whose visits do not give the number.
    """

    key: str
    name: str
    unit: str
    values: tuple[tuple[str, float], ...]
    without: tuple[str, ...]
    test: TestResult
    typical: IntervalResult

    @property
    def n(self) -> int:
        """Number of patients with the number."""
        return len(self.values)


def later_against_first(points: Points) -> Fraction | None:
    """Weighted mean of the values after the first, minus the first value; None for fewer than two points.

    >>> later_against_first([(Fraction(0), Fraction(16)), (Fraction(30), Fraction(4)), (Fraction(90), Fraction(0))])
    Fraction(-14, 1)
    """
    mean = weighted_mean(points[1:])
    return None if mean is None else mean - points[0][1]


def summary_tests(
    courses: tuple[Mapping[str, Points], Mapping[str, Points]],
    axis: TimeAxis,
    told: tuple[str, str, float],
    zeros: Zeros = Zeros.WILCOXON,
) -> tuple[SummaryTest, ...]:
    """Both summaries: ``courses`` are the points of all patients, and the points from the reference visit on.

    ``told`` are the unit, the label of the reference visit and the level asked. Patients without a value at the
    reference visit have no second course. No patients, or no change in any, give tests with the reason.
    """
    unit, reference, level = told
    steep = f"{unit} per {axis.slope_unit}".strip()

    def own_slope(points: Points) -> Fraction | None:
        found = slope(points)
        return None if found is None else found * axis.slope_factor

    return (
        _tested("slope", "Slope of each patient", steep, (courses[0], own_slope), Setting(level, zeros)),
        _tested(
            "weighted_mean",
            f"Time-weighted mean of the visits after {reference} minus the value at {reference}",
            unit,
            (courses[1], later_against_first),
            Setting(level, zeros),
        ),
    )


def _tested(
    key: str,
    name: str,
    unit: str,
    numbers: tuple[Mapping[str, Points], Callable[[Points], Fraction | None]],
    setting: Setting,
) -> SummaryTest:
    courses, compute = numbers
    found = {patient: compute(points) for patient, points in courses.items()}
    values = tuple((p, ratio(x.numerator, x.denominator)) for p, x in found.items() if x is not None)
    # Equal fractions round to equal doubles, so ties and zeros stay what they are.
    differences = paired_values([0.0] * len(values), [value for _, value in values])
    return SummaryTest(
        key,
        name,
        unit,
        values,
        tuple(patient for patient, x in found.items() if x is None),
        signed_rank(differences, setting.zeros),
        hodges_lehmann(differences, setting),
    )
