"""The sentences of messages, in Vietnamese.

Here: subject and body of each kind. Not here: when and to whom (collect).
Invariant: each says what happened, where, and what to do; units, files, days and counts only, never a person.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.figures.text import format_count
from pipelines.notices.message import Failure
from pipelines.office.settings import Office
from pipelines.office.text import counted
from pipelines.periods.period import Period
from pipelines.warehouse.status import Owed, PeriodStatus, state_words

_MOST_BLOCKERS = 40
_MOST_LINES = 12
Words = tuple[str, str]


def _signed(office: Office, lines: Sequence[str]) -> str:
    end = ["", f"{office.settings.office.name} (thư tự động của phần mềm KSTT, không trả lời vào địa chỉ này)"]
    return "\n".join([*lines, *end])


def run_failed(failure: Failure) -> Words:
    """Return what is said of a run or a tick that failed."""
    why = failure.why.splitlines() or ["không rõ"]
    lines = [
        f"{failure.what} hỏng lúc {failure.at:%H:%M ngày %d/%m/%Y}.",
        "",
        "Lý do:",
        *(f"  {line}" for line in why[:_MOST_LINES]),
        "",
        "Việc cần làm: sửa theo lý do trên, rồi chạy lại bằng kstt run <kỳ>. Xem toàn bộ: kstt doctor, kstt check.",
    ]
    return f"[KSTT] {failure.what} hỏng", "\n".join(lines)


def refused(office: Office, unit: str, file_name: str, reason: str) -> Words:
    """Return what is said of a file that was refused."""
    lines = [
        f"Tệp «{file_name}» của {unit} bị từ chối, chưa được tính vào số liệu.",
        "",
        f"Lý do và cách sửa: {reason}",
        "",
        "Sửa xong gửi lại cùng tên tệp; tệp mới thay tệp cũ.",
    ]
    return f"[KSTT] Tệp bị từ chối: {unit}", _signed(office, lines)


def misplaced(sentence: str) -> Words:
    """Return what is said of a file in the inbox that is not received."""
    return "[KSTT] Có tệp trong inbox chưa nhận được", f"{sentence}\n\nSửa xong: kstt receive."


def reminder(office: Office, status: PeriodStatus, items: Sequence[Owed]) -> Words:
    """Return what is said to one unit that still owes, before or after its last day."""
    period, days = status.period, status.days_left
    last = f"hết ngày {status.deadline:%d/%m/%Y}"
    when = f"còn {days} ngày" if days > 0 else "hôm nay là ngày cuối" if days == 0 else f"đã quá {-days} ngày"
    lines = [
        f"Kính gửi: {items[0].unit_name}",
        "",
        f"Hạn gửi số liệu {period.label} ({period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}) là {last}, {when}.",
        f"Đơn vị còn {counted(items)} nội dung:",
        *(f"  - {item.title}: {state_words(item)}" for item in items),
        *(f"    {file.sentence}" for item in items for file in item.refused),
        "",
        "Nội dung nào không phát sinh thì đánh dấu «Không phát sinh trong kỳ» ở phiếu báo cáo và gửi lại phiếu.",
    ]
    head = "Quá hạn" if days < 0 else "Nhắc hạn"
    return f"[KSTT] {head} gửi số liệu {period.label}: {items[0].unit_name}", _signed(office, lines)


def missing_list(office: Office, status: PeriodStatus, owing: Sequence[tuple[str, Sequence[Owed]]]) -> Words:
    """Return the list of units that still owe, for the officer and for the chief."""
    period, days = status.period, status.days_left
    when = f"còn {days} ngày" if days > 0 else "hôm nay là ngày cuối" if days == 0 else f"đã quá {-days} ngày"
    lines = [
        f"{period.label}: hạn các đơn vị gửi hết ngày {status.deadline:%d/%m/%Y} ({when}).",
        f"Còn {counted(owing)} đơn vị chưa đủ:",
        *(f"  - {items[0].unit_name}: {'; '.join(item.title for item in items)}" for _, items in owing),
        "",
    ]
    if days >= 0:
        lines += [
            f"Công văn đôn đốc soạn sẵn trong data/cong-van/{period.period_id}/; gửi từ đây: "
            f'kstt notify --letters {period.period_id} --by "Họ tên".'
        ]
    else:
        lines += [
            "Đề nghị chỉ đạo các đơn vị trên gửi ngay. Đơn vị chưa gửi sẽ in là chưa gửi trong báo cáo, và bản chính "
            "thức chưa phát hành được."
        ]
    head = "Quá hạn" if days < 0 else "Sắp đến hạn"
    return f"[KSTT] {head} {period.label}: {counted(owing)} đơn vị chưa gửi đủ", _signed(office, lines)


def blocked(period: Period, found: Sequence[str]) -> Words:
    """Return what stands in the way of issuing a final report."""
    if not found:
        lines = [
            f"Báo cáo {period.label} đến hết kỳ đã lập, không còn vướng mắc.",
            "",
            f"Xem lại rồi phát hành: kstt issue {period.period_id} --kind final --by … --why …",
        ]
        return f"[KSTT] {period.label}: báo cáo đã lập, có thể phát hành", "\n".join(lines)
    more = len(found) - _MOST_BLOCKERS
    lines = [
        f"Báo cáo {period.label} đến hết kỳ đã lập; còn {format_count(len(found))} vướng mắc trước khi phát hành:",
        *(f"  {number}. {line}" for number, line in enumerate(found[:_MOST_BLOCKERS], start=1)),
        *([f"  … và {format_count(more)} vướng mắc khác."] if more > 0 else []),
        "",
        f"Sửa xong lập lại: kstt run {period.period_id}.",
    ]
    return f"[KSTT] {period.label}: {format_count(len(found))} vướng mắc trước khi phát hành", "\n".join(lines)


def ending(sentence: str) -> Words:
    """Return what is said of a table that ends."""
    return "[KSTT] Danh mục sắp hết", f"{sentence}\n\nKiểm tra lại sau khi sửa: kstt check."
