"""The contract of case_exports: a valid dbt source whose labels and words are those the domain lists.

Here: the yml against the domain's lists, and profiles against the yml. Not here: reading files.
Invariant: one label has one meaning; what is left out of the domain's lists is named here with its reason.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from pipelines.ingest.contract import check_profile, load_contract
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.office.text import match_key
from pipelines.paths import DBT_PROJECT

PATH = DBT_PROJECT / "models" / "sources" / "case_exports.yml"
CONTRACT = load_contract(PATH)
SHARED = Path(os.environ.get("KSTT_SHARED", Path(__file__).parents[2].parent / "shared"))
needs_domain = pytest.mark.skipif(not SHARED.is_dir(), reason="the domain folder ../shared is not here")
STATUSES = {
    "submitted", "accepted", "rejected_at_intake", "in_progress", "awaiting_supplement", "awaiting_payment",
    "withdrawn", "returned", "suspended", "result_ready", "result_delivered",
}  # fmt: skip
# Labels of the domain that are no label of this stream: inner numbers, bare codes, words of another meaning.
LEFT_OUT = {
    "Hồ sơ tiếp nhận ID": "inner number, not the code on the receipt",
    "Lĩnh vực, công việc giải quyết theo cấp": "stub of a summary form",
    "MaLinhVuc": "code of the source, not the name",
    "Mã tình trạng": "bare code whose meaning differs between systems",
}
CATEGORY = {
    "cho_tiep_nhan": "submitted",
    "dang_xu_ly": "in_progress",
    "cho_bo_sung": "awaiting_supplement",
    "cho_nghia_vu_tai_chinh": "awaiting_payment",
    "dung_xu_ly": "suspended",
    "rut_ho_so": "withdrawn",
    "khong_tiep_nhan": "rejected_at_intake",
    "tu_choi_giai_quyet": "returned",
    "da_co_ket_qua": "result_ready",
    "da_tra_ket_qua": "result_delivered",
}
CHANNELS = {
    "truc_tiep": "direct",
    "truc_tuyen": "online",
    "truc_tuyen_toan_trinh": "online",
    "truc_tuyen_mot_phan": "online",
    "truc_tuyen_khac": "online",
    "buu_chinh": "postal",
}


def domain(name: str) -> dict:
    return yaml.safe_load((SHARED / "domain" / name).read_text(encoding="utf-8"))


def test_it_is_a_dbt_source_with_a_description_of_every_column() -> None:
    source = yaml.safe_load(PATH.read_text(encoding="utf-8"))["sources"][0]
    (table,) = source["tables"]
    assert (source["name"], table["name"]) == ("landed", "case_exports")
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
def test_every_label_of_the_domain_is_known_or_left_out_with_a_reason() -> None:
    known = {match_key(label) for column in CONTRACT.columns.values() for label in column.labels}
    known |= CONTRACT.dropped | CONTRACT.ignored
    synonyms = domain("data/header_synonyms.yaml")["dossier"]
    labels = [label for group in synonyms.values() for label in [*group["seen"], *group["likely"]]]
    assert {label for label in labels if match_key(label) not in known} == set(LEFT_OUT)


@needs_domain
def test_every_personal_label_of_the_domain_is_dropped() -> None:
    fields = domain("label-variants.yaml")["fields"]
    labels = [
        *fields["applicant_private"]["labels"],
        *fields["applicant_private"]["technical"],
        *fields["officer"]["labels"],
    ]
    assert [label for label in labels if match_key(label) not in CONTRACT.dropped] == []


def test_all_statuses_can_be_reached() -> None:
    assert set(CONTRACT.columns["status"].values.values()) == STATUSES


@needs_domain
def test_status_words_mean_what_the_domain_says() -> None:
    variants = domain("label-variants.yaml")
    expected = {
        word: CATEGORY[group]
        for group, words in variants["status_labels"].items()
        if group != "traps"
        for word in words
    }
    for code in variants["status_codes"]["attp"].values():
        expected.setdefault(code["label"], CATEGORY[code["category"]])
    for code in variants["status_codes"]["opencps2"].values():
        if "label" in code:
            expected.setdefault(code["label"], CATEGORY[code["category"]])
    lines = (SHARED / "domain/data/status_codes.csv").read_text(encoding="utf-8").splitlines()[1:]
    for code, label, status, *_ in (line.split(",") for line in lines):
        expected.update({code: status, label: status})

    words = CONTRACT.columns["status"].values
    assert {word: words.get(match_key(word)) for word in expected} == expected


@needs_domain
def test_channel_words_mean_what_the_domain_says() -> None:
    groups = domain("label-variants.yaml")["channels"]["labels"]
    expected = {word: CHANNELS[group] for group, words in groups.items() if group in CHANNELS for word in words}
    for channel, synonyms in domain("data/header_synonyms.yaml")["channel_values"].items():
        expected.update(dict.fromkeys(synonyms, channel))

    words = CONTRACT.columns["channel"].values
    assert {word: words.get(match_key(word)) for word in expected} == expected


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"labels": {"ngay_nhan": ["Ngày nhận"]}}, ["labels", "ngay_nhan", "received_at"]),
        ({"values": {"status": {"Xong": "done"}}}, ["values.status", "done", "result_ready"]),
    ],
)
def test_a_wrong_name_in_a_profile_says_what_is_allowed(change: dict, words: list[str]) -> None:
    profile = Profile.model_validate({"profile_id": "thu", "stream": "case_exports", "title": "Thử", **change})
    with pytest.raises(OfficeError) as error:
        check_profile(CONTRACT, profile)
    assert all(word in str(error.value) for word in ["thu", *words])
