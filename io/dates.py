"""Dates as trial sheets write them: Excel dates, serial numbers, ISO, day-first, month-first, names of months, partial.

Invariants: a partial date (``2021``, ``03/2021``) says so and is never passed on as if it were exact; day-first or
month-first is decided per column by evidence, and where no evidence exists the reading says that it is open.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import isfinite

from trajecta.io.cells import shown
from trajecta.io.words import months, words
from trajecta.io.workbook import CellValue
from trajecta.stats.instruments import plain

# Serial 1 is 1 January 1900; Excel counts a 29 February 1900 that never was, so from March 1900 on the origin is a
# day earlier. 1904 workbooks begin 1,462 days later.
_ORIGIN = date(1899, 12, 30)
_SHIFT_1904 = 1462
# A bare number in a date column counts as a serial between 1990 and 2079; a study day or a year lies far below.
SERIALS = range(32_874, 65_381)
_YEARS = range(1900, 2100)


class Precision(StrEnum):
    """How exactly a date was written."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateReading:
    """One date cell. ``day`` is None if no date was understood; a partial date is placed in its middle.

    ``open_order`` is True where day and month could be exchanged and the column gives no evidence; ``ongoing`` is
    True for words such as "laufend"; ``trouble`` completes the sentence "This cell …".
    """

    day: date | None = None
    precision: Precision = Precision.DAY
    ongoing: bool = False
    open_order: bool = False
    text: str = ""
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How many dates of a column can only be day-first, only month-first, or either."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0

    @property
    def decided(self) -> bool | None:
        """True for day-first, False for month-first, None without (or with contradicting equal) evidence."""
        if self.day_first == self.month_first:
            return None
        return self.day_first > self.month_first


_SLASHED = re.compile(r"(\d{1,2})([/.-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?:[ T,].*)?")
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?(?:[T ].*|月)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_NAMED = re.compile(r"(?:(\d{1,2})\.?[ -]*(?:de )?)?([^\W\d]{3,12})\.?[ -]*(?:de )?'?(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([^\W\d]{3,12})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_SINCE = re.compile(r"(?:seit|since|ab|depuis|desde|from) (?:dem |le |el )?(?=\w*\W?\d)", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})")
_QUARTER = re.compile(r"[qQ]([1-4])[/ .-]?(\d{4}|\d{2})")


def date_order(values: Iterable[CellValue]) -> DateOrder:
    """Evidence for day-first or month-first among the texts of a column; dots are always day-first.

    >>> date_order(["13/02/2021", "03/04/2021"]).decided, date_order(["03/04/2021"]).decided
    (True, None)
    """
    counts = [0, 0, 0]
    for value in values:
        match = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) else None
        if match:
            first, second = int(match[1]), int(match[3])
            if match[2] == "." or first > 12 >= second:
                counts[0] += 1
            elif second > 12 >= first:
                counts[1] += 1
            elif first != second:
                counts[2] += 1
    return DateOrder(*counts)


def read_date(value: CellValue, day_first: bool | None = None, epoch_1904: bool = False) -> DateReading:
    """Read one cell as a date; ``day_first`` is the column's order if known.

    >>> read_date("14.02.21").day, read_date("Mrz 2021").precision.value, read_date("laufend").ongoing
    (datetime.date(2021, 2, 14), 'month', True)
    >>> read_date("seit 2019").precision.value, read_date("ab 01.02.2023").day
    ('year', datetime.date(2023, 2, 1))
    >>> read_date(44241.0).day, read_date("03/04/2021").open_order
    (datetime.date(2021, 2, 14), True)
    """
    text = shown(value)
    if isinstance(value, datetime):
        return DateReading(value.date(), text=text)
    if isinstance(value, date):
        return DateReading(value, text=text)
    if isinstance(value, float) and isfinite(value):
        if value.is_integer() and int(value) in _YEARS:
            return DateReading(date(int(value), 7, 1), Precision.YEAR, text=text)
        if int(value) in SERIALS:
            return DateReading(_ORIGIN + timedelta(int(value) + (_SHIFT_1904 if epoch_1904 else 0)), text=text)
        if value.is_integer() and (match := _COMPACT.fullmatch(text)):
            return _exact(int(match[1]), int(match[2]), int(match[3]), text)
    if not text:
        return DateReading()
    if isinstance(value, str):
        return _read_text(text, day_first)
    return DateReading(text=text, trouble=f"holds “{text}”, which is not a date")


