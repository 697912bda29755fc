"""Vietnamese headings and words of the evidence tables that are no facts.

Here: what each column and each code of those tables is called. Not here: facts (their yml), queries (tables).
Invariant: a column or code without a word here is a fault of ours; a test walks them all.
"""

from __future__ import annotations

from pipelines.warehouse.delivery_states import STATES

# Column → heading; a column that is not here is not in the tables (keys of ours, codes beside their names).
HEADINGS = {
    "thuoc_ky": "Thuộc kỳ",
    "unit_id": "Mã đơn vị",
    "unit_name": "Đơn vị",
    "original_unit_name": "Đơn vị trước khi sắp xếp",
    "changed_on": "Ngày thay đổi",
    "stream": "Loại số liệu",
    "period_id": "Kỳ gửi",
    "file_name": "Tệp",
    "source_file": "Tệp",
    "source_sheet": "Trang",
    "source_row": "Dòng",
    "delivery_id": "Phiếu nhận",
    "sha256": "Mã băm (SHA-256)",
    "received_at": "Nhận lúc",
    "sent_from": "Gửi không sớm hơn ngày",
    "sent_until": "Gửi không muộn hơn ngày",
    "observed_on": "Số liệu thấy đến ngày",
    "kind": "Lần gửi",
    "state": "Dùng thế nào",
    "status": "Kết quả đọc",
    "timing": "Đúng hạn",
    "refused_reason": "Lý do từ chối",
    "rows_in": "Số dòng của tệp",
    "rows_typed": "Số dòng đọc được",
    "rows_rejected": "Số dòng trả lại",
    "rows_blank": "Số dòng trống",
    "rows_furniture": "Số dòng tiêu đề, tổng, ký",
    "rows_flagged": "Số dòng có cảnh báo",
    "record_code": "Mã bản ghi",
    "check_label": "Lỗi",
    "column_name": "Cột",
    "value": "Giá trị",
    "reason": "Lý do",
    "mend": "Cách sửa",
    "fate": "Kết quả",
    "flags": "Cảnh báo",
    "dossier_code": "Mã hồ sơ",
    "written_code": "Mã ghi trong tệp",
    "feedback_code": "Mã phản ánh, kiến nghị",
    "flag_label": "Cảnh báo của hồ sơ",
    "side": "Lệch ở phía",
    "prior_issue": "Bản kỳ trước",
    "prior_unit_name": "Đơn vị ở kỳ trước",
    "prior_received_on": "Ngày nhận ở kỳ trước",
    "received_on": "Ngày nhận",
    "prior_closed_on": "Ngày xong ở kỳ trước",
    "closed_on": "Ngày xong",
    "taken_in_at": "Tiếp nhận lúc",
    "due_at": "Hẹn trả",
    "seen_at": "Thấy lần cuối lúc",
    "missing_at": "Không còn thấy từ lúc",
    "missing_file_name": "Tệp không còn hồ sơ",
    "received_total": "Nhận giải quyết",
    "carried_in": "Kỳ trước chuyển sang",
    "resolved_total": "Đã giải quyết",
    "pending_total": "Đang giải quyết",
    "section_label": "Mục",
    "field_name": "Lĩnh vực",
    "column_no": "Cột của biểu",
    "declared": "Số đơn vị kê",
    "counted": "Số đếm được",
    "difference": "Lệch",
}
# Table.column, or column alone → code → word.
WORDS = {
    "tep-da-nhan.kind": {
        "first": "lần đầu",
        "additional": "gửi thêm",
        "replacement": "thay tệp trước",
        "same_bytes": "trùng tệp đã gửi",
    },
    "state": {state.value: words.label for state, words in STATES.items()},
    "status": {"accepted": "nhận", "refused": "từ chối"},
    "timing": {"on_time": "đúng hạn", "late": "trễ hạn", "unknown": "không xác định"},
    "fate": {
        "counted": "được tính",
        "older_version": "đã có dòng mới hơn",
        "duplicate": "trùng với dòng được tính",
        "received_after": "nhận sau ngày lấy số liệu",
        "closed_before": "xong trước kỳ",
        "not_accepted": "không được tiếp nhận",
        "excluded_returned": "trả lại, rút: không tính theo quy tắc",
        "declared_by_unit": "đơn vị tự kê, không đếm",
        "excluded_vertical": "cơ quan ngành dọc: không tính",
        "deleted_dossier": "không còn trong hệ thống của đơn vị",
        "no_received_date": "không có ngày nhận",
        "out_of_scope": "ngoài phạm vi",
        "refused": "từ chối tiếp nhận",
        "other_unit": "đơn vị khác báo cáo cùng thủ tục",
        "reported_before": "báo cáo trước kỳ",
        "reported_after": "báo cáo sau ngày lấy số liệu",
        "not_reported": "chưa báo cáo",
        "cancelled": "đã hủy",
        "without_date": "không có ngày",
        "after_period": "sau kỳ",
        "before_period": "trước kỳ",
        "other_period": "của kỳ khác",
        "declared_as_whole": "đơn vị đã kê chung",
        "beside_export": "đã có danh sách hồ sơ",
        "parts_do_not_follow": "thành phần không khớp tổng",
    },
    "side": {"entered": "kỳ này thêm", "left": "kỳ này thiếu", "moved": "đổi chỗ"},
    "ho-so-khong-con-thay.kind": {
        "deleted_dossier": "hệ thống của đơn vị không còn",
        "not_seen_since": "tệp mới hơn không còn thấy",
    },
}


def word_of(table: str, column: str) -> dict[str, str]:
    """Return the words of a column's codes; empty for a column that holds words itself."""
    return WORDS.get(f"{table}.{column}", WORDS.get(column, {}))
