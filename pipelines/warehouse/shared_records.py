"""Records that the files of two units both have, where no code of the whole country says whose they are.

Here: finding them among the counted files of one question, a doubt for each pair of files. Not here: dossiers of
national codes, which move between units, and those of issued versions (asked_claims).
Invariant: a number of a unit's own book is again in other units' books: alone it says nothing, so a record is the same
only where more of it is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import duckdb

from pipelines.ingest.contract import OWN_NUMBER, Contract, load_contract
from pipelines.office.profiles import END_OF_DAY
from pipelines.warehouse.claims import Claim, Claims, listed
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.streams import contract_path, streams

# A number so long («P04-PA-2021-0012», «115/BC-UBND») is hardly another unit's of the same day as well.
_LONG_CODE = 8
# So many records of all that two units sent at a time may be alike by chance: one training both name.
_BY_CHANCE = 1
# What has a national code moves between units: of a unit's full lists the one of the asked day shows what it has.
_SAME = """
    with ranked as (
        select
            delivery_id, unit_id, receipt_no, is_export and coverage = 'population' as is_whole,
            row_number() over (
                partition by unit_id, is_export and coverage = 'population'
                order by
                    case when observed_at >= $until_end then 0 else 1 end,
                    case when observed_at >= $until_end then observed_at end,
                    observed_at desc, receipt_no desc
            ) as place
        from landed.delivery
        where stream = $stream and is_counted and unit_from = 'folder' and state <> 'partly_replaced'
    ),
    record as (
        select
            ranked.delivery_id, ranked.unit_id, ranked.receipt_no, row_of."{key}" as code, {name} as name,
            hash({content}) as content, {is_national} as is_national, {is_named} as is_named,
            count(*) over (partition by ranked.delivery_id) as file_rows
        from landed."{stream}" as row_of
        inner join ranked on row_of.delivery_id = ranked.delivery_id
        where row_of."{key}" is not null and {is_asked}
            and (ranked.place = 1 or not ranked.is_whole or not {is_national})
    )
    select
        later.delivery_id, earlier.delivery_id, list(distinct later.code order by later.code),
        bool_or(later.is_national), min(least(later.file_rows, earlier.file_rows))
    from record as later
    inner join record as earlier on later.name = earlier.name
    where later.unit_id <> earlier.unit_id and later.receipt_no > earlier.receipt_no
        and (later.is_national or later.is_named or later.content = earlier.content)
    group by later.delivery_id, earlier.delivery_id
    order by later.delivery_id, earlier.delivery_id
"""


def shared_records(
    known: Claims, by_id: dict[str, Delivery], until_on: dt.date, connection: duckdb.DuckDBPyConnection
) -> Iterator[Claim]:
    """Yield a doubt on each file that has records of another unit's; of the two the one received later is asked about.

    Args:
        known: the office's units.
        by_id: the deliveries of the question.
        until_on: the last day asked for.
        connection: the database whose schema `landed` has the deliveries and their rows.
    """
    sent = {delivery.stream for delivery in by_id.values()}
    contracts = [load_contract(contract_path(stream)) for stream in streams() if stream in sent]
    contracts = [contract for contract in contracts if not contract.fact]
    found = [pair for contract in contracts for pair in _pairs(contract, until_on, connection)]
    alike = Counter[tuple[str, str]]()
    for later, earlier, codes, is_sure in found:
        sendings = by_id[later].receipt_id, by_id[earlier].receipt_id
        alike[sendings] += len(codes) + _BY_CHANCE * is_sure
    for later, earlier, codes, _ in found:
        delivery, other = by_id[later], by_id[earlier]
        is_chance = alike[delivery.receipt_id, other.receipt_id] <= _BY_CHANCE
        if not is_chance and not known.is_successor(delivery.unit_id, other.unit_id):
            yield _doubt(known, delivery, other, codes)


def _pairs(
    contract: Contract, until_on: dt.date, connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    """Yield two files that have records alike, their codes, whether a code of the whole country is among them."""
    if not _has_codes(contract):
        return
    asked = {"stream": contract.stream, "until_end": dt.datetime.combine(until_on, END_OF_DAY)}
    found = connection.execute(_query(contract), asked).fetchall()
    for later, earlier, codes, is_national, fewest_rows in found:
        if not _is_of_catalogue(contract) or len(codes) == fewest_rows:
            yield later, earlier, tuple(codes), is_national


def _doubt(known: Claims, delivery: Delivery, other: Delivery, records: tuple[str, ...]) -> Claim:
    reason = (
        f"{len(records)} bản ghi cũng có trong tệp «{other.shown_name}» của {known.name(other.unit_id)}, đang tính cho "
        f"cả hai đơn vị: {listed(records)}."
    )
    return known.doubt(delivery, "shared_codes", "flags", reason, records)


def _has_codes(contract: Contract) -> bool:
    """Return whether the key names a record: not a field, nor a procedure beside a decision that many units apply."""
    return contract.columns[contract.key].role == "code" or (_is_of_catalogue(contract) and not contract.key_beside)


def _is_of_catalogue(contract: Contract) -> bool:
    """Return whether the key is of a catalogue all units share, so that one row alike says nothing."""
    return contract.columns[contract.key].role == "procedure_code"


def _query(contract: Contract) -> str:
    """Return the query over a stream's rows."""
    key, days = f'row_of."{contract.key}"', [f'row_of."{name}"' for name in contract.book_dates]
    beside = [f'row_of."{name}"' for name in contract.key_beside]
    # Whose a record is, is what is asked: two files may have the same record, each under its own unit's name or none.
    own = [f'row_of."{name}"' for name, column in contract.columns.items() if column.names != "unit"]
    name = ", ".join(f"cast({column} as varchar)" for column in (key, *beside))
    national = f"(not coalesce(row_of.{OWN_NUMBER}, true))" if contract.national_code else "false"
    is_dated = f"coalesce({', '.join(days)}) is not null" if days else "false"
    day = f"case when not {national} then cast(coalesce({', '.join(days)}) as varchar) end" if days else "null"
    return _SAME.format(
        stream=contract.stream,
        key=contract.key,
        # The number of a book is another record on another day.
        name=f"concat_ws(' | ', {name}, {day})",
        content=", ".join(own),
        is_national=national,
        is_named=f"(length({key}) >= {_LONG_CODE} and {is_dated})" if not _is_of_catalogue(contract) else "false",
        # Dossiers of national codes move between units: asked_claims says of them who shows them now.
        is_asked=f"not {national}" if contract.national_code and contract.sender else "true",
    )
