"""The floors of DESIGN hold: imports go down only, Dagster stays in its room.

Here: one walk over every module, one test a rule, every offender listed. Not here: behaviour.
Invariant: a room that is not on a floor, or an import upwards, fails by name.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "pipelines"
FLOORS = [
    {"paths"},
    {"office"},
    {"periods"},
    {"ingest", "quality"},
    {"warehouse"},
    {"figures", "recount"},
    {"render"},
    {"units", "package", "audit", "setup", "notices"},
    {"defs"},
    {"definitions"},
    {"runner"},
    {"commands"},
    {"cli"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
DAGSTER_ROOMS = {"defs", "definitions", "runner"}


@dataclass(frozen=True)
class Module:
    """One module of the package, read and parsed once."""

    path: Path

    @cached_property
    def name(self) -> str:
        return self.path.relative_to(PACKAGE).as_posix()

    @cached_property
    def room(self) -> str:
        return self.name.partition("/")[0].removesuffix(".py")

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text)))

    @cached_property
    def imports(self) -> set[str]:
        names: set[str] = set()
        for node in self.nodes:
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
        return names

    @property
    def docstring(self) -> str:
        (tree,) = [node for node in self.nodes if isinstance(node, ast.Module)]
        return ast.get_docstring(tree) or ""


MODULES = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def test_every_room_has_a_floor() -> None:
    assert len(MODULES) > 100
    assert [module.name for module in MODULES if module.room not in {*FLOOR_OF, "__init__"}] == []


def test_modules_import_only_from_their_own_floor_or_below() -> None:
    upwards = [
        f"{module.name} imports {name}"
        for module in MODULES
        if module.room != "__init__"
        for name in sorted(module.imports)
        if name.startswith("pipelines.") and FLOOR_OF[name.split(".")[1]] > FLOOR_OF[module.room]
    ]
    assert upwards == []


def test_dagster_is_imported_only_by_defs_and_what_starts_it() -> None:
    dagster = {"dagster", "dagster_dbt"}
    users = {
        module.name: module.room for module in MODULES if dagster & {name.split(".")[0] for name in module.imports}
    }
    assert {name: room for name, room in users.items() if room not in DAGSTER_ROOMS} == {}


def test_render_asks_no_database() -> None:
    render = [module for module in MODULES if module.room == "render"]
    assert render
    assert [module.name for module in render if "duckdb" in module.imports] == []


def test_no_module_reads_the_wall_clock_but_the_office_clock() -> None:
    calls = (".now(tz", "datetime.now(", "date.today(", "time.time(")
    readers = [
        f"{module.name}: {call}"
        for module in MODULES
        if module.name != "office/clock.py"
        for call in calls
        if call in module.text
    ]
    assert readers == []


def functions(module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in module.nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_holds_the_marks_of_an_unfinished_merge() -> None:
    marks = re.compile(r"(?m)^(<{7} |>{7} )")
    rooms = ("pipelines", "dbt_project", "expectations", "report_templates", "docs", "tests", "benchmarks", "deploy")
    written = [
        PACKAGE.parent / "Makefile",
        *PACKAGE.parent.glob("*.*"),
        *(path for room in rooms for path in (PACKAGE.parent / room).rglob("*.*")),
    ]
    texts = {".md", ".py", ".j2", ".sql", ".yml", ".yaml", ".toml", ".txt", ".csv"}
    assert [
        path.name
        for path in written
        if (path.suffix in texts or path.name == "Makefile")
        and path.is_file()
        and marks.search(path.read_text(encoding="utf-8", errors="ignore"))
    ] == []


def test_no_file_is_longer_than_450_lines() -> None:
    lengths = {module.name: len(module.text.splitlines()) for module in MODULES}
    assert {name: lines for name, lines in lengths.items() if lines > 450} == {}


def test_no_function_has_nine_parameters() -> None:
    found = [
        f"{module.name}: {node.name}"
        for module in MODULES
        for node in functions(module)
        if len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]) > 8
    ]
    assert found == []


def test_no_module_needs_what_windows_does_not_have() -> None:
    """Modules and functions of POSIX alone; a signal is asked for by a name both systems have."""
    modules = {"fcntl", "grp", "posix", "pwd", "resource", "syslog", "termios", "tty", "pty", "crypt", "readline"}
    calls = {
        "fork",
        "getuid",
        "geteuid",
        "getgid",
        "setsid",
        "killpg",
        "mkfifo",
        "chown",
        "getloadavg",
        "SIGKILL",
        "SIGHUP",
    }
    imported = [f"{module.name}: {name}" for module in MODULES for name in module.imports if name in modules]
    called = [
        f"{module.name}:{node.lineno} {node.attr}"
        for module in MODULES
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and node.attr in calls
        and isinstance(node.value, ast.Name)
        and node.value.id in ("os", "signal")
    ]
    assert imported + called == []


# What other programs read from the environment only: dbt its profile's file, dbt and GX whether they report their use, Spark
# where its session is while a run lasts.
ENVIRONMENT_OF_TOOLS = {
    "warehouse/dbt.py": {"KSTT_WAREHOUSE", "KSTT_MEMORY", "DO_NOT_TRACK"},
    "warehouse/spark_session.py": {"SPARK_REMOTE", "SPARK_CONNECT_MODE_ENABLED"},
    "quality/run_suite.py": {"GX_ANALYTICS_ENABLED"},
}


def writes_to_the_environment(module: Module) -> set[str]:
    """Names a module sets in os.environ, by assignment or by a method that changes it; «?» for one it computes."""
    names: set[str] = set()
    for node in module.nodes:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
            targets = list(node.targets) if not isinstance(node, ast.AugAssign) else [node.target]
            keys = [
                target.slice for target in targets if isinstance(target, ast.Subscript) and is_environ(target.value)
            ]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_environ(node.func.value):
            changes = node.func.attr in ("setdefault", "update", "pop", "clear", "__setitem__")
            keys = list(node.args[:1]) or [ast.Constant("?")] if changes else []
        else:
            continue
        names |= {str(key.value) if isinstance(key, ast.Constant) else "?" for key in keys}
    return names


def is_environ(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def test_no_state_is_kept_in_the_environment_below_the_command_line() -> None:
    above = {"cli", "commands", "runner"}
    found = {module.name: writes_to_the_environment(module) for module in MODULES if module.room not in above}
    assert {name: names for name, names in found.items() if names - ENVIRONMENT_OF_TOOLS.get(name, set())} == {}


def test_no_function_changes_a_global() -> None:
    assert [
        f"{module.name}:{node.lineno}" for module in MODULES for node in module.nodes if isinstance(node, ast.Global)
    ] == []


def test_render_holds_no_query() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in MODULES
        if module.room == "render"
        for node in module.nodes
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"(?i)\bselect\b.+\bfrom\b", node.value)
    ]
    assert found == []


def test_the_recount_is_imported_by_its_command_only() -> None:
    users = {
        module.name
        for module in MODULES
        if module.room != "recount" and any(name.startswith("pipelines.recount") for name in module.imports)
    }
    assert users == {"commands/recount.py"}


def test_dbt_models_are_neither_incremental_nor_asked_by_variables() -> None:
    project = [path for path in (PACKAGE.parent / "dbt_project").rglob("*.sql") if "target" not in path.parts]
    assert len(project) > 100
    found = [path.name for path in project if re.search(r"incremental|\bvar\(", path.read_text(encoding="utf-8"))]
    assert [name for name in found] == []
    assert [module.name for module in MODULES if '"--vars"' in module.text] == []


def test_modules_open_with_what_is_here_what_is_not_and_their_invariant() -> None:
    wanted = {"Here:": r"(?<!not )\bhere:", "Not here:": r"\bnot here:", "Invariant:": r"\binvariant:"}
    lacking = [
        f"{module.name} lacks «{word}»"
        for module in MODULES
        for word, pattern in wanted.items()
        if not re.search(pattern, module.docstring.casefold())
    ]
    assert lacking == []


def test_no_python_knows_a_form_by_name() -> None:
    found: list[str] = []
    for module in MODULES:
        docstrings = {
            id(node.body[0].value)
            for node in module.nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        found += [
            f"{module.name}:{node.lineno}"
            for node in module.nodes
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and "form_ii" in node.value
        ]
    assert found == []
