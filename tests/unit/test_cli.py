"""The command line says what is wrong in a sentence, never with a stack trace.

Here: wrong words on the command line. Not here: a whole run (pipeline tests).
Invariant: exit code 1 and one Vietnamese message for what the officer can mend.
"""

from __future__ import annotations

import argparse
import re
import signal
from pathlib import Path

import duckdb
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError
from office_folder import make_office, send

from pipelines.cli import COMMANDS, main
from pipelines.commands import run, units
from pipelines.office import journal
from pipelines.office.settings import load_office

BY_THE_JOB = pytest.mark.slow  # told by the job itself, which is started for it


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "2021-Q9"], "Không có kỳ báo cáo «2021-Q9»"),
        (["run", "2021-Q1", "--as-of", "11/03/2021"], "không phải ngày"),
        pytest.param(["run", "2021-Q1", "--as-of", "2020-01-01"], "bắt đầu ngày 15/12/2020", marks=BY_THE_JOB),
        (["run", "2021-Q1", "--received-by", "2021-03-11T08:00:00"], "thiếu múi giờ"),
        (["run", "2021-Q1", "--switch", "closing_event"], "TÊN=GIÁ_TRỊ"),
        pytest.param(["run", "2021-Q1", "--switch", "colour=red"], "Không có công tắc colour", marks=BY_THE_JOB),
        pytest.param(
            ["run", "2021-Q1", "--switch", "closing_event=yesterday"],
            "không nhận giá trị «yesterday»",
            marks=BY_THE_JOB,
        ),
        (["trace", "2021-Q1", "II.06a", "--row", "Hộ tịch", "--column", "10"], "Chưa có báo cáo kỳ 2021-Q1"),
    ],
)
def test_a_wrong_word_is_reported_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert main(["--office", str(make_office(tmp_path)), *words]) == 1
    assert message in capsys.readouterr().err


