"""Nothing a unit delivers is passed over in silence: sheets it does not owe, tables on sheets nobody reads.

Here: small offices, returns and exports with more in them than is asked. Not here: whose a return is (test_claims).
Invariant: what is filled in is read and counted, or waits, or is named with what to do; an empty sheet is none of these.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest
from office_folder import make_office
from return_book import fill, heads
from test_claims import HEAD, NAME, UNITS, arrive, export, kinds, now, rows

from pipelines.cli import main
from pipelines.office.settings import Office, load_office
from pipelines.units.returns import make_returns
from pipelines.warehouse.accept import accept
from pipelines.warehouse.delivery_states import State, state_of
from pipelines.warehouse.reported_claims import claim_lines, refused_lines
from pipelines.warehouse.status import period_status, status_lines
from pipelines.warehouse.withdraw import restore, withdraw

# p01 owes trainings only; p02 also what a unit without a system declares, and talks to people.
OBLIGATIONS = (
    "unit_id,stream,valid_from,valid_to\np01,trainings,,\np02,trainings,,\np02,communications,,\n"
    "p02,declared_dossiers,,\n"
)
RETURN = "phieu-bao-cao_2021-Q1_p01.xlsx"
TRAINING = {
    "Mã lớp tập huấn": "TH-01/P1",
    "Cơ quan tổ chức": "Đơn vị tự tổ chức",
    "Chuyên đề tập huấn": "Kiểm soát TTHC",
    "Ngày tập huấn": dt.datetime(2021, 3, 1),
    "Số cán bộ đầu mối tham dự": 2,
}
COMMUNICATION = {
    "Mã hoạt động truyền thông": "TT-01/P1",
    "Hình thức truyền thông": "Họp giao ban",
    "Chủ đề": "Khác",
    "Ngày thực hiện": dt.datetime(2021, 2, 1),
    "Số lượt, tin, bài": 1,
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return load_office(make_office(tmp_path, clock="2021-03-16T08:00:00+07:00", units=UNITS, obligations=OBLIGATIONS))


def sheets_of_p02(office: Office) -> Path:
    """The return of p01 with every sheet of that of p02, which owes more; its own sheet is filled in."""
    made = {path.stem.rpartition("_")[2]: path for path in make_returns(office, "2021-Q1")}
    own, more = openpyxl.load_workbook(made["p01"]), openpyxl.load_workbook(made["p02"])
    for page in more.worksheets:
        if page.title not in own.sheetnames:
            copy = own.create_sheet(page.title)
            for row in page.iter_rows(max_row=6):
                for cell in row:
                    copy.cell(cell.row, cell.column).value = cell.value
            copy["A2"] = own["Tập huấn"]["A2"].value
    own.save(made["p01"])
    return fill(made["p01"], "Tập huấn", TRAINING)


def claims_of(office: Office) -> dict[str | None, list[str]]:
    return {item.delivery.stream: [claim.kind for claim in item.claims] for item in now(office)}


def test_a_sheet_a_unit_fills_without_owing_it_is_counted_and_asked_about(office: Office) -> None:
    path = fill(sheets_of_p02(office), "Truyền thông", COMMUNICATION)
    arrive(office, path.read_bytes(), name=RETURN)
    assert claims_of(office) == {"trainings": [], "communications": ["not_owed"]}
    (item,) = (item for item in now(office) if item.delivery.stream == "communications")
    assert (item.is_counted, item.verdict["counts"]["typed"], state_of(item)) == (True, 1, State.DOUBTED)
    said = "\n".join(status_lines(period_status(office, "2021-Q1")))
    assert "UBND Phường 1 không phải gửi nội dung này (hoạt động truyền thông) cho Quý I năm 2021" in said
    accept(office, item.delivery.receipt_id, "Phường có báo", "Lan")
    assert {state_of(item) for item in now(office)} == {State.COUNTED}


def test_sums_a_unit_declares_without_owing_them_wait_for_a_word(office: Office) -> None:
    path = sheets_of_p02(office)
    first, second, *numbers = heads(openpyxl.load_workbook(path)["Giải quyết TTHC"])
    path = fill(path, "Giải quyết TTHC", {first: "Cấp xã", second: "Hộ tịch", **dict.fromkeys(numbers, 0)})
    arrive(office, path.read_bytes(), name=RETURN)
    (item,) = (item for item in now(office) if item.delivery.stream == "declared_dossiers")
    assert (item.is_counted, state_of(item)) == (False, State.WAITING)
    accept(office, item.delivery.receipt_id, "Phường không có phần mềm", "Lan")
    (item,) = (item for item in now(office) if item.delivery.stream == "declared_dossiers")
    assert (item.is_counted, state_of(item)) == (True, State.COUNTED)


def test_an_empty_sheet_nobody_owes_says_nothing(office: Office) -> None:
    arrive(office, sheets_of_p02(office).read_bytes(), name=RETURN)
    assert claims_of(office) == {"trainings": []}


def test_a_sheet_nobody_owes_that_is_empty_in_the_next_return_takes_nothing_out(office: Office) -> None:
    path = sheets_of_p02(office)
    empty = path.read_bytes()
    arrive(office, fill(path, "Truyền thông", COMMUNICATION).read_bytes(), name=RETURN)
    arrive(office, empty, name=RETURN)
    counted = [item.delivery.stream for item in now(office) if item.is_counted]
    assert sorted(map(str, counted)) == ["communications", "trainings"]


@pytest.mark.parametrize(("folder", "name"), [("tp", "UBND thành phố Thử"), ("bpmc", "Bộ phận Một cửa")])
def test_a_return_in_the_folder_of_a_unit_without_duties_is_said_to_be_whose_it_is(
    office: Office, folder: str, name: str
) -> None:
    arrive(office, sheets_of_p02(office).read_bytes(), folder, "p1.xlsx")
    assert {(state_of(item), item.verdict["refused_reason"]) for item in now(office)} == {
        (
            State.REFUSED,
            f"Tệp là phiếu của UBND Phường 1, lại nằm ở thư mục của {name}.",
        )
    }


def test_a_table_on_a_sheet_that_is_of_no_return_is_named_once(office: Office) -> None:
    path = sheets_of_p02(office)
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("Số liệu thêm")
    for row in (["Mã", "Tên", "Số"], ["a", "b", 1]):
        page.append(row)
    book.create_sheet("Ghi chú").append(["Kính gửi Văn phòng"])
    book.save(path)
    arrive(office, path.read_bytes(), name=RETURN)
    (claim,) = (claim for item in now(office) for claim in item.claims)
    assert claim.kind == "sheets_unread"
    assert "«Số liệu thêm»" in claim.reason
    assert "Ghi chú" not in claim.reason


def test_a_hidden_sheet_of_a_return_is_said_to_be_hidden(office: Office) -> None:
    path = sheets_of_p02(office)
    book = openpyxl.load_workbook(path)
    book["Tập huấn"].sheet_state = "hidden"
    book.save(path)
    arrive(office, path.read_bytes(), name=RETURN)
    (item,) = now(office)
    assert item.verdict["refused_reason"] == "Trang «Tập huấn» của phiếu bị ẩn, không được đọc."


def dossiers(*sheets: tuple[str, str, bool]) -> bytes:
    """An export with sheets of one dossier each: name, code, whether the sheet is hidden; «x» has no day of promise."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, code, is_hidden in sheets:
        page = book.create_sheet(name)
        head = HEAD.strip().split(";")
        page.append([cell.replace("Ngày hẹn trả", "Ngày x") if code == "x" else cell for cell in head])
        page.append(
            [f"000.01.H51-210301-{code}", "1.001193", "", "01/03/2021", "03/03/2021", "02/03/2021", "Đã trả kết quả"]
        )
        page.sheet_state = "hidden" if is_hidden else "visible"
    to = io.BytesIO()
    book.save(to)
    return to.getvalue()


