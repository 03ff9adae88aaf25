"""Real data over several visits with reference figures from exact arithmetic and lmerTest; skipped without them.

Each set is read from its file as a user would open it, with its times given, and compared with every figure there is.
"""

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.study import open_study
from trajecta.stats.arrangements import chance_of_spread
from trajecta.stats.cohort import Cohort, Kind, Measure
from trajecta.stats.decimals import paired_values
from trajecta.stats.friedman import VisitsTest
from trajecta.stats.repeated import VisitsComparison, VisitsResult, compare_visits
from trajecta.stats.signed_rank import doubled_midranks

FOLDER = Path(__file__).parents[2] / "shared" / "samples" / "paired"
MANIFEST = FOLDER / "manifest.json"
SETS: list[dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))["datasets"] if MANIFEST.exists() else []
pytestmark = pytest.mark.skipif(not SETS, reason="the folder of sample data sets is not beside this checkout")


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in SETS if entry["kind"] == kind]


def answer(entry: dict[str, Any]) -> VisitsResult:
    cohort = open_study(FOLDER / entry["file"]).cohort
    if entry["id"] == "rb_respdis":  # holds a few 2s, which its reference takes as missing
        cohort = only_zeros_and_ones(cohort)
    keys = tuple(visit.key for visit in cohort.visits)  # in the order of the columns
    assert len(keys) == len(entry["cols"])
    question = VisitsComparison(cohort.measures[0].key, keys, tuple(float(t) for t in entry["times"]))
    return compare_visits(cohort, question)


def only_zeros_and_ones(cohort: Cohort) -> Cohort:
    return Cohort(
        cohort.patients,
        cohort.visits,
        (Measure(cohort.measures[0].key, "answer", kind=Kind.YES_NO),),
        tuple(o for o in cohort.observations if o.value in (0.0, 1.0)),
    )


def close(found: float | None, expected: float | None, tolerance: float) -> bool:
    return found is not None and expected is not None and math.isclose(found, expected, rel_tol=tolerance)


@pytest.mark.parametrize("entry", of_kind("repeated_numeric"))
def test_numeric_set_agrees_with_its_reference(entry: dict[str, Any]) -> None:
    result, reference, tolerance = answer(entry), entry["reference"], entry["rel_tolerance"]
    check_omnibus(result.friedman, reference["friedman"], "chi2")
    assert close(result.kendall_w, reference["friedman"]["kendall_W"], tolerance)
    assert list(result.friedman.sums) == reference["friedman"]["rank_sums"]
    anova, expected = result.rm_anova, reference["rm_anova"]
    assert (anova.df1, anova.df2, anova.n) == (expected["df1"], expected["df2"], expected["n"])
    pairs = (
        (anova.f, "F"),
        (anova.p, "p"),
        (anova.gg_epsilon, "gg_epsilon"),
        (anova.p_gg, "gg_p"),
        (anova.hf_epsilon, "hf_epsilon"),
        (anova.hf_uncapped, "hf_epsilon_uncapped"),
        (anova.p_hf, "hf_p"),
        (anova.effect, "partial_eta2"),
    )
    assert [name for found, name in pairs if not close(found, expected[name], tolerance)] == []
    check_slope(result, reference)
    pair = next(e for e in result.post_hoc if (e.before, e.after) == (result.visits[0].key, result.visits[-1].key))
    first_last = reference["paired_first_last"]
    assert pair.n == first_last["n_pairs"]
    assert (pair.increased, pair.decreased) == (first_last["n_pos"], first_last["n_neg"])
    assert close(pair.p, first_last["wilcoxon_drop_zeros"]["p"], 1e-9)


def check_omnibus(found: VisitsTest, expected: dict[str, Any], statistic: str) -> None:
    assert found.n == expected["n"]
    assert found.df == expected.get("df", expected["k"] - 1)
    assert close(found.statistic, expected[statistic], 1e-12)
    assert close(found.p_chi2, expected["p_chi2"], 1e-10)
    if expected.get("exact_p") is not None:
        assert close(found.exact_p, expected["exact_p"], 1e-9)
    else:
        assert found.p is not None
        assert found.p > 0
        assert (found.exact_p is None) == ("simulated, not exact" in found.method)


def check_slope(result: VisitsResult, reference: dict[str, Any]) -> None:
    slope, expected = result.slope, reference["random_intercept_slope_REML"]
    assert (slope.observations, slope.n, slope.boundary) == (expected["n_obs"], expected["n_id"], expected["boundary"])
    assert close(slope.estimate, expected["slope"], 1e-10)
    assert close(slope.se, expected["se"], 1e-10)
    assert close(slope.loglik, expected["loglik"], 1e-10)
    assert close(slope.sd_residual, expected["sd_residual"], 1e-9)
    assert slope.sd_intercept == expected["sd_intercept"] or close(slope.sd_intercept, expected["sd_intercept"], 1e-9)
    satterthwaite = reference["random_intercept_slope_p"]["lmerTest_satterthwaite"]
    # lmerTest differentiates numerically; its degrees of freedom carry about seven digits.
    assert close(slope.df, satterthwaite["df"], 1e-6)
    assert close(slope.p, satterthwaite["p"], 1e-5)
    assert slope.containment == reference["random_intercept_slope_p"]["nlme_containment"]["df"]


@pytest.mark.parametrize("entry", of_kind("repeated_binary"))
def test_yes_no_set_agrees_with_its_reference(entry: dict[str, Any]) -> None:
    result, expected = answer(entry), entry["reference"]["cochran_q"]
    assert result.kind is Kind.YES_NO
    check_omnibus(result.cochran_q, expected, "Q")
    assert list(result.cochran_q.sums) == expected["column_totals"]
    assert result.cochran_q.informative == expected["informative_rows"]
    pair = next(e for e in result.post_hoc if (e.before, e.after) == (result.visits[0].key, result.visits[-1].key))
    assert close(pair.p, entry["reference"]["mcnemar_first_last"]["exact_p"], 1e-9)


def test_fractions_are_equal_where_whole_numbers_were_counted() -> None:
    checked = 0
    for entry in SETS:
        wanted = entry["reference"].get("friedman", {}).get("exact_p_rational")
        if entry["kind"] == "repeated_numeric" and wanted:
            grids = [paired_values(row, row).before for row in answer(entry).rows]
            chance = chance_of_spread([doubled_midranks(grid) for grid in grids])
            if chance is not None and chance.fraction is not None:
                assert chance.fraction == Fraction(wanted)
                checked += 1
    assert checked >= 13


def test_patient_order_changes_no_digit() -> None:
    entry = next(e for e in SETS if e["id"] == "rm_pg_wide")
    cohort = open_study(FOLDER / entry["file"]).cohort
    turned = Cohort(
        tuple(reversed(cohort.patients)),
        cohort.visits,
        cohort.measures,
        tuple(reversed(cohort.observations)),
    )
    question = VisitsComparison(cohort.measures[0].key)
    first, second = compare_visits(cohort, question), compare_visits(turned, question)
    assert (first.friedman, first.rm_anova, first.post_hoc) == (second.friedman, second.rm_anova, second.post_hoc)
    assert first.slope.p == second.slope.p


def test_every_set_was_looked_at() -> None:
    assert len(of_kind("repeated_numeric")) == 25
    assert len(of_kind("repeated_binary")) == 6
