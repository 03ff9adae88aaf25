"""What lies beside a figure: every value with its cell, the answer's own sentences, the figure in words."""

import json
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from trajecta.io.beside import paths_beside, write_beside
from trajecta.io.command_line import run_command
from trajecta.io.errors import SaveError
from trajecta.io.legend_text import legend_text, words_beside
from trajecta.io.shown import foot_of, is_about, measures_shown, patients_drawn, points_drawn
from trajecta.io.source_data import source_data
from trajecta.io.study import Study, open_study
from trajecta.resources import ROOT
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import CHARTS, Chart, build_figure
from trajecta.stats.cohort import Kind
from trajecta.stats.compare import compare
from trajecta.stats.figure import Figure
from trajecta.stats.results import PairedResult
from trajecta.stats.words import results_sentence

pytestmark = pytest.mark.usefixtures("app")
DEMO = ROOT / "demo" / "cart-sle.xlsx"
each_chart = pytest.mark.parametrize("entry", CHARTS, ids=lambda e: e.key)
Table = list[tuple[object, ...]]


@cache
def opened() -> Study:
    return open_study(DEMO)


def drawn(key: str, study: Study | None = None) -> tuple[Study, Figure, PairedResult]:
    """A study that has chosen this chart, the figure and the answer."""
    study = (study or opened()).with_chart(ChartChoice(key, 89.0))
    assert study.comparison is not None
    result = compare(study.cohort, study.comparison)
    return study, build_figure(study.cohort, study.measure, result, study.chart), result


def tables(content: bytes) -> dict[str, Table]:
    """The sheets of a workbook as rows."""
    book = load_workbook(BytesIO(content))
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@each_chart
def test_every_chart_has_its_source_data(entry: Chart) -> None:
    study, figure, result = drawn(entry.key)
    found = tables(source_data(study, figure, result))
    sheets = list(found)
    assert (sheets[0], sheets[-1]) == ("Values", "Provenance")
    head, *rows = found["Values"]
    named = [dict(zip(head, row, strict=True)) for row in rows]
    assert study.cohort.measure(study.measure).name in {row["Measure"] for row in named}
    assert all(row["Cell"] for row in named)
    marked = {(row["Measure"], row["Patient"], row["Visit"]) for row in named if row["Symbol drawn"]}
    cohort = study.cohort
    drawn_points = points_drawn(cohort, figure, study.measure)
    assert marked == {(cohort.measure(m).name, p, cohort.visit(v).label) for m, p, v in drawn_points}


def test_values_stand_beside_the_cells_they_were_read_from() -> None:
    study, figure, result = drawn("trajectories")
    head, *rows = tables(source_data(study, figure, result))["Values"]
    sheet = load_workbook(DEMO, data_only=True)
    assert len(rows) == 33
    for row in rows:
        entry = dict(zip(head, row, strict=True))
        name, address = str(entry["Cell"]).split("!")
        assert sheet[name.strip("'")][address].value == entry["Value"]
        assert (entry["Symbol drawn"], entry["Censored"]) == ("yes", None)


def test_the_answer_of_the_workbook_is_the_answer() -> None:
    study, figure, result = drawn("before-after")
    found = tables(source_data(study, figure, result))
    assert list(found) == ["Values", "Pairs", "Result", "Left out", "Provenance"]
    assert found["Result"][1][:3] == (result.measure.name, "Answer", results_sentence(result))
    tests = {row[2]: row for row in found["Result"] if row[1] == "Test"}
    test = result.test("signed_rank")
    assert tests[test.name][4:6] == (test.p, test.p_smallest)
    intervals = [row for row in found["Result"] if row[1] == "Interval"]
    assert (intervals[0][8], len(intervals)) == (0.95, len(result.intervals))
    assert any(row[9] == 0.9375 for row in intervals)
    assert [row[2:5] for row in found["Pairs"][1:]] == [(c.before, c.after, c.difference) for c in result.changes]


