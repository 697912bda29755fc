"""Signatures on issued versions, by OpenSSH's own program with keys made here.

Here: signing, checking, a forger who rewrites every hash, a stranger's key. Not here: the seal on paper (test_seal).
Invariant: a signature stands only for what lies there now, signed by somebody the reader's own list names.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import issued_office as story
import pytest
from issued_office import PERIOD
from test_seal import forged

from pipelines.audit.verify import verify
from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.package.backup import back_up, restore_office
from pipelines.package.signature import signature_path
from pipelines.warehouse.issued import find_issued

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="no ssh-keygen on this machine")
WHO = "chanh-van-phong@tp"


def new_key(folder: Path, name: str) -> Path:
    key = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
    return key


def line_of(key: Path, who: str = WHO) -> str:
    return f"{who} {key.with_name(f'{key.name}.pub').read_text(encoding='utf-8')}"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_key(tmp_path_factory.mktemp("keys"), "key")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Path:
    """The office with its final signed."""
    root = story.copy_of(story.the_final(tmp_path_factory), tmp_path_factory.mktemp("signed") / "office")
    (root / "allowed_signers").write_text(line_of(key), encoding="utf-8")
    assert main(["--office", str(root), "sign", PERIOD, "--key", str(key)]) == 0
    return root


def said(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--office", str(root), "verify", *more])
    written = capsys.readouterr()
    return code, written.out + written.err


def test_a_signed_version_says_who_signed_it(signed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = said(signed, capsys)
    assert code == 0
    assert f"Bản {PERIOD}/v2: chữ ký đúng của {WHO}." in lines


def test_with_the_auditor_s_list_a_version_without_a_signature_is_named(
    signed: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "signers").write_text(line_of(key), encoding="utf-8")
    code, lines = said(signed, capsys, "--signers", str(tmp_path / "signers"))
    assert code == 1
    assert f"Bản {PERIOD}/v1: không có chữ ký." in lines
    assert f"Bản {PERIOD}/v2:" not in lines


def test_a_version_rewritten_with_every_hash_has_no_good_signature(
    signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = forged(signed, tmp_path / "office", {"bao-cao.html": ("hồ sơ", "9.999 hồ sơ")})
    assert verify(loaded) == []
    code, lines = said(loaded.root, capsys)
    assert (code, f"Bản {PERIOD}/v2: chữ ký không khớp" in lines) == (1, True)


def test_a_forger_who_signs_with_a_key_of_his_own_and_lists_it_is_found_by_the_auditor_s_list(
    signed: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded = forged(signed, tmp_path / "office", {"bao-cao.html": ("hồ sơ", "9.999 hồ sơ")})
    own = new_key(tmp_path, "own")
    (loaded.root / "allowed_signers").write_text(line_of(own), encoding="utf-8")
    assert main(["--office", str(loaded.root), "sign", PERIOD, "--key", str(own)]) == 0
    assert said(loaded.root, capsys)[0] == 0  # his own list believes him
    (tmp_path / "signers").write_text(line_of(key), encoding="utf-8")
    code, lines = said(loaded.root, capsys, "--signers", str(tmp_path / "signers"))
    assert (code, f"Bản {PERIOD}/v2: chữ ký không khớp" in lines) == (1, True)


def test_a_signature_of_another_version_or_another_purpose_does_not_pass(
    signed: Path, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = story.copy_of(signed, tmp_path / "office")
    office = load_office(root)
    first, second = (signature_path(office, find_issued(office, PERIOD, number)) for number in (1, 2))
    shutil.copy(second, first)
    assert f"Bản {PERIOD}/v1: chữ ký không khớp" in said(root, capsys)[1]
    first.unlink()
    sign = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", "file"]
    second.write_bytes(subprocess.run(sign, input=b"anything", capture_output=True, check=True).stdout)
    assert f"Bản {PERIOD}/v2: chữ ký không khớp" in said(root, capsys)[1]


def test_a_stranger_s_key_signs_nothing(signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = story.copy_of(signed, tmp_path / "office")
    stranger = new_key(tmp_path, "stranger")
    capsys.readouterr()
    assert main(["--office", str(root), "sign", PERIOD, "--version", "1", "--key", str(stranger)]) == 1
    assert "không có trong allowed_signers" in capsys.readouterr().err
    assert len(list((root / "data" / "signatures").iterdir())) == 1


def test_signatures_are_in_a_backup(signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    back_up(load_office(signed), tmp_path / "copy")
    restore_office(tmp_path / "copy", tmp_path / "restored")
    assert f"Bản {PERIOD}/v2: chữ ký đúng của {WHO}." in said(tmp_path / "restored", capsys)[1]
