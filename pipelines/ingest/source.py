"""What a delivered file is read by.

Here: the one value handed from step to step of reading. Not here: any step.
Invariant: nothing else about the office or the unit shapes the reading of a file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.ingest.contract import Contract
from pipelines.office.corrections import Correction
from pipelines.office.profiles import Profile

Window = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Source:
    """A file's name and all that shapes its reading.

    Attributes:
        file_name: the name the unit gave, without persons; kept on every row.
        contract: columns, roles and labels of the stream.
        profile: what this source calls things.
        window: first and last day a date may have.
        zone: the office's time zone, for moments written with an offset; None keeps their clock time.
        corrections: right values the office answers for, of this stream and unit.
        unit_keys: match keys of the names of the office's units, looked for in titles.
        masking_key: with it the code of a record that holds personal data becomes a hash (see `masked_code`).
    """

    file_name: str
    contract: Contract
    profile: Profile
    window: Window
    zone: dt.tzinfo | None = None
    corrections: Sequence[Correction] = ()
    masking_key: bytes = b""
    unit_keys: frozenset[str] = frozenset()
