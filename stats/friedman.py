"""Friedman's test of a numeric measure over several visits: mid-ranks within each patient, exact P, Kendall's W.

Invariants: ranks are taken on exact decimals; P counts all orders of every patient's own ranks, ties included, or says
that it was simulated; the χ² approximation stands beside it and never in its place; nothing raises for few patients.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from trajecta.stats.arrangements import Chance, Way, chance_of_spread, column_sums, spread_statistic
from trajecta.stats.decimals import ratio
from trajecta.stats.signed_rank import doubled_midranks
from trajecta.stats.tails import chi_square_tail


@dataclass(frozen=True, slots=True)
class VisitsTest:
    """A test over several visits. ``p`` is the exact P where it was counted, else the simulated one.

    ``exact_p`` and ``simulated_p``: one of them is None. ``arrangements`` counts the different ways to order every
    patient's own values over the visits. ``sums`` are the rank sums, or the numbers of yes, of the visits.
    """

    key: str
    name: str
    statistic: float | None = None
    df: int | None = None
    p_chi2: float | None = None
    exact_p: float | None = None
    simulated_p: float | None = None
    standard_error: float | None = None
    p_smallest: float | None = None
    arrangements: int | None = None
    kendall_w: float | None = None
    sums: tuple[float, ...] = ()
    n: int = 0
    informative: int = 0
    method: str = ""
    reason: str = ""

    @property
    def p(self) -> float | None:
        """The P to read: counted where it could be, else simulated."""
        return self.simulated_p if self.exact_p is None else self.exact_p


NO_PATIENTS = "No patient has a value at every visit."
ONE_VISIT = "There are not two visits to compare."


def friedman(rows: Sequence[Sequence[int]]) -> VisitsTest:
    """Friedman's test over patients (rows) and visits (columns) of whole numbers that are compared within a row only.

    No patients, one visit, or no patient with two different values give a result with the reason instead of a P.
    Friedman 1937; tie correction and W as in Conover, *Practical Nonparametric Statistics*, §5.8.

    >>> found = friedman([(16, 8, 2), (12, 9, 0), (10, 4, 4), (15, 15, 3)])
    >>> round(found.statistic, 4), found.df, round(found.exact_p, 6), found.arrangements, found.sums
    (7.0, 2, 0.018519, 324, (11.5, 8.0, 4.5))
    """
    ranks = [tuple(doubled_midranks(row)) for row in rows]
    found = order_test(
        "friedman", "Friedman test", ranks, "All values of each patient are equal, so nothing can be ranked."
    )
    if found.statistic is None:
        return found
    return replace(
        found,
        sums=tuple(total / 2 for total in found.sums),
        # One patient agrees with nobody.
        kendall_w=found.statistic / (len(rows) * (len(rows[0]) - 1)) if len(rows) > 1 else None,
        method=f"Friedman test on mid-ranks within patients (tie-corrected); {found.method}",
    )


def order_test(key: str, name: str, rows: Sequence[Sequence[int]], all_equal: str) -> VisitsTest:
    """Statistic, χ² approximation and exact P of rows of ranks or of zeros and ones; reasons where there is none."""
    visits = len(rows[0]) if rows else 0
    if visits < 2:
        return VisitsTest(key, name, n=len(rows), reason=ONE_VISIT if rows else NO_PATIENTS)
    statistic, chance = spread_statistic(rows), chance_of_spread(rows)
    sums = tuple(float(total) for total in column_sums(rows))
    if statistic is None or chance is None:
        return VisitsTest(key, name, sums=sums, n=len(rows), reason=all_equal)
    value = ratio(statistic.numerator, statistic.denominator)
    counted = chance.way is not Way.SIMULATED
    return VisitsTest(
        key,
        name,
        statistic=value,
        df=visits - 1,
        p_chi2=chi_square_tail(value, visits - 1),
        exact_p=chance.p if counted else None,
        simulated_p=None if counted else chance.p,
        standard_error=chance.standard_error,
        p_smallest=chance.p_smallest,
        arrangements=chance.arrangements,
        sums=sums,
        n=len(rows),
        informative=sum(len(set(row)) > 1 for row in rows),
        method=_method(chance),
    )


def _method(chance: Chance) -> str:
    total = f"{chance.arrangements:,}"
    if chance.arrangements >= 10**12:
        power = math.log10(chance.arrangements)  # takes whole numbers beyond every double
        total = f"about {10 ** (power % 1):.2f} × 10^{math.floor(power)}"
    if chance.way is not Way.SIMULATED:
        return f"exact P over all {total} orders of the patients’ own values, {chance.way.value}."
    seen = ""
    if chance.p <= 1.0 / (chance.draws + 1):
        seen = " No drawn order came as far as the observed one: P is at most about this value."
    return (
        f"P simulated, not exact: {chance.draws:,} random ones of {total} orders of the patients’ own values, "
        f"fixed seed, (b + 1)/(m + 1); standard error of P {chance.standard_error:.2g}.{seen}"
    )
