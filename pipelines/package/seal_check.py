"""Holding what lies on the machine against a seal read from paper.

Here: finding the version a seal names, making its documents again from what the seal covers. Not here: the seal (seal).
Invariant: nothing on the machine is believed because it is written there; no code of the office's folder is run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.audit.verify import issue_faults
from pipelines.figures.version import issue_of
from pipelines.ingest.landing import hash_file
from pipelines.office.errors import OfficeError
from pipelines.office.printed_seal import same_seal
from pipelines.office.settings import Office, load_office
from pipelines.package.issue import write_issued
from pipelines.package.kept_office import lay_out_office
from pipelines.package.seal import seal_of, sealed_files
from pipelines.warehouse.foreign import check_database
from pipelines.warehouse.issued import RECORD, Issued, issued_versions


def check_seal(office: Office, seal: str, period_id: str | None = None) -> tuple[Issued | None, list[str]]:
    """Return the version a seal from paper names, and what differs from what that paper was printed of.

    No version: nothing on the machine is what the paper was printed of; the faults say what each version's seal is now.
    """
    noted = []
    for issued in issued_versions(office, period_id):
        try:
            record = json.loads((issued.folder / RECORD).read_text(encoding="utf-8"))
            now = seal_of(issued.folder, record)
        except (OSError, ValueError, KeyError) as error:
            noted.append(f"Bản {issued.issue_id}: không tính được mã niêm phong ({type(error).__name__}: {error}).")
            continue
        if same_seal(now, seal):
            found = [*_documents(office, issued, record), *issue_faults(office, issued)]
            return issued, list(dict.fromkeys(found))
        noted.append(f"Bản {issued.issue_id}: dữ liệu đang có trên máy cho mã niêm phong {now}.")
    return None, noted or ["Không có bản phát hành nào trên máy."]


def _documents(office: Office, issued: Issued, record: dict[str, Any]) -> Iterator[str]:
    """Make every other file again from sealed figures and kept settings, and name each that differs."""
    with tempfile.TemporaryDirectory(prefix="kstt-niem-phong-") as temporary:
        folder = Path(temporary)
        try:
            check_database(issued.folder / "warehouse.duckdb")
            lay_out_office(office, record, folder / "office")
            _copy_sealed(issued.folder, folder / "sealed", record)
            then = load_office(folder / "office")
            write_issued(folder / "sealed", folder / "again", then, issue_of(record["printed"]))
        except (OSError, OfficeError) as error:
            yield f"Bản {issued.issue_id}: không lập lại được văn bản để so: {error}"
            return
        made, lies = _files(folder / "again"), _files(issued.folder)
        for name in sorted({*made, *lies} - {RECORD}):
            if name not in lies:
                yield f"Bản {issued.issue_id}: tệp {name} đã bị xóa."
            elif name not in made:
                yield f"Bản {issued.issue_id}: có tệp lạ {name}, không lập từ số liệu đã niêm phong."
            elif hash_file(made[name]) != hash_file(lies[name]):
                yield f"Bản {issued.issue_id}: tệp {name} không phải văn bản lập từ số liệu đã niêm phong."


def _copy_sealed(issued: Path, target: Path, record: dict[str, Any]) -> None:
    """Copy what the seal covers and nothing else: what lies beside it proves nothing.

    The versions of packages a manifest names are not sealed; those of the record are, and a report is issued only by
    the packages that built it.
    """
    for path in [*sealed_files(issued), issued / "manifest.json"]:
        place = target / path.relative_to(issued)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    manifest["versions"] = {name: number for name, number in record["versions"].items() if name != "python"}
    (target / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
