"""Asset `landed_files`: everything units sent, kept byte for byte.

Here: one thin asset; the run that finds its answer already built. Not here: receipts, atomic writes (ingest/landing).
Invariant: a file is received once; receiving never changes or deletes anything.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.resources import AskResource, OfficeResource, Say, owners_of
from pipelines.ingest.landing import Reception, keep_settings, receipts, receive
from pipelines.ingest.persons import without_persons
from pipelines.ingest.pull import Pulled, pull_sources
from pipelines.ingest.reception_text import reception_lines
from pipelines.office.settings import Office
from pipelines.warehouse.answer import Plan, plan
from pipelines.warehouse.finished import read_summary
from pipelines.warehouse.register import register

REPORT = dg.AssetKey("quarterly_reports")
_CHECKS = {
    "sources_reachable": "Mọi nguồn khai trong office.yaml đều lấy được tệp.",
    "files_recognised": "Mọi tệp đã nhận đều có hồ sơ nguồn (profiles/) đọc được.",
}


def landing_defs(office: Office) -> dg.Definitions:
    """Return the asset that receives."""

    @dg.asset(
        group_name="tiep_nhan",
        kinds={"file"},
        owners=owners_of(office),
        output_required=False,  # not given when the answer is already built: then all later steps are skipped
        description=(
            "Tệp các đơn vị đã gửi, giữ nguyên từng byte, mỗi lần gửi một biên nhận. "
            "Materialize để nhận tệp mới trong inbox. Báo cáo đã lập rồi thì lượt chạy dừng ở đây."
        ),
        check_specs=[
            dg.AssetCheckSpec(name=name, asset="landed_files", description=text) for name, text in _CHECKS.items()
        ],
    )
    def landed_files(
        context: dg.AssetExecutionContext, office: OfficeResource, ask: AskResource, say: dg.ResourceParam[Say]
    ) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        """Receive what is new in the inbox; keep the settings in force; stop when the answer is already built."""
        loaded = office.load()
        pulled = pull_sources(loaded)
        reception = receive(loaded)
        for sentence in (*(line for source in pulled for line in source.sentences), *reception_lines(reception)):
            say(sentence)
        came = _came(loaded, reception, len(keep_settings(loaded)))
        answer = _answer(context, loaded, ask)
        if answer is None:
            yield dg.MaterializeResult(metadata=came)
        else:  # events, no output: the steps after this one are skipped
            if reception.taken:
                context.log_event(dg.AssetMaterialization("landed_files", metadata=came))
            context.log_event(_already_built(answer))
        yield _reachable(pulled)
        yield _recognised(loaded)

    return dg.Definitions(assets=[landed_files])


def _answer(context: dg.AssetExecutionContext, office: Office, ask: AskResource) -> Plan | None:
    """Return the plan of this run's report if that very report is there already."""
    selected = context.run.asset_selection  # empty where all assets are selected
    if not context.has_partition_key or (selected and REPORT not in selected):
        return None  # this run makes no report
    planned = plan(office, ask.of(context.partition_key))
    return planned if planned.is_built else None


def _already_built(planned: Plan) -> dg.AssetMaterialization:
    """The report of an earlier run is this run's answer: the one materialisation of a run that builds nothing."""
    return dg.AssetMaterialization(
        REPORT,
        description="Không có gì thay đổi: báo cáo này đã lập, không lập lại.",
        partition=planned.question.period.period_id,
        metadata={
            **{name: str(value) for name, value in read_summary(planned.report).items()},
            "thu_muc": dg.MetadataValue.path(str(planned.report)),
            "moi_lap": False,
        },
    )


def _came(office: Office, reception: Reception, settings_kept: int) -> dict[str, dg.MetadataValue | int]:
    return {
        "tep_moi": len(reception.taken),
        "tep_con_cho": len(reception.waiting),
        "tep_tong_cong": len(receipts(office)),
        "tep_cau_hinh": settings_kept,
        "thu_muc": dg.MetadataValue.path(office.data / "landing"),
        "danh_sach": dg.MetadataValue.md(
            _listing([(item.period_id, item.unit_id, without_persons(item.file_name)) for item in reception.taken])
        ),
        "ket_qua": dg.MetadataValue.md("\n".join(f"- {line.strip()}" for line in reception_lines(reception))),
    }


def _reachable(pulled: list[Pulled]) -> dg.AssetCheckResult:
    sources = [(item.source_id, item.problem or "", str(len(item.files))) for item in pulled]
    return dg.AssetCheckResult(
        check_name="sources_reachable",
        passed=not any(source.problem for source in pulled),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"nguon": dg.MetadataValue.md(_listing(sources, ("nguồn", "lỗi", "tệp mới")))},
    )


def _recognised(office: Office) -> dg.AssetCheckResult:
    unknown = [item for item in register(office) if item.profile is None and item.is_visible]
    return dg.AssetCheckResult(
        check_name="files_recognised",
        passed=not unknown,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "tep_khong_nhan_ra": dg.MetadataValue.md(
                _listing([(d.period_id, d.unit_id, d.shown_name) for d in unknown])
            )
        },
    )


def _listing(rows: list[tuple[str, str, str]], heads: tuple[str, str, str] = ("kỳ", "đơn vị", "tệp")) -> str:
    """Return rows as a table in Markdown, at most fifty."""
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows[:50])]
    return "\n".join(lines) if rows else "Không có."
