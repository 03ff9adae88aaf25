"""Starts the window: something is seen at once, the panels and readers are loaded behind it."""

import builtins
import gc
import sys
from pathlib import Path

# Importing makes a hundred thousand objects and no garbage: looking for it meanwhile costs a tenth of the first paint.
gc.disable()
_plain_import = builtins.__import__

from PySide6.QtCore import QTimer  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

# WORKAROUND PySide6's import hook inspects the source of every later module: 18 % slower imports, 89 MB kept.
builtins.__import__ = _plain_import

from trajecta import __version__  # noqa: E402
from trajecta.gui.preferences import Preferences  # noqa: E402
from trajecta.gui.theme import apply, interface_font, theme_of  # noqa: E402
from trajecta.gui.window import MainWindow  # noqa: E402

SWITCH = 0.0005  # seconds; Python's own 0.005 turns a paint of 200 calls into a second


def run(path: Path | None, *, demo: bool = False) -> int:
    """Open the window, with a workbook or the demo if asked; returns the exit code."""
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Trajecta")
    app.setApplicationVersion(__version__)
    app.setStyle("Fusion")
    # Every call of Qt into Python waits for the interpreter's lock while a background job computes: let go of it often.
    sys.setswitchinterval(SWITCH)
    app.setFont(interface_font(app))
    preferences = Preferences()
    apply(app, theme_of(preferences.theme))  # before the widgets are made, so that they are polished once
    window = MainWindow(preferences)
    app.styleHints().colorSchemeChanged.connect(lambda _: window.set_theme(theme_of(preferences.theme)))
    if demo or path is not None:
        window.start.show_loading(path.name if path else "the demo")
    window.painted.connect(lambda: QTimer.singleShot(0, lambda: furnish(window, path, demo)))
    if window.preferences.geometry.isEmpty():
        window.showMaximized()  # the first time; later the window is where it was left
    else:
        window.show()
    return app.exec()


def furnish(window: MainWindow, path: Path | None, demo: bool) -> None:
    """After the first paint: menus, then everything else in the background, then what was asked for."""
    from trajecta.gui.crash import install
    from trajecta.gui.jobs import Jobs

    _ = window.commands
    jobs = Jobs(window)

    def ready(_: object) -> None:
        jobs.close()
        install(window)
        _ = window.interior.workplace()
        # The rest in a turn of its own: building the panels and filling them would be one long stop.
        QTimer.singleShot(0, begin)

    def begin() -> None:
        gc.enable()
        gc.freeze()  # what is loaded by now stays; later collections need not walk through it
        if demo:
            window.show_demo()
        elif path is not None:
            window.open(path)

    jobs.run("warm-up", warm_up, ready)


def warm_up() -> None:
    """Import what the interior needs (readers, statistics, pyqtgraph, numpy); runs beside the event loop."""
    import trajecta.gui.interior
    import trajecta.gui.workplace  # noqa: F401
