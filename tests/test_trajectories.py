"""The trajectories chart: visits without days, short times, titres, crowds, and answers of yes and no."""

import math
from itertools import pairwise

import pytest

from trajecta.stats.charts.axes import axis_for_range
from trajecta.stats.charts.choice import ChartChoice, Gaps, TimeUnit
from trajecta.stats.charts.layout import overlap, text_boxes
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.cohort import Band, Cohort, Kind, Measure, Observation, Patient, Visit
from trajecta.stats.figure import Block, Dots, Figure, Line, Scale, Shape

TITRE = Measure("m", "Anti-dsDNA", "IU/mL")


def drawn(measure: Measure, days: tuple[float | None, ...], rows: list[tuple[float, ...]], **how: object) -> Figure:
    """The chart of these patients, with every text on its own place and inside the page."""
    visits = tuple(Visit(f"v{i}", f"Visit {i}", day) for i, day in enumerate(days))
    people = tuple(Patient(f"P{i:02d}") for i in range(len(rows)))
    seen = tuple(
        Observation(p.id, v.key, "m", value)
        for p, row in zip(people, rows, strict=True)
        for v, value in zip(visits, row, strict=True)
    )
    choice = ChartChoice(width_mm=89.0, **how)  # type: ignore[arg-type]  # the fields of a choice
    figure = build_figure(Cohort(people, visits, (measure,), seen, time_zero="infusion"), "m", None, choice)
    boxes = text_boxes(figure)
    assert [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i] if overlap(one, other)] == []
    return figure


def test_two_visits_of_which_only_the_first_has_a_day_stand_on_the_visit_axis() -> None:
    figure = drawn(TITRE, (0.0, None), [(5.0, 3.0), (4.0, 2.0)])
    assert [text for _, text in figure.panels[0].x.ticks] == ["Visit 0", "Visit 1"]
    assert all(len(m.points) == 2 for m in figure.panels[0].marks if isinstance(m, Line))
    assert not any("without a known day" in text for text, _ in text_boxes(figure))


@pytest.mark.parametrize(
    ("last", "label", "ticks"),
    [
        (30.0, "Days after infusion", ["0", "7", "14", "21", "28"]),
        (60.0, "Days after infusion", ["0", "14", "28", "42", "56"]),
        (12.0, "Days after infusion", ["0", "2", "4", "6", "8", "10", "12"]),
        (91.0, "Months after infusion", ["0", "1", "2", "3"]),
    ],
)
def test_a_short_time_is_shown_in_days_and_weeks(last: float, label: str, ticks: list[str]) -> None:
    figure = drawn(TITRE, (0.0, last), [(5.0, 3.0), (4.0, 2.0)])
    axis = figure.panels[0].x
    assert axis.label == label
    assert [text for _, text in axis.ticks] == ticks
    assert f"over {label.split()[0].lower()} from infusion" in figure.alt
    drawn(TITRE, (0.0, last), [(5.0, 3.0)], time_unit=TimeUnit.DAYS)


def test_titres_over_a_wide_range_get_a_logarithmic_axis_that_says_so() -> None:
    banded = Measure("m", "Anti-dsDNA", "IU/mL", bands=(Band("normal", 0, 10), Band("high", 100, None)))
    figure = drawn(banded, (0.0, 91.0), [(800.0, 8.0), (100.0, 20.0)])
    panel = figure.panels[0]
    assert panel.y.scale is Scale.LOG
    assert panel.y.label.replace("\n", " ") == "Anti-dsDNA (IU/mL), log scale"
    assert [text for _, text in panel.y.ticks] == ["10", "100"]
    assert next(m for m in panel.marks if isinstance(m, Line)).points[0][1] == math.log10(800)
    assert {(m.y0, m.y1) for m in panel.marks if isinstance(m, Block)} == {(None, 1.0), (2.0, None)}
    assert "The value axis is logarithmic." in figure.alt
    assert [t for _, t in axis_for_range(panel.y, 1.0, 2.0).ticks] == ["10", "20", "50", "100"]


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        (TITRE, [(800.0, 17.0), (100.0, 20.0)]),  # a factor below 50
        (TITRE, [(800.0, 0.0), (100.0, 20.0)]),  # 0 has no logarithm
        (Measure("m", "SLEDAI-2K", range=(0, 105)), [(100.0, 1.0)]),  # the score of an instrument
        (Measure("m", "Prednisolone equivalent", "mg/day", derived=True), [(100.0, 1.0)]),
    ],
)
def test_other_values_keep_a_linear_axis(measure: Measure, rows: list[tuple[float, ...]]) -> None:
    assert drawn(measure, (0.0, 91.0), rows).panels[0].y.scale is Scale.LINEAR


@pytest.mark.parametrize(
    ("rows", "whole"),
    [([(0.0, 0.0)] * 3, True), ([(0.0, 1.0), (1.0, 1.0)], True), ([(0.0, 0.5), (1.0, 1.0)], False)],
)
def test_whole_scores_of_an_instrument_get_whole_ticks(rows: list[tuple[float, ...]], whole: bool) -> None:
    for most in (3.0, 105.0):
        ticks = drawn(Measure("m", "Score", range=(0, most)), (0.0, 91.0), rows).panels[0].y.ticks
        assert len(ticks) > 1
        assert all(at.is_integer() for at, _ in ticks) is whole
        assert ("." not in "".join(text for _, text in ticks)) is whole


