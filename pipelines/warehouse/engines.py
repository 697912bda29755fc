"""Which engine builds the models of an office: its setting, or the one a run asks for.

Here: the choice. Not here: how an engine builds (dbt, spark).
Invariant: whichever it is, the models then lie in the warehouse file; the choice is no part of the answer's key.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.build import dbt_target
from pipelines.warehouse.dbt import BUILD, NodeResult, build
from pipelines.warehouse.spark_session import need_spark

ENGINES: tuple[str, ...] = get_args(WarehouseSection.model_fields["engine"].annotation)


def engine_of(office: Office, asked: str | None = None) -> str:
    """Return the engine a run builds with: the one asked for, else that of office.yaml.

    Raises:
        OfficeError: there is no such engine.
    """
    if asked and asked not in ENGINES:
        raise OfficeError(f"Không có máy tính toán «{asked}». Cho phép: {', '.join(ENGINES)}.")
    return asked or office.settings.warehouse.engine


def need_engine(office: Office, asked: str | None = None) -> str:
    """Return the engine a run builds with, if it is installed; asked before anything is read.

    Raises:
        OfficeError: there is no such engine, or it is not installed.
    """
    engine = engine_of(office, asked)
    if engine == "spark":
        need_spark()
    return engine


def build_models(
    office: Office, warehouse: Path, command: Iterable[str] = BUILD, asked: str | None = None
) -> tuple[NodeResult, ...]:
    """Build the models of a warehouse file with the engine of the office, or the one asked for, and run their tests.

    Raises:
        DbtFailed: a node failed.
        OfficeError: the engine is not there, or does not begin.
    """
    if need_engine(office, asked) == "duckdb":
        return build(dbt_target(office), warehouse, command)
    from pipelines.warehouse.spark import build_on_spark

    return build_on_spark(dbt_target(office), warehouse, office.settings.warehouse, command)
