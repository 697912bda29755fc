"""What the evidence book costs: writing it, its size, and the time until a figure's list stands on the screen.

Here: a finished report whose dossiers are repeated until there are as many as asked, its book, a browser without a
window that opens figures from disk. Not here: whole runs (scale). Nothing is kept.

    .venv/bin/python benchmarks/book.py data/reports/2021-Q1/2021-03-14/<key> --times 1 10 91

One row a size: dossiers, seconds of processor to write, megabytes, files, then milliseconds until the list stands: of a
small, a middle and the largest figure, of a percentage, and of a search by code.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.book.write import write_book
from pipelines.figures.layout import Layouts, load_layouts
from pipelines.figures.model import OfficeInfo
from pipelines.figures.packets import BOOK_NAME
from pipelines.figures.read import build_report_model

FACT = "fct_dossier_period"
FIGURES = ("II.06a/{0}/B.2/c10", "II.06a/{0}/B.1/c3", "II.06a/{0}/total/c3", "II.06a/{0}/total/on_time_rate")
CODE = "000.01.99.H51-210303-0001"
WAIT_SECONDS = 60


def main() -> None:
    """Measure each size and print one row of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 91])
    parser.add_argument("--keep", type=Path, help="a folder that keeps the books")
    given = parser.parse_args()
    print("dossiers  cpu_s  MB  files  " + "  ".join(f"{figure.format('…')}_ms" for figure in FIGURES) + "  search_ms")
    for times in given.times:
        with tempfile.TemporaryDirectory(prefix="kstt-book-") as folder:
            work = given.keep / str(times) if given.keep else Path(folder)
            print(*measure(given.report, work, times), sep="  ", flush=True)


def measure(report: Path, work: Path, times: int) -> Iterator[Any]:
    """Yield the numbers of one size."""
    work.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(report / "warehouse.duckdb", work / "warehouse.duckdb")
    layouts = load_layouts(report / "forms.json")
    office, dossiers = multiply(work / "warehouse.duckdb", layouts, times)
    with duckdb.connect(work / "warehouse.duckdb", read_only=True) as connection:
        model = build_report_model(connection, layouts, OfficeInfo("UBND"))
    before = resource.getrusage(resource.RUSAGE_SELF)
    write_book(work, work / "warehouse.duckdb", model, layouts, {})
    after = resource.getrusage(resource.RUSAGE_SELF)
    files = [path for path in (work / BOOK_NAME).rglob("*") if path.is_file()]
    yield dossiers
    yield f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f}"
    yield f"{sum(path.stat().st_size for path in files) / 1e6:.1f}"
    yield len(files)
    for route in (*(figure.format(office) for figure in FIGURES), f"tim/{CODE}"):
        yield opened(work / BOOK_NAME / "index.html", route)


def multiply(warehouse: Path, layouts: Layouts, times: int) -> tuple[str, int]:
    """Repeat the dossiers of a warehouse under other codes, the counts of their forms with them."""
    with duckdb.connect(warehouse) as connection:
        for table in (FACT, "int_dossier_in_scope", "int_case_row_ranked"):
            connection.execute(f"""
                create table repeated as select t.* replace (t.dossier_code || case when n > 0 then '-' || n else '' end
                    as dossier_code) from {table} as t cross join range({times}) as r(n)""")
            connection.execute(f"drop table {table}")
            connection.execute(f"alter table repeated rename to {table}")
        for layout in layouts.values():
            if set(layout.facts) == {FACT}:
                sums = {column.name for column in layout.cells if not column.whole}
                grown = ", ".join(f'"{name}" * {times} as "{name}"' for name in sorted(sums))
                connection.execute(f'create table grown as select * replace ({grown}) from "{layout.model}"')
                connection.execute(f'drop table "{layout.model}"')
                connection.execute(f'alter table grown rename to "{layout.model}"')
        (office,) = connection.execute("select office_unit_id from landed.question").fetchone() or ("",)
        (count,) = connection.execute(f"select count(*) from {FACT}").fetchone() or (0,)
        return str(office), int(count)


def opened(page: Path, route: str) -> int:
    """Return the milliseconds from the page's start until its list stands; -1 when it does not in time.

    The page writes the moment down; a copy of it shows that as its title, which a browser tells without a driver.
    """
    told = page.with_name("do.html")
    told.write_text(page.read_text(encoding="utf-8").replace("</body>", _TELL + "</body>"), encoding="utf-8")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--remote-debugging-port=0", f"{told.as_uri()}#{route}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return _ready(Path(profile) / "DevToolsActivePort")
        finally:
            browser.terminate()
            browser.wait()
            told.unlink()


def _ready(port_file: Path) -> int:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        time.sleep(0.05)
        if port_file.is_file() and (written := port_file.read_text().split()):
            with urllib.request.urlopen(f"http://127.0.0.1:{written[0]}/json") as answer:
                titles = [item["title"] for item in json.load(answer) if item["type"] == "page"]
            if found := [title for title in titles if title.startswith("ready ")]:
                return int(found[0].split()[1])
    return -1


_TELL = """<script>
setInterval(() => {
  const ready = document.body.dataset.ready;
  if (ready && !location.hash.startsWith("#tim/")) document.title = "ready " + ready;
}, 20);
</script>"""

if __name__ == "__main__":
    main()
