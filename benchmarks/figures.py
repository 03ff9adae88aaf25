"""How long a figure takes to be written, beside matplotlib writing the same curves; run it as a script.

Prints the median of several writes after one to warm up. Without matplotlib only our own times are printed.
"""

import importlib
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trajecta.io.export import export_figure, painting_ready
from trajecta.stats.charts.choice import ChartChoice
from trajecta.stats.charts.registry import build_figure
from trajecta.stats.charts.traces import DAYS_PER_MONTH
from trajecta.stats.cohort import Cohort, Measure, Observation, Patient, Visit

REPEATS = 7
SUFFIXES = ("pdf", "svg", "tif")
DAYS = (-28, 0, 30, 61, 91, 183, 274, 365)


def cohort_of(patients: int) -> Cohort:
    """Falling scores, the same at every run."""
    visits = tuple(Visit(f"day {day}", f"Day {day}", float(day)) for day in DAYS)
    people = tuple(Patient(f"SYN-{i + 1:02d}") for i in range(patients))
    observations = tuple(
        Observation(p.id, v.key, "score", float(max(0, 16 - 2 * j - i * (j + 3) % 5)), float(DAYS[j] + i % 5))
        for i, p in enumerate(people)
        for j, v in enumerate(visits)
    )
    measure = Measure("score", "SLEDAI-2K", "points")
    return Cohort(people, visits, (measure,), observations, time_zero="infusion", synthetic=True)


def median_ms(write: Callable[[], object]) -> float:
    """Median milliseconds of one call after one to warm up."""
    write()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        write()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def matplotlib_writer(cohort: Cohort) -> Callable[[Path], None] | None:
    """Writes the same curves with matplotlib, building the figure each time as we do; None if it is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        return None
    importlib.import_module("matplotlib").use("Agg")
    plt: Any = importlib.import_module("matplotlib.pyplot")
    plt.rcParams.update({"pdf.fonttype": 42, "svg.fonttype": "none", "font.size": 7})

    def write(path: Path) -> None:
        figure, axes = plt.subplots(figsize=(183 / 25.4, 100 / 25.4))
        for patient in cohort.patients:
            series = cohort.series("score", patient.id)
            months = [(o.day or 0.0) / DAYS_PER_MONTH for o in series]
            axes.plot(months, [o.value for o in series], marker="o", markersize=4, linewidth=1, label=patient.id)
        axes.axvline(0, linestyle="--")
        axes.set_xlabel("Months after infusion")
        axes.set_ylabel("SLEDAI-2K (points)")
        axes.legend(fontsize=5, ncols=2)
        extra = {"pil_kwargs": {"compression": "tiff_lzw"}} if path.suffix == ".tif" else {}
        figure.savefig(path, dpi=600, **extra)
        plt.close(figure)

    return write


def main() -> None:
    """Print one line for each number of patients and format."""
    painting_ready()
    with tempfile.TemporaryDirectory() as folder:
        for patients in (5, 50):
            cohort = cohort_of(patients)
            choice = ChartChoice("trajectories", 183.0)
            build = median_ms(lambda: build_figure(cohort, "score", None, choice))  # noqa: B023  called at once
            print(f"{patients:3d} patients  describe {build:7.1f} ms")
            other = matplotlib_writer(cohort)
            for suffix in SUFFIXES:
                path = Path(folder) / f"figure.{suffix}"
                ours = median_ms(lambda: export_figure(build_figure(cohort, "score", None, choice), path))  # noqa: B023
                line = f"{patients:3d} patients  {suffix:8s} {ours:7.1f} ms"
                if other is not None:
                    theirs = median_ms(lambda: other(path))  # noqa: B023  called at once
                    line += f"   matplotlib {theirs:7.1f} ms   ratio {theirs / ours:5.1f}"
                print(line)


if __name__ == "__main__":
    main()
