"""An office above offices: what communes issued is summed by their province, traced, restated.

Here: three communes, two of which issue; a correction. Not here: forged and damaged files (unit/test_issued_versions).
Invariant: what the province must count is written down in province.py and counted by hand here.
"""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
import pytest
from by_steps import pages_alone, report_by_steps
from issued_office import PERIOD, at, table
from office_folder import send
from province import (
    FEEDBACK,
    FEEDBACK_FILE,
    FEEDBACK_MENDED,
    MENDED,
    SENT,
    cells,
    commune,
    counted,
    dossiers,
    feedback_log,
    feedbacks,
    issue_and_send,
    province,
)
from written_versions import FACTS, parts_of, sealed_anew, with_facts, zipped

from pipelines.audit.trace import trace
from pipelines.audit.trace_text import trace_lines
from pipelines.figures.layout import load_layouts
from pipelines.ingest.contract import load_contract
from pipelines.ingest.issued_facts import FORMAT, FORMS, SEALED, VERSION, IssuedVersion
from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package.send_up import send_up, write_facts
from pipelines.recount.recount import recount_from_bytes
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.streams import contract_path


class Lived(NamedTuple):
    """The offices after their spring: the province's office, its warehouses before and after the correction, the files
    ward 1 sent first and after it, all files counted at once, before and after."""

    office: Path
    report: Path
    first: Path
    corrected: Path
    sent: Path
    sent_feedback: Path
    sent_again: Path
    at_once: Path
    at_once_later: Path


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    root = tmp_path_factory.mktemp("province")
    kept = root / "kept"
    kept.mkdir()
    above, all_files = province(root / "above"), province(root / "all", ())
    # The desk of ward 2 owes one thing more and does not send it: the ward issues by force.
    wards = [commune(root / "p01", "p01"), commune(root / "p02", "p02", owed_too="review_submissions")]

    def keep(path: Path, name: str) -> Path:
        return Path(shutil.copy(path, kept / name))

    with at("2021-03-16T08:00:00"):
        (sent, sent_feedback), _ = (issue_and_send(ward, above) for ward in wards)
        sent, sent_feedback = (keep(path, path.name) for path in (sent, sent_feedback))
        with pages_alone():
            report = report_by_steps(above, PERIOD).report_dir
        first = keep(report / "warehouse.duckdb", "first.duckdb")
        at_once = keep(counted(all_files), "all.duckdb")
    with at("2021-04-02T08:00:00"):
        send(wards[0], "Sổ_2021_03_15.csv", table(*MENDED), "p01-mc")
        send(wards[0], FEEDBACK_FILE, feedback_log(FEEDBACK_MENDED), "p01-mc")
        sent_again, _ = issue_and_send(wards[0], above, "corrected", "Ghi sai ngày xong")
        corrected = keep(counted(above), "corrected.duckdb")
        send(all_files, "Sổ_2021_03_15.csv", table(*MENDED), "p01")
        send(all_files, FEEDBACK_FILE, feedback_log(FEEDBACK_MENDED), "p01")
        at_once_later = keep(counted(all_files), "all-later.duckdb")
    return Lived(above, report, first, corrected, sent, sent_feedback, sent_again, at_once, at_once_later)


def total(warehouse: Path, form: str = "form_ii_06a") -> dict[str, int]:
    found = cells(warehouse, form)
    return {column: value for (scope, row, column), value in found.items() if (scope, row) == ("tp", "total")}


def test_the_province_sums_what_its_communes_issued_and_the_list_of_the_one_that_does_not(lived: Lived) -> None:
    # Ward 1: early, late, waiting; ward 2: on the day, waiting past its day; ward 3 (a list): early.
    counts = {"received_total": 6, "resolved_early": 2, "resolved_on_time": 1, "resolved_overdue": 1}
    counts |= {"pending_in_time": 1, "pending_overdue": 1}
    assert {name: total(lived.first)[name] for name in counts} == counts


def test_the_province_sums_the_feedback_its_communes_issued_and_the_log_of_the_one_that_does_not(lived: Lived) -> None:
    # Ward 1: answered in time and published, late and waiting, waiting; ward 2: answered late, waiting; ward 3 waits.
    counts = {"received_total": 6, "about_act": 3, "about_regulation": 3, "own_resolved": 2, "own_pending": 4}
    counts |= {
        "results_published": 1,
        "answered_on_time": 1,
        "answered_late": 1,
        "pending_overdue": 1,
        "transferred": 0,
    }
    found = total(lived.first, "form_ii_05a")
    assert {name: found[name] for name in counts} == counts


