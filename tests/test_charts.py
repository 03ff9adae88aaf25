"""Charts: every text on its own place at every width, and what is drawn is what the cohort holds."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest

from trajecta.io.svg import svg_bytes
from trajecta.stats.charts.axes import axis_for_range, linear_ticks, log_ticks, zoomed
from trajecta.stats.charts.choice import ChartChoice, TimeUnit, ValueScale
from trajecta.stats.charts.layout import overlap, text_boxes
from trajecta.stats.charts.registry import CHARTS, build_figure, chart
from trajecta.stats.cohort import (
    Band,
    Censored,
    Cohort,
    Course,
    Direction,
    Kind,
    LeftOut,
    Measure,
    Observation,
    Patient,
    Role,
    Visit,
)
from trajecta.stats.figure import Axis, Block, Dots, Figure, Line, Note, Panel, Pin, Rule, Scale, Shape
from trajecta.stats.limits_of_assay import signs_of
from trajecta.stats.palette import style_of
from trajecta.stats.results import (
    Comparison,
    IntervalResult,
    PairedResult,
    PatientChange,
    Proportion,
    Summary,
    TestResult,
    YesNoResult,
)

GOLDEN = Path(__file__).with_name("golden")
Value = Callable[[int, int], float | None]
SLEDAI = {
    "SYN-01": (16, 16, 8, 0, 0, 0),
    "SYN-02": (14, 16, 10, 0, 0, None),
    "SYN-03": (16, 16, 6, "missed", 0, None),
    "SYN-04": (12, 10, 6, 2, 2, 0),
    "SYN-05": (8, 8, 4, 0, 0, None),
}
DAYS = {"screening": -28, "baseline": 0, "month 1": 30, "month 3": 91, "month 6": 183, "year 1": 365}
VISITS = tuple(Visit(key, key.capitalize(), day) for key, day in DAYS.items())
LLDAS = Band("low activity (LLDAS: ≤ 4)", 0, 4, "Franklyn 2016")


def five() -> Cohort:
    """Five synthetic patients like the founding case, with a missed visit, a log and lymphodepletion."""
    observations = [
        Observation(p, v.key, "sledai", None if value == "missed" else float(value), v.day, text=str(value))
        for p, row in SLEDAI.items()
        for v, value in zip(VISITS, row, strict=True)
        if value is not None
    ]
    courses = [
        course
        for p in SLEDAI
        for course in (
            Course(p, "Prednisolone", "prednisolone", daily_mg=12.5, start=-90, stop=-30),
            Course(p, "Prednisolone", "prednisolone", daily_mg=5.0, start=-29, stop=23),
            Course(p, "HCQ", "hydroxychloroquine", daily_mg=400.0, stop=-3),
            Course(p, "Fludarabine", "fludarabine", Role.LYMPHODEPLETION, 40.0, start=-5, stop=-3),
            Course(p, "Tocilizumab", "tocilizumab", Role.RESCUE, 560.0, route="iv", start=6, stop=6),
        )
    ]
    measure = Measure("sledai", "SLEDAI-2K", "points", Direction.LOWER, range=(0, 105), bands=(LLDAS,))
    people = tuple(Patient(p) for p in SLEDAI)
    return Cohort(people, VISITS, (measure,), tuple(observations), tuple(courses), (), "CART", "infusion", True)


def made(value: Value, n: int = 5, **options: object) -> Cohort:
    """A cohort of n patients whose values are ``value(patient, visit)``; further options change its shape."""
    count = int(str(options.get("visits", 3)))
    dated, name = options.get("dated", True), str(options.get("name", "C3"))
    ids = str(options.get("ids", "P{:02d}"))
    visits = tuple(
        Visit(f"v{j}", f"Month {j * 3}" if j else "Baseline", j * 91.0 if dated else None) for j in range(count)
    )
    people = tuple(Patient(ids.format(i + 1)) for i in range(n))
    observations = tuple(
        Observation(p.id, v.key, "m", value(i, j), None, Censored.BELOW if (i + j) % 4 == 0 else Censored.NO)
        for i, p in enumerate(people)
        for j, v in enumerate(visits)
    )
    bands = options.get("bands", ())
    measure = Measure("m", name, "g/L", kind=Kind(str(options.get("kind", "numeric"))))
    if isinstance(bands, tuple):
        measure = replace(measure, bands=bands)
    return Cohort(people, visits, (measure,), observations, (), (), "", "infusion of CD19 CAR-T cells", True)


def answered(cohort: Cohort, before: str, after: str) -> PairedResult:
    """An answer with plausible numbers; charts must take every number from here."""
    measure = cohort.measures[0]
    used = cohort.pairs(measure.key, before, after).used
    ends = [(pair.patient, pair.before.value or 0.0, pair.after.value or 0.0) for pair in used]
    changes = tuple(PatientChange(patient, first, last, last - first) for patient, first, last in ends)
    sides = [sorted(values) for values in ([c.before for c in changes], [c.after for c in changes])]
    signs = (signs_of([pair.before for pair in used]), signs_of([pair.after for pair in used]))
    summaries = [
        Summary(len(side), side[len(side) // 2] if side else None, signs=own)
        for side, own in zip(sides, signs, strict=True)
    ]
    interval = IntervalResult("hodges_lehmann", "Hodges–Lehmann", -12.0, -16.0, -8.0, 0.95, 0.9375)
    yes_no = None
    if measure.kind is Kind.YES_NO:
        k = [Proportion(int(sum(side)), len(side), 0.0, 1.0) for side in sides]
        yes_no = YesNoResult((), (), (), (), 0.0625, 0.03, 0.0625, k[0], k[1], interval)
    return PairedResult(
        Comparison(measure.key, before, after), measure, before.capitalize(), after.capitalize(), changes, (),
        summaries[0], summaries[1], 5, 0, 0, 0, 5,
        (TestResult("signed_rank", "Wilcoxon signed-rank test", 0.0625, 0.0625, True, n_used=len(changes)),),
        (interval,), yes_no,
        lead="5 of 5 improved, by 8 to 16 points.",
    )  # fmt: skip


BANDS = (Band("low", None, 2, ""), Band("moderate", 2, 5, ""), Band("a rather long name of a band", 5, None, ""))
LONG = "A very long name of a measure that nobody would put on an axis but some do"
COHORTS: dict[str, Cohort] = {
    "five": five(),
    "three": made(lambda i, j: float(i + j), 3),
    "fifty": made(lambda i, j: float((i * 7 + j * 3) % 19), 50, visits=8),
    "fifty long ids": made(lambda i, j: float((i * 7 + j * 3) % 19), 50, ids="PATIENT-{:02d}-AAAAAAAAA"),
    "all equal": made(lambda i, j: 3.0, 50),
    "all zero": made(lambda i, j: 0.0, 3),
    "negative": made(lambda i, j: -5.0 - 3 * i + j, 5),
    "huge": made(lambda i, j: 1e7 * (i + 1) + 3e6 * j, 4, name=LONG),
    "tiny": made(lambda i, j: 1e-7 * (i + 1) + 3e-8 * j, 4),
    "around zero": made(lambda i, j: (i - 1.5) * 0.003 + j * 0.001, 4, bands=(Band("normal", -0.002, 0.002),)),
    "one visit": made(lambda i, j: float(i), 5, visits=1),
    "only first visit": made(lambda i, j: None if j else float(i), 5),
    "no days": made(lambda i, j: float(i + j), 6, visits=12, dated=False),
    "no values": made(lambda i, j: None, 3),
    "bands": made(lambda i, j: float(i + j), 8, bands=BANDS),
    "yes/no": made(lambda i, j: float((i + j) % 2), 5, kind="yes-no"),
    "yes/no fifty": made(lambda i, j: float((i + j) % 2), 50, kind="yes-no"),
    "Chinese": made(lambda i, j: float(i + j), 6, name="狼疮活动度", ids="患者编号{}"),
    "empty": Cohort(measures=(Measure("m", "C3"),)),
}
WIDTHS = (60.0, 89.0, 120.0, 183.0, 250.0)


def figure_of(name: str, choice: ChartChoice) -> Figure:
    """The chart of a named cohort, its first two visits compared."""
    cohort = COHORTS[name]
    first, last = (cohort.visits[0].key, cohort.visits[-1].key) if cohort.visits else ("", "")
    if name == "five":
        first, last = "baseline", "month 3"
    result = answered(cohort, first, last) if cohort.visits else None
    return build_figure(cohort, cohort.measures[0].key, result, choice)


def assert_texts_have_their_own_places(figure: Figure) -> None:
    boxes = text_boxes(figure)
    for text, box in boxes:
        assert box.x >= 0, text
        assert box.y >= 0, text
        assert box.x + box.width <= figure.width + 0.01, text
        assert box.y + box.height <= figure.height + 0.01, text
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)] == []


@pytest.mark.parametrize("name", COHORTS)
@pytest.mark.parametrize("entry", CHARTS, ids=lambda c: c.key)
def test_texts_never_overlap_nor_leave_the_page(entry: object, name: str) -> None:
    kind = getattr(entry, "key", "")
    for width in WIDTHS:
        for height in (None, 60.0, 120.0):
            for unit in TimeUnit:
                figure = figure_of(name, ChartChoice(kind, width, height, unit))
                assert figure.width_mm == width
                assert height is None or figure.height_mm == height
                assert figure.alt.endswith(".")
                assert_texts_have_their_own_places(figure)
                for panel in figure.panels:
                    assert panel.area.width > 25
                    assert panel.area.height > 15
                    sizes = {m.size for m in (*panel.marks, *figure.page) if isinstance(m, Note)}
                    assert all(5 <= size <= 8 for size in (*sizes, panel.x.size, panel.y.size))


def symbols_inside(panel: Panel) -> bool:
    """Whether every symbol of a panel lies inside with its whole size."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    for mark in panel.marks:
        if isinstance(mark, Dots):
            right, up = mark.size / 2 * (x1 - x0) / panel.area.width, mark.size / 2 * (y1 - y0) / panel.area.height
            if not all(x0 + right <= x <= x1 - right and y0 + up <= y <= y1 - up for x, y in mark.points):
                return False
    return True


