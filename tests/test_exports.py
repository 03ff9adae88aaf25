"""Exports of data capture systems and CDISC data sets come out as the numbers that were entered, with their cells."""

import sys
from datetime import date
from pathlib import Path

import pytest

from trajecta.io.build import build_cohort
from trajecta.io.check import is_question
from trajecta.io.guess import guess_mapping
from trajecta.io.mapping import Arrangement, Field, Mapping, SheetRole, from_json, to_json
from trajecta.io.workbook import read_workbook
from trajecta.stats.cohort import Cohort, Issue, Severity

sys.path.insert(0, str(Path(__file__).parent))
from export_workbooks import INFUSED, Sheets, adam, openclinica, redcap, redcap_labels, sdtm, written
from sheets import C3, SCORES, long_rows, wide_rows, workbook

ENDINGS = ("xlsx", "csv")


def opened(file: Path) -> tuple[Mapping, Cohort, tuple[Issue, ...]]:
    book = read_workbook(file)
    mapping = guess_mapping(book)
    assert from_json(to_json(mapping)) == mapping
    return mapping, *build_cohort(book, mapping)


def values(cohort: Cohort, measure: str) -> dict[str, tuple[float | None, ...]]:
    """The values of a measure by patient, in the order of the visits."""
    found = {}
    for patient in cohort.patients:
        cells = [cohort.observation(measure, visit.key, patient.id) for visit in cohort.visits]
        found[patient.id] = tuple(None if o is None else o.value for o in cells)
    return found


def address(cohort: Cohort, measure: str, visit: str, patient: str) -> str:
    found = cohort.observation(measure, visit, patient)
    assert found is not None
    return str(found.source)


def texts(issues: tuple[Issue, ...], severity: Severity = Severity.WARNING) -> str:
    return "\n".join(i.text for i in issues if i.severity is severity)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("made", [redcap, redcap_labels])
def test_redcap_events_and_repeating_forms(made: object, ending: str, tmp_path: Path) -> None:
    sheets: Sheets = made()  # type: ignore[operator]
    mapping, cohort, issues = opened(written(tmp_path, "P_DATA", sheets, ending))
    assert [a.how for a in mapping.arranged] == [Arrangement.REDCAP]
    roles = [SheetRole.PATIENTS, SheetRole.VISITS, SheetRole.MEDICATION, SheetRole.EVENTS]
    assert [s.role for s in mapping.sheets] == roles
    assert [v.label for v in cohort.visits] == ["Baseline", "Month 1", "Month 3"]
    assert values(cohort, "sledai-2k") == {p: tuple(map(float, s)) for p, s in SCORES.items()}
    assert values(cohort, "c3") == C3
    assert len(cohort.pairs("sledai-2k", "baseline", "month 3").used) == 3
    assert {p.id: p.time_zero for p in cohort.patients} == INFUSED
    assert [p.sex for p in cohort.patients] == ["F", "F", "M"]
    assert values(cohort, "prednisolone_equivalent") == dict.fromkeys(SCORES, (10.0, 10.0, 0.0))
    assert values(cohort, "immunosuppressants") == dict.fromkeys(SCORES, (1.0, 0.0, 0.0))
    assert values(cohort, "drug_free") == dict.fromkeys(SCORES, (0.0, 0.0, 1.0))
    assert [(e.name, e.day, e.grade) for e in cohort.events] == [("CRS", 3, "1")]
    assert address(cohort, "sledai-2k", "baseline", "SYN-01").endswith("!N2")
    assert str(cohort.courses[1].source).endswith("!Q6")
    assert "5 forms" in texts(issues)
    assert "2 incomplete and 3 unverified" in texts(issues)
    assert "missing" not in texts(issues).lower()  # blank cells on rows of other forms


