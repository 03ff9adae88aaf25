"""Tables of facts: parsed once, kept beside the compiled modules, parsed again when their file changes."""

import marshal
import os
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import cache_from_source
from pathlib import Path

import pytest

import trajecta.resources
from trajecta.resources import ROOT, table

TABLES = sorted(str(file.relative_to(ROOT).with_suffix("")) for file in ROOT.rglob("*.toml"))


@pytest.fixture
def drugs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A table of one's own, in a folder that may be written to."""
    monkeypatch.setattr(trajecta.resources, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    file = tmp_path / "drugs.toml"
    file.write_text("factor = 1", "utf-8")
    table.cache_clear()
    yield file
    table.cache_clear()


def read_again() -> object:
    """What a new process would read."""
    table.cache_clear()
    return table("drugs")


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_what_its_file_says(name: str) -> None:
    for _ in range(2):  # parsed, then perhaps as kept
        table.cache_clear()
        assert table(name) == tomllib.loads((ROOT / f"{name}.toml").read_text("utf-8"))


def test_a_kept_table_is_used_until_its_file_changes(drugs: Path) -> None:
    assert read_again() == {"factor": 1}
    kept = Path(cache_from_source(str(drugs)))
    stamp, _ = marshal.loads(kept.read_bytes())
    kept.write_bytes(marshal.dumps((stamp, {"factor": 2})))
    assert read_again() == {"factor": 2}
    drugs.write_text("factor = 3", "utf-8")
    os.utime(drugs, ns=(stamp[0] + 1, stamp[0] + 1))
    assert read_again() == {"factor": 3}
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


@pytest.mark.parametrize("left", [b"", b"\x00", marshal.dumps(1)])
def test_a_damaged_kept_table_is_parsed_again(drugs: Path, left: bytes) -> None:
    read_again()
    Path(cache_from_source(str(drugs))).write_bytes(left)
    assert read_again() == {"factor": 1}
    assert marshal.loads(Path(cache_from_source(str(drugs))).read_bytes())[1] == {"factor": 1}


def test_nothing_is_kept_where_nothing_can_be(drugs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(cache_from_source(str(drugs))).parent
    folder.write_text("in the way", "utf-8")
    assert read_again() == {"factor": 1}
    folder.unlink()
    drugs.write_text("day = 2026-11-24", "utf-8")
    assert read_again() == tomllib.loads("day = 2026-11-24")
    assert list(folder.iterdir()) == []
    drugs.write_text("factor = 1", "utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert read_again() == {"factor": 1}
    assert list(folder.iterdir()) == []
