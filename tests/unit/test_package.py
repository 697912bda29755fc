"""Packaging: the files of a report folder, its manifest, its move into place.

Here: assemble and move_into_place on the stub report. Not here: layout (test_render), figures (test_figures).
Invariant: a finished report is never written to; every file of the manifest is on the disk with its hash.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from figures_stub import SHA, stub_layouts, stub_model

from pipelines.figures.model import ReportModel
from pipelines.package.assemble import assemble, move_into_place

DOCUMENTS = [
    *(
        f"{name}.{kind}"
        for name in ("bao-cao", "luu-ho-so")
        for kind in ("docx", "pdf", "html", "xlsx")
        if name != "bao-cao" or kind != "xlsx"
    ),
    "bieu-mau.xlsx",
    "forms.json",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("stub"), lateness_granularity="timestamp")


def build(model: ReportModel, folder: Path) -> Path:
    folder.mkdir()
    (folder / "warehouse.duckdb").write_bytes(b"warehouse")
    (folder / "question.json").write_bytes(b"{}")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "ho-so.csv").write_bytes(b"a\n1\n")
    assemble(folder, model, stub_layouts(), key="k1", versions={"duckdb": "2.0.1"})
    return folder


@pytest.fixture(scope="module")
def folder(model: ReportModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(model, tmp_path_factory.mktemp("build") / "build")


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_manifest_names_every_document_with_its_hash(folder: Path, manifest: dict) -> None:
    assert sorted(manifest["files"]) == sorted([*DOCUMENTS, "evidence/ho-so.csv"])
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_manifest_holds_question_switches_coverage_and_deliveries(manifest: dict) -> None:
    assert (manifest["key"], manifest["question"]["period_id"], manifest["question"]["as_of"]) == (
        "k1",
        "2021-Q1",
        "2021-03-14",
    )
    assert manifest["switches"]["lateness_granularity"] == "timestamp"
    assert manifest["switches"]["include_vertical_agencies"] == "false"
    assert (manifest["coverage"]["accepted"], manifest["coverage"]["owed"]) == (3, 5)
    assert [(item["delivery_id"], item["sha256"]) for item in manifest["deliveries"]] == [
        (f"d{number}", SHA) for number in range(1, 6)
    ]
    assert manifest["cleaned_texts"] == 1


def test_manifest_holds_every_figure_by_id(model: ReportModel, manifest: dict) -> None:
    assert set(manifest["figures"]) == set(model.figures)
    assert manifest["figures"]["II.06a/tp-st/total/c7"] == 5800
    assert manifest["figures"]["II.06a/tp-st/total/on_time_rate"] == "98.64"
    assert manifest["figures"]["II.06a/tp-st/B.3/on_time_rate"] is None


def test_summary_is_the_headline_of_the_report(manifest: dict) -> None:
    assert manifest["summary"] == {
        "Kỳ báo cáo": "Quý I năm 2021, số liệu đến hết ngày 14/03/2021",
        "Hồ sơ nhận giải quyết": "6.250",
        "Đã giải quyết": "5.800",
        "Tỷ lệ trước và đúng hạn": "98,64%",
        "Đang giải quyết": "450 (quá hạn 30)",
        "Bảng số liệu": "3 chấp nhận, 1 từ chối",
        "Dòng trả lại đơn vị": "3",
        "Đơn vị chưa gửi đủ": "2 (UBND Phường 3, UBND Phường 4)",
    }


def test_two_builds_of_one_report_are_equal_byte_for_byte(model: ReportModel, folder: Path, tmp_path: Path) -> None:
    again = build(model, tmp_path / "again")
    for name in [*DOCUMENTS, "manifest.json"]:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name


def test_folder_moves_whole_into_a_place_that_was_not_there(model: ReportModel, tmp_path: Path) -> None:
    folder = build(model, tmp_path / "build")
    target = tmp_path / "reports" / "2021-Q1" / "2021-03-14" / "k1"
    move_into_place(folder, target)
    assert not folder.exists()
    assert sorted(path.name for path in target.iterdir()) == sorted(
        [*DOCUMENTS, "manifest.json", "evidence", "warehouse.duckdb"]
    )


def test_a_report_that_is_there_is_left_as_it_is(model: ReportModel, tmp_path: Path) -> None:
    folder = build(model, tmp_path / "build")
    before = sorted(path.name for path in folder.rglob("*"))
    target = tmp_path / "there"
    target.mkdir()
    (target / "manifest.json").write_text("finished", encoding="utf-8")
    with pytest.raises(FileExistsError):
        move_into_place(folder, target)
    assert (target / "manifest.json").read_text(encoding="utf-8") == "finished"
    assert sorted(path.name for path in folder.rglob("*")) == before
