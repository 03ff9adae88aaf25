"""How often the intervals hold the truth, by simulation: coverage beside the level each interval claims.

Each exact interval should cover at least its achieved level less one percentage point (and the simulation's own error);
approximate ones and the bootstrap are printed to be known, not to pass.
Run ``python benchmarks/coverage.py [DRAWS] [N …]``, such as ``10000 5 8 12``; without sizes n = 3 … 20.
"""

import math
import sys
from collections import defaultdict
from random import Random
from statistics import NormalDist

from trajecta.stats.bootstrap import bca
from trajecta.stats.cohort import Direction
from trajecta.stats.decimals import paired_values
from trajecta.stats.intervals import INTERVALS, Setting

SHIFT = 0.5
"""True mean of the normal differences, in their standard deviations."""
TRUTH = {
    "mean_difference": SHIFT,
    "hodges_lehmann": SHIFT,
    "median_difference": SHIFT,
    "share_improved": NormalDist().cdf(SHIFT),
    "cohen_dz": SHIFT,
    # sd before 1, after √2: the average standard deviation is √1.5.
    "hedges_gav": SHIFT / math.sqrt(1.5),
}
APPROXIMATE = ("hedges_gav", "bca")
SETTING = Setting(0.95, direction=Direction.HIGHER)


def sample(source: Random, n: int, shift: float) -> tuple[list[float], list[float]]:
    """Normal values before, normal differences; six decimals, as a fine measurement has them."""
    before = [round(source.gauss(0, 1), 6) for _ in range(n)]
    return before, [round(b + source.gauss(shift, 1), 6) for b in before]


def row(n: int, draws: int) -> dict[str, tuple[float, float]]:
    """(coverage, claimed level) by interval; an interval that could not be given counts as missing the truth."""
    held: defaultdict[str, int] = defaultdict(int)
    levels: dict[str, float] = {}
    source = Random(n)
    for _ in range(draws):
        values = paired_values(*sample(source, n, SHIFT))
        for interval in INTERVALS:
            if interval.key in TRUTH:
                found = interval.compute(values, SETTING)
                if found.low is not None and found.high is not None and found.level is not None:
                    levels[interval.key] = found.level
                    held[interval.key] += found.low <= TRUTH[interval.key] <= found.high
        boot = bca(values)
        levels["bca"] = 0.95
        held["bca"] += boot.low is not None and boot.high is not None and boot.low <= SHIFT <= boot.high
        # The rank-biserial interval is for the chance of a rise, whose truth is known without a shift: one half.
        still = paired_values(*sample(source, n, 0.0))
        found = next(i for i in INTERVALS if i.key == "rank_biserial").compute(still, SETTING)
        levels["rank_biserial"] = 0.95
        held["rank_biserial"] += found.low is not None and found.high is not None and found.low <= 0 <= found.high
    return {key: (held[key] / draws, level) for key, level in levels.items()}


def main() -> int:
    """Print the table; 1 where an exact interval falls short."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    sizes = [int(text) for text in sys.argv[2:]] or range(3, 21)
    keys = [*(i.key for i in INTERVALS), "bca"]
    print(f"coverage (claimed level), {draws} samples a row, 95 % asked")
    print("  n  " + "  ".join(f"{key:>21}" for key in keys))
    short = []
    for n in sizes:
        found = row(n, draws)
        cells = []
        for key in keys:
            coverage, level = found[key]
            error = math.sqrt(level * (1 - level) / draws)
            if key not in APPROXIMATE and coverage < level - 0.01 - 2 * error:
                short.append(f"{key} at n = {n}: {coverage:.4f} for {level:.4f}")
            cells.append(f"{coverage:.4f} ({level:.4f})".rjust(21))
        print(f"{n:>3}  " + "  ".join(cells), flush=True)
    print("every exact interval covers its level less one point" if not short else "SHORT: " + "; ".join(short))
    return bool(short)


if __name__ == "__main__":
    sys.exit(main())
