"""Issuing a report: the deliberate act of an officer that freezes one finished report for ever.

Here: choosing the report, the rules of versions, what a version records of its making, the order of writing.
Not here: finding versions (warehouse/issued), what blocks (blockers), checking later (audit/verify).
Invariant: a version is whole or not at all: folder on the disk, then the journal's line, then its name; no schedule
issues; an issued folder is read-only.
"""

from __future__ import annotations

import json
import platform
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.diff import Version, compare
from pipelines.audit.verify import input_faults
from pipelines.figures.comparison import Comparison
from pipelines.figures.layout import Layouts, load_layouts
from pipelines.figures.model import ReportModel
from pipelines.figures.text import Cleaner
from pipelines.figures.version import ISSUE_KINDS, Issue
from pipelines.ingest.issued_facts import SENT_UP
from pipelines.ingest.landing import hash_file, keep_settings, keep_tree, receipts
from pipelines.ingest.persons import numbers_of_persons
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.files import sync
from pipelines.office.settings import Office
from pipelines.office.software import versions
from pipelines.office.text import format_count
from pipelines.office.words import read_words, words_hash
from pipelines.package.assemble import assemble, paper_of
from pipelines.package.blockers import blockers
from pipelines.package.force import blocker_code, reasons_for
from pipelines.package.model import read_model
from pipelines.package.numbers import taken_by
from pipelines.package.seal import seal_of
from pipelines.package.send_up import facts_record, write_facts
from pipelines.package.views import write_views
from pipelines.paths import REPOSITORY
from pipelines.warehouse.answer import Plan, plan
from pipelines.warehouse.build import only_run
from pipelines.warehouse.finished import damaged_sentence, finished_reports, is_by_own_rules, read_manifest
from pipelines.warehouse.issued import (
    RECORD,
    Issued,
    find_issued,
    issued_folder,
    issued_versions,
    pending_folder,
    settle,
)
from pipelines.warehouse.question import Ask, resolve
from pipelines.warehouse.whole import report_faults

# All of the clone that makes a report: kept with each version, so that years later the same software makes it again.
SOFTWARE = (
    "pipelines/**/*.py",
    "pipelines/**/*.j2",
    "pipelines/setup/starter/*",
    "pipelines/audit/book/page/*",
    "dbt_project/*.yml",
    "dbt_project/macros/**/*.sql",
    "dbt_project/models/**/*.md",
    "dbt_project/models/**/*.sql",
    "dbt_project/models/**/*.yml",
    "dbt_project/tests/**/*.sql",
    "expectations/*.yaml",
    "report_templates/**/*",
    "dagster.yaml",
    "pyproject.toml",
    "uv.lock",
)


_WAY = (
    "\nSửa rồi lập lại; hoặc phát hành kèm lý do của từng vướng mắc, in trên báo cáo: --force 'MÃ=lý do' cho mỗi mã "
    "trong ngoặc vuông, hay --force-file vuong-mac-{period}.csv (kstt ghi tệp ấy để điền)."
)


@dataclass(frozen=True)
class Request:
    """What an officer asks to issue."""

    period_id: str
    kind: str
    by: str
    why: str
    as_of: str | None = None
    # Code of a blocker → the reason it is waved through; "" for the only one (package/force).
    force: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    signed_on: str = ""
    signer: str = ""


@dataclass(frozen=True)
class _Candidate:
    """The finished report a request is about."""

    request: Request
    report: Path
    planned: Plan
    model: ReportModel
    layouts: Layouts
    earlier: list[Issued]


