"""The findings of the preflight as a quiet list: what it is about in front, what to do about it behind."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from trajecta.gui.parts import called, looking
from trajecta.io.preflight import Finding
from trajecta.stats.cohort import Severity

WORDS = {Severity.ERROR: "Breaks it", Severity.WARNING: "Look at", Severity.NOTE: "Note"}
HEIGHT = 148  # px; three findings of two lines, the rest by scrolling


class PreflightList(QScrollArea):
    """Shows findings, or one sentence where there are none; always as high, so that the preview does not jump."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("findings")
        self.setFixedHeight(HEIGHT)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        called(self, "What to look at before sending")
        self.shown: tuple[Finding, ...] = ()
        self.show_findings((), "")

    def show_findings(self, findings: tuple[Finding, ...], none: str) -> None:
        """List these findings; ``none`` is what to say where there are none."""
        self.shown = findings
        body = looking(QWidget(), "findings")
        grid = QGridLayout(body)
        grid.setContentsMargins(16, 10, 16, 10)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, finding in enumerate(findings):
            look = "finding" if finding.severity is Severity.ERROR else "caption"
            grid.addWidget(looking(QLabel(WORDS[finding.severity]), look), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_wrapped(finding.text, ""), row, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_wrapped(finding.advice, "soft"), row, 2, Qt.AlignmentFlag.AlignTop)
        if not findings:
            grid.addWidget(_wrapped(none, "soft"), 0, 0, 1, 3)
        grid.setColumnMinimumWidth(2, 190 if findings else 0)
        grid.setRowStretch(len(findings) + 1, 1)
        self.setWidget(body)
        self.setAccessibleDescription("\n".join(str(finding) for finding in findings) or none)


def _wrapped(text: str, look: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return looking(label, look) if look else label
