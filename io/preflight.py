"""The look over a figure before it is sent: what breaks a journal's preset, what readers could not see or tell apart.

Invariants: a pure function of the figure, no file and no Qt; what breaks the preset comes first; what rests on a number
not found on the publisher's page says so; a preset that is silent about something yields no finding about it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from trajecta.io.journals import Journal
from trajecta.stats.charts.axes import axis_marks
from trajecta.stats.charts.composition import LETTER_SIZE
from trajecta.stats.charts.layout import note_box, overlap, panel_point, text_boxes
from trajecta.stats.cohort import Severity
from trajecta.stats.colors import contrast
from trajecta.stats.colour_vision import LEAST_MARK, LEAST_TEXT, WHITE, Vision, alike
from trajecta.stats.figure import Block, Dots, Figure, Line, Mark, Note, Panel, Pin, Rect, Stroke
from trajecta.stats.text_width import character_widths
from trajecta.stats.typeface import FAMILIES
from trajecta.stats.typeset import SMALL, plain, runs
from trajecta.stats.words import list_text

BITMAPS = ("png", "tif", "tiff")
OUTLINED = ("eps", *BITMAPS)  # formats in which text is no text any more
SLACK = 0.05  # mm; a width typed with one decimal is meant to be that width
MOST_NAMED = 4  # texts or patients named in one finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that breaks the preset or hinders a reader: ``text`` says what, ``advice`` what to do about it."""

    severity: Severity
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.text} {self.advice}"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A mark as it is drawn; ``note`` and ``box`` for texts, ``ground`` the colour behind them."""

    note: Note
    box: Rect
    ground: str


def preflight(figure: Figure, journal: Journal | None, suffix: str, dpi: int) -> tuple[Finding, ...]:
    """Everything that should be looked at before this figure is saved in the format of ``suffix`` for ``journal``.

    ``dpi`` matters for bitmaps only. Without a journal only what any reader needs is looked at: contrast, colours that
    look alike, characters that the font lacks, texts that touch or leave the page.
    """
    suffix = suffix.lower().removeprefix(".")
    texts = tuple(_texts(figure))
    found: list[Finding] = []
    if journal is not None:
        found += _page(figure, journal)
        found += _text_sizes(texts, journal)
        found += _raised_sizes(texts, journal)
        found += _typefaces(texts, journal)
        found += _line_widths(figure, journal)
        found += _file(journal, suffix, dpi)
    found += _pale_texts(texts)
    found += _faint_marks(figure, frozenset(seen.ground for seen in texts))
    found += _look_alikes(figure, frozenset(seen.note.text for seen in texts))
    found += _characters(texts)
    found += _places(figure)
    return tuple(sorted(found, key=lambda finding: tuple(Severity).index(finding.severity)))


def with_doubt(sentence: str, doubt: str) -> str:
    """A sentence with what is doubtful about the number it rests on.

    >>> with_doubt("At most 170 mm.", "not verified"), with_doubt("At most 170 mm.", "")
    ('At most 170 mm (not verified).', 'At most 170 mm.')
    """
    return f"{sentence.removesuffix('.')} ({doubt})." if doubt else sentence


def _graded(sure: Severity, doubt: str) -> Severity:
    """A number that was not verified breaks nothing for certain."""
    return Severity.WARNING if doubt and sure is Severity.ERROR else sure


