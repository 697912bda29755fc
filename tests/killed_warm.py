"""What a child that is killed would load and parse first, loaded and parsed once, in the server it is forked from.

Here: modules that commands import when they run, the tables of streams, dbt's parse, compiled templates. Not here: the
work, the kills (killed_job).
Invariant: no thread and no connection is left open, so that a fork misses nothing; nothing here depends on an office.
"""

from __future__ import annotations

import importlib
import pkgutil
import tempfile
from pathlib import Path

import pipelines
from pipelines.figures.words import SUFFIX, template_environment
from pipelines.ingest.memory import collect_less
from pipelines.paths import EXPECTATIONS, REPORT_TEMPLATES
from pipelines.quality.suite import parse_suite
from pipelines.warehouse import dbt
from pipelines.warehouse.landed_schema import landed_schema
from pipelines.warehouse.own_returns import sheet_names

_SERVERS_OWN = ("pipelines.package.rebuild",)  # a program

for _found in pkgutil.walk_packages(pipelines.__path__, "pipelines."):
    if _found.name not in _SERVERS_OWN:
        importlib.import_module(_found.name)
landed_schema()
sheet_names()
for _suite in EXPECTATIONS.glob("*.yaml"):
    parse_suite(_suite.read_text(encoding="utf-8"))
for _template in REPORT_TEMPLATES.glob(f"*{SUFFIX}"):
    template_environment((REPORT_TEMPLATES,), {}).get_template(_template.name)
with tempfile.TemporaryDirectory() as _folder:
    dbt._parsed_project(Path(_folder) / "warehouse.duckdb", dbt.DUCKDB)
collect_less()  # what is here now stays: no child looks for garbage in it, nor copies its pages to do so
