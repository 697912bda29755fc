"""The code location: loads `defs/`.

Here: assembly only. Not here: any asset. Invariant: what stands in `defs/` is all there is.
"""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Return everything under `defs/`, run in one process (STACK: three times faster for a small run)."""
    loaded = dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
    return dg.Definitions.merge(loaded, dg.Definitions(executor=dg.in_process_executor))
