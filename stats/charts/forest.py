"""The forest of all measures: one row each with n, the change in its own unit, and an effect without a unit drawn.

Invariants: every number comes from ``overview``, the same comparison for every measure; the right side is always the
better one, and a measure whose better side is not known is drawn open with a rise to the right, and said; the level
of each interval is the one that was reached.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.stats.charts.axes import LINE_HEIGHT, bottom_room, linear_ticks, short_number
from trajecta.stats.charts.choice import ChartChoice, Effect
from trajecta.stats.charts.frame import Surround, arrange, measure_label, padded
from trajecta.stats.charts.layout import Sheet, sentence_figure
from trajecta.stats.charts.left_out import left_out_of
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Cohort, Direction
from trajecta.stats.figure import (
    INK,
    SOFT_INK,
    Anchor,
    Axis,
    Dots,
    Figure,
    Line,
    Mark,
    Note,
    Panel,
    Rect,
    Rule,
    Shape,
    Stroke,
)
from trajecta.stats.results import Comparison, IntervalResult, PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width, wrapped
from trajecta.stats.words import level_text

NAMES = {Effect.RANK_BISERIAL: "Rank-biserial correlation", Effect.DZ: "Cohen’s dz"}
GAP = 8.0  # points between columns
LEAST_PANEL = 72.0  # points; a narrower panel gets rows of two lines
WIDEST_NAME = 0.36  # of the page
PITCH = {1: 1.75, 2: 2.9}  # of the type size: height of a row of one or two lines
LEAST_BODY = 20.0  # points: a single row keeps some height
TIGHTEST = {1: 1.3, 2: 2.4}
SYMBOL = 4.8
LINE = Stroke(INK, 1.0)
SEPARATOR = Stroke("#E1E4E8", 0.4)
NO_EFFECT = Stroke(SOFT_INK, 0.6)


@dataclass(frozen=True)
class _Row:
    """One measure: its texts, and the effect turned so that better is to the right; ``low`` None without interval.

    ``level`` is that of the change, where it has an interval.
    """

    result: PairedResult
    change: str
    level: str
    effect: IntervalResult
    at: float | None
    low: float | None
    high: float | None

    @property
    def known(self) -> bool:
        """Whether the better direction is known."""
        return self.result.measure.direction is not Direction.UNKNOWN


def forest(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """All measures with a value at one of the two visits of ``result``, in the cohort's order.

    Without a result the visits are those that a comparison of ``measure`` would take. Without two visits, or where no
    patient has both: a page with a sentence. KeyError if the cohort has no such measure.
    """
    from trajecta.stats.compare import default_comparison, overview

    name = cohort.measure(measure).name
    question = result.comparison if result is not None else default_comparison(cohort, measure)
    if question is None:
        return sentence_figure(cohort, choice, f"No patient has values of {name} at two visits to compare.", name)
    results = overview(cohort, question.before, question.after, question.zeros, question.level)
    rows = tuple(_row(found, choice.effect) for found in results if found.n)
    if not rows:
        labels = (cohort.visit(question.before).label, cohort.visit(question.after).label)
        return sentence_figure(cohort, choice, f"No patient has values at both {labels[0]} and {labels[1]}.", name)
    without = [found.measure.name for found in results if not found.n]
    return _drawn(cohort, rows, question, choice, without)


def _row(result: PairedResult, kind: Effect) -> _Row:
    effect = result.interval(kind.value)
    sign = -1.0 if result.measure.direction is Direction.LOWER else 1.0
    ends = sorted(sign * end for end in (effect.low, effect.high) if end is not None)
    low, high = (ends[0], ends[1]) if len(ends) == 2 else (None, None)
    at = None if effect.estimate is None else sign * effect.estimate
    change, level = _change_text(result)
    return _Row(result, change, level, effect, at, low, high)


def _change_text(result: PairedResult) -> tuple[str, str]:
    """The change in the measure's own unit with its interval, and the level reached; of yes/no the two counts."""
    if result.yes_no is not None:
        before, after = result.yes_no.before, result.yes_no.after
        return f"{before.k}/{before.n} → {after.k}/{after.n} yes", ""
    found = result.interval("hodges_lehmann")
    if found.estimate is None:
        return "–", ""
    said = _signed(found.estimate)
    if found.low is None or found.high is None or found.level is None:
        return said, ""
    return f"{said} ({_signed(found.low)} to {_signed(found.high)})", level_text(found.level)


def _signed(value: float) -> str:
    return f"+{short_number(value)}" if value > 0 else short_number(value)


@dataclass(frozen=True)
class _Columns:
    """Where the columns stand, in points from the left edge of the page; ``lines`` of text in a row.

    ``levels`` says whether each row has room for the level of its interval; else they are told at the foot.
    """

    lines: int
    name: float
    n: float
    change: float
    change_width: float
    panel: float
    levels: bool = True


