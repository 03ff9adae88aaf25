"""The charts of the pairs: what is drawn is what the answer holds, for 2 to 50 patients, or the reason why not."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trajecta.stats.charts.bands import crosses, obstacles
from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.distribution import quartiles, swarm, violin
from trajecta.stats.charts.layout import note_box, overlap, panel_point, text_boxes
from trajecta.stats.charts.left_out import left_out_note, left_out_of
from trajecta.stats.charts.registry import CHARTS, build_figure
from trajecta.stats.cohort import (
    Band,
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
from trajecta.stats.compare import compare
from trajecta.stats.figure import Area, Block, Dots, Figure, Line, Note, Panel, Rect, Rule, Scale
from trajecta.stats.palette import style_of
from trajecta.stats.results import Comparison, PairedResult
from trajecta.stats.words import level_text

KINDS = ("estimation", "change", "waterfall", "scatter", "distribution", "bland-altman")
SCORE = Measure(
    "m", "SLEDAI-2K", "points", Direction.LOWER, range=(0, 105), bands=(Band("low activity", 0, 4),), important=4
)
FIVE = ((16, 0), (16, 0), (16, 0), (10, 2), (8, 0))
Pairs = tuple[tuple[float | None, float | None], ...]


def cohort_of(pairs: Pairs, measure: Measure = SCORE) -> Cohort:
    """Patients P1, P2, … with these values before and after."""
    visits = (Visit("b", "Baseline", 0), Visit("a", "Month 3", 91))
    people = tuple(Patient(f"P{i + 1}") for i in range(len(pairs)))
    seen = tuple(
        Observation(p.id, v.key, "m", value)
        for p, row in zip(people, pairs, strict=True)
        for v, value in zip(visits, row, strict=True)
    )
    return Cohort(people, visits, (measure,), seen, (), (), "", "infusion")


def drawn(kind: str, pairs: Pairs, measure: Measure = SCORE, **how: object) -> tuple[Figure, PairedResult]:
    """A chart of these pairs at 89 mm and the answer it shows."""
    cohort = cohort_of(pairs, measure)
    result = compare(cohort, Comparison("m", "b", "a"))
    return build_figure(cohort, "m", result, ChartChoice(kind, 89.0, **how)), result  # type: ignore[arg-type]


def texts(figure: Figure) -> list[str]:
    return [text for text, _ in text_boxes(figure)]


def dots(panel: Panel, patient: str) -> list[tuple[float, float]]:
    return [p for m in panel.marks if isinstance(m, Dots) and m.key == patient for p in m.points]


def on_page(panel: Panel, y: float) -> float:
    low, high = panel.y.range
    return panel.area.y + (high - y) / (high - low) * panel.area.height


scores = st.integers(0, 40)
cohorts = st.lists(st.tuples(scores, scores), min_size=2, max_size=50).map(tuple)


@pytest.mark.parametrize("kind", KINDS)
@given(pairs=cohorts)
@settings(max_examples=15, deadline=None)
def test_every_patient_is_drawn_at_the_values_of_the_answer(kind: str, pairs: Pairs) -> None:
    figure, result = drawn(kind, pairs)
    assert figure.panels
    for change in result.changes:
        points = [p for panel in figure.panels for p in dots(panel, change.patient)]
        expected = {
            "estimation": [change.before, change.after, change.difference],
            "change": [change.before, change.after],
            "waterfall": [change.difference],
            "scatter": [change.after],
            "distribution": [change.before, change.after],
            "bland-altman": [change.difference],
        }[kind]
        assert [x if kind == "change" else y for x, y in points] == pytest.approx(expected)
        if kind == "scatter":
            assert points[0][0] == change.before
        if kind == "bland-altman":
            assert points[0][0] == pytest.approx((change.before + change.after) / 2)
    assert figure.alt.endswith(".")
    assert result.lead in figure.alt


@pytest.mark.parametrize("kind", KINDS)
def test_symbols_are_whole_at_the_edges(kind: str) -> None:
    for pairs in (FIVE, ((3, 3), (3, 3)), tuple((i % 23, i % 7) for i in range(50)), ((-5, -9), (-1, 4), (0, 0))):
        for panel in drawn(kind, pairs)[0].panels:
            (x0, x1), (y0, y1) = panel.x.range, panel.y.range
            for mark in panel.marks:
                if isinstance(mark, Dots) and mark.key:
                    right = mark.size / 2 * (x1 - x0) / panel.area.width
                    up = mark.size / 2 * (y1 - y0) / panel.area.height
                    assert all(x0 + right <= x <= x1 - right and y0 + up <= y <= y1 - up for x, y in mark.points)


@pytest.mark.parametrize("kind", KINDS)
def test_patients_keep_their_style_and_those_left_out_are_named(kind: str) -> None:
    cohort = replace(cohort_of((*FIVE, (5, None))), excluded=(LeftOut("P1", "withdrew consent"),))
    result = compare(cohort, Comparison("m", "b", "a"))
    figure = build_figure(cohort, "m", result, ChartChoice(kind, 89.0))
    marks = [m for panel in figure.panels for m in panel.marks]
    assert not [m for m in marks if getattr(m, "key", "") in ("P1", "P6")]
    outlines = {m.outline.color for m in marks if isinstance(m, Dots) and m.key == "P2"}
    assert outlines == {style_of(1).color}
    assert "P1 is left out: excluded by the user: withdrew consent." in figure.alt
    assert "P6 is left out: no usable value at Month 3" in figure.alt
    assert "P1 left out: excluded by the user: withdrew consent." in " ".join(texts(figure))
    assert "P6 left out: no usable value at Month 3." in " ".join(texts(figure))


@pytest.mark.parametrize("kind", [entry.key for entry in CHARTS if entry.needs_pair and entry.key != "spider"])
def test_the_foot_names_who_is_left_out_and_no_cell(kind: str) -> None:
    cohort = cohort_of((*FIVE, (5, None), (6, None)))
    where = tuple(
        replace(o, source=CellRef("My visits", 7, 3), text="n.d.") if o.value is None else o
        for o in cohort.observations
    )
    cohort = replace(cohort, observations=where)
    result = compare(cohort, Comparison("m", "b", "a"))
    figure = build_figure(cohort, "m", result, ChartChoice(kind, 89.0))
    assert "P6 and P7 left out: no usable value at Month 3 (“n.d.”)." in " ".join(texts(figure))
    assert "My visits" not in " ".join(texts(figure))
    everybody = build_figure(cohort_of(FIVE), "m", compare(cohort_of(FIVE), result.comparison), ChartChoice(kind, 89.0))
    assert "left out" not in " ".join(texts(everybody))


def test_many_who_are_left_out_are_counted() -> None:
    cohort = cohort_of((*FIVE, *((5, None) for _ in range(12))))
    result = compare(cohort, Comparison("m", "b", "a"))
    assert left_out_note(cohort, result) == ("12 patients left out: no usable value at Month 3.",)
    assert left_out_of(cohort, [result]) == left_out_note(cohort, result)
    other = replace(result, measure=replace(result.measure, name="C3"), left_out=())
    assert left_out_of(cohort, [result, other]) == ("12 patients left out of SLEDAI-2K: no usable value at Month 3.",)


@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_drawn_is_said(kind: str) -> None:
    cohort = cohort_of(FIVE)
    without = build_figure(cohort, "m", None, ChartChoice(kind))
    assert without.panels == ()
    assert "Choose a visit before" in without.alt
    nobody, _ = drawn(kind, ((3, None), (None, 4)))
    assert nobody.panels == ()
    assert "No patient has a value" in nobody.alt
    yes_no, _ = drawn(kind, ((1, 0), (1, 0), (0, 0)), Measure("m", "Flare", kind=Kind.YES_NO))
    assert yes_no.panels == ()
    assert "Flare is answered with yes or no" in yes_no.alt
    with pytest.raises(KeyError):
        build_figure(cohort, "no such measure", None, ChartChoice(kind))
    with pytest.raises(ValueError, match="30 to 1000 mm"):
        build_figure(cohort, "m", compare(cohort, Comparison("m", "b", "a")), ChartChoice(kind, 10.0))


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "bland-altman"])
def test_titres_are_told_apart_on_a_logarithmic_axis_or_as_changes(kind: str) -> None:
    titre = Measure("m", "Anti-dsDNA", "IU/mL")
    figure, _ = drawn(kind, ((3000, 12), (900, 30), (44, 5), (700, 700)), titre)
    assert figure.panels
    if kind != "waterfall":
        assert any("log scale" in (panel.x.label + panel.y.label) for panel in figure.panels)


def test_before_and_after_of_titres_stand_at_their_logarithms_with_their_medians() -> None:
    titre = Measure("m", "Anti-dsDNA", "IU/mL", bands=(Band("normal", None, 10),))
    figure, result = drawn("before-after", ((3000, 12), (900, 30), (44, 5), (700, 700)), titre, bracket=True)
    panel = figure.panels[0]
    assert panel.y.scale is Scale.LOG
    ends = {m.key: m.points for m in panel.marks if isinstance(m, Line) and m.key}
    assert [y for _, y in ends["P1"]] == pytest.approx([math.log10(3000), math.log10(12)])
    bars = [m.points[0][1] for m in panel.marks if isinstance(m, Line) and not m.key and len(m.points) == 2]
    medians = (result.before_summary.median, result.after_summary.median)
    assert bars == pytest.approx([math.log10(m) for m in medians if m is not None])
    assert "800" in texts(figure)  # the median before, as a number and not as its logarithm
    assert next(m for m in panel.marks if isinstance(m, Block)).y1 == pytest.approx(1.0)
    assert "The value axis is logarithmic." in figure.alt


def test_the_label_of_a_band_keeps_clear_of_a_box() -> None:
    cohort = cohort_of(tuple((4 + 3 * i, i % 7) for i in range(12)))
    result = compare(cohort, Comparison("m", "b", "a"))
    for width in (70.0, 89.0, 120.0, 183.0):
        figure = build_figure(cohort, "m", result, ChartChoice("distribution", width))
        panel = figure.panels[0]
        label = next((m for m in panel.marks if isinstance(m, Note) and m.text == "low activity"), None)
        if label is None:
            assert any("Shaded: low activity" in text for text in texts(figure))
            continue
        lines, dots = obstacles(panel)
        box = note_box(label, *panel_point(panel, label))
        assert sum(1 for m in panel.marks if isinstance(m, Block) and m.outline is not None) == 2
        assert not any(crosses(box, *line) for line in lines)
        assert not any(overlap(box, dot) for dot in dots)


def test_the_word_for_the_improved_side_keeps_away_from_symbols_where_it_can() -> None:
    figure, _ = drawn("scatter", ((16, 3), (18, 2), (20, 1), (22, 4), (9, 8)), SCORE)
    panel = figure.panels[0]
    (word,) = [m for m in panel.marks if isinstance(m, Note) and m.text == "improved"]
    box = note_box(word, *panel_point(panel, word))
    free = Rect(box.x - 5, box.y - 5, box.width + 10, box.height + 10)
    others = [m for m in panel.marks if isinstance(m, Note) and m is not word]
    assert not any(overlap(free, dot) for dot in obstacles(panel)[1])
    assert not any(overlap(free, note_box(m, *panel_point(panel, m))) for m in others)


def test_limits_of_agreement_are_refused_for_values_over_many_sizes() -> None:
    figure, _ = drawn("bland-altman", ((3000, 12), (900, 30), (44, 5)), Measure("m", "Anti-dsDNA", "IU/mL"))
    assert figure.panels == ()
    assert "more than a factor of 50" in figure.alt


@pytest.mark.parametrize("kind", KINDS)
def test_values_beyond_the_assay_are_marked(kind: str) -> None:
    cohort = cohort_of(FIVE)
    seen = tuple(
        replace(o, censored=Censored.BELOW) if o.visit == "a" and o.patient == "P2" else o for o in cohort.observations
    )
    cohort = replace(cohort, observations=seen)
    figure = build_figure(cohort, "m", compare(cohort, Comparison("m", "b", "a")), ChartChoice(kind, 120.0))
    assert "beyond the limit of the assay" in " ".join(texts(figure))
    assert "1 value lies beyond the limit of the assay" in figure.alt
    if kind != "change":
        fills = [m.fill for panel in figure.panels for m in panel.marks if isinstance(m, Dots) and m.key == "P2"]
        assert "" in fills


@pytest.mark.parametrize(
    ("measure", "pairs", "said"),
    [
        (SCORE, FIVE, "estimate −12 points (−16 to −8), level"),
        (SCORE, ((5, 4), (6, 5), (7, 6)), "estimate −1 point"),
        (Measure("m", "Platelets", "10^9/L"), FIVE, "estimate −12 10⁹/L (−16 to −8), level"),
        (Measure("m", "Joints", "count"), FIVE, "estimate −12 (−16 to −8), level"),
    ],
)
@pytest.mark.parametrize("kind", ["before-after", "estimation"])
def test_the_estimate_has_its_unit(kind: str, measure: Measure, pairs: Pairs, said: str) -> None:
    figure, _ = drawn(kind, pairs, measure)
    assert said in " ".join(texts(figure))
    assert said in figure.alt


@pytest.mark.parametrize("kind", ["before-after", "estimation"])
def test_the_answer_wraps_without_a_word_alone_on_a_narrow_page(kind: str) -> None:
    long = Measure("m", "Anti-dsDNA", "international units per millilitre", range=(0, 105))
    cohort = cohort_of(FIVE, long)
    figure = build_figure(cohort, "m", compare(cohort, Comparison("m", "b", "a")), ChartChoice(kind, 61.0))
    head = [m.text for m in figure.page if isinstance(m, Note)]
    lines = head[: next(i for i, text in enumerate(head) if text.endswith("93.75 %")) + 1]
    assert len(lines) == 4
    assert all(len(line.split()) > 1 and not line.startswith("%") for line in lines)
    assert not any("…" in line for line in lines)


@pytest.mark.parametrize(("scale", "reach"), [(ValueScale.PERCENT, 10.0), (ValueScale.AUTO, 2.0)])
def test_without_any_change_the_waterfall_reaches_as_far_up_as_down(scale: ValueScale, reach: float) -> None:
    figure, _ = drawn("waterfall", ((4, 4), (9, 9)), replace(SCORE, important=None), scale=scale)
    ticks = figure.panels[0].y.ticks
    assert (ticks[0][0], ticks[-1][0]) == (-reach, reach)


@pytest.mark.parametrize("kind", ["estimation", "change", "waterfall", "scatter", "before-after", "distribution"])
def test_scores_that_are_all_zero_get_whole_ticks(kind: str) -> None:
    figure, _ = drawn(kind, ((0, 0),) * 3)
    axes = [axis for panel in figure.panels for axis in (panel.x, panel.y) if axis.scale is Scale.LINEAR]
    assert axes
    assert all(float(at).is_integer() for axis in axes for at, _ in axis.ticks)


# --- estimation -------------------------------------------------------------------------------------------------------


def test_zero_of_the_changes_lies_at_the_median_before_on_the_same_scale() -> None:
    figure, result = drawn("estimation", FIVE)
    left, right = figure.panels
    assert result.before_summary.median == 16
    assert on_page(left, 16) == pytest.approx(on_page(right, 0))
    assert on_page(left, 6) == pytest.approx(on_page(right, -10))
    assert not left.moves
    assert not right.moves


@given(pairs=cohorts)
@settings(max_examples=25, deadline=None)
def test_the_bar_is_the_stored_interval_and_names_the_level_it_reaches(pairs: Pairs) -> None:
    figure, result = drawn("estimation", pairs)
    right = figure.panels[1]
    found = result.interval("hodges_lehmann")
    bars = [m.points for m in right.marks if isinstance(m, Line)]
    estimate = [p for m in right.marks if isinstance(m, Dots) and not m.key for p in m.points]
    assert estimate == [(1.0, found.estimate)]
    assert "P = " in figure.alt or "P < " in figure.alt or result.test("signed_rank").reason in figure.alt
    if found.level is None:
        assert bars == []
        assert found.reason.split()[0] in " ".join(texts(figure))
    else:
        assert bars == [((1.0, found.low), (1.0, found.high))]
        named = " ".join(right.x.ticks[1][1].split("\n"))
        assert named == f"{level_text(found.level)} CI (exact)"


def test_small_changes_of_large_values_get_a_scale_of_their_own() -> None:
    figure, _ = drawn("estimation", ((1000, 1004), (3000, 2998), (5000, 5007)), Measure("m", "Cells", "/µL"))
    left, right = figure.panels
    assert right.y.range[1] < 20
    assert "Changes on a scale of their own." in texts(figure)
    assert not any(isinstance(m, Rule) for m in left.marks)


# --- change and waterfall ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", Direction)
def test_rows_and_bars_are_sorted_by_the_change(direction: Direction) -> None:
    pairs = ((10, 4), (10, 14), (10, 10), (10, 4), (10, 1))
    measure = replace(SCORE, direction=direction)
    rows = [text for _, text in drawn("change", pairs, measure)[0].panels[0].y.ticks]
    bars = [m.key for m in drawn("waterfall", pairs, measure)[0].panels[0].marks if isinstance(m, Dots)]
    if direction is Direction.HIGHER:
        assert rows == ["P2", "P3", "P1", "P4", "P5"]
        assert bars == ["P5", "P1", "P4", "P3", "P2"]
    else:
        assert rows == ["P5", "P1", "P4", "P3", "P2"]
        assert bars == ["P2", "P3", "P1", "P4", "P5"]


def test_the_change_of_each_row_is_printed() -> None:
    figure, _ = drawn("change", ((16, 0), (10, 14), (3, 3)))
    printed = [m.text for m in figure.panels[0].marks if isinstance(m, Note)]
    assert printed == ["−16", "0", "+4"]
    assert "P1 16 to 0 (−16 points), P3 3 to 3 (0 points), P2 10 to 14 (+4 points)" in figure.alt


def test_an_unchanged_patient_shows_both_symbols() -> None:
    panel = drawn("change", ((3, 3), (9, 1)))[0].panels[0]
    before, after = (m for m in panel.marks if isinstance(m, Dots) and m.key == "P1")
    assert before.size > after.size * 1.4
    assert (bool(before.fill), bool(after.fill)) == (False, True)


def test_bars_of_unchanged_patients_are_a_thin_mark() -> None:
    panel = drawn("waterfall", ((3, 3), (9, 1)))[0].panels[0]
    assert [m.key for m in panel.marks if isinstance(m, Block)] == ["P2"]
    assert [(m.key, m.points[0][1], m.points[1][1]) for m in panel.marks if isinstance(m, Line)] == [("P1", 0.0, 0.0)]


def test_percent_changes_leave_out_patients_who_began_at_zero_and_say_so() -> None:
    figure, _ = drawn("waterfall", ((16, 4), (0, 3), (10, 15)), scale=ValueScale.PERCENT)
    panel = figure.panels[0]
    assert [(m.key, m.points[0][1]) for m in panel.marks if isinstance(m, Dots)] == [("P3", 50.0), ("P1", -75.0)]
    assert "%" in panel.y.label
    assert "the value before is not above 0: P2." in " ".join(texts(figure))
    assert "P2 has no bar" in figure.alt
    assert "Important change" not in " ".join(texts(figure))
    nobody, _ = drawn("waterfall", ((0, 3), (0, 2)), scale=ValueScale.PERCENT)
    assert nobody.panels == ()
    assert "no change in per cent" in nobody.alt


@pytest.mark.parametrize(
    ("direction", "rules"), [(Direction.LOWER, [-4.0]), (Direction.HIGHER, [4.0]), (Direction.UNKNOWN, [-4.0, 4.0])]
)
def test_the_important_change_is_a_rule_where_it_is_better(direction: Direction, rules: list[float]) -> None:
    panel = drawn("waterfall", FIVE, replace(SCORE, direction=direction))[0].panels[0]
    assert [m.at for m in panel.marks if isinstance(m, Rule) and m.at] == rules


def test_an_important_change_far_beyond_all_changes_is_told_in_words() -> None:
    figure, _ = drawn("waterfall", ((16, 15.5), (10, 10)))
    assert not [m for m in figure.panels[0].marks if isinstance(m, Rule) and m.at]
    assert "Important change (beyond this axis): −4 points." in " ".join(texts(figure))


# --- scatter ----------------------------------------------------------------------------------------------------------


def test_both_axes_have_one_scale_and_the_line_of_no_change_is_the_diagonal() -> None:
    for width in (85.0, 183.0):
        cohort = cohort_of(FIVE)
        figure = build_figure(cohort, "m", compare(cohort, Comparison("m", "b", "a")), ChartChoice("scatter", width))
        panel = figure.panels[0]
        assert panel.x.range == panel.y.range
        assert panel.area.width == pytest.approx(panel.area.height)
        line = next(m for m in panel.marks if isinstance(m, Line))
        assert all(x == y for x, y in line.points)
        assert line.points[0][0] < panel.x.range[0]


@pytest.mark.parametrize(("direction", "better"), [(Direction.LOWER, (10, 2)), (Direction.HIGHER, (2, 10))])
def test_the_improved_side_is_shaded(direction: Direction, better: tuple[float, float]) -> None:
    figure, _ = drawn("scatter", FIVE, replace(SCORE, direction=direction))
    side = next(m for m in figure.panels[0].marks if isinstance(m, Area))
    assert inside(side.points, better)
    assert not inside(side.points, better[::-1])
    assert "Shaded side: improved." in " ".join(texts(figure))


def inside(corners: tuple[tuple[float, float], ...], point: tuple[float, float]) -> bool:
    """Whether a point lies in a convex polygon."""
    turns = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
        for a, b in pairwise((*corners, corners[0]))
    ]
    return all(t >= 0 for t in turns) or all(t <= 0 for t in turns)


def test_without_a_direction_nothing_is_shaded() -> None:
    figure, _ = drawn("scatter", FIVE, replace(SCORE, direction=Direction.UNKNOWN))
    assert not [m for m in figure.panels[0].marks if isinstance(m, Area)]
    assert "improved" not in " ".join(texts(figure))


def test_coincident_patients_are_counted_and_named() -> None:
    figure, _ = drawn("scatter", FIVE)
    assert "×3 P1, P2, P3" in texts(figure)
    assert "P1, P2 and P3 have the same two values." in figure.alt
    crowd, _ = drawn("scatter", tuple((i // 2, i // 4) for i in range(40)))
    assert texts(crowd).count("×2") > 5
    assert any("Ringed: groups of 2 patients with the same two values." in text for text in texts(crowd))


def test_no_count_covers_a_symbol() -> None:
    figure, _ = drawn("scatter", tuple((10 + i % 9, 9 + i % 9 - i % 4) for i in range(50)))
    panel = figure.panels[0]
    low, high = panel.x.range
    places = [
        (panel.area.x + (x - low) / (high - low) * panel.area.width, on_page(panel, y))
        for mark in panel.marks
        if isinstance(mark, Dots)
        for x, y in mark.points
    ]
    boxes = [box for text, box in text_boxes(figure) if text.startswith("×")]
    assert not [1 for b in boxes for x, y in places if b.x < x < b.x + b.width and b.y < y < b.y + b.height]


# --- Bland–Altman and distribution ------------------------------------------------------------------------------------


def test_bland_altman_draws_bias_limits_and_says_what_it_is_for() -> None:
    figure, result = drawn("bland-altman", FIVE)
    rules = [m.at for m in figure.panels[0].marks if isinstance(m, Rule)]
    sd = math.sqrt(sum((c.difference + 12.8) ** 2 for c in result.changes) / 4)
    assert rules == pytest.approx([0.0, -12.8 + 1.96 * sd, -12.8, -12.8 - 1.96 * sd])
    shaded = [(m.y0, m.y1) for m in figure.panels[0].marks if isinstance(m, Block)]
    mean = result.interval("mean_difference")
    assert (pytest.approx(mean.low), pytest.approx(mean.high)) in shaded
    assert "not for a change" in " ".join(texts(figure))
    assert {"+1.96 SD", "−1.96 SD", "bias", "−12.8"} <= set(texts(figure))


def test_two_patients_get_dots_and_the_reason() -> None:
    figure, _ = drawn("bland-altman", FIVE[2:4])
    assert len([m for m in figure.panels[0].marks if isinstance(m, Dots)]) == 2
    assert "Limits of agreement need at least 3 patients; here are 2." in " ".join(texts(figure))


@pytest.mark.parametrize(("n", "boxes", "violins"), [(5, 0, 0), (7, 0, 0), (8, 2, 0), (29, 2, 0), (30, 2, 2)])
def test_boxes_and_violins_only_where_n_carries_them(n: int, boxes: int, violins: int) -> None:
    figure, result = drawn("distribution", tuple((3 + i * 7 % 19, i * 5 % 17) for i in range(n)))
    marks = figure.panels[0].marks
    assert len([m for m in marks if isinstance(m, Block) and m.outline]) == boxes
    assert len([m for m in marks if isinstance(m, Area)]) == violins
    told = " ".join(texts(figure))
    assert ("No box" in told) == (boxes == 0)
    assert ("rule 7" in told) == (boxes > 0)
    assert ("Silverman" in told) == (violins > 0)
    assert f"Baseline: median {result.before_summary.median:g}" in figure.alt


def test_quartiles_against_numpy() -> None:
    import numpy as np

    for n in range(1, 30):
        values = [math.sin(i * 12.9898) * 43 for i in range(n)]
        assert quartiles(values) == pytest.approx(tuple(np.quantile(values, [0.25, 0.75])))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=50))
@settings(max_examples=50, deadline=None)
def test_no_symbol_of_a_swarm_hides_another(places: list[float]) -> None:
    shifts = swarm(places, 3.0, 1e6)
    found = list(zip(shifts, places, strict=True))
    for i, (x, y) in enumerate(found):
        assert all(math.hypot(x - a, y - b) > 3.0 - 1e-6 for a, b in found[:i])
    assert max(abs(x) for x in swarm(places, 3.0, 2.0)) <= 2.0 + 1e-9


def test_a_violin_ends_at_the_extremes() -> None:
    outline = violin([float(i * i % 31) for i in range(40)])
    assert (outline[0][0], outline[-1][0]) == (0.0, 28.0)
    assert max(width for _, width in outline) == 1.0
