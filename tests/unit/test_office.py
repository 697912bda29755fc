"""Settings, tables and profiles: a wrong key names file, key and what is allowed.

Here: loading an office folder. Not here: what settings do.
Invariant: an officer reads a sentence, never a stack trace.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from office_folder import OFFICE, PROFILE, TABLES, make_office

from pipelines.office.errors import OfficeError
from pipelines.office.reference import unit_aliases
from pipelines.office.settings import load_office


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"office": OFFICE.format(clock="null") + "\ncolour: red\n"}, ["office.yaml", "colour", "switches"]),
        (
            {"office": OFFICE.format(clock="null").replace("switches: {}", "switches: {closing_event: yesterday}")},
            ["office.yaml", "switches.closing_event", "finished_at", "delivered_at"],
        ),
        ({"office": "office: {name: X}"}, ["office.unit_id", "thiếu"]),
        ({"profile": PROFILE + "coverage: some\n"}, ["so-theo-doi.yaml", "coverage", "population"]),
        ({"profile": PROFILE.replace("(?P<d>", "(?P<x>")}, ["so-theo-doi.yaml", "observed_on"]),
        ({"periods": "period_id,label\n2021-Q1,Quý I\n"}, ["periods.csv", "start_on"]),
        ({"holidays": "date,kind,name_vi\n01/01/2021,tet,Tết\n"}, ["holidays.csv", "dòng 2", "01/01/2021"]),
        ({"obligations": TABLES["obligations"] + "p02,case_exports,,\n"}, ["obligations.csv", "dòng 3"]),
    ],
    ids=["unknown key", "switch value", "missing key", "profile value", "pattern", "table column", "date", "key twice"],
)
def test_a_wrong_setting_names_its_file_and_place(tmp_path: Path, changes: dict[str, str], words: list[str]) -> None:
    make_office(tmp_path, **changes)
    with pytest.raises(OfficeError) as caught:
        load_office(tmp_path)
    for word in words:
        assert word in str(caught.value)


def test_a_name_that_means_two_units_is_refused(tmp_path: Path) -> None:
    make_office(tmp_path, units=TABLES["units"].replace("Phường 2,ward,tp,2,,", "Phường 2,ward,tp,2,P1,"))
    with pytest.raises(OfficeError, match="hai đơn vị"):
        unit_aliases(load_office(tmp_path).reference["units"])


def test_a_pinned_clock_is_still(tmp_path: Path) -> None:
    office = load_office(make_office(tmp_path, clock="2021-06-20T01:00:00+00:00"))
    assert office.clock.now().isoformat() == "2021-06-20T08:00:00+07:00"


def test_codes_keep_their_leading_and_trailing_zeros(tmp_path: Path) -> None:
    table = TABLES["procedures"] + "2.000950,2.000950,Công nhận tổ trưởng,ho-tich,ward,5,working_day,,\n"
    office = load_office(make_office(tmp_path, procedures=table))
    assert list(office.reference["procedures"]["procedure_code"]) == ["1.001193", "2.000950"]
