"""Trajecta's entry: the commands run without a window or a display, anything else opens the window."""

import sys

COMMANDS = ("check", "changes", "compare", "visits", "figure", "report", "power")


def main(arguments: list[str] | None = None) -> int:
    """Run a command or the window; returns the exit code: 0 done, 2 for what the user can mend."""
    words = sys.argv[1:] if arguments is None else arguments
    # The command line must not wait for Qt, nor the window for the command line.
    if words and (words[0] in COMMANDS or words[0] in ("-h", "--help", "--version")):
        from trajecta.io.command_line import run_command

        return run_command(words)
    if words == ["read-apart"]:  # how a bundled program starts the process that reads files
        from trajecta.io.apart_child import main as read_one

        read_one()
        return 0
    from trajecta.gui.start import start_window

    return start_window(words)


if __name__ == "__main__":
    sys.exit(main())
