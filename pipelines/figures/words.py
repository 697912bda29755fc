"""The report's words: a Jinja template filled with the model, as blocks.

Here: the sandbox and what a template may call. Not here: the words (report_templates), paper (render).
Invariant: a template computes nothing and reaches nothing but this list; an unknown name is an error, not a gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from pipelines.figures.blocks import Block, Markup, figure_markup, parse_blocks, plain, signature_markup, table_markup
from pipelines.figures.report_model import Coverage, FormRow, ReportModel
from pipelines.figures.text import format_count, format_day
from pipelines.office.errors import OfficeError
from pipelines.paths import REPORT_TEMPLATES

REPORT_TEMPLATE = "bao-cao-quy.md.j2"


@dataclass(frozen=True)
class RowWords:
    """One row of a form as a template sees it."""

    label: str
    section: str
    model: ReportModel
    prefix: str

    def fig(self, column: str) -> Markup:
        """Return the row's figure of a column (c10) or ratio (on_time_rate)."""
        return figure_markup(self.model.figure_of(f"{self.prefix}.{column}"))


def report_blocks(
    model: ReportModel, template: str = REPORT_TEMPLATE, folders: Sequence[Path] = (REPORT_TEMPLATES,)
) -> tuple[Block, ...]:
    """Return the words of a report as blocks.

    Args:
        model: the report.
        template: file name of the words.
        folders: where templates are looked for, the office's own before the common ones.

    Raises:
        OfficeError: the template names a figure, form or value that is not there; the message says where.
    """
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(list(folders), encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
        # Words become plain blocks; each renderer escapes for its own format.
        autoescape=False,
    )
    environment.filters.update(day=format_day, count=format_count)
    try:
        text = environment.get_template(template).render(_context(model))
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        raise OfficeError(f"Mẫu {template}{f', dòng {line}' if line else ''}: {error}") from error
    return parse_blocks(text)


def _context(model: ReportModel) -> dict[str, object]:
    def fig(reference: str) -> Markup:
        return figure_markup(model.figure_of(reference))

    def value(reference: str) -> object:
        return model.figure_of(reference).value

    def table(form_id: str) -> Markup:
        if form_id not in model.forms:
            raise OfficeError(f"Mẫu báo cáo gọi biểu «{form_id}», nhưng báo cáo không có biểu này.")
        return table_markup(form_id)

    def coverage_of(form_id: str) -> Coverage:
        return model.forms[form_id].coverage

    return {
        "fig": fig,
        "value": value,
        "table": table,
        "has_form": lambda form_id: form_id in model.forms,
        "signature": signature_markup,
        "sections": partial(_sections, model),
        "top": partial(_top, model),
        "office": model.office,
        "question": model.question,
        "issue": model.issue,
        "coverage": model.coverage,
        "coverage_of": coverage_of,
        "counts": model.counts,
        "carry_over": model.carry_over,
        "has_estimates": any(figure.is_estimated for figure in model.figures.values()),
        "corrections": model.corrections,
        "switches": {switch.name: switch for switch in model.question.switches},
    }


def _sections(model: ReportModel, form_id: str) -> list[RowWords]:
    """Return the section rows of a form."""
    rows = (row for row in model.forms[form_id].rows if row.kind == "section")
    return [RowWords(row.label, "", model, f"{form_id}.{row.code}") for row in rows]


def _top(model: ReportModel, form_id: str, column: str, most: int) -> list[RowWords]:
    """Return the rows (no sections, no total) with the greatest figures of a column, zeros left out, ties in order."""
    form = model.forms[form_id]

    def size(row: FormRow) -> int:
        return int(model.figure_of(f"{form_id}.{row.code}.{column}").value or 0)

    rows = sorted((row for row in form.rows if row.kind == "row" and size(row)), key=size, reverse=True)
    return [RowWords(row.label, row.section_label, model, f"{form_id}.{row.code}") for row in rows[:most]]
