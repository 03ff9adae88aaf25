"""The check report: the same in words and as plain values."""

import json
import sys
from pathlib import Path

import trajecta
from trajecta.io.build import build_cohort
from trajecta.io.check import check_json, check_text, is_question
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import PATIENTS, long_rows, workbook

DEMO = Path(trajecta.__file__).parent / "resources" / "demo"


def test_the_report_of_a_small_workbook(tmp_path: Path) -> None:
    rows = [list(r) for r in long_rows()]
    rows[2][3] = "12 or 13"
    rows[4][0] = "SYN-O2"
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": rows}))
    mapping = guess_mapping(read)
    cohort, issues = build_cohort(read, mapping)
    report = json.loads(json.dumps(check_json(read, mapping, cohort, issues)))
    assert report["file"] == "a.xlsx"
    assert [(s["name"], s["role"]) for s in report["sheets"]] == [("Patients", "patients"), ("Visits", "visits")]
    assert all(s["evidence"] for s in report["sheets"])
    assert report["patients"] == ["SYN-01", "SYN-02", "SYN-03", "SYN-O2"]
    assert [(m["key"], m["n"], m["without_value"]) for m in report["measures"]] == [("sledai-2k", 8, 1), ("c3", 9, 0)]
    assert [v["key"] for v in report["visits"]] == ["baseline", "month 1", "month 3"]
    assert report["issues"][0]["severity"] == "error"
    assert (report["issues"][0]["sheet"], report["issues"][0]["cell"]) == ("Visits", "D3")
    assert [q["cell"] for q in report["questions"]] == ["A5"]
    assert sum(map(is_question, issues)) == 1
    assert (report["completeness"]["having"], report["completeness"]["expected"]) == (17, 24)
    assert {"patient": "SYN-01", "visit": "Month 1", "measures": ["SLEDAI-2K"]} in report["completeness"]["missing"]
    text = check_text(read, mapping, cohort, issues)
    for said in ("Visits!D3", "12 or 13", "SYN-O2", "lower is better", "day 0 is the infusion", "3 visits"):
        assert said in text


def test_the_demo_workbooks_are_read_as_meant() -> None:
    read = read_workbook(DEMO / "cart-sle.xlsx")
    cohort, issues = build_cohort(read, guess_mapping(read))
    assert not [i for i in issues if i.severity.value != "note"]
    assert cohort.synthetic
    pairs = cohort.pairs("sledai-2k", "baseline", "month 3")
    assert [(p.before.value, p.after.value) for p in pairs.used] == [(16, 0), (16, 0), (16, 0), (10, 2), (8, 0)]
    awkward = read_workbook(DEMO / "cart-sle-awkward.xlsx")
    same, issues = build_cohort(awkward, guess_mapping(awkward))
    again = same.pairs("sledai-2k", "baseline", "month 3")
    assert [(p.patient, p.before.value, p.after.value) for p in again.used] == [
        (p.patient, p.before.value, p.after.value) for p in pairs.used
    ]
    assert again.left_out == (), "an id that stands in the medication log alone is a typing error and no patient"
    assert any("SYN-03" in i.hint for i in issues)
    assert sum("summarises" in i.text for i in issues) == 2
