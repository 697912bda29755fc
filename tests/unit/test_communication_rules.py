"""The counting rules of communication and training (area X) on hand-made records.

Here: literal records of two wards, amounts by channel, topic and role, recount. Not here: reading files.
Invariant: every expected figure is counted by hand (domain/08 8.4, 8.5) beside its case.
"""

from __future__ import annotations

import pytest
from record_units import form, not_counted, rows, warehouse_of
from test_recount import recounted
from warehouse_fixture import Warehouse

ACTIVITIES = rows(
    "communications", "communication_code", ["channel", "topic", "communicated_on", "item_count", "reach"],
    ("p01 15/3", "TT1", "portal", "online_service", "2021-01-05", 3, 100),
    ("p01 15/3", "TT2", "loudspeaker", "postal", "2020-12-15", None, None),  # no count: one
    ("p01 15/3", "TT3", "unknown", "feedback", "2021-03-14", 2, None),  # another channel
    ("p01 15/3", "TT4", "portal", "feedback", "2021-03-15", 9, 9),  # of the next period
    ("p02 15/3", "TT1", "law_day", "unknown", "2021-02-01", 1, 40),  # another unit's first one
)  # fmt: skip
TRAININGS = rows(
    "trainings", "training_code", ["organiser", "topic", "trained_on", "focal_count", "one_stop_count", "other_count"],
    ("p01 15/3", "TH1", "city", "control", "2021-02-01", 1, 2, None),
    ("p01 15/3", "TH2", "own", "one_stop", "2020-12-15", None, None, 5),
    ("p02 15/3", "TH1", "city", "control", "2021-02-01", 1, None, None),  # the same training, other participants
)  # fmt: skip
MEASURES = (
    "communications", "items", "portal_items", "briefing_items", "law_day_items", "loudspeaker_items",
    "social_network_items", "other_channel_items", "online_service_items", "postal_items", "feedback_items",
    "other_topic_items", "reach", "trainings", "own_trainings", "participants", "focal_participants",
    "one_stop_participants", "other_participants",
)  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    owing = {"communications": ["p01", "p02"], "trainings": ["p01", "p02"]}
    return warehouse_of(tmp_path_factory, {**ACTIVITIES, **TRAININGS}, ["form_communications"], owing)


def test_items_are_summed_by_channel_and_topic_and_participants_by_role(warehouse: Warehouse) -> None:
    first = (3, 6, 3, 0, 0, 1, 0, 2, 3, 1, 2, 0, 100, 2, 1, 8, 1, 2, 5)
    second = (1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 40, 1, 0, 1, 1, 0, 0)
    assert form(warehouse, "form_communications", MEASURES) == {
        "UBND Phường 1": first,
        "UBND Phường 2": second,
        "Tổng cộng": tuple(a + b for a, b in zip(first, second, strict=True)),
    }


def test_what_comes_after_the_last_day_is_of_the_next_period(warehouse: Warehouse) -> None:
    assert not_counted(warehouse) == {"p01 15/3 communications TT4": "after_period"}


def test_the_recount_agrees_on_every_cell(warehouse: Warehouse) -> None:
    result = recounted(warehouse)
    assert (result.not_recounted, result.records, result.cells) == ((), (), ())
    assert result.record_count == 4 + 3
