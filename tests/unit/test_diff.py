"""Two versions of a period: which cells changed, which dossiers did it, and what moved them.

Here: pairs of small warehouses that differ in one thing each, the files written. Not here: the whole job.
Invariant: what must be found is planted by hand; in every pair the records of a cell add up to its change.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from histories import office_tables
from openpyxl import load_workbook
from page_rules import broken_rules
from warehouse_fixture import Row, Warehouse, delivery, question

from pipelines.audit.diff import Version, compare
from pipelines.audit.diff_text import comparison_lines
from pipelines.commands.diff import write_files
from pipelines.figures.comparison import Comparison
from pipelines.figures.layout import entries_of
from pipelines.figures.manifest_layouts import layouts_from_manifest
from pipelines.figures.version import Issue
from pipelines.office.errors import OfficeError
from pipelines.render.diff_docx import write_annex
from pipelines.render.diff_html import write_comparison_html

Q1 = ("2020-12-15", "2021-03-14")
BEFORE, LATER = "2021-03-18 00:00:00", "2021-06-16 23:59:59"
# A name a spreadsheet would run, a browser would run, and a unit would send.
EVIL = '=HYPERLINK("http://x","<script>alert(1)</script>").xlsx'
MARCH = delivery("march", "p01", "2021-03-17", file_name="tháng 3.xlsx")
JUNE = delivery("june", "p01", "2021-06-15", file_name=EVIL)
DONE = {"status": "result_ready", "finished_at": "2021-03-12 09:00"}


def row(code: str, export: str = "march", **more: object) -> dict[str, object]:
    return {
        "delivery_id": export, "dossier_code": code, "procedure_code": "1.000001", "channel": "direct", "flags": "",
        "status": "in_progress", "source_file": export, "source_sheet": "Sổ",
        "received_at": "2021-03-01 08:00", "due_at": "2021-03-05 17:00", **more,
    }  # fmt: skip


BASE = [row("A"), row("B", due_at="2021-03-30 17:00"), row("C", **DONE), row("D", due_at="2021-03-13 17:00")]

Report = Callable[..., Version]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    target = tmp_path_factory.mktemp("dbt")

    def build(
        name: str,
        rows: list[Row],
        deliveries: list[Row],
        received_by: str = BEFORE,
        as_of: str | None = None,
        tables: dict[str, list[Row]] | None = None,
        **switches: object,
    ) -> Version:
        folder = tmp_path_factory.mktemp("report")
        every = {**office_tables(), **(tables or {}), "delivery": deliveries, "case_exports": rows}
        asked = question(*Q1, as_of=as_of, received_by=received_by, **switches)
        Warehouse(folder, every, target).ask(asked, select=["+form_ii_06a", "+form_ii_06a_by_unit", "+int_row_fate"])
        layouts = layouts_from_manifest(json.loads((target / "manifest.json").read_text(encoding="utf-8")))
        built = {form: item for form, item in layouts.items() if form.startswith("II.06a")}
        (folder / "forms.json").write_text(json.dumps(entries_of(built)), encoding="utf-8")
        (folder / "manifest.json").write_text(json.dumps({"key": name}), encoding="utf-8")
        return Version(name, folder)

    return build


@pytest.fixture(scope="module")
def base(report: Report) -> Version:
    return report("v1", BASE, [MARCH])


def checked(old: Version, new: Version) -> Comparison:
    """Compare, and hold the invariant: the records of every cell add up to its change."""
    found = compare(old, new)
    for cell in found.cells:
        assert cell.delta == sum(record.new - record.old for record in cell.records), cell.figure_id
        assert cell.records, cell.figure_id
    return found


def totals(found: Comparison) -> dict[str, tuple[object, object, list[tuple[str, str]]]]:
    """Changed cells of the office's total row: column → old, new, records."""
    return {
        cell.column_number: (cell.old, cell.new, [(record.record, record.change) for record in cell.records])
        for cell in found.office_cells
        if (cell.form_id, cell.row_code) == ("II.06a", "total") and cell.column_number
    }