def _read_text(text: str, day_first: bool | None) -> DateReading:
    tidy = text.strip().lstrip("'")
    if plain(tidy) in words("cell", "ongoing"):
        return DateReading(ongoing=True, text=text)
    tidy = _SINCE.sub("", tidy)
    if match := _SLASHED.fullmatch(tidy):
        return _slashed(match, text, day_first)
    if match := _ISO.fullmatch(tidy):
        if match[3] is None:
            return _partial(int(match[1]), int(match[2]), text)
        return _exact(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _COMPACT.fullmatch(tidy):
        return _exact(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _MONTH_YEAR.fullmatch(tidy):
        return _partial(int(match[2]), int(match[1]), text)
    if match := _QUARTER.fullmatch(tidy):
        return _partial(_year(match[2]), 3 * int(match[1]) - 1, text)
    if re.fullmatch(r"(?:19|20)\d\d", tidy):
        return DateReading(date(int(tidy), 7, 1), Precision.YEAR, text=text)
    if (match := _NAMED_FIRST.fullmatch(tidy)) and plain(match[1]) in months():
        return _exact(int(match[3]), months()[plain(match[1])], int(match[2]), text)
    if (match := _NAMED.fullmatch(tidy)) and plain(match[2]) in months():
        year, month = _year(match[3]), months()[plain(match[2])]
        return _partial(year, month, text) if match[1] is None else _exact(year, month, int(match[1]), text)
    return DateReading(text=text, trouble=f"says “{text}”, which is not a date")


def _slashed(match: re.Match[str], text: str, day_first: bool | None) -> DateReading:
    first, second, year = int(match[1]), int(match[3]), _year(match[4])
    if match[2] == "." or first > 12:
        return _exact(year, second, first, text)
    if second > 12:
        return _exact(year, first, second, text)
    if day_first is None and first != second:
        # Day-first is what every language read here writes except American English; the reading says it is open.
        read = _exact(year, second, first, text)
        return DateReading(read.day, open_order=True, text=text)
    return _exact(year, second, first, text) if day_first is not False else _exact(year, first, second, text)


def _year(text: str) -> int:
    """Two digits mean 1930 to 2029."""
    year = int(text)
    if len(text) > 2:
        return year
    return 2000 + year if year < 30 else 1900 + year


def _exact(year: int, month: int, day: int, text: str) -> DateReading:
    try:
        return DateReading(date(year, month, day), text=text)
    except ValueError:
        return DateReading(text=text, trouble=f"says “{text}”, a day that does not exist")


def _partial(year: int, month: int, text: str) -> DateReading:
    if year not in _YEARS or not 1 <= month <= 12:
        return DateReading(text=text, trouble=f"says “{text}”, which is not a date")
    return DateReading(date(year, month, 15), Precision.MONTH, text=text)


def is_date(value: CellValue) -> bool:
    """True for a date cell, or a text that can only be a date with day, month and year."""
    if isinstance(value, datetime | date):
        return True
    if not isinstance(value, str) or len(value) > 30 or not any(c.isdigit() for c in value):
        return False
    read = _read_text(shown(value), True)
    return read.day is not None and read.precision is Precision.DAY and not value.strip().isdigit()


def is_partial_date(value: CellValue) -> bool:
    """True for a text that names a month or a year and no day.

    >>> is_partial_date("03/2022"), is_partial_date("seit 2019"), is_partial_date("baseline")
    (True, True, False)
    """
    if not isinstance(value, str) or len(value) > 30 or not any(c.isdigit() for c in value):
        return False
    read = _read_text(shown(value), True)
    return read.day is not None and read.precision is not Precision.DAY


def is_day_number(value: float) -> bool:
    """Whether a number can be a day: Excel's count of days, or year, month and day in eight digits.

    >>> is_day_number(44927.0), is_day_number(20230103.0), is_day_number(20231303.0), is_day_number(183.0)
    (True, True, False, False)
    """
    if not isfinite(value):
        return False
    if not value.is_integer():
        return int(value) in SERIALS
    return int(value) in SERIALS or (
        _COMPACT.fullmatch(str(int(value))) is not None and read_date(value).day is not None
    )


_TIME = re.compile(r"(\d+):(\d\d)(?::\d\d)?")


def excel_turned(text: str) -> str:
    """What to do about a date or time among numbers, with the entry that Excel may have made it of.

    >>> excel_turned("2024-10-15")
    'Excel turns entries such as 10-15 into dates; this one may have been 10-15 or 15.10. Type it again as a number.'
    >>> excel_turned("02:40:00")
    'Excel turns titres such as 1:80 into times; this one may have been 1:100. Type it again as text.'
    """
    if match := _TIME.fullmatch(text):
        second = 60 * int(match[1]) + int(match[2]) - 60  # Excel takes 1:100 as one hour and a hundred minutes
        likely = f"; this one may have been 1:{second}" if second > 1 else ""
        return f"Excel turns titres such as 1:80 into times{likely}. Type it again as text."
    if match := _ISO.fullmatch(text):
        month, day = int(match[2]), int(match[3] or 1)
        likely = f"this one may have been {month}-{day} or {day}.{month}"
        if day == 1:
            likely += f" or {month}-{int(match[1]) % 100}"  # a month and a year become the first of that month
        return f"Excel turns entries such as 10-15 into dates; {likely}. Type it again as a number."
    return "Excel turns entries such as 10-15 or 1-2 into dates; type the value again as a number."
