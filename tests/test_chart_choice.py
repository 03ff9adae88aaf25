"""Choosing a chart and its options in the window: every chart is reachable, every choice is one step back."""

import pytest
from driving import settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from trajecta.gui.actions import ACTIONS
from trajecta.gui.chart_options import OPTIONS
from trajecta.gui.window import MainWindow
from trajecta.stats.charts.choice import Centre, ChartChoice, ValueScale
from trajecta.stats.charts.registry import CHARTS


def test_every_chart_has_an_action_and_every_option_its_words() -> None:
    keys = {spec.key for spec in ACTIONS if spec.menu == "&Chart"}
    assert keys == {entry.key for entry in CHARTS} | {"style"}
    known = {spec.name for spec in OPTIONS} | {"with_measures"}
    assert {name for entry in CHARTS for name in entry.options} <= known <= set(ChartChoice.__dataclass_fields__)


@pytest.mark.parametrize("key", [entry.key for entry in CHARTS])
def test_every_chart_is_drawn_from_its_action(demo: MainWindow, key: str) -> None:
    demo.commands.named[key].trigger()
    settle(demo)
    panel = demo.interior.workplace().figure
    assert demo.interior.session.study.chart.kind == key
    assert panel.shown() is not None
    assert [b.property("kind") for b in panel.head.kinds.buttons() if b.isChecked()] in ([key], [])
    assert panel.head.more.isChecked() == (not any(b.isChecked() for b in panel.head.kinds.buttons()))


def test_options_change_the_figure_and_are_undone(demo: MainWindow) -> None:
    session, panel = demo.interior.session, demo.interior.workplace().figure
    before = panel.shown()
    panel.head.options.pop_up(panel.head.options_button)
    box = panel.head.options.box("scale")
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert session.study.chart.scale is ValueScale.CHANGE
    assert panel.shown() != before
    panel.head.options.hide()
    session.history.undo()
    session.history.undo()
    assert session.study.chart.scale is ValueScale.AUTO
    assert panel.shown() == before


def test_only_the_options_of_the_chart_are_offered(demo: MainWindow) -> None:
    panel = demo.interior.workplace().figure
    panel.choose_kind("forest")
    settle(demo)
    panel.head.options.pop_up(panel.head.options_button)
    assert panel.head.options.box("effect").isVisible()
    assert not panel.head.options.box("centre").isVisible()
    panel.head.options.hide()
    panel.choose_kind("heat")
    assert not panel.head.options_button.isEnabled()


def test_measures_below_are_chosen_for_the_stack(demo: MainWindow) -> None:
    session, panel = demo.interior.session, demo.interior.workplace().figure
    panel.choose_kind("stack")
    settle(demo)
    action = next(a for a in panel.head.options.measures.menu().actions() if a.text() == "C3")
    action.trigger()
    settle(demo)
    assert session.study.chart.with_measures == ("c3",)
    figure = panel.shown()
    assert figure is not None
    assert len(figure.panels) == 2
    assert panel.head.options.measures.text() == "1 chosen"
    assert Centre.NONE is session.study.chart.centre
