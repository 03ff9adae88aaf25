"""Medication burden from the dated log: the worked example, the rules for rows, the measures and the issues."""

from dataclasses import replace
from datetime import date

import pytest
from sheets import workbook

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import (
    CellRef,
    Cohort,
    Course,
    Direction,
    Kind,
    Measure,
    Observation,
    Patient,
    Role,
    Severity,
    Visit,
)
from trajecta.stats.drugs import substance_of
from trajecta.stats.medication import (
    active_drugs,
    burden_issues,
    cumulative_dose,
    dose_on,
    dose_steps,
    drug_bars,
    drug_free_on,
    immunosuppressants_on,
    mean_dose,
    pulses,
    with_burden,
)

INFUSION = date(2021, 3, 15)


def course(drug, mg=None, start=None, stop=None, role=Role.DISEASE, route="", patient="P1"):
    source = CellRef("Medication", 2, 2)
    return Course(patient, drug, substance_of(drug), role, mg, f"{mg} mg", route, start, stop, source)


def day(text):
    return (date.fromisoformat(text) - INFUSION).days


def worked_example():
    """Domain research §3.6: prednisolone 20 mg for 42 days, 15 mg for 14, 10 mg for 15 up to the infusion."""
    return (
        course("Prednisolone", 20, day("2021-01-04"), day("2021-02-14")),
        course("Prednisolone", 15, day("2021-02-15"), day("2021-02-28")),
        course("Prednisolone", 10, day("2021-03-01"), day("2021-03-15")),
    )


def test_worked_example():
    rows = worked_example()
    assert cumulative_dose(rows, day("2021-01-04"), 0) == 1200
    assert mean_dose(rows, -28, -1) == 12.5
    assert dose_on(rows, 0) == 10
    assert dose_on(rows, 1) == 0
    with_pulse = (*rows, *(course("Methylprednisolone", 500, d, d, route="IV") for d in (-60, -59, -58)))
    assert cumulative_dose(with_pulse, day("2021-01-04"), 0) == 1200 + 1875
    assert cumulative_dose(with_pulse, day("2021-01-04"), 0, pulses=False) == 1200
    assert dose_on(with_pulse, -59) == 20


def test_shared_boundary_days_of_a_taper_belong_to_the_later_row_only():
    rows = (course("Prednisolone", 20, -30, -10), course("Prednisolone", 10, -10, 5), course("Prednisolone", 5, 5, 20))
    assert [dose_on(rows, d) for d in (-31, -30, -11, -10, 4, 5, 20, 21)] == [0, 20, 20, 10, 10, 5, 5, 0]
    assert [dose_on(rows[::-1], d) for d in (-11, -10, 5)] == [20, 10, 5]
    assert cumulative_dose(rows, -30, 20) == 20 * 20 + 15 * 10 + 16 * 5


def test_a_day_lost_between_taper_rows_is_bridged_and_a_pause_is_not():
    rows = (course("Prednisolone", 20, 0, 10), course("Prednisolone", 10, 12, 20), course("Prednisolone", 5, 23, 30))
    assert [dose_on(rows, d) for d in (10, 11, 12, 20, 21, 22, 23)] == [20, 20, 10, 10, 0, 0, 5]


def test_identical_rows_count_once():
    rows = (course("Prednisolone", 10, 0, 9), course("Decortin H", 10, 0, 9))
    assert dose_on(rows, 5) == 10


def test_a_later_start_ends_an_open_ended_row_the_day_before():
    rows = (course("Prednison", 10, -100), course("Prednisolon", 5, 0, 20))
    assert [dose_on(rows, d) for d in (-1, 0, 20, 21)] == [10, 5, 5, 0]
    before_the_record = (course("Prednisolone", 10), course("Prednisolone", 5, 0))
    assert [dose_on(before_the_record, d) for d in (-5000, -1, 0, 5000)] == [10, 10, 5, 5]


def test_a_dose_of_zero_ends_an_open_ended_row_and_is_no_drug():
    rows = (course("Prednisolone", 5, -100), course("Prednisolone", 0, 30))
    assert [dose_on(rows, d) for d in (29, 30, 100)] == [5, 0, 0]
    assert drug_free_on(rows, 30) is True


def test_a_pulse_does_not_end_the_open_ended_maintenance():
    rows = (course("Methylprednisolone", 8, -100), course("Methylprednisolone", 500, 0, 2, route="IV"))
    assert [dose_on(rows, d) for d in (-1, 1, 3)] == [10, 10, 10]
    assert drug_free_on((course("Methylprednisolone", 500, 0, 2),), 1) is False


