"""Make the pictures of the officer's handbook anew: real pages of an office, taken by a browser without a window.

Here: which pages, how large, where they go. Not here: the pages themselves, the handbook's words.
Invariant: nothing is drawn; a picture is a page as a person sees it, in few colours, below 150 KB. Needs Chromium.

    .venv/bin/python scripts/handbook_pictures.py OFFICE 2021-Q1      # an office whose report of the period is made
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from pipelines.commands.ui import start  # noqa: E402
from pipelines.office.settings import Office, load_office  # noqa: E402
from pipelines.units.board import make_board  # noqa: E402
from pipelines.warehouse.finished import latest_report  # noqa: E402

PICTURES = ROOT / "docs" / "images"
_MOST_BYTES = 150_000
_COLOURS = 48
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Where a picture of the office's own pages is cut: width and height of the window, in points.
_WINDOW = (1100, 760)
_PATIENCE = 180


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("office", type=Path)
    parser.add_argument("period")
    parser.add_argument("--no-ui", action="store_true", help="leave out Dagster's page, which takes a minute to start")
    asked = parser.parse_args()
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.exit("no Chromium on this machine")
    office = load_office(asked.office.resolve())
    for name, address in pages(office, asked.period):
        take(browser, address, PICTURES / f"handbook-{name}.png")
    if not asked.no_ui:
        take_ui(browser, office, asked.period)


def pages(office: Office, period: str) -> Iterator[tuple[str, str]]:
    """Yield name and address of the pages that lie on disk."""
    report = latest_report(office, period)
    yield "board", make_board(office, period).as_uri()
    (mend, *_) = sorted((office.data / "tra-lai" / period).glob("*.html"))
    yield "mend", mend.as_uri()
    yield "report", (report / "bao-cao.html").as_uri()
    scope = office.settings.office.unit_id
    yield "book", f"{(report / 'so-tra-cuu' / 'index.html').as_uri()}#II.06a/{scope}/total/c13"


def take_ui(browser: str, office: Office, period: str) -> None:
    """Start Dagster's page of the office, take the picture of the report's asset, stop what was started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = start(office, port)
    try:
        wait_for(f"http://127.0.0.1:{port}/server_info")
        address = f"http://127.0.0.1:{port}/assets/quarterly_reports?partition={period}"
        take(browser, address, PICTURES / "handbook-ui.png", seconds=40)
    finally:
        server.terminate()
        server.wait(60)


def wait_for(address: str) -> None:
    """Wait until a server answers."""
    for _ in range(_PATIENCE):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    sys.exit(f"{address} does not answer")


def take(browser: str, address: str, target: Path, seconds: int = 10) -> None:
    """Take one picture and keep it in few colours."""
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        options = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/profile",
        ]
        size = f"--window-size={_WINDOW[0]},{_WINDOW[1]}"
        budget = f"--virtual-time-budget={seconds * 1000}"
        command = [browser, *options, size, budget, f"--screenshot={shot}", address]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        with Image.open(shot) as picture:
            picture.convert("RGB").quantize(_COLOURS).save(target, optimize=True)
    if target.stat().st_size > _MOST_BYTES:
        sys.exit(f"{target} is larger than {_MOST_BYTES} bytes")
    print(target.relative_to(ROOT), target.stat().st_size)


if __name__ == "__main__":
    main()
