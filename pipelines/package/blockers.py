"""What blocks issuing a built report.

Here: collecting the reasons from warehouse and model. Not here: whether they are overridden (issue).
Invariant: they block issuing, never drafting (DESIGN, idea 5); each sentence says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.figures.model import Form, ReportModel

_UNKNOWN = "Chưa xác định"  # label of the row of unmapped codes in dim_field, dim_unit and the forms

_WAITING = "select reason from rpt_claim where is_open and effect = 'waits' and is_asked"
# One blocker a line: a query, and the sentence made of each of its rows.
_QUERIES = (
    (
        "select unit_name, stream_title, state from rpt_coverage where state = 'missing' order by sort_no, unit_id, 2",
        "{unit_name} chưa gửi {stream_title}. Đôn đốc đơn vị gửi.",
    ),
    (
        "select unit_name, stream_title from rpt_coverage where state = 'refused' order by sort_no, unit_id, 2",
        "{unit_name} đã gửi {stream_title} nhưng mọi tệp đều bị từ chối. Yêu cầu gửi lại.",
    ),
    (
        "select unit_name, stream_title from rpt_coverage where state = 'stale' order by sort_no, unit_id, 2",
        "{unit_name} chỉ có số liệu cũ về {stream_title}, lập trước khi kỳ bắt đầu. Yêu cầu kết xuất lại rồi gửi.",
    ),
    (
        # One line of a file that waits: the word that settles it; its other doubts are asked about when it counts.
        "select unit_name, file_name, reason, mend from (select *, row_number() over (partition by delivery_id "
        "order by kind, reason) as place from rpt_claim where is_open and effect = 'waits' and is_asked) as waiting "
        "where place = 1 order by sort_no, unit_id, file_name, kind, reason",
        "Tệp «{file_name}» của {unit_name}: {reason} {mend}",
    ),
    (
        "select unit_name, file_name, reason, mend from rpt_claim as claim where is_open and holds_final "
        "and not exists (select 1 from rpt_claim as waiting where waiting.delivery_id = claim.delivery_id "
        "and waiting.is_open and waiting.effect = 'waits') "
        "order by sort_no, unit_id, file_name, kind, reason",
        "Tệp «{file_name}» của {unit_name}: {reason} {mend}",
    ),
    (
        "select distinct record_code, column_label, document from rpt_correction "
        "where state <> 'applied' order by 1, 2",
        "Đính chính {record_code}, {column_label} ({document}) không còn đúng với nguồn. Sửa hoặc bỏ trong "
        "corrections.yaml.",
    ),
    (
        "select count(*) as dossiers, min(dossier_code) as example from rpt_carry_over "
        "where reason_code = 'unexplained' having count(*) > 0",
        "Có {dossiers} hồ sơ làm lệch số từ kỳ trước chuyển sang mà chưa rõ lý do (ví dụ {example}). Hỏi lại đơn vị.",
    ),
    (
        "select count(*) as items, min(feedback_code) as example from rpt_feedback_carry_over "
        "where reason_code = 'unexplained' having count(*) > 0",
        "Có {items} phản ánh, kiến nghị làm lệch số từ kỳ trước chuyển sang mà chưa rõ lý do (ví dụ {example}). "
        "Hỏi lại đơn vị.",
    ),
    (
        # Those somebody accepted as gone hold nothing any more (kstt accept).
        "select unit_name, count(*) as dossiers, min(written_code) as example, min(missing_file_name) as file "
        "from rpt_dossier_gone as gone where kind = 'deleted_dossier' and not exists ("
        "select 1 from landed.acceptance as word where word.kind = 'deleted_dossiers' "
        "and word.delivery_id = gone.missing_delivery_id and word.record_code = gone.dossier_code) "
        "group by unit_name, sort_no, receiving_unit_id order by sort_no, receiving_unit_id",
        "{unit_name}: {dossiers} hồ sơ đang giải quyết (ví dụ {example}) không còn trong danh sách đầy đủ «{file}», "
        "nên không tính là đang giải quyết. Hỏi đơn vị hồ sơ đi đâu; thiếu thì yêu cầu gửi lại, đúng là bỏ thì "
        "kstt accept.",
    ),
    (
        "select unit_name, count(*) as cells, min(field_name) as field from rpt_declared_against_counted "
        "where difference <> 0 group by unit_name, sort_no, unit_id order by sort_no, unit_id",
        "{unit_name} vừa gửi danh sách hồ sơ vừa tự kê số liệu, và {cells} ô lệch nhau (ví dụ lĩnh vực {field}); "
        "biểu in theo danh sách. Yêu cầu đơn vị sửa, hoặc rút tệp thừa (kstt withdraw).",
    ),
    (
        "select coalesce(unit.name_vi, declared.sender_unit_id) as unit_name, declared.field_name as field, "
        "count(*) as lines from int_declared_row as declared "
        "left join dim_unit as unit on declared.sender_unit_id = unit.unit_id "
        "where declared.fate = 'parts_do_not_follow' group by 1, 2 order by 1, 2",
        "{unit_name} tự kê lĩnh vực {field}: số từ kỳ trước chuyển sang của một quý khác số đang giải quyết của quý "
        "trước, nên {lines} dòng không cộng được vào kỳ này. Yêu cầu đơn vị gửi lại quý sai.",
    ),
)


def blockers(connection: duckdb.DuckDBPyConnection, model: ReportModel) -> list[str]:
    """Return the reasons why a report may not be issued, in the order units are; empty when it may."""
    return [*_from_queries(connection), *_refused_files(connection, model), *_unmapped(model)]


def _from_queries(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for query, sentence in _QUERIES:
        found = connection.execute(query)
        names = [item[0] for item in found.description or []]
        yield from (sentence.format(**dict(zip(names, row, strict=True))) for row in found.fetchall())


def _refused_files(connection: duckdb.DuckDBPyConnection, model: ReportModel) -> Iterator[str]:
    waiting = {reason for (reason,) in connection.execute(_WAITING).fetchall()}
    for file in dict.fromkeys(model.coverage.refused):  # each sheet of a return is refused with its file
        if file.reason in waiting:  # said with what settles it, above
            continue
        yield f"Tệp «{file.file_name}» của {file.unit_name} bị từ chối: {file.reason} Yêu cầu gửi lại, hoặc rút tệp."


def _unmapped(model: ReportModel) -> Iterator[str]:
    for form in model.forms.values():
        yield from _unmapped_rows(form)


def _unmapped_rows(form: Form) -> Iterator[str]:
    for row in form.rows:
        counted = [
            f"cột {column.number}: {figure.text}"
            for column, figure in zip(form.layout.columns, row.figures, strict=True)
            if figure.value and not column.whole
        ]
        if row.label == _UNKNOWN and counted:
            section = f" ở mục «{row.section_label}»" if row.section_label else ""
            yield (
                f"Biểu {form.layout.form_id}, dòng “{_UNKNOWN}”{section} còn số liệu ({'; '.join(counted)}). "
                "Bổ sung mã, tên gọi vào danh mục rồi lập lại báo cáo."
            )
