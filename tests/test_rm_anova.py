"""Repeated-measures ANOVA: R's figures, epsilon by matrices, two visits as the paired t test, and the reasons."""

from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trajecta.stats.decimals import paired_values
from trajecta.stats.paired_tests import paired_t
from trajecta.stats.rm_anova import greenhouse_geisser, huynh_feldt, rm_anova

Rows = list[tuple[int, ...]]
tables = st.integers(2, 5).flatmap(
    lambda visits: st.lists(st.tuples(*(st.integers(-9, 30) for _ in range(visits))), min_size=2, max_size=7)
)


def test_r_anova_with_corrections() -> None:
    """R 4.2.2:

    > h <- rbind(c(96,92,86,92), c(110,106,108,114), c(89,86,85,83), c(95,78,78,83), c(128,124,118,118),
    +            c(100,98,100,94))
    > anova(lm(h ~ 1), X = ~1, test = "Spherical")
    Greenhouse-Geisser epsilon: 0.8136
    Huynh-Feldt epsilon:        1.6471
                 F num Df den Df        Pr(>F)        G-G Pr        H-F Pr
    4.21592          3     15 0.02382059973 0.03473065787 0.02382059973
    """
    rows: Rows = [
        (96, 92, 86, 92),
        (110, 106, 108, 114),
        (89, 86, 85, 83),
        (95, 78, 78, 83),
        (128, 124, 118, 118),
        (100, 98, 100, 94),
    ]
    found = rm_anova(rows)
    assert found.f == pytest.approx(4.21592, abs=5e-6)
    assert (found.df1, found.df2) == (3, 15)
    assert found.gg_epsilon == pytest.approx(0.8136, abs=5e-5)
    assert found.hf_uncapped == pytest.approx(1.6471, abs=5e-5)
    assert found.hf_epsilon == 1.0
    assert found.p == found.p_hf == pytest.approx(0.0238205997336, rel=1e-11)
    assert found.p_gg == pytest.approx(0.034730657869, rel=1e-10)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_epsilon_is_that_of_the_centred_covariance(rows: Rows) -> None:
    numpy = pytest.importorskip("numpy")
    values = numpy.array(rows, dtype=float)
    k = values.shape[1]
    centring = numpy.eye(k) - 1.0 / k
    inner = centring @ numpy.cov(values.T) @ centring
    assume(float(numpy.trace(inner)) > 1e-9)
    expected = float(numpy.trace(inner) ** 2 / ((k - 1) * numpy.trace(inner @ inner)))
    found = greenhouse_geisser(rows)
    assert float(found) == pytest.approx(expected, rel=1e-9)
    assert Fraction(1, k - 1) <= found <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=9))
def test_two_visits_are_the_paired_t_test(rows: Rows) -> None:
    t = paired_t(paired_values([a for a, _ in rows], [b for _, b in rows]))
    found = rm_anova(rows)
    assert (found.p is None) == (t.p is None)
    if t.p is not None and t.statistic is not None:
        assert found.f == pytest.approx(t.statistic**2, rel=1e-12)
        assert found.p == pytest.approx(t.p, rel=1e-11)
        assert found.gg_epsilon == 1.0


@settings(max_examples=60, deadline=None)
@given(tables, st.integers(-50, 50))
def test_shift_scale_and_order_change_nothing(rows: Rows, shift: int) -> None:
    found = rm_anova(rows)
    moved = [tuple(4 * (x + shift) for x in reversed(row)) for row in reversed(rows)]
    assert rm_anova(moved) == found


@pytest.mark.parametrize(
    "rows",
    [[], [(1, 2, 3)], [(1,), (2,)], [(1, 2, 3), (2, 3, 4)], [(5, 5, 5)] * 6, [(0, 0)] * 3, [(1, 4, 2), (1, 4, 2)]],
)
def test_no_spread_or_too_few_gives_a_reason(rows: Rows) -> None:
    found = rm_anova(rows)
    assert found.p is found.f is found.p_gg is found.p_hf is None
    assert found.reason


def test_two_patients_have_no_huynh_feldt() -> None:
    found = rm_anova([(1, 5, 3), (2, 4, 9)])
    assert found.gg_epsilon == 0.5
    assert found.hf_epsilon is found.p_hf is None
    assert found.p_gg is not None
    assert "Huynh–Feldt’s epsilon does not exist" in found.method
    assert huynh_feldt(Fraction(1, 2), 2, 3) is None


def test_no_difference_between_visits_is_p_1() -> None:
    found = rm_anova([(1, 2, 3), (3, 1, 2), (2, 3, 1)])
    assert (found.f, found.p, found.p_gg) == (0.0, 1.0, 1.0)


def test_more_visits_than_patients() -> None:
    found = rm_anova([(3, 9, 4, 1, 7), (2, 8, 8, 0, 3), (5, 5, 1, 2, 9)])
    assert found.gg_epsilon is not None
    assert 0.25 <= found.gg_epsilon <= 0.5  # the covariance has rank 2 at most
    assert found.p_gg is not None
    assert found.p is not None
    assert found.p_gg > 0
