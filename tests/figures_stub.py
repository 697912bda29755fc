"""A small built warehouse and its layouts, for tests of figures, paper and packaging.

Here: literal tables as dbt leaves them, a dbt manifest made from the domain's form files. Not here: dbt, counting.
Invariant: the form numbers are typed here by hand; nothing of the product makes them.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import yaml
from shared_files import shared

from pipelines.figures.layout import FormLayout
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import OfficeInfo, ReportModel
from pipelines.figures.read import build_report_model

OFFICE = OfficeInfo(
    name="UBND thành phố Sóc Trăng",
    short_name="thành phố Sóc Trăng",
    parent_name="Tỉnh Sóc Trăng",
    place="Sóc Trăng",
    receiving_agency="Văn phòng UBND tỉnh Sóc Trăng",
    report_symbol="BC-UBND",
    recipients=("Văn phòng UBND tỉnh", "Chủ tịch, các PCT UBND", "Lưu: VT"),
    signature=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
)
MEASURES = [
    "received_total",
    "received_online",
    "received_direct_postal",
    "carried_in",
    "resolved_total",
    "resolved_early",
    "resolved_on_time",
    "resolved_overdue",
    "pending_total",
    "pending_in_time",
    "pending_overdue",
]
SECTION_A = "TTHC thuộc thẩm quyền giải quyết của cấp huyện"
SECTION_B = "TTHC thuộc thẩm quyền giải quyết của cấp xã"
# row_kind, row_code, row_no, label, columns 3..13
BY_FIELD = [
    ("section", "A", "A", SECTION_A, (1250, 400, 700, 150, 1000, 600, 380, 20, 250, 240, 10)),
    ("row", "A.1", "1", "Đăng ký kinh doanh hộ cá thể", (1000, 400, 500, 100, 800, 500, 288, 12, 200, 195, 5)),
    ("row", "A.2", "2", "Công ty A & B <C>", (250, 0, 200, 50, 200, 100, 92, 8, 50, 45, 5)),
    ("section", "B", "B", SECTION_B, (5000, 1000, 3700, 300, 4800, 4000, 741, 59, 200, 180, 20)),
    ("row", "B.1", "1", "Hộ tịch", (4999, 1000, 3699, 300, 4799, 4000, 740, 59, 200, 180, 20)),
    ("row", "B.2", "2", "=1+1", (1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0)),
    ("row", "B.3", "3", "Chưa xác định", (0,) * 11),
    ("total", "total", None, "Tổng cộng", (6250, 1400, 4400, 450, 5800, 4600, 1121, 79, 450, 420, 30)),
]
BY_UNIT = [
    ("section", "I", "I", "Bộ phận Một cửa thành phố", (1250, 400, 700, 150, 1000, 600, 380, 20, 250, 240, 10)),
    ("row", "I.1", "1", "Phòng Tài chính\x0b - Kế hoạch", (1250, 400, 700, 150, 1000, 600, 380, 20, 250, 240, 10)),
    ("section", "II", "II", "UBND phường", (5000, 1000, 3700, 300, 4800, 4000, 741, 59, 200, 180, 20)),
    ("row", "II.1", "1", "UBND Phường 1", (3000, 600, 2200, 200, 2900, 2400, 480, 20, 100, 90, 10)),
    ("row", "II.2", "2", "UBND Phường 2", (2000, 400, 1500, 100, 1900, 1600, 261, 39, 100, 90, 10)),
    ("row", "II.3", "3", "UBND Phường 3", (0,) * 11),
    ("total", "total", None, "Tổng cộng", (6250, 1400, 4400, 450, 5800, 4600, 1121, 79, 450, 420, 30)),
]
FORMS = {"form_ii_06a": ("II.06a", BY_FIELD), "form_ii_06a_by_unit": ("II.06a-by-unit", BY_UNIT)}
SHA = "ab" * 32


def dbt_manifest() -> dict:
    """Return a dbt manifest of the two forms with the heads of the domain's form files."""
    fact = {"resource_type": "model", "name": "fct_dossier_period", "columns": {}}
    fact["config"] = {
        "meta": {"key": "dossier_code", "scope": "int_dossier_in_scope", "evidence": "ho-so", "trace": {}}
    }
    nodes = {"model.kstt.fct_dossier_period": fact}
    for model, (form_id, _) in FORMS.items():
        form = yaml.safe_load(shared(f"domain/forms/{form_id}.yaml").read_text(encoding="utf-8"))
        columns: dict[str, dict] = {}
        _walk(form["columns"], (), columns)
        meta = {"form_id": form_id, "number": form["number"], "title": form["title_vi"]}
        meta |= {"unit_of_measure": form["unit_of_measure"], "zero_display": form["zero_display"]}
        meta |= {
            "ratios": {
                "on_time_rate": {"parts": ["resolved_early", "resolved_on_time"], "whole": ["resolved_total"]},
                "online_rate": {
                    "parts": ["received_online"],
                    "whole": ["received_online", "received_direct_postal"],
                },
            }
        }
        if form_id == "II.06a":
            meta["headline"] = {
                "Hồ sơ nhận giải quyết": "{received_total}",
                "Đã giải quyết": "{resolved_total}",
                "Tỷ lệ trước và đúng hạn": "{on_time_rate}",
                "Đang giải quyết": "{pending_total} (quá hạn {pending_overdue})",
            }
        meta |= {
            "streams": ["case_exports"],
            "keys": [],
            "scopes": "all",
            "sent": True,
            "valid_from": form["effective_from"],
        }
        nodes[f"model.kstt.{model}"] = {
            "resource_type": "model",
            "name": model,
            "config": {"meta": meta},
            "columns": {"scope_id": {"name": "scope_id", "config": {"meta": {}}}} | columns,
        }
    return {"nodes": nodes}


