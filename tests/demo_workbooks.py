"""Writes the two demo workbooks of ``resources/demo``: ``python tests/demo_workbooks.py``.

Everything in them is invented; only the aggregates agree with the abstract of Mackensen et al. 2022 (Nat Med
28:2124-2132). Invariants: writing twice gives the same bytes; the SLEDAI items sum to the total in every row; the
recorded prednisolone is what the medication log says for the day of the visit; the immunosuppressants stop on day −6.
"""

import re
import sys
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

DEMO = Path(__file__).parents[1] / "resources" / "demo"
LABEL = (
    "SYNTHETIC demo cohort, aggregate-matched to the abstract of Mackensen et al. 2022; "
    "no row corresponds to a real patient"
)
STAMP = datetime(2023, 6, 30, 12, 0, 0)  # written into the file instead of today, so that its bytes stay the same

Cell = str | int | float | date | None

# --- the study -------------------------------------------------------------------------------------------------------

# letter in the tables below: (column, SLEDAI-2K weight)
ITEMS = {
    "A": ("Arthritis", 4),
    "H": ("Hematuria", 4),
    "P": ("Proteinuria", 4),
    "Y": ("Pyuria", 4),
    "R": ("Rash", 2),
    "L": ("Alopecia", 2),
    "U": ("Pleurisy", 2),
    "C": ("Pericarditis", 2),
    "K": ("Low complement", 2),
    "D": ("Increased DNA binding", 2),
    "W": ("Leukopenia", 1),
}


@dataclass(frozen=True)
class Seen:
    """One visit: actual day, SLEDAI items as letters, then PGA, C3, C4, anti-dsDNA, UPCR, FACIT-F, prednisolone."""

    visit: str
    day: int
    items: str
    pga: float
    c3: float
    c4: float
    dna: int | str
    upcr: int
    facit: int
    pred: float

    @property
    def sledai(self) -> int:
        return sum(ITEMS[letter][1] for letter in self.items)


@dataclass(frozen=True)
class Given:
    """One row of the medication log in study days."""

    drug: str
    dose: float
    unit: str
    frequency: str
    route: str
    start: int
    stop: int | None
    role: str = "disease"
    comment: str = ""


@dataclass(frozen=True)
class Person:
    """One invented patient; ``crs`` are first and last day of the cytokine release syndrome."""

    id: str
    sex: str
    age: int
    duration: int
    infusion: date
    months: int
    crs: tuple[int, int] | None
    b_cells: int
    visits: tuple[Seen, ...]
    drugs: tuple[Given, ...]

    def on(self, day: int) -> date:
        return self.infusion + timedelta(days=day)


def taper(*steps: tuple[float, int, int]) -> tuple[Given, ...]:
    return tuple(Given("Prednisolone", mg, "mg", "QD", "PO", start, stop) for mg, start, stop in steps)


def pulse(first: int, mg: int = 500) -> Given:
    return Given("Methylprednisolone", mg, "mg", "QD", "IV", first, first + 2, comment="pulse, 3 days")


def hcq(mg: int, start: int) -> Given:
    return Given("Hydroxychloroquine", mg, "mg", "QD", "PO", start, -6)


def mmf(mg: int, start: int, stop: int = -6) -> Given:
    return Given("MMF", mg, "mg", "BID", "PO", start, stop)


def aza(mg: int, start: int, stop: int = -6) -> Given:
    return Given("Azathioprine", mg, "mg", "QD", "PO", start, stop)


def bel(start: int, stop: int = -6) -> Given:
    return Given("Belimumab", 200, "mg", "weekly", "SC", start, stop)


def cyc(start: int, stop: int = -6) -> Given:
    return Given("Cyclophosphamide", 500, "mg", "q2w", "IV", start, stop, comment="Euro-Lupus, 6 infusions")


LYMPHODEPLETION = (
    Given("Fludarabine", 25, "mg/m²", "QD", "IV", -5, -3, "lymphodepletion"),
    Given("Cyclophosphamide", 1000, "mg/m²", "once", "IV", -3, -3, "lymphodepletion"),
)


def cotrim(stop: int | None) -> Given:
    return Given("Cotrimoxazole", 960, "mg", "3x/week", "PO", -5, stop, "prophylaxis")


