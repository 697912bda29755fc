"""A fortnight with nobody there: Dagster's own daemon functions over a moved clock, a real mail server.

Here: the city of the handbook from 03/09 to 16/09/2026: units send late, one file is broken, the machine is off for two
days. The daemon's threads are not started: their iterations (schedules, sensors) are called at 07:05, and at 16:05 where a
unit has sent, with the clock moved; a run is made by the steps of the job's assets. Not here: `kstt serve` itself (test_serve).
Invariant: no period runs twice for one hour, no message is sent twice; docs/hai-tuan-khong-nguoi.md is what happened.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import logging
import os
import re
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from by_steps import pages_alone, report_by_steps
from dagster._core.events import DagsterEvent, DagsterEventType
from dagster._core.launcher import LaunchRunContext, RunLauncher
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import InProcessTestWorkspaceLoadTarget, instance_for_test
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import launch_scheduled_runs
from dagster._serdes import ConfigurableClass

from pipelines.cli import main
from pipelines.notices.register import entries
from pipelines.office.settings import load_office
from pipelines.paths import REPOSITORY

Controller = pytest.importorskip(
    "aiosmtpd.controller", reason="uv sync: aiosmtpd is a development dependency"
).Controller

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE = REPOSITORY / "docs" / "hai-tuan-khong-nguoi.md"
PERIOD = "2026-Q3"  # 15/06/2026–14/09/2026; units' last day 11/09, a Friday
HEAD = "Mã hồ sơ;Mã TTHC;Đơn vị tiếp nhận;Chủ hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái\n"
NAMES = {
    "ah": "UBND phường An Hòa",
    "tl": "UBND xã Tân Lập",
    "pm": "UBND xã Phú Mỹ",
    "trung-tam": "Trung tâm Phục vụ hành chính công",
}
PROFILE = """\
profile_id: danh-sach
stream: case_exports
title: Danh sách hồ sơ
match: {files: ["Danh sach*.csv"]}
observed_on: {from: file_name, pattern: "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})"}
"""
NOTIFY = """notify:
  officer: [can-bo@binhminh.example]
  chief: [lanh-dao@binhminh.example]
  units: {{ah: [ah@binhminh.example], tl: [tl@binhminh.example], pm: [pm@binhminh.example], trung-tam: [tt@binhminh.example]}}
  smtp: {{host: 127.0.0.1, port: {port}, sender: kstt@binhminh.example, security: none}}
"""
# Day and hour → unit, name of the file, its lines. Tân Lập's first file lacks a column; all but it are sent again.
SENT: dict[str, list[tuple[str, str, str]]] = {
    "07/09 09:00": [
        (
            "ah",
            "Danh sach_2026_09_07.csv",
            "H99.1-1;1.001193;{unit};NGƯỜI-THỬ;01/07/2026;03/07/2026;02/07/2026;Đã trả kết quả",
        )
    ],
    "08/09 09:00": [("tl", "Danh sach_2026_09_08.csv", "hỏng")],
    "09/09 14:00": [
        (
            "trung-tam",
            "Danh sach_2026_09_09.csv",
            "H99.0-1;1.001193;{unit};NGƯỜI-THỬ;05/08/2026;06/08/2026;06/08/2026;Đã trả kết quả",
        )
    ],
    "13/09 10:00": [
        ("tl", "Danh sach_2026_09_08.csv", "H99.2-1;1.001193;{unit};NGƯỜI-THỬ;01/07/2026;03/07/2026;;Đang xử lý")
    ],
    "14/09 15:00": [
        ("pm", "Danh sach_2026_09_14.csv", "H99.3-1;1.001193;{unit};NGƯỜI-THỬ;03/08/2026;05/08/2026;;Đang xử lý")
    ],
}
OFF = (dt.date(2026, 9, 11), dt.date(2026, 9, 12))


@dataclass
class Fortnight:
    """What happened, in its order: (moment, what, to whom, words)."""

    office: Path = Path()
    events: list[tuple[dt.datetime, str, str, str]] = field(default_factory=list)
    runs: list[tuple[dt.datetime, str, str]] = field(default_factory=list)
    letters: list[tuple[dt.datetime, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append((dt.datetime.now(HANOI), letter))
        return "250 OK"


LIVED = Fortnight()


def words_of(letter: EmailMessage) -> str:
    part = letter.get_body()
    assert part is not None
    return str(part.get_content())


class ByStepsLauncher(RunLauncher, ConfigurableClass):
    """Makes the report of a run's partition by the steps of the assets, and reports success; notes when."""

    def __init__(self, inst_data: Any = None) -> None:
        self._inst_data = inst_data
        super().__init__()

    @property
    def inst_data(self) -> Any:
        return self._inst_data

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        return {}

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> ByStepsLauncher:
        return cls(inst_data)

    def launch_run(self, context: LaunchRunContext) -> None:
        run, now = context.dagster_run, dt.datetime.now(HANOI)
        # SQLite writes the real time of day into a new run: the moved one is put there.
        with sqlite3.connect(Path(self._instance.root_directory) / "history" / "runs.db") as database:
            made = f"{now.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}"
            database.execute("update runs set create_timestamp = ? where run_id = ?", (made, run.run_id))
        period = run.tags["dagster/partition"]
        with pages_alone():
            report = report_by_steps(LIVED.office, period)
        LIVED.runs.append((now, period, run.tags["dagster/schedule_name"]))
        LIVED.events.append((now, "chạy", f"kỳ {period}", f"số liệu đến ngày {report.report_dir.parent.name}"))
        done = DagsterEvent(DagsterEventType.PIPELINE_SUCCESS.value, job_name=run.job_name, message="xong")
        self._instance.report_dagster_event(done, run.run_id)

    def terminate(self, run_id: str) -> bool:
        raise NotImplementedError(run_id)


