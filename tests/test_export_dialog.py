"""The export dialog: a journal sets the page and the findings, and what was asked to lie beside the figure does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtGui import QGuiApplication

from trajecta.gui.export_dialog import NAMES, ExportDialog, source_text
from trajecta.gui.preferences import Preferences
from trajecta.gui.window import MainWindow
from trajecta.io.journals import Journal, journals


@pytest.fixture
def dialog(demo: MainWindow) -> Iterator[ExportDialog]:
    """The dialog over the demo."""
    made = dialog_of(demo)
    made.show()
    yield made
    made.close()


def dialog_of(window: MainWindow) -> ExportDialog:
    work = window.interior.work
    assert work is not None
    return ExportDialog(window.interior.session, work.figure.figure_with, window.preferences, window)


def choose(dialog: ExportDialog, journal: str = "", suffix: str = "") -> None:
    """Choose a journal or a format as a person does."""
    if journal:
        dialog.journal.setCurrentIndex(1 + [entry.key for entry in journals()].index(journal))
    if suffix:
        known = [dialog.format.itemData(i).suffixes for i in range(dialog.format.count())]
        dialog.format.setCurrentIndex(next(i for i, suffixes in enumerate(known) if suffix in suffixes))


@pytest.mark.parametrize("journal", journals(), ids=lambda entry: entry.key)
def test_what_is_not_verified_of_a_preset_is_said_in_words(journal: Journal) -> None:
    said = source_text(journal)
    assert "_" not in said
    assert ("Not verified there: " in said) == bool(journal.unverified and not journal.through)
    assert {name for name, _ in journal.unverified} <= set(NAMES)


@pytest.mark.parametrize(("journal", "width"), [("nature", 183), ("lancet", 154), ("cell", 174), ("ard", 190)])
def test_a_journal_sets_the_nearest_of_its_widths(dialog: ExportDialog, journal: str, width: float) -> None:
    choose(dialog, journal)
    assert dialog.width_mm.value() == width
    assert dialog.width_box.currentData() == width
    assert dialog.preview.figure is not None
    assert dialog.preview.figure.width_mm == width


def test_the_findings_follow_every_choice(dialog: ExportDialog) -> None:
    assert dialog.findings.shown == ()
    assert dialog.findings.accessibleDescription() == "Every text and mark can be read."
    choose(dialog, "nature")
    assert dialog.findings.accessibleDescription() == "Nothing breaks what Nature asks of a figure."
    choose(dialog, suffix="png")
    assert "text that can be edited" in dialog.findings.accessibleDescription()
    choose(dialog, "ard", "tif")
    dialog.dpi.setValue(300)
    assert "300 dpi; Ann Rheum Dis asks for 1000 dpi" in dialog.findings.accessibleDescription()
    dialog.dpi.setValue(1000)
    assert "dpi" not in dialog.findings.accessibleDescription()
    assert abs(dialog.height_mm.value() - dialog.preview.figure.height_mm) < 0.1
    dialog.own_height.setChecked(True)
    dialog.height_mm.setValue(260)
    assert "260 mm high" in dialog.findings.accessibleDescription()
    dialog.journal.setCurrentIndex(0)
    assert dialog.findings.shown == ()


def test_the_width_can_be_typed_for_any_journal(dialog: ExportDialog) -> None:
    choose(dialog, "nature")
    dialog.width_box.setCurrentIndex(dialog.width_box.count() - 1)
    dialog.width_mm.setValue(150)
    assert dialog.width_mm.isVisible()
    assert "150 mm wide" in dialog.findings.accessibleDescription()


def test_what_lies_beside_is_written_and_said(dialog: ExportDialog, demo: MainWindow, tmp_path: Path) -> None:
    dialog.with_data.setChecked(True)
    assert dialog.save_as(tmp_path / "Fig.pdf")
    assert {"Fig-data.xlsx", "Fig-legend.txt", "Fig.pdf"} <= {path.name for path in tmp_path.iterdir()}
    assert "Saved Fig.pdf, Fig-data.xlsx and Fig-legend.txt in" in demo.interior.strip.text.text()
    dialog.with_data.setChecked(False)
    assert dialog.save_as(tmp_path / "alone.svg")
    assert "Saved alone.svg in" in demo.interior.strip.text.text()
    assert not (tmp_path / "alone-data.xlsx").exists()


def test_the_data_are_those_of_the_patient_selected(dialog: ExportDialog, demo: MainWindow, tmp_path: Path) -> None:
    demo.do("medication")
    demo.interior.session.select("SYN-03")
    dialog.with_data.setChecked(True)
    assert dialog.save_as(tmp_path / "Fig.svg")
    rows = load_workbook(tmp_path / "Fig-data.xlsx")["Courses"].iter_rows(min_row=2, values_only=True)
    assert {row[0] for row in rows} == {"SYN-03"}


def test_journal_and_what_lies_beside_are_remembered(dialog: ExportDialog, demo: MainWindow, tmp_path: Path) -> None:
    choose(dialog, "cell")
    dialog.with_data.setChecked(True)
    again = dialog_of(demo)
    assert again.journal.currentText() == "Cell"
    assert again.with_data.isChecked()
    assert again.width_mm.value() == 183, "a remembered journal changes no width by itself"
    again.close()
    assert not Preferences(tmp_path / "other.ini").with_data


def test_the_source_of_the_numbers_is_shown(dialog: ExportDialog) -> None:
    choose(dialog, "ar")
    assert dialog._source.text() == (
        "Numbers from the publisher's general page at authorservices.wiley.com, read on 23 November 2026. "
        "Not verified there: widths."
    )
    choose(dialog, "lancet")
    assert dialog._source.text() == (
        "Numbers from a summary by others, read on 23 November 2026, not from the journal's page at thelancet.com."
    )


def test_the_figure_goes_to_the_clipboard_as_picture_and_as_svg(demo: MainWindow) -> None:
    demo.do("copy-figure")
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert bytes(data.data("image/png").data()).startswith(b"\x89PNG")
    assert b"<text" in bytes(data.data("image/svg+xml").data())
    image = QGuiApplication.clipboard().image()
    assert image.width() == round(183 / 25.4 * 300)
    assert "on the clipboard" in demo.interior.strip.text.text()
