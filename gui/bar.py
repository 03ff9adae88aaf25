"""The bar at the top: brand and menus, what is open, and the few actions that are always wanted."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy

from trajecta.gui.parts import looking
from trajecta.gui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenuBar, QToolButton

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

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self.setFixedHeight(46)
        self._actions: dict[str, QAction] = {}
        self.title = looking(QLabel(), "soft")
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.badge = looking(QLabel("Synthetic data"), "badge")
        self.badge.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.badge.hide()
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(8)
        layout.addWidget(looking(QLabel("Trajecta"), "brand"))
        layout.addSpacing(4)
        layout.addWidget(self.badge)
        layout.addWidget(self.title, 1)

    def furnish(self, menus: "QMenuBar", actions: "dict[str, QAction]") -> None:
        """Take in the menus and some of the actions, which come after the first paint."""
        self._actions = actions
        menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._layout.insertWidget(1, menus)
        for key, words in BUTTONS:
            self._layout.addWidget(self._button(actions[key], words, "primary" if key == PRIMARY else "bar"))

    def set_theme(self, theme: Theme) -> None:
        """Colour the icons."""
        from trajecta.gui.icons import icon

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