def _drawn(
    cohort: Cohort, rows: Sequence[_Row], question: Comparison, choice: ChartChoice, without: Sequence[str]
) -> Figure:
    columns = _columns(rows, arrange(choice, Surround((), (), (), False), 100.0)[0])
    feet = _feet(cohort, rows, question, choice, (without, columns))
    surround = Surround((), (), feet, cohort.synthetic)
    sheet, height_mm = arrange(choice, surround, 100.0)
    head = (sheet.size - 1) * LINE_HEIGHT + 5.0
    x = _axis(rows, choice.effect, sheet.right - columns.panel, sheet.size)
    if choice.height_mm is None:
        body = max(len(rows) * PITCH[columns.lines] * sheet.size, LEAST_BODY)
        sheet, height_mm = arrange(choice, surround, head + body + bottom_room(x) + 2.0)
    top = sheet.top + head
    area = Rect(columns.panel, top, sheet.right - columns.panel, sheet.bottom - bottom_room(x) - top)
    if area.height < max(len(rows) * TIGHTEST[columns.lines] * sheet.size, 16.0):
        return too_low(cohort, choice, rows[0].result.measure)
    n = len(rows)
    y = Axis("", (0.0, float(n)), (), visible=False, size=sheet.size)
    marks: list[Mark] = [Rule(0.0, True, NO_EFFECT)]
    for i, row in enumerate(rows):
        marks += _effect_marks(row, n - i - 0.5)
    panel = Panel(area, x, y, tuple(marks), "forest", moves=False)
    page = [*sheet.marks, *_heads(columns, panel, sheet), *_texts(rows, columns, panel, sheet)]
    labels = (rows[0].result.before_label, rows[0].result.after_label)
    title = f"All measures, {labels[0]} and {labels[1]}"
    return Figure(choice.width_mm, height_mm, (panel,), tuple(page), title, _words(cohort, rows, choice, without))


def _columns(rows: Sequence[_Row], sheet: Sheet) -> _Columns:
    """One line a row where the panel stays wide enough, else two: the name above its numbers."""
    size = sheet.size
    name = min(max(text_width(measure_label(r.result.measure), size) for r in rows), WIDEST_NAME * sheet.width)
    name = max(name, text_width("Measure", size - 1, bold=True))
    n = max(text_width(str(r.result.n), size) for r in rows)
    change = max(text_width(_with_level(r), size - 1) for r in rows)
    change = max(change, text_width("Change (interval), level", size - 1, bold=True))
    left = sheet.left
    end = left + name + GAP + n + GAP + change + GAP
    if sheet.right - end >= LEAST_PANEL:
        return _Columns(1, left, left + name + GAP + n, left + name + GAP + n + GAP, change, end)
    two = max(text_width(_second_line(r, True), size - 1) for r in rows)
    most = sheet.free_width - max(LEAST_PANEL, 0.36 * sheet.free_width) - GAP
    width = min(max(name, two), most)
    return _Columns(2, left, 0.0, left, width, left + width + GAP, two <= most)


def _with_level(row: _Row) -> str:
    return f"{row.change}, {row.level}" if row.level else row.change


def _second_line(row: _Row, levels: bool) -> str:
    return f"n = {row.result.n}: {_with_level(row) if levels else row.change}"


def _axis(rows: Sequence[_Row], kind: Effect, length: float, size: float) -> Axis:
    ends = [end for row in rows for end in (row.at, row.low, row.high) if end is not None]
    limits = (-1.0, 1.0)
    if kind is Effect.DZ:
        limits = (min([*ends, -1.0]), max([*ends, 1.0]))
    level = next((row.effect.level for row in rows if row.effect.level is not None), None)
    label = f"{NAMES[kind]}, {level_text(level)} interval" if level is not None else NAMES[kind]
    about = max(2, min(6, int(length / 30.0)))
    low, high = padded(*limits, length, SYMBOL / 2 + 1.0)
    lines = wrapped(label, length, size)  # the level is never cut
    return Axis("\n".join(lines), (low, high), linear_ticks(*limits, about), size=size)


def _effect_marks(row: _Row, y: float) -> list[Mark]:
    marks: list[Mark] = []
    if row.low is not None and row.high is not None:
        marks.append(Line(((row.low, y), (row.high, y)), LINE))
    if row.at is not None:
        fill = INK if row.known else ""
        marks.append(Dots(((row.at, y),), Shape.SQUARE, SYMBOL, fill, Stroke(INK, 0.8)))
    return marks


