"""Powers, Greek and umlauts in labels: raised where the font can, and there in every format."""

from dataclasses import replace
from pathlib import Path

import pytest

from trajecta.io.export import export_figure
from trajecta.io.preflight import preflight
from trajecta.io.study import open_study
from trajecta.resources import ROOT
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.figure import Figure


def figure_in(unit: str) -> Figure:
    study = open_study(ROOT / "demo" / "cart-sle.xlsx")
    measures = tuple(replace(m, unit=unit) if m.key == "c3" else m for m in study.cohort.measures)
    return build_figure(replace(study.cohort, measures=measures), "c3", None, study.chart)


@pytest.mark.parametrize(
    ("unit", "shown"), [("x 10^9/L", "(×10⁹/L)"), ("µg/dL", "(µg/dL)"), ("Zähler β", "(Zähler β)")]
)
def test_units_are_printed_as_they_are_written_by_hand(unit: str, shown: str, tmp_path: Path) -> None:
    figure = figure_in(unit)
    assert figure.panels[0].y.label.endswith(shown)
    assert not any("lacks" in finding.text for finding in preflight(figure, None, "pdf", 600))
    export_figure(figure, tmp_path / "a.svg")
    assert shown in (tmp_path / "a.svg").read_text("utf-8")


def test_what_the_font_cannot_raise_stays_as_it_is() -> None:
    assert figure_in("10^-3").panels[0].y.label.endswith("(10^-3)")