@pytest.mark.parametrize("kind", ["trajectories", "before-after"])
@pytest.mark.parametrize("name", COHORTS)
def test_symbols_at_the_edge_are_whole(kind: str, name: str) -> None:
    for width in WIDTHS:
        for panel in figure_of(name, ChartChoice(kind, width)).panels:
            assert symbols_inside(panel)
            for at, _ in panel.y.ticks:
                assert panel.y.range[0] <= at <= panel.y.range[1]


@pytest.mark.parametrize("kind", [c.key for c in CHARTS])
def test_the_order_of_rows_changes_nothing(kind: str) -> None:
    cohort = five()
    observations, courses = list(cohort.observations), list(cohort.courses)
    random.Random(7).shuffle(observations)
    shuffled = replace(cohort, observations=tuple(observations))
    expected = build_figure(cohort, "sledai", answered(cohort, "baseline", "month 3"), ChartChoice(kind))
    assert build_figure(shuffled, "sledai", answered(shuffled, "baseline", "month 3"), ChartChoice(kind)) == expected
    random.Random(3).shuffle(courses)
    log_shuffled = replace(cohort, courses=tuple(courses))
    result = answered(cohort, "baseline", "month 3")
    assert build_figure(log_shuffled, "sledai", result, ChartChoice(kind)) == expected


