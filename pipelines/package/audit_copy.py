"""The auditor's copy of an issued version: the version whole, its book, and, asked for, the files it was counted from.

Here: what is copied, the hashes, the page that says how to read it. Not here: issuing (issue), checking the office's
own (audit/verify). Invariant: every byte copied is hashed against what the version wrote down; nothing that holds
persons goes along unasked.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.figures.packets import BOOK_PAGE
from pipelines.ingest.landing import hash_file
from pipelines.office.errors import OfficeError
from pipelines.office.files import inside
from pipelines.office.settings import Office
from pipelines.warehouse.issued import RECORD, Issued, find_issued

REPORT, LANDED = "bao-cao", "tep-goc"
LIST, READ_ME, HASHES = "TEN-TEP.csv", "DOC-TRUOC.md", "MA-BAM.txt"
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True)
class AuditCopy:
    """A copy that was made: where, of which version, how many files, whether with the units' own files."""

    folder: Path
    issued: Issued
    files: int
    landed: int


def audit_copy(office: Office, period_id: str, version: int, folder: Path, *, with_landed: bool = False) -> AuditCopy:
    """Copy an issued version into a new folder.

    Args:
        office: the office that issued it.
        period_id: the period.
        version: number of the version.
        folder: where the copy goes; it must not be there, nor lie in the office's data.
        with_landed: the units' files too, which hold persons.

    Raises:
        OfficeError: the folder is there, or a file is not the one the version was issued with; the message names it.
    """
    issued = find_issued(office, period_id, version)
    if folder.exists():
        raise OfficeError(f"Thư mục {folder} đã có. Chọn thư mục chưa có, để bản sao không lẫn tệp khác.")
    if folder.resolve().is_relative_to(office.data.resolve()):
        raise OfficeError(f"Không ghi vào {folder}: trong data/ chỉ có báo cáo đã lập. Hãy chọn thư mục khác.")
    made = folder.with_name(f".{folder.name}.dang-chep")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    try:
        _copy_version(issued, made / REPORT)
        landed = _copy_landed(office, issued, made / LANDED) if with_landed else 0
        (made / READ_ME).write_text(_read_me(issued, with_landed), encoding="utf-8")
        files = [path for path in sorted(made.rglob("*")) if path.is_file()]
        lines = (f"{hash_file(path)}  {path.relative_to(made).as_posix()}\n" for path in files)
        (made / HASHES).write_text("".join(lines), encoding="utf-8")
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return AuditCopy(folder, issued, len(files) + 1, landed)


def _copy_version(issued: Issued, target: Path) -> None:
    """Copy the version's files as issue.json lists them; another byte stops the copy."""
    known: dict[str, str] = issued.record()["files"]
    for name in sorted([*known, RECORD]):
        source, place = inside(issued.folder, name), inside(target, name)
        if not source.is_file() or (name in known and hash_file(source) != known[name]):
            raise OfficeError(f"Bản đã phát hành {issued.issue_id}: tệp {name} bị sửa hoặc mất. Xem: kstt verify")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(source.read_bytes())


def _copy_landed(office: Office, issued: Issued, target: Path) -> int:
    """Copy every file the version saw under its own name, with a list of names and hashes; return how many."""
    target.mkdir()
    deliveries: list[dict[str, Any]] = issued.manifest()["deliveries"]
    rows, copied = [], {}
    for item in sorted(deliveries, key=lambda found: str(found["delivery_id"])):
        receipt, sha256 = str(item["delivery_id"]).partition(":")[0], str(item["sha256"])
        if receipt not in copied:
            source = office.data / "landing" / sha256
            if not source.is_file() or hash_file(source) != sha256:
                raise OfficeError(f"Tệp gốc landing/{sha256} («{item['file_name']}») bị sửa hoặc mất. Xem: kstt verify")
            name = _UNSAFE.sub("_", str(item["file_name"]).rpartition("/")[2])
            place = inside(target, f"{item['unit_id']}/{receipt}/{name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())
            copied[receipt] = place.relative_to(target).as_posix()
        rows.append((copied[receipt], sha256, item["unit_name"], item["stream"], item["received_at"], item["status"]))
    with (target / LIST).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("Tệp", "Mã băm (SHA-256)", "Đơn vị", "Loại số liệu", "Nhận lúc", "Kết quả đọc"))
        writer.writerows(rows)
    return len(copied)


def _read_me(issued: Issued, with_landed: bool) -> str:
    return "\n".join(_lines(issued, with_landed)) + "\n"


def _lines(issued: Issued, with_landed: bool) -> Iterator[str]:
    record = issued.record()
    question = json.loads((issued.folder / "manifest.json").read_text(encoding="utf-8"))["question"]
    yield f"# Bản sao cho kiểm toán: {question['period_label']}, bản v{issued.version}"
    yield ""
    yield f"Phát hành {issued.at:%H:%M ngày %d/%m/%Y}, người phát hành: {issued.by}."
    yield f"Số liệu đến hết ngày {question['until_on']}, từ các tệp nhận đến {question['received_by']}."
    yield f"Mã niêm phong in trên báo cáo: {record['printed']['seal']}"
    yield ""
    yield "Mở được mà không cần phần mềm đã lập báo cáo:"
    yield ""
    yield f"- `{REPORT}/{BOOK_PAGE}`: sổ tra cứu, mở bằng trình duyệt, không cần mạng. Bấm một số để thấy các hồ sơ"
    yield "  và dòng của tệp làm nên số đó."
    yield f"- `{REPORT}/bao-cao.docx`, `.pdf`, `.html`, `bieu-mau.xlsx`: văn bản đã phát hành; `luu-ho-so.*`: phần lưu."
    yield f"- `{REPORT}/evidence/`: các bảng chứng cứ; đọc `DOC-HIEU.md` trước."
    yield f"- `{REPORT}/so-lieu.csv`, `.json`: mọi số của báo cáo; `nguon-goc.prov.json`: nguồn gốc theo W3C PROV."
    yield f"- `{REPORT}/warehouse.duckdb`: toàn bộ bảng tính, mở bằng DuckDB."
    if with_landed:
        yield f"- `{LANDED}/`: tệp gốc các đơn vị đã gửi, đúng từng byte, **có thông tin cá nhân: giữ kín**."
        yield f"  `{LANDED}/{LIST}` ghi mã băm của từng tệp; sổ tra cứu gọi tệp theo mã băm đó."
    else:
        yield "- Không kèm tệp gốc của đơn vị vì có thông tin cá nhân. Cần thì yêu cầu riêng (--with-landed)."
    yield ""
    yield f"`{HASHES}` ghi mã băm SHA-256 của mọi tệp trong bản sao: `sha256sum -c {HASHES}`."
