"""The sensor that looks at the inbox, and at the folders units send through, every few minutes.

Here: one thin sensor. Not here: receiving (ingest/landing), fetching (ingest/pull); databases are asked in runs.
Invariant: it is on unless someone turns it off; it starts no run; a file that waits is named in every tick.
"""

from pathlib import Path

import dagster as dg

from pipelines.ingest.landing import Reception, receive
from pipelines.ingest.pull import pull_sources
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
        description="Vài phút một lần: nhận tệp mới trong inbox và trong các nguồn là thư mục, ghi lúc thấy tệp. "
        "Cơ sở dữ liệu chỉ được hỏi khi lập báo cáo hoặc khi gõ kstt receive. Không lập báo cáo.",
    )
    def receive_often(context: dg.SensorEvaluationContext) -> dg.SensorResult:  # noqa: ARG001
        """Receive what is new; say what came and what waits.

        The inbox comes first: a source that does not answer keeps nothing from being received.
        """
        try:
            office = load_office(folder)
            receptions = [receive(office)]
            pulled = pull_sources(office, folders_only=True)
            if any(source.files for source in pulled):
                receptions.append(receive(office))
        except OfficeError as error:  # a setting that is wrong now: the next tick may find it mended
            return dg.SensorResult(skip_reason=str(error))
        lines = [
            line for source in pulled if source.problem or source.files or source.left for line in source.sentences
        ]
        lines += [line for reception in receptions for line in reception_lines(reception)]
        events = [_came(reception) for reception in receptions if reception.taken]
        return dg.SensorResult(skip_reason="\n".join(dict.fromkeys(lines)), asset_events=events)

    return dg.Definitions(sensors=[receive_often])


def _came(reception: Reception) -> dg.AssetMaterialization:
    names = "\n".join(f"- {receipt.shown_path}" for receipt in reception.taken)
    return dg.AssetMaterialization(
        "landed_files", metadata={"tep_moi": len(reception.taken), "danh_sach": dg.MetadataValue.md(names)}
    )
