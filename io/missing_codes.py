"""Numbers that cannot be values: codes for “missing” such as 999 and -9, what lies outside a range or far beyond.

Invariants: a code counts as missing only where it cannot be a value of its measure, or where the user says so; what the
user calls a value is one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trajecta.io.cells import Found, Reading
from trajecta.stats.cohort import Censored, Kind, Measure
from trajecta.stats.instruments import Instrument

# Usual codes for "missing"; they count as such only where they cannot be a value.
MISSING_CODES = frozenset(
    {-9.0, -99.0, -999.0, -9999.0, -1.0, -8.0, 77.0, 88.0, 99.0, 777.0, 888.0, 999.0, 7777.0, 8888.0, 9999.0, 99999.0}
)
# Without a range only codes of three digits count, ten times beyond every other value: a CRP of 99 can be true.
SMALLEST_FAR_CODE = 777.0
FAR_OUTSIDE = 10
FEWEST_BESIDE = 4  # fewer other values do not show where the rest of a column lies
# If more of the values than this lie outside the instrument's range, the column is another scale, not full of errors.
OTHER_SCALE = 0.2
TWICE = 2  # a code that may be a value is asked about if it lies this far above every other value


def plain_numbers(readings: Iterable[Reading]) -> list[float]:
    """The numbers among readings that are no limits of an assay."""
    return [r.value for r in readings if r.found is Found.NUMBER and r.value is not None and r.censored is Censored.NO]


def outside_range(measure: Measure, values: Iterable[float]) -> int:
    """How many values that are no usual codes lie outside the measure's range; 0 without a range."""
    if measure.range is None:
        return 0
    low, high = measure.range
    return sum(not low <= v <= high for v in values if v not in MISSING_CODES)


def with_fitting_range(measure: Measure, instrument: Instrument | None, values: Iterable[float]) -> Measure:
    """The measure with the range that fits: the wider version of its instrument, or none if it is another scale."""
    if measure.range is None or measure.kind is Kind.YES_NO:
        return measure
    others = [v for v in values if v not in MISSING_CODES]
    outside = outside_range(measure, others)
    if instrument is not None and instrument.wider_range and outside:
        wider = instrument.wider_range
        if all(wider[0] <= v <= wider[1] for v in others):
            return replace(measure, range=wider)
    if others and outside > OTHER_SCALE * len(others):
        return replace(measure, range=None, bands=(), important=None)
    return measure


def codes_of(measure: Measure, instrument: Instrument | None, numbers: Sequence[float]) -> frozenset[float]:
    """The numbers of this measure that cannot be values of it: codes for "missing", and negative ones of a score or
    laboratory value that begins at 0 (unless so many are negative that the column is a change or another scale).
    """
    values = set(numbers)
    codes = values & MISSING_CODES
    if measure.kind is Kind.YES_NO:
        return frozenset(codes)
    others = values - MISSING_CODES
    impossible: set[float] = set()
    if instrument is not None and not instrument.negative and any(v < 0 for v in values):
        negative = sum(v < 0 and v not in MISSING_CODES for v in numbers)
        if negative <= OTHER_SCALE * len(numbers):
            impossible = {v for v in values if v < 0}
    if not codes:
        return frozenset(impossible)
    if measure.range is not None:
        low, high = measure.range
        return frozenset(impossible | {c for c in codes if not low <= c <= high})
    if others and min(others) >= 0:
        impossible |= {c for c in codes if c < -1}
    if others and sum(v not in MISSING_CODES for v in numbers) >= FEWEST_BESIDE:
        reach = max(abs(v) for v in others) * FAR_OUTSIDE
        impossible |= {c for c in codes if c >= SMALLEST_FAR_CODE and c > reach}
    return frozenset(impossible)


def doubtful_codes(numbers: Sequence[float], certain: frozenset[float]) -> dict[float, int]:
    """Codes that are kept as values though they may mean “missing”, with how often each stands in the column.

    Asked about are those that repeat, and those far above every other value.

    >>> doubtful_codes([4, 7, 2, 9, 99], frozenset()), doubtful_codes([4, 7, 2, 90, 99], frozenset())
    ({99: 1}, {})
    """
    counts = Counter(numbers)
    others = [v for v in numbers if v not in MISSING_CODES]
    if len(others) < FEWEST_BESIDE:
        return {}
    low, high = min(others), max(others)
    found = {}
    for code in sorted(MISSING_CODES & counts.keys() - certain):
        outside = code > high or code < min(low, 0)
        if outside and (counts[code] > 1 or code > TWICE * high):
            found[code] = counts[code]
    return found
