"""A finished figure with other colours, symbols, dashes, widths and sizes: nothing moves and no number changes.

Invariants: a mark takes the style chosen for its patient only where it shows the patient's own, so that what a colour
or a dash says otherwise (a missed visit, another patient in grey, a better or worse change) stays as it is.
"""

from collections.abc import Mapping
from dataclasses import replace

from trajecta.stats.charts.traces import OPTICAL
from trajecta.stats.figure import Area, Block, Dots, Figure, Line, Mark, Note, Rule, Stroke
from trajecta.stats.palette import PatientStyle

Styles = Mapping[str, PatientStyle]


def restyled(figure: Figure, own: Styles, chosen: Styles) -> Figure:
    """The figure with the ``chosen`` styles of patients; ``own`` are those that it was drawn with."""
    changed = {p: (own[p], style) for p, style in chosen.items() if p in own and own[p] != style}
    if not changed:
        return figure

    def seen(mark: Mark, optical: bool) -> Mark:
        pair = changed.get(getattr(mark, "key", ""))
        return mark if pair is None else _in_style(mark, *pair, optical)

    panels = tuple(replace(panel, marks=tuple(seen(mark, True) for mark in panel.marks)) for panel in figure.panels)
    return replace(figure, panels=panels, page=tuple(seen(mark, False) for mark in figure.page))


def _in_style(mark: Mark, own: PatientStyle, chosen: PatientStyle, optical: bool) -> Mark:
    """One mark of the patient; ``optical`` where symbols were set to look equally large."""

    def color(known: str) -> str:
        return chosen.color if known == own.color else known

    def pen(stroke: Stroke) -> Stroke:
        return replace(stroke, color=color(stroke.color), dash=chosen.dash if stroke.dash == own.dash else stroke.dash)

    match mark:
        case Line(stroke=stroke):
            return replace(mark, stroke=pen(stroke)) if stroke.color == own.color else mark
        case Dots(shape=shape, size=size, fill=fill, outline=outline):
            if shape is own.shape and optical:
                size *= OPTICAL.get(chosen.shape, 1.0) / OPTICAL.get(own.shape, 1.0)
            around = replace(outline, color=color(outline.color))
            symbol = chosen.shape if shape is own.shape else shape
            return replace(mark, shape=symbol, size=size, fill=color(fill), outline=around)
        case Block(fill=fill, outline=edge):
            around_it = None if edge is None else replace(edge, color=color(edge.color))
            return replace(mark, fill=color(fill), outline=around_it)
        case Area(fill=fill):
            return replace(mark, fill=color(fill))
        case Note(color=ink):
            return replace(mark, color=color(ink))
        case Rule():
            return mark


def resized(figure: Figure, strokes: float, symbols: float) -> Figure:
    """The figure with all lines of the data ``strokes`` times as wide and all symbols ``symbols`` times as large."""
    if (strokes, symbols) == (1.0, 1.0):
        return figure

    def seen(mark: Mark) -> Mark:
        match mark:
            case Line(stroke=stroke) | Rule(stroke=stroke):
                return replace(mark, stroke=replace(stroke, width=stroke.width * strokes))
            case Dots(size=size, outline=outline):
                return replace(
                    mark, size=size * symbols, outline=replace(outline, width=outline.width * min(strokes, symbols))
                )
            case _:
                return mark

    panels = tuple(replace(panel, marks=tuple(map(seen, panel.marks))) for panel in figure.panels)
    page = tuple(seen(mark) if getattr(mark, "key", "") else mark for mark in figure.page)
    return replace(figure, panels=panels, page=page)
