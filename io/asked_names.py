"""Names of measures and visits as a user asks for them, understood as the reader understands headers and cells.

Invariant: a name is only understood when exactly one measure or visit of the cohort answers to it.
"""

from trajecta.io.headers import read_header
from trajecta.io.visit_names import visit_of
from trajecta.stats.cohort import Cohort
from trajecta.stats.instruments import instrument_for, plain


def measure_as_read(cohort: Cohort, wanted: str) -> str | None:
    """The key of the one measure that a header text, synonym or beginning of a name means; None if none or several.

    A header such as ``SLEDAI_baseline`` means its measure; ``DAS28`` means DAS28-CRP where the cohort has no other.
    """
    reading = read_header((wanted,))
    names = {plain(wanted), plain(reading.name)} - {""}
    found = [m.key for m in cohort.measures if {plain(m.key), plain(m.name)} & names]
    if not found and reading.instrument is not None:
        found = [
            m.key
            for m in cohort.measures
            if m.key == reading.instrument.key
            or ((known := instrument_for(m.name)) is not None and known.key == reading.instrument.key)
        ]
    if not found:
        found = [m.key for m in cohort.measures if any(plain(m.name).startswith(name) for name in names)]
    return found[0] if len(found) == 1 else None


def visit_as_read(cohort: Cohort, wanted: str) -> str | None:
    """The key of the one visit that a spelling such as ``3m``, ``BL`` or ``nach`` means; None if none or several.

    A bare number, as it stands in a column of visits, means the visit of that number, 0 the baseline if there is none.
    """
    read = visit_of(wanted)
    if read is None:
        return _visit_of_number(cohort, wanted.strip())
    found = [v.key for v in cohort.visits if v.key == read.key]
    if not found:  # a plain table keeps the names of its columns, and "post" answers to "after"
        named = ((v.key, visit_of(v.label)) for v in cohort.visits)
        found = [key for key, name in named if name is not None and name.key == read.key]
    return found[0] if len(found) == 1 else None


def _visit_of_number(cohort: Cohort, wanted: str) -> str | None:
    """The one visit that has this number and one other word, such as “Visit 2” or “Month 2”."""
    found = [v.key for v in cohort.visits if v.key.count(" ") == 1 and v.key.endswith(f" {wanted}")]
    if not found and wanted == "0":
        found = [v.key for v in cohort.visits if v.day == 0]
    return found[0] if wanted.lstrip("-").replace(".", "", 1).isdecimal() and len(found) == 1 else None
