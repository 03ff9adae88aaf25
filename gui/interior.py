"""What fills the window after its first paint: the session, the message strip, the foot, the opening, the workplace."""

from typing import TYPE_CHECKING

from trajecta.gui.cuts import Cuts
from trajecta.gui.foot import Foot
from trajecta.gui.message_strip import MessageStrip
from trajecta.gui.opening import Opening
from trajecta.gui.session import Session
from trajecta.gui.theme import Theme
from trajecta.io.study import Study

if TYPE_CHECKING:
    from trajecta.gui.window import MainWindow
    from trajecta.gui.workplace import Workplace

CANCELLABLE = ("open", "overview", "report")


class Interior:
    """Puts the parts together; no part knows another, and all of them know only the session."""

    def __init__(self, window: "MainWindow") -> None:
        self.window = window
        self.session = Session(window.commands.history, window)
        self.opening = Opening(self.session, window.preferences, window, lambda: window.theme)
        self.cuts = Cuts(self.session, window, self.opening.read, lambda: window.theme)
        self.strip = MessageStrip()
        self.foot = Foot(self.session)
        self.work: Workplace | None = None
        window.column.insertWidget(1, self.strip)
        window.column.addWidget(self.foot)
        self.session.said.connect(self.strip.say)
        self.session.changed.connect(lambda _, study: self._show(study))
        self.session.opened.connect(lambda _: self._opened())
        self.session.busy.connect(window.start.show_busy)
        self.strip.wanted.connect(self.do)
        self.foot.issues_wanted.connect(lambda: self.do("issues"))
        self.foot.cancelled.connect(self._cancel)

    def set_theme(self, theme: Theme) -> None:
        """Change the look of the panels."""
        if self.work is not None:
            self.work.set_theme(theme)

    def workplace(self) -> "Workplace":
        """The three columns, made when the first study is opened."""
        if self.work is None:
            # Imported in the background by then (``warm_up``), so that this costs no half second here.
            from trajecta.gui.workplace import Workplace

            self.work = Workplace(self.session, self.window.theme, self.window.preferences)
            self.window.pages.addWidget(self.work)
            self.work.turned.connect(lambda key, on: self.window.commands.named[key].setChecked(on))
            self.work.wanted.connect(self.window.do)
        return self.work

    def do(self, key: str) -> None:
        """Carry out an action that needs the session."""
        if key in ("reload", "earlier", "certificate"):
            self.cuts.do(key)
        elif key in ("review", "issues"):
            self.opening.review(issues=key == "issues")
        elif key == "present":
            self._present(self.window.bar.isVisible())
        else:
            self.workplace().do(key)

    def close(self) -> None:
        """End the background work."""
        self.opening.close()
        self.session.close()

    def _present(self, on: bool) -> None:
        """The figure alone on the whole screen, and back."""
        self.workplace().present(on)
        for part in (self.window.bar, self.foot):
            part.setVisible(not on)
        self.window.show_full(on)
        self.window.commands.named["present"].setChecked(on)

    def _opened(self) -> None:
        self.strip.hide()
        self.window.pages.setCurrentWidget(self.workplace())
        self.window.commands.enable(True)
        self.workplace().figure.desk.paper.setFocus()
        self.window.start.show_recent(self.window.preferences.recent)

    def _show(self, study: Study) -> None:
        title = study.cohort.title or (study.source.stem if study.source else "")
        bar = self.window.bar
        bar.title.setText(title)
        bar.title.setToolTip(title)
        bar.badge.setVisible(study.cohort.synthetic)
        parts = [title, "synthetic data" if study.cohort.synthetic else "", "Trajecta"]
        self.window.setWindowTitle(" – ".join(part for part in parts if part))

    def _cancel(self) -> None:
        self.opening.cancel()
        for slot in CANCELLABLE:
            self.session.jobs.forget(slot)
        self.session.busy.emit(None)
