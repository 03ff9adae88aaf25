"""The grammar of one cell, row by row of what trial sheets hold."""

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajecta.io.cells import Found, Marks, decimal_marks, number, read_cell, shown
from trajecta.io.workbook import ErrorCell, FormulaCell


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1'234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("0,123", 0.123),
        ("−5", -5.0),
        ("+5", 5.0),
        ("1e3", 1000.0),
        ("5.", 5.0),
        (".8", 0.8),
        ("-.25", -0.25),
        (",5", 0.5),
        (" 16 ", 16.0),
        ("'16", 16.0),
        ("1,234,567", 1234567.0),
    ],
)
def test_numbers_that_need_no_context(text: str, value: float) -> None:
    read = read_cell(text)
    assert (read.found, read.value, read.note) == (Found.NUMBER, value, "")


def test_a_lone_comma_before_three_digits_is_asked() -> None:
    read = read_cell("1,234")
    assert (read.value, read.open_mark) == (None, True)
    assert read.hint.endswith("?")
    assert read_cell("1,234", comma=True).value == 1.234
    assert read_cell("1,234", comma=False).value == 1234.0
    assert read_cell("1.234").value == 1.234
    assert read_cell("1.234", comma=True).value == 1234.0


def test_the_column_decides_by_evidence() -> None:
    assert decimal_marks(["12,5", "1,234", "0,7", 3.0]) == Marks(comma=2, point=0, unclear=1)
    assert Marks(2, 0, 1).decimal_comma is True
    assert Marks(0, 3, 1).decimal_comma is False
    assert Marks(0, 0, 4).decimal_comma is None
    assert Marks(1, 1).decimal_comma is None


@pytest.mark.parametrize(
    ("text", "sign", "value", "unit"),
    [
        ("<0.5", "<", 0.5, ""),
        ("< 0,5 g/l", "<", 0.5, "g/l"),
        ("≤ 5", "<", 5.0, ""),
        ("<=5", "<", 5.0, ""),
        ("kl. 10", "<", 10.0, ""),
        ("unter 10", "<", 10.0, ""),
        (">5000 U/ml", ">", 5000.0, "U/ml"),
        ("≥ 400", ">", 400.0, ""),
        ("über 400", ">", 400.0, ""),
    ],
)
def test_censored(text: str, sign: str, value: float, unit: str) -> None:
    read = read_cell(text)
    assert (read.censored.value, read.value, read.unit, read.text) == (sign, value, unit, text)


@pytest.mark.parametrize(
    "text",
    [
        "NA",
        "n/a",
        "n.d.",
        "ND",
        "k.A.",
        "k. A.",
        "n.b.",
        "fehlt",
        "manquant",
        "s/d",
        "-",
        "--",
        ".",
        "?",
        "未做",
        "NaN",
    ],
)
def test_missing_codes_are_not_blank_and_not_zero(text: str) -> None:
    read = read_cell(text)
    assert (read.found, read.value, read.text) == (Found.MISSING, None, text)


def test_zero_blank_and_not_done_stay_apart() -> None:
    assert read_cell(0.0).value == 0.0
    assert read_cell("0").value == 0.0
    assert read_cell(None).found is Found.BLANK
    assert read_cell("  \u00a0").found is Found.BLANK
    assert read_cell("nicht durchgeführt").found is Found.MISSING


@pytest.mark.parametrize("text", ["yes", "Y", "ja", "J", "oui", "sí", "si", "x", "TRUE", "是", "positiv", "+", "✓"])
def test_yes(text: str) -> None:
    assert (read_cell(text).found, read_cell(text).value) == (Found.YES_NO, 1.0)


@pytest.mark.parametrize("text", ["no", "N", "nein", "non", "falso", "否", "neg.", "negative"])
def test_no(text: str) -> None:
    assert (read_cell(text).found, read_cell(text).value) == (Found.YES_NO, 0.0)


def test_a_minus_is_no_only_beside_a_plus() -> None:
    assert read_cell("-").found is Found.MISSING
    assert read_cell("-", minus_is_no=True).value == 0.0


@pytest.mark.parametrize(
    ("text", "value", "unit", "note"),
    [
        ("10 mg", 10.0, "mg", ""),
        ("10mg/d", 10.0, "mg/d", ""),
        ("90 ml/min/1.73m2", 90.0, "ml/min/1.73m2", ""),
        ("25 %", 25.0, "%", ""),
        ("6,5 x10^9/L", 6.5, "x10^9/L", ""),
        ("16 (flare)", 16.0, "", "flare"),
        ("2*", 2.0, "", "*"),
        ("2¹", 2.0, "", "¹"),
        ("16 flare", 16.0, "", "flare"),
    ],
)
def test_number_with_unit_or_note(text: str, value: float, unit: str, note: str) -> None:
    read = read_cell(text)
    assert (read.value, read.unit, read.note) == (value, unit, note)


@pytest.mark.parametrize(
    "text", ["5/12", "++", "(+)", "2:160", "15.10.2024", "5 of 28", "0-0-1", "inf", "1e999", "Pat 3", "<LLOQ"]
)
def test_what_is_no_number_says_so(text: str) -> None:
    read = read_cell(text)
    assert (read.found, read.value) == (Found.TEXT, None)
    assert text in read.trouble


def test_ranges_are_not_values() -> None:
    read = read_cell("10–15 mg")
    assert (read.found, read.value, read.low, read.high) == (Found.RANGE, None, 10.0, 15.0)
    assert read_cell("2 bis 3").high == 3.0


def test_errors_dates_and_infinities() -> None:
    assert "#N/A" in read_cell(ErrorCell("#N/A")).trouble
    assert "Excel" in read_cell(FormulaCell()).hint
    assert read_cell(datetime(2024, 10, 15)).found is Found.DATE
    assert read_cell(math.nan).found is Found.ERROR
    assert read_cell(math.inf).value is None
    assert read_cell("#DIV/0!").found is Found.ERROR


@given(st.one_of(st.text(max_size=20), st.floats(), st.booleans(), st.none()), st.sampled_from([None, True, False]))
def test_no_cell_breaks_it(value: str | float | bool | None, comma: bool | None) -> None:
    read = read_cell(value, comma)
    assert read.value is None or math.isfinite(read.value)
    assert (read.value is None) or read.found in (Found.NUMBER, Found.YES_NO)


@given(st.decimals(-9999, 9999, places=3))
def test_written_decimals_come_back(value: object) -> None:
    assert number(str(value), False) == float(str(value))
    assert number(str(value).replace(".", ","), True) == float(str(value))


def test_shown() -> None:
    assert (shown(12.0), shown(0.1), shown(datetime(2024, 1, 2)), shown(" a  b ")) == ("12", "0.1", "2024-01-02", "a b")
