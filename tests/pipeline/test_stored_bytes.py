"""Stored bytes are used only while they are those that were written: typed rows, a finished report, landed files.

Here: each kind spoiled in one office that has lived to its final; what run, issue, recount and verify say of it.
Not here: the typed folder by itself (unit/test_typed_rebuilt), issued files (test_verify).
Invariant: a spoiled byte moves no figure; it is named, and what can be made again is.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import issued_office as story
import pandas as pd
import pytest
from issued_office import NEXT, PERIOD
from office_folder import send

from pipelines.cli import main
from pipelines.figures.layout import load_layouts
from pipelines.ingest.landing import landed_path, receipts, receive
from pipelines.ingest.reception_text import reception_lines
from pipelines.office.errors import OfficeError
from pipelines.office.journal import acts
from pipelines.office.settings import load_office
from pipelines.recount.recount import recount_from_bytes
from pipelines.warehouse.finished import latest_report, read_manifest
from pipelines.warehouse.whole import list_path, report_faults, write_list

TOTAL = "II.06a/tp/total/c3"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose final report of the first quarter is built and not issued."""
    return story.ready_to_issue(tmp_path_factory)


@pytest.fixture
def root(ready: Path, tmp_path: Path) -> Path:
    return story.copy_of(ready, tmp_path / "office")


def the_report(root: Path) -> Path:
    (report,) = (root / "data" / "reports" / PERIOD).glob("*/*")
    return report


def plus_5000(root: Path) -> None:
    """Add five thousand to every printed total of the finished database."""
    with duckdb.connect(the_report(root) / "warehouse.duckdb") as connection:
        connection.execute("update form_ii_06a set received_total = received_total + 5000")


def a_letter_more(root: Path) -> None:
    path = the_report(root) / "bao-cao.html"
    path.write_bytes(path.read_bytes() + b" ")


def no_manifest(root: Path) -> None:
    path = the_report(root) / "manifest.json"
    path.write_bytes(path.read_bytes()[:-400])


def a_file_less(root: Path) -> None:
    (the_report(root) / "forms.json").unlink()


def a_file_more(root: Path) -> None:
    (the_report(root) / "ghi-chu.txt").write_text("x", encoding="utf-8")


