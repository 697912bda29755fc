"""What other programs and an auditor get of an issued version: views, tidy figures, provenance, a copy.

Here: a small office that issued its quarter twice. Not here: the book and the evidence tables (their own tests).
Invariant: values are held against the manifest and the landed bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import duckdb
import pandas as pd
import pytest
from book_data import Book
from issued_office import PERIOD, copy_of, the_final, writable

from pipelines.cli import main
from pipelines.office.settings import load_office
from pipelines.package.views import write_views
from pipelines.warehouse.issued import find_issued

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its own copy: the views name the place of the office they lie in."""
    root = copy_of(the_final(tmp_path_factory), tmp_path_factory.mktemp("tools") / "office")
    write_views(load_office(root))
    return root


@pytest.fixture(scope="module")
def final(office: Path) -> Path:
    return find_issued(load_office(office), PERIOD, 2).folder


def test_the_views_give_the_latest_issued_facts_and_figures_while_others_read_them(office: Path, final: Path) -> None:
    figures = json.loads((final / "manifest.json").read_text(encoding="utf-8"))["figures"]
    with duckdb.connect(office / "data" / "warehouse.duckdb", read_only=True) as first:
        names = {
            name for (name,) in first.execute("select view_name from duckdb_views() where not internal").fetchall()
        }
        assert {"so_lieu", "ho_so", "tep_da_nhan", "dong_tra_lai"} <= names
        # A run that issues writes the file anew beside a reader who has it open.
        write_views(load_office(office))
        with duckdb.connect(office / "data" / "warehouse.duckdb", read_only=True) as second:
            query = """select "Mã số liệu", "Giá trị" from so_lieu where "Bản" = '2021-Q1/v2'"""
            for connection in (first, second):
                assert {name: value for name, value in connection.execute(query).fetchall()} == {
                    name: None if value is None else float(value) for name, value in figures.items()
                }
            assert second.execute('select distinct "Bản" from ho_so').fetchall() == [("2021-Q1/v2",)]
            (count,) = second.execute("select count(*) from ho_so").fetchone() or (0,)
    assert count == figures["II.06a/tp/total/c3"] == 3


