"""The left column: who (patients) and what (measures)."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QInputDialog, QLabel, QVBoxLayout, QWidget

from trajecta.gui.measure_list import MeasureList
from trajecta.gui.parts import looking
from trajecta.gui.patient_list import PatientList
from trajecta.gui.rows import ROW
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.study import Study

REASONS = ("protocol deviation", "consent withdrawn", "baseline not evaluable", "lost to follow-up", "other disease")


class CohortPanel(QFrame):
    """Patients above, measures below; the patient list takes no more height than it needs."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("left")
        self.setFixedWidth(264)
        self._session = session
        self.patients = PatientList(session, theme)
        self.measures = MeasureList(session, theme)
        self._count = looking(QLabel(), "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 8)
        layout.setSpacing(0)
        layout.addLayout(self._head("PATIENTS", self._count))
        layout.addWidget(self.patients, 0)
        layout.addSpacing(12)
        layout.addLayout(self._head("MEASURES", looking(QLabel("UNIT"), "caption")))
        layout.addWidget(self.measures, 1)
        self.patients.toggled.connect(self._toggle)
        session.changed.connect(lambda _, study: self._show(study))

    def set_theme(self, theme: Theme) -> None:
        """Paint the rows in this theme."""
        for view in (self.patients, self.measures):
            view.painter.theme = theme
            view.viewport().update()

    def _head(self, text: str, right: QWidget) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setContentsMargins(16, 4, 14, 6)
        head.addWidget(looking(QLabel(text), "caption"))
        head.addStretch()
        head.addWidget(right)
        return head

    def _show(self, study: Study) -> None:
        cohort = study.cohort
        self._count.setText(f"{len(cohort.included)} OF {len(cohort.patients)}")
        # At most fourteen rows before the list scrolls, so that the measures keep their place.
        self.patients.setFixedHeight(ROW * min(max(len(cohort.patients), 1), 14) + 4)
        self.patients.show_study(study)
        self.measures.show_study(study)

    def _toggle(self, patient: str) -> None:
        if any(left.patient == patient for left in self._session.study.cohort.excluded):
            self._session.edit(f"take {patient} back in", lambda study: study.including(patient))
            return
        reason, given = QInputDialog.getItem(
            self,
            f"Leave out {patient}",
            f"Why is {patient} left out? The reason is printed in every ledger.",
            REASONS,
            editable=True,
            flags=Qt.WindowType.Dialog,
        )
        if given:
            stated = reason.strip() or "no reason given"
            self._session.edit(f"leave out {patient}", lambda study: replace(study.excluding(patient, stated)))
