"""Whose a file is, of which period, what it no longer has: claims on files as offices send them.

Here: small offices, one or two files each, read and judged. Not here: figures and issuing (pipeline/test_believed).
Invariant: a contradiction refuses, a doubt waits for a word, a sound file has no claim.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from office_folder import TABLES, make_office, send
from return_book import fill

from pipelines.cli import main
from pipelines.ingest.landing import receive_inbox
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.units.returns import make_returns
from pipelines.warehouse.accept import accept
from pipelines.warehouse.delivery_states import State, state_of
from pipelines.warehouse.register import register
from pipelines.warehouse.standing import standing
from pipelines.warehouse.typed import TypedDelivery
from pipelines.warehouse.withdraw import restore, withdraw

HEAD = "Mã hồ sơ;Mã TTHC;Đơn vị tiếp nhận;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
NAME = "Sổ_2021_03_15.csv"
UNITS = (
    TABLES["units"]
    + "p03,UBND Phường 3,Phường 3,ward,tp,3,P3,,\nbpmc,Bộ phận Một cửa,Một cửa,one_stop_desk,tp,4,BPMC,,\n"
    + "xa,UBND xã Cũ,,ward,tp,5,,,\n"
)
OBLIGATIONS = (
    "unit_id,stream,valid_from,valid_to\np01,case_exports,,\np02,case_exports,,\np03,case_exports,,\n"
    "bpmc,case_exports,,\np01,trainings,,\np02,trainings,,\n"
)
PERIODS = (
    "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n"
    "2021-Q2,quarter,Quý II năm 2021,2021-03-15,2021-06-14\n"
)
SUCCESSORS = "from_unit_id,to_unit_id,changed_on,share\nxa,p01,2021-01-01,1\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    root = make_office(
        tmp_path, clock="2021-06-16T08:00:00+07:00", units=UNITS, obligations=OBLIGATIONS, periods=PERIODS
    )
    (root / "reference" / "unit_successors.csv").write_text(SUCCESSORS, encoding="utf-8")
    return load_office(root)


def export(*rows: tuple[str, str], finished: str = "02/03/2021") -> bytes:
    """A list of closed dossiers: code and the name of the unit that received it."""
    lines = (f"{code};1.001193;{unit};01/03/2021;03/03/2021;{finished};Đã trả kết quả\n" for code, unit in rows)
    return (HEAD + "".join(lines)).encode("utf-8-sig")


def rows(unit: str, part: str, *numbers: int) -> list[tuple[str, str]]:
    return [(f"000.{part}.H51-210301-{number:04d}", unit) for number in numbers]


def arrive(office: Office, content: bytes, unit: str = "p01", name: str = NAME, period: str = "2021-Q1") -> None:
    send(office.root, name, content, unit, period)
    receive_inbox(office)


def now(office: Office) -> list[TypedDelivery]:
    return standing(office, register(office))


def states(office: Office) -> list[tuple[str, str]]:
    """Unit and state of every delivery that was not replaced or withdrawn."""
    return [(item.delivery.unit_id, state_of(item).value) for item in now(office)]


def kinds(office: Office) -> list[tuple[str, str]]:
    return [(item.delivery.unit_id, claim.kind) for item in now(office) for claim in item.claims]


# ------------------------------------------------------------------ whose


@pytest.mark.parametrize("spelt", ["UBND Phường 2", "Phường 2", "ubnd  PHƯỜNG 2"])
def test_an_export_whose_rows_all_name_another_unit_is_refused(office: Office, spelt: str) -> None:
    arrive(office, export(*rows(spelt, "02", 1, 2, 3)))
    (item,) = now(office)
    assert state_of(item) == State.REFUSED
    assert item.verdict["refused_reason"] == (
        "Tệp là số liệu của UBND Phường 2 (3 dòng), không có dòng nào của UBND Phường 1."
    )


@pytest.mark.parametrize(
    "sent",
    [
        rows("UBND Phường 1", "01", 1, 2),
        rows("P.1", "01", 1, 2),
        rows("", "01", 1, 2),
        rows("UBND xã Cũ", "01", 1, 2),
        rows("UBND thành phố Thử", "01", 1, 2),
        [*rows("UBND Phường 1", "01", 1, 2), *rows("UBND Phường 2", "02", 7)],
    ],
    ids=["own name", "alias", "no name", "taken over", "the city above", "one moved dossier"],
)
def test_an_export_of_its_own_unit_is_counted_however_the_unit_is_spelt(
    office: Office, sent: list[tuple[str, str]]
) -> None:
    arrive(office, export(*sent))
    assert states(office) == [("p01", "counted")]


def test_an_export_with_more_rows_of_another_unit_than_of_its_own_is_counted_and_asked_about(office: Office) -> None:
    arrive(office, export(*rows("UBND Phường 1", "01", 1), *rows("UBND Phường 2", "02", 1, 2)))
    assert states(office) == [("p01", "doubted")]
    assert kinds(office) == [("p01", "other_units_rows")]


@pytest.mark.parametrize(
    ("unit", "own", "foreign", "state"),
    [
        ("p01", 5, 5, "doubted"),
        ("p01", 6, 2, "doubted"),
        ("p01", 40, 4, "counted"),
        ("bpmc", 5, 5, "counted"),
    ],
)
def test_rows_of_another_unit_beyond_a_few_are_asked_about_but_not_of_a_desk(
    office: Office, unit: str, own: int, foreign: int, state: str
) -> None:
    name = {"p01": "UBND Phường 1", "bpmc": "Bộ phận Một cửa"}[unit]
    sent = [*rows(name, "01", *range(own)), *rows("UBND Phường 2", "02", *range(foreign))]
    arrive(office, export(*sent), unit)
    assert states(office) == [(unit, state)]
    assert kinds(office) == ([(unit, "other_units_rows")] if state == "doubted" else [])


def test_a_foreign_export_sent_as_a_replacement_takes_nothing_out(office: Office) -> None:
    arrive(office, export(*rows("UBND Phường 1", "01", 1, 2)))
    arrive(office, export(*rows("UBND Phường 2", "02", 1, 2, 3)), name="Sổ_2021_03_15 (1).csv")
    assert [(item.delivery.file_name, item.is_counted) for item in now(office)] == [
        (NAME, True),
        ("Sổ_2021_03_15 (1).csv", False),
    ]


def test_the_same_bytes_with_rows_from_another_unit_wait_for_a_word(office: Office) -> None:
    content = export(*rows("", "01", 1, 2))
    arrive(office, content, "p01")
    arrive(office, content, "p02")
    assert states(office) == [("p01", "counted"), ("p02", "waiting")]
    (waiting,) = [item for item in now(office) if not item.is_counted]
    assert "UBND Phường 1 đã gửi đúng tệp này" in waiting.verdict["refused_reason"]
    accept(office, "2021-Q1/p02/Sổ_2021_03_15.csv", "Trần B", "hai phường dùng chung sổ")
    assert states(office) == [("p01", "counted"), ("p02", "counted")]


def test_the_same_bytes_count_for_the_second_unit_once_the_first_is_withdrawn(office: Office) -> None:
    content = export(*rows("", "02", 1, 2))
    arrive(office, content, "p01")
    arrive(office, content, "p02")
    withdraw(office, "2021-Q1/p01/Sổ_2021_03_15.csv", "Trần B", "gửi nhầm")
    assert states(office) == [("p02", "counted")]


def test_the_same_empty_list_from_two_units_is_no_contradiction(office: Office) -> None:
    for unit in ("p01", "p02"):
        arrive(office, export(), unit)
    assert {claim for _, claim in kinds(office)} <= {"other_unit"} - {"same_bytes"}


def test_of_two_foreign_copies_the_owner_s_counts_whichever_came_first(office: Office) -> None:
    content = export(*rows("UBND Phường 2", "02", 1, 2))
    arrive(office, content, "p01")
    arrive(office, content, "p02")
    assert states(office) == [("p01", "refused"), ("p02", "counted")]


# ------------------------------------------------------------------ a return


def return_of(office: Office, unit: str, period: str = "2021-Q1", people: int = 5) -> Path:
    """The return of a unit with one training, as its officer would save it."""
    path = next(path for path in make_returns(office, period) if path.stem.endswith(unit))
    training = {
        "Mã lớp tập huấn": "TH-01",
        "Cơ quan tổ chức": "UBND thành phố Thử",
        "Chuyên đề tập huấn": "Nghiệp vụ kiểm soát thủ tục hành chính",
        "Ngày tập huấn": dt.datetime(2021, 3, 2),
        "Số cán bộ đầu mối tham dự": people,
    }
    return fill(path, "Tập huấn", training)


def without_identity(path: Path) -> bytes:
    """The workbook as one made before returns had a hidden identity."""
    book = openpyxl.load_workbook(path)
    for name in [item.name for item in book.custom_doc_props.props]:
        del book.custom_doc_props[name]
    book.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden identity", "heading only"])
@pytest.mark.parametrize("name", ["phieu-bao-cao_2021-Q1_p01.xlsx", "BC quy 1 (da ky).xlsx"])
def test_a_neighbour_s_return_is_refused_whatever_its_name(office: Office, hidden: bool, name: str) -> None:
    path = return_of(office, "p02")
    arrive(office, path.read_bytes() if hidden else without_identity(path), "p01", name)
    found = now(office)
    assert {state_of(item) for item in found} == {State.REFUSED}
    assert "phiếu của UBND Phường 2" in found[0].verdict["refused_reason"]


@pytest.mark.parametrize("hidden", [True, False], ids=["hidden identity", "heading only"])
def test_last_quarter_s_return_under_this_quarter_s_name_is_refused(office: Office, hidden: bool) -> None:
    path = return_of(office, "p01")
    content = path.read_bytes() if hidden else without_identity(path)
    arrive(office, content, "p01", "phieu-bao-cao_2021-Q2_p01.xlsx", "2021-Q2")
    found = now(office)
    assert {state_of(item) for item in found} == {State.REFUSED}
    assert "phiếu của Quý I năm 2021" in found[0].verdict["refused_reason"]


@pytest.mark.parametrize(
    ("heading", "why"),
    [
        ("UBND Phường 1, quý I/2021", "phiếu của Quý I năm 2021"),
        ("UBND Phường 1 – Quý 1 năm 2021", "phiếu của Quý I năm 2021"),
        ("Phường 1 - Quí 1/2021", "phiếu của Quý I năm 2021"),
        ("UBND Phường 1 – (từ 15/12/2020 đến 14/03/2021)", "phiếu của Quý I năm 2021"),
        ("Đơn vị: UBND Phường 2 - Quý II năm 2021 (từ 15/03/2021 đến 14/06/2021)", "phiếu của UBND Phường 2"),
        ("UBND PHƯỜNG 2, QUÝ II/2021", "phiếu của UBND Phường 2"),
        ("Phường 2", "phiếu của UBND Phường 2"),
    ],
)
def test_a_heading_is_a_claim_however_it_is_written(office: Office, heading: str, why: str) -> None:
    path = return_of(office, "p01")
    without_identity(path)
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet["A2"].value:
            sheet["A2"].value = heading
    book.save(path)
    arrive(office, path.read_bytes(), "p01", "phieu-bao-cao_2021-Q2_p01.xlsx", "2021-Q2")
    found = now(office)
    assert {state_of(item) for item in found} == {State.REFUSED}
    assert why in found[0].verdict["refused_reason"]


def test_a_return_whose_heading_was_changed_still_knows_whose_it_is(office: Office) -> None:
    path = return_of(office, "p02")
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        if sheet["A2"].value:
            sheet["A2"].value = str(sheet["A2"].value).replace("Phường 2", "Phường 1")
    book.save(path)
    arrive(office, path.read_bytes(), "p01", path.name.replace("p02", "p01"))
    assert {state for _, state in states(office)} == {"refused"}


@pytest.mark.parametrize("name", ["BC PHUONG 1 quy 1 (da ky).xlsx", "phieu-bao-cao_2021-Q1_p01 (2).xlsx"])
def test_an_own_return_is_known_by_its_content_under_any_name(office: Office, name: str) -> None:
    arrive(office, return_of(office, "p01").read_bytes(), "p01", name)
    counted = [item for item in now(office) if item.is_counted]
    assert [item.delivery.stream for item in counted] == ["trainings"]


@pytest.mark.parametrize("second", ["phieu-bao-cao_2021-Q1_p01 ban cuoi.xlsx", "Báo cáo khác hẳn tên.xlsx"])
def test_a_second_return_of_a_unit_replaces_the_first_whatever_its_name(office: Office, second: str) -> None:
    arrive(office, return_of(office, "p01", people=5).read_bytes(), "p01", "phieu-bao-cao_2021-Q1_p01.xlsx")
    arrive(office, return_of(office, "p01", people=7).read_bytes(), "p01", second)
    counted = [item for item in now(office) if item.is_counted]
    assert [item.delivery.file_name for item in counted] == [second]


# ------------------------------------------------------------------ which period


@pytest.mark.parametrize(
    ("name", "finished", "state"),
    [
        ("Sổ_2021_03_14.csv", "02/03/2021", "stale"),
        ("Sổ_2020_12_31.csv", "30/12/2020", "stale"),
        ("Sổ_2021_03_15.csv", "02/03/2021", "counted"),
        ("Sổ_2021_06_15.csv", "02/06/2021", "counted"),
    ],
)
def test_an_export_made_before_the_period_began_answers_nothing_for_it(
    office: Office, name: str, finished: str, state: str
) -> None:
    arrive(office, export(*rows("UBND Phường 1", "01", 1), finished=finished), name=name, period="2021-Q2")
    (item,) = now(office)
    assert (state_of(item).value, item.is_counted, item.answers) == (state, True, state == "counted")


def test_a_day_still_to_come_in_a_name_is_not_believed_and_waits_for_a_word(office: Office) -> None:
    arrive(office, export(*rows("UBND Phường 1", "01", 1)), name="Sổ_2021_03_17.csv")
    arrive(office, export(*rows("UBND Phường 1", "01", 1), finished=""), name="Sổ_2031_03_15.csv")
    assert states(office) == [("p01", "counted"), ("p01", "waiting")]
    assert kinds(office) == [("p01", "future_day")]
    assert "tên tệp ghi ngày 15/03/2031, sau ngày nhận tệp (16/06/2021)" in now(office)[1].verdict["refused_reason"]
    accept(office, "Sổ_2031_03_15.csv", "Trần B", "lấy số liệu hôm gửi")
    assert now(office)[1].delivery.observed_on == dt.date(2021, 6, 16)


def test_last_quarter_s_file_without_a_day_sent_again_byte_for_byte_answers_nothing_until_accepted(
    office: Office,
) -> None:
    content = export(*rows("UBND Phường 1", "01", 1))
    arrive(office, content, name="Sổ.csv")
    arrive(office, content, name="Sổ.csv", period="2021-Q2")
    assert kinds(office) == [("p01", "earlier_bytes")]
    assert [(state_of(item), item.is_counted, item.answers) for item in now(office)][-1] == (State.STALE, True, False)
    accept(office, "Sổ.csv", "Trần B", "trong quý không hồ sơ nào thay đổi")
    assert states(office)[-1] == ("p01", "counted")


def test_the_same_bytes_under_a_later_day_are_an_answer_that_is_asked_about(office: Office) -> None:
    content = export(*rows("UBND Phường 1", "01", 1))
    arrive(office, content, name="Sổ_2021_03_15.csv")
    arrive(office, content, name="Sổ_2021_06_11.csv", period="2021-Q2")
    (again,) = [item for item in now(office) if item.delivery.period_id == "2021-Q2"]
    assert (again.answers, [claim.kind for claim in again.claims if claim.is_open][:1]) == (True, ["earlier_bytes"])


# ------------------------------------------------------------------ what it no longer has


def test_records_a_replacement_lacks_keep_counting_and_are_named_until_accepted_as_gone(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1, 2, 3, 4)))
    arrive(office, export(*rows("", "01", 3, 4, 5)), name="Sổ_2021_03_15 (1).csv")
    old, new = now(office)
    gone = {"000.01.H51-210301-0001", "000.01.H51-210301-0002"}
    assert (old.remaining, state_of(old), state_of(new)) == (gone, State.PARTLY_REPLACED, State.DOUBTED)
    assert all(code in new.claims[0].reason for code in gone)
    accept(office, "Sổ_2021_03_15 (1).csv", "Trần B", "hai hồ sơ nhập trùng")
    assert states(office) == [("p01", "counted")]


def test_an_accepted_loss_does_not_accept_the_next_one(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1, 2, 3)))
    arrive(office, export(*rows("", "01", 2, 3)), name="Sổ_2021_03_15 (1).csv")
    accept(office, "Sổ_2021_03_15 (1).csv", "Trần B", "hồ sơ 1 nhập trùng")
    arrive(office, export(*rows("", "01", 3)), name="Sổ_2021_03_15 (2).csv")
    rest, newest = now(office)
    assert (rest.remaining, newest.claims[0].records) == (
        {"000.01.H51-210301-0002"},
        ("000.01.H51-210301-0002",),
    )


def test_a_row_sent_back_is_not_gone(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1, 2)))
    bad = export(*rows("", "01", 1)) + "000.01.H51-210301-0002;1.001193;;không rõ;03/03/2021;;Đang xử lý\n".encode()
    arrive(office, bad, name="Sổ_2021_03_15 (1).csv")
    (item,) = now(office)
    assert (item.verdict["counts"]["rejected"], item.claims) == (1, ())


@pytest.mark.parametrize(
    "again",
    ["Sổ_2021_03_15 (1).csv", "Sổ_2021_03_15_v2.csv", "Copy of Sổ_2021_03_15.csv", "Sổ_2021_03_15 - Copy.csv",
     "Bản sao Sổ_2021_03_15.csv", "Sổ_2021_03_15 bản sửa.csv", "Sổ_2021_03_15_da ky.csv", "Sổ_2021_03_15 final.csv"],
)  # fmt: skip
def test_only_the_mended_rows_under_a_name_of_resending_leave_the_rest_counting(office: Office, again: str) -> None:
    arrive(office, export(*rows("", "01", 1, 2, 3, 4)))
    arrive(office, export(*rows("", "01", 5, 6)), name=again)
    assert states(office) == [("p01", "partly_replaced"), ("p01", "doubted")]


# ------------------------------------------------------------------ A, B, A; withdrawn and back


def test_the_return_to_the_first_version_counts(office: Office) -> None:
    first, second = export(*rows("", "01", 1)), export(*rows("", "01", 1), finished="03/03/2021")
    for content in (first, second, first):
        arrive(office, content)
    (item,) = now(office)
    assert item.delivery.sha256 == register(office)[0].sha256
    assert len(register(office)) == 3


def test_a_withdrawn_file_counts_again_once_it_is_taken_back_in(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1)))
    withdraw(office, NAME, "Trần B", "tưởng gửi nhầm")
    assert states(office) == []
    restore(office, NAME, "Trần B", "không nhầm")
    assert states(office) == [("p01", "counted")]
    withdraw(office, NAME, "Trần B", "nhầm thật")
    assert states(office) == []


def test_the_bytes_of_a_withdrawn_file_count_under_another_name_and_are_asked_about(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1)))
    withdraw(office, NAME, "Trần B", "tưởng gửi nhầm")
    arrive(office, export(*rows("", "01", 1)), name="Sổ_2021_03_15 (1).csv")
    assert states(office) == [("p01", "doubted")]
    assert kinds(office) == [("p01", "taken_out_before")]


# ------------------------------------------------------------------ accept


def test_a_foreign_file_cannot_be_accepted_and_the_message_says_what_to_do(office: Office) -> None:
    arrive(office, export(*rows("UBND Phường 2", "02", 1)))
    with pytest.raises(OfficeError, match="Chuyển tệp về đúng thư mục"):
        accept(office, NAME, "Trần B", "cứ nhận")


def test_accepting_a_loss_names_another_file_that_still_shows_the_records(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    arrive(office, export(*rows("", "01", 1, 2, 3)), name="Sổ cũ_2021_03_10.csv")
    arrive(office, export(*rows("", "01", 1, 2, 3), finished="03/03/2021"))
    arrive(office, export(*rows("", "01", 3)), name="Sổ_2021_03_15 (1).csv")
    words = ["accept", "Sổ_2021_03_15 (1).csv", "--reason", "nhập trùng", "--by", "Trần B"]
    assert main(["--office", str(office.root), *words]) == 0
    printed = capsys.readouterr().out
    assert (
        "Vẫn được tính theo tệp 2021-Q1/p01/Sổ cũ_2021_03_10.csv: 000.01.H51-210301-0001, 000.01.H51-210301-0002."
    ) in printed
    assert printed.count("Vẫn được tính") == 1


def test_accepting_a_loss_no_other_file_shows_names_none(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    arrive(office, export(*rows("", "01", 1, 2)))
    arrive(office, export(*rows("", "01", 2)), name="Sổ_2021_03_15 (1).csv")
    words = ["accept", "Sổ_2021_03_15 (1).csv", "--reason", "nhập trùng", "--by", "Trần B"]
    assert main(["--office", str(office.root), *words]) == 0
    assert "Vẫn được tính" not in capsys.readouterr().out


def test_a_file_that_claims_nothing_has_nothing_to_accept(office: Office) -> None:
    arrive(office, export(*rows("", "01", 1)))
    with pytest.raises(OfficeError, match="không có gì chờ xác nhận"):
        accept(office, NAME, "Trần B", "cho chắc")
