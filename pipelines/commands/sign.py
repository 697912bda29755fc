"""`kstt sign`: sign an issued version with one's own SSH key.

Here: command line. Not here: signing and checking (package/signature).
Invariant: a person signs, with a key of theirs; nothing else ever does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pipelines.commands.common import load, relative

HELP = "ký một bản đã phát hành bằng khóa SSH của mình (không bắt buộc)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", help="mã kỳ, ví dụ 2021-Q1")
    parser.add_argument("--version", type=int, default=None, help="số phiên bản (mặc định: bản mới nhất)")
    parser.add_argument(
        "--key",
        type=Path,
        required=True,
        metavar="TỆP",
        help="khóa riêng của người ký, ví dụ ~/.ssh/id_ed25519; khóa công khai của nó phải có trong allowed_signers",
    )


def run(parsed: argparse.Namespace) -> int:
    """Sign, and say by whom."""
    from pipelines.package.signature import sign, signature_path
    from pipelines.warehouse.issued import find_issued, settle_if_free

    office = load(parsed)
    settle_if_free(office)
    issued = find_issued(office, parsed.period, parsed.version)
    who = sign(office, issued, parsed.key.expanduser())
    print(f"✓ {who} đã ký bản {issued.issue_id}: {relative(signature_path(office, issued))}")
    return 0
