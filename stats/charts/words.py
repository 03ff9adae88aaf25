"""A figure in words: what is drawn, of whom, how many, and what is missing; for screen readers and file descriptions.

Invariants: full sentences; every missed, censored, excluded or unplaced value that the drawing shows only by its
absence is named.
"""

from collections.abc import Iterable, Sequence

from trajecta.stats.charts.traces import Trace
from trajecta.stats.cohort import Cohort


def listed(words: Iterable[str]) -> str:
    """Words joined as in a sentence.

    >>> listed(["A"]), listed(["A", "B", "C"]), listed([])
    ('A', 'A, B and C', '')
    """
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> counted(1, "patient"), counted(0, "visit"), counted(2, "person", "people")
    ('1 patient', '0 visits', '2 people')
    """
    return f"{number} {one if number == 1 else many or one + 's'}"


def missing_sentences(traces: Sequence[Trace]) -> list[str]:
    """One sentence for each patient with missed visits or values without a day."""
    said = [f"{t.patient} has no value at {listed(t.missed)}; the line is broken there." for t in traces if t.missed]
    return said + [
        f"{t.patient} has a value at {listed(t.undated)} without a known day; it is not drawn."
        for t in traces
        if t.undated
    ]


def censored_count(traces: Sequence[Trace]) -> int:
    """Number of drawn values beyond the assay's limit."""
    return sum(point.censored for trace in traces for point in trace.points)


def foot_notes(traces: Sequence[Trace]) -> tuple[str, ...]:
    """What must stand on the page itself: the meaning of open symbols, values that could not be placed."""
    notes = []
    if censored_count(traces):
        notes.append("Open symbols: beyond the limit of the assay, drawn at the limit.")
    undated = sum(len(trace.undated) for trace in traces)
    if undated:
        notes.append(f"{counted(undated, 'value')} without a known day not drawn.")
    return tuple(notes)


def missed_note(traces: Sequence[Trace], dashed: bool = False) -> tuple[str, ...]:
    """What the crosses in broken lines mean, where there are any.

    >>> missed_note(())
    ()
    """
    if not any(len(trace.runs) > 1 for trace in traces):
        return ()
    return (f"Cross: visit missed{', the value there is not known' if dashed else ''}.",)


def closing_sentences(cohort: Cohort, traces: Sequence[Trace], measure: str) -> list[str]:
    """Who is not drawn and why, and that the data are synthetic."""
    said = [f"{left.patient} is excluded: {left.reason}." for left in cohort.excluded]
    drawn = {trace.patient for trace in traces}
    without = [p.id for p in cohort.included if p.id not in drawn]
    if without:
        said.append(f"{listed(without)} {'has' if len(without) == 1 else 'have'} no value of {measure}.")
    if cohort.synthetic:
        said.append("The data are synthetic.")
    return said
