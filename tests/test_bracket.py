"""The bracket over before and after: its P is the stored one or none, and it has room wherever it stands."""

from dataclasses import replace
from pathlib import Path

import pytest
from test_layout_of_charts import COHORTS, WIDTHS, assert_laid_out, questions

from trajecta.main import main
from trajecta.stats.charts.bracket import EARNED, bracket_of
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.editing import CUT
from trajecta.stats.charts.edits import AxisEdit, Edits, Place, own_words
from trajecta.stats.charts.found import found_at
from trajecta.stats.charts.layout import note_box, panel_point
from trajecta.stats.charts.pairs import shown_test
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.cohort import Cohort, Direction, Kind, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.figure import Dots, Figure, Line, Note
from trajecta.stats.results import Comparison, PairedResult
from trajecta.stats.words import p_text

KINDS = ("before-after", "distribution")


def cohort_of(before: list[float], after: list[float], kind: Kind = Kind.NUMERIC) -> Cohort:
    ids = [f"P{i}" for i in range(len(before))]
    seen = (
        Observation(p, visit, "m", value)
        for visit, side in (("a", before), ("b", after))
        for p, value in zip(ids, side, strict=True)
    )
    measure = Measure("m", "Score", direction=Direction.LOWER, kind=kind)
    return Cohort(tuple(map(Patient, ids)), (Visit("a", "Before"), Visit("b", "After")), (measure,), tuple(seen))


def answered(before: list[float], after: list[float], test: str = "", kind: Kind = Kind.NUMERIC) -> PairedResult:
    question = Comparison("m", "a", "b")
    return compare(cohort_of(before, after, kind), replace(question, test=test) if test else question)


def texts(figure: Figure) -> list[str]:
    return [mark.text for mark in figure.panels[0].marks if isinstance(mark, Note)]


@pytest.mark.parametrize("kind", KINDS)
def test_its_p_is_that_of_the_leading_test(kind: str) -> None:
    before, after = [9.0, 8, 12, 7, 15, 11, 10], [4.0, 5, 6, 6, 7, 9, 3]
    cohort = cohort_of(before, after)
    for test in ("signed_rank", "sign_flip", "paired_t"):
        result = compare(cohort, Comparison("m", "a", "b", test=test))
        stored = next(t for t in result.tests if t.key == test)
        assert stored.p is not None
        assert p_text(stored.p) in texts(build_figure(cohort, "m", result, ChartChoice(kind, bracket=True)))
        assert p_text(stored.p) not in texts(build_figure(cohort, "m", result, ChartChoice(kind)))


def test_a_design_that_cannot_earn_it_gets_a_sentence() -> None:
    five = answered([9.0, 8, 12, 7, 15], [4.0, 5, 6, 6, 7])
    assert bracket_of(five, True).reason == "No bracket: 5 changed pairs can give no P below 0.0625."
    unchanged = answered([9.0, 8, 12, 7, 15, 11, 10], [9.0, 8, 12, 6, 14, 10, 9])
    assert bracket_of(unchanged, True).reason == "No bracket: 4 changed pairs can give no P below 0.125."
    equal = answered([3.0] * 8, [3.0] * 8)
    assert bracket_of(equal, True).text == ""
    assert bracket_of(equal, True).reason.startswith("No bracket: ")
    assert bracket_of(answered([9.0, 8, 12, 7, 15], [4.0, 5, 6, 6, 7], "paired_t"), True).text.startswith("P ")
    assert bracket_of(five, False) == bracket_of(equal, False)


def test_six_pairs_earn_it_and_p_need_not_be_small() -> None:
    result = answered([9.0, 8, 12, 7, 15, 11], [4.0, 9, 6, 8, 7, 15])
    test = shown_test(result)
    assert test is not None
    assert test.p is not None
    assert test.p > EARNED
    assert bracket_of(result, True).text == p_text(test.p)


def test_answers_of_yes_or_no_have_mcnemars_p() -> None:
    ones, zeros = [1.0] * 8, [0.0] * 8
    result = answered(zeros, ones, kind=Kind.YES_NO)
    assert result.yes_no is not None
    assert result.yes_no.exact_p == 2 / 256
    assert bracket_of(result, True).text == "P = 0.0078"


@pytest.mark.parametrize("name", COHORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_it_has_room_in_every_cohort(kind: str, name: str) -> None:
    cohort = COHORTS[name]()
    for measure, result in questions(cohort):
        for width in WIDTHS:
            figure = build_figure(cohort, measure, result, ChartChoice(kind, width, bracket=True))
            assert_laid_out(figure, f"{name}, {measure}, {width:g} mm")
            said = bracket_of(result, True) if result is not None else None
            if said is None or not said.text or not figure.panels:
                continue
            panel = figure.panels[0]
            note = next(m for m in panel.marks if isinstance(m, Note) and m.text == said.text)
            line = next(m for m in panel.marks if isinstance(m, Line) and len(m.points) == 4 and not m.key)
            dots = [y for m in panel.marks if isinstance(m, Dots) for _, y in m.points]
            assert min(y for _, y in line.points) >= max(dots)
            assert note_box(note, *panel_point(panel, note)).y >= panel.area.y
            assert max(y for _, y in line.points) <= panel.y.range[1]


def test_its_text_cannot_be_edited() -> None:
    cohort = COHORTS["fifty patients"]()
    measure, result = questions(cohort)[0]
    figure = build_figure(cohort, measure, result, ChartChoice("before-after", bracket=True))
    panel = figure.panels[0]
    note = next(m for m in panel.marks if isinstance(m, Note) and m.text.startswith("P "))
    box = note_box(note, *panel_point(panel, note))
    assert found_at(figure, box.x + box.width / 2, box.y + box.height / 2) is None


@pytest.mark.parametrize(("top", "there"), [(60.0, True), (26.5, False), (10.0, False)])
def test_limits_set_by_hand_show_the_whole_bracket_or_none_and_say_so(top: float, there: bool) -> None:
    cohort = COHORTS["fifty patients"]()
    measure, result = questions(cohort)[0]
    own = build_figure(cohort, measure, result, ChartChoice("before-after", bracket=True))
    place = Place("before-after", measure, own.panels[0].key, "y")
    edits = Edits().with_axis(AxisEdit(place, own_words(own.panels[0].y.label), limits=(0.0, top)))
    figure = build_figure(cohort, measure, result, ChartChoice("before-after", bracket=True, edits=edits))
    lines = [m for m in figure.panels[0].marks if isinstance(m, Line) and len(m.points) == 4 and not m.key]
    assert bool(lines) == there
    assert any(text.startswith("P ") for text in texts(figure)) == there
    assert any(isinstance(m, Note) and m.text == CUT for m in figure.page) != there
    assert_laid_out(replace(figure, panels=()), f"up to {top:g}")


@pytest.mark.usefixtures("app")
def test_the_command_line_draws_it(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{10 + i * 3 % 7},{4 + i % 3}" for i in range(8))
    (tmp_path / "sheet.csv").write_text(f"id,before,after\n{rows}\n", "utf-8")
    out = tmp_path / "f.svg"
    asked = ["figure", str(tmp_path / "sheet.csv"), "--before", "before", "--after", "after", "--out", str(out)]
    for chart in KINDS:
        assert main([*asked, "--chart", chart, "--bracket"]) == 0
        assert ">P = 0.0078</text>" in out.read_text("utf-8")
        assert main([*asked, "--chart", chart]) == 0
        assert ">P = 0.0078</text>" not in out.read_text("utf-8")
