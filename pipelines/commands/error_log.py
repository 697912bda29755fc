"""An unexpected failure as a sentence, and the log file that has the rest.

Here: where the log lies, what it holds. Not here: errors an officer can mend (office/errors).
Invariant: the log names places in the software and kinds of errors, never their texts: those may hold cells of a file.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.ingest.inbox import reason_of
from pipelines.office.clock import Clock
from pipelines.office.errors import NO_MEMORY, used_up
from pipelines.paths import REPOSITORY


def unexpected(office: str | None, command: str, error: Exception) -> str:
    """Write the log of a failure and return what the officer reads."""
    log = _write(office, command, error)
    where = f"Chi tiết cho người hỗ trợ: {log}" if log else "Không ghi được tệp nhật ký lỗi."
    for item in _chain(error):
        sentence = NO_MEMORY if isinstance(item, MemoryError) else used_up(str(item))
        if sentence:
            return f"Không thực hiện được lệnh {command}: {sentence}. {where}"
    if isinstance(error, OSError):
        name = f" «{Path(os.fsdecode(error.filename)).name}»" if isinstance(error.filename, str | bytes) else ""
        return f"Không thực hiện được lệnh {command}: {reason_of(error)}{name}. {where}"
    return f"Lệnh {command} dừng vì lỗi của phần mềm ({type(error).__name__}). Số liệu đã nhận không bị mất. {where}"


def _write(office: str | None, command: str, error: Exception) -> Path | None:
    moment = Clock(ZoneInfo("UTC")).now()
    text = "\n".join([f"{moment.isoformat()} kstt {command} {_version()}", *_lines(error)]) + "\n"
    for folder in _folders(office):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"loi-{moment:%Y%m%dT%H%M%S}-{os.getpid()}.log"
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:  # a full or read-only disk: the next folder is tried
            continue
        return path
    return None


def _folders(office: str | None) -> Iterator[Path]:
    root = Path(office or os.environ.get("KSTT_OFFICE") or REPOSITORY / "sample_office")
    if root.is_dir():
        yield Path(os.environ.get("KSTT_DATA") or root / "data") / "logs"
    yield Path(tempfile.gettempdir())


def _lines(error: BaseException) -> Iterator[str]:
    """Yield the chain of errors, innermost last, each with its places."""
    for seen in _chain(error):
        number = f" errno {seen.errno}" if isinstance(seen, OSError) else ""
        yield f"{type(seen).__module__}.{type(seen).__qualname__}{number}"
        for frame in traceback.extract_tb(seen.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those it came from, innermost last."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _version() -> str:
    try:
        return version("kstt-warehouse")
    except PackageNotFoundError:  # run from a folder that was not installed
        return "?"
