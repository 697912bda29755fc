"""Recomputing every hash the office rests on, and naming what differs.

Here: journal, receipts, landed bytes, kept lists, issued versions, finished reports. Not here: mending (nothing is),
figures (recount).
Invariant: reads only; one sentence a difference, with the file it is about; no difference, no sentence.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.ingest.landing import hash_file, landed_path
from pipelines.ingest.places import Places
from pipelines.ingest.receipts import Receipt
from pipelines.office import kept
from pipelines.office.errors import OfficeError
from pipelines.office.journal import NO_LINE, acts, journal_faults
from pipelines.office.settings import Office
from pipelines.office.text import counted, format_count
from pipelines.warehouse.issued import PENDING, RECORD, Issued, issued_versions
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.whole import list_path, report_faults


class Hashes(dict[Path, str]):
    """SHA-256 of files, each read once: many versions rest on the same landed bytes."""

    def __missing__(self, path: Path) -> str:
        self[path] = hash_file(path)
        return self[path]


def verify(office: Office, period_id: str | None = None) -> list[str]:
    """Return every difference: of a period's issued versions and all they were made from, or of the whole office."""
    hashes = Hashes()
    found = [f"Sổ việc journal.jsonl: {fault}" for fault in journal_faults(office)]
    if period_id is None:
        found += [*_receipts(office), *_landing(office, hashes), *_kept_lists(office, hashes), *_orphans(office)]
    try:
        versions = issued_versions(office, period_id)
    except OfficeError:  # the journal's faults are reported above; without it no version can be trusted to be one
        return [*found, "Không kiểm tra được các bản đã phát hành, vì sổ việc không còn tin được."]
    found += [*_strangers(office, versions, period_id)]
    for issued in versions:
        found += issue_faults(office, issued, hashes)
    return list(dict.fromkeys(found))


def input_faults(office: Office, deliveries: Sequence[Delivery], earlier: Sequence[Issued]) -> list[str]:
    """Return what a report that is to be issued rests on and is no longer what it was.

    Args:
        office: the office.
        deliveries: those the report counts; what was withdrawn proves nothing and may be lost.
        earlier: the versions of its period issued before it.
    """
    hashes = Hashes()
    counted = [item for item in deliveries if item.is_visible]
    found = [
        line for item in counted for line in _landed(office, item.sha256, f"Tệp đã nhận «{item.shown_name}»", hashes)
    ]
    for issued in earlier:
        found += issue_faults(office, issued, hashes)
    return list(dict.fromkeys(f"{line} Khôi phục từ bản sao lưu, hoặc để lại tệp gốc vào inbox." for line in found))


def report_differences(office: Office, period_id: str | None = None) -> list[str]:
    """Return what differs in the reports that were built and not issued; they are made again by a run.

    A report without a list of hashes (of software before there were such lists) is none: nobody reads it.
    """
    reports = sorted((office.data / "reports").glob(f"{period_id or '*'}/*/*"))
    return [
        f"Báo cáo đã lập {report.relative_to(office.data / 'reports').as_posix()}: {fault} Lập lại: kstt run"
        for report in reports
        if report.is_dir() and list_path(report).is_file()
        for fault in report_faults(report)
    ]


def journal_against(office: Office, copy: Path) -> list[str]:
    """Hold the journal against a copy of it, or of its head, that was kept elsewhere: it must go on from there.

    A journal written anew from nothing holds as a chain; only what lies outside the machine shows that it is another.

    Raises:
        OfficeError: the copy cannot be read.
    """
    try:
        lines = copy.read_bytes().splitlines()
    except OSError as error:
        raise OfficeError(f"Không đọc được «{copy}»: {error.strerror}.") from error
    now = [act.sha256 for act in acts(office)]
    last = lines[-1].strip() if lines else b""
    sha256 = last.decode(errors="replace") if len(last) == 64 else hashlib.sha256(last).hexdigest()
    if not lines or sha256 in now:
        return []
    return [
        f"Sổ việc trên máy ({counted(now)} việc) không có việc cuối của bản giữ nơi khác «{copy}»: sổ đã bị cắt, "
        "viết lại hoặc là của đơn vị khác."
    ]


