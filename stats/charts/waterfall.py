"""The waterfall: one bar per patient from zero to the change, sorted from the worst to the best.

Invariants: the change is the one that the result holds, in per cent of the value before only where that lies above 0;
equal changes keep the cohort's order; an unchanged patient is a thin mark on zero, never an empty place; a patient who
has no percent change is named, not dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import left_room, linear_ticks, ticks_about
from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.course import AROUND_ZERO, PERCENT_AROUND_ZERO
from trajecta.stats.charts.frame import (
    LEAST_PLOT,
    Surround,
    arrange,
    default_plot_height,
    fitted_label,
    measure_label,
    padded,
)
from trajecta.stats.charts.layout import FOOT_SIZE, Sheet, checked_width, sentence_figure, type_of
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.pairs import (
    PairRow,
    amount_with_unit,
    asked_pairs,
    change_label,
    change_text,
    closing,
    each_said,
    pair_rows,
    percent_change_text,
    worst_first,
)
from trajecta.stats.charts.traces import OPTICAL
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, Direction
from trajecta.stats.figure import (
    INK,
    POINTS_PER_MM,
    SOFT_INK,
    Anchor,
    Axis,
    Block,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Pin,
    Rect,
    Rule,
    Scale,
    Stroke,
)
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, DESCENT, text_width, told_apart
from trajecta.stats.words import list_text, number_text

BAR = 0.68  # of the distance between two patients
WIDEST_BAR = 30.0  # points
TINT = 0.72  # how far a bar's fill is from the patient's colour towards white
LABEL_GAP = 4.0
LONGEST_UPRIGHT = 46.0  # points that an upright patient id may take
REACH = 4.0  # an important change of more than this times the largest change would press all bars flat
THRESHOLD = Stroke(SOFT_INK, 0.75, (3.0, 2.0))


@dataclass(frozen=True)
class _Bars:
    """The sorted rows with what their bars show, and the important change in the same unit."""

    result: PairedResult
    rows: tuple[PairRow, ...]
    amounts: tuple[float, ...]
    percent: bool
    important: tuple[float, ...]
    beyond: bool

    def text(self, amount: float) -> str:
        """An amount as it is written at its bar."""
        return percent_change_text(amount) if self.percent else change_text(amount)


def waterfall(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Each patient's change as a bar, sorted; in per cent of the value before where ``choice.scale`` is PERCENT.

    The change called important (of the question, else of the instrument) is a dashed rule on the side that is better,
    on both where that is not known. Without a result, without pairs and for yes/no answers: a page with a sentence.
    KeyError if the cohort has no such measure.
    """
    found = asked_pairs(cohort, measure, result, choice, "a waterfall")
    if isinstance(found, Figure):
        return found
    bars, without = _bars(found, pair_rows(cohort, found), choice.scale is ValueScale.PERCENT)
    if not bars.rows:
        sentence = (
            f"No patient has a value of {found.measure.name} above 0 at {found.before_label}, so there is no change "
            "in per cent. Choose the absolute change."
        )
        return sentence_figure(cohort, choice, sentence, found.measure.name)
    around = Surround((), (), (*_feet(bars, without), *left_out_note(cohort, found)), cohort.synthetic)
    wide = checked_width(choice) * POINTS_PER_MM
    ids = _ids(bars, (wide - 50.0) / len(bars.rows), type_of(choice))
    sheet, height_mm = arrange(choice, around, default_plot_height(choice.width_mm) - 15.0 + ids.height)
    panel = _panel(bars, sheet)
    if panel is None:
        return too_low(cohort, choice, found.measure)
    title = f"Change of {found.measure.name} from {found.before_label} to {found.after_label}"
    alt = _words(cohort, bars, without)
    return Figure(choice.width_mm, height_mm, (panel,), tuple(sheet.marks), title, alt)


def _bars(result: PairedResult, rows: tuple[PairRow, ...], percent: bool) -> tuple[_Bars, tuple[PairRow, ...]]:
    """The bars, and the rows that can have none because nothing above 0 was there to take a percentage of."""

    def amount(row: PairRow) -> float:
        return row.change / row.before.value * 100.0 if percent else row.change

    usable = [row for row in rows if not percent or row.before.value > 0]
    direction = result.measure.direction
    ordered = tuple(worst_first(usable, direction, amount))
    amounts = tuple(amount(row) for row in ordered)
    least = result.comparison.important or result.measure.important
    important: tuple[float, ...] = ()
    if least and not percent:
        important = {Direction.LOWER: (-least,), Direction.HIGHER: (least,)}.get(direction, (-least, least))
    largest = max((abs(a) for a in amounts), default=0.0)
    beyond = bool(important) and abs(important[0]) > REACH * largest > 0
    bars = _Bars(result, ordered, amounts, percent, important, beyond)
    return bars, tuple(row for row in rows if row not in usable)


