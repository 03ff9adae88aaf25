"""Every place of the window and of its dialogs is reached with Tab, in the order of reading, and says its name."""

import pytest
from driving import answer_dialog, failures
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QTabBar,
    QWidget,
)
from waiting import wait_until

from trajecta.gui.certificate_dialog import CertificateDialog
from trajecta.gui.compose_dialog import ComposeDialog
from trajecta.gui.export_dialog import ExportDialog
from trajecta.gui.import_dialog import ImportDialog
from trajecta.gui.style_dialog import StyleDialog
from trajecta.gui.window import MainWindow

USED = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QAbstractItemView, QTabBar)
MOST = 200  # more than any dialog has places
DIALOGS: tuple[tuple[str, type[QDialog]], ...] = (
    ("style", StyleDialog),
    ("export", ExportDialog),
    ("compose", ComposeDialog),
    ("review", ImportDialog),
    ("certificate", CertificateDialog),
)


def round_trip(top: QWidget) -> list[QWidget]:
    """The widgets that Tab goes through, until it is back at the first."""
    top.activateWindow()
    QApplication.processEvents()
    seen: list[QWidget] = []
    while (at := top.focusWidget()) is not None and at not in seen and len(seen) < MOST:
        seen.append(at)
        QTest.keyClick(at, Qt.Key.Key_Tab)
    return seen


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


def check(top: QWidget) -> None:
    seen = round_trip(top)
    assert [type(widget) for widget in seen if not name_of(widget)] == []
    wanted = [
        widget
        for widget in top.findChildren(QWidget)
        if isinstance(widget, USED)
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus == Qt.FocusPolicy.TabFocus
        and not isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
    ]
    assert [name_of(widget) for widget in wanted if widget not in seen] == []


def test_tab_goes_round_the_window(demo: MainWindow) -> None:
    demo.show()
    check(demo)


@pytest.mark.parametrize(("key", "kind"), DIALOGS, ids=lambda part: part if isinstance(part, str) else "")
def test_tab_goes_round_each_dialog(demo: MainWindow, key: str, kind: type[QDialog]) -> None:
    looked: list[int] = []

    def look(dialog: QDialog) -> None:
        pages = dialog.tabs.count() if isinstance(dialog, StyleDialog) else 1
        for page in range(pages):
            if isinstance(dialog, StyleDialog):
                dialog.tabs.setCurrentIndex(page)
            check(dialog)
            looked.append(page)
        dialog.reject()

    answer_dialog(kind, look)
    demo.commands.named[key].trigger()
    wait_until(lambda: bool(looked or failures))


def test_colours_are_reached_before_what_stands_below_them(demo: MainWindow) -> None:
    orders: list[list[str]] = []

    def look(dialog: QDialog) -> None:
        assert isinstance(dialog, StyleDialog)
        dialog.tabs.setCurrentIndex(2)
        dialog.patient.swatches[0].click()  # all of them are made anew
        orders.append([name_of(widget) for widget in round_trip(dialog)])
        dialog.reject()

    answer_dialog(StyleDialog, look)
    demo.commands.named["style"].trigger()
    names = orders[0]
    colours = [at for at, name in enumerate(names) if name.startswith("Colour ")]
    assert len(colours) > 8
    assert colours == list(range(colours[0], colours[-1] + 1))
    assert names[colours[0] - 1] == "Patient"
    assert names[colours[-1] + 1 : colours[-1] + 4] == ["Another colour", "Symbol", "Line"]


def test_the_export_begins_with_the_journal(demo: MainWindow) -> None:
    first: list[str] = []

    def look(dialog: QDialog) -> None:
        first.extend(name_of(widget) for widget in round_trip(dialog)[:2])
        dialog.reject()

    answer_dialog(ExportDialog, look)
    demo.commands.named["export"].trigger()
    assert first == ["Journal", "Format"]
