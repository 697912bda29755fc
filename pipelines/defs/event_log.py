"""Dagster's own event log on SQLite, with its files kept open.

Here: one pool of connections a file; what the schema has is asked once. Not here: any table, query or file name.
Invariant: the files are those of Dagster's storage; without this setting (dagster.yaml) the same events are read.

Dagster opens the file of a run and the index of all runs anew for every event and every look at an asset, and closing
the last connection of a SQLite file writes its log back: half of Dagster's own time in a run, more on a disk
(benchmarks/README.md). The UI sees by the file of a run that there is something new, so that one is written back at
every event.
"""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event

_INDEX = "index"
_WAIT_SECONDS = 30  # for another process that writes
_RUNS_OPEN = 4  # a process writes one run, or shows a few
_PAGES = 1  # of the log of a run, after which it is written back into the file


class OpenEventLog(SqliteEventLogStorage):
    """The event log of an office, whose files are opened once a process."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._open: dict[str, Engine] = {}
        self._present: set[tuple[str, str]] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "OpenEventLog":
        """Return the storage of a folder, as dagster.yaml names it."""
        return cls(inst_data=inst_data, **config_value)

    def index_connection(self) -> AbstractContextManager[Connection]:
        """Give a connection to the index, in a transaction."""
        return self._kept_open(_INDEX, super().index_connection)

    def run_connection(self, run_id: str | None = None) -> Any:
        """Give a connection to the file of a run, in a transaction."""
        return self._kept_open(str(run_id), lambda: super(OpenEventLog, self).run_connection(run_id))

    @contextmanager
    def _kept_open(self, shard: str, first: Any) -> Generator[Connection]:
        if shard not in self._open:
            with first():  # makes and migrates the file
                pass
            for old in [name for name in self._open if name != _INDEX][: max(0, len(self._open) - _RUNS_OPEN)]:
                self._open.pop(old).dispose()
            self._open[shard] = _engine(self.conn_string_for_shard(shard), None if shard == _INDEX else _PAGES)
        with self._open[shard].begin() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Tell whether the index has a table."""
        return self._is_present("table", table_name, super().has_table)

    def has_asset_key_col(self, column_name: str) -> bool:
        """Tell whether the table of assets has a column."""
        return self._is_present("column", column_name, super().has_asset_key_col)

    def has_secondary_index(self, name: str) -> bool:
        """Tell whether a migration of Dagster's has been done."""
        return self._is_present("migration", name, super().has_secondary_index)

    def _is_present(self, kind: str, name: str, look: Any) -> bool:
        """Look until it is there; it stays."""
        if (kind, name) not in self._present:
            if not look(name):
                return False
            self._present.add((kind, name))
        return True

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        while self._open:
            self._open.popitem()[1].dispose()


def _engine(place: str, pages: int | None) -> Engine:
    """Return a pool of connections to a file, written back after some pages (None: after SQLite's own thousand)."""
    engine = create_engine(place, connect_args={"timeout": _WAIT_SECONDS})
    if pages is not None:
        event.listen(engine, "connect", lambda opened, _: opened.execute(f"pragma wal_autocheckpoint={pages}"))
    return engine
