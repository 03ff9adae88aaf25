"""From the words of the command line to the window: checks the libraries, then hands over to the application."""

import os
import sys
from pathlib import Path

# Where Qt looks for a screen; without any of them it ends the process instead of saying so.
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
USAGE = "usage: trajecta [FILE | --demo]; trajecta --help lists the commands that need no window"


def start_window(words: list[str]) -> int:
    """Open the window with these arguments (a file, ``--demo`` or nothing); returns the exit code."""
    demo = "--demo" in words
    files = [word for word in words if word != "--demo"]
    if len(files) > 1 or (demo and files) or any(word.startswith("-") for word in files):
        print(f"Trajecta does not understand “{' '.join(words)}”. {USAGE}", file=sys.stderr)
        return 2
    from PySide6 import __version_info__ as qt

    if sys.version_info < (3, 12) and qt >= (6, 12):
        # PySide6 6.12 loses a reference to None on every void call and aborts on these Pythons after seconds.
        print(
            "PySide6 6.12 crashes on Python 3.11: run “pip install 'PySide6-Essentials>=6.11,<6.12'”.", file=sys.stderr
        )
        return 2
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in DISPLAYS):
        print(
            "There is no display for the window. The commands check, compare, figure and report need none: "
            "see “trajecta --help”.",
            file=sys.stderr,
        )
        return 2
    from trajecta.gui.app import run

    return run(Path(files[0]) if files else None, demo=demo)
