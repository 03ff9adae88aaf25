"""The order of day and month in the dates of visits, where the names of the visits prove it: 03/01 and 04/04, M3.

Invariants: what the user chose and what the texts of the column prove come first; the names decide only if one order
puts every date near the day of its visit and the other order does not.
"""

from trajecta.io.build_patients import Dates, dates_of
from trajecta.io.build_rows import PatientRow
from trajecta.io.cells import shown
from trajecta.io.dates import Precision, date_order, read_date
from trajecta.io.mapping import ColumnMapping
from trajecta.io.visit_names import DAYS_OF, numbered, visit_of
from trajecta.io.workbook import CellValue
from trajecta.stats.instruments import plain

# Visits are seldom further from the day of their name than this, in days and as a share of the time between two; an
# exchange of day and month moves most dates by more than a month.
NEAR, NEAR_SHARE = 21, 0.25
FEWEST_COMPARED = 2  # one date alone may lie near its visit by chance


def dates_at_visits(
    rows: list[PatientRow], column: ColumnMapping, names: ColumnMapping | None, epoch_1904: bool
) -> tuple[Dates, bool]:
    """How the dates of a column are read beside the column that names the visits, and whether those names decided it.

    ``names`` is None where no column names visits.
    """
    how = dates_of(rows, column, epoch_1904)
    if names is None or how.day_first is not None:
        return how, False
    if not date_order(row.cells[column.column - 1] for row in rows).either:
        return how, False
    days = {value: _nominal_day(value, names) for value in {row.cells[names.column - 1] for row in rows}}
    named = [(row, day) for row in rows if (day := days[row.cells[names.column - 1]]) is not None]
    fitting = [first for first in (True, False) if _all_near(named, column, Dates(first, epoch_1904))]
    return (Dates(fitting[0], epoch_1904), True) if len(fitting) == 1 else (how, False)


def _nominal_day(value: CellValue, names: ColumnMapping) -> float | None:
    if isinstance(value, float):
        unit = plain(names.unit)
        return numbered(unit, value).day if unit in DAYS_OF else None
    name = visit_of(shown(value))
    return None if name is None else name.day


def _all_near(named: list[tuple[PatientRow, float]], column: ColumnMapping, how: Dates) -> bool:
    """Whether all dates lie near the days of their visits, counted from each patient's first visit."""
    met: dict[str, list[tuple[float, int]]] = {}
    for row, nominal in named:
        read = read_date(row.cells[column.column - 1], how.day_first, how.epoch_1904)
        if read.day is not None and read.precision is Precision.DAY:
            met.setdefault(row.patient, []).append((nominal, read.day.toordinal()))
    compared = 0
    for visits in met.values():
        first, zero = min(visits)
        for nominal, day in visits:
            expected = nominal - first
            if abs(day - zero - expected) > max(NEAR, NEAR_SHARE * expected):
                return False
            compared += expected > 0
    return compared >= FEWEST_COMPARED
