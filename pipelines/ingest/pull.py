"""Fetching what units send from where it lies: folders anywhere (SFTP, shares, this disk) and queries of databases.

Here: listing and copying new files, running a query and writing its result as a file, into the inbox.
Not here: landing and receipts (landing), what a file holds (reading).
Invariant: a file appears in the inbox whole or not at all; a source that cannot be reached stops no other.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pipelines.ingest.host_key import only_this_key
from pipelines.ingest.inbox import ORIGIN_SUFFIX, ignored_by
from pipelines.office.errors import OfficeError
from pipelines.office.files import write_atomically
from pipelines.office.settings import FolderSource, Office, QuerySource
from pipelines.office.text import counted, nfc
from pipelines.periods.period import find_period, open_quarter


@dataclass(frozen=True)
class Pulled:
    """What one source gave: files now in the inbox (relative paths), and why it gave nothing more.

    `left` names its files that lie in no folder <period>/<unit>/ and were not fetched.
    """

    source_id: str
    files: tuple[str, ...]
    problem: str | None = None
    left: tuple[str, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what an officer reads of this source."""
        lines = [self.problem or f"Nguồn «{self.source_id}»: {counted(self.files)} tệp mới."]
        if self.left:
            names = ", ".join(f"«{name}»" for name in self.left)
            lines.append(f"Nguồn «{self.source_id}» có tệp không nằm trong <kỳ>/<đơn vị>/, chưa lấy: {names}.")
        return tuple(lines)


def pull_sources(
    office: Office, environment: Mapping[str, str] = os.environ, folders_only: bool = False
) -> list[Pulled]:
    """Fetch what is new from every source of office.yaml into the inbox.

    Args:
        office: its settings name the sources; secrets are never among them.
        environment: where the secrets are (passwords, database addresses).
        folders_only: leave databases alone. Each answer of a query that differs from the last is a delivery, so a
            database is asked when somebody wants its answer, not every few minutes.
    """
    asked = [item for item in office.settings.sources if isinstance(item, FolderSource) or not folders_only]
    return [_pull(office, source, environment) for source in asked]


def _pull(office: Office, source: FolderSource | QuerySource, environment: Mapping[str, str]) -> Pulled:
    try:
        if isinstance(source, FolderSource):
            return _from_folder(office, source, environment)
        return Pulled(source.source_id, tuple(_from_query(office, source, environment)))
    except OfficeError as error:
        return Pulled(source.source_id, (), str(error))
    # Every file system and database driver has errors of its own; which one it was is known by its name only, for its
    # text may hold the address with its password.
    except Exception as error:
        return Pulled(
            source.source_id,
            (),
            f"Không lấy được tệp từ nguồn «{source.source_id}» ({type(error).__name__}). "
            "Kiểm tra mạng, địa chỉ, tài khoản của nguồn rồi chạy lại; các nguồn khác vẫn tiếp tục.",
        )


# ---- folders


def _from_folder(office: Office, source: FolderSource, environment: Mapping[str, str]) -> Pulled:
    """Copy what is new of <url>/<period>/<unit>/… ; a file is new when its size or time has changed."""
    import fsspec  # its file systems import network libraries

    options = {name: _secret(source.source_id, variable, environment) for name, variable in source.options_env.items()}
    policy = {"host_key_policy": only_this_key(source.source_id, source.host_key)} if source.host_key else {}
    system, root = fsspec.core.url_to_fs(source.url, **source.options, **options, **policy, skip_instance_cache=True)
    if not system.exists(root):
        raise OfficeError(f"Nguồn «{source.source_id}»: không có thư mục này, hoặc không được phép xem.")
    seen_path = office.data / "pulled" / f"{source.source_id}.json"
    seen = _read_seen(seen_path)
    fetched, left, failed = [], [], []
    for path, details in sorted(system.find(root, detail=True).items()):
        relative = PurePosixPath(nfc(str(PurePosixPath(path).relative_to(PurePosixPath(root)))))
        mark = f"{details.get('size')}:{_time_of(details)}"
        if any(ignored_by(part) for part in relative.parts) or seen.get(str(relative)) == mark:
            continue
        if len(relative.parts) < 3 or _is_link(details):
            left.append(str(relative))
            continue
        try:
            target = office.inbox / relative.parent / source.source_id / relative.name
            _write_origin(target, {"source_id": source.source_id, "source_time": _moment(_time_of(details))})
            write_atomically(target, system.cat_file(path))
        # One file never stops another; which error it was is shown by its name only (see _pull).
        except Exception as error:
            failed.append(f"«{relative}» ({type(error).__name__})")
            continue
        seen[str(relative)] = mark
        write_atomically(seen_path, json.dumps(seen, ensure_ascii=False, indent=1, sort_keys=True).encode())
        fetched.append(target.relative_to(office.inbox).as_posix())
    problem = f"Nguồn «{source.source_id}»: không lấy được {', '.join(failed)}. Hãy chạy lại." if failed else None
    return Pulled(source.source_id, tuple(fetched), problem, tuple(left))


