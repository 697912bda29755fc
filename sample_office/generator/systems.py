"""The one-stop systems of the sample: their columns, words, codes and the kind of file their export button makes.

Here: what each system calls things (labels and words of domain/label-variants), which unit works with which.
Not here: dossiers, writing files. Invariant: every label and word stands in the profile of the same system.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from generator.world import DESK


@dataclass(frozen=True)
class System:
    """One system: its columns (header, what it shows, how dates are written) and its words."""

    columns: tuple[tuple[str, str, str], ...]
    statuses: dict[str, str | int]
    channels: dict[str, str | int]
    format: str = "xlsx"  # a writer of files.WRITERS
    has_numbering: bool = False
    is_merged: bool = False
    delimiter: str = ","
    # Words of the side remarks, by canonical column.
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def extension(self) -> str:
        """Return how the file is named: an HTML table calls itself .xls."""
        return "xls" if self.format == "html" else self.format

    @property
    def names_units(self) -> bool:
        """Tell whether a column names a unit."""
        return any(name in ("receiving_unit", "handling_unit") for _, name, _ in self.columns)


# The causes, levels, payments, digitisation and ratings in the words of the contract (domain/05 5.8 to 5.12).
WORDS = {
    "overdue_cause": {
        "coordination": "Chờ cơ quan phối hợp",
        "verification": "Chờ xác minh, đo đạc",
        "workload": "Hồ sơ nhiều, thiếu nhân lực",
        "system": "Lỗi phần mềm, đường truyền",
        "regulation": "Vướng mắc quy định",
        "officer": "Công chức chậm xử lý",
        "applicant": "Công dân chậm bổ sung",
        "other": "Nguyên nhân khác",
    },
    "service_level": {"information": "Mức độ 2", "partial": "Mức độ 3", "full": "Mức độ 4"},
    "fee_kind": {"prepaid": "Thu trước", "postpaid": "Thu sau", "exempt": "Đối tượng miễn phí"},
    "payment_channel": {"online": "Trực tuyến", "direct": "Trực tiếp"},
    "digitised_intake": {"yes": "Có", "no": "Không"},
    "digitised_result": {"yes": "Có", "no": "Không"},
    "satisfaction": {"satisfied": "Hài lòng", "neutral": "Bình thường", "dissatisfied": "Không hài lòng"},
}
DESK_SYSTEM = System(
    columns=(
        ("STT", "row_no", ""),
        ("Mã hồ sơ", "dossier_code", ""),
        ("Mã TTHC", "procedure_code", ""),
        ("Tên thủ tục hành chính", "procedure_name", ""),
        ("Lĩnh vực", "field_name", ""),
        ("Cơ quan giải quyết", "handling_unit", ""),
        ("Chủ hồ sơ", "applicant_name", ""),
        ("Số điện thoại", "applicant_phone", ""),
        ("CMND/CCCD", "applicant_id_no", ""),
        ("Địa chỉ", "applicant_address", ""),
        ("Hình thức tiếp nhận", "channel", ""),
        ("Ngày nộp hồ sơ", "submitted_at", "%d/%m/%Y %H:%M"),
        ("Ngày tiếp nhận", "received_at", "cell"),
        ("Ngày hẹn trả kết quả", "due_at", "cell"),
        ("Ngày yêu cầu bổ sung", "supplement_requested_at", "%d/%m/%Y %H:%M"),
        ("Ngày tiếp nhận bổ sung", "supplement_received_at", "%d/%m/%Y %H:%M"),
        ("Ngày kết thúc xử lý", "finished_at", "cell"),
        ("Ngày trả kết quả", "delivered_at", "%d/%m/%Y %H:%M"),
        ("Trạng thái", "status", ""),
        ("Người thụ lý", "officer", ""),
        ("Trích yếu", "note", ""),
        ("Ngày xin lỗi", "apology_at", "%d/%m/%Y"),
        ("Nguyên nhân quá hạn", "overdue_cause", ""),
        ("Mức độ dịch vụ công", "service_level", ""),
        ("Loại thu phí", "fee_kind", ""),
        ("Lệ phí phải nộp", "fee_due", ""),
        ("Lệ phí đã nộp", "fee_paid", ""),
        ("Ngày thanh toán", "paid_at", "%d/%m/%Y"),
        ("Hình thức thanh toán", "payment_channel", ""),
        ("Số hóa hồ sơ", "digitised_intake", ""),
        ("Số hóa kết quả", "digitised_result", ""),
        ("Mức độ hài lòng", "satisfaction", ""),
    ),
    statuses={
        "submitted": "Mới đăng ký",
        "accepted": "Được tiếp nhận",
        "rejected_at_intake": "Không được tiếp nhận",
        "in_progress": "Đang xử lý",
        "awaiting_supplement": "Yêu cầu bổ sung giấy tờ",
        "awaiting_payment": "Yêu cầu thực hiện nghĩa vụ tài chính",
        "withdrawn": "Công dân yêu cầu rút hồ sơ",
        "returned": "Trả lại hồ sơ",
        "suspended": "Dừng xử lý",
        "result_ready": "Đã xử lý xong",
        "result_delivered": "Đã trả kết quả",
    },
    channels={"direct": "Trực tiếp", "online": "Trực tuyến", "postal": "Qua bưu chính công ích"},
    words=WORDS,
)
WARD_SYSTEM_A = System(
    columns=(
        ("STT", "row_no", ""),
        ("Số hồ sơ", "dossier_code", ""),
        ("Tên TTHC", "procedure_name", ""),
        ("Mã thủ tục", "procedure_code", ""),
        ("Người nộp hồ sơ", "applicant_name", ""),
        ("Địa chỉ thường trú", "applicant_address", ""),
        ("SĐT", "applicant_phone", ""),
        ("Số CCCD", "applicant_id_no", ""),
        ("Đơn vị tiếp nhận", "receiving_unit", ""),
        ("Kênh tiếp nhận", "channel", ""),
        ("Ngày nộp", "submitted_at", "%d/%m/%Y %H:%M"),
        ("Ngày nhận hồ sơ", "received_at", "%d/%m/%Y %H:%M"),
        ("Ngày hẹn trả", "due_at", "cell"),
        ("Ngày YCBS", "supplement_requested_at", "%d/%m/%Y %H:%M"),
        ("Ngày bổ sung", "supplement_received_at", "%d/%m/%Y %H:%M"),
        ("Ngày có kết quả", "finished_at", "cell"),
        ("Ngày trả KQ", "delivered_at", "%d/%m/%Y %H:%M"),
        ("Tình trạng hồ sơ", "status", ""),
        ("Ghi chú", "note", ""),
        ("Ngày xin lỗi", "apology_at", "%d/%m/%Y"),
        ("Lý do quá hạn", "overdue_cause", ""),
        ("Mức độ DVC", "service_level", ""),
        ("Phí phải nộp", "fee_due", ""),
        ("Số tiền đã thu", "fee_paid", ""),
        ("Hình thức thanh toán", "payment_channel", ""),
        ("Đã số hóa thành phần", "digitised_intake", ""),
        ("Đánh giá", "satisfaction", ""),
    ),
    statuses={
        "submitted": "Chờ tiếp nhận",
        "accepted": "Mới tiếp nhận",
        "rejected_at_intake": "Từ chối tiếp nhận",
        "in_progress": "Đang xử lý",
        "awaiting_supplement": "Chờ bổ sung",
        "awaiting_payment": "Chờ thanh toán",
        "withdrawn": "Đã rút hồ sơ",
        "returned": "Trả lại",
        "suspended": "Dừng xử lý",
        "result_ready": "Chưa trả kết quả",
        "result_delivered": "Hoàn thành",
    },
    channels={"direct": "Tại quầy", "online": "Qua mạng", "postal": "BCCI"},
    words={**WORDS, "satisfaction": {"satisfied": "2", "neutral": "1", "dissatisfied": "0"}},
    has_numbering=True,
)
WARD_SYSTEM_B = System(
    columns=(
        ("Mã HS", "dossier_code", ""),
        ("Thủ tục", "procedure_name", ""),
        ("Tên người nộp", "applicant_name", ""),
        ("Điện thoại", "applicant_phone", ""),
        ("Số giấy tờ", "applicant_id_no", ""),
        ("Địa chỉ người nộp", "applicant_address", ""),
        ("Hình thức nộp", "channel", ""),
        ("Ngày đăng ký", "submitted_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày giờ tiếp nhận", "received_at", "%d/%m/%Y %H:%M:%S"),
        ("Hạn xử lý", "due_at", "%d/%m/%Y %H:%M:%S"),
        ("NgayYeuCauBoSung", "supplement_requested_at", "%d/%m/%Y %H:%M:%S"),
        ("NgayCongDanBoSung", "supplement_received_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày hoàn thành", "finished_at", "%d/%m/%Y %H:%M:%S"),
        ("Ngày trả", "delivered_at", "%d/%m/%Y %H:%M:%S"),
        ("Trạng thái xử lý", "status", ""),
        ("Trích yếu hồ sơ", "note", ""),
        ("Mức độ", "service_level", ""),
        ("Số tiền phải nộp", "fee_due", ""),
        ("Số tiền đã nộp", "fee_paid", ""),
    ),
    statuses={
        "submitted": "Hồ sơ chờ tiếp nhận trực tuyến",
        "accepted": "Hồ sơ mới tiếp nhận",
        "rejected_at_intake": "Hồ sơ không được tiếp nhận",
        "in_progress": "Chờ xử lý",
        "awaiting_supplement": "Hồ sơ chờ bổ sung",
        "awaiting_payment": "Hồ sơ chờ thực hiện nghĩa vụ tài chính",
        "withdrawn": "Hồ sơ rút",
        "returned": "Hồ sơ trả lại",
        "suspended": "Hồ sơ dừng xử lý",
        "result_ready": "Hồ sơ chưa trả dân",
        "result_delivered": "Hồ sơ đã trả dân",
    },
    channels={"direct": "Nộp trực tiếp", "online": "Nộp trực tuyến", "postal": "Dịch vụ bưu chính"},
    format="csv",
    words={"service_level": {"information": "2", "partial": "3", "full": "4"}},
)


# The same software at a ward that exports with merged title lines and a total below.
WARD_SYSTEM_B_XLSX = replace(WARD_SYSTEM_B, format="xlsx", is_merged=True)
# A provincial system (label-variants: td, with the labels of the national list): a web table called .xls, three rows of
# header, the status as code and word.
PROVINCE_SYSTEM = System(
    columns=(
        ("STT", "row_no", ""),
        ("Thông tin hồ sơ / Mã hồ sơ", "dossier_code", ""),
        ("Thông tin hồ sơ / Thủ tục / Mã TTHC", "procedure_code", ""),
        ("Thông tin hồ sơ / Thủ tục / Tên TTHC", "procedure_name", ""),
        ("Thông tin hồ sơ / Thủ tục / Lĩnh vực", "field_name", ""),
        ("Người nộp hồ sơ / Họ tên", "applicant_name", ""),
        ("Người nộp hồ sơ / Số giấy tờ", "applicant_id_no", ""),
        ("Người nộp hồ sơ / Liên hệ / Điện thoại", "applicant_phone", ""),
        ("Người nộp hồ sơ / Liên hệ / Địa chỉ", "applicant_address", ""),
        ("Quá trình giải quyết / Tiếp nhận / Loại tiếp nhận", "channel", ""),
        ("Quá trình giải quyết / Tiếp nhận / Ngày nộp hồ sơ", "submitted_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Tiếp nhận / Ngày tiếp nhận", "received_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Bổ sung / Ngày yêu cầu", "supplement_requested_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Bổ sung / Ngày tiếp nhận", "supplement_received_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Trả kết quả / Ngày hẹn trả", "due_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Trả kết quả / Ngày có kết quả", "finished_at", "%d/%m/%Y %H:%M:%S"),
        ("Quá trình giải quyết / Trả kết quả / Ngày trả kết quả", "delivered_at", "%d/%m/%Y %H:%M:%S"),
        ("Trạng thái / Mã", "status_code", ""),
        ("Trạng thái / Tên trạng thái hồ sơ", "status", ""),
        ("Trích yếu", "note", ""),
        ("Số hóa / Hồ sơ", "digitised_intake", ""),
        ("Số hóa / Kết quả", "digitised_result", ""),
    ),
    statuses=DESK_SYSTEM.statuses,
    channels={
        "direct": "Tiếp nhận trực tiếp", "online": "Tiếp nhận trực tuyến (DVC)", "postal": "Qua dịch vụ bưu chính",
    },
    format="html",
    words=WORDS,
)  # fmt: skip
# Codes of that system beside its words (label-variants: dvcqg).
PROVINCE_CODES = {
    "Mới đăng ký": "1", "Được tiếp nhận": "2", "Không được tiếp nhận": "3", "Đang xử lý": "4",
    "Yêu cầu bổ sung giấy tờ": "5", "Yêu cầu thực hiện nghĩa vụ tài chính": "6", "Công dân yêu cầu rút hồ sơ": "7",
    "Trả lại hồ sơ": "7", "Dừng xử lý": "8", "Đã xử lý xong": "9", "Đã trả kết quả": "10",
}  # fmt: skip
# An old program with numbers for words (statuses: label-variants attp, channels: dvcqg) and true .xls files. Its 5 is
# what the national list calls 10; it knows no suspension (world.NO_SUSPENSION).
CODES_SYSTEM = System(
    columns=(
        ("STT", "row_no", ""),
        ("Số biên nhận", "dossier_code", ""),
        ("Loại hồ sơ", "procedure_name", ""),
        ("Khách hàng", "applicant_name", ""),
        ("Di động", "applicant_phone", ""),
        ("Số CMND", "applicant_id_no", ""),
        ("Địa chỉ", "applicant_address", ""),
        ("Mã kênh", "channel", ""),
        ("Ngày gửi", "submitted_at", "cell"),
        ("Ngày nhận", "received_at", "cell"),
        ("Ngày hẹn", "due_at", "cell"),
        ("Ngày yêu cầu bổ sung", "supplement_requested_at", "cell"),
        ("Ngày bổ sung", "supplement_received_at", "cell"),
        ("Ngày kết thúc", "finished_at", "cell"),
        ("Ngày trả KQ", "delivered_at", "cell"),
        ("Mã tình trạng", "status", ""),
        ("Ghi chú", "note", ""),
    ),
    statuses={
        "submitted": 0,
        "accepted": 19,
        "rejected_at_intake": 16,
        "in_progress": 15,
        "awaiting_supplement": 3,
        "awaiting_payment": 9,
        "withdrawn": 18,
        "returned": 8,
        "result_ready": 6,
        "result_delivered": 5,
    },
    channels={"direct": 1, "online": 2, "postal": 3},
    format="xls",
    is_merged=True,
)
SYSTEMS = {
    DESK: DESK_SYSTEM,
    **dict.fromkeys(("p01", "p02", "p03", "p04", "p05"), WARD_SYSTEM_A),
    "p06": PROVINCE_SYSTEM,
    "p07": CODES_SYSTEM,
    "p08": WARD_SYSTEM_B_XLSX,
    "p09": WARD_SYSTEM_B,
    "p10": replace(WARD_SYSTEM_B, delimiter=";"),
}


def system_of(unit: str) -> System:
    """Return the system a unit works with."""
    return SYSTEMS[unit]
