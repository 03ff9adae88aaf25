"""The first mapping of a workbook: the role of every sheet and the field of every column, each with its reason.

Invariants: a guess looks at headers and at what the cells are, never at how many rows agree with a wished result; every
guess has its evidence in words; what is not understood is left out and says so, it is never forced into a field.
"""

from dataclasses import dataclass, replace

from trajecta.io.arrange import arrange, guess_arranged
from trajecta.io.headers import HeaderReading, numbered_name, read_header
from trajecta.io.layout import Table, find_tables, shape_key
from trajecta.io.mapping import Arranged, ColumnMapping, Field, Mapping, SheetMapping, SheetRole
from trajecta.io.profiles import Profile, profile
from trajecta.io.visit_names import visit_like
from trajecta.io.words import words
from trajecta.io.workbook import CellValue, Sheet, Workbook
from trajecta.stats.instruments import instrument_for, is_loose, plain

# Names that Excel gives by itself and that therefore say nothing about a measure.
_UNNAMED = ("sheet", "tabelle", "feuil", "hoja", "foglio", "blad", "table", "data", "daten")
_LOG_FIELDS = ("dose", "unit", "frequency", "route", "start", "stop", "role")
# Items such as "rash" or "fever" are only read as score items where the total stands beside them or many are present.
MANY_ITEMS = 6


@dataclass(frozen=True, slots=True)
class Column:
    """A column under the magnifying glass: its header as read and its cells as counted."""

    column: int
    reading: HeaderReading
    cells: Profile

    @property
    def field(self) -> str:
        """The field its header names, if its cells can be that; else empty."""
        name, cells = self.reading.field, self.cells
        fits = {
            "day": cells.numeric,
            "week": cells.numeric,
            "month": cells.numeric,
            "date": cells.datable,
            "sex": cells.sexes * 2 >= cells.usable > 0 or cells.distinct <= 3,
            "age": cells.numeric,
            "drug": cells.textual,
            "event": cells.textual or cells.yes_no > 0,
            "patient": not cells.dated,
            "weak_patient": not cells.dated and (cells.textual or cells.whole == cells.numbers),
            "visit": not cells.dated,
            "start": cells.dated or cells.numeric or (cells.dates + cells.partial) * 2 >= cells.usable,
            "time_zero": cells.datable,
        }
        return name if fits.get(name, True) else ""


def guess_mapping(workbook: Workbook, arranged: tuple[Arranged, ...] | None = None) -> Mapping:
    """Guess what every sheet and column of the workbook means; the user can correct each of it.

    ``arranged`` is how the user wants its sheets put together; None guesses that too. A hidden sheet is read like any
    other, and its evidence says that it is hidden.
    """
    guessed = guess_arranged(workbook)
    chosen = guessed if arranged is None else arranged
    tables_of = arrange(workbook, chosen)
    tables = find_tables(tables_of)
    sheets = tuple(_guess_sheet(tables_of, s, t) for s, t in zip(tables_of.sheets, tables, strict=True))
    shape = shape_key(tables_of, tables) if chosen == guessed else shape_of(workbook)
    return Mapping(sheets, shape, arranged=chosen)


def shape_of(workbook: Workbook) -> str:
    """The key under which a mapping is remembered: that of the tables as guessed, whatever is chosen for them."""
    return shape_key(arrange(workbook, guess_arranged(workbook)))


def _guess_sheet(workbook: Workbook, sheet: Sheet, table: Table | None) -> SheetMapping:
    if table is None:
        why = sheet.trouble or ("It has no row of column headers." if sheet.rows else "It is empty.")
        return SheetMapping(sheet.name, SheetRole.IGNORE, (0, 0), 1, evidence=why)
    first = table.last + 1
    columns = [Column(c, read_header(parts or ("",)), profile(sheet, c, first)) for c, parts in table.headers]
    columns = _named_by_titles(_named_by_numbers([c for c in columns if c.cells.filled or c.reading.text]))
    columns = _in_long_form(workbook, sheet, columns, first)
    role, patient, why = _role(workbook, sheet, columns)
    if sheet.hidden:
        why += " The sheet is hidden in Excel."
    if role is SheetRole.VISITS:
        columns = [_measured(sheet, c, patient, first) for c in columns]
    mapping = SheetMapping(sheet.name, role, (table.first, table.last), first, evidence=why)
    if role is SheetRole.IGNORE:
        nothing = tuple(ColumnMapping(c.column, c.reading.text, Field.IGNORE) for c in columns)
        return replace(mapping, columns=nothing)
    if role is SheetRole.WIDE and _is_plain(workbook, columns, patient) and not _names_visits(workbook, columns):
        name = table_name(workbook, sheet.name)
        return replace(mapping, columns=_plain_columns(columns, patient, name), visits_as_written=True)
    items = _item_columns(columns)
    return replace(
        mapping, columns=tuple(_column(c, role, patient, items, table_name(workbook, sheet.name)) for c in columns)
    )