def _walk(items: list[dict], path: tuple[str, ...], columns: dict[str, dict]) -> None:
    for item in items:
        head = (*path, item["label"])
        if "children" in item:
            _walk(item["children"], head, columns)
            continue
        stub = item["number"] <= 2
        name = {1: "row_no", 2: "label"}.get(item["number"], item["key"])
        meta = {"number": item["number"], "head": list(head)}
        meta |= {"role": "stub"} if stub else {"from": f"fct_dossier_period.{item['key']}", "type": "int"}
        columns[name] = {"name": name, "config": {"meta": meta}}


def stub_layouts() -> dict[str, FormLayout]:
    """Return the layouts of the two forms."""
    return layouts_from_manifest(dbt_manifest())


def write_stub(path: Path, as_of: str = "2021-03-14", **switches: str) -> Path:
    """Write the stub warehouse."""
    with duckdb.connect(path) as connection:
        _question(connection, as_of, switches)
        for model, (_, rows) in FORMS.items():
            measures = ", ".join(f"{name} bigint" for name in MEASURES)
            connection.execute(
                f"create table {model} (scope_id varchar, row_order integer, row_kind varchar, row_code varchar, "
                f"row_no varchar, label varchar, {measures})"
            )
            for order, (kind, code, number, label, values) in enumerate(rows, 1):
                cells = ["tp-st", order, kind, code, number, label, *values]
                connection.execute(f"insert into {model} values ({', '.join('?' * len(cells))})", cells)
            # Another scope's rows must not get into the office's documents.
            cells = ["p01", 1, "total", "total", None, "Tổng cộng", *([999999] * 11)]
            connection.execute(f"insert into {model} values ({', '.join('?' * len(cells))})", cells)
        _coverage(connection)
    return path