PEOPLE = (
    Person(
        "SYN-01", "F", 22, 4, date(2021, 6, 9), 17, (2, 5), 97,
        (
            Seen("Screening", -29, "AHPLKD", 2.3, 0.52, 0.06, ">400", 2310, 17, 25),
            Seen("Baseline", -6, "AHPKD", 2.4, 0.48, 0.05, ">400", 2480, 15, 20),
            Seen("Month 1", 28, "APKD", 1.3, 0.71, 0.09, 88, 1650, 24, 5),
            Seen("Month 2", 62, "P", 0.6, 0.94, 0.13, 18, 820, 33, 0),
            Seen("Month 3", 92, "", 0.2, 1.02, 0.16, "<10", 410, 41, 0),
            Seen("Month 6", 180, "", 0.1, 1.11, 0.19, "<10", 190, 46, 0),
            Seen("Month 9", 277, "", 0.1, 1.08, 0.18, "<10", 140, 45, 0),
            Seen("Month 12", 368, "", 0.0, 1.15, 0.20, "<10", 110, 47, 0),
            Seen("Month 17", 516, "", 0.1, 1.12, 0.19, "<10", 95, 48, 0),
        ),
        (
            hcq(400, -1150), aza(150, -400, -160), pulse(-121), mmf(1000, -159), bel(-130),
            *taper(
                (7.5, -400, -118), (40, -118, -84), (30, -84, -42), (25, -42, -14),
                (20, -14, 0), (10, 0, 10), (5, 10, 35),
            ),
            *LYMPHODEPLETION, cotrim(180),
        ),
    ),
    Person(
        "SYN-02", "F", 18, 3, date(2021, 9, 21), 12, (4, 8), 123,
        (
            Seen("Screening", -34, "APRKD", 2.1, 0.55, 0.07, 310, 1720, 21, 15),
            Seen("Baseline", -6, "APRCKD", 2.3, 0.50, 0.06, 356, 1890, 18, 12.5),
            Seen("Month 1", 33, "PK", 0.9, 0.82, 0.09, 19, 1180, 29, 2.5),
            Seen("Month 2", 59, "P", 0.7, 0.91, 0.12, 15, 760, 31, 0),
            Seen("Month 3", 88, "", 0.1, 0.98, 0.14, "<10", 430, 38, 0),
            Seen("Month 6", 187, "", 0.1, 1.04, 0.17, "<10", 220, 42, 0),
            Seen("Month 9", 270, "", 0.2, 1.01, 0.16, 12, 210, 40, 0),
            Seen("Month 12", 361, "", 0.1, 1.07, 0.17, "<10", 150, 44, 0),
        ),
        (
            hcq(400, -880), bel(-330, -97), mmf(1500, -210), pulse(-98), cyc(-76),
            *taper(
                (5, -500, -95), (20, -95, -50), (15, -50, -21), (12.5, -21, 2),
                (7.5, 3, 16), (5, 17, 28), (2.5, 29, 42),
            ),
            *LYMPHODEPLETION,
            Given("Tocilizumab", 8, "mg/kg", "once", "IV", 5, 5, "CRS treatment", "single dose"),
        ),
    ),
    Person(
        "SYN-03", "M", 23, 1, date(2021, 11, 16), 8, None, 60,
        (
            Seen("Screening", -26, "HPYKD", 2.0, 0.60, 0.08, 128, 3120, 25, 15),
            Seen("Baseline", -6, "HPYKD", 2.1, 0.58, 0.07, 141, 3350, 23, 10),
            Seen("Month 1", 31, "HPYK", 1.6, 0.74, 0.09, 20, 2640, 26, 2.5),
            Seen("Month 3", 95, "", 0.2, 1.05, 0.17, "<10", 470, 40, 0),
            Seen("Month 6", 178, "", 0.1, 1.18, 0.22, "<10", 240, 45, 0),
        ),
        (
            hcq(200, -300), mmf(1000, -250, -121), aza(100, -120), bel(-90), pulse(-73),
            *taper(
                (5, -250, -70), (60, -70, -56), (40, -56, -49), (30, -49, -42),
                (20, -42, -35), (15, -35, -14), (10, -14, 7),
            ),
            *taper((5, 7, 21), (2.5, 21, 33)),
            *LYMPHODEPLETION,
        ),
    ),
    Person(
        "SYN-04", "F", 24, 9, date(2022, 2, 8), 7, (6, 8), 137,
        (
            Seen("Screening", -31, "PRUKD", 1.5, 0.66, 0.07, 72, 980, 28, 10),
            Seen("Baseline", -6, "PUKD", 1.6, 0.62, 0.06, 65, 1040, 27, 7.5),
            Seen("Month 1", 27, "PK", 1.0, 0.72, 0.07, 17, 690, 30, 2.5),
            Seen("Month 2", 64, "PK", 0.8, 0.76, 0.08, 11, 560, 31, 0),
            Seen("Month 3", 90, "K", 0.3, 0.81, 0.08, "<10", 330, 36, 0),
            Seen("Month 6", 184, "", 0.1, 0.93, 0.11, "<10", 180, 41, 0),
        ),
        (
            hcq(400, -2800), bel(-520, -180), cyc(-260, -190), mmf(1000, -175), pulse(-143, 250),
            *taper((5, -900, -140), (12.5, -140, -75), (10, -75, -20), (7.5, -20, 3), (5, 3, 14), (2.5, 14, 30)),
            *LYMPHODEPLETION,
        ),
    ),
    Person(
        "SYN-05", "F", 22, 6, date(2022, 5, 3), 5, None, 133,
        (
            Seen("Screening", -24, "PKDW", 1.2, 0.70, 0.08, 44, 1290, 31, 30),
            Seen("Baseline", -6, "PKD", 1.3, 0.68, 0.07, 52, 1350, 30, 25),
            Seen("Month 1", 34, "PKD", 1.1, 0.75, 0.08, 34, 1210, 28, 5),
            Seen("Month 2", 57, "P", 0.6, 0.92, 0.12, 16, 720, 34, 0),
            Seen("Month 3", 93, "", 0.2, 0.99, 0.15, "<10", 380, 40, 0),
        ),
        (
            hcq(200, -1900), cyc(-330, -260), mmf(1500, -255), bel(-84), pulse(-65),
            *taper(
                (7.5, -700, -62), (50, -62, -48), (40, -48, -34), (30, -34, -20),
                (25, -20, 1), (15, 1, 8), (10, 8, 18), (5, 18, 40),
            ),
            *LYMPHODEPLETION, cotrim(None),
        ),
    ),
)  # fmt: skip

