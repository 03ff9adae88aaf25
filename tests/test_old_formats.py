"""Reading .xls, .xlsb and .ods: the same values, errors, percentages and hidden parts as in .xlsx."""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from trajecta.io.errors import OpenError
from trajecta.io.workbook import ErrorCell, FormulaCell, MergedRange, read_workbook

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from old_workbooks import formula, label, ods, spreadsheet, text, value, xls, xlsb
from sheets import text_table, workbook


@pytest.mark.parametrize("make", [xls, xlsb])
def test_binary_workbooks_tell_what_the_fast_reader_hides(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    read = read_workbook(make(tmp_path / f"a.{make.__name__}"))
    sheet = read.sheets[0]
    assert sheet.rows == (
        ("ID", "a", "b"),
        (1.0, 0.25, ErrorCell("#N/A")),
        (2.0, ErrorCell("#DIV/0!"), None),
    )
    assert sheet.percent == frozenset({(2, 2)})
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({3}), frozenset({3}))
    assert sheet.merged == (MergedRange(1, 1, 1, 2),)
    assert (read.epoch_1904, read.notes, read.is_text) == (True, (), False)


@pytest.mark.parametrize("make", [xls, xlsb])
def test_links_to_other_workbooks_are_said(tmp_path: Path, make) -> None:  # type: ignore[no-untyped-def]
    assert "no link was followed" in read_workbook(make(tmp_path / f"a.{make.__name__}", link=True)).notes[0]


def test_a_formula_with_an_empty_text_is_said(tmp_path: Path) -> None:
    file = xls(tmp_path / "a.xls", [formula(2, 2, b"\3\0\0\0\0\0\xff\xff")])
    (note,) = read_workbook(file).notes
    assert note.startswith("Visits!C3: a formula with an empty text")


def test_texts_of_sixteen_bits(tmp_path: Path) -> None:
    assert read_workbook(xls(tmp_path / "a.xls", [label(3, 0, "Größe β")])).sheets[0].cell(4, 1) == "Größe β"


def test_a_locked_old_workbook(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="remove the password"):
        read_workbook(xls(tmp_path / "a.xls", password=True))


def cell(kind: str, attribute: str, written: str) -> str:
    typed = f'office:value-type="{kind}" office:{attribute}="{written}"'
    return f"<table:table-cell {typed}><text:p>?</text:p></table:table-cell>"


def test_typed_values_of_a_spreadsheet(tmp_path: Path) -> None:
    cells = (
        value(12.5),
        value(0.6000000000000001),
        cell("percentage", "value", "0.25"),
        cell("currency", "value", "3"),
        cell("date", "date-value", "2021-02-14"),
        cell("date", "date-value", "2021-02-14T10:30:00"),
        cell("time", "time-value", "PT10H30M00S"),
        cell("time", "time-value", "PT30H00M00.5S"),
        cell("boolean", "boolean-value", "true"),
        text("a<text:s text:c='2'/>b</text:p><text:p>c<text:span>d</text:span>"),
        "<table:table-cell/>",
        "<table:table-cell office:value-type='string'><office:annotation><text:p>note</text:p></office:annotation>"
        "<text:p>x</text:p></table:table-cell>",
    )
    table = f"<table:table table:name='A'><table:table-row>{''.join(cells)}</table:table-row></table:table>"
    sheet = read_workbook(ods(tmp_path / "a.ods", spreadsheet(table))).sheets[0]
    assert sheet.rows[0] == (
        12.5, 0.6, 0.25, 3.0, date(2021, 2, 14), datetime(2021, 2, 14, 10, 30), time(10, 30),
        timedelta(hours=30, seconds=0.5), True, "a  b\ncd", None, "x",
    )  # fmt: skip
    assert sheet.percent == frozenset({(1, 3)})


def test_errors_and_formulas_of_a_spreadsheet(tmp_path: Path) -> None:
    cells = (
        text("#N/A", 'calcext:value-type="error" table:formula="of:=NA()" office:string-value=""'),
        text("Err:508", 'table:formula="of:=(1"'),
        text("#DIV/0!", 'table:formula="of:=1/0"'),
        '<table:table-cell table:formula="of:=1+1"/>',
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>',
        text("#N/A"),
    )
    table = f"<table:table table:name='A'><table:table-row>{''.join(cells)}</table:table-row></table:table>"
    assert read_workbook(ods(tmp_path / "a.ods", spreadsheet(table))).sheets[0].rows[0] == (
        ErrorCell("#N/A"), ErrorCell("Err:508"), ErrorCell("#DIV/0!"), FormulaCell(), 2.0, "#N/A",
    )  # fmt: skip


