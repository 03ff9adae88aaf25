"""Answers as they leave the program: one JSON object, one readable text, one table of rows; nothing is computed here.

Invariants: the keys of the JSON object are a promise to scripts; missing numbers are None; numbers in JSON and tables
are plain (no rounding, no typographic minus), numbers in texts are for people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from trajecta.stats.results import IntervalResult, PairedResult, Proportion, Summary, TestResult, YesNoResult
from trajecta.stats.words import (
    floor_text,
    interval_text,
    leading_test,
    level_text,
    list_text,
    number_text,
    p_number,
    p_text,
    percent_text,
    results_sentence,
    summary_text,
    unit_of,
)


def answer_json(result: PairedResult) -> dict[str, Any]:
    """The answer as plain values for ``compare --json``; ``yes_no`` is None for numeric measures."""
    return {
        "measure": result.measure.name,
        "unit": result.measure.unit,
        "direction": result.measure.direction.value,
        "kind": result.kind.value,
        "before": result.before_label,
        "after": result.after_label,
        "n": result.n,
        "patients": list(result.patients),
        "left_out": [{"patient": left.patient, "reason": left.reason} for left in result.left_out],
        "before_summary": _summary(result.before_summary),
        "after_summary": _summary(result.after_summary),
        "improved": result.improved,
        "unchanged": result.unchanged,
        "worsened": result.worsened,
        "increased": result.increased,
        "decreased": result.decreased,
        "differences": [
            {"patient": c.patient, "before": c.before, "after": c.after, "difference": c.difference}
            for c in result.changes
        ],
        "zeros": result.comparison.zeros.value,
        "test": result.comparison.test,
        "tests": [_test(test) for test in result.tests],
        "intervals": [_interval(interval) for interval in result.intervals],
        "yes_no": None if result.yes_no is None else _yes_no(result.yes_no),
        "cautions": list(result.cautions),
        "lead": result.lead,
        "results": results_sentence(result),
        "methods": result.methods,
    }


def _summary(summary: Summary) -> dict[str, Any]:
    return asdict(summary)


def _test(test: TestResult) -> dict[str, Any]:
    keys = ("key", "p", "p_smallest", "exact", "statistic", "df", "n_used", "zeros", "ties", "method", "reason")
    return {key: getattr(test, key) for key in keys}


def _interval(interval: IntervalResult) -> dict[str, Any]:
    keys = ("key", "estimate", "low", "high", "level_asked", "level", "method", "reason")
    return {key: getattr(interval, key) for key in keys}


def _yes_no(found: YesNoResult) -> dict[str, Any]:
    cells = ("both", "only_before", "only_after", "neither")
    difference = found.difference
    return {
        "table": {cell: list(getattr(found, cell)) for cell in cells},
        "exact_p": found.exact_p,
        "mid_p": found.mid_p,
        "p_smallest": found.p_smallest,
        "before": asdict(found.before),
        "after": asdict(found.after),
        "difference": {key: getattr(difference, key) for key in ("estimate", "low", "high", "method")},
        "method": found.method,
        "reason": found.reason,
    }


def answer_text(result: PairedResult) -> str:
    """The answer to read in a terminal or to paste into a letter: lead, estimate, P, ledger, all numbers, methods."""
    unit = unit_of(result.measure)
    title = f"{result.measure.name}{f' ({unit})' if unit else ''}: {result.before_label} → {result.after_label}"
    lines = [title, "", result.lead]
    lines += _headline(result)
    lines += _section("Before you read P", result.cautions)
    lines += _section("Patients", _ledger(result))
    if result.yes_no is not None:
        lines += _section("Yes and no", _yes_no_lines(result.yes_no, result))
    lines += _section("Tests", [_test_line(test) for test in result.tests])
    lines += _section("Estimates", [_interval_line(interval) for interval in result.intervals])
    lines += _section("Methods", [result.methods])
    return "\n".join(lines) + "\n"


def _headline(result: PairedResult) -> Iterator[str]:
    if result.yes_no is not None:
        found = result.yes_no
        if found.difference.estimate is not None and found.difference.low is not None:
            yield f"Difference of the proportions {_share_limits(found.difference)}."
        yield f"Exact McNemar test: {p_text(found.exact_p)}." if found.exact_p is not None else found.reason
        return
    typical = next((i for i in result.intervals if i.key == "hodges_lehmann" and i.estimate is not None), None)
    if typical is not None and typical.estimate is not None:
        unit = unit_of(result.measure)
        behind = f" {unit}" if unit else ""
        yield f"Typical change {number_text(typical.estimate)}{behind} ({interval_text(typical)})."
    test = leading_test(result)
    if test is not None:
        yield f"{test.name}: {p_text(test.p)}{floor_text(test)}." if test.p is not None else test.reason


def _section(title: str, lines: Sequence[str] | Iterator[str]) -> list[str]:
    found = [line for line in lines if line]
    return ["", title, *(f"  {line}" for line in found)] if found else []


def _ledger(result: PairedResult) -> Iterator[str]:
    yield f"{result.n} used{': ' + list_text(result.patients, 50) if result.n else ''}"
    for left in result.left_out:
        yield f"left out {left.patient}: {left.reason}"
    if result.yes_no is not None:  # the table of yes and no names every patient
        return
    if result.n:
        yield f"{result.before_label}: {summary_text(result.before_summary)}"
        yield f"{result.after_label}: {summary_text(result.after_summary)}"
    for change in result.changes:
        before = change.before_text or number_text(change.before)
        after = change.after_text or number_text(change.after)
        yield f"{change.patient}: {before} → {after} (change {number_text(change.difference)})"


def _yes_no_lines(found: YesNoResult, result: PairedResult) -> Iterator[str]:
    cells = (
        ("yes before and after", found.both),
        ("yes before only", found.only_before),
        ("yes after only", found.only_after),
        ("no before and after", found.neither),
    )
    for name, patients in cells:
        yield f"{name}: {len(patients)}{' (' + list_text(patients, 50) + ')' if patients else ''}"
    level = result.comparison.level
    for label, side in ((result.before_label, found.before), (result.after_label, found.after)):
        yield f"yes at {label}: {_proportion(side, level)}"
    if found.exact_p is not None and found.p_smallest is not None:
        smallest = p_number(found.p_smallest)
        yield f"exact McNemar {p_text(found.exact_p)} (smallest possible {smallest}), mid-{p_text(found.mid_p)}"
    yield found.reason


def _proportion(side: Proportion, level: float) -> str:
    if side.low is None or side.high is None:
        return f"{side.k} of {side.n}"
    return f"{side.k} of {side.n} ({level_text(level)} interval {percent_text(side.low)} to {percent_text(side.high)})"


def _share_limits(interval: IntervalResult) -> str:
    assert interval.estimate is not None
    text = percent_text(interval.estimate)
    if interval.low is None or interval.high is None or interval.level is None:
        return text
    limits = f"{percent_text(interval.low)} to {percent_text(interval.high)}"
    return f"{text} ({level_text(interval.level)} interval {limits})"


def _test_line(test: TestResult) -> str:
    if test.p is None:
        return f"{test.name}: no P. {test.reason}"
    numbers = [] if test.statistic is None else [f"statistic {number_text(test.statistic)}"]
    if test.df is not None:
        numbers.append(f"df {number_text(test.df)}")
    if test.p_smallest is not None:
        numbers.append(f"smallest possible P {p_number(test.p_smallest)}")
    return f"{test.name}: {p_text(test.p)}; {', '.join(numbers)}. {test.method}"


def _interval_line(interval: IntervalResult) -> str:
    if interval.estimate is None:
        return f"{interval.name}: none. {interval.reason}"
    if interval.low is None:
        return f"{interval.name}: {number_text(interval.estimate)}; no interval. {interval.reason}"
    if interval.key == "share_improved":
        return f"{interval.name}: {_share_limits(interval)}. {interval.method}"
    line = f"{interval.name}: {number_text(interval.estimate)} ({interval_text(interval)}). {interval.method}"
    return f"{line} {interval.reason}" if interval.reason else line


TABLE_HEADER: tuple[str, ...] = (
    "Measure",
    "Unit",
    "Before",
    "After",
    "n",
    "Left out",
    "Median before",
    "Median after",
    "Typical change (Hodges–Lehmann)",
    "Low",
    "High",
    "Level",
    "Improved",
    "Unchanged",
    "Worsened",
    "Test",
    "P",
    "Smallest P",
)


def answer_table(results: Sequence[PairedResult]) -> tuple[tuple[str, ...], ...]:
    """A header and one row per answer, plain texts for a tab-separated table; what cannot be said is empty.

    Yes/no measures lead with McNemar's exact P and give shares (0 to 1) instead of medians.
    """
    return (TABLE_HEADER, *(_row(result) for result in results))


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows as tab-separated lines, for the clipboard of a spreadsheet.

    >>> table_text([("n", "P"), ("5", "0.0625")])
    'n\\tP\\n5\\t0.0625\\n'
    """
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def _row(result: PairedResult) -> tuple[str, ...]:
    found = result.yes_no
    if found is None:
        typical = next((i for i in result.intervals if i.key == "hodges_lehmann"), None)
        sides: tuple[float | None, ...] = (result.before_summary.median, result.after_summary.median)
        test = leading_test(result)
        name, p, smallest = (test.name, test.p, test.p_smallest) if test else ("", None, None)
    else:
        typical = found.difference
        sides = tuple(side.k / side.n if side.n else None for side in (found.before, found.after))
        name, p, smallest = "Exact McNemar test", found.exact_p, found.p_smallest
    limits = (typical.estimate, typical.low, typical.high, typical.level) if typical else (None,) * 4
    start = (result.measure.name, result.measure.unit, result.before_label, result.after_label)
    counts = (result.improved, result.unchanged, result.worsened)
    numbers = (result.n, len(result.left_out), *sides, *limits, *counts)
    return (*start, *(_plain(value) for value in numbers), name, _plain(p), _plain(smallest))


def _plain(value: float | None) -> str:
    """A number that a spreadsheet reads back: whole numbers without decimals, empty for None."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
