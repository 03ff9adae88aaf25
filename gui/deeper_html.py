"""The deeper folds as rich text: short sentences, tables where numbers are compared, a heading for each question."""

from collections.abc import Iterable, Sequence
from html import escape

from trajecta.gui.answer_html import table_html
from trajecta.io.overview import number
from trajecta.stats.bayes import BayesResult
from trajecta.stats.families import FamilyResult
from trajecta.stats.friedman import VisitsTest
from trajecta.stats.power import PowerResult
from trajecta.stats.repeated import VisitsResult
from trajecta.stats.results import PairedResult
from trajecta.stats.robustness import Robustness, Variant
from trajecta.stats.words import level_text, number_text, p_number, p_text, percent_text

MOST_PAIRS = 24  # rows of the power table in the window; the command line prints all


def head(text: str) -> str:
    """A heading inside a fold."""
    return f"<p style='margin:12px 0 3px 0'><b>{escape(text)}</b></p>"


def said(lines: Iterable[str], soft: str = "") -> str:
    """Sentences, each a small paragraph; empty ones are left out."""
    color = f"color:{soft};" if soft else ""
    return "".join(f"<p style='{color} margin:2px 0 5px 0'>{escape(line)}</p>" for line in lines if line)


def chance(p: float | None) -> str:
    """P for a table."""
    return "–" if p is None else escape(p_number(p))


def variant_row(row: Variant) -> tuple[str, ...]:
    """One way to look at the comparison."""
    span = f"{number(row.low)} to {number(row.high)}" if row.low is not None and row.high is not None else "–"
    return (escape(row.name), number(row.estimate), span, chance(row.p), chance(row.p_smallest))


VARIANT_HEAD = ("", "Change", "Interval", "P", "Smallest")


def robustness_html(found: Robustness, soft: str) -> str:
    """How much the answer hangs on one patient, on who is missing, and on assumptions."""
    parts = [head("Without one patient"), said((found.leave_one_out_sentence,))]
    if found.leave_one_out:
        parts.append(table_html(VARIANT_HEAD, [variant_row(row) for row in found.leave_one_out], soft))
    parts.append(head("Missing visits") + said((found.missing.sentence or found.missing.rule,)))
    cases = [row for row in (found.missing.complete, found.missing.worst, found.missing.best) if row is not None]
    if len(cases) > 1:
        parts.append(table_html(VARIANT_HEAD, [variant_row(row) for row in cases], soft))
        parts.append(said((found.missing.rule,), soft))
    if found.zeros is not None:
        parts.append(head("Unchanged patients") + said((found.zeros.sentence,)))
    lines = [found.agreement[:1].upper() + found.agreement[1:]]
    if found.normality is not None:
        shape = found.normality
        lines.append(shape.reason if shape.w is None else f"Shapiro–Wilk W = {shape.w:.4f}, {p_text(shape.p)}.")
    parts.append(head("Normality") + said(lines))
    if found.normality is not None:
        parts.append(said((found.normality.blindness,), soft))
        points = [
            (escape(p.patient), number_text(round(p.quantile, 2)), number(p.difference)) for p in found.normality.points
        ]
        if points:
            parts.append(table_html(("Q–Q points", "Normal", "Change"), points, soft))
    if found.baseline is not None:
        parts.append(head("Baseline and change") + baseline_html(found, soft))
    if found.ends.note:
        parts.append(head("Floor and ceiling") + said((found.ends.note,)))
    if found.bootstrap is not None:
        boot = found.bootstrap
        limits = "" if boot.low is None else f"BCa limits of the mean change {number(boot.low)} to {number(boot.high)}."
        parts.append(head("Bootstrap") + said((limits or boot.reason,)) + said((boot.caution,), soft))
    if found.bayes is not None:
        parts.append(head("Bayesian comparison") + bayes_html(found.bayes, soft))
    return "".join(parts)


def baseline_html(found: Robustness, soft: str) -> str:
    """Baseline against change, with the caution on regression to the mean."""
    view = found.baseline
    assert view is not None
    if view.correlation is None:
        return said((view.reason,))
    oldham = "" if view.oldham is None else f" Change and mean of both values: {number_text(view.oldham)} (Oldham)."
    rows = [(escape(p.patient), number(p.before), number(p.change)) for p in view.points]
    words = f"Correlation of baseline and change: {number_text(view.correlation)}.{oldham}"
    return said((words,)) + table_html(("", "Before", "Change"), rows, soft) + said((view.caution,), soft)


def bayes_html(found: BayesResult, soft: str) -> str:
    """Bayes factors for several prior widths; never the lead."""
    if not found.factors:
        return said((found.reason,))
    rows = [
        (f"{f.width:.3f}", number_text(float(f"{f.bf10:.4g}")), f"{number(f.low)} to {number(f.high)}")
        for f in found.factors
    ]
    text = table_html(("Prior width", "Bayes factor", f"Mean change, {level_text(found.level)}"), rows, soft)
    return said((found.label,)) + text + said((found.caution,), soft)