def test_every_cell_and_every_feedback_is_as_if_all_files_had_been_counted_at_once(lived: Lived) -> None:
    assert cells(lived.first, "form_ii_05a") == cells(lived.at_once, "form_ii_05a")
    found = feedbacks(lived.first)
    assert found == feedbacks(lived.at_once)
    assert len(found) == sum(map(len, FEEDBACK.values()))


def test_a_correction_of_the_feedback_of_one_commune_moves_exactly_its_cells(lived: Lived) -> None:
    before, after = cells(lived.first, "form_ii_05a"), cells(lived.corrected, "form_ii_05a")
    moved = {place: (before[place], after[place]) for place in before if before[place] != after[place]}
    assert {scope for scope, _, _ in moved} == {"tp", "p01"}
    assert {column: values for (scope, row, column), values in moved.items() if (scope, row) == ("tp", "total")} == {
        "own_resolved": (2, 3),
        "own_pending": (4, 3),
        "answered_late": (1, 2),
        "pending_overdue": (1, 0),
    }
    assert after == cells(lived.at_once_later, "form_ii_05a")


def test_the_trace_of_a_feedback_goes_down_to_the_row_of_the_version(lived: Lived) -> None:
    (cell,) = [cell for cell in trace(lived.report, "II.05a", "total", 12) if cell.scope_id == "tp"]
    lines = list(trace_lines(cell, 0))
    assert cell.traced_sum == cell.figure == 1
    assert lines[2].startswith("  PAKN-2021-0001  ")
    assert lines[3] == f"      ← UBND Phường 1 · {lived.sent_feedback.name} · 2021-Q1/v1 · dòng 1"
    seal = json.loads(zipfile.ZipFile(lived.sent_feedback).read(VERSION))["seal"]
    assert lines[-2] == f"  Đi tiếp tại UBND Phường 1, bản 2021-Q1/v1, mã niêm phong {seal}:"


def test_what_is_sent_upward_of_feedback_has_no_text_and_no_person_and_the_seal_of_the_dossiers(lived: Lived) -> None:
    with zipfile.ZipFile(lived.sent_feedback) as archive, zipfile.ZipFile(lived.sent) as other:
        assert archive.namelist() == [VERSION, SEALED, FORMS, "phan-anh.parquet"]
        facts = pd.read_parquet(io.BytesIO(archive.read("phan-anh.parquet")))
        assert archive.read(SEALED) == other.read(SEALED)
    assert list(facts.columns) == list(load_contract(contract_path("issued_feedback")).columns)
    assert len(facts) == len(FEEDBACK["p01"])


def test_every_cell_and_every_dossier_is_as_if_all_files_had_been_counted_at_once(lived: Lived) -> None:
    assert cells(lived.first) == cells(lived.at_once)
    assert cells(lived.first, "form_ii_06b") == cells(lived.at_once, "form_ii_06b")
    found = dossiers(lived.first)
    assert found == dossiers(lived.at_once)
    assert len(found) == sum(map(len, SENT.values()))


def test_a_correction_of_one_commune_moves_exactly_its_cells(lived: Lived) -> None:
    before, after = cells(lived.first), cells(lived.corrected)
    moved = {place: (before[place], after[place]) for place in before if before[place] != after[place]}
    assert {scope for scope, _, _ in moved} == {"tp", "p01"}
    assert {column: values for (scope, row, column), values in moved.items() if (scope, row) == ("tp", "total")} == {
        "resolved_early": (2, 3),
        "resolved_overdue": (1, 0),
        "resolved_in_time_with_due": (3, 4),
    }
    assert after == cells(lived.at_once_later)


def test_the_trace_goes_down_to_the_dossier_and_says_where_the_commune_has_its_book(lived: Lived) -> None:
    (cell,) = [cell for cell in trace(lived.report, "II.06a", "total", 10) if cell.scope_id == "tp"]
    lines = list(trace_lines(cell, 0))
    assert cell.traced_sum == cell.figure == 1
    assert lines[2].startswith("  000.01.01.H51-210302-0002  nhận 02/03/2021, hẹn 08/03/2021, xong 10/03/2021")
    assert lines[3] == f"      ← UBND Phường 1 · {lived.sent.name} · 2021-Q1/v1 · dòng 2"
    seal = json.loads(zipfile.ZipFile(lived.sent).read(VERSION))["seal"]
    assert lines[-2] == f"  Đi tiếp tại UBND Phường 1, bản 2021-Q1/v1, mã niêm phong {seal}:"
    assert lines[-1] == "    tìm mã hồ sơ trong data/issued/2021-Q1/v1/so-tra-cuu/index.html của đơn vị ấy"


