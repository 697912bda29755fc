"""A small report made by hand, for tests of paper: every kind of block, cell and chart once.

Here: one model and its words, as literals. Not here: a database, ../shared, dbt.
Invariant: every number is typed here.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import MappingProxyType

from pipelines.figures.blocks import (
    Block,
    chart_markup,
    figure_markup,
    parse_blocks,
    signature_markup,
    table_markup,
)
from pipelines.figures.charts import charts_of
from pipelines.figures.layout import FormLayout
from pipelines.figures.model import (
    AgeBand,
    Compared,
    Coverage,
    DayCount,
    DeliveryCounts,
    Figure,
    Form,
    FormRow,
    OfficeInfo,
    Question,
    ReportModel,
)

FACT = "fct_thu_period"
LAYOUT = {
    "form_id": "II.99",
    "short": "99",
    "model": "form_thu",
    "number": "Biểu số II.99/VPCP/KSTT",
    "is_sent": True,
    "title": "TÌNH HÌNH THỬ NGHIỆM",
    "unit_of_measure": "Số hồ sơ; %",
    "zero_display": "0",
    "streams": ["case_exports"],
    "ratios": {"on_time_rate": {"parts": ["resolved"], "whole": ["received"]}},
    "headline": {},
    "facts": {},
    "charts": {
        "on_time": {"kind": "bars", "title": "Tỷ lệ đúng hạn", "values": ["on_time_rate"]},
        "both": {"kind": "stacked", "title": "Nhận và giải quyết", "values": ["received", "resolved"]},
        "over": {"kind": "periods", "title": "Nhận qua các kỳ", "values": ["received"]},
    },
    "stub": [
        {"name": "row_no", "number": 1, "head": ["STT"]},
        {"name": "label", "number": 2, "head": ["Lĩnh vực"]},
    ],
    "columns": [
        {"name": "received", "number": 3, "head": ["Hồ sơ", "Nhận"], "from": f"{FACT}.received", "of": None},
        {"name": "resolved", "number": 4, "head": ["Hồ sơ", "Giải quyết"], "from": f"{FACT}.resolved", "of": None},
        {"name": "share", "number": 5, "head": ["Tỷ lệ (%)"], "from": f"{FACT}.resolved", "of": f"{FACT}.received"},
    ],
    "notes": [{"name": "kept", "label": "Số hồ sơ giữ nguyên", "from": f"{FACT}.kept"}],
}


def _row(
    kind: str, code: str, number: str, label: str, received: int, resolved: int, share: str | None, estimated: int = 0
) -> FormRow:
    prefix = f"II.99/tp-st/{code}"
    mark = "*" if estimated else ""
    rate = Decimal(share) if share else None
    text = (share or "–").replace(".", ",")
    return FormRow(
        kind=kind,
        code=code,
        number=number,
        label=label,
        section_label="",
        figures=(
            Figure(
                f"{prefix}/c3",
                received,
                f"{received:,}".replace(",", ".") + mark,
                is_estimated=bool(estimated),
                estimated=estimated,
            ),
            Figure(f"{prefix}/c4", resolved, f"{resolved:,}".replace(",", ".")),
            Figure(f"{prefix}/c5", rate, text + mark, is_estimated=bool(estimated)),
        ),
        ratios=(Figure(f"{prefix}/on_time_rate", rate, f"{text}%" if share else "–"),),
        notes=(Figure(f"{prefix}/kept", 3 if kind == "total" else 0, "3" if kind == "total" else "0"),),
    )


ROWS = (
    _row("section", "A", "A", "Cấp huyện", 1204, 1004, "83.39"),
    _row("row", "A.1", "1", "Hộ tịch & <chứng thực>", 1200, 1000, "83.33", estimated=200),
    _row("row", "A.2", "2", "=1+1", 4, 4, "100.00"),
    _row("section", "B", "B", "Cấp xã", 0, 0, None),
    _row("row", "B.1", "1", "Đất đai", 0, 0, None),
    _row("total", "total", "", "Tổng cộng", 1204, 1004, "83.39"),
)


LONG_LABEL = "Thủ tục thử nghiệm có tên dài chiếm nhiều dòng của cột nhãn trong biểu này, và tận cùng bằng số {}."


def small_model(more_rows: int = 0) -> ReportModel:
    """Return the report; its form may be made longer than a page."""
    rows = (*ROWS[:-1], *(_row("row", f"B.{number}", str(number), LONG_LABEL.format(number), 0, 0, None)
                          for number in range(2, 2 + more_rows)), ROWS[-1])  # fmt: skip
    coverage = Coverage(1, 1, (), (), 0, "Số liệu của 1/1 đơn vị; số dòng trả lại: 0.")
    form = Form(FormLayout.of(LAYOUT), "tp-st", rows, coverage)
    figures = {item.figure_id: item for row in rows for item in (*row.figures, *row.ratios, *row.notes)}
    return ReportModel(
        office=OfficeInfo(
            name="UBND thành phố Sóc Trăng",
            parent_name="Tỉnh Sóc Trăng",
            place="Sóc Trăng",
            receiving_agency="Văn phòng UBND tỉnh Sóc Trăng",
            report_symbol="BC-UBND",
            recipients=("Văn phòng UBND tỉnh", "Lưu: VT"),
            signature=("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        ),
        question=Question(
            "2021-Q1", "quarter", "Quý I năm 2021", dt.date(2020, 12, 15), dt.date(2021, 3, 14), dt.date(2021, 3, 14),
            dt.date(2021, 3, 14), dt.datetime(2021, 3, 15, 8, 30), False, "tp-st", (),
        ),
        forms=MappingProxyType({"II.99": form}),
        figures=MappingProxyType(figures),
        coverage=coverage,
        deliveries=(),
        corrections=(),
        counts=DeliveryCounts(1, 1, 0, 5, 5, 0, 0),
        carry_over=None,
        cleaned_texts=0,
        compared=(Compared("prev", "2020-Q4/v1", "Quý IV năm 2020", {"II.99/tp-st/total/c3": 1100}),),
        received_days=tuple(
            DayCount(dt.date(2021, 3, day), day not in (6, 7, 13, 14), received)
            for day, received in enumerate((3, 0, 12, 7, 5, 1, 0, 9, 30, 4, 2, 6, 0, 0), 1)
        ),
        overdue_ages=(AgeBand("đến 5", 2), AgeBand("6–10", 0), AgeBand("trên 60", 1)),
    )  # fmt: skip


def small_blocks(model: ReportModel, paragraphs: int = 1) -> tuple[Block, ...]:
    """Return its words; the body may be made long, to run over pages."""
    figures = model.figures
    lines = [
        "# BÁO CÁO",
        "",
        "## Tình hình thử nghiệm",
        "## Quý I năm 2021",
        "",
        "### I. TÌNH HÌNH",
        "#### 1. Kết quả",
        "",
    ]
    lines += [
        "Trong kỳ nhận **" + figure_markup(figures["II.99/tp-st/total/c3"]) + "** hồ sơ, tỷ lệ "
        + figure_markup(figures["II.99/tp-st/total/on_time_rate"]) + "; *số liệu thử nghiệm của một đơn vị hư cấu.*",
        "",
    ] * paragraphs  # fmt: skip
    lines += ["- Lĩnh vực hộ tịch: " + figure_markup(figures["II.99/tp-st/A.1/c3"]) + " hồ sơ.", ""]
    lines += [signature_markup(), "# PHỤ LỤC", "## BIỂU ĐỒ"]
    lines += [chart_markup(name) for name in charts_of(model)]
    lines += ["# PHỤ LỤC", "## CÁCH TÍNH", "Tính theo ngày.", ""]
    lines += ["| Chỉ tiêu | Kỳ này |", "| Hồ sơ nhận | " + figure_markup(figures["II.99/tp-st/total/c3"]) + " |", ""]
    lines += [table_markup("II.99")]
    return parse_blocks("\n".join(lines))
