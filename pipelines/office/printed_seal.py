"""The seal as it is printed: from the text of all a version rests on to 32 letters in groups of four.

Here: the digest and its spelling. Not here: what the text holds (package/seal), holding it against paper (seal_check).
Invariant: another text gives another seal; an office above recomputes it from the text it was sent.
"""

from __future__ import annotations

import hashlib

# Letters of the hash that are printed: 128 bits, which nobody can meet by trying.
_PRINTED = 32
_GROUP = 4


def printed_seal(text: str | bytes) -> str:
    """Return the seal of a text: 32 letters of a SHA-256, in groups of four."""
    digest = hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()[:_PRINTED]
    return "-".join(digest[start : start + _GROUP] for start in range(0, _PRINTED, _GROUP))


def same_seal(one: str, other: str) -> bool:
    """Return whether two seals are the same, however a person typed them."""
    return _plain(one) == _plain(other) != ""


def _plain(seal: str) -> str:
    return "".join(letter for letter in seal.casefold() if letter in "0123456789abcdef")
