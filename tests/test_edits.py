"""Figures changed by hand: nothing overlaps, nothing that is counted changes, and no result can be typed."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from test_layout_of_charts import COHORTS, questions, synthetic

from trajecta.io.errors import OpenError, QuestionError, SaveError
from trajecta.io.preflight import preflight
from trajecta.io.templates import (
    Template,
    delete_template,
    find_template,
    read_template,
    save_template,
    template_file,
    templates,
)
from trajecta.main import main
from trajecta.stats.charts.axes import axis_marks
from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.compose import composed
from trajecta.stats.charts.composition import Composition, Entry, placed
from trajecta.stats.charts.editing import can_have_limits, headings
from trajecta.stats.charts.edits import (
    AxisEdit,
    Density,
    Edits,
    Place,
    Style,
    TextEdit,
    own_words,
    refusal,
    same_words,
)
from trajecta.stats.charts.found import Part, found_at, label_box, numbers_box
from trajecta.stats.charts.layout import clashes
from trajecta.stats.charts.registry import CHARTS, build_figure
from trajecta.stats.charts.traces import styles
from trajecta.stats.figure import Dots, Figure, Line, Note, Scale, Shape
from trajecta.stats.palette import COLORS, DASHES, SHAPES, PatientStyle
from trajecta.stats.typeface import Typeface

DEMO = Path(__file__).parents[1] / "resources" / "demo" / "cart-sle.xlsx"
LONG = "A much longer label than the chart has itself, with (units) and all that belongs to it"
KINDS = [entry.key for entry in CHARTS]


def axis_edits(figure: Figure, kind: str, measure: str, **changes: object) -> Edits:
    """The same change of every visible axis."""
    places = [(p.key, name, p.x if name == "x" else p.y) for p in figure.panels for name in "xy"]
    known = (AxisEdit(Place(kind, measure, key, name), axis.label) for key, name, axis in places if axis.visible)
    return Edits(axes=tuple(replace(edit, **changes) for edit in known))  # type: ignore[arg-type]


def limit_edits(figure: Figure, kind: str, measure: str, name: str, inner: bool) -> Edits:
    """Every axis of this name showing half of its range, or three times as much."""
    found = []
    for panel in figure.panels:
        axis = panel.x if name == "x" else panel.y
        low, high = axis.range
        part = (high - low) * (0.25 if inner else -1.0)
        found.append(AxisEdit(Place(kind, measure, panel.key, name), axis.label, limits=(low + part, high - part)))
    return Edits(axes=tuple(found))


def every_edit(figure: Figure, kind: str, measure: str) -> dict[str, Edits]:
    place = Place(kind, measure)
    found = {f"{size:g} pt": Edits(Style(text_size=size)) for size in (6.0, 8.5, 12.0)}
    found["thick"] = Edits(Style(strokes=2.0, symbols=2.0))
    found |= {density.value: Edits(Style(density=density)) for density in (Density.FEWER, Density.MORE)}
    found["title"] = Edits(texts=(TextEdit(place, "", " ".join([LONG] * 2)),))
    found["headings"] = Edits(texts=tuple(TextEdit(place, note.text, LONG) for note in headings(figure)))
    for label in ("", "Short", LONG):
        found[f"label “{label[:5]}”"] = axis_edits(figure, kind, measure, label=label)
    for name in "xy":
        for inner in (True, False):
            found[f"{name} {'inner' if inner else 'outer'}"] = limit_edits(figure, kind, measure, name, inner)
    both = axis_edits(figure, kind, measure, label=LONG, density=Density.MORE)
    found["all"] = Edits(Style(9.0, 1.5, 1.5), both.axes, found["title"].texts, (("P02", STRIKING),))
    return found


STRIKING = PatientStyle("#CC3311", Shape.TRIANGLE_DOWN, DASHES[5])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["demo", "fifty patients", "long names", "titres"])
def test_no_text_touches_another_or_leaves_the_page_after_any_edit(kind: str, name: str) -> None:
    cohort = COHORTS[name]()
    measure, result = questions(cohort)[0]
    for width in (89.0, 183.0):
        for height in (None, 80.0):
            choice = ChartChoice(kind, width, height)
            plain = build_figure(cohort, measure, result, choice)
            assert len({panel.key for panel in plain.panels}) == len(plain.panels)
            for what, edits in every_edit(plain, kind, measure).items():
                figure = build_figure(cohort, measure, result, replace(choice, edits=edits))
                said = f"{name}, {what}, {width:g} × {height} mm"
                assert clashes(figure) <= clashes(plain) == 0, said
                assert height is None or figure.height_mm == height, said
                for panel in figure.panels:
                    assert panel.area.x >= 0, said
                    assert panel.area.width > 0 < panel.area.height, said
                    assert panel.area.x + panel.area.width <= figure.width + 0.01, said


@pytest.mark.parametrize("kind", KINDS)
def test_edits_of_another_chart_or_measure_are_passed_over(kind: str) -> None:
    cohort = COHORTS["demo"]()
    measure, result = questions(cohort)[0]
    plain = build_figure(cohort, measure, result, ChartChoice(kind))
    for chart, other in (("another", measure), (kind, "another")):
        edits = every_edit(plain, chart, other)
        for what in ("title", "headings", "label “Short”", "x inner", "y inner"):
            assert build_figure(cohort, measure, result, ChartChoice(kind, edits=edits[what])) == plain
    renamed = axis_edits(plain, kind, measure, label="Mine", of="What this axis said when it was edited")
    assert build_figure(cohort, measure, result, ChartChoice(kind, edits=renamed)) == plain


def test_limits_do_not_follow_to_another_scale() -> None:
    cohort = synthetic(5)
    plain = build_figure(cohort, "m", None, ChartChoice())
    edits = limit_edits(plain, "trajectories", "m", "y", True)
    changed = ChartChoice(scale=ValueScale.CHANGE)
    assert build_figure(cohort, "m", None, replace(changed, edits=edits)) == build_figure(cohort, "m", None, changed)


def test_values_out_of_view_are_counted_on_the_figure() -> None:
    cohort = synthetic(5)
    plain = build_figure(cohort, "m", None, ChartChoice())
    high = max(y for p in plain.panels for m in p.marks if isinstance(m, Dots) for _, y in m.points)
    edit = AxisEdit(Place("trajectories", "m", "values", "y"), plain.panels[0].y.label, limits=(0.0, high - 0.5))
    figure = build_figure(cohort, "m", None, ChartChoice(edits=Edits(axes=(edit,))))
    beyond = sum(y > high - 0.5 for m in plain.panels[0].marks if isinstance(m, Dots) for _, y in m.points)
    verb = "value lies" if beyond == 1 else "values lie"
    assert any(isinstance(m, Note) and m.text.startswith(f"{beyond} {verb} outside the axes") for m in figure.page)
    assert f"{beyond} {verb} outside" in figure.alt
    whole = build_figure(cohort, "m", None, ChartChoice(edits=Edits(axes=(replace(edit, limits=(-1.0, high + 9)),))))
    assert not any("outside" in m.text for m in whole.page if isinstance(m, Note))


@pytest.mark.parametrize("limits", [(5.0, 5.0), (6.0, 2.0), (math.nan, 3.0), (0.0, math.inf)])
def test_impossible_limits_leave_the_axis_as_it_is(limits: tuple[float, float]) -> None:
    cohort = synthetic(4)
    plain = build_figure(cohort, "m", None, ChartChoice())
    edit = AxisEdit(Place("trajectories", "m", "values", "y"), plain.panels[0].y.label, limits=limits)
    assert build_figure(cohort, "m", None, ChartChoice(edits=Edits(axes=(edit,)))) == plain


@pytest.mark.parametrize("kind", KINDS)
def test_a_style_moves_nothing_and_changes_no_number(kind: str) -> None:
    cohort = COHORTS["demo"]()
    measure, result = questions(cohort)[0]
    plain = build_figure(cohort, measure, result, ChartChoice(kind))
    edits = Edits(patients=(("SYN-02", STRIKING), ("nobody", STRIKING)))
    figure = build_figure(cohort, measure, result, ChartChoice(kind, edits=edits))
    own = styles(cohort)["SYN-02"]
    for before, after in zip(plain.panels, figure.panels, strict=True):
        assert axis_marks(before) == axis_marks(after)
        for old, new in zip(before.marks, after.marks, strict=True):
            assert getattr(old, "points", ()) == getattr(new, "points", ())
            if getattr(old, "key", "") != "SYN-02":
                assert old == new
            elif isinstance(old, Line) and old.stroke.color == own.color:
                assert isinstance(new, Line)
                assert new.stroke.color == STRIKING.color
            elif isinstance(old, Dots) and isinstance(new, Dots):
                assert own.color not in (new.fill, new.outline.color)
                assert (old.fill == "") == (new.fill == ""), "an open symbol stays open"
    assert plain.alt == figure.alt


@pytest.mark.parametrize("kind", ["trajectories", "spider", "stack", "before-after"])
def test_the_legend_shows_the_chosen_style(kind: str) -> None:
    cohort = COHORTS["demo"]()
    measure, result = questions(cohort)[0]
    figure = build_figure(cohort, measure, result, ChartChoice(kind, edits=Edits(patients=(("SYN-01", STRIKING),))))
    samples = [mark for mark in figure.page if isinstance(mark, Dots) and mark.key == "SYN-01"]
    assert {(mark.outline.color, mark.shape) for mark in samples} == {(STRIKING.color, STRIKING.shape)}


def test_one_legend_of_a_page_shows_the_chosen_style() -> None:
    cohort = COHORTS["demo"]()
    choice = ChartChoice(edits=Edits(patients=(("SYN-01", STRIKING),)))
    entries = (Entry("sledai-2k", choice), Entry("pga", choice))
    figure = composed(cohort, Composition(placed(entries)), {})
    samples = [mark for mark in figure.page if isinstance(mark, Dots) and mark.key == "SYN-01"]
    assert [mark.outline.color for mark in samples] == [STRIKING.color]


def test_preflight_finds_colours_that_were_made_alike() -> None:
    cohort = synthetic(3)
    same = tuple((f"P0{i + 1}", PatientStyle(COLORS[i], Shape.CIRCLE, ())) for i in (1, 2))
    figure = build_figure(cohort, "m", None, ChartChoice(edits=Edits(patients=same)))
    found = [str(finding) for finding in preflight(figure, None, "pdf", 600)]
    assert any("Alike" in text and "P02 and P03" in text for text in found)
    plain = build_figure(cohort, "m", None, ChartChoice())
    assert not any("Alike" in str(finding) for finding in preflight(plain, None, "pdf", 600))


@pytest.mark.parametrize("scale", [ValueScale.MEASURED, ValueScale.LOG])
def test_density_changes_the_number_of_ticks(scale: ValueScale) -> None:
    cohort = COHORTS["titres"]()
    counts = []
    for density in Density:
        choice = ChartChoice(scale=scale, edits=Edits(Style(density=density)))
        axis = build_figure(cohort, "m", None, choice).panels[0].y
        assert axis.scale is (Scale.LOG if scale is ValueScale.LOG else Scale.LINEAR)
        assert all(axis.range[0] <= at <= axis.range[1] for at, _ in axis.ticks)
        assert len({text for _, text in axis.ticks}) == len(axis.ticks)
        counts.append(len(axis.ticks))
    assert counts[0] < counts[1] < counts[2]


def test_linked_axes_get_more_ticks_once() -> None:
    cohort = COHORTS["demo"]()
    one = build_figure(cohort, "sledai-2k", None, ChartChoice(each=True))
    more = build_figure(cohort, "sledai-2k", None, ChartChoice(each=True, edits=Edits(Style(density=Density.MORE))))
    ticks = {panel.x.ticks for panel in more.panels}
    assert len(ticks) == 1
    assert len(one.panels[0].x.ticks) <= len(next(iter(ticks))) <= 3 * len(one.panels[0].x.ticks)


def test_labels_that_small_panels_share_have_other_words() -> None:
    cohort = COHORTS["demo"]()
    plain = build_figure(cohort, "sledai-2k", None, ChartChoice(each=True))
    assert "Months after infusion" in [note.text for note in headings(plain)]
    edits = Edits(texts=(TextEdit(Place("trajectories", "sledai-2k"), "Months after infusion", "Time (months)"),))
    figure = build_figure(cohort, "sledai-2k", None, ChartChoice(each=True, edits=edits))
    texts = [mark.text for mark in figure.page if isinstance(mark, Note)]
    assert "Time (months)" in texts
    assert "Months after infusion" not in texts


@pytest.mark.parametrize("kind", KINDS)
def test_only_words_can_be_rewritten_never_a_result(kind: str) -> None:
    cohort = COHORTS["demo"]()
    for measure, result in questions(cohort)[:3]:
        for note in headings(build_figure(cohort, measure, result, ChartChoice(kind))):
            assert not refusal(note.text)
            assert "Hodges" not in note.text
            assert "n =" not in note.text


def test_a_label_is_given_back_by_taking_its_edit_away() -> None:
    place = Place("trajectories", "m", "values", "y")
    edits = Edits().with_axis(AxisEdit(place, "Own words", label="Mine"))
    assert edits.axis(place, "Own\nwords").label == "Mine"
    assert edits.axis(place, "Other words").is_empty
    assert edits.with_axis(AxisEdit(place, "Own words")) == Edits()
    assert Edits().with_text(place, "a", "b").with_text(place, "a", None) == Edits()
    assert Edits().with_patient("P1", STRIKING).with_patient("P1", None) == Edits()


P_VALUES = st.builds(
    lambda letter, word, gap, sign, number: f"{letter}{word}{gap}{sign}{gap}{number}",
    st.sampled_from("pP"),
    st.sampled_from(["", "-value", " value", "‑value", " (exact)"]),
    st.sampled_from(["", " ", "  "]),
    st.sampled_from(["=", "<", ">", "≤", "≥", "≈", "~", ":"]),
    st.sampled_from(["0.05", ".003", "1e-4", "0,03"]),
)
PLAIN = st.text("abcdefghijklmnoqrstuvwxyzABC αβµ0123456789()[]/%×–,.", max_size=40)


@given(PLAIN, P_VALUES, PLAIN)
def test_every_way_of_typing_a_p_value_is_refused(before: str, value: str, after: str) -> None:
    assert refusal(f"{before} {value} {after}")


@given(PLAIN)
def test_labels_without_a_p_are_not_refused(text: str) -> None:
    assert not refusal(text) or "n." in text.lower() or "significan" in text.lower()


@settings(max_examples=25, deadline=None)
@given(P_VALUES)
def test_a_typed_result_never_reaches_the_page(value: str) -> None:
    cohort = synthetic(3)
    place = Place("trajectories", "m", "values", "y")
    edits = Edits(
        axes=(AxisEdit(place, "SLEDAI-2K (0–105)", label=value),),
        texts=(TextEdit(Place("trajectories", "m"), "", value),),
    )
    plain = build_figure(cohort, "m", None, ChartChoice())
    assert build_figure(cohort, "m", None, ChartChoice(edits=edits)) == plain


@given(st.text("ab c…", max_size=12), st.text("ab c…", max_size=12))
def test_sameness_of_words_has_no_order(one: str, other: str) -> None:
    assert same_words(one, one)
    assert same_words(one, other) is same_words(other, one)


@pytest.mark.parametrize("kind", KINDS)
def test_what_lies_at_a_place_is_found(kind: str) -> None:
    cohort = COHORTS["demo"]()
    measure, result = questions(cohort)[0]
    figure = build_figure(cohort, measure, result, ChartChoice(kind))
    for panel in figure.panels:
        for name, axis in (("x", panel.x), ("y", panel.y)):
            if not axis.visible:
                continue
            label, numbers = label_box(panel, name), numbers_box(panel, name)
            assert numbers.width > 0 < numbers.height
            assert (label is None) == (axis.label == "")
            if label is not None:
                found = found_at(figure, label.x + label.width / 2, label.y + label.height / 2)
                assert found is not None
                assert (found.part, found.panel, found.axis) == (Part.LABEL, panel.key, name)
                assert own_words(found.text) == own_words(axis.label)
            assert can_have_limits(panel, name) <= (axis.scale is not Scale.NAMES)
    for note in (mark for mark in figure.page if isinstance(mark, Note) and mark.key):
        found = found_at(figure, note.at[0] + (1 if note.anchor.value == "start" else -1), note.at[1] - 1)
        assert found is not None
        assert (found.part, found.text) == (Part.PATIENT, note.key)
    assert found_at(figure, -50.0, -50.0) is None


# --- templates --------------------------------------------------------------------------------------------------------


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("trajecta.io.templates.templates_folder", lambda: tmp_path / "templates")
    return tmp_path / "templates"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([None, 6.0, 7.5, 12.0]),
    st.floats(0.5, 3.0),
    st.floats(0.5, 3.0),
    st.sampled_from(list(Density)),
    st.sampled_from([None, 89.0, 183.0]),
)
def test_a_template_comes_back_as_it_was_saved(
    size: float | None, strokes: float, symbols: float, density: Density, width: float | None
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            patch.setattr("trajecta.io.templates.templates_folder", lambda: Path(folder) / "templates")
            template = Template("Poster / 2×", Style(size, strokes, symbols, density), width)
            assert read_template(save_template(template)) == template
            assert templates() == (template,)


def test_templates_are_listed_found_and_deleted(config: Path) -> None:
    assert templates() == ()
    for name in ("talk", "Paper"):
        save_template(Template(name, Style(8.0)))
    (config / "broken.json").write_text("{", "utf-8")
    assert [template.name for template in templates()] == ["Paper", "talk"]
    assert find_template("TALK").name == "talk"
    assert find_template(str(template_file("Paper"))).name == "Paper"
    with pytest.raises(QuestionError, match="there are “Paper”, “talk”"):
        find_template("Poster")
    delete_template("talk")
    delete_template("talk")
    assert [template.name for template in templates()] == ["Paper"]
    with pytest.raises(SaveError, match="1 to 60"):
        save_template(Template("  "))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"trajecta-template": 99}, "newer"),
        ({"trajecta-template": None}, "no template"),
        ({"text_size": 3}, "6 to 12"),
        ({"strokes": "thick"}, "0.5 to 3"),
        ({"symbols": True}, "0.5 to 3"),
        ({"width_mm": 5000}, "40 to 500"),
        ({"ticks": "many"}, "fewer, usual and more"),
        ({"ticks": []}, "fewer, usual and more"),
        ({"typeface": "comic"}, "no typeface “comic”; liberation-sans, liberation-serif, carlito"),
        ({"typeface": {}}, "no typeface"),
    ],
)
def test_a_template_that_cannot_be_drawn_is_refused(config: Path, changes: dict[str, object], said: str) -> None:
    path = save_template(Template("Paper"))
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")
    with pytest.raises(OpenError, match=said):
        read_template(path)


def test_the_command_line_applies_a_template(
    app: QApplication, config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_template(Template("Talk", Style(9.0), 120.0))
    out = tmp_path / "figure.svg"
    assert main(["figure", str(DEMO), "--measure", "SLEDAI-2K", "--out", str(out), "--template", "talk"]) == 0
    assert 'width="120mm"' in out.read_text("utf-8")
    plain = tmp_path / "plain.svg"
    assert main(["figure", str(DEMO), "--measure", "SLEDAI-2K", "--out", str(plain), "--width-mm", "120"]) == 0
    assert out.read_text("utf-8") != plain.read_text("utf-8")
    save_template(Template("Paper", Style(typeface=Typeface.SERIF)))
    asked = ["figure", str(DEMO), "--measure", "SLEDAI-2K", "--out", str(out), "--template", "paper"]
    for more, family in (([], "Liberation Serif"), (["--typeface", "carlito"], "Carlito")):
        assert main([*asked, *more]) == 0
        assert f'font-family="{family}, ' in out.read_text("utf-8")
        assert 'font-family="Liberation Sans' not in out.read_text("utf-8")
    assert main(["figure", str(DEMO), "--measure", "SLEDAI-2K", "--out", str(out), "--template", "none"]) != 0
    assert "There is no template “none”" in capsys.readouterr().err


def test_every_shape_and_dash_of_the_palette_can_be_chosen() -> None:
    from trajecta.gui.style_forms import DASH_WORDS, PATTERNS, SHAPE_WORDS

    assert set(SHAPE_WORDS) == set(SHAPES)
    assert len(DASH_WORDS) == len(PATTERNS) == len(set(DASHES))
