"""Tampering is found and named: each kind of file changed by one byte, deleted, added.

Here: `kstt verify` on copies of an office with two issued versions. Not here: the journal's lines (unit/test_journal).
Invariant: an untouched office has no difference; a touched one names the file that was touched.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import issued_office as story
import pytest
from office_folder import send

from pipelines.audit.verify import verify
from pipelines.cli import main
from pipelines.ingest.landing import receive_inbox
from pipelines.office import kept as kept_names
from pipelines.office.journal import journal_path
from pipelines.office.settings import load_office
from pipelines.warehouse.issued import find_issued, settle_if_free

V2 = f"issued/{story.PERIOD}/v2"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return story.the_final(tmp_path_factory)


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    return story.copy_of(sound, tmp_path / "office")


def changed(path: Path) -> None:
    """One byte in the middle."""
    content = bytearray(story.writable(path).read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def deleted(path: Path) -> None:
    story.writable(path).unlink()


def issued_file(root: Path, name: str) -> Path:
    return root / "data" / V2 / name


def receipt(root: Path, number: int = 1) -> Path:
    return next((root / "data" / "receipts").glob(f"*-{number:04d}.json"))


def kept(root: Path, part: str, name: str) -> Path:
    record = find_issued(load_office(root), story.PERIOD, 2).record()
    return root / "data" / "landing" / record[part][name]


def landed(root: Path) -> Path:
    return root / "data" / "landing" / json.loads(receipt(root).read_text(encoding="utf-8"))["sha256"]


FILES = (
    "bao-cao.docx",
    "bao-cao.pdf",
    "bao-cao.html",
    "bieu-mau.xlsx",
    "luu-ho-so.docx",
    "luu-ho-so.pdf",
    "luu-ho-so.html",
    "luu-ho-so.xlsx",
    "forms.json",
    "manifest.json",
    "warehouse.duckdb",
    "evidence/ho-so.csv",
)
PLACES: dict[str, tuple[Callable[[Path], Path], str]] = {
    **{name: (partial(issued_file, name=name), f"Bản 2021-Q1/v2: tệp {name} ") for name in FILES},
    "issue.json": (lambda root: root / "data" / V2 / "issue.json", "Bản 2021-Q1/v2: issue.json"),
    "receipt": (receipt, "biên nhận"),
    "landed file": (landed, "tệp đã nhận của biên nhận"),
    "settings": (lambda root: kept(root, "settings", "reference/units.csv"), "thiết lập reference/units.csv"),
    "software": (
        lambda root: kept(root, "software", "dbt_project/models/core/dim_unit.sql"),
        "phần mềm dbt_project/models/core/dim_unit.sql",
    ),
    "journal": (lambda root: root / "data" / "journal.jsonl", "Sổ việc journal.jsonl"),
    "journal head": (lambda root: root / "data" / "journal.head", "Sổ việc journal.jsonl"),
}


@pytest.mark.parametrize("what", PLACES)
@pytest.mark.parametrize("how", [changed, deleted])
def test_a_file_changed_by_one_byte_or_deleted_is_named(root: Path, what: str, how: Callable[[Path], None]) -> None:
    place, named = PLACES[what]
    how(place(root))
    found = verify(load_office(root))
    assert any(named in line for line in found), found


@pytest.mark.parametrize(
    ("how", "named"), [(changed, "Danh sách kept/"), (deleted, "không có biên nhận hay danh sách nào nhắc tới")]
)
def test_a_kept_list_changed_or_deleted_is_named(root: Path, how: Callable[[Path], None], named: str) -> None:
    how(next((root / "data" / "kept").glob("*.json")))
    assert any(named in line for line in verify(load_office(root)))


@pytest.mark.parametrize("how", [changed, deleted])
@pytest.mark.parametrize("what", ["bao-cao.docx", "landed file", "receipt", "settings", "journal"])
def test_the_check_of_one_period_finds_what_its_versions_rest_on(
    root: Path, what: str, how: Callable[[Path], None]
) -> None:
    place, named = PLACES[what]
    how(place(root))
    assert any(named in line for line in verify(load_office(root), story.PERIOD))


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (f"{V2}/ghi-chu.txt", "có tệp lạ ghi-chu.txt"),
        (f"issued/{story.PERIOD}/v3/bao-cao.docx", f"Trong issued/ có {story.PERIOD}/v3"),
        ("issued/2021-Q2/v1/bao-cao.docx", "Trong issued/ có 2021-Q2/v1"),
        ("landing/abc", "landing/abc đã bị sửa"),
        (
            "landing/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "không có biên nhận hay danh sách nào nhắc tới",
        ),
        ("receipts/20210311T170000-p01-0009.json", "không phải biên nhận"),
        ("kept/abc.json", "kept/abc.json"),
    ],
)
def test_an_added_file_is_named(root: Path, place: str, named: str) -> None:
    path = root / "data" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    story.writable(path).write_bytes(b"abc")
    found = verify(load_office(root))
    assert any(named in line for line in found), found


def test_a_deleted_version_is_named(root: Path) -> None:
    story.writable(root / "data" / V2)
    for path in (root / "data" / V2).rglob("*"):
        story.writable(path)
    shutil.rmtree(root / "data" / V2)
    assert verify(load_office(root)) == ["Bản 2021-Q1/v2: thư mục đã bị xóa."]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("received_at", "2021-03-10T17:00:00+07:00"),
        ("unit_id", "p02"),
        ("period_id", "2021-Q2"),
        ("file_name", "Khác.csv"),
        ("inbox_path", "2021-Q1/p02/Sổ_2021_03_11.csv"),
        ("size", 1),
        ("same_bytes_as", "20210311T170000-p01-0001"),
        ("sha256", "0" * 64),
    ],
)
def test_a_receipt_rewritten_before_any_issue_does_not_fit_its_surroundings(
    tmp_path: Path, field: str, value: object
) -> None:
    root = tmp_path / "office"
    with story.at("2021-03-11T17:00:00"):
        send(story.new_office(root), "Sổ_2021_03_11.csv", story.WARD_1, "p01")
        office = load_office(root)
        receive_inbox(office)
    assert verify(office) == []
    path = receipt(root)
    content = {**json.loads(path.read_text(encoding="utf-8")), field: value}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    assert any(path.name in line for line in verify(office))


def test_a_receipt_taken_out_leaves_a_gap_and_an_unnamed_file(tmp_path: Path) -> None:
    root = tmp_path / "office"
    with story.at("2021-03-11T17:00:00"):
        for unit in ("p01", "p02"):
            send(root if root.exists() else story.new_office(root), "a.csv", unit.encode(), unit)
        office = load_office(root)
        receive_inbox(office)
    receipt(root, 1).unlink()
    found = " ".join(verify(office))
    assert "có biên nhận bị xóa" in found
    assert "không có biên nhận hay danh sách nào nhắc tới" in found


def _swap(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], *lines[2:]]


@pytest.mark.parametrize("change", [lambda lines: lines[1:], lambda lines: lines[:-1], _swap])
def test_a_journal_line_removed_or_swapped_is_named_and_no_version_is_trusted(
    root: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    path = journal_path(load_office(root))
    path.write_bytes(b"".join(line + b"\n" for line in change(path.read_bytes().splitlines())))
    found = verify(load_office(root))
    assert found[0].startswith("Sổ việc journal.jsonl: dòng")
    assert "sổ việc không còn tin được" in found[-1]


def test_the_command_ends_with_one_on_a_difference_and_nought_without(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(root), "verify"]) == 0
    changed(root / "data" / V2 / "bao-cao.docx")
    assert main(["--office", str(root), "verify", story.PERIOD]) == 1
    assert "Bản 2021-Q1/v2: tệp bao-cao.docx đã bị sửa" in capsys.readouterr().out


@pytest.mark.parametrize("period", ["2021-Q3", "2021-q1", "../x"])
def test_a_period_of_which_nothing_was_issued_is_never_said_to_be_in_order(
    sound: Path, period: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(sound), "verify", period]) == 1
    assert f"Kỳ {period} chưa phát hành bản nào" in capsys.readouterr().err


def test_an_issue_killed_before_its_name_is_finished_by_the_next_reader(root: Path) -> None:
    """The journal's line was written, the folder still has its working name."""
    folder = root / "data" / V2
    folder.parent.chmod(0o755)
    folder.rename(folder.with_name(".issuing-v2"))
    settle_if_free(load_office(root))
    assert verify(load_office(root)) == []