def test_the_kept_report_names_each_version_with_its_seal_and_the_forms_it_is_not_in(lived: Lived) -> None:
    page = (lived.report / "luu-ho-so.html").read_text(encoding="utf-8")
    assert json.loads(zipfile.ZipFile(lived.sent).read(VERSION))["seal"] in page
    assert "II.05a: không có số" not in page
    assert "3 phản ánh, kiến nghị" in page


def test_what_a_commune_forced_is_in_the_kept_report_and_holds_the_official_version(lived: Lived) -> None:
    said = (
        "Bộ phận Một cửa chưa gửi kết quả rà soát thủ tục hành chính. Đôn đốc đơn vị gửi. "
        "Lý do vẫn phát hành: Số liệu thử."
    )
    page = (lived.report / "luu-ho-so.html").read_text(encoding="utf-8")
    assert f"UBND Phường 2, bản 2021-Q1/v1: {said}" in page
    with at("2021-03-16T09:00:00"), duckdb.connect(lived.first, read_only=True) as connection:
        held = connection.execute("select unit_id, kind, reason from rpt_claim where holds_final").fetchall()
    assert [(unit, kind) for unit, kind, _ in held] == [("p02", "issued_forced")]
    assert said in held[0][2]


def test_the_commune_that_forced_is_told_that_its_file_says_so(lived: Lived, tmp_path: Path) -> None:
    forced = {
        unit: send_up(load_office(lived.office.parent / unit), PERIOD, 1, tmp_path).forced for unit in ("p01", "p02")
    }
    assert forced == {"p01": 0, "p02": 1}


def test_index_and_scorecard_know_a_unit_that_sent_versions_as_having_sent(lived: Lived) -> None:
    # Ward 1, by its version alone: one early and one waiting in time of three dossiers, its one answer in time.
    with duckdb.connect(lived.report / "warehouse.duckdb", read_only=True) as connection:
        index = connection.execute(
            """select component_code, part_count, whole_count from int_index_input
            where scope_id = 'p01' and component_code in ('progress', 'feedback_on_time') order by 1"""
        ).fetchall()
        scored = connection.execute(
            """select component_code, part_count, whole_count, is_reported from int_score_input
            where unit_id = 'p01' and component_code in ('resolved_on_time', 'feedback_on_time') order by 1"""
        ).fetchall()
    assert index == [("feedback_on_time", 1, 1), ("progress", 2, 3)]
    assert scored == [("feedback_on_time", 1, 1, 1), ("resolved_on_time", 1, 2, 1)]


def test_the_recount_from_the_files_finds_every_cell_and_record(lived: Lived) -> None:
    layouts = load_layouts(lived.report / "forms.json")
    result = recount_from_bytes(load_office(lived.office), lived.report / "warehouse.duckdb", layouts)
    assert result.record_count >= 12
    assert result.agrees, (result.cells, result.records, result.files)


def test_what_is_sent_upward_has_no_person_and_no_file_of_the_commune(lived: Lived) -> None:
    with zipfile.ZipFile(lived.sent) as archive:
        assert archive.namelist() == [VERSION, SEALED, FORMS, FACTS]
        facts = pd.read_parquet(io.BytesIO(archive.read(FACTS)))
    assert list(facts.columns) == list(load_contract(contract_path("issued_facts")).columns)
    assert set(facts["unit_name"]) == {"Bộ phận Một cửa"}


