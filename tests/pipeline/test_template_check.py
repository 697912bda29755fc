"""`kstt templates`: the common templates are right, an office's wrong ones are found, the dictionary is as kept in docs.

Here: the real dbt project's forms, the sample's settings. Not here: errors one by one (unit/test_templates).
Invariant: docs/template-names.md is what `kstt templates names` prints; KSTT_GOLDEN=write writes it anew.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from figures_stub import OFFICE

from pipelines.cli import main
from pipelines.figures.delivered import Coverage
from pipelines.figures.example import full_example
from pipelines.figures.layout import Layouts
from pipelines.figures.words import report_blocks
from pipelines.office.settings import Office, load_office
from pipelines.units.template_check import check_templates, names_page, read_layouts

REPOSITORY = Path(__file__).parents[2]
NAMES = REPOSITORY / "docs" / "template-names.md"


def settings_only(target: Path) -> Path:
    """Copy the sample's settings without what units sent."""
    target.mkdir(parents=True)
    shutil.copy(REPOSITORY / "sample_office" / "office.yaml", target)
    for folder in ("reference", "profiles"):
        shutil.copytree(REPOSITORY / "sample_office" / folder, target / folder)
    return target


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return load_office(settings_only(tmp_path_factory.mktemp("templates") / "office"))


@pytest.fixture(scope="module")
def layouts(office: Office) -> Layouts:
    return read_layouts(office)


def test_the_common_templates_have_no_fault(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--office", str(office.root), "templates", "check"]) == 0
    assert "0 lỗi" in capsys.readouterr().out


def test_the_dictionary_is_the_page_kept_in_docs(office: Office, layouts: Layouts) -> None:
    page = names_page(office, layouts)
    if os.environ.get("KSTT_GOLDEN") == "write":
        NAMES.parent.mkdir(exist_ok=True)
        NAMES.write_text(page, encoding="utf-8")
    assert page == NAMES.read_text(encoding="utf-8")


def test_a_section_that_has_figures_does_not_say_that_nobody_reports_it(layouts: Layouts) -> None:
    """A new office that owes only its dossiers: the catalogue is printed, postings and processes nobody reports."""
    model = full_example(layouts, OFFICE, "quarter", ["A", "B"])
    forms = {
        name: replace(form, coverage=Coverage(0, 0, (), (), 0, "")) if name in ("II.03", "II.07b", "III") else form
        for name, form in model.forms.items()
    }
    blocks = report_blocks(replace(model, forms=forms))
    text = "\n".join("".join(run.text for run in getattr(block, "runs", ())) for block in blocks)
    section = text[text.index("3. Công bố, công khai TTHC") : text.index("4. Rà soát, đơn giản hóa TTHC")]
    assert "Danh mục TTHC còn hiệu lực" in section
    assert "Niêm yết, công khai TTHC: trong kỳ không có đơn vị nào phải báo cáo." in section
    assert "Quy trình nội bộ giải quyết TTHC: trong kỳ không có đơn vị nào phải báo cáo." in section
    assert "nội dung này" not in section


@pytest.mark.parametrize(
    ("templates", "problems"),
    [
        ({"bao-cao-nam.md.j2": "{% if %}"}, ["Mẫu bao-cao-nam.md.j2, dòng 1"]),
        # A right one, and two wrong ones that no other uses.
        (
            {
                "_mo-dau.md.j2": "Chào {{ office.name }}",
                "bao-cao-qui.md.j2": "một",
                "cong-van-don-doc.md.j2": "{{ owing_units }}",
            },
            [
                "Mẫu bao-cao-qui.md.j2: không văn bản nào dùng mẫu này, hãy xem lại tên tệp; "
                "gần nhất: «bao-cao-quy.md.j2».",
                "không có tên «owing_units»; gần nhất: «owing_unit».",
            ],
        ),
        (
            {"_mo-dau.md.j2": "\n{{ ofice.name }}"},
            ["Mẫu _mo-dau.md.j2, dòng 2, thẻ {{ ofice.name }}: không có tên «ofice»; gần nhất: «office»."],
        ),
        # No trial takes this branch; the name is found by reading.
        (
            {
                "_mo-dau.md.j2": "{% if question.period_kind == 'x' %}\n{{ ofice }}"
                "{{ question.period_lable }}{% endif %}"
            },
            ["Mẫu _mo-dau.md.j2, dòng 2: không có tên «ofice»; gần nhất: «office»."],
        ),
        # Only an office with reviews meets the wrong figure.
        (
            {"_ra-soat.md.j2": '{% if has_form("II.04") %}{{ fig("II.04.total.c99") }}{% endif %}'},
            ['Mẫu _ra-soat.md.j2, dòng 1, thẻ {{ fig("II.04.total.c99") }}: Mẫu báo cáo gọi số liệu'],
        ),
    ],
)
def test_an_offices_own_templates_are_checked_in_every_branch(
    tmp_path: Path, layouts: Layouts, templates: dict[str, str], problems: list[str]
) -> None:
    root = settings_only(tmp_path / "office")
    (root / "templates").mkdir()
    for name, text in templates.items():
        (root / "templates" / name).write_text(text, encoding="utf-8")
    _, found = check_templates(load_office(root), layouts)
    assert len(found) == len(problems), found
    assert all(problem in text for problem, text in zip(problems, sorted(found), strict=True)), found
