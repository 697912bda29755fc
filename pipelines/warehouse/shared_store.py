"""What this side and Spark both see: a folder, or a part of a storage that fsspec and Spark's Hadoop both know.

Here: files put there, fetched and deleted; the name Spark has for the place. Not here: what the files hold, which run
owns them (spark_tables), the setting (office/engine).
Invariant: a file passes in pieces, never whole; only what is named as a run's own is deleted; what a storage says when
it refuses is one sentence, without what an address has behind its «?».
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from pipelines.office.errors import OfficeError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_PIECE = 1 << 20
_MARK = "kstt"
# What Hadoop calls a storage otherwise than fsspec does.
_HADOOP = {"s3": "s3a", "gcs": "gs"}
_EXTRAS = {"s3": "s3", "s3a": "s3"}


@dataclass(frozen=True)
class Store:
    """A place of one run.

    `url`: its address, without a slash at its end; `system`: its file system, whose options and secrets are those of
    the environment; `root`: the place as the file system calls it; `local`: it is a folder of this machine.
    """

    url: str
    system: AbstractFileSystem
    root: str
    local: bool

    @property
    def for_spark(self) -> str:
        """Its address as Spark's Hadoop knows it."""
        if self.local:
            return f"file://{self.root}"
        scheme, _, rest = self.url.partition("://")
        return f"{_HADOOP.get(scheme, scheme)}://{rest}"

    def try_out(self) -> None:
        """Write, read and delete some bytes in a new place.

        Raises:
            OfficeError: the storage does not let us.
        """
        mark = f"{self.root}/{_MARK}"
        with _refusals(self.url):
            self.system.pipe_file(mark, _MARK.encode())
            self.system.cat_file(mark)
            self.system.rm_file(mark)

    def put(self, source: Path, name: str) -> None:
        """Copy a file of this machine there.

        Raises:
            OfficeError: the storage does not take it.
        """
        with _refusals(self.url), source.open("rb") as file, self.system.open(f"{self.root}/{name}", "wb") as sink:
            shutil.copyfileobj(file, sink, _PIECE)

    def get(self, name: str, folder: Path) -> Path:
        """Return the folder of this machine with the Parquet files that lie under a name: there, if it is one.

        Args:
            name: of a folder there, without folders in it.
            folder: a new one, to which they are fetched.

        Raises:
            OfficeError: the storage does not give them.
        """
        if self.local:
            return Path(self.root, name)
        folder.mkdir(parents=True)
        with _refusals(self.url):
            self.system.invalidate_cache()
            for found in self.system.ls(f"{self.root}/{name}", detail=True):
                file = folder / PurePosixPath(found["name"]).name
                if file.suffix == ".parquet":
                    with self.system.open(found["name"], "rb") as source, file.open("wb") as sink:
                        shutil.copyfileobj(source, sink, _PIECE)
                    if file.stat().st_size != found["size"]:
                        raise OSError(f"{file.name}: nhận {file.stat().st_size} trên {found['size']} byte")
        return folder

    def delete(self) -> None:
        """Delete all that lies there; nothing there is no matter.

        Raises:
            OfficeError: the storage does not delete it; or the place is not one run's own.
        """
        if not re.fullmatch(r"kstt_[0-9a-f]{32}", self.url.rpartition("/")[2]):
            raise OfficeError(f"«{self.url}» không phải chỗ của một lần chạy: không xóa.")
        with _refusals(self.url):
            self.system.invalidate_cache()
            with contextlib.suppress(FileNotFoundError):
                self.system.rm(self.root, recursive=True)
            self.system.invalidate_cache()
            if left := self.system.find(self.root):  # some file systems pass over what they may not delete
                raise PermissionError(f"{len(left)} tệp không xóa được")


@contextlib.contextmanager
def _refusals(url: str) -> Generator[None]:
    try:
        yield
    # Every storage has errors of its own. Where they come from is not kept: an address may hold a token.
    except Exception as error:
        words = re.sub(r"\?\S+", "?…", str(error)) or "không nói lý do"
        raise OfficeError(
            f"Kho dùng chung với Spark (warehouse.shared: {url}) từ chối, {type(error).__name__}: {words}. "
            "Kiểm tra địa chỉ, quyền của tài khoản (biến môi trường), mạng rồi chạy lại."
        ) from None


def store_at(url: str) -> Store:
    """Return a place by its address, a folder of this machine or `scheme://…`; nothing is asked there yet.

    Raises:
        OfficeError: no package here knows such storage, or it lacks an option.
    """
    import fsspec  # its file systems import network libraries

    url = url.rstrip("/")
    scheme = url.partition("://")[0] if "://" in url else "file"
    # A storage has no folders to make; a file system of this machine makes them as they are needed.
    options: dict[str, Any] = {"auto_mkdir": True} if scheme == "file" else {}
    try:
        fsspec.get_filesystem_class(scheme)
    except (ImportError, ValueError) as error:
        extra = _EXTRAS.get(scheme)
        mend = f"Cài: uv sync --extra spark --extra {extra}" if extra else "Cài gói đó bằng uv pip install"
        raise OfficeError(
            f"Máy này chưa có gói để dùng kho «{scheme}» (warehouse.shared: {url}): {error}. {mend}."
        ) from error
    with _refusals(url):
        system, root = fsspec.core.url_to_fs(url, skip_instance_cache=True, **options)
    if scheme == "webhdfs":
        system.session.hooks["response"].append(_refuse_errors_for_bytes)
    return Store(url, system, root, scheme == "file")


def _refuse_errors_for_bytes(response: Any, **_: object) -> None:
    """Raise where a data node refuses: fsspec's WebHDFS takes what it says for the bytes that were asked for."""
    if "op=OPEN" in response.url:
        response.raise_for_status()
