"""The files of deploy/: what they start is a command of ours, and what their systems' own checkers say of them.

Here: unit files, the scheduled task, the container's files, as text. Not here: running them (no systemd, Windows or image
builder here), `kstt serve` itself (test_serve).
Invariant: a command line in these files is one the program accepts.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from pipelines.cli import _parser

DEPLOY = Path(__file__).parents[2] / "deploy"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def task() -> ElementTree.Element:
    """The scheduled task, whose text PowerShell hands over as UTF-16."""
    text = (DEPLOY / "windows" / "kstt-serve.xml").read_text(encoding="utf-8")
    return ElementTree.fromstring(text.partition("?>")[2])


def started() -> dict[str, list[str]]:
    """The arguments each file gives to kstt."""
    found = {}
    for path in (DEPLOY / "systemd").glob("*.service"):
        (line,) = re.findall(r"(?m)^ExecStart=\S+/kstt (.*)$", path.read_text(encoding="utf-8"))
        found[path.name] = shlex.split(line)
    found["kstt-serve.xml"] = shlex.split(str(task().findtext(f".//{TASK}Arguments")))
    (line,) = re.findall(r"(?m)^CMD (\[.*\])$", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    found["Containerfile"] = yaml.safe_load(line)
    return found


def test_every_file_starts_a_command_the_program_accepts() -> None:
    commands = {name: _parser().parse_args(words).name for name, words in started().items()}
    assert commands == {
        "kstt-serve.service": "serve",
        "kstt-backup.service": "backup",
        "kstt-serve.xml": "serve",
        "Containerfile": "serve",
    }


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
def test_systemd_finds_no_fault_in_the_unit_files(tmp_path: Path) -> None:
    for path in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"(?m)^(ExecStart=)\S+", r"\1/bin/true", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_scheduled_task_keeps_the_bounds_of_its_schema() -> None:
    """restartType of the Task Scheduler schema: an interval from a minute on, a count in one byte."""
    again = task().find(f".//{TASK}RestartOnFailure")
    assert again is not None
    assert again.findtext(f"{TASK}Interval") == "PT1M"
    assert 1 <= int(str(again.findtext(f"{TASK}Count"))) <= 255
    assert task().findtext(f".//{TASK}ExecutionTimeLimit") == "PT0S"  # without end


def test_no_office_and_no_secret_can_get_into_the_image() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    service = compose["services"]["kstt"]
    assert service["build"]["context"] == ".."
    (volume,) = service["volumes"]
    (secrets,) = service["env_file"]
    default = re.sub(r"\$\{\w+:-(.*?)\}:/office", r"\1", volume)
    kept_out = (DEPLOY.parent / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for name in (default, secrets["path"]):
        assert f"deploy/{name.removeprefix('./')}" in kept_out
    assert {".git", ".venv", "**/data"} <= set(kept_out)
