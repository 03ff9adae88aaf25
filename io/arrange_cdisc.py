"""Data sets in the CDISC standards: ADaM parameters and subjects, SDTM findings, drugs, adverse events, demographics.

Invariants: a sheet counts as such only by the names of its variables; what was derived or not done is never a measured
value; BASE and CHG are no measures; the day before the first treatment is day −1 in the standard and here, the day
itself is day 1 there and 0 here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trajecta.io.cells import shown
from trajecta.io.gathered import Gathered
from trajecta.io.headers import is_unit, read_header
from trajecta.io.issue_log import are, counted
from trajecta.io.mapping import Arranged, Arrangement
from trajecta.io.placed import NOTHING, Placed, placed, sheet_of
from trajecta.io.workbook import Sheet, Workbook
from trajecta.stats.cohort import Issue, Severity
from trajecta.stats.drugs import substance_of

HEADER_WITHIN = 10  # an export begins with its names of variables; a few lines may stand above
_NAME = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_TOTAL = re.compile(r"[\s-]*\b(?:total\s+)?score\b\s*|[\s-]*\btotal\b\s*", re.IGNORECASE)  # "SLEDAI-2K Total Score"
_ONGOING = frozenset({"ONGOING", "AFTER", "DURING/AFTER", "U/AFTER"})
# Variable of the standard to the header under which this program knows it.
_SUBJECT = (
    ("SEX", "Sex"), ("AGE", "Age"), ("RFSTDTC", "RFSTDTC"), ("RFXSTDTC", "RFSTDTC"), ("TRTSDT", "TRTSDT"),
    ("ARM", "Arm"), ("TRT01A", "Treatment group"), ("TRT01P", "Planned treatment"), ("BRTHDTC", "BRTHDTC"),
    ("RACE", "Race"), ("COUNTRY", "Country"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Data:
    """A data set: the row of its variables and their columns; ``prefix`` of SDTM variables, such as LB."""

    sheet: Sheet
    header: int
    columns: dict[str, int]
    kind: str
    prefix: str = ""

    def cell(self, row: int, *names: str) -> Placed:
        """The first of these variables that is filled in a row; ``--`` stands for the prefix."""
        for name in names:
            column = self.columns.get(name.replace("--", self.prefix))
            if column is not None and self.sheet.cell(row, column) is not None:
                return placed(self.sheet, row, column)
        return NOTHING

    def text(self, row: int, *names: str) -> str:
        """The text of the first of these variables that is filled."""
        return shown(self.cell(row, *names).value)

    def head(self, text: str, *names: str) -> Placed:
        """A header word at the place of the first of these variables that the data set has."""
        for name in names:
            column = self.columns.get(name.replace("--", self.prefix))
            if column is not None:
                return Placed(text, self.sheet.ref(self.header, column))
        return Placed(text)

    @property
    def rows(self) -> range:
        """The rows below the names."""
        return range(self.header + 1, self.sheet.height + 1)


def guess_cdisc(workbook: Workbook, sheets: Sequence[Sheet]) -> tuple[Arranged, ...]:
    """The sheets that hold CDISC data sets, each by itself."""
    found = []
    for sheet in sheets:
        data = _data(sheet)
        if data is not None:
            what, names = _KINDS[data.kind][1:]
            shown_names = ", ".join(n for n in (m.replace("--", data.prefix) for m in names) if n in data.columns)
            found.append(Arranged(Arrangement.CDISC, (sheet.name,), f"It has the variables {shown_names}: {what}."))
    return tuple(found)


def from_cdisc(sheets: Sequence[Sheet]) -> tuple[Sheet, ...]:
    """The table of patients, visits, drugs or events that a data set holds."""
    (sheet,) = sheets
    data = _data(sheet)
    return (sheet,) if data is None else (_KINDS[data.kind][0](data),)


def _data(sheet: Sheet) -> _Data | None:
    for header in range(1, min(sheet.height - 1, HEADER_WITHIN) + 1):
        names = [v.strip().upper() if isinstance(v, str) else "" for v in sheet.rows[header - 1]]
        columns = {name: at for at, name in reversed(list(enumerate(names, 1))) if _NAME.fullmatch(name)}
        if not {"USUBJID", "SUBJID"} & columns.keys():
            continue
        found = _kind(columns)
        return None if found is None else _Data(sheet, header, columns, *found)
    return None


def _kind(names: dict[str, int]) -> tuple[str, str] | None:
    """What a set of variables is, and its prefix."""
    if {"PARAM", "PARAMCD"} & names.keys():
        return ("parameters", "") if {"AVAL", "AVALC"} & names.keys() and "CNSR" not in names else None
    for name in names:
        prefix = name[:2]
        if name[2:] in ("TESTCD", "TEST") and {f"{prefix}{n}" for n in ("ORRES", "STRESN", "STRESC")} & names.keys():
            return "findings", prefix
    for prefix in ("CM", "EX", "EC"):
        if {f"{prefix}TRT", f"{prefix}DECOD"} & names.keys() and {f"{prefix}DOSE", f"{prefix}STDTC"} & names.keys():
            return "drugs", prefix
    if {"AETERM", "AEDECOD"} & names.keys():
        return "events", "AE"
    if "SEX" in names and {"RFSTDTC", "RFXSTDTC", "TRTSDT", "DOMAIN"} & names.keys():
        return "subjects", ""
    return None


def _sheet(data: _Data, rows: list[list[Placed]], notes: Sequence[Issue] = ()) -> Sheet:
    return sheet_of(data.sheet.name, rows, [data.sheet], notes)


def _left_out(data: _Data, number: int, why: str) -> Issue:
    return Issue(
        Severity.WARNING,
        None,
        f"{counted(number, 'row')} of “{data.sheet.name}” {are(number)} left out: {why}.",
    )


def _subjects(data: _Data) -> Sheet:
    """One row per subject; the facts that this program uses or can group by."""
    chosen = [(name, text) for name, text in _SUBJECT if name in data.columns]
    rows = [[data.head("Patient ID", "USUBJID", "SUBJID"), *(data.head(text, name) for name, text in chosen)]]
    rows += [[data.cell(row, "USUBJID", "SUBJID"), *(data.cell(row, name) for name, _ in chosen)] for row in data.rows]
    return _sheet(data, rows)


def _parameters(data: _Data) -> Sheet:
    """ADaM: one row per subject and visit, one column per parameter; derived rows are left out."""
    when = _when(data, ("ADT", "ADTM"), ("ADY",))
    table = _table(data, when)
    derived: dict[str, int] = {}
    analysed = {
        (data.text(row, "USUBJID", "SUBJID"), data.text(row, "PARAMCD", "PARAM"), shown(_visit(data, row).value))
        for row in data.rows
        if data.text(row, "ANL01FL") == "Y"
    }
    unflagged = 0
    for row in data.rows:
        patient, visit = data.cell(row, "USUBJID", "SUBJID"), _visit(data, row)
        code, value = data.text(row, "PARAMCD", "PARAM"), data.cell(row, "AVAL", "AVALC")
        if kind := data.text(row, "DTYPE"):
            derived[kind] = derived.get(kind, 0) + 1
            continue
        place = (shown(patient.value), code, shown(visit.value))
        if place in analysed and data.text(row, "ANL01FL") != "Y":
            unflagged += 1
            continue
        if code and value.value is not None:
            name = _known_name(data, row, ("PARAM", "PARAMCD"))
            table.put(place[::2], _lead(data, row, when), code, name, value)
    notes = _base_differs(data)
    if derived:
        kinds = ", ".join(f"{kind} {number}" for kind, number in derived.items())
        total = sum(derived.values())
        notes.append(_left_out(data, total, f"DTYPE says that their values were derived and not measured ({kinds})"))
    if unflagged:
        notes.append(_left_out(data, unflagged, "another row of their visit is the one to analyse (ANL01FL = Y)"))
    return _sheet(data, table.rows(), notes)


def _findings(data: _Data) -> Sheet:
    """SDTM findings: one row per subject and visit, one column per test and unit."""
    when = _when(data, ("--DTC",), ("--DY", "VISITDY"))
    table = _table(data, when)
    specimens: dict[str, set[str]] = {}
    units: dict[str, str] = {}  # what was not done stands in the column of what was
    for row in data.rows:
        code, unit = data.text(row, "--TESTCD", "--TEST"), data.text(row, "--STRESU", "--ORRESU")
        specimens.setdefault(code, set()).add(data.text(row, "--SPEC"))
        if unit:
            units.setdefault(code, unit)
    not_done = 0
    for row in data.rows:
        code = data.text(row, "--TESTCD", "--TEST")
        value, unit = data.cell(row, "--STRESN", "--STRESC", "--ORRES"), data.text(row, "--STRESU", "--ORRESU")
        if data.text(row, "--STAT"):
            value, not_done = data.cell(row, "--STAT"), not_done + 1
            unit = unit or units.get(code, "")
        if not code or value.value is None or (code.endswith("ALL") and data.text(row, "--STAT")):
            continue
        name = _known_name(data, row, ("--TEST", "--TESTCD"))
        several = len(specimens[code]) > 1
        text = shown(name.value) + (f", {data.text(row, '--SPEC').lower()}" if several else "")
        text = f"{text} ({unit})" if is_unit(unit) and f"({unit})" not in text else text
        patient, visit = data.text(row, "USUBJID", "SUBJID"), shown(_visit(data, row).value)
        head = Placed(text, name.where)
        table.put((patient, visit), _lead(data, row, when), (code, text), head, value)
    notes = []
    if not_done:
        said = (
            f"{counted(not_done, 'row')} of “{data.sheet.name}” {are(not_done)} marked as not done: no value is read."
        )
        notes.append(Issue(Severity.NOTE, None, said))
    return _sheet(data, table.rows(), notes)


def _known_name(data: _Data, row: int, names: tuple[str, ...]) -> Placed:
    """The name of a test or parameter, the one that names a known instrument first; a total score by its category."""
    cells = [cell for name in names if (cell := data.cell(row, name)).value is not None]
    for cell in cells:
        for text in (shown(cell.value), _TOTAL.sub(" ", shown(cell.value)).strip()):
            if read_header((text,)).instrument is not None:
                return Placed(text, cell.where)
    category = data.cell(row, "--CAT", "PARCAT1")
    total = any(word in shown(cells[0].value).lower() for word in ("total", "score")) if cells else False
    if total and read_header((shown(category.value),)).instrument is not None:
        return category
    return cells[0] if cells else NOTHING


def _when(data: _Data, dates: tuple[str, ...], days: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What says when a row is, with its variables: dates, or study days where there is no date at all."""
    dated = any(data.cell(row, *dates).value is not None for row in data.rows)
    return ("Date", dates) if dated else ("Study day", days)