def send(root: Path, moment: dt.datetime) -> None:
    for unit, name, row in SENT.get(f"{moment:%d/%m %H:%M}", []):
        path = root / "inbox" / PERIOD / unit / name
        text = (
            "Mã hồ sơ;Trạng thái\nH99.2-1;Đang xử lý\n" if row == "hỏng" else HEAD + row.format(unit=NAMES[unit]) + "\n"
        )
        path.write_text(text, encoding="utf-8")
        os.utime(path, (moment.timestamp(), moment.timestamp()))
        what = "tệp hỏng (thiếu cột)" if row == "hỏng" else "tệp"
        LIVED.events.append((moment, "gửi", NAMES[unit], f"{what} «{name}»"))


def look(workspace: WorkspaceProcessContext, now: dt.datetime) -> None:
    """One iteration of the daemon: schedules, then sensors."""
    logger = logging.getLogger("fortnight")
    list(launch_scheduled_runs(workspace, logger, now.astimezone(dt.UTC), {}))
    list(execute_sensor_iteration(workspace, logger, None, None))


def new_city(root: Path, port: int) -> Path:
    names = [f"--unit={unit}={name.removeprefix('UBND ')}" for unit, name in NAMES.items() if unit != "trung-tam"]
    arguments = [
        "--name",
        "UBND thành phố Bình Minh",
        "--first-period",
        PERIOD,
        "--owes",
        "core",
        "--place",
        "Bình Minh",
    ]
    assert main(["init", str(root), *names, *arguments, "--parent", "Chính phủ"]) == 0
    settings = root / "office.yaml"
    settings.write_text(settings.read_text("utf-8").replace("notify: {}\n", NOTIFY.format(port=port)), encoding="utf-8")
    (root / "profiles" / "danh-sach.yaml").write_text(PROFILE, encoding="utf-8")
    periods = root / "reference" / "periods.csv"  # quarters alone: the nine months would run beside them
    rows = [line for line in periods.read_text("utf-8").splitlines() if ",quarter," in line or "period_id" in line]
    periods.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortnight]:
    folder = tmp_path_factory.mktemp("fortnight")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mail = Controller(LIVED, hostname="127.0.0.1", port=port)
    mail.start()
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(module_name="pipelines.definitions"), location_name="kstt"
    )
    overrides = {
        "run_launcher": {"module": "test_fortnight", "class": "ByStepsLauncher"},
        "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "DefaultRunCoordinator"},
    }
    (folder / "home").mkdir()
    with (
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(dt.datetime(2026, 9, 3, 7, 5, tzinfo=HANOI)) as clock,
    ):
        LIVED.office = new_city(folder / "don-vi", port)
        patch.setenv("KSTT_OFFICE", str(LIVED.office))
        with (
            instance_for_test(temp_dir=str(folder / "home"), overrides=overrides) as instance,
            WorkspaceProcessContext(instance, InProcessTestWorkspaceLoadTarget(origin)) as workspace,
        ):
            assert [error.to_string() for error in workspace.create_request_context().code_location_errors()] == []
            for hours in range(14 * 24):
                moment = dt.datetime(2026, 9, 3, 7, tzinfo=HANOI) + dt.timedelta(hours=hours)
                clock.move_to(moment)
                send(LIVED.office, moment)
                # In the afternoon only where somebody has sent: what is seen of the other days is the morning's.
                has_news = any(key.startswith(f"{moment:%d/%m}") for key in SENT)
                if (moment.hour == 7 or (moment.hour == 16 and has_news)) and moment.date() not in OFF:
                    # Which sensor is first is not said: what one look receives, the next one tells.
                    for minutes in (5, 20) if moment.hour == 16 else (5,):
                        clock.move_to(moment + dt.timedelta(minutes=minutes))
                        look(workspace, dt.datetime.now(HANOI))
            LIVED.events += [
                (at, "thư", str(letter["To"]), f"{letter['Subject']}\n{words_of(letter)}")
                for at, letter in LIVED.letters
            ]
            yield LIVED
    mail.stop()


