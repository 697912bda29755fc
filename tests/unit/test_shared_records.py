"""Records that two units sent both, without a code of the whole country: who is asked about them.

Here: small offices whose files are landed for one question. Not here: dossiers of national codes, what a claim does to
a report (pipeline/test_believed).
Invariant: a record that came twice is named on the later file; numbers two books have alike by chance are not.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from office_folder import PROFILE as BASE
from office_folder import make_office, send

from pipelines.ingest.landing import keep_settings, receive_inbox
from pipelines.office.settings import load_office
from pipelines.warehouse.answer import begin
from pipelines.warehouse.build import warehouse_file
from pipelines.warehouse.question import Ask

FEEDBACK = "Số PAKN;Ngày nhận;Phân loại;Hạn trả lời;Ngày trả lời;Ngày công khai;Tình trạng\n"
DOSSIERS = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
OBLIGATIONS = "unit_id,stream,valid_from,valid_to\n" + "".join(
    f"{unit},{stream},,\n" for unit in ("p01", "p02") for stream in ("case_exports", "feedback_logs")
)
OF_DOSSIERS = BASE.replace('"*.xlsx", "*.csv"', '"Sổ_*"')
PROFILE = """
profile_id: so-pakn
stream: feedback_logs
title: Sổ PAKN
match: {files: ["*PAKN*"]}
observed_on: {from: file_name, pattern: "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})"}
coverage: population
labels: {feedback_code: [Số PAKN], received_at: [Ngày nhận]}
values:
  status: {Đã trả lời: answered, Đang xử lý: in_progress}
  feedback_kind: {Quy định: regulation}
"""

OF_REVIEWS = """
profile_id: ra-soat
stream: review_submissions
title: Rà soát
match: {files: ["Rà soát*"]}
observed_on: {from: file_name, pattern: "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})"}
labels: {procedure_code: [Mã], in_plan: [Kế hoạch], reviewing_unit: [Đơn vị], status: [Làm tới đâu], reported_on: [Ngày gửi]}
values: {in_plan: {Có: "yes"}, status: {Đã gửi: reported}, proposal_kind: {Thay: replace}, competence: {Của thành phố: own}}
"""
REVIEWS = "Mã;Kế hoạch;Đơn vị;Làm tới đâu;Phương án;Thẩm quyền;Ngày gửi\n"


def reviews(*codes: str, unit: str, day: str = "27/01/2021") -> str:
    """A list of reviewed procedures under the name of a unit, or of none."""
    return REVIEWS + "".join(f"{code};Có;{unit};Đã gửi;Thay;Của thành phố;{day}\n" for code in codes)


def feedback(*numbers: int, prefix: str = "P01-PA-2021-", answered: str = "04/02/2021", day: str = "27/01/2021") -> str:
    state = "Đã trả lời" if answered else "Đang xử lý"
    return FEEDBACK + "".join(f"{prefix}{no:03d};{day};Quy định;24/02/2021;{answered};;{state}\n" for no in numbers)


def dossiers(*numbers: int, finished: str = "06/01/2021") -> str:
    return DOSSIERS + "".join(f"{no:02d};1.001193;04/01/2021;08/01/2021;{finished};Đã trả kết quả\n" for no in numbers)


def asked(tmp_path: Path, first: str, second: str, name: str) -> list[tuple[str, str]]:
    """Return unit and codes of each doubt, p01 having sent the first text and p02 the second."""
    root = make_office(tmp_path / "office", obligations=OBLIGATIONS, profile=OF_DOSSIERS)
    (root / "profiles" / "pakn.yaml").write_text(PROFILE, encoding="utf-8")
    (root / "profiles" / "ra-soat.yaml").write_text(OF_REVIEWS, encoding="utf-8")
    office = load_office(root)
    for unit, text in (("p01", first), ("p02", second)):
        send(root, name, text.encode("utf-8-sig"), unit, "2021-Q1")
        receive_inbox(office)
    keep_settings(office)
    begin(office, Ask.parse("2021-Q1", None, None, {}), "test")
    query = "select unit_id, records from landed.claim where kind = 'shared_codes' and is_open order by all"
    with duckdb.connect(warehouse_file(office, "test"), read_only=True) as connection:
        return connection.execute(query).fetchall()


LOG, LIST, PLAN = "Sổ PAKN_2021_03_15.csv", "Sổ_2021_03_15.csv", "Rà soát_2021_03_15.csv"
CODES = "1.001193", "2.000635"
TWO = "P01-PA-2021-001\nP01-PA-2021-002"


@pytest.mark.parametrize(
    ("name", "first", "second", "codes"),
    [
        (LOG, feedback(1, 2), feedback(1, 2) + "\n", TWO),
        (LOG, feedback(1, 2, 3), feedback(1, 2, answered=""), TWO),
        (LOG, feedback(7, prefix="PAKN-2021-93"), feedback(7, prefix="PAKN-2021-93", answered=""), "PAKN-2021-93007"),
        (LIST, dossiers(1, 2, 3), dossiers(1, 2, 3) + "\n", "01\n02\n03"),
        (PLAN, reviews(*CODES, unit="Phường 1"), reviews(*CODES, unit=""), "1.001193\n2.000635"),
        (PLAN, reviews(*CODES, unit="Phường 1"), reviews(*CODES, unit="Phường 2"), "1.001193\n2.000635"),
    ],
    ids=[
        "saved again",
        "a later state",
        "a code of the feedback system",
        "a ward's own book",
        "its name taken out",
        "its own name put in",
    ],
)
def test_records_of_another_unit_s_file_are_asked_about(
    tmp_path: Path, name: str, first: str, second: str, codes: str
) -> None:
    assert asked(tmp_path, first, second, name) == [("p02", codes)]


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        (LIST, dossiers(1, 2, 3), dossiers(1, 2, 3, finished="07/01/2021")),
        (LOG, feedback(1, 2), feedback(1, 2, day="28/01/2021")),
        (LOG, feedback(1, 2), feedback(2, 3)),
        (PLAN, reviews(*CODES, unit="Phường 1"), reviews(*CODES, unit="Phường 2", day="28/01/2021")),
        (LOG, feedback(1, 2, prefix="P01-PA-2021-"), feedback(1, 2, prefix="P02-PA-2021-")),
    ],
    ids=["numbers of two books", "other days", "one alike", "procedures two wards reviewed", "own codes"],
)
def test_numbers_two_units_have_alike_by_chance_raise_no_doubt(
    tmp_path: Path, name: str, first: str, second: str
) -> None:
    assert asked(tmp_path, first, second, name) == []
