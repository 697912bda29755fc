"""What goes back to each unit of a period, collected and written: data/tra-lai/<period>/<unit>.xlsx and .html.

Here: faults of the files in force, what earlier files had. Not here: the papers (render), judging (quality).
Invariant: every refused file and every row sent back of the unit's files for the period is there once, and of what one
check flags in one file the first thousand rows, with the number of the others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipelines.figures.mending import Fault, MendBook, Mended, NotListed, RefusedFile, words_for_unit
from pipelines.ingest.contract import Contract, load_contract
from pipelines.ingest.landing import landed_path
from pipelines.ingest.own_cells import Place, own_cells
from pipelines.office.settings import Office
from pipelines.office.text import format_count
from pipelines.periods.period import Period, find_period
from pipelines.render.mend_html import write_mend_page
from pipelines.render.mend_xlsx import write_mend_book
from pipelines.warehouse.claims import Claim
from pipelines.warehouse.register import Delivery, register
from pipelines.warehouse.reported_claims import asked_doubts
from pipelines.warehouse.standing import standing
from pipelines.warehouse.streams import contract_path
from pipelines.warehouse.typed import TypedDelivery, rejected_count, rejects_of, type_delivery
from pipelines.warehouse.version_files import claims_that_matter

_ASKED = "Trả lời đơn vị tổng hợp: đúng như vậy, hay gửi nhầm. Nhầm hoặc thiếu thì gửi lại cả tệp cho đủ."


# Rows listed of what one check flags in one file: more than anybody goes through, and a workbook holds a million.
_FLAGS_LISTED = 1000


def make_mend_books(office: Office, period_id: str) -> list[tuple[MendBook, Path]]:
    """Write a workbook and a page for every unit with something to mend or mended; return them with the workbook.

    Raises:
        OfficeError: unknown period.
    """
    period = find_period(office.reference["periods"], period_id)
    folder = office.data / "tra-lai" / period_id
    made = []
    for book in mend_books(office, period):
        path = folder / f"{book.unit_id}.xlsx"
        write_mend_book(book, path)
        write_mend_page(book, path.with_suffix(".html"))
        made.append((book, path))
    return made


def mend_books(office: Office, period: Period) -> Iterator[MendBook]:
    """Yield what goes back to each unit, in the order of units; units with nothing are left out."""
    known = register(office)
    sent = [item for item in known if item.period_id == period.period_id]
    counting = [item for item in standing(office, known) if item.delivery.is_visible]
    standing_now = [item for item in counting if item.delivery.period_id == period.period_id]
    asked, doubted = asked_doubts(office, [period.period_id]), dict[str, list[Claim]]()
    for item, claim in claims_that_matter(standing_now, period.period_id, period.end_on):
        doubted.setdefault(item.delivery.delivery_id, []).append(claim)
    units = office.reference["units"].drop_duplicates("unit_id").sort_values("sort_no")
    names = dict(zip(units["unit_id"], units["name_vi"], strict=True))
    deadline = period.unit_deadline(office.settings.deadlines)
    for unit_id in [*names, *sorted({item.unit_id for item in sent} - set(names))]:
        now = [item for item in standing_now if item.delivery.unit_id == unit_id]
        before = [item for item in sent if item.unit_id == unit_id and item.replaced_by]
        found = [_faults(office, item) for item in now]
        book = MendBook(
            unit_id=unit_id,
            unit_name=names.get(unit_id, unit_id),
            period_label=period.label,
            deadline=deadline,
            is_past=office.clock.today() > deadline,
            refused=tuple(_refused(item) for item in now if item.verdict["status"] == "refused"),
            faults=tuple(fault for faults, _ in found for fault in faults),
            mended=(),
            doubts=tuple(_doubt(item, claim) for item in now for claim in _open_claims(item, doubted, asked)),
            not_listed=tuple(more for _, not_listed in found for more in not_listed),
        )
        book = _with_mended(office, book, before)
        if book.refused or book.doubts or book.faults or book.mended:
            yield book


def _open_claims(
    item: TypedDelivery, own: Mapping[str, list[Claim]], asked: Mapping[str, list[Claim]]
) -> Iterator[Claim]:
    """Yield what is doubted of a file: by itself, and by the newest report where the file counts."""
    name = item.delivery.delivery_id
    raised = asked.get(name, ()) if item.verdict["status"] == "accepted" else ()
    yield from (claim for claim in (*own.get(name, ()), *raised) if claim.is_open)


def _refused(item: TypedDelivery) -> RefusedFile:
    stream = item.delivery.stream
    return RefusedFile(
        stream_title=load_contract(contract_path(stream)).title if stream else "(chưa rõ loại)",
        file_name=item.delivery.shown_name,
        received_at=dt.datetime.fromisoformat(item.delivery.received_at),
        reason=words_for_unit(item.verdict["refused_reason"] or ""),
        mend=words_for_unit(item.verdict["refused_mend"] or ""),
    )


def _doubt(item: TypedDelivery, claim: Claim) -> RefusedFile:
    """What the unit is asked about one of its files; a file held back is among the refused as well."""
    mend = _ASKED if claim.can_be_accepted else claim.mend
    return replace(_refused(item), reason=words_for_unit(claim.full_reason), mend=words_for_unit(mend))


def _faults(office: Office, item: TypedDelivery) -> tuple[list[Fault], list[NotListed]]:
    """The faults of the rows of one file, in their order; a refused file may have rows that say why."""
    delivery = item.delivery
    if delivery.stream is None or delivery.profile is None or item.is_held_back:
        return [], []  # rows of another unit's file are not shown to this one
    contract = load_contract(contract_path(delivery.stream))
    flags = _flags(item, contract)
    frames = [_sent_back(item)] if rejected_count(item) else []
    if len(flags):
        frames.append(_flagged(flags.groupby("check_id", sort=False).head(_FLAGS_LISTED), item, contract))
    if not frames:
        return [], []
    rows = pd.concat(frames, ignore_index=True).to_dict("records")
    places: list[Place] = [_place(row) for row in rows]
    shown = {place for place, row in zip(places, rows, strict=True) if row["check_id"] != "shifted_row"}
    cells = own_cells(landed_path(office, delivery.sha256), contract, delivery.profile, shown)
    not_listed = _not_listed(flags, item, contract)
    every = [_fault(row, contract, delivery, cells.get(place, {})) for row, place in zip(rows, places, strict=True)]
    faults = list(_in_one_line(every, {more.check_id: more.rows for more in not_listed}))
    faults.sort(key=lambda fault: (not fault.is_sent_back, fault.sheet, fault.row, fault.check_id))
    whole = {fault.check_id for fault in faults if fault.rows > 1}
    return faults, [more for more in not_listed if more.check_id not in whole]


def _not_listed(flags: pd.DataFrame, item: TypedDelivery, contract: Contract) -> list[NotListed]:
    reasons = {check["check_id"]: check["reason"] for check in item.verdict["checks"]}
    counts = Counter(flags["check_id"]) if len(flags) else Counter[str]()
    return [
        NotListed(contract.title, item.delivery.shown_name, name, reasons.get(name, name), rows - _FLAGS_LISTED)
        for name, rows in sorted(counts.items())
        if rows > _FLAGS_LISTED
    ]


def _in_one_line(faults: list[Fault], more: Mapping[str, int]) -> Iterator[Fault]:
    """Yield the faults of a file; what every row has because the file lacks the column is one line, not one a row.

    Args:
        faults: those that are listed.
        more: check → how many more rows have it.
    """
    of_column: dict[tuple[str, str, bool], list[Fault]] = {}
    for fault in faults:
        if fault.at and fault.at not in dict(fault.cells):
            of_column.setdefault((fault.check_id, fault.at, fault.is_sent_back), []).append(fault)
        else:
            yield fault
    for (check_id, header, _), same in of_column.items():
        rows = len(same) + more.get(check_id, 0)
        yield same[0] if rows == 1 else _whole_column(same[0], header, rows)


def _whole_column(first: Fault, header: str, rows: int) -> Fault:
    reason = f"Tệp không có cột «{header}»; {format_count(rows)} dòng, từ dòng {first.row}. {first.reason}"
    return replace(first, record_code=f"({format_count(rows)} dòng)", value="", reason=reason, cells=(), rows=rows)


def _place(row: dict) -> Place:
    return (None if pd.isna(row["source_sheet"]) else row["source_sheet"]), int(row["source_row"])


def _sent_back(item: TypedDelivery) -> pd.DataFrame:
    return rejects_of(item).assign(is_sent_back=True)


def _flags(item: TypedDelivery, contract: Contract) -> pd.DataFrame:
    """One row per flag of a typed row: its place, its record and the check; none of a refused file."""
    if item.verdict["status"] != "accepted" or not item.verdict["counts"]["flagged"]:
        return pd.DataFrame()
    wanted = ["source_sheet", "source_row", contract.key, "flags"]
    rows = pd.read_parquet(item.folder / "rows.parquet", columns=wanted, filters=[("flags", "!=", "")])
    return rows.assign(check_id=rows["flags"].str.split(";")).explode("check_id")


def _flagged(rows: pd.DataFrame, item: TypedDelivery, contract: Contract) -> pd.DataFrame:
    """Flags with the words of their checks."""
    checks = {check["check_id"]: check for check in item.verdict["checks"]}
    columns = [checks.get(check_id, {}).get("column", "") for check_id in rows["check_id"]]
    return pd.DataFrame(
        {
            "source_sheet": rows["source_sheet"],
            "source_row": rows["source_row"],
            "record_code": rows[contract.key],
            "check_id": rows["check_id"],
            "column_name": columns,
            "value": "",
            "reason": [checks.get(check_id, {}).get("reason", check_id) for check_id in rows["check_id"]],
            "mend": [checks.get(check_id, {}).get("mend", "") for check_id in rows["check_id"]],
            "is_sent_back": False,
        }
    )


def _fault(row: dict, contract: Contract, delivery: Delivery, cells: dict[str, tuple[str, str]]) -> Fault:
    column = str(row["column_name"]).removesuffix("_label")
    header, own = cells.get(column, ("", ""))
    if not header and column in contract.columns:
        header = contract.columns[column].title
    return Fault(
        stream_title=contract.title,
        file_name=delivery.shown_name,
        sheet="" if pd.isna(row["source_sheet"]) else str(row["source_sheet"]),
        row=int(row["source_row"]),
        record_code="" if pd.isna(row["record_code"]) else str(row["record_code"]),
        is_sent_back=bool(row["is_sent_back"]),
        check_id=str(row["check_id"]),
        at=header,
        value=str(row["value"] or "") or own,
        reason=str(row["reason"]),
        mend=str(row["mend"]),
        cells=tuple(cells.values()),
    )


def _with_mended(office: Office, book: MendBook, before: list[Delivery]) -> MendBook:
    """Add the faults earlier files had and the files that are in force no longer have (same record, same check)."""
    open_now = {(fault.stream_title, fault.record_code or str(fault.row), fault.check_id) for fault in book.faults}
    many_now = {(item.stream_title, item.check_id) for item in book.not_listed}
    refused_now = {(file.stream_title, file.reason) for file in book.refused}
    mended: dict[tuple[str, str, str], Mended] = {}
    for delivery in before:
        item = type_delivery(office, delivery)
        if item.verdict["status"] == "refused":
            file = _refused(item)
            if (file.stream_title, file.reason) not in refused_now:
                key = (file.stream_title, file.file_name, "refused")
                mended[key] = Mended(file.stream_title, "(cả tệp)", file.reason, file.file_name)
            continue
        for fault in _faults(office, item)[0]:
            key = (fault.stream_title, fault.record_code or str(fault.row), fault.check_id)
            if key not in open_now and (fault.stream_title, fault.check_id) not in many_now:
                mended[key] = Mended(fault.stream_title, fault.record_code, fault.reason, fault.file_name)
    return replace(book, mended=tuple(mended.values()))
