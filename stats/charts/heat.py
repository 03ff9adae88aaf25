"""The heat table: patients × visits of one measure, each cell with its number, coloured by bands or by the range.

Invariants: patients stand in the order of the patient list; every number is printed in black or white, whichever reads
better on its cell, or, where cells are too narrow for numbers, none is and the page says so; all numbers have the same
decimals, and the page says where they are rounded; a missed visit is hatched and never looks like a value, like paper
or like zero; darker is worse where the better direction is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.charts.axes import number_text, short_number
from trajecta.stats.charts.cells import HATCH, MISSED, Place, common_places, hatching, is_rounded
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.frame import Surround, arrange, measure_label
from trajecta.stats.charts.layout import Sheet, sentence_figure
from trajecta.stats.charts.traces import OPTICAL, styles
from trajecta.stats.charts.trajectories import too_low
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Band, Censored, Cohort, Direction, Kind, Measure, Visit
from trajecta.stats.colors import contrast, mixed
from trajecta.stats.figure import (
    INK,
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
    Rect,
    Shape,
    Stroke,
)
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT, shortened, text_width, told_apart

PALE, DARK = "#EAF3F3", "#0B5A60"  # the ends of the scale: one hue, so that only lightness says how much
NO_VALUE = "no usable value"
LONGEST_RAMP, LEAST_RAMP = 90.0, 30.0  # points, the scale in the legend
PAPER, BLACK = "#FFFFFF", "#000000"  # one of them has a contrast of at least 4.5 on any colour; ink may not
GRID = Stroke(PAPER, 0.8)
FRAME = Stroke(INK, 0.9)
SIZES = (7.0, 6.0, 5.0)
PITCH, TIGHTEST = 1.75, 1.3  # of the type size: height of a row
INSET = 2.0  # points free at both sides of a number
GAP = 6.0  # points between ids, cells and changes
WIDEST_ID = 0.28  # of the page
WIDEST_CELL = 44.0  # points; wider cells only spread the numbers
TALLEST_HEAD = 52.0  # points of a visit's name that is set upright
STEPS = 24  # of the scale in the legend: finer than the eye tells
FEWEST_BANDS = 2  # one band says too little about the other cells


@dataclass(frozen=True)
class _Table:
    """What is drawn: rows and columns, the value and colour of each cell (empty colour: nothing), and the changes.

    ``values`` are None where a visit was missed or not reached, ``signs`` those of values beyond the limit of the
    assay. ``places`` are the decimals of all numbers; None writes each as short as it can be.
    """

    measure: Measure
    patients: tuple[str, ...]
    visits: tuple[Visit, ...]
    values: tuple[tuple[float | None, ...], ...]
    signs: tuple[tuple[str, ...], ...]
    colors: tuple[tuple[str, ...], ...]
    scale: "_Scale"
    changes: dict[str, float]
    pair: tuple[str, str] | None
    places: int | None

    def number(self, value: float) -> str:
        """A number as all numbers of the table are written."""
        return short_number(value) if self.places is None else number_text(value, self.places)

    def signed(self, value: float) -> str:
        """A change with its sign."""
        return f"+{self.number(value)}" if value > 0 else self.number(value)

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """The text of each cell, empty without a value."""
        pairs = (zip(line, signs, strict=True) for line, signs in zip(self.values, self.signs, strict=True))
        return tuple(tuple(self._text(value, sign) for value, sign in row) for row in pairs)

    def _text(self, value: float | None, sign: str) -> str:
        if value is None:
            return ""
        if self.measure.kind is Kind.YES_NO:
            return "yes" if value else "no"
        return f"{sign}{self.number(value)}"

    @property
    def numbers(self) -> tuple[float, ...]:
        """Every number that is written: the values and their changes."""
        return (*(v for line in self.values for v in line if v is not None), *self.changes.values())

    @property
    def missed(self) -> bool:
        """Whether a visit was missed."""
        return any(color == MISSED for line in self.colors for color in line)


@dataclass(frozen=True)
class _Scale:
    """How a value becomes a colour: by bands, each with its own, or between ``low`` and ``high``."""

    bands: tuple[tuple[Band, str], ...]
    low: float
    high: float
    turned: bool

    def color(self, value: float) -> str:
        """The fill of a cell; values outside all bands are left white."""
        if self.bands:
            return next((color for band, color in self.bands if _holds(band, value)), PAPER)
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        share = min(max(share, 0.0), 1.0)
        return mixed(PALE, DARK, 1.0 - share if self.turned else share)


def _holds(band: Band, value: float) -> bool:
    return (band.low is None or band.low <= value) and (band.high is None or value <= band.high)


def heat(cohort: Cohort, measure: str, result: PairedResult | None, choice: ChartChoice) -> Figure:
    """Patients × visits of ``measure``; a ``result`` of it frames its two visits and adds the changes.

    Without any value: a page with a sentence. KeyError if the cohort has no such measure.
    """
    found = cohort.measure(measure)
    own = result if result is not None and result.measure.key == measure else None
    table = _table(cohort, found, own)
    if table is None:
        return sentence_figure(cohort, choice, f"No included patient has a value of {found.name}.", found.name)
    return _drawn(cohort, table, choice)


def _table(cohort: Cohort, found: Measure, result: PairedResult | None) -> _Table | None:
    patients = tuple(patient.id for patient in cohort.included)
    values: dict[tuple[str, str], float] = {}
    for patient in patients:
        for seen in cohort.series(found.key, patient):
            if seen.value is not None:
                values[patient, seen.visit] = seen.value
    visits = tuple(v for v in cohort.visits if any((patient, v.key) in values for patient in patients))
    if not values:
        return None
    scale = _scale(found, list(values.values()))
    rows, signs, colors = [], [], []
    for patient in patients:
        last = max((i for i, v in enumerate(visits) if (patient, v.key) in values), default=-1)
        seen_at = [cohort.observation(found.key, visit.key, patient) for visit in visits]
        row = tuple(values.get((patient, visit.key)) for visit in visits)
        rows.append(row)
        signs.append(tuple((seen.censored if seen else Censored.NO).value for seen in seen_at))
        colors.append(
            tuple(
                scale.color(value) if value is not None else MISSED if seen is not None or i < last else ""
                for i, (value, seen) in enumerate(zip(row, seen_at, strict=True))
            )
        )
    changes = {c.patient: c.difference for c in result.changes} if result and found.kind is Kind.NUMERIC else {}
    pair = (result.comparison.before, result.comparison.after) if result is not None else None
    table = _Table(found, patients, visits, tuple(rows), tuple(signs), tuple(colors), scale, changes, pair, None)
    return replace(table, places=common_places(table.numbers))


def _scale(measure: Measure, values: Sequence[float]) -> _Scale:
    """Bands where there are several, else the instrument's range where it is well used, else the values' own."""
    turned = measure.direction is Direction.HIGHER
    low, high = min(values), max(values)
    if measure.kind is Kind.YES_NO:
        return _Scale((), 0.0, 1.0, turned)
    if len(measure.bands) >= FEWEST_BANDS:
        ordered = sorted(measure.bands, key=lambda band: (band.low is not None, band.low or 0.0))
        last = len(ordered) - 1
        shares = [(last - i if turned else i) / last for i in range(len(ordered))]
        return _Scale(
            tuple((b, mixed(PALE, DARK, share)) for b, share in zip(ordered, shares, strict=True)), low, high, turned
        )
    if measure.range and measure.range[1] - measure.range[0] <= 2 * (high - low):
        low, high = min(low, measure.range[0]), max(high, measure.range[1])
    return _Scale((), low, high, turned)


@dataclass(frozen=True)
class _Grid:
    """The fitted table: type size of numbers (0 without), of ids and heads, and all lengths in points."""

    number: float
    size: float
    left: float
    cell: float
    row: float
    head: float
    upright: bool
    change: float


def _drawn(cohort: Cohort, table: _Table, choice: ChartChoice) -> Figure:
    probe = arrange(choice, Surround((), (), (), False), 100.0)[0]
    table = _readable(table, probe, choice)
    numbered = _grid(table, probe, choice, 100.0).number > 0
    surround = Surround((measure_label(table.measure),), (), _feet(table, numbered, probe), cohort.synthetic)
    sheet, height_mm = arrange(choice, surround, 100.0)
    coloured = table.measure.kind is not Kind.YES_NO  # answers of yes and no are written in their cells
    legend = sheet.size * 2.6 + 4.0 if coloured or table.missed else 4.0
    grid = _grid(table, sheet, choice, sheet.bottom - sheet.top - legend)
    if choice.height_mm is None:
        body = grid.head + grid.row * len(table.patients)
        sheet, height_mm = arrange(choice, surround, body + legend)
    elif grid.row < TIGHTEST * SIZES[-1]:
        return too_low(cohort, choice, table.measure)
    area = Rect(
        sheet.left + grid.left, sheet.top + grid.head, grid.cell * len(table.visits), grid.row * len(table.patients)
    )
    columns, rows = float(len(table.visits)), float(len(table.patients))
    x = Axis("", (0.0, columns), (), visible=False, size=grid.size)
    y = Axis("", (0.0, rows), (), visible=False, size=grid.size)
    panel = Panel(area, x, y, (*_cells(table, grid), *_frames(table)), "heat", moves=False)
    page = (
        *sheet.marks,
        *_heads(table, grid, area),
        *_ids(cohort, table, grid, area, sheet.left),
        *_changes(table, grid, area),
        *_legend(table, sheet, legend),
    )
    title = f"{table.measure.name}, patients and visits"
    return Figure(choice.width_mm, height_mm, (panel,), page, title, _words(cohort, table))


def _readable(table: _Table, sheet: Sheet, choice: ChartChoice) -> _Table:
    """The table with fewer decimals where its cells are too narrow for all, none of which then reads as 0."""
    if table.places is None:
        return table
    for places in range(table.places, -1, -1):
        fewer = replace(table, places=places)
        if any(value and not float(f"{value:.{places}f}") for value in table.numbers):
            break
        if _grid(fewer, sheet, choice, 100.0).number > 0:
            return fewer
    return table


def _grid(table: _Table, sheet: Sheet, choice: ChartChoice, height: float) -> _Grid:
    """Fit ids, cells and changes into the sheet, with numbers as large as there is room for."""
    fixed = choice.height_mm is not None
    for size in (s for s in SIZES if s <= sheet.size):
        grid = _fitted(table, sheet, size)
        row = (height - grid.head) / len(table.patients) if fixed else PITCH * size
        row = min(row, 2.4 * size)
        widest = max(text_width(text, size) for line in table.texts for text in line)
        fits = widest + 2 * INSET <= grid.cell and row >= TIGHTEST * size
        if fits or size == SIZES[-1]:
            number = size if fits else 0.0
            return _Grid(number, size, grid.left, grid.cell, row, grid.head, grid.upright, grid.change)
    raise AssertionError("the smallest size always returns")


def _fitted(table: _Table, sheet: Sheet, size: float) -> _Grid:
    ids = min(max(text_width(p, size) for p in table.patients), WIDEST_ID * sheet.width)
    left = size + 4.0 + ids + GAP
    change = 0.0
    if table.changes:
        texts = [table.signed(value) for value in table.changes.values()]
        change = max(*(text_width(t, size) for t in texts), text_width("Change", size, bold=True)) + size + GAP
    cell = min((sheet.free_width - left - change) / len(table.visits), WIDEST_CELL)
    names = max(text_width(visit.label, size, bold=True) for visit in table.visits)
    upright = names + 3.0 > cell
    head = (min(names, TALLEST_HEAD) if upright else size) + 5.0
    return _Grid(0.0, size, left, cell, 0.0, head, upright, change)


def _cells(table: _Table, grid: _Grid) -> list[Mark]:
    n, texts = len(table.patients), table.texts
    blocks: list[Mark] = []
    notes: list[Mark] = []
    for i, patient in enumerate(table.patients):
        for j in range(len(table.visits)):
            color = table.colors[i][j]
            if not color:
                continue
            visit = table.visits[j].key
            blocks.append(Block(float(j), j + 1.0, n - i - 1.0, float(n - i), color, GRID, patient, visit))
            if color == MISSED:
                corner, unit = (float(j), n - i - 1.0), (1 / grid.cell, 1 / grid.row)
                blocks += [Line(line, HATCH, patient) for line in hatching(grid.cell, grid.row, corner, unit)]
            elif grid.number:
                ink = BLACK if contrast(BLACK, color) >= contrast(PAPER, color) else PAPER
                drop = (0.0, CAP_HEIGHT * grid.number / 2)
                at = (j + 0.5, n - i - 0.5)
                notes.append(Note(at, texts[i][j], grid.number, ink, Anchor.MIDDLE, drop, key=patient))
    return [*blocks, *notes]


def _frames(table: _Table) -> list[Mark]:
    """A frame around the two visits that are compared."""
    keys = [visit.key for visit in table.visits]
    where = [keys.index(key) for key in table.pair or () if key in keys]
    return [Block(float(j), j + 1.0, 0.0, float(len(table.patients)), "", FRAME) for j in where]


def _heads(table: _Table, grid: _Grid, area: Rect) -> list[Mark]:
    marks: list[Mark] = []
    for j, visit in enumerate(table.visits):
        bold = visit.key in (table.pair or ())
        middle = area.x + (j + 0.5) * grid.cell
        text = shortened(visit.label, TALLEST_HEAD if grid.upright else grid.cell, grid.size, bold)
        if grid.upright:
            at = (middle + CAP_HEIGHT * grid.size / 2, area.y - 3.0)
            marks.append(Note(at, text, grid.size, bold=bold, vertical=True))
        else:
            marks.append(Note((middle, area.y - 3.5), text, grid.size, anchor=Anchor.MIDDLE, bold=bold))
    return marks


def _ids(cohort: Cohort, table: _Table, grid: _Grid, area: Rect, left: float) -> list[Mark]:
    """Symbol and id of each patient at the left of the row."""
    own = styles(cohort)
    marks: list[Mark] = []
    texts = told_apart(table.patients, grid.left - grid.size - 4.0 - GAP + 0.01, grid.size)
    for i, patient in enumerate(table.patients):
        middle, style = area.y + (i + 0.5) * grid.row, own[patient]
        symbol = min(0.62 * grid.size, 0.62 * grid.row) * OPTICAL.get(style.shape, 1.0)
        at = ((left + grid.size / 2, middle),)
        marks.append(Dots(at, style.shape, symbol, style.color, Stroke(style.color, 0.5), patient))
        base = middle + CAP_HEIGHT * grid.size / 2
        marks.append(Note((left + grid.size + 4.0, base), texts[i], grid.size, key=patient))
    return marks


def _changes(table: _Table, grid: _Grid, area: Rect) -> list[Mark]:
    """The change of the compared visits right of the table; triangles filled for better, open for worse."""
    if not table.changes:
        return []
    right = area.x + area.width + grid.change
    marks: list[Mark] = [Note((right, area.y - 3.5), "Change", grid.size, anchor=Anchor.END, bold=True)]
    better = {Direction.LOWER: -1.0, Direction.HIGHER: 1.0}.get(table.measure.direction)
    for i, patient in enumerate(table.patients):
        change = table.changes.get(patient)
        if change is None:
            continue
        middle = area.y + (i + 0.5) * grid.row
        base = middle + CAP_HEIGHT * grid.size / 2
        marks.append(Note((right, base), table.signed(change), grid.size, anchor=Anchor.END, key=patient))
        if change:
            shape = Shape.TRIANGLE if change > 0 else Shape.TRIANGLE_DOWN
            fill = "" if better is not None and change * better < 0 else INK
            at = ((area.x + area.width + GAP + grid.size * 0.35, middle),)
            marks.append(Dots(at, shape, grid.size * 0.6, fill, Stroke(INK, 0.6), patient))
    return marks


def _legend(table: _Table, sheet: Sheet, height: float) -> list[Mark]:
    """What the colours mean, below the table: a swatch for each band, or the scale between its two ends."""
    size = sheet.size - 1
    top = sheet.bottom - height + size * 1.2
    room, hatched = _room(table, sheet)
    swatches = [(band.label, color) for band, color in table.scale.bands] + [(NO_VALUE, MISSED)] * hatched
    marks: list[Mark] = []
    if table.measure.kind is Kind.YES_NO or table.scale.bands:
        left = sheet.left
    else:
        ramp, left = _ramp(table, sheet, top, room)
        marks += ramp
    for label, color in swatches:
        text = shortened(label, room - size - 8.0, size) if table.scale.bands else label
        marks += _swatch(text, color, (left, top), size)
        left += min(room, size + 11.0 + text_width(text, size))
    return marks


def _swatch(text: str, color: str, at: Place, size: float) -> list[Mark]:
    """A small cell of this colour with its meaning right of it."""
    left, top = at
    marks: list[Mark] = [Block(left, left + size, top, top + size, color, Stroke(SOFT_INK, 0.3))]
    if color == MISSED:
        marks += [Line(line, HATCH) for line in hatching(size, size, (left, top + size), (1.0, -1.0))]
    return [*marks, Note((left + size + 3.0, top + size * 0.5 + CAP_HEIGHT * size / 2), text, size)]


def _room(table: _Table, sheet: Sheet) -> tuple[float, bool]:
    """The points that a swatch, or the scale, has in the legend, and whether hatched cells are explained beside it."""
    size = sheet.size - 1
    swatch = size + 11.0 + text_width(NO_VALUE, size)
    if table.measure.kind is Kind.YES_NO:
        return sheet.free_width, table.missed
    if table.scale.bands:
        room = sheet.free_width / (len(table.scale.bands) + 1)
        if table.missed and room >= swatch:
            return room, True
        return sheet.free_width / len(table.scale.bands), False
    room = sheet.free_width - sum(text_width(end, size) for end in _ends(table)) - 8.0
    hatched = table.missed and room - swatch - 2 * GAP >= LEAST_RAMP
    return min(LONGEST_RAMP, room - (swatch + 2 * GAP) * hatched), hatched


def _ends(table: _Table) -> list[str]:
    """What stands at the two ends of the scale."""
    scale = table.scale
    ends = [table.number(scale.low), table.number(scale.high)]
    if table.measure.direction is not Direction.UNKNOWN:
        words = ("worse", "better") if scale.turned else ("better", "worse")
        ends = [f"{end}, {word}" for end, word in zip(ends, words, strict=True)]
    return [f"all values {table.number(scale.low)}", ""] if scale.high == scale.low else ends


def _ramp(table: _Table, sheet: Sheet, top: float, length: float) -> tuple[list[Mark], float]:
    """The scale between its two ends, and where it ends on the page."""
    size, scale, ends = sheet.size - 1, table.scale, _ends(table)
    base = top + size * 0.5 + CAP_HEIGHT * size / 2
    left = sheet.left + text_width(ends[0], size) + 4.0
    marks: list[Mark] = [Note((sheet.left, base), ends[0], size)]
    if scale.high == scale.low:
        return marks, left + GAP
    step = length / STEPS
    for i in range(STEPS):
        value = scale.low + (scale.high - scale.low) * (i + 0.5) / STEPS
        color = scale.color(value)
        marks.append(Block(left + i * step, left + (i + 1) * step, top, top + size, color, Stroke(color, 0.3)))
    marks.append(Note((left + length + 4.0, base), ends[1], size))
    return marks, left + length + 4.0 + text_width(ends[1], size) + 2 * GAP


def _feet(table: _Table, numbered: bool, sheet: Sheet) -> tuple[str, ...]:
    said = []
    if table.missed and not _room(table, sheet)[1]:
        said.append("Hatched: no usable value at this visit.")
    if any(not color for line in table.colors for color in line):
        said.append("Blank: not reached.")
    if table.scale.bands and any(color == PAPER for line in table.colors for color in line):
        said.append("White: outside the bands.")
    if numbered and table.places is not None and any(is_rounded(v, table.places) for v in table.numbers):
        said.append(f"Rounded to {counted(table.places, 'decimal') if table.places else 'whole numbers'}.")
    if any(text[:1] in "<>" for line in table.texts for text in line if text):
        said.append("< and >: beyond the limit of the assay.")
    if table.pair:
        said.append("Framed: the visits compared.")
    better = table.measure.direction is not Direction.UNKNOWN
    if better and any(table.changes.values()):
        said.append("Triangles: filled better, open worse.")
    if not numbered:
        said.append("The cells are too small for numbers at this width.")
    return (" ".join(said),) if said else ()


def _words(cohort: Cohort, table: _Table) -> str:
    labels = [visit.label for visit in table.visits]
    said = [
        f"Table of {measure_label(table.measure)} in {counted(len(table.patients), 'patient')} at "
        f"{counted(len(labels), 'visit')}: {listed(labels)}."
    ]
    for patient, line, colors in zip(table.patients, table.texts, table.colors, strict=True):
        cells = zip(line, colors, strict=True)
        shown = ", ".join(text or ("missed" if color == MISSED else "not reached") for text, color in cells)
        change = f"; change {table.signed(table.changes[patient])}" if patient in table.changes else ""
        said.append(f"{patient}: {shown}{change}.")
    bands = [f"{band.label} ({band.source})" if band.source else band.label for band, _ in table.scale.bands]
    if bands:
        said.append(f"Coloured by bands: {'; '.join(bands)}.")
    said += [f"{left.patient} is excluded: {left.reason}." for left in cohort.excluded]
    if cohort.synthetic:
        said.append("The data are synthetic.")
    return " ".join(said)