def test_overlapping_rows_with_explicit_stops_are_summed():
    rows = (course("Prednisolone", 10, 0, 20), course("Prednisolone", 5, 10, 30))
    assert [dose_on(rows, d) for d in (9, 10, 20, 21)] == [10, 15, 15, 5]


def test_different_glucocorticoids_are_added_up_as_equivalents():
    rows = (course("Prednisolone", 5, 0, 10), course("Hydrocortisone", 20, 0, 10), course("Dexamethasone", 0.75, 0, 10))
    assert dose_on(rows, 5) == 15


@pytest.mark.parametrize("route", ["topisch", "inhaled", "i.a.", "intraartikulär", "Augentropfen", "nasal", "local"])
def test_local_routes_do_not_count(route):
    rows = (course("Triamcinolone", 40, 0, 10, route=route), course("Tacrolimus", 1, 0, 10, route=route))
    assert dose_on(rows, 5) == 0
    assert immunosuppressants_on(rows, 5) == 0
    assert drug_free_on(rows, 5) is True
    assert cumulative_dose(rows, 0, 10) == 0


def test_a_depot_injection_counts_once_in_the_sum_and_in_no_daily_dose():
    rows = (course("Methylprednisolone acetate", 80, 3, 30, route="i.m."),)
    assert dose_on(rows, 3) == 0
    assert cumulative_dose(rows, 0, 60) == 100
    assert drug_free_on(rows, 3) is False


@pytest.mark.parametrize("role", [Role.LYMPHODEPLETION, Role.RESCUE, Role.PROPHYLAXIS, Role.OTHER])
def test_only_the_disease_role_is_burden(role):
    rows = (course("Cyclophosphamide", 1000, -3, -3, role), course("Dexamethasone", 10, -3, -3, role))
    assert (dose_on(rows, -3), immunosuppressants_on(rows, -3), drug_free_on(rows, -3)) == (0, 0, True)


def test_what_is_not_known_is_not_zero():
    assert (dose_on((), 0), immunosuppressants_on((), 0), drug_free_on((), 0)) == (None, None, None)
    assert (cumulative_dose((), 0, 10), mean_dose((), 0, 10)) == (None, None)
    nothing = (course("none"),)
    assert (dose_on(nothing, 0), immunosuppressants_on(nothing, 0), drug_free_on(nothing, 0)) == (0, 0, True)
    unknown_dose = (course("Prednisolone", None, 0, 10),)
    assert [dose_on(unknown_dose, d) for d in (-1, 0, 11)] == [0, None, 0]
    assert drug_free_on(unknown_dose, 5) is False
    assert cumulative_dose(unknown_dose, 0, 10) is None
    since_ever = (course("Prednisolone", 5, None, 10),)
    assert dose_on(since_ever, 0) == 5
    assert cumulative_dose(since_ever, 0, 20) is None
    assert cumulative_dose(since_ever, 11, 20) == 0
    assert mean_dose(worked_example(), 0, -1) is None


def test_ambiguous_and_unknown_names():
    # both readings of PRED count alike, so the dose is known
    assert dose_on((course("Pred", 5, 0, 10),), 5) == 5
    assert drug_free_on((course("Pred", 5, 0, 10),), 5) is False
    ctx = (course("CTX", 500, 0, 10),)
    assert (dose_on(ctx, 5), immunosuppressants_on(ctx, 5), drug_free_on(ctx, 5)) == (0, None, None)
    assert immunosuppressants_on(ctx, 11) == 0
    mp = (course("MP", 16, 0, 10),)
    assert (dose_on(mp, 5), immunosuppressants_on(mp, 5), drug_free_on(mp, 5)) == (None, None, False)
    mycophenolate = (course("Mycophenolat", 1000, 0, 10), course("Belimumab", 28, 0, 10))
    assert immunosuppressants_on(mycophenolate, 5) == 2
    typo = (course("Prednisolno", 10, 0, 10),)
    assert (dose_on(typo, 5), drug_free_on(typo, 5)) == (None, None)
    unknown = (course("Wundermittel", 10, 0, 10),)
    assert (dose_on(unknown, 5), immunosuppressants_on(unknown, 5), drug_free_on(unknown, 5)) == (0, 0, None)
    assert drug_free_on(unknown, 11) is True


