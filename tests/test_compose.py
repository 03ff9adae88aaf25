"""A page of several charts: true sizes, aligned axes, letters, one legend, no text on another at any width."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest
from test_charts import GOLDEN, rounded
from test_layout_of_charts import COHORTS, assert_laid_out, questions

from trajecta.io.journals import journal
from trajecta.io.page_results import page_questions, page_results
from trajecta.io.preflight import preflight
from trajecta.io.study import Study, open_study
from trajecta.io.svg import svg_bytes
from trajecta.resources import ROOT
from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.compose import Drawn, Page, compose
from trajecta.stats.charts.composition import (
    LETTER_SIZE,
    Composition,
    Entry,
    Letters,
    Part,
    entries_of,
    placed,
    with_entries,
)
from trajecta.stats.charts.layout import note_box
from trajecta.stats.charts.registry import CHARTS, build_figure
from trajecta.stats.figure import POINTS_PER_MM, Note, Panel
from trajecta.stats.results import PairedResult

DEMO = ROOT / "demo" / "cart-sle.xlsx"
WIDTHS = (89.0, 120.0, 183.0)
KINDS = tuple(entry.key for entry in CHARTS)


def entry(kind: str, measure: str, *, new_row: bool = False, share: int = 1, **how: object) -> Entry:
    return Entry(measure, replace(ChartChoice(kind), **how), new_row, share)  # type: ignore[arg-type]


@cache
def opened() -> Study:
    return open_study(DEMO)


def drawn(*entries: Entry, **how: object) -> Page:
    """A page of the demo."""
    study = opened()
    page = replace(Composition(placed(entries)), **how)  # type: ignore[arg-type]
    return compose(study.cohort, page, page_results(study, page))


def four(measure: str = "sledai-2k", other: str = "c3") -> tuple[Entry, ...]:
    return (
        entry("trajectories", measure),
        entry("before-after", measure),
        entry("trajectories", other, new_row=True),
        entry("heat", other),
    )


def panels_of(page: Page, part: Drawn) -> list[Panel]:
    return [panel for panel in page.figure.panels if panel.key.startswith(f"{part.name} ")]


def notes(page: Page) -> list[Note]:
    return [mark for mark in page.figure.page if isinstance(mark, Note)]


def assert_aligned(page: Page, what: str = "") -> None:
    """Axis lines of parts that begin in one column, and base lines of those that end in one row, are one line."""
    lines: dict[tuple[str, int], list[float]] = {}
    for part in page.parts:
        axes = [panel.area.x for panel in panels_of(page, part) if panel.y.visible]
        bases = [p.area.y + p.area.height for p in panels_of(page, part) if p.x.visible or p.y.visible]
        if axes:
            lines.setdefault(("column", part.part.column), []).append(min(axes))
        if bases:
            lines.setdefault(("row", part.part.row + part.part.rows), []).append(max(bases))
    for which, places in lines.items():
        assert max(places) - min(places) < 0.01, f"{what}: {which} {places}"


def test_parts_have_their_true_size_and_are_only_moved() -> None:
    page = drawn(*four())
    assert page.figure.width_mm == 183.0
    results = page_results(opened(), Composition(placed(four())))
    for part in page.parts:
        choice = replace(part.choice, within=None)
        alone = build_figure(opened().cohort, part.part.measure, results[part.part.measure], choice)
        sizes = {mark.size for panel in alone.panels for mark in panel.marks if isinstance(mark, Note)}
        assert {mark.size for panel in part.figure.panels for mark in panel.marks if isinstance(mark, Note)} == sizes
        for own, there in zip(part.figure.panels, panels_of(page, part), strict=True):
            assert (there.area.width, there.area.height) == (own.area.width, own.area.height)
            assert (there.area.x - own.area.x, there.area.y - own.area.y) == pytest.approx(part.at)
            assert there.marks == own.marks
    assert_laid_out(page.figure, "2 × 2")
    assert_aligned(page)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["demo", "fifty patients", "long names"])
def test_no_text_touches_another_and_axes_are_aligned(name: str, width: float) -> None:
    cohort = COHORTS[name]()
    asked = questions(cohort)
    measures, results = [measure for measure, _ in asked], dict(asked)
    for page, what in pages(measures, width):
        made = compose(cohort, page, results)
        assert_laid_out(made.figure, f"{name}, {width:g} mm, {what}")
        assert_aligned(made, f"{name}, {width:g} mm, {what}")
        assert made.figure.width_mm == width
        assert page.height_mm is None or made.figure.height_mm == page.height_mm


def pages(measures: list[str], width: float) -> Iterator[tuple[Composition, str]]:
    """Every kind of chart beside and above others, in turn with and without what can be asked of a page."""
    options: tuple[Mapping[str, object], ...] = (
        {},
        {"share_x": True, "share_y": True},
        {"one_legend": False},
        {"height_mm": 170.0, "letters": Letters.UPPER},
    )
    for i in range(0, len(KINDS), 2):
        kinds = [KINDS[(i + step) % len(KINDS)] for step in (0, 3, 5, 8)]
        entries = [entry(kind, measures[i * j % len(measures)], new_row=j == 2) for j, kind in enumerate(kinds)]
        layouts = (entries, [replace(e, new_row=True) for e in entries], [replace(entries[0], share=2), entries[1]])
        for j, rows in enumerate(layouts):
            how = options[(i // 2 + j) % len(options)]
            page = replace(Composition(placed(rows), width), **how)  # type: ignore[arg-type]
            yield page, f"{kinds}, {len(rows)} parts, {how}"


@pytest.mark.parametrize(("style", "said"), [(Letters.LOWER, "abcd"), (Letters.UPPER, "ABCD"), (Letters.NONE, "")])
def test_letters_stand_in_bold_at_the_top_left(style: Letters, said: str) -> None:
    page = drawn(*four(), letters=style)
    letters = [note for note in notes(page) if note.bold and note.size == LETTER_SIZE]
    assert "".join(note.text for note in letters) == said
    for note, part in zip(letters, page.parts, strict=bool(said)):
        box = note_box(note, *note.at)
        assert box.x == pytest.approx(6.0 + part.part.column * 183.0 * POINTS_PER_MM / 2)
        texts = [n for n in notes(page) if n is not note and box.x - 3 < n.at[0] < box.x + 3 and n.at[1] > box.y]
        assert all(note_box(other, *other.at).y >= box.y + box.height - 3 for other in texts if not other.vertical)
    assert [part.name for part in page.parts] == list("ABCD" if style is Letters.UPPER else "abcd")


def test_letters_are_no_finding_of_a_journal_that_wants_small_text() -> None:
    found = [str(finding) for finding in preflight(drawn(*four()).figure, journal("nature"), "pdf", 600)]
    assert not any("8 pt" in text for text in found)


def test_one_legend_takes_the_place_of_all() -> None:
    together, apart = drawn(*four()), drawn(*four(), one_legend=False)
    ids = [patient.id for patient in opened().cohort.included]
    foot = max(panel.area.y + panel.area.height for panel in together.figure.panels)
    legend = [note.text for note in notes(together) if note.key and note.at[1] > foot + 20]
    assert legend == ids
    assert sum(note.text == ids[0] for note in notes(together)) == 2  # the legend, and the row of the heat table
    assert sum(note.text == ids[0] for note in notes(apart)) == 4
    assert sum(note.text == "Synthetic data" for note in notes(together)) == 1
    assert together.figure.alt.count("synthetic") == apart.figure.alt.count("synthetic") == 1


def test_one_part_keeps_its_own_legend() -> None:
    page = drawn(entry("trajectories", "c3"), entry("heat", "c3"))
    first = next(panel for panel in page.figure.panels if panel.key.startswith("a "))
    assert all(note.at[1] < first.area.y + first.area.height for note in notes(page) if note.text == "SYN-05")


def test_a_column_shares_its_time_and_a_measure_its_values() -> None:
    column = (entry("trajectories", "sledai-2k"), entry("medication", "sledai-2k", new_row=True, patient="SYN-02"))
    page = drawn(*column, width_mm=120.0, share_x=True)
    x = {(panel.x.range, panel.area.x, round(panel.area.width, 6)) for panel in page.figure.panels}
    assert len(x) == 1
    assert len({panel.x.ticks for panel in page.figure.panels if panel.x.visible}) == 1
    assert_laid_out(page.figure, "shared time")
    alone = drawn(*column, width_mm=120.0)
    assert len({panel.x.range for panel in alone.figure.panels}) == 2
    row = (entry("trajectories", "sledai-2k"), entry("before-after", "sledai-2k"), entry("trajectories", "c3"))
    first, second, third = drawn(*row, share_y=True).figure.panels
    assert (first.y.range, first.y.ticks) == (second.y.range, second.y.ticks)
    assert (first.area.y, first.area.height) == pytest.approx((second.area.y, second.area.height), abs=0.01)
    assert third.y.range != first.y.range


def test_panels_of_different_parts_are_never_linked() -> None:
    page = drawn(*four())
    assert len({panel.key for panel in page.figure.panels}) == len(page.figure.panels)
    assert {panel.linked for panel in page.figure.panels} == {"a time", "c time", ""}


def test_a_part_that_cannot_be_drawn_says_why_in_its_place() -> None:
    page = drawn(
        entry("heat", "gone"),
        entry("before-after", "c3"),
        entry("no such chart", "c3", new_row=True),
        entry("estimation", "drug_free"),
    )
    assert "The study has no measure “gone” now." in page.figure.alt
    assert "There is no chart “no such chart”." in page.figure.alt
    assert [bool(part.figure.panels) for part in page.parts] == [False, True, False, False]
    assert_laid_out(page.figure, "reasons")
    narrow = drawn(*(entry("heat", "c3") for _ in range(4)), width_mm=89.0)
    assert "22 mm are too narrow for a chart" in narrow.figure.alt
    assert_laid_out(narrow.figure, "narrow")
    assert narrow.figure.panels == ()


def test_an_empty_page_is_a_sentence() -> None:
    page = drawn()
    assert (page.parts, page.figure.panels) == ((), ())
    assert "Add a chart" in page.figure.alt
    with pytest.raises(ValueError, match="20 mm"):
        drawn(*four(), width_mm=20.0)


def test_parts_may_span_rows() -> None:
    study = opened()
    parts = (
        Part("sledai-2k", ChartChoice("change"), 0, 0, rows=2),
        Part("sledai-2k", ChartChoice("before-after"), 0, 1),
        Part("c3", ChartChoice("trajectories"), 1, 1),
    )
    page = Composition(parts)
    made = compose(study.cohort, page, page_results(study, page))
    assert_laid_out(made.figure, "spanning")
    assert_aligned(made)
    assert made.parts[0].figure.height > made.parts[1].figure.height + made.parts[2].figure.height


def test_rows_and_shares_become_a_grid_and_come_back() -> None:
    entries = (
        entry("heat", "c3", new_row=True, share=2),
        entry("change", "c3"),
        entry("scatter", "c3", new_row=True),
        entry("forest", "c3"),
    )
    parts = placed(entries)
    assert [(part.row, part.column, part.columns) for part in parts] == [(0, 0, 4), (0, 4, 2), (1, 0, 3), (1, 3, 3)]
    assert entries_of(parts) == entries
    assert with_entries(Composition(), ()).grid == (0, 0)


def test_every_part_has_its_own_answer_between_the_visits_of_the_study() -> None:
    study = opened()
    page = Composition(placed((*four(), entry("heat", "gone"))))
    asked = page_questions(study, page)
    assert list(asked) == ["sledai-2k", "c3"]
    assert {(q.measure, q.before, q.after) for q in asked.values() if q} == {
        (key, study.comparison.before, study.comparison.after) for key in asked if study.comparison
    }
    results = page_results(study, page)
    known = tuple(result for result in results.values() if result is not None)
    again = page_results(study, page, known)
    assert all(again[key] is results[key] for key in asked)
    one: PairedResult | None = results["c3"]
    assert one is not None
    assert one.measure.name == "C3"


def test_options_of_a_part_are_kept() -> None:
    page = drawn(entry("trajectories", "c3", scale=ValueScale.PERCENT), entry("trajectories", "c3"))
    first, second = page.figure.panels
    assert first.y.label != second.y.label
    assert page.figure.alt.startswith("a: ")
    assert " b: " in page.figure.alt


GOLDENS: dict[str, tuple[float, tuple[Entry, ...]]] = {
    "page-2x2-183": (183.0, four()),
    "page-1x2-89": (89.0, four()[:2]),
}


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("name", GOLDENS)
def test_the_page_is_the_one_that_was_looked_at(name: str) -> None:
    """Compare with ``golden/<name>.svg``; delete a file to have it written again, and look at it before committing."""
    from trajecta.io.export import painting_ready

    painting_ready()
    width, entries = GOLDENS[name]
    svg = rounded(svg_bytes(drawn(*entries, width_mm=width).figure, 600).decode("utf-8"))
    golden = GOLDEN / f"{name}.svg"
    if not golden.exists():
        golden.write_text(svg, "utf-8", newline="\n")
        pytest.fail(f"{golden.name} was missing and has been written; look at it and run the test again")
    assert svg == golden.read_text("utf-8")
