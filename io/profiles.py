"""What the cells of a column look like: how many are numbers, dates, words, and how many differ.

Invariant: a profile counts and never decides; it looks at the first rows of a long table only.
"""

from collections import Counter
from dataclasses import dataclass

from trajecta.io.cells import Found, read_cell
from trajecta.io.column_rules import GRADES
from trajecta.io.dates import is_date, is_day_number, is_partial_date
from trajecta.io.words import words
from trajecta.io.workbook import Sheet
from trajecta.stats.instruments import plain

ROWS_LOOKED_AT = 400  # enough to tell what a column is; a table of 100,000 rows is not read twice


@dataclass(frozen=True, slots=True)
class Profile:
    """Counts over the filled cells of one column; ``day_numbers`` are numbers that can be dates (45000, 20230315),
    ``partial`` texts such as 03/2022."""

    filled: int = 0
    numbers: int = 0
    whole: int = 0
    yes_no: int = 0
    dates: int = 0
    missing: int = 0
    sexes: int = 0
    distinct: int = 0
    longest: int = 0
    day_numbers: int = 0
    partial: int = 0

    @property
    def usable(self) -> int:
        """Filled cells that are no missing code."""
        return self.filled - self.missing

    @property
    def numeric(self) -> bool:
        """At least half of the usable cells are numbers or yes/no."""
        return self.usable > 0 and (self.numbers + self.yes_no) * 2 >= self.usable and not self.dated

    @property
    def dated(self) -> bool:
        """At least half of the usable cells are dates."""
        return self.dates > 0 and self.dates * 2 >= self.usable

    @property
    def datable(self) -> bool:
        """Dates, or numbers that can all be dates where the header says so."""
        return self.dated or (self.usable > 0 and self.day_numbers + self.dates == self.usable)

    @property
    def textual(self) -> bool:
        """Filled, and neither numeric nor dated."""
        return self.usable > 0 and not self.numeric and not self.dated

    @property
    def unique(self) -> bool:
        """Every filled cell differs from every other."""
        return self.filled > 0 and self.distinct == self.filled


def profile(sheet: Sheet, column: int, first_row: int) -> Profile:
    """Count what stands in a column (1-based) from ``first_row`` on."""
    counts = dict.fromkeys(
        ("filled", "numbers", "whole", "yes_no", "dates", "missing", "sexes", "longest", "day_numbers", "partial"), 0
    )
    seen: set[str] = set()
    sexes = words("cell", "female") | words("cell", "male")
    # Each different value is read once; the type belongs to it, since True and 1.0 are equal.
    rows = sheet.rows[first_row - 1 : first_row - 1 + ROWS_LOOKED_AT]
    cells = Counter((type(value), value) for row in rows if (value := row[column - 1]) is not None)
    for (_, value), times in cells.items():
        counts["filled"] += times
        if isinstance(value, float):
            counts["numbers"] += times
            counts["whole"] += times * value.is_integer()
            counts["day_numbers"] += times * is_day_number(value)
            seen.add(repr(value))
            continue
        read = read_cell(value)
        seen.add(read.text.casefold())
        counts["longest"] = max(counts["longest"], len(read.text))
        counts["sexes"] += times * (plain(read.text) in sexes)
        if read.found is Found.NUMBER:
            counts["numbers"] += times
            counts["whole"] += times * (read.value is not None and read.value.is_integer())
            counts["day_numbers"] += times * (read.value is not None and is_day_number(read.value))
        elif read.found is Found.YES_NO:
            counts["yes_no"] += times
        elif read.found is Found.MISSING:
            counts["missing"] += times
        elif read.found is Found.DATE or is_date(value):
            counts["dates"] += times
        elif read.open_mark or read.text in GRADES:
            counts["numbers"] += times
        else:
            counts["partial"] += times * is_partial_date(value)
    return Profile(distinct=len(seen), **counts)
