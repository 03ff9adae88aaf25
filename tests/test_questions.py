"""Questions: each open point with the answers that change the mapping, and nothing asked twice."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from trajecta.io.build import build_cohort
from trajecta.io.check import check_json, check_text
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Mapping, from_json, to_json
from trajecta.io.question_sources import open_questions
from trajecta.io.questions import Question, answered
from trajecta.io.workbook import Workbook, read_workbook
from trajecta.stats.cohort import Cohort

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import PATIENTS, Row, long_rows, text_table, workbook


def asked(read: Workbook, mapping: Mapping) -> tuple[Question, ...]:
    return open_questions(read, mapping, *build_cohort(read, mapping))


def long_book(path: Path, header: str, values: list[object]) -> Workbook:
    rows: list[Row] = [("Patient ID", "Visit", header)]
    rows += [(f"P-{at:02d}", "Baseline", value) for at, value in enumerate(values, 1)]
    return read_workbook(workbook(path, {"Visits": rows}))


def after(read: Workbook, mapping: Mapping, question: Question, option: int) -> tuple[Mapping, Cohort]:
    """The mapping and the cohort after one answer, which asks this question no more and comes back from JSON."""
    changed = answered(mapping, question.options[option])
    assert from_json(to_json(changed)) == changed
    assert question.key not in [q.key for q in asked(read, changed)]
    return changed, build_cohort(read, changed)[0]


def only(read: Workbook, wanted: Callable[[Question], bool] = lambda q: True) -> tuple[Mapping, Question]:
    mapping = guess_mapping(read)
    found = [q for q in asked(read, mapping) if wanted(q)]
    assert len(found) == 1, [q.key for q in found]
    return mapping, found[0]


def numbers(cohort: Cohort) -> list[float | None]:
    return [o.value for o in cohort.observations]


def test_nothing_is_asked_of_a_clear_workbook(tmp_path: Path) -> None:
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Patients": PATIENTS, "Visits": long_rows()}))
    assert asked(read, guess_mapping(read)) == ()


def test_an_open_decimal_mark(tmp_path: Path) -> None:
    read = long_book(tmp_path / "a.xlsx", "Ferritin", ["1,234", 80, 90])
    mapping, question = only(read)
    assert str(question.where) == "Visits!C2"
    assert "decimals or thousands" in question.ask
    assert numbers(after(read, mapping, question, 0)[1]) == [1.234, 80, 90]
    assert numbers(after(read, mapping, question, 1)[1]) == [1234, 80, 90]


def test_an_open_order_of_day_and_month(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("Patient ID", "Visit", "Date", "CRP"),
        ("P1", "BL", "01/02/2021", 5),
        ("P1", "M3", "03/05/2021", 4),
    ]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    mapping, question = only(read)
    assert after(read, mapping, question, 0)[1].patient("P1").time_zero == date(2021, 2, 1)
    assert after(read, mapping, question, 1)[1].patient("P1").time_zero == date(2021, 1, 2)


def test_missing_codes_taken_and_suspected(tmp_path: Path) -> None:
    read = long_book(tmp_path / "a.xlsx", "SLEDAI", [4, 999, 7, 99, 9, 3, 99])
    mapping = guess_mapping(read)
    taken, suspected = asked(read, mapping)
    assert [o.label for o in taken.options] == ["999 means “missing”", "999 is a value"]
    assert numbers(after(read, mapping, taken, 0)[1]) == [4, None, 7, 99, 9, 3, 99]
    assert numbers(after(read, mapping, taken, 1)[1]) == [4, 999, 7, 99, 9, 3, 99]
    assert "(2 cells)" in suspected.text
    assert numbers(after(read, mapping, suspected, 0)[1]) == [4, None, 7, None, 9, 3, None]
    assert numbers(after(read, mapping, suspected, 1)[1]) == [4, None, 7, 99, 9, 3, 99]
    both = answered(answered(mapping, taken.options[0]), suspected.options[0])
    assert both.sheets[0].columns[2].missing == ("999", "99"), "the second answer does not undo the first"
    assert asked(read, both) == ()


def test_a_code_in_a_wide_sheet_is_one_question_for_all_visits(tmp_path: Path) -> None:
    rows: list[Row] = [("ID", "SLEDAI_BL", "SLEDAI_M3"), *[(f"P{k}", k, k + 1) for k in range(6)], ("P9", 999, 999)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"A": rows}))
    mapping = guess_mapping(read)
    question = asked(read, mapping)[0]
    assert str(question.where) == "A!B8"
    assert sum(q.kind == question.kind for q in asked(read, mapping)) == 1
    assert numbers(after(read, mapping, question, 0)[1])[-1] is None
    assert numbers(after(read, mapping, question, 1)[1])[-1] == 999


def test_ranges_and_a_lone_minus(tmp_path: Path) -> None:
    read = long_book(tmp_path / "a.xlsx", "CRP", ["10-15", 4, 5])
    mapping, question = only(read)
    assert numbers(after(read, mapping, question, 0)[1]) == [12.5, 4, 5]
    assert numbers(after(read, mapping, question, 1)[1]) == [None, 4, 5]
    read = long_book(tmp_path / "b.xlsx", "Fever today", ["x", "-", "x", "-"])
    mapping, question = only(read)
    assert numbers(after(read, mapping, question, 0)[1]) == [1, None, 1, None]
    assert numbers(after(read, mapping, question, 1)[1]) == [1, 0, 1, 0]


def test_plain_columns_are_visits_or_measures(tmp_path: Path) -> None:
    rows: list[Row] = [("id", "apple", "pear", "plum"), *[(f"P{k}", 1 + k, 8 + k, 6 + k) for k in range(4)]]
    read = read_workbook(text_table(tmp_path / "a.csv", rows))
    mapping, question = only(read)
    _, same = after(read, mapping, question, 0)
    assert [v.key for v in same.visits] == ["apple", "pear", "plum"]
    _, apart = after(read, mapping, question, 1)
    assert [m.name for m in apart.measures] == ["apple", "pear", "plum"]
    assert len(apart.visits) == 1


def test_which_of_two_columns(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "CRP (mg/L)", "hsCRP (mg/L)"), ("P1", "BL", 5, 6), ("P2", "BL", 7, 8)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    mapping, question = only(read)
    assert [o.label for o in question.options] == [
        "“CRP (mg/L)” alone",
        "“hsCRP (mg/L)” alone",
        "Both, as two measures",
    ]
    assert numbers(after(read, mapping, question, 0)[1]) == [5, 7]
    assert numbers(after(read, mapping, question, 1)[1]) == [6, 8]
    assert len(after(read, mapping, question, 2)[1].measures) == 2


def test_units_without_an_exact_way(tmp_path: Path) -> None:
    one: list[Row] = [("Patient ID", "Visit", "UPCR (mg/g)"), ("P1", "BL", 800)]
    two: list[Row] = [("Patient ID", "Visit", "UPCR (mg/mmol)"), ("P1", "M3", 30)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"One": one, "Two": two}))
    mapping, question = only(read)
    assert [m.unit for m in after(read, mapping, question, 0)[1].measures] == ["mg/g", "mg/mmol"]
    assert [m.unit for m in after(read, mapping, question, 1)[1].measures] == ["mg/g"]


def test_ids_in_another_form(tmp_path: Path) -> None:
    people: list[Row] = [("Patient ID", "Sex", "Age"), ("SLE-001", "F", 20), ("SLE-002", "F", 30)]
    scores: list[Row] = [("Patient ID", "Visit", "SLEDAI-2K"), (1, "BL", 9), (2, "BL", 8)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Patients": people, "Scores": scores}))
    mapping, question = only(read)
    assert len(after(read, mapping, question, 0)[1].patients) == 2
    assert len(after(read, mapping, question, 1)[1].patients) == 4


def test_windows_are_applied_by_their_answer(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Day", "CRP"), *[(p, day, day + 9) for p in ("P1", "P2") for day in (-2, 29, 92)]]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Labs": rows}))
    mapping, question = only(read)
    assert [v.key for v in after(read, mapping, question, 0)[1].visits] == ["baseline", "month 1", "month 3"]
    assert [v.key for v in after(read, mapping, question, 1)[1].visits] == ["day -2", "day 29", "day 92"]


def test_issues_that_ask_something_else_are_questions_without_options(tmp_path: Path) -> None:
    rows: list[Row] = [("Patient ID", "Visit", "SLEDAI"), ("P1", "BL", 5), ("P01", "M3", 2)]
    read = read_workbook(workbook(tmp_path / "a.xlsx", {"Visits": rows}))
    _, question = only(read)
    assert (question.options, question.ask) == ((), "Are they the same patient?")


def test_the_report_lists_questions_with_their_options(tmp_path: Path) -> None:
    read = long_book(tmp_path / "a.xlsx", "Ferritin", ["1,234", 80, 90])
    mapping = guess_mapping(read)
    cohort, issues = build_cohort(read, mapping)
    report = json.loads(json.dumps(check_json(read, mapping, cohort, issues)))
    assert [(q["sheet"], q["cell"], len(q["options"])) for q in report["questions"]] == [("Visits", "C2", 2)]
    assert report["questions"][0]["options"][0]["changes"] == [
        {"sheet": "Visits", "column": 3, "set": {"decimal_comma": True}}
    ]
    column = report["sheets"][0]["columns"][2]
    assert "decimal or thousands comma: open, 1 cell" in column["evidence_of_cells"]
    text = check_text(read, mapping, cohort, issues)
    for said in ("1 question", "- It separates decimals", "Ferritin: 2 of 3 cells are numbers"):
        assert said in text
    assert "P-01" not in to_json(mapping)
