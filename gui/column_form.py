"""What the chosen sheet and column mean, as a form: every change gives a new mapping."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from trajecta.gui.parts import called, looking
from trajecta.io.mapping import ColumnMapping, Field, Mapping, SheetMapping, SheetRole, with_column, with_role
from trajecta.stats.cohort import Direction, column_letters

ROLE_WORDS = {
    SheetRole.PATIENTS: "One row for each patient",
    SheetRole.VISITS: "One row for each visit",
    SheetRole.WIDE: "Visits side by side",
    SheetRole.MEDICATION: "Medication log",
    SheetRole.EVENTS: "Events",
    SheetRole.IGNORE: "Not used",
}
DIRECTION_WORDS = (
    (None, "As the instrument says"),
    (Direction.LOWER, "Lower is better"),
    (Direction.HIGHER, "Higher is better"),
)


class ColumnForm(QWidget):
    """Emits ``changed`` with the corrected mapping."""

    changed = Signal(object)  # Mapping

    def __init__(self) -> None:
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
        self._why_sheet, self._why_column = looking(QLabel(), "soft"), looking(QLabel(), "soft")
        self._title = looking(QLabel(), "lead")
        for role, words in ROLE_WORDS.items():
            self.role.addItem(words, role)
        for field in Field:
            self.field.addItem("not used" if field is Field.IGNORE else field.value, field)
        for direction, words in DIRECTION_WORDS:
            self.direction.addItem(words, direction)
        self._lay_out()
        self.role.activated.connect(lambda _: self._change_role())
        self.field.activated.connect(lambda _: self._change(field=self.field.currentData()))
        self.direction.activated.connect(lambda _: self._change(direction=self.direction.currentData()))
        for box, name in ((self.measure, "measure_name"), (self.unit, "unit"), (self.visit, "visit")):
            box.editingFinished.connect(lambda box=box, name=name: self._change(**{name: box.text().strip()}))

    def show_column(self, mapping: Mapping, sheet: str, column: int) -> None:
        """Show what this column of this sheet means."""
        self._mapping, self._sheet = mapping, sheet
        of_sheet = mapping.sheet(sheet)
        self._column = next((c for c in of_sheet.columns if c.column == column), None)
        self.role.setCurrentIndex(self.role.findData(of_sheet.role))
        self._why_sheet.setText(of_sheet.evidence)
        self._show_column(of_sheet, column)

    def _show_column(self, of_sheet: SheetMapping, column: int) -> None:
        found = self._column
        used = found is not None and of_sheet.role is not SheetRole.IGNORE
        self._title.setText(f"Column {column_letters(column)}" if column else "No column")
        is_measure = used and found is not None and found.field is Field.MEASURE
        for box, shown in (
            (self.field, used),
            (self.measure, is_measure),
            (self.unit, is_measure),
            (self.visit, is_measure and of_sheet.role is SheetRole.WIDE),
            (self.direction, is_measure),
        ):
            box.setEnabled(shown)
            self._form.setRowVisible(box, shown or box is self.field)
        if found is None:
            self._why_column.setText("This column is empty.")
            return
        self._title.setText(f"Column {column_letters(column)}: {found.header}".rstrip(": "))
        self._title.setToolTip(found.header)
        self.field.setCurrentIndex(self.field.findData(found.field))
        self.measure.setText(found.measure_name)
        self.unit.setText(found.unit)
        self.visit.setText(found.visit)
        self.direction.setCurrentIndex(self.direction.findData(found.direction))
        self._why_column.setText(found.evidence)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(looking(QLabel("SHEET"), "caption"))
        layout.addWidget(self.role)
        layout.addWidget(self._why_sheet)
        layout.addSpacing(12)
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
        layout.addLayout(self._form)
        for label in (self._why_sheet, self._why_column):
            label.setWordWrap(True)
        layout.addWidget(self._why_column)
        layout.addStretch()

    def _change_role(self) -> None:
        self.changed.emit(with_role(self._mapping, self._sheet, self.role.currentData()))

    def _change(self, **changes: object) -> None:
        if self._column is not None and any(getattr(self._column, name) != value for name, value in changes.items()):
            self.changed.emit(with_column(self._mapping, self._sheet, self._column.column, **changes))
