"""Composing a page in the window: parts are added, ordered and removed by clicks and keys, and every step is undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import answer_dialog, settle
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QFileDialog, QWidget

from trajecta.gui.compose_dialog import ComposeDialog
from trajecta.gui.theme import DARK, LIGHT
from trajecta.gui.window import MainWindow
from trajecta.io.journals import journals
from trajecta.stats.charts.choice import ChartChoice, ValueScale
from trajecta.stats.charts.composition import Composition, Letters, entries_of
from trajecta.stats.charts.registry import CHARTS


@pytest.fixture
def dialog(demo: MainWindow) -> Iterator[ComposeDialog]:
    """The dialog over the demo."""
    made = ComposeDialog(demo.interior.session, LIGHT, demo.preferences, demo)
    made.show()
    QApplication.processEvents()
    yield made
    made.close()


def click(button: QWidget) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def add(dialog: ComposeDialog, kind: str, measure: str) -> None:
    """Choose a chart and a measure with the keyboard and click Add."""
    for box, keys, wanted in ((dialog.kind, dialog.kinds, kind), (dialog.measure, dialog.measures, measure)):
        QTest.keyClick(box, Qt.Key.Key_Home)
        for _ in range(keys.index(wanted)):
            QTest.keyClick(box, Qt.Key.Key_Down)
    click(dialog.add)


def shown(dialog: ComposeDialog) -> list[tuple[str, str, bool]]:
    """Kind, measure and whether it begins a row, of every part."""
    entries = entries_of(dialog._session.study.page.parts)
    return [(entry.choice.kind, entry.measure, entry.new_row) for entry in entries]


def lines(dialog: ComposeDialog) -> list[str]:
    model = dialog.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_action_opens_the_dialog_and_the_page_is_remembered(demo: MainWindow) -> None:
    seen: list[bool] = []

    def act(dialog: QDialog) -> None:
        assert isinstance(dialog, ComposeDialog)
        assert not dialog.export.isEnabled()
        assert dialog.focusWidget() is dialog.add_seen
        QTest.keyClick(dialog.add_seen, Qt.Key.Key_Space)
        seen.append(dialog.export.isEnabled())
        dialog.reject()

    answer_dialog(ComposeDialog, act)
    demo.commands.named["compose"].trigger()
    assert seen == [True]
    session = demo.interior.session
    assert len(session.study.page.parts) == 1
    session.history.undo()
    assert session.study.page == Composition()
    session.history.redo()
    assert [part.choice.kind for part in session.study.page.parts] == ["trajectories"]


def test_parts_are_added_beside_each_other_then_below(dialog: ComposeDialog) -> None:
    click(dialog.add_seen)
    add(dialog, "before-after", "sledai-2k")
    add(dialog, "heat", "c3")
    add(dialog, "forest", "c3")
    assert shown(dialog) == [
        ("trajectories", "sledai-2k", True),
        ("before-after", "sledai-2k", False),
        ("heat", "c3", True),
        ("forest", "c3", False),
    ]
    assert lines(dialog) == [
        "a, Trajectories, SLEDAI-2K, row 1",
        "b, Before–after, SLEDAI-2K, row 1",
        "c, Heat table, C3, row 2",
        "d, Forest, row 2",
    ]
    assert dialog.list.position == 3
    figure = dialog.preview.figure
    assert figure is not None
    assert [panel.key[0] for panel in figure.panels] == ["a", "b", "c", "d"]
    assert dialog.preview.accessibleDescription() == figure.alt


def test_the_chart_is_added_with_its_options_as_seen(demo: MainWindow, dialog: ComposeDialog) -> None:
    session = demo.interior.session
    session.edit("x", lambda study: study.with_chart(ChartChoice("trajectories", scale=ValueScale.PERCENT)))
    session.select("SYN-03")
    click(dialog.add_seen)
    part = session.study.page.parts[0]
    assert (part.choice.scale, part.choice.patient) == (ValueScale.PERCENT, "SYN-03")


def test_parts_move_and_go_and_rows_keep_their_shape(dialog: ComposeDialog) -> None:
    for kind in ("heat", "change", "scatter"):
        add(dialog, kind, "c3")
    assert not dialog.down.isEnabled()
    click(dialog.up)
    assert shown(dialog) == [("heat", "c3", True), ("scatter", "c3", False), ("change", "c3", True)]
    assert dialog.list.position == 1
    QTest.keyClick(dialog, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [kind for kind, _, _ in shown(dialog)] == ["scatter", "heat", "change"]
    QTest.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert shown(dialog) == [("heat", "c3", True), ("change", "c3", True)]
    click(dialog.remove)
    click(dialog.remove)
    assert shown(dialog) == []
    assert not dialog.remove.isEnabled()
    assert dialog.findings.accessibleDescription() == "Add the chart as seen, or choose a chart and a measure."
    for _ in range(3):
        QTest.keyClick(dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [kind for kind, _, _ in shown(dialog)] == ["scatter", "heat", "change"]


def test_a_part_begins_a_row_and_takes_more_of_it(dialog: ComposeDialog) -> None:
    add(dialog, "heat", "c3")
    assert not dialog.new_row.isEnabled()
    assert not dialog.share.isEnabled()
    add(dialog, "change", "c3")
    dialog.share.setFocus()
    QTest.keyClick(dialog.share, Qt.Key.Key_Up)
    parts = dialog._session.study.page.parts
    assert [part.columns for part in parts] == [1, 2]
    QTest.keyClick(dialog.new_row, Qt.Key.Key_Space)
    assert [part.row for part in dialog._session.study.page.parts] == [0, 1]
    QTest.keyClick(dialog.new_row, Qt.Key.Key_Space)
    assert [part.row for part in dialog._session.study.page.parts] == [0, 0]


def test_the_form_sets_the_page(dialog: ComposeDialog, demo: MainWindow) -> None:
    click(dialog.add_seen)
    add(dialog, "before-after", "sledai-2k")
    form, session = dialog.form, demo.interior.session
    for _ in range(1 + [entry.key for entry in journals()].index("nature")):
        QTest.keyClick(form.journal, Qt.Key.Key_Down)
    assert demo.preferences.journal == "nature"
    assert session.study.page.width_mm == 183.0
    assert dialog.findings.accessibleDescription() == "Nothing breaks what Nature asks of a figure."
    QTest.keyClick(form.width_box, Qt.Key.Key_Home)
    assert session.study.page.width_mm == 89.0
    assert dialog.preview.figure is not None
    assert dialog.preview.figure.width_mm == 89.0
    QTest.keyClick(form.width_box, Qt.Key.Key_End)
    assert form.width_mm.isVisible()
    form.width_mm.setValue(150.0)
    assert (session.study.page.width_mm, form.width_mm.isVisible()) == (150.0, True)
    QTest.keyClick(form.own_height, Qt.Key.Key_Space)
    assert session.study.page.height_mm == 170.0
    QTest.keyClick(form.letters, Qt.Key.Key_Down)
    assert session.study.page.letters is Letters.UPPER
    assert lines(dialog)[0].startswith("A, ")
    for name, box in form.checks.items():
        before = getattr(session.study.page, name)
        QTest.keyClick(box, Qt.Key.Key_Space)
        assert getattr(session.study.page, name) is not before
    while session.history.canUndo():
        session.history.undo()
    assert session.study.page == Composition()
    assert (form.letters.currentIndex(), form.own_height.isChecked()) == (0, False)


def test_the_page_is_written_with_what_was_asked_beside_it(
    dialog: ComposeDialog, demo: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    click(dialog.add_seen)
    add(dialog, "medication", "c3")
    dialog.with_data.setChecked(True)
    answer = (str(tmp_path / "Fig 1"), "SVG (*.svg)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: answer)
    click(dialog.export)
    assert {path.name for path in tmp_path.iterdir()} >= {"Fig 1.svg", "Fig 1-data.xlsx", "Fig 1-legend.txt"}
    assert "Saved Fig 1.svg, Fig 1-data.xlsx and Fig 1-legend.txt in" in demo.interior.strip.text.text()
    assert not dialog.isVisible()
    settle(demo)


def test_a_folder_that_is_gone_is_said_and_the_dialog_stays(
    dialog: ComposeDialog, demo: MainWindow, tmp_path: Path
) -> None:
    click(dialog.add_seen)
    assert not dialog.save_as(tmp_path / "gone" / "page.pdf")
    assert demo.interior.strip.text.text()
    assert dialog.isVisible()


def test_everything_has_a_name_and_tab_reaches_it(dialog: ComposeDialog) -> None:
    click(dialog.add_seen)
    add(dialog, "heat", "c3")
    names = []
    dialog.activateWindow()
    dialog.list.setFocus()
    for _ in range(40):
        widget = QApplication.focusWidget()
        assert widget is not None
        name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if name in names:
            break
        names.append(name)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert "" not in names
    wanted = ["Parts of the page", "Up", "Remove", "Starts a new row", "Relative width in its row", "Chart to add"]
    wanted += ["Measure to add", "Add", "Journal", "Width", "Own height", "Letters", "One legend", "Close", "Export…"]
    assert [name for name in names if name in wanted] == wanted


def test_the_dialog_fits_a_small_screen_in_both_themes(demo: MainWindow) -> None:
    for theme in (LIGHT, DARK):
        demo.set_theme(theme)
        made = ComposeDialog(demo.interior.session, theme, demo.preferences, demo)
        assert made.minimumSizeHint().height() <= 740
        assert made.minimumSizeHint().width() <= 1180
        made.show()
        made.close()
    assert len(CHARTS) == made.kind.count()
