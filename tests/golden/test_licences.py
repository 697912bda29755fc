"""docs/licences.md: every locked package with its licence, as its own metadata says; the lock has hashes.

Here: writing the page from uv.lock and the installed packages, and comparing. Not here: known faults (`make audit`).
Invariant: a package with a GNU licence is named with the reason it may be used, or the test fails.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from typing import Any

import pytest

from pipelines.paths import REPOSITORY

PAGE = REPOSITORY / "docs" / "licences.md"
HEAD = """# Licences

KSTT is under the Apache License 2.0 ([../LICENSE](../LICENSE)). This page lists what it comes with by packages: every package of
`uv.lock` with the licence its own metadata names. It is written by a test (`make golden`) and compared with the lock in every run
of the tests; `make audit` asks for known faults of the same versions.

"""
# Packages with a GNU licence: why they may be used as they are.
GNU = {
    "paramiko": "LGPL 2.1. Used as it is, as a library that can be replaced, only where a source is an SFTP server.",
    "psycopg": "LGPL 3. Used as it is, as a library that can be replaced, only where a source is a PostgreSQL database.",
    "psycopg-binary": "LGPL 3. The same library, compiled.",
    "text-unidecode": "Artistic License or GPL 2, as one chooses: the Artistic License. Comes with dbt (python-slugify).",
}
ABSENT = "not installed here: for another system, or shut out in `pyproject.toml` (rinohtype is AGPL; only its fonts are used)"
SHORT = 60


@cache
def locked() -> list[dict[str, Any]]:
    return tomllib.loads((REPOSITORY / "uv.lock").read_text(encoding="utf-8"))["package"]


def of_others() -> list[dict[str, Any]]:
    return [package for package in locked() if "registry" in package["source"]]


def licence(name: str) -> str | None:
    """What the metadata of an installed package says of its licence; None where it is not installed."""
    try:
        found: PackageMetadata = metadata(name)
    except PackageNotFoundError:
        return None
    said = [" ".join(str(found.get(field) or "").split()) for field in ("License-Expression", "License")]
    classes = [
        line.rpartition(" :: ")[2] for line in found.get_all("Classifier") or [] if line.startswith("License ::")
    ]
    short = next((text for text in said if 0 < len(text) <= SHORT), "").removeprefix("License :: OSI Approved :: ")
    return ", ".join(dict.fromkeys([short, *classes] if short else classes)) or "see the package"


def rows() -> Iterator[tuple[str, str, str]]:
    names = sorted({package["name"] for package in of_others()})
    for name in names:
        versions = ", ".join(sorted(package["version"] for package in of_others() if package["name"] == name))
        yield name, versions, licence(name) or ABSENT


def page() -> str:
    gnu = "".join(f"- **{name}**: {why}\n" for name, why in GNU.items())
    table = "".join(f"| {name} | {versions} | {said} |\n" for name, versions, said in rows())
    return f"{HEAD}## GNU licences\n\n{gnu}\n## All packages\n\n| package | version | licence |\n|---|---|---|\n{table}"


@pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] != (3, 11),
    reason="which packages are installed depends on system and Python",
)
def test_the_page_is_what_the_lock_and_the_packages_say() -> None:
    if os.environ.get("KSTT_GOLDEN") == "write":
        PAGE.write_text(page(), encoding="utf-8")
    kept = PAGE.read_text(encoding="utf-8")
    # An extra somebody has installed (`make engines`) changes nothing: the page is that of the environment of `make env`.
    absent = {line.split(" | ")[0] for line in kept.splitlines() if line.endswith(f"| {ABSENT} |")}
    now = [line for line in page().splitlines() if line.split(" | ")[0] not in absent]
    assert now == [line for line in kept.splitlines() if line.split(" | ")[0] not in absent]
    assert absent == {line.split(" | ")[0] for line in page().splitlines() if line.split(" | ")[0] in absent}


def test_every_package_with_a_gnu_licence_is_named_with_its_reason() -> None:
    # Every classifier and text of the licence is looked at, not only what the page shows.
    gnu = {name for name, _, said in rows() if re.search(r"\bA?L?GPL|GNU", said)} - {
        name for name, _, said in rows() if said == ABSENT
    }
    assert gnu == set(GNU)


def test_every_file_of_the_lock_has_its_hash() -> None:
    files = [item for package in of_others() for item in [*package.get("wheels", []), package.get("sdist")] if item]
    assert len(files) > 1000
    assert [item["url"] for item in files if not re.fullmatch(r"sha256:[0-9a-f]{64}", item.get("hash", ""))] == []
