"""The board: one self-contained page of what units owe, its state, and the headline figures.

Here: what pages/board.html.j2 is given. Not here: the reckoning (warehouse/status), figures (finished reports), HTML.
Invariant: no person is on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipelines.figures.charts import Chart, chart_caption
from pipelines.figures.text import format_count, lower_first
from pipelines.ingest.reception_text import broken_lines, ignored_lines
from pipelines.office.text import counted
from pipelines.render.charts import chart_svg
from pipelines.render.page import write_page
from pipelines.warehouse.status import Owed, PeriodStatus, State, state_words

STATE_WORDS: dict[State, str] = {
    "on_time": "Đúng hạn",
    "late": "Trễ hạn",
    "unknown": "Chưa rõ ngày gửi",
    "stale": "Số liệu cũ",
    "refused": "Bị từ chối",
    "waiting": "Chờ xác nhận",
    "missing": "Chưa gửi",
}
# Sign and colour both tell the state: the page is read by colour-blind people and printed in black.
_SIGNS: dict[State, str] = {
    "on_time": "✓", "late": "◷", "unknown": "?", "stale": "!", "refused": "✗", "waiting": "!",
    "missing": "–",
}  # fmt: skip


# The tiles are the columns of the report's form of duties; a state it does not tell apart is in the tile it is part of.
_TILES: dict[State, State | None] = {
    "on_time": None, "late": None, "unknown": None, "refused": "waiting", "missing": "stale",
}  # fmt: skip


@dataclass(frozen=True)
class Headline:
    """The summary lines of the newest report of the period, and of the period before; empty when there is none."""

    label: str
    lines: Mapping[str, str]
    charts: tuple[Chart, ...] = ()

    @property
    def period(self) -> str:
        """The period alone, without its day: what a phone has room for."""
        return self.label.partition(",")[0]


def write_board(
    office_name: str, status: PeriodStatus, now: Headline | None, before: Headline | None, path: Path
) -> None:
    """Write the board of a period."""
    period = status.period
    charts = now.charts if now else ()
    write_page(
        "board.html.j2",
        path,
        title=f"Bảng theo dõi {period.label}",
        office_name=office_name,
        span=f"{period.start_on:%d/%m/%Y}–{period.end_on:%d/%m/%Y}",
        deadline=f"{status.deadline:%d/%m/%Y}",
        days_left=status.days_left,
        made_at=f"{status.as_of:%H:%M %d/%m/%Y}",
        tiles=list(_tiles(status)),
        now=now,
        before=before,
        charts=[(chart_svg(chart), chart_caption(chart, number)) for number, chart in enumerate(charts, 1)],
        units=[(items[0].unit_name, items) for items in _by_unit(status.owed)],
        strays=status.strays,
        waiting=status.waiting,
        remarks=[*ignored_lines(status.ignored), *broken_lines(status.broken)],
        signs=_SIGNS,
        states=STATE_WORDS,
        state_words=state_words,
        count=format_count,
    )


def _tiles(status: PeriodStatus) -> Iterator[tuple[str, str, str]]:
    """Yield number, words and state of each tile."""
    answered = sum(item.is_answered for item in status.owed)
    yield f"{format_count(answered)}/{counted(status.owed)}", "nội dung phải gửi đã có", ""
    for state, beside in _TILES.items():
        part = status.counts[beside] if beside else 0
        if count := status.counts[state] + part:
            more = f" (trong đó {lower_first(STATE_WORDS[beside])}: {format_count(part)})" if beside and part else ""
            yield format_count(count), f"{STATE_WORDS[state]}{more}", state
    if nil := sum(item.is_nil for item in status.owed):
        yield format_count(nil), "trong số đã gửi, khai không phát sinh", ""
    if status.waiting:
        yield format_count(len(status.waiting)), "tệp trong inbox chưa nhận", "missing"
    back = sum(item.rows_rejected for item in status.owed)
    yield format_count(back), "dòng trả lại đơn vị", "refused" if back else ""


def _by_unit(owed: Iterable[Owed]) -> Iterator[list[Owed]]:
    for _, items in groupby(owed, key=lambda item: item.unit_id):
        yield list(items)
