"""`kstt verify`: recompute every hash and name what differs.

Here: command line. Not here: the checks (audit/verify).
Invariant: exit code 1 on any difference.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.common import load
from pipelines.office.errors import OfficeError
from pipelines.office.text import counted

if TYPE_CHECKING:
    from pipelines.office.settings import Office

HELP = "tính lại mọi mã băm: bản đã phát hành, tệp đã nhận, biên nhận, sổ việc, báo cáo đã lập"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument("period", nargs="?", default=None, help="chỉ các bản của một kỳ (mặc định: tất cả)")

    parser.add_argument("--seal", default=None, help="mã niêm phong in trên trang cuối báo cáo giấy: so máy với giấy")
    parser.add_argument(
        "--against",
        type=Path,
        default=None,
        metavar="TỆP",
        help="bản chép journal.head hoặc journal.jsonl giữ nơi khác",
    )

    parser.add_argument(
        "--signers",
        type=Path,
        default=None,
        metavar="TỆP",
        help="tệp allowed_signers của người kiểm tra: mọi bản phải có chữ ký đúng của một người trong đó",
    )


def run(parsed: argparse.Namespace) -> int:
    """Print one line a difference."""
    from pipelines.audit.verify import journal_against, report_differences, verify
    from pipelines.office.journal import acts
    from pipelines.warehouse.issued import settle_if_free

    office = load(parsed)
    settle_if_free(office)
    if parsed.seal:
        return _against_paper(office, parsed.seal, parsed.period)
    differences = [*verify(office, parsed.period), *report_differences(office, parsed.period)]
    differences += journal_against(office, parsed.against) if parsed.against else []
    signed, unsigned = _signatures(office, parsed.period, parsed.signers)
    differences += unsigned
    if not differences:
        issued = [act for act in acts(office, "issue") if parsed.period in (None, act.details["period_id"])]
        if parsed.period and not issued:
            raise OfficeError(
                f"Kỳ {parsed.period} chưa phát hành bản nào theo sổ việc: không có gì để kiểm tra. "
                "Kiểm tra lại mã kỳ, và sổ việc bằng --against."
            )
        print(f"✓ Không có gì khác: {counted(issued)} bản đã phát hành, sổ việc {counted(acts(office))} việc.")
        for line in signed:
            print(f"  {line}")
        return 0
    print(f"✗ Có {counted(differences)} chỗ khác:")
    for line in differences:
        print(f"  - {line}")
    return 1


def _signatures(office: Office, period_id: str | None, signers: Path | None) -> tuple[list[str], list[str]]:
    """Return who signed which version, and what is wrong; to have none is wrong if signers are named."""
    from pipelines.package.signature import signature_state
    from pipelines.warehouse.issued import issued_versions

    if signers is not None and not signers.is_file():
        raise OfficeError(f"Không có tệp «{signers}».")
    try:
        versions = issued_versions(office, period_id)
    except OfficeError:  # the journal's faults are among the differences already
        return [], []
    signed, wrong = [], []
    for issued in versions:
        who, fault = signature_state(office, issued, signers)
        if who:
            signed.append(f"Bản {issued.issue_id}: chữ ký đúng của {who}.")
        elif fault or signers is not None:
            wrong.append(fault or f"Bản {issued.issue_id}: không có chữ ký.")
    return signed, wrong


def _against_paper(office: Office, seal: str, period_id: str | None) -> int:
    """Hold the machine against a seal read from paper, and say what differs."""
    from pipelines.package.seal_check import check_seal

    issued, differences = check_seal(office, seal, period_id)
    if issued and not differences:
        print(f"✓ Mã niêm phong khớp {issued.issue_id}: số liệu, chứng cứ và văn bản trên máy đúng là bản đã in.")
        return 0
    print(
        f"✗ Số liệu khớp mã niêm phong của {issued.issue_id}, nhưng văn bản trên máy đã khác:"
        if issued
        else "✗ Không bản nào trên máy khớp mã niêm phong này; thứ đang có không phải bản đã in:"
    )
    for line in differences:
        print(f"  - {line}")
    return 1