def _table(data: _Data, when: tuple[str, tuple[str, ...]]) -> Gathered:
    return Gathered(
        (
            data.head("Patient ID", "USUBJID", "SUBJID"),
            data.head("Visit", "AVISIT", "VISIT", "AVISITN", "VISITNUM"),
            data.head(when[0], *when[1]),
            data.head("TRTSDT", "TRTSDT"),
            data.head("Treatment group", "TRT01A", "TRTA"),
            data.head("Sex", "SEX"),
            data.head("Age", "AGE"),
        )
    )


def _lead(data: _Data, row: int, when: tuple[str, tuple[str, ...]]) -> tuple[Placed, ...]:
    cell = data.cell(row, *when[1])
    others = (data.cell(row, name) for name in ("TRTSDT", "TRT01A", "SEX", "AGE"))
    return (data.cell(row, "USUBJID", "SUBJID"), _visit(data, row), cell if when[0] == "Date" else _day(cell), *others)


def _day(cell: Placed) -> Placed:
    """A study day of the standard, which has no day 0, as a day counted from 0."""
    if isinstance(cell.value, float) and cell.value > 0:
        return Placed(cell.value - 1, cell.where)
    return cell


def _visit(data: _Data, row: int) -> Placed:
    """The visit of a row: its name, else the flag of the baseline, else its number."""
    named = data.cell(row, "AVISIT", "VISIT")
    if named.value is not None and not isinstance(named.value, float):
        return named
    flag = next((c for n in ("ABLFL", "--BLFL", "--LOBXFL") if (c := data.cell(row, n)).value == "Y"), NOTHING)
    if flag.value is not None:
        return Placed("Baseline", flag.where)
    number = data.cell(row, "AVISITN", "VISITNUM", "AVISIT", "VISIT")
    return NOTHING if number.value is None else Placed(f"Visit {shown(number.value)}", number.where)


