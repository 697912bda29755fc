"""Stopping a command: by Ctrl-C, or by the system that ends the session (SIGTERM).

Here: SIGTERM as Ctrl-C. Not here: what is printed (cli), whether an error came of it (office/interruption).
Invariant: after the command the signal does what it did before.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

# Exit code of a command that was stopped, as shells have it for Ctrl-C.
STOPPED = 130


@contextmanager
def stoppable() -> Generator[None]:
    """Let SIGTERM stop what is done within as Ctrl-C does; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
