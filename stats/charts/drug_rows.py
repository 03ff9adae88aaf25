"""The rows of drug bars under the dose: one row per drug and reason, the drug-free time as a pale block behind them.

Invariants: bars of unknown start reach the left edge, ongoing ones the right edge; what is no burden has another tone
and its reason beside it; texts in a row never lie on its bars or on one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.choice import TimeUnit
from trajecta.stats.charts.traces import in_unit
from trajecta.stats.cohort import Cohort, Role
from trajecta.stats.figure import INK, SOFT_INK, Anchor, Block, Line, Mark, Note, Panel, Pin, Rule, Stroke
from trajecta.stats.medication import DrugBar, log_of
from trajecta.stats.medlog import calendar_day
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width

BLOCK_INK = "#5B6570"
TREATMENT = "#C2A878"  # lymphodepletion, rescue, prophylaxis, local: given, but no burden
FREE_FILL, FREE_INK = "#E0F3EC", "#10684A"
THICKNESS = 0.58  # of a row
ARROW = 3.5  # points: the tip of a bar that goes on
ROLE_NAMES = {
    Role.LYMPHODEPLETION: "lymphodepletion",
    Role.RESCUE: "rescue",
    Role.PROPHYLAXIS: "prophylaxis",
    Role.OTHER: "other reason",
}


@dataclass(frozen=True, slots=True)
class Row:
    """The bars of one drug given for one reason."""

    label: str
    role: Role
    bars: tuple[DrugBar, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows from top to bottom, and since which day the patient is drug-free."""

    rows: tuple[Row, ...]
    free_since: int | None
    last_day: int | None


def drug_rows(bars: Sequence[DrugBar], free_since: int | None, last_day: int | None) -> Rows:
    """Bars of the same label and role share a row; an own empty row takes the drug-free text.

    ``last_day`` is the last day known of the patient, where ongoing bars and the drug-free time end.
    """
    groups: dict[tuple[str, Role], list[DrugBar]] = {}
    for bar in bars:
        groups.setdefault((bar.label, bar.role), []).append(bar)
    rows = [Row(label, role, tuple(members)) for (label, role), members in groups.items()]
    if free_since is not None:
        rows.append(Row("", Role.DISEASE, ()))
    return Rows(tuple(rows), free_since, last_day)


def drug_free_since(cohort: Cohort, patient: str) -> int | None:
    """The first day of the drug-free time that lasts to the patient's last known day; None if there is none.

    A day of which it is not known ends the time like one with a drug. A patient who took nothing throughout is
    drug-free since the first known day.
    """
    log = log_of(cohort, patient)
    days = known_days(cohort, patient)
    if days is None or not log.drug_free(days[1]):
        return None
    edges = {d for t in log.taken for d in (t.start, None if t.stop is None else t.stop + 1) if d is not None}
    since = days[1]
    for day in sorted({d for d in edges if d <= days[1]} | {days[0]}, reverse=True):
        if not log.drug_free(day):
            break
        since = day
    return since


def known_days(cohort: Cohort, patient: str) -> tuple[int, int] | None:
    """The first and the last study day of which the workbook says anything for the patient; None if of none."""
    days = [calendar_day(o.day) for o in cohort.observations if o.patient == patient and o.day is not None]
    own = (course for course in cohort.courses if course.patient == patient)
    days += [d for course in own for d in (course.start, course.stop) if d is not None]
    return (min(days), max(days)) if days else None


def row_marks(rows: Rows, panel: Panel, unit: TimeUnit, room: tuple[float, float]) -> tuple[Mark, ...]:
    """Bars, names at the left and reasons beside the bars; ``room`` is the width for names and the type size."""
    label_room, size = room
    (x0, x1), count = panel.x.range, len(rows.rows)
    marks: list[Mark] = []
    end = None if rows.last_day is None else in_unit(rows.last_day + 1, unit)
    if rows.free_since is not None:
        marks.append(Block(in_unit(rows.free_since, unit), end, None, None, FREE_FILL))
    marks.append(Rule(0.0, True))
    down = CAP_HEIGHT * size / 2
    for i, row in enumerate(rows.rows):
        middle = count - i - 0.5
        fill = BLOCK_INK if row.bars and row.bars[0].counted else TREATMENT
        for bar in row.bars:
            start = None if bar.start is None else in_unit(bar.start, unit)
            stop = end if bar.stop is None else in_unit(bar.stop + 1, unit)
            marks.append(Block(start, stop, middle - THICKNESS / 2, middle + THICKNESS / 2, fill))
            if bar.stop is None and end is not None:
                tip = end + ARROW / panel.area.width * (x1 - x0)
                arrow = ((end, middle + THICKNESS / 2), (tip, middle), (end, middle - THICKNESS / 2))
                marks.append(Line(arrow, Stroke(fill, 0.9)))
        name = shortened(row.label, label_room - 6, size)
        if name:
            marks.append(Note((0.0, middle), name, size, INK, Anchor.END, (-4.5, down), pin=Pin.X))
        ends = [bar.stop for bar in row.bars if bar.stop is not None]
        if ends and len(ends) == len(row.bars) and in_unit(max(ends) + 1, unit) <= x0:
            ended = f"until day {str(max(ends)).replace('-', '−')}"  # the bar lies before what the axis shows
            marks.append(Note((0.0, middle), ended, size, SOFT_INK, Anchor.START, (3.0, down), pin=Pin.X))
            continue
        role = ROLE_NAMES.get(row.role, "" if row.bars and row.bars[0].counted else "not counted")
        if role and row.bars:
            marks += _role_note(row, role, panel, unit, (middle, size))
    if rows.free_since is not None:
        text = f"drug-free since day {str(rows.free_since).replace('-', '−')}"
        width = text_width(text, size)
        left = (in_unit(rows.free_since, unit) - x0) / (x1 - x0) * panel.area.width
        if width + 4 <= panel.area.width:
            offset = min(max(left, 0.0) + 4, panel.area.width - width - 2) - left
            at = (in_unit(rows.free_since, unit), 0.5)
            if left < 0:  # free since before the first day in view: the text stays at the edge
                marks.append(Note((0.0, 0.5), text, size, FREE_INK, Anchor.START, (4.0, down), pin=Pin.X))
            else:
                marks.append(Note(at, text, size, FREE_INK, Anchor.START, (offset, down)))
    return tuple(marks)


def _role_note(row: Row, role: str, panel: Panel, unit: TimeUnit, at: tuple[float, float]) -> list[Mark]:
    """The reason left of the row's first bar if there is room, else right of its last one, else none."""
    middle, size = at
    (x0, x1), width = panel.x.range, panel.area.width
    need = text_width(role, size) + 5
    starts = [in_unit(bar.start, unit) for bar in row.bars if bar.start is not None]
    stops = [in_unit(bar.stop + 1, unit) for bar in row.bars if bar.stop is not None]
    offset = CAP_HEIGHT * size / 2
    before_zero = len(starts) == len(row.bars) and min(starts) < 0  # else the text would lie on the rule of day 0
    if before_zero and (first := min(starts)) <= x1 and (first - x0) / (x1 - x0) * width >= need:
        return [Note((first, middle), role, size, SOFT_INK, Anchor.END, (-3.0, offset))]
    if len(stops) == len(row.bars) and (last := max(stops)) >= x0 and (x1 - last) / (x1 - x0) * width >= need:
        return [Note((last, middle), role, size, SOFT_INK, Anchor.START, (3.0, offset))]
    return []
