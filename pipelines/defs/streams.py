"""One asset per stream: its delivered files, read and judged, with three checks each.

Here: the assets of all streams (one step) and their checks. Not here: typing (ingest), rules (expectations/*.yaml).
Invariant: a stream is a contract and a suite, no Python; a refused file stops nobody; a check shows rule and file.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import dagster as dg

from pipelines.defs.resources import AskResource, OfficeResource, Say, owners_of
from pipelines.ingest.contract import load_contract
from pipelines.ingest.rejects import READER_CHECKS, READER_MEND
from pipelines.ingest.table_reading import OUTDATED
from pipelines.office.settings import Office
from pipelines.office.text import format_count
from pipelines.periods.asked import period_due
from pipelines.periods.period import Period, find_period
from pipelines.warehouse.question import resolve
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.typed import TypedDelivery, rejects_of

READABLE, SENT_BACK, FLAGGED = "files_readable", "rows_sent_back", "rows_flagged"
_CHECKS = {
    READABLE: "Mọi tệp của kỳ đều đọc được và đủ cột bắt buộc.",
    SENT_BACK: "Không dòng nào của kỳ phải trả lại đơn vị (theo từng quy tắc, từng tệp).",
    FLAGGED: "Không dòng nào của kỳ bị gắn cờ; đính chính của đơn vị tổng hợp còn đúng với nguồn.",
}
_OUTDATED_REASON = "Đính chính không còn khớp với nguồn."
_OUTDATED_MEND = "Nguồn đã đổi: sửa hoặc bỏ đính chính này trong corrections.yaml."


@dataclass(frozen=True)
class Found:
    """What one rule found in one file."""

    rule: str
    delivery: Delivery
    rows: int
    reason: str
    mend: str


def stream_defs(office: Office) -> dg.Definitions:
    """Return the assets of all streams: its contract's name and words, read in one step."""

    @dg.multi_asset(
        name="doc_va_kiem_tra",
        can_subset=True,
        specs=[
            dg.AssetSpec(
                stream,
                deps=["landed_files"],
                group_name="doc_va_kiem_tra",
                kinds={"greatexpectations", "parquet"},
                owners=owners_of(office),
                description=(
                    f"{load_contract(contract_path(stream)).description}: đã đọc theo nhãn cột, đã kiểm tra từng dòng. "
                    "Tệp hỏng bị từ chối, dòng sai trả lại đơn vị, không dừng đơn vị khác."
                ),
            )
            for stream in streams()
        ],
        check_specs=[
            dg.AssetCheckSpec(name=name, asset=stream, description=text)
            for stream in streams()
            for name, text in _CHECKS.items()
        ],
    )
    def read_and_judge(
        context: dg.AssetExecutionContext, office: OfficeResource, ask: AskResource, say: dg.ResourceParam[Say]
    ) -> Iterator[dg.MaterializeResult]:
        """Read and judge the visible deliveries of each stream; what was done before is taken from the cache."""
        loaded = office.load()
        wanted = {key.to_user_string() for key in context.selected_asset_keys}
        if context.has_partition_key:
            question, deliveries = resolve(loaded, ask.of(context.partition_key))
            period, cut = question.period, question.cut
        else:
            deliveries, cut = register(loaded), None
            period = period_due(loaded.reference["periods"], "quarter", loaded.clock.today(), loaded.settings.deadlines)
        read = standing(loaded, [item for item in deliveries if item.stream in wanted], say, cut)
        by_stream: dict[str, list[TypedDelivery]] = {stream: [] for stream in streams()}
        for item in read:
            if item.delivery.is_visible and item.delivery.stream:
                by_stream[item.delivery.stream].append(item)
        within = _periods_within(loaded, period)
        for stream in sorted(wanted):
            yield _result(stream, by_stream[stream], within)

    return dg.Definitions(assets=[read_and_judge])


def _periods_within(office: Office, asked: Period | None) -> set[str]:
    """Return the asked period and those inside it: a half-year's files are those of its quarters."""
    periods = office.reference["periods"]
    found = [find_period(periods, str(name)) for name in periods["period_id"]] if asked else []
    return {
        item.period_id for item in found if asked and asked.start_on <= item.start_on and item.end_on <= asked.end_on
    }


def _result(stream: str, read: list[TypedDelivery], within: set[str]) -> dg.MaterializeResult:
    """Return the materialisation of a stream (all its files) with its checks (the files of the asked period)."""
    own = [item for item in read if item.delivery.period_id in within]
    outdated = _outdated(own)
    severity = dg.AssetCheckSeverity.ERROR if outdated else dg.AssetCheckSeverity.WARN
    return dg.MaterializeResult(
        asset_key=stream,
        metadata={
            "tep_chap_nhan": sum(item.verdict["status"] == "accepted" for item in read),
            "tep_tu_choi": sum(item.verdict["status"] == "refused" for item in read),
            "dagster/row_count": _total(read, "typed"),
            "dong_tra_lai": _total(read, "rejected"),
            "dong_gan_co": _total(read, "flagged"),
            "theo_tep": dg.MetadataValue.md(_per_file(own)),
        },
        check_results=[
            _readable(stream, own),
            _check(stream, SENT_BACK, own, _sent_back(own)),
            _check(stream, FLAGGED, own, [*_flagged(own), *outdated], severity),
        ],
    )


