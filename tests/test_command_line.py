"""The command line as a script uses it: exit codes, one sentence on standard error, JSON without NaN."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trajecta.io.commands_families import LEADING
from trajecta.main import main
from trajecta.resources import ROOT as RESOURCES
from trajecta.stats.paired_tests import TESTS

ROOT = Path(__file__).parents[1]
DEMO = RESOURCES / "demo" / "cart-sle.xlsx"
QUESTION = ["--measure", "SLEDAI-2K", "--before", "baseline", "--after", "month 3"]


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_compare_prints_every_check_value_of_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    """The values are those of the specification, computed by hand for 16, 16, 16, 10, 8 → 0, 0, 0, 2, 0."""
    code, out, err = run(capsys, "compare", DEMO, *QUESTION, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert (found["measure"], found["n"], found["left_out"]) == ("SLEDAI-2K", 5, [])
    tests = {test["key"]: test for test in found["tests"]}
    assert tests["signed_rank"]["statistic"] == 0
    assert tests["signed_rank"]["p"] == tests["signed_rank"]["p_smallest"] == 0.0625
    assert tests["sign"]["p"] == 0.0625
    assert tests["paired_t"]["statistic"] == pytest.approx(-6.532, abs=5e-4)
    assert tests["paired_t"]["df"] == 4
    assert tests["paired_t"]["p"] == pytest.approx(0.002838, abs=5e-7)
    intervals = {interval["key"]: interval for interval in found["intervals"]}
    mean = intervals["mean_difference"]
    assert (mean["estimate"], mean["low"], mean["high"]) == pytest.approx((-12.8, -18.24, -7.36), abs=5e-3)
    shift = intervals["hodges_lehmann"]
    assert (shift["estimate"], shift["low"], shift["high"], shift["level"]) == (-12, -16, -8, 0.9375)
    assert intervals["cohen_dz"]["estimate"] == pytest.approx(-2.921, abs=5e-4)
    assert (found["improved"], found["unchanged"], found["worsened"]) == (5, 0, 0)
    assert found["before_summary"]["sd"] == pytest.approx(3.8987, abs=5e-5)


def test_medication_is_an_outcome_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    question = ["--before", "baseline", "--after", "month 3", "--json"]
    _, out, _ = run(capsys, "compare", DEMO, "--measure", "Prednisolone equivalent", *question)
    dose = json.loads(out)
    assert (dose["n"], dose["before_summary"]["max"], dose["after_summary"]["max"]) == (5, 25, 0)
    _, out, _ = run(capsys, "compare", DEMO, "--measure", "Immunosuppressants", *question)
    assert {test["key"]: test for test in json.loads(out)["tests"]}["signed_rank"]["p"] == 0.0625
    _, out, _ = run(capsys, "compare", DEMO, "--measure", "drug-free", *question)
    free = json.loads(out)["yes_no"]
    assert (free["before"]["k"], free["after"]["k"]) == (0, 5)
    assert (free["after"]["low"], free["after"]["high"]) == (pytest.approx(0.478, abs=5e-4), 1)


def test_a_plain_table_needs_no_measure(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "doses.csv"
    file.write_text("id,before,after\nA,16,0\nB,14,0\nC,12,0\nD,10,20\nE,8,0\n", "utf-8")
    code, out, _ = run(capsys, "compare", file, "--before", "before", "--after", "after", "--json")
    assert code == 0
    found = json.loads(out)
    assert found["tests"][0]["p"] == 0.1875
    assert found["improved"] is None, "a column without an instrument has no better side"
    code, out, _ = run(capsys, "compare", file, "--better", "lower", "--json")
    assert json.loads(out)["improved"] == 4


def test_rows_in_another_order_change_no_digit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = ["A,3.4,2.8", "B,3.1,2.5", "C,5,6.25", "D,4,4", "E,,2"]
    outs = []
    for order in (rows, rows[::-1]):
        file = tmp_path / "t.csv"
        file.write_text("\n".join(["id,pre,post", *order]), "utf-8")
        found = json.loads(run(capsys, "compare", file, "--before", "pre", "--after", "post", "--json")[1])
        found["patients"].sort()
        found["differences"] = None
        outs.append({key: value for key, value in found.items() if key != "differences"})
    assert outs[0] == outs[1]


def test_figures_and_reports_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for chart in ("trajectories", "before-after", "medication"):
        out = tmp_path / f"{chart}.svg"
        assert run(capsys, "figure", DEMO, "--chart", chart, *QUESTION, "--out", out, "--width-mm", 89)[0] == 0
        text = out.read_text("utf-8")
        assert 'width="89mm"' in text
        assert "<text" in text
    code, out, _ = run(capsys, "report", DEMO, "--out", tmp_path / "report")
    assert code == 0
    page = Path(out.strip())
    text = page.read_text("utf-8")
    assert "Synthetic data" in text
    assert "All 5 patients improved, by 8 to 16 points." in text
    from openpyxl import load_workbook

    book = load_workbook(page.parent / "numbers.xlsx")
    assert book.sheetnames == ["Overview", "Pairs", "Tests", "Intervals", "Left out", "Issues"]
    cells = [[cell.value for cell in row] for row in book["Pairs"].iter_rows(max_row=3)]
    assert cells[1][:5] == ["SLEDAI-2K", "SYN-01", 16, 0, -16]
    assert str(cells[1][5]).startswith("Visits!")
    figures = {file.name for file in (page.parent / "figures").iterdir()}
    assert all(f"figures/{name}" in text for name in figures)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compare", "gone.xlsx"], "gone.xlsx"),
        (["compare", DEMO, "--measure", "Karnofsky"], "There is no measure “Karnofsky”"),
        (["compare", DEMO], "Say which measure"),
        (["compare", DEMO, "--measure", "PGA", "--after", "year 9"], "There is no visit “year 9”"),
        (["compare", DEMO, "--measure", "PGA", "--level", "95"], "level"),
        (["compare", DEMO, "--measure", "PGA", "--before", "month 3", "--after", "month 3"], "choose two visits"),
        (["figure", DEMO, "--measure", "PGA", "--out", "x.doc"], ".pdf"),
        (["figure", DEMO, "--measure", "PGA", "--chart", "pie", "--out", "x.pdf"], "There is no chart “pie”"),
        (["figure", DEMO, "--measure", "PGA", "--out", "x.pdf", "--width-mm", "3"], "width"),
        (
            ["figure", DEMO, "--measure", "PGA", "--chart", "medication", "--patient", "X", "--out", "x.pdf"],
            "no patient",
        ),
        (["check", ROOT], "folder"),
    ],
)
def test_what_the_user_can_mend_is_one_sentence(
    capsys: pytest.CaptureFixture[str], words: list[object], says: str
) -> None:
    code, out, err = run(capsys, *words)
    assert code == 2
    assert out == ""
    assert says in err
    assert err.count("\n") == 1


def test_the_common_path_loads_no_heavy_library() -> None:
    """pandas, SciPy's statistics, statsmodels, NumPy and Qt would each cost more than the whole command."""
    code = (
        "import sys; from trajecta.main import main; "
        f"main(['compare', {str(DEMO)!r}, '--measure', 'SLEDAI-2K', '--json']); "
        "heavy = {'numpy', 'scipy', 'pandas', 'statsmodels', 'PySide6', 'openpyxl', 'pyqtgraph'} & set(sys.modules); "
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_first_paint_loads_only_qt_widgets() -> None:
    code = (
        "import sys; import trajecta.gui.app; "
        "heavy = {'numpy', 'scipy', 'pandas', 'statsmodels', 'openpyxl', 'pyqtgraph', 'python_calamine', "
        "'trajecta.io.study', 'trajecta.stats.compare'} & set(sys.modules); assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_void_calls_of_qt_do_not_lose_references_to_none() -> None:
    """PySide6 6.12.0 drops one reference to None a call and aborts the process on Python 3.11."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 500


def test_without_a_display_the_window_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    code, _, err = run(capsys, "--demo")
    assert code == 2
    assert "no display" in err


def test_words_that_mean_nothing_are_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "a.xlsx", "b.xlsx")
    assert code == 2
    assert err.count("\n") == 1


def test_the_change_that_counts_as_improved(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "compare", DEMO, *QUESTION, "--important", "16", "--json")
    share = {entry["key"]: entry for entry in json.loads(out)["intervals"]}["share_improved"]
    assert share["estimate"] == 0.6
    assert run(capsys, "compare", DEMO, *QUESTION, "--important", "-1")[0] == 2


def test_the_leading_test_is_chosen_by_the_user(capsys: pytest.CaptureFixture[str]) -> None:
    assert [*LEADING.values()] == [test.key for test in TESTS]
    found = {}
    for word, key in LEADING.items():
        code, out, err = run(capsys, "compare", DEMO, *QUESTION, "--test", word, "--json")
        assert (code, err) == (0, "")
        found[word] = json.loads(out)
        assert found[word]["test"] == key
    assert "Paired t test: P = 0.0028." in found["t"]["results"]
    assert "Exact sign-flip permutation test of the mean: P = 0.0625" in found["sign-flip"]["results"]
    assert "t test on log ratios: no P. 4 values are 0 or below" in found["log-t"]["results"]
    assert json.loads(run(capsys, "compare", DEMO, *QUESTION, "--json")[1]) == found["signed-rank"]
    assert found["t"]["tests"] == found["signed-rank"]["tests"], "every test is listed, whichever leads"
    _, out, _ = run(capsys, "compare", DEMO, *QUESTION, "--test", "t")
    assert "\nPaired t test: P = 0.0028.\n" in out


def test_the_leading_test_holds_for_many_measures(capsys: pytest.CaptureFixture[str]) -> None:
    visits = ["--before", "baseline", "--after", "month 3", "--json"]
    for words in (["--all"], ["--family", "main=SLEDAI-2K"]):
        code, out, _ = run(capsys, "compare", DEMO, *words, *visits, "--test", "t")
        assert code == 0
        members = [member for family in json.loads(out)["families"] for member in family["measures"]]
        assert next(m for m in members if m["measure"] == "SLEDAI-2K")["test"] == "paired_t"


def test_a_test_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["compare", str(DEMO), *QUESTION, "--test", "wilcoxon"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(repr(word) in said for word in LEADING)