def test_the_provenance_names_file_fingerprint_dates_program_and_settings() -> None:
    study, figure, result = drawn("before-after")
    told = dict(row[:2] for row in tables(source_data(study, figure, result))["Provenance"])
    assert told["Workbook"] == "cart-sle.xlsx"
    assert told["SHA-256 of the workbook"] == study.fingerprint
    assert told["Date system"] == "1900"
    assert str(told["Program"]).startswith("Trajecta ")
    assert (told["Setting: kind"], told["Setting: width mm"], told["Setting: zeros"]) == (
        "before-after",
        89,
        "wilcoxon",
    )
    later = dict(tables(source_data(replace(study, epoch_1904=True), figure, None))["Provenance"])
    assert later["Date system"] == "1904"
    assert str(DEMO.parent) not in json.dumps([str(value) for value in told.values()])


def test_without_an_answer_or_with_another_measures_there_is_none() -> None:
    study, figure, result = drawn("trajectories")
    assert list(tables(source_data(study, figure, None))) == ["Values", "Provenance"]
    other = replace(result, measure=study.cohort.measures[1])
    assert list(tables(source_data(study, figure, other))) == ["Values", "Provenance"]
    assert results_sentence(other) not in legend_text(study, figure, other)


def test_texts_that_look_like_formulas_stay_texts() -> None:
    study, _, _ = drawn("trajectories")
    study = study.excluding("SYN-02", "=1+1")
    study, figure, result = drawn("trajectories", study)
    content = source_data(study, figure, result)
    book = load_workbook(BytesIO(content))
    cell = next(c for row in book["Left out"].iter_rows() for c in row if c.value == "excluded by the user: =1+1")
    assert cell.data_type == "s"
    reason = next(c for row in book["Provenance"].iter_rows() for c in row if c.value == "=1+1")
    assert reason.data_type == "s"
    assert "SYN-02" not in {row[2] for row in tables(content)["Values"]}


def test_the_medication_chart_brings_the_courses_of_its_patient() -> None:
    study, figure, result = drawn("medication")
    assert {row[0] for row in tables(source_data(study, figure, result))["Courses"][1:]} == {"SYN-01"}
    study = study.with_chart(replace(study.chart, patient="SYN-04"))
    figure = build_figure(study.cohort, study.measure, result, study.chart)
    head, *rows = tables(source_data(study, figure, result))["Courses"]
    assert {row[0] for row in rows} == {"SYN-04"}
    assert len(rows) == sum(course.patient == "SYN-04" for course in study.cohort.courses)
    assert all(str(row[head.index("Cell")]).startswith("Medication!") for row in rows)


@each_chart
def test_every_legend_is_made_of_full_sentences_without_a_judgement(entry: Chart) -> None:
    study, figure, result = drawn(entry.key)
    said = legend_text(study, figure, result)
    assert said.startswith(figure.title)
    assert said.endswith(".")
    assert "  " not in said
    assert ".." not in said
    assert "significant" not in said
    assert "synthetic" in said
    words = words_beside(study, figure, result)
    assert words.startswith(f"Legend\n{figure.title}")
    assert words.endswith(f"Alternative text\n{figure.alt}\n")


def test_the_legend_of_the_pairs_tells_n_test_sides_bars_and_the_level_reached() -> None:
    study, figure, result = drawn("before-after")
    said = legend_text(study, figure, result)
    for words in (
        "5 patients: SYN-01", "Bars: median.", "low activity (LLDAS: ≤ 4) (Franklyn 2016", "n = 5", "two-sided",
        "P = 0.0625, the smallest P that 5 pairs can give", "93.75 % interval −16 to −8",
        "An interval of 95 % was asked; 93.75 % is the level that it has.",
    ):  # fmt: skip
        assert words in said


def test_the_legend_says_that_numbers_rest_on_the_limits_of_the_assay() -> None:
    study, figure, result = drawn("before-after", opened().asking("anti-dsdna"))
    said = "6 of 10 values lie beyond the limit of measurement and enter at that limit."
    assert said in legend_text(study, figure, result)
    assert said not in legend_text(*drawn("before-after"))


def test_the_legend_of_the_forest_tells_what_is_drawn() -> None:
    assert "Rank-biserial correlation, 95 % interval (squares and lines), better to the right" in legend_text(
        *drawn("forest")
    )


def test_the_legend_names_who_was_left_out_and_why() -> None:
    study, figure, result = drawn("before-after", opened().excluding("SYN-02", "withdrew consent"))
    said = legend_text(study, figure, result)
    assert "1 patient left out of the comparison: SYN-02, excluded by the user: withdrew consent." in said
    assert said.count("left out") == 1, "the foot of the figure says it too"
    study, figure, result = drawn("trajectories", study)
    assert "Left out: SYN-02, withdrew consent." in legend_text(study, figure, result)


