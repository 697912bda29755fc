"""The one error an officer may be shown: a sentence in Vietnamese, never a stack trace.

Here: the error class, telling a full disk and used up memory from other failures. Not here: messages about rows of
delivered files (rejects).
Invariant: the text says what is wrong, where, and what to do.
"""

FULL_DISK = "ổ đĩa đã đầy. Số liệu đã nhận không bị mất; dọn chỗ trống rồi chạy lại"
NO_MEMORY = "máy hết bộ nhớ. Số liệu đã nhận không bị mất; đóng bớt chương trình rồi chạy lại"
# How the system, Python, DuckDB and SQLite say it. A thread that does not start has no room for its stack.
_SAID = {
    FULL_DISK: ("no space left on device", "disk is full", "disk full", "disk quota exceeded"),
    NO_MEMORY: ("out of memory", "cannot allocate memory", "can't start new thread", "bad_alloc", "bad allocation"),
}


class OfficeError(Exception):
    """Something the officer can mend: a setting, a table, a command."""


def used_up(text: str) -> str | None:
    """Return what an officer reads where the text of an error says that disk or memory is used up, else None."""
    folded = text.casefold()
    return next((sentence for sentence, words in _SAID.items() if any(word in folded for word in words)), None)
