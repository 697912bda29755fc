"""The script an office would write without this software: pandas and openpyxl, the files of one quarter, II.06a alone.

Here: the counts of II.06a by field, printed. Not here: anything else of a report: checks, other units' files, who has
sent, replaced files, other forms, documents, traces. Invariant: one pass over each file, columns chosen by their head.

    python benchmarks/only_06a.py OFFICE
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

COLUMNS = ["Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"]
START, END = pd.Timestamp(2020, 12, 15), pd.Timestamp(2021, 3, 15)


def main(office: Path) -> None:
    """Print one line a field: received (carried over, new), finished (early or on time, late), open (in time, late)."""
    inbox = office / "inbox" / "2021-Q1"
    books = [
        pd.read_excel(path, usecols=COLUMNS, dtype=str, engine="openpyxl") for path in sorted(inbox.rglob("*.xlsx"))
    ]
    texts = [pd.read_csv(path, usecols=COLUMNS, dtype=str) for path in sorted(inbox.rglob("*.csv"))]
    dossiers = pd.concat([*books, *texts], ignore_index=True).drop_duplicates("Mã hồ sơ", keep="last")
    received = pd.to_datetime(dossiers["Ngày tiếp nhận"], format="%d/%m/%Y %H:%M:%S")
    finished = pd.to_datetime(dossiers["Ngày kết thúc xử lý"], format="%d/%m/%Y %H:%M:%S")
    due = pd.to_datetime(dossiers["Ngày hẹn trả"], format="%d/%m/%Y")
    counts = received < END
    is_done = finished < END
    on_time = finished.where(is_done, END).dt.normalize() <= due
    fields = pd.read_csv(office / "reference" / "procedures.csv", dtype=str).set_index("procedure_code")["field_code"]
    form = pd.DataFrame(
        {
            "field": dossiers["Mã TTHC"].map(fields[~fields.index.duplicated()]),
            "carried": received < START,
            "new": received >= START,
            "on time": is_done & on_time,
            "late": is_done & ~on_time,
            "open in time": ~is_done & on_time,
            "open late": ~is_done & ~on_time,
        }
    )[counts]
    by_field = form.groupby("field").sum()
    print(pd.concat([by_field, by_field.sum().rename("total").to_frame().T]).to_string())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
