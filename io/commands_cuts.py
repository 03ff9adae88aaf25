"""The command ``changes``: what differs between two data cuts of a study.

Invariants: both files are only read; what the user can mend is one sentence.
"""

import argparse
from pathlib import Path


def add_changes(command: argparse.ArgumentParser) -> None:
    """The options of ``changes``."""
    command.add_argument("earlier", type=Path, help="the earlier cut")
    command.add_argument("later", type=Path, help="the later cut")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.set_defaults(run=run_changes)


def run_changes(asked: argparse.Namespace) -> None:
    """``changes EARLIER LATER [--json]``."""
    from trajecta.io.changes import changes_between, changes_json, changes_text
    from trajecta.io.command_line import print_json
    from trajecta.io.study import open_study

    found = changes_between(open_study(asked.earlier), open_study(asked.later))
    if asked.json:
        print_json(changes_json(found))
    else:
        print(changes_text(found))
