"""The office's own words: their file, their figures, where they are missing.

Here: reading words/<period>.md, its place in the report, number, date and signer of an issue. Not here: the file's making
from a built report (pipeline/test_issue).
Invariant: expected sentences are written by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from figures_stub import stub_model
from office_folder import make_office

from pipelines.figures.blocks import Bullet, figure_ids, words_of
from pipelines.figures.form_page import place_and_date
from pipelines.figures.model import ReportModel
from pipelines.figures.version import Issue
from pipelines.figures.words import report_blocks
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.office.words import OwnWords, read_words, words_hash
from pipelines.package.issue import personal_words
from pipelines.render.docx import write_report
from pipelines.render.html import write_html

REQUIRED = ("II.3", "III", "IV")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("words"))


def written(root: Path, text: str) -> OwnWords:
    (root / "words").mkdir(exist_ok=True)
    (root / "words" / "2021-Q1.md").write_text(text, encoding="utf-8")
    return read_words(root, "2021-Q1")


def test_each_heading_is_a_section_and_comments_are_left_out(tmp_path: Path) -> None:
    own = written(
        tmp_path,
        "<!-- nhắc\nviệc -->\n## II.3. Nguyên nhân\n\nDo A.\n<!-- bỏ -->\nDo B.\n### III\n- việc 1\n## IV. Kiến nghị\n",
    )
    assert own.sections == {"II.3": "Do A.\n\nDo B.", "III": "- việc 1", "IV": ""}
    assert own.empty(REQUIRED) == ["IV"]


@pytest.mark.parametrize("number", ["0938 417 001", "CCCD 079204881001", "an.nguyen@example.vn"])
def test_a_number_of_a_person_in_words_is_named_with_its_section_before_it_is_sent(tmp_path: Path, number: str) -> None:
    office = load_office(make_office(tmp_path))
    words = f"## II.3. Nguyên nhân\n\nTheo bà Hoa, {number}.\n## III\nTrong năm 2021 giải quyết 1.234 hồ sơ, số 47/BC-UBND.\n"
    written(tmp_path, words)
    (said,) = personal_words(office, "2021-Q1")
    assert said.startswith("Mục II.3 trong words/2021-Q1.md có số điện thoại")
    assert number not in said


def test_without_a_file_every_required_section_is_empty(tmp_path: Path) -> None:
    assert read_words(tmp_path, "2021-Q1").empty(REQUIRED) == list(REQUIRED)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nLời lạc.\n## III\nx", "dòng 2: có lời trước tiêu đề mục đầu tiên"),
        ("## III\na\n\n## III. Lại\nb", "dòng 4: mục III có hai lần"),
        ("## III\na\n<!-- quên đóng\n", "dòng 3: chú thích mở bằng <!-- chưa đóng"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(OfficeError, match=said):
        written(tmp_path, text)


def test_words_are_in_their_section_with_their_figures(model: ReportModel) -> None:
    own = OwnWords("words/2021-Q1.md", {"III": '- Giải quyết dứt điểm {{ fig("II.06a.total.c13") }} hồ sơ quá hạn.'})
    blocks = report_blocks(model, own=own, required=REQUIRED)
    texts = [words_of(block) for block in blocks]
    place = next(number for number, text in enumerate(texts) if text.startswith("III. "))
    assert texts[place + 1] == "Giải quyết dứt điểm 30 hồ sơ quá hạn."
    assert isinstance(blocks[place + 1], Bullet)
    assert list(figure_ids([blocks[place + 1]])) == ["II.06a/tp-st/total/c13"]


def test_a_draft_says_what_is_still_to_be_written_and_where(model: ReportModel) -> None:
    own = OwnWords("words/2021-Q1.md", {"II.3": "Do A.", "III": "Việc B."})
    texts = [words_of(block) for block in report_blocks(model, own=own, required=REQUIRED)]
    assert [text for text in texts if "words/2021-Q1.md" in text] == [
        "(Cán bộ tổng hợp viết mục IV tại words/2021-Q1.md.)"
    ]


def test_an_issued_report_never_asks_its_reader_to_write(model: ReportModel) -> None:
    issued = replace(model, issue=Issue("final", 1, forced="gấp"))
    texts = [words_of(block) for block in report_blocks(issued, own=OwnWords("words/2021-Q1.md"), required=REQUIRED)]
    assert not any("Cán bộ tổng hợp" in text for text in texts)


def test_an_unknown_figure_in_the_words_is_named_with_file_section_and_the_nearest_name(model: ReportModel) -> None:
    own = OwnWords("words/2021-Q1.md", {"III": '{{ fig("II.06a.total.c31") }}'})
    with pytest.raises(OfficeError, match=r"words/2021-Q1.md, mục III: .*II.06a.total.c31.*II.06a.total.c1?3"):
        report_blocks(model, own=own, required=REQUIRED)


def test_the_words_cannot_reach_the_program(model: ReportModel) -> None:
    own = OwnWords("words/2021-Q1.md", {"III": "{{ question.__class__.__mro__ }}"})
    with pytest.raises(OfficeError, match="không được phép dùng"):
        report_blocks(model, own=own, required=REQUIRED)


def test_a_changed_word_makes_another_report_of_its_period_only(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    before = words_hash(root, "2021-Q1"), words_hash(root, "2021-Q2")
    written(root, "## III\na")
    assert words_hash(root, "2021-Q1") != before[0]
    assert words_hash(root, "2021-Q2") == before[1]
    assert load_office(root).settings.words.required == list(REQUIRED)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2021-03-15", "Sóc Trăng, ngày 15 tháng 3 năm 2021"),
        ("2021-02-05", "Sóc Trăng, ngày 05 tháng 02 năm 2021"),
        ("2021-12-09", "Sóc Trăng, ngày 09 tháng 12 năm 2021"),
    ],
)
def test_only_days_below_ten_and_months_one_and_two_are_padded(model: ReportModel, day: str, text: str) -> None:
    assert place_and_date(replace(model, issue=Issue("final", 1, signed_on=day))) == text


def test_number_date_and_signer_are_on_the_documents_when_given_and_else_nothing(
    model: ReportModel, tmp_path: Path
) -> None:
    signed = replace(model, issue=Issue("final", 1, number="47/BC-UBND", signed_on="2021-03-15", signer="Trần Văn Ký"))
    for name, one in (("signed", signed), ("blank", model)):
        blocks = report_blocks(one)
        write_report(one, blocks, tmp_path / f"{name}.docx")
        write_html(one, blocks, tmp_path / f"{name}.html")
    texts = {name: docx_text(tmp_path / f"{name}.docx") for name in ("signed", "blank")}
    pages = {name: (tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("signed", "blank")}
    for said in ("Số: 47/BC-UBND", "ngày 15 tháng 3 năm 2021", "Trần Văn Ký"):
        assert said in texts["signed"]
        assert said in pages["signed"]
        assert said not in texts["blank"]
        assert said not in pages["blank"]
    assert "/BC-UBND" in texts["blank"]


def docx_text(path: Path) -> str:
    document = Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
