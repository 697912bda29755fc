"""The only clock below `defs/`: real time, or the moment the office pins.

Here: now() and today(). Not here: periods, deadlines.
Invariant: with a pinned clock every run of the same office sees the same moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """Local time of the office; `pinned` stops it (the sample office lives in 2021)."""

    timezone: ZoneInfo
    pinned: dt.datetime | None = None

    def now(self) -> dt.datetime:
        """Return the current moment in the office's time zone, whole seconds."""
        moment = self.pinned or dt.datetime.now(tz=self.timezone)
        return moment.astimezone(self.timezone).replace(microsecond=0)

    def today(self) -> dt.date:
        """Return the current business day of the office."""
        return self.now().date()