# --- the careful workbook --------------------------------------------------------------------------------------------

TITLE = Font(name="Calibri", size=14, bold=True)
HEAD = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
HEAD_FILL = PatternFill("solid", fgColor="1F5F66")
SYNTHETIC_FILL = PatternFill("solid", fgColor="FFF1CC")
THIN = Border(bottom=Side(style="thin", color="D0D5D8"))

DICTIONARY = (
    ("Patients", "Patient ID", "SYN-01 to SYN-05, invented", ""),
    ("Patients", "Sex", "F female, M male", ""),
    ("Patients", "Age", "at infusion", "years"),
    ("Patients", "Disease duration (y)", "from diagnosis to infusion", "years"),
    ("Patients", "Infusion date", "day 0 of the study; invented", "date"),
    ("Patients", "Follow-up (months)", "after infusion", "months"),
    ("Visits", "Visit", "planned visit; a visit that did not take place has no row", ""),
    ("Visits", "Date, Day", "actual date, and days from infusion (negative = before)", "date, days"),
    ("Visits", "SLEDAI-2K", "total, 0 to 105, lower is better; sum of the item columns", "points"),
    (
        "Visits",
        "Arthritis … Leukopenia",
        "SLEDAI-2K items: the weight if present, 0 if absent; other items never occur",
        "",
    ),
    ("Visits", "PGA", "physician global assessment, 0 to 3, lower is better", ""),
    ("Visits", "C3, C4", "complement, higher is better; lower limits of normal 0.90 and 0.10", "g/L"),
    ("Visits", "Anti-dsDNA", "upper limit of normal 20; the assay reports from 10 to 400 (<10, >400)", "IU/mL"),
    ("Visits", "UPCR", "urine protein to creatinine ratio", "mg/g"),
    ("Visits", "FACIT-F", "FACIT-Fatigue, 0 to 52, higher is better", "points"),
    ("Visits", "Prednisolone (mg/d)", "recorded at the visit; same as in Medication", "mg/day"),
    ("Medication", "Dose, Unit, Frequency", "each dose; QD once, BID twice a day, q2w every 2 weeks", ""),
    ("Medication", "Start, Stop", "first and last day, both included; “ongoing” = not stopped", "date"),
    ("Medication", "Role", "disease, lymphodepletion, CRS treatment, prophylaxis", ""),
    ("Events", "Grade", "CRS by ASTCT (Lee 2019)", ""),
)
README = (
    "CAR-T cells in refractory lupus (SLE): five patients, disease activity and medication before and after",
    "",
    "What agrees with the published abstract: number of patients, sex, ranges of age, disease duration and follow-up,",
    "SLEDAI at baseline (median 16, 8 to 16) and at month 3 (0 to 2), B-cell return (mean 110, s.d. 32 days).",
    "Everything else is invented: who takes what, doses, laboratory values, dates, days of events.",
    "",
    "Source of the aggregates: Mackensen A, Mueller F, Mougiakakos D, et al. Anti-CD19 CAR T cell therapy for",
    "refractory systemic lupus erythematosus. Nat Med 2022;28:2124-2132. doi:10.1038/s41591-022-02017-5",
    "Weights of the SLEDAI-2K: Gladman DD, Ibanez D, Urowitz MB. J Rheumatol 2002;29:288-291.",
    "",
)


