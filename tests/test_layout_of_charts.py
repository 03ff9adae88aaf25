"""Every chart at every page width: no text lies on another or leaves the page, measured from the texts' rectangles."""

from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.layout import overlap, text_boxes
from trajecta.stats.charts.registry import CHARTS, build_figure
from trajecta.stats.cohort import (
    Band,
    Censored,
    Cohort,
    Course,
    Direction,
    LeftOut,
    Measure,
    Observation,
    Patient,
    Visit,
)
from trajecta.stats.compare import compare
from trajecta.stats.figure import Dots, Figure, Panel
from trajecta.stats.results import Comparison, PairedResult

DEMO = Path(__file__).parents[1] / "resources" / "demo"
WIDTHS = (85.0, 89.0, 120.0, 183.0)
LOW = Band("low activity (LLDAS: ≤ 4)", 0, 4, "Franklyn 2016")
LONG_NAME = "Systemic Lupus Erythematosus Disease Activity Index 2000, clinical part only"
LONG_VISIT = "Screening visit before leukapheresis"


def synthetic(n: int, visits: int = 2, **how: object) -> Cohort:
    """n patients with scores that mostly fall; ``how`` sets ids, name, unit, and one value for all."""
    ids, name, unit = str(how.get("ids", "P{:02d}")), str(how.get("name", "SLEDAI-2K")), str(how.get("unit", "points"))
    first, equal, factor = str(how.get("first", "Baseline")), how.get("equal"), float(str(how.get("factor", 1.0)))
    below = Censored.BELOW if how.get("censored") else Censored.NO
    stages = tuple(Visit(f"v{j}", f"Month {3 * j}" if j else first, 91.0 * j) for j in range(visits))
    people = tuple(Patient(ids.format(i + 1)) for i in range(n))

    def value(i: int, j: int) -> float:
        if equal is not None:
            return float(str(equal))
        return factor * max(0, 4 + i * 7 % 23 - (j * (i * 5 % 9 - 1)))

    seen = tuple(
        Observation(p.id, v.key, "m", value(i, j), 91.0 * j, Censored.NO if i % 3 else below)
        for i, p in enumerate(people)
        for j, v in enumerate(stages)
    )
    limits = (0.0, 105.0) if factor == 1.0 else None
    measure = Measure("m", name, unit, Direction.LOWER, range=limits, bands=(LOW,), important=4)
    log = tuple(Course(p.id, "Prednisolone", "prednisolone", daily_mg=7.5, start=-50, stop=40) for p in people)
    return Cohort(people, stages, (measure,), seen, log, (), "", "infusion", True)


@cache
def demo(name: str) -> Cohort:
    book = read_workbook(DEMO / name)
    return build_cohort(book, guess_mapping(book))[0]


COHORTS = {
    "demo": lambda: demo("cart-sle.xlsx"),
    "awkward demo": lambda: demo("cart-sle-awkward.xlsx"),
    "one patient": lambda: synthetic(1),
    "two patients": lambda: synthetic(2),
    "three patients": lambda: synthetic(3),
    "fifty patients": lambda: synthetic(50),
    "long ids": lambda: synthetic(12, ids="HOSPITAL-NORTH-2024-PATIENT-{:03d}"),
    "fifty long ids": lambda: synthetic(50, ids="CENTRE-{:02d}-LUPUS-PATIENT"),
    "long names": lambda: synthetic(5, name=LONG_NAME, unit="arbitrary units per millilitre", first=LONG_VISIT),
    "equal values": lambda: synthetic(5, equal=4),
    "fifty equal values": lambda: synthetic(50, equal=0),
    "twelve visits": lambda: synthetic(8, 12),
    "negative values": lambda: synthetic(6, factor=-3.7),
    "large values": lambda: synthetic(6, factor=91234.5),
    "censored": lambda: synthetic(9, censored=True),
    "left out": lambda: replace(synthetic(6), excluded=(LeftOut("P02", "withdrew consent"),)),
    "long visits": lambda: long_visits(),
    "titres": lambda: titres(),
}  # fmt: skip


