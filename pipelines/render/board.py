"""The board: one self-contained page of what units owe, how it stands, and the headline figures.

Here: the page. Not here: the reckoning (warehouse/status), figures (the finished reports).
Invariant: everything is escaped; nothing is fetched from anywhere; no person is on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from pipelines.figures.charts import Chart, chart_caption
from pipelines.figures.text import format_count
from pipelines.render.charts import chart_svg
from pipelines.render.page import write_page
from pipelines.warehouse.status import Owed, PeriodStatus, State, state_words

STATE_WORDS: dict[State, str] = {
    "on_time": "Đúng hạn",
    "nil": "Không phát sinh",
    "late": "Trễ hạn",
    "refused": "Bị từ chối",
    "missing": "Chưa gửi",
}
# Sign and colour both tell the state: the page is read by colour-blind people and printed in black.
_SIGNS: dict[State, str] = {"on_time": "✓", "nil": "○", "late": "◷", "refused": "✗", "missing": "–"}
_STYLE = """
:root{color-scheme:light;--ink:#16212b;--line:#c9d1d8;--ok:#0b6e4f;--nil:#4a5a68;--late:#8a5a00;--bad:#a4133c}
body{font:16px/1.45 "Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;color:var(--ink)}
body{margin:0 auto;max-width:70rem;padding:1rem}

h1{font-size:1.35rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.4rem 0 .5rem}p{margin:.3rem 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.6rem;margin:.8rem 0}
.tile{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}
.tile b{display:block;font-size:1.5rem}.tile small{color:#44525e}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem;align-items:start}
figure{margin:0;border:1px solid var(--line);border-radius:.4rem;padding:.6rem}figure svg{width:100%;height:auto}
figcaption{font-size:.9rem;font-weight:600;text-align:center}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{border-bottom:1px solid var(--line);padding:.4rem .5rem;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink)}td.n{text-align:right;font-variant-numeric:tabular-nums}
.state{white-space:nowrap;font-weight:600}
.on_time{color:var(--ok)}.nil{color:var(--nil)}.late{color:var(--late)}.refused,.missing{color:var(--bad)}
.why{color:#44525e;font-size:.9rem;margin:.1rem 0 0}
@media (max-width:40rem){thead{display:none}table,tbody,tr,td,th{display:block}
tr{border-bottom:2px solid var(--line);padding:.4rem 0}
td,th{border:0;padding:.15rem 0}td.n{text-align:left}
td[data-label]::before{content:attr(data-label) ": ";color:#44525e}}
""".strip()


@dataclass(frozen=True)
class Headline:
    """The summary lines of the newest report of the period, and of the period before; empty when there is none."""

    label: str
    lines: Mapping[str, str]
    charts: tuple[Chart, ...] = ()


def write_board(
    office_name: str, status: PeriodStatus, now: Headline | None, before: Headline | None, path: Path
) -> None:
    """Write the board of a period."""
    period = status.period
    title = f"Bảng theo dõi {period.label}"
    parts = [
        f"<h1>{escape(title)} – {escape(office_name)}</h1>",
        f"<p>{_deadline(status)}</p>",
        _tiles(status),
        _figures(now, before),
        _charts(now),
        _table(status),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_page(title, _STYLE, "".join(parts), path)


def _deadline(status: PeriodStatus) -> str:
    left = status.days_left
    when = f"còn <b>{left}</b> ngày" if left > 0 else "<b>hôm nay</b>" if left == 0 else f"đã qua <b>{-left}</b> ngày"
    return (
        f"Kỳ {status.period.start_on:%d/%m/%Y}–{status.period.end_on:%d/%m/%Y}. Hạn đơn vị gửi: "
        f"{status.deadline:%d/%m/%Y}, {when}. Lập lúc {status.as_of:%H:%M %d/%m/%Y}."
    )


def _tiles(status: PeriodStatus) -> str:
    answered = sum(item.is_answered for item in status.owed)
    counts = status.counts
    tiles = [(f"{answered}/{len(status.owed)}", "việc phải gửi đã có", "")]
    tiles += [(str(counts[state]), words, state) for state, words in STATE_WORDS.items() if counts[state]]
    back = sum(item.rows_rejected for item in status.owed)
    tiles.append((str(back), "dòng trả lại đơn vị", "refused" if back else ""))
    return (
        "<div class='tiles'>"
        + "".join(
            f"<div class='tile'><b class='{kind}'>{escape(number)}</b><small>{escape(words)}</small></div>"
            for number, words, kind in tiles
        )
        + "</div>"
    )


def _figures(now: Headline | None, before: Headline | None) -> str:
    if now is None:
        return "<h2>Số liệu</h2><p>Chưa lập báo cáo kỳ này.</p>"
    old = before.lines if before else {}
    head = f"<th>{escape(before.label)}</th>" if before else ""
    rows = "".join(
        f"<tr><th scope='row'>{escape(label)}</th><td data-label='{escape(_short(now))}'>{escape(text)}</td>"
        + (f"<td data-label='{escape(_short(before))}'>{escape(old.get(label, '–'))}</td>" if before else "")
        + "</tr>"
        for label, text in now.lines.items()
    )
    return (
        "<h2>Số liệu chính</h2><div class='wide'><table><thead><tr><th>Chỉ tiêu</th>"
        f"<th>{escape(now.label)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _charts(now: Headline | None) -> str:
    if now is None or not now.charts:
        return ""
    pictures = "".join(
        f"<figure>{chart_svg(chart)}<figcaption>{escape(chart_caption(chart, number))}</figcaption></figure>"
        for number, chart in enumerate(now.charts, 1)
    )
    return f"<h2>Biểu đồ</h2><div class='charts'>{pictures}</div>"


def _short(headline: Headline) -> str:
    """The period alone, without its day: what a phone has room for."""
    return headline.label.partition(",")[0]


def _table(status: PeriodStatus) -> str:
    rows = "".join(
        _row(item, len(group) if number == 0 else 0)
        for _, group in ((unit, list(items)) for unit, items in groupby(status.owed, key=lambda item: item.unit_id))
        for number, item in enumerate(group)
    )
    return (
        "<h2>Đơn vị và việc phải gửi</h2><div class='wide'><table><thead><tr><th>Đơn vị</th><th>Việc phải gửi</th>"
        "<th>Tình trạng</th><th>Dòng nhận</th><th>Trả lại</th><th>Cảnh báo</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(item: Owed, span: int) -> str:
    unit = f"<th scope='rowgroup' rowspan='{span}'>{escape(item.unit_name)}</th>" if span else ""
    why = "".join(
        f"<p class='why'>«{escape(file.file_name)}»: {escape(file.reason)} {escape(file.mend or '')}</p>"
        for file in item.refused
    )
    words = "" if item.state == "missing" else f"<p class='why'>{escape(state_words(item))}</p>"
    state = f"<span class='state {item.state}'>{_SIGNS[item.state]} {STATE_WORDS[item.state]}</span>"
    return (
        f"<tr>{unit}<td data-label='Việc'>{escape(item.stream_title)}</td>"
        f"<td data-label='Tình trạng'>{state}{words}{why}</td>"
        f"<td class='n' data-label='Dòng nhận'>{format_count(item.rows_typed)}</td>"
        f"<td class='n' data-label='Trả lại'>{format_count(item.rows_rejected)}</td>"
        f"<td class='n' data-label='Cảnh báo'>{format_count(item.rows_flagged)}</td></tr>"
    )