def test_antimalarials_and_glucocorticoids_are_not_immunosuppressants_but_break_drug_free():
    rows = (course("HCQ", 400, 0, 10),)
    assert (immunosuppressants_on(rows, 5), drug_free_on(rows, 5)) == (0, False)
    rows = (course("Prednisolone", 5, 0, 10),)
    assert (immunosuppressants_on(rows, 5), drug_free_on(rows, 5)) == (0, False)
    rows = (course("Pantoprazol", 40, 0, 10), course("Cotrim", 960, 0, 10))
    assert (immunosuppressants_on(rows, 5), drug_free_on(rows, 5)) == (0, True)


def test_distinct_substances_are_counted_and_not_rows():
    rows = (course("MMF", 2000, 0, 10), course("CellCept", 500, 5, 20), course("BEL", 28, 0, 10))
    assert [immunosuppressants_on(rows, d) for d in (0, 7, 15, 21)] == [2, 2, 1, 0]
    assert immunosuppressants_on((course("Methotrexate", 15 / 7, 0, 10),), 3) == 1


def test_days_are_calendar_days():
    rows = (course("Prednisolone", 10, 0, 91),)
    assert dose_on(rows, 91.3125) == 10
    assert dose_on(rows, 91.5) == 0


def small_cohort(courses, extra_measures=(), log_patient="P1"):
    patients = tuple(Patient(p, source=CellRef("Patients", i, 1)) for i, p in enumerate(("P1", "P2"), start=2))
    visits = (Visit("baseline", "Baseline", 0.0), Visit("month 3", "Month 3", 91.3125), Visit("odd", "Odd"))
    seen = [
        Observation("P1", "baseline", "sledai", 16.0, -6.0),
        Observation("P1", "month 3", "sledai", 0.0),
        Observation("P1", "odd", "sledai", 0.0),
        Observation("P2", "baseline", "sledai", 8.0, -6.0),
        Observation("P2", "month 3", "sledai", None, 90.0, text="n.d."),
    ]
    measure = Measure("sledai", "SLEDAI-2K", direction=Direction.LOWER)
    return Cohort(patients, visits, (measure, *extra_measures), tuple(seen), tuple(courses))


def test_with_burden_computes_at_the_actual_day_else_the_nominal_one():
    rows = (
        course("Prednisolone", 12.5, -100, 3),
        course("MMF", 2000, -100, -6),
        course("Belimumab", 200 / 7, -100, -6),
        course("HCQ", 400, -100, -6),
    )
    cohort = with_burden(small_cohort(rows))
    dose, count, free = cohort.measures[-3:]
    assert (dose.key, dose.name, dose.unit, dose.direction) == (
        "prednisolone_equivalent", "Prednisolone equivalent", "mg/day", Direction.LOWER,
    )  # fmt: skip
    assert (count.key, count.name, count.unit, count.direction) == (
        "immunosuppressants", "Immunosuppressants", "count", Direction.LOWER,
    )  # fmt: skip
    assert (free.key, free.name, free.kind, free.direction) == ("drug_free", "Drug-free", Kind.YES_NO, Direction.HIGHER)
    assert all(m.derived for m in (dose, count, free))

    def value(measure, visit):
        found = cohort.observation(measure, visit, "P1")
        assert found is not None
        return found.value, found.day, found.text

    assert value("prednisolone_equivalent", "baseline") == (12.5, -6.0, "12.5 mg/day")
    assert value("immunosuppressants", "baseline") == (2.0, -6.0, "2")
    assert value("drug_free", "baseline") == (0.0, -6.0, "no")
    assert value("prednisolone_equivalent", "month 3") == (0.0, 91.3125, "0 mg/day")
    assert value("drug_free", "month 3") == (1.0, 91.3125, "yes")
    assert cohort.observation("drug_free", "odd", "P1") is None  # a visit without a day
    assert cohort.observation("drug_free", "baseline", "P2") is None  # no row in the log
    assert with_burden(cohort) is cohort


def test_without_a_log_nothing_is_added():
    cohort = small_cohort(())
    assert with_burden(cohort) is cohort
    assert burden_issues(cohort) == ()


def test_a_visit_without_any_value_was_not_attended():
    cohort = with_burden(small_cohort((course("none", patient="P2"),)))
    assert cohort.observation("drug_free", "baseline", "P2") is not None
    assert cohort.observation("drug_free", "month 3", "P2") is None