def _feet(bars: _Bars, without: Sequence[PairRow]) -> tuple[str, ...]:
    result = bars.result
    notes = [f"n = {len(bars.rows)}; {result.after_label} minus {result.before_label}"]
    notes[0] += f", in per cent of {result.before_label}." if bars.percent else "."
    if bars.important:
        where = "beyond this axis" if bars.beyond else "dashed"
        notes.append(f"Important change ({where}): {_important(bars)}.")
    if any(row.censored for row in bars.rows):
        notes.append("Open bars: a value lies beyond the limit of the assay, the change is taken from the limit.")
    if without:
        names = list_text([row.patient for row in without])
        notes.append(f"No bar, because the value before is not above 0: {names}.")
    return (" ".join(notes),)


def _important(bars: _Bars) -> str:
    sizes = bars.important
    text = change_text(sizes[0]) if len(sizes) == 1 else f"±{number_text(sizes[1])}"
    return amount_with_unit(bars.result.measure, text)


def _axis(bars: _Bars, length: float, size: float, pad: float) -> Axis:
    """The value axis: zero, all changes and the important change, with room for a number at the ends of the bars."""
    shown = [0.0, *bars.amounts, *(() if bars.beyond else bars.important)]
    low, high = min(shown), max(shown)
    if low == high:
        reach = PERCENT_AROUND_ZERO if bars.percent else AROUND_ZERO
        low, high = -reach, reach
    label = fitted_label(change_label(bars.result.measure, bars.percent), length, size)
    return Axis(label, padded(low, high, length, pad), linear_ticks(low, high, ticks_about(length)), size=size)


@dataclass(frozen=True)
class _Ids:
    """The patients' ids below the bars: level where they fit, else upright in one or two rows, else none."""

    texts: tuple[str, ...]
    size: float
    upright: bool
    rows: int

    @property
    def height(self) -> float:
        """Points that the ids take below the plot."""
        if not self.texts:
            return LABEL_GAP
        if not self.upright:
            return LABEL_GAP + CAP_HEIGHT * self.size + 2.0
        return LABEL_GAP + self.rows * (self.longest + 3.0)

    @property
    def longest(self) -> float:
        """Width in points of the longest id."""
        return max(text_width(text, self.size) for text in self.texts)


def _ids(bars: _Bars, pitch: float, size: float) -> _Ids:
    texts = tuple(row.patient for row in bars.rows)
    for level in (size, size - 1):
        if max(text_width(text, level) for text in texts) + 4.0 <= pitch:
            return _Ids(texts, level, False, 1)
    for rows in (1, 2):
        for upright in (size, size - 1, FOOT_SIZE):
            if rows * pitch >= (CAP_HEIGHT + DESCENT) * upright + 0.3:
                return _Ids(told_apart(texts, LONGEST_UPRIGHT, upright), upright, True, rows)
    return _Ids((), FOOT_SIZE, True, 1)


def _panel(bars: _Bars, sheet: Sheet) -> Panel | None:
    size, n = sheet.size, len(bars.rows)
    pad = size + 2.0
    above = size * 0.4
    y = _axis(bars, max(sheet.bottom - sheet.top - 30.0, 10.0), size, pad)
    width = max(sheet.free_width - left_room(y), 1.0)
    ids = _ids(bars, width / n, size)
    height = sheet.bottom - sheet.top - above - ids.height
    if height < LEAST_PLOT / 2:
        return None
    y = _axis(bars, height, size, pad)
    left = sheet.left + left_room(y)
    area = Rect(left, sheet.top + above, sheet.right - left, height)
    x = Axis("", (-0.5, n - 0.5), (), Scale.NAMES, visible=False, size=size)
    pitch = area.width / n
    half = min(BAR, WIDEST_BAR / pitch) / 2
    marks: list[Mark] = [] if bars.beyond else [Rule(at, False, THRESHOLD) for at in bars.important]
    for i, (row, amount) in enumerate(zip(bars.rows, bars.amounts, strict=True)):
        marks += _bar(row, i, amount, half)
    marks.append(Rule(0.0, False, Stroke(INK, 0.6)))
    marks += [_zero(row, i, half) for i, row in enumerate(bars.rows) if bars.amounts[i] == 0]
    symbol = min(4.4, max(2.0, pitch * 0.55))
    marks += [_end(row, i, amount, symbol) for i, (row, amount) in enumerate(zip(bars.rows, bars.amounts, strict=True))]
    marks += _numbers(bars, pitch, size - 1, symbol)
    marks += _id_notes(bars, ids)
    return Panel(area, x, y, tuple(marks), "values")


