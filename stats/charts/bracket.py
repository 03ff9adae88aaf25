"""A bracket over the columns before and after that carries the P of the answer.

Invariants: its P is that of the leading test of the stored result and can come from nowhere else; where the result has
no P, or no pairs of this number could ever reach 0.05, there is no bracket, and the foot of the figure says why.
"""

from dataclasses import dataclass, replace

from trajecta.stats.charts.pairs import shown_test
from trajecta.stats.figure import INK, Anchor, Axis, Line, Mark, Note, Panel, Stroke
from trajecta.stats.results import PairedResult
from trajecta.stats.text_width import CAP_HEIGHT
from trajecta.stats.words import count_text, p_number, p_text

EARNED = 0.05
"""The P that readers expect of a bracket; a design whose smallest P lies above it gets none."""
TIP, RAISED, ABOVE = 3.0, 2.0, 1.0  # points: the ends of the bracket, its text over the line, and free above the text
STROKE = Stroke(INK, 0.75)


@dataclass(frozen=True, slots=True)
class Bracket:
    """The P to write on a bracket, or the reason why there is none (a sentence); both empty if none is asked for."""

    text: str = ""
    reason: str = ""

    @property
    def note(self) -> tuple[str, ...]:
        """The sentence for the foot where there is none although it was asked for."""
        return (self.reason,) if self.reason else ()

    def room(self, size: float) -> float:
        """Points that it needs above the data; 0 for none."""
        return TIP + RAISED + CAP_HEIGHT * size + ABOVE if self.text else 0.0

    def above(self, axis: Axis, length: float, size: float) -> Axis:
        """The value axis of ``length`` points with room for the bracket above what it shows."""
        (low, high), room = axis.range, self.room(size)
        return replace(axis, range=(low, low + (high - low) * length / (length - room))) if room else axis

    def marks(self, axis: Axis, length: float, size: float) -> tuple[Mark, ...]:
        """Line and text over the columns at 0 and 1, on an axis that ``above`` has made."""
        if not self.text:
            return ()
        low, high = axis.range
        point = (high - low) / length
        end = high - self.room(size) * point
        top = end + TIP * point
        return (
            Line(((0.0, end), (0.0, top), (1.0, top), (1.0, end)), STROKE),
            Note((0.5, top), self.text, size, INK, Anchor.MIDDLE, (0.0, -RAISED)),
        )


def whole(panel: Panel) -> Panel:
    """The panel without a bracket of which its ranges would show a part only, so that no P stands without its columns.

    A bracket is the one line of four points that belongs to nobody and goes from column 0 to column 1.
    """
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    for mark in panel.marks:
        if isinstance(mark, Line) and not mark.key and [x for x, _ in mark.points] == [0.0, 0.0, 1.0, 1.0]:
            if all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in mark.points):
                return panel
            place = (0.5, mark.points[1][1])
            kept = (m for m in panel.marks if m is not mark and not (isinstance(m, Note) and m.at == place))
            return replace(panel, marks=tuple(kept))
    return panel


def bracket_of(result: PairedResult, wanted: bool) -> Bracket:
    """The bracket of this answer; a reason in its place where the design cannot earn one.

    Tests without a smallest P, such as the t test, rest on their assumption and get their bracket.
    """
    if not wanted:
        return Bracket()
    test = shown_test(result)
    if test is None or test.p is None:
        reason = test.reason if test is not None else ""
        return Bracket(reason=f"No bracket: there is no P. {reason}".strip())
    if test.p_smallest is not None and test.p_smallest > EARNED:
        pairs = count_text(test.n_used, "changed pair", "changed pairs")
        return Bracket(reason=f"No bracket: {pairs} can give no P below {p_number(test.p_smallest)}.")
    return Bracket(p_text(test.p))
