"""The office and the question of a run as Dagster resources; the office's periods as partitions.

Here: which office a code location serves, what a run may ask beside its period, the run lock.
Not here: reading an office (office room), what a question means (warehouse/question).
Invariant: one office is one Dagster instance and one code location; a run sees the office as it was when it began.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.office.settings import Office, load_office
from pipelines.warehouse.answer import Plan, noted_plan
from pipelines.warehouse.build import only_run
from pipelines.warehouse.question import Ask

Say = Callable[[str], None]
"""A line of progress for the person who waits at the command line."""


class OfficeResource(dg.ConfigurableResource):
    """The office folder a run works on, locked for this run."""

    folder: str = Field(description="Thư mục của đơn vị (có office.yaml).")
    # A scheduled run waits for a run at hand; a quarter takes minutes.
    wait_seconds: float = Field(default=600, description="Đợi lượt chạy khác của đơn vị bao nhiêu giây.")
    _office: Office | None = PrivateAttr(default=None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["OfficeResource"]:  # noqa: ARG002
        """Hold the office's run lock while a run lasts: UI, schedule and command never work at once."""
        self._office = load_office(self.folder)
        with only_run(self._office, wait_seconds=self.wait_seconds):
            yield self

    def load(self) -> Office:
        """Return the office, read once when the run began."""
        return self._office or load_office(self.folder)


class AskResource(dg.ConfigurableResource):
    """What a run asks beside its period (its partition); empty means the default."""

    as_of: str | None = Field(default=None, description="Số liệu tính đến ngày (năm-tháng-ngày).")
    received_by: str | None = Field(default=None, description="Chỉ dùng tệp nhận đến lúc (ISO, có múi giờ).")
    switches: dict[str, str] = Field(default_factory=dict, description="Quy tắc đếm khác với office.yaml.")
    # No part of the question: the answer is the same.
    engine: str | None = Field(default=None, description="Tính bằng duckdb hoặc spark, khác với office.yaml.")

    def of(self, period_id: str) -> Ask:
        """Return the question of a period.

        Raises:
            OfficeError: a day or a moment is not written as one.
        """
        return Ask.parse(period_id, self.as_of, self.received_by, self.switches)


def run_id_of(context: dg.AssetExecutionContext) -> str:
    """Return whose build folder a run works in: its own, or that of the run it goes on with (re-execution)."""
    return context.run.root_run_id or context.run.run_id


def plan_of(context: dg.AssetExecutionContext, office: Office) -> Plan:
    """Return the plan this run's question noted, held against the partition of the asset that asks.

    Raises:
        OfficeError: the run asked no question, or one of another period.
    """
    return noted_plan(office, run_id_of(context), context.partition_key)


def period_partitions(office: Office) -> dg.StaticPartitionsDefinition:
    """Return one partition a row of reference/periods.csv: quarters, years, ad hoc ranges."""
    return dg.StaticPartitionsDefinition(list(office.reference["periods"]["period_id"]))


def owners_of(office: Office) -> list[str]:
    """Return who answers for the assets: the office itself."""
    return [f"team:{office.settings.office.unit_id}"]


def resource_defs(office: Office, say: Say) -> dg.Definitions:
    """Return the resources every asset may ask for."""
    return dg.Definitions(
        resources={
            "office": OfficeResource(folder=str(office.root)),
            "ask": AskResource(),
            "say": dg.ResourceDefinition.hardcoded_resource(say, description="Nơi in từng dòng tiến độ."),
        }
    )