def _page(figure: Figure, journal: Journal) -> Iterator[Finding]:
    width, height = figure.width_mm, figure.height_mm
    if journal.min_width is not None and width < journal.min_width - SLACK:
        text = f"The page is {width:g} mm wide; {journal.name} asks for at least {journal.min_width:g} mm."
        yield Finding(Severity.ERROR, text, f"Choose {journal.min_width:g} mm or more.")
    elif journal.widths and all(abs(width - usual) > SLACK for usual in journal.widths):
        doubt = journal.doubt("widths")
        widths = ", ".join(f"{usual:g}" for usual in journal.widths[:-1])
        widths = f"{widths} or {journal.widths[-1]:g}" if widths else f"{journal.widths[-1]:g}"
        nearest = min((w for w in journal.widths if w >= width), default=max(journal.widths))
        too_wide = width > max(journal.widths)
        severity = _graded(Severity.ERROR, doubt) if too_wide else Severity.WARNING
        text = with_doubt(f"The page is {width:g} mm wide; {journal.name} prints {widths} mm.", doubt)
        yield Finding(severity, text, f"Choose {nearest:g} mm.")
    elif width in journal.doubtful_widths:
        text = f"A width of {width:g} mm is not on the page of {journal.name} that was read."
        others = " or ".join(f"{usual:g}" for usual in journal.widths if usual not in journal.doubtful_widths)
        yield Finding(Severity.NOTE, text, f"Ask the journal, or choose {others} mm.")
    if journal.max_height is not None and height > journal.max_height + SLACK:
        doubt = journal.doubt("max_height")
        text = f"The page is {height:.0f} mm high; {journal.name} allows {journal.max_height:g} mm."
        yield Finding(_graded(Severity.ERROR, doubt), with_doubt(text, doubt), "Choose an own height.")


def _text_sizes(texts: Iterable[_Seen], journal: Journal) -> Iterator[Finding]:
    sizes: defaultdict[float, list[str]] = defaultdict(list)
    for seen in texts:
        if any(c.isalnum() for c in seen.note.text):  # an arrow or a dagger is a symbol and not read
            sizes[round(seen.note.size, 2)].append(plain(seen.note.text))
    limits = (
        (journal.min_text, "min_text", "Choose a larger text size under Chart, Style."),
        (journal.max_text, "max_text", "Choose a smaller text size under Chart, Style."),
    )
    for limit, field, advice in limits:
        for size in sorted(sizes):
            if limit is None or (size >= limit if field == "min_text" else size <= limit):
                continue
            if size == LETTER_SIZE and all(is_letter(text) for text in sizes[size]):
                continue
            doubt = journal.doubt(field)
            word = "least" if field == "min_text" else "most"
            named = list_text([f"“{text}”" for text in dict.fromkeys(sizes[size])], MOST_NAMED)
            text = with_doubt(f"Text of {size:g} pt, {journal.name} takes {limit:g} pt at {word}: {named}.", doubt)
            yield Finding(_graded(Severity.ERROR, doubt), text, advice)


def is_letter(text: str) -> bool:
    """Whether a text is the letter of a part of a page, which journals set larger than the texts of figures.

    >>> is_letter("b"), is_letter("C3")
    (True, False)
    """
    return len(text) == 1 and text.isalpha()


def strokes_of(mark: Mark) -> tuple[Stroke, ...]:
    """The pens a mark is drawn with; a kind of mark added later is judged by what it carries."""
    carried = (getattr(mark, name, None) for name in ("stroke", "outline"))
    return tuple(stroke for stroke in carried if isinstance(stroke, Stroke))


def _line_widths(figure: Figure, journal: Journal) -> Iterator[Finding]:
    if journal.min_line is None:
        return
    thin = sorted({s.width for mark in _marks(figure) for s in strokes_of(mark) if s.width < journal.min_line - 1e-6})
    if thin:
        doubt = journal.doubt("min_line")
        widths = list_text([f"{width:g} pt" for width in thin], MOST_NAMED)
        text = f"Lines of {widths}, {journal.name} takes {journal.min_line:g} pt at least."
        yield Finding(
            _graded(Severity.ERROR, doubt), with_doubt(text, doubt), "Choose thicker lines under Chart, Style."
        )


