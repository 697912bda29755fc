"""What the software wrote and reads back: is it still what was written?

Here: the list of hashes of a finished report, and holding the report against it; the same for files of an issued
version. Not here: who may be behind a change (audit/verify), counting again (recount).
Invariant: the list of a report lies outside its folder and is written before the report has its name; a report
without a list, or that differs from it, is as good as none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from pipelines.ingest.landing import hash_file
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.warehouse.foreign import check_database

_LISTS = "built"
_MANIFEST = "manifest.json"
_RECORD = "issue.json"
# Place, size and time of each file.
_Signature = tuple[tuple[str, int, int], ...]


def list_path(report: Path) -> Path:
    """Return where the list of hashes of a report lies: data/built/<period>_<as-of>_<key>.json."""
    *_, period_id, as_of, key = report.parts
    return report.parents[3] / _LISTS / f"{period_id}_{as_of}_{key}.json"


def write_list(folder: Path, report: Path) -> None:
    """List the files of a folder that is about to become a report."""
    hashes = {name: hash_file(folder / name) for name, _, _ in _signature(folder)}
    content = json.dumps(hashes, ensure_ascii=False, indent=0, sort_keys=True)
    write_atomically(list_path(report), content.encode())


def report_faults(report: Path) -> tuple[str, ...]:
    """Return what differs in a report from what was written, one sentence a file; empty when it is whole."""
    if not report.is_dir():
        return ("thư mục báo cáo không còn.",)
    return _report_faults(str(report), _signature(report), _signature(list_path(report)))


def is_finished(report: Path) -> bool:
    """Return whether a folder is a report of ours: its manifest is the one that was written (a look at one file)."""
    try:
        return hash_file(report / _MANIFEST) == _listed(report).get(_MANIFEST)
    except OSError:
        return False


def check_issued(folder: Path, record_sha256: str, names: Sequence[str]) -> None:
    """Check that files of an issued version are those that were issued, before figures rest on them.

    Args:
        folder: the version's folder.
        record_sha256: what the journal says of its record.
        names: the files that will be read.

    Raises:
        OfficeError: its record or one of the files was changed or deleted, or a database does more than hold tables.
    """
    changed = _issued_fault(str(folder), record_sha256, tuple(names), _signature(folder))
    if changed:
        raise OfficeError(
            f"Bản đã phát hành {folder.parent.name}/{folder.name}: tệp {changed} bị sửa hoặc mất, không dùng để tính. "
            "Khôi phục từ bản sao lưu (kstt restore); xem mọi chỗ khác: kstt verify"
        )
    for name in names:
        if name.endswith(".duckdb"):
            check_database(folder / name)


def _signature(place: Path) -> _Signature:
    found = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in found]
    return tuple((path.relative_to(place).as_posix(), it.st_size, it.st_mtime_ns) for path, it in stats)


@lru_cache(maxsize=1000)
def _report_faults(report: str, files: _Signature, _list: _Signature) -> tuple[str, ...]:
    """Hash a report; done once for files of one size and time."""
    return tuple(_differences(Path(report), {name for name, _, _ in files}))


def _differences(report: Path, there: set[str]) -> Iterator[str]:
    listed = _listed(report)
    if not listed:
        yield "không có danh sách mã băm của các tệp, không rõ có còn như lúc lập."
        return
    for name in sorted({*listed, *there}):
        if name not in there:
            yield f"tệp {name} đã bị xóa."
        elif name not in listed:
            yield f"có tệp lạ {name}."
        elif hash_file(report / name) != listed[name]:
            yield f"tệp {name} đã bị sửa."


def _listed(report: Path) -> dict[str, str]:
    try:
        content = json.loads(list_path(report).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@lru_cache(maxsize=1000)
def _issued_fault(folder: str, record_sha256: str, names: tuple[str, ...], _files: _Signature) -> str:
    """Return the first file of a version that is not as issued; "" where all are."""
    record = Path(folder) / _RECORD
    if not record.is_file() or hash_file(record) != record_sha256:
        return _RECORD
    listed = json.loads(record.read_text(encoding="utf-8"))["files"]
    for name in names:
        path = Path(folder) / name
        if not path.is_file() or hash_file(path) != listed.get(name):
            return name
    return ""
