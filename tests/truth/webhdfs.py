"""A server of the test's own that speaks WebHDFS over a folder: a storage that both fsspec and Spark know.

Here: the operations the two clients ask for, each request noted. Not here: a cluster's redirects between machines, users,
security; what is kept in it (warehouse/shared_store).
Invariant: it listens on 127.0.0.1 only, sees nothing outside its folder and ends with the test.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

_PREFIX = "/webhdfs/v1"
# By these names a client makes exceptions of its own again.
_PACKAGES = {
    "AccessControlException": "org.apache.hadoop.security",
    "FileAlreadyExistsException": "org.apache.hadoop.fs",
    "FileNotFoundException": "java.io",
    "UnsupportedOperationException": "java.lang",
}


class Storage(ThreadingHTTPServer):
    """The server: `asked` are the operations it was asked for, `refuses` those that it refuses from now on (403).

    `refuses_bytes`: an OPEN is refused only where the bytes are, to which its answer sends.
    """

    daemon_threads = True

    def __init__(self, root: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.root = root
        self.asked: list[tuple[str, str]] = []
        self.refuses: set[str] = set()
        self.refuses_bytes = False

    @property
    def url(self) -> str:
        """Address of its root."""
        return f"webhdfs://127.0.0.1:{self.server_address[1]}"


@contextmanager
def storage(root: Path) -> Iterator[Storage]:
    """Run a server over a new folder."""
    root.mkdir(parents=True)
    server = Storage(root)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _status(path: Path, suffix: str = "") -> dict[str, Any]:
    facts = path.stat()
    is_folder = path.is_dir()
    return {
        "pathSuffix": suffix,
        "type": "DIRECTORY" if is_folder else "FILE",
        "length": 0 if is_folder else facts.st_size,
        "owner": "kstt",
        "group": "kstt",
        "permission": "755" if is_folder else "644",
        "accessTime": 0,
        "modificationTime": int(facts.st_mtime * 1000),
        "blockSize": 1 << 27,
        "replication": 0 if is_folder else 1,
    }


class _Handler(BaseHTTPRequestHandler):
    """One request: an operation on a path; bytes go and come in a second request, as from a data node."""

    protocol_version = "HTTP/1.1"
    # An answer goes in one packet: its halves would wait for each other.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Storage

    def do_GET(self) -> None:
        self._answer()

    do_PUT = do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the tests' output clean."""

    def _answer(self) -> None:
        # Java sends the bytes of a name as they are, which http.server reads as Latin-1.
        self.address = self.path.encode("latin-1").decode()
        address = urlsplit(self.address)
        self.asks = {name.lower(): values[0] for name, values in parse_qs(address.query).items()}
        name, self.operation = unquote(address.path).removeprefix(_PREFIX), self.asks.get("op", "").upper()
        self.file = self.server.root / name.strip("/")
        self.server.asked.append((self.operation, name))
        body = self._body()
        if self.operation in self.server.refuses or (
            self.server.refuses_bytes and self.operation == "OPEN" and "there" in self.asks
        ):
            return self._refuse(403, "AccessControlException", f"Permission denied: {name}")
        if ".." in Path(name).parts:
            return self._refuse(403, "AccessControlException", "outside")
        act = getattr(self, f"_{self.operation.lower()}", None)
        if act is None:
            return self._refuse(400, "UnsupportedOperationException", f"{self.operation} is not supported")
        try:
            return act(body)
        except (FileNotFoundError, NotADirectoryError):
            return self._refuse(404, "FileNotFoundException", f"File does not exist: {name}")
        except FileExistsError:
            return self._refuse(403, "FileAlreadyExistsException", f"{name} already exists")

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    # ---- answers

    def _say(self, code: int, content: bytes = b"", **headers: str) -> None:
        # Without Content-Type: Spark's bundled Hadoop lacks the class that would read it (RuntimeDelegateImpl of jersey).
        self.send_response(code)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _tell(self, said: object) -> None:
        self._say(200, json.dumps(said).encode())

    def _refuse(self, code: int, kind: str, words: str) -> None:
        said = {"exception": kind, "javaClassName": f"{_PACKAGES[kind]}.{kind}", "message": words}
        self._say(code, json.dumps({"RemoteException": said}).encode())

    def _elsewhere(self) -> bool:
        """Send a client to where the bytes are, this server; return whether it was sent."""
        if "there" in self.asks:
            return False
        host, port = self.server.server_address[:2]
        name, _, asks = self.address.partition("?")
        self._say(307, Location=f"http://{host}:{port}{quote(unquote(name))}?{asks}&there=true")
        return True

    # ---- operations

    def _getfilestatus(self, _: bytes) -> None:
        self._tell({"FileStatus": _status(self.file)})

    def _liststatus(self, _: bytes) -> None:
        inside = sorted(self.file.iterdir()) if self.file.is_dir() else None
        found = [_status(self.file)] if inside is None else [_status(path, path.name) for path in inside]
        self._tell({"FileStatuses": {"FileStatus": found}})

    def _liststatus_batch(self, _: bytes) -> None:
        found = [_status(path, path.name) for path in sorted(self.file.iterdir())]
        listing = {"FileStatuses": {"FileStatus": found}}
        self._tell({"DirectoryListing": {"partialListing": listing, "remainingEntries": 0}})

    def _getfileblocklocations(self, _: bytes) -> None:
        self._tell({"BlockLocations": {"BlockLocation": []}})

    def _mkdirs(self, _: bytes) -> None:
        self.file.mkdir(parents=True, exist_ok=True)
        self._tell({"boolean": True})

    def _open(self, _: bytes) -> None:
        if not self._elsewhere():
            with self.file.open("rb") as source:
                source.seek(int(self.asks.get("offset", 0)))
                content = source.read(int(self.asks.get("length", -1)))
            self._say(200, content)

    def _create(self, body: bytes) -> None:
        if not self._elsewhere():
            if self.file.exists() and self.asks.get("overwrite", "false") != "true":
                raise FileExistsError
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_bytes(body)
            self._say(201)

    def _append(self, body: bytes) -> None:
        if not self._elsewhere():
            with self.file.open("r+b") as sink:
                sink.seek(0, 2)
                sink.write(body)
            self._say(200)

    def _rename(self, _: bytes) -> None:
        target = self.server.root / self.asks["destination"].strip("/")
        target = target / self.file.name if target.is_dir() else target
        is_possible = self.file.exists() and target.parent.is_dir() and not target.exists()
        if is_possible:
            self.file.rename(target)
        self._tell({"boolean": is_possible})

    def _delete(self, _: bytes) -> None:
        is_there = self.file.exists()
        if self.file.is_dir() and self.asks.get("recursive") == "true":
            shutil.rmtree(self.file)
        elif self.file.is_dir():
            self.file.rmdir()
        elif is_there:
            self.file.unlink()
        self._tell({"boolean": is_there})

    def _setpermission(self, _: bytes) -> None:
        self._say(200)

    _settimes = _setowner = _setpermission
