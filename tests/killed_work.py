"""What is killed beside the job and an issue: receiving, a pull, mend books, returns, each as a child does it.

Here: a small office with something for each to do, the work, what it comes to. Not here: the kills (killed_job).
Invariant: what the work comes to does not depend on when it was done.
"""

from __future__ import annotations

from pathlib import Path

from office_folder import OFFICE, TABLES, make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.ingest.pull import pull_sources
from pipelines.ingest.receipts import receipts
from pipelines.office.kept import PASSING
from pipelines.office.settings import load_office
from pipelines.units.mend import make_mend_books
from pipelines.units.returns import make_returns

PERIOD = "2021-Q1"
HEAD = "Số hồ sơ,Tên TTHC,Mã thủ tục,Đơn vị tiếp nhận,Kênh tiếp nhận,Ngày nhận hồ sơ,Ngày hẹn trả,Ngày có kết quả,Tình trạng hồ sơ\n"
GOOD = "H51.01-210301-000{n},Đăng ký khai sinh,1.001193,UBND Phường 1,Tại quầy,01/03/2021,02/03/2021,,Đang xử lý\n"
WRONG = GOOD.replace("01/03/2021", "31/02/2021")


def new_office(root: Path, far: Path) -> Path:
    """An office whose units' files lie in its inbox and in a folder it pulls from; each file has rows to mend."""
    source = f"sources:\n  - kind: folder\n    source_id: kho\n    url: file://{far}\n"
    clock = OFFICE.format(clock='"2021-03-15T08:00:00+07:00"')
    obligations = TABLES["obligations"] + "p01,trainings,,\np02,inspections,,\n"
    make_office(root, office=clock + source, obligations=obligations)
    for number, unit in enumerate(("p01", "p02", "p01"), start=1):
        content = HEAD + "".join(line.format(n=number) for line in (GOOD, WRONG))
        send(root, f"s{number}_2021_03_15.csv", content.encode("utf-8-sig"), unit)
        path = far / PERIOD / unit / f"xa{number}_2021_03_15.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.replace("210301", "210302").encode("utf-8-sig"))
    return root


def receiving(root: str) -> None:
    """Receive what lies in the inbox."""
    receive_inbox(load_office(root))


def pulling(root: str) -> None:
    """Fetch what lies elsewhere, and receive it."""
    office = load_office(root)
    assert [item.problem for item in pull_sources(office)] == [None]
    receive_inbox(office)


def mending(root: str) -> None:
    """Write what goes back to the units."""
    office = load_office(root)
    receive_inbox(office)
    assert len(make_mend_books(office, PERIOD)) == 2


def returning(root: str) -> None:
    """Write the returns units are to fill."""
    assert len(make_returns(load_office(root), PERIOD)) == 2


WORKS = {work.__name__: work for work in (receiving, pulling, mending, returning)}


def comes_to(root: Path) -> dict[str, object]:
    """What was received from where, and every file made for units."""
    data = root / "data"
    made = [path for name in ("tra-lai", "phieu-bao-cao") for path in sorted((data / name).rglob("*"))]
    fetched = [
        path
        for path in sorted((root / "inbox").rglob("*"))
        # What a killed write leaves has a name nothing reads.
        if path.is_file() and "kho" in path.parts and not path.name.startswith(PASSING)
    ]
    return {
        **{path.relative_to(root).as_posix(): path.read_bytes() for path in [*made, *fetched] if path.is_file()},
        "landing": {path.name: path.read_bytes() for path in (data / "landing").glob("[!.]*")},
        "receipts": sorted((item.inbox_path, item.sha256) for item in receipts(load_office(root))),
    }
