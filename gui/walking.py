"""The keys of the figure: arrows walk through patients and visits, letters focus, hide and measure.

Invariants: every key changes the session or emits ``wanted``, nothing is drawn here; a key without a meaning is left
to the window.
"""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

from trajecta.gui.paper import Paper
from trajecta.gui.session import Session

STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
LETTERS = {Qt.Key.Key_F: "focus", Qt.Key.Key_H: "hide", Qt.Key.Key_X: "crosshair"}
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = Qt.KeyboardModifier.KeypadModifier  # which says only where on the keyboard an arrow is


class Walking(QObject):
    """Walks through what is drawn; ``wanted`` names an action of the window."""

    wanted = Signal(str)

    def __init__(self, session: Session, paper: Paper, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._paper = session, paper
        self.presenting = False

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key means in the figure; False if it means nothing here."""
        key, held = Qt.Key(event.key()), event.modifiers() & ~PLAIN
        if key in STEPS and held in (Qt.KeyboardModifier.NoModifier, SHIFT):
            return self._step(*STEPS[key], extend=bool(held & SHIFT))
        if held:
            return False
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            return self._step(0, -len(self._session.study.cohort.visits) * (1 if key == Qt.Key.Key_Home else -1))
        if key == Qt.Key.Key_Escape:
            return self._let_go()
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.wanted.emit("earlier-chart" if key == Qt.Key.Key_PageUp else "later-chart")
            return True
        if key in LETTERS:
            self.wanted.emit(LETTERS[key])
            return True
        return False

    def _let_go(self) -> bool:
        """Esc ends the presentation, or selects nobody; with nobody selected it belongs to the window."""
        if self.presenting:
            self.wanted.emit("present")
            return True
        if not self._session.patients:
            return False
        self._session.select(None)
        return True

    def _step(self, down: int, right: int, extend: bool = False) -> bool:
        """Go to another patient or another visit, or take the next patient in beside those that are selected."""
        study, paper = self._session.study, self._paper
        hidden = study.chart.hidden
        patients = [p.id for p in study.cohort.included if p.id not in hidden]
        if not patients:
            return False
        current = self._session.patient
        row = 0 if current not in patients else (patients.index(current) + down) % len(patients)
        visits = [o.visit for o in study.cohort.series(study.measure, patients[row]) if o.value is not None]
        at = paper.hit.visit if paper.hit else ""
        column = visits.index(at) + right if at in visits else len(visits) - 1 if right > 1 else 0
        kept = self._session.patients if extend else frozenset()
        self._session.select_all(kept | {patients[row]}, patients[row])
        if visits:
            paper.point_at(patients[row], visits[max(0, min(column, len(visits) - 1))])
        return True