def write_table(sheet: Worksheet, rows: Iterable[Sequence[Cell]], widths: Sequence[float]) -> None:
    """A table from A1: bold header that stays in sight, sensible widths, ISO dates."""
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            cell = sheet.cell(r, c, value)
            cell.border = THIN
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            if r == 1:
                cell.font, cell.fill = HEAD, HEAD_FILL
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            elif isinstance(value, str) and value[:1] in "<>":
                cell.alignment = Alignment(horizontal="right")
    for c, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width
    sheet.freeze_panes = "B2"


def careful() -> Workbook:
    """The workbook as a careful investigator keeps it."""
    book = Workbook()
    readme = book.active
    assert isinstance(readme, Worksheet)
    readme.title = "Read me"
    readme["A1"] = LABEL
    readme["A1"].font = TITLE
    readme["A1"].fill = SYNTHETIC_FILL
    readme["A1"].alignment = Alignment(wrap_text=True, vertical="center")
    readme.merge_cells("A1:D1")
    readme.row_dimensions[1].height = 42
    for r, line in enumerate(README, start=2):
        readme.cell(r, 1, line or None)
    top = len(README) + 2
    for r, row in enumerate((("Sheet", "Column", "Meaning", "Unit"), *DICTIONARY), start=top):
        for c, text in enumerate(row, start=1):
            cell = readme.cell(r, c, text or None)
            if r == top:
                cell.font, cell.fill = HEAD, HEAD_FILL
    for column, width in zip("ABCD", (14, 26, 78, 12), strict=True):
        readme.column_dimensions[column].width = width

    head: tuple[Cell, ...] = ("Patient ID", "Sex", "Age", "Disease duration (y)", "Infusion date", "Follow-up (months)")
    rows: list[Sequence[Cell]] = [(p.id, p.sex, p.age, p.duration, p.infusion, p.months) for p in PEOPLE]
    write_table(book.create_sheet("Patients"), (head, *rows), (12, 6, 6, 12, 14, 12))

    visits = book.create_sheet("Visits")
    head = ("Patient ID", "Visit", "Date", "Day", "SLEDAI-2K", *(name for name, _ in ITEMS.values()))
    head = (*head, "PGA", "C3 (g/L)", "C4 (g/L)", "Anti-dsDNA (IU/mL)", "UPCR (mg/g)", "FACIT-F", "Prednisolone (mg/d)")
    rows = [
        (
            p.id, v.visit, p.on(v.day), v.day, v.sledai,
            *(weight if letter in v.items else 0 for letter, (_, weight) in ITEMS.items()),
            v.pga, v.c3, v.c4, v.dna, v.upcr, v.facit, v.pred,
        )
        for p in PEOPLE
        for v in p.visits
    ]  # fmt: skip
    write_table(visits, (head, *rows), (12, 11, 12, 6, 10, *(12 for _ in ITEMS), 7, 9, 9, 12, 9, 9, 13))
    for row in visits.iter_rows(min_row=2, min_col=len(ITEMS) + 6, max_col=len(ITEMS) + 8):
        for cell, shape in zip(row, ("0.0", "0.00", "0.00"), strict=True):
            cell.number_format = shape
    visits.freeze_panes = "C2"

    head = ("Patient ID", "Drug", "Dose", "Unit", "Frequency", "Route", "Start", "Stop", "Role", "Comment")
    rows = [
        (
            p.id, g.drug, g.dose, g.unit, g.frequency, g.route,
            p.on(g.start), "ongoing" if g.stop is None else p.on(g.stop), g.role, g.comment or None,
        )
        for p in PEOPLE
        for g in p.drugs
    ]  # fmt: skip
    write_table(book.create_sheet("Medication"), (head, *rows), (12, 20, 8, 8, 11, 7, 12, 12, 16, 26))

    events: list[Sequence[Cell]] = [("Patient ID", "Event", "Grade", "Start", "End", "Day", "Comment")]
    for p in PEOPLE:
        events.append((p.id, "CAR-T infusion", None, p.on(0), None, 0, "1 x 10^6 CAR-T cells/kg, single infusion"))
        if p.crs:
            events.append((p.id, "CRS", 1, p.on(p.crs[0]), p.on(p.crs[1]), p.crs[0], "fever only"))
        events.append((p.id, "B-cell return", None, p.on(p.b_cells), None, p.b_cells, None))
    write_table(book.create_sheet("Events"), events, (12, 18, 8, 12, 12, 7, 42))
    return book


