"""What comments, fill colours and struck cells mean for the values: said, asked about, left out if the user says so.

Invariants: a mark changes no value unless the user said what it means; a colour counts as a mark only where it tells
cells apart, never where it paints whole rows, columns or every other row; what is left out stays with its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from trajecta.io.issue_log import IssueLog, counted
from trajecta.io.mapping import Mapping
from trajecta.io.questions import Change, Option, Question, settled
from trajecta.io.workbook import Workbook
from trajecta.stats.cohort import CellRef, Censored, Issue, Observation

FILL, STRUCK, COMMENT = "a fill colour", "a struck cell", "a comment"
NAMED = 4  # addresses in a sentence; the cells themselves show the rest
# Colours that people call by one name; others are told by their number.
_NAMES = {
    "#FFFF00": "yellow",
    "#FF0000": "red",
    "#00FF00": "green",
    "#00B050": "green",
    "#92D050": "light green",
    "#FFC000": "orange",
    "#FFA500": "orange",
    "#00B0F0": "light blue",
    "#0070C0": "blue",
    "#0000FF": "blue",
    "#7030A0": "purple",
    "#808080": "grey",
    "#A6A6A6": "grey",
    "#BFBFBF": "grey",
    "#D9D9D9": "light grey",
    "#FF00FF": "pink",
    "#C00000": "dark red",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a file by the cells that bear them."""

    fills: dict[CellRef, str] = field(default_factory=dict)
    struck: frozenset[CellRef] = frozenset()
    comments: dict[CellRef, str] = field(default_factory=dict)


def marks_of(workbook: Workbook) -> Marks:
    """The marks of a workbook as read, before its sheets are arranged."""
    return Marks(
        {sheet.ref(*place): colour for sheet in workbook.sheets for place, colour in sheet.fills.items()},
        frozenset(sheet.ref(*place) for sheet in workbook.sheets for place in sheet.struck),
        {sheet.ref(*place): text for sheet in workbook.sheets for place, text in sheet.comments.items()},
    )


def colour_name(colour: str) -> str:
    """A colour in words.

    >>> colour_name("#FFFF00"), colour_name("#FCE4D6"), colour_name("theme colour 5")
    ('yellow', 'the colour #FCE4D6', 'theme colour 5')
    """
    return _NAMES.get(colour, f"the colour {colour}" if colour.startswith("#") else colour)


def with_marks(
    observations: Sequence[Observation], marks: Marks, mapping: Mapping, log: IssueLog
) -> tuple[Observation, ...]:
    """The observations without the values whose mark means that they do not count; says what the marks are."""
    if not (marks.fills or marks.struck or marks.comments):
        return tuple(observations)
    _say_fills(observations, marks, mapping, log)
    kept = []
    for seen in observations:
        where = seen.source
        if where is not None and where in marks.comments:
            log.note(where, f"{where} has a comment: “{_short(marks.comments[where])}”.", kind=COMMENT)
        if where is None or seen.value is None:
            kept.append(seen)
        elif mapping.struck_out and where in marks.struck:
            kept.append(_left_out(seen, f"{where} is struck through and left out."))
        elif marks.fills.get(where, "") in mapping.colours:
            kept.append(_left_out(seen, f"{where} is filled {colour_name(marks.fills[where])} and left out."))
        else:
            if where in marks.struck:
                log.warning(
                    where,
                    f"{where} is struck through; its value “{seen.text}” is used.",
                    "Does a struck value still count?",
                    kind=STRUCK,
                )
            kept.append(seen)
    return tuple(kept)


def _left_out(seen: Observation, why: str) -> Observation:
    return replace(seen, value=None, censored=Censored.NO, flag=why)


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "…"


def _say_fills(observations: Sequence[Observation], marks: Marks, mapping: Mapping, log: IssueLog) -> None:
    cells = [o.source for o in observations if o.source is not None]
    for colour in dict.fromkeys(marks.fills[where] for where in cells if where in marks.fills):
        bearing = [where for where in cells if marks.fills.get(where) == colour]
        named = ", ".join(map(str, bearing[:NAMED])) + (", …" if len(bearing) > NAMED else "")
        filled = f"{counted(len(bearing), 'value')} {'is' if len(bearing) == 1 else 'are'} filled {colour_name(colour)}"
        if colour in mapping.colours:
            log.note(bearing[0], f"{filled} ({named}) and left out, as you chose.", kind=f"{FILL} {colour}")
        elif _tells_apart(bearing, cells):
            log.warning(
                bearing[0],
                f"{filled} ({named}) and used like any other.",
                "Does the colour mean that a value does not count?",
                kind=f"{FILL} {colour}",
            )


def _tells_apart(bearing: Sequence[CellRef], cells: Sequence[CellRef]) -> bool:
    """Whether a colour stands on some cells of a column and of a row, and not on all of them."""

    def parted(line: Sequence[tuple[str, int]], lines: Sequence[tuple[str, int]]) -> bool:
        return any(0 < line.count(one) < lines.count(one) for one in set(line))

    columns, every_column = [(c.sheet, c.column) for c in bearing], [(c.sheet, c.column) for c in cells]
    rows, every_row = [(c.sheet, c.row) for c in bearing], [(c.sheet, c.row) for c in cells]
    single = len(set(every_column)) == 1
    return parted(columns, every_column) and (single or parted(rows, every_row))


def mark_questions(issues: Sequence[Issue]) -> list[Question]:
    """The questions about colours and struck cells that the issues of a build leave open."""
    found: dict[str, Question] = {}
    for issue in issues:
        key = f"marks:{issue.kind}"
        if key in found or not issue.hint or not (issue.kind.startswith(FILL) or issue.kind == STRUCK):
            continue
        if issue.kind == STRUCK:
            out = Change((("struck_out", True),))
            options = (Option("Leave struck values out", (out,)), settled(key, "They count"))
        else:
            out = Change((("colours", (issue.kind.removeprefix(FILL).strip(),)),))
            options = (Option("Leave these values out", (out,)), settled(key, "The colour means nothing"))
        found[key] = Question(key, issue.where, issue.text, issue.hint, options, issue.kind)
    return list(found.values())
