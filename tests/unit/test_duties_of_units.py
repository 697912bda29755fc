"""What a unit's own report says of duties that are not the unit's, of files without a column, of nothing heard.

Here: the small warehouse with departments beside the desk. Not here: who owes (rpt_obligation), whole reports.
Invariant: what is expected is read from the issue, typed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from figures_stub import OFFICE, stub_layouts, stub_model, write_stub

from pipelines.figures.blocks import words_of
from pipelines.figures.delivered import Coverage
from pipelines.figures.model import ReportModel, Scope
from pipelines.figures.packets import packets_of
from pipelines.figures.read import build_report_model
from pipelines.figures.row_words import nil_sentence
from pipelines.figures.unreported import mark_unreported
from pipelines.figures.words import KEPT_TEMPLATE, report_blocks

UNITS = "('bpmc', 'vp', 'one_stop_desk'), ('vp', 'tp-st', 'department'), ('kt', 'tp-st', 'department')"
UNITS += ", ('yt', 'tp-st', 'department')"


def own_model(folder: Path, unit: str, received: int = 0) -> ReportModel:
    """The own report of a department; `kt` decides on a field of the desk's, `yt` on none."""
    with duckdb.connect(write_stub(folder / "stub.duckdb")) as connection:
        connection.execute(f"create table dim_unit as from (values {UNITS}) as u(unit_id, parent_unit_id, unit_kind)")
        connection.execute("create table dim_field as select 'kt' as department_unit_id, true as is_in_period")
        for model in ("form_ii_06a", "form_ii_06a_by_unit"):
            cells = [unit, 1, "total", "total", None, "Tổng cộng", received, *([0] * 10)]
            connection.execute(f"insert into {model} values ({', '.join('?' * len(cells))})", cells)
        office = replace(OFFICE, unit_kind="department")
        scope = Scope(unit, frozenset({("bpmc", "case_exports")}))
        return build_report_model(connection, stub_layouts(), office, scope)


def section_six(model: ReportModel) -> str:
    text = "\n".join(words_of(block) for block in report_blocks(model))
    return text.partition("6. Tình hình, kết quả giải quyết TTHC\n")[2].split("\n")[0]


@pytest.mark.parametrize(
    ("unit", "received", "said", "is_attached"),
    [
        ("yt", 0, "Nội dung này không thuộc chế độ báo cáo của đơn vị.", False),
        # It decides on a field: the desk's file says that nothing came in.
        ("kt", 0, "Trong kỳ không phát sinh.", False),
        ("yt", 4, "Tổng số hồ sơ nhận giải quyết trong kỳ là 4 hồ sơ", True),
    ],
)
def test_what_other_units_owe_is_no_duty_of_a_department_that_has_nothing_of_it(
    tmp_path: Path, unit: str, received: int, said: str, is_attached: bool
) -> None:
    model = own_model(tmp_path, unit, received)
    assert section_six(model).startswith(said)
    assert bool(packets_of(model).sent_forms) == is_attached


def test_the_kept_packet_of_a_unit_counts_its_own_files_and_has_no_empty_heading(tmp_path: Path) -> None:
    model = own_model(tmp_path, "yt")
    text = "\n".join(words_of(block) for block in report_blocks(model, KEPT_TEMPLATE))
    assert "Đơn vị không phải gửi số liệu." in text
    assert "1.250" not in text and " 0 bảng" not in text and " 0 dòng" not in text
    assert "HỒ SƠ QUÁ HẠN" not in text


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (Coverage(1, 1, (), (), 0, ""), "Trong kỳ không phát sinh phản ánh."),
        (Coverage(1, 0, ("A",), (), 0, ""), "Chưa có số liệu."),
        (Coverage(3, 0, ("A", "B", "C"), (), 0, ""), "Chưa có số liệu."),
        (
            Coverage(1, 0, ("A",), (), 0, "", rows_typed=4),
            "Theo số liệu đã nhận: không phát sinh phản ánh; đơn vị chưa gửi đủ.",
        ),
        (
            Coverage(3, 2, ("C",), (), 0, ""),
            "Theo 2/3 đơn vị đã gửi: không phát sinh phản ánh; 1 đơn vị chưa có số liệu.",
        ),
    ],
)
def test_nothing_happened_is_said_only_by_who_has_answered(coverage: Coverage, said: str) -> None:
    assert nil_sentence(coverage, "phản ánh") == said


