"""The heat table and the forest of all measures: numbers as they are, readable on their cells, better to the right."""

from dataclasses import replace

import pytest
from test_charts import COHORTS, assert_texts_have_their_own_places, five, made
from test_courses import drawn, several, texts

from trajecta.stats.charts.cells import MISSED, common_places
from trajecta.stats.charts.choice import Effect
from trajecta.stats.cohort import Direction
from trajecta.stats.colors import contrast
from trajecta.stats.compare import default_comparison, overview
from trajecta.stats.figure import Block, Dots, Line, Note


@pytest.mark.parametrize("name", COHORTS)
@pytest.mark.parametrize("kind", ["heat", "forest"])
def test_texts_keep_their_places(kind: str, name: str) -> None:
    for effect in Effect:
        for width in (60.0, 85.0, 120.0, 183.0):
            for height in (None, 60.0, 25.0):
                figure = drawn(COHORTS[name], kind=kind, width_mm=width, height_mm=height, effect=effect)
                assert_texts_have_their_own_places(figure)


@pytest.mark.parametrize("n", [1, 2, 3, 50])
@pytest.mark.parametrize("visits", [2, 12])
def test_the_heat_table_of_any_size(n: int, visits: int) -> None:
    for width in (85.0, 183.0):
        figure = drawn(made(lambda i, j: float(i + j), n, visits=visits), kind="heat", width_mm=width)
        numbers = [m for m in figure.panels[0].marks if isinstance(m, Note)]
        assert len(numbers) == n * visits


def test_every_number_reads_on_its_cell() -> None:
    panel = drawn(COHORTS["fifty"], kind="heat").panels[0]
    cells = {(m.x0, m.y0): m.fill for m in panel.marks if isinstance(m, Block) and m.fill}
    for note in (m for m in panel.marks if isinstance(m, Note)):
        assert contrast(note.color, cells[note.at[0] - 0.5, note.at[1] - 0.5]) >= 4.5


def test_missed_and_not_reached_look_different_and_patients_keep_their_order() -> None:
    figure = drawn(five(), kind="heat")
    assert "SYN-03: 16, 16, 6, missed, 0, not reached; change −10." in figure.alt
    assert [m.text for m in figure.page if isinstance(m, Note) and m.text.startswith("SYN")] == [
        p.id for p in five().patients
    ]
    frames = [m for m in figure.panels[0].marks if isinstance(m, Block) and not m.fill]
    assert len(frames) == 2


@pytest.mark.parametrize(
    ("values", "shown", "rounded"),
    [
        ((12.0, 12.5, 3.0), {"12.0", "12.5", "3.0"}, False),
        ((0.25, 3.0, 12.5), {"0.25", "3.00", "12.50"}, False),
        ((3.0, 4.0, 5.0), {"3", "4", "5"}, False),
        ((10 / 3, 2.0, 1.5), {"3.33", "2.00", "1.50"}, True),
        ((12345.0, 3.5, 2.0), {"12,345", "4", "2"}, True),
    ],
)
def test_all_numbers_have_the_same_decimals(values: tuple[float, ...], shown: set[str], rounded: bool) -> None:
    figure = drawn(made(lambda i, j: values[j], 3), kind="heat", width_mm=183.0)
    numbers = [m.text for m in figure.panels[0].marks if isinstance(m, Note)]
    assert {text.lstrip("<") for text in numbers} == shown
    changes = [m.text for m in figure.page if isinstance(m, Note) and m.key and m.text[0] in "+−0123456789"]
    assert len({len(text.partition(".")[2]) for text in (*numbers, *changes)}) == 1
    assert ("Rounded to" in texts(figure)) is rounded


@pytest.mark.parametrize("least", [0.5, 0.004, 3e-5, 1 / 300])
def test_no_number_reads_as_zero_that_is_not(least: float) -> None:
    def value(i: int, j: int) -> float:
        return least if i == j else 40.0 * j

    for width in (60.0, 85.0, 89.0, 183.0):
        figure = drawn(made(value, 3), kind="heat", width_mm=width)
        for note in (m for m in figure.panels[0].marks if isinstance(m, Note)):
            shown = float(note.text.lstrip("<").replace(",", "").replace("−", "-"))
            assert (shown == 0) == (value(int(3 - note.at[1]), int(note.at[0])) == 0)


