"""Start-up in ratios measured in one run: first paint against an empty QMainWindow, the demo's answer on the screen,
stalls of the event loop while everything loads, and ``compare --json`` as a whole process against R where it is.

Run: ``python benchmarks/start_up.py [RUNS]`` (offscreen unless QT_QPA_PLATFORM says otherwise).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "resources" / "demo" / "cart-sle.xlsx"

EMPTY = """
import sys, time
from PySide6.QtWidgets import QApplication, QMainWindow
from PySide6.QtCore import QEvent, QTimer
class Window(QMainWindow):
    def event(self, event):
        done = super().event(event)
        if event.type() == QEvent.Type.Paint:
            print("painted", time.time() - float(sys.argv[1]), flush=True)
            QTimer.singleShot(0, app.quit)
        return done
app = QApplication([])
window = Window(); window.resize(1280, 800); window.show()
app.exec()
"""

OURS = """
import sys, time
started = float(sys.argv[1])
import trajecta.gui.app as entry
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
class Watch(QObject):
    seen = False
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and not self.seen:
            self.seen = True
            print("painted", time.time() - started, flush=True)
        return False
class Window(entry.MainWindow):
    def __init__(self, preferences):
        super().__init__(preferences)
        self.watch = Watch(self)
        self._foot.installEventFilter(self.watch)  # painted last
        self.gaps, self.last = [], time.perf_counter()
        self.clock = QTimer(self, interval=5, timerType=Qt.TimerType.PreciseTimer)
        self.clock.timeout.connect(self.tick)
        self.clock.start()
        self.listening = False
    def tick(self):
        if not self.listening and self._interior is not None:
            self.listening = True
            self.interior.session.answered.connect(self.heard)
        now = time.perf_counter()
        self.gaps.append(now - self.last)
        self.last = now
    def heard(self, result):
        if result is not None:
            QTimer.singleShot(0, lambda: print("answered", time.time() - started, flush=True))
            QTimer.singleShot(1500, self.end)
    def end(self):
        gaps = sorted(self.gaps)
        print("p99", gaps[int(len(gaps) * 0.99)], flush=True)
        print("worst", gaps[-1], flush=True)
        self.close()
entry.MainWindow = Window
entry.run(None, demo=True)
"""

R_SCRIPT = """
suppressMessages({library(readxl); library(exactRankTests)})
d <- read_excel(commandArgs(TRUE)[1], sheet = "Visits")
b <- d[d$Visit == "Baseline", ]; a <- d[d$Visit == "Month 3", ]
m <- merge(b, a, by = "Patient ID")
w <- wilcox.exact(m$`SLEDAI-2K.x`, m$`SLEDAI-2K.y`, paired = TRUE, conf.int = TRUE)
t <- t.test(m$`SLEDAI-2K.x`, m$`SLEDAI-2K.y`, paired = TRUE)
cat(w$p.value, t$p.value, "\\n")
"""


def said(code: str) -> dict[str, float]:
    """Run code in a fresh process; the seconds that it prints, by their names."""
    command = [sys.executable, "-c", code, str(time.time())]
    out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    return {name: float(value) for name, value in (line.split() for line in out.splitlines())}


def whole(command: list[str]) -> float:
    """Seconds of a whole process (without a time limit, which would be polled every 50 ms)."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    """Print the medians and the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()
    question = ["--measure", "SLEDAI-2K", "--before", "baseline", "--after", "month 3", "--json"]
    compare = [sys.executable, str(ROOT / "main.py"), "compare", str(DEMO), *question]
    with tempfile.NamedTemporaryFile("w", suffix=".R", delete=False) as script:
        script.write(R_SCRIPT)
    in_r = ["Rscript", script.name, str(DEMO)] if shutil.which("Rscript") else None
    said(EMPTY), said(OURS), whole(compare)  # warm the caches of the disk
    seen: dict[str, list[float]] = {}
    for _ in range(runs):
        seen.setdefault("empty window painted", []).append(said(EMPTY)["painted"])
        for name, value in said(OURS).items():
            seen.setdefault(name, []).append(value)
        seen.setdefault("compare --json", []).append(whole(compare))
        if in_r:
            seen.setdefault("R readxl + exactRankTests", []).append(whole(in_r))
    middle = {name: statistics.median(values) for name, values in seen.items()}
    for name, value in middle.items():
        print(f"{name:28s} {value * 1000:7.0f} ms   ({min(seen[name]) * 1000:.0f} to {max(seen[name]) * 1000:.0f})")
    print(
        f"first paint / empty window   {middle['painted'] / middle['empty window painted']:.2f}   (asked: at most 1.3)"
    )
    if in_r:
        ratio = middle["compare --json"] / middle["R readxl + exactRankTests"]
        print(f"compare --json / R           {ratio:.2f}   (asked: at most 0.5)")


if __name__ == "__main__":
    main()