def lines_of(figure: Figure, patient: str) -> list[Line]:
    return [m for m in figure.panels[0].marks if isinstance(m, Line) and m.key == patient]


def test_a_missed_visit_breaks_the_line_and_is_named() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice())
    assert [len(line.points) for line in lines_of(figure, "SYN-03")] == [3]
    assert [len(line.points) for line in lines_of(figure, "SYN-02")] == [5], "not yet reached is not missed"
    assert "SYN-03 has no value at Month 3" in figure.alt
    assert "SYN-02 has no value" not in figure.alt
    dots = [m for m in figure.panels[0].marks if isinstance(m, Dots) and m.key == "SYN-03"]
    assert [d.names for d in dots if d.names] == [("screening", "baseline", "month 1", "month 6")]
    cross = next(d for d in dots if not d.names)
    assert (cross.shape, [round(x, 2) for x, _ in cross.points]) == (Shape.CROSS, [2.99])
    assert "Cross: visit missed." in " ".join(text for text, _ in text_boxes(figure))


def test_a_visit_that_only_one_patient_had_breaks_nobody_elses_line() -> None:
    cohort = five()
    extra = Observation("SYN-02", "unplanned", "sledai", 4.0, 50.0)
    visits = (*cohort.visits[:3], Visit("unplanned", "Unplanned", 50), *cohort.visits[3:])
    figure = build_figure(
        replace(cohort, visits=visits, observations=(*cohort.observations, extra)), "sledai", None, ChartChoice()
    )
    assert [len(line.points) for line in lines_of(figure, "SYN-01")] == [6]
    assert [len(line.points) for line in lines_of(figure, "SYN-02")] == [6]