# What tells one row of a patient from the next, and may name nothing else.
_TIMES = ("visit", "week", "month", "day", "date")
# What only lists of events have, and tables with several quantities below each other.
_LISTED = ("parameter", "event")
# One row in four may be entered twice by mistake; where a second quantity stands below the first, half of them repeat.
_APART = 0.75


def _in_long_form(workbook: Workbook, sheet: Sheet, columns: list[Column], first: int) -> list[Column]:
    """The columns, with those known that only a sheet with one row per patient and visit has.

    Where patients stand in several rows, no other header names a visit and nothing else tells the rows apart, “time”
    counts the visits; and “value”, without a column that says of what, is the one measure.
    """
    patient, _ = _patient_column(workbook, columns)
    if patient is None or patient.cells.unique or any(c.field in _LISTED for c in columns):
        return columns
    several = patient.cells.distinct <= _APART * patient.cells.filled
    if several and not any(c.field in _TIMES or c.reading.visit for c in columns):
        counting = [
            c
            for c in columns
            if plain(c.reading.text) in words("time", "names")
            and not _names_measures(sheet, c, first)
            and _tell_apart(sheet, [patient, c], first)
        ]
        columns = [replace(c, reading=replace(c.reading, field="visit")) if c in counting[:1] else c for c in columns]
    times = [c for c in columns if c.field in _TIMES]
    if not times or not _tell_apart(sheet, [patient, *times], first):
        return columns
    return [replace(c, reading=replace(c.reading, field="")) if c.field == "value" else c for c in columns]


def _names_measures(sheet: Sheet, c: Column, first: int) -> bool:
    """Whether the column says what was measured, as “Assessment” may over SLEDAI and PGA, and not when."""
    names = {value for row in sheet.rows[first - 1 :] if isinstance(value := row[c.column - 1], str)}
    return any(read_header((name,)).instrument or plain(name) in words("quantity", "names") for name in names)


def _tell_apart(sheet: Sheet, columns: list[Column], first: int) -> bool:
    """Whether hardly any two rows have the same cells in these columns."""
    rows = [tuple(row[c.column - 1] for c in columns) for row in sheet.rows[first - 1 :]]
    return len(set(rows)) >= _APART * len(rows)


def _measured(sheet: Sheet, c: Column, patient: int, first: int) -> Column:
    """The column as one of values if it is a quantity that may be a fact, as weight is, and differs within a patient.

    Durations differ from visit to visit as well, and stay facts of the first one.
    """
    if c.field != "fact" or not c.cells.numeric or plain(c.reading.name) not in words("quantity", "names"):
        return c
    met: dict[CellValue, CellValue] = {}
    for row in sheet.rows[first - 1 :]:
        value = row[c.column - 1]
        if isinstance(value, float) and met.setdefault(row[patient - 1], value) != value:
            return replace(c, reading=replace(c.reading, field=""))
    return c


def _named_by_numbers(columns: list[Column]) -> list[Column]:
    """Where an instrument stands with several numbers (sledai0, sledai3), they number its visits, 0 being baseline, and
    those of every other name that comes with several of them.
    """
    numbered = {c.column: found for c in columns if not c.reading.known and (found := numbered_name(c.reading.text))}
    names = [plain(name) for name, _ in numbered.values()]
    known = [number for name, number in numbered.values() if names.count(plain(name)) > 1 and instrument_for(name)]
    named = []
    for c in columns:
        name, number = numbered.get(c.column, ("", ""))
        if number in known and names.count(plain(name)) > 1:
            c = replace(c, reading=replace(read_header((f"{name} t{number}",)), text=c.reading.text))
        named.append(c)
    return named


