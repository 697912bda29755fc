"""Personal data where none belongs: which shapes are masked, and what is left as it is.

Here: the patterns. Not here: the way of a planted cell through a run (pipeline/test_persons_planted).
Invariant: the shapes are those of domain/10, 10.2; the honest texts are real ones of this field.
"""

from __future__ import annotations

import csv

import pytest
from sample_files import REPOSITORY
from shared_files import shared

from pipelines.ingest.persons import masked_code, without_persons

PERSONS = [
    "0912345678", "HS gọi 0912 345 678", "(0912) 345 678", "0912.345.678", "+84 912 345 678", "84912345678", "+84912345678",
    "012345678901", "079204001234", "079 204 001 234", "079.204.001.234", "366123456", "CCCD:079204001234", "CMND366123456",
    "１２３４５６７８９", "an.nguyen@example.vn", "Đăng ký khai sinh cho Nguyễn Văn An", "NGUYỄN VĂN AN", "Trần Thị Bé",
    "Lê Văn Tám", "Đỗ Hữu Nghĩa", "Sơn Thị Ngọc", "Thạch Sô Phát", "Ông Thạch Sên", "bà Lý Thị Hoa", "Nguyen Van An",
    "Nguyễn Văn An (con)",
    "của thành phố Nguyễn Văn An", "Chủ tịch Trần Thị Bé",
    # names of two words, rare surnames, without marks, in small letters, in names of files
    "Lâm Hùng", "Phan Anh", "Ung Thảo", "Tiêu Phong (con)", "Mạc Anh Thư", "Âu Dương Minh", "Khai sinh cho Lâm Hùng",
    "KHAI SINH CHO LÂM HÙNG", "Kim Thị Sa Rét", "Le Thi Hoa", "lê thị hoa", "nguyễn văn an", "hs_Nguyen_Van_An.xlsx",
    # landlines, the area codes of before 2017 too; other ways to write numbers
    "02993822345", "0299 3822 345", "(0299) 3.822.345", "0299-3822345", "024 3825 2345", "+84 299 3822 345", "(079) 3822 345",
    "079 3822345", "0912-345678", "09 12 34 56 78", "0912345678/0987654321", "0912345678-0987654345", "0792 0400 1234",
    "366 123 456",
    # after a number of something else
    "Phường 02 366123456", "Phường 02 0299 3822 345", "Phường 02 0912 345 678", "khóm 03 079204001234", "05 0912345678",
    # other dashes, points and joints, what nobody sees between two digits, numbers as they are dialled from abroad
    "0912–345–678", "0912·345·678", "0912,345,678", "hs_0912_345_678.xlsx", "0912\u00ad345678", "0\u200b912345678",
    "\u202d0912345678\u202c", "0084912345678", "+84(0)912345678", "an.nguyen＠example.vn", "an (at) example.vn", "an@example",
    # after a word that says what they are
    "CCCD số 079 2040 01234", "CMND 36 6123 456", "hộ chiếu B1234567", "Số thẻ BHYT: DN4791234567890", "STK 0071001234567",
    "biển số xe 83P1-123.45",
    # surnames of no list, Khmer names, who is called by one name
    "Lò Văn Thịnh", "Vàng Thị Mẩy", "Bồ Thị Ngân", "Kim Sa Rươn", "Lý Sà Phách", "Danh Út", "chị Hoa", "khai sinh cháu Minh",
    "anh Phong nộp", "Nguyễn-Văn-An",
    # digit by digit; initials; a day of birth; a house
    "0 9 1 2 3 4 5 6 7 8", "Ng.V.An", "sinh ngày 12/03/1985", "Ngày sinh: 12/03/1985", "năm sinh 1985", "(sinh năm 1985)",
    "số 12 đường Lê Lợi", "nhà số 45/3 hẻm 12 đường Trần Hưng Đạo", "Số nhà 7A, ngõ 15 phố Huế",
]  # fmt: skip
HONEST = [
    "000.01.99.H51-210301-0012", "H51.12-210301-0001", "210301000012", "202103010001", "PAKN-2021-00012", "15/TN", "47/BC-UBND",
    "1.004884", "1.234.000 đồng", "366123456 đồng", "2021_03_15_06_30", "20210315063000", "Hồ Sơ Đất Đai", "DANH MỤC ĐẤT ĐAI",
    "LÝ LỊCH TƯ PHÁP", "Hội Đồng Nhân Dân", "UBND Phường Lê Hồng Phong", "Trường THPT Nguyễn Thị Minh Khai", "huyện Trần Đề",
    "Đoàn Thanh niên Cộng sản Hồ Chí Minh", "Tỉnh Bà Rịa - Vũng Tàu", "kinh doanh vũ trường", "ông bà nội", "Cao Bằng Lạng Sơn",
    # what programs name things by, codes and moments that only look like a number
    "https://dichvucong.gov.vn/p/view?id=9f8a123456789abc0", "5f0c2e1b012345678912d4aa", "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709", "05.03.2021 10:00", "01-03-2021 0012", "07-2021-0012", "031-2021001",
    # words that are surnames too
    "Đăng Ký Hồ Sơ An Toàn", "Danh Mục Hải Sản", "LÂM ĐỒNG", "phường Châu Văn Liêm", "Kim Ngân hàng", "Quản Lý An Toàn",
    "Quy Hoạch Đô Thị Mới", "Phòng Văn Hóa Thông Tin", "Công Chứng Văn Bản Khác", "Xã Văn Hải Đông", "Chợ Thị Nại",
    "trẻ em Việt Nam", "bà mẹ Việt Nam anh hùng", "đường Châu Văn Liêm", "anh em, cha mẹ", "chị em phụ nữ", "huyện Cô Tô",
    # groups of digits that are no phone's; a label with years, or with a few digits
    "2021_03_15_06_30_00", "0,912", "thẻ BHYT 2021 - 2025", "CCCD 12 số", "tài khoản 111", "1,234,567,890", "x_03_15_06_30_00",
    # births and streets that are nobody's
    "Đăng ký khai sinh năm 2021", "chi phí phát sinh ngày 02/03/2021", "Vệ sinh năm 2021", "học sinh năm 2021",
    "Đăng ký lại khai sinh 2021", "đào đường Lê Lợi", "hẻm 45 đường Trần Hưng Đạo", "Quyết định số 12/QĐ-UBND", "T.P. Sóc Trăng",
    "Tuyến đường số 3", "Q.Đ 12", "Đường số 12 Khu công nghiệp An Nghiệp", "ngày cấp 12/03/2015",
    "Trường Mầm non Hoa Mai", "Công ty TNHH Hồng Phát", "thành phố Thái Nguyên", "Hà Nội", "Đoàn Thanh niên",
]  # fmt: skip