def issue(office: Office, request: Request, counted_again: Callable[[Path], str] = lambda _: "") -> Issued:
    """Freeze the newest finished report of a period as its next version; return the version.

    Args:
        office: the office.
        request: what is asked.
        counted_again: says how a report differs from what was received; "" where it does not. Asked last, for it takes
            its time.

    Raises:
        OfficeError: no finished report represents what is in force now, a rule of versions is broken, something
            blocks and no reason to force was given (every reason is listed), or it differs when counted again.
    """
    with only_run(office):
        settle(office)
        candidate = _candidate(office, request)
        found = _blocking(office, candidate)
        changed = input_faults(office, candidate.planned.deliveries, candidate.earlier)
        _refuse(candidate, [*changed, *_broken_rules(candidate), *_number_taken(office, request)], found)
        reasons = reasons_for(found, request.force)
        if differs := counted_again(candidate.report):
            raise OfficeError(differs)
        block = _block(candidate, found, reasons)
        if issued_folder(office, request.period_id, block.version).exists():
            raise OfficeError(
                f"Có thư mục issued/{request.period_id}/v{block.version} mà sổ việc không ghi. "
                "Kiểm tra bằng kstt verify, chuyển thư mục đó đi rồi phát hành lại."
            )
        pending = pending_folder(office, request.period_id, block.version)
        record = _record(office, candidate, block)
        sealed = replace(block, seal=seal_of(candidate.report, record))
        write_issued(candidate.report, pending, office, sealed)
        _write_record(pending, {**record, "printed": asdict(sealed)})
        _freeze(pending)
        journal.append(
            office,
            "issue",
            request.by,
            request.why,
            period_id=request.period_id,
            version=block.version,
            kind=request.kind,
            forced=block.forced,
            waved={blocker_code(line): [line, why] for line, why in zip(found, reasons, strict=True)},
            words_sha256=words_hash(office.root, request.period_id),
            record_sha256=hash_file(pending / RECORD),
        )
        settle(office)
        write_views(office)
    return find_issued(office, request.period_id, block.version)


def write_issued(report: Path, folder: Path, office: Office, block: Issue) -> None:
    """Write the files of a version: the finished report's own, its documents laid out anew with the issue's lines."""
    shutil.copytree(report, folder)
    manifest = read_manifest(report)
    model, layouts = _read_report(report, office)
    paper = paper_of(office, model.question.period_id)
    since = _since(office, report, model.question.period_id, block.version)
    model = replace(model, issue=block)
    assemble(folder, model, layouts, manifest["key"], manifest["versions"], paper, folder / "warehouse.duckdb", since)
    write_facts(folder / "warehouse.duckdb", folder)


def _since(office: Office, report: Path, period_id: str, version: int) -> Comparison | None:
    """Return how a report differs from the version issued before it; None of the first."""
    before = issued_folder(office, period_id, version - 1)
    if version == 1 or not before.is_dir():
        return None
    return compare(Version(f"v{version - 1}", before), Version(f"v{version}", report))


def asked_of(office: Office, report: Path) -> Ask:
    """Return the full question a finished report answers."""
    with duckdb.connect(report / "warehouse.duckdb", read_only=True) as connection:
        (row,) = connection.execute("select * from landed.question").df().to_dict("records")
    names = office.settings.switches.model_dump()
    return Ask.parse(
        row["period_id"],
        f"{row['as_of']:%Y-%m-%d}",
        row["received_by"].to_pydatetime().replace(tzinfo=office.clock.timezone).isoformat(),
        {name: str(row[name]) for name in names},
        row["prior_issue"] or "",
        row.get("year_ago_issue") or "",
        [int(row["receipt_no"]), int(row["act_no"])] if "receipt_no" in row else None,
    )


def _read_report(report: Path, office: Office) -> tuple[ReportModel, Layouts]:
    layouts = load_layouts(report / "forms.json")
    return read_model(office, report / "warehouse.duckdb", layouts), layouts


def _candidate(office: Office, request: Request) -> _Candidate:
    """Choose the newest finished report, counted by the office's own switches, as of a day the kind is made of."""
    again = f"kstt run {request.period_id}{f' --as-of {request.as_of}' if request.as_of else ''}"
    found = [
        report
        for report in finished_reports(office, request.period_id, request.as_of)
        if is_by_own_rules(office, report)
    ]
    fitting = [report for report in found if _is_provisional(report) == (request.kind == "provisional")]
    if not found:
        raise OfficeError(f"Chưa có báo cáo kỳ {request.period_id} theo thiết lập của đơn vị. Chạy: {again}")
    newest = (fitting or found)[-1]
    if faults := report_faults(newest):
        raise OfficeError(damaged_sentence(newest, faults))
    planned = plan(office, asked_of(office, newest))
    if not planned.is_built:
        raise OfficeError(
            f"Báo cáo mới nhất ({newest}) được lập khi thiết lập, danh mục, mẫu hoặc phần mềm còn khác bây giờ. "
            f"Lập lại rồi phát hành: {again}"
        )
    model, layouts = _read_report(planned.report, office)
    return _Candidate(request, planned.report, planned, model, layouts, issued_versions(office, request.period_id))


