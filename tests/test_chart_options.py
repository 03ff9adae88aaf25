"""The options of ``figure`` that say how a chart draws."""

from pathlib import Path

import pytest

from trajecta.io.command_line import run_command

DEMO = str(Path(__file__).parents[1] / "resources" / "demo" / "cart-sle.xlsx")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    "words",
    [
        ["--scale", "percent", "--centre", "median-quartiles", "--shade", "crs"],
        ["--each", "--gaps", "dashed"],
        ["--by", "SEX", "--scale", "log"],
        ["--chart", "stack", "--with", "C3", "--with", "UPCR"],
        ["--chart", "forest", "--effect", "dz"],
        ["--chart", "heat"],
        ["--chart", "spider", "--scale", "change"],
    ],
    ids=" ".join,
)
def test_the_options_draw(words: list[str], tmp_path: Path) -> None:
    out = tmp_path / "figure.svg"
    assert run_command(["figure", DEMO, "--measure", "SLEDAI-2K", "--out", str(out), *words]) == 0
    assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--each", "--by", "sex"], "choose --each or --by."),
        (["--by", "arm"], "There is no fact “arm” of the patients; the file has “sex”"),
        (["--shade", "sunshine"], "There is no dated event or drug “sunshine”; the file has “CAR-T infusion”"),
        (["--with", "ESR"], "There is no measure “ESR”"),
    ],
    ids=str,
)
def test_what_cannot_be_drawn_is_one_sentence(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "figure.svg"
    assert run_command(["figure", DEMO, "--measure", "SLEDAI-2K", "--out", str(out), *words]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error


def test_an_unknown_scale_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run_command(["figure", DEMO, "--out", "x.svg", "--scale", "cubic"])
    assert "invalid choice: 'cubic'" in capsys.readouterr().err