# --- the same study as a colleague sends it --------------------------------------------------------------------------

GERMAN_VISITS = {
    "Screening": "Screening",
    "Baseline": "Baseline (Ausgang)",
    "Month 1": "Monat 1",
    "Month 3": "Monat 3",
    "Month 6": "Monat 6",
}
GERMAN_DRUGS = {
    "Prednisolone": "Prednisolon",
    "Methylprednisolone": "Urbason i.v.",
    "Hydroxychloroquine": "Quensyl",
    "MMF": "MMF (CellCept)",
    "Azathioprine": "Azathioprin",
    "Belimumab": "Benlysta",
    "Cyclophosphamide": "Endoxan",
    "Fludarabine": "Fludarabin",
    "Tocilizumab": "Tocilizumab (RoActemra)",
    "Cotrimoxazole": "Cotrim forte",
}
GERMAN_FREQUENCIES = {
    "QD": "tgl.",
    "BID": "1-0-1",
    "weekly": "1x/Woche",
    "q2w": "alle 2 Wochen",
    "3x/week": "3x/Woche",
    "once": "einmalig",
}
GERMAN_ROLES = {
    "lymphodepletion": "Lymphodepletion",
    "CRS treatment": "CRS",
    "prophylaxis": "Prophylaxe",
    "disease": None,
}


def comma(value: float, digits: int = 2) -> str:
    """A number as German text with a decimal comma."""
    return f"{value:.{digits}f}".replace(".", ",")


def german_value(person: Person, seen: Seen | None, column: str, last: int) -> Cell:
    """One cell of the awkward course sheet, with the oddities that such sheets have."""
    if seen is None:
        return "n.d." if column in ("SLEDAI", "Pred.") else None
    if column == "SLEDAI":
        flare = person.id == "SYN-02" and seen.visit == "Baseline"
        return f"{seen.sledai} (Schub)" if flare else f"{seen.sledai} " if last % 3 == 2 else seen.sledai
    if column == "PGA":
        return comma(seen.pga, 1)
    if column == "C3":
        return "<0,5" if seen.c3 < 0.5 else comma(seen.c3)
    return comma(seen.pred, 1) if seen.pred % 1 else int(seen.pred)


def mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5


