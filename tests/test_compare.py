"""From a question to its answer: ledger, direction, cautions, sentences, the JSON object, default questions."""

import json
import math
import re
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta import __version__
from trajecta.io.answers import TABLE_HEADER, answer_json, answer_table, answer_text, table_text
from trajecta.stats.cohort import (
    CellRef,
    Censored,
    Cohort,
    Direction,
    Kind,
    LeftOut,
    Measure,
    Observation,
    Patient,
    Visit,
)
from trajecta.stats.compare import compare, default_comparison, overview
from trajecta.stats.results import Comparison, PairedResult, Zeros
from trajecta.stats.words import methods_paragraph, p_text, results_sentence

SCORE = Measure("score", "SLEDAI-2K", "points", Direction.LOWER, range=(0, 105))
TITRE = Measure("titre", "Anti-dsDNA", "U/ml")
FREE = Measure("free", "Drug-free", direction=Direction.HIGHER, kind=Kind.YES_NO)
QUESTION = Comparison("score", "baseline", "month 3")
Value = float | str | None


def value_of(written: Value) -> tuple[float | None, Censored]:
    if isinstance(written, str):
        return float(written[1:]), Censored(written[0])
    return written, Censored.NO


def cohort_of(measure: Measure, rows: dict[str, tuple[Value, Value]]) -> Cohort:
    visits = (Visit("baseline", "Baseline", 0), Visit("month 3", "Month 3", 91))
    observations = []
    for patient, values in rows.items():
        for visit, written in zip(visits, values, strict=True):
            value, censored = value_of(written)
            text = "" if written is None else str(written)
            observations.append(Observation(patient, visit.key, measure.key, value, censored=censored, text=text))
    return Cohort(tuple(Patient(p) for p in rows), visits, (measure,), tuple(observations))


def answer(measure: Measure, rows: dict[str, tuple[Value, Value]], **changes: object) -> PairedResult:
    question = replace(QUESTION, measure=measure.key, **changes)  # type: ignore[arg-type]  # the fields of a question
    return compare(cohort_of(measure, rows), question)


DEMO: dict[str, tuple[Value, Value]] = {"A": (16, 0), "B": (16, 0), "C": (16, 0), "D": (10, 2), "E": (8, 0)}


def test_the_demo_cohort() -> None:
    result = answer(SCORE, DEMO)
    assert result.lead == "All 5 patients improved, by 8 to 16 points."
    assert (result.n, result.improved, result.unchanged, result.worsened) == (5, 5, 0, 0)
    assert (result.increased, result.decreased) == (0, 5)
    before, after = result.before_summary, result.after_summary
    assert (before.median, before.min, before.max, before.mean) == (16, 8, 16, 13.2)
    assert before.sd == pytest.approx(3.8987, abs=5e-5)
    assert (after.median, after.max) == (0, 2)
    assert result.cautions[0] == (
        "0.0625 is the smallest P that 5 pairs can give; 0.05 is out of reach with this design."
    )
    assert any("the normality assumption does the work" in caution for caution in result.cautions)
    assert results_sentence(result) == (
        "SLEDAI-2K: median 16 (range 8 to 16) at Baseline and median 0 (range 0 to 2) at Month 3 (n = 5). "
        "All 5 patients improved, by 8 to 16 points. The median of the Walsh averages of the changes was −12 points "
        "(93.75 % interval −16 to −8). Exact Wilcoxon signed-rank test: P = 0.0625, the smallest P that 5 pairs can "
        "give."
    )
    for part in ("Exact two-sided Wilcoxon signed-rank test", "93.75 % (95 % asked)", f"Trajecta {__version__}"):
        assert part in result.methods
    assert "Trajecta 9.9" in methods_paragraph(result, version="9.9")


