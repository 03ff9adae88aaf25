"""Which visits differ: every pair of visits, or each against the first, by exact paired tests with Holm's adjustment.

Invariants: each pair of visits is tested on the patients who have both values, as ``compare`` would test it; a pair
without a P is listed with its reason and not counted in the family; every adjusted P has its own smallest value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations

from trajecta.stats.cohort import Kind, Visit
from trajecta.stats.decimals import PairedValues
from trajecta.stats.families import holm
from trajecta.stats.paired_tests import sign, signed_rank
from trajecta.stats.results import Zeros
from trajecta.stats.yes_no import DISCORDANT_NONE


class Pairing(StrEnum):
    """Which visits are compared with which: all with all, or each later one with the first."""

    ALL = "all"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class PostHoc:
    """One pair of visits (keys and labels), P as computed and Holm-adjusted, each with its smallest possible value.

    ``n`` counts the patients with both values, ``changed`` those of them who changed. ``increased`` and ``decreased``
    say which way.
    """

    before: str
    after: str
    before_label: str
    after_label: str
    n: int
    changed: int
    increased: int
    decreased: int
    test: str
    p: float | None
    p_smallest: float | None
    p_adjusted: float | None = None
    p_smallest_adjusted: float | None = None
    reason: str = ""


def pairs_of(visits: Sequence[Visit], pairing: Pairing = Pairing.ALL) -> list[tuple[Visit, Visit]]:
    """The pairs of visits to compare, in visit order.

    >>> a, b, c = (Visit(key, key) for key in "abc")
    >>> [(x.key, y.key) for x, y in pairs_of((a, b, c))]
    [('a', 'b'), ('a', 'c'), ('b', 'c')]
    >>> [(x.key, y.key) for x, y in pairs_of((a, b, c), Pairing.FIRST)]
    [('a', 'b'), ('a', 'c')]
    """
    if pairing is Pairing.FIRST:
        return [(visits[0], later) for later in visits[1:]]
    return list(combinations(visits, 2))


def post_hoc(
    pairs: Sequence[tuple[Visit, Visit]],
    values_of: Callable[[Visit, Visit], PairedValues],
    kind: Kind = Kind.NUMERIC,
    zeros: Zeros = Zeros.WILCOXON,
) -> tuple[PostHoc, ...]:
    """The exact signed-rank test of each pair (McNemar's for yes/no), adjusted over the family by Holm's method.

    Both P and smallest P are adjusted in the same way, since Holm's adjustment rises with every P: where all pairs of
    visits can give the same smallest P, its adjusted value is min(1, k·smallest) for k comparisons.
    """
    found = [_tested(before, after, values_of(before, after), kind, zeros) for before, after in pairs]
    counted = [i for i, entry in enumerate(found) if entry.p is not None]
    adjusted = holm([p for entry in found if (p := entry.p) is not None])
    floors = holm([entry.p_smallest or 0.0 for entry in found if entry.p is not None])
    for i, p, floor in zip(counted, adjusted, floors, strict=True):
        found[i] = replace(found[i], p_adjusted=p, p_smallest_adjusted=floor)
    return tuple(found)


def _tested(before: Visit, after: Visit, values: PairedValues, kind: Kind, zeros: Zeros) -> PostHoc:
    # McNemar's exact test is the sign test of the answers' differences.
    test = sign(values) if kind is Kind.YES_NO else signed_rank(values, zeros)
    reason = test.reason
    if kind is Kind.YES_NO and values.n and reason:
        reason = DISCORDANT_NONE
    rose = sum(d > 0 for d in values.differences)
    changed = values.n - values.zeros
    return PostHoc(
        before=before.key,
        after=after.key,
        before_label=before.label,
        after_label=after.label,
        n=values.n,
        changed=changed,
        increased=rose,
        decreased=changed - rose,
        test="mcnemar" if kind is Kind.YES_NO else test.key,
        p=test.p,
        p_smallest=test.p_smallest,
        reason=reason,
    )