def test_repeated_hidden_and_merged_parts_of_a_spreadsheet(tmp_path: Path) -> None:
    spans = text("ID", "table:number-columns-spanned='2' table:number-rows-spanned='1'")
    twice = "table:number-columns-repeated='2'"
    table = (
        "<table:table table:name='A' table:style-name='off'>"
        "<table:table-column/><table:table-column table:visibility='collapse' table:number-columns-repeated='2'/>"
        f"<table:table-row>{spans}<table:covered-table-cell/>"
        f"{value(7, twice)}"
        "<table:table-cell table:number-columns-repeated='16380'/></table:table-row>"
        "<table:table-row table:number-rows-repeated='2'><table:table-cell/></table:table-row>"
        f"<table:table-row table:number-rows-repeated='2' table:visibility='filter'>{value(1)}</table:table-row>"
        "<table:table-row table:number-rows-repeated='1048571'><table:table-cell/></table:table-row></table:table>"
    )
    shown = "<style:table-properties table:display='false'/>"
    styles = f"<style:style style:name='off' style:family='table'>{shown}</style:style>"
    before = "<table:calculation-settings><table:null-date table:date-value='1904-01-01'/></table:calculation-settings>"
    read = read_workbook(ods(tmp_path / "a.ods", spreadsheet(before + table, styles=styles)))
    sheet = read.sheets[0]
    none = (None,) * 4
    assert sheet.rows == (("ID", None, 7.0, 7.0), none, none, (1.0, None, None, None), (1.0, None, None, None))
    assert (sheet.hidden, sheet.hidden_rows, sheet.hidden_columns) == (True, frozenset({4, 5}), frozenset({2, 3}))
    assert sheet.merged == (MergedRange(1, 1, 1, 2),)
    assert read.epoch_1904


def test_history_and_links_of_a_spreadsheet(tmp_path: Path) -> None:
    old = (
        "<table:tracked-changes><table:cell-content-change><table:change-track-table-cell/>"
        f"<table:table-cell>{text('old')}</table:table-cell></table:cell-content-change></table:tracked-changes>"
    )
    linked = value(5, "table:formula=\"of:=['file:///b.ods'#$A.A1]\"")
    table = f"<table:table table:name='A'><table:table-row>{linked}</table:table-row></table:table>"
    read = read_workbook(ods(tmp_path / "a.ods", spreadsheet(old + table)))
    assert read.sheets[0].rows == ((5.0,),)
    assert "another workbook; no link was followed" in read.notes[0]


def test_files_under_another_name_are_read_with_a_note(tmp_path: Path) -> None:
    old = xls(tmp_path / "a.xls")
    rows = [("ID", "a"), ("P1", 5)]
    book, table = workbook(tmp_path / "b.xlsx", {"A": rows}), text_table(tmp_path / "c.csv", rows)
    for file, name, said in (
        (old, "d.xlsx", "is an old .xls workbook under the name of an .xlsx workbook"),
        (book, "e.csv", "is an .xlsx workbook under the name of a text table"),
        (book, "f.xls", "is an .xlsx workbook under the name of an old .xls workbook"),
        (table, "g.xls", "is a text table under the name of an old .xls workbook"),
        (xlsb(tmp_path / "h.xlsb"), "i.xlsx", "is a binary Excel workbook"),
    ):
        expected = read_workbook(file)
        read = read_workbook(file.rename(tmp_path / name))
        assert [s.rows for s in read.sheets] == [s.rows for s in expected.sheets]
        assert said in read.notes[0]
        assert read.is_text == expected.is_text
        read.path.rename(file)


def test_a_flat_spreadsheet_under_the_name_of_ods(tmp_path: Path) -> None:
    table = f"<table:table table:name='A'><table:table-row>{value(5)}</table:table-row></table:table>"
    flat = spreadsheet(table).replace("document-content", "document")
    (tmp_path / "a.ods").write_text(flat, "utf-8")
    assert read_workbook(tmp_path / "a.ods").sheets[0].rows == ((5.0,),)
