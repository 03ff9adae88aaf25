"""Every layout gives the same numbers with their places in the file; ordinary tables are read as they stand."""

import json
import random
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.arrange import ARRANGERS, arrange, guess_arranged
from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.workbook import Sheet, Workbook, read_workbook
from trajecta.main import main
from trajecta.resources import ROOT
from trajecta.stats.cohort import Censored, Severity

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from layout_workbooks import (
    C3,
    COHORT,
    LAYOUTS,
    MEASURES,
    PRED,
    SLEDAI,
    VISIT_KEYS,
    opened,
    sheet_per_patient,
    turned_with_columns,
    values,
)
from sheets import PATIENTS, Row, long_rows, wide_rows, workbook

KEYS = {SLEDAI: "sledai-2k", C3: "c3", PRED: "prednisolone"}
ids = [name for name, _ in LAYOUTS]
makers = [make for _, make in LAYOUTS]


def asked(file: Path, measure: str, after: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    words = ["compare", str(file), "--measure", measure, "--before", "Baseline", "--after", after, "--json"]
    assert main(words) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def exact(answer: dict[str, Any]) -> float:
    return next(test["p"] for test in answer["tests"] if test["key"] == "signed_rank")


# --- the same numbers from every layout ------------------------------------------------------------------------------


@pytest.mark.parametrize("make", makers, ids=ids)
def test_all_layouts_give_the_same_numbers(make: Callable[[Path], Path], tmp_path: Path) -> None:
    _, cohort, issues = opened(make(tmp_path / "cohort.xlsx"))
    assert {p.id for p in cohort.patients} == {p.id for p in COHORT}
    assert tuple(v.key for v in cohort.visits) == VISIT_KEYS
    for person in COHORT:
        for measure in MEASURES:
            for visit, cell in zip(VISIT_KEYS, person.cells[measure], strict=True):
                found = cohort.observation(KEYS[measure], visit, person.id)
                if cell is None:
                    assert found is None
                    continue
                assert found is not None
                number = cell if isinstance(cell, int | float) else 0.5 if cell == "<0.5" else None
                assert found.value == number
                assert found.censored is (Censored.BELOW if cell == "<0.5" else Censored.NO)
    assert not [i for i in issues if i.severity is not Severity.NOTE]


@pytest.mark.parametrize("make", makers, ids=ids)
def test_all_layouts_give_the_same_answers(
    make: Callable[[Path], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = make(tmp_path / "cohort.xlsx")
    answer = asked(file, SLEDAI, "Month 3", capsys)
    assert (answer["n"], exact(answer)) == (5, 0.0625)
    assert (answer["before_summary"]["median"], answer["after_summary"]["median"]) == (12, 0)
    answer = asked(file, SLEDAI, "Month 6", capsys)
    assert (answer["n"], exact(answer)) == (4, 0.125)
    answer = asked(file, C3, "Month 6", capsys)  # “n.d.” leaves four pairs
    assert (answer["n"], answer["left_out"][0]["patient"], exact(answer)) == (4, "LS-31", 0.125)
    answer = asked(file, PRED, "Month 3", capsys)
    assert (answer["n"], answer["before_summary"]["median"], answer["after_summary"]["median"]) == (5, 25, 5)


HEADS: dict[str, tuple[list[Row], tuple[str, ...]]] = {
    "visit first": ([("ID", "BL_SLEDAI-2K", "M3_SLEDAI-2K", "BL C3 (g/L)", "M3 C3 (g/L)")], ()),
    "measures over visits": (
        [(None, "SLEDAI-2K", None, "C3 (g/L)"), ("ID", "BL", "M3", "BL", "M3")], ("B1:C1", "D1:E1")
    ),
    "measures over visits, not merged": ([(None, "SLEDAI-2K", None, "C3 (g/L)"), ("ID", "BL", "M3", "BL", "M3")], ()),
    "measure, unit, visit": (
        [("ID", "SLEDAI-2K", None, "C3"), (None, None, None, "g/L"), (None, "BL", "M3", "BL", "M3")],
        ("A1:A3", "B1:C1", "D1:E1", "D2:E2"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("heads", "merged"), HEADS.values(), ids=list(HEADS))
def test_headers_in_several_rows(heads: list[Row], merged: tuple[str, ...], tmp_path: Path) -> None:
    rows: list[Row] = [*heads, ("P1", 9, 1, 0.5, 0.9), ("P2", 8, 2, 0.4, 0.8)]
    _, cohort, issues = opened(workbook(tmp_path / "a.xlsx", {"A": rows}, merged))
    assert values(cohort, "sledai-2k") == {
        ("P1", "baseline"): 9, ("P2", "baseline"): 8, ("P1", "month 3"): 1, ("P2", "month 3"): 2,
    }  # fmt: skip
    assert values(cohort, "c3")["P2", "month 3"] == 0.8
    assert [(m.key, m.unit) for m in cohort.measures] == [("sledai-2k", ""), ("c3", "g/L")]
    assert not [i for i in issues if i.severity is not Severity.NOTE]


def test_scales_and_units_under_the_headers(tmp_path: Path) -> None:
    heads = [(None, "Baseline", None, "Month 3"), ("ID", *("SLEDAI-2K", "C3") * 2), (None, *("(0-105)", "(g/L)") * 2)]
    _, cohort, _ = opened(
        workbook(tmp_path / "a.xlsx", {"A": [*heads, ("P1", 9, 0.5, 1, 0.9), ("P2", 8, 0.4, 2, 0.8)]})
    )
    assert [(m.key, m.unit) for m in cohort.measures] == [("sledai-2k", ""), ("c3", "g/L")]
    assert values(cohort, "c3")["P2", "month 3"] == 0.8


def test_numbers_behind_the_measure_are_its_visits(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("ID", "sledai0", "sledai3", "c30", "c33", "pga1"),
        ("P1", 9, 1, 0.5, 0.9, 2),
        ("P2", 8, 2, 0.4, 0.8, 1),
    ]
    _, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert [v.key for v in cohort.visits] == ["baseline", "visit 3"]
    assert [m.key for m in cohort.measures] == ["sledai-2k", "c3"]


def test_numbered_visits_of_an_instrument_hold_for_other_names(tmp_path: Path) -> None:
    heads = ("ID", "Date 1", "UPCR1", "Urea1", "PCV 1", "Date 2", "UPCR2", "Urea2", "PCV 2", "Room 7")
    rows: list[Row] = [heads, *[(p, date(2021, 3, 1), 5, 6, 40, date(2021, 6, 1), 2, 4, 42, 3) for p in ("P1", "P2")]]
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert [c.header for c in mapping.sheet("A").columns] == list(heads)
    assert [m.key for m in cohort.measures] == ["upcr", "urea", "pcv"]
    assert [v.key for v in cohort.visits] == ["visit 1", "visit 2"]
    assert values(cohort, "urea")["P2", "visit 2"] == 4


ADDRESSES = {
    "W1": "Cohort!D2", "W2, two rows": "Cohort!E3", "W2, three rows": "Cohort!E5", "W3, sections": "'Table 1'!B9",
    "W3, visit and unit in columns": "Table!D3", "W3, one column of names": "Table!B4", "L1": "Visits!D3",
    "L2": "Export!F5", "S1, names of sheets": "'MA-22'!C3", "S1, parameters in rows": "'Pat 01'!D5",
    "S1, heads": "'MA-22'!C8", "S2": "Scores!D3", "B1": "Results!C3",
}  # fmt: skip


@pytest.mark.parametrize(("name", "make"), LAYOUTS, ids=ids)
def test_each_value_has_its_place_in_the_file(name: str, make: Callable[[Path], Path], tmp_path: Path) -> None:
    file = make(tmp_path / "cohort.xlsx")
    _, cohort, _ = opened(file)
    at_month_3 = cohort.observation("sledai-2k", "month 3", "MA-22")
    assert at_month_3 is not None
    assert str(at_month_3.source) == ADDRESSES[name]
    read = read_workbook(file)
    for found in cohort.observations:
        if found.source is not None:
            cell = read.sheet(found.source.sheet).cell(found.source.row, found.source.column)
            text = str(cell).replace(",", ".")
            assert found.value is None or float(text.lstrip("<")) == found.value


# --- what is one table stays one -------------------------------------------------------------------------------------


def one_table() -> list[Row]:
    return [("ID", "SLEDAI_baseline", "SLEDAI_3m"), ("P1", 9, 1), ("P2", 8, 2), ("P3", 7, 0)]


ORDINARY: dict[str, dict[str, list[Row]]] = {
    "wide": {"Cohort": wide_rows()},
    "linked": {"Patients": list(PATIENTS), "Visits": long_rows()},
    "a blank row": {"Cohort": [*one_table()[:3], (), *one_table()[3:]]},
    "a blank column": {"Cohort": [(*row[:2], None, *row[2:]) for row in one_table()]},
    "a legend": {"Cohort": [*one_table(), (), ("SLEDAI: disease activity",), (), ("n.d.", "not done")]},
    "a summary": {"Cohort": [*one_table(), (), ("Mean", 8, 1), ("SD", 1, 1), (), ("Median", 8, 1)]},
    "a key beside it": {"Cohort": [(*row, None, k, v) for row, k, v in zip(one_table(), "abcd", "wxyz", strict=True)]},
    "sheets per visit": {v: [("ID", "SLEDAI-2K", "C3"), ("P1", 9, 1), ("P2", 8, 1)] for v in ("V1", "V2")},
    "sheets per centre": {c: one_table() for c in ("A-1", "B-2")},
    "items": {"Cohort": [("ID", "Visit", "Rash", "Fever", "SLEDAI"), ("P1", "BL", 2, 1, 3), ("P1", "M3", 0, 0, 0)]},
    "years": {y: [("Visit", "SLEDAI-2K"), ("BL", 9), ("M3", 1)] for y in ("2020", "2021")},
    "exports": {s: [("Visit", "SLEDAI-2K"), ("BL", 9), ("M3", 1)] for s in ("Sheet1", "Sheet2")},
}


@pytest.mark.parametrize("sheets", ORDINARY.values(), ids=list(ORDINARY))
def test_ordinary_tables_are_read_as_they_stand(sheets: dict[str, list[Row]], tmp_path: Path) -> None:
    assert guess_arranged(read_workbook(workbook(tmp_path / "a.xlsx", sheets))) == ()


@pytest.mark.parametrize("file", sorted((ROOT / "demo").glob("*.xlsx")), ids=lambda f: f.stem)
def test_demo_workbooks_are_read_as_they_stand(file: Path) -> None:
    assert guess_arranged(read_workbook(file)) == ()


# --- arranging -------------------------------------------------------------------------------------------------------


def test_the_user_may_leave_sheets_as_they_stand(tmp_path: Path) -> None:
    read = read_workbook(sheet_per_patient(tmp_path / "a.xlsx"))
    assert arrange(read, ()) is read
    claim = guess_arranged(read)[0]
    kept = Arranged(Arrangement.AS_IT_STANDS, ("EH-26",))
    fewer = Arranged(claim.how, claim.sheets[:-1])
    assert [s.name for s in arrange(read, (kept, fewer)).sheets] == ["All patients", "EH-26"]


@pytest.mark.parametrize("make", makers, ids=ids)
def test_no_number_is_lost_or_made_by_arranging(make: Callable[[Path], Path], tmp_path: Path) -> None:
    read = read_workbook(make(tmp_path / "a.xlsx"))

    def numbers(book: Workbook) -> dict[object, float]:
        return {s.ref(r, c): v for s in book.sheets for r, c, v in _floats(s)}

    made = numbers(arrange(read, guess_arranged(read)))
    assert made.items() <= numbers(read).items()
    assert set(numbers(read)) == set(made)


def _floats(sheet: Sheet) -> list[tuple[int, int, float]]:
    return [(r, c, v) for r, line in enumerate(sheet.rows, 1) for c, v in enumerate(line, 1) if isinstance(v, float)]


def test_percentages_and_hidden_rows_go_along(tmp_path: Path) -> None:
    read = read_workbook(turned_with_columns(tmp_path / "a.xlsx"))
    sheet = read.sheets[0]
    marked = Sheet(sheet.name, sheet.rows, hidden_columns=frozenset({5}), percent=frozenset({(5, 4)}))
    made = arrange(Workbook(read.path, read.name, (marked,)), guess_arranged(read)).sheets[0]
    assert {made.ref(*place) for place in made.percent} == {sheet.ref(5, 4)}
    assert {made.ref(row, 1) for row in made.hidden_rows} == {sheet.ref(1, 5)}


ODD = (
    None,
    None,
    "",
    "x",
    "Patient",
    "ID: P9",
    "Parameter",
    "Value",
    "Mean",
    "Baseline",
    7.0,
    -1.0,
    date(2021, 3, 1),
    "P1",
)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", makers, ids=ids)
def test_damaged_layouts_are_read_without_a_number_made_up(
    make: Callable[[Path], Path], seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    read = read_workbook(make(tmp_path / "a.xlsx"))
    damaged = Workbook(read.path, read.name, tuple(_damaged(sheet, chance) for sheet in read.sheets))
    mapping = guess_mapping(damaged)
    made = arrange(damaged, mapping.arranged)
    assert len({sheet.name.casefold() for sheet in made.sheets}) == len(made.sheets)
    for sheet in made.sheets:
        for row, column, value in _floats(sheet):
            place = sheet.places[row - 1][column - 1] if sheet.places else sheet.ref(row, column)
            assert place is not None
            assert damaged.sheet(place.sheet).cell(place.row, place.column) == value
            assert sheet.place_of(place) is not None
    build_cohort(damaged, mapping)
    for how in Arrangement:  # what a user may choose, whatever the sheet is
        if how is not Arrangement.AS_IT_STANDS and any(a.how is how for a in ARRANGERS):
            build_cohort(damaged, guess_mapping(damaged, (Arranged(how, (damaged.sheets[-1].name,)),)))


def _damaged(sheet: Sheet, chance: random.Random) -> Sheet:
    rows = [list(line) for line in sheet.rows]
    for _ in range(chance.randint(1, 6)):
        line = chance.choice(rows)
        line[chance.randrange(len(line))] = chance.choice(ODD)
    if chance.random() < 0.3:
        rows.insert(chance.randrange(len(rows)), [None] * len(rows[0]))
    if chance.random() < 0.3:
        del rows[chance.randrange(len(rows))]
    return Sheet(sheet.name, tuple(map(tuple, rows)), merged=sheet.merged)