def test_unknown_burden_is_an_observation_without_a_value_that_says_why():
    cohort = with_burden(small_cohort((course("Prednisolone", None, -100, 0),)))
    found = cohort.observation("prednisolone_equivalent", "baseline", "P1")
    assert found is not None
    assert (found.value, found.text) == (None, "not known because of Prednisolone")
    pairs = cohort.pairs("prednisolone_equivalent", "baseline", "month 3")
    assert [(out.patient, out.reason) for out in pairs.left_out] == [
        ("P1", "no usable value at Baseline (“not known because of Prednisolone”)"),
        ("P2", "no value at Baseline and no value at Month 3"),
    ]


def test_a_measure_of_the_sheet_with_the_same_key_stays():
    own = Measure("immunosuppressants", "Immunosuppressants")
    cohort = with_burden(small_cohort((course("MMF", 2000, -10, 10),), (own,)))
    assert [m.key for m in cohort.measures[-3:]] == [
        "prednisolone_equivalent", "immunosuppressants_from_log", "drug_free",
    ]  # fmt: skip
    assert cohort.measures[-2].name == "Immunosuppressants (from the log)"


def test_figure_rows():
    rows = (
        course("Prednisolone", 20, -90, -10),
        course("Prednisolone", 10, -10, 20),
        course("Methylprednisolone", 500, -80, -78, route="IV"),
        course("MMF", 2000, -90, -30),
        course("MMF", 1000, -29, -6),
        course("HCQ", 400, None, -6),
        course("Fludarabine", None, -5, -3, Role.LYMPHODEPLETION),
        course("Tocilizumab", None, 5, 5, Role.RESCUE),
        course("Cotrim", 960, 0, None, Role.PROPHYLAXIS),
        course("Wundermittel", 1, 40, None),
    )
    cohort = small_cohort(rows)
    assert dose_steps(cohort, "P1") == ((-90, -11, 20), (-10, 20, 10), (21, 40, 0))
    assert pulses(cohort, "P1") == ((-80, -78, 625),)
    assert [(b.label, b.role.value, b.start, b.stop, b.ongoing, b.counted) for b in drug_bars(cohort, "P1")] == [
        ("HCQ", "disease", None, -6, False, True),
        ("MMF", "disease", -90, -6, False, True),
        ("FLU", "lymphodepletion", -5, -3, False, False),
        ("TCZ", "rescue", 5, 5, False, False),
        ("Wundermittel", "disease", 40, None, True, False),
    ]
    assert [c.drug for c in active_drugs(cohort, "P1", -6)] == ["Prednisolone", "MMF", "HCQ"]
    assert [c.drug for c in active_drugs(cohort, "P1", 5)] == ["Prednisolone", "Tocilizumab", "Cotrim"]
    assert dose_steps(cohort, "P2") == ()
    assert drug_bars(cohort, "P2") == ()


def test_steps_leave_a_gap_where_the_dose_is_not_known():
    rows = (
        course("Prednisolone", 20, -20, -11),
        course("Prednisolone", None, -10, -1),
        course("Prednisolone", 5, 0, 9),
    )
    assert dose_steps(small_cohort(rows), "P1") == ((-20, -11, 20), (0, 9, 5))


def issues_of(*rows):
    return list(burden_issues(small_cohort((*rows, course("none", patient="P2")))))


@pytest.mark.parametrize(
    ("rows", "severity", "part"),
    [
        ((course("MTX", 15, 0, 10),), Severity.WARNING, "more than the usual maximum of 25 mg a week"),
        ((course("HCQ", 4000, 0, 10),), Severity.WARNING, "more than the usual maximum of 400 mg a day"),
        ((course("Wundermittel", 1, 0, 10),), Severity.WARNING, "“Wundermittel” is not in the drug list"),
        ((course("Azathioprim", 1, 0, 10),), Severity.WARNING, "looks like Azathioprine"),
        ((course("CTX", 1, 0, 10),), Severity.WARNING, "cyclophosphamide (Cytoxan) and for ceftriaxone"),
        ((course("Pred", 1, 0, 10),), Severity.NOTE, "which count alike"),
        ((course("Prednisolone", None, 0, 10),), Severity.WARNING, "daily dose of Prednisolone of P1"),
        ((course("Prednisolone", 5, 10, 0),), Severity.ERROR, "stops before it starts (days 10 and 0)"),
        ((course("Prednisolone", -5, 0, 10),), Severity.ERROR, "is negative"),
        ((course("Budesonide", 9, 0, 10),), Severity.WARNING, "no agreed prednisolone factor"),
        ((course("Triamcinolone", 40, 0, 0, route="i.a."),), Severity.NOTE, "given locally (i.a.)"),
        ((course("IVIG", None, 0, 0),), Severity.NOTE, "counts as treatment of the disease"),
        ((course("MP 500 mg (Urbason)", 500, 0, 2),), Severity.NOTE, "pulses"),
        (
            (course("Prednisolone", 5, 0), course("Prednisolone", 2.5, 20)),
            Severity.NOTE,
            "ends before the next row (day 20)",
        ),
        ((course("Prednisolone", 5, 0, 9), course("Prednisolone", 5, 0, 9)), Severity.WARNING, "stands twice"),
        ((course("Prednisolone", 5, 0, 9), course("Prednisolone", 2, 5, 9)), Severity.WARNING, "the doses are summed"),
        ((course("MMF", 500, 0, 9), course("MMF", 1000, 5, 9)), Severity.WARNING, "it counts once"),
    ],
)
def test_each_issue_has_its_sentence_and_its_cell(rows, severity, part):
    found = issues_of(*rows)
    assert len(found) == 1, [i.text for i in found]
    assert found[0].severity is severity
    assert part in found[0].text
    assert found[0].text.endswith(".")
    assert str(found[0].where) == "Medication!B2"


