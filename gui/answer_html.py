"""The answer as rich text: label–value lines and the tables of the folds; every text from the sheet is escaped."""

from collections.abc import Sequence
from html import escape

from trajecta.io.overview import change_of, number, p_of, share_number, share_text, side_text
from trajecta.stats.results import IntervalResult, PairedResult, Proportion, Summary, TestResult
from trajecta.stats.words import level_text, p_number, percent_text


def side(summary: Summary) -> str:
    """Median and range of one side."""
    if summary.median is None:
        return "no values"
    return escape(f"median {side_text(summary)}")


def share(side: Proportion) -> str:
    """How many yes, with the Clopper–Pearson interval."""
    if side.low is None or side.high is None:
        return share_text(side)
    return f"{share_text(side)} ({percent_text(side.low)} to {percent_text(side.high)})"


def answer_lines(result: PairedResult) -> dict[str, str]:
    """The label and value lines of the answer as rich text."""
    change = change_of(result)
    if result.yes_no is not None:
        before, after = share(result.yes_no.before), share(result.yes_no.after)
        (p, smallest), name, reason = p_of(result), "exact McNemar", result.yes_no.reason
    else:
        before, after = side(result.before_summary), side(result.after_summary)
        test = result.test(result.comparison.test)
        p, smallest, name, reason = test.p, test.p_smallest, test.name, test.reason
    if change.estimate is None:
        changed = escape(change.reason)
    else:
        amount = share_number if result.yes_no is not None else number
        changed = f"<b>{amount(change.estimate)}</b>"
        if change.low is not None and change.high is not None and change.level is not None:
            changed += f" ({amount(change.low)} to {amount(change.high)}), level {level_text(change.level)}"
    shown = f"<b>{escape(p_number(p))}</b> {escape(name)}" if p is not None else escape(reason)
    if p is not None and smallest is not None:
        shown += f"<br>smallest possible {escape(p_number(smallest))}"
    used = f"{result.n} used, " + (f"{len(result.left_out)} left out" if result.left_out else "none left out")
    for left in result.left_out:
        used += f"<br>{escape(left.patient)}: {escape(left.reason)}"
    return {"Before": before, "After": after, "Change": changed, "P": shown, "Patients": used}


def table_html(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], soft: str) -> str:
    """A plain table; the first column left, the others right; cells are already escaped."""
    top = "".join(
        f"<td align='{'left' if i == 0 else 'right'}' style='color:{soft}; padding:2px 10px 2px 0'>{cell}</td>"
        for i, cell in enumerate(head)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td align='{'left' if i == 0 else 'right'}' style='padding:2px 10px 2px 0'>{cell}</td>"
            for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table width='100%' cellspacing='0'><tr>{top}</tr>{body}</table>"


def pairs_html(result: PairedResult, soft: str) -> str:
    """Every patient's two values and the change."""
    rows = [
        (escape(c.patient), escape(c.before_text or number(c.before)), escape(c.after_text or number(c.after)),
         number(c.difference))
        for c in result.changes
    ]  # fmt: skip
    return table_html(("Patient", escape(result.before_label), escape(result.after_label), "Change"), rows, soft)


def tests_html(tests: tuple[TestResult, ...], soft: str) -> str:
    """All tests with P and the smallest P each could have given."""
    rows = []
    notes = []
    for test in tests:
        p = escape(p_number(test.p)) if test.p is not None else "–"
        floor = escape(p_number(test.p_smallest)) if test.p_smallest is not None else "–"
        rows.append((escape(test.name), p, floor, "exact" if test.exact else "model"))
        if test.reason:
            notes.append(f"{escape(test.name)}: {escape(test.reason)}")
    text = table_html(("Test", "P", "Smallest", ""), rows, soft)
    return text + "".join(f"<p style='color:{soft}'>{note}</p>" for note in notes)


def intervals_html(intervals: tuple[IntervalResult, ...], soft: str) -> str:
    """All estimates with their intervals at the level achieved."""
    rows = []
    notes = []
    for entry in intervals:
        amount = share_number if entry.key == "share_improved" else number
        has = entry.low is not None and entry.high is not None
        span = f"{amount(entry.low)} to {amount(entry.high)}" if has else "–"
        level = level_text(entry.level) if entry.level is not None else "–"
        rows.append((escape(entry.name), amount(entry.estimate), span, level))
        if entry.reason:
            notes.append(f"{escape(entry.name)}: {escape(entry.reason)}")
    text = table_html(("", "Estimate", "Interval", "Level"), rows, soft)
    return text + "".join(f"<p style='color:{soft}'>{note}</p>" for note in notes)


def yes_no_html(result: PairedResult, soft: str) -> str:
    """The 2×2 table with the patients in its cells."""
    table = result.yes_no
    assert table is not None

    def cell(patients: tuple[str, ...]) -> str:
        names = f"<br><span style='color:{soft}'>{escape(', '.join(patients))}</span>" if patients else ""
        return f"<b>{len(patients)}</b>{names}"

    rows = [
        ("Yes before", cell(table.both), cell(table.only_before)),
        ("No before", cell(table.only_after), cell(table.neither)),
    ]
    text = table_html(("", "Yes after", "No after"), rows, soft)
    p = f"exact P = {p_number(table.exact_p)}" if table.exact_p is not None else table.reason
    mid = f", mid-P = {p_number(table.mid_p)}" if table.mid_p is not None else ""
    return text + f"<p>McNemar: {escape(p + mid)}</p>"
