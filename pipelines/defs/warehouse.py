"""The question and what is landed for it: one fresh database a run.

Here: assets `question` and `landed/<stream>`, made in one step. Not here: the landed schema (warehouse), the models.
Invariant: a run's later assets go on from this step's note alone, each held against its own partition.
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from pipelines.defs.resources import AskResource, OfficeResource, Say, owners_of, period_partitions, run_id_of
from pipelines.ingest.contract import load_contract
from pipelines.office.settings import Office
from pipelines.warehouse.answer import Answer, begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.streams import contract_path, streams
from pipelines.warehouse.tables import Table, tables_of

GROUP = "kho_du_lieu"


def landed_key(stream: str) -> dg.AssetKey:
    """Return the asset of what a question takes of a stream."""
    return dg.AssetKey(["landed", stream])


def warehouse_defs(office: Office) -> dg.Definitions:
    """Return the assets of the question: one step, for all lie in one database."""

    @dg.multi_asset(
        name="dat_cau_hoi",
        partitions_def=period_partitions(office),
        specs=[
            dg.AssetSpec(
                "question",
                deps=["landed_files"],
                group_name=GROUP,
                kinds={"duckdb"},
                owners=owners_of(office),
                description=(
                    "Câu hỏi đặt ra cho dữ liệu: kỳ nào, tính đến ngày nào, từ những tệp nhận đến lúc nào, đếm theo "
                    "quy tắc nào; cùng các bảng tham chiếu."
                ),
            ),
            *(
                dg.AssetSpec(
                    landed_key(stream),
                    deps=[stream, "question"],
                    group_name=GROUP,
                    kinds={"duckdb"},
                    owners=owners_of(office),
                    description=f"{load_contract(contract_path(stream)).description}: các dòng câu hỏi này dùng.",
                )
                for stream in streams()
            ),
        ],
    )
    def ask_question(
        context: dg.AssetExecutionContext, office: OfficeResource, ask: AskResource, say: dg.ResourceParam[Say]
    ) -> Iterator[dg.MaterializeResult]:
        """Resolve the question and write schema `landed` into the run's fresh database."""
        loaded, run_id = office.load(), run_id_of(context)
        answer = begin(loaded, ask.of(context.partition_key), run_id)
        yield dg.MaterializeResult(asset_key="question", metadata=_asked(answer))
        tables = tables_of(warehouse_file(loaded, run_id), "landed")
        for stream in streams():
            yield dg.MaterializeResult(
                asset_key=landed_key(stream), metadata=rows_metadata(tables[stream]) | _columns_metadata(tables[stream])
            )
        say("Đếm, đối chiếu và lập báo cáo…")

    return dg.Definitions(assets=[ask_question])


def rows_metadata(table: Table) -> dict[str, Any]:
    """Return how many rows Dagster shows of a table as it was built; a view has no number."""
    return {} if table.rows is None else {"dagster/row_count": table.rows}


def _columns_metadata(table: Table) -> dict[str, Any]:
    columns = [dg.TableColumn(name, kind) for name, kind in table.columns]
    return {"dagster/column_schema": dg.TableSchema(columns=columns)}


def _asked(answer: Answer) -> dict[str, Any]:
    return {
        "ky_bao_cao": answer.question.period.label,
        "so_lieu_den_ngay": answer.question.until_on.isoformat(),
        "nhan_den_luc": answer.question.received_by.isoformat(),
        "so_tep": len(answer.typed),
        "cong_tac": dg.MetadataValue.json(answer.question.switches.model_dump()),
        "khoa": answer.key,
    }