def test_an_issue_killed_before_its_line_never_was(root: Path) -> None:
    folder = root / "data" / f"issued/{story.PERIOD}/.issuing-v3"
    shutil.copytree(root / "data" / V2, folder)
    story.writable(folder / "issue.json").write_text("{}", encoding="utf-8")
    settle_if_free(load_office(root))
    assert not folder.exists()
    assert verify(load_office(root)) == []


# Backups: the copy on another disk is held to the same checks.


def test_a_restored_office_verifies_and_reports_the_same(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--office", str(root), "backup", str(tmp_path / "disk")]) == 0
    again = tmp_path / "again"
    assert main(["restore", str(tmp_path / "disk"), "--to", str(again)]) == 0
    assert "kiểm tra khớp" in capsys.readouterr().out
    assert verify(load_office(again)) == []
    copied = {path.name for path in (again / "data").iterdir()}
    assert copied <= {*kept_names.FOLDERS, *kept_names.FILES}
    before, after = (story.report(office).joinpath("bao-cao.html").read_bytes() for office in (root, again))
    assert before == after


def test_a_second_backup_copies_only_what_is_new(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--office", str(root), "backup", str(tmp_path / "disk")])
    send(root, "so-theo-doi_2021_04_20.csv", story.WARD_2_FORGOTTEN, unit="p02")
    receive_inbox(load_office(root))
    capsys.readouterr()
    assert main(["--office", str(root), "backup", str(tmp_path / "disk")]) == 0
    # The file in the inbox, its landed bytes and its receipt.
    assert "(3 tệp mới)" in capsys.readouterr().out


def test_a_damaged_office_never_replaces_a_good_backup(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--office", str(root), "backup", str(tmp_path / "disk")])
    changed(issued_file(root, "issue.json"))
    assert main(["--office", str(root), "backup", str(tmp_path / "disk")]) == 1
    assert "Không sao lưu" in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "disk"), "--to", str(tmp_path / "again")]) == 0