def _is_provisional(report: Path) -> bool:
    return bool(read_manifest(report)["question"]["is_provisional"])


def _blocking(office: Office, candidate: _Candidate) -> list[str]:
    with duckdb.connect(candidate.report / "warehouse.duckdb", read_only=True) as connection:
        found = blockers(connection, candidate.model)
    found += personal_words(office, candidate.request.period_id)
    if candidate.request.kind != "provisional":
        found += list(unwritten(office, candidate.request.period_id))
    question = candidate.planned.question
    now, deliveries = resolve(office, Ask(question.period.period_id, question.as_of))
    counted, sent = (
        {item.delivery_id for item in items if item.is_visible and item.period_id == question.period.period_id}
        for items in (candidate.planned.deliveries, deliveries)
    )
    if counted != sent:
        found.append(
            f"Từ khi lập báo cáo này, tệp gửi cho kỳ đã đổi: thêm {format_count(len(sent - counted))}, "
            f"thay hoặc rút {format_count(len(counted - sent))}. Lập lại báo cáo."
        )
    accepted = [act for act in journal.acts(office, "accept") if act.n > question.cut.act_no]
    if accepted:
        found.append(
            f"Từ khi lập báo cáo này đã có {format_count(len(accepted))} xác nhận mới (kstt accept). Lập lại báo cáo."
        )
    if now.prior and now.prior != question.prior:
        found.append(
            f"Kỳ trước đã có bản {now.prior.issue_id}, nhưng số chuyển kỳ của báo cáo này đối chiếu với "
            f"{question.prior.issue_id if question.prior else 'chưa bản nào'}. Lập lại báo cáo."
        )
    return found


def personal_words(office: Office, period_id: str) -> Iterator[str]:
    """Yield a sentence for each section of the office's words that holds a number of a person; it would be sent."""
    own = read_words(office.root, period_id)
    for section, text in own.sections.items():
        if numbers_of_persons(text):
            yield (
                f"Mục {section} trong {own.file_name} có số điện thoại, số định danh hoặc thư điện tử, sẽ in ra báo "
                "cáo. Bỏ đi rồi lập lại báo cáo; là của cơ quan thì phát hành kèm lý do."
            )


def unwritten(office: Office, period_id: str) -> Iterator[str]:
    """Yield a sentence for each section the office must write and has not."""
    own = read_words(office.root, period_id)
    for section in own.empty(tuple(office.settings.words.required)):
        yield (
            f"Mục {section} của báo cáo chưa có lời của đơn vị. Viết tại {own.file_name} "
            f"(tạo tệp: kstt words {period_id}), rồi lập lại báo cáo."
        )


def _broken_rules(candidate: _Candidate) -> Iterator[str]:
    """Return what no reason can force: the order of versions (domain/04 4.2, required behaviour)."""
    kind, question = candidate.request.kind, candidate.planned.question
    period_end, as_of = f"{question.period.end_on:%d/%m/%Y}", f"{question.as_of:%d/%m/%Y}"
    finals = [item for item in candidate.earlier if item.kind != "provisional"]
    if kind == "provisional" and not question.is_provisional:
        yield (
            f"Bản tạm tính phải lấy số liệu trước ngày cuối kỳ {period_end}; báo cáo này đến ngày {as_of}. "
            f"Lập bằng: kstt run {question.period.period_id} --as-of <ngày>"
        )
    if kind != "provisional" and question.is_provisional:
        yield (
            f"{ISSUE_KINDS[kind]} phải lấy số liệu đến hết ngày cuối kỳ {period_end}; báo cáo này mới đến ngày {as_of}."
        )
    if kind == "corrected" and not finals:
        yield "Bản đính chính chỉ có sau bản chính thức; kỳ này chưa có bản chính thức nào (--kind final)."
    if kind != "corrected" and finals:
        yield f"Kỳ này đã có bản chính thức v{finals[0].version}; chỉ phát hành thêm bản đính chính (--kind corrected)."
    for item in candidate.earlier[-1:]:
        if item.record()["report_key"] == candidate.planned.key:
            yield f"Báo cáo này đã phát hành là v{item.version} ({ISSUE_KINDS[item.kind].lower()}); không có gì đổi."