def test_decimals_decide_ties_and_directions() -> None:
    result = answer(SCORE, {"A": (3.4, 2.8), "B": (1.2, 0.6), "C": (0.3, 0.3)})
    assert [c.difference for c in result.changes] == [-0.6, -0.6, 0.0]
    assert result.test("signed_rank").ties
    assert result.lead == "2 of 3 patients improved, by 0.6 points each; 1 unchanged."


@pytest.mark.parametrize(
    ("measure", "rows", "lead"),
    [
        (SCORE, {"A": (1, 3), "B": (2, 3)}, "Both patients worsened, by 1 to 2 points."),
        (SCORE, {"A": (4, 3)}, "The only patient improved, by 1 point."),
        (SCORE, {"A": (3, 3)}, "The only patient did not change."),
        (SCORE, {"A": (3, 3), "B": (1, 1)}, "None of the 2 patients changed."),
        (
            SCORE,
            {"A": (9, 3), "B": (9, 1), "C": (3, 3), "D": (3, 4)},
            "2 of 4 patients improved, by 6 to 8 points; 1 unchanged; 1 worsened, by 1 point.",
        ),
        (SCORE, {"A": (3, 3), "B": (3, 9)}, "None of 2 patients improved; 1 unchanged; 1 worsened, by 6 points."),
        (SCORE, {"A": (None, 3)}, "No patient has a usable value of SLEDAI-2K both at Baseline and at Month 3."),
        (TITRE, {"A": (9, 3), "B": (9, 1)}, "The value fell in both patients, by 6 to 8 U/ml."),
        (
            TITRE,
            {"A": (9, 3), "B": (1, 1.5), "C": (2, 3), "D": (4, 4)},
            "The value rose in 2 of 4 patients, by 0.5 to 1 U/ml; fell in 1, by 6 U/ml; unchanged in 1.",
        ),
        (TITRE, {"A": (9, 9), "B": (1, 1)}, "No value changed in 2 patients."),
        (FREE, dict.fromkeys("ABCDE", (0.0, 1.0)), "Yes in 0 of 5 before and in 5 of 5 after."),
    ],
)
def test_leads(measure: Measure, rows: dict[str, tuple[Value, Value]], lead: str) -> None:
    assert answer(measure, rows).lead == lead


def test_direction_decides_what_better_means() -> None:
    up = answer(replace(SCORE, direction=Direction.HIGHER), DEMO)
    assert (up.improved, up.worsened) == (0, 5)
    unknown = answer(TITRE, DEMO)
    assert unknown.improved is unknown.worsened is None
    assert (unknown.increased, unknown.decreased) == (0, 5)


def test_left_out_patients_are_named() -> None:
    cohort = replace(
        cohort_of(SCORE, {**DEMO, "F": (None, 3), "G": (4, 1)}), excluded=(LeftOut("G", "wrong infusion"),)
    )
    result = compare(cohort, QUESTION)
    assert result.patients == tuple("ABCDE")
    assert [left.patient for left in result.left_out] == ["F", "G"]
    cautions = [c for c in result.cautions if "left out" in c]
    assert cautions == ["1 of 6 patients left out for missing values: see Patients."], "G was the user's own choice"
    assert "2 patients were left out" in result.methods


def test_censored_values_enter_at_their_limit_and_are_named() -> None:
    result = answer(TITRE, {"A": (">5000", 40), "B": ("<0.5", "<0.3"), "C": (8, "<0.5"), "D": (3, 2)})
    changes = {c.patient: c.difference for c in result.changes}
    assert changes == {"A": -4960, "B": 0, "C": -7.5, "D": -1}
    named = next(c for c in result.cautions if "limit of measurement" in c)
    assert named.startswith("4 of 8 values lie beyond the limit of measurement and enter at that limit: A at Baseline")
    assert "“<0.5”" in named
    assert any(c.startswith("B is beyond the limit both times") for c in result.cautions)
    assert result.before_summary.min == 0.5
    assert result.unchanged == 1


