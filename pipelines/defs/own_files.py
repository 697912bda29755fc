"""Dagster's own files of an office: runs, events, schedules. What is damaged of them is set aside.

Here: looking whether its SQLite files can be read. Not here: what they hold (Dagster), landing and reports.
Invariant: nothing of the office rests on them: without them a run gives the same report, only the history begins anew.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

# The folders that belong together, each with the files that name everything else in it.
_FOLDERS = {"history": ("runs.db", "runs/index.db"), "schedules": ("schedules.db",)}


def set_aside_damaged(home: Path) -> list[str]:
    """Rename the folders whose SQLite files are damaged; return their new names."""
    aside = []
    for folder, files in _FOLDERS.items():
        if any(_is_damaged(home / folder / name) for name in files):
            number = 1 + len(list(home.glob(f"{folder}.hong-*")))
            (home / folder).rename(home / f"{folder}.hong-{number}")
            aside.append(f"{folder}.hong-{number}")
    return aside


def _is_damaged(path: Path) -> bool:
    """Return whether a file is there and cannot be read as SQLite; one that another process writes is well."""
    if not path.is_file() or path.stat().st_size == 0:  # SQLite fills an empty file itself
        return False
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("pragma quick_check(1)").fetchone() != ("ok",)
    except sqlite3.OperationalError:  # locked, or its log cannot be made here
        return False
    except sqlite3.DatabaseError:  # no database, or its first pages are broken
        return True
