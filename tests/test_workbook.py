"""Reading files: true places, what Excel hides, every expected failure as one sentence."""

import os
import sys
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.dimensions import ColumnDimension

from trajecta.io.errors import OpenError
from trajecta.io.workbook import ErrorCell, FormulaCell, MergedRange, read_workbook

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from sheets import patched, text_table, workbook


def test_values_keep_their_excel_places(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["C7"], sheet["D9"], sheet["E9"] = 12.5, "text", date(2021, 2, 14)
    book.save(tmp_path / "a.xlsx")
    read = read_workbook(tmp_path / "a.xlsx").sheets[0]
    assert (read.cell(7, 3), read.cell(9, 4), read.cell(9, 5)) == (12.5, "text", date(2021, 2, 14))
    assert read.cell(1, 1) is None
    assert read.cell(99, 99) is None
    assert (read.height, read.width) == (9, 5)
    assert str(read.ref(7, 3)) == "Sheet!C7"


def test_errors_and_formulas_without_value_are_seen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ID", "a", "b"])
    sheet.append([1, "#N/A", "=1+1"])
    sheet.append([2, "#DIV/0!", 3])
    book.save(tmp_path / "a.xlsx")
    rows = read_workbook(tmp_path / "a.xlsx").sheets[0].rows
    assert rows[1] == (1.0, ErrorCell("#N/A"), FormulaCell())
    assert rows[2] == (2.0, ErrorCell("#DIV/0!"), 3.0)


def test_a_saved_formula_is_its_value(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [("ID", "x"), (1, 5)]})
    patched(file, "xl/worksheets/sheet1.xml", '<c r="B2" t="n"><v>5</v></c>', '<c r="B2"><f>2+3</f><v>5</v></c>')
    assert read_workbook(file).sheets[0].cell(2, 2) == 5.0


def test_hidden_merged_percent_and_date_system_are_seen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["a", None, "b"], [1, 0.25, 3], [4, 5, 6]):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet["B2"].number_format = "0.0%"
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"] = ColumnDimension(sheet, "C", hidden=True)
    book.create_sheet("More")["A1"] = 1
    book["More"].sheet_state = "hidden"
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "a.xlsx")
    read = read_workbook(tmp_path / "a.xlsx")
    first, more = read.sheets
    assert first.merged == (MergedRange(1, 1, 1, 2),)
    assert (first.hidden_rows, first.hidden_columns) == (frozenset({3}), frozenset({3}))
    assert first.percent == frozenset({(2, 2)})
    assert (first.hidden, more.hidden, read.epoch_1904) == (False, True, True)


@pytest.mark.parametrize(
    ("text", "encoding", "delimiter"),
    [
        ("ID;Größe\n1;2,5\n", "cp1252", ";"),
        ("ID,Größe\n1,2.5\n", "utf-8-sig", ","),
        ("ID\tGröße\n1\t2.5\n", "utf-16", "\t"),
        ("ID|Größe\n1|2.5\n", "utf-8", "|"),
    ],
)
def test_text_tables(tmp_path: Path, text: str, encoding: str, delimiter: str) -> None:
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    sheet = read_workbook(tmp_path / "a.csv").sheets[0]
    assert sheet.rows == (("ID", "Größe"), (1.0, "2,5" if delimiter == ";" else 2.5))


def test_ids_with_zeros_and_long_numbers_stay_text(tmp_path: Path) -> None:
    file = text_table(tmp_path / "a.csv", [("id", "x"), ("007", 1), ("12345678901234567", "-0.5")])
    rows = read_workbook(file).sheets[0].rows
    assert rows[1:] == (("007", 1.0), ("12345678901234567", -0.5))


def bomb(path: Path) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * 80_000_000)


def entities(path: Path) -> None:
    workbook(path, {"A": [("ID", "x"), (1, 5)]})
    old = "<workbook "
    patched(path, "xl/workbook.xml", old, '<!DOCTYPE w [<!ENTITY a "aaaa">]>' + old)


