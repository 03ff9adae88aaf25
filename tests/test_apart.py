"""Reading in a child process: the same workbook, limits that hold, a death that is one sentence, a cancel at once."""

import os
import pickle
import re
import sys
import time
from pathlib import Path

import pytest

import trajecta.io.limits as all_limits
from trajecta.io.apart import CancelledError, Limits, Reader, _Plain, read_apart
from trajecta.io.errors import OpenError
from trajecta.io.reading import is_harmless, read_safely
from trajecta.io.workbook import read_workbook
from trajecta.resources import ROOT

sys.path.insert(0, str(Path(__file__).parent))  # pytest's importlib mode does not put the folder of the tests there
from hostile_workbooks import TABLE, package
from old_workbooks import xls
from sheets import long_rows, text_table, workbook

DEMO = ROOT / "demo" / "cart-sle.xlsx"
LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to a limit of memory")
POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="the program here is a shell script")


def slow(path: Path) -> Path:
    """A text table that takes seconds to read."""
    path.write_bytes(b"ID,a,b,c\n" + b"P1,1.5,2.5,3.5\n" * 2_000_000)
    return path


@pytest.mark.parametrize("name", ["cart-sle.xlsx", "cart-sle-awkward.xlsx"])
def test_the_same_workbook_comes_from_the_child(name: str) -> None:
    assert read_apart(ROOT / "demo" / name) == read_workbook(ROOT / "demo" / name)


def test_text_comes_from_the_child(tmp_path: Path) -> None:
    file = text_table(tmp_path / "a.csv", long_rows())
    assert read_apart(file) == read_workbook(file)


def test_a_reader_reads_one_file_after_the_other(tmp_path: Path) -> None:
    reader = Reader()
    reader.warm()
    with pytest.raises(OpenError, match="There is no file"):
        reader.read(tmp_path / "missing.xlsx")
    assert reader.read(DEMO).name == DEMO.name
    reader.warm()
    reader.warm()
    assert reader.read(xls(tmp_path / "a.xls")).sheets[0].name == "Visits"
    reader.warm()
    reader.close()
    reader.warm()  # closed for good: nothing is left behind
    assert reader._waiting is None


def test_a_child_that_died_while_waiting_is_replaced() -> None:
    reader = Reader()
    reader.warm()
    assert reader._waiting is not None
    reader._waiting.kill()
    reader._waiting.wait()
    assert reader.read(DEMO).name == DEMO.name
    reader.close()


def test_progress_is_told_and_cancelling_ends_at_once(tmp_path: Path) -> None:
    told: list[str] = []
    file = slow(tmp_path / "a.csv")
    start = time.monotonic()
    with pytest.raises(CancelledError, match="was cancelled"):
        read_apart(file, told.append, lambda: len(told) > 3)
    assert time.monotonic() - start < 5
    assert told[0] == "Reading a.csv…"
    assert re.fullmatch(r"Reading a\.csv: [\d,]+ rows…", told[1])


def test_time_is_limited(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(OpenError, match=r"took more than 0\.5 seconds and was stopped"):
        read_apart(slow(tmp_path / "a.csv"), limits=Limits(seconds=0.5))
    assert time.monotonic() - start < 5


@LINUX_ONLY
def test_memory_is_limited(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match=r"needs more than 0\.1 GB of memory"):
        read_apart(slow(tmp_path / "a.csv"), limits=Limits(memory=60_000_000))


def test_what_arrives_is_limited(tmp_path: Path) -> None:
    with pytest.raises(OpenError, match="holds more than 1 MB of values"):
        read_apart(slow(tmp_path / "a.csv"), limits=Limits(arrival=1_000_000))


def test_a_crash_is_a_sentence(tmp_path: Path) -> None:
    reader = Reader()
    reader.warm()
    child = reader._waiting
    assert child is not None
    with pytest.raises(OpenError, match=r"demo\.xlsx could not be read") as caught:
        reader.read(tmp_path / "demo.xlsx", cancelled=lambda: bool(child.kill()))
    assert str(caught.value).endswith(".")


@POSIX_ONLY
def test_a_bundled_program_is_its_own_child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT.parent}/main.py" "$@"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert read_apart(DEMO).name == DEMO.name


def test_nothing_but_a_workbook_is_taken_from_the_child() -> None:
    from io import BytesIO

    assert _Plain(BytesIO(pickle.dumps(read_workbook(DEMO).sheets[0]))).load() == read_workbook(DEMO).sheets[0]
    with pytest.raises(pickle.UnpicklingError, match="no part of a workbook"):
        _Plain(BytesIO(pickle.dumps(os.system))).load()


def test_what_is_small_and_sound_is_read_here(tmp_path: Path) -> None:
    table = text_table(tmp_path / "a.csv", long_rows())
    book = workbook(tmp_path / "a.xlsx", {"A": long_rows()})
    assert is_harmless(table)
    assert is_harmless(book)
    assert is_harmless(DEMO)
    assert is_harmless(tmp_path / "missing.xlsx")
    assert not is_harmless(xls(tmp_path / "a.xls"))
    assert not is_harmless(slow(tmp_path / "b.csv"))
    assert not is_harmless(book.rename(tmp_path / "b.csv"))
    assert not is_harmless(xls(tmp_path / "c.xlsx"))
    text = "x" * 21_000_000
    assert not is_harmless(package(tmp_path / "d.xlsx", TABLE, extra={"xl/x.xml": text}))
    assert read_safely(DEMO) == read_workbook(DEMO)


def test_the_page_of_limits_says_the_limits() -> None:
    page = (Path(__file__).parents[1] / "docs" / "limits.md").read_text("utf-8")
    words = {
        "LARGEST_FILE": "| 200 MB |",
        "LARGEST_TABLE": "| 20,000,000 |",
        "LARGEST_UNPACKED": "| 700 MB |",
        "LARGEST_RATIO": "300 times",
        "RATIO_MATTERS_FROM": "from 50 MB on",
        "MOST_PARTS": "| 10,000 |",
        "MOST_MERGED": "| 20,000 |",
        "LARGEST_CELL": "1,000,000 characters",
        "MOST_SECONDS": "| 60 seconds |",
        "MOST_MEMORY": "| 1.5 GB |",
        "LARGEST_ARRIVAL": "| 400 MB |",
        "SMALL_ENOUGH": "of up to 2 MB",
        "SMALL_UNPACKED": "(20 MB when unpacked)",
    }
    scale = {"MB": 1e6, "GB": 1e9}
    assert {name for name in vars(all_limits) if name.isupper()} == set(words)
    for name, said in words.items():
        assert said in page
        found = re.search(r"([\d,.]+\d|\d)(?: (MB|GB))?", said)
        assert found is not None
        assert float(found[1].replace(",", "")) * scale.get(found[2], 1) == getattr(all_limits, name)
