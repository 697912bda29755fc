"""Versions in time: provisional, final, corrected; what was sent never changes and can be made again.

Here: a spring of a tiny office (tests/issued_office.py), rules of issuing, the revision table, reproduction.
Not here: tampering (test_verify), kills (faults/test_killed_issues).
Invariant: expected figures are counted by hand from the four dossiers of the office.
"""

from __future__ import annotations

import ast
import hashlib
import json
import shutil
import zipfile
from pathlib import Path

import issued_office as story
import pytest
from by_steps import rebuild_here
from office_folder import send
from paper_readers import pdf_pages
from sample_copy import REPOSITORY

from pipelines.audit.verify import verify
from pipelines.audit.versions import revisions
from pipelines.cli import main
from pipelines.ingest.landing import receive_inbox
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import load_office
from pipelines.office.words import read_words
from pipelines.package import reproduce as reproduction
from pipelines.package.reproduce import reproduce
from pipelines.warehouse.dbt import lineage_file
from pipelines.warehouse.issued import find_issued, issued_versions

PERIOD = story.PERIOD
TOTAL = "II.06a/tp/total/"


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An office on the 11th of March, whose issue was refused: the office and the words."""
    root = tmp_path_factory.mktemp("refused") / "office"
    with story.at("2021-03-11T17:00:00"):
        send(story.new_office(root), "Sổ_2021_03_11.csv", story.WARD_1, "p01")
        send(root, "Sổ_2021_03_11.csv", b"no table", "p02")
        story.report(root)
        with pytest.raises(OfficeError) as error:
            story.send_out(root, "provisional")
    return root, str(error.value)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The office after its final and its correction."""
    root = story.copy_of(story.the_final(tmp_path_factory), tmp_path_factory.mktemp("story") / "office")
    before = story.bytes_of(root / "data" / "issued")
    story.live_to_the_correction(root)
    (root / "before.json").write_text(json.dumps({name: _sha(content) for name, content in before.items()}))
    return root


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def issued(root: Path, version: int) -> Path:
    return root / "data" / "issued" / PERIOD / f"v{version}"


def test_a_refusal_lists_every_reason_and_writes_nothing(refused: tuple[Path, str]) -> None:
    root, words = refused
    assert "Tệp «Sổ_2021_03_11.csv» của UBND Phường 2 bị từ chối" in words
    # One cause, one reason: what it leaves unanswered is named with it.
    assert "Vì thế chưa có: danh sách hồ sơ." in words
    assert words.count("UBND Phường 2") == 1
    assert "--force" in words
    assert not (root / "data" / "issued").exists()
    assert not (root / "data" / "journal.jsonl").exists()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("final", "mới đến ngày 11/03/2021"), ("corrected", "chỉ có sau bản chính thức")],
)
def test_no_reason_forces_the_order_of_versions(refused: tuple[Path, str], kind: str, reason: str) -> None:
    with story.at("2021-03-11T18:00:00"), pytest.raises(OfficeError, match=reason):
        story.send_out(refused[0], kind, force="vẫn muốn gửi")


@pytest.mark.parametrize(
    ("kind", "as_of", "reason"),
    [
        ("final", None, "đã có bản chính thức v2"),
        ("provisional", "2021-03-11", "đã có bản chính thức v2"),
        ("provisional", "2021-03-14", "phải lấy số liệu trước ngày cuối kỳ 14/03/2021"),
        ("corrected", None, "đã phát hành là v3"),
    ],
)
def test_after_the_final_only_a_changed_report_is_issued_as_a_correction(
    office: Path, kind: str, as_of: str | None, reason: str
) -> None:
    with story.at("2021-04-03T08:00:00"), pytest.raises(OfficeError, match=reason):
        story.send_out(office, kind, as_of=as_of, force="vẫn muốn gửi")
    assert len(issued_versions(load_office(office), PERIOD)) == 3


def test_the_journal_gives_who_issued_what_when_and_why(office: Path) -> None:
    acts = journal.acts(load_office(office), "issue")
    assert [(act.details["version"], act.details["kind"], act.by, act.why) for act in acts] == [
        (1, "provisional", story.BY, "Theo kế hoạch"),
        (2, "final", story.BY, "Theo kế hoạch"),
        (3, "corrected", story.BY, story.CORRECTED),
    ]
    assert [f"{act.at:%d/%m %H}" for act in acts] == ["11/03 17", "16/03 08", "02/04 08"]
    assert [act.details["forced"] for act in acts] == [story.FORCED, "", ""]


