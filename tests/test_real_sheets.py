"""Real workbooks and text files of many programs: each ends in a safe outcome; skipped where the samples are absent."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import check_json, check_text
from trajecta.io.errors import OpenError
from trajecta.io.guess import guess_mapping
from trajecta.io.reading import read_safely
from trajecta.stats.cohort import Kind

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
INDEX, MANIFEST = SAMPLES / "sheets" / "index.json", SAMPLES / "paired" / "manifest.json"
SHEETS: list[dict[str, Any]] = json.loads(INDEX.read_text("utf-8"))["files"] if INDEX.exists() else []
PAIRED: list[dict[str, Any]] = json.loads(MANIFEST.read_text("utf-8"))["datasets"] if MANIFEST.exists() else []
absent = pytest.mark.skipif(not SHEETS or not PAIRED, reason="the folder of sample files is not beside this checkout")
MISSING = {"", "na", "n/a", "nan", ".", "null"}


def outcome(file: Path) -> str:
    try:
        workbook = read_safely(file)
    except OpenError as error:
        return "clear-error" if str(error).endswith(".") else f"unclear error: {error}"
    mapping = guess_mapping(workbook)
    cohort, issues = build_cohort(workbook, mapping)
    json.dumps(check_json(workbook, mapping, cohort, issues))
    assert check_text(workbook, mapping, cohort, issues)
    return "loads-with-warning" if issues else "loads"


@absent
@pytest.mark.timeout(20)
@pytest.mark.parametrize("entry", SHEETS, ids=lambda e: Path(e["file"]).name)
def test_every_file_ends_safely(entry: dict[str, Any]) -> None:
    accepted = set(entry["accept"])
    if "loads" in accepted:
        accepted.add("loads-with-warning")  # these are no trial sheets: saying so is right
    assert outcome(INDEX.parent / entry["file"]) in accepted


@absent
@pytest.mark.parametrize("entry", PAIRED, ids=lambda e: e["id"])
def test_every_paired_set_is_read_exactly(entry: dict[str, Any]) -> None:
    file = MANIFEST.parent / entry["file"]
    workbook = read_safely(file)
    cohort, _ = build_cohort(workbook, guess_mapping(workbook))
    visits = [v.key for v in cohort.visits]
    assert visits == entry["cols"]
    assert len(cohort.measures) == 1
    measure = cohort.measures[0]
    with file.open(encoding="utf-8", newline="") as table:
        cells = [row[c] for row in csv.DictReader(table) for c in entry["cols"]]
    written = sorted(float(c) for c in cells if c.strip().lower() not in MISSING)
    assert sorted(o.value for o in cohort.observations if o.value is not None) == written
    if entry["id"] == "rb_respdis":
        pytest.skip("its code 2 for “missing” stands in no cell: only a user can say so")
    complete = [
        p
        for p in cohort.patients
        if all((o := cohort.observation(measure.key, v, p.id)) and o.value is not None for v in visits)
    ]
    assert len(complete) == entry["n_pairs"]
    if len(visits) == 2:
        assert len(cohort.pairs(measure.key, *visits).used) == entry["n_pairs"]
    assert measure.kind is (Kind.YES_NO if "binary" in entry["kind"] else Kind.NUMERIC)
