"""Summaries never print a limit of an assay as if it were a value."""

import json
from itertools import product

import pytest

from trajecta.gui.answer_html import side
from trajecta.io.overview import side_text
from trajecta.main import main
from trajecta.resources import ROOT
from trajecta.stats.cohort import Censored, Observation
from trajecta.stats.limits_of_assay import signs_of
from trajecta.stats.results import Summary
from trajecta.stats.words import summary_text

DEMO = str(ROOT / "demo" / "cart-sle.xlsx")


def seen(value: float, censored: Censored = Censored.NO) -> Observation:
    return Observation("P", "v", "m", value, censored=censored)


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_figure_without_a_sign_is_the_same_whatever_the_truth_is(size: int) -> None:
    """Brute force: every censored value is put at its limit and far beyond it; a sure figure never moves."""
    kinds = (Censored.NO, Censored.BELOW, Censored.ABOVE)
    for values, marks in product(product((1.0, 2.0, 3.0), repeat=size), product(kinds, repeat=size)):
        signs = signs_of([seen(v, c) for v, c in zip(values, marks, strict=True)])
        truths = product(*[
            (v,) if c is Censored.NO else (v, -50.0) if c is Censored.BELOW else (v, 50.0)
            for v, c in zip(values, marks, strict=True)
        ])  # fmt: skip
        figures = [(min(t), _median(t), max(t)) for t in truths]
        for at, sign in enumerate(signs):
            reckoned, possible = figures[0][at], {figure[at] for figure in figures}
            if sign == "" and not {Censored.BELOW, Censored.ABOVE} <= set(marks):
                assert possible == {reckoned}
            if sign in ("<", "≤"):
                assert max(possible) <= reckoned
            if sign in (">", "≥"):
                assert min(possible) >= reckoned


def _median(values: tuple[float, ...]) -> float:
    ranked = sorted(values)
    return (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2


def test_summaries_carry_the_signs() -> None:
    summary = Summary(3, 10.0, 10.0, 40.0, signs=("<", "<", ""))
    assert summary_text(summary) == "median <10 (range <10 to 40)"
    assert side_text(summary) == "<10 (<10 to 40)"
    assert side(summary) == "median &lt;10 (&lt;10 to 40)"  # it becomes rich text


def test_the_demo_says_below_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["compare", DEMO, "--measure", "Anti-dsDNA", "--before", "baseline", "--after", "month 3"]
    assert main(asked) == 0
    out = capsys.readouterr().out
    assert "Month 3: median <10 (range <10 to <10)" in out
    assert "to >400)" in out
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["after_summary"]["signs"] == ["<", "<", "<"]
