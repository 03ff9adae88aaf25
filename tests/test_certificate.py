"""The certificate says equal only where the cell holds the very number, and finds a number that was put in wrongly."""

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sheets import patched, text_table, workbook

from trajecta.io.build import build_cohort
from trajecta.io.certificate import Certificate, Verdict, certificate_bytes, certify, summary
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook
from trajecta.main import main
from trajecta.resources import ROOT as RESOURCES

DEMO = RESOURCES / "demo" / "cart-sle.xlsx"
AWKWARD = RESOURCES / "demo" / "cart-sle-awkward.xlsx"


def certified(path: Path) -> Certificate:
    book = read_workbook(path)
    mapping = guess_mapping(book)
    return certify(book, mapping, build_cohort(book, mapping)[0])


@pytest.mark.parametrize("path", [DEMO, AWKWARD], ids=lambda p: p.stem)
def test_every_number_of_the_demo_equals_its_cell(path: Path) -> None:
    found = certified(path)
    assert found.holds
    assert found.reader.startswith("openpyxl")
    assert found.count(Verdict.EQUAL, Verdict.FROM_TEXT, Verdict.LIMIT) > 90
    assert "Every one of" in summary(found)


def test_a_wrong_number_is_found() -> None:
    book = read_workbook(DEMO)
    mapping = guess_mapping(book)
    cohort, _ = build_cohort(book, mapping)
    first = next(o for o in cohort.observations if o.source is not None and o.value not in (None, 0.0))
    assert first.value is not None
    wrong = tuple(replace(o, value=o.value + 1) if o is first and o.value else o for o in cohort.observations)
    found = certify(book, mapping, replace(cohort, observations=wrong))
    assert not found.holds
    assert [line.where for line in found.lines if line.verdict is Verdict.DIFFERENT] == [first.source]
    assert str(first.source) in summary(found)


def test_a_file_changed_since_is_said(tmp_path: Path) -> None:
    rows = [("id", "SLEDAI baseline", "SLEDAI month 3"), ("P1", 8, 2), ("P2", 6, 0)]
    path = workbook(tmp_path / "a.xlsx", {"A": rows})
    book = read_workbook(path)
    mapping = guess_mapping(book)
    cohort, _ = build_cohort(book, mapping)
    workbook(path, {"A": [*rows[:-1], ("P2", 7, 0)]})
    found = certify(book, mapping, cohort)
    assert not found.holds
    assert found.changed
    assert "changed since" in summary(found)


def test_texts_limits_words_and_what_is_left_out_are_told_apart(tmp_path: Path) -> None:
    rows = [
        ("id", "visit", "SLEDAI", "anti-dsDNA (IU/mL)", "flare", "my note"),
        ("P1", "baseline", "12,5", ">100", "ja", 3),
        ("P1", "month 3", "1,5", "<10", "nein", 4),
        ("P2", "baseline", "10", "55", "ja", 5),
        ("P2", "month 3", "n.d.", "20", "ja", 6),
        ("Mean", "baseline", "11,25", "77", None, None),
    ]
    found = certified(text_table(tmp_path / "a.csv", rows, ";"))
    told = {str(line.where): line.verdict for line in found.lines}
    assert found.holds
    assert told["a!C2"] is Verdict.FROM_TEXT
    assert told["a!D2"] is Verdict.LIMIT
    assert told["a!E2"] is Verdict.WORD
    assert told["a!C5"] is Verdict.NO_VALUE
    assert {str(u.where) for u in found.unused} >= {"a!C6", "a!D6"}
    assert "same reader" in found.reader


def test_a_turned_table_is_certified_by_the_cells_of_the_file(tmp_path: Path) -> None:
    rows = [("Parameter", "P1", "P2", "P3"), ("SLEDAI baseline", 9, 8, 7), ("SLEDAI month 3", 1, 2, 3)]
    found = certified(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert found.holds
    assert {(line.patient, str(line.where)) for line in found.lines} >= {("P1", "A!B2"), ("P3", "A!D3")}


def test_the_certificate_is_a_workbook_without_formulas(tmp_path: Path) -> None:
    rows = [("id", "SLEDAI baseline", "SLEDAI month 3"), ("=1+1", 8, 2), ("P2", 6, 0), ("P3", 6, 1)]
    found = certified(text_table(tmp_path / "a.csv", rows))
    target = tmp_path / "certificate.xlsx"
    target.write_bytes(certificate_bytes(found))
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Certificate", "Values", "Not used"]
    assert book["Values"]["A2"].data_type == "s"
    assert book["Values"].max_row == 1 + len(found.lines)


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "c.xlsx"
    assert main(["check", str(DEMO), "--certificate", str(target), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["certificate"]
    assert told["holds"] is True
    assert told["different"] == []
    assert target.exists()
    assert main(["check", str(DEMO), "--certificate", str(tmp_path / "c.pdf")]) == 2
    assert "Use c.xlsx" in capsys.readouterr().err


def test_a_formula_is_named_beside_its_saved_result(tmp_path: Path) -> None:
    """openpyxl saves no results, so one is written into the package as Excel would."""
    rows = [("id", "SLEDAI baseline", "SLEDAI month 3"), ("P1", 8, "=4-2"), ("P2", 6, 0), ("P3", 7, 1)]
    path = workbook(tmp_path / "a.xlsx", {"A": rows})
    sheet = "xl/worksheets/sheet1.xml"
    patched(path, sheet, "<f>4-2</f><v />", "<f>4-2</f><v>2</v>")
    found = certified(path)
    (line,) = [line for line in found.lines if str(line.where) == "A!C2"]
    assert (line.value, line.verdict, line.remark) == (2.0, Verdict.EQUAL, "the saved result of =4-2")
    assert found.holds


def test_a_conversion_may_change_only_the_power_of_ten(tmp_path: Path) -> None:
    rows = [
        ("id", "C3 (g/L) baseline", "C3 (g/L) month 3"),
        ("P1", "85 mg/dL", 1.1),
        ("P2", 0.6, 1.0),
        ("P3", 0.7, 0.9),
    ]
    path = workbook(tmp_path / "a.xlsx", {"A": rows})
    book = read_workbook(path)
    mapping = guess_mapping(book)
    cohort, _ = build_cohort(book, mapping)
    assert certify(book, mapping, cohort).count(Verdict.CONVERTED) == 1
    wrong = tuple(replace(o, value=0.58) if o.converted else o for o in cohort.observations)
    assert not certify(book, mapping, replace(cohort, observations=wrong)).holds
