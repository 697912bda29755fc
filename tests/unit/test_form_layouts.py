"""Every form model against the official tree of its form: columns, heads, names, title, and the identities it prints.

Here: the yml of each form model beside ../shared/domain/forms/<form_id>.yaml. Not here: figures, paper.
Invariant: a form model is covered as soon as its yml is there; what is excused is named here, and the excuse is checked.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from shared_files import SHARED, shared
from warehouse_fixture import DBT_PROJECT

FORMS = SHARED / "domain" / "forms"

# Tables of the office's own: no official form prints them, so no yaml describes them.
OWN_TABLES: set[str] = {"I", "III", "III-QT", "IX", "X", "XI", "death-steps"}

# The test that guards an identity is <model>_<identity id>; where it has another name, it stands here.
IDENTITY_TESTS: dict[tuple[str, str], str] = {}

# Identities of a form with other forms, periods or finals: the dbt test or model that holds them.
HELD_ELSEWHERE: dict[tuple[str, str], str] = {
    ("II.06a", "carry_over"): "rpt_carry_over",
    ("II.06a-by-unit", "carry_over"): "rpt_carry_over",
}


def form_models() -> dict[str, dict[str, Any]]:
    """Return the yml entry of every model that is a form, by model name."""
    models = [
        model
        for path in sorted((DBT_PROJECT / "models").rglob("*.yml"))
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    ]
    return {model["name"]: model for model in models if "form_id" in meta_of(model)}


def meta_of(item: dict[str, Any]) -> dict[str, Any]:
    return {**item.get("meta", {}), **item.get("config", {}).get("meta", {})}


MODELS = form_models()
each_form = pytest.mark.parametrize("model", sorted(MODELS))


def official(model: str) -> dict[str, Any]:
    """Return the official tree of a form model, or skip: ../shared is missing, or the table is the office's own."""
    form_id = meta_of(MODELS[model])["form_id"]
    if form_id in OWN_TABLES:
        pytest.skip(f"{form_id} is a table of the office's own, no official form")
    shared("domain/forms")
    path = FORMS / f"{form_id}.yaml"
    assert path.is_file(), f"{form_id} has no yaml in domain/forms; an own table is named in OWN_TABLES"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def leaves(items: list[dict[str, Any]], above: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the numbered columns of an official tree with their head paths."""
    found: list[dict[str, Any]] = []
    for item in items:
        head = (*above, item["label"])
        found += leaves(item["children"], head) if "children" in item else [{**item, "head": list(head)}]
    return found


def printed_columns(model: str) -> list[dict[str, Any]]:
    columns = [{"name": column["name"], **meta_of(column)} for column in MODELS[model]["columns"]]
    return sorted((column for column in columns if "number" in column), key=lambda column: column["number"])


def holds_of(model: str) -> dict[str, str]:
    """Return the `holds` tests of a model: name → expression."""
    tests = [
        test["holds"] for test in MODELS[model].get("data_tests", []) if isinstance(test, dict) and "holds" in test
    ]
    return {test["name"]: test["arguments"]["expression"] for test in tests}


def identities(form: dict[str, Any]) -> dict[str, str]:
    """Return the identities a form must satisfy: id → expression."""
    return {item["id"]: item["expr"] for item in form["identities"] if item["severity"] == "error"}


def is_within_the_form(expression: str) -> bool:
    """Tell whether an expression speaks of cells of one row only: column numbers, whole numbers and signs."""
    return re.fullmatch(r"(c\d+|\d+|and|[\s+=<>*()-])+", expression) is not None


@each_form
def test_a_form_model_prints_the_columns_of_the_official_form(model: str) -> None:
    stub_names = ["row_no", "label"]
    expected = [
        (
            column["number"],
            column["head"],
            stub_names[index] if column["type"] in ("ordinal", "text") and index < 2 else column["key"],
            column["type"],
        )
        for index, column in enumerate(leaves(official(model)["columns"]))
    ]
    printed = [(item["number"], item["head"], item["name"], item["type"]) for item in printed_columns(model)]
    assert printed == expected


@each_form
def test_a_form_model_is_named_dated_and_measured_as_the_official_form(model: str) -> None:
    form, meta = official(model), meta_of(MODELS[model])
    assert meta["number"] == form["number"]
    assert meta["title"] == form["title_vi"]
    assert meta["unit_of_measure"] == form["unit_of_measure"]
    assert str(meta["zero_display"]) == str(form["zero_display"])
    assert (meta["valid_from"], meta["valid_to"]) == (form["effective_from"], form["effective_to"])


@each_form
def test_every_identity_within_a_form_is_a_test_of_its_model(model: str) -> None:
    form = official(model)
    names = {column["number"]: column["key"] for column in leaves(form["columns"])}
    found = holds_of(model)
    for identity, expression in identities(form).items():
        if not is_within_the_form(expression):
            continue
        test = IDENTITY_TESTS.get((form["form_id"], identity), f"{model}_{identity}")
        assert test in found, f"{form['form_id']}: identity {identity} ({expression}) is no test of {model}"
        spoken = set(re.findall(r"\w+", found[test]))
        missing = {names[int(number)] for number in re.findall(r"c(\d+)", expression)} - spoken
        assert not missing, f"{test} does not speak of {sorted(missing)}, {expression} does"


def test_the_excuses_name_what_there_is() -> None:
    shared("domain/forms")
    forms = {meta_of(model)["form_id"]: name for name, model in MODELS.items()}
    assert forms.keys() >= OWN_TABLES
    assert not [form_id for form_id in OWN_TABLES if (FORMS / f"{form_id}.yaml").is_file()]
    for (form_id, identity), test in IDENTITY_TESTS.items():
        assert identity in identities(official(forms[form_id])), f"{form_id} has no identity {identity}"
        assert test in holds_of(forms[form_id]), f"{forms[form_id]} has no test {test}"
        assert test != f"{forms[form_id]}_{identity}", f"{test} needs no excuse"
    files = {path.stem for folder in ("models", "tests") for path in (DBT_PROJECT / folder).rglob("*.sql")}
    for (form_id, identity), keeper in HELD_ELSEWHERE.items():
        expression = identities(official(forms[form_id]))[identity]
        assert not is_within_the_form(expression), f"{form_id} {identity} is a test of its own model"
        assert keeper in files, f"{keeper} is no model and no test of the dbt project"


@pytest.mark.parametrize(
    ("expression", "within"),
    [
        ("c3 == c4 + c5 + c6", True),
        ("0 <= c13 <= 100", True),
        ("c12 <= c9", True),
        ("c6[period n] == c11[period n-1] of the final version, per unit and per field", False),
        ("c9 + c10 == II.06a.c4 of the same unit and period", False),
        ("c4 + carried == c9 + c10 + c11", False),
        ("sum(c3) == II.06a.c10 + II.06a.c13", False),
    ],
)
def test_an_identity_within_a_form_names_its_columns_only(expression: str, within: bool) -> None:
    assert is_within_the_form(expression) is within