def test_excluding_a_patient_recolours_nobody() -> None:
    cohort = replace(five(), excluded=(LeftOut("SYN-01", "withdrew consent"),))
    figure = build_figure(cohort, "sledai", None, ChartChoice())
    assert lines_of(figure, "SYN-01") == []
    assert lines_of(figure, "SYN-02")[0].stroke.color == style_of(1).color
    assert "SYN-01 is excluded: withdrew consent." in figure.alt
    assert not any(isinstance(m, Note) and m.text == "SYN-01" for m in figure.page)


@pytest.mark.parametrize("unit", TimeUnit)
def test_time_is_true_days_from_time_zero(unit: TimeUnit) -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice(time_unit=unit))
    panel = figure.panels[0]
    days = 1.0 if unit is TimeUnit.DAYS else 30.4375
    assert lines_of(figure, "SYN-01")[0].points[-1] == (365 / days, 0.0)
    assert [m.at for m in panel.marks if isinstance(m, Rule)] == [0.0]
    assert any(isinstance(m, Note) and m.text == "infusion, day 0" for m in panel.marks)
    assert panel.x.label == f"{unit.value.capitalize()} after infusion"
    if unit is TimeUnit.MONTHS:
        assert all(at % 1 == 0 for at, _ in panel.x.ticks)


def test_months_are_ticked_by_quarters() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice(width_mm=89.0))
    assert [text for _, text in figure.panels[0].x.ticks] == ["0", "3", "6", "9", "12"]


def test_a_band_is_drawn_behind_and_labelled_clear_of_the_data() -> None:
    panel = build_figure(five(), "sledai", None, ChartChoice()).panels[0]
    assert isinstance(panel.marks[0], Block)
    assert (panel.marks[0].y0, panel.marks[0].y1) == (None, 4)
    assert [m.text for m in panel.marks if isinstance(m, Note)].count(LLDAS.label) == 1


def test_a_band_without_a_free_place_is_told_at_the_foot() -> None:
    crowd = made(lambda i, j: float((i + j * 5) % 12), 12, bands=(Band("the normal range", 0, 12),))
    figure = build_figure(crowd, "m", None, ChartChoice(width_mm=60.0))
    texts = [text for text, _ in text_boxes(figure)]
    assert ("the normal range" in texts) != ("Shaded: the normal range." in texts)