def _named_by_titles(columns: list[Column]) -> list[Column]:
    """Where the same instrument stands under several titles, the titles are its visits, whatever they are called."""
    titles: dict[str, set[str]] = {}
    for c in columns:
        if c.reading.instrument is not None and c.reading.above:
            titles.setdefault(c.reading.instrument.key, set()).add(c.reading.above)
    named = []
    for c in columns:
        instrument = c.reading.instrument
        several = instrument is not None and len(titles.get(instrument.key, ())) > 1
        if several and c.reading.above and c.reading.visit is None:
            c = replace(c, reading=replace(c.reading, visit=visit_like(c.reading.above)))
        named.append(c)
    return named


def _stands_alone(workbook: Workbook) -> bool:
    """Whether the workbook has one table only, so that its columns may be taken for what they are not named."""
    return sum(bool(s.rows) for s in workbook.sheets) == 1


def _patient_column(workbook: Workbook, columns: list[Column]) -> tuple[Column | None, str]:
    """The column of patient ids and why it is taken for that."""
    for name in ("patient", "weak_patient"):
        found = [c for c in columns if c.field == name and c.cells.filled]
        if found:
            # Of several id columns the one that says "patient" stands first in every sheet seen; a tie is the first.
            # R writes the numbers of the rows in front of it.
            best = next((c for c in found if plain(c.reading.text) != "rownames"), found[0])
            return best, f"“{best.reading.text}” is a word for the patient id."
    identifying = [c for c in columns if plain(c.reading.text) in ("mrn", "medicalrecordnumber", "patientname", "name")]
    if identifying and len(columns) > 2:
        return identifying[0], f"“{identifying[0].reading.text}” is the only column that names the patient."
    if not _stands_alone(workbook):
        return None, "It has no column of patient ids."
    first = columns[0]
    others = [c for c in columns[1:] if c.cells.numeric and not c.reading.field]
    named = first.reading.instrument or first.reading.visit
    countable = first.cells.textual or (first.cells.numbers == first.cells.filled == first.cells.whole)
    if len(others) >= 2 and not named and first.cells.unique and countable and first.cells.filled >= 2:
        return first, f"The values of the first column “{first.reading.text}” all differ, so they are taken as ids."
    return None, "It has no column of patient ids."


def _role(workbook: Workbook, sheet: Sheet, columns: list[Column]) -> tuple[SheetRole, int, str]:
    """Role, column of the patient id (0 for none) and the reason."""
    if not columns or not any(c.cells.filled for c in columns):
        return SheetRole.IGNORE, 0, "It has headers but no rows under them."
    patient, why = _patient_column(workbook, columns)
    rest = [c for c in columns if c is not patient]
    if patient is None:
        values = [c for c in rest if c.cells.numeric]
        in_visits = sum(c.reading.visit is not None for c in values)
        if _stands_alone(workbook) and len(values) >= 2 and (in_visits >= 2 or workbook.is_text):
            return SheetRole.WIDE, 0, "Each row is taken as one patient. " + why
        return SheetRole.IGNORE, 0, why
    fields = {c.field for c in rest}
    at = patient.column
    log = [name for name in _LOG_FIELDS if name in fields]
    if "drug" in fields and {"dose", "start", "stop", "frequency", "course_start"} & fields:
        return SheetRole.MEDICATION, at, f"It has a drug column and {', '.join(log)}."
    graded = "grade" in fields and "visit" not in fields  # beside a visit column a grade is a value
    if ("event" in fields or graded) and ({"start", "date", "grade", "day"} & fields):
        return SheetRole.EVENTS, at, "It has a column of events with dates or grades."
    wide = [c for c in rest if c.reading.visit is not None and c.cells.filled and not c.field]
    repeated = not patient.cells.unique
    long = bool({"visit", "week", "month"} & fields) or (repeated and bool({"day", "date"} & fields))
    if long and any(c.cells.numeric and (c.reading.instrument or not c.reading.field) for c in rest):
        return SheetRole.VISITS, at, "One row per patient and visit: it has a visit column. " + why
    if wide:
        return SheetRole.WIDE, at, "One row per patient, with visits in the column headers. " + why
    known = {"sex", "age", "time_zero", "fact", "identifying"} & fields
    numeric = [c for c in rest if c.cells.numeric and not c.field]
    if known and not repeated:
        return SheetRole.PATIENTS, at, "One row per patient with facts such as sex, age or the day of infusion. " + why
    # An id entered twice is a slip; ids that stand in two rows and more each are a table in long form.
    in_rows = patient.cells.distinct * 2 <= patient.cells.filled
    alone = _stands_alone(workbook) and not in_rows
    if len(numeric) >= 2 and alone and not any(c.reading.instrument for c in numeric):
        return (
            SheetRole.WIDE,
            at,
            "One row per patient and only columns of values, read as visits of one measure. " + why,
        )
    if not repeated:
        return SheetRole.PATIENTS, at, "One row per patient. " + why
    if long:
        return SheetRole.IGNORE, at, "It has visits, but no column of numbers to be read as a measure."
    return SheetRole.IGNORE, at, "Patients repeat, but no column says at which visit."