def test_zero_policies_are_shown_where_they_differ() -> None:
    rows: dict[str, tuple[Value, Value]] = {
        str(i): (0, d) for i, d in enumerate([4, -2, 2, 0, 5, 5, -1, 3, 0, 2, -4, 6, 1, 1, 7])
    }
    result = answer(TITRE, rows)
    assert any("dropped (Wilcoxon)" in c and "P = 0.0339" in c for c in result.cautions)
    pratt = answer(TITRE, rows, zeros=Zeros.PRATT)
    assert pratt.test("signed_rank").p == 0.033935546875
    assert any("ranked (Pratt) the signed-rank test gives P = 0.0339" in c for c in pratt.cautions)


def test_patients_who_could_only_move_one_way_are_counted() -> None:
    result = answer(SCORE, {"A": (0, 0), "B": (16, 0), "C": (12, 2)})
    assert any(c.startswith("1 of 3 patients began at 0, the best possible value") for c in result.cautions)


def test_yes_no_measures_carry_their_table() -> None:
    result = answer(FREE, {"A": (0.0, 1.0), "B": (1.0, 1.0), "C": (0.0, 0.0)})
    assert result.yes_no is not None
    assert (result.yes_no.only_after, result.yes_no.both, result.yes_no.neither) == (("A",), ("B",), ("C",))
    assert result.test("signed_rank").p == 1.0
    assert result.methods.count("McNemar") == 1
    assert "mid-P = 0.5" in results_sentence(result)


def test_rows_in_another_order_change_no_digit() -> None:
    rows = {**DEMO, "F": (3.3, 4.1), "G": (7, 7)}
    first, second = answer(SCORE, rows), answer(SCORE, dict(reversed(rows.items())))
    assert first.tests == second.tests
    assert first.intervals == second.intervals
    assert first.before_summary == second.before_summary
    assert first.lead == second.lead


def test_the_json_object_has_the_promised_fields() -> None:
    promised = {
        "measure", "before", "after", "n", "patients", "left_out", "before_summary", "after_summary", "improved",
        "unchanged", "worsened", "tests", "intervals", "cautions", "lead", "increased", "decreased", "differences",
        "yes_no",
    }  # fmt: skip
    found = json.loads(json.dumps(answer_json(answer(SCORE, {**DEMO, "F": (None, 1)})), allow_nan=False))
    assert promised <= set(found)
    assert (found["measure"], found["n"], found["yes_no"]) == ("SLEDAI-2K", 5, None)
    assert found["left_out"][0]["patient"] == "F"
    assert set(found["before_summary"]) == {"n", "median", "min", "max", "mean", "sd", "signs"}
    tests = {test["key"]: test for test in found["tests"]}
    assert list(tests) == ["signed_rank", "sign", "sign_flip", "paired_t", "log_ratio_t"]
    assert set(tests["sign"]) == {
        "key", "p", "p_smallest", "exact", "statistic", "df", "n_used", "zeros", "ties", "method", "reason",
    }  # fmt: skip
    assert round(tests["paired_t"]["p"], 6) == 0.002838
    intervals = {interval["key"]: interval for interval in found["intervals"]}
    assert list(intervals) == [
        "mean_difference", "hodges_lehmann", "median_difference", "share_improved", "cohen_dz", "hedges_gav",
        "rank_biserial",
    ]  # fmt: skip
    assert set(intervals["cohen_dz"]) == {
        "key", "estimate", "low", "high", "level_asked", "level", "method", "reason",
    }  # fmt: skip
    walsh = intervals["hodges_lehmann"]
    assert (walsh["estimate"], walsh["low"], walsh["high"], walsh["level"]) == (-12, -16, -8, 0.9375)
    free = answer_json(answer(FREE, dict.fromkeys("ABCDE", (1.0, 0.0))))["yes_no"]
    assert {"table", "exact_p", "mid_p", "p_smallest", "before", "after", "difference"} <= set(free)
    assert free["table"] == {"both": [], "only_before": list("ABCDE"), "only_after": [], "neither": []}
    assert set(free["before"]) == {"k", "n", "low", "high"}
    assert set(free["difference"]) == {"estimate", "low", "high", "method"}


