"""Fetching files from folders and rows from databases into the inbox.

Here: a local folder by its address, a real SFTP server (OpenSSH), a real PostgreSQL, SQLite; sources that fail.
Not here: what the files hold. Invariant: what was fetched lands like any file, once; secrets are in no file.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from office_folder import OFFICE, make_office

from pipelines.ingest.landing import landed_path, receive_inbox
from pipelines.ingest.pull import pull_sources
from pipelines.ingest.receipts import receipts
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office
from pipelines.warehouse.sent_when import sent_days

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")
CLOCK = '"2021-03-10T08:00:00+07:00"'
QUERY = "select dossier_code as ma_ho_so, received_at as ngay_tiep_nhan from dossier where received_at >= :period_start order by 1"


def office_with(root: Path, sources: str) -> Office:
    return load_office(make_office(root, office=OFFICE.format(clock=CLOCK) + "sources:\n" + sources))


def folder_source(url: str, **more: str) -> str:
    lines = "".join(f"    {name}: {value}\n" for name, value in more.items())
    return f"  - kind: folder\n    source_id: kho\n    url: {url}\n{lines}"


QUERY_SOURCE = (
    "  - {{kind: query, source_id: kho, url_env: DB, query: '{query}', unit_id: p01, file_name: 'a_{{day}}.csv'}}\n"
)


def fill(root: Path) -> None:
    for name, content in {
        "2021-Q1/p01/Sổ theo dõi.csv": b"a;b\n1;2\n",
        "2021-Q1/p02/gửi lại/s.csv": b"c\n",
        "2021-Q1/p02/~$s.csv": b"lock",
        "2021-Q1/.hidden/x.csv": b"hidden",
        "readme.txt": b"not of a unit",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def test_a_folder_is_copied_into_the_inbox_and_lands_like_any_file(tmp_path: Path) -> None:
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))

    (pulled,) = pull_sources(office)
    taken = receive_inbox(office)

    assert pulled.problem is None
    assert sorted(pulled.files) == ["2021-Q1/p01/kho/Sổ theo dõi.csv", "2021-Q1/p02/gửi lại/kho/s.csv"]
    assert {(item.unit_id, item.file_name) for item in taken} == {("p01", "Sổ theo dõi.csv"), ("p02", "s.csv")}
    assert landed_path(office, taken[0].sha256).read_bytes() == b"a;b\n1;2\n"


def test_what_was_fetched_is_not_fetched_again_until_it_changes(tmp_path: Path) -> None:
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))
    pull_sources(office)
    assert pull_sources(office)[0].files == ()
    changed = tmp_path / "remote" / "2021-Q1/p01/Sổ theo dõi.csv"
    changed.write_bytes(b"a;b\n1;2\n3;4\n")
    assert pull_sources(office)[0].files == ("2021-Q1/p01/kho/Sổ theo dõi.csv",)


def test_a_fetched_file_has_the_time_its_source_gives_it(tmp_path: Path) -> None:
    fill(tmp_path / "remote")
    moment = 1_615_200_000  # 2021-03-08 17:40 in the office's zone
    os.utime(tmp_path / "remote" / "2021-Q1/p01/Sổ theo dõi.csv", (moment, moment))
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))
    pull_sources(office)
    receive_inbox(office)
    days = {receipt.unit_id: sent_days(office)[receipt.receipt_id] for receipt in receipts(office)}
    assert (days["p01"].basis, days["p01"].latest.isoformat()) == ("source", "2021-03-08")
    assert days["p02"].basis == "looks"  # its time at the source is later than now: no evidence


def test_a_file_of_a_source_that_lies_in_no_units_folder_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))
    (pulled,) = pull_sources(office)
    assert pulled.left == ("readme.txt",)
    assert any("«readme.txt»" in sentence for sentence in pulled.sentences)


def test_a_file_that_cannot_be_fetched_stops_no_other_of_its_source(tmp_path: Path) -> None:
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))
    (office.inbox / "2021-Q1/p01/kho/Sổ theo dõi.csv").mkdir(parents=True)  # a folder lies where the file is to go
    (pulled,) = pull_sources(office)
    assert pulled.files == ("2021-Q1/p02/gửi lại/kho/s.csv",)
    assert pulled.problem is not None
    assert "«2021-Q1/p01/Sổ theo dõi.csv»" in pulled.problem


@pytest.mark.parametrize("damage", ["", "{", "[]"])
def test_a_broken_list_of_what_was_fetched_is_begun_anew(tmp_path: Path, damage: str) -> None:
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", folder_source(f"file://{tmp_path / 'remote'}"))
    pull_sources(office)
    receive_inbox(office)
    (office.data / "pulled" / "kho.json").write_text(damage, encoding="utf-8")
    assert len(pull_sources(office)[0].files) == 2
    assert receive_inbox(office) == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        (folder_source("file:///khong/co/thu/muc"), "kho"),
        (
            folder_source("sftp://127.0.0.1:9/x", options_env="{password: KHONG_CO}", host_key=f"SHA256:{'a' * 43}"),
            "KHONG_CO",
        ),
        (
            "  - {kind: query, source_id: kho, url_env: KHONG_CO, query: select 1, unit_id: p01, file_name: 'a_{day}.csv'}\n",
            "KHONG_CO",
        ),
    ],
)
def test_a_source_that_cannot_be_reached_reports_it_and_stops_no_other(tmp_path: Path, source: str, word: str) -> None:
    fill(tmp_path / "remote")
    good = folder_source(f"file://{tmp_path / 'remote'}").replace("source_id: kho", "source_id: tot")
    office = office_with(tmp_path / "office", source + good)

    bad, other = pull_sources(office, environment={})

    assert len(other.files) == 2
    assert bad.files == ()
    assert bad.problem is not None
    assert word in bad.problem


def test_a_secret_is_never_reported_when_a_source_fails(tmp_path: Path) -> None:
    source = (
        "  - {kind: query, source_id: kho, url_env: KSTT_DB, query: select 1, unit_id: p01, file_name: 'a_{day}.csv'}\n"
    )
    office = office_with(tmp_path, source)
    (pulled,) = pull_sources(office, {"KSTT_DB": "postgresql+psycopg://u:mat-khau-bi-mat@127.0.0.1:9/x"})
    assert pulled.problem is not None
    assert "mat-khau-bi-mat" not in pulled.problem


@pytest.mark.parametrize("name", ["a.csv", "a_{day}.xlsx", "../a_{day}.csv"])
def test_a_query_source_needs_a_file_name_with_its_day(tmp_path: Path, name: str) -> None:
    source = f"  - {{kind: query, source_id: kho, url_env: X, query: select 1, unit_id: p01, file_name: '{name}'}}\n"
    with pytest.raises(OfficeError):
        office_with(tmp_path, source)


# ---- a real SFTP server


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """OpenSSH on a port of this machine, one key; gives port and key file."""
    if not Path(SSHD).is_file() or not SFTP_SERVER.is_file():
        pytest.skip("no OpenSSH server on this machine (apt-get install openssh-server)")
    home = tmp_path / "ssh"
    home.mkdir(mode=0o700)
    Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "client"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(home / name)], check=True)
    shutil.copy(home / "client.pub", home / "authorized")
    port = free_port()
    (home / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {home / 'host'}\nAuthorizedKeysFile {home / 'authorized'}\n"
        f"StrictModes no\nUsePAM no\nPasswordAuthentication no\nSubsystem sftp {SFTP_SERVER}\nPidFile none\n",
        encoding="utf-8",
    )
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", str(home / "config")], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port, home / "client"
    finally:
        server.terminate()
        server.wait()


def shown_by_ssh_keygen(key: Path) -> str:
    """The fingerprint of a server's key as its administrator reads it out."""
    listed = subprocess.run(["ssh-keygen", "-lf", f"{key}.pub"], check=True, capture_output=True, text=True).stdout
    return listed.split()[1]


