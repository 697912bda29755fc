"""A Spark Connect server of the test's own, in a process of its own: it sees nothing of the office.

Here: the server. Not here: what is built on it (warehouse/spark), what is compared (engines).
Invariant: it listens on 127.0.0.1 only, keeps its tables in the test's folder and ends with it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from truth.postgres import free_port

_CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
_SECONDS = 120
_JAVA = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"


def lacks() -> str:
    """Return what is not installed here of what a run on a server needs; "" where all is."""
    packages = all(map(find_spec, ("pyspark", "grpc_status", "dbt"))) and find_spec("dbt.adapters.spark")
    return "" if packages and shutil.which("java") else "Spark is not installed: uv sync --extra spark, and Java 17"


@contextmanager
def server(home: Path, memory: str = "3g") -> Iterator[str]:
    """Run a server in a new folder; yield its address."""
    import pyspark

    spark, port = Path(pyspark.__file__).parent, free_port()
    home.mkdir(parents=True)
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"{_JAVA} -Dderby.system.home={home}",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": port,
        "spark.sql.warehouse.dir": home / "tables",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.shuffle.partitions": 2,
        "spark.local.dir": home / "tmp",
        "spark.ui.enabled": "false",
    }
    options = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    command = [spark / "bin" / "spark-submit", "--class", _CLASS, "--master", "local[2]", "--driver-memory", memory]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *options],
            cwd=home,
            env={**os.environ, "SPARK_HOME": str(spark), "PYSPARK_PYTHON": sys.executable},
            stdout=log,
            stderr=log,
        )
    try:
        _wait(process, port, home / "log")
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.2)
    raise RuntimeError(f"the Spark Connect server did not begin: {log.read_text(errors='replace')[-2000:]}")
