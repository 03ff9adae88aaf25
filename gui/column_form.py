"""What the chosen sheet and column mean, as a form: every change gives a new mapping.

Below the form stands how each cell of the column is read, so that a choice shows at once what it does.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from trajecta.gui.column_preview import ColumnPreview
from trajecta.gui.parts import called, looking
from trajecta.gui.theme import Theme
from trajecta.io.mapping import (
    Arrangement,
    ColumnMapping,
    Field,
    Mapping,
    SheetMapping,
    SheetRole,
    with_column,
    with_role,
)
from trajecta.stats.cohort import Direction, column_letters

ROLE_WORDS = {
    SheetRole.PATIENTS: "One row for each patient",
    SheetRole.VISITS: "One row for each visit",
    SheetRole.WIDE: "Visits side by side",
    SheetRole.MEDICATION: "Medication log",
    SheetRole.EVENTS: "Events",
    SheetRole.IGNORE: "Not used",
}
ARRANGEMENT_WORDS = {
    Arrangement.AS_IT_STANDS: "As it stands",
    Arrangement.TURNED: "Turned: patients in columns",
    Arrangement.PARAMETERS: "One value in each row",
    Arrangement.BLOCKS: "Several tables",
    Arrangement.PER_PATIENT: "A sheet for each patient",
    Arrangement.MATRIX: "Drugs by visits",
    Arrangement.DRUG_LIST: "Drugs in a text",
    Arrangement.REDCAP: "REDCap export",
    Arrangement.OPENCLINICA: "OpenClinica export",
    Arrangement.CDISC: "CDISC export",
}
DECIMAL_WORDS = ((None, "As the cells show"), (True, "Decimal comma"), (False, "Decimal point"))
ORDER_WORDS = ((None, "As the cells show"), (True, "Day before month"), (False, "Month before day"))
DATED = (Field.DATE, Field.TIME_ZERO, Field.START, Field.STOP)
DIRECTION_WORDS = (
    (None, "As the instrument says"),
    (Direction.LOWER, "Lower is better"),
    (Direction.HIGHER, "Higher is better"),
)


def codes_in(text: str) -> tuple[str, ...]:
    """The codes in a list with commas.

    >>> codes_in("999, -,"), codes_in("")
    (('999', '-'), ())
    """
    return tuple(code for part in text.split(",") if (code := part.strip()))


class ColumnForm(QWidget):
    """Emits ``changed`` with the corrected mapping, ``arrangement`` with another way to put the sheet together."""

    changed = Signal(object)  # Mapping
    arrangement = Signal(object)  # Arrangement

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._mapping = Mapping()
        self._sheet = ""
        self._column: ColumnMapping | None = None
        self.role = called(QComboBox(), "Role of the sheet")
        self.field = called(QComboBox(), "Role of the column")
        self.measure = called(QLineEdit(), "Measure")
        self.unit = called(QLineEdit(), "Unit")
        self.visit = called(QLineEdit(), "Visit")
        self.direction = called(QComboBox(), "Direction")
        self.arranged = called(QComboBox(), "Arrangement of the sheet")
        self.decimal = called(QComboBox(), "Decimal sign")
        self.order = called(QComboBox(), "Order of dates")
        self.missing = called(QLineEdit(), "Codes for missing")
        self.missing.setPlaceholderText("such as 999, -")
        self.preview = ColumnPreview(theme)
        self._offered: tuple[Arrangement, ...] = ()
        self._as_it_stands = True
        self._why_sheet, self._why_column = looking(QLabel(), "soft"), looking(QLabel(), "soft")
        self._title = looking(QLabel(), "lead")
        # Qt hands an enumeration back as a plain text, so choices are told by their place.
        self.role.addItems(list(ROLE_WORDS.values()))
        self.field.addItems(["not used" if field is Field.IGNORE else field.value for field in Field])
        self.direction.addItems([words for _, words in DIRECTION_WORDS])
        self.decimal.addItems([words for _, words in DECIMAL_WORDS])
        self.order.addItems([words for _, words in ORDER_WORDS])
        self._lay_out()
        self.arranged.activated.connect(lambda at: self.arrangement.emit(self._offered[at]))
        self.decimal.activated.connect(lambda at: self._change(decimal_comma=DECIMAL_WORDS[at][0]))
        self.order.activated.connect(lambda at: self._change(day_first=ORDER_WORDS[at][0]))
        self.missing.editingFinished.connect(lambda: self._change(missing=codes_in(self.missing.text())))
        self.role.activated.connect(lambda at: self._change_role(list(ROLE_WORDS)[at]))
        self.field.activated.connect(lambda at: self._change(field=list(Field)[at]))
        self.direction.activated.connect(lambda at: self._change(direction=DIRECTION_WORDS[at][0]))
        for box, name in ((self.measure, "measure_name"), (self.unit, "unit"), (self.visit, "visit")):
            box.editingFinished.connect(lambda box=box, name=name: self._change(**{name: box.text().strip()}))

    def show_column(self, mapping: Mapping, sheet: str, column: int) -> None:
        """Show what this column of this sheet means."""
        self._mapping, self._sheet = mapping, sheet
        of_sheet = mapping.sheet(sheet)
        self._column = next((c for c in of_sheet.columns if c.column == column), None)
        self.role.setCurrentIndex(list(ROLE_WORDS).index(of_sheet.role))
        self._why_sheet.setText(of_sheet.evidence)
        self._show_column(of_sheet, column)

    def show_arrangement(self, now: Arrangement, offered: tuple[Arrangement, ...]) -> None:
        """Show how the sheet is put together and what else can be asked for."""
        self._offered = offered if now in offered else (*offered, now)
        self._as_it_stands = now is Arrangement.AS_IT_STANDS
        self.arranged.clear()
        self.arranged.addItems([ARRANGEMENT_WORDS[how] for how in self._offered])
        self.arranged.setCurrentIndex(self._offered.index(now))

    def _show_column(self, of_sheet: SheetMapping, column: int) -> None:
        found = self._column
        used = found is not None and of_sheet.role is not SheetRole.IGNORE
        letters = f"Column {column_letters(column)}" if self._as_it_stands else "Column"
        self._title.setText(letters if column else "No column")
        is_measure = used and found is not None and found.field is Field.MEASURE
        for box, shown in (
            (self.field, used),
            (self.measure, is_measure),
            (self.unit, is_measure),
            (self.visit, is_measure and of_sheet.role is SheetRole.WIDE),
            (self.direction, is_measure),
            (self.decimal, is_measure),
            (self.missing, is_measure),
            (self.order, used and found is not None and found.field in DATED),
        ):
            box.setEnabled(shown)
            self._form.setRowVisible(box, shown or box is self.field)
        if found is None:
            self._why_column.setText("This column is empty.")
            return
        self._title.setText(f"{letters}: {found.header}".rstrip(": "))
        self._title.setToolTip(found.header)
        self.field.setCurrentIndex(list(Field).index(found.field))
        self.measure.setText(found.measure_name)
        self.unit.setText(found.unit)
        self.visit.setText(found.visit)
        self.direction.setCurrentIndex([value for value, _ in DIRECTION_WORDS].index(found.direction))
        self.decimal.setCurrentIndex([value for value, _ in DECIMAL_WORDS].index(found.decimal_comma))
        self.order.setCurrentIndex([value for value, _ in ORDER_WORDS].index(found.day_first))
        self.missing.setText(", ".join(found.missing))
        self._why_column.setText(found.evidence)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(looking(QLabel("SHEET"), "caption"))
        layout.addWidget(self.role)
        layout.addWidget(self.arranged)
        layout.addWidget(self._why_sheet)
        layout.addSpacing(8)
        layout.addWidget(looking(QLabel("COLUMN"), "caption"))
        self._title.setWordWrap(True)
        layout.addWidget(self._title)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(6)
        self._form.addRow("Holds", self.field)
        self._form.addRow("Measure", self.measure)
        self._form.addRow("Visit", self.visit)
        self._form.addRow("Unit", self.unit)
        self._form.addRow("Better", self.direction)
        self._form.addRow("Decimals", self.decimal)
        self._form.addRow("Dates", self.order)
        self._form.addRow("Missing", self.missing)
        layout.addLayout(self._form)
        for label in (self._why_sheet, self._why_column):
            label.setWordWrap(True)
        layout.addWidget(self._why_column)
        layout.addSpacing(4)
        layout.addWidget(self.preview, 1)
        layout.addStretch()

    def _change_role(self, role: SheetRole) -> None:
        self.changed.emit(with_role(self._mapping, self._sheet, role))

    def _change(self, **changes: object) -> None:
        if self._column is not None and any(getattr(self._column, name) != value for name, value in changes.items()):
            self.changed.emit(with_column(self._mapping, self._sheet, self._column.column, **changes))
