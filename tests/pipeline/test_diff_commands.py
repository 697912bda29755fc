"""`kstt recount`, `diff` and `what-if` on a small office, as an officer types them.

Here: two wards through every step of the job: exit codes, files, what is left untouched. Not here: what differs (unit/test_diff).
Invariant: the committed sample is only copied; a finished report keeps every byte.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from by_steps import report_by_steps
from sample_copy import REPOSITORY, copy_small_office

from pipelines import runner
from pipelines.cli import main
from pipelines.ingest.landing import hash_file, receive_inbox
from pipelines.office.settings import load_office
from pipelines.runner import RunResult
from pipelines.warehouse.finished import latest_report
from pipelines.warehouse.whole import list_path, write_list


@pytest.fixture(scope="module", autouse=True)
def _by_steps() -> Iterator[None]:
    """The commands' own runs go by the steps: that they are the job's is shown elsewhere (faults/test_killed_runs)."""

    def run(
        office: Path, period: str, as_of: str | None = None, received_by: str | None = None,
        switches: dict[str, str] | None = None, engine: str | None = None, say: object = None,
    ) -> RunResult:  # fmt: skip
        return report_by_steps(office, period, as_of, switches, received_by)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runner, "run_report", run)
        yield


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_small_office(tmp_path_factory.mktemp("small") / "office")
    report_by_steps(root, "2021-Q1")
    return root


def hashes(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): hash_file(path) for path in folder.rglob("*") if path.is_file()}


def test_the_recount_of_a_real_report_agrees(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(office), "recount", "2021-Q1"]) == 0
    assert "✓ Mọi ô và mọi bản ghi đều khớp." in capsys.readouterr().out


def test_a_tampered_report_makes_the_recount_fail(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = latest_report(load_office(office), "2021-Q1")
    copy = own.parent / "tampered"
    shutil.copytree(own, copy)
    try:
        with duckdb.connect(copy / "warehouse.duckdb") as connection:
            connection.execute(
                "update fct_dossier_period set pending_overdue = 1 - pending_overdue where pending_total = 1"
            )
        (copy / "manifest.json").touch()  # the newest report of the period
        write_list(copy, copy)  # and passes for whole
        assert main(["--office", str(office), "recount", "2021-Q1"]) == 1
    finally:
        shutil.rmtree(copy)
        list_path(copy).unlink()
    assert "không khớp" in capsys.readouterr().out


def test_what_if_builds_the_other_answer_apart_and_touches_nothing(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = latest_report(load_office(office), "2021-Q1")
    before = hashes(own)
    command = [
        "--office",
        str(office),
        "what-if",
        "2021-Q1",
        "returned_withdrawn_bucket=excluded",
        "--to",
        str(tmp_path),
    ]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "Quy tắc returned_withdrawn_bucket: resolved_on_time → excluded" in printed
    assert "II.06a · dòng total" in printed
    assert "do quy tắc returned_withdrawn_bucket: resolved_on_time → excluded (bớt " in printed
    assert hashes(own) == before
    assert latest_report(load_office(office), "2021-Q1") == own
    assert {path.name for path in tmp_path.iterdir()} == {"so-sanh.xlsx", "so-sanh.html", "bang-dinh-chinh.docx"}


def test_the_offices_own_reading_is_nothing_to_compare(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(office), "what-if", "2021-Q1", "null_channel=direct"]) == 1
    assert "không có gì để so" in capsys.readouterr().err


def test_folders_and_days_are_compared_and_wrong_versions_are_reported(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = latest_report(load_office(office), "2021-Q1")
    (other,) = [path.parent for path in own.parent.glob("*/manifest.json") if path.parent != own]
    diff = ["--office", str(office), "diff", "2021-Q1"]
    assert main([*diff, str(other), "--as-of-new", "2021-03-14"]) == 0
    printed = capsys.readouterr().out
    assert "Quy tắc returned_withdrawn_bucket: excluded → resolved_on_time" in printed
    assert "hiện nay, đến ngày 14/03/2021" in printed
    assert main([*diff, "v7"]) == 1
    assert "v7" in capsys.readouterr().err
    assert main([*diff, "khong-co"]) == 1
    assert "không phải phiên bản" in capsys.readouterr().err


def test_asked_by_the_same_moment_the_report_is_the_same_after_a_later_file(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = latest_report(load_office(office), "2021-Q1")
    before = hashes(own)
    settings = (office / "office.yaml").read_text(encoding="utf-8")
    # A day later the next quarter's files land.
    (office / "office.yaml").write_text(settings.replace("2021-06-20T", "2021-06-21T"), encoding="utf-8")
    shutil.copytree(REPOSITORY / "sample_office" / "inbox" / "2021-Q2" / "p08", office / "inbox" / "2021-Q2" / "p08")
    assert receive_inbox(load_office(office))
    (office / "office.yaml").write_text(settings, encoding="utf-8")
    asked = ["--office", str(office), "run", "2021-Q1", "--received-by", "2021-06-20T08:00:00+07:00"]
    assert main(asked) == 0
    assert "Không có gì thay đổi" in capsys.readouterr().out
    assert hashes(own) == before


def test_an_issued_version_is_compared_with_now(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--office", str(office), "issue", "2021-Q1", "--kind", "final", "--by", "Cán bộ thử"]
    reasons = office / "data" / "vuong-mac.csv"
    command += ["--why", "Thử so sánh", "--force-file", str(reasons)]
    assert main(command) == 1  # writes the list of what blocks, to be filled in
    assert main(command) == 1
    head, *rows = reasons.read_text(encoding="utf-8-sig").splitlines()
    assert head == "Mã,Vướng mắc,Lý do" and len(rows) > 1
    reasons.write_text("\n".join([head, *(f"{row}Chỉ hai phường gửi" for row in rows)]), encoding="utf-8")
    assert main(command) == 0
    assert main(["--office", str(office), "diff", "2021-Q1", "v1"]) == 0
    printed = capsys.readouterr().out
    assert "So sánh số liệu Quý I năm 2021: v1 và hiện nay" in printed
    assert "✓ Không ô nào khác." in printed
