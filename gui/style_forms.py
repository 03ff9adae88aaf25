"""Forms for one text, one axis and one patient of the figure; the popups over the figure and the dialog show the same.

Invariants: a form writes only what was changed in it; what cannot be is said below the fields and changes nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trajecta.gui.parts import BESIDE, called, looking, row_label, tabbed
from trajecta.gui.stylist import Stylist
from trajecta.io.pen import draw_page
from trajecta.stats.charts.editing import can_have_limits
from trajecta.stats.charts.edits import Density, refusal
from trajecta.stats.colors import contrast
from trajecta.stats.colour_vision import ALIKE, LEAST_MARK, Vision, difference
from trajecta.stats.figure import Axis, Dots, Figure, Line, Mark, Panel, Scale, Shape, Stroke
from trajecta.stats.palette import COLORS, DASHES, SHAPES, PatientStyle

DENSITIES = ((None, "As the figure"), (Density.FEWER, "Fewer"), (Density.USUAL, "Usual"), (Density.MORE, "More"))
SHAPE_WORDS = {
    Shape.CIRCLE: "Circle",
    Shape.SQUARE: "Square",
    Shape.TRIANGLE: "Triangle",
    Shape.DIAMOND: "Diamond",
    Shape.TRIANGLE_DOWN: "Triangle, point down",
}  # a cross stands for a missed visit and is nobody's symbol
COLOR_WORDS = (
    "Blue",
    "Vermilion",
    "Green",
    "Purple",
    "Ochre",
    "Indigo",
    "Wine",
    "Dark green",
    "Red",
    "Steel blue",
)  # in the order of the palette
APART, ALIKE_WORDS = "Apart from the others for every reader", "Taken for another patient’s by some readers"
DASH_WORDS = ("Solid", "Dashed", "Short dashes", "Dotted", "Long dashes", "Dash and dot")
PATTERNS = tuple(dict.fromkeys(DASHES))
MOST_NEIGHBOURS = 50  # patients whose colours a new one is held against; of more nobody tells the lines apart
READERS = (None, Vision.DEUTAN, Vision.PROTAN, Vision.TRITAN)
SWATCH, IN_A_ROW = 22, 7  # px, and how many stand beside each other


class TextForm(QWidget):
    """One line of text with a way back; ``done`` tells that it was accepted or given back."""

    done = Signal()

    def __init__(self, name: str, empty: str = "Empty: removed") -> None:
        super().__init__()
        self.line = called(QLineEdit(), name)
        self.line.setMinimumWidth(230)
        self.line.setPlaceholderText(empty)
        self.line.setToolTip("10^9 and CD19^+ raise what follows the sign; C_{max} lowers what is in braces")
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("The chart’s own words again")
        self.reset.setAutoDefault(False)
        self.said = looking(QLabel(), "trouble")
        self.said.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.line, 1)
        row.addWidget(self.reset)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.said)
        self.said.hide()
        self.line.textChanged.connect(lambda _: self.said.hide())

    def accept(self) -> str | None:
        """The text if it may be written; None after saying why not."""
        text = self.line.text().strip()
        reason = refusal(text)
        self.said.setText(reason)
        self.said.setVisible(bool(reason))
        return None if reason else text


class AxisForm(QWidget):
    """From, to and ticks of an axis, and its label where ``labelled``."""

    done = Signal()

    def __init__(self, stylist: Stylist, labelled: bool = False) -> None:
        super().__init__()
        self._stylist, self._place, self._shown = stylist, ("", ""), ("", "")
        self._axis = Axis("", (0.0, 1.0), ())
        self.label = TextForm("Label of the axis")
        self.low, self.high = called(QLineEdit(), "From"), called(QLineEdit(), "To")
        self.ticks = called(QComboBox(), "Ticks")
        self.ticks.addItems([words for _, words in DENSITIES])
        self.said = looking(QLabel(), "trouble")
        self.said.setWordWrap(True)
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("The chart’s own range and ticks again")
        self.reset.setAutoDefault(False)
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(6)
        self._form.setHorizontalSpacing(BESIDE)
        if labelled:
            self._form.addRow(row_label("Label"), self.label)
        self._form.addRow(row_label("From"), self.low)
        self._form.addRow(row_label("To"), self.high)
        self._form.addRow(row_label("Ticks"), self.ticks)
        self._form.addRow(self.said)
        self._form.addRow("", self.reset)
        self.reset.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.said.hide()
        for line in (self.low, self.high):
            line.editingFinished.connect(self._take_limits)
            line.returnPressed.connect(self._finish)
        self.ticks.activated.connect(self._take_ticks)
        self.reset.clicked.connect(self._give_back)
        self.label.line.editingFinished.connect(self._take_label)
        self.label.reset.clicked.connect(self._own_label)

    def show_axis(self, panel: str, axis: str) -> None:
        """Fill the form with this axis."""
        drawn = next(p for p in self._stylist.drawn().panels if p.key == panel)
        self._place, self._axis = (panel, axis), drawn.x if axis == "x" else drawn.y
        low, high = (number_field(end, self._axis.scale) for end in self._axis.range)
        self._shown = (low, high)
        self.low.setText(low)
        self.high.setText(high)
        edit = self._stylist.axis_edit(panel, axis)
        self.label.line.setText(" ".join(self._axis.label.split()) if edit.label is None else edit.label)
        self.ticks.setCurrentIndex(next(i for i, (value, _) in enumerate(DENSITIES) if value == edit.density))
        self._enable(self._stylist.own_panel(panel), axis)

    def _enable(self, own: Panel, axis: str) -> None:
        numbers, free = self._axis.scale is not Scale.NAMES, can_have_limits(own, axis)
        for line in (self.low, self.high):
            self._form.setRowVisible(line, numbers)
            line.setEnabled(free)
            line.setToolTip("" if free else "The range of this axis follows from the chart")
        self._form.setRowVisible(self.ticks, numbers)
        self._form.setRowVisible(self.reset, numbers)
        self._say("" if numbers else "This axis has names instead of numbers.")

    def _say(self, text: str) -> None:
        self.said.setText(text)
        self.said.setVisible(bool(text))

    def _take_limits(self) -> bool:
        """Set the range that the fields say; False after saying why not."""
        said = (self.low.text().strip(), self.high.text().strip())
        if said == self._shown:
            return True
        found = [
            end if text == shown else as_coordinate(text, self._axis.scale)
            for text, shown, end in zip(said, self._shown, self._axis.range, strict=True)
        ]
        low, high = found
        if low is None or high is None:
            numbers = "numbers above 0" if self._axis.scale is Scale.LOG else "numbers"
            self._say(f"From and to are {numbers}, such as 0 and 12.5.")
            return False
        if not low < high:
            self._say("From must be less than to.")
            return False
        self._stylist.set_axis(replace(self._stylist.axis_edit(*self._place), limits=(low, high)))
        self.show_axis(*self._place)
        return True

    def _finish(self) -> None:
        if self._take_limits():
            self.done.emit()

    def _take_ticks(self, at: int) -> None:
        self._stylist.set_axis(replace(self._stylist.axis_edit(*self._place), density=DENSITIES[at][0]))

    def _give_back(self) -> None:
        edit = self._stylist.axis_edit(*self._place)
        self._stylist.set_axis(replace(edit, limits=None, density=None))
        self.show_axis(*self._place)

    def _take_label(self) -> None:
        text = self.label.accept()
        if text is not None and text != " ".join(self._axis.label.split()):
            self._stylist.set_axis(replace(self._stylist.axis_edit(*self._place), label=text))
            self.show_axis(*self._place)

    def _own_label(self) -> None:
        self._stylist.set_axis(replace(self._stylist.axis_edit(*self._place), label=None))
        self.show_axis(*self._place)


class PatientForm(QWidget):
    """Colour, symbol and dash of one patient; every choice is taken at once."""

    def __init__(self, stylist: Stylist) -> None:
        super().__init__()
        self._stylist, self.patient = stylist, ""
        self.swatches: list[QToolButton] = []
        self._groups = tuple((looking(QLabel(words), "soft"), _squares()) for words in (APART, ALIKE_WORDS))
        self.other = looking(called(QToolButton(), "Another colour"), "link")
        self.other.setText("Other…")
        self.other.clicked.connect(self._ask)
        self.shape, self.dash = called(QComboBox(), "Symbol"), called(QComboBox(), "Line")
        self.reset = QPushButton("Reset")
        self.reset.setAutoDefault(False)
        self.reset.setToolTip("The patient’s own colour, symbol and line again")
        self.said = looking(QLabel(), "soft")
        self.said.setWordWrap(True)
        colours = QVBoxLayout()
        colours.setSpacing(4)
        for caption, grid in self._groups:
            colours.addWidget(caption)
            colours.addLayout(grid)
        colours.addWidget(self.other, 0, Qt.AlignmentFlag.AlignLeft)
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setHorizontalSpacing(BESIDE)
        form.addRow(row_label("Colour"), colours)
        form.addRow(row_label("Symbol"), self.shape)
        form.addRow(row_label("Line"), self.dash)
        form.addRow(self.said)
        form.addRow("", self.reset)
        self.reset.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.shape.addItems([SHAPE_WORDS[shape] for shape in SHAPES])
        self.dash.addItems(list(DASH_WORDS))
        for box in (self.shape, self.dash):
            box.setIconSize(QSize(34, 14))
        self.shape.activated.connect(lambda at: self._take(shape=SHAPES[at]))
        self.dash.activated.connect(lambda at: self._take(dash=PATTERNS[at]))
        self.reset.clicked.connect(self._give_back)

    def show_patient(self, patient: str) -> None:
        """Fill the form with this patient."""
        self.patient = patient
        style = self._stylist.patient_style(patient)
        others = self._others()
        for old in self.swatches:
            old.hide()  # it is deleted only when the click on it has been dealt with
            old.deleteLater()
        own = self._stylist.own_style(patient).color
        self.swatches = []
        for (caption, grid), colors in zip(self._groups, offered(COLORS, own, others), strict=True):
            caption.setVisible(bool(colors))
            found = [self._swatch(color, style.color, (own, others)) for color in colors]
            for i, swatch in enumerate(found):
                grid.addWidget(swatch, i // IN_A_ROW, i % IN_A_ROW)
            self.swatches += found
        tabbed(self.other, self.swatches)
        QWidget.setTabOrder(self.swatches[-1], self.other)
        for i, shape in enumerate(SHAPES):
            self.shape.setItemIcon(i, sample(replace(style, shape=shape, dash=()), line=False))
        for i, dash in enumerate(PATTERNS):
            self.dash.setItemIcon(i, sample(replace(style, dash=dash), symbol=False))
        self.shape.setCurrentIndex(SHAPES.index(style.shape) if style.shape in SHAPES else -1)
        self.dash.setCurrentIndex(PATTERNS.index(style.dash) if style.dash in PATTERNS else -1)
        self.said.setText(self._told(style, others))
        self.said.setVisible(bool(self.said.text()))

    def _told(self, style: PatientStyle, others: dict[str, str]) -> str:
        """What a reader may not see of this style."""
        told = [] if contrast(style.color) >= LEAST_MARK else ["This colour is faint on paper."]
        if alike := likeness(style.color, others):
            known = self._stylist.patient_styles()
            same = [p for p in look_alikes(style.color, others) if known[p].shape == style.shape]
            same = [p for p in same if known[p].dash == style.dash]
            more = f"{same[0]} has the same symbol and line: change one." if same else "Symbol or line tell them apart."
            told += [alike, more]
        return " ".join(told)

    def _others(self) -> dict[str, str]:
        drawn = [p.id for p in self._stylist.session.study.cohort.included if p.id != self.patient]
        known = self._stylist.patient_styles()
        return {patient: known[patient].color for patient in drawn[:MOST_NEIGHBOURS]}

    def _swatch(self, color: str, chosen: str, known: tuple[str, dict[str, str]]) -> QToolButton:
        own, others = known
        word = COLOR_WORDS[COLORS.index(color)]
        button = looking(called(QToolButton(), f"Colour {word.lower()}"), "swatch")
        button.setIcon(filled(color))
        button.setIconSize(QSize(SWATCH - 6, SWATCH - 6))
        button.setCheckable(True)
        button.setChecked(color == chosen)
        whose = ", the patient’s own" if color == own else ""
        button.setToolTip(f"{word} ({color}){whose}. {likeness(color, others) or f'{APART}.'}")
        button.clicked.connect(lambda: self._take(color=color))
        return button

    def _ask(self) -> None:
        now = QColor(self._stylist.patient_style(self.patient).color)
        found = QColorDialog.getColor(now, self, f"Colour of {self.patient}")
        if found.isValid():
            self._take(color=found.name().upper())

    def _take(self, **changes: object) -> None:
        style = replace(self._stylist.patient_style(self.patient), **changes)  # type: ignore[arg-type]  # checked above
        self._stylist.set_patient(self.patient, style)
        self.show_patient(self.patient)

    def _give_back(self) -> None:
        self._stylist.set_patient(self.patient, None)
        self.show_patient(self.patient)


def _squares() -> QGridLayout:
    """The place of a group of colours."""
    grid = QGridLayout()
    grid.setSpacing(4)
    grid.setColumnStretch(IN_A_ROW, 1)  # the squares stay together
    return grid


def number_field(coordinate: float, scale: Scale) -> str:
    """An end of an axis as it stands in a field, with at most three significant digits."""
    value = 10.0**coordinate if scale is Scale.LOG else coordinate
    return (f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}").replace("-", "−")


def as_coordinate(text: str, scale: Scale) -> float | None:
    """The coordinate that a field says, with a decimal point or comma and any minus; None where it says none."""
    try:
        value = float(text.replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    if scale is Scale.LOG:
        return math.log10(value) if value > 0 and math.isfinite(value) else None
    return value if math.isfinite(value) else None


def by_distance(colors: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    """The colours, those first that all readers, colour-blind or not, tell best from the ``others``."""
    known = tuple(others)

    def closest(color: str) -> float:
        return min((difference(color, other, vision) for other in known for vision in READERS), default=math.inf)

    return tuple(sorted(colors, key=lambda color: -closest(color)))


def offered(colors: Sequence[str], own: str, others: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The colours that every reader tells from those of the others, and the rest; both with the best ones first.

    ``own``, which the palette gives the patient, comes before all others of its part.
    """
    ranked = sorted(by_distance(colors, others.values()), key=lambda color: color != own)
    apart = tuple(color for color in ranked if not likeness(color, others))
    return apart, tuple(color for color in ranked if color not in apart)


