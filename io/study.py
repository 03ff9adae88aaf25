"""The study: what one window has open. Frozen; questions and choices are stored in it, answers never are."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Mapping
from trajecta.io.reading import read_safely
from trajecta.io.workbook import Workbook
from trajecta.resources import ROOT
from trajecta.stats.cohort import Cohort, Direction, Issue, LeftOut
from trajecta.stats.compare import default_comparison
from trajecta.stats.results import Comparison
from trajecta.stats.thresholds import Threshold, with_threshold

if TYPE_CHECKING:
    from trajecta.stats.charts.choice import ChartChoice
    from trajecta.stats.charts.composition import Composition
    from trajecta.stats.palette import PatientStyle


@dataclass(frozen=True, slots=True)
class Study:
    """A cohort with the question asked of it and the chart chosen.

    ``primary`` are the keys of the measures that were named primary; they are a family of their own when P values are
    adjusted. ``measure`` is the measure looked at; ``comparison`` is None where there are no two visits to compare.
    ``epoch_1904`` tells the date system of the workbook. ``drawn`` and ``composed`` are what was chosen of ``chart``
    and of ``page``, the page of several charts; None is as at first, so that a comparison need not know of charts.
    """

    cohort: Cohort = field(default_factory=Cohort)
    measure: str = ""
    comparison: Comparison | None = None
    drawn: "ChartChoice | None" = None
    issues: tuple[Issue, ...] = ()
    mapping: Mapping | None = None
    source: Path | None = None
    fingerprint: str = ""
    primary: frozenset[str] = frozenset()
    epoch_1904: bool = False
    composed: "Composition | None" = None

    @property
    def chart(self) -> "ChartChoice":
        """The chart chosen, at first the usual one."""
        from trajecta.stats.charts.choice import ChartChoice

        return ChartChoice() if self.drawn is None else self.drawn

    @property
    def page(self) -> "Composition":
        """The page of several charts, empty until composed."""
        from trajecta.stats.charts.composition import Composition

        return Composition() if self.composed is None else self.composed

    def asking(self, measure: str) -> "Study":
        """The same study looking at another measure; the visits asked about stay where the measure has them."""
        fresh = default_comparison(self.cohort, measure)
        asked = self.comparison
        if fresh is not None and asked is not None:
            keys = {visit.key for visit in self.cohort.visits_of(measure)}
            kept = asked if {asked.before, asked.after} <= keys else fresh
            fresh = replace(asked, measure=measure, before=kept.before, after=kept.after)
        return replace(self, measure=measure, comparison=fresh)

    def excluding(self, patient: str, reason: str) -> "Study":
        """The same study without this patient in figures and answers; the reason goes into every ledger."""
        others = tuple(left for left in self.cohort.excluded if left.patient != patient)
        return replace(self, cohort=replace(self.cohort, excluded=(*others, LeftOut(patient, reason))))

    def with_rule(self, measure: str, rule: Threshold) -> "Study":
        """The same study with a yes/no outcome made of a measure, such as “SLEDAI-2K ≤ 4”, and looking at it."""
        cohort, key = with_threshold(self.cohort, measure, rule)
        return replace(self, cohort=cohort).asking(key)

    def with_primary(self, measure: str) -> "Study":
        """The same study with a measure made primary, or no longer primary if it was."""
        return replace(self, primary=self.primary ^ {measure})

    def with_comparison(self, comparison: Comparison) -> "Study":
        """The same study with another question."""
        return replace(self, comparison=comparison)

    def with_chart(self, chart: "ChartChoice") -> "Study":
        """The same study with another chart."""
        return self if chart == self.chart else replace(self, drawn=chart)

    def with_patient_style(self, patient: str, style: "PatientStyle | None") -> "Study":
        """The same study with another colour, symbol and dash of a patient in every figure; None for the own ones."""

        def styled(choice: "ChartChoice") -> "ChartChoice":
            return replace(choice, edits=choice.edits.with_patient(patient, style))

        parts = tuple(replace(part, choice=styled(part.choice)) for part in self.page.parts)
        return self.with_chart(styled(self.chart)).with_page(replace(self.page, parts=parts))

    def with_page(self, page: "Composition") -> "Study":
        """The same study with another page of several charts."""
        return self if page == self.page else replace(self, composed=page)

    def directed(self, measure: str, direction: Direction) -> "Study":
        """The same study with another direction of improvement for a measure."""
        measures = tuple(replace(m, direction=direction) if m.key == measure else m for m in self.cohort.measures)
        return replace(self, cohort=replace(self.cohort, measures=measures))

    def including(self, patient: str) -> "Study":
        """The same study with this patient back in."""
        others = tuple(left for left in self.cohort.excluded if left.patient != patient)
        return replace(self, cohort=replace(self.cohort, excluded=others))


def study_of(workbook: Workbook, mapping: Mapping) -> Study:
    """Build the study that this mapping makes of the workbook, with a first question already asked."""
    cohort, issues = build_cohort(workbook, mapping)
    comparison = default_comparison(cohort)
    measure = comparison.measure if comparison else next((m.key for m in cohort.measures), "")
    return Study(
        cohort=cohort,
        measure=measure,
        comparison=comparison,
        issues=issues,
        mapping=mapping,
        source=workbook.path,
        fingerprint=workbook.fingerprint,
        epoch_1904=workbook.epoch_1904,
    )


def open_study(path: Path) -> Study:
    """Read a workbook with the guessed mapping. Raises OpenError with one sentence for the user."""
    workbook = read_safely(path)
    return study_of(workbook, guess_mapping(workbook))


def home_of(study: Study) -> Path:
    """The folder that exports are offered in: beside the workbook, for the demo the user's own folder."""
    return Path.home() if study.source is None or study.source.is_relative_to(ROOT) else study.source.parent
