"""Communes of a whole year and what their province must print of any part of it: drawn here, counted in plain pandas.

Here: drawn dossiers and feedback, the files of a day, columns 3 to 13 of II.06a and 3 to 12 of II.05a. Not here: offices
that count them (pipeline/test_longer_periods_above).
Invariant: nothing of `pipelines` is used; a cell is counted from what happened, by the rules of domain/02 and 06.
"""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd

FIRST, LAST = dt.date(2020, 11, 1), dt.date(2021, 12, 10)
# Procedure → its field, which feedback names too.
FIELDS = {"1.001193": ("ho-tich", "Hộ tịch"), "2.000635": ("chung-thuc", "Chứng thực")}
KINDS = {"act": "Hành vi hành chính", "regulation": "Quy định hành chính"}
DOSSIER_HEAD = "Mã hồ sơ;Mã TTHC;Ngày tiếp nhận;Ngày hẹn trả;Ngày kết thúc;Trạng thái\n"
FEEDBACK_HEAD = "Mã PAKN;Loại nội dung;Lĩnh vực;Ngày tiếp nhận;Hạn xử lý;Ngày trả lời;Ngày công khai;Trạng thái\n"


def _draw(unit: str, what: str) -> random.Random:
    return random.Random(f"{unit} {what}")


def _days(draw: random.Random, first: dt.date, last: dt.date) -> dt.date:
    return first + dt.timedelta(days=draw.randrange((last - first).days + 1))


def dossiers(unit: str, count: int) -> pd.DataFrame:
    """What happened to the dossiers of a unit: code, procedure, received, due, finished (None: never)."""
    draw, rows = _draw(unit, "dossiers"), []
    # Days on which a period begins or ends, and those beside them.
    edges = [dt.date(2021, month, day) for month in (3, 6, 9) for day in (13, 14, 15)]
    for number in range(count):
        received = draw.choice(edges) if draw.random() < 0.2 else _days(draw, FIRST, LAST)
        due = received + dt.timedelta(days=draw.randrange(1, 30))
        done = due + dt.timedelta(days=draw.choice((-3, -1, 0, 0, 1, 20, 120)))
        finished = done if done >= received and draw.random() < 0.85 else None
        code = f"000.01.{unit[1:]}.H51-{received:%y%m%d}-{number:04}" if number % 7 else f"{number}/TN"
        rows.append((unit, code, draw.choice([*FIELDS]), received, due, finished))
    return pd.DataFrame(rows, columns=["unit", "code", "procedure", "received", "due", "finished"])


def feedback(unit: str, count: int) -> pd.DataFrame:
    """What happened to the feedback of a unit: code, kind, procedure's field, received, due, answered, published."""
    draw, rows = _draw(unit, "feedback"), []
    for number in range(count):
        received = _days(draw, FIRST, LAST)
        due = received + dt.timedelta(days=21)
        answered = received + dt.timedelta(days=draw.choice((2, 10, 20, 30, 100))) if draw.random() < 0.8 else None
        published = answered + dt.timedelta(days=draw.choice((0, 1, 40))) if answered and draw.random() < 0.7 else None
        code = f"PAKN-{unit}-{number:04}" if number % 5 else f"{number}/PA"
        kind, procedure = draw.choice([*KINDS]), draw.choice([*FIELDS])
        rows.append((unit, code, kind, procedure, received, due, answered, published))
    names = ["unit", "code", "kind", "procedure", "received", "due", "answered", "published"]
    return pd.DataFrame(rows, columns=names)


def _by(days: pd.Series, day: dt.date) -> pd.Series:
    """Whether it had happened by a day."""
    return pd.to_datetime(days) <= pd.Timestamp(day)


def _shown(day: object, until: dt.date) -> str:
    return f"{day:%d/%m/%Y}" if isinstance(day, dt.date) and not pd.isna(day) and day <= until else ""


def dossier_file(rows: pd.DataFrame, until: dt.date) -> bytes:
    """The list of a unit as it was at the end of a day: every dossier received by then."""
    lines = [DOSSIER_HEAD]
    for row in rows[_by(rows["received"], until)].itertuples():
        end = _shown(row.finished, until)
        state = "Đã trả kết quả" if end else "Đang xử lý"
        lines.append(f"{row.code};{row.procedure};{row.received:%d/%m/%Y};{row.due:%d/%m/%Y};{end};{state}\n")
    return "".join(lines).encode("utf-8-sig")


def feedback_file(rows: pd.DataFrame, until: dt.date) -> bytes:
    """The log of a unit as it was at the end of a day."""
    lines = [FEEDBACK_HEAD]
    for row in rows[_by(rows["received"], until)].itertuples():
        answered, published = _shown(row.answered, until), _shown(row.published, until)
        state = "Đã công khai" if published else "Đã trả lời" if answered else "Đang xử lý"
        days = f"{row.received:%d/%m/%Y};{row.due:%d/%m/%Y};{answered};{published}"
        lines.append(f"{row.code};{KINDS[row.kind]};{FIELDS[row.procedure][1]};{days};{state}\n")
    return "".join(lines).encode("utf-8-sig")


def count_dossiers(rows: pd.DataFrame, start: dt.date, end: dt.date) -> dict[str, int]:
    """Columns 3 to 13 of II.06a of a period, of some dossiers."""
    finished, due = pd.to_datetime(rows["finished"]), pd.to_datetime(rows["due"])
    done = finished <= pd.Timestamp(end)
    mine = _by(rows["received"], end) & ~(done & (finished < pd.Timestamp(start)))
    pending, resolved = mine & ~done, mine & done
    columns = {
        "received_total": mine,
        "received_online": mine & False,
        "received_direct_postal": mine & (pd.to_datetime(rows["received"]) >= pd.Timestamp(start)),
        "carried_in": mine & (pd.to_datetime(rows["received"]) < pd.Timestamp(start)),
        "resolved_total": resolved,
        "resolved_early": resolved & (finished < due),
        "resolved_on_time": resolved & (finished == due),
        "resolved_overdue": resolved & (finished > due),
        "pending_total": pending,
        "pending_in_time": pending & (due >= pd.Timestamp(end)),
        "pending_overdue": pending & (due < pd.Timestamp(end)),
    }
    return {name: int(which.sum()) for name, which in columns.items()}


def count_feedback(rows: pd.DataFrame, start: dt.date, end: dt.date) -> dict[str, int]:
    """Columns 3 to 12 of II.05a of a period, of some feedback."""
    answered, published = pd.to_datetime(rows["answered"]), pd.to_datetime(rows["published"])
    begin, last = pd.Timestamp(start), pd.Timestamp(end)
    done = answered <= last
    mine = _by(rows["received"], end) & ~(done & (answered < begin))
    received = pd.to_datetime(rows["received"])
    columns = {
        "received_total": mine,
        "about_act": mine & (rows["kind"] == "act"),
        "about_regulation": mine & (rows["kind"] == "regulation"),
        "carried_in": mine & (received < begin),
        "received_in_period": mine & (received >= begin),
        "own_total": mine,
        "own_resolved": mine & done,
        "own_pending": mine & ~done,
        "transferred": mine & False,
        "results_published": mine & done & (published <= last),
        "answered_on_time": mine & done & (answered <= pd.to_datetime(rows["due"])),
        "answered_late": mine & done & (answered > pd.to_datetime(rows["due"])),
        "pending_overdue": mine & ~done & (pd.to_datetime(rows["due"]) < last),
    }
    return {name: int(which.sum()) for name, which in columns.items()}