def likeness(color: str, others: dict[str, str]) -> str:
    """A sentence on the patients whose colours look like this one to somebody; empty if there are none."""
    for vision in READERS:
        alike = [patient for patient, other in others.items() if difference(color, other, vision) < ALIKE]
        if alike:
            return f"Looks like that of {alike[0]}" + (f" in {vision.value}." if vision else ".")
    return ""


def look_alikes(color: str, others: dict[str, str]) -> tuple[str, ...]:
    """The patients whose colours look like this one to somebody."""
    return tuple(p for p, other in others.items() if any(difference(color, other, v) < ALIKE for v in READERS))


def filled(color: str) -> QIcon:
    """A square of a colour."""
    square = QPixmap(SWATCH, SWATCH)
    square.fill(QColor(color))
    return QIcon(square)


def sample(style: PatientStyle, line: bool = True, symbol: bool = True) -> QIcon:
    """A piece of the patient's line with the symbol, drawn by the pen of the figure."""
    picture = QPixmap(68, 28)
    picture.fill(QColor("#FFFFFF"))
    marks: list[Mark] = []
    if line:
        marks.append(Line(((1.5, 7.0), (32.5, 7.0)), Stroke(style.color, 1.4, style.dash)))
    if symbol:
        marks.append(Dots(((17.0, 7.0),), style.shape, 7.0, style.color, Stroke(style.color, 0.5)))
    painter = QPainter(picture)
    draw_page(painter, Figure(12.0, 5.0, (), tuple(marks)), 2.0)
    painter.end()
    return QIcon(picture)