def test_censored_values_are_open_and_explained() -> None:
    figure = figure_of("three", ChartChoice())
    fills = {bool(m.fill) for m in figure.panels[0].marks if isinstance(m, Dots)}
    assert fills == {True, False}
    assert any("Open symbols" in text for text, _ in text_boxes(figure))
    assert "drawn as open symbols" in figure.alt


@pytest.mark.parametrize("kind", [c.key for c in CHARTS])
def test_synthetic_data_are_called_so_on_every_page(kind: str) -> None:
    for name in COHORTS:
        texts = [text for text, _ in text_boxes(figure_of(name, ChartChoice(kind, 89.0)))]
        assert ("Synthetic data" in texts) == COHORTS[name].synthetic


def test_equal_values_stand_side_by_side_and_lines_end_at_them() -> None:
    result = answered(five(), "baseline", "month 6")
    panel = build_figure(five(), "sledai", result, ChartChoice("before-after", 89.0)).panels[0]
    dots = {(m.key): m.points for m in panel.marks if isinstance(m, Dots) and m.key}
    at_16 = [points[0] for points in dots.values() if points[0][1] == 16]
    assert len(at_16) == len(set(at_16)) == 3
    assert sum(x for x, _ in at_16) == pytest.approx(0, abs=1e-9), "not symmetrical around the column"
    assert at_16 == sorted(at_16), "not in the cohort's order"
    for line in (m for m in panel.marks if isinstance(m, Line) and m.key):
        assert line.points == dots[line.key]
    assert {y for points in dots.values() for _, y in points} == {0.0, 2.0, 8.0, 10.0, 16.0}, "moved off their values"


def test_before_after_writes_only_what_the_result_says() -> None:
    figure = figure_of("five", ChartChoice("before-after", 89.0))
    texts = [text for text, _ in text_boxes(figure)]
    assert "Exact Wilcoxon signed-rank P = 0.0625, the smallest P that 4 pairs can give" in texts
    assert "Hodges–Lehmann estimate −12 points (−16 to −8), level 93.75 %" in texts
    assert texts.count("n = 4") == 2
    assert not any("*" in text or "signific" in text for text in texts)
    assert "5 of 5 improved, by 8 to 16 points." in figure.alt


def test_a_median_of_values_beyond_the_limit_carries_their_sign() -> None:
    def beyond(i: int, j: int) -> Censored:
        if j == 0:
            return Censored.ABOVE if i in (1, 2) else Censored.NO
        return Censored.BELOW if i == 0 else Censored.NO

    cohort = made(lambda i, j: (400.0 if i else 90.0) if j == 0 else 10.0 + i, 3, visits=2)
    seen = tuple(
        replace(o, censored=beyond(i, j))
        for o, (i, j) in zip(cohort.observations, product(range(3), (0, 1)), strict=True)
    )
    cohort = replace(cohort, observations=seen)
    figure = build_figure(cohort, "m", answered(cohort, "v0", "v1"), ChartChoice("before-after", 89.0))
    texts = [text for text, _ in text_boxes(figure)]
    assert ">400" in texts
    assert "11" in texts
    assert "Median >400 before and 11 after." in figure.alt


@pytest.mark.parametrize("kind", ["change", "waterfall", "heat", "trajectories"])
def test_long_ids_that_begin_alike_can_be_told_apart(kind: str) -> None:
    cohort = made(lambda i, j: 3.0 + i - j, 6, ids="UNIVERSITY-HOSPITAL-COHORT-PATIENT-{:04d}")
    choice = ChartChoice(kind, 89.0, each=kind == "trajectories")
    figure = build_figure(cohort, "m", answered(cohort, "v0", "v1"), choice)
    names = [text for text, _ in text_boxes(figure) if text.startswith("UNI")]
    assert len(names) == 6
    assert {name[-1] for name in names} == set("123456")