def _total(typed: list[TypedDelivery], name: str) -> int:
    return sum(int(item.verdict["counts"][name]) for item in typed)


def _per_file(typed: list[TypedDelivery]) -> str:
    lines = [
        "| kỳ | đơn vị | tệp | kết quả | dòng nhận | trả lại | gắn cờ |",
        "|---|---|---|---|---|---|---|",
    ]
    for item in typed:
        counts = item.verdict["counts"]
        state = "chấp nhận" if item.verdict["status"] == "accepted" else f"từ chối: {item.verdict['refused_reason']}"
        lines.append(
            f"| {item.delivery.period_id} | {item.delivery.unit_id} | {item.delivery.shown_name} | {state} | "
            + " | ".join(format_count(counts[name]) for name in ("typed", "rejected", "flagged"))
            + " |"
        )
    return "\n".join(lines) if typed else "Không có tệp nào của kỳ."


def _readable(stream: str, own: list[TypedDelivery]) -> dg.AssetCheckResult:
    refused = [item for item in own if item.verdict["status"] == "refused"]
    return dg.AssetCheckResult(
        asset_key=stream,
        check_name=READABLE,
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "so_tep": len(own),
            "tep_tu_choi": dg.MetadataValue.md(_per_file(refused) if refused else "Không có."),
        },
    )


def _sent_back(own: list[TypedDelivery]) -> list[Found]:
    """Rows the reader itself or a rule of the suite sent back; a row is listed under each rule it fails."""
    found = []
    for item in own:
        if item.verdict["status"] != "accepted" or not item.verdict["counts"]["rejected"]:
            continue
        words = _words(item)
        for rule, rows in Counter(rejects_of(item)["check_id"]).items():
            reason, mend = words.get(rule, (READER_CHECKS.get(rule, rule), READER_MEND))
            found.append(Found(rule, item.delivery, rows, reason, mend))
    return found


def _flagged(own: list[TypedDelivery]) -> list[Found]:
    return [
        Found(check["check_id"], item.delivery, int(check["unexpected"]), check["reason"], check["mend"])
        for item in own
        if item.verdict["status"] == "accepted"
        for check in item.verdict["checks"]
        if check["severity"] == "info" and check["unexpected"]
    ]


def _outdated(own: list[TypedDelivery]) -> list[Found]:
    """Files that no longer say what a correction expects, and in how many rows."""
    counts = [(item, sum(found["state"] != "applied" for found in item.verdict.get("corrections", []))) for item in own]
    return [Found(OUTDATED, item.delivery, rows, _OUTDATED_REASON, _OUTDATED_MEND) for item, rows in counts if rows]


def _words(item: TypedDelivery) -> dict[str, tuple[str, str]]:
    return {check["check_id"]: (check["reason"], check["mend"]) for check in item.verdict["checks"]}


def _check(
    stream: str,
    name: str,
    own: list[TypedDelivery],
    found: list[Found],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
) -> dg.AssetCheckResult:
    """Return a check: passed when nothing was found; the table by rule and file, Great Expectations' own counts."""
    lines = ["| quy tắc | đơn vị | tệp | số dòng | lý do | cách sửa |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {item.rule} | {item.delivery.unit_id} | {item.delivery.shown_name} | {item.rows} "
        f"| {item.reason} | {item.mend} |"
        for item in sorted(found, key=lambda item: (item.rule, -item.rows, item.delivery.unit_id))
    ]
    return dg.AssetCheckResult(
        asset_key=stream,
        check_name=name,
        passed=not found,
        severity=severity,
        metadata={
            "so_dong": sum(item.rows for item in found),
            "theo_quy_tac_va_tep": dg.MetadataValue.md("\n".join(lines) if found else "Không có."),
            "great_expectations": dg.MetadataValue.json(_expectations(name, own)),
        },
    )


def _expectations(name: str, own: list[TypedDelivery]) -> dict[str, dict[str, int | str]]:
    """Return what Great Expectations found: rule → severity, files judged, files and rows that fail it."""
    results: dict[str, dict[str, int | str]] = {}
    severities = {"info"} if name == FLAGGED else {"warning", "critical"}
    for item in own:
        for check in item.verdict["checks"]:
            if check["severity"] not in severities:
                continue
            rule = results.setdefault(
                check["check_id"],
                {"severity": check["severity"], "files": 0, "failed_files": 0, "unexpected_rows": 0},
            )
            rule["files"] = int(rule["files"]) + 1
            rule["failed_files"] = int(rule["failed_files"]) + bool(check["unexpected"])
            rule["unexpected_rows"] = int(rule["unexpected_rows"]) + int(check["unexpected"])
    return results
