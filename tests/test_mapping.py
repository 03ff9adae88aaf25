"""The mapping: the guess with its evidence, changes by the user, JSON, and the key under which it is remembered."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.errors import OpenError
from trajecta.io.guess import guess_mapping
from trajecta.io.layout import find_table, shape_key
from trajecta.io.mapping import Field, Mapping, SheetRole, from_json, to_json, with_column, with_role
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Direction

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import PATIENTS, long_rows, text_table, wide_rows, workbook


def fields(mapping: Mapping, sheet: str) -> list[str]:
    return [c.field.value for c in mapping.sheet(sheet).columns]


def test_roles_and_fields_of_a_usual_workbook(tmp_path: Path) -> None:
    log = [
        ("Patient ID", "Drug", "Dose", "Unit", "Frequency", "Route", "Start", "Stop", "Role", "Note"),
        ("SYN-01", "Prednisolone", 20, "mg", "QD", "PO", date(2021, 1, 1), "ongoing", "disease", None),
    ]
    events = [
        ("Patient ID", "Event", "Grade", "Start", "Stop", "Note"),
        ("SYN-01", "CRS", 1, date(2021, 3, 3), None, None),
    ]
    notes = [("About this workbook",), ("SYNTHETIC",)]
    file = workbook(
        tmp_path / "a.xlsx",
        {"Read me": notes, "Patients": PATIENTS, "Visits": long_rows(), "Medication": log, "Events": events},
    )
    mapping = guess_mapping(read_workbook(file))
    assert [s.role.value for s in mapping.sheets] == ["ignore", "patients", "visits", "medication", "events"]
    assert fields(mapping, "Patients") == ["patient", "sex", "age", "time zero"]
    assert fields(mapping, "Visits") == ["patient", "visit", "date", "measure", "measure"]
    assert fields(mapping, "Medication")[:9] == [
        "patient", "drug", "dose", "unit", "frequency", "route", "start", "stop", "role",
    ]  # fmt: skip
    assert fields(mapping, "Events")[:4] == ["patient", "event", "grade", "start"]
    assert all(s.evidence for s in mapping.sheets)
    assert all(c.evidence for c in mapping.sheet("Visits").columns)


def test_two_row_merged_header_with_title_and_notes(tmp_path: Path) -> None:
    rows = [
        ("Verlauf unserer Patienten",),
        (),
        ("Pat.-Nr.", "Geschlecht", "Baseline", None, "Monat 3", None),
        (None, None, "SLEDAI", "C3", "SLEDAI", "C3"),
        (1, "w", 16, "0,5", 0, "1,0"),
        (2, "m", 8, "0,6", 2, "0,9"),
        ("Mittelwert", None, 12, "0,55", 1, "0,95"),
        (),
        ("n.d. = nicht durchgeführt",),
    ]
    merged = ["A3:A4", "B3:B4", "C3:D3", "E3:F3"]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Verlauf": rows}, merged))
    table = find_table(read.sheets[0])
    assert table is not None
    assert (table.first, table.last) == (3, 4)
    mapping = guess_mapping(read)
    sheet = mapping.sheets[0]
    assert sheet.role is SheetRole.WIDE
    assert [(c.measure_name, c.visit) for c in sheet.having(Field.MEASURE)] == [
        ("SLEDAI", "Baseline"), ("C3", "Baseline"), ("SLEDAI", "Month 3"), ("C3", "Month 3"),
    ]  # fmt: skip
    cohort, issues = build_cohort(read, mapping)
    assert [p.id for p in cohort.patients] == ["1", "2"]
    assert [p.sex for p in cohort.patients] == ["F", "M"]
    assert [(p.before.value, p.after.value) for p in cohort.pairs("c3", "baseline", "month 3").used] == [
        (0.5, 1.0),
        (0.6, 0.9),
    ]
    assert [i.severity.value for i in issues] == ["note"] * 3


def test_titles_that_are_no_known_visits_are_visits_where_instruments_repeat(tmp_path: Path) -> None:
    rows = [
        ("ID", "Vor Apherese", None, "Kontrolle am Ende", None),
        (None, "SLEDAI", "C3", "SLEDAI", "C3"),
        (1, 16, 1, 0, 2),
    ]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"A": rows}, ["B1:C1", "D1:E1", "A1:A2"]))
    cohort, _ = build_cohort(read, guess_mapping(read))
    assert [v.key for v in cohort.visits] == ["vor apherese", "kontrolle am ende"]
    assert len(cohort.pairs("sledai-2k", "vor apherese", "kontrolle am ende").used) == 1


def test_units_in_a_row_of_their_own(tmp_path: Path) -> None:
    rows = [("ID", "Visit", "C3", "UPCR"), (None, None, "g/L", "mg/g"), (1, "BL", 0.5, 800), (1, "M3", 1.0, 90)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"A": rows}))
    mapping = guess_mapping(read)
    assert mapping.sheets[0].header_rows == (1, 2)
    assert [c.unit for c in mapping.sheets[0].having(Field.MEASURE)] == ["g/L", "mg/g"]


def test_a_plain_table_has_its_columns_as_visits(tmp_path: Path) -> None:
    read = read_workbook(text_table(tmp_path / "pain.csv", [("id", "placebo", "drug"), (1, 5, 3), (2, 4, 4)]))
    sheet = guess_mapping(read).sheets[0]
    assert sheet.visits_as_written
    assert [(c.measure_name, c.visit) for c in sheet.having(Field.MEASURE)] == [("pain", "placebo"), ("pain", "drug")]


def test_the_user_corrects(tmp_path: Path) -> None:
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": long_rows()}))
    mapping = guess_mapping(read)
    changed = with_column(mapping, "Visits", 5, measure_name="Itch", direction=Direction.LOWER, unit="points")
    cohort, _ = build_cohort(read, changed)
    measure = cohort.measure("itch")
    assert (measure.name, measure.direction, measure.unit) == ("Itch", Direction.LOWER, "points")
    assert changed.sheet("Visits").columns[4].evidence == "chosen by you"
    ignored = with_column(mapping, "Visits", 5, field=Field.IGNORE)
    assert [m.key for m in build_cohort(read, ignored)[0].measures] == ["sledai-2k"]
    gone, issues = build_cohort(read, with_role(mapping, "Visits", SheetRole.IGNORE))
    assert gone.patients == ()
    assert issues[0].severity.value == "error"
    with pytest.raises(KeyError):
        with_column(mapping, "Visits", 99, field=Field.IGNORE)
    assert mapping == guess_mapping(read)


def test_json_comes_back_the_same(tmp_path: Path) -> None:
    read = read_workbook(
        workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows(), "Wide": wide_rows()})
    )
    mapping = with_column(guess_mapping(read), "Visits", 4, direction=Direction.HIGHER)
    text = to_json(mapping)
    assert from_json(text) == mapping
    assert to_json(from_json(text)) == text
    assert "SYN-01" not in text
    newer = json.dumps({**json.loads(text), "version": 99})
    with pytest.raises(OpenError, match="newer version"):
        from_json(newer)
    for broken in ("", "[]", "{}", "null", text[:50], text.replace('"visits"', '"vists"', 1)):
        with pytest.raises(OpenError, match="damaged"):
            from_json(broken)


def test_the_key_is_that_of_the_next_data_cut(tmp_path: Path) -> None:
    rows = long_rows()
    first = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    more = read_workbook(workbook(tmp_path / "b.xlsx", {"Visits": [*rows, ("SYN-04", "Baseline", None, 3, 0.9)]}))
    other = read_workbook(workbook(tmp_path / "c.xlsx", {"Visits": [(*rows[0], "PGA"), *rows[1:]]}))
    assert shape_key(first) == shape_key(more) == guess_mapping(first).shape
    assert shape_key(other) != shape_key(first)
    cohort, _ = build_cohort(more, guess_mapping(first))
    assert len(cohort.patients) == 4


def test_a_mapping_of_another_workbook_is_an_issue_and_no_crash(tmp_path: Path) -> None:
    mapping = guess_mapping(read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": long_rows(), "Patients": PATIENTS})))
    small = read_workbook(workbook(tmp_path / "b.xlsx", {"Visits": [("Patient ID", "Visit"), ("SYN-01", "Baseline")]}))
    cohort, issues = build_cohort(small, mapping)
    assert any("no sheet “Patients”" in i.text for i in issues)
    assert cohort.observations == ()
