"""Dates and names of visits in the forms of trial sheets."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trajecta.io.dates import Precision, date_order, is_date, read_date
from trajecta.io.visit_names import split_visit, visit_of

DAY = date(2021, 2, 14)


@pytest.mark.parametrize(
    "value",
    [
        "2021-02-14",
        "14.02.2021",
        "14.2.21",
        "14/02/2021",
        "02/14/2021",
        "14-Feb-21",
        "14. Februar 2021",
        "14 févr. 2021",
        "14 de febrero de 2021",
        "Feb 14, 2021",
        "20210214",
        "2021年2月14日",
        "2021-02-14T10:30:00",
        44241.0,
        20210214.0,
        DAY,
        datetime(2021, 2, 14, 10),
        "'14.02.2021",
    ],
)
def test_one_day_in_every_form(value: object) -> None:
    read = read_date(value)  # type: ignore[arg-type]
    assert (read.day, read.precision, read.trouble) == (DAY, Precision.DAY, "")


def test_the_1904_system() -> None:
    assert read_date(44241.0 - 1462, epoch_1904=True).day == DAY


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("2021", date(2021, 7, 1), "year"),
        ("03/2021", date(2021, 3, 15), "month"),
        ("Mrz 2021", date(2021, 3, 15), "month"),
        ("2021-03", date(2021, 3, 15), "month"),
        ("Q1/21", date(2021, 2, 15), "month"),
        (2021.0, date(2021, 7, 1), "year"),
    ],
)
def test_partial_dates_say_so(text: str | float, day: date, precision: str) -> None:
    read = read_date(text)
    assert (read.day, read.precision.value) == (day, precision)


def test_day_or_month_first_is_decided_by_the_column() -> None:
    assert date_order(["03/04/2021", "13/04/2021"]).decided is True
    assert date_order(["03/04/2021", "04/13/2021"]).decided is False
    assert date_order(["03/04/2021", "05/05/2021"]).decided is None
    assert read_date("03/04/2021").open_order
    assert read_date("03/04/2021", day_first=True).day == date(2021, 4, 3)
    assert read_date("03/04/2021", day_first=False).day == date(2021, 3, 4)
    assert not read_date("05/05/2021").open_order


def test_two_digit_years() -> None:
    assert read_date("1.1.29").day == date(2029, 1, 1)
    assert read_date("1.1.30").day == date(1930, 1, 1)


@pytest.mark.parametrize("text", ["31.02.2021", "hello", "13/13/2021", "0", "99"])
def test_what_is_no_date_says_so(text: str) -> None:
    read = read_date(text)
    assert read.day is None
    assert text in read.trouble


@pytest.mark.parametrize("text", ["ongoing", "laufend", "en cours", "in corso"])
def test_ongoing(text: str) -> None:
    assert read_date(text).ongoing


@given(st.one_of(st.text(max_size=20), st.floats(), st.dates(), st.none()))
def test_no_cell_breaks_it(value: str | float | date | None) -> None:
    read = read_date(value)
    assert read.day is None or isinstance(read.day, date)
    is_date(value)


@pytest.mark.parametrize(
    ("text", "key", "day"),
    [
        ("BL", "baseline", 0.0),
        ("Baseline (Ausgang)", "baseline", 0.0),
        ("prä", "baseline", 0.0),
        ("d0", "baseline", 0.0),
        ("Screening", "screening", None),
        ("M3", "month 3", 91.3125),
        ("3m", "month 3", 91.3125),
        ("Monat 3", "month 3", 91.3125),
        ("Mo 3", "month 3", 91.3125),
        ("3 mois", "month 3", 91.3125),
        ("month 1.5", "month 1.5", 45.65625),
        ("12 Wo.", "week 12", 84.0),
        ("wk 12", "week 12", 84.0),
        ("D-5", "day -5", -5.0),
        ("day +90", "day 90", 90.0),
        ("year 1", "month 12", 365.25),
        ("V3", "visit 3", None),
        ("FU 1", "follow-up 1", None),
        ("EOS", "end", None),
        ("nach Therapie", "post", None),
        ("3个月", "month 3", 91.3125),
    ],
)
def test_visits(text: str, key: str, day: float | None) -> None:
    found = visit_of(text)
    assert found is not None
    assert (found.key, found.day) == (key, day)


@pytest.mark.parametrize("text", ["SLEDAI", "C3", "A", "pk1", "twinB", "number12m", "2021", "", "m"])
def test_what_is_no_visit(text: str) -> None:
    assert visit_of(text) is None


@pytest.mark.parametrize(
    ("header", "rest", "key"),
    [
        ("SLEDAI_baseline", "SLEDAI", "baseline"),
        ("SLEDAI_3m", "SLEDAI", "month 3"),
        ("M3_SLEDAI", "SLEDAI", "month 3"),
        ("V2 DAS28", "DAS28", "visit 2"),
        ("SLEDAI pre", "SLEDAI", "baseline"),
        ("SLEDAI Monat 12", "SLEDAI", "month 12"),
        ("Month 3 PGA", "PGA", "month 3"),
        ("bdi.2m", "bdi", "month 2"),
        ("SLEDAI (month 3)", "SLEDAI", "month 3"),
    ],
)
def test_wide_headers(header: str, rest: str, key: str) -> None:
    found = split_visit(header)
    assert found is not None
    assert (found[0], found[1].key) == (rest, key)


@pytest.mark.parametrize("header", ["SLEDAI-2K", "IL-6", "age_husband", "Disease duration (y)", "pre.1", "t0.5"])
def test_headers_without_a_visit(header: str) -> None:
    assert split_visit(header) is None