def sftp_source(tmp_path: Path, port: int, host_key: str) -> str:
    url = f"sftp://{getpass.getuser()}@127.0.0.1:{port}{tmp_path / 'remote'}"
    return folder_source(url, options_env="{key_filename: KSTT_SFTP_KEY}", host_key=host_key)


def test_a_server_with_another_key_gets_nothing_and_gives_nothing(tmp_path: Path, sftp: tuple[int, Path]) -> None:
    port, key = sftp
    fill(tmp_path / "remote")
    other = shown_by_ssh_keygen(key)  # a key, but not this server's
    office = office_with(tmp_path / "office", sftp_source(tmp_path, port, other))
    (pulled,) = pull_sources(office, {**os.environ, "KSTT_SFTP_KEY": str(key)})
    assert pulled.files == ()
    assert pulled.problem is not None
    assert shown_by_ssh_keygen(key.with_name("host")) in pulled.problem
    assert "Không gửi mật khẩu" in pulled.problem
    assert not list(office.inbox.rglob("*.csv"))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (folder_source("sftp://kho.gov.vn/x"), "host_key"),
        (folder_source("sftp://kho.gov.vn/x", host_key="MD5:aa"), "host_key"),
        (folder_source("sftp://ai:mat-khau@kho.gov.vn/x", host_key=f"SHA256:{'a' * 43}"), "mật khẩu"),
        (folder_source("smb://kho/x", options="{password: mat-khau}"), "options_env"),
        (folder_source("smb://kho/x", options="{account_key: mat-khau}"), "options_env"),
        (folder_source("simplecache::sftp://kho.gov.vn/x"), "::"),
        (folder_source("ftp://kho.gov.vn/x"), "không mã hóa"),
        (folder_source("https://kho.gov.vn/x?sv=1&sig=mat-khau"), "options_env"),
        (QUERY_SOURCE.format(query="delete from dossier"), "query"),
        (QUERY_SOURCE.format(query="select 1; delete from dossier"), "query"),
        (QUERY_SOURCE.format(query="select 1").replace("kho", "../kho"), "source_id"),
        (QUERY_SOURCE.format(query="select 1").replace("a_{day}", "../a_{day}"), "file_name"),
        (QUERY_SOURCE.format(query="select 1").replace("p01", "../p01"), "unit_id"),
    ],
)
def test_an_unsafe_source_is_refused_when_the_office_is_loaded(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(OfficeError, match=said):
        office_with(tmp_path / "office", source)


@pytest.mark.parametrize(
    "source",
    [
        folder_source("smb://kho/x", options_env="{password: 'Mat-khau-123'}"),
        folder_source("smb://kho/x", options="{password: 'Mat-khau-123'}"),
        folder_source("sftp://ai:Mat-khau-123@kho.gov.vn/x", host_key=f"SHA256:{'a' * 43}"),
        folder_source("https://kho.gov.vn/x?token=Mat-khau-123"),
        QUERY_SOURCE.format(query="select 1").replace("DB", "'postgresql://ai:Mat-khau-123@kho/x'"),
        "notify: {webhook_env: 'https://chat/Mat-khau-123'}",
        "notify: {smtp: {host: thu, sender: a@b.vn, password_env: 'Mat-khau-123!'}}",
    ],
)
def test_a_secret_written_into_the_settings_is_refused_and_not_shown(tmp_path: Path, source: str) -> None:
    lines = source if source.startswith("notify") else f"sources:\n{source}"
    root = make_office(tmp_path / "office", office=OFFICE.format(clock='"2021-03-15T08:00:00+07:00"') + lines + "\n")
    with pytest.raises(OfficeError) as refused:
        load_office(root)
    assert "Mat-khau-123" not in str(refused.value)


def test_files_come_from_a_real_sftp_server(tmp_path: Path, sftp: tuple[int, Path]) -> None:
    port, key = sftp
    fill(tmp_path / "remote")
    office = office_with(tmp_path / "office", sftp_source(tmp_path, port, shown_by_ssh_keygen(key.with_name("host"))))

    (pulled,) = pull_sources(office, {**os.environ, "KSTT_SFTP_KEY": str(key)})

    assert pulled.problem is None
    assert sorted(pulled.files) == ["2021-Q1/p01/kho/Sổ theo dõi.csv", "2021-Q1/p02/gửi lại/kho/s.csv"]
    assert (office.inbox / pulled.files[0]).read_bytes() == b"a;b\n1;2\n"
    assert pull_sources(office, {**os.environ, "KSTT_SFTP_KEY": str(key)})[0].files == ()


# ---- databases


def ask(url: str, tmp_path: Path) -> None:
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table dossier (dossier_code varchar(40), received_at timestamp)"))
        connection.execute(
            text(
                "insert into dossier values ('000123', '2021-03-01 08:00:00'), ('H51.04-210301-0002', null), "
                "('cũ', '2020-01-01 00:00:00')"
            )
        )
    engine.dispose()
    source = (
        "  - kind: query\n    source_id: csdl\n    url_env: KSTT_DB\n    unit_id: p01\n"
        f"    file_name: 'Sổ_{{day}}.csv'\n    query: {QUERY}\n"
    )
    office = office_with(tmp_path / "office", source)

    (pulled,) = pull_sources(office, {"KSTT_DB": url})
    (receipt,) = receive_inbox(office)

    assert pulled.files == ("2021-Q1/p01/csdl/Sổ_2021_03_10.csv",)
    text_landed = landed_path(office, receipt.sha256).read_bytes().decode("utf-8-sig")
    assert text_landed.splitlines()[0] == "ma_ho_so,ngay_tiep_nhan"
    assert text_landed.splitlines()[1].startswith("000123,2021-03-01 08:00:00")
    assert len(text_landed.splitlines()) == 2
    assert receipt.origin is not None
    assert receipt.origin["query"] == QUERY
    assert receipt.origin["values"] == {"period_start": "2020-12-15"}
    # The same rows again are no new delivery.
    assert pull_sources(office, {"KSTT_DB": url})[0].files == ()
    assert receive_inbox(office) == []
    everything = b"".join(path.read_bytes() for path in (tmp_path / "office").rglob("*") if path.is_file())
    assert b"mat-khau" not in everything


def test_a_query_of_sqlite_lands_with_its_text_in_the_receipt(tmp_path: Path) -> None:
    ask(f"sqlite:///{tmp_path / 'x.db'}", tmp_path)


def test_a_query_that_writes_changes_nothing(tmp_path: Path) -> None:
    """The rule of settings lets a statement that begins with «with» pass: the database is opened to be read."""
    place = tmp_path / "x.db"
    with closing(sqlite3.connect(place)) as base:
        base.execute("create table dossier (code text)")
        base.execute("insert into dossier values ('1')")
        base.commit()
    before = place.read_bytes()
    for query in ("with a as (select 1) delete from dossier", "with a as (select 1) insert into dossier select 2"):
        office = office_with(tmp_path / f"office{len(query)}", QUERY_SOURCE.format(query=query))
        (pulled,) = pull_sources(office, {"DB": f"sqlite:///{place}"})
        assert pulled.problem is not None and pulled.files == ()
    assert place.read_bytes() == before


def test_an_address_that_asks_for_tls_sends_nothing_to_a_server_without_it(tmp_path: Path) -> None:
    """A server that answers every wish for TLS with «no», as one that listens in the middle would."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            connection, _ = server.accept()
            with connection:
                heard.append(connection.recv(1024))
                connection.sendall(b"N")
                heard.append(connection.recv(1024))

        listener = threading.Thread(target=refuse, daemon=True)
        listener.start()
        url = f"postgresql+psycopg://kstt:mat-khau@127.0.0.1:{server.getsockname()[1]}/x?sslmode=require&gssencmode=disable"
        office = office_with(tmp_path / "office", QUERY_SOURCE.format(query="select 1"))
        (pulled,) = pull_sources(office, {"DB": url})
        listener.join(timeout=10)
    assert pulled.problem is not None and "mat-khau" not in pulled.problem
    assert heard == [bytes.fromhex("0000000804d2162f"), b""]  # the wish for TLS, then nothing: no name, no password


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of this test; gives its SQLAlchemy address."""
    found = shutil.which("pg_ctl") or next(map(str, Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")), None)
    if found is None:
        pytest.skip("no PostgreSQL on this machine (apt-get install postgresql)")
    home = tmp_path / "pg"
    home.mkdir()
    port = free_port()
    as_user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres")
        for folder in (tmp_path, *tmp_path.parents):
            if folder != Path(tempfile.gettempdir()) and folder.is_relative_to(tempfile.gettempdir()):
                folder.chmod(0o755)
        as_user = ["runuser", "-u", "postgres", "--"]
    initdb = str(Path(found).with_name("initdb"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*as_user, initdb, "-D", str(home / "data"), "-A", "trust", "-U", "kstt"], check=True, **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    start = [*as_user, found, "-D", str(home / "data"), "-o", options, "-w", "-l", str(home / "log")]
    subprocess.run([*start, "start"], check=True, **quiet)
    try:
        yield f"postgresql+psycopg://kstt:mat-khau@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*as_user, found, "-D", str(home / "data"), "-m", "immediate", "stop"], check=False, **quiet)


def test_a_query_of_a_real_postgresql_lands_with_its_text_in_the_receipt(tmp_path: Path, postgres: str) -> None:
    ask(postgres, tmp_path)


def test_an_office_without_sources_pulls_nothing(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path))
    assert pull_sources(replace(office)) == []