@pytest.mark.parametrize(("n", "named"), [(50, True), (51, False), (80, False)])
def test_a_crowd_has_no_legend_but_a_note(n: int, named: bool) -> None:
    figure = drawn(TITRE, (0.0, 91.0), [(10.0 + i, 5.0 + i) for i in range(n)])
    texts = [text for text, _ in text_boxes(figure)]
    assert ("P00" in texts) is named
    assert (f"{n} patients; select one in the window to see which it is." in texts) is not named
    assert figure.height_mm < 75 or named


def test_patients_with_the_same_answer_stand_apart() -> None:
    measure = Measure("m", "Drug-free", kind=Kind.YES_NO)
    for n in (1, 2, 5, 40):
        figure = drawn(measure, (0.0, 91.0), [(0.0, 1.0)] * n)
        panel = figure.panels[0]
        dots = [m.points for m in panel.marks if isinstance(m, Dots)]
        assert len({points[0][1] for points in dots}) == n
        assert all(abs(y - round(y)) <= 0.151 for points in dots for _, y in points)
        assert all(points[0][0] == 0.0 for points in dots), "never moved in time"
        assert all(panel.y.range[0] < y < panel.y.range[1] for points in dots for _, y in points)
        assert ("Patients with the same answer are drawn a little apart." in figure.alt) is (n > 1)
    again = drawn(measure, (0.0, 91.0), [(0.0, 1.0)] * 5)
    assert again == drawn(measure, (0.0, 91.0), [(0.0, 1.0)] * 5)


DRUG_FREE = Measure("m", "Drug-free", kind=Kind.YES_NO)


@pytest.mark.parametrize("how", [{}, {"each": True}, {"kind": "stack"}, {"kind": "medication"}], ids=str)
def test_answers_of_yes_and_no_are_steps_at_the_visit_where_they_were_seen(how: dict[str, object]) -> None:
    figure = drawn(DRUG_FREE, (0.0, 91.0, 182.0), [(0.0, 1.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)], **how)
    lines = [m for p in figure.panels for m in p.marks if isinstance(m, Line) and m.key]
    days = {round(x * 30.4375) for m in lines for x, _ in m.points}
    assert days == {0, 91, 182}, "nothing is moved in time"
    for line in lines:
        for (x0, y0), (x1, y1) in pairwise(line.points):
            assert x0 == x1 or y0 == y1, "no slope between yes and no"
    first = next(m for m in lines if m.key == "P00" and len(m.points) == 4)
    assert [(round(x * 30.4375), round(y)) for x, y in first.points] == [(0, 0), (91, 0), (91, 1), (182, 1)]
    told = " ".join(text for text, _ in text_boxes(figure))
    assert "ines step at the visit where the change was seen." in told
    assert "at the visit where the change was seen." in figure.alt


def test_numbers_have_no_steps_and_answers_that_never_change_no_note() -> None:
    slope = drawn(TITRE, (0.0, 91.0), [(0.0, 1.0), (1.0, 0.0)])
    assert all(len(m.points) == 2 for m in slope.panels[0].marks if isinstance(m, Line))
    still = drawn(DRUG_FREE, (0.0, 91.0), [(1.0, 1.0), (0.0, 0.0)])
    for figure in (slope, still):
        assert not any("step" in text for text, _ in text_boxes(figure))


@pytest.mark.parametrize("gaps", Gaps)
def test_a_missed_answer_breaks_the_step_and_carries_a_cross(gaps: Gaps) -> None:
    rows: list[tuple[float | None, ...]] = [(0.0, None, 1.0), (0.0, 0.0, 1.0), (1.0, 1.0, 1.0)]
    visits = tuple(Visit(f"v{i}", f"Visit {i}", 91.0 * i) for i in range(3))
    people = tuple(Patient(f"P{i}") for i in range(3))
    seen = tuple(
        Observation(p.id, v.key, "m", value)
        for p, row in zip(people, rows, strict=True)
        for v, value in zip(visits, row, strict=True)
    )
    figure = build_figure(Cohort(people, visits, (DRUG_FREE,), seen), "m", None, ChartChoice(gaps=gaps))
    marks = [m for m in figure.panels[0].marks if getattr(m, "key", "") == "P0"]
    cross = next(m for m in marks if isinstance(m, Dots) and m.shape is Shape.CROSS)
    before = next(m for m in marks if isinstance(m, Dots) and m.names).points[0]
    assert cross.points[0][1] == before[1], "it says nothing of the answer and stays in the patient's row"
    lines = [m for m in marks if isinstance(m, Line)]
    assert len(lines) == (1 if gaps is Gaps.DASHED else 0)
    assert all(x0 == x1 or y0 == y1 for m in lines for (x0, y0), (x1, y1) in pairwise(m.points))
    assert "Cross: visit missed, the value there is not known." in " ".join(text for text, _ in text_boxes(figure))


def test_symbols_lie_above_all_steps() -> None:
    figure = drawn(DRUG_FREE, (0.0, 91.0), [(0.0, 1.0)] * 5)
    kinds = [type(m) for m in figure.panels[0].marks if getattr(m, "key", "")]
    assert kinds == [Line] * 5 + [Dots] * 5