def _base_differs(data: _Data) -> list[Issue]:
    """Where BASE is not the value of the row that is marked as baseline; the first such row, with their number."""
    marked: dict[tuple[str, str], Placed] = {}
    for row in data.rows:
        if data.text(row, "ABLFL") == "Y":
            key = (data.text(row, "USUBJID", "SUBJID"), data.text(row, "PARAMCD", "PARAM"))
            marked.setdefault(key, data.cell(row, "AVAL"))
    wrong = []
    for row in data.rows:
        key = (data.text(row, "USUBJID", "SUBJID"), data.text(row, "PARAMCD", "PARAM"))
        base, true = data.cell(row, "BASE"), marked.get(key, NOTHING)
        if base.value is not None and true.value is not None and base.value != true.value:
            wrong.append((base, true, key))
    if not wrong:
        return []
    base, true, (patient, code) = wrong[0]
    more = f" {counted(len(wrong), 'row')} of “{data.sheet.name}” {'differs' if len(wrong) == 1 else 'differ'} so."
    said = (
        f"{base.where} gives {shown(base.value)} as BASE of {code} of {patient}, but the value marked as baseline is "
    )
    said += f"{shown(true.value)} ({true.where}); the marked value is read.{more}"
    return [Issue(Severity.WARNING, base.where, said, "Which value is the baseline?")]