def help_of(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main(words)
    printed = capsys.readouterr()
    return printed.out + printed.err


# Words of argparse's own, and a value in capitals that is an English word of ours.
ENGLISH = re.compile(
    r"usage|positional|options:|show this|error:|required|invalid|choose from|argument|"
    r"--[a-z-]+ (?!CSV|URL|DIR)[A-Z_]+\b|\[?\b(period|form|file|old|new)\b\]?$",
    re.M,
)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_the_help_of_a_command_has_no_english_frame(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ENGLISH.findall(help_of([*command.split(), "--help"], capsys)) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["isue"], "không có 'isue'; chọn một trong: 'init'"),
        (["issue", "2021-Q1"], "✗ kstt issue: thiếu --kind, --why"),
        (["trace", "2021-Q1", "--limit", "nhiều"], "--limit: giá trị 'nhiều' không đúng dạng"),
        (["run", "--as-of"], "--as-of: cần một giá trị"),
        (["run", "2021-Q1", "thừa"], "không có tham số thừa"),
    ],
)
def test_a_wrong_command_line_is_told_in_vietnamese(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    printed = help_of(words, capsys)
    assert message in printed
    assert ENGLISH.findall(printed) == []


def test_units_is_asked_with_every_word_run_reads() -> None:
    """`kstt units` hands its words on to `kstt run`."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for name, command in (("run", run), ("units", units)):
        command.arguments(commands.add_parser(name))
    read = {name: vars(parser.parse_args([name, "2021-Q1"])) for name in ("run", "units")}
    assert set(read["run"]) <= set(read["units"])
    assert (read["units"]["units"], read["run"]["units"]) == ("all", None)


def test_a_folder_that_is_no_office_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(tmp_path / "nowhere"), "status", "2021-Q1"]) == 1
    assert "Không có thư mục đơn vị" in capsys.readouterr().err


def test_status_names_each_unit_that_has_not_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(make_office(tmp_path)), "status", "2021-Q1"]) == 0
    printed = capsys.readouterr().out
    assert "UBND Phường 1, danh sách hồ sơ: chưa gửi" in printed
    assert "Chưa gửi đủ: 2 nội dung của 2 đơn vị" in printed


def wrapped(cause: BaseException) -> Exception:
    error = RuntimeError("INTERRUPT Error: Interrupted! (src/main/client_context.cpp)")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        wrapped(KeyboardInterrupt()),
        wrapped(duckdb.InterruptException("INTERRUPT Error: Interrupted!")),
        DagsterExecutionInterruptedError(),
    ],
)
def test_a_stopped_command_says_so_whatever_was_waited_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stopped(_: object) -> int:
        raise error

    monkeypatch.setattr("pipelines.commands.status.run", stopped)
    assert main(["--office", str(make_office(tmp_path)), "status", "2021-Q1"]) == 130
    assert capsys.readouterr().err == ("✗ Đã dừng theo yêu cầu. Chạy lại lệnh khi cần; việc dở dang không được tính.\n")


def test_the_end_of_a_session_stops_a_command_as_ctrl_c_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("pipelines.commands.status.run", lambda _: signal.raise_signal(signal.SIGTERM))
    assert main(["--office", str(make_office(tmp_path)), "status", "2021-Q1"]) == 130
    assert "Đã dừng theo yêu cầu" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("NGƯỜI-THỬ-000123"), "lỗi của phần mềm (ValueError)"),
        (PermissionError(13, "denied", "/x/tep.xlsx"), "không có quyền đọc «tep.xlsx»"),
        (OSError(28, "full"), "ổ đĩa đã đầy"),
        (MemoryError(), "hết bộ nhớ"),
        (RuntimeError("can't start new thread"), "hết bộ nhớ"),
        (OSError(12, "Cannot allocate memory"), "hết bộ nhớ"),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "hết bộ nhớ"),
        (RecursionError("deep"), "RecursionError"),
    ],
)
def test_whatever_is_raised_is_a_sentence_and_a_log_without_the_text_of_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def failing(_: object) -> int:
        raise error

    monkeypatch.setattr("pipelines.commands.status.run", failing)
    root = make_office(tmp_path)
    assert main(["--office", str(root), "status", "2021-Q1"]) == 1
    printed = capsys.readouterr()
    assert words in printed.err
    assert "Traceback" not in printed.err + printed.out
    (log,) = (root / "data" / "logs").iterdir()
    assert str(log) in printed.err
    text = log.read_text(encoding="utf-8")
    assert type(error).__name__ in text
    assert "failing" in text
    assert "NGƯỜI-THỬ" not in text + printed.err


def test_an_interrupted_command_prints_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipelines.commands.status.run", interrupted)
    assert main(["--office", str(make_office(tmp_path)), "status", "2021-Q1"]) == 130
    assert "Đã dừng" in capsys.readouterr().err


def test_receive_takes_files_names_those_that_wait_and_makes_no_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path)
    send(root, "s.csv", b"1")
    (root / "inbox" / "lac.csv").write_bytes(b"2")
    assert main(["--office", str(root), "receive"]) == 0
    printed = capsys.readouterr().out
    assert "Nhận 1 tệp mới" in printed
    assert "2021-Q1/p01/s.csv" in printed
    assert "«lac.csv»: nằm ngay trong inbox" in printed
    assert not (root / "data" / "reports").exists()


def test_the_day_a_file_came_is_noted_in_the_journal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = make_office(tmp_path)
    send(root, "s.csv", b"1")
    main(["--office", str(root), "receive"])
    assert main(["--office", str(root), "received", "s.csv", "--on", "11/03/2021", "--by", "Nguyễn Văn Thử"]) == 0
    assert "gửi đến ngày 11/03/2021" in capsys.readouterr().out
    (act,) = journal.acts(load_office(root), "received")
    assert (act.by, act.details["on"]) == ("Nguyễn Văn Thử", "2021-03-11")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["s.csv", "--on", "hôm qua"], "không phải ngày"),
        (["s.csv", "--on", "16/03/2021"], "không thể đến ngày 16/03/2021"),
        (["t.csv", "--on", "11/03/2021"], "Chưa nhận tệp nào tên «t.csv»"),
    ],
)
def test_a_day_that_cannot_be_noted_is_reported_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    root = make_office(tmp_path)
    send(root, "s.csv", b"1")
    main(["--office", str(root), "receive"])
    assert main(["--office", str(root), "received", *words, "--by", "A"]) == 1
    assert message in capsys.readouterr().err
