"""docs/add-a-form.md does what it says: its blocks make a form that is counted, printed, traced and counted again.

Here: the page's own files in a copy of the project and a tiny office. Not here: a form of ours.
Invariant: the figures expected are those a person counts in the page's file; nothing but the page's blocks is added.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from office_folder import make_office
from paper_readers import page_texts, workbook_values
from warehouse_fixture import LANDED, SECTIONS, Warehouse, calendar, delivery, question

from pipelines.audit.control import untraceable_cells
from pipelines.audit.trace import trace
from pipelines.figures.form_page import form_page
from pipelines.figures.layout import Layouts
from pipelines.figures.manifest_layouts import layouts_from_manifest, printed_layouts
from pipelines.figures.model import ReportModel
from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import read_file
from pipelines.office.settings import Office, load_office
from pipelines.package.assemble import assemble
from pipelines.package.model import read_model
from pipelines.paths import DBT_PROJECT
from pipelines.recount.recount import recount
from pipelines.warehouse import dbt

PAGE = Path(__file__).parents[2] / "docs" / "add-a-form.md"
BLOCKS = {name: text for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)}
FORM, MODEL = "kenh-tiep-nhan", "form_intake_channels"
Q1 = ("2020-12-15", "2021-03-14")
# Received in the period, online, directly, by post; resolved, late: the page's five dossiers counted by hand.
WARD = [4, 2, 1, 1, 4, 2]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = make_office(tmp_path_factory.mktemp("office") / "o")
    settings = root / "office.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + BLOCKS["office.yaml"], encoding="utf-8")
    (root / "profiles" / "cong-dich-vu.yaml").write_text(BLOCKS["profiles/cong-dich-vu.yaml"], encoding="utf-8")
    return load_office(root)


@pytest.fixture(scope="module")
def sent(office: Office, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """The page's file as its profile types it."""
    path = tmp_path_factory.mktemp("sent") / "Cong_2021_03_15.csv"
    path.write_text(BLOCKS[path.name], encoding="utf-8")
    profile = office.profile_for("p01", path.name)
    assert profile is not None and profile.profile_id == "cong-dich-vu"
    contract = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
    reading = read_file(path, path.name, contract, profile, (dt.date(2000, 1, 1), dt.date(2030, 1, 1)))
    assert reading.verdict["status"] == "accepted"
    assert "NGƯỜI-THỬ" not in reading.rows.to_csv()
    return [
        {"delivery_id": "cong", "flags": ""}
        | {
            name: value.to_pydatetime() if isinstance(value, pd.Timestamp) else value
            for name, value in row.items()
            if name in LANDED["case_exports"] and name != "flags" and not pd.isna(value)
        }
        for row in reading.rows.to_dict("records")
    ]


