"""What is told, to whom, once: by a real mail server of this machine, a real webhook and a folder.

Here: a tiny office whose clock is moved, aiosmtpd and http.server on 127.0.0.1. Not here: the sensor's ticks
(pipeline/test_fortnight), letters on paper (test_units_and_letters).
Invariant: nothing is sent twice; nothing a person could be known by is in a mail.
"""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import re
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.test_utils import instance_for_test
from office_folder import OFFICE, TABLES, make_office, send

from pipelines.cli import main
from pipelines.defs.telling import failures_of
from pipelines.ingest.landing import receive_inbox
from pipelines.notices.collect import messages, reminder_stage
from pipelines.notices.message import Failure, Message
from pipelines.notices.register import entries, register_folder, tell
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office

Controller = pytest.importorskip(
    "aiosmtpd.controller", reason="uv sync: aiosmtpd is a development dependency"
).Controller

PERIODS = (
    TABLES["periods"] + "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
    "2021-Q3,quarter,Quý III năm 2021,2021-06-15,2021-09-14\n"
)
HOLIDAYS = TABLES["holidays"] + "2022-01-01,public_holiday,Tết Dương lịch\n"
NOTIFY = """
notify:
  officer: [can-bo@thu.example]
  chief: [lanh-dao@thu.example]
  units: {{p01: [p01@thu.example], p02: [p02@thu.example]}}
  smtp: {{host: 127.0.0.1, port: {port}, sender: kstt@thu.example, security: none}}
"""
GOOD = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc xử lý;Trạng thái\nH51-1;01/03/2021;02/03/2021;;Đang xử lý\n"
BROKEN = "Mã hồ sơ;Ngày hẹn trả;Trạng thái\nH51-1;02/03/2021;Đang xử lý\n"