def test_redcap_leaves_out_what_is_the_system_s(tmp_path: Path) -> None:
    mapping, cohort, issues = opened(written(tmp_path, "raw", redcap(), "csv"))
    headers = {c.header for s in mapping.sheets for c in s.columns}
    assert not any("complete" in h or "redcap" in h for h in headers)
    assert "“redcap_data_access_group” is left out" in texts(issues, Severity.NOTE)
    assert "form status" in texts(issues, Severity.NOTE)
    facts = dict(cohort.patients[0].facts)
    assert facts == {"comorbidity: 1": "1", "comorbidity: 2": "0", "Arm": "Arm 1"}
    assert any(c.field is Field.IDENTIFYING and c.header == "dob" for c in mapping.sheets[0].columns)
    _, labelled, _ = opened(written(tmp_path, "labels", redcap_labels(), "xlsx"))
    assert dict(labelled.patients[0].facts)["Comorbidity: Diabetes"] == "Checked"
    assert dict(labelled.patients[0].facts)["Arm"] == "CAR-T"


def test_redcap_asks_for_the_order_of_events_without_a_day(tmp_path: Path) -> None:
    names = ("visit_1_arm_1", "visit_2_arm_1", "relapse_arm_1")
    _, cohort, issues = opened(written(tmp_path, "a", redcap(names, dated=False), "csv"))
    assert [v.label for v in cohort.visits] == ["Visit 1", "Visit 2", "Relapse"]
    asked = [i for i in issues if is_question(i) and "Visit 1, Visit 2, Relapse" in i.hint]
    assert len(asked) == 1
    _, _, quiet = opened(written(tmp_path, "b", redcap(dated=False), "csv"))
    assert not any("order" in i.text for i in quiet)


@pytest.mark.parametrize("ending", ENDINGS)
def test_openclinica_events_and_groups(ending: str, tmp_path: Path) -> None:
    mapping, cohort, issues = opened(written(tmp_path, "oc", openclinica(), ending))
    assert [a.how for a in mapping.arranged] == [Arrangement.OPENCLINICA]
    assert [s.role for s in mapping.sheets] == [SheetRole.PATIENTS, SheetRole.VISITS, SheetRole.MEDICATION]
    assert [v.label for v in cohort.visits] == ["Baseline", "Month 1", "Month 3"]
    assert values(cohort, "sledai-2k") == {p: tuple(map(float, s)) for p, s in SCORES.items()}
    assert values(cohort, "c3") == C3
    assert values(cohort, "prednisolone_equivalent") == dict.fromkeys(SCORES, (10.0, 10.0, 0.0))
    assert values(cohort, "immunosuppressants") == dict.fromkeys(SCORES, (1.0, 0.0, 0.0))
    assert cohort.day("SYN-01", "month 3") == 92
    assert {p.id: p.time_zero for p in cohort.patients} == INFUSED
    assert address(cohort, "sledai-2k", "month 3", "SYN-02").endswith("!M10")
    assert "“Subject Status”" in texts(issues, Severity.NOTE)


@pytest.mark.parametrize("ending", ENDINGS)
def test_adam_parameters(ending: str, tmp_path: Path) -> None:
    mapping, cohort, issues = opened(written(tmp_path, "adqs", adam(), ending))
    assert [a.how for a in mapping.arranged] == [Arrangement.CDISC]
    assert [v.key for v in cohort.visits] == ["baseline", "month 1", "month 3"]  # month 6 was carried forward
    assert [m.key for m in cohort.measures] == ["sledai-2k", "c3"]
    assert values(cohort, "sledai-2k") == {p: tuple(map(float, s)) for p, s in SCORES.items()}
    assert values(cohort, "c3") == C3
    assert {p.id: p.time_zero for p in cohort.patients} == INFUSED
    assert cohort.day("SYN-02", "baseline") == -3
    assert "3 rows" in texts(issues)
    assert "LOCF 3" in texts(issues)
    assert address(cohort, "sledai-2k", "baseline", "SYN-01").endswith("!G2")
    assert not any("BASE" in i.text for i in issues)


def test_adam_base_that_differs_is_asked_about(tmp_path: Path) -> None:
    sheets = adam()
    row = list(sheets["ADQS"][2])
    row[8] = 99
    sheets["ADQS"][2] = row
    _, cohort, issues = opened(written(tmp_path, "a", sheets, "xlsx"))
    asked = [i for i in issues if "BASE" in i.text]
    assert [str(i.where) for i in asked] == ["ADQS!I3"]
    assert is_question(asked[0])
    assert values(cohort, "sledai-2k")["SYN-01"] == (16.0, 12.0, 0.0)


