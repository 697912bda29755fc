"""Reports that never were, for trying templates: nothing sent, nothing happened, everything happened.

Here: report models made from layouts alone, with every optional part absent or present. Not here: words, real figures.
Invariant: no database and no file is read; each form has every section, so that a template may name any row of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from pipelines.figures.change import with_compared
from pipelines.figures.delivered import RefusedFile
from pipelines.figures.layout import FormLayout, LayoutColumn, Layouts
from pipelines.figures.model import (
    CarryOver,
    Compared,
    CorrectionMade,
    Coverage,
    DeliveryCounts,
    Figure,
    Form,
    FormRow,
    IndexLine,
    OfficeInfo,
    Question,
    ReportModel,
    ScoreLine,
    SwitchUsed,
    UnitScore,
    figure_id,
)
from pipelines.figures.text import format_count, format_rate
from pipelines.figures.version import Issue
from pipelines.office.settings import Switches

Happened = Literal["nothing_sent", "nothing", "everything"]
_SCOPE = "don-vi"
_ROWS = 3  # of each section
_DAY = dt.date(2021, 3, 14)


def example_models(
    layouts: Layouts, office: OfficeInfo, period_kind: str, sections: Sequence[str]
) -> Iterator[tuple[str, ReportModel]]:
    """Yield named models on which a report's template must work.

    Args:
        layouts: the forms.
        office: what is printed of the office.
        period_kind: kind of the period.
        sections: section codes a form may have.
    """
    yield "khi chưa đơn vị nào gửi", _model(layouts, office, period_kind, sections, "nothing_sent")
    yield "khi không phát sinh", _model(layouts, office, period_kind, sections, "nothing")
    yield "khi có đủ mọi nội dung", full_example(layouts, office, period_kind, sections)
    own = {name: layout for name, layout in layouts.items() if layout.scopes != "office"}
    for kind in ("ward", "department", "one_stop_desk"):
        unit = replace(office, unit_kind=kind)
        yield f"trong báo cáo của đơn vị loại {kind}", full_example(own, unit, period_kind, sections)


def full_example(layouts: Layouts, office: OfficeInfo, period_kind: str, sections: Sequence[str]) -> ReportModel:
    """Return the model in which everything happened: no optional part of it is absent."""
    model = _model(layouts, office, period_kind, sections, "everything")
    issued = {name: 2 if isinstance(item.value, int) else item.value for name, item in model.figures.items()}
    for against in ("prev", "year"):
        model = with_compared(model, Compared(against, "2020-Q4/v1", "Quý IV năm 2020"), issued)
    return model


def _model(
    layouts: Layouts,
    office: OfficeInfo,
    period_kind: str,
    sections: Sequence[str],
    happened: Happened,
) -> ReportModel:
    full = happened == "everything"
    coverage = _coverage(happened)
    forms = {name: _form(layout, coverage, sections, int(full)) for name, layout in layouts.items()}
    rows = [row for form in forms.values() for row in form.rows]
    figures = {item.figure_id: item for row in rows for item in (*row.figures, *row.ratios, *row.notes)}
    return ReportModel(
        office=office,
        question=_question(period_kind, full),
        forms=MappingProxyType(forms),
        figures=MappingProxyType(figures),
        coverage=coverage,
        deliveries=(),
        corrections=tuple(_corrections()) if full else (),
        counts=DeliveryCounts(*([int(full)] * 7)),
        carry_over=CarryOver("2020-Q4/v1", (("lý do", 1),) if full else ()) if happened != "nothing_sent" else None,
        cleaned_texts=0,
        service_index=_index(full),
        scores=_scores() if full and period_kind == "year" else (),
        files_with=_files_with(happened),
        issue=Issue("corrected", 2, 1, "lý do đính chính", "lý do phát hành", ("vướng mắc",)) if full else None,
    )


def _files_with(happened: Happened) -> dict[str, str]:
    """Every column in some files, in all of them, or in none."""
    names = (
        "apology_at", "overdue_cause", "fee_due", "fee_paid", "payment_channel", "digitised_intake",
        "digitised_result", "satisfaction", "service_level",
    )  # fmt: skip
    states: dict[Happened, str] = {"everything": "some", "nothing": "all"}
    return dict.fromkeys(names, states[happened]) if happened in states else {}


def _question(period_kind: str, is_provisional: bool) -> Question:
    used = [(name, str(value).lower()) for name, value in Switches().model_dump().items()]
    return Question(
        period_id="2021-Q1",
        period_kind=period_kind,
        period_label="Quý I năm 2021",
        period_start=dt.date(2020, 12, 15),
        period_end=_DAY,
        as_of=_DAY - dt.timedelta(days=3) if is_provisional else _DAY,
        until_on=_DAY,
        received_by=dt.datetime.combine(_DAY, dt.time(8, 30)),
        is_provisional=is_provisional,
        office_unit_id=_SCOPE,
        switches=tuple(SwitchUsed(name, value, value) for name, value in used),
    )


def _coverage(happened: Happened) -> Coverage:
    if happened == "nothing":
        return Coverage(1, 1, (), (), 0, "Số liệu của 1/1 đơn vị; số dòng trả lại: 0.")
    refused = (RefusedFile("Đơn vị A", "tep.xlsx", "lý do từ chối"),) if happened == "everything" else ()
    accepted = int(happened == "everything")
    return Coverage(2, accepted, ("Đơn vị B",), refused, 1, f"Số liệu của {accepted}/2 đơn vị; chưa gửi đủ: Đơn vị B.")


def _index(is_known: bool) -> tuple[IndexLine, ...]:
    value, reason = (Decimal(1), "") if is_known else (None, "chưa có số liệu")

    def figure(code: str, name: str) -> Figure:
        return Figure(figure_id("service-index", _SCOPE, code, name), value, format_rate(value, ""))

    return tuple(
        IndexLine(kind, code, kind, 1, figure(code, "rate_percent"), figure(code, "points"),
                  figure(code, "known_points"), 1, reason)
        for kind, code in (("group", "1"), ("component", "1.1"), ("total", "total"))
    )  # fmt: skip


def _scores() -> tuple[UnitScore, ...]:
    def figure(code: str, name: str, value: Decimal | None) -> Figure:
        return Figure(figure_id("unit-score", _SCOPE, code, name), value, format_rate(value, ""))

    cell = Figure(figure_id("bieu", "A", "total", "c3"), 1, "1")
    lines = (
        ScoreLine("Nội dung", 10, figure("A.x", "points", Decimal(10)), figure("A.x", "rate", Decimal(100)),
                  (cell, cell), (cell,)),
        ScoreLine("Nội dung", 10, figure("A.y", "points", None), figure("A.y", "rate", None), (), ()),
    )  # fmt: skip
    total = figure("A.total", "points", Decimal(10))
    return (UnitScore("Đơn vị A", lines, total, 10, figure("A.total", "rate", Decimal(100))),)


def _corrections() -> Iterator[CorrectionMade]:
    for state in ("applied", "source_changed", "not_found"):
        yield CorrectionMade("HS-1", "Ngày tiếp nhận", state, "", "01/03/2021", "lý do", "CV 1", "Đơn vị A")


def _form(layout: FormLayout, coverage: Coverage, sections: Sequence[str], value: int) -> Form:
    rows = [
        row
        for section in sections
        for row in (
            _row(layout, "section", section, f"Mục {section}", "", value),
            *(
                _row(layout, "row", f"{section}.{number}", f"Dòng {number}", f"Mục {section}", value)
                for number in range(1, _ROWS + 1)
            ),
        )
    ]
    return Form(layout, _SCOPE, (*rows, _row(layout, "total", "total", "Tổng cộng", "", value)), coverage)


def _row(layout: FormLayout, kind: str, code: str, label: str, section: str, value: int) -> FormRow:
    percent = Decimal(100) if value else None

    def named(name: str) -> str:
        return figure_id(layout.form_id, _SCOPE, code, name)

    def figure(column: LayoutColumn) -> Figure:
        if column.source is None:
            return Figure(named(f"c{column.number}"), None, "")
        if column.whole:
            return Figure(named(f"c{column.number}"), percent, format_rate(percent, sign=""))
        return Figure(named(f"c{column.number}"), value, format_count(value), is_estimated=bool(value))

    return FormRow(
        kind=kind,
        code=code,
        number="",
        label=label,
        section_label=section,
        figures=tuple(figure(column) for column in layout.columns),
        ratios=tuple(Figure(named(ratio.name), percent, format_rate(percent)) for ratio in layout.ratios),
        notes=tuple(Figure(named(column.name), value, format_count(value)) for column in layout.notes),
    )
