"""Many outcomes at once: every measure at every later visit against the first, adjusted for all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from trajecta.io.overview import change_of, number, share_number
from trajecta.stats.cohort import Cohort, Visit
from trajecta.stats.compare import compare
from trajecta.stats.families import AdjustedP, Adjustment, FamilyResult, adjust
from trajecta.stats.results import Comparison, PairedResult
from trajecta.stats.words import p_number


@dataclass(frozen=True, slots=True)
class OutcomeGrid:
    """``cells`` holds a result and its adjusted P for (measure key, visit key); places without a pair are missing."""

    before: Visit
    visits: tuple[Visit, ...]
    measures: tuple[tuple[str, str], ...]
    cells: dict[tuple[str, str], tuple[PairedResult, AdjustedP]]
    family: FamilyResult


def outcome_grid(cohort: Cohort, asked: Comparison, adjustment: Adjustment = Adjustment.HOLM) -> OutcomeGrid:
    """Compare every measure of the cohort at every visit after ``asked.before`` and adjust over the whole grid."""
    keys = [visit.key for visit in cohort.visits]
    later = cohort.visits[keys.index(asked.before) + 1 :]
    results: list[PairedResult] = []
    for measure in cohort.measures:
        for visit in later:
            if cohort.pairs(measure.key, asked.before, visit.key).used:
                question = Comparison(measure.key, asked.before, visit.key, asked.zeros, asked.level)
                results.append(compare(cohort, question))
    family = adjust(results, adjustment=adjustment)
    cells = {
        (result.measure.key, result.comparison.after): (result, member)
        for result, member in zip(results, family.members, strict=True)
    }
    used = {visit for _, visit in cells}
    return OutcomeGrid(
        before=cohort.visit(asked.before),
        visits=tuple(visit for visit in later if visit.key in used),
        measures=tuple((m.key, m.name) for m in cohort.measures if any(key == m.key for key, _ in cells)),
        cells=cells,
        family=family,
    )


def cell_text(entry: tuple[PairedResult, AdjustedP] | None) -> str:
    """Change and adjusted P of one cell; empty where there is no pair."""
    if entry is None:
        return ""
    result, member = entry
    amount = share_number if result.yes_no is not None else number
    p = "–" if member.adjusted is None else p_number(member.adjusted)
    return f"{amount(change_of(result).estimate)}  ({p})"


def cell_tip(entry: tuple[PairedResult, AdjustedP] | None) -> str:
    """Everything behind one cell in a few lines."""
    if entry is None:
        return ""
    result, member = entry
    lines = [result.lead, f"n = {result.n}"]
    if member.p is not None:
        floor = "" if member.p_smallest is None else f", smallest possible {p_number(member.p_smallest)}"
        lines.append(f"P {p_number(member.p)}{floor}")
    if member.adjusted is not None:
        least = member.adjusted_smallest
        floor = "" if least is None else f", smallest possible {p_number(least)}"
        lines.append(f"adjusted P {p_number(member.adjusted)}{floor}")
    if member.reason:
        lines.append(member.reason)
    return "\n".join(lines)


def grid_rows(grid: OutcomeGrid) -> Sequence[tuple[str, ...]]:
    """The grid as rows of text, a header first, for the clipboard and the report."""
    head = ("Measure", *(visit.label for visit in grid.visits))
    rows = [
        (name, *(cell_text(grid.cells.get((key, visit.key))) for visit in grid.visits)) for key, name in grid.measures
    ]
    return (head, *rows)