def awkward() -> Workbook:
    """The same study with German headers, two-row merged header, text numbers, a typo and summary rows."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Verlauf"
    sheet["A1"] = "SYNTHETISCH / SYNTHETIC: CAR-T bei SLE, Verlauf (Stand 30.06.2023)"
    sheet["A1"].font = TITLE
    sheet["A1"].fill = SYNTHETIC_FILL
    sheet["A2"] = "erfundene Patienten, nur die Kennzahlen entsprechen dem Abstract von Mackensen et al. 2022"
    for c, text in enumerate(("Pat.-Nr. ", "Geschlecht", "Alter", "Infusion am"), start=1):
        sheet.cell(4, c, text).font = Font(bold=True)
        sheet.merge_cells(start_row=4, end_row=5, start_column=c, end_column=c)
    columns = ("SLEDAI", "PGA", "C3", "Pred.")
    for v, german in enumerate(GERMAN_VISITS.values()):
        first = 5 + 4 * v
        sheet.cell(4, first, german).alignment = Alignment(horizontal="center")
        sheet.cell(4, first).font = Font(bold=True)
        sheet.merge_cells(start_row=4, end_row=4, start_column=first, end_column=first + 3)
        for c, name in enumerate(columns):
            sheet.cell(5, first + c, f"{name} " if c == 0 and v == 3 else name)
    for r, person in enumerate(PEOPLE, start=6):
        facts: tuple[Cell, ...] = (
            f"{person.id} " if r == 7 else person.id,
            {"F": "w", "M": "m"}[person.sex],
            person.age,
            f"{person.infusion:%d.%m.%Y}",
        )
        for c, fact in enumerate(facts, start=1):
            sheet.cell(r, c, fact)
        by_visit = {seen.visit: seen for seen in person.visits}
        for v, visit in enumerate(GERMAN_VISITS):
            for c, name in enumerate(columns):
                sheet.cell(r, 5 + 4 * v + c, german_value(person, by_visit.get(visit), name, r + v))
    write_german_summary(sheet, 6 + len(PEOPLE))
    for row in sheet.iter_rows(min_row=16, max_row=60, max_col=24):  # the tail that somebody formatted and left empty
        for cell in row:
            cell.border = THIN
    for c in range(1, 25):
        sheet.column_dimensions[get_column_letter(c)].width = 12 if c < 5 else 9
    write_german_medication(book.create_sheet("Medikation"))
    return book


def write_german_summary(sheet: Worksheet, row: int) -> None:
    """Mean and SD below the patients, as text, and a legend."""
    sheet.cell(row, 1, "Mittelwert").font = Font(italic=True)
    sheet.cell(row + 1, 1, "SD").font = Font(italic=True)
    for v, visit in enumerate(GERMAN_VISITS):
        seen = [s for p in PEOPLE for s in p.visits if s.visit == visit]
        columns = ([s.sledai for s in seen], [s.pga for s in seen], [s.c3 for s in seen], [s.pred for s in seen])
        for c, values in enumerate(columns):
            mean, sd = mean_and_sd([float(x) for x in values])
            sheet.cell(row, 5 + 4 * v + c, comma(mean, 1))
            sheet.cell(row + 1, 5 + 4 * v + c, comma(sd, 1))
    sheet.cell(row + 3, 1, "n.d. = nicht durchgeführt; Pred. = Prednisolon in mg/Tag; C3 in g/l")


def write_german_medication(sheet: Worksheet) -> None:
    """The log with dates as text, "laufend", a typo in an id and roles only where somebody thought of them."""
    sheet["A1"] = "Medikation (nur das Wichtigste)"
    head = ("Patient", "Medikament", "Dosis", "Einheit", "Häufigkeit", "Von", "Bis", "Bemerkung")
    for c, text in enumerate(head, start=1):
        sheet.cell(3, c, text).font = Font(bold=True)
    r = 4
    for person in PEOPLE:
        for given in person.drugs:
            if given.start < -200 and (given.stop or 0) < -100:
                continue  # "only what matters": earlier courses are not in this log
            typo = person.id == "SYN-03" and given.drug == "Belimumab"
            unspoken = person.id == "SYN-05" and given.drug == "Cyclophosphamide"  # its role is for the reader to see
            left_open = person.id == "SYN-04" and given.drug == "Prednisolone" and given.dose == 10
            stop = None if left_open else given.stop
            row: tuple[Cell, ...] = (
                "SYN-O3" if typo else person.id,
                GERMAN_DRUGS[given.drug],
                comma(given.dose, 1) if given.dose % 1 else int(given.dose),
                given.unit,
                GERMAN_FREQUENCIES[given.frequency],
                f"{person.on(given.start):%d.%m.%Y}",
                "laufend" if stop is None else f"{person.on(stop):%d.%m.%Y}",
                None if unspoken else "Grunderkrankung" if given.drug == "Belimumab" else GERMAN_ROLES[given.role],
            )
            for c, value in enumerate(row, start=1):
                sheet.cell(r, c, value)
            r += 1
    for c, width in enumerate((10, 26, 8, 9, 15, 12, 12, 20), start=1):
        sheet.column_dimensions[get_column_letter(c)].width = width


# --- files -----------------------------------------------------------------------------------------------------------


def as_bytes(book: Workbook) -> bytes:
    """The workbook as a file; the times that openpyxl takes from the clock are replaced by a fixed one."""
    raw = BytesIO()
    book.properties.creator = "Trajecta demo"
    book.properties.created = STAMP
    book.save(raw)
    fixed = BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2023-06-30T12:00:00Z", content)
            entry = zipfile.ZipInfo(name, STAMP.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            target.writestr(entry, content)
    return fixed.getvalue()


WORKBOOKS = {"cart-sle.xlsx": careful, "cart-sle-awkward.xlsx": awkward}


def main(folder: Path = DEMO) -> None:
    """Write both workbooks into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in WORKBOOKS.items():
        (folder / name).write_bytes(as_bytes(make()))
        print(folder / name)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
