"""What an answer rests on, as it leaves the program: the ``robustness`` object and its text; nothing is computed here.

Invariants: the keys of the JSON object are a promise to scripts; missing numbers are None with a reason beside them;
the Bayesian part is labelled and comes last.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from trajecta.stats.bayes import BayesResult
from trajecta.stats.bootstrap import BootstrapResult
from trajecta.stats.results import TestResult
from trajecta.stats.robustness import BaselineView, Ends, MissingBounds, Normality, Robustness, Variant, ZeroPolicies
from trajecta.stats.words import number_text, p_text


def robustness_json(found: Robustness) -> dict[str, Any]:
    """The ``robustness`` object of ``compare --robust --json``; the parts that need numbers are None for yes/no."""
    return {
        "leave_one_out": [_left_out(row) for row in found.leave_one_out],
        "leave_one_out_sentence": found.leave_one_out_sentence,
        "missing": _missing(found.missing),
        "zeros": None if found.zeros is None else _zeros(found.zeros),
        "agreement": found.agreement or None,
        "normality": None if found.normality is None else _normality(found.normality),
        "baseline_change": None if found.baseline is None else _baseline(found.baseline),
        "ends": _ends(found.ends),
        "bootstrap": None if found.bootstrap is None else _bootstrap(found.bootstrap),
        "bayes": None if found.bayes is None else _bayes(found.bayes),
    }


def _numbers(row: Variant) -> dict[str, Any]:
    keys = ("n", "estimate", "low", "high", "level", "p", "p_smallest", "reason")
    return {key: getattr(row, key) for key in keys}


def _left_out(row: Variant) -> dict[str, Any]:
    return {"patient": row.name, **_numbers(row)}


def _missing(found: MissingBounds) -> dict[str, Any]:
    return {
        "patients": list(found.patients),
        "complete": _case(found.complete),
        "worst": None if found.worst is None else _case(found.worst),
        "best": None if found.best is None else _case(found.best),
        "rule": found.rule,
        "sentence": found.sentence,
    }


def _case(row: Variant) -> dict[str, Any]:
    return {"case": row.name, **_numbers(row)}


def _zeros(found: ZeroPolicies) -> dict[str, Any]:
    return {
        "wilcoxon": _policy(found.wilcoxon),
        "pratt": _policy(found.pratt),
        "differ": found.differ,
        "sentence": found.sentence,
    }


def _policy(test: TestResult) -> dict[str, Any]:
    return {key: getattr(test, key) for key in ("p", "p_smallest", "statistic", "n_used", "zeros", "reason")}


def _normality(found: Normality) -> dict[str, Any]:
    return {
        "shapiro_wilk": {"w": found.w, "p": found.p, "reason": found.reason},
        "blindness": found.blindness,
        "qq": [asdict(point) for point in found.points],
    }


def _baseline(found: BaselineView) -> dict[str, Any]:
    return {
        "correlation": found.correlation,
        "oldham": found.oldham,
        "caution": found.caution,
        "reason": found.reason,
        "points": [asdict(point) for point in found.points],
    }


def _ends(found: Ends) -> dict[str, Any]:
    sides = ("best_before", "best_after", "worst_before", "worst_after")
    return {**{side: list(getattr(found, side)) for side in sides}, "note": found.note}


def _bootstrap(found: BootstrapResult) -> dict[str, Any]:
    return asdict(found)


def _bayes(found: BayesResult) -> dict[str, Any]:
    return {
        "label": found.label,
        "level": found.level,
        "factors": [asdict(factor) for factor in found.factors],
        "method": found.method,
        "caution": found.caution,
        "reason": found.reason,
    }


def robustness_text(found: Robustness) -> str:
    """What the answer rests on, to read in a terminal below the answer."""
    return "\n".join(["", "How robust is it", *(f"  {line}" for line in _lines(found) if line)]) + "\n"


def _lines(found: Robustness) -> Iterator[str]:
    yield found.leave_one_out_sentence
    for row in found.leave_one_out:
        yield f"  without {row.name}: {_variant_text(row)}"
    yield found.missing.sentence
    yield found.missing.rule
    if found.zeros is not None:
        yield found.zeros.sentence
    yield found.agreement
    if found.normality is not None:
        shape = found.normality
        yield shape.reason if shape.w is None else f"Shapiro–Wilk W = {shape.w:.4f}, {p_text(shape.p)}."
        yield shape.blindness
    if found.baseline is not None:
        view = found.baseline
        if view.correlation is not None:
            oldham = "" if view.oldham is None else f", change and mean of both values {number_text(view.oldham)}"
            yield f"Correlation of baseline and change {number_text(view.correlation)}{oldham}."
            yield view.caution
        else:
            yield view.reason
    yield found.ends.note
    if found.bootstrap is not None:
        yield from _bootstrap_lines(found.bootstrap)
    if found.bayes is not None:
        yield from _bayes_lines(found.bayes)


def _variant_text(row: Variant) -> str:
    if row.estimate is None:
        return row.reason or "nothing is left"
    limits = ""
    if row.low is not None and row.high is not None:
        limits = f" ({number_text(row.low)} to {number_text(row.high)})"
    return f"{number_text(row.estimate)}{limits}, {p_text(row.p)}"


def _bootstrap_lines(found: BootstrapResult) -> Iterator[str]:
    if found.low is None or found.high is None:
        yield f"No bootstrap interval: {found.reason}"
        return
    yield f"Bootstrap (BCa) limits of the mean change {number_text(found.low)} to {number_text(found.high)}."
    yield found.caution


def _bayes_lines(found: BayesResult) -> Iterator[str]:
    yield f"{found.label}:"
    if not found.factors:
        yield f"  none. {found.reason}"
        return
    for factor in found.factors:
        yield (
            f"  prior width {factor.width:.3f}: Bayes factor for a change {number_text(factor.bf10)}; mean change "
            f"{number_text(factor.low)} to {number_text(factor.high)} (posterior)"
        )
    yield found.caution