def long_visits() -> Cohort:
    """Names of visits, the last one too, that are wider than the half of any plot."""
    cohort = synthetic(7, ids="CENTRE-{:02d}-LUPUS-PATIENT")
    return replace(cohort, visits=tuple(replace(v, label=f"{LONG_VISIT}, {v.label}") for v in cohort.visits))


def titres() -> Cohort:
    """Values over four powers of ten, which get logarithmic axes."""
    cohort = synthetic(7)
    seen = tuple(replace(o, value=2.0 * 4.3 ** (i % 7)) for i, o in enumerate(cohort.observations))
    return replace(cohort, observations=seen, measures=(Measure("m", "Anti-dsDNA", "IU/mL"),))


def questions(cohort: Cohort) -> list[tuple[str, PairedResult | None]]:
    """Every measure with its answer between the first visit and a later one that have values."""
    found: list[tuple[str, PairedResult | None]] = []
    for measure in cohort.measures:
        visits = [v.key for v in cohort.visits_of(measure.key)]
        result = compare(cohort, Comparison(measure.key, visits[0], visits[-1])) if len(visits) > 1 else None
        found.append((measure.key, result))
    return found


def assert_laid_out(figure: Figure, what: str) -> None:
    boxes = text_boxes(figure)
    wide, high = figure.width + 0.01, figure.height + 0.01
    outside = [t for t, b in boxes if b.x < 0 or b.y < 0 or b.x + b.width > wide or b.y + b.height > high]
    assert outside == [], f"{what}: off the page"
    crossing = [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if overlap(one, other)]
    assert crossing == [], f"{what}: on one another"
    for panel in figure.panels:
        area = panel.area
        assert area.x >= 0, what
        assert area.y >= 0, what
        assert area.x + area.width <= figure.width + 0.01, what
        assert area.y + area.height <= figure.height + 0.01, what
        assert symbols_whole(panel), f"{what}: a symbol is cut at the edge of {panel.key}"


def symbols_whole(panel: Panel) -> bool:
    """Whether every patient's symbol in a panel that shows it lies inside with its centre."""
    (x0, x1), (y0, y1) = panel.x.range, panel.y.range
    places = [p for m in panel.marks if isinstance(m, Dots) and m.key for p in m.points]
    return all(x0 <= x <= x1 and y0 <= y <= y1 for x, y in places)


@pytest.mark.parametrize("name", COHORTS)
@pytest.mark.parametrize("kind", [entry.key for entry in CHARTS])
def test_no_text_lies_on_another_or_leaves_the_page(kind: str, name: str) -> None:
    cohort = COHORTS[name]()
    for measure, result in questions(cohort):
        for width in WIDTHS:
            figure = build_figure(cohort, measure, result, ChartChoice(kind, width))
            assert_laid_out(figure, f"{name}, {measure}, {width:g} mm")
            assert figure.alt.rstrip(".") != ""
            assert figure.title


@pytest.mark.parametrize("kind", [entry.key for entry in CHARTS])
@pytest.mark.parametrize("height", [50.0, 60.0, 80.0, 170.0])
def test_a_chosen_height_is_kept_and_holds_all_texts(kind: str, height: float) -> None:
    for name in ("demo", "fifty patients", "long names"):
        cohort = COHORTS[name]()
        measure, result = questions(cohort)[0]
        for width in WIDTHS:
            figure = build_figure(cohort, measure, result, ChartChoice(kind, width, height))
            assert figure.height_mm == height
            assert_laid_out(figure, f"{name}, {width:g} × {height:g} mm")


@pytest.mark.parametrize("kind", [entry.key for entry in CHARTS])
def test_without_a_result_every_chart_is_a_page(kind: str) -> None:
    cohort = synthetic(5)
    figure = build_figure(cohort, "m", None, ChartChoice(kind, 89.0))
    assert_laid_out(figure, "no result")
    assert figure.alt.endswith(".")
