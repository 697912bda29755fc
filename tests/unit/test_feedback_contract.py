"""The contract of feedback_logs: labels and words are those the domain lists, each with one meaning.

Here: the yml against domain/06 and the domain's lists. Not here: reading files, judging rows.
Invariant: what is in two groups of the domain is named here with how it was decided.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from pipelines.ingest.contract import load_contract
from pipelines.office.text import match_key
from pipelines.paths import DBT_PROJECT

PATH = DBT_PROJECT / "models" / "sources" / "feedback_logs.yml"
CONTRACT = load_contract(PATH)
SHARED = Path(os.environ.get("KSTT_SHARED", Path(__file__).parents[2].parent / "shared"))
needs_domain = pytest.mark.skipif(not SHARED.is_dir(), reason="the domain folder ../shared is not here")
# States of domain/06 6.2 → how form II.05a counts them.
STATES = {
    "new": "pending", "classified": "pending", "need_more_info": "pending", "in_progress": "pending",
    "refused": "refused", "transferred": "transferred", "answered": "handled", "published": "handled",
}  # fmt: skip
LABELS_OF_6_2 = {
    "Mới tiếp nhận": "new",
    "Đã phân loại": "classified",
    "Yêu cầu bổ sung thông tin": "need_more_info",
    "Từ chối tiếp nhận (không đủ điều kiện)": "refused",
    "Chuyển cơ quan khác xử lý": "transferred",
    "Đang xử lý": "in_progress",
    "Đã xử lý, đã trả lời": "answered",
    "Đã công khai kết quả": "published",
}
# The national system's groups count steps: what left the body is "handled" there. Here it is distinguished.
OTHERWISE_COUNTED = {
    "Từ chối tiếp nhận": "refused",
    "Trả lại VPCP": "transferred",
    "BNĐP gửi trả VPCP": "transferred",
    "BNĐP gửi trả lại BNĐP khác": "transferred",
    "PAKN gửi đi đơn vị khác bằng phần mềm riêng": "transferred",
    # waits for information: pending by 6.2
    "PA chờ bổ sung": "pending",
}
# In two groups that count differently: the direction of the step decides, and a label does not tell it.
LEFT_UNKNOWN = {"Trả lại tiếp nhận địa phương"}
GROUPS = {"cho_tiep_nhan": "pending", "dang_xu_ly": "pending", "da_xu_ly": "handled"}
FIELDS = {"title": None, "content": None, "sender_name": None, "sender_phone": None, "status_label": "status"}
KINDS = {
    "administrative_regulation": "regulation",
    "administrative_act": "act",
    "both": "both",
    "out_of_scope": "out_of_scope",
}


def domain(name: str) -> dict:
    return yaml.safe_load((SHARED / "domain" / name).read_text(encoding="utf-8"))


def words(column: str) -> dict[str, str]:
    return CONTRACT.columns[column].values


def test_it_is_a_dbt_source_with_a_description_of_every_column() -> None:
    (table,) = yaml.safe_load(PATH.read_text(encoding="utf-8"))["sources"][0]["tables"]
    assert table["name"] == "feedback_logs"
    assert table["description"] and all(column["description"] for column in table["columns"])


def test_one_label_has_one_meaning() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    for name, column in CONTRACT.columns.items():
        for label in column.labels:
            meanings[match_key(label)].add(name)
    for key in CONTRACT.dropped | CONTRACT.ignored:
        meanings[key].add("set aside")
    assert {key: names for key, names in meanings.items() if len(names) > 1} == {}


@needs_domain
def test_every_label_of_the_domain_names_its_column_and_personal_ones_are_dropped() -> None:
    wanted, given = {}, {}
    for field, group in domain("data/header_synonyms.yaml")["feedback"].items():
        for label in [*group["seen"], *group["likely"]]:
            wanted[label] = FIELDS.get(field, field)
            columns = [name for name, column in CONTRACT.columns.items() if label in column.labels]
            given[label] = columns[0] if columns else None
            assert columns or match_key(label) in CONTRACT.dropped, label
    assert given == wanted


@pytest.mark.parametrize(
    "label",
    ["Nội dung", "Tiêu đề", "Người gửi", "Số điện thoại", "Địa chỉ", "Email", "Số CCCD", "Ghi chú", "Kết quả xử lý"],
)
def test_what_may_name_a_person_is_dropped(label: str) -> None:
    assert match_key(label) in CONTRACT.dropped


def test_all_states_can_be_reached() -> None:
    assert set(words("status").values()) == set(STATES)


def test_the_labels_of_the_states_mean_them() -> None:
    assert {label: words("status").get(match_key(label)) for label in LABELS_OF_6_2} == LABELS_OF_6_2


@needs_domain
def test_the_national_labels_count_as_their_group_says_or_as_is_said_here() -> None:
    groups = domain("label-variants.yaml")["feedback"]["status"]
    wanted = {label: GROUPS[group] for group, labels in groups.items() if group in GROUPS for label in labels}
    wanted |= OTHERWISE_COUNTED
    counted = {label: STATES.get(words("status").get(match_key(label), "")) for label in wanted}
    assert counted == {**wanted, **dict.fromkeys(LEFT_UNKNOWN)}


@needs_domain
def test_the_kinds_of_the_domain_mean_what_it_says() -> None:
    synonyms = domain("data/header_synonyms.yaml")["feedback_kind_values"]
    wanted = {label: KINDS[kind] for kind, labels in synonyms.items() for label in labels}
    wanted |= {"Quy định, chính sách, thủ tục": "regulation", "Hành vi của cán bộ công chức": "act"}
    assert {label: words("feedback_kind").get(match_key(label)) for label in wanted} == wanted
    assert set(domain("label-variants.yaml")["feedback"]["categories"]) <= set(wanted)


@needs_domain
def test_the_sources_and_ratings_of_the_domain_are_known() -> None:
    lists = domain("label-variants.yaml")["feedback"]
    assert [label for label in lists["channels"] if match_key(label) not in words("intake_source")] == []
    ratings = {label: words("satisfaction").get(match_key(label)) for label in lists["satisfaction"]}
    assert ratings == {
        "Rất hài lòng": "satisfied",
        "Hài lòng": "satisfied",
        "Không hài lòng": "dissatisfied",
        "Chưa hài lòng": "dissatisfied",
    }


@pytest.mark.parametrize(
    ("column", "label", "meaning"),
    [
        # domain/06 6.5
        ("satisfaction", "Chấp nhận", "neutral"),
        ("result_kind", "Tiếp thu", "accepted"),
        ("result_kind", "Giải trình", "explained"),
        ("result_kind", "Không tiếp thu", "not_accepted"),
        ("intake_source", "Hệ thống 574", "system_574"),
        ("intake_source", "Cổng DVCQG", "national_portal"),
        ("intake_source", "Hệ thống tỉnh", "province_system"),
        ("intake_source", "Văn bản", "document"),
        ("intake_source", "Điện thoại", "phone"),
        ("intake_source", "Thư điện tử", "email"),
        ("is_complex", "Có", "yes"),
        ("is_complex", "Không", "no"),
    ],
)
def test_the_words_of_the_record_mean_what_the_domain_says(column: str, label: str, meaning: str) -> None:
    assert words(column)[match_key(label)] == meaning
