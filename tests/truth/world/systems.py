"""The systems of the units: what each calls things, which columns it prints, how it writes a moment.

Here: profiles of the office folder, tables of cells from states, workbooks and text files. Not here: what is shown
when (sendings), what is right (counting). Invariant: a cell says only what the state says.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import openpyxl
from truth.world.catalogue import DESK, FIELDS, NAMES
from truth.world.history import Dossier, State

STAMP = "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})_(?P<h>[0-9]{2})_(?P<min>[0-9]{2})"


@dataclass(frozen=True)
class System:
    """One system: its profile, its units, its columns (contract name → label) and words."""

    profile_id: str
    units: tuple[str, ...]
    labels: dict[str, str]
    status: dict[str, str]
    channel: dict[str, str]
    suffix: str
    moment: Callable[[dt.datetime], object]
    with_seconds: bool = False

    def file_name(self, moment: dt.datetime) -> str:
        """Return the name the system gives an export of a moment."""
        return f"Sổ theo dõi hồ sơ_{moment:%Y_%m_%d_%H_%M}.{self.suffix}"

    def profile(self) -> str:
        """Return the profile of the office folder as YAML (JSON values)."""
        labels = "\n".join(f"  {name}: [{label}]" for name, label in self.labels.items())
        status = "\n".join(f"    {word}: {name}" for name, word in self.status.items())
        channel = "\n".join(f"    {word}: {name}" for name, word in self.channel.items())
        level = "  service_level: {Mức độ 3: partial, Mức độ 4: full}\n" if "service_level" in self.labels else ""
        return (
            f"profile_id: {self.profile_id}\nstream: case_exports\ntitle: Sổ theo dõi hồ sơ ({self.profile_id})\n"
            f'match: {{units: [{", ".join(self.units)}], files: ["Sổ theo dõi hồ sơ*"]}}\n'
            f'observed_on: {{from: file_name, pattern: "{STAMP}"}}\ncoverage: population\n'
            f"due_after_supplement: updated\nunit_from: folder\ndate_order: day_first\nlabels:\n{labels}\n"
            f"values:\n  status:\n{status}\n  channel:\n{channel}\n{level}drop: [Người nộp hồ sơ]\n"
        )

    def file(self, cells: list[dict[str, object]]) -> bytes:
        """Return an export of some rows, each by contract name, as the system writes it."""
        head = ["STT", "Người nộp hồ sơ", *self.labels.values()]
        rows = [[number, "NGƯỜI-THỬ", *(row[name] for name in self.labels)] for number, row in enumerate(cells, 1)]
        return _text(head, rows) if self.suffix == "csv" else workbook("SỔ THEO DÕI HỒ SƠ", head, rows)

    def row(self, unit: str, dossier: Dossier, state: State, spelling: int) -> dict[str, object]:
        """Return one row of an export of a unit."""
        finished = state.finished
        if finished and dossier.is_mistyped and state.received:
            finished = state.received - dt.timedelta(days=3)
        procedure = dossier.procedure
        department = FIELDS[procedure.field][1] if procedure.field else ""
        channel = "Qua Zalo" if dossier.channel == "word" else self.channel.get(dossier.channel or "", "")
        moments = {
            "submitted_at": state.submitted,
            "received_at": state.received,
            "due_at": state.due,
            "supplement_requested_at": state.asked,
            "supplement_received_at": state.returned,
            "finished_at": finished,
            "delivered_at": state.delivered,
            "apology_at": state.apology,
        }
        cells: dict[str, object] = {
            "dossier_code": spelled(dossier, spelling),
            "procedure_code": procedure.code,
            "procedure_name": procedure.name,
            "field_name": dossier.field_word or "",
            "receiving_unit": NAMES[unit],
            "handling_unit": NAMES.get(department, ""),
            "channel": channel,
            "status": self.status[state.status],
            "service_level": {"partial": "Mức độ 3", "full": "Mức độ 4"}.get(dossier.service_level, ""),
            "digitised_intake": _YES_NO.get(dossier.digitised, ""),
            "digitised_result": _YES_NO.get(state.result_digitised, ""),
            "fee_kind": "Miễn phí" if dossier.is_exempt else "",
            "fee_due": "" if dossier.fee is None else dossier.fee,
            "fee_paid": (dossier.fee or "") if state.paid else "",
            "paid_at": "" if state.paid is None else self.moment(state.paid),
            "payment_channel": ("Trực tuyến" if dossier.pays_online else "Tiền mặt") if state.paid else "",
        }
        for name, moment in moments.items():
            cells[name] = "" if moment is None else self.moment(moment)
        if self.with_seconds:
            cells["submitted_at"] = f"{state.submitted:%d/%m/%Y %H:%M:%S}"
        return cells


def spelled(dossier: Dossier, spelling: int) -> str:
    """Return the code as an export writes it; national codes of one shape are written in four ways."""
    if "one code, three spellings" not in dossier.shapes:
        return dossier.code
    head, _, tail = dossier.code.partition("-")
    ways = [dossier.code, dossier.code.lower(), dossier.code.replace("-", "–"), f"{head}-\u200b{tail}"]
    return ways[spelling % len(ways)]


_YES_NO = {"yes": "Có", "no": "Không"}


def _minute(moment: dt.datetime) -> str:
    return f"{moment:%d/%m/%Y %H:%M}"


_STATUS_A = {
    "submitted": "Chờ tiếp nhận",
    "accepted": "Mới tiếp nhận",
    "rejected_at_intake": "Từ chối tiếp nhận",
    "in_progress": "Đang xử lý",
    "awaiting_supplement": "Chờ bổ sung",
    "awaiting_payment": "Chờ thanh toán",
    "suspended": "Dừng xử lý",
    "withdrawn": "Đã rút hồ sơ",
    "returned": "Trả lại",
    "result_ready": "Chưa trả kết quả",
    "result_delivered": "Hoàn thành",
}
_STATUS_B = {
    "submitted": "Hồ sơ chờ tiếp nhận trực tuyến",
    "accepted": "Hồ sơ mới tiếp nhận",
    "rejected_at_intake": "Hồ sơ không được tiếp nhận",
    "in_progress": "Chờ xử lý",
    "awaiting_supplement": "Hồ sơ chờ bổ sung",
    "awaiting_payment": "Hồ sơ chờ thực hiện nghĩa vụ tài chính",
    "suspended": "Hồ sơ dừng xử lý",
    "withdrawn": "Hồ sơ rút",
    "returned": "Hồ sơ trả lại",
    "result_ready": "Hồ sơ chưa trả dân",
    "result_delivered": "Hồ sơ đã trả dân",
}
_DIGITISED = {"digitised_intake": "Số hóa thành phần hồ sơ", "digitised_result": "Số hóa kết quả"}
_FEES = {
    "fee_kind": "Loại thu phí",
    "fee_due": "Phí phải nộp",
    "fee_paid": "Số tiền đã nộp",
    "paid_at": "Ngày thanh toán",
    "payment_channel": "Hình thức thanh toán",
}
_LABELS_A = {
    "dossier_code": "Số hồ sơ",
    "procedure_code": "Mã thủ tục",
    "procedure_name": "Tên TTHC",
    "field_name": "Lĩnh vực",
    "receiving_unit": "Đơn vị tiếp nhận",
    "channel": "Kênh tiếp nhận",
    "submitted_at": "Ngày nộp",
    "received_at": "Ngày nhận hồ sơ",
    "due_at": "Ngày hẹn trả",
    "supplement_requested_at": "Ngày YCBS",
    "supplement_received_at": "Ngày bổ sung",
    "finished_at": "Ngày có kết quả",
    "delivered_at": "Ngày trả KQ",
    "status": "Tình trạng hồ sơ",
    "apology_at": "Ngày xin lỗi",
    "service_level": "Mức độ DVC",
    **_DIGITISED,
    **_FEES,
}
_LABELS_B = {
    "dossier_code": "Mã HS",
    "procedure_name": "Thủ tục",
    "field_name": "Tên lĩnh vực",
    "channel": "Hình thức nộp",
    "submitted_at": "Ngày đăng ký",
    "received_at": "Ngày giờ tiếp nhận",
    "due_at": "Hạn xử lý",
    "supplement_requested_at": "NgayYeuCauBoSung",
    "supplement_received_at": "NgayCongDanBoSung",
    "finished_at": "Ngày hoàn thành",
    "delivered_at": "Ngày trả",
    "status": "Trạng thái xử lý",
    "service_level": "Mức độ",
    **_DIGITISED,
}
_LABELS_DESK = {
    "dossier_code": "Mã hồ sơ",
    "procedure_code": "Mã TTHC",
    "procedure_name": "Tên thủ tục hành chính",
    "field_name": "Lĩnh vực",
    "handling_unit": "Cơ quan giải quyết",
    "channel": "Hình thức tiếp nhận",
    "submitted_at": "Ngày nộp hồ sơ",
    "received_at": "Ngày tiếp nhận",
    "due_at": "Ngày hẹn trả kết quả",
    "supplement_requested_at": "Ngày yêu cầu bổ sung",
    "supplement_received_at": "Ngày tiếp nhận bổ sung",
    "finished_at": "Ngày kết thúc xử lý",
    "delivered_at": "Ngày trả kết quả",
    "status": "Trạng thái",
    "apology_at": "Ngày xin lỗi",
    "service_level": "Mức độ dịch vụ công",
    **_DIGITISED,
    **_FEES,
}
_CHANNEL = {"direct": "Tại quầy", "online": "Qua mạng", "postal": "BCCI"}
SYSTEMS = [
    System("he-thong-a", ("p01", "p02"), _LABELS_A, _STATUS_A, _CHANNEL, "xlsx", _minute),
    System("he-thong-b", ("p03", "p04"), _LABELS_B, _STATUS_B, _CHANNEL, "csv", _minute, with_seconds=True),
    System("mot-cua", (DESK,), _LABELS_DESK, _STATUS_A, _CHANNEL, "xlsx", lambda moment: moment),
]
SYSTEM_OF = {unit: system for system in SYSTEMS for unit in system.units}


def workbook(title: str, head: list[str], rows: list[list[object]]) -> bytes:
    """Return a workbook of one sheet: a title, an empty row, the head, the rows."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append([title])
    page.append([])
    page.append(head)
    for row in rows:
        page.append([value if value != "" else None for value in row])
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """Return a workbook's bytes, the same for the same cells whatever the clock says."""
    book.properties.created = book.properties.modified = dt.datetime(2021, 1, 1)
    written, still = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(still, "w", zipfile.ZIP_DEFLATED) as target:
        for name in parts.namelist():
            content = parts.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2021-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(name, (2021, 1, 1, 0, 0, 0)), content)
    return still.getvalue()


def _text(head: list[str], rows: list[list[object]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(head)
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8-sig")
