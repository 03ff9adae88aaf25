"""Hostile and mutated files: each ends in a workbook or in one sentence, quickly, whatever stands in it."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trajecta.io.apart import Reader
from trajecta.io.errors import OpenError
from trajecta.io.limits import LARGEST_FILE
from trajecta.io.reading import read_safely
from trajecta.io.workbook import Workbook, read_workbook
from trajecta.resources import ROOT

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from hostile_workbooks import MAIN, MAKERS, STRICT, TABLE, package
from old_workbooks import ods, spreadsheet, value, xls, xlsb
from sheets import patched, workbook

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "sheets" / "files"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(("name", "make", "says"), MAKERS, ids=[name for name, _, _ in MAKERS])
def test_a_hostile_file_ends_in_one_sentence(tmp_path: Path, name: str, make, says: str) -> None:  # type: ignore[no-untyped-def]
    if sys.platform == "win32" and name.startswith(("pipe", "device")):
        pytest.skip("there are no such files on Windows")
    make(tmp_path / name)
    start = time.perf_counter()
    if not says:
        assert any(sheet.rows for sheet in read_safely(tmp_path / name).sheets)
    else:
        with pytest.raises(OpenError) as caught:
            read_safely(tmp_path / name)
        sentence = str(caught.value)
        assert says in sentence
        assert name in sentence
        assert sentence.endswith(".")
        assert "\n" not in sentence
    assert time.perf_counter() - start < 10


def test_empty_rows_and_columns_stay_small(tmp_path: Path) -> None:
    for name, make, _ in MAKERS:
        if name in ("rows.xlsx", "columns.xlsx", "claimed.xlsx", "emptybomb.ods"):
            make(tmp_path / name)
            sheet = read_workbook(tmp_path / name).sheets[0]
            assert (sheet.height, sheet.width) == {"rows.xlsx": (1, 2), "columns.xlsx": (20, 1)}.get(
                name, (1, sheet.width)
            )
            assert sheet.width <= 2


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(OpenError, match="up to 200 MB"):
        read_safely(tmp_path / "a.xlsx")


def test_a_file_that_vanishes_or_shrinks_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workbook(tmp_path / "a.xlsx", {"A": [(1,)]})
    content = file.read_bytes()
    monkeypatch.setattr(Path, "read_bytes", lambda _: content[:100])
    with pytest.raises(OpenError, match="became shorter"):
        read_workbook(file)

    def gone(_: Path) -> bytes:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(Path, "read_bytes", gone)
    with pytest.raises(OpenError, match="There is no file"):
        read_workbook(file)

    def unplugged(_: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", unplugged)
    with pytest.raises(OpenError, match="Copy it to this computer"):
        read_workbook(file)


def test_strict_workbooks_open(tmp_path: Path) -> None:
    file = package(tmp_path / "a.xlsx", TABLE)
    patched(file, "xl/workbook.xml", MAIN, STRICT)
    patched(file, "xl/worksheets/sheet1.xml", MAIN, STRICT)
    assert read_workbook(file).sheets[0].rows == ((1.0, 2.0),)


def test_links_are_said_and_macros_are_only_bytes(tmp_path: Path) -> None:
    file = package(tmp_path / "a.xlsm", TABLE, extra={"xl/vbaProject.bin": "Sub Auto_Open"})
    link = '<Relationship Id="r9" Type="x/externalLink" Target="externalLinks/externalLink1.xml"/></Relationships>'
    patched(file, "xl/_rels/workbook.xml.rels", "</Relationships>", link)
    assert "no link was followed" in read_workbook(file).notes[0]


seeded = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def mutated(content: bytes, seed: int) -> bytes:
    """The bytes with a few flipped, cut out, doubled or set to zero."""
    chance = random.Random(seed)
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 20))):
        at = chance.randrange(len(changed))
        match chance.randrange(5):
            case 0:
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at] = chance.choice((0, 1, 127, 128, 255))
            case 2:
                del changed[at : at + chance.randrange(1, 40)]
            case 3:
                changed[at:at] = changed[at : at + chance.randrange(1, 40)]
            case _:
                changed[at : at + 4] = bytes(chance.randrange(256) for _ in range(4))
        if not changed:
            break
    return bytes(changed)


def parts_mutated(path: Path, seed: int) -> None:
    """An .xlsx or .ods whose parts, and not only its packing, are mutated."""
    from zipfile import ZIP_DEFLATED, ZipFile

    chance = random.Random(seed)
    with ZipFile(path) as zipped:
        parts = {name: zipped.read(name) for name in zipped.namelist()}
    victim = chance.choice([name for name in parts if parts[name]])
    parts[victim] = mutated(parts[victim], seed)
    with ZipFile(path, "w", ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name, content)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    kept = Reader()
    yield kept
    kept.close()


def said_of(read: Callable[[Path], Workbook], file: Path) -> str:
    """The sentence that reading ends in; "." if it ends in a workbook. Any other failure is the test's."""
    try:
        assert read(file).sheets
    except OpenError as error:
        return str(error)
    return "."


@pytest.mark.timeout(60)
def test_mutated_workbooks_end_safely(tmp_path: Path, reader: Reader) -> None:
    table = f"<table:table table:name='A'><table:table-row>{value(5)}{value(6)}</table:table-row></table:table>"
    demo = tmp_path / "demo.xlsx"
    demo.write_bytes((ROOT / "demo" / "cart-sle.xlsx").read_bytes())
    files = [demo, xls(tmp_path / "a.xls"), xlsb(tmp_path / "a.xlsb"), ods(tmp_path / "a.ods", spreadsheet(table))]
    if SAMPLES.exists():
        for name in ("s005_latin-1.xls", "s308_issue_182.xlsb", "s066_issue.3721.ods"):
            copy = tmp_path / name
            copy.write_bytes((SAMPLES / name).read_bytes())
            files.append(copy)
    for at, file in enumerate(files):
        content = file.read_bytes()
        for seed in range(9):
            file.write_bytes(content if seed % 2 and file.suffix != ".xls" else mutated(content, 100 * at + seed))
            if seed % 2 and file.suffix != ".xls":
                parts_mutated(file, 100 * at + seed)
            reader.warm()
            assert said_of(reader.read, file).endswith(".")


@seeded
@given(st.binary(max_size=300), st.sampled_from((".csv", ".tsv", ".txt", ".xls", ".xlsx", ".ods", ".xlsb")))
def test_any_bytes_end_safely(tmp_path: Path, content: bytes, suffix: str) -> None:
    file = tmp_path / f"a{suffix}"
    file.write_bytes(content)
    assert said_of(read_workbook, file).endswith(".")


@seeded
@given(st.text(max_size=200), st.sampled_from(("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252")))
def test_any_text_ends_safely(tmp_path: Path, written: str, encoding: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(written.encode(encoding, "replace"))
    assert said_of(read_workbook, file).endswith(".")
