"""The one error an officer may be shown: a sentence in Vietnamese, never a stack trace.

Here: the error class, telling a full disk from other failures. Not here: messages about rows of delivered files
(rejects).
Invariant: the text says what is wrong, where, and what to do.
"""

FULL_DISK = "ổ đĩa đã đầy. Số liệu đã nhận không bị mất; dọn chỗ trống rồi chạy lại"
# How the system, DuckDB and SQLite say it.
_FULL = ("no space left on device", "disk is full", "disk full", "disk quota exceeded")


class OfficeError(Exception):
    """Something the officer can mend: a setting, a table, a command."""


def says_full(text: str) -> bool:
    """Return whether the text of an error says that a disk is full."""
    folded = text.casefold()
    return any(words in folded for words in _FULL)