def test_a_chart_that_does_not_show_the_comparison_tells_no_p() -> None:
    study, figure, result = drawn("trajectories")
    assert "P = " not in legend_text(study, figure, result)


def test_a_chart_of_all_measures_brings_the_answers_of_all_and_tells_none_of_one() -> None:
    charts = [entry for entry in CHARTS if entry.needs_pair]
    wide = [entry for entry in charts if not is_about(drawn(entry.key)[1], opened().cohort.measure(opened().measure))]
    for entry in wide:
        study, figure, result = drawn(entry.key)
        answered = {row[0] for row in tables(source_data(study, figure, result))["Result"][1:]}
        assert answered == {measure.name for measure in measures_shown(study.cohort, figure, study.measure)}
        assert results_sentence(result) not in legend_text(study, figure, result)


def test_yes_no_outcomes_have_words_and_data_too() -> None:
    yes_no = next(measure.key for measure in opened().cohort.measures if measure.kind is Kind.YES_NO)
    study, figure, result = drawn("before-after", opened().asking(yes_no))
    assert "McNemar" in legend_text(study, figure, result)
    found = tables(source_data(study, figure, result))
    assert {row[5] for row in found["Values"][1:] if row[0] == result.measure.name} <= {"yes", "no", None}
    assert any(row[2] == "McNemar" for row in found["Result"])


def test_what_a_figure_shows_is_read_from_it() -> None:
    study, figure, _ = drawn("medication")
    assert measures_shown(study.cohort, figure, study.measure)[0].name == "SLEDAI-2K"
    assert patients_drawn(study.cohort, figure)[0] == "SYN-01"
    assert "Before the time shown" in foot_of(figure)
    assert foot_of(drawn("before-after")[1]) == "Bars: median."


def test_the_two_files_carry_the_name_of_the_figure(tmp_path: Path) -> None:
    study, figure, result = drawn("before-after")
    written = write_beside(study, figure, result, tmp_path / "Figure 2.pdf")
    assert written == paths_beside(tmp_path / "Figure 2.pdf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Figure 2-data.xlsx", "Figure 2-legend.txt"]
    with pytest.raises(SaveError, match="does not exist"):
        write_beside(study, figure, result, tmp_path / "nowhere" / "f.pdf")


def test_the_workbook_of_the_study_is_never_written_to(tmp_path: Path) -> None:
    study, figure, result = drawn("before-after")
    own = tmp_path / "trial-data.xlsx"
    own.write_bytes(DEMO.read_bytes())
    with pytest.raises(SaveError, match=r"trial-data\.xlsx is the workbook of this study and is never written to"):
        write_beside(replace(study, source=own), figure, result, tmp_path / "trial.pdf")
    assert own.read_bytes() == DEMO.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [own.name]


def test_control_characters_of_a_cell_do_not_stop_the_workbook() -> None:
    study, figure, result = drawn("before-after")
    odd = replace(study.cohort, time_zero="infusion\x0bday")
    told = dict(row[:2] for row in tables(source_data(replace(study, cohort=odd), figure, result))["Provenance"])
    assert told["Day 0"] == "infusion day"


def test_the_command_writes_them_and_says_what_breaks_the_preset(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = ["figure", str(DEMO), "--measure", "SLEDAI-2K", "--chart", "before-after", "--with-data", "--out"]
    assert run_command([*asked, str(tmp_path / "F1.eps"), "--journal", "nature"]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["F1-data.xlsx", "F1-legend.txt", "F1.eps"]
    assert "Error: Nature asks for text that can be edited" in capsys.readouterr().out
    assert "HiResBoundingBox: 0 0 518.7402" in (tmp_path / "F1.eps").read_text("ascii")
    assert run_command([*asked, str(tmp_path / "F2.pdf"), "--journal", "nature", "--width-mm", "89"]) == 0
    assert capsys.readouterr().out == "Nothing breaks what Nature asks of a figure.\n"
    assert run_command([*asked, str(tmp_path / "F3.pdf"), "--journal", "blood"]) == 2
    assert "no preset for the journal “blood”" in capsys.readouterr().err