@pytest.mark.parametrize(
    "rows",
    [
        worked_example(),
        (course("Prednisolone", 20, -30, -10), course("Prednisolone", 10, -10, 5), course("Prednisolone", 5, 6, 20)),
        (course("MTX", 25 / 7, 0, 10),),
        (course("Cyclophosphamide", None, -3, -3, Role.LYMPHODEPLETION), course("Pantoprazol", 40, 0, 100)),
    ],
)
def test_ordinary_logs_raise_no_issue(rows):
    assert issues_of(*rows) == []


def test_a_patient_without_a_row_in_the_log_is_named():
    (issue,) = burden_issues(small_cohort((course("MMF", 2000, -100, -6),)))
    assert str(issue.where) == "Patients!A3"
    assert issue.text == "P2 has no row in the medication log: the medication burden is not known (not zero)."


def test_a_baseline_after_the_start_of_lymphodepletion_is_named():
    rows = (course("Fludarabine", None, -7, -3, Role.LYMPHODEPLETION), course("MMF", 2000, -100, -8))
    (issue,) = issues_of(*rows)
    assert issue.severity is Severity.WARNING
    assert issue.text.startswith("Baseline lies after the start of lymphodepletion (P1)")


# --- rows whose days are not clear, and drugs that count on after their last day -------------------------------------


def test_dates_that_contradict_each_other_make_unknown_what_they_could_change():
    wrong = course("Azathioprine", 100, 121, -30)
    assert [immunosuppressants_on((wrong,), d) for d in (-100, 0, 50, 200)] == [None] * 4
    assert [drug_free_on((wrong,), d) for d in (-100, 0, 50, 200)] == [None] * 4
    assert dose_on((wrong,), 0) == 0, "azathioprine is no part of the dose"
    steroid = course("Prednisolone", 5, 10, 0)
    assert dose_on((steroid,), 5) is None
    assert cumulative_dose((steroid,), 0, 10) is None
    assert immunosuppressants_on((steroid,), 5) == 0
    # What another row says for certain stays said.
    assert drug_free_on((wrong, course("HCQ", 400, 0, 10)), 5) is False
    assert immunosuppressants_on((wrong, course("Azathioprine", 50, 0, 10)), 5) == 1
    # A row that is no burden of the disease changes nothing.
    assert drug_free_on((course("Cyclophosphamide", 100, 5, -3, Role.LYMPHODEPLETION),), 0) is True
    assert drug_free_on((course("Triamcinolone", 40, 5, 0, route="topical"),), 0) is True


def test_an_unreadable_start_is_unknown_up_to_the_stop():
    row = replace(course("MMF", 2000, None, 20), doubtful=True)
    assert [immunosuppressants_on((row,), d) for d in (-300, 20, 21)] == [None, None, 0]
    assert [drug_free_on((row,), d) for d in (20, 21)] == [None, True]
    assert immunosuppressants_on((course("MMF", 2000, None, 20),), 20) == 1, "without a start: since before the record"
    (issue,) = issues_of(row)
    assert (issue.severity, issue.text) == (
        Severity.ERROR,
        "The start of MMF of P1 cannot be read: when it was taken is not known, nor is the burden that depends on it.",
    )


