"""The evidence tables that are no facts: files received, rows sent back, what became of every row, what does not fit.

Here: their queries. Not here: headings and words (headings), the facts (tables), writing (evidence).
Invariant: a table that most reports have no rows for is occasional: it is not written empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.audit.headings import HEADINGS, word_of
from pipelines.audit.tables import PLACE, Column, Table, worded
from pipelines.ingest.contract import load_contract
from pipelines.warehouse.streams import contract_path, streams

_PLACE = ("source_file", "source_sheet", "source_row", "delivery_id", "sha256")
_BOTH_PERIODS = ("prior_issue", "prior_unit_name", "unit_name", "prior_received_on", "received_on")
_OF_FILE = "left join landed.delivery as d on r.delivery_id = d.delivery_id cross join landed.question as q"
_UNITS = "(select distinct unit_id, name_vi as unit_name from dim_unit)"


def other_tables() -> list[Table]:
    """Return the tables that are no facts, in the order they are written."""
    return [*_of_files(), *_of_breaks()]


def _of_files() -> Iterator[Table]:
    yield _table(
        "tep-da-nhan",
        "Các tệp đã nhận",
        """(select r.* exclude (stream), coalesce(t.title, r.stream) as stream,
                case when r.answers_period then q.period_id else r.period_id end as thuoc_ky
            from rpt_delivery as r cross join landed.question as q
            left join landed.stream as t on r.stream = t.stream)""",
        "delivery_id",
        *("thuoc_ky", "unit_id", "unit_name", "period_id", "stream", "file_name", "kind", "state", "status", "timing"),
        *("refused_reason", "received_at", "sent_from", "sent_until", "observed_on", "rows_in", "rows_typed"),
        *("rows_rejected", "rows_blank", "rows_furniture", "rows_flagged", "delivery_id", "sha256"),
    )
    yield _table(
        "dong-tra-lai",
        "Các dòng trả lại đơn vị",
        f"""(select r.* exclude (source_file), coalesce(d.file_name, r.source_file) as source_file, d.sha256,
                u.unit_name, coalesce(t.title, d.stream) as stream, concat(d.stream, '.', r.column_name) as column_key,
                case when d.answers_period then q.period_id else d.period_id end as thuoc_ky
            from landed.rejected_row as r left join rpt_delivery as d on r.delivery_id = d.delivery_id
            left join {_UNITS} as u on d.unit_id = u.unit_id left join landed.stream as t on d.stream = t.stream
            cross join landed.question as q)""",
        "delivery_id, source_sheet, source_row, reason",
        *("thuoc_ky", "unit_name", "stream", "record_code", "reason", "mend", "column_name", "value"),
        *_PLACE,
    )
    yield _table(
        "dong-di-dau",
        "Mỗi dòng đọc được đã thành gì",
        f"(select r.*, d.sha256, q.period_id as thuoc_ky from int_row_fate as r {_OF_FILE})",
        "delivery_id, source_sheet, source_row, record_code",
        *("thuoc_ky", "record_code", "fate", "flags"),
        *_PLACE,
    )


def _of_breaks() -> Iterator[Table]:
    for name, title, code, unit in (
        ("lech-chuyen-ky", "Hồ sơ chuyển kỳ không khớp bản kỳ trước", "dossier", "receiving"),
        ("lech-chuyen-ky-pakn", "Phản ánh, kiến nghị chuyển kỳ không khớp bản kỳ trước", "feedback", "handling"),
    ):
        model = "rpt_carry_over" if code == "dossier" else "rpt_feedback_carry_over"
        yield _occasional(
            name,
            title,
            f"""(select r.*, d.sha256, q.period_id as thuoc_ky, u.unit_name, b.unit_name as prior_unit_name
                from {model} as r {_OF_FILE} left join {_UNITS} as u on r.{unit}_unit_id = u.unit_id
                left join {_UNITS} as b on r.prior_{unit}_unit_id = b.unit_id)""",
            f"{code}_code",
            *("thuoc_ky", f"{code}_code", "side", "reason", *_BOTH_PERIODS, "prior_closed_on", "closed_on", *_PLACE),
        )
    yield _occasional(
        "ho-so-khong-con-thay",
        "Hồ sơ không còn trong tệp mới hơn của đơn vị",
        f"(select r.*, d.sha256, q.period_id as thuoc_ky from rpt_dossier_gone as r {_OF_FILE})",
        "sort_no, receiving_unit_id, dossier_code",
        *("thuoc_ky", "unit_name", "dossier_code", "written_code", "kind", "taken_in_at", "due_at", "seen_at"),
        *("missing_at", "missing_file_name", *_PLACE),
    )
    for name, title, record, unit in (
        ("ho-so-co-canh-bao", "Hồ sơ có cảnh báo", "dossier", "receiving"),
        ("phan-anh-co-canh-bao", "Phản ánh, kiến nghị có cảnh báo", "feedback", "handling"),
    ):
        yield _occasional(
            name,
            title,
            f"""(select r.*, d.sha256, u.unit_name, q.period_id as thuoc_ky from int_{record}_flag as r {_OF_FILE}
                left join {_UNITS} as u on r.{unit}_unit_id = u.unit_id)""",
            f"{record}_code, flag",
            *("thuoc_ky", "unit_name", f"{record}_code", "flag_label", *_PLACE),
        )
    yield _occasional(
        "cau-noi-don-vi",
        "Mỗi đơn vị trước khi sắp xếp mang gì sang đơn vị sau",
        "(select r.*, q.period_id as thuoc_ky from rpt_unit_bridge as r cross join landed.question as q)",
        "sort_no, unit_id, original_sort_no, original_unit_id",
        *("thuoc_ky", "unit_name", "original_unit_name", "changed_on", "received_total", "carried_in"),
        *("resolved_total", "pending_total"),
    )
    yield _occasional(
        "ke-khai-va-dem",
        "Số đơn vị kê và số đếm được",
        """(select r.*, r.level_section_code as section_label, q.period_id as thuoc_ky
            from rpt_declared_against_counted as r cross join landed.question as q)""",
        "sort_no, unit_id, level_section_code, field_code, column_no",
        *("thuoc_ky", "unit_name", "section_label", "field_name", "column_no", "declared", "counted", "difference"),
    )


def _table(name: str, title: str, source: str, order: str, *columns: str) -> Table:
    return Table(name, title, tuple(_column(name, item) for item in columns), source, order)


def _occasional(name: str, title: str, source: str, order: str, *columns: str) -> Table:
    return Table(name, title, tuple(_column(name, item) for item in columns), source, order, is_occasional=True)


def _column(table: str, name: str) -> Column:
    if name == "column_name":
        return Column(HEADINGS[name], worded("column_key", _labels(), otherwise=name))
    # A dossier is taken in, a file received: two headings, one name in the models.
    source = "received_at" if name == "taken_in_at" else name
    return Column(HEADINGS[name], worded(source, word_of(table, name)), role=PLACE if name in _PLACE else "")


def _labels() -> dict[str, str]:
    """What files call the columns of each stream, by stream and column."""
    found = {}
    for stream in streams():
        columns = load_contract(contract_path(stream)).columns
        for name, column in columns.items():
            if column.labels:
                found[f"{stream}.{name}"] = column.title
                found[f"{stream}.{name}_label"] = column.title
    return found
