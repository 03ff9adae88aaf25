"""Times of the exact kernels beside scipy's and R's for the same data, printed as ratios.

Every line first checks that both sides give the same P. scipy enumerates the sign patterns (PermutationMethod); R runs
exactRankTests in one process, its start-up taken off; of both sides the best time is taken. Ratios above 1 say how many
times faster Trajecta is. The signed-rank P of up to 1,000 pairs must have been counted with whole numbers.
"""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import numpy as np
import scipy.stats

from trajecta.stats.cohort import Cohort, Direction, Measure, Observation, Patient, Visit
from trajecta.stats.compare import compare
from trajecta.stats.decimals import PairedValues, paired_values
from trajecta.stats.paired_tests import TESTS, signed_rank
from trajecta.stats.results import Comparison, Zeros
from trajecta.stats.sign_patterns import How

R_PROGRAM = """
suppressMessages(library(exactRankTests))
d <- as.integer(strsplit("{values}", ",")[[1]])
run <- function() {call}
p <- run()
took <- replicate({batches}, system.time(for (i in 1:{rounds}) run())[["elapsed"]] / {rounds})
cat(sprintf("%.17g %.9g", p, min(took)))
"""


BATCHES = 5


def seconds(run: Callable[[], object], budget: float = 0.5) -> float:
    """Best time of one call: repeated until the budget is spent, at least three times."""
    best, end, rounds = float("inf"), time.perf_counter() + budget, 0
    while rounds < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        best, rounds = min(best, time.perf_counter() - start), rounds + 1
    return best


def sample(n: int) -> tuple[list[int], PairedValues]:
    """Whole-number differences with ties and zeros, as scores have them."""
    source = Random(n)
    differences = [round(source.gauss(2, 5)) for _ in range(n)]
    return differences, paired_values([0] * n, differences)


def with_scipy(differences: list[int]) -> Callable[[], float]:
    """The signed-rank P by enumerating the 2^m sign patterns."""
    moved = np.array([d for d in differences if d])
    method = scipy.stats.PermutationMethod(n_resamples=2 ** len(moved))
    return lambda: float(scipy.stats.wilcoxon(moved, method=method).pvalue)


def with_r(differences: list[int], call: str, rounds: int) -> tuple[float, float] | None:
    """(P, seconds a call) of an R expression over the differences ``d``; None without Rscript or the package.

    The best of several batches of ``rounds`` calls, as R's clock ticks in milliseconds.
    """
    if shutil.which("Rscript") is None:
        return None
    values = ",".join(map(str, differences))
    program = R_PROGRAM.format(values=values, call=call, rounds=rounds, batches=BATCHES)
    done = subprocess.run(["Rscript", "-e", program], capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    p, took = done.stdout.split()
    return float(p), float(took)


def report(name: str, own: float, other: float | None, own_p: float | None, other_p: float | None) -> None:
    """One line: own time, the other's time, the ratio, and whether the P values agree."""
    if other is None or other_p is None or own_p is None:
        print(f"{name:<46} {own * 1e3:9.3f} ms            –")
        return
    agree = "same P" if abs(own_p / other_p - 1) < 1e-8 else f"P {own_p:.12g} against {other_p:.12g}"
    print(f"{name:<46} {own * 1e3:9.3f} ms {other * 1e3:11.3f} ms   ratio {other / own:10.1f}   {agree}")


def untied(n: int) -> list[int]:
    """Differences of which no two are of one size."""
    source = Random(n)
    drawn = [source.gauss(0.2, 1) for _ in range(n)]
    place = {value: rank for rank, value in enumerate(sorted(drawn, key=abs), start=1)}
    return [place[value] if value > 0 else -place[value] for value in drawn]


def scores(n: int, spread: float) -> list[int]:
    """Whole scores near no change, of which about three times ``spread`` sizes occur."""
    source = Random(n)
    return [round(source.gauss(0.15 * spread, spread)) for _ in range(n)]


def large_samples(n: int) -> Iterator[tuple[str, list[int]]]:
    """Kinds of ties among hundreds of pairs: none, a few, many equal scores."""
    yield "untied", untied(n)
    yield "few ties", scores(n, 20.0 * n)
    yield "some ties", scores(n, 0.5 * n)
    for spread in (20, 5.5, 2):
        differences = scores(n, spread)
        yield f"{len({abs(d) for d in differences if d})} tie groups", differences


def signed_rank_lines() -> None:
    """The signed-rank test beside both."""
    for n in (5, 12, 16, 20, 50):
        differences, values = sample(n)
        if n <= 16:
            enumerate_patterns = with_scipy(differences)
            own, took = seconds(partial(signed_rank, values)), seconds(enumerate_patterns)
            report(f"signed rank, n = {n}, scipy enumeration", own, took, signed_rank(values).p, enumerate_patterns())
        beside_r(f"signed rank, n = {n}, R exactRankTests", differences, 20)
    for n, rounds in ((200, 20), (1000, 1)):
        for kind, differences in large_samples(n):
            beside_r(f"signed rank, n = {n}, {kind}, R", differences, rounds)


def beside_r(name: str, differences: list[int], rounds: int) -> None:
    """One line: the signed-rank test of the differences and exactRankTests."""
    values = paired_values([0] * len(differences), differences)
    result = signed_rank(values)
    assert How.COUNTED.value in result.method
    own = seconds(partial(signed_rank, values))
    p, took = with_r(differences, "wilcox.exact(d[d != 0], exact = TRUE)$p.value", rounds) or (None, None)
    report(name, own, took, result.p, p)


def sign_flip_lines() -> None:
    """The permutation test of the mean beside R."""
    sign_flip = next(test for test in TESTS if test.key == "sign_flip")
    for n in (5, 20, 50, 200, 1000):
        differences, values = sample(n)
        result = sign_flip.run(values, Zeros.WILCOXON)
        own = seconds(partial(sign_flip.run, values, Zeros.WILCOXON))
        assert result.p is not None
        low = min(0, *differences)
        call = f"perm.test(d - ({low}L), rep({-low}L, length(d)), paired = TRUE, exact = TRUE)$p.value"
        p, took = with_r(differences, call, 20) or (None, None)
        report(f"sign flip, n = {n}, R exactRankTests", own, took, result.p, p)


def whole_answers() -> None:
    """A whole answer: all tests, all intervals, all sentences."""
    for n in (5, 20, 50, 200):
        differences, _ = sample(n)
        ids = [str(i) for i in range(n)]
        sides = (("baseline", [50] * n), ("month 3", [50 + d for d in differences]))
        cohort = Cohort(
            tuple(Patient(i) for i in ids),
            tuple(Visit(key, key) for key, _ in sides),
            (Measure("m", "Score", direction=Direction.LOWER),),
            tuple(Observation(i, key, "m", float(v)) for key, side in sides for i, v in zip(ids, side, strict=True)),
        )
        question = Comparison("m", "baseline", "month 3")
        print(f"whole answer, n = {n:<4} {seconds(partial(compare, cohort, question)) * 1e3:36.3f} ms")


if __name__ == "__main__":
    signed_rank_lines()
    sign_flip_lines()
    whole_answers()