def test_a_zero_that_no_file_of_the_unit_could_have_told_prints_dots(tmp_path: Path) -> None:
    form = stub_model(tmp_path).forms["II.06a-by-unit"]
    columns = [replace(column, needs=frozenset({"fee_due", "fee_paid"})) for column in form.layout.columns[:4]]
    layout = replace(form.layout, columns=(*columns, *form.layout.columns[4:]))
    rows = tuple(replace(row, unit_id=f"p0{row.number}" if row.code.startswith("II.") else "") for row in form.rows)
    empty = replace(rows[-2], figures=tuple(replace(figure, value=0, text="0") for figure in rows[-2].figures))
    rows = (*rows[:-2], empty, rows[-1])
    files = {"p03": frozenset({"satisfaction"}), "p02": frozenset({"fee_paid"}), "tp-st": frozenset({"fee_paid"})}
    marked = {row.code: row for row in mark_unreported(replace(form, layout=layout, rows=rows), files).rows}
    assert [figure.text for figure in marked["II.3"].figures] == ["…"] * 4 + ["0"] * 7
    assert all(figure.is_unsent for figure in marked["II.3"].figures[:4])
    # Whose file has one of the columns, and who has no file at all, are as they were.
    assert "…" not in {figure.text for code in ("II.1", "II.2", "total") for figure in marked[code].figures}


def test_a_zero_of_what_nobody_looked_at_prints_dots(tmp_path: Path) -> None:
    form = stub_model(tmp_path).forms["II.06a-by-unit"]
    first = replace(form.layout.columns[0], needs=frozenset({"checks"}))
    note = replace(first, name="checks", number=0)
    layout = replace(form.layout, columns=(first, *form.layout.columns[1:]), notes=(note,))
    rows = tuple(
        replace(
            row,
            figures=(replace(row.figures[0], value=0, text="0"), *row.figures[1:]),
            notes=(replace(row.figures[0], value=checks, text=str(checks)),),
        )
        for row, checks in zip(form.rows[:2], (1, 0), strict=True)
    )
    looked, unlooked = mark_unreported(replace(form, layout=layout, rows=rows), {}).rows
    assert (looked.figures[0].text, unlooked.figures[0].text) == ("0", "…")


def test_a_zero_of_what_a_note_says_is_not_told_prints_dots(tmp_path: Path) -> None:
    form = stub_model(tmp_path).forms["II.06a-by-unit"]
    first = replace(form.layout.columns[0], needs=frozenset({"told"}), unreported=frozenset({"unreported"}))
    notes = tuple(replace(first, name=name, number=0) for name in ("told", "unreported"))
    layout = replace(form.layout, columns=(first, *form.layout.columns[1:]), notes=notes)
    # Nothing there at all; told and zero; told of some only; told of none.
    counts = ((0, 0), (3, 0), (3, 2), (0, 2))
    rows = tuple(
        replace(
            form.rows[0],
            figures=(replace(form.rows[0].figures[0], value=0, text="0"), *form.rows[0].figures[1:]),
            notes=tuple(replace(form.rows[0].figures[0], value=count, text=str(count)) for count in pair),
        )
        for pair in counts
    )
    marked = mark_unreported(replace(form, layout=layout, rows=rows), {}).rows
    assert [row.figures[0].text for row in marked] == ["0", "0", "0", "…"]


def test_a_row_that_is_no_units_rests_on_the_files_of_the_form(tmp_path: Path) -> None:
    form = stub_model(tmp_path).forms["II.06a"]
    first = replace(form.layout.columns[0], needs=frozenset({"digitised_result"}))
    layout = replace(form.layout, columns=(first, *form.layout.columns[1:]))
    row = next(item for item in form.rows if item.kind == "row")
    zero = replace(row, figures=(replace(row.figures[0], value=0, text="0"), *row.figures[1:]))
    printed = {
        columns: mark_unreported(replace(form, layout=layout, rows=(zero,)), {form.scope_id: columns})
        .rows[0]
        .figures[0]
        for columns in (frozenset({"satisfaction"}), frozenset({"digitised_result"}))
    }
    assert [figure.text for figure in printed.values()] == ["…", "0"]
