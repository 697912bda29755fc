"""Exports of one row per event, and columns a source does not print, read by what the profile says of them.

Here: `rows_are: events` and `supplied` on small files. Not here: the Dutch log itself (tests/pipeline/test_permits_nl).
Invariant: a repeated row is counted and never lost; rows of one dossier that differ are judged, not chosen among.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from pipelines.ingest.contract import load_contract
from pipelines.ingest.reading import Reading, read_file
from pipelines.office.errors import OfficeError
from pipelines.office.profiles import Profile
from pipelines.paths import DBT_PROJECT, EXPECTATIONS
from pipelines.quality.helpers import Known
from pipelines.quality.judge import judge

CONTRACT = load_contract(DBT_PROJECT / "models" / "sources" / "case_exports.yml")
WINDOW = (dt.date(2000, 1, 1), dt.date(2030, 12, 31))
HEAD = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày có kết quả;Trạng thái;Bước"
A = "H51-210308-0001;08/03/2021 08:00;11/03/2021;10/03/2021 09:00;Đã xử lý xong"
B = "H51-210308-0002;08/03/2021 09:00;11/03/2021;;Đang xử lý"
A_LATER_DUE = A.replace("11/03/2021", "12/03/2021")
BASE = {"profile_id": "thu", "stream": "case_exports", "title": "Thử", "drop": ["Bước"]}
EVENTS = {**BASE, "rows_are": "events"}


def read(folder: Path, lines: list[str], profile: dict[str, object], zone: ZoneInfo | None = None) -> Reading:
    path = folder / "nhat-ky.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    reading = read_file(path, path.name, CONTRACT, Profile.model_validate(profile), WINDOW, zone)
    counts = reading.verdict["counts"]
    assert counts["rows_in"] == counts["typed"] + counts["rejected"] + counts["blank"] + counts["furniture"]
    return reading


def sent_back(reading: Reading) -> list[int]:
    profile = Profile.model_validate(EVENTS)
    suite = EXPECTATIONS / "case_exports.yaml"
    judged = judge(reading, CONTRACT, suite, profile, Known(dt.date(2021, 3, 15)))
    return judged.rejects.loc[judged.rejects["check_id"] == "duplicate_code", "source_row"].tolist()


def test_the_rows_of_a_dossiers_steps_are_the_dossier_once(tmp_path: Path) -> None:
    reading = read(tmp_path, [HEAD, f"{A};Tiếp nhận", f"{B};Tiếp nhận", f"{A};Thẩm định", f"{A};Ký"], EVENTS)

    assert reading.rows["source_row"].tolist() == [2, 3]
    assert [(item["row"], item["kind"]) for item in reading.verdict["furniture"]][1:] == [
        (4, "repeated"),
        (5, "repeated"),
    ]
    assert sent_back(reading) == []


def test_without_the_profiles_word_repeated_rows_stay_records_and_go_back(tmp_path: Path) -> None:
    reading = read(tmp_path, [HEAD, f"{A};Tiếp nhận", f"{A};Thẩm định"], BASE)

    assert len(reading.rows) == 2
    assert sent_back(reading) == [3]


def test_steps_that_contradict_each_other_all_go_back(tmp_path: Path) -> None:
    lines = [HEAD, f"{A};Tiếp nhận", f"{A_LATER_DUE};Thẩm định", f"{A};Ký", f"{B};Tiếp nhận"]
    reading = read(tmp_path, lines, EVENTS)

    assert reading.rows["source_row"].tolist() == [2, 3, 5]
    assert sent_back(reading) == [2, 3]


def test_rows_without_a_code_are_each_sent_back_even_when_they_repeat(tmp_path: Path) -> None:
    without = ";08/03/2021 08:00;11/03/2021;;Đang xử lý"
    reading = read(tmp_path, [HEAD, f"{without};Tiếp nhận", f"{without};Ký", f"{A};Ký"], EVENTS)

    assert reading.rejects["check_id"].tolist() == ["missing_code", "missing_code"]


HEAD_WITHOUT = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày có kết quả"
SUPPLIED = {
    "procedure_name": {"always": "Đăng ký khai sinh"},
    "status": {"from": "finished_at", "filled": "Đã xử lý xong", "blank": "Đang xử lý"},
}
ROWS = [A.rsplit(";", 1)[0], B.rsplit(";", 1)[0]]


def test_a_column_the_source_does_not_print_is_known_by_its_profile(tmp_path: Path) -> None:
    reading = read(tmp_path, [HEAD_WITHOUT, *ROWS], {**BASE, "supplied": SUPPLIED})

    assert reading.rows["status"].tolist() == ["result_ready", "in_progress"]
    assert reading.rows["status_label"].tolist() == ["Đã xử lý xong", "Đang xử lý"]
    assert reading.rows["procedure_name_key"].tolist() == ["đăng ký khai sinh"] * 2


def test_without_it_a_required_column_is_missed(tmp_path: Path) -> None:
    reading = read(tmp_path, [HEAD_WITHOUT, *ROWS], BASE)

    assert reading.verdict["refused_check"] == "missing_required_column"


def test_a_column_the_file_prints_is_never_replaced(tmp_path: Path) -> None:
    paused = A.replace("Đã xử lý xong", "Chờ bổ sung")
    reading = read(tmp_path, [HEAD, f"{paused};Ký"], {**BASE, "supplied": SUPPLIED})

    assert reading.rows["status"].tolist() == ["awaiting_supplement"]


@pytest.mark.parametrize(
    ("supplied", "key"),
    [
        ({"khong_co": {"always": "x"}}, "khóa supplied"),
        ({"status": {"from": "khong_co", "filled": "a", "blank": "b"}}, "khóa supplied.status.from"),
    ],
)
def test_a_profile_that_reports_no_column_is_refused_by_name(
    supplied: dict[str, object], key: str, tmp_path: Path
) -> None:
    with pytest.raises(OfficeError, match="khong_co") as error:
        read(tmp_path, [HEAD, A], {**BASE, "supplied": supplied})
    assert key in str(error.value)


@pytest.mark.parametrize("rule", [{}, {"always": "x", "from": "finished_at"}, {"from": "finished_at", "filled": "a"}])
def test_a_half_reported_rule_is_refused(rule: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="supplied phải có always, hoặc from cùng filled và blank"):
        Profile.model_validate({**BASE, "supplied": {"status": rule}})


def test_moments_with_an_offset_are_reported_in_the_offices_zone_and_the_repair_is_kept(tmp_path: Path) -> None:
    row = "H51-210308-0001;2021-03-14T18:30:00+01:00;2021-03-20;;Đang xử lý;Ký"
    reading = read(tmp_path, [HEAD, row], BASE, ZoneInfo("Asia/Ho_Chi_Minh"))

    assert reading.rows["received_at"].tolist() == [pd.Timestamp(2021, 3, 15, 0, 30)]
    assert "giờ địa phương" in reading.rows["repairs"][0]
