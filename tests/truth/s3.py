"""An S3 server of the test's own (moto) with one bucket, in this process.

Here: the server, the environment by which clients find it. Not here: what is kept in it (warehouse/shared_store).
Invariant: it listens on 127.0.0.1 only, keeps its objects in memory and ends with the test.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from urllib.request import Request, urlopen

import pytest

BUCKET = "kho"


def lacks() -> str:
    """Return what is not installed here of what S3 needs; "" where all is."""
    packages = all(map(find_spec, ("s3fs", "moto", "flask_cors")))
    return "" if packages else "S3 is not installed: uv sync --extra s3 --group s3-server"


@contextmanager
def server(environment: pytest.MonkeyPatch) -> Iterator[str]:
    """Run a server; the environment says where it is and who asks, as of any S3; yield the server's address."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    try:
        host, port = running.get_host_and_port()
        address = f"http://{host}:{port}"
        said = {"ENDPOINT_URL": address, "ACCESS_KEY_ID": "kstt", "SECRET_ACCESS_KEY": "kstt", "MAX_ATTEMPTS": "1"}
        for name, value in {**said, "DEFAULT_REGION": "us-east-1"}.items():
            environment.setenv(f"AWS_{name}", value)
        _ask(f"{address}/moto-api/reset", "POST")
        _ask(f"{address}/{BUCKET}", "PUT")
        yield address
    finally:
        running.stop()


def know_nobody(address: str) -> None:
    """Let the server refuse every account from now on."""
    _ask(f"{address}/moto-api/reset-auth", "POST", b"0")


def know_everybody(address: str) -> None:
    """Let the server take every account again."""
    _ask(f"{address}/moto-api/reset-auth", "POST", b"inf")


def _ask(address: str, method: str, body: bytes = b"") -> None:
    with urlopen(Request(address, data=body, method=method, headers={"Content-Type": "text/plain"})):
        pass
