"""The demo workbooks: written again they are the same, and they hold the aggregates that they promise."""

import importlib.util
import sys
from datetime import timedelta
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from statistics import mean, median, stdev

import pytest
from openpyxl import load_workbook

from trajecta.io.build import build_cohort
from trajecta.io.guess import guess_mapping
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Course, Severity
from trajecta.stats.drugs import daily_mg, role_of, substance, substance_of
from trajecta.stats.medication import cumulative_dose, dose_on, drug_free_on, immunosuppressants_on
from trajecta.stats.medlog import settled

DEMO = Path(__file__).parents[1] / "resources" / "demo"
_spec = importlib.util.spec_from_file_location("demo_workbooks", Path(__file__).with_name("demo_workbooks.py"))
assert _spec is not None
assert _spec.loader is not None
demo_workbooks = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = demo_workbooks  # where dataclasses look their module up
_spec.loader.exec_module(demo_workbooks)

WEIGHTS = dict(demo_workbooks.ITEMS.values())
IDS = [f"SYN-0{i}" for i in range(1, 6)]


def cells(source):
    book = load_workbook(source)
    return {
        s.title: ([[c.value for c in row] for row in s.iter_rows()], sorted(map(str, s.merged_cells.ranges)))
        for s in book
    }


def table(name, sheet):
    """The rows of a sheet as dictionaries by header, read from the committed file."""
    rows = load_workbook(DEMO / name)[sheet].iter_rows(values_only=True)
    head = next(rows)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def patients():
    return table("cart-sle.xlsx", "Patients")


@pytest.fixture(scope="module")
def visits():
    return table("cart-sle.xlsx", "Visits")


@pytest.fixture(scope="module")
def courses(patients):
    """The log read with openpyxl only, not with the importer: a second way to the same numbers."""
    zero = {p["Patient ID"]: p["Infusion date"] for p in patients}
    out = {}
    for row in table("cart-sle.xlsx", "Medication"):
        patient = row["Patient ID"]
        start = (row["Start"] - zero[patient]).days
        stop = None if row["Stop"] == "ongoing" else (row["Stop"] - zero[patient]).days
        key = substance_of(row["Drug"])
        assert key is not None, row["Drug"]
        reading = role_of(key, row["Role"], start)
        assert not reading.assumed
        mg, _ = daily_mg(row["Dose"], row["Unit"], row["Frequency"])
        course = Course(patient, row["Drug"], key, reading.role, mg, "", row["Route"], start, stop)
        out.setdefault(patient, []).append(course)
    return out


@pytest.mark.parametrize("name", demo_workbooks.WORKBOOKS)
def test_writing_again_gives_the_same_cells(name):
    assert cells(BytesIO(demo_workbooks.as_bytes(demo_workbooks.WORKBOOKS[name]()))) == cells(DEMO / name)


@pytest.mark.parametrize("name", demo_workbooks.WORKBOOKS)
def test_writing_twice_gives_the_same_bytes(name, monkeypatch):
    make = demo_workbooks.WORKBOOKS[name]
    first = demo_workbooks.as_bytes(make())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)  # what zipfile asks for a part's date
    assert demo_workbooks.as_bytes(make()) == first


@pytest.mark.parametrize("name", demo_workbooks.WORKBOOKS)
def test_first_sheet_says_synthetic(name):
    sheet = load_workbook(DEMO / name).worksheets[0]
    assert "SYNTHETIC" in sheet["A1"].value


def test_label_of_the_careful_workbook():
    assert load_workbook(DEMO / "cart-sle.xlsx")["Read me"]["A1"].value == (
        "SYNTHETIC demo cohort, aggregate-matched to the abstract of Mackensen et al. 2022; "
        "no row corresponds to a real patient"
    )


