"""The evidence book in a browser without a window, from disk: ten figures of each kind open to lists that sum to them.

Here: what the pages show. Not here: the book's data (test_book).
Invariant: the book is opened as it lies in the report's folder, by file://; without a browser on this machine the tests
are skipped, with the reason.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from book_data import Book

from pipelines.runner import RunResult

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

# Visits every route, one after the other, and writes down what the page says of each.
WALK = """<script>
(async () => {
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const routes = ROUTES, told = {};
  while (!document.body.dataset.ready) await pause(5);
  for (const route of routes) {
    delete document.body.dataset.ready;
    location.hash = encodeURI(route) === location.hash.slice(1) ? "" : route;
    for (let n = 0; n < 2000 && (!document.body.dataset.ready || location.hash.startsWith("#tim/")); n++) await pause(5);
    const main = document.getElementById("main");
    told[route] = {
      title: main.querySelector("h1").textContent, text: main.textContent, ok: !!main.querySelector(".ok"),
      bad: !!main.querySelector(".bad"), rows: main.querySelectorAll("table.list tbody tr").length,
      links: [...main.querySelectorAll("a")].map(item => decodeURIComponent(item.getAttribute("href") || "")),
    };
  }
  const result = document.createElement("pre");
  result.id = "told";
  result.textContent = JSON.stringify(told);
  document.body.replaceChildren(result);
})();
</script>"""


def visit(book: Path, folder: Path, routes: list[str]) -> dict[str, Any]:
    """Open the book from a copy of its folder and return what the page shows on each route."""
    shutil.copytree(book, folder / "so-tra-cuu")
    page = folder / "so-tra-cuu" / "walk.html"
    walk = WALK.replace("ROUTES", json.dumps(routes))
    page.write_text((book / "index.html").read_text(encoding="utf-8").replace("</body>", walk + "</body>"))
    done = subprocess.run(
        [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}",
         "--virtual-time-budget=600000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stdout[-2000:]
    return json.loads(html.unescape(found[1]))


def ten(names: list[str]) -> list[str]:
    """Ten of them, from everywhere in the list."""
    return names[:: max(len(names) // 10, 1)][:10]


@pytest.fixture(scope="module")
def book(q1: RunResult) -> Book:
    return Book(q1.report_dir / "so-tra-cuu")


@pytest.fixture(scope="module")
def kinds(book: Book) -> dict[str, list[str]]:
    """Ten figures of each kind that are not nothing."""
    printed = [name for name in book.others["codes"] if book.printed(name) not in ("", "0", "–", "…")]
    ratios = {f"{form['id']}/{item[0]}" for form in book.forms.values() for item in form["ratios"]}
    notes = {f"{form['id']}/{item[0]}" for form in book.forms.values() for item in form["notes"]}
    of = {name: f"{name.split('/')[0]}/{name.split('/')[3]}" for name in printed}
    return {
        "cell": ten([name for name in printed if re.search(r"/c\d+$", name)]),
        "total": ten([name for name in printed if re.search(r"/total/c\d+$", name)]),
        "ratio": ten([name for name in printed if of[name] in ratios]),
        "note": ten([name for name in printed if of[name] in notes]),
        "calendar": [f"diem/{key}" for key in ten(book.others["lists"]) if key.startswith("intake_calendar/")],
        "ages": [f"diem/{key}" for key in book.others["lists"] if key.startswith("overdue_age/")],
        "chart": [f"bieu-do/{chart['id']}" for chart in book.others["charts"]],
        "record": [f"hs/{fact['folder']}/0" for fact in book.about["facts"] if fact["records"]],
        "form": [f"bieu/{name}" for name in book.forms],
        "search": ["tim/000.01.99.h51–201125-0002", "tim/2021Q1-06a-B3-c10", "tim/201125-0002"],
        "source": ["do-phu", "tep-nhan", "tra-lai"],
    }


@pytest.fixture(scope="module")
def told(kinds: dict[str, list[str]], book: Book, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    routes = [route for names in kinds.values() for route in names]
    return visit(book.folder, tmp_path_factory.mktemp("browser"), routes)


@pytest.mark.parametrize("kind", ["cell", "total", "ratio", "note"])
def test_ten_figures_of_a_kind_open_to_lists_that_sum_to_them(
    kinds: dict[str, list[str]], told: dict[str, Any], book: Book, kind: str
) -> None:
    assert len(kinds[kind]) == 10
    for name in kinds[kind]:
        shown = told[name]
        assert book.printed(name) in shown["text"]
        assert "khớp số in" in shown["text"]
        assert (shown["ok"], shown["bad"]) == (True, False), name
        assert shown["rows"] > 0, name


@pytest.mark.parametrize(("kind", "chart_id"), [("calendar", "intake_calendar"), ("ages", "overdue_age")])
def test_a_day_and_an_age_open_to_as_many_dossiers_as_their_chart_says(
    kinds: dict[str, list[str]], told: dict[str, Any], book: Book, kind: str, chart_id: str
) -> None:
    found = next(chart for chart in book.others["charts"] if chart["id"] == chart_id)
    texts = dict(point[:2] for point in found["series"][0][1])
    assert len(kinds[kind]) >= 3
    for route in kinds[kind]:
        assert f"#{route}" in told[f"bieu-do/{chart_id}"]["links"]
        count = texts[route.partition("/")[2].partition("/")[2]]
        assert f"/{count} bản ghi." in told[route]["text"]
        assert told[route]["rows"] == min(int(count), 100)


def test_charts_forms_and_sources_open(kinds: dict[str, list[str]], told: dict[str, Any], book: Book) -> None:
    for route in (*kinds["chart"], *kinds["form"], *kinds["source"]):
        assert not told[route]["bad"], route
        assert len(told[route]["text"]) > 100
    form = told["bieu/II.06a"]
    assert "II.06a/tp-st/B.3/c10" in {link.removeprefix("#") for link in form["links"]}
    assert told["tra-lai"]["title"] == "Từng dòng trả lại (86)"


def test_a_record_says_its_rows_and_every_figure_it_stands_in(
    kinds: dict[str, list[str]], told: dict[str, Any]
) -> None:
    for route in kinds["record"]:
        assert "Các dòng quyết định" in told[route]["text"]
        assert any(link.count("/") == 3 for link in told[route]["links"]), route
    dossier = told[next(route for route in kinds["record"] if route.startswith("hs/ho-so/"))]
    assert re.search(r"Mã băm SHA-256 [0-9a-f]{64}", dossier["text"])
    assert {link.removeprefix("#").split("/")[0] for link in dossier["links"]} >= {"II.06a", "II.06a-by-unit", "II.08"}


def test_a_code_is_found_however_it_is_typed(told: dict[str, Any]) -> None:
    assert told["tim/000.01.99.h51–201125-0002"]["title"] == "000.01.99.H51-201125-0002"
    assert told["tim/2021Q1-06a-B3-c10"]["title"].startswith("3. Chứng thực — Cột 10")
    assert "201125-0002" in told["tim/201125-0002"]["text"]
