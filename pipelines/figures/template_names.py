"""The dictionary of what a template may call, as a page an officer reads.

Here: a Vietnamese description of every name, the forms' columns from their layouts. Not here: filling (words).
Invariant: a name a template can reach and this page does not describe fails a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipelines.figures.layout import FormLayout, Layouts

FUNCTIONS = {
    "fig": 'fig("II.06a.total.c7"): số của ô biểu.dòng.cột, in kèm mã của nó',
    "value": 'value("II.06a.total.c7"): giá trị của ô, chỉ để so sánh trong if; none là ô ghi “–”',
    "has_figure": 'has_figure("II.06a.total.c7"): báo cáo có ô này hay không',
    "is_reported": 'is_reported("I.total.c3"): có số liệu; sai khi chưa nhận tệp nào của đơn vị phải gửi: ô ghi “…”',
    "has_form": 'has_form("II.04"): báo cáo có biểu này hay không',
    "has_counts": 'has_counts("II.04"): biểu có số khác 0 hay không',
    "table": 'table("II.06a"): cả biểu, đứng riêng một dòng',
    "appendix": 'appendix("II.06a"): cả biểu, là một phụ lục của văn bản gửi, đứng riêng một dòng',
    "appendix_number": 'appendix_number("II.06a"): số La Mã của phụ lục có biểu (biểu đồ) ấy; trống khi không gửi',
    "cite": 'cite("II.06a"): Biểu số … tại Phụ lục …; trống khi biểu không gửi',
    "point": 'point("II.06a"): như cite, trong ngoặc đơn',
    "chart_ref": 'chart_ref("causes"): Biểu đồ 2, Phụ lục VI; trống khi biểu đồ không gửi',
    "listed": 'listed("II.06a", [("c8", "trước hạn"), ("c9", "đúng hạn")]): các phần của tổng, phần bằng 0 bỏ qua',
    "fraction": 'fraction("II.05a", "answered_on_time", "c9"): 68/78, dòng tổng cộng',
    "of_units": 'of_units("III", "wall_checks"): (9 đơn vị có kết quả kiểm tra), chỉ trong báo cáo tổng hợp',
    "without_result": 'without_result("III", "wall_checks"): "; 2 đơn vị chưa có kết quả: …", chỉ khi tổng hợp',
    "units_with": 'units_with("desk-service", "paid_unreported"): tên các đơn vị có số ấy khác 0, chỉ khi tổng hợp',
    "units_unreported": 'units_unreported("desk-service", "c15"): tên các đơn vị mà ô ấy ghi “…”, chỉ khi tổng hợp',
    "nil": 'nil("II.05a", "phản ánh, kiến nghị"): câu không phát sinh, chỉ khi mọi đơn vị phải gửi đã gửi',
    "unsent": 'unsent("II.06a-by-unit"): các đơn vị chưa gửi mà tổng còn số kỳ trước; label, last_news, fig, value',
    "is_owed": 'is_owed("draft_documents"): có đơn vị phải gửi loại số liệu ấy hay không',
    "by_size": 'by_size("overdue-causes", "c3"): các dòng mục khác 0, lớn trước',
    "level": 'level("city"): tên cấp chính quyền theo sections.csv (city, ward)',
    "has_targets": 'has_targets("II.06a"): biểu có mục tiêu hay không',
    "forms_left": "forms_left(): mã các biểu của báo cáo mà đến chỗ đó chưa gọi table(…)",
    "chart": 'chart("channels"): một biểu đồ có trong charts, đứng riêng một dòng',
    "sections": 'sections("II.06a"): các dòng mục của biểu; mỗi dòng có label, fig("c7"), value("c7"), delta_prev…',
    "top": 'top("II.06a", "c10", 5): các dòng có số lớn nhất ở cột; mỗi dòng có label, section, fig(…), value(…)',
    "files_with": 'files_with("fee_paid"): tệp hồ sơ có cột này: all (mọi tệp), some (một phần), none (không có)',
    "changes": 'changes(prior, [("II.06a.total.c7", "đã giải quyết", "hồ sơ")]): các thay đổi nối nhau',
    "change": 'change(prior, "II.06a.total.c7", "hồ sơ"): tăng, giảm bao nhiêu so với một bản trong compared',
    "before": 'before("prev", "II.06a.total.c7"): số đó trong bản chính thức kỳ trước (prev), cùng kỳ năm trước (year)',
    "delta_prev": 'delta_prev("II.06a.A.c7", "hồ sơ"): tăng, giảm so với kỳ trước; “–” khi không có số để so sánh',
    "delta_year": 'delta_year("II.06a.A.c7", "hồ sơ"): tăng, giảm so với cùng kỳ năm trước; “–” khi không có số',
    "target": 'target("II.06a.total.on_time_rate"): đạt hay chưa đạt mục tiêu (targets.csv); “–” khi không có',
    "coverage_of": 'coverage_of("II.06a"): đơn vị nào đã gửi số liệu của biểu (như coverage)',
    "own_words": 'own_words("II.3"): lời của đơn vị trong words/<kỳ>.md, mục II.3; được dùng thẻ fig(…)',
    "signature": "signature(): nơi nhận và chữ ký; phần sau đó là phụ lục",
    "subject": 'subject("V/v …"): trích yếu công văn, dòng đầu của mẫu công văn',
    "addressee": 'addressee("Kính gửi: …"): nơi gửi đến của công văn',
}
FILTERS = {
    "day": "ngày trong câu, dạng 05/3/2021",
    "count": "số có dấu chấm hàng nghìn: 1.234",
    "lower_first": "chữ đầu viết thường, ở giữa câu",
    "said": "lời do một macro của mẫu viết ra, đã thoát dấu: không thoát dấu lần nữa",
}
VALUES = {
    "forms": "mã các biểu của báo cáo",
    "sent_forms": "mã các biểu gửi cấp trên, theo thứ tự phụ lục",
    "kept_forms": "mã các bảng trong hồ sơ lưu",
    "sent_charts": "mã các biểu đồ gửi",
    "kept_charts": "mã các biểu đồ trong hồ sơ lưu",
    "attached": "dòng (Kèm theo Báo cáo số …) của phụ lục",
    "parts": "các quý của kỳ dài: label, online, direct_postal, early, on_time, overdue, on_time_rate",
    "charts": "mã các biểu đồ có số liệu của báo cáo",
    "office": "đơn vị lập báo cáo",
    "question": "kỳ báo cáo và ngày số liệu",
    "issue": "bản phát hành; trống khi là dự thảo",
    "coverage": "đơn vị nào đã gửi",
    "counts": "số tệp, số dòng",
    "carry_over": "đối chiếu số kỳ trước chuyển sang; trống khi kỳ trước chưa phát hành",
    "compared": "các bản chính thức đem so sánh (kỳ trước, cùng kỳ năm trước)",
    "headlines": "các dòng của bảng so sánh (compare của từng biểu); trống khi không có gì để so sánh",
    "service_index": "các dòng của chỉ số phục vụ (Quyết định 766); trống khi kỳ báo cáo trước ngày áp dụng",
    "scores": "điểm của từng đơn vị; chỉ trong kỳ năm, khi đơn vị tổng hợp có bảng điểm (score_components.csv)",
    "corrections": "đính chính do đơn vị tổng hợp thực hiện",
    "declaring_beside": "tên các đơn vị vừa gửi danh sách hồ sơ vừa tự kê số liệu",
    "declared_against": "các ô đơn vị kê khác số đếm được",
    "bridge": "số liệu từng đơn vị cũ chuyển sang đơn vị nay báo cáo, khi kỳ có thay đổi địa giới",
    "issued_below": "các bản phát hành của cấp dưới được cộng vào báo cáo",
    "forms_without": "các biểu không cộng từ bản phát hành của cấp dưới",
    "has_estimates": "báo cáo có số ước hay không",
    "has_declared": "báo cáo có số do đơn vị tự kê hay không",
    "switches": "công tắc đếm theo tên: switches.review_target_percent.value",
}
# What letters to units that owe may call beside the office and the question (package/letters).
REMINDER = {
    "owing_unit": "tên đơn vị còn nợ",
    "owed": (
        "từng thứ còn nợ: stream_title, state (missing: chưa gửi, refused: bị từ chối), "
        "refused (các tệp bị từ chối: file_name, reason, mend)"
    ),
    "files": "mọi tệp của đơn vị chưa dùng được: stream_title (trống: không rõ loại), file_name, reason, mend",
    "deadline": "hạn đơn vị gửi",
    "days_left": "số ngày còn lại đến hạn, số âm khi đã quá hạn",
    "days_late": "số ngày đã quá hạn",
    "as_of": "lúc lập công văn",
}
ATTRIBUTES = {
    "office": {
        "name": "tên đơn vị",
        "short_name": "tên ngắn",
        "parent_name": "cơ quan cấp trên trực tiếp",
        "place": "địa danh trước ngày tháng",
        "receiving_agency": "nơi nhận báo cáo",
        "report_symbol": "ký hiệu sau số văn bản",
        "recipients": "các dòng nơi nhận",
        "signature": "các dòng quyền hạn, chức vụ người ký",
        "forms_sent": "mã các biểu gửi (office.yaml); trống: các biểu của thông tư",
        "legal_basis": "các căn cứ của báo cáo (office.yaml)",
        "percent_decimals": "số chữ số thập phân của tỷ lệ",
        "unit_kind": "loại đơn vị: city, ward, department, one_stop_desk",
    },
    "question": {
        "period_id": "mã kỳ",
        "period_kind": "loại kỳ: quarter, six_months, nine_months, year; loại khác là đột xuất",
        "period_label": "tên kỳ: Quý I năm 2021",
        "period_words": "tên kỳ ở giữa câu: quý I năm 2021",
        "period_start": "ngày đầu kỳ",
        "period_end": "ngày cuối kỳ",
        "as_of": "số liệu tính đến hết ngày",
        "until_on": "ngày cuối được tính",
        "received_by": "chỉ dùng tệp nhận đến lúc",
        "is_provisional": "số liệu tạm tính hay không",
        "office_unit_id": "mã đơn vị tổng hợp",
        "switches": "mọi công tắc đếm theo thứ tự",
        "prior_issue": "bản chính thức của kỳ trước dùng để đối chiếu",
        "year_ago_issue": "bản chính thức của cùng kỳ năm trước",
        "switch": "switch(tên): giá trị một công tắc",
    },
    "issue": {
        "kind": "loại bản: provisional, final, corrected",
        "version": "số phiên bản",
        "correction_no": "lần đính chính, 0 khi không phải đính chính",
        "why": "lý do đính chính",
        "forced": "lý do phát hành khi còn vướng mắc",
        "blockers": "các vướng mắc còn lại",
        "reasons": "lý do phát hành dù còn từng vướng mắc, theo thứ tự của blockers",
        "number": "số, ký hiệu văn bản; trống khi văn thư chưa cấp",
        "signed_on": "ngày ký dạng 2021-03-15; trống khi chưa ký",
        "signed_words": "ngày ký bằng chữ: ngày 16 tháng 3 năm 2021; trống khi chưa ký",
        "signer": "họ tên người ký; trống khi chưa có",
        "seal": "mã niêm phong của bản phát hành",
        "title": "tên bản: Bản chính thức, phiên bản 1",
        "lines": "các dòng in trên mọi văn bản",
    },
    "coverage": {
        "owed": "số đơn vị phải gửi",
        "accepted": "số đơn vị đã gửi đủ",
        "missing": "tên đơn vị chưa gửi đủ",
        "refused": "tệp bị từ chối: unit_name, file_name, reason",
        "rows_rejected": "số dòng trả lại",
        "silent": "tên các đơn vị chưa gửi gì",
        "plain": "câu trong văn bản gửi: bao nhiêu đơn vị, đơn vị nào chưa gửi; không có tên tệp",
        "sentence": "cả câu nói đơn vị nào đã gửi",
        "answers": "câu đó, không có tệp bị từ chối và số dòng trả lại",
        "partly": "đơn vị đã gửi một phần: unit_name, lacks (chưa có gì), last_day (ngày của tệp sau cùng)",
        "explained": "tên các đơn vị mà câu plain đã nói đủ là chưa có gì",
        "rows_typed": "dòng đọc được của các tệp được dùng",
        "has_answers": "đã có đơn vị gửi số liệu hay chưa, dù mới một phần kỳ",
        "is_complete": "mọi đơn vị đã gửi đủ hay không",
    },
    "counts": {
        "files": "số tệp gửi cho kỳ",
        "accepted": "tệp được nhận",
        "refused": "tệp bị từ chối",
        "rows_in": "số dòng của các tệp được dùng",
        "rows_typed": "dòng đọc được",
        "rows_rejected": "dòng trả lại",
        "rows_flagged": "dòng có cảnh báo",
    },
    "carry_over": {
        "prior_issue": "bản chính thức của kỳ trước",
        "reasons": "từng lý do lệch và số hồ sơ",
        "breaks": "số hồ sơ lệch",
    },
    "compared[]": {
        "against": "prev: kỳ trước; year: cùng kỳ năm trước",
        "issue_id": "mã bản: 2020-Q4/v1",
        "period_label": "tên kỳ của bản đó",
        "period_words": "tên kỳ ấy ở giữa câu",
        "figures": "số của các biểu trong bản đó, theo mã số liệu",
    },
    "headlines[]": {
        "label": "tên chỉ tiêu",
        "now": "số kỳ này",
        "before_prev": "số kỳ trước",
        "delta_prev": "tăng, giảm so với kỳ trước",
        "before_year": "số cùng kỳ năm trước",
        "delta_year": "tăng, giảm so với cùng kỳ năm trước",
        "target": "mục tiêu: ≥ 95%",
        "is_met": "đạt, chưa đạt; “–” khi không có mục tiêu",
    },
    "service_index[]": {
        "kind": "component: thành phần, group: nhóm, total: tổng điểm",
        "code": "số thứ tự: 2.1",
        "label": "tên",
        "most": "điểm tối đa",
        "rate": "tỷ lệ; “–” khi không có số liệu và ở dòng nhóm, dòng tổng",
        "points": "điểm; “–” khi còn thành phần chưa có số liệu",
        "known": "điểm của các thành phần đã có số liệu",
        "known_most": "điểm tối đa của các thành phần đã có số liệu",
        "reason": "vì sao không có điểm, hoặc có điểm mà không có tỷ lệ",
    },
    "scores[]": {
        "unit": "đơn vị được chấm",
        "lines": "các nội dung: label, most (điểm tối đa), points, rate, parts (số đạt), whole (số phải thực hiện)",
        "points": "tổng điểm",
        "out_of": "tổng điểm tối đa của các nội dung chấm được",
        "percent": "tỷ lệ điểm đạt được",
    },
    "declared_against[]": {
        "unit_name": "đơn vị",
        "section_code": "mục của biểu II.06a",
        "field_name": "lĩnh vực",
        "column_no": "số cột",
        "declared": "số đơn vị kê",
        "counted": "số đếm từ danh sách hồ sơ",
    },
    "bridge[]": {
        "unit_name": "đơn vị nay báo cáo",
        "original_unit_name": "đơn vị cũ, hoặc chính đơn vị ấy",
        "changed_on": "ngày thay đổi; trống với chính đơn vị ấy",
        "received_total": "cột 3 của biểu II.06a",
        "carried_in": "cột 6",
        "resolved_total": "cột 7",
        "pending_total": "cột 11",
    },
    "issued_below[]": {
        "unit_name": "đơn vị",
        "issue_id": "bản của đơn vị, ví dụ 2021-Q1/v2",
        "kind": "loại bản",
        "until_on": "ngày cuối của số liệu",
        "records": "số bản ghi được cộng",
        "noun": "bản ghi ấy gọi là gì: hồ sơ; phản ánh, kiến nghị",
        "stream": "mã loại số liệu của tệp",
        "seal": "mã niêm phong in trên văn bản của đơn vị",
        "forced": "vướng mắc còn lại khi đơn vị phát hành bản ấy, kèm lý do; chỉ ở tệp đầu của bản",
    },
    "forms_without[]": {
        "form": "tên biểu",
        "units": "các đơn vị gửi bản phát hành mà không phải gửi số liệu của biểu",
    },
    "corrections[]": {
        "record_code": "mã hồ sơ",
        "column_label": "tên cột",
        "state": "applied: đã áp dụng; source_changed: nguồn đã đổi; còn lại: không gặp dòng nào",
        "original": "giá trị trong tệp",
        "right_value": "giá trị đúng",
        "reason": "lý do",
        "document": "văn bản làm căn cứ",
        "unit_name": "đơn vị",
    },
    "switches[]": {
        "name": "tên công tắc",
        "value": "giá trị đang dùng",
        "default": "giá trị mặc định",
        "is_default": "đang là mặc định hay không",
    },
}


def names_lines(layouts: Layouts, sections: Mapping[str, str]) -> Iterator[str]:
    """Yield the dictionary as markdown.

    Args:
        layouts: the forms.
        sections: section code → label or labels.
    """
    yield "# Tên gọi được trong mẫu lời văn (.md.j2)"
    yield ""
    yield "Trang này do `kstt templates names` lập. Mẫu riêng của đơn vị để trong thư mục `templates/`;"
    yield "sửa xong thì chạy `kstt templates check`."
    yield from _table("Hàm", "Gọi", FUNCTIONS)
    yield from _table("Giá trị", "Nghĩa", VALUES)
    yield from _table("Bộ lọc", "Nghĩa", FILTERS)
    yield from _table("Chỉ trong công văn đôn đốc", "Nghĩa", REMINDER)
    for owner, names in ATTRIBUTES.items():
        yield from _table(f"{owner}.…", "Nghĩa", names)
    yield from ["", "## Số liệu của các biểu", ""]
    yield 'Gọi bằng `fig("<biểu>.<dòng>.<cột>")`. Dòng: `total` (tổng cộng), mã mục, hoặc mã mục và số thứ tự (`A.3`).'
    yield "Mã mục: " + "; ".join(f"`{code}` ({label})" for code, label in sections.items()) + "."
    for layout in layouts.values():
        yield from _form(layout)


def _form(layout: FormLayout) -> Iterator[str]:
    yield from ["", f"### {layout.form_id}: {layout.title}", "", "| Cột | Nghĩa |", "|---|---|"]
    for column in layout.figures:
        yield f"| `c{column.number}` | {_cell(' / '.join(column.head))} |"
    for ratio in layout.ratios:
        yield f"| `{ratio.name}` | tỷ lệ phần trăm: ({_sum(ratio.parts)}) / ({_sum(ratio.whole)}) |"
    for note in layout.notes:
        yield f"| `{note.name}` | {_cell(note.head[0])} |"


def _table(title: str, head: str, names: Mapping[str, str]) -> Iterator[str]:
    yield from ["", f"## {title}", "", f"| Tên | {head} |", "|---|---|"]
    yield from (f"| `{name}` | {_cell(text)} |" for name, text in names.items())


def _sum(measures: tuple[str, ...]) -> str:
    return " + ".join(f"`{measure}`" for measure in measures)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