@pytest.mark.parametrize(
    ("sheet", "said"),
    [(("Trực tuyến", "x", False), "«Trực tuyến» (1 dòng)"), (("Cũ", "0002", True), "«Cũ» (ẩn, 1 dòng)")],
)
def test_a_table_of_an_export_that_is_not_read_is_asked_about(
    office: Office, sheet: tuple[str, str, bool], said: str
) -> None:
    arrive(office, dossiers(("Danh sách", "0001", False), sheet), name="Sổ_2021_03_15.xlsx")
    assert kinds(office) == [("p01", "sheets_unread")]
    assert said in now(office)[0].claims[0].reason


def test_a_sheet_of_words_beside_the_list_says_nothing(office: Office) -> None:
    arrive(office, dossiers(("Danh sách", "0001", False), ("Chung", "0002", False)), name="Sổ_2021_03_15.xlsx")
    assert kinds(office) == []
    assert now(office)[0].verdict["counts"]["typed"] == 2


@pytest.mark.parametrize(("unit", "of"), [("UBND Phường 2", " của UBND Phường 2"), ("", "")])
def test_a_zip_no_profile_takes_is_said_to_hold_what_it_holds_and_of_whom(office: Office, unit: str, of: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr("thu muc\\Danh sach.csv", export(*rows(unit, "02", 1, 2)))
    arrive(office, content.getvalue(), name="gui.zip")
    reason = now(office)[0].verdict["refused_reason"]
    assert reason.endswith(f"Trong tệp nén là bảng danh sách hồ sơ{of} («thu muc/Danh sach.csv»).")
    assert "của UBND Phường 1." in reason


def test_a_file_taken_out_that_comes_back_is_counted_and_asked_about(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    content = export(*rows("UBND Phường 1", "01", 1))
    arrive(office, content)
    withdraw(office, now(office)[0].delivery.receipt_id, "Lan", "gửi nhầm")
    path = office.root / "inbox" / "2021-Q1" / "p01" / NAME
    path.unlink()
    main(["--office", str(office.root), "receive"])
    path.write_bytes(content)
    capsys.readouterr()
    main(["--office", str(office.root), "receive"])
    assert "đúng từng byte tệp đã rút ngày 16/03/2021 (gửi nhầm), nay lại được tính" in capsys.readouterr().out
    assert kinds(office) == [("p01", "taken_out_before")]
    (item,) = now(office)
    assert (item.is_counted, state_of(item)) == (True, State.DOUBTED)
    accept(office, item.delivery.receipt_id, "Phường xác nhận gửi đúng", "Lan")
    assert state_of(now(office)[0]) == State.COUNTED


def test_a_withdrawal_taken_back_leaves_nothing_to_ask(office: Office) -> None:
    arrive(office, export(*rows("UBND Phường 1", "01", 1)))
    receipt = now(office)[0].delivery.receipt_id
    withdraw(office, receipt, "Lan", "gửi nhầm")
    restore(office, receipt, "Lan", "rút nhầm")
    assert kinds(office) == []


def test_run_names_every_refused_file_once_and_none_it_has_named_for_its_claims(tmp_path: Path) -> None:
    """A return refused on two sheets is one line; a file refused as another unit's is among the claims."""
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute(
            "create table rpt_delivery as select * from (values "
            "('a', 'p01', 'UBND Phường 1', 'phieu.xlsx', 'refused', 'refused', true, 'Trang A trống.'), "
            "('b', 'p01', 'UBND Phường 1', 'phieu.xlsx', 'refused', 'refused', true, 'Trang B trống.'), "
            "('c', 'p02', 'UBND Phường 2', 'cua-p01.csv', 'refused', 'refused', true, 'Của đơn vị khác.'), "
            "('d', 'p02', 'UBND Phường 2', 'ky-khac.csv', 'refused', 'refused', false, 'Tệp rỗng.'), "
            "('e', 'p02', 'UBND Phường 2', 'tot.csv', 'accepted', 'counted', true, null)) "
            "as t(delivery_id, unit_id, unit_name, file_name, status, state, answers_period, refused_reason)"
        )
        connection.execute("create table rpt_claim as select 'c' as delivery_id, true as is_asked, null as accepted")
    assert refused_lines(tmp_path) == [
        "«phieu.xlsx» của UBND Phường 1, từ chối: Trang A trống. Trang B trống.",
        "Cách sửa từng tệp bị từ chối: kstt status.",
    ]


def test_run_names_thirty_files_with_doubts_and_counts_the_others(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "warehouse.duckdb") as warehouse:
        warehouse.execute("""
            create table rpt_claim as
            select 'Phường 1' as unit_name, 'p01' as unit_id, 'so-' || lpad(i::varchar, 4, '0') || '.csv' as file_name,
                'flags' as effect, 'Ngoài kỳ.' as reason, 'Hỏi đơn vị.' as mend, 1 as sort_no, true as is_asked,
                cast(null as varchar) as accepted
            from range(1, 1236) as t (i)
        """)
    lines = claim_lines(tmp_path)
    assert [line.split("»")[0] for line in lines[:2]] == ["«so-0001.csv", "«so-0002.csv"]
    assert len(lines) == 31
    assert lines[-1] == "… và 1.205 tệp khác cần xem lại (kstt status nêu đủ)."
