"""The bar at the top: brand and menus, what is open, and the few actions that are always wanted."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QMenuBar, QSizePolicy

from trajecta.gui.parts import looking
from trajecta.gui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QToolButton

# Words on the buttons, shorter than those in the menus; the space keeps them off the icon; redo is an arrow alone.
BUTTONS = (
    ("undo", " Undo"),
    ("redo", ""),
    ("open", " Open…"),
    ("overview", " Overview"),
    ("export", " Export figure…"),
)
PRIMARY = "export"


class Bar(QFrame):
    """Takes the window's actions and shows some of them as buttons."""

    def __init__(self, actions: "dict[str, QAction]", menus: QMenuBar) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setFixedHeight(46)
        self._actions = actions
        menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.title = looking(QLabel(), "soft")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.badge = looking(QLabel("Synthetic data"), "badge")
        self.badge.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.badge.hide()
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(looking(QLabel("Trajecta"), "brand"))
        layout.addWidget(menus)
        layout.addSpacing(4)
        layout.addWidget(self.badge)
        layout.addWidget(self.title, 1)
        self._buttons: dict[str, QToolButton] = {}

    def set_theme(self, theme: Theme) -> None:
        """Make the buttons, which come after the first paint, and colour their icons."""
        from trajecta.gui.icons import icon

        for key, words in BUTTONS:
            if key not in self._buttons:
                button = self._button(self._actions[key], words, "primary" if key == PRIMARY else "bar")
                self._buttons[key] = button
                self._layout.addWidget(button)
        for key, _ in BUTTONS:
            self._actions[key].setIcon(icon(key, theme.on_accent if key == PRIMARY else theme.ink))

    def _button(self, action: "QAction", words: str, look: str) -> "QToolButton":
        from PySide6.QtCore import QSize, Qt
        from PySide6.QtWidgets import QToolButton

        action.setIconText(words)
        button = looking(QToolButton(), look)
        button.setDefaultAction(action)
        button.setIconSize(QSize(14, 14))
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        button.setToolButtonStyle(style)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setAccessibleName(words.strip() or action.text())
        return button


def fill_menu(menu: QMenu, entries: "list[tuple[QAction, bool]]") -> None:
    """Put actions in a menu; True beside an action puts a line above it."""
    for action, separated in entries:
        if separated:
            menu.addSeparator()
        menu.addAction(action)
