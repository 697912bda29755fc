"""What goes back to a unit, as one self-contained page (for reading on a phone, for pasting into a letter).

Here: the page. Not here: what is in it (figures/mending).
Invariant: everything is escaped; nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from pipelines.figures.mending import Fault, MendBook
from pipelines.render.page import write_page

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.45 "Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;color:#16212b}
body{margin:0 auto;max-width:60rem;padding:1rem}
h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.1rem;margin:1.4rem 0 .4rem}p{margin:.3rem 0}
ul{list-style:none;padding:0}li{border:1px solid #c9d1d8;border-radius:.4rem;padding:.6rem .8rem;margin:.5rem 0}
.where{color:#44525e;font-size:.92rem}.mend{font-weight:600}
dl{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.1rem .8rem;margin:.4rem 0 0;font-size:.92rem}
dt{color:#44525e}dd{margin:0}.wrong{background:#fde7ec;outline:2px solid #a4133c;font-weight:600}
""".strip()


def write_mend_page(book: MendBook, path: Path) -> None:
    """Write the page of one unit."""
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"{book.unit_name} – {book.period_label}"
    counts = "".join(f"<p>{escape(label)}: <b>{number}</b></p>" for label, number in book.summary)
    refused = "".join(
        f"<li><p class='where'>{escape(file.stream_title)} · «{escape(file.file_name)}» · nhận "
        f"{file.received_at:%d/%m/%Y %H:%M}</p><p>{escape(file.reason)}</p><p class='mend'>{escape(file.mend)}</p></li>"
        for file in book.refused
    )
    mended = "".join(
        f"<li>{escape(item.record_code)} · {escape(item.reason)} "
        f"<span class='where'>({escape(item.was_in)})</span></li>"
        for item in book.mended
    )
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>Sửa tại nguồn rồi gửi lại cả tệp, trước hạn {escape(book.deadline)}. Cột về người không hiện ở đây.</p>",
        counts,
        _part("Tệp bị từ chối", refused),
        _part("Dòng trả lại (chưa được tính)", _faults(book.sent_back)),
        _part("Dòng cần xem (đã được tính)", _faults(book.flagged)),
        _part("Đã sửa", mended),
    ]
    write_page(title, _STYLE, "".join(parts), path)


def _part(title: str, items: str) -> str:
    return f"<h2>{escape(title)}</h2><ul>{items}</ul>" if items else ""


def _faults(faults: Sequence[Fault]) -> str:
    return "".join(_fault(fault) for fault in faults)


def _fault(fault: Fault) -> str:
    sheet = f"trang «{escape(fault.sheet)}», " if fault.sheet else ""
    cells = "".join(
        f"<dt>{escape(header)}</dt><dd{' class=wrong' if header == fault.at else ''}>{escape(text) or '(trống)'}</dd>"
        for header, text in fault.cells
    )
    return (
        f"<li><p class='where'>«{escape(fault.file_name)}», {sheet}dòng {fault.row} · "
        f"<b>{escape(fault.record_code or '(không có mã)')}</b></p>"
        f"<p>{escape(fault.reason)}</p><p class='mend'>{escape(fault.mend)}</p><dl>{cells}</dl></li>"
    )
