"""How long a frame takes while the figure is panned and zoomed, and how long a hover is answered; run it as a script.

Frames are those of the window's own paper at 1280 × 800, driven by wheel and mouse events and repainted at once, on
whatever platform Qt finds (``QT_QPA_PLATFORM=offscreen``, or a virtual screen). The first column of frames is the full
page as it is drawn at rest, so that the ratio says what sketching is worth.
"""

import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from trajecta.gui.paper import Paper
from trajecta.io.pen import draw_figure
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.cohort import Cohort, Measure, Observation, Patient, Visit

SIZES = (5, 20, 50, 500, 5000)
VISITS = 20
FRAMES = 30
SCREEN = (1280, 800)


def cohort_of(patients: int) -> Cohort:
    """Courses of a laboratory value that all differ, the same at every run."""
    chance = random.Random(5)
    days = [30 * i for i in range(VISITS)]
    visits = tuple(Visit(f"day {day}", f"Day {day}", float(day)) for day in days)
    people = tuple(Patient(f"SYN-{i + 1:04d}") for i in range(patients))
    observations = []
    for person in people:
        value = chance.uniform(40, 100)
        for visit, day in zip(visits, days, strict=True):
            value = max(0.0, value + chance.gauss(-1.5, 5))
            observations.append(
                Observation(person.id, visit.key, "c3", round(value, 1), float(day + chance.randint(0, 6)))
            )
    measure = Measure("c3", "C3", "mg/dL")
    return Cohort(people, visits, (measure,), tuple(observations), time_zero="infusion", synthetic=True)


def frame_ms(paper: Paper, act: Callable[[Paper, int], None]) -> list[float]:
    """Milliseconds from an event of the user to the frame that shows its effect."""
    times = []
    for i in range(FRAMES + 3):
        start = time.perf_counter()
        act(paper, i)
        paper.viewport().repaint()
        times.append((time.perf_counter() - start) * 1000)
    return times[3:]


def wheel(paper: Paper, i: int) -> None:
    """Turn the wheel by one notch, in and out by turns of five."""
    at = QPointF(paper.rect().center())
    angle = QPoint(0, 120 if i // 5 % 2 == 0 else -120)
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(at, at, QPoint(), angle, Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(paper.viewport(), event)


def mouse(paper: Paper, kind: QEvent.Type, at: QPointF) -> None:
    """Send what a held left button sends."""
    left = Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else left
    event = QMouseEvent(kind, at, paper.mapToGlobal(at), left, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(paper.viewport(), event)


def drag(paper: Paper, i: int) -> None:
    """Move the pressed mouse by a few pixels."""
    middle = QPointF(paper.rect().center())
    mouse(paper, QEvent.Type.MouseMove, middle + QPointF(6.0, 4.0) * (i % 20 + 1))


def paper_ms(paper: Paper) -> float:
    """Milliseconds that the pen needs for the whole page."""
    figure = paper.shown()
    assert figure is not None
    image = QImage(paper.size(), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    start = time.perf_counter()
    painter = QPainter(image)
    draw_figure(painter, figure, paper.scale_factor)
    painter.end()
    return (time.perf_counter() - start) * 1000


def hover_ms(paper: Paper) -> tuple[float, float]:
    """Milliseconds until the patient under the mouse is known, and until the frame shows it."""
    answers, frames = [], []
    for i in range(FRAMES):
        at = QPointF(100 + i * (paper.width() - 200) / FRAMES, paper.height() / 2)
        start = time.perf_counter()
        paper._targets.symbol_near(at, paper.scale_factor, None)
        answers.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        QTest.mouseMove(paper.viewport(), at.toPoint())
        paper.viewport().repaint()
        frames.append((time.perf_counter() - start) * 1000)
    return statistics.median(answers), statistics.median(frames)


def wait_for_the_paper(paper: Paper) -> float:
    """Seconds until the page stands in full after a movement."""
    start = time.perf_counter()
    paper.viewport().repaint()
    while not (paper.sheet.exact and not paper.sheet.moving):
        QApplication.processEvents()
    return time.perf_counter() - start


def main() -> None:
    """Print one line for each number of patients."""
    app = QApplication([])
    pg.setConfigOption("mouseRateLimit", -1)  # every movement counts, as fast as they come
    print(f"{app.platformName()}, {SCREEN[0]} × {SCREEN[1]}, {VISITS} visits; median (slowest of {FRAMES}) in ms")
    papers: list[Paper] = []  # kept: a closed pyqtgraph view takes its scene with it
    for patients in SIZES:
        cohort = cohort_of(patients)
        papers.append(paper := Paper())
        figure = build_figure(cohort, "c3", None, ChartChoice("trajectories", 183.0))
        high = min(SCREEN[1], int(SCREEN[0] * figure.height / figure.width))
        paper.resize(int(high * figure.width / figure.height), high)
        paper.show()
        paper.show_figure(figure)
        app.processEvents()
        wait_for_the_paper(paper)
        full = paper_ms(paper)
        zoom = frame_ms(paper, wheel)
        mouse(paper, QEvent.Type.MouseButtonPress, QPointF(paper.rect().center()))
        pan = frame_ms(paper, drag)
        mouse(paper, QEvent.Type.MouseButtonRelease, QPointF(paper.rect().center()))
        rest = wait_for_the_paper(paper)
        answer, frame = hover_ms(paper)
        words = [f"{name} {statistics.median(ms):6.1f} ({max(ms):6.1f})" for name, ms in (("zoom", zoom), ("pan", pan))]
        per_second = 1000 / max(statistics.median(zoom), statistics.median(pan))
        print(
            f"{patients:5d} patients  paper {full:7.1f}  {'  '.join(words)}  {per_second:5.0f} a second  "
            f"sketch/paper {1000 / per_second / full:5.2f}  at rest after {rest:5.2f} s  hover {answer:.2f}, "
            f"seen after {frame:.1f}"
        )
        paper.hide()


if __name__ == "__main__":
    main()