SITUATIONS: list[tuple[Measure, dict[str, tuple[Value, Value]]]] = [
    (SCORE, DEMO),
    (SCORE, {}),
    (SCORE, {"A": (1, None)}),
    (SCORE, {"A": (3, 2)}),
    (SCORE, {"A": (3, 2), "B": (4, 4)}),
    (SCORE, dict.fromkeys("ABC", (3, 3))),
    (SCORE, dict.fromkeys("ABC", (3, 1))),
    (TITRE, {"A": (">5000", 1), "B": ("<1", "<2")}),
    (FREE, dict.fromkeys("ABCDE", (1.0, 0.0))),
    (FREE, dict.fromkeys("ABC", (1.0, 1.0))),
    (FREE, {}),
    (SCORE, {str(i): (100, i / 7) for i in range(60)}),
]


@pytest.mark.parametrize(("measure", "rows"), SITUATIONS)
def test_every_situation_can_be_said(measure: Measure, rows: dict[str, tuple[Value, Value]]) -> None:
    result = answer(measure, rows)
    table = answer_table((result,))
    texts = [result.lead, result.methods, results_sentence(result), answer_text(result), *result.cautions]
    texts += [json.dumps(answer_json(result), allow_nan=False, ensure_ascii=False), table_text(table)]
    for text in texts:
        assert text
        assert not re.search(r"signific|\*|\bnan\b|\binf\b|None,|P = 0(?![.])|P = 0\.0+\b(?!\d)", text)
    assert len(table) == 2
    assert len(table[1]) == len(TABLE_HEADER)
    assert answer_text(result).splitlines()[2] == result.lead


def test_p_is_shown_as_people_read_it() -> None:
    assert [p_text(p) for p in (5e-324, 0.0001, 0.05, 0.0500001, 0.0499999, 0.1875, 1.0)] == [
        "P < 0.0001",
        "P = 0.0001",
        "P = 0.05",
        "P = 0.0500001",
        "P = 0.0499999",
        "P = 0.1875",
        "P = 1",
    ]


def test_overview_has_one_answer_per_measure_with_values() -> None:
    cohort = cohort_of(SCORE, DEMO)
    cohort = replace(
        cohort,
        measures=(SCORE, TITRE, FREE),
        observations=(*cohort.observations, Observation("A", "month 3", "free", 1.0)),
    )
    found = overview(cohort, "baseline", "month 3", level=0.9)
    assert [result.measure.key for result in found] == ["score", "free"]
    assert [result.n for result in found] == [5, 0]
    assert found[0].comparison.level == 0.9


def visits_cohort(*days: tuple[str, float | None, int]) -> Cohort:
    """One measure with the given number of patients at each (visit, day)."""
    return Cohort(
        tuple(Patient(str(i)) for i in range(5)),
        tuple(Visit(key, key, day) for key, day, _ in days),
        (TITRE, SCORE),
        tuple(Observation(str(i), key, "score", float(i)) for key, _, count in days for i in range(count)),
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ((("screening", -28, 5), ("baseline", 0, 5), ("month 1", 30, 5), ("month 3", 91, 5)), ("baseline", "month 3")),
        ((("screening", -28, 5), ("day 0", 0, 5), ("month 6", 182, 5), ("month 12", 365, 5)), ("day 0", "month 6")),
        ((("baseline", 0, 5), ("month 3", 91, 2), ("month 6", 182, 5)), ("baseline", "month 6")),
        ((("pre", None, 5), ("post", None, 4)), ("pre", "post")),
        ((("month 1", 30, 5), ("month 2", 61, 5), ("month 4", 121, 5)), ("month 1", "month 4")),
        ((("screening", -28, 5), ("baseline", 0, 5)), ("screening", "baseline")),
        ((("baseline", 0, 5),), None),
        ((), None),
    ],
)
def test_default_questions(days: tuple[tuple[str, float | None, int], ...], expected: tuple[str, str] | None) -> None:
    found = default_comparison(visits_cohort(*days))
    assert (found and (found.before, found.after)) == expected
    assert found is None or found.measure == "score"
    assert default_comparison(visits_cohort(*days), "titre") is None


