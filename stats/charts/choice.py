"""What the user chose about a chart; part of the study and of its undo history."""

from dataclasses import dataclass, field
from enum import StrEnum

from trajecta.stats.charts.edits import Edits


class TimeUnit(StrEnum):
    """Unit of the time axis."""

    MONTHS = "months"
    DAYS = "days"


class ValueScale(StrEnum):
    """What a value axis shows. AUTO is as measured, on a logarithmic axis where laboratory values span decades."""

    AUTO = "auto"
    MEASURED = "measured"
    CHANGE = "change"
    PERCENT = "percent"
    LOG = "log"


class Centre(StrEnum):
    """A centre line with the spread of its band; a standard error is not offered, it describes no patient."""

    NONE = "none"
    QUARTILES = "median-quartiles"
    RANGE = "median-range"
    SD = "mean-sd"


class Gaps(StrEnum):
    """What stands where a patient missed a visit: a cross in the broken line, or a dashed line with it."""

    CROSS = "cross"
    DASHED = "dashed"


class Effect(StrEnum):
    """The effect without a unit that the forest of all measures draws."""

    RANK_BISERIAL = "rank_biserial"
    DZ = "cohen_dz"


@dataclass(frozen=True, slots=True)
class Within:
    """What a page of several charts decides for each of them: type size of axes in points, legend of its own or none.

    Such a chart does not say that its data are synthetic; the page says it once.
    """

    size: float
    legend: bool


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """Kind of chart and its page. ``height_mm`` None takes the kind's own proportion of the width.

    ``patient`` is the patient whose medication is drawn (medication chart); None is the first included one.
    ``scale`` is what values are shown as (trajectories, spider), ``centre`` the line through the middle of the
    patients and ``gaps`` what stands for a missed visit (trajectories, spider, stack). ``each`` gives every patient an
    own panel, ``by`` every group of a fact of the patients (its label, such as "sex"; empty for none). ``shade`` is
    the name of an event or drug whose time is shaded. ``with_measures`` are the keys of measures drawn below the one
    looked at (stack); empty for the scores with values. ``effect`` is what the forest draws. ``bracket`` sets the P of
    the leading test over before and after (before–after, distribution). ``within`` is set while a chart is drawn as a
    part of a page, and never stored. ``hidden`` are the ids of patients whose marks are not drawn; they count in every
    number all the same, and the figure says so. ``edits`` is what was changed by hand.
    """

    kind: str = "trajectories"
    width_mm: float = 183.0
    height_mm: float | None = None
    time_unit: TimeUnit = TimeUnit.MONTHS
    patient: str | None = None
    scale: ValueScale = ValueScale.AUTO
    centre: Centre = Centre.NONE
    gaps: Gaps = Gaps.CROSS
    each: bool = False
    by: str = ""
    shade: str = ""
    with_measures: tuple[str, ...] = ()
    effect: Effect = Effect.RANK_BISERIAL
    bracket: bool = False
    within: Within | None = None
    hidden: tuple[str, ...] = ()
    edits: Edits = field(default_factory=Edits)
