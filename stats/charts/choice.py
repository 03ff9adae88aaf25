"""What the user chose about a chart; part of the study and of its undo history."""

from dataclasses import dataclass
from enum import StrEnum


class TimeUnit(StrEnum):
    """Unit of the time axis."""

    MONTHS = "months"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """Kind of chart and its page. ``height_mm`` None takes the kind's own proportion of the width.

    ``patient`` is the patient whose medication is drawn (medication chart); None is the first included one.
    """

    kind: str = "trajectories"
    width_mm: float = 183.0
    height_mm: float | None = None
    time_unit: TimeUnit = TimeUnit.MONTHS
    patient: str | None = None