@pytest.mark.parametrize("scale", [ValueScale.CHANGE, ValueScale.PERCENT])
def test_a_long_name_never_hides_that_changes_are_drawn(scale: ValueScale) -> None:
    cohort = made(lambda i, j: 3.0 + i - j, 6, name=LONG)
    figure = build_figure(cohort, "m", answered(cohort, "v0", "v1"), ChartChoice("spider", 60.0, scale=scale))
    assert "change from Baseline" in figure.panels[0].y.label


def test_before_after_without_an_answer_says_what_to_do() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice("before-after"))
    assert figure.panels == ()
    assert "Choose a visit before and a visit after" in figure.alt
    other = replace(answered(five(), "baseline", "month 3"), measure=Measure("pga", "PGA"))
    assert build_figure(five(), "sledai", other, ChartChoice("before-after")).panels == ()


def test_a_test_without_p_gives_its_reason() -> None:
    result = answered(five(), "baseline", "month 3")
    test = TestResult("signed_rank", "Wilcoxon", None, None, True, reason="All patients are unchanged.")
    figure = build_figure(five(), "sledai", replace(result, tests=(test,)), ChartChoice("before-after"))
    assert "All patients are unchanged." in [text for text, _ in text_boxes(figure)]


def test_medication_stands_under_the_activity_on_the_same_time() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice("medication", patient="SYN-04"))
    assert [p.key for p in figure.panels] == ["values", "dose", "drugs"]
    assert {p.linked for p in figure.panels} == {"time"}
    assert len({(p.x.range, p.area.x, p.area.width) for p in figure.panels}) == 1
    assert [p.x.visible for p in figure.panels] == [False, False, True]
    texts = [text for text, _ in text_boxes(figure)]
    for expected in ("SYN-04", "other patients", "HCQ", "lymphodepletion", "rescue", "drug-free since day 24"):
        assert expected in texts
    areas = [m.y1 for m in figure.panels[1].marks if isinstance(m, Block)]
    assert areas == [12.5, 5.0]
    assert "12.5, 5, 0" in figure.alt


def test_the_drug_free_time_ends_where_knowledge_ends() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice("medication", patient="SYN-02", time_unit=TimeUnit.DAYS))
    free = next(m for m in figure.panels[2].marks if isinstance(m, Block))
    assert (free.x0, free.x1) == (24, 184), "SYN-02 was last seen on day 183"


def test_an_ongoing_drug_ends_drug_free_and_carries_an_arrow() -> None:
    cohort = five()
    ongoing = Course("SYN-01", "MMF", "mycophenolate mofetil", daily_mg=1000.0, start=60)
    figure = build_figure(
        replace(cohort, courses=(*cohort.courses, ongoing)), "sledai", None, ChartChoice("medication")
    )
    assert not any("drug-free" in text for text, _ in text_boxes(figure))
    assert any(isinstance(m, Line) and len(m.points) == 3 for m in figure.panels[2].marks)
    assert "ongoing" in figure.alt


def test_a_drug_that_ended_before_the_time_shown_is_told_in_words() -> None:
    cohort = five()
    early = Course("SYN-01", "AZA", "azathioprine", daily_mg=100.0, start=-900, stop=-400)
    pulse = Course(
        "SYN-01", "Methylprednisolone", "methylprednisolone", daily_mg=500.0, start=-20, stop=-18, route="iv"
    )
    logged = replace(cohort, courses=(*cohort.courses, early, pulse))
    figure = build_figure(logged, "sledai", None, ChartChoice("medication", 89.0))
    texts = [text for text, _ in text_boxes(figure)]
    assert "Before the time shown: AZA until day −400." in texts
    assert "AZA" not in texts, "a row without a bar"
    assert "Triangle: pulse of 625 mg/day prednisolone equivalent, days −20 to −18." in texts
    assert symbols_inside(figure.panels[1])
    assert_texts_have_their_own_places(figure)


