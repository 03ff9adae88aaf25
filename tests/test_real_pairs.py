"""Real paired data sets with reference figures from exact rational arithmetic; skipped without them."""

import csv
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from trajecta.stats.cohort import Cohort, Direction, Kind, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.decimals import paired_values
from trajecta.stats.results import Comparison, PairedResult, Zeros
from trajecta.stats.signed_rank import signed_rank_chance, signed_ranks

FOLDER = Path(__file__).parents[2] / "shared" / "samples" / "paired"
MANIFEST = FOLDER / "manifest.json"
SETS: list[dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))["datasets"] if MANIFEST.exists() else []
pytestmark = pytest.mark.skipif(not SETS, reason="the folder of sample data sets is not beside this checkout")
MISSING = {"", "na", "n/a", "nan", ".", "null"}


def of_kind(kind: str) -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in SETS if entry["kind"] == kind]


def rows(entry: dict[str, Any]) -> list[tuple[str, list[float | None]]]:
    with (FOLDER / entry["file"]).open(encoding="utf-8", newline="") as file:
        return [
            (
                row[entry["id_col"]],
                [None if row[c].strip().lower() in MISSING else float(row[c]) for c in entry["cols"]],
            )
            for row in csv.DictReader(file)
        ]


def cohort_of(entry: dict[str, Any], kind: Kind, swapped: bool = False) -> Cohort:
    found = rows(entry)
    # Some sets repeat an id (families, plots): number the rows, which are the pairs of these sets.
    names = [f"{i + 1}: {name}" for i, (name, _) in enumerate(found)]
    visits = ("before", "after")
    return Cohort(
        patients=tuple(Patient(name) for name in (reversed(names) if swapped else names)),
        visits=tuple(Visit(key, key) for key in visits),
        measures=(Measure("m", "Measure", direction=Direction.HIGHER, kind=kind),),
        observations=tuple(
            Observation(name, visit, "m", value)
            for name, (_, values) in zip(names, found, strict=True)
            for visit, value in zip(visits, values, strict=True)
        ),
    )


def close(found: float | None, expected: float, tolerance: float, absolute: float = 0.0) -> bool:
    return found is not None and math.isclose(found, expected, rel_tol=tolerance, abs_tol=absolute)


@pytest.mark.parametrize("entry", of_kind("paired_numeric"))
def test_numeric_set_agrees_with_its_reference(entry: dict[str, Any]) -> None:
    expected, tolerance = entry["reference"]["paired"], entry["rel_tolerance"]
    result = compare(cohort_of(entry, Kind.NUMERIC), Comparison("m", "before", "after"))
    assert result.n == expected["n_pairs"]
    assert (result.increased, result.unchanged, result.decreased) == (
        expected["n_pos"],
        expected["n_zero"],
        expected["n_neg"],
    )
    assert close(result.before_summary.mean, expected["mean_pre"], 1e-14)
    assert close(result.after_summary.sd, expected["sd_post"], 1e-14)
    # The reference means and medians are printed doubles; a median of 0 must be 0.
    assert close(result.interval("mean_difference").estimate, expected["mean_diff"], 1e-14)
    assert close(result.interval("median_difference").estimate, expected["median_diff"], 1e-14)
    check_tests(result, expected, tolerance)
    check_intervals(result, expected, tolerance)
    shuffled = compare(cohort_of(entry, Kind.NUMERIC, swapped=True), Comparison("m", "before", "after"))
    assert (shuffled.tests, shuffled.intervals, shuffled.lead) == (result.tests, result.intervals, result.lead)