def test_adam_rows_that_are_not_to_be_analysed(tmp_path: Path) -> None:
    sheets = adam()
    twice = list(sheets["ADQS"][2])
    twice[6], twice[11] = 44, None
    sheets["ADQS"].insert(2, twice)
    _, cohort, issues = opened(written(tmp_path, "a", sheets, "xlsx"))
    assert values(cohort, "sledai-2k")["SYN-01"] == (16.0, 12.0, 0.0)
    assert "ANL01FL = Y" in texts(issues)


def test_sdtm_domains(tmp_path: Path) -> None:
    mapping, cohort, issues = opened(written(tmp_path, "sdtm", sdtm(), "xlsx"))
    roles = [SheetRole.PATIENTS, SheetRole.VISITS, SheetRole.VISITS, SheetRole.MEDICATION, SheetRole.EVENTS]
    assert [s.role for s in mapping.sheets] == roles
    assert values(cohort, "sledai-2k") == {p: tuple(map(float, s)) for p, s in SCORES.items()}
    assert values(cohort, "c3") == {**C3, "SYN-02": (0.6, None, 0.9)}
    missing = cohort.observation("c3", "month 1", "SYN-02")
    assert missing is not None
    assert missing.text == "NOT DONE"
    assert str(missing.source) == "LB!K6"
    assert len(cohort.pairs("c3", "baseline", "month 1").used) == 2
    assert values(cohort, "prednisolone_equivalent") == {
        "SYN-01": (10.0, 10.0, 0.0), "SYN-02": (12.5, 12.5, 12.5), "SYN-03": (0.0, 0.0, 0.0),
    }  # fmt: skip
    assert values(cohort, "drug_free")["SYN-01"] == (0.0, 0.0, 1.0)
    assert values(cohort, "drug_free")["SYN-03"] == (0.0, 0.0, 0.0)  # hydroxychloroquine goes on
    assert [(e.name, e.day, e.end_day, e.grade) for e in cohort.events] == [("Cytokine release syndrome", 3, 5, "1")]
    assert "only the month is known" in texts(issues)  # CMSTDTC 2020-11
    assert "1 row of “CM” is left out" in texts(issues)
    assert "METHOTREXATE" not in {c.drug for c in cohort.courses}
    assert cohort.courses[0].start == (date(2020, 11, 15) - INFUSED["SYN-01"]).days


def test_one_sdtm_domain_alone_with_study_days(tmp_path: Path) -> None:
    sheets = {"lb": [(*row[:14], None, row[15]) if at else row for at, row in enumerate(sdtm()["LB"])]}
    _, cohort, _ = opened(written(tmp_path, "lb", sheets, "csv"))
    assert values(cohort, "c3") == {**C3, "SYN-02": (0.6, None, 0.9)}
    assert cohort.day("SYN-01", "month 1") == 30  # LBDY 31: the standard has no day 0


@pytest.mark.parametrize("rows", [long_rows(), wide_rows()])
def test_ordinary_tables_stay_as_they_stand(rows: list[object], tmp_path: Path) -> None:
    book = read_workbook(workbook(tmp_path / "a.xlsx", {"Data": rows}))  # type: ignore[dict-item]
    assert guess_mapping(book).arranged == ()


@pytest.mark.parametrize(
    "header",
    [
        ("USUBJID", "VISIT", "SLEDAI-2K"),
        ("Record ID", "Visit", "SLEDAI-2K"),
        ("ID", "Visit", "renal_complete"),
        ("Patient", "Visit", "PARAM_E1"),
    ],
)
def test_words_of_a_system_alone_make_no_export(header: tuple[str, ...], tmp_path: Path) -> None:
    rows = [header, *((p, v, k) for p in ("P1", "P2") for k, v in enumerate(("Baseline", "Month 3")))]
    mapping, cohort, _ = opened(workbook(tmp_path / "a.xlsx", {"A": rows}))
    assert mapping.arranged == ()
    assert [p.id for p in cohort.patients] == ["P1", "P2"]
