"""The words of a document: Jinja templates filled with a report model, as blocks.

Here: the sandbox, which template a period has, what a template may call, errors that name line and tag.
Not here: the words (report_templates, the office's own templates), paper (render), the list of names (template_names).
Invariant: a template computes nothing and reaches nothing but this list; an unknown name is an error, not a gap.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.exceptions import SecurityError, TemplateError, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from pipelines.figures.blocks import (
    Block,
    Markup,
    SealMark,
    addressee_markup,
    chart_markup,
    figure_markup,
    parse_blocks,
    plain,
    signature_markup,
    subject_markup,
    table_markup,
)
from pipelines.figures.change import before_markup, change_markup, changes_markup, delta_markup
from pipelines.figures.charts import charts_of
from pipelines.figures.form_page import attached_line
from pipelines.figures.model import Coverage, Form, ReportModel
from pipelines.figures.packets import cited, packets_of
from pipelines.figures.phrases import phrases
from pipelines.figures.row_words import (
    appendix_of,
    headlines,
    index_words,
    nil_sentence,
    part_words,
    score_words,
    section_rows,
    target_of,
    top_rows,
    unsent_units,
)
from pipelines.figures.text import format_count, lower_first, text_day
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.words import OwnWords
from pipelines.paths import REPORT_TEMPLATES

if TYPE_CHECKING:
    from types import TracebackType

SUFFIX = ".md.j2"
# Which words a report has, by the kind of its period (reference/periods.csv); any other kind is an ad hoc report.
TEMPLATE_OF_KIND = {
    "quarter": f"bao-cao-quy{SUFFIX}",
    "six_months": f"bao-cao-6-9-thang{SUFFIX}",
    "nine_months": f"bao-cao-6-9-thang{SUFFIX}",
    "year": f"bao-cao-nam{SUFFIX}",
}
AD_HOC_TEMPLATE = f"bao-cao-dot-xuat{SUFFIX}"
COVER_TEMPLATE = f"cong-van-gui-bao-cao{SUFFIX}"
REMINDER_TEMPLATE = f"cong-van-don-doc{SUFFIX}"
KEPT_TEMPLATE = f"luu-ho-so{SUFFIX}"

# A part of a sentence that says nothing leaves the space before it.
_SPACE_BEFORE = re.compile(r" +(?=[.;,:](?:\s|$))", re.MULTILINE)
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
# What an included part does to a name: what fails in a template, beside Jinja's own errors and ours.
_FAULTS = (TemplateError, OfficeError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def report_template(period_kind: str) -> str:
    """Return the file name of the words of a report on a period of that kind."""
    return TEMPLATE_OF_KIND.get(period_kind, AD_HOC_TEMPLATE)


def report_blocks(
    model: ReportModel,
    template: str | None = None,
    folders: Sequence[Path] = (REPORT_TEMPLATES,),
    facts: Mapping[str, object] | None = None,
    own: OwnWords | None = None,
    required: Sequence[str] = (),
) -> tuple[Block, ...]:
    """Return the words of a document as blocks.

    Args:
        model: the report; a letter has one without forms.
        template: file name of the words; by default those of the period's kind.
        folders: where templates are looked for, the office's own before the common ones.
        facts: what only this document may call (a letter: what is owed).
        own: what the office itself wrote, by section.
        required: sections the office must write; a draft marks an empty one.

    Raises:
        OfficeError: the template names a figure, form or value that is not there; the message says where.
    """
    name = template or report_template(model.question.period_kind)
    context = {**template_context(model), **(facts or {})}
    environment = template_environment(folders, context)
    context["own_words"] = partial(_own_words, environment, context, own or OwnWords(), tuple(required))
    try:
        text = environment.get_template(name).render(context)
    except _FAULTS as error:
        raise OfficeError(_noted(environment, name, error)) from error
    return (*parse_blocks(_SPACE_BEFORE.sub("", text)), *_seal_mark(model))


def _seal_mark(model: ReportModel) -> Iterator[SealMark]:
    """Yield the mark that closes the documents of an issued version; a draft has none."""
    if model.issue and model.issue.seal:
        yield SealMark(model.issue.seal, f"{model.question.period_id}/v{model.issue.version}")


class _Compiled(BytecodeCache):
    """Templates compiled once a process: a report has two packets, each unit its own, and all share most of them."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a template; Jinja drops it where the source has changed."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def template_environment(folders: Sequence[Path], known: Mapping[str, object]) -> Environment:
    """Return the sandbox templates are read in; `known` is what an unknown name is held against."""

    class Unknown(StrictUndefined):
        """A name that is not there: the error says which one is near."""

        @property
        def _undefined_message(self) -> str:
            name, owner = self._undefined_name, self._undefined_obj
            if self._undefined_exception is SecurityError:
                return f"không được phép dùng «{name}» trong mẫu."
            if self._undefined_hint:
                return self._undefined_hint
            names = list(known) if owner is missing else _names_in(owner)
            return f"không có tên «{name}»{nearest(str(name), names)}"

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(list(folders), encoding="utf-8"),
        undefined=Unknown,
        finalize=plain,
        trim_blocks=True,
        lstrip_blocks=True,
        # Words become plain blocks; `plain` escapes every value, each renderer escapes for its own format.
        autoescape=False,
        bytecode_cache=_compiled,
    )
    environment.filters.update(day=text_day, count=format_count, lower_first=lower_first, said=Markup)
    return environment


