"""A tiny office whose dossiers are written here by hand, living through the spring of 2021: files come, reports go out.

Here: the office, its files, its days; copies for tests that spoil it. Not here: assertions.
Invariant: the office's clock is the real one, moved by time_machine, so that every receipt has its own moment.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine
from by_steps import report_by_steps
from made_once import made_once
from office_folder import TABLES, make_office, send

from pipelines.office.settings import Office, load_office
from pipelines.package.force import blocker_code
from pipelines.package.issue import Request, blocking, issue
from pipelines.warehouse.issued import Issued

PERIOD, NEXT = "2021-Q1", "2021-Q2"
BY = "Trần Thị Phát Hành"
FORCED = "Phường 2 hẹn gửi sau; tỉnh yêu cầu số tạm trước ngày 12"
CORRECTED = "Phường 2 bổ sung hồ sơ sót"
OFFICE = "office:\n  name: UBND thành phố Thử\n  unit_id: tp\n  clock: null\nswitches: {}\n"
OFFICE += "forms_enabled: [II.06a, II.06b]\n"  # of the forms only those of dossiers: reports cost half
WORDS = "## II.3. Nguyên nhân\n\nKhông có.\n\n## III.\n\nTiếp tục thực hiện kế hoạch.\n\n## IV.\n\nKhông có.\n"
HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
DONE, OPEN = "Đã trả kết quả", "Đang xử lý"


def table(*rows: tuple[str, str, str, str, str]) -> bytes:
    """A unit's list: code, received, due, finished, status; all of one procedure."""
    lines = (f"{code};1.001193;{received};{due};{end};{status}\n" for code, received, due, end, status in rows)
    return (HEAD + "".join(lines)).encode("utf-8-sig")


# Ward 1 sent on the 11th of March, with its one dossier of then open.
WARD_1 = table(("P1-1", "01/03/2021", "05/03/2021", "", OPEN))
# On the 15th it sent all of the period: the dossier closed in time, one more came in.
WARD_1_LATER = table(
    ("P1-1", "01/03/2021", "15/03/2021", "12/03/2021", DONE), ("P1-2", "12/03/2021", "19/03/2021", "", OPEN)
)
WARD_2 = table(("P2-1", "02/03/2021", "08/03/2021", "05/03/2021", DONE))
# The next quarter: what ward 1 had open is closed.
WARD_1_NEXT = table(("P1-2", "12/03/2021", "19/03/2021", "18/03/2021", DONE))
# Found in April: a dossier ward 2 had forgotten.
WARD_2_FORGOTTEN = table(("P2-2", "03/03/2021", "09/03/2021", "10/03/2021", DONE))


def new_office(root: Path) -> Path:
    """Write the office; two wards owe their lists."""
    root.mkdir(parents=True)
    sections = (
        TABLES["sections"]
        + "level,A,Cấp huyện,city,1,,\nunit,I,Bộ phận Một cửa,one_stop_desk,1,,\nunit,II,UBND phường,ward,2,,\n"
    )
    statuses = TABLES["statuses"] + "9,Đã trả kết quả,result_delivered,resolved\n"
    periods = [*TABLES["periods"].splitlines()[:2], f"{NEXT},quarter,Quý II năm 2021,2021-03-15,2021-06-14"]
    changes = {"sections": sections, "statuses": statuses, "periods": "\n".join(periods) + "\n"}
    for period in (PERIOD, NEXT):
        (root / "words").mkdir(exist_ok=True)
        (root / "words" / f"{period}.md").write_text(WORDS, encoding="utf-8")
    return make_office(root, office=OFFICE, **changes)


@contextmanager
def at(moment: str) -> Iterator[None]:
    """Live at a moment of Vietnam's time; the clock goes on from there."""
    with time_machine.travel(f"{moment}+07:00"):
        yield


def report(root: Path, as_of: str | None = None, period: str = PERIOD) -> Path:
    """Build the report by the steps of the assets."""
    return report_by_steps(root, period, as_of).report_dir


def send_out(
    root: Path,
    kind: str,
    why: str = "Theo kế hoạch",
    force: str | None = None,
    as_of: str | None = None,
    period: str = PERIOD,
) -> Issued:
    """Issue the newest report; with `force` each thing that blocks is waved through, for that reason."""
    office, request = load_office(root), Request(period, kind, BY, why, as_of)
    return issue(office, forced(office, request, force) if force else request)


def forced(office: Office, request: Request, why: str) -> Request:
    """Return the request with a reason for each blocker there is now."""
    return replace(request, force={blocker_code(line): why for line in blocking(office, request)})


def live_to_the_final(root: Path) -> None:
    """Ward 1 sends, provisional figures go out on the 11th (forced: ward 2 is missing); both send, the final goes."""
    with at("2021-03-11T17:00:00"):
        send(new_office(root), "Sổ_2021_03_11.csv", WARD_1, "p01")
        report(root)
        send_out(root, "provisional", force=FORCED)
    with at("2021-03-16T08:00:00"):
        send(root, "Sổ_2021_03_15.csv", WARD_1_LATER, "p01")
        send(root, "Sổ_2021_03_15.csv", WARD_2, "p02")
        report(root)
        send_out(root, "final")


def the_final(factory: pytest.TempPathFactory) -> Path:
    """Return an office that has lived to its final; made once a session, to be copied and never written to."""

    def make(folder: Path) -> Path:
        live_to_the_final(folder / "office")
        return folder / "office"

    return made_once(factory, "final", make)


def ready_to_issue(factory: pytest.TempPathFactory) -> Path:
    """Return an office whose final report is built and not issued; made once a session, to be copied and never written
    to."""

    def make(folder: Path) -> Path:
        root = folder / "office"
        with at("2021-03-16T08:00:00"):
            send(new_office(root), "Sổ_2021_03_15.csv", WARD_1_LATER, "p01")
            send(root, "Sổ_2021_03_15.csv", WARD_2, "p02")
            report(root)
        return root

    return made_once(factory, "ready", make)


def live_to_the_correction(root: Path) -> None:
    """In April ward 2 finds a dossier it had forgotten; the report is corrected."""
    with at("2021-04-02T08:00:00"):
        send(root, "Bổ sung_2021_04_01.csv", WARD_2_FORGOTTEN, "p02")
        report(root)
        send_out(root, "corrected", why=CORRECTED)


def copy_of(root: Path, target: Path) -> Path:
    """Copy an office with its data, without Dagster's own."""
    shutil.copytree(root, target, ignore=shutil.ignore_patterns("dagster_home", "dbt_target", "build"))
    return target


def writable(path: Path) -> Path:
    """Lift the seal from a file and its folder, as somebody who tampers would."""
    path.parent.chmod(0o755)
    if path.exists():
        path.chmod(0o755 if path.is_dir() else 0o644)
    return path


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stamps_of(folder: Path) -> dict[str, int]:
    """When each file and folder was last written."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
