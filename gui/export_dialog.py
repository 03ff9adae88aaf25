"""Saving the figure: journal, format, width, resolution, a preview that is the print itself, what breaks the preset."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import BESIDE, FIELD, called, looking, row_label
from trajecta.gui.preferences import Preferences
from trajecta.gui.preflight_list import PreflightList
from trajecta.gui.session import Message, Session, Tone
from trajecta.io.beside import paths_beside, write_beside
from trajecta.io.export import FORMATS, export_figure
from trajecta.io.journals import Journal, journals
from trajecta.io.pen import draw_figure
from trajecta.io.preflight import preflight
from trajecta.io.study import home_of
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.figure import POINTS_PER_MM, Figure

Make = Callable[[ChartChoice, bool], Figure]
WIDTHS = (89.0, 120.0, 183.0)  # where no journal is chosen, or it does not say
NAMES = {
    "widths": "widths",
    "max_height": "height",
    "min_text": "least text size",
    "max_text": "largest text size",
    "min_raised": "size of exponents",
    "min_line": "line width",
    "fonts": "typefaces",
    "formats": "formats",
    "dpi_line": "resolution",
    "dpi_combination": "resolution of combinations",
    "colour": "colours",
}
TEXT_MARGINS = (6, 0, 6, 0)  # px; the style sheet's padding does not reach the text of a spin box


class Preview(QWidget):
    """The page as it will be printed, as large as fits; at 100 % one millimetre of paper is one on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(QSize(420, 360))
        self.setAccessibleName("Print preview")
        self.figure: Figure | None = None

    def show_figure(self, figure: Figure) -> None:
        """Preview this figure."""
        self.figure = figure
        self.setAccessibleDescription(figure.alt)
        self.update()

    @property
    def scale_factor(self) -> float:
        """Pixels for one point: print size if there is room, else as large as fits."""
        if self.figure is None:
            return 1.0
        fits = min((self.width() - 40) / self.figure.width, (self.height() - 40) / self.figure.height)
        return min(fits, self.logicalDpiX() / 72 * 1.5)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.figure is None:
            return
        scale = self.scale_factor
        wide, high = self.figure.width * scale, self.figure.height * scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(round((self.width() - wide) / 2), round((self.height() - high) / 2))
        painter.setPen(Qt.PenStyle.NoPen)
        for spread in range(6, 0, -1):
            painter.setBrush(QColor(0, 0, 0, 7))
            painter.drawRoundedRect(QRectF(-spread, 2 - spread, wide + 2 * spread, high + 2 * spread), 6, 6)
        painter.fillRect(QRectF(0, 0, wide, high), QColor("white"))
        draw_figure(painter, self.figure, scale)


