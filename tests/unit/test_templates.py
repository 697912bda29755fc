"""Templates: every kind of report and letter, errors that name the tag, the office's own words and Word file.

Here: the words of each kind, comparison in words, overrides. Not here: the whole text (golden), real warehouses.
Invariant: expected numbers and sentences are written by hand.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm, Pt
from figures_stub import OFFICE, stub_layouts, stub_model
from office_folder import TABLES, make_office

from pipelines.figures.blocks import Addressee, Bullet, Grid, Heading, Paragraph, Subject, words_of
from pipelines.figures.change import with_compared
from pipelines.figures.example import example_models
from pipelines.figures.model import (
    CarryOver,
    Compared,
    CorrectionMade,
    Coverage,
    DeliveryCounts,
    OfficeInfo,
    Question,
    ReportModel,
    SwitchUsed,
)
from pipelines.figures.template_names import ATTRIBUTES, FILTERS, FUNCTIONS, REMINDER, VALUES
from pipelines.figures.version import Issue
from pipelines.figures.words import COVER_TEMPLATE, KEPT_TEMPLATE, REMINDER_TEMPLATE, report_blocks, template_context
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.package.assemble import assemble, paper_of
from pipelines.package.model import unit_info
from pipelines.paths import REPORT_TEMPLATES
from pipelines.periods.period import Period
from pipelines.render.docx import write_report
from pipelines.units.letters import reminder_facts
from pipelines.warehouse.status import Owed, PeriodStatus, Refusal, Stray


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReportModel:
    return stub_model(tmp_path_factory.mktemp("templates"))


def text_of(blocks: tuple) -> str:
    return "\n".join(words_of(block) for block in blocks)


def of_kind(model: ReportModel, kind: str, label: str = "Quý I năm 2021") -> ReportModel:
    return replace(model, question=replace(model.question, period_kind=kind, period_label=label))


# ---- errors


@pytest.mark.parametrize(
    ("template", "noted"),
    [
        (
            "một\n{{ ofice.name }}",
            "Mẫu t.md.j2, dòng 2, thẻ {{ ofice.name }}: không có tên «ofice»; gần nhất: «office».",
        ),
        (
            "{{ office.name }} {{ question.period_lable }}",
            "Mẫu t.md.j2, dòng 1, thẻ {{ question.period_lable }}: không có tên «period_lable»; "
            "gần nhất: «period_label».",
        ),
        ("{{ switches.review_target.value }}", "không có tên «review_target»"),
        (
            '\n\n{{ fig("II.06a.total.c77") }}',
            'Mẫu t.md.j2, dòng 3, thẻ {{ fig("II.06a.total.c77") }}: Mẫu báo cáo gọi số liệu «II.06a.total.c77», '
            "nhưng báo cáo không có số này; gần nhất: «II.06a.total.c7».",
        ),
        ('{{ table("II.6a") }}', "báo cáo không có biểu «II.6a»; gần nhất: «II.06a»."),
        ("{{ question.as_of|dya }}", "không có bộ lọc «dya»; gần nhất: «day»."),
        ('{% include "_mo-dua.md.j2" %}', "không có mẫu «_mo-dua.md.j2»; gần nhất: «_mo-dau.md.j2»."),
        ("{{ office.__class__ }}", "không được phép dùng «__class__» trong mẫu."),
        ("một\n{% if %}", "Mẫu t.md.j2, dòng 2, thẻ {% if %}: viết sai cú pháp"),
        ("{{ top(1) }}", "Mẫu t.md.j2, dòng 1, thẻ {{ top(1) }}: viết sai cú pháp hoặc sai kiểu"),
    ],
)
def test_a_wrong_name_is_reported_with_template_line_tag_and_the_nearest_known(
    model: ReportModel, tmp_path: Path, template: str, noted: str
) -> None:
    (tmp_path / "t.md.j2").write_text(template, encoding="utf-8")
    with pytest.raises(OfficeError) as error:
        report_blocks(model, "t.md.j2", [tmp_path, REPORT_TEMPLATES])
    assert noted in str(error.value)


def test_a_fault_inside_a_part_names_the_part_and_its_line(model: ReportModel, tmp_path: Path) -> None:
    (tmp_path / "_mo-dau.md.j2").write_text("\n{{ ofice.name }}", encoding="utf-8")
    with pytest.raises(OfficeError, match=r"Mẫu _mo-dau\.md\.j2, dòng 2"):
        report_blocks(model, folders=[tmp_path, REPORT_TEMPLATES])


def test_no_template_reaches_a_file_outside_its_folders(model: ReportModel, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("bí mật", encoding="utf-8")
    own = tmp_path / "templates"
    own.mkdir()
    (own / "t.md.j2").write_text('{% include "../secret.txt" %}', encoding="utf-8")
    with pytest.raises(OfficeError, match="không có mẫu"):
        report_blocks(model, "t.md.j2", [own])


# ---- kinds of report


@pytest.mark.parametrize(
    ("kind", "label", "heading", "opening"),
    [
        ("quarter", "Quý I năm 2021", "III. PHƯƠNG HƯỚNG, NHIỆM VỤ TRỌNG TÂM KỲ TỚI", "Thực hiện chế độ báo cáo về"),
        ("six_months", "6 tháng đầu năm 2021", "CÁC THÁNG CUỐI NĂM", "Thực hiện chế độ báo cáo về"),
        ("nine_months", "9 tháng năm 2021", "CÁC THÁNG CUỐI NĂM", "Thực hiện chế độ báo cáo về"),
        ("year", "Năm 2021", "4. Kết quả thực hiện kế hoạch", "Thực hiện chế độ báo cáo năm về"),
        ("ad_hoc", "Từ 01/02 đến 10/02/2021", "6. Nội dung khác theo yêu cầu", "Thực hiện yêu cầu báo cáo đột xuất"),
    ],
)
def test_each_kind_of_period_has_its_words_around_the_same_figures(
    model: ReportModel, kind: str, label: str, heading: str, opening: str
) -> None:
    blocks = report_blocks(of_kind(model, kind, label))
    headings = [words_of(block) for block in blocks if isinstance(block, Heading)]
    paragraphs = [words_of(block) for block in blocks if isinstance(block, Paragraph)]
    assert any(heading in text for text in headings)
    assert label in headings
    assert paragraphs[0].startswith(opening)
    figures = {run.figure_id for block in blocks for run in getattr(block, "runs", ()) if run.figure_id}
    assert {f"II.06a/tp-st/total/c{number}" for number in range(3, 14)} <= figures


@pytest.mark.parametrize("kind", ["quarter", "six_months", "nine_months", "year", "ad_hoc"])
def test_each_kind_works_when_nothing_came_nothing_happened_or_all_did(kind: str) -> None:
    for _, example in example_models(stub_layouts(), OFFICE, kind, ["A", "B", "I"]):
        assert report_blocks(example)


def test_a_units_report_does_not_name_other_units(model: ReportModel) -> None:
    own = replace(
        model,
        office=replace(model.office, name="UBND Phường 3", unit_kind="ward"),
        forms={"II.06a": model.forms["II.06a"]},
    )
    text = text_of(report_blocks(own))
    assert "UBND Phường 3 báo cáo kết quả" in text
    assert "Đơn vị có nhiều hồ sơ" not in text
    assert "Kết quả theo nơi tiếp nhận" not in text


def test_parts_of_a_year_that_were_sent_are_reported_though_no_unit_has_sent_all(tmp_path: Path) -> None:
    import duckdb
    from figures_stub import write_stub

    from pipelines.figures.read import build_report_model

    with duckdb.connect(write_stub(tmp_path / "stub.duckdb")) as connection:
        connection.execute("update rpt_coverage set state = 'missing'")
        model = of_kind(build_report_model(connection, stub_layouts(), OFFICE), "year", "Năm 2021")
    text = text_of(report_blocks(model))
    assert "Tổng số hồ sơ nhận giải quyết trong kỳ là 6.250 hồ sơ" in text
    assert "Số liệu của 0/5 đơn vị" in text


def test_a_long_list_of_missing_units_stands_in_the_packet_that_is_kept(model: ReportModel) -> None:
    names = tuple(f"Ủy ban nhân dân Phường số {number}" for number in range(1, 31))
    sentence = f"Số liệu của 0/30 đơn vị; chưa gửi đủ: {', '.join(names)}."
    coverage = replace(model.coverage, owed=30, accepted=0, missing=names, answers=sentence)
    late = replace(model, coverage=coverage)
    text = text_of(report_blocks(late))
    assert "Số liệu của 0/30 đơn vị; 30 đơn vị chưa gửi hoặc chưa gửi đủ." in text
    assert names[-1] not in text
    kept = text_of(report_blocks(late, KEPT_TEMPLATE))
    assert kept.index(sentence) > kept.index("I. NGUỒN SỐ LIỆU")


# ---- how a unit is headed and signed


@pytest.mark.parametrize(
    ("unit", "place", "symbol", "signature"),
    [
        (("p03", "UBND Phường 3", "Phường 3", "ward"), "Phường 3", "BC-UBND", ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")),
        (("nv", "Phòng Nội vụ", "Phòng Nội vụ", "department"), "Sóc Trăng", "BC-PNV", ("TRƯỞNG PHÒNG",)),
        (("x", "Ban X", "Ban X", "board"), "Sóc Trăng", "BC", ()),
    ],
)
def test_a_unit_is_headed_by_its_own_line_then_that_of_its_kind_then_the_offices(
    tmp_path: Path, unit: tuple[str, ...], place: str, symbol: str, signature: tuple[str, ...]
) -> None:
    settings = (
        "office: {name: UBND thành phố Thử, unit_id: tp, place: Sóc Trăng}\nswitches: {}\nunit_documents:\n"
        "  ward: {place: '{short_name}', report_symbol: BC-UBND, signature: [TM. ỦY BAN NHÂN DÂN, CHỦ TỊCH]}\n"
        "  department: {report_symbol: BC-P, signature: [TRƯỞNG PHÒNG]}\n"
        "  nv: {report_symbol: BC-PNV}\n"
    )
    units = TABLES["units"] + "nv,Phòng Nội vụ,Phòng Nội vụ,department,tp,3,,,\n"
    office = load_office(make_office(tmp_path, office=settings, units=units))
    info = unit_info(office, dict(zip(("unit_id", "name_vi", "short_name", "unit_kind"), unit, strict=True)))
    assert (info.place, info.report_symbol, info.signature) == (place, symbol, signature)
    assert (info.parent_name, info.receiving_agency) == ("UBND thành phố Thử", "UBND thành phố Thử")


# ---- comparison with issued reports


def test_changes_are_reported_in_words_with_figures_of_their_own(model: ReportModel) -> None:
    issued = {
        "II.06a/tp-st/total/c3": 6000,  # 6250 - 6000 = 250; 250 / 6000 = 4.1666… %
        "II.06a/tp-st/total/c7": 5800,
        "II.06a/tp-st/total/c10": 100,  # 79 - 100 = -21; 21 %
        "II.06a/tp-st/total/on_time_rate": Decimal("99.14"),  # 98.64 - 99.14 = -0.50
    }
    compared = with_compared(model, Compared("prev", "2020-Q4/v1", "Quý IV năm 2020"), issued)
    text = text_of(report_blocks(compared))
    assert (
        "Kỳ trước (quý IV năm 2020): hồ sơ nhận giải quyết tăng 250 hồ sơ (4,17%); đã giải quyết không đổi; "
        "quá hạn giảm 21 hồ sơ (21,00%); tỷ lệ trước hạn và đúng hạn giảm 0,50 điểm phần trăm."
    ) in text
    assert "chưa có báo cáo chính thức" not in text
    assert compared.figures["II.06a/tp-st/total/c3_increase_prev"].value == 250
    assert compared.figures["II.06a/tp-st/total/c10_decrease_prev"].value == 21
    printed = [run for block in report_blocks(compared) for run in getattr(block, "runs", ()) if run.figure_id]
    assert all(run.text == compared.figures[run.figure_id].text for run in printed)


def test_a_rise_from_nothing_has_no_percentage(model: ReportModel) -> None:
    issued = {"II.06a/tp-st/total/c3": 0}
    compared = with_compared(model, Compared("year", "2020-Q1/v1", "Quý I năm 2020"), issued)
    text = text_of(report_blocks(compared))
    assert "Cùng kỳ năm trước (quý I năm 2020): hồ sơ nhận giải quyết tăng 6.250 hồ sơ." in text


# ---- letters


def reminder(model: ReportModel, days_left: int) -> tuple:
    deadline = dt.date(2021, 3, 11)
    period = Period("2021-Q1", "quarter", "Quý I năm 2021", dt.date(2020, 12, 15), dt.date(2021, 3, 14))
    owed = [
        Owed("p04", "UBND Phường 4", "a", "danh sách hồ sơ", "missing", 0, 0, 0, 0, None, ()),
        Owed(
            "p04",
            "UBND Phường 4",
            "b",
            "sổ phản ánh",
            "refused",
            0,
            0,
            0,
            0,
            None,
            (Refusal("**# sổ**\x0b.xlsx", "Thiếu cột «Mã»", "Bổ sung cột."),),
        ),
    ]
    moment = dt.datetime.combine(deadline - dt.timedelta(days=days_left), dt.time(8, 5))
    answered = replace(
        owed[1], stream_title="danh mục", state="late", refused=(Refusal("b.csv", "Sai tên cột.", "Sửa tên."),)
    )
    others = replace(answered, unit_id="p05", unit_name="UBND Phường 5")
    strays = tuple(
        Stray(name, Refusal("x.csv", "Không rõ loại.", "Hỏi lại.")) for name in ("UBND Phường 4", "UBND Phường 5")
    )
    status = PeriodStatus(period, deadline, days_left, moment, (*owed, answered, others), strays)
    return report_blocks(model, REMINDER_TEMPLATE, facts=reminder_facts(status, owed))


@pytest.mark.parametrize(
    ("days_left", "sentence"),
    [
        (3, "Hạn đơn vị gửi số liệu là hết ngày 11/3/2021 (còn 3 ngày)."),
        (0, "Hạn đơn vị gửi số liệu là hết ngày 11/3/2021 (hôm nay)."),
        (-9, "Hạn đơn vị gửi số liệu là hết ngày 11/3/2021; đến nay đã quá hạn 9 ngày."),
    ],
)
def test_a_reminder_says_what_is_owed_why_it_was_refused_and_how_many_days(
    model: ReportModel, days_left: int, sentence: str
) -> None:
    blocks = reminder(model, days_left)
    text = text_of(blocks)
    assert isinstance(blocks[0], Subject)
    assert [words_of(block) for block in blocks if isinstance(block, Addressee)] == ["Kính gửi: UBND Phường 4."]
    assert sentence in text
    (table,) = [block for block in blocks if isinstance(block, Grid)]
    lines = [[words_of(Paragraph(cell)).strip() for cell in row] for row in table.rows[1:]]
    assert lines == [
        ["Danh sách hồ sơ", "chưa gửi"],
        ["Sổ phản ánh", "tệp bị từ chối, phải gửi lại"],
    ]
    assert [words_of(block).strip() for block in blocks if isinstance(block, Bullet)] == [
        # What a unit calls its file never becomes markup.
        "«**# sổ** .xlsx» (sổ phản ánh): Thiếu cột «Mã» Bổ sung cột.",
        # Refused beside a good one, and of a kind nobody knows.
        "«b.csv» (danh mục): Sai tên cột. Sửa tên.",
        "«x.csv»: Không rõ loại. Hỏi lại.",
    ]
    assert text.count("./.") == 1
    assert not ("gửi ngay" in text and "khẩn trương" in text)


@pytest.mark.parametrize(
    ("issue", "line"),
    [
        (None, "Bản gửi là dự thảo"),
        (Issue("final", 2), "Bản gửi: bản chính thức, phiên bản 2."),
        (Issue("corrected", 3, 1, "Phường 2 bổ sung"), "Lý do đính chính: Phường 2 bổ sung"),
    ],
)
def test_the_cover_letter_names_the_version_it_goes_with(model: ReportModel, issue: Issue | None, line: str) -> None:
    blocks = report_blocks(replace(model, issue=issue), COVER_TEMPLATE)
    assert "Kính gửi: Văn phòng UBND tỉnh Sóc Trăng." in text_of(blocks)
    assert "gồm báo cáo và 2 biểu số liệu kèm theo" in text_of(blocks)
    assert line in text_of(blocks)


def test_a_letter_has_its_subject_below_the_number_and_as_its_title(model: ReportModel, tmp_path: Path) -> None:
    write_report(model, reminder(model, -1), tmp_path / "t.docx")
    document = Document(str(tmp_path / "t.docx"))
    left = document.tables[0].rows[1].cells[0].text
    assert left.splitlines()[-1] == "V/v đôn đốc gửi số liệu kiểm soát thủ tục hành chính quý I năm 2021"
    assert document.core_properties.title == left.splitlines()[-1]


# ---- the office's own words and Word file


def restyled(path: Path) -> Path:
    document = Document()
    document.add_paragraph("Chữ của tệp mẫu, không được lọt vào báo cáo")
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(12)
    document.sections[0].page_width, document.sections[0].page_height = Mm(210), Mm(297)
    document.sections[0].left_margin, document.sections[0].right_margin = Mm(35), Mm(15)
    document.sections[0].header.paragraphs[0].text = "Tiêu đề trang của đơn vị"
    document.save(str(path))
    return path


def test_the_offices_words_and_word_file_make_its_documents(model: ReportModel, tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    plain = load_office(root).paper_hash
    (root / "templates").mkdir()
    (root / "templates" / "_mo-dau.md.j2").write_text("Câu mở đầu riêng của {{ office.name }}.", encoding="utf-8")
    with_words = load_office(root).paper_hash
    restyled(root / "letterhead.docx")
    office = load_office(root)
    assert len({plain, with_words, office.paper_hash}) == 3
    (tmp_path / "a").mkdir()
    assemble(tmp_path / "a", model, stub_layouts(), "k", {}, paper_of(office))
    document = Document(str(tmp_path / "a" / "bao-cao.docx"))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Câu mở đầu riêng của UBND thành phố Sóc Trăng." in text
    assert "không được lọt" not in text
    assert (document.styles["Normal"].font.name, document.styles["Normal"].font.size) == ("Arial", Pt(12))
    first = document.sections[0]
    assert (round(first.left_margin.mm), round(first.right_margin.mm)) == (35, 15)
    assert first.header.paragraphs[0].text == "Tiêu đề trang của đơn vị"
    assert "Câu mở đầu riêng" in (tmp_path / "a" / "bao-cao.html").read_text(encoding="utf-8")


def test_a_restyled_document_is_the_same_bytes_again(model: ReportModel, tmp_path: Path) -> None:
    base = restyled(tmp_path / "letterhead.docx")
    for name in ("a.docx", "b.docx"):
        write_report(model, report_blocks(model), tmp_path / name, base)
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes()


def test_a_word_file_that_is_none_or_lacks_a_style_is_reported(model: ReportModel, tmp_path: Path) -> None:
    base = tmp_path / "letterhead.docx"
    base.write_bytes(b"not a word file")
    with pytest.raises(OfficeError, match=r"Không mở được letterhead\.docx"):
        write_report(model, report_blocks(model), tmp_path / "a.docx", base)
    document = Document()
    style = document.styles["Heading 3"].element
    style.getparent().remove(style)
    document.save(str(base))
    with pytest.raises(OfficeError, match="thiếu kiểu chữ: Heading 3"):
        write_report(model, report_blocks(model), tmp_path / "a.docx", base)


# ---- the dictionary


def test_the_dictionary_describes_every_name_a_template_can_call(model: ReportModel) -> None:
    context = template_context(model)
    assert {name for name, value in context.items() if callable(value)} == set(FUNCTIONS)
    assert {name for name, value in context.items() if not callable(value)} == set(VALUES)
    assert set(FILTERS) == {"day", "count", "lower_first", "said"}
    period = Period("2021-Q1", "quarter", "Quý I", dt.date(2020, 12, 15), dt.date(2021, 3, 14))
    owed = Owed("a", "A", "x", "x", "missing", 0, 0, 0, 0, None, ())
    status = PeriodStatus(period, period.end_on, 0, dt.datetime(2021, 3, 14), (owed,))
    assert set(reminder_facts(status, [owed])) == set(REMINDER)


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("office", OfficeInfo),
        ("question", Question),
        ("issue", Issue),
        ("coverage", Coverage),
        ("counts", DeliveryCounts),
        ("carry_over", CarryOver),
        ("compared[]", Compared),
        ("corrections[]", CorrectionMade),
        ("switches[]", SwitchUsed),
    ],
)
def test_the_dictionary_describes_every_attribute(owner: str, kind: type) -> None:
    fields = {field.name for field in dataclasses.fields(kind)}
    others = {name for name in vars(kind) if not name.startswith("_")}
    assert fields | others == set(ATTRIBUTES[owner])


def test_units_that_are_most_together_are_named_together(model: ReportModel) -> None:
    text = text_of(report_blocks(model))
    # Three units of the stub have 10 overdue pending dossiers each.
    told = next(line for line in text.splitlines() if "Đang giải quyết đã quá hạn nhiều nhất" in line)
    assert all(name in told for name in ("Phòng Tài chính - Kế hoạch, 10", "UBND Phường 1, 10", "UBND Phường 2, 10"))


def test_a_name_with_a_hyphen_is_printed_as_it_is_where_a_section_names_who_has_not_sent(model: ReportModel) -> None:
    form = model.forms["II.06a"]
    name = "Phòng Tài chính - Kế hoạch"
    coverage = replace(form.coverage, owed=3, accepted=2, missing=(name,), silent=(name,))
    whole = replace(model.coverage, missing=("UBND Phường 3",), silent=())
    forms = {**model.forms, "II.06a": replace(form, coverage=coverage)}
    text = text_of(report_blocks(replace(model, forms=forms, coverage=whole)))
    assert f"Số liệu của 2/3 đơn vị; chưa có số liệu của {name}." in text
    assert "\\-" not in text


def test_the_summary_sets_the_period_before_beside_this_one(model: ReportModel) -> None:
    issued = {"II.06a/tp-st/total/c3": 6000, "II.06a/tp-st/total/c7": 5800}
    compared = with_compared(model, Compared("prev", "2020-Q4/v1", "Quý IV năm 2020"), issued)
    (table,) = [block for block in report_blocks(compared) if isinstance(block, Grid)][:1]
    heads, *rows = [["".join(run.text for run in cell) for cell in row] for row in table.rows]
    assert heads == ["Chỉ tiêu", "Kỳ này", "Kỳ trước", "Tăng, giảm"]
    assert rows[0] == ["Hồ sơ nhận giải quyết", "6.250", "6.000", "tăng 250 (4,17%)"]
    # What the final did not have is not said.
    assert rows[3][2:] == ["–", "–"]
