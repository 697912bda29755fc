"""The one error an officer may be shown: a sentence in Vietnamese, never a stack trace.

Here: the error class. Not here: messages about rows of delivered files (those are rejects, not errors).
Invariant: the text says what is wrong, where, and what to do.
"""


class OfficeError(Exception):
    """Something the officer can mend: a setting, a table, a command."""
