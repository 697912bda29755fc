"""A finished report's folder: documents, layouts, manifest, and the move into place.

Here: writing the files of one report, the manifest, the rename. Not here: rendering, figures, issuing.
Invariant: no wall time anywhere; the folder appears whole by one rename and is never written again.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.audit.book.write import write_book
from pipelines.audit.short_code import short_codes
from pipelines.figures.change import with_changes
from pipelines.figures.charts import charts_of
from pipelines.figures.comparison import Comparison
from pipelines.figures.layout import Layouts, entries_of
from pipelines.figures.model import ReportModel
from pipelines.figures.packets import BOOK_NAME, BOOK_PAGE, KEPT_NAME, SENT_NAME
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks
from pipelines.ingest.landing import hash_file
from pipelines.office.files import sync
from pipelines.office.settings import Office
from pipelines.office.text import counted, format_count
from pipelines.office.words import OwnWords, read_words
from pipelines.package.provenance import PROVENANCE, write_provenance
from pipelines.package.tidy import TIDY_FILES, write_tidy
from pipelines.paths import REPORT_TEMPLATES
from pipelines.render.docx import write_report
from pipelines.render.html import write_html
from pipelines.render.pdf import write_pdf
from pipelines.render.xlsx import KEPT_FORMS, SENT_FORMS, write_forms

# The documents of a report: what is sent to the superior, and what stays with the office.
DOCUMENTS = (
    *(f"{name}.{kind}" for name in (SENT_NAME, KEPT_NAME) for kind in ("docx", "pdf", "html")),
    SENT_FORMS,
    KEPT_FORMS,
)
KEPT = (
    *DOCUMENTS,
    "forms.json",
    "manifest.json",
    "warehouse.duckdb",
    "evidence",
    BOOK_NAME,
    *TIDY_FILES,
    PROVENANCE,
)


@dataclass(frozen=True)
class Paper:
    """What documents take from outside their figures: folders of words, the office's own first; its Word file."""

    folders: tuple[Path, ...] = (REPORT_TEMPLATES,)
    base: Path | None = None
    own: OwnWords = field(default_factory=OwnWords)
    # Sections of the report the office must write itself.
    required: tuple[str, ...] = ()


def paper_of(office: Office, period_id: str = "", unit_id: str = "") -> Paper:
    """Return the templates and the letterhead of an office, and its own words in the report of a period.

    Args:
        office: the office.
        period_id: the period of the report; empty for a letter, which has no sections.
        unit_id: the unit whose own report it is.
    """
    own = read_words(office.root, period_id, unit_id) if period_id else OwnWords()
    required = tuple(office.settings.words.required) if period_id and not unit_id else ()
    return Paper((office.templates, REPORT_TEMPLATES), office.letterhead, own, required)


def assemble(
    folder: Path,
    model: ReportModel,
    layouts: Layouts,
    key: str,
    versions: Mapping[str, str],
    paper: Paper | None = None,
    warehouse: Path | None = None,
    since: Comparison | None = None,
) -> None:
    """Write every file of the report into the build folder; the manifest comes last.

    With the warehouse it is made from, every printed figure is a link into the report's book, which says what changed
    `since` the version issued before; the office's report has its figures for other programs too.
    """
    paper = paper or Paper()
    model = replace(model, book=BOOK_PAGE if warehouse else "")
    sent = report_blocks(model, folders=paper.folders, own=paper.own, required=paper.required)
    kept = report_blocks(model, KEPT_TEMPLATE, paper.folders)
    model = with_changes(model, (*sent, *kept))
    codes = _short_codes(model, layouts)
    if warehouse:  # before the papers: the program that sets the .pdf keeps what it used, some 200 MB
        write_book(folder, warehouse, model, layouts, codes, since)
    for name, blocks in ((SENT_NAME, sent), (KEPT_NAME, kept)):
        write_report(model, blocks, folder / f"{name}.docx", paper.base)
        write_pdf(model, blocks, folder / f"{name}.pdf")
        write_html(model, blocks, folder / f"{name}.html")
    write_forms(model, sent, folder / SENT_FORMS, codes)
    write_forms(model, kept, folder / KEPT_FORMS, codes)
    _write_json(folder / "forms.json", entries_of(layouts))
    if warehouse and model.scope is None:
        write_tidy(folder, model, codes)
        write_provenance(folder, model, layouts, key, versions)
    _write_json(folder / "manifest.json", _manifest(folder, model, layouts, key, versions))


