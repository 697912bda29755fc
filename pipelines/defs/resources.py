"""The office as a Dagster resource, and its periods as partitions.

Here: which office this instance serves. Not here: reading an office (office room).
Invariant: one office is one Dagster instance and one code location.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache

import dagster as dg

from pipelines.defs.receiving import receiving_defs
from pipelines.office.settings import Office, load_office
from pipelines.paths import REPOSITORY
from pipelines.warehouse.build import only_run

# A scheduled run waits for a run at hand; a quarter takes minutes.
_WAIT_SECONDS = 600


class OfficeResource(dg.ConfigurableResource):
    """The office folder a run works on (KSTT_OFFICE, or the sample office)."""

    folder: str

    def load(self) -> Office:
        """Return the office, read anew, so that a changed setting is seen by the next run."""
        return load_office(self.folder)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator["OfficeResource"]:  # noqa: ARG002
        """Hold the office's run lock while a run lasts: UI, schedule and command never write the same build folder."""
        with only_run(self.load(), wait_seconds=_WAIT_SECONDS):
            yield self


def office_folder() -> str:
    """Return the folder of the office of this instance."""
    return os.environ.get("KSTT_OFFICE") or str(REPOSITORY / "sample_office")


@lru_cache(maxsize=1)
def loaded_office() -> Office:
    """Return the office as it was when the code location was loaded (for partitions, cron strings)."""
    return load_office(office_folder())


def period_partitions() -> dg.StaticPartitionsDefinition:
    """Return one partition a row of reference/periods.csv: quarters, years, ad hoc ranges."""
    return dg.StaticPartitionsDefinition(list(loaded_office().reference["periods"]["period_id"]))


@dg.definitions
def resources() -> dg.Definitions:
    """Return the resources every asset may ask for, and the sensor that receives."""
    return dg.Definitions.merge(
        dg.Definitions(resources={"office": OfficeResource(folder=office_folder())}), receiving_defs(loaded_office())
    )
