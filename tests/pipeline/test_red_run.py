"""A failing test of ours turns the run red and leaves no report (dagster #23109: failures hidden, the job green).

Here: one dbt test that never holds, run by the real job. Not here: faults of delivered files (tests/faults).
Invariant: the project is copied; the committed one is only read.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import issued_office as story
import pytest
from office_folder import send

from pipelines.office.errors import OfficeError
from pipelines.paths import DBT_PROJECT
from pipelines.runner import run_report
from pipelines.warehouse import dbt


def test_a_failing_model_test_stops_the_report_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = shutil.copytree(DBT_PROJECT, tmp_path / "dbt_project")
    never_holds = "select dossier_code from {{ ref('fct_dossier_period') }}"
    (project / "tests" / "no_dossier_at_all.sql").write_text(never_holds, encoding="utf-8")
    monkeypatch.setattr(dbt, "DBT_PROJECT", project)
    office = story.new_office(tmp_path / "office")
    send(office, "Sổ_2021_03_15.csv", story.WARD_1_LATER, "p01")
    with pytest.raises(OfficeError, match="no_dossier_at_all"):
        run_report(office, story.PERIOD)
    assert not list((office / "data" / "reports").glob("2021-Q1/*/*"))
