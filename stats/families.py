"""Many outcomes at once: P adjusted within a named family, each with the smallest value that it could have taken.

Invariants: an adjusted P is never below its own P nor below its own smallest attainable value, and never above 1; the
number of comparisons is the number of P values in the family, so that a measure without a P costs nothing and says why;
the joint law (max-T) flips the signs of whole patients, so that the correlation between measures is kept.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from trajecta.stats.decimals import PairedValues, exact, paired_values
from trajecta.stats.results import PairedResult, Zeros
from trajecta.stats.signed_rank import signed_ranks
from trajecta.stats.words import OFTEN_QUOTED, count_text, leading_test, p_number

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Adjustment(StrEnum):
    """How P values of one family are adjusted."""

    HOLM = "holm"
    BH = "bh"
    BONFERRONI = "bonferroni"
    MAX_T = "max-t"


@dataclass(frozen=True, slots=True)
class Family:
    """A named group of measures that answer one question together, such as primary, secondary, exploratory.

    ``measures`` are measure keys; empty stands for all measures given.
    """

    name: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AdjustedP:
    """One measure of a family: P as computed, and adjusted, each with the smallest value that the design can give.

    ``p_smallest`` and ``adjusted_smallest`` are None for a test without a floor (t tests) or without a P.
    """

    measure: str
    name: str
    test: str
    p: float | None
    p_smallest: float | None
    adjusted: float | None
    adjusted_smallest: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """The adjusted P values of a family in the order of its measures.

    ``comparisons`` counts the P values adjusted for. ``arrangements`` is how many sign patterns were gone through and
    ``standard_error`` the largest one of an adjusted P where they were drawn at random (max-T only).
    """

    family: Family
    adjustment: Adjustment
    members: tuple[AdjustedP, ...]
    comparisons: int
    method: str
    exact: bool = True
    arrangements: int | None = None
    standard_error: float | None = None
    cautions: tuple[str, ...] = ()

    def member(self, measure: str) -> AdjustedP:
        """The entry of this measure; KeyError if the family has none."""
        for member in self.members:
            if member.measure == measure:
                return member
        raise KeyError(measure)


def holm(chances: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (Holm 1979), in the order given; as R's ``p.adjust``.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    found, reached = [0.0] * len(chances), 0.0
    for place, i in enumerate(sorted(range(len(chances)), key=lambda i: chances[i])):
        reached = max(reached, min(1.0, (len(chances) - place) * chances[i]))
        found[i] = reached
    return found


def benjamini_hochberg(chances: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's step-up adjustment (1995), which bounds the false discovery rate; as R's ``p.adjust``.

    >>> benjamini_hochberg([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    k, found, reached = len(chances), [0.0] * len(chances), 1.0
    for place, i in enumerate(sorted(range(k), key=lambda i: -chances[i])):
        # k/(rank) of a double can fall a rounding below the P it belongs to; an adjusted P never does.
        reached = min(reached, max(chances[i], chances[i] * k / (k - place)))
        found[i] = reached
    return found


def bonferroni(chances: Sequence[float]) -> list[float]:
    """Each P times the number of comparisons, at most 1.

    >>> bonferroni([0.0625, 0.5])
    [0.125, 1.0]
    """
    return [min(1.0, len(chances) * chance) for chance in chances]


_BY_RANK = {Adjustment.HOLM: holm, Adjustment.BH: benjamini_hochberg, Adjustment.BONFERRONI: bonferroni}


def pairs_needed(outcomes: int, alpha: float = OFTEN_QUOTED) -> int:
    """The fewest changed pairs with which one of ``outcomes`` exact tests can reach alpha after Holm or Bonferroni.

    The smallest n with outcomes · 2^(1 − n) ≤ alpha. ValueError for fewer than one outcome or alpha outside (0, 1).

    >>> [pairs_needed(k) for k in (1, 2, 4, 8, 16)]
    [6, 7, 8, 9, 10]
    """
    if outcomes < 1 or not 0.0 < alpha < 1.0:
        raise ValueError(f"{outcomes} outcomes at {alpha} is not a question")
    level, n = exact(alpha), 1
    while 2 * outcomes > level * (1 << n):
        n += 1
    return n


def comparisons_run(families: Sequence[FamilyResult]) -> int:
    """The number of all comparisons that gave a P, to tell the reader; a measure in two families counts once."""
    return len({member.measure for found in families for member in found.members if member.p is not None})


def adjust(
    results: Sequence[PairedResult], family: Family | None = None, adjustment: Adjustment = Adjustment.HOLM
) -> FamilyResult:
    """Adjust the leading P of every measure of the family for the number of comparisons in it.

    The leading P is McNemar's for yes/no, else the one of the test the question leads with. Smallest attainable values:
    the same adjustment of the smallest P values (Holm, BH and Bonferroni rise with every P, so nothing smaller can
    come about); for max-T the chance of the measure's own most extreme sum. Measures without a P are listed with the
    reason and not counted. An empty family gives an empty result; KeyError for a measure that was not computed.
    """
    family = family or Family("all")
    by_key = {result.measure.key: result for result in results}
    chosen = [by_key[key] for key in family.measures] if family.measures else list(results)
    raw = [_raw(result) for result in chosen]
    tested = [i for i, member in enumerate(raw) if member.p is not None]
    if adjustment is Adjustment.MAX_T:
        return _max_t(family, chosen, raw, tested)
    by_rank = _BY_RANK[adjustment]
    adjusted = by_rank([_known(raw[i].p) for i in tested])
    # A test without a floor can come as near to 0 as it likes: then 0 stands for it.
    floors = by_rank([_known(raw[i].p_smallest) for i in tested])
    members = list(raw)
    for i, value, floor in zip(tested, adjusted, floors, strict=True):
        members[i] = _with(raw[i], value, floor)
    return FamilyResult(
        family,
        adjustment,
        tuple(members),
        len(tested),
        _method(adjustment, len(tested)),
        cautions=tuple(_cautions(adjustment, members, len(tested))),
    )


def adjust_apart(
    results: Sequence[PairedResult], primary: Sequence[str], adjustment: Adjustment = Adjustment.HOLM
) -> tuple[tuple[AdjustedP, ...], tuple[FamilyResult, ...]]:
    """Adjust the primary measures as one family and all others as another; the members in the order of the results.

    Without a primary measure among the results, all are one family. KeyError never: unknown keys are left aside.
    """
    keys = [result.measure.key for result in results]
    chosen = tuple(key for key in keys if key in primary)
    rest = tuple(key for key in keys if key not in primary)
    if not chosen or not rest:
        found = adjust(results, Family("primary" if chosen else "all"), adjustment)
        return found.members, (found,)
    families = (
        adjust(results, Family("primary", chosen), adjustment),
        adjust(results, Family("others", rest), adjustment),
    )
    members = {member.measure: member for family in families for member in family.members}
    return tuple(members[key] for key in keys), families


def _known(chance: float | None) -> float:
    return 0.0 if chance is None else chance


def _with(raw: AdjustedP, adjusted: float, floor: float) -> AdjustedP:
    smallest = None if raw.p_smallest is None else max(floor, raw.p_smallest)
    value = max(adjusted, _known(raw.p), _known(smallest))
    return AdjustedP(raw.measure, raw.name, raw.test, raw.p, raw.p_smallest, value, smallest)


def _raw(result: PairedResult) -> AdjustedP:
    key, name = result.measure.key, result.measure.name
    if result.yes_no is not None:
        found = result.yes_no
        return AdjustedP(key, name, "mcnemar", found.exact_p, found.p_smallest, None, None, found.reason)
    test = leading_test(result)
    if test is None:
        return AdjustedP(key, name, "", None, None, None, None, "No test was run.")
    return AdjustedP(
        key, name, test.key, test.p, test.p_smallest, None, None, "" if test.p is not None else test.reason
    )


_NAMES = {
    Adjustment.HOLM: "Holm’s step-down method",
    Adjustment.BH: "Benjamini and Hochberg’s method (false discovery rate)",
    Adjustment.BONFERRONI: "Bonferroni’s method",
}


def _method(adjustment: Adjustment, count: int) -> str:
    if not count:
        return "No measure of this family has a P, so nothing is adjusted."
    return f"P adjusted for {count_text(count, 'comparison', 'comparisons')} by {_NAMES[adjustment]}."


def _cautions(adjustment: Adjustment, members: Sequence[AdjustedP], count: int) -> Iterator[str]:
    floors = [m.adjusted_smallest for m in members if m.adjusted_smallest is not None]
    if floors and len(floors) == count and min(floors) > OFTEN_QUOTED:
        simple = adjustment in (Adjustment.HOLM, Adjustment.BONFERRONI)
        needed = f" {pairs_needed(count)} changed pairs would be needed." if simple else ""
        yield (
            f"After adjustment for {count_text(count, 'comparison', 'comparisons')} {p_number(min(floors))} is the "
            f"smallest P that this design can give; 0.05 is out of reach.{needed}"
        )
    without = [m.name for m in members if m.p is None]
    if without:
        said = "measure has no P and is" if len(without) == 1 else "measures have no P and are"
        yield f"{len(without)} {said} not counted: {', '.join(without)}."


# --- max-T -----------------------------------------------------------------------------------------------------------

MOST_SUMS = 100_000_000
"""Most signed sums that are gone through one by one, about a second: 10 measures of 24 patients, 50 of 21."""
JOINT_DRAWS = 99_999
"""Random joint sign patterns beyond; with the observed one 100,000, so that P moves in steps of 0.00001."""
_SEED = 20_220_916
# Sign patterns of this many patients are held in memory at once: 16,384 sums for each measure.
_BLOCK = 15
_BEYOND = (1 << 63) - 1


def _max_t(
    family: Family, chosen: Sequence[PairedResult], raw: Sequence[AdjustedP], tested: Sequence[int]
) -> FamilyResult:
    members = list(raw)
    if not tested:
        method = _method(Adjustment.MAX_T, 0)
        return FamilyResult(
            family, Adjustment.MAX_T, tuple(members), 0, method, cautions=tuple(_cautions(Adjustment.MAX_T, members, 0))
        )
    weights = joint_weights([chosen[i] for i in tested])
    joint = joint_law(weights)
    for i, value, floor in zip(tested, joint.adjusted, joint.smallest, strict=True):
        members[i] = _with(raw[i], value, floor)
    count = count_text(len(tested), "comparison", "comparisons")
    patients = count_text(len(weights), "patient", "patients")
    how = (
        f"all {joint.arrangements:,} joint sign patterns of {patients} were gone through"
        if joint.exact
        else f"simulated with {JOINT_DRAWS:,} random joint sign patterns of {patients}, fixed seed; standard error "
        f"of an adjusted P at most {joint.standard_error:.2g}"
    )
    method = (
        f"P adjusted for {count} by the joint max-T law (single step): how often the largest standardised sum of the "
        f"family is at least as far out when the changes of whole patients change sign ({how}); it keeps the "
        "correlation between measures."
    )
    cautions = list(_cautions(Adjustment.MAX_T, members, len(tested)))
    if any(chosen[i].yes_no is None and raw[i].test not in ("signed_rank", "sign", "sign_flip") for i in tested):
        cautions.append("The t statistic enters max-T by its sign-flip law; an adjusted P is never below the P of t.")
    return FamilyResult(
        family,
        Adjustment.MAX_T,
        tuple(members),
        len(tested),
        method,
        joint.exact,
        joint.arrangements,
        joint.standard_error,
        tuple(cautions),
    )


@dataclass(frozen=True, slots=True)
class JointLaw:
    """Adjusted P and smallest attainable adjusted P of each measure, from joint sign patterns."""

    adjusted: tuple[float, ...]
    smallest: tuple[float, ...]
    exact: bool
    arrangements: int
    standard_error: float | None = None


def values_of(result: PairedResult) -> PairedValues:
    """The pairs of an answer on their decimal grid; two values beyond the same limit are the tie they count as."""
    before = [change.before for change in result.changes]
    after = [
        change.before if change.difference == 0.0 else change.after for change in result.changes
    ]  # unequal limits of measurement, counted as unchanged
    return paired_values(before, after)


def joint_weights(results: Sequence[PairedResult]) -> list[list[int]]:
    """One row a patient with some change: the signed weight that each measure gives the patient, 0 for none.

    Signed doubled ranks for the signed-rank test, signs for sign test and McNemar, differences on the decimal grid for
    the rest. Each measure sees only its own pairs; a patient whose value is missing has weight 0 there.
    """
    rows: dict[str, list[int]] = {}
    for at, result in enumerate(results):
        for patient, weight in zip(result.patients, _signed_weights(result), strict=True):
            if weight:
                rows.setdefault(patient, [0] * len(results))[at] = weight
    return list(rows.values())


def _signed_weights(result: PairedResult) -> list[int]:
    differences = values_of(result).differences
    test = leading_test(result)
    key = "sign" if result.yes_no is not None else "signed_rank" if test is None else test.key
    if key == "sign":
        return [(d > 0) - (d < 0) for d in differences]
    if key == "signed_rank":
        ranks = iter(signed_ranks(differences, Zeros(result.comparison.zeros)).doubled)
        return [(next(ranks) if d > 0 else -next(ranks)) if d else 0 for d in differences]
    return list(differences)


def joint_law(rows: Sequence[Sequence[int]]) -> JointLaw:
    """Single-step max-T (Westfall & Young 1993) over joint sign flips of the rows, in whole numbers.

    ``rows`` are patients, columns measures, each with some non-zero weight. A measure's statistic is the absolute
    signed sum over the root of its sum of squares; its adjusted P is the chance that the largest statistic of all
    measures reaches it. Up to some 21 patients (``MOST_SUMS``) every pattern is gone through, beyond they are drawn;
    statistics are compared as exact whole numbers.

    >>> joint_law([[1, 1], [2, 2], [3, 3]]).adjusted  # two identical measures cost nothing
    (0.25, 0.25)
    >>> joint_law([[1, 1], [1, -1]]).adjusted
    (1.0, 1.0)
    """
    observed = [abs(sum(column)) // math.gcd(*column) for column in zip(*rows, strict=True)]
    # The law stays the same if a row changes sign or place: in one fixed order drawn patterns, too, give one answer.
    columns = list(zip(*sorted(max(list(row), [-weight for weight in row]) for row in rows), strict=True))
    reduced = [[weight // math.gcd(*column) for weight in column] for column in columns]
    squares = [sum(weight * weight for weight in column) for column in reduced]
    largest = [sum(map(abs, column)) for column in reduced]
    # What is asked of the law: each observed statistic and each measure's most extreme one, as (sum, squares).
    targets = [*zip(observed, squares, strict=True), *zip(largest, squares, strict=True)]
    order = sorted(range(len(targets)), key=lambda i: _Fraction(targets[i]))
    limits = [[_least_sum(targets[i], square) for i in order] for square in squares]
    exact_law = len(columns) << (len(rows) - 1) <= MOST_SUMS
    reached, total = _reached(reduced, limits, exact_law)
    chances = [0.0] * len(targets)
    for place, i in enumerate(order):
        chances[i] = reached[place] / total if exact_law else (reached[place] + 1) / (total + 1)
    k = len(columns)
    error = None if exact_law else max(math.sqrt(p * (1.0 - p) / total) for p in chances[:k])
    arrangements = 1 << len(rows) if exact_law else JOINT_DRAWS
    return JointLaw(tuple(chances[:k]), tuple(chances[k:]), exact_law, arrangements, error)


class _Fraction(tuple[int, int]):
    """A statistic sum²/squares that sorts exactly."""

    __slots__ = ()

    def __lt__(self, other: tuple[int, ...]) -> bool:
        return self[0] ** 2 * other[1] < other[0] ** 2 * self[1]


def _least_sum(target: tuple[int, int], squares: int) -> int:
    """The smallest whole absolute sum s with s²/squares ≥ sum²/its squares."""
    total, own = target
    quotient = -(-total * total * squares // own)
    least = math.isqrt(quotient)
    return least if least * least >= quotient else least + 1


def _reached(columns: Sequence[Sequence[int]], limits: Sequence[Sequence[int]], every: bool) -> tuple[list[int], int]:
    """For each target how many of the patterns gone through reach it, and how many patterns those are."""
    import numpy as np  # only joint laws need arrays

    # Sums beyond 64 bits (sign-flip weights on a very fine grid) are added as Python's own whole numbers: slow, exact.
    kind = np.int64 if all(sum(map(abs, column)) < 1 << 62 for column in columns) else np.object_
    weights = np.array(columns, dtype=kind).T
    bounds = (
        [np.array([min(limit, _BEYOND) for limit in row], dtype=kind) for row in limits]
        if kind is np.int64
        else [np.array(row, dtype=kind) for row in limits]
    )
    count, total = np.zeros(len(limits[0]) + 1, dtype=np.int64), 0
    for sums in _all_patterns(weights) if every else _drawn_patterns(weights):
        level = np.zeros(sums.shape[1], dtype=np.int64)
        for row, bound in zip(np.abs(sums), bounds, strict=True):
            np.maximum(level, np.searchsorted(bound, row, side="right"), out=level)
        count += np.bincount(level, minlength=count.size)
        total += sums.shape[1]
    # A pattern at level L reaches the L smallest targets.
    at_least = np.cumsum(count[::-1])[::-1]
    return [int(found) for found in at_least[1:]], total


def _all_patterns(weights: "NDArray[Any]") -> "Iterator[NDArray[Any]]":
    """The signed sums (measures × patterns) of half of all patterns, block by block: the other half mirrors them."""
    import numpy as np

    first, rest = weights[:_BLOCK], weights[_BLOCK:]
    block = first[0][:, None]
    for row in first[1:]:
        block = np.concatenate([block + row[:, None], block - row[:, None]], axis=1)
    for pattern in range(1 << len(rest)):
        offset = np.zeros_like(first[0])
        for i, row in enumerate(rest):
            offset = offset + row if pattern >> i & 1 else offset - row
        yield block + offset[:, None]


def _drawn_patterns(weights: "NDArray[Any]") -> "Iterator[NDArray[Any]]":
    """The signed sums of random patterns with a fixed seed, about 10,000 at a time."""
    import numpy as np

    source, left = np.random.default_rng(_SEED), JOINT_DRAWS
    while left:
        size = min(left, 9_999)
        signs = source.integers(0, 2, size=(size, len(weights))) * 2 - 1
        yield (signs @ weights).T
        left -= size
