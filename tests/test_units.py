"""Units: what converts exactly, on the digits of the cell, with every conversion listed and nothing else converted."""

import sys
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import check_json
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Field, Mapping, with_column
from trajecta.io.units import converted, power, same_unit
from trajecta.io.workbook import read_workbook
from trajecta.resources import table
from trajecta.stats.cohort import Cohort, Issue

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import Row, workbook


def opened(file: Path) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    read = read_workbook(file)
    mapping = guess_mapping(read)
    return mapping, *build_cohort(read, mapping)


def value(cohort: Cohort, measure: str, visit: str, patient: str) -> float | None:
    found = cohort.observation(measure, visit, patient)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("unit", "into", "exponent"),
    [
        ("mg/dL", "g/L", -2), ("g/L", "mg/dL", 2), ("MG/DL", "g/l", -2), ("mg/L", "mg/dL", -1), ("g/g", "mg/g", 3),
        ("mg/mg", "g/g", 0), ("mg/g Krea", "g/g", -3), ("g/dL", "mg/mL", 1), ("ng/mL", "µg/L", 0), ("μg/L", "mg/L", -3),
        ("pg/mL", "ng/L", 0), ("µmol/L", "mmol/L", -3), ("kIU/L", "IU/mL", 0), ("U/L", "kU/L", -3), ("/nL", "/µL", 3),
        ("G/L", "/µL", 3), ("10^9/L", "/nL", 0), ("x10³/µL", "10^9/L", 0), ("cells/mm³", "/µL", 0),
        ("g/24 h", "mg/d", 3), ("Zellen/µl", "cells/uL", 0),
    ],
)  # fmt: skip
def test_powers_of_ten(unit: str, into: str, exponent: int) -> None:
    assert power(unit, into) == exponent
    assert power(into, unit) == -exponent
    assert same_unit(unit, into) is (exponent == 0)


@pytest.mark.parametrize(
    ("unit", "into"),
    [
        ("mg/mmol", "mg/g"), ("mg/mmol", "g/g"), ("mg/dL", "µmol/L"), ("IU/mL", "mg/L"), ("%", "/µL"), ("g/d", "g/g"),
        ("mm/h", "mg/L"), ("points", "mg/L"), ("mL/min", "mg/min"), ("", "mg/L"), ("/", "/"), ("g/L/h", "g/L"),
    ],
)  # fmt: skip
def test_what_has_no_exact_way(unit: str, into: str) -> None:
    assert power(unit, into) is None


def test_every_unit_is_one_of_one_dimension() -> None:
    names = [name for units in table("units").values() for name in units]
    assert len(names) == len(set(names))


def test_conversions_are_exact_on_the_digits() -> None:
    for tenths in range(1, 3000):
        shown = tenths / 10
        assert converted(shown, -2) == float(f"{tenths}e-3")
        assert converted(shown, 3) == float(tenths * 100)
    assert converted(85.0, -2) == 0.85
    assert converted(1e-300, -20) == 1e-320


def test_a_cell_in_another_unit_is_converted_and_listed(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "C3 (g/L)")]
    rows += [("P1", "BL", 0.5), ("P2", "BL", "85 mg/dL"), ("P3", "BL", "<40 mg/dL"), ("P4", "BL", 0.9)]
    file = workbook(tmp_path / "a.xlsx", {"Visits": rows})
    mapping, cohort, issues = opened(file)
    assert [o.value for o in cohort.observations] == [0.5, 0.85, 0.4, 0.9]
    assert [o.converted for o in cohort.observations] == ["", "85 mg/dL × 0.01", "<40 mg/dL × 0.01", ""]
    assert cohort.observations[1].text == "85 mg/dL"
    assert cohort.observations[2].censored.value == "<"
    assert [i.text for i in issues] == [
        "Visits!C3: 85 mg/dL × 0.01 = 0.85 g/L.", "Visits!C4: <40 mg/dL × 0.01 = <0.4 g/L."
    ]  # fmt: skip
    assert all(i.severity.value == "note" for i in issues)
    report = check_json(read_workbook(file), mapping, cohort, issues)
    assert [(c["cell"], c["converted"], c["value"], c["unit"]) for c in report["conversions"]] == [
        ("Visits!C3", "85 mg/dL × 0.01", 0.85, "g/L"), ("Visits!C4", "<40 mg/dL × 0.01", 0.4, "g/L"),
    ]  # fmt: skip