def test_doubtful_rows_say_why_at_the_visit_and_are_not_drawn():
    cohort = with_burden(small_cohort((course("Azathioprine", 100, 121, -30), course("Prednisolone", 5, 10, 0))))
    texts = {o.measure: o.text for o in cohort.observations if o.patient == "P1" and o.visit == "baseline"}
    assert texts["prednisolone_equivalent"] == "not known because of the dates of Prednisolone"
    assert texts["immunosuppressants"] == "not known because of the dates of Azathioprine"
    assert texts["drug_free"] == "not known because of the dates of Azathioprine, Prednisolone"
    assert drug_bars(cohort, "P1") == ()
    assert dose_steps(cohort, "P1") == ()


@pytest.mark.parametrize(
    ("drug", "route", "days"),
    [
        ("Rituximab", "", 180), ("Obinutuzumab", "iv", 180), ("Infliximab", "", 56), ("Anifrolumab", "", 28),
        ("IVIG", "", 28), ("Belimumab", "i.v.", 28), ("Belimumab", "s.c.", 7), ("Belimumab", "", 0),
        ("Tocilizumab", "SC", 7), ("Abatacept", "intravenös", 28), ("Cyclophosphamide", "IV", 28),
        ("Cyclophosphamide", "p.o.", 0), ("Adalimumab", "", 14), ("MTX", "s.c.", 7), ("MMF", "", 0), ("HCQ", "", 0),
    ],
)  # fmt: skip
def test_long_acting_drugs_count_on_after_their_last_day(drug, route, days):
    rows = (course(drug, 1.0, -30, -20, route=route),)
    counts = [d for d in range(-40, 200) if not drug_free_on(rows, d)]
    assert counts == list(range(-30, -20 + days + 1))
    assert cumulative_dose(rows, -30, 200) == 0
    assert [c.drug for c in active_drugs(small_cohort(rows), "P1", -19)] == [], "taken is not the same as counted"


def test_the_carry_over_ends_with_a_row_of_dose_0_and_is_no_second_drug():
    rows = (course("Rituximab", 1000, -30, -30), course("Rituximab", 0, 50))
    assert [immunosuppressants_on(rows, d) for d in (-31, -30, 49, 50)] == [0, 1, 1, 0]
    twice = (course("MTX", 2, 0, 10), course("MTX", 2, 15, 20))
    assert [immunosuppressants_on(twice, d) for d in (10, 12, 16, 27, 28)] == [1, 1, 1, 1, 0]


def test_a_drug_that_counts_at_a_visit_by_carry_over_is_named_once():
    rows = (course("Rituximab", 1000, -45, -45), course("Rituximab", 1000, -31, -31))
    (issue,) = issues_of(*rows)
    assert issue.severity is Severity.NOTE
    assert issue.text.startswith("Rituximab of P1, last day −31, counts as taken until day 149 (long-acting)")
    assert issues_of(course("MTX", 2, -100, -20)) == [], "no visit lies in the seven days"


def test_rows_whose_days_cannot_be_read_are_kept_as_doubtful(tmp_path):
    rows = {
        "Visits": [
            ("ID", "Visit", "Date", "SLEDAI"),
            ("P1", "Baseline", date(2021, 3, 1), 9),
            ("P1", "Month 3", date(2021, 6, 1), 1),
            ("P2", "Baseline", "", 4),
        ],
        "Medication": [
            ("ID", "Drug", "Dose mg", "Frequency", "Start", "Stop"),
            ("P1", "Azathioprine", 100, "daily", date(2021, 6, 30), date(2021, 1, 30)),
            ("P1", "MMF", 1000, "daily", "im Winter", date(2021, 4, 1)),
            ("P1", "HCQ", 200, "daily", date(2021, 1, 1), date(2021, 2, 1)),
            ("P2", "Prednisolone", 5, "daily", date(2021, 1, 1), date(2021, 2, 1)),
        ],
    }
    read = read_workbook(workbook(tmp_path / "a.xlsx", rows))
    cohort, issues = build_cohort(read, guess_mapping(read))
    assert [(c.drug, c.doubtful) for c in cohort.courses if c.patient == "P1"] == [
        ("Azathioprine", True), ("MMF", True), ("HCQ", False),
    ]  # fmt: skip
    found = {v: cohort.observation("drug_free", v, "P1") for v in ("baseline", "month 3")}
    assert [o.value for o in found.values() if o is not None] == [None, None]
    assert found["month 3"].text == "not known because of the dates of Azathioprine"
    said = [i.text for i in issues if "when it was taken is not known" in i.text]
    assert len(said) >= 2
    assert [c.doubtful for c in cohort.courses if c.patient == "P2"] == [True], "a day without a day 0 is no day"
