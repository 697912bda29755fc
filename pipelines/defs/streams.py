"""One asset per stream: its delivered files, read and judged, with a check per rule.

Here: the assets of all streams and their checks. Not here: typing (ingest), rules (expectations/*.yaml).
Invariant: a stream is a contract and a suite, no Python; a refused file stops nobody; checks show a table per file.
"""

import dagster as dg
import yaml

from pipelines.defs.landing import landed_files
from pipelines.defs.resources import OfficeResource
from pipelines.ingest.contract import load_contract
from pipelines.ingest.rejects import READER_CHECKS, READER_MEND
from pipelines.ingest.table_reading import OUTDATED
from pipelines.office.settings import Office
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.streams import contract_path, streams, suite_path
from pipelines.warehouse.typed import TypedDelivery, rejects_of, standing

_OUTDATED_MEND = "Nguồn đã đổi: sửa hoặc bỏ đính chính này trong corrections.yaml."


def _suite_checks(stream: str) -> dict[str, dict]:
    suite = yaml.safe_load(suite_path(stream).read_text(encoding="utf-8"))
    return {item["meta"]["check_id"]: item for item in suite["expectations"]}


def _stream_asset(stream: str) -> dg.AssetsDefinition:
    """Return the asset of one stream: its contract's name and words, a check per rule of its suite."""
    contract, checks = load_contract(contract_path(stream)), _suite_checks(stream)

    @dg.asset(
        name=stream,
        group_name="doc_va_kiem_tra",
        kinds={"greatexpectations", "parquet"},
        deps=[landed_files],
        description=(
            f"{contract.description}: đã đọc theo nhãn cột, đã kiểm tra từng dòng. "
            "Tệp hỏng bị từ chối, dòng sai trả lại đơn vị, không dừng đơn vị khác."
        ),
        check_specs=[
            dg.AssetCheckSpec(
                name="files_readable", asset=stream, description="Mọi tệp đều đọc được và đủ cột bắt buộc."
            ),
            *(
                dg.AssetCheckSpec(name=check_id, asset=stream, description=item["meta"]["reason"])
                for check_id, item in checks.items()
            ),
            *(
                dg.AssetCheckSpec(name=check_id, asset=stream, description=reason)
                for check_id, reason in READER_CHECKS.items()
            ),
            dg.AssetCheckSpec(
                name=OUTDATED, asset=stream, description="Đính chính của đơn vị tổng hợp còn đúng với nguồn."
            ),
        ],
    )
    def read_and_judge(context: dg.AssetExecutionContext, office: OfficeResource) -> dg.MaterializeResult:
        """Read and judge every visible delivery of the stream; what was done before is taken from the cache."""
        return _materialize(context, office.load(), stream, checks)

    return read_and_judge


def _materialize(
    context: dg.AssetExecutionContext, office: Office, stream: str, checks: dict[str, dict]
) -> dg.MaterializeResult:
    sent = [item for item in register(office, office.clock.now()) if item.stream == stream]
    typed = [item for item in standing(office, sent) if item.delivery.is_visible]
    for item in typed:
        context.log.info(f"{item.delivery.unit_id}: {item.delivery.file_name} — {item.verdict['status']}")
    return dg.MaterializeResult(
        metadata={
            "tep_chap_nhan": sum(item.verdict["status"] == "accepted" for item in typed),
            "tep_tu_choi": sum(item.verdict["status"] == "refused" for item in typed),
            "dong_nhan": _total(typed, "typed"),
            "dong_tra_lai": _total(typed, "rejected"),
            "dong_gan_co": _total(typed, "flagged"),
            "theo_tep": dg.MetadataValue.md(_per_file(typed)),
        },
        check_results=[
            _readable(typed),
            *(_check_result(name, item["meta"]["mend"], _judged(name, typed)) for name, item in checks.items()),
            *(_check_result(name, READER_MEND, _unreadable(name, typed)) for name in READER_CHECKS),
            _check_result(OUTDATED, _OUTDATED_MEND, _outdated(typed), dg.AssetCheckSeverity.ERROR),
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
            f"| {item.delivery.period_id} | {item.delivery.unit_id} | {item.delivery.file_name} | {state} "
            f"| {counts['typed']} | {counts['rejected']} | {counts['flagged']} |"
        )
    return "\n".join(lines)


def _readable(typed: list[TypedDelivery]) -> dg.AssetCheckResult:
    refused = [item for item in typed if item.verdict["status"] == "refused"]
    return dg.AssetCheckResult(
        check_name="files_readable",
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"tep_tu_choi": dg.MetadataValue.md(_per_file(refused) if refused else "Không có.")},
    )


def _judged(check_id: str, typed: list[TypedDelivery]) -> list[tuple[Delivery, int]]:
    """Files in which a rule of the suite found rows, and how many."""
    return [
        (item.delivery, check["unexpected"])
        for item in typed
        for check in item.verdict["checks"]
        if check["check_id"] == check_id and check["unexpected"]
    ]


def _unreadable(check_id: str, typed: list[TypedDelivery]) -> list[tuple[Delivery, int]]:
    """Files in which the reader itself sent rows back, and how many."""
    read = [item for item in typed if item.verdict["status"] == "accepted"]
    counts = [(item.delivery, int((rejects_of(item)["check_id"] == check_id).sum())) for item in read]
    return [(delivery, count) for delivery, count in counts if count]


def _outdated(typed: list[TypedDelivery]) -> list[tuple[Delivery, int]]:
    """Files that no longer say what a correction expects, and in how many rows."""
    counts = [
        (item.delivery, sum(found["state"] != "applied" for found in item.verdict.get("corrections", [])))
        for item in typed
    ]
    return [(delivery, count) for delivery, count in counts if count]


def _check_result(
    check_id: str,
    mend: str,
    found: list[tuple[Delivery, int]],
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
) -> dg.AssetCheckResult:
    lines = ["| đơn vị | tệp | số dòng |", "|---|---|---|"]
    lines += [f"| {delivery.unit_id} | {delivery.file_name} | {count} |" for delivery, count in found]
    return dg.AssetCheckResult(
        check_name=check_id,
        passed=not found,
        severity=severity,
        metadata={
            "so_dong": sum(count for _, count in found),
            "cach_sua": mend,
            "theo_tep": dg.MetadataValue.md("\n".join(lines) if found else "Không có."),
        },
    )


STREAM_ASSETS = [_stream_asset(stream) for stream in streams()]
