"""What blocks issuing a built report.

Here: collecting the reasons from warehouse and model. Not here: whether they are overridden (issue).
Invariant: they block issuing, never drafting (DESIGN, idea 5); each sentence says what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipelines.figures.model import Delivery, Form, ReportModel
from pipelines.warehouse.reported_claims import by_file

_UNKNOWN = "Chưa xác định"  # label of the row of unmapped codes in dim_field, dim_unit and the forms

# What one unit has not answered in one way is one blocker.
_OF_UNIT = (
    "select unit_name, string_agg(stream_title, '; ' order by stream_title) as titles from rpt_coverage "
    "where state = '{state}' group by unit_name, sort_no, unit_id order by sort_no, unit_id"
)
# Files that wait for a word, with what gives it; their other doubts are asked about once they count.
_WAITING = "select distinct unit_id, file_name, mend from rpt_claim where is_open and effect = 'waits'"
# One blocker a line: a query, and the sentence made of each of its rows.
_QUERIES = (
    (
        _OF_UNIT.format(state="missing"),
        "{unit_name} chưa gửi {titles}. Đôn đốc đơn vị gửi.",
    ),
    (
        _OF_UNIT.format(state="stale"),
        "{unit_name} chỉ có số liệu cũ về {titles}, lập trước khi kỳ bắt đầu. Yêu cầu kết xuất lại rồi gửi.",
    ),
    (
        by_file(f"is_open and holds_final and (unit_id, file_name, mend) not in ({_WAITING})"),
        "Tệp «{file_name}» của {unit_name}: {reasons} {mend}",
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
    """Return the reasons why a report may not be issued, in the order units are; empty when it may.

    One cause is one reason, with everything it touches: what nobody sent of a unit, a refused file, a doubted file,
    codes nobody knows.
    """
    return [*_from_queries(connection), *_refused(connection, model), *_unmapped(model)]


def _from_queries(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    for query, sentence in _QUERIES:
        found = connection.execute(query)
        names = [item[0] for item in found.description or []]
        yield from (sentence.format(**dict(zip(names, row, strict=True))) for row in found.fetchall())


def _refused(connection: duckdb.DuckDBPyConnection, model: ReportModel) -> Iterator[str]:
    """Yield each refused file with what its unit has not answered for it; then what is refused without such a file."""
    query = """
        select unit_id, stream, unit_name, stream_title from rpt_coverage
        where state = 'refused' order by sort_no, unit_id, stream"""
    open_duties = {(unit, stream): (name, title) for unit, stream, name, title in connection.execute(query).fetchall()}
    files: dict[tuple[str, str], list[Delivery]] = {}
    for item in model.deliveries:
        if item.answers_period and item.status == "refused":
            files.setdefault((item.unit_id, item.file_name), []).append(item)
    words = {(unit_id, name): mend for unit_id, name, mend in connection.execute(_WAITING).fetchall()}
    named = set()
    for items in files.values():  # every table of a return is refused with its file
        touched = [key for item in items if (key := (item.unit_id, item.stream)) in open_duties]
        named |= set(touched)
        reasons = " ".join(dict.fromkeys(item.refused_reason for item in items))
        titles = "; ".join(dict.fromkeys(open_duties[key][1] for key in touched))
        lacking = f" Vì thế chưa có: {titles}." if titles else ""
        word = words.get((items[0].unit_id, items[0].file_name))
        yield (
            f"Tệp «{items[0].file_name}» của {items[0].unit_name} {'chưa tính' if word else 'bị từ chối'}: "
            f"{reasons}{lacking} {word or 'Yêu cầu gửi lại, hoặc rút tệp.'}"
        )
    for key, (name, title) in open_duties.items():
        if key not in named:
            yield f"{name} đã gửi {title} nhưng mọi tệp đều bị từ chối. Yêu cầu gửi lại."


def _unmapped(model: ReportModel) -> Iterator[str]:
    """Yield what has no known code, once for all forms of the same files: it is the same records."""
    places: dict[tuple[str, ...], list[str]] = {}
    for form in model.forms.values():
        places.setdefault(form.layout.streams, []).extend(_unmapped_rows(form))
    for found in places.values():
        if found:
            yield (
                f"Dòng “{_UNKNOWN}” còn số liệu: {'; '.join(found)}. "
                "Bổ sung mã, tên gọi vào danh mục rồi lập lại báo cáo; nếu là dòng cộng của đơn vị tự kê thì đơn vị bỏ "
                "dòng ấy rồi gửi lại."
            )


def _unmapped_rows(form: Form) -> Iterator[str]:
    for row in form.rows:
        counted = [
            f"cột {column.number}: {figure.text}"
            for column, figure in zip(form.layout.columns, row.figures, strict=True)
            if figure.value and not column.whole
        ]
        if row.label == _UNKNOWN and counted:
            section = f", mục «{row.section_label}»" if row.section_label else ""
            yield f"biểu «{form.layout.tab}»{section} ({', '.join(counted)})"