def test_tidy_figures_are_the_manifests_in_each_format(final: Path) -> None:
    manifest = json.loads((final / "manifest.json").read_text(encoding="utf-8"))
    rows = json.loads((final / "so-lieu.json").read_text(encoding="utf-8"))
    table = pd.read_csv(final / "so-lieu.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    parquet = duckdb.sql(f"select * from '{final / 'so-lieu.parquet'}'").df()
    assert list(table.columns) == list(parquet.columns) == list(rows[0])
    for named in (
        {row["Mã số liệu"]: row["Giá trị"] for row in rows},
        dict(zip(table["Mã số liệu"], table["Giá trị"], strict=True)),
    ):
        found = {name: None if value in ("", None) else float(value) for name, value in named.items()}
        assert found == {name: None if value is None else float(value) for name, value in manifest["figures"].items()}
    assert dict(zip(table["Mã số liệu"], table["Mã ngắn"], strict=True)) == manifest["short_codes"]
    assert set(table["Phiên bản"]) == {"v2"}
    total = table[table["Mã số liệu"] == "II.06a/tp/total/c3"].iloc[0]
    assert (total["Tên dòng"], total["Cột"], total["Giá trị"], total["In ra"]) == ("Tổng cộng", "c3", "3", "3")


def test_provenance_leads_from_every_document_to_the_landed_files(office: Path, final: Path) -> None:
    graph = json.loads((final / "nguon-goc.prov.json").read_text(encoding="utf-8"))
    entities = set(graph["entity"])
    sources: dict[str, set[str]] = {}
    for relation in graph["wasDerivedFrom"].values():
        assert {relation["prov:generatedEntity"], relation["prov:usedEntity"]} <= entities
        sources.setdefault(relation["prov:generatedEntity"], set()).add(relation["prov:usedEntity"])
    for kind, ends in (("used", ("prov:activity",)), ("wasGeneratedBy", ("prov:activity",))):
        assert all(relation[end] in graph["activity"] for relation in graph[kind].values() for end in ends)
    reached, walk = set(), ["kstt:document/bao-cao.pdf"]
    while walk:
        here = walk.pop()
        if here not in reached:
            reached.add(here)
            walk += sorted(sources.get(here, ()))
    landed = {name.removeprefix("kstt:file/") for name in reached if name.startswith("kstt:file/")}
    counted = [item for item in json.loads((final / "manifest.json").read_text())["deliveries"] if item["is_counted"]]
    assert landed == {item["sha256"] for item in counted} != set()
    assert all((office / "data" / "landing" / sha256).is_file() for sha256 in landed)
    members = {relation["prov:entity"] for relation in graph["hadMember"].values()}
    assert {f"kstt:figure/{name}" for name in json.loads((final / "manifest.json").read_text())["figures"]} == members


def test_an_auditors_copy_is_the_version_whole_without_persons(office: Path, final: Path, tmp_path: Path) -> None:
    target = tmp_path / "kiem-toan"
    assert main(["--office", str(office), "audit-copy", PERIOD, "--version", "2", "--to", str(target)]) == 0
    copied = {
        path.relative_to(target / "bao-cao").as_posix(): path
        for path in (target / "bao-cao").rglob("*")
        if path.is_file()
    }
    issued = {path.relative_to(final).as_posix(): path for path in final.rglob("*") if path.is_file()}
    assert set(copied) == set(issued)
    assert all(copied[name].read_bytes() == issued[name].read_bytes() for name in issued)
    assert sorted(path.name for path in target.iterdir()) == ["DOC-TRUOC.md", "MA-BAM.txt", "bao-cao"]
    for line in (target / "MA-BAM.txt").read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == digest
    told = (target / "DOC-TRUOC.md").read_text(encoding="utf-8")
    for name in re.findall(r"`bao-cao/([^`*]+)`", told):
        assert (target / "bao-cao" / name).exists(), name


def test_with_landed_files_each_is_the_landed_bytes_under_its_own_name(office: Path, tmp_path: Path) -> None:
    target = tmp_path / "kiem-toan"
    words = ["audit-copy", PERIOD, "--version", "2", "--to", str(target), "--with-landed"]
    assert main(["--office", str(office), *words]) == 0
    table = pd.read_csv(target / "tep-goc" / "TEN-TEP.csv", dtype=str, encoding="utf-8-sig")
    assert {Path(name).name for name in table["Tệp"]} == {"Sổ_2021_03_11.csv", "Sổ_2021_03_15.csv"}
    for name, digest in zip(table["Tệp"], table["Mã băm (SHA-256)"], strict=True):
        content = (target / "tep-goc" / name).read_bytes()
        assert content == (office / "data" / "landing" / digest).read_bytes()


def test_a_copy_of_what_was_changed_or_into_a_folder_that_is_there_is_refused(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--office", str(office), "audit-copy", PERIOD, "--version", "2", "--to"]
    assert main([*words, str(tmp_path)]) == 1
    assert "đã có" in capsys.readouterr().err
    spoiled = copy_of(office, tmp_path / "spoiled")
    page = find_issued(load_office(spoiled), PERIOD, 2).folder / "so-tra-cuu" / "so.js"
    writable(page).write_text("alert()", encoding="utf-8")
    assert main(["--office", str(spoiled), *words[2:], str(tmp_path / "new")]) == 1
    assert "so-tra-cuu/so.js bị sửa" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_book_of_a_version_says_what_entered_and_left_since_the_one_before(office: Path, final: Path) -> None:
    first = json.loads((find_issued(load_office(office), PERIOD, 1).folder / "manifest.json").read_text())["figures"]
    now = json.loads((final / "manifest.json").read_text(encoding="utf-8"))["figures"]
    book = Book(final / "so-tra-cuu")
    changes = book.read("thay-doi")
    assert book.about["since"] == changes["before"] == "v1"
    changed = {name for name in now if name in first and first[name] != now[name] and re.search(r"/c\d+$", name)}
    assert changed
    assert changed <= set(changes["cells"])
    # Ward 1's open dossier closed, another came in; ward 2 sent its one.
    was, new, _, moved = changes["cells"]["II.06a/tp/total/c3"]
    assert (was, new) == ("1", "3")
    names = sorted((changes["records"][number][0].rpartition(":")[2], change) for number, change in moved)
    assert names == [("P1-2", "thêm"), ("P2-1", "thêm")]
    assert all(changes["records"][number][6] for number, _ in moved)
    assert {(unit, file) for _, unit, file, _ in changes["files"]} >= {("UBND Phường 2", "Sổ_2021_03_15.csv")}
    assert "thay-doi" not in {path.stem for path in (find_issued(load_office(office), PERIOD, 1).folder).rglob("*.js")}


def test_the_index_over_periods_leads_to_the_book_of_every_issued_version(office: Path) -> None:
    page = (office / "data" / "cac-ky.html").read_text(encoding="utf-8")
    versions = json.loads(re.search(r"const versions = (.*);", page)[1])  # ty: ignore[not-subscriptable]
    assert [name for name, _, _ in versions] == ["2021-Q1/v1", "2021-Q1/v2"]
    assert all((office / "data" / folder / "index.html").is_file() for _, _, folder in versions)
    assert not re.search(r"https?:|\bfetch\(", page)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_record_is_found_in_every_version_that_has_it(office: Path, final: Path, tmp_path: Path) -> None:
    """P1-1 is in both versions, P1-2 only in the later one."""
    keys = [record.code for record in Book(final / "so-tra-cuu").records("fct_dossier_period")]
    for end, found in (("P1-1", ["v1", "v2"]), ("P1-2", ["v2"])):
        (code,) = [key for key in keys if key.endswith(end)]
        done = subprocess.run(
            [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / end}",
             "--virtual-time-budget=20000", "--dump-dom", f"{(office / 'data' / 'cac-ky.html').as_uri()}#{quote(code)}"],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        told = done.stdout.partition('<div id="found"')[2].partition("</div>")[0]
        assert re.findall(r"bản (v\d)</a>: Mã hồ sơ", told) == found