def summary(model: ReportModel) -> dict[str, str]:
    """Return the headline of a report for the officer, label → text."""
    counts, coverage = model.counts, model.coverage
    return {
        "Kỳ báo cáo": f"{model.question.period_label}, số liệu đến hết ngày {model.question.until_on:%d/%m/%Y}",
        **model.headline(),
        "Bảng số liệu": f"{format_count(counts.accepted)} chấp nhận, {format_count(counts.refused)} từ chối",
        "Dòng trả lại đơn vị": format_count(counts.rows_rejected),
        **_outdated(model),
        "Đơn vị chưa gửi đủ": f"{counted(coverage.missing)}"
        + (f" ({', '.join(coverage.missing)})" if coverage.missing else ""),
    }


def _outdated(model: ReportModel) -> dict[str, str]:
    """The line about corrections the sources have overtaken; there is none when all hold."""
    outdated = sorted({item.record_code for item in model.corrections if item.state != "applied"})
    return {"Đính chính không còn đúng": ", ".join(outdated)} if outdated else {}


def _manifest(
    folder: Path, model: ReportModel, layouts: Layouts, key: str, versions: Mapping[str, str]
) -> dict[str, Any]:
    question = asdict(model.question)
    switches = {item["name"]: item["value"] for item in question.pop("switches")}
    return {
        "key": key,
        "question": question,
        "switches": switches,
        "summary": summary(model),
        "coverage": {**asdict(model.coverage), "is_complete": model.coverage.is_complete},
        "deliveries": [asdict(delivery) for delivery in model.deliveries],
        "figures": {name: figure.value for name, figure in sorted(model.figures.items())},
        # What `kstt trace` accepts in place of a figure's id.
        "short_codes": _short_codes(model, layouts),
        "charts": {name: chart.plain() for name, chart in charts_of(model).items()},
        # What part of a figure is estimated, where any is (None: a ratio of such figures).
        "estimated": {
            name: figure.estimated or None for name, figure in sorted(model.figures.items()) if figure.is_estimated
        },
        # The same of what units declared themselves.
        "declared": {
            name: figure.declared or None for name, figure in sorted(model.figures.items()) if figure.is_declared
        },
        # Cells that print as “…”: what they rest on was not sent.
        "not_sent": sorted(name for name, figure in model.figures.items() if figure.is_unsent),
        "files": {
            path.relative_to(folder).as_posix(): hash_file(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and path.relative_to(folder).parts[0] in KEPT
            # The manifest cannot hold its own hash; a version's folder begins as a copy that has the draft's manifest.
            and path.name != "manifest.json"
            and path.suffix != ".duckdb"
        },
        "cleaned_texts": model.cleaned_texts,
        "versions": dict(versions),
    }


def _short_codes(model: ReportModel, layouts: Layouts) -> dict[str, str]:
    version = model.issue.version if model.issue else None
    return short_codes(sorted(model.figures), layouts, model.question.period_id, model.question.office_unit_id, version)


def _write_json(path: Path, content: object) -> None:
    # Keys stay in the order written (the summary is read by people); that order depends on nothing but the report.
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain)
    path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    return str(value) if not isinstance(value, Decimal) else format(value, "f")


def strip(folder: Path) -> None:
    """Take what belongs to the run, not to the report, out of a build folder."""
    for path in folder.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def move_into_place(folder: Path, target: Path) -> None:
    """Move a finished build folder to its place by one rename.

    Raises:
        FileExistsError: a report is there already; it is never written again.
    """
    if target.exists():
        raise FileExistsError(f"{target} is a finished report")
    strip(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Everything is on the disk before the name is: a power cut leaves no report, never half of one.
    for path in [*folder.rglob("*"), folder]:
        sync(path)
    folder.rename(target)
    sync(target.parent)
