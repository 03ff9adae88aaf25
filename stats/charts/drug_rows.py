"""The rows of drug bars under the dose: one row per drug and reason, the drug-free time as a pale block behind them.

Invariants: bars of unknown start reach the left edge, ongoing ones the right edge; what is no burden has another tone
and its reason beside it; texts in a row never lie on its dark bars or on one another; a drug that ended before the time
shown has no row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.choice import TimeUnit
from trajecta.stats.charts.traces import in_unit
from trajecta.stats.cohort import Cohort, Role
from trajecta.stats.figure import INK, SOFT_INK, Anchor, Block, Line, Mark, Note, Panel, Pin, Rule, Stroke
from trajecta.stats.medication import DrugBar, log_of
from trajecta.stats.medlog import calendar_day, carry_days, is_doubtful
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width

BLOCK_INK = "#5B6570"
TREATMENT = "#C2A878"  # lymphodepletion, rescue, prophylaxis, local: given, but no burden
FREE_FILL, FREE_INK = "#E0F3EC", "#10684A"
THICKNESS = 0.58  # of a row
ARROW = 3.5  # points: the tip of a bar that goes on
UNKNOWN_FILL = "#E6E9EC"  # a bar that can carry text: taken, at a dose that is not known
UNKNOWN = "dose not known"
PAPER = "#FFFFFF"
EARLIER = "‹"
LEAST_BAR = 2.0  # points: three days of lymphodepletion in two years would be a hairline
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
    """All rows from top to bottom, the first drug-free day, and what ``ended`` before the time shown."""

    rows: tuple[Row, ...]
    free_since: int | None
    last_day: int | None
    ended: tuple[Row, ...] = ()


def drug_rows(bars: Sequence[DrugBar], free_since: int | None, last_day: int | None, first_day: float) -> Rows:
    """Bars of the same label and role share a row; an own empty row takes the drug-free text.

    ``last_day`` is the last day known of the patient, where ongoing bars and the drug-free time end; what ended before
    ``first_day``, the first one shown, gets no row.
    """
    groups: dict[tuple[str, Role], list[DrugBar]] = {}
    for bar in bars:
        groups.setdefault((bar.label, bar.role), []).append(bar)
    every = [Row(label, role, tuple(members)) for (label, role), members in groups.items()]
    rows = [row for row in every if any(bar.stop is None or bar.stop + 1 > first_day for bar in row.bars)]
    ended = tuple(row for row in every if row not in rows)
    if free_since is not None:
        rows.append(Row("", Role.DISEASE, ()))
    return Rows(tuple(rows), free_since, last_day, ended)


def drug_free_since(cohort: Cohort, patient: str) -> int | None:
    """The first day of the drug-free time that lasts to the patient's last known day; None if there is none.

    A day of which it is not known ends the time like one with a drug. A patient who took nothing throughout is
    drug-free since the first known day.
    """
    log = log_of(cohort, patient)
    days = known_days(cohort, patient)
    if days is None or not log.drug_free(days[1]):
        return None
    ends = ((t.start, None if t.stop is None else max(t.stop, t.carried or t.stop) + 1) for t in log.taken)
    edges = {d for pair in ends for d in pair if d is not None}
    edges |= {c.stop + carry_days(c) + 1 for c in log.doubts if c.stop is not None}
    since = days[1]
    for day in sorted({d for d in edges if d <= days[1]} | {days[0]}, reverse=True):
        if not log.drug_free(day):
            break
        since = day
    return since


def carried_until(cohort: Cohort, patient: str) -> tuple[str, ...]:
    """A sentence for each long-acting drug whose carry-over delays or prevents the drug-free time at the end."""
    days, since = known_days(cohort, patient), drug_free_since(cohort, patient)
    said: dict[str, None] = {}
    for taken in log_of(cohort, patient).taken:
        if days is None or taken.carried is None or taken.stop is None or taken.course.role is not Role.DISEASE:
            continue
        last = taken.carried >= days[1] if since is None else taken.carried + 1 == since
        if last and taken.stop < days[1]:
            until = str(taken.carried).replace("-", "−")
            said[f"{taken.course.drug.strip()} counts until day {until} (long-acting)."] = None
    return tuple(said)


def known_days(cohort: Cohort, patient: str) -> tuple[int, int] | None:
    """The first and the last study day of which the workbook says anything for the patient; None if of none."""
    days = [calendar_day(o.day) for o in cohort.observations if o.patient == patient and o.day is not None]
    own = (course for course in cohort.courses if course.patient == patient and not is_doubtful(course))
    days += [d for course in own for d in (course.start, course.stop) if d is not None]
    return (min(days), max(days)) if days else None


def row_marks(rows: Rows, panel: Panel, unit: TimeUnit, room: tuple[float, float]) -> tuple[Mark, ...]:
    """Bars, names at the left and reasons beside the bars; ``room`` is the width for names and the type size."""
    label_room, size = room
    count = len(rows.rows)
    marks: list[Mark] = []
    if rows.free_since is not None:
        end = None if rows.last_day is None else in_unit(rows.last_day + 1, unit)
        marks.append(Block(in_unit(rows.free_since, unit), end, None, None, FREE_FILL))
    marks.append(Rule(0.0, True))
    down = CAP_HEIGHT * size / 2
    for i, row in enumerate(rows.rows):
        middle = count - i - 0.5
        for bar in row.bars:
            marks += _bar_marks(bar, rows.last_day, panel, unit, (middle, size))
        name = shortened(row.label, label_room - 6, size)
        if name:
            marks.append(Note((0.0, middle), name, size, INK, Anchor.END, (-4.5, down), pin=Pin.X))
        role = ROLE_NAMES.get(row.role, "" if row.bars and row.bars[0].counted else "not counted")
        if row.bars and not all(bar.dose_known for bar in row.bars):
            marks += _unknown_note(row, panel, unit, (middle, size))
        elif role and row.bars:
            marks += _role_note(row, role, panel, unit, (middle, size))
    if rows.free_since is not None:
        marks += _free_note(rows.free_since, panel, unit, size)
    return tuple(marks)


def _bar_marks(bar: DrugBar, last_day: int | None, panel: Panel, unit: TimeUnit, at: tuple[float, float]) -> list[Mark]:
    """One bar, its tip where it goes on, and a sign at the left edge where it began before the time shown."""
    middle, size = at
    (x0, x1), width = panel.x.range, panel.area.width
    a_point = (x1 - x0) / width
    low, high = middle - THICKNESS / 2, middle + THICKNESS / 2
    end = None if last_day is None else in_unit(last_day + 1, unit)
    start = None if bar.start is None else in_unit(bar.start, unit)
    stop = end if bar.stop is None else in_unit(bar.stop + 1, unit)
    ink = BLOCK_INK if bar.counted else TREATMENT
    outline = None if bar.dose_known else Stroke(ink, 0.6)
    if start is not None and stop is not None and stop - start < LEAST_BAR * a_point:
        # The outline keeps its width when the camera zooms; a longer bar would then tell other days.
        outline = Stroke(ink, LEAST_BAR - (stop - start) / a_point)
    marks: list[Mark] = [Block(start, stop, low, high, ink if bar.dose_known else UNKNOWN_FILL, outline)]
    if bar.stop is None and end is not None:
        tip = end + ARROW * a_point
        marks.append(Line(((end, high), (tip, middle), (end, low)), Stroke(ink, 0.9)))
    if (start is None or start < x0) and (stop is None or stop > x0 + 2 * ARROW * a_point):
        color = PAPER if bar.dose_known else ink
        marks.append(
            Note((0.0, middle), EARLIER, size + 2, color, offset=(1.0, 0.27 * (size + 2)), bold=True, pin=Pin.X)
        )  # pinned: white on the paper it is not seen where the camera shows the beginning
    return marks


def _free_note(since: int, panel: Panel, unit: TimeUnit, size: float) -> list[Mark]:
    """The drug-free text in the last row, at the first drug-free day or at the edge of the panel."""
    (x0, x1), down = panel.x.range, CAP_HEIGHT * size / 2
    text = f"drug-free since day {str(since).replace('-', '−')}"
    width = text_width(text, size)
    left = (in_unit(since, unit) - x0) / (x1 - x0) * panel.area.width
    if width + 4 > panel.area.width:
        return []
    if left < 0:  # free since before the first day in view: the text stays at the edge
        return [Note((0.0, 0.5), text, size, FREE_INK, Anchor.START, (4.0, down), pin=Pin.X)]
    offset = min(left + 4, panel.area.width - width - 2) - left
    return [Note((in_unit(since, unit), 0.5), text, size, FREE_INK, Anchor.START, (offset, down))]


def _unknown_note(row: Row, panel: Panel, unit: TimeUnit, at: tuple[float, float]) -> list[Mark]:
    """“dose not known” on the longest pale bar of the row, else beside the bars, else none (the foot says it too)."""
    middle, size = at
    (x0, x1), width = panel.x.range, panel.area.width
    spans = []
    for bar in row.bars:
        if not bar.dose_known:
            left = x0 if bar.start is None else max(x0, in_unit(bar.start, unit))
            right = x1 if bar.stop is None else min(x1, in_unit(bar.stop + 1, unit))
            spans.append((right - left, left))
    length, left = max(spans)
    if length / (x1 - x0) * width >= text_width(UNKNOWN, size) + 12:
        return [Note((left, middle), UNKNOWN, size, INK, Anchor.START, (8.0, CAP_HEIGHT * size / 2))]
    return _role_note(row, UNKNOWN, panel, unit, at)


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
