"""The same small cohort as data capture systems and CDISC write it: three patients, three visits, scores, C3, drugs."""

import csv
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import C3, PATIENTS, SCORES, VISITS, Row, workbook

Sheets = dict[str, list[Row]]
INFUSED = {str(row[0]): row[3] for row in PATIENTS[1:] if isinstance(row[3], date)}
SEX = {str(row[0]): row[1] for row in PATIENTS[1:]}
AGE = {str(row[0]): row[2] for row in PATIENTS[1:]}
BEGUN = date(2020, 6, 1)


def written(folder: Path, name: str, sheets: Sheets, ending: str) -> Path:
    """The sheets as one workbook, or the single sheet as a text file with quoted cells."""
    if ending == "xlsx":
        return workbook(folder / f"{name}.xlsx", sheets)
    (rows,) = sheets.values()
    file = folder / f"{name}.csv"
    with file.open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows(rows)
    return file


def on(patient: str, day: int) -> date:
    """A study day of a patient as a date."""
    return INFUSED[patient] + timedelta(day)


def sdtm_day(day: int) -> int:
    """A study day as SDTM counts it: the first day is day 1, there is no day 0."""
    return day + 1 if day >= 0 else day


def drugs(patient: str) -> tuple[Row, Row]:
    """Prednisolone to day 40 and mycophenolate to day −2, as rows of a log."""
    return (
        ("Prednisolone", 10, "mg", "QD", BEGUN, on(patient, 40)),
        ("MMF", 1, "g", "BID", BEGUN, on(patient, -2)),
    )


# --- REDCap ----------------------------------------------------------------------------------------------------------

_RAW = (
    "record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "redcap_data_access_group",
    "sex", "dob", "age", "infusion_date", "comorbidity___1", "comorbidity___2", "demographics_complete", "visit_date",
    "sledai_2k", "c3", "assessment_complete", "med_name", "med_dose", "med_unit", "med_freq", "med_start", "med_stop",
    "medication_complete", "ae_term", "ae_grade", "ae_start", "adverse_event_complete",
)  # fmt: skip
_LABELS = (
    "Record ID", "Event Name", "Repeat Instrument", "Repeat Instance", "Data Access Group", "Sex", "Date of birth",
    "Age", "Infusion date", "Comorbidity (choice=Diabetes)", "Comorbidity (choice=Asthma)", "Complete?", "Visit date",
    "SLEDAI-2K", "C3 (g/L)", "Complete?", "Drug name", "Dose", "Unit", "Frequency", "Start date", "Stop date",
    "Complete?", "AE term", "Grade", "Onset date", "Complete?",
)  # fmt: skip


def _record(**cells: object) -> list[object]:
    return [cells.get(name) for name in _RAW]


def redcap(names: Sequence[str] = ("baseline_arm_1", "month_1_arm_1", "month_3_arm_1"), dated: bool = True) -> Sheets:
    """The raw export: three events, two repeating forms, checkboxes, two forms incomplete and three unverified."""
    rows: list[Row] = [_RAW]
    for patient in SCORES:
        for at, (_, day) in enumerate(VISITS):
            once: dict[str, object] = {"comorbidity___1": 0, "comorbidity___2": 0}
            if at == 0:
                once = {
                    "sex": SEX[patient], "dob": "1990-01-01", "age": AGE[patient],
                    "infusion_date": INFUSED[patient].isoformat(), "comorbidity___1": 1, "comorbidity___2": 0,
                    "demographics_complete": 2,
                }  # fmt: skip
            rows.append(
                _record(
                    record_id=patient,
                    redcap_event_name=names[at],
                    redcap_data_access_group="site_a",
                    visit_date=on(patient, day).isoformat() if dated else None,
                    sledai_2k=SCORES[patient][at],
                    c3=C3[patient][at],
                    assessment_complete=1 if at == 2 else 2,
                    **once,
                )
            )
        for number, (drug, dose, unit, frequency, start, stop) in enumerate(drugs(patient), 1):
            rows.append(
                _record(
                    record_id=patient, redcap_event_name=names[0], redcap_repeat_instrument="medication",
                    redcap_repeat_instance=number, med_name=drug, med_dose=dose, med_unit=unit, med_freq=frequency,
                    med_start=start, med_stop=stop,
                    medication_complete=0 if number == 2 and patient != "SYN-03" else 2,
                )
            )  # fmt: skip
    rows.append(
        _record(
            record_id="SYN-01", redcap_event_name=names[1], redcap_repeat_instrument="adverse_event",
            redcap_repeat_instance=1, ae_term="CRS", ae_grade=1, ae_start=on("SYN-01", 3).isoformat(),
            adverse_event_complete=2,
        )
    )  # fmt: skip
    return {"DATA": rows}


