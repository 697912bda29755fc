"""Waving blockers through one by one, and the register of document numbers.

Here: reasons and their codes, an office lived to its final. Not here: what blocks (test_blockers), versions (test_issue).
Invariant: a reason covers the blocker it names and no other; a number is one document's a year.
"""

from __future__ import annotations

from pathlib import Path

import issued_office as story
import pytest

from pipelines.cli import main
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package.force import blocker_code, given_reasons, listed_reasons, reasons_for, write_list
from pipelines.package.issue import Request, issue
from pipelines.package.numbers import register_of_numbers

TWO = ["UBND Phường 1 chưa gửi danh sách hồ sơ. Đôn đốc đơn vị gửi.", "Mục III của báo cáo chưa có lời."]
FIRST, SECOND = map(blocker_code, TWO)


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ([], ["", ""]),
        ([f"{FIRST}=hẹn gửi sau"], ["hẹn gửi sau", ""]),
        ([f"{FIRST}=hẹn gửi sau", f"{SECOND}=không có gì = không"], ["hẹn gửi sau", "không có gì = không"]),
        (["một lý do cho tất cả"], ["", ""]),
    ],
)
def test_a_reason_covers_the_blocker_it_names_and_no_other(given: list[str], reasons: list[str]) -> None:
    assert reasons_for(TWO, given_reasons(given)) == reasons


def test_a_reason_without_a_code_is_for_the_only_blocker() -> None:
    assert reasons_for(TWO[:1], given_reasons(["hẹn gửi sau"])) == ["hẹn gửi sau"]
    assert reasons_for([], given_reasons(["hẹn gửi sau"])) == []


def test_a_reason_for_what_does_not_block_stops_the_issue() -> None:
    with pytest.raises(OfficeError, match=f"không có vướng mắc «{SECOND}»"):
        reasons_for(TWO[:1], given_reasons([f"{SECOND}=x"]))


@pytest.mark.parametrize("texts", [[f"{FIRST}="], ["  "], [f"{FIRST}=a", f"{FIRST}=b"], ["a", "b"]])
def test_empty_and_doubled_reasons_are_refused(texts: list[str]) -> None:
    with pytest.raises(OfficeError):
        given_reasons(texts)


def test_a_list_of_blockers_is_written_filled_and_read(tmp_path: Path) -> None:
    path = tmp_path / "vuong-mac.csv"
    write_list(path, TWO)
    assert listed_reasons(path) == {}
    text = path.read_text(encoding="utf-8-sig").replace("gửi.,", "gửi.,hẹn gửi sau")
    path.write_text(text, encoding="utf-8")
    assert listed_reasons(path) == {FIRST: "hẹn gửi sau"}
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(OfficeError, match="phải có các cột"):
        listed_reasons(path)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ward 2 has not sent and nothing is written for section IV: two things block the provisional report's final."""
    root = story.copy_of(story.the_final(tmp_path_factory), tmp_path_factory.mktemp("force") / "office")
    with story.at("2021-06-15T08:00:00"):
        (root / "words" / f"{story.NEXT}.md").write_text(story.WORDS.replace("## IV.\n\nKhông có.", "## IV."), "utf-8")
        story.send(root, "Sổ_2021_06_15.csv", story.WARD_1_NEXT, "p01", story.NEXT)
        story.report(root, period=story.NEXT)
    return root


def test_each_blocker_needs_its_reason_and_each_is_named_in_record_journal_and_paper(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "--office",
        str(office),
        "issue",
        story.NEXT,
        "--kind",
        "final",
        "--by",
        story.BY,
        "--why",
        "Theo kế hoạch",
    ]
    with story.at("2021-06-15T09:00:00"):
        assert main([*command, "--force", "tất cả đều được"]) == 1
        refused = capsys.readouterr().err
        codes = [line.split("[")[1].split("]")[0] for line in refused.splitlines() if "  - [" in line]
        assert len(codes) == 2 and "Phường 2 chưa gửi" in refused and "Mục IV" in refused
        assert main([*command, "--force", f"{codes[0]}=hẹn gửi sau"]) == 1
        left = capsys.readouterr().err
        assert codes[0] not in left and codes[1] in left
        reasons = ["--force", f"{codes[0]}=hẹn gửi sau", "--force", f"{codes[1]}=không có gì phải viết"]
        assert main([*command, *reasons, "--number", "12/BC-UBND", "--date", "2021-06-15"]) == 0
    said = capsys.readouterr().out
    assert "Lý do vẫn phát hành: hẹn gửi sau" in said and "Lý do vẫn phát hành: không có gì phải viết" in said
    assert "office.signature chưa có" in said  # a warning, no blocker
    (act,) = [item for item in journal.acts(load_office(office), "issue") if item.details["period_id"] == story.NEXT]
    assert {code: why for code, (_, why) in act.details["waved"].items()} == {
        codes[0]: "hẹn gửi sau",
        codes[1]: "không có gì phải viết",
    }
    folder = office / "data" / "issued" / story.NEXT / "v1"
    kept = (folder / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "Lý do vẫn phát hành: hẹn gửi sau" in kept
    assert "hẹn gửi sau; không có gì phải viết" in (folder / "bao-cao.html").read_text(encoding="utf-8")


def test_a_number_is_one_document_s_a_year_and_may_come_after_the_issue(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = f"{story.PERIOD}/v2"
    command = ["--office", str(office), "numbers", first, "--by", story.BY, "--date", "2021-03-16"]
    before = story.bytes_of(office / "data" / "issued")
    assert main([*command, "--number", "12/bc-ubnd "]) == 1
    assert f"đã cấp cho {story.NEXT}/v1" in capsys.readouterr().err
    assert main([*command, "--number", "5/BC-UBND"]) == 0
    assert "5/BC-UBND  2021-Q1/v2  bản chính thức, ký 16/03/2021, ghi sau bởi" in capsys.readouterr().out
    assert story.bytes_of(office / "data" / "issued") == before
    numbers = {item.issue_id: item.number for item in register_of_numbers(load_office(office))}
    assert numbers == {f"{story.PERIOD}/v1": "", first: "5/BC-UBND", f"{story.NEXT}/v1": "12/BC-UBND"}
    assert main([*command, "--number", ""]) == 1
    assert main(["--office", str(office), "numbers", "2021-Q9/v1", "--number", "1", "--by", "x"]) == 1


def test_an_issue_with_another_document_s_number_is_refused(office: Path) -> None:
    with story.at("2021-06-16T09:00:00"), pytest.raises(OfficeError, match="Số 12/BC-UBND năm 2021 đã cấp cho"):
        issue(load_office(office), Request(story.NEXT, "corrected", story.BY, "x", number="12/BC-UBND"))
