"""The floors of DESIGN hold: imports go down only, Dagster stays in its room.

Here: a walk over every module's imports. Not here: behaviour.
Invariant: a room that is not on a floor, or an import upwards, fails by name.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pipelines"
FLOORS = [
    {"paths"},
    {"office"},
    {"periods"},
    {"ingest", "quality"},
    {"warehouse"},
    {"figures", "recount"},
    {"render"},
    {"units", "package", "audit"},
    {"defs"},
    {"definitions"},
    {"runner"},
    {"commands"},
    {"cli"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DAGSTER_ROOMS = {"defs", "definitions", "runner"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_imports_only_from_its_own_floor_or_below(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    assert room in FLOOR_OF, f"room {room} stands on no floor"
    for name in imports_of(path):
        if name.startswith("pipelines."):
            other = name.split(".")[1]
            assert FLOOR_OF[other] <= FLOOR_OF[room], f"{path.name} ({room}) imports upwards: {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_dagster_is_imported_only_by_defs_and_what_starts_it(path: Path) -> None:
    uses = any(name.split(".")[0] in ("dagster", "dagster_dbt") for name in imports_of(path))
    assert not uses or room_of(path) in DAGSTER_ROOMS


@pytest.mark.parametrize("path", [p for p in MODULES if room_of(p) == "render"], ids=lambda path: path.name)
def test_render_asks_no_database(path: Path) -> None:
    assert "duckdb" not in imports_of(path)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_reads_the_wall_clock_but_the_office_clock(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.relative_to(PACKAGE).as_posix() == "office/clock.py":
        return
    for call in (".now(tz", "datetime.now(", "date.today(", "time.time("):
        assert call not in text, f"{call} in {path.name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_module_opens_with_what_is_here_what_is_not_and_its_invariant(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    for word in ("Here:", "Not here:", "Invariant:"):
        assert word in docstring or word.casefold() in docstring.casefold(), f"{path} lacks «{word}»"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_python_knows_a_form_by_name(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            assert "form_ii" not in node.value, f"{path.name}:{node.lineno}"