def redcap_labels() -> Sheets:
    """The labels export of the same project."""
    rows: list[Row] = [_LABELS]
    events = {f"{key}_arm_1": f"{label} (Arm 1: CAR-T)" for key, label in
              (("baseline", "Baseline"), ("month_1", "Month 1"), ("month_3", "Month 3"))}  # fmt: skip
    status, ticked = {0: "Incomplete", 1: "Unverified", 2: "Complete"}, {0: "Unchecked", 1: "Checked"}
    for raw in redcap()["DATA"][1:]:
        cells = dict(zip(_RAW, raw, strict=True))
        line: list[object] = []
        for name, value in cells.items():
            if name == "redcap_event_name":
                value = events[str(value)]
            elif name.endswith("_complete") and isinstance(value, int):
                value = status[value]
            elif "___" in name and isinstance(value, int):
                value = ticked[value]
            line.append(value)
        rows.append(line)
    return {"DATA_LABELS": rows}


# --- OpenClinica -----------------------------------------------------------------------------------------------------


def openclinica() -> Sheets:
    """One row a subject under the block of the data set; the medication is a repeating group."""
    rows: list[Row] = [
        ("Dataset Name:", "SLE"),
        ("Study Event Definition 1", "Baseline", "E1"),
        ("Study Event Definition 2 (Repeating)", "Month 1", "E2"),
        ("Study Event Definition 3", "Month 3", "E3"),
        ("CRF", "Assessment", "C1"),
        ("CRF", "Medication", "C2"),
        (),
    ]
    names = ["Study Subject ID", "Protocol ID", "Subject Status", "Sex"]
    names += [f"StartDate_E{at}" for at in (1, 2, 3)] + ["INFUSION_DATE_E1_C1"]
    names += [f"{item}_E{at}_C1" for at in (1, 2, 3) for item in ("SLEDAI_2K", "C3")]
    items = ("MED_NAME", "MED_DOSE", "MED_UNIT", "MED_FREQ", "MED_START", "MED_STOP")
    names += [f"{item}_E1_C2_{group}" for group in (1, 2) for item in items]
    rows.append(names)
    for patient in SCORES:
        line: list[object] = [patient, "S-1", "available", SEX[patient]]
        line += [on(patient, day) for _, day in VISITS] + [INFUSED[patient]]
        line += [cell for at in range(3) for cell in (SCORES[patient][at], C3[patient][at])]
        rows.append([*line, *(cell for row in drugs(patient) for cell in row)])
    return {"Extract": rows}


# --- CDISC -----------------------------------------------------------------------------------------------------------


def adam() -> Sheets:
    """A BDS data set: visits named but for the baseline, which only ABLFL marks; three rows carried forward."""
    rows: list[Row] = [
        ("STUDYID", "USUBJID", "TRT01A", "TRTSDT", "PARAM", "PARAMCD", "AVAL", "AVALC", "BASE", "CHG", "ABLFL",
         "ANL01FL", "AVISIT", "AVISITN", "ADT", "ADY", "DTYPE"),
    ]  # fmt: skip
    for patient in SCORES:
        head = ("S1", patient, "CAR-T", INFUSED[patient])
        for param, code, values in (
            ("SLEDAI-2K Total Score", "SLEDAI2K", SCORES[patient]),
            ("Complement C3 (g/L)", "C3", C3[patient]),
        ):
            for at, (visit, day) in enumerate(VISITS):
                rows.append(
                    (*head, param, code, values[at], None, values[0], values[at] - values[0], None if at else "Y", "Y",
                     visit if at else None, at, on(patient, day), sdtm_day(day), None)
                )  # fmt: skip
        last = SCORES[patient][2]
        rows.append(
            (*head, "SLEDAI-2K Total Score", "SLEDAI2K", last, None, SCORES[patient][0], 0, None, "Y", "Month 6", 4,
             None, None, "LOCF")
        )  # fmt: skip
    return {"ADQS": rows}


