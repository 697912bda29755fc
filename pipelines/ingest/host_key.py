"""The key of an SFTP server: only the one named in office.yaml is spoken to.

Here: the policy that holds a server's key against its fingerprint. Not here: fetching files (pull), secrets.
Invariant: no password and no file name is sent to a server whose key is not the one named.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    import paramiko


def fingerprint(key: bytes) -> str:
    """Return a host key as ssh-keygen -l prints it: SHA256 and base64 without padding."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def only_this_key(source_id: str, expected: str) -> paramiko.MissingHostKeyPolicy:
    """Return the policy of a client that refuses any server key but one.

    Its check runs before the client logs in; a wrong key raises OfficeError, which names both fingerprints.
    """
    import paramiko  # a network library: only when a source is fetched

    class OnlyThisKey(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:  # noqa: ARG002
            shown = fingerprint(key.asbytes())
            if shown != expected:
                raise OfficeError(
                    f"Nguồn «{source_id}»: máy chủ đưa khóa {shown}, khác khóa khai trong office.yaml ({expected}). "
                    "Không gửi mật khẩu, không lấy tệp. Hỏi người quản trị máy chủ; khóa đổi thật thì sửa host_key."
                )

    return OnlyThisKey()