def _file(journal: Journal, suffix: str, dpi: int) -> Iterator[Finding]:
    accepted = journal.formats
    if accepted and suffix not in (*accepted, *("tiff" for known in accepted if known == "tif")):
        doubt = journal.doubt("formats")
        known = list_text([entry.upper() for entry in accepted])
        text = with_doubt(f"{journal.name} takes {known}, not {suffix.upper()}.", doubt)
        yield Finding(_graded(Severity.ERROR, doubt), text, f"Save as {accepted[0].upper()}.")
    if journal.live_text and suffix in OUTLINED:
        what = "a bitmap has none" if suffix in BITMAPS else "an EPS from here holds the outlines of letters"
        text = f"{journal.name} asks for text that can be edited; {what}."
        yield Finding(Severity.ERROR, text, "Save as PDF or SVG.")
    least = journal.dpi
    if suffix in BITMAPS and least is not None and dpi < least:
        doubt = journal.doubt("dpi_line" if journal.dpi_line is not None else "dpi_combination")
        text = with_doubt(f"{dpi} dpi; {journal.name} asks for {least} dpi for line art in a bitmap.", doubt)
        yield Finding(_graded(Severity.ERROR, doubt), text, f"Choose {least} dpi, or PDF, which has no resolution.")
    if journal.colour == "cmyk":
        text = with_doubt(f"{journal.name} asks for CMYK; figures are written in RGB.", journal.doubt("colour"))
        yield Finding(Severity.NOTE, text, "Ask the journal to convert it, or convert the PDF with its colour profile.")


def _raised_sizes(texts: Iterable[_Seen], journal: Journal) -> Iterator[Finding]:
    """Raised and lowered characters that are smaller than the journal asks of them, or of any text."""
    least = journal.min_raised if journal.min_raised is not None else journal.min_text
    small = {seen.note: SMALL * seen.note.size for seen in texts if any(run.level for run in runs(seen.note.text))}
    small = {note: size for note, size in small.items() if least is not None and size < least}
    if small:
        named = list_text(list(dict.fromkeys(f"“{plain(note.text)}”" for note in small)), MOST_NAMED)
        asked = f"{journal.name} asks for at least {least:g} pt"
        doubt = journal.doubt("min_text" if journal.min_raised is None else "min_raised")
        text = f"Raised or lowered characters are {round(min(small.values()), 2):g} pt; {asked}: {named}."
        # What is asked of text is seldom meant of its exponents.
        severity = Severity.NOTE if journal.min_raised is None else _graded(Severity.WARNING, doubt)
        yield Finding(severity, with_doubt(text, doubt), "Choose a larger text size under Chart, Style.")


def _typefaces(texts: Iterable[_Seen], journal: Journal) -> Iterator[Finding]:
    """Typefaces that are none of those the journal asks for and have the widths of none of them."""
    for typeface in dict.fromkeys(seen.note.typeface for seen in texts):
        family = FAMILIES[typeface]
        if journal.fonts and not {family.name, *family.alike} & set(journal.fonts):
            doubt = journal.doubt("fonts")
            asked = " or ".join((", ".join(journal.fonts[:-1]), journal.fonts[-1])).removeprefix(" or ")
            text = f"The text is set in {family.name}; {journal.name} asks for {asked}."
            fitting = [f for f in FAMILIES.values() if set(f.alike) & set(journal.fonts)]
            named = " or ".join(f"{f.name} (as wide as {f.alike[0]})" for f in fitting)
            advice = f"Choose {named} under Chart, Style."
            yield Finding(Severity.WARNING, with_doubt(text, doubt), advice)


def _pale_texts(texts: Iterable[_Seen]) -> Iterator[Finding]:
    pale: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for seen in texts:
        if contrast(seen.note.color, seen.ground) < LEAST_TEXT:
            pale[seen.note.color, seen.ground].append(plain(seen.note.text))
    for (colour, ground), said in pale.items():
        named = list_text([f"“{text}”" for text in dict.fromkeys(said)], MOST_NAMED)
        ratio = f"{contrast(colour, ground):.1f} : 1"
        text = f"Text in {colour} on {ground} has a contrast of {ratio}; {LEAST_TEXT:g} : 1 is readable: {named}."
        yield Finding(Severity.WARNING, text, "Give the text and what lies behind it more contrast.")


def _faint_marks(figure: Figure, grounds: frozenset[str]) -> Iterator[Finding]:
    colours = dict.fromkeys(c for c in _mark_colours(figure, grounds) if c.upper() != WHITE)
    faint = [f"{c} ({contrast(c):.1f} : 1)" for c in colours if contrast(c) < LEAST_MARK]
    if faint:
        text = f"Marks in {list_text(faint, MOST_NAMED)} are faint on paper; a contrast of {LEAST_MARK:g} : 1 is seen."
        yield Finding(Severity.NOTE, text, "Choose a darker colour, unless they are only background.")


