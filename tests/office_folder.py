"""A tiny office in a temporary folder, for tests of the lower rooms.

Here: writing office.yaml, small reference tables, one profile. Not here: the sample office.
Invariant: everything a test may change is an argument.
"""

from __future__ import annotations

from pathlib import Path

OFFICE = """
office:
  name: UBND thành phố Thử
  unit_id: tp
  clock: {clock}
switches: {{}}
"""
TABLES = {
    "units": "unit_id,name_vi,short_name,unit_kind,parent_unit_id,sort_no,aliases,valid_from,valid_to\n"
    "tp,UBND thành phố Thử,,city,,0,,,\np01,UBND Phường 1,Phường 1,ward,tp,1,P1|P.1,,\np02,UBND Phường 2,Phường 2,ward,tp,2,,,\n",
    "fields": "field_code,field_name,department_unit_id,sort_no,valid_from,valid_to\nho-tich,Hộ tịch,,1,,\n",
    "procedures": "procedure_id,procedure_code,procedure_name,field_code,competent_level,time_value,time_unit,valid_from,valid_to\n"
    "1.001193,1.001193,Đăng ký khai sinh,ho-tich,ward,0,same_day,,\n",
    "holidays": "date,kind,name_vi\n2021-01-01,public_holiday,Tết Dương lịch\n",
    "periods": "period_id,period_kind,label,start_on,end_on\n2021-Q1,quarter,Quý I năm 2021,2020-12-15,2021-03-14\n",
    "obligations": "unit_id,stream,valid_from,valid_to\np01,case_exports,,\np02,case_exports,,\n",
    "statuses": "portal_code,label_vi,status,count_group\n4,Đang xử lý,in_progress,pending\n",
    "sections": "scheme,section_code,label,applies_to,sort_no,valid_from,valid_to\nlevel,B,Cấp xã,ward,2,,\n",
}
PROFILE = """
profile_id: so-theo-doi
stream: case_exports
title: Sổ theo dõi hồ sơ
match: {units: ["*"], files: ["*.xlsx", "*.csv"]}
observed_on: {from: file_name, pattern: "_(?P<y>[0-9]{4})_(?P<m>[0-9]{2})_(?P<d>[0-9]{2})"}
"""


def make_office(root: Path, clock: str = "2021-03-15T08:00:00+07:00", **changes: str) -> Path:
    """Write an office folder; `changes` replace whole files by stem (office, profile, or a table's name)."""
    (root / "reference").mkdir(parents=True)
    (root / "profiles").mkdir()
    (root / "office.yaml").write_text(changes.get("office", OFFICE.format(clock=f'"{clock}"')), encoding="utf-8")
    (root / "profiles" / "so-theo-doi.yaml").write_text(changes.get("profile", PROFILE), encoding="utf-8")
    for name, text in TABLES.items():
        (root / "reference" / f"{name}.csv").write_text(changes.get(name, text), encoding="utf-8")
    return root


def send(root: Path, name: str, content: bytes, unit: str = "p01", period: str = "2021-Q1") -> Path:
    """Put a file into the inbox as a unit would."""
    path = root / "inbox" / period / unit / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
