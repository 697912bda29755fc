"""What options and addresses call a secret.

Here: the names. Not here: where secrets stand instead (settings: environment variables).
Invariant: a name is judged, never a value.
"""

import re

# Not the place of a secret (key_filename).
_SECRET = re.compile(
    r"pass(word|wd|phrase)|pwd|secret|token|credential|(^|[_&.])(sas|sig|pkey|key)\b"
    r"|(access|account|api|private)[._-]?key\b|connection_string",
    re.IGNORECASE,
)


def names_a_secret(text: str) -> bool:
    """Return whether a text names a secret: the name of an option, or what an address has behind its «?»."""
    return _SECRET.search(text) is not None
