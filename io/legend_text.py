"""The legend of a figure for the manuscript, and the figure in words for those who cannot see it.

Invariants: every sentence comes from the answer, from the figure itself or from the definition of the measure; nothing
is computed here; P and interval are told only where the figure shows the comparison they belong to.
"""

from trajecta.io.shown import foot_of, is_about, measures_shown, patients_drawn, texts_of
from trajecta.io.study import Study
from trajecta.stats.charts.left_out import left_out_note
from trajecta.stats.charts.registry import chart
from trajecta.stats.charts.words import counted, listed
from trajecta.stats.cohort import Censored
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult
from trajecta.stats.typeset import plain
from trajecta.stats.words import leading_test, level_text, list_text, results_sentence

SYNTHETIC_DATA = "The data are synthetic; no patient is real."


def legend_text(study: Study, figure: Figure, result: PairedResult | None) -> str:
    """The legend as one paragraph: what is shown, of whom, what bars and bands are, test and level, who is left out.

    A result of another measure than the figure's counts as none.
    """
    shown = result if result is not None and result.measure.key == study.measure else None
    cohort = study.cohort
    parts = [f"{figure.title}.", _who(study, figure)]
    told = shown if shown is not None and shows_answer(study, figure, shown) else None
    foot = foot_of(figure)
    for note in left_out_note(cohort, told) if told is not None else ():
        foot = " ".join(foot.replace(note, "").split())  # the answer tells it with the cells
    parts.append(foot)
    parts += _bands(study, figure) + _effects(study, figure)
    if told is not None:
        parts += _answer(told) + _at_the_limit(study, told)
    elif cohort.excluded:
        parts.append("Left out: " + "; ".join(f"{left.patient}, {left.reason}" for left in cohort.excluded) + ".")
    if cohort.synthetic:
        parts.append(SYNTHETIC_DATA)
    return plain(" ".join(part for part in parts if part))


def words_beside(study: Study, figure: Figure, result: PairedResult | None) -> str:
    """The text file that goes with a figure: the legend, and the alternative text for the web and for slides."""
    return f"Legend\n{legend_text(study, figure, result)}\n\nAlternative text\n{figure.alt}\n"


def shows_answer(study: Study, figure: Figure, result: PairedResult) -> bool:
    """Whether the figure shows this comparison: its title names the measure, and it draws the pairs or says a P."""
    paired = chart(study.chart.kind).needs_pair or any("P = " in text or "P < " in text for text in texts_of(figure))
    return paired and is_about(figure, result.measure)


def _who(study: Study, figure: Figure) -> str:
    drawn = patients_drawn(study.cohort, figure)
    return f"{counted(len(drawn), 'patient')}: {list_text(drawn, 12)}." if drawn else ""


def _bands(study: Study, figure: Figure) -> list[str]:
    """The named ranges that are drawn, with their sources; those that the foot names already, by their source only."""
    foot, said = foot_of(figure), " ".join(texts_of(figure))
    shown = measures_shown(study.cohort, figure, study.measure)
    bands = [band for measure in shown for band in measure.bands if band.label and band.label in said]
    fresh = dict.fromkeys(
        f"{band.label} ({band.source})" if band.source else band.label for band in bands if band.label not in foot
    )
    known = dict.fromkeys(f"{band.label} after {band.source}" for band in bands if band.label in foot and band.source)
    return [f"{word}{listed(entries)}." for word, entries in (("Shaded: ", fresh), ("Limits of ", known)) if entries]


def _effects(study: Study, figure: Figure) -> list[str]:
    """What the squares and lines of a forest are: its axis says it, which a legend cannot point at."""
    if study.chart.kind != "forest" or not figure.panels:
        return []
    axis = figure.panels[0].x.label.replace("\n", " ")
    return [f"{axis} (squares and lines), better to the right; n stands in each row."] if axis else []


def _at_the_limit(study: Study, result: PairedResult) -> list[str]:
    """That medians and changes take values beyond the limit of measurement at that limit, where there are any."""
    asked = result.comparison
    used = study.cohort.pairs(asked.measure, asked.before, asked.after).used
    beyond = sum(seen.censored is not Censored.NO for pair in used for seen in (pair.before, pair.after))
    verb = "lies" if beyond == 1 else "lie"
    enter = "enters" if beyond == 1 else "enter"
    what = f"{beyond} of {2 * len(used)} values {verb} beyond the limit of measurement and {enter} at that limit."
    return [what] if beyond else []


def _answer(result: PairedResult) -> list[str]:
    parts = [results_sentence(result)]
    test = leading_test(result)
    if result.yes_no is not None:
        parts.append(result.yes_no.method)
    elif test is not None and test.p is not None:
        parts.append(test.method)
        typical = next((i for i in result.intervals if i.key == "hodges_lehmann"), None)
        if typical is not None and typical.level is not None and typical.level != typical.level_asked:
            asked, reached = level_text(typical.level_asked), level_text(typical.level)
            parts.append(f"An interval of {asked} was asked; {reached} is the level that it has.")
    if result.left_out:
        who = "; ".join(f"{left.patient}, {left.reason}" for left in result.left_out)
        parts.append(f"{counted(len(result.left_out), 'patient')} left out of the comparison: {who}.")
    return parts
