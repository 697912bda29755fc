"""Text of the office as Typst markup and strings.

Here: escaping. Not here: what is printed (pdf).
Invariant: nothing in data is ever markup or code.
"""

from __future__ import annotations

import re

# Everything that may begin markup, code, a reference, a shorthand or a smart quote in Typst content, or go on with
# the code before it (`#fig(…)[1];`).
_SPECIAL = re.compile(r"""([\\#$*_`<>@=\-+/~"'\[\]{}();.])""")
_NO_BREAK = "\u00a0"


def content(text: str, keep_spaces: bool = False) -> str:
    """Return text for a content block, every character itself; `keep_spaces` keeps runs of blanks (an open date)."""
    escaped = _SPECIAL.sub(r"\\\1", text)
    return escaped.replace("  ", _NO_BREAK * 2) if keep_spaces else escaped


def string(text: str) -> str:
    """Return text as a Typst string literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