def test_decimals_follow_what_is_needed() -> None:
    assert common_places(()) == 0
    assert common_places((0.0, 0.0)) == 0
    assert common_places((1 / 300, 5.0)) == 3
    assert common_places((1e-7, 1.0)) is None


def test_a_missed_visit_is_hatched_and_the_legend_says_so() -> None:
    for width in (60.0, 89.0, 183.0):
        figure = drawn(five(), kind="heat", width_mm=width)
        panel = figure.panels[0]
        (cell,) = (m for m in panel.marks if isinstance(m, Block) and m.fill == MISSED)
        assert (cell.key, cell.name) == ("SYN-03", "month 3")
        lines = [m for m in panel.marks if isinstance(m, Line)]
        assert len(lines) > 2
        for x, y in (point for line in lines for point in line.points):
            assert cell.x0 is not None
            assert cell.y0 is not None
            assert cell.x0 < x < cell.x0 + 1
            assert cell.y0 < y < cell.y0 + 1
        assert {m.key for m in lines} == {"SYN-03"}
        assert not any(isinstance(m, Note) and m.at == (cell.x0 + 0.5, cell.y0 + 0.5) for m in panel.marks)
        assert "no usable value" in texts(figure)
    assert "no usable value" not in texts(drawn(made(lambda i, j: 1.0 + j, 3), kind="heat"))


def test_numbers_that_do_not_fit_are_left_out_and_said() -> None:
    figure = drawn(made(lambda i, j: 123.4 + i, 3, visits=12), kind="heat", width_mm=60.0)
    assert "The cells are too small for numbers at this width." in texts(figure)
    assert not any(isinstance(m, Note) for m in figure.panels[0].marks)


@pytest.mark.parametrize(("direction", "sign"), [(Direction.LOWER, -1.0), (Direction.HIGHER, 1.0)])
def test_better_is_always_to_the_right(direction: Direction, sign: float) -> None:
    cohort = made(lambda i, j: 10.0 + i + sign * j * (3 + i), 6)
    cohort = replace(cohort, measures=(replace(cohort.measures[0], direction=direction),))
    for effect in Effect:
        panel = drawn(cohort, kind="forest", effect=effect).panels[0]
        dots = [m for m in panel.marks if isinstance(m, Dots)]
        assert len(dots) == 1
        assert dots[0].points[0][0] > 0
        assert dots[0].fill


def test_the_forest_always_tells_what_its_intervals_are() -> None:
    for effect in Effect:
        for width in (60.0, 85.0, 89.0, 100.0, 120.0, 183.0):
            figure = drawn(COHORTS["fifty"], kind="forest", effect=effect, width_mm=width)
            assert figure.panels[0].x.label.replace("\n", " ").endswith("95 % interval")
            heads = [m.text for m in figure.page if isinstance(m, Note) and m.bold]
            assert any("hange" in text for text in heads)
            assert not any("…" in text for text in heads)


def test_the_forest_says_why_a_change_has_no_interval() -> None:
    figure = drawn(made(lambda i, j: 2.0 + i + 3 * j, 6), kind="forest", width_mm=120.0)
    assert "No interval of C3: All patients changed by the same amount" in texts(figure)


def test_the_forest_holds_what_the_overview_says() -> None:
    cohort = several()
    figure = drawn(cohort, kind="forest", width_mm=183.0)
    question = default_comparison(cohort, "m")
    assert question is not None
    results = [r for r in overview(cohort, question.before, question.after) if r.n]
    dots = [m for m in figure.panels[0].marks if isinstance(m, Dots)]
    assert [m.points[0][0] for m in dots] == [r.interval("rank_biserial").estimate for r in results]
    assert sum(isinstance(m, Line) for m in figure.panels[0].marks) == len(results)
    assert all(not m.fill for m in dots), "drawn open where the better direction is not known"
    assert "which way is better is not known" in texts(figure)
    assert "93.75 %" in texts(figure)
    assert_texts_have_their_own_places(figure)
