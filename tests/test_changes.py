"""What changed between two cuts: by patient, visit and measure, never by the place of a cell."""

import json
from pathlib import Path

import pytest
from sheets import Row, workbook

from trajecta.io.changes import changes_between, headline
from trajecta.io.study import open_study
from trajecta.main import main

HEAD: Row = ("id", "visit", "SLEDAI", "C3 (g/L)")
FIRST: list[Row] = [HEAD] + [
    (f"P{k}", visit, value, 0.5 + k / 10)
    for k, pair in enumerate([(16, 0), (14, 2), (8, 0)], 1)
    for visit, value in zip(("baseline", "month 3"), pair, strict=True)
]


def cut(path: Path, rows: list[Row]) -> Path:
    return workbook(path, {"Visits": rows})


def test_the_same_values_in_other_cells_have_not_changed(tmp_path: Path) -> None:
    a, b = cut(tmp_path / "a.xlsx", FIRST), cut(tmp_path / "b.xlsx", [HEAD, *reversed(FIRST[1:])])
    found = changes_between(open_study(a), open_study(b))
    assert not found.any
    assert found.unchanged == 12
    assert headline(found).startswith("Nothing changed")
    assert all(number.before == number.after for number in found.numbers)


def test_new_patients_values_and_numbers_are_told(tmp_path: Path) -> None:
    later = [HEAD, ("P1", "baseline", 17, 0.6), *FIRST[2:5], ("P4", "baseline", 12, 0.7), ("P4", "month 3", 1, 1.0)]
    found = changes_between(open_study(cut(tmp_path / "a.xlsx", FIRST)), open_study(cut(tmp_path / "b.xlsx", later)))
    assert (found.patients_new, found.patients_gone) == (("P4",), ("P3",))
    kinds = {(v.patient, v.visit, v.measure): (v.kind, v.before, v.after) for v in found.values}
    assert kinds["P1", "Baseline", "SLEDAI"] == ("changed", "16", "17")
    assert kinds["P4", "Month 3", "SLEDAI"] == ("new", "", "1")
    assert kinds["P3", "Baseline", "SLEDAI"][0] == "gone"
    changed = next(v for v in found.values if v.kind == "changed")
    assert (str(changed.cell_before), str(changed.cell_after)) == ("Visits!C2", "Visits!C2")
    numbers = {n.name: (n.before, n.after) for n in found.numbers}
    assert numbers["before"] == ("14 (8 to 16)", "14 (12 to 17)")
    assert "1 patient new, 1 patient gone" in headline(found)


def test_a_measure_that_is_gone_leaves_no_number(tmp_path: Path) -> None:
    a = open_study(cut(tmp_path / "a.xlsx", FIRST))
    b = open_study(cut(tmp_path / "b.xlsx", [(r[0], r[1], r[3]) for r in FIRST]))
    found = changes_between(a.asking("sledai-2k"), b)
    assert all(number.after == "" for number in found.numbers)


def test_the_command_says_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = cut(tmp_path / "a.xlsx", FIRST), cut(tmp_path / "b.xlsx", [*FIRST[:-1], ("P3", "month 3", 1, 0.8)])
    assert main(["changes", str(a), str(b)]) == 0
    assert "P3, Month 3, SLEDAI: 0 → 1 (Visits!C7)" in capsys.readouterr().out
    assert main(["changes", str(a), str(b), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [v["kind"] for v in told["values"]] == ["changed"]
    assert main(["changes", str(a), str(tmp_path / "none.xlsx")]) == 2
    assert "no file" in capsys.readouterr().err