def test_without_a_log_the_medication_chart_says_so() -> None:
    figure = build_figure(replace(five(), courses=()), "sledai", None, ChartChoice("medication"))
    assert [p.key for p in figure.panels] == ["values"]
    assert "No medication log for SYN-01." in [text for text, _ in text_boxes(figure)]
    assert_texts_have_their_own_places(figure)


def test_a_patient_without_values_still_shows_the_medication() -> None:
    cohort = five()
    figure = build_figure(replace(cohort, observations=()), "sledai", None, ChartChoice("medication"))
    assert [p.key for p in figure.panels] == ["dose", "drugs"]
    assert_texts_have_their_own_places(figure)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_log_of_many_drugs_keeps_its_texts_apart(width: float) -> None:
    cohort = five()
    names = ("belimumab", "azathioprine", "methotrexate", "tacrolimus", "rituximab", "a quite unknown drug name")
    more = tuple(
        Course(
            "SYN-01",
            name.capitalize(),
            name,
            list(Role)[i % 5],
            10.0,
            start=None if i % 3 == 0 else i * 20 - 60,
            stop=i * 30,
        )
        for i, name in enumerate(names)
    )
    for unit in TimeUnit:
        figure = build_figure(
            replace(cohort, courses=(*cohort.courses, *more)),
            "sledai",
            None,
            ChartChoice("medication", width, None, unit),
        )
        assert_texts_have_their_own_places(figure)


def test_an_unknown_kind_or_measure_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        chart("pie")
    with pytest.raises(KeyError):
        build_figure(five(), "sledai", None, ChartChoice("pie"))
    with pytest.raises(KeyError):
        build_figure(five(), "no such measure", None, ChartChoice())


@pytest.mark.parametrize("width", [0.0, 20.0, 5000.0])
def test_a_page_that_holds_no_figure_is_refused(width: float) -> None:
    with pytest.raises(ValueError, match="30 to 1000 mm"):
        build_figure(five(), "sledai", None, ChartChoice(width_mm=width))


def test_a_page_too_low_says_so() -> None:
    for entry in CHARTS:
        figure = figure_of("fifty", ChartChoice(entry.key, 89.0, 25.0))
        assert figure.panels == () or figure.panels[0].area.height > 15
        assert_texts_have_their_own_places(figure)


# --- axes and the camera ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ranges",
    [(-0.5, 16.5), (0, 1), (-1e-9, 1e-9), (1e12, 3e12), (-7, -2), (0.11, 0.12), (1e6, 1e6 + 1), (5, 5), (3, 1)],
)
def test_ticks_lie_in_their_range_and_differ(ranges: tuple[float, float]) -> None:
    ticks = linear_ticks(*ranges, 5)
    assert all(ranges[0] <= at <= ranges[1] for at, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks) <= 7
    assert (len(ticks) > 1) == (ranges[0] < ranges[1])


@pytest.mark.parametrize("ranges", [(-3, 3), (0, 1), (0.2, 0.4), (2, 2.05), (-12, 40)])
def test_ticks_of_a_logarithmic_axis_lie_in_their_range(ranges: tuple[float, float]) -> None:
    ticks = log_ticks(*ranges)
    assert 2 <= len(ticks) <= 12
    assert all(ranges[0] <= at <= ranges[1] for at, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)


def test_the_camera_gives_new_numbers_and_keeps_names() -> None:
    months = Axis("Months", (0, 12), ((0, "0"), (6, "6"), (12, "12")), steps=(1.0, 3.0, 6.0, 12.0))
    assert [t for _, t in axis_for_range(months, 0, 7).ticks] == ["0", "3", "6"]
    assert axis_for_range(months, 0, 12) is months
    assert axis_for_range(months, 5, 5) is months
    assert axis_for_range(months, float("nan"), 5) is months
    names = Axis("", (-0.5, 1.5), ((0, "no"), (1, "yes")), Scale.NAMES)
    assert axis_for_range(names, 0.5, 1.5).ticks == ((1, "yes"),)
    log = Axis("titre", (0, 4), (), Scale.LOG)
    assert [t for _, t in axis_for_range(log, 0, 3).ticks] == ["1", "10", "100", "1000"]