def _words(folder: Path) -> dict[str, str]:
    """The text of each document of a version."""

    def parts(name: str) -> str:
        with zipfile.ZipFile(folder / name) as archive:
            return "".join(archive.read(part).decode("utf-8", "ignore") for part in archive.namelist())

    printed = "\n".join(pdf_pages(folder / "bao-cao.pdf"))
    page = (folder / "bao-cao.html").read_text(encoding="utf-8")
    return {"docx": parts("bao-cao.docx"), "xlsx": parts("bieu-mau.xlsx"), "html": page, "pdf": printed}


@pytest.mark.parametrize("document", ["docx", "xlsx", "html", "pdf"])
def test_every_document_says_which_version_it_is(office: Path, document: str) -> None:
    first, second, third = (" ".join(_words(issued(office, number))[document].split()) for number in (1, 2, 3))
    assert "Bản tạm tính, phiên bản 1." in first
    assert f"Phát hành khi còn vướng mắc. Lý do: {story.FORCED}"[:60] in first
    assert "Bản chính thức, phiên bản 2." in second
    assert "vướng mắc" not in second
    assert f"Bản đính chính lần 1, phiên bản 3. Lý do đính chính: {story.CORRECTED}" in third


def test_a_forced_report_prints_what_was_in_the_way(office: Path) -> None:
    kept = (issued(office, 1) / "luu-ho-so.html").read_text(encoding="utf-8")
    assert "UBND Phường 2 chưa gửi danh sách hồ sơ" in kept


def test_a_draft_does_not_call_itself_a_version(office: Path) -> None:
    for draft in (office / "data" / "reports").glob("*/*/*/bao-cao.html"):
        assert "phiên bản" not in draft.read_text(encoding="utf-8")


def test_an_issued_folder_is_read_only(office: Path) -> None:
    modes = {path.stat().st_mode & 0o222 for path in [issued(office, 2), *issued(office, 2).rglob("*")]}
    assert modes == {0}


def test_a_version_names_all_it_was_made_from_and_landing_keeps_it(office: Path) -> None:
    record = json.loads((issued(office, 2) / "issue.json").read_text(encoding="utf-8"))
    assert len(record["receipts"]) == 3
    assert {"office.yaml", "reference/units.csv", "profiles/so-theo-doi.yaml"} <= set(record["settings"])
    for needed in (
        "dbt_project/models/reports/form_ii_06a.sql",
        "expectations/case_exports.yaml",
        "report_templates/bao-cao-quy.md.j2",
        "pipelines/package/rebuild.py",
        "uv.lock",
    ):
        assert record["software"][needed] == _sha((REPOSITORY / needed).read_bytes())
    hashes = [*record["settings"].values(), *record["software"].values()]
    hashes += [item["landed"] for item in record["receipts"].values()]
    for sha256 in hashes:
        assert _sha((office / "data" / "landing" / sha256).read_bytes()) == sha256
    assert {"duckdb", "dbt-core", "python"} <= set(record["versions"])


def test_files_that_arrive_later_change_no_issued_byte(office: Path) -> None:
    before = json.loads((office / "before.json").read_text())
    now = {name: _sha(content) for name, content in story.bytes_of(office / "data" / "issued").items()}
    assert {name: digest for name, digest in now.items() if f"{PERIOD}/v3" not in name} == before
    assert verify(load_office(office)) == []


def test_the_revision_table_gives_figures_changes_and_late_files(office: Path) -> None:
    first, second, third = revisions(issued_versions(load_office(office), PERIOD))
    figures = [
        {change.label: change.text for change in item.changes if "ồ sơ" in change.label or "iải quyết" in change.label}
        for item in (first, second, third)
    ]
    # By hand: v1 one dossier, open, overdue since the 5th; v2 adds P1-2 (open) and P2-1 (closed), P1-1 is closed in
    # time; v3 adds P2-2, closed a day late.
    assert figures == [
        {
            "Hồ sơ nhận giải quyết": "1",
            "Đã giải quyết": "0",
            "Đang giải quyết": "1",
            "Đang giải quyết: quá hạn": "1",
        },
        {
            "Hồ sơ nhận giải quyết": "3 (+2; +200,00%)",
            "Đã giải quyết": "2 (+2)",
            "Đang giải quyết": "1",
            "Đang giải quyết: quá hạn": "0 (−1; −100,00%)",
        },
        {
            "Hồ sơ nhận giải quyết": "4 (+1; +33,33%)",
            "Đã giải quyết": "3 (+1; +50,00%)",
            "Đang giải quyết": "1",
            "Đang giải quyết: quá hạn": "0",
        },
    ]
    assert [item.late for item in (first, second, third)] == [
        (),
        (("UBND Phường 1", "Sổ_2021_03_15.csv"), ("UBND Phường 2", "Sổ_2021_03_15.csv")),
        (("UBND Phường 2", "Bổ sung_2021_04_01.csv"),),
    ]
    assert second.share.startswith("một phần do tệp nhận sau")
    assert third.share.startswith("100%")


