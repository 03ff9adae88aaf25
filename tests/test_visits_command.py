"""The command ``visits`` and the answer behind it: keys, choices, cautions, and bad input that must not break it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trajecta.io.command_line import run_command
from trajecta.io.visits_answers import visits_json, visits_text
from trajecta.stats.cohort import Censored, Cohort, Direction, Kind, LeftOut, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.post_hoc import Pairing
from trajecta.stats.repeated import VisitsComparison, compare_visits
from trajecta.stats.results import Comparison

MAIN = Path(__file__).parents[1] / "main.py"
SCORES = "id,0,1,3,6\nA,16,12,4,0\nB,14,10,5,2\nC,18,15,9,4\nD,10,11,2,1\nE,12,8,8,3\nF,15,13,6,6\n"


def write(folder: Path, text: str, name: str = "scores.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert run_command(["visits", *words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert isinstance(found, dict)
    return found


def test_all_promised_keys_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, write(tmp_path, SCORES), "--threshold", "4")
    assert set(found["friedman"]) >= {"statistic", "df", "p_chi2", "exact_p", "arrangements", "p_smallest", "reason"}
    assert set(found["cochran_q"]) >= {"statistic", "df", "p_chi2", "exact_p", "arrangements", "reason"}
    assert set(found["rm_anova"]) >= {"F", "df", "p", "gg_epsilon", "p_gg", "hf_epsilon", "p_hf", "reason"}
    assert set(found["slope"]) >= {"estimate", "se", "df", "p", "method", "reason"}
    assert set(found["post_hoc"][0]) >= {"before", "after", "p", "p_adjusted", "p_smallest_adjusted", "n"}
    assert found["patients"] == list("ABCDEF")
    assert found["friedman"]["arrangements"] == 24**4 * 12**2  # E and F have two equal values each
    assert 0 < found["kendall_w"] <= 1
    assert found["cochran_q"]["statistic"] is None
    assert "yes/no" in found["cochran_q"]["reason"]
    assert found["rm_anova"]["df"] == [3, 15]
    assert len(found["post_hoc"]) == 6
    assert [entry["patient"] for entry in found["summaries"]] == list("ABCDEF")
    assert found["summaries"][0]["time_to_threshold"] == 3.0
    assert found["time"]["source"] == "numbers in the names of the visits"
    assert found["lead"].startswith("scores, median of 6 patients")
    assert found["left_out"] == []


def test_times_and_visits_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, SCORES.replace("id,0,1,3,6", "id,pre,post,late,end"))
    without = asked(capsys, file)
    assert without["slope"]["p"] is None
    assert "study day" in without["slope"]["reason"]
    given = asked(capsys, file, "--times", "0,1,3,6")
    assert given["slope"]["p"] == asked(capsys, write(tmp_path, SCORES, "numbers.csv"))["slope"]["p"]
    chosen = asked(capsys, file, "--visits", "end, pre,late", "--pairs", "first")
    assert [visit["visit"] for visit in chosen["visits"]] == ["end", "pre", "late"]
    assert [(e["before"], e["after"]) for e in chosen["post_hoc"]] == [("end", "pre"), ("end", "late")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--visits", "0,9"], "There is no visit “9”; the file has “0”, “1”, “3” and “6”."),
        (["--visits", "0,3,0"], "“0” is named twice"),
        (["--times", "0,1"], "2 times were given for 4 visits"),
        (["--times", "0,1,1,2"], "each another one"),
        (["--times", "a,b,c,d"], "not a list of times"),
        (["--times", "0,1,2,nan"], "must be numbers"),
        (["--level", "1.5"], "level of 1.5"),
        (["--threshold", "inf"], "must be a number"),
        (["--measure", "x"], "There is no measure “x”"),
    ],
)
def test_what_the_user_can_mend(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["visits", write(tmp_path, SCORES), *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


BAD = {
    "one patient": "id,hr_0,hr_3,hr_6\nA,5,4,1\n",
    "two patients": "id,hr_0,hr_3,hr_6\nA,5,4,1\nB,6,2,2\n",
    "constant": "id,hr_0,hr_3,hr_6\nA,5,5,5\nB,5,5,5\nC,5,5,5\n",
    "alike": "id,hr_0,hr_3,hr_6\nA,5,4,3\nB,6,5,4\nC,9,8,7\n",
    "zeros and a two": "id,hr_0,hr_3,hr_6\nA,0,0,0\nB,0,0,0\nC,2,0,0\n",
    "missing": "id,hr_0,hr_3,hr_6\nA,5,,1\nB,,2,2\nC,4,3,\nD,n.d.,NA,\n",
    "infinite": "id,hr_0,hr_3,hr_6\nA,5,inf,1\nB,6,2,-inf\nC,7,3,1\nD,8,1,1\n",
    "two visits": "id,hr_0,hr_3\nA,5,4\nB,6,2\nC,7,7\n",
    "huge": "id,hr_0,hr_3,hr_6\nA,1e300,2e300,3e299\nB,5e300,1e300,1e-300\nC,2e300,3e300,1\n",
    "tiny": "id,hr_0,hr_3,hr_6\nA,1e-300,2e-300,3e-301\nB,5e-300,1e-300,1e-308\nC,2e-300,3e-300,0\n",
    "all no": "id,hr_0,hr_3,hr_6\nA,no,no,no\nB,no,no,no\n",
    "all yes to no": "id,hr_0,hr_3,hr_6\nA,yes,no,no\nB,yes,no,no\nC,yes,no,no\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gives_an_answer_with_reasons(name: str, tmp_path: Path) -> None:
    file = write(tmp_path, BAD[name], "bad.csv")
    done = subprocess.run(
        [sys.executable, "-W", "error", str(MAIN), "visits", file, "--json", "--slopes", "--threshold", "2"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))
    check_chances(found)
    for key, number in (
        ("friedman", "statistic"),
        ("cochran_q", "statistic"),
        ("rm_anova", "F"),
        ("slope", "estimate"),
    ):
        assert (found[key][number] is None) == bool(found[key]["reason"]), key
    for entry in found["post_hoc"]:
        assert (entry["p"] is None) == bool(entry["reason"])
    assert found["lead"].endswith(".")
    text = subprocess.run([sys.executable, str(MAIN), "visits", file], capture_output=True, text=True, check=False)
    assert (text.returncode, text.stderr) == (0, "")
    assert "nan" not in text.stdout.casefold()


def check_chances(value: Any, key: str = "") -> None:
    """Every P is above 0 and at most 1."""
    if isinstance(value, dict):
        for name, part in value.items():
            check_chances(part, name)
    elif isinstance(value, list):
        for part in value:
            check_chances(part, key)
    elif key in ("p", "exact_p", "p_chi2", "p_gg", "p_hf", "p_adjusted", "p_smallest", "p_smallest_adjusted"):
        assert value is None or 0 < value <= 1, key


VISITS = (Visit("baseline", "Baseline", 0.0), Visit("month 1", "M1", 30.0), Visit("month 3", "M3", 90.0))


def cohort(rows: dict[str, list[float | None]], kind: Kind = Kind.NUMERIC) -> Cohort:
    return Cohort(
        patients=tuple(Patient(name) for name in rows),
        visits=VISITS,
        measures=(Measure("s", "Score", direction=Direction.LOWER, kind=kind),),
        observations=tuple(
            Observation(name, visit.key, "s", value)
            for name, values in rows.items()
            for visit, value in zip(VISITS, values, strict=True)
            if value is not None
        ),
    )


FIVE: dict[str, list[float | None]] = {
    "A": [16, 8, 0],
    "B": [16, 9, 0],
    "C": [16, 4, 1],
    "D": [10, 6, 2],
    "E": [8, 7, 0],
}


def test_pairs_of_visits_are_what_compare_gives() -> None:
    rows = {**FIVE, "F": [9, None, 11], "G": [7, 7, 7]}
    made = cohort(rows)
    result = compare_visits(made, VisitsComparison("s"))
    for entry in result.post_hoc:
        test = compare(made, Comparison("s", entry.before, entry.after)).test("signed_rank")
        assert (entry.p, entry.p_smallest) == (test.p, test.p_smallest)
    assert [entry.n for entry in result.post_hoc] == [6, 7, 6]
    assert result.left_out == (LeftOut("F", "no value at M1"),)


def test_holm_and_its_floor() -> None:
    result = compare_visits(cohort(FIVE), VisitsComparison("s"))
    assert [entry.p for entry in result.post_hoc] == [0.0625] * 3
    assert [entry.p_adjusted for entry in result.post_hoc] == [0.1875] * 3
    assert [entry.p_smallest_adjusted for entry in result.post_hoc] == [min(1, 3 * 0.0625)] * 3
    assert any("none can come below 0.05" in caution for caution in result.cautions)
    first = compare_visits(cohort(FIVE), VisitsComparison("s", pairing=Pairing.FIRST))
    assert [entry.p_adjusted for entry in first.post_hoc] == [0.125] * 2


def test_a_pair_without_p_does_not_count_in_the_family() -> None:
    rows: dict[str, list[float | None]] = {name: [16 + i, 4 + i, 4 + i] for i, name in enumerate("ABCDE")}
    result = compare_visits(cohort(rows), VisitsComparison("s"))
    assert [entry.p_adjusted for entry in result.post_hoc] == [0.125, 0.125, None]
    assert result.post_hoc[2].reason


def test_yes_no_uses_cochran_and_mcnemar() -> None:
    rows: dict[str, list[float | None]] = {name: [1, 0, 0] for name in "ABCDE"}
    result = compare_visits(cohort(rows, Kind.YES_NO), VisitsComparison("s"))
    assert result.omnibus is result.cochran_q
    assert result.cochran_q.exact_p == 3 / 243
    assert result.post_hoc[0].test == "mcnemar"
    assert result.post_hoc[0].p == 0.0625
    assert "between yes and no" in result.post_hoc[2].reason
    assert result.lead == "Yes in 5 of 5 patients at Baseline, 0 at M1, 0 at M3."
    found = visits_json(result)
    assert found["friedman"]["exact_p"] is None
    assert found["slope"]["p"] is None
    assert found["kendall_w"] is None


def test_values_beyond_a_limit_tie_within_a_patient() -> None:
    made = cohort(FIVE)
    beyond = {("A", "month 1"): 0.5, ("A", "month 3"): 0.2}
    changed = tuple(
        replace(o, value=beyond[o.patient, o.visit], censored=Censored.BELOW) if (o.patient, o.visit) in beyond else o
        for o in made.observations
    )
    result = compare_visits(replace(made, observations=changed), VisitsComparison("s"))
    assert result.friedman.sums == (15.0, 9.5, 5.5)
    assert result.rows[0] == (16, 0.5, 0.2)
    assert result.post_hoc[2].changed == 4
    assert any("2 of 15 values lie beyond the limit" in caution for caution in result.cautions)


def test_excluded_patients_are_named_and_unused() -> None:
    made = replace(cohort(FIVE), excluded=(LeftOut("B", "wrong dose"),))
    result = compare_visits(made, VisitsComparison("s"))
    assert result.patients == ("A", "C", "D", "E")
    assert result.left_out[0].reason == "excluded by the user: wrong dose"
    assert [entry.patient for entry in result.summaries] == ["A", "C", "D", "E"]
    assert result.slope.n == 4


def test_fewer_visits_with_more_patients_are_proposed() -> None:
    visits = (*VISITS, Visit("month 6", "M6", 180.0))
    made = cohort(FIVE)
    late = (Observation("A", "month 6", "s", 0.0), Observation("B", "month 6", "s", 1.0))
    made = replace(made, visits=visits, observations=(*made.observations, *late))
    result = compare_visits(made, VisitsComparison("s"))
    assert result.n == 2
    assert "At Baseline, M1, M3 alone, 5 patients have a value at every visit, not 2." in result.cautions


def test_no_values_one_visit_and_wrong_questions() -> None:
    empty = compare_visits(cohort({}), VisitsComparison("s"))
    assert empty.lead == "No patient has a usable value of Score."
    assert "Score" in visits_text(empty)
    single = compare_visits(cohort(FIVE), VisitsComparison("s", ("month 1",)))
    assert single.friedman.reason == "There are not two visits to compare."
    assert single.lead.endswith("at M1 only.")
    with pytest.raises(KeyError):
        compare_visits(cohort(FIVE), VisitsComparison("s", ("month 1", "x")))
    with pytest.raises(ValueError, match="twice"):
        compare_visits(cohort(FIVE), VisitsComparison("s", ("month 1", "month 1")))
    with pytest.raises(ValueError, match="level"):
        compare_visits(cohort(FIVE), VisitsComparison("s", level=0.0))
    with pytest.raises(ValueError, match="times"):
        compare_visits(cohort(FIVE), VisitsComparison("s", times=(1.0,)))


def test_the_text_reads_well() -> None:
    text = visits_text(compare_visits(cohort(FIVE), VisitsComparison("s", threshold=4.0)))
    assert "Score, median of 5 patients with a value at every visit: 16 at Baseline, 7 at M1, 0 at M3." in text
    assert "From Baseline to M3: 5 improved of 5 patients." in text
    assert "0.0625, adjusted P = 0.1875 (smallest possible 0.1875)" in text
    assert "days at or below 4" in text
    assert "significant" not in text


def test_arrays_and_statsmodels_are_not_imported_for_a_small_cohort(tmp_path: Path) -> None:
    file = write(tmp_path, SCORES)
    program = (
        "import sys; from trajecta.main import main; main(['visits', sys.argv[1], '--json']);"
        "sys.exit(any(m.split('.')[0] in ('numpy', 'scipy', 'statsmodels', 'pandas', 'PySide6') for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_visits_may_be_spelled_as_the_reader_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    demo = str(Path(__file__).parents[1] / "resources" / "demo" / "cart-sle.xlsx")
    assert run_command(["visits", demo, "--measure", "SLEDAI", "--visits", "BL,1m,M3", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["visits"]
    assert [visit["visit"] for visit in found] == ["Baseline", "Month 1", "Month 3"]
