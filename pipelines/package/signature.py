"""Signatures on issued versions, made and checked by OpenSSH's own program (`ssh-keygen -Y`).

Here: what is signed, where signatures lie, making and checking one. Not here: keys (each person's own), the seal.
Invariant: a signature covers the seal of what lies there now and the record with every file's hash; a private key is
named on the command line and never read or kept by us.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from pipelines.ingest.landing import hash_file
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.kept import SIGNATURES
from pipelines.office.settings import Office
from pipelines.package.seal import seal_of
from pipelines.warehouse.issued import RECORD, Issued

# Keeps a signature made for another purpose with the same key from passing for one of these.
NAMESPACE = "kstt-issue"
SIGNERS = "allowed_signers"


def signers_path(office: Office) -> Path:
    """Return the office's own list of who may sign, in OpenSSH's form: name, options, public key."""
    return office.root / SIGNERS


def signature_path(office: Office, issued: Issued) -> Path:
    """Return where the signature of a version lies; beside the issued folders, which are sealed."""
    return office.data / SIGNATURES / f"{issued.period_id}-v{issued.version}.sig"


def sign(office: Office, issued: Issued, key: Path) -> str:
    """Sign a version with a person's own key; return the name the office's list has for that key.

    Raises:
        OfficeError: no list of signers, the key is not in it, the version was changed, or ssh-keygen says no.
    """
    if not signers_path(office).is_file():
        raise OfficeError(
            f"Chưa có tệp {SIGNERS} trong thư mục đơn vị: mỗi dòng một người, «tên@đơn-vị ssh-ed25519 AAAA…» "
            "(khóa công khai của người đó, tệp .pub)."
        )
    issued.record()
    done = _ssh_keygen("sign", "-f", str(key), "-n", NAMESPACE, said=_message(issued))
    if done.returncode or not done.stdout:
        raise OfficeError(f"ssh-keygen không ký được bằng khóa «{key}»: {_last(done.stderr)}")
    who = signer_of(issued, done.stdout, signers_path(office))
    if who is None:
        raise OfficeError(f"Khóa «{key}» không có trong {SIGNERS} của đơn vị; không ghi chữ ký.")
    write_atomically(signature_path(office, issued), done.stdout)
    return who


def signature_state(office: Office, issued: Issued, signers: Path | None = None) -> tuple[str | None, str | None]:
    """Return who signed a version, and what is wrong with its signature; neither where it has none.

    Args:
        office: the office.
        issued: the version.
        signers: the list to believe; the office's own when none is given.
    """
    path = signature_path(office, issued)
    if not path.is_file():
        return None, None
    listed = signers_path(office) if signers is None else signers
    if not listed.is_file():
        return None, f"Bản {issued.issue_id}: có chữ ký nhưng không có tệp {SIGNERS} để kiểm tra."
    try:
        who = signer_of(issued, path.read_bytes(), listed)
    except (OSError, ValueError, KeyError) as error:
        return None, f"Bản {issued.issue_id}: không kiểm tra được chữ ký ({type(error).__name__})."
    if who is None:
        return None, (
            f"Bản {issued.issue_id}: chữ ký không khớp những gì đang có, hoặc không phải của ai trong {listed.name}."
        )
    return who, None


def signer_of(issued: Issued, signature: bytes, signers: Path) -> str | None:
    """Return who of a list signed a version as it lies there now; None where nobody of them did.

    Raises:
        OfficeError: there is no ssh-keygen on this machine.
    """
    with tempfile.TemporaryDirectory(prefix="kstt-chu-ky-") as temporary:
        note = Path(temporary) / "signature"
        note.write_bytes(signature)
        found = _ssh_keygen("find-principals", "-s", str(note), "-f", str(signers))
        for name in found.stdout.decode(errors="replace").splitlines() if found.returncode == 0 else ():
            parts = ("-f", str(signers), "-I", name, "-n", NAMESPACE, "-s", str(note))
            if _ssh_keygen("verify", *parts, said=_message(issued)).returncode == 0:
                return name
    return None


def _message(issued: Issued) -> bytes:
    """Return what is signed: which version, its seal and its record as they are on the disk now."""
    record = json.loads((issued.folder / RECORD).read_text(encoding="utf-8"))
    lines = (NAMESPACE, issued.issue_id, seal_of(issued.folder, record), hash_file(issued.folder / RECORD))
    return "".join(f"{line}\n" for line in lines).encode()


def _ssh_keygen(act: str, *arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["ssh-keygen", "-Y", act, *arguments], input=said, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise OfficeError("Máy này không có ssh-keygen (gói OpenSSH), không ký và kiểm tra được.") from error


def _last(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "không rõ vì sao"