def issue_faults(office: Office, issued: Issued, hashes: Hashes | None = None) -> list[str]:
    """Return what differs in one issued version, and in what it was made from."""
    hashes = Hashes() if hashes is None else hashes
    if not issued.folder.is_dir():
        return [f"Bản {issued.issue_id}: thư mục đã bị xóa."]
    try:
        record = issued.record()
    except OfficeError:
        return [f"Bản {issued.issue_id}: {RECORD} bị sửa hoặc bị xóa; không khớp sổ việc."]
    return [*_issued_files(issued, record), *_made_from(office, issued, record, hashes)]


def _issued_files(issued: Issued, record: dict[str, Any]) -> Iterator[str]:
    on_disk = {path.relative_to(issued.folder).as_posix(): path for path in _files(issued.folder)}
    for name in sorted({*record["files"], *on_disk} - {RECORD}):
        if name not in on_disk:
            yield f"Bản {issued.issue_id}: tệp {name} đã bị xóa."
        elif on_disk[name].is_symlink():
            yield f"Bản {issued.issue_id}: tệp {name} là liên kết ra nơi khác, không phải tệp đã phát hành."
        elif name not in record["files"]:
            yield f"Bản {issued.issue_id}: có tệp lạ {name}, không thuộc bản đã phát hành."
        elif hash_file(on_disk[name]) != record["files"][name]:
            yield f"Bản {issued.issue_id}: tệp {name} đã bị sửa."


def _made_from(office: Office, issued: Issued, record: dict[str, Any], hashes: Hashes) -> Iterator[str]:
    yield from _journal_of(office, issued, record)
    for receipt_id, sent in record["receipts"].items():
        receipt = office.data / "receipts" / f"{receipt_id}.json"
        if not receipt.is_file():
            yield f"Bản {issued.issue_id}: biên nhận {receipt_id} đã bị xóa."
        elif hash_file(receipt) != sent["sha256"]:
            yield f"Bản {issued.issue_id}: biên nhận {receipt_id} đã bị sửa."
        what = f"Bản {issued.issue_id}: tệp đã nhận của biên nhận {receipt_id}"
        yield from _landed(office, sent["landed"], what, hashes)
    for part, name in (("settings", "thiết lập"), ("software", "phần mềm")):
        for path, sha256 in record[part].items():
            yield from _landed(office, sha256, f"Bản {issued.issue_id}: {name} {path}", hashes)


def _journal_of(office: Office, issued: Issued, record: dict[str, Any]) -> Iterator[str]:
    """The record names the journal's last line of then: a line rewritten later, with all after it, is another."""
    noted = record["journal"]
    now = acts(office)[: noted["lines"]]
    if (now[-1].sha256 if now else NO_LINE) != noted["head"] or len(now) != noted["lines"]:
        yield f"Bản {issued.issue_id}: sổ việc đến dòng {noted['lines']} không còn là sổ việc khi phát hành."