class Post:
    """A mail server's letters, and whether it takes any."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.is_shut = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.is_shut:
            return "451 try again later"
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 OK"

    def body(self, at: int = 0) -> str:
        part = self.letters[at].get_body()
        assert part is not None
        return str(part.get_content())

    def to(self) -> list[str]:
        return sorted(str(letter["To"]) for letter in self.letters)


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def office_at(root: Path, day: str, port: int, more: str = "", **tables: str) -> Office:
    """The office as it is at a moment; its folder is made once."""
    text = OFFICE.format(clock=f'"{day}T08:00:00+07:00"') + NOTIFY.format(port=port) + more
    if not root.exists():
        make_office(root, periods=PERIODS, holidays=HOLIDAYS, **tables)
    (root / "office.yaml").write_text(text, encoding="utf-8")
    return load_office(root)


def notify(office: Office, failures: tuple[Failure, ...] = ()) -> list[str]:
    return [f"{item.message.kind} {item.message.audience}" for item in tell(office, messages(office, failures))]


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2021-03-04", None),
        ("2021-03-05", 5),  # the 6th is a Saturday: due on the working day before
        ("2021-03-08", 5),
        ("2021-03-09", 2),
        ("2021-03-11", 0),
    ],
)
def test_a_reminder_on_a_day_off_is_due_on_the_working_day_before(
    tmp_path: Path, today: str, stage: int | None
) -> None:
    office = office_at(tmp_path / "office", today, 25)
    assert reminder_stage(office, dt.date(2021, 3, 11), dt.date.fromisoformat(today)) == stage


def test_units_that_owe_are_reminded_once_a_stage_and_the_chief_hears_after_the_deadline(
    tmp_path: Path, post: tuple[Post, int]
) -> None:
    mail, port = post
    root = tmp_path / "office"
    assert notify(office_at(root, "2021-03-04", port)) == []
    send(root, "so_2021_03_04.csv", GOOD.encode(), unit="p01")
    office = office_at(root, "2021-03-05", port)
    receive_inbox(office)
    assert notify(office) == ["missing p02", "missing officer"]
    assert mail.to() == ["can-bo@thu.example", "p02@thu.example"]
    (reminder,) = [letter for letter in mail.letters if letter["To"] == "p02@thu.example"]
    assert reminder["Subject"] == "[KSTT] Nhắc hạn gửi số liệu Quý I năm 2021: UBND Phường 2"
    body = mail.body(mail.letters.index(reminder))
    assert "hết ngày 11/03/2021, còn 6 ngày" in body and "danh sách hồ sơ: chưa gửi" in body
    assert list((root / "data" / "cong-van").rglob("don-doc-p02.docx"))  # the letter is drafted
    assert notify(office) == [] and notify(office_at(root, "2021-03-08", port)) == []
    assert notify(office_at(root, "2021-03-11", port)) == ["missing p02", "missing officer"]
    assert notify(office_at(root, "2021-03-12", port)) == ["overdue p02", "overdue officer", "overdue chief"]
    assert notify(office_at(root, "2021-03-13", port)) == []
    send(root, "so_2021_03_13.csv", GOOD.replace("H51-1", "H51-2").encode(), unit="p02")
    office = office_at(root, "2021-03-16", port)
    receive_inbox(office)
    assert notify(office) == []
    assert len(mail.letters) == 2 + 2 + 3
    assert mail.to().count("lanh-dao@thu.example") == 1


def test_a_unit_reminded_five_days_late_is_reminded_of_the_latest_stage_only(
    tmp_path: Path, post: tuple[Post, int]
) -> None:
    mail, port = post
    assert notify(office_at(tmp_path / "office", "2021-03-11", port)) == [
        "missing p01",
        "missing p02",
        "missing officer",
    ]
    assert len(mail.letters) == 3


def test_a_refused_file_is_told_to_its_unit_and_the_officer_and_again_when_it_comes_again(
    tmp_path: Path, post: tuple[Post, int]
) -> None:
    mail, port = post
    root = tmp_path / "office"
    office = office_at(root, "2021-02-01", port)
    send(root, "Sổ của Nguyễn Thị Hoa 0912345678.csv", BROKEN.encode(), unit="p01")
    receive_inbox(office)
    assert notify(office) == ["refused p01", "refused officer"]
    assert notify(office) == []
    for letter in mail.letters:
        body = mail.body(mail.letters.index(letter))
        assert "Thiếu cột bắt buộc" in body
        assert "Hoa" not in body and "0912345678" not in body
    send(root, "Sổ của Nguyễn Thị Hoa 0912345678.csv", BROKEN.replace("H51-1", "H51-9").encode(), unit="p01")
    receive_inbox(office)
    assert notify(office) == ["refused p01", "refused officer"]


def test_words_of_an_error_that_name_a_person_are_masked_before_anything_is_written(
    tmp_path: Path, post: tuple[Post, int]
) -> None:
    mail, port = post
    office = office_at(tmp_path / "office", "2021-02-01", port)
    failure = Failure("a", "Lượt chạy kỳ 2021-Q1", office.clock.now(), "hồ sơ của ông Trần Văn Bình, số 079123456789")
    assert notify(office, (failure,)) == ["run_failed officer"]
    written = "".join(path.read_text(encoding="utf-8") for path in register_folder(office).glob("*.json"))
    for text in (mail.body(), written, (office.data / "journal.jsonl").read_text(encoding="utf-8")):
        assert "Bình" not in text and "079123456789" not in text


def test_a_long_subject_arrives_as_it_was_written(tmp_path: Path, post: tuple[Post, int]) -> None:
    mail, port = post
    office = office_at(tmp_path / "office", "2021-02-01", port)
    subject = "[KSTT] Quý III năm 2026: 6 vướng mắc trước khi phát hành của UBND xã Đại Tâm và phường Mỹ Xuyên"
    tell(office, [Message("k", "blockers", "officer", subject, "Một\nHai")])
    assert (str(mail.letters[0]["Subject"]), mail.body().split()) == (subject, ["Một", "Hai"])


def test_a_way_that_fails_is_tried_again_and_the_others_are_not_repeated(
    tmp_path: Path, post: tuple[Post, int], capsys: pytest.CaptureFixture[str]
) -> None:
    mail, port = post
    root = tmp_path / "office"
    office = office_at(root, "2021-02-01", port, more="  folder: tin\n")
    failure = Failure("a", "Lượt chạy kỳ 2021-Q1", office.clock.now(), "Thiếu bảng")
    mail.is_shut = True
    (told,) = tell(office, messages(office, (failure,)))
    assert told.sent == ("folder",) and "451" in told.failed["mail"]
    mail.is_shut = False
    (told,) = tell(office, messages(office, (failure,)))
    assert told.sent == ("mail",) and told.failed == {}
    assert tell(office, messages(office, (failure,))) == []
    assert len(mail.letters) == 1
    (laid,) = (root / "tin").iterdir()
    assert "Thiếu bảng" in laid.read_text(encoding="utf-8")
    acts = journal.acts(office, "notify")
    assert [act.details["ways"] for act in acts] == [["folder"], ["mail"]]
    assert "can-bo@thu.example" not in (office.data / "journal.jsonl").read_text(encoding="utf-8")


def test_a_mail_whose_sender_died_in_it_is_not_sent_again_and_is_named(tmp_path: Path, post: tuple[Post, int]) -> None:
    mail, port = post
    office = office_at(tmp_path / "office", "2021-02-01", port)
    failure = Failure("a", "Lượt chạy kỳ 2021-Q1", office.clock.now(), "Thiếu bảng")
    mail.is_shut = True
    tell(office, messages(office, (failure,)))
    (path,) = register_folder(office).glob("*.json")
    entry = json.loads(path.read_text(encoding="utf-8"))
    entry["ways"]["mail"]["state"] = "begun"
    path.write_text(json.dumps(entry), encoding="utf-8")
    mail.is_shut = False
    (told,) = tell(office, messages(office, (failure,)))
    assert "không rõ đã đến chưa" in told.failed["mail"]
    assert tell(office, messages(office, (failure,))) == []
    assert mail.letters == []
    assert entries(office)[0]["ways"]["mail"]["state"] == "unknown"


def test_a_dry_run_shows_what_would_be_sent_and_writes_nothing(
    tmp_path: Path, post: tuple[Post, int], capsys: pytest.CaptureFixture[str]
) -> None:
    mail, port = post
    root = tmp_path / "office"
    office_at(root, "2021-03-05", port)
    assert main(["--office", str(root), "notify", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "--- p01 (p01@thu.example), mail: [KSTT] Nhắc hạn" in said
    assert "Sẽ gửi 3 tin. Chưa gửi gì." in said
    assert mail.letters == []
    assert not (root / "data" / "notices").exists() and not (root / "data" / "cong-van").exists()
    assert main(["--office", str(root), "notify"]) == 0
    assert "Đã báo 3 tin; 0 tin đã báo từ trước" in capsys.readouterr().out
    assert main(["--office", str(root), "notify", "--list"]) == 0
    assert capsys.readouterr().out.count("(mail: sent)") == 3


def test_units_are_not_mailed_where_the_officer_wants_to_do_it(tmp_path: Path, post: tuple[Post, int]) -> None:
    mail, port = post
    root = tmp_path / "office"
    office = office_at(root, "2021-03-05", port, more="  mail_units: false\n")
    assert notify(office) == ["missing p01", "missing p02", "missing officer"]
    assert mail.to() == ["can-bo@thu.example"]
    assert {entry["audience"] for entry in entries(office)} == {"p01", "p02", "officer"}


def test_letters_go_to_their_units_with_the_files_by_a_person(
    tmp_path: Path, post: tuple[Post, int], capsys: pytest.CaptureFixture[str]
) -> None:
    mail, port = post
    root = tmp_path / "office"
    office_at(root, "2021-03-10", port)
    arguments = ["--office", str(root), "notify", "--letters", "2021-Q1"]
    assert main(arguments) == 1
    assert "Thiếu tên người thực hiện" in capsys.readouterr().err
    assert main([*arguments, "--by", "Lê Thị Thử"]) == 0
    assert main([*arguments, "--by", "Lê Thị Thử"]) == 0
    assert mail.to() == ["p01@thu.example", "p02@thu.example"]
    names = sorted(part.get_filename() or "" for part in mail.letters[0].iter_attachments())
    assert [Path(name).suffix for name in names] == [".docx", ".pdf"]
    (reminded,) = journal.acts(load_office(root), "remind")
    assert (reminded.by, reminded.details["units"]) == ("Lê Thị Thử", ["p01", "p02"])


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, str]]]:
    """A webhook of this machine that keeps what is posted to it."""
    posted: list[dict[str, str]] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("KSTT_THU_HOOK", f"http://127.0.0.1:{server.server_port}/x")
    yield posted
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_each_message_as_json_once(tmp_path: Path, hook: list[dict[str, str]]) -> None:
    root = make_office(tmp_path / "office", clock="2021-03-05T08:00:00+07:00", holidays=HOLIDAYS)
    with (root / "office.yaml").open("a", encoding="utf-8") as settings:
        settings.write("notify: {webhook_env: KSTT_THU_HOOK, days_before: []}\n")
    office = load_office(root)
    assert notify(office) == ["ending officer"]  # its only quarter ends on 14/03
    assert notify(office) == []
    assert [item["subject"] for item in hook] == ["[KSTT] Danh mục sắp hết"]
    assert "14/03/2021" in hook[0]["body"] and "2021-Q2,quarter" in hook[0]["body"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (
            "{officer: [a@b.c], smtp: {host: mail.example, sender: x@y.z, security: none, user_env: KSTT_U}}",
            "Conn|gaierror|OSError|không gửi mật khẩu",
        ),
        ("{webhook_env: KSTT_NO_HOOK}", "phải là một địa chỉ https"),
    ],
)
def test_a_way_that_is_not_safe_or_not_there_fails_with_a_sentence(
    tmp_path: Path, settings: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KSTT_U", "x")
    monkeypatch.setattr("smtplib.SMTP.connect", lambda *_, **__: (220, b"x"))
    root = make_office(tmp_path / "office", clock="2021-02-01T08:00:00+07:00")
    with (root / "office.yaml").open("a", encoding="utf-8") as text:
        text.write(f"notify: {settings}\n")
    office = load_office(root)
    (told,) = tell(office, [Message("k", "ending", "officer", "s", "b")])
    assert told.sent == ()
    assert re.search(why, next(iter(told.failed.values())))


def test_addresses_and_units_of_the_settings_are_checked(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    text = (root / "office.yaml").read_text(encoding="utf-8")
    for wrong, said in (
        ("{officer: [khong-phai-thu]}", "notify.officer.0"),
        ("{units: {p9: [a@b.c]}}", "«p9» không có"),
    ):
        (root / "office.yaml").write_text(f"{text}notify: {wrong}\n", encoding="utf-8")
        with pytest.raises(OfficeError, match=said):
            load_office(root)


def test_failed_runs_of_the_job_are_news_with_their_reason(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    text = (root / "office.yaml").read_text(encoding="utf-8")
    (root / "office.yaml").write_text(text.replace('"2021-03-15T08:00:00+07:00"', "null"), encoding="utf-8")
    office = load_office(root)
    failed = dg.DagsterRunStatus.FAILURE
    with instance_for_test() as instance:
        instance.add_run(
            dg.DagsterRun("lap_bao_cao_ky", run_id="a" * 8, status=failed, tags={"dagster/partition": "2021-Q1"})
        )
        instance.add_run(dg.DagsterRun("khac", run_id="b" * 8, status=failed))
        instance.add_run(dg.DagsterRun("lap_bao_cao_ky", run_id="c" * 8, status=dg.DagsterRunStatus.SUCCESS))
        (failure,) = failures_of(instance, office)
    assert failure.what == "Lượt chạy kỳ 2021-Q1"
    assert "Tiến trình của lượt chạy đã dừng" in failure.why