def check_tests(result: PairedResult, expected: dict[str, Any], tolerance: float) -> None:
    t = result.test("paired_t")
    assert close(t.statistic, expected["paired_t"]["t"], tolerance)
    assert close(t.p, expected["paired_t"]["p"], tolerance)
    sign = result.test("sign")
    assert close(sign.p, expected["sign_test"]["p"], 1e-12)
    values = paired_values([c.before for c in result.changes], [c.after for c in result.changes])
    for key, policy in (("wilcoxon_drop_zeros", Zeros.WILCOXON), ("wilcoxon_pratt", Zeros.PRATT)):
        ranks = signed_ranks(values.differences, policy)
        chance = signed_rank_chance(ranks)
        assert ranks.positive / 2 == expected[key]["V_plus"]
        assert ranks.ties == expected[key]["ties"]
        assert close(chance.value, expected[key]["p"], 1e-11)
        if expected[key].get("p_rational") and chance.fraction is not None:
            assert chance.fraction == Fraction(expected[key]["p_rational"])
    assert result.test("signed_rank").p == signed_rank_chance(signed_ranks(values.differences)).value
    flip, reference = result.test("sign_flip"), expected["signflip_mean"]
    if reference["p"] is None:
        assert flip.p is not None
        assert flip.exact or "standard error" in flip.method
    else:
        assert flip.exact
        assert close(flip.p, reference["p"], 1e-11)


def check_intervals(result: PairedResult, expected: dict[str, Any], tolerance: float) -> None:
    mean = result.interval("mean_difference")
    low, high = expected["paired_t"]["ci95"]
    scale = high - low
    assert close(mean.low, low, tolerance, tolerance * scale)
    assert close(mean.high, high, tolerance, tolerance * scale)
    walsh, reference = result.interval("hodges_lehmann"), expected.get("hl_all_differences")
    if reference and reference.get("lo") is not None:
        assert close(walsh.estimate, reference["hodges_lehmann"], 1e-14)
        assert close(walsh.low, reference["lo"], 1e-14)
        assert close(walsh.high, reference["hi"], 1e-14)
        assert close(walsh.level, reference["confidence"], 1e-12)
    median = result.interval("median_difference")
    if expected["median_ci95"]["attainable"]:
        assert close(median.low, expected["median_ci95"]["lo"], 1e-14)
        assert close(median.high, expected["median_ci95"]["hi"], 1e-14)
        assert close(median.level, expected["median_ci95"]["confidence"], 1e-12)
    effect = expected["effect"]
    dz, gav = result.interval("cohen_dz"), result.interval("hedges_gav")
    assert close(dz.estimate, effect["cohen_dz"], tolerance)
    for found, limit in zip((dz.low, dz.high), effect["cohen_dz_ci95_noncentral_t"], strict=True):
        assert close(found, limit, 0.0, 1e-6)
    factor = effect["hedges_gz_exactJ_df_n-1"] / effect["cohen_dz"]
    assert close(gav.estimate, effect["cohen_dav_root_mean_square"] * factor, 1e-8)
    biserial = result.interval("rank_biserial")
    assert close(biserial.estimate, expected["wilcoxon_drop_zeros"]["rank_biserial"], 1e-12)
    if biserial.low is not None and biserial.high is not None and biserial.estimate is not None:
        assert biserial.low < biserial.high
        assert biserial.low <= biserial.estimate <= biserial.high


@pytest.mark.parametrize("entry", of_kind("paired_binary"))
def test_yes_no_set_agrees_with_its_reference(entry: dict[str, Any]) -> None:
    expected = entry["reference"]["mcnemar"]
    found = compare(cohort_of(entry, Kind.YES_NO), Comparison("m", "before", "after")).yes_no
    assert found is not None
    table = {"n11": found.both, "n10": found.only_before, "n01": found.only_after, "n00": found.neither}
    assert {cell: len(patients) for cell, patients in table.items()} == expected["table"]
    assert close(found.exact_p, expected["exact_p"], 1e-9)
    assert close(found.mid_p, expected["mid_p_2tail"], 1e-9)
    assert close(found.difference.estimate, expected["diff_proportions_post_minus_pre"], 1e-12)


def test_every_set_was_looked_at() -> None:
    assert len(of_kind("paired_numeric")) == 63
    assert len(of_kind("paired_binary")) == 6
