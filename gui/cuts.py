"""Data cuts: the open file is watched, read again on wish, and compared with what is open before any number moves.

Invariants: nothing is replaced without the user's word; a new cut is one undoable step that keeps question, chart and
exclusions; the file is only read.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer
from PySide6.QtWidgets import QFileDialog, QWidget

from trajecta.gui.opening import merged
from trajecta.gui.session import Message, Session, Tone
from trajecta.gui.theme import Theme
from trajecta.io.atomic import write_atomically
from trajecta.io.certificate import Certificate, certificate_bytes, certify
from trajecta.io.changes import Changes, changes_between, headline
from trajecta.io.guess import guess_mapping, shape_of
from trajecta.io.mapping import Mapping
from trajecta.io.study import Study, home_of, study_of
from trajecta.io.workbook import Workbook, fingerprint_of
from trajecta.resources import ROOT

SETTLES = 700  # ms; a spreadsheet saves in several steps, and the last one counts
Read = Callable[[Path], Workbook]


class Cuts(QObject):
    """Watches the file of the open study, and carries out what the menus offer about its cuts."""

    def __init__(self, session: Session, window: QWidget, read: Read, theme: Callable[[], Theme]) -> None:
        super().__init__(window)
        self._session, self._window, self._read, self._theme = session, window, read, theme
        self._files = QFileSystemWatcher(self)
        self._settled = QTimer(self, singleShot=True, interval=SETTLES)
        self._files.fileChanged.connect(lambda _: self._settled.start())
        self._settled.timeout.connect(self._look)
        session.changed.connect(lambda _, study: self._watch(study))

    def do(self, key: str) -> None:
        """Carry out ``reload``, ``earlier`` or ``certificate``."""
        match key:
            case "reload":
                self.reload()
            case "earlier":
                self._choose_earlier()
            case "certificate":
                self.certify()

    def reload(self) -> None:
        """Read the file again and offer what is new in it."""
        old = self._session.study
        if old.source is None:
            return
        path = old.source

        def again() -> tuple[Study, Changes]:
            new = self._study(path, old)
            return new, changes_between(old, new)

        self._session.work("open", f"Reading {path.name} again…", again, lambda found: self._offer(*found))

    def compare_with(self, path: Path) -> None:
        """Show what changed since an earlier cut in another file; nothing is replaced."""
        study = self._session.study
        name = study.source.name if study.source else study.cohort.title

        def earlier() -> Changes:
            return changes_between(replace_question(self._study(path, study), study), study)

        def show(changes: Changes) -> None:
            from trajecta.gui.changes_dialog import ChangesDialog

            ChangesDialog(changes, (path.name, name), self._window, only_look=True).exec()

        self._session.work("open", f"Reading {path.name}…", earlier, show)

    def certify(self) -> None:
        """Hold every number against the file, which is read a second time, and show the outcome cell by cell."""
        study = self._session.study
        if study.source is None:
            return
        source = study.source

        def check() -> Certificate:
            found = certify(self._read(source), study.mapping or Mapping(), study.cohort)
            return replace(found, changed=found.changed or found.fingerprint != study.fingerprint)

        self._session.work("report", "Checking every number against its cell…", check, self._show_certificate)

    def _show_certificate(self, found: Certificate) -> None:
        from trajecta.gui.certificate_dialog import CertificateDialog

        study = self._session.study
        suggested = home_of(study) / f"{study.source.stem if study.source else 'study'}-certificate.xlsx"
        CertificateDialog(
            found, suggested, lambda path: self._save_certificate(found, path), self._window, self._theme()
        ).exec()

    def _save_certificate(self, found: Certificate, path: Path) -> None:
        if self._session.attempt(lambda: write_atomically(path, certificate_bytes(found))):
            self._session.said.emit(Message(f"Saved {path.name} in {path.parent}.", Tone.NOTE))

    def _study(self, path: Path, like: Study) -> Study:
        """The study in another file, with the mapping of this one where both have the same shape."""
        workbook = self._read(path)
        known = like.mapping
        same = known is not None and known.shape == shape_of(workbook)
        return study_of(workbook, known if same and known is not None else guess_mapping(workbook))

    def _offer(self, new: Study, changes: Changes) -> None:
        from trajecta.gui.changes_dialog import ChangesDialog

        name = new.source.name if new.source else ""
        if not changes.any:
            self._session.said.emit(Message(f"{name} was read again. {headline(changes)}", Tone.NOTE))
            return
        if ChangesDialog(changes, (f"{name} as it was opened", f"{name} as it is now"), self._window).exec():
            self._session.edit("use the new cut", lambda old: merged(old, new))

    def _watch(self, study: Study) -> None:
        watched = self._files.files()
        wanted = [] if study.source is None or study.source.is_relative_to(ROOT) else [str(study.source)]
        if watched != wanted:
            if watched:
                self._files.removePaths(watched)
            if wanted:
                self._files.addPaths(wanted)

    def _look(self) -> None:
        """Say so if the file holds something else than what is open; it may be gone for a moment while it is saved."""
        study = self._session.study
        if study.source is None or not study.source.exists():
            return
        self._watch(study)  # a file that was replaced by another of its name is watched no longer
        path, known = study.source, study.fingerprint

        def differs() -> bool:
            return fingerprint_of(path.read_bytes()) != known

        def told(found: bool) -> None:
            if found:
                text = f"{path.name} has been saved anew since it was opened here."
                self._session.said.emit(Message(text, Tone.NOTE, "reload", "See what changed…"))

        self._session.jobs.run("watch", differs, lambda future: None if future.exception() else told(future.result()))

    def _choose_earlier(self) -> None:
        start = str(home_of(self._session.study))
        name, _ = QFileDialog.getOpenFileName(self._window, "The earlier cut of this study", start)
        if name:
            self.compare_with(Path(name))


def replace_question(study: Study, like: Study) -> Study:
    """The study with the question of another one, where it has the measure and the visits."""
    asked = like.comparison
    keys = {visit.key for visit in study.cohort.visits}
    if asked is None or not {asked.before, asked.after} <= keys:
        return study
    if all(measure.key != asked.measure for measure in study.cohort.measures):
        return study
    return study.with_comparison(asked)
