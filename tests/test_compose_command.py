"""``figure --compose``: the words of a page, what is written beside it, and sentences for words that mean nothing."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from test_command_line import DEMO, run

from trajecta.io.commands_compose import split_parts
from trajecta.stats.charts.registry import CHARTS

pytestmark = pytest.mark.usefixtures("app")
KINDS = {entry.key for entry in CHARTS}
WORDS = "trajectories:SLEDAI-2K, before-after:SLEDAI-2K / heat:C3, medication"


def written(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    return run(capsys, "figure", DEMO, *words)


def test_a_page_is_written_with_everything_beside_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "page.pdf"
    code, said, err = written(capsys, "--compose", WORDS, "--out", out, "--width-mm", 183, "--with-data")
    assert (code, said, err) == (0, "", "")
    assert out.read_bytes().startswith(b"%PDF")
    words = (tmp_path / "page-legend.txt").read_text("utf-8")
    legend, alt = words.split("Alternative text")
    for letter in "abcd":
        assert f"{letter}, " in legend
        assert f"{letter}: " in alt
    assert words.count("The data are synthetic; no patient is real.") == 1
    assert "P = 0.0625" in legend
    book = load_workbook(tmp_path / "page-data.xlsx")
    assert book.sheetnames == ["a", "b", "c", "d", "Provenance"]
    first = list(book["a"].iter_rows(values_only=True))
    assert first[0][0] == "a, SLEDAI-2K over time"
    assert [row[0] for row in first if row[0] in ("Values", "Pairs", "Result", "Left out")] == [
        "Values",
        "Pairs",
        "Result",
        "Left out",
    ]
    values = [row for row in book["c"].iter_rows(values_only=True) if row[0] == "C3" and row[2] == "SYN-01"]
    assert any(row[5] == 0.48 and row[8] for row in values)
    assert any(row[0] == "Courses" for row in book["d"].iter_rows(values_only=True))
    origin = dict(row[:2] for row in book["Provenance"].iter_rows(values_only=True))
    assert origin["Workbook"] == "cart-sle.xlsx"
    assert (origin["Part c"], origin["c: Setting: kind"]) == ("C3, patients and visits", "heat")
    assert not any("within" in str(what) for what in origin)


def test_the_page_takes_letters_axes_shares_and_journals(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "page.svg"
    words = ["--compose", "2*trajectories:C3, change:C3 / stack:C3", "--letters", "upper", "--share", "both"]
    code, said, _ = written(capsys, *words, "--out", out, "--journal", "nature", "--own-legends", "--height-mm", 165)
    assert code == 0
    assert "mm high" not in said
    text = out.read_text("utf-8")
    assert 'width="183mm"' in text
    assert 'height="165mm"' in text
    assert all(f">{letter}</text>" in text for letter in "ABC")


def test_without_a_measure_the_one_asked_for_is_taken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "page.svg"
    assert written(capsys, "--compose", "heat, change", "--measure", "C4", "--out", out)[0] == 0
    assert "C4" in out.read_text("utf-8")
    assert "SLEDAI" not in out.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("foo:C3, heat", "There is no chart “foo”; choose one of trajectories, before-after,"),
        ("heat:C9", "There is no measure “C9”; the file has “SLEDAI-2K”, “PGA”,"),
        ("heat:C3,, heat", "A part of the page has no chart; choose one of"),
        ("", "A part of the page has no chart; choose one of"),
        ("heat, heat, heat, heat, heat, heat, heat, heat, heat", "A row holds at most 8 charts;"),
    ],
)
def test_what_is_not_there_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: str, sentence: str
) -> None:
    code, said, err = written(capsys, "--compose", words, "--out", tmp_path / "page.pdf")
    assert (code, said) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("heat", [("heat", True)]),
        ("heat:C3,change:C3/medication", [("heat:C3", True), ("change:C3", False), ("medication", True)]),
        ("heat:Protein/creatinine / heat", [("heat:Protein/creatinine", True), ("heat", True)]),
        ("heat:CD19, absolute, change", [("heat:CD19, absolute", True), ("change", False)]),
        ("2*heat:C3, 1*change:C3", [("2*heat:C3", True), ("1*change:C3", False)]),
    ],
)
def test_signs_in_names_of_measures_are_no_signs(text: str, parts: list[tuple[str, bool]]) -> None:
    assert list(split_parts(text, KINDS)) == parts