@pytest.mark.parametrize("text", PERSONS)
def test_a_person_is_masked(text: str) -> None:
    masked = without_persons(text)
    assert masked != text
    parts = (
        "Văn",
        "Thị",
        "VĂN",
        "345",
        "204",
        "123",
        "@",
        "Hùng",
        "HÙNG",
        "Thảo",
        "Phong",
        "Thư",
        "Minh",
        "Hoa",
        "hoa",
    )
    assert "(" in masked and not any(part in masked for part in parts)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ông N.V.A. nộp hồ sơ", "(tên người) nộp hồ sơ"),
        ("Nguyễn V. A", "(tên người)"),
        ("bà Trần T.B, sinh năm 1960", "(tên người), (ngày sinh)"),
        ("Nguyễn Văn An sinh năm 1985", "(tên người) (ngày sinh)"),
        ("Lê Thị Hoa, số 12 đường Lê Lợi, Phường 3", "(tên người), (địa chỉ), Phường 3"),
        ("bà A, ông B", "(tên người), (tên người)"),
    ],
)
def test_nothing_of_a_person_stays_beside_the_mask(text: str, shown: str) -> None:
    assert without_persons(text) == shown


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_text_is_left_as_it_is(text: str) -> None:
    assert without_persons(text) == text
    assert masked_code(text, b"key") == text


@pytest.mark.parametrize(
    "text", ["UBND Phường 8 Nguyễn Văn An", "Phường 8 - Nguyễn Văn An", "Phòng Tư pháp (Trần Thị Bé)", "P8: Lê Văn Tám"]
)
def test_a_name_after_a_unit_is_masked_in_a_column_of_units(text: str) -> None:
    assert "(tên người)" in without_persons(text, names=False)


@pytest.mark.parametrize(
    "text",
    [
        "Nguyễn Văn Cừ",
        "UBND phường Nguyễn Văn Cừ",
        "Văn phòng công chứng Lê Thị Hoa",
        "UBND Châu Văn Liêm",
        "Phường 8 - Sóc Trăng",
    ],
)
def test_a_unit_named_after_a_person_keeps_its_name_in_a_column_of_units(text: str) -> None:
    assert without_persons(text, names=False) == text


def test_no_name_of_our_tables_is_masked() -> None:
    for path in sorted((REPOSITORY / "sample_office" / "reference").glob("*.csv")):
        with path.open(encoding="utf-8-sig") as lines:
            cells = {cell for row in csv.reader(lines) for cell in row}
        assert [cell for cell in cells if without_persons(cell) != cell] == [], path.name


def test_a_code_with_a_person_is_one_hash_for_one_key_and_another_for_another() -> None:
    first = masked_code("079204001234", b"one key")
    assert first == masked_code("079204001234", b"one key") != masked_code("079204001234", b"another")
    assert first.startswith("CHE-") and "079204" not in first
    assert masked_code("079204001234", b"one key") != masked_code("079204001235", b"one key")


def test_an_own_number_of_year_and_count_is_no_identity_number() -> None:
    assert masked_code("202100123", b"key") == "202100123"


NATIONAL = "realdata/tthc-national-lists"


def test_no_name_of_the_national_lists_of_procedures_is_masked() -> None:
    masked, seen = [], 0
    for path in sorted(shared(NATIONAL).rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            cells = {cell for row in csv.reader(lines) for cell in row if len(cell) < 600}
        seen += len(cells)
        masked += [cell for cell in cells if without_persons(cell) != cell]
    assert seen > 1000
    assert masked == []
