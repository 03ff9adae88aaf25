"""Real paired data from file to printed JSON: the command line against references computed in rational arithmetic.

The data sets (R packages and open collections) and their references lie beside the checkout and are not part of it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trajecta.main import main

FOLDER = Path(__file__).parents[2] / "shared" / "samples" / "paired"
# The missing code 2 of this set stands in no cell, so no reader can know it.
UNKNOWABLE = {"rb_respdis"}


def sets() -> Iterator[Any]:
    """One parameter for each data set; none where the samples are not there."""
    manifest = FOLDER / "manifest.json"
    if manifest.exists():
        for entry in json.loads(manifest.read_text("utf-8"))["datasets"]:
            if entry["id"] not in UNKNOWABLE:
                yield pytest.param(entry, id=entry["id"])


def close(found: float | None, wanted: float | None, relative: float) -> bool:
    """Equal within a relative tolerance and no absolute one; a reference of None says that there is none."""
    if wanted is None:
        return True
    return found is not None and abs(found - wanted) <= relative * max(abs(found), abs(wanted))


def paired(found: dict[str, Any], wanted: dict[str, Any], relative: float) -> dict[str, bool]:
    """What is compared of a numeric pair of visits."""
    wanted = wanted["paired"]
    tests = {test["key"]: test for test in found["tests"]}
    shift = {interval["key"]: interval for interval in found["intervals"]}["hodges_lehmann"]
    reference = wanted["hl_all_differences"]
    checks = {
        "n": found["n"] == wanted["n_pairs"],
        "signed rank": close(tests["signed_rank"]["p"], wanted["wilcoxon_drop_zeros"].get("p"), 1e-9),
        "sign": close(tests["sign"]["p"], wanted["sign_test"].get("p"), 1e-9),
        "sign flip": close(tests["sign_flip"]["p"], wanted["signflip_mean"].get("p"), 1e-9),
        "t": close(tests["paired_t"]["p"], wanted["paired_t"].get("p"), max(relative, 1e-8)),
        "Hodges–Lehmann": close(shift["estimate"], reference.get("hodges_lehmann"), 1e-9),
    }
    if shift["low"] is not None and "lo" in reference:
        checks["low"] = close(shift["low"], reference["lo"], 1e-9)
        checks["high"] = close(shift["high"], reference["hi"], 1e-9)
        checks["level"] = close(shift["level"], reference["confidence"], 1e-9)
    return checks


def repeated(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, bool]:
    """What is compared of more than two visits."""
    if "cochran_q" in wanted:
        reference = wanted["cochran_q"]
        return {
            "Q": close(found["cochran_q"]["statistic"], reference["Q"], 1e-9),
            "exact": close(found["cochran_q"]["exact_p"], reference.get("exact_p"), 1e-9),
        }
    reference, anova = wanted["friedman"], wanted["rm_anova"]
    return {
        "Friedman": close(found["friedman"]["statistic"], reference["chi2"], 1e-9),
        "exact": close(found["friedman"]["exact_p"], reference.get("exact_p"), 1e-9),
        "epsilon": close(found["rm_anova"]["gg_epsilon"], anova.get("gg_epsilon"), 1e-8),
    }


@pytest.mark.skipif(not FOLDER.exists(), reason="the real data sets lie beside the checkout only where it is developed")
@pytest.mark.parametrize("entry", list(sets()))
def test_from_file_to_answer(entry: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    file, columns = str(FOLDER / entry["file"]), entry["cols"]
    if entry["kind"].startswith("paired"):
        words = ["compare", file, "--before", columns[0], "--after", columns[1], "--json"]
    else:
        words = ["visits", file, "--visits", ",".join(columns), "--json"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found, wanted = json.loads(out), entry["reference"]
    if entry["kind"] == "paired_numeric":
        checks = paired(found, wanted, entry["rel_tolerance"])
    elif entry["kind"] == "paired_binary":
        checks = {"McNemar": close(found["yes_no"]["exact_p"], wanted["mcnemar"]["exact_p"], 1e-9)}
    else:
        checks = repeated(found, wanted)
    assert [name for name, agrees in checks.items() if not agrees] == []