def test_a_version_is_made_again_byte_for_byte_and_nothing_of_the_office_is_touched(
    office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provisional one, in this process; in a process of its own the final is made again (test_seal)."""
    rebuild_here(monkeypatch)
    before = story.stamps_of(office)
    loaded = load_office(office)
    result = reproduce(loaded, find_issued(loaded, PERIOD, 1))
    assert (result.differences, result.causes) == ((), ())
    assert result.compared >= 9
    assert story.stamps_of(office) == before


def test_other_software_and_packages_are_named_as_the_cause(
    office: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded = load_office(office)
    clone = tmp_path / "clone"
    for pattern in reproduction.SOFTWARE:
        for path in REPOSITORY.glob(pattern):
            target = clone / path.relative_to(REPOSITORY)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    for compiled in (REPOSITORY / "pipelines").rglob("__pycache__"):  # as any clone that was run has it
        shutil.copytree(compiled, clone / compiled.relative_to(REPOSITORY))
    parsed = lineage_file().parent  # dbt's parse of this project, which the clone need not make again
    shutil.copytree(parsed, clone / parsed.relative_to(REPOSITORY))
    template = clone / "report_templates" / "bao-cao-quy.md.j2"
    template.write_text(template.read_text(encoding="utf-8") + "\nLời mới.\n", encoding="utf-8")
    monkeypatch.setattr(reproduction, "versions", lambda: {"duckdb": "99"})
    result = reproduce(loaded, find_issued(loaded, PERIOD, 2), software=clone)
    differing = {line.partition(":")[0] for line in result.differences}
    # The words are in three documents; the provenance and the manifest hold their hashes.
    assert differing == {"bao-cao.docx", "bao-cao.html", "bao-cao.pdf", "manifest.json", "nguon-goc.prov.json"}
    assert "phần mềm khác bản đã dùng: report_templates/bao-cao-quy.md.j2." in result.causes
    assert any("gói duckdb khác" in line and "99" in line for line in result.causes)
    assert not any("pipelines/" in line for line in result.causes)


@pytest.mark.parametrize("part", ["input", "settings", "software", "receipt"])
@pytest.mark.parametrize("how", ["missing", "changed"])
def test_an_input_that_is_not_what_it_was_is_named_as_the_cause(
    office: Path, tmp_path: Path, part: str, how: str
) -> None:
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    issue = find_issued(loaded, PERIOD, 2)
    record = issue.record()
    receipt_id, hashes = next(iter(record["receipts"].items()))
    path, named = {
        "input": (root / "data" / "landing" / hashes["landed"], f"tệp đã nhận của biên nhận {receipt_id}"),
        "settings": (root / "data" / "landing" / record["settings"]["office.yaml"], "thiết lập office.yaml"),
        "software": (root / "data" / "landing" / record["software"]["uv.lock"], "phần mềm uv.lock"),
        "receipt": (root / "data" / "receipts" / f"{receipt_id}.json", f"biên nhận {receipt_id}"),
    }[part]
    if how == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b" ")
    result = reproduce(loaded, issue)
    assert not result.is_equal
    (cause,) = result.causes
    assert named in cause
    assert ("bị xóa" if how == "missing" else "bị sửa") in cause


def test_nothing_that_runs_by_itself_can_issue() -> None:
    for path in [*(REPOSITORY / "pipelines" / "defs").glob("*.py"), REPOSITORY / "pipelines" / "runner.py"]:
        names = {
            name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        }
        assert not any("issue" in name or "journal" in name for name in names), path.name


def test_the_commands_speak_to_the_officer(
    office: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KSTT_USER", raising=False)
    where = ["--office", str(office)]
    assert main([*where, "verify"]) == 0
    assert "3 bản đã phát hành" in capsys.readouterr().out
    assert main([*where, "versions", PERIOD]) == 0
    assert "v3 · Bản đính chính lần 1" in capsys.readouterr().out
    assert main([*where, "issue", PERIOD, "--kind", "final", "--why", "x"]) == 1
    assert "KSTT_USER" in capsys.readouterr().err
    assert main([*where, "reproduce", PERIOD, "--version", "9"]) == 1
    assert "Đang có: v1, v2, v3" in capsys.readouterr().err


def test_settings_changed_after_a_report_was_built_ask_for_a_new_run(office: Path, tmp_path: Path) -> None:
    root = story.copy_of(office, tmp_path / "office")
    settings = root / "office.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("Thử", "Khác"), encoding="utf-8")
    with story.at("2021-04-03T08:00:00"), pytest.raises(OfficeError, match="kstt run 2021-Q1"):
        story.send_out(root, "corrected")


def test_a_report_by_other_rules_is_never_the_one_issued(office: Path, tmp_path: Path) -> None:
    root = story.copy_of(office, tmp_path / "office")
    settings = root / "office.yaml"
    text = settings.read_text(encoding="utf-8").replace("switches: {}", "switches: {closing_event: delivered_at}")
    settings.write_text(text, encoding="utf-8")
    with story.at("2021-04-03T08:00:00"), pytest.raises(OfficeError, match="theo thiết lập của đơn vị"):
        story.send_out(root, "corrected")


def test_a_report_older_than_what_was_sent_for_its_period_is_held_back(office: Path, tmp_path: Path) -> None:
    root = story.copy_of(office, tmp_path / "office")
    with story.at("2021-04-05T09:00:00"):
        send(root, "Bổ sung lần 2_2021_04_04.csv", story.table(("P2-3", "04/03/2021", "", "", story.OPEN)), "p02")
        receive_inbox(load_office(root))
        with pytest.raises(OfficeError, match="tệp gửi cho kỳ đã đổi: thêm 1, thay hoặc rút 0"):
            story.send_out(root, "corrected")


def test_a_version_held_against_an_earlier_final_is_made_again_with_it(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild_here(monkeypatch)
    root = story.copy_of(office, tmp_path / "office")
    with story.at("2021-06-15T08:00:00"):
        send(root, "Sổ_2021_06_15.csv", story.WARD_1_NEXT, "p01", story.NEXT)
        story.report(root, period=story.NEXT)
        version = story.send_out(root, "final", force="Phường 2 không phát sinh", period=story.NEXT)
    assert version.record()["ask"]["prior_issue"] == f"{PERIOD}/v3"
    loaded = load_office(root)
    assert reproduce(loaded, version).differences == ()
    story.writable(issued(root, 3) / "warehouse.duckdb").unlink()
    assert reproduce(loaded, version).causes == (f"Bản {PERIOD}/v3: tệp warehouse.duckdb đã bị xóa.",)


def test_a_withdrawn_file_leaves_the_next_report_and_earlier_versions_are_named(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = story.copy_of(office, tmp_path / "office")
    words = ["withdraw", "inbox/2021-Q1/p02/Bổ sung_2021_04_01.csv", "--reason", "gửi nhầm đơn vị", "--by", story.BY]
    with story.at("2021-04-05T09:00:00"):
        assert main(["--office", str(root), *words]) == 0
        assert f"{PERIOD}/v3" in capsys.readouterr().out
        draft = story.report(root)
        figures = json.loads((draft / "manifest.json").read_text(encoding="utf-8"))["figures"]
        assert figures[f"{TOTAL}c3"] == 3
        correction = story.send_out(root, "corrected", why="Phường 2 rút tệp gửi nhầm")
    assert correction.version == 4
    table = revisions(issued_versions(load_office(root), PERIOD))
    assert table[-1].share.startswith("0%") and "tệp được rút" in table[-1].share
    assert verify(load_office(root)) == []
    with story.at("2021-04-05T10:00:00"):
        assert main(["--office", str(root), *words]) == 1
    assert "đã được rút" in capsys.readouterr().err


def test_a_final_waits_until_the_office_has_written_its_sections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild_here(monkeypatch)
    with story.at("2021-03-16T08:00:00"):
        root = story.new_office(tmp_path / "office")
        (root / "words" / f"{PERIOD}.md").unlink()
        for unit, rows in (("p01", story.WARD_1_LATER), ("p02", story.WARD_2)):
            send(root, "Sổ_2021_03_15.csv", rows, unit)
        story.report(root)
        with pytest.raises(OfficeError, match=r"Mục III của báo cáo chưa có lời của đơn vị.*kstt words 2021-Q1"):
            story.send_out(root, "final")
        assert main(["--office", str(root), "words", PERIOD]) == 0
        made = (root / "words" / f"{PERIOD}.md").read_text(encoding="utf-8")
        assert "## III. PHƯƠNG HƯỚNG, NHIỆM VỤ TRỌNG TÂM KỲ TỚI" in made
        assert '{{ fig("II.06a.total.c3") }} = 3' in made
        # What the software wrote is comments and headings: nothing of it counts as the office's words.
        assert all(not text for text in read_words(root, PERIOD).sections.values())
        (root / "words" / f"{PERIOD}.md").write_text(story.WORDS, encoding="utf-8")
        story.report(root)
        version = story.send_out(root, "final")
    assert "Tiếp tục thực hiện kế hoạch." in (version.folder / "bao-cao.html").read_text(encoding="utf-8")
    assert reproduce(load_office(root), version).differences == ()