def _bar(row: PairRow, i: int, amount: float, half: float) -> list[Mark]:
    if amount == 0:
        return []
    fill = "#FFFFFF" if row.censored else _tint(row.style.color)
    outline = Stroke(row.style.color, 0.75, (1.5, 1.0) if row.censored else ())
    return [Block(i - half, i + half, min(amount, 0.0), max(amount, 0.0), fill, outline, row.patient)]


def _zero(row: PairRow, i: int, half: float) -> Line:
    return Line(((i - half, 0.0), (i + half, 0.0)), Stroke(row.style.color, 1.6), row.patient)


def _end(row: PairRow, i: int, amount: float, size: float) -> Dots:
    shape, color = row.style.shape, row.style.color
    size *= OPTICAL.get(shape, 1.0)
    fill, names = "" if row.censored else color, (row.after.visit,)
    return Dots(
        ((float(i), amount),), shape, size, fill, Stroke(color, 0.8 if row.censored else 0.5), row.patient, names
    )


def _tint(color: str) -> str:
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * TINT):02X}" for part in parts)


def _numbers(bars: _Bars, pitch: float, size: float, symbol: float) -> list[Mark]:
    """The change at the end of each bar, if all of them fit beside one another."""
    texts = [bars.text(amount) for amount in bars.amounts]
    size = next((s for s in (size, FOOT_SIZE) if max(text_width(t, s) for t in texts) + 2.0 <= pitch), 0.0)
    if not size:
        return []
    found: list[Mark] = []
    for i, (text, amount) in enumerate(zip(texts, bars.amounts, strict=True)):
        down = symbol / 2 + 2.0 + CAP_HEIGHT * size if amount < 0 else -symbol / 2 - 2.0
        key = bars.rows[i].patient
        found.append(Note((float(i), amount), text, size, INK, Anchor.MIDDLE, (0.0, down), key=key))
    return found


def _id_notes(bars: _Bars, ids: _Ids) -> list[Mark]:
    found: list[Mark] = []
    for i, text in enumerate(ids.texts):
        note = Note((float(i), 0.0), text, ids.size, INK, Anchor.MIDDLE, key=bars.rows[i].patient, pin=Pin.Y)
        if ids.upright:
            down = LABEL_GAP + (i % ids.rows) * (ids.longest + 3.0)
            middle = (CAP_HEIGHT - DESCENT) * ids.size / 2
            found.append(replace(note, anchor=Anchor.END, vertical=True, offset=(middle, down)))
        else:
            found.append(replace(note, offset=(0.0, LABEL_GAP + CAP_HEIGHT * ids.size)))
    return found


def _words(cohort: Cohort, bars: _Bars, without: Sequence[PairRow]) -> str:
    result = bars.result
    shown = dict(zip((row.patient for row in bars.rows), bars.amounts, strict=True))
    how = " in per cent" if bars.percent else ""
    said = [
        f"Change of {measure_label(result.measure)} from {result.before_label} to {result.after_label}{how} in "
        f"{counted(len(bars.rows), 'patient')}, one bar each, sorted: "
        f"{each_said(bars.rows, lambda row: bars.text(shown[row.patient]))}."
    ]
    if result.lead:
        said.append(result.lead)
    if bars.important:
        where = "lies beyond the axis" if bars.beyond else "is marked by a dashed line"
        said.append(f"The important change of {_important(bars)} {where}.")
    if without:
        names = listed(row.patient for row in without)
        said.append(f"{names} {'has' if len(without) == 1 else 'have'} no bar: the value before is not above 0.")
    rest = closing(cohort, result, bars.rows, "the bar is open and ends at the change from the limit")
    return " ".join((*said, rest)).strip()
