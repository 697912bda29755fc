"""The seal: what lies on the machine is held against what was printed on paper.

Here: a forger who holds the whole machine but not the paper. Not here: changes that break a hash (test_verify).
Invariant: the forger rewrites every hash and the journal, so that `verify` without the paper finds nothing.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import duckdb
import issued_office as story
import pytest
from docx import Document
from issued_office import PERIOD

from pipelines.audit.verify import verify
from pipelines.cli import main
from pipelines.ingest.landing import hash_file, landed_path
from pipelines.office import journal
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.package.reproduce import reproduce, software_release
from pipelines.package.seal import seal_of
from pipelines.package.seal_check import check_seal
from pipelines.warehouse.issued import RECORD, find_issued


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return story.copy_of(story.the_final(tmp_path_factory), tmp_path_factory.mktemp("seal") / "office")


@pytest.fixture(scope="module")
def paper(office: Path) -> str:
    """The seal of the final as its reader sees it on the last page."""
    document = Document(str(office / "data" / "issued" / PERIOD / "v2" / "bao-cao.docx"))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    (line,) = {text for text in cells if text.startswith(f"Mã niêm phong của {PERIOD}/v2: ")}
    return line.rpartition(": ")[2]


def forged(office: Path, target: Path, changes: dict[str, tuple[str, str]]) -> Office:
    """Copy the office, change texts of files of its final, and rewrite every hash that would show it."""
    root = story.copy_of(office, target)
    folder = root / "data" / "issued" / PERIOD / "v2"
    for name, (old, new) in changes.items():
        path = story.writable(folder / name)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    rewrite_hashes(root, folder)
    return load_office(root)


def rewrite_hashes(root: Path, folder: Path) -> None:
    record_path = story.writable(folder / RECORD)
    record = json.loads(record_path.read_text(encoding="utf-8"))
    record["files"] = {name: hash_file(folder / name) for name in record["files"]}
    record_path.write_text(json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    office = load_office(root)
    previous, lines = journal.NO_LINE, []
    for line in journal.journal_path(office).read_bytes().splitlines():
        content = json.loads(line)
        if content["act"] == "issue" and content["details"]["version"] == 2:
            content["details"]["record_sha256"] = hash_file(record_path)
        content["previous"] = previous
        lines.append(journal.canonical(content))
        previous = hashlib.sha256(lines[-1]).hexdigest()
    journal.journal_path(office).write_bytes(b"".join(line + b"\n" for line in lines))
    journal.head_path(office).write_text(f"{previous}\n", encoding="utf-8")


def test_paper_and_machine_agree_on_every_document_of_an_honest_final(office: Path, paper: str) -> None:
    issued, differences = check_seal(load_office(office), paper)
    assert issued is not None
    assert (issued.issue_id, differences) == (f"{PERIOD}/v2", [])
    assert f"{paper}" in (issued.folder / "bao-cao.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("typed", [str.upper, lambda seal: seal.replace("-", " "), lambda seal: f" {seal} "])
def test_the_seal_is_known_however_a_person_types_it(office: Path, paper: str, typed: object) -> None:
    issued, _ = check_seal(load_office(office), typed(paper))  # type: ignore[operator]
    assert issued is not None


def test_a_document_rewritten_with_all_its_hashes_is_named(office: Path, paper: str, tmp_path: Path) -> None:
    loaded = forged(office, tmp_path / "office", {"bao-cao.html": ("hồ sơ", "9.999 hồ sơ")})
    assert verify(loaded) == []  # without the paper nothing shows it
    issued, differences = check_seal(loaded, paper)
    assert issued is not None
    assert differences == [f"Bản {PERIOD}/v2: tệp bao-cao.html không phải văn bản lập từ số liệu đã niêm phong."]


def test_a_figure_rewritten_with_all_its_hashes_gives_another_seal(
    office: Path, paper: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = '"II.06a/tp/total/c3": 3'
    loaded = forged(office, tmp_path / "office", {"manifest.json": (cell, '"II.06a/tp/total/c3": 9999')})
    assert verify(loaded) == []
    assert main(["--office", str(loaded.root), "verify", "--seal", paper]) == 1
    said = capsys.readouterr().out
    assert "Không bản nào trên máy khớp mã niêm phong" in said
    assert f"Bản {PERIOD}/v2: dữ liệu đang có trên máy cho mã niêm phong" in said


@pytest.mark.parametrize("name", ["so-lieu.csv", "so-tra-cuu/index.html", "nguon-goc.prov.json"])
def test_whatever_lies_beside_the_documents_is_made_again_too(
    office: Path, paper: str, tmp_path: Path, name: str
) -> None:
    """The book an auditor clicks through and the figures for other tools, rewritten with every hash."""
    root = story.copy_of(office, tmp_path / "office")
    folder = root / "data" / "issued" / PERIOD / "v2"
    path = story.writable(folder / name)
    path.write_bytes(path.read_bytes() + b" ")
    planted = story.writable(folder / "so-tra-cuu" / "them.js")
    planted.write_text("alert(1)", encoding="utf-8")
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    record["files"]["so-tra-cuu/them.js"] = ""
    story.writable(folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    rewrite_hashes(root, folder)
    loaded = load_office(root)
    assert verify(loaded) == []
    issued, differences = check_seal(loaded, paper)
    assert issued is not None
    assert set(differences) == {
        f"Bản {PERIOD}/v2: tệp {name} không phải văn bản lập từ số liệu đã niêm phong.",
        f"Bản {PERIOD}/v2: có tệp lạ so-tra-cuu/them.js, không lập từ số liệu đã niêm phong.",
    }


@pytest.mark.parametrize("place", ["{out}/planted.py", "../../../planted.py", "reference/../../planted.py"])
def test_a_kept_file_whose_name_leads_out_of_the_folder_is_written_nowhere(
    office: Path, tmp_path: Path, place: str
) -> None:
    """Whoever rewrites a version's list could else write a program onto the auditor's machine."""
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    folder = root / "data" / "issued" / PERIOD / "v2"
    planted = b"print('planted')"
    sha256 = hashlib.sha256(planted).hexdigest()
    landed_path(loaded, sha256).write_bytes(planted)
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    record["settings"][place.format(out=tmp_path)] = sha256
    story.writable(folder / RECORD).write_text(json.dumps(record), encoding="utf-8")
    rewrite_hashes(root, folder)
    with pytest.raises(OfficeError, match="dẫn ra ngoài thư mục"):
        reproduce(loaded, find_issued(loaded, PERIOD, 2))
    assert not list(tmp_path.rglob("planted.py"))


def test_the_packages_a_report_was_made_with_are_those_sealed(office: Path, paper: str, tmp_path: Path) -> None:
    """Written otherwise in all that names them: the manifest and the way of every figure."""
    number = json.loads((office / f"data/issued/{PERIOD}/v2/manifest.json").read_text())["versions"]["duckdb"]
    other = {name: (number, "9.9.9") for name in ("manifest.json", "nguon-goc.prov.json")}
    issued, differences = check_seal(forged(office, tmp_path / "office", other), paper)
    assert issued is not None
    assert {line.split()[3] for line in differences} >= {"manifest.json", "nguon-goc.prov.json"}


# Files of a version no edit of which gives the seal on paper, and those that are made again and held against theirs.
SEALED = ("warehouse.duckdb", "forms.json", "evidence/ho-so.csv", "evidence/ho-so.parquet", "evidence/doi-chieu.json")
MADE_AGAIN = (
    "bao-cao.docx", "bao-cao.html", "bao-cao.pdf", "bieu-mau.xlsx", "luu-ho-so.docx", "luu-ho-so.html", "luu-ho-so.pdf",
    "luu-ho-so.xlsx", "nguon-goc.prov.json", "so-lieu.csv", "so-lieu.json", "so-lieu.parquet", "so-tra-cuu/index.html",
    "so-tra-cuu/so.js", "so-tra-cuu/du-lieu/tep.js",
)  # fmt: skip


@pytest.mark.parametrize("name", SEALED)
def test_no_edit_of_facts_or_evidence_gives_the_seal_on_paper(
    office: Path, paper: str, tmp_path: Path, name: str
) -> None:
    root = story.copy_of(office, tmp_path / "office")
    folder = root / "data" / "issued" / PERIOD / "v2"
    path = story.writable(folder / name)
    path.write_bytes(path.read_bytes() + b"\n")
    rewrite_hashes(root, folder)
    issued, said = check_seal(load_office(root), paper)
    assert issued is None
    assert any("cho mã niêm phong" in line for line in said)


@pytest.mark.parametrize("field", ["by", "why", "kind", "at", "period_id", "report_key"])
def test_no_edit_of_who_issued_what_and_why_gives_the_seal_on_paper(
    office: Path, paper: str, tmp_path: Path, field: str
) -> None:
    record = json.loads((office / f"data/issued/{PERIOD}/v2" / RECORD).read_text(encoding="utf-8"))
    assert seal_of(office / f"data/issued/{PERIOD}/v2", record) == paper
    assert seal_of(office / f"data/issued/{PERIOD}/v2", {**record, field: "khác"}) != paper


def test_every_file_of_a_version_rewritten_at_once_with_every_hash_is_named(
    office: Path, paper: str, tmp_path: Path
) -> None:
    """By somebody who holds the machine and not the paper: documents, book, tables; one more file, one fewer."""
    root = story.copy_of(office, tmp_path / "office")
    folder = root / "data" / "issued" / PERIOD / "v2"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files >= {*SEALED, *MADE_AGAIN}
    for name in MADE_AGAIN:
        path = story.writable(folder / name)
        path.write_bytes(path.read_bytes() + b" ")
    story.writable(folder / "bao-cao.docx").rename(folder / "bao-cao (cuoi).docx")
    record_path = story.writable(folder / RECORD)
    record = json.loads(record_path.read_text(encoding="utf-8"))
    record["files"]["bao-cao (cuoi).docx"] = record["files"].pop("bao-cao.docx")
    record_path.write_text(json.dumps(record), encoding="utf-8")
    rewrite_hashes(root, folder)
    loaded = load_office(root)
    assert verify(loaded) == []
    issued, differences = check_seal(loaded, paper)
    assert issued is not None
    text = "\n".join(differences)
    assert [
        name
        for name in (*MADE_AGAIN, "bao-cao (cuoi).docx")
        if f"tệp {name} " not in text.replace("tệp lạ", "tệp").replace(",", " ")
    ] == []


def test_a_journal_rewritten_from_the_first_line_is_not_the_one_a_version_was_issued_with(
    office: Path, paper: str, tmp_path: Path
) -> None:
    """Who waved what through, changed with all lines after it; the chain holds, the versions are as they were."""
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    path = journal.journal_path(loaded)
    path.write_bytes(path.read_bytes().replace(story.BY.encode(), "Người Khác".encode(), 1))
    rewrite_hashes(root, root / "data" / "issued" / PERIOD / "v2")
    named = f"Bản {PERIOD}/v2: sổ việc đến dòng 1 không còn là sổ việc khi phát hành."
    assert verify(loaded) == [named]
    issued, differences = check_seal(loaded, paper)
    assert issued is not None and named in differences


def test_a_link_in_place_of_a_document_is_named(office: Path, paper: str, tmp_path: Path) -> None:
    """What a link leads to can be changed when the check is over."""
    root = story.copy_of(office, tmp_path / "office")
    path = story.writable(root / "data" / "issued" / PERIOD / "v2" / "bao-cao.pdf")
    path.rename(tmp_path / "elsewhere.pdf")
    path.symlink_to(tmp_path / "elsewhere.pdf")
    named = f"Bản {PERIOD}/v2: tệp bao-cao.pdf là liên kết ra nơi khác, không phải tệp đã phát hành."
    assert verify(load_office(root)) == [named]
    assert check_seal(load_office(root), paper)[1] == [named]


def test_a_database_that_would_read_the_auditor_s_machine_is_not_asked(office: Path, tmp_path: Path) -> None:
    """Planted in the database of a version, with every hash rewritten: seen whole, reproduced or held against paper."""
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    folder = root / "data" / "issued" / PERIOD / "v2"
    with duckdb.connect(story.writable(folder / "warehouse.duckdb")) as connection:
        connection.execute("create or replace view stg_case_exports as select content from read_text('/etc/hostname')")
    rewrite_hashes(root, folder)
    assert verify(loaded) == []
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    issued, differences = check_seal(loaded, seal_of(folder, record))
    assert issued is not None and "đọc tệp hoặc mạng" in differences[0]
    with pytest.raises(OfficeError, match="đọc tệp hoặc mạng"):
        reproduce(loaded, find_issued(loaded, PERIOD, 2))
    with pytest.raises(OfficeError, match="đọc tệp hoặc mạng"):
        find_issued(loaded, PERIOD, 2).checked_folder()


def test_an_emptied_machine_is_named(office: Path, paper: str, tmp_path: Path) -> None:
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    journal.journal_path(loaded).unlink()
    journal.head_path(loaded).unlink()
    assert check_seal(loaded, paper) == (None, ["Không có bản phát hành nào trên máy."])


def test_a_version_is_made_again_in_a_process_of_its_own_that_runs_no_code_planted_among_the_kept_software(
    office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte for byte, by the auditor's own software; nothing of the office is touched, and no other office is asked."""
    monkeypatch.setenv("KSTT_OFFICE", str(tmp_path / "elsewhere"))
    root = story.copy_of(office, tmp_path / "office")
    loaded = load_office(root)
    folder = root / "data" / "issued" / PERIOD / "v2"
    trap = tmp_path / "ran"
    planted = f"import pathlib; pathlib.Path({str(trap)!r}).write_text('x')\n".encode()
    sha256 = hashlib.sha256(planted).hexdigest()
    landed_path(loaded, sha256).write_bytes(planted)
    record_path = story.writable(folder / RECORD)
    record = json.loads(record_path.read_text(encoding="utf-8"))
    honest = software_release(record)
    record["software"]["pipelines/package/rebuild.py"] = sha256
    record_path.write_text(json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    rewrite_hashes(root, folder)
    issued = find_issued(loaded, PERIOD, 2)
    before = story.stamps_of(root)
    result = reproduce(loaded, issued)
    assert not trap.exists()
    assert (result.differences, result.causes) == ((), ())
    assert result.compared >= 9
    assert story.stamps_of(root) == before
    with pytest.raises(OfficeError, match="Không chạy"):
        reproduce(loaded, issued, release=honest)
    assert not trap.exists()
