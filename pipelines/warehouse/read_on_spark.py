"""Reading shared out among tasks of Spark: one share a task, by the same function and to the same folders.

Here: the tasks. Not here: sharing out (read_apart), reading and judging (typed), the session (spark_session).
Invariant: what is kept is the same whoever read it; what a task did not come to keep, the asking process reads.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.ingest.landing import landed_path
from pipelines.office.errors import OfficeError
from pipelines.office.settings import Office
from pipelines.warehouse.register import Delivery
from pipelines.warehouse.spark_session import session_of

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

_SAID = "said string"


def read_on_spark(office: Office, parts: Sequence[Sequence[Delivery]]) -> None:
    """Read and keep each share in a task of the Spark that section `warehouse` of office.yaml names.

    A task that dies leaves its files unread and is no exception; one that Spark begins again reads what is not kept.

    Raises:
        OfficeError: a profile or correction is wrong; Spark does not begin, runs tasks twice, or its workers do not see
            the office.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    shares = [pickle.dumps(part) for part in parts]
    read = partial(_read_shares, office, str(office.data.resolve()), shares)
    # Spark makes its folder anew when this process begins a session again: the next run clears that one too.
    room = office.data / "build"
    room.mkdir(exist_ok=True)
    warehouse = office.settings.warehouse
    with tempfile.TemporaryDirectory(dir=room) as folder, session_of(warehouse, Path(folder)) as session:
        _need_one_reader(session)
        _read_by_this_python(session)
        said: set[str] = set()
        with contextlib.suppress(PySparkException, Py4JError):
            rows = session.range(0, len(shares), 1, len(shares)).mapInArrow(read, _SAID).collect()
            said = {row[0] for row in rows} - {""}
    if said:
        raise OfficeError("\n".join(sorted(said)))


def _need_one_reader(session: SparkSession) -> None:
    """Refuse a Spark that begins a slow task a second time beside the first: both would read the same files."""
    if (session.conf.get("spark.speculation") or "").casefold() == "true":
        raise OfficeError(
            "Spark bật spark.speculation: một tệp có thể bị đọc hai lần. Tắt đi, hoặc bỏ reading.by: spark."
        )


def _read_by_this_python(session: SparkSession) -> None:
    """Let workers of a Spark of one's own run this Python, unless another is named; a server has its own."""
    context = getattr(session, "sparkContext", None) if "SPARK_REMOTE" not in os.environ else None
    if context is not None and "PYSPARK_PYTHON" not in os.environ:
        context.pythonExec = sys.executable


def _read_shares(
    office: Office, data: str, shares: Sequence[bytes], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Read the shares whose numbers a task is given; yield of each what is wrong with the office, "" for nothing."""
    import pyarrow as pa

    for batch in batches:
        said = [_read(office, data, pickle.loads(shares[number])) for number in batch.column(0).to_pylist()]
        yield pa.RecordBatch.from_pydict({"said": said}, schema=pa.schema({"said": pa.string()}))


def _read(office: Office, data: str, deliveries: Sequence[Delivery]) -> str:
    from pipelines.warehouse.typed import read_here

    if str(office.data.resolve()) != data or not landed_path(office, deliveries[0].sha256).is_file():
        return f"Máy của Spark không thấy thư mục {data} của đơn vị: mọi máy phải thấy nó ở cùng một đường dẫn."
    try:
        read_here(office, deliveries)
    except OfficeError as error:
        return str(error)
    return ""