def test_patients_have_the_published_aggregates(patients):
    assert [p["Patient ID"] for p in patients] == IDS
    assert sorted(p["Sex"] for p in patients) == ["F", "F", "F", "F", "M"]
    ages = [p["Age"] for p in patients]
    assert (median(ages), max(ages) - min(ages)) == (22, 6)
    durations = [p["Disease duration (y)"] for p in patients]
    assert (median(durations), min(durations), max(durations), mean(durations)) == (4, 1, 9, 4.6)
    months = [p["Follow-up (months)"] for p in patients]
    assert (median(months), min(months), max(months), mean(months)) == (8, 5, 17, 9.8)
    infusions = {p["Infusion date"] for p in patients}
    assert len(infusions) == 5
    assert {d.year for d in infusions} == {2021, 2022}


def test_sledai_of_baseline_and_month_3(visits):
    before = [v["SLEDAI-2K"] for v in visits if v["Visit"] == "Baseline"]
    after = [v["SLEDAI-2K"] for v in visits if v["Visit"] == "Month 3"]
    assert before == [16, 16, 16, 10, 8]
    assert after == [0, 0, 0, 2, 0]
    assert (median(before), mean(before)) == (16, 13.2)
    assert stdev(before) == pytest.approx(3.8987, abs=5e-5)


def test_items_sum_to_the_total_in_every_row(visits):
    for row in visits:
        assert all(row[item] in (0, weight) for item, weight in WEIGHTS.items())
        assert sum(row[item] for item in WEIGHTS) == row["SLEDAI-2K"], row
        # the items agree with the laboratory values of the same row
        dna = row["Anti-dsDNA (IU/mL)"]
        assert bool(row["Low complement"]) == (row["C3 (g/L)"] < 0.9 or row["C4 (g/L)"] < 0.1), row
        assert bool(row["Increased DNA binding"]) == (dna == ">400" or (dna != "<10" and dna > 20)), row
        assert bool(row["Proteinuria"]) == (row["UPCR (mg/g)"] > 500), row
        assert 0 <= row["PGA"] <= 3
        assert 0 <= row["FACIT-F"] <= 52


def test_the_residual_points_at_month_3_are_low_complement(visits):
    (row,) = [v for v in visits if v["Visit"] == "Month 3" and v["SLEDAI-2K"] > 0]
    assert (row["Patient ID"], row["Low complement"], row["SLEDAI-2K"]) == ("SYN-04", 2, 2)


def test_visits_lie_in_real_days_inside_the_follow_up(patients, visits):
    months = {p["Patient ID"]: p["Follow-up (months)"] for p in patients}
    zero = {p["Patient ID"]: p["Infusion date"] for p in patients}
    nominal = {
        "Month 1": 30,
        "Month 2": 61,
        "Month 3": 91,
        "Month 6": 183,
        "Month 9": 274,
        "Month 12": 365,
        "Month 17": 517,
    }
    for row in visits:
        patient, visit, day = row["Patient ID"], row["Visit"], row["Day"]
        assert row["Date"] == zero[patient] + timedelta(days=day)
        if visit == "Baseline":
            assert day == -6
        elif visit == "Screening":
            assert -35 <= day <= -24
        else:
            assert abs(day - nominal[visit]) <= 10
            assert int(visit.split()[1]) <= months[patient]
    assert ("SYN-03", "Month 2") not in {(v["Patient ID"], v["Visit"]) for v in visits}
    assert len({v["Day"] for v in visits if v["Visit"] == "Month 3"}) == 5
    days = [(v["Patient ID"], v["Day"]) for v in visits]
    assert days == sorted(days)


def test_censored_values_are_text(visits):
    values = [v["Anti-dsDNA (IU/mL)"] for v in visits]
    assert "<10" in values
    assert ">400" in values
    assert any(isinstance(v, int) for v in values)


def test_trajectories_fall_and_are_no_straight_lines(visits):
    for patient in IDS:
        total = [v["SLEDAI-2K"] for v in visits if v["Patient ID"] == patient and v["Visit"] != "Screening"]
        assert total == sorted(total, reverse=True)
        steps = [a - b for a, b in pairwise(total)]
        assert len(set(steps[:3])) > 1