def _heads(columns: _Columns, panel: Panel, sheet: Sheet) -> list[Mark]:
    """The heads of the columns, and which side is better."""
    size, base = sheet.size - 1, panel.area.y - 4.0
    marks: list[Mark] = [Note((columns.name, base), "Measure", size, SOFT_INK, bold=True)]
    if columns.lines == 1:
        marks.append(Note((columns.n, base), "n", size, SOFT_INK, Anchor.END, bold=True))
        marks.append(Note((columns.change, base), "Change (interval), level", size, SOFT_INK, bold=True))
    else:
        what = "change (interval), level" if columns.levels else "change (interval)"
        heads = (f"Measure, n: {what}", f"n: {what}", what.capitalize(), "Change (interval)", "Change")
        fitting = (text for text in heads if text_width(text, size, bold=True) <= columns.change_width)
        text = next(fitting, shortened(heads[-1], columns.change_width, size, bold=True))
        marks = [Note((columns.name, base), text, size, SOFT_INK, bold=True)]
    marks.append(Note((panel.area.x, base), "← worse", size, SOFT_INK))
    marks.append(Note((panel.area.x + panel.area.width, base), "better →", size, SOFT_INK, Anchor.END))
    return marks


def _texts(rows: Sequence[_Row], columns: _Columns, panel: Panel, sheet: Sheet) -> list[Mark]:
    """Names and numbers, with pale lines between the rows."""
    size, area = sheet.size, panel.area
    pitch = area.height / len(rows)
    marks: list[Mark] = []
    widest = max(text_width(measure_label(row.result.measure), size) for row in rows)
    upper = size if widest <= columns.change_width else size - 1  # of names that have a line of their own
    for i, row in enumerate(rows):
        top, middle = area.y + i * pitch, area.y + (i + 0.5) * pitch
        marks.append(Line(((sheet.left, top), (sheet.right, top)), SEPARATOR))
        name = measure_label(row.result.measure)
        if columns.lines == 1:
            base = middle + CAP_HEIGHT * size / 2
            room = columns.n - text_width(str(row.result.n), size) - GAP / 2 - columns.name
            marks.append(Note((columns.name, base), shortened(name, room, size), size))
            marks.append(Note((columns.n, base), str(row.result.n), size, anchor=Anchor.END))
            marks.append(Note((columns.change, middle + CAP_HEIGHT * (size - 1) / 2), _with_level(row), size - 1))
        else:
            marks.append(Note((columns.name, middle - 1.2), shortened(name, columns.change_width, upper), upper))
            text = shortened(_second_line(row, columns.levels), columns.change_width, size - 1)
            marks.append(Note((columns.name, middle + 1.2 + CAP_HEIGHT * (size - 1)), text, size - 1, SOFT_INK))
    return marks


def _feet(
    cohort: Cohort,
    rows: Sequence[_Row],
    question: Comparison,
    choice: ChartChoice,
    what: tuple[Sequence[str], _Columns],
) -> tuple[str, ...]:
    without, columns = what
    labels = f"{cohort.visit(question.before).label} to {cohort.visit(question.after).label}"
    said = [f"Change from {labels}: median of Walsh averages (Hodges–Lehmann). Intervals are exploratory, unadjusted."]
    if not columns.levels:
        said.append(f"Levels: {', '.join(dict.fromkeys(row.level for row in rows if row.level))}.")
    unknown = [row.result.measure.name for row in rows if not row.known]
    if unknown:
        said.append(f"Open, a rise to the right: which way is better is not known of {listed(unknown)}.")
    bare = [row.result.measure.name for row in rows if row.at is None]
    if bare:
        said.append(f"Not drawn, as there is none: {listed(bare)}.")
    if without:
        said.append(f"No patient with both values: {listed(without)}.")
    said += left_out_of(cohort, [row.result for row in rows])
    for reason in dict.fromkeys(_lacking(row) for row in rows):
        if reason:
            alike = listed(row.result.measure.name for row in rows if _lacking(row) == reason)
            said.append(f"No interval of {alike}: {reason}")
    return (" ".join(said),)


def _lacking(row: _Row) -> str:
    """Why the change of a row has no interval, as the result says it; empty where it has one, and for yes/no."""
    return "" if row.level or row.result.yes_no is not None else row.result.interval("hodges_lehmann").reason


def _words(cohort: Cohort, rows: Sequence[_Row], choice: ChartChoice, without: Sequence[str]) -> str:
    first = rows[0].result
    said = [
        f"Forest of {counted(len(rows), 'measure')}, {first.before_label} to {first.after_label}, "
        f"{NAMES[choice.effect]} with better to the right."
    ]
    for row in rows:
        effect = row.effect.reason or "no effect"
        if row.at is not None:
            effect = f"effect {_signed(row.at)}"
            if row.low is not None and row.high is not None:
                effect += f" ({_signed(row.low)} to {_signed(row.high)})"
        side = "" if row.known else ", better direction not known"
        said.append(f"{row.result.measure.name}: n = {row.result.n}, {_with_level(row)}; {effect.rstrip('.')}{side}.")
    if without:
        said.append(f"No patient has both values of {listed(without)}.")
    said += [f"{left.patient} is excluded: {left.reason}." for left in cohort.excluded]
    if cohort.synthetic:
        said.append("The data are synthetic.")
    return " ".join(said)
