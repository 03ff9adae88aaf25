"""Workbooks made of odd cells at random places: whatever stands in them, the build ends and keeps its promises."""

import json
import math
import random
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import check_json, check_text
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Field, SheetRole, from_json, to_json, with_column, with_role
from trajecta.io.workbook import CellValue, ErrorCell, FormulaCell, MergedRange, Sheet, Workbook

HEADERS = [
    "Patient ID",
    "Visit",
    "Date",
    "Day",
    "SLEDAI-2K",
    "PGA",
    "C3 (g/L)",
    "Sex",
    "Age",
    "Infusion date",
    "Drug",
    "Dose",
    "Unit",
    "Frequency",
    "Start",
    "Stop",
    "Role",
    "Event",
    "Grade",
    "Note",
    "SLEDAI_BL",
    "SLEDAI_M3",
    "M3_C3",
    "Datum M3",
    "Name",
    "foo",
    "Baseline",
    "Month 3",
    "Arthritis",
    "Fever",
    "Week",
    "%",
    "",
    "n",
    "Mittelwert",
    "FVC",
    "2021",
]
TEXTS = [
    "12,5",
    "1,234",
    "<0.5",
    ">",
    ">5 mg",
    "n.d.",
    "ja",
    "nein",
    "x",
    "-",
    "+",
    "BL",
    "Month 3",
    "d0",
    "Tag 5",
    "SYN-01",
    "SYN-O1",
    "P1",
    "Mean",
    "SD",
    "2021",
    "03/2021",
    "3/4/2021",
    "31.02.2021",
    "Prednisolone",
    "MMF",
    "none",
    "QD",
    "1-0-1",
    "mg",
    "g",
    "ongoing",
    "CAR-T infusion",
    "\xa0",
    "٣",
    "²",
    "1e999",
    "10-15",
    "25 %",
]
CELLS: tuple[CellValue, ...] = (
    *TEXTS, None, None,
    0.0, 1.0, 5.0, 12.5, -99.0, 999.0, 1e300, -1e9, math.nan, math.inf, 44241.0, True, False, "a" * 500,
    date(2021, 2, 3), date(1, 1, 1), date(9999, 12, 31), datetime(2021, 2, 3, 4), time(3, 4), timedelta(hours=30),
    ErrorCell("#N/A"), FormulaCell(),
)  # fmt: skip


def random_sheet(chance: random.Random, name: str) -> Sheet:
    width = chance.randint(1, 9)
    rows: list[tuple[CellValue, ...]] = [(chance.choice(CELLS), *(None,) * (width - 1))] * chance.randint(0, 1)
    rows += [tuple(chance.choice(HEADERS) or None for _ in range(width)) for _ in range(chance.choice((1, 1, 2)))]
    if chance.random() < 0.6:
        rows[-1] = ("Patient ID", *rows[-1][1:])
    for _ in range(chance.randint(0, 8)):
        key = chance.choice(("SYN-01", "SYN-02", "SYN-O1", None, 1.0))
        rows.append((key, *(chance.choice(CELLS) for _ in range(width - 1))))
    places = [(chance.randint(1, 4), chance.randint(1, width)) for _ in range(chance.choice((0, 0, 2)))]
    merged = tuple(MergedRange(r, c, r + chance.randint(0, 3), c + chance.randint(0, 3)) for r, c in places)
    percent = frozenset({(3, 2), (4, 2)}) if chance.random() < 0.2 else frozenset()
    return Sheet(name, tuple(rows), chance.random() < 0.1, merged=merged, percent=percent)


@pytest.mark.parametrize("seed", range(250))
def test_every_workbook_is_built(seed: int) -> None:
    chance = random.Random(seed)
    sheets = tuple(random_sheet(chance, f"S{at}") for at in range(chance.randint(1, 3)))
    name = chance.choice(("x.csv", "x.xlsx"))
    workbook = Workbook(Path(name), name, sheets, epoch_1904=chance.random() < 0.2)
    mapping = guess_mapping(workbook)
    assert from_json(to_json(mapping)) == mapping
    for sheet in mapping.sheets:
        if chance.random() < 0.4:
            mapping = with_role(mapping, sheet.sheet, chance.choice(list(SheetRole)))
        for column in sheet.columns:
            if chance.random() < 0.15:
                field, measure = chance.choice(list(Field)), chance.choice(("", "SLEDAI-2K", "x"))
                mapping = with_column(mapping, sheet.sheet, column.column, field=field, measure_name=measure)
    cohort, issues = build_cohort(workbook, mapping)
    json.dumps(check_json(workbook, mapping, cohort, issues), allow_nan=False)
    assert check_text(workbook, mapping, cohort, issues)
    patients, visits = {p.id for p in cohort.patients}, {v.key for v in cohort.visits}
    measures = {m.key for m in cohort.measures}
    assert (len(patients), len(visits)) == (len(cohort.patients), len(cohort.visits))
    assert len(measures) == len(cohort.measures)
    places = {(o.patient, o.visit, o.measure) for o in cohort.observations}
    assert len(places) == len(cohort.observations)
    assert all(p in patients and v in visits and m in measures for p, v, m in places)
    assert all(o.value is None or math.isfinite(o.value) for o in cohort.observations)
    assert all(c.daily_mg is None or math.isfinite(c.daily_mg) for c in cohort.courses)
    assert all(i.text.endswith((".", "?", ")")) for i in issues)