def test_events():
    rows = table("cart-sle.xlsx", "Events")
    returns = [r["Day"] for r in rows if r["Event"] == "B-cell return"]
    assert returns == [97, 123, 60, 137, 133]
    assert (mean(returns), stdev(returns)) == (110, 32)
    crs = [r for r in rows if r["Event"] == "CRS"]
    assert [(r["Patient ID"], r["Grade"]) for r in crs] == [("SYN-01", 1), ("SYN-02", 1), ("SYN-04", 1)]
    assert [r["Day"] for r in rows if r["Event"] == "CAR-T infusion"] == [0] * 5


def test_recorded_prednisolone_is_what_the_log_says(visits, courses):
    for row in visits:
        assert dose_on(courses[row["Patient ID"]], row["Day"]) == row["Prednisolone (mg/d)"], row


def test_burden_at_baseline_and_month_3(visits, courses):
    def at(visit, answer):
        return [answer(courses[v["Patient ID"]], v["Day"]) for v in visits if v["Visit"] == visit]

    assert at("Baseline", dose_on) == [20, 12.5, 10, 7.5, 25]
    assert at("Baseline", immunosuppressants_on) == [2, 2, 2, 1, 2]
    assert at("Baseline", drug_free_on) == [False] * 5
    assert at("Month 3", dose_on) == [0] * 5
    assert at("Month 3", immunosuppressants_on) == [0] * 5
    assert at("Month 3", drug_free_on) == [True] * 5
    active = [
        sorted(
            c.drug
            for c in courses[p]
            if c.start <= -6 and (c.stop is None or c.stop >= -6) and c.drug != "Prednisolone"
        )
        for p in IDS
    ]
    hcq, mmf, bel = "Hydroxychloroquine", "MMF", "Belimumab"
    assert active == [
        [bel, hcq, mmf], ["Cyclophosphamide", hcq, mmf], ["Azathioprine", bel, hcq], [hcq, mmf], [bel, hcq, mmf],
    ]  # fmt: skip


def test_immunosuppressants_stop_before_lymphodepletion_and_prednisolone_soon_after_the_infusion(courses):
    for rows in courses.values():
        taken = [t.course for d in (-5, -3, 0, 5) for t in settled(rows).burden(d)]
        # What still counts of cyclophosphamide given before is carry-over and over by the first month.
        assert not [c for c in taken if (s := substance(c.substance)) is not None and s.immunosuppressant]
        assert immunosuppressants_on(rows, 28) == 0
        last = max(c.stop for c in rows if c.drug == "Prednisolone")
        assert 28 <= last <= 42
        assert dose_on(rows, last) > 0
        assert drug_free_on(rows, last + 1) is True
        assert min(c.start for c in rows if c.drug == "Prednisolone") <= -60
        assert cumulative_dose(rows, -90, -1) > 0
    assert len({max(c.stop for c in rows if c.drug == "Prednisolone") for rows in courses.values()}) == 5


def test_prior_drugs_have_the_published_counts(courses):
    def ever(drug):
        return sum(any(c.drug == drug and c.role == "disease" for c in rows) for rows in courses.values())

    drugs = ("Methylprednisolone", "Hydroxychloroquine", "MMF", "Belimumab", "Cyclophosphamide", "Azathioprine")
    assert [ever(d) for d in drugs] == [5, 5, 5, 5, 3, 2]
    tocilizumab = [p for p, rows in courses.items() if any(c.drug == "Tocilizumab" for c in rows)]
    assert tocilizumab == ["SYN-02"]


# --- the awkward one -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def awkward():
    return load_workbook(DEMO / "cart-sle-awkward.xlsx")


def test_awkward_course_sheet_has_its_oddities(awkward):
    sheet = awkward["Verlauf"]
    assert sheet["A4"].value == "Pat.-Nr. "
    assert [sheet.cell(4, c).value for c in range(5, 25, 4)] == [
        "Screening", "Baseline (Ausgang)", "Monat 1", "Monat 3", "Monat 6",
    ]  # fmt: skip
    assert {"E4:H4", "I4:L4", "A4:A5"} <= set(map(str, sheet.merged_cells.ranges))
    assert [sheet.cell(5, c).value.strip() for c in range(5, 9)] == ["SLEDAI", "PGA", "C3", "Pred."]
    values = [c.value for row in sheet.iter_rows(min_row=6, max_row=12) for c in row]
    for odd in ("SYN-02 ", "0,62", "<0,5", "16 (Schub)", "n.d.", "12,5", "Mittelwert", "SD"):
        assert odd in values, odd
    assert [sheet.cell(10, c).value for c in range(21, 25)] == ["n.d.", None, None, "n.d."]
    assert sheet.max_row == 60  # the formatted tail
    assert all(c.value is None for row in sheet.iter_rows(min_row=15) for c in row)


