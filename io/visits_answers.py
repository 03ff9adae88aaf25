"""Answers over several visits as they leave the program: one JSON object, one readable text; nothing is computed here.

Invariants: the keys of the JSON object are a promise to scripts; missing numbers are None with a reason beside them;
numbers in JSON are plain, numbers in texts are for people.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from trajecta.stats.cohort import Direction, Kind
from trajecta.stats.friedman import VisitsTest
from trajecta.stats.patient_summaries import PatientSummary
from trajecta.stats.post_hoc import PostHoc
from trajecta.stats.repeated import NOT_ASKED, VisitColumn, VisitsResult
from trajecta.stats.rm_anova import AnovaResult
from trajecta.stats.summary_tests import SummaryTest
from trajecta.stats.trend import TrendResult
from trajecta.stats.words import interval_text, list_text, number_text, p_number, p_text, summary_text, unit_of


def visits_json(result: VisitsResult) -> dict[str, Any]:
    """The answer as plain values for ``visits --json``; tests that do not fit the measure hold None and the reason."""
    return {
        "measure": result.measure.name,
        "unit": result.measure.unit,
        "direction": result.measure.direction.value,
        "kind": result.kind.value,
        "visits": [_visit(visit) for visit in result.visits],
        "n": result.n,
        "patients": list(result.patients),
        "left_out": [{"patient": left.patient, "reason": left.reason} for left in result.left_out],
        "increased": result.increased,
        "unchanged": result.unchanged,
        "decreased": result.decreased,
        "friedman": _test(result.friedman, "rank_sums"),
        "kendall_w": result.kendall_w,
        "cochran_q": _test(result.cochran_q, "yes"),
        "rm_anova": _anova(result.rm_anova),
        "slope": _slope(result.slope),
        "slope_per_patient": _slope(result.own_slopes),
        "time": {
            "source": result.axis.source if result.axis else None,
            "unit": result.axis.unit if result.axis else None,
            "reason": result.axis_reason,
        },
        "post_hoc": [_pair(entry) for entry in result.post_hoc],
        "summaries": [_summary(entry) for entry in result.summaries],
        "summary_tests": [_summary_test(entry) for entry in result.summary_tests],
        "threshold": result.comparison.threshold,
        "cautions": list(result.cautions),
        "lead": result.lead,
        "methods": result.methods,
    }


def _visit(visit: VisitColumn) -> dict[str, Any]:
    return {
        "visit": visit.label,
        "time": visit.time,
        "available": visit.available,
        "yes": visit.yes,
        **asdict(visit.summary),
    }


# Readers of JSON take no number beyond the doubles; the method sentence gives its power of ten.
_LONGEST_NUMBER = 10**300


def _test(test: VisitsTest, sums: str) -> dict[str, Any]:
    keys = ("statistic", "df", "p_chi2", "exact_p", "arrangements", "p_smallest", "simulated_p", "standard_error")
    found = {key: getattr(test, key) for key in keys}
    if test.arrangements is not None and test.arrangements > _LONGEST_NUMBER:
        found["arrangements"] = None
    found |= {"exact": test.exact_p is not None, "n": test.n, "n_used": test.informative}
    return {**found, sums: list(test.sums), "method": test.method, "reason": test.reason}


def _anova(anova: AnovaResult) -> dict[str, Any]:
    return {
        "F": anova.f,
        "df": None if anova.df1 is None else [anova.df1, anova.df2],
        "p": anova.p,
        "gg_epsilon": anova.gg_epsilon,
        "p_gg": anova.p_gg,
        "hf_epsilon": anova.hf_epsilon,
        "hf_epsilon_uncapped": anova.hf_uncapped,
        "p_hf": anova.p_hf,
        "partial_eta2": anova.effect,
        "n": anova.n,
        "method": anova.method,
        "reason": anova.reason,
    }


def _slope(slope: TrendResult) -> dict[str, Any]:
    return {
        "estimate": slope.estimate,
        "se": slope.se,
        "df": slope.df,
        "p": slope.p,
        "low": slope.low,
        "high": slope.high,
        "per": slope.unit,
        "df_within_patients": slope.containment,
        "intercept": slope.intercept,
        "sd_intercept": slope.sd_intercept,
        "sd_slope": slope.sd_slope,
        "sd_residual": slope.sd_residual,
        "boundary": slope.boundary,
        "log_likelihood": slope.loglik,
        "patients": slope.n,
        "observations": slope.observations,
        "method": slope.method,
        "reason": slope.reason,
    }


def _pair(entry: PostHoc) -> dict[str, Any]:
    return {
        "before": entry.before_label,
        "after": entry.after_label,
        "n": entry.n,
        "changed": entry.changed,
        "increased": entry.increased,
        "decreased": entry.decreased,
        "test": entry.test,
        "p": entry.p,
        "p_smallest": entry.p_smallest,
        "p_adjusted": entry.p_adjusted,
        "p_smallest_adjusted": entry.p_smallest_adjusted,
        "reason": entry.reason,
    }


def _summary(entry: PatientSummary) -> dict[str, Any]:
    return {
        "patient": entry.patient,
        "values": entry.n,
        "first_time": entry.first,
        "last_time": entry.last,
        "auc": entry.area,
        "time_weighted_mean": entry.weighted_mean,
        "slope": entry.slope,
        "nadir": entry.nadir,
        "peak": entry.peak,
        "time_at_threshold": entry.at_threshold,
        "time_to_threshold": entry.to_threshold,
        "reason": entry.reason,
    }


def _summary_test(entry: SummaryTest) -> dict[str, Any]:
    test, typical = entry.test, entry.typical
    return {
        "key": entry.key,
        "name": entry.name,
        "unit": entry.unit,
        "n": entry.n,
        "without": list(entry.without),
        "values": [{"patient": patient, "value": value} for patient, value in entry.values],
        "estimate": typical.estimate,
        "low": typical.low,
        "high": typical.high,
        "level": typical.level,
        "p": test.p,
        "p_smallest": test.p_smallest,
        "exact": test.exact,
        "method": test.method,
        "reason": test.reason,
    }


def visits_text(result: VisitsResult) -> str:
    """The answer to read in a terminal or to paste into a letter."""
    unit = unit_of(result.measure)
    labels = list_text([visit.label for visit in result.visits], 12)
    lines = [f"{result.measure.name}{f' ({unit})' if unit else ''}: {labels}", "", result.lead]
    test = result.omnibus
    how = " (simulated)" if test.simulated_p is not None else ""
    lines.append(f"{test.name}: {p_text(test.p)}{how}." if test.p is not None else test.reason)
    lines += _section("Before you read P", iter(result.cautions))
    lines += _section("Patients", _ledger(result))
    lines += _section("All visits together", _together(result))
    lines += _section("Pairs of visits", (_pair_line(entry) for entry in result.post_hoc))
    lines += _section("Over time", _over_time(result))
    lines += _section("One number per patient", _per_patient(result))
    lines += _section("Methods", iter((result.methods,)))
    return "\n".join(lines) + "\n"


def _section(title: str, lines: Iterator[str]) -> list[str]:
    found = [line for line in lines if line]
    return ["", title, *(f"  {line}" for line in found)] if found else []


def _ledger(result: VisitsResult) -> Iterator[str]:
    yield f"{result.n} with a value at every visit{': ' + list_text(result.patients, 50) if result.n else ''}"
    for left in result.left_out:
        yield f"left out {left.patient}: {left.reason}"
    for visit in result.visits:
        what = f"yes in {visit.yes} of {result.n}" if visit.yes is not None else summary_text(visit.summary)
        yield f"{visit.label}: {what}"


def _together(result: VisitsResult) -> Iterator[str]:
    test, anova = result.omnibus, result.rm_anova
    yield _test_line(test)
    if result.kendall_w is not None:
        yield f"Kendall’s W: {number_text(result.kendall_w)} (0 no agreement between patients, 1 the same order in all)"
    if anova.f is None:
        yield f"Repeated-measures ANOVA: no P. {anova.reason}" if result.kind is Kind.NUMERIC else ""
        return
    corrections = (
        ("Greenhouse–Geisser", anova.gg_epsilon, anova.p_gg),
        ("Huynh–Feldt", anova.hf_epsilon, anova.p_hf),
    )
    corrected = [f"{name} {p_text(p)} (epsilon {number_text(e)})" for name, e, p in corrections if e is not None]
    plain = f"F = {number_text(anova.f)}, df {anova.df1} and {anova.df2}, {p_text(anova.p)}"
    yield f"Repeated-measures ANOVA: {plain}; {'; '.join(corrected)}. {anova.method}"


def _test_line(test: VisitsTest) -> str:
    if test.p is None or test.statistic is None or test.p_chi2 is None or test.p_smallest is None:
        return f"{test.name}: no P. {test.reason}"
    approximate = f"χ² approximation {p_text(test.p_chi2)}, df {test.df}"
    return (
        f"{test.name}: {p_text(test.p)}; statistic {number_text(test.statistic)}, smallest possible P "
        f"{p_number(test.p_smallest)}, {approximate}. {test.method}"
    )


def _pair_line(entry: PostHoc) -> str:
    who = f"{entry.before_label} → {entry.after_label} (n = {entry.n})"
    if entry.p is None or entry.p_adjusted is None or entry.p_smallest_adjusted is None:
        return f"{who}: no P. {entry.reason}"
    smallest = f"smallest possible {p_number(entry.p_smallest_adjusted)}"
    return f"{who}: {p_text(entry.p)}, adjusted {p_text(entry.p_adjusted)} ({smallest})"


def _over_time(result: VisitsResult) -> Iterator[str]:
    if result.kind is Kind.YES_NO:
        return
    for name, slope in (("One slope for all", result.slope), ("A slope per patient", result.own_slopes)):
        if slope.estimate is None or slope.low is None or slope.high is None or slope.df is None:
            yield "" if slope.reason in (NOT_ASKED, result.axis_reason) else f"{name}: {slope.reason}"
            continue
        limits = f"{number_text(slope.low)} to {number_text(slope.high)}"
        yield (
            f"{name}: {number_text(slope.estimate)} per {slope.unit} (interval {limits}); {p_text(slope.p)}, "
            f"df {number_text(slope.df)}. {slope.method}"
        )


def _per_patient(result: VisitsResult) -> Iterator[str]:
    for entry in result.summary_tests:
        unit = f" {entry.unit}" if entry.unit else ""
        if entry.typical.estimate is None:
            yield f"{entry.name}: none. {entry.typical.reason}"
            continue
        p = p_text(entry.test.p) if entry.test.p is not None else f"no P. {entry.test.reason}"
        yield (
            f"{entry.name}: typically {number_text(entry.typical.estimate)}{unit} ({interval_text(entry.typical)}; "
            f"n = {entry.n}); exact signed-rank {p}"
        )
    for one in result.summaries:
        yield _summary_line(one, result)


def _summary_line(one: PatientSummary, result: VisitsResult) -> str:
    if one.area is None or one.weighted_mean is None or one.slope is None or one.nadir is None or one.peak is None:
        return f"{one.patient}: {one.reason}"
    parts = [
        f"area {number_text(one.area)}",
        f"time-weighted mean {number_text(one.weighted_mean)}",
        f"slope {number_text(one.slope)} per {result.axis.slope_unit if result.axis else 'unit'}",
        f"lowest {number_text(one.nadir)}",
        f"highest {number_text(one.peak)}",
    ]
    limit = result.comparison.threshold
    if limit is not None and one.at_threshold is not None:
        side = "at or above" if result.measure.direction is Direction.HIGHER else "at or below"
        unit = (result.axis.unit if result.axis else "") or "units of time"
        reached = (
            "never reached" if one.to_threshold is None else f"first reached after {number_text(one.to_threshold)}"
        )
        parts.append(f"{number_text(one.at_threshold)} {unit} {side} {number_text(limit)} ({reached})")
    return f"{one.patient}: {', '.join(parts)}"