def _is_plain(workbook: Workbook, columns: list[Column], patient: int) -> bool:
    """Whether the value columns are visits of one unnamed measure, so that their names are the visits."""
    values = [c for c in columns if c.column != patient and c.cells.numeric and not c.field]
    if any(c.reading.instrument or c.reading.item for c in values):
        return False
    if len(values) > 2 and _unrelated(values):
        return False
    stems = {plain(c.reading.name) for c in values if c.reading.visit is not None}
    unsplit = [c for c in values if c.reading.visit is None]
    if stems - {""} and not workbook.is_text:
        return False
    return len(values) >= 2 and (len(stems) <= 1 or len(unsplit) >= len(values) - 1)


def _names_visits(workbook: Workbook, columns: list[Column]) -> bool:
    """Whether the columns are the visits that other sheets have too, so that Baseline here is the baseline there."""
    named = [c.reading.visit.key for c in columns if c.cells.numeric and not c.field and c.reading.visit is not None]
    values = sum(c.cells.numeric and not c.field for c in columns)
    return not _stands_alone(workbook) and len(named) == len(set(named)) == values


def _unrelated(values: list[Column]) -> bool:
    """Whether columns are different quantities: by their names (sbp, heart rate) or by different units."""
    names = [(plain(c.reading.name), plain(c.reading.name.replace("_", " ").partition(" ")[0])) for c in values]
    quantities = len({word for pair in names for word in pair if word in words("quantity", "names")})
    units = {plain(c.reading.unit) for c in values if c.reading.unit}
    return quantities >= 2 or len(units) > 1


def table_name(workbook: Workbook, sheet: str) -> str:
    """What a measure without a name is called: as its sheet, or as the file where Excel named the sheet by itself."""
    return workbook.path.stem if plain(sheet).rstrip("0123456789") in _UNNAMED else sheet


def _plain_columns(columns: list[Column], patient: int, name: str) -> tuple[ColumnMapping, ...]:
    found = []
    for c in columns:
        header = c.reading.text or f"column {c.column}"
        if c.column == patient:
            found.append(ColumnMapping(c.column, header, Field.PATIENT, evidence="the patient id"))
        elif c.field in ("sex", "age", "time_zero", "identifying", "date"):
            found.append(_column(c, SheetRole.PATIENTS, patient, frozenset(), name))
        elif c.cells.numeric and not _counts_rows(c):
            why = "a column of values; its name is the visit"
            found.append(ColumnMapping(c.column, header, Field.MEASURE, name, c.reading.unit, header, evidence=why))
        else:
            field = Field.FACT if c.cells.filled else Field.IGNORE
            found.append(ColumnMapping(c.column, header, field, evidence="not a column of numbers"))
    return tuple(found)


def _item_columns(columns: list[Column]) -> frozenset[int]:
    """Columns that score items of an index rather than being measures of their own: a proteinuria in g/d is one."""
    items = [
        c
        for c in columns
        if c.reading.item is not None and not c.field and not c.reading.unit and c.cells.whole == c.cells.numbers
    ]
    totals = {c.reading.instrument.key for c in columns if c.reading.instrument is not None}
    return frozenset(
        c.column
        for c in items
        if c.reading.item is not None
        and c.reading.instrument is None
        and (c.reading.item[0].key in totals or len(items) >= MANY_ITEMS)
    )


