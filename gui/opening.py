"""Opening a workbook: read it away from the window, let the user confirm what was understood, then show the study.

What was open stays open until the new study is complete; every failure is one sentence in the strip. A file is read in
a process of its own with limits, so that no file can hurt the window.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from trajecta.gui.foot import counted
from trajecta.gui.preferences import Preferences
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.apart import Reader
from trajecta.io.guess import guess_mapping, shape_of
from trajecta.io.mapping import Mapping, from_json, to_json
from trajecta.io.study import Study, study_of
from trajecta.io.workbook import Workbook
from trajecta.resources import ROOT
from trajecta.stats.cohort import Severity

DEMO = ROOT / "demo" / "cart-sle.xlsx"


@dataclass(frozen=True, slots=True)
class Draft:
    """A workbook as read, with the mapping guessed and the study it would make."""

    workbook: Workbook
    shape: str
    study: Study


def draft_of(workbook: Workbook, mapping: Mapping | None = None) -> Draft:
    """What a workbook would make, with this mapping or the guessed one; runs in the background."""
    return Draft(workbook, shape_of(workbook), study_of(workbook, mapping or guess_mapping(workbook)))


class _Told(QObject):
    """Brings what the reader tells from its thread to the window's."""

    heard = Signal(object, object)  # Event that stops this reading, text

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.heard.connect(self._show)

    def _show(self, stop: Event, text: str) -> None:
        if not stop.is_set():  # what was told before a cancel must not look as if the work went on
            self._session.busy.emit(text)


class Opening:
    """Takes paths, ends in ``session.open``."""

    def __init__(self, session: Session, preferences: Preferences, window: QWidget, theme: Callable[[], Theme]) -> None:
        self._session, self._preferences, self._window, self._theme = session, preferences, window, theme
        self._reader = Reader()
        self._stop = Event()
        self._told = _Told(session)
        self._warm()

    def read(self, path: Path) -> Workbook:
        """Read a file apart; runs in the background, shows how far it is, ends when ``cancel`` is called."""
        stop = self._stop = Event()
        return self._reader.read(path, lambda text: self._told.heard.emit(stop, text), stop.is_set)

    def cancel(self) -> None:
        """End the reading that is going on."""
        self._stop.set()

    def close(self) -> None:
        """End the reading and the process that waits for the next file."""
        self.cancel()
        self._reader.close()

    def open(self, path: Path, *, confirmed: bool = False) -> None:
        """Open a workbook; the import dialog is left out if ``confirmed`` or if this shape was confirmed before."""
        self.cancel()
        self._session.work(
            "open", f"Reading {path.name}…", lambda: draft_of(self.read(path)), lambda d: self._offer(d, confirmed)
        )
        self._warm()

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
            return draft_of(self.read(path), mapping)

        self._session.work("open", f"Reading {path.name}…", reread, lambda draft: self._ask(draft, issues, again=True))
        self._warm()

    def _warm(self) -> None:
        """Start, in the background, the process that reads the next file."""
        self._session.jobs.run("reader", self._reader.warm, lambda future: future.result())

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
    """The new import with question, charts, page and exclusions of the old study, as far as they still make sense."""
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
    return replace(kept, primary=old.primary & measures).with_chart(old.chart).with_page(old.page)