def test_zooming_one_panel_moves_the_linked_ones_in_time_only() -> None:
    figure = build_figure(five(), "sledai", None, ChartChoice("medication"))
    seen = zoomed(figure, "values", (-1.0, 2.0), (0.0, 5.0))
    assert [p.x.range for p in seen.panels] == [(-1.0, 2.0)] * 3
    assert seen.panels[0].y.range == (0.0, 5.0)
    assert [p.y for p in seen.panels[1:]] == [p.y for p in figure.panels[1:]]
    assert [p.area for p in seen.panels] == [p.area for p in figure.panels]
    assert zoomed(figure, "no such panel", (0, 1), (0, 1)) == figure
    assert zoomed(figure, "values") == figure


def test_deep_zoom_keeps_tick_strings_clear_of_the_axis_label() -> None:
    for width in WIDTHS:
        figure = build_figure(five(), "sledai", None, ChartChoice(width_mm=width))
        seen = zoomed(figure, "values", (2.001, 2.004), (3.99871, 3.99895))
        y_texts = [text for _, text in seen.panels[0].y.ticks]
        boxes = [(t, b) for t, b in text_boxes(seen) if t in (*y_texts, seen.panels[0].y.label)]
        assert len(boxes) == len(y_texts) + 1
        assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)] == []


@pytest.mark.parametrize("x_range", [(-5.0, 0.01), (-0.001, 20.0), (-0.2, 0.3)])
def test_zooming_pushes_no_text_off_the_page(x_range: tuple[float, float]) -> None:
    for entry in CHARTS:
        figure = zoomed(figure_of("five", ChartChoice(entry.key, 89.0)), "values", x_range)
        panels = tuple(replace(p, marks=tuple(m for m in p.marks if in_view(m, p))) for p in figure.panels)
        for text, box in text_boxes(replace(figure, panels=panels)):
            assert box.x >= -0.01, text
            assert box.x + box.width <= figure.width + 0.01, text


def in_view(mark: object, panel: Panel) -> bool:
    """Whether the pen draws this mark: texts bound to a day outside the range are not drawn."""
    bound = isinstance(mark, Note) and mark.pin is not Pin.X
    return not bound or panel.x.range[0] <= getattr(mark, "at", (0,))[0] <= panel.x.range[1]


# --- golden drawings --------------------------------------------------------------------------------------------------


def rounded(svg: str) -> str:
    """An SVG with its coordinates rounded to a thousandth, so that the last bits of a machine do not matter."""

    def number(found: re.Match[str]) -> str:
        return f"{float(found[0]) + 0.0:.3f}".replace("-0.000", "0.000")

    return re.sub(r'="[^"]*"', lambda attribute: re.sub(r"-?\d+\.\d+", number, attribute[0]), svg)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("entry", CHARTS, ids=lambda c: c.key)
def test_the_drawing_is_the_one_that_was_looked_at(entry: object, request: pytest.FixtureRequest) -> None:
    """Compare with ``golden/<chart>.svg``; delete a file to have it written again, and look at it before committing."""
    from trajecta.io.export import painting_ready

    painting_ready()
    kind = getattr(entry, "key", "")
    drawn = rounded(svg_bytes(figure_of("five", ChartChoice(kind, 89.0)), 600).decode("utf-8"))
    golden = GOLDEN / f"{kind}.svg"
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(drawn, "utf-8", newline="\n")
        pytest.fail(f"{golden.name} was missing and has been written; look at it and run the test again")
    assert drawn == golden.read_text("utf-8")
