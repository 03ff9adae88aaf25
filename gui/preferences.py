"""What the window remembers between sessions: recent workbooks, confirmed mappings, theme, window size.

Kept in one INI file in the user's configuration folder; a folder that cannot be written to is no error.
"""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

RECENT = 8  # entries of the recent list


class Preferences:
    """Typed access to the settings file."""

    def __init__(self, file: Path | None = None) -> None:
        if file is None:
            scope = QSettings.Scope.UserScope
            self._settings = QSettings(QSettings.Format.IniFormat, scope, "Trajecta", "Trajecta")
        else:
            self._settings = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or ``system``."""
        return str(self._settings.value("theme", "system"))

    @theme.setter
    def theme(self, name: str) -> None:
        self._settings.setValue("theme", name)

    @property
    def geometry(self) -> QByteArray:
        """The window's place, empty at the first start."""
        value = self._settings.value("geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._settings.setValue("geometry", value)

    @property
    def journal(self) -> str:
        """Key of the journal that figures are exported for, empty for none."""
        return str(self._settings.value("journal", ""))

    @journal.setter
    def journal(self, key: str) -> None:
        self._settings.setValue("journal", key)

    @property
    def with_data(self) -> bool:
        """Whether source data, legend and alternative text are written beside an exported figure."""
        return str(self._settings.value("with_data", "false")).lower() == "true"  # INI files hold words

    @with_data.setter
    def with_data(self, wanted: bool) -> None:
        self._settings.setValue("with_data", wanted)

    @property
    def recent(self) -> tuple[Path, ...]:
        """Workbooks opened before, newest first, those that are gone left out."""
        value = self._settings.value("recent", [])
        names = [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
        return tuple(path for path in map(Path, names) if path.exists())

    def remember(self, path: Path) -> None:
        """Put a workbook at the head of the recent list."""
        names = [str(path.resolve()), *(str(old) for old in self.recent if old != path.resolve())]
        self._settings.setValue("recent", names[:RECENT])

    def mapping(self, shape: str) -> str | None:
        """The mapping (JSON) that the user confirmed for workbooks of this shape, or None."""
        value = self._settings.value(f"mappings/{shape}")
        return value if isinstance(value, str) else None

    def remember_mapping(self, shape: str, text: str) -> None:
        """Keep a confirmed mapping for the next workbook of this shape."""
        self._settings.setValue(f"mappings/{shape}", text)