def test_a_journal_written_anew_is_refused_by_the_backup_and_named_against_its_copy(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--office", str(root), "backup", str(tmp_path / "disk")])
    head = tmp_path / "disk" / "data" / "journal.head"
    assert main(["--office", str(root), "verify", "--against", str(head)]) == 0
    shutil.rmtree(root / "data" / "issued")
    for name in ("journal.jsonl", "journal.head"):
        story.writable(root / "data" / name).unlink()
    capsys.readouterr()
    for copy in (head, head.with_name("journal.jsonl")):
        assert main(["--office", str(root), "verify", "--against", str(copy)]) == 1
        assert "không có việc cuối của bản giữ nơi khác" in capsys.readouterr().out
    assert main(["--office", str(root), "backup", str(tmp_path / "disk")]) == 1
    assert "không phải phần đầu" in capsys.readouterr().err


def test_a_backup_with_a_changed_file_is_not_restored(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--office", str(root), "backup", str(tmp_path / "disk")])
    changed(next((tmp_path / "disk" / "data" / "landing").iterdir()))
    assert main(["restore", str(tmp_path / "disk"), "--to", str(tmp_path / "again")]) == 1
    assert "thiếu hoặc đã đổi 1 tệp" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()


def test_a_backup_is_made_outside_the_office_and_over_nothing_else(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thư.txt").write_text("của người khác", encoding="utf-8")
    assert main(["--office", str(root), "backup", str(root / "data" / "copy")]) == 1
    assert main(["--office", str(root), "backup", str(tmp_path / "other")]) == 1
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["thư.txt"]