def test_wrong_questions_are_refused() -> None:
    cohort = cohort_of(SCORE, DEMO)
    for wrong in (replace(QUESTION, measure="x"), replace(QUESTION, before="x"), replace(QUESTION, after="x")):
        with pytest.raises(KeyError):
            compare(cohort, wrong)
    with pytest.raises(ValueError, match="outside 0 to 1"):
        compare(cohort, replace(QUESTION, level=95))


def test_an_answer_for_a_small_cohort_imports_nothing_heavy() -> None:
    program = (
        "import sys; from trajecta.stats.cohort import *; from trajecta.stats.results import *\n"
        "from trajecta.stats.compare import compare; from trajecta.io.answers import answer_json\n"
        "m = Measure('m', 'M', direction=Direction.LOWER); ids = [str(i) for i in range(50)]\n"
        "c = Cohort(tuple(map(Patient, ids)), (Visit('a', 'A'), Visit('b', 'B')), (m,),\n"
        "    tuple(Observation(p, v, 'm', (int(p) * 37 % 101) / s) for p in ids for v, s in (('a', 1), ('b', 3))))\n"
        "assert answer_json(compare(c, Comparison('m', 'a', 'b')))['n'] == 50\n"
        "heavy = ('numpy', 'scipy', 'pandas', 'statsmodels', 'openpyxl', 'PySide6', 'pyqtgraph')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_yes_no_measures_offer_no_statistic_of_numbers() -> None:
    rows: dict[str, tuple[Value, Value]] = dict.fromkeys("ABCDEF", (0.0, 1.0))
    result = answer(FREE, rows | {"G": (1.0, 1.0)})
    assert result.yes_no is not None
    assert {t.key for t in result.tests if t.p is not None} == {"signed_rank", "sign"}
    assert {result.test(key).p for key in ("signed_rank", "sign")} == {result.yes_no.exact_p} == {0.03125}
    assert {i.key for i in result.intervals if i.estimate is not None} == {"share_improved"}
    numbers = answer(SCORE, DEMO)
    assert [t.key for t in result.tests] == [t.key for t in numbers.tests]
    assert [i.key for i in result.intervals] == [i.key for i in numbers.intervals]
    empty = [x for x in (*result.tests, *result.intervals) if getattr(x, "p", getattr(x, "estimate", None)) is None]
    assert all(x.reason.startswith("Values are yes/no: ") for x in empty)
    assert "exact McNemar" in result.test("paired_t").reason
    assert result.interval("hodges_lehmann").low is None


def test_one_patient_is_one_patient() -> None:
    found = results_sentence(answer(FREE, {"A": (0.0, 1.0)}))
    assert "yes in 0 of 1 patient at Baseline" in found
    assert "1 patients" not in found
    burden = Measure("immunosuppressants", "Immunosuppressants", "count", Direction.LOWER, derived=True)
    result = answer(burden, {"A": (2, 0), "B": (1, 0)})
    assert result.lead == "Both patients improved, by 1 to 2."
    assert "count" not in results_sentence(result)


def test_values_in_doubt_are_named() -> None:
    cohort = cohort_of(SCORE, DEMO)
    doubt = replace(
        cohort.observations[0], flag="B4 and B5 hold two values for one visit.", source=CellRef("Visits", 4, 2)
    )
    other = replace(cohort.observations[3], flag="The id looks like another one.")
    observations = (doubt, *cohort.observations[1:3], other, *cohort.observations[4:])
    result = compare(replace(cohort, observations=observations), QUESTION)
    assert (
        "2 values used here are in doubt: Visits!B4 (B4 and B5 hold two values for one visit), "
        "B at Month 3 (The id looks like another one)."
    ) in result.cautions
    assert not any("in doubt" in caution for caution in compare(cohort, QUESTION).cautions)


def test_an_interval_that_reaches_0_beside_a_small_p_is_explained() -> None:
    changes = [-1, -1, -1, -1, -1, -2, -2, -2, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    rows: dict[str, tuple[Value, Value]] = {str(i): (10, 10 + d) for i, d in enumerate(changes)}
    result = answer(SCORE, rows)
    p, interval = result.test("signed_rank").p, result.interval("hodges_lehmann")
    assert p is not None
    assert p < 0.05
    assert interval.high == 0
    said = [c for c in result.cautions if "interval reaches 0" in c]
    assert len(said) == 1
    assert said[0].endswith("the test drops the 8 unchanged patients, the interval counts them as no change.")
    assert not any("reaches 0" in c for c in answer(SCORE, DEMO).cautions)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # Five pairs: no interval at 95 % exists, and 0.05 is out of reach.
        (
            [-16, -16, -16, -8, -8],
            "P = 0.0625 although the 93.75 % interval leaves out 0: an interval at this level leaves 0 out where P is "
            "at most 0.0625, not 0.05.",
        ),
        # The narrowest level above 95 % is 96.09 %.
        (
            [-1, -1, 1, 1, 2, 2, 2, 2, 3],
            "P = 0.043 although the 96.09 % interval reaches 0: an interval at this level leaves 0 out where P is "
            "at most 0.0391, not 0.05.",
        ),
        (
            [-2, -2, -1, 3, 3, 3, 3, 3, 3],
            "P = 0.03125 although the 96.09 % interval reaches 0: the test takes account of equal changes, the level "
            "of the interval is that without any.",
        ),
        (
            [-2, 0, 1, 1, 1, 1, 2, 3, 3, 3],
            "P = 0.0508 although the 95.11 % interval leaves out 0: the test drops the 1 unchanged patient, the "
            "interval counts that one as no change.",
        ),
        ([-3, -5, 1, 9, 12, 14, 15, 18], None),
        ([2, 3, 5, 7, 8, 9, 11], None),
    ],
)
def test_interval_and_p_that_seem_to_disagree_are_explained(changes: list[int], expected: str | None) -> None:
    rows: dict[str, tuple[Value, Value]] = {str(i): (40, 40 + d) for i, d in enumerate(changes)}
    said = [c for c in answer(SCORE, rows).cautions if "interval reaches 0" in c or "interval leaves out 0" in c]
    assert said == ([expected] if expected else [])


ANY = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, 1e308, -1e308, sys.float_info.max, 5e-324, 1e-320, 1.0, 2.0, 0.1]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ANY, ANY), max_size=10), st.sampled_from(list(Zeros)))
def test_any_finite_values_get_an_answer(pairs: list[tuple[float, float]], zeros: Zeros) -> None:
    result = answer(SCORE, {str(i): pair for i, pair in enumerate(pairs)}, zeros=zeros)
    assert result.lead
    for test in result.tests:
        assert (test.p is None and test.reason) or (test.p is not None and 0 < test.p <= 1)
    for interval in result.intervals:
        assert all(v is None or math.isfinite(v) for v in (interval.estimate, interval.low, interval.high))
        assert interval.low is None or interval.high is None or interval.low <= interval.high


@pytest.mark.parametrize("n", [8, 41, 60])
def test_values_of_every_size_side_by_side(n: int) -> None:
    rows: dict[str, tuple[Value, Value]] = {str(i): (1e308 if i % 2 else 1e-320, i * 0.37) for i in range(n)}
    p = answer(SCORE, rows).test("sign_flip").p
    assert p is not None
    assert 0 < p <= 1
