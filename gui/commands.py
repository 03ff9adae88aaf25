"""The window's actions and menus, made from the table of ``gui.actions``; they come right after the first paint."""

from pathlib import Path
from typing import Protocol

from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QUndoStack
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from trajecta.gui.actions import ACTIONS, MENUS
from trajecta.gui.preferences import Preferences


class Doer(Protocol):
    """What the actions call: the window."""

    def do(self, key: str) -> None:
        """Carry out an action by its key."""

    def open(self, path: Path) -> None:
        """Open a workbook."""


class Commands:
    """Every action by its key, with its shortcut, and the menu bar that shows them."""

    def __init__(self, window: QMainWindow, doer: Doer, preferences: Preferences) -> None:
        self.history = QUndoStack(window)
        self.menus = QMenuBar()
        self.named: dict[str, QAction] = {}
        self._window, self._doer, self._preferences = window, doer, preferences
        self._make_actions()
        self._fill_menus()
        self.enable(False)

    def enable(self, is_open: bool) -> None:
        """Grey out what needs an open study while there is none."""
        for spec in ACTIONS:
            if spec.needs_study:
                self.named[spec.key].setEnabled(is_open)

    def _make_actions(self) -> None:
        for spec in ACTIONS:
            action = QAction(spec.text, self._window)
            action.setToolTip(f"{spec.tip} ({spec.shortcut})" if spec.shortcut else spec.tip)
            action.setShortcut(QKeySequence(spec.shortcut))
            action.triggered.connect(lambda _=False, key=spec.key: self._doer.do(key))
            self.named[spec.key] = action
        for key in ("overview", "focus", "crosshair", "present"):
            self.named[key].setCheckable(True)
        themes = QActionGroup(self._window)
        for key in ("light", "dark", "system"):
            self.named[key].setCheckable(True)
            self.named[key].setChecked(self._preferences.theme == key)
            themes.addAction(self.named[key])
        self.named["undo"] = self.history.createUndoAction(self._window, "Undo")
        self.named["undo"].setShortcut(QKeySequence("Ctrl+Z"))
        self.named["redo"] = self.history.createRedoAction(self._window, "Redo")
        self.named["redo"].setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        for action in self.named.values():
            action.setIconVisibleInMenu(False)  # icons belong to the bar; in a menu a few of many would look accidental
        self._window.addActions(list(self.named.values()))

    def _fill_menus(self) -> None:
        for name in MENUS:
            menu = self.menus.addMenu(name)
            if name == "&Edit":
                menu.addActions([self.named["undo"], self.named["redo"]])
                menu.addSeparator()
            for spec in ACTIONS:
                if spec.menu != name:
                    continue
                if spec.separated:
                    menu.addSeparator()
                menu.addAction(self.named[spec.key])
                if spec.key == "open":
                    self._recent = menu.addMenu("Open &recent")
                    self._recent.aboutToShow.connect(lambda: self._fill_recent(self._recent))

    def _fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self._preferences.recent:
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, chosen=path: self._doer.open(chosen))
        if menu.isEmpty():
            menu.addAction("No workbook opened yet").setEnabled(False)
        menu.setToolTipsVisible(True)
