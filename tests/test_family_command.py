"""The command line for many outcomes, families, robustness, derived yes/no outcomes and power, as a script sees it."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.command_line import run_command

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "resources" / "demo" / "cart-sle.xlsx"
VISITS = ("--before", "baseline", "--after", "month 3")


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = run_command([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out, said.err


def asked(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def table(folder: Path, rows: Sequence[tuple[object, object]], name: str = "score") -> Path:
    file = folder / f"{name}.csv"
    lines = "".join(f"P{i},{before},{after}\n" for i, (before, after) in enumerate(rows))
    file.write_text(f"patient,pre,post\n{lines}", encoding="utf-8")
    return file


def test_every_measure_with_adjusted_values(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "compare", DEMO, "--all", *VISITS)
    assert found["comparisons_run"] == len(found["answers"]) == 11
    assert found["adjust"] == "holm"
    (family,) = found["families"]
    assert family["comparisons"] == 11
    for member, answer in zip(family["measures"], found["answers"], strict=True):
        assert member["measure"] == answer["measure"]
        assert (member["p"], member["p_smallest"]) == (0.0625, 0.0625)
        assert (member["adjusted_p"], member["adjusted_smallest"]) == (0.6875, 0.6875)
        assert answer["adjusted"][0]["adjusted_p"] == 0.6875
    assert "9 changed pairs would be needed" in family["cautions"][0]


def test_max_t_gains_from_correlation(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "compare", DEMO, "--all", *VISITS, "--adjust", "max-t")["families"][0]
    assert {m["adjusted_p"] for m in found["measures"]} == {0.0625}
    assert (found["exact"], found["arrangements"], found["standard_error"]) == (True, 32, None)


def test_named_families(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--family", "primary=SLEDAI-2K", "--family", "secondary=PGA, c3, UPCR", *VISITS)
    found = asked(capsys, "compare", DEMO, *words)
    primary, secondary = found["families"]
    assert (primary["family"], primary["comparisons"]) == ("primary", 1)
    assert primary["measures"][0]["adjusted_p"] == 0.0625
    assert [m["measure"] for m in secondary["measures"]] == ["PGA", "C3", "UPCR"]
    assert {m["adjusted_p"] for m in secondary["measures"]} == {0.1875}
    assert found["comparisons_run"] == 4
    assert "Drug-free" in found["outside_families"]
    code, out, _ = run(capsys, "compare", DEMO, *words)
    assert code == 0
    assert "4 comparisons run in all." in out
    assert "In no family and not compared: C4" in out


def test_robustness_is_added_to_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    plain = asked(capsys, "compare", DEMO, "--measure", "SLEDAI-2K", *VISITS)
    found = asked(capsys, "compare", DEMO, "--measure", "SLEDAI-2K", *VISITS, "--robust")
    robust = found.pop("robustness")
    assert found == plain
    assert [row["patient"] for row in robust["leave_one_out"]] == plain["patients"]
    assert {row["p"] for row in robust["leave_one_out"]} == {0.125}
    assert robust["missing"]["rule"] == "No value is missing at these two visits."
    assert robust["zeros"]["wilcoxon"]["p"] == 0.0625
    assert "normality assumption" in robust["agreement"]
    assert len(robust["normality"]["qq"]) == 5
    assert "never in its place" in robust["bayes"]["label"]
    assert robust["bootstrap"]["coverage"] < 0.95
    month_6 = asked(
        capsys, "compare", DEMO, "--measure", "sledai2k", "--before", "baseline", "--after", "month 6", "--robust"
    )
    missing = month_6["robustness"]["missing"]
    assert missing["complete"]["n"] == month_6["n"] < missing["worst"]["n"]
    text = run(capsys, "compare", DEMO, "--measure", "SLEDAI-2K", *VISITS, "--robust")[1]
    assert "How robust is it" in text
    yes = asked(capsys, "compare", DEMO, "--measure", "drug-free", *VISITS, "--robust")["robustness"]
    assert yes["bayes"] is yes["normality"] is yes["zeros"] is None
    assert {row["p"] for row in yes["leave_one_out"]} == {0.125}


def test_all_measures_can_be_robust(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = table(tmp_path, [(5, 1), (4, 2), (6, 6)])
    found = asked(capsys, "compare", file, "--all", "--robust")
    assert found["answers"][0]["robustness"]["leave_one_out"]
    assert "How robust is it" in run(capsys, "compare", file, "--all", "--robust")[1]


def test_derived_yes_and_no(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = asked(capsys, "compare", DEMO, "--measure", "SLEDAI-2K", *VISITS, "--as", "yes-no", "--threshold", "<=4")
    assert (found["kind"], found["measure"], found["direction"]) == ("yes-no", "SLEDAI-2K ≤ 4", "higher")
    assert len(found["yes_no"]["table"]["only_after"]) == 5
    assert (found["yes_no"]["exact_p"], found["improved"]) == (0.0625, 5)
    # limits of measurement decide only what they settle: "<10" is at most 10 and not known to be at most 4
    settled = asked(capsys, "compare", DEMO, "--measure", "anti-dsdna", *VISITS, "--threshold", "<=10")
    assert settled["n"] == 5
    open_ = asked(capsys, "compare", DEMO, "--measure", "anti-dsdna", *VISITS, "--threshold", "<=4")
    assert open_["n"] == 0
    assert "“<10”" in open_["left_out"][0]["reason"]
    file = table(tmp_path, [(1, 2), (1, 2), (1, 1)])
    two = asked(capsys, "compare", file, "--as", "yes-no", "--better", "lower")
    assert (two["yes_no"]["exact_p"], two["direction"], two["worsened"]) == (0.5, "lower", 2)
    assert asked(capsys, "compare", DEMO, "--measure", "drug-free", *VISITS, "--as", "yes-no")["kind"] == "yes-no"


def test_power(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, "power")
    assert (found["n"], found["reachable"], found["smallest_n"], found["p_smallest"]) == (5, False, 6, 0.0625)
    assert found["pairs_needed"] == {"1": 6, "2": 7, "4": 8, "8": 9, "16": 10}
    assert [row["n"] for row in found["table"]] == list(range(3, 51))
    ten = asked(capsys, "power", "--n", "10", "--outcomes", "2", "--shift", "1.5", "--alpha", "0.1")
    assert ten["level"] == 0.05
    assert ten["reachable"]
    assert {test["key"] for test in ten["tests"]} == {"signed_rank", "sign", "mcnemar"}
    code, out, _ = run(capsys, "power", "--n", "6")
    assert code == 0
    assert "Fewest changed pairs with which P can reach 0.05: 6." in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--measure", "PGA", "--as", "yes-no"), "does not take two values"),
        (("--measure", "drug-free", "--threshold", "<=1"), "already"),
        (("--measure", "PGA", "--threshold", "about 4"), "is not a rule"),
        (("--all", "--measure", "PGA"), "Leave out --measure"),
        (("--all", "--family", "x=PGA"), "not for both"),
        (("--all", "--threshold", "<=4"), "made of one measure"),
        (("--family", "primary"), "is not a family"),
        (("--family", "primary="), "is not a family"),
        (("--family", "a=PGA", "--family", "a=C3"), "named twice"),
        (("--family", "primary=Q"), "no measure “Q”"),
    ],
)
def test_questions_that_cannot_be_asked(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str) -> None:
    code, out, err = run(capsys, "compare", DEMO, *words)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("--n", "0"), ("--n", "99"), ("--outcomes", "0"), ("--alpha", "1"), ("--shift", "nan"), ("--gain", "2")]
)
def test_designs_that_cannot_be(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    code, _, err = run(capsys, "power", *words)
    assert code == 2
    assert err.count("\n") == 1


ROWS: dict[str, list[tuple[object, object]]] = {
    "equal": [(5, 5)] * 4,
    "zero": [(0, 0)] * 3,
    "one": [(3, 1)],
    "two": [(3, 1), (4, 4)],
    "same": [(5, 3)] * 5,
    "missing": [(3, ""), ("", 4), (5, 1), (6, 2), (7, 2)],
    "huge": [("1e300", "-1e300"), (1, 2), (3, 9.5)],
    "tiny": [("1e-300", "2e-300"), (1, 2), (3, 3)],
    "yes": [(1, 1)] * 4,
    "infinite": [("inf", 2), (1, 3), (2, 5), (4, 4.5)],
}


@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize(
    "words", [("--robust",), ("--all", "--robust"), ("--all", "--adjust", "max-t"), ("--threshold", "<=4")]
)
def test_bad_input_gives_reasons(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rows: list[tuple[object, object]], words: tuple[str, ...]
) -> None:
    file = table(tmp_path, rows)
    code, out, err = run(capsys, "compare", file, *words, "--json")
    if code == 2:  # a yes/no column has no threshold
        assert err.count("\n") == 1
        return
    assert err == ""
    for key, value in numbers(json.loads(out)):
        assert key not in ("p", "adjusted_p", "exact_p", "mid_p", "p_smallest", "adjusted_smallest") or 0 < value <= 1
    assert run(capsys, "compare", file, *words)[0] == 0


def numbers(value: object, key: str = "") -> list[tuple[str, float]]:
    """All numbers of a JSON value with their keys."""
    if isinstance(value, dict):
        return [pair for name, part in value.items() for pair in numbers(part, name)]
    if isinstance(value, list):
        return [pair for part in value for pair in numbers(part, key)]
    return [(key, float(value))] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_adjusting_imports_nothing_heavy() -> None:
    program = (
        "import sys; from trajecta.io.command_line import run_command\n"
        f"assert run_command(['compare', {str(DEMO)!r}, '--all', '--json']) == 0\n"
        "heavy = ('numpy', 'scipy', 'pandas', 'statsmodels', 'pyqtgraph', 'PySide6')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stderr.strip() == "[]"
