"""`kstt serve` keeps the server of an office up, once, and reloads it when settings change.

Here: the loop with a stand-in for Dagster's own process. Not here: Dagster's page and daemon, schedules
(pipeline/test_definitions, pipeline/test_fortnight).
Invariant: an end nobody asked for is followed by a start; a wrong or half-written setting by none.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from office_folder import OFFICE, make_office

from pipelines.cli import main
from pipelines.commands import serve
from pipelines.office.settings import Office, load_office

CLOCK = "2021-03-15T08:00:00+07:00"


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand-ins for the server: each lives a moment and ends with code 3; the third start is a Ctrl+C."""
    begun: list[str] = []

    def start(office: Office, port: int) -> subprocess.Popen[bytes]:
        begun.append(f"{office.settings.office.name} {port}")
        if len(begun) == 3:
            raise KeyboardInterrupt
        code = "import sys, time; time.sleep(float(sys.argv[1])); sys.exit(3)"
        return subprocess.Popen([sys.executable, "-c", code, "0.1" if len(begun) == 1 else "30"])

    monkeypatch.setattr(serve, "start", start)
    monkeypatch.setattr(serve, "_PAUSES", (0.0,))
    monkeypatch.setattr(serve, "_LOOK_SECONDS", 0.2)
    monkeypatch.setattr(serve.signal, "signal", lambda *_: None)
    return begun


def test_a_server_that_ends_is_started_again_and_a_changed_setting_reloads_it(
    tmp_path: Path, starts: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_office(tmp_path / "office")
    real = serve.changed_office

    def changed(office: Office, known: str) -> Office | None:
        """While the second server works, an officer changes the name; the first one ends whenever it gets to it."""
        if len(starts) < 2:
            return None
        text = OFFICE.format(clock=f'"{CLOCK}"').replace("UBND thành phố Thử", "UBND thành phố Đổi")
        (root / "office.yaml").write_text(text, encoding="utf-8")
        return real(office, known)

    monkeypatch.setattr(serve, "changed_office", changed)
    assert main(["--office", str(root), "serve", "--port", "3999"]) == 0
    assert starts == ["UBND thành phố Thử 3999", "UBND thành phố Thử 3999", "UBND thành phố Đổi 3999"]
    said = capsys.readouterr().out
    assert "Máy chủ dừng (mã 3)" in said
    assert "nạp lại" in said
    assert "truoc_han_nop: " in said and "127.0.0.1:3999" in said


def test_a_second_server_of_one_office_is_refused(
    tmp_path: Path, starts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_office(tmp_path / "office")
    (root / "data").mkdir()
    with FileLock(root / "data" / "serve.lock"):
        assert main(["--office", str(root), "serve"]) == 1
    assert "đang chạy rồi" in capsys.readouterr().err
    assert starts == []


def test_a_wrong_setting_or_a_run_at_hand_reloads_nothing(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    (root / "data").mkdir()
    office = load_office(root)
    known = office.reference_hash
    assert serve.changed_office(office, known) is None
    text = (root / "office.yaml").read_text(encoding="utf-8")
    (root / "office.yaml").write_text(text + "colour: red\n", encoding="utf-8")
    assert serve.changed_office(office, known) is None
    (root / "office.yaml").write_text(text + "number: {percent_decimals: 1}\n", encoding="utf-8")
    hold = "import sys, filelock\nwith filelock.FileLock(sys.argv[1]):\n    print(1, flush=True)\n    input()"
    lock = str((root / "data" / "run.lock").resolve())
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", hold, lock], stdin=pipe, stdout=pipe) as other:
        assert other.stdout is not None and other.stdout.readline() == b"1\n"
        assert serve.changed_office(office, known) is None
        other.communicate(b"\n")
    changed = serve.changed_office(office, known)
    assert changed is not None and changed.settings.number.percent_decimals == 1
