"""The page of column lineage beside dbt's documentation.

Here: links between columns. Not here: the lineage itself. Invariant: every link leads to a place of the page.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "column_lineage.py"


def test_every_column_is_a_place_and_every_link_leads_to_one() -> None:
    spec = importlib.util.spec_from_file_location("column_lineage", SCRIPT)
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    lineage = {
        "stg_a": {"code": [("landed", "a", "code")], "day": [("landed", "a", "day"), ("landed", "a", "<b>")]},
        "fct_a": {"late": [("main", "stg_a", "day")], "one": []},
    }
    page = script.page(lineage)
    places = set(re.findall(r'id="([^"]+)"', page))
    assert places == {"stg_a", "stg_a.code", "stg_a.day", "fct_a", "fct_a.late", "fct_a.one"}
    assert re.findall(r'href="#([^"]+)"', page) == ["stg_a.day"]
    assert "landed.a.&lt;b&gt;" in page