def _mark_colours(figure: Figure, grounds: frozenset[str]) -> Iterator[str]:
    """Colours that carry data: lines, symbols, bars. Bands and cells with their number on them are only grounds."""
    for mark in (mark for panel in figure.panels for mark in panel.marks):
        match mark:
            case Line(stroke=stroke):
                yield stroke.color
            case Dots(fill=fill, outline=outline):
                yield fill if fill and contrast(fill) > contrast(outline.color) else outline.color
            case Block(fill=fill, outline=None) if fill and fill not in grounds and None not in _ends(mark):
                yield fill


def _ends(block: Block) -> tuple[float | None, ...]:
    return block.x0, block.x1, block.y0, block.y1


@dataclass(frozen=True, slots=True)
class _Look:
    """How one patient or group is told from others: colour, symbols, dashes."""

    colour: str
    shapes: frozenset[str]
    dashes: frozenset[tuple[float, ...]]


def looks(figure: Figure) -> dict[str, _Look]:
    """The look of every patient that has marks in a panel, by id; bars and texts tell nobody apart."""
    colours: dict[str, str] = {}
    shapes: defaultdict[str, set[str]] = defaultdict(set)
    dashes: defaultdict[str, set[tuple[float, ...]]] = defaultdict(set)
    for mark in (mark for panel in figure.panels for mark in panel.marks):
        if isinstance(mark, Line) and mark.key:
            colours.setdefault(mark.key, mark.stroke.color)
            dashes[mark.key].add(mark.stroke.dash)
        elif isinstance(mark, Dots) and mark.key:
            colours.setdefault(mark.key, mark.outline.color)
            shapes[mark.key].add(mark.shape.value)
    return {key: _Look(colour, frozenset(shapes[key]), frozenset(dashes[key])) for key, colour in colours.items()}


def _look_alikes(figure: Figure, said: frozenset[str]) -> Iterator[Finding]:
    """Patients whose colours fall together for some readers and who have neither another symbol nor another dash.

    Patients whose id is not written in the figure are not meant to be told apart.
    """
    groups: defaultdict[object, dict[str, str]] = defaultdict(dict)
    for key, look in looks(figure).items():
        if key in said:
            groups[look.shapes, look.dashes].setdefault(look.colour, key)
    pairs: defaultdict[Vision, list[str]] = defaultdict(list)
    for colours in groups.values():
        for (one, first), (other, second) in combinations(colours.items(), 2):
            for vision in alike(one, other):
                pairs[vision].append(f"{first} and {second}")
    kinds: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for vision in Vision:
        kinds[tuple(pairs[vision])].append(vision.value)
    for alikes, visions in kinds.items():
        if alikes:
            who = list_text(alikes, MOST_NAMED)
            text = f"Alike in {list_text(visions)}, with the same symbol and line: {who}."
            severity = Severity.NOTE if visions == [Vision.GREY.value] else Severity.WARNING
            yield Finding(severity, text, "Give one of each pair another symbol or dash.")


def _characters(texts: Iterable[_Seen]) -> Iterator[Finding]:
    lacking: dict[str, str] = {}
    fonts: dict[str, None] = {}
    for seen in texts:
        held = character_widths(seen.note.typeface, seen.note.bold)
        drawn = (c for run in runs(seen.note.text) for c in run.text)
        without = {c: plain(seen.note.text) for c in drawn if c.isprintable() and c not in held}
        fonts |= dict.fromkeys([FAMILIES[seen.note.typeface].name] if without else [])
        lacking |= without
    if lacking:
        named = list_text([f"“{c}” (U+{ord(c):04X}, in “{text}”)" for c, text in lacking.items()], MOST_NAMED)
        text = f"The font of figures, {', '.join(fonts)}, lacks {named}; another font of this computer stands in."
        yield Finding(
            Severity.WARNING, text, "Write it in Latin, Greek or Cyrillic letters, or look at the file elsewhere."
        )


