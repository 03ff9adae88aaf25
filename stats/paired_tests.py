"""The tests of a paired numeric outcome, as a registry: one function and one entry of ``TESTS`` each.

Invariants: P is two-sided and never 0; what can be counted is counted (statistics.md §2); a test that cannot be made is
a result with a reason, never an exception; every result says in ``method`` what ran, how ties and zeros were handled.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.decimals import SMALLEST, PairedValues, positive, ratio, root, sum_of_squares
from trajecta.stats.distributions import binomial_at_most, t_tail
from trajecta.stats.results import TestResult, Zeros
from trajecta.stats.sign_patterns import DRAWS, Chance, How, two_sided
from trajecta.stats.signed_rank import signed_rank_chance, signed_ranks


@dataclass(frozen=True, slots=True)
class PairedTest:
    """One entry of the registry; ``name`` is what people read, ``run`` computes the test."""

    key: str
    name: str
    run: Callable[[PairedValues, Zeros], TestResult]


NO_PAIRS = "There is no pair of values to compare."
NO_CHANGE = "No patient changed, so there is nothing to rank or count and no P."
BELOW_DOUBLES = " P is smaller than any number the computer holds; the smallest one is shown."


def smallest_p(changed: int) -> float | None:
    """The smallest two-sided P that ``changed`` non-zero pairs can give by their signs, 2^(1 − m); None for none.

    >>> smallest_p(5), smallest_p(1), smallest_p(0)
    (0.0625, 1.0, None)
    """
    return positive(Fraction(2, 1 << changed)) if changed else None


def _moved(values: PairedValues) -> list[int]:
    return [d for d in values.differences if d]


def _ties(values: PairedValues) -> bool:
    moved = _moved(values)
    return len({abs(d) for d in moved}) < len(moved)


def _nothing(key: str, name: str, values: PairedValues, reason: str) -> TestResult:
    return TestResult(key, name, None, None, exact=True, zeros=values.zeros, reason=reason)


def _floor_note(p: float) -> str:
    return BELOW_DOUBLES if p == SMALLEST else ""


def _how(chance: Chance) -> str:
    if chance.standard_error is None:
        return chance.how.value
    return f"{chance.how.value} ({DRAWS:,} draws, fixed seed; standard error of P {chance.standard_error:.2g})"


def signed_rank(values: PairedValues, zeros: Zeros = Zeros.WILCOXON) -> TestResult:
    """Wilcoxon's signed-rank test, exact up to thousands of pairs; the statistic is W₊, the positive ranks' sum.

    One changed pair gives P = 1 (its floor), none gives no P and the reason. Wilcoxon 1945, Pratt 1959.

    >>> from trajecta.stats.decimals import paired_values
    >>> signed_rank(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0])).p
    0.0625
    """
    key, name = "signed_rank", "Wilcoxon signed-rank test"
    ranks = signed_ranks(values.differences, zeros)
    if not ranks.used:
        return _nothing(key, name, values, NO_CHANGE if values.n else NO_PAIRS)
    chance = signed_rank_chance(ranks)
    kind = "Monte-Carlo" if chance.how is How.SIMULATED else "Exact"
    parts = [f"{kind} two-sided Wilcoxon signed-rank test, {_how(chance)}"]
    if ranks.ties:
        parts.append("equal changes share their mean rank")
    if ranks.zeros:
        dropped = zeros is Zeros.WILCOXON
        parts.append(
            "unchanged patients dropped before ranking (Wilcoxon)"
            if dropped
            else "unchanged patients ranked and then left without a sign (Pratt)"
        )
    return TestResult(
        key,
        name,
        chance.value,
        smallest_p(ranks.used),
        exact=chance.how is not How.SIMULATED,
        statistic=ranks.positive / 2,
        n_used=ranks.used,
        zeros=ranks.zeros,
        ties=ranks.ties,
        method="; ".join(parts) + "." + _floor_note(chance.value),
    )


def sign(values: PairedValues, zeros: Zeros = Zeros.WILCOXON) -> TestResult:
    """The sign test: exact binomial on the non-zero differences; the statistic is the number of positive ones.

    ``zeros`` plays no part: unchanged pairs carry no sign and are always dropped.

    >>> from trajecta.stats.decimals import paired_values
    >>> sign(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0])).p
    0.0625
    """
    key, name = "sign", "Sign test"
    moved = _moved(values)
    if not moved:
        return _nothing(key, name, values, NO_CHANGE if values.n else NO_PAIRS)
    rises = sum(d > 0 for d in moved)
    p = positive(min(Fraction(1), 2 * binomial_at_most(min(rises, len(moved) - rises), len(moved))))
    dropped = "; unchanged patients dropped" if values.zeros else ""
    return TestResult(
        key,
        name,
        p,
        smallest_p(len(moved)),
        exact=True,
        statistic=float(rises),
        n_used=len(moved),
        zeros=values.zeros,
        ties=_ties(values),
        method=f"Exact two-sided sign test (binomial with chance 1/2{dropped}).{_floor_note(p)}",
    )


def sign_flip(values: PairedValues, zeros: Zeros = Zeros.WILCOXON) -> TestResult:
    """Fisher's permutation test of the mean difference over all sign patterns; the statistic is the mean difference.

    Unchanged pairs have no sign to flip and change nothing, whatever ``zeros`` says. Counted on the decimal grid, or by
    meeting in the middle; only where neither is possible simulated with (b + 1)/(m + 1), then ``exact`` is False.

    >>> from trajecta.stats.decimals import paired_values
    >>> sign_flip(paired_values([16, 14, 12, -10, 8], [0, 0, 0, 0, 0])).p
    0.1875
    """
    key, name = "sign_flip", "Sign-flip permutation test of the mean"
    moved = _moved(values)
    if not moved:
        return _nothing(key, name, values, NO_CHANGE if values.n else NO_PAIRS)
    chance = two_sided([abs(d) for d in moved], sum(d for d in moved if d > 0))
    kind = "Monte-Carlo" if chance.how is How.SIMULATED else "Exact"
    return TestResult(
        key,
        name,
        chance.value,
        smallest_p(len(moved)),
        exact=chance.how is not How.SIMULATED,
        statistic=values.number(sum(moved), values.n),
        n_used=len(moved),
        zeros=values.zeros,
        ties=_ties(values),
        method=f"{kind} two-sided permutation test of the mean difference over all changes of sign, {_how(chance)}."
        + _floor_note(chance.value),
    )


def paired_t(values: PairedValues, zeros: Zeros = Zeros.WILCOXON) -> TestResult:
    """Student's paired t with n − 1 degrees of freedom; all n differences enter, whatever ``zeros`` says.

    n < 2 or equal differences (no variance) give no P and the reason. There is no smallest P: the test takes normal
    differences for granted.

    >>> from trajecta.stats.decimals import paired_values
    >>> result = paired_t(paired_values([16, 16, 16, 10, 8], [0, 0, 0, 2, 0]))
    >>> round(result.statistic, 3), result.df, round(result.p, 6)
    (-6.532, 4.0, 0.002838)
    """
    key, name = "paired_t", "Paired t test"
    n, total, squares = values.n, sum(values.differences), sum_of_squares(values.differences)
    if n < 2:
        return _no_t(key, name, values, "A t test needs at least two pairs." if n else NO_PAIRS)
    if squares == 0:
        same = "No patient changed" if total == 0 else "All patients changed by the same amount"
        return _no_t(key, name, values, f"{same}: without any spread the t test has no P.")
    size = root(total * total * (n - 1), squares)
    t = -size if total < 0 else size
    return _student(_T(key, name, t, "Two-sided paired t test"), values)


@dataclass(frozen=True, slots=True)
class _T:
    key: str
    name: str
    t: float
    method: str


def _student(found: _T, values: PairedValues) -> TestResult:
    df = values.n - 1
    p = min(1.0, 2.0 * t_tail(abs(found.t), df)) or SMALLEST
    return TestResult(
        found.key,
        found.name,
        p,
        None,
        exact=False,
        statistic=found.t,
        df=float(df),
        n_used=values.n,
        zeros=values.zeros,
        ties=_ties(values),
        method=f"{found.method}, {df} {'degree' if df == 1 else 'degrees'} of freedom; takes normally distributed "
        f"differences for granted.{_floor_note(p)}",
    )


def _no_t(key: str, name: str, values: PairedValues, reason: str) -> TestResult:
    return TestResult(key, name, None, None, exact=False, n_used=values.n, zeros=values.zeros, reason=reason)


def log_ratio_t(values: PairedValues, zeros: Zeros = Zeros.WILCOXON) -> TestResult:
    """The t test on ln(after/before), for doses, titres and other values that multiply; all values must be above 0.

    A value of 0 or below, n < 2 or equal ratios give no P and the reason. Ratios are compared as exact fractions.

    >>> from trajecta.stats.decimals import paired_values
    >>> round(log_ratio_t(paired_values([1, 2, 4, 8], [2, 2, 16, 64])).p, 4)
    0.1027
    """
    key, name = "log_ratio_t", "t test on log ratios"
    if not values.n:
        return _no_t(key, name, values, NO_PAIRS)
    low = sum(value <= 0 for value in (*values.before, *values.after))
    if low:
        some = "One value is" if low == 1 else f"{low} values are"
        return _no_t(key, name, values, f"{some} 0 or below, and such a value has no logarithm.")
    if values.n < 2:
        return _no_t(key, name, values, "A t test needs at least two pairs.")
    first, last = values.before[0], values.after[0]
    if all(after * first == last * before for before, after in zip(values.before, values.after, strict=True)):
        return _no_t(key, name, values, "All patients changed by the same ratio: without any spread there is no P.")
    logs = [_log_ratio(before, after) for before, after in zip(values.before, values.after, strict=True)]
    mean = math.fsum(logs) / values.n
    spread = math.sqrt(math.fsum((log - mean) ** 2 for log in logs) / (values.n - 1))
    if spread == 0.0:
        return _no_t(key, name, values, "The ratios differ by less than a logarithm can show, so there is no P.")
    t = mean / (spread / math.sqrt(values.n))
    return _student(_T(key, name, t, "Two-sided t test on the logarithms of after/before"), values)


def _log_ratio(before: int, after: int) -> float:
    """ln(after/before); near 1 from the exact difference, so that the swapped ratio is exactly the negative."""
    smaller, larger = sorted((before, after))
    if larger < 2 * smaller:
        size = math.log1p(ratio(larger - smaller, smaller))
    else:
        size = math.log(larger) - math.log(smaller)
    return size if after > before else -size


TESTS: tuple[PairedTest, ...] = (
    PairedTest("signed_rank", "Wilcoxon signed-rank test", signed_rank),
    PairedTest("sign", "Sign test", sign),
    PairedTest("sign_flip", "Sign-flip permutation test of the mean", sign_flip),
    PairedTest("paired_t", "Paired t test", paired_t),
    PairedTest("log_ratio_t", "t test on log ratios", log_ratio_t),
)
"""All paired numeric tests in the order in which they are shown; the first one leads unless the question says else."""
