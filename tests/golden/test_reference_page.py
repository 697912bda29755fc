"""docs/reference.md: every command, target, setting, stream, check, form and state, as the program itself has them.

Here: writing the page from parser, Makefile, settings, suites and models, and comparing. Not here: guides (docs/*.md).
Invariant: the page is written only by this test (`make golden`); whatever appears, vanishes or changes its words shows.
"""

from __future__ import annotations

import argparse
import os
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from pipelines import cli
from pipelines.ingest.contract import load_contract
from pipelines.office.corrections import Correction
from pipelines.office.profiles import Profile
from pipelines.office.settings import OfficeSettings
from pipelines.office.streams import contract_path, streams, suite_path
from pipelines.office.tables import NOTE_COLUMNS, TABLES, Table
from pipelines.paths import DBT_PROJECT, REPOSITORY
from pipelines.quality.suite import parse_suite
from pipelines.warehouse.status import State

PAGE = REPOSITORY / "docs" / "reference.md"
WEIGHT = {"critical": "file refused", "warning": "row sent back", "info": "row flagged"}


def commands() -> Iterator[str]:
    parser = cli._parser()
    (choices,) = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    titles = {action.dest: action.help for action in choices._choices_actions}
    for name, command in choices.choices.items():
        yield f"### `kstt {name}`\n\n{titles[name]}.\n"
        rows = [_argument(action) for action in command._actions if action.dest != "help"]
        if rows:
            yield "\n".join(["| argument | meaning |", "|---|---|", *rows]) + "\n"


def _argument(action: argparse.Action) -> str:
    name = ", ".join(f"`{option}`" for option in action.option_strings) or f"`{action.metavar or action.dest}`"
    choices = f" ({', '.join(map(str, action.choices))})" if action.choices else ""
    return f"| {name} | {_cell(action.help or '')}{_cell(choices)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def targets() -> Iterator[str]:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    yield "\n".join(
        ["| target | what it does |", "|---|---|"]
        + [f"| `make {name}` | {_cell(what)} |" for name, what in re.findall(r"(?m)^([a-z]+):.*?##\s*(.*)$", text)]
    )


def settings() -> Iterator[str]:
    yield "\n".join(["| setting | default | may be |", "|---|---|---|", *_settings_of(OfficeSettings, "")])