def _places(figure: Figure) -> Iterator[Finding]:
    """Texts that touch each other or leave the page; those that the camera has put out of view are not drawn."""
    page = Rect(0.0, 0.0, figure.width, figure.height)
    boxes = [(plain(text), box) for text, box in text_boxes(_as_seen(figure)) if text]
    outside = [
        f"“{text}”"
        for text, box in boxes
        if box.x < page.x - 0.5
        or box.y < page.y - 0.5
        or box.x + box.width > page.width + 0.5
        or box.y + box.height > page.height + 0.5
    ]
    if outside:
        text = f"Text leaves the page: {list_text(outside, MOST_NAMED)}."
        yield Finding(Severity.ERROR, text, "Choose a wider or higher page.")
    touching = [f"“{one}” and “{other}”" for one, other in _touching(boxes)]
    if touching:
        text = f"Texts overlap: {list_text(touching, MOST_NAMED)}."
        yield Finding(Severity.ERROR, text, "Choose a wider or higher page.")


def _touching(boxes: Iterable[tuple[str, Rect]]) -> Iterator[tuple[str, str]]:
    """Pairs of texts that overlap; from left to right, so that only neighbours are compared."""
    ordered = sorted(boxes, key=lambda entry: entry[1].x)
    for i, (one, first) in enumerate(ordered):
        for other, second in ordered[i + 1 :]:
            if second.x >= first.x + first.width:
                break
            if overlap(first, second):
                yield one, other


def _as_seen(figure: Figure) -> Figure:
    def seen(panel: Panel) -> Panel:
        return replace(panel, marks=tuple(m for m in panel.marks if not isinstance(m, Note) or in_view(panel, m)))

    return replace(figure, panels=tuple(seen(panel) for panel in figure.panels))


def in_view(panel: Panel, note: Note) -> bool:
    """Whether the place that a text is bound to lies in the panel's ranges; the pen draws it only then."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    across = note.pin is Pin.X or x0 <= note.at[0] <= x1
    upright = note.pin is Pin.Y or y0 <= note.at[1] <= y1
    return across and upright


def _marks(figure: Figure) -> Iterator[Mark]:
    yield from figure.page
    for panel in figure.panels:
        yield from panel.marks
        yield from axis_marks(panel)


def _texts(figure: Figure) -> Iterator[_Seen]:
    for mark in figure.page:
        if isinstance(mark, Note) and mark.text:
            yield _Seen(mark, note_box(mark, mark.at[0] + mark.offset[0], mark.at[1] + mark.offset[1]), WHITE)
    for panel in figure.panels:
        for mark in axis_marks(panel):
            if isinstance(mark, Note) and mark.text:
                yield _Seen(mark, note_box(mark, *mark.at), WHITE)
        below: list[tuple[Rect, str]] = []
        for mark in panel.marks:
            if isinstance(mark, Block) and mark.fill:
                below.append((block_rect(panel, mark), mark.fill))
            elif isinstance(mark, Note) and mark.text and in_view(panel, mark):
                box = note_box(mark, *panel_point(panel, mark))
                yield _Seen(mark, box, _ground(below, box))


def _ground(below: Sequence[tuple[Rect, str]], box: Rect) -> str:
    """The colour behind a text: the last filled block drawn before it that lies under its middle, else the paper."""
    x, y = box.x + box.width / 2, box.y + box.height / 2
    for area, fill in reversed(below):
        if area.x <= x <= area.x + area.width and area.y <= y <= area.y + area.height:
            return fill
    return WHITE


def block_rect(panel: Panel, block: Block) -> Rect:
    """The rectangle of a block on the page, in points, cut at the panel; an open end reaches to the panel's edge."""
    (x0, x1), (y0, y1), area = panel.x.range, panel.y.range, panel.area
    left, right = (min(max(e, x0), x1) for e in (_end(block.x0, x0), _end(block.x1, x1)))
    low, high = (min(max(e, y0), y1) for e in (_end(block.y0, y0), _end(block.y1, y1)))
    xs = sorted(area.x + (x - x0) / (x1 - x0) * area.width for x in (left, right))
    ys = sorted(area.y + (1 - (y - y0) / (y1 - y0)) * area.height for y in (low, high))
    return Rect(xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0])


def _end(end: float | None, edge: float) -> float:
    return edge if end is None else end
