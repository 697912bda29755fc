"""The sensor that looks at the inbox every few minutes.

Here: one thin sensor. Not here: receiving (ingest/landing), fetching from sources (ingest/pull, in a run).
Invariant: it is on unless someone turns it off; it starts no run; a file that waits is named in every tick.
"""

from pathlib import Path

import dagster as dg

from pipelines.ingest.landing import Reception, receive
from pipelines.ingest.reception_text import reception_lines
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office, load_office

# Often enough that a file is seen on the day it comes; a look takes less than a second.
_SECONDS = 300


def receiving_defs(office: Office) -> dg.Definitions:
    """Return the sensor of an office, on unless someone turns it off."""
    folder: Path = office.root

    @dg.sensor(
        name="nhan_tep",
        minimum_interval_seconds=_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Vài phút một lần: nhận tệp mới trong inbox, ghi lúc thấy tệp. Không lập báo cáo.",
    )
    def receive_often(context: dg.SensorEvaluationContext) -> dg.SensorResult:  # noqa: ARG001
        """Receive what is new; say what came and what waits."""
        try:
            reception = receive(load_office(folder))
        except OfficeError as error:  # a setting that is wrong now: the next tick may find it mended
            return dg.SensorResult(skip_reason=str(error))
        events = [_came(reception)] if reception.taken else []
        return dg.SensorResult(skip_reason="\n".join(reception_lines(reception)), asset_events=events)

    return dg.Definitions(sensors=[receive_often])


def _came(reception: Reception) -> dg.AssetMaterialization:
    names = "\n".join(f"- {receipt.shown_path}" for receipt in reception.taken)
    return dg.AssetMaterialization(
        "landed_files", metadata={"tep_moi": len(reception.taken), "danh_sach": dg.MetadataValue.md(names)}
    )
