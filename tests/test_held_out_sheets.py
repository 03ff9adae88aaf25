"""Published paired measurements, in the sheets that people and programs write them in, against R and exact counts.

The values are printed in Student 1908 (Biometrika 6:1–25, hours of sleep gained with two drugs), Box, Hunter & Hunter
1978 (*Statistics for Experimenters*, wear of shoe soles of two materials) and Potthoff & Roy 1964 (Biometrika
51:313–326, jaw distances of girls at four ages). R 4.2.2 with exactRankTests 0.8-35, lme4 1.1-31, lmerTest 3.1-3::

    t.test(b, a, paired = TRUE); wilcox.exact(b - a); perm.test(b - a); shapiro.test(b - a)
    friedman.test(X); lmer(y ~ t + (1 | id)); lmer(y ~ t + (t | id)); coef(summary(m)); logLik(m)
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from trajecta.main import main

Pairs = Sequence[tuple[str, str]]
SLEEP: Pairs = (
    ("0.7", "1.9"), ("-1.6", "0.8"), ("-0.2", "1.1"), ("-1.2", "0.1"), ("-0.1", "-0.1"),
    ("3.4", "4.4"), ("3.7", "5.5"), ("0.8", "1.6"), ("0", "4.6"), ("2", "3.4"),
)  # fmt: skip
SHOES: Pairs = (
    ("13.2", "14"), ("8.2", "8.8"), ("10.9", "11.2"), ("14.3", "14.2"), ("10.7", "11.8"),
    ("6.6", "6.4"), ("9.5", "9.8"), ("10.8", "11.3"), ("8.8", "9.3"), ("13.3", "13.6"),
)  # fmt: skip
GIRLS = (
    "21,20,21.5,23", "21,21.5,24,25.5", "20.5,24,24.5,26", "23.5,24.5,25,26.5", "21.5,23,22.5,23.5", "20,21,21,22.5",
    "21.5,22.5,23,25", "23,23,23.5,24", "20,21,22,21.5", "16.5,19,19,19.5", "24.5,25,28,28",
)  # fmt: skip


def wide(folder: Path, pairs: Pairs) -> Path:
    return text(folder, [("Patient", "before", "after"), *named(pairs)])


def german(folder: Path, pairs: Pairs) -> Path:
    rows = [(who, *(value.replace(".", ",") for value in values)) for who, *values in named(pairs)]
    return text(folder, [("Patient", "before", "after"), *rows], ";")


def without_zeros(folder: Path, pairs: Pairs) -> Path:
    """As SPSS and SAS write decimals: .8 and -.1."""
    rows = [(who, *(re.sub(r"^(-?)0\.", r"\1.", value) for value in values)) for who, *values in named(pairs)]
    return text(folder, [("Patient", "before", "after"), *rows])


def long(folder: Path, pairs: Pairs) -> Path:
    return text(folder, [("Patient", "Visit", "Value"), *stacked(pairs)])


def counted(folder: Path, pairs: Pairs) -> Path:
    """As R and SPSS number the visits; the second patients come before the first ones."""
    rows = [(who, "0" if visit == "before" else "1", value) for who, visit, value in stacked(pairs)]
    return text(folder, [("id", "time", "y"), *reversed(rows)])


def workbook(folder: Path, pairs: Pairs) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(("Pat.-Nr.", "Zeitpunkt", "Wert"))
    for who, visit, value in stacked(pairs):
        sheet.append((who, visit, float(value)))
    book.save(folder / "values.xlsx")
    return folder / "values.xlsx"


def named(pairs: Pairs) -> list[tuple[str, ...]]:
    return [(f"P{at:02}", *pair) for at, pair in enumerate(pairs, 1)]


def stacked(pairs: Pairs) -> list[tuple[str, str, str]]:
    return [
        (who, visit, value)
        for who, *pair in named(pairs)
        for visit, value in zip(("before", "after"), pair, strict=True)
    ]


def text(folder: Path, rows: Sequence[Sequence[str]], separator: str = ",", name: str = "values.csv") -> Path:
    (folder / name).write_text("".join(separator.join(row) + "\n" for row in rows), "utf-8")
    return folder / name


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    assert main([*map(str, words), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} in JSON"))
    assert isinstance(found, dict)
    return found


LAYOUTS: tuple[Callable[[Path, Pairs], Path], ...] = (wide, german, without_zeros, long, counted, workbook)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_sleep_in_every_layout(
    layout: Callable[[Path, Pairs], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visits = ("0", "1") if layout is counted else ("before", "after")
    found = answer(capsys, "compare", layout(tmp_path, SLEEP), "--before", visits[0], "--after", visits[1], "--robust")
    tests = {test["key"]: test for test in found["tests"]}
    assert (found["n"], found["unchanged"], found["increased"], found["left_out"]) == (10, 1, 9, [])
    # exactRankTests: p-value = 0.003906 for both; V = 45
    assert tests["signed_rank"]["p"] == tests["sign_flip"]["p"] == tests["sign"]["p"] == 2 / 2**9
    assert tests["signed_rank"]["statistic"] == 45
    # t.test: t = 4.0621, df = 9, p-value = 0.002833, 0.7001142 2.4598858
    assert tests["paired_t"]["p"] == pytest.approx(0.00283289019738427, rel=1e-9)
    intervals = {interval["key"]: interval for interval in found["intervals"]}
    mean, shift = intervals["mean_difference"], intervals["hodges_lehmann"]
    assert (mean["low"], mean["high"]) == pytest.approx((0.700114236723018, 2.45988576327698), rel=1e-9)
    assert (shift["estimate"], shift["low"], shift["high"], shift["level"]) == (1.3, 0.9, 2.7, 1 - 2 * 25 / 2**10)
    normal = found["robustness"]["normality"]["shapiro_wilk"]
    assert (normal["w"], normal["p"]) == pytest.approx((0.829871331928795, 0.0333416086303081), rel=1e-6)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_shoes_in_every_layout(
    layout: Callable[[Path, Pairs], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    visits = ("0", "1") if layout is counted else ("before", "after")
    found = answer(capsys, "compare", layout(tmp_path, SHOES), "--before", visits[0], "--after", visits[1])
    tests = {test["key"]: test for test in found["tests"]}
    assert tests["signed_rank"]["p"] == 8 / 2**10  # exactRankTests: 0.007812
    assert tests["sign_flip"]["p"] == 14 / 2**10  # exactRankTests: 0.01367
    assert tests["paired_t"]["p"] == pytest.approx(0.00853878071759894, rel=1e-9)
    assert tests["log_ratio_t"]["p"] == pytest.approx(0.0120587288036844, rel=1e-9)


def test_jaws_against_lme4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("Subject", "Visit", "distance")]
    for at, line in enumerate(GIRLS, 1):
        rows += [
            (f"F{at:02}", f"Month {age}", value)
            for age, value in zip((96, 120, 144, 168), line.split(","), strict=True)
        ]
    visits = "Month 96,Month 120,Month 144,Month 168"
    words = ("visits", text(tmp_path, rows), "--visits", visits, "--times", "8,10,12,14", "--slopes")
    found = answer(capsys, *words)
    assert found["friedman"]["statistic"] == pytest.approx(28.3018867924528, rel=1e-12)
    # Counted over the 24 orders of every girl's own values, ties included, in whole numbers.
    assert found["friedman"]["exact_p"] == pytest.approx(7.351027546220634e-10, rel=1e-9)
    assert found["friedman"]["arrangements"] == 95105071448064
    slope, own = found["slope"], found["slope_per_patient"]
    assert (slope["estimate"], slope["se"], slope["df"]) == pytest.approx((0.4795455, 0.0525898, 32), rel=1e-5)
    assert slope["log_likelihood"] == pytest.approx(-70.60916, abs=1e-4)
    assert (own["estimate"], own["se"], own["df"]) == pytest.approx((0.4795455, 0.0662140, 10), rel=1e-3)
    assert own["log_likelihood"] == pytest.approx(-68.71435, abs=0.01)


# --- questions that name columns -------------------------------------------------------------------------------------


def test_columns_named_in_the_question_are_visits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """“weight” is a fact of a patient elsewhere, and several measures may stand side by side."""
    rows = [("Patient", "weight", "repwt", "pre_a", "post_a", "sex"), ("1", "77", "76", "5", "4", "m")]
    rows += [("2", "58", "51", "6", "4", "f"), ("3", "53", "54", "7", "4", "f")]
    file = text(tmp_path, rows, name="davis.csv")
    found = answer(capsys, "compare", file, "--before", "weight", "--after", "repwt")
    assert [change["difference"] for change in found["differences"]] == [-1, -7, 1]
    assert (found["before"], found["after"], found["measure"]) == ("weight", "repwt", "davis")
    found = answer(capsys, "compare", file, "--before", "pre_a", "--after", "post_a")
    assert [change["difference"] for change in found["differences"]] == [-1, -2, -3]
    assert (found["before"], found["after"], found["measure"]) == ("pre_a", "post_a", "davis")
    found = answer(capsys, "visits", file, "--visits", "weight,repwt,post_a")
    assert [visit["visit"] for visit in found["visits"]] == ["weight", "repwt", "post_a"]


def test_columns_of_a_known_measure_stay_what_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "SLEDAI_BL", "SLEDAI_M3", "CRP_BL", "CRP_M3"), ("1", "8", "2", "5.5", "1")]
    file = text(tmp_path, [*rows, ("2", "9", "3", "4.4", "2")])
    found = answer(capsys, "compare", file, "--before", "SLEDAI_BL", "--after", "SLEDAI_M3")
    assert (found["measure"], found["before"], found["after"]) == ("SLEDAI", "Baseline", "Month 3")
    assert (found["direction"], found["improved"]) == ("lower", 2)


def test_columns_of_another_measure_answer_no_question(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "CRP baseline", "CRP month 3", "C3 baseline", "C3 month 3"), ("A", "1", "2", "3", "4")]
    asked = ("--before", "CRP baseline", "--after", "CRP month 3", "--measure", "C3")
    assert main(["compare", str(text(tmp_path, rows)), *asked]) == 2
    assert "There is no visit “CRP baseline”" in capsys.readouterr().err


def test_a_figure_may_be_asked_of_columns(tmp_path: Path) -> None:
    rows = [("id", "sex", "weight_1", "weight_2", "note")]
    rows += [(f"P{at}", "mf"[at % 2], str(60 + at), str(61 + 2 * at), f"seen {at}") for at in range(4)]
    out = tmp_path / "figure.eps"
    asked = ["--chart", "before-after", "--before", "weight_1", "--after", "weight_2", "--out", str(out)]
    assert main(["figure", str(text(tmp_path, rows)), *asked]) == 0
    assert b"weight_1 and weight_2" in out.read_bytes()


def test_two_columns_of_many_are_yes_and_no(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "score", "pre", "post")]
    rows += [(str(at), str(at * 3 % 7), *answers) for at, answers in enumerate(("01", "01", "11", "00", "01", "10"))]
    found = answer(capsys, "compare", text(tmp_path, rows), "--before", "pre", "--after", "post")
    assert found["kind"] == "yes-no"
    assert found["yes_no"]["exact_p"] == 2 * 5 / 2**4
    coded = [rows[0], *((who, score, str(int(a) + 1), str(int(b) + 1)) for who, score, a, b in rows[1:])]
    words = ("compare", text(tmp_path, coded, name="coded.csv"), "--before", "pre", "--after", "post")
    assert answer(capsys, *words)["kind"] == "numeric"
    assert answer(capsys, *words, "--as", "yes-no")["yes_no"]["exact_p"] == 2 * 5 / 2**4


def test_names_that_are_no_columns_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = text(tmp_path, [("id", "pre", "post"), ("1", "4", "5"), ("2", "4", "6")])
    assert main(["compare", str(file), "--before", "pre", "--after", "later"]) == 2
    assert capsys.readouterr().err == "There is no visit “later”; the file has “pre” and “post”.\n"


# --- sheets in long form ---------------------------------------------------------------------------------------------


def test_a_value_column_beside_a_parameter_is_not_one_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where two quantities stand below each other under a word that is not known, “Value” is none of them."""
    rows = [("Patient", "Visit", "Was", "Value")]
    rows += [(who, visit, what, "5") for who in "AB" for visit in ("BL", "M3") for what in ("CRP", "C3")]
    assert main(["compare", str(text(tmp_path, rows))]) == 2
    assert "No measure was found" in capsys.readouterr().err


