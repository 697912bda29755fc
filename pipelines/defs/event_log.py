"""Dagster's own event log on SQLite, with the index of all runs kept open.

Here: one pool of connections to the index; what its schema has is asked once. Not here: any table, query or file.
Invariant: the files are those of Dagster's storage; without this setting (dagster.yaml) the same events are read.

Dagster opens the index anew for every event and every look at an asset, and closing the last connection of a SQLite
file writes its log back: a third of Dagster's own time in a run, more on a disk (benchmarks/README.md). The file of
one run is left as it is, for the UI sees by that file's changes that there is something new.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine

_INDEX = "index"
_WAIT_SECONDS = 30  # for another process that writes


class OpenIndexEventLog(SqliteEventLogStorage):
    """The event log of an office, whose index is opened once a process."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._index: Engine | None = None
        self._present: set[tuple[str, str]] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "OpenIndexEventLog":
        """Return the storage of a folder, as dagster.yaml names it."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def index_connection(self) -> Generator[Connection]:
        """Give a connection to the index, in a transaction."""
        if self._index is None:
            with super().index_connection():  # makes and migrates the file
                pass
            place = self.conn_string_for_shard(_INDEX)
            self._index = create_engine(place, connect_args={"timeout": _WAIT_SECONDS})
        with self._index.begin() as connection:
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
        """Close the index."""
        super().dispose()
        if self._index is not None:
            self._index.dispose()
            self._index = None