def test_each_hour_ran_once_and_the_missed_one_was_made_up_once(lived: Fortnight) -> None:
    assert [(f"{at:%d/%m %H:%M}", period, schedule) for at, period, schedule in lived.runs] == [
        ("10/09 07:05", PERIOD, "truoc_han_nop"),
        ("13/09 07:05", PERIOD, "sau_han_nop"),  # of the 12th, when the machine was off
        ("15/09 07:05", PERIOD, "sau_chot_so_lieu"),
    ]


def test_who_was_told_what_and_when(lived: Fortnight) -> None:
    def to(kind: str) -> list[str]:
        return [
            f"{entry['at'][8:10]}/{entry['at'][5:7]} {entry['audience']}"
            for entry in entries(load_office(lived.office))
            if entry["kind"] == kind
        ]

    assert sorted(to("refused")) == ["08/09 officer", "08/09 tl"]
    # Five days before the 11th is a Sunday: the Friday before. Then two days before; the 11th itself was slept through.
    first = ["04/09 ah", "04/09 officer", "04/09 pm", "04/09 tl", "04/09 trung-tam"]
    assert sorted(to("missing")) == [*first, "09/09 officer", "09/09 pm", "09/09 tl", "09/09 trung-tam"]
    assert sorted(to("overdue")) == ["13/09 chief", "13/09 officer", "13/09 pm", "13/09 tl"]
    assert to("blockers") == ["15/09 officer"]
    assert to("run_failed") == []


def test_no_letter_went_twice_and_none_names_a_person(lived: Fortnight) -> None:
    seen = [(str(letter["To"]), str(letter["Message-ID"])) for _, letter in lived.letters]
    assert len(seen) == len(set(seen)) == len(entries(load_office(lived.office)))
    assert not any("NGƯỜI-THỬ" in words_of(letter) for _, letter in lived.letters)


def page(lived: Fortnight) -> str:
    lines = [
        "# Hai tuần không có ai",
        "",
        "Thành phố ba phường, xã bịa ra, từ 03/09 đến 16/09/2026; đơn vị gửi muộn, một tệp hỏng, máy tắt ngày 11 và 12. Trang này do bài",
        "kiểm tra `tests/pipeline/test_fortnight.py` viết: các hàm của chính tiến trình nền Dagster, đồng hồ dời đi, máy chủ thư thật trên máy thử.",
        "",
    ]
    day = None
    for at, what, whom, words in sorted(
        lived.events, key=lambda event: (f"{event[0]:%Y-%m-%d %H}", event[1] == "thư", event[2], event[3])
    ):
        if at.date() != day:
            day = at.date()
            lines += [f"## {day:%d/%m/%Y}", ""]
        if what == "thư":
            subject, _, body = words.partition("\n")
            lines += [f"**Thư gửi {whom}**: {subject}", "", "```", *body.rstrip().splitlines(), "```", ""]
        else:
            lines += [f"- {at:%H:%M} {what}: {whom}, {words}", ""]
    # The second in the id of a sending is the machine's.
    return re.sub(r"\d{8}T\d{6}-(?=[a-z-]+-\d{4})", "…-", "\n".join(lines).replace("\n\n\n", "\n\n"))


def test_the_page_of_the_fortnight_is_what_happened(lived: Fortnight) -> None:
    text = page(lived)
    if os.environ.get("KSTT_GOLDEN") == "write":
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text, "run `make golden`"