def together_lines(test: VisitsTest) -> list[str]:
    """A test over all visits as sentences."""
    if test.statistic is None:
        return [test.reason]
    least = "" if test.p_smallest is None else f", smallest possible {p_number(test.p_smallest)}"
    how = "simulated " if test.exact_p is None else ""
    counted = "" if test.arrangements is None else f" {test.arrangements:,} arrangements."
    lines = [f"{test.name}: {how}{p_text(test.p)}{least} (statistic {number_text(test.statistic)}).{counted}"]
    if test.p_chi2 is not None:
        lines.append(f"The χ² approximation with {test.df} degrees of freedom gives {p_text(test.p_chi2)}.")
    if test.kendall_w is not None:
        lines.append(f"Kendall’s W {number_text(test.kendall_w)}: 0 no agreement between patients, 1 the same order.")
    return lines


def visits_html(found: VisitsResult, soft: str) -> str:
    """More than two visits: order, pairs, course."""
    parts = [said((found.lead,)), said(found.cautions, soft)]
    yes_no = found.friedman.statistic is None and found.cochran_q.statistic is not None
    parts.append(head("All visits together") + said(together_lines(found.cochran_q if yes_no else found.friedman)))
    anova = found.rm_anova
    if anova.f is not None:
        parts.append(
            said(
                (
                    f"Repeated-measures ANOVA: F = {number_text(anova.f)} on {anova.df1} and {anova.df2} df, "
                    f"{p_text(anova.p)}; Greenhouse–Geisser {p_text(anova.p_gg)}, Huynh–Feldt {p_text(anova.p_hf)}. "
                    "It takes normally distributed values for granted.",
                ),
                soft,
            )
        )
    if found.post_hoc:
        rows = [
            (f"{escape(e.before_label)} → {escape(e.after_label)}", str(e.n), chance(e.p), chance(e.p_adjusted),
             chance(e.p_smallest_adjusted))
            for e in found.post_hoc
        ]  # fmt: skip
        parts.append(head("Pairs of visits") + table_html(("", "n", "P", "Holm", "Smallest"), rows, soft))
    slope = found.slope
    if slope.estimate is not None:
        words = f"One slope for all: {number_text(slope.estimate)} per {slope.unit}"
        words += f" ({number(slope.low)} to {number(slope.high)}), {p_text(slope.p)}, {number(slope.df)} df."
        parts.append(head("Over time") + said((words,)) + said((slope.method,), soft))
    elif slope.reason:
        parts.append(head("Over time") + said((slope.reason,), soft))
    for test in found.summary_tests:
        typical = test.typical
        if typical.estimate is not None:
            span = f" ({number(typical.low)} to {number(typical.high)})" if typical.low is not None else ""
            words = f"{test.name}: typically {number_text(typical.estimate)}{span}"
            parts.append(said((f"{words}, exact signed-rank {p_text(test.test.p)}.",)))
    return "".join(parts) + head("Methods") + said((found.methods,), soft)


def families_html(results: Sequence[PairedResult], found: FamilyResult, soft: str) -> str:
    """All measures between the two visits with adjusted P values."""
    rows = [
        (escape(member.name), chance(member.p), chance(member.adjusted), chance(member.adjusted_smallest))
        for member in found.members
    ]
    table = table_html(("Measure", "P", "Adjusted", "Smallest"), rows, soft)
    visits = f"{results[0].before_label} → {results[0].after_label}" if results else ""
    return said((visits, *found.cautions)) + table + said((found.method, "The overview has every visit."), soft)


def power_html(found: PowerResult, soft: str) -> str:
    """What so many pairs can show, and how many would be needed."""
    needed = ", ".join(f"{outcomes}: {pairs}" for outcomes, pairs in found.needed)
    names = {test.key: test.name for test in found.row.tests}
    lines = [
        *found.cautions,
        f"Fewest changed pairs with which P can reach {number_text(found.design.alpha)}: {found.smallest_n}.",
        f"Pairs needed by the number of outcomes: {needed}.",
        *(f"{names[key]}: 80 % power from {n} pairs on." for key, n in found.enough if n is not None),
    ]
    shown = [row for row in found.table if row.n <= max(MOST_PAIRS, found.design.n)]
    rows = [(str(row.n), chance(row.p_smallest), *(percent_text(test.power) for test in row.tests)) for row in shown]
    head_row = ("Pairs", "Smallest P", *(escape(name.replace(" test", "")) for name in names.values()))
    return said(lines) + table_html(head_row, rows, soft) + said((found.method,), soft)