def sdtm() -> Sheets:
    """DM, RS, LB, CM and AE; C3 of SYN-02 was not done at month 1; one drug was asked for and not taken."""
    dm: list[Row] = [("STUDYID", "DOMAIN", "USUBJID", "SUBJID", "RFSTDTC", "SEX", "AGE", "AGEU", "ARM")]
    rs: list[Row] = [
        ("STUDYID", "DOMAIN", "USUBJID", "RSTESTCD", "RSTEST", "RSCAT", "RSORRES", "RSSTRESC", "RSSTRESN", "RSSTAT",
         "VISITNUM", "VISIT", "VISITDY", "RSDTC"),
    ]  # fmt: skip
    lb: list[Row] = [
        ("STUDYID", "DOMAIN", "USUBJID", "LBTESTCD", "LBTEST", "LBORRES", "LBORRESU", "LBSTRESC", "LBSTRESN",
         "LBSTRESU", "LBSTAT", "LBBLFL", "VISITNUM", "VISIT", "LBDTC", "LBDY"),
    ]  # fmt: skip
    cm: list[Row] = [
        ("STUDYID", "DOMAIN", "USUBJID", "CMTRT", "CMDECOD", "CMINDC", "CMDOSE", "CMDOSTXT", "CMDOSU", "CMDOSFRQ",
         "CMROUTE", "CMSTDTC", "CMENDTC", "CMENRTPT", "CMOCCUR"),
    ]  # fmt: skip
    for patient in SCORES:
        dm.append(
            ("S1", "DM", patient, patient, INFUSED[patient].isoformat(), SEX[patient], AGE[patient], "YEARS", "CAR-T")
        )
        for at, (visit, day) in enumerate(VISITS):
            score, c3, when = SCORES[patient][at], C3[patient][at], on(patient, day).isoformat()
            flag = "Y" if at == 0 else None
            test = ("SLEDAI", "SLEDAI-2K Total Score", "SLEDAI-2K")
            rs.append(("S1", "RS", patient, *test, score, str(score), score, None, at + 1, visit.upper(), day, when))
            done = (c3 * 100, "mg/dL", str(c3), c3, "g/L", None)
            cells = (None,) * 5 + ("NOT DONE",) if (patient, at) == ("SYN-02", 1) else done
            lb.append(("S1", "LB", patient, "C3", "Complement C3", *cells, flag, at + 1, visit.upper(), when,
                       sdtm_day(day)))  # fmt: skip
    cm += [
        ("S1", "CM", "SYN-01", "Decortin", "PREDNISOLONE", "SLE", 10, None, "mg", "QD", "ORAL", "2020-11",
         "2021-03-31T08:00", None, None),
        ("S1", "CM", "SYN-01", "Cellcept", "MYCOPHENOLATE MOFETIL", "SLE", 1, None, "g", "BID", "ORAL", "2020-06-01",
         "2021-02-28", None, None),
        ("S1", "CM", "SYN-02", "Pred", "PREDNISOLONE", "SLE", None, "10-15", "mg", "QD", "ORAL", None, None, "ONGOING",
         None),
        ("S1", "CM", "SYN-03", "HCQ", "HYDROXYCHLOROQUINE", "SLE", 200, None, "mg", "BID", "ORAL", "2021-01-01", None,
         "ONGOING", None),
        ("S1", "CM", "SYN-03", "MTX", "METHOTREXATE", "SLE", 15, None, "mg", "QW", "SUBCUTANEOUS", "2021-01-01", None,
         None, "N"),
    ]  # fmt: skip
    ae: list[Row] = [
        ("STUDYID", "DOMAIN", "USUBJID", "AETERM", "AEDECOD", "AETOXGR", "AESTDTC", "AEENDTC", "AEOUT"),
        ("S1", "AE", "SYN-01", "CRS", "Cytokine release syndrome", 1, "2021-03-04", "2021-03-06", "RECOVERED"),
    ]
    return {"DM": dm, "RS": rs, "LB": lb, "CM": cm, "AE": ae}


# --- medication by visits --------------------------------------------------------------------------------------------


def matrix() -> list[Row]:
    """Drugs in rows, visits in columns, the patient in the first row of each group."""
    return [
        ("Patient", "Drug", "Unit", *(visit for visit, _ in VISITS)),
        ("SYN-01", "Prednisolon", "mg", 10, 5, 0),
        (None, "MMF", "g", "2x1", "1-0-1 g", None),
        (None, "HCQ", "mg", "200-0-200", "200-0-200", "x"),
        ("SYN-02", "Prednisolon", "mg", "7,5 mg", "5", "stop 3/21"),
        (None, "MTX", "mg", "15 mg/Wo", "15 mg/Wo", "-"),
        ("SYN-03", "Prednisolon", "mg", None, "20", 10),
        (None, "Aza", "mg", None, 100, None),
    ]


TEXTS = {
    "SYN-01": ("Pred 10 mg, HCQ 200-0-200, MMF 2x1 g", "Pred 5mg seit 3/21, HCQ 200-0-200", "keine"),
    "SYN-02": ("Prednisolon 7,5 mg/d; MTX 15 mg sc 1x/Wo", "unverändert", "Xyz 3 mg, Pred 5 mg"),
    "SYN-03": (None, "Aza 100 mg; Pred 20", "-"),
}


def drug_list(header: str = "Medication", dated: bool = True) -> list[Row]:
    """A visits sheet with a text of all drugs."""
    rows: list[Row] = [("Patient ID", "Visit", "Date", "SLEDAI-2K", header)]
    for patient, texts in TEXTS.items():
        for at, (visit, day) in enumerate(VISITS):
            when = on(patient, day) if dated else None
            rows.append((patient, visit, when, SCORES[patient][at], texts[at]))
    return rows