def test_a_version_that_software_of_another_format_issued_is_not_sent_and_the_reason_is_said(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.package.send_up.FORMAT", FORMAT + 1)
    with pytest.raises(OfficeError, match=f"theo định dạng số {FORMAT + 1}. Phát hành bản đính chính"):
        send_up(load_office(lived.office.parent / "p01"), PERIOD, None, tmp_path)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------ forged


def test_what_a_province_sends_to_the_office_above_it_has_the_dossiers_it_summed(lived: Lived, tmp_path: Path) -> None:
    written = write_facts(lived.report / "warehouse.duckdb", tmp_path)
    facts, feedback = (pd.read_parquet(written[stream]) for stream in ("issued_facts", "issued_feedback"))
    received = facts.groupby("unit_name")["received_total"].sum().to_dict()
    assert received == {"UBND Phường 1": 3, "UBND Phường 2": 2, "UBND Phường 3": 1}
    assert facts["dossier_code"].is_unique
    handled = feedback.groupby("unit_name")["received_total"].sum().to_dict()
    assert handled == {"UBND Phường 1": 3, "UBND Phường 2": 2, "UBND Phường 3": 1}


def verdicts(office: Path) -> dict[str, tuple[str, str]]:
    """File name → status and reason of each delivery that stands."""
    loaded = load_office(office)
    receive_inbox(loaded)
    return {
        f"{item.delivery.unit_id}/{item.delivery.file_name}": (
            item.verdict["status"],
            item.verdict["refused_reason"] or "",
        )
        for item in standing(loaded, register(loaded))
    }


def test_a_version_that_was_sealed_anew_under_the_same_number_is_refused_beside_the_first(
    lived: Lived, tmp_path: Path
) -> None:
    above = province(tmp_path / "above")
    place = above / "inbox" / PERIOD / "p01"
    place.mkdir(parents=True)
    with at("2021-03-16T08:00:00"):
        shutil.copy(lived.sent, place)
        assert verdicts(above)[f"p01/{lived.sent.name}"] == ("accepted", "")
    with at("2021-03-17T08:00:00"):
        same = sealed_anew(with_facts(parts_of(lived.sent), lambda facts: facts.assign(channel="online")))
        zipped(same, place / lived.sent.name)
        loaded = load_office(above)
        receive_inbox(loaded)
        found = [
            (item.verdict["status"], item.verdict["refused_reason"] or "")
            for item in standing(loaded, register(loaded))
            if item.delivery.unit_id == "p01"
        ]
    assert [status for status, _ in found] == ["accepted", "refused"]
    assert "khác mã niêm phong" in found[1][1]


def test_an_older_version_that_comes_late_and_a_version_in_another_folder_are_refused(
    lived: Lived, tmp_path: Path
) -> None:
    above = province(tmp_path / "above")
    for unit in ("p01", "p02"):
        (above / "inbox" / PERIOD / unit).mkdir(parents=True)
    with at("2021-04-03T08:00:00"):
        shutil.copy(lived.sent_again, above / "inbox" / PERIOD / "p01")
        verdicts(above)
    with at("2021-04-04T08:00:00"):
        shutil.copy(lived.sent, above / "inbox" / PERIOD / "p01")
        shutil.copy(lived.sent, above / "inbox" / PERIOD / "p02")
        found = verdicts(above)
    assert found[f"p01/{lived.sent_again.name}"][0] == "accepted"
    assert found[f"p01/{lived.sent.name}"] == (
        "refused",
        "Là bản v1, đã nhận bản mới hơn v2 của UBND Phường 1.",
    )
    assert found[f"p02/{lived.sent.name}"] == (
        "refused",
        "Tệp là bản phát hành của UBND Phường 1, lại nằm ở thư mục của UBND Phường 2.",
    )


def test_a_list_of_a_commune_that_issues_is_not_counted_beside_its_version(lived: Lived, tmp_path: Path) -> None:
    above = province(tmp_path / "above")
    with at("2021-03-16T08:00:00"):
        place = above / "inbox" / PERIOD / "p01"
        place.mkdir(parents=True)
        shutil.copy(lived.sent, place)
        send(above, "Sổ_2021_03_15.csv", table(*SENT["p01"], ("16/TN", "12/03/2021", "19/03/2021", "", "Đang xử lý")))
        warehouse = counted(above)
    assert total(warehouse)["received_total"] == 3 + 1
    with duckdb.connect(warehouse, read_only=True) as connection:
        fates = connection.execute("select fate, count(*) from int_dossier_outcome group by 1 order by 1").fetchall()
    assert fates == [("counted", 1), ("issued_by_unit", 4)]


def test_a_version_knows_what_it_is_by_what_its_seal_covers(lived: Lived) -> None:
    about = IssuedVersion(parts_of(lived.sent)).about
    assert (about["office_name"], about["period_id"], about["version"], about["until_on"]) == (
        "UBND Phường 1",
        PERIOD,
        1,
        "2021-03-14",
    )