def _read_seen(path: Path) -> dict[str, str]:
    """Return what was fetched before; a list cut short is begun anew, and each file fetched once more."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_link(details: Mapping[str, Any]) -> bool:
    """Return whether a file of a source is a link, by which one could leave the source."""
    return details.get("type") == "link" or bool(details.get("islink")) or stat.S_ISLNK(int(details.get("mode", 0)))


def _time_of(details: Mapping[str, Any]) -> object:
    return details.get("mtime") or details.get("LastModified") or details.get("created")


def _moment(time: object) -> str | None:
    """Return the time a source gives a file as ISO with offset; None when it gives none."""
    if isinstance(time, dt.datetime):
        return (time if time.tzinfo else time.replace(tzinfo=dt.UTC)).replace(microsecond=0).isoformat()
    if isinstance(time, int | float):
        return dt.datetime.fromtimestamp(int(time), dt.UTC).isoformat()
    return None


def _write_origin(target: Path, origin: Mapping[str, object]) -> None:
    """Write where a file is from beside it, before the file: landing finds the note whenever it finds the file."""
    note = target.with_name(f".{target.name}{ORIGIN_SUFFIX}")
    write_atomically(note, json.dumps(origin, ensure_ascii=False, indent=1).encode())


# ---- queries


def _from_query(office: Office, source: QuerySource, environment: Mapping[str, str]) -> Iterator[str]:
    """Write the rows a query gives today as a CSV file of the unit that owns the database.

    The query may name :period_start, :period_end and :today. The same rows again are the same bytes, hence no new
    delivery; its text is kept beside the file and is in the receipt.
    """
    from sqlalchemy import create_engine, event, text  # drivers are heavy

    today = office.clock.today()
    period_id = open_quarter(office.reference["periods"], today)
    if period_id is None:
        raise OfficeError(f"Nguồn «{source.source_id}»: không có quý nào chứa ngày {today:%d/%m/%Y} trong periods.csv.")
    period = find_period(office.reference["periods"], period_id)
    values = {"period_start": period.start_on, "period_end": period.end_on, "today": today}
    query = text(source.query)
    engine = create_engine(_secret(source.source_id, source.url_env, environment))
    try:
        # Never committed, and read only where the driver knows how: a query that writes leaves nothing behind.
        read_only = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", lambda opened, _: opened.execute("pragma query_only = on"))
        with engine.connect().execution_options(**read_only) as connection:
            asked = {name: value for name, value in values.items() if f":{name}" in source.query}
            result = connection.execute(query, asked)
            content = _as_csv(list(result.keys()), result)
    finally:
        engine.dispose()
    name = source.file_name.format(day=f"{today:%Y_%m_%d}")
    folder = office.inbox / period_id / source.unit_id / source.source_id
    target = folder / name
    if not target.is_file() or target.read_bytes() != content:
        origin = {
            "source_id": source.source_id,
            "source_time": office.clock.now().isoformat(),
            "query": source.query,
            "values": {k: str(v) for k, v in asked.items()},
        }
        _write_origin(target, origin)
        write_atomically(target, content)
        yield target.relative_to(office.inbox).as_posix()


def _as_csv(columns: list[str], rows: Any) -> bytes:
    """Return rows as UTF-8 CSV with BOM; moments in ISO, so that no reader takes a month for a day."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return sink.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return "" if value is None else value


def _secret(source_id: str, variable: str, environment: Mapping[str, str]) -> str:
    """Return a secret from the environment.

    Raises:
        OfficeError: the variable is not set.
    """
    if variable not in environment:
        raise OfficeError(f"Nguồn «{source_id}» cần biến môi trường {variable}, nhưng biến này chưa được đặt.")
    return environment[variable]
