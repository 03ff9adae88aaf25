"""The medication chart: nothing that was taken is invisible, and nothing is drawn of which it is not known when."""

import math
from dataclasses import replace

import pytest

from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.drug_rows import EARLIER, LEAST_BAR, UNKNOWN, UNKNOWN_FILL
from trajecta.stats.charts.layout import overlap, text_boxes
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.charts.traces import DAYS_PER_MONTH
from trajecta.stats.cohort import Cohort, Course, Direction, Measure, Observation, Patient, Role, Visit
from trajecta.stats.figure import Block, Dots, Figure, Line, Note, Panel, Scale, Shape

SCORE = Measure("sledai", "SLEDAI-2K", "points", Direction.LOWER)
DAYS = (-6.0, 30.0, 91.0, 365.0)


def cohort(*courses: Course) -> Cohort:
    """One patient with four visits and these courses."""
    visits = tuple(Visit(f"v{i}", f"Visit {i}", day) for i, day in enumerate(DAYS))
    seen = tuple(Observation("P1", visit.key, "sledai", 16.0 - 5 * i, visit.day) for i, visit in enumerate(visits))
    return Cohort((Patient("P1"),), visits, (SCORE,), seen, courses, (), "", "infusion")


def drawn(*courses: Course, width: float = 89.0) -> Figure:
    """The chart, with every text on its own place."""
    figure = build_figure(cohort(*courses), "sledai", None, ChartChoice("medication", width))
    boxes = text_boxes(figure)
    clashes = [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i] if overlap(one, other)]
    assert clashes == []
    assert all(box.x >= 0 and box.x + box.width <= figure.width + 0.01 for _, box in boxes)
    return figure


def texts(figure: Figure) -> list[str]:
    return [text for text, _ in text_boxes(figure)]


def panel(figure: Figure, key: str) -> Panel:
    return next(p for p in figure.panels if p.key == key)


def steroid(mg: float | None, start: int | None, stop: int | None) -> Course:
    return Course("P1", "Prednisolone", "prednisolone", daily_mg=mg, start=start, stop=stop)


@pytest.mark.parametrize("width", [60.0, 89.0, 183.0])
def test_a_glucocorticoid_of_unknown_dose_is_seen(width: float) -> None:
    figure = drawn(steroid(None, -30, 200), steroid(5, 201, 300), width=width)
    pale = [m for m in panel(figure, "drugs").marks if isinstance(m, Block) and m.fill == UNKNOWN_FILL]
    assert len(pale) == 1
    assert "PRED" in texts(figure)
    assert UNKNOWN in texts(figure)
    assert "Pale bars: dose not known (PRED)." in " ".join(texts(figure))
    assert "Prednisolone from day −30 to day 200, dose not known." in figure.alt
    known = drawn(steroid(10, -30, 200), width=width)
    assert "PRED" not in texts(known)
    assert UNKNOWN not in texts(known)


def test_an_immunosuppressant_of_unknown_dose_is_called_so_and_a_context_drug_is_not() -> None:
    figure = drawn(
        Course("P1", "MMF", "mycophenolate mofetil", start=-100, stop=300),
        Course("P1", "Fludarabine", "fludarabine", Role.LYMPHODEPLETION, start=-5, stop=-3),
    )
    assert texts(figure).count(UNKNOWN) == 1
    assert "Pale bars: dose not known (MMF)." in texts(figure)


def test_bars_that_began_before_the_time_shown_carry_a_sign() -> None:
    cut = Course("P1", "MMF", "mycophenolate mofetil", daily_mg=2000.0, start=-900, stop=100)
    before = Course("P1", "HCQ", "hydroxychloroquine", daily_mg=400.0, stop=100)
    whole = Course("P1", "AZA", "azathioprine", daily_mg=100.0, start=10, stop=100)
    assert texts(drawn(cut, before, whole)).count(EARLIER) == 2
    assert texts(drawn(whole)).count(EARLIER) == 0


def test_a_few_days_of_lymphodepletion_are_visible_and_zooming_does_not_lengthen_them() -> None:
    figure = drawn(Course("P1", "Fludarabine", "fludarabine", Role.LYMPHODEPLETION, 40.0, start=-3, stop=-3))
    found = panel(figure, "drugs")
    (bar,) = (m for m in found.marks if isinstance(m, Block) and m.y0 is not None)
    assert bar.x0 is not None
    assert bar.x1 is not None
    assert bar.outline is not None
    points = (bar.x1 - bar.x0) / (found.x.range[1] - found.x.range[0]) * found.area.width
    assert points < LEAST_BAR
    assert points + bar.outline.width == pytest.approx(LEAST_BAR)
    assert bar.x1 - bar.x0 == pytest.approx(1 / 30.4375), "the bar itself keeps its days"


