"""Times of the comparisons over several visits beside scipy's, statsmodels' and R's for the same data, as ratios.

Ratios above 1 say how many times faster Trajecta is. Friedman's test is counted exactly here; scipy gives only the χ²
approximation, and R's coin draws 100,000 arrangements, since neither counts. The mixed models of both sides must agree.
"""

import shutil
import subprocess
import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from random import Random

import numpy as np
import pandas as pd
import scipy.stats
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.anova import AnovaRM

from trajecta.stats.cohort import Cohort, Direction, Measure, Observation, Patient, Visit
from trajecta.stats.friedman import friedman
from trajecta.stats.random_slope import own_slopes
from trajecta.stats.repeated import VisitsComparison, compare_visits
from trajecta.stats.rm_anova import rm_anova
from trajecta.stats.trend import common_slope

Rows = list[tuple[int, ...]]

COIN = """
suppressMessages(library(coin))
m <- matrix(c({values}), ncol = {visits}, byrow = TRUE)
d <- data.frame(y = as.vector(m), v = factor(col(m)), p = factor(row(m)))
drawn <- approximate(nresample = 100000)
took <- system.time(p <- pvalue(friedman_test(y ~ v | p, d, distribution = drawn)))[["elapsed"]]
cat(sprintf("%.6g %.6g", p, took))
"""
LME4 = """
suppressMessages(library(lmerTest))
m <- matrix(c({values}), ncol = {visits}, byrow = TRUE)
d <- data.frame(y = as.vector(m), t = as.vector(col(m)) - 1, p = factor(row(m)))
run <- function() coef(summary(suppressMessages(lmer(y ~ t + {part}, d))))["t", "Std. Error"]
invisible(run())
took <- system.time(for (i in 1:5) se <- run())[["elapsed"]] / 5
cat(sprintf("%.9g %.6g", se, took))
"""


def seconds(run: Callable[[], object], budget: float = 0.5) -> float:
    """Best time of one call: repeated until the budget is spent, at least twice."""
    best, end, rounds = float("inf"), time.perf_counter() + budget, 0
    while rounds < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best, rounds = min(best, time.perf_counter() - start), rounds + 1
    return best


def sample(patients: int, visits: int) -> Rows:
    """Scores from 0 to 20 that fall a little, with ties as scores have them and slopes that differ between patients."""
    source = Random(100 * patients + visits)
    found = []
    for _ in range(patients):
        level, steep = source.gauss(12, 3), source.gauss(-0.4, 0.5)
        found.append(tuple(round(max(0.0, level + steep * v + source.gauss(0, 2))) for v in range(visits)))
    return found


def with_r(program: str, rows: Rows, **more: str) -> tuple[float, float] | None:
    """(figure, seconds) that an R program prints; None without Rscript or its packages."""
    if shutil.which("Rscript") is None:
        return None
    values = ",".join(str(x) for row in rows for x in row)
    text = program.format(values=values, visits=len(rows[0]), **more)
    done = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    figure, took = done.stdout.split()
    return float(figure), float(took)


def report(name: str, own: float, other: float | None, note: str = "") -> None:
    """One line: own time, the other's time, the ratio, and a remark."""
    beside = "–" if other is None else f"{other * 1e3:11.2f} ms   ratio {other / own:8.1f}"
    print(f"{name:<52} {own * 1e3:10.2f} ms {beside}   {note}")


def friedman_lines() -> None:
    """Friedman's test, exact, beside the approximation and the simulation of others."""
    for patients, visits in ((5, 3), (5, 5), (10, 4), (20, 3), (24, 4), (60, 3), (15, 5)):
        rows = sample(patients, visits)
        found = friedman(rows)
        own = seconds(partial(friedman, rows))
        columns = list(zip(*rows, strict=True))
        approximate = partial(scipy.stats.friedmanchisquare, *columns)
        how = "exact" if found.exact_p is not None else "simulated"
        name = f"Friedman, {patients} × {visits}, {how}"
        report(f"{name}, scipy χ²", own, seconds(approximate), f"P {found.p:.5f}, χ² {approximate().pvalue:.5f}")
        drawn = with_r(COIN, rows)
        report(f"{name}, R coin 100,000 draws", own, drawn and drawn[1], f"{drawn[0]:.5f}" if drawn else "")


def anova_lines() -> None:
    """The ANOVA with both corrections, which statsmodels does not have."""
    for patients, visits in ((5, 3), (20, 4), (50, 10)):
        rows = sample(patients, visits)
        long = pd.DataFrame(
            [(p, v, x) for p, row in enumerate(rows) for v, x in enumerate(row)], columns=["p", "v", "y"]
        )
        other = seconds(lambda table=long: AnovaRM(table, "y", "p", within=["v"]).fit())  # type: ignore[misc]
        report(f"RM-ANOVA, {patients} × {visits}, statsmodels AnovaRM", seconds(partial(rm_anova, rows)), other)


def with_statsmodels(rows: Rows) -> object:
    """The random-intercept model of statsmodels with its defaults."""
    visits = len(rows[0])
    design = np.column_stack([np.ones(len(rows) * visits), np.tile(np.arange(visits, dtype=float), len(rows))])
    values = np.array([x for row in rows for x in row], dtype=float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MixedLM(values, design, np.repeat(np.arange(len(rows)), visits)).fit(reml=True)


def slope_lines() -> None:
    """Mixed models: random intercept by own REML, random slope by statsmodels with Powell's method."""
    for patients, visits in ((5, 5), (12, 4), (20, 4), (50, 10)):
        rows = sample(patients, visits)
        courses = [[(Fraction(v), Fraction(x)) for v, x in enumerate(row)] for row in rows]
        for name, fit, part in (("intercept", common_slope, "(1 | p)"), ("slope", own_slopes, "(t | p)")):
            found = fit(courses)
            if found.se is None:
                continue
            own = seconds(partial(fit, courses))
            r = with_r(LME4, rows, part=part)
            note = f"SE {found.se:.6f}" + (f" against {r[0]:.6f}" if r else "")
            report(f"random {name}, {patients} × {visits}, R lmerTest", own, r and r[1], note)
            if name == "intercept":
                other = seconds(partial(with_statsmodels, rows))
                report(f"random {name}, {patients} × {visits}, statsmodels", own, other)


def whole_answers() -> None:
    """A whole answer: all tests, all pairs of visits, all summaries, all sentences."""
    for patients, visits in ((5, 3), (5, 7), (20, 4), (50, 5)):
        rows = sample(patients, visits)
        planned = tuple(Visit(f"month {v}", f"Month {v}", 30.4375 * v) for v in range(visits))
        cohort = Cohort(
            tuple(Patient(str(p)) for p in range(patients)),
            planned,
            (Measure("m", "Score", direction=Direction.LOWER),),
            tuple(
                Observation(str(p), visit.key, "m", float(x))
                for p, row in enumerate(rows)
                for visit, x in zip(planned, row, strict=True)
            ),
        )
        report(
            f"whole answer, {patients} × {visits}",
            seconds(partial(compare_visits, cohort, VisitsComparison("m"))),
            None,
        )


if __name__ == "__main__":
    friedman_lines()
    anova_lines()
    slope_lines()
    whole_answers()