def _landed(office: Office, sha256: str, what: str, hashes: Hashes) -> Iterator[str]:
    path = landed_path(office, sha256)
    if not path.is_file():
        yield f"{what} (landing/{sha256[:16]}…) đã bị xóa."
    elif hashes[path] != sha256:
        yield f"{what} (landing/{sha256[:16]}…) đã bị sửa."


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder, at any depth, without those a killed writer left."""
    found = folder.rglob("*") if folder.is_dir() else []
    return sorted(path for path in found if path.is_file() and not path.name.startswith(kept.PASSING))


def _receipts(office: Office) -> Iterator[str]:
    """Hold each receipt against its name, its place in the inbox, its landed file, and the receipts before it."""
    paths = sorted(_files(office.data / "receipts"), key=lambda path: path.stem.rpartition("-")[2])
    earlier: dict[str, set[str]] = {}
    places = Places(office)
    for number, path in enumerate(paths, start=1):
        receipt = _receipt(path)
        if receipt is None:
            yield f"Biên nhận {path.name} đã bị sửa hoặc không phải biên nhận."
            continue
        if not path.stem.endswith(f"-{number:04d}"):
            yield f"Biên nhận thứ {number} theo số là {path.name}: có biên nhận bị xóa hoặc thêm."
        same = earlier.setdefault(receipt.sha256, set())
        if not _is_consistent(places, receipt, path.stem, same):
            yield f"Biên nhận {path.name} đã bị sửa: nội dung không khớp tên, thư mục hoặc tệp đã nhận."
        landed = landed_path(office, receipt.sha256)
        if not landed.is_file():
            yield f"Biên nhận {path.name}: tệp đã nhận landing/{receipt.sha256[:16]}… đã bị xóa."
        elif landed.stat().st_size != receipt.size:
            yield f"Biên nhận {path.name}: tệp đã nhận không còn {format_count(receipt.size)} byte."
        same.add(receipt.receipt_id)


def _receipt(path: Path) -> Receipt | None:
    """Return a receipt written as the landing writes it; None for anything else."""
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        receipt = Receipt(**content)
        _ = receipt.received_moment
    except (ValueError, TypeError):
        return None
    return receipt if json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) == text else None


def _is_consistent(places: Places, receipt: Receipt, name: str, earlier: set[str]) -> bool:
    head = f"{receipt.received_moment:%Y%m%dT%H%M%S}-{receipt.unit_id}-"
    period, unit, *_ = (*receipt.inbox_path.split("/"), "", "")
    return (
        receipt.receipt_id == name
        and name.startswith(head)
        and receipt.period_id in (period, places.period(period))
        and receipt.unit_id in (unit, places.unit(unit))
        and receipt.inbox_path.endswith(f"/{receipt.file_name}")
        and (receipt.same_bytes_as in earlier if earlier else receipt.same_bytes_as is None)
    )


def _landing(office: Office, hashes: Hashes) -> Iterator[str]:
    """A landed file is named by its hash: any change of a byte shows."""
    for path in _files(office.data / "landing"):
        if hashes[path] != path.name:
            yield f"Tệp landing/{path.name} đã bị sửa, hoặc không do phần mềm nhận: tên không phải mã băm của nó."


def _kept_lists(office: Office, hashes: Hashes) -> Iterator[str]:
    for path in _files(office.data / "kept"):
        if f"{hash_file(path)}.json" != path.name:
            yield f"Danh sách kept/{path.name} đã bị sửa, hoặc không do phần mềm ghi."
            continue
        for name, sha256 in json.loads(path.read_text(encoding="utf-8")).items():
            yield from _landed(office, sha256, f"Thiết lập, phần mềm đã giữ {name}", hashes)


def _orphans(office: Office) -> Iterator[str]:
    """A landed file no receipt and no kept list names: its receipt or list is gone, or it was put there by hand."""
    named: set[str] = set()
    for path in _files(office.data / "receipts"):
        receipt = _receipt(path)
        named |= {receipt.sha256} if receipt else set()
    for path in _files(office.data / "kept"):
        if f"{hash_file(path)}.json" == path.name:
            named |= set(json.loads(path.read_text(encoding="utf-8")).values())
    for path in _files(office.data / "landing"):
        if path.name not in named:
            yield f"Tệp landing/{path.name} không có biên nhận hay danh sách nào nhắc tới."


def _strangers(office: Office, versions: list[Issued], period_id: str | None) -> Iterator[str]:
    """Return what lies in issued/ and was never issued."""
    known = {issued.folder for issued in versions}
    for path in sorted((office.data / "issued").glob(f"{period_id or '*'}/*")):
        if path not in known and not path.name.startswith(PENDING):
            yield f"Trong issued/ có {path.parent.name}/{path.name}, không có trong sổ việc."
