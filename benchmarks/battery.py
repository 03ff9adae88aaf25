"""Fifty measures by five procedures beside scipy for the same data, printed as a ratio.

Procedures: paired t, exact signed-rank, exact sign test, exact sign-flip test, BCa interval of the mean. scipy cannot
count 20 patients with ties in reasonable time, so its permutation tests draw 9,999 patterns where Trajecta counts all.
It is also timed with ``wilcoxon`` at its fastest, which with ties is an approximation. The P values that both sides
compute exactly are checked to agree first.
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from random import Random

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from trajecta.stats.bootstrap import bca
from trajecta.stats.decimals import paired_values
from trajecta.stats.paired_tests import paired_t, sign, sign_flip, signed_rank

MEASURES, PATIENTS, ROUNDS = 50, 20, 3
Sides = tuple[list[float], list[float]]


def measures() -> list[Sides]:
    """Scores with one decimal, ties and a few unchanged patients."""
    source = Random(1)
    found = []
    for _ in range(MEASURES):
        before = [round(source.uniform(2, 20), 1) for _ in range(PATIENTS)]
        found.append((before, [round(b - round(source.gauss(1, 3)), 1) for b in before]))
    return found


def own(sides: list[Sides]) -> list[tuple[float | None, ...]]:
    """The five procedures on every measure; the P values of t and sign test, to compare."""
    found = []
    for before, after in sides:
        values = paired_values(before, after)
        tests = [run(values) for run in (paired_t, sign, signed_rank, sign_flip)]
        bca(values)
        found.append((tests[0].p, tests[1].p))
    return found


def with_scipy(sides: list[Sides], fastest: bool = False) -> list[tuple[float | None, ...]]:
    """The same with scipy.stats."""
    found = []
    source = np.random.default_rng(1)
    drawn = scipy.stats.PermutationMethod(n_resamples=9_999, rng=source)
    for before, after in sides:
        # Rounded, since binary subtraction breaks ties and zeros.
        d = np.round(np.array(after) - np.array(before), 6)
        moved = d[d != 0]
        t = scipy.stats.ttest_1samp(d, 0).pvalue
        signs = scipy.stats.binomtest(int((moved > 0).sum()), len(moved)).pvalue
        scipy.stats.wilcoxon(moved, method="auto" if fastest else drawn)
        scipy.stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=9_999, rng=source)
        scipy.stats.bootstrap((d,), np.mean, n_resamples=9_999, rng=source)
        found.append((float(t), float(signs)))
    return found


def seconds(run: Callable[[list[Sides]], object], sides: list[Sides]) -> float:
    """Median time of a whole battery."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run(sides)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def bca_times(n: int, sides: tuple[str, ...]) -> list[float]:
    """Median milliseconds of one BCa interval for each of the sides, which take turns; a new seed for each turn."""
    source = Random(n)
    d = [source.randint(-20, 30) for _ in range(n)]
    runs: dict[str, Callable[[int], object]] = {
        "own": lambda seed: bca(paired_values([0] * n, d), seed=seed),
        "scipy": lambda seed: scipy.stats.bootstrap((np.array(d),), np.mean, rng=np.random.default_rng(seed)),
        "scipy, pairs": lambda seed: scipy.stats.bootstrap(
            (np.array(d), np.zeros(n)), mean_change, paired=True, rng=np.random.default_rng(seed)
        ),
        "numpy": lambda seed: np.random.default_rng(seed).integers(0, n, size=(9_999, n)),
    }
    times: list[list[float]] = [[] for _ in sides]
    for seed in range(31):
        for side, taken in zip(sides, times, strict=True):
            start = time.perf_counter()
            runs[side](seed)
            taken.append(time.perf_counter() - start)
    return [1e3 * statistics.median(taken) for taken in times]


def mean_change(after: NDArray[np.float64], before: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """What scipy resamples where it is given pairs, as we are, and not their differences."""
    found: NDArray[np.float64] = np.mean(after - before, axis=axis)
    return found


def alone(n: int, *sides: str) -> list[float]:
    """The times measured in a new process: memory that one side has released makes the other faster or slower."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(bca_times, n, sides).result()


def bca_ratios() -> None:
    """One BCa interval beside scipy's of pairs and of differences, in processes of their own, then by turns in one."""
    for n in (5, 10, 20, 50, 200):
        (own,), (theirs,), (pairs,), (drawing,) = (alone(n, side) for side in ("own", "scipy", "scipy, pairs", "numpy"))
        turns, their_turns = alone(n, "own", "scipy")
        print(
            f"BCa, n = {n:<4} {own:5.2f} ms; scipy of pairs {pairs:5.2f} ms, ratio {own / pairs:.2f}; of differences "
            f"{theirs:5.2f} ms, ratio {own / theirs:.2f}, by turns in one process {turns / their_turns:.2f}; "
            f"numpy's draws {drawing:.2f} ms"
        )


if __name__ == "__main__":
    data = measures()
    for mine, reference in zip(own(data), with_scipy(data), strict=True):
        for p, expected in zip(mine, reference, strict=True):
            assert p is not None
            assert expected is not None
            assert abs(p / expected - 1) < 1e-9, (p, expected)
    first = seconds(own, data)
    print(f"{MEASURES} measures x 5 procedures, n = {PATIENTS}: {first * 1e3:.0f} ms, all counted exactly")
    for name, fastest in (("PermutationMethod, two of five drawn", False), ("wilcoxon approximated", True)):
        second = seconds(partial(with_scipy, fastest=fastest), data)
        print(f"the same with scipy ({name}): {second * 1e3:.0f} ms, ratio {first / second:.3f}")
    bca_ratios()
