"""`kstt notify`: tell what there is to tell, once; send letters and mend books to their units.

Here: command line and printing. Not here: what there is to tell, sending (notices).
Invariant: a dry run writes and sends nothing; letters and mend books go only when a person says so, by name.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipelines.commands.common import load
from pipelines.office.text import counted, format_count

if TYPE_CHECKING:
    from pipelines.notices.message import Message
    from pipelines.office.settings import Office

HELP = "báo tin: lượt chạy hỏng, đơn vị chưa gửi đủ, tệp bị từ chối, vướng mắc, danh mục sắp hết (không gửi hai lần)"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.add_argument(
        "--dry-run", action="store_true", help="chỉ in những gì sẽ gửi và gửi cho ai; không gửi, không ghi"
    )
    parser.add_argument("--list", action="store_true", help="in sổ tin đã gửi")
    parser.add_argument("--letters", default=None, metavar="KỲ", help="gửi công văn đôn đốc đơn vị chưa gửi đủ")
    parser.add_argument("--mend", default=None, metavar="KỲ", help="gửi sổ trả lại cho từng đơn vị")
    parser.add_argument("--by", default=None, help="người gửi công văn, sổ trả lại (mặc định: biến KSTT_USER)")


def run(parsed: argparse.Namespace) -> int:
    """Send or show; return 1 when something could not be sent."""
    from pipelines.notices.register import is_reported, tell
    from pipelines.office import journal
    from pipelines.warehouse.act_words import person

    office = load(parsed)
    if parsed.list:
        for line in list_lines(office):
            print(line)
        return 0
    by = person(parsed.by) if parsed.letters or parsed.mend else "kstt notify"
    found = list(_chosen(office, parsed))
    new = [item for item in found if not is_reported(office, item.digest)]
    if parsed.dry_run:
        for line in shown(office, new):
            print(line)
        return 0
    told = tell(office, new, by)
    for item in told:
        ways = ", ".join(item.sent) or "chỉ ghi sổ (chưa khai cách gửi cho nơi nhận này)"
        if not item.failed:
            print(f"✓ {item.message.audience}: {item.message.subject} — {ways}")
        for way, why in item.failed.items():
            print(f"✗ {item.message.audience}: {item.message.subject} — {way} không gửi được: {why}")
    print(f"Đã báo {counted(told)} tin; {format_count(len(found) - len(new))} tin đã báo từ trước, không gửi lại.")
    if parsed.letters and told:
        units = sorted(item.message.audience for item in told if item.sent)
        journal.append(office, "remind", by, "đôn đốc đơn vị chưa gửi đủ", period_id=parsed.letters, units=units)
    return 1 if any(item.failed for item in told) else 0


def _chosen(office: Office, parsed: argparse.Namespace) -> Iterable[Message]:
    from pipelines.notices.collect import messages
    from pipelines.notices.papers import letter_messages, mend_messages
    from pipelines.runner import failures

    if parsed.letters:
        return letter_messages(office, parsed.letters)
    return mend_messages(office, parsed.mend) if parsed.mend else messages(office, failures(office))


def shown(office: Office, found: Iterable[Message]) -> Iterator[str]:
    """Yield what would be sent, to whom and how."""
    from pipelines.notices.ways import addresses_of, ways_of

    count = 0
    for message in (item.masked() for item in found):
        count += 1
        ways = ", ".join(ways_of(office, message)) or "chỉ ghi sổ"
        to = ", ".join(addresses_of(office.settings.notify, message.audience)) or "chưa có địa chỉ"
        yield f"--- {message.audience} ({to}), {ways}: {message.subject}"
        yield from (f"    {line}" for line in message.body.splitlines())
        yield from (f"    kèm: {path.name}" for path in message.files)
    yield f"Sẽ gửi {count} tin. Chưa gửi gì." if count else "Không có tin nào phải gửi."


def list_lines(office: Office) -> Iterator[str]:
    """Yield the register: when, to whom, what, by which ways."""
    from pipelines.notices.register import entries

    for entry in entries(office):
        ways = ", ".join(f"{name}: {note['state']}" for name, note in entry["ways"].items()) or "chỉ ghi sổ"
        yield f"{entry['at'][:16].replace('T', ' ')}  {entry['audience']}  {entry['subject']}  ({ways})"
