"""What software this is: one hash over everything that can change a reading, a figure or a byte of a document.

Here: hashes of the package, the dbt project, the expectations, the templates and the locked versions.
Not here: hashes of an office's settings and tables (settings), of what units sent (landing).
Invariant: two processes with equal hashes make equal rows, figures and documents of equal inputs.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from pipelines.paths import DBT_PROJECT, EXPECTATIONS, PACKAGE, REPORT_TEMPLATES, REPOSITORY

# Installed packages that read, judge, count or render. uv.lock fixes them; an environment may still differ from it.
_DECIDING_PACKAGES = (
    "dbt-core",
    "dbt-duckdb",
    "duckdb",
    "great-expectations",
    "jinja2",
    "lxml",
    "numpy",
    "pandas",
    "pyarrow",
    "python-calamine",
    "python-docx",
    "typst",
    "xlrd",
    "xlsxwriter",
)


@lru_cache(maxsize=1)
def software_hash() -> str:
    """Return the hash of all software of this clone: a change of any of it makes every cached result a new one."""
    digest = hashlib.sha256()
    for part in (reading_hash(), project_hash(), hash_tree(REPORT_TEMPLATES, ("",), ("*",))):
        digest.update(part.encode())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def reading_hash() -> str:
    """Return the hash of what turns a delivered file into rows: the package, contracts, suites, locked versions."""
    digest = hashlib.sha256(hash_tree(PACKAGE, ("",), ("*",)).encode())
    digest.update(hash_tree(DBT_PROJECT, ("models/sources",), ("*.yml",)).encode())
    digest.update(hash_tree(EXPECTATIONS, ("",), ("*.yaml",)).encode())
    lock = REPOSITORY / "uv.lock"
    digest.update(lock.read_bytes() if lock.is_file() else b"")
    digest.update("\n".join(f"{name}=={number}" for name, number in versions().items()).encode())
    return digest.hexdigest()


def project_hash(project: Path = DBT_PROJECT) -> str:
    """Return the hash of the dbt project."""
    return hash_tree(project, ("models", "macros", "tests"), ("*.sql", "*.yml", "*.md"))


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the installed versions of the packages that can change a row, a figure or a byte."""
    return {name: version(name) for name in _DECIDING_PACKAGES}


@lru_cache(maxsize=16)
def hash_tree(root: Path, folders: tuple[str, ...], patterns: tuple[str, ...]) -> str:
    """Return one hash over the files of some folders, by relative path and content."""
    digest = hashlib.sha256()
    for folder in folders:
        found = {path for pattern in patterns for path in (root / folder).rglob(pattern) if path.is_file()}
        for path in sorted(found):
            if "__pycache__" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