def _drugs(data: _Data) -> Sheet:
    """SDTM CM and EX: the medication log."""
    heads = (
        data.head("Patient ID", "USUBJID", "SUBJID"), data.head("Drug", "--DECOD", "--TRT"),
        data.head("Dose", "--DOSE", "--DOSTXT"), data.head("Unit", "--DOSU"), data.head("Frequency", "--DOSFRQ"),
        data.head("Route", "--ROUTE"), data.head("Course start", "--STDTC", "--STDY"),
        data.head("Course stop", "--ENDTC", "--ENDY"), data.head("Role", "--INDC"),
    )  # fmt: skip
    rows = [list(heads)]
    not_taken = 0
    for row in data.rows:
        if data.text(row, "--OCCUR") == "N" or data.text(row, "--STAT"):
            not_taken += 1
            continue
        coded, written = data.cell(row, "--DECOD", "--TRT"), data.cell(row, "--TRT", "--DECOD")
        better = substance_of(shown(coded.value)) is None and substance_of(shown(written.value)) is not None
        start, stop = _days(data, row)
        others = (data.cell(row, *n) for n in (("--DOSE", "--DOSTXT"), ("--DOSU",), ("--DOSFRQ",), ("--ROUTE",)))
        drug = written if better else coded
        rows.append([data.cell(row, "USUBJID", "SUBJID"), drug, *others, start, stop, data.cell(row, "--INDC")])
    notes = [_left_out(data, not_taken, "the drug was not taken (OCCUR = N) or not asked for (STAT)")]
    return _sheet(data, rows, notes if not_taken else ())


def _days(data: _Data, row: int) -> tuple[Placed, Placed]:
    """Start and stop of a course or an event: its dates, else its study days, else that it goes on."""
    start, stop = data.cell(row, "--STDTC"), data.cell(row, "--ENDTC")
    start = start if start.value is not None else _day(data.cell(row, "--STDY"))
    stop = stop if stop.value is not None else _day(data.cell(row, "--ENDY"))
    if stop.value is None:
        for name in ("--ENRTPT", "--ENRF"):
            if data.text(row, name).upper() in _ONGOING:
                return start, Placed("ongoing", data.cell(row, name).where)
    return start, stop


def _events(data: _Data) -> Sheet:
    """SDTM AE: the list of events."""
    heads = (
        data.head("Patient ID", "USUBJID", "SUBJID"), data.head("Event", "AEDECOD", "AETERM"),
        data.head("Grade", "AETOXGR", "AESEV"), data.head("Start", "AESTDTC", "AESTDY"),
        data.head("Stop", "AEENDTC", "AEENDY"), data.head("Note", "AEOUT"),
    )  # fmt: skip
    rows = [list(heads)]
    for row in data.rows:
        event, grade = data.cell(row, "AEDECOD", "AETERM"), data.cell(row, "AETOXGR", "AESEV")
        patient, note = data.cell(row, "USUBJID", "SUBJID"), data.cell(row, "AEOUT")
        rows.append([patient, event, grade, *_days(data, row), note])
    return _sheet(data, rows)


# For each kind of data set how its table is made, what it is, and the variables by which it was told.
_KINDS: dict[str, tuple[Callable[[_Data], Sheet], str, tuple[str, ...]]] = {
    "subjects": (_subjects, "a CDISC data set of subjects", ("USUBJID", "SEX", "RFSTDTC", "TRTSDT")),
    "parameters": (
        _parameters, "an ADaM data set with one value per row; its parameters become columns",
        ("USUBJID", "PARAM", "PARAMCD", "AVAL", "AVISIT"),
    ),
    "findings": (
        _findings, "an SDTM data set with one result per row; its tests become columns",
        ("USUBJID", "--TESTCD", "--TEST", "--STRESN", "--ORRES"),
    ),
    "drugs": (_drugs, "an SDTM data set of drugs, read as a medication log", ("USUBJID", "--TRT", "--DOSE", "--STDTC")),
    "events": (_events, "an SDTM data set of adverse events", ("USUBJID", "AETERM", "AEDECOD", "AESTDTC")),
}  # fmt: skip
