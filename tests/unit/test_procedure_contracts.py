"""The contracts of areas II and III: valid dbt sources whose labels and words have one meaning each.

Here: the yml of the four streams. Not here: reading files, the checks of the suites (tests/faults).
Invariant: who did something, and what is written freely, is dropped.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
import yaml

from pipelines.ingest.contract import load_contract
from pipelines.ingest.headers import path_key
from pipelines.office.text import match_key
from pipelines.warehouse.streams import contract_path, streams

STREAMS = ("draft_documents", "internal_processes", "posting_checks", "publication_decisions")
WORDS = {
    ("draft_documents", "document_kind"): {"resolution", "decision", "proposal", "other"},
    ("internal_processes", "process_level"): {"district", "commune", "province"},
    ("internal_processes", "is_electronic"): {"yes", "no"},
    ("posting_checks", "posting_kind"): {"procedures", "feedback_address"},
    ("posting_checks", "posting_place"): {"wall", "portal", "other"},
    ("publication_decisions", "procedure_action"): {"new", "amended", "abolished"},
    ("publication_decisions", "document_action"): {"published", "withdrawn"},
    ("publication_decisions", "posting_place"): {"wall", "portal", "other"},
}


@pytest.mark.parametrize("stream", STREAMS)
def test_it_is_a_dbt_source_with_a_sheet_and_a_description_of_every_column(stream: str) -> None:
    (source,) = yaml.safe_load(contract_path(stream).read_text(encoding="utf-8"))["sources"]
    (table,) = source["tables"]
    assert (source["name"], table["name"]) == ("landed", stream) and stream in streams()
    assert table["description"] and all(column["description"] for column in table["columns"])
    assert load_contract(contract_path(stream)).sheet


@pytest.mark.parametrize("stream", STREAMS)
def test_one_label_has_one_meaning(stream: str) -> None:
    contract = load_contract(contract_path(stream))
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, column in contract.columns.items():
        for label in column.labels:
            meanings[path_key(label)].add(name)
    for key in contract.dropped | contract.ignored:
        meanings[key].add("set aside")
    assert {key: names for key, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize("stream", STREAMS)
def test_persons_and_free_remarks_are_dropped(stream: str) -> None:
    dropped = load_contract(contract_path(stream)).dropped
    assert {match_key(label) for label in ("Người phụ trách", "Người ký", "Điện thoại", "Ghi chú")} <= dropped


@pytest.mark.parametrize(("stream", "column"), WORDS)
def test_every_word_of_a_list_can_be_reached(stream: str, column: str) -> None:
    given = load_contract(contract_path(stream)).columns[column].values
    assert set(given.values()) == WORDS[stream, column]
