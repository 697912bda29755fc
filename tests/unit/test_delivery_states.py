"""The states of a delivery are one table, the same in code and in docs.

Here: the page and the words. Not here: how a delivery comes into a state (test_claims, test_landing_register).
Invariant: docs/delivery-states.md is written from the table.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.warehouse.delivery_states import STATES, State, states_page

PAGE = Path(__file__).parents[2] / "docs" / "delivery-states.md"


def test_the_page_says_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == states_page(), "write it anew: python scripts/delivery_states.py"


def test_every_state_has_words_of_its_own_and_says_what_to_do() -> None:
    assert set(STATES) == set(State)
    assert len({words.label for words in STATES.values()}) == len(STATES)
    assert all(words.sentence.endswith(".") and words.todo.endswith(".") for words in STATES.values())
