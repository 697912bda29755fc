"""The files of versions offices below issued beside each other: what was forced, two files of two versions, which speak.

Here: what the province asks and of which file, what a word settles, what holds nothing. Not here: forged and damaged
files (test_issued_versions), real offices that issue (pipeline/test_province).
Invariant: every version is written by hand (written_versions).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from issued_office import at
from province import PERIOD, province
from written_versions import (
    Parts,
    name_of,
    put,
    sealed_anew,
    written,
    written_feedback,
    zipped,
)

from pipelines.commands.inspect import run as inspect
from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.warehouse.accept import accept
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.question import Ask
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.status import period_status, status_lines

NAME = "UBND Phường 1"
DOSSIERS = (("000.01.01.H51-210301-0001", "early"), ("000.01.01.H51-210302-0002", "overdue"))
HEARD = (("PAKN-2021-0001", "answered_on_time"), ("PAKN-2021-0002", "pending_in_time"))
BLOCKERS = ["Bộ phận Một cửa chưa gửi Sổ phản ánh. Đôn đốc đơn vị gửi.", "Có 2 hồ sơ lệch số kỳ trước."]
REASONS = ["Cán bộ nghỉ, điện thoại 0912 345 678.", "Đã hỏi, sẽ đính chính"]
SAID = (
    f"(1) {BLOCKERS[0]} Lý do vẫn phát hành: Cán bộ nghỉ, điện thoại ",
    f"(2) {BLOCKERS[1]} Lý do vẫn phát hành: Đã hỏi, sẽ đính chính.",
)


def dossiers(version: int = 1, until_on: str = "2021-03-14", other: bool = False) -> Parts:
    """The dossiers of a version of ward 1; `other` is sealed at another moment."""
    return _at(written("p01", NAME, DOSSIERS, version, until_on), other)


def feedback(version: int = 1, until_on: str = "2021-03-14", other: bool = False) -> Parts:
    """The feedback of a version of ward 1."""
    return _at(written_feedback("p01", NAME, HEARD, version, until_on), other)


def _at(parts: Parts, other: bool) -> Parts:
    return sealed_anew(parts, lambda sealed: sealed.update(at="2021-03-15T09:00:00+07:00")) if other else parts


def of_one_version(*files: Parts, **printed: list[str]) -> list[Parts]:
    """Files as one issue makes them, both under one seal, with what it printed of itself."""

    def change(sealed: dict[str, Any]) -> None:
        for of in sealings:
            sealed["facts"].update(of["facts"])
            sealed["manifest"]["figures"].update(of["manifest"]["figures"])
            sealed["sent_up"]["streams"].update(of["sent_up"]["streams"])
        sealed["facts"]["forms.json"] = hashes
        sealed["printed"] = {"blockers": [], "reasons": [], **printed}

    sealings = [json.loads(parts["niem-phong.json"]) for parts in files]
    layouts = json.dumps({key: of for parts in files for key, of in json.loads(parts["forms.json"]).items()}).encode()
    hashes = hashlib.sha256(layouts).hexdigest()
    return [sealed_anew({**parts, "forms.json": layouts}, change) for parts in files]


def sent(office: Path, *files: Parts, day: int = 16) -> None:
    """Let each file come on a day of its own."""
    for number, parts in enumerate(files):
        with at(f"2021-03-{day + number}T08:00:00"):
            put(office, "p01", parts)
            receive_inbox(load_office(office))


def asked(office: Path, *kinds: str) -> list[tuple[str, Claim]]:
    """What is open of the files of ward 1: file and claim."""
    loaded = load_office(office)
    return [
        (item.delivery.file_name, claim)
        for item in standing(loaded, register(loaded))
        for claim in item.claims
        if claim.is_open and claim.kind in kinds
    ]


def holding(office: Path, as_of: str | None = None) -> list[tuple[str, str]]:
    """The open doubts of a question: kind and file."""
    loaded = load_office(office)
    begin(loaded, Ask.parse(PERIOD, as_of, None), "test")
    query = "select kind, file_name from landed.claim where is_open and unit_id = 'p01' order by all"
    with duckdb.connect(warehouse_file(loaded, "test"), read_only=True) as connection:
        found = connection.execute(query).fetchall()
    warehouse_file(loaded, "test").unlink()
    return found


# ---------------------------------------------------------------- issued by force


def test_what_was_forced_is_asked_about_once_a_version_in_the_words_of_its_office_without_persons(
    tmp_path: Path,
) -> None:
    office = province(tmp_path / "above")
    files = of_one_version(dossiers(), feedback(), blockers=BLOCKERS, reasons=REASONS)
    sent(office, *files)
    ((name, claim),) = asked(office, "issued_forced")
    assert name == name_of(files[0])
    assert claim.reason.startswith("Bản v1 được phát hành khi còn 2 vướng mắc: ")
    assert all(said in claim.reason for said in SAID)
    assert "0912" not in claim.reason
    with at("2021-03-18T08:00:00"):
        assert holding(office) == [("issued_forced", name)]
        lines = "\n".join(status_lines(period_status(load_office(office), PERIOD)))
        assert lines.count(SAID[1]) == 1
        accept(load_office(office), name, "Nguyễn Văn Tổng Hợp", "Đã hỏi đơn vị")
        assert holding(office) == []
        assert SAID[1] not in "\n".join(status_lines(period_status(load_office(office), PERIOD)))


def test_the_landed_version_keeps_each_thing_that_was_forced_a_line_each(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    sent(office, *of_one_version(dossiers(), blockers=BLOCKERS, reasons=REASONS))
    loaded = load_office(office)
    with at("2021-03-18T08:00:00"):
        begin(loaded, Ask.parse(PERIOD, None, None), "test")
    with duckdb.connect(warehouse_file(loaded, "test"), read_only=True) as connection:
        ((forced,),) = connection.execute("select forced from landed.issued_version").fetchall()
    first, second = forced.split("\n")
    assert first.startswith(SAID[0][4:])
    assert second == SAID[1][4:]


def test_many_things_forced_are_counted_and_the_first_of_them_named(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    blockers = [f"Vướng mắc số {number}." for number in range(1, 13)]
    sent(office, *of_one_version(dossiers(), blockers=blockers, reasons=["Đã rõ"] * 12))
    ((_, claim),) = asked(office, "issued_forced")
    assert "khi còn 12 vướng mắc" in claim.reason
    assert "Vướng mắc số 5." in claim.reason
    assert "Vướng mắc số 6." not in claim.reason
    assert claim.reason.endswith("… (tất cả 12, xem luu-ho-so)")


@pytest.mark.parametrize(
    "printed",
    [
        {"blockers": BLOCKERS, "reasons": REASONS[:1]},
        {"blockers": BLOCKERS, "reasons": ["", "Đã hỏi"]},
        {"blockers": [1], "reasons": ["Đã hỏi"]},
        {"blockers": BLOCKERS},
    ],
    ids=["a reason less", "an empty reason", "no text", "no reasons"],
)
def test_a_version_that_does_not_say_what_was_forced_as_our_software_does_is_refused(
    tmp_path: Path, printed: dict[str, Any]
) -> None:
    office = province(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        put(office, "p01", sealed_anew(dossiers(), lambda sealed: sealed.update(printed=printed)))
        loaded = load_office(office)
        receive_inbox(loaded)
        reasons = [item.verdict["refused_reason"] for item in standing(loaded, register(loaded))]
    assert "Tệp số liệu phát hành hỏng: không đọc được một phần bên trong." in reasons


def test_a_forced_version_a_later_one_took_the_place_of_holds_nothing(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    (forced,) = of_one_version(dossiers(until_on="2021-03-11"), blockers=BLOCKERS, reasons=REASONS)
    sent(office, forced, dossiers(version=2), day=15)
    with at("2021-03-18T08:00:00"):
        # Of the provisional day it still speaks; of the last day the final does.
        assert holding(office, "2021-03-11") == [("issued_forced", name_of(forced))]
        assert holding(office) == []
        assert "vướng mắc" not in "\n".join(status_lines(period_status(load_office(office), PERIOD)))


def test_inspect_names_what_was_forced_before_the_file_is_received(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    office = province(tmp_path / "above")
    (parts,) = of_one_version(dossiers(), blockers=BLOCKERS, reasons=REASONS)
    path = zipped(parts, tmp_path / name_of(parts))
    with at("2021-03-16T08:00:00"):
        inspect(argparse.Namespace(file=path, unit="p01", period=PERIOD, effect=False, office=office))
    assert f"Phát hành khi còn vướng mắc: {SAID[1][4:]}" in capsys.readouterr().out


# ---------------------------------------------------------------- two files of two versions


@pytest.mark.parametrize(
    ("files", "later"),
    [
        ((dossiers(), feedback(version=2)), 1),
        ((dossiers(version=2), feedback()), 1),
        ((feedback(), dossiers(version=2)), 1),
    ],
    ids=["feedback newer", "feedback older", "dossiers newer and later"],
)
def test_two_files_of_two_versions_are_asked_about_with_both_named_and_what_to_send(
    tmp_path: Path, files: tuple[Parts, Parts], later: int
) -> None:
    office = province(tmp_path / "above")
    sent(office, *files)
    ((name, claim),) = asked(office, "two_versions")
    assert name == name_of(files[later])
    assert all(f"«{name_of(parts)}»" in claim.reason for parts in files)
    assert all(json.loads(parts["ban-phat-hanh.json"])["seal"] in claim.reason for parts in files)
    old = next(parts for parts in files if "_v1.zip" in name_of(parts))
    noun = "phản ánh, kiến nghị" if name_of(old).startswith("phan-anh") else "hồ sơ"
    assert claim.reason.endswith(f"Đơn vị gửi tệp {noun} của bản v2 (kstt send-up 2021-Q1).")
    with at("2021-03-19T08:00:00"):
        assert holding(office) == [("two_versions", name)]
        accept(load_office(office), name, "Nguyễn Văn Tổng Hợp", "Bản 2 chỉ sửa một phần")
        assert holding(office) == []


def test_two_files_of_one_number_under_two_seals_are_asked_about(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    (one,) = of_one_version(dossiers())
    sent(office, one, feedback(other=True))
    ((_, claim),) = asked(office, "two_versions")
    assert "Đối chiếu hai mã với mã in ở trang cuối văn bản" in claim.reason


def test_the_missing_file_of_the_newer_version_ends_the_doubt_and_no_old_word_covers_a_new_one(tmp_path: Path) -> None:
    office = province(tmp_path / "above")
    first = of_one_version(dossiers(), feedback())
    second = of_one_version(dossiers(version=2), feedback(version=2))
    third = of_one_version(dossiers(version=3), feedback(version=3))
    sent(office, *first, second[0])
    assert [name for name, _ in asked(office, "two_versions")] == [name_of(second[0])]
    with at("2021-03-19T08:00:00"):
        accept(load_office(office), name_of(second[0]), "Nguyễn Văn Tổng Hợp", "Phản ánh không đổi")
    assert asked(office, "two_versions") == []
    sent(office, third[0], day=20)
    assert [name for name, _ in asked(office, "two_versions")] == [name_of(third[0])]
    sent(office, third[1], day=21)
    assert asked(office, "two_versions") == []


@pytest.mark.parametrize(
    "files",
    [
        of_one_version(dossiers(), feedback()),
        [dossiers(version=2)],
        # A final of the dossiers beside the provisional feedback: that feedback ends too early is asked about by itself.
        [dossiers(version=2), feedback(until_on="2021-03-11")],
    ],
    ids=["one version", "one file", "other days"],
)
def test_files_of_one_version_one_file_alone_and_files_of_other_days_are_no_such_doubt(
    tmp_path: Path, files: list[Parts]
) -> None:
    office = province(tmp_path / "above")
    sent(office, *files)
    assert asked(office, "two_versions") == []