def blocking(office: Office, request: Request) -> list[str]:
    """Return what stands in the way of issuing the report a request is about, and may be waved through.

    Raises:
        OfficeError: no finished report represents what is in force now.
    """
    with only_run(office):
        settle(office)
        return _blocking(office, _candidate(office, request))


def _refuse(candidate: _Candidate, broken: list[str], found: list[str]) -> None:
    without = [line for line, why in zip(found, reasons_for(found, candidate.request.force), strict=True) if not why]
    if not broken and not without:
        return
    lines = "\n".join(
        [*(f"  - {line}" for line in broken), *(f"  - [{blocker_code(line)}] {line}" for line in without)]
    )
    way = "" if broken else _WAY.format(period=candidate.request.period_id)
    name = f"{ISSUE_KINDS[candidate.request.kind].lower()} kỳ {candidate.request.period_id}"
    raise OfficeError(f"Chưa phát hành được {name}:\n{lines}{way}")


def _number_taken(office: Office, request: Request) -> Iterator[str]:
    """Yield that the document's number is another document's that year."""
    year = int(request.signed_on[:4]) if request.signed_on else office.clock.today().year
    other = taken_by(office, request.number, year) if request.number else ""
    if other:
        yield f"Số {request.number} năm {year} đã cấp cho {other}. Kiểm tra lại với văn thư."


def _block(candidate: _Candidate, found: list[str], reasons: Sequence[str]) -> Issue:
    """Return what the documents print; the reasons of force are printed only where something was forced."""
    request, cleaner = candidate.request, Cleaner()
    is_correction = request.kind == "corrected"
    number = 1 + sum(item.kind == "corrected" for item in candidate.earlier)
    return Issue(
        kind=request.kind,
        version=len(candidate.earlier) + 1,
        correction_no=number if is_correction else 0,
        why=cleaner.text(request.why) if is_correction else "",
        forced=cleaner.text("; ".join(dict.fromkeys(reasons))),
        blockers=tuple(cleaner.text(line) for line in found),
        reasons=tuple(cleaner.text(why) for why in reasons),
        number=cleaner.text(request.number),
        signed_on=request.signed_on,
        signer=cleaner.text(request.signer),
    )


def _record(office: Office, candidate: _Candidate, block: Issue) -> dict[str, Any]:
    """Return all a version was made from; every file is named by its hash and kept in landing."""
    question, request = candidate.planned.question, candidate.request
    acts = journal.acts(office)
    return {
        "period_id": request.period_id,
        "version": block.version,
        "kind": block.kind,
        "by": request.by,
        "at": office.clock.now().isoformat(),
        "why": request.why,
        "printed": asdict(block),
        "report_key": candidate.planned.key,
        "ask": {
            "period_id": request.period_id,
            "as_of": question.as_of.isoformat(),
            "received_by": question.received_by.isoformat(),
            "cut": [question.cut.receipt_no, question.cut.act_no],
            "switches": {name: str(value) for name, value in question.switches.model_dump().items()},
            "prior_issue": question.prior.issue_id if question.prior else "",
            "year_ago_issue": question.year_ago_issue,
        },
        "journal": {"lines": len(acts), "head": acts[-1].sha256 if acts else journal.NO_LINE},
        "receipts": {
            item.receipt_id: {
                "sha256": hash_file(office.data / "receipts" / f"{item.receipt_id}.json"),
                "landed": item.sha256,
            }
            for item in receipts(office)
            if item.number <= question.cut.receipt_no
        },
        SENT_UP: facts_record(office, candidate.report / "warehouse.duckdb"),
        "settings": keep_settings(office),
        "software": keep_tree(office, REPOSITORY, SOFTWARE),
        "versions": {**versions(), "python": platform.python_version()},
    }


def _write_record(folder: Path, record: dict[str, Any]) -> None:
    record["files"] = {
        path.relative_to(folder).as_posix(): hash_file(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def _freeze(folder: Path) -> None:
    """Make a folder read-only and flush it: after this only its name changes."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    sync(folder.parent)