def _settings_of(model: type[BaseModel], above: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        parts = [part for part in _parts(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        is_list = get_origin(field.annotation) is list
        path = f"{above}{field.alias or name}{'[]' if is_list and parts else ''}"
        if parts:
            for part in parts:
                kind = (
                    next(iter(get_args(part.model_fields["kind"].annotation)), "")
                    if "kind" in part.model_fields
                    else ""
                )
                keyed = ".<name>" if get_origin(field.annotation) is dict else ""
                yield from _settings_of(part, f"{path}{keyed}{f' ({kind})' if kind else ''}.")
            continue
        default = "required" if field.is_required() else repr(field.get_default(call_default_factory=True))
        yield f"| `{path}` | {_cell(f'`{default}`' if default != 'required' else default)} | {_cell(_allowed(field))} |"


def _parts(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (list, dict, Union, types.UnionType) or hasattr(annotation, "__metadata__"):
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


def _allowed(field: Any) -> str:
    if field.default is PydanticUndefined and get_origin(field.annotation) is not Literal:
        return _name(field.annotation)
    return _name(field.annotation)


def _name(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return " or ".join("nothing" if part is type(None) else _name(part) for part in get_args(annotation))
    if get_origin(annotation) in (list, dict):
        return f"{get_origin(annotation).__name__} of {_name(get_args(annotation)[-1])}"
    names = {"str": "text", "int": "whole number", "bool": "`true`, `false`", "date": "day", "datetime": "moment"}
    return names.get(getattr(annotation, "__name__", ""), str(annotation))


def tables() -> Iterator[str]:
    for name, table in TABLES.items():
        need = "may be left out" if table.optional else "required"
        yield f"### `reference/{name}.csv`\n\n{need.capitalize()}; key: {', '.join(f'`{column}`' for column in table.key)}.\n"
        rows = [f"| `{column}` | {_cell(_cells_of(table, column))} |" for column in table.columns]
        yield "\n".join(["| column | a cell is |", "|---|---|", *rows]) + "\n"
    yield f"Any table may also have {', '.join(f'`{column}`' for column in NOTE_COLUMNS)}: for its readers, not read.\n"


def _cells_of(table: Table, column: str) -> str:
    """What a cell of a column of a reference table may be, as the check of the table has it."""
    kinds = [(table.dates, "day (2021-03-14)"), (table.integers, "whole number"), (table.numbers, "number")]
    said = next((words for columns, words in kinds if column in columns), "text")
    if column in table.choices:
        said = "one of " + ", ".join(f"`{word}`" for word in table.choices[column])
    if column in table.streams:
        said = "a stream (below)"
    if column in table.refers:
        name, columns = table.refers[column]
        said = f"a {' or '.join(f'`{other}`' for other in columns)} of `{name}.csv`"
    return said if column in (*table.filled, *table.key[:1], *table.integers) else f"{said}, or empty"


def profile_keys() -> Iterator[str]:
    yield "\n".join(["| key | default | may be |", "|---|---|---|", *_settings_of(Profile, "")]) + "\n"
    yield "`corrections.yaml` is a list of:\n"
    yield "\n".join(["| key | default | may be |", "|---|---|---|", *_settings_of(Correction, "")])


def columns() -> Iterator[str]:
    for stream in streams():
        contract = load_contract(contract_path(stream))
        if contract.fact:  # written by this software; no profile maps it
            continue
        yield f"### {contract.title} (`{stream}`)\n"
        rows = []
        for column in contract.columns.values():
            words = ", ".join(f"`{word}`" for word in dict.fromkeys(column.values.values()))
            need = "required" if column.required else ""
            labels = "; ".join(column.labels[:3])
            rows.append(f"| `{column.name}` | {column.role} | {need} | {_cell(words)} | {_cell(labels)} |")
        yield "\n".join(["| column | role | | words | headers known |", "|---|---|---|---|---|", *rows]) + "\n"


def checks() -> Iterator[str]:
    for stream in streams():
        contract = load_contract(contract_path(stream))
        suite = parse_suite(suite_path(stream).read_text(encoding="utf-8"))
        yield f"### `{stream}`: {contract.title}\n"
        rows = [
            f"| `{check.check_id}` | {WEIGHT[check.severity]} | {_cell(check.reason)} | {_cell(check.mend)} |"
            for check in suite.checks
        ]
        yield "\n".join(
            ["| check | what it does | reason given | what the unit is asked |", "|---|---|---|---|", *rows]
        )
        yield ""


def models() -> list[dict[str, Any]]:
    texts = (path.read_text(encoding="utf-8") for path in sorted((DBT_PROJECT / "models").rglob("*.yml")))
    return [model for text in texts for model in yaml.load(text, yaml.CSafeLoader).get("models", [])]


def forms() -> Iterator[str]:
    rows = []
    for model in models():
        meta = {**model.get("meta", {}), **model.get("config", {}).get("meta", {})}
        if "form_id" in meta:
            until = f" to {meta['valid_to']}" if meta.get("valid_to") else ""
            since = f"from {meta['valid_from']}" if meta.get("valid_from") else "always"
            demand = ", on demand" if meta.get("on_demand") else ""
            fed = ", ".join(f"`{stream}`" for stream in meta["streams"])
            title = _cell(f"{meta['number']}: {meta['title']}")
            rows.append(f"| `{meta['form_id']}` | {title} | {since}{until}{demand} | {fed} | `{model['name']}` |")
    yield "\n".join(["| form | number and title | in force | fed by | model |", "|---|---|---|---|---|", *sorted(rows)])


def states() -> Iterator[str]:
    rows = [f"| what a unit owes, as `kstt status` has it | {', '.join(f'`{word}`' for word in get_args(State))} |"]
    for model in models():
        for test in model.get("data_tests", []):
            for column, values in test.get("holds", {}).get("arguments", {}).get("accepted", {}).items():
                if isinstance(values, list):
                    rows.append(f"| `{model['name']}.{column}` | {', '.join(f'`{value}`' for value in values)} |")
    yield "\n".join(["| where | states |", "|---|---|", *rows])


PARTS = {
    "Commands": (commands, "`kstt --office FOLDER COMMAND`; the texts are the program's own, for its officers."),
    "Make targets": (targets, "What an engineer runs."),
    "Settings": (settings, "Every line of `office.yaml`, with what holds where it is left out."),
    "Reference tables": (tables, "Every file of `reference/`, every column, what a cell may be."),
    "Profiles and corrections": (profile_keys, "Every key of `profiles/*.yaml` and of `corrections.yaml`."),
    "Columns of streams": (columns, "What a profile may map (`labels`), the words it may map to (`values`)."),
    "Streams and their checks": (checks, "What units send, and what is held against each delivered row."),
    "Forms": (forms, "What is printed; `forms_enabled` chooses."),
    "States": (states, "Every word a column of states may hold (dbt tests hold them to it)."),
}


@pytest.fixture(scope="module")
def page() -> str:
    text = "# Reference\n\nWritten by `make golden` from the program itself; not to be edited.\n"
    for title, (lines, words) in PARTS.items():
        text += f"\n## {title}\n\n{words}\n\n" + "\n".join(lines()).rstrip() + "\n"
    return text


def test_the_reference_has_every_command_setting_check_form_and_state(page: str) -> None:
    if os.environ.get("KSTT_GOLDEN") == "write":
        PAGE.write_text(page, encoding="utf-8")
    kept = PAGE.read_text(encoding="utf-8")
    new = sorted(set(page.splitlines()) - set(kept.splitlines()))
    gone = sorted(set(kept.splitlines()) - set(page.splitlines()))
    assert (new, gone) == ([], []), "run `make golden`"
    assert page == kept, "run `make golden`"


def test_the_readme_and_the_guides_name_every_command() -> None:
    guides = [REPOSITORY / "README.md", REPOSITORY / "README.vi.md", *(REPOSITORY / "docs").glob("*.md")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in guides if path != PAGE)
    assert [name for name in cli.COMMANDS if f"kstt {name}" not in text] == []


def _links(path: Path) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            yield target


def test_every_link_of_the_documents_leads_to_a_file() -> None:
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    assert [f"{path.name}: {to}" for path in pages for to in _links(path) if not (path.parent / to).exists()] == []


def test_the_index_leads_to_every_page() -> None:
    folder = REPOSITORY / "docs"
    named = {(folder / target).resolve() for target in _links(folder / "index.md")}
    assert [
        path.name for path in sorted(folder.rglob("*.md")) if path.name != "index.md" and path.resolve() not in named
    ] == []


def test_every_file_and_folder_the_guides_name_is_there() -> None:
    """Paths in `code` that begin with a folder of the repository."""
    heads = ("pipelines/", "dbt_project/", "expectations/", "report_templates/", "tests/", "docs/", "sample_office/")
    pages = [REPOSITORY / "CONTRIBUTING.md", *(REPOSITORY / "docs").rglob("*.md")]
    missing = [
        f"{path.name}: {name}"
        for path in pages
        for name in re.findall(r"`([^`\s]+)`", path.read_text(encoding="utf-8"))
        if name.startswith(heads) and not re.search(r"[<*{…]", name) and not (REPOSITORY / name).exists()
    ]
    assert missing == []


def test_every_make_target_and_test_the_guides_name_is_there() -> None:
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / ".github").rglob("*.yml")]
    pages += [REPOSITORY / ".pre-commit-config.yaml", REPOSITORY / ".ci" / "run"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    known = set(re.findall(r"(?m)^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8")))
    named = set(re.findall(r"(?m)(?:^|`|run: |entry: )make ([a-z]+)\b", text))
    assert {"env", "check", "test", "quick"} <= named
    assert named - known == set()
    tests = re.findall(r"T=(tests/\S+?\.py)(?:::(\w+))?", text)
    assert [name for name, test in tests if f"def {test}" not in (REPOSITORY / name).read_text(encoding="utf-8")] == []
