"""Courses on other scales, with a centre line, in several panels, above each other, and as spider."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from test_charts import COHORTS, GOLDEN, assert_texts_have_their_own_places, five, lines_of, made, rounded

from trajecta.io.svg import svg_bytes
from trajecta.stats.charts.axes import axis_for_range, axis_marks, zoomed
from trajecta.stats.charts.bands import crosses, inside, obstacles
from trajecta.stats.charts.centre import quantile
from trajecta.stats.charts.choice import Centre, ChartChoice, Gaps, TimeUnit, ValueScale
from trajecta.stats.charts.direct import followed, spread
from trajecta.stats.charts.edits import AxisEdit, Density, Edits, Place, Style
from trajecta.stats.charts.layout import note_box, overlap, panel_point, text_boxes
from trajecta.stats.charts.legend import ROW_HEIGHT
from trajecta.stats.charts.multiples import MOST_GROUPS, group_names
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.charts.shade import shade_names
from trajecta.stats.charts.stack import MOST, stacked_measures
from trajecta.stats.cohort import Censored, Cohort, Course, Event, LeftOut, Measure, Observation
from trajecta.stats.compare import compare, default_comparison
from trajecta.stats.figure import Area, Block, Dots, Figure, Line, Note, Pin, Rule, Scale, Shape
from trajecta.stats.text_width import CAP_HEIGHT

TITRES = ((800.0, 90.0, 0.0), (400.0, 20.0, 8.0), (200.0, 0.0, 0.0), (30.0, None, 5.0))


def with_groups(cohort: Cohort) -> Cohort:
    """The cohort with sex, two arms and an event; every fifth patient has no arm."""
    people = tuple(
        replace(p, sex="FM"[i % 2], facts=(("Arm", "AB"[i % 2]),) if i % 5 else ())
        for i, p in enumerate(cohort.patients)
    )
    events = tuple(Event(p.id, "Aplasia", 3, 60 + 20 * (i % 4)) for i, p in enumerate(people) if i % 3 != 2)
    return replace(cohort, patients=people, events=(*events, *(Event(p.id, "Relapse", 90) for p in people[:1])))


def titres() -> Cohort:
    """Four patients whose titres span decades and reach 0."""
    return made(lambda i, j: TITRES[i][j], 4)


def drawn(cohort: Cohort, **how: object) -> Figure:
    """The chart with the answer of the comparison that the cohort opens with, every text on its own place."""
    measure = cohort.measures[0].key
    question = default_comparison(cohort, measure)
    result = compare(cohort, question) if question else None
    choice = ChartChoice(**{"width_mm": 89.0, **how})  # type: ignore[arg-type]  # the fields of a choice
    figure = build_figure(cohort, measure, result, choice)
    assert_texts_have_their_own_places(figure)
    assert figure.alt.endswith(".")
    return figure


def texts(figure: Figure) -> str:
    return " ".join(text for text, _ in text_boxes(figure))


VARIANTS: dict[str, tuple[Cohort, dict[str, object]]] = {
    "trajectories-percent": (five(), {"scale": ValueScale.PERCENT}),
    "trajectories-change-dashed": (five(), {"scale": ValueScale.CHANGE, "gaps": Gaps.DASHED}),
    "trajectories-log-zero": (titres(), {"scale": ValueScale.LOG}),
    "trajectories-median": (five(), {"centre": Centre.QUARTILES, "shade": "Tocilizumab"}),
    "trajectories-each": (with_groups(five()), {"each": True, "shade": "Aplasia"}),
    "trajectories-by-sex": (with_groups(five()), {"by": "sex", "centre": Centre.RANGE, "width_mm": 183.0}),
    "spider-change": (five(), {"kind": "spider", "scale": ValueScale.CHANGE}),
}


@pytest.mark.parametrize("name", COHORTS)
@pytest.mark.parametrize(
    "how",
    [
        *(how for _, how in VARIANTS.values()),
        {"kind": "trajectories", "scale": ValueScale.LOG, "centre": Centre.SD},
        {"kind": "trajectories", "by": "Arm", "centre": Centre.QUARTILES, "scale": ValueScale.CHANGE},
        {"kind": "stack", "centre": Centre.SD, "shade": "Aplasia"},
        {"kind": "spider", "each": True},
    ],
    ids=str,
)
def test_texts_keep_their_places_in_every_variant(name: str, how: dict[str, object]) -> None:
    cohort = with_groups(COHORTS[name])
    for width in (60.0, 85.0, 183.0):
        for height in (None, 60.0, 25.0):
            figure = drawn(cohort, **{**how, "width_mm": width, "height_mm": height})
            assert all(panel.area.width > 25 and panel.area.height > 15 for panel in figure.panels)
            notes = [m for panel in figure.panels for m in panel.marks if isinstance(m, Note)]
            assert all(5 <= note.size <= 8 for note in notes)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20, 50])
@pytest.mark.parametrize("visits", [2, 12])
def test_any_number_of_patients_and_visits(n: int, visits: int) -> None:
    cohort = with_groups(made(lambda i, j: float((i * 5 + j * 3) % 17), n, visits=visits, ids="PATIENT-{:03d}-LONG"))
    for kind in ("trajectories", "spider", "stack"):
        for how in ({}, {"each": True}, {"by": "sex"}, {"centre": Centre.QUARTILES}, {"scale": ValueScale.PERCENT}):
            for width in (85.0, 183.0):
                figure = drawn(cohort, kind=kind, width_mm=width, **how)
                if how == {"each": True} and kind == "trajectories":
                    assert len(figure.panels) == n
                    assert figure.height_mm < 250 or width < 100


def test_changes_are_decimal_and_from_the_visit_before() -> None:
    cohort = made(lambda i, j: (3.4, 2.8, 3.1)[j], 2)
    figure = drawn(cohort, scale=ValueScale.CHANGE)
    assert [y for _, y in lines_of(figure, "P01")[0].points] == [0.0, -0.6, -0.3]
    assert figure.panels[0].y.label.replace("\n", " ") == "C3, change from Baseline (g/L)"
    percent = drawn(made(lambda i, j: (20.0, 10.0, 25.0)[j], 2), scale=ValueScale.PERCENT)
    assert [y for _, y in lines_of(percent, "P01")[0].points] == [0.0, -50.0, 25.0]
    assert "P01 +25 %" in percent.alt
    assert any(isinstance(m, Rule) and m.at == 0.0 and not m.vertical for m in percent.panels[0].marks)


def test_the_visit_before_is_that_of_the_question() -> None:
    cohort = five()
    question = replace(default_comparison(cohort, "sledai"), before="screening")  # type: ignore[type-var]
    figure = build_figure(cohort, "sledai", compare(cohort, question), ChartChoice(scale=ValueScale.CHANGE))
    assert figure.panels[0].y.label == "SLEDAI-2K, change from Screening (points)"


@pytest.mark.parametrize("kind", ["trajectories", "spider"])
def test_who_has_no_percent_change_is_named(kind: str) -> None:
    cohort = made(lambda i, j: 0.0 if i == 0 else None if i == 1 and j == 0 else 10.0 - j, 4)
    figure = drawn(cohort, kind=kind, scale=ValueScale.PERCENT)
    said = texts(figure)
    assert "Not drawn, no value at Baseline: P02." in said
    assert "Not drawn, 0 at Baseline, from which there is no percent change: P01." in said
    assert {m.key for m in figure.panels[0].marks if isinstance(m, Dots)} == {"P03", "P04"}
    assert "P01 has no value" not in figure.alt, "a patient without a place has values all the same"
    nobody = drawn(made(lambda i, j: 0.0, 3), kind=kind, scale=ValueScale.PERCENT)
    assert nobody.panels == ()
    assert nobody.alt.startswith("No patient has a percent change of C3 from Baseline.")


def test_the_important_change_is_a_rule_where_changes_are_absolute() -> None:
    cohort = five()
    cohort = replace(cohort, measures=(replace(cohort.measures[0], important=4.0),))
    absolute = drawn(cohort, kind="spider", scale=ValueScale.CHANGE)
    assert [m.at for m in absolute.panels[0].marks if isinstance(m, Rule) and not m.vertical] == [0.0, -4.0]
    assert "Dotted: smallest important change, 4." in texts(absolute)
    assert "Dotted" not in texts(drawn(cohort, kind="spider"))


def test_zeros_of_a_logarithmic_axis_lie_below_a_break() -> None:
    figure = drawn(titres(), scale=ValueScale.LOG)
    panel = figure.panels[0]
    zero = panel.y.zero
    assert zero is not None
    assert (panel.y.scale, panel.y.ticks[0]) == (Scale.LOG, (zero[0], "0"))
    assert zero[0] < zero[1] < math.log10(5)
    lowest = [y for m in panel.marks if isinstance(m, Dots) for _, y in m.points if y < zero[1]]
    assert lowest == [zero[0]] * 3
    slants = [m for m in axis_marks(panel) if isinstance(m, Line) and m.points[0][1] != m.points[1][1]]
    assert any(m.points[0][0] < panel.area.x < m.points[1][0] for m in slants)
    assert "Zeros, which have no logarithm, lie below the break of the axis." in texts(figure)
    zoomed_in = axis_for_range(panel.y, 1.0, 2.0)
    assert [text for _, text in zoomed_in.ticks] == ["10", "20", "50", "100"]
    assert axis_for_range(panel.y, zero[0] - 0.1, 2.0).ticks[0] == (zero[0], "0")


@pytest.mark.parametrize(("value", "said"), [(-1.0, "values below 0 have no logarithm"), (0.0, "all values are 0")])
def test_values_without_logarithm_keep_a_linear_axis(value: float, said: str) -> None:
    figure = drawn(made(lambda i, j: value, 3), scale=ValueScale.LOG)
    assert figure.panels[0].y.scale is Scale.LINEAR
    assert said in texts(figure)


def test_as_measured_keeps_titres_linear() -> None:
    assert drawn(made(lambda i, j: 10.0 ** (j + 1), 3), scale=ValueScale.AUTO).panels[0].y.scale is Scale.LOG
    assert drawn(made(lambda i, j: 10.0 ** (j + 1), 3), scale=ValueScale.MEASURED).panels[0].y.scale is Scale.LINEAR


def test_quartiles_are_those_of_r_and_excel() -> None:
    assert [quantile([15, 20, 35, 40, 50], share) for share in (0.25, 0.5, 0.75)] == [20, 35, 40]
    assert [quantile([1, 2, 3, 4], share) for share in (0.25, 0.75)] == [1.75, 3.25]


@pytest.mark.parametrize(
    ("centre", "expected"),
    [
        (Centre.QUARTILES, (2.5, 1.75, 3.25)),
        (Centre.RANGE, (2.5, 1.0, 4.0)),
        (Centre.SD, (2.5, 2.5 - math.sqrt(5 / 3), 2.5 + math.sqrt(5 / 3))),
    ],
)
def test_the_centre_its_band_and_n(centre: Centre, expected: tuple[float, float, float]) -> None:
    figure = drawn(made(lambda i, j: float(i + 1) if i < 4 or j else None, 5), centre=centre)
    marks = figure.panels[0].marks
    band = next(m for m in marks if isinstance(m, Area))
    line = next(m for m in marks if isinstance(m, Line) and not m.key)
    assert (line.points[0][1], band.points[-1][1], band.points[0][1]) == pytest.approx(expected)
    assert [m.text for m in marks if isinstance(m, Note) and m.pin is Pin.Y and m.at[1] == 0.0] == ["4", "5", "5"]
    assert ("mean ± standard deviation" in texts(figure)) is (centre is Centre.SD)
    assert "n = 4" in figure.alt


def test_a_mean_on_a_logarithmic_axis_is_geometric_and_says_so() -> None:
    figure = drawn(made(lambda i, j: (10.0, 1000.0)[i % 2], 4), scale=ValueScale.LOG, centre=Centre.SD)
    line = next(m for m in figure.panels[0].marks if isinstance(m, Line) and not m.key)
    assert line.points[0][1] == pytest.approx(2.0)
    assert "geometric mean" in texts(figure)
    zeros = drawn(titres(), scale=ValueScale.LOG, centre=Centre.SD)
    assert "Black line: median (there is no geometric mean of zeros)" in texts(zeros)


def test_the_median_of_titres_is_that_of_values_not_of_logarithms() -> None:
    figure = drawn(titres(), scale=ValueScale.LOG, centre=Centre.RANGE)
    line = next(m for m in figure.panels[0].marks if isinstance(m, Line) and not m.key)
    zero = figure.panels[0].y.zero
    assert zero is not None
    assert [10**y for _, y in line.points[:2]] == pytest.approx([300.0, 20.0])
    assert "Month 6 2.5 (0 to 8), n = 4" in figure.alt


def test_without_two_patients_there_is_no_centre() -> None:
    figure = drawn(made(lambda i, j: float(j), 1), centre=Centre.QUARTILES)
    assert "No centre line" in texts(figure)
    assert not any(isinstance(m, Area) for m in figure.panels[0].marks)


def test_numbers_of_patients_that_would_touch_are_said_below() -> None:
    figure = drawn(made(lambda i, j: float(i + j), 30, visits=12), centre=Centre.QUARTILES, width_mm=60.0)
    assert "n: Baseline 30" in texts(figure) or figure.panels[0].area.width > 120


def test_a_missed_visit_is_a_cross_and_only_a_dashed_line_may_bridge_it() -> None:
    plain, dashed = drawn(five()), drawn(five(), gaps=Gaps.DASHED)
    assert len(lines_of(plain, "SYN-03")) == 1
    bridge = [line for line in lines_of(dashed, "SYN-03") if line.stroke.dash]
    assert [[x for x, _ in line.points] for line in bridge] == [pytest.approx([30 / 30.4375, 183 / 30.4375])]
    for figure in (plain, dashed):
        crosses = [m for m in figure.panels[0].marks if isinstance(m, Dots) and m.shape is Shape.CROSS]
        assert [(m.key, m.names, len(m.points)) for m in crosses] == [("SYN-03", (), 1)]
    assert "the value there is not known" in texts(dashed)


def scores(*rows: tuple[float | None, ...]) -> Cohort:
    """Patients with these scores, none of them beyond a limit."""
    cohort = made(lambda i, j: rows[i][j], len(rows), visits=len(rows[0]))
    seen = tuple(replace(o, censored=Censored.NO) for o in cohort.observations)
    return replace(cohort, measures=(Measure("m", "Score", range=(0, 105)),), observations=seen)


def badges(figure: Figure) -> list[Note]:
    notes = (m for panel in figure.panels for m in panel.marks if isinstance(m, Note))
    return [note for note in notes if note.text.startswith("×")]


@pytest.mark.parametrize("kind", ["trajectories", "spider", "stack"])
def test_courses_that_coincide_are_counted_at_their_end(kind: str) -> None:
    twins = scores((16, 8, 2), (10, 6, 4), (16, 8, 2), (12, 12, 6))
    figure = drawn(twins, kind=kind)
    panel = figure.panels[0]
    (badge,) = badges(figure)
    assert (badge.text, badge.at[0]) == ("×2", pytest.approx(182 / 30.4375))
    lines, dots = obstacles(replace(panel, marks=tuple(m for m in panel.marks if m is not badge)))
    box = note_box(badge, *panel_point(panel, badge))
    assert inside(box, panel.area)
    assert not any(overlap(box, dot) for dot in dots)
    assert not any(crosses(box, *line) for line in lines)
    assert "Courses that coincide at all their points: P01 and P03." in figure.alt
    assert "coincide" not in texts(figure)


@pytest.mark.parametrize("kind", ["trajectories", "spider", "stack"])
def test_a_count_that_would_mislead_is_said_at_the_foot(kind: str) -> None:
    figure = drawn(scores((16, 8, 0), (10, 6, 0), (16, 8, 0), (10, 6, 0), (12, 12, 0)), kind=kind)
    assert badges(figure) == []
    assert "ines that coincide: P01 and P03; P02 and P04." in texts(figure)
    many = drawn(scores(*((20, 10 + i % 6, 0) for i in range(12))), kind=kind)
    assert "12 courses coincide with another." in texts(many)
    assert "P01 and P07; P02 and P08" in many.alt


def test_ten_equal_courses_of_fifty_patients_are_counted() -> None:
    figure = drawn(scores(*(tuple(float(5 * (i % 5) + (j * j) % 4) for j in range(12)) for i in range(50))))
    assert [note.text for note in badges(figure)] == ["×10"] * 5


def test_values_equal_at_some_visits_are_no_coincidence() -> None:
    figure = drawn(scores((16, 8, 2), (16, 8, 3), (5, None, None), (5, None, None)))
    assert badges(figure) == []
    assert "coincide" not in texts(figure) + figure.alt


def test_groups_count_the_courses_of_their_own_panel() -> None:
    cohort = scores((16, 8, 2), (16, 8, 2), (16, 8, 2), (3, 3, 3))
    people = tuple(replace(p, sex=sex) for p, sex in zip(cohort.patients, "FFMM", strict=True))
    figure = drawn(replace(cohort, patients=people), by="sex", width_mm=183.0)
    assert [[m.text for m in badges(replace(figure, panels=(p,)))] for p in figure.panels] == [["×2"], []]


@pytest.mark.parametrize("centre", [Centre.NONE, Centre.QUARTILES])
def test_a_cross_under_another_symbol_moves_along_its_gap(centre: Centre) -> None:
    figure = drawn(scores((20, None, 0), (5, 10, 5), (2, 4, 30)), centre=centre)
    panel = figure.panels[0]
    order = [m for m in panel.marks if isinstance(m, Dots)]
    cross = next(m for m in order if m.shape is Shape.CROSS)
    assert order[-1] is cross, "after all symbols"
    ((x, y),) = cross.points
    last = 182 / 30.4375
    assert (x, y) == (pytest.approx(last / 4), pytest.approx(15))
    box = obstacles(replace(panel, marks=(cross,)))[1][0]
    others = obstacles(replace(panel, marks=tuple(m for m in panel.marks if m is not cross)))[1]
    assert not any(overlap(box, other) for other in others)


def test_a_cross_that_nothing_covers_stays_at_its_visit() -> None:
    figure = drawn(scores((20, None, 0), (5, 18, 5)))
    cross = next(m for m in figure.panels[0].marks if isinstance(m, Dots) and m.shape is Shape.CROSS)
    assert cross.points == ((pytest.approx(91 / 30.4375), pytest.approx(10)),)


def test_two_missed_visits_keep_two_crosses() -> None:
    figure = drawn(scores((30, None, None, 0), (30, None, None, 0), (5, 20, 10, 5)))
    crosses_drawn = [
        p for m in figure.panels[0].marks if isinstance(m, Dots) and m.shape is Shape.CROSS for p in m.points
    ]
    assert len(crosses_drawn) == len({(round(x, 6), round(y, 6)) for x, y in crosses_drawn}) == 4


@pytest.mark.parametrize(("scale", "reach"), [(ValueScale.PERCENT, 10.0), (ValueScale.CHANGE, 2.0)])
def test_without_any_change_the_axis_reaches_as_far_up_as_down(scale: ValueScale, reach: float) -> None:
    for kind in ("spider", "trajectories"):
        axis = drawn(scores((4, 4), (9, 9)), kind=kind, scale=scale).panels[0].y
        assert (axis.ticks[0][0], axis.ticks[-1][0]) == (-reach, reach)
        assert axis.range[0] == pytest.approx(-axis.range[1])


def labels(figure: Figure) -> dict[str, float]:
    """The heights of the middles of the labels right of the panel."""
    area = figure.panels[0].area
    notes = (m for m in figure.page if isinstance(m, Note) and m.key and m.at[0] > area.x + area.width)
    return {m.text: m.at[1] - CAP_HEIGHT * m.size / 2 for m in notes}


def limited(cohort: Cohort, axis: str, limits: tuple[float, float]) -> Figure:
    """The spider chart with limits set by hand."""
    home = drawn(cohort, kind="spider").panels[0]
    place = Place("spider", cohort.measures[0].key, "values", axis)
    edit = AxisEdit(place, (home.x if axis == "x" else home.y).label, limits=limits)
    return drawn(cohort, kind="spider", edits=Edits(axes=(edit,)))


def test_a_label_stands_where_the_line_of_the_patient_is_last_in_view() -> None:
    cohort = made(lambda i, j: (10.0, (10.0, 20.0, 40.0)[i], (10.0, 40.0, 12.0)[i])[j], 3)
    home = labels(drawn(cohort, kind="spider"))
    assert list(home) == ["P02", "P03", "P01"], "300 %, 20 %, 0 %"
    earlier = limited(cohort, "x", (-0.2, 3.2))
    assert list(labels(earlier)) == ["P03", "P02", "P01"]
    low = limited(cohort, "y", (-20.0, 50.0))
    area, found = low.panels[0].area, labels(low)
    assert list(found) == ["P02", "P03", "P01"]
    half = next(m.size for m in low.page if isinstance(m, Note) and m.key) * ROW_HEIGHT / 2
    assert found["P02"] == pytest.approx(area.y + half), "its line leaves the view at the upper edge"
    assert "are not drawn" in texts(low)
    high = labels(limited(cohort, "y", (150.0, 320.0)))
    assert set(high) == {"P02", "P03"}, "who is not in view has no label"
    for key in ("P02", "P03"):
        marks = [m for m in limited(cohort, "y", (150.0, 320.0)).page if getattr(m, "key", "") == key]
        assert {type(m) for m in marks} == {Line, Dots, Note}


def test_labels_follow_the_camera() -> None:
    figure = drawn(five(), kind="spider")
    assert labels(followed(figure)) == pytest.approx(labels(figure))
    seen = followed(zoomed(figure, "values", (0.0, 2.0), (-130.0, 20.0)))
    assert_texts_have_their_own_places(seen)
    area = seen.panels[0].area
    assert all(area.y <= at <= area.y + area.height for at in labels(seen).values())
    assert labels(seen) != labels(figure)
    nobody = followed(zoomed(figure, "values", None, (500.0, 600.0)))
    assert labels(nobody) == {}
    assert not any(getattr(m, "key", "") for m in nobody.page)
    with_legend = drawn(COHORTS["fifty"], kind="spider")
    assert followed(with_legend) is with_legend


def test_a_count_does_not_lie_on_the_line_of_no_change() -> None:
    panel = drawn(scores((4, 4), (9, 9), (6, 6)), kind="spider").panels[0]
    note = next(m for m in panel.marks if isinstance(m, Note) and m.text == "×3")
    box = note_box(note, *panel_point(panel, note))
    (low, high), area = panel.y.range, panel.area
    at = area.y + high / (high - low) * area.height
    assert not box.y < at < box.y + box.height


def test_the_important_change_is_told_where_it_is_drawn() -> None:
    for rows, told in (((4, 4), (9, 9)), False), (((4, 4), (12, 6)), True):
        cohort = scores(*rows)
        cohort = replace(cohort, measures=(replace(cohort.measures[0], important=4),))
        figure = drawn(cohort, kind="spider", scale=ValueScale.CHANGE)
        dotted = [m for m in figure.panels[0].marks if isinstance(m, Rule) and m.stroke.dash and not m.vertical]
        assert bool(dotted) is told
        assert ("smallest important change" in texts(figure)) is told


def test_patients_without_a_place_are_named_and_many_counted() -> None:
    for n, told in ((4, "P02, P03 and P04"), (12, "11 patients")):
        figure = drawn(scores((5.0, 4.0), *((0.0, 2.0),) * (n - 1)), kind="spider")
        assert f"0 at Baseline, from which there is no percent change: {told}." in texts(figure)


def test_each_patient_has_a_panel_with_the_others_in_grey() -> None:
    figure = drawn(five(), each=True)
    assert len(figure.panels) == 5
    assert len({(p.x.range, p.y.range, p.area.width, p.area.height) for p in figure.panels}) == 1
    assert {(p.moves, p.linked, p.linked_y) for p in figure.panels} == {(True, "time", "values")}
    for patient, panel in zip(five().patients, figure.panels, strict=True):
        assert {m.key for m in panel.marks if isinstance(m, Dots) and m.names} == {patient.id}
        assert {m.key for m in panel.marks if isinstance(m, Line)} == {p.id for p in five().patients}
    assert "Grey: the other patients." in texts(figure)


@pytest.mark.parametrize("how", [{"each": True}, {"by": "sex"}], ids=str)
@pytest.mark.parametrize("x_range", [(0.0, 3.0), (-0.3, 1.37), (2.001, 2.09)])
@pytest.mark.parametrize("y_range", [(0.0, 6.0), (-40.5, 38.25), (3.9, 4.15)])
def test_small_panels_move_together(
    how: dict[str, object], x_range: tuple[float, float], y_range: tuple[float, float]
) -> None:
    figure = drawn(with_groups(five()), **how)
    for panel in figure.panels[:: len(figure.panels) - 1]:
        seen = zoomed(figure, panel.key, x_range, y_range)
        assert {p.x.range for p in seen.panels} == {x_range}
        assert {p.y.range for p in seen.panels} == {y_range}
        assert len({p.x.ticks for p in seen.panels}) == len({p.y.ticks for p in seen.panels}) == 1
        assert [p.area for p in seen.panels] == [p.area for p in figure.panels]
        assert_texts_have_their_own_places(seen)


def test_limits_by_hand_hold_for_all_small_panels() -> None:
    cohort = with_groups(five())
    for number, axis, limits in ((0, "y", (0.0, 6.0)), (2, "x", (0.0, 6.0)), (4, "y", (-10000.0, 60000.0))):
        edit = AxisEdit(Place("trajectories", "sledai", f"values {number}", axis), "", limits=limits)
        figure = drawn(cohort, each=True, width_mm=183.0, edits=Edits(axes=(edit,)))
        assert {(p.x if axis == "x" else p.y).range for p in figure.panels} == {limits}
    more = drawn(cohort, each=True, width_mm=183.0, edits=Edits(Style(density=Density.MORE)))
    usual = drawn(cohort, each=True, width_mm=183.0)
    assert len({p.y.ticks for p in more.panels}) == len({p.x.ticks for p in more.panels}) == 1
    assert len(usual.panels[0].y.ticks) < len(more.panels[0].y.ticks) < 3 * len(usual.panels[0].y.ticks)


def test_excluded_patients_have_no_panel() -> None:
    cohort = replace(five(), excluded=(LeftOut("SYN-01", "withdrew consent"),))
    figure = drawn(cohort, each=True)
    assert len(figure.panels) == 4
    assert "SYN-01 is excluded: withdrew consent." in figure.alt


def test_groups_share_the_axes_and_the_unknown_have_a_panel() -> None:
    cohort = with_groups(made(lambda i, j: float(i + j), 6))
    figure = drawn(cohort, by="arm")
    assert [m.text for m in figure.page if isinstance(m, Note) and m.bold] == [
        "B (n = 2)",
        "A (n = 2)",
        "not known (n = 2)",
    ]
    assert len({p.y.range for p in figure.panels}) == 1
    assert group_names(cohort) == ("sex", "Arm")
    nothing = drawn(cohort, by="centre")
    assert nothing.panels == ()
    assert nothing.alt == "No patient has a fact called centre; choose another to form groups."
    many = replace(cohort, patients=tuple(replace(p, facts=(("Born", p.id),)) for p in cohort.patients))
    crowd = made(lambda i, j: float(i + j), MOST_GROUPS + 1)
    crowd = replace(crowd, patients=tuple(replace(p, facts=(("Born", p.id),)) for p in crowd.patients))
    assert len(drawn(many, by="Born").panels) == 6
    assert drawn(crowd, by="Born").panels == ()


def test_shaded_times_are_those_of_the_workbook() -> None:
    cohort = with_groups(made(lambda i, j: float(i + j), 5))
    figure = drawn(cohort, shade="Aplasia", time_unit=TimeUnit.DAYS)
    blocks = [(m.x0, m.x1, m.fill) for m in figure.panels[0].marks if isinstance(m, Block)]
    assert [(a, b) for a, b, _ in blocks] == [(3, 61), (61, 121)]
    assert blocks[0][2] != blocks[1][2], "darker where all had it"
    assert "Shaded: Aplasia (4 patients; darker where all 4 had it at once)." in texts(figure)
    relapse = drawn(cohort, shade="Relapse")
    assert "Triangle at the top: Relapse, without a known end." in texts(relapse)
    assert "nothing is shaded" in texts(drawn(cohort, shade="no such thing"))
    assert shade_names(cohort) == ("Aplasia", "Relapse")
    each = drawn(cohort, shade="Aplasia", each=True)
    assert [sum(isinstance(m, Block) for m in panel.marks) for panel in each.panels] == [1, 1, 0, 1, 1]
    open_ended = replace(cohort, courses=(Course("P01", "HCQ", "hydroxychloroquine", start=None, stop=None),))
    block = next(m for m in drawn(open_ended, shade="HCQ").panels[0].marks if isinstance(m, Block))
    assert (block.x0, block.x1) == (None, None)


def test_a_spider_starts_at_no_change_and_names_patients_at_the_ends() -> None:
    figure = drawn(five(), kind="spider")
    panel = figure.panels[0]
    baselines = [m.points[m.names.index("baseline")] for m in panel.marks if isinstance(m, Dots) and m.names]
    assert {y for _, y in baselines} == {0.0}
    labels = [m for m in figure.page if isinstance(m, Note) and m.key]
    assert {m.text for m in labels} == {p.id for p in five().patients}
    assert all(m.at[0] > panel.area.x + panel.area.width for m in labels)
    assert panel.y.label.replace("\n", " ") == "SLEDAI-2K, change from Baseline (%)"
    assert "Last change: SYN-01 −100 %" in figure.alt
    yes_no = drawn(COHORTS["yes/no"], kind="spider")
    assert yes_no.alt == "C3 is a yes or no, which has no change to draw."


def test_labels_at_the_ends_never_touch_and_stay_beside_the_plot() -> None:
    assert spread([], 5, 0, 40) == ()
    for wanted in ([20.0] * 6, [0.0, 0.0, 40.0], [1.0, 2.0, 30.0, 31.0, 39.0], [39.0, 39.5, 40.0]):
        places = spread(wanted, 5, 0, 40)
        assert all(b - a >= 5 - 1e-9 for a, b in pairwise(places))
        assert 0 <= places[0] <= places[-1] <= 40


def several() -> Cohort:
    """Five patients with three scores, a laboratory value and one score without values."""
    cohort = made(lambda i, j: float(i + j), 5)
    more = tuple(Measure(f"s{k}", f"Score {k}", range=(0, 20)) for k in range(5))
    seen = tuple(
        Observation(o.patient, o.visit, m.key, None if m.key == "s4" else (o.value or 0.0) + k, o.day)
        for k, m in enumerate(more)
        for o in cohort.observations
    )
    lab = tuple(replace(o, measure="lab", value=10.0 ** (o.value or 0.0)) for o in cohort.observations)
    measures = (*cohort.measures, Measure("lab", "Titre", "IU"), *more)
    return replace(cohort, measures=measures, observations=(*cohort.observations, *lab, *seen))


def test_a_stack_shares_time_and_takes_the_scores_unless_told() -> None:
    cohort = several()
    assert stacked_measures(cohort, "m", ChartChoice()) == ("m", "s0", "s1", "s2")
    assert len(stacked_measures(cohort, "s1", ChartChoice())) == MOST
    figure = drawn(cohort, kind="stack", with_measures=("lab", "s4", "no such"))
    assert [panel.y.scale for panel in figure.panels] == [Scale.LINEAR, Scale.LOG]
    assert {panel.linked for panel in figure.panels} == {"time"}
    assert len({(p.x.range, p.area.x, p.area.width) for p in figure.panels}) == 1
    assert [panel.x.visible for panel in figure.panels] == [False, True]
    assert "Titre (IU), log scale" in texts(figure)
    assert "No included patient has a value of Score 4." in texts(figure)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", VARIANTS)
def test_the_variant_is_the_one_that_was_looked_at(name: str) -> None:
    """Compare with ``golden/<name>.svg``; delete a file to have it written again, and look at it before committing."""
    from trajecta.io.export import painting_ready

    painting_ready()
    cohort, how = VARIANTS[name]
    svg = rounded(svg_bytes(drawn(cohort, **how), 600).decode("utf-8"))
    golden = GOLDEN / f"{name}.svg"
    if not golden.exists():
        golden.write_text(svg, "utf-8", newline="\n")
        pytest.fail(f"{golden.name} was missing and has been written; look at it and run the test again")
    assert svg == golden.read_text("utf-8")
