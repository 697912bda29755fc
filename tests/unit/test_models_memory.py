"""The memory an engine gets for building: what is usual, and all it may have where that was too little.

Here: models of a hundred thousand dossiers built with a bound that is too small. Not here: how the bound is reckoned.
Invariant: a bound that spares memory never fails a run the machine could bear.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from warehouse_fixture import SECTIONS, Warehouse, calendar, delivery, question

from pipelines.ingest import memory
from pipelines.warehouse import dbt

FEW, MANY = 40_000_000, 2_000_000_000  # bytes of memory
DOSSIERS = 100_000
MODELS = dbt.build_only(["int_case_row_ranked"])


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(
        tmp_path,
        {
            "section": SECTIONS,
            "calendar": calendar("2020-11-30", "2021-06-30"),
            "delivery": [delivery("d", "p01", "2021-03-14")],
        },
        tmp_path / "target",
    )
    made.put(question("2020-12-15", "2021-03-14"))
    with duckdb.connect(made.path) as connection:
        connection.execute(
            "insert into landed.case_exports (delivery_id, source_row, dossier_code, source_file, received_at, flags) "
            "select 'd', 2 + range, 'H' || range || repeat('x', 60), 'd.csv', '2021-03-01 08:00:00', '' from range(?)",
            [DOSSIERS],
        )
    return made


def test_models_that_do_not_fit_the_usual_memory_are_built_with_all_there_is(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt, "engine_that_builds", lambda _: FEW)
    monkeypatch.setattr(dbt, "engine_at_most", lambda: FEW)
    with pytest.raises(dbt.DbtFailed, match="Out of Memory"):
        dbt.build(warehouse.target, warehouse.path, MODELS)
    monkeypatch.setattr(dbt, "engine_at_most", lambda: MANY)
    results = dbt.build(warehouse.target, warehouse.path, MODELS)
    assert {result.status for result in results} == {"success", "pass"}
    assert warehouse.rows("select count(*) as n from int_case_row_ranked") == [{"n": DOSSIERS}]


def test_work_on_a_warehouse_that_does_not_fit_is_done_again_with_all_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, given = tmp_path / "warehouse.duckdb", []
    duckdb.connect(database).close()
    monkeypatch.setattr(memory, "_ENGINE", FEW)
    monkeypatch.setattr(memory, "_READ_FROM_A_BYTE", 0)

    def work(limit: int) -> int:
        given.append(limit)
        with duckdb.connect(database, read_only=True) as connection:
            connection.execute(f"set memory_limit = '{limit}B'")
            (joined,) = connection.execute(
                "select length(string_agg(range || repeat('x', 90), ',')) from range(900000)"
            ).fetchone()
        return joined

    monkeypatch.setattr(memory, "engine_at_most", lambda: FEW)
    with pytest.raises(duckdb.OutOfMemoryException):
        memory.reading_engine(database, work)
    monkeypatch.setattr(memory, "engine_at_most", lambda: MANY)
    assert memory.reading_engine(database, work) > 90 * 900_000
    assert given == [FEW, FEW, MANY]