class ExportDialog(QDialog):
    """Choices at the right, the print at the left, findings below it; Save writes the figure and says where it is."""

    def __init__(self, session: Session, make: Make, preferences: Preferences, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export figure")
        self.resize(1040, 720)
        self._session, self._make, self._preferences = session, make, preferences
        choice = session.study.chart
        self.preview = Preview()
        self.findings = PreflightList()
        self.journal = called(QComboBox(), "Journal")
        self.journal.addItem("No journal", None)
        for journal in journals():
            self.journal.addItem(journal.name, journal)
        known = [journal.key for journal in journals()]
        self.journal.setCurrentIndex(known.index(preferences.journal) + 1 if preferences.journal in known else 0)
        self.format = called(QComboBox(), "Format")
        for entry in FORMATS:
            self.format.addItem(entry.name, entry)
        self.width_box = called(QComboBox(), "Width")
        self.width_mm = millimetres(choice.width_mm, 50.0, 250.0)
        self.own_height = QCheckBox("Own height")
        self.own_height.setMinimumHeight(FIELD)
        self.own_height.setChecked(choice.height_mm is not None)
        self.height_mm = millimetres(choice.height_mm or 90.0, 30.0, 300.0)
        self.dpi = called(QSpinBox(minimum=72, maximum=1200, value=600, suffix=" dpi"), "Resolution")
        self.dpi.lineEdit().setTextMargins(*TEXT_MARGINS)
        self.as_seen = QCheckBox("As seen now, with the zoom")
        self.with_data = QCheckBox("Source data, legend and alt text beside it")
        self.with_data.setChecked(preferences.with_data)
        self._size, self._source = looking(QLabel(), "soft"), looking(QLabel(), "soft")
        for label in (self._size, self._source):
            label.setWordWrap(True)
        self._offer_widths()
        self._lay_out()
        self._connect()
        self._refresh()
        self.journal.setFocus()

    @property
    def choice(self) -> ChartChoice:
        """The chart choice with the page asked for here."""
        height = self.height_mm.value() if self.own_height.isChecked() else None
        return replace(self._session.study.chart, width_mm=self.width_mm.value(), height_mm=height)

    def save_as(self, path: Path) -> bool:
        """Write the previewed figure, and with it what was asked to lie beside it; True if all of it is on disk."""
        figure = self._make(self.choice, self.as_seen.isChecked())
        chart = self.choice
        if chart.kind == "medication":  # drawn of the patient selected in the window, where none was chosen
            chart = replace(chart, patient=chart.patient or self._session.patient)
        study = self._session.study.with_chart(chart)
        result = self._session.result
        answer = result if result is not None and result.comparison == study.comparison else None
        beside = self.with_data.isChecked()

        def write() -> None:
            export_figure(figure, path, self.dpi.value())
            if beside:
                write_beside(study, figure, answer, path)

        if not self._session.attempt(write):
            return False
        names = [path.name, *(other.name for other in paths_beside(path) if beside)]
        said = f"{', '.join(names[:-1])} and {names[-1]}" if beside else names[0]
        self._session.said.emit(Message(f"Saved {said} in {path.parent}.", Tone.NOTE))
        return True

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(BESIDE)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(row_label("Journal"), self.journal)
        form.addRow(row_label("Format"), self.format)
        form.addRow(row_label("Width"), self.width_box)
        form.addRow("", self.width_mm)
        form.addRow(self.own_height, self.height_mm)
        form.addRow(row_label("Resolution"), self.dpi)
        form.addRow(self.as_seen)
        form.addRow(self.with_data)
        save = looking(QPushButton("Save…", default=True), "primary")
        cancel = QPushButton("Cancel")
        save.clicked.connect(self._save)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(save)
        side = QVBoxLayout()
        side.setContentsMargins(16, 16, 16, 16)
        side.addWidget(looking(QLabel("EXPORT"), "caption"))
        side.addSpacing(4)
        side.addLayout(form)
        side.addSpacing(8)
        side.addWidget(self._size)
        side.addSpacing(8)
        side.addWidget(self._source)
        side.addStretch()
        side.addLayout(buttons)
        right = QWidget()
        right.setFixedWidth(340)
        right.setLayout(side)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.preview, 1)
        left.addWidget(self.findings)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        layout.addWidget(right)

    def _connect(self) -> None:
        self.journal.currentIndexChanged.connect(lambda _: self._choose_journal())
        self.width_box.currentIndexChanged.connect(lambda _: self._choose_width())
        for box in (self.width_mm, self.height_mm):
            box.valueChanged.connect(lambda _: self._refresh())
        self.dpi.valueChanged.connect(lambda _: self._refresh())
        for check in (self.own_height, self.as_seen):
            check.toggled.connect(lambda _: self._refresh())
        self.with_data.toggled.connect(lambda wanted: setattr(self._preferences, "with_data", wanted))
        self.format.currentIndexChanged.connect(lambda _: self._refresh())

    def _choose_journal(self) -> None:
        """Take the journal's page: the width of its that is nearest to the one there is."""
        journal: Journal | None = self.journal.currentData()
        self._preferences.journal = journal.key if journal is not None else ""
        if journal is not None and journal.widths:
            width = self.width_mm.value()
            self.width_mm.setValue(min(journal.widths, key=lambda usual: abs(usual - width)))
        self._offer_widths()
        self._refresh()

    def _offer_widths(self) -> None:
        """The widths of the journal, and another one to be typed; the one there is stays chosen."""
        journal: Journal | None = self.journal.currentData()
        with QSignalBlocker(self.width_box):
            self.width_box.clear()
            for width, words in width_choices(journal):
                self.width_box.addItem(words, width)
            self.width_box.addItem("Other width", 0.0)
            known = self.width_box.findData(float(self.width_mm.value()))
            self.width_box.setCurrentIndex(known if known >= 0 else self.width_box.count() - 1)

    def _choose_width(self) -> None:
        if width := self.width_box.currentData():
            self.width_mm.setValue(width)
        self._refresh()

    def _refresh(self) -> None:
        self.width_mm.setVisible(not self.width_box.currentData())
        self.height_mm.setEnabled(self.own_height.isChecked())
        entry, journal = self.format.currentData(), self.journal.currentData()
        self.dpi.setEnabled(entry.bitmap)
        figure = self._make(self.choice, self.as_seen.isChecked())
        self.preview.show_figure(figure)
        if not self.own_height.isChecked():  # an own height begins at the one that is seen
            with QSignalBlocker(self.height_mm):
                self.height_mm.setValue(figure.height_mm)
        words = f"{figure.width_mm:g} × {figure.height_mm:.0f} mm. {entry.what}"
        if entry.bitmap:
            pixels = [round(mm / 25.4 * self.dpi.value()) for mm in (figure.width_mm, figure.height_mm)]
            words = f"{figure.width_mm:g} × {figure.height_mm:.0f} mm, {pixels[0]} × {pixels[1]} pixels. {entry.what}"
        shown = self.preview.scale_factor * POINTS_PER_MM / (self.logicalDpiX() / 25.4)
        self._size.setText(f"{words}\n\nPreview at {shown:.0%} of print size.".replace("%", " %"))
        none = (
            f"Nothing breaks what {journal.name} asks of a figure." if journal else "Every text and mark can be read."
        )
        self.findings.show_findings(preflight(figure, journal, entry.suffixes[0], self.dpi.value()), none)
        self._source.setText(source_text(journal) if journal else "")
        self._source.setToolTip(f"{journal.through or journal.source}\n\n{journal.note}" if journal else "")

    def _save(self) -> None:
        entry = self.format.currentData()
        study = self._session.study
        measure = study.cohort.measure(study.measure).name if study.measure else "figure"
        folder = home_of(study)
        proposal = folder / f"{measure} {study.chart.kind}.{entry.suffixes[0]}".replace("/", "-")
        name, _ = QFileDialog.getSaveFileName(
            self, "Save the figure", str(proposal), f"{entry.name} (*.{entry.suffixes[0]})"
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower().lstrip(".") not in entry.suffixes:
            path = path.with_name(f"{path.name}.{entry.suffixes[0]}")
        if self.save_as(path):
            self.accept()


def width_choices(journal: Journal | None) -> tuple[tuple[float, str], ...]:
    """The widths of a journal, or the usual ones where there is none or it does not say, each with its words."""
    widths = journal.widths if journal is not None and journal.widths else WIDTHS

    def words(at: int) -> str:
        return ", one column" if at == 0 else ", full width" if at == len(widths) - 1 else ""

    return tuple((float(width), f"{width:g} mm{words(i)}") for i, width in enumerate(widths))


def source_text(journal: Journal) -> str:
    """Where the numbers of a preset come from, in one sentence or two."""
    host = journal.source.split("/")[2].removeprefix("www.")
    day = f"{journal.read.day} {journal.read:%B %Y}"
    if journal.through:
        return f"Numbers from a summary by others, read on {day}, not from the journal's page at {host}."
    whose = "the publisher's general page" if journal.general else "the journal's page"
    said = f"Numbers from {whose} at {host}, read on {day}."
    doubtful = ", ".join(NAMES[field] for field, _ in journal.unverified)
    return f"{said} Not verified there: {doubtful}." if doubtful else said


def millimetres(value: float, low: float, high: float) -> QDoubleSpinBox:
    """A box for a length in millimetres."""
    box = QDoubleSpinBox(minimum=low, maximum=high, decimals=1, suffix=" mm")
    box.lineEdit().setTextMargins(*TEXT_MARGINS)
    box.setValue(value)
    return box