def _own_words(
    environment: Environment, context: Mapping[str, Any], own: OwnWords, required: tuple[str, ...], section: str
) -> Markup:
    """Return what the office wrote in a section, its figure tags filled; where it must still write, a mark."""
    text = own.sections.get(section, "")
    if not text:
        if section not in required:
            return Markup("")
        where = f"(Cán bộ tổng hợp viết mục {section} tại {own.file_name}.)"
        return Markup("…" if context["issue"] else f"*{plain(where)}*")
    try:
        return Markup(environment.from_string(text).render(context))
    except _FAULTS as error:
        raise OfficeError(f"{own.file_name}, mục {section}: {_reason(environment, error)}") from error


def _names_in(owner: object) -> list[str]:
    """Return what a template may name of a value: keys of a mapping, public attributes of anything else."""
    if isinstance(owner, Mapping):
        return [str(key) for key in owner]
    return [name for name in dir(owner) if not name.startswith("_")]


def _noted(environment: Environment, template: str, error: Exception) -> str:
    """Return where a template failed (file, line, tag) and why, in words."""
    where, line = _place(error.__traceback__, template)
    line = getattr(error, "lineno", None) or line
    where = Path(getattr(error, "name", None) or where).name if not isinstance(error, TemplateNotFound) else where
    tag = _tag(environment, where, line, str(error))
    place = f"Mẫu {where}{f', dòng {line}' if line else ''}{f', thẻ {tag}' if tag else ''}"
    return f"{place}: {_reason(environment, error)}"


def _place(trace: TracebackType | None, template: str) -> tuple[str, int | None]:
    """Return the innermost template and line of an error (Jinja's own frames carry the template's lines)."""
    frames = [frame for frame in traceback.extract_tb(trace) if frame.filename.endswith(SUFFIX)]
    return (Path(frames[-1].filename).name, frames[-1].lineno) if frames else (template, None)


def _tag(environment: Environment, template: str, line: int | None, message: str) -> str:
    """Return the tag at fault: of those on the line the one that holds a word of the message, else the first."""
    assert environment.loader is not None
    try:
        source, _, _ = environment.loader.get_source(environment, template)
    except TemplateNotFound:
        return ""
    lines = source.splitlines()
    if not line or line > len(lines):
        return ""
    tags = _TAG.findall(lines[line - 1])
    named = re.findall(r"[«']([^»']+)[»']", message)
    return next((tag for tag in tags if any(name in tag for name in named)), tags[0] if tags else "")