@pytest.fixture(scope="module")
def warehouse(sent: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The page's project, built and tested on the page's dossiers: by dbt what the page adds."""
    folder = tmp_path_factory.mktemp("project")
    project = folder / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    for name in (f"models/reports/{MODEL}.sql", f"models/reports/{MODEL}.yml"):
        assert not (project / name).exists()
        (project / name).write_text(BLOCKS[f"dbt_project/{name}"], encoding="utf-8")
    tables = {
        "unit": [
            {"unit_id": "tp", "name_vi": "UBND thành phố Thử", "unit_kind": "city", "sort_no": 0},
            {"unit_id": "p01", "name_vi": "UBND Phường 1", "unit_kind": "ward", "sort_no": 1},
            {"unit_id": "p02", "name_vi": "UBND Phường 2", "unit_kind": "ward", "sort_no": 2},
        ],
        "field": [{"field_code": "ho-tich", "field_name": "Hộ tịch", "sort_no": 1}],
        "procedure": [{"procedure_id": "1", "procedure_code": "1.001193", "field_code": "ho-tich",
                       "competent_level": "ward"}],
        "section": SECTIONS,
        "calendar": calendar("2020-11-30", "2021-12-31"),
        "delivery": [delivery("cong", "p01", "2021-03-15")],
        "case_exports": sent,
    }  # fmt: skip
    made = Warehouse(folder, tables, folder / "parsed_by_us")
    made.ask(question(*Q1, office_unit_id="tp"), tests=True)
    made.target = folder / "target"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dbt, "DBT_PROJECT", project)
        made.dbt(["build", "--exclude-resource-type", "unit_test", "--select", MODEL])
    return made


@pytest.fixture(scope="module")
def layouts(warehouse: Warehouse, office: Office) -> Layouts:
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    return printed_layouts(manifest, office.settings.forms_enabled, dt.date(2021, 3, 14))


@pytest.fixture(scope="module")
def model(warehouse: Warehouse, office: Office, layouts: Layouts) -> ReportModel:
    return read_model(office, warehouse.path, layouts)


@pytest.fixture(scope="module")
def report(
    warehouse: Warehouse, model: ReportModel, layouts: Layouts, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("report")
    shutil.copy(warehouse.path, folder / "warehouse.duckdb")
    assemble(folder, model, layouts, "key", {})
    return folder


def test_the_page_holds_every_file_it_speaks_of() -> None:
    assert set(BLOCKS) == {
        f"dbt_project/models/reports/{MODEL}.sql",
        f"dbt_project/models/reports/{MODEL}.yml",
        "office.yaml",
        "profiles/cong-dich-vu.yaml",
        "Cong_2021_03_15.csv",
    }


def test_the_figures_are_those_counted_by_hand(model: ReportModel) -> None:
    rows = {row.label: [figure.value for figure in row.figures] for row in model.forms[FORM].rows}
    assert rows == {"UBND Phường 1": WARD, "UBND Phường 2": [0] * 6, "Tổng cộng": WARD}
    assert model.figure_of(f"{FORM}.total.online_share").text == "50,00%"


def test_the_office_prints_the_forms_it_names_while_they_are_valid(warehouse: Warehouse, layouts: Layouts) -> None:
    assert set(layouts) == {"II.06a", FORM}
    manifest = json.loads((warehouse.target / "manifest.json").read_text(encoding="utf-8"))
    assert FORM in layouts_from_manifest(manifest)
    assert set(printed_layouts(manifest, ["II.06a", FORM], dt.date(2020, 12, 14))) == {"II.06a"}


def test_the_head_is_laid_out_as_the_page_draws_it(model: ReportModel) -> None:
    page = form_page(model, model.forms[FORM])
    assert page.column_numbers == tuple(f"({number})" for number in range(1, 9))
    assert [(cell.text, cell.row, cell.column, cell.row_span, cell.column_span) for cell in page.head] == [
        ("STT", 0, 0, 2, 1),
        ("Đơn vị", 0, 1, 2, 1),
        ("Hồ sơ nhận trong kỳ", 0, 2, 1, 4),
        ("Hồ sơ đã giải quyết", 0, 6, 1, 2),
        *((text, 1, column, 1, 1) for column, text in enumerate(
            ("Tổng số", "Trực tuyến", "Trực tiếp", "Bưu chính", "Tổng số", "Quá hạn"), 2)),
    ]  # fmt: skip


def test_the_form_is_in_workbook_and_page_with_its_ids(report: Path) -> None:
    ids = [f"{FORM}/tp/1/c{number}" for number in range(3, 9)]
    texts = page_texts(report / "luu-ho-so.html")
    assert [texts[name] for name in ids] == [{str(figure)} for figure in WARD]
    values = workbook_values(report / "luu-ho-so.xlsx")
    assert [values[name][0] for name in ids] == WARD
    figures = json.loads((report / "manifest.json").read_text(encoding="utf-8"))["figures"]
    assert [figures[name] for name in ids] == WARD


def test_a_cell_leads_back_to_the_rows_of_the_file(report: Path) -> None:
    (cell,) = trace(report, FORM, "UBND Phường 1", 4)
    assert cell.figure == 2
    # Numbers of the unit's own book: their key has the unit and the year.
    assert list(cell.rows["dossier_code"]) == ["p01:2021:BN-001", "p01:2021:BN-002"]
    assert set(cell.rows["source_file"]) == {"Cong_2021_03_15.csv"}
    assert list(cell.rows["source_row"]) == [2, 3]
    (late,) = trace(report, FORM, "UBND Phường 1", 8)
    assert list(late.rows["dossier_code"]) == ["p01:2020:BN-005", "p01:2021:BN-002"]


def test_every_cell_is_counted_again_apart_from_the_models(warehouse: Warehouse, layouts: Layouts) -> None:
    result = recount(warehouse.path, {FORM: layouts[FORM]})
    assert result.agrees
    # Three rows of the office, two of each ward; six columns and a note.
    assert result.cell_count == (3 + 2 * 2) * 7
    with duckdb.connect(warehouse.path) as connection:
        assert untraceable_cells(connection, layouts) == []


def test_a_wrong_cell_is_found(warehouse: Warehouse, layouts: Layouts, tmp_path: Path) -> None:
    copy = tmp_path / "warehouse.duckdb"
    shutil.copy(warehouse.path, copy)
    with duckdb.connect(copy) as connection:
        connection.execute(f"update {MODEL} set received_online = 3 where row_code = '1' and scope_id = 'tp'")
    (wrong,) = recount(copy, {FORM: layouts[FORM]}).cells
    assert (wrong.row_code, wrong.column, wrong.printed, wrong.recounted) == ("1", "c4", 3, 2)
