"""Colours, struck cells and comments: said, asked about, and left out only if the user says so."""

from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from sheets import Row, workbook

from trajecta.io.arrange import arrange
from trajecta.io.build import build_cohort
from trajecta.io.cell_marks import FILL, STRUCK
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Mapping, from_json, to_json
from trajecta.io.question_sources import Tables, questions_of
from trajecta.io.questions import Question, answered
from trajecta.io.workbook import Workbook, read_workbook
from trajecta.stats.cohort import Cohort, Issue

ROWS: list[Row] = [
    ("id", "visit", "SLEDAI", "C3 (g/L)"),
    ("P1", "baseline", 16, 0.6),
    ("P1", "month 3", 0, 0.9),
    ("P2", "baseline", 14, 0.5),
    ("P2", "month 3", 2, 1.0),
]
YELLOW = PatternFill("solid", fgColor="FFFFFF00")
GREY = PatternFill("solid", fgColor="FFD9D9D9")


def marked(path: Path) -> Path:
    """One yellow value, one struck value, one comment, a grey header and a zebra of grey rows."""
    workbook(path, {"Visits": ROWS})
    book = openpyxl.load_workbook(path)
    sheet = book["Visits"]
    for cells in (sheet[1], sheet[2], sheet[4]):
        for cell in cells:
            cell.fill = GREY
    sheet["C3"].fill = YELLOW
    sheet["D5"].font = Font(strike=True)
    sheet["C5"].comment = Comment("off steroids since June", "MA")
    book.save(path)
    return path


def built(book: Workbook, mapping: Mapping) -> tuple[Cohort, tuple[Issue, ...], tuple[Question, ...]]:
    cohort, issues = build_cohort(book, mapping)
    tables = Tables(arrange(book, mapping.arranged), mapping)
    return cohort, issues, questions_of(tables, mapping, cohort, issues, tables.readings())


def value(cohort: Cohort, measure: str, visit: str, patient: str) -> float | None:
    found = cohort.observation(measure, visit, patient)
    assert found is not None
    return found.value


def test_marks_are_said_and_asked_about_and_change_nothing(tmp_path: Path) -> None:
    book = read_workbook(marked(tmp_path / "a.xlsx"))
    cohort, issues, questions = built(book, guess_mapping(book))
    assert value(cohort, "sledai-2k", "month 3", "P1") == 0
    assert value(cohort, "c3", "month 3", "P2") == 1.0
    texts = [issue.text for issue in issues]
    assert any("1 value is filled yellow (Visits!C3)" in text for text in texts)
    assert any("Visits!D5 is struck through; its value “1” is used" in text for text in texts)
    assert any("Visits!C5 has a comment: “off steroids since June”" in text for text in texts)
    assert not any("grey" in text for text in texts)  # it paints whole rows and tells no cells apart
    assert {q.kind for q in questions if q.options} == {f"{FILL} #FFFF00", STRUCK}


def test_what_the_user_says_of_a_mark_is_done_and_remembered(tmp_path: Path) -> None:
    book = read_workbook(marked(tmp_path / "a.xlsx"))
    mapping = guess_mapping(book)
    for _ in range(2):
        _, _, questions = built(book, mapping)
        mapping = answered(mapping, next(q.options[0] for q in questions if q.key.startswith("marks:")))
    mapping = from_json(to_json(mapping))
    assert (mapping.colours, mapping.struck_out) == (("#FFFF00",), True)
    cohort, issues, questions = built(book, mapping)
    assert value(cohort, "sledai-2k", "month 3", "P1") is None
    assert value(cohort, "c3", "month 3", "P2") is None
    assert value(cohort, "sledai-2k", "month 3", "P2") == 2
    left = cohort.observation("sledai-2k", "month 3", "P1")
    assert left is not None
    assert "filled yellow and left out" in left.flag
    assert any("as you chose" in issue.text for issue in issues)
    assert not any(q.key.startswith("marks:") for q in questions)


def test_a_mark_that_means_nothing_is_not_asked_again(tmp_path: Path) -> None:
    book = read_workbook(marked(tmp_path / "a.xlsx"))
    mapping = guess_mapping(book)
    for _ in range(2):
        _, _, questions = built(book, mapping)
        mapping = answered(mapping, next(q.options[1] for q in questions if q.key.startswith("marks:")))
    cohort, _, questions = built(book, mapping)
    assert value(cohort, "sledai-2k", "month 3", "P1") == 0
    assert not any(q.key.startswith("marks:") for q in questions)
