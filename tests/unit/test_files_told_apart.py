"""Files of one name in two folders of a unit: the folder stands before the name, and only there.

Here: `kstt status`, the mend book, the names a report keeps, accepting one of them. Not here: what two such files are to
each other (test_landing_register).
Invariant: a name that nothing else bears is printed as it is.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from issued_office import DONE, PERIOD, at, table
from office_folder import make_office, send

from pipelines.ingest.landing import receive_inbox
from pipelines.office.settings import load_office
from pipelines.periods.period import find_period
from pipelines.units.mend import mend_books
from pipelines.warehouse.accept import open_by_receipt
from pipelines.warehouse.named import named
from pipelines.warehouse.register import register
from pipelines.warehouse.status import period_status, status_lines

GOOD = table(("P1-1", "01/03/2021", "05/03/2021", "04/03/2021", DONE))
BROKEN = b"PK\x03\x04 no workbook"


def names(office: Path) -> list[str]:
    """How the files of an office are shown, in the order received."""
    return [item.shown_name for item in register(load_office(office))]


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        (["a/export.csv", "b/export.csv"], ["a/export.csv", "b/export.csv"]),
        (["export.csv", "b/export.csv"], ["export.csv", "b/export.csv"]),
        (["a/export.csv", "b/other.csv"], ["export.csv", "other.csv"]),
        (["a/một/export.csv", "a/hai/export.csv", "a/hai/x.csv"], ["a/một/export.csv", "a/hai/export.csv", "x.csv"]),
    ],
)
def test_the_folder_stands_before_a_name_where_two_would_read_alike(
    tmp_path: Path, paths: list[str], shown: list[str]
) -> None:
    office = make_office(tmp_path / "office")
    for number, path in enumerate(paths):
        send(office, path, GOOD.replace(b"P1-1", f"P1-{number}".encode()))
        receive_inbox(load_office(office))
    assert names(office) == shown


def test_a_persons_number_in_the_name_of_a_folder_is_masked(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office")
    for number, folder in enumerate(("0912345678", "b")):
        send(office, f"{folder}/export.csv", GOOD.replace(b"P1-1", f"P1-{number}".encode()))
        receive_inbox(load_office(office))
    masked, other = names(office)
    assert masked.endswith("/export.csv")
    assert "0912345678" not in masked
    assert other == "b/export.csv"


def test_files_of_one_name_of_two_units_or_two_periods_keep_their_names(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office")
    send(office, "a/export.csv", GOOD, "p01")
    send(office, "b/export.csv", GOOD.replace(b"P1-1", b"P2-1"), "p02")
    receive_inbox(load_office(office))
    assert names(office) == ["export.csv", "export.csv"]


def test_status_and_mend_book_name_two_refused_files_of_one_name_apart(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office")
    for folder, more in (("a", b"1"), ("b", b"2")):
        send(office, f"{folder}/export.xlsx", BROKEN + more)
    loaded = load_office(office)
    receive_inbox(loaded)
    said = "\n".join(status_lines(period_status(loaded, PERIOD)))
    assert "từ chối «a/export.xlsx»" in said
    assert "từ chối «b/export.xlsx»" in said
    (book,) = mend_books(loaded, find_period(loaded.reference["periods"], PERIOD))
    assert sorted(file.file_name for file in book.refused) == ["a/export.xlsx", "b/export.xlsx"]


def test_a_doubt_names_both_files_apart_and_the_name_it_gives_is_the_one_to_accept(tmp_path: Path) -> None:
    office = make_office(tmp_path / "office", clock="2021-03-16T08:00:00+07:00")
    two = table(
        ("P1-1", "01/03/2021", "05/03/2021", "04/03/2021", DONE), ("P1-2", "01/03/2021", "05/03/2021", "", "Đang xử lý")
    )
    for path, content in (("a/export.csv", two), ("b/export.csv", GOOD)):
        send(office, path, content)
        receive_inbox(load_office(office))
    loaded = load_office(office)
    said = "\n".join(status_lines(period_status(loaded, PERIOD)))
    assert "«b/export.csv»: Tệp gửi thay «a/export.csv» thiếu 1 bản ghi" in said
    (receipt,) = named(loaded, "b/export.csv", open_by_receipt(loaded))
    assert receipt.inbox_path == f"{PERIOD}/p01/b/export.csv"
    with at("2021-03-16T09:00:00"):
        assert names(office) == ["a/export.csv", "b/export.csv"]
