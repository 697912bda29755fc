"""The states a delivered file can be in: for each the sentence an officer reads and what to do.

Here: the one table of states, which state a delivery is in, the same table as a page (docs/delivery-states.md).
Not here: how a state comes about (register, claims, standing).
Invariant: every delivery is in exactly one state; commands print these words and no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipelines.warehouse.register import Delivery
from pipelines.warehouse.typed import TypedDelivery, is_stale, is_waiting


class State(StrEnum):
    """The state of a delivered file."""

    MISPLACED = "misplaced"
    RECEIVED = "received"
    REFUSED = "refused"
    WAITING = "waiting"
    COUNTED = "counted"
    DOUBTED = "doubted"
    STALE = "stale"
    REPLACED = "replaced"
    PARTLY_REPLACED = "partly_replaced"
    COPY = "copy"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Words:
    """What an officer reads of a state, what to do, whether the rows count and whether a final may go out."""

    label: str
    sentence: str
    todo: str
    counts: bool
    holds_final: bool


STATES: dict[State, Words] = {
    State.MISPLACED: Words(
        "để sai chỗ",
        "Tệp nằm ngoài thư mục inbox/<kỳ>/<đơn vị>, không được nhận.",
        "Chuyển tệp vào đúng thư mục của kỳ và đơn vị, rồi kstt receive.",
        counts=False,
        holds_final=False,
    ),
    State.RECEIVED: Words(
        "đã nhận, chưa đọc",
        "Tệp đã nhận và giữ nguyên từng byte, chưa đọc.",
        "Chạy kstt run để đọc và kiểm tra.",
        counts=False,
        holds_final=False,
    ),
    State.REFUSED: Words(
        "bị từ chối",
        "Không dòng nào của tệp được tính; lý do in kèm. Tệp gửi trước đó, nếu có, vẫn được tính.",
        "Làm theo cách sửa in kèm: đơn vị gửi lại, hoặc chuyển tệp về đúng đơn vị.",
        counts=False,
        holds_final=True,
    ),
    State.WAITING: Words(
        "chờ xác nhận, chưa tính",
        "Tệp đọc được nhưng có điều trái với thư mục của nó: đơn vị khác đã gửi đúng tệp này, mã hồ sơ hay tiêu đề là "
        "của đơn vị khác hoặc kỳ khác, hoặc đơn vị tự kê số liệu mà nó không phải gửi; chưa tính cho đến khi có người "
        "xác nhận.",
        "Hỏi đơn vị; đúng thì kstt accept, gửi nhầm thì kstt withdraw.",
        counts=False,
        holds_final=True,
    ),
    State.COUNTED: Words(
        "được tính",
        "Các dòng đạt của tệp được tính.",
        "Không phải làm gì.",
        counts=True,
        holds_final=False,
    ),
    State.DOUBTED: Words(
        "được tính, chờ xác nhận",
        "Tệp được tính nhưng có điều cần xác nhận, in kèm; chưa phát hành bản chính thức được.",
        "Hỏi lại đơn vị; đúng thì kstt accept, gửi nhầm thì kstt withdraw.",
        counts=True,
        holds_final=True,
    ),
    State.STALE: Words(
        "số liệu cũ",
        "Tệp được tính cho những ngày nó có, nhưng lập trước khi kỳ bắt đầu hoặc đã gửi cho kỳ trước nên không phải "
        "câu trả lời cho kỳ này.",
        "Đơn vị kết xuất lại sau ngày cuối kỳ rồi gửi.",
        counts=True,
        holds_final=True,
    ),
    State.REPLACED: Words(
        "đã được thay",
        "Đơn vị đã gửi bản khác thay cho tệp này.",
        "Không phải làm gì. Bản thay gửi nhầm thì kstt withdraw bản thay.",
        counts=False,
        holds_final=False,
    ),
    State.PARTLY_REPLACED: Words(
        "đã được thay một phần",
        "Bản thay thiếu một số bản ghi của tệp này; riêng những bản ghi đó vẫn được tính theo tệp này.",
        "Hỏi đơn vị: đúng là bỏ thì kstt accept bản thay, thiếu thì đơn vị gửi lại đủ.",
        counts=True,
        holds_final=True,
    ),
    State.COPY: Words(
        "bản chép",
        "Đúng từng byte một tệp của chính đơn vị đang được tính; chỉ tính một lần.",
        "Không phải làm gì.",
        counts=False,
        holds_final=False,
    ),
    State.WITHDRAWN: Words(
        "đã rút",
        "Có người đã rút tệp; tệp vẫn được giữ, tệp nó từng thay được tính lại.",
        "Rút nhầm thì kstt withdraw --undo.",
        counts=False,
        holds_final=False,
    ),
}


def state_of(item: TypedDelivery) -> State:
    """Return the state of a delivery that was read (standing)."""
    if item.delivery.withdrawn:
        return State.WITHDRAWN
    if item.remaining is not None:
        return State.PARTLY_REPLACED
    if item.delivery.kind == "same_bytes":
        return State.COPY
    if item.verdict["status"] != "accepted":
        return State.WAITING if is_waiting(item) else State.REFUSED
    if is_stale(item):
        return State.STALE
    return State.DOUBTED if any(claim.is_open for claim in item.claims) else State.COUNTED


def state_in_register(delivery: Delivery) -> State:
    """Return the state of a delivery nobody has read again: withdrawn, replaced, a copy, else received."""
    if delivery.withdrawn:
        return State.WITHDRAWN
    if delivery.kind == "same_bytes":
        return State.COPY
    return State.REPLACED if delivery.replaced_by else State.RECEIVED


def states_page() -> str:
    """Return docs/delivery-states.md."""
    lines = [
        "# Các trạng thái của một tệp đã gửi",
        "",
        "Sinh từ `pipelines/warehouse/delivery_states.py` bằng `python scripts/delivery_states.py`; sửa ở đó.",
        "",
        "| Mã | Trạng thái | Nghĩa là | Phải làm gì | Có tính | Giữ bản chính thức |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{state}` | {words.label} | {words.sentence} | {words.todo} "
        f"| {_yes(words.counts)} | {_yes(words.holds_final)} |"
        for state, words in STATES.items()
    ]
    return "\n".join(lines) + "\n"


def _yes(value: bool) -> str:
    return "có" if value else "không"
