"""A comparison of two versions as one self-contained page.

Here: heading, files, changed cells with the records behind them, each moved record once. Not here: what differs.
Invariant: everything is escaped; nothing is fetched from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from pipelines.figures.comparison import ChangedCell, Comparison
from pipelines.render.page import write_page

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.45 "Times New Roman",Tinos,"Liberation Serif",serif;color:#111}
body{max-width:76rem;margin:0 auto;padding:1rem}
h1{font-size:1.3rem}h2{font-size:1.1rem;margin-top:1.6rem}h3{font-size:1rem;margin:.8rem 0 .2rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem;width:100%;margin:.4rem 0}
th,td{border:1px solid #777;padding:.2rem .4rem;text-align:left;vertical-align:top}
thead th{background:#f2f2f2}td.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
details{margin:.1rem 0}summary{cursor:pointer}:target{background:#fff3b0}
@media print{body{max-width:none}.wide{overflow:visible}}
""".strip()


def write_comparison_html(found: Comparison, path: Path) -> None:
    """Write the page."""
    own = list(found.office_cells)
    others = [cell for cell in found.cells if cell.scope_id != found.office_scope]
    causes = [(kind, str(count)) for kind, count in found.causes]
    parts = [
        f"<h1>{escape(found.title)}</h1>",
        _table(("", found.old_name, found.new_name), (*found.heading, ("Khóa", *found.keys))),
        f"<p>{escape(found.late_share)}</p>",
        _table(("Nguyên nhân", "Số bản ghi"), causes) if causes else "",
        "<h2>Tệp chỉ một phiên bản tính</h2>" if found.deliveries else "",
        _table(("Phiên bản", "Đơn vị", "Tệp", "Nhận lúc"), found.deliveries) if found.deliveries else "",
        f"<h2>Ô thay đổi của biểu toàn đơn vị ({len(own)})</h2>",
        *_forms(found, own),
        f"<h2>Ô thay đổi của biểu từng đơn vị ({len(others)})</h2>",
        *(
            f"<details><summary>{escape(name)}</summary>{''.join(_forms(found, list(cells)))}</details>"
            for name, cells in groupby(sorted(others, key=lambda cell: cell.scope_id), key=lambda cell: cell.scope_name)
        ),
        f"<h2>Bản ghi đổi chỗ ({len(found.moved)})</h2>",
        _moved(found),
    ]
    write_page(found.title, _STYLE, "\n".join(part for part in parts if part), path)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead>{_head(head)}</thead><tbody>{body}</tbody></table></div>'


def _head(titles: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<th>{escape(title)}</th>' for title in titles)}</tr>"


def _forms(found: Comparison, cells: list[ChangedCell]) -> list[str]:
    head = _head(("Dòng", "Nội dung", "Cột", f"Số {found.old_name}", f"Số {found.new_name}", "Chênh lệch", "Lý do"))
    parts = []
    for form_id, run in groupby(cells, key=lambda cell: cell.form_id):
        rows = "\n".join(_cell(cell) for cell in run)
        parts.append(
            f"<h3>{escape(form_id)}</h3>"
            f'<div class="wide"><table><thead>{head}</thead>\n<tbody>{rows}</tbody></table></div>'
        )
    return parts


def _cell(cell: ChangedCell) -> str:
    reasons = "".join(f"<div>{escape(reason)}</div>" for reason in cell.reasons) or escape(cell.reason_text)
    listed = ", ".join(
        f'<a href="#{escape(record.record)}">{escape(record.name)}</a> ({record.change})' for record in cell.records
    )
    records = f"<details><summary>{len(cell.records)} bản ghi</summary>{listed}</details>" if cell.records else ""
    column = f"({cell.column_number}) {cell.column_title}" if cell.column_number else cell.column_title
    return (
        f'<tr id="{escape(cell.figure_id)}"><td>{escape(cell.row_code)}</td><td>{escape(cell.row_label)}</td>'
        f'<td>{escape(column)}</td><td class="n">{escape(cell.old_text)}</td><td class="n">{escape(cell.new_text)}</td>'
        f'<td class="n">{escape(cell.delta_text)}</td><td>{reasons}{records}</td></tr>'
    )


def _moved(found: Comparison) -> str:
    head = _head(("Bản ghi", "Đơn vị", f"Ở {found.old_name}", f"Ở {found.new_name}", "Nguyên nhân", "Đọc từ"))
    rows = "\n".join(
        f'<tr id="{escape(moved.record)}"><td>{escape(moved.name)}</td><td>{escape(moved.unit)}</td>'
        f"<td>{escape(moved.old_place)}<br><i>{escape(moved.old_reason)}</i></td>"
        f"<td>{escape(moved.new_place)}<br><i>{escape(moved.new_reason)}</i></td>"
        f"<td>{escape(moved.cause)}</td><td>{escape(moved.new_source or moved.old_source)}</td></tr>"
        for moved in found.moved
    )
    return f'<div class="wide"><table><thead>{head}</thead>\n<tbody>{rows}</tbody></table></div>'
