"""Opening a workbook: read it away from the window, let the user confirm what was understood, then show the study.

What was open stays open until the new study is complete; every failure is one sentence in the strip.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtWidgets import QWidget

from trajecta.gui.foot import counted
from trajecta.gui.preferences import Preferences
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.guess import guess_mapping, shape_of
from trajecta.io.mapping import Mapping, from_json, to_json
from trajecta.io.study import Study, study_of
from trajecta.io.workbook import Workbook, read_workbook
from trajecta.resources import ROOT
from trajecta.stats.cohort import Severity

DEMO = ROOT / "demo" / "cart-sle.xlsx"


@dataclass(frozen=True, slots=True)
class Draft:
    """A workbook as read, with the mapping guessed and the study it would make."""

    workbook: Workbook
    shape: str
    study: Study


def read_draft(path: Path) -> Draft:
    """Read a workbook and guess what is in it; runs in the background."""
    workbook = read_workbook(path)
    return Draft(workbook, shape_of(workbook), study_of(workbook, guess_mapping(workbook)))


class Opening:
    """Takes paths, ends in ``session.open``."""

    def __init__(self, session: Session, preferences: Preferences, window: QWidget, theme: Callable[[], Theme]) -> None:
        self._session, self._preferences, self._window, self._theme = session, preferences, window, theme

    def open(self, path: Path, *, confirmed: bool = False) -> None:
        """Open a workbook; the import dialog is left out if ``confirmed`` or if this shape was confirmed before."""
        self._session.work(
            "open", f"Reading {path.name}…", lambda: read_draft(path), lambda d: self._offer(d, confirmed)
        )

    def demo(self) -> None:
        """Open the synthetic demo cohort."""
        self.open(DEMO, confirmed=True)

    def review(self, *, issues: bool = False) -> None:
        """Show the import of the open workbook again, to look at it or to correct it."""
        study = self._session.study
        if study.source is None or study.mapping is None:
            return
        path, mapping = study.source, study.mapping

        def reread() -> Draft:
            workbook = read_workbook(path)
            return Draft(workbook, shape_of(workbook), study_of(workbook, mapping))

        self._session.work("open", f"Reading {path.name}…", reread, lambda draft: self._ask(draft, issues, again=True))

    def _offer(self, draft: Draft, confirmed: bool) -> None:
        kept = self._preferences.mapping(draft.shape)
        mapping = from_json(kept) if kept else None
        if mapping is not None and mapping != draft.study.mapping:
            self._build(draft, mapping, "Opened with the mapping that you confirmed before. ")
        elif mapping is not None or (confirmed and draft.study.cohort.measures):
            self._finish(draft, draft.study, "")
        else:
            self._ask(draft, False, again=False)

    def _ask(self, draft: Draft, issues: bool, *, again: bool) -> None:
        # The dialog is a third of the interface's code and is not needed for the first paint.
        from trajecta.gui.import_dialog import ImportDialog

        dialog = ImportDialog(draft.workbook, draft.study, self._session.jobs, self._window, self._theme())
        dialog.show_issues(issues)
        if not dialog.exec():
            return
        study = dialog.study
        assert study.mapping is not None
        self._preferences.remember_mapping(draft.shape, to_json(study.mapping))
        if again:
            self._correct(study)
        else:
            self._finish(draft, study, "")

    def _correct(self, study: Study) -> None:
        """Put a corrected import in place of the open one as one undoable step."""

        def change(old: Study) -> Study:
            return merged(old, study)

        self._session.edit("change the import", change)

    def _build(self, draft: Draft, mapping: Mapping, preface: str) -> None:
        def build() -> Study:
            return study_of(draft.workbook, mapping)

        self._session.work("open", "Building the cohort…", build, lambda study: self._finish(draft, study, preface))

    def _finish(self, draft: Draft, study: Study, preface: str) -> None:
        self._session.open(study)
        if draft.workbook.path != DEMO:
            self._preferences.remember(draft.workbook.path)
        serious = sum(issue.severity is not Severity.NOTE for issue in study.issues)
        if serious or preface:
            found = f"{draft.workbook.path.name}: {counted(serious, 'issue')} in the sheet." if serious else ""
            self._session.said.emit(Message(preface + found, Tone.NOTE, "issues"))


def merged(old: Study, new: Study) -> Study:
    """The new import with the question, chart and exclusions of the old study, as far as they still make sense."""
    ids = {patient.id for patient in new.cohort.patients}
    kept = new
    for left in old.cohort.excluded:
        if left.patient in ids:
            kept = kept.excluding(left.patient, left.reason)
    measures = {measure.key for measure in new.cohort.measures}
    if old.measure in measures:
        kept = kept.asking(old.measure)
        keys = {visit.key for visit in kept.cohort.visits_of(old.measure)}
        if old.comparison is not None and {old.comparison.before, old.comparison.after} <= keys:
            kept = kept.with_comparison(old.comparison)
    return replace(kept.with_chart(old.chart), primary=old.primary & measures)
