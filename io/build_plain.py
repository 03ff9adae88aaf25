"""What is said about tables whose columns are read as visits without an instrument in their names, and turned tables.

Invariant: nothing is decided here; the reader is asked, and the mapping is theirs to correct.
"""

import re

from trajecta.io.cells import Found, read_cell
from trajecta.io.headers import read_header
from trajecta.io.issue_log import IssueLog
from trajecta.io.mapping import Field, Mapping, SheetMapping, SheetRole
from trajecta.io.visit_names import visit_of
from trajecta.io.workbook import Workbook
from trajecta.stats.cohort import Cohort

PLAIN = "columns as visits"  # the kind of issue that question_sources.py turns into a question with options
_STEM = re.compile(r"[^\W\d_]{2,}(?=[_. ])")  # the word before a separator, as in Rate_LSW and Rate_REM
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")


def say_how_columns_were_read(workbook: Workbook, mapping: Mapping, cohort: Cohort, log: IssueLog) -> None:
    """Notes and questions about plain tables, tables without visits, and tables that seem turned."""
    names = {sheet.name for sheet in workbook.sheets}
    for sheet in (s for s in mapping.sheets if s.sheet in names):
        turned = _turned(sheet, cohort)
        if turned:
            log.warning(
                None,
                f"The rows of “{sheet.sheet}” are named {', '.join(f'“{name}”' for name in turned[:4])}: instruments "
                "stand where patients should, so the table seems to be turned.",
                "Is each patient a column? Then choose “turned” for this sheet in the import.",
            )
        if sheet.visits_as_written:
            _say_plain(sheet, log)
        elif sheet.role is SheetRole.WIDE and not cohort.measures:
            facts = [c.header for c in sheet.having(Field.FACT) if _of_numbers(c.header, cohort)]
            if len(facts) > 2:
                log.warning(
                    None,
                    f"The columns {', '.join(f'“{header}”' for header in facts[:6])} of “{sheet.sheet}” look like "
                    "different measures without visits, so nothing can be compared between them.",
                    "Give columns of one measure that measure and their visit in the mapping. Which columns are they?",
                )


def _of_numbers(header: str, cohort: Cohort) -> bool:
    """Whether most patients have a number under this header."""
    texts = [text for p in cohort.patients for label, text in p.facts if label == header]
    return sum(read_cell(text).found is Found.NUMBER for text in texts) * 2 > len(texts)


def _turned(sheet: SheetMapping, cohort: Cohort) -> list[str]:
    """The ids of a sheet that name instruments, if at least half of its ids do."""
    ids = [p.id for p in cohort.patients if p.source is not None and p.source.sheet == sheet.sheet]
    named = [text for text in ids if read_header((text,)).instrument is not None]
    return named if len(named) * 2 >= len(ids) else []


def _say_plain(sheet: SheetMapping, log: IssueLog) -> None:
    columns = sheet.having(Field.MEASURE)
    read = f"The columns of “{sheet.sheet}” are read as visits of one measure, since no column names an instrument."
    if len(columns) <= 2 or _like_visits([c.header for c in columns]):
        log.note(None, read, "Give columns of different measures their own measure in the mapping.")
        return
    log.warning(
        None,
        f"{read} These are {', '.join(f'“{c.header}”' for c in columns[:6])}{', …' if len(columns) > 6 else ''}.",
        "Are they visits of one measure? Or does each need a measure of its own in the mapping?",
        f"{PLAIN} of {sheet.sheet}",
    )


def _like_visits(headers: list[str]) -> bool:
    """Whether every name is a visit, or all begin with the same word, or differ in their numbers only: t1, t2, t3."""
    if all(visit_of(header) is not None for header in headers):
        return True
    stems = [match[0].casefold() for header in headers if (match := _STEM.match(header))]
    if len(stems) == len(headers) and len(set(stems)) == 1:
        return True
    numbers = [_DIGITS.findall(header) for header in headers]
    return all(numbers) and len({_DIGITS.sub("", header).casefold() for header in headers}) == 1