def far_cell(path: Path) -> None:
    workbook(path, {"A": [("ID", "x"), (1, 5)]})
    patched(path, "xl/worksheets/sheet1.xml", '<c r="B2"', '<c r="XFD1048576"')


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("missing.xlsx", lambda p: None, "There is no file"),
        ("folder.xlsx", lambda p: p.mkdir(), "is a folder"),
        ("~$a.xlsx", lambda p: p.write_bytes(b"x"), "lock file"),
        ("empty.xlsx", lambda p: p.write_bytes(b""), "is empty"),
        ("empty.csv", lambda p: p.write_bytes(b"\n\n"), "no cell"),
        ("nocell.xlsx", lambda p: workbook(p, {"A": []}), "no cell"),
        ("text.xlsx", lambda p: p.write_text("hello"), "damaged or not a workbook"),
        ("locked.xlsx", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600), "password"),
        ("old.xls", lambda p: p.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "damaged"),
        ("a.ods", lambda p: p.write_bytes(b"PK"), "damaged"),
        ("a.sav", lambda p: p.write_bytes(b"$FL2"), "Save it in Excel as .xlsx"),
        ("bomb.xlsx", bomb, "unpacks to"),
        ("entities.xlsx", entities, "damaged"),
        ("far.xlsx", far_cell, "spreads over"),
        ("binary.csv", lambda p: p.write_bytes(bytes(range(256)) * 9), "not a text file"),
    ],
)
def test_every_failure_is_one_sentence(tmp_path: Path, name: str, make, says: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / name)
    with pytest.raises(OpenError) as caught:
        read_workbook(tmp_path / name)
    sentence = str(caught.value)
    assert says in sentence
    assert name in sentence or name == "folder.xlsx"
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions mean nothing to this user")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [(1,)]})
    file.chmod(0)
    with pytest.raises(OpenError, match="locked"):
        read_workbook(file)


def test_a_locked_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [(1,)]})

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(OpenError, match="Close it in Excel"):
        read_workbook(file)


def test_a_panic_of_the_reader_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [(1,)]})
    panic = type("PanicException", (BaseException,), {})

    class Panicking:
        @staticmethod
        def from_filelike(_: object) -> object:
            raise panic("index out of bounds")

    monkeypatch.setattr("python_calamine.CalamineWorkbook", Panicking)
    with pytest.raises(OpenError, match="damaged"):
        read_workbook(file)


@pytest.mark.parametrize("piece", [150, 400, 3000])
def test_a_large_sheet_is_looked_through_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 60):
        sheet.append([f"row>{row}", "#N/A" if row % 7 == 0 else row, "=1+1" if row % 11 == 0 else 0.5, None, 2])
        sheet.cell(row, 5).number_format = "0%" if row > 50 else "General"
        sheet.row_dimensions[row].hidden = row % 13 == 0
    sheet.merge_cells("A58:B59")
    book.save(tmp_path / "a.xlsx")
    whole = read_workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr("trajecta.io.xlsx_scan.PIECE", piece)
    assert read_workbook(tmp_path / "a.xlsx") == whole
    assert sum(isinstance(cell, ErrorCell) for row in whole.sheets[0].rows for cell in row) == 8
    assert sum(isinstance(cell, FormulaCell) for row in whole.sheets[0].rows for cell in row) == 5
    assert (len(whole.sheets[0].percent), whole.sheets[0].hidden_rows) == (9, frozenset({13, 26, 39, 52}))


def test_reading_leaves_the_file_alone_and_names_it(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [("ID", "x"), (1, 2)]})
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    read = read_workbook(file)
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert (read.name, len(read.fingerprint)) == ("a.xlsx", 64)
    assert read == read_workbook(file)


def test_a_workbook_open_in_excel_is_read_with_a_note(tmp_path: Path) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [("ID", "x"), (1, 2)]})
    (tmp_path / "~$a.xlsx").write_bytes(b"x")
    assert "open in Excel" in read_workbook(file).notes[0]


def test_reading_imports_no_heavy_module() -> None:
    import subprocess

    code = (
        "import sys; from trajecta.io.workbook import read_workbook; from trajecta.io.guess import guess_mapping;"
        "from trajecta.io.build import build_cohort; from pathlib import Path; import trajecta;"
        "w = read_workbook(Path(trajecta.__file__).parent / 'resources/demo/cart-sle.xlsx');"
        "build_cohort(w, guess_mapping(w));"
        "print([m for m in ('numpy', 'scipy', 'pandas', 'openpyxl', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
