"""Every form model against the official tree of its form: columns, heads, names, title, and the identities it prints.

Here: the yml of each form model beside ../shared/domain/forms/<form_id>.yaml. Not here: figures, paper.
Invariant: a form model is covered as soon as its yml is there; what is excused is named here, and the excuse is checked.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
import yaml
from compiled_project import compiled
from shared_files import SHARED, shared

from pipelines.figures.levels import with_levels
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.paths import DBT_PROJECT

FORMS = SHARED / "domain" / "forms"

# Tables of the office's own: no official form prints them, so no yaml describes them.
OWN_TABLES: set[str] = {"I", "III", "III-QT", "IX", "X", "XI", "death-steps", "overdue-causes", "desk-service"}

# The same form under later words: the later model, the words that changed, and the day before it is in force.
LATER_WORDS: dict[str, tuple[str, dict[str, str], str]] = {
    "form_ii_08_2022": (
        "form_ii_08",
        {
            "Mức độ 3": "Một phần",
            "Mức độ 4": "Toàn trình",
            "Trực tuyến mức độ 3": "Trực tuyến một phần",
            "Trực tuyến mức độ 4": "Trực tuyến toàn trình",
        },
        "2022-08-14",
    ),
}

# An identity of the form has the same name in its model; where it has another, it is here.
IDENTITY_TESTS: dict[tuple[str, str], str] = {}

# Identities of a form with other forms, periods or finals: the dbt test or model that holds them.
HELD_ELSEWHERE: dict[tuple[str, str], str] = {
    ("II.06a", "carry_over"): "rpt_carry_over",
    ("II.06a-by-unit", "carry_over"): "rpt_carry_over",
    ("II.08", "online_tie"): "electronic_form_ties_to_the_dossier_form",
    ("II.08", "direct_tie"): "electronic_form_ties_to_the_dossier_form",
}


def form_models() -> dict[str, dict[str, Any]]:
    """Return the yml entry of every model that is a form, by model name."""
    models = [
        model
        for path in sorted((DBT_PROJECT / "models").rglob("*.yml"))
        for model in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader).get(
            "models", []
        )  # read at collection
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


def named(text: str) -> str:
    """Return a text of a layout with the levels of government of 2021, as the circular has them."""
    filled = text.replace("{city}", "cấp huyện").replace("{ward}", "cấp xã")
    return filled[:1].upper() + filled[1:] if text.startswith("{") else filled


def printed_columns(model: str) -> list[dict[str, Any]]:
    columns = [{"name": column["name"], **meta_of(column)} for column in MODELS[model]["columns"]]
    return sorted((column for column in columns if "number" in column), key=lambda column: column["number"])


def promises_of(model: str) -> dict[str, Any]:
    """Return the arguments of the one test of a form model (macros/tests/holds.sql)."""
    (test,) = MODELS[model]["data_tests"]
    return test["form_holds"]["arguments"]


def holds_of(model: str) -> dict[str, str]:
    """Return the identities of a form model: name → expression."""
    return promises_of(model).get("identities", {})


def identities(form: dict[str, Any]) -> dict[str, str]:
    """Return the identities a form must satisfy: id → expression."""
    return {item["id"]: item["expr"] for item in form["identities"] if item["severity"] == "error"}


def is_within_the_form(expression: str) -> bool:
    """Return whether an expression speaks of cells of one row only: column numbers, whole numbers and signs."""
    return re.fullmatch(r"(c\d+|\d+|and|[\s+=<>*()-])+", expression) is not None


@each_form
def test_a_form_model_prints_the_columns_of_the_official_form(model: str) -> None:
    stub_names = ["row_no", "label"]
    _, words, _ = LATER_WORDS.get(model, ("", {}, ""))
    expected = [
        (
            column["number"],
            [words.get(part, part) for part in column["head"]],
            stub_names[index] if column["type"] in ("ordinal", "text") and index < 2 else column["key"],
            column["type"],
        )
        for index, column in enumerate(leaves(official(model)["columns"]))
    ]
    printed = [
        (item["number"], list(map(named, item["head"])), item["name"], item.get("type", "int"))
        for item in printed_columns(model)
    ]
    assert printed == expected


@each_form
def test_a_form_model_is_named_dated_and_measured_as_the_official_form(model: str) -> None:
    form, meta = official(model), meta_of(MODELS[model])
    # The plan calls its areas «Nội dung»; «khu vực» is the domain's own word.
    assert meta["number"] == form["number"].replace("khu vực VIII", "Nội dung VIII theo Kế hoạch")
    assert named(meta["title"]) == form["title_vi"]
    assert meta["unit_of_measure"] == form["unit_of_measure"]
    assert str(meta["zero_display"]) == str(form["zero_display"])
    span = (form["effective_from"], form["effective_to"])
    for later, (earlier, _, last_day) in LATER_WORDS.items():
        next_day = (dt.date.fromisoformat(last_day) + dt.timedelta(days=1)).isoformat()
        span = (span[0], last_day) if model == earlier else (next_day, span[1]) if model == later else span
    assert (meta["valid_from"], meta["valid_to"]) == span


@each_form
def test_every_identity_within_a_form_is_a_test_of_its_model(model: str) -> None:
    form = official(model)
    names = {column["number"]: column["key"] for column in leaves(form["columns"])}
    found = holds_of(model)
    for identity, expression in identities(form).items():
        if not is_within_the_form(expression):
            continue
        test = IDENTITY_TESTS.get((form["form_id"], identity), identity)
        assert test in found, f"{form['form_id']}: identity {identity} ({expression}) is no test of {model}"
        spoken = set(re.findall(r"\w+", found[test]))
        missing = {names[int(number)] for number in re.findall(r"c(\d+)", expression)} - spoken
        assert not missing, f"{test} does not speak of {sorted(missing)}, {expression} does"


@each_form
def test_the_crosswalk_of_a_layout_to_ii_06a_is_a_test_of_its_model(model: str) -> None:
    form = official(model)
    ours = {f"c{column['number']}": column["key"] for column in leaves(form["columns"])}
    tree = yaml.safe_load(shared("domain/forms/II.06a.yaml").read_text(encoding="utf-8"))
    theirs = {f"c{column['number']}": column["key"] for column in leaves(tree["columns"])}
    tested = list(promises_of(model).get("crosswalk", {}).items())

    def by_number(expression: str, names: dict[str, str]) -> str:
        return re.sub(r"c\d+", lambda found: names[found[0]], expression.partition(" of II.06a")[0])

    crosswalk = form.get("crosswalk_to_II_06a", {})
    assert tested == [(by_number(left, ours), by_number(right, theirs)) for left, right in crosswalk.items()]


def test_the_excuses_name_what_there_is() -> None:
    shared("domain/forms")
    forms = {meta_of(model)["form_id"]: name for name, model in MODELS.items()}
    assert forms.keys() >= OWN_TABLES
    assert not [form_id for form_id in OWN_TABLES if (FORMS / f"{form_id}.yaml").is_file()]
    for (form_id, identity), test in IDENTITY_TESTS.items():
        assert identity in identities(official(forms[form_id])), f"{form_id} has no identity {identity}"
        assert test in holds_of(forms[form_id]), f"{forms[form_id]} has no test {test}"
        assert test != identity, f"{test} needs no excuse"
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


def test_a_layout_names_the_levels_of_government_of_its_office() -> None:
    layout = {
        "title": "Tổng hợp {city}",
        "headline": {"TTHC": "{city} {procedures_district}, {ward} {procedures_commune}"},
        "columns": [{"head": ["Tổng số", "{city}"]}, {"head": ["Tổng số", "Tại BPMC {ward}"]}],
        "unfilled": [{"head": ["Tổng số", "Cấp tỉnh"]}],
    }
    three = with_levels(layout, {})
    assert [column["head"][1] for column in three["columns"]] == ["Cấp huyện", "Tại BPMC cấp xã"]
    assert three["title"] == "Tổng hợp cấp huyện" and three["unfilled"] == layout["unfilled"]
    assert three["headline"] == {"TTHC": "cấp huyện {procedures_district}, cấp xã {procedures_commune}"}
    two = with_levels(layout, {"city": "cấp tỉnh", "ward": "cấp xã"})
    assert [column["head"][1] for column in two["columns"]] == ["Cấp tỉnh", "Tại BPMC cấp xã"]
    # The province is the office itself: nobody else writes a column of its name.
    assert two["title"] == "Tổng hợp cấp tỉnh" and two["unfilled"] == []


def test_no_form_says_a_level_of_government_that_an_office_may_not_have() -> None:
    manifest = json.loads(compiled().manifest)
    for layout in layouts_from_manifest(manifest, levels={"city": "CẤP MỘT", "ward": "CẤP HAI"}).values():
        heads = [part for column in layout.figures for part in column.head]
        for text in (layout.title, *dict(layout.headline).values(), *heads):
            assert "cấp huyện" not in text.lower() and "cấp xã" not in text.lower(), (layout.form_id, text)