def test_awkward_pairs_of_sledai(awkward):
    """Baseline (Ausgang) → Monat 3 gives five pairs, 16, 16, 16, 10, 8 → 0, 0, 0, 2, 0, once the note is set aside."""
    sheet = awkward["Verlauf"]

    def number(value):
        return float(str(value).split("(")[0].strip().replace(",", "."))

    rows = range(6, 11)
    assert [sheet.cell(r, 1).value.strip() for r in rows] == IDS
    assert [number(sheet.cell(r, 9).value) for r in rows] == [16, 16, 16, 10, 8]
    assert [number(sheet.cell(r, 17).value) for r in rows] == [0, 0, 0, 2, 0]


def test_awkward_medication_sheet_has_its_oddities(awkward):
    rows = list(awkward["Medikation"].iter_rows(min_row=3, values_only=True))
    assert rows[0] == ("Patient", "Medikament", "Dosis", "Einheit", "Häufigkeit", "Von", "Bis", "Bemerkung")
    assert [r[:2] for r in rows if r[0] == "SYN-O3"] == [("SYN-O3", "Benlysta")]
    assert {r[0] for r in rows[1:]} == {*IDS, "SYN-O3"}
    assert sum(r[6] == "laufend" for r in rows) == 2
    assert ("SYN-05", "Endoxan", 1000, "mg/m²", "einmalig", "30.04.2022", "30.04.2022", None) in rows
    for row in rows[1:]:
        assert substance_of(row[1]) is not None, row[1]


# --- through the importer --------------------------------------------------------------------------------------------


def imported(name):
    workbook = read_workbook(DEMO / name)
    return build_cohort(workbook, guess_mapping(workbook))


def before_and_after(cohort, measure, before="baseline", after="month 3"):
    pairs = cohort.pairs(measure, before, after)
    return [(p.before.value, p.after.value) for p in pairs.used if p.patient in IDS]


def test_the_careful_workbook_opens_without_a_warning():
    cohort, issues = imported("cart-sle.xlsx")
    assert [i.text for i in issues if i.severity is not Severity.NOTE] == []
    assert cohort.synthetic
    assert before_and_after(cohort, "sledai-2k") == [(16, 0), (16, 0), (16, 0), (10, 2), (8, 0)]
    assert before_and_after(cohort, "prednisolone_equivalent") == [(20, 0), (12.5, 0), (10, 0), (7.5, 0), (25, 0)]
    assert before_and_after(cohort, "immunosuppressants") == [(2, 0), (2, 0), (2, 0), (1, 0), (2, 0)]
    assert before_and_after(cohort, "drug_free") == [(0, 1)] * 5


def test_recorded_and_computed_prednisolone_agree_at_every_visit():
    cohort, _ = imported("cart-sle.xlsx")
    recorded = [o for o in cohort.observations if o.measure == "prednisolone"]
    assert len(recorded) == 33
    for o in recorded:
        computed = cohort.observation("prednisolone_equivalent", o.visit, o.patient)
        assert computed is not None
        assert (computed.value, computed.day) == (o.value, o.day)


def test_the_awkward_workbook_gives_the_same_answer_and_names_its_oddities():
    cohort, issues = imported("cart-sle-awkward.xlsx")
    assert cohort.synthetic
    assert before_and_after(cohort, "sledai-2k") == [(16, 0), (16, 0), (16, 0), (10, 2), (8, 0)]
    said = " ".join(i.text for i in issues)
    for part in (
        "SYN-O3",
        "Mittelwert",
        "16 (Schub)",
        "taken as lymphodepletion",
        "after the start of lymphodepletion",
    ):
        assert part in said, part