def exchanged(found: Comparison) -> dict[str, list[tuple[str, str]]]:
    """Cells of the office's total row whose figure holds: column → the records that came and went."""
    return {
        cell.column_number: [(record.record, record.change) for record in cell.records]
        for cell in found.exchanged
        if (cell.form_id, cell.row_code, cell.scope_id) == ("II.06a", "total", "tp-st") and cell.column_number
    }


def test_two_dossiers_that_exchange_columns_are_named_though_every_total_holds(base: Version, report: Report) -> None:
    again = {**MARCH, "delivery_id": "again", "kind": "replacement", "received_at": "2021-03-20T08:00:00"}
    due = {"B": "2021-03-13 17:00", "D": "2021-03-30 17:00"}
    rows = [
        {**line, "delivery_id": "again", "due_at": due.get(str(line["dossier_code"]), line["due_at"])} for line in BASE
    ]
    found = checked(base, report("v2", rows, [again], LATER))

    assert found.cells == ()
    assert exchanged(found) == {"12": [("B", "bớt"), ("D", "thêm")], "13": [("B", "thêm"), ("D", "bớt")]}
    assert {moved.record for moved in found.moved} == {"B", "D"}
    assert all("thay tệp nhận 08:00 ngày 18/03/2021" in moved.cause for moved in found.moved)
    printed = "\n".join(comparison_lines(found, 10))
    assert "giữ nguyên tổng nhưng bản ghi bên trong đã đổi" in printed
    assert "B (bớt), D (thêm)" in printed


def test_a_version_does_not_differ_from_itself(base: Version) -> None:
    found = checked(base, base)
    assert (found.cells, found.exchanged, found.moved, found.deliveries) == ((), (), (), ())
    assert list(comparison_lines(found, 10))[-1] == "✓ Không ô nào khác."


@pytest.fixture(scope="module")
def late(base: Version, report: Report) -> Comparison:
    # The June file shows that A was done on 12/3, gives D a new promise (no matter for Q1) and brings E of February.
    noted = [
        row("A", "june", **DONE), row("D", "june", due_at="2021-07-01 17:00"),
        row("E", "june", received_at="2021-02-01 08:00", channel="online"),
    ]  # fmt: skip
    return checked(base, report("v2", [*BASE, *noted], [MARCH, JUNE], LATER))


def test_a_late_file_moves_the_dossiers_it_reports_and_no_other(late: Comparison) -> None:
    assert totals(late) == {
        "3": (4, 5, [("E", "thêm")]),
        "4": (0, 1, [("E", "thêm")]),
        "7": (1, 2, [("A", "thêm")]),
        "10": (1, 2, [("A", "thêm")]),
    }
    # A left, E came: the figure of these columns stays, but not the dossiers behind it.
    assert exchanged(late) == {column: [("A", "bớt"), ("E", "thêm")] for column in ("11", "13")}
    # … and the by-unit form and the ward's own form change alike.
    assert {cell.scope_id for cell in late.cells} == {"tp-st", "p01"}
    assert {cell.form_id for cell in late.office_cells} == {"II.06a", "II.06a-by-unit"}


def test_the_file_that_did_it_is_named_with_its_unit_and_moment(late: Comparison) -> None:
    by_name = {moved.record: moved for moved in late.moved}
    assert set(by_name) == {"A", "E"}
    assert by_name["A"].cause == f"tệp «{EVIL}» của UBND Phường 1, nhận 08:00 ngày 16/06/2021"
    assert by_name["A"].kind == "tệp nhận sau"
    assert (by_name["A"].old_reason, by_name["A"].new_reason) == ("chưa xong, đã qua hạn trả", "xong sau hạn trả")
    assert by_name["E"].old_place == "không tính trong kỳ"
    assert by_name["E"].new_source == f"{EVIL}, trang Sổ, dòng 8"
    assert late.deliveries == (("chỉ v2", "UBND Phường 1", EVIL, "08:00 ngày 16/06/2021"),)
    assert late.late_share == "2/2 bản ghi (100,00%) đổi do tệp nhận sau lúc lập v1."


