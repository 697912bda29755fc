"""The contract of review_submissions: a valid dbt source whose labels and words have one meaning each.

Here: the yml itself. Not here: reading files, the checks of the suite (tests/faults).
Invariant: what a person wrote freely, and who wrote it, is dropped.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
import yaml
from warehouse_fixture import LANDED

from pipelines.ingest.contract import load_contract
from pipelines.ingest.headers import path_key
from pipelines.office.text import match_key
from pipelines.paths import DBT_PROJECT

PATH = DBT_PROJECT / "models" / "sources" / "review_submissions.yml"
CONTRACT = load_contract(PATH)


def test_it_is_a_dbt_source_with_a_description_of_every_column() -> None:
    source = yaml.safe_load(PATH.read_text(encoding="utf-8"))["sources"][0]
    (table,) = source["tables"]
    assert (source["name"], table["name"]) == ("landed", "review_submissions")
    assert table["description"] and all(column["description"] for column in table["columns"])


def test_one_label_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, column in CONTRACT.columns.items():
        for label in column.labels:
            meanings[path_key(label)].add(name)
    for key in CONTRACT.dropped | CONTRACT.ignored:
        meanings[key].add("set aside")
    assert {key: names for key, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("in_plan", {"yes", "no"}),
        ("status", {"planned", "in_review", "reported", "approved", "implemented", "cancelled"}),
        ("proposal_kind", {"keep", "amend", "replace", "abolish", "new"}),
        ("competence", {"own", "higher"}),
        ("document_action", {"amend", "replace", "abolish", "new"}),
    ],
)
def test_every_word_of_a_list_can_be_reached(column: str, words: set[str]) -> None:
    assert set(CONTRACT.columns[column].values.values()) == words


def test_the_required_columns_are_those_without_which_nothing_can_be_counted() -> None:
    assert {name for name, column in CONTRACT.columns.items() if column.required} == {
        "procedure_code", "in_plan", "status", "proposal_kind", "competence", "reported_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    "label", ["Người rà soát", "Người phụ trách", "Điện thoại", "Nội dung phương án", "Lý do", "Ghi chú", "Họ và tên"]
)
def test_persons_and_free_text_are_dropped(label: str) -> None:
    assert match_key(label) in CONTRACT.dropped


def test_the_hand_made_warehouse_of_the_tests_has_the_columns_of_the_contract() -> None:
    assert LANDED["review_submissions"] == {"delivery_id": "varchar", **CONTRACT.typed_columns}