def test_what_ended_before_the_time_shown_has_no_row_but_a_note() -> None:
    early = Course("P1", "AZA", "azathioprine", daily_mg=100.0, start=-900, stop=-400)
    later = Course("P1", "AZA", "azathioprine", daily_mg=100.0, start=0, stop=40)
    pulse = Course("P1", "MP", "methylprednisolone", daily_mg=500.0, start=-300, stop=-298, route="iv")
    figure = drawn(early, pulse)
    assert not any(p.key == "drugs" and len(p.marks) > 1 and "AZA" in texts(figure) for p in figure.panels)
    assert "Before the time shown: AZA until day −400." in texts(figure)
    assert any(text.startswith("Before the time shown: pulse of 625 mg/day") for text in texts(figure))
    assert "AZA" in texts(drawn(early, later)), "one of its bars is in view"


def test_a_row_with_unclear_dates_is_told_and_not_drawn() -> None:
    wrong = Course("P1", "Azathioprine", "azathioprine", daily_mg=100.0, start=300, stop=-30, doubtful=True)
    figure = drawn(wrong, steroid(5, -30, 20))
    assert "Azathioprine is not drawn: the dates are not clear." in texts(figure)
    assert not any("drug-free" in text for text in texts(figure))
    assert not any(isinstance(m, Note) and m.text == "AZA" for m in panel(figure, "values").marks)
    alone = replace(cohort(wrong), observations=())
    assert build_figure(alone, "sledai", None, ChartChoice("medication")).alt


def test_a_carry_over_that_delays_the_drug_free_time_is_told() -> None:
    infusion = Course("P1", "Rituximab", "rituximab", daily_mg=1000.0, start=20, stop=20)
    figure = drawn(infusion)
    assert "drug-free since day 201" in texts(figure)
    assert "Rituximab counts until day 200 (long-acting)." in texts(figure)
    later = replace(infusion, start=300, stop=300)
    assert not any("drug-free" in text for text in texts(drawn(later)))
    assert "Rituximab counts until day 480 (long-acting)." in texts(drawn(later))


def test_titres_stand_on_the_same_logarithmic_axis_as_in_trajectories() -> None:
    titre = Measure("sledai", "Anti-dsDNA", "IU/mL")
    base = cohort(steroid(10, -30, 200))
    seen = tuple(replace(o, value=value) for o, value in zip(base.observations, (800.0, 90.0, 20.0, 5.0), strict=True))
    base = replace(base, measures=(titre,), observations=seen)
    figure = build_figure(base, "sledai", None, ChartChoice("medication", 89.0))
    values, courses = panel(figure, "values"), build_figure(base, "sledai", None, ChartChoice(width_mm=89.0)).panels[0]
    assert values.y.scale is courses.y.scale is Scale.LOG
    line = next(m for m in values.marks if isinstance(m, Line) and m.key == "P1")
    assert [y for _, y in line.points] == pytest.approx([math.log10(v) for v in (800, 90, 20, 5)])
    assert "The value axis is logarithmic." in figure.alt
    zero = replace(base, observations=(replace(seen[0], value=0.0), *seen[1:]))
    linear = panel(build_figure(zero, "sledai", None, ChartChoice("medication", 89.0)), "values")
    assert linear.y.scale is Scale.LINEAR


@pytest.mark.parametrize("width", [60.0, 89.0, 120.0, 183.0])
@pytest.mark.parametrize("last", [-300, -62, -60, -58, -56, -54, -50, -40])
def test_what_is_told_to_lie_before_the_time_shown_lies_there(last: int, width: float) -> None:
    pulse = Course("P1", "Methylprednisolone", "methylprednisolone", daily_mg=500.0, start=last - 2, stop=last)
    figure = drawn(steroid(20, -200, 30), pulse, width=width)
    dose = panel(figure, "dose")
    triangles = [p for m in dose.marks if isinstance(m, Dots) and m.shape is Shape.TRIANGLE_DOWN for p in m.points]
    told = any(text.startswith("Before the time shown: pulse") for text in texts(figure))
    begins = dose.x.range[0] * DAYS_PER_MONTH
    assert told == (last < begins - 1)
    assert bool(triangles) != told
