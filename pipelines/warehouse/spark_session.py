"""A session of Spark: one a run begins and ends, or one on a server that is there (Spark Connect).

Here: beginning and ending it, its settings. Not here: what is done in it (spark, spark_tables).
Invariant: after a run this process has no session and its environment is as before; a server goes on as it was.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import socket
import time
import warnings
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines.office.engine import WarehouseSection
from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Moments are local and naive by contract, as DuckDB's are.
_MEANING = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}
# Of a Spark of one's own: a small report needs no page of its own on the network, and few tasks.
_OWN = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "2",
    "spark.speculation": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_LOCAL = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
_PORT, _SECONDS = 15002, 10
# How often a server that is greeted is asked anew, and how many seconds one may be silent while a run lasts.
_TRIES, _PATIENCE = 4, 60.0
_LONGEST = 500
# Where the words of an error end and the stack of Java or the state of the connection begins.
_STACK = re.compile(r"\n+\s*(at |JVM stacktrace|debug_error_string|Caused by|\.{3} \d+ more)|, debug_error_string")


def need_spark() -> None:
    """Ask whether Spark is installed, without importing it.

    Raises:
        OfficeError: it is not.
    """
    if not (find_spec("pyspark") and find_spec("dbt.adapters.spark")):
        raise OfficeError(
            "Chưa cài Spark. Cài: uv sync --extra spark (cần Java 17); hoặc dùng engine: duckdb, bỏ reading.by."
        )


@contextlib.contextmanager
def session_of(settings: WarehouseSection, folder: Path) -> Generator[SparkSession]:
    """Begin a session; whoever asks Spark for one in this process meanwhile gets this one.

    Args:
        settings: section `warehouse` of office.yaml.
        folder: where a Spark of one's own works.

    Raises:
        OfficeError: Spark does not begin, or there is no server.
    """
    need_spark()
    with warnings.catch_warnings():
        # Of pandas, of a setting that dbt repeats before every model: nothing an officer could mend.
        warnings.filterwarnings("ignore", module=r"pyspark\.")
        with _on_server(settings.remote, settings) if settings.remote else _own(settings, folder) as session:
            yield session


def words_of(error: BaseException) -> str:
    """Return the first line an error of Spark says: no stack of Java, no state of a connection."""
    java = getattr(error, "java_exception", None)  # of Py4J, whose own text is the whole stack
    text = str(java) if java is not None else str(error)
    return without_stack(text).partition("\n")[0]


def without_stack(text: str) -> str:
    """Return the words of an error's text, without the stack of Java or the state of a connection."""
    return _STACK.split(text, maxsplit=1)[0].strip()[:_LONGEST]


class Outage:
    """How long a server may be silent: a minute in all, however many questions are put to it meanwhile.

    Spark's own client waits ten minutes for each question, so a dead server would hold a run of 300 nodes for days.
    """

    def __init__(self) -> None:
        self._began = self._last = -math.inf

    def is_borne(self, now: float) -> bool:
        """Return whether to ask once more, after a failure at a moment (seconds of one clock)."""
        if now - self._last > 2 * _PATIENCE:
            self._began = now
        self._last = now
        return now - self._began < _PATIENCE


@contextlib.contextmanager
def _own(settings: WarehouseSection, folder: Path) -> Generator[SparkSession]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    local = _LOCAL if settings.master.startswith("local") else {}
    places = {"spark.sql.warehouse.dir": str(folder), "spark.local.dir": str(folder / "tmp")}
    options = {"spark.driver.memory": settings.memory, **_MEANING, **_OWN, **local, **places, **_texts(settings)}
    builder: Any = SparkSession.builder.master(settings.master).appName("kstt")
    try:
        session = builder.config(map=options).getOrCreate()
    except (PySparkException, Py4JError, RuntimeError, OSError) as error:
        raise OfficeError(
            f"Spark không khởi động được ({settings.master}): {words_of(error)}. "
            "Cần Java 17; xem master và memory có đúng không."
        ) from error
    try:
        yield session
    finally:
        session.stop()


@contextlib.contextmanager
def _on_server(remote: str, settings: WarehouseSection) -> Generator[SparkSession]:
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    need_server(remote)
    with _known_as(remote):
        session: Any = None
        try:
            session = SparkSession.builder.getOrCreate()
            _greet(session)
        except (PySparkException, RuntimeError, ValueError) as error:
            if session is not None:
                session.stop()
            raise OfficeError(
                f"Máy chủ Spark ({remote}) không nhận kết nối (TLS, mã truy cập?): {words_of(error)}"
            ) from error
        try:
            for name, value in (_MEANING | _texts(settings)).items():
                _set(session, name, value)
            yield session
        finally:
            session.stop()


def _greet(session: Any) -> None:
    """Say a first word; a server that does not take us says so within seconds, one that dies later within a minute."""
    from pyspark.sql.connect.client.retries import DefaultPolicy

    session.client.set_retry_policies([DefaultPolicy(max_retries=_TRIES)])
    session.range(1).collect()
    outage = Outage()

    class Patient(DefaultPolicy):
        def can_retry(self, e: BaseException) -> bool:
            return super().can_retry(e) and outage.is_borne(time.monotonic())

    session.client.set_retry_policies([Patient()])


def need_server(remote: str) -> None:
    """Ask whether somebody listens there: Spark's own client asks for ten minutes before it says no.

    Raises:
        OfficeError: nobody does.
    """
    address = urlsplit(remote)
    try:
        socket.create_connection((address.hostname or "", address.port or _PORT), _SECONDS).close()
    except OSError as error:
        raise OfficeError(f"Không nối được máy chủ Spark ({remote}): {error}. Máy chủ có đang chạy không?") from error


def _set(session: SparkSession, name: str, value: str) -> None:
    from pyspark.errors import PySparkException

    try:
        session.conf.set(name, value)
    except PySparkException as error:
        said = f"Máy chủ Spark không nhận thiết lập {name} (warehouse.options): {words_of(error)}"
        raise OfficeError(said) from error


def _texts(settings: WarehouseSection) -> dict[str, str]:
    return {
        name: str(value).casefold() if isinstance(value, bool) else str(value)
        for name, value in settings.options.items()
    }


@contextlib.contextmanager
def _known_as(remote: str) -> Generator[None]:
    """Say where a session is made by whoever asks for one (dbt does); at the end it is said no more.

    Both are Spark's own variables; it sets the second one itself, and leaves it.
    """
    before = os.environ.get("SPARK_REMOTE")
    os.environ["SPARK_REMOTE"] = remote
    try:
        yield
    finally:
        os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)
        if before is None:
            os.environ.pop("SPARK_REMOTE")
        else:
            os.environ["SPARK_REMOTE"] = before
