"""The sensor receives what lies in the inbox and in folders of units, names what waits, and starts no run.

Here: the sensor evaluated on small offices. Not here: receiving itself (test_inbox).
Invariant: it is on by default.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml
from office_folder import make_office, send

from pipelines.ingest.receipts import receipts
from pipelines.office.settings import Office, load_office

if TYPE_CHECKING:
    import dagster as dg


def sensor_of(office: Office) -> dg.SensorDefinition:
    """The office's sensor; Dagster is imported here, so that collecting does without."""
    from pipelines.defs.receiving import receiving_defs

    (sensor,) = receiving_defs(office).sensors or ()
    return cast("dg.SensorDefinition", sensor)


def looked(sensor: dg.SensorDefinition) -> dg.SensorResult:
    """What the sensor says when it is asked."""
    import dagster as dg

    with dg.build_sensor_context() as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def tick(root: Path) -> dg.SensorResult:
    import dagster as dg

    sensor = sensor_of(load_office(root))
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    assert (sensor.minimum_interval_seconds or 0) <= 600
    return looked(sensor)


def test_a_tick_receives_and_names_what_waits(tmp_path: Path) -> None:
    root = make_office(tmp_path)
    send(root, "s.csv", b"1")
    (root / "inbox" / "lac.csv").write_bytes(b"2")
    result = tick(root)
    assert [item.file_name for item in receipts(load_office(root))] == ["s.csv"]
    assert result.run_requests in (None, [])
    assert [event.asset_key.to_user_string() for event in result.asset_events or ()] == ["landed_files"]
    assert "«lac.csv»" in str(result.skip_reason)
    assert not tick(root).asset_events


def with_sources(root: Path, *sources: dict[str, str]) -> None:
    """Name sources in the office's settings."""
    path = root / "office.yaml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(settings | {"sources": list(sources)}, allow_unicode=True), encoding="utf-8")


def test_a_tick_fetches_from_folders_and_asks_no_database(tmp_path: Path) -> None:
    root, share = make_office(tmp_path / "office"), tmp_path / "share"
    (share / "2021-Q1" / "p01").mkdir(parents=True)
    (share / "2021-Q1" / "p01" / "s.csv").write_bytes(b"1")
    with_sources(
        root,
        {"kind": "folder", "source_id": "kho", "url": share.as_uri()},
        {
            "kind": "query",
            "source_id": "csdl",
            "url_env": "KSTT_NO_SUCH_VARIABLE",
            "query": "select 1 as a",
            "unit_id": "p01",
            "file_name": "{day}.csv",
        },
    )
    result = tick(root)
    assert [(item.unit_id, item.file_name) for item in receipts(load_office(root))] == [("p01", "s.csv")]
    assert len(result.asset_events or ()) == 1
    assert "Nguồn «kho»: 1 tệp mới." in str(result.skip_reason)
    assert "csdl" not in str(result.skip_reason)
    # Nothing new: nothing is fetched again, and a tick says so by saying nothing of the source.
    again = tick(root)
    assert not again.asset_events
    assert "kho" not in str(again.skip_reason)


def test_a_source_that_cannot_be_reached_is_named_and_keeps_nothing_from_being_received(tmp_path: Path) -> None:
    root = make_office(tmp_path / "office")
    with_sources(root, {"kind": "folder", "source_id": "kho", "url": (tmp_path / "gone").as_uri()})
    send(root, "s.csv", b"1")
    result = tick(root)
    assert [item.file_name for item in receipts(load_office(root))] == ["s.csv"]
    assert "Nguồn «kho»: không có thư mục này" in str(result.skip_reason)


def test_a_tick_with_a_wrong_setting_reports_it(tmp_path: Path) -> None:
    root = make_office(tmp_path)
    sensor = sensor_of(load_office(root))
    (root / "office.yaml").write_text("office: {name: X}", encoding="utf-8")
    assert "office.unit_id" in str(looked(sensor).skip_reason)
