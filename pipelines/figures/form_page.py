"""A form as it stands on its page: every text and cell, in order, whatever the paper.

Here: heading lines, head cells, rows, foot of a form. Not here: fonts, borders, files (render).
Invariant: three renderers print the same page from here; none puts a text or number of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.figures.declared import declared_line
from pipelines.figures.layout import HeadCell, head_cells
from pipelines.figures.report_model import Figure, Form, FormRow, ReportModel
from pipelines.figures.text import format_day


@dataclass(frozen=True)
class Note:
    """A line below a form with its figure at the end."""

    label: str
    figure: Figure


@dataclass(frozen=True)
class FormPage:
    """The page of one form."""

    form_id: str
    number: str
    title: str
    period_line: str
    range_line: str
    reporting_lines: tuple[str, ...]
    unit_line: str
    zero_display: str
    head: tuple[HeadCell, ...]
    head_depth: int
    stub_count: int
    column_numbers: tuple[str, ...]
    rows: tuple[FormRow, ...]
    notes: tuple[Note, ...]
    remarks: tuple[str, ...]
    place_line: str
    maker_title: str
    signature: tuple[str, ...]

    @property
    def column_count(self) -> int:
        """Number of columns, stub and figures."""
        return len(self.column_numbers)


def form_page(model: ReportModel, form: Form) -> FormPage:
    """Return the page of a form (head and foot lines: domain/10 10.3, domain/forms)."""
    layout, question, office = form.layout, model.question, model.office
    columns = (*layout.stub, *layout.columns)
    total = form.rows[-1]
    return FormPage(
        form_id=layout.form_id,
        number=layout.number,
        title=layout.title,
        period_line=f"Kỳ báo cáo: {question.period_label}",
        range_line=f"(Từ ngày {format_day(question.period_start)} đến ngày {format_day(question.period_end)})",
        reporting_lines=(
            f"Đơn vị báo cáo: {office.name}",
            f"Đơn vị nhận báo cáo: {office.receiving_agency or '…'}",
        ),
        unit_line=f"Đơn vị tính: {layout.unit_of_measure}",
        zero_display=layout.zero_display,
        head=head_cells(columns),
        head_depth=max(len(column.head) for column in columns),
        stub_count=len(layout.stub),
        column_numbers=tuple(f"({column.number})" for column in columns),
        rows=form.rows,
        notes=tuple(
            Note(column.head[0], figure)
            for column, figure in zip(layout.notes, total.notes, strict=True)
            if figure.value
        ),
        remarks=_remarks(model, form),
        place_line=place_and_date(model),
        maker_title="Người làm báo cáo",
        signature=office.signature,
    )


def place_and_date(model: ReportModel) -> str:
    """Return place and date with the day open: the registry fills it in, the software never invents it."""
    place = model.office.place or "…"
    return f"{place}, ngày      tháng      năm {model.question.as_of.year}"


def provisional_line(model: ReportModel) -> str | None:
    """Return the sentence that marks figures of an unfinished period, None for a finished one."""
    question = model.question
    if not question.is_provisional:
        return None
    return (
        f"Số liệu tạm tính đến hết ngày {format_day(question.as_of)}; "
        f"kỳ báo cáo kết thúc ngày {format_day(question.period_end)}."
    )


def _remarks(model: ReportModel, form: Form) -> tuple[str, ...]:
    provisional = provisional_line(model)
    issued = model.issue.lines if model.issue else ()
    estimated = declared_line(form, model.question.switch("estimate_method"))
    return (*issued, *(line for line in (provisional, estimated) if line), form.coverage.sentence)