def test_a_withdrawn_file_takes_its_dossiers_out(base: Version, report: Report) -> None:
    other = delivery("other", "p01", "2021-03-17", file_name="bổ sung.xlsx", kind="additional")
    old = report("v1", [*BASE, row("F", "other")], [MARCH, other])
    found = checked(old, base)
    assert totals(found)["3"] == (5, 4, [("F", "bớt")])
    (moved,) = found.moved
    assert moved.kind == "tệp bị thay hoặc rút"
    assert moved.cause.endswith("không còn tính (bị rút hoặc từ chối)")
    assert moved.new_place == "không tính trong kỳ"


def test_a_replacement_names_both_files(base: Version, report: Report) -> None:
    again = {**MARCH, "delivery_id": "again", "kind": "replacement", "received_at": "2021-03-20T08:00:00"}
    rows = [{**line, "delivery_id": "again"} for line in BASE[:3]] + [row("D", "again", **DONE)]
    found = checked(base, report("v2", rows, [again], LATER))
    (moved,) = found.moved
    assert moved.record == "D"
    assert "nhận 08:00 ngày 20/03/2021, thay tệp nhận 08:00 ngày 18/03/2021" in moved.cause


def test_between_two_days_the_day_is_the_cause(base: Version, report: Report) -> None:
    found = checked(report("tạm tính", BASE, [MARCH], as_of="2021-03-11"), base)
    causes = {moved.record: moved.cause for moved in found.moved}
    # C was done on 12/3; D was due on 13/3.
    assert causes == dict.fromkeys("CD", "ngày chốt 11/03/2021 → 14/03/2021")
    assert found.causes == (("ngày chốt số liệu", 2),)
    assert found.late_share == "Hai phiên bản tính cùng các tệp."


def test_another_reading_of_a_rule_is_the_cause(base: Version, report: Report) -> None:
    other = report("khác", BASE, [MARCH], lateness_granularity="timestamp", null_channel="unknown")
    assert checked(base, other).cells == ()
    found = checked(base, report("giao", BASE, [MARCH], closing_event="delivered_at"))
    assert {moved.record: moved.cause for moved in found.moved} == {
        "C": "quy tắc closing_event: finished_at → delivered_at"
    }
    assert ("Quy tắc closing_event", "finished_at", "delivered_at") in found.heading


def test_a_table_of_the_office_is_the_cause_and_the_dossier_changes_rows(base: Version, report: Report) -> None:
    procedures = [{**line, "field_code": "dat-dai"} for line in office_tables()["procedure"]]
    found = checked(base, report("v2", BASE, [MARCH], tables={"procedure": procedures}))
    assert totals(found) == {}
    assert {moved.kind for moved in found.moved} == {"bảng danh mục"}
    assert {moved.cause for moved in found.moved} == {"danh mục đã đổi: thủ tục"}
    rows = {
        cell.row_label: (cell.old, cell.new)
        for cell in found.office_cells
        if (cell.row_kind, cell.column_number, cell.form_id) == ("row", "3", "II.06a")
    }
    assert rows == {"Hộ tịch": (4, 0), "Đất đai": (0, 4)}


def test_an_estimate_is_a_record_of_its_own(report: Report) -> None:
    # Four dossiers in the days up to 1/3, ten working days left: 4 × 10 / gone rounds to one more.
    old = report("đếm", BASE, [MARCH], as_of="2021-03-01")
    found = checked(old, report("ước", BASE, [MARCH], as_of="2021-03-01", estimate_method="run_rate"))
    assert {moved.name for moved in found.moved} == {"Hộ tịch"}
    assert totals(found)["3"][:2] == (4, 5)
    assert {moved.cause for moved in found.moved} == {"quy tắc estimate_method: none → run_rate"}


