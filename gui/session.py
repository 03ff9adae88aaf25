"""The session: the one open study and the one way to change it.

Every change of the study goes through ``edit``, so that undo, redo and the dirty flag follow by themselves.
Widgets know the session and nothing of each other. Selection is state of the session, not of the study.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from trajecta.gui.jobs import Jobs
from trajecta.io.errors import AppError
from trajecta.io.study import Study
from trajecta.stats.compare import compare
from trajecta.stats.results import PairedResult

Change = Callable[[Study], Study]


class Tone(StrEnum):
    """How a message is shown."""

    NOTE = "note"
    CAUTION = "caution"


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for the message strip, with an optional action of the window: its key, and the words on it."""

    text: str
    tone: Tone = Tone.CAUTION
    action: str = ""
    words: str = "Review import…"


class Session(QObject):
    """Holds the study, its history, the selected patients and the answer to the current question."""

    changed = Signal(object, object)  # Study before, Study after
    opened = Signal(object)  # Study, after another workbook came in
    selected = Signal(object)  # patient id or None; all that are selected are in ``patients``
    answered = Signal(object)  # PairedResult or None
    said = Signal(object)  # Message
    busy = Signal(object)  # what is being done, or None

    def __init__(self, history: QUndoStack, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.study = Study()
        self.result: PairedResult | None = None
        self.patient: str | None = None
        self.patients: frozenset[str] = frozenset()
        self.history = history
        self.jobs = Jobs(self)

    @property
    def is_open(self) -> bool:
        """True once a workbook with patients is open."""
        return bool(self.study.cohort.patients)

    def open(self, study: Study) -> None:
        """Show another study; its history starts empty."""
        before, self.study = self.study, study
        self.history.clear()
        self.patient, self.patients = None, frozenset()
        self.result = None
        self.opened.emit(study)
        self.changed.emit(before, study)
        self.selected.emit(None)
        self._ask()

    def edit(self, label: str, change: Change, merge: str = "") -> None:
        """Replace the study by ``change(study)`` as one undoable step; steps with the same ``merge`` become one."""
        after = change(self.study)
        if after != self.study:
            self.history.push(_Replace(self, label, (self.study, after), merge))

    def select(self, patient: str | None) -> None:
        """Highlight a patient everywhere, or nobody."""
        self.select_all(() if patient is None else (patient,), patient)

    def select_all(self, patients: Iterable[str], lead: str | None = None) -> None:
        """Highlight several patients everywhere; ``lead`` is the one that charts and cards of one patient show."""
        chosen = frozenset(patients)
        if lead not in chosen:
            lead = self.patient if self.patient in chosen else min(chosen, key=self._place, default=None)
        if (lead, chosen) != (self.patient, self.patients):
            self.patient, self.patients = lead, chosen
            self.selected.emit(lead)

    def _place(self, patient: str) -> int:
        """Where a patient stands in the cohort."""
        order = [known.id for known in self.study.cohort.patients]
        return order.index(patient) if patient in order else len(order)

    def attempt(self, action: Callable[[], None]) -> bool:
        """Run an action of the user; an expected failure becomes a sentence in the strip. True if it went well."""
        try:
            action()
        except AppError as failure:
            self.said.emit(Message(str(failure)))
            return False
        return True

    def work(self, slot: str, what: str, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Compute in the background, showing ``what``; the value goes to ``then``, a failure to the strip."""
        self.busy.emit(what)

        def report(future: "Future[Any]") -> None:
            self.busy.emit(None)
            try:
                value = future.result()
            except AppError as failure:
                self.said.emit(Message(str(failure)))
                return
            then(value)

        self.jobs.run(slot, work, report)

    def close(self) -> None:
        """End the background thread."""
        self.jobs.close()

    def show_study(self, study: Study) -> None:
        """Put a study of the history in place; for the undo commands only."""
        before, self.study = self.study, study
        self.changed.emit(before, study)
        if (before.cohort, before.comparison) != (study.cohort, study.comparison):
            self._ask()

    def _ask(self) -> None:
        cohort, question = self.study.cohort, self.study.comparison
        if question is None:
            self.jobs.forget("answer")
            self._answer(None)
            return
        self.jobs.run("answer", lambda: compare(cohort, question), self._hear)

    def _hear(self, future: "Future[Any]") -> None:
        failure = future.exception()
        # A bug must not leave the answer to the last question standing under the new one.
        self._answer(None if failure else future.result())
        if failure is not None:
            raise failure

    def _answer(self, result: PairedResult | None) -> None:
        self.result = result
        self.answered.emit(result)


class _Replace(QUndoCommand):
    """One step of the history: the study before and after it."""

    def __init__(self, session: Session, label: str, studies: tuple[Study, Study], merge: str) -> None:
        super().__init__(label)
        self._session = session
        self._before, self._after = studies
        self._merge = merge

    def redo(self) -> None:
        self._session.show_study(self._after)

    def undo(self) -> None:
        self._session.show_study(self._before)

    def id(self) -> int:
        return hash(self._merge) & 0x7FFFFFFF if self._merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Replace):
            return False
        self._after = other._after
        return True