def _reason(environment: Environment, error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"không có mẫu «{error.name}»{nearest(str(error.name), environment.list_templates())}"
    text = str(error)
    for kind, names in (("filter", environment.filters), ("test", environment.tests)):
        found = re.match(rf"No {kind} named '([^']+)'", text)
        if found:
            return f"không có bộ lọc «{found[1]}»{nearest(found[1], names)}"
    return text if isinstance(error, OfficeError) or "«" in text else f"viết sai cú pháp hoặc sai kiểu: {text}"


def _has_counts(form: Form) -> bool:
    return any(figure.value for row in form.rows for figure in row.figures)


def template_context(model: ReportModel) -> dict[str, Any]:
    """Return all that a template may call."""

    def has_figure(reference: str) -> bool:
        return model.find_figure(reference) is not None

    def form_of(form_id: str) -> str:
        if form_id not in model.forms:
            raise OfficeError(f"báo cáo không có biểu «{form_id}»{nearest(form_id, model.forms)}")
        return form_id

    def coverage_of(form_id: str) -> Coverage:
        return model.forms[form_of(form_id)].coverage

    def chart(chart_id: str) -> Markup:
        if chart_id not in charts:
            raise OfficeError(f"báo cáo không có biểu đồ «{chart_id}»{nearest(chart_id, charts)}")
        return chart_markup(chart_id)

    charts = charts_of(model)
    packets = packets_of(model)
    left = list(model.forms)

    def table(form_id: str) -> Markup:
        left[:] = [name for name in left if name != form_of(form_id)]
        return table_markup(form_id)

    def appendix(form_id: str) -> Markup:
        table(form_id)
        return appendix_of(model, packets, form_id)

    return {
        "fig": lambda reference: figure_markup(model.figure_of(reference)),
        "value": lambda reference: model.figure_of(reference).value,
        "chart": chart,
        "charts": list(charts),
        "has_figure": has_figure,
        "is_reported": lambda reference: not model.figure_of(reference).is_unsent,
        "table": table,
        "appendix": appendix,
        "sent_forms": list(packets.sent_forms),
        "kept_forms": list(packets.kept_forms),
        "sent_charts": list(packets.sent_charts),
        "kept_charts": list(packets.kept_charts),
        "appendix_number": packets.number_of,
        "cite": lambda *names: cited(model, packets, names),
        "attached": Markup(f"*{plain(attached_line(model))}*"),
        "nil": lambda form_id, what="": nil_sentence(model.forms[form_of(form_id)].coverage, what),
        "unsent": lambda form_id: unsent_units(model, form_of(form_id)),
        **phrases(model, packets),
        "parts": [part_words(part) for part in model.parts],
        "is_owed": lambda stream: stream in model.owed_streams,
        "forms_left": lambda: list(left),
        "forms": list(model.forms),
        "files_with": lambda column: model.files_with.get(column, "none"),
        "has_counts": lambda form_id: _has_counts(model.forms[form_of(form_id)]),
        "has_form": lambda form_id: form_id in model.forms,
        "subject": subject_markup,
        "addressee": addressee_markup,
        # A letter has no sections; report_blocks puts the office's words here.
        "own_words": lambda _section: Markup(""),
        "signature": signature_markup,
        "sections": lambda form_id: section_rows(model, form_of(form_id)),
        "by_size": lambda form_id, column: sorted(
            (row for row in section_rows(model, form_of(form_id)) if row.value(column)),
            key=lambda row: -int(str(row.value(column))),
        ),
        "top": lambda form_id, column, most: top_rows(model, form_of(form_id), column, most),
        "compared": model.compared,
        "change": partial(change_markup, model),
        "changes": partial(changes_markup, model),
        "before": partial(before_markup, model),
        "delta_prev": partial(delta_markup, model, "prev"),
        "delta_year": partial(delta_markup, model, "year"),
        "target": partial(target_of, model),
        "headlines": headlines(model),
        "scores": [score_words(score) for score in model.scores],
        "service_index": [index_words(line) for line in model.service_index],
        "office": model.office,
        "question": model.question,
        "issue": model.issue,
        "coverage": model.coverage,
        "coverage_of": coverage_of,
        "counts": model.counts,
        "carry_over": model.carry_over,
        "has_estimates": any(figure.is_estimated for figure in model.figures.values()),
        "has_declared": any(figure.is_declared for figure in model.figures.values()),
        "corrections": model.corrections,
        "declaring_beside": model.declaring_beside,
        "declared_against": model.declared_against,
        "bridge": model.bridge,
        "issued_below": model.issued_below,
        "forms_without": model.forms_without,
        "switches": {switch.name: switch for switch in model.question.switches},
    }