def test_a_form_only_one_version_has_is_compared_with_nothing(base: Version, report: Report, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(base.folder, old)
    layouts = {"II.06a": base.layouts["II.06a"]}
    (old / "forms.json").write_text(json.dumps(entries_of(layouts)), encoding="utf-8")
    found = compare(Version("v1", old), base)
    assert {cell.form_id for cell in found.cells} == {"II.06a-by-unit"}
    assert all(cell.old == 0 for cell in found.cells)


def test_other_periods_and_folders_without_a_report_are_refused(base: Version, tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="không phải thư mục của một báo cáo"):
        compare(base, Version("v9", tmp_path))


# --- files ---------------------------------------------------------------------------------------------------------


class _Office:
    """What write_files needs of an office: where its data lie."""

    def __init__(self, data: Path) -> None:
        self.data = data


@pytest.fixture(scope="module")
def written(late: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out")
    write_files(late, folder / "files", _Office(folder / "data"))  # ty: ignore[invalid-argument-type]
    return folder / "files"


def test_the_workbook_holds_numbers_and_texts_and_nothing_that_runs(written: Path, late: Comparison) -> None:
    book = load_workbook(written / "so-sanh.xlsx")
    cells = [cell for sheet in book for line in sheet for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    changed = {line[10]: line[6:9] for line in book["Ô thay đổi"].iter_rows(min_row=2, values_only=True)}
    assert changed["II.06a/tp-st/total/c3"] == (4, 5, 1)
    assert len(changed) == len(late.cells)
    behind = list(book["Bản ghi theo ô"].iter_rows(min_row=2, values_only=True))
    assert ("II.06a/tp-st/total/c10", "A", "thêm", 0, 1) in behind


def test_the_page_escapes_what_units_send(written: Path) -> None:
    page = (written / "so-sanh.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert 'id="II.06a/tp-st/total/c3"' in page


def test_the_annex_prints_reported_corrected_difference_and_reason(written: Path, late: Comparison) -> None:
    document = Document(str(written / "bang-dinh-chinh.docx"))
    (table,) = document.tables
    heads = [cell.text for cell in table.rows[0].cells]
    assert heads == ["STT", "Nội dung", "Cột", "Số đã báo cáo", "Số đính chính", "Chênh lệch", "Lý do"]
    lines = [[cell.text for cell in line.cells] for line in table.rows[1:]]
    (line,) = [line for line in lines if line[1] == "Tổng cộng" and line[2].startswith("(10)")][:1]
    assert line[3:6] == ["1", "2", "+1"]
    assert "UBND Phường 1" in line[6]
    assert sum(len(set(line)) > 1 for line in lines) == len(late.annex_cells)
    # Days as in a sentence, and only forms that are sent.
    assert not re.search(r"/0[3-9]/20", "\n".join(paragraph.text for paragraph in document.paragraphs) + line[6])
    assert {cell.form_id for cell in late.annex_cells} == {"II.06a"} != {cell.form_id for cell in late.office_cells}


def test_the_same_comparison_gives_the_same_bytes(late: Comparison, written: Path, tmp_path: Path) -> None:
    for path in write_files(late, tmp_path / "again", _Office(tmp_path / "data")):  # ty: ignore[invalid-argument-type]
        assert path.read_bytes() == (written / path.name).read_bytes()


def test_nothing_is_written_among_the_reports(late: Comparison, tmp_path: Path) -> None:
    with pytest.raises(OfficeError, match="Không ghi vào"):
        write_files(late, tmp_path / "reports" / "x", _Office(tmp_path))  # ty: ignore[invalid-argument-type]


def test_the_lines_show_totals_first_with_figures_reasons_and_dossiers(late: Comparison) -> None:
    lines = list(comparison_lines(late, 3))
    first = next(line for line in lines if line.startswith("II.06a"))
    assert first == "II.06a · dòng total «Tổng cộng» · cột 3: 4 → 5 (+1)"
    assert any("E (thêm)" in line for line in lines)
    assert any(line.startswith("… còn") for line in lines)


def test_the_page_opens_both_figures_and_each_record_in_the_books_beside_them(late: Comparison, tmp_path: Path) -> None:
    for name in ("v1", "v2"):
        (tmp_path / name / "so-tra-cuu").mkdir(parents=True)
        (tmp_path / name / "so-tra-cuu" / "index.html").touch()
    (tmp_path / "out").mkdir()
    both = replace(late, folders=(str(tmp_path / "v1"), str(tmp_path / "v2")))
    write_comparison_html(both, tmp_path / "out" / "so-sanh.html")
    page = (tmp_path / "out" / "so-sanh.html").read_text(encoding="utf-8")
    for side, text in (("v1", "4"), ("v2", "5")):
        assert f'<a href="../{side}/so-tra-cuu/index.html#II.06a/tp-st/total/c3">{text}</a>' in page
    assert '<a href="../v2/so-tra-cuu/index.html#tim/A">A</a>' in page


def test_the_page_names_cells_whose_total_holds_though_records_changed(late: Comparison, tmp_path: Path) -> None:
    same = replace(late, cells=(), exchanged=late.cells[:1])
    write_comparison_html(same, tmp_path / "so-sanh.html")
    page = (tmp_path / "so-sanh.html").read_text(encoding="utf-8")
    assert "Ô giữ nguyên tổng nhưng bản ghi bên trong đã đổi (1)" in page
    assert f'id="{late.cells[0].figure_id}"' in page


def test_the_page_of_a_comparison_holds_what_every_reader_needs(written: Path) -> None:
    assert broken_rules(written / "so-sanh.html") == []


def test_no_name_of_the_program_is_in_the_annex_or_beside_a_changed_cell(written: Path, late: Comparison) -> None:
    text = "\n".join(
        cell.text for row in Document(str(written / "bang-dinh-chinh.docx")).tables[0].rows for cell in row.cells
    )
    forms = {cell.form_number for cell in late.annex_cells}
    assert forms and all(number in text for number in forms)
    assert "by-unit" not in text and "(II.06a)" not in text


def test_the_annex_of_a_final_after_provisional_figures_corrects_nothing(late: Comparison, tmp_path: Path) -> None:
    old = Issue("provisional", 1)
    new = Issue("final", 2, number="47/BC-UBND", signed_on="2021-03-16")
    write_annex(replace(late, issues=(old, new)), tmp_path / "a.docx")
    document = Document(str(tmp_path / "a.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "BẢNG SO SÁNH SỐ LIỆU TẠM TÍNH VÀ SỐ LIỆU CHÍNH THỨC" in text and "ĐÍNH CHÍNH" not in text
    assert "(Kèm theo Báo cáo số 47/BC-UBND ngày 16 tháng 3 năm 2021 của " in text
    assert "Số tạm tính: bản tạm tính, phiên bản 1. Số chính thức: bản chính thức, phiên bản 2." in text
    assert [cell.text for cell in document.tables[0].rows[0].cells][3:5] == ["Số tạm tính", "Số chính thức"]


def test_a_form_with_the_very_changes_of_another_is_in_the_annex_once(late: Comparison) -> None:
    again = tuple(replace(cell, form_id="II.06b", form_number="II.06b") for cell in late.annex_cells)
    both = replace(late, cells=(*late.cells, *again), sent_forms=("II.06a", "II.06b"))
    assert both.annex_cells == late.annex_cells
    other = (replace(again[0], new_text="99"), *again[1:])
    assert len(replace(both, cells=(*late.cells, *other)).annex_cells) == 2 * len(late.annex_cells)
