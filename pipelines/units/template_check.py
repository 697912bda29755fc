"""Every template of an office tried on reports that never were, and the list of names templates may call.

Here: which templates there are, trying each, reading each for names no trial reaches. Not here: filling (words).
Invariant: reads templates, settings and the dbt project's layouts only; a problem names template, line and what to do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from pipelines.figures.example import example_models, full_example
from pipelines.figures.layout import Layouts
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.model import ReportModel
from pipelines.figures.template_names import REMINDER, names_lines
from pipelines.figures.words import (
    AD_HOC_TEMPLATE,
    COVER_TEMPLATE,
    KEPT_TEMPLATE,
    REMINDER_TEMPLATE,
    SUFFIX,
    TEMPLATE_OF_KIND,
    report_blocks,
    template_context,
    template_environment,
)
from pipelines.office.errors import OfficeError
from pipelines.office.nearest import nearest
from pipelines.office.settings import Office
from pipelines.package.assemble import paper_of
from pipelines.package.model import office_info
from pipelines.periods.period import Period
from pipelines.units.letters import reminder_facts
from pipelines.warehouse.build import dbt_target, warehouse_file
from pipelines.warehouse.dbt import ensure_manifest, read_manifest
from pipelines.warehouse.status import Owed, PeriodStatus, Refusal

_PLACE = re.compile(r"Mẫu (\S+?)(?:, dòng (\d+))?[,:]")
_DAY = dt.date(2021, 3, 11)


def read_layouts(office: Office) -> Layouts:
    """Return the forms of the dbt project as it is now.

    Raises:
        OfficeError: a form model's yml is incomplete.
    """
    target = dbt_target(office)
    target.mkdir(parents=True, exist_ok=True)
    ensure_manifest(target, warehouse_file(office, "templates"))
    return layouts_from_manifest(read_manifest(target))


def check_templates(office: Office, layouts: Layouts) -> tuple[int, list[str]]:
    """Return how many templates there are, and the problems found: one a template and line.

    A template is tried on a report nobody sent anything for, one in which nothing happened, one in which everything
    did, and on units' own; then it is read for names the trials did not reach.
    """
    folders = paper_of(office).folders
    known = {
        **template_context(full_example(layouts, office_info(office), "quarter", _codes(office))),
        **dict.fromkeys(REMINDER),
    }
    environment = template_environment(folders, known)
    templates = [name for name in environment.list_templates() if name.endswith(SUFFIX)]
    trees: dict[str, nodes.Template] = {}
    problems = [*_unreadable(environment, templates, trees), *_trials(office, layouts, folders)]
    problems += [*_names_not_reached(environment, trees, known), *_never_used(trees)]
    found: dict[tuple[str, str], str] = {}
    for problem in problems:
        place = _PLACE.match(problem)
        found.setdefault((place[1], place[2] or "") if place else ("", problem), problem)
    return len(templates), list(found.values())


def names_page(office: Office, layouts: Layouts) -> str:
    """Return the dictionary of names a template may call, as markdown."""
    labels: dict[str, list[str]] = {}
    for row in office.reference["sections"].to_dict("records"):
        labels.setdefault(row["section_code"], []).append(row["label"])
    sections = {code: "; ".join(dict.fromkeys(texts)) for code, texts in labels.items()}
    return "\n".join(names_lines(layouts, sections)) + "\n"


def _codes(office: Office) -> list[str]:
    return sorted(set(office.reference["sections"]["section_code"]))


def _trials(office: Office, layouts: Layouts, folders: tuple[Path, ...]) -> Iterator[str]:
    info, codes = office_info(office), _codes(office)
    for kind in (*TEMPLATE_OF_KIND, "ad_hoc"):
        for name, model in example_models(layouts, info, kind, codes):
            yield from _fault(model, TEMPLATE_OF_KIND.get(kind, AD_HOC_TEMPLATE), folders, None, name)
    for name, model in example_models(layouts, info, "quarter", codes):
        yield from _fault(model, COVER_TEMPLATE, folders, None, name)
        yield from _fault(model, KEPT_TEMPLATE, folders, None, name)
    for name, facts in _reminders():
        # A reminder has no forms.
        _, model = next(example_models({}, info, "quarter", codes))
        yield from _fault(model, REMINDER_TEMPLATE, folders, facts, name)


def _fault(
    model: ReportModel, template: str, folders: tuple[Path, ...], facts: Mapping[str, object] | None, when: str
) -> Iterator[str]:
    try:
        report_blocks(model, template, folders, facts)
    except OfficeError as error:
        yield f"{error} ({when})"


def _reminders() -> Iterator[tuple[str, dict[str, object]]]:
    """Yield what reminders may have to say: before the deadline, on its day, after it."""
    period = Period("2021-Q1", "quarter", "Quý I năm 2021", dt.date(2020, 12, 15), dt.date(2021, 3, 14))
    refused = (Refusal("tep.xlsx", "lý do", "cách sửa"),)
    owed = [
        Owed("a", "Đơn vị A", "x", "danh sách hồ sơ", "missing", 0, 0, 0, 0, None, ()),
        Owed("a", "Đơn vị A", "y", "sổ phản ánh", "refused", 0, 0, 0, 0, None, refused),
        Owed("a", "Đơn vị A", "z", "kết quả rà soát", "stale", 0, 0, 0, 0, None, (), refused),
    ]
    for days_left, when in ((3, "trước hạn"), (0, "ngày cuối hạn"), (-3, "quá hạn")):
        moment = dt.datetime.combine(_DAY - dt.timedelta(days=days_left), dt.time(8))
        yield f"công văn {when}", reminder_facts(PeriodStatus(period, _DAY, days_left, moment, tuple(owed)), owed)


def _unreadable(environment: Environment, templates: list[str], trees: dict[str, nodes.Template]) -> Iterator[str]:
    """Yield what is no Jinja at all; the others are put into `trees`."""
    assert environment.loader is not None
    for template in templates:
        source, _, _ = environment.loader.get_source(environment, template)
        try:
            trees[template] = environment.parse(source)
        except TemplateSyntaxError as error:
            yield f"Mẫu {template}, dòng {error.lineno}: viết sai cú pháp: {error.message}"


def _names_not_reached(
    environment: Environment, trees: Mapping[str, nodes.Template], known: Mapping[str, object]
) -> Iterator[str]:
    """Yield names no template knows, also in branches no trial took."""
    assigned = {name.name for tree in trees.values() for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    names = {*known, *assigned, *environment.globals}
    for template, tree in trees.items():
        unknown = meta.find_undeclared_variables(tree) - names
        for name in tree.find_all(nodes.Name):
            if name.ctx == "load" and name.name in unknown:
                yield f"Mẫu {template}, dòng {name.lineno}: không có tên «{name.name}»{nearest(name.name, names)}"
        for part in tree.find_all(nodes.Getattr):
            yield from _wrong_attribute(template, part, known)


def _wrong_attribute(template: str, part: nodes.Getattr, known: Mapping[str, object]) -> Iterator[str]:
    """Yield an attribute its owner has not, where the owner is named outright (`question.period_lable`)."""
    owner = known.get(part.node.name) if isinstance(part.node, nodes.Name) else None
    if owner is None or callable(owner) or isinstance(owner, list | tuple | bool):
        return
    names = list(owner) if isinstance(owner, Mapping) else [name for name in dir(owner) if not name.startswith("_")]
    if part.attr not in names:
        yield f"Mẫu {template}, dòng {part.lineno}: không có tên «{part.attr}»{nearest(part.attr, names)}"


def _never_used(trees: Mapping[str, nodes.Template]) -> Iterator[str]:
    """Yield templates no document uses: a name mistyped in the office's folder would be passed over in silence."""
    documents = [*TEMPLATE_OF_KIND.values(), AD_HOC_TEMPLATE, COVER_TEMPLATE, REMINDER_TEMPLATE, KEPT_TEMPLATE]
    used: dict[str, None] = {}
    todo = list(documents)
    while todo:
        template = todo.pop()
        if template in trees and template not in used:
            used[template] = None
            todo += [part for part in meta.find_referenced_templates(trees[template]) if part]
    # A template that cannot be read names no parts: only when all can be read is an unused one sure.
    for template in trees if set(documents) <= set(trees) else ():
        if template not in used:
            yield f"Mẫu {template}: không văn bản nào dùng mẫu này, hãy xem lại tên tệp{nearest(template, used)}"
