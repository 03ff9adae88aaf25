"""Collects what has to be said about a workbook, so that a thousand equal troubles do not hide the one that matters.

Invariant: of troubles of one kind in one column the first ten are named with their cells, or the first one where one
answer settles all; the rest is counted, never dropped in silence; errors come before warnings before notes.
"""

from dataclasses import dataclass, field, replace

from trajecta.stats.cohort import CellRef, Issue, Severity

NAMED_CELLS = 10  # one screen of the issue list; who has more corrects the column, not the cells
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one.

    >>> counted(1, "row"), counted(0, "row"), counted(1200, "hidden row")
    ('1 row', '0 rows', '1,200 hidden rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def are(number: int) -> str:
    """The verb that goes with a number of things.

    >>> are(1), are(2)
    ('is', 'are')
    """
    return "is" if number == 1 else "are"


@dataclass
class IssueLog:
    """The one mutable thing of a build: an ordered list of issues, with equal ones counted; ``flags`` hold the first
    warning or error about a cell.
    """

    issues: list[Issue] = field(default_factory=list)
    _counts: dict[tuple[str, str, int], int] = field(default_factory=dict)
    _last: dict[tuple[str, str, int], tuple[Severity, CellRef]] = field(default_factory=dict)
    _columns: dict[tuple[str, str, int], list[int]] = field(default_factory=dict)
    flags: dict[CellRef, str] = field(default_factory=dict)

    def add(self, severity: Severity, where: CellRef | None, text: str, hint: str = "", kind: str = "") -> None:
        """Add one issue; with a ``kind``, equal kinds in one column are counted after the first ten."""
        if where is not None and severity is not Severity.NOTE:
            self.flag(where, text)
        if kind and where is not None:
            key = (kind, where.sheet, where.column)
            self._counts[key] = self._counts.get(key, 0) + 1
            self._last[key] = (severity, where)
            if self._counts[key] > NAMED_CELLS:
                return
        self.issues.append(Issue(severity, where, text, hint, kind))

    def flag(self, where: CellRef, text: str) -> None:
        """Remember the first doubt about a cell, so that an answer that uses its value can repeat it."""
        self.flags.setdefault(where, text)

    def error(self, where: CellRef | None, text: str, hint: str = "", kind: str = "") -> None:
        """Something that loses data."""
        self.add(Severity.ERROR, where, text, hint, kind)

    def warning(self, where: CellRef | None, text: str, hint: str = "", kind: str = "") -> None:
        """Something that may change a number."""
        self.add(Severity.WARNING, where, text, hint, kind)

    def warning_of_column(self, where: CellRef, text: str, hint: str, kind: str) -> None:
        """Something that one answer settles for a whole column: said of the first cell, with the number of the others.

        ``text`` is a sentence that goes on well with “and so are 3 more cells of this column”.
        """
        self.flag(where, text)
        key = (kind, where.sheet, where.column)
        if key in self._columns:
            self._columns[key][1] += 1
            return
        self._columns[key] = [len(self.issues), 0]
        self.issues.append(Issue(Severity.WARNING, where, text, hint, kind))

    def note(self, where: CellRef | None, text: str, hint: str = "", kind: str = "") -> None:
        """Something that explains."""
        self.add(Severity.NOTE, where, text, hint, kind)

    def finished(self) -> tuple[Issue, ...]:
        """All issues by severity, each group in the order found, with the counted rest."""
        rest = [
            Issue(
                self._last[key][0],
                self._last[key][1],
                f"{counted(count - NAMED_CELLS, 'more cell')} of this column "
                f"{'has' if count == NAMED_CELLS + 1 else 'have'} the same trouble ({key[0]}).",
                kind=key[0],
            )
            for key, count in self._counts.items()
            if count > NAMED_CELLS
        ]
        issues = list(self.issues)
        for at, more in self._columns.values():
            if more:
                said = f"{issues[at].text.rstrip('.')}, and so {are(more)} {counted(more, 'more cell')} of this column."
                issues[at] = replace(issues[at], text=said)
        return tuple(sorted([*issues, *rest], key=lambda issue: _RANK[issue.severity]))