@pytest.mark.parametrize("prefix", ["Y", "M", "W"])
def test_ids_that_look_like_visits_are_no_header(
    prefix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("ID", "time", "score")]
    rows += [
        (f"{prefix}0{at}", visit, "TRUE" if visit == "Week 2" else "FALSE")
        for at in range(1, 6)
        for visit in ("Week 0", "Week 2")
    ]
    found = answer(capsys, "compare", text(tmp_path, rows))
    assert (found["n"], found["yes_no"]["before"]["k"], found["yes_no"]["after"]["k"]) == (5, 0, 5)


def test_time_beside_columns_that_are_visits_counts_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An id entered twice does not make minutes of surgery, an assessment or a period the visits of a wide table."""
    for word, said in (("time", "63"), ("Assessment", "good"), ("Period", "2019")):
        rows = [("ID", word, "C3 before", "C3 after"), *((f"P{at}", said, "9", str(at)) for at in range(1, 9))]
        file = text(tmp_path, [*rows, ("P7", "91", "9", "7")])
        found = answer(capsys, "compare", file, "--measure", "C3")
        assert (found["n"], found["before"], found["after"]) == (8, "Baseline", "Post"), word
    rows = [("ID", "time", "CRP", "C3"), *((f"P{at}", str(60 + at), "9", str(at)) for at in range(1, 9))]
    found = answer(
        capsys, "compare", text(tmp_path, [*rows, ("P7", "91", "9", "7")]), "--before", "CRP", "--after", "C3"
    )
    assert found["n"] == 9


def test_patients_who_miss_the_second_time_are_in_long_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "time", "y"), *((f"P{at}", "0", str(at)) for at in range(1, 13))]
    rows += [(f"P{at}", "1", str(at + 1)) for at in range(1, 10)]
    found = answer(capsys, "compare", text(tmp_path, rows))
    assert (found["n"], len(found["left_out"])) == (9, 3)


def test_names_of_measures_are_no_visits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("Patient", "Assessment", "Value")]
    rows += [(f"P{at}", what, str(at)) for at in range(8) for what in ("SLEDAI", "PGA")]
    assert main(["compare", str(text(tmp_path, rows))]) == 2
    assert "No measure was found" in capsys.readouterr().err


def test_an_id_in_several_rows_is_said_before_p(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "pre", "post"), ("1", "4", "5"), ("1", "4", "5"), ("2", "3", "6"), ("3", "4", "8")]
    found = answer(capsys, "compare", text(tmp_path, rows))
    said = "2 values used here are in doubt: values!B3, values!C3 (The id “1” stands in several rows; row 3 is kept as"
    assert [caution for caution in found["cautions"] if caution.startswith(said)]


# --- numbers at the ends of what there is ----------------------------------------------------------------------------


def test_times_may_begin_with_a_minus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = text(tmp_path, [("id", "-7", "0", "30"), *((str(at), str(at), str(at + 1), str(at * 2)) for at in range(5))])
    found = answer(capsys, "visits", file, "--visits", "-7,0,30", "--times", "-7,0,30")
    assert [visit["time"] for visit in found["visits"]] == [-7, 0, 30]


def test_values_beyond_the_doubles_break_no_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "a", "b"), ("1", "1e300", "1e308"), ("2", "-1e308", "1e308"), ("3", "1", "2"), ("4", "2", "1")]
    found = answer(capsys, "visits", text(tmp_path, rows), "--times", "0,1", "--slopes")
    assert found["slope"]["estimate"] == pytest.approx(7.5e307, rel=1e-6)


def test_many_patients_are_not_left_out_one_by_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [("id", "pre", "post"), *((str(at), str(at % 7), str(at % 5)) for at in range(301))]
    found = answer(capsys, "compare", text(tmp_path, rows), "--robust")["robustness"]
    assert found["leave_one_out"] == []
    assert found["leave_one_out_sentence"] == (
        "The answer without each patient is shown for up to 300 patients; here are 301."
    )


def test_numbers_of_rows_in_front_are_no_patients(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As R writes a table in long form: the ids come behind, and ids of two rows each are not rows of a wide table."""
    lines = [("1", "X01", "0", "5"), ("2", "X01", "2", "3"), ("3", "X02", "0", "6"), ("4", "X02", "2", "2")]
    found = answer(capsys, "compare", text(tmp_path, [("rownames", "ID", "week", "y"), *lines]))
    assert (found["measure"], found["patients"], found["decreased"]) == ("y", ["X01", "X02"], 2)
    file = text(tmp_path, [("rownames", "ID", "dose1", "y"), *lines], name="unclear.csv")
    assert main(["compare", str(file)]) == 2
    assert "No measure was found" in capsys.readouterr().err
    asked = answer(capsys, "compare", file, "--before", "dose1", "--after", "y")
    assert asked["patients"] == ["X01", "X01 (row 3)", "X02", "X02 (row 5)"]
    assert [caution for caution in asked["cautions"] if "stands in several rows" in caution]
