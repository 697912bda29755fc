"""What an office's tables will run out of: periods, holidays, whatever is in force only until a day.

Here: looking at the tables from a day on, a season ahead. Not here: faults (check), telling people (notices).
Invariant: each line says until when, what stops then, and what to do; a table that ends far ahead says nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipelines.office.settings import Office
from pipelines.office.tables import TABLES, VALIDITY
from pipelines.office.text import format_count
from pipelines.periods.asked import KIND_LABELS
from pipelines.periods.period import generate_periods

# How far ahead is looked: a quarter, and some days to mend.
AHEAD = dt.timedelta(days=100)
# What is written in `decision` of a holiday that is only expected.
EXPECTED = "dự kiến"
_NAMES = {
    "units": "đơn vị",
    "fields": "lĩnh vực",
    "procedures": "thủ tục",
    "obligations": "việc phải gửi",
    "sections": "mục của biểu",
}
_MOST_NAMED = 5


@dataclass(frozen=True)
class Ending:
    """One thing that ends: a key that stays the same while it is the same thing, until when, and the sentence."""

    key: str
    until: dt.date | None
    sentence: str


def endings(office: Office, today: dt.date) -> list[Ending]:
    """Return what ends within a quarter of a day, or has ended: periods, holidays, rows in force."""
    return [*_periods(office, today), *_gaps(office), *_holidays(office, today), *_in_force(office, today)]


def lacking(office: Office) -> list[str]:
    """Return what documents would print blank, for the settings leave it out: a warning, never a fault."""
    own = office.settings.office
    wanted = (
        ("signature", own.signature, "phần ký tên để trống"),
        ("place", own.place, "địa danh trước ngày tháng để trống"),
        ("receiving_agency", own.receiving_agency, "nơi nhận báo cáo để trống"),
        ("recipients", own.recipients, "mục «Nơi nhận» để trống"),
    )
    return [f"office.yaml, khóa office.{key} chưa có: {said}." for key, value, said in wanted if not value]


def _periods(office: Office, today: dt.date) -> Iterator[Ending]:
    periods = office.reference["periods"]
    quarters = periods[periods["period_kind"] == "quarter"]
    if quarters.empty:
        yield Ending("periods", None, "reference/periods.csv không có kỳ quý nào: lịch chạy không lập được báo cáo.")
        return
    last = quarters["end_on"].max().date()
    if last > today + AHEAD:
        return
    said = "đã hết" if last < today else "sẽ hết"
    year = last.year if last.month < 12 else last.year + 1
    known = set(periods["period_id"])
    rows = [item for item in generate_periods(year) if item.period_id not in known and item.end_on > last]
    lines = "\n".join(
        f"      {item.period_id},{item.period_kind},{item.label},{item.start_on},{item.end_on}" for item in rows
    )
    yield Ending(
        f"periods:{last}",
        last,
        f"reference/periods.csv {said} kỳ báo cáo từ sau ngày {last:%d/%m/%Y}; thêm các dòng:\n{lines}",
    )


def _gaps(office: Office) -> Iterator[Ending]:
    """Yield the days between two quarters that are in none: what happens then is counted in no quarter."""
    periods = office.reference["periods"]
    quarters = periods[periods["period_kind"] == "quarter"].sort_values("start_on")
    for before, after in zip(quarters["end_on"].iloc[:-1], quarters["start_on"].iloc[1:], strict=True):
        first, last = before.date() + dt.timedelta(days=1), after.date() - dt.timedelta(days=1)
        if first <= last:
            yield Ending(
                f"gap:{first}",
                None,
                f"reference/periods.csv: từ {first:%d/%m/%Y} đến {last:%d/%m/%Y} không thuộc kỳ "
                f"{KIND_LABELS['quarter']} nào; việc trong những ngày đó không được tính vào quý nào.",
            )


def _holidays(office: Office, today: dt.date) -> Iterator[Ending]:
    holidays = office.reference["holidays"]
    years = set(holidays["date"].dt.year)
    wanted = {today.year} | ({today.year + 1} if (today + AHEAD).year > today.year else set())
    for year in sorted(wanted - years):
        yield Ending(
            f"holidays:{year}",
            dt.date(year - 1, 12, 31),
            f"reference/holidays.csv chưa có ngày nghỉ nào của năm {year}: hạn giải quyết sẽ tính sai. Nhập theo "
            "thông báo nghỉ lễ, Tết của năm đó.",
        )
    for year, days in _expected_days(office).items():
        if year in wanted:
            yield Ending(
                f"expected:{year}",
                None,
                f"reference/holidays.csv: {days} ngày nghỉ năm {year} mới là dự kiến theo luật, chưa có thông báo; "
                "sửa theo thông báo (có thể hoán đổi ngày nghỉ) rồi ghi số thông báo vào cột decision.",
            )


def _expected_days(office: Office) -> dict[int, int]:
    from pipelines.office.csv_file import read_csv

    cells = read_csv(office.root / "reference" / "holidays.csv").cells
    if "decision" not in cells.columns:
        return {}
    expected = cells[cells["decision"].str.startswith(EXPECTED)]
    return {int(str(year)): int(count) for year, count in expected["date"].str[:4].value_counts().sort_index().items()}


def _in_force(office: Office, today: dt.date) -> Iterator[Ending]:
    """Yield rows whose validity ends soon with none that follows, and tables nothing of which is in force."""
    day, until = pd.Timestamp(today), pd.Timestamp(today + AHEAD)
    for name, words in _NAMES.items():
        table = office.reference[name]
        if table.empty and name == "obligations":
            yield Ending(
                "obligations:none", None, "reference/obligations.csv không có dòng nào: không đơn vị nào phải gửi gì."
            )
        if table.empty:
            continue
        first, last = VALIDITY
        now = table[(table[first].isna() | (table[first] <= day)) & (table[last].isna() | (table[last] >= day))]
        if now.empty:
            yield Ending(
                f"{name}:none", today, f"reference/{name}.csv: ngày {today:%d/%m/%Y} không có {words} nào còn hiệu lực."
            )
            continue
        lasting = table[(table[last].isna() | (table[last] > until)) & (table[first].isna() | (table[first] <= until))]
        ends = now[now[last] <= until]
        key = _key_of(name)
        followed = set(lasting[key].astype(str).agg("|".join, axis=1)) if len(lasting) else set()
        ends = ends[~ends[key].astype(str).agg("|".join, axis=1).isin(followed)] if len(ends) else ends
        if len(ends):
            on = ends[last].min().date()
            shown = ", ".join("/".join(map(str, row)) for row in ends[key].head(_MOST_NAMED).itertuples(index=False))
            more = f" và {format_count(len(ends) - _MOST_NAMED)} dòng khác" if len(ends) > _MOST_NAMED else ""
            yield Ending(
                f"{name}:{on}:{len(ends)}",
                on,
                f"reference/{name}.csv: {len(ends)} {words} hết hiệu lực từ {on:%d/%m/%Y} mà chưa có dòng nối tiếp: "
                f"{shown}{more}.",
            )


def _key_of(name: str) -> list[str]:
    """Return the columns that say which thing a row is about, whatever its dates."""
    if name == "procedures":  # a version has an id of its own; the code is the procedure's
        return ["procedure_code", "procedure_name"]
    return [column for column in TABLES[name].key if column not in VALIDITY]
