"""Texts and names as SQL writes them.

Here: quoting. Not here: queries. Invariant: what is quoted ends where it should, whatever quotes it holds.
"""


def sql_text(value: object) -> str:
    """Return a text as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def sql_name(value: str) -> str:
    """Return a name as an identifier of SQL."""
    return '"' + value.replace('"', '""') + '"'