def _counts_rows(c: Column) -> bool:
    """Whether a column beside that of the patient ids only numbers the rows."""
    return c.reading.field in ("patient", "weak_patient") and c.cells.unique and c.cells.whole == c.cells.filled


def _column(c: Column, role: SheetRole, patient: int, items: frozenset[int], table: str) -> ColumnMapping:
    """The field of one column, given the role of its sheet."""
    reading, cells = c.reading, c.cells
    blank = ColumnMapping(c.column, reading.text, Field.IGNORE)
    if c.column == patient:
        return replace(blank, field=Field.PATIENT, evidence="the patient id")
    if not cells.filled:
        return replace(blank, evidence="no cell is filled")
    if reading.field == "identifying":
        return replace(blank, field=Field.IDENTIFYING, evidence="may identify the patient and is not imported")
    visit = "" if reading.visit is None else "Day 0" if reading.visit.alias else reading.visit.label
    if c.column in items and reading.item is not None:
        of, item = reading.item
        why = f"an item of {of.name}"
        return replace(blank, field=Field.ITEM, measure_name=of.name, item=item.name, visit=visit, evidence=why)
    if _counts_rows(c):
        return replace(blank, evidence="a running number")
    field = _field_in(role, c)
    if field is not None:
        unit = reading.unit or (reading.field if reading.field in ("week", "month") else "")
        return replace(
            blank, field=field, unit=unit, visit=visit, evidence=f"“{reading.text}” is a word for {field.value}"
        )
    if role in (SheetRole.MEDICATION, SheetRole.EVENTS):
        return replace(blank, evidence="not a column of a medication or event list")
    return _value_column(c, role, visit, table, blank)


def _value_column(c: Column, role: SheetRole, visit: str, table: str, blank: ColumnMapping) -> ColumnMapping:
    reading, cells = c.reading, c.cells
    if role is SheetRole.PATIENTS or (role is SheetRole.WIDE and not visit):
        return replace(blank, field=Field.FACT, unit=reading.unit, evidence="one value per patient, kept beside the id")
    if reading.instrument is not None:
        # A word that may mean another version stays the name of the measure: SLEDAI is not made SLEDAI-2K.
        name = reading.name if is_loose(reading.name) else reading.instrument.name
        why = f"“{reading.text}” is read as {reading.instrument.name}"
        return replace(blank, field=Field.MEASURE, measure_name=name, unit=reading.unit, visit=visit, evidence=why)
    if cells.numeric:
        name = reading.name or table
        why = "a column of numbers that no instrument is known for"
        return replace(blank, field=Field.MEASURE, measure_name=name, unit=reading.unit, visit=visit, evidence=why)
    return replace(blank, evidence="neither numbers nor a known field")


# The fields that a header may name in a sheet of each role; everything else is a value or is left out.
_FIELDS: dict[SheetRole, tuple[str, ...]] = {
    SheetRole.PATIENTS: ("sex", "age", "time_zero", "fact", "note"),
    SheetRole.WIDE: ("sex", "age", "time_zero", "fact", "note"),
    SheetRole.VISITS: ("visit", "week", "month", "day", "date", "sex", "age", "time_zero", "fact", "unit", "note"),
    SheetRole.MEDICATION: (
        "drug",
        "dose",
        "unit",
        "frequency",
        "route",
        "start",
        "stop",
        "course_start",
        "course_stop",
        "role",
        "note",
        "time_zero",
    ),
    SheetRole.EVENTS: ("event", "grade", "start", "stop", "date", "day", "note"),
}


def _field_in(role: SheetRole, c: Column) -> Field | None:
    name = c.field
    if role is SheetRole.WIDE and name == "date" and c.reading.visit is not None:
        return Field.DATE
    if name not in _FIELDS[role] or (name == "fact" and c.reading.visit is not None):
        return None
    if role is SheetRole.EVENTS and name == "date":
        return Field.START
    if name in ("week", "month"):
        return Field.VISIT
    return {"time_zero": Field.TIME_ZERO, "course_start": Field.START, "course_stop": Field.STOP}.get(name) or Field(
        name
    )
