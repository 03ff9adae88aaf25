"""Repeated-measures ANOVA of one within-patient factor, with the Greenhouse–Geisser and Huynh–Feldt corrections.

Invariants: sums of squares and both epsilons are computed as exact fractions of the decimals as recorded and rounded
once; no spread gives a reason, never F = infinity or P = 0; epsilon needs no inverse and so exists for n ≤ k too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from trajecta.stats.decimals import ratio
from trajecta.stats.tails import f_tail


@dataclass(frozen=True, slots=True)
class AnovaResult:
    """F over ``df1`` and ``df2`` with P as it stands and with either correction (``p_gg``, ``p_hf``).

    ``hf_epsilon`` is capped at 1; ``hf_uncapped`` is not. ``effect`` is partial η², the share of the spread left
    between visits.
    """

    f: float | None = None
    df1: int | None = None
    df2: int | None = None
    p: float | None = None
    gg_epsilon: float | None = None
    p_gg: float | None = None
    hf_epsilon: float | None = None
    hf_uncapped: float | None = None
    p_hf: float | None = None
    effect: float | None = None
    n: int = 0
    method: str = ""
    reason: str = ""


METHOD = (
    "Repeated-measures ANOVA over the visits, patients as blocks; P corrected by Greenhouse–Geisser’s and by "
    "Huynh–Feldt’s epsilon (capped at 1). Takes normally distributed values for granted."
)
FEW_PATIENTS = "A repeated-measures ANOVA needs at least two patients with a value at every visit."
ONE_VISIT = "There are not two visits to compare."
NO_SPREAD = "The patients change alike, so there is no spread between them to compare the visits with, and no P."


def rm_anova(rows: Sequence[Sequence[int]]) -> AnovaResult:
    """The ANOVA over patients (rows) and visits (columns) of whole numbers on one decimal grid.

    Fewer than two patients or visits, or no spread of the changes, give a result with the reason.
    Box 1954; Greenhouse & Geisser 1959; Huynh & Feldt 1976.

    >>> found = rm_anova([(96, 92, 86, 92), (110, 106, 108, 114), (89, 86, 85, 83), (95, 78, 78, 83)])
    >>> round(found.f, 6), found.df1, found.df2, round(found.gg_epsilon, 6), round(found.p_gg, 6)
    (3.446549, 3, 9, 0.686896, 0.098072)
    """
    n, k = len(rows), len(rows[0]) if rows else 0
    if n < 2 or k < 2:
        return AnovaResult(n=n, reason=ONE_VISIT if rows and k < 2 else FEW_PATIENTS)
    by_visit, by_patient, grand = [sum(c) for c in zip(*rows, strict=True)], [sum(r) for r in rows], sum(map(sum, rows))
    # All sums of squares in units of 1/(n·k), where they are whole numbers.
    between = k * sum(v * v for v in by_visit) - grand * grand
    total = n * k * sum(x * x for row in rows for x in row) - grand * grand
    error = total - between - (n * sum(v * v for v in by_patient) - grand * grand)
    df1, df2 = k - 1, (n - 1) * (k - 1)
    if not error:
        return AnovaResult(df1=df1, df2=df2, n=n, reason=NO_SPREAD)
    f = ratio(between * df2, error * df1)
    epsilon = greenhouse_geisser(rows)
    uncapped = huynh_feldt(epsilon, n, k)
    capped = _capped(uncapped, n)
    return AnovaResult(
        f=f,
        df1=df1,
        df2=df2,
        p=f_tail(f, df1, df2),
        gg_epsilon=float(epsilon),
        p_gg=_corrected(f, df1, df2, epsilon),
        hf_epsilon=None if capped is None else float(capped),
        hf_uncapped=None if uncapped is None else float(uncapped),
        p_hf=None if capped is None else _corrected(f, df1, df2, capped),
        effect=ratio(between, between + error),
        n=n,
        method=METHOD if capped is not None else f"{METHOD} With two patients Huynh–Feldt’s epsilon does not exist.",
    )


def _capped(uncapped: Fraction | None, n: int) -> Fraction | None:
    if uncapped is None:
        return None if n == 2 else Fraction(1)  # with three or more patients only the denominator is 0: beyond any cap
    return min(Fraction(1), uncapped)


def _corrected(f: float, df1: int, df2: int, epsilon: Fraction) -> float | None:
    return f_tail(f, float(df1 * epsilon), float(df2 * epsilon)) if epsilon else None


def greenhouse_geisser(rows: Sequence[Sequence[int]]) -> Fraction:
    """Box's epsilon of the sample covariance S: tr(CS)² / ((k − 1)·tr(CSCS)) with C the centring; n, k ≥ 2.

    Between 1/(k − 1) and 1. ValueError where the patients change alike, for then CS is zero.

    >>> greenhouse_geisser([(0, 0, 0), (1, 2, 4), (1, 0, 3)])
    Fraction(289, 353)
    """
    n, k = len(rows), len(rows[0])
    sums = [sum(column) for column in zip(*rows, strict=True)]
    # Deviations from the mean of the visit and of the patient, in units of 1/(n·k): CS = D′D up to a factor.
    grand = sum(sums)
    deviations = [[n * k * x - k * v - n * sum(row) + grand for x, v in zip(row, sums, strict=True)] for row in rows]
    trace = sum(d * d for row in deviations for d in row)
    if not trace:
        raise ValueError("patients who change alike have no epsilon")
    columns = list(zip(*deviations, strict=True))
    squared = sum(sum(a * b for a, b in zip(c, e, strict=True)) ** 2 for c in columns for e in columns)
    return Fraction(trace * trace, (k - 1) * squared)


def huynh_feldt(epsilon: Fraction, n: int, k: int) -> Fraction | None:
    """Huynh and Feldt's (n(k − 1)ε − 2) / ((k − 1)(n − 1 − (k − 1)ε)), not capped; None where it is not defined.

    It is not defined where the denominator is 0, as always with two patients (where the numerator is 0 too).

    >>> huynh_feldt(Fraction(3, 4), 10, 3), huynh_feldt(Fraction(1, 2), 2, 3)
    (Fraction(13, 15), None)
    """
    below = (k - 1) * (n - 1 - (k - 1) * epsilon)
    return (n * (k - 1) * epsilon - 2) / below if below else None
