"""The floors of the building: who may import whom, which outside package lives where, and how large a room may be."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BELOW: dict[str, tuple[str, ...]] = {
    "resources": (),
    "stats": ("resources",),
    "io": ("stats", "resources"),
    "gui": ("io", "stats", "resources"),
}
OUTSIDE: dict[str, tuple[str, ...]] = {
    "resources": (),
    "stats": ("numpy", "pandas", "scipy", "statsmodels"),
    "io": ("openpyxl", "python_calamine", "defusedxml", "PySide6.QtCore", "PySide6.QtGui", "PySide6.QtSvg"),
    "gui": ("PySide6", "pyqtgraph", "numpy"),
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "core", "base", "manager"}
SOURCES = [*sorted(p for floor in BELOW for p in (ROOT / floor).rglob("*.py")), ROOT / "main.py"]


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write absolute imports"
            assert node.module is not None
            yield node.module


@pytest.mark.parametrize("floor", BELOW)
def test_floor_imports_only_what_lies_below_it(floor: str) -> None:
    inside = (f"trajecta.{floor}", *(f"trajecta.{f}" for f in BELOW[floor]))
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in sorted((ROOT / floor).rglob("*.py"))
        for name in imports(file)
        if name.split(".")[0] not in sys.stdlib_module_names
        and name != "trajecta"
        and not any(name == a or name.startswith(a + ".") for a in (*OUTSIDE[floor], *inside))
    ]
    assert wrong == []


def lines_of(node: ast.AST) -> int:
    """Lines of a definition without its docstring."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    doc = ast.get_docstring(node, clean=False)
    return (node.end_lineno or 0) - node.lineno + 1 - (len(doc.splitlines()) if doc else 0)


@pytest.mark.parametrize("file", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_stay_small(file: Path) -> None:
    text = file.read_text("utf-8")
    assert file.stem not in FORBIDDEN_NAMES
    assert text.count("\n") <= 500, "file over 500 lines: split it by meaning"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            a = node.args
            own = bool(a.args) and a.args[0].arg in ("self", "cls")
            count = len(a.args) + len(a.kwonlyargs) + len(a.posonlyargs) - own
            assert lines_of(node) <= 60, f"{node.name}: over 60 lines"
            assert count <= 6, f"{node.name}: over 6 parameters"
        elif isinstance(node, ast.ClassDef):
            methods = [n for n in node.body if isinstance(n, ast.FunctionDef)]
            assert lines_of(node) <= 300, f"{node.name}: over 300 lines"
            assert len(methods) <= 20, f"{node.name}: over 20 methods"


@pytest.mark.parametrize("file", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_says_what_it_is_for(file: Path) -> None:
    text = file.read_text("utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module opens with one sentence of purpose"


@pytest.mark.parametrize("floor", ["stats", "io"])
def test_public_definitions_have_docstrings(floor: str) -> None:
    bare = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in sorted((ROOT / floor).rglob("*.py"))
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []
