"""The line at the bottom: the file, what is in it, what was noticed, and what is being worked on."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton

from trajecta.gui.parts import looking
from trajecta.gui.session import Session
from trajecta.io.study import Study
from trajecta.stats.cohort import Severity


def counted(n: int, word: str) -> str:
    """“1 patient”, “5 patients”."""
    return f"{n} {word}" + ("" if n == 1 else "s")


class Foot(QFrame):
    """28 px; the issues are a button, running work can be cancelled."""

    issues_wanted = Signal()
    cancelled = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setFixedHeight(28)
        self._file = looking(QLabel(), "soft")
        self._counts = looking(QLabel(), "soft")
        self.issues = looking(QPushButton(), "issues")
        self.issues.hide()
        self._what = looking(QLabel(), "soft")
        self._progress = QProgressBar(maximum=0, textVisible=False)
        self._progress.setFixedWidth(80)
        self._cancel = looking(QPushButton("Cancel"), "link")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(16)
        for widget in (self._file, self._counts, self.issues):
            layout.addWidget(widget)
        layout.addStretch()
        for part in (self._what, self._progress, self._cancel):
            layout.addWidget(part)
        self.show_busy(None)
        self.issues.clicked.connect(self.issues_wanted)
        self._cancel.clicked.connect(self.cancelled)
        session.changed.connect(lambda _, study: self._show(study))
        session.busy.connect(self.show_busy)

    def show_busy(self, what: str | None) -> None:
        """Say what is being done, or that nothing is."""
        self._what.setText(what or "")
        for widget in (self._what, self._progress, self._cancel):
            widget.setVisible(what is not None)

    def _show(self, study: Study) -> None:
        cohort = study.cohort
        self._file.setText(study.source.name if study.source else "")
        self._file.setToolTip(str(study.source) if study.source else "")
        self._counts.setText(
            " · ".join(
                (
                    counted(len(cohort.patients), "patient"),
                    counted(len(cohort.visits), "visit"),
                    counted(len(cohort.measures), "measure"),
                )
            )
            if cohort.patients
            else ""
        )
        serious = [issue for issue in study.issues if issue.severity is not Severity.NOTE]
        notes = len(study.issues) - len(serious)
        words = [counted(len(serious), "issue")] if serious else []
        words += [counted(notes, "note")] if notes else []
        self.issues.setText(", ".join(words))
        self.issues.setObjectName("issues" if serious else "notes")
        self.issues.style().unpolish(self.issues)
        self.issues.style().polish(self.issues)
        self.issues.setVisible(bool(words))