SPOILED = [plus_5000, a_letter_more, no_manifest, a_file_less, a_file_more]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_finished_report_that_was_changed_is_not_issued_and_named(
    root: Path, spoil: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(root)
    with story.at("2021-03-16T09:00:00"), pytest.raises(OfficeError, match=f"kstt run {PERIOD}"):
        story.send_out(root, "final")
    assert not list((root / "data" / "issued").rglob("issue.json"))
    assert main(["--office", str(root), "verify"]) == 1
    assert f"Báo cáo đã lập {PERIOD}/" in capsys.readouterr().out
    assert main(["--office", str(root), "recount", PERIOD]) == 1


@pytest.mark.parametrize("spoil", SPOILED[:3])
def test_a_finished_report_that_was_changed_is_built_anew_and_can_be_issued(
    root: Path, spoil: Callable[[Path], None]
) -> None:
    before = story.bytes_of(the_report(root))
    spoil(root)
    with story.at("2021-03-16T09:00:00"):
        story.report(root)
        again = story.bytes_of(the_report(root))
        assert {**again, "warehouse.duckdb": b""} == {**before, "warehouse.duckdb": b""}
        assert story.send_out(root, "final").manifest()["figures"][TOTAL] == 3


def test_a_report_whose_list_was_rewritten_too_is_found_by_counting_again(root: Path) -> None:
    """Whoever holds the machine can rewrite the list; what was received still says what there is."""
    plus_5000(root)
    report = the_report(root)
    list_path(report).unlink()
    write_list(report, report)
    assert report_faults(report) == ()
    layouts = load_layouts(report / "forms.json")
    assert not recount_from_bytes(load_office(root), report / "warehouse.duckdb", layouts).agrees


def test_no_such_report_is_issued_unless_somebody_says_why(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plus_5000(root)
    report = the_report(root)
    write_list(report, report)
    command = ["--office", str(root), "issue", PERIOD, "--kind", "final", "--by", story.BY, "--why", "Theo kế hoạch"]
    with story.at("2021-03-16T09:00:00"):
        assert main(command) == 1
        assert "không khớp khi đếm lại" in capsys.readouterr().err
        assert not list((root / "data" / "issued").rglob("issue.json"))
        assert main([*command, "--without-recount", "máy hỏng, tỉnh đang đợi"]) == 0
    (act,) = acts(load_office(root), "issue")
    assert act.why == "Theo kế hoạch (không đếm lại: máy hỏng, tỉnh đang đợi)"


def test_an_honest_report_is_counted_again_and_issued(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--office", str(root), "issue", PERIOD, "--kind", "final", "--by", story.BY, "--why", "Theo kế hoạch"]
    with story.at("2021-03-16T09:00:00"):
        assert main(command) == 0
    assert "Đếm lại độc lập từ tệp đã nhận" in capsys.readouterr().out


def test_typed_rows_cut_by_somebody_are_read_again_from_the_file(root: Path) -> None:
    for path in (root / "data" / "typed" / "case_exports").rglob("rows.parquet"):
        pd.read_parquet(path).iloc[:1].to_parquet(path, index=False)
    shutil.rmtree(root / "data" / "reports")
    with story.at("2021-03-16T09:00:00"):
        assert read_manifest(story.report(root))["figures"][TOTAL] == 3


def spoil_landed(root: Path, byte: bool = True) -> Path:
    office = load_office(root)
    landed = landed_path(office, receipts(office)[0].sha256)
    content = bytearray(story.writable(landed).read_bytes())
    if byte:
        content[len(content) // 2] ^= 1
    landed.write_bytes(content if byte else content[:100])
    return landed


@pytest.mark.parametrize("byte", [True, False], ids=["one byte", "cut"])
def test_no_version_rests_on_a_received_file_whose_kept_bytes_changed(root: Path, byte: bool) -> None:
    spoil_landed(root, byte)
    with (
        story.at("2021-03-16T09:00:00"),
        pytest.raises(OfficeError, match=re.escape("Tệp đã nhận «Sổ_2021_03_15.csv»")),
    ):
        story.send_out(root, "final")


def test_a_cut_landed_file_is_healed_from_the_inbox_when_its_hash_fits(root: Path) -> None:
    landed = spoil_landed(root, byte=False)
    with story.at("2021-03-16T09:00:00"):
        reception = receive(load_office(root))
        assert reception.taken == ()
        assert any("đã lưu lại từ inbox" in line for line in reception_lines(reception))
        story.send_out(root, "final")
    assert landed.read_bytes() == story.WARD_1_LATER


def test_a_landed_file_with_another_byte_is_healed_once_the_file_is_put_into_the_inbox_anew(root: Path) -> None:
    receive(load_office(root))  # a copied office knows its files by new marks
    landed = spoil_landed(root)
    assert receive(load_office(root)).healed == ()  # nothing says that it was changed; verify does
    assert main(["--office", str(root), "verify"]) == 1
    (root / "inbox" / PERIOD / "p01" / "Sổ_2021_03_15.csv").write_bytes(story.WARD_1_LATER)
    assert receive(load_office(root)).healed == (f"{PERIOD}/p01/Sổ_2021_03_15.csv",)
    assert landed.read_bytes() == story.WARD_1_LATER


def test_another_file_of_that_name_heals_nothing(root: Path) -> None:
    landed = spoil_landed(root, byte=False)
    (root / "inbox" / PERIOD / "p01" / "Sổ_2021_03_15.csv").write_bytes(story.WARD_2)
    with story.at("2021-03-16T09:00:00"):
        reception = receive(load_office(root))
    assert (len(reception.taken), reception.healed) == (1, ())
    assert len(landed.read_bytes()) == 100


@pytest.mark.parametrize("name", ["warehouse.duckdb", "manifest.json", "issue.json"])
def test_no_later_quarter_rests_on_an_issued_version_that_was_changed(root: Path, name: str) -> None:
    with story.at("2021-03-16T09:00:00"):
        folder = story.send_out(root, "final").folder
    path = story.writable(folder / name)
    path.write_bytes(path.read_bytes().replace(b"2", b"3", 1) + b"\n")
    with story.at("2021-06-16T08:00:00"):
        send(root, "Sổ_2021_06_15.csv", story.WARD_1_NEXT, "p01", NEXT)
        with pytest.raises(OfficeError, match=f"Bản đã phát hành {PERIOD}/v1: tệp {name}"):
            story.report(root, period=NEXT)


def test_swapped_issued_folders_are_named_and_nothing_rests_on_them(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    root = story.copy_of(story.the_final(tmp_path_factory), tmp_path / "office")
    folder = root / "data" / "issued" / PERIOD
    for name, other in (("v1", "x"), ("v2", "v1"), ("x", "v2")):
        (folder / name).chmod(0o755)
        (folder / name).rename(folder / other)
    assert main(["--office", str(root), "verify"]) == 1
    named = re.escape(f"Bản đã phát hành {PERIOD}/v2: tệp issue.json")
    with story.at("2021-06-16T08:00:00"), pytest.raises(OfficeError, match=named):
        story.report(root, period=NEXT)
    assert json.loads((folder / "v1" / "issue.json").read_text(encoding="utf-8"))["version"] == 2


def test_the_newest_report_is_shown_only_while_it_is_whole(root: Path) -> None:
    plus_5000(root)
    with pytest.raises(OfficeError, match=re.escape("tệp warehouse.duckdb đã bị sửa")):
        latest_report(load_office(root), PERIOD)


def test_a_report_of_software_that_kept_no_lists_is_built_anew_and_no_fault(root: Path) -> None:
    list_path(the_report(root)).unlink()
    with pytest.raises(OfficeError, match="Chưa có báo cáo"):
        latest_report(load_office(root), PERIOD)
    assert main(["--office", str(root), "verify"]) == 0
    with story.at("2021-03-16T09:00:00"):
        report = story.report(root)
    assert latest_report(load_office(root), PERIOD) == report
