"""Cochran's Q of a yes/no measure over several visits, with its exact P over the orders of each patient's answers.

Invariants: patients with the same answer at every visit count in n and change neither Q nor P; P counts all orders or
says that it was simulated; nothing raises for few patients or one answer only.
"""

from collections.abc import Sequence
from dataclasses import replace

from trajecta.stats.friedman import VisitsTest, order_test


def cochran_q(rows: Sequence[Sequence[bool]]) -> VisitsTest:
    """Cochran's Q over patients (rows) and visits (columns); ``sums`` are the numbers of yes. Cochran 1950.

    No patients, one visit, or no patient whose answer changes give a result with the reason instead of a P.

    >>> found = cochran_q([(True, False, False)] * 5)
    >>> found.statistic, found.df, found.sums, round(found.exact_p, 6), found.arrangements
    (10.0, 2, (5.0, 0.0, 0.0), 0.012346, 243)
    """
    answers = [tuple(int(bool(answer)) for answer in row) for row in rows]
    found = order_test("cochran_q", "Cochran’s Q", answers, "No patient’s answer changes between the visits.")
    return replace(found, method=f"Cochran’s Q; {found.method}") if found.method else found