def _question(connection: duckdb.DuckDBPyConnection, as_of: str, switches: dict[str, str]) -> None:
    used = {
        "closing_event": "finished_at",
        "lateness_granularity": "date",
        "due_on_cutoff_day": "in_time",
        "overdue_basis": "latest_due",
        "awaiting_supplement_bucket": "pending_in_time",
        "returned_withdrawn_bucket": "resolved_on_time",
        "null_channel": "direct",
        "missing_due_date": "catalogue_limit",
        "supplement_clock": "resume",
        "counting_unit": "competent_level",
    } | switches
    connection.execute("create schema landed")
    connection.execute(
        f"""
        create table landed.question as select '2021-Q1' as period_id, 'quarter' as period_kind,
        'Quý I năm 2021' as period_label, date '2020-12-15' as period_start, date '2021-03-14' as period_end,
        date '{as_of}' as as_of, least(date '{as_of}', date '2021-03-14') as until_on,
        timestamp '2021-03-15 08:30:00' as received_by, date '{as_of}' < date '2021-03-14' as is_provisional,
        'tp-st' as office_unit_id, {", ".join(f"'{value}' as {name}" for name, value in used.items())},
        false as include_vertical_agencies
        """
    )


def _coverage(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        create table rpt_correction (correction_no integer, record_code varchar, column_label varchar, state varchar,
            original varchar, right_value varchar, reason varchar, document varchar, unit_name varchar,
            delivery_id varchar, source_row integer);
        create table rpt_coverage as select * from (values
            ('bpmc', 'Bộ phận Một cửa thành phố', 1, 'case_exports', 'danh sách hồ sơ', 'accepted', 1, 1250, 2),
            ('p01', 'UBND Phường 1', 2, 'case_exports', 'danh sách hồ sơ', 'accepted', 1, 3000, 1),
            ('p02', 'UBND Phường 2', 3, 'case_exports', 'danh sách hồ sơ', 'accepted', 2, 2000, 0),
            ('p03', 'UBND Phường 3', 4, 'case_exports', 'danh sách hồ sơ', 'refused', 1, 0, 0),
            ('p04', 'UBND Phường 4', 5, 'case_exports', 'danh sách hồ sơ', 'missing', 0, 0, 0)
        ) as t (unit_id, unit_name, sort_no, stream, stream_title, state, files, rows_typed, rows_rejected)
        """
    )
    connection.execute(
        f"""
        create table rpt_delivery as select t.*, '{SHA}' as sha256, 'case_exports' as stream,
            timestamp '2021-03-11 09:00:00' as received_at, date '2021-03-11' as observed_on, 'first' as kind,
            status = 'accepted' as is_counted, rows_typed + rows_rejected + 3 as rows_in, 1 as rows_blank,
            2 as rows_furniture, period_id = '2021-Q1' as is_for_period
        from (values
            ('d1', 'bpmc', 'Bộ phận Một cửa thành phố', '2021-Q1', 'bpmc.xlsx', 'accepted', null, 1250, 2, 4),
            ('d2', 'p01', 'UBND Phường 1', '2021-Q1', '=cmd|A1.xlsx', 'accepted', null, 3000, 1, 0),
            ('d3', 'p02', 'UBND Phường 2', '2021-Q1', 'p2.csv', 'accepted', null, 2000, 0, 1),
            ('d4', 'p03', 'UBND Phường 3', '2021-Q1', '- # **hồ sơ** <b>.xlsx', 'refused',
             'Không tìm thấy cột "Mã hồ sơ" & cột khác', 0, 0, 0),
            ('d5', 'p04', 'UBND Phường 4', '2020-Q4', 'cũ.xlsx', 'accepted', null, 700, 7, 0)
        ) as t (delivery_id, unit_id, unit_name, period_id, file_name, status, refused_reason, rows_typed,
                rows_rejected, rows_flagged)
        """
    )


def stub_model(folder: Path, office: OfficeInfo = OFFICE, as_of: str = "2021-03-14", **switches: str) -> ReportModel:
    """Return the report model of a fresh stub warehouse."""
    database = write_stub(folder / "stub.duckdb", as_of, **switches)
    with duckdb.connect(database, read_only=True) as connection:
        return build_report_model(connection, stub_layouts(), office)
