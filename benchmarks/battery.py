"""Fifty measures by five procedures beside scipy for the same data, printed as a ratio.

Procedures: paired t, exact signed-rank, exact sign test, exact sign-flip test, BCa interval of the mean. scipy cannot
count 20 patients with ties in reasonable time, so its permutation tests draw 9,999 patterns where Trajecta counts all.
It is also timed with ``wilcoxon`` at its fastest, which with ties is an approximation. The P values that both sides
compute exactly are checked to agree first.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from random import Random

import numpy as np
import scipy.stats

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


def best(run: Callable[[], object]) -> float:
    """Shortest of 30 runs, in milliseconds."""
    times = []
    for _ in range(30):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def bca_ratios() -> None:
    """One BCa interval beside scipy's: for the first measure of a cohort, and for a further one of the same size."""
    for n in (10, 20, 50, 200):
        source = Random(n)
        d = [source.randint(-20, 30) for _ in range(n)]
        values, array = paired_values([0] * n, d), np.array(d)
        seeds = iter(range(10**6))
        first = best(lambda values=values, seeds=seeds: bca(values, seed=next(seeds)))  # type: ignore[misc]  # bound now
        further = best(lambda values=values: bca(values))  # type: ignore[misc]
        theirs = best(
            lambda array=array: scipy.stats.bootstrap(  # type: ignore[misc]
                (array,), np.mean, n_resamples=9_999, rng=np.random.default_rng(1)
            )
        )
        print(
            f"BCa, n = {n:<4} first {first:6.2f} ms, further {further:6.2f} ms, scipy {theirs:6.2f} ms, "
            f"ratios {first / theirs:.2f} and {further / theirs:.2f}"
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