def test_two_sheets_in_two_units_are_one_measure_in_the_unit_of_its_bands(tmp_path: Path) -> None:
    one: list[Row] = [("Patient ID", "Visit", "CRP (mg/L)", "UPCR (g/g)"), ("P1", "BL", 30, 1.5)]
    two: list[Row] = [("Patient ID", "Visit", "CRP (mg/dL)", "UPCR (mg/g)"), ("P1", "M3", 0.35, 250)]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"One": one, "Two": two}))
    assert [(m.key, m.unit) for m in cohort.measures] == [("crp", "mg/L"), ("upcr", "g/g")]
    assert value(cohort, "crp", "month 3", "P1") == 3.5
    assert value(cohort, "upcr", "month 3", "P1") == 0.25
    assert sorted(i.text for i in issues) == [
        "Two!C2: 0.35 mg/dL × 10 = 3.5 mg/L.", "Two!D2: 250 mg/g × 0.001 = 0.25 g/g."
    ]  # fmt: skip


def test_a_laboratory_that_changed_its_unit_fills_one_of_two_columns(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "C3 (mg/dL)", "C3 (g/L)")]
    rows += [("P1", "BL", 45, None), ("P1", "M3", None, 0.9), ("P2", "BL", 60, None), ("P2", "M3", None, 1.1)]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [(m.key, m.unit, bool(m.bands)) for m in cohort.measures] == [("c3", "g/L", True)]
    assert [(p.before.value, p.after.value) for p in cohort.pairs("c3", "baseline", "month 3").used] == [
        (0.45, 0.9), (0.6, 1.1)
    ]  # fmt: skip
    assert all(i.severity.value == "note" for i in issues)
    rows.append(("P3", "BL", 45, 0.45))
    _, cohort, issues = opened(workbook(tmp_path / "b.xlsx", {"Visits": rows}))
    assert len(cohort.measures) == 2
    assert "look like the same measure" in issues[0].text


def test_mg_per_mmol_is_never_converted(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "UPCR (mg/g)"), ("P1", "BL", 900), ("P2", "BL", "100 mg/mmol")]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [o.value for o in cohort.observations] == [900, None]
    assert "is in mg/mmol, but “UPCR” is in mg/g" in issues[0].text


def test_units_that_only_cells_state(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "C3")]
    rows += [("P1", "BL", "0.5 g/L"), ("P2", "BL", "85 mg/dL"), ("P3", "BL", "0.9 g/l"), ("P4", "BL", "12 µmol/L")]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    assert [o.value for o in cohort.observations] == [0.5, 0.85, 0.9, None]
    assert cohort.measure("c3").unit == "g/L"
    assert [i.severity.value for i in issues] == ["warning", "note"]


def test_the_user_sets_the_unit_of_a_column(tmp_path: Path) -> None:
    one: list[Row] = [("Patient ID", "Visit", "C3 (g/L)"), ("P1", "BL", 0.5)]
    two: list[Row] = [("Patient ID", "Visit", "C3"), ("P1", "M3", 90)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"One": one, "Two": two}))
    mapping = guess_mapping(read)
    cohort, issues = build_cohort(read, mapping)
    assert value(cohort, "c3", "month 3", "P1") == 90
    assert issues[0].text == "“C3” in “Two” has no unit; it is taken to be in g/L, as in “One”."
    report = check_json(read, mapping, cohort, issues)
    assert [o["label"] for o in report["questions"][0]["options"]] == [
        "It is in g/L", "It is in mg/dL", "It is in mg/L"
    ]  # fmt: skip
    told = with_column(mapping, "Two", 3, unit="mg/dL")
    assert told.sheet("Two").columns[2].field is Field.MEASURE
    assert value(build_cohort(read, told)[0], "c3", "month 3", "P1") == 0.9
